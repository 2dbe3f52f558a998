//! `gc`: the collector's switches. There are no generations, so numbers of them are accepted and mean nothing.

use std::ptr::NonNull;

use vm_core::{sync::Ordering, world::WorldStopped};
use vm_heap::{Header, Reason};

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
    /// A full collection now; finalizers and callbacks that are due run before it returns.
    pub fn collect_garbage(&self) -> PyResult<()> {
        self.interp().heap.collect(self.heap(), &self.attached(), Reason::Explicit);
        self.poll()
    }

    /// The container objects for which `keep` holds; it runs in a pause and must not allocate.
    fn containers(&self, mut keep: impl FnMut(&WorldStopped<'_>, NonNull<Header>) -> bool) -> PyResult {
        let heap = &self.interp().heap;
        let mut room = 1024;
        loop {
            // Room is made outside the pause; what it takes is known only inside.
            let block = self.new_items(room)?;
            let mut found = 0;
            self.stop_the_world(|world| {
                heap.for_each_object(world, |cell| {
                    // SAFETY: as above.
                    if !is_container(Kind::of(unsafe { cell.as_ref() })) || !keep(world, cell) {
                        return;
                    }
                    if let Some(slot) = block.slots().get(found) {
                        slot.set(self, block.header(), Value::from_ptr(cell.as_ptr()));
                    }
                    found += 1;
                });
                block.set_len(found.min(room));
            });
            if found <= room {
                return Ok(self.new_list_of(block)?.value());
            }
            room = found + found / 8;
        }
    }
}

/// Whether cells of this kind are objects that can refer to others; storage that no program sees is none.
fn is_container(k: Kind) -> bool {
    !matches!(
        k,
        Kind::Str
            | Kind::Int
            | Kind::Float
            | Kind::Complex
            | Kind::Bytes
            | Kind::ByteArray
            | Kind::Range
            | Kind::Items
            | Kind::DictTable
            | Kind::SetTable
            | Kind::Overflow
            | Kind::Raw
    )
}

/// Whether programs may see cells of this kind.
fn is_object(k: Kind) -> bool {
    !matches!(k, Kind::Items | Kind::DictTable | Kind::SetTable | Kind::Overflow | Kind::Raw)
}

/// The objects that a cell refers to, through its storage too.
fn referents(vm: &Vm, world: &WorldStopped<'_>, of: NonNull<Header>, out: &mut Vec<NonNull<Header>>) {
    // SAFETY: a live cell, in a pause.
    for r in unsafe { vm.interp().heap.references_of(world, of) } {
        // SAFETY: what a live cell refers to is live.
        if is_object(Kind::of(unsafe { r.as_ref() })) {
            out.push(r);
        } else {
            referents(vm, world, r, out);
        }
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
        vm.collect_garbage()?;
        // No count: sweeping is lazy, and another thread's collection may have found what this caller dropped.
        Ok(Value::NONE)
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
        Ok(Value::bool(v.kind().is_some_and(is_container)))
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
    FunctionDef::new("get_objects", |vm, args| {
        args.bind(vm, "get_objects", ["generation"], 0, 0, 1)?;
        vm.containers(|_, _| true)
    }),
    FunctionDef::new("get_referrers", |vm, args| {
        let targets: Vec<NonNull<Header>> = args
            .no_keywords(vm, "get_referrers")?
            .iter()
            .filter_map(|v| v.header())
            .map(NonNull::from)
            .collect();
        vm.containers(|world, cell| {
            let mut found = Vec::new();
            referents(vm, world, cell, &mut found);
            found.iter().any(|r| targets.contains(r))
        })
    }),
    FunctionDef::new("get_referents", |vm, args| {
        let of: Vec<NonNull<Header>> = args
            .no_keywords(vm, "get_referents")?
            .iter()
            .filter_map(|v| v.header())
            .map(NonNull::from)
            .collect();
        let mut found = Vec::new();
        let mut room = 64;
        loop {
            let block = vm.new_items(room)?;
            vm.stop_the_world(|world| {
                found.clear();
                for &cell in &of {
                    referents(vm, world, cell, &mut found);
                }
                for (slot, r) in block.slots().iter().zip(&found) {
                    slot.set(vm, block.header(), Value::from_ptr(r.as_ptr()));
                }
                block.set_len(found.len().min(room));
            });
            if found.len() <= room {
                return Ok(vm.new_list_of(block)?.value());
            }
            room = found.len();
        }
    }),
];

fn nothing(vm: &Vm, args: Args<'_>) -> PyResult {
    args.exact::<0>(vm, "freeze")?;
    Ok(Value::NONE)
}

/// Off, only the memory limit and `gc.collect()` start a collection.
fn set_enabled(vm: &Vm, args: Args<'_>, name: &str, on: bool) -> PyResult {
    args.exact::<0>(vm, name)?;
    vm.interp().gc_enabled.store(on, Ordering::Relaxed);
    vm.interp().heap.set_automatic(on);
    Ok(Value::NONE)
}
