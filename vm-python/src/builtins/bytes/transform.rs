//! Methods that `bytes` and `bytearray` share: case, classes, padding, hexadecimal, translation.

use super::methods::{exact, make, this};
use crate::{
    builtins::str::{case, expand_tabs, repr::push_hex, tab_size},
    error::PyResult,
    native::Args,
    object::{bytes::ByteArray, class::Type, str::Str},
    value::Value,
    vm::Vm,
};

fn mapped(vm: &Vm, a: Args<'_>, name: &str, f: fn(&mut [u8])) -> PyResult {
    let (s, []) = exact::<0>(vm, a, name)?;
    let mut out = s.data.to_vec();
    f(&mut out);
    s.make(vm, &out)
}

pub(super) fn lower(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "lower", <[u8]>::make_ascii_lowercase)
}
pub(super) fn upper(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "upper", <[u8]>::make_ascii_uppercase)
}
pub(super) fn capitalize(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "capitalize", case::capitalize_ascii)
}
pub(super) fn title(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "title", case::title_ascii)
}
pub(super) fn swapcase(vm: &Vm, a: Args<'_>) -> PyResult {
    mapped(vm, a, "swapcase", case::swapcase_ascii)
}

fn all(vm: &Vm, a: Args<'_>, name: &str, test: fn(&u8) -> bool) -> PyResult {
    let (s, []) = exact::<0>(vm, a, name)?;
    Ok(Value::bool(!s.data.is_empty() && s.data.iter().all(test)))
}

pub(super) fn isalnum(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "isalnum", u8::is_ascii_alphanumeric)
}
pub(super) fn isalpha(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "isalpha", u8::is_ascii_alphabetic)
}
pub(super) fn isdigit(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "isdigit", u8::is_ascii_digit)
}
pub(super) fn isspace(vm: &Vm, a: Args<'_>) -> PyResult {
    all(vm, a, "isspace", |b| matches!(b, 9..=13 | 32))
}
pub(super) fn isascii(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, []) = exact::<0>(vm, a, "isascii")?;
    Ok(Value::bool(s.data.is_ascii()))
}
pub(super) fn islower(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, []) = exact::<0>(vm, a, "islower")?;
    let d = &s.data;
    Ok(Value::bool(d.iter().any(u8::is_ascii_lowercase) && !d.iter().any(u8::is_ascii_uppercase)))
}
pub(super) fn isupper(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, []) = exact::<0>(vm, a, "isupper")?;
    let d = &s.data;
    Ok(Value::bool(d.iter().any(u8::is_ascii_uppercase) && !d.iter().any(u8::is_ascii_lowercase)))
}
pub(super) fn istitle(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, []) = exact::<0>(vm, a, "istitle")?;
    let ascii = s.data.iter().map(|&b| if b < 0x80 { u32::from(b) } else { 0 });
    Ok(Value::bool(crate::builtins::str::unicode::is_titled(ascii)))
}

fn padded(vm: &Vm, a: Args<'_>, name: &str, split: fn(usize, usize) -> usize) -> PyResult {
    let (s, rest) = this(vm, a, name)?;
    let v = rest.range(vm, name, 1, 2)?;
    let width = usize::try_from(vm.index_i64(v[0])?).unwrap_or(0);
    let fill = match v.get(1) {
        None => b' ',
        Some(&f) => match super::bytes_like(f).as_deref() {
            Some([b]) => *b,
            Some(b) => {
                return Err(vm.type_error(format!(
                    "{name}(): argument 2 must be a byte string of length 1, not a {} object of length {}",
                    vm.type_name(f),
                    b.len()
                )));
            }
            None => {
                return Err(vm.type_error(format!(
                    "{name}() argument 2 must be a byte string of length 1, not {}",
                    vm.type_name(f)
                )));
            }
        },
    };
    let n = width.saturating_sub(s.data.len());
    if n == 0 {
        return s.unchanged(vm);
    }
    vm.check_room(width)?;
    let left = split(n, width);
    let mut out = vec![fill; width];
    out[left..left + s.data.len()].copy_from_slice(&s.data);
    s.make(vm, &out)
}

pub(super) fn center(vm: &Vm, a: Args<'_>) -> PyResult {
    padded(vm, a, "center", |n, width| n / 2 + (n & width & 1))
}
pub(super) fn ljust(vm: &Vm, a: Args<'_>) -> PyResult {
    padded(vm, a, "ljust", |_, _| 0)
}
pub(super) fn rjust(vm: &Vm, a: Args<'_>) -> PyResult {
    padded(vm, a, "rjust", |n, _| n)
}

pub(super) fn zfill(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, [width]) = exact::<1>(vm, a, "zfill")?;
    let width = usize::try_from(vm.index_i64(width)?).unwrap_or(0);
    let n = width.saturating_sub(s.data.len());
    if n == 0 {
        return s.unchanged(vm);
    }
    vm.check_room(width)?;
    let head = usize::from(matches!(s.data.first(), Some(b'+' | b'-')));
    let mut out = Vec::with_capacity(width);
    out.extend_from_slice(&s.data[..head]);
    out.resize(head + n, b'0');
    out.extend_from_slice(&s.data[head..]);
    s.make(vm, &out)
}

pub(super) fn expandtabs(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, a, "expandtabs")?;
    let tab = tab_size(vm, rest)?;
    let Some(stops) = expand_tabs(&s.data, tab) else {
        return Err(vm.overflow_error("result too long"));
    };
    let size: usize = stops.iter().map(|(r, n)| r.len() + n).sum();
    vm.check_room(size)?;
    let mut out = Vec::with_capacity(size);
    for (r, n) in stops {
        out.extend_from_slice(&s.data[r]);
        out.resize(out.len() + n, b' ');
    }
    s.make(vm, &out)
}

/// The bytes of hexadecimal text with spaces between bytes, or the position of the first bad character.
pub fn parse_hex(text: &[u32]) -> Result<Vec<u8>, usize> {
    let digit = |i: usize| text.get(i).and_then(|&c| char::from_u32(c)).and_then(|c| c.to_digit(16));
    let mut out = Vec::with_capacity(text.len() / 2);
    let mut i = 0;
    while i < text.len() {
        if matches!(text[i], 9..=13 | 32) {
            i += 1;
            continue;
        }
        let high = digit(i).ok_or(i)?;
        let low = digit(i + 1).ok_or(i + 1)?;
        out.push((high << 4 | low) as u8);
        i += 2;
    }
    Ok(out)
}

pub(super) fn fromhex(vm: &Vm, a: Args<'_>) -> PyResult {
    let class = a.all()[0];
    let [text] = a.rest().exact::<1>(vm, "bytes.fromhex")?;
    let text = vm.str_argument(text, "fromhex() argument")?;
    let bytes = parse_hex(&Vm::code_points_of(&text)).map_err(|i| {
        vm.value_error(format!("non-hexadecimal number found in fromhex() arg at position {i}"))
    })?;
    let is_array = class.downcast::<Type>().is_some_and(|c| c.is_subclass(vm.types().bytearray));
    let made = make(vm, is_array, &bytes)?;
    let exact = if is_array { vm.types().bytearray } else { vm.types().bytes };
    if class == exact.value() { Ok(made) } else { vm.call(class, &[made]) }
}

/// Hexadecimal text; with a separator every `group` bytes, counted from the right, or from the left if negative.
#[must_use]
pub fn to_hex(bytes: &[u8], separator: Option<u8>, group: i64) -> Vec<u8> {
    let every = group.unsigned_abs() as usize;
    let mut out = Vec::with_capacity(bytes.len() * 3);
    for (i, &b) in bytes.iter().enumerate() {
        if let Some(s) = separator
            && i > 0
            && every > 0
            && if group > 0 { (bytes.len() - i).is_multiple_of(every) } else { i.is_multiple_of(every) }
        {
            out.push(s);
        }
        push_hex(&mut out, b.into(), 2);
    }
    out
}

pub(super) fn hex(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, a, "hex")?;
    let [sep, group] = rest.bind(vm, "hex", ["sep", "bytes_per_sep"], 0, 0, 2)?;
    let separator = match sep.bound() {
        None => None,
        Some(v) => {
            if vm.len(v)? != 1 {
                return Err(vm.value_error("sep must be length 1."));
            }
            let c = match (v.downcast::<Str>(), super::bytes_like(v).as_deref()) {
                (Some(t), _) => t.code_point(0),
                (None, Some([b])) => u32::from(*b),
                _ => return Err(vm.type_error("sep must be str or bytes.")),
            };
            Some(
                u8::try_from(c)
                    .ok()
                    .filter(u8::is_ascii)
                    .ok_or_else(|| vm.value_error("sep must be ASCII."))?,
            )
        }
    };
    let group = if group.is_unbound() { 1 } else { vm.index_i64(group)? };
    vm.check_room(s.data.len().saturating_mul(3))?;
    Ok(vm.new_ascii(&to_hex(&s.data, separator, group))?.value())
}

pub(super) fn maketrans(vm: &Vm, a: Args<'_>) -> PyResult {
    let [from, to] = a.exact::<2>(vm, "maketrans")?;
    let (from, to) = (vm.bytes_argument(from)?, vm.bytes_argument(to)?);
    if from.len() != to.len() {
        return Err(vm.value_error("maketrans arguments must have same length"));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (&x, &y) in from.iter().zip(to.iter()) {
        table[usize::from(x)] = y;
    }
    Ok(vm.new_bytes(&table)?.value())
}

pub(super) fn translate(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, a, "translate")?;
    let [table, delete] = rest.bind(vm, "translate", ["table", "delete"], 1, 1, 2)?;
    let table = if table.is_none() { None } else { Some(vm.bytes_argument(table)?) };
    if table.as_ref().is_some_and(|t| t.len() != 256) {
        return Err(vm.value_error("translation table must be 256 characters long"));
    }
    let mut drop = [false; 256];
    if let Some(d) = delete.bound() {
        vm.bytes_argument(d)?.iter().for_each(|&b| drop[usize::from(b)] = true);
    }
    let out: Vec<u8> = s
        .data
        .iter()
        .filter(|&&b| !drop[usize::from(b)])
        .map(|&b| table.as_ref().map_or(b, |t| t[usize::from(b)]))
        .collect();
    s.make(vm, &out)
}

pub(super) fn size_of_bytes(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, []) = exact::<0>(vm, a, "__sizeof__")?;
    let head = if s.mutable { size_of::<ByteArray>() } else { 33 };
    vm.new_int((head + s.data.len()) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_groups() {
        let points = |s: &str| s.chars().map(u32::from).collect::<Vec<_>>();
        assert_eq!(parse_hex(&points(" 01 aF\n")), Ok(vec![1, 0xAF]));
        assert_eq!(parse_hex(&points("0 1")), Err(1));
        assert_eq!(parse_hex(&points("abc")), Err(3));
        assert_eq!(parse_hex(&points("ag")), Err(1));
        assert_eq!(to_hex(b"\x01\x02\x03", None, 1), b"010203");
        assert_eq!(to_hex(b"\x01\x02\x03", Some(b':'), 2), b"01:0203");
        assert_eq!(to_hex(b"\x01\x02\x03", Some(b':'), -2), b"0102:03");
    }
}
