//! P13: retired memory.

use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::retire::THRESHOLD;
use vm_core::sync::{AtomicUsize, Ordering};
use vm_core::world::Attached;

use super::{Private, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// Memory whose end is an access that every reader's must come before.
struct Piece(Private);

impl Drop for Piece {
    fn drop(&mut self) {
        self.0.add(1);
    }
}

fn safepoint(interp: &vm_core::runtime::Interpreter, t: &Attached<'_>) {
    if t.thread().breaker().events() & event::STOP != 0 {
        t.poll();
    }
    if t.thread().breaker().events() & event::RETIRED != 0 {
        interp.drain_retired(t);
    }
}

/// Attached readers and outside ones follow a pointer, 0 for the old piece, while the main thread replaces and retires it.
fn readers(attached: usize, outside: usize) {
    let (rt, interp) = rig();
    let old = Private::new();
    let current = Arc::new(AtomicUsize::new(0));
    let main = born(&interp);
    let mut threads = Vec::new();
    for i in 0..attached + outside {
        let core = (i < attached).then(|| born(&interp));
        let (rt, interp, old, current) =
            (Arc::clone(&rt), Arc::clone(&interp), old.clone(), Arc::clone(&current));
        threads.push(spawn(move || match core {
            Some(core) => {
                let t = core.attach();
                if current.load(Ordering::Acquire) == 0 {
                    assert_eq!(old.get(), 0, "an attached reader sees freed memory");
                }
                safepoint(&interp, &t);
                interp.unregister_thread(t);
            }
            None => {
                let pin = rt.epoch().pin();
                if current.load(Ordering::Acquire) == 0 {
                    assert_eq!(old.get(), 0, "an outside reader sees freed memory");
                }
                drop(pin);
            }
        }));
    }
    let t = main.attach();
    current.store(1, Ordering::Release);
    interp.retire(&t, Piece(old.clone()));
    // The last one fills the list.
    (1..THRESHOLD).for_each(|_| interp.retire(&t, ()));
    safepoint(&interp, &t);
    assert!(interp.retired().is_empty());
    assert_eq!(
        main.breaker().events() & event::RETIRED,
        0,
        "the request stays, and every poll stops the world"
    );
    t.detach();
    join_all(threads);
    assert_eq!(old.get(), 1, "retired and never freed");
}

/// Threads retire a list's worth and end before a safepoint; the one that is left frees it all.
fn turnover(ending: usize) {
    let (_rt, interp) = rig();
    // The eldest ends first: the heir is whoever is left.
    let mut eldest = Some(born(&interp));
    let main = born(&interp);
    let pieces: Vec<Private> = (0..ending).map(|_| Private::new()).collect();
    let threads: Vec<_> = pieces
        .iter()
        .map(|piece| {
            let (interp, piece, eldest) = (Arc::clone(&interp), piece.clone(), eldest.take());
            spawn(move || {
                let core = eldest.unwrap_or_else(|| born(&interp));
                let t = core.attach();
                interp.retire(&t, Piece(piece));
                (1..THRESHOLD).for_each(|_| interp.retire(&t, ()));
                interp.unregister_thread(t);
            })
        })
        .collect();
    let t = main.attach();
    safepoint(&interp, &t);
    t.detached(|| join_all(threads));
    safepoint(&interp, &t);
    assert!(interp.retired().is_empty(), "what dead threads retired waits for ever");
    for piece in &pieces {
        assert_eq!(piece.get(), 1);
    }
    interp.unregister_thread(t);
}

pub const CHECKS: &[Check] = &[
    Check::loom("p13.attached.2", 2, Some(3), &["P13.R1", "P13.R3"], || readers(1, 0)),
    Check::loom("p13.outside.2", 2, None, &["P13.R2"], || readers(0, 1)),
    Check::loom("p13.turnover.2", 2, Some(3), &["P13.R3", "P13.R4"], || turnover(1)),
    Check::loom("p13.readers.3", 3, Some(2), &["P13.R1", "P13.R2"], || readers(1, 1)),
    Check::shuttle("p13.readers.7", 7, &["P13.R1", "P13.R2"], || readers(3, 3)),
    Check::shuttle("p13.turnover.5", 5, &["P13.R3", "P13.R4"], || turnover(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p13.frees-at-once", "p13.attached.2"),
    seeded("p13.ignores-pins", "p13.outside.2"),
    seeded("p13.no-request", "p13.turnover.2"),
    seeded("p13.request-stays", "p13.attached.2"),
    seeded("p13.heir-before-unlink", "p13.turnover.2"),
    seeded("p13.exit-drops-request", "p13.turnover.2"),
    seeded("p13.frees-at-once", "p13.readers.7"),
    seeded("p13.ignores-pins", "p13.readers.7"),
    seeded("p13.exit-drops-request", "p13.turnover.5"),
];
