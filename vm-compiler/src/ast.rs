//! Our own syntax tree: what the adapter makes of the parser's tree, and all that the compiler knows of a program.
//!
//! Every node that can raise carries its byte range in the source. Nodes that open a scope carry the [`ScopeId`] that
//! the adapter numbered them with, in source order; the symbol table is a vector indexed by it.

use std::rc::Rc;

pub use crate::code_unit::Const;
pub use crate::opcodes::BinOp;

/// An identifier, NFKC-normalized by the parser, not yet mangled. Equal names of one source share one allocation.
pub type Name = Rc<str>;

/// Byte range in the source.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Number of a scope; an index into the symbol table.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct ScopeId(pub u32);

impl ScopeId {
    /// The whole program.
    pub const TOP: ScopeId = ScopeId(0);
    /// Index into the symbol table.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A whole program.
#[derive(Debug)]
pub struct Module {
    /// Statements; for an expression, one `Expr` statement.
    pub body: Vec<Stmt>,
    /// Scope of the annotations in the body.
    pub annotations: ScopeId,
    /// Scopes numbered, the program's own included.
    pub scopes: u32,
    /// Greatest nesting depth of nodes: what the passes' recursion must be prepared for.
    pub depth: u32,
}

/// An identifier with its place.
#[derive(Clone, Debug)]
pub struct Ident {
    /// The name.
    pub name: Name,
    /// Where.
    pub span: Span,
}

/// A statement.
#[derive(Debug)]
pub struct Stmt {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: StmtKind,
}

/// A block of statements.
pub type Body = Vec<Stmt>;

/// What a statement is.
#[derive(Debug)]
pub enum StmtKind {
    Function(Box<FunctionDef>),
    Class(Box<ClassDef>),
    Return(Option<Expr>),
    Delete(Vec<Expr>),
    TypeAlias(Box<TypeAlias>),
    Assign {
        targets: Vec<Expr>,
        value: Expr,
    },
    AugAssign {
        target: Expr,
        op: BinOp,
        value: Expr,
    },
    AnnAssign {
        target: Expr,
        annotation: Expr,
        value: Option<Expr>,
        simple: bool,
    },
    For {
        is_async: bool,
        target: Expr,
        iter: Expr,
        body: Body,
        orelse: Body,
    },
    While {
        test: Expr,
        body: Body,
        orelse: Body,
    },
    /// `if` and its `elif`s, flat.
    If {
        branches: Vec<(Expr, Body)>,
        orelse: Body,
    },
    With {
        is_async: bool,
        items: Vec<WithItem>,
        body: Body,
    },
    Match {
        subject: Expr,
        cases: Vec<MatchCase>,
    },
    Raise {
        exc: Option<Expr>,
        cause: Option<Expr>,
    },
    Try(Box<Try>),
    Assert {
        test: Expr,
        msg: Option<Expr>,
    },
    Import(Vec<Alias>),
    ImportFrom {
        module: Option<Name>,
        names: Vec<Alias>,
        level: u32,
    },
    Global(Vec<Ident>),
    Nonlocal(Vec<Ident>),
    Expr(Expr),
    Pass,
    Break,
    Continue,
}

/// `def`, with or without `async`.
#[derive(Debug)]
pub struct FunctionDef {
    pub scope: ScopeId,
    /// Scope of the annotations.
    pub annotations: ScopeId,
    pub is_async: bool,
    pub decorators: Vec<Expr>,
    pub name: Ident,
    pub type_params: Option<TypeParams>,
    pub params: Params,
    pub returns: Option<Expr>,
    pub body: Body,
}

/// `class`.
#[derive(Debug)]
pub struct ClassDef {
    pub scope: ScopeId,
    pub decorators: Vec<Expr>,
    pub name: Ident,
    pub type_params: Option<TypeParams>,
    pub args: Vec<Expr>,
    pub keywords: Vec<Keyword>,
    pub body: Body,
    /// Scope of the annotations in the body.
    pub annotations: ScopeId,
}

/// `type X[T] = …`.
#[derive(Debug)]
pub struct TypeAlias {
    pub name: Ident,
    pub type_params: Option<TypeParams>,
    /// Scope of the value.
    pub scope: ScopeId,
    pub value: Expr,
}

/// `[T: bound = default, *Ts, **P]`.
#[derive(Debug)]
pub struct TypeParams {
    /// The scope that holds the parameters.
    pub scope: ScopeId,
    pub span: Span,
    pub params: Vec<TypeParam>,
}

/// Kind of a type parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TypeParamKind {
    TypeVar,
    TypeVarTuple,
    ParamSpec,
}

/// One type parameter.
#[derive(Debug)]
pub struct TypeParam {
    pub kind: TypeParamKind,
    pub name: Ident,
    pub bound: Option<(ScopeId, Expr)>,
    pub default: Option<(ScopeId, Expr)>,
}

/// `try`.
#[derive(Debug)]
pub struct Try {
    pub body: Body,
    pub handlers: Vec<ExceptHandler>,
    pub orelse: Body,
    pub finalbody: Body,
    pub is_star: bool,
}

/// `except`.
#[derive(Debug)]
pub struct ExceptHandler {
    pub span: Span,
    pub class: Option<Expr>,
    pub name: Option<Ident>,
    pub body: Body,
}

/// One manager of a `with`.
#[derive(Debug)]
pub struct WithItem {
    pub context: Expr,
    pub target: Option<Expr>,
}

/// `name as asname`.
#[derive(Debug)]
pub struct Alias {
    pub span: Span,
    pub name: Name,
    pub asname: Option<Name>,
}

/// `case`.
#[derive(Debug)]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<Expr>,
    pub body: Body,
}

/// A pattern.
#[derive(Debug)]
pub struct Pattern {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: PatternKind,
}

/// What a pattern is.
#[derive(Debug)]
pub enum PatternKind {
    Value(Expr),
    Singleton(Const),
    Sequence(Vec<Pattern>),
    Mapping { keys: Vec<Expr>, patterns: Vec<Pattern>, rest: Option<Ident> },
    Class { class: Expr, patterns: Vec<Pattern>, keywords: Vec<(Ident, Pattern)> },
    Star(Option<Ident>),
    As { pattern: Option<Box<Pattern>>, name: Option<Ident> },
    Or(Vec<Pattern>),
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ExprKind,
}

/// `and`, `or`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BoolOp {
    And,
    Or,
}

/// Unary operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    Invert,
    Not,
    Positive,
    Negative,
}

/// Comparisons, identity and membership included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    Rich(crate::opcodes::CmpOp),
    Is,
    IsNot,
    In,
    NotIn,
}

/// What an expression is.
#[derive(Debug)]
pub enum ExprKind {
    Const(Const),
    Name(Name),
    BoolOp {
        op: BoolOp,
        values: Vec<Expr>,
    },
    Named {
        target: Ident,
        value: Box<Expr>,
    },
    Binary {
        left: Box<Expr>,
        op: BinOp,
        right: Box<Expr>,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Lambda(Box<Lambda>),
    If {
        test: Box<Expr>,
        body: Box<Expr>,
        orelse: Box<Expr>,
    },
    /// A `None` key is `**value`.
    Dict(Vec<(Option<Expr>, Expr)>),
    Set(Vec<Expr>),
    List(Vec<Expr>),
    Tuple(Vec<Expr>),
    Comprehension(Box<Comprehension>),
    Await(Box<Expr>),
    Yield(Option<Box<Expr>>),
    YieldFrom(Box<Expr>),
    Compare {
        left: Box<Expr>,
        rest: Vec<(Comparison, Expr)>,
    },
    Call(Box<Call>),
    FString(Vec<StringPart>),
    /// Literals and fields alternate freely; the compiler fills the gaps.
    TString(Vec<StringPart>),
    Attribute {
        value: Box<Expr>,
        attr: Ident,
    },
    Subscript {
        value: Box<Expr>,
        index: Box<Expr>,
    },
    Starred(Box<Expr>),
    Slice {
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
}

/// A call.
#[derive(Debug)]
pub struct Call {
    pub func: Expr,
    pub args: Vec<Expr>,
    pub keywords: Vec<Keyword>,
}

/// `name=value`, or `**value` without a name.
#[derive(Debug)]
pub struct Keyword {
    pub span: Span,
    pub name: Option<Name>,
    pub value: Expr,
}

/// `lambda`.
#[derive(Debug)]
pub struct Lambda {
    pub scope: ScopeId,
    pub params: Params,
    pub body: Expr,
}

/// Parameters of a function.
#[derive(Debug, Default)]
pub struct Params {
    pub posonly: Vec<Param>,
    pub args: Vec<Param>,
    pub vararg: Option<Param>,
    pub kwonly: Vec<Param>,
    pub kwarg: Option<Param>,
}

impl Params {
    /// All parameters in the order of their registers.
    pub fn iter(&self) -> impl Iterator<Item = &Param> {
        self.posonly.iter().chain(&self.args).chain(&self.kwonly).chain(&self.vararg).chain(&self.kwarg)
    }

    /// Those that can have a default, positional ones first.
    pub fn with_defaults(&self) -> impl Iterator<Item = &Param> {
        self.posonly.iter().chain(&self.args).chain(&self.kwonly)
    }
}

/// One parameter.
#[derive(Debug)]
pub struct Param {
    pub name: Ident,
    pub annotation: Option<Expr>,
    pub default: Option<Expr>,
}

/// Kind of a comprehension.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompKind {
    List,
    Set,
    Dict,
    Generator,
}

/// A comprehension or generator expression.
#[derive(Debug)]
pub struct Comprehension {
    pub scope: ScopeId,
    pub kind: CompKind,
    /// The element, or the key of a dict comprehension.
    pub element: Expr,
    /// The value of a dict comprehension.
    pub value: Option<Expr>,
    pub generators: Vec<Generator>,
}

/// `for … in … if …`.
#[derive(Debug)]
pub struct Generator {
    pub is_async: bool,
    pub target: Expr,
    pub iter: Expr,
    pub ifs: Vec<Expr>,
}

/// A piece of an f-string or t-string.
#[derive(Debug)]
pub enum StringPart {
    Literal(Const),
    Field(Box<Field>),
}

/// `{value!conversion:spec}`.
#[derive(Debug)]
pub struct Field {
    pub span: Span,
    pub value: Expr,
    /// Source text of the value (t-strings).
    pub text: Rc<str>,
    /// 0 none, 1 str, 2 repr, 3 ascii.
    pub conversion: u8,
    pub spec: Option<Vec<StringPart>>,
}
