//! The parking lot: any address can be waited on, without a lock or queue per object.

use std::sync::Arc;
use std::time::Duration;

use super::{AtomicUsize, CHECKING, Condvar, Mutex, MutexGuard, Ordering, asymmetric};

/// How a wait in the lot ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Parked {
    /// The predicate held.
    Ready,
    /// The time ran out, and the predicate did not hold when it did.
    TimedOut,
}

/// Threads wait here on a *key*, usually an address. One per runtime.
///
/// Purpose: an object pays no byte for the ability to be waited on. Rules: a waiter evaluates its predicate under the
/// bucket's lock; a waker makes the predicate true first and passes through the same lock afterwards, so no wake-up is
/// lost. There is no hand-off: a woken thread competes like any other.
///
/// A *tapped* lot ([`crate::runtime::Runtime::tap`]) stands in for the real one in one thread's hands, to tell of each byte lock that
/// the thread gave back (P12.R8). It has no waiters of its own.
#[derive(Debug)]
pub struct ParkingLot {
    buckets: Box<[Bucket]>,
    /// Threads that wait, or are about to, for a byte lock ([`crate::object_lock::ByteLock`]); read at each unlock.
    announced: AtomicUsize,
    /// Whether the heavy fence works; without it a byte lock's waiters yield and never park.
    can_announce: bool,
    tap: Option<Tap>,
}

/// What makes a lot a tapped one.
struct Tap {
    real: Arc<ParkingLot>,
    /// Gets the key of the byte lock.
    unlocked: Box<dyn Fn(usize) + Send + Sync>,
}

impl std::fmt::Debug for Tap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tap").field("real", &self.real).finish_non_exhaustive()
    }
}

/// The waiters of all keys that fall here.
#[derive(Debug)]
struct Bucket {
    /// Few keys at a time, so a scan is fastest.
    waiting: Mutex<Vec<Waiters>>,
    wake: Condvar,
}

/// The waiters of one key.
#[derive(Debug)]
struct Waiters {
    key: usize,
    count: u32,
    /// A competitor was called and has not looked yet ([`ParkingLot::call_competitor`]).
    called: bool,
}

impl Bucket {
    /// One waiter of a key that has some. Where two keys share the bucket the one notified might be the other's: then all.
    fn wake_one_of(&self, waiting: &[Waiters]) {
        let one = waiting.len() == 1 || crate::mutant!("p21.one-of-two-keys");
        if one { self.wake.notify_one() } else { self.wake.notify_all() }
    }
}

const BUCKETS: usize = if CHECKING { 1 } else { 256 };

impl Default for ParkingLot {
    fn default() -> Self {
        Self::new()
    }
}

impl ParkingLot {
    /// An empty lot.
    #[must_use]
    pub fn new() -> Self {
        let buckets = (0..BUCKETS)
            .map(|_| Bucket { waiting: Mutex::new(Vec::with_capacity(4)), wake: Condvar::new() })
            .collect();
        Self { buckets, announced: AtomicUsize::new(0), can_announce: asymmetric::available(), tap: None }
    }

    /// A lot that stands in for `real` and calls `unlocked` with the key of each byte lock given back through it.
    pub(crate) fn tapped(real: Arc<Self>, unlocked: Box<dyn Fn(usize) + Send + Sync>) -> Self {
        let can_announce = real.can_announce;
        let tap = Some(Tap { real, unlocked });
        Self { buckets: Box::default(), announced: AtomicUsize::new(1), can_announce, tap }
    }

    /// Where a byte lock's waiters wait.
    pub(crate) fn real(&self) -> &Self {
        self.tap.as_ref().map_or(self, |tap| &tap.real)
    }

    /// An unlock that saw `announced`.
    pub(crate) fn unlocked(&self, key: usize) {
        let Some(tap) = &self.tap else { return self.call_competitor(key) };
        // Still behind the unlock's light fence (P12.R6).
        if tap.real.announced() && !crate::mutant!("p12.tap-without-wake") {
            tap.real.call_competitor(key);
        }
        (tap.unlocked)(key);
    }

    fn bucket(&self, key: usize) -> &Bucket {
        // Fibonacci hashing; keys are addresses, whose low bits are alike.
        let hash = (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        &self.buckets[hash as usize % self.buckets.len()]
    }

    /// Waits on `key` until `ready` holds or the time is over. `remaining` is asked before each wait and returns how much
    /// time is left, `None` for no limit.
    ///
    /// `ready` runs under the bucket's lock: it may only look, never lock, allocate or call out.
    pub fn park(
        &self,
        key: usize,
        mut ready: impl FnMut() -> bool,
        mut remaining: impl FnMut() -> Option<Duration>,
    ) -> Parked {
        let bucket = self.bucket(key);
        let mut waiting = bucket.waiting.lock();
        match waiting.iter_mut().find(|w| w.key == key) {
            Some(w) => w.count += 1,
            None => waiting.push(Waiters { key, count: 1, called: false }),
        }
        let outcome = loop {
            if crate::mutant!("p21.predicate-outside-lock") {
                drop(waiting);
                let holds = ready();
                waiting = bucket.waiting.lock();
                if holds {
                    break Parked::Ready;
                }
            } else if ready() {
                break Parked::Ready;
            }
            let late = match remaining() {
                None => {
                    bucket.wake.wait(&mut waiting);
                    false
                }
                Some(Duration::ZERO) => break Parked::TimedOut,
                Some(time) => bucket.wake.wait_for(&mut waiting, time),
            };
            // Whoever was called, this one looks now: what it does not find, the next call is to tell.
            if let Some(w) = waiting.iter_mut().find(|w| w.key == key)
                && !crate::mutant!("p12.call-stays")
            {
                w.called = false;
            }
            if late {
                break if ready() { Parked::Ready } else { Parked::TimedOut };
            }
        };
        if let Some(at) = waiting.iter().position(|w| w.key == key) {
            waiting[at].count -= 1;
            if waiting[at].count == 0 {
                waiting.swap_remove(at);
            }
        }
        outcome
    }

    /// Wakes at least one waiter of `key`, if there is one.
    pub fn unpark_one(&self, key: usize) {
        let bucket = self.bucket(key);
        let waiting = bucket.waiting.lock();
        if waiting.iter().any(|w| w.key == key) {
            bucket.wake_one_of(&waiting);
        }
    }

    /// As [`ParkingLot::unpark_one`], unless a waiter that was called this way is on its way: for a lock whose waiters compete, and
    /// whose next release calls again (P12.R9).
    fn call_competitor(&self, key: usize) {
        let bucket = self.bucket(key);
        let mut waiting = bucket.waiting.lock();
        let Some(w) = waiting.iter_mut().find(|w| w.key == key) else { return };
        if !std::mem::replace(&mut w.called, true) {
            bucket.wake_one_of(&waiting);
        }
    }

    /// Wakes every waiter of `key`.
    pub fn unpark_all(&self, key: usize) {
        let bucket = self.bucket(key);
        let waiting = bucket.waiting.lock();
        if waiting.iter().any(|w| w.key == key) {
            if crate::mutant!("p21.all-wakes-one") {
                bucket.wake.notify_one();
                return;
            }
            bucket.wake.notify_all();
        }
    }

    /// Every bucket's lock, for fork (P15.R2).
    pub(crate) fn lock_all(&self) -> Vec<LotLock<'_>> {
        self.buckets.iter().map(|b| LotLock(b.waiting.lock())).collect()
    }

    /// How many locks it has.
    pub(crate) fn buckets(&self) -> usize {
        self.buckets.len()
    }

    /// In a child of fork: nobody waits any more.
    pub(crate) fn forget_waiters(&self) {
        self.announced.store(0, Ordering::Relaxed);
        for bucket in &self.buckets {
            bucket.waiting.lock().clear();
        }
        // The kernel forgot the registration, if it is one of those that do.
        let _ = asymmetric::available();
    }

    /// Whether a byte lock's waiter may park: its owner will see the announcement.
    pub(crate) fn can_announce(&self) -> bool {
        self.can_announce
    }

    /// Announces a byte lock's waiter, so that from now on every unlock looks into the lot.
    pub(crate) fn announce(&self) {
        self.announced.fetch_add(1, Ordering::Relaxed);
        if !crate::mutant!("p12.announce-without-fence") {
            asymmetric::heavy();
        }
    }

    /// Takes the announcement back.
    pub(crate) fn retract(&self) {
        if !crate::mutant!("p12.never-retracts") {
            self.announced.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether an unlock must look into the lot. Follows the light fence.
    #[inline]
    #[must_use]
    pub fn announced(&self) -> bool {
        self.announced.load(Ordering::Relaxed) != 0
    }
}

/// A bucket's lock, held.
pub(crate) struct LotLock<'l>(#[expect(dead_code, reason = "held, not used")] MutexGuard<'l, Vec<Waiters>>);

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use std::sync::Arc;

    use super::super::{AtomicUsize, thread};
    use super::*;

    #[test]
    fn a_child_of_fork_has_no_waiters() {
        let lot = Arc::new(ParkingLot::new());
        let go = Arc::new(AtomicUsize::new(0));
        let waiter = {
            let (lot, go) = (Arc::clone(&lot), Arc::clone(&go));
            thread::spawn("waiter", 0, move || {
                lot.announce();
                lot.park(5, || go.load(Ordering::Relaxed) == 1, || Some(Duration::from_secs(1)))
            })
            .expect("spawn")
        };
        while waiting(&lot, 5) == 0 {
            thread::yield_now();
        }
        lot.forget_waiters();
        assert!(!lot.announced());
        assert!(lot.buckets.iter().all(|b| b.waiting.lock().is_empty()));
        go.store(1, Ordering::Relaxed);
        waiter.join().expect("waiter");
    }

    /// Two keys that share a bucket.
    fn colliding(lot: &ParkingLot) -> (usize, usize) {
        let bucket = |key| std::ptr::from_ref(lot.bucket(key));
        let second = (2..100_000).find(|&k| bucket(k) == bucket(1)).expect("there are few buckets");
        (1, second)
    }

    fn waiter(lot: &Arc<ParkingLot>, key: usize, tickets: &Arc<AtomicUsize>) -> thread::JoinHandle<Parked> {
        let (lot, tickets) = (Arc::clone(lot), Arc::clone(tickets));
        let take =
            move || tickets.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok();
        thread::spawn("waiter", 0, move || lot.park(key, take, || None)).expect("spawn")
    }

    fn waiting(lot: &ParkingLot, key: usize) -> u32 {
        lot.bucket(key).waiting.lock().iter().find(|w| w.key == key).map_or(0, |w| w.count)
    }

    #[test]
    fn one_wake_up_reaches_the_right_key_in_a_shared_bucket() {
        let lot = Arc::new(ParkingLot::new());
        let (a, b) = colliding(&lot);
        let tickets = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
        let first = waiter(&lot, a, &tickets[0]);
        let second = waiter(&lot, b, &tickets[1]);
        while waiting(&lot, a) + waiting(&lot, b) < 2 {
            thread::yield_now();
        }
        for (key, ticket) in [(b, &tickets[1]), (a, &tickets[0])] {
            ticket.store(1, Ordering::Release);
            lot.unpark_one(key);
            while ticket.load(Ordering::Acquire) == 1 {
                thread::yield_now();
            }
        }
        assert_eq!([first, second].map(|t| t.join().ok()), [Some(Parked::Ready); 2]);
        assert_eq!((waiting(&lot, a), waiting(&lot, b)), (0, 0), "a waiter signs off");
    }

    #[test]
    fn each_of_many_waiters_is_woken_once() {
        let lot = Arc::new(ParkingLot::new());
        let tickets = Arc::new(AtomicUsize::new(0));
        let waiters: Vec<_> = (0..8).map(|_| waiter(&lot, 7, &tickets)).collect();
        for _ in 0..8 {
            tickets.fetch_add(1, Ordering::AcqRel);
            lot.unpark_one(7);
        }
        for w in waiters {
            assert_eq!(w.join().ok(), Some(Parked::Ready));
        }
        assert_eq!(tickets.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn no_time_left_means_no_wait_but_one_look() {
        let lot = ParkingLot::new();
        assert_eq!(lot.park(3, || false, || Some(Duration::ZERO)), Parked::TimedOut);
        assert_eq!(lot.park(3, || true, || Some(Duration::ZERO)), Parked::Ready);
        assert_eq!(lot.park(3, || false, || Some(Duration::from_millis(1))), Parked::TimedOut);
    }
}
