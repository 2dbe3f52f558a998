//! `types.GenericAlias`: what `list[int]` makes.

use vm_compiler::opcodes::CmpOp;
use vm_heap::Marker;

use super::sequence::TextBuilder;
use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Slot},
        sequence::Tuple,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

/// A class with type arguments.
pub struct GenericAlias {
    origin: Slot,
    /// A tuple.
    args: Slot,
}

impl NativePayload for GenericAlias {
    fn trace(&self, m: &mut Marker) {
        self.origin.trace(m);
        self.args.trace(m);
    }
}

/// The class `types.GenericAlias`.
pub static DEF: TypeDef = TypeDef {
    name: "types.GenericAlias",
    doc: "Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).",
    kind: Native::<GenericAlias>::KIND,
    size: Native::<GenericAlias>::SIZE,
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        compare: Some(compare),
        hash: Some(|vm, v| Ok(vm.hash(parts(vm, v)?.0)? ^ vm.hash(parts(vm, v)?.1)?)),
        repr: Some(repr),
        getitem: Some(|vm, v, item| {
            let (origin, args) = parts(vm, v)?;
            let items = as_tuple(vm, item)?;
            let replaced = typing(vm, "_substitute", &[v, args, items])?;
            new_alias(vm, origin, replaced)
        }),
        call: Some(|vm, v, args| vm.call_args(parts(vm, v)?.0, args)),
        getattr: Some(getattr),
        new: Some(|vm, _, args| {
            let [origin, items] = args.exact::<2>(vm, "GenericAlias")?;
            new_alias(vm, origin, items)
        }),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("__mro_entries__", |vm, a| {
            let [v, _] = a.exact::<2>(vm, "__mro_entries__")?;
            Ok(vm.new_tuple(&[parts(vm, v)?.0])?.value())
        }),
        MethodDef::new("__instancecheck__", |vm, _| {
            Err(vm.type_error("isinstance() argument 2 cannot be a parameterized generic"))
        }),
        MethodDef::new("__subclasscheck__", |vm, _| {
            Err(vm.type_error("issubclass() argument 2 cannot be a parameterized generic"))
        }),
    ],
    getset: &[
        GetSetDef::read_only("__origin__", |vm, v| Ok(parts(vm, v)?.0)),
        GetSetDef::read_only("__args__", |vm, v| Ok(parts(vm, v)?.1)),
        GetSetDef::read_only("__parameters__", |vm, v| {
            let args = parts(vm, v)?.1;
            let plain = |a: &Value| a.is::<Type>() || *a == Value::ELLIPSIS;
            if args.downcast::<Tuple>().is_some_and(|t| t.as_slice().iter().all(plain)) {
                return Ok(vm.new_tuple(&[])?.value());
            }
            typing(vm, "_parameters", &[args])
        }),
        GetSetDef::read_only("__unpacked__", |_, _| Ok(Value::FALSE)),
    ],
};

/// `cls[item]` for builtin generic classes.
pub fn class_getitem(vm: &Vm, args: Args<'_>) -> PyResult {
    let (origin, rest) = (args.pos()[0], args.rest());
    let [item] = rest.exact::<1>(vm, "__class_getitem__")?;
    new_alias(vm, origin, item)
}

/// Type variables and what stands for them are the business of the bundled module `_typing`.
pub(super) fn typing(vm: &Vm, function: &str, args: &[Value]) -> PyResult {
    let module = vm.import_module("_typing")?;
    vm.call(vm.getattr(module, vm.intern(function)?)?, args)
}

pub(super) fn as_tuple(vm: &Vm, item: Value) -> PyResult {
    match item.downcast::<Tuple>() {
        Some(_) => Ok(item),
        None => Ok(vm.new_tuple(&[item])?.value()),
    }
}

fn new_alias(vm: &Vm, origin: Value, item: Value) -> PyResult {
    let args = as_tuple(vm, item)?;
    let alias = GenericAlias { origin: Slot::new(origin), args: Slot::new(args) };
    Ok(vm.new_native_object(vm.types().generic_alias, alias)?.value())
}

fn parts(vm: &Vm, v: Value) -> PyResult<(Value, Value)> {
    match v.native::<GenericAlias>() {
        Some(a) => Ok((a.payload.origin.get(), a.payload.args.get())),
        None => Err(vm.type_error("a GenericAlias is required")),
    }
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    if a.native::<GenericAlias>().is_none() || b.native::<GenericAlias>().is_none() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let ((o1, a1), (o2, a2)) = (parts(vm, a)?, parts(vm, b)?);
    let equal = vm.eq(o1, o2)? && vm.eq(a1, a2)?;
    match op {
        CmpOp::Eq => Ok(Value::bool(equal)),
        CmpOp::Ne => Ok(Value::bool(!equal)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn push_type(vm: &Vm, out: &mut TextBuilder, v: Value) -> PyResult<()> {
    if v == Value::ELLIPSIS {
        out.push_ascii("...");
        return Ok(());
    }
    match v.downcast::<Type>() {
        Some(t) => out.push(&*vm.new_str(&vm.qualified_name(t))?),
        None => out.push_repr(vm, v)?,
    }
    Ok(())
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let (origin, args) = parts(vm, v)?;
    let mut out = TextBuilder::default();
    push_type(vm, &mut out, origin)?;
    out.push_ascii("[");
    let items = args.downcast::<Tuple>();
    let items = items.as_ref().map_or(&[][..], |t| t.as_slice());
    for (i, &a) in items.iter().enumerate() {
        if i > 0 {
            out.push_ascii(", ");
        }
        push_type(vm, &mut out, a)?;
    }
    if items.is_empty() {
        out.push_ascii("()");
    }
    out.push_ascii("]");
    out.finish(vm)
}

/// Attributes of its own, then those of the origin.
fn getattr(vm: &Vm, v: Value, name: Gc<Str>) -> PyResult {
    let own = ["__origin__", "__args__", "__parameters__", "__unpacked__", "__mro_entries__", "__class__"];
    if !own.iter().any(|n| name.eq_str(n)) && !name.eq_str("__reduce_ex__") && !name.eq_str("__reduce__") {
        return vm.getattr(parts(vm, v)?.0, name);
    }
    vm.generic_getattr(v, name)
}
