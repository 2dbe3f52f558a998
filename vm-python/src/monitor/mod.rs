//! Monitoring: tools that watch code run (PEP 669).
//!
//! This is the one engine under `sys.monitoring`, `sys.settrace` and `sys.setprofile`. A *tool* wants *events*, everywhere or of one
//! code object, and has one callback per event. Tools 0 to 5 are Python's to claim; [`PROFILE_TOOL`] and [`TRACE_TOOL`] belong to
//! `setprofile` and `settrace`, which register native functions as callbacks and keep their per-thread functions elsewhere
//! ([`vm_core::threads`], P5.R6).
//!
//! What a callback may rely on:
//! * It is called as the tool's callback of `sys.monitoring` would be, the highest tool first, as in CPython: `(code, offset)` for PY_START, PY_RESUME and INSTRUCTION;
//!   `(code, offset, value)` for PY_RETURN and PY_YIELD; `(code, line)` for LINE; `(code, offset, destination)` for JUMP and
//!   BRANCH_*; `(code, offset, callable, first)` for CALL, C_RETURN and C_RAISE, `first` being MISSING where there is none;
//!   `(code, offset, exception)` for the others. An offset is two per code word, as in `co_positions()`.
//! * The frame of the event is [`Vm::current_frame_ptr`]; a native callback is no frame. In a LINE event it may set the frame's `ip` to the first word of
//!   another instruction of the same code (a jump); execution goes on there, and that instruction fires its own events.
//! * While it runs, this thread fires no events at all.
//! * An exception that it raises takes the place of what was going on. DISABLE takes the tool off this place.
//! * LINE comes first, then INSTRUCTION, then the event of the instruction itself.
//!
//! The protocol is P8 ([`vm_core::instrument`]); what the instructions do is in `interp::instrumented`.

mod code;
mod module;
mod pauses;

use vm_compiler::opcodes::event;
use vm_core::{
    instrument::{Instruments, Refused, TOOLS, highest_first},
    slot::WordSlot,
};
use vm_heap::Marker;

pub(crate) use code::{is_start, line_mark, mark_of, mark_of_jump};
pub(crate) use module::add_to_sys;

use crate::{
    error::{PyResult, Thrown},
    object::{
        code::{Code, CodeBody},
        gc::Gc,
    },
    value::Value,
    vm::Vm,
};

/// The tool of `sys.setprofile`.
pub const PROFILE_TOOL: u8 = 6;
/// The tool of `sys.settrace`.
pub const TRACE_TOOL: u8 = 7;
/// Tools that Python code can claim.
pub const PYTHON_TOOLS: u8 = 6;

/// Names of the events, by number.
pub const EVENT_NAMES: [&str; event::COUNT as usize] = [
    "PY_START",
    "PY_RESUME",
    "PY_RETURN",
    "PY_YIELD",
    "CALL",
    "LINE",
    "INSTRUCTION",
    "JUMP",
    "BRANCH_LEFT",
    "BRANCH_RIGHT",
    "STOP_ITERATION",
    "RAISE",
    "EXCEPTION_HANDLED",
    "PY_UNWIND",
    "PY_THROW",
    "RERAISE",
    "C_RETURN",
    "C_RAISE",
    "BRANCH",
];

/// A reference that is a root.
struct Root(WordSlot);

impl Root {
    fn new() -> Root {
        Root(WordSlot::new(Value::UNBOUND.bits()))
    }
    fn get(&self) -> Value {
        // SAFETY: only `set` and `replace` write the slot.
        unsafe { Value::from_bits(self.0.load()) }
    }
    fn set(&self, v: Value) {
        self.0.store(v.bits());
    }
    fn replace(&self, v: Value) -> Value {
        loop {
            let old = self.get();
            if self.0.cas(old.bits(), v.bits()).is_ok() {
                return old;
            }
        }
    }
}

/// The monitoring of an interpreter.
pub struct Monitoring {
    pub(crate) instruments: Instruments<CodeBody>,
    /// Names of the tools in use, else UNBOUND.
    names: [Root; PYTHON_TOOLS as usize],
    callbacks: Box<[[Root; event::COUNT as usize]; TOOLS]>,
    /// `sys.monitoring.DISABLE` and `MISSING`.
    disable: Root,
    missing: Root,
    /// Of pauses that turned something off: from the request until the world stood still, and for how long it did.
    pub(crate) stops: pauses::Times,
    pub(crate) pauses: pauses::Times,
}

impl Monitoring {
    pub(crate) fn new(core: std::sync::Arc<vm_core::runtime::Interpreter>) -> Monitoring {
        Monitoring {
            instruments: Instruments::new(core),
            names: std::array::from_fn(|_| Root::new()),
            callbacks: Box::new(std::array::from_fn(|_| std::array::from_fn(|_| Root::new()))),
            disable: Root::new(),
            missing: Root::new(),
            stops: pauses::Times::new(),
            pauses: pauses::Times::new(),
        }
    }

    /// Reports the references to the collector. World stopped.
    pub(crate) fn trace(&self, m: &mut Marker) {
        let callbacks = self.callbacks.iter().flatten();
        for r in self.names.iter().chain(callbacks).chain([&self.disable, &self.missing]) {
            m.visit_word(r.0.load());
        }
    }

    /// `sys.monitoring.MISSING`
    #[must_use]
    pub fn missing(&self) -> Value {
        self.missing.get()
    }

    /// `sys.monitoring.DISABLE`
    #[must_use]
    pub fn disable(&self) -> Value {
        self.disable.get()
    }

    /// Whether some tool wants an event that comes with exceptions. For slow paths.
    pub(crate) fn watches_exceptions(&self) -> bool {
        (event::LOCAL_EVENTS..event::UNGROUPED).any(|e| self.instruments.tools_everywhere(e) != 0)
    }
}

impl Vm {
    /// The monitoring of the interpreter.
    #[must_use]
    pub fn monitoring(&self) -> &Monitoring {
        &self.interp().monitoring
    }

    /// The callback of `tool` for `event`; UNBOUND for none.
    #[must_use]
    pub fn monitor_callback(&self, tool: u8, event: u8) -> Value {
        self.monitoring().callbacks[usize::from(tool)][usize::from(event)].get()
    }

    /// Sets it (UNBOUND for none); what it was.
    pub fn set_monitor_callback(&self, tool: u8, event: u8, callback: Value) -> Value {
        self.monitoring().callbacks[usize::from(tool)][usize::from(event)].replace(callback)
    }

    /// The events that `tool` wants everywhere.
    #[must_use]
    pub fn monitor_events(&self, tool: u8) -> u32 {
        self.monitoring().instruments.monitors().events_of(tool)
    }

    /// Lets `tool` want exactly `events` everywhere; they are below [`event::UNGROUPED`]. When it returns, no callback begins any more for an event
    /// that was taken away; an event that was added fires in this thread at once, in others from their next RESUME or poll on.
    pub fn set_monitor_events(&self, tool: u8, events: u32) -> PyResult<()> {
        let all = &self.monitoring().instruments;
        match all.turn_on(tool, events) {
            Ok(()) => {}
            Err(Refused::NeedsPause) => self
                .turn_off(|world| all.set_events(world, tool, events))
                .map_err(|_| self.too_many_versions())?,
            Err(Refused::Versions) => return Err(self.too_many_versions()),
        }
        self.recheck();
        Ok(())
    }

    /// The events that `tool` wants of `code` alone.
    #[must_use]
    pub fn monitor_local_events(&self, tool: u8, code: Gc<Code>) -> u32 {
        code.body().instruments.local_events(tool)
    }

    /// As [`Vm::set_monitor_events`], for one code object; the events are below [`event::LOCAL_EVENTS`].
    pub fn set_monitor_local_events(&self, tool: u8, code: Gc<Code>, events: u32) -> PyResult<()> {
        let all = &self.monitoring().instruments;
        match all.turn_on_local(&self.attached(), code.shared_body(), tool, events) {
            Ok(()) => {}
            Err(Refused::NeedsPause) => self
                .turn_off(|world| all.set_local_events(world, code.shared_body(), tool, events))
                .map_err(|_| self.too_many_versions())?,
            Err(Refused::Versions) => return Err(self.too_many_versions()),
        }
        self.recheck();
        Ok(())
    }

    /// `sys.monitoring.restart_events()`: what callbacks disabled fires again.
    pub fn restart_monitor_events(&self) -> PyResult<()> {
        self.monitoring().instruments.restart().map_err(|_| self.too_many_versions())?;
        self.recheck();
        Ok(())
    }

    /// Takes all callbacks and events, local ones too, from `tool`.
    pub fn clear_monitor_tool(&self, tool: u8) {
        for callback in &self.monitoring().callbacks[usize::from(tool)] {
            callback.set(Value::UNBOUND);
        }
        self.turn_off(|world| self.monitoring().instruments.clear_tool(world, tool));
    }

    fn too_many_versions(&self) -> Thrown {
        self.runtime_error("events set too many times")
    }

    /// Brings the code of every frame on this thread's stack up to date: the answer to RECHECK.
    #[cold]
    #[inline(never)]
    pub(crate) fn recheck(&self) {
        self.core().breaker().take_version();
        let all = &self.monitoring().instruments;
        for frame in self.frames() {
            // SAFETY: frames of this thread's chain are live, and only this thread touches them.
            let f = unsafe { &mut *frame };
            all.update(&self.attached(), f.code.shared_body());
            f.word = line_mark(f);
        }
    }

    /// RESUME, when the breaker's word is not what the code's version says: serves events and brings the code up to date.
    #[cold]
    #[inline(never)]
    pub(crate) fn resume_slow(&self, frame: *mut crate::object::frame::Frame) -> PyResult<()> {
        self.poll()?;
        // SAFETY: the newest frame.
        let (code, cache) = unsafe { ((*frame).code, &*(*frame).ip.add(1)) };
        while vm_core::instrument::version_word(cache) >> 16 != self.core().breaker().version() {
            self.monitoring().instruments.update(&self.attached(), code.shared_body());
        }
        Ok(())
    }

    /// Calls the tools that want `event` everywhere, for an event of the newest frame that belongs to no instruction.
    pub(crate) fn fire_everywhere(&self, event: u8, args: &[Value]) -> PyResult<()> {
        if self.in_callback.get() != 0 {
            return Ok(());
        }
        let tools = || self.monitoring().instruments.tools_everywhere(event);
        highest_first(tools, |tool| {
            if self.call_tool(tool, event, args)? == self.monitoring().disable() {
                return Err(self.cannot_disable(tool, event));
            }
            Ok(())
        })
    }

    /// A callback returned DISABLE for an event that belongs to no place.
    pub(crate) fn cannot_disable(&self, tool: u8, event: u8) -> Thrown {
        self.set_monitor_callback(tool, event, Value::UNBOUND);
        let name = EVENT_NAMES[usize::from(event)];
        self.value_error(format!("Cannot disable {name} events. Callback removed."))
    }

    /// Calls one callback; None if there is none.
    pub(crate) fn call_tool(&self, tool: u8, event: u8, args: &[Value]) -> PyResult {
        let Some(callback) = self.monitor_callback(tool, event).bound() else { return Ok(Value::NONE) };
        self.in_callback.set(self.in_callback.get() + 1);
        let result = self.call_watched(callback, args);
        self.in_callback.set(self.in_callback.get() - 1);
        result
    }

    /// The end of the interpreter: nobody watches any more (CLEAR).
    pub(crate) fn clear_monitoring(&self, world: &vm_core::world::WorldStopped<'_>) {
        self.monitoring().instruments.clear(world);
    }
}
