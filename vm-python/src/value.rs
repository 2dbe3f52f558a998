//! The 64-bit value word.
//!
//! ```text
//! low bits  meaning
//! …00       62-bit integer, shifted left by two
//! 0011      heap pointer (cells are 16-byte aligned)
//! 001 010 101  float, `rotate_left(bits, 4) ^ 1` ("float self-tagging", arXiv 2411.16544)
//! 110       immediate: UNBOUND, None, False, True, NotImplemented, Ellipsis
//! ```
//!
//! Floats whose exponent does not fit the three tags (magnitudes from about 1e-231 to 1e-77 and beyond 2e77, infinities, NaN) are
//! boxed in a heap cell; [`Value::try_float`] says which. `is` and `id()` on floats follow the value.

use std::fmt;

use vm_heap::Header;

/// Any Python value, or [`Value::UNBOUND`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Value(u64);

/// Tag bits of the eight low-bit patterns that are floats, repeated so that `v & 31` may index it.
const FLOAT_TAGS: u32 = 0x2626_2626;

/// Largest small integer.
pub const SMALL_INT_MAX: i64 = (1 << 61) - 1;
/// Smallest small integer.
pub const SMALL_INT_MIN: i64 = -(1 << 61);

impl Value {
    /// No value: an unbound local, an empty cell, a deleted slot. Never visible to Python code.
    pub const UNBOUND: Value = Value(0b0_110);
    /// `None`
    pub const NONE: Value = Value(0b1_110);
    /// `False`
    pub const FALSE: Value = Value(0b10_110);
    /// `True`
    pub const TRUE: Value = Value(0b11_110);
    /// `NotImplemented`
    pub const NOT_IMPLEMENTED: Value = Value(0b100_110);
    /// `...`
    pub const ELLIPSIS: Value = Value(0b101_110);

    /// The raw word.
    #[inline(always)]
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// A value from its raw word.
    ///
    /// # Safety
    /// `bits` must come from [`Value::bits`] of a value that is still alive.
    #[inline(always)]
    #[must_use]
    pub const unsafe fn from_bits(bits: u64) -> Value {
        Value(bits)
    }

    /// `True` or `False`.
    #[inline(always)]
    #[must_use]
    pub const fn bool(b: bool) -> Value {
        Value(Value::FALSE.0 + ((b as u64) << 3))
    }

    /// A small integer; the caller knows that `n` fits 62 bits.
    #[inline(always)]
    #[must_use]
    pub const fn small_int(n: i64) -> Value {
        debug_assert!(n >= SMALL_INT_MIN && n <= SMALL_INT_MAX);
        Value((n << 2) as u64)
    }

    /// A small integer, if `n` fits.
    #[inline(always)]
    #[must_use]
    pub const fn try_small_int(n: i64) -> Option<Value> {
        if n >= SMALL_INT_MIN && n <= SMALL_INT_MAX { Some(Value((n << 2) as u64)) } else { None }
    }

    /// Whether this is a small integer (`bool` is not).
    #[inline(always)]
    #[must_use]
    pub const fn is_small_int(self) -> bool {
        self.0 & 3 == 0
    }

    /// The small integer.
    #[inline(always)]
    #[must_use]
    pub const fn as_small_int(self) -> Option<i64> {
        if self.0 & 3 == 0 { Some(self.0 as i64 >> 2) } else { None }
    }

    /// The small integer; only meaningful if [`Value::is_small_int`].
    #[inline(always)]
    #[must_use]
    pub const fn small_int_unchecked(self) -> i64 {
        self.0 as i64 >> 2
    }

    /// Whether both are small integers.
    #[inline(always)]
    #[must_use]
    pub const fn both_small_int(a: Value, b: Value) -> bool {
        (a.0 | b.0) & 3 == 0
    }

    /// The self-tagged form of `x`, or `None` if `x` must be boxed.
    #[inline(always)]
    #[must_use]
    pub const fn try_float(x: f64) -> Option<Value> {
        let v = Value(x.to_bits().rotate_left(4) ^ 1);
        if v.is_tagged_float() { Some(v) } else { None }
    }

    /// Whether this is a self-tagged float; boxed floats are pointers.
    #[inline(always)]
    #[must_use]
    pub const fn is_tagged_float(self) -> bool {
        FLOAT_TAGS >> (self.0 & 31) & 1 != 0
    }

    /// The self-tagged float.
    #[inline(always)]
    #[must_use]
    pub const fn as_tagged_float(self) -> Option<f64> {
        if self.is_tagged_float() { Some(self.tagged_float_unchecked()) } else { None }
    }

    /// The self-tagged float; only meaningful if [`Value::is_tagged_float`].
    #[inline(always)]
    #[must_use]
    pub const fn tagged_float_unchecked(self) -> f64 {
        f64::from_bits((self.0 ^ 1).rotate_right(4))
    }

    /// Whether this is a heap pointer.
    #[inline(always)]
    #[must_use]
    pub const fn is_ptr(self) -> bool {
        self.0 & 3 == 3
    }

    /// The cell's header, if this is a heap pointer.
    #[inline(always)]
    #[must_use]
    pub fn header(self) -> Option<&'static Header> {
        // SAFETY: a value with the pointer tag is the address of a live cell; the cell lives as long as the value is
        // reachable, and the caller, being attached, keeps it on a stack that the collector scans.
        if self.is_ptr() { Some(unsafe { &*((self.0 - 3) as *const Header) }) } else { None }
    }

    /// Address of the cell; only meaningful if [`Value::is_ptr`].
    #[inline(always)]
    #[must_use]
    pub const fn ptr_unchecked(self) -> *mut Header {
        (self.0 - 3) as *mut Header
    }

    /// The value that points at a cell.
    #[inline(always)]
    #[must_use]
    pub fn from_ptr<T>(p: *const T) -> Value {
        debug_assert!(p as u64 & 15 == 0 && !p.is_null());
        Value(p as u64 + 3)
    }

    /// Whether this is [`Value::UNBOUND`].
    #[inline(always)]
    #[must_use]
    pub const fn is_unbound(self) -> bool {
        self.0 == Value::UNBOUND.0
    }

    /// Whether this is `None`.
    #[inline(always)]
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == Value::NONE.0
    }

    /// The truth value if this is a `bool`.
    #[inline(always)]
    #[must_use]
    pub const fn as_bool(self) -> Option<bool> {
        if self.0 & !8 == Value::FALSE.0 { Some(self.0 == Value::TRUE.0) } else { None }
    }

    /// `None` if unbound.
    #[inline(always)]
    #[must_use]
    pub const fn bound(self) -> Option<Value> {
        if self.is_unbound() { None } else { Some(self) }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Value::UNBOUND => f.write_str("UNBOUND"),
            Value::NONE => f.write_str("None"),
            Value::FALSE => f.write_str("False"),
            Value::TRUE => f.write_str("True"),
            Value::NOT_IMPLEMENTED => f.write_str("NotImplemented"),
            Value::ELLIPSIS => f.write_str("Ellipsis"),
            v if v.is_small_int() => write!(f, "{}", v.small_int_unchecked()),
            v if v.is_tagged_float() => write!(f, "{:?}", v.tagged_float_unchecked()),
            v => write!(f, "<cell {:#x}>", v.0 - 3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sign_and_exponent_round_trips_or_boxes() {
        let mut tagged = 0;
        for prefix in 0..1u64 << 12 {
            for mantissa in [0, 1, (1 << 52) - 1, 0x5_5555_5555_5555] {
                let x = f64::from_bits(prefix << 52 | mantissa);
                if let Some(v) = Value::try_float(x) {
                    tagged += 1;
                    assert_eq!(v.tagged_float_unchecked().to_bits(), x.to_bits());
                    assert!(!v.is_small_int() && !v.is_ptr() && v.as_bool().is_none() && !v.is_unbound());
                }
            }
        }
        assert_eq!(tagged, 4 * (1 << 12) * 3 / 8);
        for x in [0.0, -0.0, 1.0, -1.0, 1e-70, 1e70, f64::from_bits(1)] {
            assert!(Value::try_float(x).is_some(), "{x}");
        }
        for x in [f64::INFINITY, f64::NAN, 1e300, 1e-100] {
            assert!(Value::try_float(x).is_none(), "{x}");
        }
    }

    #[test]
    fn small_ints_keep_sign_and_limits() {
        for n in [0, 1, -1, SMALL_INT_MAX, SMALL_INT_MIN] {
            assert_eq!(Value::try_small_int(n).and_then(Value::as_small_int), Some(n));
        }
        assert!(Value::try_small_int(SMALL_INT_MAX + 1).is_none());
        assert!(Value::try_small_int(SMALL_INT_MIN - 1).is_none());
    }

    #[test]
    fn immediates_are_disjoint() {
        let all =
            [Value::UNBOUND, Value::NONE, Value::FALSE, Value::TRUE, Value::NOT_IMPLEMENTED, Value::ELLIPSIS];
        for v in all {
            assert!(!v.is_small_int() && !v.is_ptr() && !v.is_tagged_float());
        }
        assert_eq!(Value::TRUE.as_bool(), Some(true));
        assert_eq!(Value::NONE.as_bool(), None);
        assert_eq!(Value::bool(true), Value::TRUE);
    }
}
