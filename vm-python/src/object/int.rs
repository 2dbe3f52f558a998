//! Numbers that do not fit a value word: big integers, boxed floats, complex numbers; and the conversions between
//! numbers and Rust types that the whole VM uses.

use std::borrow::Cow;

use num_bigint::{BigInt, Sign};
use num_traits::{ToPrimitive, Zero};
use vm_heap::Header;

use super::{
    class::{Type, UnOp},
    gc::{Gc, Object},
    kind::Kind,
};
use crate::{error::PyResult, value::Value, vm::Vm};

/// An integer beyond 62 bits, or an instance of a subclass of `int` of any size.
///
/// Drop-bearing: the digits are Rust memory, charged to the heap before they are computed.
#[repr(C)]
pub struct Int {
    header: Header,
    charged: usize,
    big: BigInt,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Int {
    const KIND: Kind = Kind::Int;
}

impl Int {
    /// The integer.
    #[inline(always)]
    #[must_use]
    pub fn big(&self) -> &BigInt {
        &self.big
    }
    /// Bytes charged to the heap for the digits; to be given back when the cell dies.
    #[inline]
    #[must_use]
    pub fn charged(&self) -> usize {
        self.charged
    }
    /// Frees the digits of a dead cell and returns the bytes that had been charged for them.
    ///
    /// # Safety
    /// `h` is a dead cell of this layout that nobody uses again.
    pub unsafe fn drop_cell(h: *mut Header) -> usize {
        let p = h.cast::<Int>();
        // SAFETY: by the caller the cell is an Int; cells are always filled in before the next safepoint.
        unsafe {
            let n = (*p).charged;
            std::ptr::drop_in_place(&raw mut (*p).big);
            n
        }
    }
}

/// A float outside the range of self-tagged ones, or an instance of a subclass of `float`.
#[repr(C)]
pub struct Float {
    header: Header,
    /// The number.
    pub value: f64,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Float {
    const KIND: Kind = Kind::Float;
}

/// A complex number.
#[repr(C)]
pub struct Complex {
    header: Header,
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Complex {
    const KIND: Kind = Kind::Complex;
}

/// Any integer, borrowed from its value.
#[derive(Clone, Copy, Debug)]
pub enum IntRef<'a> {
    /// From the value word (`bool` included).
    Small(i64),
    /// From a cell; may be small if the class is a subclass of `int`.
    Big(&'a BigInt),
}

impl<'a> IntRef<'a> {
    /// The integer of an `int`, `bool` or instance of a subclass.
    ///
    /// The borrow is only as good as the value, which must stay on the stack meanwhile.
    #[inline(always)]
    #[must_use]
    pub fn of(v: Value) -> Option<IntRef<'a>> {
        if v.is_small_int() {
            return Some(IntRef::Small(v.small_int_unchecked()));
        }
        if let Some(i) = v.downcast::<Int>() {
            // SAFETY: the cell lives while the value is on this stack, which it is for the caller's operation.
            return Some(IntRef::Big(unsafe { &(*i.as_ptr()).big }));
        }
        v.as_bool().map(|b| IntRef::Small(i64::from(b)))
    }
    /// As a `BigInt`.
    #[must_use]
    pub fn to_big(self) -> Cow<'a, BigInt> {
        match self {
            IntRef::Small(n) => Cow::Owned(BigInt::from(n)),
            IntRef::Big(b) => Cow::Borrowed(b),
        }
    }
    /// As an `i64`, if it fits.
    #[inline]
    #[must_use]
    pub fn to_i64(self) -> Option<i64> {
        match self {
            IntRef::Small(n) => Some(n),
            IntRef::Big(b) => b.to_i64(),
        }
    }
    /// As a `u64`, if it fits.
    #[must_use]
    pub fn to_u64(self) -> Option<u64> {
        match self {
            IntRef::Small(n) => u64::try_from(n).ok(),
            IntRef::Big(b) => b.to_u64(),
        }
    }
    /// Bits of the magnitude.
    #[must_use]
    pub fn bits(self) -> u64 {
        match self {
            IntRef::Small(n) => u64::from(64 - n.unsigned_abs().leading_zeros()),
            IntRef::Big(b) => b.bits(),
        }
    }
    /// Whether it is negative.
    #[must_use]
    pub fn is_negative(self) -> bool {
        match self {
            IntRef::Small(n) => n < 0,
            IntRef::Big(b) => b.sign() == Sign::Minus,
        }
    }
    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        match self {
            IntRef::Small(n) => n == 0,
            IntRef::Big(b) => b.is_zero(),
        }
    }
    /// The nearest float, ties to even; `None` if it is out of range.
    #[must_use]
    pub fn to_f64(self) -> Option<f64> {
        match self {
            IntRef::Small(n) => Some(n as f64),
            IntRef::Big(b) => big_to_f64(b),
        }
    }
}

/// The nearest float, ties to even; `None` if it is out of range.
#[must_use]
pub fn big_to_f64(b: &BigInt) -> Option<f64> {
    let bits = b.bits();
    if bits > 1024 {
        return None;
    }
    // The top 64 bits with everything below folded into the lowest: rounding those to 53 bits rounds the whole.
    let digits = b.magnitude().iter_u64_digits();
    let n = digits.len();
    let mut hi = 0u64;
    let mut mid = 0u64;
    let mut rest = false;
    for (i, d) in digits.enumerate() {
        if i + 1 == n {
            hi = d;
        } else if i + 2 == n {
            mid = d;
        } else {
            rest |= d != 0;
        }
    }
    if n == 0 {
        return Some(0.0);
    }
    let lz = hi.leading_zeros();
    let (top, lost) = if lz == 0 { (hi, mid != 0) } else { (hi << lz | mid >> (64 - lz), mid << lz != 0) };
    let top = top | u64::from(lost || rest);
    // Two factors, so that neither is infinite.
    let e = bits as i32 - 64;
    let x =
        if e > 0 { top as f64 * 2f64.powi(e / 2) * 2f64.powi(e - e / 2) } else { top as f64 / 2f64.powi(-e) };
    let x = if b.sign() == Sign::Minus { -x } else { x };
    x.is_finite().then_some(x)
}

/// Bytes that the digits of a number of this many bits take.
#[must_use]
pub const fn digit_bytes(bits: u64) -> usize {
    (bits / 64 + 1) as usize * 8
}

/// From this size on the memory for a result is asked for before it is computed.
const LARGE: usize = 64 << 10;
/// From this size on a trial allocation finds out whether the system has the memory at all.
const HUGE: usize = 16 << 20;

/// Room for a big result that is about to be computed; see [`Vm::reserve_digits`].
#[must_use]
#[derive(Debug, Clone, Copy)]
pub struct Reserved(usize);

impl Reserved {
    /// Bytes charged.
    #[must_use]
    pub const fn bytes(self) -> usize {
        self.0
    }
}

impl Vm {
    /// Charges the heap for a result of up to `bits` bits before it is computed, if that is much.
    ///
    /// # Errors
    /// MemoryError when the heap limit or the system has no room.
    #[inline]
    pub fn reserve_digits(&self, bits: u64) -> PyResult<Reserved> {
        if bits < 8 * LARGE as u64 { Ok(Reserved(0)) } else { self.reserve_large(bits) }
    }

    #[cold]
    #[inline(never)]
    fn reserve_large(&self, bits: u64) -> PyResult<Reserved> {
        if bits >= 1 << 60 {
            return Err(self.memory_error());
        }
        let bytes = digit_bytes(bits);
        // The crate's allocation would abort the process where this one reports.
        if bytes >= HUGE && Vec::<u8>::new().try_reserve_exact(bytes.saturating_mul(2)).is_err() {
            return Err(self.memory_error());
        }
        self.heap().charge(bytes).map_err(|_| self.memory_error())?;
        Ok(Reserved(bytes))
    }

    /// An integer.
    #[inline(always)]
    pub fn new_int(&self, n: i64) -> PyResult {
        match Value::try_small_int(n) {
            Some(v) => Ok(v),
            None => self.new_big_cell(BigInt::from(n), Reserved(0)),
        }
    }

    /// An integer.
    #[inline]
    pub fn new_int_i128(&self, n: i128) -> PyResult {
        match i64::try_from(n).ok().and_then(Value::try_small_int) {
            Some(v) => Ok(v),
            None => self.new_big_cell(BigInt::from(n), Reserved(0)),
        }
    }

    /// An integer.
    #[inline]
    pub fn new_int_u64(&self, n: u64) -> PyResult {
        self.new_int_i128(i128::from(n))
    }

    /// An integer; small ones become immediates.
    #[inline]
    pub fn new_bigint(&self, big: BigInt) -> PyResult {
        self.new_bigint_reserved(big, Reserved(0))
    }

    /// An integer whose room was reserved.
    pub fn new_bigint_reserved(&self, big: BigInt, reserved: Reserved) -> PyResult {
        if big.bits() <= 62
            && let Some(v) = big.to_i64().and_then(Value::try_small_int)
        {
            if reserved.0 != 0 {
                self.heap().heap().discharge(reserved.0);
            }
            return Ok(v);
        }
        self.new_big_cell(big, reserved)
    }

    fn new_big_cell(&self, big: BigInt, reserved: Reserved) -> PyResult {
        let charged = self.charge_digits(&big, reserved)?;
        let c = match self.alloc_cell_drop::<Int>(size_of::<Int>()) {
            Ok(c) => c,
            Err(e) => {
                self.heap().heap().discharge(charged);
                return Err(e);
            }
        };
        // SAFETY: a fresh cell that nobody else sees.
        unsafe {
            (&raw mut (*c.as_ptr()).charged).write(charged);
            (&raw mut (*c.as_ptr()).big).write(big);
        }
        Ok(c.value())
    }

    fn charge_digits(&self, big: &BigInt, reserved: Reserved) -> PyResult<usize> {
        if reserved.0 != 0 {
            return Ok(reserved.0);
        }
        let bytes = digit_bytes(big.bits());
        self.heap().charge(bytes).map_err(|_| self.memory_error())?;
        Ok(bytes)
    }

    /// An instance of `class`, a subclass of `int`, with this value.
    pub fn new_int_subclass(&self, class: Gc<Type>, n: IntRef<'_>) -> PyResult {
        let big = n.to_big().into_owned();
        let charged = self.charge_digits(&big, Reserved(0))?;
        let p = self.alloc_instance_of(class)?.cast::<Int>();
        // SAFETY: a fresh cell of a class with this layout, seen by nobody.
        unsafe {
            (&raw mut (*p).charged).write(charged);
            (&raw mut (*p).big).write(big);
            Ok(Gc::from_ptr(p).value())
        }
    }

    /// A float.
    #[inline(always)]
    pub fn new_float(&self, x: f64) -> PyResult {
        match Value::try_float(x) {
            Some(v) => Ok(v),
            None => self.new_boxed_float(x),
        }
    }

    #[cold]
    #[inline(never)]
    fn new_boxed_float(&self, x: f64) -> PyResult {
        let c = self.alloc_cell::<Float>(size_of::<Float>())?;
        // SAFETY: a fresh cell that nobody else sees.
        unsafe { (*c.as_ptr()).value = x };
        Ok(c.value())
    }

    /// An instance of `class`, a subclass of `float`, with this value.
    pub fn new_float_subclass(&self, class: Gc<Type>, x: f64) -> PyResult {
        let p = self.alloc_instance_of(class)?.cast::<Float>();
        // SAFETY: a fresh cell of a class with this layout, seen by nobody.
        unsafe {
            (*p).value = x;
            Ok(Gc::from_ptr(p).value())
        }
    }

    /// A complex number.
    pub fn new_complex(&self, re: f64, im: f64) -> PyResult {
        let c = self.alloc_cell::<Complex>(size_of::<Complex>())?;
        // SAFETY: a fresh cell that nobody else sees.
        unsafe {
            (*c.as_ptr()).re = re;
            (*c.as_ptr()).im = im;
        }
        Ok(c.value())
    }

    /// An instance of `class`, a subclass of `complex`, with this value.
    pub fn new_complex_subclass(&self, class: Gc<Type>, re: f64, im: f64) -> PyResult {
        let p = self.alloc_instance_of(class)?.cast::<Complex>();
        // SAFETY: a fresh cell of a class with this layout, seen by nobody.
        unsafe {
            (*p).re = re;
            (*p).im = im;
            Ok(Gc::from_ptr(p).value())
        }
    }

    /// The integer of an `int`, `bool` or instance of a subclass; `None` for anything else.
    #[inline]
    #[must_use]
    pub fn as_bigint(&self, v: Value) -> Option<Cow<'_, BigInt>> {
        IntRef::of(v).map(IntRef::to_big)
    }

    /// The number of a `float` or instance of a subclass; `None` for anything else, also integers.
    #[inline(always)]
    #[must_use]
    pub fn as_float(&self, v: Value) -> Option<f64> {
        if v.is_tagged_float() {
            return Some(v.tagged_float_unchecked());
        }
        v.downcast::<Float>().map(|f| f.value)
    }

    /// Real and imaginary part of a `complex` or instance of a subclass; `None` for anything else.
    #[inline]
    #[must_use]
    pub fn as_complex(&self, v: Value) -> Option<(f64, f64)> {
        v.downcast::<Complex>().map(|c| (c.re, c.im))
    }

    /// Whether `v` is an `int` (not a subclass, `bool` neither).
    #[inline]
    #[must_use]
    pub fn is_exact_int(&self, v: Value) -> bool {
        v.is_small_int() || v.downcast_exact::<Int>().is_some()
    }

    /// Whether `v` is an integer: `int`, `bool` or instance of a subclass.
    #[inline]
    #[must_use]
    pub fn is_int(&self, v: Value) -> bool {
        v.is_small_int() || v.is::<Int>() || v.as_bool().is_some()
    }

    /// `v` as an instance of exactly `int`.
    pub fn to_exact_int(&self, v: Value) -> PyResult {
        if self.is_exact_int(v) {
            return Ok(v);
        }
        match IntRef::of(v) {
            Some(IntRef::Small(n)) => self.new_int(n),
            Some(IntRef::Big(b)) => self.new_bigint(b.clone()),
            None => Err(self.type_error("an integer is required")),
        }
    }

    /// The integer that `v` stands for by `__index__` (an `int` or instance of a subclass).
    ///
    /// # Errors
    /// TypeError: "'X' object cannot be interpreted as an integer".
    #[inline]
    pub fn index(&self, v: Value) -> PyResult {
        if self.is_int(v) { Ok(v) } else { self.index_slow(v) }
    }

    #[cold]
    #[inline(never)]
    fn index_slow(&self, v: Value) -> PyResult {
        let class = self.type_of(v);
        let slots = class.slots();
        let Some(unary) = slots.unary.filter(|_| slots.unary_ops >> UnOp::Index as u16 & 1 != 0) else {
            return Err(self
                .type_error(format!("'{}' object cannot be interpreted as an integer", self.type_name(v))));
        };
        let r = unary(self, UnOp::Index, v)?;
        if self.is_int(r) {
            Ok(r)
        } else {
            Err(self.type_error(format!("__index__ returned non-int (type {})", self.type_name(r))))
        }
    }

    /// The integer that `v` stands for, if it fits 64 bits.
    ///
    /// # Errors
    /// TypeError if `v` is no integer; OverflowError: "cannot fit 'int' into an index-sized integer".
    #[inline]
    pub fn index_i64(&self, v: Value) -> PyResult<i64> {
        if let Some(n) = v.as_small_int() {
            return Ok(n);
        }
        let i = self.index(v)?;
        IntRef::of(i).and_then(IntRef::to_i64).ok_or_else(|| {
            self.overflow_error(format!("cannot fit '{}' into an index-sized integer", self.type_name(v)))
        })
    }

    /// The integer that `v` stands for, clamped to 64 bits (slice indices).
    #[inline]
    pub fn index_clamped(&self, v: Value) -> PyResult<i64> {
        if let Some(n) = v.as_small_int() {
            return Ok(n);
        }
        let i = self.index(v)?;
        let Some(r) = IntRef::of(i) else { return Ok(0) };
        Ok(r.to_i64().unwrap_or(if r.is_negative() { i64::MIN } else { i64::MAX }))
    }

    /// `int(v)` for numbers: `__int__`, else `__index__`, else `__trunc__` is gone since 3.14. Strings are no numbers.
    ///
    /// # Errors
    /// TypeError: "int() argument must be a string, a bytes-like object or a real number, not 'X'".
    pub fn int_of(&self, v: Value) -> PyResult {
        if self.is_exact_int(v) {
            return Ok(v);
        }
        let class = self.type_of(v);
        let slots = class.slots();
        let has = |op: UnOp| slots.unary_ops >> op as u16 & 1 != 0;
        if let Some(unary) = slots.unary {
            if has(UnOp::Int) {
                let r = unary(self, UnOp::Int, v)?;
                if !self.is_int(r) {
                    return Err(
                        self.type_error(format!("__int__ returned non-int (type {})", self.type_name(r)))
                    );
                }
                return self.to_exact_int(r);
            }
            if has(UnOp::Index) {
                return self.to_exact_int(self.index(v)?);
            }
        }
        Err(self.type_error(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            self.type_name(v)
        )))
    }

    /// The float that a real number stands for: `float`, `int`, `__float__`, `__index__`.
    ///
    /// # Errors
    /// TypeError "must be real number, not X"; OverflowError "int too large to convert to float".
    #[inline]
    pub fn float_of(&self, v: Value) -> PyResult<f64> {
        if let Some(x) = self.as_float(v) {
            return Ok(x);
        }
        match IntRef::of(v) {
            Some(IntRef::Small(n)) if v.is_small_int() => Ok(n as f64),
            Some(i) if self.is_exact_int(v) => self.int_to_float(i),
            // A subclass of int may have a `__float__` of its own.
            _ => match self.float_by_protocol(v)? {
                Some(x) => Ok(x),
                None => Err(self.type_error(format!("must be real number, not {}", self.type_name(v)))),
            },
        }
    }

    /// The nearest float of an integer.
    ///
    /// # Errors
    /// OverflowError "int too large to convert to float".
    pub fn int_to_float(&self, i: IntRef<'_>) -> PyResult<f64> {
        i.to_f64().ok_or_else(|| self.overflow_error("int too large to convert to float"))
    }

    /// `__float__`, else `__index__` of something that is neither `float` nor `int`; `None` if it has neither.
    pub fn float_by_protocol(&self, v: Value) -> PyResult<Option<f64>> {
        let class = self.type_of(v);
        let slots = class.slots();
        let Some(unary) = slots.unary else { return Ok(None) };
        if slots.unary_ops >> UnOp::Float as u16 & 1 != 0 {
            let r = unary(self, UnOp::Float, v)?;
            return match self.as_float(r) {
                Some(x) => Ok(Some(x)),
                None => Err(self.type_error(format!(
                    "{}.__float__ returned non-float (type {})",
                    self.type_name(v),
                    self.type_name(r)
                ))),
            };
        }
        if slots.unary_ops >> UnOp::Index as u16 & 1 != 0 {
            let i = self.index(v)?;
            return match IntRef::of(i) {
                Some(r) => self.int_to_float(r).map(Some),
                None => Ok(None),
            };
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn big_integers_round_to_the_nearest_float() {
        let one = BigInt::from(1);
        assert_eq!(big_to_f64(&((&one << 53) + 1)), Some(9_007_199_254_740_992.0));
        assert_eq!(big_to_f64(&((&one << 53) + 3)), Some(9_007_199_254_740_996.0));
        assert_eq!(big_to_f64(&((&one << 117) + (&one << 64) + 1)), Some(2f64.powi(117) + 2f64.powi(65)));
        assert_eq!(big_to_f64(&((&one << 117) + (&one << 64))), Some(2f64.powi(117)));
        assert_eq!(big_to_f64(&-((&one << 1023_u32) + BigInt::from(5))), Some(-2f64.powi(1023)));
        assert_eq!(big_to_f64(&((&one << 1024) - 1)), None);
        assert_eq!(big_to_f64(&((&one << 1024) - (&one << 970))), None);
        assert_eq!(big_to_f64(&((&one << 1024) - (&one << 970) - 1)), Some(f64::MAX));
        assert_eq!(big_to_f64(&(&one << 1024)), None);
        assert_eq!(big_to_f64(&BigInt::from(0)), Some(0.0));
    }
}
