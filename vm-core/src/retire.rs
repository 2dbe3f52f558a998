//! P13: retired memory, which newcomers cannot reach and somebody may still read.
//!
//! **Purpose.** What readers without a lock may still see is freed when none of them can, and is freed: also when no collection ever
//! happens, also what dead threads left.
//!
//! **Actors.** *Retirers*, attached; *readers*, attached; *outside readers*, which pin the epoch; the *drainer*, in a pause.
//!
//! **State.** One list per interpreter, under its lock; the event bit RETIRED of whoever is to drain; the runtime's epoch.
//!
//! **Rules.**
//! * R1 What is retired was made unreachable before. It is freed after a pause that took it off the list, so no attached reader is left.
//! * R2 A drain hands what it took to the epoch, which frees it when every outside reader has left that was pinned then.
//! * R3 The retirement that fills the list to the threshold requests a pause: the event RETIRED at its own thread, which drains at its next
//!   safepoint. So the list is bounded without collections.
//! * R4 The list is the interpreter's, not a thread's; a thread that ends with RETIRED posted passes it to another. So nothing waits for a dead
//!   thread.
//! * R5 Destructors run without the list's lock, touch no heap, and may retire more.
//!
//! **Guarantees.** Nothing is freed that a reader may see. Everything retired is freed after some later pause, which comes when the threshold is reached.
//! **Not guaranteed**: how long fewer pieces than the threshold wait; when the epoch's collector runs.
//!
//! **Memory orders.** All under the list's lock, the pause and the epoch; the retirer's own store that made the piece unreachable is a Release of the
//! structure that it belongs to.
//!
//! **Checked by** `p13.*`. **Not checked**: the shipping epoch's insides; R5, by review.

use crate::breaker::event;
use crate::mutant;
use crate::runtime::Interpreter;
use crate::sync::{CHECKING, Epoch, Mutex};
use crate::world::{Attached, WorldStopped};

/// As many pieces as this request a pause.
pub const THRESHOLD: usize = if CHECKING { 2 } else { 1024 };

/// What waits for the next pause.
///
/// An attached reader needs no announcement: a pause proves that it is past its reads. Readers outside the attach discipline
/// pin the runtime's epoch; a drain hands the memory to the epoch's collector, which waits for them.
#[derive(Default)]
pub struct Retired {
    garbage: Mutex<Vec<Box<dyn Send>>>,
}

impl std::fmt::Debug for Retired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Retired").field("waiting", &self.len()).finish()
    }
}

impl Retired {
    /// Retires `garbage`. The caller has made it unreachable for newcomers before. Returns how many pieces wait now, so that the
    /// caller can request a pause above its threshold.
    pub fn push(&self, garbage: impl Send + 'static) -> usize {
        let boxed: Box<dyn Send> = Box::new(garbage);
        let mut list = self.garbage.lock();
        list.push(boxed);
        list.len()
    }

    /// How many pieces wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.garbage.lock().len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Frees everything that waits, once the readers pinned now have left too.
    pub fn drain(&self, _: &WorldStopped<'_>, epoch: &Epoch) {
        let garbage = std::mem::take(&mut *self.garbage.lock());
        if mutant!("p13.ignores-pins") {
            drop(garbage);
            return;
        }
        if !garbage.is_empty() {
            epoch.retire(garbage);
        }
    }
}

impl Interpreter {
    /// Retires `garbage`, which the caller has made unreachable for newcomers, and requests a pause when enough waits (R3).
    pub fn retire(&self, attached: &Attached<'_>, garbage: impl Send + 'static) {
        if mutant!("p13.frees-at-once") {
            drop(garbage);
            return;
        }
        self.retired().push(garbage);
        self.request_drain(attached);
    }

    /// Requests a pause if enough waits: for who has pushed to the list itself.
    pub fn request_drain(&self, attached: &Attached<'_>) {
        if self.retired().len() >= THRESHOLD && !mutant!("p13.no-request") {
            attached.thread().breaker().set(event::RETIRED);
        }
    }

    /// The answer to RETIRED, at a safepoint: drains in a pause, unless another did.
    #[cold]
    pub fn drain_retired(&self, attached: &Attached<'_>) {
        if !mutant!("p13.request-stays") {
            attached.thread().breaker().clear(event::RETIRED);
        }
        if !self.retired().is_empty() {
            attached.stop_the_world(|world| self.retired().drain(world, self.runtime().epoch()));
        }
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::runtime::{Runtime, RuntimeConfig};

    /// Threads are born, retire something, and die, without one collection: what waits stays below the threshold, and so do indices.
    #[test]
    fn a_hundred_thousand_births_leave_nothing() {
        let runtime = Runtime::new(RuntimeConfig::default());
        let interpreter = runtime.new_interpreter();
        let main = interpreter.register_thread().expect("birth");
        let me = main.attach();
        let alive = Arc::new(());
        for _ in 0..100_000 {
            let core = interpreter.register_thread().expect("birth");
            let attached = me.detached(|| core.attach());
            interpreter.retire(&attached, Arc::clone(&alive));
            // It never drains by itself.
            interpreter.unregister_thread(attached);
            if me.thread().breaker().events() & event::RETIRED != 0 {
                interpreter.drain_retired(&me);
            }
            assert!(interpreter.retired().len() <= THRESHOLD);
        }
        // The epoch's collector frees in batches.
        assert!(Arc::strong_count(&alive) < 20 * THRESHOLD, "{} pieces", Arc::strong_count(&alive));
        assert_eq!((runtime.index_pool().high_water(), interpreter.threads().len()), (2, 1));
        interpreter.unregister_thread(me);
    }

    #[test]
    fn a_child_of_fork_waits_for_no_reader_of_its_parent() {
        let runtime = Runtime::new(RuntimeConfig::default());
        let garbage = Arc::new(());
        let reader = runtime.epoch().pin();
        runtime.epoch().forget_readers();
        runtime.epoch().retire(Arc::clone(&garbage));
        for _ in 0..1000 {
            if Arc::strong_count(&garbage) == 1 {
                break;
            }
            runtime.epoch().retire(());
        }
        assert_eq!(Arc::strong_count(&garbage), 1, "held up by a reader that is not there");
        drop(reader);
    }

    #[test]
    fn a_drain_frees_what_no_pinned_reader_may_see() {
        let runtime = Runtime::new(RuntimeConfig::default());
        let interpreter = runtime.new_interpreter();
        let garbage = Arc::new(());
        assert_eq!(interpreter.retired().push(Arc::clone(&garbage)), 1);
        let reader = runtime.epoch().pin();
        interpreter.stop_from_outside(|world| interpreter.retired().drain(world, runtime.epoch()));
        assert!(interpreter.retired().is_empty());
        assert_eq!(Arc::strong_count(&garbage), 2, "the reader may still see it");
        drop(reader);
        // The collector frees in batches, as the epoch advances.
        for _ in 0..1000 {
            if Arc::strong_count(&garbage) == 1 {
                break;
            }
            runtime.epoch().retire(());
        }
        assert_eq!(Arc::strong_count(&garbage), 1, "nobody sees it any more");
    }
}
