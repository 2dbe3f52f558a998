//! Loops, `if`, and ways out of blocks.

use super::{Block, Compiler, Result};
use crate::assemble::{HERE, HandlerId, Label, Val};
use crate::ast::*;
use crate::opcodes::Op;

impl<'a> Compiler<'a> {
    pub(super) fn if_stmt(&mut self, branches: &'a [(Expr, Body)], orelse: &'a Body) -> Result {
        let end = self.unit.code.label();
        for (index, (test, body)) in branches.iter().enumerate() {
            let next = self.unit.code.label();
            self.jump_if(test, next, false)?;
            self.body(body)?;
            if index + 1 < branches.len() || !orelse.is_empty() {
                self.jump_here(Op::JUMP, end);
            }
            self.unit.code.place(next);
        }
        self.body(orelse)?;
        self.unit.code.place(end);
        Ok(())
    }

    pub(super) fn while_stmt(
        &mut self,
        test: &'a Expr,
        body: &'a Body,
        orelse: &'a Body,
        span: Span,
    ) -> Result {
        let code = &mut self.unit.code;
        let (head, next, exit, end) = (code.label(), code.label(), code.label(), code.label());
        // The test stands before the loop and at its end.
        self.jump_if(test, exit, false)?;
        self.unit.code.place_loop(head);
        self.push_block(Block::Loop { end, next }, span)?;
        self.body(body)?;
        self.unit.blocks.pop();
        self.unit.code.place(next);
        self.jump_if(test, exit, false)?;
        self.at(test.span, |this| this.unit.code.emit_jump(Op::JUMP_BACKWARD, 0, 0, 0, head));
        self.unit.code.place(exit);
        self.body(orelse)?;
        self.unit.code.place(end);
        Ok(())
    }

    /// `for target in iter`, the iterable's value on the way.
    pub(super) fn for_stmt(
        &mut self,
        target: &'a Expr,
        iter: &'a Expr,
        body: &'a Body,
        orelse: &'a Body,
        span: Span,
    ) -> Result {
        let mark = self.unit.code.top;
        let iterator = self.iterator(iter)?;
        let code = &mut self.unit.code;
        let (head, next, exit, end) = (code.label(), code.label(), code.label(), code.label());
        code.place_loop(head);
        self.for_step(target, iterator, iter.span, exit)?;
        self.push_block(Block::Loop { end, next }, span)?;
        self.body(body)?;
        self.unit.blocks.pop();
        self.unit.code.place(next);
        self.jump_here(Op::JUMP_BACKWARD, head);
        self.unit.code.place(exit);
        self.unit.code.top = mark;
        self.body(orelse)?;
        self.unit.code.place(end);
        self.unit.code.top = mark;
        Ok(())
    }

    /// An iterator over `iter` in a new temporary.
    pub(super) fn iterator(&mut self, iter: &'a Expr) -> Result<u16> {
        let iterator = self.unit.code.top;
        let mut constant = None;
        if let ExprKind::List(items) = &iter.kind {
            // Nothing else sees the list: a constant tuple does.
            constant = items.iter().map(|item| self.constant_of(item)).collect::<Option<Box<[Const]>>>();
        }
        let iterable = match constant {
            Some(items) if !items.is_empty() => {
                let value = self.unit.code.constant_val(&Const::Tuple(items));
                self.in_register(value)
            }
            _ => self.register(iter)?,
        };
        self.unit.code.top = iterator;
        self.at(iter.span, |this| this.unit.code.emit(Op::GET_ITER, iterator, iterable, 0));
        self.unit.code.reserve(iterator);
        Ok(iterator)
    }

    /// FOR_ITER and the store to the target.
    pub(super) fn for_step(&mut self, target: &'a Expr, iterator: u16, span: Span, exit: Label) -> Result {
        let local = match &target.kind {
            ExprKind::Name(name) => self.local_register(name),
            _ => None,
        };
        if let Some(register) = local {
            self.at(span, |this| this.unit.code.emit_jump(Op::FOR_ITER, register, iterator, 0, exit));
            self.unit.code.assigned.insert(register);
            return Ok(());
        }
        let item = self.unit.code.top;
        self.at(span, |this| this.unit.code.emit_jump(Op::FOR_ITER, item, iterator, 0, exit));
        self.unit.code.reserve(item);
        self.store(target, Val::Reg(item))?;
        self.unit.code.top = item;
        Ok(())
    }

    pub(super) fn break_stmt(&mut self, span: Span, is_break: bool) -> Result {
        let found = self.unit.blocks.iter().rposition(|block| matches!(block, Block::Loop { .. }));
        let Some(depth) = found else {
            let message = if is_break { "'break' outside loop" } else { "'continue' not properly in loop" };
            return self.error(message, span);
        };
        self.mark_line(span);
        let place = self.place_after(depth + 1, span);
        self.unwind(depth + 1)?;
        if let Block::Loop { end, next } = self.unit.blocks[depth] {
            let target = if is_break { end } else { next };
            self.at(place, |this| this.unit.code.emit_jump(Op::JUMP, 0, 0, 0, target));
        }
        Ok(())
    }

    /// The place of a jump or return that leaves the blocks from `depth` on: what they run on the way has places of its own, and
    /// then it is there.
    fn place_after(&self, depth: usize, span: Span) -> Span {
        let runs = |block: &Block<'_>| matches!(block, Block::Finally { .. } | Block::With { .. });
        if self.unit.blocks[depth..].iter().any(runs) { HERE } else { span }
    }

    pub(super) fn return_stmt(&mut self, value: Option<&'a Expr>, span: Span) -> Result {
        let mark = self.unit.code.top;
        if !self.unit.kind.is_callable() {
            return self.error("'return' outside function", span);
        }
        let scope = self.table.scope(self.unit.scope);
        if value.is_some() && scope.is_async && scope.is_generator {
            return self.error("'return' with value in async generator", span);
        }
        let place = self.place_after(0, span);
        if place != span {
            self.mark_line(span);
        }
        let mut result = match value {
            Some(value) => self.value(value)?,
            None => self.unit.code.constant_val(&Const::None),
        };
        let runs_code =
            self.unit.blocks.iter().any(|block| !matches!(block, Block::Loop { .. } | Block::Try { .. }));
        // What runs on the way out may bind the local anew.
        if let Val::Reg(register) = result
            && runs_code
            && !self.unit.code.is_temp(register)
        {
            result = Val::Reg(self.push_val(result));
        }
        let inside = self.unit.code.handler;
        self.unit.code.handler = self.unwind(0)?;
        self.at(place, |this| this.unit.code.emit(Op::RETURN_VALUE, result.rk(), 0, 0));
        self.unit.code.handler = inside;
        self.unit.code.top = mark;
        Ok(())
    }

    /// Leaves the blocks above `depth`, innermost first; they stay on the stack for the code that follows. The handler
    /// outside all of them.
    fn unwind(&mut self, depth: usize) -> Result<Option<HandlerId>> {
        let handler = self.unit.code.handler;
        let blocks: Vec<Block<'a>> = self.unit.blocks[depth..].to_vec();
        let all = self.unit.blocks.clone();
        for (index, block) in blocks.iter().enumerate().rev() {
            self.unit.blocks.truncate(depth + index);
            self.leave_block(*block)?;
        }
        self.unit.blocks = all;
        Ok(std::mem::replace(&mut self.unit.code.handler, handler))
    }

    fn leave_block(&mut self, block: Block<'a>) -> Result {
        match block {
            Block::Loop { .. } => {}
            Block::StarHandler => {
                let message = "'break', 'continue' and 'return' cannot appear in an except* block";
                return self.error(message, self.unit.code.span);
            }
            Block::Try { outer } => self.unit.code.handler = outer,
            Block::Finally { body, outer } => {
                self.unit.code.handler = outer;
                self.body(body)?;
            }
            Block::Handler { saved, outer } => {
                self.unit.code.handler = outer;
                self.unit.code.emit(Op::POP_EXCEPT, saved, 0, 0);
            }
            Block::HandlerName { name, outer } => {
                self.unit.code.handler = outer;
                self.unbind(name);
            }
            Block::With { exit, is_async, span, outer } => {
                self.unit.code.handler = outer;
                self.call_exit(exit, is_async, span);
            }
        }
        Ok(())
    }

    /// `name = None; del name`: the end of `except … as name`.
    pub(super) fn unbind(&mut self, name: &'a Name) {
        match self.local_register(name) {
            Some(register) => {
                self.at(HERE, |this| this.unit.code.emit(Op::CLEAR_FAST, register, 0, 0));
                self.unit.code.assigned.remove(register);
            }
            None => {
                let none = self.unit.code.constant_val(&Const::None);
                self.at(HERE, |this| {
                    this.store_name(name, none);
                    this.delete_name(name);
                });
            }
        }
    }
}
