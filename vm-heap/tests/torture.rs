//! Binary trees whose only roots are locals of native frames. Every node carries a stamp; a node that was collected too early, or
//! handed out twice, loses it.

mod support;

use std::ptr::NonNull;
use std::sync::Arc;

use support::{Me, NODE, cell_of, slot, tagged, world};
use vm_core::sync::Ordering;
use vm_heap::{Header, HeapConfig};

const STAMP: u64 = 0xABCD_0000_0000;

/// Not inlined: each level's subtree is a local of a frame of its own, in whatever register the compiler likes.
#[inline(never)]
fn build(me: &Me<'_>, depth: u64, mark: u64) -> NonNull<Header> {
    let children = (depth > 0).then(|| (build(me, depth - 1, mark), build(me, depth - 1, mark)));
    me.heap.poll(me.attached);
    let node = me.node(2, 1).expect("memory");
    if let Some((left, right)) = children {
        me.store(node, 0, tagged(left));
        me.store(node, 1, tagged(right));
    }
    slot(node, 2).store(STAMP + (mark << 16) + depth, Ordering::Relaxed);
    node
}

fn check(node: NonNull<Header>, depth: u64, mark: u64) -> usize {
    // SAFETY: a live node, or the test fails.
    let header = unsafe { node.as_ref() };
    assert_eq!((header.kind, header.aux.load(Ordering::Relaxed)), (NODE, 2), "header at depth {depth}");
    assert_eq!(slot(node, 2).load(Ordering::Relaxed), STAMP + (mark << 16) + depth, "stamp");
    let (left, right) = (slot(node, 0).load(Ordering::Acquire), slot(node, 1).load(Ordering::Acquire));
    if depth == 0 {
        assert_eq!((left, right), (0, 0));
        return 1;
    }
    1 + check(cell_of(left), depth - 1, mark) + check(cell_of(right), depth - 1, mark)
}

fn work(me: &Me<'_>, mark: u64, deepest: u64, rounds: u64) -> usize {
    let long_lived = build(me, deepest, mark);
    let mut nodes = 0;
    for depth in (2..=deepest).step_by(2) {
        for _ in 0..rounds << ((deepest - depth) / 2) {
            let tree = build(me, depth, mark);
            nodes += check(tree, depth, mark);
        }
    }
    nodes + check(long_lived, deepest, mark)
}

fn torture(threads: usize, deepest: u64, rounds: u64, config: HeapConfig, least: u64) {
    let world = Arc::new(world(config));
    let counts = world.run_many(threads, move |me, i| work(me, i as u64 + 1, deepest, rounds));
    assert!(counts.iter().all(|n| *n == counts[0]), "{counts:?}");
    let stats = world.heap.stats();
    assert!(stats.collections >= least, "only {} collections: the test tested nothing", stats.collections);
}

const SMALL: HeapConfig = HeapConfig {
    limit: None,
    stress: 0,
    poison: true,
    verify: false,
    plain: false,
    markers: 1,
    min_budget: 64 << 10,
    young_budget: None,
};

#[test]
fn one_thread() {
    torture(1, 12, 1500, SMALL, 1500);
}

#[test]
fn four_threads() {
    // Threads that ask at the same time share a collection.
    torture(4, 11, 1000, SMALL, 500);
}

#[test]
fn one_thread_without_poison() {
    torture(1, 12, 1500, HeapConfig { poison: false, ..SMALL }, 1500);
}

#[test]
fn stress_on_one_thread() {
    torture(1, 8, 2, HeapConfig { stress: 3, verify: true, ..SMALL }, 300);
}

#[test]
fn stress_on_four_threads() {
    torture(4, 7, 2, HeapConfig { stress: 7, verify: true, ..SMALL }, 100);
}

#[test]
fn four_threads_collected_young() {
    torture(4, 11, 300, HeapConfig { young_budget: Some(32 << 10), ..SMALL }, 1000);
}
