//! Functions, methods, cells and the other callables and descriptors.

use vm_core::versions::Number;
use vm_heap::Header;

use super::{
    class::Type,
    code::Code,
    dict::Dict,
    gc::{Gc, Object, Ptr, Slot},
    kind::Kind,
    sequence::Tuple,
    str::Str,
};
use crate::{
    error::PyResult,
    native::{NativeFn, WrapperKind},
    value::Value,
    vm::Vm,
};

/// A Python function.
#[repr(C)]
pub struct Function {
    header: Header,
    /// Changes when code, defaults or keyword defaults change; guards calls. 0 = never cached.
    pub version: Number,
    /// `__code__`
    pub code: Ptr<Code>,
    /// `__globals__`
    pub globals: Ptr<Dict>,
    /// The builtins namespace that goes with the globals.
    pub builtins: Ptr<Dict>,
    /// `__name__`
    pub name: Slot,
    /// `__qualname__`
    pub qualname: Slot,
    /// `__defaults__`: tuple or UNBOUND.
    pub defaults: Ptr<Tuple>,
    /// `__kwdefaults__`: dict or UNBOUND.
    pub kwdefaults: Ptr<Dict>,
    /// `__closure__`: tuple of cells or UNBOUND.
    pub closure: Ptr<Tuple>,
    /// `__doc__`
    pub doc: Slot,
    /// `__module__`
    pub module: Slot,
    /// `__annotate__`: function, or UNBOUND.
    pub annotate: Slot,
    /// `__annotations__` once computed or assigned, or UNBOUND.
    pub annotations: Slot,
    /// `__type_params__`: tuple or UNBOUND.
    pub type_params: Slot,
}

/// A function with its self.
#[repr(C)]
pub struct BoundMethod {
    header: Header,
    /// `__func__`
    pub func: Slot,
    /// `__self__`
    pub this: Slot,
}

/// A variable shared by functions. UNBOUND = empty.
#[repr(C)]
pub struct Cell {
    header: Header,
    /// The content.
    pub content: Slot,
}

/// A builtin function; with `this` bound, a builtin method.
#[repr(C)]
pub struct NativeFunction {
    header: Header,
    /// The code. Gets `this` as first argument if that is bound.
    pub f: NativeFn,
    /// `__name__`
    pub name: Slot,
    /// `__self__`, or UNBOUND.
    pub this: Slot,
    /// `__module__`, or UNBOUND.
    pub module: Slot,
    /// `__doc__`, or UNBOUND.
    pub doc: Slot,
}

/// A method of a builtin type as found in its namespace.
#[repr(C)]
pub struct NativeMethod {
    header: Header,
    /// The code; the first argument is self.
    pub f: NativeFn,
    /// `__name__`
    pub name: Slot,
    /// `__objclass__`
    pub owner: Ptr<Type>,
    /// `__doc__`, or UNBOUND.
    pub doc: Slot,
}

/// A special method of a builtin type as found in its namespace.
#[repr(C)]
pub struct Wrapper {
    header: Header,
    /// Which slot it calls.
    pub kind: WrapperKind,
    /// `__name__`
    pub name: Slot,
    /// `__objclass__`
    pub owner: Ptr<Type>,
}

/// Reads an attribute of a builtin type.
pub type Getter = fn(&Vm, Value) -> PyResult;
/// Writes (or with `None` deletes) an attribute of a builtin type.
pub type Setter = fn(&Vm, Value, Option<Value>) -> PyResult<()>;

/// An attribute of a builtin type that runs native code.
#[repr(C)]
pub struct GetSet {
    header: Header,
    /// Reads.
    pub get: Getter,
    /// Writes; `None` = read-only.
    pub set: Option<Setter>,
    /// `__name__`
    pub name: Slot,
    /// `__objclass__`
    pub owner: Ptr<Type>,
}

/// A `__slots__` member.
#[repr(C)]
pub struct Member {
    header: Header,
    /// Byte offset of the slot in the instance.
    pub offset: u32,
    /// `__name__`
    pub name: Slot,
    /// `__objclass__`
    pub owner: Ptr<Type>,
}

/// A property.
#[repr(C)]
pub struct Property {
    header: Header,
    /// `fget`, or None.
    pub get: Slot,
    /// `fset`, or None.
    pub set: Slot,
    /// `fdel`, or None.
    pub del: Slot,
    /// `__doc__`
    pub doc: Slot,
    /// `__name__`, or UNBOUND.
    pub name: Slot,
}

/// A classmethod or staticmethod (by kind).
#[repr(C)]
pub struct MethodWrapper {
    header: Header,
    /// `__func__`
    pub func: Slot,
}

/// A staticmethod has the same layout as a classmethod.
#[repr(transparent)]
pub struct StaticMethod(pub MethodWrapper);

/// A super object.
#[repr(C)]
pub struct Super {
    header: Header,
    /// `__thisclass__`
    pub class: Ptr<Type>,
    /// `__self__`, or UNBOUND.
    pub this: Slot,
    /// `__self_class__`, or UNBOUND.
    pub this_class: Ptr<Type>,
}

macro_rules! objects {
    ($($t:ty => $k:ident),* $(,)?) => { $(
        // SAFETY: repr(C) (or transparent over such), begins with the header, only cells of this kind are made with it.
        unsafe impl Object for $t { const KIND: Kind = Kind::$k; }
    )* };
}
objects! {
    Function => Function, BoundMethod => BoundMethod, Cell => Cell, NativeFunction => NativeFunction,
    NativeMethod => NativeMethod, Wrapper => Wrapper, GetSet => GetSet, Member => Member, Property => Property,
    MethodWrapper => ClassMethod, StaticMethod => StaticMethod, Super => Super,
}

impl Function {
    /// The code object.
    #[inline(always)]
    #[must_use]
    pub fn code(&self) -> Gc<Code> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.code.get_unchecked() }
    }
    /// The globals.
    #[inline(always)]
    #[must_use]
    pub fn globals(&self) -> Gc<Dict> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.globals.get_unchecked() }
    }
    /// The builtins.
    #[inline(always)]
    #[must_use]
    pub fn builtins(&self) -> Gc<Dict> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.builtins.get_unchecked() }
    }
}

impl Vm {
    /// A bound method.
    pub fn new_bound_method(&self, func: Value, this: Value) -> PyResult<Gc<BoundMethod>> {
        let m = self.alloc_cell::<BoundMethod>(size_of::<BoundMethod>())?;
        m.func.init(func);
        m.this.init(this);
        Ok(m)
    }

    /// A cell with this content (UNBOUND = empty).
    pub fn new_cell(&self, content: Value) -> PyResult<Gc<Cell>> {
        let c = self.alloc_cell::<Cell>(size_of::<Cell>())?;
        c.content.init(content);
        Ok(c)
    }

    /// A builtin function.
    pub fn new_native(
        &self,
        name: Gc<Str>,
        f: NativeFn,
        this: Value,
        module: Value,
    ) -> PyResult<Gc<NativeFunction>> {
        let c = self.alloc_cell::<NativeFunction>(size_of::<NativeFunction>())?;
        // SAFETY: a fresh cell that nobody else sees.
        unsafe { (&raw mut (*c.as_ptr()).f).write(f) };
        c.name.init(name.value());
        c.this.init(this);
        c.module.init(module);
        c.doc.init(Value::UNBOUND);
        Ok(c)
    }

    /// A function of `code` with these globals; everything else unset.
    pub fn new_function(
        &self,
        code: Gc<Code>,
        globals: Gc<Dict>,
        builtins: Gc<Dict>,
    ) -> PyResult<Gc<Function>> {
        let f = self.alloc_cell::<Function>(size_of::<Function>())?;
        f.version.assign(self.next_function_version());
        f.code.as_slot().init(code.value());
        f.globals.as_slot().init(globals.value());
        f.builtins.as_slot().init(builtins.value());
        f.name.init(code.name.get());
        f.qualname.init(code.qualname.get());
        for s in [
            f.defaults.as_slot(),
            f.kwdefaults.as_slot(),
            f.closure.as_slot(),
            &f.annotate,
            &f.annotations,
            &f.type_params,
        ] {
            s.init(Value::UNBOUND);
        }
        f.doc.init(code.doc());
        f.module.init(Value::UNBOUND);
        Ok(f)
    }
}
