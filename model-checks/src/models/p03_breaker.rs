//! P3: the eval breaker.

use std::sync::Arc;

use vm_core::breaker::{Breaker, event};

use super::{Private, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// `posters` post an event with a payload each, the owner handles what it sees; nothing is lost, nothing is seen early.
fn post(posters: usize) {
    const BITS: [u16; 4] = [event::ASYNC_EXC, event::SIGNAL, event::GC, event::PENDING_CALLS];
    let breaker = Arc::new(Breaker::new(0));
    let payloads: Vec<Private> = (0..posters).map(|_| Private::new()).collect();
    let threads: Vec<_> = payloads
        .iter()
        .zip(BITS)
        .map(|(payload, bit)| {
            let (breaker, payload) = (Arc::clone(&breaker), payload.clone());
            spawn(move || {
                payload.add(7);
                breaker.set(bit);
            })
        })
        .collect();
    // Not among what the owner clears.
    breaker.set_version_and_recheck(1);
    breaker.set(event::STOP);
    let others = event::STOP | event::RECHECK;
    let mut handled = 0;
    let mut handle = || {
        let due = breaker.events() & !others;
        let due = if due == 0 { 0 } else { breaker.clear(due) };
        for (payload, bit) in payloads.iter().zip(BITS) {
            if due & bit != 0 {
                assert_eq!(payload.get(), 7, "the bit came before its payload");
                handled += 1;
            }
        }
    };
    handle();
    handle();
    join_all(threads);
    handle();
    assert_eq!(handled, posters, "an event was lost");
    assert_eq!((breaker.events(), breaker.version()), (others, 1), "more was cleared than was asked for");
}

/// Versions are broadcast while others post events and the owner answers RECHECK.
fn broadcast(bumpers: usize) {
    let (_rt, interp) = rig();
    let core = born(&interp);
    // What the versions are about.
    let tables: Vec<Private> = (0..bumpers).map(|_| Private::new()).collect();
    let mut threads: Vec<_> = tables
        .iter()
        .map(|table| {
            let (interp, table) = (Arc::clone(&interp), table.clone());
            spawn(move || {
                table.add(7);
                interp.bump_version().expect("versions are plenty");
            })
        })
        .collect();
    let poster = Arc::clone(&core);
    threads.push(spawn(move || poster.breaker().set(event::SIGNAL)));
    let mut code_version = 0;
    for _ in 0..2 {
        if core.breaker().events() & event::RECHECK != 0 {
            let version = core.breaker().take_version();
            assert!(version >= code_version, "the version went back");
            code_version = version;
            // Only what the clear itself saw is ordered: with RECHECK set anew, another answer follows.
            if version as usize == bumpers && core.breaker().events() & event::RECHECK == 0 {
                for table in &tables {
                    assert_eq!(table.get(), 7, "P3.R3: a version without its tables");
                }
            }
        }
    }
    join_all(threads);
    assert_eq!(core.breaker().version() as usize, bumpers, "a broadcast returned, its version is not there");
    assert_ne!(core.breaker().events() & event::SIGNAL, 0, "the broadcast lost an event");
    if core.breaker().events() & event::RECHECK == 0 {
        assert_eq!(code_version as usize, bumpers, "nothing tells the owner that its code is old");
    }
    let t = core.attach();
    interp.unregister_thread(t);
}

/// CLEAR in a pause, against broadcasts and births.
fn clear() {
    let (_rt, interp) = rig();
    let core = born(&interp);
    core.breaker().set(event::SIGNAL);
    let bumper = {
        let interp = Arc::clone(&interp);
        spawn(move || {
            interp.bump_version().expect("versions are plenty");
        })
    };
    let newborn = {
        let interp = Arc::clone(&interp);
        spawn(move || born(&interp))
    };
    interp.stop_from_outside(|world| {
        world.clear_versions();
        // The bumper is no thread of the interpreter, and may have come in between.
        let word = core.breaker().word();
        let recheck = if word >> 16 == 0 { 0 } else { event::RECHECK };
        assert_eq!(
            word as u16,
            event::STOP | event::SIGNAL | recheck,
            "CLEAR takes RECHECK back, and nothing else"
        );
    });
    join_all([bumper]);
    let newborn = newborn.join().expect("the newborn's thread");
    let version = interp.version();
    for core in [&core, &newborn] {
        assert_eq!(core.breaker().version(), version, "a copy differs from the global version");
        interp.unregister_thread(core.attach());
    }
}

pub const CHECKS: &[Check] = &[
    Check::loom("p3.post.2", 2, None, &["P3.R1", "P3.R2"], || post(1)),
    Check::loom("p3.post.3", 3, Some(3), &["P3.R1", "P3.R2"], || post(2)),
    Check::loom("p3.broadcast.3", 3, Some(3), &["P3.R1", "P3.R3", "P3.R5"], || broadcast(1)),
    Check::loom("p3.clear.3", 3, Some(3), &["P3.R4", "P3.R5"], clear),
    Check::shuttle("p3.post.5", 5, &["P3.R1", "P3.R2"], || post(4)),
    Check::shuttle("p3.broadcast.6", 6, &["P3.R1", "P3.R3", "P3.R5"], || broadcast(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p3.set-relaxed", "p3.post.2"),
    seeded("p3.clear-relaxed", "p3.post.2"),
    seeded("p3.clear-load-store", "p3.post.3"),
    seeded("p3.version-load-store", "p3.broadcast.3"),
    seeded("p3.version-then-bit", "p3.broadcast.3"),
    seeded("p3.version-before-clear", "p3.broadcast.6"),
    seeded("p3.no-broadcast", "p3.broadcast.3"),
    seeded("p3.clear-spares-a-copy", "p3.clear.3"),
    seeded("p3.clear-drops-events", "p3.clear.3"),
    seeded("p3.clear-keeps-recheck", "p3.clear.3"),
    seeded("p3.clear-takes-more", "p3.post.2"),
    seeded("p3.set-relaxed", "p3.post.5"),
    seeded("p3.clear-relaxed", "p3.post.5"),
];
