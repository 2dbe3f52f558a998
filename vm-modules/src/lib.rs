//! Native standard library modules, as functions over vm-python's public interface.

pub mod io;

mod array;
mod bisect;
mod collections;
mod heapq;
mod itertools;
mod math;
mod operator;
mod os;
mod random;
mod source;
mod time;

use vm_python::{
    error::PyResult,
    object::{gc::Gc, module::Module},
    vm::Vm,
};

/// Makes a module.
type Init = fn(&Vm) -> PyResult<Gc<Module>>;

/// A module that is Python source alone.
macro_rules! python {
    ($name:literal) => {
        (
            $name,
            (|vm| {
                let m = vm.new_module($name)?;
                source::extend(vm, m, concat!($name, ".py"), include_str!(concat!("py/", $name, ".py")))?;
                Ok(m)
            }) as Init,
        )
    };
}

static MODULES: &[(&str, Init)] = &[
    ("_bisect", bisect::init_native),
    ("_collections", collections::init_native),
    ("_heapq", heapq::init_native),
    ("_io", io::init_native),
    ("_operator", operator::init_native),
    ("_random", random::init_native),
    ("array", array::init),
    ("bisect", bisect::init),
    ("collections", collections::init),
    ("functools", collections::init_functools),
    ("heapq", heapq::init),
    ("io", io::init),
    ("itertools", itertools::init),
    ("math", math::init),
    ("operator", operator::init),
    ("os", os::init),
    ("posix", os::init_native),
    ("posixpath", os::init_path),
    ("random", random::init),
    ("time", time::init),
    python!("copy"),
    python!("types"),
];

/// Makes the modules importable, and puts text streams over the process's descriptors into `sys`.
///
/// # Errors
/// When memory runs out.
pub fn register(vm: &Vm) -> PyResult<()> {
    for &(name, init) in MODULES {
        vm.register_native_module(name, init);
    }
    io::install_standard_streams(vm)
}
