//! The facade itself: what its types and fences promise on this machine.

use std::sync::atomic::{AtomicI32, Ordering};

use vm_core::slot::WordSlot;
use vm_core::sync::{asymmetric, fence};

use super::{TWIN, int, test};
use crate::case::{Test, acceptable, forbidden, interesting};
use crate::engine::run;

struct Two {
    x: WordSlot,
    y: WordSlot,
}

fn two() -> Two {
    Two { x: WordSlot::new(0), y: WordSlot::new(0) }
}

fn get(slot: &WordSlot) -> i32 {
    // Small numbers only.
    slot.load() as i32
}

/// Between two steps of a twin: the other actor is to fall between them.
fn pause() {
    (0..20).for_each(|_| std::hint::spin_loop());
}

pub fn tests() -> Vec<Test> {
    vec![
        test(
            "sync.message-passing",
            "slot types",
            "a slot read as new shows what its writer stored before",
            vec![
                acceptable("0, 0", "the reader came first"),
                acceptable("0, 1", "the reader came between the two stores"),
                acceptable("1, 1", "the writer came first"),
                forbidden("1, 0", "the second store is seen without the first"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| two(),
                    |_, s, a, _| {
                        if a == 0 {
                            let (first, second) = if twin { (&s.y, &s.x) } else { (&s.x, &s.y) };
                            first.store(1);
                            if twin {
                                pause();
                            }
                            second.store(1);
                            return 0;
                        }
                        let y = get(&s.y);
                        y * 2 + get(&s.x)
                    },
                    |_, _, r| vec![r[1] / 2, r[1] % 2],
                );
            },
        ),
        test(
            "sync.store-buffering",
            "facade rule R2",
            "of two threads that store, fence and load, one at least sees the other",
            vec![
                acceptable("0, 1", "the first thread was ahead"),
                acceptable("1, 0", "the second thread was ahead"),
                acceptable("1, 1", "both stored before either loaded"),
                forbidden("0, 0", "both loads overtook the stores: no fence"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| two(),
                    |_, s, a, _| {
                        let (mine, other) = if a == 0 { (&s.x, &s.y) } else { (&s.y, &s.x) };
                        mine.store(1);
                        if !twin {
                            fence(Ordering::SeqCst);
                        }
                        get(other)
                    },
                    |_, _, r| r.to_vec(),
                );
            },
        ),
        test(
            "sync.store-buffering-bare",
            "slot types",
            "without a fence two threads may miss each other's stores",
            vec![
                acceptable("0, 1", "the first thread was ahead"),
                acceptable("1, 0", "the second thread was ahead"),
                acceptable("1, 1", "both stored before either loaded"),
                interesting("0, 0", "x86-64 lets a load overtake an earlier store to another place"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| two(),
                    |_, s, a, _| {
                        let (mine, other) = if a == 0 { (&s.x, &s.y) } else { (&s.y, &s.x) };
                        mine.store(if twin { 2 } else { 1 });
                        get(other)
                    },
                    |_, _, r| r.to_vec(),
                );
            },
        ),
        test(
            "sync.store-buffering-asymmetric",
            "facade rule R2",
            "a light fence on one side and a heavy one on the other are as good as two fences",
            vec![
                acceptable("0, 1", "the light side was ahead"),
                acceptable("1, 0", "the heavy side was ahead"),
                acceptable("1, 1", "both stored before either loaded"),
                forbidden("0, 0", "the heavy fence did not reach the other processor"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    512,
                    |_| two(),
                    |_, s, a, _| {
                        if a == 0 {
                            s.x.store(1);
                            asymmetric::light();
                            return get(&s.y);
                        }
                        s.y.store(1);
                        if twin {
                            asymmetric::light();
                        } else {
                            asymmetric::heavy();
                        }
                        get(&s.x)
                    },
                    |_, _, r| r.to_vec(),
                );
            },
        ),
        test(
            "sync.load-buffering",
            "slot types",
            "no load sees a store that depends on it in a circle",
            vec![
                acceptable("0, 0", "both loaded before either stored"),
                acceptable("0, 1", "the first thread was ahead"),
                acceptable("1, 0", "the second thread was ahead"),
                forbidden("1, 1", "values out of thin air"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| two(),
                    |_, s, a, _| {
                        let (from, to) = if a == 0 { (&s.x, &s.y) } else { (&s.y, &s.x) };
                        if twin {
                            to.store(1);
                            pause();
                            return get(from);
                        }
                        let seen = get(from);
                        to.store(1);
                        seen
                    },
                    |_, _, r| r.to_vec(),
                );
            },
        ),
        test(
            "sync.coherence",
            "slot types",
            "two loads of one slot never go back in time",
            vec![
                acceptable("0, 0", "the reader came first"),
                acceptable("0, 1", "the store came between"),
                acceptable("1, 1", "the store came first"),
                forbidden("1, 0", "time ran backwards"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| two(),
                    |_, s, a, _| {
                        if a == 0 {
                            s.x.store(1);
                            if twin {
                                pause();
                                s.x.store(0);
                            }
                            return 0;
                        }
                        let first = get(&s.x);
                        if twin {
                            pause();
                        }
                        first * 2 + get(&s.x)
                    },
                    |_, _, r| vec![r[1] / 2, r[1] % 2],
                );
            },
        ),
        test(
            "sync.publication",
            "slot types",
            "an object reached through a slot is built",
            vec![
                acceptable("0", "not there yet"),
                acceptable("7", "there, and built"),
                forbidden("-1", "there, and not built"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                struct Cell {
                    slot: vm_core::slot::PtrSlot<AtomicI32>,
                    object: AtomicI32,
                }
                run(
                    plan,
                    2,
                    1024,
                    |_| Cell { slot: vm_core::slot::PtrSlot::null(), object: AtomicI32::new(-1) },
                    |_, s, a, _| {
                        if a == 0 {
                            let p = std::ptr::from_ref(&s.object).cast_mut();
                            if twin {
                                s.slot.store(p);
                                pause();
                            }
                            s.object.store(7, Ordering::Relaxed);
                            s.slot.store(p);
                            return 0;
                        }
                        // SAFETY: null, or the object in the same state.
                        unsafe { s.slot.load().as_ref() }.map_or(0, |o| o.load(Ordering::Relaxed))
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "sync.cas",
            "slot types",
            "of two that replace the same word, one succeeds",
            vec![acceptable("1, 0", "the first"), acceptable("0, 1", "the second")],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| WordSlot::new(0),
                    |_, s, a, _| {
                        let mine = a as u64 + 1;
                        if twin {
                            let free = s.load() == 0;
                            s.store(mine);
                            return int(free);
                        }
                        int(s.cas(0, mine).is_ok())
                    },
                    |_, _, r| r.to_vec(),
                );
            },
        ),
    ]
}
