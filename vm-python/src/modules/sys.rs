//! `sys`.

use vm_core::sync::Ordering;

use crate::{
    error::PyResult,
    native::{Args, FunctionDef},
    object::{
        dict::Dict, exception::Exception, frame::Frame, gc::Gc, items::RootVec, module::Module, str::Str,
    },
    report::suggest,
    value::Value,
    vm::Vm,
};

/// The language version that Weft implements.
pub const VERSION: (i64, i64, i64) = (3, 14, 0);
const HEX_VERSION: i64 = 0x030E_00F0;
/// `sys.version`
pub const VERSION_TEXT: &str =
    concat!("3.14.0 (Weft ", env!("CARGO_PKG_VERSION"), ", free-threading) [rustc]");

/// Makes the `sys` module over its namespace. Part of bootstrap, after all native modules are registered.
pub(crate) fn fill(vm: &Vm) -> PyResult<()> {
    let boot = vm.interp().boot();
    let m = vm.new_module_with("sys", boot.sys)?;
    boot.modules.set_str(vm, vm.names().sys, m.value())?;
    boot.sys.set_str(vm, vm.names().modules, boot.modules.value())?;
    vm.add_functions(m, FUNCTIONS)?;
    let text = |s: &str| -> PyResult { Ok(vm.new_str(s)?.value()) };
    let list = |items: &[String]| -> PyResult {
        let v = RootVec::new(vm);
        for s in items {
            v.push(vm.new_str(s)?.value())?;
        }
        Ok(vm.new_list(v.as_slice())?.value())
    };
    let int = |n: i64| Value::small_int(n);
    let c = vm.interp().config.clone();
    let add = |name: &str, v: Value| vm.add_value(m, name, v);
    add("version", text(VERSION_TEXT)?)?;
    add("hexversion", int(HEX_VERSION))?;
    add("api_version", int(1013))?;
    add("copyright", text("The Weft developers. Python is a trademark of the Python Software Foundation.")?)?;
    add("platform", text("linux")?)?;
    add("byteorder", text("little")?)?;
    add("abiflags", text("t")?)?;
    add("maxsize", vm.new_int(i64::MAX)?)?;
    add("maxunicode", int(0x10_FFFF))?;
    add("float_repr_style", text("short")?)?;
    add("executable", text(&c.executable)?)?;
    add("_base_executable", text(&c.executable)?)?;
    let prefix = std::path::Path::new(&c.executable).parent().and_then(|p| p.parent());
    let prefix = prefix.map_or_else(|| "/usr".to_owned(), |p| p.to_string_lossy().into_owned());
    for k in ["prefix", "exec_prefix", "base_prefix", "base_exec_prefix"] {
        add(k, text(&prefix)?)?;
    }
    add("platlibdir", text("lib")?)?;
    add("pycache_prefix", Value::NONE)?;
    add("dont_write_bytecode", Value::TRUE)?;
    add("argv", list(&c.argv)?)?;
    add("orig_argv", list(&c.orig_argv)?)?;
    let mut path = c.path.clone();
    path.extend(c.stdlib.clone());
    add("path", list(&path)?)?;
    add("warnoptions", list(&c.warn_options)?)?;
    for k in ["meta_path", "path_hooks"] {
        add(k, vm.new_list(&[])?.value())?;
    }
    add("path_importer_cache", vm.new_dict()?.value())?;
    add("_xoptions", xoptions(vm, &c.xoptions)?)?;
    let natives = vm.native_module_names();
    let v = RootVec::new(vm);
    for n in natives.iter().copied().chain(["builtins", "sys"]) {
        v.push(vm.intern(n)?.value())?;
    }
    add("builtin_module_names", vm.new_tuple(v.as_slice())?.value())?;
    let v = RootVec::new(vm);
    for n in suggest::STDLIB.split_whitespace() {
        v.push(vm.intern(n)?.value())?;
    }
    add("stdlib_module_names", vm.new_frozenset(v.as_slice())?.value())?;
    for (name, hook) in [
        ("__excepthook__", "excepthook"),
        ("__displayhook__", "displayhook"),
        ("__unraisablehook__", "unraisablehook"),
    ] {
        if let Some(h) = m.namespace().get_str(vm, vm.intern(hook)?)? {
            add(name, h)?;
        }
    }
    add_sequences(vm, m)?;
    crate::monitor::add_to_sys(vm, m)?;
    vm.add_functions(m, crate::tracing::FUNCTIONS)?;
    let jit = vm.new_module("sys._jit")?;
    vm.add_functions(jit, JIT)?;
    add("_jit", jit.value())?;
    // The embedder may have brought streams of its own.
    if m.namespace().get_str(vm, vm.intern("stdout")?)?.is_some() {
        return Ok(());
    }
    super::stdio::install(vm)
}

/// `sys._jit`: this build has no second tier.
const JIT: &[FunctionDef] = &[
    FunctionDef::new("is_available", |vm, args| args.exact::<0>(vm, "is_available").map(|_| Value::FALSE)),
    FunctionDef::new("is_enabled", |vm, args| args.exact::<0>(vm, "is_enabled").map(|_| Value::FALSE)),
    FunctionDef::new("is_active", |vm, args| args.exact::<0>(vm, "is_active").map(|_| Value::FALSE)),
];

fn xoptions(vm: &Vm, options: &[(String, Option<String>)]) -> PyResult {
    let d = vm.new_dict()?;
    for (k, v) in options {
        let v = match v {
            Some(v) => vm.new_str(v)?.value(),
            None => Value::TRUE,
        };
        d.set_str(vm, vm.intern(k)?, v)?;
    }
    Ok(d.value())
}

fn add_sequences(vm: &Vm, m: Gc<Module>) -> PyResult<()> {
    let int = |n: i64| Value::small_int(n);
    let flag = |b: bool| Value::small_int(i64::from(b));
    let add =
        |name: &'static str, full: &'static str, fields: &[&'static str], items: &[Value]| -> PyResult {
            let class = vm.new_struct_sequence(full, "", fields)?;
            let v = vm.struct_sequence(class, items)?;
            vm.add_value(m, name, v)?;
            Ok(v)
        };
    let version = add(
        "version_info",
        "sys.version_info",
        &["major", "minor", "micro", "releaselevel", "serial"],
        &[int(VERSION.0), int(VERSION.1), int(VERSION.2), vm.intern("final")?.value(), int(0)],
    )?;
    let keys = ["name", "cache_tag", "version", "hexversion", "_multiarch"];
    let mut names = [Value::NONE; 5];
    for (slot, k) in names.iter_mut().zip(keys) {
        *slot = vm.intern(k)?.value();
    }
    let values = [
        vm.intern("weft")?.value(),
        vm.intern("weft-314")?.value(),
        version,
        int(HEX_VERSION),
        vm.new_str("x86_64-linux-gnu")?.value(),
    ];
    let names = vm.new_tuple(&names)?;
    let implementation =
        vm.call_args(vm.types().simple_namespace.value(), Args::with_keywords(&values, Some(names)))?;
    vm.add_value(m, "implementation", implementation)?;
    add(
        "float_info",
        "sys.float_info",
        &[
            "max",
            "max_exp",
            "max_10_exp",
            "min",
            "min_exp",
            "min_10_exp",
            "dig",
            "mant_dig",
            "epsilon",
            "radix",
            "rounds",
        ],
        &[
            vm.new_float(f64::MAX)?,
            int(1024),
            int(308),
            vm.new_float(f64::MIN_POSITIVE)?,
            int(-1021),
            int(-307),
            int(15),
            int(53),
            vm.new_float(f64::EPSILON)?,
            int(2),
            int(1),
        ],
    )?;
    add(
        "int_info",
        "sys.int_info",
        &["bits_per_digit", "sizeof_digit", "default_max_str_digits", "str_digits_check_threshold"],
        &[int(30), int(4), int(4300), int(640)],
    )?;
    add(
        "hash_info",
        "sys.hash_info",
        &["width", "modulus", "inf", "nan", "imag", "algorithm", "hash_bits", "seed_bits", "cutoff"],
        &[
            int(64),
            vm.new_int(crate::hash::MODULUS as i64)?,
            int(crate::hash::INF),
            int(0),
            int(1_000_003),
            vm.intern("siphash13")?.value(),
            int(64),
            int(128),
            int(0),
        ],
    )?;
    add(
        "thread_info",
        "sys.thread_info",
        &["name", "lock", "version"],
        &[vm.intern("pthread")?.value(), vm.intern("pymutex")?.value(), Value::NONE],
    )?;
    let c = &vm.interp().config;
    add(
        "flags",
        "sys.flags",
        &[
            "debug",
            "inspect",
            "interactive",
            "optimize",
            "dont_write_bytecode",
            "no_user_site",
            "no_site",
            "ignore_environment",
            "verbose",
            "bytes_warning",
            "quiet",
            "hash_randomization",
            "isolated",
            "dev_mode",
            "utf8_mode",
            "warn_default_encoding",
            "safe_path",
            "int_max_str_digits",
            "gil",
            "thread_inherit_context",
            "context_aware_warnings",
        ],
        &[
            int(0),
            flag(c.inspect),
            int(0),
            int(i64::from(c.optimize)),
            flag(c.dont_write_bytecode),
            flag(c.no_user_site || c.isolated),
            flag(c.no_site),
            flag(c.ignore_environment || c.isolated),
            int(i64::from(c.verbose)),
            int(i64::from(c.bytes_warning)),
            flag(c.quiet),
            flag(c.hash_seed != Some(0)),
            flag(c.isolated),
            Value::bool(c.dev_mode),
            int(1),
            int(0),
            Value::bool(c.safe_path || c.isolated),
            int(c.int_max_str_digits as i64),
            int(0),
            int(1),
            int(1),
        ],
    )?;
    Ok(())
}

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("exit", |vm, args| {
        let a = args.range(vm, "exit", 0, 1)?;
        Err(vm.new_exception(vm.exc().system_exit, a))
    }),
    FunctionDef::new("exception", |vm, args| {
        args.exact::<0>(vm, "exception")?;
        Ok(vm.handled.get())
    }),
    FunctionDef::new("exc_info", |vm, args| {
        args.exact::<0>(vm, "exc_info")?;
        let e = vm.handled.get();
        let parts = match e.downcast::<Exception>() {
            Some(x) => [vm.type_of(e).value(), e, x.traceback.get()],
            None => [Value::NONE; 3],
        };
        Ok(vm.new_tuple(&parts)?.value())
    }),
    FunctionDef::new("excepthook", |vm, args| {
        let [_, value, _] = args.exact::<3>(vm, "excepthook")?;
        if value.is::<Exception>() {
            vm.print_exception(crate::error::Thrown(value));
        }
        Ok(Value::NONE)
    }),
    FunctionDef::new("unraisablehook", |vm, args| {
        let [info] = args.exact::<1>(vm, "unraisablehook")?;
        let value = vm.getattr_str(info, "exc_value")?;
        let message = vm.getattr_opt(info, vm.intern("err_msg")?)?.unwrap_or(Value::NONE);
        let object = vm.getattr_opt(info, vm.intern("object")?)?.unwrap_or(Value::NONE);
        let message = match message.downcast::<Str>() {
            Some(s) => s.to_str_lossy().into_owned(),
            None => "Exception ignored in".to_owned(),
        };
        if value.is::<Exception>() {
            vm.print_unraisable(crate::error::Thrown(value), &message, object);
        }
        Ok(Value::NONE)
    }),
    FunctionDef::new("displayhook", displayhook),
    FunctionDef::new("getrecursionlimit", |vm, args| {
        args.exact::<0>(vm, "getrecursionlimit")?;
        Ok(Value::small_int(i64::from(vm.interp().recursion_limit.load(Ordering::Relaxed))))
    }),
    FunctionDef::new("setrecursionlimit", |vm, args| {
        let [n] = args.exact::<1>(vm, "setrecursionlimit")?;
        let n = vm.index_i64(n)?;
        if n < 1 {
            return Err(vm.value_error("recursion limit must be greater or equal than 1"));
        }
        if n > i64::from(i32::MAX) {
            return Err(vm.overflow_error("Python int too large to convert to C int"));
        }
        let depth = vm.depth.get();
        if i64::from(depth) >= n {
            return Err(vm.recursion_error(format!(
                "cannot set the recursion limit to {n} at the recursion depth {depth}: the limit is too low"
            )));
        }
        vm.interp().recursion_limit.store(n as u32, Ordering::Relaxed);
        Ok(Value::NONE)
    }),
    FunctionDef::new("getsizeof", getsizeof),
    FunctionDef::new("getrefcount", |vm, args| {
        args.exact::<1>(vm, "getrefcount")?;
        // Nobody counts references here.
        Ok(Value::small_int(1))
    }),
    FunctionDef::new("intern", |vm, args| {
        let [s] = args.exact::<1>(vm, "intern")?;
        match s.downcast::<Str>() {
            Some(t) if s.downcast_exact::<Str>().is_some() => Ok(vm.intern_str(t).value()),
            Some(_) => Err(vm.type_error(format!("can't intern {}", vm.type_name(s)))),
            None => Err(vm.type_error(format!("intern() argument must be str, not {}", vm.type_name(s)))),
        }
    }),
    FunctionDef::new("_is_interned", |vm, args| {
        let [s] = args.exact::<1>(vm, "_is_interned")?;
        Ok(Value::bool(s.downcast::<Str>().is_some_and(|s| s.is_interned())))
    }),
    FunctionDef::new("_getframe", |vm, args| {
        let depth = depth_arg(vm, args, "_getframe")?;
        match vm.frame_at(depth)? {
            Some(f) => Ok(f.value()),
            None => Err(vm.value_error("call stack is not deep enough")),
        }
    }),
    FunctionDef::new("_getframemodulename", |vm, args| {
        let depth = depth_arg(vm, args, "_getframemodulename")?;
        let Some(f) = vm.frames().nth(depth) else { return Ok(Value::NONE) };
        // SAFETY: frames of the chain are live.
        let f: &Frame = unsafe { &*f };
        match f.func.module.get().bound() {
            Some(m) => Ok(m),
            None => Ok(f.func.globals().get_str(vm, vm.names().__name__)?.unwrap_or(Value::NONE)),
        }
    }),
    FunctionDef::new("_current_frames", |vm, args| {
        args.exact::<0>(vm, "_current_frames")?;
        let d: Gc<Dict> = vm.new_dict()?;
        if let Some(f) = vm.frame_at(0)? {
            d.set(vm, Value::small_int(vm.core().id() as i64), f.value())?;
        }
        Ok(d.value())
    }),
    FunctionDef::new("audit", |_, _| Ok(Value::NONE)),
    FunctionDef::new("addaudithook", |_, _| Ok(Value::NONE)),
    FunctionDef::new("is_finalizing", |vm, args| {
        args.exact::<0>(vm, "is_finalizing")?;
        Ok(Value::bool(vm.interp().threads.is_finalizing()))
    }),
    FunctionDef::new("_is_gil_enabled", |vm, args| {
        args.exact::<0>(vm, "_is_gil_enabled")?;
        Ok(Value::FALSE)
    }),
    FunctionDef::new("getswitchinterval", |vm, args| {
        args.exact::<0>(vm, "getswitchinterval")?;
        vm.new_float(0.005)
    }),
    FunctionDef::new("setswitchinterval", |vm, args| {
        // There is no lock to switch: the number is only checked.
        let [s] = args.exact::<1>(vm, "setswitchinterval")?;
        if vm.float_of(s)? <= 0.0 {
            return Err(vm.value_error("switch interval must be strictly positive"));
        }
        Ok(Value::NONE)
    }),
    FunctionDef::new("getdefaultencoding", |vm, _| Ok(vm.intern("utf-8")?.value())),
    FunctionDef::new("getfilesystemencoding", |vm, _| Ok(vm.intern("utf-8")?.value())),
    FunctionDef::new("getfilesystemencodeerrors", |vm, _| Ok(vm.intern("surrogateescape")?.value())),
    FunctionDef::new("getallocatedblocks", |vm, _| {
        Ok(Value::small_int(vm.interp().heap.stats().live_cells as i64))
    }),
    FunctionDef::new("get_int_max_str_digits", |vm, args| {
        args.exact::<0>(vm, "get_int_max_str_digits")?;
        Ok(Value::small_int(vm.int_max_str_digits() as i64))
    }),
    FunctionDef::new("set_int_max_str_digits", |vm, args| {
        let [n] = args.bind(vm, "set_int_max_str_digits", ["maxdigits"], 1, 0, 1)?;
        let n = vm.index_i64(n)?;
        if n != 0 && n < 640 {
            return Err(vm.value_error("maxdigits must be >= 640 or 0 for unlimited"));
        }
        vm.interp().max_str_digits.store(usize::try_from(n).unwrap_or(0), Ordering::Relaxed);
        Ok(Value::NONE)
    }),
];

fn depth_arg(vm: &Vm, args: Args<'_>, name: &str) -> PyResult<usize> {
    let [d] = args.bind(vm, name, ["depth"], 0, 0, 1)?;
    match d.bound() {
        Some(d) => Ok(usize::try_from(vm.index_i64(d)?).unwrap_or(0)),
        None => Ok(0),
    }
}

fn displayhook(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "displayhook")?;
    if v.is_none() {
        return Ok(Value::NONE);
    }
    let underscore = vm.intern("_")?;
    let builtins = vm.interp().boot().builtins;
    builtins.set_str(vm, underscore, Value::NONE)?;
    let text = vm.repr(v)?;
    let n = vm.names();
    let Some(out) = vm.interp().boot().sys.get_str(vm, n.stdout)? else {
        return Err(vm.runtime_error("lost sys.stdout"));
    };
    if !out.is_none() {
        vm.call_method(out, n.write, &[text.value()])?;
        vm.call_method(out, n.write, &[vm.intern("\n")?.value()])?;
    }
    builtins.set_str(vm, underscore, v)?;
    Ok(Value::NONE)
}

/// Bytes of an object's own cell: of the layout, for most types.
fn getsizeof(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v, default] = args.bind(vm, "getsizeof", ["object", "default"], 1, 0, 2)?;
    let class = vm.type_of(v);
    if let Some(m) = vm.lookup_special(v, vm.intern("__sizeof__")?)? {
        let n = vm.call(m, &[])?;
        return match n.as_small_int() {
            Some(i) if i >= 0 => Ok(n),
            Some(_) => Err(vm.value_error("__sizeof__() should return >= 0")),
            None => match default.bound() {
                Some(d) => Ok(d),
                None => Err(vm
                    .type_error(format!("'{}' object cannot be interpreted as an integer", vm.type_name(n)))),
            },
        };
    }
    Ok(Value::small_int(i64::from(class.basic_size)))
}
