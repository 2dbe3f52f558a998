//! Loads, stores and deletions of names.

use super::{Compiler, Result};
use crate::assemble::Val;
use crate::ast::{Expr, ExprKind, Name, ScopeId};
use crate::code_unit::Const;
use crate::opcodes::Op;
use crate::symtable::{Binding, ScopeKind, mangle};

impl<'a> Compiler<'a> {
    /// `name` as the innermost class mangles it.
    pub(super) fn mangled(&self, name: &Name) -> Name {
        mangle(self.class_name(self.unit.current), name)
    }

    fn class_name(&self, id: ScopeId) -> Option<&'a Name> {
        self.table.scope(id).class_name.as_ref()
    }

    pub(super) fn binding(&self, mangled: &str) -> Binding {
        self.table.binding(self.unit.current, mangled)
    }

    /// The register of a local, checked if it may be unbound.
    fn checked_local(&mut self, register: u16) -> u16 {
        if !self.unit.code.assigned.contains(register) {
            self.unit.code.emit(Op::LOAD_FAST_CHECK, register, register, 0);
            self.unit.code.assigned.insert(register);
        }
        register
    }

    /// The register that holds the cell of a binding.
    pub(super) fn cell_register(&self, binding: Binding) -> Option<u16> {
        match binding {
            Binding::Cell(index) => Some(self.unit.cell_base + index),
            Binding::Free(index) => Some(self.unit.free_base + index),
            _ => None,
        }
    }

    /// The local register of `name`, if it is one.
    pub(super) fn local_register(&self, name: &Name) -> Option<u16> {
        match self.binding(&self.mangled(name)) {
            Binding::Local(register) => Some(register),
            _ => None,
        }
    }

    /// The value of `name`, where it is if it is a local.
    pub(super) fn name_value(&mut self, name: &Name) -> Val {
        if &**name == "__debug__" {
            let value = if self.options.optimize == 0 { Const::True } else { Const::False };
            return self.unit.code.constant_val(&value);
        }
        if let Some(register) = self.local_register(name) {
            return Val::Reg(self.checked_local(register));
        }
        let dst = self.unit.code.top;
        self.load_name(name, dst);
        self.unit.code.reserve(dst);
        Val::Reg(dst)
    }

    /// Loads `name` into `dst`.
    pub(super) fn load_name(&mut self, name: &Name, dst: u16) {
        if &**name == "__debug__" {
            let value = if self.options.optimize == 0 { Const::True } else { Const::False };
            let index = self.unit.code.constant(&value);
            self.unit.code.emit(Op::LOAD_CONST, dst, index, 0);
            return;
        }
        let mangled = self.mangled(name);
        self.load_mangled(&mangled, dst);
    }

    pub(super) fn load_mangled(&mut self, mangled: &str, dst: u16) {
        let binding = self.binding(mangled);
        let scope = self.table.scope(self.unit.scope);
        if scope.sees_class
            && !matches!(binding, Binding::Local(_) | Binding::Cell(_))
            && !mangled.starts_with('.')
        {
            self.load_through_class(mangled, binding, dst);
            return;
        }
        self.load_binding(mangled, binding, dst);
    }

    pub(super) fn load_binding(&mut self, mangled: &str, binding: Binding, dst: u16) {
        match binding {
            Binding::Local(register) => {
                let register = self.checked_local(register);
                self.unit.code.move_to(dst, Val::Reg(register));
            }
            Binding::Cell(_) | Binding::Free(_) => {
                let cell = self.cell_register(binding).unwrap_or_default();
                if self.unit.kind == ScopeKind::Class && matches!(binding, Binding::Free(_)) {
                    let name = self.unit.code.name(mangled);
                    self.unit.code.emit(Op::LOAD_FROM_DICT_OR_DEREF, dst, cell, name);
                } else {
                    self.unit.code.emit(Op::LOAD_DEREF, dst, cell, 0);
                }
            }
            Binding::Global => {
                let name = self.unit.code.name(mangled);
                self.unit.code.emit(Op::LOAD_GLOBAL, dst, name, 0);
            }
            Binding::Name => {
                let name = self.unit.code.name(mangled);
                self.unit.code.emit(Op::LOAD_NAME, dst, name, 0);
            }
        }
    }

    /// A name in an annotation or type parameter inside a class: the class's namespace comes first.
    fn load_through_class(&mut self, mangled: &str, binding: Binding, dst: u16) {
        let Some(dict_cell) = self.cell_register(self.binding("__classdict__")) else {
            return self.load_binding(mangled, binding, dst);
        };
        let mark = self.unit.code.top;
        let dict = self.unit.code.alloc();
        let found = self.unit.code.alloc();
        let (outside, end) = (self.unit.code.label(), self.unit.code.label());
        self.unit.code.emit(Op::LOAD_DEREF, dict, dict_cell, 0);
        let key = self.unit.code.constant_val(&Const::Str(mangled.into()));
        self.unit.code.emit(Op::CONTAINS_OP, found, key.rk(), dict);
        self.unit.code.emit_jump(Op::JUMP_IF_FALSE, found, 0, 0, outside);
        self.unit.code.emit(Op::BINARY_SUBSCR, dst, dict, key.rk());
        self.jump_with(dst, end);
        self.unit.code.place(outside);
        self.load_binding(mangled, binding, dst);
        self.unit.code.place(end);
        self.unit.code.top = mark;
    }

    /// Binds `name` to `value`.
    pub(super) fn store_name(&mut self, name: &Name, value: Val) {
        let mangled = self.mangled(name);
        self.store_mangled(&mangled, value);
    }

    pub(super) fn store_mangled(&mut self, mangled: &str, value: Val) {
        let binding = self.binding(mangled);
        match binding {
            Binding::Local(register) => {
                self.unit.code.move_to(register, value);
                self.unit.code.assigned.insert(register);
            }
            Binding::Cell(_) | Binding::Free(_) => {
                let cell = self.cell_register(binding).unwrap_or_default();
                self.unit.code.emit(Op::STORE_DEREF, cell, value.rk(), 0);
            }
            Binding::Global => {
                let name = self.unit.code.name(mangled);
                self.unit.code.emit(Op::STORE_GLOBAL, name, value.rk(), 0);
            }
            Binding::Name => {
                let name = self.unit.code.name(mangled);
                self.unit.code.emit(Op::STORE_NAME, name, value.rk(), 0);
            }
        }
    }

    /// `del name`.
    pub(super) fn delete_name(&mut self, name: &Name) {
        let mangled = self.mangled(name);
        let binding = self.binding(&mangled);
        match binding {
            Binding::Local(register) => {
                self.unit.code.emit(Op::DELETE_FAST, register, 0, 0);
                self.unit.code.assigned.remove(register);
            }
            Binding::Cell(_) | Binding::Free(_) => {
                let cell = self.cell_register(binding).unwrap_or_default();
                self.unit.code.emit(Op::DELETE_DEREF, cell, 0, 0);
            }
            Binding::Global => {
                let name = self.unit.code.name(&mangled);
                self.unit.code.emit(Op::DELETE_GLOBAL, name, 0, 0);
            }
            Binding::Name => {
                let name = self.unit.code.name(&mangled);
                self.unit.code.emit(Op::DELETE_NAME, name, 0, 0);
            }
        }
    }

    /// Whether evaluating `later` may bind the local in `register` anew.
    pub(super) fn may_rebind(&self, register: u16, later: &[&Expr]) -> bool {
        if self.unit.code.is_temp(register) || !self.unit.has_named {
            return false;
        }
        let mut rebinds = false;
        for expr in later {
            crate::visit::walk(expr, &mut |expr| {
                if let ExprKind::Named { target, .. } = &expr.kind {
                    rebinds |= self.local_register(&target.name) == Some(register);
                }
            });
        }
        rebinds
    }

    /// The value of `expr`, safe from what the evaluation of `later` may bind.
    pub(super) fn value_before(&mut self, expr: &'a Expr, later: &[&Expr]) -> Result<Val> {
        let value = self.value(expr)?;
        Ok(match value {
            Val::Reg(register) if self.may_rebind(register, later) => {
                let copy = self.unit.code.alloc();
                self.unit.code.move_to(copy, value);
                Val::Reg(copy)
            }
            _ => value,
        })
    }

    /// As [`Self::value_before`], in a register.
    pub(super) fn register_before(&mut self, expr: &'a Expr, later: &[&Expr]) -> Result<u16> {
        let value = self.value_before(expr, later)?;
        Ok(self.in_register(value))
    }

    /// A register that holds `value`.
    pub(super) fn in_register(&mut self, value: Val) -> u16 {
        match value {
            Val::Reg(register) => register,
            Val::Const(_) => {
                let register = self.unit.code.alloc();
                self.unit.code.move_to(register, value);
                register
            }
        }
    }
}
