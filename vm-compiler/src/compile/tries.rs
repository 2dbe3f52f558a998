//! `try`, `except`, `except*`, `finally`.
//!
//! Handlers cost nothing until they run: the exception table sends an exception to the handler's label, with the
//! exception in a register. A handler saves the exception being handled so far, and restores it on every way out.

use super::{Block, Compiler, Result};
use crate::assemble::{HERE, NOWHERE, Val};
use crate::ast::*;
use crate::opcodes::{Intrinsic, Op};

impl<'a> Compiler<'a> {
    pub(super) fn try_stmt(&mut self, stmt: &'a Try, span: Span) -> Result {
        self.mark_line(span);
        if stmt.finalbody.is_empty() {
            return self.try_except(stmt, span);
        }
        let mark = self.unit.code.top;
        let (handler, end) = (self.unit.code.label(), self.unit.code.label());
        let outer = self.unit.code.enter(handler, mark);
        self.push_block(Block::Finally { body: &stmt.finalbody, outer }, span)?;
        if stmt.handlers.is_empty() {
            self.body(&stmt.body)?;
        } else {
            self.try_except(stmt, span)?;
        }
        self.unit.blocks.pop();
        let region = std::mem::replace(&mut self.unit.code.handler, outer);
        self.body(&stmt.finalbody)?;
        self.jump_here(Op::JUMP, end);
        if let Some(region) = region {
            self.unit.code.place_handler(region);
        }
        self.in_handler(mark, NOWHERE, span, |this, exc| {
            this.body(&stmt.finalbody)?;
            this.reraise_here(exc);
            Ok(())
        })?;
        self.unit.code.place(end);
        Ok(())
    }

    /// RERAISE that the source does not show.
    fn reraise_here(&mut self, exc: u16) {
        self.at(HERE, |this| this.unit.code.emit(Op::RERAISE, exc, 0, 0));
    }

    /// A handler whose exception arrives in register `exc`: saves what was handled before (with `place`), runs `body`, which ends by
    /// raising or jumping away, and restores it if an exception leaves `body`.
    pub(super) fn in_handler(
        &mut self,
        exc: u16,
        place: Span,
        span: Span,
        body: impl FnOnce(&mut Self, u16) -> Result,
    ) -> Result {
        let mark = self.unit.code.top;
        self.unit.code.reserve(exc);
        let saved = self.unit.code.alloc();
        self.at(place, |this| this.unit.code.emit(Op::PUSH_EXC_INFO, saved, exc, 0));
        let cleanup = self.unit.code.label();
        let raised = self.unit.code.top;
        let outer = self.unit.code.enter(cleanup, raised);
        self.push_block(Block::Handler { saved, outer }, span)?;
        body(self, exc)?;
        self.unit.blocks.pop();
        let region = std::mem::replace(&mut self.unit.code.handler, outer);
        if let Some(region) = region {
            self.unit.code.place_handler(region);
        }
        self.unit.code.top = raised;
        self.unit.code.reserve(raised);
        self.at(NOWHERE, |this| {
            this.unit.code.emit(Op::POP_EXCEPT, saved, 0, 0);
            this.unit.code.emit(Op::RERAISE, raised, 0, 0);
        });
        self.unit.code.top = mark;
        Ok(())
    }

    /// POP_EXCEPT of the innermost handler, outside its region.
    fn end_handler(&mut self) {
        if let Some(&Block::Handler { saved, outer }) = self.unit.blocks.last() {
            let region = std::mem::replace(&mut self.unit.code.handler, outer);
            self.at(HERE, |this| this.unit.code.emit(Op::POP_EXCEPT, saved, 0, 0));
            self.unit.code.handler = region;
        }
    }

    fn try_except(&mut self, stmt: &'a Try, span: Span) -> Result {
        let mark = self.unit.code.top;
        let (handler, end) = (self.unit.code.label(), self.unit.code.label());
        let outer = self.unit.code.enter(handler, mark);
        self.push_block(Block::Try { outer }, span)?;
        self.body(&stmt.body)?;
        self.unit.blocks.pop();
        let region = std::mem::replace(&mut self.unit.code.handler, outer);
        self.body(&stmt.orelse)?;
        self.jump_here(Op::JUMP, end);
        if let Some(region) = region {
            self.unit.code.place_handler(region);
        }
        if stmt.is_star {
            self.in_handler(mark, NOWHERE, span, |this, exc| this.star_handlers(&stmt.handlers, exc, end))?;
        } else {
            self.in_handler(mark, NOWHERE, span, |this, exc| this.handlers(&stmt.handlers, exc, end))?;
        }
        self.unit.code.place(end);
        Ok(())
    }

    fn handlers(&mut self, handlers: &'a [ExceptHandler], exc: u16, end: crate::assemble::Label) -> Result {
        let count = handlers.len();
        for (index, handler) in handlers.iter().enumerate() {
            let next = self.unit.code.label();
            match &handler.class {
                Some(class) => {
                    let mark = self.unit.code.top;
                    let value = self.value(class)?;
                    let matched = mark;
                    self.unit.code.top = mark;
                    self.at(handler.span, |this| {
                        this.unit.code.emit(Op::CHECK_EXC_MATCH, matched, exc, value.rk());
                        this.jump_on(matched, next, false);
                    });
                }
                None if index + 1 < count => {
                    return self.error("default 'except:' must be last", handler.span);
                }
                None => self.mark_line(handler.span),
            }
            self.handler_body(handler, Val::Reg(exc))?;
            self.end_handler();
            self.jump_here(Op::JUMP, end);
            self.unit.code.place(next);
        }
        // Reached only when no clause matched.
        self.reraise_here(exc);
        Ok(())
    }

    /// The body of a clause, with its name bound to `value`.
    fn handler_body(&mut self, handler: &'a ExceptHandler, value: Val) -> Result {
        let Some(name) = &handler.name else { return self.body(&handler.body) };
        let mark = self.unit.code.top;
        self.at(name.span, |this| this.store_name(&name.name, value));
        let cleanup = self.unit.code.label();
        let raised = mark;
        let outer = self.unit.code.enter(cleanup, raised);
        self.push_block(Block::HandlerName { name: &name.name, outer }, name.span)?;
        self.body(&handler.body)?;
        self.unit.blocks.pop();
        let region = std::mem::replace(&mut self.unit.code.handler, outer);
        self.unbind(&name.name);
        let after = self.unit.code.label();
        self.jump_here(Op::JUMP, after);
        if let Some(region) = region {
            self.unit.code.place_handler(region);
        }
        self.unit.code.reserve(raised);
        self.at(NOWHERE, |this| {
            this.unbind(&name.name);
            this.unit.code.emit(Op::RERAISE, raised, 0, 0);
        });
        self.unit.code.place(after);
        self.unit.code.top = mark;
        Ok(())
    }

    /// `except*`: each clause takes its part of the group; what is left, and what clauses raised, is raised at the end.
    fn star_handlers(
        &mut self,
        handlers: &'a [ExceptHandler],
        exc: u16,
        end: crate::assemble::Label,
    ) -> Result {
        let raised_list = self.unit.code.alloc();
        // The rest and, right after it, the match.
        let pair = self.unit.code.alloc_block(2);
        let (rest, matched) = (pair, pair + 1);
        let span = std::mem::replace(&mut self.unit.code.span, NOWHERE);
        self.unit.code.emit(Op::BUILD_LIST, raised_list, exc, 1);
        self.unit.code.move_to(rest, Val::Reg(exc));
        for handler in handlers {
            let Some(class) = &handler.class else {
                return self.error("expected one or more exception types", handler.span);
            };
            let next = self.unit.code.label();
            let mark = self.unit.code.top;
            let value = self.value(class)?;
            self.unit.code.top = mark;
            self.at(handler.span, |this| {
                this.unit.code.emit(Op::CHECK_EG_MATCH, pair, rest, value.rk());
                this.unit.code.emit_jump(Op::JUMP_IF_NONE, matched, 0, 0, next);
            });
            // An exception in the clause joins the list; the other clauses still run.
            let cleanup = self.unit.code.label();
            let raised = mark;
            // The clause handles its part: a bare `raise` means that.
            let saved = self.unit.code.alloc();
            self.at(HERE, |this| this.unit.code.emit(Op::PUSH_EXC_INFO, saved, matched, 0));
            let outer = self.unit.code.enter(cleanup, saved + 1);
            self.push_block(Block::Handler { saved, outer }, handler.span)?;
            self.push_block(Block::StarHandler, handler.span)?;
            self.handler_body(handler, Val::Reg(matched))?;
            self.unit.blocks.pop();
            self.unit.blocks.pop();
            let region = std::mem::replace(&mut self.unit.code.handler, outer);
            self.at(HERE, |this| this.unit.code.emit(Op::POP_EXCEPT, saved, 0, 0));
            self.jump_here(Op::JUMP, next);
            if let Some(region) = region {
                self.unit.code.place_handler(region);
            }
            let reraised = self.unit.code.alloc();
            self.unit.code.emit(Op::POP_EXCEPT, saved, 0, 0);
            self.unit.code.emit(Op::LIST_APPEND, raised_list, reraised, 0);
            self.unit.code.top = raised;
            self.unit.code.place(next);
        }
        self.unit.code.emit(Op::LIST_APPEND, raised_list, rest, 0);
        let block = self.unit.code.alloc();
        self.unit.code.emit(Op::LIST_TO_TUPLE, block, raised_list, 0);
        self.unit.code.emit(Op::CALL_INTRINSIC, block, block, Intrinsic::PrepReraiseStar as u16);
        let raise = self.unit.code.label();
        self.unit.code.emit_jump(Op::JUMP_IF_NOT_NONE, block, 0, 0, raise);
        self.end_handler();
        self.jump_here(Op::JUMP, end);
        self.unit.code.place(raise);
        self.end_handler();
        if let Some(&Block::Handler { outer, .. }) = self.unit.blocks.last() {
            let region = std::mem::replace(&mut self.unit.code.handler, outer);
            self.unit.code.emit(Op::RERAISE, block, 0, 0);
            self.unit.code.handler = region;
        }
        self.unit.code.span = span;
        Ok(())
    }
}
