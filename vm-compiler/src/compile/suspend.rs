//! `yield`, `yield from`, `await`, `async for`.
//!
//! A delegation is always these words in a row: SEND (2), YIELD_VALUE (1), RESUME (2), JUMP_BACKWARD_NO_INTERRUPT (1),
//! so that an exception thrown in at the YIELD_VALUE finds the SEND two words before it.

use super::{Block, Compiler, Result};
use crate::assemble::Val;
use crate::ast::*;
use crate::opcodes::{Intrinsic, Op};

/// `A` of RESUME.
const AFTER_YIELD: u16 = 1;
const AFTER_YIELD_FROM: u16 = 2;
const AFTER_AWAIT: u16 = 3;

impl<'a> Compiler<'a> {
    pub(super) fn yield_value(&mut self, value: Option<&'a Expr>, dst: u16) -> Result {
        let mut value = match value {
            Some(value) => self.value(value)?,
            None => self.unit.code.constant_val(&Const::None),
        };
        if self.table.scope(self.unit.scope).is_async {
            let register = self.in_register(value);
            let wrapped = self.unit.code.top;
            self.unit.code.emit(Op::CALL_INTRINSIC, wrapped, register, Intrinsic::AsyncGenWrap as u16);
            self.unit.code.reserve(wrapped);
            value = Val::Reg(wrapped);
        }
        self.unit.code.emit(Op::YIELD_VALUE, dst, value.rk(), 0);
        // The sent value is there while RESUME polls.
        self.unit.code.reserve(dst);
        self.unit.code.emit(Op::RESUME, AFTER_YIELD, 0, 0);
        Ok(())
    }

    pub(super) fn yield_from(&mut self, value: &'a Expr, dst: u16) -> Result {
        let value = self.register(value)?;
        let receiver = self.unit.code.alloc();
        self.unit.code.emit(Op::GET_YIELD_FROM_ITER, receiver, value, 0);
        self.delegate(receiver, AFTER_YIELD_FROM, dst);
        Ok(())
    }

    /// The result of awaiting register `value`, into `dst`. `kind` is the operand of GET_AWAITABLE.
    pub(super) fn await_register(&mut self, value: u16, kind: u16, dst: u16) {
        let mark = self.unit.code.top;
        let receiver = self.unit.code.alloc();
        self.unit.code.emit(Op::GET_AWAITABLE, receiver, value, kind);
        self.delegate(receiver, AFTER_AWAIT, dst);
        self.unit.code.top = mark;
    }

    fn delegate(&mut self, receiver: u16, resume: u16, dst: u16) {
        let sent = self.push_const(&Const::None);
        let (head, end) = (self.unit.code.label(), self.unit.code.label());
        self.unit.code.place_loop(head);
        // Yielded values and the result share a temporary: a local must not see the former.
        let result = self.unit.code.alloc();
        self.unit.code.emit_jump(Op::SEND, result, receiver, sent, end);
        self.unit.code.emit(Op::YIELD_VALUE, sent, result, receiver + 1);
        self.unit.code.emit(Op::RESUME, resume, 0, 0);
        self.unit.code.emit_jump(Op::JUMP_BACKWARD_NO_INTERRUPT, 0, 0, 0, head);
        self.unit.code.place(end);
        self.unit.code.move_to(dst, Val::Reg(result));
    }

    pub(super) fn async_for(
        &mut self,
        target: &'a Expr,
        iter: &'a Expr,
        body: &'a Body,
        orelse: &'a Body,
        span: Span,
    ) -> Result {
        let mark = self.unit.code.top;
        let iterable = self.register(iter)?;
        self.unit.code.top = mark;
        self.unit.code.emit(Op::GET_AITER, mark, iterable, 0);
        self.unit.code.reserve(mark);
        let code = &mut self.unit.code;
        let (head, next, end) = (code.label(), code.label(), code.label());
        code.place_loop(head);
        let exhausted = self.async_step(target, mark, iter.span)?;
        self.push_block(Block::Loop { end, next }, span)?;
        self.body(body)?;
        self.unit.blocks.pop();
        self.unit.code.place(next);
        self.jump_here(Op::JUMP_BACKWARD, head);
        self.end_async(exhausted, mark, iter.span);
        self.unit.code.top = mark;
        self.body(orelse)?;
        self.unit.code.place(end);
        Ok(())
    }

    /// One step of an asynchronous loop over the iterator in `iterator`; the region whose handler ends the loop.
    pub(super) fn async_step(
        &mut self,
        target: &'a Expr,
        iterator: u16,
        span: Span,
    ) -> Result<Option<crate::assemble::HandlerId>> {
        let handler = self.unit.code.label();
        let item = self.unit.code.top;
        let outer = self.unit.code.enter(handler, item);
        let outer_span = std::mem::replace(&mut self.unit.code.span, span);
        self.unit.code.reserve(item);
        self.unit.code.emit(Op::GET_ANEXT, item, iterator, 0);
        self.await_register(item, 0, item);
        self.unit.code.span = outer_span;
        let region = std::mem::replace(&mut self.unit.code.handler, outer);
        self.store(target, Val::Reg(item))?;
        self.unit.code.top = item;
        Ok(region)
    }

    /// The end of an asynchronous loop: StopAsyncIteration arrives here.
    pub(super) fn end_async(
        &mut self,
        region: Option<crate::assemble::HandlerId>,
        iterator: u16,
        span: Span,
    ) {
        if let Some(region) = region {
            self.unit.code.place_handler(region);
        }
        self.unit.code.top = iterator + 1;
        let exc = self.unit.code.alloc();
        self.at(span, |this| this.unit.code.emit(Op::END_ASYNC_FOR, exc, 0, 0));
        self.unit.code.top = iterator + 1;
    }
}
