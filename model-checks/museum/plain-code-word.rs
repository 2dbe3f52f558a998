//! E0308: a code word is shared, so there is no way to read it plainly.

use vm_core::code::{CodeCopies, reload};

pub fn fetch(code: &CodeCopies) -> u64 {
    #[cfg(not(fixed))]
    let word: u64 = code.main()[0];
    #[cfg(fixed)]
    let word: u64 = reload(&code.main()[0]);
    let _ = reload;
    word
}
