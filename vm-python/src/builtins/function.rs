//! Functions, methods, builtin functions and their descriptors, cells.

use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        code::Code,
        dict::Dict,
        function::{BoundMethod, Cell, Function, NativeFunction, NativeMethod, Wrapper},
        gc::Gc,
        kind::Kind,
        sequence::Tuple,
        str::Str,
    },
    ops::dunder::call_wrapper,
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

macro_rules! this {
    ($vm:expr, $v:expr, $t:ty) => {
        $v.downcast::<$t>().ok_or_else(|| $vm.type_error("wrong self type"))?
    };
}

fn or_none(v: Value) -> Value {
    v.bound().unwrap_or(Value::NONE)
}

/// The documentation of native code: its text, or how it is called.
fn native_doc(vm: &Vm, doc: Value, name: Value) -> PyResult {
    match doc.bound() {
        Some(d) => Ok(d),
        None => Ok(vm.new_str(&format!("{}(...)", vm.str(name)?.to_str_lossy()))?.value()),
    }
}

/// `function`
pub static DEF: TypeDef = TypeDef {
    name: "function",
    kind: Kind::Function,
    size: size_of::<Function>(),
    flags: type_flags::HAS_DICT | type_flags::WEAKREF,
    slots: TypeSlots {
        call: Some(|vm, f, args| vm.call_function(this!(vm, f, Function), Value::UNBOUND, args)),
        repr: Some(|vm, v| {
            let q = vm.str(this!(vm, v, Function).qualname.get())?;
            vm.new_str(&format!("<function {} at {:#x}>", q.to_str_lossy(), vm.id(v)))
        }),
        descr_get: Some(bind_method),
        new: Some(function_new),
        ..NO_SLOTS
    },
    getset: &[
        GetSetDef::new(
            "__name__",
            |vm, v| Ok(this!(vm, v, Function).name.get()),
            |vm, v, x| {
                let f = this!(vm, v, Function);
                match x.filter(|x| x.is::<Str>()) {
                    Some(s) => {
                        f.name.set(vm, f.header(), s);
                        Ok(())
                    }
                    None => Err(vm.type_error("__name__ must be set to a string object")),
                }
            },
        ),
        GetSetDef::new(
            "__qualname__",
            |vm, v| Ok(this!(vm, v, Function).qualname.get()),
            |vm, v, x| {
                let f = this!(vm, v, Function);
                match x.filter(|x| x.is::<Str>()) {
                    Some(s) => {
                        f.qualname.set(vm, f.header(), s);
                        Ok(())
                    }
                    None => Err(vm.type_error("__qualname__ must be set to a string object")),
                }
            },
        ),
        GetSetDef::new(
            "__doc__",
            |vm, v| Ok(or_none(this!(vm, v, Function).doc.get())),
            |vm, v, x| {
                let f = this!(vm, v, Function);
                f.doc.set(vm, f.header(), x.unwrap_or(Value::NONE));
                Ok(())
            },
        ),
        GetSetDef::new(
            "__module__",
            |vm, v| {
                let f = this!(vm, v, Function);
                if let Some(m) = f.module.get().bound() {
                    return Ok(m);
                }
                Ok(f.globals().get_str(vm, vm.names().__name__)?.unwrap_or(Value::NONE))
            },
            |vm, v, x| {
                let f = this!(vm, v, Function);
                f.module.set(vm, f.header(), x.unwrap_or(Value::NONE));
                Ok(())
            },
        ),
        GetSetDef::new(
            "__code__",
            |vm, v| Ok(this!(vm, v, Function).code().value()),
            |vm, v, x| {
                let f = this!(vm, v, Function);
                let Some(c) = x.and_then(|x| x.downcast::<Code>()) else {
                    return Err(vm.type_error("__code__ must be set to a code object"));
                };
                let free = |c: Gc<Code>| c.freevars.get().map_or(0, |t| t.len());
                if free(c) != free(f.code()) {
                    return Err(vm.value_error(format!(
                        "{}() requires a code object with {} free vars, not {}",
                        vm.str(f.name.get())?.to_str_lossy(),
                        free(f.code()),
                        free(c)
                    )));
                }
                // Methods are remembered with their classes, and with them how they take arguments.
                vm.changing_all_classes(|| {
                    change(vm, f, |f| f.code.set(vm, f.header(), Some(c)));
                    Ok(())
                })
            },
        ),
        GetSetDef::read_only("__globals__", |vm, v| Ok(this!(vm, v, Function).globals().value())),
        GetSetDef::read_only("__builtins__", |vm, v| Ok(this!(vm, v, Function).builtins().value())),
        GetSetDef::read_only("__closure__", |vm, v| {
            Ok(or_none(this!(vm, v, Function).closure.as_slot().get()))
        }),
        GetSetDef::new(
            "__defaults__",
            |vm, v| Ok(or_none(this!(vm, v, Function).defaults.as_slot().get())),
            |vm, v, x| {
                let f = this!(vm, v, Function);
                let t = match x.filter(|x| !x.is_none()) {
                    None => None,
                    Some(x) => match x.downcast::<Tuple>() {
                        Some(t) => Some(t),
                        None => return Err(vm.type_error("__defaults__ must be set to a tuple object")),
                    },
                };
                change(vm, f, |f| f.defaults.set(vm, f.header(), t));
                Ok(())
            },
        ),
        GetSetDef::new(
            "__kwdefaults__",
            |vm, v| Ok(or_none(this!(vm, v, Function).kwdefaults.as_slot().get())),
            |vm, v, x| {
                let f = this!(vm, v, Function);
                let d = match x.filter(|x| !x.is_none()) {
                    None => None,
                    Some(x) => match x.downcast::<Dict>() {
                        Some(d) => Some(d),
                        None => return Err(vm.type_error("__kwdefaults__ must be set to a dict object")),
                    },
                };
                change(vm, f, |f| f.kwdefaults.set(vm, f.header(), d));
                Ok(())
            },
        ),
        GetSetDef::new(
            "__annotations__",
            |vm, v| {
                let f = this!(vm, v, Function);
                if let Some(a) = f.annotations.get().bound() {
                    return Ok(a);
                }
                let a = match f.annotate.get().bound() {
                    Some(g) if !g.is_none() => vm.call(g, &[Value::small_int(1)])?,
                    _ => vm.new_dict()?.value(),
                };
                f.annotations.set(vm, f.header(), a);
                Ok(a)
            },
            |vm, v, x| {
                let f = this!(vm, v, Function);
                match x {
                    Some(d) if d.is::<Dict>() => f.annotations.set(vm, f.header(), d),
                    None | Some(Value::NONE) => f.annotations.clear(),
                    _ => return Err(vm.type_error("__annotations__ must be set to a dict object")),
                }
                Ok(())
            },
        ),
        GetSetDef::new(
            "__annotate__",
            |vm, v| Ok(or_none(this!(vm, v, Function).annotate.get())),
            |vm, v, x| {
                let f = this!(vm, v, Function);
                f.annotate.set(vm, f.header(), x.unwrap_or(Value::NONE));
                f.annotations.clear();
                Ok(())
            },
        ),
        GetSetDef::new(
            "__type_params__",
            |vm, v| match this!(vm, v, Function).type_params.get().bound() {
                Some(t) => Ok(t),
                None => Ok(vm.new_tuple(&[])?.value()),
            },
            |vm, v, x| {
                let f = this!(vm, v, Function);
                match x {
                    Some(t) if t.is::<Tuple>() => f.type_params.set(vm, f.header(), t),
                    _ => return Err(vm.type_error("__type_params__ must be set to a tuple")),
                }
                Ok(())
            },
        ),
    ],
    ..NO_DEF
};

/// Changes what calls of a function are guarded on: the change is complete before the new version shows.
fn change(vm: &Vm, f: Gc<Function>, edit: impl FnOnce(Gc<Function>)) {
    // In a pause: another thread may be between its version check and its use of code and defaults.
    vm.stop_the_world(|_| {
        edit(f);
        f.version.assign(vm.next_function_version());
    });
}

fn bind_method(vm: &Vm, f: Value, obj: Value, _owner: Value) -> PyResult {
    if obj.is_unbound() { Ok(f) } else { Ok(vm.new_bound_method(f, obj)?.value()) }
}

fn function_new(vm: &Vm, _class: Gc<Type>, args: Args<'_>) -> PyResult {
    let [code, globals, name, defaults, closure, kwdefaults] =
        args.bind(vm, "function", ["code", "globals", "name", "argdefs", "closure", "kwdefaults"], 2, 0, 6)?;
    let (Some(code), Some(globals)) = (code.downcast::<Code>(), globals.downcast::<Dict>()) else {
        return Err(vm.type_error("function() argument 'code' must be code, 'globals' must be dict"));
    };
    let builtins = vm.builtins_of(globals)?;
    let f = vm.new_function(code, globals, builtins)?;
    if let Some(n) = name.bound().filter(|n| n.is::<Str>()) {
        f.name.set(vm, f.header(), n);
    }
    f.defaults.set(vm, f.header(), defaults.downcast::<Tuple>());
    f.closure.set(vm, f.header(), closure.downcast::<Tuple>());
    f.kwdefaults.set(vm, f.header(), kwdefaults.downcast::<Dict>());
    let need = code.freevars.get().map_or(0, |t| t.len());
    let have = f.closure.get().map_or(0, |t| t.len());
    if need != have {
        return Err(vm.value_error(format!("code requires closure of length {need}, not {have}")));
    }
    Ok(f.value())
}

/// `method`
pub static METHOD_DEF: TypeDef = TypeDef {
    name: "method",
    kind: Kind::BoundMethod,
    size: size_of::<BoundMethod>(),
    flags: type_flags::WEAKREF,
    slots: TypeSlots {
        call: Some(|vm, m, args| {
            let m = this!(vm, m, BoundMethod);
            vm.call_with_self(m.func.get(), m.this.get(), args)
        }),
        repr: Some(|vm, v| {
            let m = this!(vm, v, BoundMethod);
            let q = match vm.getattr_opt(m.func.get(), vm.names().__qualname__)? {
                Some(q) => vm.str(q)?.to_str_lossy().into_owned(),
                None => "?".to_owned(),
            };
            let r = vm.repr(m.this.get())?;
            vm.new_str(&format!("<bound method {q} of {}>", r.to_str_lossy()))
        }),
        compare: Some(|vm, op, a, b| {
            use vm_compiler::opcodes::CmpOp;
            let (Some(x), Some(y)) = (a.downcast::<BoundMethod>(), b.downcast::<BoundMethod>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            let same = vm.is(x.this.get(), y.this.get()) && vm.eq(x.func.get(), y.func.get())?;
            Ok(match op {
                CmpOp::Eq => Value::bool(same),
                CmpOp::Ne => Value::bool(!same),
                _ => Value::NOT_IMPLEMENTED,
            })
        }),
        hash: Some(|vm, v| {
            let m = this!(vm, v, BoundMethod);
            Ok(crate::hash::fix(vm.identity_hash(m.this.get()) ^ vm.hash(m.func.get())?))
        }),
        getattr: Some(|vm, v, name| {
            if let Some(x) = vm.generic_getattr_opt(v, name)? {
                return Ok(x);
            }
            vm.getattr(this!(vm, v, BoundMethod).func.get(), name)
        }),
        new: Some(|vm, _, args| {
            let [f, this] = args.exact(vm, "method")?;
            if !vm.is_callable(f) {
                return Err(vm.type_error("first argument must be callable"));
            }
            Ok(vm.new_bound_method(f, this)?.value())
        }),
        ..NO_SLOTS
    },
    getset: &[
        GetSetDef::read_only("__func__", |vm, v| Ok(this!(vm, v, BoundMethod).func.get())),
        GetSetDef::read_only("__self__", |vm, v| Ok(this!(vm, v, BoundMethod).this.get())),
        GetSetDef::read_only("__doc__", |vm, v| {
            vm.getattr(this!(vm, v, BoundMethod).func.get(), vm.names().__doc__)
        }),
    ],
    ..NO_DEF
};

/// `builtin_function_or_method`
pub static NATIVE_DEF: TypeDef = TypeDef {
    name: "builtin_function_or_method",
    kind: Kind::NativeFunction,
    size: size_of::<NativeFunction>(),
    slots: TypeSlots {
        call: Some(|vm, f, args| vm.call_native(this!(vm, f, NativeFunction), args)),
        repr: Some(|vm, v| {
            let f = this!(vm, v, NativeFunction);
            let n = vm.str(f.name.get())?;
            match f.this.get().bound() {
                None => vm.new_str(&format!("<built-in function {}>", n.to_str_lossy())),
                Some(t) => vm.new_str(&format!(
                    "<built-in method {} of {} object at {:#x}>",
                    n.to_str_lossy(),
                    vm.type_name(t),
                    vm.id(t)
                )),
            }
        }),
        compare: Some(|_, op, a, b| {
            use vm_compiler::opcodes::CmpOp;
            let (Some(x), Some(y)) = (a.downcast::<NativeFunction>(), b.downcast::<NativeFunction>()) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            let same = x.this.get() == y.this.get()
                && std::ptr::fn_addr_eq(x.f, y.f)
                && x.name.get() == y.name.get();
            Ok(match op {
                CmpOp::Eq => Value::bool(same),
                CmpOp::Ne => Value::bool(!same),
                _ => Value::NOT_IMPLEMENTED,
            })
        }),
        hash: Some(|vm, v| {
            let f = this!(vm, v, NativeFunction);
            Ok(crate::hash::fix(f.f as usize as i64 ^ vm.identity_hash(f.this.get())))
        }),
        ..NO_SLOTS
    },
    getset: &[
        GetSetDef::read_only("__name__", |vm, v| Ok(this!(vm, v, NativeFunction).name.get())),
        GetSetDef::read_only("__qualname__", |vm, v| {
            let f = this!(vm, v, NativeFunction);
            let name = vm.str(f.name.get())?;
            match f.this.get().bound() {
                Some(t) => {
                    let t = t.downcast::<Type>().unwrap_or_else(|| vm.type_of(t));
                    let q = format!("{}.{}", t.name().to_str_lossy(), name.to_str_lossy());
                    Ok(vm.new_str(&q)?.value())
                }
                None => Ok(name.value()),
            }
        }),
        GetSetDef::read_only("__self__", |vm, v| Ok(or_none(this!(vm, v, NativeFunction).this.get()))),
        GetSetDef::new(
            "__module__",
            |vm, v| Ok(or_none(this!(vm, v, NativeFunction).module.get())),
            |vm, v, x| {
                let f = this!(vm, v, NativeFunction);
                f.module.set(vm, f.header(), x.unwrap_or(Value::NONE));
                Ok(())
            },
        ),
        GetSetDef::read_only("__doc__", |vm, v| {
            let f = this!(vm, v, NativeFunction);
            native_doc(vm, f.doc.get(), f.name.get())
        }),
        GetSetDef::read_only("__text_signature__", |_, _| Ok(Value::NONE)),
    ],
    ..NO_DEF
};

/// `method_descriptor`
pub static METHOD_DESCRIPTOR_DEF: TypeDef = TypeDef {
    name: "method_descriptor",
    kind: Kind::NativeMethod,
    size: size_of::<NativeMethod>(),
    slots: TypeSlots {
        call: Some(|vm, f, args| {
            let m = this!(vm, f, NativeMethod);
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { m.owner.get_unchecked() };
            let name = vm.str(m.name.get())?;
            match args.pos().first() {
                Some(&t) if vm.isinstance(t, owner) => (m.f)(vm, args),
                Some(&t) => Err(vm.type_error(format!(
                    "descriptor '{}' for '{}' objects doesn't apply to a '{}' object",
                    name.to_str_lossy(),
                    owner.name().to_str_lossy(),
                    vm.type_name(t)
                ))),
                None => Err(vm.type_error(format!(
                    "unbound method {}.{}() needs an argument",
                    owner.name().to_str_lossy(),
                    name.to_str_lossy()
                ))),
            }
        }),
        repr: Some(|vm, v| {
            let m = this!(vm, v, NativeMethod);
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { m.owner.get_unchecked() };
            let n = vm.str(m.name.get())?;
            vm.new_str(&format!(
                "<method '{}' of '{}' objects>",
                n.to_str_lossy(),
                owner.name().to_str_lossy()
            ))
        }),
        descr_get: Some(|vm, d, obj, _| {
            if obj.is_unbound() {
                return Ok(d);
            }
            let m = this!(vm, d, NativeMethod);
            // SAFETY: the name is always a string.
            let name = unsafe { m.name.get().downcast_unchecked::<Str>() };
            Ok(vm.new_native(name, m.f, obj, Value::UNBOUND)?.value())
        }),
        ..NO_SLOTS
    },
    getset: &[
        GetSetDef::read_only("__name__", |vm, v| Ok(this!(vm, v, NativeMethod).name.get())),
        GetSetDef::read_only("__qualname__", |vm, v| {
            let m = this!(vm, v, NativeMethod);
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { m.owner.get_unchecked() };
            let q = format!("{}.{}", owner.name().to_str_lossy(), vm.str(m.name.get())?.to_str_lossy());
            Ok(vm.new_str(&q)?.value())
        }),
        GetSetDef::read_only("__objclass__", |vm, v| Ok(this!(vm, v, NativeMethod).owner.as_slot().get())),
        GetSetDef::read_only("__doc__", |vm, v| {
            let f = this!(vm, v, NativeMethod);
            native_doc(vm, f.doc.get(), f.name.get())
        }),
    ],
    ..NO_DEF
};

/// `wrapper_descriptor`
pub static WRAPPER_DEF: TypeDef = TypeDef {
    name: "wrapper_descriptor",
    kind: Kind::Wrapper,
    size: size_of::<Wrapper>(),
    slots: TypeSlots {
        call: Some(|vm, w, args| call_wrapper(vm, this!(vm, w, Wrapper), args)),
        repr: Some(|vm, v| {
            let w = this!(vm, v, Wrapper);
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { w.owner.get_unchecked() };
            let n = vm.str(w.name.get())?;
            vm.new_str(&format!(
                "<slot wrapper '{}' of '{}' objects>",
                n.to_str_lossy(),
                owner.name().to_str_lossy()
            ))
        }),
        descr_get: Some(bind_method),
        ..NO_SLOTS
    },
    methods: &[MethodDef::new("__get__", |vm, args| {
        let (w, rest) = args.this::<Wrapper>(vm, "__get__")?;
        let a = rest.range(vm, "__get__", 1, 2)?;
        bind_method(vm, w.value(), if a[0].is_none() { Value::UNBOUND } else { a[0] }, Value::NONE)
    })],
    getset: &[
        GetSetDef::read_only("__name__", |vm, v| Ok(this!(vm, v, Wrapper).name.get())),
        GetSetDef::read_only("__qualname__", |vm, v| {
            let w = this!(vm, v, Wrapper);
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { w.owner.get_unchecked() };
            let q = format!("{}.{}", owner.name().to_str_lossy(), vm.str(w.name.get())?.to_str_lossy());
            Ok(vm.new_str(&q)?.value())
        }),
        GetSetDef::read_only("__objclass__", |vm, v| Ok(this!(vm, v, Wrapper).owner.as_slot().get())),
        GetSetDef::read_only("__doc__", |_, _| Ok(Value::NONE)),
    ],
    ..NO_DEF
};

/// `cell`
pub static CELL_DEF: TypeDef = TypeDef {
    name: "cell",
    kind: Kind::Cell,
    size: size_of::<Cell>(),
    slots: TypeSlots {
        new: Some(|vm, _, args| {
            let a = args.range(vm, "cell", 0, 1)?;
            Ok(vm.new_cell(a.first().copied().unwrap_or(Value::UNBOUND))?.value())
        }),
        repr: Some(|vm, v| {
            let c = this!(vm, v, Cell).content.get();
            let what = match c.bound() {
                None => "empty".to_owned(),
                Some(x) => format!("{} object at {:#x}", vm.type_name(x), vm.id(x)),
            };
            vm.new_str(&format!("<cell at {:#x}: {what}>", vm.id(v)))
        }),
        ..NO_SLOTS
    },
    getset: &[GetSetDef::new(
        "cell_contents",
        |vm, v| match this!(vm, v, Cell).content.get().bound() {
            Some(x) => Ok(x),
            None => Err(vm.value_error("cell is empty")),
        },
        |vm, v, x| {
            let c = this!(vm, v, Cell);
            match x {
                Some(x) => c.content.set(vm, c.header(), x),
                None => c.content.clear(),
            }
            Ok(())
        },
    )],
    ..NO_DEF
};
