//! P9: the backoff counters.

use std::sync::Arc;

use vm_core::backoff::Backoff;
use vm_core::code::{CodeCopies, encode};
use vm_core::index_pool::IndexPool;
use vm_core::isa::toy::{ADD, Toy};
use vm_core::retire::Retired;
use vm_core::sync::{AtomicU32, AtomicU64, Ordering};

use super::{join_all, spawn};
use crate::registry::{Check, Seeded, seeded};

const OPERAND: u64 = 0xABCD_EF01_2345;

/// Successive owners of one index advance one counter; another thread copies the code meanwhile.
///
/// From value 2, backoff 1: executions 3, 7 and 15 trigger (then waits of 3 and 7), if each failed attempt restarts the counter.
fn hand_over(owners: u32, each: u32, copier: bool) {
    let code = Arc::new(CodeCopies::new([encode(ADD, 1, 2, 3), OPERAND << 16, 0].map(AtomicU64::new).into()));
    let pool = Arc::new(IndexPool::new(1));
    // No pause in this model: a replaced array stays until the end.
    let retired = Retired::default();
    Backoff::new(2, 1).store(&code.main()[1]);
    let triggers = Arc::new(AtomicU32::new(0));
    let threads: Vec<_> = (0..owners)
        .map(|_| {
            let (code, pool, triggers) = (Arc::clone(&code), Arc::clone(&pool), Arc::clone(&triggers));
            spawn(move || {
                // There is one index, so a thread without one waits for its owner to end.
                let index = loop {
                    match pool.reserve() {
                        Ok(r) => break r.keep(),
                        Err(_) => vm_core::sync::thread::yield_now(),
                    }
                };
                let counter = &code.get(index).expect("the main copy")[1];
                for _ in 0..each {
                    if Backoff::tick(counter) {
                        // The same execution again, before anybody acted: still the one to act on.
                        assert!(Backoff::tick(counter), "a trigger was lost");
                        triggers.fetch_add(1, Ordering::Relaxed);
                        Backoff::load(counter).restarted().store(counter);
                    }
                }
                pool.release(index);
            })
        })
        .collect();
    if copier {
        let copy = code
            .get_or_make::<Toy>(1, &retired, |n| Some((0..n).map(|_| AtomicU64::new(0)).collect()))
            .expect("memory");
        let word = copy[1].load(Ordering::Relaxed);
        assert_eq!(word >> 16, OPERAND, "a copy lost the operand");
        assert_eq!(Backoff::from_bits(word as u16), Backoff::adaptive_start(), "a copy's counter is fresh");
    }
    join_all(threads);
    assert_eq!(code.main()[1].load(Ordering::Relaxed) >> 16, OPERAND, "counting destroyed the operand");
    let expected = [3, 7, 15, 31, 63].iter().filter(|&&n| n <= owners * each).count();
    assert_eq!(triggers.load(Ordering::Relaxed) as usize, expected, "one trigger per period");
}

const RULES: &[&str] = &["P9.R1", "P9.R2", "P9.R3", "P9.R4"];

pub const CHECKS: &[Check] = &[
    Check::loom("p9.count.2", 2, None, RULES, || hand_over(1, 8, true)),
    Check::loom("p9.hand-over.3", 3, Some(2), RULES, || hand_over(2, 4, true)),
    Check::shuttle("p9.hand-over.9", 9, RULES, || hand_over(8, 4, true)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p9.wraps", "p9.count.2"),
    seeded("p9.no-doubling", "p9.count.2"),
    seeded("p9.drops-operand", "p9.count.2"),
    seeded("p9.copy-drops-operand", "p9.count.2"),
    seeded("p9.drops-operand", "p9.hand-over.9"),
];
