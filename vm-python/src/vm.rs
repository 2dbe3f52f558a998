//! The VM as one running thread sees it, and what its threads share.

use std::{
    cell::{Cell, UnsafeCell},
    sync::Arc,
};

use vm_core::{
    object_lock::ByteGuard,
    runtime::{Interpreter, ThreadCore},
    sync::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Mutex, Ordering, ParkingLot},
    versions::Versions,
    world::{Attached, WorldStopped},
};
use vm_heap::{Header, Heap, HeapThread};

use crate::{
    config::Config,
    error::{PyResult, Thrown},
    hash::HashSecret,
    intern::InternTable,
    names::Names,
    object::{
        class::Type,
        dict::Dict,
        frame::{Frame, FrameChain},
        gc::{Gc, Object, shape_id},
        kind::Kind,
        sequence::Tuple,
        shape::{Shape, Shapes},
        str::Str,
    },
    stack::VmStack,
    types::{ExcTypes, Types},
    value::Value,
};

/// What all threads of an interpreter share. Everything here is either immutable after bootstrap, or behind atomics
/// and locks of `vm-core`, or a registered root.
pub struct Interp {
    /// The kernel's view.
    pub core: Arc<Interpreter>,
    /// The heap.
    pub heap: Arc<Heap>,
    /// All shapes.
    pub shapes: Shapes,
    /// The key of string hashes.
    pub hash_secret: HashSecret,
    /// Command line options that the language must know.
    pub config: Config,
    pub(crate) intern: InternTable,
    /// Roots that are never removed: builtin types, interned names, singletons.
    permanent: Mutex<Vec<Value>>,
    statics: Statics,
    boot: UnsafeCell<Option<Boot>>,
    /// Numbers of classes.
    pub type_versions: Versions,
    /// Numbers of functions.
    pub function_versions: Versions,
    /// Changes of classes, as a watcher counts them.
    pub(crate) class_changes: Arc<AtomicU64>,
    /// `sys.setrecursionlimit`
    pub recursion_limit: AtomicU32,
    /// Collections and other events, for `-X stats`.
    pub stats: crate::stats::Stats,
    /// Shared writes, for `-X stats` and `-X contention`.
    pub watched: crate::contention::Watched,
    /// Threads that are alive and not daemons, for the wait at exit; see [`crate::threads`].
    pub threads: crate::threads::Registry,
    /// What `faulthandler` was asked for.
    pub stacks: crate::stacks::Requests,
    /// Tools that watch code run.
    pub monitoring: crate::monitor::Monitoring,
    /// The import system.
    pub imports: crate::modules::imp::Imports,
    /// What `gc.isenabled()` says.
    pub gc_enabled: AtomicBool,
    /// `sys.set_int_max_str_digits()`; 0 = no limit.
    pub max_str_digits: AtomicUsize,
    /// How many threads had ended when unused bytecode copies were last looked for.
    pub(crate) copies_looked_at: AtomicU64,
    next_unique: AtomicU64,
    /// Size in bytes of new threads' native stacks.
    pub thread_stack_size: AtomicUsize,
}

// SAFETY: `boot` and `statics` are written by the thread that bootstraps the interpreter, before any other thread exists; the
// references in it are to permanent roots. All other fields are Sync.
unsafe impl Sync for Interp {}
// SAFETY: as above; nothing in it belongs to one OS thread.
unsafe impl Send for Interp {}

/// Made once during bootstrap, immutable then.
pub struct Boot {
    /// Builtin classes.
    pub types: Types,
    /// Builtin exceptions.
    pub exc: ExcTypes,
    /// Interned names.
    pub names: Names,
    /// `sys.modules`
    pub modules: Gc<Dict>,
    /// Namespace of `builtins`.
    pub builtins: Gc<Dict>,
    /// Namespace of `sys`.
    pub sys: Gc<Dict>,
}

/// Shared small objects.
pub struct Statics {
    pub(crate) latin1: [Cell<Option<Gc<Str>>>; 256],
    pub(crate) empty_tuple: Cell<Option<Gc<Tuple>>>,
    pub(crate) memory_error: Cell<Option<Value>>,
}

impl Default for Statics {
    fn default() -> Statics {
        Statics {
            latin1: [const { Cell::new(None) }; 256],
            empty_tuple: Cell::new(None),
            memory_error: Cell::new(None),
        }
    }
}

impl Statics {
    /// The one-character string of a Latin-1 code point.
    #[inline]
    #[must_use]
    pub fn latin1(&self, c: u32) -> Option<Gc<Str>> {
        self.latin1.get(c as usize)?.get()
    }
    /// The empty tuple.
    #[inline]
    #[must_use]
    pub fn empty_tuple(&self) -> Option<Gc<Tuple>> {
        self.empty_tuple.get()
    }
    pub(crate) fn trace(&self, m: &mut vm_heap::Marker) {
        for s in self.latin1.iter().filter_map(Cell::get) {
            m.visit_word(s.value().bits());
        }
        if let Some(t) = self.empty_tuple.get() {
            m.visit_word(t.value().bits());
        }
        if let Some(v) = self.memory_error.get() {
            m.visit_word(v.bits());
        }
    }
    /// The preallocated MemoryError.
    #[must_use]
    pub fn memory_error(&self, vm: &Vm) -> Value {
        match self.memory_error.get() {
            Some(v) => v,
            None => vm.fatal("out of memory during start-up"),
        }
    }
}

/// Entries of the per-thread cache of class look-ups.
const TYPE_CACHE_SIZE: usize = 1024;

#[derive(Clone, Copy)]
struct TypeCacheEntry {
    version: u32,
    name: usize,
    value: Value,
}

const EMPTY_ENTRY: TypeCacheEntry = TypeCacheEntry { version: 0, name: 0, value: Value::UNBOUND };

/// The VM as one attached thread sees it: passed explicitly everywhere, never shared.
///
/// Methods for objects are spread over the modules that they belong to.
pub struct Vm {
    core: Arc<ThreadCore>,
    heap: Box<HeapThread>,
    interp: Arc<Interp>,
    /// Where object locks wait; `tap` if there is one.
    lot: *const ParkingLot,
    /// Tells this thread's log of unlocks.
    tap: Option<Box<ParkingLot>>,
    log: Option<Box<crate::contention::ThreadLog>>,
    owner_bits: u64,
    /// Newest frame.
    pub(crate) frame: Cell<*mut Frame>,
    pub(crate) stack: VmStack,
    /// Lowest allowed native stack pointer.
    native_limit: Cell<usize>,
    /// The exception being handled (`sys.exception()`), or None.
    pub(crate) handled: Cell<Value>,
    pub(crate) depth: Cell<u32>,
    /// What this thread counted; flushed at its end and when somebody looks.
    pub counters: crate::stats::ThreadCounters,
    /// Function versions that this thread may give out: next and end.
    function_versions: Cell<(u32, u32)>,
    /// The watched loop left for want of watched words, and did not return.
    pub(crate) unwatched: Cell<bool>,
    /// What the plain loop is to return after it.
    pub(crate) watched_result: Cell<Option<PyResult>>,
    /// Monitoring callbacks that this thread is in; no events meanwhile.
    pub(crate) in_callback: Cell<u32>,
    /// A MemoryError is being made.
    pub(crate) out_of_memory: Cell<bool>,
    /// Whether the generator that native code resumed last yielded; its state would tell of whoever resumed it since (P16.R6).
    pub(crate) yielded: Cell<bool>,
    /// Set by RERAISE: the next unwinding adds no traceback entry for the first frame.
    pub(crate) reraising: Cell<bool>,
    /// Index of this thread's bytecode copies; 0 = the main copy (always, with `-X tlbc=0`).
    pub(crate) copy_index: u32,
    /// Whether instructions specialize.
    pub(crate) adaptive: bool,
    /// Whether executed opcodes are counted.
    pub(crate) count_opcodes: bool,
    type_cache: Box<[Cell<TypeCacheEntry>]>,
    /// What this thread's `threading` objects need.
    pub(crate) thread: crate::threads::ThreadState,
    /// `-X faults`
    pub(crate) faults: crate::faults::Faults,
    /// Objects whose repr is being computed (recursion guard); traced.
    pub(crate) repr_stack: crate::object::items::ValueStack,
}

impl Interp {
    pub(crate) fn new(
        core: Arc<Interpreter>,
        heap: Arc<Heap>,
        hash_secret: HashSecret,
        config: Config,
    ) -> Arc<Interp> {
        let recursion_limit = AtomicU32::new(config.recursion_limit);
        let max_str_digits = AtomicUsize::new(config.int_max_str_digits);
        let watched = crate::contention::Watched::new(config.watch);
        Arc::new(Interp {
            monitoring: crate::monitor::Monitoring::new(Arc::clone(&core)),
            core,
            heap,
            shapes: Shapes::new(),
            hash_secret,
            config,
            intern: InternTable::new(),
            permanent: Mutex::new(Vec::new()),
            statics: Statics::default(),
            boot: UnsafeCell::new(None),
            type_versions: Versions::default(),
            function_versions: Versions::default(),
            class_changes: Arc::default(),
            recursion_limit,
            stats: crate::stats::Stats::default(),
            watched,
            threads: crate::threads::Registry::default(),
            stacks: crate::stacks::Requests::default(),
            imports: crate::modules::imp::Imports::default(),
            gc_enabled: AtomicBool::new(true),
            max_str_digits,
            copies_looked_at: AtomicU64::new(0),
            next_unique: AtomicU64::new(1),
            thread_stack_size: AtomicUsize::new(crate::threads::DEFAULT_STACK_SIZE),
        })
    }
    /// What bootstrap made.
    #[inline(always)]
    #[must_use]
    pub fn boot(&self) -> &Boot {
        // SAFETY: written once during bootstrap, before other threads exist; until then nobody calls this.
        unsafe { (*self.boot.get()).as_ref().unwrap_unchecked() }
    }
    /// Ends bootstrap.
    ///
    /// # Safety
    /// Called once, while only the bootstrapping thread exists.
    pub(crate) unsafe fn set_boot(&self, boot: Boot) {
        // SAFETY: by the caller.
        unsafe { *self.boot.get() = Some(boot) };
    }
    /// Whether bootstrap is complete.
    #[must_use]
    pub fn is_booted(&self) -> bool {
        // SAFETY: as in `boot`.
        unsafe { (*self.boot.get()).is_some() }
    }
    /// Shared small objects.
    #[inline(always)]
    #[must_use]
    pub fn statics(&self) -> &Statics {
        &self.statics
    }
    /// Counts changes of classes, for `-X stats`.
    pub(crate) fn watch_classes(&self) {
        let count = Arc::clone(&self.class_changes);
        self.type_versions.watch(Box::new(move |_, _| {
            count.fetch_add(1, Ordering::Relaxed);
        }));
    }
    /// A number that no other call gets.
    pub fn next_unique(&self) -> u64 {
        self.next_unique.fetch_add(1, Ordering::Relaxed)
    }
    /// Registers a value as a root for ever.
    pub fn add_permanent_root(&self, v: Value) {
        self.permanent.lock().push(v);
    }
    pub(crate) fn permanent_roots(&self) -> vm_core::sync::MutexGuard<'_, Vec<Value>> {
        self.permanent.lock()
    }
}

impl Vm {
    /// The thread's part of the VM; the calling OS thread must be the one that runs `core`, and attached.
    pub(crate) fn new(
        interp: Arc<Interp>,
        core: Arc<ThreadCore>,
        heap: Box<HeapThread>,
        native_limit: usize,
    ) -> Box<Vm> {
        let lot: *const ParkingLot = interp.core.runtime().lot();
        let owner_bits = (u64::from(core.index()) & 0xFFFF) << 32;
        let log = crate::contention::ThreadLog::new(interp.config.watch);
        let mut vm = Box::new(Vm {
            heap,
            lot,
            tap: None,
            log,
            owner_bits,
            frame: Cell::new(std::ptr::null_mut()),
            stack: VmStack::new(interp.config.vm_stack_bytes),
            native_limit: Cell::new(native_limit),
            handled: Cell::new(Value::NONE),
            depth: Cell::new(0),
            counters: crate::stats::ThreadCounters::default(),
            function_versions: Cell::new((0, 0)),
            unwatched: Cell::new(false),
            watched_result: Cell::new(None),
            in_callback: Cell::new(0),
            out_of_memory: Cell::new(false),
            yielded: Cell::new(false),
            reraising: Cell::new(false),
            copy_index: if interp.config.tlbc { core.index() } else { 0 },
            adaptive: interp.config.tlbc,
            count_opcodes: interp.config.count_opcodes,
            type_cache: vec![Cell::new(EMPTY_ENTRY); TYPE_CACHE_SIZE].into_boxed_slice(),
            faults: crate::faults::Faults::new(interp.config.faults, core.id()),
            thread: crate::threads::ThreadState::default(),
            repr_stack: crate::object::items::ValueStack::default(),
            core,
            interp,
        });
        if vm.log.is_some() {
            let this = std::ptr::from_ref(&*vm) as usize;
            let tap = vm.interp.core.runtime().tap(Box::new(move |lock| {
                // SAFETY: the tap belongs to this Vm, which is boxed, and only its own thread unlocks through it.
                unsafe { &*(this as *const Vm) }.object_unlocked(lock);
            }));
            vm.lot = &raw const **vm.tap.insert(Box::new(tap));
        }
        vm
    }

    /// What this thread counts of its shared writes.
    #[inline]
    pub(crate) fn log(&self) -> Option<&crate::contention::ThreadLog> {
        self.log.as_deref()
    }

    /// The parts that outlive the thread, at its end.
    pub(crate) fn into_parts(self) -> (Arc<Interp>, Arc<ThreadCore>, Box<HeapThread>) {
        (self.interp, self.core, self.heap)
    }

    /// A fresh function version, from this thread's share; 0 (never cached) when they are exhausted.
    #[inline]
    pub(crate) fn next_function_version(&self) -> u32 {
        let (mut next, mut end) = self.function_versions.get();
        if next == end {
            (next, end) = self.interp.function_versions.block(1 << 10);
            if next == end {
                return 0;
            }
            if self.faults.hit(1) {
                // A tiny share, so that shares run out all the time.
                end = next + 2;
            }
        }
        self.function_versions.set((next + 1, end));
        next
    }

    /// What all threads share.
    #[inline(always)]
    #[must_use]
    pub fn interp(&self) -> &Arc<Interp> {
        &self.interp
    }
    /// Builtin classes.
    #[inline(always)]
    #[must_use]
    pub fn types(&self) -> &Types {
        &self.interp.boot().types
    }
    /// Builtin exceptions.
    #[inline(always)]
    #[must_use]
    pub fn exc(&self) -> &ExcTypes {
        &self.interp.boot().exc
    }
    /// Interned names.
    #[inline(always)]
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.interp.boot().names
    }
    /// The thread's part of the heap.
    #[inline(always)]
    #[must_use]
    pub fn heap(&self) -> &HeapThread {
        &self.heap
    }
    /// The kernel's view of this thread.
    #[inline(always)]
    #[must_use]
    pub fn core(&self) -> &Arc<ThreadCore> {
        &self.core
    }
    /// Proof that this thread is attached.
    #[inline(always)]
    pub fn attached(&self) -> Attached<'_> {
        // SAFETY: a Vm exists only on the OS thread that runs `core`; it is attached except inside `detached`, whose
        // closure does not get the Vm.
        unsafe { Attached::assume(&self.core) }
    }

    /// Runs `f`, which blocks or takes long and touches no object, while other threads may stop the world.
    pub fn detached<R>(&self, f: impl FnOnce() -> R) -> R {
        let r = self.heap.safepoint_park(|| self.attached().detached(f));
        self.after_stop();
        r
    }

    /// Runs `f` while every other thread is stopped.
    pub fn stop_the_world<R>(&self, f: impl FnOnce(&WorldStopped<'_>) -> R) -> R {
        self.heap.safepoint_park(|| self.attached().stop_the_world(f))
    }

    /// Serves a stop request, if there is one. The caller holds no object lock.
    #[cold]
    #[inline(never)]
    pub fn suspend_if_requested(&self) {
        self.heap.safepoint_park(|| self.attached().poll());
        self.after_stop();
    }

    fn after_stop(&self) {}

    /// Locks an object. Rules L1 and L2: until the guard is dropped no user code, allocation, safepoint or detach, and
    /// no second lock.
    #[inline(always)]
    pub fn lock<'a>(&'a self, h: &'a Header) -> ByteGuard<'a> {
        // SAFETY: the lot lives in the runtime, which this thread keeps alive.
        let lot = unsafe { &*self.lot };
        match h.lock.try_lock(lot) {
            Some(g) => g,
            None => self.lock_contended(h),
        }
    }

    #[cold]
    #[inline(never)]
    fn lock_contended<'a>(&'a self, h: &'a Header) -> ByteGuard<'a> {
        // SAFETY: as in `lock`.
        let lot = unsafe { &*self.lot };
        self.object_contended(h, || self.heap.safepoint_park(|| h.lock.lock_slow(lot, &self.attached())))
    }

    /// A fresh cell of layout `T` and `bytes` bytes, exact builtin class, zeroed after the header. The caller fills it
    /// before the next safepoint (zero is a valid value: the integer 0).
    #[inline(always)]
    pub(crate) fn alloc_cell<T: Object>(&self, bytes: usize) -> PyResult<Gc<T>> {
        debug_assert!(bytes >= size_of::<T>() || size_of::<T>() > bytes && bytes >= 16);
        match self.heap.alloc(bytes) {
            Ok(p) => Ok(self.init_cell(p.as_ptr(), T::KIND)),
            Err(_) => Err(self.memory_error()),
        }
    }

    /// As [`Vm::alloc_cell`], for cells whose Rust-owned memory must be dropped.
    pub(crate) fn alloc_cell_drop<T: Object>(&self, bytes: usize) -> PyResult<Gc<T>> {
        match self.heap.alloc_drop(bytes) {
            Ok(p) => Ok(self.init_cell(p.as_ptr(), T::KIND)),
            Err(_) => Err(self.memory_error()),
        }
    }

    #[inline(always)]
    fn init_cell<T>(&self, p: *mut Header, kind: Kind) -> Gc<T> {
        // SAFETY: a fresh cell of at least a header.
        unsafe {
            (*p).word0.store(kind as u64 | self.owner_bits, Ordering::Relaxed);
            (*p).kind = kind as u8;
            Gc::from_ptr(p.cast())
        }
    }

    /// A fresh instance of `class`: payload zeroed, attribute slots empty.
    #[inline]
    pub fn alloc_instance_of(&self, class: Gc<Type>) -> PyResult<*mut Header> {
        let shape = self.interp.shapes.get(class.root_shape.load(Ordering::Acquire));
        let bytes = shape.slot_base as usize + shape.inline_slots as usize * 8;
        let kind = class.instance_kind;
        let r = if kind_needs_drop(kind) { self.heap.alloc_drop(bytes) } else { self.heap.alloc(bytes) };
        let Ok(p) = r else { return Err(self.memory_error()) };
        let p = p.as_ptr();
        // SAFETY: a fresh cell of `bytes` bytes that nobody else sees.
        unsafe {
            (*p).word0.store(u64::from(shape.id) | self.owner_bits, Ordering::Relaxed);
            (*p).kind = kind as u8;
        }
        let mut member = class.native_size as usize;
        while member < shape.slot_base as usize {
            // `__slots__` members start unbound.
            // SAFETY: the payload of the class reaches to `slot_base`.
            unsafe { p.byte_add(member).cast::<u64>().write(Value::UNBOUND.bits()) };
            member += 8;
        }
        if class.has_flag(crate::object::class::type_flags::FINALIZER) {
            self.heap.register_finalizer(std::ptr::NonNull::new(p).unwrap_or_else(|| unreachable!()));
        }
        Ok(p)
    }

    /// A fresh instance of a class whose native payload has `payload` bytes (tuple, str, bytes and their subclasses,
    /// whose attributes all live outside the cell).
    pub fn alloc_var_instance_of(&self, class: Gc<Type>, payload: usize) -> PyResult<*mut Header> {
        let kind = class.instance_kind;
        let Ok(p) = self.heap.alloc(payload) else { return Err(self.memory_error()) };
        let p = p.as_ptr();
        // SAFETY: a fresh cell that nobody else sees.
        unsafe {
            (*p).word0.store(
                u64::from(class.root_shape.load(Ordering::Acquire)) | self.owner_bits,
                Ordering::Relaxed,
            );
            (*p).kind = kind as u8;
        }
        if class.has_flag(crate::object::class::type_flags::FINALIZER) {
            self.heap.register_finalizer(std::ptr::NonNull::new(p).unwrap_or_else(|| unreachable!()));
        }
        Ok(p)
    }

    /// The class of a value.
    #[inline(always)]
    #[must_use]
    pub fn type_of(&self, v: Value) -> Gc<Type> {
        match v.header() {
            Some(h) => self.class_of_header(h),
            None => self.type_of_immediate(v),
        }
    }

    /// The class of a cell.
    #[inline(always)]
    #[must_use]
    pub fn class_of_header(&self, h: &Header) -> Gc<Type> {
        // SAFETY: every shape has a class.
        unsafe { self.interp.shapes.get(shape_id(h)).class.get_unchecked() }
    }

    /// The shape of a cell.
    #[inline(always)]
    #[must_use]
    pub fn shape_of(&self, h: &Header) -> &Shape {
        self.interp.shapes.get(shape_id(h))
    }

    #[inline]
    fn type_of_immediate(&self, v: Value) -> Gc<Type> {
        let t = self.types();
        if v.is_small_int() {
            t.int
        } else if v.is_tagged_float() {
            t.float
        } else if v.as_bool().is_some() {
            t.bool
        } else if v.is_none() {
            t.none_type
        } else if v == Value::NOT_IMPLEMENTED {
            t.not_implemented_type
        } else {
            debug_assert!(v == Value::ELLIPSIS, "an unbound register reached Python code");
            t.ellipsis_type
        }
    }

    /// The attribute `name` of a class or its bases, by MRO, without binding. `name` must be interned.
    #[inline]
    #[must_use]
    pub fn type_lookup(&self, class: Gc<Type>, name: Gc<Str>) -> Option<Value> {
        let version = class.version.number();
        let slot =
            &self.type_cache[(version as usize ^ (name.as_ptr() as usize >> 4)) & (TYPE_CACHE_SIZE - 1)];
        let e = slot.get();
        if e.version == version && e.name == name.as_ptr() as usize {
            return e.value.bound();
        }
        self.type_lookup_slow(class, name, version, slot)
    }

    #[cold]
    #[inline(never)]
    fn type_lookup_slow(
        &self,
        class: Gc<Type>,
        name: Gc<Str>,
        version: u32,
        slot: &Cell<TypeCacheEntry>,
    ) -> Option<Value> {
        let mut found = None;
        for &c in class.mro() {
            // SAFETY: MROs hold classes.
            let c = unsafe { c.downcast_unchecked::<Type>() };
            // Namespaces of classes have string keys; a key with a raising `__eq__` cannot match.
            if let Ok(Some(v)) = c.namespace().get_str(self, name) {
                found = Some(v);
                break;
            }
        }
        // P14.R1
        if version != 0 && class.version.number() == version && !self.faults.hit(2) {
            slot.set(TypeCacheEntry {
                version,
                name: name.as_ptr() as usize,
                value: found.unwrap_or(Value::UNBOUND),
            });
        }
        found
    }

    /// Drops cached class look-ups, which are no roots. World stopped.
    pub(crate) fn clear_type_cache(&self) {
        for e in &self.type_cache {
            e.set(EMPTY_ENTRY);
        }
    }

    /// RecursionError if the native stack is nearly used up. Every entry from native code into Python and every
    /// recursive helper calls this.
    #[inline(always)]
    pub fn check_native_stack(&self) -> PyResult<()> {
        if crate::stack::stack_pointer() < self.native_limit.get() {
            return Err(self.native_stack_exhausted());
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn native_stack_exhausted(&self) -> Thrown {
        let old = self.native_limit.get();
        // Making the exception needs a little of the reserve.
        self.native_limit.set(old.saturating_sub(crate::stack::NATIVE_RESERVE / 2));
        let e = self.recursion_error("maximum recursion depth exceeded");
        self.native_limit.set(old);
        e
    }

    /// `sys.getrecursionlimit()`
    #[inline(always)]
    pub(crate) fn recursion_limit(&self) -> u32 {
        self.interp.recursion_limit.load(Ordering::Relaxed)
    }

    /// Frames of this thread, newest first.
    #[must_use]
    pub fn frames(&self) -> FrameChain {
        FrameChain(self.frame.get())
    }

    /// The newest frame's address; null outside of Python code.
    #[must_use]
    pub fn current_frame_ptr(&self) -> *mut Frame {
        self.frame.get()
    }

    /// The newest frame.
    #[must_use]
    pub fn current_frame(&self) -> Option<&Frame> {
        // SAFETY: the newest frame is valid while this thread runs in it.
        unsafe { self.frame.get().as_ref() }
    }

    /// Ends the process with a message: the VM cannot go on.
    #[cold]
    pub fn fatal(&self, message: &str) -> ! {
        crate::process::fatal(message)
    }
}

/// Whether cells of this kind own Rust memory.
#[inline]
#[must_use]
pub const fn kind_needs_drop(kind: Kind) -> bool {
    matches!(kind, Kind::Int | Kind::Code | Kind::NativeDrop)
}
