//! `math`

mod gamma;
mod integers;
mod sums;

use num_traits::ToPrimitive;
use vm_python::{
    error::{PyResult, Thrown},
    native::{Args, FunctionDef},
    object::{gc::Gc, int::IntRef, module::Module, str::Str},
    value::Value,
    vm::Vm,
};

unsafe extern "C" {
    safe fn asinh(x: f64) -> f64;
    safe fn acosh(x: f64) -> f64;
    safe fn atanh(x: f64) -> f64;
    safe fn erf(x: f64) -> f64;
    safe fn erfc(x: f64) -> f64;
    safe fn remainder(x: f64, y: f64) -> f64;
    safe fn nextafter(x: f64, y: f64) -> f64;
}

pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("math")?;
    for (name, x) in [
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("tau", std::f64::consts::TAU),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        vm.add_value(m, name, vm.new_float(x)?)?;
    }
    vm.add_functions(m, FUNCTIONS)?;
    Ok(m)
}

/// A function of one float: `why` says what is wrong with an argument that gives NaN, or infinity when that is no
/// overflow; `{}` in it is the argument.
fn one(vm: &Vm, a: Args<'_>, name: &str, f: impl Fn(f64) -> f64, overflows: bool, why: &str) -> PyResult {
    let [v] = a.exact::<1>(vm, name)?;
    apply(vm, vm.float_of(v)?, f, overflows, why)
}

fn apply(vm: &Vm, x: f64, f: impl Fn(f64) -> f64, overflows: bool, why: &str) -> PyResult {
    let r = f(x);
    if r.is_nan() && !x.is_nan() {
        return Err(domain_error(vm, x, why));
    }
    if r.is_infinite() && x.is_finite() {
        return Err(if overflows { vm.overflow_error("math range error") } else { domain_error(vm, x, why) });
    }
    vm.new_float(r)
}

#[cold]
fn domain_error(vm: &Vm, x: f64, why: &str) -> Thrown {
    if !why.contains("{}") {
        return vm.value_error(why);
    }
    let text = match vm.new_float(x).and_then(|v| vm.repr(v)) {
        Ok(s) => s.to_str_lossy().into_owned(),
        Err(e) => return e,
    };
    vm.value_error(why.replace("{}", &text))
}

/// Two float arguments.
fn two(vm: &Vm, a: Args<'_>, name: &str) -> PyResult<(f64, f64)> {
    let [x, y] = a.exact::<2>(vm, name)?;
    Ok((vm.float_of(x)?, vm.float_of(y)?))
}

/// A float from two: NaN from non-NaN arguments is a domain error, infinity from finite ones a range error.
fn checked2(vm: &Vm, x: f64, y: f64, r: f64) -> PyResult {
    if r.is_nan() && !x.is_nan() && !y.is_nan() {
        return Err(vm.value_error("math domain error"));
    }
    if r.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(vm.overflow_error("math range error"));
    }
    vm.new_float(r)
}

const DOMAIN: &str = "math domain error";
const FINITE: &str = "expected a finite input, got {}";
const UNIT: &str = "expected a number in range from -1 up to 1, got {}";
const POSITIVE: &str = "expected a positive input, got {}";
const GAMMA: &str = "expected a noninteger or positive integer, got {}";

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("acos", |vm, a| one(vm, a, "math.acos", f64::acos, false, UNIT)),
    FunctionDef::new("acosh", |vm, a| {
        one(vm, a, "math.acosh", |x| acosh(x), false, "expected argument value not less than 1, got {}")
    }),
    FunctionDef::new("asin", |vm, a| one(vm, a, "math.asin", f64::asin, false, UNIT)),
    FunctionDef::new("asinh", |vm, a| one(vm, a, "math.asinh", |x| asinh(x), false, DOMAIN)),
    FunctionDef::new("atan", |vm, a| one(vm, a, "math.atan", f64::atan, false, DOMAIN)),
    FunctionDef::new("atanh", |vm, a| {
        one(vm, a, "math.atanh", |x| atanh(x), false, "expected a number between -1 and 1, got {}")
    }),
    FunctionDef::new("cbrt", |vm, a| one(vm, a, "math.cbrt", cbrt, false, DOMAIN)),
    FunctionDef::new("cos", |vm, a| one(vm, a, "math.cos", f64::cos, false, FINITE)),
    FunctionDef::new("cosh", |vm, a| one(vm, a, "math.cosh", f64::cosh, true, DOMAIN)),
    FunctionDef::new("erf", |vm, a| one(vm, a, "math.erf", |x| erf(x), false, DOMAIN)),
    FunctionDef::new("erfc", |vm, a| one(vm, a, "math.erfc", |x| erfc(x), false, DOMAIN)),
    FunctionDef::new("exp", |vm, a| one(vm, a, "math.exp", f64::exp, true, DOMAIN)),
    FunctionDef::new("exp2", |vm, a| one(vm, a, "math.exp2", f64::exp2, true, DOMAIN)),
    FunctionDef::new("expm1", |vm, a| one(vm, a, "math.expm1", f64::exp_m1, true, DOMAIN)),
    FunctionDef::new("fabs", |vm, a| one(vm, a, "math.fabs", f64::abs, false, DOMAIN)),
    FunctionDef::new("log1p", |vm, a| {
        one(vm, a, "math.log1p", f64::ln_1p, false, "expected argument value > -1, got {}")
    }),
    FunctionDef::new("sin", |vm, a| one(vm, a, "math.sin", f64::sin, false, FINITE)),
    FunctionDef::new("sinh", |vm, a| one(vm, a, "math.sinh", f64::sinh, true, DOMAIN)),
    FunctionDef::new("sqrt", |vm, a| {
        one(vm, a, "math.sqrt", f64::sqrt, false, "expected a nonnegative input, got {}")
    }),
    FunctionDef::new("tan", |vm, a| one(vm, a, "math.tan", f64::tan, false, FINITE)),
    FunctionDef::new("tanh", |vm, a| one(vm, a, "math.tanh", f64::tanh, false, DOMAIN)),
    FunctionDef::new("gamma", |vm, a| one(vm, a, "math.gamma", gamma::gamma, true, GAMMA)),
    FunctionDef::new("lgamma", |vm, a| {
        let [v] = a.exact::<1>(vm, "math.lgamma")?;
        let x = vm.float_of(v)?;
        if x.is_finite() && x <= 0.0 && x.floor() == x {
            return Err(domain_error(vm, x, GAMMA));
        }
        apply(vm, x, gamma::ln_gamma, true, GAMMA)
    }),
    FunctionDef::new("degrees", |vm, a| {
        let [v] = a.exact::<1>(vm, "math.degrees")?;
        vm.new_float(vm.float_of(v)? * (180.0 / std::f64::consts::PI))
    }),
    FunctionDef::new("radians", |vm, a| {
        let [v] = a.exact::<1>(vm, "math.radians")?;
        vm.new_float(vm.float_of(v)? * (std::f64::consts::PI / 180.0))
    }),
    FunctionDef::new("atan2", |vm, a| {
        let (x, y) = two(vm, a, "atan2")?;
        vm.new_float(x.atan2(y))
    }),
    FunctionDef::new("copysign", |vm, a| {
        let (x, y) = two(vm, a, "copysign")?;
        vm.new_float(x.copysign(y))
    }),
    FunctionDef::new("fmod", |vm, a| {
        let (x, y) = two(vm, a, "fmod")?;
        if y.is_infinite() && x.is_finite() {
            return vm.new_float(x);
        }
        checked2(vm, x, y, x % y)
    }),
    FunctionDef::new("pow", |vm, a| {
        let (x, y) = two(vm, a, "pow")?;
        if x == 0.0 && y < 0.0 && y.is_finite() {
            return Err(vm.value_error(DOMAIN));
        }
        checked2(vm, x, y, x.powf(y))
    }),
    FunctionDef::new("remainder", |vm, a| {
        let (x, y) = two(vm, a, "remainder")?;
        checked2(vm, x, y, remainder(x, y))
    }),
    FunctionDef::new("fma", fma),
    FunctionDef::new("nextafter", next_after),
    FunctionDef::new("ulp", |vm, a| {
        let [v] = a.exact::<1>(vm, "math.ulp")?;
        vm.new_float(ulp(vm.float_of(v)?))
    }),
    FunctionDef::new("frexp", |vm, a| {
        let [v] = a.exact::<1>(vm, "math.frexp")?;
        let (m, e) = frexp(vm.float_of(v)?);
        Ok(vm.new_tuple(&[vm.new_float(m)?, Value::small_int(e)])?.value())
    }),
    FunctionDef::new("ldexp", ldexp),
    FunctionDef::new("modf", |vm, a| {
        let [v] = a.exact::<1>(vm, "math.modf")?;
        let x = vm.float_of(v)?;
        let fraction = if x.is_infinite() { 0f64.copysign(x) } else { (x - x.trunc()).copysign(x) };
        Ok(vm.new_tuple(&[vm.new_float(fraction)?, vm.new_float(x.trunc())?])?.value())
    }),
    FunctionDef::new("isfinite", |vm, a| test(vm, a, "math.isfinite", f64::is_finite)),
    FunctionDef::new("isinf", |vm, a| test(vm, a, "math.isinf", f64::is_infinite)),
    FunctionDef::new("isnan", |vm, a| test(vm, a, "math.isnan", f64::is_nan)),
    FunctionDef::new("isclose", is_close),
    FunctionDef::new("floor", |vm, a| whole(vm, a, "math.floor", vm.names().__floor__, f64::floor)),
    FunctionDef::new("ceil", |vm, a| whole(vm, a, "math.ceil", vm.names().__ceil__, f64::ceil)),
    FunctionDef::new("trunc", trunc),
    FunctionDef::new("log", log),
    FunctionDef::new("log2", |vm, a| {
        let [v] = a.exact::<1>(vm, "math.log2")?;
        vm.new_float(logarithm(vm, v, f64::log2)?)
    }),
    FunctionDef::new("log10", |vm, a| {
        let [v] = a.exact::<1>(vm, "math.log10")?;
        vm.new_float(logarithm(vm, v, f64::log10)?)
    }),
    FunctionDef::new("factorial", integers::factorial),
    FunctionDef::new("comb", integers::comb),
    FunctionDef::new("perm", integers::perm),
    FunctionDef::new("gcd", integers::gcd),
    FunctionDef::new("lcm", integers::lcm),
    FunctionDef::new("isqrt", integers::isqrt),
    FunctionDef::new("fsum", sums::fsum),
    FunctionDef::new("sumprod", sums::sumprod),
    FunctionDef::new("prod", sums::prod),
    FunctionDef::new("hypot", sums::hypot),
    FunctionDef::new("dist", sums::dist),
];

fn test(vm: &Vm, a: Args<'_>, name: &str, f: fn(f64) -> bool) -> PyResult {
    let [v] = a.exact::<1>(vm, name)?;
    Ok(Value::bool(f(vm.float_of(v)?)))
}

/// The C library's cube root. Rust has one of its own under that name, which is rounded correctly; CPython uses the
/// C library's, whose last digit differs now and then, so it is looked up where programs find it.
fn cbrt(x: f64) -> f64 {
    // SAFETY: the name is NUL-terminated; a function of that name in the C library has this signature.
    let f = unsafe {
        let p = libc::dlsym(libc::RTLD_DEFAULT, c"cbrt".as_ptr());
        std::mem::transmute::<*mut libc::c_void, Option<extern "C" fn(f64) -> f64>>(p)
    };
    f.map_or_else(|| x.cbrt(), |f| f(x))
}

fn ulp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let x = x.abs();
    if x.is_infinite() {
        return x;
    }
    let up = nextafter(x, f64::INFINITY);
    if up.is_infinite() { x - nextafter(x, f64::NEG_INFINITY) } else { up - x }
}

/// Mantissa in [0.5, 1) and exponent.
pub(crate) fn frexp(x: f64) -> (f64, i64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let bits = x.to_bits();
    match (bits >> 52 & 0x7FF) as i64 {
        0 => {
            let (m, e) = frexp(x * 2f64.powi(64));
            (m, e - 64)
        }
        e => (f64::from_bits(bits & !(0x7FF << 52) | 1022 << 52), e - 1022),
    }
}

/// `x * 2**e`, rounded once.
pub(crate) fn scale(x: f64, e: i64) -> f64 {
    let (m, at) = frexp(x);
    if m == 0.0 || !m.is_finite() {
        return x;
    }
    let e = e.saturating_add(at);
    if e > 1024 {
        return f64::INFINITY.copysign(x);
    }
    if e < -1080 {
        return 0f64.copysign(x);
    }
    // The mantissa times a power of two that is exact; the second factor rounds, once.
    if e >= -1020 {
        m * 2f64.powi(e as i32 - 1) * 2.0
    } else {
        m * 2f64.powi(-1000) * 2f64.powi(e as i32 + 1000)
    }
}

fn ldexp(vm: &Vm, a: Args<'_>) -> PyResult {
    let [x, e] = a.exact::<2>(vm, "ldexp")?;
    let x = vm.float_of(x)?;
    let Some(e) = IntRef::of(e) else {
        return Err(vm.type_error("Expected an int as second argument to ldexp."));
    };
    let e = e.to_i64().unwrap_or(if e.is_negative() { i64::MIN } else { i64::MAX });
    let r = scale(x, e);
    if r.is_infinite() && x.is_finite() {
        return Err(vm.overflow_error("math range error"));
    }
    vm.new_float(r)
}

fn fma(vm: &Vm, a: Args<'_>) -> PyResult {
    let [x, y, z] = a.exact::<3>(vm, "fma")?;
    let (x, y, z) = (vm.float_of(x)?, vm.float_of(y)?, vm.float_of(z)?);
    let r = x.mul_add(y, z);
    if r.is_nan() && !x.is_nan() && !y.is_nan() && !z.is_nan() {
        return Err(vm.value_error("invalid operation in fma"));
    }
    if r.is_infinite() && x.is_finite() && y.is_finite() && z.is_finite() {
        return Err(vm.overflow_error("overflow in fma"));
    }
    vm.new_float(r)
}

fn next_after(vm: &Vm, a: Args<'_>) -> PyResult {
    let [x, y, steps] = a.bind(vm, "nextafter", ["x", "y", "steps"], 2, 2, 2)?;
    let (x, y) = (vm.float_of(x)?, vm.float_of(y)?);
    if steps.is_unbound() || steps.is_none() {
        return vm.new_float(nextafter(x, y));
    }
    let steps = vm.index(steps)?;
    let Some(n) = IntRef::of(steps) else { return vm.new_float(x) };
    if n.is_negative() {
        return Err(vm.value_error("steps must be a non-negative integer"));
    }
    let n = n.to_u64().unwrap_or(u64::MAX);
    if n == 0 {
        return vm.new_float(x);
    }
    if x.is_nan() || y.is_nan() {
        return vm.new_float(x + y);
    }
    if x == y {
        return vm.new_float(y);
    }
    // Floats in their order, as integers: negative ones mirrored.
    let ordered = |x: f64| {
        let b = x.to_bits() as i64;
        i128::from(if b < 0 { i64::MIN.wrapping_sub(b) } else { b })
    };
    let back =
        |n: i128| f64::from_bits(if n < 0 { i64::MIN.wrapping_sub(n as i64) as u64 } else { n as u64 });
    let (from, to) = (ordered(x), ordered(y));
    let at = if to > from { (from + i128::from(n)).min(to) } else { (from - i128::from(n)).max(to) };
    vm.new_float(if at == to { y } else { back(at) })
}

fn is_close(vm: &Vm, a: Args<'_>) -> PyResult {
    let [x, y, rel, abs] = a.bind(vm, "isclose", ["a", "b", "rel_tol", "abs_tol"], 2, 0, 2)?;
    let (x, y) = (vm.float_of(x)?, vm.float_of(y)?);
    let rel = if rel.is_unbound() { 1e-9 } else { vm.float_of(rel)? };
    let abs = if abs.is_unbound() { 0.0 } else { vm.float_of(abs)? };
    if rel < 0.0 || abs < 0.0 {
        return Err(vm.value_error("tolerances must be non-negative"));
    }
    let close = x == y || {
        let d = (x - y).abs();
        x.is_finite() && y.is_finite() && (d <= (rel * y).abs() || d <= (rel * x).abs() || d <= abs)
    };
    Ok(Value::bool(close))
}

/// `floor` and `ceil`: the special method, else the float rounded.
fn whole(vm: &Vm, a: Args<'_>, name: &str, method: Gc<Str>, f: fn(f64) -> f64) -> PyResult {
    let [v] = a.exact::<1>(vm, name)?;
    if v.is_tagged_float() {
        return vm_python::builtins::float::integer(vm, f(v.tagged_float_unchecked()));
    }
    if vm.is_exact_int(v) {
        return Ok(v);
    }
    if let Some(m) = vm.lookup_special(v, method)? {
        return vm.call(m, &[]);
    }
    vm_python::builtins::float::integer(vm, f(vm.float_of(v)?))
}

fn trunc(vm: &Vm, a: Args<'_>) -> PyResult {
    let [v] = a.exact::<1>(vm, "math.trunc")?;
    if let Some(x) = v.as_tagged_float() {
        return vm_python::builtins::float::integer(vm, x);
    }
    match vm.lookup_special(v, vm.names().__trunc__)? {
        Some(m) => vm.call(m, &[]),
        None => Err(vm.type_error(format!("type {} doesn't define __trunc__ method", vm.type_name(v)))),
    }
}

/// A logarithm of any real number; integers may be beyond the range of floats.
fn logarithm(vm: &Vm, v: Value, f: fn(f64) -> f64) -> PyResult<f64> {
    if let Some(i) = IntRef::of(v) {
        if i.is_negative() || i.is_zero() {
            return Err(vm.value_error("expected a positive input"));
        }
        if let Some(x) = i.to_f64() {
            return Ok(f(x));
        }
        let bits = i.bits();
        // The top 64 bits are more than a float's.
        let m = (i.to_big().as_ref() >> (bits - 64)).to_f64().unwrap_or(0.0) / 2f64.powi(64);
        return Ok(f(m) + f(2.0) * bits as f64);
    }
    let x = vm.float_of(v)?;
    if x <= 0.0 {
        return Err(domain_error(vm, x, POSITIVE));
    }
    Ok(f(x))
}

fn log(vm: &Vm, a: Args<'_>) -> PyResult {
    match a.range(vm, "log", 1, 2)? {
        [v] => vm.new_float(logarithm(vm, *v, f64::ln)?),
        [v, base, ..] => {
            let (n, d) = (logarithm(vm, *v, f64::ln)?, logarithm(vm, *base, f64::ln)?);
            if d == 0.0 {
                return Err(vm.zero_division_error("float division by zero"));
            }
            vm.new_float(n / d)
        }
        [] => Ok(Value::NONE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_rounds_once() {
        assert_eq!(scale(1.0, 10), 1024.0);
        assert_eq!(scale(0.75, -1074), f64::from_bits(1));
        assert_eq!(scale(1.5, -1074), f64::from_bits(2));
        assert_eq!(scale(f64::MAX, 0), f64::MAX);
        assert_eq!(scale(1.0, 1024), f64::INFINITY);
        assert_eq!(scale(f64::from_bits(1), 1074), 1.0);
        assert_eq!(scale(1.0, -1074), f64::from_bits(1));
        assert_eq!(frexp(8.0), (0.5, 4));
        assert_eq!(frexp(f64::from_bits(1)), (0.5, -1073));
    }
}
