//! A collection, from the decision to the last destructor.
//!
//! In the pause: mark from the roots; clear weak references; queue finalizers and mark from them; tell the language what is live; count the marks
//! of each block, which tells free blocks from blocks with free cells; reset every thread's cursors. After it: destructors. Free cells are found
//! lazily, by the allocator.

use std::ptr::NonNull;
use std::time::{Duration, Instant};

use vm_core::breaker::event;
use vm_core::sync::Ordering;
use vm_core::world::{Attached, WorldStopped};

use crate::blocks::Phase;
use crate::header::{Header, gc_bits};
use crate::heap::{CollectionStats, Heap, LiveView, Pending, Reason};
use crate::mark::{Marker, count_marks};
use crate::pool::Extent;
use crate::size_class::{bytes_of, cells_per_block};
use crate::space::{BLOCK_BYTES, GRANULE};
use crate::thread::{DROPS, HeapThread, WeakEntry};
use crate::together::{self, Share};
use crate::verify::Verifier;
use crate::weak::{self, WeakSlot};

/// A live heap above this many bytes is marked by several threads.
const TOGETHER_ABOVE: usize = 32 << 20;
/// A live heap above this many bytes does not fit the caches: cells are fetched ahead of time.
const AHEAD_ABOVE: usize = 8 << 20;
/// What dead cells are filled with in poison mode: as a value, a pointer to an address that no process has.
const POISON: u64 = 0xDBDB_DBDB_DBDB_DBDB;
/// A block is allocated in again when more than one cell in so many is free: short runs cost more than they give.
const WORTH: usize = 8;
/// Collections that free memory must have been plentiful for before some is given back.
const PATIENCE: u32 = 4;

/// A collection that is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    why: Reason,
    /// How long it took until the world was stopped.
    to_safepoint: Duration,
}

impl Heap {
    /// Collects now, unless another thread does while this one waits to stop the world.
    ///
    /// Another's collection is enough because this thread was attached when it asked: that pause began afterwards (P1.R10), with this thread's stack
    /// published, so its marking found dead all that was garbage at the request. [`Reason::Explicit`] asks for a full collection;
    /// [`Reason::Limit`] wants free memory for itself, which the other thread may have used up again.
    pub fn collect(&self, thread: &HeapThread, attached: &Attached<'_>, why: Reason) -> CollectionStats {
        let made = || match why {
            Reason::Explicit => self.full_collections.load(Ordering::Relaxed),
            Reason::Budget | Reason::Stress | Reason::Limit => self.collections.load(Ordering::Relaxed),
        };
        let before = made();
        let served = || why != Reason::Limit && made() != before;
        if why == Reason::Explicit && !self.config.plain {
            self.gather.ask(|| {
                thread.poll(attached);
                served()
            });
        }
        let asked = Instant::now();
        let done = thread.safepoint_park(|| {
            attached.stop_the_world_unless(served, |world| {
                let me = thread.core().id();
                let request = Request { why, to_safepoint: asked.elapsed() };
                if world.interrupted() > 0 && !self.config.plain {
                    together::collect(self, world, request, me)
                } else {
                    self.collect_stopped(world, request, me, None)
                }
            })
        });
        self.drop_dead(thread, attached);
        // An explicit request runs what its garbage left behind, whoever found it.
        if (done.is_some() || why == Reason::Explicit) && !self.pending.lock().is_empty() {
            thread.core().breaker().set(event::FINALIZERS);
        }
        done.unwrap_or_default()
    }

    /// The collection itself, in the pause, on the thread with the number `me`. With `share`, stopped threads help.
    pub(crate) fn collect_stopped<'h>(
        &'h self,
        world: &WorldStopped<'_>,
        Request { why, to_safepoint }: Request,
        me: u64,
        share: Option<&Share<'h>>,
    ) -> CollectionStats {
        self.last_collector.store(me, Ordering::Relaxed);
        let started = Instant::now();
        let young = self.may_be_young(why);
        let epoch = if young { self.epoch.load(Ordering::Relaxed) } else { self.next_epoch() };
        let threads = self.threads.lock();
        let live_before = match self.collections.load(Ordering::Relaxed) {
            // A guess.
            0 => self.used.load(Ordering::Relaxed) / 2,
            _ => self.stats.lock().live_bytes,
        };
        // SAFETY: registered, so boxed and alive while the list is locked; the world is stopped, so its owner does not run.
        let running = threads.iter().filter(|thread| unsafe { thread.0.as_ref() }.has_allocated()).count();
        let mut marker = if young { Marker::young(self, epoch) } else { Marker::new(self, epoch) };

        self.hooks.roots(&mut marker, world);
        marker.roots_of(0);
        for pending in self.pending.lock().iter() {
            let (Pending::Finalizer(cell) | Pending::WeakCallback(cell)) = *pending;
            marker.visit(cell);
        }
        let mut registry = self.registry.lock();
        for thread in threads.iter() {
            // SAFETY: registered, so boxed and alive while the list is locked; the world is stopped, so its owner does not run.
            let thread = unsafe { thread.0.as_ref() };
            marker.roots_of(thread.core().id());
            if let Some((from, to)) = thread.published_stack(self.config.verify) {
                // SAFETY: its owner published the range and is parked below it.
                unsafe { marker.visit_stack(from, to) };
            }
            registry.weak.append(&mut thread.weak.borrow_mut());
            registry.finalizers.append(&mut thread.finalizers.borrow_mut());
            registry.log.append(&mut thread.log.borrow_mut());
        }
        marker.roots_of(0);
        for holder in registry.log.drain(..) {
            if young {
                // SAFETY: marked by the collection before, whose marks still count.
                unsafe { marker.trace_again(holder) };
            }
        }
        self.drain(&mut marker, live_before, me, share);

        let queued = self.process_weak(&mut registry.weak, epoch, world)
            + self.queue_finalizers(&mut registry.finalizers, &mut marker, epoch);
        self.drain(&mut marker, live_before, me, share);
        let live = LiveView { space: &self.space, epoch };
        registry.weak.retain(|entry| live.is_marked(entry.cell));
        drop(registry);
        self.hooks.after_mark(&live, world);

        for thread in threads.iter() {
            // SAFETY: as above.
            unsafe { thread.0.as_ref() }.end_cycle();
        }
        let mut stats = self.end_cycle(epoch, why, running);
        self.epoch.store(epoch, Ordering::Relaxed);
        self.collections.fetch_add(1, Ordering::Relaxed);
        if self.config.verify {
            Verifier::run(self, world, epoch);
        }
        stats.queued = queued;
        stats.young = young;
        if !young {
            self.full_collections.fetch_add(1, Ordering::Relaxed);
            self.live_after_full.store(stats.live_bytes, Ordering::Relaxed);
            self.gather.answer(started.elapsed(), world.interrupted());
        }
        stats.to_safepoint = to_safepoint;
        stats.pause = started.elapsed();
        self.account(stats);
        stats
    }

    /// Whether a young collection will do: until the marked heap, which keeps what died old, has doubled.
    fn may_be_young(&self, why: Reason) -> bool {
        let made = self.collections.load(Ordering::Relaxed);
        if self.config.young_budget.is_none() || made == 0 {
            return false;
        }
        match why {
            Reason::Budget => {
                let full = self.live_after_full.load(Ordering::Relaxed);
                self.stats.lock().live_bytes < full + full.max(self.config.min_budget)
            }
            // Both kinds.
            Reason::Stress => !made.is_multiple_of(4),
            Reason::Explicit | Reason::Limit => false,
        }
    }

    /// The number of the full collection that begins: one more than the last one's, so no mark needs to be cleared. After 255 come 1 for what is
    /// live now, and 2.
    fn next_epoch(&self) -> u8 {
        let last = self.epoch.load(Ordering::Relaxed);
        if last < u8::MAX {
            return last + 1;
        }
        let top = self.pool.lock().top;
        self.space.renumber_marks(top, last);
        2
    }

    fn drain<'h>(&'h self, marker: &mut Marker<'h>, live_before: usize, me: u64, share: Option<&Share<'h>>) {
        if marker.is_done() {
            return;
        }
        if live_before > TOGETHER_ABOVE
            && !self.config.plain
            && let Some(pool) = self.markers.get_or_start(self.config.markers)
        {
            marker.drain_together(&pool);
        } else if let Some(share) = share {
            share.drain(marker, me);
        } else {
            marker.drain(live_before > AHEAD_ABOVE);
        }
    }

    /// P19.R8, P19.R10. The number of callbacks queued.
    fn process_weak(&self, entries: &mut [WeakEntry], epoch: u8, world: &WorldStopped<'_>) -> usize {
        let live = LiveView { space: &self.space, epoch };
        let mut pending = self.pending.lock();
        let before = pending.len();
        let slots = entries.iter().map(|entry| {
            let at = entry.cell.as_ptr() as usize + entry.slot as usize;
            // SAFETY: a registered cell holds a weak slot there, and its memory is not reused before its entry is removed.
            (*entry, unsafe { &*(at as *const WeakSlot) })
        });
        weak::clear_dead(
            slots,
            |word| self.referent_is_live(word, &live),
            |entry| live.is_marked(entry.cell),
            |entry| {
                if entry.callback {
                    pending.push_back(Pending::WeakCallback(entry.cell));
                }
            },
            world,
        );
        pending.len() - before
    }

    fn referent_is_live(&self, word: u64, live: &LiveView<'_>) -> bool {
        let address = word as usize & !(GRANULE - 1);
        // What is not in the heap does not die.
        !self.contains(address)
            || NonNull::new(address as *mut Header).is_some_and(|cell| live.is_marked(cell))
    }

    /// Queues unreachable cells that have a finalizer, and marks from them.
    fn queue_finalizers(
        &self,
        registered: &mut Vec<NonNull<Header>>,
        marker: &mut Marker<'_>,
        epoch: u8,
    ) -> usize {
        let live = LiveView { space: &self.space, epoch };
        let mut pending = self.pending.lock();
        let before = pending.len();
        // All that are dead now, before any of them revives another.
        registered.retain(|cell| {
            let alive = live.is_marked(*cell);
            if !alive {
                pending.push_back(Pending::Finalizer(*cell));
            }
            alive
        });
        for queued in pending.range(before..) {
            if let Pending::Finalizer(cell) = *queued {
                // SAFETY: the cell was registered alive, and its memory is not reused before it leaves the registry.
                unsafe { cell.as_ref() }.gc.fetch_and(!gc_bits::FINALIZER, Ordering::Relaxed);
                marker.visit(cell);
            }
        }
        pending.len() - before
    }

    /// Counts marks, frees blocks, lists those with free cells.
    fn end_cycle(&self, epoch: u8, why: Reason, running: usize) -> CollectionStats {
        let mut stats = CollectionStats::default();
        let mut pool = self.pool.lock();
        let mut used = 0;

        let mut dropped = 0;
        pool.large.retain(|large| {
            let address = self.space.address_of(large.head);
            if self.space.mark_of(address).load(Ordering::Relaxed) == epoch {
                stats.live_cells += 1;
                stats.live_bytes += large.bytes;
                used += large.bytes;
                return true;
            }
            let cell = NonNull::without_provenance(address.try_into().expect("not at address 0"));
            if self.space.state(large.head).get().drops {
                dropped += self.drop_one(cell);
            }
            if self.config.poison {
                // SAFETY: the object is dead, and its pages are its own.
                unsafe { poison(address, large.bytes.min(large.blocks as usize * BLOCK_BYTES)) };
            }
            for block in large.head..large.head + large.blocks {
                self.space.state(block).free(false);
            }
            false
        });
        self.discharge(dropped);

        let mut drop_queue = self.drop_queue.lock();
        drop_queue.clear();
        let mut available: [_; 2 * DROPS] = std::array::from_fn(|slot| self.available[slot].lock());
        for list in &mut available {
            list.clear();
        }
        let mut free: Vec<Extent> = Vec::new();
        // From the top, so that the lowest addresses end up where lists are popped.
        for number in (0..pool.top).rev() {
            let state = self.space.state(number);
            let block = state.get();
            match block.phase {
                Phase::Large | Phase::LargeTail => continue,
                Phase::Free => {
                    push_free(&mut free, number, block.pristine);
                    continue;
                }
                Phase::Unswept | Phase::Owned | Phase::Full | Phase::Abandoned => {}
            }
            let class = usize::from(block.class);
            // SAFETY: in a pause, after marking.
            let cells = count_marks(unsafe { self.space.quiet_marks_of(number) }, epoch);
            stats.live_cells += cells;
            stats.live_bytes += cells * bytes_of(class);
            if self.config.poison && !block.drops {
                self.poison_dead(number, class, epoch);
            }
            if cells == 0 && !block.drops {
                state.free(false);
                push_free(&mut free, number, false);
                continue;
            }
            state.end_cycle();
            used += BLOCK_BYTES;
            if block.drops {
                drop_queue.push(number);
            } else if cells < cells_per_block(class) - cells_per_block(class) / WORTH {
                available[class].push(number);
            }
        }
        drop((available, drop_queue));
        pool.free = free;
        self.used.store(used, Ordering::Relaxed);
        self.allocated.store(0, Ordering::Relaxed);
        let live = stats.live_bytes + self.external_bytes();
        // Threads that run at once get what they would have as processes of their own.
        let share = running.clamp(1, self.markers.processors());
        let budget = match self.config.young_budget {
            None => live.max(self.config.min_budget.saturating_mul(share)),
            Some(bytes) => bytes.saturating_mul(share),
        };
        self.budget.store(budget, Ordering::Relaxed);
        self.give_back(&mut pool, budget, why);
        stats
    }

    /// Gives memory back to the system when much more is free than the next cycle will use, and has been for a while.
    fn give_back(&self, pool: &mut crate::pool::Pool, budget: usize, why: Reason) {
        let keep = (budget + budget / 2).div_ceil(BLOCK_BYTES) as u32;
        let mut spare = pool.dirty_blocks().saturating_sub(keep);
        let due = spare > keep / 4
            && (pool.plentiful >= PATIENCE || matches!(why, Reason::Explicit | Reason::Limit));
        pool.plentiful = if spare > keep / 4 && !due { pool.plentiful + 1 } else { 0 };
        if !due {
            return;
        }
        // The highest addresses come first, and are used last.
        let mut free = Vec::with_capacity(pool.free.len() + 1);
        for extent in pool.free.drain(..) {
            let count = if extent.pristine { 0 } else { extent.count.min(spare) };
            let first = extent.first + extent.count - count;
            if count > 0 {
                // SAFETY: the blocks are free, and the pool is locked.
                unsafe { self.space.decommit(first, count) };
                for block in first..first + count {
                    self.space.state(block).free(true);
                }
                free.push(Extent { first, count, pristine: true });
                spare -= count;
            }
            if count < extent.count {
                free.push(Extent { count: extent.count - count, ..extent });
            }
        }
        pool.free = free;
    }

    fn poison_dead(&self, number: u32, class: usize, epoch: u8) {
        let stride = bytes_of(class) / GRANULE;
        let marks = self.space.marks_of(number);
        for cell in 0..cells_per_block(class) {
            if marks[cell * stride].load(Ordering::Relaxed) != epoch {
                let address = self.space.address_of(number) + cell * bytes_of(class);
                // SAFETY: the cell is dead or free, and cleared before it is allocated.
                unsafe { poison(address, bytes_of(class)) };
            }
        }
    }

    /// Runs the destructor of a dead drop-bearing cell; the bytes that it gives back.
    pub(crate) fn drop_one(&self, cell: NonNull<Header>) -> usize {
        // SAFETY: the caller owns the dead cell's block, or the world is stopped.
        let kind = unsafe { &raw mut (*cell.as_ptr()).kind };
        // SAFETY: as above.
        unsafe {
            if kind.read() == 0 {
                return 0;
            }
            let bytes = self.hooks.drop_cell(cell);
            kind.write(0);
            bytes
        }
    }

    /// Runs the destructors of the cells that the last collection found dead. The caller is attached; a safepoint.
    pub(crate) fn drop_dead(&self, thread: &HeapThread, attached: &Attached<'_>) {
        loop {
            let Some(number) = self.drop_queue.lock().pop() else { return };
            let state = self.space.state(number);
            // A drop-bearing block is listed for allocation only after this.
            if let Some(block) = state.claim() {
                let (freed, live) = self.drop_dead_in(number, usize::from(block.class), block.position);
                self.discharge(freed);
                if block.position != 0 {
                    // P19.R7
                    state.hand_over(block.position);
                    self.available[DROPS + usize::from(block.class)].lock().push(number);
                } else if live == 0 {
                    self.recycle(number);
                } else {
                    state.put_back();
                    self.available[DROPS + usize::from(block.class)].lock().push(number);
                }
            }
            // A pause ends ownership, so only between two blocks.
            thread.poll(attached);
        }
    }

    fn drop_dead_in(&self, number: u32, class: usize, from: u32) -> (usize, usize) {
        let epoch = self.epoch.load(Ordering::Relaxed);
        let marks = self.space.marks_of(number);
        let stride = bytes_of(class) / GRANULE;
        let (mut freed, mut live) = (0, 0);
        for cell in 0..cells_per_block(class) {
            let granule = cell * stride;
            if marks[granule].load(Ordering::Relaxed) == epoch || granule < from as usize {
                live += 1;
                continue;
            }
            let address = self.space.address_of(number) + granule * GRANULE;
            if let Some(cell) = NonNull::new(address as *mut Header) {
                freed += self.drop_one(cell);
                if self.config.poison {
                    // SAFETY: dropped, and this thread owns the block.
                    unsafe { poison(address, bytes_of(class)) };
                }
            }
        }
        (freed, live)
    }

    fn account(&self, stats: CollectionStats) {
        let mut totals = self.stats.lock();
        totals.collections += 1;
        totals.young_collections += u64::from(stats.young);
        totals.max_pause = totals.max_pause.max(stats.pause);
        totals.total_pause += stats.pause;
        totals.pauses.add(stats.pause);
        totals.stops.add(stats.to_safepoint);
        totals.live_bytes = stats.live_bytes;
        totals.live_cells = stats.live_cells;
    }

    /// The cells that `cell` refers to, as its trace tells; each as often as it is referred to.
    ///
    /// # Safety
    /// `cell` is alive.
    pub unsafe fn references_of(
        &self,
        _world: &WorldStopped<'_>,
        cell: NonNull<Header>,
    ) -> Vec<NonNull<Header>> {
        // SAFETY: by the caller's promise, and the world is stopped.
        unsafe { Marker::references_of(self, cell) }
    }

    /// Visits every cell that the last collection found live or that was allocated since.
    pub fn for_each_object(&self, _world: &WorldStopped<'_>, mut f: impl FnMut(NonNull<Header>)) {
        let epoch = self.epoch.load(Ordering::Relaxed);
        let top = self.pool.lock().top;
        for number in 0..top {
            let block = self.space.state(number).get();
            let (stride, cells) = match block.phase {
                Phase::Free | Phase::LargeTail => continue,
                Phase::Large => (0, 1),
                _ => {
                    let class = usize::from(block.class);
                    (bytes_of(class) / GRANULE, cells_per_block(class))
                }
            };
            for cell in 0..cells {
                let granule = cell * stride;
                let address = self.space.address_of(number) + granule * GRANULE;
                let marked = self.space.mark_of(address).load(Ordering::Relaxed) == epoch;
                let Some(cell) = NonNull::new(address as *mut Header) else { continue };
                // SAFETY: a cell's place in a block in use is mapped, and the world is stopped.
                let has_kind = unsafe { cell.as_ref() }.kind != 0;
                if block.revives(granule as u32, marked, has_kind) {
                    f(cell);
                }
            }
        }
    }
}

/// Adds a block below all others of the list.
fn push_free(free: &mut Vec<Extent>, number: u32, pristine: bool) {
    match free.last_mut() {
        Some(extent) if extent.first == number + 1 && extent.pristine == pristine => {
            extent.first = number;
            extent.count += 1;
        }
        _ => free.push(Extent { first: number, count: 1, pristine }),
    }
}

/// # Safety
/// Nobody uses the memory, which is whole granules of the heap.
unsafe fn poison(address: usize, bytes: usize) {
    // SAFETY: by the caller's promise.
    unsafe {
        for word in 0..bytes / size_of::<u64>() {
            (address as *mut u64).add(word).write(POISON);
        }
        // No cell here.
        (&raw mut (*(address as *mut Header)).kind).write(0);
    }
}
