//! `None`, `NotImplemented` and `...`: immediates, so their classes have behaviour and no layout.

use crate::{
    error::PyResult,
    native::{Args, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots},
        gc::Gc,
        kind::Kind,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

fn no_arguments(vm: &Vm, name: &str, args: Args<'_>) -> PyResult<()> {
    if args.is_empty() { Ok(()) } else { Err(vm.type_error(format!("{name} takes no arguments"))) }
}

/// `NoneType`
pub static NONE_DEF: TypeDef = TypeDef {
    name: "NoneType",
    doc: "The type of the None singleton.",
    kind: Kind::Native,
    slots: TypeSlots {
        repr: Some(|vm, _| vm.intern("None")),
        truthy: Some(|_, _| Ok(false)),
        // CPython hashes None by a constant, the same in every process.
        hash: Some(|_, _| Ok(0xFCA8_6420)),
        new: Some(|vm, _: Gc<Type>, args| no_arguments(vm, "NoneType", args).map(|()| Value::NONE)),
        ..NO_SLOTS
    },
    ..NO_DEF
};

/// `NotImplementedType`
pub static NOT_IMPLEMENTED_DEF: TypeDef = TypeDef {
    name: "NotImplementedType",
    doc: "The type of the NotImplemented singleton.",
    kind: Kind::Native,
    slots: TypeSlots {
        repr: Some(|vm, _| vm.intern("NotImplemented")),
        truthy: Some(|vm, _| Err(vm.type_error("NotImplemented should not be used in a boolean context"))),
        new: Some(|vm, _: Gc<Type>, args| {
            no_arguments(vm, "NotImplementedType", args).map(|()| Value::NOT_IMPLEMENTED)
        }),
        ..NO_SLOTS
    },
    methods: &[MethodDef::new("__reduce__", |vm, args| {
        args.exact::<1>(vm, "__reduce__")?;
        Ok(vm.intern("NotImplemented")?.value())
    })],
    ..NO_DEF
};

/// `ellipsis`
pub static ELLIPSIS_DEF: TypeDef = TypeDef {
    name: "ellipsis",
    doc: "The type of the Ellipsis singleton.",
    kind: Kind::Native,
    slots: TypeSlots {
        repr: Some(|vm, _| vm.intern("Ellipsis")),
        new: Some(|vm, _: Gc<Type>, args| no_arguments(vm, "EllipsisType", args).map(|()| Value::ELLIPSIS)),
        ..NO_SLOTS
    },
    methods: &[MethodDef::new("__reduce__", |vm, args| {
        args.exact::<1>(vm, "__reduce__")?;
        Ok(vm.intern("Ellipsis")?.value())
    })],
    ..NO_DEF
};
