//! Exceptions and tracebacks.

use vm_core::sync::{AtomicBool, AtomicU32};
use vm_heap::Header;

use super::{
    class::Type,
    code::Code,
    gc::{Gc, Object, Ptr, Slot},
    kind::Kind,
    sequence::Tuple,
};
use crate::{
    error::{PyResult, Thrown},
    value::Value,
    vm::Vm,
};

/// An exception; what subclasses add (`errno`, `name`, …) are ordinary attributes.
#[repr(C)]
pub struct Exception {
    header: Header,
    /// `args`
    pub args: Ptr<Tuple>,
    /// `__traceback__`: a traceback or None.
    pub traceback: Slot,
    /// `__context__`: an exception or None.
    pub context: Slot,
    /// `__cause__`: an exception or None.
    pub cause: Slot,
    /// `__suppress_context__`
    pub suppress_context: AtomicBool,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Exception {
    const KIND: Kind = Kind::Exception;
}

impl Exception {
    /// `args`
    #[must_use]
    pub fn args(&self) -> &[Value] {
        match self.args.get() {
            // SAFETY: the tuple is kept alive by the exception or, when replaced, by the slice on this stack.
            Some(t) => unsafe { &*t.as_ptr() }.as_slice(),
            None => &[],
        }
    }
}

/// One entry of a traceback.
#[repr(C)]
pub struct Traceback {
    header: Header,
    /// `tb_next`: a traceback or None.
    pub next: Slot,
    /// The code that ran.
    pub code: Ptr<Code>,
    /// Globals of the frame.
    pub globals: Slot,
    /// `tb_frame` once asked for, or UNBOUND.
    pub frame: Slot,
    /// Word offset of the instruction.
    pub word: AtomicU32,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Traceback {
    const KIND: Kind = Kind::Traceback;
}

impl Vm {
    /// A new exception; native construction, no `__init__` is called.
    pub fn new_exception(&self, class: Gc<Type>, args: &[Value]) -> Thrown {
        match self.try_new_exception(class, args) {
            Ok(e) => Thrown(e.value()),
            Err(e) => e,
        }
    }

    /// A new exception of `class` or why there is none.
    pub fn try_new_exception(&self, class: Gc<Type>, args: &[Value]) -> PyResult<Gc<Exception>> {
        let args = self.new_tuple(args)?;
        // SAFETY: callers pass exception classes, whose layout is Exception.
        let e: Gc<Exception> = unsafe { Gc::from_ptr(self.alloc_instance_of(class)?.cast()) };
        e.args.as_slot().init(args.value());
        e.traceback.init(Value::NONE);
        e.context.init(Value::NONE);
        e.cause.init(Value::NONE);
        Ok(e)
    }

    /// Puts an entry for `code` at `word` in front of the exception's traceback.
    pub fn add_traceback(&self, e: Gc<Exception>, code: Gc<Code>, globals: Value, word: u32) {
        let Ok(tb) = self.alloc_cell::<Traceback>(size_of::<Traceback>()) else {
            return; // No memory for the traceback: the exception itself matters more.
        };
        tb.next.init(e.traceback.get());
        tb.code.as_slot().init(code.value());
        tb.globals.init(globals);
        tb.frame.init(Value::UNBOUND);
        tb.word.store(word, vm_core::sync::Ordering::Relaxed);
        e.traceback.set(self, e.header(), tb.value());
    }
}
