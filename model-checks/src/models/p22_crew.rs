//! P22: stopped threads help the requester.

use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::runtime::ThreadCore;
use vm_core::sync::{AtomicUsize, Ordering};

use super::{Private, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// Threads that run, with one safepoint each, and a requester that deals out `pieces` of a job in `rounds` pauses. Claiming a piece orders nothing.
fn help(workers: usize, pieces: usize, rounds: usize) {
    let (_rt, interp) = rig();
    let requester = born(&interp);
    let cores: Vec<Arc<ThreadCore>> = (0..workers).map(|_| born(&interp)).collect();
    let threads: Vec<_> = cores
        .iter()
        .map(|core| {
            let core = Arc::clone(core);
            spawn(move || {
                let t = core.attach();
                if t.thread().breaker().events() & event::STOP != 0 {
                    t.poll();
                }
                t.detach();
            })
        })
        .collect();
    let data: Vec<Private> = (0..pieces).map(|_| Private::new()).collect();
    let t = requester.attach();
    for _ in 0..rounds {
        t.stop_the_world(|world| {
            for d in &data {
                d.add(1);
            }
            let next = AtomicUsize::new(0);
            let work = |_| {
                if let Some(d) = data.get(next.fetch_add(1, Ordering::Relaxed)) {
                    d.add(10);
                }
            };
            world.together(&work, || work(0));
            assert_eq!(world.helpers(), 0, "a helper is inside after the end");
            for d in &data[next.load(Ordering::Relaxed).min(pieces)..] {
                d.add(10);
            }
            for d in &data {
                d.add(100);
            }
        });
    }
    for d in &data {
        assert_eq!(d.get() as usize, 111 * rounds);
    }
    t.detach();
    join_all(threads);
    for core in cores.iter().chain([&requester]) {
        interp.unregister_thread(core.attach());
    }
}

/// Threads that want the same done in a pause: one pause may serve several requests, and each requester finds it done after its request.
/// `idle` more threads stop the world for something else, which serves nobody.
fn served(n: usize, idle: usize) {
    let (_rt, interp) = rig();
    let state: Arc<(Private, Vec<Private>, AtomicUsize)> =
        Arc::new((Private::new(), (0..n).map(|_| Private::new()).collect(), AtomicUsize::new(0)));
    fn request(core: &ThreadCore, me: usize, state: &(Private, Vec<Private>, AtomicUsize)) {
        let (done, mine, pauses) = state;
        let t = core.attach();
        mine[me].add(1);
        let before = pauses.load(Ordering::Relaxed);
        let served = || pauses.load(Ordering::Relaxed) != before;
        t.stop_the_world_unless(served, |_| {
            pauses.fetch_add(1, Ordering::Relaxed);
            done.add(1);
            // What was asked for before the pause is seen in it.
            for m in mine {
                m.add(100);
            }
        });
        // The pause that served this request came after it.
        assert!(mine[me].get() > 100, "served by a pause before the request");
        assert_ne!(pauses.load(Ordering::Relaxed), before);
        t.detach();
    }
    let cores: Vec<Arc<ThreadCore>> = (0..n + idle).map(|_| born(&interp)).collect();
    let threads: Vec<_> = (1..n + idle)
        .map(|i| {
            let (core, state) = (Arc::clone(&cores[i]), Arc::clone(&state));
            spawn(move || {
                if i < n {
                    request(&core, i, &state);
                } else {
                    let t = core.attach();
                    t.stop_the_world(|_| ());
                    t.detach();
                }
            })
        })
        .collect();
    request(&cores[0], 0, &state);
    join_all(threads);
    for core in &cores {
        interp.unregister_thread(core.attach());
    }
}

const HELP: &[&str] = &["P22.R1", "P22.R2", "P22.R3", "P22.R4"];

pub const CHECKS: &[Check] = &[
    Check::loom("p22.help.2", 2, Some(4), HELP, || help(1, 2, 1)),
    Check::loom("p22.help-twice.2", 2, Some(2), HELP, || help(1, 1, 2)),
    Check::loom("p22.help.3", 3, Some(2), HELP, || help(2, 2, 1)),
    Check::shuttle("p22.help.6", 6, HELP, || help(5, 4, 2)),
    Check::loom("p1.served.2", 2, Some(3), &["P1.R6", "P1.R10"], || served(2, 0)),
    Check::loom("p1.served-idle.2", 2, Some(3), &["P1.R6", "P1.R10"], || served(1, 1)),
    Check::loom("p1.served.3", 3, Some(2), &["P1.R6", "P1.R10"], || served(2, 1)),
    Check::shuttle("p1.served.6", 6, &["P1.R6", "P1.R10"], || served(4, 2)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p22.open-relaxed", "p22.help.2"),
    seeded("p22.close-without-wait", "p22.help.2"),
    seeded("p22.leave-relaxed", "p22.help.2"),
    seeded("p22.enter-closed", "p22.help.2"),
    seeded("p22.nobody-wakes", "p22.help.2"),
    seeded("p22.close-without-wait", "p22.help.6"),
    seeded("p22.leave-relaxed", "p22.help.6"),
    seeded("p1.served-unasked", "p1.served-idle.2"),
    seeded("p1.start-relaxed", "p1.served.2"),
];
