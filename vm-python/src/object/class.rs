//! Classes.

use std::cell::UnsafeCell;

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_core::{
    sync::{AtomicU16, AtomicU32, Ordering},
    versions::Version,
};
use vm_heap::Header;

use super::{
    dict::Dict,
    gc::{Gc, Object, Ptr, Slot},
    kind::Kind,
    sequence::{List, Tuple},
    str::Str,
};
use crate::{error::PyResult, native::Args, value::Value, vm::Vm};

/// Unary operations of [`TypeSlots::unary`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each is the special method of its name")]
pub enum UnOp {
    Neg,
    Pos,
    Invert,
    Abs,
    Int,
    Float,
    Index,
}

impl UnOp {
    /// All operations.
    pub const ALL: [UnOp; 7] =
        [UnOp::Neg, UnOp::Pos, UnOp::Invert, UnOp::Abs, UnOp::Int, UnOp::Float, UnOp::Index];
    /// The special method.
    #[must_use]
    pub const fn dunder(self) -> &'static str {
        match self {
            UnOp::Neg => "__neg__",
            UnOp::Pos => "__pos__",
            UnOp::Invert => "__invert__",
            UnOp::Abs => "__abs__",
            UnOp::Int => "__int__",
            UnOp::Float => "__float__",
            UnOp::Index => "__index__",
        }
    }
}

/// Native behaviour of a class: one function pointer per group of special methods.
///
/// A builtin type fills in what it implements; for each filled slot the special methods appear as wrappers in its
/// namespace. A Python class inherits the slots of its base, and for each special method in its namespace the slot is
/// replaced by a function that calls it. `None` = not supported.
#[derive(Clone, Copy, Default)]
pub struct TypeSlots {
    /// `a op b`, called if either operand has this type; `NotImplemented` if it cannot. `binary_ops` says which
    /// operators have wrappers.
    pub binary: Option<fn(&Vm, BinOp, Value, Value) -> PyResult>,
    /// Bit `1 << BinOp` for each operator that `binary` implements.
    pub binary_ops: u16,
    /// `a op= b` in place; `NotImplemented` falls back to `binary`.
    pub inplace: Option<fn(&Vm, BinOp, Value, Value) -> PyResult>,
    /// Bit `1 << BinOp` for each operator that `inplace` implements.
    pub inplace_ops: u16,
    /// Unary operators and conversions.
    pub unary: Option<fn(&Vm, UnOp, Value) -> PyResult>,
    /// Bit `1 << UnOp` for each operation that `unary` implements.
    pub unary_ops: u16,
    /// Rich comparison; `NotImplemented` if it cannot.
    pub compare: Option<fn(&Vm, CmpOp, Value, Value) -> PyResult>,
    /// `hash(x)`; `None` = unhashable when `compare` is set by the type itself.
    pub hash: Option<fn(&Vm, Value) -> PyResult<i64>>,
    /// `repr(x)`
    pub repr: Option<fn(&Vm, Value) -> PyResult<Gc<Str>>>,
    /// `str(x)`; falls back to `repr`.
    pub str: Option<fn(&Vm, Value) -> PyResult<Gc<Str>>>,
    /// `bool(x)`; falls back to `len`, then true.
    pub truthy: Option<fn(&Vm, Value) -> PyResult<bool>>,
    /// `len(x)`
    pub len: Option<fn(&Vm, Value) -> PyResult<usize>>,
    /// `x[k]`
    pub getitem: Option<fn(&Vm, Value, Value) -> PyResult>,
    /// `x[k] = v`, or `del x[k]` with `None`.
    pub setitem: Option<fn(&Vm, Value, Value, Option<Value>) -> PyResult<()>>,
    /// `v in x`; falls back to iteration.
    pub contains: Option<fn(&Vm, Value, Value) -> PyResult<bool>>,
    /// `iter(x)`
    pub iter: Option<fn(&Vm, Value) -> PyResult>,
    /// `next(x)`, `None` when exhausted.
    pub iternext: Option<fn(&Vm, Value) -> PyResult<Option<Value>>>,
    /// `x(...)`; the arguments do not contain `x`.
    pub call: Option<fn(&Vm, Value, Args<'_>) -> PyResult>,
    /// `x.name`, whole look-up; `None` = the generic one.
    pub getattr: Option<fn(&Vm, Value, Gc<Str>) -> PyResult>,
    /// `x.name = v` or `del x.name`; `None` = the generic one.
    pub setattr: Option<fn(&Vm, Value, Gc<Str>, Option<Value>) -> PyResult<()>>,
    /// Descriptor read: `(self, instance or UNBOUND, owner)`.
    pub descr_get: Option<fn(&Vm, Value, Value, Value) -> PyResult>,
    /// Descriptor write or delete: makes it a data descriptor.
    pub descr_set: Option<fn(&Vm, Value, Value, Option<Value>) -> PyResult<()>>,
    /// `cls.__new__(cls, ...)`; the arguments do not contain `cls`.
    pub new: Option<fn(&Vm, Gc<Type>, Args<'_>) -> PyResult>,
    /// `x.__init__(...)`; the arguments do not contain `x`.
    pub init: Option<fn(&Vm, Value, Args<'_>) -> PyResult<()>>,
}

/// Flags of a class.
pub mod type_flags {
    /// Made by a class statement or `type()`: mutable.
    pub const HEAP: u32 = 1;
    /// May be subclassed.
    pub const BASETYPE: u32 = 2;
    /// `__getattribute__` or `__getattr__` is defined in Python: no attribute caching.
    pub const CUSTOM_GETATTR: u32 = 4;
    /// `__setattr__` or `__delattr__` is defined in Python.
    pub const CUSTOM_SETATTR: u32 = 8;
    /// Instances register a finalizer (`__del__`).
    pub const FINALIZER: u32 = 16;
    /// Instances have a `__dict__` (attribute slots).
    pub const HAS_DICT: u32 = 32;
    /// An exception class.
    pub const EXCEPTION: u32 = 64;
    /// A metaclass (subclass of `type`).
    pub const METACLASS: u32 = 128;
    /// Matches sequence patterns.
    pub const SEQUENCE: u32 = 256;
    /// Matches mapping patterns.
    pub const MAPPING: u32 = 512;
    /// Has unimplemented abstract methods: cannot be instantiated.
    pub const ABSTRACT: u32 = 1024;
    /// `object.__new__` may not make instances (the native `new` of a base must).
    pub const DISALLOW_INSTANTIATION: u32 = 2048;
    /// Instances can be weakly referenced.
    pub const WEAKREF: u32 = 4096;
    /// `__new__` is defined in Python.
    pub const CUSTOM_NEW: u32 = 8192;
    /// `__init__` is defined in Python.
    pub const CUSTOM_INIT: u32 = 16384;
}

/// A class.
#[repr(C)]
pub struct Type {
    header: Header,
    /// `__name__`
    pub name: Slot,
    /// `__qualname__`
    pub qualname: Slot,
    /// `__bases__`
    pub bases: Ptr<Tuple>,
    /// `__mro__`
    pub mro: Ptr<Tuple>,
    /// `__base__`: the base that determines the layout.
    pub base: Ptr<Type>,
    /// The namespace.
    pub dict: Ptr<Dict>,
    /// Direct subclasses: builtin ones themselves, of others weak references.
    pub subclasses: Ptr<List>,
    /// Changes whenever the namespace of the class or of a base changes (P14); globally unique, 0 while it does.
    pub version: Version,
    /// See [`type_flags`].
    pub flags: AtomicU32,
    /// Root shape of instances.
    pub root_shape: AtomicU32,
    /// Dict-mode shape of instances, 0 = not yet made.
    pub dict_shape: AtomicU32,
    /// Inline attribute slots for new instances (a hint that grows).
    pub inline_slots: AtomicU16,
    /// Bytes of the native payload, header and `__slots__` included; attribute slots follow.
    pub basic_size: u32,
    /// Bytes of the native payload without `__slots__` members.
    pub native_size: u32,
    /// Layout of instances.
    pub instance_kind: Kind,
    slots: UnsafeCell<TypeSlots>,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Type {
    const KIND: Kind = Kind::Type;
}

impl Type {
    /// The native slots.
    #[inline(always)]
    #[must_use]
    pub fn slots(&self) -> &TypeSlots {
        // SAFETY: slots change only before the class is published or while the world is stopped, so no reference from
        // another thread is in use then; this thread holds none across the change.
        unsafe { &*self.slots.get() }
    }
    /// Changes the native slots.
    ///
    /// # Safety
    /// The class is not yet published, or the world is stopped.
    pub unsafe fn edit_slots(&self, f: impl FnOnce(&mut TypeSlots)) {
        // SAFETY: by the caller, nobody else reads the slots.
        f(unsafe { &mut *self.slots.get() });
    }
    /// Whether any of the [`type_flags`] `bits` is set.
    #[inline(always)]
    #[must_use]
    pub fn has_flag(&self, bits: u32) -> bool {
        self.flags.load(Ordering::Relaxed) & bits != 0
    }
    /// Sets flag bits.
    pub fn set_flag(&self, bits: u32) {
        self.flags.fetch_or(bits, Ordering::Relaxed);
    }
    /// Whether instances are builtin sequences, for which `+` concatenates and `*` repeats.
    #[must_use]
    pub fn is_sequence(&self) -> bool {
        self.has_flag(type_flags::SEQUENCE)
            || matches!(self.instance_kind, Kind::Str | Kind::Bytes | Kind::ByteArray)
    }
    /// The namespace.
    #[inline(always)]
    #[must_use]
    pub fn namespace(&self) -> Gc<Dict> {
        // SAFETY: set before the class is published and never cleared.
        unsafe { self.dict.get_unchecked() }
    }
    /// The method resolution order, this class first.
    #[inline(always)]
    #[must_use]
    pub fn mro(&self) -> &[Value] {
        // SAFETY: set before the class is published and never cleared. The tuple outlives the borrow: replacing the
        // MRO (assignment to `__bases__`) leaves the old tuple to the collector, and the slice is on this stack.
        unsafe { &*self.mro.get_unchecked().as_ptr() }.as_slice()
    }
    /// `__name__` as a string.
    #[inline]
    #[must_use]
    pub fn name(&self) -> Gc<Str> {
        // SAFETY: the name is always a string.
        unsafe { self.name.get().downcast_unchecked() }
    }
}

impl Gc<Type> {
    /// Whether `self` is `other` or a subclass, by MRO (no `__subclasscheck__`).
    #[inline]
    #[must_use]
    pub fn is_subclass(self, other: Gc<Type>) -> bool {
        self == other || self.mro().contains(&other.value())
    }
}
