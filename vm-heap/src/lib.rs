//! Weft's heap: non-moving, segregated by size class, bump-allocating, lazily swept, collected with the world stopped.
//!
//! A thread allocates from cursors of its own ([`HeapThread::alloc`]: load, add, compare, store). Native stacks are scanned
//! conservatively, everything else precisely through [`Hooks`]. Cells never move, so an address is an identity.
//!
//! What the language owes the heap:
//! * References live only in heap cells, in VM frames and tables that [`Hooks::roots`] visits, and in locals of native frames of
//!   registered threads. A reference inside a `Vec`, `Box` or `HashMap` on the Rust heap keeps nothing alive.
//! * Every wait, detach, poll and stop of a registered thread goes through [`HeapThread::safepoint_park`] or one of its
//!   wrappers, which publish the stack.
//! * A cell's header is written right after its allocation, before the next safepoint.
//! * A store of a reference into a cell is followed by [`write_barrier`].

pub mod blocks;
pub mod weak;

#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod collect;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod gather;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
pub mod header;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod heap;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod histogram;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod mark;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod markers;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod pool;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
pub mod size_class;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod space;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod thread;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod together;
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
mod verify;

#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
pub use self::{
    header::{Header, gc_bits},
    heap::{CollectionStats, Heap, HeapConfig, HeapStats, Hooks, LiveView, Pending, Reason},
    histogram::{BUCKETS, Histogram},
    mark::Marker,
    space::{BLOCK_BYTES, GRANULE, ReserveError},
    thread::{HeapThread, OutOfMemory, write_barrier},
};
