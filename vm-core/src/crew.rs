//! P22: the threads that a pause stopped help the requester.
//!
//! **Purpose.** Share the work of a pause (marking) with threads that wait for its end, without waking anybody.
//!
//! **Actors.** The *requester* of a pause ([`crate::world`]); *helpers*, the threads that it stopped, between two looks whether the world has
//! started.
//!
//! **State.** `word`: the bit OPEN and the number of helpers inside; `job`: what they run, a closure in the requester's frame.
//!
//! ```text
//!   0 ──open (store)──▶ OPEN+n ──enter, leave (CAS, RMW)──▶ OPEN+m ──close (RMW)──▶ m ──leave (RMW)──▶ 0
//! ```
//!
//! **Rules.**
//! * R1 The job is written while `word` is 0, before it opens, and read after entering.
//! * R2 A helper enters by a CAS from an OPEN word; nobody enters a closed one.
//! * R3 The requester closes and waits for the last helper to leave before the job dies, so before the world starts. What a helper does, it does within the
//!   pause: this extends P1.R1.
//! * R4 The last helper to leave a closed word wakes the requester, and touches nothing of the job after leaving.
//!
//! **Guarantees.** When [`Crew::run`] returns, no helper is inside, and all that helpers wrote is visible. **Not guaranteed**: that anybody helps.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | open: store | Release | enter: CAS | the job, and the pause's writes before it (R1) |
//! | enter: CAS | Acquire | open: store | the same; entries between continue the release sequence |
//! | leave: RMW | Release | close: RMW, wait: load | the helper's writes (R3) |
//! | close: RMW; wait: load | Acquire | leave: RMW | the same |
//! | enter: first load | Relaxed | – | a hint; the CAS decides |
//!
//! **Checked by** `p22.*`. **Not checked**: a job that panics (the process ends).

use crate::mutant;
use crate::sync::{AtomicU32, CHECKING, Ordering, Parker, RaceCell, spin_hint};

type Job = *const (dyn Fn(u64) + Sync);

/// The word is open.
const OPEN: u32 = 1 << 31;

/// Looks before the requester sleeps until the last helper left.
const LOOKS: u32 = if CHECKING { 0 } else { 2000 };

/// The helpers of one interpreter's pauses.
pub(crate) struct Crew {
    word: AtomicU32,
    job: RaceCell<Option<Job>>,
    last_left: Parker,
}

// SAFETY: the job is read and written as R1 says, and is `Sync` itself.
unsafe impl Send for Crew {}
// SAFETY: as above.
unsafe impl Sync for Crew {}

impl Default for Crew {
    fn default() -> Self {
        Self { word: AtomicU32::new(0), job: RaceCell::new(None), last_left: Parker::new() }
    }
}

impl std::fmt::Debug for Crew {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crew").field("helpers", &self.helpers()).finish_non_exhaustive()
    }
}

impl Crew {
    /// By the requester, in its pause: runs `own`, while helpers may run `help`.
    pub(crate) fn run(&self, help: &(dyn Fn(u64) + Sync), own: impl FnOnce()) {
        struct Close<'c>(&'c Crew);
        impl Drop for Close<'_> {
            fn drop(&mut self) {
                self.0.close();
            }
        }
        // SAFETY: only the lifetime changes. The pointer is followed by helpers inside, and `Close` waits for the last of them (R3).
        let job =
            unsafe { std::mem::transmute::<&(dyn Fn(u64) + Sync), &'static (dyn Fn(u64) + Sync)>(help) };
        // SAFETY: the word is 0, so no helper reads it, and there is one requester at a time.
        self.job.with_mut(|slot| unsafe { *slot = Some(std::ptr::from_ref(job)) });
        let order = if mutant!("p22.open-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        // No RMW succeeds from 0.
        self.word.store(OPEN, order);
        let _close = Close(self);
        own();
    }

    fn close(&self) {
        if self.word.fetch_and(!OPEN, Ordering::Acquire) == OPEN || mutant!("p22.close-without-wait") {
            return;
        }
        for _ in 0..LOOKS {
            if self.is_empty() {
                return;
            }
            spin_hint();
        }
        self.last_left.park_until(|| self.is_empty());
    }

    fn is_empty(&self) -> bool {
        self.word.load(Ordering::Acquire) == 0
    }

    /// How many are inside; a hint.
    pub(crate) fn helpers(&self) -> usize {
        (self.word.load(Ordering::Relaxed) & !OPEN) as usize
    }

    /// By a thread that waits for the world to start: one round of the job, if there is one. `me` is its number.
    pub(crate) fn help(&self, me: u64) {
        struct Leave<'c>(&'c Crew);
        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                let order = if mutant!("p22.leave-relaxed") { Ordering::Relaxed } else { Ordering::Release };
                if self.0.word.fetch_sub(1, order) == 1 && !mutant!("p22.nobody-wakes") {
                    self.0.last_left.wake();
                }
            }
        }
        let seen = self.word.load(Ordering::Relaxed);
        if seen & OPEN == 0 {
            return;
        }
        if mutant!("p22.enter-closed") {
            self.word.fetch_add(1, Ordering::Acquire);
        } else if self.word.compare_exchange(seen, seen + 1, Ordering::Acquire, Ordering::Relaxed).is_err() {
            return;
        }
        let _leave = Leave(self);
        // SAFETY: written before the word opened (R1), and not again before this helper leaves.
        if let Some(job) = self.job.with(|slot| unsafe { *slot }) {
            // SAFETY: the requester waits for this helper to leave before the closure dies (R3).
            unsafe { (*job)(me) };
        }
    }
}
