//! Ranges: start, stop, step and length, each an int of any size.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};
use vm_heap::{Header, Marker};

use super::{
    gc::{Gc, Object, Slot},
    kind::Kind,
};
use crate::{error::PyResult, value::Value, vm::Vm};

/// A range; immutable.
#[repr(C)]
pub struct Range {
    header: Header,
    /// `start`, an exact int.
    pub start: Slot,
    /// `stop`, an exact int.
    pub stop: Slot,
    /// `step`, an exact int.
    pub step: Slot,
    /// Values, an exact int.
    pub len: Slot,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Range {
    const KIND: Kind = Kind::Range;
}

/// A range whose parts are all small ints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SmallRange {
    /// First value.
    pub start: i64,
    /// End, exclusive.
    pub stop: i64,
    /// Not zero.
    pub step: i64,
    /// Values.
    pub len: i64,
}

impl Range {
    /// The parts, if all are small ints.
    #[inline]
    #[must_use]
    pub fn small(&self) -> Option<SmallRange> {
        Some(SmallRange {
            start: self.start.get().as_small_int()?,
            stop: self.stop.get().as_small_int()?,
            step: self.step.get().as_small_int()?,
            len: self.len.get().as_small_int()?,
        })
    }
    /// Reports the references to the collector.
    pub fn trace_fields(&self, m: &mut Marker) {
        for s in [&self.start, &self.stop, &self.step, &self.len] {
            s.trace(m);
        }
    }
}

/// Values from `start` to `stop` by `step`, which is not zero.
fn small_len(start: i64, stop: i64, step: i64) -> i64 {
    // Small ints have 62 bits, so differences fit.
    if step > 0 && start < stop {
        (stop - start - 1) / step + 1
    } else if step < 0 && start > stop {
        (start - stop - 1) / -step + 1
    } else {
        0
    }
}

fn big_len(start: &BigInt, stop: &BigInt, step: &BigInt) -> BigInt {
    let distance = if step.is_positive() { stop - start } else { start - stop };
    if !distance.is_positive() {
        return BigInt::zero();
    }
    (distance - BigInt::one()).div_floor(&step.abs()) + BigInt::one()
}

impl Vm {
    /// A range of exact ints; `step` is not zero.
    pub fn new_range(&self, start: Value, stop: Value, step: Value) -> PyResult<Gc<Range>> {
        let len = match (start.as_small_int(), stop.as_small_int(), step.as_small_int()) {
            (Some(a), Some(b), Some(s)) => self.new_int(small_len(a, b, s))?,
            _ => self.new_bigint(big_len(&self.big(start)?, &self.big(stop)?, &self.big(step)?))?,
        };
        let r = self.alloc_cell::<Range>(size_of::<Range>())?;
        r.start.init(start);
        r.stop.init(stop);
        r.step.init(step);
        r.len.init(len);
        Ok(r)
    }

    /// `v` as an exact int, via `__index__`.
    pub(crate) fn exact_index(&self, v: Value) -> PyResult {
        if v.is_small_int() { Ok(v) } else { self.to_exact_int(self.index(v)?) }
    }

    /// The int `v` as a big int.
    pub(crate) fn big(&self, v: Value) -> PyResult<BigInt> {
        match self.as_bigint(v) {
            Some(b) => Ok(b.into_owned()),
            None => Err(self.system_error("bad argument to internal function")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_round_up() {
        for start in -7..7i64 {
            for stop in -7..7i64 {
                for step in [-3, -2, -1, 1, 2, 3] {
                    let mut n = 0;
                    let mut i = start;
                    while if step > 0 { i < stop } else { i > stop } {
                        n += 1;
                        i += step;
                    }
                    assert_eq!(small_len(start, stop, step), n, "{start} {stop} {step}");
                    assert_eq!(big_len(&start.into(), &stop.into(), &step.into()), BigInt::from(n));
                }
            }
        }
    }
}
