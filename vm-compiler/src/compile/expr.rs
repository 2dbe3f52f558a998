//! Expressions.

use super::{Compiler, Result};
use crate::assemble::{Label, Val};
use crate::ast::*;
use crate::opcodes::{INPLACE, Op};

impl<'a> Compiler<'a> {
    /// The value of `expr`: a local or a constant as it is, anything else in a new temporary.
    pub(super) fn value(&mut self, expr: &'a Expr) -> Result<Val> {
        if let Some(constant) = self.constant_of(expr) {
            return Ok(self.unit.code.constant_val(&constant));
        }
        if let ExprKind::Name(name) = &expr.kind {
            return Ok(self.at(expr.span, |this| this.name_value(name)));
        }
        let dst = self.unit.code.top;
        self.into(expr, dst)?;
        self.unit.code.reserve(dst);
        Ok(Val::Reg(dst))
    }

    /// The value of `expr` in a register.
    pub(super) fn register(&mut self, expr: &'a Expr) -> Result<u16> {
        let value = self.value(expr)?;
        Ok(self.in_register(value))
    }

    /// The value of `expr` in the next temporary.
    pub(super) fn push(&mut self, expr: &'a Expr) -> Result<u16> {
        let dst = self.unit.code.top;
        self.into(expr, dst)?;
        self.unit.code.reserve(dst);
        Ok(dst)
    }

    /// The constant that `expr` is, displays of constants included.
    pub(super) fn constant_of(&self, expr: &Expr) -> Option<Const> {
        match &expr.kind {
            ExprKind::Const(value) => Some(value.clone()),
            ExprKind::Tuple(items) => {
                let items: Option<Box<[Const]>> = items.iter().map(|item| self.constant_of(item)).collect();
                items.map(Const::Tuple)
            }
            ExprKind::Name(name) if &**name == "__debug__" => {
                Some(if self.options.optimize == 0 { Const::True } else { Const::False })
            }
            _ => None,
        }
    }

    /// Evaluates `expr` for its effects.
    pub(super) fn effect(&mut self, expr: &'a Expr) -> Result {
        let mark = self.unit.code.top;
        match &expr.kind {
            ExprKind::Const(_) => {
                self.mark_line(expr.span);
            }
            ExprKind::Name(_) => {
                // A local is only checked.
                self.value(expr)?;
                self.mark_line(expr.span);
            }
            _ => self.into(expr, mark)?,
        }
        self.unit.code.top = mark;
        Ok(())
    }

    /// Evaluates `expr` into `dst`: a local, a taken temporary or the next one. A local is written by the last
    /// instruction only.
    pub(super) fn into(&mut self, expr: &'a Expr, dst: u16) -> Result {
        let mark = self.unit.code.top;
        let outer = std::mem::replace(&mut self.unit.code.span, expr.span);
        self.emit_expr(expr, dst)?;
        self.unit.code.span = outer;
        self.unit.code.top = mark;
        Ok(())
    }

    fn emit_expr(&mut self, expr: &'a Expr, dst: u16) -> Result {
        match &expr.kind {
            ExprKind::Const(value) => {
                let index = self.unit.code.constant(value);
                self.unit.code.emit(Op::LOAD_CONST, dst, index, 0);
            }
            ExprKind::Name(name) => self.load_name(name, dst),
            ExprKind::BoolOp { op, values } => self.bool_op(*op, values, dst)?,
            ExprKind::Named { target, value } => {
                let value = self.value(value)?;
                self.store_name(&target.name, value);
                self.unit.code.move_to(dst, value);
            }
            ExprKind::Binary { .. } => self.binary(expr, dst)?,
            ExprKind::Unary { op, operand } => {
                let value = self.value(operand)?;
                let op = match op {
                    UnaryOp::Invert => Op::UNARY_INVERT,
                    UnaryOp::Not => Op::UNARY_NOT,
                    UnaryOp::Positive => Op::UNARY_POSITIVE,
                    UnaryOp::Negative => Op::UNARY_NEGATIVE,
                };
                self.unit.code.emit(op, dst, value.rk(), 0);
            }
            ExprKind::Lambda(lambda) => self.lambda(lambda, expr.span, dst)?,
            ExprKind::If { test, body, orelse } => {
                let (otherwise, end) = (self.unit.code.label(), self.unit.code.label());
                let mark = self.unit.code.top;
                self.jump_if(test, otherwise, false)?;
                self.unit.code.top = mark;
                self.into(body, dst)?;
                self.jump_with(dst, end);
                self.unit.code.place(otherwise);
                self.into(orelse, dst)?;
                self.unit.code.place(end);
            }
            ExprKind::Dict(items) => self.dict(items, dst)?,
            ExprKind::Set(items) => self.set(items, dst)?,
            ExprKind::List(items) => self.list(items, dst)?,
            ExprKind::Tuple(items) => self.tuple(expr, items, dst)?,
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension, expr.span, dst)?,
            ExprKind::Await(value) => {
                self.check_await(expr.span)?;
                let value = self.register(value)?;
                self.await_register(value, 0, dst);
            }
            ExprKind::Yield(value) => self.yield_value(value.as_deref(), dst)?,
            ExprKind::YieldFrom(value) => self.yield_from(value, dst)?,
            ExprKind::Compare { left, rest } => self.compare(left, rest, dst)?,
            ExprKind::Call(call) => self.call(call, expr.span, dst)?,
            ExprKind::FString(parts) => self.fstring(parts, dst)?,
            ExprKind::TString(parts) => self.tstring(parts, dst)?,
            ExprKind::Attribute { value, attr } => self.attribute(value, attr, dst)?,
            ExprKind::Subscript { value, index } => self.subscript(value, index, dst)?,
            ExprKind::Starred(_) => return self.error("can't use starred expression here", expr.span),
            ExprKind::Slice { lower, upper, step } => {
                let parts = [lower.as_deref(), upper.as_deref(), step.as_deref()];
                self.slice(parts, dst)?;
            }
        }
        Ok(())
    }

    /// Left-associative chains are long at times: they are walked, not recursed into.
    fn binary(&mut self, expr: &'a Expr, dst: u16) -> Result {
        let mut chain = Vec::new();
        let mut first = expr;
        while let ExprKind::Binary { left, op, right } = &first.kind {
            chain.push((first.span, *op, &**right));
            first = left;
        }
        let mark = self.unit.code.top;
        let Some((_, _, next)) = chain.last() else { return Ok(()) };
        let mut left = self.value_before(first, &[next])?;
        while let Some((span, op, right)) = chain.pop() {
            let right = self.value(right)?;
            self.unit.code.top = mark;
            // The last result goes to its place, the others to the first temporary.
            let result = if chain.is_empty() { dst } else { mark };
            self.at(span, |this| {
                this.unit.code.emit_aux(Op::BINARY_OP, result, left.rk(), right.rk(), op as u32);
            });
            if !chain.is_empty() {
                self.unit.code.reserve(result);
            }
            left = Val::Reg(result);
        }
        Ok(())
    }

    /// `x op= value` on values already loaded: into `dst`.
    pub(super) fn inplace(&mut self, op: BinOp, left: Val, right: Val, dst: u16) {
        let op = u32::from(op as u8 + INPLACE);
        self.unit.code.emit_aux(Op::BINARY_OP, dst, left.rk(), right.rk(), op);
    }

    fn attribute(&mut self, value: &'a Expr, attr: &'a Ident, dst: u16) -> Result {
        if let Some(block) = self.super_block(value, &attr.name)? {
            let name = self.mangled(&attr.name);
            let name = self.unit.code.name(&name);
            self.unit.code.emit(Op::LOAD_SUPER_ATTR, dst, block, name);
            return Ok(());
        }
        let object = self.register(value)?;
        let name = self.mangled(&attr.name);
        let name = self.unit.code.name(&name);
        self.unit.code.emit(Op::LOAD_ATTR, dst, object, name);
        Ok(())
    }

    fn subscript(&mut self, value: &'a Expr, index: &'a Expr, dst: u16) -> Result {
        let object = self.register_before(value, &[index])?;
        if let ExprKind::Slice { lower, upper, step: None } = &index.kind {
            let block = self.slice_block([lower.as_deref(), upper.as_deref()])?;
            self.unit.code.emit(Op::BINARY_SLICE, dst, object, block);
            return Ok(());
        }
        let index = self.value(index)?;
        self.unit.code.emit(Op::BINARY_SUBSCR, dst, object, index.rk());
        Ok(())
    }

    /// Slice bounds in consecutive temporaries, `None` where absent; the first of them.
    pub(super) fn slice_block<const N: usize>(&mut self, parts: [Option<&'a Expr>; N]) -> Result<u16> {
        let first = self.unit.code.top;
        for part in parts {
            match part {
                Some(part) => {
                    self.push(part)?;
                }
                None => {
                    let register = self.unit.code.alloc();
                    let none = self.unit.code.constant(&Const::None);
                    self.unit.code.emit(Op::LOAD_CONST, register, none, 0);
                }
            }
        }
        Ok(first)
    }

    fn slice(&mut self, [lower, upper, step]: [Option<&'a Expr>; 3], dst: u16) -> Result {
        let (block, count) = match step {
            Some(_) => (self.slice_block([lower, upper, step])?, 3),
            None => (self.slice_block([lower, upper])?, 2),
        };
        self.unit.code.emit(Op::BUILD_SLICE, dst, block, count);
        Ok(())
    }

    /// Jumps to `label` with a result in `dst`, which is live on the way.
    pub(super) fn jump_with(&mut self, dst: u16, label: Label) {
        let mark = self.unit.code.top;
        self.unit.code.reserve(dst);
        self.jump_here(Op::JUMP, label);
        self.unit.code.top = mark;
    }

    /// Runs `f` with a temporary to work in, then moves the result to `dst`; `dst` itself if it is a temporary.
    pub(super) fn in_temp(&mut self, dst: u16, f: impl FnOnce(&mut Self, u16) -> Result) -> Result {
        if self.unit.code.is_temp(dst) {
            self.unit.code.reserve(dst);
            return f(self, dst);
        }
        let temp = self.unit.code.alloc();
        f(self, temp)?;
        self.unit.code.move_to(dst, Val::Reg(temp));
        Ok(())
    }
}
