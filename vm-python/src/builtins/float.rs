//! `float`

mod methods;

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};
use vm_compiler::opcodes::{BinOp, CmpOp};

use super::int::holds;
use crate::{
    error::{PyResult, Thrown},
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, UnOp, type_flags},
        gc::Gc,
        int::{Float, IntRef},
        kind::Kind,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

pub use methods::{as_ratio, round_to};

const OPS: u16 = 1 << BinOp::Add as u16
    | 1 << BinOp::Subtract as u16
    | 1 << BinOp::Multiply as u16
    | 1 << BinOp::TrueDivide as u16
    | 1 << BinOp::FloorDivide as u16
    | 1 << BinOp::Remainder as u16
    | 1 << BinOp::Power as u16;

const UNARY_OPS: u16 = 1 << UnOp::Neg as u16
    | 1 << UnOp::Pos as u16
    | 1 << UnOp::Abs as u16
    | 1 << UnOp::Int as u16
    | 1 << UnOp::Float as u16;

/// `float`
pub static DEF: TypeDef = TypeDef {
    name: "float",
    doc: "Convert a string or number to a floating-point number, if possible.",
    kind: Kind::Float,
    size: size_of::<Float>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: OPS,
        unary: Some(unary),
        unary_ops: UNARY_OPS,
        compare: Some(compare),
        hash: Some(hash),
        repr: Some(|vm, v| super::format::float_repr(vm, number(vm, v))),
        truthy: Some(|vm, v| Ok(number(vm, v) != 0.0)),
        new: Some(new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("__divmod__", |vm, a| {
            a.exact::<2>(vm, "__divmod__").and_then(|[a, b]| divmod(vm, a, b))
        }),
        MethodDef::new("__rdivmod__", |vm, a| {
            a.exact::<2>(vm, "__rdivmod__").and_then(|[a, b]| divmod(vm, b, a))
        }),
        MethodDef::new("__trunc__", methods::trunc),
        MethodDef::new("__floor__", methods::floor),
        MethodDef::new("__ceil__", methods::ceil),
        MethodDef::new("__round__", methods::round),
        MethodDef::new("__format__", methods::format),
        MethodDef::new("__getnewargs__", methods::getnewargs),
        MethodDef::class("__getformat__", methods::getformat),
        MethodDef::class("fromhex", methods::fromhex),
        MethodDef::class("from_number", methods::from_number),
        MethodDef::new("hex", methods::hex),
        MethodDef::new("as_integer_ratio", methods::as_integer_ratio),
        MethodDef::new("is_integer", methods::is_integer),
        MethodDef::new("conjugate", methods::conjugate),
    ],
    getset: &[
        GetSetDef::read_only("real", |vm, v| vm.new_float(number(vm, v))),
        GetSetDef::read_only("imag", |vm, _| vm.new_float(0.0)),
    ],
};

/// The number of a value that dispatch says is a float.
fn number(vm: &Vm, v: Value) -> f64 {
    vm.as_float(v).unwrap_or(f64::NAN)
}

/// The operand of a float operation: a float or an integer; `None` for anything else.
#[inline]
fn operand(vm: &Vm, v: Value) -> PyResult<Option<f64>> {
    if let Some(x) = vm.as_float(v) {
        return Ok(Some(x));
    }
    match IntRef::of(v) {
        Some(IntRef::Small(n)) => Ok(Some(n as f64)),
        Some(i) => vm.int_to_float(i).map(Some),
        None => Ok(None),
    }
}

/// Binary operators of `float`.
pub fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    if OPS >> op as u16 & 1 == 0 {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let Some(x) = operand(vm, a)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(y) = operand(vm, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    match op {
        BinOp::Add => vm.new_float(x + y),
        BinOp::Subtract => vm.new_float(x - y),
        BinOp::Multiply => vm.new_float(x * y),
        BinOp::TrueDivide if y == 0.0 => Err(vm.zero_division_error("float division by zero")),
        BinOp::TrueDivide => vm.new_float(x / y),
        BinOp::FloorDivide if y == 0.0 => Err(vm.zero_division_error("float floor division by zero")),
        BinOp::FloorDivide => vm.new_float(floor_div_mod(x, y).0),
        BinOp::Remainder if y == 0.0 => Err(vm.zero_division_error("float modulo by zero")),
        BinOp::Remainder => vm.new_float(floor_mod(x, y)),
        BinOp::Power => power(vm, x, y),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// `x % y` with the sign of `y`, which is not zero.
#[inline]
#[must_use]
pub fn floor_mod(x: f64, y: f64) -> f64 {
    let r = x % y;
    if r == 0.0 {
        0f64.copysign(y)
    } else if (r < 0.0) != (y < 0.0) {
        r + y
    } else {
        r
    }
}

/// Floored quotient and remainder; `y` is not zero.
#[must_use]
pub fn floor_div_mod(x: f64, y: f64) -> (f64, f64) {
    let mut r = x % y;
    // (x - r) / y is an integer but for rounding.
    let mut q = (x - r) / y;
    if r == 0.0 {
        r = 0f64.copysign(y);
    } else if (r < 0.0) != (y < 0.0) {
        r += y;
        q -= 1.0;
    }
    let q = if q == 0.0 {
        0f64.copysign(x / y)
    } else {
        let f = q.floor();
        if q - f > 0.5 { f + 1.0 } else { f }
    };
    (q, r)
}

fn divmod(vm: &Vm, a: Value, b: Value) -> PyResult {
    let Some(x) = operand(vm, a)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(y) = operand(vm, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    if y == 0.0 {
        return Err(vm.zero_division_error("float divmod()"));
    }
    let (q, r) = floor_div_mod(x, y);
    Ok(vm.new_tuple(&[vm.new_float(q)?, vm.new_float(r)?])?.value())
}

/// OverflowError as the C library's ERANGE.
#[cold]
pub(crate) fn range_error(vm: &Vm) -> Thrown {
    match vm.new_str("Numerical result out of range") {
        Ok(s) => vm.new_exception(vm.exc().overflow_error, &[Value::small_int(34), s.value()]),
        Err(e) => e,
    }
}

/// `x ** y`; complex for a negative base with a fractional exponent.
pub fn power(vm: &Vm, x: f64, y: f64) -> PyResult {
    if x == 0.0 && y < 0.0 {
        return Err(vm.zero_division_error("0.0 cannot be raised to a negative power"));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y != y.floor() {
        return super::complex::checked_power(vm, (x, 0.0), (y, 0.0));
    }
    let r = x.powf(y);
    if r.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(range_error(vm));
    }
    vm.new_float(r)
}

fn unary(vm: &Vm, op: UnOp, v: Value) -> PyResult {
    let x = number(vm, v);
    match op {
        UnOp::Neg => vm.new_float(-x),
        UnOp::Abs => vm.new_float(x.abs()),
        UnOp::Int => integer(vm, x),
        _ => vm.new_float(x),
    }
}

/// The integer of a float, fraction dropped.
///
/// # Errors
/// OverflowError for infinities, ValueError for NaN.
pub fn integer(vm: &Vm, x: f64) -> PyResult {
    if x.abs() < 9e18 {
        return vm.new_int(x as i64);
    }
    match BigInt::from_f64(x) {
        Some(b) => vm.new_bigint(b),
        None if x.is_nan() => Err(vm.value_error("cannot convert float NaN to integer")),
        None => Err(vm.overflow_error("cannot convert float infinity to integer")),
    }
}

/// Exact order of a float and an integer; `None` for NaN.
#[must_use]
pub fn cmp_int(x: f64, i: IntRef<'_>) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Greater } else { Ordering::Less });
    }
    let t = x.trunc();
    let whole = match i.to_i64() {
        Some(n) if t.abs() < 9e18 => (t as i64).cmp(&n),
        _ => match BigInt::from_f64(t) {
            Some(b) => b.cmp(&i.to_big()),
            None => return None,
        },
    };
    Some(whole.then(x.partial_cmp(&t)?))
}

/// Comparisons of `float`.
pub fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let order = match (vm.as_float(a), vm.as_float(b)) {
        (Some(x), Some(y)) => x.partial_cmp(&y),
        (Some(x), None) => match IntRef::of(b) {
            Some(i) => cmp_int(x, i),
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
        (None, Some(y)) => match IntRef::of(a) {
            Some(i) => cmp_int(y, i).map(Ordering::reverse),
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
        (None, None) => return Ok(Value::NOT_IMPLEMENTED),
    };
    Ok(Value::bool(holds(op, order)))
}

fn hash(vm: &Vm, v: Value) -> PyResult<i64> {
    // A NaN is always a cell, whose address is as good as any number.
    Ok(crate::hash::hash_f64(number(vm, v)).unwrap_or_else(|| crate::hash::fix((v.bits() >> 4) as i64)))
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let x = match args.range(vm, "float", 0, 1)? {
        [] => 0.0,
        [v, ..] => {
            if class == vm.types().float && v.is_tagged_float() {
                return Ok(*v);
            }
            from_value(vm, *v)?
        }
    };
    if class == vm.types().float { vm.new_float(x) } else { vm.new_float_subclass(class, x) }
}

/// `float(v)`
fn from_value(vm: &Vm, v: Value) -> PyResult<f64> {
    if v.downcast_exact::<Str>().is_none() {
        // Subclasses of the numbers may have a `__float__` of their own.
        if let Some(x) = vm.float_by_protocol(v)? {
            return Ok(x);
        }
        if let Some(x) = vm.as_float(v) {
            return Ok(x);
        }
    }
    match super::format::parse_float_value(vm, v)? {
        Some(x) => Ok(x),
        None => Err(vm.type_error(format!(
            "float() argument must be a string or a real number, not '{}'",
            vm.type_name(v)
        ))),
    }
}

/// Whether a float has an integer value that fits, and which.
#[must_use]
pub fn to_exact_i64(x: f64) -> Option<i64> {
    if x.fract() == 0.0 { x.to_i64() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_and_integers_compare_exactly() {
        let big = BigInt::from(10).pow(400);
        assert_eq!(cmp_int(1e308, IntRef::Big(&big)), Some(Ordering::Less));
        assert_eq!(cmp_int(f64::INFINITY, IntRef::Big(&big)), Some(Ordering::Greater));
        assert_eq!(cmp_int(9_007_199_254_740_992.0, IntRef::Small((1 << 53) + 1)), Some(Ordering::Less));
        assert_eq!(cmp_int(-0.5, IntRef::Small(0)), Some(Ordering::Less));
        assert_eq!(cmp_int(0.5, IntRef::Small(0)), Some(Ordering::Greater));
        assert_eq!(cmp_int(-1.5, IntRef::Small(-1)), Some(Ordering::Less));
        assert_eq!(cmp_int(f64::NAN, IntRef::Small(0)), None);
    }

    #[test]
    fn floored_division_has_the_divisors_sign() {
        assert_eq!(floor_div_mod(-7.0, 2.0), (-4.0, 1.0));
        assert_eq!(floor_div_mod(7.0, -2.0), (-4.0, -1.0));
        assert_eq!(floor_div_mod(1.0, 0.1).0, 9.0);
        assert!(floor_mod(-4.0, 2.0).is_sign_positive());
        assert!(floor_mod(4.0, -2.0).is_sign_negative());
    }
}
