//! Everything at once: several threads, cells of all sizes and kinds, large objects, weak references, finalizers, resurrection, threads that
//! end. Every cell can be told from its own words whether it is whole.

mod support;

use std::ptr::NonNull;
use std::sync::Arc;

use support::{Me, NODE, OWNER, World, cell_of, slot, tagged, weak_slot, world};
use vm_core::sync::Ordering;
use vm_heap::{Header, HeapConfig, Pending};

const TABLE: usize = 48;

/// A generator of numbers (xorshift*), seeded per thread so that a failure repeats as far as threads let it.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// A node: two references, its length, a seed, and words that follow from the seed.
fn stamped(me: &Me<'_>, words: usize, seed: u64) -> NonNull<Header> {
    let node = me.node(2, words + 2).expect("memory");
    slot(node, 2).store((words as u64) << 2, Ordering::Relaxed);
    slot(node, 3).store(seed << 2, Ordering::Relaxed);
    for i in 0..words {
        slot(node, 4 + i).store(seed.wrapping_mul(i as u64 + 3) << 2, Ordering::Relaxed);
    }
    node
}

fn check(node: NonNull<Header>) {
    // SAFETY: a live node, or the test fails.
    let header = unsafe { node.as_ref() };
    assert_eq!((header.kind, header.aux.load(Ordering::Relaxed)), (NODE, 2));
    let words = (slot(node, 2).load(Ordering::Relaxed) >> 2) as usize;
    let seed = slot(node, 3).load(Ordering::Relaxed) >> 2;
    assert!(words < 20_000, "length {words}");
    for i in 0..words {
        assert_eq!(
            slot(node, 4 + i).load(Ordering::Relaxed),
            seed.wrapping_mul(i as u64 + 3) << 2,
            "word {i}"
        );
    }
    for i in 0..2 {
        let word = slot(node, i).load(Ordering::Acquire);
        if word != 0 {
            // SAFETY: as above.
            assert_eq!(unsafe { cell_of(word).as_ref() }.kind, NODE);
        }
    }
}

fn size(random: &mut Random) -> usize {
    match random.below(40) {
        0 => 1000 + random.below(12_000),
        1..4 => 30 + random.below(900),
        _ => random.below(12),
    }
}

/// One thread's life. Its table is a local; what leaves the table is garbage.
#[inline(never)]
fn live(me: &Me<'_>, world: &World, seed: u64, steps: usize) {
    let mut random = Random(seed * 2 + 1);
    let table = me.node(TABLE, 0).expect("memory");
    let weak = me.node(TABLE, 0).expect("memory");
    for step in 0..steps {
        let at = random.below(TABLE);
        let word = slot(table, at).load(Ordering::Acquire);
        match random.below(16) {
            0..7 => {
                let node = stamped(me, size(&mut random), random.next() >> 10);
                if word != 0 && random.below(3) == 0 {
                    me.store(node, 0, word);
                }
                me.store(table, at, tagged(node));
            }
            7..9 if word != 0 => check(cell_of(word)),
            9 if word != 0 => {
                let other = slot(table, random.below(TABLE)).load(Ordering::Acquire);
                me.store(cell_of(word), 1, other);
            }
            10 if word != 0 => {
                let reference = me.weak(cell_of(word), random.below(2) == 0);
                me.store(weak, at, tagged(reference));
            }
            11 => {
                let reference = slot(weak, at).load(Ordering::Acquire);
                if reference != 0
                    && let Some(word) = weak_slot(cell_of(reference)).get(me.attached)
                {
                    check(cell_of(word));
                    me.store(table, random.below(TABLE), word);
                }
            }
            12 if word != 0 => me.heap.register_finalizer(cell_of(word)),
            13 => {
                let bytes = 1 + random.below(5000);
                let owner = me.owner(bytes).expect("memory");
                if random.below(4) == 0 {
                    // Kept for a while, on the stack only.
                    for _ in 0..20 {
                        stamped(me, 3, 5);
                    }
                    // SAFETY: a live cell.
                    assert_eq!(unsafe { owner.as_ref() }.kind, OWNER);
                }
            }
            14 => slot(table, at).store(0, Ordering::Release),
            _ => match world.heap.take_pending(me.heap) {
                Some(Pending::Finalizer(cell)) => {
                    check(cell);
                    // Resurrected, one in two.
                    if random.below(2) == 0 {
                        me.store(table, at, tagged(cell));
                    }
                }
                Some(Pending::WeakCallback(cell)) => assert_eq!(weak_slot(cell).get(me.attached), None),
                None => {}
            },
        }
        if step % 16 == 0 {
            me.heap.poll(me.attached);
        }
    }
    for i in 0..TABLE {
        let word = slot(table, i).load(Ordering::Acquire);
        if word != 0 {
            check(cell_of(word));
        }
    }
}

fn chaos(threads: usize, generations: usize, steps: usize, config: HeapConfig) {
    let world = Arc::new(world(config));
    for generation in 0..generations {
        let inner = Arc::clone(&world);
        world.run_many(threads, move |me, i| live(me, &inner, (generation * 100 + i + 1) as u64, steps));
    }
    let stats = world.heap.stats();
    assert!(stats.collections > 100, "only {} collections", stats.collections);
    world.run(|me| {
        me.collect();
        me.collect();
    });
    let dropped = Arc::clone(&world.dropped);
    assert!(dropped.load(Ordering::Relaxed) > 100);
}

const CONFIG: HeapConfig = HeapConfig {
    limit: None,
    stress: 0,
    poison: true,
    verify: true,
    plain: false,
    markers: 2,
    min_budget: 96 << 10,
    young_budget: None,
};

/// Mostly young collections.
const YOUNG: HeapConfig = HeapConfig { young_budget: Some(48 << 10), min_budget: 512 << 10, ..CONFIG };

#[test]
fn one_thread() {
    chaos(1, 4, 120_000, CONFIG);
}

#[test]
fn four_threads() {
    chaos(4, 3, 40_000, CONFIG);
}

#[test]
fn four_threads_collected_young() {
    chaos(4, 3, 40_000, YOUNG);
}

#[test]
fn young_under_stress() {
    chaos(2, 2, 6_000, HeapConfig { stress: 11, ..YOUNG });
}

#[test]
fn without_the_safety_net() {
    chaos(3, 3, 100_000, HeapConfig { poison: false, verify: false, ..CONFIG });
}

#[test]
fn under_stress() {
    chaos(2, 2, 6_000, HeapConfig { stress: 11, ..CONFIG });
}
