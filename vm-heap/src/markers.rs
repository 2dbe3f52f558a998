//! The private pool of marker threads: started at the first collection that is worth it, never at start-up.

use vm_core::sync::thread;

/// More do not pay off before the memory bus is full.
const MOST: usize = 4;

/// A pool that starts on demand.
#[derive(Default)]
pub(crate) struct Markers {
    /// Set once, by a collector, in a pause.
    pool: std::cell::OnceCell<Option<rayon::ThreadPool>>,
}

// SAFETY: only a collector, of which there is one at a time, touches the cell (pauses order one collector after the other).
unsafe impl Sync for Markers {}

impl Markers {
    /// The pool; `None` when one marker is all there should be, or the system has no threads to give. In a pause.
    pub(crate) fn get_or_start(&self, wanted: usize) -> Option<&rayon::ThreadPool> {
        self.pool
            .get_or_init(|| {
                let count = if wanted == 0 { thread::available_parallelism().min(MOST) } else { wanted };
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
