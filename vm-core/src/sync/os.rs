//! The shipping back end: the machine's atomics, the standard library's locks, `arc-swap`, `crossbeam-epoch`. Also the tsan back
//! end, which differs in its locks and in the two crates.

use std::cell::UnsafeCell;

pub use lock::{Condvar, Mutex, MutexGuard, free_in_child};
pub use std::sync::atomic::Ordering;

#[cfg(not(weft_sync = "tsan"))]
#[path = "os_lock.rs"]
mod lock;
#[cfg(weft_sync = "tsan")]
#[path = "tsan_lock.rs"]
mod lock;

// Newtypes, not re-exports: the lint that keeps every other crate from naming the machine's atomics sees through a
// re-export. Each method is the one of that name, inlined.
macro_rules! common_operations {
    ($inner:ty, $value:ty) => {
        /// An atomic holding `value`.
        #[inline(always)]
        #[must_use]
        pub const fn new(value: $value) -> Self {
            Self(<$inner>::new(value))
        }

        /// Reads.
        #[inline(always)]
        pub fn load(&self, order: Ordering) -> $value {
            self.0.load(order)
        }

        /// Writes.
        #[inline(always)]
        pub fn store(&self, value: $value, order: Ordering) {
            self.0.store(value, order);
        }

        /// Writes, and returns what was there.
        #[inline(always)]
        pub fn swap(&self, value: $value, order: Ordering) -> $value {
            self.0.swap(value, order)
        }

        /// Writes `new` if `current` is there.
        ///
        /// # Errors
        /// What is there instead.
        #[inline(always)]
        pub fn compare_exchange(
            &self,
            current: $value,
            new: $value,
            success: Ordering,
            failure: Ordering,
        ) -> Result<$value, $value> {
            self.0.compare_exchange(current, new, success, failure)
        }

        /// As [`Self::compare_exchange`], and may fail without a reason.
        ///
        /// # Errors
        /// What is there, possibly `current`.
        #[inline(always)]
        pub fn compare_exchange_weak(
            &self,
            current: $value,
            new: $value,
            success: Ordering,
            failure: Ordering,
        ) -> Result<$value, $value> {
            self.0.compare_exchange_weak(current, new, success, failure)
        }

        /// The value, of which the caller is the only user. Not under the checkers.
        #[inline(always)]
        pub fn get_mut(&mut self) -> &mut $value {
            self.0.get_mut()
        }

        /// The address, for generated code.
        #[inline(always)]
        pub const fn as_ptr(&self) -> *mut $value {
            self.0.as_ptr()
        }
    };
}

macro_rules! rmw {
    ($value:ty: $($name:ident),*) => {$(
        /// The operation of that name.
        #[inline(always)]
        pub fn $name(&self, value: $value, order: Ordering) -> $value {
            self.0.$name(value, order)
        }
    )*};
}

macro_rules! integers {
    ($($name:ident, $value:ty;)*) => {$(
        /// An atomic integer.
        #[repr(transparent)]
        #[derive(Default, Debug)]
        pub struct $name(std::sync::atomic::$name);
        impl $name {
            common_operations!(std::sync::atomic::$name, $value);
            rmw!($value: fetch_add, fetch_or, fetch_and, fetch_xor, fetch_max, fetch_min);

            /// The operation of that name.
            #[inline(always)]
            pub fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
                // Kept apart from the decrements of `Arc`, whose orders the tsan back end strengthens.
                #[cfg(weft_sync = "tsan")]
                return self.0.fetch_add(value.wrapping_neg(), order);
                #[cfg(not(weft_sync = "tsan"))]
                self.0.fetch_sub(value, order)
            }

            /// Replaces the value by what `next` makes of it, again if another thread was faster. Not under the checkers.
            ///
            /// # Errors
            /// The value for which `next` gave up.
            pub fn fetch_update(
                &self,
                success: Ordering,
                failure: Ordering,
                next: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                self.0.fetch_update(success, failure, next)
            }
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

/// An atomic truth value.
#[repr(transparent)]
#[derive(Default, Debug)]
pub struct AtomicBool(std::sync::atomic::AtomicBool);

impl AtomicBool {
    common_operations!(std::sync::atomic::AtomicBool, bool);
    rmw!(bool: fetch_or, fetch_and, fetch_xor);
}

/// An atomic pointer.
#[repr(transparent)]
#[derive(Default, Debug)]
pub struct AtomicPtr<T>(std::sync::atomic::AtomicPtr<T>);

impl<T> AtomicPtr<T> {
    common_operations!(std::sync::atomic::AtomicPtr<T>, *mut T);
}

/// A fence. ThreadSanitizer does not model it: no report is lost by that, and rule R2 leaves fences nothing to order but a store and a load.
#[inline(always)]
pub fn fence(order: Ordering) {
    std::sync::atomic::fence(order);
}

/// `Arc` orders its owners' last accesses by a release decrement and, in the last owner, an acquire fence. The standard library has an
/// acquire load there for ThreadSanitizer, but only when it is itself built for it. So the linker is told (`--wrap`, by xtask) to call this
/// instead, which makes such decrements an acquire too. The facade's own `fetch_sub` does not pass here, so none of our orders gets
/// stronger. It may hide a race behind the count of an `Arc`.
#[cfg(weft_sync = "tsan")]
mod decrement {
    unsafe extern "C" {
        fn __real___tsan_atomic64_fetch_sub(at: *mut u64, value: u64, order: i32) -> u64;
    }

    /// `memory_order_acq_rel`.
    const ACQ_REL: i32 = 4;

    // SAFETY: the name is the linker's for this one symbol; nobody else defines it.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn __wrap___tsan_atomic64_fetch_sub(at: *mut u64, value: u64, _: i32) -> u64 {
        // SAFETY: the caller's arguments, with a stronger order.
        unsafe { __real___tsan_atomic64_fetch_sub(at, value, ACQ_REL) }
    }
}

/// Under the checkers: fails when the calling thread holds a lock. Here, nothing.
#[inline(always)]
pub fn assert_no_lock(_rules: &str) {}

/// Under the checkers: fails unless the calling thread holds at least `least` locks. Here, nothing.
#[inline(always)]
pub fn assert_locks_held(_rules: &str, _least: usize) {}

/// A hint that the caller is spinning on another thread's progress.
#[inline]
pub fn spin_hint() {
    std::hint::spin_loop();
}

/// The two halves of a store-then-load handshake in which one side is hot and the other rare.
///
/// `light` costs nothing at run time, `heavy` is a system call (`membarrier`, about 0.3 µs) that makes every running
/// thread of the process execute a full fence. Under the checkers both are `fence(SeqCst)`. The kernel's side of this
/// bargain is trusted, not explored.
pub mod asymmetric {
    /// The hot side's fence, between its store and its load.
    #[inline]
    pub fn light() {
        std::sync::atomic::compiler_fence(std::sync::atomic::Ordering::SeqCst);
    }

    /// The rare side's fence. Only meaningful after [`available`] returned true.
    #[cold]
    pub fn heavy() {
        super::fence(super::Ordering::SeqCst);
        #[cfg(target_os = "linux")]
        membarrier(PRIVATE_EXPEDITED);
    }

    /// Registers the process for [`heavy`]; false when the kernel or a sandbox refuses. Idempotent.
    #[must_use]
    pub fn available() -> bool {
        #[cfg(target_os = "linux")]
        return membarrier(REGISTER_PRIVATE_EXPEDITED);
        #[cfg(not(target_os = "linux"))]
        false
    }

    // `enum membarrier_cmd` of linux/membarrier.h.
    #[cfg(target_os = "linux")]
    const PRIVATE_EXPEDITED: libc::c_int = 1 << 3;
    #[cfg(target_os = "linux")]
    const REGISTER_PRIVATE_EXPEDITED: libc::c_int = 1 << 4;

    #[cfg(target_os = "linux")]
    fn membarrier(command: libc::c_int) -> bool {
        // SAFETY: the call takes two integers and touches no memory of the process.
        unsafe { libc::syscall(libc::SYS_membarrier, command, 0 as libc::c_int) == 0 }
    }
}

/// A cell whose accesses some protocol orders. The checkers report two conflicting accesses that nothing orders.
#[derive(Default, Debug)]
pub struct RaceCell<T>(UnsafeCell<T>);

// SAFETY: access goes through raw pointers, and whoever dereferences them answers for exclusion; moving the `T` to
// another thread is what `Send` allows.
unsafe impl<T: Send> Sync for RaceCell<T> {}

impl<T> RaceCell<T> {
    /// A cell holding `value`.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    /// A read of the cell lasts as long as `f` runs.
    #[inline]
    pub fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// A write of the cell lasts as long as `f` runs.
    #[inline]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

#[cfg(not(weft_sync = "tsan"))]
pub use trusted::{Epoch, EpochGuard, Snapshot};

/// What rests on crates that are trusted, not explored.
#[cfg(not(weft_sync = "tsan"))]
mod trusted {
    use std::sync::Arc;

    /// A read-mostly table, replaced whole. Holds no references to heap objects.
    #[derive(Debug)]
    pub struct Snapshot<T>(arc_swap::ArcSwap<T>);

    impl<T> Snapshot<T> {
        /// A snapshot of `value`.
        #[must_use]
        pub fn new(value: T) -> Self {
            Self(arc_swap::ArcSwap::from_pointee(value))
        }

        /// The current table.
        pub fn load(&self) -> Arc<T> {
            self.0.load_full()
        }

        /// Replaces the table; readers keep the one that they loaded.
        pub fn store(&self, value: T) {
            self.0.store(Arc::new(value));
        }
    }

    /// Delays a destructor until no reader that was pinned when it was retired is left. For readers outside the attach
    /// discipline (background compiler, samplers); attached threads need none.
    #[derive(Default)]
    pub struct Epoch(arc_swap::ArcSwap<crossbeam_epoch::Collector>);

    /// While it lives, nothing retired after its creation is dropped.
    pub struct EpochGuard(crossbeam_epoch::Guard);

    impl std::fmt::Debug for EpochGuard {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("EpochGuard")
        }
    }

    impl std::fmt::Debug for Epoch {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Epoch")
        }
    }

    impl Epoch {
        /// An epoch without readers.
        #[must_use]
        pub fn new() -> Self {
            Self::default()
        }

        /// In a child of fork: present readers are not in this process, and hold up nothing from now on. What waits for them
        /// already waits for ever.
        pub(crate) fn forget_readers(&self) {
            self.0.store(Arc::default());
        }

        /// Enters the epoch.
        pub fn pin(&self) -> EpochGuard {
            EpochGuard(self.0.load().register().pin())
        }

        /// Drops `garbage` once every present reader has left.
        pub fn retire<T: Send + 'static>(&self, garbage: T) {
            let guard = self.pin();
            guard.0.defer(move || drop(garbage));
            guard.0.flush();
        }
    }
}

/// Threads.
pub mod thread {
    use std::io;

    /// Owns a thread's result.
    #[derive(Debug)]
    pub struct JoinHandle<T>(std::thread::JoinHandle<T>);

    impl<T> JoinHandle<T> {
        /// Waits for the thread to end.
        ///
        /// # Errors
        /// The payload of the panic that ended it.
        pub fn join(self) -> std::thread::Result<T> {
            self.0.join()
        }
    }

    /// The one function that creates threads. `stack_size` in bytes; 0 means the platform's default.
    ///
    /// # Errors
    /// Whatever the operating system says when it has no thread to give.
    pub fn spawn<T: Send + 'static>(
        name: &str,
        stack_size: usize,
        body: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<JoinHandle<T>> {
        let mut builder = std::thread::Builder::new();
        // A name with a NUL inside would panic in the standard library.
        if !name.is_empty() && !name.contains('\0') {
            builder = builder.name(name.to_owned());
        }
        if stack_size != 0 {
            builder = builder.stack_size(stack_size);
        }
        let handle = builder.spawn(body)?;
        // The standard library counts the owners of the thread's name out of ThreadSanitizer's sight: it is not freed there.
        #[cfg(weft_sync = "tsan")]
        std::mem::forget(handle.thread().clone());
        Ok(JoinHandle(handle))
    }

    /// Lets another thread run.
    pub fn yield_now() {
        std::thread::yield_now();
    }

    /// The operating system's number of the calling thread, unique in the process while it lives. For display and
    /// diagnosis; the VM identifies its threads by [`crate::runtime::ThreadCore::id`].
    #[must_use]
    pub fn current_id() -> u64 {
        #[cfg(target_os = "linux")]
        // SAFETY: gettid has no arguments and cannot fail.
        return u64::try_from(unsafe { libc::syscall(libc::SYS_gettid) }).unwrap_or(0);
        #[cfg(not(target_os = "linux"))]
        {
            use std::hash::{Hash, Hasher};
            let mut hasher = std::hash::DefaultHasher::new();
            std::thread::current().id().hash(&mut hasher);
            hasher.finish()
        }
    }

    /// How many threads the machine runs at a time, at least 1.
    #[must_use]
    pub fn available_parallelism() -> usize {
        std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
    }
}

/// The process.
pub mod process {
    use std::io;

    /// Copies the process; the child has the calling thread alone. 0 in the child, its number in the parent. For [`crate::fork`].
    pub(crate) fn fork() -> io::Result<i32> {
        // SAFETY: the caller holds every lock that another thread may hold (P15.R2); the C library answers for its own.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            pid => Ok(pid),
        }
    }
}
