//! `_weakref`: the type of weak references. The rest of `weakref` is Python.

use crate::{
    builtins::weakref::WeakRef, error::PyResult, native::FunctionDef, object::gc::Gc, object::module::Module,
    value::Value, vm::Vm,
};

/// Makes the module.
pub fn make(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("_weakref")?;
    let class = vm.types().weakref.value();
    vm.add_value(m, "ref", class)?;
    vm.add_value(m, "ReferenceType", class)?;
    vm.add_functions(m, FUNCTIONS)?;
    Ok(m)
}

static FUNCTIONS: &[FunctionDef] = &[
    // `_remove_dead_weakref(dict, key)`: deletes the entry if its reference is dead at that moment.
    FunctionDef::new("_remove_dead_weakref", |vm, args| {
        let [dict, key] = args.exact::<2>(vm, "_remove_dead_weakref")?;
        let Some(d) = dict.downcast::<crate::object::dict::Dict>() else {
            return Err(vm.type_error("_remove_dead_weakref() argument 1 must be dict"));
        };
        if let Some(v) = d.get(vm, key)?
            && v.downcast::<WeakRef>().is_some_and(|r| r.get().is_none())
        {
            d.remove(vm, key)?;
        }
        Ok(Value::NONE)
    }),
];
