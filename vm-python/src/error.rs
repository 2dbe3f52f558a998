//! Raised exceptions as Rust sees them.

use crate::object::{class::Type, exception::Exception};
use crate::{object::gc::Gc, value::Value, vm::Vm};

/// An exception on its way up. The value is an instance of `BaseException`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Thrown(pub Value);

/// Result of everything that can raise.
pub type PyResult<T = Value> = Result<T, Thrown>;

impl Thrown {
    /// The exception object.
    #[must_use]
    pub fn exception(self) -> Gc<Exception> {
        // SAFETY: only exceptions are thrown: `Vm::raise*` check it.
        unsafe { self.0.downcast_unchecked() }
    }
    /// Whether the exception is an instance of `class`.
    #[must_use]
    pub fn is(self, vm: &Vm, class: Gc<Type>) -> bool {
        vm.type_of(self.0).is_subclass(class)
    }
}

macro_rules! raisers {
    ($( $fn:ident $ty:ident $doc:literal; )*) => {
        impl Vm { $(
            #[doc = $doc]
            #[cold]
            #[inline(never)]
            pub fn $fn(&self, message: impl AsRef<str>) -> Thrown {
                self.new_error(self.exc().$ty, message.as_ref())
            }
        )* }
    };
}

raisers! {
    type_error type_error "A new TypeError with this message.";
    value_error value_error "A new ValueError with this message.";
    index_error index_error "A new IndexError with this message.";
    attribute_error attribute_error "A new AttributeError with this message.";
    name_error name_error "A new NameError with this message.";
    unbound_local_error unbound_local_error "A new UnboundLocalError with this message.";
    runtime_error runtime_error "A new RuntimeError with this message.";
    recursion_error recursion_error "A new RecursionError with this message.";
    overflow_error overflow_error "A new OverflowError with this message.";
    zero_division_error zero_division_error "A new ZeroDivisionError with this message.";
    import_error import_error "A new ImportError with this message.";
    module_not_found_error module_not_found_error "A new ModuleNotFoundError with this message.";
    lookup_error lookup_error "A new LookupError with this message.";
    not_implemented_error not_implemented_error "A new NotImplementedError with this message.";
    system_error system_error "A new SystemError with this message.";
    assertion_error assertion_error "A new AssertionError with this message.";
    buffer_error buffer_error "A new BufferError with this message.";
    unsupported_operation os_error "A new OSError with this message.";
    eof_error eof_error "A new EOFError with this message.";
}

impl Vm {
    /// A MemoryError; a preallocated one when nothing can be allocated.
    #[cold]
    #[inline(never)]
    pub fn memory_error(&self) -> Thrown {
        // A small object may still be had when a large one was refused; if not, the preallocated one has no history.
        if self.interp().is_booted() && !self.out_of_memory.replace(true) {
            let made = self.try_new_exception(self.exc().memory_error, &[]);
            self.out_of_memory.set(false);
            if let Ok(e) = made {
                return Thrown(e.value());
            }
        }
        let e = Thrown(self.interp().statics().memory_error(self));
        let x = e.exception();
        for s in [&x.traceback, &x.context, &x.cause] {
            s.set(self, x.header(), Value::NONE);
        }
        e
    }

    /// A new exception of class `class` whose only argument is `message`.
    #[cold]
    #[inline(never)]
    pub fn new_error(&self, class: Gc<Type>, message: &str) -> Thrown {
        match self.new_str(message) {
            Ok(s) => self.new_exception(class, &[s.value()]),
            Err(e) => e,
        }
    }

    /// A KeyError for `key`.
    #[cold]
    #[inline(never)]
    pub fn key_error(&self, key: Value) -> Thrown {
        self.new_exception(self.exc().key_error, &[key])
    }

    /// A StopIteration with this value.
    #[cold]
    #[inline(never)]
    pub fn stop_iteration(&self, value: Value) -> Thrown {
        let args: &[Value] = if value.is_none() { &[] } else { &[value] };
        self.new_exception(self.exc().stop_iteration, args)
    }
}
