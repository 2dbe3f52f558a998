//! `callable`, `delattr`, `dir`, `getattr`, `hasattr`, `setattr`, `vars`.

use crate::{
    builtins::list::sort,
    error::PyResult,
    native::Args,
    object::{gc::Gc, items::RootVec, sequence::List, str::Str},
    value::Value,
    vm::Vm,
};

fn attribute_name(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    match v.downcast::<Str>() {
        Some(s) => Ok(vm.intern_str(s)),
        None => Err(vm.type_error(format!("attribute name must be string, not '{}'", vm.type_name(v)))),
    }
}

pub(super) fn callable(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "callable")?;
    Ok(Value::bool(vm.is_callable(v)))
}

pub(super) fn getattr(vm: &Vm, args: Args<'_>) -> PyResult {
    let a = args.range(vm, "getattr", 2, 3)?;
    let name = attribute_name(vm, a[1])?;
    match a.get(2) {
        Some(&default) => Ok(vm.getattr_opt(a[0], name)?.unwrap_or(default)),
        None => vm.getattr(a[0], name),
    }
}

pub(super) fn hasattr(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v, name] = args.exact::<2>(vm, "hasattr")?;
    let name = attribute_name(vm, name)?;
    Ok(Value::bool(vm.getattr_opt(v, name)?.is_some()))
}

pub(super) fn setattr(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v, name, value] = args.exact::<3>(vm, "setattr")?;
    let name = attribute_name(vm, name)?;
    vm.setattr(v, name, Some(value))?;
    Ok(Value::NONE)
}

pub(super) fn delattr(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v, name] = args.exact::<2>(vm, "delattr")?;
    let name = attribute_name(vm, name)?;
    vm.setattr(v, name, None)?;
    Ok(Value::NONE)
}

pub(super) fn dir(vm: &Vm, args: Args<'_>) -> PyResult {
    let names = match args.range(vm, "dir", 0, 1)?.first() {
        None => {
            let locals = super::source::locals(vm, Args::new(&[]))?;
            vm.call_method(locals, vm.names().keys, &[])?
        }
        Some(&v) => match vm.lookup_special(v, vm.names().__dir__)? {
            Some(f) => vm.call(f, &[])?,
            None => return Err(vm.type_error("object does not provide __dir__")),
        },
    };
    let list: Gc<List> = vm.new_list_of(RootVec::collect(vm, names)?.into_items()?)?;
    sort::sort(vm, list, None, false)?;
    Ok(list.value())
}

pub(super) fn vars(vm: &Vm, args: Args<'_>) -> PyResult {
    match args.range(vm, "vars", 0, 1)?.first() {
        None => super::source::locals(vm, Args::new(&[])),
        Some(&v) => match vm.getattr_opt(v, vm.names().__dict__)? {
            Some(d) => Ok(d),
            None => Err(vm.type_error("vars() argument must have __dict__ attribute")),
        },
    }
}
