//! The opcode table: the one place that defines the instruction set.
//!
//! An instruction is one 64-bit *code word*, followed by as many *cache words* as its family has:
//!
//! ```text
//! code word     bits 0..14 opcode | 14 INSTRUMENTED | 15 EXECUTOR | 16..32 A | 32..48 B | 48..64 C
//! cache word 0  bits 0..16 adaptive counter | 16..64 aux, an immutable operand (operator, jump offset, const index)
//! cache word n  specialization data, written only while the opcode is the adaptive form
//! ```
//!
//! Operands are registers of the frame, or, where the table says `Rk`, a constant when [`RK_CONST`] is set.
//! Jump offsets are in words, relative to the start of the *next* instruction. All forms of a family have the same
//! length. Names follow CPython's where the meaning is the same.

/// Bit of an `Rk` operand that selects the constant table.
pub const RK_CONST: u16 = 0x8000;
/// Operand value that means "none" where an operand is optional.
pub const NO_OPERAND: u16 = 0xFFFF;
/// Mask of the opcode field of a code word.
pub const OPCODE_MASK: u64 = 0x3FFF;

/// What an operand means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// Unused, zero.
    No,
    /// Register written.
    Dst,
    /// Register read.
    Src,
    /// Register read and replaced or mutated in place (a container being built).
    Acc,
    /// Register or constant, read.
    Rk,
    /// Constant index.
    K,
    /// Number.
    Imm,
    /// First register of a block that is read.
    Base,
    /// First register of a block that is written.
    DstBase,
    /// B and C together are a signed 32-bit jump offset.
    Jump,
}

/// What the aux field of cache word 0 means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Aux {
    /// No cache word 0, or aux unused.
    No,
    /// [`BinOp`] number, `+ 16` for the in-place form.
    BinOp,
    /// [`CmpOp`] number.
    CmpOp,
    /// Signed 32-bit jump offset.
    Jump,
    /// Constant index.
    K,
    /// Number.
    Imm,
}

/// Binary operators, numbered as CPython's `NB_*`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "the operators name themselves")]
pub enum BinOp {
    Add = 0,
    And = 1,
    FloorDivide = 2,
    Lshift = 3,
    MatrixMultiply = 4,
    Multiply = 5,
    Remainder = 6,
    Or = 7,
    Power = 8,
    Rshift = 9,
    Subtract = 10,
    TrueDivide = 11,
    Xor = 12,
}

/// Added to a [`BinOp`] number for the in-place form.
pub const INPLACE: u8 = 16;

impl BinOp {
    /// All operators by number.
    pub const ALL: [BinOp; 13] = [
        BinOp::Add,
        BinOp::And,
        BinOp::FloorDivide,
        BinOp::Lshift,
        BinOp::MatrixMultiply,
        BinOp::Multiply,
        BinOp::Remainder,
        BinOp::Or,
        BinOp::Power,
        BinOp::Rshift,
        BinOp::Subtract,
        BinOp::TrueDivide,
        BinOp::Xor,
    ];

    /// The operator's source text.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            BinOp::Add => "+",
            BinOp::And => "&",
            BinOp::FloorDivide => "//",
            BinOp::Lshift => "<<",
            BinOp::MatrixMultiply => "@",
            BinOp::Multiply => "*",
            BinOp::Remainder => "%",
            BinOp::Or => "|",
            BinOp::Power => "**",
            BinOp::Rshift => ">>",
            BinOp::Subtract => "-",
            BinOp::TrueDivide => "/",
            BinOp::Xor => "^",
        }
    }
}

/// Rich comparisons, numbered as CPython's `Py_LT` … `Py_GE`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "the operators name themselves")]
pub enum CmpOp {
    Lt = 0,
    Le = 1,
    Eq = 2,
    Ne = 3,
    Gt = 4,
    Ge = 5,
}

impl CmpOp {
    /// All comparisons by number.
    pub const ALL: [CmpOp; 6] = [CmpOp::Lt, CmpOp::Le, CmpOp::Eq, CmpOp::Ne, CmpOp::Gt, CmpOp::Ge];

    /// The operator's source text.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            CmpOp::Lt => "<",
            CmpOp::Le => "<=",
            CmpOp::Eq => "==",
            CmpOp::Ne => "!=",
            CmpOp::Gt => ">",
            CmpOp::Ge => ">=",
        }
    }

    /// The comparison with swapped operands.
    #[must_use]
    pub const fn swapped(self) -> CmpOp {
        match self {
            CmpOp::Lt => CmpOp::Gt,
            CmpOp::Le => CmpOp::Ge,
            CmpOp::Gt => CmpOp::Lt,
            CmpOp::Ge => CmpOp::Le,
            same => same,
        }
    }
}

/// `A` of COMPARE_JUMP: jump when the comparison is true (else when it is false).
pub const COMPARE_JUMP_IF_TRUE: u16 = 8;

/// `C` of CALL_INTRINSIC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Intrinsic {
    /// `from m import *` into the frame's locals; result unused.
    ImportStar = 0,
    /// Turns a StopIteration that leaves a generator into a RuntimeError (PEP 479).
    StopIterationError = 1,
    /// Wraps a value that an async generator yields.
    AsyncGenWrap = 2,
    /// Shows the value of an interactive expression statement.
    Print = 3,
    /// Makes a type variable (source: its name).
    TypeVar = 4,
    /// Makes a type alias (source: tuple of name, parameters, function).
    TypeAlias = 5,
    /// `except*`: prepares the group to re-raise (source: tuple of the original and of each result).
    PrepReraiseStar = 6,
    /// Makes a template string (source: tuple of the strings and of the interpolations, each a tuple of value, text,
    /// conversion or None, format spec).
    Template = 7,
    /// Makes a parameter specification (source: its name).
    ParamSpec = 8,
    /// Makes a type variable tuple (source: its name).
    TypeVarTuple = 9,
    /// Makes a type variable with a bound (source: tuple of name and the function that evaluates the bound).
    TypeVarWithBound = 10,
    /// Gives a type parameter its default (source: tuple of parameter and the function that evaluates the default);
    /// the result is the parameter.
    SetTypeParamDefault = 11,
    /// `Generic[…]` of a tuple of type parameters.
    SubscriptGeneric = 12,
    /// Makes a type variable with constraints (source: tuple of name and the function that evaluates their tuple).
    TypeVarWithConstraints = 13,
}

impl Intrinsic {
    /// The intrinsic of that number.
    #[must_use]
    pub fn from_number(number: usize) -> Option<Intrinsic> {
        use Intrinsic::*;
        const ALL: [Intrinsic; 14] = [
            ImportStar,
            StopIterationError,
            AsyncGenWrap,
            Print,
            TypeVar,
            TypeAlias,
            PrepReraiseStar,
            Template,
            ParamSpec,
            TypeVarTuple,
            TypeVarWithBound,
            SetTypeParamDefault,
            SubscriptGeneric,
            TypeVarWithConstraints,
        ];
        ALL.into_iter().find(|i| *i as usize == number)
    }
}

/// `C` of SET_FUNCTION_ATTRIBUTE.
pub mod function_attribute {
    /// Tuple of positional defaults.
    pub const DEFAULTS: u16 = 1;
    /// Dict of keyword-only defaults.
    pub const KWDEFAULTS: u16 = 2;
    /// Function that computes the annotations (PEP 649).
    pub const ANNOTATE: u16 = 16;
    /// Tuple of cells.
    pub const CLOSURE: u16 = 8;
}

/// `C` of LOAD_SPECIAL.
pub const SPECIAL_NAMES: [&str; 4] = ["__enter__", "__exit__", "__aenter__", "__aexit__"];

/// Monitoring events by number, as `sys.monitoring.events` has them (1 << number there).
#[expect(missing_docs, reason = "the events are documented with sys.monitoring")]
pub mod event {
    pub const PY_START: u8 = 0;
    pub const PY_RESUME: u8 = 1;
    pub const PY_RETURN: u8 = 2;
    pub const PY_YIELD: u8 = 3;
    pub const CALL: u8 = 4;
    pub const LINE: u8 = 5;
    pub const INSTRUCTION: u8 = 6;
    pub const JUMP: u8 = 7;
    pub const BRANCH_LEFT: u8 = 8;
    pub const BRANCH_RIGHT: u8 = 9;
    pub const STOP_ITERATION: u8 = 10;
    /// Events below belong to instructions and can be wanted of one code object; from here on they come with exceptions.
    pub const LOCAL_EVENTS: u8 = 11;
    pub const RAISE: u8 = 11;
    pub const EXCEPTION_HANDLED: u8 = 12;
    pub const PY_UNWIND: u8 = 13;
    pub const PY_THROW: u8 = 14;
    pub const RERAISE: u8 = 15;
    /// Events below have bits of their own in the instrumentation; those from here on come with others.
    pub const UNGROUPED: u8 = 16;
    pub const C_RETURN: u8 = 16;
    pub const C_RAISE: u8 = 17;
    /// Both sides; kept for tools written for 3.13.
    pub const BRANCH: u8 = 18;
    pub const COUNT: u8 = 19;
}

/// What a family of instructions can fire, LINE and INSTRUCTION apart, which any can.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fires {
    /// Nothing.
    No,
    /// PY_START or PY_RESUME, by operand A.
    Resume,
    /// PY_RETURN.
    Return,
    /// PY_YIELD.
    Yield,
    /// CALL, and with it C_RETURN or C_RAISE.
    Call,
    /// JUMP.
    Jump,
    /// BRANCH_LEFT (goes on) or BRANCH_RIGHT (jumps).
    Branch,
    /// STOP_ITERATION when a generator or coroutine ends.
    Stop,
}

impl Fires {
    /// The events as a set; `a` is operand A.
    #[must_use]
    pub const fn events(self, a: u16) -> u32 {
        match self {
            Fires::No => 0,
            Fires::Resume if a == 0 => 1 << event::PY_START,
            Fires::Resume => 1 << event::PY_RESUME,
            Fires::Return => 1 << event::PY_RETURN,
            Fires::Yield => 1 << event::PY_YIELD,
            Fires::Call => 1 << event::CALL,
            Fires::Jump => 1 << event::JUMP,
            Fires::Branch => 1 << event::BRANCH_LEFT | 1 << event::BRANCH_RIGHT,
            Fires::Stop => 1 << event::STOP_ITERATION,
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct OpInfo {
    /// Name as printed.
    pub name: &'static str,
    /// Meaning of A, B, C.
    pub operands: [Operand; 3],
    /// Meaning of aux.
    pub aux: Aux,
    /// Cache words after the code word.
    pub cache: u8,
    /// The adaptive form that this form specializes; itself when it is not a specialization.
    pub base: Op,
    /// What monitoring events the adaptive form can fire; a specialization fires what that one does.
    pub fires: Fires,
    /// May raise, call Python code, allocate or stop: the frame's position must be saved before it.
    pub escapes: bool,
    /// One line of documentation.
    pub doc: &'static str,
}

macro_rules! aux {
    () => {
        Aux::No
    };
    ($a:ident) => {
        Aux::$a
    };
}
macro_rules! fires {
    () => {
        Fires::No
    };
    ($f:ident) => {
        Fires::$f
    };
}
macro_rules! base {
    ($n:ident) => {
        Op::$n
    };
    ($n:ident $b:ident) => {
        Op::$b
    };
}

macro_rules! opcodes {
    ($( $name:ident $(: $base:ident)? ($a:ident, $b:ident, $c:ident) $(aux $aux:ident)? $(fires $fires:ident)? cache $cache:literal $esc:ident $doc:literal; )*) => {
        /// An opcode. The numbers are not stable between versions.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        #[expect(non_camel_case_types, reason = "opcodes keep the spelling of CPython's")]
        pub enum Op { $( #[doc = concat!("``", $doc, "``")] $name, )* }
        /// The table, indexed by opcode.
        pub static INFO: &[OpInfo] = &[ $( OpInfo {
            name: stringify!($name),
            operands: [Operand::$a, Operand::$b, Operand::$c],
            aux: aux!($($aux)?),
            cache: $cache,
            fires: fires!($($fires)?),
            base: base!($name $($base)?),
            escapes: opcodes!(@esc $esc),
            doc: $doc,
        }, )* ];
        /// All opcodes in order.
        pub const ALL: &[Op] = &[ $( Op::$name, )* ];
        /// Opcode numbers as constants, for `match` on a raw code word's low 16 bits.
        #[expect(missing_docs, reason = "same as the variants of Op")]
        pub mod raw { $( pub const $name: u16 = super::Op::$name as u16; )* }
    };
    (@esc esc) => { true };
    (@esc pure) => { false };
}

opcodes! {
    // --- frame and control flow ---
    NOP (No, No, No) cache 0 pure "Does nothing.";
    RESUME (Imm, No, No) fires Resume cache 1 esc "Start of a function (A=0) or point after a yield (1), yield from (2), await (3): instrumentation check and poll.";
    JUMP (No, Jump, No) fires Jump cache 0 pure "Forward jump.";
    JUMP_BACKWARD (No, Jump, No) fires Jump cache 1 esc "Backward jump; polls the eval breaker.";
    JUMP_BACKWARD_NO_INTERRUPT (No, Jump, No) cache 0 pure "Backward jump inside SEND loops; no poll.";
    JUMP_IF_TRUE (Src, Jump, No) fires Branch cache 0 esc "Jump if A is true.";
    JUMP_IF_FALSE (Src, Jump, No) fires Branch cache 0 esc "Jump if A is false.";
    JUMP_IF_NONE (Src, Jump, No) fires Branch cache 0 pure "Jump if A is None.";
    JUMP_IF_NOT_NONE (Src, Jump, No) fires Branch cache 0 pure "Jump if A is not None.";
    COMPARE_JUMP (Imm, Rk, Rk) aux Jump fires Branch cache 1 esc "Compare B with C by CmpOp A&7; jump by aux if the truth equals bit 3 of A.";
    COMPARE_JUMP_INT: COMPARE_JUMP (Imm, Rk, Rk) aux Jump cache 1 pure "Both operands small ints.";
    COMPARE_JUMP_FLOAT: COMPARE_JUMP (Imm, Rk, Rk) aux Jump cache 1 pure "Both operands floats.";
    COMPARE_JUMP_STR: COMPARE_JUMP (Imm, Rk, Rk) aux Jump cache 1 pure "Both operands strings, Eq or Ne.";
    RETURN_VALUE (Rk, No, No) fires Return cache 0 esc "Return A to the caller.";
    RETURN_GENERATOR (No, No, No) cache 0 esc "Move this frame into a new generator, coroutine or async generator (by code flags) and return that; first instruction of such code.";
    YIELD_VALUE (Dst, Rk, Imm) fires Yield cache 0 esc "Suspend with B; the sent value arrives in A. C = receiver register + 1 inside yield from/await, else 0.";

    // --- registers and constants ---
    LOAD_CONST (Dst, K, No) cache 0 pure "A = constant B.";
    LOAD_FAST (Dst, Src, No) cache 0 pure "A = B, known to be bound.";
    LOAD_FAST_CHECK (Dst, Src, No) cache 0 esc "A = local B (A may be B); UnboundLocalError if unbound.";
    DELETE_FAST (Acc, No, No) cache 0 esc "Unbind local A; UnboundLocalError if unbound.";
    CLEAR_FAST (Dst, No, No) cache 0 pure "A = UNBOUND, no check (end of except-as, comprehension locals).";
    MAKE_CELL (Dst, Src, No) cache 0 esc "A = new cell with the value of register B (B = NO_OPERAND: empty).";
    COPY_FREE_VARS (Imm, No, No) cache 0 pure "Copy the closure's A cells into the free-variable registers.";
    LOAD_DEREF (Dst, Src, No) cache 0 esc "A = content of the cell in B; NameError if empty.";
    STORE_DEREF (Src, Rk, No) cache 0 esc "Content of the cell in A = B.";
    DELETE_DEREF (Src, No, No) cache 0 esc "Empty the cell in A; NameError if empty.";
    LOAD_FROM_DICT_OR_DEREF (Dst, Src, K) cache 0 esc "Class body: A = frame locals[name C], else content of the cell in B.";

    // --- names ---
    LOAD_GLOBAL (Dst, K, Imm) cache 5 esc "A = global or builtin named B; C = 1: A+1 = UNBOUND too, as CALL wants it.";
    LOAD_GLOBAL_MODULE: LOAD_GLOBAL (Dst, K, Imm) cache 5 esc "Presence in the globals guarded by keys identity.";
    LOAD_GLOBAL_BUILTIN: LOAD_GLOBAL (Dst, K, Imm) cache 5 esc "Absence in globals guarded by identity and entry count; presence in builtins by identity.";
    STORE_GLOBAL (K, Rk, No) cache 0 esc "globals[A] = B.";
    DELETE_GLOBAL (K, No, No) cache 0 esc "del globals[A].";
    LOAD_NAME (Dst, K, No) cache 5 esc "A = locals, globals or builtins by name B.";
    LOAD_NAME_MODULE: LOAD_NAME (Dst, K, No) cache 5 esc "At module level, where locals are globals: presence guarded by keys identity.";
    LOAD_NAME_BUILTIN: LOAD_NAME (Dst, K, No) cache 5 esc "At module level: guarded as LOAD_GLOBAL_BUILTIN.";
    STORE_NAME (K, Rk, No) cache 0 esc "locals[A] = B.";
    DELETE_NAME (K, No, No) cache 0 esc "del locals[A].";
    LOAD_LOCALS (Dst, No, No) cache 0 esc "A = the frame's local namespace (class and module code).";
    LOAD_BUILD_CLASS (Dst, No, No) cache 0 esc "A = builtins.__build_class__.";
    LOAD_ASSERTION_ERROR (Dst, No, No) cache 0 pure "A = AssertionError.";

    // --- attributes ---
    LOAD_ATTR (Dst, Src, K) cache 5 esc "A = B.name C.";
    LOAD_ATTR_INSTANCE_VALUE: LOAD_ATTR (Dst, Src, K) cache 5 esc "Inline slot under a shape guard.";
    LOAD_ATTR_CLASS: LOAD_ATTR (Dst, Src, K) cache 5 esc "Attribute of a class object.";
    LOAD_ATTR_CLASS_VALUE: LOAD_ATTR (Dst, Src, K) cache 5 esc "Non-descriptor class attribute read through an instance without a shadow.";
    LOAD_ATTR_MODULE: LOAD_ATTR (Dst, Src, K) cache 5 esc "Module global, keys identity guard.";
    LOAD_ATTR_SLOT: LOAD_ATTR (Dst, Src, K) cache 5 esc "Member descriptor of __slots__.";
    LOAD_ATTR_PROPERTY: LOAD_ATTR (Dst, Src, K) cache 5 esc "Property with a Python getter.";
    LOAD_METHOD (DstBase, Src, K) cache 5 esc "A, A+1 = function, self for a call of B.name C; or A = attribute, A+1 = UNBOUND.";
    LOAD_METHOD_INSTANCE: LOAD_METHOD (DstBase, Src, K) cache 5 esc "Function of the class, no instance shadow, under a shape and type-version guard.";
    LOAD_METHOD_BUILTIN: LOAD_METHOD (DstBase, Src, K) cache 5 esc "Method of an object without attributes of its own (list, str, int …).";
    LOAD_METHOD_MODULE: LOAD_METHOD (DstBase, Src, K) cache 5 esc "Function in a module, keys identity guard.";
    LOAD_METHOD_CLASS: LOAD_METHOD (DstBase, Src, K) cache 5 esc "Attribute of a class object.";
    STORE_ATTR (Src, Rk, K) cache 5 esc "A.name C = B.";
    STORE_ATTR_INSTANCE_VALUE: STORE_ATTR (Src, Rk, K) cache 5 esc "Existing inline slot under a shape guard.";
    STORE_ATTR_ADD: STORE_ATTR (Src, Rk, K) cache 5 esc "New attribute: shape transition into a free inline slot.";
    STORE_ATTR_SLOT: STORE_ATTR (Src, Rk, K) cache 5 esc "Member descriptor of __slots__.";
    DELETE_ATTR (Src, K, No) cache 0 esc "del A.name B.";
    LOAD_SUPER_ATTR (Dst, Base, K) fires Call cache 1 esc "A = super(B+1, B+2).name C where B holds the value of the global `super`.";
    LOAD_SUPER_METHOD (DstBase, Base, K) fires Call cache 1 esc "As LOAD_SUPER_ATTR, as a pair like LOAD_METHOD.";
    LOAD_SPECIAL (DstBase, Src, Imm) cache 0 esc "A, A+1 = special method SPECIAL_NAMES[C] of type(B), as a pair like LOAD_METHOD; TypeError if missing.";

    // --- operators ---
    BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "A = B op C.";
    BINARY_OP_ADD_INT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Small ints.";
    BINARY_OP_SUBTRACT_INT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Small ints.";
    BINARY_OP_MULTIPLY_INT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Small ints.";
    BINARY_OP_FLOOR_DIVIDE_INT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Small ints, divisor not 0.";
    BINARY_OP_REMAINDER_INT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Small ints, divisor not 0.";
    BINARY_OP_BITWISE_INT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "and, or, xor on small ints.";
    BINARY_OP_SHIFT_INT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Shifts of small ints that stay small.";
    BINARY_OP_ADD_FLOAT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Floats, or a float and a small int.";
    BINARY_OP_SUBTRACT_FLOAT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Floats, or a float and a small int.";
    BINARY_OP_MULTIPLY_FLOAT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Floats, or a float and a small int.";
    BINARY_OP_TRUE_DIVIDE_FLOAT: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Floats or small ints, divisor not 0.";
    BINARY_OP_ADD_STR: BINARY_OP (Dst, Rk, Rk) aux BinOp cache 1 esc "Exact strings.";
    UNARY_NEGATIVE (Dst, Rk, No) cache 0 esc "A = -B.";
    UNARY_POSITIVE (Dst, Rk, No) cache 0 esc "A = +B.";
    UNARY_INVERT (Dst, Rk, No) cache 0 esc "A = ~B.";
    UNARY_NOT (Dst, Rk, No) cache 0 esc "A = not B.";
    COMPARE_OP (Dst, Rk, Rk) aux CmpOp cache 1 esc "A = B cmp C.";
    COMPARE_OP_INT: COMPARE_OP (Dst, Rk, Rk) aux CmpOp cache 1 pure "Small ints.";
    COMPARE_OP_FLOAT: COMPARE_OP (Dst, Rk, Rk) aux CmpOp cache 1 pure "Floats.";
    COMPARE_OP_STR: COMPARE_OP (Dst, Rk, Rk) aux CmpOp cache 1 pure "Strings, Eq or Ne.";
    IS_OP (Dst, Rk, Rk) cache 0 pure "A = B is C.";
    IS_NOT_OP (Dst, Rk, Rk) cache 0 pure "A = B is not C.";
    CONTAINS_OP (Dst, Rk, Rk) aux Imm cache 1 esc "A = B in C (aux 0) or B not in C (aux 1).";

    // --- subscripts ---
    BINARY_SUBSCR (Dst, Src, Rk) cache 3 esc "A = B[C].";
    BINARY_SUBSCR_LIST_INT: BINARY_SUBSCR (Dst, Src, Rk) cache 3 esc "List by small int.";
    BINARY_SUBSCR_TUPLE_INT: BINARY_SUBSCR (Dst, Src, Rk) cache 3 esc "Tuple by small int.";
    BINARY_SUBSCR_STR_INT: BINARY_SUBSCR (Dst, Src, Rk) cache 3 esc "String by small int.";
    BINARY_SUBSCR_DICT: BINARY_SUBSCR (Dst, Src, Rk) cache 3 esc "Exact dict.";
    BINARY_SUBSCR_GETITEM: BINARY_SUBSCR (Dst, Src, Rk) cache 3 esc "Python __getitem__.";
    STORE_SUBSCR (Src, Rk, Rk) cache 3 esc "A[B] = C.";
    STORE_SUBSCR_LIST_INT: STORE_SUBSCR (Src, Rk, Rk) cache 3 esc "List by small int.";
    STORE_SUBSCR_DICT: STORE_SUBSCR (Src, Rk, Rk) cache 3 esc "Exact dict.";
    DELETE_SUBSCR (Src, Rk, No) cache 0 esc "del A[B].";
    BINARY_SLICE (Dst, Src, Base) cache 0 esc "A = B[C : C+1].";
    STORE_SLICE (Src, Base, Rk) cache 0 esc "A[B : B+1] = C.";
    BUILD_SLICE (Dst, Base, Imm) cache 0 esc "A = slice of the C (2 or 3) registers at B.";

    // --- displays ---
    BUILD_TUPLE (Dst, Base, Imm) cache 0 esc "A = tuple of C registers at B.";
    BUILD_LIST (Dst, Base, Imm) cache 0 esc "A = list of C registers at B.";
    BUILD_SET (Dst, Base, Imm) cache 0 esc "A = set of C registers at B.";
    BUILD_MAP (Dst, Base, Imm) cache 0 esc "A = dict of C pairs at B (key, value, key, value …).";
    BUILD_STRING (Dst, Base, Imm) cache 0 esc "A = concatenation of C strings at B.";
    LIST_APPEND (Acc, Rk, No) cache 0 esc "A.append(B), A an exact list being built.";
    LIST_EXTEND (Acc, Src, No) cache 0 esc "A.extend(B); TypeError text of a star expression.";
    LIST_TO_TUPLE (Dst, Src, No) cache 0 esc "A = tuple(B), B an exact list being built.";
    SET_ADD (Acc, Rk, No) cache 0 esc "A.add(B).";
    SET_UPDATE (Acc, Src, No) cache 0 esc "A.update(B).";
    MAP_ADD (Acc, Rk, Rk) cache 0 esc "A[B] = C.";
    DICT_UPDATE (Acc, Src, No) cache 0 esc "A.update(B); TypeError unless a mapping.";
    DICT_MERGE (Acc, Src, Src) cache 0 esc "As DICT_UPDATE for a call of C: a repeated key is a TypeError that names C.";
    CONVERT_VALUE (Dst, Rk, Imm) cache 0 esc "A = str(B) (C=1), repr(B) (2) or ascii(B) (3).";
    FORMAT_SIMPLE (Dst, Rk, No) cache 0 esc "A = format(B).";
    FORMAT_WITH_SPEC (Dst, Rk, Rk) cache 0 esc "A = format(B, C).";

    // --- unpacking and iteration ---
    UNPACK_SEQUENCE (DstBase, Src, Imm) cache 1 esc "A.. = the C items of B; nothing is written if B has fewer or more.";
    UNPACK_SEQUENCE_TUPLE: UNPACK_SEQUENCE (DstBase, Src, Imm) cache 1 esc "Exact tuple.";
    UNPACK_SEQUENCE_LIST: UNPACK_SEQUENCE (DstBase, Src, Imm) cache 1 esc "Exact list.";
    UNPACK_EX (DstBase, Src, Imm) cache 0 esc "A.. = C&255 items, a list, C>>8 items of B.";
    GET_ITER (Dst, Src, No) cache 0 esc "A = iter(B).";
    FOR_ITER (Dst, Src, No) aux Jump fires Branch cache 1 esc "A = next(B), or jump by aux when exhausted.";
    FOR_ITER_LIST: FOR_ITER (Dst, Src, No) aux Jump cache 1 esc "List iterator.";
    FOR_ITER_TUPLE: FOR_ITER (Dst, Src, No) aux Jump cache 1 esc "Tuple iterator.";
    FOR_ITER_RANGE: FOR_ITER (Dst, Src, No) aux Jump cache 1 esc "Range iterator.";
    FOR_ITER_GEN: FOR_ITER (Dst, Src, No) aux Jump cache 1 esc "Generator, resumed without native recursion.";
    GET_YIELD_FROM_ITER (Dst, Src, No) cache 0 esc "A = B if it is a generator (or a coroutine in a coroutine), else iter(B).";
    SEND (Dst, Src, Src) aux Jump fires Stop cache 1 esc "Send C to B: A = yielded value; on return A = its value and jump by aux.";
    GET_AWAITABLE (Dst, Src, Imm) cache 0 esc "A = the awaitable's iterator of B; C: 0 plain, 1 after __aenter__, 2 after __aexit__.";
    GET_AITER (Dst, Src, No) cache 0 esc "A = B.__aiter__().";
    GET_ANEXT (Dst, Src, No) cache 0 esc "A = awaitable of B.__anext__().";
    END_ASYNC_FOR (Src, No, No) cache 0 esc "Re-raise A unless it is StopAsyncIteration.";

    // --- functions and calls ---
    MAKE_FUNCTION (Dst, K, No) cache 0 esc "A = function of code constant B with the frame's globals.";
    SET_FUNCTION_ATTRIBUTE (Src, Src, Imm) cache 0 esc "Set attribute C (see function_attribute) of function A to B.";
    CALL (Base, Imm, Dst) fires Call cache 4 esc "C = call of A with self A+1 (or UNBOUND) and B arguments from A+2.";
    CALL_PY_EXACT_ARGS: CALL (Base, Imm, Dst) cache 4 esc "Python function, argument count exact.";
    CALL_PY_GENERAL: CALL (Base, Imm, Dst) cache 4 esc "Python function, defaults or variadic parameters.";
    CALL_BOUND_METHOD_EXACT_ARGS: CALL (Base, Imm, Dst) cache 4 esc "Bound method of a Python function, argument count exact.";
    CALL_ALLOC_AND_ENTER_INIT: CALL (Base, Imm, Dst) cache 4 esc "Class with default allocation and a Python __init__.";
    CALL_BUILTIN_FAST: CALL (Base, Imm, Dst) cache 4 esc "Native function.";
    CALL_METHOD_DESCRIPTOR_FAST: CALL (Base, Imm, Dst) cache 4 esc "Native method with self.";
    CALL_LEN: CALL (Base, Imm, Dst) cache 4 esc "len of a builtin container.";
    CALL_ISINSTANCE: CALL (Base, Imm, Dst) cache 4 esc "isinstance.";
    CALL_LIST_APPEND: CALL (Base, Imm, Dst) cache 4 esc "list.append.";
    CALL_TYPE_1: CALL (Base, Imm, Dst) cache 4 esc "type(x).";
    CALL_STR_1: CALL (Base, Imm, Dst) cache 4 esc "str(x).";
    CALL_NON_PY_GENERAL: CALL (Base, Imm, Dst) cache 4 esc "Anything else.";
    CALL_KW (Base, Imm, Dst) aux K fires Call cache 1 esc "As CALL; the last arguments are named by the tuple constant aux.";
    CALL_FUNCTION_EX (Base, No, Dst) fires Call cache 0 esc "C = call of A (self A+1 is UNBOUND) with tuple or other iterable A+2 and dict A+3 (or UNBOUND).";
    CALL_INTRINSIC (Dst, Src, Imm) cache 0 esc "A = intrinsic C of B.";

    // --- exceptions and with ---
    RAISE_VARARGS (Imm, Rk, Rk) cache 0 esc "raise (A=0), raise B (1), raise B from C (2).";
    RERAISE (Src, No, No) cache 0 esc "Raise A again, without a new traceback entry for this frame.";
    PUSH_EXC_INFO (Dst, Src, No) cache 0 pure "A = the exception being handled; B becomes it.";
    POP_EXCEPT (Src, No, No) cache 0 pure "A becomes the exception being handled.";
    CHECK_EXC_MATCH (Dst, Src, Rk) cache 0 esc "A = whether exception B matches C; TypeError if C is not one or more exception classes.";
    CHECK_EG_MATCH (DstBase, Src, Rk) cache 0 esc "except*: A = rest, A+1 = match of group B against C (None where empty); B may be None, then both are.";
    WITH_EXCEPT_START (Dst, Base, Src) cache 0 esc "A = call of the exit pair at B with the type, value and traceback of C.";

    // --- imports ---
    IMPORT_NAME (Dst, Base, K) cache 0 esc "A = __import__(name C, fromlist B, level B+1).";
    IMPORT_FROM (Dst, Src, K) cache 0 esc "A = name C from module B.";

    // --- pattern matching ---
    GET_LEN (Dst, Src, No) cache 0 esc "A = len(B).";
    MATCH_MAPPING (Dst, Src, No) cache 0 pure "A = whether B is a mapping pattern subject.";
    MATCH_SEQUENCE (Dst, Src, No) cache 0 pure "A = whether B is a sequence pattern subject.";
    MATCH_KEYS (Dst, Src, Src) cache 0 esc "A = tuple of B's values for the keys in tuple C, or None.";
    MATCH_CLASS (Dst, Base, Imm) cache 0 esc "A = tuple of attributes, or None: subject B, class B+1, keyword names B+2; C positional patterns.";
}

impl Op {
    /// The table row.
    #[inline]
    #[must_use]
    pub fn info(self) -> &'static OpInfo {
        &INFO[self as usize]
    }
    /// The events that it can fire with operand A = `a`, LINE and INSTRUCTION apart.
    #[must_use]
    pub fn events(self, a: u16) -> u32 {
        self.info().base.info().fires.events(a)
    }
    /// Whether control never goes on to the next instruction.
    #[must_use]
    pub const fn leaves(self) -> bool {
        matches!(
            self,
            Op::JUMP
                | Op::JUMP_BACKWARD
                | Op::JUMP_BACKWARD_NO_INTERRUPT
                | Op::RETURN_VALUE
                | Op::RERAISE
                | Op::RAISE_VARARGS
        )
    }
    /// The opcode with this number.
    #[inline]
    #[must_use]
    pub fn from_u16(n: u16) -> Option<Op> {
        ALL.get(n as usize).copied()
    }
    /// Words of an instruction with this opcode.
    #[inline]
    #[must_use]
    pub fn words(self) -> usize {
        1 + self.info().cache as usize
    }
    /// Packs a code word.
    #[inline]
    #[must_use]
    pub const fn encode(self, a: u16, b: u16, c: u16) -> u64 {
        self as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
    }
    /// Packs a code word whose B and C are a jump offset.
    #[inline]
    #[must_use]
    pub const fn encode_jump(self, a: u16, offset: i32) -> u64 {
        self as u64 | (a as u64) << 16 | (offset as u32 as u64) << 32
    }
}
