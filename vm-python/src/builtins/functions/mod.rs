//! The functions of the `builtins` module.

mod aggregate;
mod attributes;
mod numbers;
mod source;
mod streams;
mod text;

pub use self::aggregate::Sum;

use crate::{
    error::PyResult,
    native::{Args, FunctionDef},
    object::{class::type_flags, frame::Generator},
    value::Value,
    vm::Vm,
};

/// All functions.
pub static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("__build_class__", |vm, a| vm.build_class(a)),
    FunctionDef::new("__import__", crate::modules::imp::dunder_import),
    FunctionDef::new("abs", numbers::abs),
    FunctionDef::new("aiter", aiter),
    FunctionDef::new("all", aggregate::all),
    FunctionDef::new("anext", anext),
    FunctionDef::new("any", aggregate::any),
    FunctionDef::new("ascii", text::ascii),
    FunctionDef::new("bin", numbers::bin),
    FunctionDef::new("breakpoint", |_, _| Ok(Value::NONE)),
    FunctionDef::new("callable", attributes::callable),
    FunctionDef::new("chr", text::chr),
    FunctionDef::new("compile", source::compile),
    FunctionDef::new("delattr", attributes::delattr),
    FunctionDef::new("dir", attributes::dir),
    FunctionDef::new("divmod", numbers::divmod),
    FunctionDef::new("eval", source::eval),
    FunctionDef::new("exec", source::exec),
    FunctionDef::new("format", text::format),
    FunctionDef::new("getattr", attributes::getattr),
    FunctionDef::new("globals", source::globals),
    FunctionDef::new("hasattr", attributes::hasattr),
    FunctionDef::new("hash", |vm, a| {
        let [v] = a.exact::<1>(vm, "hash")?;
        vm.new_int(vm.hash(v)?)
    }),
    FunctionDef::new("hex", numbers::hex),
    FunctionDef::new("id", |vm, a| {
        let [v] = a.exact::<1>(vm, "id")?;
        vm.new_int_i128(i128::from(vm.id(v)))
    }),
    FunctionDef::new("input", streams::input),
    FunctionDef::new("isinstance", |vm, a| {
        let [v, info] = a.exact::<2>(vm, "isinstance")?;
        Ok(Value::bool(vm.object_isinstance(v, info)?))
    }),
    FunctionDef::new("issubclass", |vm, a| {
        let [v, info] = a.exact::<2>(vm, "issubclass")?;
        Ok(Value::bool(vm.object_issubclass(v, info)?))
    }),
    FunctionDef::new("iter", iter),
    FunctionDef::new("len", |vm, a| {
        let [v] = a.exact::<1>(vm, "len")?;
        // A range can be longer than a small int.
        vm.new_int(vm.len(v)? as i64)
    }),
    FunctionDef::new("locals", source::locals),
    FunctionDef::new("max", aggregate::max),
    FunctionDef::new("min", aggregate::min),
    FunctionDef::new("next", next),
    FunctionDef::new("oct", numbers::oct),
    FunctionDef::new("open", streams::open),
    FunctionDef::new("ord", text::ord),
    FunctionDef::new("pow", numbers::pow),
    FunctionDef::new("print", streams::print),
    FunctionDef::new("repr", |vm, a| {
        let [v] = a.exact::<1>(vm, "repr")?;
        Ok(vm.repr(v)?.value())
    }),
    FunctionDef::new("round", numbers::round),
    FunctionDef::new("setattr", attributes::setattr),
    FunctionDef::new("sorted", aggregate::sorted),
    FunctionDef::new("sum", aggregate::sum),
    FunctionDef::new("vars", attributes::vars),
];

fn iter(vm: &Vm, args: Args<'_>) -> PyResult {
    match *args.range(vm, "iter", 1, 2)? {
        [f, sentinel] => {
            if !vm.is_callable(f) {
                return Err(vm.type_error("iter(v, w): v must be callable"));
            }
            vm.new_callable_iterator(f, sentinel)
        }
        ref a => vm.iter(a[0]),
    }
}

fn next(vm: &Vm, args: Args<'_>) -> PyResult {
    match *args.range(vm, "next", 1, 2)? {
        [it, default] => match vm.next(it) {
            Ok(v) => Ok(v.unwrap_or(default)),
            Err(e) if e.is(vm, vm.exc().stop_iteration) => Ok(default),
            Err(e) => Err(e),
        },
        ref a => next_or_raise(vm, a[0]),
    }
}

/// `next(it)` with the StopIteration of the iterator itself, whose value `Vm::next` drops.
fn next_or_raise(vm: &Vm, it: Value) -> PyResult {
    if let Some(g) = it.downcast_exact::<Generator>() {
        return vm.resume_generator(g, Value::NONE)?.map_err(|returned| vm.stop_iteration(returned));
    }
    if vm.type_of(it).has_flag(type_flags::HEAP)
        && let Some(f) = vm.lookup_special(it, vm.names().__next__)?
    {
        return vm.call(f, &[]);
    }
    vm.next(it)?.ok_or_else(|| vm.stop_iteration(Value::NONE))
}

fn aiter(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "aiter")?;
    match vm.lookup_special(v, vm.names().__aiter__)? {
        Some(f) => vm.call(f, &[]),
        None => Err(vm.type_error(format!("'{}' object is not an async iterable", vm.type_name(v)))),
    }
}

fn anext(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "anext")?;
    match vm.lookup_special(v, vm.names().__anext__)? {
        Some(f) => vm.call(f, &[]),
        None => Err(vm.type_error(format!("'{}' object is not an async iterator", vm.type_name(v)))),
    }
}
