//! The run state word.

use crate::mutant;
use crate::sync::{AtomicU32, Ordering};

/// What a thread may do now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum RunState {
    /// Off the heap: in a blocking call, or not yet running.
    Detached = 0,
    /// On the heap.
    Attached = 1,
    /// Stopped while detached, and not waiting to run.
    Suspended = 2,
    /// Stopped, and waiting to run.
    Waiting = 3,
}

/// The run state word; each method is one edge of the diagram.
#[derive(Debug)]
pub(crate) struct StateWord(AtomicU32);

impl StateWord {
    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(RunState::Detached as u32))
    }

    fn decode(word: u32) -> RunState {
        match word {
            0 => RunState::Detached,
            1 => RunState::Attached,
            2 => RunState::Suspended,
            _ => RunState::Waiting,
        }
    }

    #[track_caller]
    fn cas(&self, from: RunState, to: RunState, order: Ordering) -> Result<(), RunState> {
        match self.0.compare_exchange(from as u32, to as u32, order, Ordering::Relaxed) {
            Ok(_) => Ok(()),
            Err(now) => Err(Self::decode(now)),
        }
    }

    /// For the owner, and for others after a fence or under the list lock.
    pub(crate) fn peek(&self) -> RunState {
        Self::decode(self.0.load(Ordering::Relaxed))
    }

    /// Birth (R5), before the thread is listed.
    pub(super) fn init(&self, state: RunState) {
        self.0.store(state as u32, Ordering::Relaxed);
    }

    pub(super) fn attach(&self) -> Result<(), RunState> {
        let order = if mutant!("p1.attach-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
        self.cas(RunState::Detached, RunState::Attached, order)
    }

    /// Leaving ATTACHED by a plain store is safe: no RMW succeeds from ATTACHED.
    pub(super) fn detach(&self) {
        let order = if mutant!("p1.detach-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        self.0.store(RunState::Detached as u32, order);
    }

    /// By the requester's scan.
    pub(super) fn suspend_detached(&self) -> Result<(), RunState> {
        let order = if mutant!("p1.scan-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
        self.cas(RunState::Detached, RunState::Suspended, order)
    }

    /// By the detached thread itself, under the list lock.
    pub(super) fn suspend_own(&self) -> bool {
        self.cas(RunState::Detached, RunState::Suspended, Ordering::Relaxed).is_ok()
    }

    /// At a safepoint, under the list lock. No RMW succeeds from ATTACHED.
    pub(super) fn wait_from_attached(&self) {
        self.0.store(RunState::Waiting as u32, Ordering::Relaxed);
    }

    pub(super) fn wait_from_suspended(&self) -> Result<(), RunState> {
        self.cas(RunState::Suspended, RunState::Waiting, Ordering::Relaxed)
    }

    pub(super) fn handed_over(&self) -> bool {
        self.0.load(Ordering::Acquire) == RunState::Attached as u32
    }

    /// By the requester, under the list lock. True when a thread waits to be woken.
    pub(super) fn start(&self) -> bool {
        if self.cas(RunState::Suspended, RunState::Detached, Ordering::Release).is_ok() {
            return mutant!("p1.no-hand-over");
        }
        if mutant!("p1.no-hand-over") {
            // Back to competing with the next stop.
            self.0.store(RunState::Detached as u32, Ordering::Release);
            return true;
        }
        // No RMW succeeds from WAITING.
        let order = if mutant!("p1.start-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        self.0.store(RunState::Attached as u32, order);
        true
    }
}
