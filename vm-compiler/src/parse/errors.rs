//! The parser's errors in CPython's words.
//!
//! Messages, classes and places follow CPython 3.13 and 3.14 for the common errors; whatever has no mapping is
//! `invalid syntax` at the token where the parser stopped, which is what CPython says most of the time too.

use super::scan::{Scan, scan};
use super::{MAX_BRACKETS, MAX_INDENT};
use crate::Mode;
use crate::ast::Span;
use crate::error::{SyntaxError, SyntaxErrorKind};
use crate::source::Source;
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Mod, Stmt};
use ruff_python_parser::{
    InterpolatedStringErrorType, LexicalErrorType, ParseErrorType, Parsed, UnsupportedSyntaxErrorKind,
};
use ruff_text_size::{Ranged, TextRange};

/// Limits of CPython's tokenizer, which the parser does not have.
pub fn check_limits(source: &Source<'_>) -> Option<SyntaxError> {
    let (mut open, mut deepest, mut margin, mut widest, mut at_margin) = (0_i64, 0, 0, 0, true);
    for (offset, byte) in source.text().bytes().enumerate() {
        match byte {
            0 => {
                let span = Span { start: offset as u32, end: offset as u32 };
                return Some(source.error("source code cannot contain null bytes", span));
            }
            b'(' | b'[' | b'{' => {
                open += 1;
                deepest = deepest.max(open);
            }
            b')' | b']' | b'}' => open -= 1,
            b'\n' => {
                at_margin = true;
                margin = 0;
                continue;
            }
            b' ' | b'\t' if at_margin => {
                margin += 1;
                widest = widest.max(margin);
                continue;
            }
            _ => {}
        }
        at_margin = false;
    }
    // Strings and comments may hold brackets: only the scan knows, and it is rarely needed.
    if deepest <= MAX_BRACKETS as i64 && widest < MAX_INDENT {
        return None;
    }
    let (kind, message, span) = scan(source.text(), 0, MAX_BRACKETS, MAX_INDENT).error?;
    message.starts_with("too many").then(|| source.error_of(kind, message, span))
}

/// The error that CPython would report for a source that the parser refused.
pub fn describe(source: &Source<'_>, parsed: &Parsed<Mod>, _mode: Mode) -> SyntaxError {
    let first = parsed.errors().first();
    let place = first.map_or(0, |error| u32::from(error.location.start()));
    let scan = scan(source.text(), place, MAX_BRACKETS, MAX_INDENT);
    if let Some((kind, message, span)) = &scan.error {
        let mut error = source.error_of(*kind, message.clone(), *span);
        error.incomplete =
            message.starts_with("unterminated triple") || message.starts_with("unexpected EOF");
        return error;
    }
    let Some(first) = first else {
        let unsupported = &parsed.unsupported_syntax_errors()[0];
        return Describer { source, parsed, scan, range: unsupported.range }.unsupported(unsupported.kind);
    };
    let mut describer = Describer { source, parsed, scan, range: first.location };
    let mut error = describer.error(&first.error);
    let at_end = error.line
        > if source.line(source.line_count()).is_empty() { source.line_count() - 1 } else { u32::MAX };
    error.incomplete |=
        at_end || u32::from(first.location.start()) as usize >= source.text().trim_end().len();
    error
}

struct Describer<'a> {
    source: &'a Source<'a>,
    parsed: &'a Parsed<Mod>,
    scan: Scan,
    range: TextRange,
}

fn span(range: TextRange) -> Span {
    Span { start: range.start().into(), end: range.end().into() }
}

impl Describer<'_> {
    fn at(&self, message: impl Into<String>, place: Span) -> SyntaxError {
        self.source.error(message, place)
    }

    fn here(&self, message: impl Into<String>) -> SyntaxError {
        self.at(message, self.place())
    }

    /// The place of the error; a line end is one column wide.
    fn place(&self) -> Span {
        let mut place = span(self.range);
        if self.source.slice(place).starts_with(['\n', '\r']) || place.start == place.end {
            place.end = place.start;
        }
        place
    }

    fn indentation(&self, message: impl Into<String>, place: Span) -> SyntaxError {
        self.source.error_of(SyntaxErrorKind::IndentationError, message, place)
    }

    /// `invalid syntax`, or the bracket that was never closed, if one is.
    fn generic(&self) -> SyntaxError {
        if let Some(error) = self.never_closed() {
            return error;
        }
        self.here("invalid syntax")
    }

    fn never_closed(&self) -> Option<SyntaxError> {
        let &(bracket, at) = self.scan.open.last()?;
        let (line, _) =
            self.source.position(u32::from(self.range.start()).min(self.source.text().len() as u32));
        let (opened, _) = self.source.position(at);
        let at_end = u32::from(self.range.start()) as usize >= self.source.text().trim_end().len();
        if line <= opened && !at_end {
            return None;
        }
        let mut error =
            self.at(format!("'{}' was never closed", char::from(bracket)), Span { start: at, end: at });
        error.incomplete = at_end;
        Some(error)
    }

    fn error(&mut self, error: &ParseErrorType) -> SyntaxError {
        use ParseErrorType as P;
        match error {
            P::OtherError(message) => self.other(message),
            P::UnexpectedIndentation => {
                let end: u32 = self.range.end().into();
                let place = end.saturating_sub(1).max(self.range.start().into());
                self.indentation("unexpected indent", Span { start: place, end: place })
            }
            P::ExpectedToken { expected, found } => self.expected(*expected, *found),
            P::SimpleStatementsOnSameLine | P::SimpleAndCompoundStatementOnSameLine => self.same_line(),
            P::InvalidAssignmentTarget => self.assignment(),
            P::InvalidNamedAssignmentTarget => {
                let name = self.target_name();
                self.here(format!("cannot use assignment expressions with {name}"))
            }
            P::InvalidAnnotatedAssignmentTarget => self.here("illegal target for annotation"),
            P::InvalidAugmentedAssignmentTarget => {
                let name = self.target_name();
                self.here(format!("'{name}' is an illegal expression for augmented assignment"))
            }
            P::InvalidDeleteTarget => {
                let name = self.target_name();
                self.here(format!("cannot delete {name}"))
            }
            P::PositionalAfterKeywordArgument => self.closing("positional argument follows keyword argument"),
            P::PositionalAfterKeywordUnpacking => {
                self.closing("positional argument follows keyword argument unpacking")
            }
            P::InvalidArgumentUnpackingOrder => {
                self.here("iterable argument unpacking follows keyword argument unpacking")
            }
            P::UnparenthesizedGeneratorExpression => self.here("Generator expression must be parenthesized"),
            P::IterableUnpackingInComprehension => {
                self.here("iterable unpacking cannot be used in comprehension")
            }
            P::InvalidStarredExpressionUsage => self.here("cannot use starred expression here"),
            P::NonDefaultParamAfterDefaultParam => {
                self.here("parameter without a default follows parameter with a default")
            }
            P::ExpectedKeywordParam => self.bare_star(),
            P::ParamAfterVarKeywordParam => self.here("arguments cannot follow var-keyword argument"),
            P::VarParameterWithDefault => self.here("var-positional argument cannot have default value"),
            P::EmptyImportNames => self.here("Expected one or more names after 'import'"),
            P::EmptyTypeParams => self.here("Type parameter list cannot be empty"),
            P::InvalidMatchPatternTarget => self.here("cannot use '_' as a target"),
            P::ExpectedRealNumber => self.here("real number required in complex literal"),
            P::ExpectedImaginaryNumber => self.here("imaginary number required in complex literal"),
            P::UnparenthesizedTupleExpression => self.tuple_comma(),
            P::FStringError(kind) => self.interpolated("f-string", kind),
            P::TStringError(kind) => self.interpolated("t-string", kind),
            P::Lexical(kind) => self.lexical(kind),
            P::ExpectedExpression => self.expression(),
            _ => self.generic(),
        }
    }

    /// At the closing bracket of the call, where CPython notices.
    fn closing(&self, message: &str) -> SyntaxError {
        let mut at: u32 = self.range.end().into();
        let bytes = self.source.text().as_bytes();
        while bytes.get(at as usize).is_some_and(|&byte| byte != b')') {
            at += 1;
        }
        self.at(message, Span { start: at, end: at + 1 })
    }

    fn expression(&self) -> SyntaxError {
        let start = u32::from(self.range.start()) as usize;
        let before = &self.source.text()[..start];
        let here = &self.source.text()[start..];
        if before.ends_with('{') && self.in_fstring() && here.starts_with(['}', '!', ':', '=']) {
            let c = here.chars().next().unwrap_or('}');
            return self.here(format!("f-string: valid expression required before '{c}'"));
        }
        let before = before.trim_end();
        if before.ends_with(':') && here.starts_with(['}', ',']) && self.in_braces() {
            let end = before.len() as u32;
            return self.at("expression expected after dictionary key and ':'", Span { start: end - 1, end });
        }
        // `<>` is one token to CPython.
        if before.ends_with('<') && here.starts_with('>') {
            let place = Span { start: start as u32 - 1, end: start as u32 + 1 };
            return self.at("invalid syntax", place);
        }
        self.generic()
    }

    fn in_fstring(&self) -> bool {
        struct Finder(TextRange, bool);
        impl<'a> Visitor<'a> for Finder {
            fn visit_expr(&mut self, expr: &'a Expr) {
                if matches!(expr, Expr::FString(_) | Expr::TString(_)) && expr.range().contains_range(self.0)
                {
                    self.1 = true;
                }
                walk_expr(self, expr);
            }
        }
        let mut finder = Finder(self.range, false);
        self.visit(&mut finder);
        finder.1
    }

    fn visit<'a, V: Visitor<'a>>(&'a self, visitor: &mut V) {
        match self.parsed.syntax() {
            Mod::Module(module) => visitor.visit_body(&module.body),
            Mod::Expression(expression) => visitor.visit_expr(&expression.body),
        }
    }

    fn lexical(&self, kind: &LexicalErrorType) -> SyntaxError {
        match kind {
            LexicalErrorType::IndentationError => {
                self.indentation("unindent does not match any outer indentation level", self.place())
            }
            LexicalErrorType::UnicodeError
            | LexicalErrorType::MissingUnicodeLbrace
            | LexicalErrorType::MissingUnicodeRbrace => self.escape(),
            LexicalErrorType::InvalidByteLiteral => {
                let at = self.range.start();
                let token = self.parsed.tokens().iter().find(|token| token.range().contains_inclusive(at));
                let place = token.map_or(self.place(), |token| span(token.range()));
                self.at("bytes can only contain ASCII literal characters", place)
            }
            LexicalErrorType::Eof => match self.never_closed() {
                Some(error) => error,
                None => self.here("unexpected EOF while parsing"),
            },
            LexicalErrorType::FStringError(kind) => self.interpolated("f-string", kind),
            LexicalErrorType::TStringError(kind) => self.interpolated("t-string", kind),
            _ => self.generic(),
        }
    }

    /// A bad escape in a string literal: the place is the literal's.
    fn escape(&self) -> SyntaxError {
        let text = self.source.text();
        let at = u32::from(self.range.start()) as usize;
        // The backslash is at most ten characters back.
        let low = at.saturating_sub(12);
        let Some(backslash) = text.get(low..at).and_then(|part| part.rfind('\\')).map(|found| low + found)
        else {
            return self.generic();
        };
        let token = self.parsed.tokens().iter().find(|token| {
            u32::from(token.range().start()) as usize <= backslash
                && u32::from(token.range().end()) as usize > backslash
        });
        let place = token.map_or(self.place(), |token| span(token.range()));
        let literal = self.source.slice(place);
        let prefix = literal.find(['"', '\'']).unwrap_or(0);
        let triple =
            literal.get(prefix..prefix + 3).is_some_and(|quotes| quotes == "\"\"\"" || quotes == "'''");
        let content = place.start as usize + prefix + if triple { 3 } else { 1 };
        let position = backslash.saturating_sub(content);
        if literal[..prefix].to_ascii_lowercase().contains('b') {
            return self.at(format!("(value error) invalid \\x escape at position {position}"), place);
        }
        let rest = &text[backslash..];
        let hex = |from: usize| rest[from..].chars().take_while(char::is_ascii_hexdigit).count();
        let (length, problem) = match rest.as_bytes().get(1) {
            Some(b'x') => (2 + hex(2).min(2), "truncated \\xXX escape"),
            Some(b'u') => (2 + hex(2).min(4), "truncated \\uXXXX escape"),
            Some(b'U') if hex(2) >= 8 => (10, "illegal Unicode character"),
            Some(b'U') => (2 + hex(2).min(8), "truncated \\UXXXXXXXX escape"),
            _ => match rest.find('}') {
                Some(end) if rest.as_bytes().get(2) == Some(&b'{') => {
                    (end + 1, "unknown Unicode character name")
                }
                _ => (2, "malformed \\N character escape"),
            },
        };
        let last = position + length - 1;
        let message = format!(
            "(unicode error) 'unicodeescape' codec can't decode bytes in position {position}-{last}: {problem}"
        );
        self.at(message, place)
    }

    fn interpolated(&self, prefix: &str, kind: &InterpolatedStringErrorType) -> SyntaxError {
        use InterpolatedStringErrorType as I;
        match kind {
            I::UnclosedLbrace => {
                if let Some(error) = self.forgot_comma() {
                    return error;
                }
                self.here(format!("{prefix}: expecting '}}'"))
            }
            I::InvalidConversionFlag => {
                let found = self.source.slice(self.place());
                let message =
                    format!("{prefix}: invalid conversion character '{found}': expected 's', 'r', or 'a'");
                self.here(message)
            }
            I::SingleRbrace => self.here(format!("{prefix}: single '}}' is not allowed")),
            I::UnterminatedString | I::UnterminatedTripleQuotedString => {
                self.here(format!("unterminated {prefix} literal"))
            }
            I::LambdaWithoutParentheses => {
                self.here(format!("{prefix}: lambda expressions are not allowed without parentheses"))
            }
            I::ConversionFlagNotImmediatelyAfterExclamation => {
                self.here(format!("{prefix}: conversion type must come right after the exclamation mark"))
            }
            I::NewlineInFormatSpec => self.here(format!(
                "{prefix}: newlines are not allowed in format specifiers for single quoted {prefix}s"
            )),
        }
    }

    fn unsupported(&self, kind: UnsupportedSyntaxErrorKind) -> SyntaxError {
        match kind {
            UnsupportedSyntaxErrorKind::UnpackingInComprehension(_) => {
                if self.source.slice(self.place()).starts_with("**") {
                    let start: u32 = self.range.start().into();
                    let place = Span { start, end: start + 2 };
                    return self.at("dict unpacking cannot be used in dict comprehension", place);
                }
                self.here("iterable unpacking cannot be used in comprehension")
            }
            _ => self.generic(),
        }
    }

    /// `expected an indented block after …`, with the line of the clause.
    fn missing_block(&self, clause: &str) -> SyntaxError {
        let (keyword, what) = match clause.trim_start_matches('`').split(['`', ' ']).next().unwrap_or("") {
            "function" => ("def", "function definition".to_owned()),
            "class" => ("class", "class definition".to_owned()),
            // CPython tells the two kinds apart by the star.
            "except*" | "`except*`" => ("except", "'except*' statement".to_owned()),
            word => (word, format!("'{word}' statement")),
        };
        let (line, _) = self.source.position(self.place().start);
        let mut clause_line = line;
        while clause_line > 1 {
            clause_line -= 1;
            let text = self.source.line(clause_line).trim_start();
            let text = text.strip_prefix("async ").map_or(text, str::trim_start);
            if text.starts_with(keyword) {
                break;
            }
        }
        let mut error = self.indentation(
            format!("expected an indented block after {what} on line {clause_line}"),
            self.place(),
        );
        error.incomplete = self.place().start as usize >= self.source.text().trim_end().len();
        error
    }

    fn other(&mut self, message: &str) -> SyntaxError {
        if let Some(clause) = message.strip_prefix("Expected an indented block after ") {
            return self.missing_block(clause);
        }
        if message.starts_with("Missing closing") {
            return self.never_closed().unwrap_or_else(|| self.generic());
        }
        match message {
            "Expected `except` or `finally` after `try` block" => {
                self.here("expected 'except' or 'finally' block")
            }
            "Expected a parameter name" => self.keyword_name(),
            "Only one '*' parameter allowed" | "Only one '*' separator allowed" => {
                let start: u32 = self.range.start().into();
                self.at("* argument may appear only once", Span { start, end: start + 1 })
            }
            "Keyword-only parameter separator not allowed after '*' parameter" => {
                self.here("* argument may appear only once")
            }
            "Only one '**' parameter allowed" => self.here("arguments cannot follow var-keyword argument"),
            "Position-only parameter separator not allowed as first parameter" => {
                let next = self.token_after(self.range.end().into());
                if self.source.slice(next) == "," {
                    return self.here("at least one argument must precede /");
                }
                self.generic()
            }
            "Expected symbol after `as`" => self.import_target(),
            "Only one '/' separator allowed" => self.here("/ may appear only once"),
            "'/' parameter must appear before '*' parameter" => self.here("/ must be ahead of *"),
            "Trailing comma not allowed" => self.trailing_comma(),
            "Cannot have both 'except' and 'except*' on the same 'try'" => {
                let start: u32 = self.range.start().into();
                let place = Span { start, end: start + "except".len() as u32 };
                self.at("cannot have both 'except' and 'except*' on the same 'try'", place)
            }
            "Expected one or more exception types" => self.here("expected one or more exception types"),
            "Positional patterns cannot follow keyword patterns" => {
                self.here("positional patterns follow keyword patterns")
            }
            "Only single target (not tuple) can be annotated" => {
                let place = match self.expr_at(self.place()) {
                    Some(Expr::Tuple(tuple)) if !tuple.parenthesized && !tuple.elts.is_empty() => {
                        span(tuple.elts[0].range())
                    }
                    _ => self.place(),
                };
                self.at("only single target (not tuple) can be annotated", place)
            }
            "Only single target (not list) can be annotated" => {
                self.here("only single target (not list) can be annotated")
            }
            "Multiple exception types must be parenthesized when using `as`" => {
                self.here("multiple exception types must be parenthesized when using 'as'")
            }
            "Bytes literal cannot be mixed with non-bytes literals" => {
                let end = self.place().end;
                self.at("cannot mix bytes and nonbytes literals", Span { start: end, end })
            }
            "Expected an expression"
            | "Expected an expression or a ']'"
            | "Expected an expression or a '}'"
            | "Expected an expression or a ')'" => self.forgot_comma().unwrap_or_else(|| self.expression()),
            _ => self.generic(),
        }
    }

    fn in_braces(&self) -> bool {
        self.scan.open_there.is_some_and(|at| self.source.text().as_bytes().get(at as usize) == Some(&b'{'))
    }

    /// `[a, b for a, b in c]`
    fn bare_target(&self) -> SyntaxError {
        let Some(open) = self.scan.open_there else { return self.generic() };
        let place = Span { start: self.token_after(open + 1).start, end: self.token_before().end };
        if !self.source.slice(place).contains(',') {
            return self.generic();
        }
        self.at("did you forget parentheses around the comprehension target?", place)
    }

    /// `import a as 5`
    fn import_target(&self) -> SyntaxError {
        let found = self.source.slice(self.place());
        if found.starts_with(|c: char| c.is_ascii_digit() || c == '"' || c == '\'') {
            return self.here("cannot use literal as import target");
        }
        self.generic()
    }

    /// The bare `*` of a parameter list.
    fn bare_star(&self) -> SyntaxError {
        let start: u32 = self.range.start().into();
        let mut at = start;
        if self.source.slice(self.place()).starts_with("**") {
            at = self.source.text()[..start as usize].rfind('*').map_or(start, |at| at as u32);
        }
        self.at("named arguments must follow bare *", Span { start: at, end: at + 1 })
    }

    /// The first comma of a tuple that has no place here.
    fn tuple_comma(&self) -> SyntaxError {
        let Some(Expr::Tuple(tuple)) = self.expr_at(self.place()) else { return self.generic() };
        let Some(first) = tuple.elts.first() else { return self.generic() };
        self.at("invalid syntax", self.token_after(first.range().end().into()))
    }

    fn trailing_comma(&self) -> SyntaxError {
        let (line, _) = self.source.position(self.range.start().into());
        let text = self.source.line(line).trim_start();
        let end: u32 = self.range.end().into();
        let next = Span { start: end, end: end + 1 };
        if text.starts_with("from") {
            return self.at("trailing comma not allowed without surrounding parentheses", next);
        }
        let rest = &self.source.text()[end as usize..];
        let skipped = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let start = end + skipped as u32;
        self.at("invalid syntax", Span { start, end: start + 1 })
    }

    fn expected(&mut self, expected: TokenKind, found: TokenKind) -> SyntaxError {
        match (expected, found) {
            (TokenKind::Colon, TokenKind::Equal) => self.assignment_in_test(),
            (TokenKind::Colon, TokenKind::Newline | TokenKind::NonLogicalNewline | TokenKind::EndOfFile)
                if !self.in_lambda() =>
            {
                self.never_closed().unwrap_or_else(|| self.here("expected ':'"))
            }
            (TokenKind::Colon, TokenKind::Rbrace | TokenKind::Comma) => {
                let end = self.token_before().end;
                self.at("':' expected after dictionary key", Span { start: end.saturating_sub(1), end })
            }
            (TokenKind::Lpar, TokenKind::Colon | TokenKind::Newline) => self.here("expected '('"),
            (TokenKind::Rsqb | TokenKind::Rbrace | TokenKind::Comma, TokenKind::For) => self.bare_target(),
            (TokenKind::Else, _) if found != TokenKind::Colon => self.missing_else(),
            (TokenKind::Comma | TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace, _) => {
                if matches!(found, TokenKind::PlusEqual | TokenKind::MinusEqual | TokenKind::StarEqual) {
                    return self.augmented_tuple();
                }
                match self.never_closed() {
                    Some(error) => error,
                    None => self.forgot_comma().unwrap_or_else(|| self.generic()),
                }
            }
            _ => self.generic(),
        }
    }

    /// The line's text up to the error starts with `lambda` or holds one without a colon after it.
    fn in_lambda(&self) -> bool {
        let (line, col) = self.source.position(self.place().start);
        let before = self.source.line(line).get(..col as usize).unwrap_or("");
        before.rfind("lambda").is_some_and(|at| !before[at..].contains(':'))
    }

    fn augmented_tuple(&self) -> SyntaxError {
        let (line, col) = self.source.position(self.range.start().into());
        let before = self.source.line(line).get(..col as usize).unwrap_or("");
        let start: u32 = self.range.start().into();
        let indent = (before.len() - before.trim_start().len()) as u32;
        let place = Span {
            start: start - col + indent,
            end: start - (before.len() - before.trim_end().len()) as u32,
        };
        self.at("'tuple' is an illegal expression for augmented assignment", place)
    }

    /// `if x = 3:`
    fn assignment_in_test(&self) -> SyntaxError {
        let left = self.expression_ending(self.token_before().end);
        let right = self.expression_starting(self.token_after(self.range.end().into()).start);
        match (left, right) {
            (Some(left), Some(right)) => {
                let place = Span { start: left.start, end: right.end };
                let (line, _) = self.source.position(left.start);
                // Only a name may be meant as the target of `:=`.
                let is_name = self.source.slice(left).chars().all(|c| c.is_alphanumeric() || c == '_');
                if is_name {
                    let _ = line;
                    return self.at("invalid syntax. Maybe you meant '==' or ':=' instead of '='?", place);
                }
                let name = self.expr_at(left).map_or("expression", expr_name);
                self.at(format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"), left)
            }
            (Some(left), None) => {
                let end = self.token_after(self.range.end().into()).end;
                self.at(
                    "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
                    Span { start: left.start, end },
                )
            }
            _ => self.generic(),
        }
    }

    fn missing_else(&self) -> SyntaxError {
        struct Finder(u32, Option<TextRange>);
        impl<'a> Visitor<'a> for Finder {
            fn visit_expr(&mut self, expr: &'a Expr) {
                if let Expr::If(expr) = expr
                    && u32::from(expr.test.range().end()) <= self.0
                    && u32::from(expr.range().end()) >= self.0.saturating_sub(1)
                {
                    self.1 = Some(TextRange::new(expr.body.range().start(), expr.test.range().end()));
                }
                walk_expr(self, expr);
            }
        }
        let mut finder = Finder(self.place().start, None);
        self.visit(&mut finder);
        match finder.1 {
            Some(range) => self.at("expected 'else' after 'if' expression", span(range)),
            None => self.generic(),
        }
    }

    /// `f(1=2)`, `f(a.b=2)`, `f(True=2)`.
    fn keyword_name(&self) -> SyntaxError {
        let place = self.place();
        let name = self.source.slice(place);
        let bytes = self.source.text().as_bytes();
        let mut end = place.end as usize;
        while bytes.get(end).is_some_and(|&byte| byte != b'=') {
            end += 1;
        }
        let end = (end + 1) as u32;
        if matches!(name, "True" | "False" | "None") {
            return self.at(format!("cannot assign to {name}"), Span { start: place.start, end });
        }
        let message = "expression cannot contain assignment, perhaps you meant \"==\"?";
        self.at(message, Span { start: place.start, end })
    }

    fn token_before(&self) -> Span {
        let start = self.range.start();
        let found =
            self.parsed.tokens().iter().take_while(|token| token.range().end() <= start).filter(|token| {
                !matches!(
                    token.kind(),
                    TokenKind::NonLogicalNewline | TokenKind::Newline | TokenKind::Comment
                )
            });
        found.last().map_or(Span::default(), |token| span(token.range()))
    }

    fn token_after(&self, offset: u32) -> Span {
        let found = self.parsed.tokens().iter().find(|token| u32::from(token.range().start()) >= offset);
        found.map_or(Span { start: offset, end: offset }, |token| span(token.range()))
    }

    /// The outermost expression that ends at `offset`.
    fn expression_ending(&self, offset: u32) -> Option<Span> {
        self.outermost(|range| u32::from(range.end()) == offset)
    }

    /// The outermost expression that starts at `offset`.
    fn expression_starting(&self, offset: u32) -> Option<Span> {
        self.outermost(|range| u32::from(range.start()) == offset)
    }

    fn outermost(&self, wanted: impl Fn(TextRange) -> bool) -> Option<Span> {
        struct Finder<F>(F, Option<TextRange>);
        impl<'a, F: Fn(TextRange) -> bool> Visitor<'a> for Finder<F> {
            fn visit_expr(&mut self, expr: &'a Expr) {
                let operand = !matches!(expr, Expr::Starred(_) | Expr::Named(_) | Expr::Lambda(_))
                    && !matches!(expr, Expr::Tuple(tuple) if !tuple.parenthesized);
                if self.1.is_none() && operand && !expr.range().is_empty() && (self.0)(expr.range()) {
                    self.1 = Some(expr.range());
                }
                walk_expr(self, expr);
            }
        }
        let mut finder = Finder(wanted, None);
        self.visit(&mut finder);
        finder.1.map(span)
    }

    fn expr_at(&self, place: Span) -> Option<&Expr> {
        struct Finder<'a>(Span, Option<&'a Expr>);
        impl<'a> Visitor<'a> for Finder<'a> {
            fn visit_expr(&mut self, expr: &'a Expr) {
                if self.1.is_none() && span(expr.range()) == self.0 {
                    self.1 = Some(expr);
                }
                walk_expr(self, expr);
            }
        }
        let mut finder = Finder(place, None);
        self.visit(&mut finder);
        finder.1
    }

    /// Two expressions side by side in brackets.
    fn forgot_comma(&self) -> Option<SyntaxError> {
        self.scan.open_there?;
        let here = self.place();
        let word = self.source.slice(here);
        let starts = word.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '\''));
        let keyword =
            ["if", "else", "for", "in", "is", "and", "or", "not", "as", "async", "from", "import", "lambda"];
        if !starts || keyword.contains(&word) || self.in_parameters() {
            return None;
        }
        let open = self.scan.open_there?;
        let end = self.token_before().end;
        let left =
            self.outermost(|range| u32::from(range.end()) == end && u32::from(range.start()) > open)?;
        let right = self.expression_starting(here.start).unwrap_or(here);
        // A parenthesized left operand keeps its parentheses.
        let place = Span { start: left.start, end: right.end };
        Some(self.at("invalid syntax. Perhaps you forgot a comma?", place))
    }

    /// Whether the bracket around is that of a `def`'s parameters.
    fn in_parameters(&self) -> bool {
        struct Finder(TextRange, bool);
        impl<'a> Visitor<'a> for Finder {
            fn visit_stmt(&mut self, stmt: &'a Stmt) {
                if let Stmt::FunctionDef(def) = stmt
                    && def.parameters.range().start() <= self.0.start()
                    && def.parameters.range().end() >= self.0.start()
                {
                    self.1 = true;
                }
                ruff_python_ast::visitor::walk_stmt(self, stmt);
            }
        }
        let mut finder = Finder(self.range, false);
        self.visit(&mut finder);
        finder.1
    }

    /// Two statements on one line: mostly a statement of Python 2, or an operator left out.
    fn same_line(&self) -> SyntaxError {
        let before = self.token_before();
        let word = self.source.slice(before);
        if matches!(word, "print" | "exec")
            && let Some(right) = self.expression_starting(self.place().start)
        {
            let message = format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
            return self.at(message, Span { start: before.start, end: right.end });
        }
        // `type X` may begin a statement: the error is what does not follow.
        if word == "type" {
            let next = self.token_after(self.range.end().into());
            return self.at("invalid syntax", Span { start: next.start, end: next.start });
        }
        // `a not b`: CPython stops after the `not`.
        if self.source.slice(self.place()).starts_with("not") {
            let next = self.token_after(self.range.end().into());
            return self.at("invalid syntax", next);
        }
        if let Some(error) = self.forgot_comma() {
            return error;
        }
        self.generic()
    }

    fn target_name(&self) -> &'static str {
        self.expr_at(self.place()).map_or("expression", expr_name)
    }

    /// `1 = x` and its kin.
    fn assignment(&self) -> SyntaxError {
        let name = self.target_name();
        let target = self.expr_at(self.place());
        if matches!(target, Some(Expr::Yield(_) | Expr::YieldFrom(_))) {
            return self.here("assignment to yield expression not possible");
        }
        let comparable = !matches!(
            target,
            Some(
                Expr::NoneLiteral(_)
                    | Expr::BooleanLiteral(_)
                    | Expr::BoolOp(_)
                    | Expr::Compare(_)
                    | Expr::If(_)
                    | Expr::Lambda(_)
                    | Expr::List(_)
                    | Expr::Tuple(_)
                    | Expr::Generator(_)
                    | Expr::Starred(_)
            )
        ) && !matches!(target, Some(Expr::UnaryOp(unary)) if unary.op == ruff_python_ast::UnaryOp::Not);
        if comparable && self.is_only_target() {
            return self.here(format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"));
        }
        self.here(format!("cannot assign to {name}"))
    }

    /// Whether the bad target is the whole left side of a plain assignment.
    fn is_only_target(&self) -> bool {
        struct Finder(TextRange, bool);
        impl<'a> Visitor<'a> for Finder {
            fn visit_stmt(&mut self, stmt: &'a Stmt) {
                if let Stmt::Assign(assign) = stmt
                    && let [target] = assign.targets.as_slice()
                    && target.range() == self.0
                {
                    self.1 = true;
                }
                ruff_python_ast::visitor::walk_stmt(self, stmt);
            }
        }
        let mut finder = Finder(self.range, false);
        self.visit(&mut finder);
        finder.1
    }
}

/// What CPython calls an expression in its messages.
fn expr_name(expr: &Expr) -> &'static str {
    match expr {
        Expr::Attribute(_) => "attribute",
        Expr::Subscript(_) => "subscript",
        Expr::Starred(_) => "starred",
        Expr::Name(_) => "name",
        Expr::List(_) => "list",
        Expr::Tuple(_) => "tuple",
        Expr::Lambda(_) => "lambda",
        Expr::Call(_) => "function call",
        Expr::BoolOp(_) | Expr::BinOp(_) | Expr::UnaryOp(_) => "expression",
        Expr::Generator(_) => "generator expression",
        Expr::Yield(_) | Expr::YieldFrom(_) => "yield expression",
        Expr::Await(_) => "await expression",
        Expr::ListComp(_) => "list comprehension",
        Expr::SetComp(_) => "set comprehension",
        Expr::DictComp(_) => "dict comprehension",
        Expr::Dict(_) => "dict literal",
        Expr::Set(_) => "set display",
        Expr::FString(_) => "f-string expression",
        Expr::TString(_) => "t-string expression",
        Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::NumberLiteral(_) => "literal",
        Expr::NoneLiteral(_) => "None",
        Expr::BooleanLiteral(literal) => {
            if literal.value {
                "True"
            } else {
                "False"
            }
        }
        Expr::EllipsisLiteral(_) => "ellipsis",
        Expr::Compare(_) => "comparison",
        Expr::If(_) => "conditional expression",
        Expr::Named(_) => "named expression",
        Expr::Slice(_) | Expr::IpyEscapeCommand(_) => "expression",
    }
}
