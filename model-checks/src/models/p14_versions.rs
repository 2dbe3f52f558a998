//! P14: versions: look-ups published under a number, against changes; watchers.

use std::sync::Arc;

use vm_core::slot::WordSlot;
use vm_core::sync::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use vm_core::versions::{Version, Versions};

use super::{join_all, spawn};
use crate::registry::{Check, Seeded, seeded};

/// A class with two attributes per writer, which sets both alike in each of its changes; and the last change of each writer that has returned.
struct Class {
    versions: Versions,
    version: Version,
    attributes: Vec<[WordSlot; 2]>,
    returned: Vec<AtomicU64>,
}

/// What was looked up under a number.
type Found = (u32, Vec<[u64; 2]>);

impl Class {
    fn new(first: u32, writers: usize) -> Arc<Self> {
        let versions = Versions::starting_at(first);
        let version = Version::new();
        version.assign(versions.fresh());
        Arc::new(Self {
            versions,
            version,
            attributes: (0..writers).map(|_| [0, 0].map(WordSlot::new)).collect(),
            returned: (0..writers).map(|_| AtomicU64::new(0)).collect(),
        })
    }

    fn change(&self, writer: usize, to: u64) {
        self.versions.begin(&self.version);
        for a in &self.attributes[writer] {
            a.store(to);
        }
        self.versions.end(&self.version);
        self.returned[writer].store(to, Ordering::Release);
    }

    /// Looks everything up: what may be published, with its number.
    fn look_up(&self) -> Option<Found> {
        let seen = self.version.read()?;
        let found = self.attributes.iter().map(|pair| [pair[0].load(), pair[1].load()]).collect();
        self.version.holds(seen).then_some((seen.number(), found))
    }

    /// Uses what was published, knowing which changes have returned.
    fn use_cached(&self, (number, found): &Found) {
        let known: Vec<u64> = self.returned.iter().map(|r| r.load(Ordering::Acquire)).collect();
        for pair in found {
            assert_eq!(pair[0], pair[1], "published in mid-change");
        }
        if self.version.number() == *number {
            let stale = found.iter().zip(known).any(|(pair, known)| pair[0] < known);
            assert!(!stale, "a stale attribute, though its change is known");
        }
    }
}

/// Writers, the main thread one of them, change the class; readers look up, publish for themselves, and use.
fn change(writers: usize, changes: u64, readers: usize, rounds: usize) {
    let class = Class::new(1, writers);
    let mut threads: Vec<_> = (1..writers)
        .map(|w| {
            let class = Arc::clone(&class);
            spawn(move || (1..=changes).for_each(|n| class.change(w, n)))
        })
        .collect();
    threads.extend((0..readers).map(|_| {
        let class = Arc::clone(&class);
        spawn(move || {
            let mut cached = None;
            for _ in 0..rounds {
                cached = class.look_up().or(cached);
                if let Some(cached) = &cached {
                    class.use_cached(cached);
                }
            }
        })
    }));
    (1..=changes).for_each(|n| class.change(0, n));
    join_all(threads);
}

/// As [`late_look_up`], by whoever compares bare numbers.
fn late_number(readers: usize) {
    let class = Class::new(1, 1);
    let old = class.version.number();
    let threads: Vec<_> = (0..readers)
        .map(|_| {
            let class = Arc::clone(&class);
            spawn(move || {
                let number = class.version.number();
                let found = class.attributes[0][0].load();
                if number != 0 && number != old {
                    assert_eq!(found, 1, "an old state under the new number");
                }
            })
        })
        .collect();
    class.change(0, 1);
    join_all(threads);
}

/// What rests on two things is published if both still have their numbers. One of them changes.
fn publish_two() {
    let class = Class::new(1, 1);
    let other = Version::new();
    other.assign(class.versions.fresh());
    let changed = Arc::new(AtomicBool::new(false));
    let seen = [other.read().expect("a number"), class.version.read().expect("a number")];
    let writer = {
        let (class, changed) = (Arc::clone(&class), Arc::clone(&changed));
        spawn(move || {
            class.versions.begin(&class.version);
            changed.store(true, Ordering::Relaxed);
            class.versions.end(&class.version);
        })
    };
    class.versions.publish(&[(&*other, seen[0]), (&*class.version, seen[1])], || {
        assert!(!changed.load(Ordering::Relaxed), "published under a number that is gone");
    });
    join_all([writer]);
    let again = class.versions.publish(&[(&*other, seen[0]), (&*class.version, seen[1])], || ());
    assert!(!again, "published under a number that is gone");
}

/// Threads take numbers, one at a time and in blocks: none is given twice.
fn numbers(takers: usize) {
    let versions = Arc::new(Versions::default());
    let body = |versions: &Versions| {
        let (first, end) = versions.block(2);
        let mut mine: Vec<u32> = (first..end).collect();
        mine.push(versions.fresh());
        mine
    };
    let threads: Vec<_> = (1..takers)
        .map(|_| {
            let versions = Arc::clone(&versions);
            spawn(move || body(&versions))
        })
        .collect();
    let mut all = body(&versions);
    for t in threads {
        all.extend(t.join().expect("a model thread"));
    }
    all.sort_unstable();
    let expected: Vec<u32> = (1..).take(3 * takers).collect();
    assert_eq!(all, expected, "a number was given twice, or skipped");
}

/// A look-up that begins when a change has returned finds the new state under the number that it reads.
fn late_look_up(readers: usize) {
    let class = Class::new(1, 1);
    let old = class.look_up().expect("a number");
    let threads: Vec<_> = (0..readers)
        .map(|_| {
            let class = Arc::clone(&class);
            spawn(move || {
                if let Some((number, found)) = class.look_up()
                    && number != old.0
                {
                    assert_eq!(found, [[1, 1]], "an old state under the new number");
                }
            })
        })
        .collect();
    class.change(0, 1);
    join_all(threads);
    assert_ne!(class.version.number(), old.0);
}

/// Something without a number of its own is published and relied on, a watcher marks it: it is marked, or never published.
fn watch(writers: usize) {
    let class = Class::new(1, writers);
    let published = Arc::new(AtomicBool::new(false));
    let invalid = Arc::new(AtomicBool::new(false));
    let last = Arc::new(AtomicU32::new(0));
    let told = Arc::new(AtomicU32::new(0));
    {
        let (published, invalid) = (Arc::clone(&published), Arc::clone(&invalid));
        let (last, told) = (Arc::clone(&last), Arc::clone(&told));
        class.versions.watch(Box::new(move |_, number| {
            if published.load(Ordering::Relaxed) {
                invalid.store(true, Ordering::Relaxed);
            }
            // Numbers of one class ascend; 0 says that another change of it goes on.
            if number != 0 {
                assert!(last.load(Ordering::Relaxed) < number, "told out of order");
                last.store(number, Ordering::Relaxed);
            }
            told.fetch_add(1, Ordering::Relaxed);
        }));
    }
    let threads: Vec<_> = (0..writers)
        .map(|w| {
            let class = Arc::clone(&class);
            spawn(move || class.change(w, 1))
        })
        .collect();
    let mut relied_on = false;
    if let Some(seen) = class.version.read() {
        let state = class.attributes[0][0].load();
        relied_on = class.versions.publish(&[(&*class.version, seen)], || {
            published.store(true, Ordering::Relaxed);
        }) && state == 0;
    }
    join_all(threads);
    assert_eq!(told.load(Ordering::Relaxed) as usize, writers, "a change was not told");
    assert!(!relied_on || invalid.load(Ordering::Relaxed), "published, out of date, and nobody said so");
}

/// The last numbers: whoever holds one of them never takes a later state for it.
fn exhausted() {
    let class = Class::new(u32::MAX - 1, 1);
    let cached = class.look_up().expect("the last number");
    let writer = {
        let class = Arc::clone(&class);
        spawn(move || (1..=2).for_each(|n| class.change(0, n)))
    };
    class.use_cached(&cached);
    join_all([writer]);
    assert_eq!(class.version.number(), 0, "a number came back");
    assert_eq!(class.look_up(), None);
}

const READ: &[&str] = &["P14.R1", "P14.R2"];

pub const CHECKS: &[Check] = &[
    Check::loom("p14.change.2", 2, Some(3), READ, || change(1, 2, 1, 1)),
    Check::loom("p14.writers.3", 3, Some(2), &["P14.R1", "P14.R2", "P14.R3"], || change(2, 1, 1, 1)),
    Check::loom("p14.late.2", 2, None, READ, || late_look_up(1)),
    Check::loom("p14.late-number.2", 2, None, READ, || late_number(1)),
    Check::loom("p14.publish-two.2", 2, None, &["P14.R6"], publish_two),
    Check::loom("p14.numbers.2", 2, None, &["P14.R4", "P14.R7"], || numbers(2)),
    Check::shuttle("p14.numbers.6", 6, &["P14.R4", "P14.R7"], || numbers(6)),
    Check::loom("p14.watch.2", 2, None, &["P14.R5", "P14.R6"], || watch(1)),
    Check::loom("p14.watch.3", 3, Some(2), &["P14.R5", "P14.R6"], || watch(2)),
    Check::loom("p14.exhausted.2", 2, Some(3), &["P14.R4", "P14.R7"], exhausted),
    Check::shuttle("p14.change.9", 9, READ, || change(3, 4, 6, 6)),
    Check::shuttle("p14.watch.7", 7, &["P14.R5", "P14.R6"], || watch(6)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p14.publish-unvalidated", "p14.change.2"),
    seeded("p14.number-stays", "p14.change.2"),
    seeded("p14.read-relaxed", "p14.late.2"),
    seeded("p14.number-relaxed", "p14.late.2"),
    seeded("p14.told-outside-lock", "p14.watch.3"),
    seeded("p14.published-outside-lock", "p14.watch.2"),
    seeded("p14.numbers-wrap", "p14.exhausted.2"),
    seeded("p14.only-first-validated", "p14.publish-two.2"),
    seeded("p14.blocks-overlap", "p14.numbers.2"),
    seeded("p14.publish-unvalidated", "p14.change.9"),
    seeded("p14.first-to-end-gives-number", "p14.change.9"),
];
