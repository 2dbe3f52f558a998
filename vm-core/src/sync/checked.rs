//! What both checkers share.

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
