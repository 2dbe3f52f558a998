//! Names that the VM itself looks up, interned once.

use vm_compiler::opcodes::BinOp;

use crate::{
    error::PyResult,
    object::{class::UnOp, gc::Gc, str::Str},
    vm::Vm,
};

macro_rules! names {
    ($($n:ident)*) => {
        /// Interned strings, one field per name.
        #[derive(Clone, Copy)]
        #[expect(missing_docs, reason = "each field is the string that it is named after, `return_` without the line")]
        pub struct Names { empty: Gc<Str>, pub return_: Gc<Str>, $( pub $n: Gc<Str>, )* }
        impl Names {
            pub(crate) fn new(vm: &Vm) -> PyResult<Names> {
                Ok(Names { empty: vm.intern("")?, return_: vm.intern("return")?, $( $n: vm.intern(stringify!($n))?, )* })
            }
            /// The empty string.
            #[must_use]
            pub fn empty(&self) -> Gc<Str> {
                self.empty
            }
            pub(crate) fn trace(&self, m: &mut vm_heap::Marker) {
                m.visit_word(self.empty.value().bits());
                m.visit_word(self.return_.value().bits());
                $( m.visit_word(self.$n.value().bits()); )*
            }
        }
    };
}

names! {
    __abs__ __add__ __aenter__ __aexit__ __aiter__ __all__ __and__ __anext__ __annotate__ __annotations__ __await__ __bases__
    __bool__ __build_class__ __builtins__ __bytes__ __call__ __cause__ __ceil__ __class__ __class_getitem__ __classcell__
    __closure__ __code__ __complex__ __contains__ __context__ __copy__ __deepcopy__ __defaults__ __del__ __delattr__
    __delete__ __delitem__ __dict__ __dir__ __divmod__ __doc__ __enter__ __eq__ __exit__ __file__ __float__ __floor__
    __floordiv__ __format__ __func__ __ge__ __get__ __getattr__ __getattribute__ __getitem__ __globals__ __gt__ __hash__
    __iadd__ __iand__ __ifloordiv__ __ilshift__ __imatmul__ __import__ __imod__ __imul__ __index__ __init__
    __init_subclass__ __instancecheck__ __int__ __invert__ __ior__ __ipow__ __irshift__ __isub__ __iter__ __itruediv__
    __ixor__ __kwdefaults__ __le__ __len__ __length_hint__ __loader__ __lshift__ __lt__ __main__ __match_args__ __matmul__
    __metaclass__ __missing__ __mod__ __module__ __mro__ __mro_entries__ __mul__ __name__ __ne__ __neg__ __new__ __next__
    __notes__ __or__ __package__ __path__ __pos__ __pow__ __prepare__ __qualname__ __radd__ __rand__ __rdivmod__
    __reduce__ __reduce_ex__ __repr__ __reversed__ __rfloordiv__ __rlshift__ __rmatmul__ __rmod__ __rmul__ __ror__ __round__
    __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__ __self__ __set__ __set_name__ __setattr__ __setitem__
    __slots__ __spec__ __static_attributes__ __firstlineno__ __str__ __sub__ __subclasscheck__ __subclasses__
    __suppress_context__ __traceback__ __truediv__ __trunc__ __type_params__ __weakref__ __wrapped__ __xor__
    close send throw builtins sys stdout stderr stdin write flush print_file_and_line msg filename lineno offset text
    end_lineno end_offset name obj path errno strerror filename2 value code args keys items values append extend fileno
    mro excepthook displayhook modules encoding errors len isinstance
    call line exception opcode c_call c_return c_exception
}

macro_rules! operator_names {
    ($fn:ident $doc:literal $($op:ident $name:ident)*) => {
        #[doc = $doc]
        #[must_use]
        pub const fn $fn(&self, op: BinOp) -> Gc<Str> {
            match op {
                $(BinOp::$op => self.$name,)*
            }
        }
    };
}

impl Names {
    operator_names!(binary "`__add__` …" Add __add__ And __and__ FloorDivide __floordiv__ Lshift __lshift__
        MatrixMultiply __matmul__ Multiply __mul__ Remainder __mod__ Or __or__ Power __pow__ Rshift __rshift__
        Subtract __sub__ TrueDivide __truediv__ Xor __xor__);
    operator_names!(reflected "`__radd__` …" Add __radd__ And __rand__ FloorDivide __rfloordiv__
        Lshift __rlshift__ MatrixMultiply __rmatmul__ Multiply __rmul__ Remainder __rmod__ Or __ror__
        Power __rpow__ Rshift __rrshift__ Subtract __rsub__ TrueDivide __rtruediv__ Xor __rxor__);
    operator_names!(inplace "`__iadd__` …" Add __iadd__ And __iand__ FloorDivide __ifloordiv__
        Lshift __ilshift__ MatrixMultiply __imatmul__ Multiply __imul__ Remainder __imod__ Or __ior__
        Power __ipow__ Rshift __irshift__ Subtract __isub__ TrueDivide __itruediv__ Xor __ixor__);

    /// `__neg__` …
    #[must_use]
    pub const fn unary(&self, op: UnOp) -> Gc<Str> {
        match op {
            UnOp::Neg => self.__neg__,
            UnOp::Pos => self.__pos__,
            UnOp::Invert => self.__invert__,
            UnOp::Abs => self.__abs__,
            UnOp::Int => self.__int__,
            UnOp::Float => self.__float__,
            UnOp::Index => self.__index__,
        }
    }
}
