//! `collections`: `deque` in Rust, the rest in Python of our own.

mod deque;

use vm_python::{
    error::PyResult,
    object::{gc::Gc, module::Module},
    vm::Vm,
};

/// `_collections`
pub(crate) fn init_native(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("_collections")?;
    deque::add(vm, m)?;
    Ok(m)
}

/// `collections`
pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("collections")?;
    crate::source::extend(vm, m, "collections.py", include_str!("py/collections.py"))?;
    Ok(m)
}

/// `functools`
pub(crate) fn init_functools(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("functools")?;
    crate::source::extend(vm, m, "functools.py", include_str!("py/functools.py"))?;
    Ok(m)
}
