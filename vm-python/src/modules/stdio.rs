//! The streams that `sys.stdin`, `sys.stdout` and `sys.stderr` are until the `io` module puts its own in their place.

use vm_core::sync::{AtomicBool, Mutex, Ordering};
use vm_heap::Marker;

use crate::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{Type, TypeSlots},
        gc::Gc,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// Bytes of output that are kept before they are written.
const BUFFER: usize = 8 << 10;

/// A text stream over a file descriptor of the process.
pub struct Stream {
    fd: i32,
    name: &'static str,
    /// Written to the descriptor at each line end.
    line_buffered: bool,
    /// Written at once.
    unbuffered: bool,
    /// Unencodable characters become escapes.
    escapes: bool,
    output: Mutex<Vec<u8>>,
    /// Held, by a detached thread, while it writes: keeps the order of what several threads flush.
    writing: Mutex<()>,
    input: Mutex<Vec<u8>>,
    closed: AtomicBool,
}

impl NativePayload for Stream {
    fn trace(&self, _: &mut Marker) {}
}

static DEF: TypeDef = TypeDef {
    name: "_io.TextIOWrapper",
    doc: "A text stream over a standard file descriptor.",
    kind: Native::<Stream>::KIND,
    size: Native::<Stream>::SIZE,
    slots: TypeSlots {
        repr: Some(repr),
        iter: Some(|_, v| Ok(v)),
        iternext: Some(|vm, v| {
            let line = read_line(vm, this(vm, v)?)?;
            Ok(if line.is_empty() { None } else { Some(vm.new_str(&line)?.value()) })
        }),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("write", write),
        MethodDef::new("writelines", |vm, args| {
            let (s, rest) = args.this_native::<Stream>(vm, "writelines")?;
            let [lines] = rest.exact::<1>(vm, "writelines")?;
            vm.for_each(lines, |l| write_value(vm, s, l).map(|_| true))?;
            Ok(Value::NONE)
        }),
        MethodDef::new("flush", |vm, args| {
            let (s, _) = args.this_native::<Stream>(vm, "flush")?;
            flush(vm, s)?;
            Ok(Value::NONE)
        }),
        MethodDef::new("close", |vm, args| {
            let (s, _) = args.this_native::<Stream>(vm, "close")?;
            flush(vm, s)?;
            s.payload.closed.store(true, Ordering::Relaxed);
            Ok(Value::NONE)
        }),
        MethodDef::new("fileno", |vm, args| {
            let (s, _) = args.this_native::<Stream>(vm, "fileno")?;
            Ok(Value::small_int(i64::from(s.payload.fd)))
        }),
        MethodDef::new("isatty", |vm, args| {
            let (s, _) = args.this_native::<Stream>(vm, "isatty")?;
            Ok(Value::bool(is_terminal(s.payload.fd)))
        }),
        MethodDef::new("readable", |vm, args| {
            let (s, _) = args.this_native::<Stream>(vm, "readable")?;
            Ok(Value::bool(s.payload.fd == 0))
        }),
        MethodDef::new("writable", |vm, args| {
            let (s, _) = args.this_native::<Stream>(vm, "writable")?;
            Ok(Value::bool(s.payload.fd != 0))
        }),
        MethodDef::new("seekable", |vm, args| {
            args.this_native::<Stream>(vm, "seekable")?;
            Ok(Value::FALSE)
        }),
        MethodDef::new("readline", |vm, args| {
            let (s, rest) = args.this_native::<Stream>(vm, "readline")?;
            rest.range(vm, "readline", 0, 1)?;
            let line = read_line(vm, s)?;
            Ok(vm.new_str(&line)?.value())
        }),
        MethodDef::new("read", |vm, args| {
            let (s, rest) = args.this_native::<Stream>(vm, "read")?;
            rest.range(vm, "read", 0, 1)?;
            while fill(vm, s)? {}
            let bytes = std::mem::take(&mut *s.payload.input.lock());
            Ok(vm.new_str(&String::from_utf8_lossy(&bytes))?.value())
        }),
        MethodDef::new("readlines", |vm, args| {
            let (s, _) = args.this_native::<Stream>(vm, "readlines")?;
            let out = crate::object::items::RootVec::new(vm);
            loop {
                let line = read_line(vm, s)?;
                if line.is_empty() {
                    return Ok(vm.new_list(out.as_slice())?.value());
                }
                out.push(vm.new_str(&line)?.value())?;
            }
        }),
        MethodDef::new("reconfigure", |vm, args| {
            args.this_native::<Stream>(vm, "reconfigure")?;
            Ok(Value::NONE)
        }),
        MethodDef::new("__enter__", |vm, args| {
            let (s, _) = args.this_native::<Stream>(vm, "__enter__")?;
            Ok(s.value())
        }),
        MethodDef::new("__exit__", |vm, args| {
            let (s, _) = args.this_native::<Stream>(vm, "__exit__")?;
            flush(vm, s)?;
            Ok(Value::NONE)
        }),
    ],
    getset: &[
        GetSetDef::read_only("encoding", |vm, _| Ok(vm.intern("utf-8")?.value())),
        GetSetDef::read_only("errors", |vm, s| {
            Ok(vm.intern(if this(vm, s)?.payload.escapes { "backslashreplace" } else { "strict" })?.value())
        }),
        GetSetDef::read_only("name", |vm, s| Ok(vm.intern(this(vm, s)?.payload.name)?.value())),
        GetSetDef::read_only("mode", |vm, s| {
            Ok(vm.intern(if this(vm, s)?.payload.fd == 0 { "r" } else { "w" })?.value())
        }),
        GetSetDef::read_only("closed", |vm, s| {
            Ok(Value::bool(this(vm, s)?.payload.closed.load(Ordering::Relaxed)))
        }),
        GetSetDef::read_only("line_buffering", |vm, s| Ok(Value::bool(this(vm, s)?.payload.line_buffered))),
        GetSetDef::read_only("newlines", |_, _| Ok(Value::NONE)),
    ],
    ..NO_DEF
};

fn this(vm: &Vm, v: Value) -> PyResult<Gc<Native<Stream>>> {
    v.native::<Stream>().ok_or_else(|| vm.type_error("descriptor requires a '_io.TextIOWrapper' object"))
}

fn is_terminal(fd: i32) -> bool {
    // SAFETY: only asks about a descriptor.
    unsafe { libc::isatty(fd) == 1 }
}

fn is_open(fd: i32) -> bool {
    // SAFETY: only asks about a descriptor.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

/// Puts the three streams into `sys`; None for a descriptor that is closed.
pub(crate) fn install(vm: &Vm) -> PyResult<()> {
    let class: Gc<Type> = vm.define_type(&DEF, None)?;
    let sys = vm.interp().boot().sys;
    let unbuffered = vm.interp().config.unbuffered;
    for (fd, key, dunder, name) in [
        (0, "stdin", "__stdin__", "<stdin>"),
        (1, "stdout", "__stdout__", "<stdout>"),
        (2, "stderr", "__stderr__", "<stderr>"),
    ] {
        let v = if is_open(fd) {
            let s = Stream {
                fd,
                name,
                line_buffered: fd == 2 || is_terminal(fd),
                unbuffered: unbuffered || fd == 2,
                escapes: fd == 2,
                output: Mutex::new(Vec::new()),
                writing: Mutex::new(()),
                input: Mutex::new(Vec::new()),
                closed: AtomicBool::new(false),
            };
            vm.new_native_object(class, s)?.value()
        } else {
            Value::NONE
        };
        sys.set_str(vm, vm.intern(key)?, v)?;
        sys.set_str(vm, vm.intern(dunder)?, v)?;
    }
    Ok(())
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let s = this(vm, v)?;
    let mode = if s.payload.fd == 0 { "r" } else { "w" };
    vm.new_str(&format!("<_io.TextIOWrapper name='{}' mode='{mode}' encoding='utf-8'>", s.payload.name))
}

fn write(vm: &Vm, args: Args<'_>) -> PyResult {
    let (s, rest) = args.this_native::<Stream>(vm, "write")?;
    let [text] = rest.exact::<1>(vm, "write")?;
    write_value(vm, s, text)
}

fn write_value(vm: &Vm, s: Gc<Native<Stream>>, text: Value) -> PyResult {
    let Some(t) = text.downcast::<Str>() else {
        return Err(vm.type_error(format!("write() argument must be str, not {}", vm.type_name(text))));
    };
    let p = &s.payload;
    if p.closed.load(Ordering::Relaxed) {
        return Err(vm.value_error("I/O operation on closed file."));
    }
    if p.fd == 0 {
        return Err(vm.unsupported_operation("not writable"));
    }
    let encoded;
    let bytes: &[u8] = match t.to_utf8() {
        Ok(b) => {
            encoded = b;
            encoded.as_bytes()
        }
        Err(at) if !p.escapes => {
            let args = [
                vm.intern("utf-8")?.value(),
                t.value(),
                Value::small_int(at as i64),
                Value::small_int(at as i64 + 1),
                vm.intern("surrogates not allowed")?.value(),
            ];
            let e = vm.call(vm.exc().unicode_encode_error.value(), &args)?;
            return Err(crate::error::Thrown(e));
        }
        Err(_) => {
            let text = t
                .code_points()
                .map(|c| char::from_u32(c).map_or_else(|| format!("\\u{c:04x}"), String::from))
                .collect::<String>();
            encoded = text.into();
            encoded.as_bytes()
        }
    };
    let full = {
        let mut out = p.output.lock();
        out.extend_from_slice(bytes);
        out.len() >= BUFFER || p.unbuffered || p.line_buffered && bytes.contains(&b'\n')
    };
    if full {
        flush(vm, s)?;
    }
    Ok(Value::small_int(t.len() as i64))
}

fn flush(vm: &Vm, s: Gc<Native<Stream>>) -> PyResult<()> {
    let p = &s.payload;
    if p.output.lock().is_empty() {
        return Ok(());
    }
    let fd = p.fd;
    let r = vm.detached(|| {
        let _order = p.writing.lock();
        let bytes = std::mem::take(&mut *p.output.lock());
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            // SAFETY: pointer and length describe `rest`.
            let n = unsafe { libc::write(fd, rest.as_ptr().cast(), rest.len()) };
            match usize::try_from(n) {
                Ok(n) => rest = &rest[n..],
                Err(_) => {
                    let e = std::io::Error::last_os_error();
                    match e.raw_os_error() {
                        // A signal for the main thread: it is served below, after the whole text went out.
                        Some(libc::EINTR) => {}
                        Some(libc::EAGAIN) => wait_writable(fd),
                        _ => return Err(e),
                    }
                }
            }
        }
        Ok(())
    });
    vm.poll()?;
    r.map_err(|e| vm.io_error(&e, None))
}

fn wait_writable(fd: i32) {
    let mut p = libc::pollfd { fd, events: libc::POLLOUT, revents: 0 };
    // SAFETY: one pollfd of our own.
    unsafe { libc::poll(&raw mut p, 1, 1000) };
}

/// Reads more input; false at the end.
fn fill(vm: &Vm, s: Gc<Native<Stream>>) -> PyResult<bool> {
    let p = &s.payload;
    if p.fd != 0 {
        return Err(vm.unsupported_operation("not readable"));
    }
    loop {
        let r = vm.detached(|| {
            let mut chunk = [0u8; 4096];
            // SAFETY: pointer and length describe `chunk`.
            let n = unsafe { libc::read(p.fd, chunk.as_mut_ptr().cast(), chunk.len()) };
            match usize::try_from(n) {
                Ok(n) => {
                    p.input.lock().extend_from_slice(&chunk[..n]);
                    Ok(n != 0)
                }
                Err(_) => Err(std::io::Error::last_os_error()),
            }
        });
        vm.poll()?;
        match r {
            Ok(more) => return Ok(more),
            Err(e) if e.raw_os_error() == Some(libc::EINTR) => {}
            Err(e) => return Err(vm.io_error(&e, None)),
        }
    }
}

fn read_line(vm: &Vm, s: Gc<Native<Stream>>) -> PyResult<String> {
    loop {
        {
            let mut input = s.payload.input.lock();
            if let Some(i) = input.iter().position(|&b| b == b'\n') {
                let line: Vec<u8> = input.drain(..=i).collect();
                return Ok(String::from_utf8_lossy(&line).replace("\r\n", "\n"));
            }
        }
        if !fill(vm, s)? {
            let rest = std::mem::take(&mut *s.payload.input.lock());
            return Ok(String::from_utf8_lossy(&rest).into_owned());
        }
    }
}
