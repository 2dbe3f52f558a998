//! What the checkers themselves can see. Each program is so small that its outcomes are known; a checker that misses one, or
//! invents one, is not to be believed about the protocols either.
//!
//! loom does not produce load buffering, nor store buffering through relaxed read-modify-writes (they read the newest value). It takes SeqCst
//! accesses for AcqRel ones, and lets a plain store race an RMW in ways that C11 forbids (tokio-rs/loom 254). Hence facade rules R1–R3.

use std::sync::Arc;
use std::sync::atomic::AtomicU32 as Plain;
use std::sync::atomic::Ordering::SeqCst as Now;

use vm_core::sync::{AtomicU64, Ordering, asymmetric, fence};

use super::{Private, join_all, spawn};
use crate::registry::{Check, Seeded, seeded};

/// A set of outcomes, one bit each, over all executions of the process. No part of the model.
static SEEN: Plain = Plain::new(0);

fn saw(outcome: u64) {
    SEEN.fetch_or(1 << outcome, Now);
}

fn only(outcomes: &[u32]) {
    let expected = outcomes.iter().fold(0, |set, o| set | 1 << o);
    assert_eq!(SEEN.load(Now), expected, "outcomes seen and expected, one bit each");
}

/// A thread loads a location before it writes it; the main thread's load comes before or after the write. loom alone sees only
/// the first (tokio-rs/loom 166, 392); the facade's shadows make it see both.
fn load_then_write() {
    let x = Arc::new(AtomicU64::new(0));
    let writer = {
        let x = Arc::clone(&x);
        spawn(move || {
            let seen = x.load(Ordering::Relaxed);
            assert!(x.compare_exchange(seen, 1, Ordering::AcqRel, Ordering::Relaxed).is_ok());
        })
    };
    saw(x.load(Ordering::Acquire));
    join_all([writer]);
}

/// Store buffering: each thread stores its flag and loads the other's. Both read 0 only if nothing keeps the load behind the store.
fn store_buffering(between: fn(usize)) {
    let flags = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let other = {
        let flags = Arc::clone(&flags);
        spawn(move || {
            flags[1].store(1, Ordering::Release);
            between(1);
            flags[0].load(Ordering::Acquire)
        })
    };
    flags[0].store(1, Ordering::Release);
    between(0);
    let mine = flags[1].load(Ordering::Acquire);
    let theirs = other.join().expect("a model thread");
    saw(mine * 2 + theirs);
}

/// Message passing: data, then a flag.
fn message(order: Ordering) {
    let shared = Arc::new((AtomicU64::new(0), Private::new()));
    let reader = {
        let shared = Arc::clone(&shared);
        spawn(move || {
            if shared.0.load(Ordering::Acquire) == 1 {
                assert_eq!(shared.1.get(), 7);
            }
        })
    };
    shared.1.set(7);
    shared.0.store(1, order);
    join_all([reader]);
}

pub const CHECKS: &[Check] = &[
    Check::loom("litmus.load-then-write.2", 2, None, &[], load_then_write).after(|| only(&[0, 1])),
    Check::loom("litmus.store-buffering.2", 2, None, &[], || store_buffering(|_| ()))
        .after(|| only(&[0, 1, 2, 3])),
    Check::loom("litmus.fenced.2", 2, None, &[], || store_buffering(|_| fence(Ordering::SeqCst)))
        .after(|| only(&[1, 2, 3])),
    Check::loom("litmus.asymmetric.2", 2, None, &[], || {
        store_buffering(|side| if side == 0 { asymmetric::light() } else { asymmetric::heavy() })
    })
    .after(|| only(&[1, 2, 3])),
    Check::loom("litmus.message.2", 2, None, &[], || message(flag_order())),
    Check::shuttle("litmus.message-random.2", 2, &[], || message(flag_order())),
];

pub const SEEDED: &[Seeded] = &[
    seeded("litmus.no-shadows", "litmus.load-then-write.2"),
    seeded("litmus.flag-relaxed", "litmus.message.2"),
    seeded("litmus.flag-relaxed", "litmus.message-random.2"),
];

/// Release, or the mistake that both checkers must see.
fn flag_order() -> Ordering {
    if vm_core::mutant!("litmus.flag-relaxed") { Ordering::Relaxed } else { Ordering::Release }
}
