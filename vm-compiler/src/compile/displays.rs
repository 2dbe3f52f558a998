//! Tuple, list, set and dict displays.

use super::{Compiler, Result};
use crate::assemble::Val;
use crate::ast::*;
use crate::opcodes::Op;

/// Items built at once from consecutive registers; longer displays grow item by item.
const MAX_BLOCK: usize = 64;
/// From how many constant items on a display is made from one constant.
const MIN_CONSTANT: usize = 3;

fn starred(items: &[Expr]) -> bool {
    items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_)))
}

impl<'a> Compiler<'a> {
    /// Items in consecutive temporaries; the first of them.
    fn push_all(&mut self, items: &'a [Expr]) -> Result<u16> {
        let first = self.unit.code.top;
        for item in items {
            self.push(item)?;
        }
        Ok(first)
    }

    fn constants_of(&self, items: &[Expr]) -> Option<Box<[Const]>> {
        items.iter().map(|item| self.constant_of(item)).collect()
    }

    pub(super) fn tuple(&mut self, expr: &'a Expr, items: &'a [Expr], dst: u16) -> Result {
        if let Some(constant) = self.constant_of(expr) {
            let index = self.unit.code.constant(&constant);
            self.unit.code.emit(Op::LOAD_CONST, dst, index, 0);
            return Ok(());
        }
        self.tuple_of(items, dst)
    }

    /// A tuple of `items`, starred ones unpacked.
    pub(super) fn tuple_of(&mut self, items: &'a [Expr], dst: u16) -> Result {
        if starred(items) || items.len() > MAX_BLOCK {
            let list = self.unit.code.alloc();
            self.grow_list(items, list)?;
            self.unit.code.emit(Op::LIST_TO_TUPLE, dst, list, 0);
            return Ok(());
        }
        let first = self.push_all(items)?;
        self.unit.code.emit(Op::BUILD_TUPLE, dst, first, items.len() as u16);
        Ok(())
    }

    pub(super) fn list(&mut self, items: &'a [Expr], dst: u16) -> Result {
        if let Some(constants) = self.constants_of(items)
            && constants.len() >= MIN_CONSTANT
        {
            return self.in_temp(dst, |this, list| {
                this.unit.code.emit(Op::BUILD_LIST, list, this.unit.code.top, 0);
                let tuple = this.unit.code.constant(&Const::Tuple(constants));
                let register = this.unit.code.alloc();
                this.unit.code.emit(Op::LOAD_CONST, register, tuple, 0);
                this.unit.code.emit(Op::LIST_EXTEND, list, register, 0);
                Ok(())
            });
        }
        if starred(items) || items.len() > MAX_BLOCK {
            return self.in_temp(dst, |this, list| this.grow_list(items, list));
        }
        let first = self.push_all(items)?;
        self.unit.code.emit(Op::BUILD_LIST, dst, first, items.len() as u16);
        Ok(())
    }

    /// Builds a list item by item in the taken temporary `list`.
    pub(super) fn grow_list(&mut self, items: &'a [Expr], list: u16) -> Result {
        let plain =
            items.iter().take_while(|item| !matches!(item.kind, ExprKind::Starred(_))).count().min(MAX_BLOCK);
        let mark = self.unit.code.top;
        let first = self.push_all(&items[..plain])?;
        self.unit.code.emit(Op::BUILD_LIST, list, first, plain as u16);
        self.unit.code.top = mark;
        for item in &items[plain..] {
            match &item.kind {
                ExprKind::Starred(inner) => {
                    let value = self.register(inner)?;
                    self.at(item.span, |this| this.unit.code.emit(Op::LIST_EXTEND, list, value, 0));
                }
                _ => {
                    let value = self.value(item)?;
                    self.unit.code.emit(Op::LIST_APPEND, list, value.rk(), 0);
                }
            }
            self.unit.code.top = mark;
        }
        Ok(())
    }

    pub(super) fn set(&mut self, items: &'a [Expr], dst: u16) -> Result {
        if let Some(constants) = self.constants_of(items)
            && constants.len() >= MIN_CONSTANT
        {
            return self.in_temp(dst, |this, set| {
                this.unit.code.emit(Op::BUILD_SET, set, this.unit.code.top, 0);
                let frozen = this.unit.code.constant(&Const::FrozenSet(constants));
                let register = this.unit.code.alloc();
                this.unit.code.emit(Op::LOAD_CONST, register, frozen, 0);
                this.unit.code.emit(Op::SET_UPDATE, set, register, 0);
                Ok(())
            });
        }
        if !starred(items) && items.len() <= MAX_BLOCK {
            let first = self.push_all(items)?;
            self.unit.code.emit(Op::BUILD_SET, dst, first, items.len() as u16);
            return Ok(());
        }
        self.in_temp(dst, |this, set| {
            this.unit.code.emit(Op::BUILD_SET, set, this.unit.code.top, 0);
            let mark = this.unit.code.top;
            for item in items {
                match &item.kind {
                    ExprKind::Starred(inner) => {
                        let value = this.register(inner)?;
                        this.unit.code.emit(Op::SET_UPDATE, set, value, 0);
                    }
                    _ => {
                        let value = this.value(item)?;
                        this.unit.code.emit(Op::SET_ADD, set, value.rk(), 0);
                    }
                }
                this.unit.code.top = mark;
            }
            Ok(())
        })
    }

    pub(super) fn dict(&mut self, items: &'a [(Option<Expr>, Expr)], dst: u16) -> Result {
        let plain = items.iter().take_while(|(key, _)| key.is_some()).count().min(MAX_BLOCK / 2);
        if plain == items.len() {
            let first = self.push_pairs(items)?;
            self.unit.code.emit(Op::BUILD_MAP, dst, first, plain as u16);
            return Ok(());
        }
        self.in_temp(dst, |this, dict| {
            let mark = this.unit.code.top;
            let first = this.push_pairs(&items[..plain])?;
            this.unit.code.emit(Op::BUILD_MAP, dict, first, plain as u16);
            this.unit.code.top = mark;
            for (key, value) in &items[plain..] {
                match key {
                    Some(key) => {
                        let key = this.value_before(key, &[value])?;
                        let value = this.value(value)?;
                        this.unit.code.emit(Op::MAP_ADD, dict, key.rk(), value.rk());
                    }
                    None => {
                        let value = this.register(value)?;
                        this.unit.code.emit(Op::DICT_UPDATE, dict, value, 0);
                    }
                }
                this.unit.code.top = mark;
            }
            Ok(())
        })
    }

    fn push_pairs(&mut self, items: &'a [(Option<Expr>, Expr)]) -> Result<u16> {
        let first = self.unit.code.top;
        for (key, value) in items {
            if let Some(key) = key {
                self.push(key)?;
            }
            self.push(value)?;
        }
        Ok(first)
    }

    /// Copies `value` into the next temporary.
    pub(super) fn push_val(&mut self, value: Val) -> u16 {
        let register = self.unit.code.alloc();
        self.unit.code.move_to(register, value);
        register
    }

    /// Loads a constant into the next temporary.
    pub(super) fn push_const(&mut self, value: &Const) -> u16 {
        let register = self.unit.code.alloc();
        let index = self.unit.code.constant(value);
        self.unit.code.emit(Op::LOAD_CONST, register, index, 0);
        register
    }
}
