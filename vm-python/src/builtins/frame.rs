//! `frame`: a running function as Python code sees it.
//!
//! A frame object names its frame by address. The address is followed only by the thread that the frame belongs to, and only
//! after the frame was found in that thread's chain with this very object in it: so a frame that has returned, or
//! belongs to another thread, is never touched; its object answers from what was copied when the object was made.

use vm_core::sync::{AtomicU8, AtomicU32, AtomicUsize, Ordering};
use vm_heap::{Header, Marker};

use crate::{
    error::PyResult,
    native::{GetSetDef, MethodDef, TypeDef},
    object::{
        class::TypeSlots,
        code::Code,
        dict::Dict,
        exception::Traceback,
        frame::Frame,
        function::Cell,
        gc::{Gc, Object, Ptr, Slot},
        kind::Kind,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

/// A frame object.
#[repr(C)]
pub struct FrameObject {
    header: Header,
    code: Ptr<Code>,
    /// `f_globals`
    pub globals: Slot,
    /// `f_builtins`
    pub builtins: Slot,
    /// Namespace of class, module and exec code; or the last snapshot of a function's locals; or UNBOUND.
    pub locals: Slot,
    /// `f_back` when the object was made (frame, None), or UNBOUND = not yet asked for.
    pub back: Slot,
    /// `f_trace`, or UNBOUND.
    pub trace: Slot,
    /// Address of the frame; see the module's text before following it.
    frame: AtomicUsize,
    /// Word offset when the object was made.
    word: AtomicU32,
    /// [`NO_LINES`], [`OPCODES`]
    wants: AtomicU8,
}

/// `f_trace_lines` is False.
const NO_LINES: u8 = 1;
/// `f_trace_opcodes` is True.
const OPCODES: u8 = 2;

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for FrameObject {
    const KIND: Kind = Kind::FrameObject;
}

/// `frame`
pub static DEF: TypeDef = TypeDef {
    name: "frame",
    doc: "",
    kind: Kind::FrameObject,
    size: size_of::<FrameObject>(),
    flags: 0,
    slots: TypeSlots { repr: Some(repr), ..NO_SLOTS },
    methods: &[MethodDef::new("clear", |vm, args| {
        let (f, []) = args.method::<FrameObject, 0>(vm, "clear")?;
        if vm.live_frame(f).is_some() {
            return Err(vm.runtime_error("cannot clear an executing frame"));
        }
        f.locals.clear();
        Ok(Value::NONE)
    })],
    getset: &[
        GetSetDef::read_only("f_code", |vm, f| Ok(this(vm, f)?.code().value())),
        GetSetDef::read_only("f_globals", |vm, f| Ok(this(vm, f)?.globals.get())),
        GetSetDef::read_only("f_builtins", |vm, f| {
            Ok(this(vm, f)?.builtins.get().bound().unwrap_or(Value::NONE))
        }),
        GetSetDef::read_only("f_locals", |vm, f| vm.frame_locals(this(vm, f)?)),
        GetSetDef::read_only("f_back", |vm, f| vm.frame_back(this(vm, f)?)),
        GetSetDef::new(
            "f_lineno",
            |vm, f| {
                let f = this(vm, f)?;
                let code = f.code();
                let position = code.position(vm.frame_word(f));
                Ok(match position.map_or((code.first_line, 1), |p| (p.line, p.word)) {
                    // A module begins at line 0. Code that cleans up has no line: what it cleans up after stands before it.
                    (0, word @ 1..) => match code.line_before(word) {
                        0 => Value::NONE,
                        line => Value::small_int(i64::from(line)),
                    },
                    (line, _) => Value::small_int(i64::from(line)),
                })
            },
            |vm, f, line| crate::tracing::set_line(vm, this(vm, f)?, line),
        ),
        GetSetDef::new(
            "f_trace_lines",
            |vm, f| Ok(Value::bool(this(vm, f)?.wants_lines())),
            |vm, f, v| this(vm, f)?.set_wants(vm, NO_LINES, v, false),
        ),
        GetSetDef::new(
            "f_trace_opcodes",
            |vm, f| Ok(Value::bool(this(vm, f)?.wants_opcodes())),
            |vm, f, v| {
                let f = this(vm, f)?;
                f.set_wants(vm, OPCODES, v, true)?;
                if f.wants_opcodes() { vm.want_opcodes(f.code()) } else { Ok(()) }
            },
        ),
        GetSetDef::read_only("f_lasti", |vm, f| {
            Ok(Value::small_int(i64::from(vm.frame_word(this(vm, f)?)) * 2))
        }),
        GetSetDef::new(
            "f_trace",
            |vm, f| Ok(this(vm, f)?.trace.get().bound().unwrap_or(Value::NONE)),
            |vm, f, v| {
                let f = this(vm, f)?;
                f.set_trace(vm, v.filter(|v| !v.is_none()).unwrap_or(Value::UNBOUND));
                Ok(())
            },
        ),
    ],
};

fn this(vm: &Vm, f: Value) -> PyResult<Gc<FrameObject>> {
    f.downcast::<FrameObject>().ok_or_else(|| vm.type_error("descriptor requires a 'frame' object"))
}

fn repr(vm: &Vm, f: Value) -> PyResult<Gc<Str>> {
    let f = this(vm, f)?;
    let code = f.code();
    let line = code.position(vm.frame_word(f)).map_or(code.first_line, |p| p.line);
    let file = vm.repr(code.filename.get())?;
    let name = vm.str(code.name.get())?;
    vm.new_str(&format!(
        "<frame at {:#x}, file {}, line {line}, code {}>",
        f.as_ptr() as usize,
        file.to_str_lossy(),
        name.to_str_lossy()
    ))
}

impl FrameObject {
    /// `f_code`
    #[must_use]
    pub fn code(&self) -> Gc<Code> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.code.get_unchecked() }
    }
    /// `f_trace`
    pub(crate) fn trace(&self) -> Option<Value> {
        self.trace.get().bound()
    }
    /// Sets `f_trace`, UNBOUND for none.
    pub(crate) fn set_trace(&self, vm: &Vm, function: Value) {
        self.trace.set(vm, &self.header, function);
    }
    /// `f_trace_lines`
    pub(crate) fn wants_lines(&self) -> bool {
        self.wants.load(Ordering::Relaxed) & NO_LINES == 0
    }
    /// `f_trace_opcodes`
    pub(crate) fn wants_opcodes(&self) -> bool {
        self.wants.load(Ordering::Relaxed) & OPCODES != 0
    }
    fn set_wants(&self, vm: &Vm, flag: u8, v: Option<Value>, set_if: bool) -> PyResult<()> {
        let on = match v {
            Some(Value::TRUE) => true,
            Some(Value::FALSE) => false,
            Some(_) => return Err(vm.type_error("attribute value type must be bool")),
            None => return Err(vm.type_error("can't delete numeric/char attribute")),
        };
        if on == set_if {
            self.wants.fetch_or(flag, Ordering::Relaxed);
        } else {
            self.wants.fetch_and(!flag, Ordering::Relaxed);
        }
        Ok(())
    }
    pub(crate) fn trace_fields(&self, m: &mut Marker) {
        self.code.trace(m);
        for s in [&self.globals, &self.builtins, &self.locals, &self.back, &self.trace] {
            s.trace(m);
        }
    }
}

impl Vm {
    fn new_frame_object(&self, code: Gc<Code>, globals: Value, word: u32) -> PyResult<Gc<FrameObject>> {
        let f = self.alloc_cell::<FrameObject>(size_of::<FrameObject>())?;
        f.code.as_slot().init(code.value());
        f.globals.init(globals);
        f.back.init(Value::UNBOUND);
        for s in [&f.builtins, &f.locals, &f.trace] {
            s.init(Value::UNBOUND);
        }
        f.word.store(word, Ordering::Relaxed);
        Ok(f)
    }

    /// The object of a frame of this thread; every frame has at most one.
    pub(crate) fn frame_object(&self, frame: *mut Frame) -> PyResult<Gc<FrameObject>> {
        // SAFETY: callers pass a frame of this thread's chain, which is live.
        let fr = unsafe { &*frame };
        if let Some(f) = fr.object.downcast::<FrameObject>() {
            return Ok(f);
        }
        let f = self.new_object_of(frame, fr.current_word())?;
        // SAFETY: as above; only this thread touches its frames.
        unsafe { (*frame).object = f.value() };
        Ok(f)
    }

    /// A frame object for `frame`, which stands at `word`; the frame is not told.
    pub(crate) fn new_object_of(&self, frame: *mut Frame, word: u32) -> PyResult<Gc<FrameObject>> {
        // SAFETY: callers pass a frame that lives; code, function and namespace of a frame never change.
        let (code, func, locals) = unsafe { ((*frame).code, (*frame).func, (*frame).locals) };
        let f = self.new_frame_object(code, func.globals().value(), word)?;
        f.builtins.init(func.builtins().value());
        f.locals.init(locals);
        f.frame.store(frame as usize, Ordering::Relaxed);
        Ok(f)
    }

    /// The frame `depth` calls below the newest one, as an object.
    pub fn frame_at(&self, depth: usize) -> PyResult<Option<Gc<FrameObject>>> {
        match self.frames().nth(depth) {
            Some(f) => self.frame_object(f).map(Some),
            None => Ok(None),
        }
    }

    /// The frame of `f` if it is running in this thread.
    pub(crate) fn live_frame(&self, f: Gc<FrameObject>) -> Option<*mut Frame> {
        let at = f.frame.load(Ordering::Relaxed);
        if at == 0 {
            return None;
        }
        // SAFETY: every frame of the chain is live; the address is compared before it is trusted.
        self.frames().find(|&p| p as usize == at && unsafe { (*p).object } == f.value())
    }

    fn frame_word(&self, f: Gc<FrameObject>) -> u32 {
        match self.live_frame(f) {
            // SAFETY: live in this thread.
            Some(p) => unsafe { (*p).current_word() },
            None => f.word.load(Ordering::Relaxed),
        }
    }

    fn frame_back(&self, f: Gc<FrameObject>) -> PyResult {
        if let Some(p) = self.live_frame(f) {
            // SAFETY: live in this thread, and so is what called it.
            let prev = unsafe { (*p).prev };
            let back = if prev.is_null() { Value::NONE } else { self.frame_object(prev)?.value() };
            f.back.set(self, f.header(), back);
        }
        Ok(f.back.get().bound().unwrap_or(Value::NONE))
    }

    /// `f_locals`: the namespace itself, or a new dict with the variables of a function as they are now.
    fn frame_locals(&self, f: Gc<FrameObject>) -> PyResult {
        let Some(p) = self.live_frame(f) else {
            return match f.locals.get().bound() {
                Some(l) => Ok(l),
                None => Ok(self.new_dict()?.value()),
            };
        };
        let d = self.locals_of_frame(p)?;
        f.locals.set(self, f.header(), d);
        Ok(d)
    }

    /// The local namespace of a live frame of this thread (`locals()`).
    pub(crate) fn locals_of_frame(&self, frame: *mut Frame) -> PyResult {
        // SAFETY: callers pass a live frame of this thread.
        let fr = unsafe { &*frame };
        if let Some(l) = fr.locals.bound() {
            return Ok(l);
        }
        let d = self.new_dict()?;
        self.fill_locals(frame, d)?;
        Ok(d.value())
    }

    fn fill_locals(&self, frame: *mut Frame, d: Gc<Dict>) -> PyResult<()> {
        // SAFETY: as in `locals_of_frame`.
        let fr = unsafe { &*frame };
        let code = fr.code;
        let regs = Frame::regs(frame);
        // SAFETY: register indices below `nregs`; variables come before temporaries.
        let read = |i: usize| unsafe { *regs.add(i) };
        let groups = [
            (0usize, code.varnames.get(), false),
            (code.nlocals as usize, code.cellvars.get(), true),
            (code.free_base as usize, code.freevars.get(), true),
        ];
        for (base, names, in_cell) in groups {
            let Some(names) = names else { continue };
            for (i, &n) in names.as_slice().iter().enumerate() {
                let Some(mut v) = read(base + i).bound() else { continue };
                if in_cell {
                    match v.downcast::<Cell>() {
                        Some(c) => match c.content.get().bound() {
                            Some(x) => v = x,
                            None => continue,
                        },
                        None => continue,
                    }
                }
                if let Some(name) = n.downcast::<Str>() {
                    d.set_str(self, name, v)?;
                }
            }
        }
        Ok(())
    }

    /// `tb_frame`: the frame's object if the frame still runs in this thread, else one that knows code, globals and line.
    pub(crate) fn traceback_frame(&self, tb: Gc<Traceback>) -> PyResult {
        if let Some(f) = tb.frame.get().bound() {
            return Ok(f);
        }
        let Some(code) = tb.code.get() else { return Ok(Value::NONE) };
        let f = self.new_frame_object(code, tb.globals.get(), tb.word.load(Ordering::Relaxed))?;
        f.builtins.init(self.interp().boot().builtins.value());
        if code.name.get().downcast::<Str>().is_some_and(|n| n.eq_str("<module>")) {
            f.locals.init(tb.globals.get());
        }
        match tb.frame.compare_exchange(self, tb.header(), Value::UNBOUND, f.value()) {
            Ok(()) => Ok(f.value()),
            Err(other) => Ok(other),
        }
    }
}
