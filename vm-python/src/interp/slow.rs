//! What small instructions do off the fast path. Never inlined into the loop.

use vm_compiler::opcodes::raw;

use crate::{
    error::{PyResult, Thrown},
    object::{class::UnOp, exception::Exception},
    value::Value,
    vm::Vm,
};

impl Vm {
    #[cold]
    #[inline(never)]
    pub(crate) fn bad_word(&self, w: u64) -> ! {
        self.fatal(&format!("bytecode word {w:#x} has no meaning"))
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn count_opcode(&self, w: u64) {
        if let Some(n) = self.interp().stats.opcodes.get((w & 0x3FFF) as usize) {
            n.fetch_add(1, vm_core::sync::Ordering::Relaxed);
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn init_returned(&self, v: Value) -> Thrown {
        self.type_error(format!("__init__() should return None, not '{}'", self.type_name(v)))
    }

    pub(crate) fn negate(&self, v: Value) -> PyResult {
        if let Some(n) = v.as_small_int() {
            return match Value::try_small_int(-n) {
                Some(r) => Ok(r),
                None => self.new_int(-n),
            };
        }
        if let Some(x) = v.as_tagged_float() {
            return self.new_float(-x);
        }
        self.unary_op(UnOp::Neg, v)
    }

    #[inline(never)]
    pub(crate) fn unary_instruction(&self, op: u16, v: Value) -> PyResult {
        self.unary_op(if op == raw::UNARY_INVERT { UnOp::Invert } else { UnOp::Pos }, v)
    }

    /// `obj[start:stop]`
    #[inline(never)]
    pub(crate) fn slice_get(&self, v: Value, start: Value, stop: Value) -> PyResult {
        let s = self.new_slice(start, stop, Value::NONE)?;
        self.getitem(v, s.value())
    }

    /// `obj[start:stop] = x`
    #[inline(never)]
    pub(crate) fn slice_set(&self, v: Value, start: Value, stop: Value, x: Value) -> PyResult<()> {
        let s = self.new_slice(start, stop, Value::NONE)?;
        self.setitem(v, s.value(), x)
    }

    /// `set.add` on a set display.
    pub(crate) fn set_add(&self, set: Value, v: Value) -> PyResult<()> {
        match set.downcast::<crate::object::set::Set>() {
            Some(s) => s.add(self, v).map(drop),
            None => Ok(()),
        }
    }

    /// Three-argument power for `int.__pow__`.
    pub(crate) fn power_mod(&self, a: Value, b: Value, m: Value) -> PyResult {
        crate::builtins::int::pow_mod(self, a, b, m)
    }

    /// Whether `v` is an exception instance.
    #[must_use]
    pub fn is_exception(&self, v: Value) -> bool {
        v.is::<Exception>()
    }
}
