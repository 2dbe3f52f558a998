//! P1: stopping the world.

use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

use vm_core::world::Attached;

use super::{int, test};
use crate::case::{Test, acceptable, forbidden};
use crate::engine::{Rig, run};

/// Two words that are equal but in the middle of a change.
#[derive(Default)]
struct Pair {
    a: AtomicU32,
    b: AtomicU32,
    stopped: AtomicU32,
}

impl Pair {
    fn change(&self) {
        self.a.store(self.a.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        std::hint::spin_loop();
        self.b.store(self.b.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// In a pause: whether nobody is, or gets, in the middle.
    fn quiet(&self) -> bool {
        let before = (self.a.load(Ordering::Relaxed), self.b.load(Ordering::Relaxed));
        for _ in 0..20 {
            std::hint::spin_loop();
        }
        before.0 == before.1 && before == (self.a.load(Ordering::Relaxed), self.b.load(Ordering::Relaxed))
    }
}

fn serve(t: &Attached<'_>) {
    if t.thread().breaker().events() != 0 {
        t.poll();
    }
}

/// A thread is born, changes the pair, and ends.
fn short_life(rig: &Rig, pair: &Pair) {
    let core = rig.interpreter.register_thread().expect("few threads");
    let t = core.attach();
    pair.change();
    serve(&t);
    rig.interpreter.unregister_thread(t);
}

pub fn tests() -> Vec<Test> {
    vec![
        test(
            "p1.pause-is-quiet",
            "P1.R1",
            "in a pause no other thread is in the middle of anything",
            vec![acceptable("1", "equal, and stays so"), forbidden("0", "a thread ran in the pause")],
            &["p1.detach-ignores-stop"],
            |plan| {
                run(
                    plan,
                    2,
                    512,
                    |_| Pair::default(),
                    |_, s, a, t| {
                        if a == 0 {
                            s.change();
                            t.detached(|| ());
                            s.change();
                            serve(t);
                            return 0;
                        }
                        t.stop_the_world(|_| int(s.quiet()))
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p1.stop-of-a-detached-thread",
            "P1.R3",
            "a pause need not wait for a thread that detaches and stays so",
            vec![acceptable("1", "the pause came")],
            &["p1.detach-without-fence", "p1.detach-ignores-stop"],
            |plan| {
                run(
                    plan,
                    2,
                    512,
                    |_| Pair::default(),
                    |_, s, a, t| {
                        if a == 0 {
                            t.detached(|| {
                                let mut spins = 0u32;
                                while s.stopped.load(Ordering::Acquire) == 0 {
                                    spins += 1;
                                    if spins > 200 {
                                        std::thread::yield_now();
                                    }
                                    std::hint::spin_loop();
                                }
                            });
                            return 0;
                        }
                        t.stop_the_world(|_| s.stopped.store(1, Ordering::Release));
                        1
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p1.two-requesters",
            "P1.R6",
            "two pauses do not overlap",
            vec![acceptable("2", "one after the other"), forbidden("1", "both at once")],
            &["p1.two-requesters"],
            |plan| {
                run(
                    plan,
                    2,
                    512,
                    |_| AtomicI32::new(0),
                    |_, s, _, t| {
                        t.stop_the_world(|_| {
                            let n = s.load(Ordering::Relaxed);
                            std::hint::spin_loop();
                            s.store(n + 1, Ordering::Relaxed);
                        });
                        0
                    },
                    |_, s, _| vec![s.load(Ordering::Relaxed)],
                );
            },
        ),
        test(
            "p1.birth-in-a-pause",
            "P1.R5, P1.R4",
            "a thread that is born or ends while the world is stopped waits",
            vec![acceptable("1", "the pause was quiet"), forbidden("0", "the newborn ran in the pause")],
            &["p1.born-running", "p1.exit-not-counted"],
            |plan| {
                run(
                    plan,
                    2,
                    256,
                    |_| Pair::default(),
                    |rig, s, a, t| {
                        if a == 0 {
                            // This thread is off the heap meanwhile, as an operating system thread that runs another one.
                            t.detached(|| (0..4).for_each(|_| short_life(rig, s)));
                            return 0;
                        }
                        t.stop_the_world(|_| int(s.quiet()))
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p1.no-stop-bit-left",
            "P1.R2",
            "after the pauses no breaker asks for a stop",
            vec![acceptable("0", "clear"), forbidden("1", "a bit stayed")],
            &["p1.stop-bit-stays"],
            |plan| {
                run(
                    plan,
                    3,
                    256,
                    |_| (),
                    |_, (), a, t| {
                        if a == 0 {
                            t.stop_the_world(|_| ());
                        } else {
                            serve(t);
                        }
                        0
                    },
                    |rig, (), _| vec![int(rig.threads.iter().any(|t| t.breaker().events() & 1 != 0))],
                );
            },
        ),
        test(
            "p1.three-pauses",
            "P1.R6, P1.R7",
            "three requesters all get their pause, and none is overtaken for ever",
            vec![acceptable("3", "one after the other")],
            &["p1.two-requesters"],
            |plan| {
                run(
                    plan,
                    3,
                    256,
                    |_| AtomicI32::new(0),
                    |_, s, _, t| {
                        t.stop_the_world(|_| s.store(s.load(Ordering::Relaxed) + 1, Ordering::Relaxed));
                        t.detached(|| ());
                        0
                    },
                    |_, s, _| vec![s.load(Ordering::Relaxed)],
                );
            },
        ),
    ]
}
