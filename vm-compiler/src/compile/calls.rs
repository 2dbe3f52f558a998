//! Calls.

use super::{Compiler, Result};
use crate::assemble::Val;
use crate::ast::*;
use crate::opcodes::Op;
use crate::symtable::{Binding, ScopeKind};

/// Arguments passed in registers; longer lists go through a tuple.
const MAX_ARGS: usize = 200;

impl<'a> Compiler<'a> {
    pub(super) fn call(&mut self, call: &'a Call, span: Span, dst: u16) -> Result {
        let base = self.unit.code.top;
        let plain = call.args.len() + call.keywords.len() <= MAX_ARGS
            && !call.args.iter().any(|arg| matches!(arg.kind, ExprKind::Starred(_)))
            && call.keywords.iter().all(|keyword| keyword.name.is_some());
        self.check_keywords(&call.keywords)?;
        if !plain {
            return self.call_unpacked(call, dst);
        }
        let mut at = span;
        match &call.func.kind {
            ExprKind::Attribute { value, attr } => {
                let name = self.mangled(&attr.name);
                // The position of a method call begins at the method's name, as in CPython's tracebacks.
                if self.line(call.func.span.start) != self.line(attr.span.start) {
                    at = Span { start: attr.span.start, end: span.end };
                }
                let load = Span { start: at.start.max(call.func.span.start), end: call.func.span.end };
                if let Some(block) = self.super_block(value, &attr.name)? {
                    let name = self.unit.code.name(&name);
                    self.unit.code.top = base;
                    self.at(call.func.span, |this| {
                        this.unit.code.emit(Op::LOAD_SUPER_METHOD, base, block, name)
                    });
                } else {
                    let object = self.register(value)?;
                    let name = self.unit.code.name(&name);
                    self.unit.code.top = base;
                    self.at(load, |this| this.unit.code.emit(Op::LOAD_METHOD, base, object, name));
                }
                self.unit.code.reserve(base);
                self.unit.code.reserve(base + 1);
            }
            ExprKind::Name(name)
                if call.args.is_empty() && call.keywords.is_empty() && self.is_super(name) =>
            {
                // `super()`: the two arguments it finds for itself in CPython.
                if let Some(block) = self.super_block_for(&call.func)? {
                    let class = block + 1;
                    self.unit.code.top = base;
                    let call_base = self.unit.code.alloc_block(4);
                    // [super, class, self] becomes [super, no self, class, self].
                    self.unit.code.move_to(call_base + 3, Val::Reg(class + 1));
                    self.unit.code.move_to(call_base + 2, Val::Reg(class));
                    self.unit.code.emit(Op::CLEAR_FAST, call_base + 1, 0, 0);
                    self.unit.code.emit(Op::CALL, call_base, 2, dst);
                    return Ok(());
                }
                self.push_callable(&call.func)?;
            }
            _ => self.push_callable(&call.func)?,
        }
        for arg in &call.args {
            self.push(arg)?;
        }
        let mut names = Vec::with_capacity(call.keywords.len());
        for keyword in &call.keywords {
            if let Some(name) = &keyword.name {
                names.push(Const::Str(name.as_ref().into()));
            }
            self.push(&keyword.value)?;
        }
        let count = (call.args.len() + call.keywords.len()) as u16;
        self.at(at, |this| this.emit_call(base, count, names, dst));
        Ok(())
    }

    /// The callable in the next temporary, and no `self` after it.
    fn push_callable(&mut self, func: &'a Expr) -> Result {
        if let ExprKind::Name(name) = &func.kind
            && !self.table.scope(self.unit.scope).sees_class
        {
            let mangled = self.mangled(name);
            if self.binding(&mangled) == Binding::Global && &*mangled != "__debug__" {
                let block = self.unit.code.top;
                let name = self.unit.code.name(&mangled);
                self.at(func.span, |this| this.unit.code.emit(Op::LOAD_GLOBAL, block, name, 1));
                self.unit.code.alloc_block(2);
                return Ok(());
            }
        }
        self.push(func)?;
        let no_self = self.unit.code.alloc();
        self.unit.code.emit(Op::CLEAR_FAST, no_self, 0, 0);
        Ok(())
    }

    /// CALL or, with names, CALL_KW.
    pub(super) fn emit_call(&mut self, base: u16, count: u16, names: Vec<Const>, dst: u16) {
        if names.is_empty() {
            self.unit.code.emit(Op::CALL, base, count, dst);
        } else {
            let names = self.unit.code.constant(&Const::Tuple(names.into()));
            self.unit.code.emit_aux(Op::CALL_KW, base, count, dst, u32::from(names));
        }
    }

    pub(super) fn check_keywords(&self, keywords: &[Keyword]) -> Result {
        for (index, keyword) in keywords.iter().enumerate() {
            let Some(name) = &keyword.name else { continue };
            if &**name == "__debug__" {
                return self.error("cannot assign to __debug__", keyword.span);
            }
            if keywords[..index].iter().any(|other| other.name.as_ref() == Some(name)) {
                return self.error(format!("keyword argument repeated: {name}"), keyword.span);
            }
        }
        Ok(())
    }

    /// A call with `*` or `**` arguments, or very many.
    fn call_unpacked(&mut self, call: &'a Call, dst: u16) -> Result {
        let base = self.push(&call.func)?;
        let no_self = self.unit.code.alloc();
        self.unit.code.emit(Op::CLEAR_FAST, no_self, 0, 0);
        self.push_arguments(&call.args, &call.keywords, base)?;
        self.unit.code.emit(Op::CALL_FUNCTION_EX, base, 0, dst);
        Ok(())
    }

    /// The tuple and dict of a CALL_FUNCTION_EX whose callable is in `base`.
    pub(super) fn push_arguments(&mut self, args: &'a [Expr], keywords: &'a [Keyword], base: u16) -> Result {
        let tuple = self.unit.code.top;
        if args.is_empty() {
            self.push_const(&Const::Tuple([].into()));
        } else if let [Expr { kind: ExprKind::Starred(inner), .. }] = args {
            // The call makes the tuple, and names the function if it cannot.
            self.push(inner)?;
        } else {
            self.tuple_of(args, tuple)?;
            self.unit.code.top = tuple;
            self.unit.code.reserve(tuple);
        }
        self.push_keywords(keywords, base)
    }

    /// The dict of a CALL_FUNCTION_EX, or UNBOUND.
    pub(super) fn push_keywords(&mut self, keywords: &'a [Keyword], base: u16) -> Result {
        let dict = self.unit.code.alloc();
        if keywords.is_empty() {
            self.unit.code.emit(Op::CLEAR_FAST, dict, 0, 0);
            return Ok(());
        }
        let mark = self.unit.code.top;
        let mut started = false;
        let mut rest = keywords;
        while let Some(first) = rest.first() {
            if first.name.is_none() {
                if !started {
                    self.unit.code.emit(Op::BUILD_MAP, dict, mark, 0);
                    started = true;
                }
                let value = self.register(&first.value)?;
                self.at(first.span, |this| this.unit.code.emit(Op::DICT_MERGE, dict, value, base));
                rest = &rest[1..];
            } else {
                let count = rest.iter().take_while(|keyword| keyword.name.is_some()).count().min(MAX_ARGS);
                for keyword in &rest[..count] {
                    let Some(name) = &keyword.name else { break };
                    self.push_const(&Const::Str(name.as_ref().into()));
                    self.push(&keyword.value)?;
                }
                if started {
                    self.unit.code.emit(Op::BUILD_MAP, mark, mark, count as u16);
                    self.unit.code.top = mark + 1;
                    self.unit.code.emit(Op::DICT_MERGE, dict, mark, base);
                } else {
                    self.unit.code.emit(Op::BUILD_MAP, dict, mark, count as u16);
                    started = true;
                }
                rest = &rest[count..];
            }
            self.unit.code.top = mark;
        }
        Ok(())
    }

    /// Whether `name` is the global `super` in a function with a first parameter and a `__class__`.
    fn is_super(&self, name: &Name) -> bool {
        &**name == "super"
            && matches!(self.unit.kind, ScopeKind::Function | ScopeKind::Lambda)
            && self.binding("super") == Binding::Global
    }

    /// The block of LOAD_SUPER_ATTR for `value.attr`, if `value` is a call of `super` that allows it.
    pub(super) fn super_block(&mut self, value: &'a Expr, attr: &Name) -> Result<Option<u16>> {
        let ExprKind::Call(call) = &value.kind else { return Ok(None) };
        let ExprKind::Name(name) = &call.func.kind else { return Ok(None) };
        if !self.is_super(name) || &**attr == "__class__" || !call.keywords.is_empty() {
            return Ok(None);
        }
        match call.args.as_slice() {
            [] => self.super_block_for(&call.func),
            [class, object]
                if !matches!(
                    (&class.kind, &object.kind),
                    (ExprKind::Starred(_), _) | (_, ExprKind::Starred(_))
                ) =>
            {
                let block = self.push(&call.func)?;
                self.push(class)?;
                self.push(object)?;
                Ok(Some(block))
            }
            _ => Ok(None),
        }
    }

    /// `[super, __class__, first argument]` in consecutive temporaries.
    fn super_block_for(&mut self, func: &'a Expr) -> Result<Option<u16>> {
        let Binding::Free(_) = self.binding("__class__") else { return Ok(None) };
        let scope = self.table.scope(self.unit.scope);
        if self.unit.argcount == 0 {
            return Ok(None);
        }
        let first = scope.symbols[0].name.clone();
        let block = self.push(func)?;
        for name in ["__class__", &first] {
            let register = self.unit.code.alloc();
            let binding = self.table.binding(self.unit.scope, name);
            self.load_binding(name, binding, register);
        }
        Ok(Some(block))
    }
}
