//! `tuple` and its iterator.

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_core::sync::Ordering;

use super::sequence::{
    compare_items, count_of, index_of, occurs, repeat_count, repr_items, resolve_index, subscript_index,
};
use crate::{
    error::PyResult,
    hash,
    native::{Args, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Object},
        items::RootVec,
        iter::TupleIter,
        sequence::{TUPLE_ITEMS_OFFSET, Tuple},
        slice::Slice,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// The class `tuple`.
pub static DEF: TypeDef = TypeDef {
    name: "tuple",
    doc: "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.",
    kind: Tuple::KIND,
    size: TUPLE_ITEMS_OFFSET,
    flags: type_flags::BASETYPE | type_flags::SEQUENCE,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16,
        compare: Some(compare),
        hash: Some(hash_tuple),
        repr: Some(repr),
        len: Some(len),
        getitem: Some(getitem),
        contains: Some(contains),
        iter: Some(iter),
        new: Some(new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("count", |vm, a| {
            let (t, [v]) = a.method::<Tuple, 1>(vm, "count")?;
            count_of(vm, v, |i| t.as_slice().get(i).copied())
        }),
        MethodDef::new("index", index),
        MethodDef::new("__getnewargs__", |vm, a| {
            let (t, []) = a.method::<Tuple, 0>(vm, "__getnewargs__")?;
            let copy = vm.new_tuple(t.as_slice())?;
            Ok(vm.new_tuple(&[copy.value()])?.value())
        }),
        MethodDef::class("__class_getitem__", super::generic_alias::class_getitem),
    ],
    ..NO_DEF
};

/// The class of tuple iterators.
pub static ITER_DEF: TypeDef = TypeDef {
    name: "tuple_iterator",
    kind: TupleIter::KIND,
    size: size_of::<TupleIter>(),
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots { iter: Some(|_, it| Ok(it)), iternext: Some(iter_next), ..NO_SLOTS },
    methods: &[
        MethodDef::new("__length_hint__", |vm, a| {
            let (it, []) = a.method::<TupleIter, 0>(vm, "__length_hint__")?;
            Ok(Value::small_int(it.remaining() as i64))
        }),
        MethodDef::new("__reduce__", |vm, a| {
            let (it, []) = a.method::<TupleIter, 0>(vm, "__reduce__")?;
            // SAFETY: set at creation and never cleared.
            let seq = unsafe { it.seq.get_unchecked() };
            super::iterators::reduce_indexed(vm, seq.value(), it.index())
        }),
        MethodDef::new("__setstate__", |vm, a| {
            let (it, [i]) = a.method::<TupleIter, 1>(vm, "__setstate__")?;
            it.set_index(vm.index_i64(i)?.max(0) as usize);
            Ok(Value::NONE)
        }),
    ],
    ..NO_DEF
};

impl Vm {
    /// A tuple of class `class` (`tuple` or a subclass) with these items.
    pub fn new_tuple_of(&self, class: Gc<Type>, items: &[Value]) -> PyResult<Gc<Tuple>> {
        if class == self.types().tuple {
            return self.new_tuple(items);
        }
        let p = self.alloc_var_instance_of(class, TUPLE_ITEMS_OFFSET + size_of_val(items))?;
        // SAFETY: instances of this class have the layout of Tuple, with room for the items; nobody else sees it.
        let t: Gc<Tuple> = unsafe {
            let p = p.cast::<Tuple>();
            Tuple::set_len(p, items.len());
            Gc::from_ptr(p)
        };
        for (i, &v) in items.iter().enumerate() {
            t.init(i, v);
        }
        Ok(t)
    }
}

fn as_tuple(v: Value) -> Gc<Tuple> {
    // SAFETY: slots get a self of their layout.
    unsafe { v.downcast_unchecked() }
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let exact = class == vm.types().tuple;
    let items = if exact || args.kwnames().is_none() { args.range(vm, "tuple", 0, 1)? } else { args.pos() };
    let Some(&source) = items.first() else { return Ok(vm.new_tuple_of(class, &[])?.value()) };
    if let Some(t) = source.downcast_exact::<Tuple>() {
        return if exact { Ok(source) } else { Ok(vm.new_tuple_of(class, t.as_slice())?.value()) };
    }
    let v = RootVec::collect(vm, source)?;
    Ok(vm.new_tuple_of(class, v.as_slice())?.value())
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    match op {
        BinOp::Add => {
            let (Some(x), Some(y)) = (a.downcast::<Tuple>(), b.downcast::<Tuple>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if x.is_empty() && b.downcast_exact::<Tuple>().is_some() {
                return Ok(b);
            }
            if y.is_empty() && a.downcast_exact::<Tuple>().is_some() {
                return Ok(a);
            }
            let t = vm.alloc_tuple(x.len() + y.len())?;
            for (i, &v) in x.as_slice().iter().chain(y.as_slice()).enumerate() {
                t.init(i, v);
            }
            Ok(t.value())
        }
        BinOp::Multiply => {
            let (t, n) = match a.downcast::<Tuple>() {
                Some(t) => (t, b),
                None => (as_tuple(b), a),
            };
            let Some(n) = repeat_count(vm, n)? else { return Ok(Value::NOT_IMPLEMENTED) };
            if (n == 1 || t.is_empty()) && t.value().downcast_exact::<Tuple>().is_some() {
                return Ok(t.value());
            }
            let total = t.len().checked_mul(n).filter(|&n| n < 1 << 48).ok_or_else(|| vm.memory_error())?;
            if total == 0 {
                return Ok(vm.new_tuple(&[])?.value());
            }
            let out = vm.alloc_tuple(total)?;
            for (i, &v) in t.as_slice().iter().cycle().take(total).enumerate() {
                out.init(i, v);
            }
            Ok(out.value())
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<Tuple>(), b.downcast::<Tuple>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    compare_items(vm, op, |i| x.as_slice().get(i).copied(), |i| y.as_slice().get(i).copied())
}

fn hash_tuple(vm: &Vm, v: Value) -> PyResult<i64> {
    let t = as_tuple(v);
    let cached = t.hash.load(Ordering::Relaxed);
    if cached != 0 {
        return Ok(cached as i64);
    }
    let items = t.as_slice();
    let h = if items.len() <= 8 {
        let mut hashes = [0i64; 8];
        for (h, &v) in hashes.iter_mut().zip(items) {
            *h = vm.hash(v)?;
        }
        hash::combine(hashes[..items.len()].iter().copied())
    } else {
        let hashes = items.iter().map(|&v| vm.hash(v)).collect::<PyResult<Vec<i64>>>()?;
        hash::combine(hashes.into_iter())
    };
    t.hash.store(h as u64, Ordering::Relaxed);
    Ok(h)
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let t = as_tuple(v);
    repr_items(vm, v, "(", ")", |i| t.as_slice().get(i).copied())
}

fn len(_: &Vm, v: Value) -> PyResult<usize> {
    Ok(as_tuple(v).len())
}

fn getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    let t = as_tuple(v);
    let items = t.as_slice();
    if let Some(s) = key.downcast::<Slice>() {
        let r = vm.slice_range(s, items.len())?;
        if r.count == items.len() && r.step == 1 && v.downcast_exact::<Tuple>().is_some() {
            return Ok(v);
        }
        if r.step == 1 {
            let start = r.start as usize;
            return Ok(vm.new_tuple(&items[start..start + r.count])?.value());
        }
        if r.count == 0 {
            return Ok(vm.new_tuple(&[])?.value());
        }
        let out = vm.alloc_tuple(r.count)?;
        for (to, from) in r.indices().enumerate() {
            out.init(to, items[from]);
        }
        return Ok(out.value());
    }
    let i = subscript_index(vm, "tuple", key)?;
    match resolve_index(i, items.len()) {
        Some(i) => Ok(items[i]),
        None => Err(vm.index_error("tuple index out of range")),
    }
}

fn contains(vm: &Vm, v: Value, x: Value) -> PyResult<bool> {
    let t = as_tuple(v);
    occurs(vm, x, |i| t.as_slice().get(i).copied())
}

fn iter(vm: &Vm, v: Value) -> PyResult {
    Ok(vm.new_tuple_iter(as_tuple(v))?.value())
}

fn iter_next(_: &Vm, it: Value) -> PyResult<Option<Value>> {
    // SAFETY: slots get a self of their layout.
    Ok(unsafe { it.downcast_unchecked::<TupleIter>() }.next())
}

fn index(vm: &Vm, args: Args<'_>) -> PyResult {
    let (t, rest) = args.this::<Tuple>(vm, "index")?;
    let a = rest.range(vm, "index", 1, 3)?;
    match index_of(vm, t.len(), &a[1..], a[0], |i| t.as_slice().get(i).copied())? {
        Some(i) => Ok(Value::small_int(i as i64)),
        None => Err(vm.value_error("tuple.index(x): x not in tuple")),
    }
}
