//! `io`: files, text streams, `StringIO`, `BytesIO`.
//!
//! A file is one shared descriptor with its buffers behind a mutex. Calls that may reach the system take the mutex
//! and give it back *detached*, so that a slow read never keeps other threads from a pause.

mod binary;
mod bytes_io;
mod descriptor;
mod open;
pub(crate) use open::path_bytes;
mod string_io;
mod text;

use std::sync::{Arc, Weak};

use vm_core::sync::{AtomicBool, Mutex, Ordering};
use vm_heap::Marker;
use vm_python::{
    error::{PyResult, Thrown},
    native::{Native, NativePayload, TypeDef},
    object::{
        bytes::Bytes,
        class::{Type, type_flags},
        dict::Dict,
        exception::Exception,
        gc::{Gc, Slot},
        module::Module,
        str::Str,
    },
    types::NO_DEF,
    value::Value,
    vm::Vm,
};

use descriptor::Descriptor;

/// Classes of the module and the open files, behind one object that the functions of the module are bound to.
pub(crate) struct Registry {
    files: Mutex<Vec<Weak<Descriptor>>>,
    text: Slot,
    reader: Slot,
    writer: Slot,
    random: Slot,
    raw: Slot,
    unsupported: Slot,
    /// Whether [`extend`] has run.
    extended: AtomicBool,
}

impl NativePayload for Registry {
    fn trace(&self, m: &mut Marker) {
        for s in [&self.text, &self.reader, &self.writer, &self.random, &self.raw, &self.unsupported] {
            s.trace(m);
        }
    }
}

impl Registry {
    fn class(&self, vm: &Vm, slot: &Slot) -> PyResult<Gc<Type>> {
        slot.get().downcast::<Type>().ok_or_else(|| vm.system_error("io is not initialised"))
    }
    fn remember(&self, d: &Arc<Descriptor>) {
        let mut files = self.files.lock();
        files.retain(|w| w.strong_count() > 0);
        files.push(Arc::downgrade(d));
    }
}

static REGISTRY: TypeDef = TypeDef {
    name: "_io._registry",
    kind: Native::<Registry>::KIND,
    size: Native::<Registry>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    ..NO_DEF
};

const BASE: TypeDef =
    TypeDef { flags: type_flags::BASETYPE | type_flags::HAS_DICT | type_flags::WEAKREF, ..NO_DEF };
static IOBASE: TypeDef =
    TypeDef { name: "_io._IOBase", doc: "The abstract base class for all I/O classes.", ..BASE };
static RAW: TypeDef = TypeDef { name: "_io._RawIOBase", doc: "Base class for raw binary I/O.", ..BASE };
static BUFFERED: TypeDef =
    TypeDef { name: "_io._BufferedIOBase", doc: "Base class for buffered IO objects.", ..BASE };
static TEXT: TypeDef = TypeDef { name: "_io._TextIOBase", doc: "Base class for text I/O.", ..BASE };

/// `_io`: classes and `open`.
pub(crate) fn init_native(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("_io")?;
    let base = vm.define_type(&IOBASE, vm.types().object)?;
    let raw = vm.define_type(&RAW, base)?;
    let buffered = vm.define_type(&BUFFERED, base)?;
    let text = vm.define_type(&TEXT, base)?;
    let class = vm.define_type(&REGISTRY, vm.types().object)?;
    let slot = |def: &'static TypeDef, base| -> PyResult<Slot> {
        let t = vm.define_type(def, base)?;
        let name = def.name.rsplit('.').next().unwrap_or(def.name);
        vm.add_value(m, name, t.value())?;
        Ok(Slot::new(t.value()))
    };
    for (name, t) in [(BASES[0], base), (BASES[1], raw), (BASES[2], buffered), (BASES[3], text)] {
        vm.add_value(m, name, t.value())?;
    }
    slot(&string_io::DEF, text)?;
    slot(&bytes_io::DEF, buffered)?;
    let r = Registry {
        files: Mutex::new(Vec::new()),
        text: slot(&text::DEF, text)?,
        reader: slot(&binary::READER, buffered)?,
        writer: slot(&binary::WRITER, buffered)?,
        random: slot(&binary::RANDOM, buffered)?,
        raw: slot(&binary::FILE_IO, raw)?,
        unsupported: Slot::new(Value::UNBOUND),
        extended: AtomicBool::new(false),
    };
    let r = vm.new_native_object(class, r)?;
    vm.add_value(m, "_registry", r.value())?;
    let name = vm.intern("_io")?.value();
    for (n, f) in open::FUNCTIONS {
        let f = vm.new_native(vm.intern(n)?, *f, r.value(), name)?;
        vm.add_value(m, n, f.value())?;
    }
    vm.add_value(m, "DEFAULT_BUFFER_SIZE", Value::small_int(descriptor::CHUNK as i64))?;
    Ok(m)
}

/// The abstract base classes.
const BASES: [&str; 4] = ["_IOBase", "_RawIOBase", "_BufferedIOBase", "_TextIOBase"];

/// Gives the base classes what they can do by themselves, which is written in Python. At the first use and not at the
/// start of the process, which makes the standard streams and needs nothing of this.
fn extend(vm: &Vm, r: Gc<Native<Registry>>) -> PyResult<()> {
    if r.payload.extended.load(Ordering::Acquire) {
        return Ok(());
    }
    let m = vm.import_module("_io")?;
    let Some(m) = m.downcast::<Module>() else { return Ok(()) };
    crate::source::extend(vm, m, "_io.py", include_str!("py/_io.py"))?;
    for name in BASES {
        let class = m.namespace().get_str(vm, vm.intern(name)?)?.and_then(|t| t.downcast::<Type>());
        let methods = m.namespace().get_str(vm, vm.intern(&format!("{name}_methods"))?)?;
        let (Some(class), Some(methods)) = (class, methods.and_then(|d| d.downcast::<Dict>())) else {
            continue;
        };
        let mut at = 0;
        while let Some((next, k, v)) = methods.next_entry(at) {
            class.namespace().set(vm, k, v)?;
            at = next;
        }
        vm.class_changed(class)?;
    }
    let e = m.namespace().get_str(vm, vm.intern("UnsupportedOperation")?)?;
    r.payload.unsupported.set(vm, r.header(), e.unwrap_or(vm.exc().os_error.value()));
    r.payload.extended.store(true, Ordering::Release);
    Ok(())
}

/// `io`
pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    vm.import_module("_io")?;
    if let Some(r) = registry(vm)? {
        extend(vm, r)?;
    }
    let m = vm.new_module("io")?;
    crate::source::extend(vm, m, "io.py", include_str!("py/io.py"))?;
    Ok(m)
}

/// The registry of `_io`, if that was imported.
fn registry(vm: &Vm) -> PyResult<Option<Gc<Native<Registry>>>> {
    let Some(m) = vm.interp().boot().modules.get_str(vm, vm.intern("_io")?)? else { return Ok(None) };
    let Some(m) = m.downcast::<Module>() else { return Ok(None) };
    Ok(m.namespace().get_str(vm, vm.intern("_registry")?)?.and_then(|v| v.native::<Registry>()))
}

/// Writes out what open files still hold, at the end of the process. Errors are ignored, as the interpreter's end ignores
/// those of files that nobody closed.
pub fn flush_all(vm: &Vm) {
    let files = open_files(vm);
    vm.detached(|| {
        for f in &files {
            let _ = f.flush();
        }
    });
}

/// Every open file.
pub(crate) fn open_files(vm: &Vm) -> Vec<Arc<Descriptor>> {
    let Ok(Some(r)) = registry(vm) else { return Vec::new() };
    r.payload.files.lock().iter().filter_map(Weak::upgrade).collect()
}

/// Puts text streams over the process's descriptors into `sys`.
pub(crate) fn install_standard_streams(vm: &Vm) -> PyResult<()> {
    open::install_standard_streams(vm)
}

/// `io.UnsupportedOperation` with this message.
#[cold]
fn unsupported(vm: &Vm, message: &str) -> Thrown {
    let made = registry(vm).and_then(|r| match r {
        Some(r) => {
            extend(vm, r)?;
            vm.call(r.payload.unsupported.get(), &[vm.new_str(message)?.value()])
        }
        None => Ok(Value::NONE),
    });
    match made {
        Ok(e) if e.downcast::<Exception>().is_some() => Thrown(e),
        Ok(_) => vm.unsupported_operation(message),
        Err(e) => e,
    }
}

#[cold]
fn closed(vm: &Vm) -> Thrown {
    vm.value_error("I/O operation on closed file.")
}

/// The same of in-memory text, which CPython says without a full stop.
#[cold]
fn closed_string(vm: &Vm) -> Thrown {
    vm.value_error("I/O operation on closed file")
}

/// The bytes of a bytes-like argument.
fn bytes_like(vm: &Vm, v: Value) -> PyResult<Vec<u8>> {
    if let Some(b) = v.downcast::<Bytes>() {
        return Ok(b.as_slice().to_vec());
    }
    let refuse = v.downcast::<Str>().is_some() || vm.is_int(v) || v.is_none() || vm.as_float(v).is_some();
    if !refuse {
        let b = vm.call(vm.types().bytes.value(), &[v])?;
        if let Some(b) = b.downcast::<Bytes>() {
            return Ok(b.as_slice().to_vec());
        }
    }
    Err(vm.type_error(format!("a bytes-like object is required, not '{}'", vm.type_name(v))))
}

/// A size argument: `None`, absent or negative mean "no limit".
fn size_of(vm: &Vm, v: Option<Value>) -> PyResult<Option<usize>> {
    match v {
        None => Ok(None),
        Some(v) if v.is_none() => Ok(None),
        Some(v) => {
            if !vm.is_int(v) && vm.type_lookup(vm.type_of(v), vm.names().__index__).is_none() {
                return Err(
                    vm.type_error(format!("argument should be integer or None, not '{}'", vm.type_name(v)))
                );
            }
            Ok(usize::try_from(vm.index_clamped(v)?).ok())
        }
    }
}
