//! A toy language over the heap: nodes with value slots, boxes that own Rust memory, weak references.

#![allow(dead_code, reason = "each test file uses a part of it; the one that uses all has nothing to expect")]

use std::ptr::NonNull;
use std::sync::Arc;

use vm_core::runtime::{Interpreter, Runtime, RuntimeConfig, ThreadCore};
use vm_core::sync::{AtomicU64, AtomicUsize, Mutex, Ordering, thread};
use vm_core::world::{Attached, WorldStopped};
use vm_heap::weak::WeakSlot;
use vm_heap::{Header, Heap, HeapConfig, HeapThread, Hooks, LiveView, Marker, OutOfMemory};

/// `aux` value words follow the header, then whatever.
pub const NODE: u8 = 1;
/// A `Box<Vec<u8>>` as a word follows the header.
pub const OWNER: u8 = 2;
/// A weak slot follows the header.
pub const WEAK: u8 = 3;
/// Words that may be references follow the header: two.
pub const DOUBTFUL: u8 = 4;

/// The toy's hooks.
#[derive(Default)]
pub struct Toy {
    /// Cells that are alive because the test says so.
    pub roots: Arc<Mutex<Vec<u64>>>,
    /// Destructors that ran.
    pub dropped: Arc<AtomicUsize>,
}

impl Hooks for Toy {
    unsafe fn trace(&self, cell: NonNull<Header>, marker: &mut Marker<'_>) {
        // SAFETY: a live cell; nodes have `aux` words behind the header.
        unsafe {
            let header = cell.as_ref();
            match header.kind {
                NODE => {
                    let slots = cell.add(1).cast::<AtomicU64>();
                    for i in 0..header.aux.load(Ordering::Relaxed) as usize {
                        marker.visit_word(slots.add(i).as_ref().load(Ordering::Acquire));
                    }
                }
                DOUBTFUL => {
                    for i in 0..2 {
                        let word = cell.add(1).cast::<AtomicU64>().add(i).as_ref().load(Ordering::Relaxed);
                        marker.visit_conservative(word as usize);
                    }
                }
                OWNER | WEAK => {}
                kind => panic!("traced a cell of kind {kind} at {cell:p}"),
            }
        }
    }

    fn roots(&self, marker: &mut Marker<'_>, _: &WorldStopped<'_>) {
        for root in self.roots.lock().iter() {
            marker.visit_word(*root);
        }
    }

    unsafe fn drop_cell(&self, cell: NonNull<Header>) -> usize {
        // SAFETY: an owner's word is its box, and nobody else frees it.
        let owned = unsafe { Box::from_raw(*cell.add(1).cast::<*mut Vec<u8>>().as_ptr()) };
        self.dropped.fetch_add(1, Ordering::Relaxed);
        owned.capacity()
    }

    fn after_mark(&self, _: &LiveView<'_>, _: &WorldStopped<'_>) {}
}

/// A heap with its interpreter.
pub struct World {
    pub heap: Arc<Heap>,
    pub interpreter: Arc<Interpreter>,
    pub roots: Arc<Mutex<Vec<u64>>>,
    pub dropped: Arc<AtomicUsize>,
}

pub fn world(config: HeapConfig) -> World {
    let interpreter = Runtime::new(RuntimeConfig::default()).new_interpreter();
    let toy = Toy::default();
    let (roots, dropped) = (Arc::clone(&toy.roots), Arc::clone(&toy.dropped));
    let heap = Heap::new(config, Box::new(toy), Arc::clone(&interpreter)).expect("address space");
    heap.set_automatic(true);
    World { heap, interpreter, roots, dropped }
}

/// A registered thread, attached.
pub struct Me<'t> {
    pub heap: &'t HeapThread,
    pub attached: &'t Attached<'t>,
}

impl World {
    /// Runs `body` on the calling OS thread as a thread of the interpreter.
    #[inline(never)]
    pub fn run<R>(&self, body: impl FnOnce(&Me<'_>) -> R) -> R {
        let core: Arc<ThreadCore> = self.interpreter.register_thread().expect("a thread");
        let here = 0_usize;
        // Everything that the body keeps lies below this frame.
        let base = (&raw const here as usize).next_multiple_of(4096) + 4096;
        let base = base.min(stack_end());
        let mut thread = self.heap.register_thread(&core, base);
        let attached = core.attach();
        let _deadly = Deadly;
        let result = body(&Me { heap: &mut thread, attached: &attached });
        self.heap.unregister_thread(thread);
        self.interpreter.unregister_thread(attached);
        result
    }

    /// Runs `body` on `n` threads at once.
    pub fn run_many<R: Send + 'static>(
        self: &Arc<Self>,
        n: usize,
        body: impl Fn(&Me<'_>, usize) -> R + Send + Sync + 'static,
    ) -> Vec<R> {
        let body = Arc::new(body);
        let handles: Vec<_> = (0..n)
            .map(|i| {
                let (world, body) = (Arc::clone(self), Arc::clone(&body));
                thread::spawn("torture", 0, move || world.run(|me| body(me, i))).expect("a thread")
            })
            .collect();
        handles.into_iter().map(|h| h.join().expect("no panic")).collect()
    }
}

/// A thread that unwinds stays attached, and every other would wait for it for ever.
struct Deadly;

impl Drop for Deadly {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let message = "a registered thread panicked; --nocapture shows why\n";
            // SAFETY: writes a string. The harness would capture anything but the descriptor itself.
            unsafe { libc::write(2, message.as_ptr().cast(), message.len()) };
            std::process::exit(101);
        }
    }
}

/// Where the calling thread's stack ends.
fn stack_end() -> usize {
    // SAFETY: the attribute object is initialized by the call and destroyed below.
    unsafe {
        let mut attr: libc::pthread_attr_t = std::mem::zeroed();
        assert_eq!(libc::pthread_getattr_np(libc::pthread_self(), &mut attr), 0);
        let (mut low, mut size) = (std::ptr::null_mut(), 0);
        libc::pthread_attr_getstack(&attr, &mut low, &mut size);
        libc::pthread_attr_destroy(&mut attr);
        low as usize + size
    }
}

/// A cell as a value word.
pub fn tagged(cell: NonNull<Header>) -> u64 {
    cell.as_ptr() as u64 | 3
}

/// The cell of a value word.
pub fn cell_of(word: u64) -> NonNull<Header> {
    NonNull::new((word & !3) as *mut Header).expect("a pointer")
}

impl Me<'_> {
    /// A node with `refs` references and `extra` more words, all 0.
    pub fn node(&self, refs: usize, extra: usize) -> Result<NonNull<Header>, OutOfMemory> {
        let cell = self.heap.alloc(16 + 8 * (refs + extra))?;
        // SAFETY: fresh memory of this size.
        unsafe {
            (*cell.as_ptr()).kind = NODE;
            cell.as_ref().aux.store(refs as u32, Ordering::Relaxed);
        }
        Ok(cell)
    }

    /// A cell that owns `bytes` of Rust memory.
    pub fn owner(&self, bytes: usize) -> Result<NonNull<Header>, OutOfMemory> {
        self.heap.charge(bytes)?;
        let cell = self.heap.alloc_drop(24)?;
        // SAFETY: fresh memory of this size; the kind comes last.
        unsafe {
            cell.add(1).cast::<*mut Vec<u8>>().write(Box::into_raw(Box::new(Vec::with_capacity(bytes))));
            (*cell.as_ptr()).kind = OWNER;
        }
        Ok(cell)
    }

    /// A weak reference.
    pub fn weak(&self, referent: NonNull<Header>, callback: bool) -> NonNull<Header> {
        let cell = self.heap.alloc(24).expect("memory");
        // SAFETY: fresh memory of this size.
        unsafe { (*cell.as_ptr()).kind = WEAK };
        weak_slot(cell).set(tagged(referent));
        self.heap.register_weak(cell, 16, callback);
        cell
    }

    /// Stores a reference (or 0) into a cell that may be old.
    pub fn store(&self, holder: NonNull<Header>, i: usize, word: u64) {
        slot(holder, i).store(word, Ordering::Release);
        // SAFETY: a live cell.
        vm_heap::write_barrier(self.heap, unsafe { holder.as_ref() });
    }

    /// Collects.
    #[inline(never)]
    pub fn collect(&self) -> vm_heap::CollectionStats {
        self.heap.heap().collect(self.heap, self.attached, vm_heap::Reason::Explicit)
    }
}

/// Word `i` behind the header.
pub fn slot<'c>(cell: NonNull<Header>, i: usize) -> &'c AtomicU64 {
    // SAFETY: the tests index within what they allocated.
    unsafe { cell.add(1).cast::<AtomicU64>().add(i).as_ref() }
}

/// The slot of a weak reference.
pub fn weak_slot<'c>(cell: NonNull<Header>) -> &'c WeakSlot {
    // SAFETY: the cell is a weak reference.
    unsafe { cell.add(1).cast::<WeakSlot>().as_ref() }
}
