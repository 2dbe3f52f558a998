//! Native standard library modules.
/// Registers all.
pub fn register(_vm: &vm_python::Vm) -> vm_python::PyResult<()> { Ok(()) }
