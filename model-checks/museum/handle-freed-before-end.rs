//! E0505: the end of a thread needs the handle whose end it marks.

use std::sync::Arc;
use vm_core::runtime::{Interpreter, ThreadCore};

pub fn end(interp: &Interpreter, core: Arc<ThreadCore>) {
    let attached = core.attach();
    #[cfg(not(fixed))]
    drop(core);
    interp.unregister_thread(attached);
}
