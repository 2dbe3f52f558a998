//! P14: versions of what is looked up often and changed seldom: classes, functions.
//!
//! **Purpose.** Remember the outcome of a look-up under one number, and notice by that number alone that it may be another now.
//!
//! **Actors.** *Readers* look something up and publish the outcome (in an inline cache, as code); *users* of what was published compare the number;
//! *writers* change what is looked up; *watchers* are told of each change.
//!
//! **State.** Per thing a number, 0 while it may not be relied on, and how many changes of it are in progress; of all things together the next number,
//! and the watchers. Numbers are never given twice, so one that is gone never comes back.
//!
//! **Rules.**
//! * R1 A reader reads the number (Acquire), then everything that it relies on, then the number again; it publishes only if that is the same and not
//!   0. What is published carries the number.
//! * R2 A writer withdraws the number (0), changes, and gives a new one (Release). What it changes is in slots (Release, Acquire), so that whoever saw a
//!   part of the change sees that the number is gone.
//! * R3 While several changes of one thing are in progress it has no number: the last to end gives it one.
//! * R4 Numbers are given in ascending order, under one lock. When they are used up, things keep 0 for ever: nothing is remembered, everything works.
//! * R5 A watcher is told of each change after the change and before the writer goes on, in the order of the changes, under the lock. It marks and counts,
//!   and does nothing else: no user code, no allocation on the heap, no safepoint.
//! * R6 What must not miss its own invalidation (it has no number to compare) is published under the lock, if its numbers still hold: either the
//!   publisher sees the change, or the watcher sees what was published.
//! * R7 A thread takes numbers in blocks where it needs many, and gives them to what no other thread can reach yet.
//!
//! **Guarantees.** What is published under a number was looked up in one state of the thing, that of the number. A user that knows of a change (its
//! writer has gone on) finds the number gone. **Not guaranteed**: that a user who does not know of a change notices it at once.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | `read`, `number` | Acquire | `end` | the state of the number before what is read under it |
//! | `holds` | Relaxed | – | whoever acquired a changed slot sees the withdrawal that came before it, by coherence |
//! | `begin`: store 0 | Relaxed | – | the change's own Release stores carry it |
//! | `end`: store | Release | `read` | the change before its number |
//! | `changes` | Relaxed | – | under the lock |
//!
//! **Checked by** `p14.*`. **Not checked**: nothing is left out.

use std::num::NonZeroU32;

use crate::mutant;
use crate::sync::{AtomicU32, Mutex, Ordering};

/// The number of one thing that is changed in pauses only. Zeroed memory is a thing without a number.
#[repr(transparent)]
#[derive(Debug)]
pub struct Number(AtomicU32);

/// The number of one thing, and how many changes of it are in progress.
#[repr(C)]
#[derive(Debug)]
pub struct Version {
    number: Number,
    changes: AtomicU32,
}

/// A number that was read before a look-up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seen(NonZeroU32);

impl Seen {
    /// The number, for whoever compares it.
    #[inline(always)]
    #[must_use]
    pub fn number(self) -> u32 {
        self.0.get()
    }
}

impl Number {
    /// The number, to compare with what was published under one; 0 equals none.
    #[inline(always)]
    #[must_use]
    pub fn number(&self) -> u32 {
        self.0.load(Ordering::Acquire)
    }

    /// The number, before a look-up (R1). `None`: publish nothing.
    #[inline]
    #[must_use]
    pub fn read(&self) -> Option<Seen> {
        let order = if mutant!("p14.read-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
        NonZeroU32::new(self.0.load(order)).map(Seen)
    }

    /// Whether it is the same after the look-up (R1).
    #[inline]
    #[must_use]
    pub fn holds(&self, seen: Seen) -> bool {
        mutant!("p14.publish-unvalidated") || self.0.load(Ordering::Relaxed) == seen.0.get()
    }

    /// Gives it a number while no other thread can reach it, or in a pause (R7); that orders.
    pub fn assign(&self, number: u32) {
        self.0.store(number, Ordering::Relaxed);
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::new()
    }
}

impl Version {
    /// A thing without a number.
    #[must_use]
    pub fn new() -> Self {
        Self { number: Number(AtomicU32::new(0)), changes: AtomicU32::new(0) }
    }
}

impl std::ops::Deref for Version {
    type Target = Number;
    #[inline(always)]
    fn deref(&self) -> &Number {
        &self.number
    }
}

/// A watcher: told of each change the address of the [`Version`] and its number now, 0 while other changes of it are in progress.
pub type Watcher = Box<dyn Fn(usize, u32) + Send>;

struct Source {
    next: u32,
    watchers: Vec<Watcher>,
}

/// Where numbers come from.
pub struct Versions {
    source: Mutex<Source>,
}

impl std::fmt::Debug for Versions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Versions").field("next", &self.source.lock().next).finish_non_exhaustive()
    }
}

impl Default for Versions {
    fn default() -> Self {
        Self::starting_at(1)
    }
}

impl Versions {
    /// Numbers from `first` on; `u32::MAX` is the last.
    #[must_use]
    pub fn starting_at(first: u32) -> Self {
        Self { source: Mutex::new(Source { next: first, watchers: Vec::new() }) }
    }

    /// Registers a watcher (R5), told after those registered before it.
    pub fn watch(&self, watcher: Watcher) {
        self.source.lock().watchers.push(watcher);
    }

    /// A fresh number; 0 when they are used up.
    #[must_use]
    pub fn fresh(&self) -> u32 {
        self.block(1).0
    }

    /// `n` fresh numbers: first and end, equal when they are used up (R7).
    #[must_use]
    pub fn block(&self, n: u32) -> (u32, u32) {
        let mut source = self.source.lock();
        let first = source.next;
        // R4
        match first.checked_add(n) {
            Some(end) => {
                source.next = if mutant!("p14.blocks-overlap") { end.max(2) - 1 } else { end };
                (first, end)
            }
            None => (0, 0),
        }
    }

    /// How many were given.
    #[must_use]
    pub fn given(&self) -> u32 {
        self.source.lock().next - 1
    }

    /// No number is given any more; for tests of what happens then.
    pub fn exhaust(&self) {
        self.source.lock().next = u32::MAX;
    }

    /// A change of the thing begins (R2): nothing is published under its number any more.
    pub fn begin(&self, version: &Version) {
        let _lock = self.source.lock();
        let changes = version.changes.load(Ordering::Relaxed);
        version.changes.store(changes + 1, Ordering::Relaxed);
        if !mutant!("p14.number-stays") {
            version.number.0.store(0, Ordering::Relaxed);
        }
    }

    /// The change has been made (R2, R3, R5).
    pub fn end(&self, version: &Version) {
        let mut source = self.source.lock();
        let changes = version.changes.load(Ordering::Relaxed) - 1;
        version.changes.store(changes, Ordering::Relaxed);
        let mut number = 0;
        if changes == 0 || mutant!("p14.first-to-end-gives-number") {
            number = source.next;
            if number == u32::MAX && !mutant!("p14.numbers-wrap") {
                number = 0;
            } else {
                source.next = if number == u32::MAX { 1 } else { number + 1 };
            }
            let order = if mutant!("p14.number-relaxed") { Ordering::Relaxed } else { Ordering::Release };
            version.number.0.store(number, order);
        }
        let key = std::ptr::from_ref(version).addr();
        if mutant!("p14.told-outside-lock") {
            // The watchers are taken out for as long as they are told, and a change meanwhile tells nobody.
            let watchers = std::mem::take(&mut source.watchers);
            drop(source);
            watchers.iter().for_each(|w| w(key, number));
            self.source.lock().watchers = watchers;
            return;
        }
        for watcher in &source.watchers {
            watcher(key, number);
        }
    }

    /// Runs `publish` if all of `read` still hold (R6); false if not.
    pub fn publish(&self, read: &[(&Number, Seen)], publish: impl FnOnce()) -> bool {
        let lock = (!mutant!("p14.published-outside-lock")).then(|| self.source.lock());
        let looked_at = if mutant!("p14.only-first-validated") { &read[..1] } else { read };
        let hold = looked_at.iter().all(|(version, seen)| version.holds(*seen));
        if hold {
            publish();
        }
        drop(lock);
        hold
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_change_withdraws_the_number_and_the_last_to_end_gives_one() {
        let versions = Versions::default();
        let v = Version::new();
        assert_eq!(v.read(), None);
        v.assign(versions.fresh());
        let seen = v.read().expect("a number");
        versions.begin(&v);
        versions.begin(&v);
        assert!(v.read().is_none() && !v.holds(seen));
        versions.end(&v);
        assert_eq!(v.number(), 0);
        versions.end(&v);
        assert_eq!((v.number(), v.holds(seen)), (2, false));
        assert!(!versions.publish(&[(&*v, seen)], || unreachable!("it does not hold")));
    }

    #[test]
    fn numbers_end_and_never_come_back() {
        let versions = Versions::starting_at(u32::MAX - 2);
        let v = Version::new();
        assert_eq!(versions.block(3), (0, 0));
        assert_eq!(versions.fresh(), u32::MAX - 2);
        for expected in [u32::MAX - 1, 0, 0] {
            versions.begin(&v);
            versions.end(&v);
            assert_eq!(v.number(), expected);
        }
        assert_eq!(versions.fresh(), 0);
    }

    #[test]
    fn watchers_are_told_in_the_order_of_their_registration() {
        let versions = Versions::default();
        let told = Arc::new(Mutex::new(Vec::new()));
        for n in 0..3 {
            let told = Arc::clone(&told);
            versions.watch(Box::new(move |_, number| told.lock().push((n, number))));
        }
        let v = Version::new();
        versions.begin(&v);
        versions.end(&v);
        assert_eq!(*told.lock(), [(0, 1), (1, 1), (2, 1)]);
    }
}
