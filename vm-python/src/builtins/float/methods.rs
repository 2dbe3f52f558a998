//! Methods of `float`.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{FromPrimitive, One, ToPrimitive};

use super::integer;
use crate::{error::PyResult, native::Args, object::str::Str, value::Value, vm::Vm};

/// Self of a method.
fn self_of(vm: &Vm, a: Args<'_>, name: &str) -> PyResult<f64> {
    match a.all().first() {
        Some(&v) => vm.as_float(v).ok_or_else(|| {
            vm.type_error(format!(
                "descriptor '{name}' for 'float' objects doesn't apply to a '{}' object",
                vm.type_name(v)
            ))
        }),
        None => Err(vm.type_error(format!("unbound method float.{name}() needs an argument"))),
    }
}

/// Self of a method without other arguments.
fn this(vm: &Vm, a: Args<'_>, name: &str) -> PyResult<f64> {
    let x = self_of(vm, a, name)?;
    a.rest().exact::<0>(vm, &format!("float.{name}"))?;
    Ok(x)
}

pub(super) fn trunc(vm: &Vm, a: Args<'_>) -> PyResult {
    integer(vm, this(vm, a, "__trunc__")?)
}

pub(super) fn floor(vm: &Vm, a: Args<'_>) -> PyResult {
    integer(vm, this(vm, a, "__floor__")?.floor())
}

pub(super) fn ceil(vm: &Vm, a: Args<'_>) -> PyResult {
    integer(vm, this(vm, a, "__ceil__")?.ceil())
}

pub(super) fn is_integer(vm: &Vm, a: Args<'_>) -> PyResult {
    let x = this(vm, a, "is_integer")?;
    Ok(Value::bool(x.is_finite() && x.floor() == x))
}

pub(super) fn conjugate(vm: &Vm, a: Args<'_>) -> PyResult {
    vm.new_float(this(vm, a, "conjugate")?)
}

pub(super) fn getnewargs(vm: &Vm, a: Args<'_>) -> PyResult {
    let x = vm.new_float(this(vm, a, "__getnewargs__")?)?;
    Ok(vm.new_tuple(&[x])?.value())
}

pub(super) fn getformat(vm: &Vm, a: Args<'_>) -> PyResult {
    let [kind] = a.rest().exact::<1>(vm, "__getformat__")?;
    match kind.downcast::<Str>() {
        Some(s) if s.eq_str("double") || s.eq_str("float") => Ok(vm.new_str("IEEE, little-endian")?.value()),
        Some(_) => Err(vm.value_error("__getformat__() argument 1 must be 'double' or 'float'")),
        None => {
            Err(vm.type_error(format!("__getformat__() argument must be str, not {}", vm.type_name(kind))))
        }
    }
}

pub(super) fn format(vm: &Vm, a: Args<'_>) -> PyResult {
    self_of(vm, a, "__format__")?;
    let [spec] = a.rest().exact::<1>(vm, "float.__format__")?;
    let Some(spec) = spec.downcast::<Str>() else {
        return Err(vm.type_error(format!("__format__() argument must be str, not {}", vm.type_name(spec))));
    };
    Ok(crate::builtins::format::format_float(vm, a.all()[0], spec)?.value())
}

pub(super) fn from_number(vm: &Vm, a: Args<'_>) -> PyResult {
    let class = a.all()[0];
    let [v] = a.rest().exact::<1>(vm, "float.from_number")?;
    let x = vm.new_float(vm.float_of(v)?)?;
    if class == vm.types().float.value() { Ok(x) } else { vm.call(class, &[x]) }
}

/// `float.__round__(ndigits=None)`
pub(super) fn round(vm: &Vm, a: Args<'_>) -> PyResult {
    let x = self_of(vm, a, "__round__")?;
    let digits = match a.rest().range(vm, "__round__", 0, 1)? {
        [n] if !n.is_none() => vm.index_clamped(*n)?,
        // Half to even.
        _ => return integer(vm, x.round_ties_even()),
    };
    match round_to(x, digits) {
        Some(r) => vm.new_float(r),
        None => Err(vm.overflow_error("rounded value too large to represent")),
    }
}

/// `x` rounded to `digits` decimal places, as if exactly and then to the nearest float; `None` if that is out of range.
#[must_use]
pub fn round_to(x: f64, digits: i64) -> Option<f64> {
    // More digits than a float has after the point, or so few that nothing is left (2**1024 < 10**309).
    if !x.is_finite() || x == 0.0 || digits > 323 {
        return Some(x);
    }
    if digits < -308 {
        return Some(0.0 * x);
    }
    let r = if digits >= 0 {
        // The formatter rounds the exact binary value, ties to even.
        std::format!("{x:.*}", digits as usize).parse::<f64>().ok()?
    } else {
        let power = BigInt::from(10).pow((-digits) as u32);
        let t = x.trunc();
        let whole = BigInt::from_f64(t.abs())?;
        let (q, rest) = whole.div_rem(&power);
        let twice = rest * 2;
        let up = twice > power || twice == power && (x != t || q.is_odd());
        let r = crate::object::int::big_to_f64(&((q + i32::from(up)) * power))?;
        r.copysign(x)
    };
    r.is_finite().then_some(r)
}

/// Numerator and denominator in lowest terms; `x` is finite.
#[must_use]
pub fn as_ratio(x: f64) -> (BigInt, BigInt) {
    if x == 0.0 {
        return (BigInt::default(), BigInt::one());
    }
    let bits = x.abs().to_bits();
    let raw = (bits >> 52) as i64;
    let (m, e) = if raw == 0 { (bits, -1074) } else { (bits & ((1 << 52) - 1) | 1 << 52, raw - 1075) };
    let zeros = i64::from(m.trailing_zeros());
    let (m, e) = (m >> zeros, e + zeros);
    let n = BigInt::from(m) * if x < 0.0 { -1 } else { 1 };
    if e >= 0 { (n << e as u64, BigInt::one()) } else { (n, BigInt::one() << (-e) as u64) }
}

pub(super) fn as_integer_ratio(vm: &Vm, a: Args<'_>) -> PyResult {
    let x = this(vm, a, "as_integer_ratio")?;
    if x.is_nan() {
        return Err(vm.value_error("cannot convert NaN to integer ratio"));
    }
    if x.is_infinite() {
        return Err(vm.overflow_error("cannot convert Infinity to integer ratio"));
    }
    let (n, d) = as_ratio(x);
    Ok(vm.new_tuple(&[vm.new_bigint(n)?, vm.new_bigint(d)?])?.value())
}

pub(super) fn hex(vm: &Vm, a: Args<'_>) -> PyResult {
    let x = this(vm, a, "hex")?;
    let sign = if x.is_sign_negative() { "-" } else { "" };
    let text = if x.is_nan() {
        "nan".to_owned()
    } else if x.is_infinite() {
        std::format!("{sign}inf")
    } else if x == 0.0 {
        std::format!("{sign}0x0.0p+0")
    } else {
        let bits = x.abs().to_bits();
        let (lead, e) = match bits >> 52 {
            0 => (0, -1022),
            raw => (1, raw as i64 - 1023),
        };
        std::format!("{sign}0x{lead}.{:013x}p{e:+}", bits & ((1 << 52) - 1))
    };
    Ok(vm.new_str(&text)?.value())
}

pub(super) fn fromhex(vm: &Vm, a: Args<'_>) -> PyResult {
    let class = a.all()[0];
    let [s] = a.rest().exact::<1>(vm, "float.fromhex")?;
    let Some(s) = s.downcast::<Str>() else {
        return Err(vm.type_error("bad argument type for built-in operation"));
    };
    let x = match parse_hex(s.to_str_lossy().trim_matches(|c: char| c.is_ascii_whitespace() || c == '\x0b')) {
        HexFloat::Number(x) => x,
        HexFloat::TooLarge => {
            return Err(vm.overflow_error("hexadecimal value too large to represent as a float"));
        }
        HexFloat::Invalid => return Err(vm.value_error("invalid hexadecimal floating-point string")),
    };
    let x = vm.new_float(x)?;
    if class == vm.types().float.value() { Ok(x) } else { vm.call(class, &[x]) }
}

#[derive(Debug, PartialEq)]
enum HexFloat {
    Number(f64),
    TooLarge,
    Invalid,
}

/// `[sign] ["0x"] hex ["." hex] ["p" exponent]`, or `inf`/`nan`.
fn parse_hex(s: &str) -> HexFloat {
    let (negative, body) = match s.as_bytes().first() {
        Some(b'-') => (true, &s[1..]),
        Some(b'+') => (false, &s[1..]),
        _ => (false, s),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    match body.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return HexFloat::Number(f64::INFINITY * sign),
        "nan" => return HexFloat::Number(f64::NAN.copysign(sign)),
        _ => {}
    }
    let body = body.strip_prefix("0x").or_else(|| body.strip_prefix("0X")).unwrap_or(body);
    let (digits, exponent) = match body.find(['p', 'P']) {
        Some(i) => (&body[..i], Some(&body[i + 1..])),
        None => (body, None),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_hex = |s: &str| s.bytes().all(|b| b.is_ascii_hexdigit());
    if whole.len() + fraction.len() == 0 || !is_hex(whole) || !is_hex(fraction) {
        return HexFloat::Invalid;
    }
    let exponent: i64 = match exponent {
        None => 0,
        Some(e) => {
            let d = e.strip_prefix(['+', '-']).unwrap_or(e);
            if d.is_empty() || !d.bytes().all(|b| b.is_ascii_digit()) {
                return HexFloat::Invalid;
            }
            // Beyond this every result is zero or too large, however many digits fit in memory.
            let n = d.parse::<i64>().unwrap_or(i64::MAX).min(1 << 60);
            if e.starts_with('-') { -n } else { n }
        }
    };
    let Some(m) = BigInt::parse_bytes([whole, fraction].concat().as_bytes(), 16) else {
        return HexFloat::Invalid;
    };
    if m.bits() == 0 {
        return HexFloat::Number(0.0 * sign);
    }
    let e = exponent - 4 * fraction.len() as i64;
    let top = m.bits() as i64 + e;
    if top > 1024 {
        return HexFloat::TooLarge;
    }
    if top < -1075 {
        return HexFloat::Number(0.0 * sign);
    }
    let one = BigInt::one();
    let x = if e >= 0 {
        crate::builtins::int::ratio(&(m << e.to_u64().unwrap_or(0)), &one)
    } else {
        crate::builtins::int::ratio(&m, &(one << (-e).to_u64().unwrap_or(0)))
    };
    match x {
        Some(x) => HexFloat::Number(x * sign),
        None => HexFloat::TooLarge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_floats_round_once() {
        assert_eq!(parse_hex("0x1.8p3"), HexFloat::Number(12.0));
        assert_eq!(parse_hex("-0x.1p-2"), HexFloat::Number(-0.015625));
        assert_eq!(parse_hex("0x1.fffffffffffff8p1023"), HexFloat::TooLarge);
        assert_eq!(parse_hex("0x1p-1075"), HexFloat::Number(0.0));
        assert_eq!(parse_hex("0x1.00001p-1075"), HexFloat::Number(f64::from_bits(1)));
        assert_eq!(parse_hex("0x1p"), HexFloat::Invalid);
        assert_eq!(parse_hex("0x"), HexFloat::Invalid);
    }

    #[test]
    fn rounding_is_of_the_exact_value() {
        assert_eq!(round_to(2.675, 2), Some(2.67));
        assert_eq!(round_to(0.5, 0), Some(0.0));
        assert_eq!(round_to(2.5, 0), Some(2.0));
        assert_eq!(round_to(0.25, 1), Some(0.2));
        assert_eq!(round_to(0.75, 1), Some(0.8));
        assert_eq!(round_to(1234.5678, -2), Some(1200.0));
        assert_eq!(round_to(1250.0, -2), Some(1200.0));
        assert_eq!(round_to(1250.5, -2), Some(1300.0));
        assert_eq!(round_to(1.7e308, -308), None);
        assert_eq!(round_to(-4.0, -5).map(f64::to_bits), Some((-0.0f64).to_bits()));
    }
}
