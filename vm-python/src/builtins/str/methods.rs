//! Searching, trimming, padding and joining methods of `str`.

use std::ops::Range;

use super::{builder::StrBuilder, needle, search, unicode, with_units};
use crate::{
    error::PyResult,
    native::Args,
    object::{
        gc::Gc,
        items::RootVec,
        sequence::Tuple,
        str::{Chars, Str, Width},
    },
    value::Value,
    vm::Vm,
};

/// `(sub[, start[, end]])` of the find family: the first argument and the selected range, if there is one.
pub(crate) fn find_arguments(
    vm: &Vm,
    rest: Args<'_>,
    name: &str,
    len: usize,
) -> PyResult<(Value, Option<Range<usize>>)> {
    let v = rest.range(vm, name, 1, 3)?;
    let bound = |i: usize, default: i64| match v.get(i) {
        Some(b) if !b.is_none() => vm.slice_index(*b),
        _ => Ok(default),
    };
    let (start, end) = (bound(1, 0)?, bound(2, i64::MAX)?);
    Ok((v[0], search::clamp(len, start, end)))
}

/// Position of `sub` in the selected part of `s`.
fn locate(vm: &Vm, a: Args<'_>, name: &str, from_right: bool) -> PyResult<Option<usize>> {
    let (s, rest) = a.this::<Str>(vm, name)?;
    let (sub, range) = find_arguments(vm, rest, name, s.len())?;
    let sub = vm.str_argument(sub, &format!("{name}() argument 1"))?;
    let Some(r) = range else { return Ok(None) };
    let w = s.width().bytes();
    let Some(n) = needle(&sub, w) else { return Ok(None) };
    let hay = &s.bytes()[r.start * w..r.end * w];
    let at = if from_right { search::rfind(hay, &n, w) } else { search::find(hay, &n, w) };
    Ok(at.map(|i| i + r.start))
}

fn position(at: Option<usize>) -> PyResult {
    Ok(Value::small_int(at.map_or(-1, |i| i as i64)))
}

fn found(vm: &Vm, at: Option<usize>) -> PyResult {
    match at {
        Some(i) => Ok(Value::small_int(i as i64)),
        None => Err(vm.value_error("substring not found")),
    }
}

pub(super) fn find(vm: &Vm, a: Args<'_>) -> PyResult {
    position(locate(vm, a, "find", false)?)
}
pub(super) fn rfind(vm: &Vm, a: Args<'_>) -> PyResult {
    position(locate(vm, a, "rfind", true)?)
}
pub(super) fn index(vm: &Vm, a: Args<'_>) -> PyResult {
    found(vm, locate(vm, a, "index", false)?)
}
pub(super) fn rindex(vm: &Vm, a: Args<'_>) -> PyResult {
    found(vm, locate(vm, a, "rindex", true)?)
}

pub(super) fn count(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this::<Str>(vm, "count")?;
    let (sub, range) = find_arguments(vm, rest, "count", s.len())?;
    let sub = vm.str_argument(sub, "count() argument 1")?;
    let Some(r) = range else { return Ok(Value::small_int(0)) };
    let w = s.width().bytes();
    let n = needle(&sub, w).map_or(0, |n| search::count(&s.bytes()[r.start * w..r.end * w], &n, w));
    Ok(Value::small_int(n as i64))
}

/// Whether `s[r]` begins or ends with `part`.
fn has_affix(s: &Str, r: &Range<usize>, part: &Str, at_end: bool) -> bool {
    let n = part.len();
    if n > r.len() {
        return false;
    }
    let start = if at_end { r.end - n } else { r.start };
    let w = s.width().bytes();
    needle(part, w).is_some_and(|p| s.bytes()[start * w..(start + n) * w] == *p)
}

fn affix(vm: &Vm, a: Args<'_>, name: &str, at_end: bool) -> PyResult {
    let (s, rest) = a.this::<Str>(vm, name)?;
    let (part, range) = find_arguments(vm, rest, name, s.len())?;
    if let Some(t) = part.downcast::<Tuple>() {
        for &p in t.as_slice() {
            let Some(p) = p.downcast::<Str>() else {
                return Err(
                    vm.type_error(format!("tuple for {name} must only contain str, not {}", vm.type_name(p)))
                );
            };
            if range.as_ref().is_some_and(|r| has_affix(&s, r, &p, at_end)) {
                return Ok(Value::TRUE);
            }
        }
        return Ok(Value::FALSE);
    }
    let Some(part) = part.downcast::<Str>() else {
        return Err(vm.type_error(format!(
            "{name} first arg must be str or a tuple of str, not {}",
            vm.type_name(part)
        )));
    };
    Ok(Value::bool(range.is_some_and(|r| has_affix(&s, &r, &part, at_end))))
}

pub(super) fn startswith(vm: &Vm, a: Args<'_>) -> PyResult {
    affix(vm, a, "startswith", false)
}
pub(super) fn endswith(vm: &Vm, a: Args<'_>) -> PyResult {
    affix(vm, a, "endswith", true)
}

pub(super) fn removeprefix(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, [p]) = a.method::<Str, 1>(vm, "str.removeprefix")?;
    let p = vm.str_argument(p, "removeprefix() argument")?;
    let n = if has_affix(&s, &(0..s.len()), &p, false) { p.len() } else { 0 };
    Ok(vm.str_slice(s, n, s.len())?.value())
}

pub(super) fn removesuffix(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, [p]) = a.method::<Str, 1>(vm, "str.removesuffix")?;
    let p = vm.str_argument(p, "removesuffix() argument")?;
    let n = if has_affix(&s, &(0..s.len()), &p, true) { p.len() } else { 0 };
    Ok(vm.str_slice(s, 0, s.len() - n)?.value())
}

/// What remains after trimming units that satisfy `drop`.
fn trimmed<T: Copy + Into<u32>>(
    u: &[T],
    left: bool,
    right: bool,
    drop: impl Fn(u32) -> bool,
) -> Range<usize> {
    let drop = |c: T| drop(c.into());
    let start = if left { u.iter().position(|&c| !drop(c)).unwrap_or(u.len()) } else { 0 };
    let end = if right {
        u[start..].iter().rposition(|&c| !drop(c)).map_or(start, |i| start + i + 1)
    } else {
        u.len()
    };
    start..end
}

fn trim(vm: &Vm, a: Args<'_>, name: &str, left: bool, right: bool) -> PyResult {
    let (s, rest) = a.this::<Str>(vm, name)?;
    let v = rest.range(vm, name, 0, 1)?;
    let r = match v.first().filter(|v| !v.is_none()) {
        None => with_units!(s, u => trimmed(u, left, right, unicode::is_space)),
        Some(chars) => {
            let Some(chars) = chars.downcast::<Str>() else {
                return Err(vm.type_error(format!("{name} arg must be None or str")));
            };
            let set = Vm::code_points_of(&chars);
            with_units!(s, u => trimmed(u, left, right, |c| set.contains(&c)))
        }
    };
    Ok(vm.str_slice(s, r.start, r.end)?.value())
}

pub(super) fn strip(vm: &Vm, a: Args<'_>) -> PyResult {
    trim(vm, a, "strip", true, true)
}
pub(super) fn lstrip(vm: &Vm, a: Args<'_>) -> PyResult {
    trim(vm, a, "lstrip", true, false)
}
pub(super) fn rstrip(vm: &Vm, a: Args<'_>) -> PyResult {
    trim(vm, a, "rstrip", false, true)
}

/// Self, missing width and fill character of the justification methods.
fn pad_arguments(vm: &Vm, a: Args<'_>, name: &str) -> PyResult<(Gc<Str>, usize, usize, u32)> {
    let (s, rest) = a.this::<Str>(vm, name)?;
    let v = rest.range(vm, name, 1, 2)?;
    let width = usize::try_from(vm.index_i64(v[0])?).unwrap_or(0);
    let fill = match v.get(1) {
        None => 32,
        Some(f) => match f.downcast::<Str>() {
            Some(f) if f.len() == 1 => f.code_point(0),
            Some(_) => return Err(vm.type_error("The fill character must be exactly one character long")),
            None => {
                return Err(vm.type_error(format!(
                    "The fill character must be a unicode character, not {}",
                    vm.type_name(*f)
                )));
            }
        },
    };
    Ok((s, width.saturating_sub(s.len()), width, fill))
}

pub(super) fn ljust(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, n, _, fill) = pad_arguments(vm, a, "ljust")?;
    padded(vm, s, 0, n, fill)
}
pub(super) fn rjust(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, n, _, fill) = pad_arguments(vm, a, "rjust")?;
    padded(vm, s, n, 0, fill)
}
pub(super) fn center(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, n, width, fill) = pad_arguments(vm, a, "center")?;
    let left = n / 2 + (n & width & 1);
    padded(vm, s, left, n - left, fill)
}

fn padded(vm: &Vm, s: Gc<Str>, left: usize, right: usize, fill: u32) -> PyResult {
    if left == 0 && right == 0 {
        return Ok(vm.exact_str(s)?.value());
    }
    Ok(vm.str_pad(s, left, right, fill)?.value())
}

pub(super) fn zfill(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, [width]) = a.method::<Str, 1>(vm, "str.zfill")?;
    let width = usize::try_from(vm.index_i64(width)?).unwrap_or(0);
    let n = width.saturating_sub(s.len());
    if n == 0 {
        return Ok(vm.exact_str(s)?.value());
    }
    let signed = !s.is_empty() && matches!(s.code_point(0), 43 | 45);
    let head = usize::from(signed);
    let out = vm.alloc_str(s.len() + n, s.width())?;
    out.copy_from(0, &s, 0, head);
    out.fill_range(head, n, 48);
    out.copy_from(head + n, &s, head, s.len());
    Ok(out.value())
}

/// Column stops as `expandtabs` sees them; `None` if the result cannot be counted.
pub(crate) fn expand_tabs<T: Copy + Into<u32>>(u: &[T], tab: usize) -> Option<Vec<(Range<usize>, usize)>> {
    let mut out = Vec::new();
    let (mut start, mut column, mut total) = (0, 0usize, 0usize);
    for (i, &c) in u.iter().enumerate() {
        match c.into() {
            9 => {
                let n = if tab > 0 { tab - column % tab } else { 0 };
                total = total.checked_add(n).filter(|&n| n <= isize::MAX as usize)?;
                out.push((start..i, n));
                start = i + 1;
                column = 0;
            }
            10 | 13 => column = 0,
            _ => column += 1,
        }
    }
    total.checked_add(u.len()).filter(|&n| n <= isize::MAX as usize)?;
    out.push((start..u.len(), 0));
    Some(out)
}

/// `tabsize`
pub(crate) fn tab_size(vm: &Vm, rest: Args<'_>) -> PyResult<usize> {
    let [tab] = rest.bind(vm, "expandtabs", ["tabsize"], 0, 0, 1)?;
    if tab.is_unbound() {
        return Ok(8);
    }
    let n = vm.index_i64(tab)?;
    if n > i64::from(i32::MAX) || n < i64::from(i32::MIN) {
        return Err(vm.overflow_error("Python int too large to convert to C int"));
    }
    Ok(usize::try_from(n).unwrap_or(0))
}

pub(super) fn expandtabs(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this::<Str>(vm, "expandtabs")?;
    let tab = tab_size(vm, rest)?;
    let Some(stops) = with_units!(s, u => expand_tabs(u, tab)) else {
        return Err(vm.overflow_error("new string is too long"));
    };
    let len = stops.iter().map(|(r, n)| r.len() + n).sum();
    let out = vm.alloc_str(len, s.width())?;
    let mut at = 0;
    for (r, n) in stops {
        out.copy_from(at, &s, r.start, r.end);
        at += r.len();
        out.fill_range(at, n, 32);
        at += n;
    }
    Ok(out.value())
}

pub(super) fn join(vm: &Vm, a: Args<'_>) -> PyResult {
    let (sep, [iterable]) = a.method::<Str, 1>(vm, "str.join")?;
    Ok(vm.str_join(sep, iterable)?.value())
}

impl Vm {
    /// `sep.join(iterable)`
    pub fn str_join(&self, sep: Gc<Str>, iterable: Value) -> PyResult<Gc<Str>> {
        if self.type_of(iterable).slots().iter.is_none() && self.type_of(iterable).slots().getitem.is_none() {
            return Err(self.type_error("can only join an iterable"));
        }
        let tuple = iterable.downcast_exact::<Tuple>();
        let collected;
        let items: &[Value] = match &tuple {
            Some(t) => t.as_slice(),
            None => {
                collected = RootVec::collect(self, iterable)?;
                collected.as_slice()
            }
        };
        let (mut len, mut width) = (0usize, Width::Ascii);
        for (i, v) in items.iter().enumerate() {
            let Some(s) = v.downcast::<Str>() else {
                return Err(self.type_error(format!(
                    "sequence item {i}: expected str instance, {} found",
                    self.type_name(*v)
                )));
            };
            len = len.checked_add(s.len()).ok_or_else(|| self.memory_error())?;
            width = width.max(s.width());
        }
        match items {
            [] => return self.new_ascii(b""),
            [one] => {
                if let Some(s) = one.downcast_exact::<Str>() {
                    return Ok(s);
                }
            }
            _ => {
                if !sep.is_empty() {
                    width = width.max(sep.width());
                }
                len = sep
                    .len()
                    .checked_mul(items.len() - 1)
                    .and_then(|n| n.checked_add(len))
                    .filter(|&n| n <= isize::MAX as usize)
                    .ok_or_else(|| self.overflow_error("join() result is too long for a Python string"))?;
            }
        }
        let out = self.alloc_str(len, width)?;
        let mut at = 0;
        for (i, v) in items.iter().enumerate() {
            if i > 0 {
                out.copy_from(at, &sep, 0, sep.len());
                at += sep.len();
            }
            if let Some(s) = v.downcast::<Str>() {
                out.copy_from(at, &s, 0, s.len());
                at += s.len();
            }
        }
        Ok(out)
    }
}

pub(super) fn replace(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this::<Str>(vm, "replace")?;
    let given = rest.all().len();
    if rest.len() < 2 || given > 3 {
        return Err(vm.type_error(if rest.len() < 2 {
            format!("replace() takes at least 2 positional arguments ({} given)", rest.len())
        } else {
            format!("replace() takes at most 3 arguments ({given} given)")
        }));
    }
    let [old, new, count] = rest.bind(vm, "replace", ["old", "new", "count"], 2, 2, 3)?;
    let old = vm.str_argument(old, "replace() argument 1")?;
    let new = vm.str_argument(new, "replace() argument 2")?;
    let count = if count.is_unbound() { -1 } else { vm.index_i64(count)? };
    let max = usize::try_from(count).unwrap_or(usize::MAX);
    Ok(replaced(vm, s, old, new, max)?.value())
}

fn replaced(vm: &Vm, s: Gc<Str>, old: Gc<Str>, new: Gc<Str>, max: usize) -> PyResult<Gc<Str>> {
    let w = s.width().bytes();
    let places: Vec<usize> = if old.is_empty() {
        (0..=s.len()).take(max).collect()
    } else {
        match needle(&old, w) {
            Some(n) if !s.is_empty() => search::Matches::new(s.bytes(), &n, w).take(max).collect(),
            _ => Vec::new(),
        }
    };
    if places.is_empty() {
        return vm.exact_str(s);
    }
    let kept = s.len() - places.len() * old.len();
    let len = places
        .len()
        .checked_mul(new.len())
        .and_then(|n| n.checked_add(kept))
        .filter(|&n| n <= isize::MAX as usize)
        .ok_or_else(|| vm.overflow_error("replace string is too long"))?;
    let ascii = |t: &Str| matches!(t.chars(), Chars::Ascii(_));
    if ascii(&s) && ascii(&new) {
        let out = vm.alloc_str(len, Width::Ascii)?;
        let (mut at, mut from) = (0, 0);
        for p in places {
            out.copy_from(at, &s, from, p);
            at += p - from;
            out.copy_from(at, &new, 0, new.len());
            at += new.len();
            from = p + old.len();
        }
        out.copy_from(at, &s, from, s.len());
        return Ok(out);
    }
    // The width of what remains is not known before it is written.
    vm.check_room(len.saturating_mul(4))?;
    let mut out = StrBuilder::new();
    let mut from = 0;
    for p in places {
        out.push_slice(&s, from, p);
        out.push_text(&new);
        from = p + old.len();
    }
    out.push_slice(&s, from, s.len());
    out.finish(vm)
}
