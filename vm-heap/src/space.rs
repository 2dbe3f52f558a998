//! The address range of the heap: reserved once, committed by touch; blocks, and one mark byte per granule beside them.

use std::ptr::NonNull;

use vm_core::sync::AtomicU8;

use crate::blocks::BlockState;

/// Unit of hand-out: one size class each.
pub const BLOCK_BYTES: usize = 32 << 10;
/// Unit of addresses: cells begin at multiples of it.
pub const GRANULE: usize = 16;
/// Granules in a block.
pub const BLOCK_GRANULES: usize = BLOCK_BYTES / GRANULE;

/// Address space asked for first; halved until the system grants it. Untouched pages cost nothing.
const RESERVE: usize = 64 << 30;
const RESERVE_MIN: usize = 64 << 20;

/// Why there is no heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReserveError;

impl std::fmt::Display for ReserveError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot reserve {} MB of address space for the heap", RESERVE_MIN >> 20)
    }
}

impl std::error::Error for ReserveError {}

/// A private anonymous mapping.
struct Mapping {
    address: NonNull<u8>,
    bytes: usize,
}

impl Mapping {
    fn new(bytes: usize) -> Option<Self> {
        // SAFETY: a new anonymous mapping at an address of the system's choice overlaps nothing.
        let p = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        if p == libc::MAP_FAILED {
            return None;
        }
        // Sparse tables and small heaps must not be rounded up to 2 MB pages. Advice: failure is harmless.
        // SAFETY: the range was mapped above.
        unsafe { libc::madvise(p, bytes, libc::MADV_NOHUGEPAGE) };
        Some(Self { address: NonNull::new(p.cast())?, bytes })
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: the mapping is this value's own, and its owner outlives every reference into it.
        unsafe { libc::munmap(self.address.as_ptr().cast(), self.bytes) };
    }
}

/// The range and its side tables.
pub struct Space {
    base: usize,
    blocks: usize,
    marks: Mapping,
    states: Mapping,
    _range: Mapping,
}

// SAFETY: the mappings are plain memory owned by the value; all shared access to the tables is atomic, access to cells
// follows the heap's protocols.
unsafe impl Send for Space {}
// SAFETY: as above.
unsafe impl Sync for Space {}

impl std::fmt::Debug for Space {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Space")
            .field("base", &self.base)
            .field("blocks", &self.blocks)
            .finish_non_exhaustive()
    }
}

impl Space {
    /// Reserves the range and its tables.
    ///
    /// # Errors
    /// When not even a small range is granted (`ulimit -v`).
    pub fn reserve() -> Result<Self, ReserveError> {
        let mut bytes = RESERVE;
        while bytes >= RESERVE_MIN {
            if let Some(space) = Self::reserve_bytes(bytes) {
                return Ok(space);
            }
            bytes /= 2;
        }
        Err(ReserveError)
    }

    fn reserve_bytes(bytes: usize) -> Option<Self> {
        // One block more, so that the range can begin at a multiple of a block.
        let range = Mapping::new(bytes + BLOCK_BYTES)?;
        let blocks = bytes / BLOCK_BYTES;
        let marks = Mapping::new(blocks * BLOCK_GRANULES)?;
        let states = Mapping::new(blocks * std::mem::size_of::<BlockState>())?;
        let base = (range.address.as_ptr() as usize).next_multiple_of(BLOCK_BYTES);
        Some(Self { base, blocks, marks, states, _range: range })
    }

    /// The first address.
    #[inline(always)]
    pub fn base(&self) -> usize {
        self.base
    }

    /// Bytes of the range.
    #[inline(always)]
    pub fn span(&self) -> usize {
        self.blocks * BLOCK_BYTES
    }

    /// Blocks of the range.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The first address of a block.
    #[inline]
    pub fn address_of(&self, block: u32) -> usize {
        self.base + block as usize * BLOCK_BYTES
    }

    /// The block of an address, which is in the range.
    #[inline]
    pub fn block_of(&self, address: usize) -> u32 {
        debug_assert!(address.wrapping_sub(self.base) < self.span());
        ((address - self.base) / BLOCK_BYTES) as u32
    }

    /// The state word of a block.
    #[inline(always)]
    pub fn state(&self, block: u32) -> &BlockState {
        debug_assert!((block as usize) < self.blocks);
        // SAFETY: the table has a word per block, zeroed by the system (the free state), and callers pass block numbers
        // that come from this space.
        unsafe { self.states.address.cast::<BlockState>().add(block as usize).as_ref() }
    }

    /// The mark byte of granule 0.
    #[inline(always)]
    pub fn marks(&self) -> NonNull<AtomicU8> {
        self.marks.address.cast()
    }

    /// The mark byte of the cell that begins at `address`, which is in the range.
    #[inline(always)]
    pub fn mark_of(&self, address: usize) -> &AtomicU8 {
        debug_assert!(address.wrapping_sub(self.base) < self.span());
        // SAFETY: one byte per granule of the range, and the address is in the range.
        unsafe { self.marks().add((address - self.base) / GRANULE).as_ref() }
    }

    /// The mark bytes of a block.
    #[inline]
    pub fn marks_of(&self, block: u32) -> &[AtomicU8; BLOCK_GRANULES] {
        debug_assert!((block as usize) < self.blocks);
        // SAFETY: the table has `BLOCK_GRANULES` bytes per block of the range.
        unsafe { self.marks().add(block as usize * BLOCK_GRANULES).cast().as_ref() }
    }

    /// The mark bytes of a block while nobody marks.
    ///
    /// # Safety
    /// No marker runs as long as the reference lives: the caller is attached, or in a pause after marking.
    #[inline]
    pub unsafe fn quiet_marks_of(&self, block: u32) -> &[u8; BLOCK_GRANULES] {
        // SAFETY: same memory and size; marks are written in pauses only, by the caller's promise not now. Plain bytes,
        // unlike atomics, are read many at a time.
        unsafe { &*std::ptr::from_ref(self.marks_of(block)).cast() }
    }

    /// Rewrites the marks of the blocks below `top` so that `old` becomes 1 and everything else 0. In a pause, before marking.
    pub fn renumber_marks(&self, top: u32, old: u8) {
        let marks = self.marks.address.as_ptr();
        // SAFETY: the world is stopped and nobody marks, so these are plain bytes of a writable mapping that covers `top` blocks.
        let marks = unsafe { std::slice::from_raw_parts_mut(marks, top as usize * BLOCK_GRANULES) };
        for mark in marks {
            *mark = u8::from(*mark == old);
        }
    }

    /// Gives the memory of blocks back to the system; they read as zeroes afterwards.
    ///
    /// # Safety
    /// Nobody uses the blocks.
    pub unsafe fn decommit(&self, first: u32, count: u32) {
        let p = self.address_of(first) as *mut libc::c_void;
        // SAFETY: the range lies in the mapping, and the caller vouches that nobody reads it.
        unsafe { libc::madvise(p, count as usize * BLOCK_BYTES, libc::MADV_DONTNEED) };
    }
}
