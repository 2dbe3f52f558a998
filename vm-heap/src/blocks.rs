//! P19, first half: who owns a block, how far it is swept, and which words may revive a cell in it.
//!
//! **Purpose.** Blocks go from the heap to threads and back (hand-out, sweep, thread exit, adoption) so that each free cell is handed out
//! once, and a stale word on a native stack never revives a dead cell.
//!
//! **Actors.** *Owners*: attached threads, which allocate in a block. *Sweepers*: attached threads that only run the destructors of dead
//! cells in a drop-bearing block. The *collector*: one thread, in a pause.
//!
//! **State.** One [`BlockState`] word per block: phase, size class, drop-bearing, empty, sweep position (in granules).
//!
//! ```text
//!             take (pool lock)                 finish
//!     FREE ───────────────────────▶ OWNED ───────────────▶ FULL
//!      ▲  ▲                         │ ▲ │ ▲                  │
//!      │  └──── recycle ────────────┘ │ │ └─ claim (CAS) ──┐ │
//!      │                              │ └─── put back ───▶ UNSWEPT
//!      │         adopt (CAS) ─────────┘      (sweeper)     ▲ │
//!      │     ABANDONED ◀─── hand over ─── OWNED            │ │
//!      └── empty ── (pause: every phase becomes FREE or UNSWEPT)
//! ```
//!
//! **Rules.**
//! * R1 Only the actor that moved a block to OWNED moves it on, sweeps it, allocates in it or runs destructors in it. A pause
//!   ends every ownership.
//! * R2 Ownership is taken from FREE under the pool's lock, from UNSWEPT and ABANDONED by CAS. Lists of blocks are hints: the
//!   CAS decides, so a block may be listed twice, or when it is no longer to be had.
//! * R3 The position only grows, except as R4 says, until a pause or a sweeper's put back resets it. A free run is cleared (kind 0) before the position passes it, and no
//!   safepoint lies between the two. A drop-bearing block is cleared whole when it is taken, because a sweeper looks at the kind of every cell.
//! * R4 A thread that ends hands each block over at its allocation cursor: what it had opened and not used is swept again by the adopter.
//! * R5 A conservative word is a reference iff its cell was marked by the last collection, or lies below the position (everywhere
//!   in a FULL block) and its kind is not 0. In an UNSWEPT block the position is 0. A word into the cell's inside counts as its start.
//! * R6 Marks are numbers of collections, so that no table is cleared; only the pause that just ended makes a mark "the last".
//! * R7 A sweeper puts back, or recycles, only what it claimed at position 0; an adopted block it hands over again, because the cells below the
//!   position are alive without a mark.
//!
//! **Guarantees.** Two threads never allocate the same cell between two pauses. An adopter sees everything that the owners before it wrote. What
//! R5 accepts is a cell whose header and references are intact. **Not guaranteed**: which thread gets which block; that a dead cell is ever
//! reused (a block too full to be worth it is left alone until the next collection).
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | claim, adopt: CAS to OWNED | Acquire | put back, hand over | the last owner's clearing and allocation before ours |
//! | put back, hand over: store | Release | claim, adopt | as above |
//! | finish: store | Relaxed | – | nobody claims a FULL block; the pause that ends the phase orders |
//! | take, recycle: store | Relaxed | – | under the pool's lock, which orders |
//! | advance: store | Relaxed | – | read by the owner and in a pause, which orders |
//! | collector: load, store | Relaxed | – | in a pause (P1) |
//!
//! **Checked by** `p19.*`. **Not checked**: the arithmetic of cells and marks, R6 among it (unit tests, torture), large objects, which are allocated and
//! freed under the pool's lock.

use vm_core::mutant;
use vm_core::sync::{AtomicU64, Ordering};

/// Where a block is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Phase {
    /// In the pool, or never used. Zeroed memory is this.
    Free = 0,
    /// Passed a collection, touched by nobody since: only its marked cells exist.
    Unswept = 1,
    /// One actor sweeps it and may allocate in it.
    Owned = 2,
    /// Swept to its end: every cell is marked or was allocated since.
    Full = 3,
    /// As `Owned`, but its owner has ended.
    Abandoned = 4,
    /// First block of a large object.
    Large = 5,
    /// Further block of a large object; the position field says how far behind the head.
    LargeTail = 6,
}

/// The fields of a block's word, decoded from one load.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// Phase.
    pub phase: Phase,
    /// Size class; 0 in `Free`, `Large` and `LargeTail`.
    pub class: u8,
    /// Cells own Rust memory: a dead one is dropped before its memory is used again.
    pub drops: bool,
    /// No cell of it was live in the last collection, nor dead and undropped: no mark needs to be read.
    pub empty: bool,
    /// The block's memory was never written: it need not be cleared.
    pub pristine: bool,
    /// Sweep position: the first granule not swept. In `LargeTail`: distance to the head, in blocks.
    pub position: u32,
}

const PHASE_MASK: u64 = 0xFF;
const CLASS_SHIFT: u32 = 8;
const DROPS: u64 = 1 << 16;
const EMPTY: u64 = 1 << 17;
const PRISTINE: u64 = 1 << 18;
const POSITION_SHIFT: u32 = 32;

impl Block {
    const fn encode(self) -> u64 {
        self.phase as u64
            | (self.class as u64) << CLASS_SHIFT
            | if self.drops { DROPS } else { 0 }
            | if self.empty { EMPTY } else { 0 }
            | if self.pristine { PRISTINE } else { 0 }
            | (self.position as u64) << POSITION_SHIFT
    }

    const fn decode(word: u64) -> Self {
        let phase = match word & PHASE_MASK {
            0 => Phase::Free,
            1 => Phase::Unswept,
            2 => Phase::Owned,
            3 => Phase::Full,
            4 => Phase::Abandoned,
            5 => Phase::Large,
            _ => Phase::LargeTail,
        };
        Self {
            phase,
            class: (word >> CLASS_SHIFT) as u8,
            drops: word & DROPS != 0,
            empty: word & EMPTY != 0,
            pristine: word & PRISTINE != 0,
            position: (word >> POSITION_SHIFT) as u32,
        }
    }

    /// R5: whether a stray word may stand for the cell that begins at `granule`, given whether the last collection marked it and
    /// whether its kind says that a cell is there. In a pause, before marks of the new collection replace the old ones.
    #[must_use]
    pub fn revives(&self, granule: u32, marked: bool, has_kind: bool) -> bool {
        match self.phase {
            Phase::Free => false,
            Phase::Unswept => marked || (mutant!("p19.revive-unswept") && has_kind),
            Phase::Owned | Phase::Abandoned => {
                marked || (has_kind && (granule < self.position || mutant!("p19.revive-beyond-position")))
            }
            Phase::Full | Phase::Large => marked || has_kind,
            Phase::LargeTail => false,
        }
    }
}

/// The state word of a block, on a cache line of its own: the owners of neighbouring blocks write theirs often.
#[repr(C, align(64))]
#[derive(Debug)]
pub struct BlockState(AtomicU64);

impl Default for BlockState {
    fn default() -> Self {
        Self(AtomicU64::new(0))
    }
}

impl BlockState {
    /// The word, decoded. Exact for the owner and in a pause; a hint otherwise.
    #[inline]
    #[must_use]
    pub fn get(&self) -> Block {
        Block::decode(self.0.load(Ordering::Relaxed))
    }

    /// FREE → OWNED, under the pool's lock. `pristine`: the memory reads as zeroes.
    pub fn take(&self, class: u8, drops: bool, pristine: bool) {
        debug_assert_eq!(self.get().phase, Phase::Free);
        let block = Block { phase: Phase::Owned, class, drops, empty: true, pristine, position: 0 };
        // No RMW succeeds from FREE.
        self.0.store(block.encode(), Ordering::Relaxed);
    }

    /// UNSWEPT or ABANDONED → OWNED; the block as it is now, or `None` when another actor has it.
    #[must_use]
    pub fn claim(&self) -> Option<Block> {
        let seen = self.0.load(Ordering::Relaxed);
        let mut block = Block::decode(seen);
        if !matches!(block.phase, Phase::Unswept | Phase::Abandoned) {
            return None;
        }
        block.phase = Phase::Owned;
        if mutant!("p19.adopt-from-start") {
            block.position = 0;
        }
        if mutant!("p19.claim-by-store") {
            self.0.store(block.encode(), Ordering::Release);
            return Some(block);
        }
        let success = if mutant!("p19.claim-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
        self.0.compare_exchange(seen, block.encode(), success, Ordering::Relaxed).ok().map(|_| block)
    }

    /// The owner has cleared everything below `position`.
    #[inline]
    pub fn advance(&self, position: u32) {
        let mut block = self.get();
        debug_assert!(block.phase == Phase::Owned && block.position <= position);
        block.position = position;
        // No RMW succeeds from OWNED, here and in the next three.
        self.0.store(block.encode(), Ordering::Relaxed);
    }

    /// OWNED → FULL: swept to the end, all handed out.
    pub fn finish(&self) {
        self.leave_owned(Phase::Full, None, Ordering::Relaxed);
    }

    /// OWNED → ABANDONED: the owner ends (R4). `position`: the first granule that it did not use.
    pub fn hand_over(&self, position: u32) {
        let order = if mutant!("p19.hand-over-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        let position = (!mutant!("p19.hand-over-drops-cursor")).then_some(position);
        self.leave_owned(Phase::Abandoned, position, order);
    }

    /// OWNED → UNSWEPT: a sweeper has dropped every dead cell and cleared its kind; the marked cells remain.
    pub fn put_back(&self) {
        self.leave_owned(Phase::Unswept, Some(0), Ordering::Release);
    }

    /// OWNED → FREE, under the pool's lock: the sweeper found no live cell and dropped the dead ones.
    pub fn recycle(&self) {
        debug_assert_eq!(self.get().phase, Phase::Owned);
        self.0.store(0, Ordering::Relaxed);
    }

    #[track_caller]
    fn leave_owned(&self, phase: Phase, position: Option<u32>, order: Ordering) {
        let mut block = self.get();
        debug_assert_eq!(block.phase, Phase::Owned);
        block.phase = phase;
        block.position = position.unwrap_or(block.position);
        self.0.store(block.encode(), order);
    }

    /// Any phase of a small block → UNSWEPT. In a pause, after marking.
    pub fn end_cycle(&self) {
        let mut block = self.get();
        block.phase = Phase::Unswept;
        block.position = 0;
        block.empty = false;
        block.pristine = false;
        self.0.store(block.encode(), Ordering::Relaxed);
    }

    /// Any phase → FREE. In a pause, after marking: nothing in it is live, and nothing needs dropping.
    /// `pristine`: its memory reads as zeroes.
    pub fn free(&self, pristine: bool) {
        self.0.store(if pristine { PRISTINE } else { 0 }, Ordering::Relaxed);
    }

    /// FREE → LARGE, under the pool's lock.
    pub fn take_large(&self, drops: bool) {
        debug_assert_eq!(self.get().phase, Phase::Free);
        let block =
            Block { phase: Phase::Large, class: 0, drops, empty: false, pristine: false, position: 0 };
        self.0.store(block.encode(), Ordering::Relaxed);
    }

    /// FREE → LARGE TAIL, `distance` blocks behind the head, under the pool's lock.
    pub fn take_tail(&self, distance: u32) {
        debug_assert_eq!(self.get().phase, Phase::Free);
        let block = Block {
            phase: Phase::LargeTail,
            class: 0,
            drops: false,
            empty: false,
            pristine: false,
            position: distance,
        };
        self.0.store(block.encode(), Ordering::Relaxed);
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;

    fn owned() -> BlockState {
        let state = BlockState::default();
        state.take(3, false, true);
        state
    }

    #[test]
    fn a_block_is_claimed_once() {
        let state = owned();
        assert_eq!(state.claim(), None, "owned");
        state.hand_over(12);
        let adopted = state.claim().expect("abandoned");
        assert_eq!((adopted.phase, adopted.class, adopted.position), (Phase::Owned, 3, 12));
        assert_eq!(state.claim(), None);
        state.finish();
        assert_eq!(state.claim(), None, "a full block is nobody's until a collection");
        state.end_cycle();
        assert_eq!(state.claim().map(|b| b.position), Some(0));
    }

    #[test]
    fn fields_survive_the_word() {
        for phase in [Phase::Free, Phase::Unswept, Phase::Full, Phase::Large, Phase::LargeTail] {
            let block =
                Block { phase, class: 56, drops: true, empty: false, pristine: true, position: 0xABCD };
            assert_eq!(Block::decode(block.encode()), block);
        }
        assert_eq!(BlockState::default().get().phase, Phase::Free);
    }

    #[test]
    fn stale_words_revive_nothing_beyond_the_sweep_position() {
        let state = owned();
        state.advance(8);
        let b = state.get();
        assert!(b.revives(6, false, true), "allocated since the collection");
        assert!(!b.revives(6, false, false), "opened, not allocated");
        assert!(!b.revives(8, false, true), "a dead cell keeps its header until it is swept");
        assert!(b.revives(8, true, true));
        state.finish();
        state.end_cycle();
        assert!(!state.get().revives(0, false, true));
        state.free(false);
        assert!(!state.get().revives(0, true, true));
    }
}
