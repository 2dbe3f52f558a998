//! `complex`

use vm_compiler::opcodes::{BinOp, CmpOp};

use crate::{
    error::{PyResult, Thrown},
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, UnOp, type_flags},
        gc::Gc,
        int::{Complex, IntRef},
        kind::Kind,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

type C = (f64, f64);

const OPS: u16 = 1 << BinOp::Add as u16
    | 1 << BinOp::Subtract as u16
    | 1 << BinOp::Multiply as u16
    | 1 << BinOp::TrueDivide as u16
    | 1 << BinOp::Power as u16;

/// `complex`
pub static DEF: TypeDef = TypeDef {
    name: "complex",
    doc: "Create a complex number from a string or numbers.",
    kind: Kind::Complex,
    size: size_of::<Complex>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: OPS,
        unary: Some(unary),
        unary_ops: 1 << UnOp::Neg as u16 | 1 << UnOp::Pos as u16 | 1 << UnOp::Abs as u16,
        compare: Some(compare),
        hash: Some(hash),
        repr: Some(repr),
        truthy: Some(|vm, v| Ok(number(vm, v) != (0.0, 0.0))),
        new: Some(new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("conjugate", |vm, a| {
            let (c, _) = a.method::<Complex, 0>(vm, "conjugate")?;
            vm.new_complex(c.re, -c.im)
        }),
        MethodDef::new("__complex__", |vm, a| {
            let (c, _) = a.method::<Complex, 0>(vm, "__complex__")?;
            vm.new_complex(c.re, c.im)
        }),
        MethodDef::new("__format__", format),
        MethodDef::new("__getnewargs__", |vm, a| {
            let (c, _) = a.method::<Complex, 0>(vm, "__getnewargs__")?;
            Ok(vm.new_tuple(&[vm.new_float(c.re)?, vm.new_float(c.im)?])?.value())
        }),
        MethodDef::class("from_number", |vm, a| {
            let [v] = a.rest().exact::<1>(vm, "complex.from_number")?;
            if v.downcast::<Str>().is_some() {
                return Err(vm.type_error(format!("must be real number, not {}", vm.type_name(v))));
            }
            vm.call(a.all()[0], &[v])
        }),
    ],
    getset: &[
        GetSetDef::read_only("real", |vm, v| vm.new_float(number(vm, v).0)),
        GetSetDef::read_only("imag", |vm, v| vm.new_float(number(vm, v).1)),
    ],
};

fn number(vm: &Vm, v: Value) -> C {
    vm.as_complex(v).unwrap_or((f64::NAN, f64::NAN))
}

/// The operand of a complex operation; `None` if it is no number.
fn operand(vm: &Vm, v: Value) -> PyResult<Option<C>> {
    if let Some(c) = vm.as_complex(v) {
        return Ok(Some(c));
    }
    if let Some(x) = vm.as_float(v) {
        return Ok(Some((x, 0.0)));
    }
    match IntRef::of(v) {
        Some(i) => Ok(Some((vm.int_to_float(i)?, 0.0))),
        None => Ok(None),
    }
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    if OPS >> op as u16 & 1 == 0 {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let Some(x) = operand(vm, a)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let Some(y) = operand(vm, b)? else { return Ok(Value::NOT_IMPLEMENTED) };
    let r = match op {
        BinOp::Add => (x.0 + y.0, x.1 + y.1),
        BinOp::Subtract => (x.0 - y.0, x.1 - y.1),
        BinOp::Multiply => mul(x, y),
        BinOp::TrueDivide => match div(x, y) {
            Some(q) => q,
            None => return Err(vm.zero_division_error("complex division by zero")),
        },
        BinOp::Power => return checked_power(vm, x, y),
        _ => return Ok(Value::NOT_IMPLEMENTED),
    };
    vm.new_complex(r.0, r.1)
}

fn mul(a: C, b: C) -> C {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// Smith's method: scales by the larger part of the divisor. `None` for zero.
fn div(a: C, b: C) -> Option<C> {
    let (ar, ai) = (b.0.abs(), b.1.abs());
    if ar >= ai {
        if ar == 0.0 {
            return None;
        }
        let t = b.1 / b.0;
        let d = b.0 + b.1 * t;
        Some(((a.0 + a.1 * t) / d, (a.1 - a.0 * t) / d))
    } else if ai >= ar {
        let t = b.0 / b.1;
        let d = b.0 * t + b.1;
        Some(((a.0 * t + a.1) / d, (a.1 * t - a.0) / d))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

/// `a ** b`; small integer exponents by repeated multiplication. `0 ** negative` is the caller's error.
#[must_use]
pub fn power(a: C, b: C) -> C {
    if is_small_integer(b) {
        let n = b.0 as i32;
        return if n >= 0 {
            natural_power(a, n as u32)
        } else {
            div((1.0, 0.0), natural_power(a, n.unsigned_abs())).unwrap_or((f64::NAN, f64::NAN))
        };
    }
    if a == (0.0, 0.0) {
        return (0.0, 0.0);
    }
    let r = a.0.hypot(a.1);
    let angle = a.1.atan2(a.0);
    let mut len = r.powf(b.0);
    let mut phase = angle * b.0;
    if b.1 != 0.0 {
        len /= (angle * b.1).exp();
        phase += b.1 * r.ln();
    }
    (len * phase.cos(), len * phase.sin())
}

/// `a ** b` with its errors.
pub(super) fn checked_power(vm: &Vm, a: C, b: C) -> PyResult {
    let r = power(a, b);
    // An infinite exponent makes an angle without sine: CPython reports that as it reports a zero base.
    let lost_angle = !is_small_integer(b)
        && a != (0.0, 0.0)
        && (a.1.atan2(a.0) * b.0 + if b.1 == 0.0 { 0.0 } else { b.1 * a.0.hypot(a.1).ln() }).is_infinite();
    if lost_angle || a == (0.0, 0.0) && (b.1 != 0.0 || b.0 < 0.0) {
        return Err(vm.zero_division_error("0.0 to a negative or complex power"));
    }
    if r.0.is_infinite() || r.1.is_infinite() {
        return Err(vm.overflow_error("complex exponentiation"));
    }
    vm.new_complex(r.0, r.1)
}

fn is_small_integer(b: C) -> bool {
    b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0
}

fn natural_power(a: C, n: u32) -> C {
    let (mut r, mut p) = ((1.0, 0.0), a);
    let mut mask = 1;
    while mask > 0 && n >= mask {
        if n & mask != 0 {
            r = mul(r, p);
        }
        mask <<= 1;
        p = mul(p, p);
    }
    r
}

fn unary(vm: &Vm, op: UnOp, v: Value) -> PyResult {
    let (re, im) = number(vm, v);
    match op {
        UnOp::Neg => vm.new_complex(-re, -im),
        UnOp::Abs => {
            let r = re.hypot(im);
            if r.is_infinite() && re.is_finite() && im.is_finite() {
                return Err(vm.overflow_error("absolute value too large"));
            }
            vm.new_float(r)
        }
        _ => vm.new_complex(re, im),
    }
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    // Dispatch reaches this with the complex operand on either side.
    let (c, other) = match (vm.as_complex(a), vm.as_complex(b)) {
        (Some(c), _) => (c, b),
        (None, Some(c)) => (c, a),
        (None, None) => return Ok(Value::NOT_IMPLEMENTED),
    };
    let equal = if let Some(d) = vm.as_complex(other) {
        c == d
    } else if let Some(x) = vm.as_float(other) {
        c == (x, 0.0)
    } else if let Some(i) = IntRef::of(other) {
        c.1 == 0.0 && super::float::cmp_int(c.0, i) == Some(std::cmp::Ordering::Equal)
    } else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    Ok(Value::bool(equal == (op == CmpOp::Eq)))
}

fn hash(vm: &Vm, v: Value) -> PyResult<i64> {
    let (re, im) = number(vm, v);
    let part = |x: f64| crate::hash::hash_f64(x).unwrap_or((v.bits() >> 4) as i64);
    Ok(crate::hash::fix(part(re).wrapping_add(part(im).wrapping_mul(1_000_003))))
}

/// A part of a complex number: the shortest digits, without the `.0` of whole numbers.
fn part(vm: &Vm, x: f64, sign: bool) -> PyResult<String> {
    let s = super::format::float_repr(vm, x)?;
    let text = s.to_str_lossy();
    let text = text.strip_suffix(".0").unwrap_or(&text);
    Ok(if sign && !text.starts_with('-') { std::format!("+{text}") } else { text.to_owned() })
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let (re, im) = number(vm, v);
    if re == 0.0 && re.is_sign_positive() {
        return vm.new_str(&std::format!("{}j", part(vm, im, false)?));
    }
    vm.new_str(&std::format!("({}{}j)", part(vm, re, false)?, part(vm, im, true)?))
}

fn format(vm: &Vm, a: Args<'_>) -> PyResult {
    let (_, [spec]) = a.method::<Complex, 1>(vm, "__format__")?;
    let Some(spec) = spec.downcast::<Str>() else {
        return Err(
            vm.type_error(std::format!("__format__() argument must be str, not {}", vm.type_name(spec)))
        );
    };
    Ok(super::format::format_complex(vm, a.all()[0], spec)?.value())
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let [re, im] = args.bind(vm, "complex", ["real", "imag"], 0, 0, 2)?;
    if class == vm.types().complex && im.is_unbound() && re.downcast_exact::<Complex>().is_some() {
        return Ok(re);
    }
    let (x, y) = from_args(vm, re, im)?;
    if class == vm.types().complex { vm.new_complex(x, y) } else { vm.new_complex_subclass(class, x, y) }
}

fn from_args(vm: &Vm, re: Value, im: Value) -> PyResult<C> {
    if let Some(s) = re.downcast::<Str>() {
        if !im.is_unbound() {
            return Err(vm.type_error("complex() can't take second arg if first is a string"));
        }
        return parse(&s.to_str_lossy()).ok_or_else(|| vm.value_error("complex() arg is a malformed string"));
    }
    if im.downcast::<Str>().is_some() {
        return Err(vm.type_error("complex() second arg can't be a string"));
    }
    let a = if re.is_unbound() {
        (0.0, 0.0)
    } else {
        part_of(vm, re)?.ok_or_else(|| {
            vm.type_error(std::format!(
                "complex() first argument must be a string or a number, not '{}'",
                vm.type_name(re)
            ))
        })?
    };
    if im.is_unbound() {
        return Ok(a);
    }
    let b = part_of(vm, im)?.ok_or_else(|| bad_imaginary(vm, im))?;
    // complex(a, b) is a + b * 1j with complex a and b; signs of zeros are kept when b is real.
    let im_is_complex = vm.as_complex(im).is_some();
    let re_is_complex = !re.is_unbound() && vm.as_complex(re).is_some();
    // What `__complex__` gave counts as complex, too.
    let x = if im_is_complex || b.1 != 0.0 { a.0 - b.1 } else { a.0 };
    let y = if re_is_complex || a.1 != 0.0 { b.0 + a.1 } else { b.0 };
    Ok((x, y))
}

#[cold]
fn bad_imaginary(vm: &Vm, im: Value) -> Thrown {
    vm.type_error(std::format!("complex() second argument must be a number, not '{}'", vm.type_name(im)))
}

/// The complex number that an argument stands for; `None` if it is no number.
fn part_of(vm: &Vm, v: Value) -> PyResult<Option<C>> {
    // Subclasses of the real numbers may have methods of their own.
    let exact = v.is_small_int() || v.is_tagged_float() || vm.as_complex(v).is_some();
    if exact && let Some(c) = operand(vm, v)? {
        return Ok(Some(c));
    }
    if let Some(f) = vm.lookup_special(v, vm.names().__complex__)? {
        let r = vm.call(f, &[])?;
        return match vm.as_complex(r) {
            Some(c) => Ok(Some(c)),
            None => Err(vm.type_error(std::format!(
                "{}.__complex__() returned non-complex (type {})",
                vm.type_name(v),
                vm.type_name(r)
            ))),
        };
    }
    Ok(vm.float_by_protocol(v)?.map(|x| (x, 0.0)))
}

/// `[(] real [sign imag j] | imag j [)]`
fn parse(s: &str) -> Option<C> {
    let s = s.trim();
    let s = match s.strip_prefix('(') {
        Some(rest) => rest.strip_suffix(')')?.trim(),
        None => s,
    };
    let real = |t: &str| -> Option<f64> {
        let plain = t.strip_prefix(['+', '-']).unwrap_or(t);
        let first = plain.chars().next()?;
        let word = plain.to_ascii_lowercase();
        let known = matches!(word.as_str(), "inf" | "infinity" | "nan");
        if !(known || first.is_ascii_digit() || first == '.') || plain.contains("__") || plain.ends_with('_')
        {
            return None;
        }
        let t: String = t.chars().filter(|&c| c != '_').collect();
        t.parse().ok()
    };
    let Some(body) = s.strip_suffix(['j', 'J']) else { return Some((real(s)?, 0.0)) };
    // The sign that separates the parts is the last one that is neither the first character nor of an exponent.
    let bytes = body.as_bytes();
    let split = (1..bytes.len())
        .rev()
        .find(|&i| matches!(bytes[i], b'+' | b'-') && !matches!(bytes[i - 1], b'e' | b'E'))
        .unwrap_or(0);
    let unit = |t: &str| match t {
        "" | "+" => Some(1.0),
        "-" => Some(-1.0),
        t => real(t),
    };
    let (re, im) = body.split_at(split);
    Some((if re.is_empty() { 0.0 } else { real(re)? }, unit(im)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_parse_as_written_by_repr() {
        assert_eq!(parse("(1+2j)"), Some((1.0, 2.0)));
        assert_eq!(parse(" -1e-3-2.5e+2j "), Some((-0.001, -250.0)));
        assert_eq!(parse("j"), Some((0.0, 1.0)));
        assert_eq!(parse("1-j"), Some((1.0, -1.0)));
        assert_eq!(parse("3"), Some((3.0, 0.0)));
        assert_eq!(parse("inf-infj"), Some((f64::INFINITY, f64::NEG_INFINITY)));
        for bad in ["", "1+", "1 + 2j", "(1+2j", "1+2", "++1j", "1e", "abc"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn small_integer_powers_are_products() {
        assert_eq!(power((1.0, 2.0), (2.0, 0.0)), (-3.0, 4.0));
        assert_eq!(power((0.0, 1.0), (-1.0, 0.0)), (0.0, -1.0));
        assert_eq!(div((1.0, 0.0), (0.0, 0.0)), None);
    }
}
