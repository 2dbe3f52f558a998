//! P12: object locks, and why they never hold up a pause.
//!
//! **Purpose.** One mutator of an object at a time, for one byte of the object's header; and whatever a pause needs, no stopped thread owns.
//!
//! **Actors.** *Holders*, attached threads, for a few dozen instructions; *waiters*; a *requester* of a pause, who may be either.
//!
//! **State.** The lock byte, FREE or HELD; in the parking lot how many waiters have announced themselves.
//!
//! **Rules.**
//! * R1 The lock is taken by a CAS from FREE and released by a store: no RMW succeeds from HELD.
//! * R2 There is no hand-off: a release wakes a waiter, which competes like any other.
//! * R3 Waiting is detached, but the lock is taken attached: wake, attach, try again. So a waiter holds up no pause, and no lock comes
//!   to belong to a thread that is stopped.
//! * R4 Under the lock: no user code, no safepoint, no allocation, no detach, no request of a pause. So a thread that stops owns no lock.
//! * R5 Never two object locks at once; what is read of another object is read without its lock.
//! * R6 Release and announcement are a handshake (facade rule R2, asymmetric): the holder stores FREE, light fence, reads `announced`;
//!   the waiter adds to `announced`, heavy fence, reads the byte under the bucket's lock.
//! * R7 A contended lock was a safepoint: what was read before it is to be read again.
//! * R8 A tapped lot, which tells of unlocks, looks announced at all times, so that each unlock takes the waking path. There it looks at
//!   the announcements of the lot that it stands in for, behind the same light fence. Waiters wait in that one.
//! * R9 One called waiter at a time: a release calls nobody while one that was called has not looked yet. That one looks under the bucket's lock,
//!   through which every release that spared a call has passed before; a release after its look calls again. Without this, each
//!   release of a busy lock would make a system call for as long as the called one waits for a processor.
//!
//! **Guarantees.** Mutual exclusion. In a pause no object lock is held. Threads that keep R4 and R5 do not deadlock, with each other or with a stop.
//! **Not guaranteed**: fairness; a waiter may be overtaken any number of times.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | lock: CAS FREE → HELD | Acquire | unlock | the last holder's writes before this one's reads |
//! | unlock: store FREE | Release | lock | the same |
//! | unlock: light fence; announce: heavy fence | SeqCst | each other | R6 |
//! | `announced`, the waiter's look at the byte | Relaxed | – | hints: the CAS decides, the fences order |
//!
//! **Checked by** `p12.*`. **Not checked**: R5 and R7, which are the embedder's part; `membarrier` (the heavy fence of the shipping build) is
//! trusted.

use crate::mutant;
use crate::sync::{AtomicU8, CHECKING, Ordering, ParkingLot, asymmetric, spin_hint, thread};
use crate::world::Attached;

/// An object's lock: the lock byte of its header.
#[repr(transparent)]
#[derive(Debug)]
pub struct ByteLock(AtomicU8);

const FREE: u8 = 0;
const HELD: u8 = 1;
/// Tries before a waiter parks: a holder runs a few dozen instructions.
const SPINS: u32 = if CHECKING { 0 } else { 64 };

impl Default for ByteLock {
    fn default() -> Self {
        Self::new()
    }
}

impl ByteLock {
    /// A free lock.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU8::new(FREE))
    }

    /// Takes the lock if it is free.
    #[inline]
    pub fn try_lock<'l>(&'l self, lot: &'l ParkingLot) -> Option<ByteGuard<'l>> {
        if mutant!("p12.lock-by-load-store") {
            if self.0.load(Ordering::Acquire) == HELD {
                return None;
            }
            self.0.store(HELD, Ordering::Relaxed);
            return Some(ByteGuard { lock: self, lot });
        }
        let order = if mutant!("p12.lock-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
        match self.0.compare_exchange(FREE, HELD, order, Ordering::Relaxed) {
            Ok(_) => Some(ByteGuard { lock: self, lot }),
            Err(_) => None,
        }
    }

    /// Takes the lock; one CAS when it is free. While it waits the thread is detached, so ownership and everything read before is to be
    /// checked again. An embedder whose collector scans native stacks publishes the stack pointer before the slow path: call
    /// [`ByteLock::try_lock`] first, then publish and call [`ByteLock::lock_slow`].
    #[inline]
    pub fn lock<'l>(&'l self, lot: &'l ParkingLot, attached: &Attached<'_>) -> ByteGuard<'l> {
        let guard = match self.try_lock(lot) {
            Some(guard) => guard,
            None => self.lock_slow(lot, attached),
        };
        if mutant!("p12.poll-under-lock") {
            attached.poll();
        }
        guard
    }

    /// The contended path of [`ByteLock::lock`] (P12.R2, P12.R3).
    #[cold]
    #[inline(never)]
    pub fn lock_slow<'l>(&'l self, lot: &'l ParkingLot, attached: &Attached<'_>) -> ByteGuard<'l> {
        loop {
            for _ in 0..SPINS {
                spin_hint();
                if self.0.load(Ordering::Relaxed) == FREE
                    && let Some(guard) = self.try_lock(lot)
                {
                    return guard;
                }
            }
            if mutant!("p12.taken-detached") {
                // As a hand-off would: the lock may belong to a thread that is stopped.
                let wait_and_take = || {
                    self.wait(lot);
                    self.try_lock(lot)
                };
                if let Some(guard) = attached.detached(wait_and_take) {
                    return guard;
                }
                continue;
            }
            if mutant!("p12.wait-attached") {
                self.wait(lot);
            } else {
                attached.detached(|| self.wait(lot));
            }
            if let Some(guard) = self.try_lock(lot) {
                return guard;
            }
        }
    }

    /// Until the lock looks free. It may be taken again at once.
    fn wait(&self, lot: &ParkingLot) {
        let lot = lot.real();
        if !lot.can_announce() {
            thread::yield_now();
            return;
        }
        lot.announce();
        lot.park(self.key(), || self.0.load(Ordering::Relaxed) == FREE, || None);
        lot.retract();
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Whether some thread holds it; for assertions.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.0.load(Ordering::Relaxed) == HELD
    }

    #[cold]
    #[inline(never)]
    fn wake(&self, lot: &ParkingLot) {
        lot.unlocked(self.key());
    }
}

/// The lock of one object, held. Dropping it is one release store and one relaxed load.
#[derive(Debug)]
#[must_use = "the lock is released at once"]
pub struct ByteGuard<'l> {
    lock: &'l ByteLock,
    lot: &'l ParkingLot,
}

impl Drop for ByteGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        let order = if mutant!("p12.unlock-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        self.lock.0.store(FREE, order);
        if !mutant!("p12.unlock-without-fence") {
            asymmetric::light();
        }
        if self.lot.announced() && !mutant!("p12.unlock-without-wake") {
            self.lock.wake(self.lot);
        }
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::runtime::{Runtime, RuntimeConfig};
    use crate::sync::AtomicU64;

    #[test]
    fn contended_locks_lose_no_increment() {
        let rt = Runtime::new(RuntimeConfig::default());
        let interp = rt.new_interpreter();
        let shared = Arc::new((ByteLock::new(), AtomicU64::new(0)));
        let each = 20_000u64;
        let workers: Vec<_> = (0..4)
            .map(|_| {
                let (rt, interp, shared) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&shared));
                thread::spawn("worker", 0, move || {
                    let core = interp.register_thread().expect("birth");
                    let t = core.attach();
                    for i in 0..each {
                        let guard = shared.0.lock(rt.lot(), &t);
                        // Not an RMW: the lock is what keeps it whole.
                        let n = shared.1.load(Ordering::Relaxed);
                        if i % 1024 == 0 {
                            thread::yield_now();
                        }
                        shared.1.store(n + 1, Ordering::Relaxed);
                        drop(guard);
                        if t.thread().breaker().events() != 0 {
                            t.poll();
                        }
                    }
                    interp.unregister_thread(t);
                })
                .expect("spawn")
            })
            .collect();
        for _ in 0..20 {
            interp
                .stop_from_outside(|_| assert!(!shared.0.is_held(), "no stopped thread owns an object lock"));
            thread::yield_now();
        }
        for w in workers {
            w.join().expect("worker");
        }
        assert_eq!(shared.1.load(Ordering::Relaxed), 4 * each);
    }
}
