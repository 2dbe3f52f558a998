//! Subscripts, length and membership.

use crate::{
    error::PyResult,
    object::{
        class::Type,
        dict::Dict,
        gc::Gc,
        sequence::{List, Tuple},
        str::Str,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
    /// `v[key]`
    pub fn getitem(&self, v: Value, key: Value) -> PyResult {
        if let Some(d) = v.downcast_exact::<Dict>() {
            return match d.get(self, key)? {
                Some(x) => Ok(x),
                None => Err(self.key_error(key)),
            };
        }
        let class = self.type_of(v);
        match class.slots().getitem {
            Some(f) => f(self, v, key),
            None => self.class_getitem(v, key),
        }
    }

    fn class_getitem(&self, v: Value, key: Value) -> PyResult {
        if v.is::<Type>()
            && let Some(f) = self.getattr_opt(v, self.names().__class_getitem__)?
        {
            return self.call(f, &[key]);
        }
        if v.is::<Type>() {
            // SAFETY: just checked.
            let t = unsafe { v.downcast_unchecked::<Type>() };
            return Err(self.type_error(format!("type '{}' is not subscriptable", t.name().to_str_lossy())));
        }
        Err(self.type_error(format!("'{}' object is not subscriptable", self.type_name(v))))
    }

    /// `v[key] = value`
    pub fn setitem(&self, v: Value, key: Value, value: Value) -> PyResult<()> {
        if let Some(d) = v.downcast_exact::<Dict>() {
            return d.set(self, key, value);
        }
        match self.type_of(v).slots().setitem {
            Some(f) => f(self, v, key, Some(value)),
            None => {
                Err(self
                    .type_error(format!("'{}' object does not support item assignment", self.type_name(v))))
            }
        }
    }

    /// `del v[key]`
    pub fn delitem(&self, v: Value, key: Value) -> PyResult<()> {
        match self.type_of(v).slots().setitem {
            Some(f) => f(self, v, key, None),
            None => {
                Err(self.type_error(format!("'{}' object doesn't support item deletion", self.type_name(v))))
            }
        }
    }

    /// `len(v)`
    pub fn len(&self, v: Value) -> PyResult<usize> {
        if let Some(l) = v.downcast_exact::<List>() {
            return Ok(l.len());
        }
        if let Some(t) = v.downcast_exact::<Tuple>() {
            return Ok(t.len());
        }
        if let Some(s) = v.downcast_exact::<Str>() {
            return Ok(s.len());
        }
        match self.type_of(v).slots().len {
            Some(f) => f(self, v),
            None => Err(self.type_error(format!("object of type '{}' has no len()", self.type_name(v)))),
        }
    }

    /// `x in v`
    pub fn contains(&self, v: Value, x: Value) -> PyResult<bool> {
        let class = self.type_of(v);
        if let Some(f) = class.slots().contains {
            return f(self, v, x);
        }
        if class.slots().iter.is_none() && class.slots().getitem.is_none() {
            return Err(self
                .type_error(format!("argument of type '{}' is not iterable", class.name().to_str_lossy())));
        }
        let mut found = false;
        self.for_each(v, |y| {
            found = self.eq(y, x)?;
            Ok(!found)
        })?;
        Ok(found)
    }

    /// The class of `v` as a class object, if `v` is one.
    #[must_use]
    pub fn as_type(&self, v: Value) -> Option<Gc<Type>> {
        v.downcast::<Type>()
    }
}
