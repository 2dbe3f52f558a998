//! Instructions with the INSTRUMENTED flag: the events they fire, and those bodies that fire in mid-instruction.
//!
//! An instrumented instruction runs in its adaptive form and does not specialize. Before each callback the site is read
//! anew (P8.R12); a callback may move the frame's `ip`, and then the instruction does not run.
//!
//! The plain loop knows nothing of this: at the first instrumented word it hands its frame to the watched loop
//! ([`super::run::WATCHED`]), which gives it back when it has met none for a while.

use vm_compiler::{
    Op,
    opcodes::{CmpOp, INFO, RK_CONST, event},
};
use vm_core::{
    code::{self, OP_MASK},
    frame_state::Position,
    instrument::{Role, version_word},
    sync::Ordering,
};

use crate::{
    error::{PyResult, Thrown},
    monitor::{is_start, mark_of, mark_of_jump},
    object::{
        frame::{Frame, Generator},
        function::{BoundMethod, Function},
        sequence::Tuple,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

use super::calls::Target;

/// What an instrumented instruction came to.
pub(crate) enum Instrumented {
    /// Run this word, the instruction's adaptive form.
    Run(u64),
    /// It ran, or a callback jumped: go on at the frame's `ip`.
    Moved,
    /// A call: enter this frame.
    Enter(*mut Frame),
}

/// The place of an event.
#[derive(Clone, Copy)]
struct Place {
    frame: *mut Frame,
    word: u32,
}

impl Place {
    fn frame(&self) -> &Frame {
        // SAFETY: the newest frame of the thread that runs the instruction, live during it.
        unsafe { &*self.frame }
    }
    fn code(&self) -> Value {
        self.frame().code.value()
    }
    fn offset(&self) -> Value {
        offset(i64::from(self.word))
    }
    fn reg(&self, i: usize) -> Value {
        // SAFETY: operands were checked by the verifier against `nregs`.
        unsafe { *Frame::regs(self.frame).add(i) }
    }
    fn set(&self, i: usize, v: Value) {
        // SAFETY: as above.
        unsafe { *Frame::regs(self.frame).add(i) = v };
    }
    /// Writes a result again after a callback: a collection meanwhile cleared the registers that are not live at the instruction, among them
    /// temporaries that it writes.
    fn keep(&self, i: usize, v: Value) {
        if self.reg(i).is_unbound() {
            self.set(i, v);
        }
    }
    fn rk(&self, i: usize) -> Value {
        let constant = RK_CONST as usize;
        if i & constant == 0 { self.reg(i) } else { self.frame().code.constant((i & !constant) as u16) }
    }
    fn go_to(&self, word: i64) {
        // SAFETY: the verifier checked that jumps and instruction ends stay in the copy; only this thread touches its frame.
        unsafe { (*self.frame).ip = self.frame().base.offset(word as isize) };
    }
    /// The upper part of the first cache word.
    fn aux(&self) -> u64 {
        // SAFETY: only called for instructions with a cache word.
        unsafe { (*self.frame().ip.add(1)).load(Ordering::Relaxed) >> 16 }
    }
}

/// An offset as Python sees it: two per code word.
fn offset(word: i64) -> Value {
    Value::small_int(word * 2)
}

fn operands(w: u64) -> (usize, usize, usize) {
    let (a, b, c) = code::operands(w);
    (usize::from(a), usize::from(b), usize::from(c))
}

/// The adaptive form of the instruction `w`.
#[inline(always)]
pub(super) fn adaptive_form(w: u64) -> (Op, u64) {
    let op = INFO.get(usize::from(code::opcode(w))).map_or(Op::NOP, |info| info.base);
    (op, w & !OP_MASK | op as u64)
}

impl Vm {
    /// The instruction at the frame's `ip`, decoded as `w`.
    #[inline(never)]
    pub(super) fn instrumented(&self, frame: *mut Frame, w: u64) -> PyResult<Instrumented> {
        // SAFETY: the newest frame, whose `ip` was just saved.
        let (word, ip) = unsafe { ((*frame).current_word(), &*(*frame).ip) };
        let p = Place { frame, word };
        let op = adaptive_form(w).0;
        if op == Op::RESUME {
            // SAFETY: a RESUME has one cache word.
            let version = version_word(unsafe { &*p.frame().ip.add(1) });
            if self.core().breaker().word() != version {
                self.resume_slow(frame)?;
            }
        }
        let run = code::reload(ip) & !OP_MASK | op as u64;
        let sites = &p.frame().code.body().instruments;
        // Read anew after each callback.
        let mut events = sites.events_at(word);
        if events & 1 << event::LINE != 0 {
            if self.new_line(p, op, run)? {
                return Ok(Instrumented::Moved);
            }
            events = sites.events_at(word);
        }
        if events & 1 << event::INSTRUCTION != 0 {
            if self.fire(p, event::INSTRUCTION, &[p.code(), p.offset()])? {
                return Ok(Instrumented::Moved);
            }
            events = sites.events_at(word);
        }
        if events & !(1 << event::LINE | 1 << event::INSTRUCTION) == 0 {
            return Ok(Instrumented::Run(run));
        }
        self.main_event(p, op, run)
    }

    /// LINE, if a line begins here. Whether a callback jumped.
    #[inline]
    fn new_line(&self, p: Place, op: Op, w: u64) -> PyResult<bool> {
        let Some(site) = p.frame().code.body().instruments.site_at(p.word, event::LINE) else {
            return Ok(false);
        };
        // SAFETY: only this thread touches its frame.
        let f = unsafe { &mut *p.frame };
        let line = site.note;
        if op == Op::RESUME {
            f.word = if is_start(w) { Position::new(0) } else { mark_of(line) };
            return Ok(false);
        }
        let same = site.role == Role::Leads && f.word == mark_of(line) || f.word == mark_of_jump(line);
        f.word = mark_of(line);
        if same {
            return Ok(false);
        }
        self.fire(p, event::LINE, &[p.code(), Value::small_int(i64::from(line))])
    }

    /// Calls the tools that want `event` here. Whether a callback jumped.
    fn fire(&self, p: Place, event: u8, args: &[Value]) -> PyResult<bool> {
        self.fire_at(p, event, event, args)
    }

    /// As `fire`; the tools are those of the site of `site`.
    fn fire_at(&self, p: Place, site: u8, event: u8, args: &[Value]) -> PyResult<bool> {
        let before = p.frame().ip;
        let body = p.frame().code.shared_body();
        body.instruments.deliver(p.word, site, |tool| {
            if self.call_tool(tool, event, args)? != self.monitoring().disable() {
                return Ok(());
            }
            if event >= event::LOCAL_EVENTS {
                return Err(self.cannot_disable(tool, event));
            }
            self.monitoring().instruments.disable(body, p.word, site, tool);
            Ok(())
        })?;
        Ok(p.frame().ip != before)
    }

    fn main_event(&self, p: Place, op: Op, run: u64) -> PyResult<Instrumented> {
        let (a, b, c) = operands(run);
        let place = [p.code(), p.offset()];
        let with = |v: Value| [place[0], place[1], v];
        match op {
            Op::RESUME => {
                let event = if a == 0 { event::PY_START } else { event::PY_RESUME };
                if !self.fire(p, event, &place)? {
                    // The rest of a RESUME was done before. Done again, it could find another version, and then all of this would be.
                    p.go_to(i64::from(p.word) + op.words() as i64);
                }
                return Ok(Instrumented::Moved);
            }
            Op::RETURN_VALUE => {
                self.fire(p, event::PY_RETURN, &with(p.rk(a)))?;
            }
            Op::YIELD_VALUE => {
                self.fire(p, event::PY_YIELD, &with(p.rk(b)))?;
            }
            Op::JUMP | Op::JUMP_BACKWARD => {
                let to = i64::from(p.word) + op.words() as i64 + i64::from((run >> 32) as i32);
                self.fire(p, event::JUMP, &with(offset(to)))?;
            }
            Op::JUMP_IF_TRUE | Op::JUMP_IF_FALSE => {
                let taken = self.truthy(p.reg(a))? == (op == Op::JUMP_IF_TRUE);
                return self.branch(p, op, taken, (run >> 32) as i32);
            }
            Op::JUMP_IF_NONE | Op::JUMP_IF_NOT_NONE => {
                let taken = p.reg(a).is_none() == (op == Op::JUMP_IF_NONE);
                return self.branch(p, op, taken, (run >> 32) as i32);
            }
            Op::COMPARE_JUMP => {
                let r = self.compare(CmpOp::ALL[a & 7], p.rk(b), p.rk(c))?;
                let taken = self.truthy(r)? == (a & 8 != 0);
                return self.branch(p, op, taken, p.aux() as i32);
            }
            Op::FOR_ITER => return self.instrumented_for_iter(p, a, b),
            Op::SEND => return self.instrumented_send(p, a, b, c),
            Op::CALL | Op::CALL_KW | Op::CALL_FUNCTION_EX => {
                return self.instrumented_call(p, op, a, b, c);
            }
            Op::LOAD_SUPER_ATTR | Op::LOAD_SUPER_METHOD => return self.instrumented_super(p, op, run),
            _ => {}
        }
        Ok(Instrumented::Run(run))
    }

    /// A conditional jump: fires, then goes where it goes.
    fn branch(&self, p: Place, op: Op, taken: bool, jump: i32) -> PyResult<Instrumented> {
        let next = i64::from(p.word) + op.words() as i64;
        let (event, to) =
            if taken { (event::BRANCH_RIGHT, next + i64::from(jump)) } else { (event::BRANCH_LEFT, next) };
        if !self.fire(p, event, &[p.code(), p.offset(), offset(to)])? {
            p.go_to(to);
        }
        Ok(Instrumented::Moved)
    }

    fn instrumented_for_iter(&self, p: Place, dst: usize, iterator: usize) -> PyResult<Instrumented> {
        let it = p.reg(iterator);
        let found = match it.downcast::<Generator>() {
            Some(g) if !g.is_coroutine() && !g.is_async_generator() => {
                self.resume_generator(g, Value::NONE)?
            }
            _ => self.next(it)?.ok_or(Value::UNBOUND),
        };
        // A generator's end is no STOP_ITERATION here, as in CPython while events are on.
        if let Ok(v) = found {
            p.set(dst, v);
        }
        let result = self.branch(p, Op::FOR_ITER, found.is_err(), p.aux() as i32);
        if let Ok(v) = found {
            p.keep(dst, v);
        }
        result
    }

    fn instrumented_send(&self, p: Place, dst: usize, receiver: usize, v: usize) -> PyResult<Instrumented> {
        let (receiver, v) = (p.reg(receiver), p.reg(v));
        let mut to = i64::from(p.word) + Op::SEND.words() as i64;
        match self.send_to(receiver, v)? {
            Ok(yielded) => p.set(dst, yielded),
            Err(result) => {
                p.set(dst, result);
                if receiver.is::<Generator>() {
                    self.fire_stop(p, result)?;
                    p.keep(dst, result);
                }
                to += i64::from(p.aux() as i32);
            }
        }
        p.go_to(to);
        Ok(Instrumented::Moved)
    }

    /// STOP_ITERATION: a generator's end, which raises nothing by itself.
    fn fire_stop(&self, p: Place, result: Value) -> PyResult<()> {
        if p.frame().code.body().instruments.tools_at(p.word, event::STOP_ITERATION) != 0 {
            let e = self.stop_iteration(result);
            self.fire(p, event::STOP_ITERATION, &[p.code(), p.offset(), e.0])?;
        }
        Ok(())
    }

    fn instrumented_call(
        &self,
        p: Place,
        op: Op,
        base: usize,
        n: usize,
        dst: usize,
    ) -> PyResult<Instrumented> {
        let mut function = p.reg(base);
        let mut first = Value::UNBOUND;
        if op == Op::CALL_FUNCTION_EX {
            if let Some(args) = p.reg(base + 2).downcast::<Tuple>() {
                first = args.as_slice().first().copied().unwrap_or(Value::UNBOUND);
            }
        } else {
            if p.reg(base + 1).is_unbound()
                && let Some(m) = function.downcast_exact::<BoundMethod>()
            {
                p.set(base, m.func.get());
                p.set(base + 1, m.this.get());
                function = m.func.get();
            }
            let this = p.reg(base + 1);
            first = if this.is_unbound() && n > 0 { p.reg(base + 2) } else { this };
        }
        let first = first.bound().unwrap_or(self.monitoring().missing());
        let args = [p.code(), p.offset(), function, first];
        if self.fire(p, event::CALL, &args)? {
            return Ok(Instrumented::Moved);
        }
        let regs = Frame::regs(p.frame);
        let result = match op {
            // SAFETY: the call block at A.
            Op::CALL => unsafe { self.call_instruction(regs, base, n, dst as u16, None) },
            Op::CALL_KW => {
                let names = p.frame().code.constant(p.aux() as u16);
                // SAFETY: the call block at A; the constant is a tuple of names (verifier).
                unsafe {
                    let names = names.downcast_unchecked::<Tuple>();
                    self.call_instruction(regs, base, n, dst as u16, Some(names))
                }
            }
            _ => self.call_function_ex(function, p.reg(base + 2), p.reg(base + 3)).map(Target::Value),
        };
        // Python functions show themselves by PY_START.
        let native = !function.is::<Function>() && !function.is::<BoundMethod>();
        match result {
            Ok(Target::Frame(f)) => Ok(Instrumented::Enter(f)),
            Ok(Target::Value(v)) => {
                p.set(dst, v);
                if native {
                    self.fire_at(p, event::CALL, event::C_RETURN, &args)?;
                    p.keep(dst, v);
                }
                p.go_to(i64::from(p.word) + op.words() as i64);
                Ok(Instrumented::Moved)
            }
            Err(e) if native => Err(self.call_failed(p, e, &args)),
            Err(e) => Err(e),
        }
    }

    /// C_RAISE.
    fn call_failed(&self, p: Place, e: Thrown, args: &[Value]) -> Thrown {
        self.fire_at(p, event::CALL, event::C_RAISE, args).err().unwrap_or(e)
    }

    fn instrumented_super(&self, p: Place, op: Op, run: u64) -> PyResult<Instrumented> {
        let (dst, b, c) = operands(run);
        let (function, class, this) = (p.reg(b), p.reg(b + 1), p.reg(b + 2));
        // What the call in the source names: nothing in `super()`, whose `__class__` comes from a cell.
        let code = p.frame().code;
        let cell = code.freevars.get().and_then(|names| {
            let is_class = |n: &Value| n.downcast::<Str>().is_some_and(|n| n.eq_str("__class__"));
            names.as_slice().iter().position(is_class)
        });
        let plain = cell.is_some_and(|i| code.body().loads_class_cell(p.word, code.free_base + i as u16));
        let first = if plain { self.monitoring().missing() } else { class };
        let args = [p.code(), p.offset(), function, first];
        if self.fire(p, event::CALL, &args)? {
            return Ok(Instrumented::Moved);
        }
        let name = p.frame().code.constant(c as u16);
        // SAFETY: name operands are constants of type str (verifier).
        let name = unsafe { name.downcast_unchecked() };
        let method = op == Op::LOAD_SUPER_METHOD;
        let (f, with) = match self.load_super(function, class, this, name, method) {
            Ok(r) => r,
            Err(e) => return Err(self.call_failed(p, e, &args)),
        };
        p.set(dst, f);
        if method {
            p.set(dst + 1, with);
        }
        self.fire_at(p, event::CALL, event::C_RETURN, &args)?;
        p.keep(dst, f);
        if method && !with.is_unbound() {
            p.keep(dst + 1, with);
        }
        p.go_to(i64::from(p.word) + op.words() as i64);
        Ok(Instrumented::Moved)
    }

    /// The code and offset of the newest frame, for events that come with exceptions.
    pub(crate) fn event_place(&self, frame: *mut Frame) -> [Value; 2] {
        // SAFETY: the newest frame of this thread.
        let f = unsafe { &*frame };
        [f.code.value(), offset(i64::from(f.current_word()))]
    }
}
