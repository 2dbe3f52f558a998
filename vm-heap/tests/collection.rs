//! What a collection keeps, frees, clears, queues and drops.

mod support;

use std::ptr::NonNull;
use std::sync::Arc;

use support::{Me, World, cell_of, slot, tagged, weak_slot, world};
use vm_core::breaker::event;
use vm_core::sync::Ordering;
use vm_heap::{Header, HeapConfig, OutOfMemory, Pending};

const CHECKED: HeapConfig = HeapConfig {
    limit: None,
    stress: 0,
    poison: true,
    verify: true,
    plain: false,
    markers: 1,
    min_budget: 64 << 20,
    young_budget: None,
};

/// Allocates in a frame that is gone afterwards, and overwrites what it left on the stack.
#[inline(never)]
fn aside<R>(f: impl FnOnce() -> R) -> R {
    let result = f();
    scrub();
    result
}

#[inline(never)]
fn scrub() {
    std::hint::black_box([0_u64; 2048]);
}

fn list(me: &Me<'_>, length: u64) -> NonNull<Header> {
    let mut head = 0;
    for i in 0..length {
        let node = me.node(1, 1).expect("memory");
        slot(node, 0).store(head, Ordering::Release);
        slot(node, 1).store(i, Ordering::Relaxed);
        head = tagged(node);
    }
    cell_of(head)
}

fn check_list(head: NonNull<Header>, length: u64) {
    let mut word = tagged(head);
    for i in (0..length).rev() {
        let node = cell_of(word);
        assert_eq!(slot(node, 1).load(Ordering::Relaxed), i);
        word = slot(node, 0).load(Ordering::Acquire);
    }
    assert_eq!(word, 0);
}

fn in_heap(world: &World, me: &Me<'_>) -> usize {
    let mut n = 0;
    me.heap.safepoint_park(|| {
        me.attached.stop_the_world(|stopped| world.heap.for_each_object(stopped, |_| n += 1));
    });
    n
}

#[test]
fn precise_roots_keep_and_their_loss_frees() {
    let world = world(CHECKED);
    world.run(|me| {
        aside(|| world.roots.lock().push(tagged(list(me, 5000))));
        assert_eq!(me.collect().live_cells, 5000);
        assert_eq!(in_heap(&world, me), 5000);
        aside(|| check_list(cell_of(world.roots.lock()[0]), 5000));
        world.roots.lock().clear();
        // A stale word may keep the end of the list.
        let left = aside(|| me.collect().live_cells);
        assert!(left < 100, "{left} of 5000 cells left");
    });
}

#[test]
fn cycles_are_garbage_like_anything_else() {
    let world = world(CHECKED);
    world.run(|me| {
        aside(|| {
            for _ in 0..1000 {
                let (a, b) = (me.node(1, 0).expect("memory"), me.node(1, 0).expect("memory"));
                slot(a, 0).store(tagged(b), Ordering::Release);
                slot(b, 0).store(tagged(a), Ordering::Release);
            }
        });
        assert!(me.collect().live_cells <= 4);
    });
}

#[test]
fn collections_start_by_themselves_only_when_told_to() {
    let world = world(HeapConfig { min_budget: 1 << 20, stress: 100, limit: Some(6 << 20), ..CHECKED });
    let collections = || world.heap.stats().collections;
    world.run(|me| {
        world.heap.set_automatic(false);
        aside(|| list(me, 100_000));
        assert_eq!(collections(), 0);
        world.heap.set_automatic(true);
        aside(|| list(me, 1000));
        assert_eq!(collections(), 10);
        world.heap.set_automatic(false);
        // The limit does not ask.
        for _ in 0..20 {
            aside(|| list(me, 50_000));
        }
        assert!((15..=25).contains(&collections()), "{}", collections());
    });
}

#[test]
fn young_collections_find_what_was_stored_into_old_cells() {
    let world = world(HeapConfig { min_budget: 1 << 20, young_budget: Some(256 << 10), ..CHECKED });
    world.run(|me| {
        aside(|| world.roots.lock().push(tagged(me.node(3, 0).expect("memory"))));
        me.collect();
        let young = || world.heap.stats().young_collections;
        for round in 0..20 {
            aside(|| me.store(cell_of(world.roots.lock()[0]), round % 3, tagged(list(me, 50))));
            let before = young();
            while young() == before {
                aside(|| list(me, 50));
            }
            aside(|| {
                check_list(
                    cell_of(slot(cell_of(world.roots.lock()[0]), round % 3).load(Ordering::Acquire)),
                    50,
                )
            });
        }
        // What died old goes with a full collection.
        assert!((151..250).contains(&aside(|| me.collect()).live_cells));
        let stats = world.heap.stats();
        assert!(stats.young_collections >= 20 && stats.collections > stats.young_collections);
    });
}

/// A cell whose trace reports words that only may be references.
#[test]
fn doubtful_words_are_traced_and_verified() {
    let world = world(CHECKED);
    world.run(|me| {
        aside(|| {
            let holder = me.node(0, 2).expect("memory");
            // SAFETY: the cell is fresh.
            unsafe { (*holder.as_ptr()).kind = support::DOUBTFUL };
            slot(holder, 0).store(tagged(list(me, 10)), Ordering::Release);
            world.roots.lock().push(tagged(holder));
        });
        for _ in 0..3 {
            assert_eq!(aside(|| me.collect()).live_cells, 11);
        }
        // What it names dies, is reused, and is verified.
        let disguised = aside(|| !slot(cell_of(world.roots.lock()[0]), 0).swap(0, Ordering::Relaxed));
        aside(|| me.collect());
        aside(|| slot(cell_of(world.roots.lock()[0]), 0).store(!disguised, Ordering::Relaxed));
        assert_eq!(aside(|| me.collect()).live_cells, 1, "a stale word revived a dead cell");
    });
}

#[test]
fn references_can_be_listed() {
    let world = world(CHECKED);
    world.run(|me| {
        let (a, b) = (me.node(3, 0).expect("memory"), me.node(0, 0).expect("memory"));
        slot(a, 0).store(tagged(b), Ordering::Release);
        slot(a, 2).store(tagged(b), Ordering::Release);
        let of = |cell| {
            me.heap.safepoint_park(|| {
                // SAFETY: both are locals of this test.
                me.attached.stop_the_world(|stopped| unsafe { world.heap.references_of(stopped, cell) })
            })
        };
        assert_eq!(of(a), [b, b]);
        assert_eq!(of(b), []);
        assert_eq!(me.collect().live_cells, 2);
        std::hint::black_box((a, b));
    });
}

#[test]
fn memory_comes_zeroed_however_it_was_used_before() {
    for poison in [false, true] {
        let world = world(HeapConfig { poison, min_budget: 1 << 20, ..CHECKED });
        world.run(|me| {
            for round in 0..200 {
                for bytes in [16, 32, 48, 256, 272, 1000, 8192, 8193, 40_000, 100_000] {
                    let words = bytes / 8 - 2;
                    let node = me.node(0, words).expect("memory");
                    for i in 0..words {
                        assert_eq!(slot(node, i).load(Ordering::Relaxed), 0, "round {round}, {bytes} bytes");
                        slot(node, i).store(u64::MAX, Ordering::Relaxed);
                    }
                }
            }
            assert!(world.heap.stats().collections > 5);
        });
    }
}

#[test]
fn the_collection_s_number_wraps() {
    let world = world(HeapConfig { min_budget: 1 << 20, ..CHECKED });
    world.run(|me| {
        aside(|| world.roots.lock().push(tagged(list(me, 300))));
        for round in 0..600 {
            aside(|| list(me, 10));
            let live = me.collect().live_cells;
            assert!((300..320).contains(&live), "round {round}: {live}");
        }
        let root = world.roots.lock()[0];
        check_list(cell_of(root), 300);
    });
}

#[test]
fn large_objects_live_by_interior_words_and_are_reused() {
    let world = world(CHECKED);
    world.run(|me| {
        let words = 50_000;
        let big = me.node(0, words).expect("memory");
        slot(big, words - 1).store(7, Ordering::Relaxed);
        // Only a pointer into the last block remains.
        let inside = std::hint::black_box(slot(big, words - 1));
        let _ = big;
        assert_eq!(me.collect().live_cells, 1);
        assert_eq!(inside.load(Ordering::Relaxed), 7);
        let used = world.heap.stats().used_bytes;
        assert!((400_000..450_000).contains(&used), "{used}");
    });
    world.run(|me| {
        for _ in 0..100 {
            aside(|| me.node(0, 500_000).expect("memory"));
            me.collect();
        }
        assert!(world.heap.stats().used_bytes < 20 << 20, "large objects are not reused");
    });
}

#[test]
fn the_limit_is_an_error_and_leaves_the_heap_usable() {
    let world = world(HeapConfig { limit: Some(4 << 20), ..CHECKED });
    world.run(|me| {
        let fill = |me: &Me<'_>| -> OutOfMemory {
            loop {
                match me.node(1, 10) {
                    Ok(node) => {
                        let mut roots = world.roots.lock();
                        slot(node, 0).store(roots.pop().unwrap_or(0), Ordering::Release);
                        roots.push(tagged(node));
                    }
                    Err(error) => return error,
                }
            }
        };
        for _ in 0..5 {
            assert_eq!(fill(me), OutOfMemory);
            assert!(world.heap.stats().used_bytes > 3 << 20, "given up early");
            assert!(world.heap.stats().used_bytes <= 4 << 20, "the limit was broken");
            assert_eq!(me.node(0, 1 << 20), Err(OutOfMemory));
            world.roots.lock().clear();
            scrub();
            aside(|| assert!(me.node(0, 1000).is_ok()));
        }
        // Bigger than the address range.
        assert_eq!(me.node(0, 1 << 50), Err(OutOfMemory));
        assert_eq!(me.heap.alloc(usize::MAX - 8).err(), Some(OutOfMemory));
    });
}

#[test]
fn rust_memory_counts_and_comes_back() {
    let world = world(HeapConfig { limit: Some(8 << 20), ..CHECKED });
    world.run(|me| {
        assert_eq!(me.heap.charge(9 << 20), Err(OutOfMemory));
        // Far more than the limit in total, never much at a time.
        for _ in 0..100 {
            aside(|| me.owner(1 << 20).map(|_| ()).expect("dead ones are dropped first"));
        }
        assert!(world.dropped.load(Ordering::Relaxed) >= 90);
        aside(|| me.collect());
        assert!(world.heap.stats().external_bytes <= 2 << 20);
    });
}

#[test]
fn what_owns_rust_memory_is_dropped_exactly_once() {
    dropped_once(true);
    // Without poison a dead cell keeps its header until the destructor ran.
    dropped_once(false);
}

fn dropped_once(poison: bool) {
    let world = Arc::new(world(HeapConfig { min_budget: 128 << 10, poison, ..CHECKED }));
    const EACH: usize = 20_000;
    let inner = Arc::clone(&world);
    world.run_many(3, move |me, _| {
        for i in 0..EACH {
            let cell = me.owner(10).expect("memory");
            if i % 100 == 0 {
                inner.roots.lock().push(tagged(cell));
            }
        }
    });
    let kept = 3 * EACH / 100;
    world.run(|me| {
        me.collect();
        me.collect();
        let dropped = world.dropped.load(Ordering::Relaxed);
        // A double drop aborts in the allocator, or counts too much here.
        assert!(dropped <= 3 * EACH - kept && dropped + kept + 20 >= 3 * EACH, "{dropped}");
        world.roots.lock().clear();
        aside(|| me.collect());
        aside(|| me.collect());
        let dropped = world.dropped.load(Ordering::Relaxed);
        assert!(dropped <= 3 * EACH && dropped + 20 >= 3 * EACH, "{dropped}");
    });
}

/// What a block held in an earlier life is nobody's to drop.
#[test]
fn destructors_run_only_for_what_was_allocated() {
    for poison in [true, false] {
        let world = world(HeapConfig { poison, ..CHECKED });
        let dropped = Arc::clone(&world.dropped);
        world.run(|me| {
            aside(|| {
                for _ in 0..5000 {
                    let node = me.node(0, 6).expect("memory");
                    (0..6).for_each(|i| slot(node, i).store(u64::MAX, Ordering::Relaxed));
                }
            });
            aside(|| me.collect());
            aside(|| me.owner(10).map(|_| ()).expect("memory"));
            aside(|| me.collect());
        });
        drop(world);
        assert_eq!(dropped.load(Ordering::Relaxed), 1);
    }
}

#[test]
fn the_end_of_the_heap_drops_the_rest() {
    let world = world(CHECKED);
    let dropped = Arc::clone(&world.dropped);
    world.run(|me| {
        for i in 0..3000 {
            let owner = me.owner(10).expect("memory");
            if i % 3 == 0 {
                world.roots.lock().push(tagged(owner));
            }
        }
        aside(|| me.collect());
        for _ in 0..500 {
            me.owner(10).expect("memory");
        }
    });
    assert!(dropped.load(Ordering::Relaxed) <= 2000);
    drop(world);
    assert_eq!(dropped.load(Ordering::Relaxed), 3500);
}

#[test]
fn what_is_discharged_early_is_not_owed() {
    let world = world(HeapConfig { limit: Some(8 << 20), ..CHECKED });
    world.run(|me| {
        for _ in 0..1000 {
            me.heap.charge(1 << 20).expect("given back each time");
            me.heap.discharge(1 << 20);
            me.heap.charge(100).expect("given back each time");
            me.heap.discharge(100);
            // Told at once, before the charge is.
            me.heap.charge(1000).expect("given back each time");
            world.heap.discharge(1000);
        }
        me.collect();
        assert_eq!(world.heap.stats().external_bytes, 0);
    });
}

#[test]
fn the_finalizers_of_an_ended_thread_pass_to_another() {
    let world = Arc::new(world(CHECKED));
    let inner = Arc::clone(&world);
    world.run(|me| {
        me.heap.detached(me.attached, || {
            inner.run_many(1, |me, _| {
                aside(|| me.heap.register_finalizer(me.node(0, 0).expect("memory")));
                assert_eq!(aside(|| me.collect()).queued, 1);
            });
        });
        assert_ne!(me.heap.core().breaker().events() & event::FINALIZERS, 0);
        assert!(matches!(world.heap.take_pending(me.heap), Some(Pending::Finalizer(_))));
    });
}

#[test]
fn weak_references_die_with_their_referents() {
    let world = world(CHECKED);
    world.run(|me| {
        let (kept, lost) = aside(|| {
            let strong = me.node(0, 1).expect("memory");
            let weak = me.weak(strong, true);
            let doomed = me.weak(me.node(0, 2).expect("memory"), true);
            world.roots.lock().extend([tagged(strong), tagged(weak), tagged(doomed)]);
            (weak, doomed)
        });
        assert_eq!(weak_slot(kept).get(me.attached), Some(world.roots.lock()[0]));
        aside(|| me.collect());
        assert_eq!(weak_slot(kept).get(me.attached), Some(world.roots.lock()[0]));
        assert_eq!(weak_slot(lost).get(me.attached), None);
        assert_ne!(me.heap.core().breaker().events() & event::FINALIZERS, 0);
        assert_eq!(world.heap.take_pending(me.heap), Some(Pending::WeakCallback(lost)));
        assert_eq!(world.heap.take_pending(me.heap), None);
        aside(|| me.collect());
        assert_eq!(world.heap.take_pending(me.heap), None, "called back twice");
    });
}

#[test]
fn finalizers_run_once_and_may_resurrect() {
    let world = world(CHECKED);
    world.run(|me| {
        aside(|| {
            // `object` is finalizable; only it leads to `child`, and to a weak reference to `child`.
            let child = me.node(0, 1).expect("memory");
            slot(child, 0).store(99, Ordering::Relaxed);
            let weak = me.weak(child, true);
            let object = me.node(2, 0).expect("memory");
            slot(object, 0).store(tagged(child), Ordering::Release);
            slot(object, 1).store(tagged(weak), Ordering::Release);
            me.heap.register_finalizer(object);
            me.heap.register_finalizer(object);
            world.roots.lock().push(tagged(object));
        });
        aside(|| me.collect());
        assert_eq!(world.heap.take_pending(me.heap), None, "still reachable");
        world.roots.lock().clear();
        assert_eq!(aside(|| me.collect()).queued, 1);
        // Not taken yet: the queue keeps it through further collections.
        aside(|| me.collect());
        let Some(Pending::Finalizer(object)) = world.heap.take_pending(me.heap) else {
            panic!("no finalizer")
        };
        let child = cell_of(slot(object, 0).load(Ordering::Acquire));
        assert_eq!(slot(child, 0).load(Ordering::Relaxed), 99, "what it refers to is whole");
        // Weak references go before finalizers run, so the dead one does not reappear.
        assert_eq!(weak_slot(cell_of(slot(object, 1).load(Ordering::Acquire))).get(me.attached), None);
        // Resurrected, then dead again: no second run.
        world.roots.lock().push(tagged(object));
        aside(|| me.collect());
        world.roots.lock().clear();
        aside(|| me.collect());
        assert_eq!(world.heap.take_pending(me.heap), None);
    });
}

#[test]
fn blocks_of_ended_threads_are_adopted() {
    let world = Arc::new(world(HeapConfig { min_budget: 1 << 30, ..CHECKED }));
    for _ in 0..500 {
        let inner = Arc::clone(&world);
        world.run_many(1, move |me, _| {
            aside(|| inner.roots.lock().push(tagged(list(me, 10))));
        });
    }
    // 500 × 10 × 32 bytes are 5 blocks; a block per thread would be 500.
    let used = world.heap.stats().used_bytes;
    assert!(used <= 8 * vm_heap::BLOCK_BYTES, "{used}");
    assert_eq!(world.heap.stats().collections, 0);
    for root in world.roots.lock().iter() {
        check_list(cell_of(*root), 10);
    }
    world.run(|me| assert_eq!(me.collect().live_cells, 5000));
}

#[test]
fn threads_are_born_and_die_while_others_collect() {
    let world = Arc::new(world(HeapConfig { min_budget: 64 << 10, ..CHECKED }));
    let inner = Arc::clone(&world);
    world.run_many(3, move |_, _| ());
    let inner2 = Arc::clone(&inner);
    world.run_many(2, move |me, who| {
        if who == 0 {
            for _ in 0..300 {
                let head = list(me, 100);
                me.collect();
                check_list(head, 100);
            }
        } else {
            for _ in 0..100 {
                me.heap.detached(me.attached, || {
                    inner2.run_many(2, |me, _| check_list(list(me, 200), 200));
                });
            }
        }
    });
    assert!(world.heap.stats().collections >= 300);
}

#[test]
fn several_markers_mark_what_one_does() {
    let build = |markers| {
        let world = world(HeapConfig { markers, poison: false, ..CHECKED });
        world.run(|me| {
            for _ in 0..400 {
                aside(|| world.roots.lock().push(tagged(list(me, 4000))));
            }
            // Wide ones too, so that a marker has more than it keeps for itself.
            for _ in 0..20 {
                let wide = me.node(5000, 0).expect("memory");
                world.roots.lock().push(tagged(wide));
                for i in 0..5000 {
                    slot(wide, i).store(tagged(list(me, 3)), Ordering::Release);
                }
            }
            // The first collection does not know how much is live; the second marks together.
            aside(|| me.collect());
            let cells = me.collect().live_cells;
            for root in &world.roots.lock()[..400] {
                check_list(cell_of(*root), 4000);
            }
            cells
        })
    };
    assert_eq!(build(1), 1_900_020);
    assert_eq!(build(3), 1_900_020);
}

#[test]
fn interior_words_keep_small_cells() {
    let world = world(CHECKED);
    world.run(|me| {
        for words in [1, 2, 5, 12, 14, 30, 60, 200, 900] {
            let inside = aside(|| {
                let node = me.node(0, words).expect("memory");
                slot(node, words - 1).store(7, Ordering::Relaxed);
                std::hint::black_box(slot(node, words - 1))
            });
            aside(|| me.collect());
            assert_eq!(std::hint::black_box(inside).load(Ordering::Relaxed), 7, "{words} words");
        }
    });
}

/// A thread that is parked, runs something that parks too, and is still parked afterwards.
#[test]
fn a_nested_safepoint_keeps_the_outer_one() {
    let world = Arc::new(world(CHECKED));
    let inner = Arc::clone(&world);
    world.run(move |me| {
        let head = list(me, 1000);
        me.heap.safepoint_park(|| {
            me.heap.detached(me.attached, || ());
            // Still parked, so what the outer frame holds is found; another thread stops the world.
            me.attached.detached(|| {
                inner.run_many(1, |me, _| {
                    me.collect();
                });
            });
        });
        check_list(head, 1000);
    });
}

/// A cell that died stays where it was, header and all, until its memory is used again. A stray word must not bring it back: what it
/// refers to is gone.
#[test]
fn stale_words_do_not_revive_dead_cells() {
    let world = world(HeapConfig { poison: false, ..CHECKED });
    world.run(|me| {
        // Every other node survives, so that the blocks are swept lazily.
        let dead: Vec<usize> = aside(|| {
            let mut dead = Vec::new();
            for i in 0..4000 {
                let child = me.node(0, 2).expect("memory");
                let node = me.node(1, 1).expect("memory");
                slot(node, 0).store(tagged(child), Ordering::Release);
                if i % 2 == 0 {
                    world.roots.lock().push(tagged(node));
                } else {
                    // Disguised: this is no stray word yet.
                    dead.push(!(tagged(node) as usize));
                }
            }
            dead
        });
        let live = aside(|| me.collect()).live_cells;
        assert!((4000..4010).contains(&live));
        // Begin to sweep the first of the blocks.
        let fresh = aside(|| tagged(me.node(1, 1).expect("memory")) as usize);
        // Now the words are on the stack.
        let mut stray = [0_usize; 2000];
        for (to, from) in stray.iter_mut().zip(&dead) {
            *to = !*from;
        }
        let revived = me.collect().live_cells;
        std::hint::black_box(&stray);
        let reused = stray.contains(&fresh);
        assert!(revived <= live + 40, "{} dead cells came back (reused one: {reused})", revived - live);
    });
}
