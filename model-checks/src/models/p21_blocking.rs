//! P21: waits that end by a predicate, a deadline or an event.

use std::sync::Arc;

use vm_core::blocking::{Instant, Waited};
use vm_core::breaker::event;
use vm_core::sync::{AtomicBool, Ordering};

use super::{Private, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// Waiters on one key, a waker who makes the predicate true for one after the other.
fn wake(waiters: usize) {
    let (rt, interp) = rig();
    let free = Arc::new((AtomicBool::new(false), Private::new()));
    let key = Arc::as_ptr(&free).addr();
    let threads: Vec<_> = (0..waiters)
        .map(|_| {
            let core = born(&interp);
            let (rt, interp, free) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&free));
            spawn(move || {
                let t = core.attach();
                // A lock of the language: taken inside the predicate, so exactly one waiter has it.
                let take =
                    || free.0.compare_exchange(true, false, Ordering::Acquire, Ordering::Relaxed).is_ok();
                assert_eq!(t.wait(rt.blocking(), key, event::SIGNAL, None, take), Waited::Ready);
                free.1.add(1);
                free.0.store(true, Ordering::Release);
                rt.blocking().unpark_one(key);
                interp.unregister_thread(t);
            })
        })
        .collect();
    free.0.store(true, Ordering::Release);
    rt.blocking().unpark_one(key);
    join_all(threads);
    assert_eq!(free.1.get() as usize, waiters);
}

/// Waiters on two keys, which share a bucket. One after the other is made free, and everybody on it is woken once.
fn two_keys(waiters: usize, all: bool) {
    let (rt, interp) = rig();
    let open: Arc<[AtomicBool; 2]> = Arc::new([false, false].map(AtomicBool::new));
    let key = |open: &Arc<[AtomicBool; 2]>, which: usize| std::ptr::from_ref(&open[which]).addr();
    let threads: Vec<_> = (0..waiters)
        .map(|i| {
            let core = born(&interp);
            let (rt, interp, open) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&open));
            spawn(move || {
                let t = core.attach();
                let which = i % 2;
                let ready = || open[which].load(Ordering::Acquire);
                assert_eq!(t.wait(rt.blocking(), key(&open, which), 0, None, ready), Waited::Ready);
                interp.unregister_thread(t);
            })
        })
        .collect();
    for which in [0, 1] {
        open[which].store(true, Ordering::Release);
        let key = key(&open, which);
        if all { rt.blocking().unpark_all(key) } else { rt.blocking().unpark_one(key) }
    }
    join_all(threads);
}

/// A wait whose predicate never holds ends by an interrupt; the payload of the event is there.
fn interrupt(interrupters: usize) {
    let (rt, interp) = rig();
    let core = born(&interp);
    let payload = Private::new();
    let mut threads = Vec::new();
    for i in 0..interrupters {
        let (rt, core, payload) = (Arc::clone(&rt), Arc::clone(&core), payload.clone());
        threads.push(spawn(move || {
            if i == 0 {
                payload.add(7);
                core.interrupt(rt.blocking(), event::ASYNC_EXC);
            } else {
                // Not in the waiter's mask: it goes on waiting.
                core.interrupt(rt.blocking(), event::GC);
            }
        }));
    }
    let t = core.attach();
    assert_eq!(t.wait(rt.blocking(), 8, event::ASYNC_EXC, None, || false), Waited::Interrupted);
    assert_eq!(core.breaker().clear(event::ASYNC_EXC), event::ASYNC_EXC);
    assert_eq!(payload.get(), 7);
    interp.unregister_thread(t);
    join_all(threads);
}

/// Two threads wait on one key; the event that is posted to one of them wakes it, whichever waits first.
fn interrupt_sharing() {
    let (rt, interp) = rig();
    let cores = [born(&interp), born(&interp)];
    let open = Arc::new(AtomicBool::new(false));
    let key = Arc::as_ptr(&open).addr();
    let threads: Vec<_> = cores
        .iter()
        .enumerate()
        .map(|(i, core)| {
            let (rt, interp, core, open) =
                (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(core), Arc::clone(&open));
            spawn(move || {
                let t = core.attach();
                let ready = || open.load(Ordering::Acquire);
                let waited = t.wait(rt.blocking(), key, event::ASYNC_EXC, None, ready);
                if i == 1 {
                    // Interrupted alone: the other one is let go by it.
                    assert_eq!(waited, Waited::Interrupted);
                    open.store(true, Ordering::Release);
                    rt.blocking().unpark_all(key);
                }
                interp.unregister_thread(t);
            })
        })
        .collect();
    cores[1].interrupt(rt.blocking(), event::ASYNC_EXC);
    join_all(threads);
}

/// A deadline that may expire at any moment, against a waker.
fn deadline() {
    let (rt, interp) = rig();
    let core = born(&interp);
    let flag = Arc::new(AtomicBool::new(false));
    let key = Arc::as_ptr(&flag).addr();
    let waker = {
        let (rt, flag) = (Arc::clone(&rt), Arc::clone(&flag));
        spawn(move || {
            flag.store(true, Ordering::Release);
            rt.blocking().unpark_all(key);
        })
    };
    let t = core.attach();
    let ready = || flag.load(Ordering::Acquire);
    // The clock never gets there; the checker decides whether it did.
    match t.wait(rt.blocking(), key, 0, Some(Instant(u64::MAX)), ready) {
        Waited::Ready => assert!(ready()),
        Waited::TimedOut => {}
        Waited::Interrupted => panic!("nobody interrupts"),
    }
    interp.unregister_thread(t);
    join_all([waker]);
}

pub const CHECKS: &[Check] = &[
    Check::loom("p21.wake.2", 2, None, &["P21.R1"], || wake(1)),
    Check::loom("p21.wake.3", 3, Some(3), &["P21.R1"], || wake(2)),
    Check::loom("p21.two-keys.3", 3, Some(2), &["P21.R1"], || two_keys(2, false)),
    Check::shuttle("p21.all.7", 7, &["P21.R1"], || two_keys(6, true)),
    Check::loom("p21.interrupt.2", 2, None, &["P21.R2"], || interrupt(1)),
    Check::loom("p21.interrupt.3", 3, Some(3), &["P21.R2"], || interrupt(2)),
    Check::loom("p21.interrupt-sharing.3", 3, Some(2), &["P21.R2"], interrupt_sharing),
    Check::loom("p21.deadline.2", 2, None, &["P21.R3"], deadline).choosing(3),
    Check::shuttle("p21.wake.7", 7, &["P21.R1"], || wake(6)).spurious(1),
    Check::shuttle("p21.interrupt.5", 5, &["P21.R2"], || interrupt(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p21.park-without-fence", "p21.interrupt.2"),
    seeded("p21.interrupt-without-fence", "p21.interrupt.2"),
    seeded("p21.interrupt-without-wake", "p21.interrupt.2"),
    seeded("p21.predicate-outside-lock", "p21.wake.2"),
    seeded("p21.one-of-two-keys", "p21.two-keys.3"),
    seeded("p21.all-wakes-one", "p21.all.7"),
    seeded("p21.interrupt-wakes-one", "p21.interrupt-sharing.3"),
    seeded("p21.predicate-outside-lock", "p21.wake.7"),
    seeded("p21.interrupt-without-wake", "p21.interrupt.5"),
];
