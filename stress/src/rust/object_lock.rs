//! P12: object locks.

use std::sync::atomic::{AtomicI32, Ordering};

use vm_core::object_lock::ByteLock;

use super::{int, test};
use crate::case::{Test, acceptable, forbidden};
use crate::engine::run;

#[derive(Default)]
struct Object {
    lock: ByteLock,
    count: AtomicI32,
}

impl Object {
    fn add(&self) {
        let n = self.count.load(Ordering::Relaxed);
        std::hint::spin_loop();
        self.count.store(n + 1, Ordering::Relaxed);
    }
}

pub fn tests() -> Vec<Test> {
    vec![
        test(
            "p12.exclusion",
            "P12.R1",
            "one holder at a time",
            vec![acceptable("2", "one after the other"), forbidden("1", "both were inside")],
            &["p12.lock-by-load-store"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| Object::default(),
                    |rig, s, _, t| {
                        let guard = s.lock.lock(rig.runtime.lot(), t);
                        s.add();
                        drop(guard);
                        0
                    },
                    |_, s, _| vec![s.count.load(Ordering::Relaxed)],
                );
            },
        ),
        test(
            "p12.waiter-is-woken",
            "P12.R6",
            "a thread that parked for a lock gets it",
            vec![acceptable("3", "each had it once")],
            &["p12.unlock-without-wake", "p12.lock-by-load-store"],
            |plan| {
                run(
                    plan,
                    3,
                    256,
                    |_| Object::default(),
                    |rig, s, a, t| {
                        let guard = s.lock.lock(rig.runtime.lot(), t);
                        s.add();
                        // Longer than a waiter spins, at times much longer.
                        for _ in 0..(a + 1) * 150 {
                            std::hint::spin_loop();
                        }
                        drop(guard);
                        0
                    },
                    |_, s, _| vec![s.count.load(Ordering::Relaxed)],
                );
            },
        ),
        test(
            "p12.free-in-a-pause",
            "P12.R4, P12.R3",
            "in a pause nobody holds an object lock",
            vec![acceptable("0", "free"), forbidden("1", "a stopped thread holds it")],
            &["p12.poll-under-lock", "p12.taken-detached"],
            |plan| {
                run(
                    plan,
                    3,
                    256,
                    |_| Object::default(),
                    |rig, s, a, t| {
                        if a == 0 {
                            return t.stop_the_world(|_| int(s.lock.is_held()));
                        }
                        for _ in 0..3 {
                            let guard = s.lock.lock(rig.runtime.lot(), t);
                            for _ in 0..100 {
                                std::hint::spin_loop();
                            }
                            drop(guard);
                            if t.thread().breaker().events() != 0 {
                                t.poll();
                            }
                        }
                        0
                    },
                    |_, _, r| vec![r[0]],
                );
            },
        ),
    ]
}
