//! `posix`: what `os` (written in Python) needs of the system.

use std::{
    ffi::{CString, OsString},
    io::{Error, Result},
    os::unix::{
        ffi::{OsStrExt, OsStringExt},
        fs::MetadataExt,
    },
    path::PathBuf,
};

use vm_python::{
    error::PyResult,
    native::{Args, FunctionDef},
    object::{bytes::Bytes, gc::Gc, items::RootVec, module::Module, str::Str},
    value::Value,
    vm::Vm,
};

use crate::io::path_bytes;

pub(crate) fn init_native(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("posix")?;
    vm.add_functions(m, FUNCTIONS)?;
    for (name, n) in [
        ("F_OK", libc::F_OK),
        ("R_OK", libc::R_OK),
        ("W_OK", libc::W_OK),
        ("X_OK", libc::X_OK),
        ("O_RDONLY", libc::O_RDONLY),
        ("O_WRONLY", libc::O_WRONLY),
        ("O_RDWR", libc::O_RDWR),
        ("O_CREAT", libc::O_CREAT),
        ("O_EXCL", libc::O_EXCL),
        ("O_TRUNC", libc::O_TRUNC),
        ("O_APPEND", libc::O_APPEND),
        ("O_NONBLOCK", libc::O_NONBLOCK),
        ("O_CLOEXEC", libc::O_CLOEXEC),
        ("WNOHANG", libc::WNOHANG),
        ("WUNTRACED", libc::WUNTRACED),
        ("WCONTINUED", libc::WCONTINUED),
        ("EX_OK", 0),
    ] {
        vm.add_value(m, name, Value::small_int(i64::from(n)))?;
    }
    let environ = vm.new_dict()?;
    for (k, v) in std::env::vars_os() {
        let (k, v) = (path_str(vm, k.as_bytes())?, path_str(vm, v.as_bytes())?);
        environ.set(vm, k.value(), v.value())?;
    }
    vm.add_value(m, "environ", environ.value())?;
    Ok(m)
}

/// `os`: our own Python source over `posix`.
pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("os")?;
    crate::source::extend(vm, m, "os.py", include_str!("py/os.py"))?;
    let path = vm.import_module("posixpath")?;
    vm.interp().boot().modules.set_str(vm, vm.intern("os.path")?, path)?;
    Ok(m)
}

/// `posixpath`, which is `os.path`.
pub(crate) fn init_path(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("posixpath")?;
    crate::source::extend(vm, m, "posixpath.py", include_str!("py/posixpath.py"))?;
    Ok(m)
}

/// A string from a path of the system: bytes that are not UTF-8 become lone surrogates (PEP 383).
fn path_str(vm: &Vm, bytes: &[u8]) -> PyResult<Gc<Str>> {
    if let Ok(s) = std::str::from_utf8(bytes) {
        return vm.new_str(s);
    }
    let mut cps = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        cps.extend(chunk.valid().chars().map(u32::from));
        cps.extend(chunk.invalid().iter().map(|&b| 0xDC00 + u32::from(b)));
    }
    vm.new_str_from_code_points(&cps)
}

fn path_of(vm: &Vm, v: Value) -> PyResult<PathBuf> {
    let bytes = path_bytes(vm, v)?;
    if bytes.contains(&0) {
        return Err(vm.value_error("embedded null byte"));
    }
    Ok(PathBuf::from(OsString::from_vec(bytes)))
}

/// Runs a system operation detached; its error names `path`.
fn system<R>(vm: &Vm, path: Option<Value>, f: impl Fn() -> Result<R>) -> PyResult<R> {
    loop {
        match vm.detached(&f) {
            Ok(r) => return Ok(r),
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => vm.poll()?,
            Err(e) => return Err(vm.io_error(&e, path)),
        }
    }
}

/// The result of a C call: -1 is the error in `errno`.
fn check(n: i64) -> Result<i64> {
    if n < 0 { Err(Error::last_os_error()) } else { Ok(n) }
}

fn on_path(vm: &Vm, a: Args<'_>, name: &str, f: fn(&std::path::Path) -> Result<()>) -> PyResult {
    let [v] = a.bind(vm, name, ["path"], 1, 0, 1)?;
    let p = path_of(vm, v)?;
    system(vm, Some(v), || f(&p))?;
    Ok(Value::NONE)
}

fn fd_of(vm: &Vm, v: Value) -> PyResult<i32> {
    i32::try_from(vm.index_i64(v)?).map_err(|_| vm.overflow_error("fd is greater than maximum"))
}

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("getcwd", |vm, a| {
        a.exact::<0>(vm, "posix.getcwd")?;
        let p = system(vm, None, std::env::current_dir)?;
        Ok(path_str(vm, p.as_os_str().as_bytes())?.value())
    }),
    FunctionDef::new("chdir", |vm, a| on_path(vm, a, "chdir", |p| std::env::set_current_dir(p))),
    FunctionDef::new("remove", |vm, a| on_path(vm, a, "remove", |p| std::fs::remove_file(p))),
    FunctionDef::new("unlink", |vm, a| on_path(vm, a, "unlink", |p| std::fs::remove_file(p))),
    FunctionDef::new("rmdir", |vm, a| on_path(vm, a, "rmdir", |p| std::fs::remove_dir(p))),
    FunctionDef::new("mkdir", |vm, a| {
        let [v, mode] = a.bind(vm, "mkdir", ["path", "mode"], 1, 0, 2)?;
        let p = path_of(vm, v)?;
        let mode = match mode.bound() {
            Some(m) => vm.index_i64(m)? as u32,
            None => 0o777,
        };
        use std::os::unix::fs::DirBuilderExt;
        system(vm, Some(v), || std::fs::DirBuilder::new().mode(mode).create(&p))?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("rename", |vm, a| rename(vm, a, "rename")),
    FunctionDef::new("replace", |vm, a| rename(vm, a, "replace")),
    FunctionDef::new("listdir", |vm, a| {
        let [v] = a.bind(vm, "listdir", ["path"], 0, 0, 1)?;
        let p = match v.bound() {
            Some(v) if !v.is_none() => path_of(vm, v)?,
            _ => PathBuf::from("."),
        };
        let names = system(vm, v.bound(), || {
            std::fs::read_dir(&p)?.map(|e| e.map(|e| e.file_name())).collect::<Result<Vec<OsString>>>()
        })?;
        let out = RootVec::with_capacity(vm, names.len())?;
        for n in &names {
            out.push(path_str(vm, n.as_bytes())?.value())?;
        }
        Ok(vm.new_list_of(out.into_items()?)?.value())
    }),
    FunctionDef::new("readlink", |vm, a| {
        let [v] = a.bind(vm, "readlink", ["path"], 1, 0, 1)?;
        let p = path_of(vm, v)?;
        let target = system(vm, Some(v), || std::fs::read_link(&p))?;
        Ok(path_str(vm, target.as_os_str().as_bytes())?.value())
    }),
    FunctionDef::new("symlink", |vm, a| {
        let [from, to] = a.exact::<2>(vm, "symlink")?;
        let (p, q) = (path_of(vm, from)?, path_of(vm, to)?);
        system(vm, Some(from), || std::os::unix::fs::symlink(&p, &q))?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("_stat", |vm, a| {
        let [v, follow] = a.exact::<2>(vm, "_stat")?;
        let follow = vm.truthy(follow)?;
        let p = if vm.is_int(v) {
            PathBuf::from(format!("/proc/self/fd/{}", vm.index_i64(v)?))
        } else {
            path_of(vm, v)?
        };
        let m =
            system(
                vm,
                Some(v),
                || if follow { std::fs::metadata(&p) } else { std::fs::symlink_metadata(&p) },
            )?;
        let ns = |s: i64, n: i64| i128::from(s) * 1_000_000_000 + i128::from(n);
        let items = RootVec::new(vm);
        for n in [
            i128::from(m.mode()),
            i128::from(m.ino()),
            i128::from(m.dev()),
            i128::from(m.nlink()),
            i128::from(m.uid()),
            i128::from(m.gid()),
            i128::from(m.size()),
            ns(m.atime(), m.atime_nsec()),
            ns(m.mtime(), m.mtime_nsec()),
            ns(m.ctime(), m.ctime_nsec()),
            i128::from(m.blksize()),
            i128::from(m.blocks()),
        ] {
            items.push(vm.new_int_i128(n)?)?;
        }
        Ok(vm.new_tuple(items.as_slice())?.value())
    }),
    FunctionDef::new("access", |vm, a| {
        let [v, mode] = a.exact::<2>(vm, "access")?;
        let bytes = path_bytes(vm, v)?;
        let mode = vm.index_i64(mode)? as i32;
        let Ok(c) = CString::new(bytes) else { return Ok(Value::FALSE) };
        // SAFETY: the path is NUL-terminated.
        Ok(Value::bool(vm.detached(|| unsafe { libc::access(c.as_ptr(), mode) }) == 0))
    }),
    FunctionDef::new("open", |vm, a| {
        let [v, flags, mode] = a.bind(vm, "open", ["path", "flags", "mode"], 2, 0, 3)?;
        let Ok(c) = CString::new(path_bytes(vm, v)?) else {
            return Err(vm.value_error("embedded null byte"));
        };
        let flags = vm.index_i64(flags)? as i32 | libc::O_CLOEXEC;
        let mode = match mode.bound() {
            Some(m) => vm.index_i64(m)? as libc::c_uint,
            None => 0o777,
        };
        // SAFETY: the path is NUL-terminated.
        let fd = system(vm, Some(v), || check(i64::from(unsafe { libc::open(c.as_ptr(), flags, mode) })))?;
        vm.new_int(fd)
    }),
    FunctionDef::new("close", |vm, a| {
        let [fd] = a.exact::<1>(vm, "posix.close")?;
        let fd = fd_of(vm, fd)?;
        // SAFETY: a system call on a number; who passes it owns the descriptor.
        match vm.detached(|| check(i64::from(unsafe { libc::close(fd) }))) {
            Ok(_) => Ok(Value::NONE),
            Err(e) => Err(vm.io_error(&e, None)),
        }
    }),
    FunctionDef::new("read", |vm, a| {
        let [fd, n] = a.exact::<2>(vm, "read")?;
        let (fd, n) = (fd_of(vm, fd)?, vm.index_i64(n)?);
        let Ok(n) = usize::try_from(n) else { return Err(vm.os_error(libc::EINVAL, None)) };
        let mut buffer = Vec::new();
        if buffer.try_reserve_exact(n).is_err() {
            return Err(vm.memory_error());
        }
        buffer.resize(n, 0u8);
        let p = buffer.as_mut_ptr() as usize;
        // SAFETY: the buffer has `n` bytes and outlives the call.
        let got = system(vm, None, || check(unsafe { libc::read(fd, p as *mut libc::c_void, n) } as i64))?;
        Ok(vm.new_bytes(&buffer[..got as usize])?.value())
    }),
    FunctionDef::new("write", |vm, a| {
        let [fd, v] = a.exact::<2>(vm, "write")?;
        let fd = fd_of(vm, fd)?;
        let bytes = match v.downcast::<Bytes>() {
            Some(b) => b.as_slice().to_vec(),
            None => {
                return Err(
                    vm.type_error(format!("a bytes-like object is required, not '{}'", vm.type_name(v)))
                );
            }
        };
        // SAFETY: pointer and length describe `bytes`.
        let n =
            system(
                vm,
                None,
                || check(unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) } as i64),
            )?;
        vm.new_int(n)
    }),
    FunctionDef::new("pipe", |vm, a| {
        a.exact::<0>(vm, "posix.pipe")?;
        let mut fds = [0i32; 2];
        // SAFETY: the pointer is to two integers.
        if unsafe { libc::pipe2(fds.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
            return Err(vm.io_error(&Error::last_os_error(), None));
        }
        let fds = fds.map(|fd| Value::small_int(i64::from(fd)));
        Ok(vm.new_tuple(&fds)?.value())
    }),
    FunctionDef::new("isatty", |vm, a| {
        let [fd] = a.exact::<1>(vm, "posix.isatty")?;
        let fd = fd_of(vm, fd)?;
        // SAFETY: a query about a number.
        Ok(Value::bool(unsafe { libc::isatty(fd) } == 1))
    }),
    FunctionDef::new("getpid", |vm, a| {
        a.exact::<0>(vm, "posix.getpid")?;
        Ok(Value::small_int(i64::from(std::process::id())))
    }),
    FunctionDef::new("getppid", |vm, a| {
        a.exact::<0>(vm, "posix.getppid")?;
        Ok(Value::small_int(i64::from(std::os::unix::process::parent_id())))
    }),
    FunctionDef::new("getuid", |vm, a| {
        a.exact::<0>(vm, "posix.getuid")?;
        // SAFETY: cannot fail.
        Ok(Value::small_int(i64::from(unsafe { libc::getuid() })))
    }),
    FunctionDef::new("kill", |vm, a| {
        let [pid, signal] = a.exact::<2>(vm, "kill")?;
        let (pid, signal) = (fd_of(vm, pid)?, fd_of(vm, signal)?);
        // SAFETY: a system call on numbers.
        system(vm, None, || check(i64::from(unsafe { libc::kill(pid, signal) })))?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("_fork", |vm, a| {
        a.exact::<0>(vm, "posix._fork")?;
        let files = crate::io::open_files(vm);
        let pid = vm.fork(|| {
            for file in &files {
                // SAFETY: in the child, whose only thread this is; it is in no file's operation.
                unsafe { file.free_in_child() };
            }
        })?;
        Ok(Value::small_int(i64::from(pid)))
    }),
    FunctionDef::new("waitpid", |vm, a| {
        let [pid, options] = a.exact::<2>(vm, "waitpid")?;
        let (pid, options) = (fd_of(vm, pid)?, fd_of(vm, options)?);
        let (pid, status) = system(vm, None, || {
            // Of this frame: a detached thread leaves those above alone, which the collector may be reading.
            let mut status = 0;
            // SAFETY: the pointer is to an integer that outlives the call.
            let pid = check(i64::from(unsafe { libc::waitpid(pid, &raw mut status, options) }))?;
            Ok((pid, status))
        })?;
        vm.new_tuple(&[Value::small_int(pid), Value::small_int(i64::from(status))]).map(Gc::value)
    }),
    FunctionDef::new("waitstatus_to_exitcode", |vm, a| {
        let [status] = a.bind(vm, "waitstatus_to_exitcode", ["status"], 1, 0, 1)?;
        let s = fd_of(vm, status)?;
        if libc::WIFEXITED(s) {
            Ok(Value::small_int(i64::from(libc::WEXITSTATUS(s))))
        } else if libc::WIFSIGNALED(s) {
            Ok(Value::small_int(-i64::from(libc::WTERMSIG(s))))
        } else if libc::WIFSTOPPED(s) {
            Err(vm.value_error(format!("process stopped by delivery of signal {}", libc::WSTOPSIG(s))))
        } else {
            Err(vm.value_error(format!("invalid wait status: {s}")))
        }
    }),
    FunctionDef::new("WIFEXITED", |vm, a| of_status(vm, a, "WIFEXITED", |s| Value::bool(libc::WIFEXITED(s)))),
    FunctionDef::new("WIFSIGNALED", |vm, a| {
        of_status(vm, a, "WIFSIGNALED", |s| Value::bool(libc::WIFSIGNALED(s)))
    }),
    FunctionDef::new("WIFSTOPPED", |vm, a| {
        of_status(vm, a, "WIFSTOPPED", |s| Value::bool(libc::WIFSTOPPED(s)))
    }),
    FunctionDef::new("WIFCONTINUED", |vm, a| {
        of_status(vm, a, "WIFCONTINUED", |s| Value::bool(libc::WIFCONTINUED(s)))
    }),
    FunctionDef::new("WCOREDUMP", |vm, a| of_status(vm, a, "WCOREDUMP", |s| Value::bool(libc::WCOREDUMP(s)))),
    FunctionDef::new("WEXITSTATUS", |vm, a| {
        of_status(vm, a, "WEXITSTATUS", |s| Value::small_int(i64::from(libc::WEXITSTATUS(s))))
    }),
    FunctionDef::new("WTERMSIG", |vm, a| {
        of_status(vm, a, "WTERMSIG", |s| Value::small_int(i64::from(libc::WTERMSIG(s))))
    }),
    FunctionDef::new("WSTOPSIG", |vm, a| {
        of_status(vm, a, "WSTOPSIG", |s| Value::small_int(i64::from(libc::WSTOPSIG(s))))
    }),
    FunctionDef::new("_exit", |vm, a| {
        let [status] = a.bind(vm, "_exit", ["status"], 1, 0, 1)?;
        let status = vm.index_i64(status)? as i32;
        // SAFETY: ends the process at once, which is what was asked for.
        unsafe { libc::_exit(status) }
    }),
    FunctionDef::new("urandom", |vm, a| {
        let [n] = a.exact::<1>(vm, "posix.urandom")?;
        let n = vm.index_i64(n)?;
        let Ok(n) = usize::try_from(n) else { return Err(vm.value_error("negative argument not allowed")) };
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(n).is_err() {
            return Err(vm.memory_error());
        }
        bytes.resize(n, 0u8);
        match vm.interp().core.runtime().random().fill(&mut bytes) {
            Ok(()) => Ok(vm.new_bytes(&bytes)?.value()),
            Err(e) => Err(vm.io_error(&e, None)),
        }
    }),
    FunctionDef::new("cpu_count", |vm, a| {
        a.exact::<0>(vm, "posix.cpu_count")?;
        // SAFETY: a query.
        let n = unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) };
        Ok(if n < 1 { Value::NONE } else { Value::small_int(n) })
    }),
    FunctionDef::new("sched_getaffinity", |vm, a| {
        let [pid] = a.exact::<1>(vm, "posix.sched_getaffinity")?;
        let cpus = affinity(vm, pid)?;
        let set = vm.new_set()?;
        for c in cpus {
            set.add(vm, Value::small_int(c as i64))?;
        }
        Ok(set.value())
    }),
    FunctionDef::new("sched_setaffinity", |vm, a| {
        let [pid, mask] = a.exact::<2>(vm, "sched_setaffinity")?;
        let pid = fd_of(vm, pid)?;
        let cpus = RootVec::collect(vm, mask)?;
        // SAFETY: all-zero is a valid empty set.
        let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        for &c in cpus.as_slice() {
            let c = usize::try_from(vm.index_i64(c)?).map_err(|_| vm.value_error("negative CPU number"))?;
            if c >= 8 * size_of::<libc::cpu_set_t>() {
                return Err(vm.os_error(libc::EINVAL, None));
            }
            // SAFETY: the number is within the set.
            unsafe { libc::CPU_SET(c, &mut set) };
        }
        system(vm, None, || {
            // SAFETY: pointer and size describe the set.
            check(i64::from(unsafe { libc::sched_setaffinity(pid, size_of_val(&set), &raw const set) }))
        })?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("sched_yield", |vm, a| {
        a.exact::<0>(vm, "posix.sched_yield")?;
        vm.detached(vm_core::sync::thread::yield_now);
        Ok(Value::NONE)
    }),
    FunctionDef::new("strerror", |vm, a| {
        let [n] = a.exact::<1>(vm, "posix.strerror")?;
        let text = Error::from_raw_os_error(fd_of(vm, n)?).to_string();
        let text = text.split(" (os error").next().unwrap_or("");
        Ok(vm.new_str(text)?.value())
    }),
    FunctionDef::new("fspath", |vm, a| {
        let [v] = a.bind(vm, "fspath", ["path"], 1, 0, 1)?;
        if v.downcast::<Str>().is_some() || v.downcast::<Bytes>().is_some() {
            return Ok(v);
        }
        path_bytes(vm, v)?;
        vm.call_method(v, vm.intern("__fspath__")?, &[])
    }),
];

fn of_status(vm: &Vm, a: Args<'_>, name: &str, f: fn(i32) -> Value) -> PyResult {
    let [status] = a.bind(vm, name, ["status"], 1, 0, 1)?;
    Ok(f(fd_of(vm, status)?))
}

fn rename(vm: &Vm, a: Args<'_>, name: &str) -> PyResult {
    let [from, to] = a.bind(vm, name, ["src", "dst"], 2, 0, 2)?;
    let (p, q) = (path_of(vm, from)?, path_of(vm, to)?);
    system(vm, Some(from), || std::fs::rename(&p, &q))?;
    Ok(Value::NONE)
}

fn affinity(vm: &Vm, pid: Value) -> PyResult<Vec<usize>> {
    let pid = fd_of(vm, pid)?;
    // SAFETY: all-zero is a valid empty set, and pointer and size describe it.
    let set = system(vm, None, || unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        check(i64::from(libc::sched_getaffinity(pid, size_of_val(&set), &raw mut set)))?;
        Ok(set)
    })?;
    let n = 8 * size_of::<libc::cpu_set_t>();
    // SAFETY: the numbers are within the set.
    Ok((0..n).filter(|&c| unsafe { libc::CPU_ISSET(c, &set) }).collect())
}
