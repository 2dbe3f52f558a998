//! Marking: the tracer's side of a collection, for one thread or several.

use std::ptr::NonNull;

use vm_core::sync::{AtomicU8, Ordering};

use crate::blocks::Phase;
use crate::header::{Header, gc_bits};
use crate::heap::Heap;
use crate::size_class::{bytes_of, cell_of_granule, cells_per_block};
use crate::space::{BLOCK_BYTES, BLOCK_GRANULES, GRANULE};
use crate::together::Share;
use crate::verify::Verifier;

/// Low bits of a value word that say *pointer*.
const TAG_MASK: u64 = 3;
const POINTER_TAG: u64 = 3;

/// A marker that has more work than this gives some away.
const SPLIT_ABOVE: usize = 2048;
/// This much at a time.
const SPLIT: usize = 1024;
/// Cells whose first line is on its way while others are traced.
const AHEAD: usize = 8;

/// Where a marker with much work gives some of it.
#[derive(Clone, Copy)]
pub(crate) enum Outlet<'a, 'h> {
    /// Nowhere.
    Alone,
    /// To the private pool of threads.
    Pool(&'a rayon::Scope<'h>),
    /// To the stopped threads.
    Crew(&'a Share<'h>),
}

/// What all markers of one collection have in common.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'h> {
    heap: &'h Heap,
    epoch: u8,
    before: u8,
}

impl<'h> Origin<'h> {
    /// A marker for part of the work.
    pub(crate) fn marker(self, stack: Vec<NonNull<Header>>) -> Marker<'h> {
        Marker { stack, before: self.before, ..Marker::new(self.heap, self.epoch) }
    }
}

/// Visits references during a collection. [`crate::Hooks::trace`] and [`crate::Hooks::roots`] get one.
pub struct Marker<'h> {
    heap: &'h Heap,
    base: usize,
    span: usize,
    marks: NonNull<AtomicU8>,
    epoch: u8,
    /// The number of the collection before, if its marks still say what is there; else `epoch` again.
    before: u8,
    /// Marked cells are old from now on.
    ages: bool,
    stack: Vec<NonNull<Header>>,
    /// Where the roots of each thread begin on the stack, while roots are gathered.
    sections: Vec<(usize, u64)>,
    verifier: Option<&'h Verifier>,
    /// References are only written down: nothing is marked.
    recording: bool,
    /// In poison and verify mode each reference is looked at, and `tracing` says whose it is.
    careful: bool,
    tracing: Option<NonNull<Header>>,
}

// SAFETY: the references on the stack are to cells of the heap, which outlives the marker and is not mutated while several
// markers run.
unsafe impl Send for Marker<'_> {}

impl std::fmt::Debug for Marker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Marker").field("stack", &self.stack.len()).finish_non_exhaustive()
    }
}

impl<'h> Marker<'h> {
    /// A marker for the full collection with this number.
    pub(crate) fn new(heap: &'h Heap, epoch: u8) -> Self {
        Self {
            before: previous(epoch),
            ages: heap.config.young_budget.is_some(),
            heap,
            base: heap.space.base(),
            span: heap.space.span(),
            marks: heap.space.marks(),
            epoch,
            stack: Vec::new(),
            sections: Vec::new(),
            verifier: None,
            recording: false,
            careful: heap.config.poison || heap.config.verify,
            tracing: None,
        }
    }

    /// A marker for a young collection, which adds to the marks of the last one.
    pub(crate) fn young(heap: &'h Heap, epoch: u8) -> Self {
        Self { before: epoch, ..Self::new(heap, epoch) }
    }

    /// Whether only cells that the last collection did not mark are looked at.
    #[must_use]
    pub fn is_young(&self) -> bool {
        self.before == self.epoch
    }

    /// Traces an old cell that was written to since the last collection.
    ///
    /// # Safety
    /// `cell` is alive.
    pub(crate) unsafe fn trace_again(&mut self, cell: NonNull<Header>) {
        age(cell);
        // SAFETY: by the caller's promise.
        unsafe { self.heap.hooks.trace(cell, self) };
    }

    /// The references of one cell, each as often as it has it.
    ///
    /// # Safety
    /// `cell` is alive, and the world is stopped.
    pub(crate) unsafe fn references_of(heap: &'h Heap, cell: NonNull<Header>) -> Vec<NonNull<Header>> {
        // With an empty span every reference takes the cold path.
        let mut marker = Self { span: 0, recording: true, ..Self::new(heap, 1) };
        // SAFETY: by the caller's promise.
        unsafe { heap.hooks.trace(cell, &mut marker) };
        marker.stack
    }

    /// A marker that marks on the verifier's own map and has each reference checked.
    pub(crate) fn verifying(heap: &'h Heap, verifier: &'h Verifier) -> Self {
        Self {
            span: verifier.span(),
            marks: verifier.marks(),
            epoch: 1,
            verifier: Some(verifier),
            ages: false,
            ..Self::new(heap, 1)
        }
    }

    /// A reference to a cell of the heap.
    #[inline]
    pub fn visit(&mut self, cell: NonNull<Header>) {
        let offset = (cell.as_ptr() as usize).wrapping_sub(self.base);
        if offset >= self.span {
            self.stray(cell);
            return;
        }
        // SAFETY: one mark byte per granule of the span, and the offset is within it.
        let mark = unsafe { self.marks.add(offset / GRANULE).as_ref() };
        if mark.load(Ordering::Relaxed) != self.epoch {
            // Two markers may both come here; the cell is then traced twice, which is harmless.
            mark.store(self.epoch, Ordering::Relaxed);
            if self.careful {
                self.look(cell);
            }
            if self.ages {
                age(cell);
            }
            self.stack.push(cell);
        }
    }

    /// A value word: a reference if its tag says so.
    #[inline]
    pub fn visit_word(&mut self, word: u64) {
        if word & TAG_MASK == POINTER_TAG
            && let Some(cell) = NonNull::new((word & !TAG_MASK) as *mut Header)
        {
            self.visit(cell);
        }
    }

    /// Checks a reference.
    ///
    /// # Panics
    /// When it leads to no cell: somebody held it where the collector does not look, or stored it into a cell that was dead.
    #[cold]
    #[inline(never)]
    fn look(&self, cell: NonNull<Header>) {
        match self.verifier {
            Some(verifier) => verifier.check(self.heap, cell, self.tracing),
            None => {
                // SAFETY: the address is in the heap's range, mapped, and the world is stopped.
                let kind = unsafe { cell.as_ref() }.kind;
                assert!(kind != 0, "heap: {} leads to {cell:p}, where no cell is", holder(self.tracing));
            }
        }
    }

    /// A reference that leads out of the heap: an error of the caller, which must not become a wild write.
    #[cold]
    #[inline(never)]
    fn stray(&mut self, cell: NonNull<Header>) {
        if self.recording {
            self.stack.push(cell);
            return;
        }
        debug_assert!(false, "a reference leads out of the heap: {cell:p}");
        assert!(self.verifier.is_none(), "heap verifier: a reference leads out of the heap: {cell:p}");
    }

    /// A word that may or may not be a reference, tagged or not, to a cell or into one (P19.R5).
    pub fn visit_conservative(&mut self, word: usize) {
        if let Some(cell) = self.candidate(word) {
            self.visit(cell);
        }
    }

    /// The cell that a stray word stands for.
    #[inline]
    fn candidate(&self, word: usize) -> Option<NonNull<Header>> {
        let offset = word.wrapping_sub(self.base);
        if offset >= self.span {
            return None;
        }
        let space = &self.heap.space;
        let mut number = (offset / BLOCK_BYTES) as u32;
        let mut block = space.state(number).get();
        if block.phase == Phase::LargeTail {
            number -= block.position;
            block = space.state(number).get();
        }
        let granule = match block.phase {
            Phase::Free | Phase::LargeTail => return None,
            Phase::Large => 0,
            _ => {
                let class = usize::from(block.class);
                let cell = cell_of_granule(class, offset % BLOCK_BYTES / GRANULE);
                if cell >= cells_per_block(class) {
                    return None;
                }
                cell * bytes_of(class) / GRANULE
            }
        };
        let address = space.address_of(number) + granule * GRANULE;
        let mark = space.mark_of(address).load(Ordering::Relaxed);
        let marked = match self.verifier {
            // The collection is over.
            Some(verifier) => mark == verifier.epoch(),
            None => mark == self.epoch || mark == self.before,
        };
        let cell = NonNull::new(address as *mut Header)?;
        // SAFETY: the address is a cell's in a block that is in use, so it is mapped; the world is stopped.
        let has_kind = unsafe { cell.as_ref() }.kind != 0;
        block.revives(granule as u32, marked, has_kind).then_some(cell)
    }

    /// Scans a native stack.
    ///
    /// # Safety
    /// `from..to` is mapped, and whoever owns the stack is parked below `from` or is the caller.
    pub(crate) unsafe fn visit_stack(&mut self, from: usize, to: usize) {
        let mut at = from.next_multiple_of(size_of::<usize>());
        while at < to {
            // SAFETY: in the mapped range, aligned. Volatile: the words are other code's locals.
            self.visit_conservative(unsafe { (at as *const usize).read_volatile() });
            at += size_of::<usize>();
        }
    }

    /// What other markers of the same collection start from.
    pub(crate) fn origin(&self) -> Origin<'h> {
        Origin { heap: self.heap, epoch: self.epoch, before: self.before }
    }

    /// The roots visited from now on are those of the thread with this number, 0 for those of nobody: that thread's processor has what they lead to
    /// in its cache.
    pub fn roots_of(&mut self, thread: u64) {
        self.sections.push((self.stack.len(), thread));
    }

    /// The roots of each thread but `me`, taken off the stack.
    pub(crate) fn take_roots_of_others(&mut self, me: u64) -> Vec<(u64, Vec<NonNull<Header>>)> {
        let mut taken: Vec<(u64, Vec<NonNull<Header>>)> = Vec::new();
        let mut own = Vec::new();
        for (from, owner) in std::mem::take(&mut self.sections).into_iter().rev() {
            let mut cells = self.stack.split_off(from.min(self.stack.len()));
            if owner == 0 || owner == me {
                own.append(&mut cells);
            } else if let Some((_, others)) = taken.iter_mut().find(|(of, _)| *of == owner) {
                others.append(&mut cells);
            } else if !cells.is_empty() {
                taken.push((owner, cells));
            }
        }
        self.stack.append(&mut own);
        taken
    }

    /// Whether nothing is left to trace.
    pub(crate) fn is_done(&self) -> bool {
        self.stack.is_empty()
    }

    /// Traces until nothing is left, alone.
    pub(crate) fn drain(&mut self, ahead: bool) {
        if ahead { self.run::<true>(Outlet::Alone) } else { self.run::<false>(Outlet::Alone) }
    }

    /// Traces until nothing is left of its own, giving some of it away.
    pub(crate) fn run_to(&mut self, outlet: Outlet<'_, 'h>) {
        self.run::<false>(outlet);
    }

    /// Traces until nothing is left, together with the pool's threads.
    pub(crate) fn drain_together(&mut self, pool: &rayon::ThreadPool) {
        let work = std::mem::take(&mut self.stack);
        let pieces: Vec<_> = work.chunks(SPLIT).map(|piece| self.origin().marker(piece.to_vec())).collect();
        pool.scope(|scope| pieces.into_iter().for_each(|marker| spawn(marker, scope)));
    }

    fn run<const AHEAD_OF_TIME: bool>(&mut self, outlet: Outlet<'_, 'h>) {
        let hooks = &*self.heap.hooks;
        // A ring of cells between the stack and the tracer.
        let mut ring = [None; AHEAD];
        let (mut at, mut held) = (0, 0);
        loop {
            let cell = match self.stack.pop() {
                Some(cell) if AHEAD_OF_TIME => {
                    prefetch(cell);
                    let oldest = ring[at].replace(cell);
                    at = (at + 1) % AHEAD;
                    match oldest {
                        Some(oldest) => oldest,
                        None => {
                            held += 1;
                            continue;
                        }
                    }
                }
                Some(cell) => cell,
                None if held == 0 => return,
                None => {
                    let oldest = ring[at].take();
                    at = (at + 1) % AHEAD;
                    match oldest {
                        Some(oldest) => {
                            held -= 1;
                            oldest
                        }
                        None => continue,
                    }
                }
            };
            if self.careful {
                self.tracing = Some(cell);
            }
            // SAFETY: only references to cells come here, and a cell that is referenced or revived has its header.
            unsafe { hooks.trace(cell, self) };
            match outlet {
                Outlet::Alone => {}
                Outlet::Pool(scope) => {
                    if self.stack.len() > SPLIT_ABOVE {
                        // The oldest entries lead to most work.
                        let piece = self.stack.drain(..SPLIT).collect();
                        spawn(self.origin().marker(piece), scope);
                    }
                }
                Outlet::Crew(share) => share.offer(self.origin(), &mut self.stack),
            }
        }
    }
}

fn spawn<'h>(mut marker: Marker<'h>, scope: &rayon::Scope<'h>) {
    scope.spawn(move |scope| marker.run::<true>(Outlet::Pool(scope)));
}

/// The number of the collection before. Numbers restart at 2, see [`Heap::next_epoch`].
const fn previous(epoch: u8) -> u8 {
    epoch - 1
}

/// From now on the first store into the cell is logged. Two markers may both come here; they write the same.
#[inline(always)]
fn age(cell: NonNull<Header>) {
    // SAFETY: a cell that is being marked; the world is stopped.
    let gc = unsafe { &cell.as_ref().gc };
    gc.store(gc.load(Ordering::Relaxed) | gc_bits::OLD_UNLOGGED, Ordering::Relaxed);
}

/// Whose reference it is, for messages.
pub(crate) fn holder(tracing: Option<NonNull<Header>>) -> String {
    tracing.map_or_else(
        || "a root".to_owned(),
        // SAFETY: a cell that is being traced.
        |cell| format!("a reference of the cell {cell:p} (kind {})", unsafe { cell.as_ref() }.kind),
    )
}

#[inline(always)]
fn prefetch(cell: NonNull<Header>) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch of any address is harmless.
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(cell.as_ptr() as *const i8);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = cell;
}

/// How many of a block's mark bytes carry this collection's number.
pub(crate) fn count_marks(marks: &[u8; BLOCK_GRANULES], epoch: u8) -> usize {
    let mut total = 0;
    // 128 at a time: a byte holds the sum, so the compiler uses byte lanes.
    for chunk in marks.chunks_exact(128) {
        let mut sum = 0_u8;
        for mark in chunk {
            sum += u8::from(*mark == epoch);
        }
        total += usize::from(sum);
    }
    total
}
