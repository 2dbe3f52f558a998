//! Generators and coroutines as Python sees them.

use vm_core::frame_state::Phase;

use crate::{
    error::{PyResult, Thrown},
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        exception::{Exception, Traceback},
        frame::{Frame, Generator},
        gc::Gc,
        kind::Kind,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

fn this(vm: &Vm, v: Value) -> PyResult<Gc<Generator>> {
    v.downcast::<Generator>().ok_or_else(|| vm.type_error("a generator is needed"))
}

fn next(vm: &Vm, v: Value) -> PyResult<Option<Value>> {
    Ok(vm.resume_generator(this(vm, v)?, Value::NONE)?.ok())
}

fn yielded(vm: &Vm, r: Result<Value, Value>) -> PyResult {
    match r {
        Ok(v) => Ok(v),
        Err(returned) => Err(vm.stop_iteration(returned)),
    }
}

fn send(vm: &Vm, args: Args<'_>) -> PyResult {
    let (g, [v]) = args.method::<Generator, 1>(vm, "send")?;
    let r = vm.resume_generator(g, v)?;
    yielded(vm, r)
}

fn throw(vm: &Vm, args: Args<'_>) -> PyResult {
    let (g, rest) = args.this::<Generator>(vm, "throw")?;
    let a = rest.range(vm, "throw", 1, 3)?;
    let thrown = exception_of(vm, a)?;
    let r = vm.throw_into(g, thrown)?;
    yielded(vm, r)
}

/// The exception for `throw(type[, value[, traceback]])`.
pub(crate) fn exception_of(vm: &Vm, a: &[Value]) -> PyResult<Thrown> {
    let value = a.get(1).copied().filter(|v| !v.is_none());
    let e = if let Some(t) = a[0].downcast::<Type>()
        && t.has_flag(type_flags::EXCEPTION)
    {
        match value {
            Some(v) if v.is::<Exception>() => v,
            Some(v) => vm.call(a[0], &[v])?,
            None => vm.call(a[0], &[])?,
        }
    } else if a[0].is::<Exception>() {
        if value.is_some() {
            return Err(vm.type_error("instance exception may not have a separate value"));
        }
        a[0]
    } else {
        return Err(vm.type_error(format!(
            "exceptions must be classes or instances deriving from BaseException, not {}",
            vm.type_name(a[0])
        )));
    };
    if let Some(tb) = a.get(2).filter(|t| !t.is_none()) {
        if !tb.is::<Traceback>() {
            return Err(vm.type_error("throw() third argument must be a traceback object"));
        }
        if let Some(x) = e.downcast::<Exception>() {
            x.traceback.set(vm, x.header(), *tb);
        }
    }
    Ok(Thrown(e))
}

fn close(vm: &Vm, args: Args<'_>) -> PyResult {
    let (g, []) = args.method::<Generator, 0>(vm, "close")?;
    vm.close_generator_value(g)
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let g = this(vm, v)?;
    let q = vm.str(g.qualname.get())?;
    vm.new_str(&format!("<{} object {} at {:#x}>", vm.type_name(v), q.to_str_lossy(), vm.id(v)))
}

fn set_name(vm: &Vm, v: Value, x: Option<Value>) -> PyResult<()> {
    let g = this(vm, v)?;
    match x.filter(|x| x.is::<Str>()) {
        Some(x) => {
            g.name.set(vm, g.header(), x);
            Ok(())
        }
        None => Err(vm.type_error("__name__ must be set to a string object")),
    }
}

fn set_qualname(vm: &Vm, v: Value, x: Option<Value>) -> PyResult<()> {
    let g = this(vm, v)?;
    match x.filter(|x| x.is::<Str>()) {
        Some(x) => {
            g.qualname.set(vm, g.header(), x);
            Ok(())
        }
        None => Err(vm.type_error("__qualname__ must be set to a string object")),
    }
}

fn running(vm: &Vm, v: Value) -> PyResult {
    Ok(Value::bool(this(vm, v)?.phase() == Phase::Running))
}

fn suspended(vm: &Vm, v: Value) -> PyResult {
    Ok(Value::bool(this(vm, v)?.phase() == Phase::Suspended))
}

fn delegate(vm: &Vm, v: Value) -> PyResult {
    Ok(vm.delegate_of(this(vm, v)?).unwrap_or(Value::NONE))
}

fn code(vm: &Vm, v: Value) -> PyResult {
    Ok(this(vm, v)?.code().value())
}

fn frame(vm: &Vm, v: Value) -> PyResult {
    let g = this(vm, v)?;
    if g.phase() == Phase::Finished {
        return Ok(Value::NONE);
    }
    let frame = g.frame();
    if vm.frames().any(|f| f == frame) {
        return Ok(vm.frame_object(frame)?.value());
    }
    // SAFETY: the frame is in the generator's cell; while inspected it runs nowhere, and code and function never change.
    let seen = |f: *mut Frame| unsafe { ((*f).object, (*f).current_word()) };
    let (object, word) = g.state.inspect(|| seen(frame)).unwrap_or((Value::UNBOUND, 0));
    if let Some(object) = object.bound() {
        return Ok(object);
    }
    let made = vm.new_object_of(frame, word)?;
    // Another thread may have made one meanwhile; one that runs it now gets its own.
    let kept = g.state.inspect(|| {
        // SAFETY: as above, and a runner or inspector that comes later sees the write.
        unsafe {
            if (*frame).object.is_unbound() {
                (*frame).object = made.value();
            }
            (*frame).object
        }
    });
    Ok(kept.unwrap_or(made.value()))
}

fn name(vm: &Vm, v: Value) -> PyResult {
    Ok(this(vm, v)?.name.get())
}

fn qualname(vm: &Vm, v: Value) -> PyResult {
    Ok(this(vm, v)?.qualname.get())
}

/// `generator`
pub static DEF: TypeDef = TypeDef {
    name: "generator",
    kind: Kind::Generator,
    size: size_of::<Generator>(),
    flags: type_flags::DISALLOW_INSTANTIATION | type_flags::WEAKREF,
    slots: TypeSlots {
        iter: Some(|_, v| Ok(v)),
        iternext: Some(next),
        repr: Some(repr),
        new: None,
        ..NO_SLOTS
    },
    methods: &[MethodDef::new("send", send), MethodDef::new("throw", throw), MethodDef::new("close", close)],
    getset: &[
        GetSetDef::new("__name__", name, set_name),
        GetSetDef::new("__qualname__", qualname, set_qualname),
        GetSetDef::read_only("gi_running", running),
        GetSetDef::read_only("gi_suspended", suspended),
        GetSetDef::read_only("gi_yieldfrom", delegate),
        GetSetDef::read_only("gi_code", code),
        GetSetDef::read_only("gi_frame", frame),
    ],
    ..NO_DEF
};

/// `coroutine`
pub static COROUTINE_DEF: TypeDef = TypeDef {
    name: "coroutine",
    kind: Kind::Generator,
    size: size_of::<Generator>(),
    flags: type_flags::DISALLOW_INSTANTIATION | type_flags::WEAKREF,
    slots: TypeSlots { repr: Some(repr), ..NO_SLOTS },
    methods: &[
        MethodDef::new("send", send),
        MethodDef::new("throw", throw),
        MethodDef::new("close", close),
        MethodDef::new("__await__", |vm, args| {
            let (g, []) = args.method::<Generator, 0>(vm, "__await__")?;
            Ok(g.value())
        }),
    ],
    getset: &[
        GetSetDef::new("__name__", name, set_name),
        GetSetDef::new("__qualname__", qualname, set_qualname),
        GetSetDef::read_only("cr_running", running),
        GetSetDef::read_only("cr_suspended", suspended),
        GetSetDef::read_only("cr_await", delegate),
        GetSetDef::read_only("cr_code", code),
        GetSetDef::read_only("cr_frame", frame),
        GetSetDef::read_only("cr_origin", |_, _| Ok(Value::NONE)),
    ],
    ..NO_DEF
};

/// `async_generator`
pub static ASYNC_GENERATOR_DEF: TypeDef = TypeDef {
    name: "async_generator",
    kind: Kind::Generator,
    size: size_of::<Generator>(),
    flags: type_flags::DISALLOW_INSTANTIATION | type_flags::WEAKREF,
    slots: TypeSlots { repr: Some(repr), ..NO_SLOTS },
    methods: super::async_generator::METHODS,
    getset: &[
        GetSetDef::new("__name__", name, set_name),
        GetSetDef::new("__qualname__", qualname, set_qualname),
        GetSetDef::read_only("ag_running", |vm, v| {
            Ok(Value::bool(super::async_generator::is_running(this(vm, v)?)))
        }),
        GetSetDef::read_only("ag_suspended", suspended),
        GetSetDef::read_only("ag_await", delegate),
        GetSetDef::read_only("ag_code", code),
        GetSetDef::read_only("ag_frame", frame),
    ],
    ..NO_DEF
};
