//! The end of the process when the VM cannot go on.

/// Prints `message` and aborts.
#[cold]
#[expect(clippy::print_stderr, reason = "the process is about to abort; there is no VM stream to use")]
pub fn fatal(message: &str) -> ! {
    eprintln!("Fatal Python error: {message}");
    std::process::abort()
}

/// Writes bytes to a file descriptor as far as it takes them: for reports when no stream works.
pub fn write_fd(fd: i32, mut bytes: &[u8]) {
    while !bytes.is_empty() {
        // SAFETY: pointer and length describe `bytes`.
        let n = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(n) {
            Ok(n) if n > 0 => bytes = &bytes[n..],
            _ => return,
        }
    }
}
