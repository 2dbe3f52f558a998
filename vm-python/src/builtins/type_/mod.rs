//! `type`: what a class object can do. How classes are made is in `creation`, how they change in `changes`.

mod changes;
mod creation;

use changes::{changing, compute_mro, direct_subclasses, modified, set_bases};

use vm_compiler::opcodes::BinOp;
use vm_core::sync::Ordering;

use crate::{
    error::{PyResult, Thrown},
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        dict::Dict,
        gc::Gc,
        kind::Kind,
        sequence::Tuple,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

/// `type`
pub static DEF: TypeDef = TypeDef {
    name: "type",
    doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
    kind: Kind::Type,
    size: size_of::<Type>(),
    flags: type_flags::BASETYPE | type_flags::METACLASS | type_flags::WEAKREF,
    slots: TypeSlots {
        new: Some(type_new),
        init: Some(|_, _, _| Ok(())),
        call: Some(type_call),
        repr: Some(type_repr),
        binary: Some(super::union::or),
        binary_ops: 1 << BinOp::Or as u16,
        getattr: Some(type_getattr),
        setattr: Some(type_setattr),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("mro", |vm, args| {
            let (t, []) = args.method::<Type, 0>(vm, "mro")?;
            let list = compute_mro(vm, t)?;
            Ok(vm.new_list(list.as_slice())?.value())
        }),
        MethodDef::new("__subclasses__", |vm, args| {
            let (t, []) = args.method::<Type, 0>(vm, "__subclasses__")?;
            let out = vm.new_list(&[])?;
            for c in direct_subclasses(vm, t)?.as_slice() {
                out.append(vm, *c)?;
            }
            Ok(out.value())
        }),
        MethodDef::new("__instancecheck__", |vm, args| {
            let (t, [v]) = args.method::<Type, 1>(vm, "__instancecheck__")?;
            Ok(Value::bool(vm.plain_isinstance(v, t)?))
        }),
        MethodDef::new("__subclasscheck__", |vm, args| {
            let (t, [c]) = args.method::<Type, 1>(vm, "__subclasscheck__")?;
            match c.downcast::<Type>() {
                Some(c) => Ok(Value::bool(c.is_subclass(t))),
                None => Err(vm.type_error("issubclass() arg 1 must be a class")),
            }
        }),
        MethodDef::class("__prepare__", |vm, _| Ok(vm.new_dict()?.value())),
        MethodDef::new("__dir__", |vm, args| {
            let (t, []) = args.method::<Type, 0>(vm, "__dir__")?;
            let names = vm.new_dict()?;
            for c in t.mro().iter().filter_map(|c| c.downcast::<Type>()) {
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
        }),
    ],
    getset: &[
        GetSetDef::new(
            "__name__",
            |vm, v| Ok(this(vm, v)?.name.get()),
            |vm, v, x| {
                let t = mutable(vm, v, "__name__")?;
                match x.and_then(|x| x.downcast::<Str>()) {
                    Some(s) => {
                        t.name.set(vm, t.header(), s.value());
                        Ok(())
                    }
                    None => Err(vm.type_error(format!(
                        "can only assign string to {}.__name__, not '{}'",
                        t.name().to_str_lossy(),
                        x.map_or_else(String::new, |x| vm.type_name(x))
                    ))),
                }
            },
        ),
        GetSetDef::new(
            "__qualname__",
            |vm, v| Ok(this(vm, v)?.qualname.get()),
            |vm, v, x| {
                let t = mutable(vm, v, "__qualname__")?;
                match x.filter(|x| x.is::<Str>()) {
                    Some(s) => {
                        t.qualname.set(vm, t.header(), s);
                        Ok(())
                    }
                    None => Err(vm.type_error("can only assign string to __qualname__")),
                }
            },
        ),
        GetSetDef::new("__bases__", |vm, v| Ok(this(vm, v)?.bases.as_slot().get()), set_bases),
        GetSetDef::read_only("__base__", |vm, v| {
            Ok(this(vm, v)?.base.as_slot().get().bound().unwrap_or(Value::NONE))
        }),
        GetSetDef::read_only("__mro__", |vm, v| Ok(this(vm, v)?.mro.as_slot().get())),
        GetSetDef::read_only("__dict__", |vm, v| {
            super::mappingproxy::new_proxy(vm, this(vm, v)?.namespace().value())
        }),
        GetSetDef::new(
            "__module__",
            |vm, v| {
                let t = this(vm, v)?;
                match t.namespace().get_str(vm, vm.names().__module__)? {
                    Some(m) => Ok(m),
                    None => Ok(vm.names().builtins.value()),
                }
            },
            |vm, v, x| {
                let t = mutable(vm, v, "__module__")?;
                t.namespace().set_str(vm, vm.names().__module__, x.unwrap_or(Value::NONE))?;
                modified(vm, t, None)
            },
        ),
        GetSetDef::new(
            "__doc__",
            |vm, v| {
                let t = this(vm, v)?;
                Ok(t.namespace().get_str(vm, vm.names().__doc__)?.unwrap_or(Value::NONE))
            },
            |vm, v, x| {
                let t = mutable(vm, v, "__doc__")?;
                t.namespace().set_str(vm, vm.names().__doc__, x.unwrap_or(Value::NONE))?;
                modified(vm, t, None)
            },
        ),
        GetSetDef::new(
            "__annotations__",
            |vm, v| {
                let t = this(vm, v)?;
                let ns = t.namespace();
                if let Some(a) = ns.get_str(vm, vm.names().__annotations__)? {
                    return Ok(a);
                }
                let a = match ns.get_str(vm, vm.names().__annotate__)? {
                    Some(f) if vm.is_callable(f) => vm.call(f, &[Value::small_int(1)])?,
                    _ => vm.new_dict()?.value(),
                };
                ns.set_str(vm, vm.names().__annotations__, a)?;
                Ok(a)
            },
            |vm, v, x| {
                let t = mutable(vm, v, "__annotations__")?;
                match x {
                    Some(x) => t.namespace().set_str(vm, vm.names().__annotations__, x),
                    None => t.namespace().remove(vm, vm.names().__annotations__.value()).map(drop),
                }
            },
        ),
        GetSetDef::new(
            "__abstractmethods__",
            |vm, v| {
                let t = this(vm, v)?;
                match t.namespace().get_str(vm, vm.intern("__abstractmethods__")?)? {
                    Some(x) => Ok(x),
                    None => Err(vm.attribute_error("__abstractmethods__")),
                }
            },
            |vm, v, x| {
                let t = this(vm, v)?;
                let name = vm.intern("__abstractmethods__")?;
                match x {
                    Some(x) => {
                        t.namespace().set_str(vm, name, x)?;
                        if vm.truthy(x)? {
                            t.set_flag(type_flags::ABSTRACT);
                        } else {
                            t.flags.fetch_and(!type_flags::ABSTRACT, Ordering::Relaxed);
                        }
                    }
                    None => {
                        t.namespace().remove(vm, name.value())?;
                        t.flags.fetch_and(!type_flags::ABSTRACT, Ordering::Relaxed);
                    }
                }
                modified(vm, t, None)
            },
        ),
    ],
};

fn this(vm: &Vm, v: Value) -> PyResult<Gc<Type>> {
    v.downcast::<Type>().ok_or_else(|| vm.type_error("a class is needed"))
}

fn mutable(vm: &Vm, v: Value, name: &str) -> PyResult<Gc<Type>> {
    let t = this(vm, v)?;
    if !t.has_flag(type_flags::HEAP) {
        return Err(immutable(vm, t, name));
    }
    Ok(t)
}

fn immutable(vm: &Vm, t: Gc<Type>, name: &str) -> Thrown {
    vm.type_error(format!("cannot set '{name}' attribute of immutable type '{}'", t.name().to_str_lossy()))
}

fn type_repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    vm.new_str(&format!("<class '{}'>", vm.qualified_name(this(vm, v)?)))
}

/// Attribute of a class: data descriptor of the metaclass, then the class and its bases, then the metaclass.
pub(crate) fn type_getattr(vm: &Vm, v: Value, name: Gc<Str>) -> PyResult {
    match type_getattr_opt(vm, v, name)? {
        Some(x) => Ok(x),
        None => Err(vm.no_attribute(v, name)),
    }
}

fn type_getattr_opt(vm: &Vm, v: Value, name: Gc<Str>) -> PyResult<Option<Value>> {
    let t = this(vm, v)?;
    let meta = vm.type_of(v);
    let in_meta = vm.type_lookup(meta, name);
    let mut bind = None;
    if let Some(d) = in_meta {
        let dt = vm.type_of(d);
        bind = dt.slots().descr_get;
        if dt.slots().descr_set.is_some()
            && let Some(get) = bind
        {
            return get(vm, d, v, meta.value()).map(Some);
        }
    }
    if let Some(x) = vm.type_lookup(t, name) {
        return match vm.type_of(x).slots().descr_get {
            Some(get) => get(vm, x, Value::UNBOUND, v).map(Some),
            None => Ok(Some(x)),
        };
    }
    match (in_meta, bind) {
        (Some(d), Some(get)) => get(vm, d, v, meta.value()).map(Some),
        (other, _) => Ok(other),
    }
}

fn type_setattr(vm: &Vm, v: Value, name: Gc<Str>, value: Option<Value>) -> PyResult<()> {
    let t = this(vm, v)?;
    if !t.has_flag(type_flags::HEAP) {
        return Err(immutable(vm, t, &name.to_str_lossy()));
    }
    let meta = vm.type_of(v);
    if let Some(d) = vm.type_lookup(meta, name)
        && let Some(set) = vm.type_of(d).slots().descr_set
    {
        return set(vm, d, v, value);
    }
    let n = vm.names();
    // Whether an object in some class's namespace is a descriptor is remembered with that class.
    let all = n.__get__ == name || n.__set__ == name || n.__delete__ == name;
    let change = || match value {
        Some(x) => t.namespace().set_str(vm, name, x),
        None => match t.namespace().remove(vm, name.value())? {
            Some(_) => Ok(()),
            None => Err(vm.no_attribute(v, name)),
        },
    };
    if all {
        vm.changing_all_classes(|| changing(vm, t, Some(name), change))
    } else {
        changing(vm, t, Some(name), change)
    }
}

fn type_new(vm: &Vm, meta: Gc<Type>, args: Args<'_>) -> PyResult {
    let pos = args.pos();
    if pos.len() != 3 {
        return Err(vm.type_error("type.__new__() takes exactly 3 arguments"));
    }
    let Some(name) = pos[0].downcast::<Str>() else {
        return Err(
            vm.type_error(format!("type.__new__() argument 1 must be str, not {}", vm.type_name(pos[0])))
        );
    };
    let Some(bases) = pos[1].downcast::<Tuple>() else {
        return Err(
            vm.type_error(format!("type.__new__() argument 2 must be tuple, not {}", vm.type_name(pos[1])))
        );
    };
    let Some(ns) = pos[2].downcast::<Dict>() else {
        return Err(
            vm.type_error(format!("type.__new__() argument 3 must be dict, not {}", vm.type_name(pos[2])))
        );
    };
    let winner = vm.calculate_metaclass(meta, bases)?;
    if winner != meta
        && let Some(f) = winner.slots().new
        && !std::ptr::fn_addr_eq(f, type_new as fn(&Vm, Gc<Type>, Args<'_>) -> PyResult)
    {
        return f(vm, winner, args);
    }
    vm.new_class(winner, name, bases, ns, args)
}

/// `cls(...)`, and `type(x)`.
fn type_call(vm: &Vm, v: Value, args: Args<'_>) -> PyResult {
    let class = this(vm, v)?;
    if class == vm.types().type_ {
        let pos = args.pos();
        if pos.len() == 1 && args.kwnames().is_none() {
            return Ok(vm.type_of(pos[0]).value());
        }
        if pos.len() != 3 {
            return Err(vm.type_error("type() takes 1 or 3 arguments"));
        }
    }
    let Some(new) = class.slots().new else {
        return Err(vm.type_error(format!("cannot create '{}' instances", vm.qualified_name(class))));
    };
    let obj = new(vm, class, args)?;
    let t = vm.type_of(obj);
    if (t == class || t.is_subclass(class))
        && let Some(init) = t.slots().init
    {
        init(vm, obj, args)?;
    }
    Ok(obj)
}
