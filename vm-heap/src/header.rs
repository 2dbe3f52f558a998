//! The 16 bytes that begin every cell.

use vm_core::object_lock::ByteLock;
use vm_core::sync::{AtomicU8, AtomicU32, AtomicU64, Ordering};

/// First field of every cell. Each part is accessed only at its own size.
#[repr(C, align(16))]
#[derive(Debug)]
pub struct Header {
    /// Shape id (32 bits), owner thread (16), owner generation (16); always accessed whole.
    pub word0: AtomicU64,
    /// The object's lock.
    pub lock: ByteLock,
    /// The collector's byte: see [`gc_bits`].
    pub gc: AtomicU8,
    /// How the payload is laid out; chosen by the language, never changed. 0 means *no cell here*: memory comes zeroed, so a
    /// cell exists from the moment its kind is written.
    pub kind: u8,
    /// The language's flags, all eight.
    pub flags: AtomicU8,
    /// Per type.
    pub aux: AtomicU32,
}

/// Bits of [`Header::gc`].
pub mod gc_bits {
    /// The cell survived a collection and no store into it has been logged since: the write barrier's test. Never set when every collection
    /// is full.
    pub const OLD_UNLOGGED: u8 = 1 << 0;
    /// A finalizer is registered and has not been queued. Cleared when it is, so it runs once (PEP 442).
    pub const FINALIZER: u8 = 1 << 1;
    /// Some weak reference was registered for it at some time; the cell itself is the *weak reference*, not its referent.
    pub const WEAK: u8 = 1 << 2;
}

impl Header {
    /// Whether a finalizer is registered and has not been queued.
    pub fn has_finalizer(&self) -> bool {
        self.gc.load(Ordering::Relaxed) & gc_bits::FINALIZER != 0
    }
}

const _: () = assert!(std::mem::size_of::<Header>() == 16);
const _: () = assert!(std::mem::offset_of!(Header, gc) == 9 && std::mem::offset_of!(Header, kind) == 10);
