//! `slice`.

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};
use vm_compiler::opcodes::CmpOp;

use super::sequence::TextBuilder;
use crate::{
    error::PyResult,
    hash,
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, UnOp},
        gc::{Gc, Object},
        slice::Slice,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// The class `slice`.
pub static DEF: TypeDef = TypeDef {
    name: "slice",
    doc: "slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.  This is used for extended slicing (e.g. a[0:10:2]).",
    kind: Slice::KIND,
    size: size_of::<Slice>(),
    slots: TypeSlots {
        compare: Some(compare),
        hash: Some(hash_slice),
        repr: Some(repr),
        new: Some(new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("indices", |vm, a| {
            let (s, [n]) = a.method::<Slice, 1>(vm, "slice.indices")?;
            let len = vm.big(vm.index(n)?)?;
            if len.is_negative() {
                return Err(vm.value_error("length should not be negative"));
            }
            let (start, stop, step) = big_indices(vm, s, &len)?;
            let parts = [vm.new_bigint(start)?, vm.new_bigint(stop)?, vm.new_bigint(step)?];
            Ok(vm.new_tuple(&parts)?.value())
        }),
        MethodDef::new("__reduce__", |vm, a| {
            let (s, []) = a.method::<Slice, 0>(vm, "slice.__reduce__")?;
            let args = vm.new_tuple(&parts(s))?;
            Ok(vm.new_tuple(&[vm.types().slice.value(), args.value()])?.value())
        }),
    ],
    getset: &[
        GetSetDef::read_only("start", |_, v| Ok(as_slice(v).start.get())),
        GetSetDef::read_only("stop", |_, v| Ok(as_slice(v).stop.get())),
        GetSetDef::read_only("step", |_, v| Ok(as_slice(v).step.get())),
    ],
    ..NO_DEF
};

fn as_slice(v: Value) -> Gc<Slice> {
    // SAFETY: slots get a self of their layout.
    unsafe { v.downcast_unchecked() }
}

fn parts(s: Gc<Slice>) -> [Value; 3] {
    [s.start.get(), s.stop.get(), s.step.get()]
}

fn new(vm: &Vm, _: Gc<Type>, args: Args<'_>) -> PyResult {
    let (start, stop, step) = match *args.range(vm, "slice", 1, 3)? {
        [stop] => (Value::NONE, stop, Value::NONE),
        [start, stop] => (start, stop, Value::NONE),
        [start, stop, step, ..] => (start, stop, step),
        [] => (Value::NONE, Value::NONE, Value::NONE),
    };
    Ok(vm.new_slice(start, stop, step)?.value())
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<Slice>(), b.downcast::<Slice>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (x, y) = (parts(x), parts(y));
    super::sequence::compare_items(vm, op, |i| x.get(i).copied(), |i| y.get(i).copied())
}

fn hash_slice(vm: &Vm, v: Value) -> PyResult<i64> {
    let mut acc = hash::TUPLE_SEED;
    for p in parts(as_slice(v)) {
        acc = hash::mix(acc, vm.hash(p)?);
    }
    // As a tuple's, but without the length mixed in.
    Ok(if acc == u64::MAX { 1_546_275_796 } else { acc as i64 })
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let mut out = TextBuilder::default();
    out.push_ascii("slice(");
    for (i, p) in parts(as_slice(v)).into_iter().enumerate() {
        if i > 0 {
            out.push_ascii(", ");
        }
        out.push_repr(vm, p)?;
    }
    out.push_ascii(")");
    out.finish(vm)
}

/// `slice.indices` for a length of any size: start, stop and step.
pub fn big_indices(vm: &Vm, s: Gc<Slice>, len: &BigInt) -> PyResult<(BigInt, BigInt, BigInt)> {
    let part = |v: Value| -> PyResult<Option<BigInt>> {
        if v.is_none() {
            return Ok(None);
        }
        if !vm.has_unary(UnOp::Index, v) {
            return Err(vm.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        vm.big(vm.index(v)?).map(Some)
    };
    let step = part(s.step.get())?.unwrap_or_else(BigInt::one);
    if step.is_zero() {
        return Err(vm.value_error("slice step cannot be zero"));
    }
    let (low, high) =
        if step.is_negative() { (-BigInt::one(), len - 1) } else { (BigInt::zero(), len.clone()) };
    let clip = |i: BigInt| if i.is_negative() { (i + len).max(low.clone()) } else { i.min(high.clone()) };
    let start = part(s.start.get())?.map(clip);
    let stop = part(s.stop.get())?.map(clip);
    let (first, last) = if step.is_negative() { (high, low) } else { (low, high) };
    Ok((start.unwrap_or(first), stop.unwrap_or(last), step))
}
