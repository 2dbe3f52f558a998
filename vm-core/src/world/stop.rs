//! The stop request, and the two ends of a pause.

use std::sync::Arc;

use super::{LOOKS, NO_LOCK, RunState, STOP_LOOKS, WorldStopped, rest};
use crate::breaker::event;
use crate::crew::Crew;
use crate::mutant;
use crate::runtime::ThreadCore;
use crate::sync::{AtomicU32, Condvar, Mutex, MutexGuard, Ordering, assert_no_lock, fence, thread};
use crate::threads::{Listed, ThreadListGuard};

/// The stop request; under the list lock.
#[derive(Debug, Default)]
pub(crate) struct StopState {
    requested: bool,
    /// Who began to finalize, 0 for a caller outside.
    finalizer: Option<u64>,
    countdown: usize,
    /// How many threads ran when the stop came.
    interrupted: usize,
    /// The number of the thread that requested, 0 for a caller outside.
    requester: u64,
}

impl StopState {
    /// R8, in the pause.
    pub(super) fn begin_finalization(&mut self) {
        self.finalizer = Some(self.requester);
    }
}

/// The threads of one interpreter and the power to stop them.
#[derive(Debug, Default)]
pub(crate) struct World {
    list: Mutex<Listed>,
    /// `countdown` reached 0.
    all_stopped: Condvar,
    /// `requested` became false: for requesters outside.
    started: Condvar,
    pub(crate) crew: Crew,
    processors: Processors,
}

/// How many threads the machine runs at a time; asked when first needed.
#[derive(Debug)]
struct Processors(AtomicU32);

impl Default for Processors {
    fn default() -> Self {
        Self(AtomicU32::new(0))
    }
}

impl Processors {
    fn get(&self) -> usize {
        let known = self.0.load(Ordering::Relaxed);
        if known != 0 {
            return known as usize;
        }
        let asked = thread::available_parallelism();
        self.0.store(asked as u32, Ordering::Relaxed);
        asked
    }
}

impl World {
    /// The lock, counted.
    fn list(&self) -> MutexGuard<'_, Listed> {
        let mut listed = self.list.lock();
        listed.locks += 1;
        listed
    }

    /// A world without threads; stopped from birth by that requester of a runtime-wide pause (P2.R5).
    pub(super) fn new(stopped_by: Option<u64>) -> Self {
        let world = Self::default();
        if let Some(requester) = stopped_by {
            let mut listed = world.list();
            listed.stop.requested = true;
            listed.stop.requester = requester;
        }
        world
    }

    pub(crate) fn lock(&self) -> ThreadListGuard<'_> {
        ThreadListGuard { listed: self.list() }
    }

    /// Unlinks and returns the threads that `keep` refuses.
    pub(super) fn keep_threads(&self, keep: impl Fn(&Arc<ThreadCore>) -> bool) -> Vec<Arc<ThreadCore>> {
        let mut listed = self.list.lock();
        let left: Vec<_> = listed.threads.extract_if(.., |t| !keep(t)).collect();
        listed.ended += left.len() as u64;
        left
    }

    /// Links a thread that is built but for its state and its breaker's word (P5.R1).
    pub(crate) fn link(&self, thread: &Arc<ThreadCore>) -> Result<(), std::collections::TryReserveError> {
        let mut listed = self.list();
        listed.threads.try_reserve(1)?;
        let frozen = listed.stop.requested || listed.stop.finalizer.is_some();
        if frozen && !mutant!("p1.born-running") {
            thread.state.init(RunState::Suspended);
        }
        if listed.stop.requested && !mutant!("p1.newborn-without-bit") {
            thread.breaker().set(event::STOP);
        }
        if mutant!("p5.born-without-version") {
            listed.threads.push(thread.clone());
            return Ok(());
        }
        if listed.version != 0 {
            thread.breaker().set_version_and_recheck(listed.version);
            // Nothing to recheck: it has no frame yet.
            thread.breaker().clear(event::RECHECK);
        }
        listed.threads.push(thread.clone());
        Ok(())
    }

    /// Unlinks the calling thread, which is attached (P5.R2), and counts it if a stop waits for it (R4).
    pub(crate) fn unlink(&self, thread: &ThreadCore) {
        if mutant!("p5.detach-before-unlink") {
            thread.state.detach();
        }
        let mut listed = self.list();
        listed.threads.retain(|t| !std::ptr::eq(&**t, thread));
        listed.ended += 1;
        if mutant!("p5.finalize-under-lock") {
            // A finalizer may do anything; least of all it serves a stop.
            self.poll(thread);
        }
        if listed.stop.requested && !mutant!("p1.exit-not-counted") {
            self.count_down(&mut listed);
        }
        drop(listed);
    }

    fn count_down(&self, listed: &mut MutexGuard<'_, Listed>) {
        listed.stop.countdown -= 1;
        if listed.stop.countdown == 0 {
            self.all_stopped.notify_all();
        }
    }

    /// Suspends the calling thread, attached and counted, until the world starts; it is attached again afterwards (R7).
    fn suspend(&self, thread: &ThreadCore, mut listed: MutexGuard<'_, Listed>) {
        thread.state.wait_from_attached();
        self.count_down(&mut listed);
        let looks = if listed.stop.interrupted < self.processors.get() { LOOKS } else { 0 };
        drop(listed);
        thread.wait_to_run(looks);
    }

    /// A safepoint that saw STOP.
    pub(super) fn poll(&self, thread: &ThreadCore) {
        assert_no_lock(NO_LOCK);
        let listed = self.list();
        let asked = listed.stop.requested && thread.breaker().events() & event::STOP != 0;
        if asked || mutant!("p1.polls-unasked") {
            self.suspend(thread, listed);
        }
    }

    /// The detached thread's half of R3: it saw STOP after its fence.
    #[cold]
    #[inline(never)]
    pub(super) fn look_after_detach(&self, thread: &ThreadCore) {
        let mut listed = self.list();
        if listed.stop.requested && thread.state.suspend_own() {
            self.count_down(&mut listed);
        }
    }

    /// Stops every thread but `requester`, which is attached. `None` when it served another's stop, and `served` says that this was enough (R10).
    pub(super) fn stop<'w>(
        &'w self,
        requester: Option<&'w ThreadCore>,
        served: impl Fn() -> bool,
    ) -> Option<WorldStopped<'w>> {
        assert_no_lock(NO_LOCK);
        let mut listed = self.list();
        while listed.stop.requested && !mutant!("p1.two-requesters") {
            match requester {
                // R6
                Some(me) => {
                    assert_ne!(listed.stop.requester, me.id(), "a pause inside a pause of the same thread");
                    self.suspend(me, listed);
                    if served() || mutant!("p1.served-unasked") {
                        return None;
                    }
                    listed = self.list();
                }
                None => self.started.wait(&mut listed),
            }
        }
        let interrupted = self.stop_others(listed, requester, requester.map_or(0, ThreadCore::id));
        Some(WorldStopped::new(self, requester, interrupted))
    }

    /// Stops every thread but `requester`, which left the heap (P2.R2) and has no other part in this stop; false if another thread finalizes. The
    /// pause lasts until [`World::start`].
    pub(super) fn stop_detached(&self, requester: &ThreadCore) -> bool {
        let listed = self.wait_for_start();
        if listed.stop.finalizer.is_some_and(|finalizer| finalizer != requester.id()) {
            return false;
        }
        self.stop_others(listed, Some(requester), requester.id());
        true
    }

    /// Stops every thread for the requester of a runtime-wide pause, a thread of another interpreter or of none, until [`World::start`].
    pub(super) fn stop_for_all(&self, requester: u64) {
        let listed = self.wait_for_start();
        self.stop_others(listed, None, requester);
    }

    fn wait_for_start(&self) -> MutexGuard<'_, Listed> {
        let mut listed = self.list();
        while listed.stop.requested {
            self.started.wait(&mut listed);
        }
        listed
    }

    /// # Panics
    /// When the thread has stopped the world: it would wait for itself.
    pub(super) fn assert_not_stopped_by(&self, thread: &ThreadCore) {
        let listed = self.list();
        let own = listed.stop.requested && listed.stop.requester == thread.id();
        drop(listed);
        assert!(!own, "a pause inside a pause of the same thread");
    }

    /// How many threads it interrupted.
    fn stop_others<'w>(
        &'w self,
        mut listed: MutexGuard<'w, Listed>,
        requester: Option<&ThreadCore>,
        id: u64,
    ) -> usize {
        listed.stop.requested = true;
        listed.stop.requester = id;
        listed.stop.countdown = 0;
        listed.posts += listed.threads.len() as u64;
        let others = |t: &&Arc<ThreadCore>| !requester.is_some_and(|me| std::ptr::eq(me, &***t));
        for thread in listed.threads.iter().filter(others) {
            thread.breaker().set(event::STOP);
        }
        if mutant!("p1.countdown-after-bits") {
            drop(listed);
            listed = self.list();
        }
        if !mutant!("p1.scan-without-fence") {
            fence(Ordering::SeqCst);
        }
        let mut countdown = 0;
        for thread in listed.threads.iter().filter(others) {
            let running = match thread.state.peek() {
                RunState::Detached => thread.state.suspend_detached().is_err(),
                RunState::Attached => true,
                // Since finalization began.
                RunState::Suspended | RunState::Waiting => false,
            };
            countdown += usize::from(running);
        }
        listed.stop.countdown = countdown;
        listed.stop.interrupted = countdown;
        if mutant!("p2.gives-up") && requester.is_none() {
            return countdown;
        }
        let mut looks = if countdown < self.processors.get() { STOP_LOOKS } else { 0 };
        while listed.stop.countdown != 0 {
            if looks != 0 {
                looks -= 1;
                drop(listed);
                rest(looks);
                listed = self.list.lock();
                continue;
            }
            self.all_stopped.wait(&mut listed);
            if mutant!("p1.gives-up") {
                break;
            }
        }
        countdown
    }

    /// Ends the pause.
    pub(super) fn start(&self, requester: Option<&ThreadCore>) {
        let mut listed = self.list();
        listed.stop.requested = false;
        let finalizing = listed.stop.finalizer.is_some() && !mutant!("p1.finalization-resumes");
        for thread in &listed.threads {
            if requester.is_some_and(|me| std::ptr::eq(me, &**thread)) {
                continue;
            }
            if !mutant!("p1.stop-bit-stays") {
                thread.breaker().clear(event::STOP);
            }
            // R8
            if !finalizing && thread.state.start() {
                thread.parker.wake();
            }
        }
        drop(listed);
        if mutant!("p1.thread-wakes-none-outside") && requester.is_some() {
            return;
        }
        self.started.notify_all();
    }

    /// As [`Attached::stop_the_world`], for a caller that is no thread of the interpreter.
    pub(crate) fn stop_from_outside<R>(&self, f: impl FnOnce(&WorldStopped<'_>) -> R) -> R {
        let stopped = self.stop(None, || false);
        f(stopped.as_ref().expect("nobody else's pause is enough"))
    }

    /// Broadcasts the next version (P3.R3, P3.R5); `None` when versions are exhausted.
    pub(crate) fn bump_version(&self) -> Option<u64> {
        let mut list = self.lock();
        if mutant!("p5.visit-outside-lock") {
            list.listed.version += 1;
            let version = list.listed.version;
            let stale: Vec<_> = list.listed.threads.clone();
            drop(list);
            for thread in &stale {
                thread.breaker().set_version_and_recheck(version);
            }
            return Some(version);
        }
        list.bump_version()
    }
}
