//! Splitting methods of `str`.

use std::ops::Range;

use super::{needle, search, unicode, with_units};
use crate::{
    error::PyResult,
    native::Args,
    object::{gc::Gc, items::RootVec, str::Str},
    value::Value,
    vm::Vm,
};

fn pieces(vm: &Vm, s: Gc<Str>, ranges: Vec<Range<usize>>) -> PyResult {
    let out = RootVec::with_capacity(vm, ranges.len())?;
    for (i, r) in ranges.into_iter().enumerate() {
        out.push(vm.str_slice(s, r.start, r.end)?.value())?;
        if i % 4096 == 4095 {
            vm.poll()?;
        }
    }
    Ok(vm.new_list_of(out.into_items()?)?.value())
}

/// TypeError if there are more than `max` arguments, keywords included.
pub(crate) fn at_most(vm: &Vm, rest: Args<'_>, name: &str, max: usize) -> PyResult<()> {
    let given = rest.all().len();
    if given > max {
        let s = if max == 1 { "" } else { "s" };
        return Err(vm.type_error(format!("{name}() takes at most {max} argument{s} ({given} given)")));
    }
    Ok(())
}

/// `sep` and `maxsplit` of the split family; a negative maximum is none.
pub(crate) fn split_arguments(vm: &Vm, rest: Args<'_>, name: &str) -> PyResult<(Option<Value>, usize)> {
    at_most(vm, rest, name, 2)?;
    let [sep, max] = rest.bind(vm, name, ["sep", "maxsplit"], 0, 0, 2)?;
    let max = if max.is_unbound() { -1 } else { vm.index_i64(max)? };
    Ok((sep.bound().filter(|s| !s.is_none()), usize::try_from(max).unwrap_or(usize::MAX)))
}

fn any_split(vm: &Vm, a: Args<'_>, name: &str, from_right: bool) -> PyResult {
    let (s, rest) = a.this::<Str>(vm, name)?;
    let (sep, max) = split_arguments(vm, rest, name)?;
    let ranges = match sep {
        None if from_right => {
            with_units!(s, u => search::rsplit_space(u, unicode::is_space, max))
        }
        None => with_units!(s, u => search::split_space(u, unicode::is_space, max)),
        Some(sep) => {
            let Some(sep) = sep.downcast::<Str>() else {
                return Err(vm.type_error(format!("must be str or None, not {}", vm.type_name(sep))));
            };
            if sep.is_empty() {
                return Err(vm.value_error("empty separator"));
            }
            let w = s.width().bytes();
            match needle(&sep, w) {
                None => std::iter::once(0..s.len()).collect(),
                Some(n) if from_right => search::rsplit(s.bytes(), &n, w, max),
                Some(n) => search::split(s.bytes(), &n, w, max),
            }
        }
    };
    pieces(vm, s, ranges)
}

pub(super) fn split(vm: &Vm, a: Args<'_>) -> PyResult {
    any_split(vm, a, "split", false)
}

pub(super) fn rsplit(vm: &Vm, a: Args<'_>) -> PyResult {
    any_split(vm, a, "rsplit", true)
}

pub(super) fn splitlines(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this::<Str>(vm, "splitlines")?;
    let [keep] = rest.bind(vm, "splitlines", ["keepends"], 0, 0, 1)?;
    let keep = !keep.is_unbound() && vm.truthy(keep)?;
    let ranges = with_units!(s, u => search::split_lines(u, unicode::is_line_break, keep));
    pieces(vm, s, ranges)
}

fn any_partition(vm: &Vm, a: Args<'_>, name: &str, from_right: bool) -> PyResult {
    let (s, [sep]) = a.method::<Str, 1>(vm, name)?;
    let Some(sep) = sep.downcast::<Str>() else {
        return Err(vm.type_error(format!("must be str, not {}", vm.type_name(sep))));
    };
    if sep.is_empty() {
        return Err(vm.value_error("empty separator"));
    }
    let w = s.width().bytes();
    let at = needle(&sep, w).and_then(|n| {
        if from_right { search::rfind(s.bytes(), &n, w) } else { search::find(s.bytes(), &n, w) }
    });
    let parts = match at {
        Some(i) => {
            let before = vm.str_slice(s, 0, i)?;
            let middle = vm.exact_str(sep)?;
            [before.value(), middle.value(), vm.str_slice(s, i + sep.len(), s.len())?.value()]
        }
        None => {
            let empty = vm.new_ascii(b"")?.value();
            // The string itself, whatever its class.
            let all = s.value();
            if from_right { [empty, empty, all] } else { [all, empty, empty] }
        }
    };
    Ok(vm.new_tuple(&parts)?.value())
}

pub(super) fn partition(vm: &Vm, a: Args<'_>) -> PyResult {
    any_partition(vm, a, "str.partition", false)
}

pub(super) fn rpartition(vm: &Vm, a: Args<'_>) -> PyResult {
    any_partition(vm, a, "str.rpartition", true)
}
