//! `BaseExceptionGroup` and `ExceptionGroup`, and what `except*` needs of them (PEP 654).

use crate::{
    error::PyResult,
    native::{Args, MethodDef},
    object::{
        class::Type,
        exception::Exception,
        gc::Gc,
        items::RootVec,
        sequence::{List, Tuple},
        str::Str,
    },
    value::Value,
    vm::Vm,
};

/// Methods of `BaseExceptionGroup`.
pub(crate) static METHODS: &[MethodDef] = &[
    MethodDef::new("derive", derive),
    MethodDef::new("split", split_method),
    MethodDef::new("subgroup", subgroup),
    MethodDef::class("__class_getitem__", |vm, args| {
        let [class, _item] = args.exact::<2>(vm, "__class_getitem__")?;
        Ok(class)
    }),
];

fn is_exception(vm: &Vm, v: Value) -> bool {
    vm.type_of(v).is_subclass(vm.exc().exception)
}

/// `BaseExceptionGroup.__new__(cls, message, exceptions)`
pub(crate) fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let exc = vm.exc();
    let [message, excs] = match args.pos() {
        [m, e] => [*m, *e],
        other => {
            return Err(vm.type_error(format!(
                "BaseExceptionGroup.__new__() takes exactly 2 arguments ({} given)",
                other.len()
            )));
        }
    };
    if !message.is::<Str>() {
        return Err(vm.type_error(format!(
            "BaseExceptionGroup.__new__() argument 1 must be str, not {}",
            vm.type_name(message)
        )));
    }
    if !excs.is::<List>()
        && !excs.is::<Tuple>()
        && vm.type_lookup(vm.type_of(excs), vm.names().__getitem__).is_none()
    {
        return Err(vm.type_error("second argument (exceptions) must be a sequence"));
    }
    let items = RootVec::collect(vm, excs)?;
    if items.is_empty() {
        return Err(vm.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let mut all_plain = true;
    for (i, &v) in items.as_slice().iter().enumerate() {
        if !v.is::<Exception>() {
            return Err(
                vm.value_error(format!("Item {i} of second argument (exceptions) is not an exception"))
            );
        }
        all_plain &= is_exception(vm, v);
    }
    let mut class = class;
    if class == exc.base_exception_group {
        if all_plain {
            class = exc.exception_group;
        }
    } else if !all_plain {
        if class == exc.exception_group {
            return Err(vm.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
        }
        if class.is_subclass(exc.exception) {
            return Err(
                vm.type_error(format!("Cannot nest BaseExceptions in '{}'", class.name().to_str_lossy()))
            );
        }
    }
    let e = vm.try_new_exception(class, args.pos())?;
    let exceptions = vm.new_tuple(items.as_slice())?;
    vm.setattr(e.value(), vm.intern("message")?, Some(message))?;
    vm.setattr(e.value(), vm.intern("exceptions")?, Some(exceptions.value()))?;
    Ok(e.value())
}

/// `str(group)`
pub(crate) fn str(vm: &Vm, e: Gc<Exception>) -> PyResult<Gc<Str>> {
    let message = vm.getattr_opt(e.value(), vm.intern("message")?)?.unwrap_or(Value::NONE);
    let message = vm.str(message)?;
    let n = members(vm, e.value())?.map_or(0, |t| t.len());
    vm.new_str(&format!("{} ({n} sub-exception{})", message.to_str_lossy(), if n == 1 { "" } else { "s" }))
}

/// The exceptions of a group; `None` for other exceptions.
pub(crate) fn members(vm: &Vm, e: Value) -> PyResult<Option<Gc<Tuple>>> {
    if !vm.type_of(e).is_subclass(vm.exc().base_exception_group) {
        return Ok(None);
    }
    Ok(vm.getattr_opt(e, vm.intern("exceptions")?)?.and_then(|v| v.downcast::<Tuple>()))
}

fn derive(vm: &Vm, args: Args<'_>) -> PyResult {
    let (e, [excs]) = args.method::<Exception, 1>(vm, "derive")?;
    let message = vm.getattr(e.value(), vm.intern("message")?)?;
    new(vm, vm.exc().base_exception_group, Args::new(&[message, excs]))
}

/// What a group is split by.
#[derive(Clone, Copy)]
enum Matcher {
    /// Instances of a class, or of one of a tuple of classes.
    Class(Value),
    /// Those for which a callable is true.
    Predicate(Value),
}

impl Matcher {
    fn new(vm: &Vm, v: Value) -> PyResult<Matcher> {
        let is_class =
            |v: Value| v.downcast::<Type>().is_some_and(|t| t.is_subclass(vm.exc().base_exception));
        if is_class(v) || v.downcast::<Tuple>().is_some_and(|t| t.as_slice().iter().all(|&v| is_class(v))) {
            return Ok(Matcher::Class(v));
        }
        if !v.is::<Type>() && vm.is_callable(v) {
            return Ok(Matcher::Predicate(v));
        }
        Err(vm.type_error(
            "expected an exception type, a tuple of exception types, or a callable (other than a class)",
        ))
    }
    fn holds(self, vm: &Vm, e: Value) -> PyResult<bool> {
        match self {
            Matcher::Class(c) => vm.object_isinstance(e, c),
            Matcher::Predicate(f) => {
                let r = vm.call(f, &[e])?;
                vm.truthy(r)
            }
        }
    }
}

/// Splits an exception (tree) in what matches and the rest; each is None when empty.
fn split(vm: &Vm, e: Value, by: Matcher) -> PyResult<(Value, Value)> {
    vm.check_native_stack()?;
    if by.holds(vm, e)? {
        return Ok((e, Value::NONE));
    }
    let Some(all) = members(vm, e)? else { return Ok((Value::NONE, e)) };
    let (matched, rest) = (RootVec::new(vm), RootVec::new(vm));
    for &child in all.as_slice() {
        let (m, r) = split(vm, child, by)?;
        if !m.is_none() {
            matched.push(m)?;
        }
        if !r.is_none() {
            rest.push(r)?;
        }
    }
    Ok((subset(vm, e, matched.as_slice())?, subset(vm, e, rest.as_slice())?))
}

/// A group like `like` with these exceptions, made by its `derive`; None if there are none.
fn subset(vm: &Vm, like: Value, excs: &[Value]) -> PyResult {
    if excs.is_empty() {
        return Ok(Value::NONE);
    }
    let list = vm.new_list(excs)?;
    let g = vm.call_method(like, vm.intern("derive")?, &[list.value()])?;
    let Some(group) =
        g.downcast::<Exception>().filter(|_| vm.type_of(g).is_subclass(vm.exc().base_exception_group))
    else {
        return Err(vm.type_error("derive must return an instance of BaseExceptionGroup"));
    };
    // SAFETY: `like` is a group, whose layout is Exception.
    let from = unsafe { like.downcast_unchecked::<Exception>() };
    group.traceback.set(vm, group.header(), from.traceback.get());
    group.context.set(vm, group.header(), from.context.get());
    group.cause.set(vm, group.header(), from.cause.get());
    let order = vm_core::sync::Ordering::Relaxed;
    group.suppress_context.store(from.suppress_context.load(order), order);
    let notes = vm.names().__notes__;
    if let Some(n) = vm.getattr_opt(like, notes)?
        && let Some(l) = n.downcast::<List>()
    {
        let copy = vm.new_list(l.snapshot(vm)?.as_slice())?;
        vm.setattr(g, notes, Some(copy.value()))?;
    }
    Ok(g)
}

fn split_method(vm: &Vm, args: Args<'_>) -> PyResult {
    let (e, [by]) = args.method::<Exception, 1>(vm, "split")?;
    let (m, r) = split(vm, e.value(), Matcher::new(vm, by)?)?;
    Ok(vm.new_tuple(&[m, r])?.value())
}

fn subgroup(vm: &Vm, args: Args<'_>) -> PyResult {
    let (e, [by]) = args.method::<Exception, 1>(vm, "subgroup")?;
    Ok(split(vm, e.value(), Matcher::new(vm, by)?)?.0)
}

impl Vm {
    /// `except* class`: (what is left, or None; what matches as a group, or None).
    ///
    /// # Errors
    /// TypeError if `class` is not one or more exception classes, or is a group class.
    pub fn exception_group_match(&self, e: Value, class: Value) -> PyResult<(Value, Value)> {
        if e.is_none() {
            return Ok((Value::NONE, Value::NONE));
        }
        let one = [class];
        let tuple = class.downcast::<Tuple>();
        let classes = tuple.as_ref().map_or(&one[..], |t| t.as_slice());
        for c in classes {
            let Some(t) = c.downcast::<Type>().filter(|t| t.is_subclass(self.exc().base_exception)) else {
                return Err(
                    self.type_error("catching classes that do not inherit from BaseException is not allowed")
                );
            };
            if t.is_subclass(self.exc().base_exception_group) {
                return Err(self
                    .type_error("catching ExceptionGroup with except* is not allowed. Use except instead."));
            }
        }
        if self.object_isinstance(e, class)? {
            if self.type_of(e).is_subclass(self.exc().base_exception_group) {
                return Ok((Value::NONE, e));
            }
            // A naked exception is handed over in a group, as `except*` always sees groups.
            let list = self.new_list(&[e])?;
            let args = [self.intern("")?.value(), list.value()];
            let g = new(self, self.exc().base_exception_group, Args::new(&args))?;
            if let (Some(g), Some(e)) = (g.downcast::<Exception>(), e.downcast::<Exception>()) {
                g.traceback.set(self, g.header(), e.traceback.get());
            }
            return Ok((Value::NONE, g));
        }
        if self.type_of(e).is_subclass(self.exc().base_exception_group) {
            let (matched, rest) = split(self, e, Matcher::Class(class))?;
            return Ok((rest, matched));
        }
        Ok((e, Value::NONE))
    }

    /// End of a `try` with `except*`: what to raise of the exceptions in `results` (raised in handlers, or parts of `original` that
    /// nobody caught), or None.
    pub fn prepare_reraise_star(&self, original: Value, results: &[Value]) -> PyResult {
        let (raised, reraised) = (RootVec::new(self), RootVec::new(self));
        for &r in results.iter().filter(|r| !r.is_none()) {
            if self.same_origin(r, original) { reraised.push(r)? } else { raised.push(r)? }
        }
        if !self.type_of(original).is_subclass(self.exc().base_exception_group) {
            // A naked exception that nobody caught goes on as it was; else at most one handler ran and raised.
            return Ok(results.iter().copied().find(|r| !r.is_none()).unwrap_or(Value::NONE));
        }
        let again = if reraised.is_empty() {
            Value::NONE
        } else {
            let leaves = RootVec::new(self);
            for &r in reraised.as_slice() {
                self.collect_leaves(r, &leaves)?;
            }
            self.project(original, leaves.as_slice())?
        };
        if raised.is_empty() {
            return Ok(again);
        }
        if !again.is_none() {
            raised.push(again)?;
        }
        if raised.len() == 1 {
            return Ok(raised.as_slice()[0]);
        }
        let list = self.new_list(raised.as_slice())?;
        let args = [self.intern("")?.value(), list.value()];
        new(self, self.exc().base_exception_group, Args::new(&args))
    }

    /// Whether `e` is `original` or a part of it: parts share traceback, cause, context and notes.
    fn same_origin(&self, e: Value, original: Value) -> bool {
        match (e.downcast::<Exception>(), original.downcast::<Exception>()) {
            (Some(a), Some(b)) => {
                a == b
                    || self.type_of(e).is_subclass(self.exc().base_exception_group)
                        && a.traceback.get() == b.traceback.get()
                        && a.context.get() == b.context.get()
                        && a.cause.get() == b.cause.get()
            }
            _ => false,
        }
    }

    fn collect_leaves(&self, e: Value, out: &RootVec<'_>) -> PyResult<()> {
        self.check_native_stack()?;
        match members(self, e)? {
            None => out.push(e),
            Some(t) => t.as_slice().iter().try_for_each(|&c| self.collect_leaves(c, out)),
        }
    }

    /// The part of `group` whose leaves are in `keep`.
    fn project(&self, group: Value, keep: &[Value]) -> PyResult {
        self.check_native_stack()?;
        let Some(all) = members(self, group)? else {
            return Ok(if keep.contains(&group) { group } else { Value::NONE });
        };
        let parts = RootVec::new(self);
        let mut whole = true;
        for &c in all.as_slice() {
            let p = self.project(c, keep)?;
            whole &= p == c;
            if !p.is_none() {
                parts.push(p)?;
            }
        }
        if whole { Ok(group) } else { subset(self, group, parts.as_slice()) }
    }
}
