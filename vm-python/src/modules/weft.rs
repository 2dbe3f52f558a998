//! `_weft`: looking inside the VM.

use vm_compiler::opcodes::{INFO, Operand};
use vm_core::{
    code::{EXECUTOR, INSTRUMENTED, OPCODE_MASK},
    pending_calls::{PostError, Recipient},
    sync::{AtomicU64, Ordering},
};

use crate::{
    error::{PyResult, Thrown},
    native::{Args, FunctionDef},
    object::{
        class::{Type, type_flags},
        code::Code,
        dict::Dict,
        exception::Exception,
        function::{BoundMethod, Function},
        gc::Gc,
        module::Module,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

/// Makes the module.
pub fn make(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("_weft")?;
    vm.add_functions(m, FUNCTIONS)?;
    Ok(m)
}

static FUNCTIONS: &[FunctionDef] = &[
    // `tlbc_id(f)`: number of the copy of f's bytecode that this thread runs; None before its first run here.
    FunctionDef::new("tlbc_id", |vm, args| {
        let code = code_arg(vm, args, "tlbc_id")?;
        let index = copy_index(vm);
        Ok(match code.body().copies.get(index) {
            Some(_) => Value::small_int(i64::from(index)),
            None => Value::NONE,
        })
    }),
    // `tlbc(f)`: text of the copy of f's bytecode that this thread runs.
    FunctionDef::new("tlbc", |vm, args| {
        let code = code_arg(vm, args, "tlbc")?;
        let copies = &code.body().copies;
        let words = copies.get(copy_index(vm)).unwrap_or_else(|| copies.main());
        Ok(vm.new_str(&copy_text(code, words))?.value())
    }),
    // `set_async_exc(ident, exc)`: makes a thread raise `exc`, a class or an instance, at its next poll; None takes back what was not raised
    // yet. Returns how many threads that is: PyThreadState_SetAsyncExc.
    FunctionDef::new("set_async_exc", |vm, args| {
        let [ident, exc] = args.exact::<2>(vm, "set_async_exc")?;
        let id = u64::try_from(vm.index_i64(ident)?).unwrap_or(0);
        let exc = (!exc.is_none()).then_some(exc);
        if let Some(e) = exc
            && !e.is::<Exception>()
            && !e.downcast::<Type>().is_some_and(|t| t.has_flag(type_flags::EXCEPTION))
        {
            return Err(vm.type_error(format!(
                "set_async_exc() argument 2 must be an exception class or instance or None, not {}",
                vm.type_name(e)
            )));
        }
        Ok(Value::small_int(i64::from(vm.send_exception(id, exc))))
    }),
    // `exhaust_versions()`: uses the numbers of classes and functions up, for tests of what happens then.
    FunctionDef::new("exhaust_versions", |vm, args| {
        args.exact::<0>(vm, "exhaust_versions")?;
        vm.interp().type_versions.exhaust();
        vm.interp().function_versions.exhaust();
        Ok(Value::NONE)
    }),
    // `add_pending_call(ident, f)`: has a thread, the main one for None, call f() at its next poll; False if too many calls wait already.
    FunctionDef::new("add_pending_call", |vm, args| {
        let [ident, f] = args.exact::<2>(vm, "add_pending_call")?;
        if !vm.is_callable(f) {
            return Err(vm.type_error("add_pending_call() argument 2 must be callable"));
        }
        let to = if ident.is_none() {
            Recipient::Main
        } else {
            Recipient::Thread(u64::try_from(vm.index_i64(ident)?).unwrap_or(0))
        };
        match vm.post_call(to, f) {
            Ok(()) => Ok(Value::TRUE),
            Err(PostError::Full) => Ok(Value::FALSE),
            Err(PostError::NoThread) => Err(vm.value_error("no such thread")),
        }
    }),
    // For `traceback`: the report of an exception, and its last lines.
    FunctionDef::new("format_exception", |vm, args| {
        let [e] = args.exact::<1>(vm, "format_exception")?;
        let text = vm.format_exception(exception_arg(vm, e)?);
        Ok(vm.new_str(&text)?.value())
    }),
    FunctionDef::new("format_exception_only", |vm, args| {
        let [e] = args.exact::<1>(vm, "format_exception_only")?;
        let text = vm.format_exception_only(exception_arg(vm, e)?);
        Ok(vm.new_str(&text)?.value())
    }),
    // `source_line(filename, line)`: a line of a source file, empty if there is none.
    FunctionDef::new("source_line", |vm, args| {
        let [file, line] = args.exact::<2>(vm, "source_line")?;
        let Some(file) = file.downcast::<Str>() else {
            return Err(vm.type_error("filename must be a string"));
        };
        let line = u32::try_from(vm.index_i64(line)?).unwrap_or(0);
        let text = vm.source_line(&file.to_str_lossy(), line).unwrap_or_default();
        Ok(vm.new_str(&text)?.value())
    }),
    // `read_source(filename)`: the decoded text of a source file.
    FunctionDef::new("read_source", |vm, args| {
        let [file] = args.exact::<1>(vm, "read_source")?;
        let Some(file) = file.downcast::<Str>() else {
            return Err(vm.type_error("filename must be a string"));
        };
        let text = vm.read_source(&file.to_str_lossy())?;
        Ok(vm.new_str(&text)?.value())
    }),
    FunctionDef::new("stats", |vm, args| {
        args.exact::<0>(vm, "stats")?;
        Ok(stats(vm)?.value())
    }),
];

fn exception_arg(vm: &Vm, e: Value) -> PyResult<Thrown> {
    if e.is::<Exception>() {
        return Ok(Thrown(e));
    }
    Err(vm.type_error(format!("Exception expected for value, {} found", vm.type_name(e))))
}

/// Number of the copies that this thread runs: 0, the main copy, unless copies are on.
fn copy_index(vm: &Vm) -> u32 {
    if vm.interp().config.tlbc { vm.core().index() } else { 0 }
}

fn code_arg(vm: &Vm, args: Args<'_>, name: &str) -> PyResult<Gc<Code>> {
    let [f] = args.exact::<1>(vm, name)?;
    let f = f.downcast::<BoundMethod>().map_or(f, |m| m.func.get());
    if let Some(c) = f.downcast::<Code>() {
        return Ok(c);
    }
    match f.downcast::<Function>() {
        Some(f) => Ok(f.code()),
        None => {
            Err(vm
                .type_error(format!("{name}() argument must be a function or code, not {}", vm.type_name(f))))
        }
    }
}

/// One instruction per line: word offset, line, opcode, operands.
fn copy_text(code: Gc<Code>, words: &[AtomicU64]) -> String {
    let mut out = String::new();
    for p in &code.body().positions {
        let Some(word) = words.get(p.word as usize) else { continue };
        let word = word.load(Ordering::Acquire);
        let Some(info) = INFO.get((word & OPCODE_MASK) as usize) else { continue };
        out.push_str(&format!("{:5} {:4} {}", p.word, p.line, info.name));
        for (i, operand) in info.operands.iter().enumerate() {
            let n = (word >> (16 * (i + 1))) as u16;
            if *operand != Operand::No {
                out.push_str(&format!(" {n}"));
            }
        }
        for (flag, name) in [(INSTRUMENTED, "INSTRUMENTED"), (EXECUTOR, "EXECUTOR")] {
            if word & flag != 0 {
                out.push_str(&format!(" [{name}]"));
            }
        }
        out.push('\n');
    }
    out
}

/// Counters of interpreter and heap, as (name, number).
#[must_use]
pub fn counters(vm: &Vm) -> Vec<(String, u64)> {
    let i = vm.interp();
    let h = i.heap.stats();
    vm.counters.flush(&i.stats);
    vm.flush_watched();
    let s = &i.stats;
    let list = i.core.threads();
    let (threads, list_locks, posts) = (list.len() as u64, list.locks(), list.posts());
    drop(list);
    let mut all: Vec<(String, u64)> = [
        ("threads", threads),
        ("specialized", s.specialized.load(Ordering::Relaxed)),
        ("specialize_failed", s.specialize_failed.load(Ordering::Relaxed)),
        ("deopts", s.deopts.load(Ordering::Relaxed)),
        ("bytecode_copies", s.copies.load(Ordering::Relaxed)),
        ("bytecode_copies_freed", s.copies_freed.load(Ordering::Relaxed)),
        ("gc_collections", h.collections),
        ("gc_total_pause_ns", h.total_pause.as_nanos() as u64),
        ("gc_max_pause_ns", h.max_pause.as_nanos() as u64),
        ("heap_live_bytes", h.live_bytes as u64),
        ("heap_live_cells", h.live_cells as u64),
        ("heap_used_bytes", h.used_bytes as u64),
        ("heap_external_bytes", h.external_bytes as u64),
        // Writes to memory that threads share.
        ("intern_table_locks", i.intern.locks()),
        ("type_versions", u64::from(i.type_versions.given())),
        ("class_changes", i.class_changes.load(Ordering::Relaxed)),
        ("function_version_blocks", u64::from(i.function_versions.given()) >> 10),
        ("shapes", i.shapes.count()),
        ("thread_list_locks", list_locks),
        ("breaker_posts", posts),
        ("heap_block_locks", h.block_locks),
    ]
    .map(|(name, n)| (name.to_owned(), n))
    .into();
    for (name, histogram) in [("gc_pauses_ns", h.pauses), ("gc_stops_ns", h.stops)] {
        all.extend(histogram.counts().map(|(least, n)| (format!("{name}.{least}"), u64::from(n))));
    }
    let m = vm.monitoring();
    for (name, times) in [("event_pauses_ns", &m.pauses), ("event_stops_ns", &m.stops)] {
        all.extend(times.counts().map(|(least, n)| (format!("{name}.{least}"), n)));
    }
    if i.config.watch != crate::contention::Watch::Off {
        all.extend(i.watched.counters());
    }
    all
}

/// The counters as JSON.
#[must_use]
pub fn stats_json(vm: &Vm) -> String {
    let fields: Vec<String> = counters(vm).iter().map(|(k, n)| format!("  \"{k}\": {n}")).collect();
    format!("{{\n{}\n}}\n", fields.join(",\n"))
}

fn stats(vm: &Vm) -> PyResult<Gc<Dict>> {
    let d = vm.new_dict()?;
    for (k, n) in counters(vm) {
        let key: Gc<Str> = vm.intern(&k)?;
        d.set_str(vm, key, vm.new_int(i64::try_from(n).unwrap_or(i64::MAX))?)?;
    }
    Ok(d)
}
