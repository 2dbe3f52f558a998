//! Sums, products and norms of `math`.

use vm_compiler::opcodes::BinOp;
use vm_python::{
    builtins::int::binary as int_binary, error::PyResult, native::Args, object::items::RootVec, value::Value,
    vm::Vm,
};

/// An exact sum of floats as non-overlapping parts, smallest first (Shewchuk 1997).
#[derive(Default)]
struct ExactSum {
    parts: Vec<f64>,
    /// Sum of infinities and NaN, and of the infinities alone.
    special: f64,
    infinities: f64,
}

impl ExactSum {
    /// Adds `x`; false if an intermediate sum overflows.
    fn add(&mut self, x: f64) -> bool {
        let original = x;
        let mut x = x;
        let mut kept = 0;
        for i in 0..self.parts.len() {
            let mut y = self.parts[i];
            if x.abs() < y.abs() {
                std::mem::swap(&mut x, &mut y);
            }
            let hi = x + y;
            let lo = y - (hi - x);
            if lo != 0.0 {
                self.parts[kept] = lo;
                kept += 1;
            }
            x = hi;
        }
        self.parts.truncate(kept);
        if x == 0.0 {
            return true;
        }
        if x.is_finite() {
            self.parts.push(x);
            return true;
        }
        if original.is_finite() {
            return false;
        }
        if original.is_infinite() {
            self.infinities += original;
        }
        self.special += original;
        self.parts.clear();
        true
    }

    /// The sum, rounded once.
    fn total(&self) -> f64 {
        let mut rest = self.parts.iter().rev().copied();
        let Some(mut hi) = rest.next() else { return 0.0 };
        let mut lo = 0.0;
        for y in rest.by_ref() {
            let x = hi;
            hi = x + y;
            lo = y - (hi - x);
            if lo != 0.0 {
                break;
            }
        }
        // A tie is decided by the next smaller part.
        if let Some(next) = rest.next()
            && (lo < 0.0 && next < 0.0 || lo > 0.0 && next > 0.0)
        {
            let y = lo * 2.0;
            let x = hi + y;
            if y == x - hi {
                hi = x;
            }
        }
        hi
    }
}

pub(super) fn fsum(vm: &Vm, a: Args<'_>) -> PyResult {
    let [it] = a.exact::<1>(vm, "math.fsum")?;
    let mut sum = ExactSum::default();
    vm.for_each(it, |v| {
        if sum.add(vm.float_of(v)?) {
            Ok(true)
        } else {
            Err(vm.overflow_error("intermediate overflow in fsum"))
        }
    })?;
    if sum.special != 0.0 {
        if sum.infinities.is_nan() {
            return Err(vm.value_error("-inf + inf in fsum"));
        }
        return vm.new_float(sum.special);
    }
    vm.new_float(sum.total())
}

pub(super) fn sumprod(vm: &Vm, a: Args<'_>) -> PyResult {
    let [p, q] = a.exact::<2>(vm, "sumprod")?;
    let (p, q) = (vm.iter(p)?, vm.iter(q)?);
    let mut total = Value::small_int(0);
    // Runs of float products are summed exactly.
    let mut floats = ExactSum::default();
    let mut any_float = false;
    loop {
        let (x, y) = match (vm.next(p)?, vm.next(q)?) {
            (Some(x), Some(y)) => (x, y),
            (None, None) => break,
            _ => return Err(vm.value_error("Inputs are not the same length")),
        };
        let number = |v: Value| vm.as_float(v).is_some() || vm.is_int(v);
        if vm.is_int(x) && vm.is_int(y) && !any_float {
            let r = int_binary(vm, BinOp::Multiply, x, y)?;
            total = vm.binary_op(BinOp::Add, total, r)?;
        } else if number(x) && number(y) && vm.is_int(total) {
            let (m, n) = (vm.float_of(x)?, vm.float_of(y)?);
            let hi = m * n;
            any_float = true;
            if hi.is_finite() {
                floats.add(m.mul_add(n, -hi));
            }
            floats.add(hi);
        } else {
            let r = vm.binary_op(BinOp::Multiply, x, y)?;
            total = vm.binary_op(BinOp::Add, total, r)?;
        }
    }
    if any_float {
        let sum = if floats.special != 0.0 { floats.special } else { floats.total() };
        let sum = vm.new_float(sum)?;
        total = if total == Value::small_int(0) { sum } else { vm.binary_op(BinOp::Add, total, sum)? };
    }
    Ok(total)
}

pub(super) fn prod(vm: &Vm, a: Args<'_>) -> PyResult {
    let [it, start] = a.bind(vm, "prod", ["iterable", "start"], 1, 1, 1)?;
    let total = std::cell::Cell::new(if start.is_unbound() { Value::small_int(1) } else { start });
    vm.for_each(it, |v| {
        total.set(vm.binary_op(BinOp::Multiply, total.get(), v)?);
        Ok(true)
    })?;
    Ok(total.get())
}

/// The Euclidean norm, scaled against overflow, the squares summed in double-double, the root corrected once.
fn norm(xs: &[f64]) -> f64 {
    let mut max: f64 = 0.0;
    let mut nan = false;
    for x in xs {
        nan |= x.is_nan();
        max = max.max(x.abs());
    }
    if max.is_infinite() {
        return max;
    }
    if nan {
        return f64::NAN;
    }
    if max == 0.0 || xs.len() <= 1 {
        return max;
    }
    let (_, e) = super::frexp(max);
    if e < -1023 {
        // Subnormal: scale up first, so that the scale below is a normal float.
        let up: Vec<f64> = xs.iter().map(|x| x / f64::MIN_POSITIVE).collect();
        return f64::MIN_POSITIVE * norm(&up);
    }
    let scale = super::scale(1.0, -e);
    let (mut sum, mut low1, mut low2) = (1.0, 0.0, 0.0);
    let mut add = |x: f64, y: f64| {
        let hi = x * y;
        let lo = x.mul_add(y, -hi);
        let s = sum + hi;
        low1 += lo;
        low2 += hi - (s - sum);
        sum = s;
        sum - 1.0 + (low1 + low2)
    };
    let mut square = 0.0;
    for x in xs {
        let x = x * scale;
        square = add(x, x);
    }
    let mut h = square.sqrt();
    let rest = add(-h, h);
    h += rest / (2.0 * h);
    h / scale
}

pub(super) fn hypot(vm: &Vm, a: Args<'_>) -> PyResult {
    let mut xs = Vec::new();
    for &v in a.no_keywords(vm, "math.hypot")? {
        xs.push(vm.float_of(v)?);
    }
    vm.new_float(norm(&xs))
}

pub(super) fn dist(vm: &Vm, a: Args<'_>) -> PyResult {
    let [p, q] = a.exact::<2>(vm, "dist")?;
    let p = RootVec::collect(vm, p)?;
    let q = RootVec::collect(vm, q)?;
    if p.len() != q.len() {
        return Err(vm.value_error("both points must have the same number of dimensions"));
    }
    let mut xs = Vec::with_capacity(p.len());
    for (&x, &y) in p.as_slice().iter().zip(q.as_slice()) {
        xs.push(vm.float_of(x)? - vm.float_of(y)?);
    }
    vm.new_float(norm(&xs))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(xs: &[f64]) -> f64 {
        let mut s = ExactSum::default();
        for &x in xs {
            assert!(s.add(x));
        }
        s.total()
    }

    #[test]
    fn sums_are_rounded_once() {
        assert_eq!(exact(&[0.1; 10]), 1.0);
        assert_eq!(exact(&[1e100, 1.0, -1e100]), 1.0);
        assert_eq!(exact(&[1e16, 1.0, 1e-16]), 10_000_000_000_000_002.0);
        let mut s = ExactSum::default();
        assert!(s.add(f64::MAX) && !s.add(f64::MAX));
    }

    #[test]
    fn norms_neither_overflow_nor_lose() {
        assert_eq!(norm(&[3.0, 4.0]), 5.0);
        assert_eq!(norm(&[3e300, 4e300]), 5e300);
        assert_eq!(norm(&[3e-320, 4e-320]), 5e-320);
        assert_eq!(norm(&[f64::NAN, f64::INFINITY]), f64::INFINITY);
        assert_eq!(norm(&[-2.0]), 2.0);
    }
}
