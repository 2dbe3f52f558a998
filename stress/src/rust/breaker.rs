//! P3: the eval breaker.

use std::sync::atomic::{AtomicI32, Ordering};

use vm_core::breaker::{Breaker, event};

use super::{TWIN, int, test};
use crate::case::{Test, acceptable, forbidden};
use crate::engine::run;

pub fn tests() -> Vec<Test> {
    vec![
        test(
            "p3.post-against-clear",
            "P3.R1",
            "clearing one event loses no other",
            vec![acceptable("1", "still posted"), forbidden("0", "the event was lost")],
            &["p3.clear-load-store"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| {
                        let b = Breaker::new(0);
                        b.set(event::GC);
                        b
                    },
                    |_, b, a, _| {
                        if a == 0 {
                            b.set(event::SIGNAL);
                            return 0;
                        }
                        for _ in 0..16 {
                            b.clear(event::GC);
                        }
                        0
                    },
                    |_, b, _| vec![int(b.events() == event::SIGNAL)],
                );
            },
        ),
        test(
            "p3.version-against-post",
            "P3.R1, P3.R3",
            "a new version loses no event, and an event no version",
            vec![acceptable("5, 1, 1", "version, event and RECHECK are there")],
            &["p3.version-load-store", "p3.version-then-bit"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| Breaker::new(1),
                    |_, b, a, _| {
                        if a == 0 {
                            b.set_version_and_recheck(5)
                        } else {
                            b.set(event::SIGNAL)
                        }
                        0
                    },
                    |_, b, _| {
                        let e = b.events();
                        vec![b.version() as i32, int(e & event::SIGNAL != 0), int(e & event::RECHECK != 0)]
                    },
                );
            },
        ),
        test(
            "p3.version-with-bit",
            "P3.R3",
            "who sees the new version sees RECHECK",
            vec![
                acceptable("1, 0", "neither"),
                acceptable("5, 1", "both"),
                acceptable("1, 1", "the broadcast came between the two loads"),
                forbidden("5, 0", "the version came without its event"),
            ],
            &["p3.version-then-bit"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| Breaker::new(1),
                    |_, b, a, _| {
                        if a == 0 {
                            b.set_version_and_recheck(5);
                            return 0;
                        }
                        let version = b.version() as i32;
                        version * 2 + int(b.events() & event::RECHECK != 0)
                    },
                    |_, _, r| vec![r[1] / 2, r[1] % 2],
                );
            },
        ),
        test(
            "p3.take-version",
            "P3.R3",
            "a version that the owner did not take asks again",
            vec![
                acceptable("7, 0", "taken"),
                acceptable("7, 1", "taken, and announced once more"),
                acceptable("1, 1", "not yet there, and announced"),
                forbidden("1, 0", "the owner missed it for ever"),
            ],
            &["p3.version-before-clear"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| {
                        let b = Breaker::new(1);
                        b.set(event::RECHECK);
                        b
                    },
                    |_, b, a, _| {
                        if a == 0 {
                            b.set_version_and_recheck(7);
                            return 0;
                        }
                        // Each one may be the one that the broadcast falls into.
                        (0..16).map(|_| b.take_version() as i32).last().unwrap_or(0)
                    },
                    |_, b, r| vec![r[1], int(b.events() & event::RECHECK != 0)],
                );
            },
        ),
        test(
            "p3.payload",
            "P3.R2",
            "who clears an event sees its payload",
            vec![
                acceptable("-1", "no event yet"),
                acceptable("1", "event and payload"),
                forbidden("0", "the event came without its payload"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    1024,
                    |_| (Breaker::new(0), AtomicI32::new(0)),
                    |_, (b, payload), a, _| {
                        if a == 0 {
                            if twin {
                                b.set(event::ASYNC_EXC);
                            }
                            payload.store(1, Ordering::Relaxed);
                            b.set(event::ASYNC_EXC);
                            return 0;
                        }
                        if b.clear(event::ASYNC_EXC) == 0 { -1 } else { payload.load(Ordering::Relaxed) }
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p3.two-posters",
            "P3.R2",
            "of two posts of one event none is stranded",
            vec![
                acceptable("3, *", "the owner took both"),
                acceptable("0, 3", "both wait, with their event"),
                acceptable("1, 3", "one was taken, the other waits"),
                acceptable("2, 3", "one was taken, the other waits"),
                forbidden("1, 0", "a payload waits without its event"),
                forbidden("2, 0", "a payload waits without its event"),
            ],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    3,
                    512,
                    |_| (Breaker::new(0), AtomicI32::new(0)),
                    |_, (b, payload), a, _| {
                        if a < 2 {
                            payload.fetch_or(1 << a, Ordering::Relaxed);
                            b.set(event::ASYNC_EXC);
                            return 0;
                        }
                        if twin {
                            let took = payload.swap(0, Ordering::Relaxed);
                            b.clear(event::ASYNC_EXC);
                            return took;
                        }
                        b.clear(event::ASYNC_EXC);
                        payload.swap(0, Ordering::Relaxed)
                    },
                    |_, (b, payload), r| {
                        let waits = payload.load(Ordering::Relaxed);
                        let event = int(b.events() != 0) * 3;
                        // What waits must be announced.
                        vec![r[2], if waits == 0 && r[2] != 3 { 9 } else { event }]
                    },
                );
            },
        ),
        test(
            "p3.broadcast",
            "P3.R5",
            "after the broadcasts every thread has the interpreter's version",
            vec![acceptable("1", "the same everywhere"), forbidden("0", "a thread is behind")],
            &["p3.no-broadcast"],
            |plan| {
                run(
                    plan,
                    2,
                    512,
                    |_| (),
                    |rig, (), _, t| {
                        rig.interpreter.bump_version().expect("versions are many");
                        t.thread().breaker().take_version();
                        0
                    },
                    |rig, (), _| {
                        let version = rig.interpreter.version();
                        vec![int(rig.threads.iter().all(|t| t.breaker().version() == version))]
                    },
                );
            },
        ),
    ]
}
