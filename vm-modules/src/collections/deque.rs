//! `deque`: a ring of slots behind one reference.
//!
//! Everything happens under the object's lock, under which nothing is allocated and no Python code runs; a full ring is
//! replaced by one that was allocated before.

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_core::sync::{AtomicU64, AtomicUsize, Ordering};
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Slot},
        items::{Items, RootVec},
        module::Module,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// Payload. `head` and `len` are only used under the object's lock; the lengths that `len()` shows are of one moment.
struct Deque {
    ring: Slot,
    head: AtomicUsize,
    len: AtomicUsize,
    /// Changes whenever the deque does; iterators check it.
    version: AtomicU64,
    /// `usize::MAX` = none.
    maxlen: AtomicUsize,
}

impl NativePayload for Deque {
    fn trace(&self, m: &mut Marker) {
        self.ring.trace(m);
    }
}

type This = Gc<Native<Deque>>;

struct Iter {
    deque: Slot,
    at: AtomicUsize,
    version: u64,
    backwards: bool,
}

impl NativePayload for Iter {
    fn trace(&self, m: &mut Marker) {
        self.deque.trace(m);
    }
}

pub(super) fn add(vm: &Vm, m: Gc<Module>) -> PyResult<()> {
    let iter = vm.define_type(&ITER, vm.types().object)?;
    let class = vm.define_type(&DEF, vm.types().object)?;
    class.namespace().set_str(vm, vm.intern("_iterator")?, iter.value())?;
    vm.add_value(m, "deque", class.value())?;
    vm.add_value(m, "_deque_iterator", iter.value())
}

static ITER: TypeDef = TypeDef {
    name: "_collections._deque_iterator",
    kind: Native::<Iter>::KIND,
    size: Native::<Iter>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots {
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|vm, v| {
            let it = v.native::<Iter>().ok_or_else(|| vm.type_error("a deque iterator is required"))?;
            let d = this(vm, it.payload.deque.get())?;
            let at = it.payload.at.fetch_add(1, Ordering::Relaxed);
            let next = {
                let _g = vm.lock(d.header());
                if d.payload.version.load(Ordering::Relaxed) != it.payload.version {
                    Err(())
                } else if it.payload.backwards {
                    let n = d.payload.len.load(Ordering::Relaxed);
                    Ok(n.checked_sub(at + 1).and_then(|i| d.payload.get(i)))
                } else {
                    Ok(d.payload.get(at))
                }
            };
            next.map_err(|()| vm.runtime_error("deque mutated during iteration"))
        }),
        ..NO_SLOTS
    },
    ..NO_DEF
};

static DEF: TypeDef = TypeDef {
    name: "collections.deque",
    doc: "A list-like sequence optimized for data accesses near its endpoints.",
    kind: Native::<Deque>::KIND,
    size: Native::<Deque>::SIZE,
    flags: type_flags::BASETYPE | type_flags::SEQUENCE | type_flags::WEAKREF,
    slots: TypeSlots {
        new: Some(|vm, class, _| Ok(make(vm, class, usize::MAX)?.value())),
        init: Some(|vm, v, args| {
            let [items, maxlen] = args.bind(vm, "deque", ["iterable", "maxlen"], 0, 0, 2)?;
            let d = this(vm, v)?;
            let max = match maxlen.bound() {
                Some(n) if !n.is_none() => {
                    if !vm.is_int(n) {
                        return Err(vm.type_error("an integer is required"));
                    }
                    usize::try_from(vm.index_i64(n)?)
                        .map_err(|_| vm.value_error("maxlen must be non-negative"))?
                }
                _ => usize::MAX,
            };
            d.payload.maxlen.store(max, Ordering::Relaxed);
            clear(vm, d);
            match items.bound() {
                Some(items) => extend(vm, d, items),
                None => Ok(()),
            }
        }),
        len: Some(|vm, v| Ok(this(vm, v)?.payload.len.load(Ordering::Relaxed))),
        getitem: Some(|vm, v, k| {
            let d = this(vm, v)?;
            let i = vm.index_i64(k)?;
            let found = {
                let _g = vm.lock(d.header());
                d.payload.place(i).and_then(|i| d.payload.get(i))
            };
            found.ok_or_else(|| vm.index_error("deque index out of range"))
        }),
        setitem: Some(|vm, v, k, new| {
            let d = this(vm, v)?;
            let i = vm.index_i64(k)?;
            let done = {
                let _g = vm.lock(d.header());
                match (d.payload.place(i), new) {
                    (None, _) => false,
                    (Some(i), Some(new)) => {
                        d.payload.set(vm, i, new);
                        true
                    }
                    (Some(i), None) => {
                        d.payload.remove(vm, i);
                        true
                    }
                }
            };
            if done { Ok(()) } else { Err(vm.index_error("deque index out of range")) }
        }),
        contains: Some(|vm, v, x| Ok(find(vm, this(vm, v)?, x, 0, usize::MAX)?.is_some())),
        iter: Some(|vm, v| iterate(vm, v, false)),
        repr: Some(repr),
        compare: Some(compare),
        binary: Some(binary),
        binary_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16,
        inplace: Some(inplace),
        inplace_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16,
        ..NO_SLOTS
    },
    methods: METHODS,
    getset: &[GetSetDef::read_only("maxlen", |vm, v| {
        Ok(match this(vm, v)?.payload.maxlen.load(Ordering::Relaxed) {
            usize::MAX => Value::NONE,
            n => Value::small_int(n as i64),
        })
    })],
};

const METHODS: &[MethodDef] = &[
    MethodDef::new("append", |vm, a| {
        let (d, rest) = a.this_native::<Deque>(vm, "append")?;
        let [x] = rest.exact::<1>(vm, "deque.append")?;
        push(vm, d, x, false)?;
        Ok(Value::NONE)
    }),
    MethodDef::new("appendleft", |vm, a| {
        let (d, rest) = a.this_native::<Deque>(vm, "appendleft")?;
        let [x] = rest.exact::<1>(vm, "deque.appendleft")?;
        push(vm, d, x, true)?;
        Ok(Value::NONE)
    }),
    MethodDef::new("pop", |vm, a| take(vm, a, "pop", false)),
    MethodDef::new("popleft", |vm, a| take(vm, a, "popleft", true)),
    MethodDef::new("extend", |vm, a| {
        let (d, rest) = a.this_native::<Deque>(vm, "extend")?;
        let [items] = rest.exact::<1>(vm, "deque.extend")?;
        extend(vm, d, items)?;
        Ok(Value::NONE)
    }),
    MethodDef::new("extendleft", |vm, a| {
        let (d, rest) = a.this_native::<Deque>(vm, "extendleft")?;
        let [items] = rest.exact::<1>(vm, "deque.extendleft")?;
        let items = RootVec::collect(vm, items)?;
        for &x in items.as_slice() {
            push(vm, d, x, true)?;
        }
        Ok(Value::NONE)
    }),
    MethodDef::new("clear", |vm, a| {
        let (d, _) = a.this_native::<Deque>(vm, "clear")?;
        clear(vm, d);
        Ok(Value::NONE)
    }),
    MethodDef::new("rotate", |vm, a| {
        let (d, rest) = a.this_native::<Deque>(vm, "rotate")?;
        let v = rest.range(vm, "rotate", 0, 1)?;
        let n = match v.first() {
            Some(&n) => vm.index_i64(n)?,
            None => 1,
        };
        let _g = vm.lock(d.header());
        d.payload.rotate(vm, n);
        Ok(Value::NONE)
    }),
    MethodDef::new("reverse", |vm, a| {
        let (d, _) = a.this_native::<Deque>(vm, "reverse")?;
        let _g = vm.lock(d.header());
        let n = d.payload.len.load(Ordering::Relaxed);
        for i in 0..n / 2 {
            if let (Some(x), Some(y)) = (d.payload.get(i), d.payload.get(n - 1 - i)) {
                d.payload.set(vm, i, y);
                d.payload.set(vm, n - 1 - i, x);
            }
        }
        d.payload.touch();
        Ok(Value::NONE)
    }),
    MethodDef::new("count", |vm, a| {
        let (d, rest) = a.this_native::<Deque>(vm, "count")?;
        let [x] = rest.exact::<1>(vm, "deque.count")?;
        let (mut n, mut at) = (0, 0);
        while let Some(i) = find(vm, d, x, at, usize::MAX)? {
            n += 1;
            at = i + 1;
        }
        Ok(Value::small_int(n))
    }),
    MethodDef::new("index", |vm, a| {
        let (d, rest) = a.this_native::<Deque>(vm, "index")?;
        let v = rest.range(vm, "index", 1, 3)?;
        let len = d.payload.len.load(Ordering::Relaxed) as i64;
        let bound = |k: usize, default: i64| -> PyResult<usize> {
            let i = match v.get(k) {
                Some(&i) => vm.index_clamped(i)?,
                None => default,
            };
            Ok(if i < 0 { (i + len).max(0) } else { i } as usize)
        };
        match find(vm, d, v[0], bound(1, 0)?, bound(2, i64::MAX)?)? {
            Some(i) => Ok(Value::small_int(i as i64)),
            None => Err(vm.value_error(format!("{} is not in deque", vm.repr(v[0])?.to_str_lossy()))),
        }
    }),
    MethodDef::new("remove", |vm, a| {
        let (d, rest) = a.this_native::<Deque>(vm, "remove")?;
        let [x] = rest.exact::<1>(vm, "deque.remove")?;
        let before = d.payload.version.load(Ordering::Relaxed);
        let Some(i) = find(vm, d, x, 0, usize::MAX)? else {
            return Err(vm.value_error(format!("{} is not in deque", vm.repr(x)?.to_str_lossy())));
        };
        let done = {
            let _g = vm.lock(d.header());
            let same = d.payload.version.load(Ordering::Relaxed) == before;
            if same {
                d.payload.remove(vm, i);
            }
            same
        };
        if done { Ok(Value::NONE) } else { Err(vm.index_error("deque mutated during remove().")) }
    }),
    MethodDef::new("insert", |vm, a| {
        let (d, rest) = a.this_native::<Deque>(vm, "insert")?;
        let [i, x] = rest.exact::<2>(vm, "insert")?;
        let i = vm.index_clamped(i)?;
        let len = d.payload.len.load(Ordering::Relaxed);
        if len >= d.payload.maxlen.load(Ordering::Relaxed) {
            return Err(vm.index_error("deque already at its maximum size"));
        }
        let at = if i < 0 { (i + len as i64).max(0) } else { i.min(len as i64) };
        push(vm, d, x, false)?;
        let _g = vm.lock(d.header());
        let mut k = d.payload.len.load(Ordering::Relaxed).saturating_sub(1);
        while k > at as usize {
            if let Some(y) = d.payload.get(k - 1) {
                d.payload.set(vm, k, y);
            }
            k -= 1;
        }
        d.payload.set(vm, k, x);
        Ok(Value::NONE)
    }),
    MethodDef::new("copy", copy),
    MethodDef::new("__copy__", copy),
    MethodDef::new("__reversed__", |vm, a| {
        let (d, _) = a.this_native::<Deque>(vm, "__reversed__")?;
        iterate(vm, d.value(), true)
    }),
    MethodDef::new("__reduce__", |vm, a| {
        let (d, _) = a.this_native::<Deque>(vm, "__reduce__")?;
        let items = snapshot(vm, d)?;
        let list = vm.new_list(items.as_slice())?.value();
        let max = match d.payload.maxlen.load(Ordering::Relaxed) {
            usize::MAX => Value::NONE,
            n => Value::small_int(n as i64),
        };
        let args = vm.new_tuple(&[list, max])?.value();
        Ok(vm.new_tuple(&[vm.type_of(d.value()).value(), args])?.value())
    }),
    MethodDef::class("__class_getitem__", |_, a| Ok(a.all()[0])),
];

fn this(vm: &Vm, v: Value) -> PyResult<This> {
    v.native::<Deque>().ok_or_else(|| vm.type_error("a deque is required"))
}

/// All of these are called under the object's lock.
impl Deque {
    fn items(&self) -> Gc<Items> {
        // SAFETY: the slot is set to a block at creation, and only ever to another block.
        unsafe { self.ring.get().downcast_unchecked() }
    }
    fn touch(&self) {
        self.version.fetch_add(1, Ordering::Relaxed);
    }
    /// Index from either end; `None` if out of range.
    fn place(&self, i: i64) -> Option<usize> {
        let n = self.len.load(Ordering::Relaxed) as i64;
        let i = if i < 0 { i + n } else { i };
        (0..n).contains(&i).then_some(i as usize)
    }
    fn at(&self, ring: Gc<Items>, i: usize) -> usize {
        (self.head.load(Ordering::Relaxed) + i) % ring.cap()
    }
    fn get(&self, i: usize) -> Option<Value> {
        let ring = self.items();
        (i < self.len.load(Ordering::Relaxed)).then(|| ring.slots()[self.at(ring, i)].get())
    }
    fn set(&self, vm: &Vm, i: usize, v: Value) {
        let ring = self.items();
        ring.slots()[self.at(ring, i)].set(vm, ring.header(), v);
    }
    fn pop(&self, left: bool) -> Option<Value> {
        let n = self.len.load(Ordering::Relaxed).checked_sub(1)?;
        let ring = self.items();
        let at = self.at(ring, if left { 0 } else { n });
        let v = ring.slots()[at].get();
        ring.slots()[at].clear();
        if left {
            self.head.store((at + 1) % ring.cap(), Ordering::Relaxed);
        }
        self.len.store(n, Ordering::Relaxed);
        self.touch();
        Some(v)
    }
    /// Adds where there is room.
    fn put(&self, vm: &Vm, v: Value, left: bool) {
        let ring = self.items();
        let n = self.len.load(Ordering::Relaxed);
        if left {
            let head = (self.head.load(Ordering::Relaxed) + ring.cap() - 1) % ring.cap();
            self.head.store(head, Ordering::Relaxed);
        }
        self.len.store(n + 1, Ordering::Relaxed);
        self.set(vm, if left { 0 } else { n }, v);
        self.touch();
    }
    fn remove(&self, vm: &Vm, i: usize) {
        let n = self.len.load(Ordering::Relaxed);
        for k in i + 1..n {
            if let Some(x) = self.get(k) {
                self.set(vm, k - 1, x);
            }
        }
        let _ = self.pop(false);
    }
    fn rotate(&self, vm: &Vm, n: i64) {
        let len = self.len.load(Ordering::Relaxed);
        if len < 2 {
            return;
        }
        let n = n.rem_euclid(len as i64) as usize;
        // The shorter way round.
        if n <= len / 2 {
            for _ in 0..n {
                if let Some(x) = self.pop(false) {
                    self.put(vm, x, true);
                }
            }
        } else {
            for _ in 0..len - n {
                if let Some(x) = self.pop(true) {
                    self.put(vm, x, false);
                }
            }
        }
    }
}

/// A ring whose slots are all readable.
fn new_ring(vm: &Vm, cap: usize) -> PyResult<Gc<Items>> {
    let ring = vm.new_items(cap)?;
    for s in ring.slots() {
        s.init(Value::UNBOUND);
    }
    ring.set_len(cap);
    Ok(ring)
}

fn make(vm: &Vm, class: Gc<Type>, maxlen: usize) -> PyResult<This> {
    let ring = new_ring(vm, 8)?;
    let d = Deque {
        ring: Slot::new(ring.value()),
        head: AtomicUsize::new(0),
        len: AtomicUsize::new(0),
        version: AtomicU64::new(0),
        maxlen: AtomicUsize::new(maxlen),
    };
    vm.new_native_object(class, d)
}

fn push(vm: &Vm, d: This, x: Value, left: bool) -> PyResult<()> {
    let p = &d.payload;
    let mut fresh: Option<Gc<Items>> = None;
    loop {
        let need = {
            let _g = vm.lock(d.header());
            let max = p.maxlen.load(Ordering::Relaxed);
            if max == 0 {
                return Ok(());
            }
            let n = p.len.load(Ordering::Relaxed);
            let ring = p.items();
            if n >= max {
                let _ = p.pop(!left);
                p.put(vm, x, left);
                return Ok(());
            }
            if n < ring.cap() {
                p.put(vm, x, left);
                return Ok(());
            }
            match fresh.filter(|f| f.cap() > n) {
                Some(f) => {
                    for (i, to) in f.slots().iter().take(n).enumerate() {
                        to.set(vm, f.header(), ring.slots()[p.at(ring, i)].get());
                    }
                    p.ring.set(vm, d.header(), f.value());
                    p.head.store(0, Ordering::Relaxed);
                    p.put(vm, x, left);
                    return Ok(());
                }
                None => n * 2,
            }
        };
        fresh = Some(new_ring(vm, need)?);
    }
}

fn take(vm: &Vm, a: Args<'_>, name: &str, left: bool) -> PyResult {
    let (d, rest) = a.this_native::<Deque>(vm, name)?;
    rest.exact::<0>(vm, &format!("deque.{name}"))?;
    let v = {
        let _g = vm.lock(d.header());
        d.payload.pop(left)
    };
    v.ok_or_else(|| vm.index_error("pop from an empty deque"))
}

fn clear(vm: &Vm, d: This) {
    let _g = vm.lock(d.header());
    while d.payload.pop(false).is_some() {}
    d.payload.touch();
}

fn extend(vm: &Vm, d: This, items: Value) -> PyResult<()> {
    if items == d.value() {
        let items = snapshot(vm, d)?;
        for &x in items.as_slice() {
            push(vm, d, x, false)?;
        }
        return Ok(());
    }
    vm.for_each(items, |x| {
        push(vm, d, x, false)?;
        Ok(true)
    })
}

/// The items at one moment.
fn snapshot(vm: &Vm, d: This) -> PyResult<RootVec<'_>> {
    loop {
        let n = d.payload.len.load(Ordering::Relaxed);
        let out = vm.new_items(n)?;
        let _g = vm.lock(d.header());
        if d.payload.len.load(Ordering::Relaxed) != n {
            continue;
        }
        for (i, to) in out.slots().iter().take(n).enumerate() {
            to.init(d.payload.get(i).unwrap_or(Value::NONE));
        }
        out.set_len(n);
        drop(_g);
        return Ok(RootVec::from_items(vm, out));
    }
}

fn find(vm: &Vm, d: This, x: Value, from: usize, to: usize) -> PyResult<Option<usize>> {
    let version = d.payload.version.load(Ordering::Relaxed);
    let mut i = from;
    while i < to {
        let y = {
            let _g = vm.lock(d.header());
            d.payload.get(i)
        };
        let Some(y) = y else { return Ok(None) };
        if vm.eq(y, x)? {
            return Ok(Some(i));
        }
        if d.payload.version.load(Ordering::Relaxed) != version {
            return Err(vm.runtime_error("deque mutated during iteration"));
        }
        i += 1;
    }
    Ok(None)
}

fn iterate(vm: &Vm, v: Value, backwards: bool) -> PyResult {
    let d = this(vm, v)?;
    let class = crate::itertools::helper_class(vm, vm.type_of(v), "_iterator")?;
    let it = Iter {
        deque: Slot::new(v),
        at: AtomicUsize::new(0),
        version: d.payload.version.load(Ordering::Relaxed),
        backwards,
    };
    Ok(vm.new_native_object(class, it)?.value())
}

fn copy(vm: &Vm, a: Args<'_>) -> PyResult {
    let (d, _) = a.this_native::<Deque>(vm, "copy")?;
    let class = vm.type_of(d.value());
    let items = snapshot(vm, d)?;
    let n = make(vm, class, d.payload.maxlen.load(Ordering::Relaxed))?;
    for &x in items.as_slice() {
        push(vm, n, x, false)?;
    }
    Ok(n.value())
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    vm.check_native_stack()?;
    if !vm.repr_enter(v) {
        return vm.new_str("[...]");
    }
    let text = (|| {
        let d = this(vm, v)?;
        let items = snapshot(vm, d)?;
        let list = vm.repr(vm.new_list(items.as_slice())?.value())?;
        let name = vm.type_name(v);
        Ok(match d.payload.maxlen.load(Ordering::Relaxed) {
            usize::MAX => format!("{name}({})", list.to_str_lossy()),
            n => format!("{name}({}, maxlen={n})", list.to_str_lossy()),
        })
    })();
    vm.repr_leave(v);
    vm.new_str(&text?)
}

fn compare(vm: &Vm, op: CmpOp, x: Value, y: Value) -> PyResult {
    let (Some(a), Some(b)) = (x.native::<Deque>(), y.native::<Deque>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (a, b) = (snapshot(vm, a)?, snapshot(vm, b)?);
    let (a, b) = (vm.new_list(a.as_slice())?.value(), vm.new_list(b.as_slice())?.value());
    vm.compare(op, a, b)
}

fn repeat(vm: &Vm, d: This, n: Value, into: This) -> PyResult<()> {
    let n = vm.index_i64(n)?;
    let items = snapshot(vm, d)?;
    for _ in 0..n.max(0) {
        for &x in items.as_slice() {
            push(vm, into, x, false)?;
        }
        if items.is_empty() {
            break;
        }
        vm.poll()?;
    }
    Ok(())
}

fn binary(vm: &Vm, op: BinOp, x: Value, y: Value) -> PyResult {
    match op {
        BinOp::Add => {
            let Some(a) = x.native::<Deque>() else { return Ok(Value::NOT_IMPLEMENTED) };
            if y.native::<Deque>().is_none() {
                return Err(vm.type_error(format!(
                    "can only concatenate deque (not \"{}\") to deque",
                    vm.type_name(y)
                )));
            }
            let n = make(vm, vm.type_of(x), a.payload.maxlen.load(Ordering::Relaxed))?;
            extend(vm, n, x)?;
            extend(vm, n, y)?;
            Ok(n.value())
        }
        BinOp::Multiply => {
            let (d, n) = match (x.native::<Deque>(), y.native::<Deque>()) {
                (Some(d), None) if vm.is_int(y) => (d, y),
                (None, Some(d)) if vm.is_int(x) => (d, x),
                _ => return Ok(Value::NOT_IMPLEMENTED),
            };
            let out = make(vm, vm.type_of(d.value()), d.payload.maxlen.load(Ordering::Relaxed))?;
            repeat(vm, d, n, out)?;
            Ok(out.value())
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn inplace(vm: &Vm, op: BinOp, x: Value, y: Value) -> PyResult {
    let d = this(vm, x)?;
    match op {
        BinOp::Add => {
            extend(vm, d, y)?;
            Ok(x)
        }
        BinOp::Multiply if vm.is_int(y) => {
            let n = vm.index_i64(y)?;
            if n <= 0 {
                clear(vm, d);
            } else {
                repeat(vm, d, Value::small_int((n - 1).min(1 << 60)), d)?;
            }
            Ok(x)
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}
