//! Native functions, their arguments, and builtin type definitions.

use std::any::TypeId;

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_heap::{Header, Marker};

use crate::{
    error::PyResult,
    object::{
        class::{TypeSlots, UnOp},
        function::{Getter, Setter},
        gc::{Gc, Object},
        kind::Kind,
        raw::RawBlock,
        sequence::Tuple,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

/// Code of a builtin function.
pub type NativeFn = fn(&Vm, Args<'_>) -> PyResult;

/// Arguments of a call: positional values, then the values of keyword arguments.
///
/// The slice usually is the caller's registers, so the values stay alive during the call.
#[derive(Clone, Copy)]
pub struct Args<'a> {
    vals: &'a [Value],
    kwnames: Option<Gc<Tuple>>,
}

impl<'a> Args<'a> {
    /// Positional arguments only.
    #[inline(always)]
    #[must_use]
    pub const fn new(vals: &'a [Value]) -> Args<'a> {
        Args { vals, kwnames: None }
    }
    /// Positional arguments followed by one value per name in `kwnames`.
    #[inline(always)]
    #[must_use]
    pub const fn with_keywords(vals: &'a [Value], kwnames: Option<Gc<Tuple>>) -> Args<'a> {
        Args { vals, kwnames }
    }
    /// Positional arguments.
    #[inline(always)]
    #[must_use]
    pub fn pos(self) -> &'a [Value] {
        match self.kwnames {
            None => self.vals,
            Some(k) => &self.vals[..self.vals.len() - k.len()],
        }
    }
    /// All values, keyword values last.
    #[inline(always)]
    #[must_use]
    pub const fn all(self) -> &'a [Value] {
        self.vals
    }
    /// Keyword names, if there are keyword arguments.
    #[inline(always)]
    #[must_use]
    pub fn kwnames(self) -> Option<Gc<Tuple>> {
        self.kwnames.filter(|k| !k.is_empty())
    }
    /// Number of positional arguments.
    #[inline(always)]
    #[must_use]
    pub fn len(self) -> usize {
        self.pos().len()
    }
    /// Whether there is no argument at all.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.vals.is_empty()
    }
    /// The keyword arguments as (name, value).
    pub fn keywords(self) -> impl Iterator<Item = (Gc<Str>, Value)> + 'a {
        let n = self.pos().len();
        let vals = self.vals;
        let names: &'a [Value] = match self.kwnames {
            // SAFETY: the tuple is kept alive by the caller's frame for the length of the call.
            Some(k) => unsafe { &*k.as_ptr() }.as_slice(),
            None => &[],
        };
        names.iter().enumerate().map(move |(i, k)| {
            // SAFETY: keyword names are strings; calls with other keys are refused before.
            (unsafe { k.downcast_unchecked::<Str>() }, vals[n + i])
        })
    }
    /// The arguments after the first positional one.
    #[inline(always)]
    #[must_use]
    pub fn rest(self) -> Args<'a> {
        Args { vals: &self.vals[1..], kwnames: self.kwnames }
    }
    /// TypeError if there are keyword arguments.
    #[inline(always)]
    pub fn no_keywords(self, vm: &Vm, name: &str) -> PyResult<&'a [Value]> {
        if self.kwnames().is_some() {
            return Err(vm.type_error(format!("{name}() takes no keyword arguments")));
        }
        Ok(self.vals)
    }
    /// Exactly `N` positional arguments.
    #[inline(always)]
    pub fn exact<const N: usize>(self, vm: &Vm, name: &str) -> PyResult<[Value; N]> {
        let v = self.no_keywords(vm, name)?;
        match v.try_into() {
            Ok(a) => Ok(a),
            Err(_) => Err(arity_error(vm, name, N, N, v.len())),
        }
    }
    /// Between `min` and `max` positional arguments.
    #[inline]
    pub fn range(self, vm: &Vm, name: &str, min: usize, max: usize) -> PyResult<&'a [Value]> {
        let v = self.no_keywords(vm, name)?;
        if v.len() < min || v.len() > max {
            return Err(arity_error(vm, name, min, max, v.len()));
        }
        Ok(v)
    }
    /// For methods: self (of layout `T`, else TypeError) and exactly `N` more positional arguments.
    #[inline(always)]
    pub fn method<T: Object, const N: usize>(self, vm: &Vm, name: &str) -> PyResult<(Gc<T>, [Value; N])> {
        let (this, rest) = self.this::<T>(vm, name)?;
        Ok((this, rest.exact::<N>(vm, name)?))
    }
    /// For methods: self (of layout `T`, else TypeError) and the other arguments.
    #[inline(always)]
    pub fn this<T: Object>(self, vm: &Vm, name: &str) -> PyResult<(Gc<T>, Args<'a>)> {
        match self.vals.first().and_then(|v| v.downcast::<T>()) {
            Some(t) => Ok((t, self.rest())),
            None => Err(self_error(vm, name, self.vals.first().copied())),
        }
    }
    /// Binds positional and keyword arguments to `params`, of which the first `positional_only` cannot be named, those
    /// from `positional_max` on can only be named, and the first `required` must be given. Missing ones are UNBOUND.
    pub fn bind<const N: usize>(
        self,
        vm: &Vm,
        name: &str,
        params: [&str; N],
        required: usize,
        positional_only: usize,
        positional_max: usize,
    ) -> PyResult<[Value; N]> {
        let mut out = [Value::UNBOUND; N];
        let pos = self.pos();
        if pos.len() > positional_max {
            return Err(arity_error(vm, name, required.min(positional_max), positional_max, pos.len()));
        }
        out[..pos.len()].copy_from_slice(pos);
        for (k, v) in self.keywords() {
            let Some(i) = (positional_only..N).find(|&i| k.eq_str(params[i])) else {
                return Err(vm.type_error(format!(
                    "{name}() got an unexpected keyword argument '{}'",
                    k.to_str_lossy()
                )));
            };
            if !out[i].is_unbound() {
                return Err(vm.type_error(format!(
                    "argument for {name}() given by name ('{}') and position ({})",
                    params[i],
                    i + 1
                )));
            }
            out[i] = v;
        }
        if let Some(i) = out[..required].iter().position(|v| v.is_unbound()) {
            return Err(vm.type_error(format!(
                "{name}() missing required argument '{}' (pos {})",
                params[i],
                i + 1
            )));
        }
        Ok(out)
    }
}

#[cold]
#[inline(never)]
fn arity_error(vm: &Vm, name: &str, min: usize, max: usize, got: usize) -> crate::error::Thrown {
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    vm.type_error(if min == max {
        match max {
            0 => format!("{name}() takes no arguments ({got} given)"),
            1 => format!("{name}() takes exactly one argument ({got} given)"),
            n => format!("{name} expected {n} argument{}, got {got}", plural(n)),
        }
    } else if got < min {
        format!("{name} expected at least {min} argument{}, got {got}", plural(min))
    } else {
        format!("{name} expected at most {max} argument{}, got {got}", plural(max))
    })
}

#[cold]
#[inline(never)]
fn self_error(vm: &Vm, name: &str, got: Option<Value>) -> crate::error::Thrown {
    match got {
        None => vm.type_error(format!("unbound method {name}() needs an argument")),
        Some(v) => vm.type_error(format!(
            "descriptor '{name}' doesn't apply to a '{}' object",
            vm.type_of(v).name().to_str_lossy()
        )),
    }
}

/// How a method of a builtin type binds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Binding {
    /// The first argument is the instance.
    Instance,
    /// The first argument is the class.
    Class,
    /// No self.
    Static,
}

/// A method of a builtin type.
#[derive(Clone, Copy)]
pub struct MethodDef {
    /// Name.
    pub name: &'static str,
    /// Code; gets the instance or class as first argument, by `binding`.
    pub f: NativeFn,
    /// How it binds.
    pub binding: Binding,
}

impl MethodDef {
    /// An instance method.
    #[must_use]
    pub const fn new(name: &'static str, f: NativeFn) -> MethodDef {
        MethodDef { name, f, binding: Binding::Instance }
    }
    /// A class method.
    #[must_use]
    pub const fn class(name: &'static str, f: NativeFn) -> MethodDef {
        MethodDef { name, f, binding: Binding::Class }
    }
    /// A static method.
    #[must_use]
    pub const fn fixed(name: &'static str, f: NativeFn) -> MethodDef {
        MethodDef { name, f, binding: Binding::Static }
    }
}

/// An attribute of a builtin type.
#[derive(Clone, Copy)]
pub struct GetSetDef {
    /// Name.
    pub name: &'static str,
    /// Reads.
    pub get: Getter,
    /// Writes; `None` = read-only.
    pub set: Option<Setter>,
}

impl GetSetDef {
    /// A read-only attribute.
    #[must_use]
    pub const fn read_only(name: &'static str, get: Getter) -> GetSetDef {
        GetSetDef { name, get, set: None }
    }
    /// A writable attribute.
    #[must_use]
    pub const fn new(name: &'static str, get: Getter, set: Setter) -> GetSetDef {
        GetSetDef { name, get, set: Some(set) }
    }
}

/// Definition of a builtin type.
pub struct TypeDef {
    /// `__name__`; with a dot: `module.name`.
    pub name: &'static str,
    /// `__doc__`
    pub doc: &'static str,
    /// Layout of instances.
    pub kind: Kind,
    /// Bytes of the layout, header included.
    pub size: usize,
    /// [`crate::object::class::type_flags`]
    pub flags: u32,
    /// Native behaviour.
    pub slots: TypeSlots,
    /// Methods.
    pub methods: &'static [MethodDef],
    /// Attributes.
    pub getset: &'static [GetSetDef],
}

/// Which slot a [`crate::object::function::Wrapper`] calls.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "each names the slot that it calls")]
pub enum WrapperKind {
    Binary(BinOp),
    Reflected(BinOp),
    Inplace(BinOp),
    Unary(UnOp),
    Compare(CmpOp),
    Hash,
    Repr,
    Str,
    Bool,
    Len,
    GetItem,
    SetItem,
    DelItem,
    Contains,
    Iter,
    Next,
    Call,
    GetAttribute,
    SetAttr,
    DelAttr,
    DescrGet,
    DescrSet,
    DescrDelete,
    Init,
}

/// A function table for a native module.
#[derive(Clone, Copy)]
pub struct FunctionDef {
    /// Name.
    pub name: &'static str,
    /// Code.
    pub f: NativeFn,
}

impl FunctionDef {
    /// A function.
    #[must_use]
    pub const fn new(name: &'static str, f: NativeFn) -> FunctionDef {
        FunctionDef { name, f }
    }
}

/// A Rust value inside a [`Native`] cell.
pub trait NativePayload: 'static {
    /// Reports every reference in the payload. Mutable references must be [`crate::object::gc::Slot`]s.
    fn trace(&self, m: &mut Marker);
    /// The storage, of objects whose bytes others may look at (`memoryview`, `bytes(x)`).
    fn buffer(&self) -> Option<NativeBuffer> {
        None
    }
    /// Whether the payload owns Rust memory and must be dropped when the cell dies.
    const NEEDS_DROP: bool = std::mem::needs_drop::<Self>();
}

/// Storage that others may look at: a block that changes under the object's lock.
pub struct NativeBuffer {
    /// The bytes.
    pub block: Gc<RawBlock>,
    /// Format of an item, as `struct` has it.
    pub format: u8,
    /// Bytes of an item.
    pub item: usize,
}

/// What the VM needs to know of a payload.
pub struct NativeVTable {
    id: fn() -> TypeId,
    trace: unsafe fn(*const Header, &mut Marker),
    drop: unsafe fn(*mut Header),
    buffer: unsafe fn(*const Header) -> Option<NativeBuffer>,
}

/// A cell with a Rust payload: how native modules make objects of their own.
#[repr(C)]
pub struct Native<T> {
    header: Header,
    vtable: &'static NativeVTable,
    /// The payload.
    pub payload: T,
}

impl<T: NativePayload> Native<T> {
    const VTABLE: NativeVTable = NativeVTable {
        id: TypeId::of::<T>,
        // SAFETY: only called on cells that were made with this table.
        trace: |h, m| unsafe { (*h.cast::<Native<T>>()).payload.trace(m) },
        // SAFETY: as above, once, when the cell is dead.
        drop: |h| unsafe { std::ptr::drop_in_place(&raw mut (*h.cast::<Native<T>>()).payload) },
        // SAFETY: only called on cells that were made with this table.
        buffer: |h| unsafe { (*h.cast::<Native<T>>()).payload.buffer() },
    };
    /// Bytes of the cell, for [`TypeDef::size`].
    pub const SIZE: usize = size_of::<Native<T>>();
    /// Kind of the cell, for [`TypeDef::kind`].
    pub const KIND: Kind = if T::NEEDS_DROP { Kind::NativeDrop } else { Kind::Native };
}

#[repr(C)]
struct AnyNative {
    header: Header,
    vtable: &'static NativeVTable,
}

pub(crate) unsafe fn trace_native(h: *const Header, m: &mut Marker) {
    // SAFETY: by the caller the cell is a Native; its table fits its payload.
    unsafe { ((*h.cast::<AnyNative>()).vtable.trace)(h, m) }
}

pub(crate) unsafe fn drop_native(h: *mut Header) {
    // SAFETY: as above.
    unsafe { ((*h.cast::<AnyNative>()).vtable.drop)(h) }
}

impl Value {
    /// The storage of a native object whose bytes others may look at.
    #[must_use]
    pub fn native_buffer(self) -> Option<NativeBuffer> {
        let h = self.header()?;
        if !matches!(Kind::of(h), Kind::Native | Kind::NativeDrop) {
            return None;
        }
        // SAFETY: by its kind; its table fits its payload.
        unsafe { ((*std::ptr::from_ref(h).cast::<AnyNative>()).vtable.buffer)(h) }
    }
    /// The cell as a native object with payload `T`.
    #[inline]
    #[must_use]
    pub fn native<T: NativePayload>(self) -> Option<Gc<Native<T>>> {
        let h = self.header()?;
        if h.kind != Native::<T>::KIND as u8 {
            return None;
        }
        // SAFETY: native cells begin with AnyNative.
        let any = unsafe { &*std::ptr::from_ref(h).cast::<AnyNative>() };
        // SAFETY: the id says that the payload is a T.
        ((any.vtable.id)() == TypeId::of::<T>()).then(|| unsafe { Gc::from_ptr(self.ptr_unchecked().cast()) })
    }
}

impl Args<'_> {
    /// For methods of native objects: self (payload `T`, else TypeError) and the other arguments.
    #[inline]
    pub fn this_native<T: NativePayload>(self, vm: &Vm, name: &str) -> PyResult<(Gc<Native<T>>, Self)> {
        match self.vals.first().and_then(|v| v.native::<T>()) {
            Some(t) => Ok((t, self.rest())),
            None => Err(self_error(vm, name, self.vals.first().copied())),
        }
    }
}

impl Vm {
    /// A new native object of class `class` (or a subclass) with this payload.
    pub fn new_native_object<T: NativePayload>(
        &self,
        class: Gc<crate::object::class::Type>,
        payload: T,
    ) -> PyResult<Gc<Native<T>>> {
        let cell = self.alloc_instance_of(class)?;
        let p = cell.cast::<Native<T>>();
        debug_assert_eq!(class.instance_kind, Native::<T>::KIND);
        // SAFETY: a fresh cell of a class whose layout is Native<T> (checked by `define_type` callers), seen by nobody.
        unsafe {
            (&raw mut (*p).vtable).write(const { &Native::<T>::VTABLE });
            (&raw mut (*p).payload).write(payload);
            Ok(Gc::from_ptr(p))
        }
    }
}
