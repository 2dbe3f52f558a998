//! Marking.

use std::ptr::NonNull;

use vm_core::sync::Ordering;

use crate::header::Header;
use crate::heap::Heap;
use crate::space::GRANULE;

/// Low bits of a value word that say *pointer*.
const TAG_MASK: u64 = 3;
const POINTER_TAG: u64 = 3;

/// Visits references during a collection.
pub struct Marker<'h> {
    heap: &'h Heap,
    base: usize,
    span: usize,
    epoch: u8,
    stack: Vec<NonNull<Header>>,
}

impl std::fmt::Debug for Marker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Marker").field("stack", &self.stack.len()).finish_non_exhaustive()
    }
}

impl Marker<'_> {
    /// A reference to a cell of the heap.
    #[inline]
    pub fn visit(&mut self, cell: NonNull<Header>) {
        let offset = (cell.as_ptr() as usize).wrapping_sub(self.base);
        debug_assert!(offset < self.span && offset.is_multiple_of(GRANULE), "no cell at {cell:p}");
        if offset >= self.span {
            return;
        }
        // SAFETY: one mark byte per granule, and the offset is within the range.
        let mark = unsafe { self.heap.space.marks().add(offset / GRANULE).as_ref() };
        if mark.load(Ordering::Relaxed) != self.epoch {
            // Two markers may both come here; the cell is then traced twice, which is harmless.
            mark.store(self.epoch, Ordering::Relaxed);
            self.stack.push(cell);
        }
    }

    /// A value word: a reference if its tag says so.
    #[inline]
    pub fn visit_word(&mut self, word: u64) {
        if word & TAG_MASK == POINTER_TAG
            && let Some(cell) = NonNull::new((word & !TAG_MASK) as *mut Header)
        {
            self.visit(cell);
        }
    }

    /// A word that may or may not be a reference, tagged or not, to a cell or into one.
    pub fn visit_conservative(&mut self, word: usize) {
        let _ = word;
    }
}
