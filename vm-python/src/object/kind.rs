//! The layouts of heap cells.

use vm_heap::Header;

macro_rules! kinds {
    ($( $name:ident $doc:literal; )*) => {
        /// What Rust layout a cell has; immutable for the cell's life. A subclass instance has its builtin base's kind.
        ///
        /// The number of a kind is also the shape id of the builtin type with that layout, so that one compare of
        /// header word 0 tells an exact builtin object.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Kind {
            /// Free memory; never valid.
            Free = 0,
            $( #[doc = $doc] $name, )*
        }
        impl Kind {
            /// All kinds but `Free`.
            pub const ALL: &'static [Kind] = &[ $( Kind::$name, )* ];
        }
    };
}

kinds! {
    Instance "`object` and classes whose bases are all Python classes: header and attribute slots.";
    Type "A class.";
    Str "A string.";
    Int "An integer beyond 62 bits (drop-bearing).";
    Bool "Immediate; the kind exists for the shape number.";
    SmallInt "Immediate; the kind exists for the shape number.";
    Float "A boxed float.";
    Complex "A complex number.";
    Bytes "A bytes object.";
    ByteArray "A bytearray.";
    Tuple "A tuple, items inline.";
    List "A list.";
    Items "A block of values with a length: list storage, RootVec.";
    Dict "A dict.";
    DictTable "Entries and index of a dict or set.";
    Set "A set.";
    FrozenSet "A frozenset.";
    Slice "A slice.";
    Range "A range.";
    RangeIter "Iterator of a range of small ints.";
    ListIter "Iterator of a list.";
    TupleIter "Iterator of a tuple.";
    Function "A Python function.";
    BoundMethod "A function with its self.";
    NativeFunction "A builtin function or bound builtin method.";
    NativeMethod "A method descriptor of a builtin type.";
    Wrapper "A special method of a builtin type (slot wrapper).";
    GetSet "An attribute of a builtin type that runs native code.";
    Member "A `__slots__` member.";
    Property "A property.";
    ClassMethod "A classmethod.";
    StaticMethod "A staticmethod.";
    Super "A super object.";
    Cell "A variable shared by functions.";
    Code "A code object (drop-bearing).";
    Generator "A generator, coroutine or async generator with its frame.";
    FrameObject "A frame as Python sees it.";
    Traceback "One entry of a traceback.";
    Module "A module.";
    Exception "An exception.";
    SetTable "Entries of a set.";
    Raw "Plain memory.";
    Overflow "Attribute slots beyond the inline ones.";
    Native "An object of a native module: a vtable and a Rust payload.";
    NativeDrop "As Native, with a payload that owns Rust memory (drop-bearing).";
    WeakRef "A weak reference.";
}

impl Kind {
    /// The kind in a header.
    #[inline(always)]
    #[must_use]
    pub fn of(h: &Header) -> Kind {
        debug_assert!(h.kind as usize <= Kind::ALL.len() && h.kind != 0);
        // SAFETY: headers are only written by the allocation functions of this crate, with a `Kind`.
        unsafe { std::mem::transmute::<u8, Kind>(h.kind) }
    }
}
