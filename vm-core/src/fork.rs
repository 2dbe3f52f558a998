//! P15: fork, and what happens to threads that have no future.
//!
//! **Purpose.** A child of fork has one thread, and finds the runtime as if it had never had another. A runtime that ends takes no
//! thread with it that still runs.
//!
//! **Actors.** The *forking thread*, attached; *all others*, of which the child has none; the *finalizing thread* (P1.R8); a thread's two *owners*,
//! the thread list and the operating system thread that runs it.
//!
//! **State.** The runtime-wide pause (P2), thread lists, the index pool, the parking lot.
//!
//! **Rules.**
//! * R1 The process is copied in a runtime-wide pause, so no other thread is in the middle of a change to the heap.
//! * R2 Threads that are off the heap run on in a pause. So the forking thread itself holds, when the process is copied, every lock that one
//!   can hold which is not attached: those of the lists, the pool and the lot, and the embedder's. The child finds each of them held by its
//!   own thread, and releases it.
//! * R3 In the child, before anything else, all other threads are unlinked, their indices are free, nobody waits in the lot, and nobody
//!   is pinned to the epoch.
//! * R4 The pause ends in the child as in the parent: no stop is requested, no STOP bit is set, threads can be born and run.
//! * R5 After finalization began on another thread, fork never returns: the caller parks holding nothing, and nothing was copied (P2.R4).
//! * R6 A thread's state is freed by the last of its owners. Unlinking, by the thread's end or by R3, gives up the list's share only.
//!
//! **Guarantees.** In the child the runtime has one thread, which is attached, and no lock is held that is not its own. **Not guaranteed**: locks of
//! the embedder that it does not name; what dead threads had locked in the program's own terms;
//! that the child frees what had been handed to the epoch before the copy and waited for a reader then.
//!
//! **Memory orders.** Those of the pause and the locks; the system call copies all memory.
//!
//! **Checked by** `p15.*`: a model goes on as the child with its other threads parked for ever. **Not checked**: R6, by the type system (a thread
//! that is attached borrows its state: the museum's `state-freed-under-thread`); the system call, and the C library's own locks.

use std::io;
use std::sync::Arc;

use crate::mutant;
use crate::runtime::{Runtime, ThreadCore};
use crate::sync::{assert_locks_held, process};
use crate::world::{AllStopped, Attached};

/// Which of the two processes goes on.
#[derive(Debug)]
pub enum Forked<'p> {
    /// The one that asked: the child's number.
    Parent(i32),
    /// The new one. Still in the pause.
    Child(Child<'p>),
}

/// The child, in the pause, before anything else has run.
#[derive(Debug)]
pub struct Child<'p> {
    /// The pause.
    pub all: &'p AllStopped<'p>,
    /// Threads that the parent has and this process has not, unlinked. What the embedder keeps for them is its own to free: they were at a
    /// safepoint or off the heap, and never run again.
    pub dead: Vec<Arc<ThreadCore>>,
}

impl Runtime {
    /// Copies the process (P15). `hold` takes those locks of the embedder that threads may hold which are not attached; they are released in both
    /// processes. `after` runs in the pause, in both.
    ///
    /// Never returns if another thread began to finalize the interpreter.
    ///
    /// # Errors
    /// What the system says; nothing has changed then.
    ///
    /// # Panics
    /// Inside a pause of the same thread: a bug of the embedder.
    pub fn fork<L, R>(
        &self,
        requester: &Attached<'_>,
        hold: impl FnOnce() -> L,
        after: impl FnOnce(Forked<'_>) -> R,
    ) -> io::Result<R> {
        self.stop_all(requester, |all| {
            let embedders = hold();
            let list = (!mutant!("p15.without-list-lock")).then(|| all.lock_list());
            let worlds = list.as_ref().map_or_else(Vec::new, |list| list.worlds());
            let lists: Vec<_> = worlds.iter().map(|world| world.lock()).collect();
            let pool = (!mutant!("p15.without-pool-lock")).then(|| self.index_pool().lock());
            let lot = if mutant!("p15.without-lot-lock") { Vec::new() } else { self.lot().lock_all() };
            // The pause, the list of interpreters, their lists, the pool, the lot.
            let needed = 3 + worlds.len() + self.lot().buckets();
            assert_locks_held("P15.R2: the child inherits a lock that another thread had", needed);
            let pid = process::fork();
            drop((lot, pool, lists, list, embedders));
            match pid? {
                0 => Ok(after(Forked::Child(self.become_child(requester.thread(), all)))),
                pid => Ok(after(Forked::Parent(pid))),
            }
        })
    }

    /// R3.
    fn become_child<'p>(&self, me: &ThreadCore, all: &'p AllStopped<'p>) -> Child<'p> {
        let dead = if mutant!("p15.child-keeps-the-dead") { Vec::new() } else { all.unlink_others() };
        if !mutant!("p15.child-leaks-indices") {
            self.index_pool().keep_only(me.index());
        }
        self.lot().forget_waiters();
        if !mutant!("p15.child-keeps-pins") {
            self.epoch().forget_readers();
        }
        Child { all, dead }
    }
}
