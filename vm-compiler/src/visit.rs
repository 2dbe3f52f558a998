//! Walks over the syntax tree that need no scope.

use crate::ast::*;

/// Parameters of the function that makes type parameters: positional and keyword-only defaults of a generic function.
pub const TYPE_PARAMS_ARGS: [&str; 2] = [".defaults", ".kwdefaults"];

/// Calls `f` for `expr` and every expression below it, but for bodies of lambdas.
pub fn walk<'a>(expr: &'a Expr, f: &mut impl FnMut(&'a Expr)) {
    // An explicit stack: expressions can be deep, and order does not matter to the callers.
    let mut pending = vec![expr];
    while let Some(expr) = pending.pop() {
        f(expr);
        match &expr.kind {
            ExprKind::Const(_) | ExprKind::Name(_) => {}
            ExprKind::Lambda(lambda) => {
                pending.extend(lambda.params.with_defaults().filter_map(|param| param.default.as_ref()));
            }
            ExprKind::BoolOp { values: items, .. }
            | ExprKind::Set(items)
            | ExprKind::List(items)
            | ExprKind::Tuple(items) => pending.extend(items),
            ExprKind::Named { value, .. }
            | ExprKind::Unary { operand: value, .. }
            | ExprKind::Await(value)
            | ExprKind::YieldFrom(value)
            | ExprKind::Attribute { value, .. }
            | ExprKind::Starred(value) => pending.push(value),
            ExprKind::Binary { left, right, .. } => pending.extend([&**left, &**right]),
            ExprKind::If { test, body, orelse } => pending.extend([&**test, &**body, &**orelse]),
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    pending.extend(key);
                    pending.push(value);
                }
            }
            ExprKind::Comprehension(comprehension) => {
                pending.push(&comprehension.element);
                pending.extend(&comprehension.value);
                for generator in &comprehension.generators {
                    pending.extend([&generator.target, &generator.iter]);
                    pending.extend(&generator.ifs);
                }
            }
            ExprKind::Yield(value) => pending.extend(value.as_deref()),
            ExprKind::Compare { left, rest } => {
                pending.push(left);
                pending.extend(rest.iter().map(|(_, right)| right));
            }
            ExprKind::Call(call) => {
                pending.push(&call.func);
                pending.extend(&call.args);
                pending.extend(call.keywords.iter().map(|keyword| &keyword.value));
            }
            ExprKind::FString(parts) | ExprKind::TString(parts) => push_parts(parts, &mut pending),
            ExprKind::Subscript { value, index } => pending.extend([&**value, &**index]),
            ExprKind::Slice { lower, upper, step } => {
                pending.extend([lower, upper, step].into_iter().filter_map(|part| part.as_deref()));
            }
        }
    }
}

fn push_parts<'a>(parts: &'a [StringPart], pending: &mut Vec<&'a Expr>) {
    for part in parts {
        if let StringPart::Field(field) = part {
            pending.push(&field.value);
            if let Some(spec) = &field.spec {
                push_parts(spec, pending);
            }
        }
    }
}

/// Calls `f` with name and annotation of each simple annotated assignment of a body, nested blocks included.
pub fn annotations<'a>(body: &'a [Stmt], f: &mut impl FnMut(&'a Expr, &'a Expr)) {
    for stmt in body {
        match &stmt.kind {
            StmtKind::AnnAssign { target, annotation, simple: true, .. } => f(target, annotation),
            StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                annotations(body, f);
                annotations(orelse, f);
            }
            StmtKind::If { branches, orelse } => {
                for (_, body) in branches {
                    annotations(body, f);
                }
                annotations(orelse, f);
            }
            StmtKind::With { body, .. } => annotations(body, f),
            StmtKind::Match { cases, .. } => {
                for case in cases {
                    annotations(&case.body, f);
                }
            }
            StmtKind::Try(stmt) => {
                annotations(&stmt.body, f);
                for handler in &stmt.handlers {
                    annotations(&handler.body, f);
                }
                annotations(&stmt.orelse, f);
                annotations(&stmt.finalbody, f);
            }
            _ => {}
        }
    }
}
