//! The builtin classes: which there are, and how a definition becomes a class.

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_core::sync::Ordering;

use crate::{
    builtins,
    error::PyResult,
    native::{Binding, MethodDef, TypeDef, WrapperKind},
    object::{
        class::{Type, TypeSlots, UnOp, type_flags},
        function::{GetSet, MethodWrapper, NativeMethod, StaticMethod, Wrapper},
        gc::{Gc, Slot},
        kind::Kind,
    },
    value::Value,
    vm::Vm,
};

macro_rules! builtin_types {
    ($( $field:ident: $def:path, $base:ident; )*) => {
        /// The builtin classes.
        #[derive(Clone, Copy)]
        #[expect(missing_docs, reason = "each field is the class of that name")]
        pub struct Types { $( pub $field: Gc<Type>, )* }

        impl Types {
            /// Allocates all builtin classes; [`Types::define_all`] fills them in.
            pub(crate) fn allocate(vm: &Vm) -> PyResult<Types> {
                Ok(Types { $( $field: vm.alloc_builtin_type(&$def)?, )* })
            }
            /// Fills in all builtin classes, bases before subclasses (the order of the table).
            pub(crate) fn define_all(&self, vm: &Vm) -> PyResult<()> {
                $( vm.fill_type(self.$field, &$def, if stringify!($field) == "object" { None } else { Some(self.$base) })?; )*
                Ok(())
            }
            /// All builtin classes.
            pub(crate) fn all(&self) -> Vec<Gc<Type>> {
                vec![ $( self.$field, )* ]
            }
        }
    };
}

builtin_types! {
    object: builtins::object::DEF, object;
    type_: builtins::type_::DEF, object;
    int: builtins::int::DEF, object;
    bool: builtins::bool::DEF, int;
    float: builtins::float::DEF, object;
    complex: builtins::complex::DEF, object;
    str: builtins::str::DEF, object;
    bytes: builtins::bytes::DEF, object;
    bytearray: builtins::bytearray::DEF, object;
    tuple: builtins::tuple::DEF, object;
    list: builtins::list::DEF, object;
    dict: builtins::dict::DEF, object;
    set: builtins::set::DEF, object;
    frozenset: builtins::set::FROZENSET_DEF, object;
    slice: builtins::slice::DEF, object;
    range: builtins::range::DEF, object;
    range_iterator: builtins::range::ITER_DEF, object;
    list_iterator: builtins::list::ITER_DEF, object;
    tuple_iterator: builtins::tuple::ITER_DEF, object;
    dict_keys: builtins::dict_views::KEYS_DEF, object;
    dict_values: builtins::dict_views::VALUES_DEF, object;
    dict_items: builtins::dict_views::ITEMS_DEF, object;
    dict_iterator: builtins::dict_views::ITER_DEF, object;
    dict_value_iterator: builtins::dict_views::VALUE_ITER_DEF, object;
    dict_item_iterator: builtins::dict_views::ITEM_ITER_DEF, object;
    dict_reverse_key_iterator: builtins::dict_views::REVERSE_KEY_ITER_DEF, object;
    dict_reverse_value_iterator: builtins::dict_views::REVERSE_VALUE_ITER_DEF, object;
    dict_reverse_item_iterator: builtins::dict_views::REVERSE_ITEM_ITER_DEF, object;
    list_reverse_iterator: builtins::list::REVERSE_ITER_DEF, object;
    long_range_iterator: builtins::range::LONG_ITER_DEF, object;
    generic_alias: builtins::generic_alias::DEF, object;
    union: builtins::union::DEF, object;
    set_iterator: builtins::set::ITER_DEF, object;
    str_iterator: builtins::str::ITER_DEF, object;
    bytes_iterator: builtins::bytes::ITER_DEF, object;
    seq_iterator: builtins::iterators::SEQ_DEF, object;
    callable_iterator: builtins::iterators::CALLABLE_DEF, object;
    enumerate: builtins::iterators::ENUMERATE_DEF, object;
    zip: builtins::iterators::ZIP_DEF, object;
    map: builtins::iterators::MAP_DEF, object;
    filter: builtins::iterators::FILTER_DEF, object;
    reversed: builtins::iterators::REVERSED_DEF, object;
    none_type: builtins::singletons::NONE_DEF, object;
    not_implemented_type: builtins::singletons::NOT_IMPLEMENTED_DEF, object;
    ellipsis_type: builtins::singletons::ELLIPSIS_DEF, object;
    function: builtins::function::DEF, object;
    method: builtins::function::METHOD_DEF, object;
    builtin_function: builtins::function::NATIVE_DEF, object;
    method_descriptor: builtins::function::METHOD_DESCRIPTOR_DEF, object;
    wrapper_descriptor: builtins::function::WRAPPER_DEF, object;
    getset_descriptor: builtins::descriptor::GETSET_DEF, object;
    member_descriptor: builtins::descriptor::MEMBER_DEF, object;
    property: builtins::descriptor::PROPERTY_DEF, object;
    classmethod: builtins::descriptor::CLASSMETHOD_DEF, object;
    staticmethod: builtins::descriptor::STATICMETHOD_DEF, object;
    super_: builtins::super_::DEF, object;
    cell: builtins::function::CELL_DEF, object;
    code: builtins::code::DEF, object;
    frame: builtins::frame::DEF, object;
    traceback: builtins::traceback::DEF, object;
    module: builtins::module::DEF, object;
    generator: builtins::generator::DEF, object;
    coroutine: builtins::generator::COROUTINE_DEF, object;
    async_generator: builtins::generator::ASYNC_GENERATOR_DEF, object;
    async_generator_wrapped_value: builtins::async_generator::YIELDED_DEF, object;
    async_generator_asend: builtins::async_generator::ASEND_DEF, object;
    async_generator_athrow: builtins::async_generator::ATHROW_DEF, object;
    base_exception: builtins::exception::DEF, object;
    mappingproxy: builtins::mappingproxy::DEF, object;
    memoryview: builtins::memoryview::DEF, object;
    simple_namespace: builtins::namespace::DEF, object;
    weakref: builtins::weakref::DEF, object;
    items_block: builtins::internal::ITEMS_DEF, object;
    dict_table: builtins::internal::DICT_TABLE_DEF, object;
    set_table: builtins::internal::SET_TABLE_DEF, object;
    raw_block: builtins::internal::RAW_DEF, object;
    overflow: builtins::internal::OVERFLOW_DEF, object;
}

macro_rules! exceptions {
    ($root:ident; $( $field:ident $name:literal $base:ident; )*) => {
        /// The builtin exceptions.
        #[derive(Clone, Copy)]
        #[expect(missing_docs, reason = "each field is the exception of that name")]
        pub struct ExcTypes { pub $root: Gc<Type>, $( pub $field: Gc<Type>, )* }

        impl ExcTypes {
            /// Makes all builtin exceptions, in the order of the table.
            pub(crate) fn make(vm: &Vm, $root: Gc<Type>) -> PyResult<ExcTypes> {
                $( let $field = vm.new_exception_type($name, $base)?; )*
                Ok(ExcTypes { $root, $( $field, )* })
            }
            /// All builtin exceptions.
            pub(crate) fn all(&self) -> Vec<Gc<Type>> {
                vec![ self.$root, $( self.$field, )* ]
            }
        }
    };
}

exceptions! {
    base_exception;
    exception "Exception" base_exception;
    base_exception_group "BaseExceptionGroup" base_exception;
    exception_group "ExceptionGroup" base_exception_group;
    generator_exit "GeneratorExit" base_exception;
    keyboard_interrupt "KeyboardInterrupt" base_exception;
    system_exit "SystemExit" base_exception;
    arithmetic_error "ArithmeticError" exception;
    floating_point_error "FloatingPointError" arithmetic_error;
    overflow_error "OverflowError" arithmetic_error;
    zero_division_error "ZeroDivisionError" arithmetic_error;
    assertion_error "AssertionError" exception;
    attribute_error "AttributeError" exception;
    buffer_error "BufferError" exception;
    eof_error "EOFError" exception;
    import_error "ImportError" exception;
    module_not_found_error "ModuleNotFoundError" import_error;
    lookup_error "LookupError" exception;
    index_error "IndexError" lookup_error;
    key_error "KeyError" lookup_error;
    memory_error "MemoryError" exception;
    name_error "NameError" exception;
    unbound_local_error "UnboundLocalError" name_error;
    os_error "OSError" exception;
    blocking_io_error "BlockingIOError" os_error;
    child_process_error "ChildProcessError" os_error;
    connection_error "ConnectionError" os_error;
    broken_pipe_error "BrokenPipeError" connection_error;
    connection_aborted_error "ConnectionAbortedError" connection_error;
    connection_refused_error "ConnectionRefusedError" connection_error;
    connection_reset_error "ConnectionResetError" connection_error;
    file_exists_error "FileExistsError" os_error;
    file_not_found_error "FileNotFoundError" os_error;
    interrupted_error "InterruptedError" os_error;
    is_a_directory_error "IsADirectoryError" os_error;
    not_a_directory_error "NotADirectoryError" os_error;
    permission_error "PermissionError" os_error;
    process_lookup_error "ProcessLookupError" os_error;
    timeout_error "TimeoutError" os_error;
    reference_error "ReferenceError" exception;
    runtime_error "RuntimeError" exception;
    not_implemented_error "NotImplementedError" runtime_error;
    python_finalization_error "PythonFinalizationError" runtime_error;
    recursion_error "RecursionError" runtime_error;
    stop_async_iteration "StopAsyncIteration" exception;
    stop_iteration "StopIteration" exception;
    syntax_error "SyntaxError" exception;
    indentation_error "IndentationError" syntax_error;
    tab_error "TabError" indentation_error;
    incomplete_input_error "_IncompleteInputError" syntax_error;
    system_error "SystemError" exception;
    type_error "TypeError" exception;
    value_error "ValueError" exception;
    unicode_error "UnicodeError" value_error;
    unicode_decode_error "UnicodeDecodeError" unicode_error;
    unicode_encode_error "UnicodeEncodeError" unicode_error;
    unicode_translate_error "UnicodeTranslateError" unicode_error;
    warning "Warning" exception;
    bytes_warning "BytesWarning" warning;
    deprecation_warning "DeprecationWarning" warning;
    encoding_warning "EncodingWarning" warning;
    future_warning "FutureWarning" warning;
    import_warning "ImportWarning" warning;
    pending_deprecation_warning "PendingDeprecationWarning" warning;
    resource_warning "ResourceWarning" warning;
    runtime_warning "RuntimeWarning" warning;
    syntax_warning "SyntaxWarning" warning;
    unicode_warning "UnicodeWarning" warning;
    user_warning "UserWarning" warning;
}

/// Whether the number of `kind` is the shape id of exactly one builtin class (the native kinds are shared by many).
fn kind_has_own_shape(kind: Kind) -> bool {
    !matches!(kind, Kind::Native | Kind::NativeDrop)
}

impl Vm {
    /// A class cell with its layout fields set; the rest is for [`Vm::fill_type`].
    fn alloc_builtin_type(&self, def: &TypeDef) -> PyResult<Gc<Type>> {
        let t = self.alloc_type_cell(def.kind, def.size as u32)?;
        let shape = self.interp().shapes.new_root(
            // Kinds that several builtin classes share (generators, exceptions) belong to the first in the table.
            (kind_has_own_shape(def.kind) && !self.interp().shapes.is_taken(def.kind)).then_some(def.kind),
            t,
            def.size as u16,
            0,
        );
        t.root_shape.store(shape.id, Ordering::Release);
        Ok(t)
    }

    /// An empty class cell.
    pub(crate) fn alloc_type_cell(&self, instance_kind: Kind, basic_size: u32) -> PyResult<Gc<Type>> {
        let t = self.alloc_cell::<Type>(size_of::<Type>())?;
        self.init_type_cell(t, instance_kind, basic_size);
        Ok(t)
    }

    /// Makes a class from a definition, for native modules.
    pub fn define_type(&self, def: &TypeDef, base: impl Into<Option<Gc<Type>>>) -> PyResult<Gc<Type>> {
        let base = base.into();
        let t = self.alloc_type_cell(def.kind, def.size as u32)?;
        let shape = self.interp().shapes.new_root(None, t, def.size as u16, 0);
        t.root_shape.store(shape.id, Ordering::Release);
        self.fill_type(t, def, Some(base.unwrap_or(self.types().object)))?;
        self.interp().add_permanent_root(t.value());
        Ok(t)
    }

    fn fill_type(&self, t: Gc<Type>, def: &TypeDef, base: Option<Gc<Type>>) -> PyResult<()> {
        let (module, name) = def.name.rsplit_once('.').unwrap_or(("builtins", def.name));
        let h = t.header();
        let name = self.intern(name)?;
        t.name.set(self, h, name.value());
        t.qualname.set(self, h, name.value());
        t.dict.set(self, h, Some(self.new_dict()?));
        t.subclasses.set(self, h, Some(self.new_list(&[])?));
        t.base.set(self, h, base);
        let bases: &[Value] = &base.map(Gc::value).into_iter().collect::<Vec<_>>();
        t.bases.set(self, h, Some(self.new_tuple(bases)?));
        let mut mro = vec![t.value()];
        if let Some(b) = base {
            mro.extend_from_slice(b.mro());
        }
        t.mro.set(self, h, Some(self.new_tuple(&mro)?));
        t.version.assign(self.interp().type_versions.fresh());
        t.flags.store(def.flags, Ordering::Relaxed);
        let mut slots = def.slots;
        if let Some(b) = base {
            inherit(&mut slots, b.slots());
            t.set_flag(b.flags.load(Ordering::Relaxed) & INHERITED_FLAGS);
            // The base's would leave what is native to this class unwritten.
            if def.slots.new.is_none()
                && (def.flags & type_flags::DISALLOW_INSTANTIATION != 0
                    || (t.instance_kind, t.native_size) != (b.instance_kind, b.native_size))
            {
                slots.new = None;
            }
        }
        // SAFETY: during bootstrap or module creation: the class is not yet published.
        unsafe { t.edit_slots(|s| *s = slots) };
        let dict = t.namespace();
        let put = |name: &str, v: Value| dict.set_str(self, self.intern(name)?, v);
        put("__doc__", if def.doc.is_empty() { Value::NONE } else { self.new_str(def.doc)?.value() })?;
        if module != "builtins" {
            put("__module__", self.intern(module)?.value())?;
        }
        self.add_wrappers(t, &def.slots)?;
        for m in def.methods {
            put(m.name, self.new_method(t, m)?)?;
        }
        for g in def.getset {
            self.add_getset(t, g)?;
        }
        if def.slots.new.is_some() {
            put("__new__", self.new_dunder_new(t)?)?;
        }
        if def.slots.compare.is_some() && def.slots.hash.is_none() && base.is_some() {
            put("__hash__", Value::NONE)?;
        }
        if let Some(b) = base {
            self.link_subclass(b, t)?;
        }
        Ok(())
    }

    /// Adds an attribute that runs native code to a class that no program has seen yet.
    pub(crate) fn add_getset(&self, t: Gc<Type>, g: &crate::native::GetSetDef) -> PyResult<()> {
        let name = self.intern(g.name)?;
        let d = self.alloc_cell::<GetSet>(size_of::<GetSet>())?;
        // SAFETY: a fresh cell that nobody else sees.
        unsafe {
            (&raw mut (*d.as_ptr()).get).write(g.get);
            (&raw mut (*d.as_ptr()).set).write(g.set);
        }
        d.name.init(name.value());
        d.owner.as_slot().init(t.value());
        t.namespace().set_str(self, name, d.value())
    }

    /// Adds a method to a class that no program has seen yet.
    pub(crate) fn add_method(&self, t: Gc<Type>, m: &MethodDef) -> PyResult<()> {
        let f = self.new_method(t, m)?;
        t.namespace().set_str(self, self.intern(m.name)?, f)
    }

    fn new_method(&self, owner: Gc<Type>, m: &MethodDef) -> PyResult {
        let name = self.intern(m.name)?;
        match m.binding {
            Binding::Instance => {
                let d = self.alloc_cell::<NativeMethod>(size_of::<NativeMethod>())?;
                // SAFETY: a fresh cell that nobody else sees.
                unsafe { (&raw mut (*d.as_ptr()).f).write(m.f) };
                d.name.init(name.value());
                d.owner.as_slot().init(owner.value());
                d.doc.init(Value::UNBOUND);
                Ok(d.value())
            }
            Binding::Class => {
                let f = self.new_native(name, m.f, Value::UNBOUND, Value::UNBOUND)?;
                let d = self.alloc_cell::<MethodWrapper>(size_of::<MethodWrapper>())?;
                d.func.init(f.value());
                Ok(d.value())
            }
            Binding::Static => {
                let f = self.new_native(name, m.f, Value::UNBOUND, Value::UNBOUND)?;
                let d = self.alloc_cell::<StaticMethod>(size_of::<StaticMethod>())?;
                d.0.func.init(f.value());
                Ok(d.value())
            }
        }
    }

    /// Wrappers for the special methods that `slots` implements.
    fn add_wrappers(&self, t: Gc<Type>, slots: &TypeSlots) -> PyResult<()> {
        let put = |name: &str, kind: WrapperKind| -> PyResult<()> {
            let name = self.intern(name)?;
            let w = self.alloc_cell::<Wrapper>(size_of::<Wrapper>())?;
            // SAFETY: a fresh cell that nobody else sees.
            unsafe { (&raw mut (*w.as_ptr()).kind).write(kind) };
            w.name.init(name.value());
            w.owner.as_slot().init(t.value());
            t.namespace().set_str(self, name, w.value())
        };
        for op in BinOp::ALL {
            if slots.binary_ops >> op as u16 & 1 != 0 {
                put(binary_dunder(op), WrapperKind::Binary(op))?;
                // Concatenation has no reflected form.
                if op != BinOp::Add || !t.is_sequence() {
                    put(reflected_dunder(op), WrapperKind::Reflected(op))?;
                }
            }
            if slots.inplace_ops >> op as u16 & 1 != 0 {
                put(inplace_dunder(op), WrapperKind::Inplace(op))?;
            }
        }
        for op in UnOp::ALL {
            if slots.unary_ops >> op as u16 & 1 != 0 {
                put(op.dunder(), WrapperKind::Unary(op))?;
            }
        }
        if slots.compare.is_some() {
            for op in CmpOp::ALL {
                put(compare_dunder(op), WrapperKind::Compare(op))?;
            }
        }
        let simple = [
            (slots.hash.is_some(), "__hash__", WrapperKind::Hash),
            (slots.repr.is_some(), "__repr__", WrapperKind::Repr),
            (slots.str.is_some(), "__str__", WrapperKind::Str),
            (slots.truthy.is_some(), "__bool__", WrapperKind::Bool),
            (slots.len.is_some(), "__len__", WrapperKind::Len),
            (slots.getitem.is_some(), "__getitem__", WrapperKind::GetItem),
            (slots.setitem.is_some(), "__setitem__", WrapperKind::SetItem),
            (slots.setitem.is_some(), "__delitem__", WrapperKind::DelItem),
            (slots.contains.is_some(), "__contains__", WrapperKind::Contains),
            (slots.iter.is_some(), "__iter__", WrapperKind::Iter),
            (slots.iternext.is_some(), "__next__", WrapperKind::Next),
            (slots.call.is_some(), "__call__", WrapperKind::Call),
            (slots.getattr.is_some(), "__getattribute__", WrapperKind::GetAttribute),
            (slots.setattr.is_some(), "__setattr__", WrapperKind::SetAttr),
            (slots.setattr.is_some(), "__delattr__", WrapperKind::DelAttr),
            (slots.descr_get.is_some(), "__get__", WrapperKind::DescrGet),
            (slots.descr_set.is_some(), "__set__", WrapperKind::DescrSet),
            (slots.descr_set.is_some(), "__delete__", WrapperKind::DescrDelete),
            (slots.init.is_some(), "__init__", WrapperKind::Init),
        ];
        for (there, name, kind) in simple {
            if there {
                put(name, kind)?;
            }
        }
        Ok(())
    }

    /// A class for a builtin exception.
    fn new_exception_type(&self, name: &str, base: Gc<Type>) -> PyResult<Gc<Type>> {
        let t = self.alloc_type_cell(Kind::Exception, base.basic_size)?;
        let shape = self.interp().shapes.new_root(None, t, base.basic_size as u16, 0);
        t.root_shape.store(shape.id, Ordering::Release);
        let h = t.header();
        let name = self.intern(name)?;
        t.name.set(self, h, name.value());
        t.qualname.set(self, h, name.value());
        t.dict.set(self, h, Some(self.new_dict()?));
        t.subclasses.set(self, h, Some(self.new_list(&[])?));
        t.base.set(self, h, Some(base));
        t.bases.set(self, h, Some(self.new_tuple(&[base.value()])?));
        let mut mro = vec![t.value()];
        mro.extend_from_slice(base.mro());
        t.mro.set(self, h, Some(self.new_tuple(&mro)?));
        t.version.assign(self.interp().type_versions.fresh());
        t.flags.store(base.flags.load(Ordering::Relaxed), Ordering::Relaxed);
        // SAFETY: during bootstrap: the class is not yet published.
        unsafe { t.edit_slots(|s| *s = *base.slots()) };
        self.link_subclass(base, t)?;
        Ok(t)
    }
}

/// Flags that subclasses have too.
pub const INHERITED_FLAGS: u32 = type_flags::HAS_DICT
    | type_flags::EXCEPTION
    | type_flags::METACLASS
    | type_flags::SEQUENCE
    | type_flags::MAPPING
    | type_flags::WEAKREF
    | type_flags::CUSTOM_GETATTR
    | type_flags::CUSTOM_SETATTR
    | type_flags::CUSTOM_NEW
    | type_flags::CUSTOM_INIT
    | type_flags::FINALIZER;

/// Fills the empty slots of `slots` from a base.
pub fn inherit(slots: &mut TypeSlots, base: &TypeSlots) {
    // Comparison and hash go together: a class that defines one does not inherit the other.
    if slots.compare.is_none() && slots.hash.is_none() {
        slots.compare = base.compare;
        slots.hash = base.hash;
    }
    macro_rules! take {
        ($($f:ident)*) => { $( if slots.$f.is_none() { slots.$f = base.$f; } )* };
    }
    if slots.binary.is_none() {
        slots.binary_ops = base.binary_ops;
    }
    if slots.inplace.is_none() {
        slots.inplace_ops = base.inplace_ops;
    }
    if slots.unary.is_none() {
        slots.unary_ops = base.unary_ops;
    }
    take! { binary inplace unary repr str truthy len getitem setitem contains iter iternext call getattr setattr descr_get descr_set new init }
}

macro_rules! dunders {
    ($fn:ident $prefix:literal $doc:literal) => {
        #[doc = $doc]
        #[must_use]
        pub const fn $fn(op: BinOp) -> &'static str {
            match op {
                BinOp::Add => concat!("__", $prefix, "add__"),
                BinOp::And => concat!("__", $prefix, "and__"),
                BinOp::FloorDivide => concat!("__", $prefix, "floordiv__"),
                BinOp::Lshift => concat!("__", $prefix, "lshift__"),
                BinOp::MatrixMultiply => concat!("__", $prefix, "matmul__"),
                BinOp::Multiply => concat!("__", $prefix, "mul__"),
                BinOp::Remainder => concat!("__", $prefix, "mod__"),
                BinOp::Or => concat!("__", $prefix, "or__"),
                BinOp::Power => concat!("__", $prefix, "pow__"),
                BinOp::Rshift => concat!("__", $prefix, "rshift__"),
                BinOp::Subtract => concat!("__", $prefix, "sub__"),
                BinOp::TrueDivide => concat!("__", $prefix, "truediv__"),
                BinOp::Xor => concat!("__", $prefix, "xor__"),
            }
        }
    };
}
dunders!(binary_dunder "" "`__add__` …");
dunders!(reflected_dunder "r" "`__radd__` …");
dunders!(inplace_dunder "i" "`__iadd__` …");

/// `__lt__` …
#[must_use]
pub const fn compare_dunder(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Lt => "__lt__",
        CmpOp::Le => "__le__",
        CmpOp::Eq => "__eq__",
        CmpOp::Ne => "__ne__",
        CmpOp::Gt => "__gt__",
        CmpOp::Ge => "__ge__",
    }
}

/// Slots of a class where every one is empty, for `..` in definitions.
pub const NO_SLOTS: TypeSlots = TypeSlots {
    binary: None,
    binary_ops: 0,
    inplace: None,
    inplace_ops: 0,
    unary: None,
    unary_ops: 0,
    compare: None,
    hash: None,
    repr: None,
    str: None,
    truthy: None,
    len: None,
    getitem: None,
    setitem: None,
    contains: None,
    iter: None,
    iternext: None,
    call: None,
    getattr: None,
    setattr: None,
    descr_get: None,
    descr_set: None,
    new: None,
    init: None,
};

/// A definition with nothing in it, for `..` in definitions.
pub const NO_DEF: TypeDef = TypeDef {
    name: "",
    doc: "",
    kind: Kind::Instance,
    size: size_of::<vm_heap::Header>(),
    flags: 0,
    slots: NO_SLOTS,
    methods: &[],
    getset: &[],
};

/// Unused in layouts; keeps `Slot` at eight bytes.
const _: () = assert!(size_of::<Slot>() == 8);
