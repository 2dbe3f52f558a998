//! Generators and coroutines: making, resuming, suspending, ending (P16: at most one runner).

use vm_compiler::{
    CodeFlags, Op,
    opcodes::{Intrinsic, event},
};
use vm_core::{
    frame_state::{Phase, Position, Refused, Taken},
    sync::{AtomicU64, Ordering},
};

use crate::{
    builtins::async_generator::Step,
    error::{PyResult, Thrown},
    object::{
        code::Code,
        frame::{Frame, Generator, ReturnTo},
        gc::Gc,
        kind::Kind,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
    /// Moves the newest frame, at its RETURN_GENERATOR, into a new generator.
    pub(crate) fn make_generator(&self, frame: *mut Frame) -> PyResult {
        // SAFETY: the newest frame belongs to this thread.
        let f = unsafe { &*frame };
        let code = f.code;
        let bytes = Generator::size(&code);
        let class = if code.flags.has(CodeFlags::ASYNC_GENERATOR) {
            self.types().async_generator
        } else if code.flags.has(CodeFlags::COROUTINE) {
            self.types().coroutine
        } else {
            self.types().generator
        };
        let g = self.alloc_cell::<Generator>(bytes)?;
        let h = g.header();
        let shape = u64::from(class.root_shape.load(Ordering::Relaxed));
        h.word0.store(h.word0.load(Ordering::Relaxed) & !0xFFFF_FFFF | shape, Ordering::Relaxed);
        debug_assert_eq!(h.kind, Kind::Generator as u8);
        g.name.init(f.func.name.get());
        g.qualname.init(f.func.qualname.get());
        g.handled.init(Value::UNBOUND);
        g.outer_handled.init(Value::UNBOUND);
        g.extra.init(Value::UNBOUND);
        g.code.as_slot().init(code.value());
        let to = g.frame();
        // SAFETY: the generator has room for the header and `nregs` registers; parameters are in the first ones, the
        // others are written before they are read (zero is a valid value for the collector).
        unsafe {
            to.write(Frame {
                prev: std::ptr::null_mut(),
                code,
                func: f.func,
                locals: f.locals,
                ip: std::ptr::null(),
                base: std::ptr::null(),
                object: Value::UNBOUND,
                return_to: ReturnTo::Native,
                in_generator: true,
                ret: 0,
                word: Position::new(f.current_word()),
            });
            std::ptr::copy_nonoverlapping(Frame::regs(frame), Frame::regs(to), code.nlocals as usize);
            for i in code.nlocals..code.nregs {
                Frame::regs(to).add(i as usize).write(Value::UNBOUND);
            }
        }
        Ok(g.value())
    }

    /// What must be there before a generator is taken: depth, and this thread's copy of its code.
    #[inline(always)]
    fn ready_to_resume(&self, g: Gc<Generator>) -> PyResult<*const AtomicU64> {
        if self.depth.get() >= self.recursion_limit() {
            return Err(self.recursion_error("maximum recursion depth exceeded"));
        }
        self.words_of(g.code())
    }

    /// Takes a generator to run it and links its frame on top; `sent` is what `yield` evaluates to. Null: it has finished.
    #[inline]
    pub(crate) fn start_generator(
        &self,
        g: Gc<Generator>,
        sent: Value,
        to: ReturnTo,
        ret: u16,
    ) -> PyResult<*mut Frame> {
        let words = self.ready_to_resume(g)?;
        match g.state.take() {
            Ok(Taken::Suspended) => {
                let frame = self.link_generator(g, words, to, ret);
                // SAFETY: this thread alone runs the frame now. It stands behind its YIELD_VALUE, where the sent value arrives in A.
                unsafe {
                    let w = (*(*frame).ip.sub(1)).load(Ordering::Relaxed);
                    *Frame::regs(frame).add((w >> 16) as u16 as usize) = sent;
                }
                Ok(frame)
            }
            Ok(Taken::Unstarted) if sent.is_none() => Ok(self.link_generator(g, words, to, ret)),
            Err(Refused::Finished) => Ok(std::ptr::null_mut()),
            other => Err(self.cannot_start(g, other)),
        }
    }

    #[cold]
    #[inline(never)]
    fn cannot_start(&self, g: Gc<Generator>, how: Result<Taken, Refused>) -> Thrown {
        match how {
            Ok(taken) => {
                g.state.give_back(taken);
                self.type_error(format!(
                    "can't send non-None value to a just-started {}",
                    self.generator_kind(g)
                ))
            }
            Err(_) => self.value_error(format!("{} already executing", self.generator_kind(g))),
        }
    }

    /// Links the frame of a generator that this thread has taken on top, in this thread's copy of the code (P16.R5).
    #[inline(always)]
    fn link_generator(
        &self,
        g: Gc<Generator>,
        words: *const AtomicU64,
        to: ReturnTo,
        ret: u16,
    ) -> *mut Frame {
        self.depth.set(self.depth.get() + 1);
        let frame = g.frame();
        // SAFETY: the state says that this thread alone runs the frame now.
        unsafe {
            let f = &mut *frame;
            f.prev = self.frame.get();
            f.base = words;
            f.return_to = to;
            f.ret = ret;
            f.ip = f.word.within(words).add(1);
        }
        let h = g.header();
        g.outer_handled.set(self, h, self.handled.get());
        if let Some(e) = g.handled.get().bound() {
            self.handled.set(e);
        }
        self.frame.set(frame);
        frame
    }

    /// What a generator is called in messages.
    pub(crate) fn generator_kind(&self, g: Gc<Generator>) -> &'static str {
        if g.is_async_generator() {
            "async generator"
        } else if g.is_coroutine() {
            "coroutine"
        } else {
            "generator"
        }
    }

    /// Unlinks the newest frame, a generator's, at its YIELD_VALUE.
    pub(crate) fn suspend_generator(&self, frame: *mut Frame) {
        let g = self.generator_of(frame);
        g.state.suspend(|| {
            let prev = self.leave_generator(frame, g, true);
            self.frame.set(prev);
        });
    }

    fn leave_generator(&self, frame: *mut Frame, g: Gc<Generator>, keep_handled: bool) -> *mut Frame {
        let outer = g.outer_handled.get();
        let handled = self.handled.get();
        let h = g.header();
        if keep_handled && handled != outer {
            g.handled.set(self, h, handled);
        } else {
            g.handled.clear();
        }
        g.outer_handled.clear();
        self.handled.set(outer.bound().unwrap_or(Value::NONE));
        self.depth.set(self.depth.get() - 1);
        // SAFETY: this thread runs the frame.
        unsafe {
            let f = &mut *frame;
            f.word = Position::between(f.base, f.ip);
            f.ip = std::ptr::null();
            f.base = std::ptr::null();
            let prev = f.prev;
            f.prev = std::ptr::null_mut();
            prev
        }
    }

    /// The newest frame, a generator's, returned `v`: the result for native code, or `None` if another frame of this
    /// loop resumed it.
    pub(crate) fn generator_returned(&self, frame: *mut Frame, v: Value, to: ReturnTo) -> Option<PyResult> {
        let g = self.generator_of(frame);
        let prev = self.leave_generator(frame, g, false);
        self.frame.set(prev);
        g.state.finish();
        if to == ReturnTo::Native {
            self.yielded.set(false);
            Some(Ok(v))
        } else {
            None
        }
    }

    /// Where the resuming frame goes on after its generator returned.
    pub(crate) fn after_generator_return(
        &self,
        frame: *mut Frame,
        ret: usize,
        v: Value,
        to: ReturnTo,
    ) -> *const AtomicU64 {
        // SAFETY: the resuming frame stands at a FOR_ITER or SEND instruction, two words long, with a jump in aux.
        unsafe {
            let ip = (*frame).ip;
            if to == ReturnTo::Send {
                *Frame::regs(frame).add(ret) = v;
            }
            let offset = ((*ip.add(1)).load(Ordering::Relaxed) >> 16) as i32 as isize;
            ip.add(2).offset(offset)
        }
    }

    /// The newest frame, a generator's, ends by an exception.
    pub(crate) fn generator_failed(&self, frame: *mut Frame) {
        let g = self.generator_of(frame);
        let prev = self.leave_generator(frame, g, false);
        self.frame.set(prev);
        g.state.finish();
    }

    /// Resumes a generator from native code: `Ok(Ok(yielded))`, `Ok(Err(returned))`.
    pub(crate) fn resume_generator(&self, g: Gc<Generator>, sent: Value) -> PyResult<Result<Value, Value>> {
        self.check_native_stack()?;
        if self.start_generator(g, sent, ReturnTo::Native, 0)?.is_null() {
            return Ok(Err(Value::NONE));
        }
        self.run_generator()
    }

    /// Runs the generator frame on top for native code.
    #[inline]
    fn run_generator(&self) -> PyResult<Result<Value, Value>> {
        let v = self.run()?;
        Ok(if self.yielded.get() { Ok(v) } else { Err(v) })
    }

    /// Raises `thrown` inside a generator at its yield.
    pub(crate) fn throw_into(&self, g: Gc<Generator>, thrown: Thrown) -> PyResult<Result<Value, Value>> {
        self.check_native_stack()?;
        self.ready_to_resume(g)?;
        match g.state.take() {
            Err(Refused::Finished) => Err(thrown),
            Err(running) => Err(self.cannot_start(g, Err(running))),
            // Nothing in it can catch the exception, which passes through the frame all the same.
            Ok(Taken::Unstarted) => self.raise_inside(g, thrown),
            // Inside `yield from` the exception goes to the inner iterator first.
            Ok(Taken::Suspended) => match Self::delegate(g) {
                Some(inner) => self.throw_into_delegate(g, inner, thrown),
                None => self.raise_inside(g, thrown),
            },
        }
    }

    /// Links a generator that this thread has taken, for native code; if that fails it is suspended again.
    fn link_taken(&self, g: Gc<Generator>) -> PyResult<*mut Frame> {
        match self.ready_to_resume(g) {
            Ok(words) => Ok(self.link_generator(g, words, ReturnTo::Native, 0)),
            Err(e) => {
                g.state.give_back(Taken::Suspended);
                Err(e)
            }
        }
    }

    /// Raises `thrown` in a generator that this thread has taken, where it stands.
    fn raise_inside(&self, g: Gc<Generator>, thrown: Thrown) -> PyResult<Result<Value, Value>> {
        let frame = self.link_taken(g)?;
        // SAFETY: this thread runs the frame now; the raising instruction is the YIELD_VALUE, or what made the generator.
        unsafe { (*frame).ip = (*frame).ip.sub(1) };
        let thrown = if self.monitoring().watches_exceptions() {
            self.fire_exception(frame, event::PY_THROW, thrown)
        } else {
            thrown
        };
        self.unwind(thrown)?;
        self.run_generator()
    }

    /// The iterator that a suspended generator delegates to, if it stands in a `yield from` or `await`.
    pub(crate) fn delegate_of(&self, g: Gc<Generator>) -> Option<Value> {
        if g.phase() != Phase::Suspended {
            return None;
        }
        g.state.inspect(|| Self::delegate(g)).flatten()
    }

    /// The same for a frame that this thread has taken or inspects. A frame that never ran stands at no yield.
    fn delegate(g: Gc<Generator>) -> Option<Value> {
        let frame = g.frame();
        // SAFETY: no other thread touches the frame; operands are the same in every copy.
        unsafe {
            let word = (*frame).word.within(g.code().body().copies.main().as_ptr());
            let w = (*word).load(Ordering::Relaxed);
            let c = (w >> 48) as usize;
            let is_yield = w as u16 & 0x3FFF == vm_compiler::opcodes::raw::YIELD_VALUE;
            if is_yield && c > 0 { (*Frame::regs(frame).add(c - 1)).bound() } else { None }
        }
    }

    /// Throws into what a generator, taken by this thread, delegates to; the generator runs meanwhile, as far as others can see.
    fn throw_into_delegate(
        &self,
        g: Gc<Generator>,
        inner: Value,
        thrown: Thrown,
    ) -> PyResult<Result<Value, Value>> {
        let result = if thrown.is(self, self.exc().generator_exit) {
            match self.close_iterator(inner) {
                Ok(()) => Err(thrown),
                Err(e) => Err(e),
            }
        } else if let Some(ig) = inner.downcast::<Generator>() {
            self.throw_into(ig, thrown)
        } else {
            match self.getattr_opt(inner, self.names().throw) {
                Ok(Some(f)) => match self.call(f, &[thrown.0]) {
                    Ok(v) => Ok(Ok(v)),
                    Err(e) if e.is(self, self.exc().stop_iteration) => Ok(Err(self.stop_iteration_value(e))),
                    Err(e) => Err(e),
                },
                Ok(None) => Err(thrown),
                Err(e) => Err(e),
            }
        };
        match result {
            Ok(Ok(yielded)) => {
                g.state.give_back(Taken::Suspended);
                Ok(Ok(yielded))
            }
            Ok(Err(returned)) => self.finish_delegation(g, returned),
            Err(e) => self.raise_inside(g, e),
        }
    }

    /// The inner iterator ended with `value`: the generator, which this thread has taken, goes on behind its SEND loop.
    fn finish_delegation(&self, g: Gc<Generator>, value: Value) -> PyResult<Result<Value, Value>> {
        let frame = self.link_taken(g)?;
        // SAFETY: this thread runs the frame now. The SEND stands before the YIELD_VALUE: the loop is SEND (2 words),
        // YIELD_VALUE; SEND's A takes the result and its aux says where the loop ends.
        unsafe {
            let yield_at = (*frame).ip.sub(1);
            let send = yield_at.sub(2);
            let w = (*send).load(Ordering::Relaxed);
            debug_assert_eq!(w as u16 & 0x3FFF, vm_compiler::opcodes::raw::SEND);
            *Frame::regs(frame).add((w >> 16) as u16 as usize) = value;
            let offset = ((*send.add(1)).load(Ordering::Relaxed) >> 16) as i32 as isize;
            (*frame).ip = send.add(2).offset(offset);
        }
        self.run_generator()
    }

    /// Closes an iterator that `yield from` was delegating to.
    fn close_iterator(&self, it: Value) -> PyResult<()> {
        if let Some(g) = it.downcast::<Generator>() {
            return self.close_generator(g);
        }
        match self.getattr_opt(it, self.names().close)? {
            Some(f) => self.call(f, &[]).map(drop),
            None => Ok(()),
        }
    }

    /// `generator.close()`
    pub(crate) fn close_generator(&self, g: Gc<Generator>) -> PyResult<()> {
        self.close_generator_value(g).map(drop)
    }

    /// Ends a generator that nothing would tell about its end: it has not begun, or stands at a yield outside of any `try`, `with`
    /// and delegation. As in CPython, no exception is raised then.
    fn close_quietly(&self, g: Gc<Generator>) -> bool {
        let taken = match g.state.take() {
            Ok(taken) => taken,
            Err(_) => return false,
        };
        let quiet = match taken {
            Taken::Unstarted => true,
            Taken::Suspended => {
                // SAFETY: this thread has taken the frame.
                let word = unsafe { (*g.frame()).word.offset() };
                // Every generator has a handler of its own, which turns StopIteration into RuntimeError.
                let own = |target| {
                    let (op, w) = g.code().body().op_at(target);
                    op == Op::CALL_INTRINSIC && (w >> 48) as u16 == Intrinsic::StopIterationError as u16
                };
                g.code().handler(word).is_none_or(|h| own(h.target)) && Self::delegate(g).is_none()
            }
        };
        if quiet {
            g.state.finish();
        } else {
            g.state.give_back(taken);
        }
        quiet
    }

    /// `generator.close()`; what the generator returned on the way (3.13).
    pub(crate) fn close_generator_value(&self, g: Gc<Generator>) -> PyResult {
        if g.phase() == Phase::Finished {
            return Ok(Value::NONE);
        }
        if self.close_quietly(g) {
            return Ok(Value::NONE);
        }
        let exit = self.new_exception(self.exc().generator_exit, &[]);
        match self.throw_into(g, exit) {
            Ok(Ok(_)) => Err(self.runtime_error(format!("{} ignored GeneratorExit", self.generator_kind(g)))),
            Ok(Err(v)) => Ok(v),
            Err(e) if e.is(self, self.exc().generator_exit) || e.is(self, self.exc().stop_iteration) => {
                Ok(Value::NONE)
            }
            Err(e) => Err(e),
        }
    }

    /// The value of a StopIteration.
    pub(crate) fn stop_iteration_value(&self, e: Thrown) -> Value {
        e.exception().args().first().copied().unwrap_or(Value::NONE)
    }

    /// The iterator for `yield from v`.
    pub(crate) fn yield_from_iter(&self, code: Gc<Code>, v: Value) -> PyResult {
        if let Some(g) = v.downcast::<Generator>() {
            if g.is_coroutine() && !code.flags.has(CodeFlags::COROUTINE) {
                return Err(
                    self.type_error("cannot 'yield from' a coroutine object in a non-coroutine generator")
                );
            }
            return Ok(v);
        }
        self.iter(v)
    }

    /// Sends to something that is no generator: `Ok(Ok(yielded))`, `Ok(Err(result))`.
    pub(crate) fn send_to(&self, receiver: Value, v: Value) -> PyResult<Result<Value, Value>> {
        if let Some(g) = receiver.downcast::<Generator>() {
            return self.resume_generator(g, v);
        }
        if let Some(step) = receiver.native::<Step>() {
            return self.async_step(step, v);
        }
        if v.is_none() {
            // A Python iterator's StopIteration carries the result.
            if let Some(f) = self.type_lookup(self.type_of(receiver), self.names().__next__)
                && f.downcast_exact::<crate::object::function::Function>().is_some()
            {
                return match self.call_special(f, receiver, &[]) {
                    Ok(y) => Ok(Ok(y)),
                    Err(e) if e.is(self, self.exc().stop_iteration) => Ok(Err(self.stop_iteration_value(e))),
                    Err(e) => Err(e),
                };
            }
            return Ok(self.next(receiver)?.ok_or(Value::NONE));
        }
        match self.call_method(receiver, self.names().send, &[v]) {
            Ok(y) => Ok(Ok(y)),
            Err(e) if e.is(self, self.exc().stop_iteration) => Ok(Err(self.stop_iteration_value(e))),
            Err(e) => Err(e),
        }
    }

    /// `next(it)` as Python sees it: StopIteration when exhausted, with a generator's return value.
    pub fn next_or_stop(&self, it: Value) -> PyResult {
        if let Some(g) = it.downcast::<Generator>()
            && !g.is_coroutine()
            && !g.is_async_generator()
        {
            return match self.resume_generator(g, Value::NONE)? {
                Ok(v) => Ok(v),
                Err(returned) => Err(self.stop_iteration(returned)),
            };
        }
        // A Python `__next__` raises its own StopIteration.
        if let Some(f) = self.type_lookup(self.type_of(it), self.names().__next__)
            && f.downcast_exact::<crate::object::function::Function>().is_some()
        {
            return self.call_special(f, it, &[]);
        }
        match self.next(it)? {
            Some(v) => Ok(v),
            None => Err(self.stop_iteration(Value::NONE)),
        }
    }

    /// The iterator to await.
    pub(crate) fn get_awaitable(&self, v: Value, context: usize) -> PyResult {
        if let Some(g) = v.downcast::<Generator>()
            && g.is_coroutine()
        {
            if self.delegate_of(g).is_some() || g.phase() == Phase::Running {
                return Err(self.runtime_error("coroutine is being awaited already"));
            }
            return Ok(v);
        }
        match self.lookup_special(v, self.names().__await__)? {
            Some(f) => {
                let it = self.call(f, &[])?;
                if it.downcast::<Generator>().is_some_and(|g| g.is_coroutine()) {
                    return Err(self.type_error("__await__() returned a coroutine"));
                }
                if self.type_of(it).slots().iternext.is_none() {
                    return Err(self.type_error(format!(
                        "__await__() returned non-iterator of type '{}'",
                        self.type_name(it)
                    )));
                }
                Ok(it)
            }
            None => {
                let t = self.type_name(v);
                Err(self.type_error(match context {
                    1 => format!("'async with' received an object from __aenter__ that does not implement __await__: {t}"),
                    2 => format!("'async with' received an object from __aexit__ that does not implement __await__: {t}"),
                    _ => format!("object {t} can't be used in 'await' expression"),
                }))
            }
        }
    }

    /// `v.__aiter__()`
    pub(crate) fn get_aiter(&self, v: Value) -> PyResult {
        match self.lookup_special(v, self.names().__aiter__)? {
            Some(f) => {
                let it = self.call(f, &[])?;
                if self.lookup_special(it, self.names().__anext__)?.is_none() {
                    return Err(self.type_error(format!(
                        "'async for' received an object from __aiter__ that does not implement __anext__: {}",
                        self.type_name(it)
                    )));
                }
                Ok(it)
            }
            None => Err(self.type_error(format!(
                "'async for' requires an object with __aiter__ method, got {}",
                self.type_name(v)
            ))),
        }
    }

    /// The awaitable of `v.__anext__()`
    pub(crate) fn get_anext(&self, v: Value) -> PyResult {
        match self.lookup_special(v, self.names().__anext__)? {
            Some(f) => {
                let a = self.call(f, &[])?;
                self.get_awaitable(a, 0)
            }
            None => Err(self.type_error(format!(
                "'async for' requires an iterator with __anext__ method, got {}",
                self.type_name(v)
            ))),
        }
    }
}
