//! Integer functions of `math`.

use std::borrow::Cow;

use num_bigint::BigInt;
use num_integer::{Integer, Roots};
use num_traits::{One, Signed};
use vm_python::{error::PyResult, native::Args, object::int::IntRef, value::Value, vm::Vm};

/// From this many factors on a product runs detached.
const MANY: u64 = 2000;

/// An integer argument.
fn int(vm: &Vm, v: Value) -> PyResult<IntRef<'static>> {
    let i = vm.index(v)?;
    IntRef::of(i).ok_or_else(|| vm.type_error("an integer is required"))
}

/// The product of `from..=to` by halves, so that the factors stay of similar size.
fn range_product(from: u64, to: u64) -> BigInt {
    if from > to {
        return BigInt::one();
    }
    if to - from < 16 {
        let mut p = BigInt::from(from);
        for n in from + 1..=to {
            p *= n;
        }
        return p;
    }
    let mid = from + (to - from) / 2;
    range_product(from, mid) * range_product(mid + 1, to)
}

/// `range_product` with its room reserved and, if long, detached.
fn product(vm: &Vm, from: u64, to: u64) -> PyResult {
    let factors = (to + 1).saturating_sub(from);
    let bits = factors.saturating_mul(u64::from(64 - to.leading_zeros()));
    let room = vm.reserve_digits(bits)?;
    let p = if factors > MANY { vm.detached(|| range_product(from, to)) } else { range_product(from, to) };
    vm.new_bigint_reserved(p, room)
}

pub(super) fn factorial(vm: &Vm, a: Args<'_>) -> PyResult {
    let [v] = a.exact::<1>(vm, "math.factorial")?;
    let n = int(vm, v)?;
    if n.is_negative() {
        return Err(vm.value_error("factorial() not defined for negative values"));
    }
    match n.to_i64() {
        Some(n) => product(vm, 1, n as u64),
        None => Err(vm.overflow_error(format!("factorial() argument should not exceed {}", i64::MAX))),
    }
}

pub(super) fn perm(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = a.range(vm, "perm", 1, 2)?;
    let n = int(vm, v[0])?;
    if v.len() == 1 || v[1].is_none() {
        if n.is_negative() {
            return Err(vm.value_error("factorial() not defined for negative values"));
        }
        return factorial(vm, Args::new(&v[..1]));
    }
    let k = int(vm, v[1])?;
    if n.is_negative() {
        return Err(vm.value_error("n must be a non-negative integer"));
    }
    if k.is_negative() {
        return Err(vm.value_error("k must be a non-negative integer"));
    }
    match (n.to_u64(), k.to_u64()) {
        (Some(n), Some(k)) if k > n => {
            let _ = (n, k);
            Ok(Value::small_int(0))
        }
        (Some(_), Some(0)) => Ok(Value::small_int(1)),
        (Some(n), Some(k)) => product(vm, n - k + 1, n),
        (Some(_), None) => Ok(Value::small_int(0)),
        (None, k) => {
            let Some(k) = k.filter(|&k| k <= 1 << 32) else {
                return Err(vm.overflow_error(format!("k must not exceed {}", i64::MAX)));
            };
            let big = n.to_big();
            let room = vm.reserve_digits(big.bits().saturating_mul(k))?;
            let r = vm.detached(|| (0..k).fold(BigInt::one(), |p, i| p * (big.as_ref() - i)));
            vm.new_bigint_reserved(r, room)
        }
    }
}

pub(super) fn comb(vm: &Vm, a: Args<'_>) -> PyResult {
    let [n, k] = a.exact::<2>(vm, "comb")?;
    let (n, k) = (int(vm, n)?, int(vm, k)?);
    if n.is_negative() {
        return Err(vm.value_error("n must be a non-negative integer"));
    }
    if k.is_negative() {
        return Err(vm.value_error("k must be a non-negative integer"));
    }
    if vm_python::builtins::int::cmp(k, n).is_gt() {
        return Ok(Value::small_int(0));
    }
    let rest = n.to_big().as_ref() - k.to_big().as_ref();
    let k = match (k.to_u64(), IntRef::Big(&rest).to_u64()) {
        (Some(a), Some(b)) => a.min(b),
        (Some(a), None) | (None, Some(a)) => a,
        (None, None) => {
            return Err(vm.overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX)));
        }
    };
    let room = vm.reserve_digits(k.saturating_mul(n.bits()))?;
    let work = || match n.to_u64() {
        Some(n) => binomial(n, k),
        None => {
            let n = n.to_big();
            (0..k).fold(BigInt::one(), |p, i| p * (n.as_ref() - i) / (i + 1))
        }
    };
    let r = if k > MANY { vm.detached(work) } else { work() };
    vm.new_bigint_reserved(r, room)
}

fn binomial(n: u64, k: u64) -> BigInt {
    // Machine words as long as the products fit.
    let mut small: u128 = 1;
    for i in 0..k {
        match small.checked_mul(u128::from(n - i)) {
            Some(p) => small = p / u128::from(i + 1),
            None => return range_product(n - k + 1, n) / range_product(1, k),
        }
    }
    BigInt::from(small)
}

pub(super) fn gcd(vm: &Vm, a: Args<'_>) -> PyResult {
    fold(vm, a, "gcd", 0, |x, y| x.gcd(y), |x, y| Some(x.gcd(&y)))
}

pub(super) fn lcm(vm: &Vm, a: Args<'_>) -> PyResult {
    fold(
        vm,
        a,
        "lcm",
        1,
        |x, y| x.lcm(y),
        |x, y| {
            if x == 0 || y == 0 { Some(0) } else { (x / x.gcd(&y)).checked_mul(y).map(i64::abs) }
        },
    )
}

fn fold(
    vm: &Vm,
    a: Args<'_>,
    name: &str,
    start: i64,
    big: fn(&BigInt, &BigInt) -> BigInt,
    small: fn(i64, i64) -> Option<i64>,
) -> PyResult {
    let mut acc = Value::small_int(start);
    for &v in a.no_keywords(vm, &format!("math.{name}"))? {
        let (x, y) = (int(vm, acc)?, int(vm, v)?);
        acc = match (x.to_i64(), y.to_i64()) {
            (Some(m), Some(n)) if m != i64::MIN && n != i64::MIN => match small(m, n) {
                Some(r) => vm.new_int(r)?,
                None => vm.new_bigint(big(&x.to_big(), &y.to_big()).abs())?,
            },
            _ => {
                let (x, y) = (x.to_big(), y.to_big());
                let long = x.bits().saturating_mul(y.bits()) > 100_000_000;
                let r = if long { vm.detached(|| big(&x, &y)) } else { big(&x, &y) };
                vm.new_bigint(r.abs())?
            }
        };
    }
    Ok(acc)
}

pub(super) fn isqrt(vm: &Vm, a: Args<'_>) -> PyResult {
    let [v] = a.exact::<1>(vm, "math.isqrt")?;
    let n = int(vm, v)?;
    if n.is_negative() {
        return Err(vm.value_error("isqrt() argument must be nonnegative"));
    }
    if let Some(n) = n.to_u64() {
        return vm.new_int_u64(n.sqrt());
    }
    let big: Cow<'_, BigInt> = n.to_big();
    let r = if big.bits() > 20_000 { vm.detached(|| big.sqrt()) } else { big.sqrt() };
    vm.new_bigint(r)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_and_binomials() {
        assert_eq!(range_product(1, 20), BigInt::from(2_432_902_008_176_640_000u64));
        assert_eq!(range_product(1, 0), BigInt::one());
        let f100 = range_product(1, 100);
        assert_eq!(&f100 % 101, BigInt::from(100), "Wilson's theorem");
        assert_eq!(binomial(5, 2), BigInt::from(10));
        assert_eq!(binomial(100, 50).to_string(), "100891344545564193334812497256");
        assert_eq!(
            binomial(200, 100) % 1_000_007,
            range_product(101, 200) / range_product(1, 100) % 1_000_007
        );
    }
}
