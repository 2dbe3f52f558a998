//! `repr`, `str`, `hash`, `id` and membership of classes.

use crate::{
    error::{PyResult, Thrown},
    hash,
    object::{class::Type, gc::Gc, kind::Kind, sequence::Tuple, str::Str},
    value::Value,
    vm::Vm,
};

impl Vm {
    /// `repr(v)`
    pub fn repr(&self, v: Value) -> PyResult<Gc<Str>> {
        self.check_native_stack()?;
        match self.type_of(v).slots().repr {
            Some(f) => f(self, v),
            None => self.default_repr(v),
        }
    }

    /// `<module.Class object at 0x…>`
    pub fn default_repr(&self, v: Value) -> PyResult<Gc<Str>> {
        let class = self.type_of(v);
        let name = self.qualified_name(class);
        self.new_str(&format!("<{name} object at {:#x}>", self.id(v)))
    }

    /// `module.qualname`, without the module for builtins.
    #[must_use]
    pub fn qualified_name(&self, class: Gc<Type>) -> String {
        let q =
            class.qualname.get().downcast::<Str>().map(|s| s.to_str_lossy().into_owned()).unwrap_or_default();
        match self.type_lookup(class, self.names().__module__).and_then(|m| m.downcast::<Str>()) {
            Some(m) if !m.eq_str("builtins") => format!("{}.{q}", m.to_str_lossy()),
            _ => q,
        }
    }

    /// `str(v)`
    pub fn str(&self, v: Value) -> PyResult<Gc<Str>> {
        if let Some(s) = v.downcast_exact::<Str>() {
            return Ok(s);
        }
        match self.type_of(v).slots().str {
            Some(f) => {
                self.check_native_stack()?;
                f(self, v)
            }
            None => match self.type_of(v).slots().repr {
                Some(f) => {
                    self.check_native_stack()?;
                    f(self, v).map_err(|e| self.repr_as_str_error(v, e))
                }
                None => self.default_repr(v),
            },
        }
    }

    /// A `__repr__` that returned no string, called for `str()`, is reported as `__str__`.
    #[cold]
    fn repr_as_str_error(&self, _v: Value, e: Thrown) -> Thrown {
        if self.type_of(e.0) != self.exc().type_error {
            return e;
        }
        match e.exception().args().first().and_then(|a| a.downcast::<Str>()) {
            Some(s) => match s.to_str_lossy().strip_prefix("__repr__ returned non-string") {
                Some(rest) => self.type_error(format!("__str__ returned non-string{rest}")),
                None => e,
            },
            None => e,
        }
    }

    /// `hash(v)`
    #[inline]
    pub fn hash(&self, v: Value) -> PyResult<i64> {
        if let Some(n) = v.as_small_int() {
            return Ok(hash::hash_i64(n));
        }
        if let Some(s) = v.downcast_exact::<Str>() {
            return Ok(s.hash(self));
        }
        self.hash_slow(v)
    }

    fn hash_slow(&self, v: Value) -> PyResult<i64> {
        if let Some(x) = v.as_tagged_float() {
            return Ok(hash::hash_f64(x).unwrap_or_else(|| self.identity_hash(v)));
        }
        self.check_native_stack()?;
        match self.type_of(v).slots().hash {
            Some(f) => f(self, v),
            // `object`'s own hash, unless the class or a base says that it has none.
            None => match self.type_lookup(self.type_of(v), self.names().__hash__) {
                Some(f) if f.is_none() => Err(self.unhashable(v)),
                _ => Ok(self.identity_hash(v)),
            },
        }
    }

    /// The hash of a key of a container; a TypeError then also says what the key was meant for.
    #[inline]
    pub fn hash_key(&self, v: Value, role: &str) -> PyResult<i64> {
        match self.hash(v) {
            Ok(h) => Ok(h),
            Err(e) => Err(self.unhashable_key(v, role, e)),
        }
    }

    #[cold]
    #[inline(never)]
    fn unhashable_key(&self, v: Value, role: &str, e: Thrown) -> Thrown {
        if self.type_of(e.0) != self.exc().type_error {
            return e;
        }
        match self.str(e.0) {
            Ok(s) => self.type_error(format!(
                "cannot use '{}' as a {role} ({})",
                self.type_name(v),
                s.to_str_lossy()
            )),
            Err(other) => other,
        }
    }

    /// TypeError for an unhashable object.
    #[cold]
    pub fn unhashable(&self, v: Value) -> Thrown {
        self.type_error(format!("unhashable type: '{}'", self.type_name(v)))
    }

    /// Hash of objects that compare by identity.
    #[inline]
    #[must_use]
    pub fn identity_hash(&self, v: Value) -> i64 {
        // Cells are 16-byte aligned: rotate the zero bits away, as CPython does.
        hash::fix(self.id(v).rotate_right(4) as i64)
    }

    /// `id(v)`: the address of a cell; of an immediate, its word. Boxed floats are identified by value, too.
    #[must_use]
    pub fn id(&self, v: Value) -> u64 {
        if let Some(f) = v.downcast_exact::<crate::object::int::Float>() {
            return f.value.to_bits().rotate_left(4) | 1;
        }
        if v.is_ptr() { v.ptr_unchecked() as u64 } else { v.bits() }
    }

    /// `isinstance(v, classinfo)`
    pub fn object_isinstance(&self, v: Value, classinfo: Value) -> PyResult<bool> {
        if let Some(c) = classinfo.downcast::<Type>() {
            if self.type_of(v) == c {
                return Ok(true);
            }
            let meta = self.type_of(classinfo);
            if meta == self.types().type_ {
                return self.plain_isinstance(v, c);
            }
        }
        if let Some(t) = classinfo.downcast::<Tuple>() {
            self.check_native_stack()?;
            for &c in t.as_slice() {
                if self.object_isinstance(v, c)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        if let Some(f) = self.lookup_special(classinfo, self.names().__instancecheck__)? {
            let r = self.call(f, &[v])?;
            return self.truthy(r);
        }
        match classinfo.downcast::<Type>() {
            Some(c) => self.plain_isinstance(v, c),
            None => Err(self.type_error("isinstance() arg 2 must be a type, a tuple of types, or a union")),
        }
    }

    /// By MRO of the class, or of `__class__` if that says something else.
    pub fn plain_isinstance(&self, v: Value, class: Gc<Type>) -> PyResult<bool> {
        let t = self.type_of(v);
        if t.is_subclass(class) {
            return Ok(true);
        }
        if v.kind() == Some(Kind::Instance)
            && let Some(c) = self.getattr_opt(v, self.names().__class__)?
            && let Some(c) = c.downcast::<Type>()
        {
            return Ok(c != t && c.is_subclass(class));
        }
        Ok(false)
    }

    /// `issubclass(c, classinfo)`
    pub fn object_issubclass(&self, c: Value, classinfo: Value) -> PyResult<bool> {
        if let Some(t) = classinfo.downcast::<Tuple>() {
            self.check_native_stack()?;
            for &i in t.as_slice() {
                if self.object_issubclass(c, i)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let Some(sub) = c.downcast::<Type>() else {
            return Err(self.type_error("issubclass() arg 1 must be a class"));
        };
        if let Some(sup) = classinfo.downcast::<Type>()
            && self.type_of(classinfo) == self.types().type_
        {
            return Ok(sub.is_subclass(sup));
        }
        if let Some(f) = self.lookup_special(classinfo, self.names().__subclasscheck__)? {
            let r = self.call(f, &[c])?;
            return self.truthy(r);
        }
        match classinfo.downcast::<Type>() {
            Some(sup) => Ok(sub.is_subclass(sup)),
            None => {
                Err(self.type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union"))
            }
        }
    }

    /// Begins the repr of a container: false if it is already being shown further up (`[...]`).
    #[must_use]
    pub fn repr_enter(&self, v: Value) -> bool {
        self.repr_stack.push_unless_present(v)
    }

    /// Ends what [`Vm::repr_enter`] began.
    pub fn repr_leave(&self, v: Value) {
        self.repr_stack.remove(v);
    }
}
