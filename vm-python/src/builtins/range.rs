//! `range` and its iterators.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};
use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_heap::Marker;

use super::{
    sequence::{TextBuilder, count_of, occurs},
    slice::big_indices,
};
use crate::{
    error::{PyResult, Thrown},
    native::{Args, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, UnOp, type_flags},
        gc::{Gc, Object, Slot},
        items::RootVec,
        iter::RangeIter,
        range::{Range, SmallRange},
        slice::Slice,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// The class `range`.
pub static DEF: TypeDef = TypeDef {
    name: "range",
    doc: "range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\nThese are exactly the valid indices for a list of 4 elements.\nWhen step is given, it specifies the increment (or decrement).",
    kind: Range::KIND,
    size: size_of::<Range>(),
    flags: type_flags::SEQUENCE,
    slots: TypeSlots {
        compare: Some(compare),
        hash: Some(hash),
        repr: Some(repr),
        truthy: Some(|vm, v| vm.truthy(as_range(v).len.get())),
        len: Some(len),
        getitem: Some(getitem),
        contains: Some(contains),
        iter: Some(|vm, v| iter(vm, as_range(v))),
        new: Some(new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("count", |vm, a| {
            let (r, [v]) = a.method::<Range, 1>(vm, "range.count")?;
            if is_int(v) {
                return Ok(Value::small_int(i64::from(has_int(vm, r, v)?)));
            }
            count_of(vm, v, |i| small_at(r, i))
        }),
        MethodDef::new("index", index),
        MethodDef::new("__reversed__", |vm, a| {
            let (r, []) = a.method::<Range, 0>(vm, "range.__reversed__")?;
            iter(vm, reversed(vm, r)?)
        }),
        MethodDef::new("__reduce__", |vm, a| {
            let (r, []) = a.method::<Range, 0>(vm, "range.__reduce__")?;
            let args = vm.new_tuple(&[r.start.get(), r.stop.get(), r.step.get()])?;
            Ok(vm.new_tuple(&[vm.types().range.value(), args.value()])?.value())
        }),
    ],
    getset: &[
        GetSetDef::read_only("start", |_, v| Ok(as_range(v).start.get())),
        GetSetDef::read_only("stop", |_, v| Ok(as_range(v).stop.get())),
        GetSetDef::read_only("step", |_, v| Ok(as_range(v).step.get())),
    ],
};

/// The class of iterators of ranges of small ints.
pub static ITER_DEF: TypeDef = TypeDef {
    name: "range_iterator",
    kind: RangeIter::KIND,
    size: size_of::<RangeIter>(),
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots {
        iter: Some(|_, it| Ok(it)),
        // SAFETY: slots get a self of their layout.
        iternext: Some(|_, it| Ok(unsafe { it.downcast_unchecked::<RangeIter>() }.next())),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("__length_hint__", |vm, a| {
            let (it, []) = a.method::<RangeIter, 0>(vm, "__length_hint__")?;
            vm.new_int(it.remaining() as i64)
        }),
        MethodDef::new("__reduce__", |vm, a| {
            let (it, []) = a.method::<RangeIter, 0>(vm, "__reduce__")?;
            let r =
                vm.new_range(vm.new_int(it.current())?, vm.new_int(it.stop())?, vm.new_int(it.step())?)?;
            super::iterators::reduce_indexed(vm, r.value(), 0)
        }),
        MethodDef::new("__setstate__", |vm, a| {
            let (it, [n]) = a.method::<RangeIter, 1>(vm, "__setstate__")?;
            it.advance_by(vm.index_i64(n)?.max(0) as u64);
            Ok(Value::NONE)
        }),
    ],
    ..NO_DEF
};

/// Iterator of a range that small ints cannot count.
pub struct LongRangeIter {
    range: Slot,
    /// Index of the next value.
    index: Slot,
}

impl NativePayload for LongRangeIter {
    fn trace(&self, m: &mut Marker) {
        self.range.trace(m);
        self.index.trace(m);
    }
}

/// The class of iterators of other ranges.
pub static LONG_ITER_DEF: TypeDef = TypeDef {
    name: "longrange_iterator",
    kind: Native::<LongRangeIter>::KIND,
    size: Native::<LongRangeIter>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots { iter: Some(|_, it| Ok(it)), iternext: Some(long_next), ..NO_SLOTS },
    methods: &[MethodDef::new("__length_hint__", |vm, a| {
        let (it, rest) = a.this_native::<LongRangeIter>(vm, "__length_hint__")?;
        let [] = rest.exact::<0>(vm, "__length_hint__")?;
        let r = as_range(it.payload.range.get());
        vm.binary_op(BinOp::Subtract, r.len.get(), it.payload.index.get())
    })],
    ..NO_DEF
};

fn long_next(vm: &Vm, v: Value) -> PyResult<Option<Value>> {
    let Some(it) = v.native::<LongRangeIter>() else { return Ok(None) };
    let r = as_range(it.payload.range.get());
    let i = it.payload.index.get();
    if vm.compare_bool(CmpOp::Ge, i, r.len.get())? {
        return Ok(None);
    }
    let next = vm.binary_op(BinOp::Add, i, Value::small_int(1))?;
    it.payload.index.set(vm, it.header(), next);
    let offset = vm.binary_op(BinOp::Multiply, i, r.step.get())?;
    vm.binary_op(BinOp::Add, r.start.get(), offset).map(Some)
}

#[inline]
fn as_range(v: Value) -> Gc<Range> {
    // SAFETY: slots get a self of their layout.
    unsafe { v.downcast_unchecked() }
}

/// The parts of an exact range of small ints.
#[must_use]
pub fn small_range_of(v: Value) -> Option<SmallRange> {
    v.downcast_exact::<Range>()?.small()
}

/// All values of a range.
pub fn values(vm: &Vm, r: SmallRange) -> PyResult<RootVec<'_>> {
    let n = r.len as usize;
    let block = vm.new_items(n)?;
    for (i, s) in block.slots().iter().enumerate() {
        s.init(Value::small_int(r.start + i as i64 * r.step));
    }
    block.set_len(n);
    Ok(RootVec::from_items(vm, block))
}

fn new(vm: &Vm, _: Gc<Type>, args: Args<'_>) -> PyResult {
    let a = args.no_keywords(vm, "range")?;
    let one = Value::small_int(1);
    let (start, stop, step) = match *a {
        [] => return Err(vm.type_error("range expected at least 1 argument, got 0")),
        [stop] => (Value::small_int(0), part(vm, stop)?, one),
        [start, stop] => (part(vm, start)?, part(vm, stop)?, one),
        [start, stop, step] => (part(vm, start)?, part(vm, stop)?, part(vm, step)?),
        _ => return Err(vm.type_error(format!("range expected at most 3 arguments, got {}", a.len()))),
    };
    if step == Value::small_int(0) {
        return Err(vm.value_error("range() arg 3 must not be zero"));
    }
    Ok(vm.new_range(start, stop, step)?.value())
}

/// An argument as an exact int.
#[inline]
fn part(vm: &Vm, v: Value) -> PyResult {
    if v.is_small_int() {
        return Ok(v);
    }
    vm.exact_index(v)
}

/// An iterator of `r`.
pub fn iter(vm: &Vm, r: Gc<Range>) -> PyResult {
    if let Some(s) = r.small()
        && let Some(it) = vm.new_range_iter(s.start, s.step, s.len as u64)?
    {
        return Ok(it.value());
    }
    let it = LongRangeIter { range: Slot::new(r.value()), index: Slot::new(Value::small_int(0)) };
    Ok(vm.new_native_object(vm.types().long_range_iterator, it)?.value())
}

fn reversed(vm: &Vm, r: Gc<Range>) -> PyResult<Gc<Range>> {
    // From the last value down to just before the first.
    let last = vm.binary_op(BinOp::Subtract, r.len.get(), Value::small_int(1))?;
    let last = vm.binary_op(BinOp::Multiply, last, r.step.get())?;
    let last = vm.binary_op(BinOp::Add, r.start.get(), last)?;
    let stop = vm.binary_op(BinOp::Subtract, r.start.get(), r.step.get())?;
    let step = vm.unary_op(UnOp::Neg, r.step.get())?;
    vm.new_range(last, stop, step)
}

fn small_at(r: Gc<Range>, i: usize) -> Option<Value> {
    let s = r.small()?;
    let i = i64::try_from(i).ok().filter(|&i| i < s.len)?;
    Some(Value::small_int(s.start + i * s.step))
}

fn len(vm: &Vm, v: Value) -> PyResult<usize> {
    match as_range(v).len.get().as_small_int() {
        Some(n) => Ok(n as usize),
        None => vm
            .big(as_range(v).len.get())?
            .to_i64()
            .map(|n| n as usize)
            .ok_or_else(|| vm.overflow_error("Python int too large to convert to C ssize_t")),
    }
}

fn parts_equal(vm: &Vm, x: Gc<Range>, y: Gc<Range>) -> PyResult<bool> {
    if x == y {
        return Ok(true);
    }
    if !vm.eq(x.len.get(), y.len.get())? {
        return Ok(false);
    }
    if x.len.get() == Value::small_int(0) {
        return Ok(true);
    }
    if !vm.eq(x.start.get(), y.start.get())? {
        return Ok(false);
    }
    Ok(x.len.get() == Value::small_int(1) || vm.eq(x.step.get(), y.step.get())?)
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<Range>(), b.downcast::<Range>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    match op {
        CmpOp::Eq => Ok(Value::bool(parts_equal(vm, x, y)?)),
        CmpOp::Ne => Ok(Value::bool(!parts_equal(vm, x, y)?)),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn hash(vm: &Vm, v: Value) -> PyResult<i64> {
    let r = as_range(v);
    let (start, step) = match r.len.get().as_small_int() {
        Some(0) => (Value::NONE, Value::NONE),
        Some(1) => (r.start.get(), Value::NONE),
        _ => (r.start.get(), r.step.get()),
    };
    let t = vm.new_tuple(&[r.len.get(), start, step])?;
    vm.hash(t.value())
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let r = as_range(v);
    let mut out = TextBuilder::default();
    out.push_ascii("range(");
    out.push_repr(vm, r.start.get())?;
    out.push_ascii(", ");
    out.push_repr(vm, r.stop.get())?;
    if r.step.get() != Value::small_int(1) {
        out.push_ascii(", ");
        out.push_repr(vm, r.step.get())?;
    }
    out.push_ascii(")");
    out.finish(vm)
}

fn getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    let r = as_range(v);
    if let Some(s) = key.downcast::<Slice>() {
        return Ok(slice(vm, r, s)?.value());
    }
    if !vm.has_unary(UnOp::Index, key) {
        return Err(
            vm.type_error(format!("range indices must be integers or slices, not {}", vm.type_name(key)))
        );
    }
    let out_of_range = || vm.index_error("range object index out of range");
    let i = vm.exact_index(key)?;
    if let (Some(s), Some(i)) = (r.small(), i.as_small_int()) {
        let i = if i < 0 { i + s.len } else { i };
        if i < 0 || i >= s.len {
            return Err(out_of_range());
        }
        return Ok(Value::small_int(s.start + i * s.step));
    }
    let (mut i, len) = (vm.big(i)?, vm.big(r.len.get())?);
    if i.is_negative() {
        i += &len;
    }
    if i.is_negative() || i >= len {
        return Err(out_of_range());
    }
    vm.new_bigint(vm.big(r.start.get())? + i * vm.big(r.step.get())?)
}

fn slice(vm: &Vm, r: Gc<Range>, s: Gc<Slice>) -> PyResult<Gc<Range>> {
    let (start, stop, step) = big_indices(vm, s, &vm.big(r.len.get())?)?;
    let (first, by) = (vm.big(r.start.get())?, vm.big(r.step.get())?);
    vm.new_range(
        vm.new_bigint(&first + start * &by)?,
        vm.new_bigint(&first + stop * &by)?,
        vm.new_bigint(step * by)?,
    )
}

/// Exact ints and bools: what arithmetic can find; everything else may have an `__eq__` of its own.
fn is_int(v: Value) -> bool {
    v.is_small_int() || v.as_bool().is_some() || v.downcast_exact::<crate::object::int::Int>().is_some()
}

/// Index of an int in the range.
fn find_int(vm: &Vm, r: Gc<Range>, v: Value) -> PyResult<Option<BigInt>> {
    if let (Some(s), Some(n)) = (r.small(), v.as_small_int()) {
        let inside = if s.step > 0 { n >= s.start && n < s.stop } else { n <= s.start && n > s.stop };
        return Ok((inside && (n - s.start) % s.step == 0).then(|| BigInt::from((n - s.start) / s.step)));
    }
    let (start, step) = (vm.big(r.start.get())?, vm.big(r.step.get())?);
    let (i, rest) = (vm.big(v)? - start).div_mod_floor(&step);
    Ok((rest.is_zero() && !i.is_negative() && i < vm.big(r.len.get())?).then_some(i))
}

fn has_int(vm: &Vm, r: Gc<Range>, v: Value) -> PyResult<bool> {
    Ok(find_int(vm, r, v)?.is_some())
}

fn contains(vm: &Vm, v: Value, x: Value) -> PyResult<bool> {
    let r = as_range(v);
    if is_int(x) {
        return has_int(vm, r, x);
    }
    occurs(vm, x, |i| small_at(r, i))
}

fn index(vm: &Vm, args: Args<'_>) -> PyResult {
    let (r, [v]) = args.method::<Range, 1>(vm, "range.index")?;
    let missing = |e: PyResult<Gc<Str>>| -> Thrown {
        match e {
            Ok(s) => vm.value_error(format!("{} is not in range", s.to_str_lossy())),
            Err(e) => e,
        }
    };
    if is_int(v) {
        return match find_int(vm, r, v)? {
            Some(i) => vm.new_bigint(i),
            None => Err(missing(vm.repr(v))),
        };
    }
    let mut i = 0;
    while let Some(x) = small_at(r, i) {
        if vm.eq(x, v)? {
            return Ok(Value::small_int(i as i64));
        }
        i += 1;
    }
    Err(vm.value_error("sequence.index(x): x not in sequence"))
}
