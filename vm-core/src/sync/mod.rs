//! The one door for concurrency.
//!
//! Every atomic, fence, lock, condition variable and thread of the VM comes from here. The same protocol source
//! then runs on four back ends, chosen by `--cfg weft_sync="…"`:
//!
//! | back end | what it is | what it finds |
//! |---|---|---|
//! | *(none)* | the machine's atomics, the standard library's locks, `arc-swap`, `crossbeam-epoch` | it ships |
//! | `loom` | every interleaving up to a preemption bound, C11 stale reads | missing orderings, lost wake-ups, deadlocks |
//! | `shuttle` | random schedules, plus a happens-before detector in this facade | the same in models too big for loom |
//! | `tsan` | the machine's atomics, locks whose insides ThreadSanitizer sees, stand-ins for the two crates | races in the whole program |
//!
//! Rules of use (the reasons are limits of the checkers as much as of the language):
//! * R1: a plain store may leave a state only if no concurrent read-modify-write can succeed from that state; locks are
//!   taken by compare-exchange, never by `swap`.
//! * R2: a store-then-load handshake is plain accesses plus `fence(SeqCst)` (or the [`asymmetric`] pair) on both sides.
//! * R3: a pass under loom alone never justifies weakening a read-modify-write.
//! * R4: no timed wait in a protocol; time-outs exist only at the user-facing edge ([`crate::blocking`]).
//!
//! Statics cannot hold the checkers' atomics, so there are none: all state hangs off a [`crate::runtime::Runtime`].

#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
#[path = "os.rs"]
mod backend;
#[cfg(weft_sync = "loom")]
#[path = "loom.rs"]
mod backend;
#[cfg(weft_sync = "shuttle")]
#[path = "shuttle.rs"]
mod backend;

#[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
pub(crate) mod checked;
mod lot;
#[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
pub mod observe;
mod parker;
#[cfg(any(weft_sync = "loom", weft_sync = "shuttle", weft_sync = "tsan"))]
mod stand_in;

#[cfg(weft_sync = "shuttle")]
mod happens_before;

#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
pub use backend::free_in_child;
#[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
pub use backend::model;
pub use backend::{
    AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Condvar, Mutex,
    MutexGuard, Ordering, RaceCell, assert_locks_held, assert_no_lock, asymmetric, fence, process, spin_hint,
    thread,
};
#[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle", weft_sync = "tsan")))]
pub use backend::{Epoch, EpochGuard, Snapshot};
pub use lot::{Parked, ParkingLot};
pub use parker::Parker;
#[cfg(any(weft_sync = "loom", weft_sync = "shuttle", weft_sync = "tsan"))]
pub use stand_in::{Epoch, EpochGuard, Snapshot};

/// True when a model checker runs the code. Tables and spin limits shrink, so that a model stays explorable.
pub const CHECKING: bool = cfg!(any(weft_sync = "loom", weft_sync = "shuttle"));

/// One of `0..n`, chosen by the checker; always 0 in the shipping build.
///
/// This is how a protocol states a nondeterminism that no thread causes: a time-out that may have expired, a wake-up
/// that nobody sent, an allocation that may fail.
#[inline]
pub fn choose(n: usize) -> usize {
    #[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
    return model::choose(n);
    #[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
    {
        debug_assert!(n > 0, "a choice needs an alternative");
        0
    }
}
