//! Locks under ThreadSanitizer: the standard library's take theirs again in code that it does not see.

use std::time::Duration;

pub use parking_lot::{Mutex, MutexGuard};

/// In a child of fork: makes a lock free if a thread held it that is no more, with `value` in place of what that one was changing.
///
/// # Safety
/// The caller is the only thread of the process, and holds no guard of this lock.
pub unsafe fn free_in_child<T>(lock: &Mutex<T>, value: T) {
    if lock.try_lock().is_none() {
        // SAFETY: by the caller's promise nobody else uses the lock. The old value, in the middle of a change, is not dropped.
        unsafe { std::ptr::from_ref(lock).cast_mut().write(Mutex::new(value)) };
    }
}

/// A condition variable; see [`Condvar::wait`].
#[derive(Default, Debug)]
pub struct Condvar(parking_lot::Condvar);

impl Condvar {
    /// A condition variable without waiters.
    #[must_use]
    pub const fn new() -> Self {
        Self(parking_lot::Condvar::new())
    }

    /// Releases the lock, waits for a notification, takes the lock again. May return without one.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        self.0.wait(guard);
    }

    /// As [`Condvar::wait`], at most about `timeout` long; true when the time ran out. For the user-facing edge only.
    pub fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, timeout: Duration) -> bool {
        self.0.wait_for(guard, timeout).timed_out()
    }

    /// Wakes one waiter, if there is one.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes every waiter.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}
