//! `bisect`: binary search in sorted sequences.

use vm_compiler::opcodes::CmpOp;
use vm_python::{
    error::PyResult,
    native::{Args, FunctionDef},
    object::{gc::Gc, module::Module, sequence::List},
    value::Value,
    vm::Vm,
};

pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    named(vm, "bisect")
}

pub(crate) fn init_native(vm: &Vm) -> PyResult<Gc<Module>> {
    named(vm, "_bisect")
}

fn named(vm: &Vm, name: &str) -> PyResult<Gc<Module>> {
    let m = vm.new_module(name)?;
    vm.add_functions(m, FUNCTIONS)?;
    Ok(m)
}

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("bisect_left", |vm, a| find(vm, a, "bisect_left", true)),
    FunctionDef::new("bisect_right", |vm, a| find(vm, a, "bisect_right", false)),
    FunctionDef::new("bisect", |vm, a| find(vm, a, "bisect", false)),
    FunctionDef::new("insort_left", |vm, a| insert(vm, a, "insort_left", true)),
    FunctionDef::new("insort_right", |vm, a| insert(vm, a, "insort_right", false)),
    FunctionDef::new("insort", |vm, a| insert(vm, a, "insort", false)),
];

/// Item `i` of a sequence.
fn item(vm: &Vm, a: Value, i: usize) -> PyResult {
    match a.downcast_exact::<List>() {
        Some(l) => l.get(i).ok_or_else(|| vm.index_error("list index out of range")),
        None => vm.getitem(a, Value::small_int(i as i64)),
    }
}

/// The place of `x`: before equal items if `left`, else after them.
fn search(vm: &Vm, a: Value, x: Value, bounds: (Value, Value), key: Value, left: bool) -> PyResult<usize> {
    let lo = match bounds.0.bound() {
        Some(v) => vm.index_i64(v)?,
        None => 0,
    };
    let Ok(mut lo) = usize::try_from(lo) else { return Err(vm.value_error("lo must be non-negative")) };
    let mut hi = match bounds.1.bound() {
        Some(v) if !v.is_none() => usize::try_from(vm.index_i64(v)?).unwrap_or(0),
        _ => vm.len(a)?,
    };
    while lo < hi {
        let mid = lo + (hi - lo) / 2;
        let mut y = item(vm, a, mid)?;
        if !key.is_none() {
            y = vm.call(key, &[y])?;
        }
        let right = if left { vm.compare_bool(CmpOp::Lt, y, x)? } else { !vm.compare_bool(CmpOp::Lt, x, y)? };
        if right { lo = mid + 1 } else { hi = mid }
    }
    Ok(lo)
}

fn bind(vm: &Vm, a: Args<'_>, name: &str) -> PyResult<[Value; 5]> {
    let mut v = a.bind(vm, name, ["a", "x", "lo", "hi", "key"], 2, 0, 4)?;
    v[4] = v[4].bound().unwrap_or(Value::NONE);
    Ok(v)
}

fn find(vm: &Vm, a: Args<'_>, name: &str, left: bool) -> PyResult {
    let [seq, x, lo, hi, key] = bind(vm, a, name)?;
    Ok(Value::small_int(search(vm, seq, x, (lo, hi), key, left)? as i64))
}

fn insert(vm: &Vm, a: Args<'_>, name: &str, left: bool) -> PyResult {
    let [seq, x, lo, hi, key] = bind(vm, a, name)?;
    let wanted = if key.is_none() { x } else { vm.call(key, &[x])? };
    let at = search(vm, seq, wanted, (lo, hi), key, left)?;
    vm.call_method(seq, vm.intern("insert")?, &[Value::small_int(at as i64), x])?;
    Ok(Value::NONE)
}
