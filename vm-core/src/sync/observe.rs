//! What a checked back end can tell about a run: which orderings the code asked for, so that the audit can weaken one of them, and what
//! each thread did in the execution that failed.
//!
//! An ordering is named by the place of the call that asked for it, and by the half of it that would be lost: `world.rs:120:9:acquire`.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering as Plain};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::Ordering;

// Plain statics of the machine: they steer the checker and are no part of a model.
static MODE: AtomicU8 = AtomicU8::new(0);
static SITES: Mutex<BTreeSet<Site>> = Mutex::new(BTreeSet::new());
static WEAKENED: OnceLock<Site> = OnceLock::new();
static MET: AtomicBool = AtomicBool::new(false);
static TIMELINE: Mutex<Timeline> = Mutex::new(Timeline { events: Vec::new(), names: BTreeMap::new() });

const COLLECT: u8 = 1;
const WEAKEN: u8 = 2;
const RECORD: u8 = 4;

/// What an ordering loses when it is weakened by one step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Half {
    /// The acquire half.
    Acquire,
    /// The release half.
    Release,
    /// The acquire of a compare-exchange that failed.
    Failure,
    /// A fence's place in the total order of SeqCst fences, or the whole fence when it has none.
    Fence,
}

impl Half {
    const ALL: [(Half, &'static str); 4] = [
        (Half::Acquire, "acquire"),
        (Half::Release, "release"),
        (Half::Failure, "failure"),
        (Half::Fence, "fence"),
    ];
}

/// One half of an ordering, at one place in the source.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Site {
    /// From the crate's folder on.
    pub file: String,
    /// Line of the call.
    pub line: u32,
    /// Column of the call.
    pub column: u32,
    /// What it would lose.
    pub half: Half,
}

impl std::fmt::Display for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let half = Half::ALL.iter().find(|(half, _)| *half == self.half).map_or("", |(_, name)| name);
        write!(f, "{}:{}:{}:{half}", self.file, self.line, self.column)
    }
}

impl std::str::FromStr for Site {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.rsplitn(4, ':');
        let half = parts.next().ok_or(())?;
        let half = Half::ALL.iter().find(|(_, name)| *name == half).ok_or(())?.0;
        let column = parts.next().and_then(|n| n.parse().ok()).ok_or(())?;
        let line = parts.next().and_then(|n| n.parse().ok()).ok_or(())?;
        Ok(Self { file: parts.next().ok_or(())?.to_owned(), line, column, half })
    }
}

impl Site {
    fn new(at: &Location<'_>, half: Half) -> Self {
        Self { file: short(at.file()).to_owned(), line: at.line(), column: at.column(), half }
    }

    fn is_at(&self, at: &Location<'_>, half: Half) -> bool {
        self.line == at.line()
            && self.column == at.column()
            && self.half == half
            && self.file == short(at.file())
    }
}

/// The path from the crate's folder on.
fn short(path: &str) -> &str {
    path.rfind("/src/").map_or(path, |src| path[..src].rfind('/').map_or(path, |slash| &path[slash + 1..]))
}

/// Notes every ordering from now on.
pub fn collect_sites() {
    MODE.fetch_or(COLLECT, Plain::Relaxed);
}

/// The orderings noted.
pub fn sites() -> Vec<Site> {
    SITES.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
}

/// Weakens one ordering for the whole process.
pub fn weaken(site: Site) {
    if WEAKENED.set(site).is_ok() {
        MODE.fetch_or(WEAKEN, Plain::Relaxed);
    }
}

#[track_caller]
#[inline]
pub(super) fn load(order: Ordering) -> Ordering {
    if lost(order, Half::Acquire) { without_acquire(order) } else { order }
}

#[track_caller]
#[inline]
pub(super) fn store(order: Ordering) -> Ordering {
    if lost(order, Half::Release) { without_release(order) } else { order }
}

#[track_caller]
#[inline]
pub(super) fn rmw(order: Ordering) -> Ordering {
    store(load(order))
}

#[track_caller]
#[inline]
pub(super) fn failure(order: Ordering) -> Ordering {
    if lost(order, Half::Failure) { Ordering::Relaxed } else { order }
}

/// What remains of a fence; `None` for nothing.
#[track_caller]
#[inline]
pub(super) fn fence(order: Ordering) -> Option<Ordering> {
    match (lost(order, Half::Fence), order) {
        (false, order) => Some(order),
        (true, Ordering::SeqCst) => Some(Ordering::AcqRel),
        (true, _) => None,
    }
}

/// Whether the caller's ordering has this half, and is to lose it.
#[track_caller]
#[inline]
fn lost(order: Ordering, half: Half) -> bool {
    if MODE.load(Plain::Relaxed) & (COLLECT | WEAKEN) == 0 {
        return false;
    }
    let has = match half {
        Half::Acquire | Half::Failure => {
            matches!(order, Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
        }
        Half::Release => matches!(order, Ordering::Release | Ordering::AcqRel | Ordering::SeqCst),
        Half::Fence => true,
    };
    let at = Location::caller();
    if has && MODE.load(Plain::Relaxed) & COLLECT != 0 {
        SITES.lock().unwrap_or_else(PoisonError::into_inner).insert(Site::new(at, half));
    }
    let weakened = has && WEAKENED.get().is_some_and(|site| site.is_at(at, half));
    if weakened {
        MET.store(true, Plain::Relaxed);
    }
    weakened
}

/// Whether the weakened ordering was ever asked for.
pub fn met() -> bool {
    MET.load(Plain::Relaxed)
}

fn without_acquire(order: Ordering) -> Ordering {
    match order {
        Ordering::AcqRel | Ordering::SeqCst => Ordering::Release,
        _ => Ordering::Relaxed,
    }
}

fn without_release(order: Ordering) -> Ordering {
    match order {
        Ordering::AcqRel | Ordering::SeqCst => Ordering::Acquire,
        _ => Ordering::Relaxed,
    }
}

/// One step of one thread.
#[derive(Clone, Debug)]
pub struct Event {
    /// The thread's number in its execution; 0 is the main one.
    pub thread: usize,
    /// File and line.
    pub site: String,
    /// Operation, value, order.
    pub what: String,
}

struct Timeline {
    events: Vec<Event>,
    /// Addresses in the order in which they appeared.
    names: BTreeMap<usize, usize>,
}

/// Starts a timeline with the execution that begins now.
pub fn record() {
    let mut timeline = TIMELINE.lock().unwrap_or_else(PoisonError::into_inner);
    timeline.events.clear();
    timeline.names.clear();
    MODE.fetch_or(RECORD, Plain::Relaxed);
}

/// What happened since [`record`].
pub fn timeline() -> Vec<Event> {
    MODE.fetch_and(!RECORD, Plain::Relaxed);
    std::mem::take(&mut TIMELINE.lock().unwrap_or_else(PoisonError::into_inner).events)
}

/// Notes one step. `address` is the location concerned, 0 for none; it is shown as a small number.
#[track_caller]
#[inline]
pub(super) fn note(kind: &str, address: usize, detail: impl FnOnce() -> String) {
    if MODE.load(Plain::Relaxed) & RECORD != 0 {
        write(kind, address, &detail(), Location::caller());
    }
}

#[cold]
fn write(kind: &str, address: usize, detail: &str, at: &Location<'_>) {
    let mut timeline = TIMELINE.lock().unwrap_or_else(PoisonError::into_inner);
    let next = timeline.names.len() + 1;
    let what = match address {
        0 => format!("{kind} {detail}"),
        _ => format!("{kind} #{} {detail}", timeline.names.entry(address).or_insert(next)),
    };
    let site = format!("{}:{}", short(at.file()), at.line());
    timeline.events.push(Event { thread: super::backend::number(), site, what: what.trim_end().to_owned() });
}

/// The address of a location.
pub(super) fn address<T>(location: &T) -> usize {
    std::ptr::from_ref(location).addr()
}
