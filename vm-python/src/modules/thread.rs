//! `_thread`: threads and locks. `threading` is Python on top of it.

use std::{sync::Arc, time::Duration};

use vm_compiler::opcodes::CmpOp;
use vm_core::{
    blocking::Instant,
    sync::{AtomicU8, AtomicU64, Ordering, thread},
};
use vm_heap::Marker;

use crate::{
    error::{PyResult, Thrown},
    native::{Args, FunctionDef, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        dict::Dict,
        exception::Exception,
        gc::Gc,
        module::Module,
        sequence::Tuple,
        str::Str,
    },
    threads::{ThreadHandle, handle_state},
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// Longest time-out of a wait, in seconds: CPython's.
const TIMEOUT_MAX: f64 = 9_223_372_036.0;

/// Makes the module.
pub fn make(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("_thread")?;
    vm.add_functions(m, FUNCTIONS)?;
    let lock = vm.define_type(&LOCK_DEF, None)?;
    let rlock = vm.define_type(&RLOCK_DEF, None)?;
    let handle = vm.define_type(&HANDLE_DEF, None)?;
    let local = vm.define_type(&super::thread_local::DEF, None)?;
    for (name, class) in
        [("lock", lock), ("LockType", lock), ("RLock", rlock), ("_ThreadHandle", handle), ("_local", local)]
    {
        vm.add_value(m, name, class.value())?;
    }
    vm.add_value(m, "error", vm.exc().runtime_error.value())?;
    vm.add_value(m, "TIMEOUT_MAX", vm.new_float(TIMEOUT_MAX)?)?;
    Ok(m)
}

/// The class that the module keeps under `name`, for functions that make instances.
fn class_in_module(vm: &Vm, name: &str) -> PyResult<Gc<Type>> {
    let m = vm.import_module("_thread")?;
    let v = vm.getattr_str(m, name)?;
    v.downcast::<Type>().ok_or_else(|| vm.type_error(format!("_thread.{name} is no class")))
}

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("start_new_thread", start_new_thread),
    FunctionDef::new("start_new", start_new_thread),
    FunctionDef::new("start_joinable_thread", start_joinable_thread),
    FunctionDef::new("allocate_lock", |vm, args| {
        args.exact::<0>(vm, "allocate_lock")?;
        new_lock(vm, class_in_module(vm, "lock")?)
    }),
    FunctionDef::new("exit", |vm, args| {
        args.exact::<0>(vm, "exit")?;
        Err(vm.new_exception(vm.exc().system_exit, &[]))
    }),
    FunctionDef::new("get_ident", |vm, args| {
        args.exact::<0>(vm, "get_ident")?;
        ident(vm, vm.core().id())
    }),
    FunctionDef::new("get_native_id", |vm, args| {
        args.exact::<0>(vm, "get_native_id")?;
        ident(vm, thread::current_id())
    }),
    FunctionDef::new("_get_main_thread_ident", |vm, args| {
        args.exact::<0>(vm, "_get_main_thread_ident")?;
        ident(vm, vm.interp().threads.main())
    }),
    FunctionDef::new("_make_thread_handle", |vm, args| {
        let [id] = args.exact::<1>(vm, "_make_thread_handle")?;
        let id = u64::try_from(vm.index_i64(id)?)
            .map_err(|_| vm.value_error("thread identifiers are positive"))?;
        let class = class_in_module(vm, "_ThreadHandle")?;
        Ok(vm.new_native_object(class, Handle(Arc::new(ThreadHandle::running(id))))?.value())
    }),
    FunctionDef::new("_count", |vm, args| {
        args.exact::<0>(vm, "_count")?;
        Ok(Value::small_int(i64::from(vm.interp().threads.alive())))
    }),
    FunctionDef::new("_is_main_interpreter", |vm, args| {
        args.exact::<0>(vm, "_is_main_interpreter")?;
        Ok(Value::TRUE)
    }),
    FunctionDef::new("daemon_threads_allowed", |vm, args| {
        args.exact::<0>(vm, "daemon_threads_allowed")?;
        Ok(Value::TRUE)
    }),
    FunctionDef::new("stack_size", stack_size),
    FunctionDef::new("interrupt_main", |vm, args| {
        let [n] = args.bind(vm, "interrupt_main", ["signum"], 0, 0, 1)?;
        let n = match n.bound() {
            Some(n) => vm.index_i64(n)?,
            None => i64::from(libc::SIGINT),
        };
        if !(1..65).contains(&n) {
            return Err(vm.value_error("signal number out of range"));
        }
        crate::signals::post(vm.interp(), n as u32);
        Ok(Value::NONE)
    }),
    FunctionDef::new("_shutdown", |vm, args| {
        args.exact::<0>(vm, "_shutdown")?;
        vm.join_all_threads()?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("set_name", |vm, args| {
        let [name] = args.exact::<1>(vm, "set_name")?;
        let Some(name) = name.downcast::<Str>() else { return Err(vm.type_error("name must be a string")) };
        let mut bytes = name.to_str_lossy().into_owned().into_bytes();
        bytes.retain(|&b| b != 0);
        // Linux keeps 15 bytes.
        bytes.truncate(15);
        bytes.push(0);
        // SAFETY: a C string of at most 16 bytes, for the calling thread.
        unsafe { libc::pthread_setname_np(libc::pthread_self(), bytes.as_ptr().cast()) };
        Ok(Value::NONE)
    }),
    FunctionDef::new("_excepthook", excepthook),
];

fn ident(vm: &Vm, id: u64) -> PyResult {
    vm.new_int(i64::try_from(id).unwrap_or(i64::MAX))
}

fn call_parts(
    vm: &Vm,
    func: Value,
    args: Value,
    kwargs: Option<Value>,
) -> PyResult<(Gc<Tuple>, Option<Gc<Dict>>)> {
    if !vm.is_callable(func) {
        return Err(vm.type_error("first arg must be callable"));
    }
    let Some(args) = args.downcast::<Tuple>() else { return Err(vm.type_error("2nd arg must be a tuple")) };
    let kwargs = match kwargs {
        None => None,
        Some(k) => match k.downcast::<Dict>() {
            Some(d) => Some(d),
            None => return Err(vm.type_error("optional 3rd arg must be a dictionary")),
        },
    };
    Ok((args, kwargs))
}

fn start_new_thread(vm: &Vm, args: Args<'_>) -> PyResult {
    let a = args.range(vm, "start_new_thread", 2, 3)?;
    let (targs, kwargs) = call_parts(vm, a[0], a[1], a.get(2).copied())?;
    let handle = Arc::new(ThreadHandle::default());
    let id = vm.spawn_thread(&handle, a[0], targs, kwargs, true)?;
    ident(vm, id)
}

fn start_joinable_thread(vm: &Vm, args: Args<'_>) -> PyResult {
    let [func, handle, daemon] =
        args.bind(vm, "start_joinable_thread", ["function", "handle", "daemon"], 1, 0, 1)?;
    if !vm.is_callable(func) {
        return Err(vm.type_error("thread function must be callable"));
    }
    let handle = match handle.bound().filter(|h| !h.is_none()) {
        Some(h) => h,
        None => new_handle(vm, class_in_module(vm, "_ThreadHandle")?, Args::new(&[]))?,
    };
    let Some(h) = handle.native::<Handle>() else {
        return Err(vm.type_error("'handle' must be a _ThreadHandle"));
    };
    let daemon = match daemon.bound() {
        Some(d) => vm.truthy(d)?,
        None => true,
    };
    let none = vm.new_tuple(&[])?;
    vm.spawn_thread(&h.payload.0, func, none, None, daemon)?;
    Ok(handle)
}

fn stack_size(vm: &Vm, args: Args<'_>) -> PyResult {
    let a = args.range(vm, "stack_size", 0, 1)?;
    let slot = &vm.interp().thread_stack_size;
    let old = slot.load(Ordering::Relaxed);
    let shown = if old == crate::threads::DEFAULT_STACK_SIZE { 0 } else { old };
    if let Some(&n) = a.first() {
        let n = vm.index_i64(n)?;
        let Ok(n) = usize::try_from(n) else {
            return Err(vm.value_error("size must be 0 or a positive value"));
        };
        // Less than the reserve plus some room could not run anything.
        if n != 0 && n < 32 << 10 {
            return Err(vm.value_error(format!("size not valid: {n} bytes")));
        }
        let least = crate::stack::NATIVE_RESERVE * 2;
        slot.store(if n == 0 { crate::threads::DEFAULT_STACK_SIZE } else { n.max(least) }, Ordering::Relaxed);
    }
    Ok(Value::small_int(shown as i64))
}

/// `_excepthook(args)`: the report of an exception that left a thread's `run`.
fn excepthook(vm: &Vm, args: Args<'_>) -> PyResult {
    let [a] = args.exact::<1>(vm, "_excepthook")?;
    let value = vm.getattr_str(a, "exc_value")?;
    let thread = vm.getattr_str(a, "thread")?;
    if !value.is::<Exception>() {
        return Ok(Value::NONE);
    }
    let e = Thrown(value);
    if e.is(vm, vm.exc().system_exit) {
        return Ok(Value::NONE);
    }
    let name = if thread.is_none() {
        vm.core().id().to_string()
    } else {
        let n = vm.getattr_str(thread, "name")?;
        vm.str(n)?.to_str_lossy().into_owned()
    };
    vm.write_stderr(&format!("Exception in thread {name}:\n{}", vm.format_exception(e)));
    Ok(Value::NONE)
}

// --- waiting ---

/// When a wait with these arguments of `acquire` ends: `None` = do not wait at all, `Some(None)` = no limit.
fn wait_limit(vm: &Vm, blocking: Value, timeout: Value) -> PyResult<Option<Option<Instant>>> {
    let blocking = match blocking.bound() {
        Some(b) => vm.truthy(b)?,
        None => true,
    };
    let seconds = match timeout.bound() {
        Some(t) => vm.float_of(t)?,
        None => -1.0,
    };
    if !blocking {
        if seconds != -1.0 {
            return Err(vm.value_error("can't specify a timeout for a non-blocking call"));
        }
        return Ok(None);
    }
    if seconds == -1.0 {
        return Ok(Some(None));
    }
    deadline(vm, seconds).map(|d| Some(Some(d)))
}

fn deadline(vm: &Vm, seconds: f64) -> PyResult<Instant> {
    if seconds.is_nan() {
        return Err(vm.value_error("Invalid value NaN (not a number)"));
    }
    if seconds < 0.0 {
        return Err(vm.value_error("timeout value must be a non-negative number"));
    }
    if seconds > TIMEOUT_MAX {
        return Err(vm.new_error(vm.exc().overflow_error, "timeout value is too large"));
    }
    let now = vm.interp().core.runtime().clock().now();
    Ok(now.after(Duration::from_secs_f64(seconds)))
}

/// A lock: free, held, or held with waiters that the holder must wake.
#[derive(Default)]
pub(crate) struct LockWord {
    state: AtomicU8,
    /// The thread that took it last.
    holder: AtomicU64,
}

const FREE: u8 = 0;
const HELD: u8 = 1;
const CONTENDED: u8 = 2;

impl LockWord {
    fn try_acquire(&self) -> bool {
        self.state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }
    /// Takes the lock, or leaves word that somebody waits. Runs under the bucket's lock of the parking lot, which the holder passes
    /// after it saw CONTENDED: so the wake-up cannot come before the wait.
    fn acquire_or_mark(&self) -> bool {
        loop {
            // A waiter that gets the lock cannot know whether it was the last one: CONTENDED errs on the safe side.
            if self.state.compare_exchange(FREE, CONTENDED, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                return true;
            }
            match self.state.compare_exchange(HELD, CONTENDED, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) | Err(CONTENDED) => return false,
                Err(_) => {}
            }
        }
    }
    fn acquire(&self, vm: &Vm, limit: Option<Option<Instant>>) -> PyResult<bool> {
        let address = std::ptr::from_ref(self).addr();
        if self.try_acquire() {
            self.holder.store(vm.core().id(), Ordering::Relaxed);
            vm.lock_acquired(address, "lock");
            return Ok(true);
        }
        let Some(deadline) = limit else { return Ok(false) };
        vm.thread.wanted.store(std::ptr::from_ref(self).cast_mut(), Ordering::Relaxed);
        let got =
            vm.lock_contended_at(address, "lock", || vm.wait(address, deadline, || self.acquire_or_mark()));
        vm.thread.wanted.store(std::ptr::null_mut(), Ordering::Relaxed);
        if matches!(got, Ok(true)) {
            self.holder.store(vm.core().id(), Ordering::Relaxed);
        }
        got
    }
    /// False if the lock was not held.
    fn release(&self, vm: &Vm) -> bool {
        match self.state.swap(FREE, Ordering::Release) {
            FREE => false,
            HELD => true,
            _ => {
                vm.wake_one(std::ptr::from_ref(self).addr());
                true
            }
        }
    }
    fn is_held(&self) -> bool {
        self.state.load(Ordering::Relaxed) != FREE
    }
    /// Who has it, for reports.
    pub(crate) fn holder(&self) -> Option<u64> {
        self.is_held().then(|| self.holder.load(Ordering::Relaxed))
    }
}

// --- lock ---

/// `_thread.lock`
#[derive(Default)]
struct Lock(LockWord);

impl NativePayload for Lock {
    fn trace(&self, _: &mut Marker) {}
}

static LOCK_DEF: TypeDef = TypeDef {
    name: "_thread.lock",
    doc: "A lock object is a synchronization primitive.",
    kind: Native::<Lock>::KIND,
    size: Native::<Lock>::SIZE,
    flags: type_flags::WEAKREF,
    slots: TypeSlots {
        new: Some(|vm, class, args| {
            args.exact::<0>(vm, "lock")?;
            new_lock(vm, class)
        }),
        repr: Some(lock_repr),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("acquire", lock_acquire),
        MethodDef::new("acquire_lock", lock_acquire),
        MethodDef::new("release", lock_release),
        MethodDef::new("release_lock", lock_release),
        MethodDef::new("locked", lock_locked),
        MethodDef::new("locked_lock", lock_locked),
        MethodDef::new("__enter__", |vm, args| {
            let (l, rest) = args.this_native::<Lock>(vm, "__enter__")?;
            rest.exact::<0>(vm, "__enter__")?;
            l.payload.0.acquire(vm, Some(None))?;
            Ok(Value::TRUE)
        }),
        MethodDef::new("__exit__", |vm, args| {
            let (l, _) = args.this_native::<Lock>(vm, "__exit__")?;
            release(vm, &l.payload.0)
        }),
        MethodDef::new("_at_fork_reinit", |vm, args| {
            let (l, _) = args.this_native::<Lock>(vm, "_at_fork_reinit")?;
            l.payload.0.release(vm);
            Ok(Value::NONE)
        }),
    ],
    ..NO_DEF
};

fn new_lock(vm: &Vm, class: Gc<Type>) -> PyResult {
    Ok(vm.new_native_object(class, Lock::default())?.value())
}

fn lock_acquire(vm: &Vm, args: Args<'_>) -> PyResult {
    let (l, rest) = args.this_native::<Lock>(vm, "acquire")?;
    if rest.is_empty() {
        return Ok(Value::bool(l.payload.0.acquire(vm, Some(None))?));
    }
    let [blocking, timeout] = rest.bind(vm, "acquire", ["blocking", "timeout"], 0, 0, 2)?;
    let limit = wait_limit(vm, blocking, timeout)?;
    Ok(Value::bool(l.payload.0.acquire(vm, limit)?))
}

fn release(vm: &Vm, word: &LockWord) -> PyResult {
    if word.release(vm) { Ok(Value::NONE) } else { Err(vm.runtime_error("release unlocked lock")) }
}

fn lock_release(vm: &Vm, args: Args<'_>) -> PyResult {
    let (l, rest) = args.this_native::<Lock>(vm, "release")?;
    rest.exact::<0>(vm, "release")?;
    release(vm, &l.payload.0)
}

fn lock_locked(vm: &Vm, args: Args<'_>) -> PyResult {
    let (l, rest) = args.this_native::<Lock>(vm, "locked")?;
    rest.exact::<0>(vm, "locked")?;
    Ok(Value::bool(l.payload.0.is_held()))
}

fn lock_repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let held = v.native::<Lock>().is_some_and(|l| l.payload.0.is_held());
    let state = if held { "locked" } else { "unlocked" };
    vm.new_str(&format!("<{state} _thread.lock object at {:#x}>", v.ptr_unchecked() as usize))
}

// --- RLock ---

/// `_thread.RLock`
#[derive(Default)]
struct RLock {
    /// Its holder is 0 for nobody, and written by the holder only.
    word: LockWord,
    /// How often the holder took it. Written by the holder only.
    count: AtomicU64,
}

impl NativePayload for RLock {
    fn trace(&self, _: &mut Marker) {}
}

impl RLock {
    fn is_mine(&self, vm: &Vm) -> bool {
        self.word.holder.load(Ordering::Relaxed) == vm.core().id()
    }
    fn acquire(&self, vm: &Vm, limit: Option<Option<Instant>>) -> PyResult<bool> {
        if self.is_mine(vm) {
            self.count.store(self.count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
            return Ok(true);
        }
        if !self.word.acquire(vm, limit)? {
            return Ok(false);
        }
        self.count.store(1, Ordering::Relaxed);
        Ok(true)
    }
    fn release(&self, vm: &Vm) -> PyResult {
        if !self.is_mine(vm) {
            return Err(vm.runtime_error("cannot release un-acquired lock"));
        }
        let n = self.count.load(Ordering::Relaxed) - 1;
        self.count.store(n, Ordering::Relaxed);
        if n == 0 {
            self.word.holder.store(0, Ordering::Relaxed);
            self.word.release(vm);
        }
        Ok(Value::NONE)
    }
}

static RLOCK_DEF: TypeDef = TypeDef {
    name: "_thread.RLock",
    doc: "A reentrant lock.",
    kind: Native::<RLock>::KIND,
    size: Native::<RLock>::SIZE,
    flags: type_flags::WEAKREF | type_flags::BASETYPE,
    slots: TypeSlots {
        new: Some(|vm, class, _| Ok(vm.new_native_object(class, RLock::default())?.value())),
        repr: Some(rlock_repr),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("acquire", |vm, args| {
            let (l, rest) = args.this_native::<RLock>(vm, "acquire")?;
            let [blocking, timeout] = rest.bind(vm, "acquire", ["blocking", "timeout"], 0, 0, 2)?;
            let limit = wait_limit(vm, blocking, timeout)?;
            Ok(Value::bool(l.payload.acquire(vm, limit)?))
        }),
        MethodDef::new("release", |vm, args| {
            let (l, rest) = args.this_native::<RLock>(vm, "release")?;
            rest.exact::<0>(vm, "release")?;
            l.payload.release(vm)
        }),
        MethodDef::new("__enter__", |vm, args| {
            let (l, _) = args.this_native::<RLock>(vm, "__enter__")?;
            l.payload.acquire(vm, Some(None))?;
            Ok(Value::TRUE)
        }),
        MethodDef::new("__exit__", |vm, args| {
            let (l, _) = args.this_native::<RLock>(vm, "__exit__")?;
            l.payload.release(vm)
        }),
        MethodDef::new("locked", |vm, args| {
            let (l, _) = args.this_native::<RLock>(vm, "locked")?;
            Ok(Value::bool(l.payload.word.is_held()))
        }),
        MethodDef::new("_is_owned", |vm, args| {
            let (l, _) = args.this_native::<RLock>(vm, "_is_owned")?;
            Ok(Value::bool(l.payload.is_mine(vm)))
        }),
        MethodDef::new("_recursion_count", |vm, args| {
            let (l, _) = args.this_native::<RLock>(vm, "_recursion_count")?;
            let n = if l.payload.is_mine(vm) { l.payload.count.load(Ordering::Relaxed) } else { 0 };
            Ok(Value::small_int(n as i64))
        }),
        MethodDef::new("_release_save", |vm, args| {
            let (l, _) = args.this_native::<RLock>(vm, "_release_save")?;
            if !l.payload.is_mine(vm) {
                return Err(vm.runtime_error("cannot release un-acquired lock"));
            }
            let n = l.payload.count.load(Ordering::Relaxed);
            let state = vm.new_tuple(&[Value::small_int(n as i64), ident(vm, vm.core().id())?])?;
            l.payload.count.store(1, Ordering::Relaxed);
            l.payload.release(vm)?;
            Ok(state.value())
        }),
        MethodDef::new("_acquire_restore", |vm, args| {
            let (l, rest) = args.this_native::<RLock>(vm, "_acquire_restore")?;
            let [state] = rest.exact::<1>(vm, "_acquire_restore")?;
            let n = state.downcast::<Tuple>().and_then(|t| t.as_slice().first()?.as_small_int()).unwrap_or(1);
            // Whatever interrupts the wait, the caller holds the lock when this returns.
            let mut interrupted = None;
            loop {
                match l.payload.acquire(vm, Some(None)) {
                    Ok(_) => break,
                    Err(e) => interrupted = Some(e),
                }
            }
            l.payload.count.store(n.max(1) as u64, Ordering::Relaxed);
            match interrupted {
                Some(e) => Err(e),
                None => Ok(Value::NONE),
            }
        }),
        MethodDef::new("_at_fork_reinit", |_, _| Ok(Value::NONE)),
    ],
    ..NO_DEF
};

fn rlock_repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let Some(l) = v.native::<RLock>() else { return vm.default_repr(v) };
    let state = if l.payload.word.is_held() { "locked" } else { "unlocked" };
    let (owner, count) =
        (l.payload.word.holder.load(Ordering::Relaxed), l.payload.count.load(Ordering::Relaxed));
    let class = vm.qualified_name(vm.type_of(v));
    vm.new_str(&format!(
        "<{state} {class} object owner={owner} count={count} at {:#x}>",
        v.ptr_unchecked() as usize
    ))
}

// --- handles ---

/// `_thread._ThreadHandle`
struct Handle(Arc<ThreadHandle>);

impl NativePayload for Handle {
    fn trace(&self, _: &mut Marker) {}
}

static HANDLE_DEF: TypeDef = TypeDef {
    name: "_thread._ThreadHandle",
    doc: "What is known of a thread from outside.",
    kind: Native::<Handle>::KIND,
    size: Native::<Handle>::SIZE,
    flags: 0,
    slots: TypeSlots {
        new: Some(new_handle),
        repr: Some(|vm, v| {
            let id = v.native::<Handle>().map_or(0, |h| h.payload.0.ident());
            vm.new_str(&format!("<_ThreadHandle object: ident={id}>"))
        }),
        compare: Some(|_, op, a, b| {
            let (Some(x), Some(y)) = (a.native::<Handle>(), b.native::<Handle>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            let same = Arc::ptr_eq(&x.payload.0, &y.payload.0);
            Ok(match op {
                CmpOp::Eq => Value::bool(same),
                CmpOp::Ne => Value::bool(!same),
                _ => Value::NOT_IMPLEMENTED,
            })
        }),
        hash: Some(|vm, v| Ok(vm.identity_hash(v))),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("join", |vm, args| {
            let (h, rest) = args.this_native::<Handle>(vm, "join")?;
            let [timeout] = rest.bind(vm, "join", ["timeout"], 0, 0, 1)?;
            let limit = match timeout.bound().filter(|t| !t.is_none()) {
                None => None,
                Some(t) => {
                    let s = vm.float_of(t)?;
                    if s < 0.0 { None } else { Some(deadline(vm, s)?) }
                }
            };
            if h.payload.0.state() == handle_state::NOT_STARTED {
                return Err(vm.runtime_error("thread not started"));
            }
            vm.join_thread(&h.payload.0, limit)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("is_done", |vm, args| {
            let (h, _) = args.this_native::<Handle>(vm, "is_done")?;
            Ok(Value::bool(h.payload.0.is_done()))
        }),
        MethodDef::new("_set_done", |vm, args| {
            let (h, _) = args.this_native::<Handle>(vm, "_set_done")?;
            vm.finish_handle(&h.payload.0);
            Ok(Value::NONE)
        }),
    ],
    getset: &[GetSetDef::read_only("ident", |vm, h| match h.native::<Handle>() {
        Some(h) => ident(vm, h.payload.0.ident()),
        None => Err(vm.type_error("descriptor 'ident' requires a '_ThreadHandle' object")),
    })],
};

fn new_handle(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    args.exact::<0>(vm, "_ThreadHandle")?;
    Ok(vm.new_native_object(class, Handle(Arc::new(ThreadHandle::default())))?.value())
}
