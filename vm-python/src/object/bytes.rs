//! Bytes and bytearrays.

use vm_core::sync::{AtomicU64, Ordering};
use vm_heap::{Header, Marker};

use super::{
    gc::{Gc, Object, Ptr},
    kind::Kind,
    raw::RawBlock,
};
use crate::{error::PyResult, vm::Vm};

/// A bytes object: immutable, data inline.
#[repr(C)]
pub struct Bytes {
    header: Header,
    /// 0 = not yet computed. Relaxed: a pure function of immutable data, every thread computes the same.
    hash: AtomicU64,
    len: usize,
    data: [u8; 0],
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Bytes {
    const KIND: Kind = Kind::Bytes;
}

impl Bytes {
    /// The bytes.
    #[inline(always)]
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        // SAFETY: the cell was allocated with `len` bytes after the fields; they never change after publication.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr(), self.len) }
    }
    /// Number of bytes.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether there is no byte.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// The hash: as of a string with the same storage.
    #[must_use]
    pub fn hash(&self, vm: &Vm) -> i64 {
        let h = self.hash.load(Ordering::Relaxed);
        if h != 0 {
            return h as i64;
        }
        let h = vm.interp().hash_secret.hash_bytes(self.as_slice());
        self.hash.store(h as u64, Ordering::Relaxed);
        h
    }
}

impl Gc<Bytes> {
    /// Fills a fresh cell.
    ///
    /// # Safety
    /// The cell is zeroed, has room for the bytes, and nobody else sees it.
    pub(crate) unsafe fn init_content(self, bytes: &[u8]) {
        // SAFETY: by the caller.
        unsafe {
            (*self.as_ptr()).len = bytes.len();
            let data = (&raw mut (*self.as_ptr()).data).cast::<u8>();
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), data, bytes.len());
        }
    }
}

/// A bytearray: one pointer to its block. Readers load the block once; mutators hold the object lock.
#[repr(C)]
pub struct ByteArray {
    header: Header,
    block: Ptr<RawBlock>,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for ByteArray {
    const KIND: Kind = Kind::ByteArray;
}

impl ByteArray {
    /// The current block; `None` in an object that is not yet initialised (empty).
    #[inline]
    #[must_use]
    pub fn block(&self) -> Option<Gc<RawBlock>> {
        self.block.get()
    }
    /// Bytes at this moment.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.block().map_or(0, |b| b.len())
    }
    /// Whether there is no byte at this moment.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Byte `i` at this moment.
    #[inline]
    #[must_use]
    pub fn get(&self, i: usize) -> Option<u8> {
        self.block()?.load_u8(i)
    }
    /// The bytes at this moment. (Not one atomic snapshot of racing writes to single bytes, as in CPython.)
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        self.block().map_or_else(Vec::new, |b| b.to_vec(0, usize::MAX))
    }
    /// Reports the references to the collector.
    pub fn trace_fields(&self, m: &mut Marker) {
        self.block.trace(m);
    }
}

impl Gc<ByteArray> {
    /// Stores byte `i`; false if out of range.
    pub fn set(self, vm: &Vm, i: usize, b: u8) -> bool {
        let _g = vm.lock(self.header());
        match self.block() {
            Some(block) if i < block.len() => block.store_u8(i, b),
            _ => false,
        }
    }

    /// Replaces the content by `block` (a fresh one), whatever it is now.
    pub fn replace(self, vm: &Vm, block: Gc<RawBlock>) {
        let _g = vm.lock(self.header());
        self.block.set(vm, self.header(), Some(block));
    }

    /// Appends bytes.
    pub fn extend(self, vm: &Vm, bytes: &[u8]) -> PyResult<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        loop {
            let seen = self.len();
            let need = seen.checked_add(bytes.len()).ok_or_else(|| vm.memory_error())?;
            let room = self.block().map_or(0, |b| b.cap());
            let fresh = if room < need { Some(vm.new_raw_block(need + need / 8 + 8)?) } else { None };
            let _g = vm.lock(self.header());
            let Some(target) = self.grown(fresh, bytes.len()) else { continue };
            let n = self.len();
            target.write(n, bytes);
            target.set_len(n + bytes.len());
            self.block.set(vm, self.header(), Some(target));
            return Ok(());
        }
    }

    /// A block with the content and room for `extra` more: the present one, or `fresh`; `None` if neither is enough.
    /// Lock holder only.
    fn grown(self, fresh: Option<Gc<RawBlock>>, extra: usize) -> Option<Gc<RawBlock>> {
        let n = self.len();
        if let Some(b) = self.block()
            && b.cap() - n >= extra
        {
            return Some(b);
        }
        let fresh = fresh.filter(|f| f.cap() >= n && f.cap() - n >= extra)?;
        if let Some(b) = self.block() {
            for i in 0..n {
                fresh.store_u8(i, b.load_u8(i).unwrap_or(0));
            }
        }
        Some(fresh)
    }

    /// Replaces the bytes `start..end`, clipped to the length, by `bytes`.
    pub fn splice(self, vm: &Vm, start: usize, end: usize, bytes: &[u8]) -> PyResult<()> {
        loop {
            let need = self.len().checked_add(bytes.len()).ok_or_else(|| vm.memory_error())?;
            let room = self.block().map(|b| b.cap());
            let fresh =
                if room.is_none_or(|r| r < need) { Some(vm.new_raw_block(need + need / 8)?) } else { None };
            let _g = vm.lock(self.header());
            let n = self.len();
            let (s, e) = (start.min(n), end.clamp(start.min(n), n));
            let extra = bytes.len().saturating_sub(e - s);
            let Some(target) = self.grown(fresh, extra) else { continue };
            target.copy_within(e, s + bytes.len(), n - e);
            target.write(s, bytes);
            target.set_len(n - (e - s) + bytes.len());
            self.block.set(vm, self.header(), Some(target));
            return Ok(());
        }
    }

    /// Runs `edit` on the block in place under the lock; it returns the new length and a result. No allocation, no
    /// Python code (rule L1).
    pub fn edit<R>(self, vm: &Vm, edit: impl FnOnce(&RawBlock) -> (usize, R)) -> Option<R> {
        let _g = vm.lock(self.header());
        let block = self.block()?;
        let (n, r) = edit(&block);
        block.set_len(n);
        Some(r)
    }
}

impl Vm {
    /// A bytes object.
    pub fn new_bytes(&self, bytes: &[u8]) -> PyResult<Gc<Bytes>> {
        let b = self.alloc_bytes(bytes.len())?;
        // SAFETY: a fresh cell with room for `bytes.len()` bytes.
        unsafe { b.init_content(bytes) };
        Ok(b)
    }

    /// `n` zero bytes.
    pub fn alloc_bytes(&self, n: usize) -> PyResult<Gc<Bytes>> {
        let bytes = n
            .checked_add(size_of::<Bytes>())
            .filter(|&n| n < isize::MAX as usize)
            .ok_or_else(|| self.memory_error())?;
        let b = self.alloc_cell::<Bytes>(bytes)?;
        // SAFETY: a fresh cell that nobody else sees.
        unsafe { (*b.as_ptr()).len = n };
        Ok(b)
    }

    /// A bytearray.
    pub fn new_bytearray(&self, bytes: &[u8]) -> PyResult<Gc<ByteArray>> {
        let block = self.new_raw_block(bytes.len())?;
        block.write(0, bytes);
        block.set_len(bytes.len());
        let a = self.alloc_cell::<ByteArray>(size_of::<ByteArray>())?;
        a.block.as_slot().init(block.value());
        Ok(a)
    }
}
