//! Truth, comparisons and jumps on them.

use super::{Compiler, Result};
use crate::assemble::{Label, Val};
use crate::ast::*;
use crate::constants;
use crate::opcodes::{COMPARE_JUMP_IF_TRUE, Op};

impl<'a> Compiler<'a> {
    /// Jumps to `target` if the truth of `expr` equals `sense`.
    pub(super) fn jump_if(&mut self, expr: &'a Expr, target: Label, sense: bool) -> Result {
        let mark = self.unit.code.top;
        let outer = std::mem::replace(&mut self.unit.code.span, expr.span);
        self.jump_if_at(expr, target, sense)?;
        self.unit.code.span = outer;
        self.unit.code.top = mark;
        Ok(())
    }

    fn jump_if_at(&mut self, expr: &'a Expr, target: Label, sense: bool) -> Result {
        if let Some(truth) = self.constant_of(expr).as_ref().and_then(constants::truth) {
            self.mark_line(expr.span);
            if truth == sense {
                self.unit.code.emit_jump(Op::JUMP, 0, 0, 0, target);
            }
            return Ok(());
        }
        match &expr.kind {
            ExprKind::Unary { op: UnaryOp::Not, operand } => return self.jump_if(operand, target, !sense),
            ExprKind::BoolOp { op, values } => {
                // `and` is left by the first false value, `or` by the first true one.
                let leaves = *op == BoolOp::Or;
                let Some((last, others)) = values.split_last() else { return Ok(()) };
                let end = self.unit.code.label();
                let exit = if leaves == sense { target } else { end };
                for value in others {
                    self.jump_if(value, exit, leaves)?;
                }
                self.jump_if(last, target, sense)?;
                self.unit.code.place(end);
                return Ok(());
            }
            ExprKind::If { test, body, orelse } => {
                let (otherwise, end) = (self.unit.code.label(), self.unit.code.label());
                self.jump_if(test, otherwise, false)?;
                self.jump_if(body, target, sense)?;
                self.jump_here(Op::JUMP, end);
                self.unit.code.place(otherwise);
                self.jump_if(orelse, target, sense)?;
                self.unit.code.place(end);
                return Ok(());
            }
            ExprKind::Compare { left, rest } => return self.jump_if_compare(left, rest, target, sense),
            _ => {}
        }
        let value = self.register(expr)?;
        self.jump_on(value, target, sense);
        Ok(())
    }

    /// Jumps if the truth of `register` equals `sense`.
    pub(super) fn jump_on(&mut self, register: u16, target: Label, sense: bool) {
        let op = if sense { Op::JUMP_IF_TRUE } else { Op::JUMP_IF_FALSE };
        self.unit.code.emit_jump(op, register, 0, 0, target);
    }

    fn jump_if_compare(
        &mut self,
        left: &'a Expr,
        rest: &'a [(Comparison, Expr)],
        target: Label,
        sense: bool,
    ) -> Result {
        let Some(((op, right), others)) = rest.split_last() else { return Ok(()) };
        if others.is_empty() {
            return self.jump_if_one(*op, left, right, target, sense);
        }
        let mark = self.unit.code.top;
        let end = self.unit.code.label();
        let on_false = if sense { end } else { target };
        let mut operand = self.value_before(left, &[&others[0].1])?;
        for (index, (op, middle)) in others.iter().enumerate() {
            let next = &rest[index + 1].1;
            let value = self.value_before(middle, &[next])?;
            self.jump_compared(*op, operand, value, on_false, false);
            operand = value;
        }
        let value = self.value(right)?;
        self.jump_compared(*op, operand, value, target, sense);
        self.unit.code.place(end);
        self.unit.code.top = mark;
        Ok(())
    }

    fn jump_if_one(
        &mut self,
        op: Comparison,
        left: &'a Expr,
        right: &'a Expr,
        target: Label,
        sense: bool,
    ) -> Result {
        if let (Comparison::Is | Comparison::IsNot, ExprKind::Const(Const::None)) = (op, &right.kind) {
            let value = self.register(left)?;
            let jump_if_none = (op == Comparison::Is) == sense;
            let jump = if jump_if_none { Op::JUMP_IF_NONE } else { Op::JUMP_IF_NOT_NONE };
            self.unit.code.emit_jump(jump, value, 0, 0, target);
            return Ok(());
        }
        let left = self.value_before(left, &[right])?;
        let right = self.comparand(op, right)?;
        self.jump_compared(op, left, right, target, sense);
        Ok(())
    }

    /// The right operand of a comparison; a display in `x in {…}` or `x in […]` becomes a constant.
    fn comparand(&mut self, op: Comparison, right: &'a Expr) -> Result<Val> {
        if let Comparison::In | Comparison::NotIn = op
            && let ExprKind::Set(items) | ExprKind::List(items) = &right.kind
        {
            let constants: Option<Box<[Const]>> = items.iter().map(|item| self.constant_of(item)).collect();
            if let Some(constants) = constants.filter(|constants| !constants.is_empty()) {
                let is_set = matches!(right.kind, ExprKind::Set(_));
                let constant = if is_set { Const::FrozenSet(constants) } else { Const::Tuple(constants) };
                return Ok(self.unit.code.constant_val(&constant));
            }
        }
        self.value(right)
    }

    fn jump_compared(&mut self, op: Comparison, left: Val, right: Val, target: Label, sense: bool) {
        if let Comparison::Rich(cmp) = op {
            let a = cmp as u16 | if sense { COMPARE_JUMP_IF_TRUE } else { 0 };
            self.unit.code.emit_jump(Op::COMPARE_JUMP, a, left.rk(), right.rk(), target);
            return;
        }
        let result = self.unit.code.top;
        // `not in` and `is not` only flip the jump.
        let (op, sense) = match op {
            Comparison::NotIn => (Comparison::In, !sense),
            Comparison::IsNot => (Comparison::Is, !sense),
            other => (other, sense),
        };
        self.emit_compare(op, left, right, result);
        self.jump_on(result, target, sense);
    }

    fn emit_compare(&mut self, op: Comparison, left: Val, right: Val, dst: u16) {
        let (left, right) = (left.rk(), right.rk());
        match op {
            Comparison::Rich(cmp) => self.unit.code.emit_aux(Op::COMPARE_OP, dst, left, right, cmp as u32),
            Comparison::Is => self.unit.code.emit(Op::IS_OP, dst, left, right),
            Comparison::IsNot => self.unit.code.emit(Op::IS_NOT_OP, dst, left, right),
            Comparison::In => self.unit.code.emit_aux(Op::CONTAINS_OP, dst, left, right, 0),
            Comparison::NotIn => self.unit.code.emit_aux(Op::CONTAINS_OP, dst, left, right, 1),
        }
    }

    /// A comparison as a value.
    pub(super) fn compare(&mut self, left: &'a Expr, rest: &'a [(Comparison, Expr)], dst: u16) -> Result {
        if let [(op, right)] = rest {
            let left = self.value_before(left, &[right])?;
            let right = self.comparand(*op, right)?;
            self.emit_compare(*op, left, right, dst);
            return Ok(());
        }
        self.in_temp(dst, |this, dst| {
            let end = this.unit.code.label();
            let mut operand = this.value_before(left, &[&rest[0].1])?;
            for (index, (op, right)) in rest.iter().enumerate() {
                let value = match rest.get(index + 1) {
                    Some((_, next)) => this.value_before(right, &[next])?,
                    None => this.value(right)?,
                };
                this.emit_compare(*op, operand, value, dst);
                if index + 1 < rest.len() {
                    this.jump_on(dst, end, false);
                }
                operand = value;
            }
            this.unit.code.place(end);
            Ok(())
        })
    }

    /// `and`, `or` as a value.
    pub(super) fn bool_op(&mut self, op: BoolOp, values: &'a [Expr], dst: u16) -> Result {
        let leaves = op == BoolOp::Or;
        self.in_temp(dst, |this, dst| {
            let end = this.unit.code.label();
            let Some((last, others)) = values.split_last() else { return Ok(()) };
            let mark = this.unit.code.top;
            for value in others {
                if let Some(truth) = this.constant_of(value).as_ref().and_then(constants::truth)
                    && truth != leaves
                {
                    continue;
                }
                this.into(value, dst)?;
                this.jump_on(dst, end, leaves);
                this.unit.code.top = mark;
            }
            this.into(last, dst)?;
            this.unit.code.place(end);
            Ok(())
        })
    }
}
