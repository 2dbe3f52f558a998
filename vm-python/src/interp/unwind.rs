//! Exceptions on their way through frames.

use vm_compiler::opcodes::event;

use crate::{
    error::{PyResult, Thrown},
    object::{
        class::{Type, type_flags},
        exception::Exception,
        frame::{Frame, Generator, ReturnTo},
        gc::Gc,
        sequence::Tuple,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
    /// Finds the handler for an exception raised at the newest frame's instruction: the frame to go on in (its `ip`
    /// set), or the exception again if it leaves to native code (the frame is popped then).
    #[cold]
    #[inline(never)]
    pub(crate) fn unwind(&self, mut thrown: Thrown) -> Result<*mut Frame, Thrown> {
        let watched = self.monitoring().watches_exceptions();
        // A callback's exception that took the handled one's place is not reported again.
        let mut quiet = false;
        let mut add_entry = !self.reraising.replace(false);
        if add_entry {
            self.chain_context(thrown);
        }
        loop {
            let frame = self.frame.get();
            // SAFETY: the newest frame belongs to this thread.
            let f = unsafe { &mut *frame };
            let word = f.current_word();
            if add_entry {
                self.add_traceback(thrown.exception(), f.code, f.func.globals().value(), word);
            }
            if watched {
                let event = if add_entry { event::RAISE } else { event::RERAISE };
                if !quiet {
                    thrown = self.fire_exception(frame, event, thrown);
                }
                quiet = false;
            }
            add_entry = true;
            if let Some(h) = f.code.handler(word) {
                // SAFETY: the verifier checked register and target.
                unsafe {
                    *Frame::regs(frame).add(h.reg as usize) = thrown.0;
                    f.ip = f.base.add(h.target as usize);
                }
                if watched {
                    let now = self.fire_exception(frame, event::EXCEPTION_HANDLED, thrown);
                    if now.0 != thrown.0 {
                        // The callback's exception goes on from the handler.
                        thrown = now;
                        (add_entry, quiet) = (false, true);
                        continue;
                    }
                }
                return Ok(frame);
            }
            if watched {
                thrown = self.fire_exception(frame, event::PY_UNWIND, thrown);
            }
            let (prev, to) = (f.prev, f.return_to);
            if f.in_generator {
                self.generator_failed(frame);
            } else {
                self.pop_frame(frame);
                self.frame.set(prev);
            }
            if to == ReturnTo::Native {
                return Err(thrown);
            }
        }
    }

    /// Tells the tools about an exception in the newest frame: the exception itself, or the one that a callback raised.
    #[cold]
    #[inline(never)]
    pub(crate) fn fire_exception(&self, frame: *mut Frame, event: u8, thrown: Thrown) -> Thrown {
        let [code, offset] = self.event_place(frame);
        // What RERAISE noted is about this unwinding, not about those inside the callback.
        let reraising = self.reraising.replace(false);
        let now = self.fire_everywhere(event, &[code, offset, thrown.0]).err().unwrap_or(thrown);
        self.reraising.set(reraising);
        now
    }

    /// A Python iterator raised StopIteration: a loop tells the tools.
    pub(crate) fn iteration_stopped(&self, e: Thrown) -> PyResult<()> {
        if !self.monitoring().watches_exceptions() {
            return Ok(());
        }
        let frame = self.current_frame_ptr();
        // SAFETY: the newest frame of this thread, if there is one.
        let Some(f) = (unsafe { frame.as_ref() }) else { return Ok(()) };
        if f.code.body().op_at(f.current_word()).0 != vm_compiler::Op::FOR_ITER {
            return Ok(());
        }
        let now = self.fire_exception(frame, event::RAISE, e);
        if now.0 == e.0 { Ok(()) } else { Err(now) }
    }

    /// Sets `__context__` to the exception that is being handled.
    fn chain_context(&self, thrown: Thrown) {
        let handled = self.handled.get();
        if handled.is_none() || handled == thrown.0 {
            return;
        }
        let e = thrown.exception();
        if !e.context.get().is_none() {
            return;
        }
        // A cycle is cut where it would close.
        let mut o = handled;
        while let Some(x) = o.downcast::<Exception>() {
            let next = x.context.get();
            if next == thrown.0 {
                x.context.set(self, x.header(), Value::NONE);
                break;
            }
            o = next;
        }
        e.context.set(self, e.header(), handled);
    }

    /// The exception that `raise e from cause` raises.
    #[cold]
    pub(crate) fn raise(&self, e: Value, cause: Value) -> Thrown {
        if e.is_unbound() {
            let h = self.handled.get();
            if h.is_none() {
                return self.runtime_error("No active exception to reraise");
            }
            self.reraising.set(true);
            return Thrown(h);
        }
        let made = match self.exception_instance(e) {
            Ok(v) => v,
            Err(t) => return t,
        };
        let Some(exc) = made.downcast::<Exception>() else {
            return self.type_error("exceptions must derive from BaseException");
        };
        if !cause.is_unbound() {
            let cause = if cause.is_none() {
                Value::NONE
            } else {
                match self.exception_instance(cause) {
                    Ok(c) if c.is::<Exception>() => c,
                    Ok(_) => return self.type_error("exception causes must derive from BaseException"),
                    Err(t) if t.is(self, self.exc().type_error) => {
                        return self.type_error("exception causes must derive from BaseException");
                    }
                    Err(t) => return t,
                }
            };
            exc.cause.set(self, exc.header(), cause);
            exc.suppress_context.store(true, vm_core::sync::Ordering::Relaxed);
        }
        Thrown(made)
    }

    /// The exception for `raise e`: `e`, or an instance of it.
    pub(crate) fn exception_instance(&self, e: Value) -> PyResult {
        if let Some(t) = e.downcast::<Type>()
            && t.has_flag(type_flags::EXCEPTION)
        {
            let v = self.call(e, &[])?;
            if !v.is::<Exception>() {
                return Err(self.type_error(format!(
                    "calling {} should have returned an instance of BaseException, not {}",
                    self.repr(e)?.to_str_lossy(),
                    self.type_name(v)
                )));
            }
            return Ok(v);
        }
        if e.is::<Exception>() {
            Ok(e)
        } else {
            Err(self.type_error("exceptions must derive from BaseException"))
        }
    }

    /// `except class:` for exception `e`.
    pub(crate) fn exception_matches(&self, e: Value, class: Value) -> PyResult<bool> {
        let t = self.type_of(e);
        if let Some(c) = class.downcast::<Type>()
            && c.has_flag(type_flags::EXCEPTION)
        {
            return Ok(t.is_subclass(c));
        }
        if let Some(tuple) = class.downcast::<Tuple>() {
            let mut found = false;
            for &c in tuple.as_slice() {
                match c.downcast::<Type>() {
                    Some(c) if c.has_flag(type_flags::EXCEPTION) => found |= t.is_subclass(c),
                    _ => return Err(self.bad_except_class()),
                }
            }
            return Ok(found);
        }
        Err(self.bad_except_class())
    }

    fn bad_except_class(&self) -> Thrown {
        self.type_error("catching classes that do not inherit from BaseException is not allowed")
    }

    /// The result of calling the exit function of a `with` for an exception.
    pub(crate) fn with_except_start(&self, exit: Value, this: Value, e: Value) -> PyResult {
        let t = self.type_of(e).value();
        let tb = e.downcast::<Exception>().map_or(Value::NONE, |x| x.traceback.get());
        if this.is_unbound() {
            self.call(exit, &[t, e, tb])
        } else {
            self.call_with_self(exit, this, crate::native::Args::new(&[t, e, tb]))
        }
    }

    /// The generator whose frame this is.
    pub(crate) fn generator_of(&self, frame: *mut Frame) -> Gc<Generator> {
        debug_assert!(
            // SAFETY: callers pass live frames.
            unsafe { (*frame).in_generator }
        );
        // SAFETY: a generator's frame lies at a fixed offset behind the start of its cell.
        unsafe { Gc::from_ptr(frame.byte_sub(crate::object::frame::GENERATOR_FRAME_OFFSET).cast()) }
    }
}
