//! Methods that `bytes` and `bytearray` share: searching, splitting, trimming, joining.

use std::{borrow::Cow, ops::Range};

use super::{bytes_like, transform as t};
use crate::{
    builtins::str::{find_arguments, search, split_arguments},
    error::PyResult,
    native::{Args, MethodDef},
    object::{
        bytes::{ByteArray, Bytes},
        items::RootVec,
        sequence::Tuple,
    },
    value::Value,
    vm::Vm,
};

/// Self of a shared method: its content, and whether results are bytearrays.
pub(crate) struct This<'a> {
    /// The bytes.
    pub data: Cow<'a, [u8]>,
    /// Whether self is a bytearray.
    pub mutable: bool,
    /// Self.
    pub value: Value,
}

impl This<'_> {
    /// A result of the type of self.
    pub(crate) fn make(&self, vm: &Vm, bytes: &[u8]) -> PyResult {
        make(vm, self.mutable, bytes)
    }
    /// Self as a result: the same object if that is immutable and of the exact type.
    pub(crate) fn unchanged(&self, vm: &Vm) -> PyResult {
        if self.value.downcast_exact::<Bytes>().is_some() {
            Ok(self.value)
        } else {
            self.make(vm, &self.data)
        }
    }
}

/// A `bytes`, or a `bytearray` if `mutable`.
pub(crate) fn make(vm: &Vm, mutable: bool, bytes: &[u8]) -> PyResult {
    Ok(if mutable { vm.new_bytearray(bytes)?.value() } else { vm.new_bytes(bytes)?.value() })
}

/// Self of a method and the other arguments.
pub(crate) fn this<'a>(vm: &Vm, a: Args<'a>, name: &str) -> PyResult<(This<'a>, Args<'a>)> {
    let first = a.all().first().copied();
    match first.and_then(|v| bytes_like(v).map(|d| (v, d))) {
        Some((value, data)) => Ok((This { data, mutable: value.is::<ByteArray>(), value }, a.rest())),
        None => a.this::<Bytes>(vm, name).map(|_| unreachable!("a bytes object is bytes-like")),
    }
}

/// Self and exactly `N` more arguments.
pub(crate) fn exact<'a, const N: usize>(
    vm: &Vm,
    a: Args<'a>,
    name: &str,
) -> PyResult<(This<'a>, [Value; N])> {
    let (this, rest) = this(vm, a, name)?;
    Ok((this, rest.exact::<N>(vm, name)?))
}

/// Joins two method tables.
pub(crate) const fn concat<const A: usize, const B: usize, const C: usize>(
    a: [MethodDef; A],
    b: [MethodDef; B],
) -> [MethodDef; C] {
    assert!(A + B == C);
    let mut out = [a[0]; C];
    let mut i = 0;
    while i < C {
        out[i] = if i < A { a[i] } else { b[i - A] };
        i += 1;
    }
    out
}

/// The methods.
pub(crate) const SHARED: [MethodDef; 43] = [
    MethodDef::new("capitalize", t::capitalize),
    MethodDef::new("center", t::center),
    MethodDef::new("count", count),
    MethodDef::new("decode", super::decode),
    MethodDef::new("endswith", endswith),
    MethodDef::new("expandtabs", t::expandtabs),
    MethodDef::new("find", find),
    MethodDef::class("fromhex", t::fromhex),
    MethodDef::new("hex", t::hex),
    MethodDef::new("index", index),
    MethodDef::new("isalnum", t::isalnum),
    MethodDef::new("isalpha", t::isalpha),
    MethodDef::new("isascii", t::isascii),
    MethodDef::new("isdigit", t::isdigit),
    MethodDef::new("islower", t::islower),
    MethodDef::new("isspace", t::isspace),
    MethodDef::new("istitle", t::istitle),
    MethodDef::new("isupper", t::isupper),
    MethodDef::new("join", join),
    MethodDef::new("ljust", t::ljust),
    MethodDef::new("lower", t::lower),
    MethodDef::new("lstrip", lstrip),
    MethodDef::fixed("maketrans", t::maketrans),
    MethodDef::new("partition", partition),
    MethodDef::new("removeprefix", removeprefix),
    MethodDef::new("removesuffix", removesuffix),
    MethodDef::new("replace", replace),
    MethodDef::new("rfind", rfind),
    MethodDef::new("rindex", rindex),
    MethodDef::new("rjust", t::rjust),
    MethodDef::new("rpartition", rpartition),
    MethodDef::new("rsplit", rsplit),
    MethodDef::new("rstrip", rstrip),
    MethodDef::new("split", split),
    MethodDef::new("splitlines", splitlines),
    MethodDef::new("startswith", startswith),
    MethodDef::new("strip", strip),
    MethodDef::new("swapcase", t::swapcase),
    MethodDef::new("title", t::title),
    MethodDef::new("translate", t::translate),
    MethodDef::new("upper", t::upper),
    MethodDef::new("zfill", t::zfill),
    MethodDef::new("__sizeof__", t::size_of_bytes),
];

/// What the find family looks for: a bytes-like object or one byte.
fn needle(vm: &Vm, v: Value) -> PyResult<Cow<'_, [u8]>> {
    if let Some(b) = bytes_like(v) {
        return Ok(b);
    }
    if vm.is_int(v) || vm.type_lookup(vm.type_of(v), vm.names().__index__).is_some() {
        return Ok(Cow::Owned(vec![vm.byte_value(v, "byte")?]));
    }
    Err(vm.type_error(format!("argument should be integer or bytes-like object, not '{}'", vm.type_name(v))))
}

fn locate(vm: &Vm, a: Args<'_>, name: &str, from_right: bool) -> PyResult<Option<usize>> {
    let (s, rest) = this(vm, a, name)?;
    let (sub, range) = find_arguments(vm, rest, name, s.data.len())?;
    let n = needle(vm, sub)?;
    let Some(r) = range else { return Ok(None) };
    let hay = &s.data[r.clone()];
    let at = if from_right { search::rfind(hay, &n, 1) } else { search::find(hay, &n, 1) };
    Ok(at.map(|i| i + r.start))
}

fn position(at: Option<usize>) -> PyResult {
    Ok(Value::small_int(at.map_or(-1, |i| i as i64)))
}

fn found(vm: &Vm, at: Option<usize>) -> PyResult {
    match at {
        Some(i) => Ok(Value::small_int(i as i64)),
        None => Err(vm.value_error("subsection not found")),
    }
}

fn find(vm: &Vm, a: Args<'_>) -> PyResult {
    position(locate(vm, a, "find", false)?)
}
fn rfind(vm: &Vm, a: Args<'_>) -> PyResult {
    position(locate(vm, a, "rfind", true)?)
}
fn index(vm: &Vm, a: Args<'_>) -> PyResult {
    found(vm, locate(vm, a, "index", false)?)
}
fn rindex(vm: &Vm, a: Args<'_>) -> PyResult {
    found(vm, locate(vm, a, "rindex", true)?)
}

fn count(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, a, "count")?;
    let (sub, range) = find_arguments(vm, rest, "count", s.data.len())?;
    let n = needle(vm, sub)?;
    Ok(Value::small_int(range.map_or(0, |r| search::count(&s.data[r], &n, 1)) as i64))
}

fn affix(vm: &Vm, a: Args<'_>, name: &str, at_end: bool) -> PyResult {
    let (s, rest) = this(vm, a, name)?;
    let (part, range) = find_arguments(vm, rest, name, s.data.len())?;
    let hay = range.map(|r| &s.data[r]);
    let test = |p: &[u8]| hay.is_some_and(|h| if at_end { h.ends_with(p) } else { h.starts_with(p) });
    if let Some(t) = part.downcast::<Tuple>() {
        for &p in t.as_slice() {
            if test(&vm.bytes_argument(p)?) {
                return Ok(Value::TRUE);
            }
        }
        return Ok(Value::FALSE);
    }
    match bytes_like(part) {
        Some(p) => Ok(Value::bool(test(&p))),
        None => Err(vm.type_error(format!(
            "{name} first arg must be bytes or a tuple of bytes, not {}",
            vm.type_name(part)
        ))),
    }
}

fn startswith(vm: &Vm, a: Args<'_>) -> PyResult {
    affix(vm, a, "startswith", false)
}
fn endswith(vm: &Vm, a: Args<'_>) -> PyResult {
    affix(vm, a, "endswith", true)
}

fn removeprefix(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, [p]) = exact::<1>(vm, a, "removeprefix")?;
    let p = vm.bytes_argument(p)?;
    match s.data.strip_prefix(&*p) {
        Some(rest) if !p.is_empty() => s.make(vm, rest),
        _ => s.unchanged(vm),
    }
}

fn removesuffix(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, [p]) = exact::<1>(vm, a, "removesuffix")?;
    let p = vm.bytes_argument(p)?;
    match s.data.strip_suffix(&*p) {
        Some(rest) if !p.is_empty() => s.make(vm, rest),
        _ => s.unchanged(vm),
    }
}

const fn is_space(b: u8) -> bool {
    matches!(b, 9..=13 | 32)
}

const fn is_space_unit(c: u32) -> bool {
    matches!(c, 9..=13 | 32)
}

fn trim(vm: &Vm, a: Args<'_>, name: &str, left: bool, right: bool) -> PyResult {
    let (s, rest) = this(vm, a, name)?;
    let v = rest.range(vm, name, 0, 1)?;
    let set = match v.first().filter(|v| !v.is_none()) {
        None => None,
        Some(&v) => Some(vm.bytes_argument(v)?),
    };
    let drop = |b: &u8| set.as_ref().map_or(is_space(*b), |s| s.contains(b));
    let d = &*s.data;
    let start = if left { d.iter().position(|b| !drop(b)).unwrap_or(d.len()) } else { 0 };
    let end = if right {
        d[start..].iter().rposition(|b| !drop(b)).map_or(start, |i| start + i + 1)
    } else {
        d.len()
    };
    if start == 0 && end == d.len() { s.unchanged(vm) } else { s.make(vm, &d[start..end]) }
}

fn strip(vm: &Vm, a: Args<'_>) -> PyResult {
    trim(vm, a, "strip", true, true)
}
fn lstrip(vm: &Vm, a: Args<'_>) -> PyResult {
    trim(vm, a, "lstrip", true, false)
}
fn rstrip(vm: &Vm, a: Args<'_>) -> PyResult {
    trim(vm, a, "rstrip", false, true)
}

fn pieces(vm: &Vm, s: &This<'_>, ranges: Vec<Range<usize>>) -> PyResult {
    let out = RootVec::with_capacity(vm, ranges.len())?;
    for (i, r) in ranges.into_iter().enumerate() {
        out.push(s.make(vm, &s.data[r])?)?;
        if i % 4096 == 4095 {
            vm.poll()?;
        }
    }
    Ok(vm.new_list_of(out.into_items()?)?.value())
}

fn any_split(vm: &Vm, a: Args<'_>, name: &str, from_right: bool) -> PyResult {
    let (s, rest) = this(vm, a, name)?;
    let (sep, max) = split_arguments(vm, rest, name)?;
    let ranges = match sep {
        None if from_right => search::rsplit_space(&s.data, is_space_unit, max),
        None => search::split_space(&s.data, is_space_unit, max),
        Some(sep) => {
            let sep = vm.bytes_argument(sep)?;
            if sep.is_empty() {
                return Err(vm.value_error("empty separator"));
            }
            if from_right {
                search::rsplit(&s.data, &sep, 1, max)
            } else {
                search::split(&s.data, &sep, 1, max)
            }
        }
    };
    pieces(vm, &s, ranges)
}

fn split(vm: &Vm, a: Args<'_>) -> PyResult {
    any_split(vm, a, "split", false)
}
fn rsplit(vm: &Vm, a: Args<'_>) -> PyResult {
    any_split(vm, a, "rsplit", true)
}

fn splitlines(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, a, "splitlines")?;
    let [keep] = rest.bind(vm, "splitlines", ["keepends"], 0, 0, 1)?;
    let keep = !keep.is_unbound() && vm.truthy(keep)?;
    let ranges = search::split_lines(&s.data, |c| c == 10 || c == 13, keep);
    pieces(vm, &s, ranges)
}

fn any_partition(vm: &Vm, a: Args<'_>, name: &str, from_right: bool) -> PyResult {
    let (s, [sep_value]) = exact::<1>(vm, a, name)?;
    let sep = vm.bytes_argument(sep_value)?;
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let d = &*s.data;
    let at = if from_right { search::rfind(d, &sep, 1) } else { search::find(d, &sep, 1) };
    let parts = match at {
        Some(i) => {
            let middle = if s.mutable { s.make(vm, &sep)? } else { sep_value };
            [s.make(vm, &d[..i])?, middle, s.make(vm, &d[i + sep.len()..])?]
        }
        None => {
            let all = s.unchanged(vm)?;
            if from_right {
                [s.make(vm, b"")?, s.make(vm, b"")?, all]
            } else {
                [all, s.make(vm, b"")?, s.make(vm, b"")?]
            }
        }
    };
    Ok(vm.new_tuple(&parts)?.value())
}

fn partition(vm: &Vm, a: Args<'_>) -> PyResult {
    any_partition(vm, a, "partition", false)
}
fn rpartition(vm: &Vm, a: Args<'_>) -> PyResult {
    any_partition(vm, a, "rpartition", true)
}

fn join(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, [iterable]) = exact::<1>(vm, a, "join")?;
    let class = vm.type_of(iterable);
    if class.slots().iter.is_none() && class.slots().getitem.is_none() {
        return Err(vm.type_error("can only join an iterable"));
    }
    let items = RootVec::collect(vm, iterable)?;
    let mut out = Vec::new();
    for (i, &v) in items.as_slice().iter().enumerate() {
        if bytes_like(v).is_none() {
            return Err(vm.type_error(format!(
                "sequence item {i}: expected a bytes-like object, {} found",
                vm.type_name(v)
            )));
        }
        if i > 0 {
            out.extend_from_slice(&s.data);
        }
        let part = vm.bytes_argument(v)?;
        vm.check_room(part.len().saturating_add(s.data.len()))?;
        out.extend_from_slice(&part);
    }
    s.make(vm, &out)
}

fn replace(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, a, "replace")?;
    let v = rest.range(vm, "replace", 2, 3)?;
    let (old, new) = (vm.bytes_argument(v[0])?, vm.bytes_argument(v[1])?);
    let max = match v.get(2) {
        Some(&n) => usize::try_from(vm.index_i64(n)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let d = &*s.data;
    let places: Vec<usize> = if old.is_empty() {
        (0..=d.len()).take(max).collect()
    } else {
        search::Matches::new(d, &old, 1).take(max).collect()
    };
    if places.is_empty() {
        return s.unchanged(vm);
    }
    let size = places
        .len()
        .checked_mul(new.len())
        .and_then(|n| n.checked_add(d.len()))
        .filter(|&n| n <= isize::MAX as usize)
        .ok_or_else(|| vm.overflow_error("replace bytes is too long"))?;
    vm.check_room(size)?;
    let mut out = Vec::with_capacity(size - places.len() * old.len().min(new.len()));
    let mut from = 0;
    for p in places {
        out.extend_from_slice(&d[from..p]);
        out.extend_from_slice(&new);
        from = p + old.len();
    }
    out.extend_from_slice(&d[from..]);
    s.make(vm, &out)
}
