//! Constant values: folding, truth, and the constant table of a code object.

use crate::ast::UnaryOp;
use crate::code_unit::Const;
use crate::opcodes::BinOp;
use num_bigint::{BigInt, Sign};
use num_traits::{ToPrimitive, Zero};
use rustc_hash::FxHashMap;

/// Bits of an integer, and items of a string or tuple, above which a result is not folded (as CPython's).
const MAX_INT_BITS: u64 = 128;
const MAX_STR_SIZE: usize = 4096;
const MAX_COLLECTION_SIZE: usize = 256;

/// The integer constant of a value of any size.
#[must_use]
pub fn from_bigint(big: BigInt) -> Const {
    match big.to_i64() {
        Some(small) => Const::Int(small),
        None => Const::BigInt(big),
    }
}

fn integer(value: &Const) -> Option<BigInt> {
    Some(match value {
        Const::Int(int) => BigInt::from(*int),
        Const::BigInt(big) => big.clone(),
        Const::True => BigInt::from(1),
        Const::False => BigInt::zero(),
        _ => return None,
    })
}

fn float(value: &Const) -> Option<f64> {
    Some(match value {
        Const::Float(float) => *float,
        // Exact or left to run time, where the conversion rounds correctly.
        Const::Int(int) if int.unsigned_abs() <= 1 << 53 => *int as f64,
        Const::True => 1.0,
        Const::False => 0.0,
        _ => return None,
    })
}

/// The truth of a constant, if it is certain.
#[must_use]
pub fn truth(value: &Const) -> Option<bool> {
    Some(match value {
        Const::None | Const::False => false,
        Const::True | Const::Ellipsis | Const::BigInt(_) | Const::StrSurrogates(_) => true,
        Const::Int(int) => *int != 0,
        Const::Float(float) => *float != 0.0,
        Const::Complex(real, imag) => *real != 0.0 || *imag != 0.0,
        Const::Str(string) => !string.is_empty(),
        Const::Bytes(bytes) => !bytes.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
        Const::Code(_) => return None,
    })
}

/// Folds a unary operator; `None` leaves it to run time.
#[must_use]
pub fn fold_unary(op: UnaryOp, value: &Const) -> Option<Const> {
    match op {
        UnaryOp::Not => Some(if truth(value)? { Const::False } else { Const::True }),
        UnaryOp::Negative => match value {
            Const::Float(float) => Some(Const::Float(-float)),
            Const::Complex(real, imag) => Some(Const::Complex(-real, -imag)),
            _ => integer(value).map(|int| from_bigint(-int)),
        },
        UnaryOp::Positive => match value {
            Const::Float(_) | Const::Complex(..) => Some(value.clone()),
            _ => integer(value).map(from_bigint),
        },
        // `~True` warns at run time.
        UnaryOp::Invert => match value {
            Const::Int(_) | Const::BigInt(_) => integer(value).map(|int| from_bigint(-int - 1)),
            _ => None,
        },
    }
}

/// Folds a binary operator; `None` leaves it to run time (errors, big results).
#[must_use]
pub fn fold_binary(op: BinOp, left: &Const, right: &Const) -> Option<Const> {
    if let (Some(a), Some(b)) = (integer(left), integer(right)) {
        if matches!((left, right), (Const::True | Const::False, Const::True | Const::False))
            && matches!(op, BinOp::And | BinOp::Or | BinOp::Xor)
        {
            return None;
        }
        return fold_integers(op, &a, &b);
    }
    if let (Some(a), Some(b)) = (float(left), float(right)) {
        let result = match op {
            BinOp::Add => a + b,
            BinOp::Subtract => a - b,
            BinOp::Multiply => a * b,
            BinOp::TrueDivide if b != 0.0 => a / b,
            _ => return None,
        };
        return Some(Const::Float(result));
    }
    match (op, left, right) {
        (BinOp::Add, Const::Str(a), Const::Str(b)) if a.len() + b.len() <= MAX_STR_SIZE => {
            Some(Const::Str(format!("{a}{b}").into()))
        }
        (BinOp::Add, Const::Bytes(a), Const::Bytes(b)) if a.len() + b.len() <= MAX_STR_SIZE => {
            Some(Const::Bytes([&a[..], &b[..]].concat().into()))
        }
        (BinOp::Add, Const::Tuple(a), Const::Tuple(b)) if a.len() + b.len() <= MAX_COLLECTION_SIZE => {
            Some(Const::Tuple(a.iter().chain(b).cloned().collect()))
        }
        (BinOp::Add | BinOp::Subtract, real, Const::Complex(re, im)) => {
            let real = float(real)?;
            Some(match op {
                BinOp::Add => Const::Complex(real + re, *im),
                // As CPython promotes the left operand to `real + 0j`.
                _ => Const::Complex(real - re, 0.0 - im),
            })
        }
        (BinOp::Multiply, sequence, Const::Int(count)) | (BinOp::Multiply, Const::Int(count), sequence) => {
            repeat(sequence, *count)
        }
        _ => None,
    }
}

fn fold_integers(op: BinOp, a: &BigInt, b: &BigInt) -> Option<Const> {
    let result = match op {
        BinOp::Add => a + b,
        BinOp::Subtract => a - b,
        BinOp::Multiply if a.bits() + b.bits() <= MAX_INT_BITS => a * b,
        BinOp::FloorDivide if !b.is_zero() => floor_divide(a, b),
        BinOp::Remainder if !b.is_zero() => a - floor_divide(a, b) * b,
        BinOp::TrueDivide => {
            // Correctly rounded when both are exact floats.
            let (x, y) = (a.to_i64()?, b.to_i64()?);
            if y == 0 || x.unsigned_abs() > 1 << 53 || y.unsigned_abs() > 1 << 53 {
                return None;
            }
            return Some(Const::Float(x as f64 / y as f64));
        }
        BinOp::Power => {
            let exponent = b.to_u32()?;
            if a.bits().checked_mul(u64::from(exponent))? > MAX_INT_BITS {
                return None;
            }
            a.pow(exponent)
        }
        BinOp::Lshift => {
            let shift = b.to_u64()?;
            if shift > MAX_INT_BITS || a.bits() + shift > MAX_INT_BITS {
                return None;
            }
            a << shift
        }
        BinOp::Rshift => match b.to_u64() {
            Some(shift) if shift <= MAX_INT_BITS => a >> shift,
            _ => return None,
        },
        BinOp::And => a & b,
        BinOp::Or => a | b,
        BinOp::Xor => a ^ b,
        _ => return None,
    };
    Some(from_bigint(result))
}

fn floor_divide(a: &BigInt, b: &BigInt) -> BigInt {
    let quotient = a / b;
    let inexact = !(a % b).is_zero();
    if inexact && (a.sign() == Sign::Minus) != (b.sign() == Sign::Minus) { quotient - 1 } else { quotient }
}

fn repeat(sequence: &Const, count: i64) -> Option<Const> {
    let count = usize::try_from(count).unwrap_or(0);
    match sequence {
        Const::Str(string) if string.len().checked_mul(count)? <= MAX_STR_SIZE => {
            Some(Const::Str(string.repeat(count).into()))
        }
        Const::Bytes(bytes) if bytes.len().checked_mul(count)? <= MAX_STR_SIZE => {
            Some(Const::Bytes(bytes.repeat(count).into()))
        }
        Const::Tuple(items) if items.len().checked_mul(count)? <= MAX_COLLECTION_SIZE => {
            let repeated = std::iter::repeat_n(items, count).flatten().cloned();
            Some(Const::Tuple(repeated.collect()))
        }
        _ => None,
    }
}

/// Identity of a constant in the table: type and exact value.
fn key(value: &Const, out: &mut Vec<u8>) -> bool {
    let bytes = |out: &mut Vec<u8>, tag: u8, bytes: &[u8]| {
        out.push(tag);
        out.extend((bytes.len() as u32).to_le_bytes());
        out.extend(bytes);
    };
    match value {
        Const::None => out.push(0),
        Const::True => out.push(1),
        Const::False => out.push(2),
        Const::Ellipsis => out.push(3),
        Const::Int(int) => bytes(out, 4, &int.to_le_bytes()),
        Const::BigInt(big) => bytes(out, 5, &big.to_signed_bytes_le()),
        Const::Float(float) => bytes(out, 6, &float.to_bits().to_le_bytes()),
        Const::Complex(real, imag) => {
            bytes(out, 7, &real.to_bits().to_le_bytes());
            bytes(out, 7, &imag.to_bits().to_le_bytes());
        }
        Const::Str(string) => bytes(out, 8, string.as_bytes()),
        Const::StrSurrogates(points) => {
            let raw: Vec<u8> = points.iter().flat_map(|point| point.to_le_bytes()).collect();
            bytes(out, 9, &raw);
        }
        Const::Bytes(value) => bytes(out, 10, value),
        Const::Tuple(items) | Const::FrozenSet(items) => {
            out.push(if matches!(value, Const::Tuple(_)) { 11 } else { 12 });
            out.extend((items.len() as u32).to_le_bytes());
            return items.iter().all(|item| key(item, out));
        }
        Const::Code(_) => return false,
    }
    true
}

/// Constants of a code object while it is compiled; equal ones share an index.
#[derive(Debug, Default)]
pub struct ConstTable {
    values: Vec<Const>,
    names: FxHashMap<Box<str>, u32>,
    others: FxHashMap<Vec<u8>, u32>,
}

impl ConstTable {
    /// Index of a string constant.
    pub fn add_str(&mut self, value: &str) -> u32 {
        if let Some(&index) = self.names.get(value) {
            return index;
        }
        let index = self.values.len() as u32;
        self.values.push(Const::Str(value.into()));
        self.names.insert(value.into(), index);
        index
    }

    /// Index of a constant.
    pub fn add(&mut self, value: &Const) -> u32 {
        if let Const::Str(string) = value {
            return self.add_str(string);
        }
        let mut identity = Vec::new();
        if !key(value, &mut identity) {
            return self.push(value.clone());
        }
        let next = self.values.len() as u32;
        let index = *self.others.entry(identity).or_insert(next);
        if index == next {
            self.values.push(value.clone());
        }
        index
    }

    /// Adds a constant that is shared with no other (a code object).
    pub fn push(&mut self, value: Const) -> u32 {
        self.values.push(value);
        self.values.len() as u32 - 1
    }

    /// Puts `value` first: the documentation string. The table must be empty.
    pub fn replace_first(&mut self, value: Const) {
        self.values.insert(0, value);
        for index in self.names.values_mut().chain(self.others.values_mut()) {
            *index += 1;
        }
    }

    /// Number of constants.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The finished table.
    #[must_use]
    pub fn into_values(self) -> Vec<Const> {
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_floors() {
        for (a, b, quotient, remainder) in
            [(7, 2, 3, 1), (-7, 2, -4, 1), (7, -2, -4, -1), (-7, -2, 3, -1), (-6, 2, -3, 0)]
        {
            let fold = |op| fold_binary(op, &Const::Int(a), &Const::Int(b));
            assert_eq!(fold(BinOp::FloorDivide), Some(Const::Int(quotient)));
            assert_eq!(fold(BinOp::Remainder), Some(Const::Int(remainder)));
        }
    }

    #[test]
    fn limits() {
        assert_eq!(fold_binary(BinOp::Power, &Const::Int(2), &Const::Int(10)), Some(Const::Int(1024)));
        assert_eq!(fold_binary(BinOp::Power, &Const::Int(2), &Const::Int(1000)), None);
        assert_eq!(fold_binary(BinOp::FloorDivide, &Const::Int(1), &Const::Int(0)), None);
        assert_eq!(fold_binary(BinOp::Multiply, &Const::Str("ab".into()), &Const::Int(5000)), None);
    }

    #[test]
    fn distinct_constants_stay_distinct() {
        let mut table = ConstTable::default();
        let values = [
            Const::Int(1),
            Const::Float(1.0),
            Const::True,
            Const::Float(0.0),
            Const::Float(-0.0),
            Const::Str("1".into()),
        ];
        let mut indexes: Vec<u32> = values.iter().map(|value| table.add(value)).collect();
        assert_eq!(indexes, [0, 1, 2, 3, 4, 5]);
        indexes.dedup();
        assert_eq!(table.add(&Const::Int(1)), 0);
        assert_eq!(table.add(&Const::Tuple([Const::Int(1)].into())), 6);
        assert_eq!(table.add(&Const::Tuple([Const::Float(1.0)].into())), 7);
    }
}
