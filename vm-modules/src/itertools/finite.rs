//! Iterators that end with their source.

use vm_compiler::opcodes::BinOp;
use vm_core::sync::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{MethodDef, NativePayload, TypeDef},
    object::{gc::Slot, int::IntRef, items::RootVec, sequence::Tuple},
    value::Value,
    vm::Vm,
};

use super::{iterator, this, trace_all};

/// Two references: what most of these iterators consist of; some also know that they are past a point.
macro_rules! pair {
    ($($name:ident $(+ $flag:ident)?;)*) => { $(
        struct $name { a: Slot, b: Slot, $($flag: AtomicBool)? }
        impl $name {
            fn new(a: Value, b: Value) -> Self {
                $name { a: Slot::new(a), b: Slot::new(b), $($flag: AtomicBool::new(false))? }
            }
        }
        impl NativePayload for $name {
            fn trace(&self, m: &mut Marker) {
                trace_all(&[&self.a, &self.b], m);
            }
        }
    )* };
}

pair! { Chain; Compress; DropWhile + flag; TakeWhile + flag; FilterFalse; Pairwise; StarMap; }

struct Accumulate {
    source: Slot,
    function: Slot,
    total: Slot,
    initial: Slot,
}

impl NativePayload for Accumulate {
    fn trace(&self, m: &mut Marker) {
        trace_all(&[&self.source, &self.function, &self.total, &self.initial], m);
    }
}

pub(super) static ACCUMULATE: TypeDef = iterator::<Accumulate>(
    "itertools.accumulate",
    "Return series of accumulated sums (or other binary function results).",
    |vm, class, args| {
        let [it, function, initial] =
            args.bind(vm, "accumulate", ["iterable", "func", "initial"], 1, 0, 2)?;
        let source = vm.iter(it)?;
        let a = Accumulate {
            source: Slot::new(source),
            function: Slot::new(function.bound().unwrap_or(Value::NONE)),
            total: Slot::new(Value::UNBOUND),
            initial: Slot::new(initial.bound().unwrap_or(Value::NONE)),
        };
        Ok(vm.new_native_object(class, a)?.value())
    },
    |vm, v| {
        let a = this::<Accumulate>(vm, v)?;
        let p = &a.payload;
        let initial = p.initial.get();
        if !initial.is_none() {
            p.initial.set(vm, a.header(), Value::NONE);
            p.total.set(vm, a.header(), initial);
            return Ok(Some(initial));
        }
        let Some(x) = vm.next(p.source.get())? else { return Ok(None) };
        let total = match p.total.get().bound() {
            None => x,
            Some(t) if p.function.get().is_none() => vm.binary_op(BinOp::Add, t, x)?,
            Some(t) => vm.call(p.function.get(), &[t, x])?,
        };
        p.total.set(vm, a.header(), total);
        Ok(Some(total))
    },
    None,
    &[],
);

struct Batched {
    source: Slot,
    n: usize,
    strict: bool,
}

impl NativePayload for Batched {
    fn trace(&self, m: &mut Marker) {
        self.source.trace(m);
    }
}

pub(super) static BATCHED: TypeDef = iterator::<Batched>(
    "itertools.batched",
    "Batch data into tuples of length n. The last batch may be shorter than n.",
    |vm, class, args| {
        let [it, n, strict] = args.bind(vm, "batched", ["iterable", "n", "strict"], 2, 0, 2)?;
        let n = vm.index_i64(n)?;
        let strict = !strict.is_unbound() && vm.truthy(strict)?;
        let Some(n) = usize::try_from(n).ok().filter(|&n| n > 0) else {
            return Err(vm.value_error("n must be at least one"));
        };
        let source = vm.iter(it)?;
        Ok(vm.new_native_object(class, Batched { source: Slot::new(source), n, strict })?.value())
    },
    |vm, v| {
        let b = this::<Batched>(vm, v)?;
        let p = &b.payload;
        let source = p.source.get();
        if source.is_none() {
            return Ok(None);
        }
        let items = RootVec::new(vm);
        while items.len() < p.n {
            match vm.next(source)? {
                Some(x) => items.push(x)?,
                None => {
                    p.source.set(vm, b.header(), Value::NONE);
                    break;
                }
            }
        }
        if items.is_empty() {
            return Ok(None);
        }
        if p.strict && items.len() < p.n {
            return Err(vm.value_error("batched(): incomplete batch"));
        }
        Ok(Some(vm.new_tuple(items.as_slice())?.value()))
    },
    None,
    &[],
);

pub(super) static CHAIN: TypeDef = iterator::<Chain>(
    "itertools.chain",
    "Return a chain object whose .__next__() method returns elements from the\nfirst iterable until it is exhausted, \
     then elements from the next\niterable, until all of the iterables are exhausted.",
    |vm, class, args| {
        let items = args.no_keywords(vm, "chain")?;
        let source = vm.iter(vm.new_tuple(items)?.value())?;
        Ok(vm.new_native_object(class, Chain::new(source, Value::UNBOUND))?.value())
    },
    |vm, v| {
        let c = this::<Chain>(vm, v)?;
        let (source, active) = (&c.payload.a, &c.payload.b);
        loop {
            let now = match active.get().bound() {
                Some(it) => it,
                None => {
                    if source.get().is_none() {
                        return Ok(None);
                    }
                    match vm.next(source.get())? {
                        Some(next) => {
                            let it = vm.iter(next)?;
                            active.set(vm, c.header(), it);
                            it
                        }
                        None => {
                            source.set(vm, c.header(), Value::NONE);
                            return Ok(None);
                        }
                    }
                }
            };
            if let Some(x) = vm.next(now)? {
                return Ok(Some(x));
            }
            // Another thread may have gone on to the next one already.
            let _ = active.compare_exchange(vm, c.header(), now, Value::UNBOUND);
        }
    },
    None,
    &[MethodDef::class("from_iterable", |vm, a| {
        let class = a.all()[0];
        let [it] = a.rest().exact::<1>(vm, "chain.from_iterable")?;
        let source = vm.iter(it)?;
        let Some(class) = class.downcast() else {
            return Err(vm.type_error("chain.from_iterable needs a class"));
        };
        Ok(vm.new_native_object(class, Chain::new(source, Value::UNBOUND))?.value())
    })],
);

pub(super) static COMPRESS: TypeDef = iterator::<Compress>(
    "itertools.compress",
    "Return data elements corresponding to true selector elements.",
    |vm, class, args| {
        let [data, selectors] = args.bind(vm, "compress", ["data", "selectors"], 2, 0, 2)?;
        let (data, selectors) = (vm.iter(data)?, vm.iter(selectors)?);
        Ok(vm.new_native_object(class, Compress::new(data, selectors))?.value())
    },
    |vm, v| {
        let c = this::<Compress>(vm, v)?;
        loop {
            let Some(x) = vm.next(c.payload.a.get())? else { return Ok(None) };
            let Some(s) = vm.next(c.payload.b.get())? else { return Ok(None) };
            if vm.truthy(s)? {
                return Ok(Some(x));
            }
            vm.poll()?;
        }
    },
    None,
    &[],
);

pub(super) static DROPWHILE: TypeDef = iterator::<DropWhile>(
    "itertools.dropwhile",
    "Drop items from the iterable while predicate(item) is true.",
    |vm, class, args| {
        let [f, it] = args.exact::<2>(vm, "dropwhile")?;
        let it = vm.iter(it)?;
        Ok(vm.new_native_object(class, DropWhile::new(f, it))?.value())
    },
    |vm, v| {
        let d = this::<DropWhile>(vm, v)?;
        let p = &d.payload;
        loop {
            let Some(x) = vm.next(p.b.get())? else { return Ok(None) };
            if p.flag.load(Ordering::Relaxed) {
                return Ok(Some(x));
            }
            let r = vm.call(p.a.get(), &[x])?;
            if !vm.truthy(r)? {
                p.flag.store(true, Ordering::Relaxed);
                return Ok(Some(x));
            }
            vm.poll()?;
        }
    },
    None,
    &[],
);

pub(super) static TAKEWHILE: TypeDef = iterator::<TakeWhile>(
    "itertools.takewhile",
    "Return successive entries from an iterable as long as the predicate evaluates to true for each entry.",
    |vm, class, args| {
        let [f, it] = args.exact::<2>(vm, "takewhile")?;
        let it = vm.iter(it)?;
        Ok(vm.new_native_object(class, TakeWhile::new(f, it))?.value())
    },
    |vm, v| {
        let t = this::<TakeWhile>(vm, v)?;
        let p = &t.payload;
        if p.flag.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let Some(x) = vm.next(p.b.get())? else { return Ok(None) };
        let r = vm.call(p.a.get(), &[x])?;
        if vm.truthy(r)? {
            return Ok(Some(x));
        }
        p.flag.store(true, Ordering::Relaxed);
        Ok(None)
    },
    None,
    &[],
);

pub(super) static FILTERFALSE: TypeDef = iterator::<FilterFalse>(
    "itertools.filterfalse",
    "Return those items of iterable for which function(item) is false.",
    |vm, class, args| {
        let [f, it] = args.exact::<2>(vm, "filterfalse")?;
        let it = vm.iter(it)?;
        Ok(vm.new_native_object(class, FilterFalse::new(f, it))?.value())
    },
    |vm, v| {
        let f = this::<FilterFalse>(vm, v)?;
        let p = &f.payload;
        loop {
            let Some(x) = vm.next(p.b.get())? else { return Ok(None) };
            let function = p.a.get();
            let r = if function.is_none() { x } else { vm.call(function, &[x])? };
            if !vm.truthy(r)? {
                return Ok(Some(x));
            }
            vm.poll()?;
        }
    },
    None,
    &[],
);

pub(super) static PAIRWISE: TypeDef = iterator::<Pairwise>(
    "itertools.pairwise",
    "Return an iterator of overlapping pairs taken from the input iterator.",
    |vm, class, args| {
        let [it] = args.exact::<1>(vm, "pairwise")?;
        let it = vm.iter(it)?;
        Ok(vm.new_native_object(class, Pairwise::new(it, Value::UNBOUND))?.value())
    },
    |vm, v| {
        let p = this::<Pairwise>(vm, v)?;
        let (source, last) = (&p.payload.a, &p.payload.b);
        let it = source.get();
        if it.is_none() {
            return Ok(None);
        }
        let old = match last.get().bound() {
            Some(x) => x,
            None => {
                let Some(x) = vm.next(it)? else {
                    source.set(vm, p.header(), Value::NONE);
                    return Ok(None);
                };
                last.set(vm, p.header(), x);
                x
            }
        };
        let Some(new) = vm.next(it)? else {
            source.set(vm, p.header(), Value::NONE);
            last.clear();
            return Ok(None);
        };
        last.set(vm, p.header(), new);
        Ok(Some(vm.new_tuple(&[old, new])?.value()))
    },
    None,
    &[],
);

pub(super) static STARMAP: TypeDef = iterator::<StarMap>(
    "itertools.starmap",
    "Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.",
    |vm, class, args| {
        let [f, it] = args.exact::<2>(vm, "starmap")?;
        let it = vm.iter(it)?;
        Ok(vm.new_native_object(class, StarMap::new(f, it))?.value())
    },
    |vm, v| {
        let s = this::<StarMap>(vm, v)?;
        let Some(x) = vm.next(s.payload.b.get())? else { return Ok(None) };
        let f = s.payload.a.get();
        if let Some(t) = x.downcast::<Tuple>() {
            return vm.call(f, t.as_slice()).map(Some);
        }
        let items = RootVec::collect(vm, x)?;
        vm.call(f, items.as_slice()).map(Some)
    },
    None,
    &[],
);

struct ISlice {
    source: Slot,
    /// Items consumed.
    taken: AtomicI64,
    /// Index of the next item to hand out.
    next: AtomicI64,
    stop: i64,
    step: i64,
}

impl NativePayload for ISlice {
    fn trace(&self, m: &mut Marker) {
        self.source.trace(m);
    }
}

/// An index of `islice`; `None` if it is none.
fn slice_index(vm: &Vm, v: Value, default: i64) -> PyResult<Option<i64>> {
    if v.is_none() {
        return Ok(Some(default));
    }
    if !vm.is_int(v) && vm.type_lookup(vm.type_of(v), vm.names().__index__).is_none() {
        return Ok(None);
    }
    let i = vm.index(v)?;
    Ok(IntRef::of(i).and_then(IntRef::to_i64).filter(|&n| n >= 0))
}

pub(super) static ISLICE: TypeDef = iterator::<ISlice>(
    "itertools.islice",
    "islice(iterable, stop) --> islice object\nislice(iterable, start, stop[, step]) --> islice object",
    |vm, class, args| {
        let v = args.range(vm, "islice", 2, 4)?;
        let bad =
            || vm.value_error("Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.");
        let (start, stop) = if v.len() == 2 {
            let stop = slice_index(vm, v[1], i64::MAX)?.ok_or_else(|| {
                vm.value_error(
                    "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.",
                )
            })?;
            (0, stop)
        } else {
            let start = slice_index(vm, v[1], 0)?;
            let stop = slice_index(vm, v[2], i64::MAX)?.ok_or_else(|| {
                vm.value_error(
                    "Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.",
                )
            })?;
            (start.ok_or_else(bad)?, stop)
        };
        let step = match v.get(3) {
            None => 1,
            Some(&s) => slice_index(vm, s, 1)?
                .filter(|&n| n > 0)
                .ok_or_else(|| vm.value_error("Step for islice() must be a positive integer or None."))?,
        };
        let source = vm.iter(v[0])?;
        let s = ISlice {
            source: Slot::new(source),
            taken: AtomicI64::new(0),
            next: AtomicI64::new(start),
            stop,
            step,
        };
        Ok(vm.new_native_object(class, s)?.value())
    },
    |vm, v| {
        let s = this::<ISlice>(vm, v)?;
        let p = &s.payload;
        let source = p.source.get();
        if source.is_none() {
            return Ok(None);
        }
        let end = || {
            p.source.set(vm, s.header(), Value::NONE);
            Ok(None)
        };
        let want = p.next.load(Ordering::Relaxed);
        while p.taken.load(Ordering::Relaxed) < want.min(p.stop) {
            p.taken.fetch_add(1, Ordering::Relaxed);
            if vm.next(source)?.is_none() {
                return end();
            }
            vm.poll()?;
        }
        if p.taken.load(Ordering::Relaxed) >= p.stop {
            return end();
        }
        let Some(x) = vm.next(source)? else { return end() };
        p.taken.fetch_add(1, Ordering::Relaxed);
        p.next.store(want.saturating_add(p.step).min(p.stop), Ordering::Relaxed);
        Ok(Some(x))
    },
    None,
    &[],
);

struct ZipLongest {
    sources: Slot,
    fill: Slot,
    done: Vec<AtomicBool>,
    active: AtomicUsize,
}

impl NativePayload for ZipLongest {
    fn trace(&self, m: &mut Marker) {
        trace_all(&[&self.sources, &self.fill], m);
    }
}

pub(super) static ZIP_LONGEST: TypeDef = iterator::<ZipLongest>(
    "itertools.zip_longest",
    "Return a zip_longest object whose .__next__() method returns a tuple where the i-th element comes from the i-th iterable argument.",
    |vm, class, args| {
        let mut fill = Value::NONE;
        for (name, v) in args.keywords() {
            if !name.eq_str("fillvalue") {
                return Err(vm.type_error("zip_longest() got an unexpected keyword argument"));
            }
            fill = v;
        }
        let its = RootVec::new(vm);
        for &v in args.pos() {
            its.push(vm.iter(v)?)?;
        }
        let sources = vm.new_tuple(its.as_slice())?;
        let z = ZipLongest {
            sources: Slot::new(sources.value()),
            fill: Slot::new(fill),
            done: its.as_slice().iter().map(|_| AtomicBool::new(false)).collect(),
            active: AtomicUsize::new(its.len()),
        };
        Ok(vm.new_native_object(class, z)?.value())
    },
    |vm, v| {
        let z = this::<ZipLongest>(vm, v)?;
        let p = &z.payload;
        let Some(sources) = p.sources.get().downcast::<Tuple>() else { return Ok(None) };
        if p.active.load(Ordering::Relaxed) == 0 {
            return Ok(None);
        }
        let out = RootVec::with_capacity(vm, sources.len())?;
        for (&it, done) in sources.as_slice().iter().zip(&p.done) {
            let item = if done.load(Ordering::Relaxed) { None } else { vm.next(it)? };
            if let Some(x) = item {
                out.push(x)?;
                continue;
            }
            if !done.swap(true, Ordering::Relaxed) && p.active.fetch_sub(1, Ordering::Relaxed) == 1 {
                return Ok(None);
            }
            out.push(p.fill.get())?;
        }
        Ok(Some(vm.new_tuple(out.as_slice())?.value()))
    },
    None,
    &[],
);
