//! A checker for code units: what the interpreter takes for granted.
//!
//! Beside ranges and targets it checks, by a data-flow analysis over all paths, that every register is written before
//! it is read, and that no collection in between could have cleared it (`live`).

use crate::assemble::{read_end, written_end};
use crate::code_unit::CodeUnit;
use crate::opcodes::{Aux, NO_OPERAND, Op, Operand, RK_CONST};
use crate::text::Instruction;

/// Checks `unit`, not the units nested in it.
///
/// # Errors
/// What is wrong first, in words.
pub fn verify(unit: &CodeUnit) -> Result<(), String> {
    let code = decode(unit)?;
    check_tables(unit, &code)?;
    for (index, instruction) in code.list.iter().enumerate() {
        check_operands(unit, instruction, unit.positions[index].live)?;
    }
    check_flow(unit, &code)
}

struct Code {
    list: Vec<Instruction>,
    /// Index in `list` of the instruction at each word.
    at: Vec<Option<u32>>,
}

impl Code {
    fn index(&self, word: i64, what: &str) -> Result<usize, String> {
        usize::try_from(word)
            .ok()
            .and_then(|word| self.at.get(word).copied().flatten())
            .map(|index| index as usize)
            .ok_or_else(|| format!("{what} {word} is no instruction"))
    }
}

fn decode(unit: &CodeUnit) -> Result<Code, String> {
    let mut list = Vec::new();
    let mut at = vec![None; unit.words.len()];
    let mut word = 0;
    while word < unit.words.len() {
        let instruction =
            Instruction::decode(&unit.words, word).ok_or_else(|| format!("no opcode at {word}"))?;
        at[word] = Some(list.len() as u32);
        word = instruction.next();
        list.push(instruction);
    }
    if word != unit.words.len() || list.is_empty() {
        return Err("the last instruction is cut off".into());
    }
    Ok(Code { list, at })
}

fn check_tables(unit: &CodeUnit, code: &Code) -> Result<(), String> {
    if unit.positions.len() != code.list.len() {
        return Err(format!("{} positions for {} instructions", unit.positions.len(), code.list.len()));
    }
    for (position, instruction) in unit.positions.iter().zip(&code.list) {
        if position.word as usize != instruction.at {
            return Err(format!("position for word {} at {}", position.word, instruction.at));
        }
        if position.live > unit.nregs || position.live < unit.temp_base() {
            return Err(format!("live {} at {}", position.live, instruction.at));
        }
    }
    for handler in &unit.handlers {
        code.index(i64::from(handler.start), "handler start")?;
        code.index(i64::from(handler.target), "handler target")?;
        if handler.start >= handler.end || handler.end as usize > unit.words.len() {
            return Err(format!("empty handler at {}", handler.start));
        }
        if handler.reg >= unit.nregs || handler.reg < unit.temp_base() {
            return Err(format!("handler register {}", handler.reg));
        }
    }
    if !unit.handlers.is_sorted_by_key(|handler| handler.start) {
        return Err("handlers are not in order".into());
    }
    match code.list.last().map(|last| last.op) {
        Some(
            Op::RETURN_VALUE
            | Op::RERAISE
            | Op::RAISE_VARARGS
            | Op::JUMP_BACKWARD
            | Op::JUMP_BACKWARD_NO_INTERRUPT,
        ) => Ok(()),
        last => Err(format!("code may run off its end after {last:?}")),
    }
}

fn check_operands(unit: &CodeUnit, instruction: &Instruction, live: u16) -> Result<(), String> {
    let at = instruction.at;
    let info = instruction.op.info();
    if info.base != instruction.op {
        return Err(format!("specialized {} at {at}", info.name));
    }
    for (kind, &value) in info.operands.iter().zip(&instruction.operands) {
        let bad = |what: &str| Err(format!("{what} {value} of {} at {at}", info.name));
        match kind {
            Operand::K if usize::from(value) >= unit.consts.len() => return bad("constant"),
            Operand::Rk if value & RK_CONST != 0 && usize::from(value & !RK_CONST) >= unit.consts.len() => {
                return bad("constant");
            }
            Operand::Src if value == NO_OPERAND && instruction.op == Op::MAKE_CELL => {}
            _ => {
                let end = read_end(instruction.op, *kind, value, &instruction.operands);
                if end > live || end > unit.nregs {
                    return bad("register above live");
                }
                if written_end(instruction.op, *kind, value, instruction.operands[2]) > unit.nregs {
                    return bad("register written out of range");
                }
            }
        }
    }
    if info.aux == Aux::K && instruction.aux as usize >= unit.consts.len() {
        return Err(format!("aux constant {} at {at}", instruction.aux));
    }
    Ok(())
}

/// Registers that hold something: for locals, something bound.
type Set = Vec<u64>;

fn insert(set: &mut Set, register: u16) {
    set[usize::from(register) / 64] |= 1 << (register % 64);
}
fn remove(set: &mut Set, register: u16) {
    set[usize::from(register) / 64] &= !(1 << (register % 64));
}
fn contains(set: &Set, register: u16) -> bool {
    set[usize::from(register) / 64] >> (register % 64) & 1 != 0
}
/// Keeps the registers below `end`.
fn truncate(set: &mut Set, end: u16) {
    let (word, bit) = (usize::from(end) / 64, end % 64);
    for (index, bits) in set.iter_mut().enumerate() {
        if index > word {
            *bits = 0;
        } else if index == word {
            *bits &= (1 << bit) - 1;
        }
    }
}

struct Flow<'a> {
    unit: &'a CodeUnit,
    code: &'a Code,
    states: Vec<Option<Set>>,
    pending: Vec<usize>,
}

impl Flow<'_> {
    fn reach(&mut self, index: usize, set: &Set) {
        let changed = match &mut self.states[index] {
            Some(old) => {
                let mut changed = false;
                for (old, new) in old.iter_mut().zip(set) {
                    changed |= *old & !*new != 0;
                    *old &= new;
                }
                changed
            }
            none => {
                *none = Some(set.clone());
                true
            }
        };
        if changed {
            self.pending.push(index);
        }
    }

    fn step(&mut self, index: usize) -> Result<(), String> {
        let instruction = self.code.list[index];
        let live = self.unit.positions[index].live;
        let Some(mut set) = self.states[index].clone() else { return Ok(()) };
        self.check_reads(&instruction, &set)?;
        let info = instruction.op.info();
        // A collection may clear what is not live.
        truncate(&mut set, live.max(self.unit.temp_base()));
        let word = instruction.at as u32;
        let handler = self.unit.handlers.iter().find(|handler| handler.start <= word && word < handler.end);
        if let Some(handler) = handler
            && info.escapes
        {
            let mut caught = set.clone();
            if self.unit.varnames.len() > usize::from(handler.reg) {
                return Err(format!("handler register {} is a local", handler.reg));
            }
            insert(&mut caught, handler.reg);
            let target = self.code.index(i64::from(handler.target), "handler target")?;
            self.reach(target, &caught);
        }
        if let Some(target) = instruction.target() {
            let target = self.code.index(target, "jump target")?;
            let mut taken = set.clone();
            if instruction.op == Op::SEND {
                insert(&mut taken, instruction.operands[0]);
            }
            self.reach(target, &taken);
        }
        self.write(&instruction, &mut set);
        let ends = matches!(
            instruction.op,
            Op::RETURN_VALUE
                | Op::RERAISE
                | Op::RAISE_VARARGS
                | Op::JUMP
                | Op::JUMP_BACKWARD
                | Op::JUMP_BACKWARD_NO_INTERRUPT
        );
        if !ends {
            let next = self.code.index(instruction.next() as i64, "next instruction")?;
            self.reach(next, &set);
        }
        Ok(())
    }

    fn check_reads(&self, instruction: &Instruction, set: &Set) -> Result<(), String> {
        let op = instruction.op;
        // These check for themselves.
        if matches!(op, Op::LOAD_FAST_CHECK | Op::DELETE_FAST) {
            return Ok(());
        }
        for (kind, &value) in op.info().operands.iter().zip(&instruction.operands) {
            let end = read_end(op, *kind, value, &instruction.operands);
            let start = if *kind == Operand::Base { value } else { end.saturating_sub(1) };
            for register in start..end {
                if !contains(set, register) {
                    return Err(format!(
                        "{} at {} reads register {register}, perhaps unset",
                        op.info().name,
                        instruction.at
                    ));
                }
            }
        }
        Ok(())
    }

    fn write(&self, instruction: &Instruction, set: &mut Set) {
        let op = instruction.op;
        let base = self.unit.temp_base();
        match op {
            Op::CLEAR_FAST if instruction.operands[0] < base => return remove(set, instruction.operands[0]),
            Op::DELETE_FAST => return remove(set, instruction.operands[0]),
            Op::COPY_FREE_VARS => (self.unit.free_base()..base).for_each(|register| insert(set, register)),
            _ => {}
        }
        for (kind, &value) in op.info().operands.iter().zip(&instruction.operands) {
            let end = written_end(op, *kind, value, instruction.operands[2]);
            let start =
                if matches!(kind, Operand::Dst | Operand::DstBase) { value } else { end.saturating_sub(1) };
            (start..end).for_each(|register| insert(set, register));
        }
    }
}

fn check_flow(unit: &CodeUnit, code: &Code) -> Result<(), String> {
    let mut entry: Set = vec![0; usize::from(unit.nregs) / 64 + 1];
    let flags = unit.flags;
    let extra =
        u16::from(flags.has(crate::CodeFlags::VARARGS)) + u16::from(flags.has(crate::CodeFlags::VARKEYWORDS));
    for param in 0..unit.argcount + unit.kwonlyargcount + extra {
        insert(&mut entry, param);
    }
    let mut flow = Flow { unit, code, states: vec![None; code.list.len()], pending: Vec::new() };
    flow.reach(0, &entry);
    while let Some(index) = flow.pending.pop() {
        flow.step(index)?;
    }
    Ok(())
}
