//! Binary, in-place, unary and comparison operators.

use vm_compiler::opcodes::{BinOp, CmpOp};

use crate::{
    error::{PyResult, Thrown},
    object::{
        class::{Type, UnOp, type_flags},
        gc::Gc,
        kind::Kind,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
    /// `a op b`
    pub fn binary_op(&self, op: BinOp, a: Value, b: Value) -> PyResult {
        let r = self.binary_op_or_not_implemented(op, a, b)?;
        if r == Value::NOT_IMPLEMENTED {
            return Err(self.unsupported_operands(op, a, b, false));
        }
        Ok(r)
    }

    fn binary_op_or_not_implemented(&self, op: BinOp, a: Value, b: Value) -> PyResult {
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let fa = ta.slots().binary;
        if ta == tb {
            return match fa {
                Some(f) => f(self, op, a, b),
                None => Ok(Value::NOT_IMPLEMENTED),
            };
        }
        let fb = tb.slots().binary;
        let same = match (fa, fb) {
            (Some(x), Some(y)) => std::ptr::fn_addr_eq(x, y),
            _ => false,
        };
        // Concatenation and repetition of builtin sequences come last, after what the other operand says.
        let last = || {
            matches!(op, BinOp::Add | BinOp::Multiply) && ta.is_sequence() && !ta.has_flag(type_flags::HEAP)
        };
        if let (Some(f), false) = (fb, same)
            && (tb.is_subclass(ta) || last())
        {
            let r = f(self, op, a, b)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
            return match fa {
                Some(f) => f(self, op, a, b),
                None => Ok(Value::NOT_IMPLEMENTED),
            };
        }
        if let Some(f) = fa {
            let r = f(self, op, a, b)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        match fb {
            Some(f) if !same => f(self, op, a, b),
            _ => Ok(Value::NOT_IMPLEMENTED),
        }
    }

    /// `a op= b`
    pub fn inplace_op(&self, op: BinOp, a: Value, b: Value) -> PyResult {
        if let Some(f) = self.type_of(a).slots().inplace {
            let r = f(self, op, a, b)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        let r = self.binary_op_or_not_implemented(op, a, b)?;
        if r == Value::NOT_IMPLEMENTED {
            return Err(self.unsupported_operands(op, a, b, true));
        }
        Ok(r)
    }

    #[cold]
    #[inline(never)]
    fn unsupported_operands(&self, op: BinOp, a: Value, b: Value, inplace: bool) -> Thrown {
        let (ta, tb) = (self.type_name(a), self.type_name(b));
        let sym = match (op, inplace) {
            (BinOp::Power, false) => "** or pow()".to_owned(),
            (BinOp::Power, true) => "**=".to_owned(),
            (_, true) => format!("{}=", op.symbol()),
            (_, false) => op.symbol().to_owned(),
        };
        // Sequences say it in their own words.
        let is_seq = |v: Value| {
            matches!(v.kind(), Some(Kind::Str | Kind::Bytes | Kind::ByteArray | Kind::List | Kind::Tuple))
        };
        if op == BinOp::Add && is_seq(a) {
            let t = match a.kind() {
                Some(Kind::Bytes | Kind::ByteArray) => {
                    return self.type_error(format!("can't concat {tb} to {ta}"));
                }
                Some(Kind::Str) => "str",
                Some(Kind::List) => "list",
                _ => "tuple",
            };
            return self.type_error(format!("can only concatenate {t} (not \"{tb}\") to {t}"));
        }
        if op == BinOp::Multiply && (is_seq(a) || is_seq(b)) {
            let other = if is_seq(a) { tb } else { ta };
            return self.type_error(format!("can't multiply sequence by non-int of type '{other}'"));
        }
        self.type_error(format!("unsupported operand type(s) for {sym}: '{ta}' and '{tb}'"))
    }

    /// The result of a special method of a builtin sequence: where `+` and `*` are concatenation and repetition, which know no
    /// other operand's say, it raises in place of giving NotImplemented.
    pub(crate) fn sequence_result(
        &self,
        owner: Gc<Type>,
        op: BinOp,
        a: Value,
        b: Value,
        r: Value,
    ) -> PyResult {
        if r != Value::NOT_IMPLEMENTED || !owner.is_sequence() {
            return Ok(r);
        }
        match op {
            BinOp::Add => Err(self.unsupported_operands(op, a, b, false)),
            BinOp::Multiply => self.index_i64(b).map(|_| r),
            _ => Ok(r),
        }
    }

    /// A unary operator or conversion; TypeError if the class has none.
    pub fn unary_op(&self, op: UnOp, v: Value) -> PyResult {
        let slots = self.type_of(v);
        let slots = slots.slots();
        match slots.unary {
            Some(f) if slots.unary_ops >> op as u16 & 1 != 0 => f(self, op, v),
            _ => Err(self.bad_unary(op, v)),
        }
    }

    /// Whether the class of `v` implements `op`.
    #[must_use]
    pub fn has_unary(&self, op: UnOp, v: Value) -> bool {
        self.type_of(v).slots().unary_ops >> op as u16 & 1 != 0
    }

    #[cold]
    #[inline(never)]
    fn bad_unary(&self, op: UnOp, v: Value) -> Thrown {
        let t = self.type_name(v);
        self.type_error(match op {
            UnOp::Neg => format!("bad operand type for unary -: '{t}'"),
            UnOp::Pos => format!("bad operand type for unary +: '{t}'"),
            UnOp::Invert => format!("bad operand type for unary ~: '{t}'"),
            UnOp::Abs => format!("bad operand type for abs(): '{t}'"),
            UnOp::Int => {
                format!("int() argument must be a string, a bytes-like object or a real number, not '{t}'")
            }
            UnOp::Float => format!("must be real number, not {t}"),
            UnOp::Index => format!("'{t}' object cannot be interpreted as an integer"),
        })
    }

    /// Rich comparison: an object, usually a bool.
    pub fn compare(&self, op: CmpOp, a: Value, b: Value) -> PyResult {
        if Value::both_small_int(a, b) {
            let (x, y) = (a.small_int_unchecked(), b.small_int_unchecked());
            return Ok(Value::bool(compare_ord(op, x.cmp(&y))));
        }
        self.check_native_stack()?;
        let (ta, tb) = (self.type_of(a), self.type_of(b));
        let mut tried_b = false;
        if ta != tb
            && tb.is_subclass(ta)
            && let Some(f) = tb.slots().compare
        {
            tried_b = true;
            let r = f(self, op.swapped(), b, a)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        if let Some(f) = ta.slots().compare {
            let r = f(self, op, a, b)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        if !tried_b && let Some(f) = tb.slots().compare {
            let r = f(self, op.swapped(), b, a)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
        match op {
            CmpOp::Eq => Ok(Value::bool(self.is(a, b))),
            CmpOp::Ne => Ok(Value::bool(!self.is(a, b))),
            _ => Err(self.type_error(format!(
                "'{}' not supported between instances of '{}' and '{}'",
                op.symbol(),
                self.type_name(a),
                self.type_name(b)
            ))),
        }
    }

    /// Rich comparison as a truth value. (No identity shortcut: see [`Vm::eq`].)
    #[inline]
    pub fn compare_bool(&self, op: CmpOp, a: Value, b: Value) -> PyResult<bool> {
        let r = self.compare(op, a, b)?;
        self.truthy(r)
    }

    /// `a is b or a == b`
    #[inline]
    pub fn eq(&self, a: Value, b: Value) -> PyResult<bool> {
        if a == b {
            return Ok(true);
        }
        if Value::both_small_int(a, b) {
            return Ok(false);
        }
        if let (Some(x), Some(y)) = (a.downcast_exact::<Str>(), b.downcast_exact::<Str>()) {
            return Ok(x.eq_content(&y));
        }
        self.compare_bool(CmpOp::Eq, a, b)
    }

    /// `a is b`: floats by value.
    #[inline]
    #[must_use]
    pub fn is(&self, a: Value, b: Value) -> bool {
        a == b || self.same_boxed_float(a, b)
    }

    fn same_boxed_float(&self, a: Value, b: Value) -> bool {
        use crate::object::int::Float;
        match (a.downcast_exact::<Float>(), b.downcast_exact::<Float>()) {
            (Some(x), Some(y)) => x.value.to_bits() == y.value.to_bits(),
            _ => false,
        }
    }

    /// `bool(v)`
    #[inline]
    pub fn truthy(&self, v: Value) -> PyResult<bool> {
        if let Some(b) = v.as_bool() {
            return Ok(b);
        }
        if v.is_small_int() {
            return Ok(v.small_int_unchecked() != 0);
        }
        if v.is_none() {
            return Ok(false);
        }
        self.truthy_slow(v)
    }

    fn truthy_slow(&self, v: Value) -> PyResult<bool> {
        if let Some(x) = v.as_tagged_float() {
            return Ok(x != 0.0);
        }
        let class = self.type_of(v);
        let s = class.slots();
        if let Some(f) = s.truthy {
            return f(self, v);
        }
        if let Some(f) = s.len {
            return Ok(f(self, v)? != 0);
        }
        Ok(true)
    }
}

/// The outcome of a comparison from an ordering.
#[inline(always)]
#[must_use]
pub const fn compare_ord(op: CmpOp, o: std::cmp::Ordering) -> bool {
    match op {
        CmpOp::Lt => o.is_lt(),
        CmpOp::Le => o.is_le(),
        CmpOp::Eq => o.is_eq(),
        CmpOp::Ne => o.is_ne(),
        CmpOp::Gt => o.is_gt(),
        CmpOp::Ge => o.is_ge(),
    }
}

/// The outcome of a comparison of floats.
#[inline(always)]
#[must_use]
pub fn compare_f64(op: CmpOp, a: f64, b: f64) -> bool {
    match op {
        CmpOp::Lt => a < b,
        CmpOp::Le => a <= b,
        CmpOp::Eq => a == b,
        CmpOp::Ne => a != b,
        CmpOp::Gt => a > b,
        CmpOp::Ge => a >= b,
    }
}

/// Name of the class of `v`, for messages.
impl Vm {
    /// `type(v).__name__`
    #[must_use]
    pub fn type_name(&self, v: Value) -> String {
        self.type_of(v).name().to_str_lossy().into_owned()
    }
    /// Whether `v` is an instance of `class` by MRO.
    #[inline]
    #[must_use]
    pub fn isinstance(&self, v: Value, class: Gc<crate::object::class::Type>) -> bool {
        self.type_of(v).is_subclass(class)
    }
}
