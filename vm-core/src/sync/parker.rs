//! A place where one thread waits for one token.

use super::{Condvar, Mutex};

/// Holds at most one token. [`Parker::park`] waits for it and takes it; [`Parker::unpark`] leaves it.
#[derive(Debug)]
pub struct Parker {
    token: Mutex<bool>,
    arrived: Condvar,
}

impl Default for Parker {
    fn default() -> Self {
        Self::new()
    }
}

impl Parker {
    /// A parker without a token.
    #[must_use]
    pub fn new() -> Self {
        Self { token: Mutex::new(false), arrived: Condvar::new() }
    }

    /// Waits for the token and takes it. What the unparker wrote before is visible afterwards.
    pub fn park(&self) {
        let mut token = self.token.lock();
        while !*token {
            self.arrived.wait(&mut token);
        }
        *token = false;
    }

    /// Waits until `ready` holds. Whoever makes it hold calls [`Parker::wake`] after that.
    pub fn park_until(&self, mut ready: impl FnMut() -> bool) {
        let mut token = self.token.lock();
        while !ready() {
            self.arrived.wait(&mut token);
        }
    }

    /// Leaves the token.
    pub fn unpark(&self) {
        *self.token.lock() = true;
        self.arrived.notify_all();
    }

    /// Makes the waiter of [`Parker::park_until`] look again. Passing through the lock is what closes the gap between its
    /// look and its wait.
    pub fn wake(&self) {
        if crate::mutant!("p1.wake-without-lock") {
            self.arrived.notify_all();
            return;
        }
        drop(self.token.lock());
        self.arrived.notify_all();
    }
}
