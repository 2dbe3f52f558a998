//! Names: what unbound ones raise, and look-ups in locals, globals and builtins.

use crate::{
    error::{PyResult, Thrown},
    native::NativeFn,
    object::{
        code::Code,
        dict::Dict,
        frame::Frame,
        function::{Cell, Function, NativeFunction},
        gc::Gc,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

impl Vm {
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

    /// What `name` is bound to in a mapping: a dict's own look-up, or its class's `__getitem__` (with `__missing__`).
    fn mapping_get(&self, mapping: Value, name: Gc<Str>) -> PyResult<Option<Value>> {
        if let Some(d) = mapping.downcast_exact::<Dict>() {
            return d.get_str(self, name);
        }
        match self.getitem(mapping, name.value()) {
            Ok(v) => Ok(Some(v)),
            Err(e) if e.is(self, self.exc().key_error) => Ok(None),
            Err(e) => Err(e),
        }
    }

    #[inline(never)]
    pub(crate) fn load_global(&self, func: Gc<Function>, name: Gc<Str>) -> PyResult {
        if let Some(v) = self.mapping_get(func.globals().value(), name)? {
            return Ok(v);
        }
        match self.mapping_get(func.builtins().value(), name)? {
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
        if !locals.is_unbound()
            && let Some(v) = self.mapping_get(locals, name)?
        {
            return Ok(v);
        }
        // Here, unlike in LOAD_GLOBAL, the globals are asked as a plain dict, whatever their class.
        if let Some(v) = func.globals().get_str(self, name)? {
            return Ok(v);
        }
        match self.mapping_get(func.builtins().value(), name)? {
            Some(v) => Ok(v),
            None => Err(self.name_not_defined(name)),
        }
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
        match self.mapping_get(func.builtins().value(), self.names().__build_class__)? {
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
        if !locals.is_unbound()
            && let Some(v) = self.mapping_get(locals, name)?
        {
            return Ok(v);
        }
        match cell.downcast::<Cell>().and_then(|c| c.content.get().bound()) {
            Some(v) => Ok(v),
            None => Err(self.unbound_cell(code, register)),
        }
    }

    /// IMPORT_NAME: through `__import__` of the frame's builtins, if a program replaced it.
    #[inline(never)]
    pub(crate) fn import_instruction(
        &self,
        frame: *mut Frame,
        name: Gc<Str>,
        fromlist: Value,
        level: Value,
    ) -> PyResult {
        // SAFETY: the newest frame.
        let (func, locals) = unsafe { ((*frame).func, (*frame).locals) };
        let Some(import) = self.mapping_get(func.builtins().value(), self.names().__import__)? else {
            return Err(self.import_error("__import__ not found"));
        };
        let own = import
            .downcast_exact::<NativeFunction>()
            .is_some_and(|f| std::ptr::fn_addr_eq(f.f, crate::modules::imp::dunder_import as NativeFn));
        if !own {
            let locals = locals.bound().unwrap_or(Value::NONE);
            return self.call(import, &[name.value(), func.globals().value(), locals, fromlist, level]);
        }
        let level = level.as_small_int().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        self.import_name(name, Some(func.globals()), fromlist, level)
    }
}
