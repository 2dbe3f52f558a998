//! Iterators that the interpreter advances inline: of lists, tuples and ranges of small ints.
//!
//! Each keeps one word of mutable state. Threads that share an iterator may see an item twice, as in free-threaded
//! CPython, but never one outside of the sequence.

use vm_core::sync::{AtomicI64, AtomicUsize, Ordering};
use vm_heap::{Header, Marker};

use super::{
    gc::{Gc, Object, Ptr},
    kind::Kind,
    sequence::{List, Tuple},
};
use crate::{
    error::PyResult,
    value::{SMALL_INT_MAX, SMALL_INT_MIN, Value},
    vm::Vm,
};

/// Index of an iterator that has ended; it stays ended even if the list grows later.
const ENDED: usize = usize::MAX;

/// Iterator of a list.
#[repr(C)]
pub struct ListIter {
    header: Header,
    /// The list; never cleared.
    pub seq: Ptr<List>,
    index: AtomicUsize,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for ListIter {
    const KIND: Kind = Kind::ListIter;
}

impl ListIter {
    /// The next item, `None` at the end.
    #[inline(always)]
    #[must_use]
    pub fn next(&self) -> Option<Value> {
        let i = self.index.load(Ordering::Relaxed);
        // SAFETY: set at creation and never cleared.
        match unsafe { self.seq.get_unchecked() }.get(i) {
            Some(v) => {
                self.index.store(i + 1, Ordering::Relaxed);
                Some(v)
            }
            None => {
                self.index.store(ENDED, Ordering::Relaxed);
                None
            }
        }
    }
    /// Index of the next item; `None` if the iterator has ended.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        Some(self.index.load(Ordering::Relaxed)).filter(|&i| i != ENDED)
    }
    /// Moves to item `i` unless the iterator has ended.
    pub fn set_index(&self, i: usize) {
        if self.index().is_some() {
            self.index.store(i.min(ENDED - 1), Ordering::Relaxed);
        }
    }
    /// Ends the iterator.
    pub fn finish(&self) {
        self.index.store(ENDED, Ordering::Relaxed);
    }
    /// Items that are left at this moment.
    #[must_use]
    pub fn remaining(&self) -> usize {
        // SAFETY: set at creation and never cleared.
        let n = unsafe { self.seq.get_unchecked() }.len();
        self.index().map_or(0, |i| n.saturating_sub(i))
    }
    /// Reports the references to the collector.
    pub fn trace_fields(&self, m: &mut Marker) {
        self.seq.trace(m);
    }
}

/// Iterator of a tuple.
#[repr(C)]
pub struct TupleIter {
    header: Header,
    /// The tuple; never cleared.
    pub seq: Ptr<Tuple>,
    index: AtomicUsize,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for TupleIter {
    const KIND: Kind = Kind::TupleIter;
}

impl TupleIter {
    /// The next item, `None` at the end.
    #[inline(always)]
    #[must_use]
    pub fn next(&self) -> Option<Value> {
        let i = self.index.load(Ordering::Relaxed);
        // SAFETY: set at creation and never cleared.
        let v = unsafe { self.seq.get_unchecked() }.as_slice().get(i).copied();
        if v.is_some() {
            self.index.store(i + 1, Ordering::Relaxed);
        }
        v
    }
    /// Index of the next item.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index.load(Ordering::Relaxed)
    }
    /// Moves to item `i`, at most the end.
    pub fn set_index(&self, i: usize) {
        // SAFETY: set at creation and never cleared.
        let n = unsafe { self.seq.get_unchecked() }.len();
        self.index.store(i.min(n), Ordering::Relaxed);
    }
    /// Items that are left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        // SAFETY: set at creation and never cleared.
        unsafe { self.seq.get_unchecked() }.len().saturating_sub(self.index())
    }
    /// Reports the references to the collector.
    pub fn trace_fields(&self, m: &mut Marker) {
        self.seq.trace(m);
    }
}

/// Iterator of a range whose values, and the one after the last, are small ints.
#[repr(C)]
pub struct RangeIter {
    header: Header,
    current: AtomicI64,
    /// First value of the progression beyond the range: `current` meets it exactly.
    stop: i64,
    step: i64,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for RangeIter {
    const KIND: Kind = Kind::RangeIter;
}

impl RangeIter {
    /// The next value, `None` at the end.
    #[inline(always)]
    #[must_use]
    pub fn next(&self) -> Option<Value> {
        let c = self.current.load(Ordering::Relaxed);
        if c == self.stop {
            return None;
        }
        self.current.store(c + self.step, Ordering::Relaxed);
        Some(Value::small_int(c))
    }
    /// The value that comes next, or the end value.
    #[must_use]
    pub fn current(&self) -> i64 {
        self.current.load(Ordering::Relaxed)
    }
    /// The step.
    #[must_use]
    pub fn step(&self) -> i64 {
        self.step
    }
    /// The value after the last one.
    #[must_use]
    pub fn stop(&self) -> i64 {
        self.stop
    }
    /// Values that are left.
    #[must_use]
    pub fn remaining(&self) -> u64 {
        ((i128::from(self.stop) - i128::from(self.current())) / i128::from(self.step)) as u64
    }
    /// Skips so that the iterator has given `n` values since `remaining` was `len`; at most all.
    pub fn advance_by(&self, n: u64) {
        let left = self.remaining();
        let n = n.min(left) as i64;
        // Within the progression, so within the bounds checked at creation.
        self.current.store(self.current() + n * self.step, Ordering::Relaxed);
    }
}

impl Vm {
    /// An iterator of a list.
    #[inline]
    pub fn new_list_iter(&self, list: Gc<List>) -> PyResult<Gc<ListIter>> {
        let it = self.alloc_cell::<ListIter>(size_of::<ListIter>())?;
        it.seq.as_slot().init(list.value());
        Ok(it)
    }

    /// An iterator of a tuple.
    #[inline]
    pub fn new_tuple_iter(&self, tuple: Gc<Tuple>) -> PyResult<Gc<TupleIter>> {
        let it = self.alloc_cell::<TupleIter>(size_of::<TupleIter>())?;
        it.seq.as_slot().init(tuple.value());
        Ok(it)
    }

    /// An iterator of the `len` values `start`, `start + step`, …; `None` if they, or the one after them, are no small
    /// ints. `step` is not zero.
    #[inline]
    pub fn new_range_iter(&self, start: i64, step: i64, len: u64) -> PyResult<Option<Gc<RangeIter>>> {
        const LIMITS: std::ops::RangeInclusive<i64> = SMALL_INT_MIN..=SMALL_INT_MAX;
        debug_assert!(step != 0);
        let stop =
            i64::try_from(len).ok().and_then(|n| n.checked_mul(step)).and_then(|d| start.checked_add(d));
        let Some(stop) = stop.filter(|s| LIMITS.contains(s) && LIMITS.contains(&start)) else {
            return Ok(None);
        };
        let it = self.alloc_cell::<RangeIter>(size_of::<RangeIter>())?;
        it.current.store(start, Ordering::Relaxed);
        // SAFETY: a fresh cell that nobody else sees.
        unsafe {
            (*it.as_ptr()).stop = stop;
            (*it.as_ptr()).step = step;
        }
        Ok(Some(it))
    }
}
