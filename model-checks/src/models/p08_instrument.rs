//! P8: turning events of running code on and off.

use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::code::{self, CodeCopies, INSTRUMENTED, encode};
use vm_core::instrument::{CodeInstruments, Instrumented, Instruments, Role, version_word};
use vm_core::isa::EventSet;
use vm_core::isa::toy::{ENTER, RETURN, Toy};
use vm_core::runtime::{Interpreter, ThreadCore};
use vm_core::sync::{AtomicBool, AtomicU64, Ordering};
use vm_core::world::Attached;

use super::{born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

/// The event of the RETURN.
const EVENT: u8 = 2;
const SET: EventSet = 1 << EVENT;
/// Where the RETURN is.
const AT: u32 = 2;

/// ENTER with its version at 0, RETURN at 2.
struct Unit {
    copies: CodeCopies,
    state: CodeInstruments,
}

impl Instrumented for Unit {
    fn copies(&self) -> &CodeCopies {
        &self.copies
    }
    fn instruments(&self) -> &CodeInstruments {
        &self.state
    }
    fn resumes(&self) -> &[u32] {
        &[0]
    }
    fn sites(&self, wanted: EventSet, report: &mut dyn FnMut(u32, u8, Role, u32)) {
        if wanted & SET != 0 {
            report(AT, EVENT, Role::Plain, 0);
        }
    }
}

#[derive(Clone)]
struct Program {
    interp: Arc<Interpreter>,
    all: Arc<Instruments<Unit>>,
    code: Arc<Unit>,
    /// Turning tool `i` off has returned.
    off: [Arc<AtomicBool>; 2],
}

fn program() -> Program {
    let (_rt, interp) = rig();
    let words = [encode(ENTER, 0, 0, 0), 0, encode(RETURN, 0, 0, 0)];
    let code =
        Unit { copies: CodeCopies::new(words.map(AtomicU64::new).into()), state: CodeInstruments::default() };
    Program {
        all: Arc::new(Instruments::new(Arc::clone(&interp))),
        interp,
        code: Arc::new(code),
        off: std::array::from_fn(|_| Arc::new(AtomicBool::new(false))),
    }
}

fn safepoint(t: &Attached<'_>, p: &Program) {
    let breaker = t.thread().breaker();
    let events = breaker.events();
    if events & event::STOP != 0 {
        t.poll();
    }
    if events & event::RECHECK != 0 {
        breaker.take_version();
        p.all.update(t, &p.code);
    }
}

/// RESUME: the version that the code has now.
fn resume(t: &Attached<'_>, p: &Program, words: &[AtomicU64]) -> u64 {
    for _ in 0..6 {
        let version = version_word(&words[1]) >> 16;
        if version == t.thread().breaker().version() {
            return version;
        }
        p.all.update(t, &p.code);
    }
    panic!("RESUME loops for ever");
}

/// The RETURN: the tools that were called.
fn fire(t: &Attached<'_>, p: &Program, words: &[AtomicU64], mut called: impl FnMut(u8)) -> u8 {
    let mut tools = 0;
    if words[AT as usize].load(Ordering::Relaxed) & INSTRUMENTED != 0 {
        code::reload(&words[AT as usize]);
        let _ = p.code.state.deliver(AT, EVENT, |tool| -> Result<(), ()> {
            assert!(
                !p.off[usize::from(tool)].load(Ordering::Relaxed),
                "a callback begins after turning off returned"
            );
            tools |= 1 << tool;
            called(tool);
            safepoint(t, p);
            Ok(())
        });
    }
    tools
}

fn copy<'p>(p: &'p Program, core: &ThreadCore) -> &'p [AtomicU64] {
    let fresh = |n: usize| Some((0..n).map(|_| AtomicU64::new(0)).collect());
    p.code.copies.get_or_make::<Toy>(core.index(), p.interp.retired(), fresh).expect("memory")
}

/// Every thread runs the code; events are only turned on. Tool `i` is wanted from version `i + 1` on.
fn turn_on(runners: usize, passes: u32, tools: u8) {
    let p = program();
    let threads: Vec<_> = (0..runners)
        .map(|_| {
            let (core, p) = (born(&p.interp), p.clone());
            spawn(move || {
                let t = core.attach();
                let words = copy(&p, &core);
                for _ in 0..passes {
                    let version = resume(&t, &p, words);
                    let got = fire(&t, &p, words, |_| ());
                    let due = ((1_u16 << version.min(2)) - 1) as u8;
                    assert_eq!(got & due, due, "an event after RESUME was lost");
                }
                p.interp.unregister_thread(t);
            })
        })
        .collect();
    for tool in 0..tools {
        p.all.turn_on(tool, SET).expect("more is wanted");
    }
    join_all(threads);
}

/// One thread handles an event while another replaces the metadata.
fn replace(runners: usize) {
    let p = program();
    let me = born(&p.interp);
    let t = me.attach();
    let words = copy(&p, &me);
    p.all.turn_on(0, SET).expect("more is wanted");
    resume(&t, &p, words);
    let threads: Vec<_> = (0..runners)
        .map(|_| {
            let (core, p) = (born(&p.interp), p.clone());
            spawn(move || {
                let t = core.attach();
                let words = copy(&p, &core);
                assert_eq!(fire(&t, &p, words, |_| ()) & 1, 1, "an event was lost");
                p.interp.unregister_thread(t);
            })
        })
        .collect();
    p.all.turn_on(1, SET).expect("more is wanted");
    resume(&t, &p, words);
    assert_eq!(fire(&t, &p, words, |_| ()), 3, "an event after RESUME was lost");
    p.interp.unregister_thread(t);
    join_all(threads);
}

/// Two tools are on; one is turned off in a pause while threads run.
fn turn_off(runners: usize, passes: u32) {
    let p = program();
    // Has the main copy, so that the runners have others.
    let idle = born(&p.interp);
    p.all.turn_on(0, SET).expect("more is wanted");
    p.all.turn_on(1, SET).expect("more is wanted");
    let threads: Vec<_> = (0..runners)
        .map(|_| {
            let (core, p) = (born(&p.interp), p.clone());
            spawn(move || {
                let t = core.attach();
                let words = copy(&p, &core);
                for _ in 0..passes {
                    resume(&t, &p, words);
                    assert_eq!(fire(&t, &p, words, |_| ()) & 2, 2, "a tool that stays lost an event");
                    safepoint(&t, &p);
                }
                p.interp.unregister_thread(t);
            })
        })
        .collect();
    p.interp.stop_from_outside(|world| {
        p.all.set_events(world, 0, 0).expect("versions are plenty");
        p.interp.retired().drain(world, p.interp.runtime().epoch());
    });
    p.off[0].store(true, Ordering::Relaxed);
    join_all(threads);
    p.code.copies.for_each_copy(|_, words| {
        let bit = words[AT as usize].load(Ordering::Relaxed) & INSTRUMENTED != 0;
        assert_eq!(bit, p.code.state.tools_at(AT, EVENT) != 0, "a bit went that a tool needs");
    });
    p.interp.unregister_thread(idle.attach());
    p.interp.stop_from_outside(|world| p.all.set_events(world, 1, 0).expect("versions are plenty"));
    p.code.copies.for_each_copy(|_, words| {
        assert_eq!(words[AT as usize].load(Ordering::Relaxed) & INSTRUMENTED, 0, "a bit stays in some copy");
    });
}

/// Tool 0 disables itself at its first event, tool 1 does not; a restart brings it back.
fn disable(runners: usize) {
    let p = program();
    p.all.turn_on(0, SET).expect("more is wanted");
    p.all.turn_on(1, SET).expect("more is wanted");
    let threads: Vec<_> = (0..runners)
        .map(|_| {
            let (core, p) = (born(&p.interp), p.clone());
            spawn(move || {
                let t = core.attach();
                let words = copy(&p, &core);
                resume(&t, &p, words);
                let mut disabled = false;
                for _ in 0..2 {
                    resume(&t, &p, words);
                    let got = fire(&t, &p, words, |tool| {
                        if tool == 0 {
                            p.all.disable(&p.code, AT, EVENT, 0);
                        }
                    });
                    assert_eq!(got & 2, 2, "somebody else's DISABLE lost an event");
                    assert!(
                        !disabled || got & 1 == 0 || p.code.state.version() > 2,
                        "an event after DISABLE"
                    );
                    disabled = true;
                }
                p.interp.unregister_thread(t);
            })
        })
        .collect();
    p.interp.stop_from_outside(|world| p.all.clear_stale(world));
    p.all.restart().expect("versions are plenty");
    join_all(threads);
    p.interp.stop_from_outside(|world| p.all.clear_stale(world));
    p.all.restart().expect("versions are plenty");
    let core = born(&p.interp);
    let t = core.attach();
    let words = copy(&p, &core);
    resume(&t, &p, words);
    assert_eq!(fire(&t, &p, words, |_| ()), 3, "a restart brings every event back");
    p.interp.unregister_thread(t);
}

/// Threads DISABLE a tool while another tool is turned on, so that new sites are made of the old ones.
fn disable_against_install(disablers: usize) {
    let p = program();
    let me = born(&p.interp);
    let t = me.attach();
    let words = copy(&p, &me);
    p.all.turn_on(0, SET).expect("more is wanted");
    resume(&t, &p, words);
    let threads: Vec<_> = (0..disablers)
        .map(|_| {
            let (core, p) = (born(&p.interp), p.clone());
            spawn(move || {
                let t = core.attach();
                p.all.disable(&p.code, AT, EVENT, 0);
                p.interp.unregister_thread(t);
            })
        })
        .collect();
    p.all.turn_on(1, SET).expect("more is wanted");
    resume(&t, &p, words);
    t.detached(|| join_all(threads));
    assert_eq!(p.code.state.tools_at(AT, EVENT), 2, "an installation undid a DISABLE");
    assert!(p.all.has_stale(), "no pause clears the bit");
    p.interp.unregister_thread(t);
}

/// CLEAR while a thread goes on running code (finalizers do), with a newborn that takes what is left or without, then a tool comes anew.
fn clear(runners: usize, newborn: bool) {
    let p = program();
    p.all.turn_on(0, SET).expect("more is wanted");
    let threads: Vec<_> = (0..runners)
        .map(|_| {
            let (core, p) = (born(&p.interp), p.clone());
            spawn(move || {
                let t = core.attach();
                let words = copy(&p, &core);
                resume(&t, &p, words);
                safepoint(&t, &p);
                resume(&t, &p, words);
                fire(&t, &p, words, |_| ());
                p.interp.unregister_thread(t);
            })
        })
        .collect();
    p.interp.stop_from_outside(|world| p.all.clear(world));
    p.off[0].store(true, Ordering::Relaxed);
    if newborn {
        // It takes the version that is global now, and brings the code to it.
        let core = born(&p.interp);
        let t = core.attach();
        resume(&t, &p, copy(&p, &core));
        p.interp.unregister_thread(t);
    }
    join_all(threads);
    p.all.turn_on(1, SET).expect("more is wanted");
    let core = born(&p.interp);
    let t = core.attach();
    let words = copy(&p, &core);
    resume(&t, &p, words);
    assert_eq!(fire(&t, &p, words, |_| ()), 2, "code kept a version from before CLEAR");
    p.interp.unregister_thread(t);
}

const ON: &[&str] = &["P8.R6", "P8.R7", "P8.R8", "P8.R10"];
const OFF: &[&str] = &["P8.R2", "P8.R7", "P8.R9", "P8.R12"];
const DISABLE: &[&str] = &["P8.R9", "P8.R11"];
const CLEAR: &[&str] = &["P8.R13", "P3.R4"];

pub const CHECKS: &[Check] = &[
    Check::loom("p8.turn-on.2", 2, None, ON, || turn_on(1, 2, 1)),
    Check::loom("p8.turn-on.3", 3, Some(2), ON, || turn_on(2, 1, 1)),
    Check::loom("p8.replace.2", 2, Some(2), ON, || replace(1)),
    Check::loom("p8.turn-off.2", 2, Some(3), OFF, || turn_off(1, 1)),
    Check::loom("p8.turn-off.3", 3, Some(1), OFF, || turn_off(2, 1)),
    Check::loom("p8.disable.2", 2, Some(2), DISABLE, || disable(1)),
    Check::loom("p8.disable-install.2", 2, Some(3), DISABLE, || disable_against_install(1)),
    Check::shuttle("p8.disable-install.5", 5, DISABLE, || disable_against_install(4)),
    Check::loom("p8.clear.2", 2, Some(3), CLEAR, || clear(1, true)),
    Check::loom("p8.clear-code.2", 2, Some(3), CLEAR, || clear(1, false)),
    Check::loom("p8.clear.3", 3, Some(1), CLEAR, || clear(2, true)),
    Check::shuttle("p8.turn-on.6", 6, ON, || turn_on(5, 3, 2)),
    Check::shuttle("p8.turn-off.6", 6, OFF, || turn_off(5, 3)),
    Check::shuttle("p8.disable.5", 5, DISABLE, || disable(4)),
    Check::shuttle("p8.clear.5", 5, CLEAR, || clear(4, true)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p8.metadata-relaxed", "p8.replace.2"),
    seeded("p8.metadata-store-relaxed", "p8.replace.2"),
    seeded("p8.metadata-freed-at-once", "p8.replace.2"),
    seeded("p8.version-word-relaxed", "p8.turn-on.3"),
    seeded("p8.version-before-bits", "p8.turn-on.3"),
    seeded("p8.install-overtaken", "p8.turn-on.6"),
    seeded("p8.install-polls", "p8.turn-off.2"),
    seeded("p8.site-read-once", "p8.turn-off.2"),
    seeded("p8.clears-a-needed-bit", "p8.turn-off.2"),
    seeded("p8.deinstruments-one-copy", "p8.turn-off.2"),
    seeded("p8.not-listed", "p8.turn-off.2"),
    seeded("p8.disable-clears-the-bit", "p8.disable.2"),
    seeded("p8.restart-forgets-nothing", "p8.disable.2"),
    seeded("p8.install-undoes-disable", "p8.disable-install.2"),
    seeded("p8.disable-waits-for-no-pause", "p8.disable-install.2"),
    seeded("p8.install-undoes-disable", "p8.disable-install.5"),
    seeded("p8.clear-only-words", "p8.clear.2"),
    seeded("p8.clear-spares-code", "p8.clear-code.2"),
    seeded("p3.clear-spares-a-copy", "p8.clear.2"),
];
