//! What the collector must know of Python objects: references of each layout, roots, and the end of dead cells.

use std::{ptr::NonNull, sync::Weak};

use vm_core::{slot::PtrSlot, sync::Ordering, world::WorldStopped};
use vm_heap::{Header, Hooks, LiveView, Marker};

use crate::{
    native,
    object::{
        bytes::ByteArray,
        class::Type,
        code::Code,
        dict::{Dict, DictTable},
        exception::{Exception, Traceback},
        frame::{Frame, Generator},
        function::{
            BoundMethod, Cell, Function, GetSet, Member, MethodWrapper, NativeFunction, NativeMethod,
            Property, Super, Wrapper,
        },
        gc::{Slot, shape_id},
        int::Int,
        items::Items,
        iter::{ListIter, TupleIter},
        kind::Kind,
        module::Module,
        range::Range,
        sequence::{List, Tuple},
        set::Set,
        slice::Slice,
    },
    ops::attr::{Overflow, decode_overflow},
    vm::{Interp, Vm},
};

/// The heap's view of the language. Made before the interpreter that it belongs to; inert until [`HooksHandle::connect`].
pub struct PyHooks {
    interp: PtrSlot<Interp>,
}

/// A second handle on the hooks that the heap owns.
pub struct HooksHandle(std::sync::Arc<PyHooks>);

impl HooksHandle {
    /// Fresh hooks.
    #[must_use]
    pub fn new() -> HooksHandle {
        HooksHandle(std::sync::Arc::new(PyHooks { interp: PtrSlot::null() }))
    }
    /// For [`vm_heap::Heap::new`].
    #[must_use]
    pub fn hooks(&self) -> Box<dyn Hooks> {
        Box::new(SharedHooks(std::sync::Arc::clone(&self.0)))
    }
    /// Connects the hooks with their interpreter, which outlives the heap's use of them.
    pub fn connect(&self, interp: &std::sync::Arc<Interp>) {
        let _: Weak<Interp> = std::sync::Arc::downgrade(interp);
        self.0.interp.store(std::sync::Arc::as_ptr(interp).cast_mut());
    }
}

impl Default for HooksHandle {
    fn default() -> Self {
        Self::new()
    }
}

struct SharedHooks(std::sync::Arc<PyHooks>);

impl SharedHooks {
    fn interp(&self) -> &Interp {
        // SAFETY: connected before the first collection; the interpreter lives until its last thread has ended.
        match unsafe { self.0.interp.load().as_ref() } {
            Some(i) => i,
            None => crate::process::fatal("the heap limit is too small to start"),
        }
    }
}

/// Native bytes of each layout; attribute and member slots come behind. 0: the class says it.
fn trace_payload(kind: Kind, h: &Header, m: &mut Marker) {
    // SAFETY (this macro): the header's kind says that the cell starts with this layout.
    macro_rules! cell {
        ($t:ty) => {
            // SAFETY: see the macro.
            unsafe { &*std::ptr::from_ref(h).cast::<$t>() }
        };
    }
    match kind {
        Kind::Free
        | Kind::Instance
        | Kind::Str
        | Kind::Int
        | Kind::Bool
        | Kind::SmallInt
        | Kind::Float
        | Kind::Complex
        | Kind::Bytes
        | Kind::RangeIter
        | Kind::Raw => {}
        // The referent is weak.
        Kind::WeakRef => cell!(crate::builtins::weakref::WeakRef).trace_fields(m),
        Kind::ByteArray => cell!(ByteArray).trace_fields(m),
        Kind::Type => {
            let t = cell!(Type);
            for s in [
                &t.name,
                &t.qualname,
                t.bases.as_slot(),
                t.mro.as_slot(),
                t.base.as_slot(),
                t.dict.as_slot(),
                t.subclasses.as_slot(),
            ] {
                s.trace(m);
            }
        }
        Kind::Tuple => {
            for v in cell!(Tuple).as_slice() {
                m.visit_word(v.bits());
            }
        }
        Kind::List => cell!(List).block_slot().trace(m),
        Kind::Items => {
            let b = cell!(Items);
            for s in &b.slots()[..b.len()] {
                s.trace(m);
            }
        }
        Kind::Dict => cell!(Dict).trace_fields(m),
        Kind::DictTable => {
            for e in cell!(DictTable).entries() {
                e.key.trace(m);
                e.value.trace(m);
            }
        }
        Kind::Set | Kind::FrozenSet => cell!(Set).trace_fields(m),
        Kind::SetTable => cell!(crate::object::set::SetTable).trace_fields(m),
        Kind::Slice => cell!(Slice).trace_fields(m),
        Kind::Range => cell!(Range).trace_fields(m),
        Kind::ListIter => cell!(ListIter).trace_fields(m),
        Kind::TupleIter => cell!(TupleIter).trace_fields(m),
        Kind::Function => {
            let f = cell!(Function);
            for s in [
                f.code.as_slot(),
                f.globals.as_slot(),
                f.builtins.as_slot(),
                &f.name,
                &f.qualname,
                f.defaults.as_slot(),
                f.kwdefaults.as_slot(),
                f.closure.as_slot(),
                &f.doc,
                &f.module,
                &f.annotate,
                &f.annotations,
                &f.type_params,
            ] {
                s.trace(m);
            }
        }
        Kind::BoundMethod => {
            let b = cell!(BoundMethod);
            b.func.trace(m);
            b.this.trace(m);
        }
        Kind::NativeFunction => {
            let f = cell!(NativeFunction);
            for s in [&f.name, &f.this, &f.module, &f.doc] {
                s.trace(m);
            }
        }
        Kind::NativeMethod => {
            let f = cell!(NativeMethod);
            for s in [&f.name, f.owner.as_slot(), &f.doc] {
                s.trace(m);
            }
        }
        Kind::Wrapper => {
            let w = cell!(Wrapper);
            w.name.trace(m);
            w.owner.trace(m);
        }
        Kind::GetSet => {
            let g = cell!(GetSet);
            g.name.trace(m);
            g.owner.trace(m);
        }
        Kind::Member => {
            let g = cell!(Member);
            g.name.trace(m);
            g.owner.trace(m);
        }
        Kind::Property => {
            let p = cell!(Property);
            for s in [&p.get, &p.set, &p.del, &p.doc, &p.name] {
                s.trace(m);
            }
        }
        Kind::ClassMethod | Kind::StaticMethod => cell!(MethodWrapper).func.trace(m),
        Kind::Super => {
            let s = cell!(Super);
            s.class.trace(m);
            s.this.trace(m);
            s.this_class.trace(m);
        }
        Kind::Cell => cell!(Cell).content.trace(m),
        Kind::Code => {
            let c = cell!(Code);
            c.trace_fields(m);
            // Specialization data may name objects. Words that merely look like references retain a little too much.
            c.body().copies.for_each_copy(|_, words| trace_caches(words, m));
        }
        Kind::Generator => cell!(Generator).trace_fields(m),
        Kind::FrameObject => cell!(crate::builtins::frame::FrameObject).trace_fields(m),
        Kind::Traceback => {
            let t = cell!(Traceback);
            for s in [&t.next, t.code.as_slot(), &t.globals, &t.frame] {
                s.trace(m);
            }
        }
        Kind::Module => cell!(Module).dict.trace(m),
        Kind::Exception => {
            let e = cell!(Exception);
            for s in [e.args.as_slot(), &e.traceback, &e.context, &e.cause] {
                s.trace(m);
            }
        }
        Kind::Overflow => cell!(Overflow).trace_fields(m),
        // SAFETY: by the kind.
        Kind::Native | Kind::NativeDrop => unsafe { native::trace_native(h, m) },
    }
}

fn trace_caches(words: &[vm_core::sync::AtomicU64], m: &mut Marker) {
    let mut at = 0;
    while at < words.len() {
        let w = words[at].load(vm_core::sync::Ordering::Relaxed);
        let Some(op) = vm_compiler::Op::from_u16((w & vm_core::code::OPCODE_MASK) as u16) else { return };
        let n = op.words();
        for c in words.iter().take(at + n).skip(at + 2) {
            let x = c.load(vm_core::sync::Ordering::Relaxed);
            if x & 15 == 3 {
                m.visit_conservative(x as usize);
            }
        }
        at += n;
    }
}

impl Hooks for SharedHooks {
    unsafe fn trace(&self, cell: NonNull<Header>, m: &mut Marker<'_>) {
        // SAFETY: the heap calls this with live cells only.
        let h = unsafe { cell.as_ref() };
        let kind = Kind::of(h);
        trace_payload(kind, h, m);
        let interp = self.interp();
        let shape = interp.shapes.get(shape_id(h));
        shape.class.trace(m);
        if kind == Kind::Type {
            // SAFETY: by the kind.
            let t = unsafe { &*cell.as_ptr().cast::<Type>() };
            let relaxed = vm_core::sync::Ordering::Relaxed;
            interp.shapes.get(t.root_shape.load(relaxed)).trace_roots(m);
        }
        // SAFETY: every shape has a class.
        let class = unsafe { shape.class.get_unchecked() };
        let end = shape.slot_base as usize + shape.inline_slots as usize * 8;
        let mut at = class.native_size as usize;
        // Exact builtin objects have neither members nor attributes; variable-sized ones must not be read this way.
        if class.has_flag(crate::object::class::type_flags::HEAP) || shape.inline_slots > 0 {
            while at < end {
                // SAFETY: instances of the class have slots from `native_size` to the end of the inline slots.
                unsafe { &*std::ptr::from_ref(h).byte_add(at).cast::<Slot>() }.trace(m);
                at += 8;
            }
        }
        if let Some(o) = decode_overflow(interp.heap.base(), h) {
            m.visit(o);
        }
    }

    fn roots(&self, m: &mut Marker<'_>, world: &WorldStopped<'_>) {
        let interp = self.interp();
        if !interp.is_booted() {
            crate::process::fatal("the heap limit is too small to start");
        }
        if !m.is_young() {
            interp.free_unused_copies(world);
        }
        for v in interp.permanent_roots().iter() {
            m.visit_word(v.bits());
        }
        let boot = interp.boot();
        boot.names.trace(m);
        for v in [boot.modules.value(), boot.builtins.value(), boot.sys.value()] {
            m.visit_word(v.bits());
        }
        for t in boot.types.all().into_iter().chain(boot.exc.all()) {
            m.visit_word(t.value().bits());
        }
        interp.statics().trace(m);
        interp.threads.trace(m);
        interp.monitoring.trace(m);
        interp.core.main_calls().for_each(|word| m.visit_word(word));
        for t in world.threads() {
            for which in 0..vm_core::threads::HOOKS {
                m.visit_word(world.hook_of(&t, which));
            }
            if let Some(word) = t.async_slot().peek() {
                m.visit_word(word.get());
            }
            t.pending_calls().for_each(|word| m.visit_word(word));
            // SAFETY: the slot holds the thread's Vm while it is attached or suspended; it is cleared before the Vm is
            // dropped.
            if let Some(vm) = unsafe { t.vm_slot().load().cast::<Vm>().as_ref() } {
                m.roots_of(t.id());
                vm.trace_roots(m);
            }
        }
    }

    unsafe fn drop_cell(&self, cell: NonNull<Header>) -> usize {
        // SAFETY: the heap calls this once for each dead drop-bearing cell.
        unsafe {
            match Kind::of(cell.as_ref()) {
                Kind::Int => Int::drop_cell(cell.as_ptr().cast()),
                Kind::Code => {
                    (*cell.as_ptr().cast::<Code>()).drop_body();
                    0
                }
                Kind::NativeDrop => {
                    native::drop_native(cell.as_ptr());
                    0
                }
                _ => 0,
            }
        }
    }

    fn after_mark(&self, live: &LiveView<'_>, world: &WorldStopped<'_>) {
        let interp = self.interp();
        interp.intern.retain_live(live);
        interp.shapes.free_dead(live);
        interp.monitoring.instruments.clear_stale(world);
        interp.core.retired().drain(world, interp.core.runtime().epoch());
    }
}

impl Interp {
    /// Frees bytecode copies of indices that no thread has any more (P7.R8): in a full collection, the first after a thread ended, before
    /// marking, so that what their caches name is not kept.
    fn free_unused_copies(&self, world: &WorldStopped<'_>) {
        let ended = world.ended();
        if !self.config.tlbc || self.copies_looked_at.swap(ended, Ordering::Relaxed) == ended {
            return;
        }
        let live: Vec<u32> = world.threads().iter().map(|t| t.index()).collect();
        self.heap.for_each_object(world, |cell| {
            // SAFETY: a cell that the last collection found live, or that was allocated since.
            let h = unsafe { cell.as_ref() };
            if Kind::of(h) != Kind::Code {
                return;
            }
            // SAFETY: by the kind.
            let code = unsafe { &*cell.as_ptr().cast::<Code>() };
            let unused = code.body().copies.take_unused(world, |index| live.contains(&index));
            if !unused.is_empty() {
                self.stats.copies_freed.fetch_add(unused.len() as u64, Ordering::Relaxed);
                self.core.retired().push(unused);
            }
        });
    }
}

impl Vm {
    /// Reports this thread's roots. World stopped.
    fn trace_roots(&self, m: &mut Marker) {
        self.clear_type_cache();
        m.visit_word(self.handled.get().bits());
        let mut linked_end = None;
        for f in self.frames() {
            // SAFETY: the world is stopped; frames in the chain are live.
            unsafe {
                Frame::trace(f, m);
                if !(*f).in_generator {
                    // The newest is the highest.
                    linked_end.get_or_insert(Frame::end(f));
                }
            }
        }
        // A frame whose arguments are being bound is on the stack, and not yet in the chain. Which of its registers are written nobody can tell.
        // SAFETY: the world is stopped.
        unsafe { self.stack.visit_from(linked_end, m) };
        // SAFETY: the world is stopped.
        unsafe { self.stack.clear_above_top() };
        self.repr_stack.trace(m);
        self.thread.trace(m);
    }
}
