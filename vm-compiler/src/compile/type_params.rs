//! Type parameters and type aliases (PEP 695, PEP 696).
//!
//! Type parameters live in a function of their own around the generic object, called at once. Bounds, defaults and alias
//! values are functions evaluated on demand.

use super::{Compiler, Result};
use crate::assemble::Val;
use crate::ast::*;
use crate::code_unit::CodeFlags;
use crate::opcodes::{Intrinsic, Op};

impl<'a> Compiler<'a> {
    /// Starts the function of the type parameters and makes them; the register of their tuple.
    fn enter_type_params(&mut self, params: &'a TypeParams, owner: &str, first_line: u32) -> Result<u16> {
        self.enter_unit(params.scope, format!("<generic parameters of {owner}>"), first_line);
        self.unit.code.span = params.span;
        self.unit.flags |= CodeFlags::OPTIMIZED | CodeFlags::NEWLOCALS;
        self.unit.argcount = crate::visit::TYPE_PARAMS_ARGS.len() as u16;
        self.unit_start();
        let tuple = self.unit.code.top;
        for param in &params.params {
            self.type_param(param)?;
        }
        self.unit.code.emit(Op::BUILD_TUPLE, tuple, tuple, params.params.len() as u16);
        self.unit.code.top = tuple;
        self.unit.code.reserve(tuple);
        self.store_mangled(".type_params", Val::Reg(tuple));
        Ok(tuple)
    }

    /// One type parameter, bound and pushed.
    fn type_param(&mut self, param: &'a TypeParam) -> Result {
        let dst = self.unit.code.alloc();
        let name = Const::Str(param.name.name.as_ref().into());
        let intrinsic = match (param.kind, &param.bound) {
            (TypeParamKind::TypeVar, Some((scope, bound))) => {
                let block = self.push_const(&name);
                let function = self.unit.code.alloc();
                self.lazy_value(*scope, &param.name.name, bound, function)?;
                self.unit.code.emit(Op::BUILD_TUPLE, dst, block, 2);
                match bound.kind {
                    ExprKind::Tuple(..) => Intrinsic::TypeVarWithConstraints,
                    _ => Intrinsic::TypeVarWithBound,
                }
            }
            (kind, _) => {
                let index = self.unit.code.constant(&name);
                self.unit.code.emit(Op::LOAD_CONST, dst, index, 0);
                match kind {
                    TypeParamKind::TypeVar => Intrinsic::TypeVar,
                    TypeParamKind::TypeVarTuple => Intrinsic::TypeVarTuple,
                    TypeParamKind::ParamSpec => Intrinsic::ParamSpec,
                }
            }
        };
        self.unit.code.emit(Op::CALL_INTRINSIC, dst, dst, intrinsic as u16);
        self.unit.code.top = dst + 1;
        if let Some((scope, default)) = &param.default {
            let block = self.push_val(Val::Reg(dst));
            let function = self.unit.code.alloc();
            self.lazy_value(*scope, &param.name.name, default, function)?;
            self.unit.code.emit(Op::BUILD_TUPLE, block, block, 2);
            self.unit.code.emit(Op::CALL_INTRINSIC, dst, block, Intrinsic::SetTypeParamDefault as u16);
            self.unit.code.top = dst + 1;
        }
        self.store_name(&param.name.name, Val::Reg(dst));
        Ok(())
    }

    /// A function that evaluates `value`.
    fn lazy_value(&mut self, scope: ScopeId, name: &Name, value: &'a Expr, dst: u16) -> Result {
        let line = self.line(value.span.start);
        self.enter_unit(scope, name.to_string(), line);
        self.unit.code.span = value.span;
        self.lazy_unit_start(false);
        let result = match &value.kind {
            ExprKind::Starred(inner) => {
                let inner = self.register(inner)?;
                let item = self.unit.code.alloc();
                self.unit.code.emit(Op::UNPACK_SEQUENCE, item, inner, 1);
                Val::Reg(item)
            }
            _ => self.value(value)?,
        };
        self.unit.code.emit(Op::RETURN_VALUE, result.rk(), 0, 0);
        let code = self.leave_unit()?;
        self.make_function(code, dst)
    }

    /// Ends the function of the type parameters, which returns `result`, and calls it with the arguments that the
    /// caller holds; the result in `dst`.
    fn leave_type_params(&mut self, result: u16, arguments: [Option<u16>; 2], dst: u16) -> Result {
        self.unit.code.emit(Op::RETURN_VALUE, result, 0, 0);
        let code = self.leave_unit()?;
        let base = self.unit.code.alloc();
        self.make_function(code, base)?;
        let no_self = self.unit.code.alloc();
        self.unit.code.emit(Op::CLEAR_FAST, no_self, 0, 0);
        for argument in arguments {
            match argument {
                Some(register) => self.push_val(Val::Reg(register)),
                None => self.push_const(&Const::None),
            };
        }
        self.unit.code.emit(Op::CALL, base, 2, dst);
        Ok(())
    }

    pub(super) fn generic_function(
        &mut self,
        def: &'a FunctionDef,
        params: &'a TypeParams,
        first_line: u32,
        dst: u16,
    ) -> Result {
        let (positional, keyword) = self.defaults(&def.params)?;
        let tuple = self.enter_type_params(params, &def.name.name, first_line)?;
        let function = self.unit.code.alloc();
        // Its defaults are the arguments of the function around it.
        let defaults = (positional.map(|_| 0), keyword.map(|_| 1));
        self.plain_function(def, first_line, function, Some(defaults))?;
        let name = self.unit.code.name("__type_params__");
        self.unit.code.emit(Op::STORE_ATTR, function, tuple, name);
        self.leave_type_params(function, [positional, keyword], dst)
    }

    pub(super) fn generic_class(
        &mut self,
        def: &'a ClassDef,
        params: &'a TypeParams,
        first_line: u32,
        dst: u16,
    ) -> Result {
        let tuple = self.enter_type_params(params, &def.name.name, first_line)?;
        let class = self.unit.code.alloc();
        self.plain_class(def, first_line, class, Some(tuple))?;
        self.leave_type_params(class, [None, None], dst)
    }

    /// `type X = …`.
    pub(super) fn type_alias(&mut self, alias: &'a TypeAlias) -> Result {
        let mark = self.unit.code.top;
        let dst = self.unit.code.alloc();
        match &alias.type_params {
            None => self.make_alias(alias, None, dst)?,
            Some(params) => {
                let line = self.line(alias.name.span.start);
                let tuple = self.enter_type_params(params, &alias.name.name, line)?;
                let made = self.unit.code.alloc();
                self.make_alias(alias, Some(tuple), made)?;
                self.leave_type_params(made, [None, None], dst)?;
            }
        }
        self.store_name(&alias.name.name, Val::Reg(dst));
        self.unit.code.top = mark;
        Ok(())
    }

    fn make_alias(&mut self, alias: &'a TypeAlias, params: Option<u16>, dst: u16) -> Result {
        let block = self.push_const(&Const::Str(alias.name.name.as_ref().into()));
        match params {
            Some(tuple) => self.push_val(Val::Reg(tuple)),
            None => self.push_const(&Const::None),
        };
        let function = self.unit.code.alloc();
        self.lazy_value(alias.scope, &alias.name.name, &alias.value, function)?;
        self.unit.code.emit(Op::BUILD_TUPLE, block, block, 3);
        self.unit.code.emit(Op::CALL_INTRINSIC, dst, block, Intrinsic::TypeAlias as u16);
        self.unit.code.top = dst + 1;
        Ok(())
    }
}
