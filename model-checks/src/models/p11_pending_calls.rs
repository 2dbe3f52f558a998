//! P11: calls queued for a thread: in order, each once, none stranded.

use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::pending_calls::{PostError, Recipient};
use vm_core::runtime::{Interpreter, ThreadCore};

use super::{Private, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// Polls as the owner. A call may fail once it was made, and polls itself.
fn poll(interp: &Interpreter, core: &ThreadCore, fails: Option<u64>, made: &mut Vec<u64>) {
    if core.breaker().events() & event::PENDING_CALLS == 0 {
        return;
    }
    let mut depth = 0;
    let _ = interp.make_calls(core, |word| {
        depth += 1;
        assert_eq!(depth, 1);
        made.push(word);
        // Not the same closure: a call in a call would be seen in `made`, out of order.
        let mut inner = Vec::new();
        if core.breaker().events() & event::PENDING_CALLS != 0 {
            let _ = interp.make_calls(core, |word| {
                inner.push(word);
                Ok::<(), ()>(())
            });
        }
        assert!(inner.is_empty(), "a call was made in the middle of another");
        depth -= 1;
        if Some(word) == fails { Err(()) } else { Ok(()) }
    });
}

/// `posters` queue `each` calls for the main thread of the model; a full queue is reported. One call fails.
fn post(posters: u64, each: u64, to_main: bool) {
    let (_rt, interp) = rig();
    let core = born(&interp);
    interp.set_main_thread(core.id());
    let payloads: Arc<Vec<Private>> = Arc::new((0..posters * each).map(|_| Private::new()).collect());
    let threads: Vec<_> = (0..posters)
        .map(|p| {
            let (interp, payloads, id) = (Arc::clone(&interp), Arc::clone(&payloads), core.id());
            spawn(move || {
                let mut queued = Vec::new();
                for word in p * each..(p + 1) * each {
                    payloads[word as usize].add(7);
                    let to = if to_main { Recipient::Main } else { Recipient::Thread(id) };
                    match interp.post_call(to, word) {
                        Ok(()) => queued.push(word),
                        Err(e) => assert_eq!(e, PostError::Full),
                    }
                }
                queued
            })
        })
        .collect();
    let mut made = Vec::new();
    poll(&interp, &core, Some(0), &mut made);
    poll(&interp, &core, Some(0), &mut made);
    let queued: Vec<Vec<u64>> = threads.into_iter().map(|t| t.join().expect("a model thread")).collect();
    for _ in 0..4 {
        poll(&interp, &core, Some(0), &mut made);
    }
    assert!(core.pending_calls().is_empty() && interp.main_calls().is_empty(), "a call is stranded");
    for &word in &made {
        assert_eq!(payloads[word as usize].get(), 7);
    }
    for (p, queued) in (0..posters).zip(&queued) {
        let mine: Vec<u64> = made.iter().copied().filter(|w| w / each == p).collect();
        assert_eq!(&mine, queued, "a call was lost, doubled, or overtook another");
    }
    interp.unregister_thread(core.attach());
}

/// A call for the main thread, and one for another thread, which must not make the first.
fn main_only(others: usize) {
    let (_rt, interp) = rig();
    let main = born(&interp);
    interp.set_main_thread(main.id());
    let threads: Vec<_> = (0..others)
        .map(|_| {
            let core = born(&interp);
            let id = core.id();
            let poller = Arc::clone(&interp);
            let t = spawn(move || {
                let mut made = Vec::new();
                poll(&poller, &core, None, &mut made);
                poll(&poller, &core, None, &mut made);
                poller.unregister_thread(core.attach());
                assert!(made.iter().all(|&w| w != 100), "another thread made the main thread's call");
            });
            let _ = interp.post_call(Recipient::Thread(id), 1);
            t
        })
        .collect();
    interp.post_call(Recipient::Main, 100).expect("room");
    join_all(threads);
    let mut made = Vec::new();
    poll(&interp, &main, None, &mut made);
    assert_eq!(made, [100]);
    interp.unregister_thread(main.attach());
}

/// Calls for a thread that ends: queued before the end, or refused.
fn ending() {
    let (_rt, interp) = rig();
    let core = born(&interp);
    let poster = {
        let (interp, id) = (Arc::clone(&interp), core.id());
        spawn(move || interp.post_call(Recipient::Thread(id), 1))
    };
    interp.unregister_thread(core.attach());
    let left_behind = core.pending_calls().len();
    let queued = poster.join().expect("the poster");
    assert_eq!(queued, if left_behind == 1 { Ok(()) } else { Err(PostError::NoThread) });
    assert_eq!(core.pending_calls().len(), left_behind);
}

const POST: &[&str] = &["P11.R1", "P11.R2", "P11.R3", "P11.R4", "P11.R5"];

pub const CHECKS: &[Check] = &[
    Check::loom("p11.post.2", 2, None, POST, || post(1, 2, false)),
    Check::loom("p11.post.3", 3, Some(3), POST, || post(2, 1, false)),
    Check::loom("p11.full.2", 2, Some(3), POST, || post(1, 3, true)),
    Check::loom("p11.main.2", 2, None, &["P11.R6"], || main_only(1)),
    Check::loom("p11.ending.2", 2, None, &["P11.R7"], ending),
    Check::shuttle("p11.post.7", 7, POST, || post(6, 3, false)),
    Check::shuttle("p11.main.5", 5, &["P11.R6"], || main_only(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p11.bit-before-word", "p11.post.2"),
    seeded("p11.clear-after-calls", "p11.post.2"),
    seeded("p11.pop-after-call", "p11.post.2"),
    seeded("p11.full-overwrites", "p11.full.2"),
    seeded("p11.rest-is-stranded", "p11.post.2"),
    seeded("p11.calls-in-calls", "p11.post.2"),
    seeded("p11.main-calls-by-anyone", "p11.main.2"),
    seeded("p11.full-overwrites", "p11.post.7"),
    seeded("p11.clear-after-calls", "p11.post.7"),
    seeded("p11.main-calls-by-anyone", "p11.main.5"),
];
