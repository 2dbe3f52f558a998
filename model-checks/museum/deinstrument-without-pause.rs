//! E0308: the code object's lock is no proof that other threads do not run the code.

use vm_core::code::{CodeCopies, deinstrument};
use vm_core::sync::AtomicU64;
use vm_core::world::WorldStopped;

pub fn turn_off(code: &CodeCopies, word: &AtomicU64, world: &WorldStopped<'_>) {
    #[cfg(not(fixed))]
    deinstrument(&code.lock(), word);
    #[cfg(fixed)]
    deinstrument(world, word);
    let _ = (code, world);
}
