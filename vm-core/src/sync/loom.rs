//! The loom back end: every interleaving up to a preemption bound, with the stale reads that C11 allows.

use std::cell::Cell;
use std::fmt;
use std::sync::PoisonError;
use std::time::Duration;

pub use loom::sync::atomic::Ordering;

use super::observe;

/// Makes loom see every conflict between a load and a later write.
///
/// loom 0.7.3 remembers one last access per location. When a thread loads a location and then writes it (any `load; compare_exchange`),
/// its own load hides the loads of other threads, and the executions in which those come after the write are never run:
/// tokio-rs/loom issues 166 and 392. So each location has one relaxed shadow per thread: a load reads the thread's own, a write
/// writes those of all other threads that have loaded. The shadows order nothing.
#[derive(Debug)]
struct Shadows {
    of_thread: [loom::sync::atomic::AtomicBool; THREADS],
    loaded: Cell<u8>,
}

/// loom's limit, the main thread included.
const THREADS: usize = 5;

loom::thread_local! {
    /// The calling thread's number in its execution.
    static ME: Cell<usize> = Cell::new(0);
    /// How many locks of the facade the calling thread holds.
    static HELD: Cell<usize> = Cell::new(0);
}

/// Fails the check when the calling thread holds a lock: it is about to wait, or to reach a safepoint.
#[track_caller]
pub fn assert_no_lock(rules: &str) {
    assert_eq!(HELD.with(Cell::get), 0, "{rules}: a safepoint or a wait under a lock");
}

/// Fails unless the calling thread holds at least `least` locks.
pub fn assert_locks_held(rules: &str, least: usize) {
    let held = HELD.with(Cell::get);
    assert!(held >= least, "{rules}: {held} of {least} locks");
}

impl Shadows {
    fn new() -> Self {
        Self {
            of_thread: std::array::from_fn(|_| loom::sync::atomic::AtomicBool::new(false)),
            loaded: Cell::new(0),
        }
    }

    fn before_load(&self) {
        let me = ME.with(Cell::get);
        self.loaded.set(self.loaded.get() | 1 << me);
        self.of_thread[me].load(Ordering::Relaxed);
    }

    fn before_write(&self) {
        if crate::mutant!("litmus.no-shadows") {
            return;
        }
        let me = ME.with(Cell::get);
        for (thread, shadow) in self.of_thread.iter().enumerate() {
            if thread != me && self.loaded.get() & 1 << thread != 0 {
                shadow.store(true, Ordering::Relaxed);
            }
        }
    }
}

// SAFETY: loom runs one thread at a time, and the cell is not part of the model.
unsafe impl Sync for Shadows {}

macro_rules! common_operations {
    ($inner:ty, $value:ty) => {
        /// An atomic holding `value`.
        #[must_use]
        pub fn new(value: $value) -> Self {
            Self { inner: <$inner>::new(value), shadows: Shadows::new() }
        }

        /// Reads.
        #[track_caller]
        pub fn load(&self, order: Ordering) -> $value {
            let order = observe::load(order);
            self.shadows.before_load();
            let value = self.inner.load(order);
            observe::note("load", observe::address(self), || format!("= {value:x?} {order:?}"));
            value
        }

        /// Writes.
        #[track_caller]
        pub fn store(&self, value: $value, order: Ordering) {
            let order = observe::store(order);
            self.shadows.before_write();
            observe::note("store", observe::address(self), || format!("{value:x?} {order:?}"));
            self.inner.store(value, order);
        }

        /// Writes, and returns what was there.
        #[track_caller]
        pub fn swap(&self, value: $value, order: Ordering) -> $value {
            let order = observe::rmw(order);
            self.shadows.before_write();
            let old = self.inner.swap(value, order);
            observe::note("swap", observe::address(self), || format!("{old:x?} by {value:x?} {order:?}"));
            old
        }

        /// Writes `new` if `current` is there.
        ///
        /// # Errors
        /// What is there instead.
        #[track_caller]
        pub fn compare_exchange(
            &self,
            current: $value,
            new: $value,
            success: Ordering,
            failure: Ordering,
        ) -> Result<$value, $value> {
            let (success, failure) = (observe::rmw(success), observe::failure(failure));
            self.shadows.before_write();
            let result = self.inner.compare_exchange(current, new, success, failure);
            observe::note("exchange", observe::address(self), || match result {
                Ok(_) => format!("{current:x?} by {new:x?} {success:?}"),
                Err(now) => format!("{current:x?} by {new:x?} refused, there is {now:x?} {failure:?}"),
            });
            result
        }

        /// As [`Self::compare_exchange`]; may fail without a reason when the check makes choices.
        ///
        /// # Errors
        /// What is there, possibly `current`.
        #[track_caller]
        pub fn compare_exchange_weak(
            &self,
            current: $value,
            new: $value,
            success: Ordering,
            failure: Ordering,
        ) -> Result<$value, $value> {
            if model::choose(2) == 1 {
                return Err(self.load(failure));
            }
            self.compare_exchange(current, new, success, failure)
        }
    };
}

macro_rules! rmw {
    ($value:ty: $($name:ident),*) => {$(
        /// The operation of that name.
        #[track_caller]
        pub fn $name(&self, value: $value, order: Ordering) -> $value {
            let order = observe::rmw(order);
            self.shadows.before_write();
            let old = self.inner.$name(value, order);
            observe::note(stringify!($name), observe::address(self), || {
                format!("{value:x?} on {old:x?} {order:?}")
            });
            old
        }
    )*};
}

macro_rules! integers {
    ($($name:ident, $value:ty;)*) => {$(
        /// An atomic integer whose interleavings are explored.
        #[derive(Debug)]
        pub struct $name {
            inner: loom::sync::atomic::$name,
            shadows: Shadows,
        }
        impl $name {
            common_operations!(loom::sync::atomic::$name, $value);
            rmw!($value: fetch_add, fetch_sub, fetch_or, fetch_and, fetch_xor, fetch_max, fetch_min);
        }
    )*};
}

integers! {
    AtomicU8, u8;
    AtomicU16, u16;
    AtomicU32, u32;
    AtomicU64, u64;
    AtomicI64, i64;
    AtomicUsize, usize;
}

/// An atomic truth value whose interleavings are explored.
#[derive(Debug)]
pub struct AtomicBool {
    inner: loom::sync::atomic::AtomicBool,
    shadows: Shadows,
}

impl AtomicBool {
    common_operations!(loom::sync::atomic::AtomicBool, bool);
    rmw!(bool: fetch_or, fetch_and, fetch_xor);
}

/// An atomic pointer whose interleavings are explored.
#[derive(Debug)]
pub struct AtomicPtr<T> {
    inner: loom::sync::atomic::AtomicPtr<T>,
    shadows: Shadows,
}

impl<T> AtomicPtr<T> {
    common_operations!(loom::sync::atomic::AtomicPtr<T>, *mut T);
}

/// A fence.
#[track_caller]
pub fn fence(order: Ordering) {
    observe::note("fence", 0, || format!("{order:?}"));
    if let Some(order) = observe::fence(order) {
        loom::sync::atomic::fence(order);
    }
}

/// The calling thread's number in its execution.
pub(super) fn number() -> usize {
    ME.with(Cell::get)
}

/// A hint that the caller is spinning on another thread's progress. loom needs it in every such loop.
pub fn spin_hint() {
    loom::hint::spin_loop();
}

/// The two halves of an asymmetric handshake: under the checkers, plain fences.
pub mod asymmetric {
    use super::{Ordering, fence};

    /// The hot side's fence.
    #[track_caller]
    pub fn light() {
        fence(Ordering::SeqCst);
    }

    /// The rare side's fence.
    #[track_caller]
    pub fn heavy() {
        fence(Ordering::SeqCst);
    }

    /// Always, here.
    #[must_use]
    pub fn available() -> bool {
        true
    }
}

/// A lock.
pub struct Mutex<T>(loom::sync::Mutex<T>);

/// A lock, held.
pub struct MutexGuard<'m, T> {
    // Empty only inside `Condvar::wait`.
    inner: Option<loom::sync::MutexGuard<'m, T>>,
    lock: &'m Mutex<T>,
}

impl<T> Mutex<T> {
    /// A free lock over `value`.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(loom::sync::Mutex::new(value))
    }

    /// Takes the lock.
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard::of(self, self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the lock if it is free.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        Some(MutexGuard::of(self, self.0.try_lock().ok()?))
    }
}

impl<'m, T> MutexGuard<'m, T> {
    #[track_caller]
    fn of(lock: &'m Mutex<T>, inner: loom::sync::MutexGuard<'m, T>) -> Self {
        observe::note("lock", observe::address(lock), String::new);
        HELD.with(|held| held.set(held.get() + 1));
        Self { inner: Some(inner), lock }
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        observe::note("unlock", observe::address(self.lock), String::new);
        HELD.with(|held| held.set(held.get() - 1));
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mutex")
    }
}

impl<T> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MutexGuard")
    }
}

impl<T> std::ops::Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.inner.as_deref().expect("the guard is whole outside a wait")
    }
}

impl<T> std::ops::DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.inner.as_deref_mut().expect("the guard is whole outside a wait")
    }
}

/// A condition variable. Wakes nobody unasked by itself; [`model`] injects that.
#[derive(Default)]
pub struct Condvar(loom::sync::Condvar);

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condvar")
    }
}

impl Condvar {
    /// A condition variable without waiters.
    #[must_use]
    pub fn new() -> Self {
        Self(loom::sync::Condvar::new())
    }

    /// Releases the lock, waits for a notification, takes the lock again. May return without one.
    #[track_caller]
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        observe::note("wait on", observe::address(self), String::new);
        let inner = guard.inner.take().expect("the guard is whole outside a wait");
        if model::spurious() {
            drop(inner);
            loom::thread::yield_now();
            guard.inner = Some(guard.lock.0.lock().unwrap_or_else(PoisonError::into_inner));
            return;
        }
        guard.inner = Some(self.0.wait(inner).unwrap_or_else(PoisonError::into_inner));
        observe::note("woken on", observe::address(self), String::new);
    }

    /// As [`Condvar::wait`]; whether the time ran out is a choice.
    pub fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, _: Duration) -> bool {
        if model::choose(2) == 1 {
            return true;
        }
        self.wait(guard);
        false
    }

    /// Wakes one waiter, if there is one.
    #[track_caller]
    pub fn notify_one(&self) {
        observe::note("notify one of", observe::address(self), String::new);
        self.0.notify_one();
    }

    /// Wakes every waiter.
    #[track_caller]
    pub fn notify_all(&self) {
        observe::note("notify all of", observe::address(self), String::new);
        self.0.notify_all();
    }
}

/// A cell whose accesses some protocol orders; loom reports those that nothing orders.
#[derive(Default, Debug)]
pub struct RaceCell<T>(loom::cell::UnsafeCell<T>);

// SAFETY: loom runs one thread at a time and checks every access.
unsafe impl<T: Send> Sync for RaceCell<T> {}

impl<T> RaceCell<T> {
    /// A cell holding `value`.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(loom::cell::UnsafeCell::new(value))
    }

    /// A read of the cell lasts as long as `f` runs.
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        observe::note("read cell", observe::address(self), String::new);
        self.0.with(f)
    }

    /// A write of the cell lasts as long as `f` runs.
    #[track_caller]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        observe::note("write cell", observe::address(self), String::new);
        self.0.with_mut(f)
    }
}

/// Threads.
pub mod thread {
    use std::hash::{Hash, Hasher};
    use std::io;

    pub use loom::thread::yield_now;

    /// Owns a thread's result.
    #[derive(Debug)]
    pub struct JoinHandle<T>(loom::thread::JoinHandle<T>);

    impl<T> JoinHandle<T> {
        /// Waits for the thread to end.
        ///
        /// # Errors
        /// The payload of the panic that ended it.
        pub fn join(self) -> std::thread::Result<T> {
            self.0.join()
        }
    }

    /// Creates a thread; at most four in one execution.
    ///
    /// # Errors
    /// Never, here.
    #[track_caller]
    pub fn spawn<T: Send + 'static>(
        _: &str,
        _: usize,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        let number = super::model::thread_born();
        super::observe::note("start thread", 0, || number.to_string());
        Ok(JoinHandle(loom::thread::spawn(move || {
            super::ME.with(|me| me.set(number));
            body()
        })))
    }

    /// A number that identifies the calling thread.
    #[must_use]
    pub fn current_id() -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        loom::thread::current().id().hash(&mut hasher);
        hasher.finish()
    }

    /// Pretends to be a machine of two.
    #[must_use]
    pub fn available_parallelism() -> usize {
        2
    }
}

/// The process.
pub mod process {
    /// The model says which of the two it goes on as. As the child, its other threads never run again: they are parked.
    pub(crate) fn fork() -> std::io::Result<i32> {
        Ok(crate::sync::checked::forked())
    }
}

/// What a check decides about one execution: the outcomes of [`super::choose`].
///
/// loom cannot branch on a choice, so the runner enumerates plans, and explores every interleaving for each: the i-th choice of an
/// execution takes the i-th entry. Together that is all choices up to the plan's length; later ones are 0.
pub mod model {
    use std::sync::{Mutex, PoisonError};

    pub use crate::sync::checked::{ModelOver, fork_as_child};

    #[derive(Default)]
    struct Plan {
        choices: Vec<usize>,
        next: usize,
        spurious: bool,
        threads: usize,
    }

    static PLAN: Mutex<Plan> = Mutex::new(Plan { choices: Vec::new(), next: 0, spurious: false, threads: 1 });

    fn plan<R>(f: impl FnOnce(&mut Plan) -> R) -> R {
        f(&mut PLAN.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sets the plan for the executions to come. With `spurious` the choices are which waits on condition variables return unasked, and
    /// every other choice is 0.
    pub fn set_plan(choices: &[usize], spurious: bool) {
        plan(|p| *p = Plan { choices: choices.to_vec(), next: 0, spurious, threads: 1 });
    }

    /// Starts an execution.
    pub fn begin() {
        crate::sync::checked::begin();
        plan(|p| {
            p.next = 0;
            p.threads = 1;
        });
    }

    /// The number of a thread about to be spawned.
    pub(super) fn thread_born() -> usize {
        plan(|p| {
            p.threads += 1;
            p.threads - 1
        })
    }

    fn next(of_wake_ups: bool) -> usize {
        plan(|p| {
            if p.spurious != of_wake_ups {
                return 0;
            }
            let choice = p.choices.get(p.next).copied().unwrap_or(0);
            p.next += 1;
            choice
        })
    }

    pub(crate) fn choose(n: usize) -> usize {
        next(false).min(n - 1)
    }

    pub(super) fn spurious() -> bool {
        next(true) == 1
    }
}
