//! The import system: `sys.modules`, native and embedded modules, directories of `sys.path`.
//!
//! One lock per module name. Before a thread waits for a module that another thread is importing it looks whether that thread,
//! directly or through others, waits for a module that it is importing itself; then it goes on with the half-made module, as
//! a circular import in one thread does. So imports never deadlock.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use vm_core::sync::{AtomicU64, AtomicUsize, Mutex, Ordering};

use super::source_text::{self, BadSource};
use crate::{
    error::{PyResult, Thrown},
    native::Args,
    object::{code::Code, dict::Dict, gc::Gc, items::RootVec, module::Module, sequence::List, str::Str},
    report::Sources,
    value::Value,
    vm::Vm,
};

/// Makes a native module.
pub type NativeInit = fn(&Vm) -> PyResult<Gc<Module>>;

/// State of the import system of one interpreter.
#[derive(Default)]
pub struct Imports {
    /// Source texts that are in no file.
    pub sources: Sources,
    natives: Mutex<HashMap<&'static str, NativeInit>>,
    locks: Mutex<Locks>,
    /// Modules being imported; 0 lets a look-up in `sys.modules` skip the locks.
    busy: AtomicUsize,
    /// Counts releases; waiters watch it.
    releases: AtomicU64,
    /// `-X importtime`: nanoseconds of the imports inside the one that runs.
    nested_time: AtomicU64,
    import_depth: AtomicUsize,
}

impl Imports {
    /// In a child of fork: what `thread` imports it goes on importing; imports that other threads had begun are off.
    pub(crate) fn after_fork_in_child(&self, thread: u64) {
        let mut locks = self.locks.lock();
        locks.held.retain(|_, owner| *owner == thread);
        locks.waiting.clear();
        self.busy.store(locks.held.len(), Ordering::Release);
    }

    /// Who imports what, and who waits for it, for a report of a hang. Empty if the table is locked.
    pub(crate) fn held(&self) -> Vec<String> {
        let Some(locks) = self.locks.try_lock() else { return Vec::new() };
        let held = locks.held.iter().map(|(name, id)| format!("thread {id} imports {name}"));
        let waiting =
            locks.waiting.iter().map(|(id, name)| format!("thread {id} waits for the import of {name}"));
        held.chain(waiting).collect()
    }
}

#[derive(Default)]
struct Locks {
    /// Module name → thread that imports it.
    held: HashMap<String, u64>,
    /// Thread → module that it waits for.
    waiting: HashMap<u64, String>,
}

/// What a module is made from.
enum Found {
    Native(NativeInit),
    /// Source inside the binary; whether it is a package.
    Embedded(&'static str, bool),
    Source(PathBuf),
    Package(PathBuf, PathBuf),
    Namespace(Vec<PathBuf>),
}

impl Vm {
    /// Adds a native module; it is made at its first import.
    pub fn register_native_module(&self, name: &'static str, init: NativeInit) {
        self.interp().imports.natives.lock().insert(name, init);
    }

    /// Whether `name` is a native module.
    #[must_use]
    pub fn is_native_module(&self, name: &str) -> bool {
        self.interp().imports.natives.lock().contains_key(name)
    }

    /// Names of the native modules, sorted.
    #[must_use]
    pub fn native_module_names(&self) -> Vec<&'static str> {
        let mut v: Vec<_> = self.interp().imports.natives.lock().keys().copied().collect();
        v.sort_unstable();
        v
    }

    /// Whether some thread is importing `name` now.
    #[must_use]
    pub fn is_initializing(&self, name: &str) -> bool {
        self.interp().imports.locks.lock().held.contains_key(name)
    }

    /// Takes the lock of `name`; false if this thread has it, or must go on without it.
    fn acquire_import(&self, name: &str) -> PyResult<bool> {
        let imports = &self.interp().imports;
        let me = self.core().id();
        loop {
            let seen = {
                let mut l = imports.locks.lock();
                let Some(&owner) = l.held.get(name) else {
                    l.held.insert(name.to_owned(), me);
                    imports.busy.fetch_add(1, Ordering::AcqRel);
                    return Ok(true);
                };
                let mut at = owner;
                loop {
                    if at == me {
                        return Ok(false);
                    }
                    match l.waiting.get(&at).and_then(|n| l.held.get(n)) {
                        Some(&next) => at = next,
                        None => break,
                    }
                }
                l.waiting.insert(me, name.to_owned());
                imports.releases.load(Ordering::Acquire)
            };
            let key = std::ptr::from_ref(&imports.releases).addr();
            let waited = self.wait(key, None, || imports.releases.load(Ordering::Acquire) != seen);
            imports.locks.lock().waiting.remove(&me);
            waited?;
        }
    }

    fn release_import(&self, name: &str) {
        let imports = &self.interp().imports;
        {
            let mut l = imports.locks.lock();
            l.held.remove(name);
            imports.busy.fetch_sub(1, Ordering::AcqRel);
            imports.releases.fetch_add(1, Ordering::Release);
        }
        self.wake_all(std::ptr::from_ref(&imports.releases).addr());
    }

    /// `import a.b.c`: the module `a.b.c` itself.
    ///
    /// # Errors
    /// ModuleNotFoundError, or whatever the module's code raises.
    pub fn import_module(&self, name: &str) -> PyResult {
        let key = self.intern(name)?;
        let modules = self.interp().boot().modules;
        if let Some(m) = modules.get_str(self, key)? {
            if self.interp().imports.busy.load(Ordering::Acquire) != 0 && self.is_initializing(name) {
                // Waits for the other thread, unless that waits for this one.
                if self.acquire_import(name)? {
                    self.release_import(name);
                    return self.import_module(name);
                }
            }
            return self.not_halted(m, key);
        }
        if !self.acquire_import(name)? {
            // Half made by this thread, or by one that waits for this thread.
            return match modules.get_str(self, key)? {
                Some(m) => Ok(m),
                None => Err(self.no_module(name, None)),
            };
        }
        let r = match modules.get_str(self, key) {
            Ok(Some(m)) => self.not_halted(m, key),
            Ok(None) => self.find_and_load(name, key),
            Err(e) => Err(e),
        };
        self.release_import(name);
        r
    }

    fn not_halted(&self, m: Value, name: Gc<Str>) -> PyResult {
        if !m.is_none() {
            return Ok(m);
        }
        let text = format!("import of {} halted; None in sys.modules", name.to_str_lossy());
        Err(self.import_error_of(self.exc().module_not_found_error, &text, name, None))
    }

    #[cold]
    fn no_module(&self, name: &str, reason: Option<&str>) -> Thrown {
        let text = match reason {
            Some(r) => format!("No module named '{name}'; {r}"),
            None => format!("No module named '{name}'"),
        };
        match self.intern(name) {
            Ok(n) => self.import_error_of(self.exc().module_not_found_error, &text, n, None),
            Err(e) => e,
        }
    }

    fn find_and_load(&self, name: &str, key: Gc<Str>) -> PyResult {
        self.check_native_stack()?;
        let modules = self.interp().boot().modules;
        let mut parent = None;
        let mut path = None;
        if let Some((p, _)) = name.rsplit_once('.') {
            let m = self.import_module(p)?;
            // Importing the parent may have imported the child.
            if let Some(done) = modules.get_str(self, key)? {
                return self.not_halted(done, key);
            }
            path = self.getattr_opt(m, self.names().__path__)?;
            if path.is_none() && !self.is_native_module(name) && embedded(name).is_none() {
                return Err(self.no_module(name, Some(&format!("'{p}' is not a package"))));
            }
            parent = Some(m);
        }
        let started = self.interp().config.import_time.then(|| self.import_started());
        let Some(found) = self.find_module(name, path)? else { return Err(self.no_module(name, None)) };
        let m = self.load(name, key, found)?;
        if let Some(s) = started {
            self.import_ended(name, s);
        }
        if let Some(p) = parent {
            let tail = name.rsplit('.').next().unwrap_or(name);
            self.setattr(p, self.intern(tail)?, Some(m))?;
        }
        Ok(m)
    }

    fn import_started(&self) -> (u64, u64) {
        let i = &self.interp().imports;
        i.import_depth.fetch_add(1, Ordering::Relaxed);
        (self.interp().core.runtime().clock().now().0, i.nested_time.swap(0, Ordering::Relaxed))
    }

    fn import_ended(&self, name: &str, (start, outer): (u64, u64)) {
        let i = &self.interp().imports;
        let total = self.interp().core.runtime().clock().now().0 - start;
        let own = total.saturating_sub(i.nested_time.load(Ordering::Relaxed));
        i.nested_time.store(outer + total, Ordering::Relaxed);
        let depth = i.import_depth.fetch_sub(1, Ordering::Relaxed) - 1;
        let indent = "  ".repeat(depth);
        self.write_stderr(&format!("import time: {:9} | {:10} | {indent}{name}\n", own / 1000, total / 1000));
    }

    /// The directories of `sys.path`, or of a package's `__path__`.
    fn search_path(&self, path: Option<Value>) -> PyResult<Vec<String>> {
        let list = match path {
            Some(p) => Some(p),
            None => self.interp().boot().sys.get_str(self, self.intern("path")?)?,
        };
        let mut out = Vec::new();
        if let Some(l) = list {
            self.for_each(l, |v| {
                if let Some(s) = v.downcast::<Str>() {
                    out.push(s.to_str_lossy().into_owned());
                }
                Ok(true)
            })?;
        }
        Ok(out)
    }

    fn find_module(&self, name: &str, path: Option<Value>) -> PyResult<Option<Found>> {
        if let Some(&init) = self.interp().imports.natives.lock().get(name) {
            return Ok(Some(Found::Native(init)));
        }
        let dirs = self.search_path(path)?;
        let tail = name.rsplit('.').next().unwrap_or(name).to_owned();
        let stdlib = self.interp().config.stdlib.clone();
        let inside = embedded(name);
        let has_inside = inside.is_some();
        // File system calls touch no object.
        let found = self.detached(move || {
            let mut portions = Vec::new();
            for d in &dirs {
                // Our own modules go before those of a standard library, and after the program's.
                if has_inside && stdlib.as_deref() == Some(d.as_str()) {
                    return None;
                }
                let dir = if d.is_empty() { Path::new(".") } else { Path::new(d) };
                let package = dir.join(&tail);
                let init = package.join("__init__.py");
                if init.is_file() {
                    return Some(Found::Package(absolute(&init), absolute(&package)));
                }
                let file = dir.join(format!("{tail}.py"));
                if file.is_file() {
                    return Some(Found::Source(absolute(&file)));
                }
                if package.is_dir() {
                    portions.push(absolute(&package));
                }
            }
            (!portions.is_empty() && !has_inside).then_some(Found::Namespace(portions))
        });
        Ok(found.or(inside.map(|(text, package)| Found::Embedded(text, package))))
    }

    fn load(&self, name: &str, key: Gc<Str>, found: Found) -> PyResult {
        let modules = self.interp().boot().modules;
        let n = self.names();
        let (module, source) = match found {
            Found::Native(init) => {
                let m = init(self)?;
                let parent = name.rsplit_once('.').map_or("", |p| p.0);
                m.namespace().set_str(self, n.__package__, self.intern(parent)?.value())?;
                let spec = self.new_spec(name, "built-in", parent, None)?;
                m.namespace().set_str(self, n.__spec__, spec)?;
                modules.set_str(self, key, m.value())?;
                return Ok(m.value());
            }
            Found::Embedded(text, package) => {
                let file = format!("<frozen {name}>");
                self.interp().imports.sources.add(&file, text);
                let m = self.new_source_module(name, &file, package.then(Vec::new))?;
                (m, Some((file, text.to_owned())))
            }
            Found::Source(file) => {
                let file = file.to_string_lossy().into_owned();
                let m = self.new_source_module(name, &file, None)?;
                let text = self.read_source(&file)?;
                (m, Some((file, text)))
            }
            Found::Package(init, dir) => {
                let file = init.to_string_lossy().into_owned();
                let m = self.new_source_module(name, &file, Some(vec![dir]))?;
                let text = self.read_source(&file)?;
                (m, Some((file, text)))
            }
            Found::Namespace(dirs) => {
                let m = self.new_source_module(name, "", Some(dirs))?;
                m.namespace().remove(self, n.__file__.value())?;
                (m, None)
            }
        };
        modules.set_str(self, key, module.value())?;
        if let Some((file, text)) = source
            && let Err(e) = self.exec_source(&text, &file, module.namespace())
        {
            modules.remove(self, key.value())?;
            return Err(e);
        }
        // A module may put another object in its place.
        match modules.get_str(self, key)? {
            Some(m) => Ok(m),
            None => {
                let text = format!("module '{name}' was removed from sys.modules during its import");
                Err(self.import_error_of(self.exc().import_error, &text, key, None))
            }
        }
    }

    /// A module with the standard names; `dirs` = `__path__` of a package.
    fn new_source_module(&self, name: &str, file: &str, dirs: Option<Vec<PathBuf>>) -> PyResult<Gc<Module>> {
        let m = self.new_module(name)?;
        let n = self.names();
        let d = m.namespace();
        d.set_str(self, n.__file__, self.new_str(file)?.value())?;
        let package = match &dirs {
            Some(_) => name,
            None => name.rsplit_once('.').map_or("", |p| p.0),
        };
        d.set_str(self, n.__package__, self.intern(package)?.value())?;
        let mut locations = None;
        if let Some(dirs) = dirs {
            let v = RootVec::new(self);
            for p in dirs {
                v.push(self.new_str(&p.to_string_lossy())?.value())?;
            }
            let list = self.new_list(v.as_slice())?.value();
            d.set_str(self, n.__path__, list)?;
            locations = Some(list);
        }
        let spec = self.new_spec(name, file, package, locations)?;
        d.set_str(self, n.__spec__, spec)?;
        Ok(m)
    }

    /// A module specification: the attributes of `importlib.machinery.ModuleSpec`.
    fn new_spec(&self, name: &str, origin: &str, parent: &str, locations: Option<Value>) -> PyResult {
        let origin = if origin.is_empty() { Value::NONE } else { self.new_str(origin)?.value() };
        let values = [
            self.intern(name)?.value(),
            Value::NONE,
            origin,
            self.intern(parent)?.value(),
            locations.unwrap_or(Value::NONE),
            Value::NONE,
            Value::bool(!origin.is_none()),
        ];
        let mut names = [Value::NONE; 7];
        let keys =
            ["name", "loader", "origin", "parent", "submodule_search_locations", "cached", "has_location"];
        for (slot, k) in names.iter_mut().zip(keys) {
            *slot = self.intern(k)?.value();
        }
        let names = self.new_tuple(&names)?;
        self.call_args(self.types().simple_namespace.value(), Args::with_keywords(&values, Some(names)))
    }

    /// Reads and decodes a source file.
    ///
    /// # Errors
    /// OSError, or SyntaxError if the bytes are no source text.
    pub fn read_source(&self, file: &str) -> PyResult<String> {
        let bytes = match self.detached(|| std::fs::read(file)) {
            Ok(b) => b,
            Err(e) => return Err(self.io_error(&e, Some(self.new_str(file)?.value()))),
        };
        self.decode_source(&bytes, file)
    }

    /// Decodes the bytes of a source file.
    ///
    /// # Errors
    /// SyntaxError if the bytes are no source text.
    pub fn decode_source(&self, bytes: &[u8], file: &str) -> PyResult<String> {
        source_text::decode(bytes).map_err(|bad| self.bad_source(&bad, file))
    }

    #[cold]
    fn bad_source(&self, bad: &BadSource, file: &str) -> Thrown {
        let make = || -> PyResult<Thrown> {
            let e = self.new_error(self.exc().syntax_error, &bad.message(file));
            let n = self.names();
            self.setattr(e.0, n.msg, Some(self.new_str(&bad.message(file))?.value()))?;
            if let BadSource::Null { line, text } = bad {
                self.setattr(e.0, n.filename, Some(self.new_str(file)?.value()))?;
                self.setattr(e.0, n.lineno, Some(Value::small_int(i64::from(*line))))?;
                let printable: String = text.chars().filter(|c| !c.is_control()).collect();
                self.setattr(e.0, n.text, Some(self.new_str(&printable)?.value()))?;
            }
            Ok(e)
        };
        make().unwrap_or_else(|e| e)
    }

    /// `__import__(name, globals, locals, fromlist, level)`, the work of the `import` statement.
    pub fn import_name(
        &self,
        name: Gc<Str>,
        globals: Option<Gc<Dict>>,
        fromlist: Value,
        level: usize,
    ) -> PyResult {
        let text = name.to_str_lossy().into_owned();
        let absolute_name = if level == 0 {
            if text.is_empty() {
                return Err(self.value_error("Empty module name"));
            }
            text.clone()
        } else {
            self.resolve_relative(&text, globals, level)?
        };
        let module = self.import_module(&absolute_name)?;
        let has_list = !fromlist.is_none() && self.truthy(fromlist)?;
        if has_list {
            if self.getattr_opt(module, self.names().__path__)?.is_some() {
                self.import_submodules(module, &absolute_name, fromlist)?;
            }
            return Ok(module);
        }
        let Some((top, _)) = text.split_once('.') else { return Ok(module) };
        // `import a.b` binds `a`.
        let keep = absolute_name.len() - (text.len() - top.len());
        let key = self.intern(&absolute_name[..keep])?;
        match self.interp().boot().modules.get_str(self, key)? {
            Some(m) => Ok(m),
            None => Err(self.key_error(key.value())),
        }
    }

    fn resolve_relative(&self, name: &str, globals: Option<Gc<Dict>>, level: usize) -> PyResult<String> {
        let n = self.names();
        let get = |k: Gc<Str>| -> PyResult<Option<Value>> {
            match globals {
                Some(g) => Ok(g.get_str(self, k)?.filter(|v| !v.is_none())),
                None => Ok(None),
            }
        };
        let package = match get(n.__package__)? {
            Some(p) => match p.downcast::<Str>() {
                Some(s) => s.to_str_lossy().into_owned(),
                None => return Err(self.type_error("package must be a string")),
            },
            None => match get(n.__name__)?.and_then(|v| v.downcast::<Str>()) {
                Some(s) => {
                    let s = s.to_str_lossy().into_owned();
                    if get(n.__path__)?.is_some() {
                        s
                    } else {
                        s.rsplit_once('.').map_or(String::new(), |p| p.0.to_owned())
                    }
                }
                None => return Err(self.key_error(self.intern("'__name__' not in globals")?.value())),
            },
        };
        if package.is_empty() {
            return Err(self.import_error("attempted relative import with no known parent package"));
        }
        let mut base = package.as_str();
        for _ in 1..level {
            base = match base.rsplit_once('.') {
                Some((b, _)) => b,
                None => return Err(self.import_error("attempted relative import beyond top-level package")),
            };
        }
        Ok(if name.is_empty() { base.to_owned() } else { format!("{base}.{name}") })
    }

    /// `from package import name, …`: imports those names that are submodules.
    fn import_submodules(&self, module: Value, package: &str, fromlist: Value) -> PyResult<()> {
        let names = RootVec::collect(self, fromlist)?;
        for &v in names.as_slice() {
            let Some(s) = v.downcast::<Str>() else {
                return Err(
                    self.type_error(format!("Item in ``from list'' must be str, not {}", self.type_name(v)))
                );
            };
            if s.eq_str("*") {
                if let Some(all) = self.getattr_opt(module, self.names().__all__)? {
                    let all = RootVec::collect(self, all)?;
                    let rest = self.new_list(all.as_slice())?;
                    if !all.as_slice().iter().any(|v| v.downcast::<Str>().is_some_and(|s| s.eq_str("*"))) {
                        self.import_submodules(module, package, rest.value())?;
                    }
                }
                continue;
            }
            let s = self.intern_str(s);
            if self.getattr_opt(module, s)?.is_some() {
                continue;
            }
            let full = format!("{package}.{}", s.to_str_lossy());
            match self.import_module(&full) {
                Ok(_) => {}
                Err(e) if e.is(self, self.exc().module_not_found_error) => {
                    // Only this very module may be missing: the name may still be an attribute later.
                    let missing = self.getattr_opt(e.0, self.names().name)?.and_then(|v| v.downcast::<Str>());
                    if !missing.is_some_and(|m| m.eq_str(&full)) {
                        return Err(e);
                    }
                }
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// `from module import name`
    pub fn import_from(&self, module: Value, name: Gc<Str>) -> PyResult {
        if let Some(v) = self.getattr_opt(module, name)? {
            return Ok(v);
        }
        let n = self.names();
        let str_of = |k: Gc<Str>| -> PyResult<Option<String>> {
            Ok(self
                .getattr_opt(module, k)?
                .and_then(|v| v.downcast::<Str>())
                .map(|s| s.to_str_lossy().into_owned()))
        };
        let module_name = str_of(n.__name__)?;
        if let Some(m) = &module_name {
            let full = self.intern(&format!("{m}.{}", name.to_str_lossy()))?;
            if let Some(v) = self.interp().boot().modules.get_str(self, full)? {
                return Ok(v);
            }
        }
        let file = str_of(n.__file__)?;
        let what = name.to_str_lossy();
        let m = module_name.clone().unwrap_or_else(|| "<unknown module name>".to_owned());
        let place = file.clone().unwrap_or_else(|| "unknown location".to_owned());
        let text = if module_name.is_some() && self.is_initializing(&m) {
            format!(
                "cannot import name '{what}' from partially initialized module '{m}' \
                 (most likely due to a circular import) ({place})"
            )
        } else {
            format!("cannot import name '{what}' from '{m}' ({place})")
        };
        let path = match file {
            Some(f) => Some(self.new_str(&f)?.value()),
            None => None,
        };
        let e = self.import_error_of(self.exc().import_error, &text, self.intern(&m)?, path);
        self.setattr(e.0, self.intern("name_from")?, Some(name.value()))?;
        Err(e)
    }

    /// `from module import *` into `namespace`.
    pub fn import_star(&self, module: Value, namespace: Value) -> PyResult<()> {
        let n = self.names();
        let (names, all) = match self.getattr_opt(module, n.__all__)? {
            Some(all) => (RootVec::collect(self, all)?, true),
            None => {
                let Some(d) = self.getattr_opt(module, n.__dict__)? else {
                    return Err(self.import_error("from-import-* object has no __dict__ and no __all__"));
                };
                (RootVec::collect(self, d)?, false)
            }
        };
        for &v in names.as_slice() {
            let Some(s) = v.downcast::<Str>() else {
                let m = self.getattr_opt(module, n.__name__)?.unwrap_or(Value::NONE);
                let m = self.str(m)?;
                let (what, place) = if all { ("Item", "__all__") } else { ("Key", "__dict__") };
                return Err(self.type_error(format!(
                    "{what} in {}.{place} must be str, not {}",
                    m.to_str_lossy(),
                    self.type_name(v)
                )));
            };
            if !all && !s.is_empty() && s.code_point(0) == u32::from(b'_') {
                continue;
            }
            let s = self.intern_str(s);
            let x = self.getattr(module, s)?;
            match namespace.downcast_exact::<Dict>() {
                Some(d) => d.set_str(self, s, x)?,
                None => self.setitem(namespace, s.value(), x)?,
            }
        }
        Ok(())
    }

    /// Runs a module as the main program (`-m`): `name`, or `name.__main__` of a package.
    ///
    /// # Errors
    /// `Err(Ok(text))` if there is no such module, else what its code raised.
    pub fn run_module_as_main(&self, name: &str) -> Result<Value, RunModuleError> {
        let lost = |text: String| RunModuleError::NotFound(text);
        let parent_path = match name.rsplit_once('.') {
            Some((p, _)) => match self.import_module(p) {
                Ok(m) => match self.getattr_opt(m, self.names().__path__)? {
                    Some(path) => Some(path),
                    None => return Err(lost(format!("No module named {name}"))),
                },
                Err(e) if e.is(self, self.exc().module_not_found_error) => {
                    return Err(lost(format!(
                        "Error while finding module specification for '{name}' (ModuleNotFoundError: {})",
                        self.str(e.0)?.to_str_lossy()
                    )));
                }
                Err(e) => return Err(RunModuleError::Raised(e)),
            },
            None => None,
        };
        let (file, package) = match self.find_module(name, parent_path)? {
            None => return Err(lost(format!("No module named {name}"))),
            Some(Found::Source(f)) => (f, name.rsplit_once('.').map_or("", |p| p.0)),
            Some(Found::Package(..) | Found::Namespace(_)) => {
                self.import_module(name)?;
                let path = self
                    .interp()
                    .boot()
                    .modules
                    .get_str(self, self.intern(name)?)?
                    .map_or(Ok(None), |m| self.getattr_opt(m, self.names().__path__))?;
                match self.find_module(&format!("{name}.__main__"), path)? {
                    Some(Found::Source(f)) => (f, name),
                    _ => {
                        return Err(lost(format!(
                            "No module named {name}.__main__; '{name}' is a package and cannot be directly executed"
                        )));
                    }
                }
            }
            Some(Found::Embedded(text, _)) => {
                let file = format!("<frozen {name}>");
                self.interp().imports.sources.add(&file, text);
                let globals = self.main_namespace(Some(&file), "")?;
                return Ok(self.exec_source(text, &file, globals)?);
            }
            Some(Found::Native(_)) => return Err(lost(format!("No code object available for {name}"))),
        };
        let file = file.to_string_lossy().into_owned();
        if let Some(argv) =
            self.interp().boot().sys.get_str(self, self.intern("argv")?)?.and_then(|v| v.downcast::<List>())
        {
            argv.set(self, 0, self.new_str(&file)?.value());
        }
        let text = self.read_source(&file)?;
        let globals = self.main_namespace(Some(&file), package)?;
        let full = if package == name { format!("{name}.__main__") } else { name.to_owned() };
        let spec = self.new_spec(&full, &file, package, None)?;
        globals.set_str(self, self.names().__spec__, spec)?;
        Ok(self.exec_source(&text, &file, globals)?)
    }

    /// The namespace of `__main__`, made at the first call.
    pub fn main_namespace(&self, file: Option<&str>, package: &str) -> PyResult<Gc<Dict>> {
        let n = self.names();
        let modules = self.interp().boot().modules;
        let m = match modules.get_str(self, n.__main__)?.and_then(|m| m.downcast::<Module>()) {
            Some(m) => m,
            None => {
                let m = self.new_module("__main__")?;
                modules.set_str(self, n.__main__, m.value())?;
                m
            }
        };
        let d = m.namespace();
        if let Some(f) = file {
            d.set_str(self, n.__file__, self.new_str(f)?.value())?;
        }
        if !package.is_empty() {
            d.set_str(self, n.__package__, self.intern(package)?.value())?;
        }
        self.builtins_of(d)?;
        Ok(d)
    }

    /// Compiles a file.
    pub fn compile_file(&self, file: &str) -> PyResult<Gc<Code>> {
        let text = self.read_source(file)?;
        self.compile_source(&text, file, vm_compiler::Mode::Exec)
    }
}

/// Why `-m` did not run a module to its end.
#[derive(Debug)]
pub enum RunModuleError {
    /// There is none that could be run; the text for the user.
    NotFound(String),
    /// Its code raised.
    Raised(Thrown),
}

impl From<Thrown> for RunModuleError {
    fn from(e: Thrown) -> RunModuleError {
        RunModuleError::Raised(e)
    }
}

fn absolute(p: &Path) -> PathBuf {
    std::path::absolute(p).unwrap_or_else(|_| p.to_owned())
}

/// Python modules of our own, inside the binary: name, source, whether it is a package.
static EMBEDDED: &[(&str, &str, bool)] = &[
    ("threading", include_str!("../../pylib/threading.py"), false),
    ("weakref", include_str!("../../pylib/weakref.py"), false),
    ("_weakrefset", include_str!("../../pylib/_weakrefset.py"), false),
    ("importlib", include_str!("../../pylib/importlib/__init__.py"), true),
    ("importlib.util", include_str!("../../pylib/importlib/util.py"), false),
    ("atexit", include_str!("../../pylib/atexit.py"), false),
    ("traceback", include_str!("../../pylib/traceback.py"), false),
    ("queue", include_str!("../../pylib/queue.py"), false),
    ("string", include_str!("../../pylib/string/__init__.py"), true),
    ("string.templatelib", include_str!("../../pylib/string/templatelib.py"), false),
    ("_template", include_str!("../../pylib/_template.py"), false),
    ("_typing", include_str!("../../pylib/_typing.py"), false),
];

fn embedded(name: &str) -> Option<(&'static str, bool)> {
    EMBEDDED.iter().find(|m| m.0 == name).map(|m| (m.1, m.2))
}

/// `builtins.__import__`
pub(crate) fn dunder_import(vm: &Vm, args: Args<'_>) -> PyResult {
    let [name, globals, _locals, fromlist, level] =
        args.bind(vm, "__import__", ["name", "globals", "locals", "fromlist", "level"], 1, 0, 5)?;
    let Some(name) = name.downcast::<Str>() else {
        return Err(vm.type_error(format!("__import__() argument 1 must be str, not {}", vm.type_name(name))));
    };
    let level = match level.bound() {
        Some(l) => vm.index_i64(l)?,
        None => 0,
    };
    let Ok(level) = usize::try_from(level) else { return Err(vm.value_error("level must be >= 0")) };
    let globals = globals.bound().and_then(|g| g.downcast::<Dict>());
    vm.import_name(name, globals, fromlist.bound().unwrap_or(Value::NONE), level)
}
