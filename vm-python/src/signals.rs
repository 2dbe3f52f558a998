//! Signals: blocked in every thread but one, which waits for them and tells the main thread.
//!
//! The helper sets the SIGNAL event of the main thread's breaker, ends its wait through `Blocking`, and interrupts a
//! system call that it may be in by sending it SIGURG, whose handler does nothing.

use std::sync::Arc;

use vm_core::{
    breaker::event,
    sync::{Ordering, thread},
};

use crate::{
    error::PyResult,
    vm::{Interp, Vm},
};

/// The signals that the helper waits for: SIGINT raises KeyboardInterrupt, the others print the stacks of all threads when
/// `faulthandler.register` says so, and do as ever otherwise (SIGQUIT prints them in any case).
pub const HANDLED: [i32; 4] = [libc::SIGINT, libc::SIGQUIT, libc::SIGUSR1, libc::SIGUSR2];

fn handled_set() -> libc::sigset_t {
    // SAFETY: plain C calls on a set of our own.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for number in HANDLED {
            libc::sigaddset(&raw mut set, number);
        }
        set
    }
}

extern "C" fn wake_system_call(_: libc::c_int) {}

/// Blocks the handled signals in the calling thread, and so in every thread that it makes. The embedder calls this on the main thread before the VM
/// starts.
///
/// # Errors
/// What the system says.
pub fn block_in_this_thread() -> std::io::Result<()> {
    let set = handled_set();
    // SAFETY: the set is valid; the old one is not asked for. The handler does nothing, so it is async-signal-safe.
    unsafe {
        let r = libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut());
        if r != 0 {
            return Err(std::io::Error::from_raw_os_error(r));
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = wake_system_call as extern "C" fn(libc::c_int) as usize;
        if libc::sigaction(libc::SIGURG, &raw const action, std::ptr::null_mut()) != 0 {
            return Err(std::io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Starts the thread that waits for signals. [`block_in_this_thread`] came before; the calling thread is the main thread.
///
/// # Errors
/// When the system has no thread to give.
pub fn start_helper(interp: &Arc<Interp>) -> std::io::Result<()> {
    // SAFETY: always valid.
    let main = unsafe { libc::pthread_self() };
    let weak = Arc::downgrade(interp);
    interp.threads.signals_wanted.store(true, Ordering::Relaxed);
    thread::spawn("weft-signals", 128 << 10, move || {
        let set = handled_set();
        loop {
            let mut number = 0;
            // SAFETY: both pointers are valid; the signals are blocked in this thread.
            if unsafe { libc::sigwait(&raw const set, &raw mut number) } != 0 {
                return;
            }
            let Some(interp) = weak.upgrade() else { return };
            if number != libc::SIGINT {
                crate::stacks::answer_signal(&interp, number);
                continue;
            }
            post(&interp, number as u32);
            // SAFETY: the main thread lives as long as the process.
            unsafe { libc::pthread_kill(main, libc::SIGURG) };
        }
    })
    .map(drop)
}

/// In a child of fork, whose main thread calls: starts the thread anew if the parent had one. If the system has none to give, signals do again what
/// they do by default.
pub(crate) fn restart_helper(interp: &Arc<Interp>) {
    if interp.wants_signals() && start_helper(interp).is_err() {
        let set = handled_set();
        // SAFETY: the set is valid.
        unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut()) };
    }
}

/// Tells the main thread that signal `number` arrived.
pub fn post(interp: &Interp, number: u32) {
    interp.threads.pending_signals.fetch_or(1 << (number & 63), Ordering::Release);
    if let Some(core) = interp.threads.main_core() {
        core.interrupt(interp.core.runtime().blocking(), event::SIGNAL);
    }
}

impl Vm {
    /// The main thread's answer to the SIGNAL event.
    ///
    /// # Errors
    /// KeyboardInterrupt for SIGINT.
    #[cold]
    pub(crate) fn serve_signals(&self) -> PyResult<()> {
        self.core().breaker().clear(event::SIGNAL);
        if !self.is_main_thread() {
            return Ok(());
        }
        let pending = self.interp().threads.pending_signals.swap(0, Ordering::AcqRel);
        if pending & 1 << libc::SIGINT != 0 {
            return Err(self.new_exception(self.exc().keyboard_interrupt, &[]));
        }
        Ok(())
    }
}

/// Ends the process as the default action of SIGINT does, so that a shell sees that it was interrupted.
pub fn die_of_interrupt() -> ! {
    die_of(libc::SIGINT)
}

/// Ends the process as the default action of a signal does.
pub fn die_of(number: i32) -> ! {
    // SAFETY: plain C calls; the process ends here.
    unsafe {
        libc::signal(number, libc::SIG_DFL);
        let set = handled_set();
        libc::pthread_sigmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut());
        libc::raise(number);
    }
    std::process::exit(128 + number)
}
