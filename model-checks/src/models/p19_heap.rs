//! P19: blocks of the heap between threads and the collector, and weak references against a collection.

use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::sync::Mutex;
use vm_core::world::Attached;
use vm_heap::blocks::{Block, BlockState, Phase};
use vm_heap::weak::{WeakSlot, clear_dead};

use super::{Private, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// Cells per block; one granule each.
const CELLS: usize = 4;
/// Cells opened at a time, so that a block is often left half swept.
const RUN: usize = 2;

/// A cell as the protocol sees it. Every field is race-checked: only the block's owner and the pause may touch them.
struct Cell {
    /// 0: no cell here. A dead cell keeps its kind until it is swept.
    kind: Private,
    /// Marked by the last collection.
    marked: Private,
    /// Allocated since the last collection.
    allocated: Private,
    /// Destructors run since the last collection.
    dropped: Private,
}

struct Space {
    pool: Mutex<()>,
    states: Vec<BlockState>,
    cells: Vec<[Cell; CELLS]>,
    /// What its last owner said where a block is to be adopted.
    cursors: Vec<Private>,
    /// Counts pauses: an owner that passed one owns nothing any more.
    cycle: Private,
}

impl Space {
    /// Blocks that have just passed a collection: in each, cell 0 is live and the others are dead with their kinds still there.
    fn new(blocks: usize) -> Self {
        let cell = |marked| {
            let cell = Cell {
                kind: Private::new(),
                marked: Private::new(),
                allocated: Private::new(),
                dropped: Private::new(),
            };
            cell.kind.set(1);
            cell.marked.set(marked);
            cell
        };
        let states: Vec<BlockState> = (0..blocks).map(|_| BlockState::default()).collect();
        for state in &states {
            state.take(1, true, false);
            state.finish();
            state.end_cycle();
        }
        let cells = (0..blocks).map(|_| std::array::from_fn(|i| cell(u32::from(i == 0)))).collect();
        let cursors = (0..blocks).map(|_| Private::new()).collect();
        Self { pool: Mutex::new(()), states, cells, cursors, cycle: Private::new() }
    }

    /// The owner sweeps one cell, dropping what is dead in it. False when something lives there.
    fn sweep(&self, b: usize, at: usize) -> bool {
        let cell = &self.cells[b][at];
        if cell.marked.get() != 0 {
            return false;
        }
        if cell.kind.get() != 0 {
            cell.dropped.add(1);
            cell.kind.set(0);
        }
        true
    }

    /// An owner: claims a block, opens a run of free cells, allocates fewer than it opened, reaches a safepoint, and hands the block over.
    fn allocate(&self, b: usize, t: &Attached<'_>, cells: usize) {
        let Some(block) = self.states[b].claim() else { return };
        let cycle = self.cycle.get();
        if block.position != 0 {
            assert_eq!(block.position, self.cursors[b].get(), "adopted elsewhere than it was left");
        }
        let mut at = block.position as usize;
        while at < CELLS && !self.sweep(b, at) {
            at += 1;
        }
        // A run, cleared before the position passes it (R3).
        let mut end = at;
        while end < CELLS.min(at + RUN) && self.sweep(b, end) {
            end += 1;
        }
        self.states[b].advance(granule(end));
        for _ in 0..cells.min(end - at) {
            let cell = &self.cells[b][at];
            assert_eq!(cell.kind.get(), 0, "a cell that is there was handed out");
            cell.kind.set(1);
            cell.allocated.add(1);
            assert_eq!(cell.allocated.get(), 1, "a cell was handed out twice");
            at += 1;
        }
        if t.thread().breaker().events() & event::STOP != 0 {
            t.poll();
            if self.cycle.get() != cycle {
                return;
            }
        }
        if at == CELLS {
            self.states[b].finish();
        } else {
            self.cursors[b].set(granule(at));
            self.states[b].hand_over(granule(at));
        }
    }

    /// A sweeper: runs the destructors of a block's dead cells and gives it back.
    fn run_destructors(&self, b: usize) {
        let Some(block) = self.states[b].claim() else { return };
        if block.position != 0 {
            // Adopted: cells below the position live without a mark (R7).
            self.states[b].hand_over(block.position);
            return;
        }
        let mut live = 0;
        for at in 0..CELLS {
            live += usize::from(!self.sweep(b, at));
        }
        if live > 0 {
            self.states[b].put_back();
        } else {
            let guard = self.pool.lock();
            self.states[b].recycle();
            drop(guard);
        }
    }

    /// In the pause: what stray words would revive is exactly what is whole; then the cycle ends.
    fn collect(&self) {
        for (state, cells) in self.states.iter().zip(&self.cells) {
            let block: Block = state.get();
            for (at, cell) in cells.iter().enumerate() {
                let marked = cell.marked.get() != 0;
                let allocated = cell.allocated.get();
                let revived = block.revives(granule(at), marked, cell.kind.get() != 0);
                assert!(!revived || marked || allocated == 1, "a stray word revives a dead cell");
                assert!(revived || allocated == 0, "a live cell is not found from the stack");
                assert!(cell.dropped.get() <= 1, "a cell was dropped twice");
                // What this collection finds live: all but the last cell.
                let live = at + 1 < CELLS && (marked || allocated == 1);
                cell.marked.set(u32::from(live));
                cell.allocated.set(0);
                cell.dropped.set(0);
            }
            if block.phase != Phase::Free {
                state.end_cycle();
            }
        }
        self.cycle.add(1);
    }
}

fn granule(at: usize) -> u32 {
    u32::try_from(at).expect("few cells")
}

/// Allocating threads and sweepers over a few blocks, and a collection.
fn blocks(blocks: usize, allocators: usize, sweepers: usize, rounds: usize) {
    let (_rt, interp) = rig();
    let space = Arc::new(Space::new(blocks));
    let threads: Vec<_> = (0..allocators + sweepers)
        .map(|n| {
            let core = born(&interp);
            let (interp, space) = (Arc::clone(&interp), Arc::clone(&space));
            spawn(move || {
                let t = core.attach();
                for round in 0..rounds {
                    let b = (n + round) % space.states.len();
                    if n < allocators { space.allocate(b, &t, 1) } else { space.run_destructors(b) }
                }
                interp.unregister_thread(t);
            })
        })
        .collect();
    interp.stop_from_outside(|_| space.collect());
    join_all(threads);
    interp.stop_from_outside(|_| space.collect());
}

/// Two owners, one after the other, without a pause to order them: only the block's word does.
fn hand_over(adopters: usize) {
    let (_rt, interp) = rig();
    let space = Arc::new(Space::new(1));
    let threads: Vec<_> = (0..=adopters)
        .map(|_| {
            let core = born(&interp);
            let (interp, space) = (Arc::clone(&interp), Arc::clone(&space));
            spawn(move || {
                let t = core.attach();
                space.allocate(0, &t, 1);
                interp.unregister_thread(t);
            })
        })
        .collect();
    join_all(threads);
    interp.stop_from_outside(|_| space.collect());
}

/// Weak references: one whose holder lives, one whose holder is dead itself but comes back (a finalizer's doing).
struct Weaks {
    slots: [WeakSlot; 2],
    /// The referent's memory: 7 while it is whole.
    referent: Private,
    /// What each reader has on its stack at a safepoint.
    stacks: Vec<Private>,
}

const WORD: u64 = 8;

/// Readers use what they get until their next safepoint; a collection clears, and reuses the memory of what it found dead.
fn weak(readers: usize, collections: usize) {
    let (_rt, interp) = rig();
    let weaks = Arc::new(Weaks {
        slots: [WeakSlot::default(), WeakSlot::default()],
        referent: Private::new(),
        stacks: (0..readers).map(|_| Private::new()).collect(),
    });
    weaks.referent.set(7);
    for slot in &weaks.slots {
        slot.set(WORD);
    }
    let threads: Vec<_> = (0..readers)
        .map(|n| {
            let core = born(&interp);
            let (interp, weaks) = (Arc::clone(&interp), Arc::clone(&weaks));
            spawn(move || {
                let t = core.attach();
                for slot in &weaks.slots {
                    let held = slot.get(&t);
                    if held.is_some() {
                        assert_eq!(weaks.referent.get(), 7, "a weak reference gave a dead cell");
                    }
                    if core.breaker().events() & event::STOP != 0 {
                        weaks.stacks[n].set(u32::from(held.is_some()));
                        t.poll();
                    }
                    if held.is_some() {
                        assert_eq!(weaks.referent.get(), 7, "a cell died while a stack held it");
                    }
                    weaks.stacks[n].set(0);
                }
                interp.unregister_thread(t);
            })
        })
        .collect();
    for _ in 0..collections {
        interp.stop_from_outside(|world| {
            let held = weaks.stacks.iter().any(|s| s.get() != 0);
            let slots = weaks.slots.iter().enumerate();
            let mut callbacks = 0;
            clear_dead(slots, |word| word == WORD && held, |holder| holder == 0, |_| callbacks += 1, world);
            assert!(callbacks <= 1, "only a live reference has a callback");
            if !held {
                weaks.referent.set(0);
            }
        });
    }
    join_all(threads);
}

/// A weak reference is made by one thread and read by another, with nothing else between them.
fn weak_publish(readers: usize) {
    let slot = Arc::new(WeakSlot::default());
    let referent = Private::new();
    let threads: Vec<_> = (0..readers)
        .map(|_| {
            let (slot, referent) = (Arc::clone(&slot), referent.clone());
            spawn(move || {
                if slot.peek().is_some() {
                    assert_eq!(referent.get(), 7, "named before it was built");
                }
            })
        })
        .collect();
    referent.set(7);
    slot.set(WORD);
    join_all(threads);
}

const BLOCKS: &[&str] = &["P19.R1", "P19.R2", "P19.R3", "P19.R4", "P19.R5", "P19.R7"];
const WEAK: &[&str] = &["P19.R8", "P19.R9"];

pub const CHECKS: &[Check] = &[
    Check::loom("p19.blocks.2", 2, None, BLOCKS, || blocks(1, 1, 0, 2)),
    Check::loom("p19.blocks.3", 3, Some(2), BLOCKS, || blocks(1, 1, 1, 1)),
    Check::loom("p19.hand-over.3", 3, Some(3), &["P19.R2", "P19.R4"], || hand_over(1)),
    Check::loom("p19.weak.2", 2, None, WEAK, || weak(1, 1)),
    Check::loom("p19.weak.3", 3, Some(2), WEAK, || weak(2, 1)),
    Check::loom("p19.weak-publish.3", 3, None, WEAK, || weak_publish(2)),
    Check::shuttle("p19.blocks.6", 6, BLOCKS, || blocks(2, 3, 2, 3)),
    Check::shuttle("p19.hand-over.5", 5, &["P19.R2", "P19.R4"], || hand_over(3)),
    Check::shuttle("p19.weak.5", 5, WEAK, || weak(4, 2)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p19.hand-over-drops-cursor", "p19.hand-over.3"),
    seeded("p19.claim-by-store", "p19.hand-over.3"),
    seeded("p19.claim-relaxed", "p19.hand-over.3"),
    seeded("p19.hand-over-relaxed", "p19.hand-over.3"),
    seeded("p19.adopt-from-start", "p19.hand-over.3"),
    seeded("p19.revive-unswept", "p19.blocks.2"),
    seeded("p19.revive-beyond-position", "p19.blocks.2"),
    seeded("p19.weak-get-relaxed", "p19.weak-publish.3"),
    seeded("p19.weak-no-clear", "p19.weak.2"),
    seeded("p19.weak-skip-dead-holders", "p19.weak.2"),
    seeded("p19.claim-relaxed", "p19.hand-over.5"),
    seeded("p19.revive-beyond-position", "p19.blocks.6"),
    seeded("p19.weak-no-clear", "p19.weak.5"),
];
