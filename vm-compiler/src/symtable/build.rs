//! First half of the symbol table: one walk that collects what each scope does with each name.

use super::{Scope, ScopeKind, SymbolTable, flag, mangle};
use crate::ast::*;
use crate::error::SyntaxError;
use crate::source::Source;

pub(super) type Result<T = (), E = SyntaxError> = std::result::Result<T, E>;

/// Walks `module`.
///
/// # Errors
/// Clashing declarations, misplaced `yield`, `await`, `return`, `import *` and `:=`, duplicate parameters.
pub fn build(source: &Source<'_>, module: &Module, future_annotations: bool) -> Result<SymbolTable> {
    let mut scopes = Vec::with_capacity(module.scopes as usize);
    for _ in 0..module.scopes {
        scopes.push(Scope::new(ScopeKind::Module, None));
    }
    let mut builder = Builder { source, scopes, current: ScopeId::TOP, class: None, future_annotations };
    builder.body(&module.body)?;
    builder.annotations_of(module.annotations, &module.body)?;
    Ok(SymbolTable { scopes: builder.scopes })
}

pub(super) struct Builder<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) scopes: Vec<Scope>,
    pub(super) current: ScopeId,
    /// The innermost class, for mangling.
    pub(super) class: Option<Name>,
    pub(super) future_annotations: bool,
}

impl Builder<'_> {
    pub(super) fn scope(&mut self) -> &mut Scope {
        &mut self.scopes[self.current.index()]
    }

    pub(super) fn error<T>(&self, message: impl Into<String>, span: Span) -> Result<T> {
        Err(self.source.error(message, span))
    }

    /// Runs `f` in a new scope.
    pub(super) fn enter(
        &mut self,
        id: ScopeId,
        kind: ScopeKind,
        f: impl FnOnce(&mut Self) -> Result,
    ) -> Result {
        let parent = self.current;
        let outer = &self.scopes[parent.index()];
        let nested =
            outer.nested || matches!(outer.kind, k if k != ScopeKind::Module && k != ScopeKind::Class);
        let lazy = matches!(kind, ScopeKind::Annotations | ScopeKind::TypeParams | ScopeKind::TypeValue);
        let sees_class = lazy && (outer.kind == ScopeKind::Class || outer.sees_class);
        let inlined = matches!(kind, ScopeKind::Comprehension(k) if k != CompKind::Generator)
            && matches!(outer.kind, ScopeKind::Function | ScopeKind::Lambda | ScopeKind::Comprehension(_));
        let mut scope = Scope::new(kind, Some(parent));
        scope.nested = nested;
        scope.sees_class = sees_class;
        scope.inlined = inlined;
        scope.class_name = self.class.clone();
        self.scopes[id.index()] = scope;
        if inlined {
            self.scopes[parent.index()].inlined_children.push(id);
        }
        self.current = id;
        f(self)?;
        self.current = parent;
        Ok(())
    }

    pub(super) fn add(&mut self, name: &Name, flags: u16, span: Span) {
        let mangled = mangle(self.class.as_ref(), name);
        self.scope().add(&mangled, flags, span);
    }

    pub(super) fn flags_of(&self, name: &Name) -> u16 {
        let mangled = mangle(self.class.as_ref(), name);
        self.scopes[self.current.index()].flags(&mangled)
    }

    pub(super) fn bind(&mut self, name: &Name, flags: u16, span: Span) -> Result {
        if &**name == "__debug__" {
            return self.error("cannot assign to __debug__", span);
        }
        self.add(name, flag::ASSIGNED | flags, span);
        Ok(())
    }

    // --- statements ---

    pub(super) fn body(&mut self, body: &[Stmt]) -> Result {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) -> Result {
        match &stmt.kind {
            StmtKind::Function(def) => self.function(def, stmt.span),
            StmtKind::Class(def) => self.class(def, stmt.span),
            StmtKind::Return(value) => self.optional(value.as_ref()),
            StmtKind::Delete(targets) => targets.iter().try_for_each(|target| self.delete(target)),
            StmtKind::TypeAlias(alias) => self.type_alias(alias),
            StmtKind::Assign { targets, value } => {
                self.expr(value)?;
                targets.iter().try_for_each(|target| self.target(target, 0))
            }
            StmtKind::AugAssign { target, value, .. } => {
                self.expr(value)?;
                if let ExprKind::Name(name) = &target.kind {
                    self.add(name, flag::USED, target.span);
                }
                self.target(target, 0)
            }
            StmtKind::AnnAssign { target, annotation, value, simple } => {
                self.annotated(target, annotation, value.as_ref(), *simple)
            }
            StmtKind::For { target, iter, body, orelse, .. } => {
                self.expr(iter)?;
                self.target(target, 0)?;
                self.body(body)?;
                self.body(orelse)
            }
            StmtKind::While { test, body, orelse } => {
                self.expr(test)?;
                self.body(body)?;
                self.body(orelse)
            }
            StmtKind::If { branches, orelse } => {
                for (test, body) in branches {
                    self.expr(test)?;
                    self.body(body)?;
                }
                self.body(orelse)
            }
            StmtKind::With { items, body, .. } => {
                for item in items {
                    self.expr(&item.context)?;
                    if let Some(target) = &item.target {
                        self.target(target, 0)?;
                    }
                }
                self.body(body)
            }
            StmtKind::Match { subject, cases } => {
                self.expr(subject)?;
                for case in cases {
                    self.pattern(&case.pattern)?;
                    self.optional(case.guard.as_ref())?;
                    self.body(&case.body)?;
                }
                Ok(())
            }
            StmtKind::Raise { exc, cause } => {
                self.optional(exc.as_ref())?;
                self.optional(cause.as_ref())
            }
            StmtKind::Try(stmt) => {
                self.body(&stmt.body)?;
                for handler in &stmt.handlers {
                    self.optional(handler.class.as_ref())?;
                    if let Some(name) = &handler.name {
                        self.bind(&name.name, flag::DELETED, name.span)?;
                    }
                    self.body(&handler.body)?;
                }
                self.body(&stmt.orelse)?;
                self.body(&stmt.finalbody)
            }
            StmtKind::Assert { test, msg } => {
                self.expr(test)?;
                self.optional(msg.as_ref())
            }
            StmtKind::Import(names) => names.iter().try_for_each(|alias| self.alias(alias, false)),
            StmtKind::ImportFrom { names, .. } => {
                for alias in names {
                    if &*alias.name == "*" {
                        if self.scope().kind != ScopeKind::Module {
                            return self.error("import * only allowed at module level", alias.span);
                        }
                    } else {
                        self.alias(alias, true)?;
                    }
                }
                Ok(())
            }
            StmtKind::Global(names) => {
                names.iter().try_for_each(|name| self.declare(name, stmt.span, flag::GLOBAL, "global"))
            }
            StmtKind::Nonlocal(names) => {
                if self.scope().kind == ScopeKind::Module {
                    return self.error("nonlocal declaration not allowed at module level", stmt.span);
                }
                names.iter().try_for_each(|name| self.declare(name, stmt.span, flag::NONLOCAL, "nonlocal"))
            }
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::Pass | StmtKind::Break | StmtKind::Continue => Ok(()),
        }
    }

    pub(super) fn alias(&mut self, alias: &Alias, from: bool) -> Result {
        match &alias.asname {
            Some(name) => self.bind(name, 0, alias.span),
            None if from => self.bind(&alias.name, 0, alias.span),
            None => {
                let first: Name = alias.name.split('.').next().unwrap_or("").into();
                self.bind(&first, 0, alias.span)
            }
        }
    }

    /// `global` or `nonlocal`.
    pub(super) fn declare(&mut self, name: &Ident, span: Span, declared: u16, word: &str) -> Result {
        let flags = self.flags_of(&name.name);
        let text = &name.name;
        if flags & flag::PARAM != 0 {
            return self.error(format!("name '{text}' is parameter and {word}"), span);
        }
        if flags & (flag::GLOBAL | flag::NONLOCAL) & !declared != 0 {
            let mangled = mangle(self.class.as_ref(), text);
            let first = self.scope().symbol(&mangled).map_or(span, |symbol| symbol.span);
            return self.error(format!("name '{text}' is nonlocal and global"), first);
        }
        if flags & flag::ANNOTATED != 0 {
            return self.error(format!("annotated name '{text}' can't be {word}"), span);
        }
        if flags & flag::USED != 0 && flags & declared == 0 {
            return self.error(format!("name '{text}' is used prior to {word} declaration"), span);
        }
        if flags & flag::ASSIGNED != 0 && flags & declared == 0 {
            return self.error(format!("name '{text}' is assigned to before {word} declaration"), span);
        }
        self.add(&name.name, declared, span);
        Ok(())
    }

    pub(super) fn target(&mut self, target: &Expr, flags: u16) -> Result {
        match &target.kind {
            ExprKind::Name(name) => self.bind(name, flags, target.span),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().try_for_each(|item| self.target(item, flags))
            }
            ExprKind::Starred(inner) => self.target(inner, flags),
            ExprKind::Attribute { value, attr } => {
                if &*attr.name == "__debug__" {
                    return self.error("cannot assign to __debug__", target.span);
                }
                self.expr(value)
            }
            _ => self.expr(target),
        }
    }

    pub(super) fn delete(&mut self, target: &Expr) -> Result {
        match &target.kind {
            ExprKind::Name(name) => {
                if &**name == "__debug__" {
                    return self.error("cannot delete __debug__", target.span);
                }
                self.add(name, flag::ASSIGNED | flag::DELETED, target.span);
                Ok(())
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().try_for_each(|item| self.delete(item))
            }
            _ => self.expr(target),
        }
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) -> Result {
        match &pattern.kind {
            PatternKind::Value(value) => self.expr(value),
            PatternKind::Singleton(_) => Ok(()),
            PatternKind::Sequence(patterns) | PatternKind::Or(patterns) => {
                patterns.iter().try_for_each(|pattern| self.pattern(pattern))
            }
            PatternKind::Mapping { keys, patterns, rest } => {
                keys.iter().try_for_each(|key| self.expr(key))?;
                patterns.iter().try_for_each(|pattern| self.pattern(pattern))?;
                self.capture(rest.as_ref())
            }
            PatternKind::Class { class, patterns, keywords } => {
                self.expr(class)?;
                patterns.iter().try_for_each(|pattern| self.pattern(pattern))?;
                keywords.iter().try_for_each(|(_, pattern)| self.pattern(pattern))
            }
            PatternKind::Star(name) => self.capture(name.as_ref()),
            PatternKind::As { pattern, name } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern)?;
                }
                self.capture(name.as_ref())
            }
        }
    }

    pub(super) fn capture(&mut self, name: Option<&Ident>) -> Result {
        name.map_or(Ok(()), |name| self.bind(&name.name, 0, name.span))
    }

    // --- expressions ---

    pub(super) fn optional(&mut self, expr: Option<&Expr>) -> Result {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Result {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Result {
        match &expr.kind {
            ExprKind::Const(_) => Ok(()),
            ExprKind::Name(name) => {
                self.add(name, flag::USED, expr.span);
                if &**name == "super" && self.scopes[self.current.index()].is_function() {
                    self.scope().add(&"__class__".into(), flag::USED, expr.span);
                }
                Ok(())
            }
            ExprKind::BoolOp { values, .. } => self.exprs(values),
            ExprKind::Named { target, value } => self.named(target, value),
            ExprKind::Binary { left, right, .. } => {
                self.expr(left)?;
                self.expr(right)
            }
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Lambda(lambda) => self.lambda(lambda),
            ExprKind::If { test, body, orelse } => {
                self.expr(test)?;
                self.expr(body)?;
                self.expr(orelse)
            }
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    self.optional(key.as_ref())?;
                    self.expr(value)?;
                }
                Ok(())
            }
            ExprKind::Set(items) | ExprKind::List(items) | ExprKind::Tuple(items) => self.exprs(items),
            ExprKind::Comprehension(comprehension) => self.comprehension(comprehension, expr.span),
            ExprKind::Await(value) => {
                self.awaits(expr.span)?;
                self.expr(value)
            }
            ExprKind::Yield(value) => {
                self.yields(expr.span, false)?;
                self.optional(value.as_deref())
            }
            ExprKind::YieldFrom(value) => {
                self.yields(expr.span, true)?;
                self.expr(value)
            }
            ExprKind::Compare { left, rest } => {
                self.expr(left)?;
                rest.iter().try_for_each(|(_, right)| self.expr(right))
            }
            ExprKind::Call(call) => {
                self.expr(&call.func)?;
                self.exprs(&call.args)?;
                call.keywords.iter().try_for_each(|keyword| self.expr(&keyword.value))
            }
            ExprKind::FString(parts) | ExprKind::TString(parts) => self.parts(parts),
            ExprKind::Attribute { value, .. } => self.expr(value),
            ExprKind::Subscript { value, index } => {
                self.expr(value)?;
                self.expr(index)
            }
            ExprKind::Starred(value) => self.expr(value),
            ExprKind::Slice { lower, upper, step } => {
                self.optional(lower.as_deref())?;
                self.optional(upper.as_deref())?;
                self.optional(step.as_deref())
            }
        }
    }

    pub(super) fn parts(&mut self, parts: &[StringPart]) -> Result {
        for part in parts {
            if let StringPart::Field(field) = part {
                self.expr(&field.value)?;
                if let Some(spec) = &field.spec {
                    self.parts(spec)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn yields(&mut self, span: Span, from: bool) -> Result {
        let scope = self.scope();
        match scope.kind {
            ScopeKind::Function | ScopeKind::Lambda => {}
            ScopeKind::Comprehension(kind) => {
                let place = match kind {
                    CompKind::List => "list comprehension",
                    CompKind::Set => "set comprehension",
                    CompKind::Dict => "dict comprehension",
                    CompKind::Generator => "generator expression",
                };
                return self.error(format!("'yield' inside {place}"), span);
            }
            _ => {
                let word = if from { "yield from" } else { "yield" };
                return self.error(format!("'{word}' outside function"), span);
            }
        }
        if from && scope.is_async {
            return self.error("'yield from' inside async function", span);
        }
        scope.is_generator = true;
        Ok(())
    }

    pub(super) fn awaits(&mut self, span: Span) -> Result {
        let scope = self.scope();
        if let ScopeKind::Comprehension(_) = scope.kind {
            scope.is_async = true;
        } else if !scope.is_function() {
            return self.error("'await' outside function", span);
        }
        Ok(())
    }

    /// `target := value`, which in a comprehension binds in the function around it.
    pub(super) fn named(&mut self, target: &Ident, value: &Expr) -> Result {
        self.expr(value)?;
        let name = &target.name;
        let mut at = self.current;
        let mut declared = flag::NONLOCAL;
        let mut inside = Vec::new();
        loop {
            let scope = &self.scopes[at.index()];
            match scope.kind {
                ScopeKind::Comprehension(_) => {
                    let mangled = mangle(self.class.as_ref(), name);
                    if scope.flags(&mangled) & flag::ITERATION != 0 {
                        let message = format!(
                            "assignment expression cannot rebind comprehension iteration variable '{name}'"
                        );
                        return self.error(message, target.span);
                    }
                    inside.push(at);
                    at = scope.parent.unwrap_or(ScopeId::TOP);
                    continue;
                }
                ScopeKind::Class if !inside.is_empty() => {
                    let message =
                        "assignment expression within a comprehension cannot be used in a class body";
                    return self.error(message, target.span);
                }
                ScopeKind::Module => declared = flag::GLOBAL,
                _ => {
                    let mangled = mangle(self.class.as_ref(), name);
                    if scope.flags(&mangled) & flag::GLOBAL != 0 {
                        declared = flag::GLOBAL;
                    }
                }
            }
            break;
        }
        if inside.is_empty() {
            return self.bind(name, flag::NAMED, target.span);
        }
        let mangled = mangle(self.class.as_ref(), name);
        for id in inside {
            self.scopes[id.index()].add(&mangled, declared | flag::NAMED, target.span);
        }
        let current = std::mem::replace(&mut self.current, at);
        let result = self.bind(name, flag::NAMED, target.span);
        self.current = current;
        result
    }

    pub(super) fn comprehension(&mut self, comprehension: &Comprehension, span: Span) -> Result {
        for generator in &comprehension.generators {
            self.check_iterable(&generator.iter)?;
        }
        let Some((first, others)) = comprehension.generators.split_first() else { return Ok(()) };
        self.expr(&first.iter)?;
        let kind = comprehension.kind;
        let mut is_async = false;
        self.enter(comprehension.scope, ScopeKind::Comprehension(kind), |this| {
            if !this.scope().inlined {
                this.scope().add(&".0".into(), flag::PARAM, span);
                this.scope().param_count = 1;
            }
            this.scope().is_async = first.is_async;
            this.target(&first.target, flag::ITERATION)?;
            this.exprs(&first.ifs)?;
            for generator in others {
                this.scope().is_async |= generator.is_async;
                this.target(&generator.target, flag::ITERATION)?;
                this.expr(&generator.iter)?;
                this.exprs(&generator.ifs)?;
            }
            this.expr(&comprehension.element)?;
            this.optional(comprehension.value.as_ref())?;
            is_async = this.scope().is_async;
            Ok(())
        })?;
        if is_async && kind != CompKind::Generator {
            let outer = self.scope();
            match outer.kind {
                ScopeKind::Comprehension(_) => outer.is_async = true,
                _ if outer.is_async => {}
                _ => {
                    let message = "asynchronous comprehension outside of an asynchronous function";
                    return self.error(message, span);
                }
            }
        }
        Ok(())
    }

    pub(super) fn check_iterable(&mut self, iter: &Expr) -> Result {
        let mut found = None;
        crate::visit::walk(iter, &mut |expr| {
            if let ExprKind::Named { .. } = &expr.kind {
                found.get_or_insert(expr.span);
            }
        });
        match found {
            Some(span) => self
                .error("assignment expression cannot be used in a comprehension iterable expression", span),
            None => Ok(()),
        }
    }
}
