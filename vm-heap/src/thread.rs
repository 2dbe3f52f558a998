//! A thread's part of the heap: allocation cursors, published stack, safepoints.

use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::Arc;

use vm_core::breaker::event;
use vm_core::runtime::ThreadCore;
use vm_core::sync::{AtomicUsize, Ordering};
use vm_core::world::Attached;

use crate::header::{Header, gc_bits};
use crate::heap::{Heap, Reason};
use crate::size_class::{CLASSES, MAX_SMALL, bytes_of, class_of};
use crate::space::{BLOCK_BYTES, BLOCK_GRANULES, GRANULE};

/// The limit is reached, and a full collection did not help. The heap stays usable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutOfMemory;

impl std::fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("out of heap memory")
    }
}

impl std::error::Error for OutOfMemory {}

/// The drop-bearing twin of a class is this many cursors further.
pub(crate) const DROPS: usize = 64;
/// Cursors per thread: a plain and a drop-bearing one per class.
pub(crate) const SLOTS: usize = 2 * DROPS;
const _: () = assert!(CLASSES <= DROPS);

/// No block.
const NONE: u32 = u32::MAX;

/// How much of a free run is cleared and opened at a time: enough to forget the cost of opening, little enough to stay in the first-level cache.
const RUN_BYTES: usize = 2 << 10;

/// The run of free, cleared cells that a thread bumps through.
#[derive(Debug)]
#[repr(C)]
pub struct Bump {
    cursor: Cell<usize>,
    limit: Cell<usize>,
}

/// A thread as the heap knows it. The cursors come first, so generated code finds `{cursor, limit}` of class `c` at byte `16 × c`.
#[repr(C)]
pub struct HeapThread {
    bumps: [Bump; SLOTS],
    blocks: [Cell<u32>; SLOTS],
    heap: Arc<Heap>,
    core: Arc<ThreadCore>,
    /// The lowest address of the native stack that may hold references, while the thread is at a safepoint; else 0.
    published: AtomicUsize,
    stack_base: usize,
    /// Bytes opened and not yet told to the heap.
    opened: Cell<usize>,
    /// Bytes charged less bytes discharged, not yet told to the heap.
    charged: Cell<isize>,
    /// Allocations until the next collection, in stress mode.
    countdown: Cell<u64>,
    /// Registered since the last collection, which takes them.
    pub(crate) weak: RefCell<Vec<WeakEntry>>,
    pub(crate) finalizers: RefCell<Vec<NonNull<Header>>>,
    /// Old cells that were written to since the last collection.
    pub(crate) log: RefCell<Vec<NonNull<Header>>>,
}

/// A registered weak reference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WeakEntry {
    pub(crate) cell: NonNull<Header>,
    /// Of its [`crate::weak::WeakSlot`], in bytes from the cell's start.
    pub(crate) slot: u32,
    pub(crate) callback: bool,
}

// SAFETY: a thread's part may be built on one OS thread and used on another, never on two at once.
unsafe impl Send for HeapThread {}

impl std::fmt::Debug for HeapThread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HeapThread").field("core", &self.core.id()).finish_non_exhaustive()
    }
}

/// A registered thread, boxed at a stable address until it unregisters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThreadPointer(pub(crate) NonNull<HeapThread>);

// SAFETY: dereferenced by the collector alone, in a pause, under the list's lock, which unregistering takes too.
unsafe impl Send for ThreadPointer {}

impl HeapThread {
    pub(crate) fn new(heap: Arc<Heap>, core: Arc<ThreadCore>, stack_base: usize) -> Self {
        let countdown = heap.config.stress;
        Self {
            bumps: std::array::from_fn(|_| Bump { cursor: Cell::new(0), limit: Cell::new(0) }),
            blocks: std::array::from_fn(|_| Cell::new(NONE)),
            heap,
            core,
            published: AtomicUsize::new(0),
            stack_base,
            opened: Cell::new(0),
            charged: Cell::new(0),
            countdown: Cell::new(countdown),
            weak: RefCell::default(),
            finalizers: RefCell::default(),
            log: RefCell::default(),
        }
    }

    /// The heap.
    pub fn heap(&self) -> &Arc<Heap> {
        &self.heap
    }

    /// The thread as the kernel knows it.
    pub fn core(&self) -> &Arc<ThreadCore> {
        &self.core
    }

    /// A cell of at least `bytes` bytes, zeroed. The caller is attached and writes the header at once. May collect, and so is a
    /// safepoint.
    ///
    /// # Errors
    /// When the limit is reached and a full collection did not help.
    #[inline(always)]
    pub fn alloc(&self, bytes: usize) -> Result<NonNull<Header>, OutOfMemory> {
        if bytes <= MAX_SMALL {
            let class = class_of(bytes);
            self.bump(class, bytes_of(class))
        } else {
            self.alloc_large(bytes, false)
        }
    }

    /// As [`HeapThread::alloc`] with a size known when compiling, at most [`MAX_SMALL`].
    ///
    /// # Errors
    /// As [`HeapThread::alloc`].
    #[inline(always)]
    pub fn alloc_class<const SIZE: usize>(&self) -> Result<NonNull<Header>, OutOfMemory> {
        const { assert!(SIZE <= MAX_SMALL) };
        let class = const { class_of(SIZE) };
        self.bump(class, const { bytes_of(class_of(SIZE)) })
    }

    /// As [`HeapThread::alloc`], for a cell that owns Rust memory: [`crate::Hooks::drop_cell`] is called when it is dead. The kind is written only when the cell
    /// is fit to be dropped.
    ///
    /// # Errors
    /// As [`HeapThread::alloc`].
    pub fn alloc_drop(&self, bytes: usize) -> Result<NonNull<Header>, OutOfMemory> {
        if bytes <= MAX_SMALL {
            let class = class_of(bytes);
            self.bump(DROPS + class, bytes_of(class))
        } else {
            self.alloc_large(bytes, true)
        }
    }

    #[inline(always)]
    fn bump(&self, slot: usize, bytes: usize) -> Result<NonNull<Header>, OutOfMemory> {
        let bump = &self.bumps[slot];
        let cell = bump.cursor.get();
        let next = cell + bytes;
        if next <= bump.limit.get() {
            bump.cursor.set(next);
            // SAFETY: a run is never at address 0. Said aloud, so that the caller's test for an error folds away.
            unsafe {
                std::hint::assert_unchecked(cell != 0);
                Ok(NonNull::new_unchecked(cell as *mut Header))
            }
        } else {
            self.refill(slot)
        }
    }

    /// The run is used up: the next run, the next block, a collection.
    #[cold]
    #[inline(never)]
    fn refill(&self, slot: usize) -> Result<NonNull<Header>, OutOfMemory> {
        self.stress_tick();
        loop {
            if let Some(cell) = self.open_run(slot) {
                return Ok(cell);
            }
            self.safepoint();
            self.next_block(slot)?;
        }
    }

    fn stress_tick(&self) {
        if self.heap.config.stress != 0 {
            let left = self.countdown.get() - 1;
            if left == 0 {
                self.countdown.set(self.heap.config.stress);
                self.collect(Reason::Stress);
            } else {
                self.countdown.set(left);
            }
        }
    }

    /// The slow paths' safepoint: serves a stop, collects when the budget is used up.
    fn safepoint(&self) {
        self.tell();
        if self.core.breaker().events() & event::STOP != 0 {
            // SAFETY: allocation requires that the thread is attached.
            let attached = unsafe { Attached::assume(&self.core) };
            self.safepoint_park(|| attached.poll());
        }
        if self.heap.allocated.load(Ordering::Relaxed) >= self.heap.budget.load(Ordering::Relaxed) {
            self.collect(Reason::Budget);
        }
    }

    fn collect(&self, why: Reason) {
        if matches!(why, Reason::Budget | Reason::Stress) && !self.heap.is_automatic() {
            return;
        }
        // SAFETY: allocation requires that the thread is attached.
        let attached = unsafe { Attached::assume(&self.core) };
        self.heap.collect(self, &attached, why);
    }

    /// Tells the heap what was opened and charged.
    fn tell(&self) {
        let charged = self.charged.replace(0);
        let opened = self.opened.replace(0) + usize::try_from(charged).unwrap_or(0);
        if opened != 0 {
            self.heap.allocated.fetch_add(opened, Ordering::Relaxed);
        }
        if charged > 0 {
            self.heap.external.fetch_add(charged.unsigned_abs(), Ordering::Relaxed);
        } else if charged < 0 {
            self.heap.discharge(charged.unsigned_abs());
        }
    }

    /// Opens the next free run of the block that the cursor is in, and allocates its first cell.
    fn open_run(&self, slot: usize) -> Option<NonNull<Header>> {
        let block = self.blocks[slot].get();
        if block == NONE {
            return None;
        }
        let heap = &*self.heap;
        let state = heap.space.state(block);
        let now = state.get();
        let class = slot % DROPS;
        let bytes = bytes_of(class);
        let stride = bytes / GRANULE;
        let end = BLOCK_GRANULES / stride * stride;
        let first = now.position as usize;
        if first >= end {
            state.finish();
            self.blocks[slot].set(NONE);
            self.bumps[slot].cursor.set(0);
            self.bumps[slot].limit.set(0);
            return None;
        }
        let most = if heap.config.stress != 0 {
            1
        } else if now.pristine {
            usize::MAX
        } else {
            (RUN_BYTES / bytes).max(1)
        };
        let run = if now.empty {
            first..end.min(first.saturating_add(most.saturating_mul(stride)))
        } else {
            heap.free_run(block, first..end, stride, most)
        };
        if run.is_empty() {
            state.advance(end as u32);
            return self.open_run(slot);
        }
        let start = heap.space.address_of(block) + run.start * GRANULE;
        let length = run.len() * GRANULE;
        if !now.pristine {
            // SAFETY: this thread owns the block, and the cells of the run are free.
            unsafe { std::ptr::write_bytes(start as *mut u8, 0, length) };
        }
        let past = run.end;
        // P19.R3: cleared before the position passes it.
        state.advance(past as u32);
        self.opened.set(self.opened.get() + length);
        self.bumps[slot].cursor.set(start + bytes);
        self.bumps[slot].limit.set(start + length);
        NonNull::new(start as *mut Header)
    }

    /// Owns another block for the slot.
    fn next_block(&self, slot: usize) -> Result<(), OutOfMemory> {
        let heap = &*self.heap;
        if let Some(block) = heap.take_available(slot) {
            self.blocks[slot].set(block);
            return Ok(());
        }
        let mut collected = false;
        loop {
            if !heap.exceeds_limit(BLOCK_BYTES)
                && let Some(block) = heap.take_block(slot % DROPS, slot >= DROPS)
            {
                self.blocks[slot].set(block);
                return Ok(());
            }
            if collected {
                return Err(OutOfMemory);
            }
            self.collect(Reason::Limit);
            collected = true;
            if let Some(block) = heap.take_available(slot) {
                self.blocks[slot].set(block);
                return Ok(());
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn alloc_large(&self, bytes: usize, drops: bool) -> Result<NonNull<Header>, OutOfMemory> {
        self.stress_tick();
        self.safepoint();
        let mut collected = false;
        loop {
            if !self.heap.exceeds_limit(bytes)
                && let Some(cell) = self.heap.take_large(bytes, drops)
            {
                return Ok(cell);
            }
            if collected {
                return Err(OutOfMemory);
            }
            self.collect(Reason::Limit);
            collected = true;
        }
    }

    /// Counts `bytes` of Rust memory that a cell is about to own against the limit and the budget. Call it before the memory is asked
    /// for. May collect. [`crate::Hooks::drop_cell`] gives them back; [`HeapThread::discharge`] does when the memory goes earlier.
    ///
    /// # Errors
    /// When the limit does not allow for them; nothing is charged then.
    #[inline]
    pub fn charge(&self, bytes: usize) -> Result<(), OutOfMemory> {
        /// What a thread may owe the account.
        const BATCH: isize = 32 << 10;
        if bytes < BATCH.unsigned_abs() {
            let charged = self.charged.get() + bytes.cast_signed();
            if charged < BATCH {
                self.charged.set(charged);
                return Ok(());
            }
        }
        self.charge_now(bytes)
    }

    #[cold]
    #[inline(never)]
    fn charge_now(&self, bytes: usize) -> Result<(), OutOfMemory> {
        self.safepoint();
        if self.heap.exceeds_limit(bytes) {
            self.collect(Reason::Limit);
            if self.heap.exceeds_limit(bytes) {
                return Err(OutOfMemory);
            }
        }
        self.heap.external.fetch_add(bytes, Ordering::Relaxed);
        self.heap.allocated.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// Gives charged bytes back, for memory that goes while its cell lives on (a buffer that shrinks).
    #[inline]
    pub fn discharge(&self, bytes: usize) {
        self.charged.set(self.charged.get().saturating_sub_unsigned(bytes));
    }

    /// Makes `cell` a weak reference: the [`crate::weak::WeakSlot`] at `slot_offset` bytes names its referent, `trace` does not visit it, and
    /// the collection that finds the referent dead clears it. With `callback`, the cell then comes out of [`Heap::take_pending`], if it is
    /// still reachable.
    pub fn register_weak(&self, cell: NonNull<Header>, slot_offset: usize, callback: bool) {
        // SAFETY: the caller's cell is alive and has a header.
        unsafe { cell.as_ref() }.gc.fetch_or(gc_bits::WEAK, Ordering::Relaxed);
        let slot = u32::try_from(slot_offset).expect("an offset within a cell");
        self.weak.borrow_mut().push(WeakEntry { cell, slot, callback });
    }

    /// Gives `cell` a finalizer: the collection that finds it unreachable keeps it, once, and hands it out through
    /// [`Heap::take_pending`]. Registering twice counts once.
    pub fn register_finalizer(&self, cell: NonNull<Header>) {
        // SAFETY: the caller's cell is alive and has a header.
        let before = unsafe { cell.as_ref() }.gc.fetch_or(gc_bits::FINALIZER, Ordering::Relaxed);
        if before & gc_bits::FINALIZER == 0 {
            self.finalizers.borrow_mut().push(cell);
        }
    }

    /// Runs `f`, in which the thread may be stopped or detached, with its stack published: callee-saved registers are on it, and the
    /// collector scans it from here to its base. Nests. `f` may attach again and run anything.
    #[inline(never)]
    pub fn safepoint_park<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Retract<'t>(&'t HeapThread, usize);
        impl Drop for Retract<'_> {
            fn drop(&mut self) {
                self.0.published.store(self.1, Ordering::Relaxed);
            }
        }
        let mut registers = [0_usize; SAVED_REGISTERS];
        let sp = spill(&mut registers);
        let _retract = Retract(self, self.published.load(Ordering::Relaxed));
        self.published.store(sp, Ordering::Relaxed);
        #[cfg(not(weft_sync = "tsan"))]
        let result = f();
        #[cfg(weft_sync = "tsan")]
        let result = *below(f);
        std::hint::black_box(&registers);
        result
    }

    /// Serves a stop request, if there is one.
    #[inline]
    pub fn poll(&self, attached: &Attached<'_>) {
        if self.core.breaker().events() & event::STOP != 0 {
            self.safepoint_park(|| attached.poll());
        }
    }

    /// Runs `f` detached, with the stack published; attached again afterwards.
    pub fn detached<R>(&self, attached: &Attached<'_>, f: impl FnOnce() -> R) -> R {
        self.safepoint_park(|| attached.detached(f))
    }

    /// The part of the native stack that may hold references; `None` when the thread never was on the heap. In a pause. With `strict`, a thread that has
    /// references and published no stack is reported.
    pub(crate) fn published_stack(&self, strict: bool) -> Option<(usize, usize)> {
        match self.published.load(Ordering::Relaxed) {
            0 => {
                assert!(
                    !(strict && self.has_allocated()),
                    "heap verifier: thread {} was stopped outside `safepoint_park`",
                    self.core.id()
                );
                None
            }
            sp => Some((sp, self.stack_base)),
        }
    }

    /// Whether it allocated since the last collection. In a pause.
    pub(crate) fn has_allocated(&self) -> bool {
        self.blocks.iter().any(|block| block.get() != NONE)
    }

    /// A collection ended: no block is anybody's. In a pause.
    pub(crate) fn end_cycle(&self) {
        self.tell();
        for slot in 0..SLOTS {
            self.blocks[slot].set(NONE);
            self.bumps[slot].cursor.set(0);
            self.bumps[slot].limit.set(0);
        }
    }

    /// Gives the blocks to whoever needs them (P19.R4).
    pub(crate) fn hand_over(&self) {
        self.tell();
        {
            let mut registry = self.heap.registry.lock();
            registry.weak.append(&mut self.weak.borrow_mut());
            registry.finalizers.append(&mut self.finalizers.borrow_mut());
            registry.log.append(&mut self.log.borrow_mut());
        }
        for slot in 0..SLOTS {
            let block = self.blocks[slot].replace(NONE);
            let cursor = self.bumps[slot].cursor.replace(0);
            self.bumps[slot].limit.set(0);
            if block != NONE {
                let state = self.heap.space.state(block);
                // Before its first run the cursor is in no block.
                let used = cursor.checked_sub(self.heap.space.address_of(block));
                let position = used.map_or(state.get().position, |bytes| (bytes / GRANULE) as u32);
                state.hand_over(position);
                self.heap.available[slot].lock().push(block);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
const SAVED_REGISTERS: usize = 6;
#[cfg(target_arch = "aarch64")]
const SAVED_REGISTERS: usize = 12;

/// Writes the registers that the calling convention lets a function keep across calls to `registers`, and returns the stack pointer of the
/// frame it is inlined into: everything that the frame holds lies above it.
#[inline(always)]
fn spill(registers: &mut [usize; SAVED_REGISTERS]) -> usize {
    let sp: usize;
    #[cfg(target_arch = "x86_64")]
    // SAFETY: stores six registers to the six words passed in and reads the stack pointer.
    unsafe {
        std::arch::asm!(
            "mov [{to}], rbx",
            "mov [{to} + 8], rbp",
            "mov [{to} + 16], r12",
            "mov [{to} + 24], r13",
            "mov [{to} + 32], r14",
            "mov [{to} + 40], r15",
            "mov {sp}, rsp",
            to = in(reg) registers.as_mut_ptr(),
            sp = lateout(reg) sp,
            options(nostack, preserves_flags)
        );
    }
    #[cfg(target_arch = "aarch64")]
    // SAFETY: stores twelve registers to the twelve words passed in and reads the stack pointer.
    unsafe {
        std::arch::asm!(
            "stp x19, x20, [{to}]",
            "stp x21, x22, [{to}, #16]",
            "stp x23, x24, [{to}, #32]",
            "stp x25, x26, [{to}, #48]",
            "stp x27, x28, [{to}, #64]",
            "stp x29, x30, [{to}, #80]",
            "mov {sp}, sp",
            to = in(reg) registers.as_mut_ptr(),
            sp = lateout(reg) sp,
            options(nostack, preserves_flags)
        );
    }
    sp
}

/// After a store of a reference into `holder`: keeps the invariant of young collections. One byte test; cold otherwise.
#[inline(always)]
pub fn write_barrier(thread: &HeapThread, holder: &Header) {
    if holder.gc.load(Ordering::Relaxed) & gc_bits::OLD_UNLOGGED != 0 {
        log_store(thread, holder);
    }
}

#[cold]
#[inline(never)]
fn log_store(thread: &HeapThread, holder: &Header) {
    let before = holder.gc.fetch_and(!gc_bits::OLD_UNLOGGED, Ordering::Relaxed);
    // Another thread may have been faster; the cell is logged once.
    if before & gc_bits::OLD_UNLOGGED != 0 {
        thread.log.borrow_mut().push(NonNull::from(holder));
    }
}

/// Runs `f` in a frame of its own, and keeps its result off the stack: where `f`'s locals and its result otherwise may lie, the collector reads
/// while a detached `f` writes. Such words are no references, and a conservative scan may read anything, but ThreadSanitizer cannot know that.
#[cfg(weft_sync = "tsan")]
#[inline(never)]
fn below<R>(f: impl FnOnce() -> R) -> Box<R> {
    Box::new(f())
}
