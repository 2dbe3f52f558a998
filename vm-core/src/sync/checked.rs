//! What both checkers share: stand-ins for the crates that are trusted, not explored.

use std::sync::Arc;

use super::Mutex;

/// Whether threads that are parked for ever are to end. No part of the model: set by the one thread that is left.
static OVER: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Whether the execution goes on as the child of its forks.
static CHILD: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

/// Makes the forks of this execution go on as the child, with the other threads parked; else as the parent.
pub fn fork_as_child(child: bool) {
    CHILD.store(child, std::sync::atomic::Ordering::Relaxed);
}

/// What [`super::process::fork`] returns.
pub(crate) fn forked() -> i32 {
    i32::from(!CHILD.load(std::sync::atomic::Ordering::Relaxed))
}

/// What a thread unwinds with that was parked for ever when its model ended.
#[derive(Debug)]
pub struct ModelOver;

/// From now on, until [`begin`], [`super::Parker::park_until`] unwinds instead of waiting.
pub(crate) fn end_parked() {
    OVER.store(true, std::sync::atomic::Ordering::Relaxed);
}

/// A new execution.
pub(crate) fn begin() {
    OVER.store(false, std::sync::atomic::Ordering::Relaxed);
}

/// Asked before each wait of a parker.
pub(crate) fn is_over() -> bool {
    OVER.load(std::sync::atomic::Ordering::Relaxed)
}

/// Ends the calling thread, which holds no lock.
pub(crate) fn leave() -> ! {
    std::panic::resume_unwind(Box::new(ModelOver))
}

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
pub struct Epoch(Arc<Mutex<Pins>>);

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
        self.0.lock().readers += 1;
        EpochGuard(Arc::clone(&self.0))
    }

    /// Drops `garbage` once every present reader has left.
    pub fn retire<T: Send + 'static>(&self, garbage: T) {
        let mut pins = self.0.lock();
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
