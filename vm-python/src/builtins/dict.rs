//! `dict`.

use vm_compiler::opcodes::{BinOp, CmpOp};

use super::{
    dict_views::{ItemsView, KeysView, ValuesView, new_iter, new_view},
    sequence::TextBuilder,
};
use crate::{
    error::PyResult,
    native::{Args, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        dict::Dict,
        gc::{Gc, Object},
        items::RootVec,
        sequence::{List, Tuple},
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// The class `dict`.
pub static DEF: TypeDef = TypeDef {
    name: "dict",
    doc: "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)",
    kind: Dict::KIND,
    size: size_of::<Dict>(),
    flags: type_flags::BASETYPE | type_flags::MAPPING,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: 1 << BinOp::Or as u16,
        inplace: Some(inplace),
        inplace_ops: 1 << BinOp::Or as u16,
        compare: Some(compare),
        repr: Some(repr),
        len: Some(|_, v| Ok(as_dict(v).len())),
        getitem: Some(getitem),
        setitem: Some(setitem),
        contains: Some(|vm, v, k| Ok(as_dict(v).get(vm, k)?.is_some())),
        iter: Some(|vm, v| new_iter(vm, vm.types().dict_iterator, as_dict(v))),
        new: Some(new),
        init: Some(init),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("clear", |vm, a| {
            let (d, []) = a.method::<Dict, 0>(vm, "dict.clear")?;
            d.clear(vm)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("copy", |vm, a| {
            let (d, []) = a.method::<Dict, 0>(vm, "dict.copy")?;
            Ok(d.copy(vm)?.value())
        }),
        MethodDef::class("fromkeys", fromkeys),
        MethodDef::new("get", get),
        MethodDef::new("items", |vm, a| {
            let (d, []) = a.method::<Dict, 0>(vm, "dict.items")?;
            new_view::<ItemsView>(vm, vm.types().dict_items, d)
        }),
        MethodDef::new("keys", |vm, a| {
            let (d, []) = a.method::<Dict, 0>(vm, "dict.keys")?;
            new_view::<KeysView>(vm, vm.types().dict_keys, d)
        }),
        MethodDef::new("pop", pop),
        MethodDef::new("popitem", |vm, a| {
            let (d, []) = a.method::<Dict, 0>(vm, "dict.popitem")?;
            match d.pop_last(vm) {
                Some((k, v)) => Ok(vm.new_tuple(&[k, v])?.value()),
                None => Err(vm.key_error(vm.new_str("popitem(): dictionary is empty")?.value())),
            }
        }),
        MethodDef::new("setdefault", |vm, a| {
            let (d, rest) = a.this::<Dict>(vm, "setdefault")?;
            let a = rest.range(vm, "setdefault", 1, 2)?;
            d.set_default(vm, a[0], a.get(1).copied().unwrap_or(Value::NONE))
        }),
        MethodDef::new("update", |vm, a| {
            let (d, rest) = a.this::<Dict>(vm, "update")?;
            update_from_args(vm, d, rest, "update")?;
            Ok(Value::NONE)
        }),
        MethodDef::new("values", |vm, a| {
            let (d, []) = a.method::<Dict, 0>(vm, "dict.values")?;
            new_view::<ValuesView>(vm, vm.types().dict_values, d)
        }),
        MethodDef::new("__reversed__", |vm, a| {
            let (d, []) = a.method::<Dict, 0>(vm, "dict.__reversed__")?;
            new_iter(vm, vm.types().dict_reverse_key_iterator, d)
        }),
        MethodDef::new("__sizeof__", |vm, a| {
            let (d, []) = a.method::<Dict, 0>(vm, "dict.__sizeof__")?;
            Ok(Value::small_int((64 + d.len() * 32) as i64))
        }),
        MethodDef::class("__class_getitem__", super::generic_alias::class_getitem),
    ],
    ..NO_DEF
};

#[inline]
fn as_dict(v: Value) -> Gc<Dict> {
    // SAFETY: slots get a self of their layout.
    unsafe { v.downcast_unchecked() }
}

fn new(vm: &Vm, class: Gc<Type>, _: Args<'_>) -> PyResult {
    if class == vm.types().dict { Ok(vm.new_dict()?.value()) } else { Ok(vm.new_dict_of(class)?.value()) }
}

fn init(vm: &Vm, v: Value, args: Args<'_>) -> PyResult<()> {
    update_from_args(vm, as_dict(v), args, "dict")
}

fn update_from_args(vm: &Vm, d: Gc<Dict>, args: Args<'_>, name: &str) -> PyResult<()> {
    if let &[source] = Args::new(args.pos()).range(vm, name, 0, 1)? {
        update(vm, d, source)?;
    }
    for (k, v) in args.keywords() {
        d.set_str(vm, k, v)?;
    }
    Ok(())
}

/// `d.update(source)`: from a mapping or from pairs.
pub fn update(vm: &Vm, d: Gc<Dict>, source: Value) -> PyResult<()> {
    if let Some(o) = source.downcast::<Dict>()
        && (source.downcast_exact::<Dict>().is_some() || !overrides_iter(vm, source))
    {
        return merge(vm, d, o);
    }
    if vm.getattr_opt(source, vm.names().keys)?.is_some() {
        let keys = vm.call_method(source, vm.names().keys, &[])?;
        return vm.for_each(keys, |k| {
            let v = vm.getitem(source, k)?;
            d.set(vm, k, v)?;
            Ok(true)
        });
    }
    let mut n = 0;
    vm.for_each(source, |pair| {
        let (k, v) = split_pair(vm, pair, n)?;
        d.set(vm, k, v)?;
        n += 1;
        Ok(true)
    })
}

fn overrides_iter(vm: &Vm, v: Value) -> bool {
    let own = vm.type_lookup(vm.type_of(v), vm.names().__iter__);
    own != vm.type_lookup(vm.types().dict, vm.names().__iter__)
}

/// Adds the entries of `other`.
pub fn merge(vm: &Vm, d: Gc<Dict>, other: Gc<Dict>) -> PyResult<()> {
    if d == other || d.fill_from(vm, other)? {
        return Ok(());
    }
    let table = other.table();
    for e in table.entries() {
        if let Some(v) = e.value.get().bound() {
            d.insert_hashed(vm, e.key.get(), e.hash(), v, true)?;
        }
    }
    Ok(())
}

fn split_pair(vm: &Vm, pair: Value, n: usize) -> PyResult<(Value, Value)> {
    if let Some(t) = pair.downcast_exact::<Tuple>()
        && let &[k, v] = t.as_slice()
    {
        return Ok((k, v));
    }
    let iterable = vm.type_of(pair).slots().iter.is_some() || vm.type_of(pair).slots().getitem.is_some();
    if !iterable {
        return Err(
            vm.type_error(format!("cannot convert dictionary update sequence element #{n} to a sequence"))
        );
    }
    let items = RootVec::collect(vm, pair)?;
    match *items.as_slice() {
        [k, v] => Ok((k, v)),
        _ => Err(vm.value_error(format!(
            "dictionary update sequence element #{n} has length {}; 2 is required",
            items.len()
        ))),
    }
}

fn fromkeys(vm: &Vm, args: Args<'_>) -> PyResult {
    let (class, rest) = (args.pos()[0], args.rest());
    let a = rest.range(vm, "fromkeys", 1, 2)?;
    let value = a.get(1).copied().unwrap_or(Value::NONE);
    let d = vm.call(class, &[])?;
    if let Some(d) = d.downcast_exact::<Dict>() {
        vm.for_each(a[0], |k| {
            d.set(vm, k, value)?;
            Ok(true)
        })?;
    } else {
        vm.for_each(a[0], |k| {
            vm.setitem(d, k, value)?;
            Ok(true)
        })?;
    }
    Ok(d)
}

fn get(vm: &Vm, args: Args<'_>) -> PyResult {
    let (d, rest) = args.this::<Dict>(vm, "get")?;
    let a = rest.range(vm, "get", 1, 2)?;
    Ok(match d.get(vm, a[0])? {
        Some(v) => v,
        None => a.get(1).copied().unwrap_or(Value::NONE),
    })
}

fn pop(vm: &Vm, args: Args<'_>) -> PyResult {
    let (d, rest) = args.this::<Dict>(vm, "pop")?;
    let a = rest.range(vm, "pop", 1, 2)?;
    let found = if d.is_empty() { None } else { d.remove(vm, a[0])? };
    match found.or(a.get(1).copied()) {
        Some(v) => Ok(v),
        None => Err(vm.key_error(a[0])),
    }
}

fn getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    if let Some(x) = as_dict(v).get(vm, key)? {
        return Ok(x);
    }
    if v.downcast_exact::<Dict>().is_none()
        && let Some(f) = vm.lookup_special(v, vm.names().__missing__)?
    {
        return vm.call(f, &[key]);
    }
    Err(vm.key_error(key))
}

fn setitem(vm: &Vm, v: Value, key: Value, value: Option<Value>) -> PyResult<()> {
    let d = as_dict(v);
    match value {
        Some(value) => d.set(vm, key, value),
        None => match d.remove(vm, key)? {
            Some(_) => Ok(()),
            None => Err(vm.key_error(key)),
        },
    }
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<Dict>(), b.downcast::<Dict>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    if op != BinOp::Or {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let r = x.copy(vm)?;
    merge(vm, r, y)?;
    Ok(r.value())
}

fn inplace(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    match (op, a.downcast::<Dict>()) {
        (BinOp::Or, Some(d)) => {
            update(vm, d, b)?;
            Ok(a)
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<Dict>(), b.downcast::<Dict>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    match op {
        CmpOp::Eq => Ok(Value::bool(equal(vm, x, y)?)),
        CmpOp::Ne => Ok(Value::bool(!equal(vm, x, y)?)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn equal(vm: &Vm, x: Gc<Dict>, y: Gc<Dict>) -> PyResult<bool> {
    vm.check_native_stack()?;
    if x.len() != y.len() {
        return Ok(false);
    }
    let table = x.table();
    for e in table.entries() {
        let Some(v) = e.value.get().bound() else { continue };
        match y.get_hashed(vm, e.key.get(), e.hash())? {
            Some(w) if vm.eq(v, w)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let d = as_dict(v);
    if !vm.repr_enter(v) {
        return vm.new_str("{...}");
    }
    let r = (|| {
        let mut out = TextBuilder::default();
        out.push_ascii("{");
        let mut pos = 0;
        let mut first = true;
        while let Some((next, key, value)) = d.next_entry(pos) {
            if !first {
                out.push_ascii(", ");
            }
            first = false;
            out.push_repr(vm, key)?;
            out.push_ascii(": ");
            out.push_repr(vm, value)?;
            pos = next;
        }
        out.push_ascii("}");
        out.finish(vm)
    })();
    vm.repr_leave(v);
    r
}

/// The keys at one moment, as a list.
pub fn keys_list(vm: &Vm, d: Gc<Dict>) -> PyResult<Gc<List>> {
    let out = RootVec::with_capacity(vm, d.len())?;
    for e in d.table().entries() {
        if e.value.get().bound().is_some() {
            out.push(e.key.get())?;
        }
    }
    vm.new_list_of(out.into_items()?)
}
