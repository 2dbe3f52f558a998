//! P5: the thread list.

use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::sync::{AtomicBool, Ordering};

use super::{Private, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// Visitors walk the list while threads are born and die. Each listed thread's data is alive.
fn visit(turnover: usize, visitors: usize) {
    let (_rt, interp) = rig();
    let stays = born(&interp);
    let data = Private::new();
    let data_address = std::ptr::from_ref(&data).cast_mut().cast::<()>();
    stays.vm_slot().store(data_address);
    let mut threads = Vec::new();
    for _ in 0..turnover {
        let interp = Arc::clone(&interp);
        threads.push(spawn(move || {
            let core = born(&interp);
            let t = core.attach();
            let mine = Private::new();
            core.vm_slot().store(std::ptr::from_ref(&mine).cast_mut().cast());
            // What a visitor may look at is taken down under the list's lock, by unlinking.
            interp.unregister_thread(t);
            core.vm_slot().store(std::ptr::null_mut());
            mine.add(1);
            let version = core.breaker().version();
            (core, version)
        }));
    }
    let walkers: Vec<_> = (0..visitors)
        .map(|_| {
            let (interp, stays) = (Arc::clone(&interp), Arc::clone(&stays));
            spawn(move || {
                let guard = interp.threads();
                let mut seen = 0;
                let mut indices = Vec::new();
                for core in guard.iter() {
                    seen += usize::from(Arc::ptr_eq(core, &stays));
                    assert!(!indices.contains(&core.index()), "two live threads share an index");
                    indices.push(core.index());
                    let data = core.vm_slot().load().cast::<Private>();
                    if !data.is_null() {
                        // SAFETY: a listed thread's data lives; the checker reports a read that its end does not follow.
                        assert_eq!(unsafe { &*data }.get(), 0, "visited a thread that had ended");
                    }
                }
                assert_eq!(seen, 1, "a thread listed throughout is visited exactly once");
            })
        })
        .collect();
    interp.bump_version().expect("versions are plenty");
    join_all(walkers);
    for t in threads {
        let (core, version) = t.join().expect("a model thread");
        assert_eq!(core.breaker().version(), version, "a broadcast reached a thread that had ended");
    }
    assert_eq!(stays.breaker().version(), interp.version());
    interp.unregister_thread(stays.attach());
}

/// A birth races a broadcast: the newborn has the version either way.
fn birth(newborns: usize) {
    let (rt, interp) = rig();
    let threads: Vec<_> = (0..newborns)
        .map(|_| {
            let interp = Arc::clone(&interp);
            spawn(move || interp.register_thread())
        })
        .collect();
    interp.bump_version().expect("versions are plenty");
    let mut born = 0;
    for t in threads {
        // A birth may be refused, and leaves nothing then.
        if let Ok(core) = t.join().expect("a model thread") {
            assert_eq!(core.breaker().version(), 1, "born without the version");
            born += 1;
            assert!(interp.threads().iter().any(|c| Arc::ptr_eq(c, &core)));
            interp.unregister_thread(core.attach());
        }
    }
    assert!(born <= newborns);
    assert_eq!(rt.index_pool().live(), 0, "a refused birth keeps its index");
}

/// A hook is set for all threads while they read theirs, set another one, and end.
fn hooks(runners: usize) {
    let (_rt, interp) = rig();
    let me = born(&interp);
    let set = Arc::new(AtomicBool::new(false));
    let threads: Vec<_> = (0..runners)
        .map(|_| {
            let (core, interp, set) = (born(&interp), Arc::clone(&interp), Arc::clone(&set));
            spawn(move || {
                let t = core.attach();
                let mut seen = t.hook(0);
                let count = t.set_hook(1, 5);
                assert!((1..=runners).contains(&count), "threads were counted that are not there");
                if core.breaker().events() & event::STOP != 0 {
                    t.poll();
                }
                let returned = set.load(Ordering::Acquire);
                assert!(t.hook(0) >= seen, "a hook went back");
                seen = t.hook(0);
                assert!(!returned || seen == 2, "a thread missed a hook set for all");
                interp.unregister_thread(t);
            })
        })
        .collect();
    let t = me.attach();
    t.set_hooks_of_all(0, 1);
    t.set_hooks_of_all(0, 2);
    set.store(true, Ordering::Release);
    interp.unregister_thread(t);
    join_all(threads);
}

/// A thread's last work on the heap against a pause.
fn exit(leaving: usize) {
    let (_rt, interp) = rig();
    let heap = Private::new();
    let threads: Vec<_> = (0..leaving)
        .map(|_| {
            let (core, interp, heap) = (born(&interp), Arc::clone(&interp), heap.clone());
            let lock = Arc::clone(&interp);
            spawn(move || {
                let t = core.attach();
                interp.unregister_thread_after(t, || {
                    // Leaving threads keep off each other by a lock of the heap's own.
                    let _list = lock.threads();
                    heap.add(1);
                });
            })
        })
        .collect();
    interp.stop_from_outside(|_| heap.get());
    join_all(threads);
    interp.stop_from_outside(|_| assert_eq!(heap.get() as usize, leaving));
}

pub const CHECKS: &[Check] = &[
    Check::loom("p5.visit.2", 2, None, &["P5.R2", "P5.R3", "P5.R4", "P5.R5"], || visit(1, 0)),
    Check::loom("p5.visit.3", 3, Some(3), &["P5.R2", "P5.R3", "P6.R3"], || visit(1, 1)),
    Check::loom("p5.birth.2", 2, None, &["P5.R1", "P5.R5", "P6.R4"], || birth(1)).choosing(1),
    Check::loom("p5.birth.3", 3, Some(3), &["P5.R1", "P5.R5", "P6.R4"], || birth(2)).choosing(2),
    Check::loom("p5.hooks.2", 2, Some(3), &["P5.R6"], || hooks(1)),
    Check::loom("p5.hooks.3", 3, Some(1), &["P5.R6"], || hooks(2)),
    Check::loom("p5.exit.2", 2, None, &["P5.R7"], || exit(1)),
    Check::loom("p5.exit.3", 3, Some(3), &["P5.R7"], || exit(2)),
    Check::shuttle("p5.hooks.6", 6, &["P5.R6"], || hooks(5)),
    Check::shuttle("p5.visit.9", 9, &["P5.R2", "P5.R3", "P5.R4", "P5.R5"], || visit(5, 3)),
    Check::shuttle("p5.birth.7", 7, &["P5.R1", "P5.R5", "P6.R4"], || birth(6)).choosing(1),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p5.visit-outside-lock", "p5.visit.2"),
    seeded("p5.born-without-version", "p5.birth.2"),
    seeded("p5.detach-before-unlink", "p1.birth-exit.3"),
    seeded("p5.finalize-under-lock", "p5.visit.2"),
    seeded("p5.finalize-under-lock", "p5.visit.9"),
    seeded("p5.hooks-without-pause", "p5.hooks.2"),
    seeded("p5.hooks-counted-outside-lock", "p5.hooks.3"),
    seeded("p5.works-after-unlink", "p5.exit.2"),
    seeded("p5.hooks-without-pause", "p5.hooks.6"),
    seeded("p5.visit-outside-lock", "p5.visit.9"),
    seeded("p5.born-without-version", "p5.birth.7"),
];
