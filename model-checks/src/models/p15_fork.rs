//! P15: fork, and the end of the runtime.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use vm_core::fork::Forked;
use vm_core::runtime::ThreadCore;
use vm_core::sync::{AtomicBool, Ordering};
use vm_core::world::RunState;

use super::{Private, born, end_parked, join_all, rig, spawn, spawn_daemon};
use crate::registry::{Check, Seeded, seeded};

/// Workers on and off the heap; the main thread forks. As the child it goes on without them, as the parent with them.
fn fork(workers: usize, as_child: bool) {
    // With plain threads there is a real fork, and only its parent goes on.
    #[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
    vm_core::sync::model::fork_as_child(as_child);
    #[cfg(not(any(weft_sync = "loom", weft_sync = "shuttle")))]
    let _ = as_child;
    let (rt, interp) = rig();
    let cores: Vec<_> = (0..workers).map(|_| born(&interp)).collect();
    // Not the smallest index.
    let main = born(&interp);
    let data: Vec<Private> = (0..workers).map(|_| Private::new()).collect();
    let threads: Vec<_> = cores
        .iter()
        .zip(&data)
        .map(|(core, d)| {
            let (core, d) = (Arc::clone(core), d.clone());
            spawn_daemon(move || {
                let t = core.attach();
                d.add(1);
                t.detached(|| ());
                d.add(1);
                t.detach();
            })
        })
        .collect();
    let t = main.attach();
    let dead = rt
        .fork(
            &t,
            || (),
            |forked| {
                // The child's memory: nobody is in the middle of a change.
                for d in &data {
                    d.add(100);
                }
                match forked {
                    Forked::Parent(_) => None,
                    Forked::Child(child) => {
                        child.all.of(&interp, |world| assert_eq!(world.threads().len(), 1));
                        Some(child.dead)
                    }
                }
            },
        )
        .expect("a model's fork succeeds");
    if let Some(dead) = dead {
        assert_eq!(dead.len(), workers);
        assert_eq!(rt.index_pool().live(), 1, "dead threads keep their indices");
        // Not ordered, if one of them ran again.
        for d in &data {
            d.add(100);
        }
        // Threads can be born, live, and be waited for.
        let (newborn, ran) = (born(&interp), Private::new());
        assert_eq!(newborn.index(), 0);
        let ran2 = ran.clone();
        let n = newborn.attach();
        ran2.add(1);
        interp.unregister_thread(n);
        t.stop_the_world(|world| {
            assert_eq!(world.threads().len(), 1);
            ran.add(1);
        });
        assert_eq!(t.thread().breaker().events(), 0);
        t.detach();
        end_parked(&dead, threads);
        for core in &dead {
            assert!(matches!(core.run_state(), RunState::Suspended | RunState::Waiting));
        }
    } else {
        t.detach();
        join_all(threads);
        for d in &data {
            assert_eq!(d.get(), 102);
        }
    }
}

/// Memory whose end is counted.
struct Piece(Private);

impl Drop for Piece {
    fn drop(&mut self) {
        self.0.add(1);
    }
}

/// Readers are pinned to the epoch when the main thread forks. As the child it has none of them, and what it retires is freed.
fn pinned(readers: usize) {
    #[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
    vm_core::sync::model::fork_as_child(true);
    let (rt, interp) = rig();
    let main = born(&interp);
    let cores: Vec<_> = (0..readers).map(|_| born(&interp)).collect();
    let threads: Vec<_> = cores
        .iter()
        .map(|core| {
            let (core, rt) = (Arc::clone(core), Arc::clone(&rt));
            spawn_daemon(move || {
                let t = core.attach();
                // In the child it never comes back from `detached`, and leaves the epoch no more.
                let mut pin = ManuallyDrop::new(rt.epoch().pin());
                t.detached(|| ());
                // SAFETY: dropped once, here.
                unsafe { ManuallyDrop::drop(&mut pin) };
                t.detach();
            })
        })
        .collect();
    let t = main.attach();
    let dead = rt.fork(
        &t,
        || (),
        |forked| match forked {
            Forked::Parent(_) => None,
            Forked::Child(child) => Some(child.dead),
        },
    );
    let Some(dead) = dead.expect("a model's fork succeeds") else {
        t.detach();
        return join_all(threads);
    };
    let freed = Private::new();
    interp.retire(&t, Piece(freed.clone()));
    t.stop_the_world(|world| interp.retired().drain(world, rt.epoch()));
    assert_eq!(freed.get(), 1, "a reader that the child does not have holds up what it retires");
    t.detach();
    end_parked(&dead, threads);
}

/// Threads that a pause does not stop use locks of the runtime while the main thread forks: one ends, and gives its index back; one
/// leaves the heap and finds the stop; one waits in the lot.
fn locks(ending: usize, leaving: usize, waiting: usize) {
    let (rt, interp) = rig();
    let main = born(&interp);
    let flag = Arc::new(AtomicBool::new(false));
    let key = Arc::as_ptr(&flag).addr();
    let mut threads = Vec::new();
    for i in 0..ending + leaving + waiting {
        let (rt, interp, core, flag) =
            (Arc::clone(&rt), Arc::clone(&interp), born(&interp), Arc::clone(&flag));
        threads.push(spawn(move || {
            let t = core.attach();
            if i < leaving {
                t.detached(|| ());
            } else if i < leaving + waiting {
                t.wait(rt.blocking(), key, 0, None, || flag.load(Ordering::Acquire));
            }
            interp.unregister_thread(t);
        }));
    }
    let t = main.attach();
    let forked = rt.fork(&t, || (), |_| ());
    assert!(forked.is_ok());
    flag.store(true, Ordering::Release);
    rt.blocking().unpark_all(key);
    t.detach();
    join_all(threads);
    assert_eq!(rt.index_pool().live(), 1);
}

/// A daemon forks while the main thread finalizes: before, or never.
fn finalization(daemons: usize) {
    let (rt, interp) = rig();
    let main = born(&interp);
    let data = Private::new();
    let cores: Vec<Arc<ThreadCore>> = (0..daemons).map(|_| born(&interp)).collect();
    let threads: Vec<_> = cores
        .iter()
        .map(|core| {
            let (rt, core, data) = (Arc::clone(&rt), Arc::clone(core), data.clone());
            spawn_daemon(move || {
                let t = core.attach();
                assert!(rt.fork(&t, || (), |_| data.add(1)).is_ok());
                t.detach();
            })
        })
        .collect();
    let t = main.attach();
    let before = t.stop_the_world(|world| {
        world.begin_finalization();
        data.get()
    });
    // Not ordered, if one of them still forks.
    data.add(100);
    t.stop_the_world(|_| ());
    t.detach();
    end_parked(&cores, threads);
    assert_eq!(data.get(), before + 100, "a fork after finalization began");
}

const FORK: &[&str] = &["P15.R1", "P15.R3", "P15.R4"];

pub const CHECKS: &[Check] = &[
    Check::loom("p15.child.2", 2, None, FORK, || fork(1, true)),
    Check::loom("p15.parent.2", 2, Some(3), &["P15.R1", "P15.R4"], || fork(1, false)),
    Check::loom("p15.child.3", 3, Some(2), FORK, || fork(2, true)),
    Check::loom("p15.pinned.2", 2, Some(3), &["P15.R3"], || pinned(1)),
    Check::loom("p15.locks-ending.2", 2, Some(3), &["P15.R2"], || locks(1, 0, 0)),
    Check::loom("p15.locks-leaving.2", 2, Some(3), &["P15.R2"], || locks(0, 1, 0)),
    Check::loom("p15.locks-waiting.2", 2, Some(2), &["P15.R2"], || locks(0, 0, 1)),
    Check::loom("p15.finalization.2", 2, Some(3), &["P15.R5"], || finalization(1)),
    Check::shuttle("p15.child.9", 9, FORK, || fork(8, true)),
    Check::shuttle("p15.pinned.5", 5, &["P15.R3"], || pinned(4)),
    Check::shuttle("p15.parent.9", 9, &["P15.R1", "P15.R4"], || fork(8, false)),
    Check::shuttle("p15.locks.7", 7, &["P15.R2"], || locks(2, 2, 2)),
    Check::shuttle("p15.finalization.5", 5, &["P15.R5"], || finalization(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p15.without-pause", "p15.child.2"),
    seeded("p15.child-keeps-the-dead", "p15.child.2"),
    seeded("p15.child-leaks-indices", "p15.child.2"),
    seeded("p15.child-leaks-the-first", "p15.child.2"),
    seeded("p15.without-pool-lock", "p15.parent.2"),
    seeded("p15.without-list-lock", "p15.parent.2"),
    seeded("p15.child-stays-stopped", "p15.child.2"),
    seeded("p15.child-keeps-pins", "p15.pinned.2"),
    seeded("p15.child-keeps-pins", "p15.pinned.5"),
    seeded("p15.without-lot-lock", "p15.locks-waiting.2"),
    seeded("p2.attach-holding", "p15.finalization.2"),
    seeded("p15.without-pause", "p15.parent.9"),
    seeded("p15.without-list-lock", "p15.locks.7"),
    seeded("p15.without-pool-lock", "p15.locks.7"),
    seeded("p15.without-lot-lock", "p15.locks.7"),
];
