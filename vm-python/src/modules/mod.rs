//! Modules that are part of the language itself. Those of the standard library are in `vm-modules`.

pub mod faulthandler;
pub mod gc;
pub mod imp;
pub mod source_text;
pub mod stdio;
pub mod sys;
pub mod thread;
pub mod thread_local;
pub mod weakref;
pub mod weft;

use crate::{error::PyResult, vm::Vm};

/// Registers the native modules of this crate. Part of bootstrap.
pub(crate) fn register(vm: &Vm) -> PyResult<()> {
    vm.register_native_module("_thread", thread::make);
    vm.register_native_module("faulthandler", faulthandler::make);
    vm.register_native_module("gc", gc::make);
    vm.register_native_module("_weft", weft::make);
    vm.register_native_module("_weakref", weakref::make);
    Ok(())
}
