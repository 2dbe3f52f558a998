//! P16: generator frames, resumed, inspected and thrown into by several threads.

use std::sync::Arc;

use vm_core::frame_state::{FrameState, Phase, Refused, Taken};

use super::{Private, join_all, spawn};
use crate::registry::{Check, Seeded, seeded};

/// A generator: its state, and its frame, which nothing but the state orders.
struct Generator {
    state: FrameState,
    /// How often it yielded, plus 1000 while it runs.
    frame: Private,
}

const IN_MID_RUN: u32 = 1000;

/// What one thread did to it.
#[derive(Default)]
struct Done {
    yields: u32,
    finishes: u32,
}

impl Generator {
    fn new() -> Arc<Self> {
        Arc::new(Self { state: FrameState::new(), frame: Private::new() })
    }

    /// Resumes it: it yields `yields` times in all, and then returns.
    fn resume(&self, yields: u32, done: &mut Done) -> Result<(), Refused> {
        let taken = self.state.take()?;
        let at = self.frame.get();
        assert!(at < IN_MID_RUN, "two run it");
        assert_eq!(taken == Taken::Unstarted, at == 0, "what it was taken for is not what it is");
        self.frame.add(IN_MID_RUN);
        if at == yields {
            done.finishes += 1;
            self.state.finish();
        } else {
            done.yields += 1;
            self.state.suspend(|| self.frame.set(at + 1));
        }
        Ok(())
    }
}

/// `runners`, and the main thread if it `joins_in`, resume a generator that yields `yields` times; each tries `tries` times and is told when it cannot.
fn run(runners: usize, joins_in: bool, yields: u32, tries: usize) {
    let g = Generator::new();
    let body = move |g: &Generator| {
        let mut done = Done::default();
        for _ in 0..tries {
            if g.resume(yields, &mut done) == Err(Refused::Finished) {
                break;
            }
        }
        done
    };
    let threads: Vec<_> = (0..runners)
        .map(|_| {
            let g = Arc::clone(&g);
            spawn(move || body(&g))
        })
        .collect();
    let mut all = if joins_in { body(&g) } else { Done::default() };
    for t in threads {
        let done = t.join().expect("a model thread");
        all.yields += done.yields;
        all.finishes += done.finishes;
    }
    while g.resume(yields, &mut all) != Err(Refused::Finished) {}
    assert_eq!((all.yields, all.finishes), (yields, 1), "a run was lost or doubled");
}

/// Inspectors look while the main thread and `runners` less one run it; if there are any, a taker that changes its mind gives it back.
fn inspect(inspectors: usize, runners: usize) {
    let g = Generator::new();
    let mut first = Done::default();
    g.resume(9, &mut first).expect("alone");
    let mut threads: Vec<_> = (0..inspectors)
        .map(|_| {
            let g = Arc::clone(&g);
            spawn(move || {
                if let Some(at) = g.state.inspect(|| g.frame.get()) {
                    assert!((1..IN_MID_RUN).contains(&at), "seen in mid-run");
                }
            })
        })
        .collect();
    threads.extend((1..runners).map(|_| {
        let g = Arc::clone(&g);
        spawn(move || {
            let _ = g.resume(9, &mut Done::default());
        })
    }));
    if runners > 0
        && let Ok(taken) = g.state.take()
    {
        g.frame.add(IN_MID_RUN);
        let at = g.frame.get() - IN_MID_RUN;
        g.frame.set(at);
        g.state.give_back(taken);
    }
    if runners < 2 {
        let _ = g.resume(9, &mut Done::default());
    }
    join_all(threads);
    assert_eq!(g.state.phase(), Phase::Suspended);
}

/// Inspectors look at a frame that never ran, or that is suspended, while the main thread takes it: nobody runs it, so it gets it, as it was.
fn take_from_inspectors(inspectors: usize, yields: u32) {
    let g = Generator::new();
    for _ in 0..yields {
        g.resume(9, &mut Done::default()).expect("alone");
    }
    let threads: Vec<_> = (0..inspectors)
        .map(|_| {
            let g = Arc::clone(&g);
            spawn(move || {
                let _ = g.state.inspect(|| assert!(g.frame.get() < IN_MID_RUN));
            })
        })
        .collect();
    assert_eq!(g.resume(9, &mut Done::default()), Ok(()), "refused though nobody runs it");
    join_all(threads);
    assert_eq!(g.resume(9, &mut Done::default()), Ok(()));
}

/// One thread throws into it, which finishes it without running if it never ran, while others start it.
fn throw(runners: usize) {
    let g = Generator::new();
    let threads: Vec<_> = (0..runners)
        .map(|_| {
            let g = Arc::clone(&g);
            spawn(move || {
                let mut done = Done::default();
                let _ = g.resume(9, &mut done);
                done.yields
            })
        })
        .collect();
    let killed = match g.state.take() {
        Ok(Taken::Unstarted) => {
            g.state.finish();
            true
        }
        Ok(Taken::Suspended) => {
            g.state.give_back(Taken::Suspended);
            false
        }
        Err(_) => false,
    };
    let yields: u32 = threads.into_iter().map(|t| t.join().expect("a model thread")).sum();
    assert!(!killed || yields == 0, "a frame that had run was finished without running");
    assert_eq!(g.state.phase() == Phase::Finished, killed);
}

const RUN: &[&str] = &["P16.R1", "P16.R2", "P16.R3"];
const INSPECT: &[&str] = &["P16.R1", "P16.R2", "P16.R4"];

pub const CHECKS: &[Check] = &[
    Check::loom("p16.run.2", 2, None, RUN, || run(1, true, 1, 1)),
    Check::loom("p16.run.3", 3, Some(3), RUN, || run(2, false, 1, 2)),
    Check::loom("p16.inspect.2", 2, None, INSPECT, || inspect(1, 1)),
    Check::loom("p16.inspect.3", 3, Some(2), INSPECT, || inspect(2, 0)),
    Check::loom("p16.take-inspected.2", 2, None, INSPECT, || take_from_inspectors(1, 1)),
    Check::loom("p16.take-fresh.2", 2, None, INSPECT, || take_from_inspectors(1, 0)),
    Check::loom("p16.throw.2", 2, None, RUN, || throw(1)),
    Check::shuttle("p16.run.9", 9, RUN, || run(8, true, 12, 3)),
    Check::shuttle("p16.inspect.9", 9, INSPECT, || inspect(4, 5)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p16.take-by-load-store", "p16.run.2"),
    seeded("p16.take-relaxed", "p16.run.2"),
    seeded("p16.suspend-relaxed", "p16.run.2"),
    seeded("p16.suspended-before-saved", "p16.run.2"),
    seeded("p16.inspect-without-taking", "p16.inspect.2"),
    seeded("p16.inspected-relaxed", "p16.inspect.2"),
    seeded("p16.give-back-relaxed", "p16.inspect.2"),
    seeded("p16.take-by-load-store", "p16.throw.2"),
    seeded("p16.inspected-is-running", "p16.take-inspected.2"),
    seeded("p16.inspected-becomes-suspended", "p16.take-fresh.2"),
    seeded("p16.take-by-load-store", "p16.run.9"),
    seeded("p16.suspend-relaxed", "p16.run.9"),
    seeded("p16.inspect-without-taking", "p16.inspect.9"),
];
