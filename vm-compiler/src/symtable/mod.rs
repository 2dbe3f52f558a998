//! The symbol table: which names each scope has, and where each of them lives.
//!
//! [`build`] walks the tree once and collects, per scope, what is done with each name; [`resolve`] then decides between
//! local registers, cells, closures and globals. Comprehensions inside functions are *inlined* (PEP 709): their
//! variables get registers of the function around them.

mod build;
mod definitions;
mod resolve;

use crate::ast::{CompKind, Module, Name, ScopeId, Span};
use crate::error::SyntaxError;
use crate::source::Source;
use rustc_hash::FxHashMap;

/// What opened a scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ScopeKind {
    /// The program.
    Module,
    /// `class`
    Class,
    /// `def`
    Function,
    /// `lambda`
    Lambda,
    /// A comprehension or generator expression.
    Comprehension(CompKind),
    /// The function that computes annotations (PEP 649).
    Annotations,
    /// The scope of type parameters (PEP 695).
    TypeParams,
    /// The value of a type alias, a bound or a default, evaluated lazily.
    TypeValue,
}

impl ScopeKind {
    /// Whether `return` has a place in it.
    #[must_use]
    pub fn is_callable(self) -> bool {
        matches!(self, ScopeKind::Function | ScopeKind::Lambda)
    }
}

/// What is done with a name in a scope.
pub mod flag {
    /// Read.
    pub const USED: u16 = 1;
    /// Bound in any way but as a parameter.
    pub const ASSIGNED: u16 = 2;
    /// A parameter.
    pub const PARAM: u16 = 4;
    /// Declared `global`.
    pub const GLOBAL: u16 = 8;
    /// Declared `nonlocal`.
    pub const NONLOCAL: u16 = 16;
    /// Annotated.
    pub const ANNOTATED: u16 = 32;
    /// Target of a comprehension's `for`.
    pub const ITERATION: u16 = 64;
    /// Target of `:=`.
    pub const NAMED: u16 = 128;
    /// Unbound somewhere: `del`, end of `except … as`.
    pub const DELETED: u16 = 256;
    /// A type parameter.
    pub const TYPE_PARAM: u16 = 512;
    /// Captured by an inner scope: lives in a cell.
    pub const CELL: u16 = 1024;
    /// Bound here.
    pub const BOUND: u16 = ASSIGNED | PARAM;
}

/// Where a name lives, seen from one scope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// A register of the function: index into `varnames`.
    Local(u16),
    /// A cell that the function makes: index into `cellvars`.
    Cell(u16),
    /// A cell of the closure: index into `freevars`.
    Free(u16),
    /// Module globals, then builtins.
    Global,
    /// The namespace of a class or module, then globals and builtins.
    Name,
}

/// One name in one scope.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// The name, mangled.
    pub name: Name,
    /// See [`flag`].
    pub flags: u16,
    /// Filled by the resolver.
    pub binding: Binding,
    /// The declaration (`global`, `nonlocal`), for errors.
    pub span: Span,
}

/// One scope.
#[derive(Debug)]
pub struct Scope {
    /// What opened it.
    pub kind: ScopeKind,
    /// The scope around it.
    pub parent: Option<ScopeId>,
    /// Its names, in order of first appearance.
    pub symbols: Vec<Symbol>,
    index: FxHashMap<Name, u32>,
    /// A comprehension that is compiled into its parent.
    pub inlined: bool,
    /// The comprehensions compiled into it.
    pub inlined_children: Vec<ScopeId>,
    /// Contains `yield`.
    pub is_generator: bool,
    /// `async def`, or a comprehension that awaits.
    pub is_async: bool,
    /// The innermost class around it, for name mangling.
    pub class_name: Option<Name>,
    /// Inside a function.
    pub nested: bool,
    /// Looks names up in the namespace of the class around it first.
    pub sees_class: bool,
    /// A class whose methods use `__class__` or `super()`.
    pub needs_class_cell: bool,
    /// A class whose annotations or type parameters look into its namespace.
    pub needs_class_dict: bool,
    /// Parameters, in the order of their registers.
    pub param_count: u16,
    /// Names of the fast locals.
    pub varnames: Vec<Name>,
    /// Names of the cells made here.
    pub cellvars: Vec<Name>,
    /// How many of those are made at the start; the rest belong to inlined comprehensions.
    pub own_cells: u16,
    /// Names of the closure's cells.
    pub freevars: Vec<Name>,
    /// Cell index of each parameter that is captured.
    pub param_cells: Vec<(u16, u16)>,
}

impl Scope {
    fn new(kind: ScopeKind, parent: Option<ScopeId>) -> Scope {
        Scope {
            kind,
            parent,
            symbols: Vec::new(),
            index: FxHashMap::default(),
            inlined: false,
            inlined_children: Vec::new(),
            is_generator: false,
            is_async: false,
            class_name: None,
            nested: false,
            sees_class: false,
            needs_class_cell: false,
            needs_class_dict: false,
            param_count: 0,
            varnames: Vec::new(),
            cellvars: Vec::new(),
            own_cells: 0,
            freevars: Vec::new(),
            param_cells: Vec::new(),
        }
    }

    /// Whether locals live in registers.
    #[must_use]
    pub fn is_function(&self) -> bool {
        !matches!(self.kind, ScopeKind::Module | ScopeKind::Class)
    }

    /// The symbol called `name`.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<&Symbol> {
        self.index.get(name).map(|&index| &self.symbols[index as usize])
    }

    fn symbol_mut(&mut self, name: &str) -> Option<&mut Symbol> {
        self.index.get(name).map(|&index| &mut self.symbols[index as usize])
    }

    fn flags(&self, name: &str) -> u16 {
        self.symbol(name).map_or(0, |symbol| symbol.flags)
    }

    /// Where a name lives that is not bound here.
    fn outer_binding(&self, name: &str) -> Binding {
        match self.freevars.iter().position(|free| &**free == name) {
            Some(index) => Binding::Free(index as u16),
            None if self.is_function() => Binding::Global,
            None => Binding::Name,
        }
    }

    fn add(&mut self, name: &Name, flags: u16, span: Span) {
        match self.index.get(name) {
            Some(&index) => self.symbols[index as usize].flags |= flags,
            None => {
                self.index.insert(name.clone(), self.symbols.len() as u32);
                self.symbols.push(Symbol { name: name.clone(), flags, binding: Binding::Global, span });
            }
        }
    }
}

/// All scopes of a program, by [`ScopeId`].
#[derive(Debug)]
pub struct SymbolTable {
    /// The scopes.
    pub scopes: Vec<Scope>,
}

impl SymbolTable {
    /// The scope numbered `id`.
    #[must_use]
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }

    /// Where `name` (mangled) lives, seen from scope `id`.
    #[must_use]
    pub fn binding(&self, id: ScopeId, name: &str) -> Binding {
        let scope = self.scope(id);
        match (scope.symbol(name), scope.parent) {
            (Some(symbol), _) => symbol.binding,
            // A name the tree does not have in this scope (`__class__` of `super()`), or one of an inlined scope.
            (None, Some(parent)) if scope.inlined => self.binding(parent, name),
            (None, _) => scope.outer_binding(name),
        }
    }

    /// The scope that code of scope `id` is compiled into.
    #[must_use]
    pub fn unit_of(&self, mut id: ScopeId) -> ScopeId {
        while self.scope(id).inlined {
            let Some(parent) = self.scope(id).parent else { break };
            id = parent;
        }
        id
    }
}

/// `name` as it is known inside class `class` (`__x` becomes `_Class__x`).
#[must_use]
pub fn mangle(class: Option<&Name>, name: &Name) -> Name {
    let Some(class) = class else { return name.clone() };
    if !name.starts_with("__") || name.ends_with("__") || name.contains('.') {
        return name.clone();
    }
    let stripped = class.trim_start_matches('_');
    if stripped.is_empty() {
        return name.clone();
    }
    format!("_{stripped}{name}").into()
}

/// Builds the table of `module`.
///
/// # Errors
/// The errors that CPython's symbol table finds: clashing declarations, misplaced `yield`, and so on.
pub fn analyze(
    source: &Source<'_>,
    module: &Module,
    future_annotations: bool,
) -> Result<SymbolTable, SyntaxError> {
    let mut table = build::build(source, module, future_annotations)?;
    resolve::resolve(source, &mut table)?;
    Ok(table)
}
