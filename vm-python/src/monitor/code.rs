//! Where events can fire in a code object.

use vm_compiler::{Op, opcodes::Aux, opcodes::event};
use vm_core::{
    code::{CodeCopies, OPCODE_MASK},
    frame_state::Position,
    instrument::{CodeInstruments, Instrumented, Role},
    isa::EventSet,
    sync::Ordering,
};

use crate::object::{code::CodeBody, frame::Frame};

/// Marks, in a running frame's `word`, that the rest is the line of the last instruction that began one.
const LINE_MARK: u32 = 1 << 31;

/// The mark of a line.
pub(crate) fn mark_of(line: u32) -> Position {
    Position::new(LINE_MARK | line)
}

/// Marks, beside a line, that a jump by a debugger leads there: it is no news.
const JUMPED: u32 = 1 << 30;

/// The mark of a line that a debugger jumps to.
pub(crate) fn mark_of_jump(line: u32) -> Position {
    Position::new(LINE_MARK | JUMPED | line)
}

/// Whether a RESUME is the start of its function, after which any line is a new one.
pub(crate) fn is_start(w: u64) -> bool {
    w >> 16 & 0xFFFF == 0
}

/// The mark of the line that a frame is on; 0 at its start.
pub(crate) fn line_mark(f: &Frame) -> Position {
    let word = f.current_word();
    let (op, w) = f.code.body().op_at(word);
    let at_resume = op == Op::RESUME && is_start(w);
    match f.code.position(word) {
        Some(p) if !at_resume => mark_of(p.line),
        _ => Position::new(0),
    }
}

impl CodeBody {
    pub(crate) fn op_at(&self, word: u32) -> (Op, u64) {
        let w = self.copies.main().get(word as usize).map_or(0, |w| w.load(Ordering::Relaxed));
        (Op::from_u16((w & OPCODE_MASK) as u16).unwrap_or(Op::NOP).info().base, w)
    }

    /// Word offsets of the RESUME instructions.
    pub(crate) fn find_resumes(&self) -> Box<[u32]> {
        self.positions.iter().map(|p| p.word).filter(|&w| self.op_at(w).0 == Op::RESUME).collect()
    }

    /// Whether the LOAD_SUPER_ATTR or LOAD_SUPER_METHOD at `word` stands for a `super()` without arguments: then the class is loaded, two
    /// instructions before, from register `cell`.
    pub(crate) fn loads_class_cell(&self, word: u32, cell: u16) -> bool {
        let at = self.positions.partition_point(|p| p.word < word);
        let Some(load) = at.checked_sub(2).and_then(|i| self.positions.get(i)) else { return false };
        let (op, w) = self.op_at(load.word);
        op == Op::LOAD_DEREF && (w >> 32) as u16 == cell
    }

    /// Index of the instruction that a jump at index `at` goes to.
    fn target(&self, at: usize, op: Op, w: u64) -> Option<usize> {
        use vm_compiler::opcodes::Operand;
        let word = self.positions[at].word;
        let info = op.info();
        let offset = if info.aux == Aux::Jump {
            let cache = self.copies.main().get(word as usize + 1)?.load(Ordering::Relaxed);
            (cache >> 16) as i32
        } else if info.operands.contains(&Operand::Jump) {
            (w >> 32) as i32
        } else {
            return None;
        };
        let to = i64::from(word) + op.words() as i64 + i64::from(offset);
        self.positions.binary_search_by_key(&to, |p| i64::from(p.word)).ok()
    }

    /// For each instruction: whether a line begins there, and whether it can also be reached on the same line, so that the frame must tell.
    fn line_starts(&self, first: usize) -> Vec<Option<Role>> {
        let n = self.positions.len();
        // Reached from another line, from the same one.
        let mut from = vec![(false, false); n];
        let note = |from: &mut Vec<(bool, bool)>, to: usize, line: u32| {
            if line == self.positions[to].line {
                from[to].1 = true;
            } else {
                from[to].0 = true;
            }
        };
        for at in first..n {
            let (op, w) = self.op_at(self.positions[at].word);
            let line = if op == Op::RESUME && is_start(w) { 0 } else { self.positions[at].line };
            if let Some(to) = self.target(at, op, w) {
                note(&mut from, to, line);
            }
            if !op.leaves() && at + 1 < n {
                note(&mut from, at + 1, line);
            }
        }
        for h in &self.handlers {
            if let Ok(at) = self.positions.binary_search_by_key(&h.target, |p| p.word) {
                from[at].0 = true;
            }
        }
        let role = |(at, (other, same)): (usize, (bool, bool))| {
            if at < first || self.positions[at].line == 0 || !other {
                None
            } else if same {
                Some(Role::Leads)
            } else {
                Some(Role::Follows)
            }
        };
        from.into_iter().enumerate().map(role).collect()
    }
}

impl Instrumented for CodeBody {
    fn copies(&self) -> &CodeCopies {
        &self.copies
    }
    fn instruments(&self) -> &CodeInstruments {
        &self.instruments
    }
    fn resumes(&self) -> &[u32] {
        &self.resumes
    }
    fn sites(&self, wanted: EventSet, report: &mut dyn FnMut(u32, u8, Role, u32)) {
        // What stands before the first RESUME belongs to the call.
        let Some(&begin) = self.resumes.first() else { return };
        let first = self.positions.partition_point(|p| p.word < begin);
        let wants = |e: u8| wanted >> e & 1 != 0;
        let lines = if wants(event::LINE) { self.line_starts(first) } else { Vec::new() };
        for (at, p) in self.positions.iter().enumerate().skip(first) {
            let (op, w) = self.op_at(p.word);
            let own = op.events((w >> 16) as u16) & wanted;
            for e in 0..event::LOCAL_EVENTS {
                match e {
                    // A frame that starts or goes on notes there which line it is on.
                    event::LINE if !lines.is_empty() && op == Op::RESUME => {
                        report(p.word, e, Role::Follows, p.line)
                    }
                    event::LINE => {
                        if let Some(&Some(role)) = lines.get(at) {
                            report(p.word, e, role, p.line);
                        }
                    }
                    event::INSTRUCTION if wants(e) && op != Op::RESUME => {
                        report(p.word, e, Role::Plain, p.line)
                    }
                    _ if own >> e & 1 != 0 => report(p.word, e, Role::Plain, p.line),
                    _ => {}
                }
            }
        }
    }
}
