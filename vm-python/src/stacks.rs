//! The Python stacks of all threads as text: for `faulthandler`, for SIGQUIT (Ctrl-\) and for signals registered with it.
//!
//! A stack is read in a pause, when no thread changes its frames; the text is written afterwards. So a dump needs every
//! attached thread to reach a safepoint: one that is lost in native code delays it.

use std::{fmt::Write, sync::Arc};

use vm_core::{
    sync::{AtomicU64, Mutex},
    world::WorldStopped,
};

use crate::{
    object::str::Str,
    value::Value,
    vm::{Interp, Vm},
};

/// Frames shown of a thread, and threads shown: as in CPython.
const MAX_FRAMES: usize = 100;
const MAX_THREADS: usize = 100;

/// What a registered signal does.
#[derive(Clone, Copy, Debug)]
pub struct Registered {
    /// The signal.
    pub number: i32,
    /// Where the stacks go.
    pub descriptor: i32,
    /// All threads, or the main thread alone.
    pub all_threads: bool,
    /// Whether the signal's default action follows.
    pub chain: bool,
}

/// What `faulthandler` was asked for.
pub struct Requests {
    registered: Mutex<Vec<Registered>>,
    /// Number of the last `dump_traceback_later` or its cancellation: an earlier one is void.
    pub later: Arc<AtomicU64>,
}

impl Default for Requests {
    fn default() -> Requests {
        Requests { registered: Mutex::new(Vec::new()), later: Arc::new(AtomicU64::new(0)) }
    }
}

impl Requests {
    /// The lock that the signal thread takes, while the process is copied.
    pub(crate) fn lock_for_fork(&self) -> impl Sized {
        self.registered.lock()
    }
    /// Registers a signal, in place of an earlier registration.
    pub fn register(&self, entry: Registered) {
        let mut list = self.registered.lock();
        list.retain(|r| r.number != entry.number);
        list.push(entry);
    }
    /// Takes a registration back; whether there was one.
    pub fn unregister(&self, number: i32) -> bool {
        let mut list = self.registered.lock();
        let before = list.len();
        list.retain(|r| r.number != number);
        list.len() != before
    }
    /// The registration of a signal.
    #[must_use]
    pub fn of(&self, number: i32) -> Option<Registered> {
        self.registered.lock().iter().find(|r| r.number == number).copied()
    }
}

fn text(v: Value) -> String {
    v.downcast::<Str>().map_or_else(|| "???".to_owned(), |s| s.to_str_lossy().into_owned())
}

/// Appends the frames from `frame` on, newest first.
///
/// # Safety
/// The chain is live and nothing changes it: it is the calling thread's, or the world is stopped.
unsafe fn frames(out: &mut String, vm: &Vm) {
    let mut any = false;
    for (i, f) in vm.frames().enumerate() {
        any = true;
        if i == MAX_FRAMES {
            out.push_str("  ...\n");
            break;
        }
        // SAFETY: by the caller.
        let f = unsafe { &*f };
        let line = f.code.position(f.current_word()).map_or(f.code.first_line, |p| p.line);
        let (file, name) = (text(f.code.filename.get()), text(f.code.name.get()));
        let _ = writeln!(out, "  File \"{file}\", line {line} in {name}");
    }
    if !any {
        out.push_str("  <no Python frame>\n");
    }
}

/// All stacks, newest thread first. `current` is the thread to be called so.
#[must_use]
pub fn all(world: &WorldStopped<'_>, current: u64) -> String {
    let mut out = String::new();
    let mut threads = world.threads();
    threads.sort_by_key(|t| std::cmp::Reverse(t.id()));
    for (i, t) in threads.iter().enumerate() {
        if i > 0 {
            out.push('\n');
        }
        if i == MAX_THREADS {
            out.push_str("...\n");
            break;
        }
        let title = if t.id() == current { "Current thread" } else { "Thread" };
        let _ = writeln!(out, "{title} 0x{:016x} (most recent call first):", t.id());
        let vm: *mut Vm = t.vm_slot().load().cast();
        // SAFETY: the slot holds the thread's Vm while it is attached or suspended, and null otherwise; the world is
        // stopped, so it neither goes nor changes its frames.
        match unsafe { vm.as_ref() } {
            // SAFETY: the same.
            Some(vm) => unsafe { frames(&mut out, vm) },
            None => out.push_str("  <no Python frame>\n"),
        }
    }
    out
}

/// The stack of the calling thread.
#[must_use]
pub fn own(vm: &Vm) -> String {
    let mut out = "Stack (most recent call first):\n".to_owned();
    // SAFETY: the calling thread's own chain.
    unsafe { frames(&mut out, vm) };
    out
}

/// The stack of the calling OS thread, whatever it is in the middle of: for crashes only.
#[must_use]
pub fn of_this_thread(interp: &Interp) -> String {
    let me = vm_core::sync::thread::current_id();
    let threads: Vec<_> = interp.core.threads().iter().cloned().collect();
    for t in threads {
        let vm: *mut Vm = t.vm_slot().load().cast();
        // SAFETY: null or the state of a listed thread; the one whose native id is ours is our own, and alive.
        let Some(vm) = (unsafe { vm.as_ref() }) else { continue };
        if vm.thread.native_id.get() == me {
            let mut out = format!("Current thread 0x{:016x} (most recent call first):\n", t.id());
            // SAFETY: the calling thread's own chain.
            unsafe { frames(&mut out, vm) };
            return out;
        }
    }
    String::new()
}

/// Writes to a file descriptor; what cannot be written is lost.
pub fn write(descriptor: i32, text: &str) {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        // SAFETY: a plain system call on our own bytes.
        let n = unsafe { libc::write(descriptor, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(n) {
            Ok(n) if n > 0 => rest = rest.get(n..).unwrap_or_default(),
            _ if std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

/// Writes all stacks; for callers that are no thread of the interpreter. The main thread is the current one.
pub fn dump_from_outside(interp: &Interp, descriptor: i32, all_threads: bool) {
    let main = interp.threads.main();
    let out = interp.core.stop_from_outside(|world| {
        if all_threads {
            return all(world, main);
        }
        let mut out = "Stack (most recent call first):\n".to_owned();
        for t in world.threads().iter().filter(|t| t.id() == main) {
            let vm: *mut Vm = t.vm_slot().load().cast();
            // SAFETY: as in `all`.
            if let Some(vm) = unsafe { vm.as_ref() } {
                // SAFETY: the same.
                unsafe { frames(&mut out, vm) };
            }
        }
        out
    });
    write(descriptor, &out);
}

/// The answer of the signal thread to `number`, unless it is the interpreter's own affair (SIGINT): the stacks, and then, where nobody registered
/// the signal or it is to be chained, its default action.
pub fn answer_signal(interp: &Interp, number: i32) {
    match interp.stacks.of(number) {
        Some(r) => {
            dump_from_outside(interp, r.descriptor, r.all_threads);
            if r.chain {
                crate::signals::die_of(number);
            }
        }
        None => {
            if number == libc::SIGQUIT {
                dump_from_outside(interp, 2, true);
            }
            crate::signals::die_of(number);
        }
    }
}

impl Vm {
    /// Writes the stack of this thread, or of all.
    pub fn dump_stacks(&self, descriptor: i32, all_threads: bool) {
        let out = if all_threads {
            let me = self.core().id();
            self.stop_the_world(|world| all(world, me))
        } else {
            own(self)
        };
        write(descriptor, &out);
    }
}
