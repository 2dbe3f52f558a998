//! Reading numbers: `int(text, base)` and `float(text)`.

use num_bigint::BigInt;
use num_traits::Num;

use crate::{
    builtins::str::{
        repr::repr_bytes,
        unicode::{decimal, is_space},
    },
    error::{PyResult, Thrown},
    object::{
        gc::Gc,
        str::{Chars, Str},
    },
    value::Value,
    vm::Vm,
};

/// Bases for which the limit of [`Vm::int_max_str_digits`] does not hold: conversion is linear.
#[must_use]
pub const fn is_binary_base(base: u32) -> bool {
    base.is_power_of_two()
}

/// An integer literal, checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IntLiteral {
    /// `-` in front.
    pub negative: bool,
    /// Digits without prefix and underscores, at least one.
    pub digits: Vec<u8>,
    /// 2 … 36.
    pub base: u32,
}

const fn is_ascii_space(b: u8) -> bool {
    matches!(b, 9..=13 | 32)
}

fn trim(s: &[u8]) -> &[u8] {
    let start = s.iter().position(|&b| !is_ascii_space(b)).unwrap_or(s.len());
    let end = s.iter().rposition(|&b| !is_ascii_space(b)).map_or(start, |i| i + 1);
    &s[start..end]
}

/// Spaces and decimal digits of all scripts as ASCII; other characters beyond ASCII become `?`.
#[must_use]
pub fn to_ascii(s: &Str) -> std::borrow::Cow<'_, [u8]> {
    match s.chars() {
        Chars::Ascii(b) => b.into(),
        _ => s
            .code_points()
            .map(|c| match c {
                _ if is_space(c) => b' ',
                0..=0x7F => c as u8,
                _ => decimal(c).map_or(b'?', |d| b'0' + d as u8),
            })
            .collect::<Vec<u8>>()
            .into(),
    }
}

/// Parses an integer literal in `base` (2 … 36, or 0 = by prefix). `None` if it is none.
#[must_use]
pub fn parse_int_literal(text: &[u8], base: u32) -> Option<IntLiteral> {
    let s = trim(text);
    let (negative, s) = match s {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, s),
    };
    let prefix = match s {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    let mut body = s;
    let mut real_base = base;
    if base == 0 {
        real_base = if prefix == 0 { 10 } else { prefix };
    }
    if prefix != 0 && prefix == real_base {
        body = &s[2..];
        // One underscore may follow the prefix.
        if let [b'_', rest @ ..] = body {
            body = rest;
        }
    }
    let mut digits = Vec::with_capacity(body.len());
    let mut last_is_digit = false;
    for &b in body {
        if b == b'_' {
            if !last_is_digit {
                return None;
            }
            last_is_digit = false;
        } else {
            char::from(b).to_digit(real_base)?;
            digits.push(b);
            last_is_digit = true;
        }
    }
    if !last_is_digit {
        return None;
    }
    // By prefix, a leading zero is only allowed in zero (old octal literals).
    if base == 0 && prefix == 0 && digits[0] == b'0' && digits.iter().any(|&b| b != b'0') {
        return None;
    }
    Some(IntLiteral { negative, digits, base: real_base })
}

/// Parses a float. `None` if the text is none.
#[must_use]
pub fn parse_float_literal(text: &[u8]) -> Option<f64> {
    let s = trim(text);
    let mut clean = Vec::with_capacity(s.len());
    for (i, &b) in s.iter().enumerate() {
        if b != b'_' {
            clean.push(b);
            continue;
        }
        let digit = |j: Option<usize>| j.and_then(|j| s.get(j)).is_some_and(u8::is_ascii_digit);
        if !digit(i.checked_sub(1)) || !digit(Some(i + 1)) {
            return None;
        }
    }
    let unsigned = match clean.as_slice() {
        [b'+' | b'-', rest @ ..] => rest,
        all => all,
    };
    // `std` accepts what Python accepts once words are checked; only these words exist.
    let word = unsigned.first().is_some_and(u8::is_ascii_alphabetic);
    if word && !["inf", "infinity", "nan"].iter().any(|w| unsigned.eq_ignore_ascii_case(w.as_bytes())) {
        return None;
    }
    std::str::from_utf8(&clean).ok()?.parse().ok()
}

impl Vm {
    /// Most digits of conversions between int and decimal text; 0 = no limit.
    #[must_use]
    pub fn int_max_str_digits(&self) -> usize {
        self.interp().max_str_digits.load(vm_core::sync::Ordering::Relaxed)
    }

    /// The int that a checked literal means.
    fn int_of_literal(&self, lit: &IntLiteral) -> PyResult {
        let n = lit.digits.len();
        if n <= 11 {
            // 36^11 < 2^62.
            let v = lit.digits.iter().fold(0i64, |v, &b| {
                v * i64::from(lit.base) + i64::from(char::from(b).to_digit(36).unwrap_or(0))
            });
            return self.new_int(if lit.negative { -v } else { v });
        }
        let limit = self.int_max_str_digits();
        if limit > 0 && n > limit && !is_binary_base(lit.base) {
            return Err(self.value_error(format!(
                "Exceeds the limit ({limit} digits) for integer string conversion: value has {n} digits; \
                 use sys.set_int_max_str_digits() to increase the limit"
            )));
        }
        let text = std::str::from_utf8(&lit.digits).unwrap_or("0");
        let big = BigInt::from_str_radix(text, lit.base).unwrap_or_default();
        self.new_bigint(if lit.negative { -big } else { big })
    }

    fn invalid_int(&self, base: u32, shown: &str) -> Thrown {
        let shown: String = shown.chars().take(200).collect();
        self.value_error(format!("invalid literal for int() with base {base}: {shown}"))
    }

    /// `int(s, base)`; `base` is 0 or 2 … 36 (the caller has checked it).
    pub fn parse_int(&self, s: Gc<Str>, base: u32) -> PyResult {
        match parse_int_literal(&to_ascii(&s), base) {
            Some(lit) => self.int_of_literal(&lit),
            None => Err(self.invalid_int(base, &self.repr_str(s)?.to_str_lossy())),
        }
    }

    /// `int(bytes, base)`
    pub fn parse_int_bytes(&self, bytes: &[u8], base: u32) -> PyResult {
        match parse_int_literal(bytes, base) {
            Some(lit) => self.int_of_literal(&lit),
            None => Err(self.invalid_int(base, &String::from_utf8_lossy(&repr_bytes(bytes)))),
        }
    }

    /// `float(s)`
    pub fn parse_float(&self, s: Gc<Str>) -> PyResult<f64> {
        match parse_float_literal(&to_ascii(&s)) {
            Some(x) => Ok(x),
            None => {
                let shown = self.repr_str(s)?;
                let text = shown.to_str_lossy();
                Err(self.value_error(format!("could not convert string to float: {text}")))
            }
        }
    }

    /// `float(bytes)`; `v` is the object whose bytes they are.
    pub fn parse_float_bytes(&self, v: Value, bytes: &[u8]) -> PyResult<f64> {
        match parse_float_literal(bytes) {
            Some(x) => Ok(x),
            None => {
                let shown = self.repr(v)?;
                let text = shown.to_str_lossy();
                Err(self.value_error(format!("could not convert string to float: {text}")))
            }
        }
    }

    /// An int (or bool) as text in `base` 2 … 36, with its sign, without prefix.
    pub fn int_to_text(&self, v: Value, base: u32) -> PyResult<String> {
        if let Some(n) = v.as_small_int() {
            return Ok(if base == 10 { n.to_string() } else { radix(n, base) });
        }
        let Some(big) = self.as_bigint(v) else {
            return Err(self
                .type_error(format!("'{}' object cannot be interpreted as an integer", self.type_name(v))));
        };
        let limit = self.int_max_str_digits();
        let too_long = || {
            self.value_error(format!(
                "Exceeds the limit ({limit} digits) for integer string conversion; \
                 use sys.set_int_max_str_digits() to increase the limit"
            ))
        };
        let limited = limit > 0 && !is_binary_base(base);
        // Refuse before the work what surely has too many digits.
        if limited && big.bits() as f64 * std::f64::consts::LOG10_2 > limit as f64 + 2.0 {
            return Err(too_long());
        }
        let text = big.to_str_radix(base);
        if limited && text.trim_start_matches('-').len() > limit {
            return Err(too_long());
        }
        Ok(text)
    }

    /// `repr` of an int.
    pub fn int_repr(&self, v: Value) -> PyResult<Gc<Str>> {
        if let Some(n @ 0..=9) = v.as_small_int() {
            return self.new_char(48 + n as u32);
        }
        self.new_ascii(self.int_to_text(v, 10)?.as_bytes())
    }

    /// `repr` of a float.
    #[must_use]
    pub fn float_repr(&self, x: f64) -> String {
        super::float::repr(x)
    }
}

fn radix(n: i64, base: u32) -> String {
    let m = n.unsigned_abs();
    let text = match base {
        2 => format!("{m:b}"),
        8 => format!("{m:o}"),
        16 => format!("{m:x}"),
        _ => BigInt::from(m).to_str_radix(base),
    };
    if n < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(s: &str, base: u32) -> Option<(bool, String, u32)> {
        parse_int_literal(s.as_bytes(), base)
            .map(|l| (l.negative, l.digits.into_iter().map(char::from).collect(), l.base))
    }

    #[test]
    fn int_literals_as_cpython() {
        assert_eq!(int("0x_1f", 0), Some((false, "1f".into(), 16)));
        assert_eq!(int("0b1", 16), Some((false, "0b1".into(), 16)));
        assert_eq!(int(" -0_0 ", 0), Some((true, "00".into(), 10)));
        assert_eq!(int("007", 10), Some((false, "007".into(), 10)));
        assert_eq!(int("0o7", 8), Some((false, "7".into(), 8)));
        for (s, b) in [
            ("007", 0),
            ("1__0", 10),
            ("_1", 0),
            ("1_", 0),
            ("- 5", 10),
            ("0x", 16),
            ("", 10),
            ("0_x1", 0),
            ("0x1", 2),
            ("0x__1", 0),
        ] {
            assert_eq!(int(s, b), None, "{s} {b}");
        }
    }

    #[test]
    fn float_literals_as_cpython() {
        let f = |s: &str| parse_float_literal(s.as_bytes());
        assert_eq!(f(" 1_0.0_1\n"), Some(10.01));
        assert_eq!(f("1."), Some(1.0));
        assert_eq!(f(".5"), Some(0.5));
        assert_eq!(f("1e1_0"), Some(1e10));
        assert_eq!(f("+Infinity"), Some(f64::INFINITY));
        assert_eq!(f("1e400"), Some(f64::INFINITY));
        assert!(f("-nan").is_some_and(f64::is_nan));
        for s in [
            "", ".", "1e", "_1", "1_", "1_.0", "1._0", "1e_5", "nan(1)", "infinit", "0x1p3", "1.5f", "1 2",
            "+-1", "e5", "++1", "in_f",
        ] {
            assert_eq!(f(s), None, "{s}");
        }
    }
}
