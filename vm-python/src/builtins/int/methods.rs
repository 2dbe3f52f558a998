//! Methods of `int`.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::Zero;

use super::{self_of, this};
use crate::{
    error::PyResult,
    native::Args,
    object::{bytes::Bytes, int::IntRef, str::Str},
    value::Value,
    vm::Vm,
};

const GONE: IntRef<'static> = IntRef::Small(0);

fn int_of(v: Value) -> IntRef<'static> {
    IntRef::of(v).unwrap_or(GONE)
}

pub(super) fn bit_length(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = this(vm, a, "bit_length")?;
    vm.new_int_u64(int_of(v).bits())
}

pub(super) fn bit_count(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = this(vm, a, "bit_count")?;
    vm.new_int_u64(match int_of(v) {
        IntRef::Small(n) => u64::from(n.unsigned_abs().count_ones()),
        IntRef::Big(b) => b.iter_u64_digits().map(|d| u64::from(d.count_ones())).sum(),
    })
}

pub(super) fn as_integer_ratio(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = this(vm, a, "as_integer_ratio")?;
    Ok(vm.new_tuple(&[vm.to_exact_int(v)?, Value::small_int(1)])?.value())
}

pub(super) fn getnewargs(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = this(vm, a, "__getnewargs__")?;
    Ok(vm.new_tuple(&[vm.to_exact_int(v)?])?.value())
}

pub(super) fn size_of_int(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = this(vm, a, "__sizeof__")?;
    // CPython's size: a 24-byte header and four bytes per 30-bit digit.
    vm.new_int_u64(24 + 4 * int_of(v).bits().div_ceil(30).max(1))
}

pub(super) fn format(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = self_of(vm, a, "__format__")?;
    let [spec] = a.rest().exact::<1>(vm, "int.__format__")?;
    let Some(spec) = spec.downcast::<Str>() else {
        return Err(vm.type_error(format!("__format__() argument must be str, not {}", vm.type_name(spec))));
    };
    Ok(crate::builtins::format::format_int(vm, v, spec)?.value())
}

/// `int.__round__(ndigits=None)`: half to even at negative digits.
pub(super) fn round(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = self_of(vm, a, "__round__")?;
    let digits = a.rest().range(vm, "__round__", 0, 1)?;
    let n = match digits {
        [] => return vm.to_exact_int(v),
        [n] if n.is_none() => return vm.to_exact_int(v),
        [n, ..] => vm.index_clamped(*n)?,
    };
    if n >= 0 {
        return vm.to_exact_int(v);
    }
    let x = int_of(v);
    // Beyond this many digits everything rounds to zero: log10(2) < 0.302.
    if n.unsigned_abs() > x.bits() * 302 / 1000 + 2 {
        return Ok(Value::small_int(0));
    }
    let power = BigInt::from(10).pow(n.unsigned_abs() as u32);
    let big = x.to_big();
    let (q, r) = big.div_mod_floor(&power);
    let twice = &r * 2;
    let up = twice > power || twice == power && q.is_odd();
    let rounded = if up { big.as_ref() - r + power } else { big.as_ref() - r };
    vm.new_bigint(rounded)
}

/// Whether `v` says "little"; a ValueError for anything but the two orders.
fn is_little(vm: &Vm, v: Value, name: &str) -> PyResult<bool> {
    if v.is_unbound() {
        return Ok(false);
    }
    let Some(s) = v.downcast::<Str>() else {
        return Err(
            vm.type_error(format!("{name}() argument 'byteorder' must be str, not {}", vm.type_name(v)))
        );
    };
    if s.eq_str("little") {
        Ok(true)
    } else if s.eq_str("big") {
        Ok(false)
    } else {
        Err(vm.value_error("byteorder must be either 'little' or 'big'"))
    }
}

pub(super) fn to_bytes(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = self_of(vm, a, "to_bytes")?;
    let [length, order, signed] =
        a.rest().bind(vm, "to_bytes", ["length", "byteorder", "signed"], 0, 0, 2)?;
    let length = if length.is_unbound() { 1 } else { vm.index_i64(length)? };
    let little = is_little(vm, order, "to_bytes")?;
    let signed = !signed.is_unbound() && vm.truthy(signed)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(vm.value_error("length argument must be non-negative"));
    };
    let x = int_of(v);
    if x.is_negative() && !signed {
        return Err(vm.overflow_error("can't convert negative int to unsigned"));
    }
    let big = x.to_big();
    let mut digits = if signed { big.to_signed_bytes_le() } else { big.magnitude().to_bytes_le() };
    if x.is_zero() {
        digits.clear();
    }
    if digits.len() > length {
        return Err(vm.overflow_error("int too big to convert"));
    }
    if length > 1 << 20 {
        vm.heap().charge(length).map_err(|_| vm.memory_error())?;
        vm.heap().heap().discharge(length);
    }
    digits.resize(length, if x.is_negative() { 0xFF } else { 0 });
    if !little {
        digits.reverse();
    }
    Ok(vm.new_bytes(&digits)?.value())
}

/// The bytes that `v` stands for: a bytes-like object, `__bytes__`, or an iterable of integers.
fn bytes_of(vm: &Vm, v: Value) -> PyResult<Vec<u8>> {
    if let Some(b) = v.downcast::<Bytes>() {
        return Ok(b.as_slice().to_vec());
    }
    if v.downcast::<Str>().is_some() || vm.is_int(v) || vm.as_float(v).is_some() {
        return Err(vm.type_error(format!("cannot convert '{}' object to bytes", vm.type_name(v))));
    }
    let b = vm.call(vm.types().bytes.value(), &[v])?;
    match b.downcast::<Bytes>() {
        Some(b) => Ok(b.as_slice().to_vec()),
        None => Err(vm.type_error(format!("cannot convert '{}' object to bytes", vm.type_name(v)))),
    }
}

pub(super) fn from_bytes(vm: &Vm, a: Args<'_>) -> PyResult {
    let class = a.all()[0];
    let [bytes, order, signed] =
        a.rest().bind(vm, "from_bytes", ["bytes", "byteorder", "signed"], 1, 0, 2)?;
    let little = is_little(vm, order, "from_bytes")?;
    let signed = !signed.is_unbound() && vm.truthy(signed)?;
    let bytes = bytes_of(vm, bytes)?;
    let big = match (little, signed) {
        (true, true) => BigInt::from_signed_bytes_le(&bytes),
        (false, true) => BigInt::from_signed_bytes_be(&bytes),
        (true, false) => BigInt::from_bytes_le(Sign::Plus, &bytes),
        (false, false) => BigInt::from_bytes_be(Sign::Plus, &bytes),
    };
    let n = if big.is_zero() { Value::small_int(0) } else { vm.new_bigint(big)? };
    if class == vm.types().int.value() { Ok(n) } else { vm.call(class, &[n]) }
}
