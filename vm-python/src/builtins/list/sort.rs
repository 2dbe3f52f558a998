//! `list.sort`: stable, with few comparisons.
//!
//! Lists of small ints, of floats or of strings are sorted natively under the list's lock, where no Python code can run.
//! Everything else: the list is emptied, as CPython does; keys and items stay in heap blocks on this thread's stack
//! while the merge sort below runs `__lt__`; then the block goes back, unless somebody filled the list meanwhile.

use std::cmp::Ordering;

use vm_compiler::opcodes::CmpOp;

use crate::{
    error::PyResult,
    object::{gc::Gc, items::Items, sequence::List, str::Str},
    value::Value,
    vm::Vm,
};

/// Lists up to this length are sorted by insertion.
const MIN_RUN: usize = 32;

/// Values that compare natively.
enum Uniform {
    Ints,
    Floats,
    Strings,
}

fn uniform(vals: impl Iterator<Item = Value> + Clone) -> Option<Uniform> {
    let first = vals.clone().next()?;
    if first.is_small_int() {
        vals.clone().all(Value::is_small_int).then_some(Uniform::Ints)
    } else if first.is_tagged_float() {
        // Tagged floats are finite, so they are totally ordered.
        vals.clone().all(Value::is_tagged_float).then_some(Uniform::Floats)
    } else if first.downcast_exact::<Str>().is_some() {
        vals.clone().all(|v| v.downcast_exact::<Str>().is_some()).then_some(Uniform::Strings)
    } else {
        None
    }
}

/// Compares strings by code point.
#[must_use]
pub fn compare_str(a: &Str, b: &Str) -> Ordering {
    match (a.as_ascii(), b.as_ascii()) {
        (Some(x), Some(y)) => x.as_bytes().cmp(y.as_bytes()),
        _ => a.code_points().cmp(b.code_points()),
    }
}

fn str_of(v: Value) -> Gc<Str> {
    // SAFETY: only called on lists that `uniform` found to be strings.
    unsafe { v.downcast_unchecked() }
}

/// Sorts pairs by natively comparable keys; equal keys keep their order, also when `reverse`.
fn sort_uniform<T: Copy>(kind: &Uniform, pairs: &mut [T], key: impl Fn(&T) -> Value, reverse: bool) {
    let dir = |o: Ordering| if reverse { o.reverse() } else { o };
    match kind {
        Uniform::Ints => {
            pairs.sort_by(|a, b| dir(key(a).small_int_unchecked().cmp(&key(b).small_int_unchecked())));
        }
        Uniform::Floats => pairs.sort_by(|a, b| {
            let (x, y) = (key(a).tagged_float_unchecked(), key(b).tagged_float_unchecked());
            dir(x.partial_cmp(&y).unwrap_or(Ordering::Equal))
        }),
        Uniform::Strings => pairs.sort_by(|a, b| dir(compare_str(&str_of(key(a)), &str_of(key(b))))),
    }
}

/// `list.sort(key=key, reverse=reverse)`
pub fn sort(vm: &Vm, list: Gc<List>, key: Option<Value>, reverse: bool) -> PyResult<()> {
    if key.is_none() && sort_in_place(vm, list, reverse) {
        return Ok(());
    }
    let empty = vm.new_items(0)?;
    let block = list.swap_block(vm, empty);
    let r = sort_block(vm, block, key, reverse);
    // Put the items back whatever happened; a list that is no longer the empty one was changed by `key` or `__lt__`.
    let modified = list.swap_block(vm, block) != empty;
    r?;
    if modified {
        return Err(vm.value_error("list modified during sort"));
    }
    Ok(())
}

/// Sorts under the lock if no Python code is needed.
fn sort_in_place(vm: &Vm, list: Gc<List>, reverse: bool) -> bool {
    list.edit(vm, |b, h| {
        let n = b.len();
        let slots = &b.slots()[..n];
        if n < 2 {
            return (n, true);
        }
        let Some(kind) = uniform(slots.iter().map(|s| s.get())) else { return (n, false) };
        // Copies outside the heap are safe here: this thread reaches no safepoint before they are back.
        let mut vals: Vec<Value> = slots.iter().map(|s| s.get()).collect();
        sort_uniform(&kind, &mut vals, |v| *v, reverse);
        for (s, v) in slots.iter().zip(vals) {
            s.set(vm, h, v);
        }
        (n, true)
    })
}

/// Sorts a block that no list has.
fn sort_block(vm: &Vm, block: Gc<Items>, key: Option<Value>, reverse: bool) -> PyResult<()> {
    let n = block.len();
    let items = &block.slots()[..n];
    let keys = match key {
        Some(f) => {
            let keys = vm.new_items(n)?;
            for (i, s) in items.iter().enumerate() {
                keys.slots()[i].set(vm, keys.header(), vm.call(f, &[s.get()])?);
                keys.set_len(i + 1);
            }
            Some(keys)
        }
        None => None,
    };
    let key_slots = keys.as_ref().map_or(items, |k| &k.slots()[..n]);
    // What the pairs refer to stays in `block` and `keys`, which are on this stack; cells do not move.
    let mut pairs: Vec<(Value, Value)> =
        key_slots.iter().zip(items).map(|(k, v)| (k.get(), v.get())).collect();
    if let Some(kind) = uniform(key_slots.iter().map(|s| s.get())) {
        sort_uniform(&kind, &mut pairs, |p| p.0, reverse);
    } else {
        // Reversing before and after keeps equal items in order.
        if reverse {
            pairs.reverse();
        }
        let r = merge_sort(&mut pairs, &mut |a, b| less(vm, a.0, b.0));
        if reverse {
            pairs.reverse();
        }
        // After an exception the items are all there, in some order.
        write_back(vm, block, &pairs);
        std::hint::black_box((&block, &keys));
        return r;
    }
    write_back(vm, block, &pairs);
    std::hint::black_box((&block, &keys));
    Ok(())
}

fn write_back(vm: &Vm, block: Gc<Items>, pairs: &[(Value, Value)]) {
    for (s, p) in block.slots().iter().zip(pairs) {
        s.set(vm, block.header(), p.1);
    }
}

#[inline]
fn less(vm: &Vm, a: Value, b: Value) -> PyResult<bool> {
    if Value::both_small_int(a, b) {
        return Ok(a.small_int_unchecked() < b.small_int_unchecked());
    }
    if let (Some(x), Some(y)) = (a.downcast_exact::<Str>(), b.downcast_exact::<Str>()) {
        return Ok(compare_str(&x, &y).is_lt());
    }
    vm.compare_bool(CmpOp::Lt, a, b)
}

/// A run that waits to be merged.
struct Run {
    start: usize,
    len: usize,
    /// Depth of the boundary to the run before it in the ideal merge tree.
    power: u32,
}

/// Powersort (Munro and Wild 2018): natural runs, extended by binary insertion, merged along a nearly optimal tree. On
/// an error every item is still in `v`, once.
pub(super) fn merge_sort<T: Copy, E>(
    v: &mut [T],
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    let n = v.len();
    if n < 2 {
        return Ok(());
    }
    let mut buf: Vec<T> = Vec::new();
    let mut stack: Vec<Run> = Vec::new();
    let min_run = min_run(n);
    let mut start = 0;
    while start < n {
        let rest = &mut v[start..];
        let mut len = natural_run(rest, less)?;
        if len < min_run {
            let forced = min_run.min(rest.len());
            insertion_sort(&mut rest[..forced], len, less)?;
            len = forced;
        }
        let mut run = Run { start, len, power: 0 };
        if let Some(top) = stack.last() {
            run.power = boundary_power(top.start, top.len, len, n);
            while stack.len() > 1 && stack.last().is_some_and(|t| t.power > run.power) {
                merge_top(v, &mut stack, &mut buf, less)?;
            }
        }
        start += len;
        stack.push(run);
    }
    while stack.len() > 1 {
        merge_top(v, &mut stack, &mut buf, less)?;
    }
    Ok(())
}

/// A run length so that `n / min_run` is a power of two or a little less.
const fn min_run(mut n: usize) -> usize {
    let mut odd = 0;
    while n >= 2 * MIN_RUN {
        odd |= n & 1;
        n >>= 1;
    }
    n + odd
}

/// Depth of the node of the merge tree that joins the run `[start, start + a)` with the `b` items after it.
fn boundary_power(start: usize, a: usize, b: usize, n: usize) -> u32 {
    // First bit in which the middles of the two runs, as fractions of n, differ.
    let n = n as u128;
    let left = ((2 * start + a) as u128) << 64;
    let right = ((2 * start + 2 * a + b) as u128) << 64;
    ((left / (2 * n)) ^ (right / (2 * n))).leading_zeros() - 63
}

/// Length of the run at the start of `v`; a strictly descending one is turned around.
fn natural_run<T: Copy, E>(
    v: &mut [T],
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<usize, E> {
    if v.len() < 2 {
        return Ok(v.len());
    }
    let descending = less(&v[1], &v[0])?;
    let mut n = 2;
    while n < v.len() && less(&v[n], &v[n - 1])? == descending {
        n += 1;
    }
    if descending {
        v[..n].reverse();
    }
    Ok(n)
}

/// Sorts `v`, whose first `sorted` items are sorted.
fn insertion_sort<T: Copy, E>(
    v: &mut [T],
    sorted: usize,
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    for i in sorted.max(1)..v.len() {
        let x = v[i];
        let (mut lo, mut hi) = (0, i);
        while lo < hi {
            let mid = (lo + hi) / 2;
            if less(&x, &v[mid])? {
                hi = mid;
            } else {
                lo = mid + 1;
            }
        }
        v[lo..=i].rotate_right(1);
    }
    Ok(())
}

/// Where `x` goes in the sorted `v`: after its equals if `after`, else before them. Searches in steps that double, from
/// the front or from the back.
fn gallop<T: Copy, E>(
    x: &T,
    v: &[T],
    after: bool,
    from_back: bool,
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<usize, E> {
    // Whether v[i] lies before the place of x.
    let mut before = |i: usize| if after { less(x, &v[i]).map(|b| !b) } else { less(&v[i], x) };
    let n = v.len();
    let (mut lo, mut hi) = (0, n);
    let mut step = 1;
    if from_back {
        while step <= n {
            if before(n - step)? {
                lo = n - step + 1;
                break;
            }
            hi = n - step;
            step *= 2;
        }
    } else {
        while step <= n {
            if !before(step - 1)? {
                hi = step - 1;
                break;
            }
            lo = step;
            step *= 2;
        }
    }
    while lo < hi {
        let mid = (lo + hi) / 2;
        if before(mid)? {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    Ok(lo)
}

fn merge_top<T: Copy, E>(
    v: &mut [T],
    stack: &mut Vec<Run>,
    buf: &mut Vec<T>,
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    if let (Some(b), Some(a)) = (stack.pop(), stack.last_mut()) {
        a.len += b.len;
        let (start, len) = (a.start, a.len);
        merge(&mut v[start..start + len], len - b.len, buf, less)?;
    }
    Ok(())
}

/// Merges the sorted halves `v[..mid]` and `v[mid..]`.
fn merge<T: Copy, E>(
    v: &mut [T],
    mid: usize,
    buf: &mut Vec<T>,
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    // Items that are in place already.
    let skip = gallop(&v[mid], &v[..mid], true, false, less)?;
    let v = &mut v[skip..];
    let mid = mid - skip;
    if mid == 0 {
        return Ok(());
    }
    let end = mid + gallop(&v[mid - 1], &v[mid..], false, true, less)?;
    let v = &mut v[..end];
    buf.clear();
    buf.extend_from_slice(&v[..mid]);
    // The left half is in the buffer; `out` never passes `right`, so nothing unread is overwritten.
    let (mut left, mut right, mut out) = (0, mid, 0);
    let mut wins = 0i32;
    let r = loop {
        if left == buf.len() || right == v.len() {
            break Ok(());
        }
        if wins.abs() >= 7 {
            // One side wins again and again: take many at once.
            let taken = if wins > 0 {
                gallop(&v[right], &buf[left..], true, false, less).inspect(|&k| {
                    v[out..out + k].copy_from_slice(&buf[left..left + k]);
                    left += k;
                })
            } else {
                gallop(&buf[left], &v[right..], false, false, less).inspect(|&k| {
                    v.copy_within(right..right + k, out);
                    right += k;
                })
            };
            match taken {
                Ok(k) => out += k,
                Err(e) => break Err(e),
            }
            wins = 0;
            continue;
        }
        match less(&v[right], &buf[left]) {
            Ok(true) => {
                v[out] = v[right];
                right += 1;
                wins = wins.min(0) - 1;
            }
            Ok(false) => {
                v[out] = buf[left];
                left += 1;
                wins = wins.max(0) + 1;
            }
            Err(e) => break Err(e),
        }
        out += 1;
    };
    // What is left of the left half fills the gap exactly; the rest of the right half is in place.
    let rest = buf.len() - left;
    v[out..out + rest].copy_from_slice(&buf[left..]);
    r
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(n: usize, seed: u64, range: u64) -> Vec<(u64, usize)> {
        let mut x = seed;
        (0..n)
            .map(|i| {
                x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                ((x >> 33) % range, i)
            })
            .collect()
    }

    fn sorted(mut v: Vec<(u64, usize)>) -> (Vec<(u64, usize)>, usize) {
        let mut n = 0;
        let r: Result<(), ()> = merge_sort(&mut v, &mut |a, b| {
            n += 1;
            Ok(a.0 < b.0)
        });
        assert_eq!(r, Ok(()));
        (v, n)
    }

    #[test]
    fn sorts_stably_with_few_comparisons() {
        for n in [0, 1, 2, 3, 31, 64, 65, 100, 1000, 4097] {
            for range in [1, 2, 10, 1 << 30] {
                let v = numbers(n, 7 + n as u64, range);
                let mut expected = v.clone();
                expected.sort_by_key(|p| p.0);
                let (got, comparisons) = sorted(v);
                assert_eq!(got, expected, "{n} {range}");
                let bound = n as f64 * (n as f64).log2().max(1.0) + 1.0;
                assert!(comparisons as f64 <= bound, "{n} {range}: {comparisons} > {bound}");
            }
        }
    }

    #[test]
    fn presorted_input_costs_one_pass() {
        let up: Vec<_> = (0..1000).map(|i| (i as u64, i)).collect();
        assert_eq!(sorted(up.clone()).1, 999);
        let down: Vec<_> = up.iter().rev().copied().collect();
        let (v, n) = sorted(down);
        assert_eq!((v, n), (up, 999));
    }

    #[test]
    fn an_error_loses_no_item() {
        for stop in (0..3000).step_by(37) {
            let mut v = numbers(400, 3, 50);
            let mut n = 0;
            let r = merge_sort(&mut v, &mut |a, b| {
                n += 1;
                if n > stop { Err(()) } else { Ok(a.0 < b.0) }
            });
            let mut ids: Vec<usize> = v.iter().map(|p| p.1).collect();
            ids.sort_unstable();
            assert_eq!(ids, (0..400).collect::<Vec<_>>(), "{stop} {r:?}");
        }
    }
}
