//! Assignment to `f_lineno`: the frame goes on at another line.
//!
//! A jump may leave blocks and may not enter them. What a block needs lies in temporaries: the iterator of a loop, the exit method of a
//! `with`, the exception that a handler interrupted. So the temporaries that hold such things are found for every
//! instruction, by following the code; the target's must be held already, in the same temporaries, where the frame stands.

use vm_compiler::{
    Op,
    opcodes::{Aux, NO_OPERAND, Operand, event},
};
use vm_core::sync::Ordering;

use super::NO_EVENT;
use crate::{
    builtins::frame::FrameObject,
    error::PyResult,
    object::{code::Code, frame::Frame, gc::Gc},
    value::Value,
    vm::Vm,
};

/// What a temporary holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Held {
    Nothing,
    /// Of an expression.
    Value,
    /// A container in the making: instructions that fill it trust its type.
    Container(Op),
    Iterator,
    Exit,
    /// The exception handled before, in an `except` or `finally`.
    Handled,
}

/// `frame.f_lineno = line`
pub(crate) fn set_line(vm: &Vm, f: Gc<FrameObject>, line: Option<Value>) -> PyResult<()> {
    let Some(line) = line else {
        return Err(vm.new_error(vm.exc().attribute_error, "cannot delete attribute"));
    };
    if !line.is_small_int() {
        return Err(vm.value_error("lineno must be an integer"));
    }
    let not_here = || vm.value_error("f_lineno can only be set in a trace function");
    let frame = vm.live_frame(f).ok_or_else(not_here)?;
    match vm.thread.what_event.get() {
        event::LINE | event::JUMP if frame as usize == vm.thread.event_frame.get() => {
            f.trace().ok_or_else(not_here)?;
        }
        NO_EVENT => return Err(vm.value_error("f_lineno can only be set in a trace function")),
        event::PY_START => {
            return Err(vm.value_error("can't jump from the 'call' trace event of a new frame"));
        }
        event::LINE | event::JUMP => return Err(vm.value_error("can't jump during a call")),
        _ => return Err(vm.value_error("can only jump from a 'line' trace event")),
    }
    let line = vm.index_i64(line)?;
    let code = f.code();
    let table = &code.body().positions;
    let lines = || table.iter().map(|p| i64::from(p.line)).filter(|&l| l != 0);
    if line < i64::from(code.first_line) {
        return Err(vm.value_error(format!("line {line} comes before the current code block")));
    }
    let Some(line) = lines().filter(|&l| l >= line).min() else {
        return Err(vm.value_error(format!("line {line} comes after the current code block")));
    };
    let held = follow(&code);
    // SAFETY: a live frame of this thread.
    let here = unsafe { (*frame).current_word() };
    let at = table.partition_point(|p| p.word <= here).saturating_sub(1);
    let Some(now) = held.get(at).and_then(Option::as_ref) else {
        return Err(vm.value_error("can't jump from unreachable code"));
    };
    let mut why = "can't jump to unreachable code";
    let mut best: Option<(usize, usize)> = None;
    for (to, p) in table.iter().enumerate() {
        let starts = i64::from(p.line) == line && (to == 0 || table[to - 1].line != p.line);
        let is_start = matches!(op_at(&code, p.word), Op::RESUME | Op::MAKE_CELL | Op::COPY_FREE_VARS);
        let (true, false, Some(then)) = (starts, is_start, held[to].as_ref()) else { continue };
        match obstacle(now, then) {
            None if best.is_none_or(|(n, _)| then.len() > n) => best = Some((then.len(), to)),
            None => {}
            Some(what) => why = what,
        }
    }
    let Some((depth, to)) = best else { return Err(vm.value_error(why)) };
    leave_handlers(vm, frame, now, depth, code.temp_base);
    bind_locals(frame, &code);
    // SAFETY: the table's words lie in the copy; only this thread touches its frame.
    unsafe {
        (*frame).ip = (*frame).base.add(table[to].word as usize);
        (*frame).word = crate::monitor::mark_of_jump(table[to].line);
    }
    Ok(())
}

fn op_at(code: &Code, word: u32) -> Op {
    let w = code.body().copies.main().get(word as usize).map_or(0, |w| w.load(Ordering::Relaxed));
    Op::from_u16((w & vm_core::code::OPCODE_MASK) as u16).unwrap_or(Op::NOP).info().base
}

/// Why control cannot go from where `now` is held to where `then` must be.
fn obstacle(now: &[Held], then: &[Held]) -> Option<&'static str> {
    let missing = |&(i, &wanted): &(usize, &Held)| {
        wanted != Held::Nothing && now.get(i).copied().unwrap_or(Held::Nothing) != wanted
    };
    let missing: Vec<Held> = then.iter().enumerate().filter(missing).map(|(_, &held)| held).collect();
    if missing.contains(&Held::Handled) {
        Some("can't jump into an 'except' block as there's no exception")
    } else if missing.contains(&Held::Iterator) {
        Some("can't jump into the body of a for loop")
    } else {
        missing.first().map(|_| "incompatible stacks")
    }
}

/// The exception that is handled after leaving the handlers beyond `depth`: the one that the outermost of them interrupted.
fn leave_handlers(vm: &Vm, frame: *mut Frame, now: &[Held], depth: usize, temp_base: u16) {
    if let Some(i) = (depth..now.len()).find(|&i| now[i] == Held::Handled) {
        // SAFETY: a register of the frame; the temporary holds an exception or None.
        let outer = unsafe { *Frame::regs(frame).add(usize::from(temp_base) + i) };
        vm.handled.set(outer);
    }
}

/// Code may trust that a local is bound where the jump has skipped its assignment: it is None then, as in CPython.
fn bind_locals(frame: *mut Frame, code: &Code) {
    for i in 0..usize::from(code.nlocals) {
        // SAFETY: a register of the frame, which only this thread touches.
        let local = unsafe { &mut *Frame::regs(frame).add(i) };
        if local.is_unbound() {
            *local = Value::NONE;
        }
    }
}

/// For each instruction what the temporaries hold before it, up to those that are live; `None` where control cannot come.
fn follow(code: &Code) -> Vec<Option<Vec<Held>>> {
    let table = &code.body().positions;
    let main = code.body().copies.main();
    let word_at = |i: usize| main.get(i).map_or(0, |w| w.load(Ordering::Relaxed));
    let index_of = |word: i64| table.binary_search_by_key(&word, |p| i64::from(p.word)).ok();
    let mut held: Vec<Option<Vec<Held>>> = vec![None; table.len()];
    let mut work = Vec::new();
    let reach =
        |held: &mut Vec<Option<Vec<Held>>>, work: &mut Vec<usize>, to: usize, mut state: Vec<Held>| {
            let live = usize::from(table[to].live.saturating_sub(code.temp_base));
            state.resize(live, Held::Nothing);
            if held[to].is_none() {
                held[to] = Some(state);
                work.push(to);
            }
        };
    if !table.is_empty() {
        reach(&mut held, &mut work, 0, Vec::new());
    }
    while let Some(at) = work.pop() {
        let word = table[at].word;
        let (op, w) = (op_at(code, word), word_at(word as usize));
        let info = op.info();
        let mut state = held[at].clone().unwrap_or_default();
        let operands = [(w >> 16) as u16, (w >> 32) as u16, (w >> 48) as u16];
        // Handlers begin with what the region had before it.
        if let Some(h) = code.handler(word)
            && let Some(to) = index_of(i64::from(h.target))
        {
            let mut state = state.clone();
            put(&mut state, code, h.reg, Held::Value);
            reach(&mut held, &mut work, to, state);
        }
        if op == Op::POP_EXCEPT {
            put(&mut state, code, operands[0], Held::Nothing);
        }
        for (operand, value) in info.operands.iter().zip(operands) {
            let kind = match (operand, op) {
                (Operand::Dst, Op::GET_ITER | Op::GET_AITER) => Held::Iterator,
                (Operand::DstBase, Op::LOAD_SPECIAL) if operands[2] & 1 == 1 => Held::Exit,
                (Operand::Dst, Op::PUSH_EXC_INFO) => Held::Handled,
                (Operand::Dst, Op::BUILD_LIST | Op::BUILD_SET | Op::BUILD_MAP) => Held::Container(op),
                (Operand::Dst | Operand::DstBase, _) => Held::Value,
                _ => continue,
            };
            if value != NO_OPERAND {
                put(&mut state, code, value, kind);
            }
        }
        let jump = if info.aux == Aux::Jump {
            Some((word_at(word as usize + 1) >> 16) as i32)
        } else if info.operands.contains(&Operand::Jump) {
            Some((w >> 32) as i32)
        } else {
            None
        };
        let next = i64::from(word) + op.words() as i64;
        if let Some(to) = jump.and_then(|jump| index_of(next + i64::from(jump))) {
            let mut state = state.clone();
            if op == Op::FOR_ITER {
                // The loop is over, and so is what its iterator was for.
                put(&mut state, code, operands[1], Held::Nothing);
            }
            reach(&mut held, &mut work, to, state);
        }
        if !op.leaves()
            && let Some(to) = index_of(next)
        {
            reach(&mut held, &mut work, to, state);
        }
    }
    held
}

fn put(state: &mut Vec<Held>, code: &Code, register: u16, kind: Held) {
    let Some(i) = register.checked_sub(code.temp_base).map(usize::from) else { return };
    if state.len() <= i {
        state.resize(i + 1, Held::Nothing);
    }
    state[i] = kind;
}
