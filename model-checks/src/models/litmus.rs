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
    if !vm_core::sync::CHECKING {
        // Plain threads show what the machine happens to do.
        return;
    }
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

/// Load buffering: each thread loads the other's word, then stores its own. C11 lets both read 1.
fn load_buffering() {
    let words = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let other = {
        let words = Arc::clone(&words);
        spawn(move || {
            let seen = words[0].load(Ordering::Relaxed);
            words[1].store(1, Ordering::Relaxed);
            seen
        })
    };
    let mine = words[1].load(Ordering::Relaxed);
    words[0].store(1, Ordering::Relaxed);
    saw(mine * 2 + other.join().expect("a model thread"));
}

/// Store buffering in which both accesses are relaxed RMWs. C11 lets both read 0.
fn rmw_buffering() {
    let flags = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let other = {
        let flags = Arc::clone(&flags);
        spawn(move || {
            flags[1].fetch_or(1, Ordering::Relaxed);
            flags[0].fetch_or(0, Ordering::Relaxed)
        })
    };
    flags[0].fetch_or(1, Ordering::Relaxed);
    let mine = flags[1].fetch_or(0, Ordering::Relaxed);
    saw(mine * 2 + other.join().expect("a model thread"));
}

/// Store buffering with SeqCst accesses. C11 forbids that both read 0.
fn seqcst_accesses() {
    let flags = Arc::new([AtomicU64::new(0), AtomicU64::new(0)]);
    let other = {
        let flags = Arc::clone(&flags);
        spawn(move || {
            flags[1].store(1, Ordering::SeqCst);
            flags[0].load(Ordering::SeqCst)
        })
    };
    flags[0].store(1, Ordering::SeqCst);
    let mine = flags[1].load(Ordering::SeqCst);
    saw(mine * 2 + other.join().expect("a model thread"));
}

/// A plain store races an exchange 0 → 1. C11 forbids that the exchange succeeds and 1 is left: the exchange comes right after the 0 that it read, so
/// the store would have to come before it.
fn store_against_rmw() {
    let word = Arc::new(AtomicU64::new(0));
    let exchanger = {
        let word = Arc::clone(&word);
        spawn(move || word.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Acquire).is_ok())
    };
    word.store(2, Ordering::Release);
    let exchanged = exchanger.join().expect("a model thread");
    saw(u64::from(exchanged) * 2 + u64::from(word.load(Ordering::Acquire) == 1));
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
    Check::loom("litmus.load-buffering.2", 2, None, &[], load_buffering)
        .after(|| only(&[0, 1, 2]))
        .noting("blind: C11 allows both threads to read 1, loom never shows it"),
    Check::loom("litmus.rmw-buffering.2", 2, None, &[], rmw_buffering)
        .after(|| only(&[1, 2, 3]))
        .noting("blind: C11 allows both to read 0, loom's RMWs read the newest value (rules R2, R3)"),
    Check::loom("litmus.seqcst-accesses.2", 2, None, &[], seqcst_accesses)
        .after(|| only(&[0, 1, 2, 3]))
        .noting("false alarm: C11 forbids 0,0, loom takes SeqCst accesses for AcqRel (rule R2)"),
    Check::loom("litmus.store-against-rmw.2", 2, None, &[], store_against_rmw)
        .after(|| only(STORE_AGAINST_RMW))
        .noting("false alarm: C11 forbids an exchange that a store under it does not stop (rule R1, loom 254)"),
    Check::shuttle("litmus.store-buffering-random.2", 2, &[], || store_buffering(|_| ()))
        .after(|| only(&[1, 2, 3]))
        .noting("blind: shuttle's values are sequentially consistent"),
    Check::loom("litmus.load-then-write.2", 2, None, &[], load_then_write)
        .after(|| only(&[0, 1]))
        .noting("seen, thanks to the facade's shadows: loom alone misses a load before another thread's load and write"),
    Check::loom("litmus.store-buffering.2", 2, None, &[], || store_buffering(|_| ()))
        .after(|| only(&[0, 1, 2, 3]))
        .noting("seen: both read 0"),
    Check::loom("litmus.fenced.2", 2, None, &[], || store_buffering(|_| fence(Ordering::SeqCst)))
        .after(|| only(&[1, 2, 3]))
        .noting("exact: SeqCst fences forbid 0,0"),
    Check::loom("litmus.asymmetric.2", 2, None, &[], || {
        store_buffering(|side| if side == 0 { asymmetric::light() } else { asymmetric::heavy() })
    })
    .after(|| only(&[1, 2, 3]))
    .noting("exact: the asymmetric pair is a pair of fences to the checkers"),
    Check::loom("litmus.message.2", 2, None, &[], || message(flag_order()))
        .noting("seen: data behind a flag that is not a release"),
    Check::shuttle("litmus.message-random.2", 2, &[], || message(flag_order()))
        .noting("seen, by the happens-before detector: data behind a flag that is not a release"),
];

/// Bit 3, an exchange that succeeded and was not overwritten, is the one that C11 forbids.
const STORE_AGAINST_RMW: &[u32] = &[0, 2, 3];

pub const SEEDED: &[Seeded] = &[
    seeded("litmus.no-shadows", "litmus.load-then-write.2"),
    seeded("litmus.flag-relaxed", "litmus.message.2"),
    seeded("litmus.flag-relaxed", "litmus.message-random.2"),
];

/// Release, or the mistake that both checkers must see.
fn flag_order() -> Ordering {
    if vm_core::mutant!("litmus.flag-relaxed") { Ordering::Relaxed } else { Ordering::Release }
}
