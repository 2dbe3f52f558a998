//! Modules, or parts of them, that are written in Python of our own.

use vm_python::{
    error::PyResult,
    object::{gc::Gc, module::Module},
    vm::Vm,
};

/// Runs embedded source in the namespace of `module`. Tracebacks call the file `<frozen name>`.
pub(crate) fn extend(vm: &Vm, module: Gc<Module>, name: &str, source: &str) -> PyResult<()> {
    let code = vm.compile_module(source, &format!("<frozen {name}>"))?;
    vm.run_module_code(code, module.namespace())?;
    Ok(())
}
