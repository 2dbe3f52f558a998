//! P5: the thread list.

use std::sync::Arc;

use vm_core::runtime::ThreadCore;

use super::{TWIN, int, test};
use crate::case::{Test, acceptable, forbidden};
use crate::engine::run;

pub fn tests() -> Vec<Test> {
    vec![
        test(
            "p5.birth-against-broadcast",
            "P5.R5",
            "during a broadcast no listed thread is behind the interpreter's version, not even a newborn",
            vec![acceptable("1", "the interpreter's version"), forbidden("0", "the newborn was left out")],
            &["p5.born-without-version", "p5.visit-outside-lock"],
            |plan| {
                run(
                    plan,
                    2,
                    256,
                    |_| (),
                    |rig, (), a, t| {
                        if a == 0 {
                            rig.interpreter.bump_version().expect("versions are many");
                            return 0;
                        }
                        let own = t.thread().breaker();
                        t.detached(|| {
                            let born = rig.interpreter.register_thread().expect("few threads");
                            // In this order: a version that comes between reaches both threads too.
                            let mut same = true;
                            for _ in 0..8 {
                                let version = rig.interpreter.version();
                                same &= born.breaker().version() >= version && own.version() >= version;
                            }
                            rig.interpreter.unregister_thread(born.attach());
                            int(same)
                        })
                    },
                    |_, (), r| vec![r[1]],
                );
            },
        ),
        test(
            "p5.visit-against-birth-and-end",
            "P5.R3",
            "a visitor meets each thread that lives throughout exactly once",
            vec![acceptable("2", "both actors, once each")],
            TWIN,
            |plan| {
                let twin = plan.twin;
                run(
                    plan,
                    2,
                    256,
                    |_| (),
                    |rig, (), a, t| {
                        if a == 0 {
                            t.detached(|| {
                                let core = rig.interpreter.register_thread().expect("few threads");
                                rig.interpreter.unregister_thread(core.attach());
                            });
                            return 0;
                        }
                        let list = rig.interpreter.threads();
                        let ours = |t: &&Arc<ThreadCore>| rig.threads.iter().any(|o| Arc::ptr_eq(o, t));
                        let n = if twin { list.len() } else { list.iter().filter(ours).count() };
                        n as i32
                    },
                    |_, (), r| vec![r[1]],
                );
            },
        ),
    ]
}
