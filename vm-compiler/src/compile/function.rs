//! Functions and lambdas.

use super::{Compiler, Result};
use crate::assemble::{NOWHERE, Val};
use crate::ast::*;
use crate::code_unit::{CodeFlags, CodeUnit};
use crate::opcodes::{Intrinsic, Op, function_attribute};
use crate::symtable::{Binding, ScopeKind};

impl<'a> Compiler<'a> {
    /// `def`.
    pub(super) fn function(&mut self, def: &'a FunctionDef, span: Span) -> Result {
        let mark = self.unit.code.top;
        let first_line = def.decorators.first().map_or(span.start, |decorator| decorator.span.start);
        let first_line = self.line(first_line);
        let decorators = self.push_decorators(&def.decorators)?;
        let dst = self.unit.code.alloc();
        self.at(span, |this| match &def.type_params {
            None => this.plain_function(def, first_line, dst, None),
            Some(params) => this.generic_function(def, params, first_line, dst),
        })?;
        self.unit.code.top = dst + 1;
        self.call_decorators(&def.decorators, decorators);
        let value = mark;
        self.at(span, |this| this.store_name(&def.name.name, Val::Reg(value)));
        self.unit.code.top = mark;
        Ok(())
    }

    /// Decorators in call blocks that overlap: the argument of each is the block of the next.
    pub(super) fn push_decorators(&mut self, decorators: &'a [Expr]) -> Result<usize> {
        for decorator in decorators {
            self.push(decorator)?;
            let no_self = self.unit.code.alloc();
            self.unit.code.emit(Op::CLEAR_FAST, no_self, 0, 0);
        }
        Ok(decorators.len())
    }

    /// Calls the decorators on the value in the last temporary.
    pub(super) fn call_decorators(&mut self, decorators: &'a [Expr], count: usize) {
        for decorator in decorators[..count].iter().rev() {
            let base = self.unit.code.top - 3;
            self.at(decorator.span, |this| this.unit.code.emit(Op::CALL, base, 1, base));
            self.unit.code.top = base + 1;
        }
    }

    /// The function object of `def` in `dst`; `defaults` are where type parameters are made.
    pub(super) fn plain_function(
        &mut self,
        def: &'a FunctionDef,
        first_line: u32,
        dst: u16,
        defaults: Option<(Option<u16>, Option<u16>)>,
    ) -> Result {
        let (positional, keyword) = match defaults {
            Some(defaults) => defaults,
            None => self.defaults(&def.params)?,
        };
        let annotate = self.function_annotations(def)?;
        let name = def.name.name.to_string();
        self.enter_unit(def.scope, name, first_line);
        self.set_params(&def.params);
        self.unit.code.span = Span { start: self.unit_span_start(def), end: self.unit_span_start(def) };
        let body = self.function_body(def.is_async, |this| {
            let body = this.docstring(&def.body, false)?;
            this.body(body)?;
            this.unit.code.span = def.body.last().map_or(Span::default(), |stmt| stmt.span);
            this.return_none();
            Ok(())
        });
        body?;
        let code = self.leave_unit()?;
        self.make_function(code, dst)?;
        self.set_defaults(dst, positional, keyword);
        if let Some(annotate) = annotate {
            self.unit.code.emit(Op::SET_FUNCTION_ATTRIBUTE, dst, annotate, function_attribute::ANNOTATE);
        }
        Ok(())
    }

    fn unit_span_start(&self, def: &FunctionDef) -> u32 {
        def.decorators.first().map_or(def.name.span.start, |decorator| decorator.span.start)
    }

    pub(super) fn set_defaults(&mut self, function: u16, positional: Option<u16>, keyword: Option<u16>) {
        if let Some(positional) = positional {
            self.unit.code.emit(
                Op::SET_FUNCTION_ATTRIBUTE,
                function,
                positional,
                function_attribute::DEFAULTS,
            );
        }
        if let Some(keyword) = keyword {
            self.unit.code.emit(
                Op::SET_FUNCTION_ATTRIBUTE,
                function,
                keyword,
                function_attribute::KWDEFAULTS,
            );
        }
    }

    pub(super) fn lambda(&mut self, lambda: &'a Lambda, span: Span, dst: u16) -> Result {
        self.in_temp(dst, |this, dst| {
            let (positional, keyword) = this.defaults(&lambda.params)?;
            let line = this.line(span.start);
            this.enter_unit(lambda.scope, "<lambda>".into(), line);
            this.set_params(&lambda.params);
            this.unit.code.span = lambda.body.span;
            this.function_body(false, |this| {
                let value = this.value(&lambda.body)?;
                this.unit.code.emit(Op::RETURN_VALUE, value.rk(), 0, 0);
                Ok(())
            })?;
            let code = this.leave_unit()?;
            this.make_function(code, dst)?;
            this.set_defaults(dst, positional, keyword);
            Ok(())
        })
    }

    fn set_params(&mut self, params: &Params) {
        let unit = &mut self.unit;
        unit.posonly = params.posonly.len() as u16;
        unit.argcount = (params.posonly.len() + params.args.len()) as u16;
        unit.kwonly = params.kwonly.len() as u16;
        if params.vararg.is_some() {
            unit.flags |= CodeFlags::VARARGS;
        }
        if params.kwarg.is_some() {
            unit.flags |= CodeFlags::VARKEYWORDS;
        }
    }

    /// Start of a function, generator wrapping where needed, and `body`.
    pub(super) fn function_body(&mut self, is_async: bool, body: impl FnOnce(&mut Self) -> Result) -> Result {
        let scope = self.table.scope(self.unit.scope);
        let generator = scope.is_generator || scope.kind == ScopeKind::Comprehension(CompKind::Generator);
        self.unit.flags |= CodeFlags::OPTIMIZED | CodeFlags::NEWLOCALS;
        if scope.nested {
            self.unit.flags |= CodeFlags::NESTED;
        }
        self.unit.flags |= match (is_async, generator) {
            (false, false) => 0,
            (false, true) => CodeFlags::GENERATOR,
            (true, false) => CodeFlags::COROUTINE,
            (true, true) => CodeFlags::ASYNC_GENERATOR,
        };
        if !is_async && !generator {
            self.unit_start();
            return body(self);
        }
        self.unit.code.emit(Op::RETURN_GENERATOR, 0, 0, 0);
        self.unit_start();
        // PEP 479: a StopIteration does not leave a generator.
        let handler = self.unit.code.label();
        let exc = self.unit.code.top;
        let outer = self.unit.code.enter(handler, exc);
        body(self)?;
        let region = std::mem::replace(&mut self.unit.code.handler, outer);
        if let Some(region) = region {
            self.unit.code.place_handler(region);
        }
        self.unit.code.top = exc;
        self.unit.code.reserve(exc);
        self.at(NOWHERE, |this| {
            this.unit.code.emit(Op::CALL_INTRINSIC, exc, exc, Intrinsic::StopIterationError as u16);
            this.unit.code.emit(Op::RERAISE, exc, 0, 0);
        });
        Ok(())
    }

    /// Default values: a tuple of the positional ones, a dict of the keyword-only ones, in temporaries.
    pub(super) fn defaults(&mut self, params: &'a Params) -> Result<(Option<u16>, Option<u16>)> {
        let positional: Vec<&'a Expr> =
            params.posonly.iter().chain(&params.args).filter_map(|param| param.default.as_ref()).collect();
        let mut tuple = None;
        if !positional.is_empty() {
            let dst = self.unit.code.top;
            let constants: Option<Box<[Const]>> =
                positional.iter().map(|value| self.constant_of(value)).collect();
            match constants {
                Some(constants) => {
                    self.push_const(&Const::Tuple(constants));
                }
                None => {
                    for value in &positional {
                        self.push(value)?;
                    }
                    self.unit.code.emit(Op::BUILD_TUPLE, dst, dst, positional.len() as u16);
                    self.unit.code.top = dst + 1;
                }
            }
            tuple = Some(dst);
        }
        let mut dict = None;
        if params.kwonly.iter().any(|param| param.default.is_some()) {
            let dst = self.unit.code.top;
            let mut count = 0;
            for param in &params.kwonly {
                if let Some(default) = &param.default {
                    let name = self.mangled(&param.name.name);
                    self.push_const(&Const::Str(name.as_ref().into()));
                    self.push(default)?;
                    count += 1;
                }
            }
            self.unit.code.emit(Op::BUILD_MAP, dst, dst, count);
            self.unit.code.top = dst;
            self.unit.code.reserve(dst);
            dict = Some(dst);
        }
        Ok((tuple, dict))
    }

    /// The function of `code` with its closure, in `dst`.
    pub(super) fn make_function(&mut self, code: CodeUnit, dst: u16) -> Result {
        let free: Vec<String> = code.freevars.clone();
        let index = self.unit.code.consts.push(Const::Code(Box::new(code))) as u16;
        self.unit.code.emit(Op::MAKE_FUNCTION, dst, index, 0);
        if free.is_empty() {
            return Ok(());
        }
        let mark = self.unit.code.top;
        self.unit.code.reserve(dst);
        let cells: Vec<u16> = free.iter().map(|name| self.closure_cell(name)).collect();
        let consecutive = cells.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        let first = if consecutive {
            cells[0]
        } else {
            let first = self.unit.code.top;
            for cell in &cells {
                self.push_val(Val::Reg(*cell));
            }
            first
        };
        let tuple = self.unit.code.top;
        self.unit.code.emit(Op::BUILD_TUPLE, tuple, first, cells.len() as u16);
        self.unit.code.emit(Op::SET_FUNCTION_ATTRIBUTE, dst, tuple, function_attribute::CLOSURE);
        self.unit.code.top = mark;
        Ok(())
    }

    /// The register of the cell that an inner function closes over as `name`.
    fn closure_cell(&self, name: &str) -> u16 {
        if self.unit.kind == ScopeKind::Class {
            // A class's own names are in its namespace; its registers hold `__class__` and what it passes through.
            let scope = self.table.scope(self.unit.scope);
            if let Some(index) = scope.cellvars.iter().position(|cell| &**cell == name) {
                return self.unit.cell_base + index as u16;
            }
            let index = scope.freevars.iter().position(|free| &**free == name).unwrap_or(0);
            return self.unit.free_base + index as u16;
        }
        let binding = self.binding(name);
        if let Some(register) = self.cell_register(binding) {
            return register;
        }
        // Not named in this scope, only passed through it.
        let scope = self.table.scope(self.unit.scope);
        let index = scope.freevars.iter().position(|free| &**free == name);
        match index {
            Some(index) => self.cell_register(Binding::Free(index as u16)).unwrap_or_default(),
            None => self.unit.free_base,
        }
    }
}
