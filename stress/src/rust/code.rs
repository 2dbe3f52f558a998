//! P7 bytecode copies, P8 code words, P9 backoff counters.

use std::sync::atomic::{AtomicI32, Ordering};

use vm_core::backoff::Backoff;
use vm_core::code::{self, CodeCopies, EXECUTOR, INSTRUMENTED, encode, opcode};
use vm_core::isa::toy::{ADD, ADD_FLOAT, ADD_INT, JUMP_BACKWARD, RESUME, RETURN, Toy};
use vm_core::sync::AtomicU64;

use super::{TWIN, int, test};
use crate::case::{Test, acceptable, forbidden};
use crate::engine::{Rig, run};

const OPERAND: u64 = 0xBEEF_0000;

fn program(flags: u64) -> CodeCopies {
    let words = [
        encode(RESUME, 0, 0, 0),
        encode(ADD, 1, 2, 3),
        OPERAND,
        0,
        encode(JUMP_BACKWARD, 4, 0, 0) | flags,
        0,
        encode(RETURN, 0, 0, 0),
    ];
    CodeCopies::new(words.map(AtomicU64::new).into())
}

fn make<'c>(rig: &Rig, copies: &'c CodeCopies, index: u32) -> &'c [AtomicU64] {
    let dirty = |n| Some((0..n).map(|_| AtomicU64::new(u64::MAX)).collect());
    copies.get_or_make::<Toy>(index, rig.interpreter.retired(), dirty).expect("memory")
}

fn is_filled(copy: &[AtomicU64]) -> bool {
    opcode(copy[0].load(Ordering::Relaxed)) == RESUME && opcode(copy[6].load(Ordering::Relaxed)) == RETURN
}

/// Frees what growth left behind, so that memory stays flat.
fn drain(rig: &Rig) {
    if rig.interpreter.retired().len() > 1000 {
        rig.interpreter.stop_from_outside(|w| rig.interpreter.retired().drain(w, rig.runtime.epoch()));
    }
}

fn add_word(op: u16) -> [AtomicU64; 3] {
    [encode(op, 1, 2, 3), OPERAND, 1].map(AtomicU64::new)
}

pub fn tests() -> Vec<Test> {
    let mut tests = copies();
    tests.extend(words());
    tests.extend(counters());
    tests
}

fn copies() -> Vec<Test> {
    vec![
        test(
            "p7.published-copy-is-filled",
            "P7.R1, P7.R2",
            "a copy that is found is filled, while arrays grow",
            vec![acceptable("1, 1", "filled, or not there"), forbidden("0, 1", "an unfilled copy was seen")],
            &["p7.fill-after-unlock"],
            |plan| {
                run(
                    plan,
                    2,
                    512,
                    |_| program(0),
                    |rig, s, a, _| {
                        if a == 0 {
                            return int(s.get(1).is_none_or(is_filled) && s.get(9).is_none_or(is_filled));
                        }
                        int(is_filled(make(rig, s, 1)) && is_filled(make(rig, s, 9)))
                    },
                    |rig, _, r| {
                        drain(rig);
                        r.to_vec()
                    },
                );
            },
        ),
        test(
            "p7.instrument-against-copy",
            "P7.R2, P8.R2",
            "a copy made during an instrumentation has it",
            vec![acceptable("1", "instrumented"), forbidden("0", "the copy missed it")],
            &["p7.fill-without-lock"],
            |plan| {
                run(
                    plan,
                    2,
                    512,
                    |_| program(0),
                    |rig, s, a, _| {
                        if a == 0 {
                            make(rig, s, 1);
                        } else {
                            s.lock().instrument(0);
                        }
                        0
                    },
                    |rig, s, _| {
                        drain(rig);
                        let copy = s.get(1).expect("made");
                        vec![int(copy[0].load(Ordering::Relaxed) & INSTRUMENTED != 0)]
                    },
                );
            },
        ),
        test(
            "p7.fresh-copy",
            "P7.R2, P9.R2",
            "a copy has base forms, operands and no executor, whatever its model does meanwhile",
            vec![acceptable("1, 1, 1", "form, operand, no executor")],
            &["p7.executor-kept", "p9.copy-drops-operand"],
            |plan| {
                run(
                    plan,
                    2,
                    512,
                    |_| program(EXECUTOR),
                    |rig, s, a, _| {
                        if a == 0 {
                            make(rig, s, 1);
                        } else {
                            let main = s.main();
                            let seen = main[1].load(Ordering::Relaxed);
                            let _ = code::respecialize::<Toy>(main, 1, seen, ADD_INT, |cache| {
                                cache[1].store(77, Ordering::Relaxed);
                            });
                            Backoff::new(52, 0).store(&main[2]);
                        }
                        0
                    },
                    |rig, s, _| {
                        drain(rig);
                        let word = |at: usize| s.get(1).expect("made")[at].load(Ordering::Relaxed);
                        vec![
                            int(opcode(word(1)) == ADD && word(3) == 0),
                            int(word(2) & !0xFFFF == OPERAND),
                            int(word(4) & EXECUTOR == 0),
                        ]
                    },
                );
            },
        ),
        test(
            "p7.two-owners",
            "P7.R4, P7.R6",
            "two threads make their copies at once, and each keeps its own",
            vec![acceptable("1, 1", "two filled copies")],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    512,
                    |_| program(0),
                    |rig, s, a, _| {
                        let copy = make(rig, s, if twin { 1 } else { a as u32 * 5 + 1 });
                        copy[5].store(a as u64 + 1, Ordering::Relaxed);
                        0
                    },
                    |rig, s, _| {
                        drain(rig);
                        let mine = |a: u32| {
                            s.get(a * 5 + 1).is_some_and(|c| {
                                is_filled(c) && c[5].load(Ordering::Relaxed) == u64::from(a) + 1
                            })
                        };
                        vec![int(mine(0)), int(mine(1))]
                    },
                );
            },
        ),
    ]
}

fn words() -> Vec<Test> {
    vec![
        test(
            "p8.specialize-against-instrument",
            "P8.R1",
            "a specialization does not undo an instrumentation",
            vec![
                acceptable("1, 1", "both"),
                acceptable("0, 1", "the specialization failed, as it may"),
                forbidden("1, 0", "the instrumentation is gone"),
            ],
            &["p8.specialize-plain-store", "p8.specialize-retry-drops-flags"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| program(0),
                    |_, s, a, _| {
                        let word = &s.main()[1];
                        if a == 0 {
                            let seen = word.load(Ordering::Relaxed);
                            return int(code::specialize(word, seen, ADD_INT).is_ok());
                        }
                        s.lock().instrument(1);
                        0
                    },
                    |_, s, r| vec![r[0], int(s.main()[1].load(Ordering::Relaxed) & INSTRUMENTED != 0)],
                );
            },
        ),
        test(
            "p8.deopt-against-instrument",
            "P8.R1",
            "a deopt does not undo an instrumentation",
            vec![
                acceptable("1, 1", "both"),
                acceptable("0, 1", "the deopt failed, as it may"),
                forbidden("1, 0", "the instrumentation is gone"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| {
                        let p = program(0);
                        p.main()[1].store(encode(ADD_INT, 1, 2, 3), Ordering::Relaxed);
                        p
                    },
                    |_, s, a, _| {
                        let word = &s.main()[1];
                        if a == 0 {
                            let seen = word.load(Ordering::Relaxed);
                            if twin {
                                word.store(encode(ADD, 1, 2, 3), Ordering::Relaxed);
                                return 1;
                            }
                            return int(code::deopt(word, seen, ADD).is_ok());
                        }
                        s.lock().instrument(1);
                        0
                    },
                    |_, s, r| vec![r[0], int(s.main()[1].load(Ordering::Relaxed) & INSTRUMENTED != 0)],
                );
            },
        ),
        test(
            "p8.form-with-its-cache",
            "P8.R3",
            "a form is seen with its own cache words only",
            vec![
                acceptable("1", "int form, int cache"),
                acceptable("2", "float form, float cache"),
                acceptable("0", "adaptive, or it changed between the loads"),
                forbidden("9", "a form with another's cache"),
            ],
            &["p8.cache-before-deopt"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| add_word(ADD_INT),
                    |_, s, a, _| {
                        let before = s[0].load(Ordering::Acquire);
                        if a == 0 {
                            let _ = code::respecialize::<Toy>(&s[..], 0, before, ADD_FLOAT, |cache| {
                                cache[1].store(2, Ordering::Relaxed);
                                // Time for the reader to fall into.
                                (0..20).for_each(|_| std::hint::spin_loop());
                            });
                            return 0;
                        }
                        let cache = s[2].load(Ordering::Acquire);
                        if s[0].load(Ordering::Acquire) != before {
                            return 0;
                        }
                        match (opcode(before), cache) {
                            (ADD_INT, 1) => 1,
                            (ADD_FLOAT, 2) => 2,
                            (ADD, _) => 0,
                            _ => 9,
                        }
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p8.executor-against-instrument",
            "P8.R1",
            "the two flags do not disturb each other",
            vec![acceptable("1, 1, 1", "both"), acceptable("0, 0, 1", "no executor, and its owner knows")],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| program(0),
                    |_, s, a, _| {
                        let word = &s.main()[4];
                        if a == 0 {
                            let seen = word.load(Ordering::Relaxed);
                            if twin {
                                word.store(seen | EXECUTOR, Ordering::Relaxed);
                                return 1;
                            }
                            return int(code::set_executor(word, seen).is_ok());
                        }
                        s.lock().instrument(4);
                        0
                    },
                    |_, s, r| {
                        let w = s.main()[4].load(Ordering::Relaxed);
                        vec![r[0], int(w & EXECUTOR != 0), int(w & INSTRUMENTED != 0)]
                    },
                );
            },
        ),
        test(
            "p8.metadata",
            "P8.R5",
            "who sees INSTRUMENTED sees its metadata",
            vec![
                acceptable("-1", "not instrumented yet"),
                acceptable("1", "with its metadata"),
                forbidden("0", "without"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| (program(0), AtomicI32::new(0)),
                    |_, (s, metadata), a, _| {
                        if a == 0 {
                            if !twin {
                                metadata.store(1, Ordering::Relaxed);
                            }
                            s.lock().instrument(0);
                            metadata.store(1, Ordering::Relaxed);
                            return 0;
                        }
                        if code::reload(&s.main()[0]) & INSTRUMENTED == 0 {
                            return -1;
                        }
                        metadata.load(Ordering::Relaxed)
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
    ]
}

fn counters() -> Vec<Test> {
    vec![
        test(
            "p9.operand",
            "P9.R2",
            "the operand above a counter is there at every moment",
            vec![acceptable("1", "the operand"), forbidden("0", "gone")],
            &["p9.drops-operand"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| AtomicU64::new(OPERAND | u64::from(Backoff::jump_start().bits())),
                    |_, s, a, _| {
                        if a == 0 {
                            for _ in 0..4 {
                                Backoff::tick(s);
                            }
                            return 1;
                        }
                        int(s.load(Ordering::Relaxed) & !0xFFFF == OPERAND)
                    },
                    |_, s, r| vec![int(r[1] == 1 && s.load(Ordering::Relaxed) & !0xFFFF == OPERAND)],
                );
            },
        ),
        test(
            "p9.one-trigger",
            "P9.R3, P9.R4",
            "a counter triggers when it is used up, stays there, and then waits twice as long; its reader sees no other value",
            vec![acceptable("2, 7, 1", "two triggers, doubled, legal values"), forbidden("*, *, *", "wrong")],
            &["p9.wraps", "p9.no-doubling"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| AtomicU64::new(u64::from(Backoff::new(3, 2).bits())),
                    |_, s, a, _| {
                        if a == 1 {
                            return int(Backoff::load(s).value() <= 7);
                        }
                        let triggers = (0..5).filter(|_| Backoff::tick(s)).count();
                        Backoff::load(s).restarted().store(s);
                        triggers as i32
                    },
                    |_, s, r| vec![r[0], i32::from(Backoff::load(s).value()), r[1]],
                );
            },
        ),
    ]
}
