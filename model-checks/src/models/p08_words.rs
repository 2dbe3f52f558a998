//! P8: the transitions of a code word.

use std::sync::Arc;

use vm_core::backoff::Backoff;
use vm_core::breaker::event;
use vm_core::code::{self, CodeCopies, EXECUTOR, INSTRUMENTED, encode, opcode, operands};
use vm_core::isa::toy::{ADD, ADD_FLOAT, ADD_INT, JUMP_BACKWARD, Toy};
use vm_core::sync::{AtomicU64, Ordering};

use super::{Private, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

const OPERANDS: (u16, u16, u16) = (1, 2, 3);
const INT_CACHE: u64 = 11;
const FLOAT_CACHE: u64 = 22;

/// ADD with its cache at 0, a JUMP_BACKWARD with its at 3.
fn program() -> CodeCopies {
    CodeCopies::new(
        [encode(ADD, 1, 2, 3), 0, 0, encode(JUMP_BACKWARD, 0, 0, 0), 0].map(AtomicU64::new).into(),
    )
}

/// Executes the ADD once as its owner: an instrumented one reads its metadata; others specialize, to another form each time.
fn run(words: &[AtomicU64], metadata: &Private) {
    let seen = words[0].load(Ordering::Relaxed);
    assert_eq!(operands(seen), OPERANDS, "operands never change");
    if seen & INSTRUMENTED != 0 {
        let word = code::reload(&words[0]);
        assert_ne!(word & INSTRUMENTED, 0);
        assert_eq!(metadata.get(), 77, "instrumented before it meant anything");
    }
    if Backoff::tick(&words[1]) {
        let (op, cache) =
            if opcode(seen) == ADD_INT { (ADD_FLOAT, FLOAT_CACHE) } else { (ADD_INT, INT_CACHE) };
        // Fails when somebody instrumented the word meanwhile; the adaptive form is left then, or the old one untouched.
        let _ =
            code::respecialize::<Toy>(words, 0, seen, op, |caches| caches[1].store(cache, Ordering::Relaxed));
        Backoff::new(0, 1).store(&words[1]);
    }
    let jump = words[3].load(Ordering::Relaxed);
    if jump & EXECUTOR == 0 {
        let _ = code::set_executor(&words[3], jump);
    } else {
        let _ = code::clear_executor(&words[3], jump);
    }
}

fn assert_consistent(words: &[AtomicU64]) {
    let word = words[0].load(Ordering::Relaxed);
    assert_eq!(operands(word), OPERANDS, "operands never change");
    let cache = words[2].load(Ordering::Relaxed);
    match opcode(word) {
        ADD => {}
        ADD_INT => assert_eq!(cache, INT_CACHE, "a form with another form's cache"),
        ADD_FLOAT => assert_eq!(cache, FLOAT_CACHE, "a form with another form's cache"),
        op => panic!("opcode {op} is none of the family"),
    }
    assert_eq!(opcode(words[3].load(Ordering::Relaxed)), JUMP_BACKWARD);
}

/// Owners specialize their copies while an instrumenter sets the flag in all of them.
fn specialize(owners: u32, passes: u32) {
    let (_rt, interp) = rig();
    let code = Arc::new(program());
    let metadata = Private::new();
    let threads: Vec<_> = (0..owners)
        .map(|index| {
            let (interp, code, metadata) = (Arc::clone(&interp), Arc::clone(&code), metadata.clone());
            spawn(move || {
                let words = code
                    .get_or_make::<Toy>(index, interp.retired(), |n| {
                        Some((0..n).map(|_| AtomicU64::new(0)).collect())
                    })
                    .expect("memory");
                Backoff::new(0, 1).store(&words[1]);
                for _ in 0..passes {
                    run(words, &metadata);
                }
            })
        })
        .collect();
    metadata.add(77);
    let lock = code.lock();
    lock.instrument(0);
    lock.instrument(3);
    drop(lock);
    join_all(threads);
    code.for_each_copy(|_, words| {
        assert_consistent(words);
        for at in [0, 3] {
            assert_ne!(
                words[at].load(Ordering::Relaxed) & INSTRUMENTED,
                0,
                "a specialization undid an instrumentation"
            );
        }
    });
}

/// De-instrumentation in a pause, metadata gone with it, against owners that run.
fn deinstrument(owners: u32) {
    let (_rt, interp) = rig();
    let code = Arc::new(program());
    let metadata = Private::new();
    metadata.add(77);
    code.lock().instrument(0);
    let threads: Vec<_> = (0..owners)
        .map(|index| {
            let core = born(&interp);
            let (interp, code, metadata) = (Arc::clone(&interp), Arc::clone(&code), metadata.clone());
            spawn(move || {
                let t = core.attach();
                let words = code
                    .get_or_make::<Toy>(index, interp.retired(), |n| {
                        Some((0..n).map(|_| AtomicU64::new(0)).collect())
                    })
                    .expect("memory");
                Backoff::new(0, 1).store(&words[1]);
                run(words, &metadata);
                if core.breaker().events() & event::STOP != 0 {
                    t.poll();
                }
                run(words, &metadata);
                interp.unregister_thread(t);
            })
        })
        .collect();
    interp.stop_from_outside(|world| {
        code.for_each_copy(|_, words| {
            code::deinstrument(world, &words[0]);
            let before = words[3].load(Ordering::Relaxed);
            code::deinstrument(world, &words[3]);
            assert_eq!(words[3].load(Ordering::Relaxed), before, "more than INSTRUMENTED went");
        });
        metadata.add(1);
    });
    join_all(threads);
    code.for_each_copy(|_, words| {
        assert_consistent(words);
        assert_eq!(words[0].load(Ordering::Relaxed) & INSTRUMENTED, 0, "a flag came back");
    });
}

const SPECIALIZE: &[&str] = &["P8.R1", "P8.R2", "P8.R3", "P8.R4", "P8.R5", "P7.R2"];

pub const CHECKS: &[Check] = &[
    Check::loom("p8.specialize.2", 2, None, SPECIALIZE, || specialize(1, 2)),
    Check::loom("p8.specialize.3", 3, Some(2), SPECIALIZE, || specialize(2, 2)),
    Check::loom("p8.deinstrument.2", 2, None, &["P8.R2", "P8.R5"], || deinstrument(1)),
    Check::shuttle("p8.specialize.7", 7, SPECIALIZE, || specialize(6, 4)),
    Check::shuttle("p8.deinstrument.5", 5, &["P8.R2", "P8.R5"], || deinstrument(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p8.specialize-plain-store", "p8.specialize.2"),
    seeded("p8.specialize-retry-drops-flags", "p8.specialize.2"),
    seeded("p8.instrument-relaxed", "p8.specialize.2"),
    seeded("p8.reload-relaxed", "p8.specialize.2"),
    seeded("p8.cache-before-deopt", "p8.specialize.2"),
    seeded("p8.deinstrument-takes-executor", "p8.deinstrument.2"),
    seeded("p8.instrument-relaxed", "p8.specialize.7"),
    seeded("p8.specialize-plain-store", "p8.specialize.7"),
];
