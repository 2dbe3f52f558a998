//! Modules.

use vm_heap::Header;

use super::{
    dict::Dict,
    gc::{Gc, Object, Ptr},
    kind::Kind,
};
use crate::{error::PyResult, native::FunctionDef, value::Value, vm::Vm};

/// A module: a dict with attribute syntax.
#[repr(C)]
pub struct Module {
    header: Header,
    /// `__dict__`
    pub dict: Ptr<Dict>,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Module {
    const KIND: Kind = Kind::Module;
}

impl Module {
    /// The namespace.
    #[inline(always)]
    #[must_use]
    pub fn namespace(&self) -> Gc<Dict> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.dict.get_unchecked() }
    }
}

impl Vm {
    /// An empty module with `__name__` and the other standard names set.
    pub fn new_module(&self, name: &str) -> PyResult<Gc<Module>> {
        let dict = self.new_dict()?;
        let m = self.alloc_cell::<Module>(size_of::<Module>())?;
        m.dict.as_slot().init(dict.value());
        for (k, v) in [
            ("__name__", self.intern(name)?.value()),
            ("__doc__", Value::NONE),
            ("__package__", Value::NONE),
            ("__loader__", Value::NONE),
            ("__spec__", Value::NONE),
        ] {
            dict.set_str(self, self.intern(k)?, v)?;
        }
        Ok(m)
    }

    /// Adds builtin functions to a module.
    pub fn add_functions(&self, module: Gc<Module>, defs: &[FunctionDef]) -> PyResult<()> {
        let dict = module.namespace();
        let module_name = dict.get_str(self, self.intern("__name__")?)?.unwrap_or(Value::NONE);
        for d in defs {
            let name = self.intern(d.name)?;
            let f = self.new_native(name, d.f, Value::UNBOUND, module_name)?;
            dict.set_str(self, name, f.value())?;
        }
        Ok(())
    }

    /// Adds a value to a module.
    pub fn add_value(&self, module: Gc<Module>, name: &str, v: Value) -> PyResult<()> {
        module.namespace().set_str(self, self.intern(name)?, v)
    }
}
