//! A happens-before detector for the shuttle back end.
//!
//! shuttle runs everything sequentially consistent, so a missing ordering shows in no value. Here each atomic and lock carries the
//! vector clock that the C11 orderings *written in the code* would transfer (release sequences and fences included), and
//! [`super::RaceCell`] compares clocks as FastTrack does: two conflicting accesses that no written ordering separates are a failure, whatever
//! the schedule. What remains loom's alone are bugs that need a stale value.

use std::cell::RefCell;

use super::Ordering;

/// Threads of one execution; an identity beyond it is a failed check.
pub(super) const THREADS: usize = 20;

/// A vector clock.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Clock([u32; THREADS]);

impl Clock {
    fn join(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }

    fn before(&self, later: &Self) -> bool {
        self.0.iter().zip(&later.0).all(|(a, b)| a <= b)
    }
}

/// One thread's view.
#[derive(Clone, Copy, Default)]
struct View {
    now: Clock,
    /// What relaxed loads saw; an acquire fence makes it known.
    seen: Clock,
    /// What a release fence covered; later relaxed stores carry it.
    fenced: Clock,
}

#[derive(Default)]
struct Execution {
    views: [View; THREADS],
    /// How many locks each thread holds.
    held: [u32; THREADS],
    /// The order of SeqCst fences.
    total: Clock,
}

// All threads of a shuttle execution are coroutines of one OS thread, so this is the execution's state.
std::thread_local! {
    static EXECUTION: RefCell<Execution> = RefCell::new(Execution::default());
}

fn me() -> usize {
    let id = usize::from(shuttle::current::me());
    assert!(id < THREADS, "a model has at most {THREADS} threads");
    id
}

fn view<R>(f: impl FnOnce(&mut Execution, usize) -> R) -> R {
    let id = me();
    EXECUTION.with_borrow_mut(|e| f(e, id))
}

pub(super) fn lock_taken() {
    view(|e, me| e.held[me] += 1);
}

pub(super) fn lock_released() {
    view(|e, me| e.held[me] -= 1);
}

/// Fails the check when the calling thread holds a lock: it is about to wait, or to reach a safepoint.
#[track_caller]
pub fn assert_no_lock(rules: &str) {
    let held = view(|e, me| e.held[me]);
    assert_eq!(held, 0, "{rules}: a safepoint or a wait under a lock");
}

/// Fails unless the calling thread holds at least `least` locks.
pub fn assert_locks_held(rules: &str, least: usize) {
    let held = view(|e, me| e.held[me]);
    assert!(held as usize >= least, "{rules}: {held} of {least} locks");
}

fn acquires(order: Ordering) -> bool {
    matches!(order, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
}

fn releases(order: Ordering) -> bool {
    matches!(order, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
}

/// Starts an execution.
pub(super) fn begin() {
    EXECUTION.with_borrow_mut(|e| {
        *e = Execution::default();
        for (id, view) in e.views.iter_mut().enumerate() {
            view.now.0[id] = 1;
        }
    });
}

/// The clock of one location.
#[derive(Default, Debug)]
pub(super) struct Location(RefCell<Clock>);

// SAFETY: only the running coroutine touches it, and it is never borrowed across a switch.
unsafe impl Sync for Location {}
// SAFETY: as above; a clock is plain data.
unsafe impl Send for Location {}

impl Location {
    pub(super) fn load(&self, order: Ordering) {
        let clock = *self.0.borrow();
        view(|e, me| {
            let view = &mut e.views[me];
            view.seen.join(&clock);
            if acquires(order) {
                view.now.join(&clock);
            }
        });
    }

    pub(super) fn store(&self, order: Ordering) {
        *self.0.borrow_mut() = outgoing(order);
    }

    pub(super) fn rmw(&self, order: Ordering) {
        self.load(order);
        // An RMW continues the release sequence that it reads from.
        let clock = outgoing(order);
        self.0.borrow_mut().join(&clock);
    }
}

fn outgoing(order: Ordering) -> Clock {
    view(|e, me| {
        let view = &mut e.views[me];
        let clock = if releases(order) { view.now } else { view.fenced };
        view.now.0[me] += 1;
        clock
    })
}

pub(super) fn fence(order: Ordering) {
    view(|e, me| {
        let view = &mut e.views[me];
        if acquires(order) {
            let seen = view.seen;
            view.now.join(&seen);
        }
        if order == Ordering::SeqCst {
            view.now.join(&e.total);
            e.total = view.now;
        }
        if releases(order) {
            view.fenced = view.now;
            view.now.0[me] += 1;
        }
    });
}

/// The clocks of a race-checked cell.
#[derive(Default, Debug)]
pub(super) struct Accesses {
    read: RefCell<Clock>,
    written: RefCell<Clock>,
}

// SAFETY: as for `Location`.
unsafe impl Sync for Accesses {}
// SAFETY: as for `Location`.
unsafe impl Send for Accesses {}

impl Accesses {
    #[track_caller]
    pub(super) fn read(&self) {
        view(|e, me| {
            let now = &e.views[me].now;
            assert!(self.written.borrow().before(now), "data race: a read is not ordered after a write");
            self.read.borrow_mut().0[me] = now.0[me];
        });
    }

    #[track_caller]
    pub(super) fn write(&self) {
        view(|e, me| {
            let now = &e.views[me].now;
            assert!(self.written.borrow().before(now), "data race: a write is not ordered after a write");
            assert!(self.read.borrow().before(now), "data race: a write is not ordered after a read");
            let mut written = self.written.borrow_mut();
            *written = Clock::default();
            written.0[me] = now.0[me];
        });
    }
}
