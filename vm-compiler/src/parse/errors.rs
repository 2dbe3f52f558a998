//! The parser's errors in CPython's words.

use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::source::Source;
use crate::{ast::Span, Mode};
use ruff_python_ast::Mod;
use ruff_python_parser::Parsed;

/// Limits of CPython's tokenizer, which the parser does not have.
pub fn check_tokens(source: &Source<'_>, _max_brackets: usize, _max_indent: usize) -> Option<SyntaxError> {
    source.text().find('\0').map(|offset| {
        let span = Span { start: offset as u32, end: offset as u32 };
        source.error_of(SyntaxErrorKind::SyntaxError, "source code cannot contain null bytes", span)
    })
}

/// The error that CPython would report for a source that the parser refused.
pub fn describe(source: &Source<'_>, parsed: &Parsed<Mod>, _mode: Mode) -> SyntaxError {
    if let Some(error) = parsed.errors().first() {
        let span = Span { start: error.location.start().into(), end: error.location.end().into() };
        return source.error(error.error.to_string(), span);
    }
    let error = &parsed.unsupported_syntax_errors()[0];
    let span = Span { start: error.range.start().into(), end: error.range.end().into() };
    source.error(error.to_string(), span)
}
