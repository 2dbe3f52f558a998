//! P6: thread indices.

use vm_core::index_pool::IndexPool;

use super::{int, test};
use crate::case::{Test, acceptable, forbidden};
use crate::engine::run;

fn take(pool: &IndexPool) -> i32 {
    pool.reserve().map_or(-1, |r| r.keep() as i32)
}

pub fn tests() -> Vec<Test> {
    vec![
        test(
            "p6.unique",
            "P6.R1, P6.R2",
            "two reservations get two indices, the smallest that there are",
            vec![acceptable("0, 1", "the first was ahead"), acceptable("1, 0", "the second was ahead")],
            &["p6.torn-reserve"],
            |plan| {
                run(plan, 2, 1024, |_| IndexPool::new(8), |_, s, _, _| take(s), |_, _, r| r.to_vec());
            },
        ),
        test(
            "p6.reuse",
            "P6.R2",
            "a released index is the next one handed out",
            vec![
                acceptable("0, 1", "released, then reserved again"),
                acceptable("1, 0", "reserved before the release"),
            ],
            &["p6.fresh-first"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| {
                        let pool = IndexPool::new(8);
                        take(&pool);
                        pool
                    },
                    |_, s, a, _| {
                        if a == 0 {
                            s.release(0);
                            return 0;
                        }
                        take(s)
                    },
                    |_, s, r| vec![r[1], take(s)],
                );
            },
        ),
        test(
            "p6.given-back",
            "P6.R4",
            "a reservation that is not kept gives its index back",
            vec![acceptable("0", "none is out"), forbidden("2", "both leaked")],
            &["p6.leak-on-failure"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| IndexPool::new(8),
                    |_, s, _, _| {
                        drop(s.reserve());
                        0
                    },
                    |_, s, _| vec![s.live() as i32],
                );
            },
        ),
        test(
            "p6.two-births",
            "P6.R3",
            "no two listed threads have one index, while threads are born and end",
            vec![acceptable("0, 0", "all differ"), forbidden("0, 1", "two threads with one index")],
            &["p6.release-before-unlink"],
            |plan| {
                run(
                    plan,
                    2,
                    256,
                    |_| (),
                    |rig, (), a, t| {
                        let life = || {
                            let core = rig.interpreter.register_thread().expect("few threads");
                            let list = rig.interpreter.threads();
                            let same = list.iter().filter(|o| o.index() == core.index()).count() > 1;
                            drop(list);
                            rig.interpreter.unregister_thread(core.attach());
                            same
                        };
                        t.detached(|| int((0..4).filter(|_| life()).count() > 0 && a == 1))
                    },
                    |_, (), r| r.to_vec(),
                );
            },
        ),
    ]
}
