//! Blocks of values: list storage, and the growable buffer that native code uses in place of `Vec<Value>`.

use std::{cell::Cell, marker::PhantomData};

use vm_core::published::Count;
use vm_heap::Header;

use super::{
    gc::{Gc, Object, Slot},
    kind::Kind,
};
use crate::{error::PyResult, value::Value, vm::Vm};

/// A block of `cap` slots of which the first `len` are items. The bound is in the block itself, so a reader that
/// loaded the block can never read outside of it, whatever writers do to the list meanwhile.
#[repr(C)]
pub struct Items {
    header: Header,
    len: Count,
    cap: usize,
    slots: [Slot; 0],
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Items {
    const KIND: Kind = Kind::Items;
}

impl Items {
    /// Items in use.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len.get()
    }
    /// Whether no item is in use.
    #[inline(always)]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Slots there are.
    #[inline(always)]
    #[must_use]
    pub fn cap(&self) -> usize {
        self.cap
    }
    /// All slots (`cap` of them).
    #[inline(always)]
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        // SAFETY: the cell was allocated with `cap` slots after the fields.
        unsafe { std::slice::from_raw_parts(self.slots.as_ptr(), self.cap) }
    }
    /// Item `i`, if in range.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, i: usize) -> Option<Value> {
        if i < self.len() { Some(self.slots()[i].get()) } else { None }
    }
    /// Publishes a new length; slots below it must have been written. Owner or lock holder only.
    #[inline(always)]
    pub fn set_len(&self, n: usize) {
        debug_assert!(n <= self.cap);
        self.len.set(n);
    }
    /// Writes `v` behind the last item and counts it (P17.R4); there is room. Owner or lock holder only.
    #[inline(always)]
    pub fn append(&self, vm: &Vm, v: Value) {
        self.len.append(|n| self.slots()[n].set(vm, &self.header, v));
    }
    /// The items as a slice of values: a snapshot view for a block that nobody else writes (RootVec).
    #[inline(always)]
    fn view(&self) -> &[Value] {
        // SAFETY: Slot is a transparent 64-bit word of a Value; used on blocks owned by one RootVec only.
        unsafe { std::slice::from_raw_parts(self.slots.as_ptr().cast::<Value>(), self.len()) }
    }
}

impl Vm {
    /// An empty block of `cap` slots.
    pub fn new_items(&self, cap: usize) -> PyResult<Gc<Items>> {
        let bytes = cap
            .checked_mul(size_of::<Slot>())
            .and_then(|n| n.checked_add(size_of::<Items>()))
            .filter(|&n| n < isize::MAX as usize)
            .ok_or_else(|| self.memory_error())?;
        let b = self.alloc_cell::<Items>(bytes)?;
        // SAFETY: a fresh cell that nobody else sees.
        unsafe { (*b.as_ptr()).cap = cap };
        Ok(b)
    }

    /// A block with these items and room for `extra` more.
    pub fn new_items_from(&self, items: &[Value], extra: usize) -> PyResult<Gc<Items>> {
        let b = self.new_items(items.len() + extra)?;
        for (s, &v) in b.slots().iter().zip(items) {
            s.init(v);
        }
        b.set_len(items.len());
        Ok(b)
    }
}

/// A growable buffer of values for native code. It lives on the native stack, its block in the heap, so the collector
/// finds both. One thread only.
pub struct RootVec<'v> {
    vm: &'v Vm,
    block: Cell<Option<Gc<Items>>>,
    not_send: PhantomData<*mut ()>,
}

impl<'v> RootVec<'v> {
    /// An empty buffer; allocates at the first push.
    #[must_use]
    pub fn new(vm: &'v Vm) -> RootVec<'v> {
        RootVec { vm, block: Cell::new(None), not_send: PhantomData }
    }
    /// An empty buffer with room for `cap` values.
    pub fn with_capacity(vm: &'v Vm, cap: usize) -> PyResult<RootVec<'v>> {
        let v = RootVec::new(vm);
        if cap > 0 {
            v.block.set(Some(vm.new_items(cap)?));
        }
        Ok(v)
    }
    /// A buffer with these values.
    pub fn from_slice(vm: &'v Vm, items: &[Value]) -> PyResult<RootVec<'v>> {
        let v = RootVec::new(vm);
        if !items.is_empty() {
            v.block.set(Some(vm.new_items_from(items, 0)?));
        }
        Ok(v)
    }
    /// Everything that `iterable` yields; the items of a list as of one moment.
    pub fn collect(vm: &'v Vm, iterable: Value) -> PyResult<RootVec<'v>> {
        if let Some(list) = iterable.downcast_exact::<super::sequence::List>() {
            return list.snapshot(vm);
        }
        let v = RootVec::new(vm);
        vm.for_each(iterable, |x| {
            v.push(x)?;
            Ok(true)
        })?;
        Ok(v)
    }
    /// A buffer over a block that nobody else has.
    #[must_use]
    pub fn from_items(vm: &'v Vm, block: Gc<Items>) -> RootVec<'v> {
        RootVec { vm, block: Cell::new(Some(block)), not_send: PhantomData }
    }
    /// Appends a value.
    pub fn push(&self, v: Value) -> PyResult<()> {
        let b = match self.block.get() {
            Some(b) if b.len() < b.cap() => b,
            Some(b) => {
                let n = self.vm.new_items_from(b.view(), b.cap().max(4))?;
                self.block.set(Some(n));
                n
            }
            None => {
                let n = self.vm.new_items(4)?;
                self.block.set(Some(n));
                n
            }
        };
        b.append(self.vm, v);
        Ok(())
    }
    /// Appends all of `items`.
    pub fn extend(&self, items: &[Value]) -> PyResult<()> {
        for &v in items {
            self.push(v)?;
        }
        Ok(())
    }
    /// Removes the last value.
    pub fn pop(&self) -> Option<Value> {
        let b = self.block.get()?;
        let n = b.len().checked_sub(1)?;
        let v = b.slots()[n].get();
        b.set_len(n);
        b.slots()[n].clear();
        Some(v)
    }
    /// Values in the buffer.
    #[must_use]
    pub fn len(&self) -> usize {
        self.block.get().map_or(0, |b| b.len())
    }
    /// Whether the buffer is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Value `i`.
    #[must_use]
    pub fn get(&self, i: usize) -> Option<Value> {
        self.block.get()?.get(i)
    }
    /// Replaces value `i`, which must be in range.
    pub fn set(&self, i: usize, v: Value) {
        if let Some(b) = self.block.get() {
            b.slots()[i].set(self.vm, b.header(), v);
        }
    }
    /// The values. The slice stays valid (the block is kept alive by this buffer) until the next push.
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        match self.block.get() {
            // SAFETY: the block lives as long as `self.block` refers to it; `&self` methods that grow replace the
            // block but do not free the old one while a slice on the stack points into it.
            Some(b) => unsafe { &*b.as_ptr() }.view(),
            None => &[],
        }
    }
    /// Swaps two values.
    pub fn swap(&self, i: usize, j: usize) {
        if let Some(b) = self.block.get() {
            let (x, y) = (b.slots()[i].get(), b.slots()[j].get());
            b.slots()[i].set(self.vm, b.header(), y);
            b.slots()[j].set(self.vm, b.header(), x);
        }
    }
    /// Hands the block over (as the storage of a list).
    pub fn into_items(self) -> PyResult<Gc<Items>> {
        match self.block.get() {
            Some(b) => Ok(b),
            None => self.vm.new_items(0),
        }
    }
}

/// A small stack of values of one thread; a root (its thread traces it).
#[derive(Default)]
pub struct ValueStack(std::cell::RefCell<Vec<Value>>);

impl ValueStack {
    /// Pushes `v` unless it is there already.
    #[must_use]
    pub fn push_unless_present(&self, v: Value) -> bool {
        let mut s = self.0.borrow_mut();
        if s.contains(&v) {
            return false;
        }
        s.push(v);
        true
    }
    /// Removes `v`.
    pub fn remove(&self, v: Value) {
        let mut s = self.0.borrow_mut();
        if let Some(i) = s.iter().rposition(|&x| x == v) {
            s.remove(i);
        }
    }
    /// Reports the values to the collector.
    pub fn trace(&self, m: &mut vm_heap::Marker) {
        for v in self.0.borrow().iter() {
            m.visit_word(v.bits());
        }
    }
}
