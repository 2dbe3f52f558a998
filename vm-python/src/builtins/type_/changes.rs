//! Classes that change: versions, slots, bases, the order of their bases, subclasses.

use super::mutable;

use crate::{
    builtins::weakref::WeakRef,
    error::PyResult,
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::Gc,
        items::RootVec,
        sequence::{List, Tuple},
        str::Str,
    },
    ops::dunder::override_slot,
    types::{NO_SLOTS, inherit},
    value::Value,
    vm::Vm,
};

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
pub(super) fn changing<R>(
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
pub(super) fn set_bases(vm: &Vm, v: Value, x: Option<Value>) -> PyResult<()> {
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

pub(super) fn direct_subclasses(vm: &Vm, t: Gc<Type>) -> PyResult<RootVec<'_>> {
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
pub(super) fn compute_slots(t: Gc<Type>) -> (TypeSlots, u32) {
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
pub(super) fn compute_mro(vm: &Vm, t: Gc<Type>) -> PyResult<RootVec<'_>> {
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

impl Vm {
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
}
