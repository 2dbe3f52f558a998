//! Pattern matching.

use vm_compiler::opcodes::raw;

use crate::{
    error::PyResult,
    object::{
        class::{Type, type_flags},
        dict::Dict,
        items::RootVec,
        sequence::Tuple,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
    pub(crate) fn match_kind(&self, op: u16, v: Value) -> bool {
        let flag = if op == raw::MATCH_MAPPING { type_flags::MAPPING } else { type_flags::SEQUENCE };
        self.type_of(v).has_flag(flag)
    }

    #[inline(never)]
    pub(crate) fn match_keys(&self, v: Value, keys: Value) -> PyResult {
        let Some(keys) = keys.downcast::<Tuple>() else { return Ok(Value::NONE) };
        let out = RootVec::new(self);
        for &k in keys.as_slice() {
            let found = match v.downcast_exact::<Dict>() {
                Some(d) => d.get(self, k)?,
                None => {
                    let sentinel = keys.value();
                    let get = self.getattr_str(v, "get")?;
                    Some(self.call(get, &[k, sentinel])?).filter(|x| *x != sentinel)
                }
            };
            match found {
                Some(x) => out.push(x)?,
                None => return Ok(Value::NONE),
            }
        }
        Ok(self.new_tuple(out.as_slice())?.value())
    }

    #[inline(never)]
    pub(crate) fn match_class(&self, v: Value, class: Value, kw: Value, positional: usize) -> PyResult {
        let Some(t) = class.downcast::<Type>() else {
            return Err(self.type_error("called match pattern must be a class"));
        };
        if !self.object_isinstance(v, class)? {
            return Ok(Value::NONE);
        }
        let out = RootVec::new(self);
        let mut names: Vec<String> = Vec::new();
        if positional > 0 {
            let self_match = [
                self.types().bool,
                self.types().bytearray,
                self.types().bytes,
                self.types().dict,
                self.types().float,
                self.types().frozenset,
                self.types().int,
                self.types().list,
                self.types().set,
                self.types().str,
                self.types().tuple,
            ];
            match self.getattr_opt(class, self.names().__match_args__)? {
                Some(ma) => {
                    let Some(ma) = ma.downcast::<Tuple>() else {
                        return Err(self.type_error(format!(
                            "{}.__match_args__ must be a tuple (got {})",
                            t.name().to_str_lossy(),
                            self.type_name(ma)
                        )));
                    };
                    if positional > ma.len() {
                        return Err(self.type_error(format!(
                            "{}() accepts {} positional sub-pattern{} ({positional} given)",
                            t.name().to_str_lossy(),
                            ma.len(),
                            if ma.len() == 1 { "" } else { "s" }
                        )));
                    }
                    for &n in &ma.as_slice()[..positional] {
                        let Some(n) = n.downcast::<Str>() else {
                            return Err(self.type_error("__match_args__ elements must be strings"));
                        };
                        let n = self.intern_str(n);
                        names.push(n.to_str_lossy().into_owned());
                        match self.getattr_opt(v, n)? {
                            Some(x) => out.push(x)?,
                            None => return Ok(Value::NONE),
                        }
                    }
                }
                None if self_match.iter().any(|c| t.is_subclass(*c)) => {
                    if positional > 1 {
                        return Err(self.type_error(format!(
                            "{}() accepts 1 positional sub-pattern ({positional} given)",
                            t.name().to_str_lossy()
                        )));
                    }
                    out.push(v)?;
                }
                None => {
                    return Err(self.type_error(format!(
                        "{}() accepts 0 positional sub-patterns ({positional} given)",
                        t.name().to_str_lossy()
                    )));
                }
            }
        }
        if let Some(kw) = kw.downcast::<Tuple>() {
            for &n in kw.as_slice() {
                // SAFETY: the compiler's keyword names are strings.
                let n = self.intern_str(unsafe { n.downcast_unchecked::<Str>() });
                if names.iter().any(|m| n.eq_str(m)) {
                    return Err(self.type_error(format!(
                        "{}() got multiple sub-patterns for attribute '{}'",
                        t.name().to_str_lossy(),
                        n.to_str_lossy()
                    )));
                }
                match self.getattr_opt(v, n)? {
                    Some(x) => out.push(x)?,
                    None => return Ok(Value::NONE),
                }
            }
        }
        Ok(self.new_tuple(out.as_slice())?.value())
    }
}
