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
//! * R6 A thread's hooks (its profiler, its tracer) change under the lock, by the thread itself or for all in a pause. So the thread reads
//!   its own without a lock, and whoever counts them counts under the lock.
//! * R7 An exiting thread does its last work on the heap before it unlinks: from then on nothing stops it.
//!
//! **Guarantees.** A visitor sees only live threads, and each thread that is listed throughout exactly once. **Not
//! guaranteed**: order of visits; that a visited thread still lives after the guard is dropped (its memory does). A hook set for all reaches every
//! thread that is listed then, newborns that have not begun to run included; later ones are born without.
//!
//! **Memory orders.** All under the lock. Fields of [`ThreadCore`] that change later have protocols of their own.
//!
//! **Checked by** `p5.*`; R4 in every model, since the facade counts the locks that a thread holds, and safepoints and waits refuse any. **Not
//! checked**: that an embedder runs no user code under the guard (it lends out nothing that could).

use std::sync::Arc;

use crate::breaker::MAX_VERSION;
use crate::instrument::Table;
use crate::mutant;
use crate::runtime::ThreadCore;
use crate::sync::{MutexGuard, RaceCell};
use crate::world::{Attached, StopState, WorldStopped};

/// What the list lock protects.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub(crate) threads: Vec<Arc<ThreadCore>>,
    pub(crate) stop: StopState,
    /// The instrumentation version: the source of truth (P3.R5).
    pub(crate) version: u64,
    /// What goes with the version ([`crate::instrument`]).
    pub(crate) table: Table,
    /// How many threads have left the list.
    pub(crate) ended: u64,
    /// Statistics: times that the lock was taken, and breakers written to under it.
    pub(crate) locks: u64,
    pub(crate) posts: u64,
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

    /// How often the list was locked, this time included.
    #[must_use]
    pub fn locks(&self) -> u64 {
        self.listed.locks
    }

    /// How many breakers were written to for a stop or a new version.
    #[must_use]
    pub fn posts(&self) -> u64 {
        self.listed.posts
    }

    /// The interpreter's instrumentation version.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.listed.version
    }

    /// The next version, for the interpreter and every listed thread (R5, P3.R3). `None` when versions are exhausted.
    pub(crate) fn bump_version(&mut self) -> Option<u64> {
        if self.listed.version == MAX_VERSION {
            return None;
        }
        self.listed.version += 1;
        let version = self.listed.version;
        if !mutant!("p3.no-broadcast") {
            self.listed.posts += self.listed.threads.len() as u64;
            self.iter().for_each(|thread| thread.breaker().set_version_and_recheck(version));
        }
        Some(version)
    }

    /// How many threads have hook `which`.
    #[must_use]
    pub fn hooked(&self, which: usize) -> usize {
        self.iter().filter(|t| t.hooks.read(which) != 0).count()
    }
}

/// Hooks per thread.
pub const HOOKS: usize = 2;

/// Words that a thread consults about itself on a hot path (0 for none): what they refer to is the embedder's, which also keeps it alive.
#[derive(Debug)]
pub(crate) struct Hooks([RaceCell<u64>; HOOKS]);

impl Default for Hooks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| RaceCell::new(0)))
    }
}

impl Hooks {
    /// By the owner, in a pause, or under the list lock (R6).
    fn read(&self, which: usize) -> u64 {
        // SAFETY: it is written under the list lock, by the owner or in a pause.
        self.0[which].with(|w| unsafe { *w })
    }

    /// Under the list lock, by the owner or in a pause (R6).
    fn write(&self, which: usize, word: u64) {
        // SAFETY: nobody else writes under the lock; the owner reads only itself, and is stopped or the caller.
        self.0[which].with_mut(|w| unsafe { *w = word });
    }
}

impl Attached<'_> {
    /// The calling thread's hook `which`; 0 for none.
    #[inline]
    #[must_use]
    pub fn hook(&self, which: usize) -> u64 {
        self.thread().hooks.read(which)
    }

    /// Sets the calling thread's hook (R6). Returns how many threads have one now.
    pub fn set_hook(&self, which: usize, word: u64) -> usize {
        if mutant!("p5.hooks-counted-outside-lock") {
            let list = self.thread().world.lock();
            let threads: Vec<_> = list.iter().cloned().collect();
            drop(list);
            self.thread().hooks.write(which, word);
            return threads.iter().filter(|t| t.hooks.read(which) != 0).count();
        }
        let list = self.thread().world.lock();
        self.thread().hooks.write(which, word);
        list.hooked(which)
    }

    /// Sets hook `which` of every thread, in a pause (R6).
    pub fn set_hooks_of_all(&self, which: usize, word: u64) {
        if mutant!("p5.hooks-without-pause") {
            self.thread().world.lock().iter().for_each(|t| t.hooks.write(which, word));
            return;
        }
        self.stop_the_world(|world| world.set_hooks(which, word));
    }
}

impl WorldStopped<'_> {
    /// Sets hook `which` of every thread (R6). The caller disposes of what the old ones referred to after the pause: under
    /// the lock no user code runs (R4).
    pub fn set_hooks(&self, which: usize, word: u64) {
        let list = self.list();
        for thread in list.iter() {
            thread.hooks.write(which, word);
        }
    }

    /// Hook `which` of a thread of this world.
    #[must_use]
    pub fn hook_of(&self, thread: &ThreadCore, which: usize) -> u64 {
        thread.hooks.read(which)
    }
}
