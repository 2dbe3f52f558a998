//! E0716: what a walk over the threads lends out ends with the list lock.

use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::runtime::Interpreter;

pub fn set_on_all(interp: &Interpreter) {
    #[cfg(not(fixed))]
    let first = interp.threads().iter().next();
    #[cfg(fixed)]
    let guard = interp.threads();
    #[cfg(fixed)]
    let first = guard.iter().next();
    if let Some(first) = first {
        Arc::clone(first).breaker().set(event::SIGNAL);
    }
}
