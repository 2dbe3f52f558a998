//! f-strings and t-strings.

use super::{Compiler, Result};
use crate::assemble::Val;
use crate::ast::*;
use crate::opcodes::{Intrinsic, Op};

/// Pieces concatenated at once.
const MAX_PIECES: usize = 64;

fn join(a: &Const, b: &Const) -> Const {
    let points = |value: &Const| -> Vec<u32> {
        match value {
            Const::Str(string) => string.chars().map(u32::from).collect(),
            Const::StrSurrogates(points) => points.to_vec(),
            _ => Vec::new(),
        }
    };
    match (a, b) {
        (Const::Str(a), Const::Str(b)) => Const::Str(format!("{a}{b}").into()),
        _ => Const::StrSurrogates([points(a), points(b)].concat().into()),
    }
}

fn is_empty(value: &Const) -> bool {
    matches!(value, Const::Str(string) if string.is_empty())
}

/// A piece of an f-string after neighbouring literals were joined.
enum Piece<'a> {
    Literal(Const),
    Field(&'a Field),
}

fn pieces(parts: &[StringPart]) -> Vec<Piece<'_>> {
    let mut pieces: Vec<Piece<'_>> = Vec::with_capacity(parts.len());
    for part in parts {
        match (part, pieces.last_mut()) {
            (StringPart::Literal(value), _) if is_empty(value) => {}
            (StringPart::Literal(value), Some(Piece::Literal(last))) => *last = join(last, value),
            (StringPart::Literal(value), _) => pieces.push(Piece::Literal(value.clone())),
            (StringPart::Field(field), _) => pieces.push(Piece::Field(field)),
        }
    }
    pieces
}

impl<'a> Compiler<'a> {
    pub(super) fn fstring(&mut self, parts: &'a [StringPart], dst: u16) -> Result {
        let pieces = pieces(parts);
        match pieces.as_slice() {
            [] => {
                let empty = self.unit.code.constant(&Const::Str("".into()));
                self.unit.code.emit(Op::LOAD_CONST, dst, empty, 0);
            }
            [piece] => self.piece(piece, dst)?,
            _ if pieces.len() <= MAX_PIECES => {
                let first = self.unit.code.top;
                for piece in &pieces {
                    let register = self.unit.code.top;
                    self.piece(piece, register)?;
                    self.unit.code.top = register;
                    self.unit.code.reserve(register);
                }
                self.unit.code.emit(Op::BUILD_STRING, dst, first, pieces.len() as u16);
            }
            _ => {
                // Long ones go through a list: `"".join([…])`.
                let block = self.unit.code.alloc_block(2);
                let list = self.unit.code.alloc();
                self.unit.code.emit(Op::BUILD_LIST, list, list + 1, 0);
                for piece in &pieces {
                    let register = self.unit.code.top;
                    self.piece(piece, register)?;
                    self.unit.code.top = register;
                    self.unit.code.emit(Op::LIST_APPEND, list, register, 0);
                }
                let empty = self.push_const(&Const::Str("".into()));
                let name = self.unit.code.name("join");
                self.unit.code.emit(Op::LOAD_METHOD, block, empty, name);
                self.unit.code.top = list + 1;
                self.unit.code.emit(Op::CALL, block, 1, dst);
            }
        }
        Ok(())
    }

    fn piece(&mut self, piece: &Piece<'a>, dst: u16) -> Result {
        match piece {
            Piece::Literal(value) => {
                let index = self.unit.code.constant(value);
                self.unit.code.emit(Op::LOAD_CONST, dst, index, 0);
                Ok(())
            }
            Piece::Field(field) => {
                let outer = std::mem::replace(&mut self.unit.code.span, field.span);
                self.field(field, dst)?;
                self.unit.code.span = outer;
                Ok(())
            }
        }
    }

    fn field(&mut self, field: &'a Field, dst: u16) -> Result {
        let mut value = self.value(&field.value)?;
        if field.conversion != 0 {
            let converted = if field.spec.is_none() { dst } else { self.unit.code.alloc() };
            self.unit.code.emit(Op::CONVERT_VALUE, converted, value.rk(), u16::from(field.conversion));
            if field.spec.is_none() {
                // A conversion may return a subclass of str: it is formatted all the same.
                self.unit.code.emit(Op::FORMAT_SIMPLE, dst, converted, 0);
                return Ok(());
            }
            value = Val::Reg(converted);
        }
        match &field.spec {
            None => self.unit.code.emit(Op::FORMAT_SIMPLE, dst, value.rk(), 0),
            Some(spec) => {
                if let Val::Reg(register) = value
                    && spec.iter().any(|part| match part {
                        StringPart::Field(inner) => self.may_rebind(register, &[&inner.value]),
                        StringPart::Literal(_) => false,
                    })
                {
                    value = Val::Reg(self.push_val(value));
                }
                let register = self.unit.code.alloc();
                self.fstring(spec, register)?;
                self.unit.code.emit(Op::FORMAT_WITH_SPEC, dst, value.rk(), register);
            }
        }
        Ok(())
    }

    /// A template: its strings and its interpolations, each `(value, text, conversion, spec)`.
    pub(super) fn tstring(&mut self, parts: &'a [StringPart], dst: u16) -> Result {
        let mut strings = vec![Const::Str("".into())];
        let pair = self.unit.code.alloc_block(2);
        let list = self.unit.code.alloc();
        self.unit.code.emit(Op::BUILD_LIST, list, list + 1, 0);
        for piece in pieces(parts) {
            match piece {
                Piece::Literal(value) => {
                    if let Some(last) = strings.last_mut() {
                        *last = join(last, &value);
                    }
                }
                Piece::Field(field) => {
                    strings.push(Const::Str("".into()));
                    let mark = self.unit.code.top;
                    self.push(&field.value)?;
                    self.push_const(&Const::Str(field.text.as_ref().into()));
                    self.push_const(&match field.conversion {
                        0 => Const::None,
                        1 => Const::Str("s".into()),
                        2 => Const::Str("r".into()),
                        _ => Const::Str("a".into()),
                    });
                    let spec = self.unit.code.alloc();
                    self.fstring(field.spec.as_deref().unwrap_or(&[]), spec)?;
                    self.unit.code.top = spec + 1;
                    self.unit.code.emit(Op::BUILD_TUPLE, mark, mark, 4);
                    self.unit.code.emit(Op::LIST_APPEND, list, mark, 0);
                    self.unit.code.top = mark;
                }
            }
        }
        let strings = self.unit.code.constant(&Const::Tuple(strings.into()));
        self.unit.code.emit(Op::LOAD_CONST, pair, strings, 0);
        self.unit.code.emit(Op::LIST_TO_TUPLE, pair + 1, list, 0);
        self.unit.code.emit(Op::BUILD_TUPLE, pair, pair, 2);
        self.unit.code.emit(Op::CALL_INTRINSIC, dst, pair, Intrinsic::Template as u16);
        Ok(())
    }
}
