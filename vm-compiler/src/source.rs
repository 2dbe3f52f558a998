//! The source text with its line table.

use crate::ast::Span;
use crate::error::{SyntaxError, SyntaxErrorKind};

/// A source text and where its lines start.
#[derive(Debug)]
pub struct Source<'a> {
    text: &'a str,
    /// Byte offset of each line.
    lines: Vec<u32>,
}

impl<'a> Source<'a> {
    /// Indexes `text`. Lines end with `\n`, `\r\n` or `\r`.
    #[must_use]
    pub fn new(text: &'a str) -> Source<'a> {
        let bytes = text.as_bytes();
        let mut lines = vec![0];
        for (i, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || (byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
                lines.push(i as u32 + 1);
            }
        }
        Source { text, lines }
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The text of a byte range; empty if the range is not one of the text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &'a str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line (from 1) and column (from 0, in bytes) of a byte offset.
    #[must_use]
    pub fn position(&self, offset: u32) -> (u32, u32) {
        let line = self.lines.partition_point(|&start| start <= offset);
        (line as u32, offset - self.lines[line - 1])
    }

    /// Number of lines.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        self.lines.len() as u32
    }

    /// Text of a line (from 1), its end included.
    #[must_use]
    pub fn line(&self, line: u32) -> &'a str {
        let index = line.saturating_sub(1) as usize;
        let start = self.lines.get(index).copied().unwrap_or(self.text.len() as u32) as usize;
        let end = self.lines.get(index + 1).map_or(self.text.len(), |&end| end as usize);
        &self.text[start..end]
    }

    /// Line and column (both from 1, the column in characters) of a byte offset.
    #[must_use]
    pub fn char_position(&self, offset: u32) -> (u32, u32) {
        let offset = (offset as usize).min(self.text.len());
        let (line, col) = self.position(offset as u32);
        let chars = self.line(line).get(..col as usize).map_or(col as usize, |prefix| prefix.chars().count());
        (line, chars as u32 + 1)
    }

    /// An error of class `kind` at `span`.
    #[must_use]
    pub fn error_of(&self, kind: SyntaxErrorKind, message: impl Into<String>, span: Span) -> SyntaxError {
        let (line, col) = self.char_position(span.start);
        let (end_line, end_col) = self.char_position(span.end.max(span.start));
        let text = kind.is_syntax_error().then(|| self.line(line).to_owned());
        SyntaxError { kind, message: message.into(), line, col, end_line, end_col, text, incomplete: false }
    }

    /// A `SyntaxError` at `span`.
    #[must_use]
    pub fn error(&self, message: impl Into<String>, span: Span) -> SyntaxError {
        self.error_of(SyntaxErrorKind::SyntaxError, message, span)
    }
}
