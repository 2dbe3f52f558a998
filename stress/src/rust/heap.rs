//! P19: blocks of the heap, and weak references.

use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use vm_heap::blocks::{BlockState, Phase};
use vm_heap::weak::{WeakSlot, clear_dead};

use super::{TWIN, int, test};
use crate::case::{Test, acceptable, forbidden};
use crate::engine::run;

fn unswept() -> BlockState {
    let block = BlockState::default();
    block.take(1, true, false);
    block.finish();
    block.end_cycle();
    block
}

pub fn tests() -> Vec<Test> {
    vec![
        test(
            "p19.one-owner",
            "P19.R2",
            "of two threads that claim a block one gets it",
            vec![
                acceptable("1, 0", "the first"),
                acceptable("0, 1", "the second"),
                forbidden("1, 1", "both hand out its cells"),
            ],
            &["p19.claim-by-store"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| unswept(),
                    |_, s, _, _| int(s.claim().is_some()),
                    |_, _, r| r.to_vec(),
                );
            },
        ),
        test(
            "p19.adopted-where-it-was-left",
            "P19.R4",
            "who adopts a block goes on where its owner stopped, and hands out no cell twice",
            vec![
                acceptable("0, 1", "not yet abandoned"),
                acceptable("4, 1", "adopted, from the position on"),
                forbidden("*, 0", "cells below the position are handed out again"),
            ],
            &["p19.adopt-from-start"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| {
                        let block = unswept();
                        let _ = block.claim();
                        (block, AtomicU32::new(0), AtomicI32::new(1))
                    },
                    |_, (block, cells, once), a, _| {
                        if a == 0 {
                            cells.store(4, Ordering::Relaxed);
                            block.advance(4);
                            block.hand_over(4);
                            return 0;
                        }
                        let Some(found) = block.claim() else { return 0 };
                        let ok = found.position >= 4 && cells.load(Ordering::Relaxed) == 4;
                        once.store(int(ok), Ordering::Relaxed);
                        4
                    },
                    |_, (_, _, once), r| vec![r[1], once.load(Ordering::Relaxed)],
                );
            },
        ),
        test(
            "p19.weak-against-collection",
            "P19.R8, P19.R9",
            "a weak reference yields its referent or nothing, and nothing after a collection found it dead",
            vec![acceptable("0, 0", "cleared, or read before"), acceptable("1, 0", "read, then cleared")],
            &["p19.weak-no-clear"],
            |plan| {
                run(
                    plan,
                    2,
                    256,
                    |_| {
                        let slot = WeakSlot::default();
                        slot.set(16);
                        slot
                    },
                    |_, s, a, t| {
                        if a == 0 {
                            return int(s.get(t).is_some());
                        }
                        t.stop_the_world(|w| {
                            clear_dead(std::iter::once((0, s)), |_| false, |_| true, |_: i32| (), w);
                        });
                        int(s.get(t).is_some())
                    },
                    |_, _, r| r.to_vec(),
                );
            },
        ),
        test(
            "p19.weak-of-a-dead-holder",
            "P19.R8",
            "the weak reference of a dead object is cleared too, since a finalizer may bring it back",
            vec![acceptable("0", "cleared"), forbidden("1", "it names a dead cell")],
            &["p19.weak-skip-dead-holders", "p19.weak-no-clear"],
            |plan| {
                run(
                    plan,
                    2,
                    256,
                    |_| {
                        let slot = WeakSlot::default();
                        slot.set(16);
                        slot
                    },
                    |_, s, a, t| {
                        if a == 0 {
                            t.stop_the_world(|w| {
                                clear_dead(std::iter::once((0, s)), |_| false, |_| false, |_: i32| (), w);
                            });
                        }
                        0
                    },
                    |_, s, _| vec![int(s.peek().is_some())],
                );
            },
        ),
        test(
            "p19.weak-publication",
            "P19, order of set",
            "a referent read through a weak reference is built",
            vec![
                acceptable("-1", "no referent yet"),
                acceptable("7", "built"),
                forbidden("0", "seen before it was built"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| (WeakSlot::default(), AtomicI32::new(0)),
                    |_, (slot, object), a, t| {
                        if a == 0 {
                            if twin {
                                slot.set(16);
                            }
                            object.store(7, Ordering::Relaxed);
                            slot.set(16);
                            return 0;
                        }
                        if slot.get(t).is_none() { -1 } else { object.load(Ordering::Relaxed) }
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p19.stray-words",
            "P19.R5",
            "a stray word stands for a cell only where a cell may be, whoever owns the block",
            vec![acceptable("1", "as the phase says"), forbidden("0", "a dead or unopened cell was revived")],
            &["p19.revive-unswept", "p19.revive-beyond-position"],
            |plan| {
                run(
                    plan,
                    2,
                    256,
                    |_| unswept(),
                    |_, s, a, t| {
                        if a == 0 {
                            if s.claim().is_some() {
                                s.advance(4);
                            }
                            return 1;
                        }
                        t.stop_the_world(|_| {
                            let block = s.get();
                            let revived = block.revives(8, false, true);
                            int(!revived && block.phase != Phase::Free)
                        })
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
    ]
}
