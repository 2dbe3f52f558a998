//! The private pool of marker threads: started at the first collection that is worth it, never at start-up.

use std::sync::Arc;

use vm_core::sync::thread;

/// More do not pay off before the memory bus is full.
const MOST: usize = 4;

/// A pool that starts on demand.
#[derive(Default)]
pub(crate) struct Markers {
    /// Set once, by a collector, in a pause; anew in a child of fork.
    pool: std::cell::RefCell<Option<Option<Arc<rayon::ThreadPool>>>>,
    processors: std::cell::OnceCell<usize>,
}

// SAFETY: only a collector, of which there is one at a time, touches the cells (pauses order one collector after the other).
unsafe impl Sync for Markers {}

impl Markers {
    /// How many threads the machine runs at a time. In a pause. Asking the system takes longer than start-up may.
    pub(crate) fn processors(&self) -> usize {
        *self.processors.get_or_init(thread::available_parallelism)
    }

    /// The pool; `None` when one marker is all there should be, or the system has no threads to give. In a pause.
    pub(crate) fn get_or_start(&self, wanted: usize) -> Option<Arc<rayon::ThreadPool>> {
        self.pool
            .borrow_mut()
            .get_or_insert_with(|| {
                let count = if wanted == 0 { self.processors().min(MOST) } else { wanted };
                // ThreadSanitizer does not see the standard library's locks inside the pool.
                if count < 2 || cfg!(weft_sync = "tsan") {
                    return None;
                }
                rayon::ThreadPoolBuilder::new()
                    .num_threads(count)
                    .thread_name(|i| format!("weft-marker-{i}"))
                    .build()
                    .ok()
                    .map(Arc::new)
            })
            .clone()
    }

    /// In a child of fork, which does not have the threads of the pool. In a pause.
    pub(crate) fn forget(&self) {
        // Its end would wait for them.
        std::mem::forget(self.pool.take());
    }
}
