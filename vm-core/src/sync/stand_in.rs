//! Stand-ins for the crates that are trusted, not explored: what `arc-swap` and `crossbeam-epoch` promise, with one lock each. The checkers use
//! them, and the tsan back end, whose tool does not model the fences inside those crates.

use std::sync::Arc;

use super::Mutex;

/// Stand-in for the shipping `Snapshot`.
#[derive(Debug)]
pub struct Snapshot<T>(Mutex<Arc<T>>);

impl<T> Snapshot<T> {
    /// A snapshot of `value`.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(Mutex::new(Arc::new(value)))
    }

    /// The current table.
    pub fn load(&self) -> Arc<T> {
        Arc::clone(&self.0.lock())
    }

    /// Replaces the table; readers keep the one that they loaded.
    pub fn store(&self, value: T) {
        *self.0.lock() = Arc::new(value);
    }
}

#[derive(Default)]
struct Pins {
    readers: usize,
    garbage: Vec<Box<dyn Send>>,
}

/// Stand-in for the shipping `Epoch`: garbage goes when no reader is pinned.
#[derive(Default)]
pub struct Epoch(std::sync::Mutex<Arc<Mutex<Pins>>>);

/// While it lives, nothing retired after its creation is dropped.
pub struct EpochGuard(Arc<Mutex<Pins>>);

impl std::fmt::Debug for Epoch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Epoch")
    }
}

impl std::fmt::Debug for EpochGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EpochGuard")
    }
}

impl Epoch {
    /// An epoch without readers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Enters the epoch.
    pub fn pin(&self) -> EpochGuard {
        let pins = self.pins();
        pins.lock().readers += 1;
        EpochGuard(pins)
    }

    /// The present epoch. Replacing it is no part of a protocol: it happens in a child of fork, which has one thread.
    fn pins(&self) -> Arc<Mutex<Pins>> {
        Arc::clone(&self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// In a child of fork: present readers hold up nothing from now on.
    pub(crate) fn forget_readers(&self) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::default();
    }

    /// Drops `garbage` once every present reader has left.
    pub fn retire<T: Send + 'static>(&self, garbage: T) {
        let epoch = self.pins();
        let mut pins = epoch.lock();
        if pins.readers == 0 {
            drop(pins);
            drop(garbage);
        } else {
            pins.garbage.push(Box::new(garbage));
        }
    }
}

impl Drop for EpochGuard {
    fn drop(&mut self) {
        let mut pins = self.0.lock();
        pins.readers -= 1;
        let due = if pins.readers == 0 { std::mem::take(&mut pins.garbage) } else { Vec::new() };
        drop(pins);
        drop(due);
    }
}
