//! Slots: words that threads share, with the ordering fixed by the type.
//!
//! A slot that may hold a value is stored with Release and loaded with Acquire, always: a value may point to an object
//! that was built a moment ago, and a reader must see it built. On x86-64 both are plain moves. Relaxed is for words that
//! can never hold a pointer, and for initializing what no other thread can reach.

use crate::sync::{AtomicPtr, AtomicU64, Ordering};

/// A 64-bit word that may hold a value.
#[repr(transparent)]
#[derive(Debug)]
pub struct WordSlot(AtomicU64);

impl WordSlot {
    /// A slot holding `word`.
    #[must_use]
    pub fn new(word: u64) -> Self {
        Self(AtomicU64::new(word))
    }

    /// The word, with everything that its writer did before.
    #[inline]
    pub fn load(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// Publishes `word` with everything that the caller did before.
    #[inline]
    pub fn store(&self, word: u64) {
        self.0.store(
            word,
            if crate::mutant!("p17.slot-relaxed") { Ordering::Relaxed } else { Ordering::Release },
        );
    }

    /// Writes into an object that no other thread can reach yet.
    #[inline]
    pub fn init_relaxed(&self, word: u64) {
        self.0.store(word, Ordering::Relaxed);
    }

    /// Replaces `seen` by `new`.
    ///
    /// # Errors
    /// The word that is there instead.
    #[inline]
    pub fn cas(&self, seen: u64, new: u64) -> Result<u64, u64> {
        self.0.compare_exchange(seen, new, Ordering::AcqRel, Ordering::Acquire)
    }
}

/// A nullable pointer to something published. Owns nothing.
#[repr(transparent)]
#[derive(Debug)]
pub struct PtrSlot<T>(AtomicPtr<T>);

impl<T> PtrSlot<T> {
    /// A slot holding `pointer`.
    #[must_use]
    pub fn new(pointer: *mut T) -> Self {
        Self(AtomicPtr::new(pointer))
    }

    /// A slot holding null.
    #[must_use]
    pub fn null() -> Self {
        Self::new(std::ptr::null_mut())
    }

    /// The pointer, with everything that its writer did before.
    #[inline]
    pub fn load(&self) -> *mut T {
        self.0.load(Ordering::Acquire)
    }

    /// Publishes `pointer` with everything that the caller did before.
    #[inline]
    pub fn store(&self, pointer: *mut T) {
        self.0.store(
            pointer,
            if crate::mutant!("p17.pointer-relaxed") { Ordering::Relaxed } else { Ordering::Release },
        );
    }

    /// Writes into an object that no other thread can reach yet.
    #[inline]
    pub fn init_relaxed(&self, pointer: *mut T) {
        self.0.store(pointer, Ordering::Relaxed);
    }
}
