//! P2: every interpreter's threads stopped together, beside each interpreter's own stops.
//!
//! **Purpose.** What concerns the whole process (fork above all) is done while no thread of any interpreter is on the heap.
//!
//! **Actors.** A *runtime-wide requester*, a thread of some interpreter or a caller outside; *single requesters*, which stop their own interpreter
//! (P1); whoever makes an interpreter.
//!
//! **State.** The *pause lock*, held from the first stop to the last start; the list of interpreters with `effective`, under a lock of its own;
//! each interpreter's stop request (P1).
//!
//! **Rules.**
//! * R1 One order: the pause lock, then the interpreters' stops in the order of their numbers. Who has stopped one interpreter alone asks for no
//!   other stop.
//! * R2 A requester has left the heap before it waits for the pause lock or for another's stop, so every stop completes without it.
//! * R3 It attaches when everything is stopped by its own request, by a CAS that cannot fail. It never waits to attach while it holds anything.
//! * R4 If its interpreter began to finalize before it was stopped, the requester starts what it had stopped, gives the lock back, and then
//!   attaches, which never returns (P1.R8).
//! * R5 An interpreter made while the pause is effective is born stopped, and starts with the others.
//!   One leaves the list under the list's lock, after its last thread has unlinked, so what they did is before the next pause.
//! * R6 Each stop is complete before the next is requested, and the pause is effective when the last one is. No stop gives up.
//!
//! **Guarantees.** In the pause no thread but the requester is attached, of any interpreter, those born meanwhile included. Competing requesters, of
//! either kind, all finish, or park for ever holding nothing. **Not guaranteed**: which of two competing requesters goes first.
//!
//! **Memory orders.** Those of P1 and its locks; the requester's own attach needs none, since its thread wrote last.
//!
//! **Checked by** `p2.*`. **Not checked**: numbers of interpreters beyond 2^64.

use std::sync::Arc;

use super::{Attached, World, WorldStopped};
use crate::mutant;
use crate::runtime::{Interpreter, Runtime, ThreadCore};
use crate::sync::{Mutex, MutexGuard, assert_no_lock};

/// The runtime's share of the protocol.
#[derive(Debug, Default)]
pub(crate) struct Everyone {
    pause: Mutex<()>,
    worlds: Mutex<Worlds>,
}

/// The interpreters, oldest first.
#[derive(Debug, Default)]
struct Worlds {
    list: Vec<(u64, Arc<World>)>,
    next: u64,
    /// A runtime-wide pause is effective: its requester's number, 0 for a caller outside.
    effective: Option<u64>,
}

impl Everyone {
    /// A new interpreter's world (R5).
    pub(crate) fn new_world(&self) -> Arc<World> {
        let mut worlds = self.worlds.lock();
        let stopped_by = worlds.effective.filter(|_| !mutant!("p2.born-running"));
        let world = Arc::new(World::new(stopped_by));
        let number = worlds.next;
        worlds.next += 1;
        worlds.list.push((number, Arc::clone(&world)));
        world
    }

    /// The end of an interpreter. One whose threads still live stays listed.
    pub(crate) fn forget(&self, ended: &World) {
        let mut worlds = self.worlds.lock();
        let may_go = |world: &World| mutant!("p2.forgets-with-threads") || world.lock().is_empty();
        worlds.list.retain(|(_, world)| !std::ptr::eq(&**world, ended) || !may_go(world));
    }

    /// The next interpreter to stop; with none left the pause is effective.
    fn next_after(&self, last: Option<u64>, requester: u64) -> Option<(u64, Arc<World>)> {
        let mut worlds = self.worlds.lock();
        let next = worlds
            .list
            .iter()
            .find(|(number, _)| last.is_none_or(|last| *number > last))
            .map(|(number, world)| (*number, Arc::clone(world)));
        if next.is_none() {
            worlds.effective = Some(requester);
        }
        next
    }

    /// Stops every interpreter for a requester that is detached, or outside. `None` when the requester's interpreter finalizes (R4): nothing is
    /// stopped or held then.
    fn stop<'r>(&'r self, requester: Option<&'r ThreadCore>) -> Option<AllStopped<'r>> {
        let id = requester.map_or(0, ThreadCore::id);
        let pause = (!mutant!("p2.own-first")).then(|| self.pause.lock());
        let mut all = AllStopped { everyone: self, requester, stopped: Vec::new(), _pause: pause };
        let mut last = None;
        if mutant!("p2.own-first")
            && let Some(me) = requester
        {
            me.world.stop_detached(me);
            all.stopped.push(Arc::clone(&me.world));
        }
        while let Some((number, world)) = self.next_after(last, id) {
            last = Some(number);
            if mutant!("p2.own-first") && all.stopped.iter().any(|w| Arc::ptr_eq(w, &world)) {
                continue;
            }
            if mutant!("p15.without-pause") {
                break;
            }
            let stopped = match requester.filter(|me| std::ptr::eq(&*me.world, &*world)) {
                Some(me) => world.stop_detached(me),
                None => {
                    world.stop_for_all(id);
                    true
                }
            };
            if !stopped {
                if mutant!("p2.attach-holding") {
                    // The historical hang: for ever, with the lock and half of the interpreters.
                    requester.map(ThreadCore::attach);
                }
                return None;
            }
            all.stopped.push(world);
        }
        Some(all)
    }
}

impl Runtime {
    /// Runs `f` while every thread of every interpreter is stopped, but the caller's. Its own heap may have changed when `f` begins: it is left
    /// while others' stops are served.
    ///
    /// Never returns if the interpreter begins to finalize meanwhile, on another thread's request.
    ///
    /// # Panics
    /// Inside a pause of the same thread, and when the thread belongs to another runtime: bugs of the embedder.
    #[cold]
    #[inline(never)]
    pub fn stop_all<R>(&self, requester: &Attached<'_>, f: impl FnOnce(&AllStopped<'_>) -> R) -> R {
        let me = requester.thread();
        assert_no_lock("P2.R2");
        me.world.assert_not_stopped_by(me);
        let everyone = self.everyone();
        if mutant!("p2.wait-attached") {
            drop(everyone.pause.lock());
        }
        requester.leave();
        let Some(all) = everyone.stop(Some(me)) else {
            let _ = me.attach();
            unreachable!("a thread attached to an interpreter that finalizes")
        };
        assert!(all.stopped.iter().any(|w| std::ptr::eq(&**w, &*me.world)), "a thread of another runtime");
        // R3: the interpreter is stopped by this thread, so nobody else changes its state.
        assert!(me.state.attach().is_ok(), "a requester's state changed in its own pause");
        f(&all)
    }

    /// As [`Runtime::stop_all`], for a caller that is no thread of any interpreter.
    pub fn stop_all_from_outside<R>(&self, f: impl FnOnce(&AllStopped<'_>) -> R) -> R {
        match self.everyone().stop(None) {
            Some(all) => f(&all),
            None => unreachable!("only a thread's own interpreter refuses it"),
        }
    }
}

/// Proof that every thread of every interpreter is stopped, but the requester. All start when it is dropped.
#[derive(Debug)]
pub struct AllStopped<'r> {
    everyone: &'r Everyone,
    requester: Option<&'r ThreadCore>,
    /// Until the pause is effective, what must start again.
    stopped: Vec<Arc<World>>,
    /// Empty only in a seeded bug.
    _pause: Option<MutexGuard<'r, ()>>,
}

impl AllStopped<'_> {
    /// The lock of the list of interpreters, for fork (P15.R2).
    pub(crate) fn lock_list(&self) -> ListLock<'_> {
        ListLock(self.everyone.worlds.lock())
    }

    /// In a child of fork: unlinks every thread but the requester, and returns them.
    pub(crate) fn unlink_others(&self) -> Vec<Arc<ThreadCore>> {
        let worlds = self.lock_list().worlds();
        let me = |t: &Arc<ThreadCore>| self.requester.is_some_and(|me| std::ptr::eq(me, &**t));
        worlds.iter().flat_map(|world| world.keep_threads(me)).collect()
    }

    /// The proof for one interpreter.
    pub fn of<R>(&self, interpreter: &Interpreter, f: impl FnOnce(&WorldStopped<'_>) -> R) -> R {
        self.view(interpreter.world(), f)
    }

    fn view<R>(&self, world: &World, f: impl FnOnce(&WorldStopped<'_>) -> R) -> R {
        let own = self.requester.filter(|me| std::ptr::eq(&*me.world, world));
        // The pause goes on afterwards.
        let stopped = std::mem::ManuallyDrop::new(WorldStopped::new(world, own, 0));
        f(&stopped)
    }

    /// The thread that asked, `None` for a caller outside.
    #[must_use]
    pub fn requester(&self) -> Option<&ThreadCore> {
        self.requester
    }
}

/// The lock of the list of interpreters, held.
pub(crate) struct ListLock<'r>(MutexGuard<'r, Worlds>);

impl ListLock<'_> {
    /// All interpreters, born in the pause or before.
    pub(crate) fn worlds(&self) -> Vec<Arc<World>> {
        self.0.list.iter().map(|(_, world)| Arc::clone(world)).collect()
    }
}

impl Drop for AllStopped<'_> {
    fn drop(&mut self) {
        let mut worlds = self.everyone.worlds.lock();
        let started = if worlds.effective.take().is_some() {
            // R5: those made meanwhile too.
            worlds.list.iter().map(|(_, world)| Arc::clone(world)).collect()
        } else {
            std::mem::take(&mut self.stopped)
        };
        drop(worlds);
        for world in started.iter().rev() {
            if mutant!("p15.child-stays-stopped") && world.lock().len() == 1 {
                continue;
            }
            if mutant!("p2.starts-its-own-only")
                && self.requester.is_some_and(|me| !Arc::ptr_eq(&me.world, world))
            {
                continue;
            }
            world.start(self.requester);
        }
    }
}
