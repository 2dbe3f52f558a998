//! Classes.

use super::{Compiler, Result};
use crate::assemble::{HERE, Val};
use crate::ast::*;
use crate::opcodes::{Intrinsic, Op};
use crate::symtable::Binding;

impl<'a> Compiler<'a> {
    /// `class`.
    pub(super) fn class(&mut self, def: &'a ClassDef, span: Span) -> Result {
        let mark = self.unit.code.top;
        let first_line = def.decorators.first().map_or(span.start, |decorator| decorator.span.start);
        let first_line = self.line(first_line);
        let decorators = self.push_decorators(&def.decorators)?;
        let dst = self.unit.code.alloc();
        self.at(span, |this| match &def.type_params {
            None => this.plain_class(def, first_line, dst, None),
            Some(params) => this.generic_class(def, params, first_line, dst),
        })?;
        self.unit.code.top = dst + 1;
        self.call_decorators(&def.decorators, decorators);
        self.at(span, |this| this.store_name(&def.name.name, Val::Reg(mark)));
        self.unit.code.top = mark;
        Ok(())
    }

    /// The class object in `dst`. `type_params` is the register of the tuple of type parameters.
    pub(super) fn plain_class(
        &mut self,
        def: &'a ClassDef,
        first_line: u32,
        dst: u16,
        type_params: Option<u16>,
    ) -> Result {
        self.check_keywords(&def.keywords)?;
        let base = self.unit.code.top;
        self.unit.code.emit(Op::LOAD_BUILD_CLASS, base, 0, 0);
        self.unit.code.reserve(base);
        let no_self = self.unit.code.alloc();
        self.unit.code.emit(Op::CLEAR_FAST, no_self, 0, 0);
        let function = self.unit.code.alloc();
        let code = self.class_body(def, first_line)?;
        self.make_function(code, function)?;
        let name = Const::Str(def.name.name.as_ref().into());
        self.push_const(&name);
        let unpacked = def.args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred(_)))
            || def.keywords.iter().any(|keyword| keyword.name.is_none());
        if !unpacked {
            for arg in &def.args {
                self.push(arg)?;
            }
            let mut count = 2 + def.args.len();
            if let Some(params) = type_params {
                self.push_generic(params);
                count += 1;
            }
            let mut names = Vec::new();
            for keyword in &def.keywords {
                names.extend(keyword.name.as_ref().map(|name| Const::Str(name.as_ref().into())));
                self.push(&keyword.value)?;
            }
            self.emit_call(base, (count + names.len()) as u16, names, dst);
            return Ok(());
        }
        // [callable, no self, tuple, dict]: the tuple is grown in a list after the two fixed arguments.
        let list = self.unit.code.alloc();
        self.unit.code.emit(Op::BUILD_LIST, list, function, 2);
        let mark = self.unit.code.top;
        for arg in &def.args {
            match &arg.kind {
                ExprKind::Starred(inner) => {
                    let value = self.register(inner)?;
                    self.unit.code.emit(Op::LIST_EXTEND, list, value, 0);
                }
                _ => {
                    let value = self.value(arg)?;
                    self.unit.code.emit(Op::LIST_APPEND, list, value.rk(), 0);
                }
            }
            self.unit.code.top = mark;
        }
        if let Some(params) = type_params {
            let generic = self.push_generic(params);
            self.unit.code.emit(Op::LIST_APPEND, list, generic, 0);
        }
        self.unit.code.emit(Op::LIST_TO_TUPLE, function, list, 0);
        self.unit.code.top = function + 1;
        self.push_keywords(&def.keywords, base)?;
        self.unit.code.emit(Op::CALL_FUNCTION_EX, base, 0, dst);
        Ok(())
    }

    fn push_generic(&mut self, params: u16) -> u16 {
        let register = self.unit.code.alloc();
        self.unit.code.emit(Op::CALL_INTRINSIC, register, params, Intrinsic::SubscriptGeneric as u16);
        register
    }

    fn class_body(&mut self, def: &'a ClassDef, first_line: u32) -> Result<crate::code_unit::CodeUnit> {
        let span = def.decorators.first().map_or(self.unit.code.span, |decorator| decorator.span);
        self.enter_unit(def.scope, def.name.name.to_string(), first_line);
        self.unit.code.span = span;
        self.unit_start();
        let table = self.table;
        let scope = table.scope(def.scope);
        let cell =
            |name: &str| scope.cellvars.iter().position(|cell| &**cell == name).map(|index| index as u16);
        let class_cell = cell("__class__").map(|index| self.unit.cell_base + index);
        let dict_cell = cell("__classdict__").map(|index| self.unit.cell_base + index);
        let temp = self.unit.code.top;
        if let Some(cell) = dict_cell {
            self.unit.code.emit(Op::LOAD_LOCALS, temp, 0, 0);
            self.unit.code.emit(Op::STORE_DEREF, cell, temp, 0);
        }
        let name = self.unit.code.name("__name__");
        self.unit.code.emit(Op::LOAD_NAME, temp, name, 0);
        self.store_mangled("__module__", Val::Reg(temp));
        let qualname = Const::Str(self.unit.qualname.as_str().into());
        self.store_const("__qualname__", &qualname);
        self.store_const("__firstlineno__", &Const::Int(i64::from(first_line)));
        if def.type_params.is_some()
            && let Some(cell) = self.cell_register(self.binding(".type_params"))
        {
            self.unit.code.emit(Op::LOAD_DEREF, temp, cell, 0);
            self.store_mangled("__type_params__", Val::Reg(temp));
        }
        let body = self.docstring(&def.body, true)?;
        self.body(body)?;
        self.body_annotations(def.annotations, &def.body)?;
        self.unit.code.span = HERE;
        let mut attributes = std::mem::take(&mut self.unit.static_attributes);
        attributes.sort();
        let attributes = attributes.iter().map(|name| Const::Str(name.as_ref().into())).collect();
        self.store_const("__static_attributes__", &Const::Tuple(attributes));
        if let Some(cell) = dict_cell {
            self.store_mangled("__classdictcell__", Val::Reg(cell));
        }
        match class_cell {
            Some(cell) => {
                self.store_mangled("__classcell__", Val::Reg(cell));
                self.unit.code.emit(Op::RETURN_VALUE, cell, 0, 0);
            }
            None => self.return_none(),
        }
        self.leave_unit()
    }

    fn store_const(&mut self, name: &str, value: &Const) {
        let mark = self.unit.code.top;
        let value = self.unit.code.constant_val(value);
        debug_assert!(matches!(self.binding(name), Binding::Name | Binding::Global | Binding::Free(_)));
        self.store_mangled(name, value);
        self.unit.code.top = mark;
    }
}
