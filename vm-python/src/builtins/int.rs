//! `int`

mod arith;
mod methods;

pub use arith::{binary, cmp, compare, divmod, hash, holds, pow_mod, ratio};

use vm_compiler::opcodes::BinOp;

use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, UnOp, type_flags},
        gc::Gc,
        int::{Int, IntRef},
        kind::Kind,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

const OPS: u16 = 1 << BinOp::Add as u16
    | 1 << BinOp::Subtract as u16
    | 1 << BinOp::Multiply as u16
    | 1 << BinOp::TrueDivide as u16
    | 1 << BinOp::FloorDivide as u16
    | 1 << BinOp::Remainder as u16
    | 1 << BinOp::Power as u16
    | 1 << BinOp::Lshift as u16
    | 1 << BinOp::Rshift as u16
    | 1 << BinOp::And as u16
    | 1 << BinOp::Or as u16
    | 1 << BinOp::Xor as u16;

const UNARY_OPS: u16 = 1 << UnOp::Neg as u16
    | 1 << UnOp::Pos as u16
    | 1 << UnOp::Invert as u16
    | 1 << UnOp::Abs as u16
    | 1 << UnOp::Int as u16
    | 1 << UnOp::Float as u16
    | 1 << UnOp::Index as u16;

/// Behaviour of `int`; `bool` shares most of it.
pub const SLOTS: TypeSlots = TypeSlots {
    binary: Some(binary),
    binary_ops: OPS,
    unary: Some(arith::unary),
    unary_ops: UNARY_OPS,
    compare: Some(compare),
    hash: Some(|_, v| Ok(IntRef::of(v).map_or(0, hash))),
    repr: Some(repr),
    truthy: Some(|_, v| Ok(IntRef::of(v).is_some_and(|i| !i.is_zero()))),
    new: Some(new),
    ..NO_SLOTS
};

/// `int`
pub static DEF: TypeDef = TypeDef {
    name: "int",
    doc: "int([x]) -> integer\nint(x, base=10) -> integer\n\nConvert a number or string to an integer.",
    kind: Kind::Int,
    size: size_of::<Int>(),
    flags: type_flags::BASETYPE,
    slots: SLOTS,
    methods: &[
        MethodDef::new("__divmod__", |vm, a| {
            a.exact::<2>(vm, "__divmod__").and_then(|[a, b]| divmod(vm, a, b))
        }),
        MethodDef::new("__rdivmod__", |vm, a| {
            a.exact::<2>(vm, "__rdivmod__").and_then(|[a, b]| divmod(vm, b, a))
        }),
        MethodDef::new("__trunc__", same),
        MethodDef::new("__floor__", same),
        MethodDef::new("__ceil__", same),
        MethodDef::new("__round__", methods::round),
        MethodDef::new("__format__", methods::format),
        MethodDef::new("__getnewargs__", methods::getnewargs),
        MethodDef::new("__sizeof__", methods::size_of_int),
        MethodDef::new("bit_length", methods::bit_length),
        MethodDef::new("bit_count", methods::bit_count),
        MethodDef::new("to_bytes", methods::to_bytes),
        MethodDef::class("from_bytes", methods::from_bytes),
        MethodDef::new("as_integer_ratio", methods::as_integer_ratio),
        MethodDef::new("is_integer", |vm, a| this(vm, a, "is_integer").map(|_| Value::TRUE)),
        MethodDef::new("conjugate", same),
    ],
    getset: &[
        GetSetDef::read_only("real", |vm, v| vm.to_exact_int(v)),
        GetSetDef::read_only("imag", |_, _| Ok(Value::small_int(0))),
        GetSetDef::read_only("numerator", |vm, v| vm.to_exact_int(v)),
        GetSetDef::read_only("denominator", |_, _| Ok(Value::small_int(1))),
    ],
};

/// Self of a method without other arguments.
fn this(vm: &Vm, a: Args<'_>, name: &str) -> PyResult {
    let v = self_of(vm, a, name)?;
    a.rest().exact::<0>(vm, &format!("int.{name}"))?;
    Ok(v)
}

/// Self of a method.
fn self_of(vm: &Vm, a: Args<'_>, name: &str) -> PyResult {
    match a.all().first() {
        Some(&v) if vm.is_int(v) => Ok(v),
        Some(&v) => Err(vm.type_error(format!(
            "descriptor '{name}' for 'int' objects doesn't apply to a '{}' object",
            vm.type_name(v)
        ))),
        None => Err(vm.type_error(format!("unbound method int.{name}() needs an argument"))),
    }
}

fn same(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = this(vm, a, "conjugate")?;
    vm.to_exact_int(v)
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    if let Some(n) = v.as_small_int() {
        return small_repr(vm, n);
    }
    super::format::int_to_str(vm, v)
}

/// Decimal digits of a machine integer.
pub(crate) fn small_repr(vm: &Vm, n: i64) -> PyResult<Gc<Str>> {
    let mut buf = [0u8; 20];
    let mut i = buf.len();
    let mut m = n.unsigned_abs();
    loop {
        i -= 1;
        buf[i] = b'0' + (m % 10) as u8;
        m /= 10;
        if m == 0 {
            break;
        }
    }
    if n < 0 {
        i -= 1;
        buf[i] = b'-';
    }
    vm.new_ascii(&buf[i..])
}

/// `int.__new__(cls, x=0, /, base=10)`
fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let n = from_args(vm, args)?;
    if class == vm.types().int {
        return Ok(n);
    }
    match IntRef::of(n) {
        Some(i) => vm.new_int_subclass(class, i),
        None => Ok(n),
    }
}

fn from_args(vm: &Vm, args: Args<'_>) -> PyResult {
    let mut base = Value::UNBOUND;
    for (name, v) in args.keywords() {
        if !name.eq_str("base") || args.len() > 1 {
            return Err(
                vm.type_error(format!("int() got an unexpected keyword argument '{}'", name.to_str_lossy()))
            );
        }
        base = v;
    }
    let x = match *args.pos() {
        [] if base.is_unbound() => return Ok(Value::small_int(0)),
        [] => return Err(vm.type_error("int() missing string argument")),
        [x] => x,
        [x, b] => {
            base = b;
            x
        }
        ref more => {
            return Err(vm.type_error(format!("int expected at most 2 arguments, got {}", more.len())));
        }
    };
    if base.is_unbound() {
        return from_value(vm, x);
    }
    let base = vm.index_clamped(base)?;
    if base != 0 && !(2..=36).contains(&base) {
        return Err(vm.value_error("int() base must be >= 2 and <= 36, or 0"));
    }
    match super::format::parse_int_value(vm, x, base as u32)? {
        Some(n) => Ok(n),
        None => Err(vm.type_error("int() can't convert non-string with explicit base")),
    }
}

/// `int(x)`
fn from_value(vm: &Vm, x: Value) -> PyResult {
    if vm.is_exact_int(x) {
        return Ok(x);
    }
    if x.downcast_exact::<Str>().is_none() {
        let class = vm.type_of(x);
        let slots = class.slots();
        if slots.unary.is_some() && slots.unary_ops & (1 << UnOp::Int as u16 | 1 << UnOp::Index as u16) != 0 {
            return vm.int_of(x);
        }
    }
    match super::format::parse_int_value(vm, x, 10)? {
        Some(n) => Ok(n),
        None => vm.int_of(x),
    }
}
