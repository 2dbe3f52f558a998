//! The VM stack of a thread (frames) and the limits of its native stack.

use std::{cell::Cell, ptr};

use crate::value::Value;

/// Bytes of native stack kept free for what runs after the limit is hit: the exception, the collector, the unwinding.
pub const NATIVE_RESERVE: usize = 256 << 10;
/// The soft limit moves in steps of this many words.
const STEP_WORDS: usize = 8 << 10;

/// The native stack pointer.
#[inline(always)]
#[must_use]
pub fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe { std::arch::asm!("mov {}, rsp", out(reg) sp, options(nomem, nostack, preserves_flags)) };
    sp
}

/// A contiguous region for frames, reserved at once and touched as it is used.
pub struct VmStack {
    base: *mut u64,
    end: *mut u64,
    /// First free word.
    pub(crate) top: Cell<*mut u64>,
    /// No frame has reached beyond this since the last collection.
    pub(crate) soft_limit: Cell<*mut u64>,
    bytes: usize,
}

impl VmStack {
    /// Reserves `bytes` bytes of address space.
    #[must_use]
    pub fn new(bytes: usize) -> VmStack {
        // SAFETY: an anonymous private mapping at an address of the kernel's choice.
        let p = unsafe {
            libc::mmap(
                ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        assert!(p != libc::MAP_FAILED, "cannot reserve a VM stack of {bytes} bytes");
        let base: *mut u64 = p.cast();
        // SAFETY: within the mapping.
        let end = unsafe { base.add(bytes / 8) };
        VmStack { base, end, top: Cell::new(base), soft_limit: Cell::new(base), bytes }
    }

    /// Takes `words` words; `None` if the stack is full.
    #[inline(always)]
    pub fn push(&self, words: usize) -> Option<*mut u64> {
        let p = self.top.get();
        // Wrapping: compared with the end before it is used.
        let next = p.wrapping_add(words);
        if next > self.soft_limit.get() && !self.raise_limit(next) {
            return None;
        }
        self.top.set(next);
        Some(p)
    }

    /// Gives back everything from `p` on.
    #[inline(always)]
    pub fn pop_to(&self, p: *mut u64) {
        debug_assert!(p >= self.base && p <= self.top.get());
        self.top.set(p);
    }

    #[cold]
    #[inline(never)]
    fn raise_limit(&self, next: *mut u64) -> bool {
        if next > self.end {
            return false;
        }
        self.soft_limit.set(next.wrapping_add(STEP_WORDS).min(self.end));
        true
    }

    /// Reports the words between `from` (`None`: the base) and the top, which may be references and may be stale.
    ///
    /// # Safety
    /// The world is stopped, and `from` is in the stack.
    pub unsafe fn visit_from(&self, from: Option<*mut u64>, m: &mut vm_heap::Marker<'_>) {
        let mut p = from.unwrap_or(self.base);
        while p < self.top.get() {
            // SAFETY: between base and top of the mapping.
            unsafe {
                m.visit_conservative(p.read() as usize);
                p = p.add(1);
            }
        }
    }

    /// Overwrites what lies above the newest frame, so that no word there outlives the collection that did not mark it.
    ///
    /// # Safety
    /// The world is stopped, or the stack is this thread's own.
    pub unsafe fn clear_above_top(&self) {
        let mut p = self.top.get();
        while p < self.soft_limit.get() {
            // SAFETY: between base and end of the mapping, above every frame.
            unsafe {
                p.write(Value::UNBOUND.bits());
                p = p.add(1);
            }
        }
        self.soft_limit.set(self.top.get());
    }
}

impl Drop for VmStack {
    fn drop(&mut self) {
        // SAFETY: the mapping that `new` made; the thread has ended, so no frame is left.
        unsafe { libc::munmap(self.base.cast(), self.bytes) };
    }
}
