//! Counters of the interpreter, for `-X stats` and `_weft.stats()`.

use std::cell::Cell;

use vm_core::sync::{AtomicU64, Ordering};

/// Counters; all relaxed, bumped on slow paths only.
pub struct Stats {
    /// Specializations that took effect.
    pub specialized: AtomicU64,
    /// Specialization attempts that found nothing.
    pub specialize_failed: AtomicU64,
    /// Specialized instructions that went back to the adaptive form.
    pub deopts: AtomicU64,
    /// Bytecode copies made for threads.
    pub copies: AtomicU64,
    /// Bytecode copies freed because no thread had their index any more.
    pub copies_freed: AtomicU64,
    /// Executed instructions by opcode, with `-X stats`.
    pub opcodes: Box<[AtomicU64]>,
}

impl Default for Stats {
    fn default() -> Stats {
        let zero = AtomicU64::default;
        Stats {
            specialized: zero(),
            specialize_failed: zero(),
            deopts: zero(),
            copies: zero(),
            copies_freed: zero(),
            opcodes: vm_compiler::opcodes::ALL.iter().map(|_| zero()).collect(),
        }
    }
}

/// What one thread counts by itself, so that no hot path writes a shared line.
#[derive(Default)]
pub struct ThreadCounters {
    pub(crate) specialized: Cell<u64>,
    pub(crate) failed: Cell<u64>,
    pub(crate) deopts: Cell<u64>,
}

impl ThreadCounters {
    /// Adds what was counted to the shared counters and starts again from zero.
    pub fn flush(&self, to: &Stats) {
        for (mine, shared) in [
            (&self.specialized, &to.specialized),
            (&self.failed, &to.specialize_failed),
            (&self.deopts, &to.deopts),
        ] {
            shared.fetch_add(mine.take(), Ordering::Relaxed);
        }
    }
}
