//! `gc`: the collector's switches. There are no generations, so numbers of them are accepted and mean nothing.

use vm_core::sync::Ordering;
use vm_heap::Reason;

use crate::{
    error::PyResult,
    native::{Args, FunctionDef},
    object::{class::type_flags, gc::Gc, kind::Kind, module::Module},
    value::Value,
    vm::Vm,
};

/// Makes the module.
pub fn make(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("gc")?;
    vm.add_functions(m, FUNCTIONS)?;
    for (name, n) in [
        ("DEBUG_STATS", 1),
        ("DEBUG_COLLECTABLE", 2),
        ("DEBUG_UNCOLLECTABLE", 4),
        ("DEBUG_SAVEALL", 32),
        ("DEBUG_LEAK", 38),
    ] {
        vm.add_value(m, name, Value::small_int(n))?;
    }
    vm.add_value(m, "garbage", vm.new_list(&[])?.value())?;
    vm.add_value(m, "callbacks", vm.new_list(&[])?.value())?;
    Ok(m)
}

impl Vm {
    /// A full collection now; finalizers and callbacks that are due run before it returns. How many objects were queued for them.
    pub fn collect_garbage(&self) -> PyResult<usize> {
        let stats = self.interp().heap.collect(self.heap(), &self.attached(), Reason::Explicit);
        self.poll()?;
        Ok(stats.queued)
    }
}

static FUNCTIONS: &[FunctionDef] = &[
    FunctionDef::new("collect", |vm, args| {
        let [generation] = args.bind(vm, "collect", ["generation"], 0, 0, 1)?;
        if let Some(g) = generation.bound()
            && !(0..=2).contains(&vm.index_i64(g)?)
        {
            return Err(vm.value_error("invalid generation"));
        }
        Ok(Value::small_int(vm.collect_garbage()? as i64))
    }),
    FunctionDef::new("enable", |vm, args| set_enabled(vm, args, "enable", true)),
    FunctionDef::new("disable", |vm, args| set_enabled(vm, args, "disable", false)),
    FunctionDef::new("isenabled", |vm, args| {
        args.exact::<0>(vm, "isenabled")?;
        Ok(Value::bool(vm.interp().gc_enabled.load(Ordering::Relaxed)))
    }),
    FunctionDef::new("get_threshold", |vm, args| {
        args.exact::<0>(vm, "get_threshold")?;
        let t = [2000, 10, 0].map(Value::small_int);
        Ok(vm.new_tuple(&t)?.value())
    }),
    FunctionDef::new("set_threshold", |vm, args| {
        for &v in args.range(vm, "set_threshold", 1, 3)? {
            vm.index_i64(v)?;
        }
        Ok(Value::NONE)
    }),
    FunctionDef::new("get_count", |vm, args| {
        args.exact::<0>(vm, "get_count")?;
        Ok(vm.new_tuple(&[Value::small_int(0); 3])?.value())
    }),
    FunctionDef::new("get_debug", |vm, args| {
        args.exact::<0>(vm, "get_debug")?;
        Ok(Value::small_int(0))
    }),
    FunctionDef::new("set_debug", |vm, args| {
        let [n] = args.exact::<1>(vm, "set_debug")?;
        vm.index_i64(n)?;
        Ok(Value::NONE)
    }),
    FunctionDef::new("get_stats", |vm, args| {
        args.exact::<0>(vm, "get_stats")?;
        let s = vm.interp().heap.stats();
        let d = vm.new_dict()?;
        for (k, n) in [("collections", s.collections as i64), ("collected", 0), ("uncollectable", 0)] {
            d.set_str(vm, vm.intern(k)?, Value::small_int(n))?;
        }
        Ok(vm.new_list(&[d.value()])?.value())
    }),
    FunctionDef::new("is_tracked", |vm, args| {
        let [v] = args.exact::<1>(vm, "is_tracked")?;
        Ok(Value::bool(v.kind().is_some_and(|k| {
            !matches!(k, Kind::Str | Kind::Int | Kind::Float | Kind::Complex | Kind::Bytes | Kind::ByteArray | Kind::Range)
        })))
    }),
    FunctionDef::new("is_finalized", |vm, args| {
        let [v] = args.exact::<1>(vm, "is_finalized")?;
        let registered = vm.type_of(v).has_flag(type_flags::FINALIZER);
        Ok(Value::bool(registered && v.header().is_some_and(|h| !h.has_finalizer())))
    }),
    FunctionDef::new("freeze", nothing),
    FunctionDef::new("unfreeze", nothing),
    FunctionDef::new("get_freeze_count", |vm, args| {
        args.exact::<0>(vm, "get_freeze_count")?;
        Ok(Value::small_int(0))
    }),
    FunctionDef::new("get_objects", |vm, _| Ok(vm.new_list(&[])?.value())),
    FunctionDef::new("get_referrers", |vm, _| Ok(vm.new_list(&[])?.value())),
    FunctionDef::new("get_referents", |vm, _| Ok(vm.new_list(&[])?.value())),
];

fn nothing(vm: &Vm, args: Args<'_>) -> PyResult {
    args.exact::<0>(vm, "freeze")?;
    Ok(Value::NONE)
}

/// A non-moving tracing heap has no reason to stop collecting while memory is needed: the switch is remembered and obeyed by
/// nobody but `isenabled`.
fn set_enabled(vm: &Vm, args: Args<'_>, name: &str, on: bool) -> PyResult {
    args.exact::<0>(vm, name)?;
    vm.interp().gc_enabled.store(on, Ordering::Relaxed);
    Ok(Value::NONE)
}
