//! The end of the process when the VM cannot go on.

/// Prints `message` and aborts.
#[cold]
#[expect(clippy::print_stderr, reason = "the process is about to abort; there is no VM stream to use")]
pub fn fatal(message: &str) -> ! {
    eprintln!("Fatal Python error: {message}");
    std::process::abort()
}
