//! E0596: a cache word is shared, so there is no way to write it plainly.

use vm_core::backoff::Backoff;
use vm_core::code::CodeCopies;

pub fn count(code: &CodeCopies) {
    #[cfg(not(fixed))]
    {
        *code.main()[1].get_mut() -= 1;
    }
    #[cfg(fixed)]
    Backoff::tick(&code.main()[1]);
    let _ = Backoff::adaptive_start;
}
