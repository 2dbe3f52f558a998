//! `_thread._local`: an object whose attributes every thread has for itself.
//!
//! The object holds a dict from thread id to that thread's attributes; ids are never reused, and a look-up takes no lock. A thread keeps weak references
//! to the objects that it used, and takes its entries out of them when it ends.

use vm_heap::Marker;

use crate::{
    builtins::weakref::WeakRef,
    error::PyResult,
    native::{Args, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        dict::Dict,
        gc::{Gc, Slot},
        sequence::{List, Tuple},
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// `_thread._local`
pub struct Local {
    /// Thread id → attributes.
    dicts: Slot,
    /// Positional arguments for `__init__`, which runs once in each thread.
    args: Slot,
    /// Keyword arguments for it: tuple of names; the values are the last of `args`.
    kwnames: Slot,
}

impl NativePayload for Local {
    fn trace(&self, m: &mut Marker) {
        self.dicts.trace(m);
        self.args.trace(m);
        self.kwnames.trace(m);
    }
}

/// The type.
pub static DEF: TypeDef = TypeDef {
    name: "_thread._local",
    doc: "Thread-local data",
    kind: Native::<Local>::KIND,
    size: Native::<Local>::SIZE,
    flags: type_flags::BASETYPE | type_flags::WEAKREF,
    slots: TypeSlots { new: Some(new), getattr: Some(getattr), setattr: Some(setattr), ..NO_SLOTS },
    ..NO_DEF
};

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    if !args.is_empty() && !class.has_flag(type_flags::CUSTOM_INIT) {
        return Err(vm.type_error("Initialization arguments are not supported"));
    }
    let dicts = vm.new_dict()?;
    let all = vm.new_tuple(args.all())?;
    let payload = Local {
        dicts: Slot::new(dicts.value()),
        args: Slot::new(all.value()),
        kwnames: Slot::new(args.kwnames().map_or(Value::UNBOUND, Gc::value)),
    };
    let local = vm.new_native_object(class, payload)?;
    // The caller runs `__init__` for this thread.
    add_dict(vm, local)?;
    Ok(local.value())
}

fn key(vm: &Vm) -> PyResult {
    vm.new_int(i64::try_from(vm.core().id()).unwrap_or(i64::MAX))
}

fn dicts(vm: &Vm, local: Gc<Native<Local>>) -> PyResult<Gc<Dict>> {
    local.payload.dicts.get().downcast::<Dict>().ok_or_else(|| vm.type_error("_local object without storage"))
}

fn add_dict(vm: &Vm, local: Gc<Native<Local>>) -> PyResult<Gc<Dict>> {
    let d = vm.new_dict()?;
    dicts(vm, local)?.set(vm, key(vm)?, d.value())?;
    remember(vm, local.value())?;
    Ok(d)
}

/// Notes that this thread has an entry in `local`.
fn remember(vm: &Vm, local: Value) -> PyResult<()> {
    let list = match vm.thread.locals.get().downcast::<List>() {
        Some(l) => l,
        None => {
            let l = vm.new_list(&[])?;
            vm.thread.locals.init(l.value());
            l
        }
    };
    let n = list.len();
    // Now and then the dead ones go, so that a long-lived thread does not collect them for ever.
    if n >= 64 && n.is_power_of_two() {
        let live = crate::object::items::RootVec::new(vm);
        for &v in list.snapshot(vm)?.as_slice() {
            if v.downcast::<WeakRef>().is_some_and(|r| r.get().is_some()) {
                live.push(v)?;
            }
        }
        vm.thread.locals.init(vm.new_list(live.as_slice())?.value());
        return remember_in(vm, local);
    }
    remember_in(vm, local)
}

fn remember_in(vm: &Vm, local: Value) -> PyResult<()> {
    let r = vm.new_weakref(vm.types().weakref, local, Value::NONE)?;
    match vm.thread.locals.get().downcast::<List>() {
        Some(l) => l.append(vm, r.value()),
        None => Ok(()),
    }
}

/// Takes the ending thread's entries out of the objects that it used.
pub(crate) fn forget_locals(vm: &Vm) {
    let Some(list) = vm.thread.locals.get().downcast::<List>() else { return };
    let Ok(key) = key(vm) else { return };
    for i in 0..list.len() {
        let local = list.get(i).and_then(|v| v.downcast::<WeakRef>()).and_then(|r| r.get());
        if let Some(l) = local.and_then(|v| v.native::<Local>())
            && let Ok(d) = dicts(vm, l)
        {
            // An integer key cannot raise; without memory the entry stays until the object dies.
            let _ = d.remove(vm, key);
        }
    }
    vm.thread.locals.clear();
}

/// This thread's attributes; `__init__` runs at the first use in a thread.
fn attributes(vm: &Vm, v: Value) -> PyResult<Gc<Dict>> {
    let Some(local) = v.native::<Local>() else {
        return Err(vm.type_error("descriptor requires a '_thread._local' object"));
    };
    if let Some(d) = dicts(vm, local)?.get(vm, key(vm)?)?.and_then(|d| d.downcast::<Dict>()) {
        return Ok(d);
    }
    let d = add_dict(vm, local)?;
    if vm.type_of(v).has_flag(type_flags::CUSTOM_INIT)
        && let Some(init) = vm.lookup_special(v, vm.names().__init__)?
    {
        let args = local.payload.args.get().downcast::<Tuple>();
        let vals = args.as_ref().map_or(&[][..], |t| t.as_slice());
        let names = local.payload.kwnames.get().downcast::<Tuple>();
        if let Err(e) = vm.call_args(init, Args::with_keywords(vals, names)) {
            // The next use tries again.
            dicts(vm, local)?.remove(vm, key(vm)?)?;
            return Err(e);
        }
    }
    Ok(d)
}

fn getattr(vm: &Vm, v: Value, name: Gc<Str>) -> PyResult {
    let d = attributes(vm, v)?;
    if name == vm.names().__dict__ {
        return Ok(d.value());
    }
    let class = vm.type_of(v);
    let found = vm.type_lookup(class, name);
    let get = found.and_then(|f| vm.type_of(f).slots().descr_get);
    if let (Some(f), Some(get)) = (found, get)
        && vm.type_of(f).slots().descr_set.is_some()
    {
        return get(vm, f, v, class.value());
    }
    if let Some(x) = d.get_str(vm, name)? {
        return Ok(x);
    }
    match (found, get) {
        (Some(f), Some(get)) => get(vm, f, v, class.value()),
        (Some(f), None) => Ok(f),
        (None, _) => Err(vm.no_attribute(v, name)),
    }
}

fn setattr(vm: &Vm, v: Value, name: Gc<Str>, x: Option<Value>) -> PyResult<()> {
    let d = attributes(vm, v)?;
    if name == vm.names().__dict__ {
        let text = format!("'{}' object attribute '__dict__' is read-only", vm.type_name(v));
        return Err(vm.attribute_error_for(v, name, &text));
    }
    if let Some(f) = vm.type_lookup(vm.type_of(v), name)
        && let Some(set) = vm.type_of(f).slots().descr_set
    {
        return set(vm, f, v, x);
    }
    match x {
        Some(x) => d.set_str(vm, name, x),
        None => match d.remove(vm, name.value())? {
            Some(_) => Ok(()),
            None => Err(vm.no_attribute(v, name)),
        },
    }
}
