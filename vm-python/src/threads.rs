//! Threads of the language: birth, life and death of the operating system threads that run Python code.
//!
//! The order of a birth: the parent registers the kernel's thread (index, list), leaves function and arguments in the
//! registry (a root) and makes the operating system thread; the child registers with the heap, attaches, and takes its
//! start from the registry. The order of an end: thread-local objects, heap blocks handed over (still attached and
//! listed), unlink, index, and only then is the handle done, so that a joiner never sees a half-dead thread.

use std::{cell::Cell, num::NonZeroU64, sync::Arc};

use vm_core::{
    blocking::{Instant, Waited},
    breaker::event,
    pending_calls::{PostError, Recipient},
    runtime::ThreadCore,
    sync::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, Mutex, Ordering, thread},
};
use vm_heap::Marker;

use crate::{
    error::{PyResult, Thrown},
    modules::thread::LockWord,
    native::Args,
    object::{
        dict::Dict,
        gc::{Gc, Slot},
        sequence::Tuple,
    },
    value::Value,
    vm::{Interp, Vm},
};

/// Bytes of a new thread's native stack unless `threading.stack_size()` says otherwise.
pub const DEFAULT_STACK_SIZE: usize = 16 << 20;

/// Events that end a wait of the language early.
pub const WAIT_INTERRUPTS: u16 = event::SIGNAL | event::ASYNC_EXC | event::PENDING_CALLS;

/// Life of a [`ThreadHandle`].
pub mod handle_state {
    /// No thread yet.
    pub const NOT_STARTED: u8 = 0;
    /// Somebody is starting it.
    pub const STARTING: u8 = 1;
    /// It runs.
    pub const RUNNING: u8 = 2;
    /// It ended.
    pub const DONE: u8 = 3;
}

/// What is known of a thread from outside: lives as long as anyone asks.
#[derive(Debug, Default)]
pub struct ThreadHandle {
    state: AtomicU8,
    ident: AtomicU64,
}

impl ThreadHandle {
    /// A handle of a thread that runs already.
    #[must_use]
    pub fn running(ident: u64) -> ThreadHandle {
        ThreadHandle { state: AtomicU8::new(handle_state::RUNNING), ident: AtomicU64::new(ident) }
    }
    /// `ident`, 0 before the start.
    #[must_use]
    pub fn ident(&self) -> u64 {
        self.ident.load(Ordering::Acquire)
    }
    /// One of [`handle_state`].
    #[must_use]
    pub fn state(&self) -> u8 {
        self.state.load(Ordering::Acquire)
    }
    /// Whether the thread has ended.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.state() == handle_state::DONE
    }
    fn key(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self) as usize
    }
    fn claim(&self) -> bool {
        self.state
            .compare_exchange(
                handle_state::NOT_STARTED,
                handle_state::STARTING,
                Ordering::AcqRel,
                Ordering::Acquire,
            )
            .is_ok()
    }
    /// Marks the thread as ended; the caller wakes the joiners.
    pub fn set_done(&self) {
        self.state.store(handle_state::DONE, Ordering::Release);
    }
}

/// A thread that was registered and has not yet begun to run: what it is going to call.
struct Start {
    core: u64,
    func: Value,
    args: Value,
    kwargs: Value,
}

// SAFETY: the values are roots (`Registry::trace`) until the new thread, attached, takes them.
unsafe impl Send for Start {}

/// The threads of an interpreter, as the language sees them.
pub struct Registry {
    /// Id of the main thread, 0 before there is one.
    main: AtomicU64,
    main_core: Mutex<Option<Arc<ThreadCore>>>,
    starting: Mutex<Vec<Start>>,
    /// Handles of threads that live, and whether they are daemons, for which the end of the program does not wait.
    handles: Mutex<Vec<(Arc<ThreadHandle>, bool)>>,
    /// Threads started by `_thread` that are alive.
    alive: AtomicU32,
    /// Signals that arrived and were not yet handled, bit `1 << number`.
    pub(crate) pending_signals: AtomicU64,
    /// A thread waits for signals.
    pub(crate) signals_wanted: AtomicBool,
    /// The program is at its end: no new threads.
    finalizing: AtomicBool,
}

impl Default for Registry {
    fn default() -> Registry {
        Registry {
            main: AtomicU64::new(0),
            main_core: Mutex::new(None),
            starting: Mutex::new(Vec::new()),
            handles: Mutex::new(Vec::new()),
            alive: AtomicU32::new(0),
            pending_signals: AtomicU64::new(0),
            signals_wanted: AtomicBool::new(false),
            finalizing: AtomicBool::new(false),
        }
    }
}

impl Registry {
    /// Declares `core` the main thread.
    pub fn set_main(&self, core: &Arc<ThreadCore>) {
        self.main.store(core.id(), Ordering::Release);
        *self.main_core.lock() = Some(Arc::clone(core));
    }
    /// Id of the main thread.
    #[must_use]
    pub fn main(&self) -> u64 {
        self.main.load(Ordering::Acquire)
    }
    /// The main thread.
    #[must_use]
    pub fn main_core(&self) -> Option<Arc<ThreadCore>> {
        self.main_core.lock().clone()
    }
    /// Threads started by `_thread` that are alive.
    #[must_use]
    pub fn alive(&self) -> u32 {
        self.alive.load(Ordering::Relaxed)
    }
    /// Whether the program is at its end.
    #[must_use]
    pub fn is_finalizing(&self) -> bool {
        self.finalizing.load(Ordering::Acquire)
    }
    /// Reports the start arguments of newborn threads to the collector. World stopped.
    pub fn trace(&self, m: &mut Marker) {
        for s in &*self.starting.lock() {
            for v in [s.func, s.args, s.kwargs] {
                m.visit_word(v.bits());
            }
        }
    }
    fn forget(&self, handle: &Arc<ThreadHandle>) {
        self.handles.lock().retain(|(h, _)| !Arc::ptr_eq(h, handle));
    }
    /// The locks that are also taken by threads off the heap, while the process is copied.
    pub(crate) fn lock_for_fork(&self) -> impl Sized {
        (self.main_core.lock(), self.starting.lock(), self.handles.lock())
    }
    /// In a child of fork: `core` is the main thread, and all others have ended.
    pub(crate) fn after_fork_in_child(&self, core: &Arc<ThreadCore>) {
        self.set_main(core);
        self.starting.lock().clear();
        let mut handles = self.handles.lock();
        handles.retain(|(h, _)| {
            let own = h.ident() == core.id();
            if !own {
                h.set_done();
            }
            own
        });
        self.alive.store(handles.len() as u32, Ordering::Relaxed);
        self.pending_signals.store(0, Ordering::Relaxed);
    }
    fn take_start(&self, core: u64) -> Option<Start> {
        let mut starting = self.starting.lock();
        let i = starting.iter().position(|s| s.core == core)?;
        Some(starting.swap_remove(i))
    }
}

/// What a thread keeps for the language's thread modules.
pub struct ThreadState {
    /// Weak references to the `_local` objects that this thread has used: a list, or UNBOUND.
    pub(crate) locals: Slot,
    /// Whether the thread was started as a daemon.
    pub(crate) daemon: Cell<bool>,
    /// The operating system's number.
    pub(crate) native_id: Cell<u64>,
    /// The lock of the language that the thread waits for; null if none.
    pub(crate) wanted: AtomicPtr<LockWord>,
    /// The event that the trace function being run hears of, else [`crate::tracing::NO_EVENT`].
    pub(crate) what_event: Cell<u8>,
    /// Address of the frame of that event.
    pub(crate) event_frame: Cell<usize>,
}

impl Default for ThreadState {
    fn default() -> ThreadState {
        ThreadState {
            locals: Slot::new(Value::UNBOUND),
            daemon: Cell::new(false),
            native_id: Cell::new(0),
            wanted: AtomicPtr::new(std::ptr::null_mut()),
            what_event: Cell::new(crate::tracing::NO_EVENT),
            event_frame: Cell::new(0),
        }
    }
}

impl ThreadState {
    /// Reports the references to the collector. World stopped.
    pub fn trace(&self, m: &mut Marker) {
        self.locals.trace(m);
    }
}

/// Lowest and highest address of the calling thread's native stack.
#[must_use]
pub fn native_stack_bounds() -> (usize, usize) {
    // SAFETY: plain C calls on an attribute object of our own; pthread_self is always valid.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attr) != 0 {
            // Not to be had: trust 512 KiB below here.
            let here = crate::stack::stack_pointer();
            return (here - (512 << 10), here);
        }
        let mut low: *mut libc::c_void = std::ptr::null_mut();
        let mut size = 0;
        libc::pthread_attr_getstack(&raw const attr, &raw mut low, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attr);
        (low as usize, low as usize + size)
    }
}

impl Vm {
    /// Makes the calling operating system thread run `core`: registers with the heap and attaches. Waits while the world is stopped, for ever
    /// once the runtime finalizes. With `base`, no frame above that address will ever hold a reference.
    pub fn enter(interp: Arc<Interp>, core: Arc<ThreadCore>, base: Option<usize>) -> Box<Vm> {
        let (low, high) = native_stack_bounds();
        let high = base.map_or(high, |base| base.clamp(low, high));
        let _attached = core.attach();
        // Attached, so that a fork finds no thread in the middle of it.
        let heap = interp.heap.register_thread(&core, high);
        let vm = Vm::new(interp, core, heap, low + crate::stack::NATIVE_RESERVE);
        vm.thread.native_id.set(thread::current_id());
        vm.core().vm_slot().store(std::ptr::from_ref(&*vm).cast_mut().cast());
        vm.expose_to_faults();
        vm
    }

    /// The end of a thread: hands its blocks to the heap, unlinks it, releases its index.
    pub fn leave(self: Box<Self>) {
        self.core().vm_slot().store(std::ptr::null_mut());
        self.counters.flush(&self.interp().stats);
        self.flush_watched();
        let (interp, core, heap) = self.into_parts();
        // SAFETY: this OS thread runs `core` and is attached since `enter`; the token is used up here.
        let attached = unsafe { vm_core::world::Attached::assume(&core) };
        interp.core.unregister_thread_after(attached, || interp.heap.unregister_thread(heap));
    }

    /// Whether this is the main thread.
    #[must_use]
    pub fn is_main_thread(&self) -> bool {
        self.interp().threads.main() == self.core().id()
    }

    /// Starts a thread that calls `func(*args, **kwargs)`.
    ///
    /// # Errors
    /// RuntimeError if the handle was started before or the system has no thread to give;
    /// `PythonFinalizationError` at the end of the program.
    pub fn spawn_thread(
        &self,
        handle: &Arc<ThreadHandle>,
        func: Value,
        args: Gc<Tuple>,
        kwargs: Option<Gc<Dict>>,
        daemon: bool,
    ) -> PyResult<u64> {
        let interp = Arc::clone(self.interp());
        let registry = &interp.threads;
        if registry.is_finalizing() {
            return Err(self.new_error(
                self.exc().python_finalization_error,
                "can't create new thread at interpreter shutdown",
            ));
        }
        if !handle.claim() {
            return Err(self.runtime_error("thread already started"));
        }
        let give_up = |message: String| -> Thrown {
            handle.state.store(handle_state::NOT_STARTED, Ordering::Release);
            self.runtime_error(message)
        };
        if self.faults.no_memory() {
            return Err(give_up("can't start new thread: out of memory".to_owned()));
        }
        let core = interp.core.register_thread().map_err(|e| give_up(e.to_string()))?;
        let id = core.id();
        handle.ident.store(id, Ordering::Release);
        registry.starting.lock().push(Start {
            core: id,
            func,
            args: args.value(),
            kwargs: kwargs.map_or(Value::UNBOUND, Gc::value),
        });
        registry.alive.fetch_add(1, Ordering::Relaxed);
        registry.handles.lock().push((Arc::clone(handle), daemon));
        handle.state.store(handle_state::RUNNING, Ordering::Release);
        let stack = interp.thread_stack_size.load(Ordering::Relaxed);
        let (child_interp, child_core, child_handle) =
            (Arc::clone(&interp), Arc::clone(&core), Arc::clone(handle));
        let spawned = thread::spawn("weft", stack, move || {
            // Above this frame lie the thread's own variables, which code without references writes while the world is stopped.
            let frame = 0_u8;
            run(
                child_interp,
                child_core,
                &child_handle,
                daemon,
                std::hint::black_box(&raw const frame) as usize,
            );
        });
        if let Err(e) = spawned {
            // The kernel's thread was never run: attach it here in place of the child, only to take it off the list.
            let _ = registry.take_start(id);
            registry.alive.fetch_sub(1, Ordering::Relaxed);
            registry.forget(handle);
            self.detached(|| interp.core.unregister_thread(core.attach()));
            return Err(give_up(format!("can't start new thread: {e}")));
        }
        Ok(id)
    }

    /// Waits, detached, on `key` until `ready` holds (true) or `deadline` passes (false). Signals are handled meanwhile.
    pub fn wait(
        &self,
        key: usize,
        deadline: Option<Instant>,
        mut ready: impl FnMut() -> bool,
    ) -> PyResult<bool> {
        let rt = Arc::clone(self.interp().core.runtime());
        loop {
            let waited = self.heap().safepoint_park(|| {
                self.attached().wait(rt.blocking(), key, WAIT_INTERRUPTS, deadline, &mut ready)
            });
            match waited {
                // Not polled here: `ready` may have taken a lock, and an exception now would lose it.
                Waited::Ready => return Ok(true),
                Waited::TimedOut => return Ok(false),
                Waited::Interrupted => self.poll()?,
            }
        }
    }

    /// Wakes all that wait on `key`.
    pub fn wake_all(&self, key: usize) {
        self.interp().core.runtime().blocking().unpark_all(key);
    }

    /// Wakes one that waits on `key`.
    pub fn wake_one(&self, key: usize) {
        self.interp().core.runtime().blocking().unpark_one(key);
    }

    /// Waits for the end of a thread: false when `deadline` passed first.
    pub fn join_thread(&self, handle: &Arc<ThreadHandle>, deadline: Option<Instant>) -> PyResult<bool> {
        if handle.is_done() {
            return Ok(true);
        }
        if handle.ident() == self.core().id() {
            return Err(self.runtime_error("Cannot join current thread"));
        }
        let h = Arc::clone(handle);
        self.wait(handle.key(), deadline, move || h.is_done())
    }

    /// Marks a handle as ended, for `_thread`'s `_set_done`.
    pub fn finish_handle(&self, handle: &Arc<ThreadHandle>) {
        handle.set_done();
        self.interp().threads.forget(handle);
        self.wake_all(handle.key());
    }

    /// Waits for all threads that are no daemons: `_thread._shutdown`.
    pub fn join_all_threads(&self) -> PyResult<()> {
        loop {
            let next = {
                let list = self.interp().threads.handles.lock();
                let waits =
                    |(h, daemon): &&(Arc<ThreadHandle>, bool)| !daemon && h.ident() != self.core().id();
                list.iter().find(waits).map(|(h, _)| Arc::clone(h))
            };
            let Some(h) = next else { return Ok(()) };
            self.join_thread(&h, None)?;
            self.interp().threads.forget(&h);
        }
    }

    /// Sends an exception, a class or an instance, to thread `id`, which raises it at its next poll, in place of one sent
    /// before; `None` takes that one back. False if there is no such thread (P4).
    pub fn send_exception(&self, id: u64, exception: Option<Value>) -> bool {
        let threads = &self.interp().core;
        match exception.and_then(|e| NonZeroU64::new(e.bits())) {
            Some(word) => threads.post_exception(id, word).is_ok(),
            None => threads.cancel_exception(id).is_ok(),
        }
    }

    /// Raises what another thread sent to this one.
    pub(crate) fn serve_async_exception(&self) -> PyResult<()> {
        let Some(word) = self.core().take_exception() else { return Ok(()) };
        // SAFETY: only `send_exception` posts, and posts values; the slot is a root.
        let sent = unsafe { Value::from_bits(word.get()) };
        Err(Thrown(self.exception_instance(sent)?))
    }

    /// Asks a thread to call `f` without arguments at its next poll (P11).
    ///
    /// # Errors
    /// When as many calls wait as may, or there is no such thread.
    pub fn post_call(&self, to: Recipient, f: Value) -> Result<(), PostError> {
        self.interp().core.post_call(to, f.bits())
    }

    /// Makes the calls that others asked of this thread.
    pub(crate) fn serve_pending_calls(&self) -> PyResult<()> {
        self.interp().core.make_calls(self.core(), |word| {
            // SAFETY: only `post_call` posts, and posts values; the queue is a root until here.
            let f = unsafe { Value::from_bits(word) };
            self.call(f, &[]).map(drop)
        })
    }

    /// From now on no other thread runs Python code ever again. Returns with the world running for this thread alone.
    pub fn begin_finalization(&self) {
        self.interp().threads.finalizing.store(true, Ordering::Release);
        self.stop_the_world(|w| {
            w.begin_finalization();
            self.clear_monitoring(w);
        });
    }
}

/// The body of a new operating system thread; `base` is an address in the caller's frame.
// A frame of its own: what it holds must lie below `base`.
#[inline(never)]
fn run(interp: Arc<Interp>, core: Arc<ThreadCore>, handle: &Arc<ThreadHandle>, daemon: bool, base: usize) {
    let id = core.id();
    let vm = Vm::enter(Arc::clone(&interp), core, Some(base));
    vm.thread.daemon.set(daemon);
    if let Some(start) = interp.threads.take_start(id)
        && let Err(e) = call_start(&vm, &start)
        && !e.is(&vm, vm.exc().system_exit)
    {
        report_uncaught(&vm, e, start.func);
    }
    if vm.is_main_thread() {
        vm.end_forked_process();
    }
    vm.drop_hooks();
    crate::modules::thread_local::forget_locals(&vm);
    // Nothing below may touch an object.
    vm.leave();
    interp.threads.alive.fetch_sub(1, Ordering::Relaxed);
    interp.threads.forget(handle);
    handle.set_done();
    interp.core.runtime().blocking().unpark_all(handle.key());
}

#[inline(never)]
fn call_start(vm: &Vm, start: &Start) -> PyResult {
    let args = start.args.downcast::<Tuple>();
    let pos = args.as_ref().map_or(&[][..], |t| t.as_slice());
    match start.kwargs.downcast::<Dict>() {
        None => vm.call(start.func, pos),
        Some(kw) => {
            let names = crate::object::items::RootVec::new(vm);
            let vals = crate::object::items::RootVec::from_slice(vm, pos)?;
            let mut at = 0;
            while let Some((next, k, v)) = kw.next_entry(at) {
                if k.downcast::<crate::object::str::Str>().is_none() {
                    return Err(vm.type_error("keywords must be strings"));
                }
                names.push(k)?;
                vals.push(v)?;
                at = next;
            }
            let names = vm.new_tuple(names.as_slice())?;
            vm.call_args(start.func, Args::with_keywords(vals.as_slice(), Some(names)))
        }
    }
}

/// An exception left a thread's function: `sys.unraisablehook`'s text, as `_thread.start_new_thread` has it.
fn report_uncaught(vm: &Vm, e: Thrown, func: Value) {
    let what = vm.repr(func).map_or_else(|_| "<unprintable>".to_owned(), |s| s.to_str_lossy().into_owned());
    vm.write_stderr(&format!("Exception ignored in thread started by {what}:\n"));
    vm.print_exception(e);
}

/// The Python stack of the calling thread, newest frame last, one text line per frame; for reports of fatal errors only: the VM may be in the
/// middle of anything.
#[must_use]
pub fn stack_of_this_thread(interp: &Interp) -> Vec<String> {
    let me = thread::current_id();
    let cores: Vec<Arc<ThreadCore>> = interp.core.threads().iter().cloned().collect();
    for core in cores {
        let vm: *mut Vm = core.vm_slot().load().cast();
        // SAFETY: the slot is null or the Vm of a listed thread; the one whose native id is ours is our own, and alive.
        let Some(vm) = (unsafe { vm.as_ref() }) else { continue };
        if vm.thread.native_id.get() != me {
            continue;
        }
        return describe(interp, &core, vm);
    }
    vec!["(this thread runs no Python code)".to_owned()]
}

/// A heading and the frames of one thread, newest last.
fn describe(interp: &Interp, core: &ThreadCore, vm: &Vm) -> Vec<String> {
    let mut lines: Vec<String> = vm
        .frames()
        .take(100)
        .map(|f| {
            // SAFETY: frames of the chain are live: the thread is the caller's own, or stands still (see the callers).
            let f = unsafe { &*f };
            let text = |v: Value| {
                v.downcast::<crate::object::str::Str>()
                    .map_or_else(String::new, |s| s.to_str_lossy().into_owned())
            };
            let line = f.code.position(f.current_word()).map_or(0, |p| p.line);
            format!("  File \"{}\", line {line}, in {}", text(f.code.filename.get()), text(f.code.name.get()))
        })
        .collect();
    lines.push(format!(
        "Thread {} (main: {}), stack (most recent call last):",
        core.id(),
        interp.threads.main() == core.id()
    ));
    lines.reverse();
    lines
}

/// The Python stack of every thread, for a report that ends the process because nothing moves any more: threads that do move may be shown wrongly.
#[must_use]
pub fn stacks_of_all_threads(interp: &Interp) -> Vec<String> {
    let cores: Vec<Arc<ThreadCore>> = interp.core.threads().iter().cloned().collect();
    let mut lines = Vec::new();
    for core in cores {
        let vm: *mut Vm = core.vm_slot().load().cast();
        // SAFETY: the slot is null or the Vm of a listed thread, which hangs, and so does not end.
        match unsafe { vm.as_ref() } {
            Some(vm) => lines.append(&mut describe(interp, &core, vm)),
            None => lines.push(format!("Thread {} is being born or ends", core.id())),
        }
    }
    lines
}

/// Locks of the language that some thread waits for, and modules being imported, each with its holder: for the same report, since a cycle
/// among them is a deadlock. A lock that nobody waits for holds up nothing, and is not named.
#[must_use]
pub fn held_locks(interp: &Interp) -> Vec<String> {
    let cores: Vec<Arc<ThreadCore>> = interp.core.threads().iter().cloned().collect();
    let mut lines = Vec::new();
    for core in cores {
        let vm: *mut Vm = core.vm_slot().load().cast();
        // SAFETY: as in `stacks_of_all_threads`; the lock is referenced by the frame that waits for it.
        let wanted = unsafe { vm.as_ref().and_then(|vm| vm.thread.wanted.load(Ordering::Relaxed).as_ref()) };
        let Some(lock) = wanted else { continue };
        let holder = lock.holder().map_or_else(|| "is free".to_owned(), |id| format!("thread {id} took"));
        lines.push(format!("thread {} waits for the lock at {lock:p}, which {holder}", core.id()));
    }
    lines.append(&mut interp.imports.held());
    lines
}
