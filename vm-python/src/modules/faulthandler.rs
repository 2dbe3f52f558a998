//! `faulthandler`: the Python stacks of threads, printed on request, on a signal, after a time, or when the process crashes.

use vm_core::sync::{AtomicPtr, Ordering, thread};

use crate::{
    error::PyResult,
    native::{Args, FunctionDef},
    object::{gc::Gc, module::Module},
    stacks::{self, Registered},
    value::Value,
    vm::{Interp, Vm},
};

/// Makes the module.
pub fn make(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("faulthandler")?;
    vm.add_functions(m, FUNCTIONS)?;
    Ok(m)
}

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("dump_traceback", |vm, args| {
        let [file, all] = args.bind(vm, "dump_traceback", ["file", "all_threads"], 0, 0, 2)?;
        let descriptor = descriptor(vm, file)?;
        vm.dump_stacks(descriptor, flag(vm, all, true)?);
        Ok(Value::NONE)
    }),
    FunctionDef::new("register", register),
    FunctionDef::new("unregister", |vm, args| {
        let [signum] = args.bind(vm, "unregister", ["signum"], 1, 0, 1)?;
        let number = signal_number(vm, signum)?;
        Ok(Value::bool(vm.interp().stacks.unregister(number)))
    }),
    FunctionDef::new("dump_traceback_later", later),
    FunctionDef::new("cancel_dump_traceback_later", |vm, args| {
        args.exact::<0>(vm, "cancel_dump_traceback_later")?;
        vm.interp().stacks.later.fetch_add(1, Ordering::Relaxed);
        vm.interp().core.runtime().blocking().unpark_all(LATER_KEY);
        Ok(Value::NONE)
    }),
    FunctionDef::new("enable", |vm, args| {
        let [file, all] = args.bind(vm, "enable", ["file", "all_threads"], 0, 0, 2)?;
        let descriptor = descriptor(vm, file)?;
        flag(vm, all, true)?;
        keep_open(vm, "enable", file)?;
        crash::install(vm, descriptor)?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("disable", |vm, args| {
        args.exact::<0>(vm, "disable")?;
        Ok(Value::bool(crash::uninstall()))
    }),
    FunctionDef::new("is_enabled", |vm, args| {
        args.exact::<0>(vm, "is_enabled")?;
        Ok(Value::bool(crash::is_installed()))
    }),
];

/// What the threads of `dump_traceback_later` wait on: no address.
const LATER_KEY: usize = 1;

fn flag(vm: &Vm, v: Value, default: bool) -> PyResult<bool> {
    if v.is_unbound() { Ok(default) } else { vm.truthy(v) }
}

/// The file descriptor of an argument `file`: a number, an object with `fileno`, or by default that of `sys.stderr`.
fn descriptor(vm: &Vm, file: Value) -> PyResult<i32> {
    let file = match file.bound().filter(|f| !f.is_none()) {
        Some(file) => file,
        None => match vm.interp().boot().sys.get_str(vm, vm.intern("stderr")?)? {
            Some(f) if !f.is_none() => f,
            _ => return Err(vm.runtime_error("unable to get sys.stderr")),
        },
    };
    let number = if file.is_small_int() { file } else { vm.call(vm.getattr_str(file, "fileno")?, &[])? };
    match i32::try_from(vm.index_i64(number)?) {
        Ok(n) if n >= 0 => {
            if !file.is_small_int() {
                // Flushed, so that what was written before comes before.
                vm.call(vm.getattr_str(file, "flush")?, &[])?;
            }
            Ok(n)
        }
        _ => Err(vm.value_error("file is not a valid file descriptor")),
    }
}

/// The module keeps a file whose descriptor it will write to.
fn keep_open(vm: &Vm, what: &str, file: Value) -> PyResult<()> {
    let m = vm.import_module("faulthandler")?;
    match m.downcast::<Module>() {
        Some(m) => vm.add_value(m, &format!("_file_of_{what}"), file.bound().unwrap_or(Value::NONE)),
        None => Ok(()),
    }
}

fn signal_number(vm: &Vm, v: Value) -> PyResult<i32> {
    let number = i32::try_from(vm.index_i64(v)?).unwrap_or(0);
    if !(1..=64).contains(&number) {
        return Err(vm.value_error("signal number out of range"));
    }
    if crash::SIGNALS.iter().any(|(n, _)| *n == number) {
        return Err(vm.runtime_error(format!("signal {number} cannot be registered, use enable() instead")));
    }
    Ok(number)
}

/// `register(signum, file=sys.stderr, all_threads=True, chain=False)`
fn register(vm: &Vm, args: Args<'_>) -> PyResult {
    let [signum, file, all, chain] =
        args.bind(vm, "register", ["signum", "file", "all_threads", "chain"], 1, 0, 4)?;
    let number = signal_number(vm, signum)?;
    if number == libc::SIGINT || !crate::signals::HANDLED.contains(&number) {
        return Err(
            vm.value_error(format!("only SIGQUIT, SIGUSR1 and SIGUSR2 can be registered, not {number}"))
        );
    }
    let descriptor = descriptor(vm, file)?;
    let (all_threads, chain) = (flag(vm, all, true)?, flag(vm, chain, false)?);
    keep_open(vm, &format!("signal_{number}"), file)?;
    vm.interp().stacks.register(Registered { number, descriptor, all_threads, chain });
    Ok(Value::NONE)
}

/// `dump_traceback_later(timeout, repeat=False, file=sys.stderr, exit=False)`
fn later(vm: &Vm, args: Args<'_>) -> PyResult {
    let [timeout, repeat, file, exit] =
        args.bind(vm, "dump_traceback_later", ["timeout", "repeat", "file", "exit"], 1, 0, 4)?;
    let seconds = vm.float_of(timeout)?;
    if seconds.is_nan() || seconds <= 0.0 {
        return Err(vm.value_error("timeout must be greater than 0"));
    }
    let Ok(pause) = std::time::Duration::try_from_secs_f64(seconds) else {
        return Err(vm.new_error(vm.exc().overflow_error, "timeout value is too large"));
    };
    let (repeat, exit) = (flag(vm, repeat, false)?, flag(vm, exit, false)?);
    let descriptor = descriptor(vm, file)?;
    keep_open(vm, "later", file)?;
    let mine = vm.interp().stacks.later.fetch_add(1, Ordering::Relaxed) + 1;
    let interp = std::sync::Arc::downgrade(vm.interp());
    let latest = std::sync::Arc::clone(&vm.interp().stacks.later);
    let runtime = std::sync::Arc::clone(vm.interp().core.runtime());
    let micros = pause.as_micros() % 1_000_000;
    let whole = pause.as_secs();
    let mut title = format!("Timeout ({}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
    if micros != 0 {
        title += &format!(".{micros:06}");
    }
    title += ")!\n";
    let body = move || {
        loop {
            let mut void = || latest.load(Ordering::Relaxed) != mine;
            let deadline = runtime.clock().now().after(pause);
            runtime.blocking().park(LATER_KEY, &mut void, Some(deadline));
            let Some(interp) = interp.upgrade() else { return };
            if void() {
                return;
            }
            stacks::write(descriptor, &title);
            stacks::dump_from_outside(&interp, descriptor, true);
            if exit {
                // As in CPython: nothing is flushed, nobody is asked.
                // SAFETY: the process ends here.
                unsafe { libc::_exit(1) };
            }
            if !repeat {
                return;
            }
        }
    };
    match thread::spawn("weft-later", 128 << 10, body) {
        Ok(_) => Ok(Value::NONE),
        Err(_) => Err(vm.runtime_error("unable to start watchdog thread")),
    }
}

/// Crashes: what a fatal signal prints.
mod crash {
    use super::{AtomicPtr, Interp, Ordering, PyResult, Vm, stacks};
    use std::sync::Arc;
    use vm_core::sync::AtomicU32;

    /// The fatal signals.
    pub const SIGNALS: [(i32, &str); 5] = [
        (libc::SIGBUS, "Bus error"),
        (libc::SIGILL, "Illegal instruction"),
        (libc::SIGFPE, "Floating-point exception"),
        (libc::SIGABRT, "Aborted"),
        (libc::SIGSEGV, "Segmentation fault"),
    ];

    /// A signal handler has no other way to find the interpreter. Never freed once set.
    static INTERP: AtomicPtr<Interp> = AtomicPtr::new(std::ptr::null_mut());
    /// One more than the descriptor that the report goes to; 0 while off.
    static DESCRIPTOR: AtomicU32 = AtomicU32::new(0);

    pub fn is_installed() -> bool {
        DESCRIPTOR.load(Ordering::Relaxed) > 0
    }

    pub fn install(vm: &Vm, descriptor: i32) -> PyResult<()> {
        if INTERP.load(Ordering::Acquire).is_null() {
            INTERP.store(Arc::into_raw(Arc::clone(vm.interp())).cast_mut(), Ordering::Release);
        }
        DESCRIPTOR.store(descriptor as u32 + 1, Ordering::Relaxed);
        for (number, _) in SIGNALS {
            // SAFETY: a valid action whose handler has the right signature.
            let failed = unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = handle as extern "C" fn(libc::c_int) as usize;
                // A stack that overflowed is the usual reason.
                action.sa_flags = libc::SA_ONSTACK | libc::SA_NODEFER;
                libc::sigaction(number, &raw const action, std::ptr::null_mut()) != 0
            };
            if failed {
                return Err(vm.runtime_error(format!("cannot handle signal {number}")));
            }
        }
        Ok(())
    }

    pub fn uninstall() -> bool {
        let was = is_installed();
        if was {
            DESCRIPTOR.store(0, Ordering::Relaxed);
            for (number, _) in SIGNALS {
                // SAFETY: a plain C call.
                unsafe { libc::signal(number, libc::SIG_DFL) };
            }
        }
        was
    }

    /// The process is lost: the report is worth the risk of running in the middle of anything. Should it hang, the alarm ends it.
    extern "C" fn handle(number: libc::c_int) {
        // SAFETY: plain C calls, all allowed in a handler.
        unsafe {
            libc::signal(number, libc::SIG_DFL);
            libc::signal(libc::SIGALRM, libc::SIG_DFL);
            libc::alarm(3);
        }
        let descriptor = DESCRIPTOR.load(Ordering::Relaxed).wrapping_sub(1) as i32;
        let what = SIGNALS.iter().find(|(n, _)| *n == number).map_or("Signal", |(_, what)| what);
        stacks::write(descriptor, "Fatal Python error: ");
        stacks::write(descriptor, what);
        stacks::write(descriptor, "\n\n");
        // SAFETY: null or the interpreter, which is never freed once it is here.
        if let Some(interp) = unsafe { INTERP.load(Ordering::Acquire).as_ref() } {
            stacks::write(descriptor, &stacks::of_this_thread(interp));
        }
        // SAFETY: the default action, which ends the process.
        unsafe { libc::raise(number) };
    }
}
