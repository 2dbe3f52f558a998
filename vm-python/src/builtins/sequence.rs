//! What the builtin sequences have in common: indices, comparison, repr, repeat counts.

use std::cmp::Ordering;

use vm_compiler::opcodes::CmpOp;

use crate::{
    error::PyResult,
    object::{class::UnOp, gc::Gc, str::Str},
    ops::operator::compare_ord,
    value::Value,
    vm::Vm,
};

/// A subscript as an index; IndexError if it has more than 64 bits, TypeError if it is no integer.
#[inline]
pub fn subscript_index(vm: &Vm, type_name: &str, key: Value) -> PyResult<i64> {
    match key.as_small_int() {
        Some(i) => Ok(i),
        None => subscript_index_slow(vm, type_name, key),
    }
}

#[inline(never)]
fn subscript_index_slow(vm: &Vm, type_name: &str, key: Value) -> PyResult<i64> {
    if !vm.has_unary(UnOp::Index, key) {
        return Err(vm.type_error(format!(
            "{type_name} indices must be integers or slices, not {}",
            vm.type_name(key)
        )));
    }
    match vm.exact_index(key)?.as_small_int() {
        Some(i) => Ok(i),
        None => {
            Err(vm.index_error(format!("cannot fit '{}' into an index-sized integer", vm.type_name(key))))
        }
    }
}

/// Resolves a negative index; `None` if out of range.
#[inline(always)]
#[must_use]
pub const fn resolve_index(i: i64, len: usize) -> Option<usize> {
    let i = if i < 0 { i + len as i64 } else { i };
    if i >= 0 && (i as usize) < len { Some(i as usize) } else { None }
}

/// Clips an index as `insert` and the bounds of `index()` do: negative ones count from the end, the rest is clamped.
#[inline]
#[must_use]
pub const fn clip_index(i: i64, len: usize) -> usize {
    let i = if i < 0 { i.saturating_add(len as i64) } else { i };
    if i < 0 {
        0
    } else if i as usize > len {
        len
    } else {
        i as usize
    }
}

/// The count of `sequence * n`: `None` if `n` is no integer. Negative counts are 0.
pub fn repeat_count(vm: &Vm, n: Value) -> PyResult<Option<usize>> {
    if let Some(i) = n.as_small_int() {
        return Ok(Some(i.max(0) as usize));
    }
    if !vm.has_unary(UnOp::Index, n) {
        return Ok(None);
    }
    Ok(Some(vm.index_i64(n)?.max(0) as usize))
}

/// Compares item by item. `a` and `b` give item `i`, `None` at the end, and are asked anew each time because `__eq__`
/// may change the sequences.
pub fn compare_items(
    vm: &Vm,
    op: CmpOp,
    a: impl Fn(usize) -> Option<Value>,
    b: impl Fn(usize) -> Option<Value>,
) -> PyResult {
    vm.check_native_stack()?;
    let mut i = 0;
    loop {
        let (x, y) = match (a(i), b(i)) {
            (Some(x), Some(y)) => (x, y),
            (None, None) => return Ok(Value::bool(compare_ord(op, Ordering::Equal))),
            (None, Some(_)) => return Ok(Value::bool(compare_ord(op, Ordering::Less))),
            (Some(_), None) => return Ok(Value::bool(compare_ord(op, Ordering::Greater))),
        };
        if !vm.eq(x, y)? {
            return match op {
                CmpOp::Eq => Ok(Value::FALSE),
                CmpOp::Ne => Ok(Value::TRUE),
                _ => vm.compare(op, x, y),
            };
        }
        i += 1;
        if i.is_multiple_of(4096) {
            vm.poll()?;
        }
    }
}

/// Text under construction. Holds no reference to any object.
#[derive(Default)]
pub struct TextBuilder {
    ascii: Vec<u8>,
    /// Used from the first character beyond ASCII on.
    wide: Option<Vec<u32>>,
}

impl TextBuilder {
    /// Appends ASCII text.
    pub fn push_ascii(&mut self, s: &str) {
        debug_assert!(s.is_ascii());
        match &mut self.wide {
            None => self.ascii.extend_from_slice(s.as_bytes()),
            Some(w) => w.extend(s.bytes().map(u32::from)),
        }
    }
    /// Appends any text.
    pub fn push(&mut self, s: &Str) {
        if self.wide.is_none() {
            if let Some(a) = s.as_ascii() {
                self.ascii.extend_from_slice(a.as_bytes());
                return;
            }
            self.wide = Some(self.ascii.iter().map(|&b| u32::from(b)).collect());
        }
        if let Some(w) = &mut self.wide {
            w.extend(s.code_points());
        }
    }
    /// Appends `repr(v)`.
    pub fn push_repr(&mut self, vm: &Vm, v: Value) -> PyResult<()> {
        let r = vm.repr(v)?;
        self.push(&r);
        Ok(())
    }
    /// The text as a string.
    pub fn finish(self, vm: &Vm) -> PyResult<Gc<Str>> {
        match self.wide {
            None => vm.new_ascii(&self.ascii),
            Some(w) => vm.new_str_from_code_points(&w),
        }
    }
}

/// `open item, item, … close`; `at` gives item `i`, `None` at the end.
pub fn repr_items(
    vm: &Vm,
    this: Value,
    open: &str,
    close: &str,
    mut at: impl FnMut(usize) -> Option<Value>,
) -> PyResult<Gc<Str>> {
    if !vm.repr_enter(this) {
        return vm.new_str(&format!("{open}...{close}"));
    }
    let r = (|| {
        let mut out = TextBuilder::default();
        out.push_ascii(open);
        let mut i = 0;
        while let Some(v) = at(i) {
            if i > 0 {
                out.push_ascii(", ");
            }
            out.push_repr(vm, v)?;
            i += 1;
        }
        if i == 1 && close == ")" {
            out.push_ascii(",");
        }
        out.push_ascii(close);
        out.finish(vm)
    })();
    vm.repr_leave(this);
    r
}

/// `x.index(value, start, stop)` for a sequence that gives item `i` by `at`: `None` if there is none.
pub fn index_of(
    vm: &Vm,
    len: usize,
    bounds: &[Value],
    value: Value,
    at: impl Fn(usize) -> Option<Value>,
) -> PyResult<Option<usize>> {
    let bound = |i: usize, default: usize| match bounds.get(i) {
        Some(&v) => Ok(clip_index(vm.slice_index(v)?, len)),
        None => Ok(default),
    };
    let start = bound(0, 0)?;
    let stop = match bounds.get(1) {
        Some(&v) => clip_index(vm.slice_index(v)?, len),
        None => usize::MAX,
    };
    let mut i = start;
    while i < stop {
        let Some(v) = at(i) else { break };
        if vm.eq(v, value)? {
            return Ok(Some(i));
        }
        i += 1;
        if i.is_multiple_of(4096) {
            vm.poll()?;
        }
    }
    Ok(None)
}

/// How often `value` occurs.
pub fn count_of(vm: &Vm, value: Value, at: impl Fn(usize) -> Option<Value>) -> PyResult {
    let mut n = 0;
    let mut i = 0;
    while let Some(v) = at(i) {
        n += i64::from(vm.eq(v, value)?);
        i += 1;
        if i.is_multiple_of(4096) {
            vm.poll()?;
        }
    }
    Ok(Value::small_int(n))
}

/// Whether `value` occurs.
pub fn occurs(vm: &Vm, value: Value, at: impl Fn(usize) -> Option<Value>) -> PyResult<bool> {
    let mut i = 0;
    while let Some(v) = at(i) {
        if vm.eq(v, value)? {
            return Ok(true);
        }
        i += 1;
        if i.is_multiple_of(4096) {
            vm.poll()?;
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_resolve_and_clip() {
        assert_eq!(resolve_index(-1, 3), Some(2));
        assert_eq!(resolve_index(-4, 3), None);
        assert_eq!(resolve_index(3, 3), None);
        assert_eq!(clip_index(-10, 3), 0);
        assert_eq!(clip_index(-1, 3), 2);
        assert_eq!(clip_index(i64::MIN, 3), 0);
        assert_eq!(clip_index(i64::MAX, 3), 3);
    }
}
