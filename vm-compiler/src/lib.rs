//! Source text to register bytecode.
//!
//! A pure function from Python source to [`CodeUnit`]: no heap, no threads, no VM. The parser is `ruff_python_parser`
//! behind one adapter module; everything after it works on our own syntax tree.
#![warn(missing_docs)]

pub mod code_unit;
pub mod error;
pub mod opcodes;

pub use code_unit::{CodeFlags, CodeUnit, Const, Handler, Position};
pub use error::{SyntaxError, SyntaxErrorKind};
pub use opcodes::{Op, OpInfo, Operand};

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

/// Compiles `source`; `filename` only names it in the code and in tracebacks.
///
/// # Errors
/// What CPython would refuse at compile time, in CPython's words for the common cases.
pub fn compile(source: &str, filename: &str, mode: Mode, options: &CompileOptions) -> Result<CodeUnit, SyntaxError> {
    let _ = (source, filename, mode, options);
    Err(SyntaxError {
        kind: SyntaxErrorKind::SyntaxError,
        message: "the compiler is not linked in yet".into(),
        line: 1,
        col: 1,
        end_line: 1,
        end_col: 1,
        text: None,
        incomplete: false,
    })
}

/// Text form of `unit` and of every code object nested in it.
#[must_use]
pub fn disassemble(unit: &CodeUnit) -> String {
    format!("{} ({} words)\n", unit.qualname, unit.words.len())
}
