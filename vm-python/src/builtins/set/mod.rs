//! `set`, `frozenset` and their iterator.

pub mod algebra;

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_core::sync::{AtomicUsize, Ordering};
use vm_heap::Marker;

use self::algebra::{
    difference, difference_update, intersection, intersection_many, is_subset, symmetric_difference,
    symmetric_difference_update, update,
};
use super::sequence::TextBuilder;
use crate::{
    error::PyResult,
    native::{Args, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Object, Slot},
        kind::Kind,
        set::{FrozenSet, Set, as_any_set},
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

const OPERATORS: u16 =
    1 << BinOp::And as u16 | 1 << BinOp::Or as u16 | 1 << BinOp::Subtract as u16 | 1 << BinOp::Xor as u16;

const SLOTS: TypeSlots = TypeSlots {
    binary: Some(binary),
    binary_ops: OPERATORS,
    compare: Some(compare),
    repr: Some(repr),
    len: Some(|_, v| Ok(as_set(v).len())),
    contains: Some(contains),
    iter: Some(iter),
    new: Some(new),
    ..NO_SLOTS
};

/// The class `set`.
pub static DEF: TypeDef = TypeDef {
    name: "set",
    doc: "Build an unordered collection of unique elements.",
    kind: Set::KIND,
    size: size_of::<Set>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots { inplace: Some(inplace), inplace_ops: OPERATORS, init: Some(init), ..SLOTS },
    methods: &[
        MethodDef::new("add", |vm, a| {
            let (s, [v]) = a.method::<Set, 1>(vm, "set.add")?;
            s.add(vm, v)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("clear", |vm, a| {
            let (s, []) = a.method::<Set, 0>(vm, "set.clear")?;
            s.clear(vm)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("copy", copy),
        MethodDef::new("difference", difference_method),
        MethodDef::new("difference_update", |vm, a| {
            let (s, rest) = a.this::<Set>(vm, "difference_update")?;
            for &v in rest.no_keywords(vm, "set.difference_update")? {
                difference_update(vm, s, v)?;
            }
            Ok(Value::NONE)
        }),
        MethodDef::new("discard", |vm, a| {
            let (s, [v]) = a.method::<Set, 1>(vm, "set.discard")?;
            discard(vm, s, v)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("intersection", intersection_method),
        MethodDef::new("intersection_update", |vm, a| {
            let (s, rest) = a.this::<Set>(vm, "intersection_update")?;
            let r = intersection_many(vm, s, rest.no_keywords(vm, "set.intersection_update")?)?;
            s.replace(vm, r);
            Ok(Value::NONE)
        }),
        MethodDef::new("isdisjoint", isdisjoint),
        MethodDef::new("issubset", issubset),
        MethodDef::new("issuperset", issuperset),
        MethodDef::new("pop", |vm, a| {
            let (s, []) = a.method::<Set, 0>(vm, "set.pop")?;
            match s.pop(vm) {
                Some(v) => Ok(v),
                None => Err(vm.key_error(vm.new_str("pop from an empty set")?.value())),
            }
        }),
        MethodDef::new("remove", |vm, a| {
            let (s, [v]) = a.method::<Set, 1>(vm, "set.remove")?;
            if discard(vm, s, v)? { Ok(Value::NONE) } else { Err(vm.key_error(v)) }
        }),
        MethodDef::new("symmetric_difference", symmetric_difference_method),
        MethodDef::new("symmetric_difference_update", |vm, a| {
            let (s, [v]) = a.method::<Set, 1>(vm, "set.symmetric_difference_update")?;
            symmetric_difference_update(vm, s, v)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("union", union_method),
        MethodDef::new("update", |vm, a| {
            let (s, rest) = a.this::<Set>(vm, "update")?;
            for &v in rest.no_keywords(vm, "set.update")? {
                update(vm, s, v)?;
            }
            Ok(Value::NONE)
        }),
        MethodDef::new("__reduce__", reduce),
        MethodDef::new("__sizeof__", sizeof),
        MethodDef::class("__class_getitem__", super::generic_alias::class_getitem),
    ],
    ..NO_DEF
};

/// The class `frozenset`.
pub static FROZENSET_DEF: TypeDef = TypeDef {
    name: "frozenset",
    doc: "Build an immutable unordered collection of unique elements.",
    kind: FrozenSet::KIND,
    size: size_of::<Set>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots { hash: Some(|_, v| Ok(as_set(v).frozen_hash())), ..SLOTS },
    methods: &[
        MethodDef::new("copy", copy),
        MethodDef::new("difference", difference_method),
        MethodDef::new("intersection", intersection_method),
        MethodDef::new("isdisjoint", isdisjoint),
        MethodDef::new("issubset", issubset),
        MethodDef::new("issuperset", issuperset),
        MethodDef::new("symmetric_difference", symmetric_difference_method),
        MethodDef::new("union", union_method),
        MethodDef::new("__reduce__", reduce),
        MethodDef::new("__sizeof__", sizeof),
        MethodDef::class("__class_getitem__", super::generic_alias::class_getitem),
    ],
    ..NO_DEF
};

/// Iterator of a set.
pub struct SetIter {
    set: Slot,
    /// Keys that the set had at first; `ENDED` or `CHANGED` later.
    used: AtomicUsize,
    pos: AtomicUsize,
    given: AtomicUsize,
}

const ENDED: usize = usize::MAX;
const CHANGED: usize = usize::MAX - 1;

impl NativePayload for SetIter {
    fn trace(&self, m: &mut Marker) {
        self.set.trace(m);
    }
}

/// The class of set iterators.
pub static ITER_DEF: TypeDef = TypeDef {
    name: "set_iterator",
    kind: Native::<SetIter>::KIND,
    size: Native::<SetIter>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots { iter: Some(|_, it| Ok(it)), iternext: Some(iter_next), ..NO_SLOTS },
    methods: &[
        MethodDef::new("__length_hint__", |vm, a| {
            let (it, rest) = a.this_native::<SetIter>(vm, "__length_hint__")?;
            let [] = rest.exact::<0>(vm, "__length_hint__")?;
            let used = it.payload.used.load(Ordering::Relaxed);
            let n = match as_any_set(it.payload.set.get()) {
                Some(s) if s.len() == used => used - it.payload.given.load(Ordering::Relaxed).min(used),
                _ => 0,
            };
            Ok(Value::small_int(n as i64))
        }),
        MethodDef::new("__reduce__", |vm, a| {
            let (_, rest) = a.this_native::<SetIter>(vm, "__reduce__")?;
            let [] = rest.exact::<0>(vm, "__reduce__")?;
            super::iterators::reduce_rest(vm, a.pos()[0])
        }),
    ],
    ..NO_DEF
};

fn iter(vm: &Vm, v: Value) -> PyResult {
    let it = SetIter {
        set: Slot::new(v),
        used: AtomicUsize::new(as_set(v).len()),
        pos: AtomicUsize::new(0),
        given: AtomicUsize::new(0),
    };
    Ok(vm.new_native_object(vm.types().set_iterator, it)?.value())
}

fn iter_next(vm: &Vm, it: Value) -> PyResult<Option<Value>> {
    let Some(it) = it.native::<SetIter>() else { return Ok(None) };
    let it = &it.payload;
    let used = it.used.load(Ordering::Relaxed);
    let Some(set) = as_any_set(it.set.get()).filter(|_| used != ENDED) else { return Ok(None) };
    if set.len() != used {
        // This state is sticky.
        it.used.store(CHANGED, Ordering::Relaxed);
        return Err(vm.runtime_error("Set changed size during iteration"));
    }
    match set.table().next_entry(it.pos.load(Ordering::Relaxed)) {
        Some((next, _, key)) => {
            it.pos.store(next, Ordering::Relaxed);
            it.given.store(it.given.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            Ok(Some(key))
        }
        None => {
            it.used.store(ENDED, Ordering::Relaxed);
            Ok(None)
        }
    }
}

#[inline]
fn as_set(v: Value) -> Gc<Set> {
    debug_assert!(as_any_set(v).is_some());
    // SAFETY: slots get a self of their layout; sets and frozensets share it.
    unsafe { Gc::from_ptr(v.ptr_unchecked().cast()) }
}

/// Self of a method that sets and frozensets have, and the other arguments.
fn this<'a>(vm: &Vm, args: Args<'a>, name: &str) -> PyResult<(Gc<Set>, Args<'a>)> {
    match args.all().first().and_then(|&v| as_any_set(v)) {
        Some(s) => Ok((s, args.rest())),
        None => args.this::<Set>(vm, name),
    }
}

fn is_frozen(s: Gc<Set>) -> bool {
    s.header().kind == Kind::FrozenSet as u8
}

/// A copy with the base class of `s`.
fn copy_of(vm: &Vm, s: Gc<Set>) -> PyResult<Gc<Set>> {
    let v = s.value();
    if v.downcast_exact::<FrozenSet>().is_some() {
        return Ok(s);
    }
    vm.copy_set(s, is_frozen(s))
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    if class == vm.types().set {
        return Ok(vm.new_set()?.value());
    }
    if !class.is_subclass(vm.types().frozenset) {
        return Ok(vm.new_set_of(class)?.value());
    }
    let exact = class == vm.types().frozenset;
    let a = if exact || args.kwnames().is_none() { args.range(vm, "frozenset", 0, 1)? } else { args.pos() };
    let source = a.first().copied();
    if exact
        && let Some(v) = source
        && v.downcast_exact::<FrozenSet>().is_some()
    {
        return Ok(v);
    }
    let s = vm.new_set_of(class)?;
    if let Some(v) = source {
        update(vm, s, v)?;
    }
    Ok(s.value())
}

fn init(vm: &Vm, v: Value, args: Args<'_>) -> PyResult<()> {
    let s = as_set(v);
    let a = args.range(vm, "set", 0, 1)?;
    if s.table().next_entry(0).is_some() {
        s.clear(vm)?;
    }
    match a.first() {
        Some(&source) => update(vm, s, source),
        None => Ok(()),
    }
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (as_any_set(a), as_any_set(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let r = match op {
        BinOp::And => intersection(vm, x, b)?,
        BinOp::Or => {
            let r = vm.copy_set(x, is_frozen(x))?;
            r.merge(vm, y)?;
            r
        }
        BinOp::Subtract => difference(vm, x, b)?,
        BinOp::Xor => symmetric_difference(vm, x, b)?,
        _ => return Ok(Value::NOT_IMPLEMENTED),
    };
    Ok(r.value())
}

fn inplace(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<Set>(), as_any_set(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    match op {
        BinOp::And => {
            let r = intersection(vm, x, b)?;
            x.replace(vm, r);
        }
        BinOp::Or => x.merge(vm, y)?,
        BinOp::Subtract => difference_update(vm, x, b)?,
        BinOp::Xor => symmetric_difference_update(vm, x, b)?,
        _ => return Ok(Value::NOT_IMPLEMENTED),
    }
    Ok(a)
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (as_any_set(a), as_any_set(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let equal = || Ok(x.len() == y.len() && is_subset(vm, x, y)?);
    Ok(Value::bool(match op {
        CmpOp::Eq => equal()?,
        CmpOp::Ne => !equal()?,
        CmpOp::Le => is_subset(vm, x, y)?,
        CmpOp::Ge => is_subset(vm, y, x)?,
        CmpOp::Lt => x.len() < y.len() && is_subset(vm, x, y)?,
        CmpOp::Gt => y.len() < x.len() && is_subset(vm, y, x)?,
    }))
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let s = as_set(v);
    let exact = v.downcast_exact::<Set>().is_some();
    let mut out = TextBuilder::default();
    if !exact || s.is_empty() {
        out.push(&vm.type_of(v).name());
        out.push_ascii("(");
    }
    if s.is_empty() {
        out.push_ascii(")");
        return out.finish(vm);
    }
    if !vm.repr_enter(v) {
        if exact {
            out.push(&vm.type_of(v).name());
            out.push_ascii("(");
        }
        out.push_ascii("...)");
        return out.finish(vm);
    }
    let r = (|| {
        out.push_ascii("{");
        for (i, &k) in s.snapshot(vm)?.as_slice().iter().enumerate() {
            if i > 0 {
                out.push_ascii(", ");
            }
            out.push_repr(vm, k)?;
        }
        out.push_ascii(if exact { "}" } else { "})" });
        out.finish(vm)
    })();
    vm.repr_leave(v);
    r
}

/// Hash of a key to look up: a set stands for the frozenset with its keys.
fn key_hash(vm: &Vm, key: Value) -> PyResult<(Value, u64)> {
    if let Some(s) = key.downcast::<Set>()
        && vm.type_of(key).slots().hash.is_none()
    {
        let frozen = vm.copy_set(s, true)?;
        return Ok((frozen.value(), frozen.frozen_hash() as u64));
    }
    Ok((key, vm.hash_key(key, "set element")? as u64))
}

fn contains(vm: &Vm, v: Value, x: Value) -> PyResult<bool> {
    let (key, hash) = key_hash(vm, x)?;
    as_set(v).contains_hashed(vm, key, hash)
}

fn discard(vm: &Vm, s: Gc<Set>, v: Value) -> PyResult<bool> {
    let (key, hash) = key_hash(vm, v)?;
    s.discard_hashed(vm, key, hash)
}

fn copy(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "copy")?;
    let [] = rest.exact::<0>(vm, "set.copy")?;
    Ok(copy_of(vm, s)?.value())
}

fn difference_method(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "difference")?;
    let [first, others @ ..] = rest.no_keywords(vm, "set.difference")? else {
        return Ok(copy_of(vm, s)?.value());
    };
    let r = difference(vm, s, *first)?;
    for &v in others {
        difference_update(vm, r, v)?;
    }
    Ok(r.value())
}

fn intersection_method(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "intersection")?;
    let others = rest.no_keywords(vm, "set.intersection")?;
    if others.is_empty() {
        return Ok(copy_of(vm, s)?.value());
    }
    Ok(intersection_many(vm, s, others)?.value())
}

fn symmetric_difference_method(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "symmetric_difference")?;
    let [v] = rest.exact::<1>(vm, "set.symmetric_difference")?;
    Ok(symmetric_difference(vm, s, v)?.value())
}

fn union_method(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "union")?;
    let r = vm.copy_set(s, is_frozen(s))?;
    for &v in rest.no_keywords(vm, "set.union")? {
        if v != s.value() {
            update(vm, r, v)?;
        }
    }
    Ok(r.value())
}

fn isdisjoint(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "isdisjoint")?;
    let [v] = rest.exact::<1>(vm, "set.isdisjoint")?;
    if let Some(o) = as_any_set(v) {
        if o == s {
            return Ok(Value::bool(s.is_empty()));
        }
        let (small, large) = if o.len() > s.len() { (s, o) } else { (o, s) };
        let t = small.table();
        let mut pos = 0;
        while let Some((next, hash, key)) = t.next_entry(pos) {
            if large.contains_hashed(vm, key, hash)? {
                return Ok(Value::FALSE);
            }
            pos = next;
        }
        return Ok(Value::TRUE);
    }
    let mut disjoint = true;
    vm.for_each(v, |x| {
        disjoint = !s.contains(vm, x)?;
        Ok(disjoint)
    })?;
    Ok(Value::bool(disjoint))
}

fn issubset(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "issubset")?;
    let [v] = rest.exact::<1>(vm, "set.issubset")?;
    Ok(Value::bool(match as_any_set(v) {
        Some(o) => is_subset(vm, s, o)?,
        None => intersection(vm, s, v)?.len() == s.len(),
    }))
}

fn issuperset(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "issuperset")?;
    let [v] = rest.exact::<1>(vm, "set.issuperset")?;
    if let Some(o) = as_any_set(v) {
        return Ok(Value::bool(is_subset(vm, o, s)?));
    }
    let mut all = true;
    vm.for_each(v, |x| {
        all = s.contains(vm, x)?;
        Ok(all)
    })?;
    Ok(Value::bool(all))
}

fn reduce(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "__reduce__")?;
    let [] = rest.exact::<0>(vm, "__reduce__")?;
    let keys = vm.new_list_of(s.snapshot(vm)?.into_items()?)?;
    let a = vm.new_tuple(&[keys.value()])?;
    let state = vm.instance_dict(s.value())?.map_or(Value::NONE, Gc::value);
    Ok(vm.new_tuple(&[vm.type_of(s.value()).value(), a.value(), state])?.value())
}

fn sizeof(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = this(vm, args, "__sizeof__")?;
    let [] = rest.exact::<0>(vm, "set.__sizeof__")?;
    Ok(Value::small_int((size_of::<Set>() + s.table().entries().len() * 16) as i64))
}
