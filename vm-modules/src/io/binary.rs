//! `BufferedReader`, `BufferedWriter`, `BufferedRandom` and `FileIO`: one payload, four names.

use std::sync::Arc;

use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{TypeSlots, type_flags},
        gc::{Gc, Slot},
        items::RootVec,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

use super::{
    bytes_like, closed,
    descriptor::{CHUNK, Descriptor, LineEnd},
    size_of, unsupported,
};

/// Payload.
pub(super) struct BinaryFile {
    pub(super) file: Arc<Descriptor>,
    pub(super) name: Slot,
    pub(super) mode: Slot,
}

impl NativePayload for BinaryFile {
    fn trace(&self, m: &mut Marker) {
        self.name.trace(m);
        self.mode.trace(m);
    }
}

type This = Gc<Native<BinaryFile>>;

const fn def(name: &'static str, doc: &'static str) -> TypeDef {
    TypeDef {
        name,
        doc,
        kind: Native::<BinaryFile>::KIND,
        size: Native::<BinaryFile>::SIZE,
        flags: type_flags::BASETYPE
            | type_flags::HAS_DICT
            | type_flags::WEAKREF
            | type_flags::DISALLOW_INSTANTIATION,
        slots: TypeSlots { repr: Some(repr), iter: Some(itself), iternext: Some(next_line), ..NO_SLOTS },
        methods: METHODS,
        getset: GETSET,
    }
}

pub(super) static READER: TypeDef = def("_io.BufferedReader", "Buffered binary input.");
pub(super) static WRITER: TypeDef = def("_io.BufferedWriter", "Buffered binary output.");
pub(super) static RANDOM: TypeDef = def("_io.BufferedRandom", "Buffered binary input and output.");
pub(super) static FILE_IO: TypeDef = def("_io.FileIO", "An unbuffered file.");

const METHODS: &[MethodDef] = &[
    MethodDef::new("read", |vm, a| {
        let (f, rest) = a.this_native::<BinaryFile>(vm, "read")?;
        let v = rest.range(vm, "read", 0, 1)?;
        let n = size_of(vm, v.first().copied())?;
        let file = readable(vm, f)?;
        let bytes = match n {
            Some(n) if file.unbuffered => file.read_once(vm, n)?,
            n => file.read(vm, n)?,
        };
        Ok(vm.new_bytes(&bytes)?.value())
    }),
    MethodDef::new("read1", |vm, a| {
        let (f, rest) = a.this_native::<BinaryFile>(vm, "read1")?;
        let v = rest.range(vm, "read1", 0, 1)?;
        let n = size_of(vm, v.first().copied())?.unwrap_or(CHUNK);
        let bytes = readable(vm, f)?.read_once(vm, n)?;
        Ok(vm.new_bytes(&bytes)?.value())
    }),
    MethodDef::new("readall", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "readall")?;
        let bytes = readable(vm, f)?.read(vm, None)?;
        Ok(vm.new_bytes(&bytes)?.value())
    }),
    MethodDef::new("peek", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "peek")?;
        let bytes = readable(vm, f)?.peek(vm)?;
        Ok(vm.new_bytes(&bytes)?.value())
    }),
    MethodDef::new("readinto", |vm, a| {
        let (f, rest) = a.this_native::<BinaryFile>(vm, "readinto")?;
        let [target] = rest.exact::<1>(vm, "readinto")?;
        let n = vm.len(target)?;
        let bytes = readable(vm, f)?.read(vm, Some(n))?;
        read_into(vm, target, &bytes)
    }),
    MethodDef::new("readline", |vm, a| {
        let (f, rest) = a.this_native::<BinaryFile>(vm, "readline")?;
        let v = rest.range(vm, "readline", 0, 1)?;
        let n = size_of(vm, v.first().copied())?;
        let bytes = readable(vm, f)?.read_line(vm, LineEnd::Lf, n)?;
        Ok(vm.new_bytes(&bytes)?.value())
    }),
    MethodDef::new("readlines", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "readlines")?;
        let file = readable(vm, f)?;
        let lines = RootVec::new(vm);
        loop {
            let line = file.read_line(vm, LineEnd::Lf, None)?;
            if line.is_empty() {
                return Ok(vm.new_list_of(lines.into_items()?)?.value());
            }
            lines.push(vm.new_bytes(&line)?.value())?;
        }
    }),
    MethodDef::new("write", |vm, a| {
        let (f, rest) = a.this_native::<BinaryFile>(vm, "write")?;
        let [v] = rest.exact::<1>(vm, "write")?;
        let bytes = bytes_like(vm, v)?;
        let file = opened(vm, f)?;
        if !file.writable {
            return Err(unsupported(vm, "write"));
        }
        file.write(vm, &bytes, false)?;
        Ok(Value::small_int(bytes.len() as i64))
    }),
    MethodDef::new("flush", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "flush")?;
        opened(vm, f)?.run(vm, Descriptor::write_out)?;
        Ok(Value::NONE)
    }),
    MethodDef::new("close", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "close")?;
        close(vm, &f.payload.file)
    }),
    MethodDef::new("fileno", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "fileno")?;
        Ok(Value::small_int(i64::from(opened(vm, f)?.fd())))
    }),
    MethodDef::new("isatty", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "isatty")?;
        Ok(Value::bool(opened(vm, f)?.is_tty()))
    }),
    MethodDef::new("readable", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "readable")?;
        Ok(Value::bool(opened(vm, f)?.readable))
    }),
    MethodDef::new("writable", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "writable")?;
        Ok(Value::bool(opened(vm, f)?.writable))
    }),
    MethodDef::new("seekable", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "seekable")?;
        seekable(vm, opened(vm, f)?)
    }),
    MethodDef::new("seek", |vm, a| {
        let (f, rest) = a.this_native::<BinaryFile>(vm, "seek")?;
        let v = rest.range(vm, "seek", 1, 2)?;
        let whence = match v.get(1) {
            Some(&w) => vm.index_i64(w)?,
            None => 0,
        };
        let offset = vm.index_i64(v[0])?;
        if !(0..=2).contains(&whence) {
            return Err(vm.value_error(format!("whence value {whence} unsupported")));
        }
        seek(vm, opened(vm, f)?, offset, whence)
    }),
    MethodDef::new("tell", |vm, a| {
        let (f, _) = a.this_native::<BinaryFile>(vm, "tell")?;
        tell(vm, opened(vm, f)?)
    }),
    MethodDef::new("truncate", |vm, a| {
        let (f, rest) = a.this_native::<BinaryFile>(vm, "truncate")?;
        truncate(vm, opened(vm, f)?, rest)
    }),
];

const GETSET: &[GetSetDef] = &[
    GetSetDef::read_only("name", |vm, v| Ok(this(vm, v)?.payload.name.get())),
    GetSetDef::read_only("mode", |vm, v| Ok(this(vm, v)?.payload.mode.get())),
    GetSetDef::read_only("closed", |vm, v| Ok(Value::bool(this(vm, v)?.payload.file.is_closed()))),
    GetSetDef::read_only("closefd", |_, _| Ok(Value::TRUE)),
    GetSetDef::read_only("raw", |_, v| Ok(v)),
];

fn this(vm: &Vm, v: Value) -> PyResult<This> {
    v.native::<BinaryFile>().ok_or_else(|| vm.type_error("a binary file is required"))
}

fn itself(vm: &Vm, v: Value) -> PyResult {
    opened(vm, this(vm, v)?)?;
    Ok(v)
}

fn next_line(vm: &Vm, v: Value) -> PyResult<Option<Value>> {
    let line = readable(vm, this(vm, v)?)?.read_line(vm, LineEnd::Lf, None)?;
    if line.is_empty() { Ok(None) } else { Ok(Some(vm.new_bytes(&line)?.value())) }
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let f = this(vm, v)?;
    let class = vm.qualified_name(vm.type_of(v));
    if f.payload.file.is_closed() && class.ends_with("FileIO") {
        return vm.new_str(&format!("<{class} [closed]>"));
    }
    let name = vm.repr(f.payload.name.get())?;
    if class.ends_with("FileIO") {
        let mode = vm.repr(f.payload.mode.get())?;
        return vm.new_str(&format!(
            "<{class} name={} mode={} closefd=True>",
            name.to_str_lossy(),
            mode.to_str_lossy()
        ));
    }
    vm.new_str(&format!("<{class} name={}>", name.to_str_lossy()))
}

fn opened(vm: &Vm, f: This) -> PyResult<&Arc<Descriptor>> {
    // SAFETY: the cell outlives the call: the caller holds it in its arguments, which are on the stack.
    let file = unsafe { &(*f.as_ptr()).payload.file };
    if file.is_closed() { Err(closed(vm)) } else { Ok(file) }
}

fn readable(vm: &Vm, f: This) -> PyResult<&Arc<Descriptor>> {
    let file = opened(vm, f)?;
    if file.readable { Ok(file) } else { Err(unsupported(vm, "read")) }
}

pub(super) fn close(vm: &Vm, file: &Arc<Descriptor>) -> PyResult {
    if !file.is_closed()
        && let Err(e) = vm.detached(|| file.close())
    {
        return Err(vm.io_error(&e, None));
    }
    Ok(Value::NONE)
}

pub(super) fn seekable(vm: &Vm, file: &Arc<Descriptor>) -> PyResult {
    let r = vm.detached(|| {
        // SAFETY: a system call on a number.
        unsafe { libc::lseek(file.fd(), 0, libc::SEEK_CUR) }
    });
    Ok(Value::bool(r >= 0))
}

pub(super) fn seek(vm: &Vm, file: &Arc<Descriptor>, offset: i64, whence: i64) -> PyResult {
    let at = file.run(vm, |d, b| d.seek(b, offset, whence as i32))?;
    vm.new_int_u64(at)
}

pub(super) fn tell(vm: &Vm, file: &Arc<Descriptor>) -> PyResult {
    let at = file.run(vm, |d, b| d.tell(b))?;
    vm.new_int_u64(at)
}

pub(super) fn truncate(vm: &Vm, file: &Arc<Descriptor>, rest: Args<'_>) -> PyResult {
    let v = rest.range(vm, "truncate", 0, 1)?;
    if !file.writable {
        return Err(unsupported(vm, "truncate"));
    }
    let size = match v.first() {
        Some(&n) if !n.is_none() => Some(vm.index_i64(n)?),
        _ => None,
    };
    let n = file.run(vm, |d, b| d.truncate(b, size))?;
    vm.new_int(n)
}

/// Stores `bytes` at the start of a mutable bytes-like object.
pub(super) fn read_into(vm: &Vm, target: Value, bytes: &[u8]) -> PyResult {
    for (i, &b) in bytes.iter().enumerate() {
        vm.setitem(target, Value::small_int(i as i64), Value::small_int(i64::from(b)))?;
    }
    Ok(Value::small_int(bytes.len() as i64))
}
