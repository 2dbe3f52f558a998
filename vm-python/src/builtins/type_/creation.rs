//! Making classes: `class` statements, `type(name, bases, namespace)`.

use super::changes::{compute_mro, compute_slots, modified};

use vm_core::sync::Ordering;

use crate::{
    error::PyResult,
    native::Args,
    object::{
        class::{Type, type_flags},
        dict::Dict,
        function::{Cell, Function, Member, MethodWrapper, StaticMethod},
        gc::Gc,
        items::RootVec,
        kind::Kind,
        sequence::Tuple,
        str::Str,
    },
    types::INHERITED_FLAGS,
    value::Value,
    vm::Vm,
};

impl Vm {
    /// The most derived metaclass of `meta` and those of `bases`.
    pub(crate) fn calculate_metaclass(&self, meta: Gc<Type>, bases: Gc<Tuple>) -> PyResult<Gc<Type>> {
        let mut winner = meta;
        for &b in bases.as_slice() {
            let t = self.type_of(b);
            if winner.is_subclass(t) {
                continue;
            }
            if t.is_subclass(winner) {
                winner = t;
                continue;
            }
            return Err(self.type_error(
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the \
                 metaclasses of all its bases",
            ));
        }
        Ok(winner)
    }

    /// The `__new__` entry of a builtin class.
    pub(crate) fn new_dunder_new(&self, t: Gc<Type>) -> PyResult {
        fn dunder_new(vm: &Vm, args: Args<'_>) -> PyResult {
            let [owner, class, ..] = args.pos() else {
                return Err(vm.type_error("__new__(): not enough arguments"));
            };
            // SAFETY: `this` of this native function is the class that it was made for.
            let owner = unsafe { owner.downcast_unchecked::<Type>() };
            let (o, c) = (owner.name(), class.downcast::<Type>());
            let Some(c) = c else {
                return Err(vm.type_error(format!(
                    "{}.__new__(X): X is not a type object ({})",
                    o.to_str_lossy(),
                    vm.type_name(*class)
                )));
            };
            if !c.is_subclass(owner) {
                let (o, c) = (o.to_str_lossy(), c.name());
                let c = c.to_str_lossy();
                return Err(vm.type_error(format!("{o}.__new__({c}): {c} is not a subtype of {o}")));
            }
            // The layout must be the one that this function makes.
            if c.instance_kind != owner.instance_kind || c.native_size != owner.native_size {
                let (o, c) = (o.to_str_lossy(), c.name());
                let c = c.to_str_lossy();
                return Err(vm.type_error(format!("{o}.__new__({c}) is not safe, use {c}.__new__()")));
            }
            match owner.slots().new {
                Some(f) => f(vm, c, args.rest().rest()),
                None => Err(vm.type_error(format!("cannot create '{}' instances", o.to_str_lossy()))),
            }
        }
        Ok(self.new_native(self.intern("__new__")?, dunder_new, t.value(), Value::UNBOUND)?.value())
    }

    /// Makes a class. `args` are those of `type.__new__`, for the keywords of `__init_subclass__`.
    pub(crate) fn new_class(
        &self,
        meta: Gc<Type>,
        name: Gc<Str>,
        bases: Gc<Tuple>,
        ns: Gc<Dict>,
        args: Args<'_>,
    ) -> PyResult {
        let n = self.names();
        let bases = if bases.is_empty() { self.new_tuple(&[self.types().object.value()])? } else { bases };
        let base = self.best_base(bases)?;
        let dict = ns.copy(self)?;
        let slot_names = self.collect_slots(name, dict)?;
        let mut size = base.basic_size;
        let t = if meta == self.types().type_ {
            self.alloc_type_cell(base.instance_kind, size)?
        } else {
            // SAFETY: metaclasses have the layout of Type.
            let t: Gc<Type> = unsafe { Gc::from_ptr(self.alloc_instance_of(meta)?.cast()) };
            self.init_type_cell(t, base.instance_kind, size);
            t
        };
        let h = t.header();
        t.name.init(name.value());
        t.bases.as_slot().init(bases.value());
        t.base.as_slot().init(base.value());
        t.dict.as_slot().init(dict.value());
        let subclasses = self.new_list(&[])?;
        t.subclasses.set(self, h, Some(subclasses));
        let qualname = match dict.remove(self, n.__qualname__.value())? {
            Some(q) if q.is::<Str>() => q,
            Some(q) => {
                return Err(
                    self.type_error(format!("type __qualname__ must be a str, not {}", self.type_name(q)))
                );
            }
            None => name.value(),
        };
        t.qualname.set(self, h, qualname);
        if dict.get_str(self, n.__module__)?.is_none()
            && let Some(f) = self.current_frame()
            && let Some(m) = f.func.globals().get_str(self, n.__name__)?
        {
            dict.set_str(self, n.__module__, m)?;
        }
        if dict.get_str(self, n.__doc__)?.is_none() {
            dict.set_str(self, n.__doc__, Value::NONE)?;
        }
        // Implicit wrappers.
        for (name, class_method) in
            [(n.__new__, false), (n.__init_subclass__, true), (n.__class_getitem__, true)]
        {
            if let Some(f) = dict.get_str(self, name)?
                && f.downcast_exact::<Function>().is_some()
            {
                let w = if class_method { self.new_classmethod(f)? } else { self.new_staticmethod(f)? };
                dict.set_str(self, name, w)?;
            }
        }
        if dict.get_str(self, n.__eq__)?.is_some() && dict.get_str(self, n.__hash__)?.is_none() {
            dict.set_str(self, n.__hash__, Value::NONE)?;
        }
        let mro = compute_mro(self, t)?;
        t.mro.set(self, h, Some(self.new_tuple(mro.as_slice())?));
        let mut flags = type_flags::HEAP | type_flags::BASETYPE;
        for b in mro.as_slice()[1..].iter().filter_map(|b| b.downcast::<Type>()) {
            flags |= b.flags.load(Ordering::Relaxed) & INHERITED_FLAGS;
        }
        // `__slots__` members go behind the payload of the base.
        match &slot_names {
            None => {
                flags |= type_flags::HAS_DICT;
                // Not where the payload's size differs between instances.
                if !matches!(base.instance_kind, Kind::Tuple | Kind::Bytes | Kind::Int) {
                    flags |= type_flags::WEAKREF;
                }
            }
            Some(names) => {
                for &s in names.as_slice() {
                    // SAFETY: collect_slots returns strings.
                    let s = unsafe { s.downcast_unchecked::<Str>() };
                    let given = [
                        (n.__dict__, "__dict__", type_flags::HAS_DICT),
                        (n.__weakref__, "__weakref__", type_flags::WEAKREF),
                    ];
                    if let Some((_, name, flag)) = given.into_iter().find(|g| g.0 == s) {
                        if flags & flag != 0 {
                            return Err(
                                self.type_error(format!("{name} slot disallowed: we already got one"))
                            );
                        }
                        flags |= flag;
                        continue;
                    }
                }
                for &s in names.as_slice() {
                    // SAFETY: collect_slots returns strings.
                    let s = unsafe { s.downcast_unchecked::<Str>() };
                    if s == n.__dict__ || s == n.__weakref__ {
                        continue;
                    }
                    if dict.get_str(self, s)?.is_some() {
                        return Err(self.value_error(format!(
                            "'{}' in __slots__ conflicts with class variable",
                            s.to_str_lossy()
                        )));
                    }
                    let m = self.alloc_cell::<Member>(size_of::<Member>())?;
                    // SAFETY: a fresh cell that nobody else sees.
                    unsafe { (*m.as_ptr()).offset = size };
                    m.name.init(s.value());
                    m.owner.as_slot().init(t.value());
                    dict.set_str(self, s, m.value())?;
                    size += 8;
                }
            }
        }
        // SAFETY: the class is not yet published.
        unsafe {
            (*t.as_ptr()).basic_size = size;
            (*t.as_ptr()).native_size = base.native_size;
        }
        t.flags.store(flags, Ordering::Relaxed);
        // Variable-sized payloads have no fixed place for slots behind them.
        let var_sized = matches!(base.instance_kind, Kind::Tuple | Kind::Str | Kind::Bytes | Kind::Int);
        if var_sized && size != base.basic_size {
            return Err(self.type_error(format!(
                "nonempty __slots__ not supported for subtype of '{}'",
                base.name().to_str_lossy()
            )));
        }
        let inline = if flags & type_flags::HAS_DICT != 0 && !var_sized {
            self.inline_slots_hint(t, dict)?
        } else {
            0
        };
        // Cells are multiples of 16 bytes.
        let inline = inline + if inline > 0 { ((size / 8) as u16 + inline) % 2 } else { 0 };
        let root = self.interp().shapes.new_root(None, t, size as u16, inline);
        t.inline_slots.store(inline, Ordering::Relaxed);
        t.root_shape.store(root.id, Ordering::Release);
        let bases_seen: Vec<_> =
            t.mro()[1..].iter().filter_map(|c| c.downcast::<Type>()).map(|c| c.version.read()).collect();
        let (slots, more) = compute_slots(t);
        t.set_flag(more);
        // SAFETY: the class is not yet published.
        unsafe { t.edit_slots(|s| *s = slots) };
        t.version.assign(self.interp().type_versions.fresh());
        if let Some(cell) = dict.remove(self, n.__classcell__.value())?
            && let Some(cell) = cell.downcast::<Cell>()
        {
            cell.content.set(self, cell.header(), t.value());
        }
        for b in bases.as_slice().iter().filter_map(|b| b.downcast::<Type>()) {
            self.link_subclass(b, t)?;
        }
        // A base that changed before the link did not tell this class.
        let mut bases = t.mro()[1..].iter().filter_map(|c| c.downcast::<Type>()).zip(bases_seen);
        if !bases.all(|(b, seen)| seen.is_some_and(|seen| b.version.holds(seen))) {
            modified(self, t, Some(n.__bases__))?;
        }
        self.call_set_name(t, dict)?;
        self.call_init_subclass(t, args)?;
        Ok(t.value())
    }

    pub(crate) fn init_type_cell(&self, t: Gc<Type>, kind: Kind, size: u32) {
        // SAFETY: a fresh cell that nobody else sees.
        unsafe {
            (*t.as_ptr()).instance_kind = kind;
            (*t.as_ptr()).basic_size = size;
            (*t.as_ptr()).native_size = size;
        }
        for s in [&t.name, &t.qualname] {
            s.init(Value::UNBOUND);
        }
        for p in
            [t.bases.as_slot(), t.mro.as_slot(), t.base.as_slot(), t.dict.as_slot(), t.subclasses.as_slot()]
        {
            p.init(Value::UNBOUND);
        }
    }

    /// Attributes that methods of the class assign to self, from the compiler, plus those of the base.
    fn inline_slots_hint(&self, t: Gc<Type>, dict: Gc<Dict>) -> PyResult<u16> {
        const MAX_INLINE: usize = 30;
        let own = dict
            .get_str(self, self.names().__static_attributes__)?
            .and_then(|v| v.downcast::<Tuple>())
            .map_or(0, |t| t.len());
        let base = t.base.get().map_or(0, |b| b.inline_slots.load(Ordering::Relaxed) as usize);
        Ok((own + base).clamp(2, MAX_INLINE) as u16)
    }

    /// The base that determines the layout.
    pub(super) fn best_base(&self, bases: Gc<Tuple>) -> PyResult<Gc<Type>> {
        let mut best: Option<Gc<Type>> = None;
        for &b in bases.as_slice() {
            let Some(b) = b.downcast::<Type>() else {
                return Err(self.type_error("bases must be types"));
            };
            if !b.has_flag(type_flags::BASETYPE) {
                return Err(self.type_error(format!(
                    "type '{}' is not an acceptable base type",
                    b.name().to_str_lossy()
                )));
            }
            let adds =
                |x: Gc<Type>, y: Gc<Type>| x.basic_size > y.basic_size || x.instance_kind != y.instance_kind;
            best = match best {
                None => Some(b),
                Some(old) => {
                    let plain = |t: Gc<Type>| t.instance_kind == Kind::Instance && t.basic_size == 16;
                    if plain(b) || (!adds(b, old) && b.basic_size <= old.basic_size) {
                        Some(old)
                    } else if plain(old) || b.is_subclass(old) {
                        Some(b)
                    } else if old.is_subclass(b) {
                        Some(old)
                    } else {
                        return Err(self.type_error("multiple bases have instance lay-out conflict"));
                    }
                }
            };
        }
        Ok(best.unwrap_or(self.types().object))
    }

    /// Names in `__slots__`, mangled and interned; `None` if the class has none.
    fn collect_slots(&self, class: Gc<Str>, dict: Gc<Dict>) -> PyResult<Option<RootVec<'_>>> {
        let Some(s) = dict.get_str(self, self.names().__slots__)? else { return Ok(None) };
        let out = RootVec::new(self);
        if s.is::<Str>() {
            out.push(s)?;
        } else {
            self.for_each(s, |x| {
                out.push(x)?;
                Ok(true)
            })?;
        }
        for i in 0..out.len() {
            let Some(x) = out.get(i).and_then(|x| x.downcast::<Str>()) else {
                let t = out.get(i).map_or_else(String::new, |x| self.type_name(x));
                return Err(self.type_error(format!("__slots__ items must be strings, not '{t}'")));
            };
            if !crate::builtins::str::unicode::is_identifier(x.code_points()) {
                return Err(self.type_error("__slots__ must be identifiers"));
            }
            out.set(i, self.mangle(class, x)?.value());
        }
        Ok(Some(out))
    }

    /// The private name `__x` of a class as the compiler spells it: `_Class__x`.
    fn mangle(&self, class: Gc<Str>, name: Gc<Str>) -> PyResult<Gc<Str>> {
        let (c, n) = (class.to_str_lossy(), name.to_str_lossy());
        let c = c.trim_start_matches('_');
        if !n.starts_with("__") || n.ends_with("__") || n.contains('.') || c.is_empty() {
            return Ok(self.intern_str(name));
        }
        self.intern(&format!("_{c}{n}"))
    }

    fn call_set_name(&self, t: Gc<Type>, dict: Gc<Dict>) -> PyResult<()> {
        let snapshot = dict.copy(self)?;
        let mut pos = 0;
        while let Some((next, k, v)) = snapshot.next_entry(pos) {
            pos = next;
            let vt = self.type_of(v);
            if let Some(f) = self.type_lookup(vt, self.names().__set_name__) {
                self.call_special(f, v, &[t.value(), k])?;
            }
        }
        Ok(())
    }

    fn call_init_subclass(&self, t: Gc<Type>, args: Args<'_>) -> PyResult<()> {
        // The first definition behind the class itself in the MRO.
        let name = self.names().__init_subclass__;
        for c in t.mro()[1..].iter().filter_map(|c| c.downcast::<Type>()) {
            if let Some(f) = c.namespace().get_str(self, name)? {
                let bound = match self.type_of(f).slots().descr_get {
                    Some(get) => get(self, f, Value::UNBOUND, t.value())?,
                    None => f,
                };
                let kw = args.kwnames();
                let vals = &args.all()[args.pos().len()..];
                self.call_args(bound, Args::with_keywords(vals, kw))?;
                return Ok(());
            }
        }
        Ok(())
    }

    /// A classmethod object.
    pub fn new_classmethod(&self, f: Value) -> PyResult {
        let w = self.alloc_cell::<MethodWrapper>(size_of::<MethodWrapper>())?;
        w.func.init(f);
        Ok(w.value())
    }

    /// A staticmethod object.
    pub fn new_staticmethod(&self, f: Value) -> PyResult {
        let w = self.alloc_cell::<StaticMethod>(size_of::<StaticMethod>())?;
        w.0.func.init(f);
        Ok(w.value())
    }

    /// `__build_class__(func, name, *bases, metaclass=None, **kwds)`
    pub fn build_class(&self, args: Args<'_>) -> PyResult {
        let n = self.names();
        let [func, name, orig_bases @ ..] = args.pos() else {
            return Err(self.type_error("__build_class__: not enough arguments"));
        };
        let (Some(func), Some(class_name)) = (func.downcast::<Function>(), name.downcast::<Str>()) else {
            return Err(self.type_error("__build_class__: func must be a function"));
        };
        // `__mro_entries__` of bases that are no classes.
        let bases = RootVec::new(self);
        let mut replaced = false;
        for &b in orig_bases {
            if !b.is::<Type>()
                && let Some(f) = self.getattr_opt(b, n.__mro_entries__)?
            {
                let orig = self.new_tuple(orig_bases)?;
                let r = self.call(f, &[orig.value()])?;
                let Some(t) = r.downcast::<Tuple>() else {
                    return Err(self.type_error("__mro_entries__ must return a tuple"));
                };
                bases.extend(t.as_slice())?;
                replaced = true;
                continue;
            }
            bases.push(b)?;
        }
        let bases_tuple = self.new_tuple(bases.as_slice())?;
        // Keywords without `metaclass`.
        let (names, values) = (RootVec::new(self), RootVec::new(self));
        let mut meta = None;
        for (k, v) in args.keywords() {
            if k.eq_str("metaclass") {
                meta = Some(v);
            } else {
                names.push(k.value())?;
                values.push(v)?;
            }
        }
        let meta = match meta {
            Some(m) => match m.downcast::<Type>() {
                Some(t) => self.calculate_metaclass(t, bases_tuple)?.value(),
                None => m,
            },
            None => {
                let first = bases.get(0).map_or(self.types().type_, |b| self.type_of(b));
                self.calculate_metaclass(first, bases_tuple)?.value()
            }
        };
        let kwnames = if names.is_empty() { None } else { Some(self.new_tuple(names.as_slice())?) };
        let with_kw = |first: &[Value]| -> PyResult<RootVec<'_>> {
            let v = RootVec::from_slice(self, first)?;
            v.extend(values.as_slice())?;
            Ok(v)
        };
        let ns = match self.getattr_opt(meta, n.__prepare__)? {
            Some(p) => {
                let a = with_kw(&[class_name.value(), bases_tuple.value()])?;
                self.call_args(p, Args::with_keywords(a.as_slice(), kwnames))?
            }
            None => self.new_dict()?.value(),
        };
        if ns.downcast::<Dict>().is_none() && self.type_of(ns).slots().getitem.is_none() {
            return Err(self.type_error(format!(
                "{}.__prepare__() must return a mapping, not {}",
                meta.downcast::<Type>()
                    .map_or_else(|| "<metaclass>".into(), |m| m.name().to_str_lossy().into_owned()),
                self.type_name(ns)
            )));
        }
        let cell = self.run_function_with_locals(func, ns)?;
        if replaced {
            let orig = self.new_tuple(orig_bases)?;
            self.setitem(ns, self.intern("__orig_bases__")?.value(), orig.value())?;
        }
        let a = with_kw(&[class_name.value(), bases_tuple.value(), ns])?;
        let class = self.call_args(meta, Args::with_keywords(a.as_slice(), kwnames))?;
        if let Some(cell) = cell.downcast::<Cell>() {
            let got = cell.content.get();
            if got.is_unbound() && class.is::<Type>() {
                return Err(self.runtime_error(format!(
                    "__class__ not set defining '{}' as {}. Was __classcell__ propagated to type.__new__?",
                    class_name.to_str_lossy(),
                    self.repr(class)?.to_str_lossy()
                )));
            }
        }
        Ok(class)
    }
}
