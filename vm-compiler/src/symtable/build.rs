//! First half of the symbol table: one walk that collects what each scope does with each name.

use super::{Scope, ScopeKind, SymbolTable, flag, mangle};
use crate::ast::*;
use crate::error::SyntaxError;
use crate::source::Source;

type Result<T = (), E = SyntaxError> = std::result::Result<T, E>;

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

struct Builder<'a> {
    source: &'a Source<'a>,
    scopes: Vec<Scope>,
    current: ScopeId,
    /// The innermost class, for mangling.
    class: Option<Name>,
    future_annotations: bool,
}

impl Builder<'_> {
    fn scope(&mut self) -> &mut Scope {
        &mut self.scopes[self.current.index()]
    }

    fn error<T>(&self, message: impl Into<String>, span: Span) -> Result<T> {
        Err(self.source.error(message, span))
    }

    /// Runs `f` in a new scope.
    fn enter(&mut self, id: ScopeId, kind: ScopeKind, f: impl FnOnce(&mut Self) -> Result) -> Result {
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

    fn add(&mut self, name: &Name, flags: u16, span: Span) {
        let mangled = mangle(self.class.as_ref(), name);
        self.scope().add(&mangled, flags, span);
    }

    fn flags_of(&self, name: &Name) -> u16 {
        let mangled = mangle(self.class.as_ref(), name);
        self.scopes[self.current.index()].flags(&mangled)
    }

    fn bind(&mut self, name: &Name, flags: u16, span: Span) -> Result {
        if &**name == "__debug__" {
            return self.error("cannot assign to __debug__", span);
        }
        self.add(name, flag::ASSIGNED | flags, span);
        Ok(())
    }

    // --- statements ---

    fn body(&mut self, body: &[Stmt]) -> Result {
        body.iter().try_for_each(|stmt| self.stmt(stmt))
    }

    fn stmt(&mut self, stmt: &Stmt) -> Result {
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

    fn alias(&mut self, alias: &Alias, from: bool) -> Result {
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
    fn declare(&mut self, name: &Ident, span: Span, declared: u16, word: &str) -> Result {
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

    fn annotated(&mut self, target: &Expr, annotation: &Expr, value: Option<&Expr>, simple: bool) -> Result {
        match &target.kind {
            ExprKind::Name(name) => {
                let flags = self.flags_of(name);
                if simple
                    && flags & (flag::GLOBAL | flag::NONLOCAL) != 0
                    && self.scope().kind != ScopeKind::Module
                {
                    let word = if flags & flag::GLOBAL != 0 { "global" } else { "nonlocal" };
                    return self.error(format!("annotated name '{name}' can't be {word}"), target.span);
                }
                if simple {
                    self.bind(name, flag::ANNOTATED, target.span)?;
                } else if value.is_some() {
                    self.bind(name, 0, target.span)?;
                }
            }
            _ => self.target(target, 0)?,
        }
        self.lazy_annotation(annotation)?;
        self.optional(value)
    }

    /// An annotation in a body: evaluated in the scope's annotation function, or, in a function, never.
    fn lazy_annotation(&mut self, annotation: &Expr) -> Result {
        let is_function = self.scopes[self.current.index()].is_function();
        if self.future_annotations && !is_function {
            return Ok(());
        }
        // The walk happens when the class or module is left, in `annotations_of`; here only the placement is checked.
        self.check_annotation(annotation)
    }

    /// `yield`, `await` and `:=` have no place in an annotation.
    fn check_annotation(&mut self, annotation: &Expr) -> Result {
        let mut found: Option<(&'static str, Span)> = None;
        crate::visit::walk(annotation, &mut |expr| {
            let what = match &expr.kind {
                ExprKind::Yield(_) | ExprKind::YieldFrom(_) => "yield expression",
                ExprKind::Await(_) => "await expression",
                ExprKind::Named { .. } => "named expression",
                _ => return,
            };
            found.get_or_insert((what, expr.span));
        });
        match found {
            Some((what, span)) => self.error(format!("{what} cannot be used within an annotation"), span),
            None => Ok(()),
        }
    }

    /// The annotation scope of a class or module body.
    pub(super) fn annotations_of(&mut self, id: ScopeId, body: &[Stmt]) -> Result {
        let mut annotations = Vec::new();
        crate::visit::annotations(body, &mut |_, annotation| annotations.push(annotation));
        if annotations.is_empty() {
            return Ok(());
        }
        self.enter(id, ScopeKind::Annotations, |this| {
            this.format_param();
            if this.future_annotations {
                return Ok(());
            }
            annotations.into_iter().try_for_each(|annotation| this.annotation(annotation))
        })
    }

    fn annotation(&mut self, annotation: &Expr) -> Result {
        match &annotation.kind {
            // `*args: *Ts`
            ExprKind::Starred(inner) => self.expr(inner),
            _ => self.expr(annotation),
        }
    }

    /// The parameter of a function that evaluates annotations. Its name cannot clash with one of the program.
    fn format_param(&mut self) {
        self.scope().add(&".format".into(), flag::PARAM, Span::default());
        self.scope().param_count = 1;
    }

    fn function(&mut self, def: &FunctionDef, span: Span) -> Result {
        self.bind(&def.name.name, 0, span)?;
        def.decorators.iter().try_for_each(|decorator| self.expr(decorator))?;
        self.defaults(&def.params)?;
        self.with_type_params(def.type_params.as_ref(), |this| {
            let mut annotated = false;
            let annotations = def.params.iter().filter_map(|param| param.annotation.as_ref());
            for annotation in annotations.chain(&def.returns) {
                this.check_annotation(annotation)?;
                annotated = true;
            }
            if annotated {
                this.enter(def.annotations, ScopeKind::Annotations, |this| {
                    this.format_param();
                    if this.future_annotations {
                        return Ok(());
                    }
                    let mut annotations =
                        def.params.iter().filter_map(|param| param.annotation.as_ref()).chain(&def.returns);
                    annotations.try_for_each(|annotation| this.annotation(annotation))
                })?;
            }
            this.enter(def.scope, ScopeKind::Function, |this| {
                this.scope().is_async = def.is_async;
                this.params(&def.params)?;
                this.body(&def.body)
            })
        })
    }

    fn lambda(&mut self, lambda: &Lambda) -> Result {
        self.defaults(&lambda.params)?;
        self.enter(lambda.scope, ScopeKind::Lambda, |this| {
            this.params(&lambda.params)?;
            this.expr(&lambda.body)
        })
    }

    fn defaults(&mut self, params: &Params) -> Result {
        params
            .with_defaults()
            .filter_map(|param| param.default.as_ref())
            .try_for_each(|default| self.expr(default))
    }

    fn params(&mut self, params: &Params) -> Result {
        for param in params.iter() {
            let name = &param.name.name;
            if &**name == "__debug__" {
                return self.error("cannot assign to __debug__", param.name.span);
            }
            if self.flags_of(name) & flag::PARAM != 0 {
                return self
                    .error(format!("duplicate argument '{name}' in function definition"), param.name.span);
            }
            self.add(name, flag::PARAM, param.name.span);
            self.scope().param_count += 1;
        }
        Ok(())
    }

    fn class(&mut self, def: &ClassDef, span: Span) -> Result {
        self.bind(&def.name.name, 0, span)?;
        def.decorators.iter().try_for_each(|decorator| self.expr(decorator))?;
        // Names in the bases belong to the class around, those of the body to this one.
        let outer = self.class.clone();
        if def.type_params.is_some() {
            self.class = Some(def.name.name.clone());
        }
        self.with_type_params(def.type_params.as_ref(), |this| {
            def.args.iter().try_for_each(|arg| this.expr(arg))?;
            def.keywords.iter().try_for_each(|keyword| this.expr(&keyword.value))?;
            this.class = Some(def.name.name.clone());
            this.enter(def.scope, ScopeKind::Class, |this| {
                if def.type_params.is_some() {
                    this.scope().add(&".type_params".into(), flag::USED, span);
                }
                this.body(&def.body)?;
                this.annotations_of(def.annotations, &def.body)
            })
        })?;
        self.class = outer;
        Ok(())
    }

    fn type_alias(&mut self, alias: &TypeAlias) -> Result {
        self.bind(&alias.name.name, 0, alias.name.span)?;
        self.with_type_params(alias.type_params.as_ref(), |this| {
            this.check_type_value(&alias.value, "a type alias")?;
            this.enter(alias.scope, ScopeKind::TypeValue, |this| {
                this.format_param();
                this.expr(&alias.value)
            })
        })
    }

    fn check_type_value(&mut self, value: &Expr, place: &str) -> Result {
        self.check_annotation(value).map_err(|mut error| {
            error.message = error.message.replace("an annotation", place);
            error
        })
    }

    fn with_type_params(
        &mut self,
        params: Option<&TypeParams>,
        f: impl FnOnce(&mut Self) -> Result,
    ) -> Result {
        let Some(params) = params else { return f(self) };
        self.enter(params.scope, ScopeKind::TypeParams, |this| {
            // The bases of a generic class and the defaults of a generic function come in as parameters.
            for name in crate::visit::TYPE_PARAMS_ARGS {
                this.scope().add(&name.into(), flag::PARAM, params.span);
                this.scope().param_count += 1;
            }
            this.scope().add(&".type_params".into(), flag::ASSIGNED, params.span);
            let mut defaulted = false;
            for param in &params.params {
                let name = &param.name.name;
                if this.flags_of(name) & flag::TYPE_PARAM != 0 {
                    return this.error(format!("duplicate type parameter '{name}'"), param.name.span);
                }
                this.bind(name, flag::TYPE_PARAM, param.name.span)?;
                if param.default.is_some() {
                    defaulted = true;
                } else if defaulted {
                    let message =
                        format!("non-default type parameter '{name}' follows default type parameter");
                    return this.error(message, param.name.span);
                }
            }
            for param in &params.params {
                let places = [(&param.bound, "a TypeVar bound"), (&param.default, "a TypeVar default")];
                for (value, place) in places {
                    let Some((scope, value)) = value else { continue };
                    this.check_type_value(value, place)?;
                    this.enter(*scope, ScopeKind::TypeValue, |this| {
                        this.format_param();
                        match &value.kind {
                            ExprKind::Starred(inner) => this.expr(inner),
                            _ => this.expr(value),
                        }
                    })?;
                }
            }
            f(this)
        })
    }

    // --- targets ---

    fn target(&mut self, target: &Expr, flags: u16) -> Result {
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

    fn delete(&mut self, target: &Expr) -> Result {
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

    fn pattern(&mut self, pattern: &Pattern) -> Result {
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

    fn capture(&mut self, name: Option<&Ident>) -> Result {
        name.map_or(Ok(()), |name| self.bind(&name.name, 0, name.span))
    }

    // --- expressions ---

    fn optional(&mut self, expr: Option<&Expr>) -> Result {
        expr.map_or(Ok(()), |expr| self.expr(expr))
    }

    fn exprs(&mut self, exprs: &[Expr]) -> Result {
        exprs.iter().try_for_each(|expr| self.expr(expr))
    }

    fn expr(&mut self, expr: &Expr) -> Result {
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

    fn parts(&mut self, parts: &[StringPart]) -> Result {
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

    fn yields(&mut self, span: Span, from: bool) -> Result {
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

    fn awaits(&mut self, span: Span) -> Result {
        let scope = self.scope();
        if let ScopeKind::Comprehension(_) = scope.kind {
            scope.is_async = true;
        } else if !scope.is_function() {
            return self.error("'await' outside function", span);
        }
        Ok(())
    }

    /// `target := value`, which in a comprehension binds in the function around it.
    fn named(&mut self, target: &Ident, value: &Expr) -> Result {
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

    fn comprehension(&mut self, comprehension: &Comprehension, span: Span) -> Result {
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

    fn check_iterable(&mut self, iter: &Expr) -> Result {
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
