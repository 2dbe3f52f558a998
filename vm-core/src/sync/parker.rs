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
            #[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
            if super::checked::is_over() {
                drop(token);
                super::checked::leave();
            }
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

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;
    use crate::sync::{Snapshot, thread};
    use std::sync::Arc;

    #[test]
    fn a_token_left_early_is_found_and_taken() {
        let parker = Arc::new(Parker::new());
        parker.unpark();
        parker.unpark();
        parker.park();
        let other = Arc::clone(&parker);
        let unparker = thread::spawn("unparker", 0, move || other.unpark()).expect("spawn");
        // There was one token, however often it was left.
        parker.park();
        unparker.join().expect("unparker");
    }

    #[test]
    fn a_reader_keeps_the_table_that_it_loaded() {
        let table = Snapshot::new(vec![1]);
        let old = table.load();
        table.store(vec![2]);
        assert_eq!((old.as_slice(), table.load().as_slice()), (&[1][..], &[2][..]));
    }
}
