//! The module `_stress`: the runner's half of a Python test.

use std::cell::RefCell;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use vm_python::error::PyResult;
use vm_python::native::FunctionDef;
use vm_python::object::{gc::Gc, module::Module, sequence::Tuple, str::Str};
use vm_python::{Value, Vm};

use crate::engine::{Length, Mode, Progress, Rendezvous, Strides, skew};
use crate::rng::Rng;

/// What a run in one mode needs.
pub struct Setup {
    pub mode: Mode,
    pub seed: u64,
    pub stride: usize,
    pub groups: usize,
    pub until: Instant,
    pub progress: Arc<Progress>,
}

struct Engine {
    setup: Setup,
    groups: std::sync::OnceLock<Vec<Group>>,
    actors: AtomicUsize,
    gone: AtomicUsize,
    /// Of a stride, and when the last one began.
    length: Mutex<(Length, Option<Instant>)>,
}

struct Group {
    meeting: Rendezvous,
    strides: Strides,
}

/// The run of this process; leaked, as threads of an earlier mode may still look at theirs.
static ENGINE: AtomicPtr<Engine> = AtomicPtr::new(std::ptr::null_mut());

/// What `memory` was told.
static MEMORY: Mutex<Vec<(u64, u64)>> = Mutex::new(Vec::new());

/// What `memory` was told.
pub fn take_memory() -> Vec<(u64, u64)> {
    std::mem::take(&mut *MEMORY.lock().unwrap_or_else(|e| e.into_inner()))
}

thread_local! {
    /// The actor's skews, and the number of its stride.
    static ACTOR: RefCell<(Rng, u64)> = RefCell::new((Rng::new(0, 0), 0));
}

/// Makes ready for a run.
pub fn set_up(setup: Setup) {
    let engine = Engine {
        length: Mutex::new((Length::new(setup.stride), None)),
        setup,
        groups: std::sync::OnceLock::new(),
        actors: AtomicUsize::new(0),
        gone: AtomicUsize::new(0),
    };
    ENGINE.store(Box::into_raw(Box::new(engine)), Ordering::Release);
}

/// Where this process's test keeps files.
pub fn folder() -> std::path::PathBuf {
    std::env::temp_dir().join(format!("weft-stress-{}", std::process::id()))
}

/// Makes `_stress` importable.
pub fn register(vm: &Vm) {
    vm.register_native_module("_stress", make);
}

fn make(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("_stress")?;
    vm.add_functions(m, FUNCTIONS)?;
    Ok(m)
}

fn engine() -> &'static Engine {
    // SAFETY: set before any Python code runs, and never freed.
    unsafe { &*ENGINE.load(Ordering::Acquire) }
}

fn group(vm: &Vm, number: Value) -> PyResult<&'static Group> {
    let n = small(number);
    let found = engine().groups.get().and_then(|g| g.get(n));
    found.ok_or_else(|| vm.value_error("no such group"))
}

fn small(v: Value) -> usize {
    v.as_small_int().and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
}

static FUNCTIONS: &[FunctionDef] = &[
    // `begin(actors)`: how many groups there are.
    FunctionDef::new("begin", |vm, args| {
        let [actors] = args.exact::<1>(vm, "begin")?;
        let (e, actors) = (engine(), small(actors));
        e.actors.store(actors, Ordering::Relaxed);
        let mode = e.setup.mode;
        let make =
            |_| Group { meeting: Rendezvous::new(actors, mode, &e.setup.progress), strides: Strides::new() };
        let groups = e.groups.get_or_init(|| (0..e.setup.groups).map(make).collect());
        Ok(Value::small_int(groups.len() as i64))
    }),
    // `place(group, actor)`: puts the calling thread where the mode wants it.
    FunctionDef::new("place", |vm, args| {
        let [g, a] = args.exact::<2>(vm, "place")?;
        let e = engine();
        e.setup.mode.place(small(g), small(a));
        ACTOR.with(|s| *s.borrow_mut() = (Rng::new(e.setup.seed, (small(g) * 16 + small(a)) as u64), 0));
        Ok(Value::NONE)
    }),
    // `stride(group)`: waits for the next stride; false when there is no more.
    FunctionDef::new("stride", |vm, args| {
        let [g] = args.exact::<1>(vm, "stride")?;
        let g = group(vm, g)?;
        let seen = ACTOR.with(|s| s.borrow().1);
        let next = vm.detached(|| g.strides.next(seen));
        if let Some(next) = next {
            ACTOR.with(|s| s.borrow_mut().1 = next);
        }
        Ok(Value::bool(next.is_some()))
    }),
    // `meet(group, actor, element)`: waits for the other actors, then a random while.
    FunctionDef::new("meet", |vm, args| {
        let [g, a, i] = args.exact::<3>(vm, "meet")?;
        let g = group(vm, g)?;
        g.meeting.meet(small(a), small(i), || {
            // An exception of the poll would be a signal's; the driver has none.
            let _ = vm.poll();
        });
        ACTOR.with(|s| skew(&mut s.borrow_mut().0));
        Ok(Value::NONE)
    }),
    // `finish(group)`: the actor is through its stride.
    FunctionDef::new("finish", |vm, args| {
        let [g] = args.exact::<1>(vm, "finish")?;
        group(vm, g)?.strides.finish();
        Ok(Value::NONE)
    }),
    // `length()`: elements of the next stride.
    FunctionDef::new("length", |vm, args| {
        args.exact::<0>(vm, "length")?;
        let mut length = engine().length.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(start) = length.1.replace(Instant::now()) {
            length.0.adapt(start.elapsed());
        }
        Ok(Value::small_int(length.0.now as i64))
    }),
    // `go()`: a stride of all groups.
    FunctionDef::new("go", |vm, args| {
        args.exact::<0>(vm, "go")?;
        let e = engine();
        let actors = e.actors.load(Ordering::Relaxed);
        for g in e.groups.get().into_iter().flatten() {
            g.meeting.reset();
            g.strides.begin(actors);
        }
        vm.detached(|| e.groups.get().into_iter().flatten().for_each(|g| g.strides.wait_for_all()));
        Ok(Value::NONE)
    }),
    FunctionDef::new("time_is_left", |vm, args| {
        args.exact::<0>(vm, "time_is_left")?;
        Ok(Value::bool(Instant::now() < engine().setup.until))
    }),
    // `tally(outcome, count)`
    FunctionDef::new("tally", |vm, args| {
        let [key, n] = args.exact::<2>(vm, "tally")?;
        let Some(key) = key.downcast::<Str>() else { return Err(vm.type_error("outcome must be str")) };
        let n = small(n) as u64;
        engine().setup.progress.add([(key.to_str_lossy().into_owned(), n)]);
        Ok(Value::NONE)
    }),
    // `beat()`: something moves, for the watchdog; rounds of a program with faults on a busy machine take minutes.
    FunctionDef::new("beat", |vm, args| {
        args.exact::<0>(vm, "beat")?;
        engine().setup.progress.beat.fetch_add(1, Ordering::Relaxed);
        Ok(Value::NONE)
    }),
    // `folder()`: a folder of this process, which goes with it.
    FunctionDef::new("folder", |vm, args| {
        args.exact::<0>(vm, "folder")?;
        let path = folder();
        std::fs::create_dir_all(&path).map_err(|e| vm.runtime_error(format!("{}: {e}", path.display())))?;
        Ok(vm.new_str(&path.to_string_lossy())?.value())
    }),
    // `rss()`: bytes of the process that are in memory.
    FunctionDef::new("rss", |vm, args| {
        args.exact::<0>(vm, "rss")?;
        let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
        let pages: i64 = text.split(' ').nth(1).and_then(|n| n.parse().ok()).unwrap_or(0);
        Ok(Value::small_int(pages * 4096))
    }),
    // `memory(samples)`: live bytes of the heap and of the process, over time.
    FunctionDef::new("memory", |vm, args| {
        let [samples] = args.exact::<1>(vm, "memory")?;
        let mut out = Vec::new();
        vm.for_each(samples, |pair| {
            if let Some(t) = pair.downcast::<Tuple>()
                && let [live, rss] = t.as_slice()
            {
                out.push((small(*live) as u64, small(*rss) as u64));
            }
            Ok(true)
        })?;
        *MEMORY.lock().unwrap_or_else(|e| e.into_inner()) = out;
        Ok(Value::NONE)
    }),
    FunctionDef::new("gone", |vm, args| {
        args.exact::<0>(vm, "gone")?;
        engine().gone.fetch_add(1, Ordering::Release);
        Ok(Value::NONE)
    }),
    // `end()`: no more strides; returns when every actor has left its loop.
    FunctionDef::new("end", |vm, args| {
        args.exact::<0>(vm, "end")?;
        let e = engine();
        let groups = e.groups.get().map_or(&[][..], Vec::as_slice);
        groups.iter().for_each(|g| g.strides.end());
        let all = groups.len() * e.actors.load(Ordering::Relaxed);
        vm.detached(|| {
            while e.gone.load(Ordering::Acquire) < all {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        });
        Ok(Value::NONE)
    }),
];
