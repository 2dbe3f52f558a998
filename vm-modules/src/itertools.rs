//! `itertools`
//!
//! State that changes lies in slots and atomics, so an iterator that several threads advance may hand out items in any
//! order but never breaks.

mod combinatoric;
mod finite;
mod groups;
mod infinite;

use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Slot},
        module::Module,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("itertools")?;
    for def in [
        &infinite::COUNT,
        &infinite::CYCLE,
        &infinite::REPEAT,
        &finite::ACCUMULATE,
        &finite::BATCHED,
        &finite::CHAIN,
        &finite::COMPRESS,
        &finite::DROPWHILE,
        &finite::TAKEWHILE,
        &finite::FILTERFALSE,
        &finite::ISLICE,
        &finite::PAIRWISE,
        &finite::STARMAP,
        &finite::ZIP_LONGEST,
        &combinatoric::PRODUCT,
        &combinatoric::PERMUTATIONS,
        &combinatoric::COMBINATIONS,
        &combinatoric::COMBINATIONS_WITH_REPLACEMENT,
    ] {
        let class = vm.define_type(def, vm.types().object)?;
        let name = def.name.rsplit('.').next().unwrap_or(def.name);
        vm.add_value(m, name, class.value())?;
    }
    groups::add(vm, m)?;
    Ok(m)
}

/// Definition of an iterator class with payload `T`.
pub(crate) const fn iterator<T: NativePayload>(
    name: &'static str,
    doc: &'static str,
    new: fn(&Vm, Gc<Type>, Args<'_>) -> PyResult,
    next: fn(&Vm, Value) -> PyResult<Option<Value>>,
    repr: Option<fn(&Vm, Value) -> PyResult<Gc<Str>>>,
    methods: &'static [MethodDef],
) -> TypeDef {
    TypeDef {
        name,
        doc,
        kind: Native::<T>::KIND,
        size: Native::<T>::SIZE,
        flags: type_flags::BASETYPE,
        slots: TypeSlots { new: Some(new), iter: Some(itself), iternext: Some(next), repr, ..NO_SLOTS },
        methods,
        ..NO_DEF
    }
}

/// `__iter__` of an iterator.
pub(crate) fn itself(_: &Vm, v: Value) -> PyResult {
    Ok(v)
}

/// The payload cell that dispatch says `v` is.
#[inline]
pub(crate) fn this<T: NativePayload>(vm: &Vm, v: Value) -> PyResult<Gc<Native<T>>> {
    v.native::<T>().ok_or_else(|| vm.type_error(format!("wrong kind of iterator: '{}'", vm.type_name(v))))
}

/// The builtin class that `class` is or derives from.
pub(crate) fn builtin_base(class: Gc<Type>) -> Gc<Type> {
    let mut class = class;
    while class.has_flag(type_flags::HEAP) {
        match class.base.get() {
            Some(b) => class = b,
            None => break,
        }
    }
    class
}

/// A class that an iterator class keeps in its namespace, which no Python code can change.
pub(crate) fn helper_class(vm: &Vm, class: Gc<Type>, name: &str) -> PyResult<Gc<Type>> {
    let found = builtin_base(class).namespace().get_str(vm, vm.intern(name)?)?;
    found.and_then(|v| v.downcast::<Type>()).ok_or_else(|| vm.system_error("a helper class is missing"))
}

/// Reports several slots.
pub(crate) fn trace_all(slots: &[&Slot], m: &mut Marker) {
    for s in slots {
        s.trace(m);
    }
}
