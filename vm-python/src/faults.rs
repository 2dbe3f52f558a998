//! `-X faults=SEED`: what may happen rarely is made to happen often.
//!
//! A thread of such a VM has the event FAULTS on its breaker for good, so every poll comes here; a VM without faults runs no instruction for
//! them but in slow paths. Each thread draws from a stream of its own, made of the seed and its number: the same program with the same schedule meets the same
//! faults.
//!
//! At a poll: yields, pauses that nobody needs, deopts of an instruction of the running function. Elsewhere: specializations that fail, class look-ups that are
//! not cached, function versions handed out one at a time, waits that look again for no reason, wake-ups that come late or to too many. With `alloc` also
//! births of threads and copies of bytecode for which there is no memory.

use std::cell::Cell;
use std::sync::Arc;

use vm_compiler::Op;
use vm_core::{
    blocking::{Blocking, Clock, Instant, OsBlocking},
    breaker::event,
    code,
    sync::{AtomicU64, Ordering, Parked, ParkingLot, thread},
};

use crate::{config::FaultConfig, vm::Vm};

/// A thread's stream of faults.
pub(crate) struct Faults {
    on: bool,
    allocation: bool,
    state: Cell<u64>,
}

fn step(mut x: u64) -> u64 {
    x ^= x << 13;
    x ^= x >> 7;
    x ^ x << 17
}

fn start(seed: u64, number: u64) -> u64 {
    step((seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xD134_2543_DE82_EF95) | 1)
}

impl Faults {
    /// The stream of thread `number`.
    pub(crate) fn new(config: Option<FaultConfig>, number: u64) -> Faults {
        let (seed, allocation) = config.map_or((0, false), |c| (c.seed, c.allocation));
        Faults { on: config.is_some(), allocation, state: Cell::new(start(seed, number)) }
    }

    fn next(&self) -> u64 {
        let x = step(self.state.get());
        self.state.set(x);
        x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// Whether this is one of the times, `one_in` of them, that something goes wrong. Never without faults. For slow paths.
    pub(crate) fn hit(&self, one_in: u64) -> bool {
        self.on && self.next().is_multiple_of(one_in)
    }

    /// The same for memory that is not to be had.
    pub(crate) fn no_memory(&self) -> bool {
        self.allocation && self.hit(16)
    }
}

impl Vm {
    /// What comes instead of a quiet poll. The caller is at a safepoint.
    pub(crate) fn inject_faults(&self) {
        match self.faults.next() % 4096 {
            0..32 => self.detached(thread::yield_now),
            32 | 33 => self.detached(|| (0..20).for_each(|_| thread::yield_now())),
            64..80 => self.stop_the_world(|_| ()),
            512..1024 => self.deopt_something(),
            _ => {}
        }
    }

    /// Takes a specialized instruction of the running function, in this thread's own copy, back to its adaptive form.
    fn deopt_something(&self) {
        let Some(frame) = self.current_frame().filter(|_| self.adaptive) else { return };
        let positions = &frame.code.body().positions;
        if positions.is_empty() {
            return;
        }
        // As many as the code has instructions.
        let p = &positions[self.faults.next() as usize % positions.len()];
        let ip = frame.base.wrapping_add(p.word as usize);
        // SAFETY: `base` is this thread's copy of the code, and positions are offsets of its instructions.
        let w = unsafe { &*ip }.load(Ordering::Relaxed);
        let Some(op) = Op::from_u16((w & code::OPCODE_MASK) as u16) else { return };
        if op.info().base as u16 != op as u16 && w & code::INSTRUMENTED == 0 {
            self.specialization_miss(ip, w);
        }
    }

    /// Keeps FAULTS on the breaker of this thread, if its VM has faults.
    pub(crate) fn expose_to_faults(&self) {
        if self.faults.on {
            self.core().breaker().set(event::FAULTS);
        }
    }
}

/// Waits that look again for no reason, wake-ups that come late or to too many.
pub(crate) struct FaultyBlocking {
    inner: OsBlocking,
    clock: Arc<dyn Clock>,
    state: AtomicU64,
}

impl FaultyBlocking {
    pub(crate) fn new(seed: u64, clock: Arc<dyn Clock>) -> FaultyBlocking {
        let inner = OsBlocking::new(Arc::new(ParkingLot::new()), Arc::clone(&clock));
        FaultyBlocking { inner, clock, state: AtomicU64::new(start(seed, u64::MAX)) }
    }

    fn next(&self) -> u64 {
        // Shared by threads that wait: numbers may repeat, which harms nothing.
        let x = step(self.state.load(Ordering::Relaxed));
        self.state.store(x, Ordering::Relaxed);
        x >> 16
    }

    fn late(&self) {
        for _ in 0..self.next() % 8 {
            thread::yield_now();
        }
    }
}

impl Blocking for FaultyBlocking {
    fn park(&self, key: usize, ready: &mut dyn FnMut() -> bool, deadline: Option<Instant>) -> Parked {
        loop {
            let soon = self.clock.now().after(std::time::Duration::from_micros(50 + self.next() % 1000));
            let last = deadline.is_some_and(|d| d.0 <= soon.0);
            let until = if last { deadline } else { Some(soon) };
            let parked = self.inner.park(key, &mut *ready, until);
            if last || parked == Parked::Ready {
                self.late();
                return parked;
            }
        }
    }

    fn unpark_one(&self, key: usize) {
        self.late();
        if self.next().is_multiple_of(4) { self.inner.unpark_all(key) } else { self.inner.unpark_one(key) }
    }

    fn unpark_all(&self, key: usize) {
        self.late();
        self.inner.unpark_all(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_depend_on_seed_and_thread_alone() {
        let draw = |seed, number| {
            let f = Faults::new(Some(FaultConfig { seed, allocation: false }), number);
            (0..50).map(|_| f.hit(4)).collect::<Vec<bool>>()
        };
        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(2, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        let hits = draw(1, 1).iter().filter(|h| **h).count();
        assert!((3..30).contains(&hits), "{hits} of 50 at one in four");
    }

    #[test]
    fn without_faults_nothing_is_hit() {
        let f = Faults::new(None, 1);
        assert!((0..100).all(|_| !f.hit(1) && !f.no_memory()));
        let f = Faults::new(Some(FaultConfig { seed: 1, allocation: false }), 1);
        assert!((0..100).all(|_| f.hit(1) && !f.no_memory()), "memory fails only if asked for");
    }
}
