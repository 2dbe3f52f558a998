//! What instructions do off the fast path. Never inlined into the loop.

use vm_compiler::opcodes::{SPECIAL_NAMES, function_attribute, raw};

use crate::{
    error::{PyResult, Thrown},
    native::Args,
    object::{
        class::{Type, UnOp, type_flags},
        code::Code,
        dict::Dict,
        exception::Exception,
        frame::{Frame, ReturnTo},
        function::{BoundMethod, Cell, Function, NativeFunction, NativeMethod},
        gc::Gc,
        items::RootVec,
        sequence::{List, Tuple},
        str::Str,
    },
    value::Value,
    vm::Vm,
};

/// What a call instruction came to.
pub(crate) enum Target {
    /// A native result.
    Value(Value),
    /// A frame to enter.
    Frame(*mut Frame),
}

impl Vm {
    #[cold]
    #[inline(never)]
    pub(crate) fn bad_word(&self, w: u64) -> ! {
        self.fatal(&format!("bytecode word {w:#x} has no meaning"))
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn count_opcode(&self, w: u64) {
        if let Some(n) = self.interp().stats.opcodes.get((w & 0x3FFF) as usize) {
            n.fetch_add(1, vm_core::sync::Ordering::Relaxed);
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn unbound_local(&self, code: Gc<Code>, register: usize) -> Thrown {
        let name = code.varnames.get().and_then(|t| t.as_slice().get(register).copied());
        let name = name.and_then(|n| n.downcast::<Str>());
        match name {
            Some(n) => {
                let e = self.unbound_local_error(format!(
                    "cannot access local variable '{}' where it is not associated with a value",
                    n.to_str_lossy()
                ));
                self.with_name(e, n)
            }
            None => self.system_error("an internal register is unbound"),
        }
    }

    fn with_name(&self, e: Thrown, name: Gc<Str>) -> Thrown {
        match self.set_own_attr(e.0, self.names().name, Some(name.value())) {
            Ok(_) => e,
            Err(other) => other,
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn unbound_cell(&self, code: Gc<Code>, register: usize) -> Thrown {
        let free = register >= code.free_base as usize;
        let (names, i) = if free {
            (code.freevars.get(), register - code.free_base as usize)
        } else {
            (code.cellvars.get(), register - code.nlocals as usize)
        };
        let name = names.and_then(|t| t.as_slice().get(i).copied()).and_then(|n| n.downcast::<Str>());
        match name {
            Some(n) => {
                let text = n.to_str_lossy();
                let e = if free {
                    self.name_error(format!(
                        "cannot access free variable '{text}' where it is not associated with a value in enclosing scope"
                    ))
                } else {
                    self.unbound_local_error(format!(
                        "cannot access local variable '{text}' where it is not associated with a value"
                    ))
                };
                self.with_name(e, n)
            }
            None => self.system_error("an internal cell is empty"),
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn name_not_defined(&self, name: Gc<Str>) -> Thrown {
        let e = self.name_error(format!("name '{}' is not defined", name.to_str_lossy()));
        self.with_name(e, name)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn init_returned(&self, v: Value) -> Thrown {
        self.type_error(format!("__init__() should return None, not '{}'", self.type_name(v)))
    }

    pub(crate) fn negate(&self, v: Value) -> PyResult {
        if let Some(n) = v.as_small_int() {
            return match Value::try_small_int(-n) {
                Some(r) => Ok(r),
                None => self.new_int(-n),
            };
        }
        if let Some(x) = v.as_tagged_float() {
            return self.new_float(-x);
        }
        self.unary_op(UnOp::Neg, v)
    }

    #[inline(never)]
    pub(crate) fn unary_instruction(&self, op: u16, v: Value) -> PyResult {
        self.unary_op(if op == raw::UNARY_INVERT { UnOp::Invert } else { UnOp::Pos }, v)
    }

    // --- names ---

    #[inline(never)]
    pub(crate) fn load_global(&self, func: Gc<Function>, name: Gc<Str>) -> PyResult {
        if let Some(v) = func.globals().get_str(self, name)? {
            return Ok(v);
        }
        match func.builtins().get_str(self, name)? {
            Some(v) => Ok(v),
            None => Err(self.name_not_defined(name)),
        }
    }

    #[inline(never)]
    pub(crate) fn delete_global(&self, func: Gc<Function>, name: Gc<Str>) -> PyResult<()> {
        match func.globals().remove(self, name.value())? {
            Some(_) => Ok(()),
            None => Err(self.name_not_defined(name)),
        }
    }

    #[inline(never)]
    pub(crate) fn load_name(&self, frame: *mut Frame, name: Gc<Str>) -> PyResult {
        // SAFETY: the newest frame.
        let (locals, func) = unsafe { ((*frame).locals, (*frame).func) };
        if let Some(d) = locals.downcast::<Dict>() {
            if let Some(v) = d.get_str(self, name)? {
                return Ok(v);
            }
        } else if !locals.is_unbound() {
            match self.getitem(locals, name.value()) {
                Ok(v) => return Ok(v),
                Err(e) if e.is(self, self.exc().key_error) => {}
                Err(e) => return Err(e),
            }
        }
        self.load_global(func, name)
    }

    #[inline(never)]
    pub(crate) fn store_name(&self, frame: *mut Frame, name: Gc<Str>, v: Value) -> PyResult<()> {
        // SAFETY: the newest frame.
        let locals = unsafe { (*frame).locals };
        match locals.downcast_exact::<Dict>() {
            Some(d) => d.set_str(self, name, v),
            None if locals.is_unbound() => Err(self.system_error("no locals found when storing a name")),
            None => self.setitem(locals, name.value(), v),
        }
    }

    #[inline(never)]
    pub(crate) fn delete_name(&self, frame: *mut Frame, name: Gc<Str>) -> PyResult<()> {
        // SAFETY: the newest frame.
        let locals = unsafe { (*frame).locals };
        match locals.downcast_exact::<Dict>() {
            Some(d) => match d.remove(self, name.value())? {
                Some(_) => Ok(()),
                None => Err(self.name_not_defined(name)),
            },
            None => match self.delitem(locals, name.value()) {
                Err(e) if e.is(self, self.exc().key_error) => Err(self.name_not_defined(name)),
                r => r,
            },
        }
    }

    #[inline(never)]
    pub(crate) fn load_build_class(&self, frame: *mut Frame) -> PyResult {
        // SAFETY: the newest frame.
        let func = unsafe { (*frame).func };
        match func.builtins().get_str(self, self.names().__build_class__)? {
            Some(v) => Ok(v),
            None => Err(self.name_error("__build_class__ not found")),
        }
    }

    #[inline(never)]
    pub(crate) fn load_from_dict_or_deref(
        &self,
        frame: *mut Frame,
        cell: Value,
        register: usize,
        name: Gc<Str>,
    ) -> PyResult {
        // SAFETY: the newest frame.
        let (locals, code) = unsafe { ((*frame).locals, (*frame).code) };
        if let Some(d) = locals.downcast::<Dict>() {
            if let Some(v) = d.get_str(self, name)? {
                return Ok(v);
            }
        } else if !locals.is_unbound() {
            match self.getitem(locals, name.value()) {
                Ok(v) => return Ok(v),
                Err(e) if e.is(self, self.exc().key_error) => {}
                Err(e) => return Err(e),
            }
        }
        match cell.downcast::<Cell>().and_then(|c| c.content.get().bound()) {
            Some(v) => Ok(v),
            None => Err(self.unbound_cell(code, register)),
        }
    }

    // --- attributes ---

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

    // --- displays ---

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

    fn callable_text(&self, f: Value) -> String {
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

    // --- unpacking ---

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

    // --- calls ---

    /// CALL and CALL_KW without specialization.
    ///
    /// # Safety
    /// The call block at `base` has `2 + n` registers.
    #[inline(never)]
    pub(crate) unsafe fn call_instruction(
        &self,
        regs: *mut Value,
        base: usize,
        n: usize,
        ret: u16,
        names: Option<Gc<Tuple>>,
    ) -> PyResult<Target> {
        // SAFETY: by the caller.
        let (mut f, mut this) = unsafe { (*regs.add(base), *regs.add(base + 1)) };
        if this.is_unbound()
            && let Some(m) = f.downcast_exact::<BoundMethod>()
        {
            f = m.func.get();
            this = m.this.get();
            // SAFETY: as above. The pair form keeps self live during the call.
            unsafe {
                *regs.add(base) = f;
                *regs.add(base + 1) = this;
            }
        }
        let first = base + if this.is_unbound() { 2 } else { 1 };
        // SAFETY: as above; the registers stay live and unchanged during the call.
        let args = unsafe { std::slice::from_raw_parts(regs.add(first), base + 2 + n - first) };
        let args = Args::with_keywords(args, names);
        if let Some(func) = f.downcast_exact::<Function>() {
            let frame = self.push_frame(func, func.code(), ReturnTo::Caller, ret)?;
            self.bind_args(func, frame, Value::UNBOUND, args)?;
            return Ok(Target::Frame(frame));
        }
        if let Some(nf) = f.downcast_exact::<NativeFunction>() {
            return self.call_native(nf, args).map(Target::Value);
        }
        self.call_args(f, args).map(Target::Value)
    }

    #[inline(never)]
    pub(crate) fn call_function_ex(&self, f: Value, args: Value, kwargs: Value) -> PyResult {
        let args = match args.downcast::<Tuple>() {
            Some(t) => t,
            None => {
                if self.type_of(args).slots().iter.is_none() && self.type_of(args).slots().getitem.is_none() {
                    return Err(self.type_error(format!(
                        "{} argument after * must be an iterable, not {}",
                        self.callable_text(f),
                        self.type_name(args)
                    )));
                }
                self.new_tuple(RootVec::collect(self, args)?.as_slice())?
            }
        };
        let Some(kw) = kwargs.downcast::<Dict>().filter(|d| !d.is_empty()) else {
            return self.call(f, args.as_slice());
        };
        let all = RootVec::from_slice(self, args.as_slice())?;
        let names = RootVec::new(self);
        let mut pos = 0;
        while let Some((n, k, v)) = kw.next_entry(pos) {
            if !k.is::<Str>() {
                return Err(self.type_error("keywords must be strings"));
            }
            names.push(k)?;
            all.push(v)?;
            pos = n;
        }
        let names = self.new_tuple(names.as_slice())?;
        self.call_args(f, Args::with_keywords(all.as_slice(), Some(names)))
    }

    #[inline(never)]
    pub(crate) fn set_function_attribute(&self, f: Gc<Function>, v: Value, which: usize) {
        let h = f.header();
        match which as u16 {
            function_attribute::DEFAULTS => f.defaults.as_slot().set(self, h, v),
            function_attribute::KWDEFAULTS => f.kwdefaults.as_slot().set(self, h, v),
            function_attribute::CLOSURE => f.closure.as_slot().set(self, h, v),
            _ => f.annotate.set(self, h, v),
        }
    }

    /// `obj[start:stop]`
    #[inline(never)]
    pub(crate) fn slice_get(&self, v: Value, start: Value, stop: Value) -> PyResult {
        let s = self.new_slice(start, stop, Value::NONE)?;
        self.getitem(v, s.value())
    }

    /// `obj[start:stop] = x`
    #[inline(never)]
    pub(crate) fn slice_set(&self, v: Value, start: Value, stop: Value, x: Value) -> PyResult<()> {
        let s = self.new_slice(start, stop, Value::NONE)?;
        self.setitem(v, s.value(), x)
    }

    /// `set.add` on a set display.
    pub(crate) fn set_add(&self, set: Value, v: Value) -> PyResult<()> {
        match set.downcast::<crate::object::set::Set>() {
            Some(s) => s.add(self, v).map(drop),
            None => Ok(()),
        }
    }

    /// IMPORT_NAME: through `builtins.__import__` if a program replaced it.
    #[inline(never)]
    pub(crate) fn import_instruction(
        &self,
        frame: *mut Frame,
        name: Gc<Str>,
        fromlist: Value,
        level: Value,
    ) -> PyResult {
        // SAFETY: the newest frame.
        let func = unsafe { (*frame).func };
        let level = level.as_small_int().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        self.import_name(name, Some(func.globals()), fromlist, level)
    }

    // --- patterns ---

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

    /// Three-argument power for `int.__pow__`.
    pub(crate) fn power_mod(&self, a: Value, b: Value, m: Value) -> PyResult {
        crate::builtins::int::pow_mod(self, a, b, m)
    }

    /// Whether `v` is an exception instance.
    #[must_use]
    pub fn is_exception(&self, v: Value) -> bool {
        v.is::<Exception>()
    }
}
