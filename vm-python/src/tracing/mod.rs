//! `sys.settrace` and `sys.setprofile`, on top of monitoring.
//!
//! Each is a tool of the interpreter ([`TRACE_TOOL`], [`PROFILE_TOOL`]) whose callbacks are native functions. Which Python function they call
//! is the thread's own: its *hook* (P5.R6), a word that the collector traces. While any thread has a hook the tool's events are
//! on, everywhere; a thread without one returns from the callback at once.
//!
//! As in CPython, the function called is not itself traced, and an exception that leaves it turns its hook off and goes on
//! in the program.

mod jump;

use vm_compiler::opcodes::event;

use crate::{
    builtins::frame::FrameObject,
    error::PyResult,
    monitor::{PROFILE_TOOL, TRACE_TOOL},
    native::{Args, FunctionDef, NativeFn},
    object::{
        code::Code,
        exception::{Exception, Traceback},
        function::{NativeFunction, NativeMethod},
        gc::Gc,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

pub(crate) use jump::set_line;

/// One of the two hooks of a thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Hook {
    /// `sys.settrace`
    Trace,
    /// `sys.setprofile`
    Profile,
}

/// `what_event` outside a trace function.
pub(crate) const NO_EVENT: u8 = u8::MAX;

const fn bits(events: &[u8]) -> u32 {
    let (mut set, mut i) = (0, 0);
    while i < events.len() {
        set |= 1 << events[i];
        i += 1;
    }
    set
}

static TRACE_CALLBACKS: &[(u8, NativeFn)] = &[
    (event::PY_START, |vm, args| trace_call(vm, args, event::PY_START)),
    (event::PY_RESUME, |vm, args| trace_call(vm, args, event::PY_RESUME)),
    (event::PY_THROW, |vm, args| trace_call(vm, args, event::PY_THROW)),
    (event::PY_RETURN, |vm, args| trace_return(vm, args, event::PY_RETURN)),
    (event::PY_YIELD, |vm, args| trace_return(vm, args, event::PY_YIELD)),
    (event::PY_UNWIND, |vm, _| trace(vm, vm.names().return_, Value::NONE, event::PY_UNWIND)),
    (event::LINE, |vm, _| trace_line(vm, event::LINE)),
    (event::JUMP, trace_jump),
    (event::INSTRUCTION, trace_opcode),
    (event::RAISE, |vm, args| trace_exception(vm, args, event::RAISE)),
    (event::STOP_ITERATION, |vm, args| trace_exception(vm, args, event::STOP_ITERATION)),
];

/// Opcodes are asked for code by code.
const TRACE_EVENTS: u32 = bits(&[
    event::PY_START,
    event::PY_RESUME,
    event::PY_THROW,
    event::PY_RETURN,
    event::PY_YIELD,
    event::PY_UNWIND,
    event::LINE,
    event::JUMP,
    event::RAISE,
    event::STOP_ITERATION,
]);

static PROFILE_CALLBACKS: &[(u8, NativeFn)] = &[
    (event::PY_START, |vm, _| profile(vm, vm.names().call, Value::NONE)),
    (event::PY_RESUME, |vm, _| profile(vm, vm.names().call, Value::NONE)),
    (event::PY_THROW, |vm, _| profile(vm, vm.names().call, Value::NONE)),
    (event::PY_RETURN, |vm, args| profile(vm, vm.names().return_, third(args))),
    (event::PY_YIELD, |vm, args| profile(vm, vm.names().return_, third(args))),
    (event::PY_UNWIND, |vm, _| profile(vm, vm.names().return_, Value::NONE)),
    (event::CALL, |vm, args| profile_native(vm, args, vm.names().c_call)),
    (event::C_RETURN, |vm, args| profile_native(vm, args, vm.names().c_return)),
    (event::C_RAISE, |vm, args| profile_native(vm, args, vm.names().c_exception)),
];

const PROFILE_EVENTS: u32 = bits(&[
    event::PY_START,
    event::PY_RESUME,
    event::PY_THROW,
    event::PY_RETURN,
    event::PY_YIELD,
    event::PY_UNWIND,
    event::CALL,
]);

impl Hook {
    fn tool(self) -> u8 {
        match self {
            Hook::Trace => TRACE_TOOL,
            Hook::Profile => PROFILE_TOOL,
        }
    }
    fn events(self) -> u32 {
        match self {
            Hook::Trace => TRACE_EVENTS,
            Hook::Profile => PROFILE_EVENTS,
        }
    }
    fn callbacks(self) -> &'static [(u8, NativeFn)] {
        match self {
            Hook::Trace => TRACE_CALLBACKS,
            Hook::Profile => PROFILE_CALLBACKS,
        }
    }
}

fn third(args: Args<'_>) -> Value {
    args.pos().get(2).copied().unwrap_or(Value::NONE)
}

impl Vm {
    /// This thread's function; None for none.
    #[must_use]
    pub fn hook(&self, hook: Hook) -> Value {
        match self.attached().hook(hook as usize) {
            0 => Value::NONE,
            // SAFETY: a hook's word is a value that was set with `set_hook`; the collector traces it.
            word => unsafe { Value::from_bits(word) },
        }
    }

    /// Sets this thread's function, None for none.
    pub fn set_hook(&self, hook: Hook, function: Value) -> PyResult<()> {
        let word = if function.is_none() { 0 } else { function.bits() };
        self.attached().set_hook(hook as usize, word);
        self.match_events(hook)
    }

    /// Sets the function of every thread that lives now.
    pub fn set_hook_of_all(&self, hook: Hook, function: Value) -> PyResult<()> {
        let word = if function.is_none() { 0 } else { function.bits() };
        self.stop_the_world(|world| world.set_hooks(hook as usize, word));
        self.match_events(hook)
    }

    /// A thread ends: its hooks end with it.
    pub(crate) fn drop_hooks(&self) {
        for hook in [Hook::Trace, Hook::Profile] {
            if self.attached().hook(hook as usize) != 0 {
                // It fails only where turning something on does.
                let _ = self.set_hook(hook, Value::NONE);
            }
        }
    }

    /// The tool's events are on while some thread has a hook. Several threads may come here at once: whoever changed the events last looks
    /// once more, and a hook that changes meanwhile brings its own thread here.
    fn match_events(&self, hook: Hook) -> PyResult<()> {
        let tool = hook.tool();
        loop {
            let wanted = self.interp().core.threads().hooked(hook as usize) > 0;
            if wanted == (self.monitor_events(tool) != 0) {
                return Ok(());
            }
            if wanted {
                for &(event, f) in hook.callbacks() {
                    let name = self.intern("sys.monitoring callback")?;
                    let callback = self.new_native(name, f, Value::UNBOUND, Value::NONE)?;
                    self.set_monitor_callback(tool, event, callback.value());
                }
                self.set_monitor_events(tool, hook.events())?;
            } else {
                // With what was asked of single code objects.
                self.clear_monitor_tool(tool);
            }
        }
    }

    /// The object of the frame that an event is about.
    fn event_frame(&self) -> PyResult<Gc<FrameObject>> {
        self.frame_object(self.current_frame_ptr())
    }

    /// Opcode events of `code`, for frames whose `f_trace_opcodes` is set.
    pub(crate) fn want_opcodes(&self, code: Gc<Code>) -> PyResult<()> {
        let events = self.monitor_local_events(TRACE_TOOL, code) | 1 << event::INSTRUCTION;
        self.set_monitor_local_events(TRACE_TOOL, code, events)
    }
}

/// Calls `function(frame, name, arg)` for `event`. An exception takes the hook off.
fn call(
    vm: &Vm,
    hook: Hook,
    function: Value,
    frame: Gc<FrameObject>,
    name: Gc<Str>,
    arg: Value,
    event: u8,
) -> PyResult {
    let outer = vm.thread.what_event.replace(event);
    let outer_frame = vm.thread.event_frame.replace(vm.current_frame_ptr() as usize);
    let result = vm.call_watched(function, &[frame.value(), name.value(), arg]);
    vm.thread.what_event.set(outer);
    vm.thread.event_frame.set(outer_frame);
    if result.is_err() {
        vm.set_hook(hook, Value::NONE)?;
        if hook == Hook::Trace {
            frame.set_trace(vm, Value::UNBOUND);
        }
    }
    result
}

fn trace_with(
    vm: &Vm,
    function: Value,
    frame: Gc<FrameObject>,
    name: Gc<Str>,
    arg: Value,
    event: u8,
) -> PyResult {
    let result = call(vm, Hook::Trace, function, frame, name, arg, event)?;
    if !result.is_none() && frame.trace() != Some(result) {
        frame.set_trace(vm, result);
    }
    Ok(Value::NONE)
}

/// A frame begins or goes on: the thread's function decides whether the frame is traced.
fn trace_call(vm: &Vm, _: Args<'_>, event: u8) -> PyResult {
    let function = vm.hook(Hook::Trace);
    if function.is_none() {
        return Ok(Value::NONE);
    }
    trace_with(vm, function, vm.event_frame()?, vm.names().call, Value::NONE, event)
}

/// An event in a frame: its own function hears of it, if it has one.
fn trace(vm: &Vm, name: Gc<Str>, arg: Value, event: u8) -> PyResult {
    trace_if(vm, name, arg, event, |_| true)
}

/// The same, if the frame wants it.
#[inline]
fn trace_if(
    vm: &Vm,
    name: Gc<Str>,
    arg: Value,
    event: u8,
    wants: impl FnOnce(Gc<FrameObject>) -> bool,
) -> PyResult {
    if vm.hook(Hook::Trace).is_none() {
        return Ok(Value::NONE);
    }
    let frame = vm.event_frame()?;
    match frame.trace() {
        Some(function) if wants(frame) => trace_with(vm, function, frame, name, arg, event),
        _ => Ok(Value::NONE),
    }
}

fn trace_return(vm: &Vm, args: Args<'_>, event: u8) -> PyResult {
    trace(vm, vm.names().return_, third(args), event)
}

fn trace_line(vm: &Vm, event: u8) -> PyResult {
    trace_if(vm, vm.names().line, Value::NONE, event, |frame| frame.wants_lines())
}

/// A loop on one line begins that line anew each time round.
fn trace_jump(vm: &Vm, args: Args<'_>) -> PyResult {
    let [code, from, to] = args.exact::<3>(vm, "callback")?;
    let (from, to) = (vm.index_i64(from)?, vm.index_i64(to)?);
    let Some(code) = code.downcast::<Code>() else { return Ok(Value::NONE) };
    let line = |offset: i64| code.position(u32::try_from(offset / 2).unwrap_or(0)).map_or(0, |p| p.line);
    if to > from || line(from) != line(to) {
        return Ok(vm.monitoring().disable());
    }
    trace_line(vm, event::JUMP)
}

fn trace_opcode(vm: &Vm, _: Args<'_>) -> PyResult {
    trace_if(vm, vm.names().opcode, Value::NONE, event::INSTRUCTION, |frame| frame.wants_opcodes())
}

fn trace_exception(vm: &Vm, args: Args<'_>, event: u8) -> PyResult {
    if vm.hook(Hook::Trace).is_none() {
        return Ok(Value::NONE);
    }
    let e = third(args);
    let traceback = e.downcast::<Exception>().map_or(Value::NONE, |e| e.traceback.get());
    if let Some(entry) = traceback.downcast::<Traceback>()
        && event == event::RAISE
    {
        // The newest entry is about this frame, which still runs.
        let frame = vm.event_frame()?;
        let _ = entry.frame.compare_exchange(vm, entry.header(), Value::UNBOUND, frame.value());
    }
    let arg = vm.new_tuple(&[vm.type_of(e).value(), e, traceback.bound().unwrap_or(Value::NONE)])?;
    trace(vm, vm.names().exception, arg.value(), event)
}

fn profile(vm: &Vm, name: Gc<Str>, arg: Value) -> PyResult {
    let function = vm.hook(Hook::Profile);
    if function.is_none() {
        return Ok(Value::NONE);
    }
    call(vm, Hook::Profile, function, vm.event_frame()?, name, arg, NO_EVENT)?;
    Ok(Value::NONE)
}

/// Calls of built-in functions and methods; classes and other objects are no news to a profiler.
fn profile_native(vm: &Vm, args: Args<'_>, name: Gc<Str>) -> PyResult {
    let [_, _, callable, first] = args.exact::<4>(vm, "callback")?;
    if callable.is::<NativeFunction>() {
        return profile(vm, name, callable);
    }
    if callable.is::<NativeMethod>() && !vm.hook(Hook::Profile).is_none() {
        let shown = if first == vm.monitoring().missing() {
            callable
        } else {
            vm.new_bound_method(callable, first)?.value()
        };
        return profile(vm, name, shown);
    }
    Ok(Value::NONE)
}

/// What `sys` has of it.
pub(crate) static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("settrace", |vm, args| {
        let [f] = args.exact::<1>(vm, "settrace")?;
        vm.set_hook(Hook::Trace, f)?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("gettrace", |vm, args| {
        args.exact::<0>(vm, "gettrace")?;
        Ok(vm.hook(Hook::Trace))
    }),
    FunctionDef::new("setprofile", |vm, args| {
        let [f] = args.exact::<1>(vm, "setprofile")?;
        vm.set_hook(Hook::Profile, f)?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("getprofile", |vm, args| {
        args.exact::<0>(vm, "getprofile")?;
        Ok(vm.hook(Hook::Profile))
    }),
    FunctionDef::new("_settraceallthreads", |vm, args| {
        let [f] = args.exact::<1>(vm, "_settraceallthreads")?;
        vm.set_hook_of_all(Hook::Trace, f)?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("_setprofileallthreads", |vm, args| {
        let [f] = args.exact::<1>(vm, "_setprofileallthreads")?;
        vm.set_hook_of_all(Hook::Profile, f)?;
        Ok(Value::NONE)
    }),
];
