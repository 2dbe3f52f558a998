//! Decoding of string literals that hold lone surrogates.

use crate::ast::Const;

/// What the parser puts where a literal has a lone surrogate.
const REPLACEMENT: char = '\u{FFFD}';

/// The constant of a string literal: `value` as the parser decoded it, unless it holds a replacement character; then
/// `raw`, the literal's source text between its quotes, is decoded again.
pub fn decode(value: &str, raw: &str, is_raw: bool, in_fstring: bool) -> Vec<u32> {
    if is_raw || !value.contains(REPLACEMENT) {
        return value.chars().map(u32::from).collect();
    }
    decode_escapes(raw, in_fstring)
}

/// A `str` where the code points allow it.
pub fn constant(points: Vec<u32>) -> Const {
    let decoded: Option<String> = points.iter().map(|&point| char::from_u32(point)).collect();
    match decoded {
        Some(string) => Const::Str(string.into()),
        None => Const::StrSurrogates(points.into()),
    }
}

/// Whether re-decoding can be needed.
pub fn is_suspicious(value: &str) -> bool {
    value.contains(REPLACEMENT)
}

fn decode_escapes(raw: &str, in_fstring: bool) -> Vec<u32> {
    let mut out = Vec::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // Source line ends are one newline, however they are written.
            '\r' => {
                if chars.peek() == Some(&'\n') {
                    chars.next();
                }
                out.push('\n' as u32);
            }
            '{' | '}' if in_fstring => {
                if chars.peek() == Some(&c) {
                    chars.next();
                }
                out.push(c as u32);
            }
            '\\' => escape(&mut chars, &mut out),
            _ => out.push(c as u32),
        }
    }
    out
}

fn escape(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut Vec<u32>) {
    let Some(c) = chars.next() else {
        out.push('\\' as u32);
        return;
    };
    let hex = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>, digits: u32| {
        let mut value = 0;
        for _ in 0..digits {
            let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else { break };
            value = value * 16 + digit;
            chars.next();
        }
        value
    };
    match c {
        '\n' => {}
        '\r' => {
            if chars.peek() == Some(&'\n') {
                chars.next();
            }
        }
        '\\' | '\'' | '"' => out.push(c as u32),
        'a' => out.push(7),
        'b' => out.push(8),
        'f' => out.push(12),
        'n' => out.push(10),
        'r' => out.push(13),
        't' => out.push(9),
        'v' => out.push(11),
        'x' => out.push(hex(chars, 2)),
        'u' => out.push(hex(chars, 4)),
        'U' => out.push(hex(chars, 8)),
        '0'..='7' => {
            let mut value = c as u32 - '0' as u32;
            for _ in 0..2 {
                let Some(digit) = chars.peek().and_then(|c| c.to_digit(8)) else { break };
                value = value * 8 + digit;
                chars.next();
            }
            out.push(value);
        }
        'N' => {
            // The parser has checked the form and the name.
            chars.next();
            let name: String = chars.by_ref().take_while(|&c| c != '}').collect();
            out.push(unicode_names2::character(&name).unwrap_or(REPLACEMENT) as u32);
        }
        other => {
            out.push('\\' as u32);
            out.push(other as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrogates_survive() {
        assert_eq!(decode("a\u{FFFD}b", r"a\ud800b", false, false), [0x61, 0xD800, 0x62]);
        assert_eq!(decode("\u{FFFD}", "\u{FFFD}", false, false), [0xFFFD]);
        assert_eq!(decode("\u{FFFD}{", r"\udc00{{", false, true), [0xDC00, 0x7B]);
    }

    #[test]
    fn every_escape() {
        let raw = "\u{FFFD}\\\n\\\\\\'\\\"\\a\\b\\f\\n\\r\\t\\v\\101\\x41\\u0041\\U00000041\\N{DIGIT ONE}\\q";
        let expected = "\u{FFFD}\\'\"\u{7}\u{8}\u{c}\n\r\t\u{b}AAAA1\\q";
        assert_eq!(decode_escapes(raw, false), expected.chars().map(u32::from).collect::<Vec<_>>());
    }
}
