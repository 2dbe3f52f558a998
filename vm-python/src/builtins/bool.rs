//! `bool`

use vm_compiler::opcodes::BinOp;

use super::int;
use crate::{
    error::PyResult,
    native::{Args, TypeDef},
    object::{
        class::{Type, TypeSlots},
        gc::Gc,
        kind::Kind,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// `bool`
pub static DEF: TypeDef = TypeDef {
    name: "bool",
    doc: "Returns True when the argument is true, False otherwise.\n\
          The builtins True and False are the only two instances of the class bool.\n\
          The class bool is a subclass of the class int, and cannot be subclassed.",
    kind: Kind::Bool,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: int::SLOTS.binary_ops,
        repr: Some(repr),
        truthy: Some(|_, v| Ok(v == Value::TRUE)),
        new: Some(new),
        ..NO_SLOTS
    },
    ..NO_DEF
};

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    if let (Some(x), Some(y)) = (a.as_bool(), b.as_bool()) {
        match op {
            BinOp::And => return Ok(Value::bool(x & y)),
            BinOp::Or => return Ok(Value::bool(x | y)),
            BinOp::Xor => return Ok(Value::bool(x ^ y)),
            _ => {}
        }
    }
    int::binary(vm, op, a, b)
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    vm.intern(if v == Value::TRUE { "True" } else { "False" })
}

fn new(vm: &Vm, _: Gc<Type>, args: Args<'_>) -> PyResult {
    match args.range(vm, "bool", 0, 1)? {
        [] => Ok(Value::FALSE),
        [x, ..] => vm.truthy(*x).map(Value::bool),
    }
}
