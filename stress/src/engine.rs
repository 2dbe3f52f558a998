//! Aligned execution: persistent actor threads meet before each of many fresh states, so that their few instructions overlap.
//!
//! Without it a test finds next to nothing: the time between starting two threads is thousands of times the time in which they can disturb
//! each other.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use vm_core::runtime::{Interpreter, Runtime, RuntimeConfig, ThreadCore};
use vm_core::world::Attached;

use crate::case::Tally;
use crate::rng::Rng;

/// Where the actors run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Each on a processor of its own, as far as there are any.
    Other,
    /// All on one processor.
    Same,
    /// Wherever the system puts them.
    Free,
    /// Four groups at a time.
    Over,
}

impl Mode {
    pub const ALL: [Self; 4] = [Self::Other, Self::Free, Self::Over, Self::Same];

    pub fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Same => "same",
            Self::Free => "free",
            Self::Over => "over",
        }
    }

    pub fn parse(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|m| m.name() == name);
        found.ok_or_else(|| format!("no mode {name:?}; there are other, same, free and over"))
    }

    /// Groups of actors that run at a time.
    pub fn groups(self) -> usize {
        if self == Self::Over { 4 } else { 1 }
    }

    /// Its share of a test's time.
    pub fn weight(self) -> u32 {
        match self {
            Self::Other => 5,
            Self::Free => 2,
            Self::Over => 2,
            Self::Same => 1,
        }
    }

    /// Puts the calling thread where the mode wants actor number `actor` of `group`.
    pub fn place(self, group: usize, actor: usize) {
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        let cpu = match self {
            Self::Other => actor % cpus,
            Self::Same => group % cpus,
            Self::Free | Self::Over => return,
        };
        // SAFETY: a set of our own, and the calling thread (0); a refusal only costs alignment.
        unsafe {
            let mut set: libc::cpu_set_t = std::mem::zeroed();
            libc::CPU_SET(cpu, &mut set);
            libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set);
        }
    }
}

/// What a run of one test in one mode is told, and where it tells how it gets on.
pub struct Plan {
    pub mode: Mode,
    pub seed: u64,
    pub time: Duration,
    /// Whether the broken twin is to run.
    pub twin: bool,
    pub progress: Arc<Progress>,
}

/// How a run gets on, for the watchdog and the parent.
#[derive(Default)]
pub struct Progress {
    pub samples: AtomicU64,
    pub tally: Mutex<Tally>,
    /// Moves with every stride.
    pub beat: AtomicU64,
    /// What the watchdog shows of a run that hangs.
    pub inspect: Mutex<Option<Box<dyn Fn() -> String + Send>>>,
}

impl Progress {
    /// Adds a stride's outcomes.
    pub fn add(&self, outcomes: impl IntoIterator<Item = (String, u64)>) {
        let mut tally = self.tally.lock().unwrap_or_else(|e| e.into_inner());
        let mut sum = 0;
        for (key, n) in outcomes {
            sum += n;
            *tally.entry(key).or_default() += n;
        }
        drop(tally);
        self.samples.fetch_add(sum, Ordering::Relaxed);
        self.beat.fetch_add(1, Ordering::Relaxed);
    }
}

/// A word of its own cache line.
#[repr(align(128))]
#[derive(Default)]
struct Line(AtomicUsize);

/// Where the actors of a group meet before each element.
pub struct Rendezvous {
    reached: Vec<Line>,
    /// Looks until the first yield, and from one yield to the next.
    patience: (u32, u32),
    progress: Arc<Progress>,
}

impl Rendezvous {
    pub fn new(actors: usize, mode: Mode, progress: &Arc<Progress>) -> Self {
        let reached = (0..actors).map(|_| Line::default()).collect();
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        // Who waits for an actor that is not running keeps a processor from it.
        let patience = match mode {
            Mode::Same | Mode::Over => (0, 1),
            Mode::Other | Mode::Free if actors > cpus => (32, 8),
            Mode::Other | Mode::Free => (512, 64),
        };
        Self { reached, patience, progress: Arc::clone(progress) }
    }

    /// Between two strides.
    pub fn reset(&self) {
        for line in &self.reached {
            line.0.store(0, Ordering::Relaxed);
        }
    }

    /// Actor `me` is ready for element `i`; returns when all are. `poll` is called while it waits.
    pub fn meet(&self, me: usize, i: usize, mut poll: impl FnMut()) {
        self.reached[me].0.store(i + 1, Ordering::SeqCst);
        if me == 0 {
            self.progress.beat.fetch_add(1, Ordering::Relaxed);
        }
        let mut spins = 0u32;
        for line in &self.reached {
            while line.0.load(Ordering::Acquire) <= i {
                spins += 1;
                let (first, every) = self.patience;
                if spins > first && spins.is_multiple_of(every) {
                    std::thread::yield_now();
                } else {
                    std::hint::spin_loop();
                }
                if spins.is_multiple_of(8) {
                    poll();
                }
            }
        }
    }
}

/// A random delay of up to about a hundred nanoseconds: who is first is to vary.
pub fn skew(rng: &mut Rng) {
    let r = rng.next() >> 20;
    if r & 1 == 0 {
        return;
    }
    // Mostly a little, at times much.
    let most = if r & 2 == 0 { 8 } else { 64 };
    for _ in 0..(r >> 2) % most {
        std::hint::black_box(());
        std::hint::spin_loop();
    }
}

/// Strides begin and end here; the waits are the system's, since spinning would take the actors' processors away.
pub struct Strides {
    state: Mutex<StrideState>,
    changed: Condvar,
}

#[derive(Default)]
struct StrideState {
    number: u64,
    busy: usize,
    over: bool,
}

impl Strides {
    pub fn new() -> Self {
        Self { state: Mutex::default(), changed: Condvar::new() }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, StrideState> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Starts a stride for `actors` threads.
    pub fn begin(&self, actors: usize) {
        let mut state = self.lock();
        state.number += 1;
        state.busy = actors;
        drop(state);
        self.changed.notify_all();
    }

    /// Waits until all actors finished.
    pub fn wait_for_all(&self) {
        let mut state = self.lock();
        while state.busy != 0 {
            state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner());
        }
    }

    /// An actor waits for a stride after `seen`; `None` when there is no more.
    pub fn next(&self, seen: u64) -> Option<u64> {
        let mut state = self.lock();
        while state.number == seen && !state.over {
            state = self.changed.wait(state).unwrap_or_else(|e| e.into_inner());
        }
        if state.over { None } else { Some(state.number) }
    }

    /// An actor finished its stride.
    pub fn finish(&self) {
        let mut state = self.lock();
        state.busy -= 1;
        if state.busy == 0 {
            drop(state);
            self.changed.notify_all();
        }
    }

    /// No more strides.
    pub fn end(&self) {
        self.lock().over = true;
        self.changed.notify_all();
    }
}

/// What the actors of a Rust test work in.
pub struct Rig {
    pub runtime: Arc<Runtime>,
    pub interpreter: Arc<Interpreter>,
    /// The actors' threads, by number.
    pub threads: Vec<Arc<ThreadCore>>,
}

/// The most actors of a test.
const ACTORS: usize = 4;
/// The most results of a sample.
const RESULTS: usize = 5;

/// What was seen of one state.
pub type Key = Vec<i32>;

/// Runs a test. `fresh` makes a state; `act` is an actor's part; `judge` looks at the state afterwards and makes the outcome of what the
/// actors returned.
pub fn run<S: Send + Sync>(
    plan: &Plan,
    actors: usize,
    stride: usize,
    fresh: impl Fn(&Rig) -> S + Sync,
    act: impl Fn(&Rig, &S, usize, &Attached<'_>) -> i32 + Sync,
    judge: impl Fn(&Rig, &S, &[i32]) -> Key + Sync,
) {
    assert!(actors <= ACTORS, "too many actors");
    let groups = plan.mode.groups();
    let runtime = Runtime::new(RuntimeConfig::default());
    let rigs: Vec<Rig> = (0..groups)
        .map(|_| {
            let interpreter = runtime.new_interpreter();
            let threads = (0..actors).map(|_| interpreter.register_thread().expect("few threads")).collect();
            Rig { runtime: Arc::clone(&runtime), interpreter, threads }
        })
        .collect();
    let shown: Vec<_> = rigs.iter().map(|r| Arc::clone(&r.interpreter)).collect();
    let inspect = move || shown.iter().map(|i| crate::watchdog::threads(i)).collect();
    *plan.progress.inspect.lock().unwrap_or_else(|e| e.into_inner()) = Some(Box::new(inspect));
    let until = Instant::now() + plan.time;
    std::thread::scope(|scope| {
        for (g, rig) in rigs.iter().enumerate() {
            let (fresh, act, judge) = (&fresh, &act, &judge);
            scope.spawn(move || group(plan, g, rig, stride, until, fresh, act, judge));
        }
    });
    plan.progress.inspect.lock().unwrap_or_else(|e| e.into_inner()).take();
}

/// How many elements a stride has: as many as were asked for, fewer on a busy machine.
pub struct Length {
    pub now: usize,
    most: usize,
}

impl Length {
    pub fn new(most: usize) -> Self {
        Self { now: 64.min(most), most }
    }

    /// After a stride that took this long.
    pub fn adapt(&mut self, took: Duration) {
        if took > Duration::from_millis(60) {
            self.now = (self.now / 2).max(16);
        } else if took < Duration::from_millis(20) {
            self.now = (self.now * 2).min(self.most);
        }
    }
}

/// States and results of one stride. The control thread writes the states while no actor runs.
struct Stage<S> {
    states: std::cell::UnsafeCell<Vec<S>>,
    results: Vec<[AtomicI32; ACTORS]>,
}

// SAFETY: `states` is written between strides only; [`Strides`] orders that against the actors' reads.
unsafe impl<S: Send + Sync> Sync for Stage<S> {}

#[expect(clippy::too_many_arguments, reason = "the parts of a test, handed on")]
fn group<S: Send + Sync>(
    plan: &Plan,
    number: usize,
    rig: &Rig,
    stride: usize,
    until: Instant,
    fresh: &(impl Fn(&Rig) -> S + Sync),
    act: &(impl Fn(&Rig, &S, usize, &Attached<'_>) -> i32 + Sync),
    judge: &(impl Fn(&Rig, &S, &[i32]) -> Key + Sync),
) {
    let actors = rig.threads.len();
    let strides = Strides::new();
    let meeting = Rendezvous::new(actors, plan.mode, &plan.progress);
    let stage = Stage {
        states: std::cell::UnsafeCell::new(Vec::new()),
        results: (0..stride).map(|_| std::array::from_fn(|_| AtomicI32::new(0))).collect(),
    };
    std::thread::scope(|scope| {
        for a in 0..actors {
            let (strides, meeting, stage) = (&strides, &meeting, &stage);
            let mut rng = Rng::new(plan.seed, (number * 16 + a) as u64);
            scope.spawn(move || {
                plan.mode.place(number, a);
                let core = &rig.threads[a];
                let mut seen = 0;
                while let Some(next) = strides.next(seen) {
                    seen = next;
                    let t = core.attach();
                    // SAFETY: the control thread does not touch the states until all actors have finished.
                    let states = unsafe { &*stage.states.get() };
                    for (i, state) in states.iter().enumerate() {
                        meeting.meet(a, i, || {
                            if t.thread().breaker().events() != 0 {
                                t.poll();
                            }
                        });
                        skew(&mut rng);
                        let r = act(rig, state, a, &t);
                        stage.results[i][a].store(r, Ordering::Relaxed);
                    }
                    t.detach();
                    strides.finish();
                }
                rig.interpreter.unregister_thread(core.attach());
            });
        }
        let mut length = Length::new(stride);
        while Instant::now() < until {
            let start = Instant::now();
            let made: Vec<S> = (0..length.now).map(|_| fresh(rig)).collect();
            // SAFETY: no actor is in a stride.
            unsafe { *stage.states.get() = made };
            meeting.reset();
            strides.begin(actors);
            strides.wait_for_all();
            // SAFETY: as above.
            let states = unsafe { &*stage.states.get() };
            let mut seen: BTreeMap<Key, u64> = BTreeMap::new();
            for (state, results) in states.iter().zip(&stage.results) {
                let mut row = [0; RESULTS];
                for (to, from) in row.iter_mut().zip(results) {
                    *to = from.load(Ordering::Relaxed);
                }
                *seen.entry(judge(rig, state, &row[..actors])).or_default() += 1;
            }
            plan.progress.add(seen.into_iter().map(|(k, n)| (text(&k), n)));
            length.adapt(start.elapsed());
        }
        strides.end();
    });
}

/// A key as the tables have it.
fn text(key: &[i32]) -> String {
    key.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")
}
