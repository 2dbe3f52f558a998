//! `mappingproxy`: a read-only view of a mapping.

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_heap::Marker;

use super::sequence::TextBuilder;
use crate::{
    error::PyResult,
    native::{Args, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        dict::Dict,
        gc::{Gc, Slot},
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// A read-only view of a mapping.
pub struct MappingProxy(Slot);

impl NativePayload for MappingProxy {
    fn trace(&self, m: &mut Marker) {
        self.0.trace(m);
    }
}

/// The class `mappingproxy`.
pub static DEF: TypeDef = TypeDef {
    name: "mappingproxy",
    doc: "Read-only proxy of a mapping.",
    kind: Native::<MappingProxy>::KIND,
    size: Native::<MappingProxy>::SIZE,
    flags: type_flags::MAPPING,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: 1 << BinOp::Or as u16,
        inplace: Some(|vm, op, a, b| {
            if op != BinOp::Or {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            Err(vm.type_error(format!(
                "'|=' is not supported by {}; use '|' instead",
                vm.type_name(if a.native::<MappingProxy>().is_some() { a } else { b })
            )))
        }),
        inplace_ops: 1 << BinOp::Or as u16,
        compare: Some(compare),
        hash: Some(|vm, v| vm.hash(mapping(vm, v)?)),
        repr: Some(repr),
        str: Some(|vm, v| vm.str(mapping(vm, v)?)),
        len: Some(|vm, v| vm.len(mapping(vm, v)?)),
        getitem: Some(|vm, v, k| vm.getitem(mapping(vm, v)?, k)),
        contains: Some(|vm, v, k| vm.contains(mapping(vm, v)?, k)),
        iter: Some(|vm, v| vm.iter(mapping(vm, v)?)),
        new: Some(new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("get", |vm, a| {
            let (m, rest) = this(vm, a, "get")?;
            let a = rest.range(vm, "get", 1, 2)?;
            forward(vm, m, "get", &[a[0], a.get(1).copied().unwrap_or(Value::NONE)])
        }),
        MethodDef::new("keys", |vm, a| no_args(vm, a, "keys")),
        MethodDef::new("values", |vm, a| no_args(vm, a, "values")),
        MethodDef::new("items", |vm, a| no_args(vm, a, "items")),
        MethodDef::new("copy", |vm, a| no_args(vm, a, "copy")),
        MethodDef::new("__reversed__", |vm, a| no_args(vm, a, "__reversed__")),
        MethodDef::class("__class_getitem__", super::generic_alias::class_getitem),
    ],
    ..NO_DEF
};

/// A proxy of `mapping`.
pub fn new_proxy(vm: &Vm, mapping: Value) -> PyResult {
    Ok(vm.new_native_object(vm.types().mappingproxy, MappingProxy(Slot::new(mapping)))?.value())
}

fn mapping(vm: &Vm, v: Value) -> PyResult {
    match v.native::<MappingProxy>() {
        Some(p) => Ok(p.payload.0.get()),
        None => Err(vm.type_error("a mappingproxy is required")),
    }
}

fn this<'a>(vm: &Vm, args: Args<'a>, name: &str) -> PyResult<(Value, Args<'a>)> {
    let (p, rest) = args.this_native::<MappingProxy>(vm, name)?;
    Ok((p.payload.0.get(), rest))
}

fn forward(vm: &Vm, m: Value, name: &str, args: &[Value]) -> PyResult {
    vm.call_method(m, vm.intern(name)?, args)
}

fn no_args(vm: &Vm, args: Args<'_>, name: &str) -> PyResult {
    let (m, rest) = this(vm, args, name)?;
    let [] = rest.exact::<0>(vm, &format!("mappingproxy.{name}"))?;
    forward(vm, m, name, &[])
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let [m] = args.bind::<1>(vm, "mappingproxy", ["mapping"], 1, 0, 1)?;
    let is_mapping = m.is::<Dict>()
        || vm.type_of(m).slots().getitem.is_some()
            && !vm.type_of(m).has_flag(type_flags::SEQUENCE)
            && m.downcast::<Str>().is_none();
    if !is_mapping {
        return Err(
            vm.type_error(format!("mappingproxy() argument must be a mapping, not {}", vm.type_name(m)))
        );
    }
    Ok(vm.new_native_object(class, MappingProxy(Slot::new(m)))?.value())
}

fn unwrap(v: Value) -> Value {
    v.native::<MappingProxy>().map_or(v, |p| p.payload.0.get())
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    if op == BinOp::Or { vm.binary_op(op, unwrap(a), unwrap(b)) } else { Ok(Value::NOT_IMPLEMENTED) }
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    vm.compare(op, unwrap(a), b)
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let mut out = TextBuilder::default();
    out.push_ascii("mappingproxy(");
    out.push_repr(vm, mapping(vm, v)?)?;
    out.push_ascii(")");
    out.finish(vm)
}
