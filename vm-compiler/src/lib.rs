//! Source text to register bytecode.
//!
//! A pure function from Python source to [`CodeUnit`]: no heap, no threads, no VM. The parser is `ruff_python_parser`
//! behind one adapter module; everything after it works on our own syntax tree.
#![warn(missing_docs)]

pub mod code_unit;
pub mod opcodes;

pub use code_unit::{CodeFlags, CodeUnit, Const, Handler, Position};
pub use opcodes::{Op, OpInfo, Operand};
