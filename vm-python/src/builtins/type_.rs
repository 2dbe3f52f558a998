//! `type`: class creation, class attributes, calls of classes.

use vm_compiler::opcodes::BinOp;
use vm_core::sync::Ordering;

use crate::{
    builtins::weakref::WeakRef,
    error::{PyResult, Thrown},
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        dict::Dict,
        function::{Cell, Function, Member, MethodWrapper, StaticMethod},
        gc::Gc,
        items::RootVec,
        kind::Kind,
        sequence::{List, Tuple},
        str::Str,
    },
    ops::dunder::override_slot,
    types::{INHERITED_FLAGS, NO_SLOTS, inherit},
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

impl Vm {
    /// Tells the caches that the namespace of a builtin class was changed by native code.
    pub fn class_changed(&self, t: Gc<Type>) -> PyResult<()> {
        modified(self, t, None)
    }
}

impl Vm {
    /// Runs `change`, which may matter to what is remembered with any class.
    pub(crate) fn changing_all_classes<R>(&self, change: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
        changing(self, self.types().object, None, change)
    }
}

/// New versions for a class and its subclasses after its namespace changed; new slots if a special method did.
pub(crate) fn modified(vm: &Vm, t: Gc<Type>, name: Option<Gc<Str>>) -> PyResult<()> {
    changing(vm, t, name, || Ok(()))
}

/// A class and all its subclasses.
fn family(vm: &Vm, t: Gc<Type>) -> PyResult<RootVec<'_>> {
    let family = RootVec::new(vm);
    family.push(t.value())?;
    let mut i = 0;
    while let Some(c) = family.get(i) {
        // SAFETY: only classes are pushed.
        for &s in direct_subclasses(vm, unsafe { c.downcast_unchecked() })?.as_slice() {
            if !family.as_slice().contains(&s) {
                family.push(s)?;
            }
        }
        i += 1;
    }
    Ok(family)
}

/// Runs `change`, of the namespace of `t`, with the versions of the class and its subclasses withdrawn; they get new ones, and new slots if
/// `name` is a special method's (P14.R2).
fn changing<R>(
    vm: &Vm,
    t: Gc<Type>,
    name: Option<Gc<Str>>,
    change: impl FnOnce() -> PyResult<R>,
) -> PyResult<R> {
    let versions = &vm.interp().type_versions;
    let classes = |v: &Value| v.downcast::<Type>();
    let before = family(vm, t)?;
    for c in before.as_slice().iter().filter_map(classes) {
        versions.begin(&c.version);
    }
    let changed = change();
    // With those that were made meanwhile; one that is linked later has seen the change.
    let after = family(vm, t);
    let special =
        name.is_some_and(|n| n.as_ascii().is_some_and(|n| n.starts_with("__") && n.ends_with("__")));
    if special && let Ok(after) = &after {
        // Bases before subclasses, whose method resolution orders are longer.
        let mut order: Vec<(usize, usize)> = Vec::new();
        for (i, c) in after.as_slice().iter().enumerate() {
            if let Some(c) = classes(c)
                && c.has_flag(type_flags::HEAP)
            {
                order.push((c.mro().len(), i));
            }
        }
        order.sort_unstable();
        // Computed in the pause: what another thread changes at the same time is not lost.
        vm.stop_the_world(|_| {
            for c in order.iter().filter_map(|&(_, i)| after.get(i)?.downcast::<Type>()) {
                let (slots, flags) = compute_slots(c);
                // SAFETY: the world is stopped, and this thread holds no reference to these slots.
                unsafe { c.edit_slots(|old| *old = slots) };
                c.set_flag(flags);
            }
        });
    }
    for c in before.as_slice().iter().filter_map(classes) {
        versions.end(&c.version);
    }
    for c in after?.as_slice().iter().filter(|c| !before.as_slice().contains(c)).filter_map(classes) {
        versions.begin(&c.version);
        versions.end(&c.version);
    }
    changed
}

/// Assignment to `__bases__`: the layout must stay; the MROs of the class and its subclasses are made anew.
fn set_bases(vm: &Vm, v: Value, x: Option<Value>) -> PyResult<()> {
    let t = mutable(vm, v, "__bases__")?;
    let name = t.name();
    let name = name.to_str_lossy();
    let Some(x) = x else { return Err(vm.type_error(format!("can't delete {name}.__bases__"))) };
    let Some(bases) = x.downcast::<Tuple>() else {
        return Err(
            vm.type_error(format!("can only assign tuple to {name}.__bases__, not {}", vm.type_name(x)))
        );
    };
    if bases.is_empty() {
        return Err(vm.type_error(format!("can only assign non-empty tuple to {name}.__bases__, not ()")));
    }
    for &b in bases.as_slice() {
        let Some(b) = b.downcast::<Type>() else {
            return Err(vm.type_error(format!(
                "{name}.__bases__ must be tuple of classes, not '{}'",
                vm.type_name(b)
            )));
        };
        if b.is_subclass(t) {
            return Err(vm.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let base = vm.best_base(bases)?;
    let old_base = t.base.get().unwrap_or(vm.types().object);
    if base.instance_kind != old_base.instance_kind || base.basic_size != old_base.basic_size {
        return Err(vm.type_error(format!(
            "__bases__ assignment: '{}' object layout differs from '{}'",
            base.name().to_str_lossy(),
            old_base.name().to_str_lossy()
        )));
    }
    let old_bases = t.bases.get();
    let h = t.header();
    t.bases.set(vm, h, Some(bases));
    t.base.set(vm, h, Some(base));
    if let Err(e) = remake_mro(vm, t) {
        t.bases.set(vm, h, old_bases);
        t.base.set(vm, h, Some(old_base));
        remake_mro(vm, t)?;
        return Err(e);
    }
    for &b in old_bases.as_ref().map_or(&[][..], |b| b.as_slice()) {
        if let Some(l) = b.downcast::<Type>().and_then(|b| b.subclasses.get()) {
            keep_subclasses(vm, l, |c| c != t);
        }
    }
    for b in bases.as_slice().iter().filter_map(|b| b.downcast::<Type>()) {
        vm.link_subclass(b, t)?;
    }
    // Any special method may have changed.
    modified(vm, t, Some(vm.names().__bases__))
}

/// New MROs for a class and its subclasses.
fn remake_mro(vm: &Vm, t: Gc<Type>) -> PyResult<()> {
    vm.check_native_stack()?;
    let mro = compute_mro(vm, t)?;
    t.mro.set(vm, t.header(), Some(vm.new_tuple(mro.as_slice())?));
    for s in direct_subclasses(vm, t)?.as_slice().iter().filter_map(|s| s.downcast::<Type>()) {
        remake_mro(vm, s)?;
    }
    Ok(())
}

/// The class that an entry of a list of subclasses names, if it is alive.
fn subclass(entry: Value) -> Option<Gc<Type>> {
    match entry.downcast::<WeakRef>() {
        Some(weak) => weak.get()?.downcast(),
        None => entry.downcast(),
    }
}

fn direct_subclasses(vm: &Vm, t: Gc<Type>) -> PyResult<RootVec<'_>> {
    let alive = RootVec::new(vm);
    if let Some(l) = t.subclasses.get() {
        for c in l.snapshot(vm)?.as_slice().iter().filter_map(|&entry| subclass(entry)) {
            alive.push(c.value())?;
        }
    }
    Ok(alive)
}

/// Removes from a list of subclasses the dead ones and those that `keep` refuses.
fn keep_subclasses(vm: &Vm, list: Gc<List>, keep: impl Fn(Gc<Type>) -> bool) {
    list.edit(vm, |items, h| {
        let mut kept = 0;
        for i in 0..items.len() {
            let entry = items.slots()[i].get();
            if subclass(entry).is_some_and(&keep) {
                items.slots()[kept].set(vm, h, entry);
                kept += 1;
            }
        }
        (kept, ())
    });
}

/// Slots of a Python class: inherited along the MRO, then overridden by its own special methods.
fn compute_slots(t: Gc<Type>) -> (TypeSlots, u32) {
    let mut slots = NO_SLOTS;
    let mut flags = 0;
    let mut pos = 0;
    let ns = t.namespace();
    while let Some((n, k, v)) = ns.next_entry(pos) {
        pos = n;
        let Some(k) = k.downcast::<Str>() else { continue };
        let Some(name) = k.as_ascii() else { continue };
        override_slot(&mut slots, name, v);
        flags |= match name {
            "__getattr__" | "__getattribute__" => type_flags::CUSTOM_GETATTR,
            "__setattr__" | "__delattr__" => type_flags::CUSTOM_SETATTR,
            "__new__" => type_flags::CUSTOM_NEW,
            "__init__" => type_flags::CUSTOM_INIT,
            "__del__" => type_flags::FINALIZER,
            _ => 0,
        };
    }
    let mut custom_new = slots.new.is_some();
    for b in t.mro()[1..].iter().filter_map(|c| c.downcast::<Type>()) {
        let bs = b.slots();
        if slots.compare.is_none() {
            slots.compare = bs.compare;
        }
        if slots.hash.is_none() {
            slots.hash = bs.hash;
        }
        let (binary_ops, inplace_ops, unary_ops) = (slots.binary_ops, slots.inplace_ops, slots.unary_ops);
        inherit(&mut slots, bs);
        slots.binary_ops |= binary_ops | bs.binary_ops;
        slots.inplace_ops |= inplace_ops | bs.inplace_ops;
        slots.unary_ops |= unary_ops | bs.unary_ops;
        custom_new |= b.has_flag(type_flags::HEAP) && b.has_flag(type_flags::CUSTOM_NEW);
    }
    // `__new__` comes from the layout base unless a Python class in the MRO defines it.
    slots.new =
        if custom_new { Some(crate::ops::dunder::py_new) } else { t.base.get().and_then(|b| b.slots().new) };
    (slots, flags)
}

/// C3 linearization.
fn compute_mro(vm: &Vm, t: Gc<Type>) -> PyResult<RootVec<'_>> {
    let bases = t.bases.get().map_or_else(Vec::new, |b| b.as_slice().to_vec());
    for (i, b) in bases.iter().enumerate() {
        if bases[..i].contains(b)
            && let Some(b) = b.downcast::<Type>()
        {
            return Err(vm.type_error(format!("duplicate base class {}", b.name().to_str_lossy())));
        }
    }
    // The sequences are lists of classes that the bases tuple keeps alive.
    let mut seqs: Vec<std::collections::VecDeque<Value>> = bases
        .iter()
        .filter_map(|b| b.downcast::<Type>())
        .map(|b| b.mro().iter().copied().collect())
        .collect();
    seqs.push(bases.iter().copied().collect());
    let out = RootVec::new(vm);
    out.push(t.value())?;
    loop {
        seqs.retain(|s| !s.is_empty());
        if seqs.is_empty() {
            return Ok(out);
        }
        let next = seqs.iter().map(|s| s[0]).find(|c| !seqs.iter().any(|s| s.iter().skip(1).any(|x| x == c)));
        let Some(next) = next else {
            let mut names: Vec<String> = Vec::new();
            for head in seqs.iter().filter_map(|s| s[0].downcast::<Type>()) {
                let n = head.name().to_str_lossy().into_owned();
                if !names.contains(&n) {
                    names.push(n);
                }
            }
            return Err(vm.type_error(format!(
                "Cannot create a consistent method resolution order (MRO) for bases {}",
                names.join(", ")
            )));
        };
        out.push(next)?;
        for s in &mut seqs {
            if s[0] == next {
                s.pop_front();
            }
        }
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

impl Vm {
    /// The most derived metaclass of `meta` and those of `bases`.
    pub(crate) fn calculate_metaclass(&self, meta: Gc<Type>, bases: Gc<Tuple>) -> PyResult<Gc<Type>> {
        let mut winner = meta;
        for &b in bases.as_slice() {
            let t = self.type_of(b);
            if winner.is_subclass(t) {
                continue;
            }
            if t.is_subclass(winner) {
                winner = t;
                continue;
            }
            return Err(self.type_error(
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the \
                 metaclasses of all its bases",
            ));
        }
        Ok(winner)
    }

    /// Tells `base` of a direct subclass. Classes that programs make are named weakly, so that they can die.
    pub(crate) fn link_subclass(&self, base: Gc<Type>, sub: Gc<Type>) -> PyResult<()> {
        let Some(l) = base.subclasses.get() else { return Ok(()) };
        if !sub.has_flag(type_flags::HEAP) {
            return l.append(self, sub.value());
        }
        // Now and then, without those that died: each time that the list would double.
        if l.len() >= 8 && l.len().is_power_of_two() {
            keep_subclasses(self, l, |_| true);
        }
        let weak = self.new_weakref(self.types().weakref, sub.value(), Value::NONE)?;
        l.append(self, weak.value())
    }

    /// The `__new__` entry of a builtin class.
    pub(crate) fn new_dunder_new(&self, t: Gc<Type>) -> PyResult {
        fn dunder_new(vm: &Vm, args: Args<'_>) -> PyResult {
            let [owner, class, ..] = args.pos() else {
                return Err(vm.type_error("__new__(): not enough arguments"));
            };
            // SAFETY: `this` of this native function is the class that it was made for.
            let owner = unsafe { owner.downcast_unchecked::<Type>() };
            let (o, c) = (owner.name(), class.downcast::<Type>());
            let Some(c) = c else {
                return Err(vm.type_error(format!(
                    "{}.__new__(X): X is not a type object ({})",
                    o.to_str_lossy(),
                    vm.type_name(*class)
                )));
            };
            if !c.is_subclass(owner) {
                let (o, c) = (o.to_str_lossy(), c.name());
                let c = c.to_str_lossy();
                return Err(vm.type_error(format!("{o}.__new__({c}): {c} is not a subtype of {o}")));
            }
            // The layout must be the one that this function makes.
            if c.instance_kind != owner.instance_kind || c.native_size != owner.native_size {
                let (o, c) = (o.to_str_lossy(), c.name());
                let c = c.to_str_lossy();
                return Err(vm.type_error(format!("{o}.__new__({c}) is not safe, use {c}.__new__()")));
            }
            match owner.slots().new {
                Some(f) => f(vm, c, args.rest().rest()),
                None => Err(vm.type_error(format!("cannot create '{}' instances", o.to_str_lossy()))),
            }
        }
        Ok(self.new_native(self.intern("__new__")?, dunder_new, t.value(), Value::UNBOUND)?.value())
    }

    /// Makes a class. `args` are those of `type.__new__`, for the keywords of `__init_subclass__`.
    pub(crate) fn new_class(
        &self,
        meta: Gc<Type>,
        name: Gc<Str>,
        bases: Gc<Tuple>,
        ns: Gc<Dict>,
        args: Args<'_>,
    ) -> PyResult {
        let n = self.names();
        let bases = if bases.is_empty() { self.new_tuple(&[self.types().object.value()])? } else { bases };
        let base = self.best_base(bases)?;
        let dict = ns.copy(self)?;
        let slot_names = self.collect_slots(name, dict)?;
        let mut size = base.basic_size;
        let t = if meta == self.types().type_ {
            self.alloc_type_cell(base.instance_kind, size)?
        } else {
            // SAFETY: metaclasses have the layout of Type.
            let t: Gc<Type> = unsafe { Gc::from_ptr(self.alloc_instance_of(meta)?.cast()) };
            self.init_type_cell(t, base.instance_kind, size);
            t
        };
        let h = t.header();
        t.name.init(name.value());
        t.bases.as_slot().init(bases.value());
        t.base.as_slot().init(base.value());
        t.dict.as_slot().init(dict.value());
        let subclasses = self.new_list(&[])?;
        t.subclasses.set(self, h, Some(subclasses));
        let qualname = match dict.remove(self, n.__qualname__.value())? {
            Some(q) if q.is::<Str>() => q,
            Some(q) => {
                return Err(
                    self.type_error(format!("type __qualname__ must be a str, not {}", self.type_name(q)))
                );
            }
            None => name.value(),
        };
        t.qualname.set(self, h, qualname);
        if dict.get_str(self, n.__module__)?.is_none()
            && let Some(f) = self.current_frame()
            && let Some(m) = f.func.globals().get_str(self, n.__name__)?
        {
            dict.set_str(self, n.__module__, m)?;
        }
        if dict.get_str(self, n.__doc__)?.is_none() {
            dict.set_str(self, n.__doc__, Value::NONE)?;
        }
        // Implicit wrappers.
        for (name, class_method) in
            [(n.__new__, false), (n.__init_subclass__, true), (n.__class_getitem__, true)]
        {
            if let Some(f) = dict.get_str(self, name)?
                && f.downcast_exact::<Function>().is_some()
            {
                let w = if class_method { self.new_classmethod(f)? } else { self.new_staticmethod(f)? };
                dict.set_str(self, name, w)?;
            }
        }
        if dict.get_str(self, n.__eq__)?.is_some() && dict.get_str(self, n.__hash__)?.is_none() {
            dict.set_str(self, n.__hash__, Value::NONE)?;
        }
        let mro = compute_mro(self, t)?;
        t.mro.set(self, h, Some(self.new_tuple(mro.as_slice())?));
        let mut flags = type_flags::HEAP | type_flags::BASETYPE;
        for b in mro.as_slice()[1..].iter().filter_map(|b| b.downcast::<Type>()) {
            flags |= b.flags.load(Ordering::Relaxed) & INHERITED_FLAGS;
        }
        // `__slots__` members go behind the payload of the base.
        match &slot_names {
            None => {
                flags |= type_flags::HAS_DICT;
                // Not where the payload's size differs between instances.
                if !matches!(base.instance_kind, Kind::Tuple | Kind::Bytes | Kind::Int) {
                    flags |= type_flags::WEAKREF;
                }
            }
            Some(names) => {
                for &s in names.as_slice() {
                    // SAFETY: collect_slots returns strings.
                    let s = unsafe { s.downcast_unchecked::<Str>() };
                    let given = [
                        (n.__dict__, "__dict__", type_flags::HAS_DICT),
                        (n.__weakref__, "__weakref__", type_flags::WEAKREF),
                    ];
                    if let Some((_, name, flag)) = given.into_iter().find(|g| g.0 == s) {
                        if flags & flag != 0 {
                            return Err(
                                self.type_error(format!("{name} slot disallowed: we already got one"))
                            );
                        }
                        flags |= flag;
                        continue;
                    }
                }
                for &s in names.as_slice() {
                    // SAFETY: collect_slots returns strings.
                    let s = unsafe { s.downcast_unchecked::<Str>() };
                    if s == n.__dict__ || s == n.__weakref__ {
                        continue;
                    }
                    if dict.get_str(self, s)?.is_some() {
                        return Err(self.value_error(format!(
                            "'{}' in __slots__ conflicts with class variable",
                            s.to_str_lossy()
                        )));
                    }
                    let m = self.alloc_cell::<Member>(size_of::<Member>())?;
                    // SAFETY: a fresh cell that nobody else sees.
                    unsafe { (*m.as_ptr()).offset = size };
                    m.name.init(s.value());
                    m.owner.as_slot().init(t.value());
                    dict.set_str(self, s, m.value())?;
                    size += 8;
                }
            }
        }
        // SAFETY: the class is not yet published.
        unsafe {
            (*t.as_ptr()).basic_size = size;
            (*t.as_ptr()).native_size = base.native_size;
        }
        t.flags.store(flags, Ordering::Relaxed);
        // Variable-sized payloads have no fixed place for slots behind them.
        let var_sized = matches!(base.instance_kind, Kind::Tuple | Kind::Str | Kind::Bytes | Kind::Int);
        if var_sized && size != base.basic_size {
            return Err(self.type_error(format!(
                "nonempty __slots__ not supported for subtype of '{}'",
                base.name().to_str_lossy()
            )));
        }
        let inline = if flags & type_flags::HAS_DICT != 0 && !var_sized {
            self.inline_slots_hint(t, dict)?
        } else {
            0
        };
        // Cells are multiples of 16 bytes.
        let inline = inline + if inline > 0 { ((size / 8) as u16 + inline) % 2 } else { 0 };
        let root = self.interp().shapes.new_root(None, t, size as u16, inline);
        t.inline_slots.store(inline, Ordering::Relaxed);
        t.root_shape.store(root.id, Ordering::Release);
        let bases_seen: Vec<_> =
            t.mro()[1..].iter().filter_map(|c| c.downcast::<Type>()).map(|c| c.version.read()).collect();
        let (slots, more) = compute_slots(t);
        t.set_flag(more);
        // SAFETY: the class is not yet published.
        unsafe { t.edit_slots(|s| *s = slots) };
        t.version.assign(self.interp().type_versions.fresh());
        if let Some(cell) = dict.remove(self, n.__classcell__.value())?
            && let Some(cell) = cell.downcast::<Cell>()
        {
            cell.content.set(self, cell.header(), t.value());
        }
        for b in bases.as_slice().iter().filter_map(|b| b.downcast::<Type>()) {
            self.link_subclass(b, t)?;
        }
        // A base that changed before the link did not tell this class.
        let mut bases = t.mro()[1..].iter().filter_map(|c| c.downcast::<Type>()).zip(bases_seen);
        if !bases.all(|(b, seen)| seen.is_some_and(|seen| b.version.holds(seen))) {
            modified(self, t, Some(n.__bases__))?;
        }
        self.call_set_name(t, dict)?;
        self.call_init_subclass(t, args)?;
        Ok(t.value())
    }

    pub(crate) fn init_type_cell(&self, t: Gc<Type>, kind: Kind, size: u32) {
        // SAFETY: a fresh cell that nobody else sees.
        unsafe {
            (*t.as_ptr()).instance_kind = kind;
            (*t.as_ptr()).basic_size = size;
            (*t.as_ptr()).native_size = size;
        }
        for s in [&t.name, &t.qualname] {
            s.init(Value::UNBOUND);
        }
        for p in
            [t.bases.as_slot(), t.mro.as_slot(), t.base.as_slot(), t.dict.as_slot(), t.subclasses.as_slot()]
        {
            p.init(Value::UNBOUND);
        }
    }

    /// Attributes that methods of the class assign to self, from the compiler, plus those of the base.
    fn inline_slots_hint(&self, t: Gc<Type>, dict: Gc<Dict>) -> PyResult<u16> {
        const MAX_INLINE: usize = 30;
        let own = dict
            .get_str(self, self.names().__static_attributes__)?
            .and_then(|v| v.downcast::<Tuple>())
            .map_or(0, |t| t.len());
        let base = t.base.get().map_or(0, |b| b.inline_slots.load(Ordering::Relaxed) as usize);
        Ok((own + base).clamp(2, MAX_INLINE) as u16)
    }

    /// The base that determines the layout.
    fn best_base(&self, bases: Gc<Tuple>) -> PyResult<Gc<Type>> {
        let mut best: Option<Gc<Type>> = None;
        for &b in bases.as_slice() {
            let Some(b) = b.downcast::<Type>() else {
                return Err(self.type_error("bases must be types"));
            };
            if !b.has_flag(type_flags::BASETYPE) {
                return Err(self.type_error(format!(
                    "type '{}' is not an acceptable base type",
                    b.name().to_str_lossy()
                )));
            }
            let adds =
                |x: Gc<Type>, y: Gc<Type>| x.basic_size > y.basic_size || x.instance_kind != y.instance_kind;
            best = match best {
                None => Some(b),
                Some(old) => {
                    let plain = |t: Gc<Type>| t.instance_kind == Kind::Instance && t.basic_size == 16;
                    if plain(b) || (!adds(b, old) && b.basic_size <= old.basic_size) {
                        Some(old)
                    } else if plain(old) || b.is_subclass(old) {
                        Some(b)
                    } else if old.is_subclass(b) {
                        Some(old)
                    } else {
                        return Err(self.type_error("multiple bases have instance lay-out conflict"));
                    }
                }
            };
        }
        Ok(best.unwrap_or(self.types().object))
    }

    /// Names in `__slots__`, mangled and interned; `None` if the class has none.
    fn collect_slots(&self, class: Gc<Str>, dict: Gc<Dict>) -> PyResult<Option<RootVec<'_>>> {
        let Some(s) = dict.get_str(self, self.names().__slots__)? else { return Ok(None) };
        let out = RootVec::new(self);
        if s.is::<Str>() {
            out.push(s)?;
        } else {
            self.for_each(s, |x| {
                out.push(x)?;
                Ok(true)
            })?;
        }
        for i in 0..out.len() {
            let Some(x) = out.get(i).and_then(|x| x.downcast::<Str>()) else {
                let t = out.get(i).map_or_else(String::new, |x| self.type_name(x));
                return Err(self.type_error(format!("__slots__ items must be strings, not '{t}'")));
            };
            if !crate::builtins::str::unicode::is_identifier(x.code_points()) {
                return Err(self.type_error("__slots__ must be identifiers"));
            }
            out.set(i, self.mangle(class, x)?.value());
        }
        Ok(Some(out))
    }

    /// The private name `__x` of a class as the compiler spells it: `_Class__x`.
    fn mangle(&self, class: Gc<Str>, name: Gc<Str>) -> PyResult<Gc<Str>> {
        let (c, n) = (class.to_str_lossy(), name.to_str_lossy());
        let c = c.trim_start_matches('_');
        if !n.starts_with("__") || n.ends_with("__") || n.contains('.') || c.is_empty() {
            return Ok(self.intern_str(name));
        }
        self.intern(&format!("_{c}{n}"))
    }

    fn call_set_name(&self, t: Gc<Type>, dict: Gc<Dict>) -> PyResult<()> {
        let snapshot = dict.copy(self)?;
        let mut pos = 0;
        while let Some((next, k, v)) = snapshot.next_entry(pos) {
            pos = next;
            let vt = self.type_of(v);
            if let Some(f) = self.type_lookup(vt, self.names().__set_name__) {
                self.call_special(f, v, &[t.value(), k])?;
            }
        }
        Ok(())
    }

    fn call_init_subclass(&self, t: Gc<Type>, args: Args<'_>) -> PyResult<()> {
        // The first definition behind the class itself in the MRO.
        let name = self.names().__init_subclass__;
        for c in t.mro()[1..].iter().filter_map(|c| c.downcast::<Type>()) {
            if let Some(f) = c.namespace().get_str(self, name)? {
                let bound = match self.type_of(f).slots().descr_get {
                    Some(get) => get(self, f, Value::UNBOUND, t.value())?,
                    None => f,
                };
                let kw = args.kwnames();
                let vals = &args.all()[args.pos().len()..];
                self.call_args(bound, Args::with_keywords(vals, kw))?;
                return Ok(());
            }
        }
        Ok(())
    }

    /// A classmethod object.
    pub fn new_classmethod(&self, f: Value) -> PyResult {
        let w = self.alloc_cell::<MethodWrapper>(size_of::<MethodWrapper>())?;
        w.func.init(f);
        Ok(w.value())
    }

    /// A staticmethod object.
    pub fn new_staticmethod(&self, f: Value) -> PyResult {
        let w = self.alloc_cell::<StaticMethod>(size_of::<StaticMethod>())?;
        w.0.func.init(f);
        Ok(w.value())
    }

    /// `__build_class__(func, name, *bases, metaclass=None, **kwds)`
    pub fn build_class(&self, args: Args<'_>) -> PyResult {
        let n = self.names();
        let [func, name, orig_bases @ ..] = args.pos() else {
            return Err(self.type_error("__build_class__: not enough arguments"));
        };
        let (Some(func), Some(class_name)) = (func.downcast::<Function>(), name.downcast::<Str>()) else {
            return Err(self.type_error("__build_class__: func must be a function"));
        };
        // `__mro_entries__` of bases that are no classes.
        let bases = RootVec::new(self);
        let mut replaced = false;
        for &b in orig_bases {
            if !b.is::<Type>()
                && let Some(f) = self.getattr_opt(b, n.__mro_entries__)?
            {
                let orig = self.new_tuple(orig_bases)?;
                let r = self.call(f, &[orig.value()])?;
                let Some(t) = r.downcast::<Tuple>() else {
                    return Err(self.type_error("__mro_entries__ must return a tuple"));
                };
                bases.extend(t.as_slice())?;
                replaced = true;
                continue;
            }
            bases.push(b)?;
        }
        let bases_tuple = self.new_tuple(bases.as_slice())?;
        // Keywords without `metaclass`.
        let (names, values) = (RootVec::new(self), RootVec::new(self));
        let mut meta = None;
        for (k, v) in args.keywords() {
            if k.eq_str("metaclass") {
                meta = Some(v);
            } else {
                names.push(k.value())?;
                values.push(v)?;
            }
        }
        let meta = match meta {
            Some(m) => match m.downcast::<Type>() {
                Some(t) => self.calculate_metaclass(t, bases_tuple)?.value(),
                None => m,
            },
            None => {
                let first = bases.get(0).map_or(self.types().type_, |b| self.type_of(b));
                self.calculate_metaclass(first, bases_tuple)?.value()
            }
        };
        let kwnames = if names.is_empty() { None } else { Some(self.new_tuple(names.as_slice())?) };
        let with_kw = |first: &[Value]| -> PyResult<RootVec<'_>> {
            let v = RootVec::from_slice(self, first)?;
            v.extend(values.as_slice())?;
            Ok(v)
        };
        let ns = match self.getattr_opt(meta, n.__prepare__)? {
            Some(p) => {
                let a = with_kw(&[class_name.value(), bases_tuple.value()])?;
                self.call_args(p, Args::with_keywords(a.as_slice(), kwnames))?
            }
            None => self.new_dict()?.value(),
        };
        if ns.downcast::<Dict>().is_none() && self.type_of(ns).slots().getitem.is_none() {
            return Err(self.type_error(format!(
                "{}.__prepare__() must return a mapping, not {}",
                meta.downcast::<Type>()
                    .map_or_else(|| "<metaclass>".into(), |m| m.name().to_str_lossy().into_owned()),
                self.type_name(ns)
            )));
        }
        let cell = self.run_function_with_locals(func, ns)?;
        if replaced {
            let orig = self.new_tuple(orig_bases)?;
            self.setitem(ns, self.intern("__orig_bases__")?.value(), orig.value())?;
        }
        let a = with_kw(&[class_name.value(), bases_tuple.value(), ns])?;
        let class = self.call_args(meta, Args::with_keywords(a.as_slice(), kwnames))?;
        if let Some(cell) = cell.downcast::<Cell>() {
            let got = cell.content.get();
            if got.is_unbound() && class.is::<Type>() {
                return Err(self.runtime_error(format!(
                    "__class__ not set defining '{}' as {}. Was __classcell__ propagated to type.__new__?",
                    class_name.to_str_lossy(),
                    self.repr(class)?.to_str_lossy()
                )));
            }
        }
        Ok(class)
    }
}
