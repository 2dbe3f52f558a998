//! `product`, `permutations`, `combinations`, `combinations_with_replacement`.
//!
//! Each keeps its pool of items in a tuple and its indices behind a mutex, which is held only while the next indices
//! are computed: no allocation from the heap and no Python code runs under it.

use vm_core::sync::Mutex;
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{NativePayload, TypeDef},
    object::{
        gc::{Gc, Slot},
        items::RootVec,
        sequence::Tuple,
    },
    value::Value,
    vm::Vm,
};

use super::{iterator, this};

/// Indices of the tuple to hand out next; `None` at the end.
struct Steps {
    indices: Option<Vec<usize>>,
    /// Permutations: how often each place still rotates.
    cycles: Vec<usize>,
}

struct Combinatoric<const KIND: u8> {
    pool: Slot,
    steps: Mutex<Steps>,
}

impl<const KIND: u8> NativePayload for Combinatoric<KIND> {
    fn trace(&self, m: &mut Marker) {
        self.pool.trace(m);
    }
}

const PRODUCT_KIND: u8 = 0;
const PERMUTATIONS_KIND: u8 = 1;
const COMBINATIONS_KIND: u8 = 2;
const REPLACEMENT_KIND: u8 = 3;

fn start<const KIND: u8>(
    vm: &Vm,
    class: Gc<vm_python::object::class::Type>,
    pool: Value,
    indices: Option<Vec<usize>>,
    cycles: Vec<usize>,
) -> PyResult {
    let c = Combinatoric::<KIND> { pool: Slot::new(pool), steps: Mutex::new(Steps { indices, cycles }) };
    Ok(vm.new_native_object(class, c)?.value())
}

/// The current indices, after which the state moves on by `advance` (false = that was the last).
fn step<const KIND: u8>(
    c: &Combinatoric<KIND>,
    advance: impl FnOnce(&mut Vec<usize>, &mut Vec<usize>) -> bool,
) -> Option<Vec<usize>> {
    let mut s = c.steps.lock();
    let Steps { indices, cycles } = &mut *s;
    let now = indices.clone()?;
    if let Some(i) = indices
        && !advance(i, cycles)
    {
        *indices = None;
    }
    Some(now)
}

/// A tuple of items of one pool.
fn pick(vm: &Vm, pool: Value, indices: &[usize]) -> PyResult<Option<Value>> {
    let Some(pool) = pool.downcast::<Tuple>() else { return Ok(None) };
    let pool = pool.as_slice();
    // The pool keeps the items alive while the tuple is made.
    let items: Vec<Value> = indices.iter().map(|&i| pool[i]).collect();
    Ok(Some(vm.new_tuple(&items)?.value()))
}

/// A pool from an iterable.
fn pool_of(vm: &Vm, iterable: Value) -> PyResult<Gc<Tuple>> {
    let items = RootVec::collect(vm, iterable)?;
    vm.new_tuple(items.as_slice())
}

/// A length argument.
fn length(vm: &Vm, v: Value) -> PyResult<usize> {
    usize::try_from(vm.index_i64(v)?).map_err(|_| vm.value_error("r must be non-negative"))
}

/// Refuses index vectors that no memory holds.
fn check_size(vm: &Vm, n: usize) -> PyResult<()> {
    if Vec::<usize>::new().try_reserve_exact(n).is_err() { Err(vm.memory_error()) } else { Ok(()) }
}

pub(super) static PRODUCT: TypeDef = iterator::<Combinatoric<PRODUCT_KIND>>(
    "itertools.product",
    "product(*iterables, repeat=1) --> product object\n\nCartesian product of input iterables.  Equivalent to nested for-loops.",
    |vm, class, args| {
        let mut repeat = 1;
        for (name, v) in args.keywords() {
            if !name.eq_str("repeat") {
                return Err(vm.type_error(format!(
                    "product() got an unexpected keyword argument '{}'",
                    name.to_str_lossy()
                )));
            }
            repeat = usize::try_from(vm.index_i64(v)?)
                .map_err(|_| vm.value_error("repeat argument cannot be negative"))?;
        }
        let once = RootVec::new(vm);
        for &it in args.pos() {
            once.push(pool_of(vm, it)?.value())?;
        }
        let n =
            once.len().checked_mul(repeat).ok_or_else(|| vm.overflow_error("repeat argument too large"))?;
        check_size(vm, n)?;
        let pools = RootVec::with_capacity(vm, n)?;
        for _ in 0..repeat {
            pools.extend(once.as_slice())?;
        }
        let empty = once.as_slice().iter().any(|p| p.downcast::<Tuple>().is_none_or(|t| t.is_empty()));
        let pool = vm.new_tuple(pools.as_slice())?.value();
        start::<PRODUCT_KIND>(vm, class, pool, (!empty || n == 0).then(|| vec![0; n]), Vec::new())
    },
    |vm, v| {
        let c = this::<Combinatoric<PRODUCT_KIND>>(vm, v)?;
        let Some(pools) = c.payload.pool.get().downcast::<Tuple>() else { return Ok(None) };
        let pools = pools.as_slice();
        let len = |i: usize| pools[i].downcast::<Tuple>().map_or(0, |t| t.len());
        let now = step(&c.payload, |indices, _| {
            for i in (0..indices.len()).rev() {
                indices[i] += 1;
                if indices[i] < len(i) {
                    return true;
                }
                indices[i] = 0;
            }
            false
        });
        let Some(now) = now else { return Ok(None) };
        // The pools keep the items alive while the tuple is made.
        let items: Vec<Value> = now
            .iter()
            .zip(pools)
            .map(|(&i, p)| p.downcast::<Tuple>().map_or(Value::NONE, |t| t.as_slice()[i]))
            .collect();
        Ok(Some(vm.new_tuple(&items)?.value()))
    },
    None,
    &[],
);

pub(super) static PERMUTATIONS: TypeDef = iterator::<Combinatoric<PERMUTATIONS_KIND>>(
    "itertools.permutations",
    "Return successive r-length permutations of elements in the iterable.\n\npermutations(range(3), 2) --> (0,1), (0,2), (1,0), (1,2), (2,0), (2,1)",
    |vm, class, args| {
        let [it, r] = args.bind(vm, "permutations", ["iterable", "r"], 1, 0, 2)?;
        let pool = pool_of(vm, it)?;
        let n = pool.len();
        let r = match r.bound() {
            None => n,
            Some(r) if r.is_none() => n,
            Some(r) if vm.is_int(r) => length(vm, r)?,
            Some(_) => return Err(vm.type_error("Expected int as r")),
        };
        let indices = (r <= n).then(|| (0..n).collect());
        // The places beyond r are part of the state but not handed out; their number is n - r.
        let cycles = (0..r.min(n)).map(|i| n - i).collect();
        start::<PERMUTATIONS_KIND>(vm, class, pool.value(), indices, cycles)
    },
    |vm, v| {
        let c = this::<Combinatoric<PERMUTATIONS_KIND>>(vm, v)?;
        let mut r = 0;
        let now = step(&c.payload, |indices, cycles| {
            r = cycles.len();
            let n = indices.len();
            for i in (0..r).rev() {
                cycles[i] -= 1;
                if cycles[i] == 0 {
                    indices[i..].rotate_left(1);
                    cycles[i] = n - i;
                } else {
                    indices.swap(i, n - cycles[i]);
                    return true;
                }
            }
            false
        });
        let Some(now) = now else { return Ok(None) };
        pick(vm, c.payload.pool.get(), &now[..r])
    },
    None,
    &[],
);

pub(super) static COMBINATIONS: TypeDef = iterator::<Combinatoric<COMBINATIONS_KIND>>(
    "itertools.combinations",
    "Return successive r-length combinations of elements in the iterable.\n\ncombinations(range(4), 3) --> (0,1,2), (0,1,3), (0,2,3), (1,2,3)",
    |vm, class, args| {
        let [it, r] = args.bind(vm, "combinations", ["iterable", "r"], 2, 0, 2)?;
        let pool = pool_of(vm, it)?;
        let r = length(vm, r)?;
        let indices = (r <= pool.len()).then(|| (0..r).collect());
        start::<COMBINATIONS_KIND>(vm, class, pool.value(), indices, Vec::new())
    },
    |vm, v| {
        let c = this::<Combinatoric<COMBINATIONS_KIND>>(vm, v)?;
        let n = c.payload.pool.get().downcast::<Tuple>().map_or(0, |t| t.len());
        let now = step(&c.payload, |indices, _| {
            let r = indices.len();
            let Some(i) = (0..r).rev().find(|&i| indices[i] != i + n - r) else { return false };
            let from = indices[i] + 1;
            for (k, x) in indices[i..].iter_mut().enumerate() {
                *x = from + k;
            }
            true
        });
        match now {
            Some(now) => pick(vm, c.payload.pool.get(), &now),
            None => Ok(None),
        }
    },
    None,
    &[],
);

pub(super) static COMBINATIONS_WITH_REPLACEMENT: TypeDef = iterator::<Combinatoric<REPLACEMENT_KIND>>(
    "itertools.combinations_with_replacement",
    "Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.",
    |vm, class, args| {
        let [it, r] = args.bind(vm, "combinations_with_replacement", ["iterable", "r"], 2, 0, 2)?;
        let pool = pool_of(vm, it)?;
        let r = length(vm, r)?;
        check_size(vm, r)?;
        let indices = (r == 0 || !pool.is_empty()).then(|| vec![0; r]);
        start::<REPLACEMENT_KIND>(vm, class, pool.value(), indices, Vec::new())
    },
    |vm, v| {
        let c = this::<Combinatoric<REPLACEMENT_KIND>>(vm, v)?;
        let n = c.payload.pool.get().downcast::<Tuple>().map_or(0, |t| t.len());
        let now = step(&c.payload, |indices, _| {
            let Some(i) = indices.iter().rposition(|&x| x + 1 != n) else { return false };
            let x = indices[i] + 1;
            indices[i..].fill(x);
            true
        });
        match now {
            Some(now) => pick(vm, c.payload.pool.get(), &now),
            None => Ok(None),
        }
    },
    None,
    &[],
);
