//! How long the pauses take that turn events off.

use std::time::{Duration, Instant};

use vm_core::{
    sync::{AtomicU64, Ordering},
    world::WorldStopped,
};
use vm_heap::{BUCKETS, Histogram};

use crate::vm::Vm;

/// Counts by duration, as in [`Histogram`].
pub(crate) struct Times([AtomicU64; BUCKETS]);

impl Times {
    pub(super) fn new() -> Times {
        Times(std::array::from_fn(|_| AtomicU64::new(0)))
    }
    fn add(&self, duration: Duration) {
        self.0[Histogram::bucket(duration)].fetch_add(1, Ordering::Relaxed);
    }
    /// The buckets that are not empty: least duration in nanoseconds, and count.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let count = |(i, n): (usize, &AtomicU64)| (Histogram::least(i), n.load(Ordering::Relaxed));
        self.0.iter().enumerate().map(count).filter(|c| c.1 != 0)
    }
}

impl Vm {
    /// Turns something off in a pause, and notes how long that took to come, and took.
    pub(super) fn turn_off<R>(&self, f: impl FnOnce(&WorldStopped<'_>) -> R) -> R {
        let asked = Instant::now();
        self.stop_the_world(|world| {
            let stopped = Instant::now();
            let result = f(world);
            let times = self.monitoring();
            times.stops.add(stopped - asked);
            times.pauses.add(stopped.elapsed());
            result
        })
    }
}
