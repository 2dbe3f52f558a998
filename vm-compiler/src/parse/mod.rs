//! The adapter: the only module that names the parser's crates.
//!
//! `ruff_python_parser` reads the source; [`convert`] turns its tree into [`crate::ast`]; [`strings`] re-decodes string
//! literals whose lone surrogates the parser cannot represent; [`errors`] words its errors as CPython does.

mod convert;
mod errors;
mod strings;

use crate::ast::Module;
use crate::error::SyntaxError;
use crate::source::Source;
use crate::Mode;

/// Nesting depth of the syntax tree above which compilation is refused. CPython 3.13 refuses at about 10,000.
pub const MAX_DEPTH: u32 = 12_000;
/// Nesting of brackets that the tokenizer accepts (CPython's `MAXLEVEL`).
const MAX_BRACKETS: usize = 200;
/// Nesting of indented blocks that the tokenizer accepts (CPython's `MAXINDENT`).
const MAX_INDENT: usize = 100;
/// Stack for dropping one level of the parser's tree, generously.
const DROP_FRAME: usize = 1024;

/// Parses `source` into our tree.
///
/// # Errors
/// Whatever the tokenizer or the grammar refuses, in CPython's words where there is a mapping.
pub fn parse(source: &Source<'_>, mode: Mode) -> Result<Module, SyntaxError> {
    if let Some(error) = errors::check_tokens(source, MAX_BRACKETS, MAX_INDENT) {
        return Err(error);
    }
    let parser_mode = match mode {
        Mode::Exec | Mode::Single => ruff_python_parser::Mode::Module,
        Mode::Eval => ruff_python_parser::Mode::Expression,
    };
    let parsed = ruff_python_parser::parse_unchecked(
        source.text(),
        ruff_python_parser::ParseOptions::from(parser_mode).with_target_version(ruff_python_ast::PythonVersion::PY314),
    );
    let result = if parsed.has_syntax_errors() {
        Err(errors::describe(source, &parsed, mode))
    } else {
        convert::convert(source, parsed.syntax())
    };
    // The parser's tree has no bound on its depth but the source's length, and drops itself by recursion.
    let depth = match &result {
        Ok(module) => module.depth as usize,
        Err(_) => source.text().len(),
    };
    if depth > 200 {
        stacker::maybe_grow(depth * DROP_FRAME, depth * DROP_FRAME + (64 << 10), || drop(parsed));
    }
    result
}
