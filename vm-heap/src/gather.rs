//! When an explicit collection begins, if the last one stopped threads that ran: after these have run for as long as it took, or have asked for a
//! collection as well.
//!
//! A thread that asks for collections all the time would leave the others no time between two pauses; so they have half of it. And threads that all
//! ask are served by one pause, instead of one for each that finds the others' garbage again. That this is right is P1.R10, whenever a
//! pause begins; here is only *when*. Every value is a hint that orders nothing.

use std::time::{Duration, Instant};

use vm_core::sync::{AtomicUsize, Mutex, Ordering, spin_hint, thread};

/// No request waits longer.
const MOST: Duration = Duration::from_millis(10);
/// Waits in vain, one after the other, before nobody is expected any more.
const HOPE: u32 = 4;
/// Spin hints between two looks.
const HINTS: usize = 8;

/// Requests since the last collection, and what it was like.
#[derive(Debug, Default)]
pub(crate) struct Gather {
    asking: AtomicUsize,
    last: Mutex<Last>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Last {
    /// When it ended; `None` before the first.
    ended: Option<Instant>,
    took: Duration,
    /// Threads that it stopped while they ran.
    stopped: usize,
    /// How many collections in a row answered one request only.
    alone: u32,
}

impl Last {
    /// When to stop waiting for others.
    fn due(&self, ended: Instant) -> Instant {
        let took = self.took.min(MOST);
        let fair = ended + took;
        match self.alone {
            // Threads that were together are not far from each other.
            0 => Instant::now() + took / 2,
            // Who was left behind, by up to that much, is waited for: threads that do the same fall into step.
            1..HOPE => fair.max(Instant::now() + took),
            _ => fair,
        }
    }
}

impl Gather {
    /// Asks for a collection, and waits until it may begin. `look` is a safepoint, and tells whether the request was answered meanwhile.
    pub(crate) fn ask(&self, mut look: impl FnMut() -> bool) {
        let Some((stopped, due)) = self.join() else { return };
        while self.asking.load(Ordering::Relaxed) <= stopped && Instant::now() < due && !look() {
            for _ in 0..HINTS {
                spin_hint();
            }
            thread::yield_now();
        }
    }

    /// Counts a request. If it has to wait: until more than so many have asked, or until then.
    fn join(&self) -> Option<(usize, Instant)> {
        let asking = self.asking.fetch_add(1, Ordering::Relaxed) + 1;
        let last = *self.last.lock();
        let ended = last.ended?;
        (asking <= last.stopped).then(|| (last.stopped, last.due(ended)))
    }

    /// In a pause, at its end: it answers whoever has asked.
    pub(crate) fn answer(&self, took: Duration, stopped: usize) {
        let asked = self.asking.swap(0, Ordering::Relaxed);
        let mut last = self.last.lock();
        let alone = if asked > 1 { 0 } else { last.alone.saturating_add(1) };
        *last = Last { ended: Some(Instant::now()), took, stopped, alone };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn one_that_stopped_nobody_waits_for_nobody() {
        let gather = Gather::default();
        assert_eq!(gather.join(), None, "before the first collection");
        gather.answer(LONG, 0);
        assert_eq!(gather.join(), None);
    }

    #[test]
    fn the_last_one_to_ask_is_waited_for_and_does_not_wait() {
        let gather = Gather::default();
        gather.answer(LONG, 2);
        assert!(gather.join().is_some());
        assert!(gather.join().is_some());
        assert_eq!(gather.join(), None, "the third of three");
        gather.answer(LONG, 2);
        assert!(gather.join().is_some(), "those three were answered");
    }

    #[test]
    fn who_waits_looks_and_goes_when_it_is_answered_or_the_others_asked() {
        let gather = Gather::default();
        gather.answer(LONG, 1);
        let looks = Cell::new(0);
        gather.ask(|| {
            looks.set(looks.get() + 1);
            true
        });
        assert!(looks.get() <= 1);
        gather.answer(LONG, 1);
        gather.ask(|| {
            assert_eq!(gather.join(), None, "it is the second of two");
            false
        });
    }

    #[test]
    fn nobody_waits_for_long() {
        let gather = Gather::default();
        for alone in 0..2 * HOPE {
            let begun = Instant::now();
            gather.answer(LONG, 1);
            gather.ask(|| false);
            let waited = begun.elapsed();
            assert!(waited >= MOST && waited < LONG / 2, "{waited:?} after {alone}");
        }
    }

    #[test]
    fn others_have_had_their_time_already() {
        let gather = Gather::default();
        for _ in 0..=HOPE {
            gather.answer(Duration::ZERO, 1);
            gather.ask(|| unreachable!("a pause of no length is waited for"));
        }
    }
}
