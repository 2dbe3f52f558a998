//! `open`, and the standard streams.

use std::sync::Arc;

use vm_core::sync::AtomicBool;
use vm_python::{
    error::PyResult,
    native::{Args, Native, NativeFn},
    object::{
        bytes::Bytes,
        gc::{Gc, Slot},
        str::Str,
    },
    value::Value,
    vm::Vm,
};

use super::{
    Registry,
    binary::BinaryFile,
    descriptor::{self, Descriptor, LineEnd},
    text::{Encoding, Newline, TextFile},
};

/// Functions of `_io`; the first argument is the registry.
pub(super) const FUNCTIONS: &[(&str, NativeFn)] =
    &[("open", open), ("open_code", open_code), ("_fdopen", open)];

/// A mode string, taken apart.
struct Mode {
    flags: i32,
    readable: bool,
    writable: bool,
    binary: bool,
}

fn parse_mode(vm: &Vm, mode: &str) -> PyResult<Mode> {
    let bad = || vm.value_error(format!("invalid mode: '{mode}'"));
    let has = |c: char| mode.contains(c);
    let mut seen = String::new();
    for c in mode.chars() {
        if !"axrwb+t".contains(c) || seen.contains(c) {
            return Err(bad());
        }
        seen.push(c);
    }
    if has('t') && has('b') {
        return Err(vm.value_error("can't have text and binary mode at once"));
    }
    if ['a', 'x', 'r', 'w'].into_iter().filter(|&c| has(c)).count() != 1 {
        return Err(vm.value_error("must have exactly one of create/read/write/append mode"));
    }
    let plus = has('+');
    let readable = has('r') || plus;
    let writable = !has('r') || plus;
    let access = match (readable, writable) {
        (true, true) => libc::O_RDWR,
        (false, true) => libc::O_WRONLY,
        _ => libc::O_RDONLY,
    };
    let how = if has('w') {
        libc::O_CREAT | libc::O_TRUNC
    } else if has('x') {
        libc::O_CREAT | libc::O_EXCL
    } else if has('a') {
        libc::O_CREAT | libc::O_APPEND
    } else {
        0
    };
    Ok(Mode { flags: access | how, readable, writable, binary: has('b') })
}

fn parse_newline(vm: &Vm, v: Value) -> PyResult<Newline> {
    let universal = Newline { end: LineEnd::Any, translate: true, write: b"\n" };
    let Some(v) = v.bound().filter(|v| !v.is_none()) else { return Ok(universal) };
    let Some(s) = v.downcast::<Str>() else {
        return Err(
            vm.type_error(format!("open() argument 'newline' must be str or None, not {}", vm.type_name(v)))
        );
    };
    match &*s.to_str_lossy() {
        "" => Ok(Newline { translate: false, ..universal }),
        "\n" => Ok(Newline { end: LineEnd::Lf, translate: false, write: b"\n" }),
        "\r" => Ok(Newline { end: LineEnd::Cr, translate: false, write: b"\r" }),
        "\r\n" => Ok(Newline { end: LineEnd::CrLf, translate: false, write: b"\r\n" }),
        _ => Err(vm.value_error(format!("illegal newline value: {}", vm.repr(v)?.to_str_lossy()))),
    }
}

/// A string argument with a default.
fn text_argument(vm: &Vm, v: Value, name: &str, default: &str) -> PyResult<Gc<Str>> {
    match v.bound() {
        Some(v) if !v.is_none() => v.downcast::<Str>().ok_or_else(|| {
            vm.type_error(format!("open() argument '{name}' must be str or None, not {}", vm.type_name(v)))
        }),
        _ => vm.new_str(default),
    }
}

/// The bytes of a path argument; `os.PathLike` is asked for its own.
pub(crate) fn path_bytes(vm: &Vm, v: Value) -> PyResult<Vec<u8>> {
    if let Some(s) = v.downcast::<Str>() {
        // Lone surrogates U+DC80…U+DCFF stand for undecodable bytes (PEP 383).
        let mut out = Vec::with_capacity(s.len());
        for c in s.code_points() {
            match (char::from_u32(c), c) {
                (Some(c), _) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                (None, 0xDC80..=0xDCFF) => out.push((c - 0xDC00) as u8),
                (None, _) => return Err(vm.value_error("surrogates not allowed in a path")),
            }
        }
        return Ok(out);
    }
    if let Some(b) = v.downcast::<Bytes>() {
        return Ok(b.as_slice().to_vec());
    }
    let name = vm.intern("__fspath__")?;
    match vm.lookup_special(v, name)? {
        Some(f) => {
            let p = vm.call(f, &[])?;
            if p.downcast::<Str>().is_some() || p.downcast::<Bytes>().is_some() {
                return path_bytes(vm, p);
            }
            Err(vm.type_error(format!(
                "expected {}.__fspath__() to return str or bytes, not {}",
                vm.type_name(v),
                vm.type_name(p)
            )))
        }
        None => {
            Err(vm.type_error(format!("expected str, bytes or os.PathLike object, not {}", vm.type_name(v))))
        }
    }
}

fn registry_of(vm: &Vm, a: Args<'_>) -> PyResult<Gc<Native<Registry>>> {
    a.all()[0].native::<Registry>().ok_or_else(|| vm.system_error("io is not initialised"))
}

fn open_code(vm: &Vm, a: Args<'_>) -> PyResult {
    let [path] = a.rest().exact::<1>(vm, "open_code")?;
    open(vm, Args::new(&[a.all()[0], path, vm.new_str("rb")?.value()]))
}

fn open(vm: &Vm, a: Args<'_>) -> PyResult {
    let r = registry_of(vm, a)?;
    super::extend(vm, r)?;
    let [path, mode, buffering, encoding, errors, newline, closefd, opener] = a.rest().bind(
        vm,
        "open",
        ["file", "mode", "buffering", "encoding", "errors", "newline", "closefd", "opener"],
        1,
        0,
        8,
    )?;
    let mode_text = match mode.bound() {
        None => vm.new_str("r")?,
        Some(m) => m.downcast::<Str>().ok_or_else(|| {
            vm.type_error(format!("open() argument 'mode' must be str, not {}", vm.type_name(m)))
        })?,
    };
    let mode = parse_mode(vm, &mode_text.to_str_lossy())?;
    let buffering = match buffering.bound() {
        Some(b) => vm.index_i64(b)?,
        None => -1,
    };
    let given = |v: Value| v.bound().is_some_and(|v| !v.is_none());
    if mode.binary {
        for (v, what) in [(encoding, "an encoding"), (errors, "an errors"), (newline, "a newline")] {
            if given(v) {
                return Err(vm.value_error(format!("binary mode doesn't take {what} argument")));
            }
        }
    } else if buffering == 0 {
        return Err(vm.value_error("can't have unbuffered text I/O"));
    }
    let newline = parse_newline(vm, newline)?;
    let encoding_name = text_argument(vm, encoding, "encoding", "UTF-8")?;
    let errors = text_argument(vm, errors, "errors", "strict")?;
    let wanted = encoding_name.to_str_lossy();
    let Some(encoding) = Encoding::of(if wanted == "locale" { "utf-8" } else { &wanted }) else {
        return Err(vm.lookup_error(format!("unknown encoding: {wanted}")));
    };
    let closefd = closefd.is_unbound() || vm.truthy(closefd)?;
    let (fd, owned) = if vm.is_int(path) {
        let n = vm.index_i64(path)?;
        let Ok(fd) = i32::try_from(n) else { return Err(vm.overflow_error("fd is greater than maximum")) };
        if fd < 0 {
            return Err(vm.value_error("negative file descriptor"));
        }
        if descriptor::is_directory(fd).is_none() {
            return Err(vm.os_error(libc::EBADF, None));
        }
        (fd, closefd)
    } else if given(opener) {
        let fd = vm.call(opener, &[path, Value::small_int(i64::from(mode.flags | libc::O_CLOEXEC))])?;
        let fd = i32::try_from(vm.index_i64(fd)?).unwrap_or(-1);
        if fd < 0 {
            return Err(vm.value_error(format!("opener returned {fd}")));
        }
        (fd, true)
    } else {
        if !closefd {
            return Err(vm.value_error("Cannot use closefd=False with file name"));
        }
        (descriptor::open(vm, &path_bytes(vm, path)?, mode.flags, path)?, true)
    };
    let file = Arc::new(Descriptor::new(fd, owned, mode.readable, mode.writable, buffering == 0));
    if descriptor::is_directory(fd) == Some(true) {
        return Err(vm.os_error(libc::EISDIR, Some(path)));
    }
    if mode.flags & libc::O_APPEND != 0 {
        // SAFETY: a system call on our own descriptor; a pipe refuses, which does not matter.
        unsafe { libc::lseek(fd, 0, libc::SEEK_END) };
    }
    r.payload.remember(&file);
    let line_buffering = buffering == 1 || buffering < 0 && !mode.binary && file.is_tty();
    let buffer = wrap_binary(vm, r, &file, path, mode_text.value())?;
    if mode.binary {
        return Ok(buffer);
    }
    let t = TextFile {
        file,
        buffer: Slot::new(buffer),
        name: Slot::new(path),
        mode: Slot::new(mode_text.value()),
        encoding_name: Slot::new(encoding_name.value()),
        errors: Slot::new(errors.value()),
        encoding,
        newline,
        line_buffering: AtomicBool::new(line_buffering),
        write_through: AtomicBool::new(false),
    };
    Ok(vm.new_native_object(r.payload.class(vm, &r.payload.text)?, t)?.value())
}

/// The binary layer of a file.
fn wrap_binary(
    vm: &Vm,
    r: Gc<Native<Registry>>,
    file: &Arc<Descriptor>,
    name: Value,
    mode: Value,
) -> PyResult {
    let p = &r.payload;
    let slot = if file.unbuffered {
        &p.raw
    } else if file.readable && file.writable {
        &p.random
    } else if file.writable {
        &p.writer
    } else {
        &p.reader
    };
    // As CPython's binary layers say it: letters in order, always with `b`.
    let text = mode.downcast::<Str>().map(|m| m.to_str_lossy().replace('t', "")).unwrap_or_default();
    let first = text.chars().find(|c| "rwax".contains(*c)).unwrap_or('r');
    let mode = format!("{first}b{}", if text.contains('+') { "+" } else { "" });
    let b = BinaryFile {
        file: Arc::clone(file),
        name: Slot::new(name),
        mode: Slot::new(vm.new_str(&mode)?.value()),
    };
    Ok(vm.new_native_object(p.class(vm, slot)?, b)?.value())
}

/// `sys.stdin`, `sys.stdout`, `sys.stderr`: text over the descriptors of the process, or None where there is none.
pub(super) fn install_standard_streams(vm: &Vm) -> PyResult<()> {
    vm.import_module("_io")?;
    let Some(r) = super::registry(vm)? else { return Ok(()) };
    let sys = vm.interp().boot().sys;
    let unbuffered = vm.interp().config.unbuffered;
    for (fd, stream, name, errors) in [
        (0, "stdin", "<stdin>", "strict"),
        (1, "stdout", "<stdout>", "strict"),
        (2, "stderr", "<stderr>", "backslashreplace"),
    ] {
        let value = if descriptor::is_directory(fd).is_none() {
            Value::NONE
        } else {
            let file = Arc::new(Descriptor::new(fd, false, fd == 0, fd != 0, false));
            r.payload.remember(&file);
            let name = vm.new_str(name)?.value();
            let mode = vm.intern(if fd == 0 { "r" } else { "w" })?.value();
            let buffer = wrap_binary(vm, r, &file, name, mode)?;
            let line_buffering = fd == 2 || file.is_tty();
            let t = TextFile {
                file,
                buffer: Slot::new(buffer),
                name: Slot::new(name),
                mode: Slot::new(mode),
                encoding_name: Slot::new(vm.intern("utf-8")?.value()),
                errors: Slot::new(vm.intern(errors)?.value()),
                encoding: Encoding::Utf8,
                newline: Newline { end: LineEnd::Any, translate: true, write: b"\n" },
                line_buffering: AtomicBool::new(line_buffering),
                write_through: AtomicBool::new(fd != 0 && unbuffered),
            };
            vm.new_native_object(r.payload.class(vm, &r.payload.text)?, t)?.value()
        };
        sys.set_str(vm, vm.intern(stream)?, value)?;
        sys.set_str(vm, vm.intern(&format!("__{stream}__"))?, value)?;
    }
    Ok(())
}
