//! The compiler's product: one code object, still outside any heap.

use num_bigint::BigInt;

/// Flags of a code object; values are CPython's `co_flags`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CodeFlags(pub u32);

impl CodeFlags {
    /// Locals live in registers.
    pub const OPTIMIZED: u32 = 0x1;
    /// A call makes a new local namespace.
    pub const NEWLOCALS: u32 = 0x2;
    /// The function has a `*args` parameter.
    pub const VARARGS: u32 = 0x4;
    /// The function has a `**kwargs` parameter.
    pub const VARKEYWORDS: u32 = 0x8;
    /// The code is nested in a function.
    pub const NESTED: u32 = 0x10;
    /// A call makes a generator.
    pub const GENERATOR: u32 = 0x20;
    /// A call makes a coroutine.
    pub const COROUTINE: u32 = 0x80;
    /// A call makes an asynchronous generator.
    pub const ASYNC_GENERATOR: u32 = 0x200;
    /// The first constant is the documentation string.
    pub const HAS_DOCSTRING: u32 = 0x400_0000;

    /// Whether any of `bits` is set.
    #[must_use]
    pub const fn has(self, bits: u32) -> bool {
        self.0 & bits != 0
    }
}

/// A constant as the compiler sees it; the VM turns it into a heap value once.
#[derive(Clone, PartialEq, Debug)]
pub enum Const {
    /// `None`
    None,
    /// `True`
    True,
    /// `False`
    False,
    /// `...`
    Ellipsis,
    /// An integer that fits 64 bits.
    Int(i64),
    /// A larger integer.
    BigInt(BigInt),
    /// A float; compared by bits when constants are merged.
    Float(f64),
    /// A complex number (real, imaginary).
    Complex(f64, f64),
    /// A string as code points, so that lone surrogates survive.
    Str(Box<str>),
    /// A string with at least one lone surrogate, as code points.
    StrSurrogates(Box<[u32]>),
    /// A bytes object.
    Bytes(Box<[u8]>),
    /// A tuple of constants.
    Tuple(Box<[Const]>),
    /// A frozenset of constants (`x in {1, 2}`).
    FrozenSet(Box<[Const]>),
    /// A nested code object.
    Code(Box<CodeUnit>),
}

/// Source range of one instruction, and what the collector must know there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// Word offset of the instruction.
    pub word: u32,
    /// First line, 1-based; 0 = no line (artificial code).
    pub line: u32,
    /// Last line.
    pub end_line: u32,
    /// First column, in UTF-8 bytes, 0-based.
    pub col: u32,
    /// Column after the last byte.
    pub end_col: u32,
    /// Registers `0..live` may hold live values while this instruction runs, its inputs included; the collector
    /// scans those and overwrites the others with UNBOUND.
    pub live: u16,
}

/// One exception-table entry: an exception raised by a word in `start..end` stores the exception into `reg` and
/// continues at `target`. Inner entries come before outer ones; the first match wins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handler {
    /// First covered word offset.
    pub start: u32,
    /// Word offset after the last covered word.
    pub end: u32,
    /// Word offset of the handler.
    pub target: u32,
    /// Register that receives the exception.
    pub reg: u16,
}

/// A code object outside the heap.
///
/// Register layout: `0..nlocals` fast locals (parameters first: positional, keyword-only, `*args`, `**kwargs`),
/// then one register per cell variable, one per free variable, then temporaries up to `nregs`.
#[derive(Clone, PartialEq, Debug)]
pub struct CodeUnit {
    /// `co_name`
    pub name: String,
    /// `co_qualname`
    pub qualname: String,
    /// `co_filename`
    pub filename: std::rc::Rc<str>,
    /// `co_firstlineno`
    pub first_line: u32,
    /// `co_flags`
    pub flags: CodeFlags,
    /// Positional parameters, positional-only included.
    pub argcount: u16,
    /// Positional-only parameters.
    pub posonlyargcount: u16,
    /// Keyword-only parameters.
    pub kwonlyargcount: u16,
    /// Names of the fast locals; the length is `nlocals`.
    pub varnames: Vec<String>,
    /// Names of the cell variables (locals that an inner function uses).
    pub cellvars: Vec<String>,
    /// Names of the free variables (taken from the closure).
    pub freevars: Vec<String>,
    /// Registers in all.
    pub nregs: u16,
    /// Constants; attribute, global and keyword names are `Const::Str` here too.
    pub consts: Vec<Const>,
    /// Bytecode words.
    pub words: Vec<u64>,
    /// One entry per instruction, ascending by `word`.
    pub positions: Vec<Position>,
    /// Exception table.
    pub handlers: Vec<Handler>,
}

impl CodeUnit {
    /// Number of fast locals.
    #[must_use]
    pub fn nlocals(&self) -> u16 {
        self.varnames.len() as u16
    }
    /// First cell register.
    #[must_use]
    pub fn cell_base(&self) -> u16 {
        self.nlocals()
    }
    /// First free-variable register.
    #[must_use]
    pub fn free_base(&self) -> u16 {
        self.nlocals() + self.cellvars.len() as u16
    }
    /// First temporary register.
    #[must_use]
    pub fn temp_base(&self) -> u16 {
        self.free_base() + self.freevars.len() as u16
    }
}
