//! Functions, classes, type parameters and annotations: the constructs that open scopes of their own.

use super::build::{Builder, Result};
use super::{ScopeKind, flag};
use crate::ast::*;

impl Builder<'_> {
    pub(super) fn annotated(
        &mut self,
        target: &Expr,
        annotation: &Expr,
        value: Option<&Expr>,
        simple: bool,
    ) -> Result {
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
    pub(super) fn lazy_annotation(&mut self, annotation: &Expr) -> Result {
        let is_function = self.scopes[self.current.index()].is_function();
        if self.future_annotations && !is_function {
            return Ok(());
        }
        // The walk happens when the class or module is left, in `annotations_of`; here only the placement is checked.
        self.check_annotation(annotation)
    }

    /// `yield`, `await` and `:=` have no place in an annotation.
    pub(super) fn check_annotation(&mut self, annotation: &Expr) -> Result {
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

    pub(super) fn annotation(&mut self, annotation: &Expr) -> Result {
        match &annotation.kind {
            // `*args: *Ts`
            ExprKind::Starred(inner) => self.expr(inner),
            _ => self.expr(annotation),
        }
    }

    /// The parameter of a function that evaluates annotations. Its name cannot clash with one of the program.
    pub(super) fn format_param(&mut self) {
        self.scope().add(&".format".into(), flag::PARAM, Span::default());
        self.scope().param_count = 1;
    }

    pub(super) fn function(&mut self, def: &FunctionDef, span: Span) -> Result {
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

    pub(super) fn lambda(&mut self, lambda: &Lambda) -> Result {
        self.defaults(&lambda.params)?;
        self.enter(lambda.scope, ScopeKind::Lambda, |this| {
            this.params(&lambda.params)?;
            this.expr(&lambda.body)
        })
    }

    pub(super) fn defaults(&mut self, params: &Params) -> Result {
        params
            .with_defaults()
            .filter_map(|param| param.default.as_ref())
            .try_for_each(|default| self.expr(default))
    }

    pub(super) fn params(&mut self, params: &Params) -> Result {
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

    pub(super) fn class(&mut self, def: &ClassDef, span: Span) -> Result {
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

    pub(super) fn type_alias(&mut self, alias: &TypeAlias) -> Result {
        self.bind(&alias.name.name, 0, alias.name.span)?;
        self.with_type_params(alias.type_params.as_ref(), |this| {
            this.check_type_value(&alias.value, "a type alias")?;
            this.enter(alias.scope, ScopeKind::TypeValue, |this| {
                this.format_param();
                this.expr(&alias.value)
            })
        })
    }

    pub(super) fn check_type_value(&mut self, value: &Expr, place: &str) -> Result {
        self.check_annotation(value).map_err(|mut error| {
            error.message = error.message.replace("an annotation", place);
            error
        })
    }

    pub(super) fn with_type_params(
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
}
