//! Comprehensions and generator expressions.
//!
//! In a function, a list, set or dict comprehension is compiled in place (PEP 709): its variables are locals of the
//! function that no other name refers to. Elsewhere, and for generator expressions, it is a function of one argument,
//! the iterator over the outermost iterable.

use super::{Compiler, Result};
use crate::assemble::HandlerId;
use crate::ast::*;
use crate::opcodes::{NO_OPERAND, Op};
use crate::symtable::Binding;

/// Where the elements go.
#[derive(Clone, Copy)]
struct Sink {
    kind: CompKind,
    /// The collection being built.
    register: u16,
}

impl<'a> Compiler<'a> {
    pub(super) fn comprehension(&mut self, comprehension: &'a Comprehension, span: Span, dst: u16) -> Result {
        if self.table.scope(comprehension.scope).inlined {
            return self.inlined(comprehension, dst);
        }
        let Some(first) = comprehension.generators.first() else { return Ok(()) };
        let base = self.unit.code.top;
        let scope = self.table.scope(comprehension.scope);
        let is_async = scope.is_async;
        let name = match comprehension.kind {
            CompKind::List => "<listcomp>",
            CompKind::Set => "<setcomp>",
            CompKind::Dict => "<dictcomp>",
            CompKind::Generator => "<genexpr>",
        };
        let line = self.line(span.start);
        self.enter_unit(comprehension.scope, name.into(), line);
        self.unit.argcount = 1;
        self.unit.code.span = span;
        self.function_body(is_async, |this| this.comprehension_body(comprehension))?;
        let code = self.leave_unit()?;
        self.unit.code.reserve(base);
        self.make_function(code, base)?;
        let no_self = self.unit.code.alloc();
        self.unit.code.emit(Op::CLEAR_FAST, no_self, 0, 0);
        if first.is_async {
            let mark = self.unit.code.top;
            let iterable = self.register(&first.iter)?;
            self.at(first.iter.span, |this| this.unit.code.emit(Op::GET_AITER, mark, iterable, 0));
            self.unit.code.top = mark;
            self.unit.code.reserve(mark);
        } else {
            self.iterator(&first.iter)?;
        }
        if is_async && comprehension.kind != CompKind::Generator {
            self.check_comprehension_async(span)?;
            self.unit.code.emit(Op::CALL, base, 1, base);
            self.unit.code.top = base + 1;
            self.await_register(base, 0, dst);
        } else {
            self.unit.code.emit(Op::CALL, base, 1, dst);
        }
        Ok(())
    }

    fn check_comprehension_async(&self, span: Span) -> Result {
        if self.table.scope(self.unit.scope).is_async {
            return Ok(());
        }
        self.error("asynchronous comprehension outside of an asynchronous function", span)
    }

    /// The body of a comprehension that is a function: the iterator is its argument, local 0.
    fn comprehension_body(&mut self, comprehension: &'a Comprehension) -> Result {
        let iterator = self.unit.code.alloc();
        self.unit.code.emit(Op::LOAD_FAST, iterator, 0, 0);
        let sink = self.start_sink(comprehension.kind);
        self.generators(comprehension, 0, Some(iterator), sink)?;
        match comprehension.kind {
            CompKind::Generator => self.return_none(),
            _ => self.unit.code.emit(Op::RETURN_VALUE, sink.register, 0, 0),
        }
        Ok(())
    }

    fn start_sink(&mut self, kind: CompKind) -> Sink {
        let register = match kind {
            CompKind::Generator => 0,
            _ => self.unit.code.alloc(),
        };
        self.build_sink(kind, register);
        Sink { kind, register }
    }

    fn build_sink(&mut self, kind: CompKind, register: u16) {
        let op = match kind {
            CompKind::List => Op::BUILD_LIST,
            CompKind::Set => Op::BUILD_SET,
            CompKind::Dict => Op::BUILD_MAP,
            CompKind::Generator => return,
        };
        self.unit.code.emit(op, register, self.unit.code.top, 0);
    }

    fn inlined(&mut self, comprehension: &'a Comprehension, dst: u16) -> Result {
        let Some(first) = comprehension.generators.first() else { return Ok(()) };
        self.in_temp(dst, |this, list| {
            // The outermost iterable belongs to the scope around.
            let iterator = if first.is_async {
                this.check_comprehension_async(first.iter.span)?;
                let mark = this.unit.code.top;
                let iterable = this.register(&first.iter)?;
                this.at(first.iter.span, |this| this.unit.code.emit(Op::GET_AITER, mark, iterable, 0));
                this.unit.code.top = mark;
                this.unit.code.reserve(mark);
                mark
            } else {
                this.iterator(&first.iter)?
            };
            let outer = std::mem::replace(&mut this.unit.current, comprehension.scope);
            let table = this.table;
            let scope = table.scope(comprehension.scope);
            let own: Vec<Binding> = scope
                .symbols
                .iter()
                .filter(|symbol| symbol.flags & crate::symtable::flag::BOUND != 0)
                .filter(|symbol| {
                    symbol.flags & (crate::symtable::flag::NONLOCAL | crate::symtable::flag::GLOBAL) == 0
                })
                .map(|symbol| symbol.binding)
                .collect();
            for binding in &own {
                match binding {
                    Binding::Local(register) => this.unit.code.assigned.remove(*register),
                    Binding::Cell(index) => {
                        let register = this.unit.cell_base + index;
                        this.unit.code.emit(Op::MAKE_CELL, register, NO_OPERAND, 0);
                    }
                    _ => {}
                }
            }
            this.build_sink(comprehension.kind, list);
            this.generators(
                comprehension,
                0,
                Some(iterator),
                Sink { kind: comprehension.kind, register: list },
            )?;
            for binding in &own {
                if let Binding::Local(register) = binding {
                    this.unit.code.emit(Op::CLEAR_FAST, *register, 0, 0);
                    this.unit.code.assigned.remove(*register);
                }
            }
            this.unit.current = outer;
            Ok(())
        })
    }

    /// The loop of generator `index` and all inside it. `iterator` is that of the outermost one.
    fn generators(
        &mut self,
        comprehension: &'a Comprehension,
        index: usize,
        iterator: Option<u16>,
        sink: Sink,
    ) -> Result {
        let Some(generator) = comprehension.generators.get(index) else {
            return self.element(comprehension, sink);
        };
        let mark = self.unit.code.top;
        let span = generator.iter.span;
        if generator.is_async {
            self.check_comprehension_async(span)?;
        }
        // `for x in [value]` is an assignment.
        if let (None, false, ExprKind::List(items) | ExprKind::Tuple(items)) =
            (iterator, generator.is_async, &generator.iter.kind)
            && let [item] = items.as_slice()
            && !matches!(item.kind, ExprKind::Starred(_))
        {
            let value = self.value(item)?;
            self.store(&generator.target, value)?;
            self.unit.code.top = mark;
            let next = self.unit.code.label();
            for test in &generator.ifs {
                self.jump_if(test, next, false)?;
            }
            self.generators(comprehension, index + 1, None, sink)?;
            self.unit.code.place(next);
            return Ok(());
        }
        let iterator = match iterator {
            Some(iterator) => iterator,
            None if generator.is_async => {
                let iterable = self.register(&generator.iter)?;
                self.at(span, |this| this.unit.code.emit(Op::GET_AITER, mark, iterable, 0));
                self.unit.code.top = mark;
                self.unit.code.reserve(mark);
                mark
            }
            None => self.iterator(&generator.iter)?,
        };
        let code = &mut self.unit.code;
        let (head, next, exit) = (code.label(), code.label(), code.label());
        code.place_loop(head);
        let mut region: Option<HandlerId> = None;
        if generator.is_async {
            region = self.async_step(&generator.target, iterator, span)?;
        } else {
            self.for_step(&generator.target, iterator, span, exit)?;
        }
        for test in &generator.ifs {
            self.jump_if(test, next, false)?;
        }
        self.generators(comprehension, index + 1, None, sink)?;
        self.unit.code.place(next);
        self.at(comprehension.element.span, |this| {
            this.unit.code.emit_jump(Op::JUMP_BACKWARD, 0, 0, 0, head);
        });
        if generator.is_async {
            let live = self.unit.code.top;
            self.end_async(region, live - 1, span);
        } else {
            self.unit.code.place(exit);
        }
        self.unit.code.top = mark;
        Ok(())
    }

    fn element(&mut self, comprehension: &'a Comprehension, sink: Sink) -> Result {
        let mark = self.unit.code.top;
        let element = &comprehension.element;
        let outer = std::mem::replace(&mut self.unit.code.span, element.span);
        match (sink.kind, &comprehension.value) {
            (CompKind::Dict, Some(value)) => {
                let key = self.value_before(element, &[value])?;
                let value = self.value(value)?;
                self.unit.code.emit(Op::MAP_ADD, sink.register, key.rk(), value.rk());
            }
            (CompKind::Generator, _) => {
                let unused = self.unit.code.top;
                self.yield_value(Some(element), unused)?;
            }
            (kind, _) => {
                let value = self.value(element)?;
                let op = if kind == CompKind::Set { Op::SET_ADD } else { Op::LIST_APPEND };
                self.unit.code.emit(op, sink.register, value.rk(), 0);
            }
        }
        self.unit.code.span = outer;
        self.unit.code.top = mark;
        Ok(())
    }
}
