//! Modules, or parts of them, that are written in Python of our own.

use vm_python::{
    error::PyResult,
    object::{gc::Gc, module::Module},
    vm::Vm,
};

/// Runs embedded source in the namespace of `module`. Tracebacks call the file `<frozen name>`.
pub(crate) fn extend(vm: &Vm, module: Gc<Module>, name: &str, source: &str) -> PyResult<()> {
    vm.exec_source(source, &format!("<frozen {name}>"), module.namespace())?;
    Ok(())
}
