//! `compile`, `eval`, `exec`, `globals`, `locals`.

use vm_compiler::Mode;

use crate::{
    error::{PyResult, Thrown},
    native::Args,
    object::{bytes::Bytes, code::Code, dict::Dict, frame::Frame, gc::Gc, str::Str},
    value::Value,
    vm::Vm,
};

fn caller(vm: &Vm) -> PyResult<&Frame> {
    vm.current_frame().ok_or_else(|| vm.system_error("frame does not exist"))
}

pub(super) fn globals(vm: &Vm, args: Args<'_>) -> PyResult {
    let [] = args.exact::<0>(vm, "globals")?;
    Ok(caller(vm)?.func.globals().value())
}

pub(super) fn locals(vm: &Vm, args: Args<'_>) -> PyResult {
    let [] = args.exact::<0>(vm, "locals")?;
    vm.locals_of_frame(vm.frame.get())
}

/// A SyntaxError without a place; made by a call, because `SyntaxError.__init__` sets `msg`.
fn bad_source(vm: &Vm, message: &str) -> Thrown {
    let make = || vm.call(vm.exc().syntax_error.value(), &[vm.new_str(message)?.value()]);
    make().map_or_else(|e| e, Thrown)
}

/// Text of source code.
fn text_of(vm: &Vm, v: Value) -> PyResult<Option<String>> {
    let text = if let Some(s) = v.downcast::<Str>() {
        match s.to_utf8() {
            Ok(t) => t.into_owned(),
            Err(_) => {
                return Err(
                    vm.new_error(vm.exc().value_error, "source code string cannot contain surrogates")
                );
            }
        }
    } else if let Some(b) = v.downcast::<Bytes>() {
        match std::str::from_utf8(b.as_slice()) {
            Ok(t) => t.to_owned(),
            Err(e) => {
                return Err(bad_source(
                    vm,
                    &format!(
                        "(unicode error) 'utf-8' codec can't decode byte at position {}",
                        e.valid_up_to()
                    ),
                ));
            }
        }
    } else {
        return Ok(None);
    };
    if text.contains('\0') {
        return Err(bad_source(vm, "source code string cannot contain null bytes"));
    }
    Ok(Some(text))
}

pub(super) fn compile(vm: &Vm, args: Args<'_>) -> PyResult {
    const NAMES: [&str; 7] =
        ["source", "filename", "mode", "flags", "dont_inherit", "optimize", "_feature_version"];
    let [source, filename, mode, _flags, _, _, _] = args.bind::<7>(vm, "compile", NAMES, 3, 0, 6)?;
    let filename = match (filename.downcast::<Str>(), filename.downcast::<Bytes>()) {
        (Some(s), _) => s.to_str_lossy().into_owned(),
        (_, Some(b)) => String::from_utf8_lossy(b.as_slice()).into_owned(),
        _ => {
            return Err(vm.type_error(format!(
                "expected str, bytes or os.PathLike object, not {}",
                vm.type_name(filename)
            )));
        }
    };
    let Some(mode) = mode.downcast::<Str>() else {
        return Err(
            vm.type_error(format!("compile() argument 'mode' must be str, not {}", vm.type_name(mode)))
        );
    };
    let mode = if mode.eq_str("exec") {
        Mode::Exec
    } else if mode.eq_str("eval") {
        Mode::Eval
    } else if mode.eq_str("single") {
        Mode::Single
    } else {
        return Err(vm.value_error("compile() mode must be 'exec', 'eval' or 'single'"));
    };
    if source.is::<Code>() {
        return Ok(source);
    }
    let Some(text) = text_of(vm, source)? else {
        return Err(vm.type_error("compile() arg 1 must be a string, bytes or AST object"));
    };
    Ok(vm.compile_source(&text, &filename, mode)?.value())
}

/// Global and local namespace for `eval` and `exec`.
fn namespaces(vm: &Vm, name: &str, globals: Value, locals: Value) -> PyResult<(Gc<Dict>, Value)> {
    let given = |v: Value| !v.is_unbound() && !v.is_none();
    let bad_globals = |v: Value| -> Thrown {
        if name == "eval" {
            vm.type_error("globals must be a dict")
        } else {
            vm.type_error(format!("exec() globals must be a dict, not {}", vm.type_name(v)))
        }
    };
    if given(locals) && vm.type_of(locals).slots().getitem.is_none() {
        return Err(if name == "eval" {
            vm.type_error("locals must be a mapping")
        } else {
            vm.type_error(format!("locals must be a mapping or None, not {}", vm.type_name(locals)))
        });
    }
    let g = if given(globals) {
        globals.downcast::<Dict>().ok_or_else(|| bad_globals(globals))?
    } else {
        caller(vm)?.func.globals()
    };
    let l = if given(locals) {
        locals
    } else if given(globals) {
        g.value()
    } else {
        vm.locals_of_frame(vm.frame.get())?
    };
    Ok((g, l))
}

pub(super) fn eval(vm: &Vm, args: Args<'_>) -> PyResult {
    let [source, globals, locals] = args.bind::<3>(vm, "eval", ["source", "globals", "locals"], 1, 1, 3)?;
    let (g, l) = namespaces(vm, "eval", globals, locals)?;
    let code = match source.downcast::<Code>() {
        Some(c) => c,
        None => {
            let Some(text) = text_of(vm, source)? else {
                return Err(vm.type_error("eval() arg 1 must be a string, bytes or code object"));
            };
            vm.compile_source(text.trim_start_matches([' ', '\t']), "<string>", Mode::Eval)?
        }
    };
    if code.freevars.get().is_some_and(|t| !t.is_empty()) {
        return Err(vm.type_error("code object passed to eval() may not contain free variables"));
    }
    vm.exec_code(code, g, l)
}

pub(super) fn exec(vm: &Vm, args: Args<'_>) -> PyResult {
    let [source, globals, locals, _closure] =
        args.bind::<4>(vm, "exec", ["source", "globals", "locals", "closure"], 1, 1, 3)?;
    let (g, l) = namespaces(vm, "exec", globals, locals)?;
    let code = match source.downcast::<Code>() {
        Some(c) => c,
        None => {
            let Some(text) = text_of(vm, source)? else {
                return Err(vm.type_error("exec() arg 1 must be a string, bytes or code object"));
            };
            vm.compile_source(&text, "<string>", Mode::Exec)?
        }
    };
    if code.freevars.get().is_some_and(|t| !t.is_empty()) {
        return Err(vm.type_error("code object passed to exec() may not contain free variables"));
    }
    vm.exec_code(code, g, l)?;
    Ok(Value::NONE)
}
