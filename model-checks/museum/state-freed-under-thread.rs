//! E0505: a thread that is attached borrows its state, so no owner can free it meanwhile.

use std::sync::Arc;
use vm_core::runtime::ThreadCore;

pub fn run(core: Arc<ThreadCore>) {
    let attached = core.attach();
    #[cfg(not(fixed))]
    drop(core);
    attached.poll();
    attached.detach();
}
