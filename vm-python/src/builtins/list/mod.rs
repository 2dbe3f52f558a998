//! `list` and its iterators.

pub mod edit;
pub mod sort;

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_core::sync::{AtomicUsize, Ordering};
use vm_heap::Marker;

use super::sequence::{
    compare_items, count_of, index_of, occurs, repeat_count, repr_items, resolve_index, subscript_index,
};
use crate::{
    error::PyResult,
    native::{Args, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Object, Slot},
        items::RootVec,
        iter::ListIter,
        sequence::{List, Tuple},
        slice::Slice,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// The class `list`.
pub static DEF: TypeDef = TypeDef {
    name: "list",
    doc: "Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.",
    kind: List::KIND,
    size: size_of::<List>(),
    flags: type_flags::BASETYPE | type_flags::SEQUENCE,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16,
        inplace: Some(inplace),
        inplace_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16,
        compare: Some(compare),
        repr: Some(repr),
        len: Some(|_, v| Ok(as_list(v).len())),
        getitem: Some(getitem),
        setitem: Some(setitem),
        contains: Some(|vm, v, x| {
            let l = as_list(v);
            occurs(vm, x, |i| l.get(i))
        }),
        iter: Some(|vm, v| Ok(vm.new_list_iter(as_list(v))?.value())),
        new: Some(new),
        init: Some(init),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("append", |vm, a| {
            let (l, [v]) = a.method::<List, 1>(vm, "list.append")?;
            l.append(vm, v)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("clear", |vm, a| {
            let (l, []) = a.method::<List, 0>(vm, "list.clear")?;
            let empty = vm.new_items(0)?;
            let _ = l.swap_block(vm, empty);
            Ok(Value::NONE)
        }),
        MethodDef::new("copy", |vm, a| {
            let (l, []) = a.method::<List, 0>(vm, "list.copy")?;
            copy(vm, l)
        }),
        MethodDef::new("count", |vm, a| {
            let (l, [v]) = a.method::<List, 1>(vm, "list.count")?;
            count_of(vm, v, |i| l.get(i))
        }),
        MethodDef::new("extend", |vm, a| {
            let (l, [v]) = a.method::<List, 1>(vm, "list.extend")?;
            extend(vm, l, v)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("index", index),
        MethodDef::new("insert", |vm, a| {
            let (l, rest) = a.this::<List>(vm, "insert")?;
            let [i, v] = rest.exact::<2>(vm, "insert")?;
            l.insert(vm, vm.index_i64(i)?, v)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("pop", pop),
        MethodDef::new("remove", |vm, a| {
            let (l, [v]) = a.method::<List, 1>(vm, "list.remove")?;
            remove(vm, l, v)
        }),
        MethodDef::new("reverse", |vm, a| {
            let (l, []) = a.method::<List, 0>(vm, "list.reverse")?;
            l.reverse(vm);
            Ok(Value::NONE)
        }),
        MethodDef::new("sort", |vm, a| {
            let (l, rest) = a.this::<List>(vm, "sort")?;
            let (key, reverse) = sort_options(vm, rest, "sort")?;
            sort::sort(vm, l, key, reverse)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("__reversed__", |vm, a| {
            let (l, []) = a.method::<List, 0>(vm, "list.__reversed__")?;
            let pos = AtomicUsize::new(l.len());
            let it = ReverseIter { list: Slot::new(l.value()), pos };
            Ok(vm.new_native_object(vm.types().list_reverse_iterator, it)?.value())
        }),
        MethodDef::new("__sizeof__", |vm, a| {
            let (l, []) = a.method::<List, 0>(vm, "list.__sizeof__")?;
            Ok(Value::small_int((size_of::<List>() + 8 * l.block().cap()) as i64))
        }),
        MethodDef::class("__class_getitem__", super::generic_alias::class_getitem),
    ],
    ..NO_DEF
};

/// The class of list iterators.
pub static ITER_DEF: TypeDef = TypeDef {
    name: "list_iterator",
    kind: ListIter::KIND,
    size: size_of::<ListIter>(),
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots {
        iter: Some(|_, it| Ok(it)),
        // SAFETY: slots get a self of their layout.
        iternext: Some(|_, it| Ok(unsafe { it.downcast_unchecked::<ListIter>() }.next())),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("__length_hint__", |vm, a| {
            let (it, []) = a.method::<ListIter, 0>(vm, "__length_hint__")?;
            Ok(Value::small_int(it.remaining() as i64))
        }),
        MethodDef::new("__reduce__", |vm, a| {
            let (it, []) = a.method::<ListIter, 0>(vm, "__reduce__")?;
            match it.index() {
                // SAFETY: set at creation and never cleared.
                Some(i) => super::iterators::reduce_indexed(vm, unsafe { it.seq.get_unchecked() }.value(), i),
                None => super::iterators::reduce_ended(vm),
            }
        }),
        MethodDef::new("__setstate__", |vm, a| {
            let (it, [i]) = a.method::<ListIter, 1>(vm, "__setstate__")?;
            it.set_index(vm.index_i64(i)?.max(0) as usize);
            Ok(Value::NONE)
        }),
    ],
    ..NO_DEF
};

/// Iterator of `reversed(list)`: `pos` items are left.
pub struct ReverseIter {
    list: Slot,
    pos: AtomicUsize,
}

impl NativePayload for ReverseIter {
    fn trace(&self, m: &mut Marker) {
        self.list.trace(m);
    }
}

/// The class of reversed list iterators.
pub static REVERSE_ITER_DEF: TypeDef = TypeDef {
    name: "list_reverseiterator",
    kind: Native::<ReverseIter>::KIND,
    size: Native::<ReverseIter>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots { iter: Some(|_, it| Ok(it)), iternext: Some(reverse_next), ..NO_SLOTS },
    methods: &[MethodDef::new("__length_hint__", |vm, a| {
        let (it, rest) = a.this_native::<ReverseIter>(vm, "__length_hint__")?;
        let [] = rest.exact::<0>(vm, "__length_hint__")?;
        let n = it.payload.pos.load(Ordering::Relaxed);
        let len = it.payload.list.get().downcast::<List>().map_or(0, |l| l.len());
        Ok(Value::small_int(if n <= len { n as i64 } else { 0 }))
    })],
    ..NO_DEF
};

fn reverse_next(_: &Vm, it: Value) -> PyResult<Option<Value>> {
    let Some(it) = it.native::<ReverseIter>() else { return Ok(None) };
    let it = &it.payload;
    let n = it.pos.load(Ordering::Relaxed);
    let v = match (n.checked_sub(1), it.list.get().downcast::<List>()) {
        (Some(i), Some(l)) => l.get(i).map(|v| (i, v)),
        _ => None,
    };
    it.pos.store(v.map_or(0, |v| v.0), Ordering::Relaxed);
    Ok(v.map(|v| v.1))
}

#[inline]
fn as_list(v: Value) -> Gc<List> {
    // SAFETY: slots get a self of their layout.
    unsafe { v.downcast_unchecked() }
}

/// The `key` and `reverse` keywords of `sort` and `sorted`.
pub fn sort_options(vm: &Vm, args: Args<'_>, name: &str) -> PyResult<(Option<Value>, bool)> {
    if !args.pos().is_empty() {
        return Err(vm.type_error(format!("{name}() takes no positional arguments")));
    }
    let [key, reverse] = args.bind::<2>(vm, name, ["key", "reverse"], 0, 0, 0)?;
    let reverse = match reverse.bound() {
        Some(v) => vm.truthy(v)?,
        None => false,
    };
    Ok((key.bound().filter(|k| !k.is_none()), reverse))
}

fn new(vm: &Vm, class: Gc<Type>, _: Args<'_>) -> PyResult {
    if class == vm.types().list {
        return Ok(vm.new_list(&[])?.value());
    }
    let items = vm.new_items(0)?;
    let p = vm.alloc_instance_of(class)?;
    // SAFETY: instances of this class have the layout of List.
    let l: Gc<List> = unsafe { Gc::from_ptr(p.cast()) };
    l.block_slot().as_slot().init(items.value());
    Ok(l.value())
}

fn init(vm: &Vm, v: Value, args: Args<'_>) -> PyResult<()> {
    let l = as_list(v);
    let a = args.range(vm, "list", 0, 1)?;
    if !l.is_empty() {
        let empty = vm.new_items(0)?;
        let _ = l.swap_block(vm, empty);
    }
    match a.first() {
        Some(&source) => extend(vm, l, source),
        None => Ok(()),
    }
}

/// A shallow copy as an exact list.
pub fn copy(vm: &Vm, l: Gc<List>) -> PyResult {
    let items = l.snapshot(vm)?.into_items()?;
    Ok(vm.new_list_of(items)?.value())
}

/// `l.extend(source)`
pub fn extend(vm: &Vm, l: Gc<List>, source: Value) -> PyResult<()> {
    if let Some(t) = source.downcast_exact::<Tuple>() {
        return l.extend_from_slice(vm, t.as_slice());
    }
    // A list of a subclass is iterated, but for this very one: that would never end.
    if let Some(other) = source.downcast_exact::<List>().or_else(|| (source == l.value()).then_some(l)) {
        let items = other.snapshot(vm)?;
        if l.is_empty() {
            // The copy becomes the storage, unless an item was appended meanwhile.
            let seen = l.block();
            let block = items.into_items()?;
            if l.replace_block_if(vm, seen, 0, block) {
                return Ok(());
            }
            return l.extend_from_slice(vm, RootVec::from_items(vm, block).as_slice());
        }
        return l.extend_from_slice(vm, items.as_slice());
    }
    if let Some(r) = super::range::small_range_of(source) {
        let vals = super::range::values(vm, r)?;
        return l.extend_from_slice(vm, vals.as_slice());
    }
    let it = vm.iter(source)?;
    // Only the errors of a wrong hint matter: growth is amortized anyway.
    vm.length_hint(source)?;
    let mut n = 0_u32;
    while let Some(v) = vm.next(it)? {
        l.append(vm, v)?;
        n = n.wrapping_add(1);
        if n.is_multiple_of(1024) {
            vm.poll()?;
        }
    }
    Ok(())
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    match op {
        BinOp::Add => {
            let (Some(x), Some(y)) = (a.downcast::<List>(), b.downcast::<List>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            Ok(vm.new_list_of(x.copy_concatenated(vm, y)?)?.value())
        }
        BinOp::Multiply => {
            let (l, n) = match a.downcast::<List>() {
                Some(l) => (l, b),
                None => (as_list(b), a),
            };
            let Some(n) = repeat_count(vm, n)? else { return Ok(Value::NOT_IMPLEMENTED) };
            Ok(vm.new_list_of(l.copy_repeated(vm, n)?)?.value())
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn inplace(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    let Some(l) = a.downcast::<List>() else { return Ok(Value::NOT_IMPLEMENTED) };
    match op {
        BinOp::Add => extend(vm, l, b)?,
        BinOp::Multiply => {
            let Some(n) = repeat_count(vm, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
            l.repeat_in_place(vm, n)?;
        }
        _ => return Ok(Value::NOT_IMPLEMENTED),
    }
    Ok(a)
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<List>(), b.downcast::<List>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if x.len() != y.len() && matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(Value::bool(op == CmpOp::Ne));
    }
    compare_items(vm, op, |i| x.get(i), |i| y.get(i))
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let l = as_list(v);
    repr_items(vm, v, "[", "]", |i| l.get(i))
}

fn getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    let l = as_list(v);
    if let Some(s) = key.downcast::<Slice>() {
        let bounds = vm.slice_bounds(s)?;
        return Ok(vm.new_list_of(l.copy_slice(vm, bounds)?)?.value());
    }
    let i = subscript_index(vm, "list", key)?;
    let b = l.block();
    match resolve_index(i, b.len()).and_then(|i| b.slots()[i].get().bound()) {
        Some(v) => Ok(v),
        None => Err(vm.index_error("list index out of range")),
    }
}

fn setitem(vm: &Vm, v: Value, key: Value, value: Option<Value>) -> PyResult<()> {
    let l = as_list(v);
    if let Some(s) = key.downcast::<Slice>() {
        return set_slice(vm, l, s, value);
    }
    let i = subscript_index(vm, "list", key)?;
    let done = match value {
        Some(value) => l.edit(vm, |b, h| {
            let n = b.len();
            let at = resolve_index(i, n);
            if let Some(i) = at {
                b.slots()[i].set(vm, h, value);
            }
            (n, at.is_some())
        }),
        None => l.remove_at(vm, i).is_some(),
    };
    if done {
        return Ok(());
    }
    // CPython says "assignment" for `del` too.
    Err(vm.index_error("list assignment index out of range"))
}

fn set_slice(vm: &Vm, l: Gc<List>, s: Gc<Slice>, value: Option<Value>) -> PyResult<()> {
    let Some(value) = value else {
        let bounds = vm.slice_bounds(s)?;
        l.delete_slice(vm, bounds);
        return Ok(());
    };
    let bounds = vm.slice_bounds(s)?;
    let items = collect_for_assignment(vm, value)?;
    if bounds.is_simple() {
        return l.splice(
            vm,
            |n| {
                let r = bounds.of(n);
                let from = r.start as usize;
                (from, from + r.count)
            },
            items.as_slice(),
        );
    }
    match l.assign_extended(vm, bounds, items.as_slice()) {
        Ok(()) => Ok(()),
        Err(n) => Err(vm.value_error(format!(
            "attempt to assign sequence of size {} to extended slice of size {n}",
            items.len()
        ))),
    }
}

fn collect_for_assignment(vm: &Vm, v: Value) -> PyResult<RootVec<'_>> {
    if let Some(l) = v.downcast_exact::<List>() {
        return l.snapshot(vm);
    }
    RootVec::collect(vm, v).map_err(|e| {
        let not_iterable = vm.type_of(v).slots().iter.is_none() && vm.type_of(v).slots().getitem.is_none();
        if not_iterable { vm.type_error("must assign iterable to extended slice") } else { e }
    })
}

fn index(vm: &Vm, args: Args<'_>) -> PyResult {
    let (l, rest) = args.this::<List>(vm, "index")?;
    let a = rest.range(vm, "index", 1, 3)?;
    match index_of(vm, l.len(), &a[1..], a[0], |i| l.get(i))? {
        Some(i) => Ok(Value::small_int(i as i64)),
        None => {
            let r = vm.repr(a[0])?;
            Err(vm.value_error(format!("{} is not in list", r.to_str_lossy())))
        }
    }
}

fn pop(vm: &Vm, args: Args<'_>) -> PyResult {
    let (l, rest) = args.this::<List>(vm, "pop")?;
    let a = rest.range(vm, "pop", 0, 1)?;
    let v = match a.first() {
        None => l.pop_last(vm),
        Some(&i) => {
            let i = vm.index_i64(i)?;
            l.remove_at(vm, i)
        }
    };
    match v {
        Some(v) => Ok(v),
        None if l.is_empty() => Err(vm.index_error("pop from empty list")),
        None => Err(vm.index_error("pop index out of range")),
    }
}

fn remove(vm: &Vm, l: Gc<List>, v: Value) -> PyResult {
    let mut i = 0;
    while let Some(x) = l.get(i) {
        if vm.eq(x, v)? {
            // `__eq__` or another thread may have changed the list: then look again from the start.
            if l.remove_if_same(vm, i, x) {
                return Ok(Value::NONE);
            }
            i = 0;
            vm.poll()?;
            continue;
        }
        i += 1;
    }
    Err(vm.value_error("list.remove(x): x not in list"))
}
