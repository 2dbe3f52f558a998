//! `from __future__ import …`.

use crate::ast::{Alias, Const, ExprKind, Span, Stmt, StmtKind};
use crate::error::SyntaxError;
use crate::source::Source;

const FEATURES: [&str; 10] = [
    "nested_scopes",
    "generators",
    "division",
    "absolute_import",
    "with_statement",
    "print_function",
    "unicode_literals",
    "barry_as_FLUFL",
    "generator_stop",
    "annotations",
];

fn is_future(stmt: &Stmt) -> bool {
    matches!(&stmt.kind, StmtKind::ImportFrom { module: Some(module), level: 0, .. } if &**module == "__future__")
}

fn is_docstring(stmt: &Stmt) -> bool {
    matches!(&stmt.kind, StmtKind::Expr(expr) if matches!(expr.kind, ExprKind::Const(Const::Str(_))))
}

/// Statements that a program may begin with and still have future imports after.
fn prologue(body: &[Stmt]) -> impl Iterator<Item = &Stmt> {
    body.iter()
        .enumerate()
        .take_while(|(index, stmt)| is_future(stmt) || (*index == 0 && is_docstring(stmt)))
        .map(|(_, stmt)| stmt)
}

/// Whether annotations are kept as text.
pub fn wants_annotations(body: &[Stmt]) -> bool {
    prologue(body).any(|stmt| match &stmt.kind {
        StmtKind::ImportFrom { names, .. } => names.iter().any(|alias| &*alias.name == "annotations"),
        _ => false,
    })
}

/// The first future import that comes too late.
pub fn late_import(body: &[Stmt]) -> Option<Span> {
    let start = prologue(body).count();
    let mut pending: Vec<&Stmt> = body[start..].iter().rev().collect();
    while let Some(stmt) = pending.pop() {
        if is_future(stmt) {
            return Some(stmt.span);
        }
        match &stmt.kind {
            StmtKind::Function(def) => pending.extend(def.body.iter().rev()),
            StmtKind::Class(def) => pending.extend(def.body.iter().rev()),
            StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
                pending.extend(orelse.iter().rev());
                pending.extend(body.iter().rev());
            }
            StmtKind::If { branches, orelse } => {
                pending.extend(orelse.iter().rev());
                for (_, body) in branches.iter().rev() {
                    pending.extend(body.iter().rev());
                }
            }
            StmtKind::With { body, .. } => pending.extend(body.iter().rev()),
            StmtKind::Try(stmt) => {
                pending.extend(stmt.finalbody.iter().rev());
                pending.extend(stmt.orelse.iter().rev());
                for handler in stmt.handlers.iter().rev() {
                    pending.extend(handler.body.iter().rev());
                }
                pending.extend(stmt.body.iter().rev());
            }
            _ => {}
        }
    }
    None
}

/// Refuses unknown features.
///
/// # Errors
/// A name that is no feature.
pub fn check(source: &Source<'_>, names: &[Alias], span: Span) -> Result<(), SyntaxError> {
    for alias in names {
        let name = &*alias.name;
        if name == "braces" {
            return Err(source.error("not a chance", span));
        }
        if !FEATURES.contains(&name) {
            let start = Span { start: span.start, end: span.start };
            return Err(source.error(format!("future feature {name} is not defined"), start));
        }
    }
    Ok(())
}
