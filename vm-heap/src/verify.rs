//! Verify mode: after a collection, every reference is followed again and each must lead to a cell that the collection found live.

use std::ptr::NonNull;

use vm_core::sync::{AtomicU8, Ordering};
use vm_core::world::WorldStopped;

use crate::blocks::Phase;
use crate::header::Header;
use crate::heap::{Heap, Pending};
use crate::mark::{Marker, holder};
use crate::size_class::{bytes_of, cell_of_granule};
use crate::space::{BLOCK_BYTES, BLOCK_GRANULES, GRANULE};

/// A second map of marks.
pub(crate) struct Verifier {
    marks: Vec<AtomicU8>,
    epoch: u8,
}

impl Verifier {
    /// Traces the heap from its precise roots once more.
    ///
    /// # Panics
    /// When a reference leads to no live cell: an error of the collector or of the language's `trace`.
    pub(crate) fn run(heap: &Heap, world: &WorldStopped<'_>, epoch: u8) {
        let granules = heap.pool.lock().top as usize * BLOCK_GRANULES;
        let verifier = Self { marks: (0..granules).map(|_| AtomicU8::new(0)).collect(), epoch };
        let mut marker = Marker::verifying(heap, &verifier);
        heap.hooks.roots(&mut marker, world);
        for pending in heap.pending.lock().iter() {
            let (Pending::Finalizer(cell) | Pending::WeakCallback(cell)) = *pending;
            marker.visit(cell);
        }
        marker.drain(false);
    }

    pub(crate) fn span(&self) -> usize {
        self.marks.len() * GRANULE
    }

    pub(crate) fn marks(&self) -> NonNull<AtomicU8> {
        NonNull::from(self.marks.as_slice()).cast()
    }

    /// The number of the collection that is verified.
    pub(crate) fn epoch(&self) -> u8 {
        self.epoch
    }

    /// One reference.
    pub(crate) fn check(&self, heap: &Heap, cell: NonNull<Header>, tracing: Option<NonNull<Header>>) {
        let address = cell.as_ptr() as usize;
        let number = heap.space.block_of(address);
        let block = heap.space.state(number).get();
        let granule = (address - heap.space.address_of(number)) % BLOCK_BYTES / GRANULE;
        let begins_cell = match block.phase {
            Phase::Large => granule == 0,
            Phase::Free | Phase::LargeTail => false,
            _ => {
                let class = usize::from(block.class);
                cell_of_granule(class, granule) * bytes_of(class) / GRANULE == granule
            }
        };
        let live = heap.space.mark_of(address).load(Ordering::Relaxed) == self.epoch;
        // SAFETY: the address is in the heap's range, mapped, and the world is stopped.
        let kind = unsafe { cell.as_ref() }.kind;
        assert!(
            begins_cell && live && kind != 0 && address.is_multiple_of(GRANULE),
            "heap verifier: {} leads to {cell:p}, which is no live cell (block {number}: {block:?}, granule {granule}, begins a \
             cell: {begins_cell}, live: {live}, kind {kind})",
            holder(tracing)
        );
    }
}
