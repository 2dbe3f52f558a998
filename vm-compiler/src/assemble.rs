//! The instruction buffer of one code unit and its assembly: labels, temporaries, handlers, positions.

mod places;

pub use places::{HERE, NOWHERE};

use crate::ast::Span;
use crate::code_unit::{Handler, Position};
use crate::constants::ConstTable;
use crate::opcodes::{Aux, NO_OPERAND, Op, Operand, RK_CONST};
use crate::source::Source;

/// Registers and constants that an operand can name.
pub const MAX_REGISTERS: u16 = 0x7FFE;
/// Constants that an `Rk` operand can name.
const MAX_RK: u32 = 0x7FFF;
/// Constants that a `K` operand can name.
const MAX_CONSTANTS: usize = 0xFFFE;

/// A place in the code, perhaps not known yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label(u32);

/// A protected region's handler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HandlerId(u32);

/// Locals that are surely bound. Locals past the first 128 never count as such.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Assigned(u128);

impl Assigned {
    /// Whether local `register` is surely bound.
    #[must_use]
    pub fn contains(self, register: u16) -> bool {
        register < 128 && self.0 >> register & 1 != 0
    }
    /// Notes that local `register` is bound.
    pub fn insert(&mut self, register: u16) {
        if register < 128 {
            self.0 |= 1 << register;
        }
    }
    /// Notes that local `register` may be unbound.
    pub fn remove(&mut self, register: u16) {
        if register < 128 {
            self.0 &= !(1 << register);
        }
    }
    /// Those bound in both.
    #[must_use]
    pub fn and(self, other: Assigned) -> Assigned {
        Assigned(self.0 & other.0)
    }
    /// Those of `self` that are not in `other`.
    #[must_use]
    pub fn without(self, other: Assigned) -> Assigned {
        Assigned(self.0 & !other.0)
    }
}

/// An operand: a register or a constant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Val {
    /// A register.
    Reg(u16),
    /// A constant that fits an `Rk` operand.
    Const(u16),
}

impl Val {
    /// As an `Rk` operand.
    #[must_use]
    pub fn rk(self) -> u16 {
        match self {
            Val::Reg(register) => register,
            Val::Const(index) => index | RK_CONST,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Instr {
    op: Op,
    a: u16,
    b: u16,
    c: u16,
    aux: u32,
    label: Option<Label>,
    span: Span,
    live: u16,
    handler: Option<HandlerId>,
}

#[derive(Clone, Copy, Debug, Default)]
struct LabelInfo {
    /// Index of the instruction it stands before.
    at: Option<u32>,
    /// What is bound on every jump to it; `None` while nothing jumps there.
    assigned: Option<Assigned>,
}

#[derive(Clone, Copy, Debug)]
struct HandlerInfo {
    label: Label,
    reg: u16,
    /// What was bound when the region began.
    assigned: Assigned,
    used: bool,
}

/// Why a unit cannot be assembled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AssembleError {
    /// Too many registers.
    Registers,
    /// Too many constants.
    Constants,
    /// Too much code.
    Code,
}

impl AssembleError {
    /// For the user.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            AssembleError::Registers => "too many local variables or operands in one code block",
            AssembleError::Constants => "too many constants and names in one code block",
            AssembleError::Code => "code block too large",
        }
    }
}

/// Assembled code.
#[derive(Debug)]
pub struct Assembled {
    /// Code words.
    pub words: Vec<u64>,
    /// Position table.
    pub positions: Vec<Position>,
    /// Exception table.
    pub handlers: Vec<Handler>,
    /// Registers in all.
    pub nregs: u16,
}

/// The code of one unit while it is written.
#[derive(Debug)]
pub struct Emitter {
    instrs: Vec<Instr>,
    labels: Vec<LabelInfo>,
    handlers: Vec<HandlerInfo>,
    /// The handler of the instructions being emitted.
    pub handler: Option<HandlerId>,
    /// Constants.
    pub consts: ConstTable,
    /// First temporary register.
    pub temp_base: u16,
    /// First free temporary.
    pub top: u16,
    max: u16,
    overflow: bool,
    /// Locals surely bound here.
    pub assigned: Assigned,
    /// Locals that some statement of the unit unbinds.
    pub deleted: Assigned,
    /// Whether control can come here; nothing is emitted where it cannot.
    pub reachable: bool,
    /// Source range of the instructions being emitted.
    pub span: Span,
}

impl Emitter {
    /// An empty unit whose temporaries begin at `temp_base`.
    #[must_use]
    pub fn new(temp_base: u16) -> Emitter {
        Emitter {
            instrs: Vec::new(),
            labels: Vec::new(),
            handlers: Vec::new(),
            handler: None,
            consts: ConstTable::default(),
            temp_base,
            top: temp_base,
            max: temp_base,
            overflow: temp_base >= MAX_REGISTERS,
            assigned: Assigned::default(),
            deleted: Assigned::default(),
            reachable: true,
            span: Span::default(),
        }
    }

    // --- temporaries ---

    /// Takes the next temporary.
    pub fn alloc(&mut self) -> u16 {
        let register = self.top;
        self.reserve(register);
        register
    }

    /// Takes the next `count` temporaries; the first of them.
    pub fn alloc_block(&mut self, count: u16) -> u16 {
        let first = self.top;
        for _ in 0..count {
            self.alloc();
        }
        first
    }

    /// Makes sure that temporary `register` is taken.
    pub fn reserve(&mut self, register: u16) {
        if register >= self.top {
            if register >= MAX_REGISTERS {
                self.overflow = true;
                return;
            }
            self.top = register + 1;
        }
        self.max = self.max.max(self.top);
    }

    /// Whether `register` is a temporary.
    #[must_use]
    pub fn is_temp(&self, register: u16) -> bool {
        register >= self.temp_base
    }

    // --- labels ---

    /// A label not placed yet.
    pub fn label(&mut self) -> Label {
        self.labels.push(LabelInfo::default());
        Label(self.labels.len() as u32 - 1)
    }

    fn note_jump(&mut self, label: Label) {
        let info = &mut self.labels[label.0 as usize];
        let assigned = self.assigned;
        info.assigned = Some(info.assigned.map_or(assigned, |other| other.and(assigned)));
    }

    /// Places a label that is jumped to forward. Control is there if it is here, or if something jumps to it.
    pub fn place(&mut self, label: Label) {
        let at = self.instrs.len() as u32;
        let info = &mut self.labels[label.0 as usize];
        info.at = Some(at);
        match (info.assigned, self.reachable) {
            (Some(assigned), true) => self.assigned = self.assigned.and(assigned),
            (Some(assigned), false) => {
                self.assigned = assigned;
                self.reachable = true;
            }
            (None, _) => {}
        }
    }

    /// Places the head of a loop: what the loop may unbind counts as unbound.
    pub fn place_loop(&mut self, label: Label) {
        self.labels[label.0 as usize].at = Some(self.instrs.len() as u32);
        self.assigned = self.assigned.without(self.deleted);
    }

    // --- handlers ---

    /// Begins a region whose exceptions go to `label`, with the exception in `reg`. Returns what to give `leave`.
    pub fn enter(&mut self, label: Label, reg: u16) -> Option<HandlerId> {
        let outer = self.handler;
        let assigned = self.assigned.without(self.deleted);
        self.handlers.push(HandlerInfo { label, reg, assigned, used: false });
        self.handler = Some(HandlerId(self.handlers.len() as u32 - 1));
        outer
    }

    /// Places the label of handler `id`, which is reachable if its region has any code.
    pub fn place_handler(&mut self, id: HandlerId) {
        let info = self.handlers[id.0 as usize];
        self.labels[info.label.0 as usize].at = Some(self.instrs.len() as u32);
        self.reachable = info.used;
        self.assigned = info.assigned;
    }

    // --- instructions ---

    /// Emits an instruction without aux or jump.
    pub fn emit(&mut self, op: Op, a: u16, b: u16, c: u16) {
        self.push(op, a, b, c, 0, None);
    }

    /// Emits an instruction with an aux operand.
    pub fn emit_aux(&mut self, op: Op, a: u16, b: u16, c: u16, aux: u32) {
        self.push(op, a, b, c, aux, None);
    }

    /// Emits an instruction with a jump target, wherever the opcode keeps it.
    pub fn emit_jump(&mut self, op: Op, a: u16, b: u16, c: u16, label: Label) {
        if self.reachable {
            self.note_jump(label);
        }
        self.push(op, a, b, c, 0, Some(label));
        if matches!(op, Op::JUMP | Op::JUMP_BACKWARD | Op::JUMP_BACKWARD_NO_INTERRUPT) {
            self.reachable = false;
        }
    }

    fn push(&mut self, op: Op, a: u16, b: u16, c: u16, aux: u32, label: Option<Label>) {
        if !self.reachable {
            return;
        }
        let operands = [a, b, c];
        let mut live = self.top;
        for (operand, &value) in op.info().operands.iter().zip(&operands) {
            let end = read_end(op, *operand, value, &operands);
            live = live.max(end);
            self.max = self.max.max(end).max(written_end(op, *operand, value, c));
        }
        if let Some(handler) = self.handler {
            self.handlers[handler.0 as usize].used = true;
        }
        self.instrs.push(Instr { op, a, b, c, aux, label, span: self.span, live, handler: self.handler });
        if matches!(op, Op::RETURN_VALUE | Op::RERAISE | Op::RAISE_VARARGS) {
            self.reachable = false;
        }
    }

    /// Copies a value into a register.
    pub fn move_to(&mut self, dst: u16, value: Val) {
        match value {
            Val::Reg(register) if register == dst => {}
            Val::Reg(register) => self.emit(Op::LOAD_FAST, dst, register, 0),
            Val::Const(index) => self.emit(Op::LOAD_CONST, dst, index, 0),
        }
    }

    /// Index of a constant, for a `K` operand.
    pub fn constant(&mut self, value: &crate::code_unit::Const) -> u16 {
        self.consts.add(value) as u16
    }

    /// Index of a name, for a `K` operand.
    pub fn name(&mut self, name: &str) -> u16 {
        self.consts.add_str(name) as u16
    }

    /// A constant as an operand; through a new temporary if its index is too large.
    pub fn constant_val(&mut self, value: &crate::code_unit::Const) -> Val {
        let index = self.consts.add(value);
        if index < MAX_RK {
            return Val::Const(index as u16);
        }
        let register = self.alloc();
        self.emit(Op::LOAD_CONST, register, index as u16, 0);
        Val::Reg(register)
    }

    /// Fixes offsets and builds the tables.
    ///
    /// # Errors
    /// When the unit needs more registers, constants or code than operands can name.
    pub fn assemble(mut self, source: &Source<'_>) -> Result<(Assembled, ConstTable), AssembleError> {
        if self.overflow || self.max >= MAX_REGISTERS {
            return Err(AssembleError::Registers);
        }
        self.thread_jumps();
        self.settle_places(source);
        let mut offsets = Vec::with_capacity(self.instrs.len() + 1);
        let mut offset = 0_u32;
        for instr in &self.instrs {
            offsets.push(offset);
            offset += instr.op.words() as u32;
            if offset > i32::MAX as u32 / 2 {
                return Err(AssembleError::Code);
            }
        }
        offsets.push(offset);
        let mut words = Vec::with_capacity(offset as usize);
        let mut positions = Vec::with_capacity(self.instrs.len());
        let mut handlers: Vec<Handler> = Vec::new();
        let mut lines = LineCache::default();
        for (index, instr) in self.instrs.iter().enumerate() {
            let start = offsets[index];
            let end = offsets[index + 1];
            let jump = instr.label.map_or(0, |label| {
                let at = self.labels[label.0 as usize].at.unwrap_or(index as u32);
                offsets[at as usize] as i32 - end as i32
            });
            let info = instr.op.info();
            let word = match (instr.label, info.aux) {
                (Some(_), Aux::Jump) | (None, _) => instr.op.encode(instr.a, instr.b, instr.c),
                (Some(_), _) => instr.op.encode_jump(instr.a, jump),
            };
            words.push(word);
            if info.cache > 0 {
                let aux = if info.aux == Aux::Jump { jump as u32 } else { instr.aux };
                words.push(u64::from(aux) << 16);
                words.resize(words.len() + usize::from(info.cache) - 1, 0);
            }
            let ((line, col), (end_line, end_col)) = if places::is_nowhere(instr.span) {
                ((0, 0), (0, 0))
            } else {
                (lines.position(source, instr.span.start), lines.position(source, instr.span.end))
            };
            positions.push(Position { word: start, line, end_line, col, end_col, live: instr.live });
            if let Some(HandlerId(handler)) = instr.handler {
                let info = self.handlers[handler as usize];
                let target = offsets[self.labels[info.label.0 as usize].at.unwrap_or(0) as usize];
                match handlers.last_mut() {
                    Some(last) if last.end == start && last.target == target && last.reg == info.reg => {
                        last.end = end
                    }
                    _ => handlers.push(Handler { start, end, target, reg: info.reg }),
                }
            }
        }
        let consts = self.consts;
        if consts.len() > MAX_CONSTANTS {
            return Err(AssembleError::Constants);
        }
        Ok((Assembled { words, positions, handlers, nregs: self.max }, consts))
    }

    /// Sends jumps to an unconditional forward jump on to where that one goes.
    fn thread_jumps(&mut self) {
        for index in 0..self.instrs.len() {
            let Some(mut label) = self.instrs[index].label else { continue };
            // Bounded: forward jumps cannot form a cycle, but a limit is cheaper than an argument.
            for _ in 0..8 {
                let Some(at) = self.labels[label.0 as usize].at else { break };
                match self.instrs.get(at as usize) {
                    Some(next) if next.op == Op::JUMP && at as usize > index => match next.label {
                        Some(onward) => label = onward,
                        None => break,
                    },
                    _ => break,
                }
            }
            self.instrs[index].label = Some(label);
        }
    }
}

/// One past the last register that an operand reads; 0 if it reads none.
pub fn read_end(op: Op, kind: Operand, value: u16, operands: &[u16; 3]) -> u16 {
    match kind {
        Operand::Src | Operand::Acc if value != NO_OPERAND => value.saturating_add(1),
        Operand::Rk if value & RK_CONST == 0 => value + 1,
        Operand::Base => value.saturating_add(block_len(op, operands)),
        _ => 0,
    }
}

/// Length of the block of registers that `op` reads.
fn block_len(op: Op, operands: &[u16; 3]) -> u16 {
    match op.info().base {
        Op::CALL | Op::CALL_KW => operands[1].saturating_add(2),
        Op::CALL_FUNCTION_EX => 4,
        Op::LOAD_SUPER_ATTR | Op::LOAD_SUPER_METHOD | Op::MATCH_CLASS => 3,
        Op::BUILD_TUPLE | Op::BUILD_LIST | Op::BUILD_SET | Op::BUILD_STRING | Op::BUILD_SLICE => operands[2],
        Op::BUILD_MAP => operands[2].saturating_mul(2),
        _ => 2,
    }
}

/// One past the last register that an operand writes; 0 if it writes none.
pub fn written_end(op: Op, kind: Operand, value: u16, c: u16) -> u16 {
    match kind {
        Operand::Dst if op.info().base == Op::LOAD_GLOBAL => value.saturating_add(1 + c),
        Operand::Dst | Operand::Acc => value.saturating_add(1),
        Operand::DstBase => value.saturating_add(match op.info().base {
            Op::UNPACK_SEQUENCE => c,
            Op::UNPACK_EX => (c & 255) + (c >> 8) + 1,
            _ => 2,
        }),
        _ => 0,
    }
}

/// Remembers the last line looked up: neighbours are mostly on it.
#[derive(Default)]
struct LineCache {
    line: u32,
    start: u32,
    end: u32,
}

impl LineCache {
    fn position(&mut self, source: &Source<'_>, offset: u32) -> (u32, u32) {
        if offset < self.start || offset >= self.end {
            let (line, col) = source.position(offset);
            self.line = line;
            self.start = offset - col;
            self.end = self.start + source.line(line).len() as u32;
        }
        (self.line, offset - self.start)
    }
}
