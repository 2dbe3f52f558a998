//! P9: the 16-bit backoff counter, one shape for both tiers.
//!
//! **Purpose.** Decide when a place is worth specializing or compiling, and try less and less often where that fails.
//!
//! **Actors.** The owner of a bytecode copy *advances* its counters; a thread that makes a new copy *reads* cache word 0 for its
//! operand; a later owner of the same index *takes over*.
//!
//! **State.** Bits 0..4 backoff, bits 4..16 value, in the low 16 bits of cache word 0; the 48 bits above are an immutable operand.
//!
//! **Rules.**
//! * R1 One writer at a time: the owner of the copy. Hand-over goes through the index pool (P6.R3). Hence plain relaxed loads
//!   and stores of the whole word, not RMWs.
//! * R2 A write of the counter keeps the 48 bits above.
//! * R3 The value counts down to 0, triggers once, and is then restarted by whoever handled the trigger; it never wraps.
//! * R4 A failed attempt doubles the wait, up to backoff 12: 2^b − 1 executions.
//! * R5 With copies off no counter is written.
//!
//! **Guarantees.** At most one trigger per period and copy; a trigger eventually. **Not guaranteed**: exact counts for a reader other than
//! the owner.
//!
//! **Memory orders.** All relaxed: the word holds no pointer, and R1 names its only writer.
//!
//! **Checked by** `p9.*`. **Not checked**: R5, the embedder's part; whether the start values are good ones (a matter of measurement).

use crate::mutant;
use crate::sync::{AtomicU64, Ordering};

/// A counter's value and backoff; 16 bits.
#[repr(transparent)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff(u16);

const BACKOFF_BITS: u32 = 4;
const BACKOFF_MASK: u16 = (1 << BACKOFF_BITS) - 1;
const MAX_VALUE: u16 = (1 << 12) - 1;
const MAX_BACKOFF: u16 = 12;
/// The backoff of a counter that never triggers.
const UNREACHABLE: u16 = 15;
/// The low 16 bits of a cache word.
const COUNTER_MASK: u64 = 0xFFFF;

impl Backoff {
    /// A counter that triggers after `value` more executions (capped at 4095), and then waits 2^`backoff` − 1 (`backoff` capped at 12).
    #[must_use]
    pub const fn new(value: u16, backoff: u16) -> Self {
        let value = if value > MAX_VALUE { MAX_VALUE } else { value };
        let backoff = if backoff > MAX_BACKOFF { MAX_BACKOFF } else { backoff };
        Self(value << BACKOFF_BITS | backoff)
    }

    /// Never triggers: for places where trying again makes no sense.
    #[must_use]
    pub const fn unreachable() -> Self {
        Self(MAX_VALUE << BACKOFF_BITS | UNREACHABLE)
    }

    /// A fresh adaptive instruction: specialized by its second execution.
    #[must_use]
    pub const fn adaptive_start() -> Self {
        Self::new(1, 1)
    }

    /// A backward jump's start. 16 unless set otherwise.
    #[must_use]
    pub const fn jump_start() -> Self {
        Self::new(16, 4)
    }

    /// A side exit's start. 64 unless set otherwise.
    #[must_use]
    pub const fn side_exit_start() -> Self {
        Self::new(64, 6)
    }

    /// Executions left before the trigger.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.0 >> BACKOFF_BITS
    }

    /// The backoff exponent.
    #[must_use]
    pub const fn backoff(self) -> u16 {
        self.0 & BACKOFF_MASK
    }

    /// The 16 bits.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// From the 16 bits.
    #[must_use]
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// Whether this execution is the one to act on.
    #[must_use]
    #[inline]
    pub const fn triggers(self) -> bool {
        // An unreachable counter is kept at the greatest value by `advanced`.
        self.value() == 0
    }

    /// One execution later. A counter at 0 stays there until it is restarted (P9.R3).
    #[must_use]
    #[inline]
    pub fn advanced(self) -> Self {
        if self.triggers() || self.backoff() == UNREACHABLE {
            self
        } else {
            Self(self.0 - (1 << BACKOFF_BITS))
        }
    }

    /// After a failed attempt: the next one comes after twice the wait (P9.R4).
    #[must_use]
    pub fn restarted(self) -> Self {
        if self.backoff() == UNREACHABLE {
            return self;
        }
        let backoff =
            if mutant!("p9.no-doubling") { self.backoff() } else { (self.backoff() + 1).min(MAX_BACKOFF) };
        Self::new((1 << backoff) - 1, backoff)
    }

    /// The counter in `cache`, word 0 of an instruction's cache.
    #[inline]
    pub fn load(cache: &AtomicU64) -> Self {
        // The low 16 bits are the counter.
        Self(cache.load(Ordering::Relaxed) as u16)
    }

    /// Writes this counter into `cache`, whose owner the caller is (P9.R1), and keeps the operand above it (P9.R2).
    #[inline]
    pub fn store(self, cache: &AtomicU64) {
        if mutant!("p9.drops-operand") {
            cache.store(u64::from(self.0), Ordering::Relaxed);
            return;
        }
        let word = cache.load(Ordering::Relaxed);
        cache.store(word & !COUNTER_MASK | u64::from(self.0), Ordering::Relaxed);
    }

    /// One execution: true when it is the one to act on, else the counter moves by one. The caller owns the copy and restarts
    /// the counter after acting (P9.R3).
    #[inline]
    pub fn tick(cache: &AtomicU64) -> bool {
        let now = Self::load(cache);
        if now.triggers() {
            if mutant!("p9.wraps") {
                Self(now.0.wrapping_sub(1 << BACKOFF_BITS)).store(cache);
            }
            return true;
        }
        now.advanced().store(cache);
        false
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;

    #[test]
    fn counts_down_triggers_and_waits_for_a_restart() {
        let cache = AtomicU64::new(0xABCD_EF01_2345_0000);
        Backoff::new(3, 2).store(&cache);
        let ticks: Vec<bool> = (0..6).map(|_| Backoff::tick(&cache)).collect();
        assert_eq!(ticks, [false, false, false, true, true, true]);
        assert_eq!(cache.load(Ordering::Relaxed) >> 16, 0xABCD_EF01_2345, "the operand stays");
    }

    #[test]
    fn the_second_execution_specializes() {
        let cache = AtomicU64::new(0);
        Backoff::adaptive_start().store(&cache);
        assert_eq!([Backoff::tick(&cache), Backoff::tick(&cache)], [false, true]);
    }

    #[test]
    fn waits_double_up_to_4095() {
        let mut c = Backoff::new(0, 1);
        let mut waits = vec![];
        for _ in 0..14 {
            c = c.restarted();
            waits.push(c.value());
        }
        assert_eq!(&waits[..4], [3, 7, 15, 31]);
        assert_eq!(&waits[10..], [4095, 4095, 4095, 4095]);
    }

    #[test]
    fn an_unreachable_counter_never_triggers() {
        let mut c = Backoff::unreachable();
        for _ in 0..10_000 {
            assert!(!c.triggers());
            c = c.advanced();
        }
        assert_eq!(c.restarted(), Backoff::unreachable());
    }

    #[test]
    fn arguments_out_of_range_are_capped() {
        assert_eq!(Backoff::new(u16::MAX, u16::MAX), Backoff::new(4095, 12));
    }
}
