//! `BaseException` and what the builtin exceptions add to it.
//!
//! All builtin exceptions have one layout. What a class adds (`errno`, `name`, `msg` …) are ordinary attributes, with
//! None as default in the class. Behaviour that differs (construction, `str`) is chosen here by the class.

use vm_core::sync::Ordering;

use crate::{
    error::{PyResult, Thrown},
    native::{Args, GetSetDef, MethodDef, TypeDef},
    object::{
        class::{Type, TypeSlots, type_flags},
        exception::{Exception, Traceback},
        gc::{Gc, Slot},
        items::RootVec,
        kind::Kind,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

/// `BaseException`; the other builtin exceptions inherit its slots.
pub static DEF: TypeDef = TypeDef {
    name: "BaseException",
    doc: "Common base class for all exceptions",
    kind: Kind::Exception,
    size: size_of::<Exception>(),
    flags: type_flags::BASETYPE | type_flags::HAS_DICT | type_flags::EXCEPTION | type_flags::WEAKREF,
    slots: TypeSlots { new: Some(new), init: Some(init), repr: Some(repr), str: Some(str), ..NO_SLOTS },
    methods: &[
        MethodDef::new("with_traceback", with_traceback),
        MethodDef::new("add_note", add_note),
        MethodDef::new("__reduce__", reduce),
        MethodDef::new("__setstate__", set_state),
    ],
    getset: &[
        GetSetDef::new("args", |vm, e| tuple_of_args(vm, this(vm, e)?), set_args),
        GetSetDef::new("__traceback__", |vm, e| Ok(this(vm, e)?.traceback.get()), set_traceback),
        GetSetDef::new(
            "__context__",
            |vm, e| Ok(this(vm, e)?.context.get()),
            |vm, e, v| {
                let e = this(vm, e)?;
                set_link(
                    vm,
                    e,
                    &e.context,
                    v,
                    "__context__",
                    "exception context must be None or derive from BaseException",
                )
            },
        ),
        GetSetDef::new(
            "__cause__",
            |vm, e| Ok(this(vm, e)?.cause.get()),
            |vm, e, v| {
                let e = this(vm, e)?;
                set_link(
                    vm,
                    e,
                    &e.cause,
                    v,
                    "__cause__",
                    "exception cause must be None or derive from BaseException",
                )?;
                e.suppress_context.store(true, Ordering::Relaxed);
                Ok(())
            },
        ),
        GetSetDef::new(
            "__suppress_context__",
            |vm, e| Ok(Value::bool(this(vm, e)?.suppress_context.load(Ordering::Relaxed))),
            |vm, e, v| {
                let e = this(vm, e)?;
                let on = match v {
                    Some(v) => vm.truthy(v)?,
                    None => return Err(vm.type_error("can't delete numeric/char attribute")),
                };
                e.suppress_context.store(on, Ordering::Relaxed);
                Ok(())
            },
        ),
    ],
};

/// Attributes with default None that a builtin exception has beyond `BaseException`'s.
const DEFAULTS: &[(&str, &[&str])] = &[
    ("ImportError", &["msg", "name", "path", "name_from"]),
    ("AttributeError", &["name", "obj"]),
    ("NameError", &["name"]),
    ("OSError", &["errno", "strerror", "filename", "filename2"]),
    (
        "SyntaxError",
        &["msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset", "print_file_and_line"],
    ),
    ("UnicodeDecodeError", &["encoding", "object", "start", "end", "reason"]),
    ("UnicodeEncodeError", &["encoding", "object", "start", "end", "reason"]),
    ("UnicodeTranslateError", &["encoding", "object", "start", "end", "reason"]),
];

/// Documentation strings of the commonest exceptions.
const DOCS: &[(&str, &str)] = &[
    ("Exception", "Common base class for all non-exit exceptions."),
    ("TypeError", "Inappropriate argument type."),
    ("ValueError", "Inappropriate argument value (of correct type)."),
    ("KeyError", "Mapping key not found."),
    ("IndexError", "Sequence index out of range."),
    ("AttributeError", "Attribute not found."),
    ("NameError", "Name not found globally."),
    ("RuntimeError", "Unspecified run-time error."),
    ("StopIteration", "Signal the end from iterator.__next__()."),
    ("OSError", "Base class for I/O related errors."),
    ("ImportError", "Import can't find module, or can't find name in module."),
    ("ZeroDivisionError", "Second argument to a division or modulo operation was zero."),
    ("BaseExceptionGroup", "A combination of multiple unrelated exceptions."),
];

/// Completes the builtin exceptions: class attributes, and methods of single classes. Part of bootstrap.
pub(crate) fn finish(vm: &Vm) -> PyResult<()> {
    let exc = vm.exc();
    // The one builtin exception with two bases.
    let group = exc.exception_group;
    let bases = [exc.base_exception_group.value(), exc.exception.value()];
    group.bases.set(vm, group.header(), Some(vm.new_tuple(&bases)?));
    let object = vm.types().object.value();
    let mro = [group.value(), bases[0], bases[1], exc.base_exception.value(), object];
    group.mro.set(vm, group.header(), Some(vm.new_tuple(&mro)?));
    vm.link_subclass(exc.exception, group)?;
    for class in exc.all() {
        let name = class.name().to_str_lossy().into_owned();
        if let Some((_, doc)) = DOCS.iter().find(|(n, _)| *n == name) {
            class.namespace().set_str(vm, vm.names().__doc__, vm.new_str(doc)?.value())?;
        }
        if let Some((_, attributes)) = DEFAULTS.iter().find(|(n, _)| *n == name) {
            for a in *attributes {
                class.namespace().set_str(vm, vm.intern(a)?, Value::NONE)?;
            }
        }
    }
    let characters = Value::small_int(0);
    exc.blocking_io_error.namespace().set_str(vm, vm.intern("characters_written")?, characters)?;
    vm.add_getset(
        exc.stop_iteration,
        &GetSetDef::new("value", |vm, e| Ok(first_arg(this(vm, e)?)), set_first_arg),
    )?;
    vm.add_getset(exc.system_exit, &GetSetDef::new("code", exit_code, set_first_arg))?;
    for m in super::exception_group::METHODS {
        vm.add_method(exc.base_exception_group, m)?;
    }
    Ok(())
}

fn this(vm: &Vm, e: Value) -> PyResult<Gc<Exception>> {
    e.downcast::<Exception>().ok_or_else(|| vm.type_error("descriptor requires a 'BaseException' object"))
}

fn tuple_of_args(vm: &Vm, e: Gc<Exception>) -> PyResult {
    match e.args.get() {
        Some(t) => Ok(t.value()),
        None => Ok(vm.new_tuple(&[])?.value()),
    }
}

fn first_arg(e: Gc<Exception>) -> Value {
    e.args().first().copied().unwrap_or(Value::NONE)
}

fn set_first_arg(vm: &Vm, e: Value, v: Option<Value>) -> PyResult<()> {
    let e = this(vm, e)?;
    let args = match v {
        Some(v) => vm.new_tuple(&[v])?,
        None => vm.new_tuple(&[])?,
    };
    e.args.set(vm, e.header(), Some(args));
    Ok(())
}

fn exit_code(vm: &Vm, e: Value) -> PyResult {
    let e = this(vm, e)?;
    match e.args() {
        [] => Ok(Value::NONE),
        [one] => Ok(*one),
        _ => tuple_of_args(vm, e),
    }
}

fn set_args(vm: &Vm, e: Value, v: Option<Value>) -> PyResult<()> {
    let e = this(vm, e)?;
    let Some(v) = v else { return Err(vm.type_error("args may not be deleted")) };
    let items = RootVec::collect(vm, v)?;
    e.args.set(vm, e.header(), Some(vm.new_tuple(items.as_slice())?));
    Ok(())
}

fn set_traceback(vm: &Vm, e: Value, v: Option<Value>) -> PyResult<()> {
    let e = this(vm, e)?;
    match v {
        None => Err(vm.type_error("__traceback__ may not be deleted")),
        Some(tb) if tb.is_none() || tb.is::<Traceback>() => {
            e.traceback.set(vm, e.header(), tb);
            Ok(())
        }
        Some(_) => Err(vm.type_error("__traceback__ must be a traceback or None")),
    }
}

fn set_link(
    vm: &Vm,
    e: Gc<Exception>,
    slot: &Slot,
    v: Option<Value>,
    name: &str,
    refusal: &str,
) -> PyResult<()> {
    match v {
        None => Err(vm.type_error(format!("{name} may not be deleted"))),
        Some(v) if v.is_none() || v.is::<Exception>() => {
            slot.set(vm, e.header(), v);
            Ok(())
        }
        Some(_) => Err(vm.type_error(refusal)),
    }
}

fn with_traceback(vm: &Vm, args: Args<'_>) -> PyResult {
    let (e, [tb]) = args.method::<Exception, 1>(vm, "with_traceback")?;
    set_traceback(vm, e.value(), Some(tb))?;
    Ok(e.value())
}

fn add_note(vm: &Vm, args: Args<'_>) -> PyResult {
    let (e, [note]) = args.method::<Exception, 1>(vm, "BaseException.add_note")?;
    if !note.is::<Str>() {
        return Err(vm.type_error(format!("note must be a str, not '{}'", vm.type_name(note))));
    }
    let name = vm.names().__notes__;
    let notes = match vm.getattr_opt(e.value(), name)? {
        Some(n) => n,
        None => {
            let n = vm.new_list(&[])?.value();
            vm.setattr(e.value(), name, Some(n))?;
            n
        }
    };
    match notes.downcast::<crate::object::sequence::List>() {
        Some(l) => l.append(vm, note)?,
        None => return Err(vm.type_error("Cannot add note: __notes__ is not a list")),
    }
    Ok(Value::NONE)
}

fn reduce(vm: &Vm, args: Args<'_>) -> PyResult {
    let (e, []) = args.method::<Exception, 0>(vm, "__reduce__")?;
    let class = vm.type_of(e.value()).value();
    let a = tuple_of_args(vm, e)?;
    match vm.getattr_opt(e.value(), vm.names().__dict__)? {
        Some(d) if vm.truthy(d)? => Ok(vm.new_tuple(&[class, a, d])?.value()),
        _ => Ok(vm.new_tuple(&[class, a])?.value()),
    }
}

fn set_state(vm: &Vm, args: Args<'_>) -> PyResult {
    let (e, [state]) = args.method::<Exception, 1>(vm, "__setstate__")?;
    if !state.is_none() {
        let Some(d) = state.downcast::<crate::object::dict::Dict>() else {
            return Err(vm.type_error("state is not a dictionary"));
        };
        let mut at = 0;
        while let Some((next, k, v)) = d.next_entry(at) {
            if let Some(k) = k.downcast::<Str>() {
                vm.setattr(e.value(), vm.intern_str(k), Some(v))?;
            }
            at = next;
        }
    }
    Ok(Value::NONE)
}

fn alloc(vm: &Vm, class: Gc<Type>, args: &[Value]) -> PyResult<Gc<Exception>> {
    vm.try_new_exception(class, args)
}

/// `OSError` leaves the work to `__init__` if a subclass has its own `__init__` and not its own `__new__`.
fn os_error_inits(class: Gc<Type>) -> bool {
    class.has_flag(type_flags::CUSTOM_INIT) && !class.has_flag(type_flags::CUSTOM_NEW)
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let exc = vm.exc();
    if class.is_subclass(exc.base_exception_group) {
        return super::exception_group::new(vm, class, args);
    }
    if class.is_subclass(exc.os_error) && !os_error_inits(class) {
        no_keywords(vm, class, args)?;
        return new_os_error(vm, class, args.pos());
    }
    Ok(alloc(vm, class, args.pos())?.value())
}

fn no_keywords(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult<()> {
    if args.kwnames().is_some() {
        return Err(vm.type_error(format!("{}() takes no keyword arguments", class.name().to_str_lossy())));
    }
    Ok(())
}

fn init(vm: &Vm, e: Value, args: Args<'_>) -> PyResult<()> {
    let this = this(vm, e)?;
    let class = vm.type_of(e);
    let exc = vm.exc();
    let pos = args.pos();
    if class.is_subclass(exc.os_error) {
        if os_error_inits(class) {
            no_keywords(vm, class, args)?;
            fill_os_error(vm, this, pos)?;
        }
        return Ok(());
    }
    let keywords: &[&str] = if class.is_subclass(exc.import_error) {
        &["name", "path", "name_from"]
    } else if class.is_subclass(exc.attribute_error) {
        &["name", "obj"]
    } else if class.is_subclass(exc.name_error) {
        &["name"]
    } else {
        no_keywords(vm, class, args)?;
        &[]
    };
    if args.kwnames().is_none() && same_args(this, pos) {
        // `__new__` stored them already.
    } else {
        this.args.set(vm, this.header(), Some(vm.new_tuple(pos)?));
    }
    for (k, v) in args.keywords() {
        if !keywords.iter().any(|n| k.eq_str(n)) {
            let name = builtin_name(class);
            return Err(
                vm.type_error(format!("{name}() got an unexpected keyword argument '{}'", k.to_str_lossy()))
            );
        }
        vm.setattr(e, vm.intern_str(k), Some(v))?;
    }
    if class.is_subclass(exc.import_error) {
        let msg = if pos.len() == 1 { pos[0] } else { Value::NONE };
        vm.setattr(e, vm.names().msg, Some(msg))?;
    } else if class.is_subclass(exc.syntax_error) {
        init_syntax_error(vm, e, pos)?;
    } else if class.is_subclass(exc.unicode_error) {
        init_unicode_error(vm, e, class, pos)?;
    }
    Ok(())
}

fn same_args(e: Gc<Exception>, pos: &[Value]) -> bool {
    e.args() == pos
}

/// Name of the builtin exception that `class` is or derives from, for messages.
fn builtin_name(class: Gc<Type>) -> String {
    for &c in class.mro() {
        if let Some(t) = c.downcast::<Type>()
            && !t.has_flag(type_flags::HEAP)
        {
            return t.name().to_str_lossy().into_owned();
        }
    }
    class.name().to_str_lossy().into_owned()
}

// --- OSError ---

/// The subclass for an error number.
fn class_of_errno(vm: &Vm, errno: i64) -> Option<Gc<Type>> {
    let e = vm.exc();
    let Ok(n) = i32::try_from(errno) else { return None };
    Some(match n {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => e.blocking_io_error,
        libc::EPIPE | libc::ESHUTDOWN => e.broken_pipe_error,
        libc::ECHILD => e.child_process_error,
        libc::ECONNABORTED => e.connection_aborted_error,
        libc::ECONNREFUSED => e.connection_refused_error,
        libc::ECONNRESET => e.connection_reset_error,
        libc::EEXIST => e.file_exists_error,
        libc::ENOENT => e.file_not_found_error,
        libc::EISDIR => e.is_a_directory_error,
        libc::ENOTDIR => e.not_a_directory_error,
        libc::EINTR => e.interrupted_error,
        libc::EACCES | libc::EPERM => e.permission_error,
        libc::ESRCH => e.process_lookup_error,
        libc::ETIMEDOUT => e.timeout_error,
        _ => return None,
    })
}

fn new_os_error(vm: &Vm, class: Gc<Type>, args: &[Value]) -> PyResult {
    let mut class = class;
    if class == vm.exc().os_error
        && (2..=5).contains(&args.len())
        && let Some(n) = args[0].as_small_int()
        && let Some(c) = class_of_errno(vm, n)
    {
        class = c;
    }
    let e = alloc(vm, class, &[])?;
    fill_os_error(vm, e, args)?;
    Ok(e.value())
}

fn fill_os_error(vm: &Vm, e: Gc<Exception>, args: &[Value]) -> PyResult<()> {
    let n = vm.names();
    let v = e.value();
    let mut kept = args;
    if (2..=5).contains(&args.len()) {
        vm.setattr(v, n.errno, Some(args[0]))?;
        vm.setattr(v, n.strerror, Some(args[1]))?;
        if let Some(&f) = args.get(2)
            && !f.is_none()
        {
            let blocking = vm.type_of(v).is_subclass(vm.exc().blocking_io_error);
            if blocking && vm.isinstance(f, vm.types().int) {
                vm.setattr(v, vm.intern("characters_written")?, Some(f))?;
            } else {
                vm.setattr(v, n.filename, Some(f))?;
                kept = &args[..2];
            }
        }
        if let Some(&f) = args.get(4)
            && !f.is_none()
        {
            vm.setattr(v, n.filename2, Some(f))?;
        }
    }
    e.args.set(vm, e.header(), Some(vm.new_tuple(kept)?));
    Ok(())
}

impl Vm {
    /// The `OSError` of an error number, with the system's text and up to one file name.
    #[cold]
    pub fn os_error(&self, errno: i32, filename: Option<Value>) -> Thrown {
        match self.try_os_error(errno, filename) {
            Ok(e) => Thrown(e),
            Err(e) => e,
        }
    }

    fn try_os_error(&self, errno: i32, filename: Option<Value>) -> PyResult {
        let text = self.new_str(&error_text(errno))?.value();
        let number = Value::small_int(i64::from(errno));
        match filename {
            Some(f) => new_os_error(self, self.exc().os_error, &[number, text, f]),
            None => new_os_error(self, self.exc().os_error, &[number, text]),
        }
    }

    /// The `OSError` of a failed operation of Rust's standard library.
    #[cold]
    pub fn io_error(&self, e: &std::io::Error, filename: Option<Value>) -> Thrown {
        match e.raw_os_error() {
            Some(n) => self.os_error(n, filename),
            None => self.new_error(self.exc().os_error, &e.to_string()),
        }
    }

    /// A NameError for `name`, which is not defined.
    #[cold]
    pub fn name_error_of(&self, class: Gc<Type>, message: &str, name: Gc<Str>) -> Thrown {
        let e = self.new_error(class, message);
        match self.setattr(e.0, self.names().name, Some(name.value())) {
            Ok(()) => e,
            Err(e) => e,
        }
    }

    /// An ImportError (or subclass) with its `name` and `path`.
    #[cold]
    pub fn import_error_of(
        &self,
        class: Gc<Type>,
        message: &str,
        name: Gc<Str>,
        path: Option<Value>,
    ) -> Thrown {
        let e = self.new_error(class, message);
        let n = self.names();
        let fill = || -> PyResult<()> {
            self.setattr(e.0, n.name, Some(name.value()))?;
            if let Some(a) = e.exception().args().first() {
                self.setattr(e.0, n.msg, Some(*a))?;
            }
            if let Some(p) = path {
                self.setattr(e.0, n.path, Some(p))?;
            }
            Ok(())
        };
        match fill() {
            Ok(()) => e,
            Err(e) => e,
        }
    }
}

/// The system's text for an error number.
#[must_use]
pub fn error_text(errno: i32) -> String {
    let mut buffer = [0u8; 256];
    // SAFETY: the buffer and its length fit together; the XSI variant writes a C string into it.
    let r = unsafe { libc::strerror_r(errno, buffer.as_mut_ptr().cast(), buffer.len()) };
    let end = buffer.iter().position(|&b| b == 0).unwrap_or(0);
    if r != 0 && end == 0 {
        return format!("Unknown error {errno}");
    }
    String::from_utf8_lossy(&buffer[..end]).into_owned()
}

// --- SyntaxError and UnicodeError ---

fn init_syntax_error(vm: &Vm, e: Value, args: &[Value]) -> PyResult<()> {
    let n = vm.names();
    if let Some(&msg) = args.first() {
        vm.setattr(e, n.msg, Some(msg))?;
    }
    if args.len() == 2 {
        let info = RootVec::collect(vm, args[1])?;
        let info = info.as_slice();
        match info.len() {
            4 | 6 | 7 => {}
            0..4 => {
                return Err(
                    vm.type_error(format!("function takes at least 4 arguments ({} given)", info.len()))
                );
            }
            5 => return Err(vm.type_error("end_offset must be provided when end_lineno is provided")),
            k => return Err(vm.type_error(format!("function takes at most 7 arguments ({k} given)"))),
        }
        let names = [n.filename, n.lineno, n.offset, n.text, n.end_lineno, n.end_offset];
        for (name, &v) in names.iter().zip(info) {
            vm.setattr(e, *name, Some(v))?;
        }
    }
    Ok(())
}

fn init_unicode_error(vm: &Vm, e: Value, class: Gc<Type>, args: &[Value]) -> PyResult<()> {
    let exc = vm.exc();
    let names: &[&str] = if class.is_subclass(exc.unicode_translate_error) {
        &["object", "start", "end", "reason"]
    } else if class.is_subclass(exc.unicode_decode_error) || class.is_subclass(exc.unicode_encode_error) {
        &["encoding", "object", "start", "end", "reason"]
    } else {
        return Ok(());
    };
    if args.len() != names.len() {
        return Err(vm.type_error(format!(
            "function takes exactly {} arguments ({} given)",
            names.len(),
            args.len()
        )));
    }
    for (i, (name, &v)) in names.iter().zip(args).enumerate() {
        let wanted = match *name {
            "start" | "end" => {
                if !vm.isinstance(v, vm.types().int) {
                    return Err(vm.type_error(format!(
                        "'{}' object cannot be interpreted as an integer",
                        vm.type_name(v)
                    )));
                }
                None
            }
            "object" if class.is_subclass(exc.unicode_decode_error) => None,
            _ => (!v.is::<Str>()).then_some("str"),
        };
        if let Some(w) = wanted {
            return Err(vm.type_error(format!("argument {} must be {w}, not {}", i + 1, vm.type_name(v))));
        }
        vm.setattr(e, vm.intern(name)?, Some(v))?;
    }
    Ok(())
}

// --- repr and str ---

fn repr(vm: &Vm, e: Value) -> PyResult<Gc<Str>> {
    let this = this(vm, e)?;
    vm.check_native_stack()?;
    let name = vm.type_of(e).name().to_str_lossy().into_owned();
    if !vm.repr_enter(e) {
        return vm.new_str(&format!("{name}(...)"));
    }
    let r = match this.args() {
        [one] => vm.repr(*one).and_then(|r| {
            let open = vm.new_str(&format!("{name}("))?;
            vm.str_join_slice(&[open, r, vm.intern(")")?])
        }),
        _ => tuple_of_args(vm, this).and_then(|t| vm.repr(t)).and_then(|r| {
            let name = vm.new_str(&name)?;
            vm.str_concat(name, r)
        }),
    };
    vm.repr_leave(e);
    r
}

fn plain_str(vm: &Vm, e: Gc<Exception>) -> PyResult<Gc<Str>> {
    match e.args() {
        [] => vm.new_str(""),
        [one] => vm.str(*one),
        _ => {
            let t = tuple_of_args(vm, e)?;
            vm.repr(t)
        }
    }
}

fn str(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let e = this(vm, v)?;
    vm.check_native_stack()?;
    let class = vm.type_of(v);
    let exc = vm.exc();
    if class.is_subclass(exc.key_error) && e.args().len() == 1 {
        return vm.repr(e.args()[0]);
    }
    if class.is_subclass(exc.os_error) {
        return str_os_error(vm, e);
    }
    if class.is_subclass(exc.import_error) {
        let msg = vm.getattr_opt(v, vm.names().msg)?.unwrap_or(Value::NONE);
        return match msg.downcast_exact::<Str>() {
            Some(s) => Ok(s),
            None => plain_str(vm, e),
        };
    }
    if class.is_subclass(exc.syntax_error) {
        return str_syntax_error(vm, e);
    }
    if class.is_subclass(exc.unicode_error) {
        return str_unicode_error(vm, e, class);
    }
    if class.is_subclass(exc.base_exception_group) {
        return super::exception_group::str(vm, e);
    }
    plain_str(vm, e)
}

fn attribute(vm: &Vm, e: Gc<Exception>, name: Gc<Str>) -> PyResult {
    Ok(vm.getattr_opt(e.value(), name)?.unwrap_or(Value::NONE))
}

fn str_os_error(vm: &Vm, e: Gc<Exception>) -> PyResult<Gc<Str>> {
    let n = vm.names();
    let errno = attribute(vm, e, n.errno)?;
    let text = attribute(vm, e, n.strerror)?;
    let filename = attribute(vm, e, n.filename)?;
    let filename2 = attribute(vm, e, n.filename2)?;
    if filename.is_none() && (errno.is_none() || text.is_none()) {
        return plain_str(vm, e);
    }
    let (a, b) = (vm.str(errno)?, vm.str(text)?);
    let mut parts =
        vec!["[Errno ".to_owned(), a.to_str_lossy().into(), "] ".to_owned(), b.to_str_lossy().into()];
    if !filename.is_none() {
        parts.push(format!(": {}", vm.repr(filename)?.to_str_lossy()));
        if !filename2.is_none() {
            parts.push(format!(" -> {}", vm.repr(filename2)?.to_str_lossy()));
        }
    }
    vm.new_str(&parts.concat())
}

fn str_syntax_error(vm: &Vm, e: Gc<Exception>) -> PyResult<Gc<Str>> {
    let n = vm.names();
    let msg = attribute(vm, e, n.msg)?;
    let msg = vm.str(msg)?.to_str_lossy().into_owned();
    let filename = attribute(vm, e, n.filename)?;
    let line = attribute(vm, e, n.lineno)?.as_small_int();
    let file = filename.downcast::<Str>().map(|f| {
        let f = f.to_str_lossy().into_owned();
        f.rsplit('/').next().unwrap_or_default().to_owned()
    });
    vm.new_str(&match (file, line) {
        (Some(f), Some(l)) => format!("{msg} ({f}, line {l})"),
        (Some(f), None) => format!("{msg} ({f})"),
        (None, Some(l)) => format!("{msg} (line {l})"),
        (None, None) => msg,
    })
}

fn str_unicode_error(vm: &Vm, e: Gc<Exception>, class: Gc<Type>) -> PyResult<Gc<Str>> {
    let get = |name: &str| -> PyResult { attribute(vm, e, vm.intern(name)?) };
    let exc = vm.exc();
    let decode = class.is_subclass(exc.unicode_decode_error);
    let translate = class.is_subclass(exc.unicode_translate_error);
    if !decode && !translate && !class.is_subclass(exc.unicode_encode_error) {
        return plain_str(vm, e);
    }
    let object = get("object")?;
    if object.is_none() {
        return vm.new_str("");
    }
    let reason = vm.str(get("reason")?)?.to_str_lossy().into_owned();
    let codec = if translate {
        String::new()
    } else {
        format!("'{}' codec ", vm.str(get("encoding")?)?.to_str_lossy())
    };
    let start = get("start")?.as_small_int().unwrap_or(0);
    let end = get("end")?.as_small_int().unwrap_or(0);
    let verb = if decode {
        "decode"
    } else if translate {
        "translate"
    } else {
        "encode"
    };
    let one = usize::try_from(start).ok().filter(|_| end == start + 1);
    let single = match one {
        Some(i) if decode => object
            .downcast::<crate::object::bytes::Bytes>()
            .and_then(|b| b.as_slice().get(i).copied())
            .map(|b| format!("byte 0x{b:02x}")),
        Some(i) => object.downcast::<Str>().filter(|s| i < s.len()).map(|s| {
            let c = s.code_point(i);
            match c {
                0..=0xFF => format!("character '\\x{c:02x}'"),
                0x100..=0xFFFF => format!("character '\\u{c:04x}'"),
                _ => format!("character '\\U{c:08x}'"),
            }
        }),
        None => None,
    };
    let unit = if decode { "bytes" } else { "characters" };
    vm.new_str(&match single {
        Some(s) => format!("{codec}can't {verb} {s} in position {start}: {reason}"),
        None => format!("{codec}can't {verb} {unit} in position {start}-{}: {reason}", end - 1),
    })
}
