//! Who writes to shared memory, and who waits for it: the counts of `-X stats` and the report of `-X contention`.
//!
//! Nothing is counted in a run without these options, and nothing is tested for either: a watched thread gets a *tapped* parking lot
//! ([`vm_core::runtime::Runtime::tap`]), whose unlocks take the path that wakes waiters and so come by here. Each thread counts by
//! itself; the counts are added up when it ends.

use std::{
    cell::{Cell, RefCell},
    fmt::Write as _,
    mem::offset_of,
};

use rustc_hash::FxHashMap;
use vm_core::{
    blocking::Instant,
    sync::{AtomicU64, Mutex, Ordering},
};
use vm_heap::Header;

use crate::{
    object::{gc::shape_id, kind::Kind, module::Module, str::Str},
    vm::Vm,
};

/// How closely shared writes are watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Watch {
    /// Not at all.
    #[default]
    Off,
    /// Counts by kind of object: `-X stats`.
    Counts,
    /// Lines and objects as well: `-X contention`.
    Lines,
}

/// Objects whose last locker is remembered; a power of two. Two objects with one place forget each other, so moves are never overstated.
const REMEMBERED: usize = 1 << 14;

/// Rows of each table of the report.
const ROWS: usize = 12;

/// Counts of one place or object.
#[derive(Clone, Copy, Default, Debug)]
struct Tally {
    /// Locks taken.
    locks: u64,
    /// Locks taken of an object that another thread had locked last.
    moves: u64,
    /// Times that a thread found the lock held.
    waits: u64,
    /// Time from then until it had the lock.
    wait_ns: u64,
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.locks += other.locks;
        self.moves += other.moves;
        self.waits += other.waits;
        self.wait_ns += other.wait_ns;
    }
    /// What the report sorts by: waits cost most, a move costs a cache line's way.
    fn weight(&self) -> (u64, u64, u64) {
        (self.waits, self.moves, self.locks)
    }
}

/// A line of code that locks objects of a class. Addresses of code and class: they live as long as anyone can run them.
type Place = (usize, u32, usize);

#[derive(Clone, Debug)]
struct Named {
    class: String,
    at: String,
    tally: Tally,
}

#[derive(Default, Debug)]
struct Detail {
    places: FxHashMap<Place, Named>,
    /// Only objects that moved or were waited for, by address.
    objects: FxHashMap<usize, Named>,
}

/// What one thread counts.
pub(crate) struct ThreadLog {
    kinds: [Cell<u64>; 256],
    waits: Cell<u64>,
    wait_ns: Cell<u64>,
    lock_objects: Cell<u64>,
    lock_object_waits: Cell<u64>,
    detail: Option<RefCell<Detail>>,
}

/// What the ended threads counted, and who locked what last.
pub struct Watched {
    kinds: Box<[AtomicU64]>,
    waits: AtomicU64,
    wait_ns: AtomicU64,
    lock_objects: AtomicU64,
    lock_object_waits: AtomicU64,
    /// Address (without its low 4 bits) and thread (16 bits) of the last locker.
    last: Box<[AtomicU64]>,
    detail: Mutex<Detail>,
}

impl Watched {
    pub(crate) fn new(watch: Watch) -> Watched {
        let zeros = |n: usize| (0..n).map(|_| AtomicU64::default()).collect();
        Watched {
            kinds: zeros(if watch == Watch::Off { 0 } else { 256 }),
            waits: AtomicU64::default(),
            wait_ns: AtomicU64::default(),
            lock_objects: AtomicU64::default(),
            lock_object_waits: AtomicU64::default(),
            last: zeros(if watch == Watch::Lines { REMEMBERED } else { 0 }),
            detail: Mutex::new(Detail::default()),
        }
    }

    /// The counts by name, without those of threads that still run.
    #[must_use]
    pub fn counters(&self) -> Vec<(String, u64)> {
        let get = |n: &AtomicU64| n.load(Ordering::Relaxed);
        let mut list = vec![
            ("object_locks".to_owned(), self.kinds.iter().map(get).sum()),
            ("object_lock_waits".to_owned(), get(&self.waits)),
            ("object_lock_wait_ns".to_owned(), get(&self.wait_ns)),
            ("lock_acquisitions".to_owned(), get(&self.lock_objects)),
            ("lock_waits".to_owned(), get(&self.lock_object_waits)),
        ];
        if !self.last.is_empty() {
            let detail = self.detail.lock();
            list.push(("lock_moves".to_owned(), detail.places.values().map(|p| p.tally.moves).sum()));
        }
        for kind in Kind::ALL {
            let n = self.kinds.get(*kind as usize).map_or(0, get);
            if n != 0 {
                list.push((format!("object_locks.{}", format!("{kind:?}").to_lowercase()), n));
            }
        }
        list
    }
}

impl ThreadLog {
    pub(crate) fn new(watch: Watch) -> Option<Box<ThreadLog>> {
        if watch == Watch::Off {
            return None;
        }
        Some(Box::new(ThreadLog {
            kinds: [const { Cell::new(0) }; 256],
            waits: Cell::new(0),
            wait_ns: Cell::new(0),
            lock_objects: Cell::new(0),
            lock_object_waits: Cell::new(0),
            detail: (watch == Watch::Lines).then(RefCell::default),
        }))
    }

    /// Adds the counts to the shared ones and starts again from zero.
    fn flush(&self, to: &Watched) {
        for (mine, shared) in self.kinds.iter().zip(&to.kinds) {
            let n = mine.take();
            if n != 0 {
                shared.fetch_add(n, Ordering::Relaxed);
            }
        }
        for (mine, shared) in [
            (&self.waits, &to.waits),
            (&self.wait_ns, &to.wait_ns),
            (&self.lock_objects, &to.lock_objects),
            (&self.lock_object_waits, &to.lock_object_waits),
        ] {
            shared.fetch_add(mine.take(), Ordering::Relaxed);
        }
        if let Some(detail) = &self.detail {
            let detail = detail.take();
            let mut all = to.detail.lock();
            for (key, named) in detail.places {
                merge(&mut all.places, key, named);
            }
            for (key, named) in detail.objects {
                merge(&mut all.objects, key, named);
            }
        }
    }
}

fn merge<K: std::hash::Hash + Eq>(all: &mut FxHashMap<K, Named>, key: K, named: Named) {
    match all.get_mut(&key) {
        Some(known) => known.tally.add(named.tally),
        None => {
            all.insert(key, named);
        }
    }
}

fn bump(cell: &Cell<u64>, n: u64) {
    cell.set(cell.get() + n);
}

impl Vm {
    /// This thread's counts, added to the shared ones.
    pub fn flush_watched(&self) {
        if let Some(log) = self.log() {
            log.flush(&self.interp().watched);
        }
    }

    /// The thread gave back the byte lock at address `lock`.
    #[cold]
    pub(crate) fn object_unlocked(&self, lock: usize) {
        let Some(log) = self.log() else { return };
        let address = lock - offset_of!(Header, lock);
        // SAFETY: byte locks are those of headers. The thread held this one a moment ago and met no safepoint since: the cell lives.
        let header = unsafe { &*(address as *const Header) };
        bump(&log.kinds[header.kind as usize], 1);
        if self.detailed(log) {
            let moved = self.moved(address);
            let tally = Tally { locks: 1, moves: u64::from(moved), ..Tally::default() };
            self.note(log, address, self.class_address(header), tally, || self.class_text(header));
        }
    }

    /// Waits with `wait` for the lock of an object.
    #[cold]
    pub(crate) fn object_contended<R>(&self, header: &Header, wait: impl FnOnce() -> R) -> R {
        let Some(log) = self.log() else { return wait() };
        let (result, ns) = self.timed(wait);
        bump(&log.waits, 1);
        bump(&log.wait_ns, ns);
        if self.detailed(log) {
            let tally = Tally { waits: 1, wait_ns: ns, ..Tally::default() };
            let address = std::ptr::from_ref(header) as usize;
            self.note(log, address, self.class_address(header), tally, || self.class_text(header));
        }
        result
    }

    /// A `_thread.lock` or the like at `address` was taken at once.
    pub(crate) fn lock_acquired(&self, address: usize, class: &str) {
        let Some(log) = self.log() else { return };
        bump(&log.lock_objects, 1);
        if self.detailed(log) {
            let tally = Tally { locks: 1, moves: u64::from(self.moved(address)), ..Tally::default() };
            self.note(log, address, class.as_ptr() as usize, tally, || class.to_owned());
        }
    }

    /// Waits with `wait` for a `_thread.lock` or the like.
    pub(crate) fn lock_contended_at<R>(&self, address: usize, class: &str, wait: impl FnOnce() -> R) -> R {
        let Some(log) = self.log() else { return wait() };
        let (result, ns) = self.timed(wait);
        bump(&log.lock_objects, 1);
        bump(&log.lock_object_waits, 1);
        if self.detailed(log) {
            let moves = u64::from(self.moved(address));
            let tally = Tally { locks: 1, moves, waits: 1, wait_ns: ns };
            self.note(log, address, class.as_ptr() as usize, tally, || class.to_owned());
        }
        result
    }

    /// Whether lines and objects are counted. Not during bootstrap: classes have no names yet.
    fn detailed(&self, log: &ThreadLog) -> bool {
        log.detail.is_some() && self.interp().is_booted()
    }

    fn timed<R>(&self, wait: impl FnOnce() -> R) -> (R, u64) {
        let clock = self.interp().core.runtime().clock();
        let start: Instant = clock.now();
        let result = wait();
        let ns = start.until(clock.now()).as_nanos();
        (result, u64::try_from(ns).unwrap_or(u64::MAX))
    }

    /// Whether another thread locked the object last. From now on it was this one.
    fn moved(&self, address: usize) -> bool {
        let last = &self.interp().watched.last;
        let key = (address >> 4) as u64;
        let place = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let me = key << 16 | self.core().id() & 0xFFFF;
        let Some(slot) = last.get(place as usize & (REMEMBERED - 1)) else { return false };
        let before = slot.swap(me, Ordering::Relaxed);
        before >> 16 == key && before != me
    }

    fn class_address(&self, header: &Header) -> usize {
        let class = self.interp().shapes.get(shape_id(header)).class.get();
        class.map_or(header.kind as usize, |c| c.as_ptr() as usize)
    }

    fn class_text(&self, header: &Header) -> String {
        match self.interp().shapes.get(shape_id(header)).class.get() {
            Some(class) => class.name().to_str_lossy().into_owned(),
            None => "an internal cell".to_owned(),
        }
    }

    /// Adds `tally` to the running line, and to the object if threads meet at it.
    fn note(&self, log: &ThreadLog, address: usize, class: usize, tally: Tally, text: impl Fn() -> String) {
        let Some(detail) = &log.detail else { return };
        let mut detail = detail.borrow_mut();
        let (code, line) = self.running_line();
        let place = detail.places.entry((code, line, class)).or_insert_with(|| Named {
            class: text(),
            at: self.running_place(line),
            tally: Tally::default(),
        });
        place.tally.add(tally);
        let meets = tally.moves + tally.waits != 0;
        if let Some(object) = detail.objects.get_mut(&address) {
            object.tally.add(tally);
        } else if meets {
            let at = self.running_place(line);
            detail.objects.insert(address, Named { class: text(), at, tally });
        }
    }

    fn running_line(&self) -> (usize, u32) {
        // SAFETY: the newest frame of this thread, null before the first; a lock may wait, so its instruction is saved.
        let Some(frame) = (unsafe { self.frame.get().as_ref() }) else { return (0, 0) };
        let line = frame.code.position(frame.current_word()).map_or(0, |p| p.line);
        (frame.code.as_ptr() as usize, line)
    }

    fn running_place(&self, line: u32) -> String {
        // SAFETY: as in `running_line`.
        let Some(frame) = (unsafe { self.frame.get().as_ref() }) else { return "start-up".to_owned() };
        let file = frame.code.filename.get().downcast::<Str>();
        format!("{}:{line}", file.map_or_else(|| "?".to_owned(), |f| f.to_str_lossy().into_owned()))
    }

    /// Names of module globals, by the address of the object.
    fn global_names(&self) -> FxHashMap<usize, String> {
        let mut names = FxHashMap::default();
        let modules = self.interp().boot().modules;
        let mut at = 0;
        while let Some((next, name, module)) = modules.next_entry(at) {
            at = next;
            let (Some(name), Some(module)) = (name.downcast::<Str>(), module.downcast::<Module>()) else {
                continue;
            };
            let module_name = name.to_str_lossy();
            let space = module.namespace();
            names.insert(space.as_ptr() as usize, format!("globals of {module_name}"));
            let mut at = 0;
            while let Some((next, key, value)) = space.next_entry(at) {
                at = next;
                if let (Some(key), Some(header)) = (key.downcast::<Str>(), value.header()) {
                    let text = format!("{module_name}.{}", key.to_str_lossy());
                    names.entry(std::ptr::from_ref(header) as usize).or_insert(text);
                }
            }
        }
        names
    }

    /// The report of `-X contention`. Threads that still run are missing.
    #[must_use]
    pub fn contention_report(&self) -> String {
        self.flush_watched();
        let detail = self.interp().watched.detail.lock();
        let mut total = Tally::default();
        detail.places.values().for_each(|p| total.add(p.tally));
        let mut out = String::new();
        let _ = writeln!(
            out,
            "Contention: {} locks taken, {} after another thread, {} waits ({:.1} ms)",
            total.locks,
            total.moves,
            total.waits,
            total.wait_ns as f64 / 1e6
        );
        if detail.objects.is_empty() {
            out.push_str("No object was locked by two threads.\n");
            return out;
        }
        let names = self.global_names();
        let head = format!("{:>10} {:>10} {:>10} {:>10}", "waits", "wait ms", "moves", "locks");
        let row = |t: &Tally| {
            format!("{:>10} {:>10.1} {:>10} {:>10}", t.waits, t.wait_ns as f64 / 1e6, t.moves, t.locks)
        };
        let mut objects: Vec<_> = detail.objects.iter().collect();
        objects.sort_by_key(|(address, o)| (std::cmp::Reverse(o.tally.weight()), **address));
        let _ = writeln!(out, "\nObjects that threads met at ({}):\n{head}  object", objects.len());
        for (address, object) in objects.iter().take(ROWS) {
            // The payload of a lock begins behind its cell's header.
            let name = (0..64).step_by(8).find_map(|back| names.get(&(*address - back)));
            let name = name.map_or_else(|| format!("first met at {}", object.at), Clone::clone);
            let _ = writeln!(out, "{}  {}: {name}", row(&object.tally), object.class);
        }
        let mut places: Vec<_> =
            detail.places.iter().filter(|(_, p)| p.tally.moves + p.tally.waits != 0).collect();
        places.sort_by_key(|(key, p)| (std::cmp::Reverse(p.tally.weight()), **key));
        let _ = writeln!(out, "\nLines where they met ({}):\n{head}  line", places.len());
        for (_, place) in places.iter().take(ROWS) {
            let _ = writeln!(out, "{}  {}  ({})", row(&place.tally), place.at, place.class);
        }
        out
    }
}
