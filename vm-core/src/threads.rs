//! P5: the thread list of an interpreter.
//!
//! **Purpose.** Visit each live thread exactly once (broadcast a version, set a profiler, stop the world) while threads are born and die.
//!
//! **Actors.** *Newborns* link themselves, *exiting threads* unlink themselves, *visitors* iterate.
//!
//! **State.** One lock per interpreter over: the list, the stop request ([`crate::world`]) and the global instrumentation version.
//!
//! **Rules.**
//! * R1 A thread is linked fully built: breaker word, run state and index are set before it is on the list, under the lock.
//! * R2 A thread unlinks itself while attached, so no pause completes between its last step on the heap and its
//!   absence from the list.
//! * R3 Iteration is possible only through a [`ThreadListGuard`], which holds the lock.
//! * R4 No user code, no allocation on the heap, no safepoint and no wait under the lock. (Its condition variable releases it.)
//! * R5 What a visitor sets for all threads it also sets in the interpreter's global, under the same lock; a newborn copies that.
//!
//! **Guarantees.** A visitor sees only live threads, and each thread that is listed throughout exactly once. **Not
//! guaranteed**: order of visits; that a visited thread still lives after the guard is dropped (its memory does).
//!
//! **Memory orders.** All under the lock. Fields of [`ThreadCore`] that change later have protocols of their own.
//!
//! **Checked by** `p5.*`; R4 in every model, since the facade counts the locks that a thread holds, and safepoints and waits refuse any. **Not
//! checked**: that an embedder runs no user code under the guard (it lends out nothing that could).

use std::sync::Arc;

use crate::runtime::ThreadCore;
use crate::sync::MutexGuard;
use crate::world::StopState;

/// What the list lock protects.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) threads: Vec<Arc<ThreadCore>>,
    pub(crate) stop: StopState,
    /// The instrumentation version: the source of truth (P3.R5).
    pub(crate) version: u64,
}

/// Proof that the thread list is locked; the only way to iterate it.
///
/// Keep it short: while it lives no thread is born, dies, stops the world or starts it. Do not attach, detach, allocate on the
/// heap or call into Python under it.
pub struct ThreadListGuard<'w> {
    pub(crate) listed: MutexGuard<'w, Listed>,
}

impl std::fmt::Debug for ThreadListGuard<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ThreadListGuard").field("threads", &self.len()).finish()
    }
}

impl ThreadListGuard<'_> {
    /// Every live thread once.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<ThreadCore>> {
        self.listed.threads.iter()
    }

    /// How many threads live.
    #[must_use]
    pub fn len(&self) -> usize {
        self.listed.threads.len()
    }

    /// Whether no thread lives.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.threads.is_empty()
    }

    /// The interpreter's instrumentation version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.listed.version
    }
}
