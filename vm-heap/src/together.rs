//! A collection's work among the threads that the pause stopped: their processors have nothing else to do, they are awake, and they have things in
//! their caches that others had to fetch from there.
//!
//! * The thread that made the last collection makes the next one, if it is there: it has the marks. The thread that asked waits and helps to mark.
//! * Each thread traces what its own roots lead to. One that finds nothing to do asks, and whoever has two cells or more gives the older half away.

use std::ptr::NonNull;

use vm_core::sync::{AtomicBool, Mutex, Ordering, spin_hint, thread};
use vm_core::world::WorldStopped;

use crate::collect::Request;
use crate::header::Header;
use crate::heap::{CollectionStats, Heap};
use crate::mark::{Marker, Origin, Outlet};

/// How often the requester looks whether the last collector has come to collect, before it does so itself. A stopped thread that is awake comes by within
/// microseconds; one that sleeps is waited for once, because then the requester is the last collector.
const PATIENCE: u32 = 2000;

/// Cells to be traced, on their way from one marker to another.
struct Piece<'h> {
    origin: Origin<'h>,
    cells: Vec<NonNull<Header>>,
    /// The thread that should rather have it, 0 for any.
    owner: u64,
}

// SAFETY: the cells belong to the heap, which nobody mutates in a pause.
unsafe impl Send for Piece<'_> {}

/// Work between markers.
pub(crate) struct Share<'h> {
    pieces: Mutex<Vec<Piece<'h>>>,
    /// A marker has nothing to do. A hint: nothing is ordered by it.
    wanted: AtomicBool,
    /// Markers at work, or about to look for some.
    busy: Mutex<usize>,
}

impl<'h> Share<'h> {
    fn new() -> Self {
        Self { pieces: Mutex::new(Vec::new()), wanted: AtomicBool::new(false), busy: Mutex::new(0) }
    }

    /// A piece for this thread, and a note that it is at work on it.
    fn take(&self, me: u64) -> Option<Piece<'h>> {
        let mut pieces = self.pieces.lock();
        let at = pieces.iter().position(|piece| piece.owner == me).or_else(|| pieces.len().checked_sub(1));
        let Some(at) = at else {
            self.wanted.store(true, Ordering::Relaxed);
            return None;
        };
        *self.busy.lock() += 1;
        Some(pieces.swap_remove(at))
    }

    /// Gives the older half of a stack away if somebody asked.
    #[inline]
    pub(crate) fn offer(&self, origin: Origin<'h>, cells: &mut Vec<NonNull<Header>>) {
        if cells.len() >= 2 && self.wanted.load(Ordering::Relaxed) {
            self.wanted.store(false, Ordering::Relaxed);
            let cells = cells.drain(..cells.len() / 2).collect();
            self.pieces.lock().push(Piece { origin, cells, owner: 0 });
        }
    }

    /// Traces what there is to take. True when there was something.
    fn help(&self, me: u64) -> bool {
        let mut helped = false;
        while let Some(piece) = self.take(me) {
            piece.origin.marker(piece.cells).run_to(Outlet::Crew(self));
            *self.busy.lock() -= 1;
            helped = true;
        }
        helped
    }

    /// Traces until nothing is left anywhere.
    pub(crate) fn drain(&self, marker: &mut Marker<'h>, me: u64) {
        let origin = marker.origin();
        for (owner, cells) in marker.take_roots_of_others(me) {
            self.pieces.lock().push(Piece { origin, cells, owner });
        }
        marker.run_to(Outlet::Crew(self));
        loop {
            // Whoever is at work may give some of it away, and takes it back before it stops working.
            if !self.help(me) && self.is_done() {
                return;
            }
            thread::yield_now();
        }
    }

    fn is_done(&self) -> bool {
        // In this order: work is taken and noted under the lock of the pieces.
        let pieces = self.pieces.lock();
        pieces.is_empty() && *self.busy.lock() == 0
    }
}

/// A pause whose work another thread does while its requester waits.
struct Lent<'w>(&'w WorldStopped<'w>);

// SAFETY: one thread at a time uses the proof: whoever set `taken`. The requester, whose proof it is, keeps the pause up until that thread is done.
unsafe impl Sync for Lent<'_> {}

impl<'w> Lent<'w> {
    fn proof(&self) -> &'w WorldStopped<'w> {
        self.0
    }
}

/// Makes the collection, here or on the thread that made the last one.
pub(crate) fn collect(heap: &Heap, world: &WorldStopped<'_>, request: Request, me: u64) -> CollectionStats {
    let last = heap.last_collector.load(Ordering::Relaxed);
    let share = Share::new();
    let (taken, lent) = (AtomicBool::new(false), Lent(world));
    let done = Mutex::new(None);
    let claim = || taken.compare_exchange(false, true, Ordering::Relaxed, Ordering::Relaxed).is_ok();
    let help = |helper| {
        if helper == last && claim() {
            let stats = heap.collect_stopped(lent.proof(), request, helper, Some(&share));
            *done.lock() = Some(stats);
        } else {
            share.help(helper);
        }
    };
    world.together(&help, || {
        let mut looks = if last == me { 0 } else { PATIENCE };
        while looks > 0 && !taken.load(Ordering::Relaxed) {
            looks -= 1;
            spin_hint();
        }
        if claim() {
            let stats = heap.collect_stopped(world, request, me, Some(&share));
            *done.lock() = Some(stats);
        }
        while done.lock().is_none() {
            if !share.help(me) {
                thread::yield_now();
            }
        }
    });
    done.into_inner().unwrap_or_default()
}
