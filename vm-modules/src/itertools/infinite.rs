//! `count`, `cycle`, `repeat`.

use vm_compiler::opcodes::BinOp;
use vm_core::sync::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, MethodDef, NativePayload, TypeDef},
    object::{
        class::Type,
        gc::{Gc, Slot},
        sequence::List,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

use super::{iterator, this, trace_all};

struct Count {
    next: Slot,
    step: Slot,
}

impl NativePayload for Count {
    fn trace(&self, m: &mut Marker) {
        trace_all(&[&self.next, &self.step], m);
    }
}

pub(super) static COUNT: TypeDef = iterator::<Count>(
    "itertools.count",
    "Return a count object whose .__next__() method returns consecutive values.",
    |vm, class, args| {
        let [start, step] = args.bind(vm, "count", ["start", "step"], 0, 0, 2)?;
        let start = start.bound().unwrap_or(Value::small_int(0));
        let step = step.bound().unwrap_or(Value::small_int(1));
        for v in [start, step] {
            let number = vm.is_int(v)
                || vm.as_float(v).is_some()
                || vm.as_complex(v).is_some()
                || [vm.names().__float__, vm.names().__index__, vm.names().__complex__]
                    .iter()
                    .any(|&n| vm.type_lookup(vm.type_of(v), n).is_some());
            if !number {
                return Err(vm.type_error("a number is required"));
            }
        }
        let c = Count { next: Slot::new(start), step: Slot::new(step) };
        Ok(vm.new_native_object(class, c)?.value())
    },
    |vm, v| {
        let c = this::<Count>(vm, v)?;
        loop {
            let now = c.payload.next.get();
            let step = c.payload.step.get();
            let next = match (now.as_small_int(), step.as_small_int()) {
                (Some(a), Some(b)) => vm.new_int(a + b)?,
                _ => vm.binary_op(BinOp::Add, now, step)?,
            };
            if c.payload.next.compare_exchange(vm, c.header(), now, next).is_ok() {
                return Ok(Some(now));
            }
        }
    },
    Some(|vm, v| {
        let c = this::<Count>(vm, v)?;
        let next = vm.repr(c.payload.next.get())?;
        let step = c.payload.step.get();
        if step == Value::small_int(1) {
            return vm.new_str(&format!("count({})", next.to_str_lossy()));
        }
        let step = vm.repr(step)?;
        vm.new_str(&format!("count({}, {})", next.to_str_lossy(), step.to_str_lossy()))
    }),
    &[],
);

struct Cycle {
    source: Slot,
    saved: Slot,
    drained: AtomicBool,
    at: AtomicUsize,
}

impl NativePayload for Cycle {
    fn trace(&self, m: &mut Marker) {
        trace_all(&[&self.source, &self.saved], m);
    }
}

pub(super) static CYCLE: TypeDef = iterator::<Cycle>(
    "itertools.cycle",
    "Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.",
    |vm, class, args| {
        let [it] = args.exact::<1>(vm, "cycle")?;
        let source = vm.iter(it)?;
        let saved = vm.new_list(&[])?.value();
        let c = Cycle {
            source: Slot::new(source),
            saved: Slot::new(saved),
            drained: AtomicBool::new(false),
            at: AtomicUsize::new(0),
        };
        Ok(vm.new_native_object(class, c)?.value())
    },
    |vm, v| {
        let c = this::<Cycle>(vm, v)?;
        let p = &c.payload;
        let Some(saved) = p.saved.get().downcast::<List>() else { return Ok(None) };
        if !p.drained.load(Ordering::Acquire) {
            if let Some(x) = vm.next(p.source.get())? {
                saved.append(vm, x)?;
                return Ok(Some(x));
            }
            p.drained.store(true, Ordering::Release);
            p.source.set(vm, c.header(), Value::NONE);
        }
        let n = saved.len();
        if n == 0 {
            return Ok(None);
        }
        let i = p.at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |i| Some((i + 1) % n)).unwrap_or(0);
        Ok(saved.get(i))
    },
    None,
    &[],
);

struct Repeat {
    what: Slot,
    /// Times left; negative = for ever.
    left: AtomicI64,
}

impl NativePayload for Repeat {
    fn trace(&self, m: &mut Marker) {
        self.what.trace(m);
    }
}

pub(super) static REPEAT: TypeDef = iterator::<Repeat>(
    "itertools.repeat",
    "repeat(object [,times]) -> create an iterator which returns the object\nfor the specified number of times.  \
     If not specified, returns the object\nendlessly.",
    |vm: &Vm, class: Gc<Type>, args: Args<'_>| -> PyResult {
        let [what, times] = args.bind(vm, "repeat", ["object", "times"], 1, 0, 2)?;
        let left = match times.bound() {
            Some(n) => vm.index_i64(n)?.max(0),
            None => -1,
        };
        let r = Repeat { what: Slot::new(what), left: AtomicI64::new(left) };
        Ok(vm.new_native_object(class, r)?.value())
    },
    |vm, v| {
        let r = this::<Repeat>(vm, v)?;
        let took = r.payload.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| match n {
            0 => None,
            n if n < 0 => Some(n),
            n => Some(n - 1),
        });
        Ok(took.is_ok().then(|| r.payload.what.get()))
    },
    Some(|vm, v| -> PyResult<Gc<Str>> {
        let r = this::<Repeat>(vm, v)?;
        let what = vm.repr(r.payload.what.get())?;
        match r.payload.left.load(Ordering::Relaxed) {
            n if n < 0 => vm.new_str(&format!("repeat({})", what.to_str_lossy())),
            n => vm.new_str(&format!("repeat({}, {n})", what.to_str_lossy())),
        }
    }),
    &[MethodDef::new("__length_hint__", |vm, a| {
        let (r, _) = a.this_native::<Repeat>(vm, "__length_hint__")?;
        match r.payload.left.load(Ordering::Relaxed) {
            n if n < 0 => Err(vm.type_error("len() of unsized object")),
            n => vm.new_int(n),
        }
    })],
);
