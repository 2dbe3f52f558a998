//! P11: calls that one thread asks another to make.
//!
//! **Purpose.** Have something done by a chosen thread, or by the main thread, at its next poll; in order, and each once.
//!
//! **Actors.** *Posters*, any thread or helper; the *owner* of a queue, who makes the calls; the *collector*, in a pause.
//!
//! **State.** A bounded queue of words per thread and one of the interpreter for its main thread, each under a lock; whether the owner is making calls;
//! the event bit PENDING_CALLS of the owner's breaker (P3).
//!
//! **Rules.**
//! * R1 A poster queues the word, then sets the bit; the owner clears the bit, then looks into the queue (P3.R2).
//! * R2 First in, first out. A word is removed, under the lock, before its call is made, so that it is made once, also when it fails.
//! * R3 A full queue is reported and left as it is.
//! * R4 Calls are made without the lock, one after the other: a poll inside a call makes none.
//! * R5 Whoever stops making calls while some wait (a call failed; enough for one poll) sets the bit again.
//! * R6 The main thread's queue is emptied by the main thread only.
//! * R7 The target is found by its number while the thread list is locked, and the word queued then: so none waits for a thread that has ended.
//! * R8 No allocation and no safepoint under the lock, so that the collector finds it free or soon free; the words are roots.
//!
//! **Guarantees.** A call that was queued is made at the target's next poll that sees the bit, after those queued before it. **Not guaranteed**: how soon;
//! that calls are made that a thread leaves behind when it ends.
//!
//! **Memory orders.** The queues are under their locks; the bit as in P3. `busy` is Relaxed: only the owner uses it.
//!
//! **Checked by** `p11.*`. **Not checked**: R8, a matter of review.

use std::sync::Arc;

use crate::async_exc::NoThread;
use crate::breaker::event;
use crate::mutant;
use crate::runtime::{Interpreter, ThreadCore};
use crate::sync::{AtomicBool, CHECKING, Mutex, Ordering};

/// Most calls that wait in one queue.
pub const LIMIT: usize = if CHECKING { 2 } else { 32 };

/// Whose call it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Recipient {
    /// The thread of that number.
    Thread(u64),
    /// The main thread, whichever that is.
    Main,
}

/// Why a call was not queued.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PostError {
    /// As many wait as may.
    Full,
    /// There is no such thread.
    NoThread,
}

impl From<NoThread> for PostError {
    fn from(_: NoThread) -> Self {
        Self::NoThread
    }
}

#[derive(Debug)]
struct Queue {
    words: [u64; LIMIT],
    first: usize,
    len: usize,
}

/// Calls that wait for their thread.
#[derive(Debug)]
pub struct PendingCalls {
    queue: Mutex<Queue>,
    busy: AtomicBool,
}

impl Default for PendingCalls {
    fn default() -> Self {
        Self::new()
    }
}

impl PendingCalls {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self {
            queue: Mutex::new(Queue { words: [0; LIMIT], first: 0, len: 0 }),
            busy: AtomicBool::new(false),
        }
    }

    fn push(&self, word: u64) -> Result<(), PostError> {
        let mut q = self.queue.lock();
        if q.len == LIMIT {
            if mutant!("p11.full-overwrites") {
                let first = q.first;
                q.words[first] = word;
                return Ok(());
            }
            return Err(PostError::Full);
        }
        let at = (q.first + q.len) % LIMIT;
        q.words[at] = word;
        q.len += 1;
        Ok(())
    }

    fn pop(&self) -> Option<u64> {
        let mut q = self.queue.lock();
        q.len = q.len.checked_sub(1)?;
        let word = q.words[q.first];
        q.first = (q.first + 1) % LIMIT;
        Some(word)
    }

    /// How many wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queue.lock().len
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Visits the words that wait, for the collector.
    pub fn for_each(&self, mut visit: impl FnMut(u64)) {
        let q = self.queue.lock();
        for k in 0..q.len {
            visit(q.words[(q.first + k) % LIMIT]);
        }
    }

    /// Makes the calls that wait, as many as fit the queue.
    fn drain<E>(&self, call: &mut impl FnMut(u64) -> Result<(), E>) -> Result<(), E> {
        for _ in 0..LIMIT {
            if mutant!("p11.pop-after-call") {
                let q = self.queue.lock();
                if q.len == 0 {
                    break;
                }
                let word = q.words[q.first];
                drop(q);
                call(word)?;
                self.pop();
                continue;
            }
            let Some(word) = self.pop() else { break };
            call(word)?;
        }
        Ok(())
    }
}

impl ThreadCore {
    /// The calls that wait for it, for the collector.
    pub fn pending_calls(&self) -> &PendingCalls {
        &self.calls
    }
}

impl Interpreter {
    /// Queues `word` for `to`, and ends the wait that it may be in.
    ///
    /// # Errors
    /// When the queue is full, or there is no such thread.
    pub fn post_call(&self, to: Recipient, word: u64) -> Result<(), PostError> {
        let id = match to {
            Recipient::Thread(id) => id,
            Recipient::Main => self.main_thread(),
        };
        let list = self.threads();
        let thread = Arc::clone(list.iter().find(|t| t.id() == id).ok_or(PostError::NoThread)?);
        let queue = match to {
            Recipient::Thread(_) => &thread.calls,
            Recipient::Main => &self.main_calls,
        };
        if mutant!("p11.bit-before-word") {
            thread.interrupt(self.runtime().blocking(), event::PENDING_CALLS);
            return queue.push(word);
        }
        queue.push(word)?;
        drop(list);
        thread.interrupt(self.runtime().blocking(), event::PENDING_CALLS);
        Ok(())
    }

    /// The answer to PENDING_CALLS of `thread`, which is the calling one: makes the calls that wait for it.
    ///
    /// # Errors
    /// The first failure of a call; those behind it wait for the next poll.
    #[cold]
    #[inline(never)]
    pub fn make_calls<E>(
        &self,
        thread: &ThreadCore,
        mut call: impl FnMut(u64) -> Result<(), E>,
    ) -> Result<(), E> {
        let breaker = thread.breaker();
        if !mutant!("p11.clear-after-calls") {
            breaker.clear(event::PENDING_CALLS);
        }
        // R4. The outer round goes on after its call, or sets the bit.
        if thread.calls.busy.load(Ordering::Relaxed) && !mutant!("p11.calls-in-calls") {
            return Ok(());
        }
        thread.calls.busy.store(true, Ordering::Relaxed);
        // R6
        let is_main = thread.id() == self.main_thread() || mutant!("p11.main-calls-by-anyone");
        let mut outcome = if is_main { self.main_calls.drain(&mut call) } else { Ok(()) };
        if outcome.is_ok() {
            outcome = thread.calls.drain(&mut call);
        }
        thread.calls.busy.store(false, Ordering::Relaxed);
        // R5
        let more = !thread.calls.is_empty() || is_main && !self.main_calls.is_empty();
        if more && !mutant!("p11.rest-is-stranded") {
            breaker.set(event::PENDING_CALLS);
        }
        if mutant!("p11.clear-after-calls") {
            breaker.clear(event::PENDING_CALLS);
        }
        outcome
    }

    /// The calls that wait for the main thread, for the collector.
    pub fn main_calls(&self) -> &PendingCalls {
        &self.main_calls
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;
    use crate::runtime::{Runtime, RuntimeConfig};

    #[test]
    fn calls_are_made_in_order_each_once_and_a_failure_keeps_the_rest() {
        let rt = Runtime::new(RuntimeConfig::default());
        let interp = rt.new_interpreter();
        let core = interp.register_thread().expect("birth");
        assert_eq!(interp.post_call(Recipient::Main, 1), Err(PostError::NoThread));
        interp.set_main_thread(core.id());
        let me = Recipient::Thread(core.id());
        for n in 0..LIMIT as u64 {
            assert_eq!(interp.post_call(me, n), Ok(()));
        }
        assert_eq!(interp.post_call(me, 99), Err(PostError::Full));
        assert_eq!(interp.post_call(Recipient::Main, 100), Ok(()), "a queue of its own");
        let mut made = vec![];
        let outcome = interp.make_calls(&core, |n| {
            made.push(n);
            interp.make_calls(&core, |_| Err("a call in a call"))?;
            if n == 3 { Err("failed") } else { Ok(()) }
        });
        assert_eq!((outcome, made.as_slice()), (Err("failed"), &[100, 0, 1, 2, 3][..]));
        assert_eq!(core.breaker().events(), event::PENDING_CALLS);
        let mut words = vec![];
        core.pending_calls().for_each(|w| words.push(w));
        assert_eq!(words, (4..LIMIT as u64).collect::<Vec<_>>());
        let mut rest = vec![];
        let outcome = interp.make_calls(&core, |n| {
            rest.push(n);
            Ok::<(), ()>(())
        });
        assert_eq!((outcome, rest), (Ok(()), words));
        assert_eq!(core.breaker().events(), 0);
        interp.unregister_thread(core.attach());
    }
}
