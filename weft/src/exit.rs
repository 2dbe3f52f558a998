//! The end of a program: exit codes, waiting for threads, flushing.

use vm_python::{PyResult, Thrown, Value, Vm};

/// How the program ended, before threads and streams had their say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// With this exit code.
    Code(i32),
    /// By an interrupt from the keyboard that nobody caught.
    Interrupted,
}

/// Turns the end of the main program into an exit code; prints what must be printed.
pub fn outcome(vm: &Vm, result: PyResult<()>) -> Outcome {
    let e = match result {
        Ok(()) => return Outcome::Code(0),
        Err(e) => e,
    };
    if e.is(vm, vm.exc().system_exit) {
        return Outcome::Code(exit_code(vm, e));
    }
    flush_stdout_quietly(vm);
    vm.print_uncaught(e);
    if e.is(vm, vm.exc().keyboard_interrupt) { Outcome::Interrupted } else { Outcome::Code(1) }
}

/// The code of a SystemExit; a text is printed and means 1.
fn exit_code(vm: &Vm, e: Thrown) -> i32 {
    let code = vm.getattr_str(e.0, "code").unwrap_or(Value::NONE);
    if code.is_none() {
        return 0;
    }
    if let Some(b) = code.as_bool() {
        return i32::from(b);
    }
    if let Some(n) = code.as_small_int() {
        // The system keeps the low eight bits.
        return n as i32;
    }
    if vm.isinstance(code, vm.types().int) {
        return -1;
    }
    flush_stdout_quietly(vm);
    let text = vm.str(code).map_or_else(|_| String::new(), |s| s.to_str_lossy().into_owned());
    vm.write_stderr(&format!("{text}\n"));
    1
}

/// What was printed before a report comes before it.
fn flush_stdout_quietly(vm: &Vm) {
    let _ = flush(vm, "stdout");
}

fn flush(vm: &Vm, stream: &str) -> PyResult<()> {
    let sys = vm.interp().boot().sys;
    if let Some(s) = sys.get_str(vm, vm.intern(stream)?)?
        && !s.is_none()
    {
        let closed = vm.getattr_opt(s, vm.intern("closed")?)?.unwrap_or(Value::FALSE);
        if !vm.truthy(closed)? {
            vm.call_method(s, vm.names().flush, &[])?;
        }
    }
    Ok(())
}

/// Calls `module.function()` if the module was imported.
fn call_if_imported(vm: &Vm, module: &str, function: &str) -> PyResult<bool> {
    let Some(m) = vm.interp().boot().modules.get_str(vm, vm.intern(module)?)? else { return Ok(false) };
    let f = vm.getattr_str(m, function)?;
    vm.call(f, &[])?;
    Ok(true)
}

/// Everything between the end of the main program and the end of the process; the exit code.
pub fn finalize(vm: &Vm, outcome: Outcome, stats: Option<&str>, contention: Option<&str>) -> i32 {
    let mut code = match outcome {
        Outcome::Code(c) => c,
        Outcome::Interrupted => 130,
    };
    let waited = match call_if_imported(vm, "threading", "_shutdown") {
        Ok(true) => Ok(()),
        Ok(false) => vm.join_all_threads(),
        Err(e) => Err(e),
    };
    if let Err(e) = waited {
        vm.write_stderr("Exception ignored on threading shutdown:\n");
        vm.print_exception(e);
    }
    if let Err(e) = call_if_imported(vm, "atexit", "_run_exitfuncs") {
        vm.print_exception(e);
    }
    if let Err(e) = flush(vm, "stdout") {
        vm.write_stderr("Exception ignored while flushing sys.stdout:\n");
        vm.print_exception(e);
        code = 120;
    }
    if flush(vm, "stderr").is_err() {
        code = 120;
    }
    vm_modules::io::flush_all(vm);
    vm.begin_finalization();
    let mut write = |option: &str, file: &str, text: String| {
        if let Err(e) = std::fs::write(file, text) {
            vm.write_stderr(&format!("weft: cannot write -X {option}={file}: {e}\n"));
            if code == 0 {
                code = 1;
            }
        }
    };
    if let Some(file) = stats {
        write("stats", file, vm_python::modules::weft::stats_json(vm));
    }
    match contention {
        None => {}
        Some("") => vm.write_stderr(&vm.contention_report()),
        Some(file) => write("contention", file, vm.contention_report()),
    }
    if outcome == Outcome::Interrupted {
        vm_python::signals::die_of_interrupt();
    }
    code
}
