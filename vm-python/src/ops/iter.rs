//! Iteration.

use crate::{
    error::PyResult,
    object::sequence::{List, Tuple},
    value::Value,
    vm::Vm,
};

impl Vm {
    /// `iter(v)`
    pub fn iter(&self, v: Value) -> PyResult {
        let class = self.type_of(v);
        if let Some(f) = class.slots().iter {
            let it = f(self, v)?;
            if self.type_of(it).slots().iternext.is_none() {
                return Err(
                    self.type_error(format!("iter() returned non-iterator of type '{}'", self.type_name(it)))
                );
            }
            return Ok(it);
        }
        // Classes with only `__getitem__` iterate by index; builtin mappings always have `iter`.
        if class.slots().getitem.is_some() && self.type_lookup(class, self.names().__getitem__).is_some() {
            return self.new_seq_iterator(v);
        }
        Err(self.type_error(format!("'{}' object is not iterable", class.name().to_str_lossy())))
    }

    /// `next(it)`, `None` when exhausted.
    #[inline]
    pub fn next(&self, it: Value) -> PyResult<Option<Value>> {
        match self.type_of(it).slots().iternext {
            Some(f) => f(self, it),
            None => Err(self.type_error(format!("'{}' object is not an iterator", self.type_name(it)))),
        }
    }

    /// Calls `f` with each item until it says false.
    pub fn for_each(&self, iterable: Value, mut f: impl FnMut(Value) -> PyResult<bool>) -> PyResult<()> {
        if let Some(t) = iterable.downcast_exact::<Tuple>() {
            for &v in t.as_slice() {
                if !f(v)? {
                    return Ok(());
                }
            }
            return Ok(());
        }
        if let Some(l) = iterable.downcast_exact::<List>() {
            let mut i = 0;
            while let Some(v) = l.get(i) {
                if !f(v)? {
                    return Ok(());
                }
                i += 1;
            }
            return Ok(());
        }
        let it = self.iter(iterable)?;
        let next = self.type_of(it).slots().iternext;
        let Some(next) = next else { return self.next(it).map(drop) };
        let mut n = 0u32;
        while let Some(v) = next(self, it)? {
            if !f(v)? {
                return Ok(());
            }
            n = n.wrapping_add(1);
            if n.is_multiple_of(1024) {
                self.poll()?;
            }
        }
        Ok(())
    }

    /// `operator.length_hint`, 0 if there is none.
    pub fn length_hint(&self, v: Value) -> PyResult<usize> {
        if let Some(f) = self.type_of(v).slots().len {
            return f(self, v);
        }
        match self.lookup_special(v, self.names().__length_hint__)? {
            Some(f) => {
                let r = match self.call(f, &[]) {
                    Ok(r) => r,
                    Err(e) if e.is(self, self.exc().type_error) => return Ok(0),
                    Err(e) => return Err(e),
                };
                if r == Value::NOT_IMPLEMENTED {
                    return Ok(0);
                }
                if self.as_bigint(r).is_none() {
                    return Err(self.type_error(format!(
                        "__length_hint__ must be an integer, not {}",
                        self.type_name(r)
                    )));
                }
                usize::try_from(self.index_i64(r)?)
                    .map_err(|_| self.value_error("__length_hint__() should return >= 0"))
            }
            None => Ok(0),
        }
    }
}
