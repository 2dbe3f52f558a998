//! Descriptors: property, classmethod, staticmethod, builtin attributes and `__slots__` members.

use crate::{
    error::PyResult,
    native::{GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        function::{GetSet, Member, MethodWrapper, Property, StaticMethod},
        gc::{Gc, Slot},
        kind::Kind,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

macro_rules! this {
    ($vm:expr, $v:expr, $t:ty) => {
        $v.downcast::<$t>().ok_or_else(|| $vm.type_error("wrong self type"))?
    };
}

fn wrong_owner(vm: &Vm, name: Value, owner: Gc<Type>, obj: Value) -> crate::error::Thrown {
    let n = name.downcast::<Str>();
    let n = n.as_ref().map_or_else(String::new, |n| n.to_str_lossy().into_owned());
    vm.type_error(format!(
        "descriptor '{n}' for '{}' objects doesn't apply to a '{}' object",
        owner.name().to_str_lossy(),
        vm.type_name(obj)
    ))
}

/// `getset_descriptor`
pub static GETSET_DEF: TypeDef = TypeDef {
    name: "getset_descriptor",
    kind: Kind::GetSet,
    size: size_of::<GetSet>(),
    slots: TypeSlots {
        descr_get: Some(|vm, d, obj, _| {
            let g = this!(vm, d, GetSet);
            if obj.is_unbound() {
                return Ok(d);
            }
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { g.owner.get_unchecked() };
            if !vm.isinstance(obj, owner) {
                return Err(wrong_owner(vm, g.name.get(), owner, obj));
            }
            (g.get)(vm, obj)
        }),
        descr_set: Some(|vm, d, obj, value| {
            let g = this!(vm, d, GetSet);
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { g.owner.get_unchecked() };
            if !vm.isinstance(obj, owner) {
                return Err(wrong_owner(vm, g.name.get(), owner, obj));
            }
            match g.set {
                Some(f) => f(vm, obj, value),
                None => Err(vm.attribute_error(format!(
                    "attribute '{}' of '{}' objects is not writable",
                    vm.str(g.name.get())?.to_str_lossy(),
                    owner.name().to_str_lossy()
                ))),
            }
        }),
        repr: Some(|vm, v| {
            let g = this!(vm, v, GetSet);
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { g.owner.get_unchecked() };
            let n = vm.str(g.name.get())?;
            vm.new_str(&format!(
                "<attribute '{}' of '{}' objects>",
                n.to_str_lossy(),
                owner.name().to_str_lossy()
            ))
        }),
        ..NO_SLOTS
    },
    getset: &[
        GetSetDef::read_only("__name__", |vm, v| Ok(this!(vm, v, GetSet).name.get())),
        GetSetDef::read_only("__objclass__", |vm, v| Ok(this!(vm, v, GetSet).owner.as_slot().get())),
    ],
    ..NO_DEF
};

/// The slot of a member in an instance.
///
/// # Safety
/// `obj` is an instance of the member's owner.
unsafe fn member_slot(obj: Value, offset: u32) -> &'static Slot {
    // SAFETY: instances of the owner and of its subclasses have the slot at this offset.
    unsafe { &*obj.ptr_unchecked().byte_add(offset as usize).cast::<Slot>() }
}

/// `member_descriptor`
pub static MEMBER_DEF: TypeDef = TypeDef {
    name: "member_descriptor",
    kind: Kind::Member,
    size: size_of::<Member>(),
    slots: TypeSlots {
        descr_get: Some(|vm, d, obj, _| {
            let m = this!(vm, d, Member);
            if obj.is_unbound() {
                return Ok(d);
            }
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { m.owner.get_unchecked() };
            if !vm.isinstance(obj, owner) {
                return Err(wrong_owner(vm, m.name.get(), owner, obj));
            }
            // SAFETY: just checked.
            match unsafe { member_slot(obj, m.offset) }.get().bound() {
                Some(x) => Ok(x),
                // SAFETY: the name is always a string.
                None => Err(vm.no_attribute(obj, unsafe { m.name.get().downcast_unchecked() })),
            }
        }),
        descr_set: Some(|vm, d, obj, value| {
            let m = this!(vm, d, Member);
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { m.owner.get_unchecked() };
            if !vm.isinstance(obj, owner) {
                return Err(wrong_owner(vm, m.name.get(), owner, obj));
            }
            // SAFETY: just checked.
            let slot = unsafe { member_slot(obj, m.offset) };
            // SAFETY: an instance with slots is a cell.
            let holder = unsafe { &*obj.ptr_unchecked() };
            match value {
                Some(x) => slot.set(vm, holder, x),
                None if slot.take(vm, holder) => {}
                None => return Err(vm.attribute_error(vm.str(m.name.get())?.to_str_lossy())),
            }
            Ok(())
        }),
        repr: Some(|vm, v| {
            let m = this!(vm, v, Member);
            // SAFETY: set at creation and never cleared.
            let owner = unsafe { m.owner.get_unchecked() };
            let n = vm.str(m.name.get())?;
            vm.new_str(&format!(
                "<member '{}' of '{}' objects>",
                n.to_str_lossy(),
                owner.name().to_str_lossy()
            ))
        }),
        ..NO_SLOTS
    },
    getset: &[
        GetSetDef::read_only("__name__", |vm, v| Ok(this!(vm, v, Member).name.get())),
        GetSetDef::read_only("__objclass__", |vm, v| Ok(this!(vm, v, Member).owner.as_slot().get())),
    ],
    ..NO_DEF
};

/// `property`
pub static PROPERTY_DEF: TypeDef = TypeDef {
    name: "property",
    doc: "Property attribute.",
    kind: Kind::Property,
    size: size_of::<Property>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        new: Some(|vm, class, _| {
            // SAFETY: a fresh cell with the layout of Property.
            let p: Gc<Property> = unsafe { Gc::from_ptr(vm.alloc_instance_of(class)?.cast()) };
            for s in [&p.get, &p.set, &p.del, &p.doc] {
                s.init(Value::NONE);
            }
            p.name.init(Value::UNBOUND);
            Ok(p.value())
        }),
        init: Some(|vm, v, args| {
            let p = this!(vm, v, Property);
            let [get, set, del, doc] = args.bind(vm, "property", ["fget", "fset", "fdel", "doc"], 0, 0, 4)?;
            for (slot, x) in [(&p.get, get), (&p.set, set), (&p.del, del), (&p.doc, doc)] {
                slot.set(vm, p.header(), x.bound().unwrap_or(Value::NONE));
            }
            if p.doc.get().is_none()
                && !p.get.get().is_none()
                && let Some(d) = vm.getattr_opt(p.get.get(), vm.names().__doc__)?
            {
                p.doc.set(vm, p.header(), d);
            }
            Ok(())
        }),
        descr_get: Some(|vm, d, obj, _| {
            if obj.is_unbound() {
                return Ok(d);
            }
            let p = this!(vm, d, Property);
            let get = p.get.get();
            if get.is_none() {
                return Err(property_error(vm, p, obj, "getter")?);
            }
            vm.call(get, &[obj])
        }),
        descr_set: Some(|vm, d, obj, value| {
            let p = this!(vm, d, Property);
            match value {
                Some(x) => {
                    let f = p.set.get();
                    if f.is_none() {
                        return Err(property_error(vm, p, obj, "setter")?);
                    }
                    vm.call(f, &[obj, x]).map(drop)
                }
                None => {
                    let f = p.del.get();
                    if f.is_none() {
                        return Err(property_error(vm, p, obj, "deleter")?);
                    }
                    vm.call(f, &[obj]).map(drop)
                }
            }
        }),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("getter", |vm, args| {
            let (p, [f]) = args.method::<Property, 1>(vm, "getter")?;
            copy_property(vm, p, Some(f), None, None)
        }),
        MethodDef::new("setter", |vm, args| {
            let (p, [f]) = args.method::<Property, 1>(vm, "setter")?;
            copy_property(vm, p, None, Some(f), None)
        }),
        MethodDef::new("deleter", |vm, args| {
            let (p, [f]) = args.method::<Property, 1>(vm, "deleter")?;
            copy_property(vm, p, None, None, Some(f))
        }),
        MethodDef::new("__set_name__", |vm, args| {
            let (p, [_, name]) = args.method::<Property, 2>(vm, "__set_name__")?;
            p.name.set(vm, p.header(), name);
            Ok(Value::NONE)
        }),
    ],
    getset: &[
        GetSetDef::read_only("fget", |vm, v| Ok(this!(vm, v, Property).get.get())),
        GetSetDef::read_only("fset", |vm, v| Ok(this!(vm, v, Property).set.get())),
        GetSetDef::read_only("fdel", |vm, v| Ok(this!(vm, v, Property).del.get())),
        GetSetDef::new(
            "__doc__",
            |vm, v| Ok(this!(vm, v, Property).doc.get()),
            |vm, v, x| {
                let p = this!(vm, v, Property);
                p.doc.set(vm, p.header(), x.unwrap_or(Value::NONE));
                Ok(())
            },
        ),
        GetSetDef::new(
            "__name__",
            |vm, v| {
                let p = this!(vm, v, Property);
                match p.name.get().bound() {
                    Some(n) => Ok(n),
                    None => vm.getattr(p.get.get(), vm.names().__name__),
                }
            },
            |vm, v, x| {
                let p = this!(vm, v, Property);
                p.name.set(vm, p.header(), x.unwrap_or(Value::UNBOUND));
                Ok(())
            },
        ),
        GetSetDef::read_only("__isabstractmethod__", |vm, v| {
            let p = this!(vm, v, Property);
            let name = vm.intern("__isabstractmethod__")?;
            for f in [p.get.get(), p.set.get(), p.del.get()] {
                if !f.is_none()
                    && let Some(x) = vm.getattr_opt(f, name)?
                    && vm.truthy(x)?
                {
                    return Ok(Value::TRUE);
                }
            }
            Ok(Value::FALSE)
        }),
    ],
};

fn property_error(vm: &Vm, p: Gc<Property>, obj: Value, what: &str) -> PyResult<crate::error::Thrown> {
    let t = vm.type_of(obj).qualname.get();
    let t = vm.str(t)?.to_str_lossy().into_owned();
    Ok(vm.attribute_error(match p.name.get().bound() {
        Some(n) => format!("property {} of '{t}' object has no {what}", vm.repr(n)?.to_str_lossy()),
        None => format!("property of '{t}' object has no {what}"),
    }))
}

fn copy_property(
    vm: &Vm,
    p: Gc<Property>,
    get: Option<Value>,
    set: Option<Value>,
    del: Option<Value>,
) -> PyResult {
    let class = vm.type_of(p.value());
    let args = [
        get.unwrap_or_else(|| p.get.get()),
        set.unwrap_or_else(|| p.set.get()),
        del.unwrap_or_else(|| p.del.get()),
    ];
    let new = vm.call(class.value(), &args)?;
    if let Some(q) = new.downcast::<Property>() {
        q.name.set(vm, q.header(), p.name.get());
        if get.is_none() {
            q.doc.set(vm, q.header(), p.doc.get());
        }
    }
    Ok(new)
}

/// `classmethod`
pub static CLASSMETHOD_DEF: TypeDef = TypeDef {
    name: "classmethod",
    kind: Kind::ClassMethod,
    size: size_of::<MethodWrapper>(),
    flags: type_flags::BASETYPE | type_flags::HAS_DICT,
    slots: TypeSlots {
        new: Some(|vm, class, args| {
            let [f] = args.exact(vm, "classmethod")?;
            // SAFETY: a fresh cell with the layout of MethodWrapper.
            let w: Gc<MethodWrapper> = unsafe { Gc::from_ptr(vm.alloc_instance_of(class)?.cast()) };
            w.func.init(f);
            Ok(w.value())
        }),
        init: Some(|_, _, _| Ok(())),
        descr_get: Some(|vm, d, obj, owner| {
            let w = this!(vm, d, MethodWrapper);
            let owner = if owner.is_unbound() || owner.is_none() { vm.type_of(obj).value() } else { owner };
            let f = w.func.get();
            // A builtin class method keeps its short repr and speed as a bound builtin function.
            if let Some(n) = f.downcast_exact::<crate::object::function::NativeFunction>() {
                // SAFETY: the name is always a string.
                let name = unsafe { n.name.get().downcast_unchecked::<Str>() };
                return Ok(vm.new_native(name, n.f, owner, Value::UNBOUND)?.value());
            }
            Ok(vm.new_bound_method(f, owner)?.value())
        }),
        ..NO_SLOTS
    },
    getset: &[
        GetSetDef::read_only("__func__", |vm, v| Ok(this!(vm, v, MethodWrapper).func.get())),
        GetSetDef::read_only("__wrapped__", |vm, v| Ok(this!(vm, v, MethodWrapper).func.get())),
        GetSetDef::read_only("__isabstractmethod__", |vm, v| {
            let f = this!(vm, v, MethodWrapper).func.get();
            Ok(vm.getattr_opt(f, vm.intern("__isabstractmethod__")?)?.unwrap_or(Value::FALSE))
        }),
    ],
    ..NO_DEF
};

/// `staticmethod`
pub static STATICMETHOD_DEF: TypeDef = TypeDef {
    name: "staticmethod",
    kind: Kind::StaticMethod,
    size: size_of::<StaticMethod>(),
    flags: type_flags::BASETYPE | type_flags::HAS_DICT,
    slots: TypeSlots {
        new: Some(|vm, class, args| {
            let [f] = args.exact(vm, "staticmethod")?;
            // SAFETY: a fresh cell with the layout of StaticMethod.
            let w: Gc<StaticMethod> = unsafe { Gc::from_ptr(vm.alloc_instance_of(class)?.cast()) };
            w.0.func.init(f);
            Ok(w.value())
        }),
        init: Some(|_, _, _| Ok(())),
        call: Some(|vm, v, args| vm.call_args(this!(vm, v, StaticMethod).0.func.get(), args)),
        descr_get: Some(|vm, d, _, _| Ok(this!(vm, d, StaticMethod).0.func.get())),
        ..NO_SLOTS
    },
    getset: &[
        GetSetDef::read_only("__func__", |vm, v| Ok(this!(vm, v, StaticMethod).0.func.get())),
        GetSetDef::read_only("__wrapped__", |vm, v| Ok(this!(vm, v, StaticMethod).0.func.get())),
        GetSetDef::read_only("__isabstractmethod__", |vm, v| {
            let f = this!(vm, v, StaticMethod).0.func.get();
            Ok(vm.getattr_opt(f, vm.intern("__isabstractmethod__")?)?.unwrap_or(Value::FALSE))
        }),
    ],
    ..NO_DEF
};
