//! Source text to register bytecode.
//!
//! A pure function from Python source to [`CodeUnit`]: no heap, no threads, no VM. The parser is `ruff_python_parser`
//! behind one adapter module; everything after it works on our own syntax tree.
#![warn(missing_docs)]

mod assemble;
mod ast;
pub mod code_unit;
mod compile;
mod constants;
pub mod error;
mod future;
pub mod opcodes;
mod parse;
mod source;
mod symtable;
pub mod text;
pub mod verify;
mod visit;

pub use code_unit::{CodeFlags, CodeUnit, Const, Handler, Position};
pub use error::{SyntaxError, SyntaxErrorKind};
pub use opcodes::{Op, OpInfo, Operand};
pub use text::{disassemble, opcode_page};

/// What kind of program a source text is; `compile`'s third argument in Python.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// A module.
    Exec,
    /// One expression; its value is returned.
    Eval,
    /// One interactive statement; values of expression statements are shown.
    Single,
}

/// Choices that change the produced code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CompileOptions {
    /// `-O` level: 1 drops asserts and makes `__debug__` false, 2 drops documentation strings too.
    pub optimize: u8,
    /// `from __future__ import annotations` is in force from the start.
    pub future_annotations: bool,
}

/// Stack for one level of the syntax tree in the passes after parsing, generously (unoptimized builds).
const FRAME: usize = 4 << 10;

/// Compiles `source`; `filename` only names it in the code and in tracebacks.
///
/// # Errors
/// What CPython would refuse at compile time, in CPython's words for the common cases.
pub fn compile(
    source: &str,
    filename: &str,
    mode: Mode,
    options: &CompileOptions,
) -> Result<CodeUnit, SyntaxError> {
    let text = source.strip_prefix('\u{feff}').unwrap_or(source);
    // Every line end is a newline, inside strings too.
    let unified;
    let text = if text.contains('\r') {
        unified = text.replace("\r\n", "\n").replace('\r', "\n");
        unified.as_str()
    } else {
        text
    };
    let source = source::Source::new(text);
    let module = parse::parse(&source, mode)?;
    // The passes recurse as deep as the tree is nested; so does dropping it.
    let depth = module.depth as usize;
    stacker::maybe_grow(depth * FRAME + (128 << 10), depth * FRAME + (256 << 10), || {
        let future = options.future_annotations || future::wants_annotations(&module.body);
        if let Some(span) = future::late_import(&module.body) {
            let message = "from __future__ imports must occur at the beginning of the file";
            return Err(source.error(message, span));
        }
        let table = symtable::analyze(&source, &module, future)?;
        let result = compile::compile(&source, filename.into(), &module, &table, mode, options);
        drop(module);
        result
    })
}
