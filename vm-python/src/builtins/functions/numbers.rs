//! `abs`, `bin`, `divmod`, `hex`, `oct`, `pow`, `round`.

use num_bigint::BigInt;
use num_integer::Integer;
use vm_compiler::opcodes::BinOp;

use crate::{
    builtins::int::pow_mod,
    error::PyResult,
    native::Args,
    object::{class::UnOp, gc::Gc, str::Str},
    value::Value,
    vm::Vm,
};

pub(super) fn abs(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "abs")?;
    match v.as_small_int() {
        // The smallest small int has no small counterpart: `new_int` boxes it.
        Some(n) => vm.new_int(n.abs()),
        None => vm.unary_op(UnOp::Abs, v),
    }
}

fn in_base(vm: &Vm, args: Args<'_>, name: &str, text: impl Fn(&BigInt) -> String) -> PyResult {
    let [v] = args.exact::<1>(vm, name)?;
    let n = vm.big(vm.index(v)?)?;
    Ok(vm.new_str(&text(&n))?.value())
}

pub(super) fn bin(vm: &Vm, args: Args<'_>) -> PyResult {
    in_base(vm, args, "bin", |n| format!("{n:#b}"))
}

pub(super) fn oct(vm: &Vm, args: Args<'_>) -> PyResult {
    in_base(vm, args, "oct", |n| format!("{n:#o}"))
}

pub(super) fn hex(vm: &Vm, args: Args<'_>) -> PyResult {
    in_base(vm, args, "hex", |n| format!("{n:#x}"))
}

/// Calls `a.name(b)`; `None` if there is no such method or it gave up.
fn try_special(vm: &Vm, a: Value, name: Gc<Str>, args: &[Value]) -> PyResult<Option<Value>> {
    match vm.lookup_special(a, name)? {
        Some(f) => Ok(Some(vm.call(f, args)?).filter(|&r| r != Value::NOT_IMPLEMENTED)),
        None => Ok(None),
    }
}

pub(super) fn divmod(vm: &Vm, args: Args<'_>) -> PyResult {
    let [a, b] = args.exact::<2>(vm, "divmod")?;
    if let (Some(x), Some(y)) = (a.as_small_int(), b.as_small_int())
        && y != 0
    {
        let (q, r) = x.div_mod_floor(&y);
        return Ok(vm.new_tuple(&[vm.new_int(q)?, Value::small_int(r)])?.value());
    }
    let n = vm.names();
    let (ta, tb) = (vm.type_of(a), vm.type_of(b));
    let reflected_first = ta != tb
        && tb.is_subclass(ta)
        && vm.type_lookup(ta, n.__rdivmod__) != vm.type_lookup(tb, n.__rdivmod__);
    if reflected_first && let Some(r) = try_special(vm, b, n.__rdivmod__, &[a])? {
        return Ok(r);
    }
    if let Some(r) = try_special(vm, a, n.__divmod__, &[b])? {
        return Ok(r);
    }
    if !reflected_first
        && ta != tb
        && let Some(r) = try_special(vm, b, n.__rdivmod__, &[a])?
    {
        return Ok(r);
    }
    Err(vm.type_error(format!(
        "unsupported operand type(s) for divmod(): '{}' and '{}'",
        vm.type_name(a),
        vm.type_name(b)
    )))
}

pub(super) fn pow(vm: &Vm, args: Args<'_>) -> PyResult {
    let [base, exp, modulus] = args.bind::<3>(vm, "pow", ["base", "exp", "mod"], 2, 0, 3)?;
    let Some(modulus) = modulus.bound().filter(|m| !m.is_none()) else {
        return vm.binary_op(BinOp::Power, base, exp);
    };
    if vm.is_int(base) && vm.is_int(exp) && vm.is_int(modulus) {
        return pow_mod(vm, base, exp, modulus);
    }
    let complex = [base, exp, modulus].iter().any(|&v| vm.as_complex(v).is_some());
    if complex
        && vm.as_float(base).is_none()
        && [base, exp, modulus]
            .iter()
            .all(|&v| vm.is_int(v) || vm.as_float(v).is_some() || vm.as_complex(v).is_some())
    {
        return Err(vm.value_error("complex modulo"));
    }
    if vm.type_lookup(vm.type_of(base), vm.names().__pow__).is_some()
        && let Some(f) = vm.lookup_special(base, vm.names().__pow__)?
        && !vm.is_int(base)
        && vm.as_float(base).is_none()
    {
        let r = vm.call(f, &[exp, modulus])?;
        if r != Value::NOT_IMPLEMENTED {
            return Ok(r);
        }
    }
    if vm.as_float(base).is_some() || vm.as_float(exp).is_some() {
        return Err(vm.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
    }
    Err(vm.type_error(format!(
        "unsupported operand type(s) for ** or pow(): '{}', '{}', '{}'",
        vm.type_name(base),
        vm.type_name(exp),
        vm.type_name(modulus)
    )))
}

pub(super) fn round(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v, digits] = args.bind::<2>(vm, "round", ["number", "ndigits"], 1, 0, 2)?;
    let Some(f) = vm.lookup_special(v, vm.names().__round__)? else {
        return Err(vm.type_error(format!("type {} doesn't define __round__ method", vm.type_name(v))));
    };
    match digits.bound().filter(|d| !d.is_none()) {
        Some(d) => vm.call(f, &[d]),
        None => vm.call(f, &[]),
    }
}
