//! What the models do not look at: roles, DISABLE and restarts in detail.

use super::*;
use crate::code::encode;
use crate::isa::toy::{ADD, ENTER, JUMP_BACKWARD, RETURN, Toy};
use crate::runtime::{Runtime, RuntimeConfig, ThreadCore};

const START: u8 = 0;
const LINE: u8 = 1;

struct Unit(CodeCopies, CodeInstruments);

impl Instrumented for Unit {
    fn copies(&self) -> &CodeCopies {
        &self.0
    }
    fn instruments(&self) -> &CodeInstruments {
        &self.1
    }
    fn resumes(&self) -> &[u32] {
        &[0]
    }
    fn sites(&self, wanted: EventSet, report: &mut dyn FnMut(u32, u8, Role, u32)) {
        if wanted & 1 << START != 0 {
            report(0, START, Role::Plain, 0);
        }
        if wanted & 1 << LINE != 0 {
            report(2, LINE, Role::Leads, 0);
            report(5, LINE, Role::Follows, 0);
        }
    }
}

struct Rig {
    interp: Arc<Interpreter>,
    core: Arc<ThreadCore>,
    all: Instruments<Unit>,
    code: Arc<Unit>,
}

fn rig() -> Rig {
    let interp = Runtime::new(RuntimeConfig::default()).new_interpreter();
    let words = [
        encode(ENTER, 0, 0, 0),
        0,
        encode(ADD, 0, 0, 0),
        0,
        0,
        encode(JUMP_BACKWARD, 0, 0, 0),
        0,
        encode(RETURN, 0, 0, 0),
    ];
    let code = Arc::new(Unit(CodeCopies::new(words.map(AtomicU64::new).into()), CodeInstruments::default()));
    Rig {
        core: interp.register_thread().expect("birth"),
        all: Instruments::new(Arc::clone(&interp)),
        interp,
        code,
    }
}

fn bits(code: &Unit) -> Vec<Vec<usize>> {
    let mut all = vec![];
    code.0.for_each_copy(|_, words| {
        let set = |i: &usize| words[*i].load(Ordering::Relaxed) & INSTRUMENTED != 0;
        all.push([0, 2, 5, 7].into_iter().filter(set).collect());
    });
    all
}

#[test]
fn events_reach_every_copy_and_go_from_every_copy() {
    let r = rig();
    let t = r.core.attach();
    r.code
        .0
        .get_or_make::<Toy>(2, r.interp.retired(), |n| Some((0..n).map(|_| AtomicU64::new(0)).collect()))
        .expect("memory");
    r.all.turn_on(3, 1 << START).expect("more is wanted");
    assert_eq!(bits(&r.code), [[0_usize; 0]; 2], "turning on is lazy");
    assert_ne!(version_word(&r.code.0.main()[1]) >> 16, r.core.breaker().version());
    r.all.update(&t, &r.code);
    assert_eq!(bits(&r.code), [[0], [0]]);
    assert_eq!(version_word(&r.code.0.main()[1]) >> 16, r.core.breaker().version());
    assert_eq!(r.code.1.tools_at(0, START), 1 << 3);
    r.all.turn_on_local(&t, &r.code, 1, 1 << START | 1 << LINE).expect("more is wanted");
    assert_eq!((r.code.1.tools_at(0, START), r.code.1.local_events(1)), (0b1010, 0b11));
    assert_eq!(bits(&r.code), [[0, 2, 5], [0, 2, 5]]);
    assert_eq!(r.all.turn_on(3, 0), Err(Refused::NeedsPause));
    t.stop_the_world(|w| r.all.set_events(w, 3, 0)).expect("versions");
    assert_eq!((bits(&r.code), r.code.1.tools_at(0, START)), (vec![vec![0, 2, 5]; 2], 0b10));
    t.stop_the_world(|w| r.all.set_local_events(w, &r.code, 1, 1 << LINE)).expect("versions");
    assert_eq!(bits(&r.code), [[2, 5], [2, 5]]);
    r.all.clear_in(&t);
    assert_eq!((bits(&r.code), r.core.breaker().version(), r.code.1.version()), (vec![vec![]; 2], 0, 0));
    r.interp.unregister_thread(t);
}

impl Instruments<Unit> {
    fn clear_in(&self, t: &Attached<'_>) {
        t.stop_the_world(|w| self.clear(w));
    }
}

#[test]
fn disabled_stays_disabled_until_restart() {
    let r = rig();
    let t = r.core.attach();
    r.all.turn_on(0, 1 << LINE).expect("more is wanted");
    r.all.update(&t, &r.code);
    r.all.disable(&r.code, 5, LINE, 0);
    assert_eq!((r.code.1.tools_at(2, LINE), r.code.1.tools_at(5, LINE)), (1, 0));
    t.stop_the_world(|w| r.all.clear_stale(w));
    assert_eq!(bits(&r.code), [[2, 5]], "what follows keeps its bit while the leader has a tool");
    r.all.turn_on(4, 1 << LINE).expect("more is wanted");
    r.all.update(&t, &r.code);
    assert_eq!(r.code.1.tools_at(5, LINE), 1 << 4, "only the new tool");
    r.all.restart().expect("versions");
    r.all.update(&t, &r.code);
    assert_eq!(r.code.1.tools_at(5, LINE), 1 | 1 << 4);
    r.all.disable(&r.code, 2, LINE, 0);
    r.all.disable(&r.code, 2, LINE, 4);
    r.all.disable(&r.code, 5, LINE, 4);
    t.stop_the_world(|w| r.all.clear_stale(w));
    assert_eq!((bits(&r.code), r.all.has_stale()), (vec![vec![5]], false));
    r.interp.unregister_thread(t);
}
