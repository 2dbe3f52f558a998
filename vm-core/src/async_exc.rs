//! P4: exceptions that one thread sends to another.
//!
//! **Purpose.** Make a chosen thread raise at its next poll, without its help and without disturbing any other.
//!
//! **Actors.** *Posters*, any thread; *cancellers*, the same; the *owner*, who delivers to itself; the *collector*, in a pause.
//!
//! **State.** One word per thread, 0 for none; the event bit ASYNC_EXC of its breaker (P3).
//!
//! **Rules.**
//! * R1 A poster puts the word, then sets the bit; the owner clears the bit, then takes the word (P3.R2). So a full slot has its bit set, or somebody is
//!   about to set it.
//! * R2 Every change of the slot is one swap. So each word leaves it once: delivered, replaced, or cancelled; or it is left behind by a thread that
//!   ended.
//! * R3 The target is found by its number, which no other thread ever gets, and the word is put while the thread list is locked. So it reaches no
//!   other thread, and none that has ended.
//! * R4 A post ends the wait that the target may be in (P21.R2), after the list lock is dropped.
//! * R5 A cancel takes the word and leaves the bit; a poll that finds no word does nothing.
//! * R6 The word in the slot of a listed thread is a root; the poster keeps what it names alive until it is there.
//!
//! **Guarantees.** What was posted is delivered at the target's next poll that sees the bit, unless it was replaced or cancelled; never twice, never
//! elsewhere. When a cancel has returned, nothing posted before it is delivered any more. **Not guaranteed**: how soon the target polls; delivery
//! to a thread that ends first.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | `put`, `take`, `cancel`: swap | AcqRel | each other | what the word names, before whoever gets it, as its target or by replacing it |
//! | `peek` | Acquire | `put` | in a pause, which orders too |
//! | the bit | as P3 | | |
//!
//! **Checked by** `p4.*`. **Not checked**: R6, the embedder's part.

use std::num::NonZeroU64;

use crate::breaker::{Breaker, event};
use crate::mutant;
use crate::runtime::{Interpreter, ThreadCore};
use crate::sync::{AtomicU64, Ordering};

/// No thread has that number now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoThread;

/// What was sent to a thread and not yet delivered.
#[derive(Debug)]
pub struct AsyncSlot(AtomicU64);

impl Default for AsyncSlot {
    fn default() -> Self {
        Self::new()
    }
}

impl AsyncSlot {
    /// An empty slot.
    #[must_use]
    pub fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    fn swap(&self, word: u64) -> Option<NonZeroU64> {
        let order = if mutant!("p4.slot-relaxed") { Ordering::Relaxed } else { Ordering::AcqRel };
        NonZeroU64::new(self.0.swap(word, order))
    }

    /// The word in the slot, for the collector.
    #[must_use]
    pub fn peek(&self) -> Option<NonZeroU64> {
        // In a pause, which orders.
        NonZeroU64::new(self.0.load(Ordering::Relaxed))
    }

    /// Takes the word for delivery (R1). `breaker` is that of the slot's owner, who calls this.
    fn take(&self, breaker: &Breaker) -> Option<NonZeroU64> {
        if mutant!("p4.take-before-clear") {
            let word = self.swap(0);
            breaker.clear(event::ASYNC_EXC);
            return word;
        }
        breaker.clear(event::ASYNC_EXC);
        if mutant!("p4.take-by-load-store") {
            let word = self.0.load(Ordering::Acquire);
            self.0.store(0, Ordering::Release);
            return NonZeroU64::new(word);
        }
        self.swap(0)
    }
}

impl ThreadCore {
    /// The calling thread's answer to ASYNC_EXC: what was sent to it, once.
    #[cold]
    pub fn take_exception(&self) -> Option<NonZeroU64> {
        self.async_exc.take(self.breaker())
    }

    /// What was sent to it, for the collector.
    pub fn async_slot(&self) -> &AsyncSlot {
        &self.async_exc
    }
}

impl Interpreter {
    /// Sends `word` to thread `id`; returns the word that it replaced, which nobody gets.
    ///
    /// # Errors
    /// When there is no such thread.
    pub fn post_exception(&self, id: u64, word: NonZeroU64) -> Result<Option<NonZeroU64>, NoThread> {
        let list = self.threads();
        let is_target = |t: &ThreadCore| {
            if mutant!("p4.by-index") {
                return u64::from(t.index()) + 1 == id;
            }
            t.id() == id
        };
        let thread = list.iter().find(|t| is_target(t)).cloned().ok_or(NoThread)?;
        let list = if mutant!("p4.put-outside-lock") {
            drop(list);
            None
        } else {
            Some(list)
        };
        if mutant!("p4.bit-before-slot") {
            drop(list);
            thread.interrupt(self.runtime().blocking(), event::ASYNC_EXC);
            return Ok(thread.async_exc.swap(word.get()));
        }
        let replaced = thread.async_exc.swap(word.get());
        drop(list);
        if mutant!("p4.no-wake") {
            thread.breaker().set(event::ASYNC_EXC);
        } else {
            thread.interrupt(self.runtime().blocking(), event::ASYNC_EXC);
        }
        Ok(replaced)
    }

    /// Takes back what was sent to thread `id` and not yet delivered (R5).
    ///
    /// # Errors
    /// When there is no such thread.
    pub fn cancel_exception(&self, id: u64) -> Result<Option<NonZeroU64>, NoThread> {
        let list = self.threads();
        let thread = list.iter().find(|t| t.id() == id).ok_or(NoThread)?;
        Ok(thread.async_exc.swap(0))
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;
    use crate::runtime::{Runtime, RuntimeConfig};

    #[test]
    fn a_later_post_replaces_and_a_cancel_takes_back() {
        let rt = Runtime::new(RuntimeConfig::default());
        let interp = rt.new_interpreter();
        let core = interp.register_thread().expect("birth");
        let word = |n| NonZeroU64::new(n).expect("not 0");
        assert_eq!(interp.post_exception(core.id() + 1, word(1)), Err(NoThread));
        assert_eq!(interp.post_exception(core.id(), word(1)), Ok(None));
        assert_eq!(interp.post_exception(core.id(), word(2)), Ok(Some(word(1))));
        assert_eq!((core.async_slot().peek(), core.breaker().events()), (Some(word(2)), event::ASYNC_EXC));
        assert_eq!(core.take_exception(), Some(word(2)));
        assert_eq!((core.take_exception(), core.breaker().events()), (None, 0));
        assert_eq!(interp.post_exception(core.id(), word(3)), Ok(None));
        assert_eq!(interp.cancel_exception(core.id()), Ok(Some(word(3))));
        assert_eq!((core.take_exception(), interp.cancel_exception(core.id())), (None, Ok(None)));
        let id = core.id();
        interp.unregister_thread(core.attach());
        assert_eq!(interp.post_exception(id, word(4)), Err(NoThread));
    }
}
