//! Retired memory: unreachable for newcomers, perhaps still read by someone. Freed in the next pause, when nobody is.

use crate::sync::{Epoch, Mutex};
use crate::world::WorldStopped;

/// What waits for the next pause.
///
/// An attached reader needs no announcement: a pause proves that it is past its reads. Readers outside the attach discipline
/// pin the runtime's epoch; a drain hands the memory to the epoch's collector, which waits for them.
#[derive(Default)]
pub struct Retired {
    garbage: Mutex<Vec<Box<dyn Send>>>,
}

impl std::fmt::Debug for Retired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Retired").field("waiting", &self.len()).finish()
    }
}

impl Retired {
    /// Retires `garbage`. The caller has made it unreachable for newcomers before. Returns how many pieces wait now, so that the
    /// caller can request a pause above its threshold.
    pub fn push(&self, garbage: impl Send + 'static) -> usize {
        let boxed: Box<dyn Send> = Box::new(garbage);
        let mut list = self.garbage.lock();
        list.push(boxed);
        list.len()
    }

    /// How many pieces wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.garbage.lock().len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Frees everything that waits, once the readers pinned now have left too.
    pub fn drain(&self, _: &WorldStopped<'_>, epoch: &Epoch) {
        let garbage = std::mem::take(&mut *self.garbage.lock());
        if !garbage.is_empty() {
            epoch.retire(garbage);
        }
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use std::sync::Arc;

    use crate::runtime::{Runtime, RuntimeConfig};

    #[test]
    fn a_drain_frees_what_no_pinned_reader_may_see() {
        let runtime = Runtime::new(RuntimeConfig::default());
        let interpreter = runtime.new_interpreter();
        let garbage = Arc::new(());
        assert_eq!(interpreter.retired().push(Arc::clone(&garbage)), 1);
        let reader = runtime.epoch().pin();
        interpreter.stop_from_outside(|world| interpreter.retired().drain(world, runtime.epoch()));
        assert!(interpreter.retired().is_empty());
        assert_eq!(Arc::strong_count(&garbage), 2, "the reader may still see it");
        drop(reader);
        // The collector frees in batches, as the epoch advances.
        for _ in 0..1000 {
            if Arc::strong_count(&garbage) == 1 {
                break;
            }
            runtime.epoch().retire(());
        }
        assert_eq!(Arc::strong_count(&garbage), 1, "nobody sees it any more");
    }
}
