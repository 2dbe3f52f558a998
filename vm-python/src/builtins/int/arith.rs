//! Arithmetic on integers of any size.

use std::{cmp::Ordering, hint::black_box};

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use vm_compiler::opcodes::{BinOp, CmpOp};

use crate::{
    error::PyResult,
    object::{
        class::UnOp,
        int::{IntRef, Reserved},
    },
    value::Value,
    vm::Vm,
};

/// Product of the operands' bits from which work runs detached (about a millisecond).
const LONG_WORK: u64 = 10_000 * 10_000;

/// Runs `f` on borrowed digits, detached if the estimate `work` (in bits squared) is large. `keep` are the values that
/// own the digits: they stay on this stack, where the collector finds them.
pub(super) fn long<R>(vm: &Vm, work: u64, keep: (Value, Value), f: impl FnOnce() -> R) -> R {
    if work < LONG_WORK {
        return f();
    }
    let r = vm.detached(f);
    black_box(keep);
    r
}

/// Binary operators of `int`.
pub fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (IntRef::of(a), IntRef::of(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    match op {
        BinOp::TrueDivide => return true_divide(vm, x, y, (a, b)),
        BinOp::Power => return power(vm, x, y, (a, b)),
        BinOp::Lshift => return shift_left(vm, x, y),
        BinOp::Rshift => return shift_right(vm, x, y),
        BinOp::MatrixMultiply => return Ok(Value::NOT_IMPLEMENTED),
        _ => {}
    }
    match (x, y) {
        (IntRef::Small(m), IntRef::Small(n)) => small(vm, op, m, n),
        _ => big(vm, op, x, y, (a, b)),
    }
}

fn small(vm: &Vm, op: BinOp, m: i64, n: i64) -> PyResult {
    match op {
        // 62-bit operands: none of these overflows 64 bits.
        BinOp::Add => vm.new_int(m + n),
        BinOp::Subtract => vm.new_int(m - n),
        BinOp::Multiply => vm.new_int_i128(i128::from(m) * i128::from(n)),
        BinOp::And => Ok(Value::small_int(m & n)),
        BinOp::Or => Ok(Value::small_int(m | n)),
        BinOp::Xor => Ok(Value::small_int(m ^ n)),
        BinOp::FloorDivide if n != 0 => vm.new_int(Integer::div_floor(&m, &n)),
        BinOp::Remainder if n != 0 => Ok(Value::small_int(Integer::mod_floor(&m, &n))),
        BinOp::FloorDivide => Err(vm.zero_division_error("integer division or modulo by zero")),
        BinOp::Remainder => Err(vm.zero_division_error("integer modulo by zero")),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn big(vm: &Vm, op: BinOp, x: IntRef<'_>, y: IntRef<'_>, keep: (Value, Value)) -> PyResult {
    use IntRef::{Big, Small};
    let (xb, yb) = (x.bits(), y.bits());
    match op {
        BinOp::Add => {
            let r = vm.reserve_digits(xb.max(yb) + 1)?;
            vm.new_bigint_reserved(
                match (x, y) {
                    (Big(a), Big(b)) => a + b,
                    (Big(a), Small(n)) | (Small(n), Big(a)) => a + n,
                    (Small(m), Small(n)) => BigInt::from(m) + n,
                },
                r,
            )
        }
        BinOp::Subtract => {
            let r = vm.reserve_digits(xb.max(yb) + 1)?;
            vm.new_bigint_reserved(
                match (x, y) {
                    (Big(a), Big(b)) => a - b,
                    (Big(a), Small(n)) => a - n,
                    (Small(n), Big(a)) => n - a,
                    (Small(m), Small(n)) => BigInt::from(m) - n,
                },
                r,
            )
        }
        BinOp::Multiply => {
            let r = vm.reserve_digits(xb + yb)?;
            let product = long(vm, xb.saturating_mul(yb), keep, || match (x, y) {
                (Big(a), Big(b)) => a * b,
                (Big(a), Small(n)) | (Small(n), Big(a)) => a * n,
                (Small(m), Small(n)) => BigInt::from(m) * n,
            });
            vm.new_bigint_reserved(product, r)
        }
        BinOp::FloorDivide => match div_mod(vm, x, y, keep)? {
            Some((q, _)) => vm.new_bigint(q),
            None => Err(vm.zero_division_error("integer division or modulo by zero")),
        },
        BinOp::Remainder => match div_mod(vm, x, y, keep)? {
            Some((_, r)) => vm.new_bigint(r),
            None => Err(vm.zero_division_error("integer modulo by zero")),
        },
        BinOp::And | BinOp::Or | BinOp::Xor => {
            let r = vm.reserve_digits(xb.max(yb) + 1)?;
            let (a, b) = (x.to_big(), y.to_big());
            vm.new_bigint_reserved(
                match op {
                    BinOp::And => a.as_ref() & b.as_ref(),
                    BinOp::Or => a.as_ref() | b.as_ref(),
                    _ => a.as_ref() ^ b.as_ref(),
                },
                r,
            )
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Floored quotient and remainder; `None` for a zero divisor.
fn div_mod(
    vm: &Vm,
    x: IntRef<'_>,
    y: IntRef<'_>,
    keep: (Value, Value),
) -> PyResult<Option<(BigInt, BigInt)>> {
    if y.is_zero() {
        return Ok(None);
    }
    let (xb, yb) = (x.bits(), y.bits());
    // Quotient and remainder live at once; the charge goes back when the exact result is charged.
    let r = vm.reserve_digits(xb.saturating_sub(yb) + 1)?;
    let out = long(vm, xb.saturating_sub(yb).saturating_mul(yb), keep, || match (x, y) {
        (IntRef::Small(m), IntRef::Small(n)) => {
            (BigInt::from(Integer::div_floor(&m, &n)), BigInt::from(Integer::mod_floor(&m, &n)))
        }
        (IntRef::Big(a), IntRef::Small(n)) => {
            let (mut q, mut r) = (a / n, (a % n).to_i64().unwrap_or(0));
            if r != 0 && (r < 0) != (n < 0) {
                q -= 1;
                r += n;
            }
            (q, BigInt::from(r))
        }
        _ => x.to_big().div_mod_floor(&y.to_big()),
    });
    vm.release_digits(r);
    Ok(Some(out))
}

/// `divmod(a, b)` as a tuple; NotImplemented if one is no integer.
pub fn divmod(vm: &Vm, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (IntRef::of(a), IntRef::of(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let (q, r) = match (x, y) {
        (IntRef::Small(m), IntRef::Small(n)) if n != 0 => {
            (vm.new_int(Integer::div_floor(&m, &n))?, vm.new_int(Integer::mod_floor(&m, &n))?)
        }
        _ => match div_mod(vm, x, y, (a, b))? {
            Some((q, r)) => (vm.new_bigint(q)?, vm.new_bigint(r)?),
            None => return Err(vm.zero_division_error("integer division or modulo by zero")),
        },
    };
    Ok(vm.new_tuple(&[q, r])?.value())
}

/// `x / y`, correctly rounded.
fn true_divide(vm: &Vm, x: IntRef<'_>, y: IntRef<'_>, keep: (Value, Value)) -> PyResult {
    const EXACT: i64 = 1 << 53;
    if y.is_zero() {
        return Err(vm.zero_division_error("division by zero"));
    }
    if let (IntRef::Small(m), IntRef::Small(n)) = (x, y)
        && m.unsigned_abs() <= EXACT as u64
        && n.unsigned_abs() <= EXACT as u64
    {
        return vm.new_float(m as f64 / n as f64);
    }
    let work = x.bits().saturating_mul(y.bits());
    match long(vm, work, keep, || ratio(&x.to_big(), &y.to_big())) {
        Some(q) => vm.new_float(q),
        None => Err(vm.overflow_error("integer division result too large for a float")),
    }
}

/// The float nearest to `a / b` (ties to even); `None` if it is out of range. `b` is not zero.
#[must_use]
pub fn ratio(a: &BigInt, b: &BigInt) -> Option<f64> {
    if a.is_zero() {
        return Some(if b.is_negative() { -0.0 } else { 0.0 });
    }
    let negative = a.is_negative() != b.is_negative();
    let sign = if negative { -1.0 } else { 1.0 };
    let (a, b) = (a.magnitude(), b.magnitude());
    let diff = a.bits() as i64 - b.bits() as i64;
    if diff > 1024 {
        return None;
    }
    if diff < -1076 {
        return Some(0.0 * sign);
    }
    // A quotient of 55 or 56 bits, two or three more than a float has, with the remainder folded into the lowest; for a
    // subnormal result fewer, so that the one rounding happens at the right bit.
    let shift = diff.max(-1021) - 55;
    let (q, r) = if shift >= 0 { a.div_rem(&(b << shift as u64)) } else { (a << (-shift) as u64).div_rem(b) };
    let q = q.to_u64()?;
    let mut q = q | u64::from(!r.is_zero());
    let bits = 64 - i64::from(q.leading_zeros());
    // Bits to round away: those beyond 53, or beyond what a subnormal has.
    let extra = (bits - 53).max(-1074 - shift);
    if extra > 0 {
        let (half, mask) = (1u64 << (extra - 1), (1u64 << extra) - 1);
        let low = q & mask;
        q &= !mask;
        if low > half || low == half && q >> extra & 1 == 1 {
            q += 1 << extra;
        }
    }
    let x = scale(q as f64, shift);
    x.is_finite().then_some(sign * x)
}

/// `x * 2**e` for an `x` that makes this exact (or overflow).
fn scale(x: f64, e: i64) -> f64 {
    let mut x = x;
    let mut e = e;
    while e > 1000 {
        x *= 2f64.powi(1000);
        e -= 1000;
    }
    while e < -1000 {
        // Exact: callers round to the final precision before.
        x *= 2f64.powi(-1000);
        e += 1000;
        if x != 0.0 && x.abs() < f64::MIN_POSITIVE {
            break;
        }
    }
    x * 2f64.powi(e as i32)
}

fn power(vm: &Vm, x: IntRef<'_>, y: IntRef<'_>, keep: (Value, Value)) -> PyResult {
    if y.is_negative() {
        let (a, b) = (vm.int_to_float(x)?, vm.int_to_float(y)?);
        return crate::builtins::float::power(vm, a, b);
    }
    let base = match x {
        IntRef::Small(0) => return Ok(Value::small_int(i64::from(y.is_zero()))),
        IntRef::Small(1) => return Ok(Value::small_int(1)),
        IntRef::Small(-1) => return Ok(Value::small_int(if is_odd(y) { -1 } else { 1 })),
        IntRef::Small(m) => {
            if let IntRef::Small(n) = y
                && n < 64
                && let Some(p) = m.checked_pow(n as u32)
            {
                return vm.new_int(p);
            }
            BigInt::from(m)
        }
        IntRef::Big(b) => match b.to_i64() {
            // Instances of subclasses may be small.
            Some(n @ -1..=1) => return power(vm, IntRef::Small(n), y, keep),
            _ => b.clone(),
        },
    };
    let exponent = y.to_u64().and_then(|e| u32::try_from(e).ok()).ok_or_else(|| vm.memory_error())?;
    let bits = base.bits().checked_mul(u64::from(exponent)).ok_or_else(|| vm.memory_error())?;
    let reserved = vm.reserve_digits(bits)?;
    // 2**n and its like are one shift.
    let zeros = base.trailing_zeros().unwrap_or(0);
    if base.sign() == Sign::Plus && base.bits() == zeros + 1 {
        return vm.new_bigint_reserved(BigInt::one() << (zeros * u64::from(exponent)), reserved);
    }
    let p = long(vm, bits.saturating_mul(bits), keep, || base.pow(exponent));
    vm.new_bigint_reserved(p, reserved)
}

fn is_odd(x: IntRef<'_>) -> bool {
    match x {
        IntRef::Small(n) => n & 1 != 0,
        IntRef::Big(b) => b.is_odd(),
    }
}

/// `pow(a, b, m)` of integers; NotImplemented if one is no integer.
///
/// # Errors
/// ValueError for a zero modulus, and for a negative exponent if the base has no inverse.
pub fn pow_mod(vm: &Vm, a: Value, b: Value, m: Value) -> PyResult {
    let (Some(x), Some(y), Some(z)) = (IntRef::of(a), IntRef::of(b), IntRef::of(m)) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if z.is_zero() {
        return Err(vm.value_error("pow() 3rd argument cannot be 0"));
    }
    let modulus = z.to_big();
    let positive = modulus.abs();
    if positive.is_one() {
        return Ok(Value::small_int(0));
    }
    let mut base = x.to_big().mod_floor(&positive);
    let mut exponent = y.to_big().into_owned();
    if exponent.is_negative() {
        let g = base.extended_gcd(&positive);
        if !g.gcd.is_one() {
            return Err(vm.value_error("base is not invertible for the given modulus"));
        }
        base = g.x.mod_floor(&positive);
        exponent = -exponent;
    }
    let work = positive.bits().saturating_mul(positive.bits()).saturating_mul(exponent.bits()) / 8;
    let mut r = long(vm, work, (a, b), || base.modpow(&exponent, &positive));
    black_box(m);
    if modulus.is_negative() && !r.is_zero() {
        r += modulus.as_ref();
    }
    vm.new_bigint(r)
}

fn shift_left(vm: &Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    if y.is_negative() {
        return Err(vm.value_error("negative shift count"));
    }
    if x.is_zero() {
        return Ok(Value::small_int(0));
    }
    let Some(n) = y.to_u64() else { return Err(vm.overflow_error("too many digits in integer")) };
    if let IntRef::Small(m) = x
        && n < 62
    {
        return vm.new_int_i128(i128::from(m) << n);
    }
    let Some(bits) = n.checked_add(x.bits()) else {
        return Err(vm.overflow_error("too many digits in integer"));
    };
    let r = vm.reserve_digits(bits)?;
    let shifted = match x {
        IntRef::Small(m) => BigInt::from(m) << n,
        IntRef::Big(b) => b << n,
    };
    vm.new_bigint_reserved(shifted, r)
}

fn shift_right(vm: &Vm, x: IntRef<'_>, y: IntRef<'_>) -> PyResult {
    if y.is_negative() {
        return Err(vm.value_error("negative shift count"));
    }
    let sign = || Ok(Value::small_int(if x.is_negative() { -1 } else { 0 }));
    let Some(n) = y.to_u64() else { return sign() };
    match x {
        IntRef::Small(m) => Ok(Value::small_int(m >> n.min(63))),
        IntRef::Big(b) if n >= b.bits() => {
            let _ = b;
            sign()
        }
        // num-bigint's `>>` rounds towards negative infinity, as Python's.
        IntRef::Big(b) => vm.new_bigint(b >> n),
    }
}

/// Unary operators and conversions of `int`.
pub fn unary(vm: &Vm, op: UnOp, v: Value) -> PyResult {
    let Some(x) = IntRef::of(v) else { return Err(vm.type_error("an integer is required")) };
    match (op, x) {
        (UnOp::Neg, IntRef::Small(n)) => vm.new_int(-n),
        (UnOp::Neg, IntRef::Big(b)) => vm.new_bigint(-b),
        (UnOp::Invert, IntRef::Small(n)) => vm.new_int(!n),
        (UnOp::Invert, IntRef::Big(b)) => vm.new_bigint(!b),
        (UnOp::Abs, IntRef::Small(n)) => vm.new_int(n.abs()),
        (UnOp::Abs, IntRef::Big(b)) => {
            if b.is_negative() {
                vm.new_bigint(-b)
            } else {
                vm.to_exact_int(v)
            }
        }
        (UnOp::Float, _) => vm.new_float(vm.int_to_float(x)?),
        (UnOp::Pos | UnOp::Int | UnOp::Index, _) => vm.to_exact_int(v),
    }
}

/// Order of two integers.
#[must_use]
pub fn cmp(x: IntRef<'_>, y: IntRef<'_>) -> Ordering {
    match (x, y) {
        (IntRef::Small(m), IntRef::Small(n)) => m.cmp(&n),
        (IntRef::Big(a), IntRef::Big(b)) => a.cmp(b),
        (IntRef::Big(a), IntRef::Small(n)) => match a.to_i64() {
            Some(m) => m.cmp(&n),
            None if a.is_negative() => Ordering::Less,
            None => Ordering::Greater,
        },
        (IntRef::Small(_), IntRef::Big(_)) => cmp(y, x).reverse(),
    }
}

/// What `op` says of an order; `None` is "unordered" (NaN).
#[inline]
#[must_use]
pub fn holds(op: CmpOp, o: Option<Ordering>) -> bool {
    match op {
        CmpOp::Lt => o == Some(Ordering::Less),
        CmpOp::Le => matches!(o, Some(Ordering::Less | Ordering::Equal)),
        CmpOp::Eq => o == Some(Ordering::Equal),
        CmpOp::Ne => o != Some(Ordering::Equal),
        CmpOp::Gt => o == Some(Ordering::Greater),
        CmpOp::Ge => matches!(o, Some(Ordering::Greater | Ordering::Equal)),
    }
}

/// Comparisons of `int`.
pub fn compare(_: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    match (IntRef::of(a), IntRef::of(b)) {
        (Some(x), Some(y)) => Ok(Value::bool(holds(op, Some(cmp(x, y))))),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// Hash of an integer: its value modulo 2^61 - 1, with its sign.
#[must_use]
pub fn hash(x: IntRef<'_>) -> i64 {
    match x {
        IntRef::Small(n) => crate::hash::hash_i64(n),
        IntRef::Big(b) => {
            const M: u128 = crate::hash::MODULUS as u128;
            let mut h: u128 = 0;
            for d in b.iter_u64_digits().rev() {
                // 2^64 is 8 modulo 2^61 - 1.
                h = (h * 8 + u128::from(d)) % M;
            }
            let h = h as i64;
            crate::hash::fix(if b.is_negative() { -h } else { h })
        }
    }
}

impl Vm {
    /// Gives back room that was reserved for an intermediate result.
    pub(crate) fn release_digits(&self, r: Reserved) {
        if r.bytes() != 0 {
            self.heap().heap().discharge(r.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn true_division_rounds_once() {
        let b = |s: &str| s.parse::<BigInt>().unwrap_or_default();
        let one = BigInt::one();
        assert_eq!(ratio(&b("10000000000000000000000"), &b("3")), Some(3.333_333_333_333_333_4e21));
        assert_eq!(ratio(&((&one << 53) + 1), &one), Some(9_007_199_254_740_992.0));
        assert_eq!(ratio(&((&one << 53) + 3), &one), Some(9_007_199_254_740_996.0));
        assert_eq!(ratio(&one, &(&one << 1074)), Some(f64::from_bits(1)));
        assert_eq!(ratio(&one, &(&one << 1075)), Some(0.0));
        assert_eq!(ratio(&b("3"), &(&one << 1075)), Some(f64::from_bits(2)));
        assert_eq!(ratio(&b("-3"), &(&one << 1076)), Some(-f64::from_bits(1)));
        assert_eq!(ratio(&(&one << 1024), &one), None);
        assert_eq!(ratio(&((&one << 1024) - 1), &one), None);
        assert_eq!(ratio(&(&one << 2000), &(&one << 1000)), Some(2f64.powi(1000)));
        assert_eq!(ratio(&(&one << 1023), &-&one), Some(-2f64.powi(1023)));
    }

    #[test]
    fn big_hash_is_the_residue() {
        let p = (BigInt::one() << 61) - 1;
        assert_eq!(hash(IntRef::Big(&p)), 0);
        assert_eq!(hash(IntRef::Big(&(-(&p << 70_u32) - BigInt::from(5)))), -5);
        assert_eq!(hash(IntRef::Big(&(BigInt::one() << 100))), 1 << 39);
    }
}
