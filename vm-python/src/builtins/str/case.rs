//! Case mappings and character classes of `str`.

use super::{unicode, with_units};
use crate::{
    error::PyResult,
    native::Args,
    object::str::{Chars, Str},
    value::Value,
    vm::Vm,
};

fn mapped(vm: &Vm, a: Args<'_>, name: &str, ascii: fn(&mut [u8]), wide: fn(&[u32]) -> Vec<u32>) -> PyResult {
    let (s, []) = a.method::<Str, 0>(vm, name)?;
    if let Chars::Ascii(b) = s.chars() {
        vm.check_room(b.len())?;
        let mut out = b.to_vec();
        ascii(&mut out);
        return Ok(vm.new_latin1(&out)?.value());
    }
    vm.check_room(s.len().saturating_mul(8))?;
    Ok(vm.new_str_from_code_points(&wide(&Vm::code_points_of(&s)))?.value())
}

pub(super) fn lower(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "str.lower", <[u8]>::make_ascii_lowercase, unicode::lower)
}

pub(super) fn upper(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "str.upper", <[u8]>::make_ascii_uppercase, |t| {
        let mut out = Vec::with_capacity(t.len());
        t.iter().for_each(|&c| unicode::push_upper(c, &mut out));
        out
    })
}

pub(super) fn casefold(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "str.casefold", <[u8]>::make_ascii_lowercase, |t| {
        let mut out = Vec::with_capacity(t.len());
        t.iter().for_each(|&c| unicode::push_fold(c, &mut out));
        out
    })
}

/// `capitalize` of ASCII, for bytes too.
pub(crate) fn capitalize_ascii(b: &mut [u8]) {
    b.make_ascii_lowercase();
    if let Some(first) = b.first_mut() {
        first.make_ascii_uppercase();
    }
}

/// `title` of ASCII, for bytes too.
pub(crate) fn title_ascii(b: &mut [u8]) {
    let mut inside = false;
    for c in b {
        if inside {
            c.make_ascii_lowercase()
        } else {
            c.make_ascii_uppercase()
        }
        inside = c.is_ascii_alphabetic();
    }
}

/// `swapcase` of ASCII, for bytes too.
pub(crate) fn swapcase_ascii(b: &mut [u8]) {
    for c in b {
        if c.is_ascii_alphabetic() {
            *c ^= 0x20;
        }
    }
}

pub(super) fn capitalize(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "str.capitalize", capitalize_ascii, unicode::capitalize)
}

pub(super) fn title(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "str.title", title_ascii, unicode::title)
}

pub(super) fn swapcase(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "str.swapcase", swapcase_ascii, unicode::swapcase)
}

fn every<T: Copy + Into<u32>>(units: &[T], test: impl Fn(u32) -> bool) -> bool {
    units.iter().all(|&c| test(c.into()))
}

/// All characters of a string that is not empty satisfy `test`.
fn all(vm: &Vm, a: Args<'_>, name: &str, test: impl Fn(u32) -> bool) -> PyResult {
    let (s, []) = a.method::<Str, 0>(vm, name)?;
    Ok(Value::bool(!s.is_empty() && with_units!(s, u => every(u, test))))
}

pub(super) fn isalnum(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "str.isalnum", unicode::is_alnum)
}
pub(super) fn isalpha(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "str.isalpha", unicode::is_alpha)
}
pub(super) fn isdecimal(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "str.isdecimal", |c| unicode::decimal(c).is_some())
}
pub(super) fn isdigit(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "str.isdigit", unicode::is_digit)
}
pub(super) fn isnumeric(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "str.isnumeric", unicode::is_numeric)
}
pub(super) fn isspace(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "str.isspace", unicode::is_space)
}

pub(super) fn isascii(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, []) = a.method::<Str, 0>(vm, "str.isascii")?;
    Ok(Value::bool(matches!(s.chars(), Chars::Ascii(_))))
}

pub(super) fn isprintable(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, []) = a.method::<Str, 0>(vm, "str.isprintable")?;
    Ok(Value::bool(with_units!(s, u => every(u, unicode::is_printable))))
}

pub(super) fn isidentifier(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, []) = a.method::<Str, 0>(vm, "str.isidentifier")?;
    Ok(Value::bool(unicode::is_identifier(s.code_points())))
}

pub(super) fn istitle(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, []) = a.method::<Str, 0>(vm, "str.istitle")?;
    Ok(Value::bool(unicode::is_titled(s.code_points())))
}

/// Some character has the wanted case and none the other.
fn cased(
    vm: &Vm,
    a: Args<'_>,
    name: &str,
    wanted: impl Fn(u32) -> bool,
    other: impl Fn(u32) -> bool,
) -> PyResult {
    let (s, []) = a.method::<Str, 0>(vm, name)?;
    let mut any = false;
    for c in s.code_points() {
        if other(c) || unicode::is_title(c) {
            return Ok(Value::FALSE);
        }
        any |= wanted(c);
    }
    Ok(Value::bool(any))
}

pub(super) fn islower(vm: &Vm, a: Args<'_>) -> PyResult {
    cased(vm, a, "str.islower", unicode::is_lower, unicode::is_upper)
}
pub(super) fn isupper(vm: &Vm, a: Args<'_>) -> PyResult {
    cased(vm, a, "str.isupper", unicode::is_upper, unicode::is_lower)
}
