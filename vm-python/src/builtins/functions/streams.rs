//! `input`, `open`, `print`.

use crate::{
    builtins::sequence::TextBuilder,
    error::PyResult,
    native::Args,
    object::{class::type_flags, gc::Gc, str::Str},
    value::Value,
    vm::Vm,
};

/// A stream of `sys`; `None` if it is None or missing.
fn sys_stream(vm: &Vm, name: Gc<Str>) -> PyResult<Option<Value>> {
    let v = vm.interp().boot().sys.get_str(vm, name)?;
    match v {
        Some(v) => Ok(Some(v).filter(|v| !v.is_none())),
        None => Err(vm.runtime_error(format!("lost sys.{}", name.to_str_lossy()))),
    }
}

/// A separator: `default` for None, else a string.
fn separator(vm: &Vm, v: Value, name: &str, default: &str) -> PyResult<Gc<Str>> {
    if v.is_unbound() || v.is_none() {
        return vm.new_str(default);
    }
    match v.downcast::<Str>() {
        Some(s) => Ok(s),
        None => Err(vm.type_error(format!("{name} must be None or a string, not {}", vm.type_name(v)))),
    }
}

pub(super) fn print(vm: &Vm, args: Args<'_>) -> PyResult {
    let options = Args::with_keywords(&args.all()[args.len()..], args.kwnames());
    let [sep, end, file, flush] = options.bind::<4>(vm, "print", ["sep", "end", "file", "flush"], 0, 0, 0)?;
    let file = match file.bound().filter(|f| !f.is_none()) {
        Some(f) => f,
        None => match sys_stream(vm, vm.names().stdout)? {
            Some(f) => f,
            None => return Ok(Value::NONE),
        },
    };
    let sep = separator(vm, sep, "sep", " ")?;
    let end = separator(vm, end, "end", "\n")?;
    let write = vm.names().write;
    if vm.type_of(file).has_flag(type_flags::HEAP) {
        for (i, &v) in args.pos().iter().enumerate() {
            if i > 0 {
                vm.call_method(file, write, &[sep.value()])?;
            }
            vm.call_method(file, write, &[vm.str(v)?.value()])?;
        }
        vm.call_method(file, write, &[end.value()])?;
    } else {
        // One write per call, so that lines of several threads do not mix.
        let mut out = TextBuilder::default();
        for (i, &v) in args.pos().iter().enumerate() {
            if i > 0 {
                out.push(&sep);
            }
            out.push(&*vm.str(v)?);
        }
        out.push(&end);
        vm.call_method(file, write, &[out.finish(vm)?.value()])?;
    }
    if !flush.is_unbound() && vm.truthy(flush)? {
        vm.call_method(file, vm.names().flush, &[])?;
    }
    Ok(Value::NONE)
}

pub(super) fn input(vm: &Vm, args: Args<'_>) -> PyResult {
    let prompt = args.range(vm, "input", 0, 1)?;
    let lost = |name: &str| vm.runtime_error(format!("input(): lost sys.{name}"));
    let stdout = sys_stream(vm, vm.names().stdout)?.ok_or_else(|| lost("stdout"))?;
    let stdin = sys_stream(vm, vm.names().stdin)?.ok_or_else(|| lost("stdin"))?;
    if let Some(&p) = prompt.first() {
        vm.call_method(stdout, vm.names().write, &[vm.str(p)?.value()])?;
    }
    vm.call_method(stdout, vm.names().flush, &[])?;
    let line = vm.call_method(stdin, vm.intern("readline")?, &[])?;
    let Some(s) = line.downcast::<Str>() else {
        return Err(vm.type_error("object.readline() returned non-string"));
    };
    match s.len() {
        0 => Err(vm.eof_error("EOF when reading a line")),
        n if s.code_point(n - 1) == u32::from(b'\n') => Ok(vm.str_slice(s, 0, n - 1)?.value()),
        _ => Ok(line),
    }
}

pub(super) fn open(vm: &Vm, args: Args<'_>) -> PyResult {
    let io = vm.import_module("io")?;
    let f = vm.getattr_str(io, "open")?;
    vm.call_args(f, args)
}
