//! Statements.

use super::{Compiler, Result};
use crate::assemble::Val;
use crate::ast::*;
use crate::code_unit::CodeFlags;
use crate::opcodes::{Intrinsic, Op};
use crate::symtable::ScopeKind;
use crate::{Mode, constants};

impl<'a> Compiler<'a> {
    pub(super) fn body(&mut self, body: &'a [Stmt]) -> Result {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    /// Takes the documentation string off `body`.
    pub(super) fn docstring(&mut self, body: &'a [Stmt], store: bool) -> Result<&'a [Stmt]> {
        let text = match body.first() {
            Some(Stmt {
                kind: StmtKind::Expr(Expr { kind: ExprKind::Const(Const::Str(text)), .. }), ..
            }) => text,
            _ => return Ok(body),
        };
        if self.mode == Mode::Single && self.units.is_empty() {
            return Ok(body);
        }
        if self.options.optimize < 2 {
            let doc = Const::Str(clean_doc(text).into());
            if store {
                let value = self.unit.code.constant_val(&doc);
                self.at(body[0].span, |this| this.store_mangled("__doc__", value));
            } else {
                self.unit.code.consts.replace_first(doc);
                self.unit.flags |= CodeFlags::HAS_DOCSTRING;
            }
        }
        Ok(&body[1..])
    }

    fn stmt(&mut self, stmt: &'a Stmt) -> Result {
        let mark = self.unit.code.top;
        let outer = std::mem::replace(&mut self.unit.code.span, stmt.span);
        self.stmt_at(stmt)?;
        self.unit.code.span = outer;
        self.unit.code.top = mark;
        Ok(())
    }

    fn stmt_at(&mut self, stmt: &'a Stmt) -> Result {
        match &stmt.kind {
            StmtKind::Function(def) => self.function(def, stmt.span)?,
            StmtKind::Class(def) => self.class(def, stmt.span)?,
            StmtKind::Return(value) => self.return_stmt(value.as_ref(), stmt.span)?,
            StmtKind::Delete(targets) => targets.iter().try_for_each(|target| self.delete(target))?,
            StmtKind::TypeAlias(alias) => self.type_alias(alias)?,
            StmtKind::Assign { targets, value } => self.assign(targets, value)?,
            StmtKind::AugAssign { target, op, value } => self.augmented(target, *op, value, stmt.span)?,
            StmtKind::AnnAssign { target, value, .. } => self.annotated(target, value.as_ref())?,
            StmtKind::For { is_async: false, target, iter, body, orelse } => {
                self.for_stmt(target, iter, body, orelse, stmt.span)?;
            }
            StmtKind::For { is_async: true, target, iter, body, orelse } => {
                self.check_async(stmt.span, "async for")?;
                self.async_for(target, iter, body, orelse, stmt.span)?;
            }
            StmtKind::While { test, body, orelse } => self.while_stmt(test, body, orelse, stmt.span)?,
            StmtKind::If { branches, orelse } => self.if_stmt(branches, orelse)?,
            StmtKind::With { is_async, items, body } => self.with_stmt(items, body, *is_async, stmt.span)?,
            StmtKind::Match { subject, cases } => self.match_stmt(subject, cases)?,
            StmtKind::Raise { exc, cause } => self.raise(exc.as_ref(), cause.as_ref())?,
            StmtKind::Try(stmt_try) => self.try_stmt(stmt_try, stmt.span)?,
            StmtKind::Assert { test, msg } => self.assert(test, msg.as_ref())?,
            StmtKind::Import(names) => names.iter().try_for_each(|alias| self.import(alias))?,
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(module.as_ref(), names, *level, stmt.span)?;
            }
            StmtKind::Global(_) | StmtKind::Nonlocal(_) => {}
            StmtKind::Expr(value) => {
                if self.mode == Mode::Single && self.units.is_empty() {
                    let value = self.register(value)?;
                    let dst = self.unit.code.top;
                    self.unit.code.emit(Op::CALL_INTRINSIC, dst, value, Intrinsic::Print as u16);
                } else {
                    self.effect(value)?;
                }
            }
            StmtKind::Pass => self.unit.code.emit(Op::NOP, 0, 0, 0),
            StmtKind::Break => self.break_stmt(stmt.span, true)?,
            StmtKind::Continue => self.break_stmt(stmt.span, false)?,
        }
        Ok(())
    }

    fn annotated(&mut self, target: &'a Expr, value: Option<&'a Expr>) -> Result {
        match value {
            Some(value) => self.assign(std::slice::from_ref(target), value),
            None => {
                // The target's parts are evaluated, nothing is stored.
                match &target.kind {
                    ExprKind::Attribute { value, .. } => self.effect(value),
                    ExprKind::Subscript { value, index } => {
                        self.effect(value)?;
                        if !matches!(index.kind, ExprKind::Slice { .. }) {
                            self.effect(index)?;
                        }
                        Ok(())
                    }
                    _ => Ok(()),
                }
            }
        }
    }

    fn raise(&mut self, exc: Option<&'a Expr>, cause: Option<&'a Expr>) -> Result {
        match (exc, cause) {
            (Some(exc), Some(cause)) => {
                let exc = self.value_before(exc, &[cause])?;
                let cause = self.value(cause)?;
                self.unit.code.emit(Op::RAISE_VARARGS, 2, exc.rk(), cause.rk());
            }
            (Some(exc), None) => {
                let exc = self.value(exc)?;
                self.emit_raise(1, exc);
            }
            (None, _) => {
                let none = self.unit.code.constant_val(&Const::None);
                self.emit_raise(0, none);
            }
        }
        Ok(())
    }

    /// RAISE_VARARGS without a cause; operands that are not used are constants.
    pub(super) fn emit_raise(&mut self, count: u16, exc: Val) {
        let none = self.unit.code.constant_val(&Const::None);
        self.unit.code.emit(Op::RAISE_VARARGS, count, exc.rk(), none.rk());
    }

    fn assert(&mut self, test: &'a Expr, msg: Option<&'a Expr>) -> Result {
        if self.options.optimize > 0 {
            return Ok(());
        }
        if self.constant_of(test).as_ref().and_then(constants::truth) == Some(true)
            && !matches!(test.kind, ExprKind::Tuple(_))
        {
            self.mark_line(test.span);
            return Ok(());
        }
        let passed = self.unit.code.label();
        self.jump_if(test, passed, true)?;
        let base = self.unit.code.top;
        self.unit.code.emit(Op::LOAD_ASSERTION_ERROR, base, 0, 0);
        self.unit.code.reserve(base);
        if let Some(msg) = msg {
            let no_self = self.unit.code.alloc();
            self.unit.code.emit(Op::CLEAR_FAST, no_self, 0, 0);
            self.push(msg)?;
            self.unit.code.emit(Op::CALL, base, 1, base);
        }
        self.at(test.span, |this| this.emit_raise(1, Val::Reg(base)));
        self.unit.code.place(passed);
        Ok(())
    }

    fn import_name(&mut self, name: &str, from: &Const, level: u32, dst: u16) {
        let block = self.push_const(from);
        self.push_const(&Const::Int(i64::from(level)));
        let name = self.unit.code.name(name);
        self.unit.code.emit(Op::IMPORT_NAME, dst, block, name);
        self.unit.code.top = block;
    }

    fn import(&mut self, alias: &'a Alias) -> Result {
        let mark = self.unit.code.top;
        self.import_name(&alias.name, &Const::None, 0, mark);
        self.unit.code.reserve(mark);
        match &alias.asname {
            None => {
                let first: Name = alias.name.split('.').next().unwrap_or("").into();
                self.store_name(&first, Val::Reg(mark));
            }
            Some(asname) => {
                // `import a.b as c` binds the innermost module.
                for part in alias.name.split('.').skip(1) {
                    let name = self.unit.code.name(part);
                    self.unit.code.emit(Op::IMPORT_FROM, mark, mark, name);
                }
                self.store_name(asname, Val::Reg(mark));
            }
        }
        self.unit.code.top = mark;
        Ok(())
    }

    fn import_from(
        &mut self,
        module: Option<&'a Name>,
        names: &'a [Alias],
        level: u32,
        span: Span,
    ) -> Result {
        if level == 0 && module.is_some_and(|module| &**module == "__future__") {
            crate::future::check(self.source, names, span)?;
        }
        let from: Box<[Const]> = names.iter().map(|alias| Const::Str(alias.name.as_ref().into())).collect();
        let mark = self.unit.code.top;
        self.import_name(module.map_or("", |module| module), &Const::Tuple(from), level, mark);
        self.unit.code.reserve(mark);
        for alias in names {
            if &*alias.name == "*" {
                let unused = self.unit.code.top;
                self.unit.code.emit(Op::CALL_INTRINSIC, unused, mark, Intrinsic::ImportStar as u16);
                break;
            }
            let value = self.unit.code.alloc();
            let name = self.unit.code.name(&alias.name);
            self.unit.code.emit(Op::IMPORT_FROM, value, mark, name);
            self.store_name(alias.asname.as_ref().unwrap_or(&alias.name), Val::Reg(value));
            self.unit.code.top = mark + 1;
        }
        self.unit.code.top = mark;
        Ok(())
    }

    /// `await`, `async for`, `async with` have a place here.
    pub(super) fn check_async(&self, span: Span, what: &str) -> Result {
        if self.table.scope(self.unit.scope).is_async {
            return Ok(());
        }
        self.error(format!("'{what}' outside async function"), span)
    }

    pub(super) fn check_await(&self, span: Span) -> Result {
        let scope = self.table.scope(self.unit.scope);
        if scope.is_async {
            return Ok(());
        }
        match scope.kind {
            ScopeKind::Module | ScopeKind::Class => self.error("'await' outside function", span),
            _ => self.error("'await' outside async function", span),
        }
    }
}

/// A documentation string without its common indentation, as CPython 3.13 stores it.
fn clean_doc(doc: &str) -> String {
    let expanded: Vec<String> = doc.split('\n').map(expand_tabs).collect();
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let margin = expanded
        .iter()
        .skip(1)
        .filter(|line| indent(line) < line.len())
        .map(|line| indent(line))
        .min()
        .unwrap_or(0);
    let mut out = String::with_capacity(doc.len());
    for (index, line) in expanded.iter().enumerate() {
        if index == 0 {
            out.push_str(line.trim_start_matches(' '));
        } else {
            out.push('\n');
            let cut = margin.min(indent(line));
            out.push_str(&line[cut..]);
        }
    }
    out
}

fn expand_tabs(line: &str) -> String {
    if !line.contains('\t') {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut column = 0;
    for c in line.chars() {
        if c == '\t' {
            let next = (column / 8 + 1) * 8;
            out.extend(std::iter::repeat_n(' ', next - column));
            column = next;
        } else {
            out.push(c);
            column += 1;
        }
    }
    out
}
