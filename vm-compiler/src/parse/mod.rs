//! The adapter: the only module that names the parser's crates.
//!
//! `ruff_python_parser` reads the source; [`convert`] turns its tree into [`crate::ast`]; [`strings`] re-decodes string
//! literals whose lone surrogates the parser cannot represent; [`errors`] words its errors as CPython does.

mod convert;
mod errors;
mod scan;
mod strings;

use crate::Mode;
use crate::ast::Module;
use crate::error::SyntaxError;
use crate::source::Source;

/// Nesting depth of the syntax tree above which compilation is refused. CPython 3.13 refuses at about 10,000.
pub const MAX_DEPTH: u32 = 12_000;
/// Nesting of brackets that the tokenizer accepts (CPython's `MAXLEVEL`).
const MAX_BRACKETS: usize = 200;
/// Nesting of indented blocks that the tokenizer accepts (CPython's `MAXINDENT`).
const MAX_INDENT: usize = 100;
/// Stack for one level of the parser's tree, generously, and the limits of what is asked for.
const TREE_FRAME: usize = 1024;
const MAX_STACK: usize = 256 << 20;
const SPARE_STACK: usize = 256 << 10;

/// Parses `source` into our tree.
///
/// # Errors
/// Whatever the tokenizer or the grammar refuses, in CPython's words where there is a mapping.
pub fn parse(source: &Source<'_>, mode: Mode) -> Result<Module, SyntaxError> {
    if let Some(error) = errors::check_limits(source) {
        return Err(error);
    }
    let parser_mode = match mode {
        Mode::Exec | Mode::Single => ruff_python_parser::Mode::Module,
        Mode::Eval => ruff_python_parser::Mode::Expression,
    };
    let parsed = ruff_python_parser::parse_unchecked(
        source.text(),
        ruff_python_parser::ParseOptions::from(parser_mode)
            .with_target_version(ruff_python_ast::PythonVersion::PY314),
    );
    // The parser's tree has no bound on its depth but the source's length, and is walked and dropped by recursion.
    let deep = |depth: usize| (depth * TREE_FRAME).min(MAX_STACK);
    let length = source.text().len();
    if parsed.has_syntax_errors() {
        return stacker::maybe_grow(deep(length), deep(length) + SPARE_STACK, || {
            let error = errors::describe(source, &parsed, mode);
            drop(parsed);
            Err(error)
        });
    }
    let result = convert::convert(source, parsed.syntax());
    let depth = result.as_ref().map_or(length, |module| module.depth as usize);
    stacker::maybe_grow(deep(depth), deep(depth) + SPARE_STACK, || drop(parsed));
    result
}
