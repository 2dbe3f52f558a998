//! P16: frames that outlive their call: generators and coroutines. One runner at a time, whichever thread it is.
//!
//! **Purpose.** Any thread may resume a generator, ask where it stands, or throw into it; its frame is plain memory, so only one at a time may
//! touch it, and the others get an answer at once.
//!
//! **Actors.** A *runner* takes the frame, runs it, and leaves it suspended or finished; *rivals* try to take it meanwhile; *inspectors* look at a suspended
//! frame; the *collector* reads every frame, in a pause.
//!
//! **State.** One byte.
//!
//! ```text
//!   CREATED ──── take (CAS) ──▶ RUNNING ── finish (store) ──▶ FINISHED
//!                                ▲  │
//!                    take (CAS)  │  │ suspend (store)
//!                                │  ▼
//!                              SUSPENDED
//!   CREATED, SUSPENDED ── inspect (CAS) ──▶ the same, INSPECTED ── (store) ──▶ the same
//! ```
//!
//! **Rules.**
//! * R1 Frame and registers belong to whoever moved the byte to RUNNING or set INSPECTED, by CAS; nobody else reads or writes them, but the collector in a
//!   pause.
//! * R2 What the frame is when it is left is written before the byte says SUSPENDED (Release), and read after the CAS that takes it (Acquire).
//! * R3 A rival is told at once that the frame runs, or that it has finished. It never waits for a runner.
//! * R4 An inspector reads or writes a word or two: no safepoint, no allocation. So it is waited for, by a few looks, and is never stopped in
//!   between.
//! * R5 A saved frame says where it stands by a [`Position`], an offset, never by a pointer into a copy of the code: the next runner goes on in its own
//!   thread's copy.
//! * R6 What became of a run is told by the run itself, not by a later look at the byte: another runner may have been there.
//!
//! **Guarantees.** At most one runner. A frame left suspended by one thread is whole for the next. **Not guaranteed**: that the answer of a look still
//! holds; which of two rivals wins.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | `take`, `inspect`: CAS | Acquire | `suspend`, `give_back`, end of `inspect` | the frame as it was left |
//! | `suspend`, `give_back`: store | Release | `take`, `inspect` | the frame before the byte; no RMW succeeds from RUNNING |
//! | end of `inspect`: store | Release | `take`, `inspect` | the inspector's reads and writes before the next one's |
//! | `finish`: store | Relaxed | – | nobody reads a finished frame |
//! | `phase` | Relaxed | – | a snapshot: the frame is not read on the strength of it |
//!
//! **Checked by** `p16.*`. **Not checked**: R5, a matter of types (a [`Position`] holds no address); R6, the embedder's part.

use crate::mutant;
use crate::sync::{AtomicU8, AtomicU64, Ordering, spin_hint};

const CREATED: u8 = 0;
const SUSPENDED: u8 = 1;
const RUNNING: u8 = 2;
const FINISHED: u8 = 3;
/// Beside CREATED or SUSPENDED.
const INSPECTED: u8 = 4;

/// What a frame is doing, as others see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// It never ran.
    Created,
    /// It stands at a yield.
    Suspended,
    /// Some thread runs it.
    Running,
    /// It returned or raised.
    Finished,
}

/// A frame that was taken: what it was before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It never ran.
    Unstarted,
    /// It stood at a yield.
    Suspended,
}

/// Why a frame could not be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refused {
    /// It runs: in another thread, or further down on this one's stack.
    Running,
    /// It has finished.
    Finished,
}

/// The byte. Zeroed memory is a frame that never ran.
#[repr(transparent)]
#[derive(Debug)]
pub struct FrameState(AtomicU8);

impl Default for FrameState {
    fn default() -> Self {
        Self::new()
    }
}

impl FrameState {
    /// The state of a frame that never ran.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU8::new(CREATED))
    }

    /// What it does at this moment; a snapshot.
    #[inline]
    #[must_use]
    pub fn phase(&self) -> Phase {
        match self.0.load(Ordering::Relaxed) & !INSPECTED {
            CREATED => Phase::Created,
            RUNNING => Phase::Running,
            FINISHED => Phase::Finished,
            _ => Phase::Suspended,
        }
    }

    /// Takes the frame to run it (R1).
    ///
    /// # Errors
    /// When it runs or has finished (R3).
    #[inline]
    pub fn take(&self) -> Result<Taken, Refused> {
        let mut seen = self.0.load(Ordering::Relaxed);
        loop {
            let taken = match seen {
                SUSPENDED => Taken::Suspended,
                CREATED => Taken::Unstarted,
                RUNNING => return Err(Refused::Running),
                FINISHED => return Err(Refused::Finished),
                _ if mutant!("p16.inspected-is-running") => return Err(Refused::Running),
                // R4
                _ => {
                    seen = self.wait_for_inspector();
                    continue;
                }
            };
            if mutant!("p16.take-by-load-store") {
                self.0.store(RUNNING, Ordering::Relaxed);
                return Ok(taken);
            }
            let order = if mutant!("p16.take-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
            match self.0.compare_exchange(seen, RUNNING, order, Ordering::Relaxed) {
                Ok(_) => return Ok(taken),
                Err(now) => seen = now,
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn wait_for_inspector(&self) -> u8 {
        spin_hint();
        self.0.load(Ordering::Relaxed)
    }

    /// The runner leaves the frame at a yield, after `save` wrote what it is to be resumed with (R2).
    #[inline(always)]
    pub fn suspend<R>(&self, save: impl FnOnce() -> R) -> R {
        if mutant!("p16.suspended-before-saved") {
            self.0.store(SUSPENDED, Ordering::Release);
            return save();
        }
        let result = save();
        let order = if mutant!("p16.suspend-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        self.0.store(SUSPENDED, order);
        result
    }

    /// The runner took the frame and did not run it after all: everything is as it was.
    #[inline]
    pub fn give_back(&self, taken: Taken) {
        let was = match taken {
            Taken::Unstarted => CREATED,
            Taken::Suspended => SUSPENDED,
        };
        let order = if mutant!("p16.give-back-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        self.0.store(was, order);
    }

    /// The runner's last step: the frame is never touched again.
    #[inline]
    pub fn finish(&self) {
        self.0.store(FINISHED, Ordering::Relaxed);
    }

    /// Looks into a frame that does not run now (R4): `None` when it runs or has finished. `look` reaches no safepoint and allocates nothing.
    pub fn inspect<R>(&self, look: impl FnOnce() -> R) -> Option<R> {
        let mut seen = self.0.load(Ordering::Relaxed);
        if mutant!("p16.inspect-without-taking") {
            return matches!(seen, CREATED | SUSPENDED).then(look);
        }
        loop {
            match seen {
                CREATED | SUSPENDED => {}
                RUNNING | FINISHED => return None,
                _ => {
                    seen = self.wait_for_inspector();
                    continue;
                }
            }
            match self.0.compare_exchange(seen, seen | INSPECTED, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => break,
                Err(now) => seen = now,
            }
        }
        let result = look();
        let order = if mutant!("p16.inspected-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        if mutant!("p16.inspected-becomes-suspended") {
            seen = SUSPENDED;
        }
        // No RMW succeeds from INSPECTED.
        self.0.store(seen, order);
        Some(result)
    }
}

/// Where a frame stands: a word's offset from the start of the code (R5).
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Position(u32);

impl Position {
    /// The word at `offset`.
    #[must_use]
    pub const fn new(offset: u32) -> Self {
        Self(offset)
    }

    /// The position of the word that `at` points to, in the copy that starts at `copy`.
    #[inline(always)]
    #[must_use]
    pub fn between(copy: *const AtomicU64, at: *const AtomicU64) -> Self {
        // Code has fewer than 2^32 words.
        Self((at.addr().wrapping_sub(copy.addr()) / size_of::<AtomicU64>()) as u32)
    }

    /// The same word in the copy that starts at `copy`.
    #[inline(always)]
    #[must_use]
    pub fn within(self, copy: *const AtomicU64) -> *const AtomicU64 {
        copy.wrapping_add(self.0 as usize)
    }

    /// The offset.
    #[inline(always)]
    #[must_use]
    pub const fn offset(self) -> u32 {
        self.0
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;

    #[test]
    fn each_state_allows_what_its_diagram_says() {
        let s = FrameState::new();
        assert_eq!((s.phase(), s.inspect(|| s.phase())), (Phase::Created, Some(Phase::Created)));
        assert_eq!(s.take(), Ok(Taken::Unstarted));
        s.give_back(Taken::Unstarted);
        assert_eq!(s.take(), Ok(Taken::Unstarted));
        assert_eq!((s.take(), s.inspect(|| ())), (Err(Refused::Running), None));
        assert_eq!(s.suspend(|| 5), 5);
        assert_eq!((s.inspect(|| s.phase()), s.phase()), (Some(Phase::Suspended), Phase::Suspended));
        assert_eq!(s.take(), Ok(Taken::Suspended));
        s.finish();
        assert_eq!((s.take(), s.inspect(|| ()), s.phase()), (Err(Refused::Finished), None, Phase::Finished));
    }

    #[test]
    fn a_position_is_the_same_word_in_every_copy() {
        let copies: [Vec<AtomicU64>; 2] = std::array::from_fn(|_| (0..9).map(AtomicU64::new).collect());
        let at = Position::between(copies[0].as_ptr(), &raw const copies[0][6]);
        assert_eq!(at, Position::new(6));
        assert!(std::ptr::eq(at.within(copies[1].as_ptr()), &raw const copies[1][6]));
    }
}
