//! Views and iterators of dicts.

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_core::sync::{AtomicUsize, Ordering};
use vm_heap::Marker;

use super::{
    sequence::TextBuilder,
    set::algebra::{difference_update, symmetric_difference_update, update},
};
use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        dict::{Dict, Entry},
        gc::{Gc, Slot},
        sequence::Tuple,
        set::{Set, as_any_set},
        str::Str,
    },
    ops::operator::compare_ord,
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// What a view or an iterator shows of an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    Keys,
    Values,
    Items,
}

impl Show {
    #[inline]
    fn of(self, vm: &Vm, e: &Entry, value: Value) -> PyResult {
        match self {
            Show::Keys => Ok(e.key.get()),
            Show::Values => Ok(value),
            Show::Items => Ok(vm.new_tuple(&[e.key.get(), value])?.value()),
        }
    }
}

/// A view of a dict.
pub struct View<const SHOW: u8>(Slot);

/// `dict.keys()`
pub type KeysView = View<0>;
/// `dict.values()`
pub type ValuesView = View<1>;
/// `dict.items()`
pub type ItemsView = View<2>;

impl<const SHOW: u8> NativePayload for View<SHOW> {
    fn trace(&self, m: &mut Marker) {
        self.0.trace(m);
    }
}

impl<const SHOW: u8> From<Gc<Dict>> for View<SHOW> {
    fn from(d: Gc<Dict>) -> Self {
        View(Slot::new(d.value()))
    }
}

/// A view of `d`.
pub fn new_view<V: NativePayload + From<Gc<Dict>>>(vm: &Vm, class: Gc<Type>, d: Gc<Dict>) -> PyResult {
    Ok(vm.new_native_object(class, V::from(d))?.value())
}

/// The dict of a view, and what the view shows.
fn view_of(v: Value) -> Option<(Gc<Dict>, Show)> {
    let (slot, show) = if let Some(x) = v.native::<KeysView>() {
        (x.payload.0.get(), Show::Keys)
    } else if let Some(x) = v.native::<ItemsView>() {
        (x.payload.0.get(), Show::Items)
    } else {
        (v.native::<ValuesView>()?.payload.0.get(), Show::Values)
    };
    Some((slot.downcast::<Dict>()?, show))
}

fn this(vm: &Vm, v: Value) -> PyResult<(Gc<Dict>, Show)> {
    view_of(v).ok_or_else(|| vm.type_error("a dict view is required"))
}

/// The view as a set operand: keys or items.
fn set_like(v: Value) -> Option<(Gc<Dict>, Show)> {
    view_of(v).filter(|&(_, show)| show != Show::Values)
}

const OPERATORS: u16 =
    1 << BinOp::And as u16 | 1 << BinOp::Or as u16 | 1 << BinOp::Subtract as u16 | 1 << BinOp::Xor as u16;

const VIEW_SLOTS: TypeSlots =
    TypeSlots { repr: Some(repr), len: Some(|vm, v| Ok(this(vm, v)?.0.len())), iter: Some(iter), ..NO_SLOTS };
const SET_SLOTS: TypeSlots = TypeSlots {
    binary: Some(binary),
    binary_ops: OPERATORS,
    compare: Some(compare),
    contains: Some(contains),
    ..VIEW_SLOTS
};
const MAPPING: &[GetSetDef] = &[GetSetDef::read_only("mapping", |vm, v| {
    let (d, _) = this(vm, v)?;
    super::mappingproxy::new_proxy(vm, d.value())
})];

/// The class of `dict.keys()`.
pub static KEYS_DEF: TypeDef = TypeDef {
    name: "dict_keys",
    kind: Native::<KeysView>::KIND,
    size: Native::<KeysView>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: SET_SLOTS,
    methods: &[MethodDef::new("isdisjoint", isdisjoint), MethodDef::new("__reversed__", reversed)],
    getset: MAPPING,
    ..NO_DEF
};

/// The class of `dict.values()`.
pub static VALUES_DEF: TypeDef = TypeDef {
    name: "dict_values",
    kind: Native::<ValuesView>::KIND,
    size: Native::<ValuesView>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: VIEW_SLOTS,
    methods: &[MethodDef::new("__reversed__", reversed)],
    getset: MAPPING,
    ..NO_DEF
};

/// The class of `dict.items()`.
pub static ITEMS_DEF: TypeDef = TypeDef {
    name: "dict_items",
    kind: Native::<ItemsView>::KIND,
    size: Native::<ItemsView>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: SET_SLOTS,
    methods: &[MethodDef::new("isdisjoint", isdisjoint), MethodDef::new("__reversed__", reversed)],
    getset: MAPPING,
    ..NO_DEF
};

fn iter(vm: &Vm, v: Value) -> PyResult {
    let (d, show) = this(vm, v)?;
    let t = vm.types();
    let class = match show {
        Show::Keys => t.dict_iterator,
        Show::Values => t.dict_value_iterator,
        Show::Items => t.dict_item_iterator,
    };
    new_iter(vm, class, d)
}

fn reversed(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "__reversed__")?;
    let (d, show) = this(vm, v)?;
    let t = vm.types();
    let class = match show {
        Show::Keys => t.dict_reverse_key_iterator,
        Show::Values => t.dict_reverse_value_iterator,
        Show::Items => t.dict_reverse_item_iterator,
    };
    new_iter(vm, class, d)
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    if !vm.repr_enter(v) {
        return vm.new_str("...");
    }
    let r = (|| {
        let (d, show) = this(vm, v)?;
        let mut out = TextBuilder::default();
        out.push(&vm.type_of(v).name());
        out.push_ascii("([");
        let mut first = true;
        for e in d.table().entries() {
            let Some(value) = e.value.get().bound() else { continue };
            if !first {
                out.push_ascii(", ");
            }
            first = false;
            out.push_repr(vm, show.of(vm, e, value)?)?;
        }
        out.push_ascii("])");
        out.finish(vm)
    })();
    vm.repr_leave(v);
    r
}

fn contains(vm: &Vm, v: Value, x: Value) -> PyResult<bool> {
    let (d, show) = this(vm, v)?;
    if show == Show::Keys {
        return Ok(d.get(vm, x)?.is_some());
    }
    let Some(t) = x.downcast::<Tuple>() else { return Ok(false) };
    let &[key, value] = t.as_slice() else { return Ok(false) };
    match d.get(vm, key)? {
        Some(found) => vm.eq(found, value),
        None => Ok(false),
    }
}

/// The view's elements as a set.
fn to_set(vm: &Vm, v: Value) -> PyResult<Gc<Set>> {
    let s = vm.new_set()?;
    match set_like(v) {
        Some((d, Show::Keys)) => {
            for e in d.table().entries() {
                if e.value.get().bound().is_some() {
                    s.add_hashed(vm, e.key.get(), e.hash())?;
                }
            }
        }
        _ => update(vm, s, v)?,
    }
    Ok(s)
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    if op == BinOp::And {
        return Ok(intersect(vm, a, b)?.value());
    }
    let r = to_set(vm, a)?;
    match op {
        BinOp::Or => update(vm, r, b)?,
        BinOp::Subtract => difference_update(vm, r, b)?,
        BinOp::Xor => symmetric_difference_update(vm, r, b)?,
        _ => return Ok(Value::NOT_IMPLEMENTED),
    }
    Ok(r.value())
}

fn intersect(vm: &Vm, a: Value, b: Value) -> PyResult<Gc<Set>> {
    // The view may be on the right.
    let (mut view, mut other) = if set_like(a).is_some() { (a, b) } else { (b, a) };
    let n = this(vm, view)?.0.len();
    if let Some(s) = as_any_set(other)
        && n <= s.len()
    {
        let r = super::set::algebra::intersection(vm, s, view)?;
        return vm.copy_set(r, false);
    }
    if set_like(other).is_some_and(|(d, _)| d.len() > n) {
        (view, other) = (other, view);
    }
    let r = vm.new_set()?;
    vm.for_each(other, |x| {
        if contains(vm, view, x)? {
            r.add(vm, x)?;
        }
        Ok(true)
    })?;
    Ok(r)
}

fn all_in(vm: &Vm, a: Value, b: Value) -> PyResult<bool> {
    let mut all = true;
    vm.for_each(a, |x| {
        all = vm.contains(b, x)?;
        Ok(all)
    })?;
    Ok(all)
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let size = |v: Value| as_any_set(v).map(|s| s.len()).or(set_like(v).map(|(d, _)| d.len()));
    let (Some(n), Some(m)) = (size(a), size(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let possible = match op {
        CmpOp::Eq | CmpOp::Ne => n == m,
        _ => compare_ord(op, n.cmp(&m)),
    };
    let holds = possible
        && match op {
            CmpOp::Gt | CmpOp::Ge => all_in(vm, b, a)?,
            _ => all_in(vm, a, b)?,
        };
    Ok(Value::bool(holds != (op == CmpOp::Ne)))
}

fn isdisjoint(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.rest().exact::<1>(vm, "isdisjoint")?;
    let mut view = args.pos()[0];
    let mut other = v;
    let n = this(vm, view)?.0.len();
    if view == other {
        return Ok(Value::bool(n == 0));
    }
    let size = as_any_set(other).map(|s| s.len()).or(set_like(other).map(|(d, _)| d.len()));
    if size.is_some_and(|m| m > n) {
        (view, other) = (other, view);
    }
    let mut disjoint = true;
    vm.for_each(other, |x| {
        disjoint = !vm.contains(view, x)?;
        Ok(disjoint)
    })?;
    Ok(Value::bool(disjoint))
}

/// Iterator of a dict, in either direction.
pub struct DictIter {
    dict: Slot,
    /// Entries that the dict had at first; `ENDED` or `CHANGED` later.
    used: AtomicUsize,
    /// Forwards: entry to look at next. Backwards: entries before it.
    pos: AtomicUsize,
    /// Entries still to come.
    left: AtomicUsize,
}

const ENDED: usize = usize::MAX;
const CHANGED: usize = usize::MAX - 1;

impl NativePayload for DictIter {
    fn trace(&self, m: &mut Marker) {
        self.dict.trace(m);
    }
}

/// An iterator of `d`; `class` is one of the six classes below and says what it shows.
pub fn new_iter(vm: &Vm, class: Gc<Type>, d: Gc<Dict>) -> PyResult {
    let t = vm.types();
    let backwards = class == t.dict_reverse_key_iterator
        || class == t.dict_reverse_value_iterator
        || class == t.dict_reverse_item_iterator;
    let n = d.len();
    let it = DictIter {
        dict: Slot::new(d.value()),
        used: AtomicUsize::new(n),
        pos: AtomicUsize::new(if backwards { d.table().used() } else { 0 }),
        left: AtomicUsize::new(n),
    };
    Ok(vm.new_native_object(class, it)?.value())
}

#[inline(always)]
fn next<const SHOW: u8, const BACKWARDS: bool>(vm: &Vm, it: Value) -> PyResult<Option<Value>> {
    // SAFETY: only the slots of the classes below call this, and their instances have this payload.
    let it: Gc<Native<DictIter>> = unsafe { Gc::from_ptr(it.ptr_unchecked().cast()) };
    let it = &it.payload;
    let used = it.used.load(Ordering::Relaxed);
    let Some(d) = it.dict.get().downcast::<Dict>().filter(|_| used != ENDED) else { return Ok(None) };
    if d.len() != used {
        // This state is sticky.
        it.used.store(CHANGED, Ordering::Relaxed);
        return Err(vm.runtime_error("dictionary changed size during iteration"));
    }
    let table = d.table();
    let entries = table.entries();
    let pos = it.pos.load(Ordering::Relaxed);
    let live = |i: usize| entries[i].value.get().bound().map(|v| (i, v));
    let found = if BACKWARDS {
        (0..pos.min(entries.len())).rev().find_map(live)
    } else {
        (pos..entries.len()).find_map(live)
    };
    let Some((i, value)) = found else {
        it.used.store(ENDED, Ordering::Relaxed);
        return Ok(None);
    };
    let left = it.left.load(Ordering::Relaxed);
    if left == 0 {
        it.used.store(CHANGED, Ordering::Relaxed);
        return Err(vm.runtime_error("dictionary keys changed during iteration"));
    }
    it.left.store(left - 1, Ordering::Relaxed);
    it.pos.store(if BACKWARDS { i } else { i + 1 }, Ordering::Relaxed);
    let show = match SHOW {
        0 => Show::Keys,
        1 => Show::Values,
        _ => Show::Items,
    };
    show.of(vm, &entries[i], value).map(Some)
}

const fn iter_def(name: &'static str, next: fn(&Vm, Value) -> PyResult<Option<Value>>) -> TypeDef {
    TypeDef {
        name,
        kind: Native::<DictIter>::KIND,
        size: Native::<DictIter>::SIZE,
        flags: type_flags::DISALLOW_INSTANTIATION,
        slots: TypeSlots { iter: Some(|_, it| Ok(it)), iternext: Some(next), ..NO_SLOTS },
        methods: ITER_METHODS,
        ..NO_DEF
    }
}

const ITER_METHODS: &[MethodDef] = &[
    MethodDef::new("__length_hint__", |vm, a| {
        let (it, rest) = a.this_native::<DictIter>(vm, "__length_hint__")?;
        let [] = rest.exact::<0>(vm, "__length_hint__")?;
        let it = &it.payload;
        let same =
            it.dict.get().downcast::<Dict>().is_some_and(|d| d.len() == it.used.load(Ordering::Relaxed));
        Ok(Value::small_int(if same { it.left.load(Ordering::Relaxed) as i64 } else { 0 }))
    }),
    MethodDef::new("__reduce__", |vm, a| {
        let (_, rest) = a.this_native::<DictIter>(vm, "__reduce__")?;
        let [] = rest.exact::<0>(vm, "__reduce__")?;
        super::iterators::reduce_rest(vm, a.pos()[0])
    }),
];

/// The class of key iterators.
pub static ITER_DEF: TypeDef = iter_def("dict_keyiterator", next::<0, false>);
/// The class of value iterators.
pub static VALUE_ITER_DEF: TypeDef = iter_def("dict_valueiterator", next::<1, false>);
/// The class of item iterators.
pub static ITEM_ITER_DEF: TypeDef = iter_def("dict_itemiterator", next::<2, false>);
/// The class of `reversed(dict)`.
pub static REVERSE_KEY_ITER_DEF: TypeDef = iter_def("dict_reversekeyiterator", next::<0, true>);
/// The class of `reversed(dict.values())`.
pub static REVERSE_VALUE_ITER_DEF: TypeDef = iter_def("dict_reversevalueiterator", next::<1, true>);
/// The class of `reversed(dict.items())`.
pub static REVERSE_ITEM_ITER_DEF: TypeDef = iter_def("dict_reverseitemiterator", next::<2, true>);
