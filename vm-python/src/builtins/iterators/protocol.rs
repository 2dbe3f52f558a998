//! Iteration by `__getitem__`, by calling, and backwards.

use vm_core::sync::{AtomicUsize, Ordering};
use vm_heap::Marker;

use super::{payload, reduce_ended, reduce_indexed};
use crate::{
    error::PyResult,
    native::{Args, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Slot},
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// Index of an iterator that has ended.
const ENDED: usize = usize::MAX;

/// Iterator over `seq[0]`, `seq[1]`, … until IndexError.
pub struct SeqIter {
    seq: Slot,
    index: AtomicUsize,
}

impl NativePayload for SeqIter {
    fn trace(&self, m: &mut Marker) {
        self.seq.trace(m);
    }
}

/// The class of iterators over `__getitem__`.
pub static SEQ_DEF: TypeDef = TypeDef {
    name: "iterator",
    kind: Native::<SeqIter>::KIND,
    size: Native::<SeqIter>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots { iter: Some(|_, it| Ok(it)), iternext: Some(seq_next), ..NO_SLOTS },
    methods: &[
        MethodDef::new("__length_hint__", |vm, a| {
            let (it, rest) = a.this_native::<SeqIter>(vm, "__length_hint__")?;
            let [] = rest.exact::<0>(vm, "__length_hint__")?;
            let i = it.payload.index.load(Ordering::Relaxed);
            let seq = it.payload.seq.get();
            if i == ENDED {
                return Ok(Value::small_int(0));
            }
            if vm.type_of(seq).slots().len.is_none() {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            Ok(Value::small_int(vm.len(seq)?.saturating_sub(i) as i64))
        }),
        MethodDef::new("__reduce__", |vm, a| {
            let (it, rest) = a.this_native::<SeqIter>(vm, "__reduce__")?;
            let [] = rest.exact::<0>(vm, "__reduce__")?;
            match it.payload.index.load(Ordering::Relaxed) {
                ENDED => reduce_ended(vm),
                i => reduce_indexed(vm, it.payload.seq.get(), i),
            }
        }),
        MethodDef::new("__setstate__", |vm, a| {
            let (it, rest) = a.this_native::<SeqIter>(vm, "__setstate__")?;
            let [i] = rest.exact::<1>(vm, "__setstate__")?;
            if it.payload.index.load(Ordering::Relaxed) != ENDED {
                it.payload.index.store(vm.index_i64(i)?.max(0) as usize, Ordering::Relaxed);
            }
            Ok(Value::NONE)
        }),
    ],
    ..NO_DEF
};

fn seq_next(vm: &Vm, it: Value) -> PyResult<Option<Value>> {
    // SAFETY: only instances of the class above get here.
    let it = &unsafe { payload::<SeqIter>(it) }.payload;
    let i = it.index.load(Ordering::Relaxed);
    if i == ENDED {
        return Ok(None);
    }
    match vm.getitem(it.seq.get(), Value::small_int(i as i64)) {
        Ok(v) => {
            it.index.store(i + 1, Ordering::Relaxed);
            Ok(Some(v))
        }
        Err(e) if e.is(vm, vm.exc().index_error) || e.is(vm, vm.exc().stop_iteration) => {
            it.index.store(ENDED, Ordering::Relaxed);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

/// Iterator that calls until the result equals a sentinel.
pub struct CallableIter {
    /// UNBOUND once ended.
    f: Slot,
    sentinel: Slot,
}

impl NativePayload for CallableIter {
    fn trace(&self, m: &mut Marker) {
        self.f.trace(m);
        self.sentinel.trace(m);
    }
}

/// The class of `iter(callable, sentinel)`.
pub static CALLABLE_DEF: TypeDef = TypeDef {
    name: "callable_iterator",
    kind: Native::<CallableIter>::KIND,
    size: Native::<CallableIter>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots { iter: Some(|_, it| Ok(it)), iternext: Some(callable_next), ..NO_SLOTS },
    ..NO_DEF
};

fn callable_next(vm: &Vm, it: Value) -> PyResult<Option<Value>> {
    // SAFETY: only instances of the class above get here.
    let it = &unsafe { payload::<CallableIter>(it) }.payload;
    let Some(f) = it.f.get().bound() else { return Ok(None) };
    match vm.call(f, &[]) {
        Ok(v) => {
            if vm.eq(it.sentinel.get(), v)? {
                it.f.clear();
                return Ok(None);
            }
            Ok(Some(v))
        }
        Err(e) if e.is(vm, vm.exc().stop_iteration) => {
            it.f.clear();
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

/// `reversed(seq)` for what has no `__reversed__`: `left` items are to come.
pub struct Reversed {
    seq: Slot,
    left: AtomicUsize,
}

impl NativePayload for Reversed {
    fn trace(&self, m: &mut Marker) {
        self.seq.trace(m);
    }
}

/// The class `reversed`.
pub static REVERSED_DEF: TypeDef = TypeDef {
    name: "reversed",
    doc: "Return a reverse iterator over the values of the given sequence.",
    kind: Native::<Reversed>::KIND,
    size: Native::<Reversed>::SIZE,
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        iter: Some(|_, it| Ok(it)),
        iternext: Some(reversed_next),
        new: Some(reversed_new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("__length_hint__", |vm, a| {
            let (it, rest) = a.this_native::<Reversed>(vm, "__length_hint__")?;
            let [] = rest.exact::<0>(vm, "__length_hint__")?;
            let left = it.payload.left.load(Ordering::Relaxed);
            let n = vm.len(it.payload.seq.get())?;
            Ok(Value::small_int(if left <= n { left as i64 } else { 0 }))
        }),
        MethodDef::new("__reduce__", |vm, a| {
            let (it, rest) = a.this_native::<Reversed>(vm, "__reduce__")?;
            let [] = rest.exact::<0>(vm, "__reduce__")?;
            let args = vm.new_tuple(&[it.payload.seq.get()])?;
            let state = it.payload.left.load(Ordering::Relaxed) as i64 - 1;
            Ok(vm.new_tuple(&[vm.types().reversed.value(), args.value(), Value::small_int(state)])?.value())
        }),
        MethodDef::new("__setstate__", |vm, a| {
            let (it, rest) = a.this_native::<Reversed>(vm, "__setstate__")?;
            let [i] = rest.exact::<1>(vm, "__setstate__")?;
            let n = vm.len(it.payload.seq.get())?;
            let left = vm.index_i64(i)?.saturating_add(1).clamp(0, n as i64);
            it.payload.left.store(left as usize, Ordering::Relaxed);
            Ok(Value::NONE)
        }),
    ],
    ..NO_DEF
};

fn reversed_new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let [seq] = args.exact::<1>(vm, "reversed").map_err(|e| {
        if args.kwnames().is_some() || args.len() == 1 {
            return e;
        }
        vm.type_error(format!("reversed expected 1 argument, got {}", args.len()))
    })?;
    if let Some(f) = vm.lookup_special(seq, vm.names().__reversed__)? {
        if f.is_none() {
            return Err(vm.type_error(format!("'{}' object is not reversible", vm.type_name(seq))));
        }
        return vm.call(f, &[]);
    }
    let slots = vm.type_of(seq);
    if slots.slots().getitem.is_none() || slots.slots().len.is_none() || vm.isinstance(seq, vm.types().dict) {
        return Err(vm.type_error(format!("'{}' object is not reversible", vm.type_name(seq))));
    }
    let n = vm.len(seq)?;
    let it = Reversed { seq: Slot::new(seq), left: AtomicUsize::new(n) };
    Ok(vm.new_native_object(class, it)?.value())
}

fn reversed_next(vm: &Vm, it: Value) -> PyResult<Option<Value>> {
    // SAFETY: only instances of the class above get here.
    let it = &unsafe { payload::<Reversed>(it) }.payload;
    let Some(i) = it.left.load(Ordering::Relaxed).checked_sub(1) else { return Ok(None) };
    match vm.getitem(it.seq.get(), Value::small_int(i as i64)) {
        Ok(v) => {
            it.left.store(i, Ordering::Relaxed);
            Ok(Some(v))
        }
        Err(e) if e.is(vm, vm.exc().index_error) || e.is(vm, vm.exc().stop_iteration) => {
            it.left.store(0, Ordering::Relaxed);
            Ok(None)
        }
        Err(e) => Err(e),
    }
}

impl Vm {
    /// An iterator over `v[0]`, `v[1]`, …
    pub fn new_seq_iterator(&self, v: Value) -> PyResult {
        let it = SeqIter { seq: Slot::new(v), index: AtomicUsize::new(0) };
        Ok(self.new_native_object(self.types().seq_iterator, it)?.value())
    }

    /// An iterator that calls `f` until the result equals `sentinel`.
    pub fn new_callable_iterator(&self, f: Value, sentinel: Value) -> PyResult {
        let it = CallableIter { f: Slot::new(f), sentinel: Slot::new(sentinel) };
        Ok(self.new_native_object(self.types().callable_iterator, it)?.value())
    }
}
