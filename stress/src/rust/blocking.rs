//! P21: waits that can be interrupted.

use std::sync::atomic::{AtomicI32, Ordering};

use vm_core::blocking::Waited;
use vm_core::breaker::event;

use super::test;
use crate::case::{Test, acceptable, forbidden};
use crate::engine::run;

fn key(flag: &AtomicI32) -> usize {
    std::ptr::from_ref(flag).addr()
}

pub fn tests() -> Vec<Test> {
    vec![
        test(
            "p21.wake-is-not-lost",
            "P21.R1",
            "a wait ends when its predicate is made true and its key woken",
            vec![acceptable("1", "ready")],
            &["p21.predicate-outside-lock"],
            |plan| {
                run(
                    plan,
                    2,
                    256,
                    |_| AtomicI32::new(0),
                    |rig, s, a, t| {
                        let blocking = rig.runtime.blocking();
                        if a == 0 {
                            s.store(1, Ordering::Release);
                            blocking.unpark_one(key(s));
                            return 0;
                        }
                        let ready = || {
                            let ready = s.load(Ordering::Acquire) == 1;
                            // Time for the other to fall into.
                            (0..40).for_each(|_| std::hint::spin_loop());
                            ready
                        };
                        match t.wait(blocking, key(s), 0, None, ready) {
                            Waited::Ready => 1,
                            Waited::TimedOut | Waited::Interrupted => -1,
                        }
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p21.interrupt-is-not-lost",
            "P21.R2",
            "an event that a wait watches ends it",
            vec![acceptable("1", "interrupted"), forbidden("-1", "it ended by itself")],
            &["p21.interrupt-without-wake"],
            |plan| {
                run(
                    plan,
                    2,
                    256,
                    |_| AtomicI32::new(0),
                    |rig, s, a, t| {
                        let blocking = rig.runtime.blocking();
                        if a == 0 {
                            rig.threads[1].interrupt(blocking, event::SIGNAL);
                            return 0;
                        }
                        let ended = t.wait(blocking, key(s), event::SIGNAL, None, || false);
                        t.thread().breaker().clear(event::SIGNAL);
                        if ended == Waited::Interrupted { 1 } else { -1 }
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p21.two-waiters",
            "P21.R1",
            "two waiters of one key are both woken by two wakes",
            vec![acceptable("1, 1", "both")],
            &["p21.predicate-outside-lock"],
            |plan| {
                run(
                    plan,
                    3,
                    256,
                    |_| AtomicI32::new(0),
                    |rig, s, a, t| {
                        let blocking = rig.runtime.blocking();
                        if a == 0 {
                            for _ in 0..2 {
                                s.fetch_add(1, Ordering::Release);
                                blocking.unpark_one(key(s));
                            }
                            return 0;
                        }
                        let take = || {
                            let take_one = |n: i32| n.checked_sub(1).filter(|n| *n >= 0);
                            s.fetch_update(Ordering::AcqRel, Ordering::Relaxed, take_one).is_ok()
                        };
                        let ended = t.wait(blocking, key(s), 0, None, take);
                        i32::from(ended == Waited::Ready)
                    },
                    |_, _, r| r[1..].to_vec(),
                );
            },
        ),
    ]
}
