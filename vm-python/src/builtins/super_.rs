//! `super`.

use crate::{
    error::PyResult,
    native::{GetSetDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        frame::Frame,
        function::{Cell, Super},
        gc::Gc,
        kind::Kind,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// `super`
pub static DEF: TypeDef = TypeDef {
    name: "super",
    kind: Kind::Super,
    size: size_of::<Super>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        new: Some(|vm, class, _| {
            // SAFETY: a fresh cell with the layout of Super.
            let s: Gc<Super> = unsafe { Gc::from_ptr(vm.alloc_instance_of(class)?.cast()) };
            s.class.as_slot().init(Value::UNBOUND);
            s.this.init(Value::UNBOUND);
            s.this_class.as_slot().init(Value::UNBOUND);
            Ok(s.value())
        }),
        init: Some(|vm, v, args| {
            let s = this(vm, v)?;
            let a = args.range(vm, "super", 0, 2)?;
            let (class, obj) = match a {
                [] => implicit(vm)?,
                [class] => (*class, Value::UNBOUND),
                [class, obj, ..] => (*class, if obj.is_none() { Value::UNBOUND } else { *obj }),
            };
            let Some(class) = class.downcast::<Type>() else {
                return Err(vm.type_error(
                    "super() argument 1 must be a type, not ".to_owned() + &vm.type_name(class),
                ));
            };
            let h = s.header();
            s.class.set(vm, h, Some(class));
            if !obj.is_unbound() {
                s.this_class.set(vm, h, Some(check(vm, class, obj)?));
            }
            s.this.set(vm, h, obj);
            Ok(())
        }),
        getattr: Some(|vm, v, name| {
            let s = this(vm, v)?;
            if let (Some(class), Some(start)) = (s.class.get(), s.this_class.get())
                && name != vm.names().__class__
                && let Some(x) = vm.super_lookup(class, start, s.this.get(), name)?
            {
                return Ok(x);
            }
            vm.generic_getattr(v, name)
        }),
        repr: Some(|vm, v| {
            let s = this(vm, v)?;
            let c = s.class.get().map_or_else(|| "NULL".to_owned(), |c| c.name().to_str_lossy().into_owned());
            let text = match s.this_class.get() {
                Some(t) => format!("<super: <class '{c}'>, <{} object>>", t.name().to_str_lossy()),
                None => format!("<super: <class '{c}'>, NULL>"),
            };
            vm.new_str(&text)
        }),
        descr_get: Some(|vm, d, obj, _| {
            let s = this(vm, d)?;
            if obj.is_unbound() || !s.this.get().is_unbound() {
                return Ok(d);
            }
            let class = s.class.as_slot().get();
            vm.call(vm.type_of(d).value(), &[class, obj])
        }),
        ..NO_SLOTS
    },
    getset: &[
        GetSetDef::read_only("__thisclass__", |vm, v| Ok(this(vm, v)?.class.as_slot().get())),
        GetSetDef::read_only("__self__", |vm, v| Ok(this(vm, v)?.this.get().bound().unwrap_or(Value::NONE))),
        GetSetDef::read_only("__self_class__", |vm, v| {
            Ok(this(vm, v)?.this_class.as_slot().get().bound().unwrap_or(Value::NONE))
        }),
    ],
    ..NO_DEF
};

fn this(vm: &Vm, v: Value) -> PyResult<Gc<Super>> {
    v.downcast::<Super>().ok_or_else(|| vm.type_error("a super object is needed"))
}

/// `super()` without arguments: the `__class__` cell and the first argument of the calling function.
fn implicit(vm: &Vm) -> PyResult<(Value, Value)> {
    let frame = vm.frame.get();
    if frame.is_null() {
        return Err(vm.runtime_error("super(): no current frame"));
    }
    // SAFETY: the newest frame belongs to this thread and is suspended in this call.
    let f = unsafe { &*frame };
    let code = f.code;
    if code.argcount == 0 {
        return Err(vm.runtime_error("super(): no arguments"));
    }
    // SAFETY: the frame has `nregs` registers.
    let reg = |i: u16| unsafe { *Frame::regs(frame).add(i as usize) };
    let mut obj = reg(0);
    if obj.is_unbound() {
        return Err(vm.runtime_error("super(): arg[0] deleted"));
    }
    // A first argument that an inner function uses lives in a cell.
    if let Some(names) = code.varnames.get()
        && let Some(cells) = code.cellvars.get()
        && let Some(i) = cells.as_slice().iter().position(|c| Some(c) == names.as_slice().first())
        && let Some(c) = reg(code.nlocals + i as u16).downcast::<Cell>()
    {
        obj = c.content.get();
        if obj.is_unbound() {
            return Err(vm.runtime_error("super(): arg[0] deleted"));
        }
    }
    let free = code.freevars.get();
    let index = free.and_then(|t| {
        t.as_slice().iter().position(|n| n.downcast::<Str>().is_some_and(|n| n == vm.names().__class__))
    });
    let Some(i) = index else { return Err(vm.runtime_error("super(): __class__ cell not found")) };
    let class = reg(code.free_base + i as u16).downcast::<Cell>().map_or(Value::UNBOUND, |c| c.content.get());
    if class.is_unbound() {
        return Err(vm.runtime_error("super(): empty __class__ cell"));
    }
    Ok((class, obj))
}

/// The class whose MRO is searched.
fn check(vm: &Vm, class: Gc<Type>, obj: Value) -> PyResult<Gc<Type>> {
    if let Some(c) = obj.downcast::<Type>()
        && c.is_subclass(class)
    {
        return Ok(c);
    }
    let t = vm.type_of(obj);
    if t.is_subclass(class) {
        return Ok(t);
    }
    Err(vm.type_error(
        "super(type, obj): obj (instance of ".to_owned()
            + &vm.type_name(obj)
            + ") is not an instance or subtype of type ("
            + &class.name().to_str_lossy()
            + ").",
    ))
}

impl Vm {
    /// Looks `name` up behind `class` in the MRO of `start` and binds it to `obj`.
    pub(crate) fn super_lookup(
        &self,
        class: Gc<Type>,
        start: Gc<Type>,
        obj: Value,
        name: Gc<Str>,
    ) -> PyResult<Option<Value>> {
        let Some(found) = self.super_lookup_raw(class, start, name)? else { return Ok(None) };
        match self.type_of(found).slots().descr_get {
            Some(get) => {
                let o = if obj == start.value() { Value::UNBOUND } else { obj };
                get(self, found, o, start.value()).map(Some)
            }
            None => Ok(Some(found)),
        }
    }

    /// As [`Vm::super_lookup`], unbound.
    pub(crate) fn super_lookup_raw(
        &self,
        class: Gc<Type>,
        start: Gc<Type>,
        name: Gc<Str>,
    ) -> PyResult<Option<Value>> {
        let mro = start.mro();
        let at = mro.iter().position(|&c| c == class.value()).map_or(0, |i| i + 1);
        for c in mro[at..].iter().filter_map(|c| c.downcast::<Type>()) {
            if let Some(f) = c.namespace().get_str(self, name)? {
                return Ok(Some(f));
            }
        }
        Ok(None)
    }

    /// Checks the arguments of `super(class, obj)`; the class to start from.
    pub(crate) fn super_start(&self, class: Value, obj: Value) -> PyResult<(Gc<Type>, Gc<Type>)> {
        let Some(class) = class.downcast::<Type>() else {
            return Err(self
                .type_error("super() argument 1 must be a type, not ".to_owned() + &self.type_name(class)));
        };
        Ok((class, check(self, class, obj)?))
    }
}
