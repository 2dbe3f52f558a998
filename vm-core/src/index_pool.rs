//! P6: the index pool. Each thread owns a small index while it lives; it selects the thread's bytecode copies.
//!
//! **Purpose.** Indices that are unique among live threads and stay as small as possible, because every code object has an array
//! indexed by them.
//!
//! **Actors.** A thread *reserves* at birth and *releases* at death, of any interpreter of the process.
//!
//! **State.** Under one lock: `next`, the smallest index never handed out, and the heap of released ones.
//!
//! **Rules.**
//! * R1 No two live reservations have the same index.
//! * R2 The smallest free index is handed out first, so indices are bounded by the peak number of live threads.
//! * R3 A release comes after the owner's last use of anything selected by the index; the pool's lock orders that use
//!   before the next owner's first.
//! * R4 A reservation not made permanent gives its index back, on every failure path.
//! * R5 A release never fails: room for it was made by the reservation.
//!
//! **Guarantees.** R1–R5. **Not guaranteed**: fairness, or that an index is ever reused.
//!
//! **Memory orders.** All state is under the lock; its release and acquire are the hand-over of R3.
//!
//! **Checked by** `p6.*`. **Not checked**: exhaustion of memory inside the heap's growth (an error of `reserve`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::mutant;
use crate::sync::{Mutex, MutexGuard};

/// Why no index could be reserved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PoolError {
    /// As many threads live as the runtime allows.
    Limit,
    /// The pool's own bookkeeping could not grow.
    NoMemory,
}

impl std::fmt::Display for PoolError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Limit => "too many threads",
            Self::NoMemory => "out of memory",
        })
    }
}

impl std::error::Error for PoolError {}

/// The pool; see the module's rules.
#[derive(Debug)]
pub struct IndexPool {
    state: Mutex<State>,
    limit: u32,
}

#[derive(Debug)]
struct State {
    next: u32,
    free: BinaryHeap<Reverse<u32>>,
}

/// An index that goes back when dropped, unless [`Reservation::keep`] made it permanent (P6.R4).
#[derive(Debug)]
pub struct Reservation<'p> {
    pool: &'p IndexPool,
    index: u32,
}

impl IndexPool {
    /// A pool that hands out `0..limit`.
    #[must_use]
    pub fn new(limit: u32) -> Self {
        Self { state: Mutex::new(State { next: 0, free: BinaryHeap::new() }), limit }
    }

    /// Reserves the smallest free index.
    ///
    /// # Errors
    /// [`PoolError::Limit`] when `limit` indices are out, [`PoolError::NoMemory`] when the pool cannot grow.
    pub fn reserve(&self) -> Result<Reservation<'_>, PoolError> {
        if mutant!("p6.torn-reserve") {
            // Two critical sections where one is needed.
            let index = self.state.lock().next;
            self.state.lock().next = index + 1;
            return Ok(Reservation { pool: self, index });
        }
        let mut state = self.state.lock();
        if mutant!("p6.fresh-first") {
            state.next += 1;
            return Ok(Reservation { pool: self, index: state.next - 1 });
        }
        let index = if let Some(Reverse(index)) = state.free.pop() {
            index
        } else {
            let index = state.next;
            if index >= self.limit + u32::from(mutant!("p6.one-too-many")) {
                return Err(PoolError::Limit);
            }
            // P6.R5: all `index + 1` indices may be released before the next reservation.
            state.free.try_reserve(index as usize + 1).map_err(|_| PoolError::NoMemory)?;
            state.next = index + 1;
            index
        };
        Ok(Reservation { pool: self, index })
    }

    /// Gives an index back. The caller is its owner and has used what it selects for the last time (P6.R3).
    pub fn release(&self, index: u32) {
        let mut state = self.state.lock();
        debug_assert!(
            index < state.next && !state.free.iter().any(|i| i.0 == index),
            "released twice: {index}"
        );
        state.free.push(Reverse(index));
    }

    /// The pool's lock, for fork (P15.R2).
    pub(crate) fn lock(&self) -> PoolLock<'_> {
        PoolLock(self.state.lock())
    }

    /// In a child of fork: the owner of `index` is the only one left.
    pub(crate) fn keep_only(&self, index: u32) {
        let mut state = self.state.lock();
        let next = state.next;
        // Room for all was made by their reservations.
        state.free.clear();
        let first = u32::from(mutant!("p15.child-leaks-the-first"));
        state.free.extend((first..next).filter(|&i| i != index).map(Reverse));
    }

    /// How many indices are out.
    pub fn live(&self) -> usize {
        let state = self.state.lock();
        state.next as usize - state.free.len()
    }

    /// One more than the greatest index ever handed out.
    pub fn high_water(&self) -> u32 {
        self.state.lock().next
    }
}

/// The pool's lock, held.
pub(crate) struct PoolLock<'p>(#[expect(dead_code, reason = "held, not used")] MutexGuard<'p, State>);

impl Reservation<'_> {
    /// The reserved index.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Makes the reservation permanent: from now on the owner calls [`IndexPool::release`].
    #[must_use = "the index leaks unless it is released later"]
    pub fn keep(self) -> u32 {
        let index = self.index;
        std::mem::forget(self);
        index
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        if !mutant!("p6.leak-on-failure") {
            self.pool.release(self.index);
        }
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;

    fn take(pool: &IndexPool) -> u32 {
        pool.reserve().expect("below the limit").keep()
    }

    #[test]
    fn smallest_first_and_bounded() {
        let pool = IndexPool::new(100);
        assert_eq!([take(&pool), take(&pool), take(&pool)], [0, 1, 2]);
        pool.release(2);
        pool.release(0);
        assert_eq!([take(&pool), take(&pool), take(&pool)], [0, 2, 3]);
        assert_eq!((pool.live(), pool.high_water()), (4, 4));
    }

    #[test]
    fn a_dropped_reservation_returns_its_index() {
        let pool = IndexPool::new(2);
        drop(pool.reserve());
        assert_eq!(pool.live(), 0);
        assert_eq!([take(&pool), take(&pool)], [0, 1]);
        assert_eq!(pool.reserve().err(), Some(PoolError::Limit));
        assert_eq!(pool.live(), 2, "a failed reservation takes nothing");
    }

    #[test]
    fn growth_keeps_what_was_free() {
        let pool = IndexPool::new(10_000);
        let all: Vec<u32> = (0..5_000).map(|_| take(&pool)).collect();
        for &i in all.iter().rev() {
            pool.release(i);
        }
        let again: Vec<u32> = (0..5_000).map(|_| take(&pool)).collect();
        assert_eq!(all, again);
    }
}
