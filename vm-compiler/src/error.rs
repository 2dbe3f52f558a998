//! What a failed compilation reports.

/// The exception class of a [`SyntaxError`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SyntaxErrorKind {
    /// `SyntaxError`
    SyntaxError,
    /// `IndentationError`
    IndentationError,
    /// `TabError`
    TabError,
    /// `RecursionError`: the syntax tree is too deep.
    RecursionError,
    /// `MemoryError`: the parser's own nesting limit.
    MemoryError,
    /// `ValueError`: the source holds a null byte.
    ValueError,
    /// `OverflowError`: a table of the code object is full.
    OverflowError,
}

impl SyntaxErrorKind {
    /// Name of the Python exception class.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            SyntaxErrorKind::SyntaxError => "SyntaxError",
            SyntaxErrorKind::IndentationError => "IndentationError",
            SyntaxErrorKind::TabError => "TabError",
            SyntaxErrorKind::RecursionError => "RecursionError",
            SyntaxErrorKind::MemoryError => "MemoryError",
            SyntaxErrorKind::ValueError => "ValueError",
            SyntaxErrorKind::OverflowError => "OverflowError",
        }
    }

    /// Whether the class derives from `SyntaxError`, that is, carries a position.
    #[must_use]
    pub const fn is_syntax_error(self) -> bool {
        matches!(
            self,
            SyntaxErrorKind::SyntaxError | SyntaxErrorKind::IndentationError | SyntaxErrorKind::TabError
        )
    }
}

/// Why a source text was refused. Positions are CPython's: lines and columns from 1, columns in characters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// Exception class.
    pub kind: SyntaxErrorKind,
    /// `msg`
    pub message: String,
    /// `lineno`
    pub line: u32,
    /// `offset`
    pub col: u32,
    /// `end_lineno`
    pub end_line: u32,
    /// `end_offset`
    pub end_col: u32,
    /// The source line, with its line end.
    pub text: Option<String>,
    /// The input ended too early: an interactive session may ask for more lines.
    pub incomplete: bool,
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} (line {}, column {})", self.kind.name(), self.message, self.line, self.col)
    }
}

impl std::error::Error for SyntaxError {}
