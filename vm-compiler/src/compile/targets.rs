//! Assignment targets.

use super::{Block, Compiler, Result};
use crate::assemble::Val;
use crate::ast::*;
use crate::opcodes::Op;

impl<'a> Compiler<'a> {
    /// Stores `value` into `target`.
    pub(super) fn store(&mut self, target: &'a Expr, value: Val) -> Result {
        let mark = self.unit.code.top;
        let outer = std::mem::replace(&mut self.unit.code.span, target.span);
        match &target.kind {
            ExprKind::Name(name) => self.store_name(name, value),
            ExprKind::Attribute { value: object, attr } => {
                let value = self.stable(value, &[object]);
                let object_register = self.register(object)?;
                self.note_static_attribute(object, &attr.name);
                let name = self.mangled(&attr.name);
                let name = self.unit.code.name(&name);
                self.unit.code.emit(Op::STORE_ATTR, object_register, value.rk(), name);
            }
            ExprKind::Subscript { value: object, index } => {
                let value = self.stable(value, &[object, index]);
                let object = self.register_before(object, &[index])?;
                if let ExprKind::Slice { lower, upper, step: None } = &index.kind {
                    let block = self.slice_block([lower.as_deref(), upper.as_deref()])?;
                    self.unit.code.emit(Op::STORE_SLICE, object, block, value.rk());
                } else {
                    let index = self.value(index)?;
                    self.unit.code.emit(Op::STORE_SUBSCR, object, index.rk(), value.rk());
                }
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => self.unpack(items, value, target.span)?,
            ExprKind::Starred(_) => {
                return self.error("starred assignment target must be in a list or tuple", target.span);
            }
            _ => return self.error("cannot assign to expression", target.span),
        }
        self.unit.code.span = outer;
        self.unit.code.top = mark;
        Ok(())
    }

    /// `value`, safe from what the evaluation of `later` may bind.
    fn stable(&mut self, value: Val, later: &[&Expr]) -> Val {
        match value {
            Val::Reg(register) if self.may_rebind(register, later) => Val::Reg(self.push_val(value)),
            _ => value,
        }
    }

    /// `self.x = …` in a method counts among the class's static attributes.
    fn note_static_attribute(&mut self, object: &Expr, attr: &Name) {
        if !matches!(&object.kind, ExprKind::Name(name) if &**name == "self") {
            return;
        }
        if let Some(class) =
            self.units.iter_mut().rev().find(|unit| unit.kind == crate::symtable::ScopeKind::Class)
            && !class.static_attributes.contains(attr)
        {
            class.static_attributes.push(attr.clone());
        }
    }

    /// The first of consecutive locals that `items` are, if they are.
    fn consecutive_locals(&self, items: &[Expr]) -> Option<u16> {
        let mut first = None;
        for (index, item) in items.iter().enumerate() {
            let ExprKind::Name(name) = &item.kind else { return None };
            let register = self.local_register(name)?;
            let first = *first.get_or_insert(register);
            if register != first + index as u16 {
                return None;
            }
        }
        first
    }

    fn unpack(&mut self, items: &'a [Expr], value: Val, span: Span) -> Result {
        let source = self.in_register(value);
        let star = items.iter().position(|item| matches!(item.kind, ExprKind::Starred(_)));
        if let Some(star) = star {
            if items[star + 1..].iter().any(|item| matches!(item.kind, ExprKind::Starred(_))) {
                return self.error("multiple starred expressions in assignment", span);
            }
            let after = items.len() - star - 1;
            if star > 255 || after > 255 {
                return self.error("too many expressions in star-unpacking assignment", span);
            }
            let first = self.unit.code.alloc_block(items.len() as u16);
            self.unit.code.emit(Op::UNPACK_EX, first, source, star as u16 | (after as u16) << 8);
            return self.store_all(items, first);
        }
        if items.len() > usize::from(crate::assemble::MAX_REGISTERS) {
            return self.error("too many expressions in assignment", span);
        }
        let count = items.len() as u16;
        if let Some(first) = self.consecutive_locals(items)
            && self.unit.blocks.iter().all(|block| matches!(block, Block::Loop { .. }))
        {
            // Straight into the locals, where no handler could see a failure half-way.
            self.unit.code.emit(Op::UNPACK_SEQUENCE, first, source, count);
            for register in first..first + count {
                self.unit.code.assigned.insert(register);
            }
            return Ok(());
        }
        let first = self.unit.code.alloc_block(count);
        self.unit.code.emit(Op::UNPACK_SEQUENCE, first, source, count);
        self.store_all(items, first)
    }

    fn store_all(&mut self, items: &'a [Expr], first: u16) -> Result {
        for (index, item) in items.iter().enumerate() {
            let item = match &item.kind {
                ExprKind::Starred(inner) => inner,
                _ => item,
            };
            self.store(item, Val::Reg(first + index as u16))?;
        }
        Ok(())
    }

    /// `targets = value`.
    pub(super) fn assign(&mut self, targets: &'a [Expr], value: &'a Expr) -> Result {
        let mark = self.unit.code.top;
        if let [target] = targets {
            if let ExprKind::Name(name) = &target.kind
                && let Some(register) = self.local_register(name)
            {
                self.into(value, register)?;
                // Where the value ends on another line, the store has its own.
                self.mark_line(target.span);
                self.unit.code.assigned.insert(register);
                return Ok(());
            }
            if let (
                ExprKind::Tuple(targets) | ExprKind::List(targets),
                ExprKind::Tuple(values) | ExprKind::List(values),
            ) = (&target.kind, &value.kind)
                && self.assign_in_parallel(targets, values)?
            {
                self.unit.code.top = mark;
                return Ok(());
            }
        }
        let value = self.value(value)?;
        // A chain `a = b = a` may overwrite the local that holds the value.
        let value = match value {
            Val::Reg(register) if targets.len() > 1 && !self.unit.code.is_temp(register) => {
                Val::Reg(self.push_val(value))
            }
            _ => value,
        };
        for target in targets {
            self.store(target, value)?;
        }
        self.unit.code.top = mark;
        Ok(())
    }

    /// `a, b = x, y` without a tuple. Whether it could be done.
    fn assign_in_parallel(&mut self, targets: &'a [Expr], values: &'a [Expr]) -> Result<bool> {
        let starred = |items: &[Expr]| items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_)));
        if targets.len() != values.len() || targets.len() > 8 || starred(targets) || starred(values) {
            return Ok(false);
        }
        if values.iter().all(|value| self.constant_of(value).is_some()) {
            // One constant tuple is no gain over separate constants: store them one by one.
            for (target, value) in targets.iter().zip(values) {
                let value = self.value(value)?;
                self.store(target, value)?;
            }
            return Ok(true);
        }
        let locals: Vec<Option<u16>> = targets
            .iter()
            .map(|target| match &target.kind {
                ExprKind::Name(name) => self.local_register(name),
                _ => None,
            })
            .collect();
        let Some((last, others)) = values.split_last() else { return Ok(false) };
        let mut held = Vec::with_capacity(values.len());
        for (index, value) in others.iter().enumerate() {
            let later: Vec<&Expr> = values[index + 1..].iter().collect();
            let mut value = self.value_before(value, &later)?;
            // Locals that the assignment itself changes are read before it.
            if let Val::Reg(register) = value
                && locals.contains(&Some(register))
            {
                value = Val::Reg(self.push_val(value));
            }
            held.push(value);
        }
        // All targets locals: the last value can go straight to its place, as nothing can see the order.
        if let Some(register) = locals[locals.len() - 1]
            && locals.iter().all(Option::is_some)
        {
            let unique = locals[..locals.len() - 1].iter().all(|other| *other != Some(register));
            if unique {
                self.into(last, register)?;
                for (target, value) in targets.iter().zip(held) {
                    self.store(target, value)?;
                }
                self.unit.code.assigned.insert(register);
                return Ok(true);
            }
        }
        let mut value = self.value(last)?;
        if let Val::Reg(register) = value
            && locals.contains(&Some(register))
        {
            value = Val::Reg(self.push_val(value));
        }
        held.push(value);
        for (target, value) in targets.iter().zip(held) {
            self.store(target, value)?;
        }
        Ok(true)
    }

    /// `target op= value`.
    pub(super) fn augmented(&mut self, target: &'a Expr, op: BinOp, value: &'a Expr, span: Span) -> Result {
        let mark = self.unit.code.top;
        match &target.kind {
            ExprKind::Name(name) => {
                let left = self.at(target.span, |this| this.name_value(name));
                let left = self.stable(left, &[value]);
                let right = self.value(value)?;
                let dst = match self.local_register(name) {
                    Some(register) => register,
                    None => mark,
                };
                self.at(span, |this| this.inplace(op, left, right, dst));
                self.unit.code.top = mark;
                if self.unit.code.is_temp(dst) {
                    self.unit.code.reserve(dst);
                    self.at(target.span, |this| this.store_name(name, Val::Reg(dst)));
                }
            }
            ExprKind::Attribute { value: object, attr } => {
                let object_register = self.register_before(object, &[value])?;
                self.note_static_attribute(object, &attr.name);
                let name = self.mangled(&attr.name);
                let name = self.unit.code.name(&name);
                let old = self.unit.code.alloc();
                self.at(target.span, |this| this.unit.code.emit(Op::LOAD_ATTR, old, object_register, name));
                let right = self.value(value)?;
                self.at(span, |this| this.inplace(op, Val::Reg(old), right, old));
                self.at(target.span, |this| this.unit.code.emit(Op::STORE_ATTR, object_register, old, name));
            }
            ExprKind::Subscript { value: object, index } => {
                let object = self.register_before(object, &[index, value])?;
                let index = self.value_before(index, &[value])?;
                let old = self.unit.code.alloc();
                self.at(target.span, |this| this.unit.code.emit(Op::BINARY_SUBSCR, old, object, index.rk()));
                let right = self.value(value)?;
                self.at(span, |this| this.inplace(op, Val::Reg(old), right, old));
                self.at(target.span, |this| this.unit.code.emit(Op::STORE_SUBSCR, object, index.rk(), old));
            }
            _ => return self.error("illegal expression for augmented assignment", target.span),
        }
        self.unit.code.top = mark;
        Ok(())
    }

    /// `del target`.
    pub(super) fn delete(&mut self, target: &'a Expr) -> Result {
        let mark = self.unit.code.top;
        let outer = std::mem::replace(&mut self.unit.code.span, target.span);
        match &target.kind {
            ExprKind::Name(name) => self.delete_name(name),
            ExprKind::Attribute { value, attr } => {
                let object = self.register(value)?;
                let name = self.mangled(&attr.name);
                let name = self.unit.code.name(&name);
                self.unit.code.emit(Op::DELETE_ATTR, object, name, 0);
            }
            ExprKind::Subscript { value, index } => {
                let object = self.register_before(value, &[index])?;
                let index = self.value(index)?;
                self.unit.code.emit(Op::DELETE_SUBSCR, object, index.rk(), 0);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                for item in items {
                    self.delete(item)?;
                }
            }
            _ => return self.error("cannot delete expression", target.span),
        }
        self.unit.code.span = outer;
        self.unit.code.top = mark;
        Ok(())
    }
}
