//! Frames: of running functions (on the thread's VM stack) and of generators (in the generator's cell).
//!
//! A frame is a header followed by its registers. The collector reads registers precisely: those that the position
//! table calls live at the saved instruction are marked, the others are overwritten with UNBOUND. So no register ever
//! holds a word that an earlier collection saw and did not mark.

use std::ptr;

use vm_compiler::CodeFlags;
use vm_core::{
    frame_state::{FrameState, Phase, Position},
    sync::AtomicU64,
};
use vm_heap::{Header, Marker};

use super::{
    code::Code,
    function::Function,
    gc::{Gc, Object, Ptr, Slot},
    kind::Kind,
};
use crate::value::Value;

/// What happens when a frame returns. Multiples of four: see [`Frame::return_to`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum ReturnTo {
    /// Store the result in register `ret` of the previous frame and go on there.
    Caller = 0,
    /// Leave the interpreter loop: native code called.
    Native = 4,
    /// `__init__`: the result must be None; the new object is already in the caller's register.
    Init = 8,
    /// A generator resumed by FOR_ITER in the previous frame.
    ForIter = 12,
    /// A generator resumed by SEND in the previous frame.
    Send = 16,
}

/// A frame header; `nregs` registers follow.
#[repr(C)]
pub struct Frame {
    /// The frame to return to; null at the bottom of a thread.
    pub prev: *mut Frame,
    /// The code.
    pub code: Gc<Code>,
    /// The function (for globals, builtins and closure).
    pub func: Gc<Function>,
    /// Local namespace of class, module and exec code; UNBOUND in functions.
    pub locals: Value,
    /// The instruction that runs, in this thread's copy. In a suspended generator: null, see `word`.
    pub ip: *const AtomicU64,
    /// Start of this thread's copy.
    pub base: *const AtomicU64,
    /// The frame object, if someone asked for it; else UNBOUND.
    pub object: Value,
    /// What happens at return. First byte of its word: stale words of old frames must not look like references, so
    /// the low two bits of every header word are zero (see [`ReturnTo`]).
    pub return_to: ReturnTo,
    /// Whether the frame lives in a generator cell.
    pub in_generator: bool,
    /// Register of the previous frame that takes the result.
    pub ret: u16,
    /// Where a suspended generator stands (P16.R5). While the frame runs: the line that it is on, for LINE events.
    pub word: Position,
}

/// Words of a frame header.
pub const FRAME_WORDS: usize = size_of::<Frame>() / 8;

impl Frame {
    /// The first register.
    #[inline(always)]
    #[must_use]
    pub fn regs(frame: *mut Frame) -> *mut Value {
        // Only an address: whoever uses it knows that the frame is live.
        frame.wrapping_add(1).cast()
    }
    /// Behind the registers of a frame.
    ///
    /// # Safety
    /// `frame` is a live frame.
    #[must_use]
    pub unsafe fn end(frame: *mut Frame) -> *mut u64 {
        // SAFETY: by the caller; `nregs` registers follow the header.
        unsafe { Frame::regs(frame).add((&*frame).code.nregs as usize).cast() }
    }
    /// Word offset of the instruction that runs (or where a suspended generator stands).
    #[inline]
    #[must_use]
    pub fn current_word(&self) -> u32 {
        if self.ip.is_null() {
            self.word.offset()
        } else {
            // SAFETY: `ip` points into the copy that starts at `base`.
            unsafe { self.ip.offset_from(self.base) as u32 }
        }
    }
    /// Marks the header and the live registers, and clears the others.
    ///
    /// # Safety
    /// `frame` is a frame that no thread runs now (the world is stopped).
    pub unsafe fn trace(frame: *mut Frame, m: &mut Marker) {
        // SAFETY: by the caller; registers follow the header.
        unsafe {
            let f = &*frame;
            m.visit_word(f.code.value().bits());
            m.visit_word(f.func.value().bits());
            m.visit_word(f.locals.bits());
            m.visit_word(f.object.bits());
            let regs = Frame::regs(frame);
            let live = f.code.live_registers(f.current_word());
            for i in 0..live {
                m.visit_word((*regs.add(i as usize)).bits());
            }
            for i in live..f.code.nregs {
                regs.add(i as usize).write(Value::UNBOUND);
            }
        }
    }
}

/// A generator, coroutine or async generator with its frame inside.
#[repr(C)]
pub struct Generator {
    header: Header,
    /// Who may run it.
    pub state: FrameState,
    /// `__name__`
    pub name: Slot,
    /// `__qualname__`
    pub qualname: Slot,
    /// The exception that is being handled inside while suspended, or UNBOUND.
    pub handled: Slot,
    /// What the resumer was handling, while this runs.
    pub outer_handled: Slot,
    /// `cr_origin`, or the finalizer hooks of an async generator; UNBOUND if none.
    pub extra: Slot,
    /// The code.
    pub code: Ptr<Code>,
    frame: [Frame; 0],
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Generator {
    const KIND: Kind = Kind::Generator;
}

/// Byte offset of the frame in a generator.
pub const GENERATOR_FRAME_OFFSET: usize = std::mem::offset_of!(Generator, frame);

impl Generator {
    /// Bytes of a generator of `code`.
    #[must_use]
    pub fn size(code: &Code) -> usize {
        GENERATOR_FRAME_OFFSET + size_of::<Frame>() + code.nregs as usize * 8
    }
    /// The frame.
    #[inline(always)]
    #[must_use]
    pub fn frame(&self) -> *mut Frame {
        self.frame.as_ptr().cast_mut()
    }
    /// What it does at this moment.
    #[inline]
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.state.phase()
    }
    /// Which of the three kinds it is.
    #[must_use]
    pub fn code(&self) -> Gc<Code> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.code.get_unchecked() }
    }
    /// Whether this is a coroutine.
    #[must_use]
    pub fn is_coroutine(&self) -> bool {
        self.code().flags.has(CodeFlags::COROUTINE)
    }
    /// Whether this is an async generator.
    #[must_use]
    pub fn is_async_generator(&self) -> bool {
        self.code().flags.has(CodeFlags::ASYNC_GENERATOR)
    }
    pub(crate) fn trace_fields(&self, m: &mut Marker) {
        for s in
            [&self.name, &self.qualname, &self.handled, &self.outer_handled, &self.extra, self.code.as_slot()]
        {
            s.trace(m);
        }
        if self.phase() != Phase::Finished {
            // SAFETY: the world is stopped; the frame is valid from creation to the end.
            unsafe { Frame::trace(self.frame(), m) };
        }
    }
}

/// Links of the frames that run, newest first.
pub struct FrameChain(pub *mut Frame);

impl Iterator for FrameChain {
    type Item = *mut Frame;
    fn next(&mut self) -> Option<*mut Frame> {
        let f = self.0;
        if f.is_null() {
            return None;
        }
        // SAFETY: frames in the chain are live, from the newest to the thread's first.
        self.0 = unsafe { (*f).prev };
        Some(f)
    }
}

impl Default for FrameChain {
    fn default() -> Self {
        FrameChain(ptr::null_mut())
    }
}
