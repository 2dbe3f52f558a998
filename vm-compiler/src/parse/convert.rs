//! From the parser's tree to ours.

use super::strings;
use crate::ast::*;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::opcodes::CmpOp;
use crate::source::Source;
use num_bigint::BigInt;
use ruff_python_ast as ruff;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// Stack that must be left before a level of conversion, and the size of a new segment.
const RED_ZONE: usize = 96 << 10;
const SEGMENT: usize = 2 << 20;
/// Lambdas in lambdas: each is a code object in a code object, with a qualified name as long as all of theirs.
/// CPython's parser gives up at about 2,000.
const MAX_LAMBDAS: u32 = 1000;
/// Digits of a decimal literal above which CPython refuses the conversion (`sys.int_info.default_max_str_digits`).
const MAX_DIGITS: usize = 4300;

/// Converts a whole program.
///
/// # Errors
/// Trees deeper than [`super::MAX_DEPTH`], integer literals with too many digits.
pub fn convert(source: &Source<'_>, tree: &ruff::Mod) -> Result<Module, SyntaxError> {
    let mut converter =
        Converter { source, names: FxHashMap::default(), scopes: 2, depth: 0, max_depth: 0, lambdas: 0 };
    let body = match tree {
        ruff::Mod::Module(module) => converter.body(&module.body)?,
        ruff::Mod::Expression(expression) => {
            let value = converter.expr(&expression.body)?;
            vec![Stmt { span: value.span, kind: StmtKind::Expr(value) }]
        }
    };
    Ok(Module { body, annotations: ScopeId(1), scopes: converter.scopes, depth: converter.max_depth })
}

type Result<T, E = SyntaxError> = std::result::Result<T, E>;

struct Converter<'a> {
    source: &'a Source<'a>,
    names: FxHashMap<Box<str>, Name>,
    scopes: u32,
    depth: u32,
    max_depth: u32,
    /// Lambdas around.
    lambdas: u32,
}

fn span(range: TextRange) -> Span {
    Span { start: range.start().into(), end: range.end().into() }
}

impl Converter<'_> {
    fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return Rc::clone(name);
        }
        let name: Name = Rc::from(text);
        self.names.insert(text.into(), Rc::clone(&name));
        name
    }

    fn ident(&mut self, ident: &ruff::Identifier) -> Ident {
        Ident { name: self.name(ident.as_str()), span: span(ident.range) }
    }

    fn scope(&mut self) -> ScopeId {
        let id = ScopeId(self.scopes);
        self.scopes += 1;
        id
    }

    /// Runs `f` one level deeper.
    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.depth += 1;
        self.max_depth = self.max_depth.max(self.depth);
        if self.depth > super::MAX_DEPTH {
            let message = "maximum recursion depth exceeded during compilation";
            return Err(self.source.error_of(SyntaxErrorKind::RecursionError, message, Span::default()));
        }
        let result = stacker::maybe_grow(RED_ZONE, SEGMENT, || f(self));
        self.depth -= 1;
        result
    }

    fn body(&mut self, body: &[ruff::Stmt]) -> Result<Body> {
        body.iter().map(|stmt| self.deeper(|this| this.stmt(stmt))).collect()
    }

    fn exprs(&mut self, exprs: &[ruff::Expr]) -> Result<Vec<Expr>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn boxed(&mut self, expr: &ruff::Expr) -> Result<Box<Expr>> {
        Ok(Box::new(self.expr(expr)?))
    }

    fn optional(&mut self, expr: Option<&ruff::Expr>) -> Result<Option<Expr>> {
        expr.map(|expr| self.expr(expr)).transpose()
    }

    fn optional_boxed(&mut self, expr: Option<&ruff::Expr>) -> Result<Option<Box<Expr>>> {
        expr.map(|expr| self.boxed(expr)).transpose()
    }

    /// Start of the `def`, `async` or `class` keyword: the parser's range begins at the first decorator.
    fn keyword_start(&self, range: TextRange, decorators: &[ruff::Decorator]) -> u32 {
        let Some(last) = decorators.last() else { return range.start().into() };
        let mut at = u32::from(last.range.end()) as usize;
        let bytes = self.source.text().as_bytes();
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'#' => {
                    while bytes.get(at).is_some_and(|&b| b != b'\n' && b != b'\r') {
                        at += 1;
                    }
                }
                b'a'..=b'z' => break,
                _ => at += 1,
            }
        }
        at as u32
    }

    fn decorators(&mut self, decorators: &[ruff::Decorator]) -> Result<Vec<Expr>> {
        decorators.iter().map(|decorator| self.expr(&decorator.expression)).collect()
    }

    fn stmt(&mut self, stmt: &ruff::Stmt) -> Result<Stmt> {
        use ruff::Stmt as S;
        let mut range = span(stmt.range());
        let kind = match stmt {
            S::FunctionDef(def) => {
                range.start = self.keyword_start(def.range, &def.decorator_list);
                StmtKind::Function(Box::new(FunctionDef {
                    scope: self.scope(),
                    annotations: self.scope(),
                    is_async: def.is_async,
                    decorators: self.decorators(&def.decorator_list)?,
                    name: self.ident(&def.name),
                    type_params: self.type_params(def.type_params.as_deref())?,
                    params: self.params(Some(&def.parameters))?,
                    returns: self.optional(def.returns.as_deref())?,
                    body: self.body(&def.body)?,
                }))
            }
            S::ClassDef(def) => {
                range.start = self.keyword_start(def.range, &def.decorator_list);
                let (args, keywords) = match &def.arguments {
                    Some(arguments) => self.arguments(arguments)?,
                    None => (Vec::new(), Vec::new()),
                };
                StmtKind::Class(Box::new(ClassDef {
                    scope: self.scope(),
                    annotations: self.scope(),
                    decorators: self.decorators(&def.decorator_list)?,
                    name: self.ident(&def.name),
                    type_params: self.type_params(def.type_params.as_deref())?,
                    args,
                    keywords,
                    body: self.body(&def.body)?,
                }))
            }
            S::Return(stmt) => StmtKind::Return(self.optional(stmt.value.as_deref())?),
            S::Delete(stmt) => StmtKind::Delete(self.exprs(&stmt.targets)?),
            S::TypeAlias(stmt) => {
                let ruff::Expr::Name(name) = &*stmt.name else {
                    return Err(self.source.error("invalid syntax", span(stmt.name.range())));
                };
                StmtKind::TypeAlias(Box::new(TypeAlias {
                    name: Ident { name: self.name(&name.id), span: span(name.range) },
                    type_params: self.type_params(stmt.type_params.as_deref())?,
                    scope: self.scope(),
                    value: self.expr(&stmt.value)?,
                }))
            }
            S::Assign(stmt) => {
                StmtKind::Assign { targets: self.exprs(&stmt.targets)?, value: self.expr(&stmt.value)? }
            }
            S::AugAssign(stmt) => StmtKind::AugAssign {
                target: self.expr(&stmt.target)?,
                op: operator(stmt.op),
                value: self.expr(&stmt.value)?,
            },
            S::AnnAssign(stmt) => StmtKind::AnnAssign {
                target: self.expr(&stmt.target)?,
                annotation: self.expr(&stmt.annotation)?,
                value: self.optional(stmt.value.as_deref())?,
                simple: stmt.simple,
            },
            S::For(stmt) => StmtKind::For {
                is_async: stmt.is_async,
                target: self.expr(&stmt.target)?,
                iter: self.expr(&stmt.iter)?,
                body: self.body(&stmt.body)?,
                orelse: self.body(&stmt.orelse)?,
            },
            S::While(stmt) => StmtKind::While {
                test: self.expr(&stmt.test)?,
                body: self.body(&stmt.body)?,
                orelse: self.body(&stmt.orelse)?,
            },
            S::If(stmt) => {
                let mut branches = vec![(self.expr(&stmt.test)?, self.body(&stmt.body)?)];
                let mut orelse = Vec::new();
                for clause in &stmt.elif_else_clauses {
                    match &clause.test {
                        Some(test) => branches.push((self.expr(test)?, self.body(&clause.body)?)),
                        None => orelse = self.body(&clause.body)?,
                    }
                }
                StmtKind::If { branches, orelse }
            }
            S::With(stmt) => {
                let mut items = Vec::with_capacity(stmt.items.len());
                for item in &stmt.items {
                    items.push(WithItem {
                        context: self.expr(&item.context_expr)?,
                        target: self.optional(item.optional_vars.as_deref())?,
                    });
                }
                StmtKind::With { is_async: stmt.is_async, items, body: self.body(&stmt.body)? }
            }
            S::Match(stmt) => {
                let subject = self.expr(&stmt.subject)?;
                let mut cases = Vec::with_capacity(stmt.cases.len());
                for case in &stmt.cases {
                    cases.push(MatchCase {
                        pattern: self.pattern(&case.pattern)?,
                        guard: self.optional(case.guard.as_deref())?,
                        body: self.body(&case.body)?,
                    });
                }
                StmtKind::Match { subject, cases }
            }
            S::Raise(stmt) => StmtKind::Raise {
                exc: self.optional(stmt.exc.as_deref())?,
                cause: self.optional(stmt.cause.as_deref())?,
            },
            S::Try(stmt) => {
                let body = self.body(&stmt.body)?;
                let mut handlers = Vec::with_capacity(stmt.handlers.len());
                for ruff::ExceptHandler::ExceptHandler(handler) in &stmt.handlers {
                    handlers.push(ExceptHandler {
                        span: span(handler.range),
                        class: self.optional(handler.type_.as_deref())?,
                        name: handler.name.as_ref().map(|name| self.ident(name)),
                        body: self.body(&handler.body)?,
                    });
                }
                StmtKind::Try(Box::new(Try {
                    body,
                    handlers,
                    orelse: self.body(&stmt.orelse)?,
                    finalbody: self.body(&stmt.finalbody)?,
                    is_star: stmt.is_star,
                }))
            }
            S::Assert(stmt) => {
                StmtKind::Assert { test: self.expr(&stmt.test)?, msg: self.optional(stmt.msg.as_deref())? }
            }
            S::Import(stmt) => StmtKind::Import(stmt.names.iter().map(|alias| self.alias(alias)).collect()),
            S::ImportFrom(stmt) => StmtKind::ImportFrom {
                module: stmt.module.as_ref().map(|module| self.name(module.as_str())),
                names: stmt.names.iter().map(|alias| self.alias(alias)).collect(),
                level: stmt.level,
            },
            S::Global(stmt) => StmtKind::Global(stmt.names.iter().map(|name| self.ident(name)).collect()),
            S::Nonlocal(stmt) => StmtKind::Nonlocal(stmt.names.iter().map(|name| self.ident(name)).collect()),
            S::Expr(stmt) => {
                let mut value = self.expr(&stmt.value)?;
                // A folded string is no documentation string.
                if let ExprKind::Const(folded @ Const::Str(_)) = &mut value.kind
                    && !matches!(&*stmt.value, ruff::Expr::StringLiteral(_))
                {
                    let folded = std::mem::replace(folded, Const::None);
                    value.kind = ExprKind::FString(vec![StringPart::Literal(folded)]);
                }
                StmtKind::Expr(value)
            }
            S::Pass(_) => StmtKind::Pass,
            S::Break(_) => StmtKind::Break,
            S::Continue(_) => StmtKind::Continue,
            S::IpyEscapeCommand(_) => return Err(self.source.error("invalid syntax", range)),
        };
        Ok(Stmt { span: range, kind })
    }

    fn alias(&mut self, alias: &ruff::Alias) -> Alias {
        Alias {
            span: span(alias.range),
            name: self.name(alias.name.as_str()),
            asname: alias.asname.as_ref().map(|name| self.name(name.as_str())),
        }
    }

    fn type_params(&mut self, params: Option<&ruff::TypeParams>) -> Result<Option<TypeParams>> {
        let Some(params) = params else { return Ok(None) };
        let scope = self.scope();
        let mut converted = Vec::with_capacity(params.type_params.len());
        for param in &params.type_params {
            let (kind, bound) = match param {
                ruff::TypeParam::TypeVar(var) => (TypeParamKind::TypeVar, var.bound.as_deref()),
                ruff::TypeParam::TypeVarTuple(_) => (TypeParamKind::TypeVarTuple, None),
                ruff::TypeParam::ParamSpec(_) => (TypeParamKind::ParamSpec, None),
            };
            let name = self.ident(param.name());
            let bound = match bound {
                Some(bound) => Some((self.scope(), self.expr(bound)?)),
                None => None,
            };
            let default = match param.default() {
                Some(default) => Some((self.scope(), self.expr(default)?)),
                None => None,
            };
            converted.push(TypeParam { kind, name, bound, default });
        }
        Ok(Some(TypeParams { scope, span: span(params.range), params: converted }))
    }

    fn params(&mut self, params: Option<&ruff::Parameters>) -> Result<Params> {
        let Some(params) = params else { return Ok(Params::default()) };
        Ok(Params {
            posonly: self.params_with_defaults(&params.posonlyargs)?,
            args: self.params_with_defaults(&params.args)?,
            vararg: params.vararg.as_deref().map(|param| self.param(param, None)).transpose()?,
            kwonly: self.params_with_defaults(&params.kwonlyargs)?,
            kwarg: params.kwarg.as_deref().map(|param| self.param(param, None)).transpose()?,
        })
    }

    fn params_with_defaults(&mut self, params: &[ruff::ParameterWithDefault]) -> Result<Vec<Param>> {
        params.iter().map(|param| self.param(&param.parameter, param.default.as_deref())).collect()
    }

    fn param(&mut self, param: &ruff::Parameter, default: Option<&ruff::Expr>) -> Result<Param> {
        Ok(Param {
            name: self.ident(&param.name),
            annotation: self.optional(param.annotation.as_deref())?,
            default: self.optional(default)?,
        })
    }

    fn arguments(&mut self, arguments: &ruff::Arguments) -> Result<(Vec<Expr>, Vec<Keyword>)> {
        let args = self.exprs(&arguments.args)?;
        let mut keywords = Vec::with_capacity(arguments.keywords.len());
        for keyword in &arguments.keywords {
            keywords.push(Keyword {
                span: span(keyword.range),
                name: keyword.arg.as_ref().map(|name| self.name(name.as_str())),
                value: self.expr(&keyword.value)?,
            });
        }
        Ok((args, keywords))
    }

    fn pattern(&mut self, pattern: &ruff::Pattern) -> Result<Pattern> {
        self.deeper(|this| this.pattern_kind(pattern))
    }

    fn patterns(&mut self, patterns: &[ruff::Pattern]) -> Result<Vec<Pattern>> {
        patterns.iter().map(|pattern| self.pattern(pattern)).collect()
    }

    fn pattern_kind(&mut self, pattern: &ruff::Pattern) -> Result<Pattern> {
        use ruff::Pattern as P;
        let kind = match pattern {
            P::MatchValue(p) => PatternKind::Value(self.expr(&p.value)?),
            P::MatchSingleton(p) => PatternKind::Singleton(match p.value {
                ruff::Singleton::None => Const::None,
                ruff::Singleton::True => Const::True,
                ruff::Singleton::False => Const::False,
            }),
            P::MatchSequence(p) => PatternKind::Sequence(self.patterns(&p.patterns)?),
            P::MatchMapping(p) => PatternKind::Mapping {
                keys: self.exprs(&p.keys)?,
                patterns: self.patterns(&p.patterns)?,
                rest: p.rest.as_ref().map(|rest| self.ident(rest)),
            },
            P::MatchClass(p) => {
                let class = self.expr(&p.cls)?;
                let patterns = self.patterns(&p.arguments.patterns)?;
                let mut keywords = Vec::with_capacity(p.arguments.keywords.len());
                for keyword in &p.arguments.keywords {
                    keywords.push((self.ident(&keyword.attr), self.pattern(&keyword.pattern)?));
                }
                PatternKind::Class { class, patterns, keywords }
            }
            P::MatchStar(p) => PatternKind::Star(p.name.as_ref().map(|name| self.ident(name))),
            P::MatchAs(p) => PatternKind::As {
                pattern: match &p.pattern {
                    Some(pattern) => Some(Box::new(self.pattern(pattern)?)),
                    None => None,
                },
                name: p.name.as_ref().map(|name| self.ident(name)),
            },
            P::MatchOr(p) => PatternKind::Or(self.patterns(&p.patterns)?),
        };
        Ok(Pattern { span: span(pattern.range()), kind })
    }

    fn expr(&mut self, expr: &ruff::Expr) -> Result<Expr> {
        self.deeper(|this| {
            let kind = this.expr_kind(expr)?;
            Ok(Expr { span: span(expr.range()), kind })
        })
    }

    fn expr_kind(&mut self, expr: &ruff::Expr) -> Result<ExprKind> {
        use ruff::Expr as E;
        Ok(match expr {
            E::BoolOp(e) => ExprKind::BoolOp {
                op: match e.op {
                    ruff::BoolOp::And => BoolOp::And,
                    ruff::BoolOp::Or => BoolOp::Or,
                },
                values: self.exprs(&e.values)?,
            },
            E::Named(e) => {
                let E::Name(name) = &*e.target else {
                    return Err(self.source.error("invalid syntax", span(e.target.range())));
                };
                ExprKind::Named {
                    target: Ident { name: self.name(&name.id), span: span(name.range) },
                    value: self.boxed(&e.value)?,
                }
            }
            E::BinOp(e) => {
                let (left, op, right) = (self.boxed(&e.left)?, operator(e.op), self.boxed(&e.right)?);
                if let (ExprKind::Const(a), ExprKind::Const(b)) = (&left.kind, &right.kind)
                    && let Some(folded) = crate::constants::fold_binary(op, a, b)
                {
                    return Ok(ExprKind::Const(folded));
                }
                ExprKind::Binary { left, op, right }
            }
            E::UnaryOp(e) => {
                let op = match e.op {
                    ruff::UnaryOp::Invert => UnaryOp::Invert,
                    ruff::UnaryOp::Not => UnaryOp::Not,
                    ruff::UnaryOp::UAdd => UnaryOp::Positive,
                    ruff::UnaryOp::USub => UnaryOp::Negative,
                };
                let operand = self.boxed(&e.operand)?;
                if let ExprKind::Const(value) = &operand.kind
                    && let Some(folded) = crate::constants::fold_unary(op, value)
                {
                    return Ok(ExprKind::Const(folded));
                }
                ExprKind::Unary { op, operand }
            }
            E::Lambda(e) => {
                self.lambdas += 1;
                if self.lambdas > MAX_LAMBDAS {
                    let message = "Parser stack overflowed - Python source too complex to parse";
                    return Err(self.source.error_of(SyntaxErrorKind::MemoryError, message, span(e.range)));
                }
                let lambda = Lambda {
                    scope: self.scope(),
                    params: self.params(e.parameters.as_deref())?,
                    body: self.expr(&e.body)?,
                };
                self.lambdas -= 1;
                ExprKind::Lambda(Box::new(lambda))
            }
            E::If(e) => ExprKind::If {
                test: self.boxed(&e.test)?,
                body: self.boxed(&e.body)?,
                orelse: self.boxed(&e.orelse)?,
            },
            E::Dict(e) => {
                let mut items = Vec::with_capacity(e.items.len());
                for item in &e.items {
                    items.push((self.optional(item.key.as_ref())?, self.expr(&item.value)?));
                }
                ExprKind::Dict(items)
            }
            E::Set(e) => ExprKind::Set(self.exprs(&e.elts)?),
            E::List(e) => ExprKind::List(self.exprs(&e.elts)?),
            E::Tuple(e) => ExprKind::Tuple(self.exprs(&e.elts)?),
            E::ListComp(e) => self.comprehension(CompKind::List, &e.elt, None, &e.generators)?,
            E::SetComp(e) => self.comprehension(CompKind::Set, &e.elt, None, &e.generators)?,
            E::Generator(e) => self.comprehension(CompKind::Generator, &e.elt, None, &e.generators)?,
            E::DictComp(e) => {
                let Some(key) = e.key.as_deref() else {
                    let message = "dict unpacking cannot be used in dict comprehension";
                    return Err(self.source.error(message, span(e.value.range())));
                };
                self.comprehension(CompKind::Dict, key, Some(&e.value), &e.generators)?
            }
            E::Await(e) => ExprKind::Await(self.boxed(&e.value)?),
            E::Yield(e) => ExprKind::Yield(self.optional_boxed(e.value.as_deref())?),
            E::YieldFrom(e) => ExprKind::YieldFrom(self.boxed(&e.value)?),
            E::Compare(e) => {
                let left = self.boxed(&e.left)?;
                let mut rest = Vec::with_capacity(e.ops.len());
                for (op, right) in e.ops.iter().zip(&e.comparators) {
                    rest.push((comparison(*op), self.expr(right)?));
                }
                ExprKind::Compare { left, rest }
            }
            E::Call(e) => {
                let func = self.expr(&e.func)?;
                let (args, keywords) = self.arguments(&e.arguments)?;
                ExprKind::Call(Box::new(Call { func, args, keywords }))
            }
            E::FString(e) => {
                let mut parts = Vec::new();
                for part in e.value.iter() {
                    match part {
                        ruff::FStringPart::Literal(literal) => {
                            parts.push(StringPart::Literal(strings::constant(self.literal(literal))));
                        }
                        ruff::FStringPart::FString(fstring) => {
                            let raw = fstring.flags.prefix().is_raw();
                            self.interpolated(&fstring.elements, raw, &mut parts)?;
                        }
                    }
                }
                ExprKind::FString(parts)
            }
            E::TString(e) => {
                let mut parts = Vec::new();
                for part in e.value.iter() {
                    let raw = part.flags.prefix().is_raw();
                    self.interpolated(&part.elements, raw, &mut parts)?;
                }
                ExprKind::TString(parts)
            }
            E::StringLiteral(e) => {
                let value = if strings::is_suspicious(e.value.to_str()) {
                    let points = e.value.iter().flat_map(|literal| self.literal(literal)).collect();
                    strings::constant(points)
                } else {
                    Const::Str(e.value.to_str().into())
                };
                ExprKind::Const(value)
            }
            E::BytesLiteral(e) => ExprKind::Const(Const::Bytes(e.value.bytes().collect())),
            E::NumberLiteral(e) => ExprKind::Const(match &e.value {
                ruff::Number::Int(int) => self.integer(int, span(e.range))?,
                ruff::Number::Float(float) => Const::Float(*float),
                ruff::Number::Complex { real, imag } => Const::Complex(*real, *imag),
            }),
            E::BooleanLiteral(e) => ExprKind::Const(if e.value { Const::True } else { Const::False }),
            E::NoneLiteral(_) => ExprKind::Const(Const::None),
            E::EllipsisLiteral(_) => ExprKind::Const(Const::Ellipsis),
            E::Attribute(e) => {
                ExprKind::Attribute { value: self.boxed(&e.value)?, attr: self.ident(&e.attr) }
            }
            E::Subscript(e) => {
                ExprKind::Subscript { value: self.boxed(&e.value)?, index: self.boxed(&e.slice)? }
            }
            E::Starred(e) => ExprKind::Starred(self.boxed(&e.value)?),
            E::Name(e) => ExprKind::Name(self.name(&e.id)),
            E::Slice(e) => ExprKind::Slice {
                lower: self.optional_boxed(e.lower.as_deref())?,
                upper: self.optional_boxed(e.upper.as_deref())?,
                step: self.optional_boxed(e.step.as_deref())?,
            },
            E::IpyEscapeCommand(e) => return Err(self.source.error("invalid syntax", span(e.range))),
        })
    }

    fn comprehension(
        &mut self,
        kind: CompKind,
        element: &ruff::Expr,
        value: Option<&ruff::Expr>,
        generators: &[ruff::Comprehension],
    ) -> Result<ExprKind> {
        let scope = self.scope();
        let element = self.expr(element)?;
        let value = self.optional(value)?;
        let mut converted = Vec::with_capacity(generators.len());
        for generator in generators {
            converted.push(Generator {
                is_async: generator.is_async,
                target: self.expr(&generator.target)?,
                iter: self.expr(&generator.iter)?,
                ifs: self.exprs(&generator.ifs)?,
            });
        }
        Ok(ExprKind::Comprehension(Box::new(Comprehension {
            scope,
            kind,
            element,
            value,
            generators: converted,
        })))
    }

    /// Code points of one string literal.
    fn literal(&self, literal: &ruff::StringLiteral) -> Vec<u32> {
        let raw = self.source.slice(span(literal.content_range()));
        strings::decode(&literal.value, raw, literal.flags.prefix().is_raw(), false)
    }

    fn interpolated(
        &mut self,
        elements: &[ruff::InterpolatedStringElement],
        raw: bool,
        parts: &mut Vec<StringPart>,
    ) -> Result<()> {
        for element in elements {
            match element {
                ruff::InterpolatedStringElement::Literal(literal) => {
                    let text = self.source.slice(span(literal.range));
                    parts.push(StringPart::Literal(strings::constant(strings::decode(
                        &literal.value,
                        text,
                        raw,
                        true,
                    ))));
                }
                ruff::InterpolatedStringElement::Interpolation(field) => {
                    let value = self.expr(&field.expression)?;
                    let mut conversion = match field.conversion {
                        ruff::ConversionFlag::None => 0,
                        ruff::ConversionFlag::Str => 1,
                        ruff::ConversionFlag::Repr => 2,
                        ruff::ConversionFlag::Ascii => 3,
                    };
                    let text: Rc<str> = match &field.debug_text {
                        Some(debug) => {
                            parts.push(StringPart::Literal(Const::Str(debug.as_str().into())));
                            if conversion == 0 && field.format_spec.is_none() {
                                conversion = 2;
                            }
                            debug.expression().into()
                        }
                        None => self.source.slice(value.span).into(),
                    };
                    let spec = match &field.format_spec {
                        Some(spec) => {
                            let mut parts = Vec::new();
                            self.interpolated(&spec.elements, raw, &mut parts)?;
                            Some(parts)
                        }
                        None => None,
                    };
                    parts.push(StringPart::Field(Box::new(Field {
                        span: span(field.range),
                        value,
                        text,
                        conversion,
                        spec,
                    })));
                }
            }
        }
        Ok(())
    }

    fn integer(&self, int: &ruff::Int, at: Span) -> Result<Const> {
        if let Some(small) = int.as_i64() {
            return Ok(Const::Int(small));
        }
        let digits: String = self.source.slice(at).chars().filter(|&c| c != '_').collect();
        let lower = digits.to_ascii_lowercase();
        let (text, radix) = match lower.get(..2) {
            Some("0x") => (&lower[2..], 16),
            Some("0o") => (&lower[2..], 8),
            Some("0b") => (&lower[2..], 2),
            _ => (&lower[..], 10),
        };
        if radix == 10 && text.len() > MAX_DIGITS {
            let message = format!(
                "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {} digits; use \
                 sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to \
                 avoid decimal conversion limits.",
                text.len()
            );
            return Err(self.source.error(message, at));
        }
        match BigInt::parse_bytes(text.as_bytes(), radix) {
            Some(big) => Ok(crate::constants::from_bigint(big)),
            None => Err(self.source.error("invalid syntax", at)),
        }
    }
}

fn operator(op: ruff::Operator) -> BinOp {
    match op {
        ruff::Operator::Add => BinOp::Add,
        ruff::Operator::Sub => BinOp::Subtract,
        ruff::Operator::Mult => BinOp::Multiply,
        ruff::Operator::MatMult => BinOp::MatrixMultiply,
        ruff::Operator::Div => BinOp::TrueDivide,
        ruff::Operator::Mod => BinOp::Remainder,
        ruff::Operator::Pow => BinOp::Power,
        ruff::Operator::LShift => BinOp::Lshift,
        ruff::Operator::RShift => BinOp::Rshift,
        ruff::Operator::BitOr => BinOp::Or,
        ruff::Operator::BitXor => BinOp::Xor,
        ruff::Operator::BitAnd => BinOp::And,
        ruff::Operator::FloorDiv => BinOp::FloorDivide,
    }
}

fn comparison(op: ruff::CmpOp) -> Comparison {
    match op {
        ruff::CmpOp::Eq => Comparison::Rich(CmpOp::Eq),
        ruff::CmpOp::NotEq => Comparison::Rich(CmpOp::Ne),
        ruff::CmpOp::Lt => Comparison::Rich(CmpOp::Lt),
        ruff::CmpOp::LtE => Comparison::Rich(CmpOp::Le),
        ruff::CmpOp::Gt => Comparison::Rich(CmpOp::Gt),
        ruff::CmpOp::GtE => Comparison::Rich(CmpOp::Ge),
        ruff::CmpOp::Is => Comparison::Is,
        ruff::CmpOp::IsNot => Comparison::IsNot,
        ruff::CmpOp::In => Comparison::In,
        ruff::CmpOp::NotIn => Comparison::NotIn,
    }
}
