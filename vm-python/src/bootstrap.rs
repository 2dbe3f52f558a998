//! From nothing to a running interpreter.

use std::sync::Arc;

use vm_core::runtime::{Runtime, RuntimeConfig};
use vm_heap::Heap;

use crate::{
    builtins,
    config::Config,
    error::Thrown,
    faults::FaultyBlocking,
    hash::HashSecret,
    modules,
    names::Names,
    object::{gc::Gc, module::Module},
    stack::NATIVE_RESERVE,
    trace::HooksHandle,
    types::{ExcTypes, Types},
    value::Value,
    vm::{Boot, Interp, Vm},
};

/// Why there is no interpreter.
#[derive(Debug)]
pub enum BootError {
    /// The system gives no address space, memory or thread.
    System(String),
    /// The VM's own start-up code raised.
    Raised(String),
}

impl std::fmt::Display for BootError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BootError::System(s) | BootError::Raised(s) => f.write_str(s),
        }
    }
}

impl std::error::Error for BootError {}

impl Vm {
    /// Makes an interpreter and attaches the calling OS thread as its main thread.
    pub fn boot(
        config: Config,
        register: impl FnOnce(&Vm) -> Result<(), Thrown>,
    ) -> Result<Box<Vm>, BootError> {
        let mut options = RuntimeConfig::default();
        if let Some(faults) = config.faults {
            options.blocking = Some(Arc::new(FaultyBlocking::new(faults.seed, Arc::clone(&options.clock))));
        }
        let runtime = Runtime::new(options);
        let core = runtime.new_interpreter();
        let hooks = HooksHandle::new();
        let heap = Heap::new(config.heap, hooks.hooks(), Arc::clone(&core))
            .map_err(|e| BootError::System(e.to_string()))?;
        let secret = match config.hash_seed {
            Some(n) => HashSecret::from_seed(n),
            None => {
                let mut key = [0u8; 16];
                runtime.random().fill(&mut key).map_err(|e| BootError::System(e.to_string()))?;
                HashSecret::from_random(key)
            }
        };
        let interp = Interp::new(Arc::clone(&core), heap, secret, config);
        hooks.connect(&interp);
        let thread = core.register_thread().map_err(|e| BootError::System(format!("{e:?}")))?;
        interp.threads.set_main(&thread);
        interp.watch_classes();
        interp.core.set_main_thread(thread.id());
        let vm = Vm::enter(Arc::clone(&interp), thread, None);
        match vm.boot_objects(register) {
            Ok(()) => Ok(vm),
            Err(e) => {
                let text = if vm.interp().is_booted() {
                    vm.format_exception(e)
                } else {
                    "out of memory during start-up".to_owned()
                };
                Err(BootError::Raised(text))
            }
        }
    }

    fn boot_objects(&self, register: impl FnOnce(&Vm) -> Result<(), Thrown>) -> Result<(), Thrown> {
        let interp = self.interp();
        let types = Types::allocate(self)?;
        let statics = interp.statics();
        for c in 0..256 {
            let s = self.new_str_from_code_points(&[c])?;
            let s = if c < 128 { self.intern_str(s) } else { s };
            statics.latin1[c as usize].set(Some(s));
        }
        statics.empty_tuple.set(Some(self.alloc_tuple(0)?));
        types.define_all(self)?;
        let exc = ExcTypes::make(self, types.base_exception)?;
        let names = Names::new(self)?;
        let modules = self.new_dict()?;
        let builtins = self.new_dict()?;
        let sys = self.new_dict()?;
        // SAFETY: only this thread exists.
        unsafe { interp.set_boot(Boot { types, exc, names, modules, builtins, sys }) };
        statics.memory_error.set(Some(self.try_new_exception(exc.memory_error, &[])?.value()));
        builtins::exception::finish(self)?;
        self.fill_builtins(builtins)?;
        self.heap().heap().set_automatic(true);
        modules::register(self)?;
        register(self)?;
        modules::sys::fill(self)?;
        Ok(())
    }

    fn fill_builtins(&self, ns: Gc<crate::object::dict::Dict>) -> Result<(), Thrown> {
        let module = self.new_module_with("builtins", ns)?;
        self.interp().boot().modules.set_str(self, self.names().builtins, module.value())?;
        let t = self.types();
        let public = [
            t.object,
            t.type_,
            t.int,
            t.bool,
            t.float,
            t.complex,
            t.str,
            t.bytes,
            t.bytearray,
            t.memoryview,
            t.tuple,
            t.list,
            t.dict,
            t.set,
            t.frozenset,
            t.slice,
            t.range,
            t.enumerate,
            t.zip,
            t.map,
            t.filter,
            t.reversed,
            t.property,
            t.classmethod,
            t.staticmethod,
            t.super_,
        ];
        for c in public.into_iter().chain(self.exc().all()) {
            ns.set_str(self, c.name(), c.value())?;
        }
        for (k, v) in [
            ("None", Value::NONE),
            ("True", Value::TRUE),
            ("False", Value::FALSE),
            ("NotImplemented", Value::NOT_IMPLEMENTED),
            ("Ellipsis", Value::ELLIPSIS),
            ("__debug__", Value::bool(self.interp().config.optimize == 0)),
            ("EnvironmentError", self.exc().os_error.value()),
            ("IOError", self.exc().os_error.value()),
        ] {
            ns.set_str(self, self.intern(k)?, v)?;
        }
        self.add_functions(module, builtins::functions::FUNCTIONS)
    }

    /// A module over an existing namespace.
    pub(crate) fn new_module_with(
        &self,
        name: &str,
        ns: Gc<crate::object::dict::Dict>,
    ) -> Result<Gc<Module>, Thrown> {
        let m = self.new_module(name)?;
        let fresh = m.namespace();
        let mut pos = 0;
        while let Some((n, k, v)) = fresh.next_entry(pos) {
            ns.set(self, k, v)?;
            pos = n;
        }
        m.dict.set(self, m.header(), Some(ns));
        Ok(m)
    }
}

/// The lowest native stack address that Python code may use, for a stack from `low` on.
#[must_use]
pub fn native_limit(low: usize) -> usize {
    low + NATIVE_RESERVE
}
