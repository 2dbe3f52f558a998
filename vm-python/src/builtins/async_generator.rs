//! What `__anext__`, `asend`, `athrow` and `aclose` of an asynchronous generator return: awaitables that run the generator up to its next
//! `yield`. What the generator awaits on the way goes out to whoever runs the awaitable.

use vm_core::{
    frame_state::Phase,
    sync::{AtomicU8, Ordering},
};
use vm_heap::Marker;

use super::generator::exception_of;
use crate::{
    error::{PyResult, Thrown},
    native::{MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{TypeSlots, type_flags},
        frame::Generator,
        gc::{Gc, Slot},
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// A value that an asynchronous generator yields, as opposed to one that passes through its `await`.
pub struct Yielded {
    value: Slot,
}

impl NativePayload for Yielded {
    fn trace(&self, m: &mut Marker) {
        self.value.trace(m);
    }
}

/// `async_generator_wrapped_value`
pub static YIELDED_DEF: TypeDef = TypeDef {
    name: "async_generator_wrapped_value",
    kind: Native::<Yielded>::KIND,
    size: Native::<Yielded>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    ..NO_DEF
};

/// What a step does to the generator.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// `__anext__`, `asend(v)`: sends `given`.
    Send,
    /// `athrow(e)`: throws `given`, a tuple of `throw`'s arguments.
    Throw,
    /// `aclose()`
    Close,
}

/// An awaitable over one step.
pub struct Step {
    of: Slot,
    given: Slot,
    doing: Doing,
    state: AtomicU8,
}

impl NativePayload for Step {
    fn trace(&self, m: &mut Marker) {
        self.of.trace(m);
        self.given.trace(m);
    }
}

/// Not yet awaited.
const INIT: u8 = 0;
/// Its generator runs, or waits for what it awaits.
const ITERATING: u8 = 1;
/// Over.
const CLOSED: u8 = 2;

/// Bits of a generator's `extra`: a step of it runs; it was closed, or ended.
const RUNNING: i64 = 1;
const ENDED: i64 = 2;

const fn step_def(name: &'static str) -> TypeDef {
    TypeDef {
        name,
        kind: Native::<Step>::KIND,
        size: Native::<Step>::SIZE,
        flags: type_flags::DISALLOW_INSTANTIATION,
        slots: TypeSlots { iter: Some(same), iternext: Some(next), ..NO_SLOTS },
        methods: STEP_METHODS,
        ..NO_DEF
    }
}

static STEP_METHODS: &[MethodDef] = &[
    MethodDef::new("__await__", |vm, args| {
        let (s, rest) = args.this_native::<Step>(vm, "__await__")?;
        let [] = rest.exact::<0>(vm, "__await__")?;
        Ok(s.value())
    }),
    MethodDef::new("send", |vm, args| {
        let (s, rest) = args.this_native::<Step>(vm, "send")?;
        let [v] = rest.exact::<1>(vm, "send")?;
        awaited(vm, vm.async_step(s, v)?)
    }),
    MethodDef::new("throw", |vm, args| {
        let (s, rest) = args.this_native::<Step>(vm, "throw")?;
        let e = exception_of(vm, rest.range(vm, "throw", 1, 3)?)?;
        awaited(vm, throw(vm, s, e)?)
    }),
    MethodDef::new("close", |vm, args| {
        let (s, rest) = args.this_native::<Step>(vm, "close")?;
        let [] = rest.exact::<0>(vm, "close")?;
        close(vm, s)
    }),
];

/// `async_generator_asend`
pub static ASEND_DEF: TypeDef = step_def("async_generator_asend");
/// `async_generator_athrow`
pub static ATHROW_DEF: TypeDef = step_def("async_generator_athrow");

fn same(_: &Vm, v: Value) -> PyResult {
    Ok(v)
}

fn next(vm: &Vm, v: Value) -> PyResult<Option<Value>> {
    match v.native::<Step>() {
        Some(s) => awaited(vm, vm.async_step(s, Value::NONE)?).map(Some),
        None => Err(vm.type_error("an awaitable of an asynchronous generator is needed")),
    }
}

/// A result as `send` gives it.
fn awaited(vm: &Vm, r: Result<Value, Value>) -> PyResult {
    r.map_err(|value| vm.stop_iteration(value))
}

fn flags(g: Gc<Generator>) -> i64 {
    g.extra.get().as_small_int().unwrap_or(0)
}

fn set_flags(vm: &Vm, g: Gc<Generator>, flags: i64) {
    g.extra.set(vm, g.header(), Value::small_int(flags));
}

impl Step {
    fn generator(&self) -> Gc<Generator> {
        // SAFETY: set when the step was made, from a generator, and never changed.
        unsafe { self.of.get().downcast_unchecked::<Generator>() }
    }

    fn is(&self, state: u8) -> bool {
        self.state.load(Ordering::Relaxed) == state
    }

    fn set(&self, state: u8) {
        self.state.store(state, Ordering::Relaxed);
    }

    fn method(&self) -> &'static str {
        match self.doing {
            Doing::Send => "anext",
            Doing::Throw => "athrow",
            Doing::Close => "aclose",
        }
    }

    fn spent(&self, vm: &Vm) -> Thrown {
        let what = if self.doing == Doing::Send { "__anext__()/asend()" } else { "aclose()/athrow()" };
        vm.runtime_error(format!("cannot reuse already awaited {what}"))
    }

    /// The first use: the generator must not run a step of another awaitable.
    fn begin(&self, vm: &Vm) -> PyResult<()> {
        let g = self.generator();
        if flags(g) & RUNNING != 0 {
            self.set(CLOSED);
            return Err(
                vm.runtime_error(format!("{}(): asynchronous generator is already running", self.method()))
            );
        }
        self.set(ITERATING);
        set_flags(vm, g, flags(g) | RUNNING);
        Ok(())
    }

    /// After the generator ran: `Ok(Ok(v))` to await `v`, `Ok(Err(v))` when the step is done with `v`.
    fn settle(&self, vm: &Vm, r: PyResult<Result<Value, Value>>) -> PyResult<Result<Value, Value>> {
        let g = self.generator();
        let e = match r {
            Ok(Ok(v)) => {
                let Some(y) = v.native::<Yielded>() else { return Ok(Ok(v)) };
                self.set(CLOSED);
                set_flags(vm, g, flags(g) & !RUNNING);
                if self.doing == Doing::Close {
                    return Err(vm.runtime_error("async generator ignored GeneratorExit"));
                }
                return Ok(Err(y.payload.value.get()));
            }
            Ok(Err(_)) => vm.new_exception(vm.exc().stop_async_iteration, &[]),
            Err(e) => e,
        };
        self.set(CLOSED);
        let over = e.is(vm, vm.exc().stop_async_iteration) || e.is(vm, vm.exc().generator_exit);
        set_flags(vm, g, flags(g) & !RUNNING | if over { ENDED } else { 0 });
        if over && self.doing == Doing::Close { Ok(Err(Value::NONE)) } else { Err(e) }
    }
}

impl Vm {
    /// Runs a step until the generator awaits (`Ok(Ok(v))`) or yields (`Ok(Err(v))`).
    pub(crate) fn async_step(&self, s: Gc<Native<Step>>, arg: Value) -> PyResult<Result<Value, Value>> {
        let s = &s.payload;
        let g = s.generator();
        match s.state.load(Ordering::Relaxed) {
            CLOSED => return Err(s.spent(self)),
            ITERATING => return s.settle(self, self.resume_generator(g, arg)),
            _ => {}
        }
        if s.doing == Doing::Send {
            s.begin(self)?;
            let v = if arg.is_none() { s.given.get() } else { arg };
            return s.settle(self, self.resume_generator(g, v));
        }
        if g.phase() == Phase::Finished {
            s.set(CLOSED);
            return Ok(Err(Value::NONE));
        }
        if flags(g) & RUNNING == 0 && flags(g) & ENDED != 0 {
            s.set(CLOSED);
            return Err(self.new_exception(self.exc().stop_async_iteration, &[]));
        }
        if flags(g) & RUNNING == 0 && !arg.is_none() {
            return Err(self.runtime_error("can't send non-None value to a just-started coroutine"));
        }
        s.begin(self)?;
        let thrown = match s.given.get().downcast::<crate::object::sequence::Tuple>() {
            Some(given) => exception_of(self, given.as_slice()),
            None => {
                set_flags(self, g, flags(g) | ENDED);
                Ok(self.new_exception(self.exc().generator_exit, &[]))
            }
        };
        match thrown {
            Ok(e) => s.settle(self, self.throw_into(g, e)),
            Err(e) => s.settle(self, Err(e)),
        }
    }

    /// Marks a value as yielded by an asynchronous generator.
    pub(crate) fn wrap_yielded(&self, v: Value) -> PyResult {
        let class = self.types().async_generator_wrapped_value;
        Ok(self.new_native_object(class, Yielded { value: Slot::new(v) })?.value())
    }

    fn new_step(&self, g: Gc<Generator>, doing: Doing, given: Value) -> PyResult {
        let t = self.types();
        let class = if doing == Doing::Send { t.async_generator_asend } else { t.async_generator_athrow };
        let step =
            Step { of: Slot::new(g.value()), given: Slot::new(given), doing, state: AtomicU8::new(INIT) };
        Ok(self.new_native_object(class, step)?.value())
    }
}

/// An exception thrown into the awaitable.
fn throw(vm: &Vm, s: Gc<Native<Step>>, e: Thrown) -> PyResult<Result<Value, Value>> {
    let s = &s.payload;
    if s.is(CLOSED) {
        return Err(s.spent(vm));
    }
    if s.is(INIT) {
        s.begin(vm)?;
    }
    s.settle(vm, vm.throw_into(s.generator(), e))
}

fn close(vm: &Vm, s: Gc<Native<Step>>) -> PyResult {
    if s.payload.is(CLOSED) {
        return Ok(Value::NONE);
    }
    match throw(vm, s, vm.new_exception(vm.exc().generator_exit, &[])) {
        Ok(Ok(_)) => Err(vm.runtime_error("coroutine ignored GeneratorExit")),
        Ok(Err(_)) => Ok(Value::NONE),
        Err(e) if e.is(vm, vm.exc().stop_async_iteration) || e.is(vm, vm.exc().generator_exit) => {
            Ok(Value::NONE)
        }
        Err(e) => Err(e),
    }
}

/// Whether a step of the generator runs.
pub(crate) fn is_running(g: Gc<Generator>) -> bool {
    flags(g) & RUNNING != 0
}

/// Methods of `async_generator`.
pub(crate) static METHODS: &[MethodDef] = &[
    MethodDef::new("__aiter__", |vm, args| {
        let (g, []) = args.method::<Generator, 0>(vm, "__aiter__")?;
        Ok(g.value())
    }),
    MethodDef::new("__anext__", |vm, args| {
        let (g, []) = args.method::<Generator, 0>(vm, "__anext__")?;
        vm.new_step(g, Doing::Send, Value::NONE)
    }),
    MethodDef::new("asend", |vm, args| {
        let (g, [v]) = args.method::<Generator, 1>(vm, "asend")?;
        vm.new_step(g, Doing::Send, v)
    }),
    MethodDef::new("athrow", |vm, args| {
        let (g, rest) = args.this::<Generator>(vm, "athrow")?;
        let given = vm.new_tuple(rest.range(vm, "athrow", 1, 3)?)?;
        vm.new_step(g, Doing::Throw, given.value())
    }),
    MethodDef::new("aclose", |vm, args| {
        let (g, []) = args.method::<Generator, 0>(vm, "aclose")?;
        vm.new_step(g, Doing::Close, Value::UNBOUND)
    }),
];
