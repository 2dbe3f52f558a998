//! The dispatch loop.
//!
//! One `match` over the low 16 bits of the code word: opcode and flags together, so a word with a flag set falls
//! through to the cold arm. State lives in a few locals: `ip` (current code word), `regs` (current frame's registers),
//! `consts`. `ip` is saved in the frame before anything that may raise, allocate, call or stop; the collector and
//! tracebacks read it there.

use vm_compiler::opcodes::{BinOp, CmpOp, RK_CONST, raw};
use vm_core::{
    backoff::Backoff,
    code::INSTRUMENTED,
    instrument::version_word,
    sync::{AtomicU64, Ordering},
};

use crate::{
    error::{PyResult, Thrown},
    native::Args,
    object::{
        class::Type,
        code::Code,
        dict::{Dict, DictTable},
        frame::{FRAME_WORDS, Frame, Generator, ReturnTo},
        function::{BoundMethod, Cell, Function, NativeFunction, NativeMethod},
        gc::{Gc, Slot, shape_id},
        iter::{ListIter, RangeIter, TupleIter},
        kind::Kind,
        sequence::{List, Tuple},
        str::Str,
    },
    ops::operator::{compare_f64, compare_ord},
    value::{SMALL_INT_MAX, SMALL_INT_MIN, Value},
    vm::Vm,
};

use super::{
    calls::Target,
    instrumented::{Instrumented, adaptive_form},
};

/// Plain execution.
const PLAIN: u8 = 0;
/// Executes words that tools watch, too, and counts executed opcodes for `-X stats`.
pub const WATCHED: u8 = 1;
/// After so many words in a row that nobody watches, the watched loop gives way to the plain one.
const UNWATCHED: u32 = 128;

#[inline(always)]
fn a(w: u64) -> usize {
    (w >> 16) as u16 as usize
}
#[inline(always)]
fn b(w: u64) -> usize {
    (w >> 32) as u16 as usize
}
#[inline(always)]
fn c(w: u64) -> usize {
    (w >> 48) as usize
}
#[inline(always)]
fn jump_offset(w: u64) -> isize {
    (w >> 32) as i32 as isize
}

/// A float operand: a tagged float, or a small int.
#[inline(always)]
fn number(v: Value) -> Option<f64> {
    if v.is_tagged_float() {
        Some(v.tagged_float_unchecked())
    } else if v.is_small_int() {
        Some(v.small_int_unchecked() as f64)
    } else {
        None
    }
}

/// As [`number`], only integers that a float represents exactly.
#[inline(always)]
fn exact_number(v: Value) -> Option<f64> {
    if v.is_tagged_float() {
        return Some(v.tagged_float_unchecked());
    }
    match v.as_small_int() {
        Some(n) if n.unsigned_abs() <= 1 << 53 => Some(n as f64),
        _ => None,
    }
}

impl Vm {
    /// Runs the newest frame until it returns to native code. A generator's frame may also yield: the caller tells by
    /// the generator's state.
    pub(crate) fn run(&self) -> PyResult {
        if self.count_opcodes { self.run_mode::<WATCHED>() } else { self.run_mode::<PLAIN>() }
    }

    /// As [`Vm::run`], for code that is likely to be watched.
    pub(crate) fn run_watched(&self) -> PyResult {
        let result = self.run_mode::<WATCHED>();
        if self.unwatched.replace(false) { self.run_mode::<PLAIN>() } else { result }
    }

    /// The plain loop met an instrumented word, `w`: the frame to go on in (its `ip` set), or null if the loop is to return
    /// [`Vm::left_watched`].
    ///
    /// The plain loop does without a way to run a word that it did not load: one more source of the word costs it an
    /// instruction at each dispatch (2.7 % of a loop's).
    #[cold]
    #[inline(never)]
    fn watch(&self, w: u64) -> *mut Frame {
        if w & INSTRUMENTED == 0 {
            self.bad_word(w);
        }
        let result = self.run_mode::<WATCHED>();
        if self.unwatched.replace(false) {
            return self.frame.get();
        }
        self.watched_result.set(Some(result));
        std::ptr::null_mut()
    }

    /// What the watched loop returned to native code.
    #[cold]
    #[inline(never)]
    fn left_watched(&self) -> PyResult {
        self.watched_result.take().unwrap_or(Ok(Value::NONE))
    }

    #[expect(clippy::too_many_lines, reason = "one arm per opcode; each is short, slow paths are elsewhere")]
    #[expect(clippy::cognitive_complexity, reason = "as above")]
    fn run_mode<const MODE: u8>(&self) -> PyResult {
        let vm = self;
        let mut unwatched = 0;
        let mut frame: *mut Frame = vm.frame.get();
        let mut ip: *const AtomicU64;
        let mut regs: *mut Value;
        let mut consts: *const Value;

        // SAFETY (this macro): `frame` is this thread's newest frame; its code's words, constants and registers live
        // as long as the frame.
        macro_rules! enter {
            () => {
                // SAFETY: see the macro.
                unsafe {
                    ip = (*frame).ip;
                    regs = Frame::regs(frame);
                    consts = (*frame).code.consts().as_slice().as_ptr();
                }
            };
            ($at:expr) => {
                ip = $at;
                regs = Frame::regs(frame);
                // SAFETY: see the macro.
                consts = unsafe { (*frame).code.consts().as_slice().as_ptr() };
            };
        }
        enter!();

        loop {
            // Leaves by `break 'run` with an exception, or returns.
            let thrown: Thrown = 'run: loop {
                // SAFETY: `ip` points at a code word of the frame's copy: the compiler's verifier checks that every
                // jump lands on one and that code does not run off its end.
                #[expect(clippy::allow_attributes, reason = "only one of the two modes changes it")]
                #[allow(unused_mut, reason = "as said")]
                // SAFETY: as said above.
                let mut w = unsafe { (*ip).load(Ordering::Relaxed) };

                // SAFETY (these macros): operands were checked by the verifier against `nregs` and the constants.
                macro_rules! reg {
                    ($i:expr) => {
                        // SAFETY: see above.
                        unsafe { *regs.add($i) }
                    };
                }
                macro_rules! set {
                    ($i:expr, $v:expr) => {{
                        let v = $v;
                        // SAFETY: see above.
                        unsafe { *regs.add($i) = v };
                    }};
                }
                macro_rules! konst {
                    ($i:expr) => {
                        // SAFETY: see above.
                        unsafe { *consts.add($i) }
                    };
                }
                macro_rules! rk {
                    ($i:expr) => {{
                        let i = $i;
                        if i & RK_CONST as usize == 0 { reg!(i) } else { konst!(i & !(RK_CONST as usize)) }
                    }};
                }
                macro_rules! name {
                    ($i:expr) => {{
                        let v = konst!($i);
                        // SAFETY: name operands are constants of type str (verifier).
                        unsafe { v.downcast_unchecked::<Str>() }
                    }};
                }
                macro_rules! cache {
                    ($n:expr) => {
                        // SAFETY: the table says how many cache words follow this instruction.
                        unsafe { &*ip.add($n) }
                    };
                }
                macro_rules! cached {
                    ($n:expr) => {
                        cache!($n).load(Ordering::Relaxed)
                    };
                }
                macro_rules! save {
                    () => {
                        // SAFETY: the newest frame.
                        unsafe { (*frame).ip = ip }
                    };
                }
                macro_rules! next {
                    ($n:expr) => {{
                        // SAFETY: the next instruction is `$n` words on.
                        ip = unsafe { ip.add($n) };
                        continue 'run;
                    }};
                }
                macro_rules! jump {
                    ($words:expr, $off:expr) => {{
                        let offset = $off;
                        // SAFETY: the verifier checked the target.
                        ip = unsafe { ip.add($words).offset(offset) };
                        continue 'run;
                    }};
                }
                macro_rules! check {
                    ($e:expr) => {
                        match $e {
                            Ok(v) => v,
                            Err(e) => break 'run e,
                        }
                    };
                }
                // Backward jumps and calls.
                macro_rules! poll {
                    () => {
                        if vm.has_events() {
                            save!();
                            check!(vm.serve_events());
                        }
                    };
                }
                macro_rules! adapt {
                    ($specialize:expr) => {
                        if vm.adaptive && Backoff::tick(cache!(1)) {
                            save!();
                            if $specialize {
                                continue 'run;
                            }
                        }
                    };
                }
                // Back to the adaptive form; the instruction starts again.
                macro_rules! miss {
                    () => {{
                        vm.specialization_miss(ip, w);
                        continue 'run;
                    }};
                }
                // Enters a frame that was pushed; execution goes on there.
                macro_rules! go {
                    ($f:expr) => {{
                        frame = $f;
                        vm.frame.set(frame);
                        enter!();
                        continue 'run;
                    }};
                }
                macro_rules! binary_float {
                    ($op:tt) => {{
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        let r = if x.is_tagged_float() && y.is_tagged_float() {
                            x.tagged_float_unchecked() $op y.tagged_float_unchecked()
                        } else {
                            match (number(x), number(y)) {
                                (Some(p), Some(q)) if x.is_tagged_float() || y.is_tagged_float() => p $op q,
                                _ => miss!(),
                            }
                        };
                        match Value::try_float(r) {
                            Some(v) => set!(a(w), v),
                            None => {
                                save!();
                                set!(a(w), check!(vm.new_float(r)));
                            }
                        }
                        next!(2)
                    }};
                }

                if MODE == WATCHED {
                    if vm.count_opcodes {
                        vm.count_opcode(w);
                    }
                    if w & INSTRUMENTED == 0 {
                        unwatched += 1;
                        if unwatched > UNWATCHED && !vm.count_opcodes {
                            save!();
                            vm.unwatched.set(true);
                            return Ok(Value::NONE);
                        }
                    } else if vm.in_callback.get() != 0 {
                        w = adaptive_form(w).1;
                    } else {
                        unwatched = 0;
                        save!();
                        match check!(vm.instrumented(frame, w)) {
                            Instrumented::Run(word) => w = word,
                            Instrumented::Moved => {
                                // SAFETY: the newest frame.
                                ip = unsafe { (*frame).ip };
                                continue 'run;
                            }
                            Instrumented::Enter(f) => go!(f),
                        }
                    }
                }

                match w as u16 {
                    raw::LOAD_FAST => {
                        set!(a(w), reg!(b(w)));
                        next!(1)
                    }
                    raw::LOAD_CONST => {
                        set!(a(w), konst!(b(w)));
                        next!(1)
                    }
                    raw::LOAD_FAST_CHECK => {
                        let v = reg!(b(w));
                        if v.is_unbound() {
                            save!();
                            // SAFETY: the newest frame.
                            break 'run vm.unbound_local(unsafe { (*frame).code }, b(w));
                        }
                        set!(a(w), v);
                        next!(1)
                    }
                    raw::DELETE_FAST => {
                        if reg!(a(w)).is_unbound() {
                            save!();
                            // SAFETY: the newest frame.
                            break 'run vm.unbound_local(unsafe { (*frame).code }, a(w));
                        }
                        set!(a(w), Value::UNBOUND);
                        next!(1)
                    }
                    raw::CLEAR_FAST => {
                        set!(a(w), Value::UNBOUND);
                        next!(1)
                    }
                    raw::NOP => next!(1),
                    raw::RESUME => {
                        // Events and the version of the code in one comparison.
                        if vm.core().breaker().word() != version_word(cache!(1)) {
                            save!();
                            check!(vm.resume_slow(frame));
                            // SAFETY: `ip` points at the RESUME.
                            if unsafe { (*ip).load(Ordering::Relaxed) } & INSTRUMENTED != 0 {
                                continue 'run;
                            }
                        }
                        next!(2)
                    }
                    raw::JUMP => jump!(1, jump_offset(w)),
                    raw::JUMP_BACKWARD => {
                        poll!();
                        jump!(2, jump_offset(w))
                    }
                    raw::JUMP_BACKWARD_NO_INTERRUPT => jump!(1, jump_offset(w)),
                    raw::JUMP_IF_TRUE | raw::JUMP_IF_FALSE => {
                        let v = reg!(a(w));
                        let t = match v.as_bool() {
                            Some(t) => t,
                            None => {
                                save!();
                                check!(vm.truthy(v))
                            }
                        };
                        if t == (w as u16 == raw::JUMP_IF_TRUE) {
                            jump!(1, jump_offset(w))
                        }
                        next!(1)
                    }
                    raw::JUMP_IF_NONE => {
                        if reg!(a(w)).is_none() {
                            jump!(1, jump_offset(w))
                        }
                        next!(1)
                    }
                    raw::JUMP_IF_NOT_NONE => {
                        if !reg!(a(w)).is_none() {
                            jump!(1, jump_offset(w))
                        }
                        next!(1)
                    }
                    raw::COMPARE_JUMP => {
                        adapt!(vm.specialize_compare_jump(ip, w, rk!(b(w)), rk!(c(w))));
                        save!();
                        let op = CmpOp::ALL[a(w) & 7];
                        let r = check!(vm.compare(op, rk!(b(w)), rk!(c(w))));
                        let t = check!(vm.truthy(r));
                        if t == (a(w) & 8 != 0) {
                            jump!(2, (cached!(1) >> 16) as i32 as isize)
                        }
                        next!(2)
                    }
                    raw::COMPARE_JUMP_INT => {
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        if !Value::both_small_int(x, y) {
                            miss!();
                        }
                        // Tagged words compare as the integers do.
                        let (x, y) = (x.bits() as i64, y.bits() as i64);
                        let t = match a(w) & 7 {
                            0 => x < y,
                            1 => x <= y,
                            2 => x == y,
                            3 => x != y,
                            4 => x > y,
                            _ => x >= y,
                        };
                        if t == (a(w) & 8 != 0) {
                            jump!(2, (cached!(1) >> 16) as i32 as isize)
                        }
                        next!(2)
                    }
                    raw::COMPARE_JUMP_FLOAT => {
                        let (Some(x), Some(y)) = (exact_number(rk!(b(w))), exact_number(rk!(c(w)))) else {
                            miss!()
                        };
                        if compare_f64(CmpOp::ALL[a(w) & 7], x, y) == (a(w) & 8 != 0) {
                            jump!(2, (cached!(1) >> 16) as i32 as isize)
                        }
                        next!(2)
                    }
                    raw::COMPARE_JUMP_STR => {
                        let (Some(x), Some(y)) =
                            (rk!(b(w)).downcast_exact::<Str>(), rk!(c(w)).downcast_exact::<Str>())
                        else {
                            miss!()
                        };
                        let equal = x.eq_content(&y);
                        let t = equal == (a(w) & 7 == CmpOp::Eq as usize);
                        if t == (a(w) & 8 != 0) {
                            jump!(2, (cached!(1) >> 16) as i32 as isize)
                        }
                        next!(2)
                    }
                    raw::COMPARE_OP => {
                        adapt!(vm.specialize_compare(ip, w, rk!(b(w)), rk!(c(w))));
                        save!();
                        let op = CmpOp::ALL[(cached!(1) >> 16) as usize & 7];
                        set!(a(w), check!(vm.compare(op, rk!(b(w)), rk!(c(w)))));
                        next!(2)
                    }
                    raw::COMPARE_OP_INT => {
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        if !Value::both_small_int(x, y) {
                            miss!();
                        }
                        let op = CmpOp::ALL[(cached!(1) >> 16) as usize & 7];
                        set!(a(w), Value::bool(compare_ord(op, (x.bits() as i64).cmp(&(y.bits() as i64)))));
                        next!(2)
                    }
                    raw::COMPARE_OP_FLOAT => {
                        let (Some(x), Some(y)) = (exact_number(rk!(b(w))), exact_number(rk!(c(w)))) else {
                            miss!()
                        };
                        let op = CmpOp::ALL[(cached!(1) >> 16) as usize & 7];
                        set!(a(w), Value::bool(compare_f64(op, x, y)));
                        next!(2)
                    }
                    raw::COMPARE_OP_STR => {
                        let (Some(x), Some(y)) =
                            (rk!(b(w)).downcast_exact::<Str>(), rk!(c(w)).downcast_exact::<Str>())
                        else {
                            miss!()
                        };
                        let eq = (cached!(1) >> 16) as usize & 7 == CmpOp::Eq as usize;
                        set!(a(w), Value::bool(x.eq_content(&y) == eq));
                        next!(2)
                    }

                    // --- arithmetic ---
                    raw::BINARY_OP => {
                        adapt!(vm.specialize_binary(ip, w, rk!(b(w)), rk!(c(w))));
                        save!();
                        let kind = (cached!(1) >> 16) as u8;
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        let op = BinOp::ALL[kind as usize & 15];
                        let r = if kind & 16 != 0 { vm.inplace_op(op, x, y) } else { vm.binary_op(op, x, y) };
                        set!(a(w), check!(r));
                        next!(2)
                    }
                    raw::BINARY_OP_ADD_INT => {
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        if !Value::both_small_int(x, y) {
                            miss!();
                        }
                        match (x.bits() as i64).checked_add(y.bits() as i64) {
                            // SAFETY: the sum of two tagged ints is a tagged int.
                            Some(r) => set!(a(w), unsafe { Value::from_bits(r as u64) }),
                            None => {
                                save!();
                                set!(a(w), check!(vm.binary_op(BinOp::Add, x, y)));
                            }
                        }
                        next!(2)
                    }
                    raw::BINARY_OP_SUBTRACT_INT => {
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        if !Value::both_small_int(x, y) {
                            miss!();
                        }
                        match (x.bits() as i64).checked_sub(y.bits() as i64) {
                            // SAFETY: the difference of two tagged ints is a tagged int.
                            Some(r) => set!(a(w), unsafe { Value::from_bits(r as u64) }),
                            None => {
                                save!();
                                set!(a(w), check!(vm.binary_op(BinOp::Subtract, x, y)));
                            }
                        }
                        next!(2)
                    }
                    raw::BINARY_OP_MULTIPLY_INT => {
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        if !Value::both_small_int(x, y) {
                            miss!();
                        }
                        match x.small_int_unchecked().checked_mul(y.bits() as i64) {
                            // SAFETY: one factor is untagged, so the product has the tag of the other.
                            Some(r) => set!(a(w), unsafe { Value::from_bits(r as u64) }),
                            None => {
                                save!();
                                set!(a(w), check!(vm.binary_op(BinOp::Multiply, x, y)));
                            }
                        }
                        next!(2)
                    }
                    raw::BINARY_OP_FLOOR_DIVIDE_INT => {
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        if !Value::both_small_int(x, y) || y.bits() == 0 {
                            miss!();
                        }
                        let (p, q) = (x.small_int_unchecked(), y.small_int_unchecked());
                        let d = p / q;
                        let r = if p % q != 0 && (p < 0) != (q < 0) { d - 1 } else { d };
                        match Value::try_small_int(r) {
                            Some(v) => set!(a(w), v),
                            None => {
                                save!();
                                set!(a(w), check!(vm.new_int(r)));
                            }
                        }
                        next!(2)
                    }
                    raw::BINARY_OP_REMAINDER_INT => {
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        if !Value::both_small_int(x, y) || y.bits() == 0 {
                            miss!();
                        }
                        let (p, q) = (x.small_int_unchecked(), y.small_int_unchecked());
                        let r = p % q;
                        let r = if r != 0 && (r < 0) != (q < 0) { r + q } else { r };
                        set!(a(w), Value::small_int(r));
                        next!(2)
                    }
                    raw::BINARY_OP_BITWISE_INT => {
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        if !Value::both_small_int(x, y) {
                            miss!();
                        }
                        let r = match (cached!(1) >> 16) as u8 & 15 {
                            1 => x.bits() & y.bits(),
                            7 => x.bits() | y.bits(),
                            _ => x.bits() ^ y.bits(),
                        };
                        // SAFETY: bitwise operations on tagged ints keep the tag.
                        set!(a(w), unsafe { Value::from_bits(r) });
                        next!(2)
                    }
                    raw::BINARY_OP_SHIFT_INT => {
                        let (x, y) = (rk!(b(w)), rk!(c(w)));
                        if !Value::both_small_int(x, y) {
                            miss!();
                        }
                        let (p, q) = (x.small_int_unchecked(), y.small_int_unchecked());
                        let left = (cached!(1) >> 16) as u8 & 15 == BinOp::Lshift as u8;
                        if q < 0 {
                            miss!();
                        }
                        if left {
                            let fits = q < 61
                                && (p << q >> q) == p
                                && (p << q) <= SMALL_INT_MAX
                                && (p << q) >= SMALL_INT_MIN;
                            if fits {
                                set!(a(w), Value::small_int(p << q));
                            } else {
                                save!();
                                set!(a(w), check!(vm.binary_op(BinOp::Lshift, x, y)));
                            }
                        } else {
                            set!(a(w), Value::small_int(p >> q.min(63)));
                        }
                        next!(2)
                    }
                    raw::BINARY_OP_ADD_FLOAT => binary_float!(+),
                    raw::BINARY_OP_SUBTRACT_FLOAT => binary_float!(-),
                    raw::BINARY_OP_MULTIPLY_FLOAT => binary_float!(*),
                    raw::BINARY_OP_TRUE_DIVIDE_FLOAT => {
                        let (Some(x), Some(y)) = (number(rk!(b(w))), number(rk!(c(w)))) else { miss!() };
                        // Integers beyond 2^53 divide with one rounding only in the general path.
                        if y == 0.0 || x.abs() > 9_007_199_254_740_992.0 || y.abs() > 9_007_199_254_740_992.0
                        {
                            save!();
                            let r = vm.binary_op(BinOp::TrueDivide, rk!(b(w)), rk!(c(w)));
                            set!(a(w), check!(r));
                            next!(2)
                        }
                        match Value::try_float(x / y) {
                            Some(v) => set!(a(w), v),
                            None => {
                                save!();
                                set!(a(w), check!(vm.new_float(x / y)));
                            }
                        }
                        next!(2)
                    }
                    raw::BINARY_OP_ADD_STR => {
                        let (Some(x), Some(y)) =
                            (rk!(b(w)).downcast_exact::<Str>(), rk!(c(w)).downcast_exact::<Str>())
                        else {
                            miss!()
                        };
                        save!();
                        set!(a(w), check!(vm.str_concat(x, y)).value());
                        next!(2)
                    }
                    raw::UNARY_NEGATIVE => {
                        let v = rk!(b(w));
                        save!();
                        set!(a(w), check!(vm.negate(v)));
                        next!(1)
                    }
                    raw::UNARY_POSITIVE | raw::UNARY_INVERT => {
                        save!();
                        set!(a(w), check!(vm.unary_instruction(w as u16, rk!(b(w)))));
                        next!(1)
                    }
                    raw::UNARY_NOT => {
                        let v = rk!(b(w));
                        let t = match v.as_bool() {
                            Some(t) => t,
                            None => {
                                save!();
                                check!(vm.truthy(v))
                            }
                        };
                        set!(a(w), Value::bool(!t));
                        next!(1)
                    }
                    raw::IS_OP => {
                        set!(a(w), Value::bool(vm.is(rk!(b(w)), rk!(c(w)))));
                        next!(1)
                    }
                    raw::IS_NOT_OP => {
                        set!(a(w), Value::bool(!vm.is(rk!(b(w)), rk!(c(w)))));
                        next!(1)
                    }
                    raw::CONTAINS_OP => {
                        save!();
                        let r = check!(vm.contains(rk!(c(w)), rk!(b(w))));
                        set!(a(w), Value::bool(r ^ (cached!(1) >> 16 != 0)));
                        next!(2)
                    }

                    // --- subscripts ---
                    raw::BINARY_SUBSCR => {
                        adapt!(vm.specialize_subscript(ip, w, reg!(b(w)), rk!(c(w))));
                        save!();
                        set!(a(w), check!(vm.getitem(reg!(b(w)), rk!(c(w)))));
                        next!(4)
                    }
                    raw::BINARY_SUBSCR_LIST_INT => {
                        let (Some(l), Some(i)) =
                            (reg!(b(w)).downcast_exact::<List>(), rk!(c(w)).as_small_int())
                        else {
                            miss!()
                        };
                        let block = l.block();
                        let n = block.len();
                        let i = if i < 0 { (i as usize).wrapping_add(n) } else { i as usize };
                        if i < n {
                            let v = block.slots()[i].get();
                            if !v.is_unbound() {
                                set!(a(w), v);
                                next!(4)
                            }
                        }
                        save!();
                        break 'run vm.index_error("list index out of range");
                    }
                    raw::BINARY_SUBSCR_TUPLE_INT => {
                        let (Some(t), Some(i)) =
                            (reg!(b(w)).downcast_exact::<Tuple>(), rk!(c(w)).as_small_int())
                        else {
                            miss!()
                        };
                        let s = t.as_slice();
                        let i = if i < 0 { (i as usize).wrapping_add(s.len()) } else { i as usize };
                        match s.get(i) {
                            Some(&v) => set!(a(w), v),
                            None => {
                                save!();
                                break 'run vm.index_error("tuple index out of range");
                            }
                        }
                        next!(4)
                    }
                    raw::BINARY_SUBSCR_STR_INT => {
                        let (Some(s), Some(i)) =
                            (reg!(b(w)).downcast_exact::<Str>(), rk!(c(w)).as_small_int())
                        else {
                            miss!()
                        };
                        let i = if i < 0 { (i as usize).wrapping_add(s.len()) } else { i as usize };
                        save!();
                        if i >= s.len() {
                            break 'run vm.index_error("string index out of range");
                        }
                        set!(a(w), check!(vm.new_char(s.code_point(i))).value());
                        next!(4)
                    }
                    raw::BINARY_SUBSCR_DICT => {
                        let Some(d) = reg!(b(w)).downcast_exact::<Dict>() else { miss!() };
                        save!();
                        match check!(d.get(vm, rk!(c(w)))) {
                            Some(v) => set!(a(w), v),
                            None => break 'run vm.key_error(rk!(c(w))),
                        }
                        next!(4)
                    }
                    raw::BINARY_SUBSCR_GETITEM => {
                        // The class's Python __getitem__, guarded by shape's class version.
                        let v = reg!(b(w));
                        let Some(f) = vm.cached_special(v, cached!(2), cached!(3)) else { miss!() };
                        save!();
                        let code = f.code();
                        if code.argcount != 2 {
                            miss!();
                        }
                        let key = rk!(c(w));
                        let new = check!(vm.push_frame(f, code, ReturnTo::Caller, a(w) as u16));
                        let r = Frame::regs(new);
                        // SAFETY: two parameters, as checked.
                        unsafe {
                            *r = v;
                            *r.add(1) = key;
                            Vm::clear_locals(r, 2, &code);
                        }
                        go!(new)
                    }
                    raw::STORE_SUBSCR => {
                        adapt!(vm.specialize_store_subscript(ip, w, reg!(a(w)), rk!(b(w))));
                        save!();
                        check!(vm.setitem(reg!(a(w)), rk!(b(w)), rk!(c(w))));
                        next!(4)
                    }
                    raw::STORE_SUBSCR_LIST_INT => {
                        let (Some(l), Some(i)) =
                            (reg!(a(w)).downcast_exact::<List>(), rk!(b(w)).as_small_int())
                        else {
                            miss!()
                        };
                        save!();
                        let n = l.len();
                        let i = if i < 0 { (i as usize).wrapping_add(n) } else { i as usize };
                        if !l.set(vm, i, rk!(c(w))) {
                            break 'run vm.index_error("list assignment index out of range");
                        }
                        next!(4)
                    }
                    raw::STORE_SUBSCR_DICT => {
                        let Some(d) = reg!(a(w)).downcast_exact::<Dict>() else { miss!() };
                        save!();
                        check!(d.set(vm, rk!(b(w)), rk!(c(w))));
                        next!(4)
                    }
                    raw::DELETE_SUBSCR => {
                        save!();
                        check!(vm.delitem(reg!(a(w)), rk!(b(w))));
                        next!(1)
                    }
                    raw::BINARY_SLICE => {
                        save!();
                        set!(a(w), check!(vm.slice_get(reg!(b(w)), reg!(c(w)), reg!(c(w) + 1))));
                        next!(1)
                    }
                    raw::STORE_SLICE => {
                        save!();
                        check!(vm.slice_set(reg!(a(w)), reg!(b(w)), reg!(b(w) + 1), rk!(c(w))));
                        next!(1)
                    }
                    raw::BUILD_SLICE => {
                        save!();
                        let step = if c(w) == 3 { reg!(b(w) + 2) } else { Value::NONE };
                        set!(a(w), check!(vm.new_slice(reg!(b(w)), reg!(b(w) + 1), step)).value());
                        next!(1)
                    }

                    // --- names ---
                    raw::LOAD_GLOBAL => {
                        // SAFETY: the newest frame.
                        let func = unsafe { (*frame).func };
                        adapt!(vm.specialize_global(ip, w, func, name!(b(w))));
                        save!();
                        set!(a(w), check!(vm.load_global(func, name!(b(w)))));
                        if c(w) != 0 {
                            // The callable of a CALL block, without `self`.
                            set!(a(w) + 1, Value::UNBOUND);
                        }
                        next!(6)
                    }
                    raw::LOAD_GLOBAL_MODULE => {
                        // SAFETY: the newest frame.
                        let table = unsafe { (*frame).func }.globals().table();
                        if table.value().bits() != cached!(2) {
                            miss!();
                        }
                        let v = table.entries()[cached!(3) as usize].value.get();
                        if v.is_unbound() {
                            miss!();
                        }
                        set!(a(w), v);
                        if c(w) != 0 {
                            // The callable of a CALL block, without `self`.
                            set!(a(w) + 1, Value::UNBOUND);
                        }
                        next!(6)
                    }
                    raw::LOAD_GLOBAL_BUILTIN => {
                        // SAFETY: the newest frame.
                        let func = unsafe { (*frame).func };
                        let (globals, builtins) = (func.globals().table(), func.builtins().table());
                        let indices = cached!(3);
                        if globals.value().bits() != cached!(2)
                            || globals.used() != (indices >> 32) as usize
                            || builtins.value().bits() != cached!(4)
                        {
                            miss!();
                        }
                        let v = builtins.entries()[indices as u32 as usize].value.get();
                        if v.is_unbound() {
                            miss!();
                        }
                        set!(a(w), v);
                        if c(w) != 0 {
                            // The callable of a CALL block, without `self`.
                            set!(a(w) + 1, Value::UNBOUND);
                        }
                        next!(6)
                    }
                    raw::STORE_GLOBAL => {
                        save!();
                        // SAFETY: the newest frame.
                        let g = unsafe { (*frame).func }.globals();
                        check!(g.set_str(vm, name!(a(w)), rk!(b(w))));
                        next!(1)
                    }
                    raw::DELETE_GLOBAL => {
                        save!();
                        // SAFETY: the newest frame.
                        check!(vm.delete_global(unsafe { (*frame).func }, name!(a(w))));
                        next!(1)
                    }
                    raw::LOAD_NAME => {
                        adapt!(vm.specialize_name(ip, w, frame, name!(b(w))));
                        save!();
                        set!(a(w), check!(vm.load_name(frame, name!(b(w)))));
                        next!(6)
                    }
                    raw::LOAD_NAME_MODULE => {
                        // SAFETY: the newest frame.
                        let (locals, globals) = unsafe { ((*frame).locals, (*frame).func.globals()) };
                        let table = globals.table();
                        if locals != globals.value() || table.value().bits() != cached!(2) {
                            miss!();
                        }
                        let v = table.entries()[cached!(3) as usize].value.get();
                        if v.is_unbound() {
                            miss!();
                        }
                        set!(a(w), v);
                        next!(6)
                    }
                    raw::LOAD_NAME_BUILTIN => {
                        // SAFETY: the newest frame.
                        let (locals, func) = unsafe { ((*frame).locals, (*frame).func) };
                        let (globals, builtins) = (func.globals().table(), func.builtins().table());
                        let indices = cached!(3);
                        if locals != func.globals().value()
                            || globals.value().bits() != cached!(2)
                            || globals.used() != (indices >> 32) as usize
                            || builtins.value().bits() != cached!(4)
                        {
                            miss!();
                        }
                        let v = builtins.entries()[indices as u32 as usize].value.get();
                        if v.is_unbound() {
                            miss!();
                        }
                        set!(a(w), v);
                        next!(6)
                    }
                    raw::STORE_NAME => {
                        save!();
                        check!(vm.store_name(frame, name!(a(w)), rk!(b(w))));
                        next!(1)
                    }
                    raw::DELETE_NAME => {
                        save!();
                        check!(vm.delete_name(frame, name!(a(w))));
                        next!(1)
                    }
                    raw::LOAD_LOCALS => {
                        save!();
                        set!(a(w), check!(vm.locals_of_frame(frame)));
                        next!(1)
                    }
                    raw::LOAD_BUILD_CLASS => {
                        save!();
                        set!(a(w), check!(vm.load_build_class(frame)));
                        next!(1)
                    }
                    raw::LOAD_ASSERTION_ERROR => {
                        set!(a(w), vm.exc().assertion_error.value());
                        next!(1)
                    }
                    raw::MAKE_CELL => {
                        save!();
                        let v = if b(w) == 0xFFFF { Value::UNBOUND } else { reg!(b(w)) };
                        set!(a(w), check!(vm.new_cell(v)).value());
                        next!(1)
                    }
                    raw::COPY_FREE_VARS => {
                        // SAFETY: the newest frame.
                        let (func, base) = {
                            // SAFETY: the newest frame.
                            let f = unsafe { &*frame };
                            (f.func, f.code.free_base as usize)
                        };
                        if let Some(closure) = func.closure.get() {
                            for (i, &cell) in closure.as_slice().iter().enumerate().take(a(w)) {
                                set!(base + i, cell);
                            }
                        }
                        next!(1)
                    }
                    raw::LOAD_DEREF => {
                        // SAFETY: the compiler keeps cells in these registers.
                        let cell = reg!(b(w));
                        // SAFETY: as above.
                        let v = unsafe { cell.downcast_unchecked::<Cell>() }.content.get();
                        if v.is_unbound() {
                            save!();
                            // SAFETY: the newest frame.
                            break 'run vm.unbound_cell(unsafe { (*frame).code }, b(w));
                        }
                        set!(a(w), v);
                        next!(1)
                    }
                    raw::STORE_DEREF => {
                        // SAFETY: the compiler keeps cells in these registers.
                        let v = reg!(a(w));
                        // SAFETY: as the compiler builds it (see above).
                        let cell = unsafe { v.downcast_unchecked::<Cell>() };
                        cell.content.set(vm, cell.header(), rk!(b(w)));
                        next!(1)
                    }
                    raw::DELETE_DEREF => {
                        // SAFETY: the compiler keeps cells in these registers.
                        let v = reg!(a(w));
                        // SAFETY: as the compiler builds it (see above).
                        let cell = unsafe { v.downcast_unchecked::<Cell>() };
                        if cell.content.get().is_unbound() {
                            save!();
                            // SAFETY: the newest frame.
                            break 'run vm.unbound_cell(unsafe { (*frame).code }, a(w));
                        }
                        cell.content.clear();
                        next!(1)
                    }
                    raw::LOAD_FROM_DICT_OR_DEREF => {
                        save!();
                        let v = check!(vm.load_from_dict_or_deref(frame, reg!(b(w)), b(w), name!(c(w))));
                        set!(a(w), v);
                        next!(1)
                    }

                    // --- attributes ---
                    raw::LOAD_ATTR => {
                        adapt!(vm.specialize_attr(ip, w, reg!(b(w)), name!(c(w))));
                        save!();
                        set!(a(w), check!(vm.getattr(reg!(b(w)), name!(c(w)))));
                        next!(6)
                    }
                    raw::LOAD_ATTR_INSTANCE_VALUE => {
                        let v = reg!(b(w));
                        let key = cached!(2);
                        let Some(h) = v.header() else { miss!() };
                        if shape_id(h) != key as u32 || vm.class_version(cached!(3)) != cached!(4) as u32 {
                            miss!();
                        }
                        // SAFETY: the shape says that the cell has a slot at this offset.
                        let x = unsafe { slot_at(h, (key >> 32) as usize) }.get();
                        if x.is_unbound() {
                            miss!();
                        }
                        set!(a(w), x);
                        next!(6)
                    }
                    raw::LOAD_ATTR_SLOT => {
                        let v = reg!(b(w));
                        let Some(h) = v.header() else { miss!() };
                        let key = cached!(2);
                        if vm.class_of_header(h).value().bits() != cached!(3)
                            || vm.class_version(cached!(3)) != cached!(4) as u32
                        {
                            miss!();
                        }
                        // SAFETY: instances of the class have this member.
                        let x = unsafe { slot_at(h, key as usize) }.get();
                        if x.is_unbound() {
                            miss!();
                        }
                        set!(a(w), x);
                        next!(6)
                    }
                    raw::LOAD_ATTR_CLASS_VALUE => {
                        let v = reg!(b(w));
                        let Some(h) = v.header() else { miss!() };
                        if shape_id(h) != cached!(2) as u32
                            || vm.class_version(cached!(3)) != cached!(4) as u32
                        {
                            miss!();
                        }
                        // SAFETY: cache words hold live values: the collector traces them.
                        let x = cached!(5);
                        // SAFETY: as above.
                        set!(a(w), unsafe { Value::from_bits(x) });
                        next!(6)
                    }
                    raw::LOAD_ATTR_CLASS => {
                        if reg!(b(w)).bits() != cached!(3)
                            || vm.class_version(cached!(3)) != cached!(4) as u32
                        {
                            miss!();
                        }
                        // SAFETY: as above.
                        let x = cached!(5);
                        // SAFETY: as above.
                        set!(a(w), unsafe { Value::from_bits(x) });
                        next!(6)
                    }
                    raw::LOAD_ATTR_MODULE => {
                        if reg!(b(w)).bits() != cached!(3) {
                            miss!();
                        }
                        let Some(x) = vm.cached_module_value(reg!(b(w)), cached!(2), cached!(4)) else {
                            miss!()
                        };
                        set!(a(w), x);
                        next!(6)
                    }
                    raw::LOAD_ATTR_PROPERTY => {
                        let v = reg!(b(w));
                        let Some(h) = v.header() else { miss!() };
                        if vm.class_of_header(h).value().bits() != cached!(3)
                            || vm.class_version(cached!(3)) != cached!(4) as u32
                        {
                            miss!();
                        }
                        // SAFETY: the cache word of this form holds a Python function.
                        let f = cached!(5);
                        // SAFETY: as above.
                        let f = unsafe { Value::from_bits(f).downcast_unchecked::<Function>() };
                        let code = f.code();
                        if code.argcount != 1 {
                            miss!();
                        }
                        save!();
                        let new = check!(vm.push_frame(f, code, ReturnTo::Caller, a(w) as u16));
                        let r = Frame::regs(new);
                        // SAFETY: one parameter, as checked.
                        unsafe {
                            *r = v;
                            Vm::clear_locals(r, 1, &code);
                        }
                        go!(new)
                    }
                    raw::LOAD_METHOD => {
                        adapt!(vm.specialize_method(ip, w, reg!(b(w)), name!(c(w))));
                        save!();
                        let (f, this) = check!(vm.load_method(reg!(b(w)), name!(c(w))));
                        set!(a(w), f);
                        set!(a(w) + 1, this);
                        next!(6)
                    }
                    raw::LOAD_METHOD_INSTANCE => {
                        let v = reg!(b(w));
                        let Some(h) = v.header() else { miss!() };
                        if shape_id(h) != cached!(2) as u32
                            || vm.class_version(cached!(3)) != cached!(4) as u32
                        {
                            miss!();
                        }
                        // SAFETY: cache words hold live values: the collector traces them.
                        let x = cached!(5);
                        // SAFETY: as above.
                        set!(a(w), unsafe { Value::from_bits(x) });
                        set!(a(w) + 1, v);
                        next!(6)
                    }
                    raw::LOAD_METHOD_BUILTIN => {
                        // Builtin classes do not change: the class alone is the guard.
                        let v = reg!(b(w));
                        if vm.type_of(v).value().bits() != cached!(3) {
                            miss!();
                        }
                        // SAFETY: as above.
                        let x = cached!(5);
                        // SAFETY: as above.
                        set!(a(w), unsafe { Value::from_bits(x) });
                        set!(a(w) + 1, v);
                        next!(6)
                    }
                    raw::LOAD_METHOD_MODULE => {
                        if reg!(b(w)).bits() != cached!(3) {
                            miss!();
                        }
                        let Some(x) = vm.cached_module_value(reg!(b(w)), cached!(2), cached!(4)) else {
                            miss!()
                        };
                        set!(a(w), x);
                        set!(a(w) + 1, Value::UNBOUND);
                        next!(6)
                    }
                    raw::LOAD_METHOD_CLASS => {
                        if reg!(b(w)).bits() != cached!(3)
                            || vm.class_version(cached!(3)) != cached!(4) as u32
                        {
                            miss!();
                        }
                        // SAFETY: as above.
                        let x = cached!(5);
                        // SAFETY: as above.
                        set!(a(w), unsafe { Value::from_bits(x) });
                        set!(a(w) + 1, Value::UNBOUND);
                        next!(6)
                    }
                    raw::STORE_ATTR => {
                        adapt!(vm.specialize_store_attr(ip, w, reg!(a(w)), name!(c(w))));
                        save!();
                        check!(vm.setattr(reg!(a(w)), name!(c(w)), Some(rk!(b(w)))));
                        next!(6)
                    }
                    raw::STORE_ATTR_INSTANCE_VALUE => {
                        let Some(h) = reg!(a(w)).header() else { miss!() };
                        let key = cached!(2);
                        if shape_id(h) != key as u32 || vm.class_version(cached!(3)) != cached!(4) as u32 {
                            miss!();
                        }
                        // SAFETY: the shape says that the cell has a slot at this offset.
                        unsafe { slot_at(h, (key >> 32) as usize) }.set(vm, h, rk!(b(w)));
                        next!(6)
                    }
                    raw::STORE_ATTR_ADD => {
                        let Some(h) = reg!(a(w)).header() else { miss!() };
                        let key = cached!(2);
                        if shape_id(h) != key as u32 || vm.class_version(cached!(3)) != cached!(4) as u32 {
                            miss!();
                        }
                        // Waiting for the lock is a safepoint.
                        save!();
                        if !vm.store_attr_add(h, key, cached!(5), rk!(b(w))) {
                            miss!();
                        }
                        next!(6)
                    }
                    raw::STORE_ATTR_SLOT => {
                        let Some(h) = reg!(a(w)).header() else { miss!() };
                        if vm.class_of_header(h).value().bits() != cached!(3)
                            || vm.class_version(cached!(3)) != cached!(4) as u32
                        {
                            miss!();
                        }
                        let offset = cached!(2) as usize;
                        // SAFETY: instances of the class have this member.
                        unsafe { slot_at(h, offset) }.set(vm, h, rk!(b(w)));
                        next!(6)
                    }
                    raw::DELETE_ATTR => {
                        save!();
                        check!(vm.setattr(reg!(a(w)), name!(b(w)), None));
                        next!(1)
                    }
                    raw::LOAD_SUPER_ATTR => {
                        save!();
                        let r = vm.load_super(reg!(b(w)), reg!(b(w) + 1), reg!(b(w) + 2), name!(c(w)), false);
                        set!(a(w), check!(r).0);
                        next!(2)
                    }
                    raw::LOAD_SUPER_METHOD => {
                        save!();
                        let r = vm.load_super(reg!(b(w)), reg!(b(w) + 1), reg!(b(w) + 2), name!(c(w)), true);
                        let (f, this) = check!(r);
                        set!(a(w), f);
                        set!(a(w) + 1, this);
                        next!(2)
                    }
                    raw::LOAD_SPECIAL => {
                        save!();
                        let (f, this) = check!(vm.load_special(reg!(b(w)), c(w)));
                        set!(a(w), f);
                        set!(a(w) + 1, this);
                        next!(1)
                    }

                    // --- displays ---
                    raw::BUILD_TUPLE => {
                        save!();
                        // SAFETY: the block of C registers at B.
                        let items = unsafe { std::slice::from_raw_parts(regs.add(b(w)), c(w)) };
                        set!(a(w), check!(vm.new_tuple(items)).value());
                        next!(1)
                    }
                    raw::BUILD_LIST => {
                        save!();
                        // SAFETY: as above.
                        let items = unsafe { std::slice::from_raw_parts(regs.add(b(w)), c(w)) };
                        set!(a(w), check!(vm.new_list(items)).value());
                        next!(1)
                    }
                    raw::BUILD_SET | raw::BUILD_MAP | raw::BUILD_STRING => {
                        save!();
                        let n = if w as u16 == raw::BUILD_MAP { c(w) * 2 } else { c(w) };
                        // SAFETY: as above.
                        let items = unsafe { std::slice::from_raw_parts(regs.add(b(w)), n) };
                        set!(a(w), check!(vm.build(w as u16, items)));
                        next!(1)
                    }
                    raw::LIST_APPEND => {
                        save!();
                        // SAFETY: the compiler appends only to lists that it is building.
                        let v = reg!(a(w));
                        // SAFETY: as the compiler builds it (see above).
                        let l = unsafe { v.downcast_unchecked::<List>() };
                        check!(l.append(vm, rk!(b(w))));
                        next!(1)
                    }
                    raw::MAP_ADD => {
                        save!();
                        // SAFETY: the compiler adds only to dicts that it is building.
                        let v = reg!(a(w));
                        // SAFETY: as the compiler builds it (see above).
                        let d = unsafe { v.downcast_unchecked::<Dict>() };
                        check!(d.set(vm, rk!(b(w)), rk!(c(w))));
                        next!(1)
                    }
                    raw::SET_ADD => {
                        save!();
                        check!(vm.set_add(reg!(a(w)), rk!(b(w))));
                        next!(1)
                    }
                    raw::LIST_EXTEND | raw::SET_UPDATE | raw::DICT_UPDATE => {
                        save!();
                        check!(vm.extend_display(w as u16, reg!(a(w)), reg!(b(w))));
                        next!(1)
                    }
                    raw::DICT_MERGE => {
                        save!();
                        check!(vm.dict_merge(reg!(a(w)), reg!(b(w)), reg!(c(w))));
                        next!(1)
                    }
                    raw::LIST_TO_TUPLE => {
                        save!();
                        set!(a(w), check!(vm.list_to_tuple(reg!(b(w)))));
                        next!(1)
                    }
                    raw::CONVERT_VALUE => {
                        save!();
                        set!(a(w), check!(vm.convert_value(rk!(b(w)), c(w))));
                        next!(1)
                    }
                    raw::FORMAT_SIMPLE => {
                        save!();
                        set!(a(w), check!(vm.format_simple(rk!(b(w)))));
                        next!(1)
                    }
                    raw::FORMAT_WITH_SPEC => {
                        save!();
                        set!(a(w), check!(vm.format_with_spec(rk!(b(w)), rk!(c(w)))));
                        next!(1)
                    }

                    // --- iteration ---
                    raw::GET_ITER => {
                        save!();
                        let v = reg!(b(w));
                        set!(a(w), check!(vm.iter(v)));
                        next!(1)
                    }
                    raw::FOR_ITER => {
                        adapt!(vm.specialize_for_iter(ip, w, reg!(b(w))));
                        save!();
                        match check!(vm.next(reg!(b(w)))) {
                            Some(v) => set!(a(w), v),
                            None => jump!(2, (cached!(1) >> 16) as i32 as isize),
                        }
                        next!(2)
                    }
                    raw::FOR_ITER_LIST => {
                        let Some(it) = reg!(b(w)).downcast_exact::<ListIter>() else { miss!() };
                        match it.next() {
                            Some(v) => set!(a(w), v),
                            None => jump!(2, (cached!(1) >> 16) as i32 as isize),
                        }
                        next!(2)
                    }
                    raw::FOR_ITER_TUPLE => {
                        let Some(it) = reg!(b(w)).downcast_exact::<TupleIter>() else { miss!() };
                        match it.next() {
                            Some(v) => set!(a(w), v),
                            None => jump!(2, (cached!(1) >> 16) as i32 as isize),
                        }
                        next!(2)
                    }
                    raw::FOR_ITER_RANGE => {
                        let Some(it) = reg!(b(w)).downcast_exact::<RangeIter>() else { miss!() };
                        match it.next() {
                            Some(v) => set!(a(w), v),
                            None => jump!(2, (cached!(1) >> 16) as i32 as isize),
                        }
                        next!(2)
                    }
                    raw::FOR_ITER_GEN => {
                        let Some(g) = reg!(b(w)).downcast_exact::<Generator>() else { miss!() };
                        save!();
                        let new = check!(vm.start_generator(g, Value::NONE, ReturnTo::ForIter, a(w) as u16));
                        if new.is_null() {
                            jump!(2, (cached!(1) >> 16) as i32 as isize)
                        }
                        go!(new)
                    }
                    raw::UNPACK_SEQUENCE => {
                        adapt!(vm.specialize_unpack(ip, w, reg!(b(w))));
                        save!();
                        // SAFETY: the block of C registers at A.
                        let out = unsafe { regs.add(a(w)) };
                        check!(vm.unpack_sequence(reg!(b(w)), out, c(w)));
                        next!(2)
                    }
                    raw::UNPACK_SEQUENCE_TUPLE => {
                        let Some(t) = reg!(b(w)).downcast_exact::<Tuple>() else { miss!() };
                        let s = t.as_slice();
                        if s.len() != c(w) {
                            miss!();
                        }
                        for (i, &v) in s.iter().enumerate() {
                            set!(a(w) + i, v);
                        }
                        next!(2)
                    }
                    raw::UNPACK_SEQUENCE_LIST => {
                        let Some(l) = reg!(b(w)).downcast_exact::<List>() else { miss!() };
                        let block = l.block();
                        if block.len() != c(w) {
                            miss!();
                        }
                        for i in 0..c(w) {
                            let v = block.slots()[i].get();
                            if v.is_unbound() {
                                miss!();
                            }
                            set!(a(w) + i, v);
                        }
                        next!(2)
                    }
                    raw::UNPACK_EX => {
                        save!();
                        // SAFETY: the block of registers at A.
                        let out = unsafe { regs.add(a(w)) };
                        check!(vm.unpack_ex(reg!(b(w)), out, c(w) & 0xFF, c(w) >> 8));
                        next!(1)
                    }

                    // --- calls ---
                    raw::CALL => {
                        adapt!(vm.specialize_call(ip, w, regs));
                        save!();
                        // SAFETY: the call block at A.
                        match check!(unsafe { vm.call_instruction(regs, a(w), b(w), c(w) as u16, None) }) {
                            Target::Value(v) => set!(c(w), v),
                            Target::Frame(f) => go!(f),
                        }
                        next!(5)
                    }
                    raw::CALL_NON_PY_GENERAL | raw::CALL_PY_GENERAL => {
                        save!();
                        // SAFETY: the call block at A.
                        match check!(unsafe { vm.call_instruction(regs, a(w), b(w), c(w) as u16, None) }) {
                            Target::Value(v) => set!(c(w), v),
                            Target::Frame(f) => go!(f),
                        }
                        next!(5)
                    }
                    raw::CALL_PY_EXACT_ARGS => {
                        let base = a(w);
                        let Some(f) = reg!(base).downcast_exact::<Function>() else { miss!() };
                        if u64::from(f.version.number()) != cached!(2) {
                            miss!();
                        }
                        save!();
                        let this = !reg!(base + 1).is_unbound();
                        let code = f.code();
                        let n = b(w) + usize::from(this);
                        if code.argcount as usize != n {
                            miss!();
                        }
                        let new = check!(vm.push_frame(f, code, ReturnTo::Caller, c(w) as u16));
                        let r = Frame::regs(new);
                        // SAFETY: the new frame has `argcount` registers; the arguments are in the call block.
                        unsafe {
                            let from = regs.add(base + 2 - usize::from(this));
                            for i in 0..n {
                                *r.add(i) = *from.add(i);
                            }
                            Vm::clear_locals(r, n, &code);
                        }
                        go!(new)
                    }
                    raw::CALL_BOUND_METHOD_EXACT_ARGS => {
                        let base = a(w);
                        let Some(m) = reg!(base).downcast_exact::<BoundMethod>() else { miss!() };
                        let Some(f) = m.func.get().downcast_exact::<Function>() else { miss!() };
                        if u64::from(f.version.number()) != cached!(2) || !reg!(base + 1).is_unbound() {
                            miss!();
                        }
                        let code = f.code();
                        let n = b(w);
                        if code.argcount as usize != n + 1 {
                            miss!();
                        }
                        save!();
                        let new = check!(vm.push_frame(f, code, ReturnTo::Caller, c(w) as u16));
                        let r = Frame::regs(new);
                        // SAFETY: as above.
                        unsafe {
                            *r = m.this.get();
                            let from = regs.add(base + 2);
                            for i in 0..n {
                                *r.add(i + 1) = *from.add(i);
                            }
                            Vm::clear_locals(r, n + 1, &code);
                        }
                        go!(new)
                    }
                    raw::CALL_ALLOC_AND_ENTER_INIT => {
                        let base = a(w);
                        let Some(class) = reg!(base).downcast::<Type>() else { miss!() };
                        if reg!(base).bits() != cached!(3)
                            || u64::from(class.version.number()) != cached!(2)
                            || !reg!(base + 1).is_unbound()
                        {
                            miss!();
                        }
                        // SAFETY: the cache word of this form holds a Python function.
                        let f = cached!(4);
                        // SAFETY: as above.
                        let f = unsafe { Value::from_bits(f).downcast_unchecked::<Function>() };
                        let code = f.code();
                        let n = b(w);
                        if code.argcount as usize != n + 1 {
                            miss!();
                        }
                        save!();
                        let obj = Value::from_ptr(check!(vm.alloc_instance_of(class)));
                        // The object goes where its class was: that register stays live during __init__.
                        set!(base, obj);
                        let new = check!(vm.push_frame(f, code, ReturnTo::Init, c(w) as u16));
                        let r = Frame::regs(new);
                        // SAFETY: as above.
                        unsafe {
                            *r = obj;
                            let from = regs.add(base + 2);
                            for i in 0..n {
                                *r.add(i + 1) = *from.add(i);
                            }
                            Vm::clear_locals(r, n + 1, &code);
                        }
                        go!(new)
                    }
                    raw::CALL_BUILTIN_FAST => {
                        let base = a(w);
                        let Some(f) = reg!(base).downcast_exact::<NativeFunction>() else { miss!() };
                        if !reg!(base + 1).is_unbound() || !f.this.get().is_unbound() {
                            miss!();
                        }
                        save!();
                        // SAFETY: the arguments are in the call block, live during the call.
                        let args = unsafe { std::slice::from_raw_parts(regs.add(base + 2), b(w)) };
                        set!(c(w), check!((f.f)(vm, Args::new(args))));
                        next!(5)
                    }
                    raw::CALL_METHOD_DESCRIPTOR_FAST => {
                        let base = a(w);
                        let f = reg!(base);
                        if !f.is::<NativeMethod>() || reg!(base + 1).is_unbound() {
                            miss!();
                        }
                        // SAFETY: just checked.
                        let f = unsafe { f.downcast_unchecked::<NativeMethod>() };
                        save!();
                        // SAFETY: as above; self comes first.
                        let args = unsafe { std::slice::from_raw_parts(regs.add(base + 1), b(w) + 1) };
                        set!(c(w), check!((f.f)(vm, Args::new(args))));
                        next!(5)
                    }
                    raw::CALL_LIST_APPEND => {
                        let base = a(w);
                        let Some(l) = reg!(base + 1).downcast_exact::<List>() else { miss!() };
                        if reg!(base).bits() != cached!(3) {
                            miss!();
                        }
                        save!();
                        check!(l.append(vm, reg!(base + 2)));
                        set!(c(w), Value::NONE);
                        next!(5)
                    }
                    raw::CALL_LEN => {
                        let base = a(w);
                        if reg!(base).bits() != cached!(3) || !reg!(base + 1).is_unbound() {
                            miss!();
                        }
                        save!();
                        let n = check!(vm.len(reg!(base + 2)));
                        set!(c(w), check!(vm.new_int(n as i64)));
                        next!(5)
                    }
                    raw::CALL_ISINSTANCE => {
                        let base = a(w);
                        if reg!(base).bits() != cached!(3) || !reg!(base + 1).is_unbound() {
                            miss!();
                        }
                        save!();
                        let r = check!(vm.object_isinstance(reg!(base + 2), reg!(base + 3)));
                        set!(c(w), Value::bool(r));
                        next!(5)
                    }
                    raw::CALL_TYPE_1 => {
                        let base = a(w);
                        if reg!(base).bits() != cached!(3) || !reg!(base + 1).is_unbound() {
                            miss!();
                        }
                        set!(c(w), vm.type_of(reg!(base + 2)).value());
                        next!(5)
                    }
                    raw::CALL_STR_1 => {
                        let base = a(w);
                        if reg!(base).bits() != cached!(3) || !reg!(base + 1).is_unbound() {
                            miss!();
                        }
                        save!();
                        set!(c(w), check!(vm.str(reg!(base + 2))).value());
                        next!(5)
                    }
                    raw::CALL_KW => {
                        save!();
                        let at = (cached!(1) >> 16) as usize;
                        let kwnames = konst!(at);
                        // SAFETY: the call block at A; the aux constant is a tuple of names (verifier).
                        match check!(unsafe {
                            let names = kwnames.downcast_unchecked::<Tuple>();
                            vm.call_instruction(regs, a(w), b(w), c(w) as u16, Some(names))
                        }) {
                            Target::Value(v) => set!(c(w), v),
                            Target::Frame(f) => go!(f),
                        }
                        next!(2)
                    }
                    raw::CALL_FUNCTION_EX => {
                        save!();
                        let r = vm.call_function_ex(reg!(a(w)), reg!(a(w) + 2), reg!(a(w) + 3));
                        set!(c(w), check!(r));
                        next!(1)
                    }
                    raw::MAKE_FUNCTION => {
                        save!();
                        // SAFETY: the newest frame; the constant is a code object (verifier).
                        let code = konst!(b(w));
                        // SAFETY: as above.
                        let (func, code) = unsafe { ((*frame).func, code.downcast_unchecked::<Code>()) };
                        set!(a(w), check!(vm.new_function(code, func.globals(), func.builtins())).value());
                        next!(1)
                    }
                    raw::SET_FUNCTION_ATTRIBUTE => {
                        // SAFETY: A was made by MAKE_FUNCTION just before.
                        let v = reg!(a(w));
                        // SAFETY: as the compiler builds it (see above).
                        let f = unsafe { v.downcast_unchecked::<Function>() };
                        vm.set_function_attribute(f, reg!(b(w)), c(w));
                        next!(1)
                    }
                    raw::RETURN_VALUE => {
                        let v = rk!(a(w));
                        // SAFETY: the newest frame.
                        let f = unsafe { &*frame };
                        let (prev, ret, to) = (f.prev, f.ret as usize, f.return_to);
                        if f.in_generator {
                            match vm.generator_returned(frame, v, to) {
                                Some(result) => return result,
                                None => {
                                    frame = prev;
                                    enter!(vm.after_generator_return(frame, ret, v, to));
                                    continue 'run;
                                }
                            }
                        }
                        vm.pop_frame(frame);
                        vm.frame.set(prev);
                        match to {
                            ReturnTo::Caller => {
                                frame = prev;
                                enter!();
                                // SAFETY: the caller's frame and its CALL-like instruction.
                                unsafe {
                                    *regs.add(ret) = v;
                                    ip = ip.add(call_words((*ip).load(Ordering::Relaxed) as u16));
                                }
                                continue 'run;
                            }
                            ReturnTo::Init => {
                                frame = prev;
                                enter!();
                                if !v.is_none() {
                                    break 'run vm.init_returned(v);
                                }
                                // SAFETY: as above; the new object is in the first register of the call block.
                                unsafe {
                                    let w = (*ip).load(Ordering::Relaxed);
                                    *regs.add(ret) = *regs.add(a(w));
                                    ip = ip.add(call_words(w as u16));
                                }
                                continue 'run;
                            }
                            _ => return Ok(v),
                        }
                    }

                    // --- generators ---
                    raw::RETURN_GENERATOR => {
                        save!();
                        let g = check!(vm.make_generator(frame));
                        // SAFETY: the newest frame.
                        let f = unsafe { &*frame };
                        let (prev, ret, to) = (f.prev, f.ret as usize, f.return_to);
                        vm.pop_frame(frame);
                        vm.frame.set(prev);
                        if to != ReturnTo::Caller {
                            return Ok(g);
                        }
                        frame = prev;
                        enter!();
                        // SAFETY: the caller's frame and its CALL-like instruction.
                        unsafe {
                            *regs.add(ret) = g;
                            ip = ip.add(call_words((*ip).load(Ordering::Relaxed) as u16));
                        }
                        continue 'run;
                    }
                    raw::YIELD_VALUE => {
                        save!();
                        let v = rk!(b(w));
                        // SAFETY: the newest frame, which is a generator's.
                        let (prev, ret, to) =
                            unsafe { ((*frame).prev, (*frame).ret as usize, (*frame).return_to) };
                        vm.suspend_generator(frame);
                        if to == ReturnTo::Native {
                            vm.yielded.set(true);
                            return Ok(v);
                        }
                        frame = prev;
                        enter!();
                        set!(ret, v);
                        next!(2)
                    }
                    raw::GET_YIELD_FROM_ITER => {
                        save!();
                        // SAFETY: the newest frame.
                        set!(a(w), check!(vm.yield_from_iter(unsafe { (*frame).code }, reg!(b(w)))));
                        next!(1)
                    }
                    raw::SEND => {
                        save!();
                        let (receiver, v) = (reg!(b(w)), reg!(c(w)));
                        if let Some(g) = receiver.downcast::<Generator>()
                            && !g.is_async_generator()
                        {
                            let new = check!(vm.start_generator(g, v, ReturnTo::Send, a(w) as u16));
                            if !new.is_null() {
                                go!(new)
                            }
                        }
                        match check!(vm.send_to(receiver, v)) {
                            Ok(y) => {
                                set!(a(w), y);
                                next!(2)
                            }
                            Err(result) => {
                                set!(a(w), result);
                                jump!(2, (cached!(1) >> 16) as i32 as isize)
                            }
                        }
                    }
                    raw::GET_AWAITABLE => {
                        save!();
                        set!(a(w), check!(vm.get_awaitable(reg!(b(w)), c(w))));
                        next!(1)
                    }
                    raw::GET_AITER => {
                        save!();
                        set!(a(w), check!(vm.get_aiter(reg!(b(w)))));
                        next!(1)
                    }
                    raw::GET_ANEXT => {
                        save!();
                        set!(a(w), check!(vm.get_anext(reg!(b(w)))));
                        next!(1)
                    }
                    raw::END_ASYNC_FOR => {
                        let v = reg!(a(w));
                        if vm.isinstance(v, vm.exc().stop_async_iteration) {
                            next!(1)
                        }
                        save!();
                        vm.reraising.set(true);
                        break 'run Thrown(v);
                    }

                    // --- exceptions ---
                    raw::RAISE_VARARGS => {
                        save!();
                        let (e, cause) = (
                            if a(w) >= 1 { rk!(b(w)) } else { Value::UNBOUND },
                            if a(w) >= 2 { rk!(c(w)) } else { Value::UNBOUND },
                        );
                        break 'run vm.raise(e, cause);
                    }
                    raw::RERAISE => {
                        save!();
                        vm.reraising.set(true);
                        break 'run Thrown(reg!(a(w)));
                    }
                    raw::PUSH_EXC_INFO => {
                        let v = reg!(b(w));
                        set!(a(w), vm.handled.replace(v));
                        next!(1)
                    }
                    raw::POP_EXCEPT => {
                        vm.handled.set(reg!(a(w)));
                        next!(1)
                    }
                    raw::CHECK_EXC_MATCH => {
                        save!();
                        let r = check!(vm.exception_matches(reg!(b(w)), rk!(c(w))));
                        set!(a(w), Value::bool(r));
                        next!(1)
                    }
                    raw::CHECK_EG_MATCH => {
                        save!();
                        let (rest, found) = check!(vm.exception_group_match(reg!(b(w)), rk!(c(w))));
                        set!(a(w), rest);
                        set!(a(w) + 1, found);
                        next!(1)
                    }
                    raw::WITH_EXCEPT_START => {
                        save!();
                        let r = vm.with_except_start(reg!(b(w)), reg!(b(w) + 1), reg!(c(w)));
                        set!(a(w), check!(r));
                        next!(1)
                    }
                    raw::CALL_INTRINSIC => {
                        save!();
                        set!(a(w), check!(vm.intrinsic(frame, reg!(b(w)), c(w))));
                        next!(1)
                    }

                    // --- imports ---
                    raw::IMPORT_NAME => {
                        save!();
                        let r = vm.import_instruction(frame, name!(c(w)), reg!(b(w)), reg!(b(w) + 1));
                        set!(a(w), check!(r));
                        next!(1)
                    }
                    raw::IMPORT_FROM => {
                        save!();
                        set!(a(w), check!(vm.import_from(reg!(b(w)), name!(c(w)))));
                        next!(1)
                    }

                    // --- patterns ---
                    raw::GET_LEN => {
                        save!();
                        let n = check!(vm.len(reg!(b(w))));
                        set!(a(w), check!(vm.new_int(n as i64)));
                        next!(1)
                    }
                    raw::MATCH_MAPPING | raw::MATCH_SEQUENCE => {
                        set!(a(w), Value::bool(vm.match_kind(w as u16, reg!(b(w)))));
                        next!(1)
                    }
                    raw::MATCH_KEYS => {
                        save!();
                        set!(a(w), check!(vm.match_keys(reg!(b(w)), reg!(c(w)))));
                        next!(1)
                    }
                    raw::MATCH_CLASS => {
                        save!();
                        let r = vm.match_class(reg!(b(w)), reg!(b(w) + 1), reg!(b(w) + 2), c(w));
                        set!(a(w), check!(r));
                        next!(1)
                    }
                    _ => {
                        save!();
                        if MODE == WATCHED {
                            vm.bad_word(w);
                        }
                        let next = vm.watch(w);
                        if next.is_null() {
                            return vm.left_watched();
                        }
                        go!(next)
                    }
                }
            };

            // An exception leaves the instruction at the frame's saved `ip`.
            match vm.unwind(thrown) {
                Ok(f) => {
                    frame = f;
                    enter!();
                }
                Err(e) => return Err(e),
            }
        }
    }
}

/// Words of the instruction that a frame returns to.
#[inline(always)]
fn call_words(op: u16) -> usize {
    vm_compiler::opcodes::INFO[(op & 0x3FFF) as usize].cache as usize + 1
}

/// The slot at a byte offset of a cell.
///
/// # Safety
/// The cell has a slot there.
#[inline(always)]
unsafe fn slot_at(h: &vm_heap::Header, offset: usize) -> &Slot {
    // SAFETY: by the caller.
    unsafe { &*std::ptr::from_ref(h).byte_add(offset).cast::<Slot>() }
}

impl Vm {
    /// Current version of the class whose word is cached.
    #[inline(always)]
    fn class_version(&self, class: u64) -> u32 {
        // SAFETY: cache words of attribute forms hold a live class: the collector traces them.
        unsafe { Value::from_bits(class).downcast_unchecked::<Type>() }.version.number()
    }

    /// The value in a module's namespace at a cached table and entry.
    #[inline(always)]
    fn cached_module_value(&self, module: Value, table: u64, index: u64) -> Option<Value> {
        // SAFETY: the caller compared the module with the cached one.
        let m = unsafe { module.downcast_unchecked::<crate::object::module::Module>() };
        let t: Gc<DictTable> = m.namespace().table();
        if t.value().bits() != table {
            return None;
        }
        t.entries()[index as usize].value.get().bound()
    }

    /// The cached Python function of a special method, if the class and its version still fit.
    #[inline(always)]
    fn cached_special(&self, v: Value, class_and_version: u64, func: u64) -> Option<Gc<Function>> {
        let class = self.type_of(v);
        if u64::from(class.version.number()) != class_and_version {
            return None;
        }
        // SAFETY: the cache word holds a Python function.
        Some(unsafe { Value::from_bits(func).downcast_unchecked() })
    }

    /// STORE_ATTR_ADD: `key` = old shape | byte offset << 32, `new` = new shape id.
    #[inline(always)]
    fn store_attr_add(&self, h: &vm_heap::Header, key: u64, new: u64, value: Value) -> bool {
        let _g = self.lock(h);
        let word = h.word0.load(Ordering::Relaxed);
        if word as u32 != key as u32 {
            return false;
        }
        // SAFETY: the new shape says that the cell has a slot at this offset.
        unsafe { slot_at(h, (key >> 32) as usize) }.set(self, h, value);
        h.word0.store(word & !0xFFFF_FFFF | new, Ordering::Release);
        true
    }
}

/// Frame headers are whole words, so that registers are aligned.
const _: () = assert!(FRAME_WORDS * 8 == size_of::<Frame>() && Kind::Free as u8 == 0);
