//! Tuples and lists.

use vm_heap::Header;

use super::{
    gc::{Gc, Object, Ptr},
    items::{Items, RootVec},
    kind::Kind,
};
use crate::{error::PyResult, value::Value, vm::Vm};

/// A tuple; immutable once published.
#[repr(C)]
pub struct Tuple {
    header: Header,
    len: usize,
    /// Cached hash, 0 = not yet computed.
    pub(crate) hash: vm_core::sync::AtomicU64,
    items: [Value; 0],
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Tuple {
    const KIND: Kind = Kind::Tuple;
}

impl Tuple {
    /// The items.
    #[inline(always)]
    #[must_use]
    pub fn as_slice(&self) -> &[Value] {
        // SAFETY: the cell was allocated with `len` values after the fields; they never change after publication, and
        // publication is a Release store that every reader's Acquire load of the reference pairs with.
        unsafe { std::slice::from_raw_parts(self.items.as_ptr(), self.len) }
    }
    /// Items.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether the tuple is empty.
    #[inline(always)]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Sets the length of a fresh cell.
    ///
    /// # Safety
    /// `p` has room for `n` items and nobody else sees it.
    pub(crate) unsafe fn set_len(p: *mut Tuple, n: usize) {
        // SAFETY: by the caller.
        unsafe { (*p).len = n };
    }
    /// Writes an item of a tuple that is still being built.
    pub(crate) fn init(&self, i: usize, v: Value) {
        debug_assert!(i < self.len);
        // SAFETY: in range, and the tuple is not yet published.
        unsafe { self.items.as_ptr().cast_mut().add(i).write(v) };
    }
}

/// Byte offset of a tuple's items.
pub const TUPLE_ITEMS_OFFSET: usize = size_of::<Tuple>();

/// A list: one pointer to its block.
#[repr(C)]
pub struct List {
    header: Header,
    block: Ptr<Items>,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for List {
    const KIND: Kind = Kind::List;
}

impl List {
    /// The current block. Readers use one block for bound check and access.
    #[inline(always)]
    #[must_use]
    pub fn block(&self) -> Gc<Items> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.block.get_unchecked() }
    }
    /// Items at this moment.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.block().len()
    }
    /// Whether the list is empty at this moment.
    #[inline(always)]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Item `i` at this moment.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, i: usize) -> Option<Value> {
        // A block whose length shrank may show UNBOUND in a slot that is being cleared: that item is gone.
        self.block().get(i).and_then(Value::bound)
    }
    pub(crate) fn block_slot(&self) -> &Ptr<Items> {
        &self.block
    }
}

impl Gc<List> {
    /// Replaces item `i`; false if out of range.
    pub fn set(self, vm: &Vm, i: usize, v: Value) -> bool {
        let _g = vm.lock(self.header());
        let b = self.block();
        if i >= b.len() {
            return false;
        }
        b.slots()[i].set(vm, b.header(), v);
        true
    }

    /// Appends `v`.
    #[inline]
    pub fn append(self, vm: &Vm, v: Value) -> PyResult<()> {
        {
            let _g = vm.lock(self.header());
            let b = self.block();
            if b.len() < b.cap() {
                b.append(vm, v);
                return Ok(());
            }
        }
        self.append_grow(vm, v)
    }

    #[cold]
    #[inline(never)]
    fn append_grow(self, vm: &Vm, v: Value) -> PyResult<()> {
        let n = self.len();
        // CPython's growth: about an eighth more, plus a little. Allocated outside the lock (rule L1).
        let fresh = vm.new_items(n + (n >> 3) + 6)?;
        {
            let _g = vm.lock(self.header());
            let b = self.block();
            let n = b.len();
            if n == b.cap() && n < fresh.cap() {
                for (to, from) in fresh.slots().iter().zip(&b.slots()[..n]) {
                    to.init(from.get());
                }
                fresh.slots()[n].init(v);
                fresh.set_len(n + 1);
                self.block_slot().set(vm, self.header(), Some(fresh));
                return Ok(());
            }
        }
        // Another thread grew or shrank the list meanwhile.
        self.append(vm, v)
    }

    /// Removes and returns the last item.
    #[must_use]
    pub fn pop_last(self, vm: &Vm) -> Option<Value> {
        let _g = vm.lock(self.header());
        let b = self.block();
        let n = b.len().checked_sub(1)?;
        let v = b.slots()[n].get();
        b.set_len(n);
        b.slots()[n].clear();
        Some(v)
    }

    /// Runs `edit` on the items in place under the lock: `edit(slots, len)` returns the new length. `edit` must not
    /// allocate, run Python code or wait (rule L1). Slots from the new to the old length are cleared.
    pub fn edit<R>(self, vm: &Vm, edit: impl FnOnce(&Items, &Header) -> (usize, R)) -> R {
        let _g = vm.lock(self.header());
        let b = self.block();
        let old = b.len();
        let (n, r) = edit(&b, b.header());
        b.set_len(n);
        for s in b.slots().iter().take(old).skip(n) {
            s.clear();
        }
        r
    }

    /// Replaces the whole content by `block` and returns the old block.
    pub fn swap_block(self, vm: &Vm, block: Gc<Items>) -> Gc<Items> {
        let _g = vm.lock(self.header());
        let old = self.block();
        self.block_slot().set(vm, self.header(), Some(block));
        old
    }

    /// Replaces the content by `block` if the list still has the block `seen` with `seen_len` items (compare and
    /// replace for operations that compute outside the lock).
    pub fn replace_block_if(self, vm: &Vm, seen: Gc<Items>, seen_len: usize, block: Gc<Items>) -> bool {
        let _g = vm.lock(self.header());
        if self.block() != seen || seen.len() != seen_len {
            return false;
        }
        self.block_slot().set(vm, self.header(), Some(block));
        true
    }

    /// The items at one moment, in a buffer of one's own.
    pub fn snapshot(self, vm: &Vm) -> PyResult<RootVec<'_>> {
        loop {
            let n = self.len();
            let out = vm.new_items(n)?;
            let _g = vm.lock(self.header());
            let b = self.block();
            let m = b.len();
            if m > n {
                continue;
            }
            for (to, from) in out.slots().iter().zip(&b.slots()[..m]) {
                to.init(from.get());
            }
            out.set_len(m);
            drop(_g);
            return Ok(RootVec::from_items(vm, out));
        }
    }
}

impl Vm {
    /// A tuple of `n` items, to be filled with [`Tuple::init`] before the next allocation publishes it to nobody.
    pub(crate) fn alloc_tuple(&self, n: usize) -> PyResult<Gc<Tuple>> {
        let t = self.alloc_cell::<Tuple>(TUPLE_ITEMS_OFFSET + n * size_of::<Value>())?;
        // SAFETY: a fresh cell that nobody else sees; zeroed items read as the integer 0.
        unsafe { (*t.as_ptr()).len = n };
        Ok(t)
    }

    /// A tuple of these items; the empty tuple is shared.
    pub fn new_tuple(&self, items: &[Value]) -> PyResult<Gc<Tuple>> {
        if items.is_empty()
            && let Some(t) = self.interp().statics().empty_tuple()
        {
            return Ok(t);
        }
        let t = self.alloc_tuple(items.len())?;
        for (i, &v) in items.iter().enumerate() {
            t.init(i, v);
        }
        Ok(t)
    }

    /// A list of these items.
    pub fn new_list(&self, items: &[Value]) -> PyResult<Gc<List>> {
        let b = self.new_items_from(items, 0)?;
        self.new_list_of(b)
    }

    /// A list with this storage.
    pub fn new_list_of(&self, block: Gc<Items>) -> PyResult<Gc<List>> {
        let l = self.alloc_cell::<List>(size_of::<List>())?;
        l.block.as_slot().init(block.value());
        Ok(l)
    }
}
