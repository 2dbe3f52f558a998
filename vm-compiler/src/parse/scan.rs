//! A scan of a source text for what CPython's tokenizer refuses.
//!
//! The parser has a tokenizer of its own, with words of its own. CPython reports the first error of its tokenizer, anywhere
//! in the source, before any error of its grammar: this scan finds it. It runs only over sources that were refused,
//! and over those that may break a limit on nesting.

use crate::ast::Span;
use crate::error::SyntaxErrorKind;

/// Columns from one tab stop to the next.
const TAB: usize = 8;

/// What the scan found.
#[derive(Debug, Default)]
pub struct Scan {
    /// The first error: class, message, place.
    pub error: Option<(SyntaxErrorKind, String, Span)>,
    /// Brackets still open at the end, outermost first.
    pub open: Vec<(u8, u32)>,
    /// The innermost bracket open at the offset asked about.
    pub open_there: Option<u32>,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    text: &'a str,
    at: usize,
    line: u32,
    open: Vec<(u8, u32, u32)>,
    /// Columns with tabs to 8 and to 1.
    indents: Vec<(usize, usize)>,
    max_brackets: usize,
    max_indent: usize,
    asked: usize,
    open_there: Option<u32>,
    /// Quotes of the f-strings around.
    quotes: Vec<(u8, bool)>,
}

type Failure = (SyntaxErrorKind, String, Span);
type Result<T = ()> = std::result::Result<T, Failure>;

/// Scans `text`; `asked` is the offset where the number of open brackets is wanted.
pub fn scan(text: &str, asked: u32, max_brackets: usize, max_indent: usize) -> Scan {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        text,
        at: 0,
        line: 1,
        open: Vec::new(),
        indents: vec![(0, 0)],
        max_brackets,
        max_indent,
        asked: asked as usize,
        open_there: None,
        quotes: Vec::new(),
    };
    let error = scanner.run().err();
    Scan {
        error,
        open: scanner.open.iter().map(|&(c, at, _)| (c, at)).collect(),
        open_there: scanner.open_there,
    }
}

fn fail<T>(message: impl Into<String>, start: usize, end: usize) -> Result<T> {
    Err((SyntaxErrorKind::SyntaxError, message.into(), Span { start: start as u32, end: end as u32 }))
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn run(&mut self) -> Result {
        let mut line_start = true;
        while self.at < self.bytes.len() {
            if line_start && self.open.is_empty() {
                self.indentation()?;
                line_start = false;
                continue;
            }
            line_start = self.token()?;
        }
        if self.asked != usize::MAX {
            self.open_there = self.open.last().map(|&(_, at, _)| at);
        }
        Ok(())
    }

    /// The indentation of a line, if it has code.
    fn indentation(&mut self) -> Result {
        let (mut col, mut alt) = (0, 0);
        let start = self.at;
        loop {
            match self.peek(0) {
                b' ' => {
                    col += 1;
                    alt += 1;
                }
                b'\t' => {
                    col = (col / TAB + 1) * TAB;
                    alt += 1;
                }
                b'\x0c' => {
                    col = 0;
                    alt = 0;
                }
                _ => break,
            }
            self.at += 1;
        }
        if matches!(self.peek(0), b'#' | b'\n' | b'\r' | b'\\') || self.at >= self.bytes.len() {
            return Ok(());
        }
        let inconsistent = |span| {
            Err((
                SyntaxErrorKind::TabError,
                "inconsistent use of tabs and spaces in indentation".to_owned(),
                span,
            ))
        };
        let here = Span { start: start as u32, end: start as u32 };
        let &(top, top_alt) = self.indents.last().unwrap_or(&(0, 0));
        if col == top {
            if alt != top_alt {
                return inconsistent(here);
            }
        } else if col > top {
            if alt <= top_alt {
                return inconsistent(here);
            }
            if self.indents.len() >= self.max_indent {
                let message = "too many levels of indentation".to_owned();
                return Err((SyntaxErrorKind::IndentationError, message, here));
            }
            self.indents.push((col, alt));
        } else {
            while self.indents.last().is_some_and(|&(top, _)| top > col) {
                self.indents.pop();
            }
            let &(top, top_alt) = self.indents.last().unwrap_or(&(0, 0));
            if col != top {
                let end = self.line_end();
                let message = "unindent does not match any outer indentation level".to_owned();
                let span = Span { start: end as u32, end: end as u32 };
                return Err((SyntaxErrorKind::IndentationError, message, span));
            }
            if alt != top_alt {
                return inconsistent(here);
            }
        }
        Ok(())
    }

    fn line_end(&self) -> usize {
        let rest = &self.bytes[self.at..];
        self.at + rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
    }

    fn newline(&mut self) {
        if self.peek(0) == b'\r' && self.peek(1) == b'\n' {
            self.at += 1;
        }
        self.at += 1;
        self.line += 1;
    }

    /// One token; whether a logical line may begin after it.
    fn token(&mut self) -> Result<bool> {
        if self.at >= self.asked {
            self.open_there = self.open.last().map(|&(_, at, _)| at);
            self.asked = usize::MAX;
        }
        let byte = self.peek(0);
        match byte {
            b' ' | b'\t' | b'\x0c' => self.at += 1,
            b'\n' | b'\r' => {
                self.newline();
                return Ok(true);
            }
            b'#' => self.at = self.line_end(),
            b'\\' => {
                self.at += 1;
                match self.peek(0) {
                    b'\n' | b'\r' => {
                        let end = self.at;
                        self.newline();
                        if self.at >= self.bytes.len() {
                            return fail("unexpected EOF while parsing", end, end);
                        }
                    }
                    0 if self.at >= self.bytes.len() => {
                        return fail("unexpected EOF while parsing", self.at, self.at);
                    }
                    _ => {
                        let message = "unexpected character after line continuation character";
                        return fail(message, self.at, self.at);
                    }
                }
            }
            b'(' | b'[' | b'{' => {
                if self.open.len() >= self.max_brackets {
                    return fail("too many nested parentheses", self.at, self.at);
                }
                self.open.push((byte, self.at as u32, self.line));
                self.at += 1;
            }
            b')' | b']' | b'}' => self.close(byte)?,
            b'\'' | b'"' => self.string(self.at, "")?,
            b'0'..=b'9' => self.number()?,
            b'.' if self.peek(1).is_ascii_digit() => self.number()?,
            _ if is_name_byte(byte) => self.name()?,
            _ => self.at += 1,
        }
        Ok(false)
    }

    fn close(&mut self, byte: u8) -> Result {
        let c = char::from(byte);
        let in_field = if self.quotes.is_empty() { "" } else { "f-string: " };
        let Some((opener, _, line)) = self.open.pop() else {
            return fail(format!("{in_field}unmatched '{c}'"), self.at, self.at);
        };
        if !matches!((opener, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            let opener = char::from(opener);
            let mut message =
                format!("{in_field}closing parenthesis '{c}' does not match opening parenthesis '{opener}'");
            if line != self.line {
                message.push_str(&format!(" on line {line}"));
            }
            return fail(message, self.at, self.at);
        }
        self.at += 1;
        Ok(())
    }

    fn name(&mut self) -> Result {
        let start = self.at;
        while self.at < self.bytes.len() && is_name_byte(self.peek(0)) {
            if self.peek(0) < 0x80 {
                self.at += 1;
                continue;
            }
            let Some(c) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
                self.at += 1;
                continue;
            };
            // Alphanumerics, and marks, which the standard library does not class: those are taken on trust.
            let hidden =
                c.is_control() || c.is_whitespace() || matches!(c as u32, 0x200B..=0x200F | 0xFEFF | 0xAD);
            if hidden {
                return fail(format!("invalid non-printable character U+{:04X}", c as u32), self.at, self.at);
            }
            if !c.is_alphanumeric() && is_symbol(c) {
                return fail(format!("invalid character '{c}' (U+{:04X})", c as u32), self.at, self.at);
            }
            self.at += c.len_utf8();
        }
        if matches!(self.peek(0), b'\'' | b'"') {
            let prefix = self.text[start..self.at].to_ascii_lowercase();
            if matches!(
                prefix.as_str(),
                "r" | "u" | "b" | "br" | "rb" | "f" | "fr" | "rf" | "t" | "tr" | "rt"
            ) {
                return self.string(start, &prefix);
            }
        }
        Ok(())
    }

    /// A string whose first quote is here, with its prefix.
    fn string(&mut self, start: usize, prefix: &str) -> Result {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.at += if triple { 3 } else { 1 };
        let formatted = prefix.contains(['f', 't']);
        let kind = match () {
            () if prefix.contains('f') => "f-string",
            () if prefix.contains('t') => "t-string",
            () => "string",
        };
        let raw = prefix.contains('r');
        let first_line = self.line;
        loop {
            if self.at >= self.bytes.len() || (!triple && matches!(self.peek(0), b'\n' | b'\r')) {
                // A quote like that of the f-string around means that a field was not closed.
                if self.quotes.last() == Some(&(quote, triple)) && !formatted {
                    return fail("f-string: expecting '}'", start, start);
                }
                if triple {
                    let last = self.line - u32::from(self.bytes.last() == Some(&b'\n'));
                    let message =
                        format!("unterminated triple-quoted {kind} literal (detected at line {last})");
                    return fail(message, start, start);
                }
                return fail(
                    format!("unterminated {kind} literal (detected at line {first_line})"),
                    start,
                    start,
                );
            }
            match self.peek(0) {
                b'\\' => {
                    self.at += 1;
                    match self.peek(0) {
                        b'\n' | b'\r' => self.newline(),
                        // `\N{…}` is no field.
                        b'N' if formatted && !raw && self.peek(1) == b'{' => {
                            let rest = &self.bytes[self.at..];
                            self.at += rest
                                .iter()
                                .position(|&byte| byte == b'}' || byte == quote)
                                .unwrap_or(rest.len());
                            if self.peek(0) == b'}' {
                                self.at += 1;
                            }
                        }
                        b'{' | b'}' if formatted => {}
                        _ => self.at += 1,
                    }
                }
                b'\n' | b'\r' => self.newline(),
                byte if byte == quote && (!triple || (self.peek(1) == quote && self.peek(2) == quote)) => {
                    self.at += if triple { 3 } else { 1 };
                    return Ok(());
                }
                b'{' if formatted && self.peek(1) == b'{' => self.at += 2,
                b'}' if formatted && self.peek(1) == b'}' => self.at += 2,
                b'}' if formatted => {
                    return fail(format!("{kind}: single '}}' is not allowed"), self.at, self.at);
                }
                b'{' if formatted => self.field(quote, triple)?,
                _ => self.at += 1,
            }
        }
    }

    /// A replacement field, up to and with its closing brace.
    fn field(&mut self, quote: u8, triple: bool) -> Result {
        let depth = self.open.len();
        self.open.push((b'{', self.at as u32, self.line));
        self.at += 1;
        self.quotes.push((quote, triple));
        while self.at < self.bytes.len() {
            let base = self.open.len() == depth + 1;
            match self.peek(0) {
                b'}' if base => {
                    self.at += 1;
                    self.open.pop();
                    self.quotes.pop();
                    return Ok(());
                }
                b':' if base => {
                    self.at += 1;
                    self.spec(quote, triple)?;
                }
                b'!' if base && self.peek(1) != b'=' => self.at += 1,
                _ => {
                    self.token()?;
                }
            }
        }
        fail("f-string: expecting '}'", self.at, self.at)
    }

    /// A format specification, up to the closing brace of its field.
    fn spec(&mut self, quote: u8, triple: bool) -> Result {
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'}' => return Ok(()),
                b'{' => self.field(quote, triple)?,
                byte if byte == quote && !triple => return fail("f-string: expecting '}'", self.at, self.at),
                b'\n' | b'\r' => {
                    if !triple {
                        return Ok(());
                    }
                    self.newline();
                }
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn digits(&mut self, valid: impl Fn(u8) -> bool, kind: &str) -> Result {
        loop {
            while valid(self.peek(0)) {
                self.at += 1;
            }
            if self.peek(0) != b'_' {
                return Ok(());
            }
            if !valid(self.peek(1)) {
                return fail(format!("invalid {kind} literal"), self.at, self.at);
            }
            self.at += 1;
        }
    }

    /// What follows a number must not look like part of it, but for keywords.
    fn end_of_number(&self, kind: &str) -> Result {
        let rest = &self.text[self.at..];
        if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            return Ok(());
        }
        let keywords = ["and", "else", "for", "if", "in", "is", "or", "not"];
        if keywords.iter().any(|keyword| rest.starts_with(keyword)) {
            return Ok(());
        }
        fail(format!("invalid {kind} literal"), self.at - 1, self.at - 1)
    }

    fn number(&mut self) -> Result {
        let start = self.at;
        if self.peek(0) == b'0' {
            let radix: Option<(&str, u8)> = match self.peek(1) {
                b'x' | b'X' => Some(("hexadecimal", 16)),
                b'o' | b'O' => Some(("octal", 8)),
                b'b' | b'B' => Some(("binary", 2)),
                _ => None,
            };
            if let Some((kind, radix)) = radix {
                self.at += 2;
                if self.peek(0) == b'_' {
                    self.at += 1;
                }
                let valid = |byte: u8| char::from(byte).is_digit(u32::from(radix));
                let wrong = |this: &Self| -> Result {
                    if this.peek(0).is_ascii_digit() {
                        let digit = char::from(this.peek(0));
                        return fail(format!("invalid digit '{digit}' in {kind} literal"), this.at, this.at);
                    }
                    Ok(())
                };
                if !valid(self.peek(0)) {
                    wrong(self)?;
                    return fail(format!("invalid {kind} literal"), self.at - 1, self.at - 1);
                }
                self.digits(valid, kind)?;
                wrong(self)?;
                return self.end_of_number(kind);
            }
        }
        let digit = |byte: u8| byte.is_ascii_digit();
        let mut is_float = false;
        if self.peek(0) != b'.' {
            self.digits(digit, "decimal")?;
        }
        let integer = &self.text[start..self.at];
        let leading_zero =
            integer.starts_with('0') && integer.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
        let zeros = integer.len() - integer.trim_start_matches(['0', '_']).len();
        if self.peek(0) == b'.' {
            is_float = true;
            self.at += 1;
            if digit(self.peek(0)) {
                self.digits(digit, "decimal")?;
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if digit(self.peek(1 + sign)) {
                is_float = true;
                self.at += 1 + sign;
                self.digits(digit, "decimal")?;
            } else if sign == 1 {
                return fail("invalid decimal literal", self.at, self.at);
            }
        }
        if matches!(self.peek(0), b'j' | b'J') {
            self.at += 1;
            return self.end_of_number("imaginary");
        }
        if leading_zero && !is_float {
            let message = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
            return fail(message, start, start + zeros);
        }
        self.end_of_number("decimal")
    }
}

/// Characters that surely begin no name: general and supplemental punctuation, currency, arrows, operators, shapes.
fn is_symbol(c: char) -> bool {
    matches!(c as u32,
        0xA1..=0xA9 | 0xAB..=0xB4 | 0xB6 | 0xB8 | 0xBB | 0xBF | 0xD7 | 0xF7
        | 0x2010..=0x203E | 0x2041..=0x2053 | 0x2055..=0x205E | 0x20A0..=0x20CF
        | 0x2190..=0x245F | 0x2500..=0x2BFF | 0x3001..=0x3004 | 0x3008..=0x3020 | 0xFF01..=0xFF0F | 0x1F000..=0x1FAFF)
}
