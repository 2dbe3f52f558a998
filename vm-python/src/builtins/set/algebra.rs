//! Set operations, each with CPython's choice of which operand to walk, because that choice shows in the order of the
//! result.

use crate::{
    error::PyResult,
    object::{
        dict::Dict,
        gc::Gc,
        kind::Kind,
        set::{Set, as_any_set},
    },
    value::Value,
    vm::Vm,
};

/// An empty set of the same mutability as `s`.
fn empty_like(vm: &Vm, s: Gc<Set>) -> PyResult<Gc<Set>> {
    if s.header().kind == Kind::FrozenSet as u8 { vm.new_empty_frozenset() } else { vm.new_set() }
}

/// Calls `f` with hash and key of every key of `s`.
fn each(vm: &Vm, s: Gc<Set>, mut f: impl FnMut(u64, Value) -> PyResult<bool>) -> PyResult<()> {
    let table = s.table();
    let mut pos = 0;
    while let Some((next, hash, key)) = table.next_entry(pos) {
        if !f(hash, key)? {
            break;
        }
        pos = next;
        if pos.is_multiple_of(4096) {
            vm.poll()?;
        }
    }
    Ok(())
}

/// Adds everything that `other` yields.
pub fn update(vm: &Vm, s: Gc<Set>, other: Value) -> PyResult<()> {
    if let Some(o) = as_any_set(other) {
        return s.merge(vm, o);
    }
    if let Some(d) = other.downcast_exact::<Dict>() {
        s.reserve(vm, d.len())?;
        let mut pos = 0;
        while let Some((next, key, _)) = d.next_entry(pos) {
            s.add(vm, key)?;
            pos = next;
        }
        return Ok(());
    }
    vm.for_each(other, |v| {
        s.add(vm, v)?;
        Ok(true)
    })
}

/// `s & other` for any iterable.
pub fn intersection(vm: &Vm, s: Gc<Set>, other: Value) -> PyResult<Gc<Set>> {
    if s.value() == other {
        return vm.copy_set(s, s.header().kind == Kind::FrozenSet as u8);
    }
    let r = empty_like(vm, s)?;
    match as_any_set(other) {
        Some(o) => {
            let (large, small) = if o.len() > s.len() { (o, s) } else { (s, o) };
            each(vm, small, |hash, key| {
                if large.contains_hashed(vm, key, hash)? {
                    r.add_unshared(vm, key, hash)?;
                }
                Ok(true)
            })?;
        }
        None => vm.for_each(other, |v| {
            let hash = vm.hash(v)? as u64;
            if s.contains_hashed(vm, v, hash)? {
                r.add_unshared(vm, v, hash)?;
            }
            Ok(true)
        })?,
    }
    Ok(r)
}

/// The keys that are in `s` and in each of `others`; a fresh set even if there are no others.
pub fn intersection_many(vm: &Vm, s: Gc<Set>, others: &[Value]) -> PyResult<Gc<Set>> {
    let Some((&first, rest)) = others.split_first() else {
        return vm.copy_set(s, s.header().kind == Kind::FrozenSet as u8);
    };
    let mut r = intersection(vm, s, first)?;
    for &v in rest {
        r = intersection(vm, r, v)?;
    }
    Ok(r)
}

/// Removes from `s` everything that `other` yields.
pub fn difference_update(vm: &Vm, s: Gc<Set>, other: Value) -> PyResult<()> {
    if s.value() == other {
        return s.clear(vm);
    }
    match as_any_set(other) {
        Some(o) => {
            // A much larger operand is cut down to what matters first.
            let o = if o.len() >> 3 > s.len() { intersection(vm, s, other)? } else { o };
            each(vm, o, |hash, key| {
                s.discard_hashed(vm, key, hash)?;
                Ok(true)
            })?;
        }
        None => vm.for_each(other, |v| {
            s.discard(vm, v)?;
            Ok(true)
        })?,
    }
    s.shed_deleted(vm)
}

fn copy_and_difference(vm: &Vm, s: Gc<Set>, other: Value) -> PyResult<Gc<Set>> {
    let r = vm.copy_set(s, s.header().kind == Kind::FrozenSet as u8)?;
    difference_update(vm, r, other)?;
    Ok(r)
}

/// `s - other` for any iterable.
pub fn difference(vm: &Vm, s: Gc<Set>, other: Value) -> PyResult<Gc<Set>> {
    let set = as_any_set(other);
    let dict = other.downcast_exact::<Dict>();
    let Some(n) = set.map(|o| o.len()).or(dict.map(|d| d.len())) else {
        return copy_and_difference(vm, s, other);
    };
    // Walking the smaller operand is cheaper.
    if s.len() >> 2 > n {
        return copy_and_difference(vm, s, other);
    }
    let r = empty_like(vm, s)?;
    each(vm, s, |hash, key| {
        let there = match (set, dict) {
            (Some(o), _) => o.contains_hashed(vm, key, hash)?,
            (None, Some(d)) => d.get_hashed(vm, key, hash)?.is_some(),
            (None, None) => false,
        };
        if !there {
            r.add_unshared(vm, key, hash)?;
        }
        Ok(true)
    })?;
    Ok(r)
}

fn toggle(vm: &Vm, s: Gc<Set>, key: Value, hash: u64) -> PyResult<()> {
    if !s.discard_hashed(vm, key, hash)? {
        s.add_hashed(vm, key, hash)?;
    }
    Ok(())
}

/// `s ^= other` for any iterable.
pub fn symmetric_difference_update(vm: &Vm, s: Gc<Set>, other: Value) -> PyResult<()> {
    if s.value() == other {
        return s.clear(vm);
    }
    if let Some(d) = other.downcast_exact::<Dict>() {
        let mut pos = 0;
        while let Some((next, key, _)) = d.next_entry(pos) {
            toggle(vm, s, key, vm.hash(key)? as u64)?;
            pos = next;
        }
        return Ok(());
    }
    let o = match as_any_set(other) {
        Some(o) => o,
        None => {
            let o = empty_like(vm, s)?;
            update(vm, o, other)?;
            o
        }
    };
    each(vm, o, |hash, key| {
        toggle(vm, s, key, hash)?;
        Ok(true)
    })
}

/// `s ^ other` for any iterable.
pub fn symmetric_difference(vm: &Vm, s: Gc<Set>, other: Value) -> PyResult<Gc<Set>> {
    let r = empty_like(vm, s)?;
    update(vm, r, other)?;
    symmetric_difference_update(vm, r, s.value())?;
    Ok(r)
}

/// `s <= other`
pub fn is_subset(vm: &Vm, s: Gc<Set>, other: Gc<Set>) -> PyResult<bool> {
    if s.len() > other.len() {
        return Ok(false);
    }
    let mut all = true;
    each(vm, s, |hash, key| {
        all = other.contains_hashed(vm, key, hash)?;
        Ok(all)
    })?;
    Ok(all)
}
