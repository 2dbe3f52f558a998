//! `enumerate`, `zip`, `map` and `filter`.

use vm_compiler::opcodes::BinOp;
use vm_core::sync::{AtomicBool, Ordering};
use vm_heap::Marker;

use super::payload;
use crate::{
    error::PyResult,
    native::{Args, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Slot},
        items::RootVec,
        iter::{ListIter, RangeIter},
        sequence::Tuple,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// `enumerate(iterable, start)`
pub struct Enumerate {
    it: Slot,
    /// Next number, an int.
    count: Slot,
}

impl NativePayload for Enumerate {
    fn trace(&self, m: &mut Marker) {
        self.it.trace(m);
        self.count.trace(m);
    }
}

/// The class `enumerate`.
pub static ENUMERATE_DEF: TypeDef = TypeDef {
    name: "enumerate",
    doc: "Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...",
    kind: Native::<Enumerate>::KIND,
    size: Native::<Enumerate>::SIZE,
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        iter: Some(|_, it| Ok(it)),
        iternext: Some(|vm, it| match enumerate_next(vm, it)? {
            Some(pair) => Ok(Some(vm.new_tuple(&pair)?.value())),
            None => Ok(None),
        }),
        new: Some(enumerate_new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("__reduce__", |vm, a| {
            let (it, rest) = a.this_native::<Enumerate>(vm, "__reduce__")?;
            let [] = rest.exact::<0>(vm, "__reduce__")?;
            let args = vm.new_tuple(&[it.payload.it.get(), it.payload.count.get()])?;
            Ok(vm.new_tuple(&[vm.type_of(it.value()).value(), args.value()])?.value())
        }),
        MethodDef::class("__class_getitem__", crate::builtins::generic_alias::class_getitem),
    ],
    ..NO_DEF
};

fn enumerate_new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    if args.len() > 2 {
        return Err(vm.type_error(format!("enumerate() takes at most 2 arguments ({} given)", args.len())));
    }
    let mut bound = [Value::UNBOUND; 2];
    bound[..args.len()].copy_from_slice(args.pos());
    for (k, v) in args.keywords() {
        match ["iterable", "start"].iter().position(|n| k.eq_str(n)) {
            Some(i) if bound[i].is_unbound() => bound[i] = v,
            _ => {
                return Err(vm.type_error(format!(
                    "'{}' is an invalid keyword argument for enumerate()",
                    k.to_str_lossy()
                )));
            }
        }
    }
    let [iterable, start] = bound;
    if iterable.is_unbound() {
        return Err(vm.type_error("enumerate() missing required argument 'iterable'"));
    }
    let count = match start.bound() {
        Some(v) => vm.exact_index(v)?,
        None => Value::small_int(0),
    };
    let it = vm.iter(iterable)?;
    let e = Enumerate { it: Slot::new(it), count: Slot::new(count) };
    Ok(vm.new_native_object(class, e)?.value())
}

/// The next pair of an `enumerate` object, not yet in a tuple.
#[inline]
pub fn enumerate_next(vm: &Vm, it: Value) -> PyResult<Option<[Value; 2]>> {
    // SAFETY: only instances of the class above get here.
    let e = unsafe { payload::<Enumerate>(it) };
    let Some(v) = step(vm, e.payload.it.get())? else { return Ok(None) };
    let n = e.payload.count.get();
    let next = match n.as_small_int().and_then(|n| Value::try_small_int(n + 1)) {
        Some(next) => next,
        None => vm.binary_op(BinOp::Add, n, Value::small_int(1))?,
    };
    e.payload.count.set(vm, e.header(), next);
    Ok(Some([n, v]))
}

/// Iterators in a tuple, for `zip` and `map`.
fn iterators(vm: &Vm, sources: &[Value]) -> PyResult<Gc<Tuple>> {
    let its = RootVec::with_capacity(vm, sources.len())?;
    for &s in sources {
        its.push(vm.iter(s)?)?;
    }
    vm.new_tuple(its.as_slice())
}

/// Most iterators that are advanced without a heap buffer.
const FEW: usize = 8;

/// `vm.next(it)`, without a call for the commonest iterators.
#[inline(always)]
fn step(vm: &Vm, it: Value) -> PyResult<Option<Value>> {
    if let Some(l) = it.downcast_exact::<ListIter>() {
        return Ok(l.next());
    }
    if let Some(r) = it.downcast_exact::<RangeIter>() {
        return Ok(r.next());
    }
    vm.next(it)
}

/// Takes one item from each iterator; if one has ended, which.
#[inline]
fn advance<R>(vm: &Vm, its: &[Value], k: impl FnOnce(&[Value]) -> PyResult<R>) -> PyResult<Result<R, usize>> {
    if let &[a, b] = its {
        let Some(x) = step(vm, a)? else { return Ok(Err(0)) };
        let Some(y) = step(vm, b)? else { return Ok(Err(1)) };
        return k(&[x, y]).map(Ok);
    }
    if its.len() <= FEW {
        let mut buf = [Value::NONE; FEW];
        for (i, &it) in its.iter().enumerate() {
            match vm.next(it)? {
                Some(v) => buf[i] = v,
                None => return Ok(Err(i)),
            }
        }
        return k(&buf[..its.len()]).map(Ok);
    }
    let buf = RootVec::with_capacity(vm, its.len())?;
    for (i, &it) in its.iter().enumerate() {
        match vm.next(it)? {
            Some(v) => buf.push(v)?,
            None => return Ok(Err(i)),
        }
    }
    k(buf.as_slice()).map(Ok)
}

/// What a strict `zip` or `map` says when iterator `i` ended first: ValueError unless all have ended.
fn check_all_ended(vm: &Vm, its: &[Value], i: usize, name: &str) -> PyResult<()> {
    let others = |n: usize| if n == 1 { " 1".to_owned() } else { format!("s 1-{n}") };
    if i > 0 {
        return Err(vm.value_error(format!(
            "{name}() argument {} is shorter than argument{}",
            i + 1,
            others(i)
        )));
    }
    for (j, &it) in its.iter().enumerate().skip(1) {
        if vm.next(it)?.is_some() {
            return Err(vm.value_error(format!(
                "{name}() argument {} is longer than argument{}",
                j + 1,
                others(j)
            )));
        }
    }
    Ok(())
}

/// Takes the only keyword, `strict`.
fn strict_option(vm: &Vm, args: Args<'_>, name: &str) -> PyResult<bool> {
    let mut strict = false;
    for (k, v) in args.keywords() {
        if !k.eq_str("strict") {
            return Err(
                vm.type_error(format!("{name}() got an unexpected keyword argument '{}'", k.to_str_lossy()))
            );
        }
        strict = vm.truthy(v)?;
    }
    Ok(strict)
}

/// `zip(*iterables, strict=False)`
pub struct Zip {
    /// A tuple of iterators.
    its: Slot,
    strict: AtomicBool,
}

impl NativePayload for Zip {
    fn trace(&self, m: &mut Marker) {
        self.its.trace(m);
    }
}

/// The class `zip`.
pub static ZIP_DEF: TypeDef = TypeDef {
    name: "zip",
    doc: "The zip object yields n-length tuples, where n is the number of iterables\npassed as positional arguments to zip().  The i-th element in every tuple\ncomes from the i-th iterable argument to zip().  This continues until the\nshortest argument is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.\n\n   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]",
    kind: Native::<Zip>::KIND,
    size: Native::<Zip>::SIZE,
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        iter: Some(|_, it| Ok(it)),
        iternext: Some(|vm, it| zip_next(vm, it, |items| Ok(vm.new_tuple(items)?.value()))),
        new: Some(zip_new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("__reduce__", |vm, a| {
            let (it, rest) = a.this_native::<Zip>(vm, "__reduce__")?;
            let [] = rest.exact::<0>(vm, "__reduce__")?;
            let class = vm.type_of(it.value()).value();
            let its = it.payload.its.get();
            if it.payload.strict.load(Ordering::Relaxed) {
                return Ok(vm.new_tuple(&[class, its, Value::TRUE])?.value());
            }
            Ok(vm.new_tuple(&[class, its])?.value())
        }),
        MethodDef::new("__setstate__", |vm, a| {
            let (it, rest) = a.this_native::<Zip>(vm, "__setstate__")?;
            let [v] = rest.exact::<1>(vm, "__setstate__")?;
            it.payload.strict.store(vm.truthy(v)?, Ordering::Relaxed);
            Ok(Value::NONE)
        }),
    ],
    ..NO_DEF
};

fn zip_new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let strict = strict_option(vm, args, "zip")?;
    let its = iterators(vm, args.pos())?;
    let z = Zip { its: Slot::new(its.value()), strict: AtomicBool::new(strict) };
    Ok(vm.new_native_object(class, z)?.value())
}

/// Gives the next items of a `zip` object to `k`.
#[inline]
pub fn zip_next<R>(vm: &Vm, it: Value, k: impl FnOnce(&[Value]) -> PyResult<R>) -> PyResult<Option<R>> {
    // SAFETY: only instances of the class above get here.
    let z = &unsafe { payload::<Zip>(it) }.payload;
    // SAFETY: the slot holds a tuple from creation on.
    let its: Gc<Tuple> = unsafe { z.its.get().downcast_unchecked() };
    if its.is_empty() {
        return Ok(None);
    }
    match advance(vm, its.as_slice(), k)? {
        Ok(r) => Ok(Some(r)),
        Err(i) => {
            if z.strict.load(Ordering::Relaxed) {
                check_all_ended(vm, its.as_slice(), i, "zip")?;
            }
            Ok(None)
        }
    }
}

/// `map(f, *iterables, strict=False)`
pub struct Map {
    f: Slot,
    /// A tuple of iterators.
    its: Slot,
    strict: bool,
}

impl NativePayload for Map {
    fn trace(&self, m: &mut Marker) {
        self.f.trace(m);
        self.its.trace(m);
    }
}

/// The class `map`.
pub static MAP_DEF: TypeDef = TypeDef {
    name: "map",
    doc: "Make an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.",
    kind: Native::<Map>::KIND,
    size: Native::<Map>::SIZE,
    flags: type_flags::BASETYPE,
    slots: TypeSlots { iter: Some(|_, it| Ok(it)), iternext: Some(map_next), new: Some(map_new), ..NO_SLOTS },
    methods: &[MethodDef::new("__reduce__", |vm, a| {
        let (it, rest) = a.this_native::<Map>(vm, "__reduce__")?;
        let [] = rest.exact::<0>(vm, "__reduce__")?;
        let args = RootVec::from_slice(vm, &[it.payload.f.get()])?;
        if let Some(its) = it.payload.its.get().downcast::<Tuple>() {
            args.extend(its.as_slice())?;
        }
        let args = vm.new_tuple(args.as_slice())?;
        Ok(vm.new_tuple(&[vm.type_of(it.value()).value(), args.value()])?.value())
    })],
    ..NO_DEF
};

fn map_new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let strict = strict_option(vm, args, "map")?;
    let [f, sources @ ..] = args.pos() else {
        return Err(vm.type_error("map() must have at least two arguments."));
    };
    if sources.is_empty() {
        return Err(vm.type_error("map() must have at least two arguments."));
    }
    let its = iterators(vm, sources)?;
    let m = Map { f: Slot::new(*f), its: Slot::new(its.value()), strict };
    Ok(vm.new_native_object(class, m)?.value())
}

fn map_next(vm: &Vm, it: Value) -> PyResult<Option<Value>> {
    // SAFETY: only instances of the class above get here.
    let m = &unsafe { payload::<Map>(it) }.payload;
    // SAFETY: the slot holds a tuple from creation on.
    let its: Gc<Tuple> = unsafe { m.its.get().downcast_unchecked() };
    if let &[it] = its.as_slice() {
        return match vm.next(it)? {
            Some(v) => vm.call(m.f.get(), &[v]).map(Some),
            None => Ok(None),
        };
    }
    match advance(vm, its.as_slice(), |items| vm.call(m.f.get(), items))? {
        Ok(v) => Ok(Some(v)),
        Err(i) => {
            if m.strict {
                check_all_ended(vm, its.as_slice(), i, "map")?;
            }
            Ok(None)
        }
    }
}

/// `filter(f, iterable)`
pub struct Filter {
    f: Slot,
    it: Slot,
}

impl NativePayload for Filter {
    fn trace(&self, m: &mut Marker) {
        self.f.trace(m);
        self.it.trace(m);
    }
}

/// The class `filter`.
pub static FILTER_DEF: TypeDef = TypeDef {
    name: "filter",
    doc: "Return an iterator yielding those items of iterable for which function(item)\nis true. If function is None, return the items that are true.",
    kind: Native::<Filter>::KIND,
    size: Native::<Filter>::SIZE,
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        iter: Some(|_, it| Ok(it)),
        iternext: Some(filter_next),
        new: Some(filter_new),
        ..NO_SLOTS
    },
    methods: &[MethodDef::new("__reduce__", |vm, a| {
        let (it, rest) = a.this_native::<Filter>(vm, "__reduce__")?;
        let [] = rest.exact::<0>(vm, "__reduce__")?;
        let args = vm.new_tuple(&[it.payload.f.get(), it.payload.it.get()])?;
        Ok(vm.new_tuple(&[vm.type_of(it.value()).value(), args.value()])?.value())
    })],
    ..NO_DEF
};

fn filter_new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let [f, source] = args.exact::<2>(vm, "filter")?;
    let it = vm.iter(source)?;
    Ok(vm.new_native_object(class, Filter { f: Slot::new(f), it: Slot::new(it) })?.value())
}

fn filter_next(vm: &Vm, it: Value) -> PyResult<Option<Value>> {
    // SAFETY: only instances of the class above get here.
    let p = &unsafe { payload::<Filter>(it) }.payload;
    let (f, it) = (p.f.get(), p.it.get());
    let plain = f.is_none() || f == vm.types().bool.value();
    let mut n = 0u32;
    while let Some(v) = vm.next(it)? {
        let keep = if plain { v } else { vm.call(f, &[v])? };
        if vm.truthy(keep)? {
            return Ok(Some(v));
        }
        n = n.wrapping_add(1);
        if n.is_multiple_of(1024) {
            vm.poll()?;
        }
    }
    Ok(None)
}
