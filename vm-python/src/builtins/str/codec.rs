//! Text encodings: `str.encode`, `bytes.decode` and `str(bytes, encoding, errors)`.
//!
//! The kernels work on code points and bytes and report the first bad place; what happens there is up to the handler.

use std::ops::Range;

use super::{builder::StrBuilder, repr::push_escape};
use crate::{
    error::{PyResult, Thrown},
    native::Args,
    object::{
        gc::Gc,
        str::{Chars, Str},
    },
    value::Value,
    vm::Vm,
};

/// Byte order of UTF-16 and UTF-32.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Native (little-endian), with a byte-order mark.
    Marked,
    /// Little-endian, no mark.
    Little,
    /// Big-endian, no mark.
    Big,
}

/// An encoding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the encoding of its name")]
pub enum Encoding {
    Utf8,
    Utf8Sig,
    Ascii,
    Latin1,
    Utf16(Order),
    Utf32(Order),
}

impl Encoding {
    /// The encoding of a name, as `codecs.lookup` normalizes it.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Encoding> {
        let name: String =
            name.chars().map(|c| if matches!(c, '-' | ' ') { '_' } else { c.to_ascii_lowercase() }).collect();
        Some(match name.as_str() {
            "utf_8" | "utf8" | "u8" | "utf" | "cp65001" | "utf8_ucs2" | "utf8_ucs4" => Encoding::Utf8,
            "utf_8_sig" | "utf8_sig" => Encoding::Utf8Sig,
            "ascii" | "us_ascii" | "646" | "ansi_x3.4_1968" | "iso646_us" | "us" => Encoding::Ascii,
            "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" | "8859" | "cp819" | "latin" | "l1"
            | "iso8859" => Encoding::Latin1,
            "utf_16" | "utf16" | "u16" => Encoding::Utf16(Order::Marked),
            "utf_16_le" | "utf_16le" | "utf16_le" => Encoding::Utf16(Order::Little),
            "utf_16_be" | "utf_16be" | "utf16_be" => Encoding::Utf16(Order::Big),
            "utf_32" | "utf32" | "u32" => Encoding::Utf32(Order::Marked),
            "utf_32_le" | "utf_32le" | "utf32_le" => Encoding::Utf32(Order::Little),
            "utf_32_be" | "utf_32be" | "utf32_be" => Encoding::Utf32(Order::Big),
            _ => return None,
        })
    }
    /// The name in error messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 | Encoding::Utf8Sig => "utf-8",
            Encoding::Ascii => "ascii",
            Encoding::Latin1 => "latin-1",
            Encoding::Utf16(Order::Marked) => "utf-16",
            Encoding::Utf16(Order::Little) => "utf-16-le",
            Encoding::Utf16(Order::Big) => "utf-16-be",
            Encoding::Utf32(Order::Marked) => "utf-32",
            Encoding::Utf32(Order::Little) => "utf-32-le",
            Encoding::Utf32(Order::Big) => "utf-32-be",
        }
    }
    const fn bytes_per_unit(self) -> usize {
        match self {
            Encoding::Utf16(_) => 2,
            Encoding::Utf32(_) => 4,
            _ => 1,
        }
    }
    const fn is_big(self) -> bool {
        matches!(self, Encoding::Utf16(Order::Big) | Encoding::Utf32(Order::Big))
    }
}

/// What to do with what cannot be coded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the error handler of its name")]
pub enum Handler {
    Strict,
    Ignore,
    Replace,
    BackslashReplace,
    XmlCharRefReplace,
    SurrogateEscape,
    SurrogatePass,
    /// A name that nobody registered: an error only if there is something to handle.
    Unknown,
}

impl Handler {
    /// The handler of a name.
    #[must_use]
    pub fn by_name(name: &str) -> Handler {
        match name {
            "strict" => Handler::Strict,
            "ignore" => Handler::Ignore,
            "replace" => Handler::Replace,
            "backslashreplace" => Handler::BackslashReplace,
            "xmlcharrefreplace" => Handler::XmlCharRefReplace,
            "surrogateescape" => Handler::SurrogateEscape,
            "surrogatepass" => Handler::SurrogatePass,
            _ => Handler::Unknown,
        }
    }
}

const fn is_surrogate(c: u32) -> bool {
    c >= 0xD800 && c < 0xE000
}

fn push_utf8(c: u32, out: &mut Vec<u8>) {
    let tail = |shift: u32| 0x80 | (c >> shift & 0x3F) as u8;
    match c {
        0..=0x7F => out.push(c as u8),
        0x80..=0x7FF => out.extend([0xC0 | (c >> 6) as u8, tail(0)]),
        0x800..=0xFFFF => out.extend([0xE0 | (c >> 12) as u8, tail(6), tail(0)]),
        _ => out.extend([0xF0 | (c >> 18) as u8, tail(12), tail(6), tail(0)]),
    }
}

/// Appends a code point; false if the encoding does not have it. Surrogates only if `pass`.
fn push_encoded(c: u32, encoding: Encoding, pass: bool, out: &mut Vec<u8>) -> bool {
    if is_surrogate(c) && !pass {
        return false;
    }
    let big = encoding.is_big();
    let unit16 = |u: u16, out: &mut Vec<u8>| out.extend(if big { u.to_be_bytes() } else { u.to_le_bytes() });
    match encoding {
        Encoding::Utf8 | Encoding::Utf8Sig => push_utf8(c, out),
        Encoding::Ascii if c < 0x80 => out.push(c as u8),
        Encoding::Latin1 if c < 0x100 => out.push(c as u8),
        Encoding::Ascii | Encoding::Latin1 => return false,
        Encoding::Utf16(_) if c > 0xFFFF => {
            unit16(0xD800 | ((c - 0x1_0000) >> 10) as u16, out);
            unit16(0xDC00 | (c & 0x3FF) as u16, out);
        }
        Encoding::Utf16(_) => unit16(c as u16, out),
        Encoding::Utf32(_) => out.extend(if big { c.to_be_bytes() } else { c.to_le_bytes() }),
    }
    true
}

/// Encodes `text`. `Err` is the range of the code points that the handler refuses.
pub fn encode_points(text: &[u32], encoding: Encoding, handler: Handler) -> Result<Vec<u8>, Range<usize>> {
    let mut out = Vec::with_capacity(text.len() * encoding.bytes_per_unit() + 4);
    match encoding {
        Encoding::Utf8Sig => out.extend([0xEF, 0xBB, 0xBF]),
        Encoding::Utf16(Order::Marked) => out.extend([0xFF, 0xFE]),
        Encoding::Utf32(Order::Marked) => out.extend([0xFF, 0xFE, 0, 0]),
        _ => {}
    }
    let unicode = !matches!(encoding, Encoding::Ascii | Encoding::Latin1);
    let mut i = 0;
    while i < text.len() {
        let c = text[i];
        if push_encoded(c, encoding, handler == Handler::SurrogatePass && unicode, &mut out) {
            i += 1;
            continue;
        }
        let bad = |c: u32| !push_encoded(c, encoding, false, &mut Vec::new());
        // The one-byte encodings report runs, the wide ones single code points.
        let end = match encoding.bytes_per_unit() {
            1 => text[i..].iter().position(|&c| !bad(c)).map_or(text.len(), |n| i + n),
            _ => i + 1,
        };
        for (j, &c) in text[i..end].iter().enumerate() {
            let ascii = |s: &[u8], out: &mut Vec<u8>| {
                s.iter().all(|&b| push_encoded(b.into(), encoding, false, out));
            };
            match handler {
                Handler::Ignore => {}
                Handler::Replace => ascii(b"?", &mut out),
                Handler::BackslashReplace => {
                    let mut escape = Vec::new();
                    push_escape(&mut escape, c);
                    ascii(&escape, &mut out);
                }
                Handler::XmlCharRefReplace => ascii(format!("&#{c};").as_bytes(), &mut out),
                Handler::SurrogateEscape
                    if (0xDC80..0xDD00).contains(&c) && encoding.bytes_per_unit() == 1 =>
                {
                    out.push((c - 0xDC00) as u8);
                }
                Handler::SurrogateEscape => return Err(i + j..end),
                Handler::Strict | Handler::SurrogatePass | Handler::Unknown => return Err(i..end),
            }
        }
        i = end;
    }
    Ok(out)
}

/// Why and where bytes cannot be decoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bad {
    /// The bytes.
    pub range: Range<usize>,
    /// Text of the error.
    pub reason: &'static str,
    /// Whether the bytes were read as big-endian.
    pub big: bool,
}

/// One code point of UTF-8 at the start of `b`, or the number of bad bytes and the reason.
fn utf8_at(b: &[u8]) -> Result<(u32, usize), (usize, &'static str)> {
    const START: &str = "invalid start byte";
    const CONTINUATION: &str = "invalid continuation byte";
    const END: &str = "unexpected end of data";
    let lead = b[0];
    let (n, low, high) = match lead {
        0..=0x7F => return Ok((lead.into(), 1)),
        0xC2..=0xDF => (2, 0x80, 0xBF),
        0xE0 => (3, 0xA0, 0xBF),
        0xED => (3, 0x80, 0x9F),
        0xE1..=0xEF => (3, 0x80, 0xBF),
        0xF0 => (4, 0x90, 0xBF),
        0xF1..=0xF3 => (4, 0x80, 0xBF),
        0xF4 => (4, 0x80, 0x8F),
        _ => return Err((1, START)),
    };
    let mut c = u32::from(lead) & (0x7F >> n);
    for i in 1..n {
        let range = if i == 1 { low..=high } else { 0x80..=0xBF };
        match b.get(i) {
            Some(x) if range.contains(x) => c = c << 6 | u32::from(x & 0x3F),
            Some(_) => return Err((i, CONTINUATION)),
            None => return Err((i, END)),
        }
    }
    Ok((c, n))
}

fn unit(b: &[u8], big: bool) -> u32 {
    let step = |n: u32, &x: &u8| n << 8 | u32::from(x);
    if big { b.iter().fold(0, step) } else { b.iter().rev().fold(0, step) }
}

/// One code point of UTF-16 at the start of `b`.
fn utf16_at(b: &[u8], big: bool) -> Result<(u32, usize), (usize, &'static str)> {
    let Some(first) = b.get(..2) else { return Err((b.len(), "truncated data")) };
    let c = unit(first, big);
    match c {
        0xD800..=0xDBFF => {
            let Some(second) = b.get(2..4) else { return Err((b.len(), "unexpected end of data")) };
            let d = unit(second, big);
            if (0xDC00..0xE000).contains(&d) {
                Ok((0x1_0000 + ((c & 0x3FF) << 10 | d & 0x3FF), 4))
            } else {
                Err((2, "illegal UTF-16 surrogate"))
            }
        }
        0xDC00..=0xDFFF => Err((2, "illegal encoding")),
        _ => Ok((c, 2)),
    }
}

fn utf32_at(b: &[u8], big: bool) -> Result<(u32, usize), (usize, &'static str)> {
    let Some(first) = b.get(..4) else { return Err((b.len(), "truncated data")) };
    match unit(first, big) {
        0xD800..=0xDFFF => Err((4, "code point in surrogate code point range(0xd800, 0xe000)")),
        c if c > 0x10_FFFF => Err((4, "code point not in range(0x110000)")),
        c => Ok((c, 4)),
    }
}

/// A surrogate coded at the start of `b`, for `surrogatepass`.
fn passed_surrogate(b: &[u8], encoding: Encoding, big: bool) -> Option<(u32, usize)> {
    let (c, n) = match encoding {
        Encoding::Utf8 | Encoding::Utf8Sig => match *b {
            [0xED, x @ 0xA0..=0xBF, y @ 0x80..=0xBF, ..] => {
                (0xD000 | u32::from(x & 0x3F) << 6 | u32::from(y & 0x3F), 3)
            }
            _ => return None,
        },
        Encoding::Utf16(_) => (unit(b.get(..2)?, big), 2),
        Encoding::Utf32(_) => (unit(b.get(..4)?, big), 4),
        _ => return None,
    };
    is_surrogate(c).then_some((c, n))
}

/// Decodes `bytes`, appending to `out`.
pub fn decode_points(
    bytes: &[u8],
    encoding: Encoding,
    handler: Handler,
    out: &mut StrBuilder,
) -> Result<(), Bad> {
    let mut i = 0;
    let mut big = encoding.is_big();
    match (encoding, bytes) {
        (Encoding::Utf8Sig, [0xEF, 0xBB, 0xBF, ..]) => i = 3,
        (Encoding::Utf32(Order::Marked), [0xFF, 0xFE, 0, 0, ..]) => i = 4,
        (Encoding::Utf32(Order::Marked), [0, 0, 0xFE, 0xFF, ..]) => (i, big) = (4, true),
        (Encoding::Utf16(Order::Marked), [0xFF, 0xFE, ..]) => i = 2,
        (Encoding::Utf16(Order::Marked), [0xFE, 0xFF, ..]) => (i, big) = (2, true),
        _ => {}
    }
    if encoding == Encoding::Latin1 {
        out.push_latin1(bytes);
        return Ok(());
    }
    while i < bytes.len() {
        let rest = &bytes[i..];
        let step = match encoding {
            Encoding::Ascii => match rest[0] {
                b @ 0..=0x7F => Ok((b.into(), 1)),
                _ => Err((1, "ordinal not in range(128)")),
            },
            Encoding::Utf16(_) => utf16_at(rest, big),
            Encoding::Utf32(_) => utf32_at(rest, big),
            _ => utf8_at(rest),
        };
        let (n, reason) = match step {
            Ok((c, n)) => {
                out.push(c);
                i += n;
                continue;
            }
            Err(e) => e,
        };
        let bad = || Bad { range: i..i + n, reason, big };
        match handler {
            Handler::Ignore => {}
            Handler::Replace => out.push(0xFFFD),
            Handler::BackslashReplace => {
                let mut escapes = Vec::new();
                rest[..n].iter().for_each(|&b| push_escape(&mut escapes, b.into()));
                out.push_latin1(&escapes);
            }
            Handler::SurrogateEscape if rest[0] >= 0x80 => {
                let escaped = rest[..n].iter().take_while(|&&b| b >= 0x80);
                i += escaped.map(|&b| out.push(0xDC00 + u32::from(b))).count();
                continue;
            }
            Handler::SurrogatePass => {
                let Some((c, n)) = passed_surrogate(rest, encoding, big) else { return Err(bad()) };
                out.push(c);
                i += n;
                continue;
            }
            _ => return Err(bad()),
        }
        i += n;
    }
    Ok(())
}

fn handler_of(errors: Option<Gc<Str>>) -> Handler {
    errors.map_or(Handler::Strict, |e| Handler::by_name(&e.to_str_lossy()))
}

/// LookupError for the handler that was asked for.
#[cold]
fn unknown_handler(vm: &Vm, errors: Option<Gc<Str>>) -> Thrown {
    let name = errors.map_or_else(String::new, |e| e.to_str_lossy().into_owned());
    vm.lookup_error(format!("unknown error handler name '{name}'"))
}

fn encoding_of(vm: &Vm, encoding: Option<Gc<Str>>) -> PyResult<Encoding> {
    let Some(encoding) = encoding else { return Ok(Encoding::Utf8) };
    let name = encoding.to_str_lossy();
    Encoding::by_name(&name).ok_or_else(|| vm.lookup_error(format!("unknown encoding: {name}")))
}

/// A UnicodeEncodeError or UnicodeDecodeError.
#[cold]
fn unicode_error(
    vm: &Vm,
    decode: bool,
    encoding: Encoding,
    object: Value,
    range: &Range<usize>,
    reason: &str,
) -> Thrown {
    let make = || -> PyResult {
        let class = if decode { vm.exc().unicode_decode_error } else { vm.exc().unicode_encode_error };
        let name = vm.new_str(encoding.name())?.value();
        let reason = vm.new_str(reason)?.value();
        let (start, end) = (vm.new_int(range.start as i64)?, vm.new_int(range.end as i64)?);
        vm.call(class.value(), &[name, object, start, end, reason])
    };
    match make() {
        Ok(v) => Thrown(v),
        Err(e) => e,
    }
}

/// Encodes a string to bytes.
pub fn encode(vm: &Vm, s: Gc<Str>, encoding: Encoding, errors: Option<Gc<Str>>) -> PyResult<Vec<u8>> {
    let handler = handler_of(errors);
    if let Chars::Ascii(b) = s.chars()
        && encoding.bytes_per_unit() == 1
        && encoding != Encoding::Utf8Sig
    {
        vm.check_room(b.len())?;
        return Ok(b.to_vec());
    }
    vm.check_room(s.len().saturating_mul(8))?;
    encode_points(&Vm::code_points_of(&s), encoding, handler).map_err(|range| {
        if handler == Handler::Unknown {
            return unknown_handler(vm, errors);
        }
        let reason = match encoding {
            Encoding::Ascii => "ordinal not in range(128)",
            Encoding::Latin1 => "ordinal not in range(256)",
            _ => "surrogates not allowed",
        };
        unicode_error(vm, false, encoding, s.value(), &range, reason)
    })
}

/// Decodes bytes; `object` is the bytes object for the error.
pub fn decode(
    vm: &Vm,
    bytes: &[u8],
    object: Value,
    encoding: Option<Gc<Str>>,
    errors: Option<Gc<Str>>,
) -> PyResult<Gc<Str>> {
    if bytes.is_empty() {
        // Before the names are looked up, as CPython.
        return vm.new_ascii(b"");
    }
    let encoding = encoding_of(vm, encoding)?;
    let handler = handler_of(errors);
    if bytes.is_ascii() && matches!(encoding, Encoding::Utf8 | Encoding::Ascii | Encoding::Latin1) {
        return vm.new_latin1(bytes);
    }
    if matches!(encoding, Encoding::Utf8)
        && let Ok(s) = std::str::from_utf8(bytes)
    {
        return vm.new_str(s);
    }
    vm.check_room(bytes.len().saturating_mul(4))?;
    let mut out = StrBuilder::with_capacity(bytes.len());
    match decode_points(bytes, encoding, handler, &mut out) {
        Ok(()) => out.finish(vm),
        Err(_) if handler == Handler::Unknown => Err(unknown_handler(vm, errors)),
        Err(_) if handler == Handler::XmlCharRefReplace => {
            Err(vm.type_error("don't know how to handle UnicodeDecodeError in error callback"))
        }
        Err(bad) => {
            // Errors name the byte order that was found.
            let order = if bad.big { Order::Big } else { Order::Little };
            let read_as = match encoding {
                Encoding::Utf16(_) => Encoding::Utf16(order),
                Encoding::Utf32(_) => Encoding::Utf32(order),
                other => other,
            };
            Err(unicode_error(vm, true, read_as, object, &bad.range, bad.reason))
        }
    }
}

/// `encoding` and `errors` of `encode` and `decode`.
pub(crate) fn codec_arguments(
    vm: &Vm,
    rest: Args<'_>,
    name: &str,
) -> PyResult<(Option<Gc<Str>>, Option<Gc<Str>>)> {
    super::split::at_most(vm, rest, name, 2)?;
    let [encoding, errors] = rest.bind(vm, name, ["encoding", "errors"], 0, 0, 2)?;
    let check = |v: Value, what: &str| -> PyResult<Option<Gc<Str>>> {
        match v.bound() {
            None => Ok(None),
            Some(v) => vm.str_argument(v, &format!("{name}() argument '{what}'")).map(Some),
        }
    };
    Ok((check(encoding, "encoding")?, check(errors, "errors")?))
}

pub(super) fn encode_method(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this::<Str>(vm, "encode")?;
    let (encoding, errors) = codec_arguments(vm, rest, "encode")?;
    let bytes = encode(vm, s, encoding_of(vm, encoding)?, errors)?;
    Ok(vm.new_bytes(&bytes)?.value())
}

impl Vm {
    /// `s.encode(encoding, errors)`; `None` = `utf-8`, `strict`.
    pub fn encode_str(
        &self,
        s: Gc<Str>,
        encoding: Option<Gc<Str>>,
        errors: Option<Gc<Str>>,
    ) -> PyResult<Vec<u8>> {
        encode(self, s, encoding_of(self, encoding)?, errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASS: Handler = Handler::SurrogatePass;
    const STRICT: Handler = Handler::Strict;

    #[test]
    fn encodes_and_refuses_as_cpython() {
        let utf8 = Encoding::Utf8;
        assert_eq!(encode_points(&[0x20AC, 0x1F600, 0xE9], utf8, STRICT), Ok("€😀é".as_bytes().to_vec()));
        assert_eq!(encode_points(&[65, 0xD800, 0xDC00, 66], utf8, STRICT), Err(1..3));
        assert_eq!(encode_points(&[0xD800], utf8, PASS), Ok(vec![0xED, 0xA0, 0x80]));
        assert_eq!(encode_points(&[0xDCFF], utf8, Handler::SurrogateEscape), Ok(vec![0xFF]));
        assert_eq!(encode_points(&[0xE9, 0x20AC], Encoding::Ascii, STRICT), Err(0..2));
        assert_eq!(encode_points(&[0xE9, 0x20AC], Encoding::Latin1, Handler::Replace), Ok(vec![0xE9, b'?']));
        assert_eq!(
            encode_points(&[0x20AC], Encoding::Ascii, Handler::BackslashReplace),
            Ok(b"\\u20ac".to_vec())
        );
        let le = Encoding::Utf16(Order::Little);
        assert_eq!(encode_points(&[0x1F600], le, STRICT), Ok(vec![0x3D, 0xD8, 0x00, 0xDE]));
        assert_eq!(encode_points(&[65], Encoding::Utf16(Order::Marked), STRICT), Ok(vec![0xFF, 0xFE, 65, 0]));
    }

    #[test]
    fn bad_utf8_has_cpythons_ranges() {
        for (b, range, reason) in [
            (&b"\xff"[..], 0..1, "invalid start byte"),
            (b"a\xc3", 1..2, "unexpected end of data"),
            (b"\xe2\x82x", 0..2, "invalid continuation byte"),
            (b"\xed\xa0\x80", 0..1, "invalid continuation byte"),
            (b"\xf0\x9f\x98", 0..3, "unexpected end of data"),
            (b"\xc0\x80", 0..1, "invalid start byte"),
        ] {
            let r = decode_points(b, Encoding::Utf8, STRICT, &mut StrBuilder::new());
            assert_eq!(r, Err(Bad { range, reason, big: false }), "{b:?}");
        }
        let mut out = StrBuilder::new();
        assert_eq!(
            decode_points(b"\xff\xe2\x82x", Encoding::Utf8, Handler::BackslashReplace, &mut out),
            Ok(())
        );
        assert_eq!(out.into_latin1(), b"\\xff\\xe2\\x82x");
    }

    #[test]
    fn names_are_normalized() {
        assert_eq!(Encoding::by_name("UTF-8"), Some(Encoding::Utf8));
        assert_eq!(Encoding::by_name("ISO-8859-1"), Some(Encoding::Latin1));
        assert_eq!(Encoding::by_name("no-such"), None);
    }
}
