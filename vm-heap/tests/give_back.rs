//! Free memory goes back to the system. Alone in its process, because it looks at the process's memory.

mod support;

use support::{Me, World, slot, tagged, world};
use vm_core::sync::Ordering;
use vm_heap::HeapConfig;

const MEGABYTE: usize = 1 << 20;

/// A list of 80 MB.
#[inline(never)]
fn fill(me: &Me<'_>, world: &World) {
    for _ in 0..20_000 {
        let node = me.node(1, 500).expect("memory");
        let mut roots = world.roots.lock();
        slot(node, 0).store(roots.pop().unwrap_or(0), Ordering::Release);
        slot(node, 500).store(1, Ordering::Relaxed);
        roots.push(tagged(node));
    }
}

fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).expect("a number") * 4096
}

#[test]
fn free_memory_goes_back_to_the_system() {
    let world = world(HeapConfig { min_budget: MEGABYTE, ..HeapConfig::default() });
    world.run(|me| {
        let before = resident();
        for _ in 0..3 {
            fill(me, &world);
            let full = resident();
            assert!(full > before + 70 * MEGABYTE, "{before} bytes before, {full} full");
            world.roots.lock().clear();
            me.collect();
            me.collect();
            let empty = resident();
            assert!(empty < before + 20 * MEGABYTE, "{before} bytes before, {full} full, {empty} after");
        }
    });
}
