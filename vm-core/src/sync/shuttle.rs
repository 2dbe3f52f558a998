//! The shuttle back end: random schedules, sequentially consistent values, and the orderings checked by
//! [`super::happens_before`].

use std::cell::UnsafeCell;
use std::fmt;
use std::sync::PoisonError;
use std::time::Duration;

pub use std::sync::atomic::Ordering;

use super::happens_before::{self as hb, Accesses, Location};
pub use super::happens_before::{assert_locks_held, assert_no_lock};
use super::observe;

/// A fence, as the detector sees it.
#[track_caller]
pub fn fence(order: Ordering) {
    observe::note("fence", 0, || format!("{order:?}"));
    if let Some(order) = observe::fence(order) {
        hb::fence(order);
        shuttle::sync::atomic::fence(order);
    }
}

/// The calling thread's number in its execution.
pub(super) fn number() -> usize {
    usize::from(shuttle::current::me())
}

/// A hint that the caller is spinning on another thread's progress.
pub fn spin_hint() {
    shuttle::hint::spin_loop();
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

macro_rules! common_operations {
    ($inner:ty, $value:ty) => {
        /// An atomic holding `value`.
        #[must_use]
        pub fn new(value: $value) -> Self {
            Self { inner: <$inner>::new(value), location: Location::default() }
        }

        /// Reads.
        #[track_caller]
        pub fn load(&self, order: Ordering) -> $value {
            let order = observe::load(order);
            let value = self.inner.load(Ordering::SeqCst);
            observe::note("load", observe::address(self), || format!("= {value:x?} {order:?}"));
            self.location.load(order);
            value
        }

        /// Writes.
        #[track_caller]
        pub fn store(&self, value: $value, order: Ordering) {
            let order = observe::store(order);
            self.inner.store(value, Ordering::SeqCst);
            observe::note("store", observe::address(self), || format!("{value:x?} {order:?}"));
            self.location.store(order);
        }

        /// Writes, and returns what was there.
        #[track_caller]
        pub fn swap(&self, value: $value, order: Ordering) -> $value {
            let order = observe::rmw(order);
            let old = self.inner.swap(value, Ordering::SeqCst);
            observe::note("swap", observe::address(self), || format!("{old:x?} by {value:x?} {order:?}"));
            self.location.rmw(order);
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
            let result = self.inner.compare_exchange(current, new, Ordering::SeqCst, Ordering::SeqCst);
            observe::note("exchange", observe::address(self), || match result {
                Ok(_) => format!("{current:x?} by {new:x?} {success:?}"),
                Err(now) => format!("{current:x?} by {new:x?} refused, there is {now:x?} {failure:?}"),
            });
            match result {
                Ok(_) => self.location.rmw(success),
                Err(_) => self.location.load(failure),
            }
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
            let old = self.inner.$name(value, Ordering::SeqCst);
            observe::note(stringify!($name), observe::address(self), || {
                format!("{value:x?} on {old:x?} {order:?}")
            });
            self.location.rmw(order);
            old
        }
    )*};
}

macro_rules! integers {
    ($($name:ident, $value:ty;)*) => {$(
        /// An atomic integer, watched by the detector.
        #[derive(Debug)]
        pub struct $name {
            inner: shuttle::sync::atomic::$name,
            location: Location,
        }
        impl $name {
            common_operations!(shuttle::sync::atomic::$name, $value);
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

/// An atomic truth value, watched by the detector.
#[derive(Debug)]
pub struct AtomicBool {
    inner: shuttle::sync::atomic::AtomicBool,
    location: Location,
}

impl AtomicBool {
    common_operations!(shuttle::sync::atomic::AtomicBool, bool);
    rmw!(bool: fetch_or, fetch_and, fetch_xor);
}

/// An atomic pointer, watched by the detector.
pub struct AtomicPtr<T> {
    inner: shuttle::sync::atomic::AtomicPtr<T>,
    location: Location,
}

impl<T> AtomicPtr<T> {
    common_operations!(shuttle::sync::atomic::AtomicPtr<T>, *mut T);
}

impl<T> fmt::Debug for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AtomicPtr")
    }
}

/// A lock.
pub struct Mutex<T> {
    inner: shuttle::sync::Mutex<T>,
    location: Location,
}

/// A lock, held.
pub struct MutexGuard<'m, T> {
    // Empty only inside `Condvar::wait`.
    inner: Option<shuttle::sync::MutexGuard<'m, T>>,
    lock: &'m Mutex<T>,
}

impl<T> Mutex<T> {
    /// A free lock over `value`.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self { inner: shuttle::sync::Mutex::new(value), location: Location::default() }
    }

    /// Takes the lock.
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        observe::note("lock", observe::address(self), String::new);
        self.location.load(Ordering::Acquire);
        hb::lock_taken();
        MutexGuard { inner: Some(inner), lock: self }
    }

    /// Takes the lock if it is free.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let inner = self.inner.try_lock().ok()?;
        self.location.load(Ordering::Acquire);
        hb::lock_taken();
        Some(MutexGuard { inner: Some(inner), lock: self })
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

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        // An unwinding failed check has no execution any more.
        if self.inner.is_some() && !std::thread::panicking() {
            observe::note("unlock", observe::address(self.lock), String::new);
            self.lock.location.store(Ordering::Release);
            hb::lock_released();
        }
    }
}

/// A condition variable.
#[derive(Default)]
pub struct Condvar(shuttle::sync::Condvar);

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Condvar")
    }
}

impl Condvar {
    /// A condition variable without waiters.
    #[must_use]
    pub fn new() -> Self {
        Self(shuttle::sync::Condvar::new())
    }

    /// Releases the lock, waits for a notification, takes the lock again. May return without one.
    #[track_caller]
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        observe::note("wait on", observe::address(self), String::new);
        let inner = guard.inner.take().expect("the guard is whole outside a wait");
        guard.lock.location.store(Ordering::Release);
        let inner = if model::spurious() {
            drop(inner);
            shuttle::thread::yield_now();
            guard.lock.inner.lock()
        } else {
            self.0.wait(inner)
        };
        guard.inner = Some(inner.unwrap_or_else(PoisonError::into_inner));
        observe::note("woken on", observe::address(self), String::new);
        guard.lock.location.load(Ordering::Acquire);
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

/// A cell whose accesses some protocol orders; the detector reports those that nothing orders.
#[derive(Debug)]
pub struct RaceCell<T> {
    cell: UnsafeCell<T>,
    /// Readers inside, or -1000 for a writer.
    inside: shuttle::sync::atomic::AtomicI32,
    accesses: Accesses,
}

// SAFETY: access goes through raw pointers, overlap is asserted away.
unsafe impl<T: Send> Sync for RaceCell<T> {}

impl<T: Default> Default for RaceCell<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> RaceCell<T> {
    /// A cell holding `value`.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self {
            cell: UnsafeCell::new(value),
            inside: shuttle::sync::atomic::AtomicI32::new(0),
            accesses: Accesses::default(),
        }
    }

    /// A read of the cell lasts as long as `f` runs.
    #[track_caller]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        observe::note("read cell", observe::address(self), String::new);
        assert!(self.inside.fetch_add(1, Ordering::SeqCst) >= 0, "data race: a read during a write");
        self.accesses.read();
        let result = f(self.cell.get());
        self.inside.fetch_sub(1, Ordering::SeqCst);
        result
    }

    /// A write of the cell lasts as long as `f` runs.
    #[track_caller]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        observe::note("write cell", observe::address(self), String::new);
        assert!(self.inside.swap(-1000, Ordering::SeqCst) == 0, "data race: a write during another access");
        self.accesses.write();
        let result = f(self.cell.get());
        self.inside.store(0, Ordering::SeqCst);
        result
    }
}

/// Threads.
pub mod thread {
    use std::io;
    use std::sync::Arc;

    use super::{Location, Ordering};

    pub use shuttle::thread::yield_now;

    /// Owns a thread's result.
    #[derive(Debug)]
    pub struct JoinHandle<T> {
        inner: shuttle::thread::JoinHandle<T>,
        end: Arc<Location>,
    }

    impl<T> JoinHandle<T> {
        /// Waits for the thread to end.
        ///
        /// # Errors
        /// The payload of the panic that ended it.
        pub fn join(self) -> std::thread::Result<T> {
            let result = self.inner.join();
            self.end.load(Ordering::Acquire);
            result
        }
    }

    /// Creates a thread.
    ///
    /// # Errors
    /// Never, here.
    #[track_caller]
    pub fn spawn<T: Send + 'static>(
        _: &str,
        _: usize,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        super::observe::note("start thread", 0, String::new);
        let start = Arc::new(Location::default());
        start.store(Ordering::Release);
        let end = Arc::new(Location::default());
        let ended = Arc::clone(&end);
        let inner = shuttle::thread::spawn(move || {
            start.load(Ordering::Acquire);
            let result = body();
            ended.store(Ordering::Release);
            result
        });
        Ok(JoinHandle { inner, end })
    }

    /// A number that identifies the calling thread.
    #[must_use]
    pub fn current_id() -> u64 {
        usize::from(shuttle::current::me()) as u64
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

/// What a check decides about its executions: whether [`super::choose`] chooses.
pub mod model {
    use std::sync::atomic::{AtomicBool, Ordering};

    use shuttle::rand::Rng;

    pub use crate::sync::checked::{ModelOver, fork_as_child};

    static CHOICES: AtomicBool = AtomicBool::new(false);
    static SPURIOUS: AtomicBool = AtomicBool::new(false);

    /// Turns choices on or off; with `spurious` they are which waits on condition variables return unasked, and every other choice is 0.
    pub fn set_plan(choices: bool, spurious: bool) {
        CHOICES.store(choices && !spurious, Ordering::Relaxed);
        SPURIOUS.store(choices && spurious, Ordering::Relaxed);
    }

    /// Starts an execution.
    pub fn begin() {
        crate::sync::checked::begin();
        super::hb::begin();
    }

    pub(crate) fn choose(n: usize) -> usize {
        if CHOICES.load(Ordering::Relaxed) { shuttle::rand::thread_rng().gen_range(0..n) } else { 0 }
    }

    pub(super) fn spurious() -> bool {
        // Rare, so that a wait is still mostly a wait.
        SPURIOUS.load(Ordering::Relaxed) && shuttle::rand::thread_rng().gen_range(0..8) == 0
    }
}
