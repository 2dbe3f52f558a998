//! P2: one interpreter's stop and a runtime-wide stop.

use std::sync::Arc;

use vm_core::runtime::{Interpreter, Runtime, RuntimeConfig, ThreadCore};
use vm_core::world::{Attached, RunState};

use super::{Private, born, end_parked, join_all, spawn, spawn_daemon};
use crate::registry::{Check, Seeded, seeded};

/// One interpreter with one thread and the data that its pauses order.
#[derive(Clone)]
struct Place {
    runtime: Arc<Runtime>,
    interp: Arc<Interpreter>,
    core: Arc<ThreadCore>,
    data: Private,
}

fn places(n: usize) -> Vec<Place> {
    let runtime = Runtime::new(RuntimeConfig::default());
    (0..n)
        .map(|_| {
            let interp = runtime.new_interpreter();
            let core = born(&interp);
            Place { runtime: Arc::clone(&runtime), interp, core, data: Private::new() }
        })
        .collect()
}

/// Everybody's data, in a pause of everybody.
fn stop_all(t: &Attached<'_>, runtime: &Runtime, all: &[Place]) {
    runtime.stop_all(t, |stopped| {
        for place in all {
            for core in stopped.of(&place.interp, |world| world.threads()) {
                let state = core.run_state();
                assert!(
                    std::ptr::eq(&*core, t.thread())
                        || matches!(state, RunState::Suspended | RunState::Waiting),
                    "everything is stopped, but a thread is {state:?}"
                );
            }
            place.data.add(100);
        }
    });
}

/// A life in which everyone asks for everything, or for their own interpreter alone.
fn live(place: &Place, all: &[Place], for_all: bool) {
    let t = place.core.attach();
    place.data.add(1);
    if for_all {
        stop_all(&t, &place.runtime, all);
    } else {
        t.stop_the_world(|_| place.data.add(1));
    }
    place.data.add(1);
    place.interp.unregister_thread(t);
}

/// `wide` threads stop everything, `single` ones their own interpreter, each in an interpreter of its own.
fn compete(wide: usize, single: usize) {
    let all = places(wide + single);
    let mut threads = Vec::new();
    for i in 1..all.len() {
        let (place, all) = (all[i].clone(), all.clone());
        threads.push(spawn(move || live(&place, &all, i < wide)));
    }
    live(&all[0], &all, true);
    join_all(threads);
    for (i, place) in all.iter().enumerate() {
        let own = if i < wide { 2 } else { 3 };
        assert_eq!(place.data.get() as usize, own + 100 * wide);
    }
}

/// Two threads of one interpreter: one stops everything, the other its own.
fn one_interpreter() {
    let all = places(1);
    let core = born(&all[0].interp);
    let other = {
        let place = Place { core, ..all[0].clone() };
        spawn(move || {
            let t = place.core.attach();
            t.stop_the_world(|_| place.data.add(1));
            place.interp.unregister_thread(t);
        })
    };
    let t = all[0].core.attach();
    all[0].runtime.stop_all(&t, |stopped| {
        all[0].data.add(100);
        stopped.of(&all[0].interp, |world| {
            assert_eq!(world.requester().map(ThreadCore::id), Some(all[0].core.id()));
        });
    });
    all[0].interp.unregister_thread(t);
    join_all([other]);
    assert_eq!(all[0].data.get(), 101);
}

/// An interpreter is made, and lives, while a caller outside stops everything.
fn newborn(makers: usize) {
    let runtime = Runtime::new(RuntimeConfig::default());
    let old = runtime.new_interpreter();
    let data = Private::new();
    let threads: Vec<_> = (0..makers)
        .map(|i| {
            let (runtime, data) = (Arc::clone(&runtime), data.clone());
            spawn(move || {
                let interp = runtime.new_interpreter();
                let core = born(&interp);
                let t = core.attach();
                if i == 0 {
                    data.add(1);
                }
                interp.unregister_thread(t);
            })
        })
        .collect();
    runtime.stop_all_from_outside(|all| {
        data.add(100);
        all.of(&old, |world| assert!(world.threads().is_empty()));
    });
    join_all(threads);
    assert_eq!(data.get(), 101);
}

/// An interpreter is given up while its threads live on: a pause of everybody still stops them.
fn dropped(threads: usize) {
    let runtime = Runtime::new(RuntimeConfig::default());
    let interp = runtime.new_interpreter();
    let data: Vec<_> = (0..threads).map(|_| Private::new()).collect();
    let spawned: Vec<_> = data
        .iter()
        .map(|data| {
            let (core, data) = (born(&interp), data.clone());
            spawn(move || {
                let t = core.attach();
                data.add(1);
                t.detach();
            })
        })
        .collect();
    drop(interp);
    runtime.stop_all_from_outside(|_| data.iter().for_each(|d| d.add(100)));
    join_all(spawned);
}

/// A daemon asks for everything while the main thread finalizes their interpreter. It finishes or parks for ever, and in neither case is the
/// main thread's own runtime-wide pause held up.
fn finalization(daemons: usize) {
    let all = places(1);
    let place = &all[0];
    let cores: Vec<_> = (0..daemons).map(|_| born(&place.interp)).collect();
    let threads: Vec<_> = cores
        .iter()
        .map(|core| {
            let (runtime, core, data) = (Arc::clone(&place.runtime), Arc::clone(core), place.data.clone());
            spawn_daemon(move || {
                let t = core.attach();
                runtime.stop_all(&t, |_| data.add(1));
                t.detach();
            })
        })
        .collect();
    let t = place.core.attach();
    t.stop_the_world(|world| world.begin_finalization());
    // Not ordered, if one of them still gets its pause.
    place.data.add(100);
    place.runtime.stop_all(&t, |_| place.data.add(100));
    t.detach();
    end_parked(&cores, threads);
    assert!(place.data.get() as usize <= 200 + daemons);
}

const BOTH: &[&str] = &["P2.R1", "P2.R2", "P2.R3", "P2.R6"];

pub const CHECKS: &[Check] = &[
    Check::loom("p2.compete.2", 2, Some(3), BOTH, || compete(2, 0)),
    Check::loom("p2.single.2", 2, Some(3), BOTH, || compete(1, 1)),
    Check::loom("p2.one-interpreter.2", 2, None, &["P2.R2", "P2.R3"], one_interpreter),
    Check::loom("p2.newborn.2", 2, None, &["P2.R5"], || newborn(1)),
    Check::loom("p2.dropped.2", 2, None, &["P2.R5"], || dropped(1)),
    Check::loom("p2.finalization.2", 2, Some(3), &["P2.R4"], || finalization(1)),
    Check::loom("p2.compete.3", 3, Some(1), BOTH, || compete(2, 1)),
    Check::loom("p2.finalization.3", 3, Some(2), &["P2.R4"], || finalization(2)),
    Check::shuttle("p2.compete.8", 8, BOTH, || compete(4, 4)),
    Check::shuttle("p2.finalization.5", 5, &["P2.R4"], || finalization(4)),
    Check::shuttle("p2.newborn.5", 5, &["P2.R5"], || newborn(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p2.wait-attached", "p2.compete.2"),
    seeded("p2.own-first", "p2.compete.2"),
    seeded("p2.gives-up", "p2.single.2"),
    seeded("p2.starts-its-own-only", "p2.single.2"),
    seeded("p2.born-running", "p2.newborn.2"),
    seeded("p2.forgets-with-threads", "p2.dropped.2"),
    seeded("p2.attach-holding", "p2.finalization.2"),
    seeded("p2.wait-attached", "p2.compete.8"),
    seeded("p2.own-first", "p2.compete.8"),
    seeded("p2.gives-up", "p2.compete.8"),
    seeded("p2.attach-holding", "p2.finalization.5"),
];
