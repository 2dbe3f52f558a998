//! Blocks of plain memory: storage of `array.array` and the like. The collector does not look inside.

use vm_core::sync::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use vm_heap::Header;

use super::{
    gc::{Gc, Object},
    kind::Kind,
};
use crate::{error::PyResult, vm::Vm};

/// A block of `cap` bytes of which the first `len` are in use. As with [`super::items::Items`], the bound is in the
/// block, so a reader that loaded the block never reads outside of it, whatever writers do to its owner meanwhile.
#[repr(C)]
pub struct RawBlock {
    header: Header,
    len: AtomicUsize,
    cap: usize,
    words: [AtomicU64; 0],
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for RawBlock {
    const KIND: Kind = Kind::Raw;
}

macro_rules! access {
    ($($load:ident $store:ident $t:ty, $atomic:ty;)*) => { $(
        /// Element `i`, counted in units of this width; `None` beyond the length.
        #[inline(always)]
        #[must_use]
        pub fn $load(&self, i: usize) -> Option<$t> {
            if i < self.len() / size_of::<$t>() {
                // SAFETY: in range, and aligned because the data start is.
                Some(unsafe { &*self.words.as_ptr().cast::<$atomic>().add(i) }.load(Ordering::Relaxed))
            } else {
                None
            }
        }
        /// Stores element `i`, counted in units of this width; false beyond the capacity.
        #[inline(always)]
        pub fn $store(&self, i: usize, v: $t) -> bool {
            if i < self.cap / size_of::<$t>() {
                // SAFETY: as above.
                unsafe { &*self.words.as_ptr().cast::<$atomic>().add(i) }.store(v, Ordering::Relaxed);
                true
            } else {
                false
            }
        }
    )* };
}

impl RawBlock {
    /// Bytes in use.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }
    /// Whether no byte is in use.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Bytes there are.
    #[inline(always)]
    #[must_use]
    pub fn cap(&self) -> usize {
        self.cap
    }
    /// Publishes a new length; bytes below it must have been written. Lock holder of the owner only.
    #[inline]
    pub fn set_len(&self, n: usize) {
        debug_assert!(n <= self.cap);
        self.len.store(n.min(self.cap), Ordering::Release);
    }
    access! {
        load_u8 store_u8 u8, AtomicU8;
        load_u16 store_u16 u16, AtomicU16;
        load_u32 store_u32 u32, AtomicU32;
        load_u64 store_u64 u64, AtomicU64;
    }
    /// A copy of the bytes `from..to`, clipped to the length.
    #[must_use]
    pub fn to_vec(&self, from: usize, to: usize) -> Vec<u8> {
        let to = to.min(self.len());
        (from.min(to)..to).map(|i| self.load_u8(i).unwrap_or(0)).collect()
    }
    /// Writes bytes at `at`, as far as there is room.
    pub fn write(&self, at: usize, bytes: &[u8]) {
        for (i, &b) in bytes.iter().enumerate() {
            self.store_u8(at + i, b);
        }
    }
    /// Copies `n` bytes within the block, as `memmove`. Clipped to the capacity.
    pub fn copy_within(&self, from: usize, to: usize, n: usize) {
        let n = n.min(self.cap.saturating_sub(from.max(to)));
        let byte = |i: usize| {
            // SAFETY: callers below stay under the capacity.
            unsafe { &*self.words.as_ptr().cast::<AtomicU8>().add(i) }
        };
        if from >= to {
            for i in 0..n {
                byte(to + i).store(byte(from + i).load(Ordering::Relaxed), Ordering::Relaxed);
            }
        } else {
            for i in (0..n).rev() {
                byte(to + i).store(byte(from + i).load(Ordering::Relaxed), Ordering::Relaxed);
            }
        }
    }
}

impl Vm {
    /// An empty block of at least `cap` bytes, zeroed.
    pub fn new_raw_block(&self, cap: usize) -> PyResult<Gc<RawBlock>> {
        let bytes = cap
            .checked_next_multiple_of(8)
            .and_then(|n| n.checked_add(size_of::<RawBlock>()))
            .filter(|&n| n < isize::MAX as usize)
            .ok_or_else(|| self.memory_error())?;
        let b = self.alloc_cell::<RawBlock>(bytes)?;
        // SAFETY: a fresh cell that nobody else sees.
        unsafe { (*b.as_ptr()).cap = bytes - size_of::<RawBlock>() };
        Ok(b)
    }
}
