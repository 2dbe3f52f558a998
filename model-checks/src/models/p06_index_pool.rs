//! P6: the index pool.

use std::sync::Arc;

use vm_core::index_pool::IndexPool;

use super::{Private, join_all, spawn};
use crate::registry::{Check, Seeded, seeded};

/// Threads take an index, use what it selects, and give it back, `rounds` times; one reservation in between is dropped.
fn turnover(threads: usize, rounds: usize) {
    let pool = Arc::new(IndexPool::new(u32::try_from(threads).expect("few")));
    let selected: Arc<Vec<Private>> = Arc::new((0..threads).map(|_| Private::new()).collect());
    let body = move |pool: &IndexPool, selected: &[Private]| {
        for round in 0..rounds {
            let reservation = pool.reserve().expect("as many indices as threads");
            if round == 1 {
                // A birth that failed.
                continue;
            }
            let index = reservation.keep();
            assert!((index as usize) < selected.len(), "more indices than live threads");
            // Two owners at a time, or an unordered hand-over, is a race here.
            selected[index as usize].add(1);
            pool.release(index);
        }
    };
    let spawned: Vec<_> = (1..threads)
        .map(|_| {
            let (pool, selected) = (Arc::clone(&pool), Arc::clone(&selected));
            spawn(move || body(&pool, &selected))
        })
        .collect();
    body(&pool, &selected);
    join_all(spawned);
    assert_eq!(pool.live(), 0, "an index leaked");
    assert!(pool.high_water() as usize <= threads);
    assert_eq!(pool.reserve().expect("all are free").index(), 0, "the smallest comes first");
    let all: Vec<_> = (0..threads).map(|_| pool.reserve().expect("all are free")).collect();
    assert!(pool.reserve().is_err(), "more than the limit");
    drop(all);
}

const RULES: &[&str] = &["P6.R1", "P6.R2", "P6.R3", "P6.R4", "P6.R5"];

pub const CHECKS: &[Check] = &[
    Check::loom("p6.turnover.2", 2, None, RULES, || turnover(2, 3)),
    Check::loom("p6.turnover.3", 3, Some(3), RULES, || turnover(3, 2)),
    Check::shuttle("p6.turnover.12", 12, RULES, || turnover(12, 4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p6.torn-reserve", "p6.turnover.2"),
    seeded("p6.fresh-first", "p6.turnover.2"),
    seeded("p6.leak-on-failure", "p6.turnover.2"),
    seeded("p6.one-too-many", "p6.turnover.2"),
    seeded("p6.release-before-unlink", "p5.visit.9"),
    seeded("p6.torn-reserve", "p6.turnover.12"),
];
