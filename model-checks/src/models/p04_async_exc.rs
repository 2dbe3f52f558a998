//! P4: exceptions sent to a thread: delivered, replaced or cancelled, each once.

use std::num::NonZeroU64;
use std::sync::Arc;

use vm_core::blocking::Waited;
use vm_core::breaker::event;
use vm_core::runtime::ThreadCore;

use super::{Private, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

fn word(n: usize) -> NonZeroU64 {
    NonZeroU64::new(n as u64 + 1).expect("not 0")
}

/// What a word names; made by its poster.
fn named(objects: &[Private], word: NonZeroU64) -> usize {
    let n = word.get() as usize - 1;
    assert_eq!(objects[n].get(), 7, "the word came before what it names");
    n
}

/// A poll of the owner.
fn poll(core: &ThreadCore, objects: &[Private], got: &mut Vec<usize>) {
    if core.breaker().events() & event::ASYNC_EXC != 0
        && let Some(word) = core.take_exception()
    {
        got.push(named(objects, word));
    }
}

/// `posters` send one each, `cancellers` take back what is there, the main thread is the target: every word is accounted for once.
fn post(posters: usize, cancellers: usize) {
    let (_rt, interp) = rig();
    let core = born(&interp);
    let objects: Arc<Vec<Private>> = Arc::new((0..posters).map(|_| Private::new()).collect());
    let threads: Vec<_> = (0..posters + cancellers)
        .map(|n| {
            let (interp, objects, id) = (Arc::clone(&interp), Arc::clone(&objects), core.id());
            spawn(move || {
                let taken = if n < posters {
                    objects[n].add(7);
                    interp.post_exception(id, word(n)).expect("the target lives")
                } else {
                    interp.cancel_exception(id).expect("the target lives")
                };
                taken.map(|w| named(&objects, w))
            })
        })
        .collect();
    let mut got = Vec::new();
    poll(&core, &objects, &mut got);
    poll(&core, &objects, &mut got);
    for t in threads {
        got.extend(t.join().expect("a model thread"));
    }
    poll(&core, &objects, &mut got);
    assert_eq!(core.async_slot().peek(), None, "a word is stranded: the slot is full and no bit says so");
    got.sort_unstable();
    assert_eq!(got, (0..posters).collect::<Vec<_>>(), "a word was lost, or left the slot twice");
    interp.unregister_thread(core.attach());
}

/// Posts to a thread that ends while another is born with its index: never delivered to that one, and nothing is put after the end.
fn recycled(posters: usize) {
    let (_rt, interp) = rig();
    let first = born(&interp);
    let mut threads = Vec::new();
    for n in 0..posters {
        let (interp, id) = (Arc::clone(&interp), first.id());
        threads.push(spawn(move || {
            let _ = interp.post_exception(id, word(n));
        }));
    }
    interp.unregister_thread(first.attach());
    let left_behind = first.async_slot().peek();
    let second = born(&interp);
    assert_eq!(second.index(), first.index(), "the index is used again");
    join_all(threads);
    assert_eq!((second.async_slot().peek(), second.breaker().events()), (None, 0), "sent to another thread");
    assert_eq!(first.async_slot().peek(), left_behind, "put into the slot of a thread that had ended");
    interp.unregister_thread(second.attach());
}

/// The target waits, for ever but for the exception.
fn wait(posters: usize) {
    let (rt, interp) = rig();
    let core = born(&interp);
    let object = Arc::new(vec![Private::new()]);
    let threads: Vec<_> = (0..posters)
        .map(|n| {
            let (interp, object, id) = (Arc::clone(&interp), Arc::clone(&object), core.id());
            spawn(move || {
                if n == 0 {
                    object[0].add(7);
                    interp.post_exception(id, word(0)).expect("the target lives");
                } else {
                    let _ = interp.post_exception(id + 1, word(n));
                }
            })
        })
        .collect();
    let t = core.attach();
    assert_eq!(t.wait(rt.blocking(), 8, event::ASYNC_EXC, None, || false), Waited::Interrupted);
    assert_eq!(core.take_exception().map(|w| named(&object, w)), Some(0));
    interp.unregister_thread(t);
    join_all(threads);
}

const POST: &[&str] = &["P4.R1", "P4.R2", "P4.R5"];

pub const CHECKS: &[Check] = &[
    Check::loom("p4.post.2", 2, None, POST, || post(1, 0)),
    Check::loom("p4.post.3", 3, Some(3), POST, || post(2, 0)),
    Check::loom("p4.cancel.3", 3, Some(3), POST, || post(1, 1)),
    Check::loom("p4.recycled.2", 2, None, &["P4.R3"], || recycled(1)),
    Check::loom("p4.wait.2", 2, None, &["P4.R4"], || wait(1)),
    Check::shuttle("p4.post.9", 9, POST, || post(5, 3)),
    Check::shuttle("p4.recycled.5", 5, &["P4.R3"], || recycled(4)),
    Check::shuttle("p4.wait.5", 5, &["P4.R4"], || wait(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p4.bit-before-slot", "p4.post.2"),
    seeded("p4.take-before-clear", "p4.post.3"),
    seeded("p4.take-by-load-store", "p4.cancel.3"),
    seeded("p4.slot-relaxed", "p4.post.3"),
    seeded("p4.by-index", "p4.recycled.2"),
    seeded("p4.put-outside-lock", "p4.recycled.2"),
    seeded("p4.no-wake", "p4.wait.2"),
    seeded("p4.bit-before-slot", "p4.post.9"),
    seeded("p4.take-by-load-store", "p4.post.9"),
    seeded("p4.slot-relaxed", "p4.post.9"),
];
