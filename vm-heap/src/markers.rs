//! The private pool of marker threads: started at the first collection that is worth it, never at start-up.

use vm_core::sync::thread;

/// More do not pay off before the memory bus is full.
const MOST: usize = 4;

/// A pool that starts on demand.
#[derive(Default)]
pub(crate) struct Markers {
    /// Set once, by a collector, in a pause.
    pool: std::cell::OnceCell<Option<rayon::ThreadPool>>,
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
    pub(crate) fn get_or_start(&self, wanted: usize) -> Option<&rayon::ThreadPool> {
        self.pool
            .get_or_init(|| {
                let count = if wanted == 0 { self.processors().min(MOST) } else { wanted };
                if count < 2 {
                    return None;
                }
                rayon::ThreadPoolBuilder::new()
                    .num_threads(count)
                    .thread_name(|i| format!("weft-marker-{i}"))
                    .build()
                    .ok()
            })
            .as_ref()
    }
}
