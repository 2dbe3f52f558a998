//! Source places of instructions that the source does not show, as CPython has them: a debugger that stops at each new line
//! must not see a jump back to a `try` or `if` that has just been left.
//!
//! * A jump or return [`HERE`] takes the place of whatever leads to it. An exit that several ways lead to is copied for each of them.
//! * A NOP stands for a line without code of its own (`pass`, `try:`, `while True:`); where a neighbour has the line, it goes.

use super::{Emitter, Instr, LabelInfo, LineCache};
use crate::assemble::Label;
use crate::ast::Span;
use crate::opcodes::{COMPARE_JUMP_IF_TRUE, Op};
use crate::source::Source;

/// The place of what comes before.
pub const HERE: Span = Span { start: u32::MAX, end: u32::MAX };
/// No place at all: line `None`.
pub const NOWHERE: Span = Span { start: u32::MAX - 1, end: u32::MAX - 1 };

fn is_here(span: Span) -> bool {
    span.start == HERE.start
}

/// Whether `span` is no place of the source.
pub fn is_nowhere(span: Span) -> bool {
    span.start >= NOWHERE.start
}

/// Control does not go on to the next instruction.
fn ends(op: Op) -> bool {
    matches!(
        op,
        Op::JUMP
            | Op::JUMP_BACKWARD
            | Op::JUMP_BACKWARD_NO_INTERRUPT
            | Op::RETURN_VALUE
            | Op::RERAISE
            | Op::RAISE_VARARGS
    )
}

/// The conditional jump with the opposite condition: opcode and operand A.
fn inverted(instr: &Instr) -> Option<(Op, u16)> {
    match instr.op {
        Op::JUMP_IF_TRUE => Some((Op::JUMP_IF_FALSE, instr.a)),
        Op::JUMP_IF_FALSE => Some((Op::JUMP_IF_TRUE, instr.a)),
        Op::JUMP_IF_NONE => Some((Op::JUMP_IF_NOT_NONE, instr.a)),
        Op::JUMP_IF_NOT_NONE => Some((Op::JUMP_IF_NONE, instr.a)),
        Op::COMPARE_JUMP => Some((Op::COMPARE_JUMP, instr.a ^ COMPARE_JUMP_IF_TRUE)),
        _ => None,
    }
}

impl Emitter {
    /// Copies exits, removes superfluous NOPs, and gives every instruction its place.
    pub(super) fn settle_places(&mut self, source: &Source<'_>) {
        let follow = self.copy_exits();
        self.splice(&follow);
        self.resolve_here();
        self.drop_nops(source);
    }

    fn target(&self, instr: &Instr) -> Option<usize> {
        self.labels[instr.label?.0 as usize].at.map(|at| at as usize)
    }

    fn falls_into(&self, index: usize) -> bool {
        index > 0 && !ends(self.instrs[index - 1].op)
    }

    /// Replaces jumps to an exit that has no place by copies of it. Returns what is to follow an instruction: copies of backward
    /// jumps, after a conditional jump that now skips them.
    fn copy_exits(&mut self) -> Vec<(usize, Instr)> {
        let mut follow = Vec::new();
        let is_exit =
            |instr: &Instr| is_here(instr.span) && matches!(instr.op, Op::RETURN_VALUE | Op::JUMP_BACKWARD);
        let mut jumps: Vec<(usize, usize)> = (0..self.instrs.len())
            .filter_map(|jump| Some((self.target(&self.instrs[jump])?, jump)))
            .filter(|&(exit, _)| self.instrs.get(exit).is_some_and(is_exit))
            .collect();
        jumps.sort_unstable();
        for jumps in jumps.chunk_by(|a, b| a.0 == b.0) {
            let exit = jumps[0].0;
            let copy = self.instrs[exit];
            // The only way there: it lends its place. A loop is gone on with right after the condition even so, as in CPython.
            let only = jumps.len() + usize::from(self.falls_into(exit)) < 2;
            if only && (copy.op != Op::JUMP_BACKWARD || inverted(&self.instrs[jumps[0].1]).is_none()) {
                continue;
            }
            for &(_, jump) in jumps {
                let from = self.instrs[jump];
                let copy = Instr { span: from.span, ..copy };
                if from.op == Op::JUMP {
                    self.instrs[jump] = copy;
                } else if copy.op == Op::JUMP_BACKWARD
                    && let Some((op, a)) = inverted(&from)
                {
                    self.instrs[jump] = Instr { op, a, ..from };
                    follow.push((jump, copy));
                } else {
                    let at = self.instrs.len() as u32;
                    self.labels.push(LabelInfo { at: Some(at), assigned: None });
                    self.instrs[jump].label = Some(Label(self.labels.len() as u32 - 1));
                    self.instrs.push(copy);
                }
            }
        }
        follow.sort_by_key(|(index, _)| *index);
        follow
    }

    /// Inserts `follow` after the instructions that it names, which jump over it; removes exits that nothing leads to any more.
    fn splice(&mut self, follow: &[(usize, Instr)]) {
        let mut reached = vec![false; self.instrs.len() + 1];
        for instr in &self.instrs {
            if let Some(at) = self.target(instr) {
                reached[at] = true;
            }
        }
        for info in &self.handlers {
            if let Some(at) = self.labels[info.label.0 as usize].at {
                reached[at as usize] = true;
            }
        }
        let old = std::mem::take(&mut self.instrs);
        let mut at = Vec::with_capacity(old.len() + 1);
        let mut inserts = follow.iter().peekable();
        let mut over = Vec::new();
        for (index, mut instr) in old.iter().copied().enumerate() {
            at.push(self.instrs.len() as u32);
            let dead = is_here(instr.span)
                && ends(instr.op)
                && !reached[index]
                && self.instrs.last().is_some_and(|last| ends(last.op));
            if dead {
                continue;
            }
            match inserts.next_if(|(i, _)| *i == index) {
                Some((_, copy)) => {
                    self.labels.push(LabelInfo::default());
                    let label = Label(self.labels.len() as u32 - 1);
                    instr.label = Some(label);
                    self.instrs.push(instr);
                    self.instrs.push(*copy);
                    over.push((label, self.instrs.len() as u32));
                }
                None => self.instrs.push(instr),
            }
        }
        at.push(self.instrs.len() as u32);
        self.move_labels(&at);
        for (label, to) in over {
            self.labels[label.0 as usize].at = Some(to);
        }
    }

    /// Labels follow their instructions: the one that was at `i` is at `at[i]`.
    fn move_labels(&mut self, at: &[u32]) {
        for label in &mut self.labels {
            if let Some(old) = label.at {
                label.at = at.get(old as usize).copied();
            }
        }
    }

    fn resolve_here(&mut self) {
        let mut lent: Vec<Option<Span>> = vec![None; self.instrs.len() + 1];
        let mut span = self.instrs.first().map_or(NOWHERE, |first| first.span);
        for index in 0..self.instrs.len() {
            if is_here(self.instrs[index].span) {
                let from = if self.falls_into(index) { Some(span) } else { lent[index] };
                self.instrs[index].span = from.unwrap_or(NOWHERE);
            }
            span = self.instrs[index].span;
            if let Some(at) = self.target(&self.instrs[index]) {
                lent[at].get_or_insert(span);
            }
        }
    }

    fn drop_nops(&mut self, source: &Source<'_>) {
        if self.instrs.iter().all(|instr| instr.op != Op::NOP) {
            return;
        }
        let mut cache = LineCache::default();
        let mut line = |span: Span| if is_nowhere(span) { 0 } else { cache.position(source, span.start).0 };
        let lines: Vec<u32> = self.instrs.iter().map(|instr| line(instr.span)).collect();
        // The line from which jumps come to an instruction, if it is one.
        let mut jumps: Vec<Option<u32>> = vec![None; self.instrs.len() + 1];
        for (instr, &line) in self.instrs.iter().zip(&lines) {
            if let Some(at) = self.target(instr) {
                jumps[at] = Some(jumps[at].map_or(line, |other| if other == line { line } else { u32::MAX }));
            }
        }
        let old = std::mem::take(&mut self.instrs);
        let mut at = Vec::with_capacity(old.len() + 1);
        let mut before = None;
        for (index, instr) in old.iter().enumerate() {
            at.push(self.instrs.len() as u32);
            let here = Some(lines[index]);
            // Unreachable ways in do not count, and there is one at least.
            let from_here =
                (before.is_none() || before == here) && (jumps[index].is_none() || jumps[index] == here);
            let superfluous = instr.op == Op::NOP && (from_here || lines.get(index + 1).copied() == here);
            if !superfluous {
                self.instrs.push(*instr);
                before = if ends(instr.op) { None } else { here };
            }
        }
        at.push(self.instrs.len() as u32);
        self.move_labels(&at);
    }
}
