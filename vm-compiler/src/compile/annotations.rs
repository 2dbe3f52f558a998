//! Annotations, evaluated on demand (PEP 649): each scope's become one function of the requested format that returns a
//! dict. Under `from __future__ import annotations` the function returns their source text.

use super::{Compiler, Result};
use crate::ast::*;
use crate::opcodes::{CmpOp, Op};

/// The greatest format that compiled annotation functions know (`Format.VALUE_WITH_FAKE_GLOBALS`).
const MAX_FORMAT: i64 = 2;

impl<'a> Compiler<'a> {
    /// The annotation function of a module or class, stored under its name.
    pub(super) fn body_annotations(&mut self, scope: ScopeId, body: &'a [Stmt]) -> Result {
        let mut found = Vec::new();
        crate::visit::annotations(body, &mut |target, annotation| {
            if let ExprKind::Name(name) = &target.kind {
                found.push((name, annotation));
            }
        });
        if found.is_empty() {
            return Ok(());
        }
        let items = found.into_iter().map(|(name, annotation)| (self.mangled(name), annotation)).collect();
        let mark = self.unit.code.top;
        let function = self.unit.code.alloc();
        self.annotate_function(scope, items, function)?;
        self.store_mangled("__annotate__", crate::assemble::Val::Reg(function));
        self.unit.code.top = mark;
        Ok(())
    }

    /// The annotation function of `def` in a new temporary, if it has annotations.
    pub(super) fn function_annotations(&mut self, def: &'a FunctionDef) -> Result<Option<u16>> {
        let mut items: Vec<(Name, &'a Expr)> = Vec::new();
        for param in def.params.iter() {
            if let Some(annotation) = &param.annotation {
                items.push((self.mangled(&param.name.name), annotation));
            }
        }
        if let Some(returns) = &def.returns {
            items.push(("return".into(), returns));
        }
        if items.is_empty() {
            return Ok(None);
        }
        let function = self.unit.code.alloc();
        self.annotate_function(def.annotations, items, function)?;
        Ok(Some(function))
    }

    fn annotate_function(&mut self, scope: ScopeId, items: Vec<(Name, &'a Expr)>, dst: u16) -> Result {
        let span = items.first().map_or(Span::default(), |(_, annotation)| annotation.span);
        let line = self.line(span.start);
        self.enter_unit(scope, "__annotate__".into(), line);
        self.unit.code.span = span;
        self.lazy_unit_start(true);
        let dict = self.unit.code.alloc();
        self.unit.code.emit(Op::BUILD_MAP, dict, dict, 0);
        for (name, annotation) in items {
            let mark = self.unit.code.top;
            let key = self.unit.code.constant_val(&Const::Str(name.as_ref().into()));
            let value = if self.future_annotations {
                let text = source_text(self.source.slice(annotation.span));
                self.unit.code.constant_val(&Const::Str(text.into()))
            } else if let ExprKind::Starred(inner) = &annotation.kind {
                // `*args: *Ts` is the one item that unpacking gives.
                let inner = self.register(inner)?;
                let item = self.unit.code.alloc();
                self.unit.code.emit(Op::UNPACK_SEQUENCE, item, inner, 1);
                crate::assemble::Val::Reg(item)
            } else {
                self.value(annotation)?
            };
            self.unit.code.emit(Op::MAP_ADD, dict, key.rk(), value.rk());
            self.unit.code.top = mark;
        }
        self.unit.code.emit(Op::RETURN_VALUE, dict, 0, 0);
        let code = self.leave_unit()?;
        self.make_function(code, dst)
    }

    /// Start of a function of one positional argument, the format: other formats than 1 and 2 are refused.
    pub(super) fn lazy_unit_start(&mut self, check: bool) {
        self.unit.flags |= crate::code_unit::CodeFlags::OPTIMIZED | crate::code_unit::CodeFlags::NEWLOCALS;
        self.unit.argcount = 1;
        self.unit.posonly = 1;
        self.unit_start();
        if !check {
            return;
        }
        let known = self.unit.code.label();
        let max = self.unit.code.constant_val(&Const::Int(MAX_FORMAT));
        self.unit.code.emit_jump(Op::COMPARE_JUMP, CmpOp::Gt as u16, 0, max.rk(), known);
        let error = self.unit.code.top;
        let name = self.unit.code.name("NotImplementedError");
        self.unit.code.emit(Op::LOAD_GLOBAL, error, name, 0);
        self.emit_raise(1, crate::assemble::Val::Reg(error));
        self.unit.code.place(known);
    }
}

/// Source text on one line.
fn source_text(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return text.to_owned();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
