//! P7: lazily made bytecode copies.

use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::code::{self, CodeCopies, EXECUTOR, INSTRUMENTED, encode, opcode};
use vm_core::isa::toy::{ADD, ADD_INT, JUMP_BACKWARD, RESUME, Toy};
use vm_core::sync::{AtomicU64, Ordering};

use super::{born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// What an unfilled copy holds; no opcode of the toy.
const FILLER: u64 = u64::MAX;

fn program() -> CodeCopies {
    CodeCopies::new(
        [
            encode(RESUME, 1, 2, 3),
            encode(JUMP_BACKWARD, 4, 0, 0),
            0xABCD_0000,
            encode(ADD_INT, 1, 2, 3),
            0,
            77,
        ]
        .map(AtomicU64::new)
        .into(),
    )
}

fn memory(len: usize) -> Option<Box<[AtomicU64]>> {
    Some((0..len).map(|_| AtomicU64::new(FILLER)).collect())
}

fn assert_filled(words: &[AtomicU64]) {
    for (at, op) in [(0, RESUME), (1, JUMP_BACKWARD)] {
        let word = words[at].load(Ordering::Relaxed);
        assert_eq!(opcode(word), op, "a copy was visible before it was filled");
        assert!(at != 0 || code::operands(word) == (1, 2, 3), "operands and opcode of different words");
    }
}

/// Threads make their copies, so the array grows under the others, while one instruments all copies.
fn make(makers: u32, instrument: bool) {
    let (_rt, interp) = rig();
    let code = Arc::new(program());
    let main = code.main();
    let seen = main[1].load(Ordering::Relaxed);
    code::set_executor(&main[1], seen).expect("alone");
    let threads: Vec<_> = (1..=makers)
        .map(|index| {
            let (interp, code) = (Arc::clone(&interp), Arc::clone(&code));
            spawn(move || {
                let words = code.get_or_make::<Toy>(index, interp.retired(), memory).expect("memory");
                assert_filled(words);
                assert_eq!(words[1].load(Ordering::Relaxed) & EXECUTOR, 0, "a fresh copy has no executor");
                let (add, cache) = (words[3].load(Ordering::Relaxed), words[5].load(Ordering::Relaxed));
                assert_eq!((opcode(add), cache), (ADD, 0), "a fresh copy is not specialized");
                // A growth by another thread keeps the copy.
                let again = code.get(index);
                assert!(again.is_some_and(|w| std::ptr::eq(w, words)), "a copy was lost");
            })
        })
        .collect();
    if instrument {
        let lock = code.lock();
        lock.for_each_copy(|_, words| assert_filled(words));
        lock.instrument(0);
    }
    join_all(threads);
    let mut copies = 0;
    code.for_each_copy(|_, words| {
        assert_filled(words);
        if instrument {
            assert_ne!(
                words[0].load(Ordering::Relaxed) & INSTRUMENTED,
                0,
                "a copy missed its instrumentation"
            );
        }
        copies += 1;
    });
    assert_eq!(copies, 1 + makers);
}

/// In a pause replaced arrays are freed, and no reader is in one then; copies that no thread owns go too, and those of live threads stay.
fn retire(readers: usize) {
    let (rt, interp) = rig();
    let code = Arc::new(program());
    // Index 0 is somebody else's, so that the readers have copies of their own.
    let _ = rt.index_pool().reserve().expect("an index").keep();
    let cores: Vec<_> = (0..readers).map(|_| born(&interp)).collect();
    for core in &cores {
        code.get_or_make::<Toy>(core.index(), interp.retired(), memory).expect("memory");
    }
    let threads: Vec<_> = cores
        .into_iter()
        .map(|core| {
            let (interp, code) = (Arc::clone(&interp), Arc::clone(&code));
            spawn(move || {
                let t = core.attach();
                let words = code.get(core.index()).expect("made");
                if core.breaker().events() & event::STOP != 0 {
                    t.poll();
                }
                let again = code.get(core.index());
                assert!(again.is_some_and(|w| std::ptr::eq(w, words)), "a live thread's copy was taken");
                interp.unregister_thread(t);
            })
        })
        .collect();
    // Some index that belongs to no thread any more.
    let dead = u32::try_from(readers).expect("few") + 1;
    code.get_or_make::<Toy>(dead, interp.retired(), memory).expect("memory");
    interp.stop_from_outside(|world| {
        let threads = world.threads();
        let unused = code.take_unused(world, |i| threads.iter().any(|t| t.index() == i));
        assert!(!unused.is_empty());
        interp.retired().push(unused);
        interp.retired().drain(world, rt.epoch());
    });
    assert!(code.get(dead).is_none());
    join_all(threads);
}

const MAKE: &[&str] = &["P7.R1", "P7.R2", "P7.R3", "P7.R6", "P7.R7"];

pub const CHECKS: &[Check] = &[
    Check::loom("p7.make.2", 2, None, MAKE, || make(1, true)),
    Check::loom("p7.make.3", 3, Some(3), MAKE, || make(2, true)),
    Check::loom("p7.grow.3", 3, Some(3), &["P7.R1", "P7.R4"], || make(2, false)),
    Check::loom("p7.retire.2", 2, None, &["P7.R4", "P7.R5", "P7.R8"], || retire(1)),
    Check::loom("p7.retire.3", 3, Some(2), &["P7.R4", "P7.R5", "P7.R8"], || retire(2)),
    Check::shuttle("p7.make.9", 9, MAKE, || make(8, true)),
    Check::shuttle("p7.retire.5", 5, &["P7.R4", "P7.R5", "P7.R8"], || retire(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p7.fill-without-lock", "p7.make.2"),
    seeded("p7.fill-after-unlock", "p7.make.2"),
    seeded("p7.executor-kept", "p7.make.2"),
    seeded("p7.copy-is-specialized", "p7.make.2"),
    seeded("p7.array-relaxed", "p7.grow.3"),
    seeded("p7.grow-relaxed", "p7.grow.3"),
    seeded("p7.free-array-at-once", "p7.retire.2"),
    seeded("p7.takes-live-copies", "p7.retire.2"),
    seeded("p7.takes-live-copies", "p7.retire.5"),
    seeded("p7.fill-after-unlock", "p7.make.9"),
    seeded("p7.free-array-at-once", "p7.retire.5"),
];
