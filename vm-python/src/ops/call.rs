//! Calls from native code.

use crate::{
    error::PyResult,
    native::Args,
    object::{
        function::{BoundMethod, Function, NativeFunction},
        gc::Gc,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
    /// `f(*args)`
    #[inline]
    pub fn call(&self, f: Value, args: &[Value]) -> PyResult {
        self.call_args(f, Args::new(args))
    }

    /// `f(...)` with positional and keyword arguments.
    pub fn call_args(&self, f: Value, args: Args<'_>) -> PyResult {
        if let Some(func) = f.downcast_exact::<Function>() {
            return self.call_function(func, Value::UNBOUND, args);
        }
        if let Some(n) = f.downcast_exact::<NativeFunction>() {
            return self.call_native(n, args);
        }
        if let Some(m) = f.downcast_exact::<BoundMethod>() {
            return self.call_with_self(m.func.get(), m.this.get(), args);
        }
        match self.type_of(f).slots().call {
            Some(c) => {
                self.check_native_stack()?;
                c(self, f, args)
            }
            None => Err(self.type_error(format!("'{}' object is not callable", self.type_name(f)))),
        }
    }

    /// `f(this, ...)`
    pub fn call_with_self(&self, f: Value, this: Value, args: Args<'_>) -> PyResult {
        if let Some(func) = f.downcast_exact::<Function>() {
            return self.call_function(func, this, args);
        }
        self.with_first(this, args, |a| self.call_args(f, a))
    }

    /// Runs `k` with `first` in front of `args`.
    pub fn with_first<R>(
        &self,
        first: Value,
        args: Args<'_>,
        k: impl FnOnce(Args<'_>) -> PyResult<R>,
    ) -> PyResult<R> {
        let all = args.all();
        // Short lists stay on the native stack, which the collector scans.
        if all.len() < 8 {
            let mut buf = [Value::UNBOUND; 8];
            buf[0] = first;
            buf[1..=all.len()].copy_from_slice(all);
            return k(Args::with_keywords(&buf[..=all.len()], args.kwnames()));
        }
        let v = crate::object::items::RootVec::with_capacity(self, all.len() + 1)?;
        v.push(first)?;
        v.extend(all)?;
        k(Args::with_keywords(v.as_slice(), args.kwnames()))
    }

    /// Calls a builtin function.
    #[inline]
    pub fn call_native(&self, n: Gc<NativeFunction>, args: Args<'_>) -> PyResult {
        let this = n.this.get();
        if this.is_unbound() {
            return (n.f)(self, args);
        }
        self.with_first(this, args, |a| (n.f)(self, a))
    }

    /// `v.name(*args)`; `name` must be interned.
    pub fn call_method(&self, v: Value, name: Gc<Str>, args: &[Value]) -> PyResult {
        let class = self.type_of(v);
        // A plain function in the class, not shadowed, needs no bound method.
        if class.slots().getattr.is_none()
            && let Some(f) = self.type_lookup(class, name)
            && (f.downcast_exact::<Function>().is_some() || f.is::<crate::object::function::NativeMethod>())
            && self.own_attr(v, name)?.is_none()
        {
            return self.call_with_self(f, v, Args::new(args));
        }
        let f = self.getattr(v, name)?;
        self.call(f, args)
    }

    /// Whether `v` can be called.
    #[must_use]
    pub fn is_callable(&self, v: Value) -> bool {
        self.type_of(v).slots().call.is_some()
    }
}
