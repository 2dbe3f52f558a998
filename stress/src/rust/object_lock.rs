//! P12: object locks.

use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

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
            &["p12.unlock-without-wake", "p12.lock-by-load-store", "p12.call-stays"],
            |plan| {
                let made = AtomicU32::new(0);
                run(
                    plan,
                    2,
                    512,
                    |_| {
                        // Longer than a waiter spins, at times longer than the way from a call to the waiter's look.
                        let long = made.fetch_add(1, Ordering::Relaxed).is_multiple_of(32);
                        (Object::default(), if long { 4000 } else { 100 })
                    },
                    |rig, (s, hold), a, t| {
                        // Whoever takes it twice makes the other one, who was called, wait again.
                        for _ in 0..=a {
                            let guard = s.lock.lock(rig.runtime.lot(), t);
                            s.add();
                            for _ in 0..*hold {
                                std::hint::spin_loop();
                            }
                            drop(guard);
                        }
                        0
                    },
                    |_, (s, _), _| vec![s.count.load(Ordering::Relaxed)],
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
                    2,
                    512,
                    |_| Object::default(),
                    |rig, s, a, t| {
                        for _ in 0..=a {
                            let guard = s.lock.lock(rig.runtime.lot(), t);
                            // Longer than a waiter spins.
                            for _ in 0..100 {
                                std::hint::spin_loop();
                            }
                            drop(guard);
                            if t.thread().breaker().events() != 0 {
                                t.poll();
                            }
                        }
                        if a == 0 { t.stop_the_world(|_| int(s.lock.is_held())) } else { 0 }
                    },
                    |_, _, r| vec![r[0]],
                );
            },
        ),
    ]
}
