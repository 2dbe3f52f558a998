//! Native standard library modules.
#![warn(missing_docs)]

use vm_python::{PyResult, Vm};

/// Registers the modules of this crate with the import system; they are made when they are first imported.
///
/// # Errors
/// MemoryError.
pub fn register(_vm: &Vm) -> PyResult<()> {
    Ok(())
}
