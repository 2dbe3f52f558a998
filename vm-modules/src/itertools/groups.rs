//! `groupby` and `tee`: iterators that share a source.

use vm_core::sync::{AtomicBool, Ordering};
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::Type,
        gc::{Gc, Slot},
        items::RootVec,
        module::Module,
    },
    types::NO_DEF,
    value::Value,
    vm::Vm,
};

use super::{helper_class, iterator, this, trace_all};

/// Adds the classes and the function.
pub(super) fn add(vm: &Vm, m: Gc<Module>) -> PyResult<()> {
    let group = vm.define_type(&GROUPER, vm.types().object)?;
    let by = vm.define_type(&GROUPBY, vm.types().object)?;
    by.namespace().set_str(vm, vm.intern("_grouper")?, group.value())?;
    vm.add_value(m, "groupby", by.value())?;
    vm.add_value(m, "_grouper", group.value())?;

    let node = vm.define_type(&NODE, vm.types().object)?;
    let class = vm.define_type(&TEE, vm.types().object)?;
    class.namespace().set_str(vm, vm.intern("_tee_dataobject")?, node.value())?;
    vm.add_value(m, "_tee", class.value())?;
    let name = vm.intern("itertools")?.value();
    // The class is bound, so that no look-up can bring another one.
    let f = vm.new_native(vm.intern("tee")?, tee, class.value(), name)?;
    vm.add_value(m, "tee", f.value())
}

struct GroupBy {
    source: Slot,
    key: Slot,
    /// Key of the group being handed out; UNBOUND before the first.
    target: Slot,
    current_key: Slot,
    current: Slot,
    grouper: Slot,
    grouper_class: Slot,
}

impl NativePayload for GroupBy {
    fn trace(&self, m: &mut Marker) {
        trace_all(
            &[
                &self.source,
                &self.key,
                &self.target,
                &self.current_key,
                &self.current,
                &self.grouper,
                &self.grouper_class,
            ],
            m,
        );
    }
}

struct Grouper {
    parent: Slot,
    target: Slot,
}

impl NativePayload for Grouper {
    fn trace(&self, m: &mut Marker) {
        trace_all(&[&self.parent, &self.target], m);
    }
}

/// Takes the next item of the source; false at its end.
fn advance(vm: &Vm, g: Gc<Native<GroupBy>>) -> PyResult<bool> {
    let p = &g.payload;
    let Some(x) = vm.next(p.source.get())? else { return Ok(false) };
    let f = p.key.get();
    let key = if f.is_none() { x } else { vm.call(f, &[x])? };
    p.current.set(vm, g.header(), x);
    p.current_key.set(vm, g.header(), key);
    Ok(true)
}

static GROUPBY: TypeDef = iterator::<GroupBy>(
    "itertools.groupby",
    "make an iterator that returns consecutive keys and groups from the iterable",
    |vm, class, args| {
        let [it, key] = args.bind(vm, "groupby", ["iterable", "key"], 1, 0, 2)?;
        let source = vm.iter(it)?;
        let helper = helper_class(vm, class, "_grouper")?;
        let g = GroupBy {
            source: Slot::new(source),
            key: Slot::new(key.bound().unwrap_or(Value::NONE)),
            target: Slot::new(Value::UNBOUND),
            current_key: Slot::new(Value::UNBOUND),
            current: Slot::new(Value::UNBOUND),
            grouper: Slot::new(Value::UNBOUND),
            grouper_class: Slot::new(helper.value()),
        };
        Ok(vm.new_native_object(class, g)?.value())
    },
    |vm, v| {
        let g = this::<GroupBy>(vm, v)?;
        let p = &g.payload;
        p.grouper.clear();
        // Skips what is left of the current group.
        loop {
            if let Some(key) = p.current_key.get().bound() {
                match p.target.get().bound() {
                    None => break,
                    Some(target) if !vm.eq(target, key)? => break,
                    Some(_) => {}
                }
            }
            if !advance(vm, g)? {
                return Ok(None);
            }
            vm.poll()?;
        }
        let key = p.current_key.get();
        p.target.set(vm, g.header(), key);
        let Some(class) = p.grouper_class.get().downcast::<Type>() else { return Ok(None) };
        let group = vm.new_native_object(class, Grouper { parent: Slot::new(v), target: Slot::new(key) })?;
        p.grouper.set(vm, g.header(), group.value());
        Ok(Some(vm.new_tuple(&[key, group.value()])?.value()))
    },
    None,
    &[],
);

static GROUPER: TypeDef = iterator::<Grouper>(
    "itertools._grouper",
    "",
    |vm, class, args| {
        let [parent, target] = args.exact::<2>(vm, "_grouper")?;
        let g = this::<GroupBy>(vm, parent)?;
        let group =
            vm.new_native_object(class, Grouper { parent: Slot::new(parent), target: Slot::new(target) })?;
        g.payload.grouper.set(vm, g.header(), group.value());
        Ok(group.value())
    },
    |vm, v| {
        let group = this::<Grouper>(vm, v)?;
        let g = this::<GroupBy>(vm, group.payload.parent.get())?;
        let p = &g.payload;
        if p.grouper.get() != v {
            return Ok(None);
        }
        if p.current.get().is_unbound() && !advance(vm, g)? {
            return Ok(None);
        }
        let Some(key) = p.current_key.get().bound() else { return Ok(None) };
        if !vm.eq(group.payload.target.get(), key)? {
            return Ok(None);
        }
        let x = p.current.get();
        p.current.clear();
        Ok(x.bound())
    },
    None,
    &[],
);

/// One item that was taken from the source, and the place of the next one.
struct Node {
    value: Slot,
    next: Slot,
    source: Slot,
    running: AtomicBool,
}

impl NativePayload for Node {
    fn trace(&self, m: &mut Marker) {
        trace_all(&[&self.value, &self.next, &self.source], m);
    }
}

static NODE: TypeDef = TypeDef {
    name: "itertools._tee_dataobject",
    kind: Native::<Node>::KIND,
    size: Native::<Node>::SIZE,
    flags: vm_python::object::class::type_flags::DISALLOW_INSTANTIATION,
    ..NO_DEF
};

struct Tee {
    /// The node before the next item.
    at: Slot,
    node_class: Slot,
}

impl NativePayload for Tee {
    fn trace(&self, m: &mut Marker) {
        trace_all(&[&self.at, &self.node_class], m);
    }
}

fn new_node(vm: &Vm, class: Value, value: Value, source: Value) -> PyResult<Gc<Native<Node>>> {
    let Some(class) = class.downcast::<Type>() else {
        return Err(vm.system_error("a helper class is missing"));
    };
    let node = Node {
        value: Slot::new(value),
        next: Slot::new(Value::UNBOUND),
        source: Slot::new(source),
        running: AtomicBool::new(false),
    };
    vm.new_native_object(class, node)
}

fn new_tee(vm: &Vm, class: Gc<Type>, iterable: Value) -> PyResult {
    let source = vm.iter(iterable)?;
    let helper = helper_class(vm, class, "_tee_dataobject")?.value();
    let at = match source.native::<Tee>() {
        Some(t) => t.payload.at.get(),
        None => new_node(vm, helper, Value::UNBOUND, source)?.value(),
    };
    let t = Tee { at: Slot::new(at), node_class: Slot::new(helper) };
    Ok(vm.new_native_object(class, t)?.value())
}

static TEE: TypeDef = iterator::<Tee>(
    "itertools._tee",
    "Iterator wrapped to make it copyable.",
    |vm, class, args| {
        let [it] = args.exact::<1>(vm, "_tee")?;
        new_tee(vm, class, it)
    },
    |vm, v| {
        let t = this::<Tee>(vm, v)?;
        let at = t.payload.at.get();
        let node = this::<Node>(vm, at)?;
        let next = match node.payload.next.get().bound() {
            Some(n) => n,
            None => {
                if node.payload.running.swap(true, Ordering::Acquire) {
                    return Err(vm.runtime_error("cannot re-enter the tee iterator"));
                }
                let source = node.payload.source.get();
                let made = match node.payload.next.get().bound() {
                    // Another thread was faster.
                    Some(n) => Ok(Some(n)),
                    None => vm.next(source).and_then(|x| match x {
                        Some(x) => {
                            let n = new_node(vm, t.payload.node_class.get(), x, source)?.value();
                            node.payload.next.set(vm, node.header(), n);
                            Ok(Some(n))
                        }
                        None => Ok(None),
                    }),
                };
                node.payload.running.store(false, Ordering::Release);
                match made? {
                    Some(n) => n,
                    None => return Ok(None),
                }
            }
        };
        t.payload.at.set(vm, t.header(), next);
        Ok(this::<Node>(vm, next)?.payload.value.get().bound())
    },
    None,
    &[MethodDef::new("__copy__", |vm, a| {
        let (t, _) = a.this_native::<Tee>(vm, "__copy__")?;
        copy(vm, t)
    })],
);

fn copy(vm: &Vm, t: Gc<Native<Tee>>) -> PyResult {
    let c = Tee { at: Slot::new(t.payload.at.get()), node_class: Slot::new(t.payload.node_class.get()) };
    Ok(vm.new_native_object(vm.type_of(t.value()), c)?.value())
}

/// `tee(iterable, n=2)`; the class `_tee` comes first.
fn tee(vm: &Vm, a: Args<'_>) -> PyResult {
    let Some(class) = a.all()[0].downcast::<Type>() else {
        return Err(vm.system_error("a helper class is missing"));
    };
    let v = a.rest().range(vm, "tee", 1, 2)?;
    let n = match v.get(1) {
        Some(&n) => vm.index_i64(n)?,
        None => 2,
    };
    let Ok(n) = usize::try_from(n) else { return Err(vm.value_error("n must be >= 0")) };
    if n == 0 {
        return Ok(vm.new_tuple(&[])?.value());
    }
    let first = new_tee(vm, class, v[0])?;
    let out = RootVec::from_slice(vm, &[first])?;
    let t = this::<Tee>(vm, first)?;
    for _ in 1..n {
        out.push(copy(vm, t)?)?;
    }
    Ok(vm.new_tuple(out.as_slice())?.value())
}
