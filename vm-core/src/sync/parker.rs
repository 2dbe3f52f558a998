//! A place where one thread waits until something holds.

use super::{Condvar, Mutex};

/// [`Parker::park_until`] waits; whoever made the condition hold calls [`Parker::wake`].
#[derive(Debug)]
pub struct Parker {
    gate: Mutex<()>,
    woken: Condvar,
}

impl Default for Parker {
    fn default() -> Self {
        Self::new()
    }
}

impl Parker {
    /// A parker on which nobody waits.
    #[must_use]
    pub fn new() -> Self {
        Self { gate: Mutex::new(()), woken: Condvar::new() }
    }

    /// Waits until `ready` holds. Whoever makes it hold calls [`Parker::wake`] after that.
    pub fn park_until(&self, mut ready: impl FnMut() -> bool) {
        let mut gate = self.gate.lock();
        while !ready() {
            #[cfg(any(weft_sync = "loom", weft_sync = "shuttle"))]
            if super::checked::is_over() {
                drop(gate);
                super::checked::leave();
            }
            self.woken.wait(&mut gate);
        }
    }

    /// Makes the waiter of [`Parker::park_until`] look again. Passing through the lock is what closes the gap between its
    /// look and its wait.
    pub fn wake(&self) {
        if crate::mutant!("p1.wake-without-lock") {
            self.woken.notify_all();
            return;
        }
        drop(self.gate.lock());
        self.woken.notify_all();
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;
    use crate::sync::{AtomicBool, Ordering, Snapshot, thread};
    use std::sync::Arc;

    #[test]
    fn a_waiter_goes_on_when_its_condition_holds_and_not_before() {
        let (parker, ready) = (Arc::new(Parker::new()), Arc::new(AtomicBool::new(false)));
        parker.wake();
        let (parker2, ready2) = (Arc::clone(&parker), Arc::clone(&ready));
        let waker = thread::spawn("waker", 0, move || {
            parker2.wake();
            ready2.store(true, Ordering::Release);
            parker2.wake();
        })
        .expect("spawn");
        parker.park_until(|| ready.load(Ordering::Acquire));
        assert!(ready.load(Ordering::Relaxed));
        waker.join().expect("waker");
    }

    #[test]
    fn a_reader_keeps_the_table_that_it_loaded() {
        let table = Snapshot::new(vec![1]);
        let old = table.load();
        table.store(vec![2]);
        assert_eq!((old.as_slice(), table.load().as_slice()), (&[1][..], &[2][..]));
    }
}
