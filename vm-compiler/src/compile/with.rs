//! `with` and `async with`.

use super::{Block, Compiler, Result};
use crate::assemble::Val;
use crate::ast::*;
use crate::opcodes::Op;

/// Indexes into `SPECIAL_NAMES`.
const ENTER: u16 = 0;
const EXIT: u16 = 1;
const AENTER: u16 = 2;
const AEXIT: u16 = 3;

impl<'a> Compiler<'a> {
    pub(super) fn with_stmt(
        &mut self,
        items: &'a [WithItem],
        body: &'a Body,
        is_async: bool,
        span: Span,
    ) -> Result {
        let Some((item, others)) = items.split_first() else { return self.body(body) };
        if is_async {
            self.check_async(span, "async with")?;
        }
        let mark = self.unit.code.top;
        // The exit method, its self, and room for the three arguments of its call.
        let exit = self.unit.code.alloc_block(5);
        let at = item.context.span;
        let manager = self.register(&item.context)?;
        let outer_span = std::mem::replace(&mut self.unit.code.span, at);
        self.unit.code.emit(Op::LOAD_SPECIAL, exit, manager, if is_async { AEXIT } else { EXIT });
        let block = self.unit.code.top;
        self.unit.code.emit(Op::LOAD_SPECIAL, block, manager, if is_async { AENTER } else { ENTER });
        self.unit.code.top = block;
        self.unit.code.alloc_block(2);
        let result = block;
        self.unit.code.emit(Op::CALL, block, 0, result);
        self.unit.code.top = block + 1;
        if is_async {
            self.await_register(result, 1, result);
        }
        let (handler, end) = (self.unit.code.label(), self.unit.code.label());
        self.unit.code.top = exit + 5;
        let exc = self.unit.code.top;
        let outer = self.unit.code.enter(handler, exc);
        self.push_block(Block::With { exit, is_async, span: at, outer }, span)?;
        if let Some(target) = &item.target {
            self.unit.code.top = result + 1;
            self.store(target, Val::Reg(result))?;
        }
        self.unit.code.top = exit + 5;
        self.unit.code.span = outer_span;
        self.with_stmt(others, body, is_async, span)?;
        self.unit.blocks.pop();
        let region = std::mem::replace(&mut self.unit.code.handler, outer);
        self.call_exit(exit, is_async, at);
        self.jump_here(Op::JUMP, end);
        if let Some(region) = region {
            self.unit.code.place_handler(region);
        }
        self.unit.code.span = at;
        self.in_handler(exc, at, span, |this, exc| {
            let result = this.unit.code.alloc();
            this.unit.code.emit(Op::WITH_EXCEPT_START, result, exit, exc);
            if is_async {
                this.await_register(result, 2, result);
            }
            let suppressed = this.unit.code.label();
            this.jump_on(result, suppressed, true);
            this.unit.code.emit(Op::RERAISE, exc, 0, 0);
            this.unit.code.place(suppressed);
            if let Some(&Block::Handler { saved, outer }) = this.unit.blocks.last() {
                let region = std::mem::replace(&mut this.unit.code.handler, outer);
                this.unit.code.emit(Op::POP_EXCEPT, saved, 0, 0);
                this.jump_here(Op::JUMP, end);
                this.unit.code.handler = region;
            }
            Ok(())
        })?;
        self.unit.code.span = outer_span;
        self.unit.code.place(end);
        self.unit.code.top = mark;
        Ok(())
    }

    /// The call of `__exit__` when no exception leaves the body.
    pub(super) fn call_exit(&mut self, exit: u16, is_async: bool, span: Span) {
        let outer = std::mem::replace(&mut self.unit.code.span, span);
        let none = self.unit.code.constant(&Const::None);
        for register in exit + 2..exit + 5 {
            self.unit.code.emit(Op::LOAD_CONST, register, none, 0);
        }
        let mark = self.unit.code.top;
        let result = self.unit.code.alloc();
        self.unit.code.emit(Op::CALL, exit, 3, result);
        if is_async {
            self.await_register(result, 2, result);
        }
        self.unit.code.top = mark;
        self.unit.code.span = outer;
    }
}
