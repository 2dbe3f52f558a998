//! Typed references to heap cells, and the slots that hold values.
//!
//! [`Gc<T>`] is a plain pointer: `Copy`, no count, no registration. It may live in locals (native stacks are scanned
//! conservatively), in frames and in heap cells. It must not live in a Rust collection on the Rust heap across a
//! safepoint: use [`crate::object::items::RootVec`] there.

use std::{fmt, marker::PhantomData, ops::Deref, ptr::NonNull};

use vm_core::slot::WordSlot;
use vm_heap::{Header, Marker, write_barrier};

use super::kind::Kind;
use crate::{value::Value, vm::Vm};

/// A Rust type that is the layout of one [`Kind`] of cell.
///
/// # Safety
/// `Self` is `repr(C)`, its first field is a [`Header`], and every cell whose header says `KIND` starts with a `Self`.
pub unsafe trait Object: Sized {
    /// The kind in the header.
    const KIND: Kind;
}

/// A reference to a live cell of layout `T`.
#[repr(transparent)]
pub struct Gc<T> {
    ptr: NonNull<T>,
    not_send: PhantomData<*mut T>,
}

impl<T> Clone for Gc<T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Gc<T> {}
impl<T> PartialEq for Gc<T> {
    /// Identity.
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.ptr == other.ptr
    }
}
impl<T> Eq for Gc<T> {}
impl<T> fmt::Debug for Gc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gc({:p})", self.ptr)
    }
}
impl<T> Deref for Gc<T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: a Gc is only made from a live cell of layout T; it is kept alive by the stack or slot that holds it.
        unsafe { self.ptr.as_ref() }
    }
}

impl<T> Gc<T> {
    /// A reference from a pointer.
    ///
    /// # Safety
    /// `ptr` is a live cell of layout `T`.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn from_ptr(ptr: *mut T) -> Gc<T> {
        // SAFETY: by the caller, `ptr` is a live cell and so not null.
        Gc { ptr: unsafe { NonNull::new_unchecked(ptr) }, not_send: PhantomData }
    }
    /// The address.
    #[inline(always)]
    #[must_use]
    pub const fn as_ptr(self) -> *mut T {
        self.ptr.as_ptr()
    }
    /// As a value.
    #[inline(always)]
    #[must_use]
    pub fn value(self) -> Value {
        Value::from_ptr(self.ptr.as_ptr())
    }
    /// The cell's header.
    #[inline(always)]
    #[must_use]
    pub fn header(self) -> &'static Header {
        // SAFETY: every layout begins with a header (contract of `Object`); liveness as in `deref`.
        unsafe { &*self.ptr.as_ptr().cast::<Header>() }
    }
    /// The same cell seen as another layout.
    ///
    /// # Safety
    /// The cell starts with a `U`.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn cast<U>(self) -> Gc<U> {
        Gc { ptr: self.ptr.cast(), not_send: PhantomData }
    }
}

impl<T> From<Gc<T>> for Value {
    #[inline(always)]
    fn from(g: Gc<T>) -> Value {
        g.value()
    }
}

impl Value {
    /// The cell's kind, if this is a heap pointer.
    #[inline(always)]
    #[must_use]
    pub fn kind(self) -> Option<Kind> {
        self.header().map(Kind::of)
    }
    /// Whether this is a cell of layout `T` (subclasses included).
    #[inline(always)]
    #[must_use]
    pub fn is<T: Object>(self) -> bool {
        self.header().is_some_and(|h| h.kind == T::KIND as u8)
    }
    /// The cell as layout `T` (subclasses included).
    #[inline(always)]
    #[must_use]
    pub fn downcast<T: Object>(self) -> Option<Gc<T>> {
        if self.is::<T>() {
            // SAFETY: the header's kind says that the cell starts with a T.
            Some(unsafe { Gc::from_ptr(self.ptr_unchecked().cast()) })
        } else {
            None
        }
    }
    /// The cell as layout `T`, if it is an instance of exactly the builtin type of that kind.
    #[inline(always)]
    #[must_use]
    pub fn downcast_exact<T: Object>(self) -> Option<Gc<T>> {
        if self.header().is_some_and(|h| shape_id(h) == T::KIND as u32) {
            // SAFETY: the shape with the number of a kind belongs to the builtin type of that kind alone.
            Some(unsafe { Gc::from_ptr(self.ptr_unchecked().cast()) })
        } else {
            None
        }
    }
    /// The cell as layout `T` without a check.
    ///
    /// # Safety
    /// The value is a cell of layout `T`.
    #[inline(always)]
    #[must_use]
    pub unsafe fn downcast_unchecked<T: Object>(self) -> Gc<T> {
        debug_assert!(self.is::<T>());
        // SAFETY: by the caller.
        unsafe { Gc::from_ptr(self.ptr_unchecked().cast()) }
    }
}

/// Shape id in header word 0.
#[inline(always)]
#[must_use]
pub fn shape_id(h: &Header) -> u32 {
    h.word0.load(vm_core::sync::Ordering::Acquire) as u32
}

/// A slot in a heap cell that holds a [`Value`]: Release stores, Acquire loads, always.
#[repr(transparent)]
pub struct Slot(WordSlot);

impl Slot {
    /// A slot with a first value; the cell is not yet published.
    #[inline(always)]
    #[must_use]
    pub fn new(v: Value) -> Slot {
        Slot(WordSlot::new(v.bits()))
    }
    /// The value.
    #[inline(always)]
    #[must_use]
    pub fn get(&self) -> Value {
        // SAFETY: slots only ever hold words from `Value::bits`, and zero, which is the integer 0.
        unsafe { Value::from_bits(self.0.load()) }
    }
    /// Stores `v`; `holder` is the header of the cell that contains this slot.
    #[inline(always)]
    pub fn set(&self, vm: &Vm, holder: &Header, v: Value) {
        self.0.store(v.bits());
        write_barrier(vm.heap(), holder);
    }
    /// Stores into a cell that no other thread can see and that is younger than any collection.
    #[inline(always)]
    pub fn init(&self, v: Value) {
        self.0.init_relaxed(v.bits());
    }
    /// Clears the slot to UNBOUND (no reference is stored, so no barrier).
    #[inline(always)]
    pub fn clear(&self) {
        self.0.store(Value::UNBOUND.bits());
    }
    /// Empties the slot; false if it was empty. Of two threads that do so one succeeds.
    pub fn take(&self, vm: &Vm, holder: &Header) -> bool {
        let mut old = self.get();
        while !old.is_unbound() {
            match self.compare_exchange(vm, holder, old, Value::UNBOUND) {
                Ok(()) => return true,
                Err(now) => old = now,
            }
        }
        false
    }
    /// Replaces `old` by `new` if the slot still holds exactly `old`.
    #[inline]
    pub fn compare_exchange(&self, vm: &Vm, holder: &Header, old: Value, new: Value) -> Result<(), Value> {
        match self.0.cas(old.bits(), new.bits()) {
            Ok(_) => {
                write_barrier(vm.heap(), holder);
                Ok(())
            }
            // SAFETY: as in `get`.
            Err(seen) => Err(unsafe { Value::from_bits(seen) }),
        }
    }
    /// Reports the value to the collector.
    #[inline(always)]
    pub fn trace(&self, m: &mut Marker) {
        m.visit_word(self.0.load());
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// A nullable reference in a heap cell: a [`Slot`] that holds a cell of layout `T`, or UNBOUND.
#[repr(transparent)]
pub struct Ptr<T> {
    slot: Slot,
    layout: PhantomData<Gc<T>>,
}

impl<T> Ptr<T> {
    /// A reference in a cell that is not yet published.
    #[inline(always)]
    #[must_use]
    pub fn new(g: Option<Gc<T>>) -> Ptr<T> {
        Ptr { slot: Slot::new(g.map_or(Value::UNBOUND, Gc::value)), layout: PhantomData }
    }
    /// The reference.
    #[inline(always)]
    #[must_use]
    pub fn get(&self) -> Option<Gc<T>> {
        let v = self.slot.get();
        // SAFETY: only `new` and `set` write the slot, and they take a Gc<T>. Zeroed memory reads as an integer.
        if v.is_ptr() { Some(unsafe { Gc::from_ptr(v.ptr_unchecked().cast()) }) } else { None }
    }
    /// The reference, known to be there.
    ///
    /// # Safety
    /// The slot was set and is never cleared.
    #[inline(always)]
    #[must_use]
    pub unsafe fn get_unchecked(&self) -> Gc<T> {
        // SAFETY: by the caller.
        unsafe { Gc::from_ptr(self.slot.get().ptr_unchecked().cast()) }
    }
    /// Stores a reference; `holder` is the header of the cell that contains this slot.
    #[inline(always)]
    pub fn set(&self, vm: &Vm, holder: &Header, g: Option<Gc<T>>) {
        self.slot.set(vm, holder, g.map_or(Value::UNBOUND, Gc::value));
    }
    /// Reports the reference to the collector.
    #[inline(always)]
    pub fn trace(&self, m: &mut Marker) {
        self.slot.trace(m);
    }
    /// As a plain slot.
    #[inline(always)]
    #[must_use]
    pub const fn as_slot(&self) -> &Slot {
        &self.slot
    }
}
