//! `TextIOWrapper` over a file descriptor.

use std::{borrow::Cow, sync::Arc};

use vm_core::sync::{AtomicBool, Ordering};
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
    closed,
    descriptor::{Descriptor, LineEnd},
    size_of, unsupported,
};

/// Encodings that the text layer does itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Utf8,
    Ascii,
    Latin1,
}

impl Encoding {
    /// By name, as `codecs.lookup` normalises it.
    pub(super) fn of(name: &str) -> Option<Encoding> {
        match name.to_ascii_lowercase().replace('_', "-").as_str() {
            "utf-8" | "utf8" | "u8" | "utf" | "cp65001" => Some(Encoding::Utf8),
            "ascii" | "us-ascii" | "646" => Some(Encoding::Ascii),
            "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "l1" | "8859" => Some(Encoding::Latin1),
            _ => None,
        }
    }
    const fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Ascii => "ascii",
            Encoding::Latin1 => "latin-1",
        }
    }
}

/// How line ends are read and written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Newline {
    /// Where a line ends when reading.
    pub(super) end: LineEnd,
    /// Whether what ends a line becomes `\n` when reading.
    pub(super) translate: bool,
    /// What `\n` becomes when writing.
    pub(super) write: &'static [u8],
}

/// Payload.
pub(super) struct TextFile {
    pub(super) file: Arc<Descriptor>,
    /// The binary layer, as `buffer` shows it.
    pub(super) buffer: Slot,
    pub(super) name: Slot,
    pub(super) mode: Slot,
    /// As the user wrote it.
    pub(super) encoding_name: Slot,
    pub(super) errors: Slot,
    pub(super) encoding: Encoding,
    pub(super) newline: Newline,
    pub(super) line_buffering: AtomicBool,
    pub(super) write_through: AtomicBool,
}

impl NativePayload for TextFile {
    fn trace(&self, m: &mut Marker) {
        for s in [&self.buffer, &self.name, &self.mode, &self.encoding_name, &self.errors] {
            s.trace(m);
        }
    }
}

type This = Gc<Native<TextFile>>;

pub(super) static DEF: TypeDef = TypeDef {
    name: "_io.TextIOWrapper",
    doc: "Character and line based layer over a file.",
    kind: Native::<TextFile>::KIND,
    size: Native::<TextFile>::SIZE,
    flags: type_flags::BASETYPE
        | type_flags::HAS_DICT
        | type_flags::WEAKREF
        | type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots {
        repr: Some(repr),
        iter: Some(|vm, v| {
            open(vm, this(vm, v)?)?;
            Ok(v)
        }),
        iternext: Some(|vm, v| {
            let line = read_line(vm, this(vm, v)?, None)?;
            Ok((!line.is_empty()).then(|| line.value()))
        }),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("write", |vm, a| {
            let (f, rest) = a.this_native::<TextFile>(vm, "write")?;
            let [v] = rest.exact::<1>(vm, "TextIOWrapper.write")?;
            let Some(text) = v.downcast::<Str>() else {
                return Err(vm.type_error(format!("write() argument must be str, not {}", vm.type_name(v))));
            };
            write(vm, f, text)?;
            Ok(Value::small_int(text.len() as i64))
        }),
        MethodDef::new("writelines", |vm, a| {
            let (f, rest) = a.this_native::<TextFile>(vm, "writelines")?;
            let [lines] = rest.exact::<1>(vm, "TextIOWrapper.writelines")?;
            vm.for_each(lines, |v| match v.downcast::<Str>() {
                Some(text) => write(vm, f, text).map(|()| true),
                None => Err(vm.type_error(format!("write() argument must be str, not {}", vm.type_name(v)))),
            })?;
            Ok(Value::NONE)
        }),
        MethodDef::new("read", read),
        MethodDef::new("readline", |vm, a| {
            let (f, rest) = a.this_native::<TextFile>(vm, "readline")?;
            let v = rest.range(vm, "readline", 0, 1)?;
            Ok(read_line(vm, f, size_of(vm, v.first().copied())?)?.value())
        }),
        MethodDef::new("readlines", |vm, a| {
            let (f, rest) = a.this_native::<TextFile>(vm, "readlines")?;
            let v = rest.range(vm, "readlines", 0, 1)?;
            let hint = size_of(vm, v.first().copied())?.filter(|&n| n > 0);
            let (lines, mut total) = (RootVec::new(vm), 0);
            loop {
                let line = read_line(vm, f, None)?;
                if line.is_empty() {
                    break;
                }
                total += line.len();
                lines.push(line.value())?;
                if hint.is_some_and(|h| total >= h) {
                    break;
                }
            }
            Ok(vm.new_list_of(lines.into_items()?)?.value())
        }),
        MethodDef::new("flush", |vm, a| {
            let (f, _) = a.this_native::<TextFile>(vm, "flush")?;
            open(vm, f)?;
            if f.payload.file.is_dirty() {
                f.payload.file.run(vm, Descriptor::write_out)?;
            }
            Ok(Value::NONE)
        }),
        MethodDef::new("close", |vm, a| {
            let (f, _) = a.this_native::<TextFile>(vm, "close")?;
            super::binary::close(vm, &f.payload.file)
        }),
        MethodDef::new("fileno", |vm, a| {
            let (f, _) = a.this_native::<TextFile>(vm, "fileno")?;
            open(vm, f)?;
            Ok(Value::small_int(i64::from(f.payload.file.fd())))
        }),
        MethodDef::new("isatty", |vm, a| {
            let (f, _) = a.this_native::<TextFile>(vm, "isatty")?;
            open(vm, f)?;
            Ok(Value::bool(f.payload.file.is_tty()))
        }),
        MethodDef::new("readable", |vm, a| {
            let (f, _) = a.this_native::<TextFile>(vm, "readable")?;
            open(vm, f)?;
            Ok(Value::bool(f.payload.file.readable))
        }),
        MethodDef::new("writable", |vm, a| {
            let (f, _) = a.this_native::<TextFile>(vm, "writable")?;
            open(vm, f)?;
            Ok(Value::bool(f.payload.file.writable))
        }),
        MethodDef::new("seekable", |vm, a| {
            let (f, _) = a.this_native::<TextFile>(vm, "seekable")?;
            open(vm, f)?;
            super::binary::seekable(vm, &f.payload.file)
        }),
        MethodDef::new("seek", |vm, a| {
            let (f, rest) = a.this_native::<TextFile>(vm, "seek")?;
            let v = rest.range(vm, "seek", 1, 2)?;
            open(vm, f)?;
            let whence = match v.get(1) {
                Some(&w) => vm.index_i64(w)?,
                None => 0,
            };
            let offset = vm.index_i64(v[0])?;
            match whence {
                0 if offset < 0 => return Err(vm.value_error(format!("negative seek position {offset}"))),
                1 if offset != 0 => return Err(unsupported(vm, "can't do nonzero cur-relative seeks")),
                2 if offset != 0 => return Err(unsupported(vm, "can't do nonzero end-relative seeks")),
                0..=2 => {}
                w => return Err(vm.value_error(format!("invalid whence ({w}, should be 0, 1 or 2)"))),
            }
            super::binary::seek(vm, &f.payload.file, offset, whence)
        }),
        MethodDef::new("tell", |vm, a| {
            let (f, _) = a.this_native::<TextFile>(vm, "tell")?;
            open(vm, f)?;
            super::binary::tell(vm, &f.payload.file)
        }),
        MethodDef::new("truncate", |vm, a| {
            let (f, rest) = a.this_native::<TextFile>(vm, "truncate")?;
            open(vm, f)?;
            super::binary::truncate(vm, &f.payload.file, rest)
        }),
        MethodDef::new("reconfigure", reconfigure),
    ],
    getset: &[
        GetSetDef::read_only("name", |vm, v| Ok(this(vm, v)?.payload.name.get())),
        GetSetDef::new(
            "mode",
            |vm, v| Ok(this(vm, v)?.payload.mode.get()),
            |vm, v, new| {
                let f = this(vm, v)?;
                f.payload.mode.set(vm, f.header(), new.unwrap_or(Value::NONE));
                Ok(())
            },
        ),
        GetSetDef::read_only("buffer", |vm, v| Ok(this(vm, v)?.payload.buffer.get())),
        GetSetDef::read_only("encoding", |vm, v| Ok(this(vm, v)?.payload.encoding_name.get())),
        GetSetDef::read_only("errors", |vm, v| Ok(this(vm, v)?.payload.errors.get())),
        GetSetDef::read_only("closed", |vm, v| Ok(Value::bool(this(vm, v)?.payload.file.is_closed()))),
        GetSetDef::read_only("newlines", |_, _| Ok(Value::NONE)),
        GetSetDef::read_only("line_buffering", |vm, v| {
            Ok(Value::bool(this(vm, v)?.payload.line_buffering.load(Ordering::Relaxed)))
        }),
        GetSetDef::read_only("write_through", |vm, v| {
            Ok(Value::bool(this(vm, v)?.payload.write_through.load(Ordering::Relaxed)))
        }),
    ],
};

fn this(vm: &Vm, v: Value) -> PyResult<This> {
    v.native::<TextFile>().ok_or_else(|| vm.type_error("a TextIOWrapper is required"))
}

fn open(vm: &Vm, f: This) -> PyResult<()> {
    if f.payload.file.is_closed() { Err(closed(vm)) } else { Ok(()) }
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let p = &this(vm, v)?.payload;
    let (name, mode) = (vm.repr(p.name.get())?, vm.repr(p.mode.get())?);
    let encoding = vm.repr(p.encoding_name.get())?;
    vm.new_str(&format!(
        "<_io.TextIOWrapper name={} mode={} encoding={}>",
        name.to_str_lossy(),
        mode.to_str_lossy(),
        encoding.to_str_lossy()
    ))
}

/// The bytes of a string in the stream's encoding.
fn encode<'s>(vm: &Vm, f: This, text: &'s Gc<Str>) -> PyResult<Cow<'s, [u8]>> {
    if let Some(s) = text.as_ascii() {
        return Ok(Cow::Borrowed(s.as_bytes()));
    }
    if f.payload.encoding == Encoding::Utf8
        && let Ok(s) = text.to_utf8()
    {
        return Ok(Cow::Owned(s.into_owned().into_bytes()));
    }
    let name = vm.intern(f.payload.encoding.name())?.value();
    let b = vm.call_method(text.value(), vm.intern("encode")?, &[name, f.payload.errors.get()])?;
    Ok(Cow::Owned(super::bytes_like(vm, b)?))
}

/// The string of some bytes in the stream's encoding.
fn decode(vm: &Vm, f: This, bytes: &[u8]) -> PyResult<Gc<Str>> {
    if bytes.is_ascii() {
        return vm.new_ascii(bytes);
    }
    match f.payload.encoding {
        Encoding::Utf8 => {
            if let Ok(s) = std::str::from_utf8(bytes) {
                return vm.new_str(s);
            }
        }
        Encoding::Latin1 => {
            let cps: Vec<u32> = bytes.iter().map(|&b| u32::from(b)).collect();
            return vm.new_str_from_code_points(&cps);
        }
        Encoding::Ascii => {}
    }
    let name = vm.intern(f.payload.encoding.name())?.value();
    let b = vm.new_bytes(bytes)?.value();
    let s = vm.call_method(b, vm.intern("decode")?, &[name, f.payload.errors.get()])?;
    s.downcast::<Str>().ok_or_else(|| vm.type_error("decoder should return a string result"))
}

fn write(vm: &Vm, f: This, text: Gc<Str>) -> PyResult<()> {
    open(vm, f)?;
    let p = &f.payload;
    if !p.file.writable {
        return Err(unsupported(vm, "not writable"));
    }
    let mut bytes = encode(vm, f, &text)?;
    let has_line = bytes.contains(&b'\n');
    if has_line && p.newline.write != b"\n" {
        let mut out = Vec::with_capacity(bytes.len() + 16);
        for &b in bytes.iter() {
            if b == b'\n' { out.extend_from_slice(p.newline.write) } else { out.push(b) }
        }
        bytes = Cow::Owned(out);
    }
    let now = p.write_through.load(Ordering::Relaxed)
        || p.line_buffering.load(Ordering::Relaxed) && (has_line || bytes.contains(&b'\r'));
    p.file.write(vm, &bytes, now)
}

/// `\r\n` and `\r` as `\n`, if the stream translates.
fn translated(f: This, bytes: Vec<u8>) -> Vec<u8> {
    if !f.payload.newline.translate || !bytes.contains(&b'\r') {
        return bytes;
    }
    let mut out = Vec::with_capacity(bytes.len());
    for (i, &b) in bytes.iter().enumerate() {
        match b {
            b'\r' if bytes.get(i + 1) == Some(&b'\n') => {}
            b'\r' => out.push(b'\n'),
            b => out.push(b),
        }
    }
    out
}

fn readable(vm: &Vm, f: This) -> PyResult<()> {
    open(vm, f)?;
    if f.payload.file.readable { Ok(()) } else { Err(unsupported(vm, "not readable")) }
}

fn read(vm: &Vm, a: Args<'_>) -> PyResult {
    let (f, rest) = a.this_native::<TextFile>(vm, "read")?;
    let v = rest.range(vm, "read", 0, 1)?;
    let n = size_of(vm, v.first().copied())?;
    readable(vm, f)?;
    let file = &f.payload.file;
    let Some(n) = n else {
        let bytes = file.read(vm, None)?;
        return Ok(decode(vm, f, &translated(f, bytes))?.value());
    };
    let utf8 = f.payload.encoding == Encoding::Utf8;
    let mut bytes = Vec::new();
    let mut have = 0;
    // A translated line end is fewer characters than were read: read on until there are enough.
    while have < n {
        let mut more = file.read_chars(vm, n - have, utf8)?;
        if more.is_empty() {
            break;
        }
        if f.payload.newline.translate && more.last() == Some(&b'\r') {
            more.extend(file.read_chars(vm, 1, utf8)?);
        }
        bytes.extend(translated(f, more));
        have = if utf8 { bytes.iter().filter(|b| **b & 0xC0 != 0x80).count() } else { bytes.len() };
    }
    Ok(decode(vm, f, &bytes)?.value())
}

fn read_line(vm: &Vm, f: This, limit: Option<usize>) -> PyResult<Gc<Str>> {
    readable(vm, f)?;
    let newline = f.payload.newline;
    let bytes = f.payload.file.read_line(vm, newline.end, limit)?;
    decode(vm, f, &translated(f, bytes))
}

fn reconfigure(vm: &Vm, a: Args<'_>) -> PyResult {
    let (f, rest) = a.this_native::<TextFile>(vm, "reconfigure")?;
    let [_, errors, _, line, through] = rest.bind(
        vm,
        "reconfigure",
        ["encoding", "errors", "newline", "line_buffering", "write_through"],
        0,
        0,
        0,
    )?;
    f.payload.file.run(vm, Descriptor::write_out)?;
    let p = &f.payload;
    if let Some(e) = errors.bound().filter(|e| !e.is_none()) {
        p.errors.set(vm, f.header(), e);
    }
    for (flag, v) in [(&p.line_buffering, line), (&p.write_through, through)] {
        if let Some(v) = v.bound().filter(|v| !v.is_none()) {
            flag.store(vm.truthy(v)?, Ordering::Relaxed);
        }
    }
    Ok(Value::NONE)
}
