//! P3: the eval breaker, one word per thread that says "look up".
//!
//! **Purpose.** Ask one thread, or all, to do something at its next safepoint, at the price of one relaxed load per poll; and
//! tell each thread which instrumentation version its code must have, in the same word.
//!
//! **Actors.** The *owner* polls and handles; any thread *posts* events; whoever changes the instrumentation *broadcasts* a
//! version, under the list lock; CLEAR runs in a pause.
//!
//! **State.** One `AtomicU64`: bits 0..16 events, bits 16..64 instrumentation version.
//!
//! **Rules.**
//! * R1 Every change is one RMW of the whole word; none loses a bit or a version set meanwhile.
//! * R2 Post: write the payload, then set the bit (Release). Handle: clear the bit (Acquire RMW), then read the payload. A
//!   payload posted after the clear sets the bit anew.
//! * R3 A new version and the event bit RECHECK arrive in one RMW.
//! * R4 The version never goes back between two CLEARs; CLEAR, in a pause, makes the global version and every copy 0.
//! * R5 The global version is the source of truth: it changes under the list lock, which also lets a newborn copy it.
//!
//! **Guarantees.** An event posted is handled at the owner's next poll that sees it. After a broadcast returns, each listed thread's
//! word has that version or a later one. **Not guaranteed**: how soon the owner polls; order between different events.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | `events` | Relaxed | – | a hint; the handler's RMW orders |
//! | `version` | Relaxed | – | the code lock orders what the version is about |
//! | `set` | Release RMW | `clear` | the payload before the bit |
//! | `clear` | Acquire RMW | `set`, broadcast | the bit before the payload |
//! | `set_version_and_recheck` | Release RMW | `clear` | tables before the version |
//! | `reset` | Relaxed RMW | – | in a pause: the pause orders |
//!
//! **Checked by** `p3.*`. **Not checked**: that 48 bits of version suffice (a bump refuses at the end, and CLEAR starts over).

use crate::mutant;
use crate::sync::{AtomicU64, Ordering};
use crate::world::WorldStopped;

/// Event bits. A set of them is a `u16`.
pub mod event {
    /// The world is to stop: suspend until it starts again.
    pub const STOP: u16 = 1;
    /// The instrumentation version changed: bring the code of every frame up to date.
    pub const RECHECK: u16 = 2;
    /// An exception was sent to this thread.
    pub const ASYNC_EXC: u16 = 4;
    /// A signal waits for the main thread.
    pub const SIGNAL: u16 = 8;
    /// A collection was requested.
    pub const GC: u16 = 16;
    /// Calls queued from other threads wait.
    pub const PENDING_CALLS: u16 = 32;
    /// The runtime is finalizing.
    pub const FINALIZE: u16 = 64;
    /// Finalizers or weak reference callbacks are due.
    pub const FINALIZERS: u16 = 128;
    /// Enough retired memory waits: drain it (P13).
    pub const RETIRED: u16 = 256;
    /// The thread is to meet faults: set for good in a VM that injects them, so that every poll takes the slow path.
    pub const FAULTS: u16 = 1 << 15;
}

/// The greatest version that fits.
pub const MAX_VERSION: u64 = (1 << 48) - 1;

/// The word. See the module's rules.
#[repr(transparent)]
#[derive(Debug)]
pub struct Breaker(AtomicU64);

const VERSION_SHIFT: u32 = 16;
const EVENTS: u64 = (1 << VERSION_SHIFT) - 1;

impl Breaker {
    /// A breaker without events at `version`.
    #[must_use]
    pub fn new(version: u64) -> Self {
        debug_assert!(version <= MAX_VERSION);
        Self(AtomicU64::new(version << VERSION_SHIFT))
    }

    /// The posted events: the poll. One relaxed load.
    #[inline(always)]
    pub fn events(&self) -> u16 {
        // The low 16 bits are the events.
        self.0.load(Ordering::Relaxed) as u16
    }

    /// The instrumentation version that this thread's code must have.
    #[inline(always)]
    pub fn version(&self) -> u64 {
        self.0.load(Ordering::Relaxed) >> VERSION_SHIFT
    }

    /// The whole word: RESUME compares it with what its code has ([`crate::instrument::version_word`]), events and version in one.
    #[inline(always)]
    pub fn word(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Posts `events` (P3.R2).
    pub fn set(&self, events: u16) {
        let order = if mutant!("p3.set-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        self.0.fetch_or(u64::from(events), order);
    }

    /// Takes `events` back, and returns those that were set. The owner calls it before it handles them (P3.R2).
    pub fn clear(&self, events: u16) -> u16 {
        let order = if mutant!("p3.clear-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
        if mutant!("p3.clear-load-store") {
            let seen = self.0.load(order);
            self.0.store(seen & !u64::from(events), Ordering::Relaxed);
            return seen as u16 & events;
        }
        let taken = if mutant!("p3.clear-takes-more") { events | event::RECHECK } else { events };
        self.0.fetch_and(!u64::from(taken), order) as u16 & events
    }

    /// Broadcast to one thread: the version, unless it is there or past already, and RECHECK, in one RMW (P3.R3).
    pub fn set_version_and_recheck(&self, version: u64) {
        debug_assert!(version <= MAX_VERSION);
        let mut seen = self.0.load(Ordering::Relaxed);
        let with = |seen: u64| version << VERSION_SHIFT | seen & EVENTS | u64::from(event::RECHECK);
        if mutant!("p3.version-load-store") {
            self.0.store(with(seen), Ordering::Release);
            return;
        }
        if mutant!("p3.version-then-bit") {
            while let Err(now) = self.0.compare_exchange(
                seen,
                version << VERSION_SHIFT | seen & EVENTS,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                seen = now;
            }
            return;
        }
        while seen >> VERSION_SHIFT < version {
            match self.0.compare_exchange(seen, with(seen), Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => seen = now,
            }
        }
    }

    /// The owner's answer to RECHECK: clears the bit, then reads the version that its code must have now. In this order: a version that arrives
    /// after the clear sets the bit anew.
    pub fn take_version(&self) -> u64 {
        if mutant!("p3.version-before-clear") {
            let version = self.version();
            self.clear(event::RECHECK);
            return version;
        }
        self.clear(event::RECHECK);
        self.version()
    }

    /// CLEAR: version 0 and no RECHECK; other events stay (P3.R4). The caller resets the global version and every other copy in
    /// the same pause ([`WorldStopped::clear_versions`]).
    pub fn reset(&self, _: &WorldStopped<'_>) {
        let events = if mutant!("p3.clear-drops-events") { 0 } else { EVENTS };
        let recheck = if mutant!("p3.clear-keeps-recheck") { 0 } else { u64::from(event::RECHECK) };
        self.0.fetch_and(events & !recheck, Ordering::Relaxed);
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;

    #[test]
    fn events_and_version_share_the_word_without_touching_each_other() {
        let b = Breaker::new(7);
        b.set(event::SIGNAL | event::GC);
        b.set_version_and_recheck(9);
        assert_eq!(b.events(), event::SIGNAL | event::GC | event::RECHECK);
        assert_eq!(b.version(), 9);
        assert_eq!(b.clear(event::SIGNAL | event::STOP), event::SIGNAL, "only what was set is returned");
        assert_eq!(b.events(), event::GC | event::RECHECK);
    }

    #[test]
    fn a_version_never_goes_back() {
        let b = Breaker::new(5);
        b.set_version_and_recheck(4);
        assert_eq!((b.version(), b.events()), (5, 0));
        b.set_version_and_recheck(MAX_VERSION);
        assert_eq!(b.version(), MAX_VERSION);
    }
}
