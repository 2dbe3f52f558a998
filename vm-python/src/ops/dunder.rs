//! Special methods defined in Python: slot functions that call them, and the wrappers that expose builtin slots.

use vm_compiler::opcodes::{BinOp, CmpOp};

use crate::{
    error::{PyResult, Thrown},
    hash,
    native::{Args, WrapperKind},
    object::{
        class::{Type, TypeSlots, UnOp},
        function::{Function, NativeMethod, StaticMethod, Wrapper},
        gc::Gc,
        str::Str,
    },
    types::{binary_dunder, compare_dunder, inplace_dunder, reflected_dunder},
    value::Value,
    vm::Vm,
};

impl Vm {
    /// Calls the special method `f`, as found on the class, with `this` bound.
    #[inline]
    pub fn call_special(&self, f: Value, this: Value, args: &[Value]) -> PyResult {
        if f.downcast_exact::<Function>().is_some() || f.is::<NativeMethod>() || f.is::<Wrapper>() {
            return self.call_with_self(f, this, Args::new(args));
        }
        let bound = match self.type_of(f).slots().descr_get {
            Some(get) => get(self, f, this, self.type_of(this).value())?,
            None => f,
        };
        self.call(bound, args)
    }

    /// The special method `name` of the class of `v`.
    #[inline]
    fn special(&self, v: Value, name: Gc<Str>) -> Option<Value> {
        self.type_lookup(self.type_of(v), name)
    }

    fn missing(&self, v: Value, name: Gc<Str>) -> Thrown {
        // The method was there when the class was made and is gone now.
        self.attribute_error(format!(
            "'{}' object has no attribute '{}'",
            self.type_name(v),
            name.to_str_lossy()
        ))
    }

    fn require(&self, v: Value, name: Gc<Str>) -> PyResult {
        match self.special(v, name) {
            Some(f) if !f.is_none() => Ok(f),
            _ => Err(self.missing(v, name)),
        }
    }
}

fn is_py_binary(t: Gc<Type>) -> bool {
    t.slots()
        .binary
        .is_some_and(|f| std::ptr::fn_addr_eq(f, py_binary as fn(&Vm, BinOp, Value, Value) -> PyResult))
}

/// Calls the method `f` of `this` for an operator. A class that inherits concatenation and repetition from a builtin sequence, and
/// overrides neither form, refuses what is not its own, so that the other operand can try; its special methods would raise.
fn call_binary(vm: &Vm, f: Value, op: BinOp, (this, other): (Value, Value), reflected: bool) -> PyResult {
    if let Some(w) = f.downcast_exact::<Wrapper>()
        && matches!(op, BinOp::Add | BinOp::Multiply)
        && let Some(owner) = w.owner.get()
        && owner.is_sequence()
        && vm.isinstance(this, owner)
        && [vm.names().binary(op), vm.names().reflected(op)]
            .iter()
            .all(|&name| vm.special(this, name).is_none_or(|f| f.downcast_exact::<Wrapper>().is_some()))
        && let Some(native) = owner.slots().binary
    {
        return if reflected { native(vm, op, other, this) } else { native(vm, op, this, other) };
    }
    vm.call_special(f, this, &[other])
}

fn py_binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    vm.check_native_stack()?;
    let (ta, tb) = (vm.type_of(a), vm.type_of(b));
    let reflected = vm.names().reflected(op);
    let mut b_tried = false;
    if is_py_binary(ta) {
        let name = vm.names().binary(op);
        if ta != tb && is_py_binary(tb) && tb.is_subclass(ta) {
            let theirs = vm.type_lookup(tb, reflected);
            if let Some(f) = theirs
                && theirs != vm.type_lookup(ta, reflected)
            {
                b_tried = true;
                let r = call_binary(vm, f, op, (b, a), true)?;
                if r != Value::NOT_IMPLEMENTED {
                    return Ok(r);
                }
            }
        }
        if let Some(f) = vm.type_lookup(ta, name) {
            if f.is_none() {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let r = call_binary(vm, f, op, (a, b), false)?;
            if r != Value::NOT_IMPLEMENTED {
                return Ok(r);
            }
        }
    }
    if ta != tb
        && !b_tried
        && is_py_binary(tb)
        && let Some(f) = vm.type_lookup(tb, reflected)
        && !f.is_none()
    {
        return call_binary(vm, f, op, (b, a), true);
    }
    Ok(Value::NOT_IMPLEMENTED)
}

fn py_inplace(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    match vm.special(a, vm.names().inplace(op)) {
        Some(f) if !f.is_none() => vm.call_special(f, a, &[b]),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn py_unary(vm: &Vm, op: UnOp, v: Value) -> PyResult {
    let f = vm.require(v, vm.names().unary(op))?;
    vm.call_special(f, v, &[])
}

fn py_compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    match vm.special(a, compare_name(vm, op)) {
        Some(f) if !f.is_none() => vm.call_special(f, a, &[b]),
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

fn compare_name(vm: &Vm, op: CmpOp) -> Gc<Str> {
    let n = vm.names();
    match op {
        CmpOp::Lt => n.__lt__,
        CmpOp::Le => n.__le__,
        CmpOp::Eq => n.__eq__,
        CmpOp::Ne => n.__ne__,
        CmpOp::Gt => n.__gt__,
        CmpOp::Ge => n.__ge__,
    }
}

fn py_hash(vm: &Vm, v: Value) -> PyResult<i64> {
    let f = match vm.special(v, vm.names().__hash__) {
        Some(f) if !f.is_none() => f,
        _ => return Err(vm.unhashable(v)),
    };
    let r = vm.call_special(f, v, &[])?;
    if let Some(n) = r.as_small_int() {
        return Ok(hash::fix(n));
    }
    if vm.as_bigint(r).is_none() {
        return Err(vm.type_error("__hash__ method should return an integer"));
    }
    vm.hash(r)
}

fn expect_str(vm: &Vm, r: Value, method: &str) -> PyResult<Gc<Str>> {
    match r.downcast::<Str>() {
        Some(s) => Ok(s),
        None => Err(vm.type_error(format!("{method} returned non-string (type {})", vm.type_name(r)))),
    }
}

fn py_repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let f = vm.require(v, vm.names().__repr__)?;
    let r = vm.call_special(f, v, &[])?;
    expect_str(vm, r, "__repr__")
}

fn py_str(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let f = vm.require(v, vm.names().__str__)?;
    let r = vm.call_special(f, v, &[])?;
    expect_str(vm, r, "__str__")
}

fn py_truthy(vm: &Vm, v: Value) -> PyResult<bool> {
    let f = vm.require(v, vm.names().__bool__)?;
    let r = vm.call_special(f, v, &[])?;
    r.as_bool()
        .ok_or_else(|| vm.type_error(format!("__bool__ should return bool, returned {}", vm.type_name(r))))
}

fn py_len(vm: &Vm, v: Value) -> PyResult<usize> {
    let f = vm.require(v, vm.names().__len__)?;
    let r = vm.call_special(f, v, &[])?;
    let n = vm.index_i64(r)?;
    usize::try_from(n).map_err(|_| vm.value_error("__len__() should return >= 0"))
}

fn py_getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    let f = vm.require(v, vm.names().__getitem__)?;
    vm.call_special(f, v, &[key])
}

fn py_setitem(vm: &Vm, v: Value, key: Value, value: Option<Value>) -> PyResult<()> {
    let n = vm.names();
    match value {
        Some(x) => match vm.special(v, n.__setitem__) {
            Some(f) => vm.call_special(f, v, &[key, x]).map(drop),
            None => Err(vm.attribute_error("__setitem__")),
        },
        None => match vm.special(v, n.__delitem__) {
            Some(f) => vm.call_special(f, v, &[key]).map(drop),
            None => Err(vm.attribute_error("__delitem__")),
        },
    }
}

fn py_contains(vm: &Vm, v: Value, x: Value) -> PyResult<bool> {
    match vm.special(v, vm.names().__contains__) {
        Some(f) if !f.is_none() => {
            let r = vm.call_special(f, v, &[x])?;
            vm.truthy(r)
        }
        _ => Err(vm.type_error(format!("'{}' object is not a container", vm.type_name(v)))),
    }
}

fn py_iter(vm: &Vm, v: Value) -> PyResult {
    match vm.special(v, vm.names().__iter__) {
        Some(f) if !f.is_none() => vm.call_special(f, v, &[]),
        _ => Err(vm.type_error(format!("'{}' object is not iterable", vm.type_name(v)))),
    }
}

fn py_iternext(vm: &Vm, v: Value) -> PyResult<Option<Value>> {
    let f = vm.require(v, vm.names().__next__)?;
    match vm.call_special(f, v, &[]) {
        Ok(x) => Ok(Some(x)),
        Err(e) if e.is(vm, vm.exc().stop_iteration) => vm.iteration_stopped(e).map(|()| None),
        Err(e) => Err(e),
    }
}

fn py_call(vm: &Vm, v: Value, args: Args<'_>) -> PyResult {
    let f = vm.require(v, vm.names().__call__)?;
    if f.downcast_exact::<Function>().is_some() {
        return vm.call_with_self(f, v, args);
    }
    match vm.lookup_special(v, vm.names().__call__)? {
        Some(f) => vm.call_args(f, args),
        None => Err(vm.missing(v, vm.names().__call__)),
    }
}

fn py_getattr(vm: &Vm, v: Value, name: Gc<Str>) -> PyResult {
    let n = vm.names();
    let custom = vm.special(v, n.__getattribute__).filter(|f| f.downcast_exact::<Function>().is_some());
    let first = match custom {
        Some(f) => vm.call_special(f, v, &[name.value()]),
        // A class object's own look-up goes through its metaclass.
        None => match native_getattr(vm, v) {
            Some(f) => f(vm, v, name),
            None => match vm.generic_getattr_opt(v, name) {
                Ok(Some(x)) => return Ok(x),
                // The exception is made only if there is no `__getattr__` to ask.
                Ok(None) => match vm.special(v, n.__getattr__) {
                    Some(g) => return vm.call_special(g, v, &[name.value()]),
                    None => return Err(vm.no_attribute(v, name)),
                },
                Err(e) => Err(e),
            },
        },
    };
    match first {
        Err(e) if e.is(vm, vm.exc().attribute_error) => match vm.special(v, n.__getattr__) {
            Some(g) => vm.call_special(g, v, &[name.value()]),
            None => Err(e),
        },
        r => r,
    }
}

/// The builtin look-up that a class with a Python `__getattr__` inherits.
fn native_getattr(vm: &Vm, v: Value) -> Option<fn(&Vm, Value, Gc<Str>) -> PyResult> {
    let class = vm.type_of(v);
    let mine = py_getattr as fn(&Vm, Value, Gc<Str>) -> PyResult;
    class
        .mro()
        .iter()
        .filter_map(|c| c.downcast::<Type>())
        .filter_map(|c| c.slots().getattr)
        .find(|&f| !std::ptr::fn_addr_eq(f, mine))
}

fn py_setattr(vm: &Vm, v: Value, name: Gc<Str>, value: Option<Value>) -> PyResult<()> {
    let n = vm.names();
    match value {
        Some(x) => {
            let f = vm.require(v, n.__setattr__)?;
            vm.call_special(f, v, &[name.value(), x]).map(drop)
        }
        None => {
            let f = vm.require(v, n.__delattr__)?;
            vm.call_special(f, v, &[name.value()]).map(drop)
        }
    }
}

fn py_descr_get(vm: &Vm, d: Value, obj: Value, owner: Value) -> PyResult {
    let Some(f) = vm.special(d, vm.names().__get__) else { return Ok(d) };
    vm.call_special(f, d, &[obj.bound().unwrap_or(Value::NONE), owner])
}

fn py_descr_set(vm: &Vm, d: Value, obj: Value, value: Option<Value>) -> PyResult<()> {
    let n = vm.names();
    let (f, args): (_, &[Value]) = match value {
        Some(x) => (vm.special(d, n.__set__), &[obj, x]),
        None => (vm.special(d, n.__delete__), &[obj]),
    };
    match f {
        Some(f) => vm.call_special(f, d, args).map(drop),
        None => Err(vm.attribute_error(if value.is_some() { "__set__" } else { "__delete__" })),
    }
}

/// Slot for classes with a `__new__` written in Python.
pub(crate) fn py_new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let Some(f) = vm.type_lookup(class, vm.names().__new__) else {
        return Err(vm.type_error(format!("cannot create '{}' instances", class.name().to_str_lossy())));
    };
    let f = match f.downcast::<StaticMethod>() {
        Some(s) => s.0.func.get(),
        None => match vm.type_of(f).slots().descr_get {
            Some(get) if f.downcast_exact::<Function>().is_none() => {
                get(vm, f, Value::UNBOUND, class.value())?
            }
            _ => f,
        },
    };
    vm.with_first(class.value(), args, |a| vm.call_args(f, a))
}

fn py_init(vm: &Vm, v: Value, args: Args<'_>) -> PyResult<()> {
    let f = vm.require(v, vm.names().__init__)?;
    let r = if f.downcast_exact::<Function>().is_some() {
        vm.call_with_self(f, v, args)?
    } else {
        match vm.lookup_special(v, vm.names().__init__)? {
            Some(f) => vm.call_args(f, args)?,
            None => Value::NONE,
        }
    };
    if !r.is_none() {
        return Err(vm.type_error(format!("__init__() should return None, not '{}'", vm.type_name(r))));
    }
    Ok(())
}

/// Replaces the slot that belongs to the special method `name` by the function that calls it. True if there is one.
pub fn override_slot(slots: &mut TypeSlots, name: &str, value: Value) -> bool {
    let Some(inner) = name.strip_prefix("__").and_then(|n| n.strip_suffix("__")) else { return false };
    if let Some(op) =
        BinOp::ALL.into_iter().find(|&op| name == binary_dunder(op) || name == reflected_dunder(op))
    {
        slots.binary = Some(py_binary);
        slots.binary_ops |= 1 << op as u16;
        return true;
    }
    if let Some(op) = BinOp::ALL.into_iter().find(|&op| name == inplace_dunder(op)) {
        slots.inplace = Some(py_inplace);
        slots.inplace_ops |= 1 << op as u16;
        return true;
    }
    if let Some(op) = UnOp::ALL.into_iter().find(|&op| name == op.dunder()) {
        slots.unary = Some(py_unary);
        slots.unary_ops |= 1 << op as u16;
        return true;
    }
    if CmpOp::ALL.into_iter().any(|op| name == compare_dunder(op)) {
        slots.compare = Some(py_compare);
        return true;
    }
    match inner {
        "hash" => slots.hash = Some(py_hash),
        "repr" => slots.repr = Some(py_repr),
        "str" => slots.str = Some(py_str),
        "bool" => slots.truthy = Some(py_truthy),
        "len" => slots.len = Some(py_len),
        "getitem" => slots.getitem = Some(py_getitem),
        "setitem" | "delitem" => slots.setitem = Some(py_setitem),
        "contains" => slots.contains = Some(py_contains),
        "iter" => slots.iter = if value.is_none() { None } else { Some(py_iter) },
        "next" => slots.iternext = Some(py_iternext),
        "call" => slots.call = Some(py_call),
        "getattribute" | "getattr" => slots.getattr = Some(py_getattr),
        "setattr" | "delattr" => slots.setattr = Some(py_setattr),
        "get" => slots.descr_get = Some(py_descr_get),
        "set" | "delete" => slots.descr_set = Some(py_descr_set),
        "new" => slots.new = Some(py_new),
        "init" => slots.init = Some(py_init),
        _ => return false,
    }
    true
}

/// Calls the slot behind a wrapper: `int.__add__(1, 2)`.
pub fn call_wrapper(vm: &Vm, w: Gc<Wrapper>, args: Args<'_>) -> PyResult {
    let name = w.name.get().downcast::<Str>();
    let name = name.as_ref().map_or_else(String::new, |n| n.to_str_lossy().into_owned());
    // SAFETY: set at creation and never cleared.
    let owner = unsafe { w.owner.get_unchecked() };
    let Some(&this) = args.pos().first() else {
        return Err(vm.type_error(format!(
            "descriptor '{name}' of '{}' object needs an argument",
            owner.name().to_str_lossy()
        )));
    };
    if !vm.isinstance(this, owner) {
        return Err(vm.type_error(format!(
            "descriptor '{name}' requires a '{}' object but received a '{}'",
            owner.name().to_str_lossy(),
            vm.type_name(this)
        )));
    }
    let slots = owner.slots();
    let rest = args.rest();
    if w.kind == WrapperKind::Call {
        return match slots.call {
            Some(f) => f(vm, this, rest),
            None => Err(vm.type_error("not callable")),
        };
    }
    if w.kind == WrapperKind::Init {
        if let Some(f) = slots.init {
            f(vm, this, rest)?;
        }
        return Ok(Value::NONE);
    }
    if rest.kwnames().is_some() {
        return Err(vm.type_error(format!("wrapper {name}() takes no keyword arguments")));
    }
    let a = rest.pos();
    let (min, max) = match w.kind {
        WrapperKind::Binary(BinOp::Power) | WrapperKind::Reflected(BinOp::Power) => (1, 2),
        WrapperKind::Binary(_)
        | WrapperKind::Reflected(_)
        | WrapperKind::Inplace(_)
        | WrapperKind::Compare(_)
        | WrapperKind::GetItem
        | WrapperKind::DelItem
        | WrapperKind::Contains
        | WrapperKind::GetAttribute
        | WrapperKind::DelAttr
        | WrapperKind::DescrDelete => (1, 1),
        WrapperKind::SetItem | WrapperKind::SetAttr | WrapperKind::DescrSet => (2, 2),
        WrapperKind::DescrGet => (1, 2),
        _ => (0, 0),
    };
    if a.len() < min || a.len() > max {
        return Err(vm.type_error(if min == max {
            format!("expected {min} argument{}, got {}", if min == 1 { "" } else { "s" }, a.len())
        } else {
            format!("{name} expected at least {min} argument, got {}", a.len())
        }));
    }
    let attr_name = |v: Value| match v.downcast::<Str>() {
        Some(s) => Ok(vm.intern_str(s)),
        None => Err(vm.type_error(format!("attribute name must be string, not '{}'", vm.type_name(v)))),
    };
    macro_rules! slot {
        ($f:ident) => {
            match slots.$f {
                Some(f) => f,
                None => return Err(vm.missing(this, vm.intern(&name)?)),
            }
        };
    }
    Ok(match w.kind {
        WrapperKind::Binary(op) => {
            if a.len() == 2 && !a[1].is_none() {
                return vm.power_mod(this, a[0], a[1]);
            }
            let r = slot!(binary)(vm, op, this, a[0])?;
            vm.sequence_result(owner, op, this, a[0], r)?
        }
        WrapperKind::Reflected(op) => {
            // Repetition is the same from both sides, with `this` as the sequence.
            let repeats = op == BinOp::Multiply && owner.is_sequence();
            let (x, y) = if repeats { (this, a[0]) } else { (a[0], this) };
            let r = slot!(binary)(vm, op, x, y)?;
            vm.sequence_result(owner, op, this, a[0], r)?
        }
        WrapperKind::Inplace(op) => {
            let r = slot!(inplace)(vm, op, this, a[0])?;
            vm.sequence_result(owner, op, this, a[0], r)?
        }
        WrapperKind::Unary(op) => slot!(unary)(vm, op, this)?,
        WrapperKind::Compare(op) => slot!(compare)(vm, op, this, a[0])?,
        WrapperKind::Hash => vm.new_int(slot!(hash)(vm, this)?)?,
        WrapperKind::Repr => slot!(repr)(vm, this)?.value(),
        WrapperKind::Str => slot!(str)(vm, this)?.value(),
        WrapperKind::Bool => Value::bool(slot!(truthy)(vm, this)?),
        WrapperKind::Len => vm.new_int(slot!(len)(vm, this)? as i64)?,
        WrapperKind::GetItem => slot!(getitem)(vm, this, a[0])?,
        WrapperKind::SetItem => {
            slot!(setitem)(vm, this, a[0], Some(a[1]))?;
            Value::NONE
        }
        WrapperKind::DelItem => {
            slot!(setitem)(vm, this, a[0], None)?;
            Value::NONE
        }
        WrapperKind::Contains => Value::bool(slot!(contains)(vm, this, a[0])?),
        WrapperKind::Iter => slot!(iter)(vm, this)?,
        WrapperKind::Next => vm.next_or_stop(this)?,
        WrapperKind::GetAttribute => slot!(getattr)(vm, this, attr_name(a[0])?)?,
        WrapperKind::SetAttr => {
            slot!(setattr)(vm, this, attr_name(a[0])?, Some(a[1]))?;
            Value::NONE
        }
        WrapperKind::DelAttr => {
            slot!(setattr)(vm, this, attr_name(a[0])?, None)?;
            Value::NONE
        }
        WrapperKind::DescrGet => {
            let obj = if a[0].is_none() { Value::UNBOUND } else { a[0] };
            let owner =
                a.get(1).copied().filter(|o| !o.is_none()).unwrap_or_else(|| vm.type_of(a[0]).value());
            slot!(descr_get)(vm, this, obj, owner)?
        }
        WrapperKind::DescrSet => {
            slot!(descr_set)(vm, this, a[0], Some(a[1]))?;
            Value::NONE
        }
        WrapperKind::DescrDelete => {
            slot!(descr_set)(vm, this, a[0], None)?;
            Value::NONE
        }
        WrapperKind::Call | WrapperKind::Init => Value::NONE,
    })
}
