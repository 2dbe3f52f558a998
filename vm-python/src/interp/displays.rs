//! Displays, formatted strings and unpacking.

use vm_compiler::opcodes::raw;

use crate::{
    error::PyResult,
    object::{
        dict::Dict,
        gc::Gc,
        items::RootVec,
        sequence::{List, Tuple},
        str::Str,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
    #[inline(never)]
    pub(crate) fn build(&self, op: u16, items: &[Value]) -> PyResult {
        match op {
            raw::BUILD_MAP => {
                let d = self.new_dict_with_capacity(items.len() / 2)?;
                for kv in items.chunks_exact(2) {
                    d.set(self, kv[0], kv[1])?;
                }
                Ok(d.value())
            }
            raw::BUILD_SET => {
                let s = self.new_set()?;
                for &v in items {
                    self.set_add(s.value(), v)?;
                }
                Ok(s.value())
            }
            _ => {
                // Parts of an f-string: FORMAT_* made strings of them (subclasses of str are joined by content).
                let mut parts: Vec<Gc<Str>> = Vec::with_capacity(items.len());
                for v in items {
                    // SAFETY: the compiler joins strings only.
                    parts.push(unsafe { v.downcast_unchecked::<Str>() });
                }
                Ok(self.str_join_slice(&parts)?.value())
            }
        }
    }

    #[inline(never)]
    pub(crate) fn extend_display(&self, op: u16, acc: Value, v: Value) -> PyResult<()> {
        match op {
            raw::LIST_EXTEND => {
                let Some(l) = acc.downcast::<List>() else { return Ok(()) };
                if self.type_of(v).slots().iter.is_none() && self.type_of(v).slots().getitem.is_none() {
                    return Err(self.type_error(format!(
                        "Value after * must be an iterable, not {}",
                        self.type_name(v)
                    )));
                }
                crate::builtins::list::extend(self, l, v)
            }
            raw::SET_UPDATE => match acc.downcast::<crate::object::set::Set>() {
                Some(s) => crate::builtins::set::algebra::update(self, s, v),
                None => Ok(()),
            },
            _ => {
                let Some(d) = acc.downcast::<Dict>() else { return Ok(()) };
                if v.downcast::<Dict>().is_none() && self.getattr_opt(v, self.names().keys)?.is_none() {
                    return Err(self.type_error(format!("'{}' object is not a mapping", self.type_name(v))));
                }
                self.for_each_item(v, |k, x| d.set(self, k, x))
            }
        }
    }

    /// Calls `f` with each key and value of a mapping.
    pub fn for_each_item(&self, v: Value, mut f: impl FnMut(Value, Value) -> PyResult<()>) -> PyResult<()> {
        if let Some(d) = v.downcast_exact::<Dict>() {
            let mut pos = 0;
            while let Some((n, k, x)) = d.next_entry(pos) {
                f(k, x)?;
                pos = n;
            }
            return Ok(());
        }
        let keys = self.call_method(v, self.names().keys, &[])?;
        self.for_each(keys, |k| {
            let x = self.getitem(v, k)?;
            f(k, x)?;
            Ok(true)
        })
    }

    pub(super) fn callable_text(&self, f: Value) -> String {
        let n = self.names();
        let text = |name| match self.getattr_opt(f, name) {
            Ok(Some(v)) => v.downcast::<Str>().map(|s| s.to_str_lossy().into_owned()),
            _ => None,
        };
        match (text(n.__qualname__), text(n.__module__)) {
            (Some(q), Some(m)) if m != "builtins" => format!("{m}.{q}()"),
            (Some(q), _) => format!("{q}()"),
            (None, _) => self.type_name(f) + " object",
        }
    }

    #[inline(never)]
    pub(crate) fn dict_merge(&self, acc: Value, v: Value, f: Value) -> PyResult<()> {
        let Some(d) = acc.downcast::<Dict>() else { return Ok(()) };
        if v.downcast::<Dict>().is_none() && self.getattr_opt(v, self.names().keys)?.is_none() {
            return Err(self.type_error(format!(
                "{} argument after ** must be a mapping, not {}",
                self.callable_text(f),
                self.type_name(v)
            )));
        }
        self.for_each_item(v, |k, x| {
            let Some(name) = k.downcast::<Str>() else {
                return Err(self.type_error("keywords must be strings"));
            };
            if d.get(self, k)?.is_some() {
                return Err(self.type_error(format!(
                    "{} got multiple values for keyword argument '{}'",
                    self.callable_text(f),
                    name.to_str_lossy()
                )));
            }
            d.set(self, k, x)
        })
    }

    #[inline(never)]
    pub(crate) fn list_to_tuple(&self, v: Value) -> PyResult {
        let Some(l) = v.downcast::<List>() else { return Ok(v) };
        Ok(self.new_tuple(l.snapshot(self)?.as_slice())?.value())
    }

    #[inline(never)]
    pub(crate) fn convert_value(&self, v: Value, how: usize) -> PyResult {
        Ok(match how {
            1 => self.str(v)?,
            2 => self.repr(v)?,
            _ => self.ascii(v)?,
        }
        .value())
    }

    #[inline(never)]
    pub(crate) fn format_simple(&self, v: Value) -> PyResult {
        if v.downcast_exact::<Str>().is_some() {
            return Ok(v);
        }
        Ok(self.format(v, self.names().empty())?.value())
    }

    #[inline(never)]
    pub(crate) fn format_with_spec(&self, v: Value, spec: Value) -> PyResult {
        // SAFETY: the compiler builds the spec as a string.
        Ok(self.format(v, unsafe { spec.downcast_unchecked::<Str>() })?.value())
    }

    #[inline(never)]
    pub(crate) fn unpack_sequence(&self, v: Value, out: *mut Value, n: usize) -> PyResult<()> {
        let put = |i: usize, x: Value| {
            // SAFETY: the instruction's block has `n` registers.
            unsafe { out.add(i).write(x) };
        };
        if let Some(t) = v.downcast_exact::<Tuple>()
            && t.len() == n
        {
            for (i, &x) in t.as_slice().iter().enumerate() {
                put(i, x);
            }
            return Ok(());
        }
        let class = self.type_of(v);
        if class.slots().iter.is_none() && class.slots().getitem.is_none() {
            return Err(self.type_error(format!("cannot unpack non-iterable {} object", self.type_name(v))));
        }
        let it = self.iter(v)?;
        let got = RootVec::with_capacity(self, n)?;
        while got.len() < n {
            match self.next(it)? {
                Some(x) => got.push(x)?,
                None => {
                    return Err(self.value_error(format!(
                        "not enough values to unpack (expected {n}, got {})",
                        got.len()
                    )));
                }
            }
        }
        if self.next(it)?.is_some() {
            let known =
                self.length_hint(v).ok().filter(|_| v.is::<List>() || v.is::<Tuple>() || v.is::<Dict>());
            return Err(self.value_error(match known {
                Some(len) => format!("too many values to unpack (expected {n}, got {len})"),
                None => format!("too many values to unpack (expected {n})"),
            }));
        }
        for (i, &x) in got.as_slice().iter().enumerate() {
            put(i, x);
        }
        Ok(())
    }

    #[inline(never)]
    pub(crate) fn unpack_ex(&self, v: Value, out: *mut Value, before: usize, after: usize) -> PyResult<()> {
        let class = self.type_of(v);
        if class.slots().iter.is_none() && class.slots().getitem.is_none() {
            return Err(self.type_error(format!("cannot unpack non-iterable {} object", self.type_name(v))));
        }
        let all = RootVec::collect(self, v)?;
        let items = all.as_slice();
        if items.len() < before + after {
            return Err(self.value_error(format!(
                "not enough values to unpack (expected at least {}, got {})",
                before + after,
                items.len()
            )));
        }
        let rest = self.new_list(&items[before..items.len() - after])?;
        let tail = &items[items.len() - after..];
        let values = items[..before].iter().copied().chain([rest.value()]).chain(tail.iter().copied());
        for (i, x) in values.enumerate() {
            // SAFETY: the instruction's block has `before + 1 + after` registers.
            unsafe { out.add(i).write(x) };
        }
        Ok(())
    }
}
