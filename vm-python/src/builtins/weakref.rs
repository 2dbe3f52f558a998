//! `weakref.ref`: a reference that does not keep its referent alive.
//!
//! The collector clears the slot of a dead referent in the pause that finds it dead, before any thread runs again
//! (vm-heap's P19). So there is no moment at which a dead object can be read, and callbacks run later, from the queue.

use vm_core::sync::{AtomicU64, Ordering};
use vm_heap::{Header, Marker, Pending, weak::WeakSlot};

use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Object, Slot},
        kind::Kind,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};
use vm_compiler::opcodes::CmpOp;

/// A weak reference.
#[repr(C)]
pub struct WeakRef {
    header: Header,
    referent: WeakSlot,
    /// Called with this reference after the referent died; None = nothing.
    pub callback: Slot,
    /// Hash of the referent plus one, once asked for; 0 = not yet.
    hash: AtomicU64,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for WeakRef {
    const KIND: Kind = Kind::WeakRef;
}

/// `weakref.ReferenceType`
pub static DEF: TypeDef = TypeDef {
    name: "weakref.ReferenceType",
    doc: "",
    kind: Kind::WeakRef,
    size: size_of::<WeakRef>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        new: Some(new),
        init: Some(|_, _, _| Ok(())),
        call: Some(|vm, r, args| {
            args.exact::<0>(vm, "__call__")?;
            Ok(this(vm, r)?.get().unwrap_or(Value::NONE))
        }),
        hash: Some(hash),
        compare: Some(compare),
        repr: Some(repr),
        ..NO_SLOTS
    },
    methods: &[MethodDef::class("__class_getitem__", |vm, args| {
        let [class, _item] = args.exact::<2>(vm, "__class_getitem__")?;
        Ok(class)
    })],
    getset: &[GetSetDef::read_only("__callback__", |vm, r| {
        let r = this(vm, r)?;
        Ok(if r.get().is_some() { r.callback.get() } else { Value::NONE })
    })],
};

fn this(vm: &Vm, r: Value) -> PyResult<Gc<WeakRef>> {
    r.downcast::<WeakRef>()
        .ok_or_else(|| vm.type_error("descriptor requires a 'weakref.ReferenceType' object"))
}

impl WeakRef {
    /// The referent, if it is alive. The caller keeps the value in a local while it uses it.
    #[must_use]
    pub fn get(&self) -> Option<Value> {
        // SAFETY: the slot holds the bits of a value until the collector, in a pause, finds it dead and clears the slot.
        self.referent.peek().map(|w| unsafe { Value::from_bits(w) })
    }
    pub(crate) fn trace_fields(&self, m: &mut Marker) {
        self.callback.trace(m);
    }
}

impl Vm {
    /// A weak reference to `referent`, of class `class` (`weakref.ref` or a subclass).
    ///
    /// # Errors
    /// TypeError if instances of the referent's class cannot be weakly referenced.
    pub fn new_weakref(&self, class: Gc<Type>, referent: Value, callback: Value) -> PyResult<Gc<WeakRef>> {
        if !referent.is_ptr() || !self.type_of(referent).has_flag(type_flags::WEAKREF) {
            return Err(self.type_error(format!(
                "cannot create weak reference to '{}' object",
                self.type_name(referent)
            )));
        }
        let cell = self.alloc_instance_of(class)?;
        // SAFETY: a fresh cell of a class whose layout is WeakRef.
        let r: Gc<WeakRef> = unsafe { Gc::from_ptr(cell.cast()) };
        r.callback.init(callback);
        r.referent.set(referent.bits());
        if let Some(cell) = std::ptr::NonNull::new(cell) {
            self.heap().register_weak(cell, std::mem::offset_of!(WeakRef, referent), !callback.is_none());
        }
        Ok(r)
    }

    /// Runs the finalizers and callbacks that a collection found due. What they raise is reported and goes no further.
    pub(crate) fn run_finalizers(&self) {
        while let Some(p) = self.interp().heap.take_pending(self.heap()) {
            // An exception that is being handled here is no context for what a finalizer raises.
            let handled = self.handled.replace(Value::NONE);
            match p {
                Pending::Finalizer(cell) => self.run_finalizer(Value::from_ptr(cell.as_ptr())),
                Pending::WeakCallback(cell) => {
                    if let Some(r) = Value::from_ptr(cell.as_ptr()).downcast::<WeakRef>() {
                        self.run_weak_callback(r);
                    }
                }
            }
            self.handled.set(handled);
        }
    }

    fn run_finalizer(&self, v: Value) {
        let Ok(Some(del)) = self.lookup_special(v, self.names().__del__) else { return };
        if let Err(e) = self.call(del, &[]) {
            let function = self.type_lookup(self.type_of(v), self.names().__del__).unwrap_or(del);
            let what = self
                .repr(function)
                .map_or_else(|_| "<object repr() failed>".to_owned(), |s| s.to_str_lossy().into_owned());
            self.report_unraisable(
                e,
                &format!("Exception ignored while calling deallocator {what}"),
                Value::NONE,
            );
        }
    }

    /// Runs the callback of a weak reference that the collector queued.
    pub(crate) fn run_weak_callback(&self, r: Gc<WeakRef>) {
        let callback = r.callback.get();
        if callback.is_none() {
            return;
        }
        r.callback.set(self, r.header(), Value::NONE);
        if let Err(e) = self.call(callback, &[r.value()]) {
            let what = self
                .repr(callback)
                .map_or_else(|_| "<object repr() failed>".to_owned(), |s| s.to_str_lossy().into_owned());
            self.report_unraisable(
                e,
                &format!("Exception ignored while calling weakref callback {what}"),
                Value::NONE,
            );
        }
    }
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let pos = args.pos();
    if pos.is_empty() || pos.len() > 2 {
        return Err(vm.type_error(format!("__new__ expected 1 to 2 arguments, got {}", pos.len())));
    }
    Ok(vm.new_weakref(class, pos[0], pos.get(1).copied().unwrap_or(Value::NONE))?.value())
}

fn hash(vm: &Vm, r: Value) -> PyResult<i64> {
    let r = this(vm, r)?;
    let h = r.hash.load(Ordering::Relaxed);
    if h != 0 {
        return Ok(h.wrapping_sub(1) as i64);
    }
    let Some(v) = r.get() else { return Err(vm.type_error("weak object has gone away")) };
    let h = vm.hash(v)?;
    r.hash.store((h as u64).wrapping_add(1), Ordering::Relaxed);
    Ok(h)
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (Some(x), Some(y)) = (a.downcast::<WeakRef>(), b.downcast::<WeakRef>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    match (x.get(), y.get()) {
        (Some(x), Some(y)) => vm.compare(op, x, y),
        _ => Ok(Value::bool((x == y) == (op == CmpOp::Eq))),
    }
}

fn repr(vm: &Vm, r: Value) -> PyResult<Gc<Str>> {
    let w = this(vm, r)?;
    let at = w.as_ptr() as usize;
    vm.new_str(&match w.get() {
        None => format!("<weakref at {at:#x}; dead>"),
        Some(v) => {
            let class = vm.type_of(v).name().to_str_lossy().into_owned();
            let name = match vm.getattr_opt(v, vm.names().__name__)?.and_then(|n| n.downcast::<Str>()) {
                Some(n) => format!(" ({})", n.to_str_lossy()),
                None => String::new(),
            };
            format!("<weakref at {at:#x}; to '{class}' at {:#x}{name}>", v.ptr_unchecked() as usize)
        }
    })
}
