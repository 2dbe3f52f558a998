//! P12: object locks against each other and against a stop.

use std::sync::Arc;

use vm_core::object_lock::ByteLock;
use vm_core::runtime::{Interpreter, Runtime};
use vm_core::sync::{AtomicU32, Ordering};

use super::{Private, attached, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// An object: its lock, and data that nothing but the lock orders.
struct Object {
    lock: ByteLock,
    data: Private,
}

fn objects(n: usize) -> Arc<Vec<Object>> {
    Arc::new((0..n).map(|_| Object { lock: ByteLock::new(), data: Private::new() }).collect())
}

/// A thread that changes the objects `order` names, one after the other.
fn change(rt: &Runtime, interp: &Interpreter, objects: &[Object], order: &[usize]) {
    attached(interp, |t| {
        for &i in order {
            let guard = objects[i].lock.lock(rt.lot(), t);
            objects[i].data.add(1);
            drop(guard);
        }
    });
}

/// `spawned` threads change all objects, every second one in the reverse order; the main thread `joins_in`, then stops the world `stops` times
/// and looks at everything without a lock.
fn contend(spawned: usize, count: usize, joins_in: bool, stops: usize) {
    let (rt, interp) = rig();
    let shared = objects(count);
    let forth: Vec<usize> = (0..count).collect();
    let back: Vec<usize> = (0..count).rev().collect();
    let threads: Vec<_> = (0..spawned)
        .map(|n| {
            let (rt, interp, shared) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&shared));
            let order = if n % 2 == 0 { forth.clone() } else { back.clone() };
            spawn(move || change(&rt, &interp, &shared, &order))
        })
        .collect();
    if joins_in {
        change(&rt, &interp, &shared, &back);
    }
    for _ in 0..stops {
        interp.stop_from_outside(|_| {
            for object in shared.iter() {
                assert!(!object.lock.is_held(), "a stopped thread owns an object lock");
                assert!(object.data.get() as usize <= spawned + usize::from(joins_in));
            }
        });
    }
    join_all(threads);
    for object in shared.iter() {
        assert_eq!(object.data.get() as usize, spawned + usize::from(joins_in), "a change was lost");
    }
    assert!(!rt.lot().announced(), "every unlock takes the slow path for ever");
}

/// Every thread takes one lock `times` times: a waiter that is called finds it taken again, and must be called again.
fn retaken(spawned: usize, times: usize) {
    let (rt, interp) = rig();
    let shared = objects(1);
    let order = vec![0; times];
    let threads: Vec<_> = (0..spawned)
        .map(|_| {
            let (rt, interp, shared) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&shared));
            spawn(move || change(&rt, &interp, &shared, &[0]))
        })
        .collect();
    change(&rt, &interp, &shared, &order);
    join_all(threads);
    assert_eq!(shared[0].data.get() as usize, spawned + times, "a change was lost");
}

/// A lock that somebody holds for as long as the pause lasts, and a waiter: it must not hold up the pause.
fn waiter_against_stop() {
    let (rt, interp) = rig();
    let shared = Arc::new(ByteLock::new());
    let core = born(&interp);
    let held = shared.try_lock(rt.lot()).expect("free");
    let waiter = {
        let (rt, interp, shared) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&shared));
        spawn(move || {
            let t = core.attach();
            drop(shared.lock(rt.lot(), &t));
            interp.unregister_thread(t);
        })
    };
    // No thread may do this (R4); a waiter copes all the same.
    interp.stop_from_outside(|_| ());
    drop(held);
    join_all([waiter]);
}

/// Every thread's unlocks are tapped: none goes untold, and waiters are woken all the same.
fn tapped(holders: usize) {
    let (rt, interp) = rig();
    let shared = objects(1);
    let threads: Vec<_> = (0..holders)
        .map(|_| {
            let (rt, interp, shared) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&shared));
            spawn(move || {
                let told = Arc::new(AtomicU32::new(0));
                let count = Arc::clone(&told);
                let tap = rt.tap(Box::new(move |_| {
                    count.fetch_add(1, Ordering::Relaxed);
                }));
                attached(&interp, |t| {
                    let guard = shared[0].lock.lock(&tap, t);
                    shared[0].data.add(1);
                    drop(guard);
                });
                assert_eq!(told.load(Ordering::Relaxed), 1, "one unlock, told once");
            })
        })
        .collect();
    join_all(threads);
    assert_eq!(shared[0].data.get() as usize, holders);
}

const TAP: &[&str] = &["P12.R6", "P12.R8"];
const LOCK: &[&str] = &["P12.R1", "P12.R2", "P12.R6"];
const CALL: &[&str] = &["P12.R2", "P12.R9"];
const STOP: &[&str] = &["P12.R2", "P12.R3", "P12.R4"];

pub const CHECKS: &[Check] = &[
    Check::loom("p12.lock.2", 2, None, LOCK, || contend(1, 1, true, 0)),
    Check::loom("p12.lock.3", 3, Some(3), LOCK, || contend(2, 1, true, 0)),
    Check::loom("p12.retaken.2", 2, Some(3), CALL, || retaken(1, 2)),
    Check::loom("p12.stop.2", 2, None, STOP, || contend(1, 1, false, 1)),
    Check::loom("p12.two-locks.3", 3, Some(3), STOP, || contend(2, 2, false, 1)),
    Check::loom("p12.waiter-stop.2", 2, Some(3), STOP, waiter_against_stop),
    Check::loom("p12.tapped.3", 3, Some(3), TAP, || tapped(2)),
    Check::shuttle("p12.tapped.7", 7, TAP, || tapped(6)),
    Check::shuttle("p12.lock.9", 9, LOCK, || contend(8, 1, true, 0)),
    Check::shuttle("p12.retaken.5", 5, CALL, || retaken(4, 4)),
    Check::shuttle("p12.two-locks.9", 9, STOP, || contend(8, 2, false, 2)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p12.never-retracts", "p12.lock.9"),
    seeded("p12.lock-by-load-store", "p12.lock.2"),
    seeded("p12.lock-relaxed", "p12.lock.2"),
    seeded("p12.unlock-relaxed", "p12.lock.2"),
    seeded("p12.unlock-without-wake", "p12.lock.2"),
    seeded("p12.unlock-without-fence", "p12.lock.2"),
    seeded("p12.announce-without-fence", "p12.lock.2"),
    seeded("p12.poll-under-lock", "p12.stop.2"),
    seeded("p12.taken-detached", "p12.two-locks.3"),
    seeded("p12.call-stays", "p12.retaken.2"),
    seeded("p12.call-stays", "p12.retaken.5"),
    seeded("p12.wait-attached", "p12.waiter-stop.2"),
    seeded("p12.tap-without-wake", "p12.tapped.3"),
    seeded("p12.tap-without-wake", "p12.tapped.7"),
    seeded("p12.unlock-without-fence", "p12.tapped.3"),
    seeded("p12.unlock-relaxed", "p12.lock.9"),
    seeded("p12.poll-under-lock", "p12.two-locks.9"),
    seeded("p12.taken-detached", "p12.two-locks.9"),
];
