//! Iterators that are not bound to one container: over `__getitem__`, over a callable, and `enumerate`, `zip`, `map`,
//! `filter`, `reversed`.
//!
//! Their state is in atomics and slots, so that threads may share them; they then may give an item twice or skip one, as
//! in free-threaded CPython.

mod pairing;
mod protocol;

pub use pairing::{ENUMERATE_DEF, FILTER_DEF, MAP_DEF, ZIP_DEF, enumerate_next, zip_next};
pub use protocol::{CALLABLE_DEF, REVERSED_DEF, SEQ_DEF};

use crate::{
    error::PyResult,
    native::Native,
    object::{gc::Gc, items::RootVec},
    value::Value,
    vm::Vm,
};

/// The payload of a self whose class is known.
///
/// # Safety
/// `v` is an instance of a class whose layout is `Native<T>`.
#[inline(always)]
unsafe fn payload<T>(v: Value) -> Gc<Native<T>> {
    // SAFETY: by the caller.
    unsafe { Gc::from_ptr(v.ptr_unchecked().cast()) }
}

fn builtin_iter(vm: &Vm) -> PyResult {
    let name = vm.intern("iter")?;
    match vm.interp().boot().builtins.get_str(vm, name)? {
        Some(f) => Ok(f),
        None => Err(vm.name_error("name 'iter' is not defined")),
    }
}

/// `(iter, (seq,), index)`: how an iterator over a sequence pickles and copies.
pub fn reduce_indexed(vm: &Vm, seq: Value, index: usize) -> PyResult {
    let args = vm.new_tuple(&[seq])?;
    Ok(vm.new_tuple(&[builtin_iter(vm)?, args.value(), Value::small_int(index as i64)])?.value())
}

/// `(iter, ([],))`: an iterator that has ended.
pub fn reduce_ended(vm: &Vm) -> PyResult {
    let args = vm.new_tuple(&[vm.new_list(&[])?.value()])?;
    Ok(vm.new_tuple(&[builtin_iter(vm)?, args.value()])?.value())
}

/// `(iter, ([rest],))`: the items that `it` has not given yet.
pub fn reduce_rest(vm: &Vm, it: Value) -> PyResult {
    let rest = vm.new_list_of(RootVec::collect(vm, it)?.into_items()?)?;
    let args = vm.new_tuple(&[rest.value()])?;
    Ok(vm.new_tuple(&[builtin_iter(vm)?, args.value()])?.value())
}
