//! P1: attach, detach, stop, start.

use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::runtime::{Interpreter, ThreadCore};
use vm_core::sync::Mutex;
use vm_core::world::{Attached, RunState};

use super::{Private, born, end_parked, join_all, rig, spawn, spawn_daemon};
use crate::registry::{Check, Seeded, seeded};

fn safepoint(t: &Attached<'_>) {
    if t.thread().breaker().events() & event::STOP != 0 {
        t.poll();
    }
}

/// Works on its own data, with a safepoint in the middle, a detached region if asked, and a detach at the end.
fn work(core: &ThreadCore, data: &Private, polls: u32) {
    let t = core.attach();
    for _ in 0..polls {
        data.add(1);
        safepoint(&t);
    }
    data.add(1);
    t.detach();
}

/// Workers that poll and detach; a requester outside touches everybody's data, `stops` times.
fn stop(workers: usize, polls: u32, stops: u32) {
    let (_rt, interp) = rig();
    let data: Vec<Private> = (0..workers).map(|_| Private::new()).collect();
    let cores: Vec<Arc<ThreadCore>> = (0..workers).map(|_| born(&interp)).collect();
    let threads: Vec<_> = cores
        .iter()
        .zip(&data)
        .map(|(core, data)| {
            let (core, data) = (Arc::clone(core), data.clone());
            spawn(move || work(&core, &data, polls))
        })
        .collect();
    for _ in 0..stops {
        interp.stop_from_outside(|world| {
            for core in world.threads() {
                let state = core.run_state();
                assert!(
                    matches!(state, RunState::Suspended | RunState::Waiting),
                    "stopped, but a thread is {state:?}"
                );
            }
            for d in &data {
                d.add(100);
            }
        });
    }
    join_all(threads);
    for (core, d) in cores.iter().zip(&data) {
        assert_eq!(core.breaker().events() & event::STOP, 0, "no stop is requested any more");
        let t = core.attach();
        assert_eq!(d.get(), polls + 1 + 100 * stops);
        interp.unregister_thread(t);
    }
}

/// `n` attached threads stop each other, the main thread among them.
fn requesters(n: usize) {
    let (_rt, interp) = rig();
    let data: Arc<Vec<Private>> = Arc::new((0..n).map(|_| Private::new()).collect());
    let cores: Vec<Arc<ThreadCore>> = (0..n).map(|_| born(&interp)).collect();
    fn request(core: &ThreadCore, me: usize, data: &[Private]) {
        let t = core.attach();
        data[me].add(1);
        t.stop_the_world(|_| {
            for d in data {
                d.add(100);
            }
        });
        data[me].add(1);
        t.detach();
    }
    let threads: Vec<_> = (1..n)
        .map(|i| {
            let (core, data) = (Arc::clone(&cores[i]), Arc::clone(&data));
            spawn(move || request(&core, i, &data))
        })
        .collect();
    request(&cores[0], 0, &data);
    join_all(threads);
    for (core, d) in cores.iter().zip(data.iter()) {
        let t = core.attach();
        assert_eq!(d.get() as usize, 2 + 100 * n);
        interp.unregister_thread(t);
    }
}

/// Attached threads and callers outside stop the world, `stops` times each.
fn inside_and_outside(inside: usize, outside: usize, stops: usize) {
    let (_rt, interp) = rig();
    let data = Private::new();
    let mut threads: Vec<_> = (0..inside)
        .map(|_| {
            let (interp, core, data) = (Arc::clone(&interp), born(&interp), data.clone());
            spawn(move || {
                let t = core.attach();
                (0..stops).for_each(|_| t.stop_the_world(|_| data.add(1)));
                interp.unregister_thread(t);
            })
        })
        .collect();
    threads.extend((1..outside).map(|_| {
        let (interp, data) = (Arc::clone(&interp), data.clone());
        spawn(move || (0..stops).for_each(|_| interp.stop_from_outside(|_| data.add(1))))
    }));
    (0..stops).for_each(|_| interp.stop_from_outside(|_| data.add(1)));
    join_all(threads);
    assert_eq!(data.get() as usize, (inside + outside) * stops);
}

/// The whole life of a thread: birth, work, end.
fn live(interp: &Interpreter, data: &Private) {
    let core = born(interp);
    let t = core.attach();
    data.add(1);
    interp.unregister_thread(t);
}

/// Threads exit and are born while the world is stopped.
fn birth_and_exit(dying: usize, newborn: usize) {
    let (_rt, interp) = rig();
    let data: Vec<Private> = (0..dying + newborn).map(|_| Private::new()).collect();
    let mut threads = Vec::new();
    for d in &data[..dying] {
        let core = born(&interp);
        let (interp, d) = (Arc::clone(&interp), d.clone());
        threads.push(spawn(move || {
            let t = core.attach();
            d.add(1);
            interp.unregister_thread(t);
        }));
    }
    for d in &data[dying..] {
        let (interp, d) = (Arc::clone(&interp), d.clone());
        threads.push(spawn(move || live(&interp, &d)));
    }
    interp.stop_from_outside(|world| {
        for d in &data {
            d.add(100);
        }
        for core in world.threads() {
            let state = core.run_state();
            assert!(
                matches!(state, RunState::Suspended | RunState::Waiting),
                "stopped, but a thread is {state:?}"
            );
            assert_ne!(core.breaker().events() & event::STOP, 0, "stopped, but its breaker does not say so");
        }
    });
    join_all(threads);
    for d in &data {
        assert_eq!(d.get(), 101);
    }
    assert!(interp.threads().is_empty());
}

/// A thread that waits at the end of one pause runs before the next one completes.
fn bypass(workers: usize) {
    let (_rt, interp) = rig();
    let cores: Vec<Arc<ThreadCore>> = (0..workers).map(|_| born(&interp)).collect();
    let data: Vec<Private> = (0..workers).map(|_| Private::new()).collect();
    let threads: Vec<_> = cores
        .iter()
        .zip(&data)
        .map(|(core, d)| {
            let (core, d) = (Arc::clone(core), d.clone());
            spawn(move || work(&core, &d, 0))
        })
        .collect();
    let waiting: Vec<bool> =
        interp.stop_from_outside(|_| cores.iter().map(|c| c.run_state() == RunState::Waiting).collect());
    interp.stop_from_outside(|_| {
        for (waited, d) in waiting.iter().zip(&data) {
            assert!(!waited || d.get() == 1, "a waiting thread was passed over");
        }
    });
    join_all(threads);
    for core in &cores {
        interp.unregister_thread(core.attach());
    }
}

/// A thread in and out of a blocking call.
fn blocking(workers: usize) {
    let (_rt, interp) = rig();
    let cores: Vec<Arc<ThreadCore>> = (0..workers).map(|_| born(&interp)).collect();
    let data: Vec<Private> = (0..workers).map(|_| Private::new()).collect();
    let threads: Vec<_> = cores
        .iter()
        .zip(&data)
        .map(|(core, d)| {
            let (interp, core, d) = (Arc::clone(&interp), Arc::clone(core), d.clone());
            spawn(move || {
                let t = core.attach();
                d.add(1);
                t.detached(|| ());
                d.add(1);
                // Nobody asked, perhaps.
                t.poll();
                interp.unregister_thread(t);
            })
        })
        .collect();
    interp.stop_from_outside(|_| {
        for d in &data {
            d.add(100);
        }
    });
    join_all(threads);
    for d in &data {
        assert_eq!(d.get(), 102);
    }
}

/// Daemons run until the main thread, attached, finalizes; then nobody but it runs, through further stops, and those that were born too late
/// never do.
fn finalization(daemons: usize) {
    let (_rt, interp) = rig();
    let main = born(&interp);
    let mut cores: Vec<Arc<ThreadCore>> = (0..daemons).map(|_| born(&interp)).collect();
    let data: Vec<Private> = (0..=daemons).map(|_| Private::new()).collect();
    let mut threads: Vec<_> = cores
        .iter()
        .zip(&data)
        .map(|(core, d)| {
            let (core, d) = (Arc::clone(core), d.clone());
            spawn_daemon(move || {
                let t = core.attach();
                d.add(1);
                safepoint(&t);
                d.add(1);
                t.detached(|| ());
                d.add(1);
                t.detach();
            })
        })
        .collect();
    let t = main.attach();
    let seen: Vec<u32> = t.stop_the_world(|world| {
        world.begin_finalization();
        data.iter().map(Private::get).collect()
    });
    let newborn = born(&interp);
    assert_eq!(newborn.run_state(), RunState::Suspended);
    if daemons < 2 {
        let (core, d) = (Arc::clone(&newborn), data[daemons].clone());
        threads.push(spawn_daemon(move || {
            let t = core.attach();
            d.add(1);
            t.detach();
        }));
    }
    cores.push(newborn);
    // An access that is not ordered is a race: they may do nothing any more.
    for d in &data {
        d.add(100);
    }
    t.stop_the_world(|_| ());
    t.detached(|| ());
    for (d, seen) in data.iter().zip(seen) {
        assert_eq!(d.get(), seen + 100, "a thread ran after finalization began");
    }
    t.detach();
    end_parked(&cores, threads);
    for (core, d) in cores.iter().zip(&data) {
        assert!(
            matches!(core.run_state(), RunState::Suspended | RunState::Waiting | RunState::Detached),
            "{:?} after finalization, {}",
            core.run_state(),
            d.get()
        );
    }
}

/// However often and however soon the world is stopped again, by two requesters in turn: a thread that a pause found waiting has run before the
/// next pause is complete. (gh-151518: k is 1.)
fn bypass_by_two(stops: usize) {
    let (_rt, interp) = rig();
    let core = born(&interp);
    let (ran, last) = (Private::new(), Arc::new(Mutex::new(None)));
    let worker = {
        let (core, ran) = (Arc::clone(&core), ran.clone());
        spawn(move || {
            let t = core.attach();
            for _ in 0..2 {
                ran.add(1);
                safepoint(&t);
            }
            ran.add(1);
            t.detach();
        })
    };
    let request = move |interp: &Interpreter, core: &ThreadCore, ran: &Private, last: &Mutex<Option<u32>>| {
        for _ in 0..stops {
            interp.stop_from_outside(|_| {
                let mut last = last.lock();
                let runs = ran.get();
                assert!(last.is_none_or(|before| before < runs), "a waiting thread was passed over");
                *last = (core.run_state() == RunState::Waiting).then_some(runs);
            });
        }
    };
    let rival = {
        let (interp, core, ran, last) =
            (Arc::clone(&interp), Arc::clone(&core), ran.clone(), Arc::clone(&last));
        spawn(move || request(&interp, &core, &ran, &last))
    };
    request(&interp, &core, &ran, &last);
    join_all([worker, rival]);
    interp.unregister_thread(core.attach());
}

const STOP: &[&str] = &["P1.R1", "P1.R2", "P1.R3", "P1.R4", "P1.R9"];

pub const CHECKS: &[Check] = &[
    Check::loom("p1.stop.2", 2, None, STOP, || stop(1, 1, 1)),
    Check::loom("p1.stop.3", 3, Some(2), STOP, || stop(2, 1, 1)),
    Check::loom("p1.stop-twice.2", 2, Some(3), &["P1.R2"], || stop(1, 2, 2)),
    Check::loom("p1.stop-spurious.2", 2, Some(3), &["P1.R9"], || stop(1, 1, 1)).spurious(3),
    Check::loom("p1.requesters.2", 2, Some(3), &["P1.R6"], || requesters(2)),
    Check::loom("p1.requesters.3", 3, Some(2), &["P1.R6"], || requesters(3)),
    Check::loom("p1.outside.2", 2, Some(3), &["P1.R6"], || inside_and_outside(1, 1, 1)),
    Check::loom("p1.outside.3", 3, Some(2), &["P1.R6"], || inside_and_outside(1, 2, 1)),
    Check::shuttle("p1.outside.6", 6, &["P1.R6"], || inside_and_outside(3, 3, 2)),
    Check::loom("p1.birth-exit.3", 3, Some(3), &["P1.R4", "P1.R5", "P5.R1", "P5.R2"], || {
        birth_and_exit(1, 1)
    }),
    Check::loom("p1.bypass.2", 2, Some(3), &["P1.R7"], || bypass(1)),
    Check::loom("p1.blocking.2", 2, Some(3), &["P1.R3", "P1.R4"], || blocking(1)),
    Check::loom("p1.bypass.3", 3, Some(2), &["P1.R7"], || bypass_by_two(1)),
    Check::loom("p1.finalization.2", 2, Some(3), &["P1.R8"], || finalization(1)),
    Check::shuttle("p1.finalization.7", 7, &["P1.R8"], || finalization(6)),
    Check::shuttle("p1.bypass-by-two.3", 3, &["P1.R7"], || bypass_by_two(4)),
    Check::shuttle("p1.stop.9", 9, STOP, || stop(8, 2, 2)),
    Check::shuttle("p1.requesters.6", 6, &["P1.R6"], || requesters(6)),
    Check::shuttle("p1.birth-exit.7", 7, &["P1.R4", "P1.R5", "P5.R1", "P5.R2"], || birth_and_exit(3, 3))
        .spurious(1),
    Check::shuttle("p1.bypass.5", 5, &["P1.R7"], || bypass(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p1.detach-relaxed", "p1.stop.2"),
    seeded("p1.scan-relaxed", "p1.stop.2"),
    seeded("p1.attach-relaxed", "p1.stop.2"),
    seeded("p1.wake-without-lock", "p1.stop.2"),
    seeded("p1.detach-ignores-stop", "p1.stop.2"),
    seeded("p1.detach-without-fence", "p1.stop.2"),
    seeded("p1.scan-without-fence", "p1.stop.2"),
    seeded("p1.stop-bit-stays", "p1.stop.2"),
    seeded("p1.countdown-after-bits", "p1.stop.2"),
    seeded("p1.gives-up", "p1.stop-spurious.2"),
    seeded("p1.two-requesters", "p1.requesters.2"),
    seeded("p1.thread-wakes-none-outside", "p1.outside.2"),
    seeded("p1.newborn-without-bit", "p1.birth-exit.3"),
    seeded("p1.polls-unasked", "p1.blocking.2"),
    seeded("p1.exit-not-counted", "p1.birth-exit.3"),
    seeded("p1.born-running", "p1.birth-exit.3"),
    seeded("p1.no-hand-over", "p1.bypass.2"),
    seeded("p1.no-hand-over", "p1.bypass.3"),
    seeded("p1.no-hand-over", "p1.bypass-by-two.3"),
    seeded("p1.finalization-resumes", "p1.finalization.2"),
    seeded("p1.finalization-resumes", "p1.finalization.7"),
    seeded("p1.detach-relaxed", "p1.stop.9"),
    seeded("p1.scan-relaxed", "p1.stop.9"),
    seeded("p1.wake-without-lock", "p1.stop.9"),
    seeded("p1.no-hand-over", "p1.bypass.5"),
    seeded("p1.two-requesters", "p1.requesters.6"),
    seeded("p1.exit-not-counted", "p1.birth-exit.7"),
];
