//! Locks of the shipping build: the standard library's, which on Linux are one futex word each.
//!
//! No list of waiters is kept in memory that a child of fork would inherit half-changed: the holder may release such a lock in the child
//! too (P15.R2).

use std::sync::PoisonError;
use std::time::Duration;

/// A lock.
#[derive(Default, Debug)]
pub struct Mutex<T: ?Sized>(std::sync::Mutex<T>);

/// A lock, held.
#[derive(Debug)]
pub struct MutexGuard<'m, T: ?Sized> {
    // Empty only inside `Condvar::wait`.
    inner: Option<std::sync::MutexGuard<'m, T>>,
}

impl<T> Mutex<T> {
    /// A free lock over `value`.
    #[must_use]
    pub const fn new(value: T) -> Self {
        Self(std::sync::Mutex::new(value))
    }

    /// The value, without the lock.
    pub fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Takes the lock.
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { inner: Some(self.0.lock().unwrap_or_else(PoisonError::into_inner)) }
    }

    /// Takes the lock if it is free.
    #[inline]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(inner) => Some(MutexGuard { inner: Some(inner) }),
            Err(std::sync::TryLockError::Poisoned(e)) => Some(MutexGuard { inner: Some(e.into_inner()) }),
            Err(std::sync::TryLockError::WouldBlock) => None,
        }
    }

    /// The value, of which the caller is the only user.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: ?Sized> std::ops::Deref for MutexGuard<'_, T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        match &self.inner {
            Some(inner) => inner,
            None => unreachable!("the guard is whole outside a wait"),
        }
    }
}

impl<T: ?Sized> std::ops::DerefMut for MutexGuard<'_, T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        match &mut self.inner {
            Some(inner) => inner,
            None => unreachable!("the guard is whole outside a wait"),
        }
    }
}

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
pub struct Condvar(std::sync::Condvar);

impl Condvar {
    /// A condition variable without waiters.
    #[must_use]
    pub const fn new() -> Self {
        Self(std::sync::Condvar::new())
    }

    /// Releases the lock, waits for a notification, takes the lock again. May return without one.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        if let Some(inner) = guard.inner.take() {
            guard.inner = Some(self.0.wait(inner).unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// As [`Condvar::wait`], at most about `timeout` long; true when the time ran out. For the user-facing edge only.
    pub fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, timeout: Duration) -> bool {
        let Some(inner) = guard.inner.take() else { return false };
        let (inner, result) = self.0.wait_timeout(inner, timeout).unwrap_or_else(PoisonError::into_inner);
        guard.inner = Some(inner);
        result.timed_out()
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
