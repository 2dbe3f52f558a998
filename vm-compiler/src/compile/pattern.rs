//! `match`.
//!
//! A pattern's captures are kept in temporaries and bound together once the whole pattern has matched.

use super::{Compiler, Result};
use crate::assemble::{Label, Val};
use crate::ast::*;
use crate::opcodes::{COMPARE_JUMP_IF_TRUE, CmpOp, Op};

/// Where each captured name waits.
type Slots<'a> = Vec<(&'a Name, u16)>;

impl<'a> Compiler<'a> {
    pub(super) fn match_stmt(&mut self, subject: &'a Expr, cases: &'a [MatchCase]) -> Result {
        let mark = self.unit.code.top;
        let value = self.push(subject)?;
        let end = self.unit.code.label();
        for (index, case) in cases.iter().enumerate() {
            if index + 1 < cases.len() && case.guard.is_none() {
                self.check_refutable(&case.pattern)?;
            }
            let held = self.unit.code.top;
            let fail = self.unit.code.label();
            let mut slots: Slots<'a> = Vec::new();
            self.collect(&case.pattern, &mut slots)?;
            for slot in &mut slots {
                slot.1 = self.unit.code.alloc();
            }
            self.mark_line(case.pattern.span);
            self.at(case.pattern.span, |this| this.pattern(&case.pattern, value, fail, &slots))?;
            for (name, slot) in &slots {
                self.at(case.pattern.span, |this| this.store_name(name, Val::Reg(*slot)));
            }
            self.unit.code.top = held;
            if let Some(guard) = &case.guard {
                self.jump_if(guard, fail, false)?;
            }
            self.body(&case.body)?;
            self.jump_here(Op::JUMP, end);
            self.unit.code.place(fail);
        }
        self.unit.code.place(end);
        self.unit.code.top = mark;
        Ok(())
    }

    fn check_refutable(&self, pattern: &Pattern) -> Result {
        match &pattern.kind {
            PatternKind::As { pattern: None, name: None } => {
                self.error("wildcard makes remaining patterns unreachable", pattern.span)
            }
            PatternKind::As { pattern: None, name: Some(name) } => {
                let message = format!("name capture '{}' makes remaining patterns unreachable", name.name);
                self.error(message, pattern.span)
            }
            PatternKind::As { pattern: Some(inner), .. } => self.check_refutable(inner),
            PatternKind::Or(alternatives) => {
                alternatives.iter().try_for_each(|inner| self.check_refutable(inner))
            }
            _ => Ok(()),
        }
    }

    /// The names that `pattern` captures, in order.
    fn collect(&self, pattern: &'a Pattern, slots: &mut Slots<'a>) -> Result {
        let add = |name: &'a Ident, slots: &mut Slots<'a>| {
            if slots.iter().any(|(other, _)| **other == name.name) {
                return self
                    .error(format!("multiple assignments to name '{}' in pattern", name.name), name.span);
            }
            slots.push((&name.name, 0));
            Ok(())
        };
        match &pattern.kind {
            PatternKind::Value(_) | PatternKind::Singleton(_) => Ok(()),
            PatternKind::Sequence(patterns) => {
                if patterns.iter().filter(|pattern| matches!(pattern.kind, PatternKind::Star(_))).count() > 1
                {
                    return self.error("multiple starred expressions in sequence pattern", pattern.span);
                }
                patterns.iter().try_for_each(|pattern| self.collect(pattern, slots))
            }
            PatternKind::Mapping { patterns, rest, .. } => {
                patterns.iter().try_for_each(|pattern| self.collect(pattern, slots))?;
                rest.as_ref().map_or(Ok(()), |rest| add(rest, slots))
            }
            PatternKind::Class { patterns, keywords, .. } => {
                for (index, (name, _)) in keywords.iter().enumerate() {
                    if keywords[..index].iter().any(|(other, _)| other.name == name.name) {
                        let message = format!("attribute name repeated in class pattern: {}", name.name);
                        return self.error(message, name.span);
                    }
                }
                patterns.iter().try_for_each(|pattern| self.collect(pattern, slots))?;
                keywords.iter().try_for_each(|(_, pattern)| self.collect(pattern, slots))
            }
            PatternKind::Star(name) => name.as_ref().map_or(Ok(()), |name| add(name, slots)),
            PatternKind::As { pattern, name } => {
                if let Some(inner) = pattern {
                    self.collect(inner, slots)?;
                }
                name.as_ref().map_or(Ok(()), |name| add(name, slots))
            }
            PatternKind::Or(alternatives) => {
                if let Some((_, others)) = alternatives.split_last() {
                    others.iter().try_for_each(|alternative| self.check_refutable(alternative))?;
                }
                let mut first: Option<Slots<'a>> = None;
                for alternative in alternatives {
                    let mut names = Vec::new();
                    self.collect(alternative, &mut names)?;
                    let mut sorted: Vec<&Name> = names.iter().map(|(name, _)| *name).collect();
                    sorted.sort();
                    match &first {
                        None => first = Some(names),
                        Some(first) => {
                            let mut expected: Vec<&Name> = first.iter().map(|(name, _)| *name).collect();
                            expected.sort();
                            if expected != sorted {
                                return self.error("alternative patterns bind different names", pattern.span);
                            }
                        }
                    }
                }
                for (name, _) in first.unwrap_or_default() {
                    if slots.iter().any(|(other, _)| *other == name) {
                        let message = format!("multiple assignments to name '{name}' in pattern");
                        return self.error(message, pattern.span);
                    }
                    slots.push((name, 0));
                }
                Ok(())
            }
        }
    }

    fn capture(&mut self, name: &Ident, value: u16, slots: &Slots<'a>) {
        if let Some((_, slot)) = slots.iter().find(|(other, _)| **other == name.name) {
            self.unit.code.move_to(*slot, Val::Reg(value));
        }
    }

    /// Jumps to `fail` unless the value in `subject` matches.
    fn pattern(&mut self, pattern: &'a Pattern, subject: u16, fail: Label, slots: &Slots<'a>) -> Result {
        let mark = self.unit.code.top;
        let outer = std::mem::replace(&mut self.unit.code.span, pattern.span);
        match &pattern.kind {
            PatternKind::Value(value) => {
                let value = self.value(value)?;
                self.unit.code.emit_jump(Op::COMPARE_JUMP, CmpOp::Eq as u16, subject, value.rk(), fail);
            }
            PatternKind::Singleton(Const::None) => {
                self.unit.code.emit_jump(Op::JUMP_IF_NOT_NONE, subject, 0, 0, fail);
            }
            PatternKind::Singleton(value) => {
                let value = self.unit.code.constant_val(value);
                self.unit.code.emit(Op::IS_OP, self.unit.code.top, subject, value.rk());
                self.jump_on(self.unit.code.top, fail, false);
            }
            PatternKind::Sequence(patterns) => self.sequence_pattern(patterns, subject, fail, slots)?,
            PatternKind::Mapping { keys, patterns, rest } => {
                self.mapping_pattern(keys, patterns, rest.as_ref(), subject, fail, slots)?;
            }
            PatternKind::Class { class, patterns, keywords } => {
                let block = self.push_val(Val::Reg(subject));
                self.push(class)?;
                let names = keywords.iter().map(|(name, _)| Const::Str(name.name.as_ref().into())).collect();
                self.push_const(&Const::Tuple(names));
                self.unit.code.emit(Op::MATCH_CLASS, block, block, patterns.len() as u16);
                self.unit.code.top = block + 1;
                self.unit.code.emit_jump(Op::JUMP_IF_NONE, block, 0, 0, fail);
                let all: Vec<&'a Pattern> =
                    patterns.iter().chain(keywords.iter().map(|(_, pattern)| pattern)).collect();
                self.unpack_patterns(&all, block, fail, slots)?;
            }
            PatternKind::Star(name) => {
                if let Some(name) = name {
                    self.capture(name, subject, slots);
                }
            }
            PatternKind::As { pattern, name } => {
                if let Some(inner) = pattern {
                    self.pattern(inner, subject, fail, slots)?;
                }
                if let Some(name) = name {
                    self.capture(name, subject, slots);
                }
            }
            PatternKind::Or(alternatives) => {
                let matched = self.unit.code.label();
                let Some((last, others)) = alternatives.split_last() else { return Ok(()) };
                for alternative in others {
                    let next = self.unit.code.label();
                    self.pattern(alternative, subject, next, slots)?;
                    self.unit.code.emit_jump(Op::JUMP, 0, 0, 0, matched);
                    self.unit.code.place(next);
                }
                self.pattern(last, subject, fail, slots)?;
                self.unit.code.place(matched);
            }
        }
        self.unit.code.span = outer;
        self.unit.code.top = mark;
        Ok(())
    }

    /// Unpacks the tuple in `source` and matches its items.
    fn unpack_patterns(
        &mut self,
        patterns: &[&'a Pattern],
        source: u16,
        fail: Label,
        slots: &Slots<'a>,
    ) -> Result {
        if patterns.iter().all(|pattern| is_wildcard(pattern)) {
            return Ok(());
        }
        let first = self.unit.code.alloc_block(patterns.len() as u16);
        self.unit.code.emit(Op::UNPACK_SEQUENCE, first, source, patterns.len() as u16);
        for (index, pattern) in patterns.iter().enumerate() {
            self.pattern(pattern, first + index as u16, fail, slots)?;
        }
        Ok(())
    }

    fn check_length(&mut self, subject: u16, op: CmpOp, length: usize, fail: Label) {
        let mark = self.unit.code.top;
        let register = self.unit.code.alloc();
        self.unit.code.emit(Op::GET_LEN, register, subject, 0);
        let length = self.unit.code.constant_val(&Const::Int(length as i64));
        let a = op as u16;
        debug_assert!(a & COMPARE_JUMP_IF_TRUE == 0);
        self.unit.code.emit_jump(Op::COMPARE_JUMP, a, register, length.rk(), fail);
        self.unit.code.top = mark;
    }

    fn sequence_pattern(
        &mut self,
        patterns: &'a [Pattern],
        subject: u16,
        fail: Label,
        slots: &Slots<'a>,
    ) -> Result {
        let is_sequence = self.unit.code.top;
        self.unit.code.emit(Op::MATCH_SEQUENCE, is_sequence, subject, 0);
        self.jump_on(is_sequence, fail, false);
        let star = patterns.iter().position(|pattern| matches!(pattern.kind, PatternKind::Star(_)));
        let Some(star) = star else {
            self.check_length(subject, CmpOp::Eq, patterns.len(), fail);
            let all: Vec<&'a Pattern> = patterns.iter().collect();
            return self.unpack_patterns(&all, subject, fail, slots);
        };
        if patterns.len() > 1 {
            self.check_length(subject, CmpOp::Ge, patterns.len() - 1, fail);
        }
        if patterns.iter().all(is_wildcard) {
            return Ok(());
        }
        let after = patterns.len() - star - 1;
        if star > 255 || after > 255 {
            return self
                .error("too many expressions in star-unpacking sequence pattern", patterns[star].span);
        }
        let first = self.unit.code.alloc_block(patterns.len() as u16);
        self.unit.code.emit(Op::UNPACK_EX, first, subject, star as u16 | (after as u16) << 8);
        for (index, pattern) in patterns.iter().enumerate() {
            self.pattern(pattern, first + index as u16, fail, slots)?;
        }
        Ok(())
    }

    fn mapping_pattern(
        &mut self,
        keys: &'a [Expr],
        patterns: &'a [Pattern],
        rest: Option<&'a Ident>,
        subject: u16,
        fail: Label,
        slots: &Slots<'a>,
    ) -> Result {
        let is_mapping = self.unit.code.top;
        self.unit.code.emit(Op::MATCH_MAPPING, is_mapping, subject, 0);
        self.jump_on(is_mapping, fail, false);
        for (index, key) in keys.iter().enumerate() {
            if let Some(constant) = self.constant_of(key)
                && keys[..index].iter().any(|other| self.constant_of(other).as_ref() == Some(&constant))
            {
                let text = self.source.slice(key.span);
                return self.error(format!("mapping pattern checks duplicate key ({text})"), key.span);
            }
        }
        let tuple = self.unit.code.top;
        if !keys.is_empty() {
            self.check_length(subject, CmpOp::Ge, keys.len(), fail);
            self.tuple_of(keys, tuple)?;
            self.unit.code.top = tuple;
            self.unit.code.reserve(tuple);
            let values = self.unit.code.alloc();
            self.unit.code.emit(Op::MATCH_KEYS, values, subject, tuple);
            self.unit.code.emit_jump(Op::JUMP_IF_NONE, values, 0, 0, fail);
            let all: Vec<&'a Pattern> = patterns.iter().collect();
            self.unpack_patterns(&all, values, fail, slots)?;
        }
        if let Some(rest) = rest {
            let dict = self.unit.code.alloc();
            self.unit.code.emit(Op::BUILD_MAP, dict, dict, 0);
            self.unit.code.emit(Op::DICT_UPDATE, dict, subject, 0);
            if !keys.is_empty() {
                let first = self.unit.code.alloc_block(keys.len() as u16);
                self.unit.code.emit(Op::UNPACK_SEQUENCE, first, tuple, keys.len() as u16);
                for key in first..first + keys.len() as u16 {
                    self.unit.code.emit(Op::DELETE_SUBSCR, dict, key, 0);
                }
            }
            self.capture(rest, dict, slots);
        }
        Ok(())
    }
}

fn is_wildcard(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::As { pattern: None, name: None } | PatternKind::Star(None))
}
