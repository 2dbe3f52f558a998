//! `all`, `any`, `max`, `min`, `sorted`, `sum`.

use vm_compiler::opcodes::{BinOp, CmpOp};

use crate::{
    builtins::list::{sort, sort_options},
    error::PyResult,
    native::Args,
    object::{
        int::{Float, Int},
        items::RootVec,
        kind::Kind,
    },
    value::Value,
    vm::Vm,
};

pub(super) fn all(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "all")?;
    let mut r = true;
    vm.for_each(v, |x| {
        r = vm.truthy(x)?;
        Ok(r)
    })?;
    Ok(Value::bool(r))
}

pub(super) fn any(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "any")?;
    let mut r = false;
    vm.for_each(v, |x| {
        r = vm.truthy(x)?;
        Ok(!r)
    })?;
    Ok(Value::bool(r))
}

pub(super) fn max(vm: &Vm, args: Args<'_>) -> PyResult {
    extremum(vm, args, "max", CmpOp::Gt)
}

pub(super) fn min(vm: &Vm, args: Args<'_>) -> PyResult {
    extremum(vm, args, "min", CmpOp::Lt)
}

/// Whether `a op b`, for `<` and `>`.
#[inline]
fn beats(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult<bool> {
    if Value::both_small_int(a, b) {
        let (x, y) = (a.small_int_unchecked(), b.small_int_unchecked());
        return Ok(if op == CmpOp::Gt { x > y } else { x < y });
    }
    if let (Some(x), Some(y)) = (a.as_tagged_float(), b.as_tagged_float()) {
        return Ok(if op == CmpOp::Gt { x > y } else { x < y });
    }
    vm.compare_bool(op, a, b)
}

fn extremum(vm: &Vm, args: Args<'_>, name: &str, op: CmpOp) -> PyResult {
    let (mut key, mut default) = (None, None);
    for (k, v) in args.keywords() {
        if k.eq_str("key") {
            key = Some(v).filter(|v| !v.is_none());
        } else if k.eq_str("default") {
            default = Some(v);
        } else {
            return Err(
                vm.type_error(format!("{name}() got an unexpected keyword argument '{}'", k.to_str_lossy()))
            );
        }
    }
    // The best value so far and its key.
    let mut best: Option<(Value, Value)> = None;
    let mut look = |v: Value| -> PyResult<bool> {
        let k = match key {
            Some(f) => vm.call(f, &[v])?,
            None => v,
        };
        match best {
            Some((b, _)) if !beats(vm, op, k, b)? => {}
            _ => best = Some((k, v)),
        }
        Ok(true)
    };
    match *args.pos() {
        [] => return Err(vm.type_error(format!("{name} expected at least 1 argument, got 0"))),
        [source] => vm.for_each(source, look)?,
        ref several => {
            if default.is_some() {
                return Err(vm.type_error(format!(
                    "Cannot specify a default for {name}() with multiple positional arguments"
                )));
            }
            for &v in several {
                look(v)?;
            }
        }
    }
    match best.map(|b| b.1).or(default) {
        Some(v) => Ok(v),
        None => Err(vm.value_error(format!("{name}() iterable argument is empty"))),
    }
}

pub(super) fn sorted(vm: &Vm, args: Args<'_>) -> PyResult {
    let &[source] = args.pos() else {
        return Err(vm.type_error(format!("sorted expected 1 argument, got {}", args.len())));
    };
    // CPython reports bad keywords as those of `sort`.
    let (key, reverse) = sort_options(vm, Args::with_keywords(&args.all()[1..], args.kwnames()), "sort")?;
    let list = vm.new_list(&[])?;
    crate::builtins::list::extend(vm, list, source)?;
    sort::sort(vm, list, key, reverse)?;
    Ok(list.value())
}

/// A running sum as CPython's `sum` keeps it: exact in 64 bits while all are ints, compensated (Neumaier) while they are
/// floats and ints, with `+` afterwards.
#[derive(Clone, Copy, Debug)]
pub enum Sum {
    /// Only ints so far.
    Int(i64),
    /// Floats and ints: the sum and what rounding has lost.
    Float(f64, f64),
    /// Anything.
    Object(Value),
}

fn exact_float(v: Value) -> Option<f64> {
    v.as_tagged_float().or_else(|| v.downcast_exact::<Float>().map(|f| f.value))
}

fn machine_int(v: Value) -> Option<i64> {
    v.as_small_int().or_else(|| v.as_bool().map(i64::from))
}

fn float_total(hi: f64, lo: f64) -> f64 {
    // The compensation must neither hide the sign of a zero nor turn an infinity into NaN.
    if lo != 0.0 && lo.is_finite() { hi + lo } else { hi }
}

impl Sum {
    /// A sum that starts with `v`.
    #[must_use]
    pub fn new(v: Value) -> Sum {
        match (v.as_small_int(), exact_float(v)) {
            (Some(n), _) => Sum::Int(n),
            (_, Some(x)) => Sum::Float(x, 0.0),
            _ => Sum::Object(v),
        }
    }
    /// The sum as an object.
    pub fn value(self, vm: &Vm) -> PyResult {
        match self {
            Sum::Int(n) => vm.new_int(n),
            Sum::Float(hi, lo) => vm.new_float(float_total(hi, lo)),
            Sum::Object(v) => Ok(v),
        }
    }
    /// Adds `v`.
    #[inline]
    pub fn add(&mut self, vm: &Vm, v: Value) -> PyResult<()> {
        match *self {
            Sum::Int(n) => {
                if let Some(m) = machine_int(v)
                    && let Some(s) = n.checked_add(m)
                {
                    *self = Sum::Int(s);
                    return Ok(());
                }
            }
            Sum::Float(hi, lo) => {
                if let Some(x) = exact_float(v) {
                    let t = hi + x;
                    let lost = if hi.abs() >= x.abs() { (hi - t) + x } else { (x - t) + hi };
                    *self = Sum::Float(t, lo + lost);
                    return Ok(());
                }
                if let Some(m) = machine_int(v) {
                    *self = Sum::Float(hi + m as f64, lo);
                    return Ok(());
                }
            }
            Sum::Object(_) => {}
        }
        self.add_object(vm, v)
    }

    #[inline(never)]
    fn add_object(&mut self, vm: &Vm, v: Value) -> PyResult<()> {
        let so_far = self.value(vm)?;
        let r = vm.binary_op(BinOp::Add, so_far, v)?;
        *self = match *self {
            // Only ints stop being summed as ints; a float may follow, a big int stays an object.
            Sum::Int(_) if r.downcast_exact::<Int>().is_none() => Sum::new(r),
            _ => Sum::Object(r),
        };
        Ok(())
    }
}

pub(super) fn sum(vm: &Vm, args: Args<'_>) -> PyResult {
    if args.pos().is_empty() {
        return Err(vm.type_error("sum() takes at least 1 positional argument (0 given)"));
    }
    let [source, start] = args.bind::<2>(vm, "sum", ["iterable", "start"], 1, 1, 2)?;
    let start = match start.bound() {
        None => Value::small_int(0),
        Some(v) => {
            let message = match v.kind() {
                Some(Kind::Str) => Some("sum() can't sum strings [use ''.join(seq) instead]"),
                Some(Kind::Bytes) => Some("sum() can't sum bytes [use b''.join(seq) instead]"),
                Some(Kind::ByteArray) => Some("sum() can't sum bytearray [use b''.join(seq) instead]"),
                _ => None,
            };
            if let Some(m) = message {
                return Err(vm.type_error(m));
            }
            v
        }
    };
    let mut sum = Sum::new(start);
    // While the sum is an object it lives in this buffer, too, where the collector finds it.
    let root = RootVec::from_slice(vm, &[start])?;
    vm.for_each(source, |v| {
        sum.add(vm, v)?;
        if let Sum::Object(v) = sum {
            root.set(0, v);
        }
        Ok(true)
    })?;
    sum.value(vm)
}
