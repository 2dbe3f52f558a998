//! P21: the one way to wait, the one clock, the one source of randomness.
//!
//! **Purpose.** Every wait of the VM that is not a protocol's own (locks of the language, joins, sleeps, queues) goes through [`Blocking`], so that signals
//! and sent exceptions can interrupt it, and a deterministic scheduler can replace it.
//!
//! **Actors.** A *waiter*, detached; a *waker*, who made its predicate true; an *interrupter*, who posted an event to its breaker.
//!
//! **State.** `parked_on`: the key on which the thread waits, 0 for none; the lot's buckets.
//!
//! **Rules.**
//! * R1 The predicate is evaluated under the bucket's lock; a waker passes through that lock after making it true.
//! * R2 Interruption is a handshake: the waiter stores `parked_on`, fences, reads its breaker; the interrupter sets the breaker's bit, fences, reads
//!   `parked_on` and wakes that key.
//! * R3 Time-outs exist here only; under the checkers an expired one is a choice.
//!
//! **Guarantees.** A wait ends when its predicate holds, its time is over, or an event it watches is posted. **Not guaranteed**: who wins among
//! waiters; that a wait ends promptly after its deadline.
//!
//! **Memory orders.** `parked_on` Relaxed on both sides of `fence(SeqCst)`; the breaker as in P3.
//!
//! **Checked by** `p21.*`. **Not checked**: the operating system's clocks.

use std::sync::Arc;
use std::time::Duration;

use crate::mutant;
use crate::runtime::ThreadCore;
use crate::sync::{Ordering, Parked, ParkingLot, fence};
use crate::world::Attached;

/// A point of the monotonic clock, in nanoseconds from some origin of the clock's own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Instant(pub u64);

impl Instant {
    /// The point `duration` later; the last one there is when that overflows.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// How long until `later`; zero when that has passed.
    #[must_use]
    pub fn until(self, later: Self) -> Duration {
        Duration::from_nanos(later.0.saturating_sub(self.0))
    }
}

/// Where time comes from.
pub trait Clock: Send + Sync {
    /// The monotonic clock.
    fn now(&self) -> Instant;
    /// Nanoseconds since 1970-01-01 00:00 UTC.
    fn wall(&self) -> i128;
}

/// Where randomness comes from.
pub trait RandomSource: Send + Sync {
    /// Fills `buffer` with unpredictable bytes.
    ///
    /// # Errors
    /// When the operating system refuses.
    fn fill(&self, buffer: &mut [u8]) -> std::io::Result<()>;
}

/// How threads wait. Called detached, or by helpers that are no threads of an interpreter.
pub trait Blocking: Send + Sync {
    /// Waits on `key` until `ready` holds or `deadline` passes. `ready` runs under an internal lock: it may look at atomics and nothing else.
    fn park(&self, key: usize, ready: &mut dyn FnMut() -> bool, deadline: Option<Instant>) -> Parked;
    /// Wakes at least one waiter of `key`, if there is one.
    fn unpark_one(&self, key: usize);
    /// Wakes every waiter of `key`.
    fn unpark_all(&self, key: usize);
}

/// How a thread's wait ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Waited {
    /// The predicate held.
    Ready,
    /// The deadline passed.
    TimedOut,
    /// An event in the mask is posted; the caller handles it and may wait again.
    Interrupted,
}

impl Attached<'_> {
    /// Waits detached on `key` until `ready` holds, `deadline` passes, or one of `interrupts` is posted to this thread's breaker. `key` is not 0.
    ///
    /// What `ready` saw may have changed when the call returns: take the lock, or whatever it is, by a CAS afterwards, or inside `ready`.
    pub fn wait(
        &self,
        blocking: &dyn Blocking,
        key: usize,
        interrupts: u16,
        deadline: Option<Instant>,
        mut ready: impl FnMut() -> bool,
    ) -> Waited {
        debug_assert_ne!(key, 0, "0 means not parked");
        let thread = self.thread();
        self.detached(|| {
            thread.parked_on.store(key, Ordering::Relaxed);
            if !mutant!("p21.park-without-fence") {
                fence(Ordering::SeqCst);
            }
            let mut interrupted = false;
            let parked = blocking.park(
                key,
                &mut || {
                    if ready() {
                        return true;
                    }
                    interrupted = thread.breaker().events() & interrupts != 0;
                    interrupted
                },
                deadline,
            );
            thread.parked_on.store(0, Ordering::Relaxed);
            match parked {
                Parked::TimedOut => Waited::TimedOut,
                Parked::Ready if interrupted => Waited::Interrupted,
                Parked::Ready => Waited::Ready,
            }
        })
    }

    /// Sleeps until `deadline` or until one of `interrupts` is posted.
    pub fn sleep(&self, blocking: &dyn Blocking, interrupts: u16, deadline: Instant) -> Waited {
        self.wait(blocking, std::ptr::from_ref(self.thread()).addr(), interrupts, Some(deadline), || false)
    }
}

impl ThreadCore {
    /// Posts `events` and ends the thread's wait, if it is in one that they interrupt.
    pub fn interrupt(&self, blocking: &dyn Blocking, events: u16) {
        self.breaker().set(events);
        if !mutant!("p21.interrupt-without-fence") {
            fence(Ordering::SeqCst);
        }
        let key = self.parked_on.load(Ordering::Relaxed);
        if key != 0 && mutant!("p21.interrupt-wakes-one") {
            blocking.unpark_one(key);
            return;
        }
        if key != 0 && !mutant!("p21.interrupt-without-wake") {
            blocking.unpark_all(key);
        }
    }
}

/// The operating system's way to wait.
pub struct OsBlocking {
    lot: Arc<ParkingLot>,
    clock: Arc<dyn Clock>,
}

impl OsBlocking {
    /// Waits in `lot`, by `clock`.
    #[must_use]
    pub fn new(lot: Arc<ParkingLot>, clock: Arc<dyn Clock>) -> Self {
        Self { lot, clock }
    }
}

impl std::fmt::Debug for OsBlocking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OsBlocking").field("lot", &self.lot).finish_non_exhaustive()
    }
}

impl Blocking for OsBlocking {
    fn park(&self, key: usize, ready: &mut dyn FnMut() -> bool, deadline: Option<Instant>) -> Parked {
        self.lot.park(key, ready, || deadline.map(|at| self.clock.now().until(at)))
    }

    fn unpark_one(&self, key: usize) {
        self.lot.unpark_one(key);
    }

    fn unpark_all(&self, key: usize) {
        self.lot.unpark_all(key);
    }
}

/// The machine's clocks.
#[derive(Debug)]
pub struct OsClock {
    origin: std::time::Instant,
}

impl OsClock {
    /// A clock whose origin is now.
    #[must_use]
    pub fn new() -> Self {
        Self { origin: std::time::Instant::now() }
    }
}

impl Default for OsClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for OsClock {
    fn now(&self) -> Instant {
        // 2^64 ns are 584 years.
        Instant(self.origin.elapsed().as_nanos() as u64)
    }

    fn wall(&self) -> i128 {
        // A nanosecond count since 1970 is far below 2^127.
        match std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
            Ok(since) => since.as_nanos() as i128,
            Err(before) => -(before.duration().as_nanos() as i128),
        }
    }
}

/// The operating system's randomness.
#[derive(Clone, Copy, Debug)]
pub struct OsRandom;

impl RandomSource for OsRandom {
    fn fill(&self, buffer: &mut [u8]) -> std::io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            let mut filled = 0;
            while filled < buffer.len() {
                let rest = &mut buffer[filled..];
                // SAFETY: pointer and length describe `rest`, which is writable.
                let n = unsafe { libc::getrandom(rest.as_mut_ptr().cast(), rest.len(), 0) };
                match usize::try_from(n) {
                    Ok(n) => filled += n,
                    Err(_) => {
                        let error = std::io::Error::last_os_error();
                        if error.kind() != std::io::ErrorKind::Interrupted {
                            return Err(error);
                        }
                    }
                }
            }
            Ok(())
        }
        #[cfg(not(target_os = "linux"))]
        {
            use std::io::Read;
            std::fs::File::open("/dev/urandom")?.read_exact(buffer)
        }
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;
    use crate::breaker::event;
    use crate::runtime::{Runtime, RuntimeConfig};
    use crate::sync::{AtomicBool, thread};

    #[test]
    fn a_wait_ends_by_predicate_deadline_or_event() {
        let rt = Runtime::new(RuntimeConfig::default());
        let interp = rt.new_interpreter();
        let core = interp.register_thread().expect("birth");
        let flag = Arc::new(AtomicBool::new(false));
        let key = Arc::as_ptr(&flag).addr();
        let t = core.attach();
        let soon = rt.clock().now().after(Duration::from_millis(2));
        assert_eq!(
            t.wait(rt.blocking(), key, 0, Some(soon), || flag.load(Ordering::Acquire)),
            Waited::TimedOut
        );
        assert!(rt.clock().now() >= soon);

        let (rt2, flag2) = (Arc::clone(&rt), Arc::clone(&flag));
        let waker = thread::spawn("waker", 0, move || {
            flag2.store(true, Ordering::Release);
            rt2.blocking().unpark_one(key);
        })
        .expect("spawn");
        assert_eq!(t.wait(rt.blocking(), key, 0, None, || flag.load(Ordering::Acquire)), Waited::Ready);
        waker.join().expect("waker");

        let (rt2, core2) = (Arc::clone(&rt), Arc::clone(&core));
        let signal = thread::spawn("signal", 0, move || core2.interrupt(rt2.blocking(), event::SIGNAL))
            .expect("spawn");
        let late = rt.clock().now().after(Duration::from_secs(60));
        assert_eq!(t.sleep(rt.blocking(), event::SIGNAL, late), Waited::Interrupted);
        signal.join().expect("signal");
        interp.unregister_thread(t);
    }

    #[test]
    fn randomness_fills_the_whole_buffer() {
        let mut buffer = [0u8; 1000];
        OsRandom.fill(&mut buffer).expect("the system has randomness");
        assert!(buffer.chunks(100).all(|c| c.iter().any(|&b| b != 0)));
    }

    #[test]
    fn durations_saturate() {
        assert_eq!(Instant(5).after(Duration::MAX), Instant(u64::MAX));
        assert_eq!(Instant(5).until(Instant(3)), Duration::ZERO);
    }
}
