//! E0382: unlinking a thread takes its leave to touch the heap.

use vm_core::object_lock::ByteLock;
use vm_core::runtime::Interpreter;
use vm_core::world::Attached;

pub fn end(interp: &Interpreter, attached: Attached<'_>, lock: &ByteLock) {
    #[cfg(fixed)]
    drop(lock.lock(interp.runtime().lot(), &attached));
    interp.unregister_thread(attached);
    #[cfg(not(fixed))]
    drop(lock.lock(interp.runtime().lot(), &attached));
}
