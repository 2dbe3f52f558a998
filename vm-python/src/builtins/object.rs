//! `object`.

use vm_compiler::opcodes::CmpOp;
use vm_core::sync::Ordering;

use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        dict::Dict,
        gc::{Gc, shape_id},
        kind::Kind,
        str::Str,
    },
    ops::dunder::py_new,
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

/// `object`
pub static DEF: TypeDef = TypeDef {
    name: "object",
    doc: "The base class of the class hierarchy.",
    kind: Kind::Instance,
    size: size_of::<vm_heap::Header>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots { new: Some(object_new), ..NO_SLOTS },
    methods: &[
        MethodDef::new("__init__", |vm, args| {
            let [this, ..] = args.pos() else { return Err(vm.type_error("__init__() needs an argument")) };
            check_excess_init(vm, *this, args.rest())?;
            Ok(Value::NONE)
        }),
        MethodDef::new("__repr__", |vm, args| {
            let [v] = args.exact(vm, "__repr__")?;
            Ok(vm.default_repr(v)?.value())
        }),
        MethodDef::new("__str__", |vm, args| {
            let [v] = args.exact(vm, "__str__")?;
            Ok(vm.repr(v)?.value())
        }),
        MethodDef::new("__hash__", |vm, args| {
            let [v] = args.exact(vm, "__hash__")?;
            vm.new_int(vm.identity_hash(v))
        }),
        MethodDef::new("__eq__", |vm, args| {
            let [a, b] = args.exact(vm, "__eq__")?;
            Ok(if vm.is(a, b) { Value::TRUE } else { Value::NOT_IMPLEMENTED })
        }),
        MethodDef::new("__ne__", |vm, args| {
            let [a, b] = args.exact(vm, "__ne__")?;
            not_equal(vm, a, b)
        }),
        MethodDef::new("__lt__", unordered),
        MethodDef::new("__le__", unordered),
        MethodDef::new("__gt__", unordered),
        MethodDef::new("__ge__", unordered),
        MethodDef::new("__getattribute__", |vm, args| {
            let [v, name] = args.exact(vm, "__getattribute__")?;
            vm.generic_getattr(v, attr_name(vm, name)?)
        }),
        MethodDef::new("__setattr__", |vm, args| {
            let [v, name, x] = args.exact(vm, "__setattr__")?;
            vm.generic_setattr(v, attr_name(vm, name)?, Some(x))?;
            Ok(Value::NONE)
        }),
        MethodDef::new("__delattr__", |vm, args| {
            let [v, name] = args.exact(vm, "__delattr__")?;
            vm.generic_setattr(v, attr_name(vm, name)?, None)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("__format__", |vm, args| {
            let [v, spec] = args.exact(vm, "__format__")?;
            match spec.downcast::<Str>() {
                Some(s) if s.is_empty() => Ok(vm.str(v)?.value()),
                Some(_) => Err(vm.type_error(format!(
                    "unsupported format string passed to {}.__format__",
                    vm.type_name(v)
                ))),
                None => {
                    Err(vm
                        .type_error(format!("__format__() argument must be str, not {}", vm.type_name(spec))))
                }
            }
        }),
        MethodDef::new("__dir__", |vm, args| {
            let [v] = args.exact(vm, "__dir__")?;
            object_dir(vm, v)
        }),
        MethodDef::new("__sizeof__", |vm, args| {
            let [v] = args.exact(vm, "__sizeof__")?;
            let n = v.header().map_or(16, |h| {
                let s = vm.shape_of(h);
                i64::from(s.slot_base) + i64::from(s.inline_slots) * 8
            });
            vm.new_int(n)
        }),
        MethodDef::new("__reduce__", |vm, args| {
            let [v] = args.exact(vm, "__reduce__")?;
            object_reduce(vm, v)
        }),
        MethodDef::new("__reduce_ex__", |vm, args| {
            let [v, _] = args.exact(vm, "__reduce_ex__")?;
            let name = vm.names().__reduce__;
            match vm.lookup_special(v, name)? {
                Some(f) => vm.call(f, &[]),
                None => object_reduce(vm, v),
            }
        }),
        MethodDef::class("__init_subclass__", |vm, args| {
            if args.len() > 1 || args.kwnames().is_some() {
                let name = args.pos().first().and_then(|c| c.downcast::<Type>()).map(|c| c.name());
                let name = name.map_or_else(String::new, |n| n.to_str_lossy().into_owned());
                return Err(vm.type_error(format!("{name}.__init_subclass__() takes no keyword arguments")));
            }
            Ok(Value::NONE)
        }),
        MethodDef::class("__subclasshook__", |_, _| Ok(Value::NOT_IMPLEMENTED)),
    ],
    getset: &[
        GetSetDef::new("__class__", |vm, v| Ok(vm.type_of(v).value()), set_class),
        GetSetDef::new(
            "__dict__",
            |vm, v| match vm.instance_dict(v)? {
                Some(d) => Ok(d.value()),
                None => Err(vm.no_attribute(v, vm.names().__dict__)),
            },
            |vm, v, x| {
                let Some(d) = x.and_then(|x| x.downcast::<Dict>()) else {
                    return Err(vm.type_error("__dict__ must be set to a dictionary"));
                };
                if vm.set_instance_dict(v, d)? {
                    Ok(())
                } else {
                    Err(vm.no_attribute(v, vm.names().__dict__))
                }
            },
        ),
    ],
};

fn attr_name(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    match v.downcast::<Str>() {
        Some(s) => Ok(vm.intern_str(s)),
        None => Err(vm.type_error(format!("attribute name must be string, not '{}'", vm.type_name(v)))),
    }
}

fn unordered(vm: &Vm, args: Args<'_>) -> PyResult {
    let [_, _] = args.exact(vm, "expected 1 argument")?;
    Ok(Value::NOT_IMPLEMENTED)
}

/// The inherited `__ne__`: the inverse of `__eq__`.
fn not_equal(vm: &Vm, a: Value, b: Value) -> PyResult {
    let r = match vm.type_of(a).slots().compare {
        Some(f) => f(vm, CmpOp::Eq, a, b)?,
        None => return Ok(if vm.is(a, b) { Value::FALSE } else { Value::NOT_IMPLEMENTED }),
    };
    if r == Value::NOT_IMPLEMENTED { Ok(r) } else { Ok(Value::bool(!vm.truthy(r)?)) }
}

fn object_new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    if !args.is_empty() {
        let slots = class.slots();
        let custom_new = slots
            .new
            .is_some_and(|f| std::ptr::fn_addr_eq(f, py_new as fn(&Vm, Gc<Type>, Args<'_>) -> PyResult));
        if custom_new {
            return Err(
                vm.type_error("object.__new__() takes exactly one argument (the type to instantiate)")
            );
        }
        if slots.init.is_none() {
            return Err(vm.type_error(format!("{}() takes no arguments", class.name().to_str_lossy())));
        }
    }
    if class.has_flag(type_flags::ABSTRACT) {
        return Err(abstract_error(vm, class)?);
    }
    let p = vm.alloc_instance_of(class)?;
    Ok(Value::from_ptr(p))
}

fn abstract_error(vm: &Vm, class: Gc<Type>) -> PyResult<crate::error::Thrown> {
    let methods = vm.getattr_str(class.value(), "__abstractmethods__")?;
    let mut names = Vec::new();
    vm.for_each(methods, |m| {
        names.push(format!("'{}'", vm.str(m)?.to_str_lossy()));
        Ok(true)
    })?;
    names.sort();
    let plural = if names.len() == 1 { "" } else { "s" };
    Ok(vm.type_error(format!(
        "Can't instantiate abstract class {} without an implementation for abstract method{plural} {}",
        class.name().to_str_lossy(),
        names.join(", ")
    )))
}

fn check_excess_init(vm: &Vm, v: Value, args: Args<'_>) -> PyResult<()> {
    if args.is_empty() {
        return Ok(());
    }
    let class = vm.type_of(v);
    let slots = class.slots();
    if slots.init.is_some() {
        return Err(
            vm.type_error("object.__init__() takes exactly one argument (the instance to initialize)")
        );
    }
    let plain_new = slots
        .new
        .is_some_and(|f| std::ptr::fn_addr_eq(f, object_new as fn(&Vm, Gc<Type>, Args<'_>) -> PyResult));
    if plain_new {
        return Err(vm.type_error(format!(
            "{}.__init__() takes exactly one argument (the instance to initialize)",
            class.name().to_str_lossy()
        )));
    }
    Ok(())
}

fn object_dir(vm: &Vm, v: Value) -> PyResult {
    let names = vm.new_dict()?;
    if let Some(own) = vm.own_attr_names(v)? {
        for &k in own.snapshot(vm)?.as_slice() {
            names.set(vm, k, Value::NONE)?;
        }
    }
    for c in vm.type_of(v).mro().iter().filter_map(|c| c.downcast::<Type>()) {
        let mut pos = 0;
        while let Some((n, k, _)) = c.namespace().next_entry(pos) {
            names.set(vm, k, Value::NONE)?;
            pos = n;
        }
    }
    let out = vm.new_list(&[])?;
    let mut pos = 0;
    while let Some((n, k, _)) = names.next_entry(pos) {
        out.append(vm, k)?;
        pos = n;
    }
    Ok(out.value())
}

/// `(copyreg-like constructor, (cls,), state)`: enough for `copy`.
fn object_reduce(vm: &Vm, v: Value) -> PyResult {
    let class = vm.type_of(v).value();
    let new = vm.getattr(class, vm.names().__new__)?;
    let args = vm.new_tuple(&[class])?;
    let state = match vm.instance_dict(v)? {
        Some(d) if !d.is_empty() => d.value(),
        _ => Value::NONE,
    };
    Ok(vm.new_tuple(&[new, args.value(), state])?.value())
}

/// Assignment to `__class__`: both classes must have the same layout. Needs a pause, as inline caches of other threads
/// may be between their shape check and their store.
fn set_class(vm: &Vm, v: Value, x: Option<Value>) -> PyResult<()> {
    let Some(new) = x.and_then(|x| x.downcast::<Type>()) else {
        let t = x.map_or_else(String::new, |x| vm.type_name(x));
        return Err(vm.type_error(format!("__class__ must be set to a class, not '{t}' object")));
    };
    let old = vm.type_of(v);
    let Some(h) = v.header() else {
        return Err(
            vm.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses")
        );
    };
    if !old.has_flag(type_flags::HEAP) || !new.has_flag(type_flags::HEAP) {
        return Err(
            vm.type_error("__class__ assignment only supported for mutable types or ModuleType subclasses")
        );
    }
    let has_dict = |t: Gc<Type>| t.has_flag(type_flags::HAS_DICT);
    if old.instance_kind != new.instance_kind
        || old.basic_size != new.basic_size
        || has_dict(old) != has_dict(new)
    {
        return Err(vm.type_error(format!(
            "__class__ assignment: '{}' object layout differs from '{}'",
            new.name().to_str_lossy(),
            old.name().to_str_lossy()
        )));
    }
    if !has_dict(new) {
        let root = new.root_shape.load(Ordering::Acquire);
        vm.stop_the_world(|_| set_shape(h, root));
        return descriptor_changed(vm, old, new);
    }
    loop {
        // The same attributes in the same slots, in the new class's tree: a root with the object's own inline size.
        let seen = shape_id(h);
        let shape = vm.interp().shapes.get(seen);
        let owner = shape.class.get();
        let target = if shape.is_dict_mode {
            vm.dict_mode_shape(new)
        } else {
            let mut keys = Vec::new();
            shape.for_each_key(|_, k| keys.push(k.as_ptr()));
            let mut s = vm.interp().shapes.root_like(new, shape);
            for k in keys.into_iter().rev() {
                // SAFETY: shape keys are alive as long as the class.
                s = vm.interp().shapes.child(s, unsafe { Gc::from_ptr(k) });
            }
            s.id
        };
        let done = vm.stop_the_world(|_| {
            let same = shape_id(h) == seen;
            if same {
                set_shape(h, target);
            }
            same
        });
        // Until here the id that was seen is no other shape's.
        std::hint::black_box(owner);
        if done {
            return descriptor_changed(vm, old, new);
        }
    }
}

/// An object that was no descriptor, or another, has become one: classes may have it in their namespaces.
fn descriptor_changed(vm: &Vm, old: Gc<Type>, new: Gc<Type>) -> PyResult<()> {
    let is_descriptor = |t: Gc<Type>| t.slots().descr_get.is_some() || t.slots().descr_set.is_some();
    if is_descriptor(old) || is_descriptor(new) { vm.changing_all_classes(|| Ok(())) } else { Ok(()) }
}

fn set_shape(h: &vm_heap::Header, id: u32) {
    let word = h.word0.load(Ordering::Relaxed);
    h.word0.store(word & !0xFFFF_FFFF | u64::from(id), Ordering::Release);
}
