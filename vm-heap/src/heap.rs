//! The heap: configuration, the language's hooks, accounting, registered threads.

use std::collections::VecDeque;
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use vm_core::breaker::event;
use vm_core::runtime::{Interpreter, ThreadCore};
use vm_core::sync::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Mutex, Ordering};
use vm_core::world::WorldStopped;

use crate::gather::Gather;
use crate::header::Header;
use crate::histogram::Histogram;
use crate::mark::Marker;
use crate::markers::Markers;
use crate::pool::Pool;
use crate::size_class::{bytes_of, cells_per_block};
use crate::space::{BLOCK_BYTES, GRANULE, ReserveError, Space};
use crate::thread::{DROPS, HeapThread, SLOTS, ThreadPointer, WeakEntry};

/// How a heap behaves. `Default` is the shipping choice.
#[derive(Clone, Copy, Debug)]
pub struct HeapConfig {
    /// Most bytes in use, Rust-owned ones that were charged included. `None`: as much as the system gives.
    pub limit: Option<usize>,
    /// Collect on every so many allocations of a thread; 0: only when needed. For finding missed roots.
    pub stress: u64,
    /// Overwrite dead cells as soon as they are known dead. For finding missed roots.
    pub poison: bool,
    /// Re-trace after each collection and check every reference. For finding errors of the collector and of `trace`.
    pub verify: bool,
    /// Every collection is made by the thread that asked, at once and alone: nobody helps to mark, and no request waits for others.
    pub plain: bool,
    /// Threads that mark large heaps together; 0: as many as the machine runs, at most 4.
    pub markers: usize,
    /// Bytes to allocate before the first collection, and the least between two full ones.
    pub min_budget: usize,
    /// Bytes to allocate between two young collections, which trace only what was allocated since the last collection, and what was stored
    /// into older cells since; `None`: every collection is full. Rests on [`crate::write_barrier`] after every store.
    pub young_budget: Option<usize>,
}

impl Default for HeapConfig {
    fn default() -> Self {
        Self {
            limit: None,
            stress: 0,
            poison: false,
            verify: false,
            plain: false,
            markers: 0,
            min_budget: 16 << 20,
            young_budget: None,
        }
    }
}

/// What the language tells the heap about its objects. Called with the world stopped, except [`Hooks::drop_cell`].
pub trait Hooks: 'static + Send + Sync {
    /// Visits each reference of the cell, neither more nor less often than it pleases. Several threads may trace different cells, or the same, at once.
    ///
    /// # Safety
    /// `cell` is a live cell of the heap whose header was written.
    unsafe fn trace(&self, cell: NonNull<Header>, marker: &mut Marker<'_>);

    /// Visits every root outside the heap that is not on a native stack.
    fn roots(&self, marker: &mut Marker<'_>, world: &WorldStopped<'_>);

    /// A cell of [`HeapThread::alloc_drop`] is dead: drops what it owns on the Rust heap and returns how many charged bytes
    /// that was. Runs once per cell, on any thread, while others run; may not touch the heap, other cells included.
    ///
    /// # Safety
    /// `cell` is such a cell, unreachable; its memory is reused afterwards.
    unsafe fn drop_cell(&self, cell: NonNull<Header>) -> usize;

    /// Marking is done and final: forget whatever names dead cells without keeping them alive (intern table, caches).
    fn after_mark(&self, live: &LiveView<'_>, world: &WorldStopped<'_>);
}

/// Why a collection happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// The program asked.
    Explicit,
    /// The budget is used up.
    Budget,
    /// The limit, or the end of the address range, is near.
    Limit,
    /// Stress mode.
    Stress,
}

/// What one collection did.
#[derive(Clone, Copy, Default, Debug)]
pub struct CollectionStats {
    /// Whether it was young: what is counted as live then includes what died old.
    pub young: bool,
    /// Bytes of live cells.
    pub live_bytes: usize,
    /// Number of live cells.
    pub live_cells: usize,
    /// Cells of dead weakly referenced or finalizable objects queued by it.
    pub queued: usize,
    /// How long it took for the world to stand still.
    pub to_safepoint: Duration,
    /// How long the world was stopped.
    pub pause: Duration,
}

/// Totals since the heap was made.
#[derive(Clone, Copy, Default, Debug)]
pub struct HeapStats {
    /// Collections.
    pub collections: u64,
    /// Those among them that were young.
    pub young_collections: u64,
    /// Longest pause.
    pub max_pause: Duration,
    /// All pauses.
    pub total_pause: Duration,
    /// Live bytes after the last collection.
    pub live_bytes: usize,
    /// Live cells after the last collection.
    pub live_cells: usize,
    /// Bytes of blocks and large objects in use now.
    pub used_bytes: usize,
    /// Charged bytes of the Rust heap.
    pub external_bytes: usize,
    /// Bytes allocated since the last collection, to a block per thread.
    pub allocated_bytes: usize,
    /// Bytes to be allocated between the last collection and the next.
    pub budget: usize,
    /// Blocks and large objects that the pool handed out, under its lock.
    pub block_locks: u64,
    /// Pauses of collections by length.
    pub pauses: Histogram,
    /// Collections by how long the world took to stand still.
    pub stops: Histogram,
}

/// Which cells a collection found live.
#[derive(Debug)]
pub struct LiveView<'h> {
    pub(crate) space: &'h Space,
    pub(crate) epoch: u8,
}

impl LiveView<'_> {
    /// Whether the cell is live. `cell` need not be: a dead cell may be asked about.
    #[must_use]
    pub fn is_marked(&self, cell: NonNull<Header>) -> bool {
        self.space.mark_of(cell.as_ptr() as usize).load(Ordering::Relaxed) == self.epoch
    }
}

/// Something that the language has to run after a collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pending {
    /// The finalizer of this cell, which was unreachable and lives on until the collection after.
    Finalizer(NonNull<Header>),
    /// The callback of this weak reference, whose referent died.
    WeakCallback(NonNull<Header>),
}

// SAFETY: the cells are kept alive by the queue and then by whoever takes them, on whatever thread.
unsafe impl Send for Pending {}

/// One heap per interpreter.
pub struct Heap {
    /// Whether collections may start by themselves.
    automatic: AtomicBool,
    pub(crate) space: Space,
    pub(crate) config: HeapConfig,
    pub(crate) hooks: Box<dyn Hooks>,
    pub(crate) interpreter: Arc<Interpreter>,
    pub(crate) pool: Mutex<Pool>,
    /// Per class and kind of block: blocks with free cells, claimed or not (P19.R2).
    pub(crate) available: [Mutex<Vec<u32>>; SLOTS],
    pub(crate) threads: Mutex<Vec<ThreadPointer>>,
    /// The number of the last collection, as its marks write it: 1..=255.
    pub(crate) epoch: AtomicU8,
    pub(crate) collections: AtomicUsize,
    /// The number of the thread that made the last one.
    pub(crate) last_collector: AtomicU64,
    /// Those among them that were full.
    pub(crate) full_collections: AtomicUsize,
    /// Live bytes after the last full collection.
    pub(crate) live_after_full: AtomicUsize,
    pub(crate) used: AtomicUsize,
    pub(crate) external: AtomicUsize,
    pub(crate) allocated: AtomicUsize,
    pub(crate) budget: AtomicUsize,
    pub(crate) limit: AtomicUsize,
    pub(crate) stats: Mutex<HeapStats>,
    pub(crate) pending: Mutex<VecDeque<Pending>>,
    pub(crate) registry: Mutex<Registry>,
    /// Drop-bearing blocks whose dead cells have not been dropped since the last collection.
    pub(crate) drop_queue: Mutex<Vec<u32>>,
    pub(crate) markers: Markers,
    pub(crate) gather: Gather,
}

/// Cells that a collection treats specially.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    pub(crate) weak: Vec<WeakEntry>,
    pub(crate) finalizers: Vec<NonNull<Header>>,
    pub(crate) log: Vec<NonNull<Header>>,
}

// SAFETY: the cells belong to the heap, and the registry is used in pauses and when a thread ends.
unsafe impl Send for Registry {}

impl std::fmt::Debug for Heap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heap")
            .field("space", &self.space)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Heap {
    /// An empty heap for the interpreter's threads.
    ///
    /// # Errors
    /// When the system grants no address space.
    pub fn new(
        config: HeapConfig,
        hooks: Box<dyn Hooks>,
        interpreter: Arc<Interpreter>,
    ) -> Result<Arc<Self>, ReserveError> {
        Ok(Arc::new(Self {
            space: Space::reserve()?,
            automatic: AtomicBool::new(false),
            config,
            hooks,
            interpreter,
            pool: Mutex::default(),
            available: std::array::from_fn(|_| Mutex::default()),
            threads: Mutex::default(),
            epoch: AtomicU8::new(1),
            collections: AtomicUsize::new(0),
            last_collector: AtomicU64::new(0),
            full_collections: AtomicUsize::new(0),
            live_after_full: AtomicUsize::new(0),
            used: AtomicUsize::new(0),
            external: AtomicUsize::new(0),
            allocated: AtomicUsize::new(0),
            budget: AtomicUsize::new(config.min_budget),
            limit: AtomicUsize::new(config.limit.unwrap_or(usize::MAX)),
            stats: Mutex::default(),
            pending: Mutex::default(),
            registry: Mutex::default(),
            drop_queue: Mutex::default(),
            markers: Markers::default(),
            gather: Gather::default(),
        }))
    }

    /// The interpreter whose threads use the heap.
    pub fn interpreter(&self) -> &Arc<Interpreter> {
        &self.interpreter
    }

    /// How it was made.
    pub fn config(&self) -> &HeapConfig {
        &self.config
    }

    /// Most bytes in use, `None` for no limit.
    pub fn limit(&self) -> Option<usize> {
        match self.limit.load(Ordering::Relaxed) {
            usize::MAX => None,
            bytes => Some(bytes),
        }
    }

    /// Changes the limit; a lower one than what is in use takes effect at the next allocation of a block.
    pub fn set_limit(&self, bytes: Option<usize>) {
        self.limit.store(bytes.unwrap_or(usize::MAX), Ordering::Relaxed);
    }

    /// Makes a thread known to the heap. Its OS thread calls this, before it first attaches or while attached, and holds no reference before.
    /// `stack_base` is the highest address of its native stack.
    pub fn register_thread(self: &Arc<Self>, core: &Arc<ThreadCore>, stack_base: usize) -> Box<HeapThread> {
        let thread = Box::new(HeapThread::new(Arc::clone(self), Arc::clone(core), stack_base));
        self.threads.lock().push(ThreadPointer(NonNull::from(&*thread)));
        thread
    }

    /// The end of a thread for the heap: its blocks are handed over. Called attached; no allocation after it.
    pub fn unregister_thread(&self, thread: Box<HeapThread>) {
        thread.hand_over();
        let this = NonNull::from(&*thread);
        let mut threads = self.threads.lock();
        threads.retain(|t| t.0 != this);
        // What it was to run, another runs.
        if let Some(heir) = threads.first()
            && !self.pending.lock().is_empty()
        {
            // SAFETY: listed, so alive while the list is locked; the breaker is shared by design.
            unsafe { heir.0.as_ref() }.core().breaker().set(event::FINALIZERS);
        }
    }

    /// In a child of fork, after [`Heap::unregister_thread`] for each thread that the child does not have: markers start anew on demand.
    pub fn after_fork_in_child(&self, _: &WorldStopped<'_>) {
        self.markers.forget();
    }

    /// Totals.
    pub fn stats(&self) -> HeapStats {
        HeapStats {
            used_bytes: self.used.load(Ordering::Relaxed),
            external_bytes: self.external_bytes(),
            allocated_bytes: self.allocated.load(Ordering::Relaxed),
            budget: self.budget.load(Ordering::Relaxed),
            block_locks: self.pool.lock().handed_out,
            ..*self.stats.lock()
        }
    }

    /// The next finalizer or callback to run, oldest first. The cell is a reference on the caller's stack from then on.
    pub fn take_pending(&self, _thread: &HeapThread) -> Option<Pending> {
        self.pending.lock().pop_front()
    }

    /// Gives charged bytes back, from wherever; a thread had better use [`HeapThread::discharge`].
    pub fn discharge(&self, bytes: usize) {
        self.external.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Charged bytes that were told to the heap. Discharges may be told before their charges, so the counter may pass below 0.
    pub(crate) fn external_bytes(&self) -> usize {
        usize::try_from(self.external.load(Ordering::Relaxed).cast_signed()).unwrap_or(0)
    }

    /// The first address of the heap's range; every cell lies within 64 GiB of it.
    #[inline(always)]
    pub fn base(&self) -> usize {
        self.space.base()
    }

    /// Lets collections start by themselves (`gc.enable`), or not: then only the limit and explicit requests start one. Off until
    /// the embedder has registered its roots.
    pub fn set_automatic(&self, on: bool) {
        self.automatic.store(on, Ordering::Relaxed);
    }

    /// Whether collections start by themselves.
    #[must_use]
    pub fn is_automatic(&self) -> bool {
        self.automatic.load(Ordering::Relaxed)
    }

    /// Whether a reference to `address` would name a cell, for diagnosis.
    pub fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.space.base()) < self.space.span() && address.is_multiple_of(GRANULE)
    }

    /// Whether this many more bytes would break the limit.
    pub(crate) fn exceeds_limit(&self, more: usize) -> bool {
        let limit = self.limit.load(Ordering::Relaxed);
        let used = self.used.load(Ordering::Relaxed) + self.external_bytes();
        used.saturating_add(more) > limit
    }

    /// A block from the pool for a class, owned by the caller. `None`: the range is used up.
    pub(crate) fn take_block(&self, class: usize, drops: bool) -> Option<u32> {
        let mut pool = self.pool.lock();
        pool.handed_out += 1;
        let (block, mut pristine) = pool.take_one(&self.space)?;
        if drops && !pristine {
            // A sweeper looks at the kind of every cell, also of those that were never allocated.
            // SAFETY: the block is free, and the pool is locked.
            unsafe { std::ptr::write_bytes(self.space.address_of(block) as *mut u8, 0, BLOCK_BYTES) };
            pristine = true;
        }
        self.space.state(block).take(class as u8, drops, pristine);
        drop(pool);
        self.used.fetch_add(BLOCK_BYTES, Ordering::Relaxed);
        Some(block)
    }
}

impl Heap {
    /// A block of the slot with free cells, owned by the caller.
    pub(crate) fn take_available(&self, slot: usize) -> Option<u32> {
        loop {
            let block = self.available[slot].lock().pop()?;
            debug_assert_eq!(usize::from(self.space.state(block).get().class), slot % DROPS);
            if self.space.state(block).claim().is_some() {
                return Some(block);
            }
        }
    }

    /// A zeroed object with blocks of its own.
    pub(crate) fn take_large(&self, bytes: usize, drops: bool) -> Option<NonNull<Header>> {
        const PAGE: usize = 4096;
        let charged = bytes.checked_next_multiple_of(PAGE)?;
        let count = u32::try_from(bytes.div_ceil(BLOCK_BYTES)).ok()?;
        let mut pool = self.pool.lock();
        pool.handed_out += 1;
        let (head, pristine) = pool.take_run(count, &self.space)?;
        self.space.state(head).take_large(drops);
        for distance in 1..count {
            self.space.state(head + distance).take_tail(distance);
        }
        pool.large.push(crate::pool::Large { head, blocks: count, bytes: charged });
        drop(pool);
        self.used.fetch_add(charged, Ordering::Relaxed);
        self.allocated.fetch_add(charged, Ordering::Relaxed);
        let address = self.space.address_of(head);
        if !pristine {
            // SAFETY: the blocks were free and are now this object's.
            unsafe {
                std::ptr::write_bytes(address as *mut u8, 0, charged.min(count as usize * BLOCK_BYTES))
            };
        }
        NonNull::new(address as *mut Header)
    }

    /// A block whose cells are all dead and dropped goes back to the pool.
    pub(crate) fn recycle(&self, block: u32) {
        let mut pool = self.pool.lock();
        self.space.state(block).recycle();
        pool.free.push(crate::pool::Extent { first: block, count: 1, pristine: false });
        drop(pool);
        self.used.fetch_sub(BLOCK_BYTES, Ordering::Relaxed);
    }

    /// The next run of cells in `within` that the last collection did not mark, at most `most` cells long; empty at the end of `within`.
    /// Granules.
    pub(crate) fn free_run(
        &self,
        block: u32,
        within: std::ops::Range<usize>,
        stride: usize,
        most: usize,
    ) -> std::ops::Range<usize> {
        let epoch = self.epoch.load(Ordering::Relaxed);
        // SAFETY: the caller is attached, so no marker runs.
        let marks = unsafe { self.space.quiet_marks_of(block) };
        let is_free = |granule: &usize| marks[*granule] != epoch;
        let Some(first) = within.clone().step_by(stride).find(is_free) else {
            return within.end..within.end;
        };
        let cells = (first..within.end).step_by(stride).take(most).take_while(is_free).count();
        first..first + cells * stride
    }
}

impl Drop for Heap {
    /// Runs the destructors that no collection ran.
    fn drop(&mut self) {
        let pool = self.pool.lock();
        let large = pool.large.iter().map(|large| large.head);
        let small = (0..pool.top).filter(|block| self.space.state(*block).get().class != 0);
        for number in small.chain(large) {
            let block = self.space.state(number).get();
            if !block.drops {
                continue;
            }
            let class = usize::from(block.class);
            let (bytes, cells) = if class == 0 { (0, 1) } else { (bytes_of(class), cells_per_block(class)) };
            for cell in 0..cells {
                // A cell without a kind is free, or dropped.
                let address = self.space.address_of(number) + cell * bytes;
                NonNull::new(address as *mut Header).map(|cell| self.drop_one(cell));
            }
        }
    }
}
