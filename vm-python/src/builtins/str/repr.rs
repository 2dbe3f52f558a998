//! `repr` of strings and bytes.

use super::{builder::StrBuilder, unicode::is_printable};
use crate::{
    error::PyResult,
    object::{
        gc::Gc,
        str::{Chars, Str},
    },
    vm::Vm,
};

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends the lowest `digits` hexadecimal digits of `n`.
pub fn push_hex(out: &mut Vec<u8>, n: u32, digits: u32) {
    for i in (0..digits).rev() {
        out.push(HEX[(n >> (4 * i) & 15) as usize]);
    }
}

/// Appends the escape of a code point: `\xNN`, `\uNNNN` or `\UNNNNNNNN`.
pub fn push_escape(out: &mut Vec<u8>, c: u32) {
    out.push(b'\\');
    let (letter, digits) = match c {
        0..=0xFF => (b'x', 2),
        0x100..=0xFFFF => (b'u', 4),
        _ => (b'U', 8),
    };
    out.push(letter);
    push_hex(out, c, digits);
}

/// The quote that `repr` chooses: double only if there are single ones and no double ones.
fn quote(text: impl Iterator<Item = u32>) -> u8 {
    let (mut single, mut double) = (false, false);
    for c in text {
        single |= c == 39;
        double |= c == 34;
    }
    if single && !double { b'"' } else { b'\'' }
}

/// What every kind of literal escapes; false if the character is none of these.
fn push_common(out: &mut Vec<u8>, c: u32, quote: u8) -> bool {
    match c {
        9 => out.extend(b"\\t"),
        10 => out.extend(b"\\n"),
        13 => out.extend(b"\\r"),
        92 => out.extend(b"\\\\"),
        _ if c == u32::from(quote) => out.extend([b'\\', quote]),
        _ => return false,
    }
    true
}

/// The repr of ASCII text.
#[must_use]
pub fn repr_ascii(text: &[u8]) -> Vec<u8> {
    let q = quote(text.iter().map(|&b| b.into()));
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(q);
    for &b in text {
        let c = u32::from(b);
        if push_common(&mut out, c, q) {
        } else if (0x20..0x7F).contains(&b) {
            out.push(b);
        } else {
            push_escape(&mut out, c);
        }
    }
    out.push(q);
    out
}

/// The repr of a bytes object, with its `b`.
#[must_use]
pub fn repr_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![b'b'];
    out.extend(repr_ascii(bytes));
    out
}

/// Replaces what is not ASCII by escapes, for `ascii()` and `backslashreplace`.
#[must_use]
pub fn escape_non_ascii(text: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut out = Vec::new();
    for c in text {
        if c < 0x80 { out.push(c as u8) } else { push_escape(&mut out, c) }
    }
    out
}

impl Vm {
    /// `repr` of a string.
    pub fn repr_str(&self, s: Gc<Str>) -> PyResult<Gc<Str>> {
        if let Chars::Ascii(b) = s.chars() {
            return self.new_ascii(&repr_ascii(b));
        }
        let q = quote(s.code_points());
        let mut out = StrBuilder::with_capacity(s.len() + 2);
        let mut escape = Vec::new();
        out.push(q.into());
        for c in s.code_points() {
            escape.clear();
            if push_common(&mut escape, c, q) {
                out.push_latin1(&escape);
            } else if is_printable(c) {
                out.push(c);
            } else {
                push_escape(&mut escape, c);
                out.push_latin1(&escape);
            }
        }
        out.push(q.into());
        out.finish(self)
    }

    /// `ascii()` of text that is a repr already.
    pub fn ascii_of(&self, repr: Gc<Str>) -> PyResult<Gc<Str>> {
        match repr.chars() {
            Chars::Ascii(_) => Ok(repr),
            _ => self.new_ascii(&escape_non_ascii(repr.code_points())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_show_as_cpython() {
        let show = |b: &[u8]| String::from_utf8(repr_bytes(b)).unwrap_or_default();
        assert_eq!(show(b"it's"), r#"b"it's""#);
        assert_eq!(show(b"it's \"x\""), r#"b'it\'s "x"'"#);
        assert_eq!(show(b"\0\t\n\r\\\x7f\xff"), r"b'\x00\t\n\r\\\x7f\xff'");
    }

    #[test]
    fn escapes_have_the_shortest_form() {
        assert_eq!(escape_non_ascii([0xE9, 0x20AC, 0x1F600, 65].into_iter()), br"\xe9\u20ac\U0001f600A");
    }
}
