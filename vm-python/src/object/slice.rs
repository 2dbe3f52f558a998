//! Slices, and how they select from a sequence.

use vm_heap::{Header, Marker};

use super::{
    class::UnOp,
    gc::{Gc, Object, Slot},
    kind::Kind,
};
use crate::{error::PyResult, value::Value, vm::Vm};

/// A slice; immutable.
#[repr(C)]
pub struct Slice {
    header: Header,
    /// `start`
    pub start: Slot,
    /// `stop`
    pub stop: Slot,
    /// `step`
    pub step: Slot,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Slice {
    const KIND: Kind = Kind::Slice;
}

/// What a slice selects from a sequence of known length: the items `start`, `start + step`, … (`count` of them).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SliceRange {
    /// First index.
    pub start: i64,
    /// End, exclusive; may be -1 when `step` is negative.
    pub stop: i64,
    /// Not zero.
    pub step: i64,
    /// Items selected.
    pub count: usize,
}

/// A slice's bounds before the length of the sequence is known; see [`Vm::slice_bounds`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SliceBounds {
    start: i64,
    stop: i64,
    step: i64,
}

impl SliceBounds {
    /// Whether the step is 1.
    #[must_use]
    pub const fn is_simple(self) -> bool {
        self.step == 1
    }
    /// Clips the bounds to a sequence of `len` items.
    #[must_use]
    pub fn of(self, len: usize) -> SliceRange {
        let n = len as i64;
        let (low, high) = if self.step < 0 { (-1, n - 1) } else { (0, n) };
        let clip = |i: i64| if i < 0 { (i + n).max(low) } else { i.min(high) };
        let (start, stop) = (clip(self.start), clip(self.stop));
        let count = if self.step < 0 {
            if stop < start { (start - stop - 1) / -self.step + 1 } else { 0 }
        } else if start < stop {
            (stop - start - 1) / self.step + 1
        } else {
            0
        };
        SliceRange { start, stop, step: self.step, count: count as usize }
    }
}

impl SliceRange {
    /// The indices selected, in order.
    pub fn indices(self) -> impl ExactSizeIterator<Item = usize> {
        (0..self.count).map(move |i| (self.start + i as i64 * self.step) as usize)
    }
    /// The same items in ascending order of index (for deletion).
    #[must_use]
    pub fn ascending(self) -> SliceRange {
        if self.step > 0 || self.count == 0 {
            return self;
        }
        let first = self.start + (self.count as i64 - 1) * self.step;
        SliceRange { start: first, stop: self.start + 1, step: -self.step, count: self.count }
    }
}

impl Slice {
    /// Reports the references to the collector.
    pub fn trace_fields(&self, m: &mut Marker) {
        self.start.trace(m);
        self.stop.trace(m);
        self.step.trace(m);
    }
}

impl Vm {
    /// A slice.
    #[inline]
    pub fn new_slice(&self, start: Value, stop: Value, step: Value) -> PyResult<Gc<Slice>> {
        let s = self.alloc_cell::<Slice>(size_of::<Slice>())?;
        s.start.init(start);
        s.stop.init(stop);
        s.step.init(step);
        Ok(s)
    }

    /// Evaluates the parts of a slice, which may run `__index__`.
    #[inline]
    pub fn slice_bounds(&self, s: Gc<Slice>) -> PyResult<SliceBounds> {
        let step = self.slice_part(s.step.get(), 1)?;
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        // Negating the step must not overflow.
        let step = step.max(-i64::MAX);
        let (first, last) = if step < 0 { (i64::MAX, i64::MIN) } else { (0, i64::MAX) };
        let start = self.slice_part(s.start.get(), first)?;
        let stop = self.slice_part(s.stop.get(), last)?;
        Ok(SliceBounds { start, stop, step })
    }

    /// What a slice selects from a sequence of `len` items.
    #[inline]
    pub fn slice_range(&self, s: Gc<Slice>, len: usize) -> PyResult<SliceRange> {
        Ok(self.slice_bounds(s)?.of(len))
    }

    /// The bounds of `start:stop`.
    #[inline]
    pub fn slice_bounds_of(&self, start: Value, stop: Value) -> PyResult<SliceBounds> {
        let start = self.slice_part(start, 0)?;
        let stop = self.slice_part(stop, i64::MAX)?;
        Ok(SliceBounds { start, stop, step: 1 })
    }

    #[inline]
    fn slice_part(&self, v: Value, default: i64) -> PyResult<i64> {
        if let Some(n) = v.as_small_int() {
            return Ok(n);
        }
        if v.is_none() {
            return Ok(default);
        }
        if !self.has_unary(UnOp::Index, v) {
            return Err(self.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        self.index_clamped(v)
    }

    /// A bound as `list.index(x, start, stop)` takes it: as in a slice, but not None.
    pub fn slice_index(&self, v: Value) -> PyResult<i64> {
        if let Some(n) = v.as_small_int() {
            return Ok(n);
        }
        if !self.has_unary(UnOp::Index, v) {
            return Err(self.type_error("slice indices must be integers or have an __index__ method"));
        }
        self.index_clamped(v)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: i64, stop: i64, step: i64, len: usize) -> Vec<usize> {
        SliceBounds { start, stop, step }.of(len).indices().collect()
    }

    #[test]
    fn slices_clip_to_the_sequence() {
        assert_eq!(range(0, i64::MAX, 1, 3), [0, 1, 2]);
        assert_eq!(range(-2, i64::MAX, 1, 3), [1, 2]);
        assert_eq!(range(i64::MAX, i64::MIN, -1, 3), [2, 1, 0]);
        assert_eq!(range(i64::MAX, i64::MIN, -2, 4), [3, 1]);
        assert_eq!(range(1, 100, i64::MAX, 3), [1]);
        assert_eq!(range(i64::MAX, i64::MIN, -i64::MAX, 3), [2]);
        assert!(range(5, 2, 1, 10).is_empty());
        assert!(range(0, -1, -1, 0).is_empty());
    }

    #[test]
    fn descending_selections_can_be_walked_upwards() {
        let r = SliceBounds { start: i64::MAX, stop: i64::MIN, step: -2 }.of(6);
        assert_eq!(r.indices().collect::<Vec<_>>(), [5, 3, 1]);
        assert_eq!(r.ascending().indices().collect::<Vec<_>>(), [1, 3, 5]);
    }
}
