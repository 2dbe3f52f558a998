//! Attribute instructions off the fast path: methods, `super`, special methods.

use vm_compiler::opcodes::SPECIAL_NAMES;

use crate::{
    error::PyResult,
    object::{
        function::{Function, NativeMethod},
        gc::Gc,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
    /// The pair for a method call: function and self, or attribute and UNBOUND.
    #[inline(never)]
    pub(crate) fn load_method(&self, v: Value, name: Gc<Str>) -> PyResult<(Value, Value)> {
        let class = self.type_of(v);
        if class.slots().getattr.is_none()
            && let Some(f) = self.type_lookup(class, name)
            && (f.downcast_exact::<Function>().is_some() || f.is::<NativeMethod>())
            && self.own_attr(v, name)?.is_none()
        {
            return Ok((f, v));
        }
        Ok((self.getattr(v, name)?, Value::UNBOUND))
    }

    #[inline(never)]
    pub(crate) fn load_super(
        &self,
        global: Value,
        class: Value,
        obj: Value,
        name: Gc<Str>,
        method: bool,
    ) -> PyResult<(Value, Value)> {
        if global != self.types().super_.value() {
            let s = self.call(global, &[class, obj])?;
            return Ok((self.getattr(s, name)?, Value::UNBOUND));
        }
        let (class, start) = self.super_start(class, obj)?;
        if method
            && let Some(f) = self.super_lookup_raw(class, start, name)?
            && (f.downcast_exact::<Function>().is_some() || f.is::<NativeMethod>())
            && obj != start.value()
        {
            return Ok((f, obj));
        }
        match self.super_lookup(class, start, obj, name)? {
            Some(v) => Ok((v, Value::UNBOUND)),
            None => {
                let s = self.call(global, &[class.value(), obj])?;
                Ok((self.getattr(s, name)?, Value::UNBOUND))
            }
        }
    }

    #[inline(never)]
    pub(crate) fn load_special(&self, v: Value, which: usize) -> PyResult<(Value, Value)> {
        let n = self.names();
        let name = [n.__enter__, n.__exit__, n.__aenter__, n.__aexit__][which];
        let class = self.type_of(v);
        match self.type_lookup(class, name) {
            Some(f) if f.downcast_exact::<Function>().is_some() || f.is::<NativeMethod>() => Ok((f, v)),
            Some(f) => match self.type_of(f).slots().descr_get {
                Some(get) => Ok((get(self, f, v, class.value())?, Value::UNBOUND)),
                None => Ok((f, Value::UNBOUND)),
            },
            None => {
                let what =
                    if which >= 2 { "the asynchronous context manager" } else { "the context manager" };
                let has_enter =
                    self.type_lookup(class, if which == 1 { n.__enter__ } else { n.__aenter__ }).is_some();
                Err(self.type_error(format!(
                    "'{}' object does not support {what} protocol{}",
                    self.type_name(v),
                    if which % 2 == 1 && has_enter {
                        format!(" (missed {} method)", SPECIAL_NAMES[which])
                    } else {
                        String::new()
                    }
                )))
            }
        }
    }
}
