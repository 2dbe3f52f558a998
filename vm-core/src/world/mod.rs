//! P1: attach, detach, suspend, stop the world, start it again.
//!
//! **Purpose.** One thread may run alone, with every other thread provably off the heap; everything that is hard to do beside running
//! threads (collect, de-instrument, invalidate, free) is done then.
//!
//! **Actors.** Each *thread* changes its own run state; a *requester*, one of them or a helper outside, stops the others.
//!
//! **State.** A [`RunState`] word per thread; under the list lock ([`crate::threads`]) the request: `requested`, `countdown`, the number of other
//! threads that are not yet suspended, and `finalizing`.
//!
//! ```text
//!             attach (CAS)                 poll (store)
//!  DETACHED ───────────────▶ ATTACHED ───────────────────▶ WAITING
//!     ▲  ▲ ◀─────────────────  ▲                             ▲ │
//!     │  │    detach (store)   └────────── start (store) ────┼─┘
//!     │  └── start (CAS) ── SUSPENDED ── attach (CAS) ───────┘
//!     └── stop, or own look after detach (CAS) ──▶ SUSPENDED
//! ```
//!
//! **Rules.**
//! * R1 Heap and private data are touched only while ATTACHED, or by the requester between stop and start.
//! * R2 The STOP bit of a breaker is set exactly while a stop by another actor is requested; both change under the list lock.
//! * R3 Detach against stop is a handshake (facade rule R2): the thread stores DETACHED, fences, reads its STOP bit; the requester sets
//!   the STOP bits, fences, reads the states. At least one of them sees the other, and the CAS DETACHED → SUSPENDED makes it exactly one that counts.
//! * R4 `countdown` changes under the list lock only: once for each thread, when it suspends itself, is found detached later by itself, or
//!   exits.
//! * R5 A thread born while a stop is requested starts SUSPENDED.
//! * R6 A competing requester serves the other's stop first: it suspends, and asks again afterwards. So no lock is held
//!   while waiting.
//! * R7 A thread that waits to run when the world starts is handed ATTACHED, not DETACHED: the next stop must wait for its next
//!   safepoint. So however often the world is stopped, every waiting thread runs between two pauses.
//! * R8 Once finalization began in a pause, start leaves all other threads suspended for ever; newborns are SUSPENDED.
//! * R9 A thread that sleeps re-reads its state under its parker's lock, through which the waker passes after changing it. Before it
//!   sleeps it may look without the lock: whoever sees ATTACHED has been handed it.
//! * R10 A requester that served another's stop is asked whether that pause did what it wanted, and then makes none of its own. It was attached
//!   when it asked, so what the other did in its pause, it did after the request.
//!
//! **Guarantees.** Between stop and start no other thread is attached. A stop completes when every attached thread polls, detaches or exits. No
//! timed wait and no re-scan is involved. **Not guaranteed**: how soon; fairness between competing requesters.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | attach: CAS to ATTACHED | Acquire | start: CAS to DETACHED | the pause's writes before the thread's reads |
//! | detach: store DETACHED | Release | stop: CAS to SUSPENDED | the thread's writes before the pause's reads |
//! | detach: fence; stop: fence | SeqCst | each other | R3 |
//! | detach: read STOP; stop: read state | Relaxed | – | after the fence |
//! | start: CAS to DETACHED, store ATTACHED | Release | attach, wait | the pause's writes; R10's answer rests on it |
//! | wait, look: read ATTACHED | Acquire | start: store ATTACHED | the same |
//! | poll: store WAITING; own look: CAS to SUSPENDED | Relaxed | – | under the list lock, which orders |
//!
//! **Checked by** `p1.*`. A model that ends with threads parked for ever lets them unwind (`ThreadCore::end_parked`, only there).
//! **Not checked**: more than five threads under loom.

mod all;
mod state;
mod stop;

use std::marker::PhantomData;
use std::sync::Arc;

use crate::breaker::event;
use crate::mutant;
use crate::runtime::ThreadCore;
use crate::sync::{CHECKING, Ordering, assert_no_lock, fence, spin_hint, thread};
use crate::threads::ThreadListGuard;

pub use all::AllStopped;
pub(crate) use all::Everyone;
pub use state::RunState;
pub(crate) use state::StateWord;
pub(crate) use stop::{StopState, World};

/// How often a stopped thread looks whether the world started before it sleeps, if there is a processor for each: waking takes longer
/// than the pause of a small heap.
const LOOKS: u32 = if CHECKING { 1 } else { 1600 };
/// The same for the requester that waits for the others to stop.
const STOP_LOOKS: u32 = if CHECKING { 0 } else { 400 };
/// Spin hints in a look.
const HINTS: u32 = if CHECKING { 0 } else { 8 };
/// Every so many looks the processor is offered to others.
const YIELD: u32 = 8;

/// Between two looks; so many are left.
fn rest(looks: u32) {
    for _ in 0..HINTS {
        spin_hint();
    }
    if looks.is_multiple_of(YIELD) {
        thread::yield_now();
    }
}

/// What a safepoint under a lock breaks.
const NO_LOCK: &str = "P5.R4, P7.R3";

impl ThreadCore {
    /// Goes on the heap. Blocks while the world is stopped; for ever once the runtime finalizes.
    ///
    /// # Panics
    /// When the thread is attached already: a bug of the embedder.
    pub fn attach(&self) -> Attached<'_> {
        assert_no_lock(NO_LOCK);
        loop {
            match self.state.attach() {
                Ok(()) => break,
                Err(RunState::Suspended) => {
                    if self.state.wait_from_suspended().is_ok() {
                        self.wait_to_run(0);
                        break;
                    }
                }
                // Started between the two CASes.
                Err(RunState::Detached) => {}
                Err(now @ (RunState::Attached | RunState::Waiting)) => {
                    panic!("thread {} attaches twice: it is {now:?}", self.id())
                }
            }
        }
        Attached { thread: self, not_send: PhantomData }
    }

    /// Until the world starts and hands ATTACHED over (R7, R9). Helps meanwhile (P22).
    fn wait_to_run(&self, looks: u32) {
        if mutant!("p1.no-hand-over") {
            self.parker.park_until(|| self.state.attach().is_ok() || self.state.handed_over());
            return;
        }
        for look in 0..looks {
            if self.state.handed_over() {
                return;
            }
            self.world.crew.help(self.id());
            rest(look);
        }
        self.parker.park_until(|| self.state.handed_over());
    }

    /// What the thread may do now; a snapshot, for diagnosis.
    pub fn run_state(&self) -> RunState {
        self.state.peek()
    }
}

/// Proof that the calling thread is attached: it may touch the heap. Dropping it does not detach; [`Attached::detach`] does.
#[derive(Debug)]
#[must_use = "a thread that is attached and never polls holds up every pause"]
pub struct Attached<'t> {
    thread: &'t ThreadCore,
    not_send: PhantomData<*const ()>,
}

impl<'t> Attached<'t> {
    /// The proof made anew, for an embedder that keeps only the thread in its own per-thread structure.
    ///
    /// # Safety
    /// The calling OS thread is the one that runs `thread`, and `thread` is attached for as long as the value is used;
    /// other tokens of it, if any, are not used to detach meanwhile.
    pub unsafe fn assume(thread: &'t ThreadCore) -> Self {
        debug_assert_eq!(thread.state.peek(), RunState::Attached);
        Self { thread, not_send: PhantomData }
    }

    /// The thread.
    #[must_use]
    pub fn thread(&self) -> &'t ThreadCore {
        self.thread
    }

    /// Leaves the heap.
    pub fn detach(self) -> &'t ThreadCore {
        self.leave();
        self.thread
    }

    fn leave(&self) {
        assert_no_lock(NO_LOCK);
        let thread = self.thread;
        thread.state.detach();
        if mutant!("p1.detach-ignores-stop") {
            return;
        }
        if !mutant!("p1.detach-without-fence") {
            fence(Ordering::SeqCst);
        }
        if thread.breaker().events() & event::STOP != 0 {
            thread.world.look_after_detach(thread);
        }
    }

    /// Runs `f`, which blocks or takes long and touches no heap, detached; attached again afterwards, also when `f`
    /// unwinds.
    pub fn detached<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Return<'t>(&'t ThreadCore);
        impl Drop for Return<'_> {
            fn drop(&mut self) {
                let _ = self.0.attach();
            }
        }
        self.leave();
        let _return = Return(self.thread);
        f()
    }

    /// Serves STOP: suspends until the world starts. Returns at once when no stop is requested. The caller has tested the
    /// breaker's bits and clears none of them for it.
    #[cold]
    #[inline(never)]
    pub fn poll(&self) {
        self.thread.world.poll(self.thread);
    }

    /// Runs `f` while every other thread of the interpreter is stopped. Serves a competing request first, so the world may have
    /// changed when `f` begins.
    ///
    /// # Panics
    /// Inside `f` of the same thread: it would wait for itself.
    #[cold]
    #[inline(never)]
    pub fn stop_the_world<R>(&self, f: impl FnOnce(&WorldStopped<'_>) -> R) -> R {
        let stopped = self.thread.world.stop(Some(self.thread), || false);
        f(stopped.as_ref().expect("nobody else's pause is enough"))
    }

    /// As [`Attached::stop_the_world`], unless other threads stopped the world while this one waited, and `served` then says that their pauses
    /// did what this one was to do (R10). `served` runs attached.
    ///
    /// # Panics
    /// As [`Attached::stop_the_world`].
    #[cold]
    #[inline(never)]
    pub fn stop_the_world_unless<R>(
        &self,
        served: impl Fn() -> bool,
        f: impl FnOnce(&WorldStopped<'_>) -> R,
    ) -> Option<R> {
        self.thread.world.stop(Some(self.thread), served).map(|stopped| f(&stopped))
    }
}

/// Proof that every thread but the requester is stopped. The world starts when it is dropped.
#[derive(Debug)]
pub struct WorldStopped<'w> {
    world: &'w World,
    requester: Option<&'w ThreadCore>,
    interrupted: usize,
    not_send: PhantomData<*const ()>,
}

impl<'w> WorldStopped<'w> {
    fn new(world: &'w World, requester: Option<&'w ThreadCore>, interrupted: usize) -> Self {
        Self { world, requester, interrupted, not_send: PhantomData }
    }

    /// How many other threads ran when the stop came: their processors have nothing to do now.
    #[must_use]
    pub fn interrupted(&self) -> usize {
        self.interrupted
    }

    /// Runs `own`, and meanwhile `help` on the threads that this pause stopped, as often as they come by before they fall asleep; perhaps never.
    /// `help` gets the helper's number. When it returns, all of them are out of `help` (P22).
    pub fn together(&self, help: &(dyn Fn(u64) + Sync), own: impl FnOnce()) {
        self.world.crew.run(help, own);
    }

    /// How many threads are in the `help` of [`WorldStopped::together`] now.
    #[must_use]
    pub fn helpers(&self) -> usize {
        self.world.crew.helpers()
    }

    /// Every thread, the requester included. Threads born during the pause may be missing; they have touched nothing yet.
    #[must_use]
    pub fn threads(&self) -> Vec<Arc<ThreadCore>> {
        self.world.lock().iter().cloned().collect()
    }

    /// How many threads have ended so far: whether any index may have lost its owner since the caller asked before (P7.R8).
    #[must_use]
    pub fn ended(&self) -> u64 {
        self.world.lock().listed.ended
    }

    /// The thread that asked, `None` for a caller that is no thread of the interpreter.
    #[must_use]
    pub fn requester(&self) -> Option<&ThreadCore> {
        self.requester
    }

    /// From now on no thread but the requester ever runs again (R8).
    pub fn begin_finalization(&self) {
        self.world.lock().listed.stop.begin_finalization();
    }

    /// The threads, locked.
    pub(crate) fn list(&self) -> ThreadListGuard<'_> {
        self.world.lock()
    }

    /// CLEAR: the global version, what goes with it and every thread's copy become 0 together (P3.R4). The caller makes the versions
    /// recorded in code objects invalid in the same pause ([`crate::instrument::Instruments::clear`] does it all).
    pub fn clear_versions(&self) {
        let mut list = self.world.lock();
        if !mutant!("p8.clear-only-words") {
            list.listed.version = 0;
        }
        list.listed.table = crate::instrument::Table::default();
        for thread in list.iter() {
            if !mutant!("p3.clear-spares-a-copy") {
                thread.breaker().reset(self);
            }
        }
    }
}

impl Drop for WorldStopped<'_> {
    fn drop(&mut self) {
        self.world.start(self.requester);
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;
    use crate::runtime::{Runtime, RuntimeConfig};
    use crate::sync::{AtomicBool, thread};

    #[test]
    fn after_finalization_only_the_finalizer_runs() {
        let rt = Runtime::new(RuntimeConfig::default());
        let interp = rt.new_interpreter();
        let main = interp.register_thread().expect("birth");
        let other = interp.register_thread().expect("birth");
        let me = main.attach();
        me.stop_the_world(|world| world.begin_finalization());
        let newborn = interp.register_thread().expect("birth");
        assert_eq!([other.run_state(), newborn.run_state()], [RunState::Suspended; 2]);

        // This thread never returns from `attach`; the test's process ends without it.
        let ran = Arc::new(AtomicBool::new(false));
        let (other2, ran2) = (Arc::clone(&other), Arc::clone(&ran));
        let _parked = thread::spawn("daemon", 0, move || {
            let _attached = other2.attach();
            ran2.store(true, Ordering::SeqCst);
        });
        while other.run_state() != RunState::Waiting {
            thread::yield_now();
        }
        // Stops go on working, and resume nobody.
        me.stop_the_world(|world| assert_eq!(world.threads().len(), 3));
        me.detached(thread::yield_now);
        assert_eq!(other.run_state(), RunState::Waiting);
        assert!(!ran.load(Ordering::SeqCst));
        me.detach();
    }

    #[test]
    fn a_pause_inside_a_pause_is_refused() {
        let rt = Runtime::new(RuntimeConfig::default());
        let interp = rt.new_interpreter();
        let core = interp.register_thread().expect("birth");
        let t = core.attach();
        let nested = || t.stop_the_world(|_| t.stop_the_world(|_| ()));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(nested)).is_err());
        // The outer pause ended as the panic passed through it.
        t.stop_the_world(|_| ());
        interp.unregister_thread(t);
    }

    #[test]
    fn a_detached_region_ends_attached_even_when_it_unwinds() {
        let rt = Runtime::new(RuntimeConfig::default());
        let interp = rt.new_interpreter();
        let core = interp.register_thread().expect("birth");
        let t = core.attach();
        let caught =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| t.detached(|| panic!("inside"))));
        assert!(caught.is_err());
        assert_eq!(core.run_state(), RunState::Attached);
        interp.unregister_thread(t);
    }
}
