//! P17: published blocks. Readers without locks against growth, stores and transitions.
//!
//! **Purpose.** A list, dict or instance is read by any thread without a lock while another changes it: no torn value, no index out of
//! bounds, no half-built block, no lost change.
//!
//! **Actors.** *Readers*, any attached thread; *mutators*, one at a time, under the object's lock; the *collector*, in a pause.
//!
//! **State.** A pointer to the block; in the block the count of items and the slots.
//!
//! **Rules.**
//! * R1 A mutator holds the object's lock (P12) from before it reads the block pointer until after its last store.
//! * R2 A block is filled before its pointer is stored (Release). The old block stays readable until the next pause and is not
//!   written any more.
//! * R3 The bound is in the block that it bounds: a reader takes the pointer once, and count and slots from there.
//! * R4 An appended item is written before the count that covers it (Release, Acquire).
//! * R5 A slot that may hold a value is a [`WordSlot`]; a removed item leaves the caller's EMPTY word, which readers take as absent.
//! * R6 A transition writes the new slot before it publishes the shape that has it. The header word that holds the shape has no writer
//!   without the lock, but in a pause.
//! * R7 A table's entry (of a dict, of a set) is written, then made findable, then counted. A mutator looks a key up without the lock, so it reads
//!   the count, looks, locks, and starts again if the count or the table changed: what it did not find is not there.
//!
//! **Guarantees.** A reader sees a value that the slot had at some time since the read began, or absence. A mutator sees all earlier
//! mutations. **Not guaranteed**: that two reads see one state of the object.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | block pointer, count, slots | Release / Acquire | each other | R2, R4, R5 |
//! | count of entries | Release / Acquire | each other | R7 |
//! | shape word | Release / Acquire | each other | R6 |
//!
//! **Checked by** `p17.*`. **Not checked**: nothing here is left out; the lock is P12.

use crate::mutant;
use crate::object_lock::ByteGuard;
use crate::slot::{PtrSlot, WordSlot};
use crate::sync::{AtomicU64, AtomicUsize, Ordering};

/// The pointer to an object's block (P17.R2).
#[repr(transparent)]
#[derive(Debug)]
pub struct BlockPtr<B>(PtrSlot<B>);

impl<B> BlockPtr<B> {
    /// Points to `block`, which may be null.
    #[must_use]
    pub fn new(block: *mut B) -> Self {
        Self(PtrSlot::new(block))
    }

    /// The block, for a reader: once per operation (P17.R3).
    #[inline]
    #[must_use]
    pub fn read(&self) -> *mut B {
        self.0.load()
    }

    /// Publishes `block`, which is filled. The old one is left to the collector.
    #[inline]
    pub fn publish(&self, _: &ByteGuard<'_>, block: *mut B) {
        self.0.store(block);
    }

    /// Sets the pointer of an object that no other thread can reach yet.
    #[inline]
    pub fn init_relaxed(&self, block: *mut B) {
        self.0.init_relaxed(block);
    }
}

/// The items of a list-like block: a count and as many slots as there is room. A view; the embedder owns the layout.
#[derive(Clone, Copy, Debug)]
pub struct Items<'b> {
    count: &'b Count,
    slots: &'b [WordSlot],
}

/// No room in the block: make a bigger one, [`Items::fill_from`] the old, publish it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

impl<'b> Items<'b> {
    /// A view of a block.
    #[inline]
    #[must_use]
    pub fn new(count: &'b Count, slots: &'b [WordSlot]) -> Self {
        Self { count, slots }
    }

    /// How many items there are now; never more than the block has room for.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.count.get()
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many items fit.
    #[inline]
    #[must_use]
    pub fn room(&self) -> usize {
        self.slots.len()
    }

    /// Item `i`, for a reader: `None` out of bounds or when it was removed meanwhile (P17.R5).
    #[inline]
    #[must_use]
    pub fn get(&self, i: usize, empty: u64) -> Option<u64> {
        if i >= self.len() {
            return None;
        }
        let word = self.slots[i].load();
        (word != empty).then_some(word)
    }

    /// Replaces item `i`; false out of bounds.
    #[inline]
    pub fn set(&self, _: &ByteGuard<'_>, i: usize, word: u64) -> bool {
        let there = i < self.count.get();
        if there {
            self.slots[i].store(word);
        }
        there
    }

    /// Appends an item (P17.R4).
    ///
    /// # Errors
    /// [`Full`]: nothing has changed.
    #[inline]
    pub fn push(&self, _: &ByteGuard<'_>, word: u64) -> Result<(), Full> {
        if self.count.get() == self.slots.len() {
            return Err(Full);
        }
        self.count.append(|n| self.slots[n].store(word));
        Ok(())
    }

    /// Removes the last item and leaves `empty` in its slot (P17.R5).
    #[inline]
    pub fn pop(&self, _: &ByteGuard<'_>, empty: u64) -> Option<u64> {
        let n = self.count.get().checked_sub(1)?;
        let word = self.slots[n].load();
        if !mutant!("p17.pop-keeps-count") {
            self.count.set(n);
        }
        if !mutant!("p17.pop-leaves-item") {
            self.slots[n].store(empty);
        }
        Some(word)
    }

    /// Fills this block, which no other thread can reach yet, with the items of `old`, whose lock is held, and `empty` behind them.
    pub fn fill_from(&self, _: &ByteGuard<'_>, old: Items<'_>, empty: u64) {
        let n = old.count.get().min(self.slots.len());
        for (to, from) in self.slots.iter().zip(&old.slots[..n]) {
            to.init_relaxed(from.load());
        }
        for slot in &self.slots[n..] {
            slot.init_relaxed(empty);
        }
        self.count.set(n);
    }
}

/// How many items a block has (P17.R4), or how many entries were ever added to a table (P17.R7). Whoever reads a count sees everything that it
/// counts.
#[repr(transparent)]
#[derive(Debug)]
pub struct Count(AtomicUsize);

impl Default for Count {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Count {
    /// A count of `n`. Zeroed memory is a count of 0.
    #[inline]
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self(AtomicUsize::new(n))
    }

    /// The count; read it before looking a key up, or an item.
    #[inline(always)]
    #[must_use]
    pub fn get(&self) -> usize {
        self.0.load(if mutant!("p17.count-relaxed") { Ordering::Relaxed } else { Ordering::Acquire })
    }

    /// Publishes another count: the slots below it are filled. The caller holds the object's lock, or no other thread can reach the block yet.
    #[inline(always)]
    pub fn set(&self, n: usize) {
        self.0.store(n, Ordering::Release);
    }

    /// Adds an entry: `write` gets its number, writes it and makes it findable; then it is counted. The caller holds the object's lock, or
    /// no other thread can reach the table yet.
    #[inline(always)]
    pub fn append(&self, write: impl FnOnce(usize)) {
        let n = self.0.load(Ordering::Relaxed);
        if mutant!("p17.counted-before-findable") {
            self.0.store(n + 1, Ordering::Release);
            write(n);
            return;
        }
        write(n);
        let order = if mutant!("p17.entry-count-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        self.0.store(n + 1, order);
    }
}

/// Adds an attribute: `write` writes its slot, then the header word with the shape that has it is published (P17.R6). `next` makes
/// the new word from the present one, or gives up; `write` runs only if it did not, and may still give up.
///
/// # Errors
/// The word for which one of them gave up; nothing has been published.
#[inline(always)]
pub fn transition(
    _: &ByteGuard<'_>,
    header: &AtomicU64,
    next: impl FnOnce(u64) -> Option<u64>,
    write: impl FnOnce() -> bool,
) -> Result<u64, u64> {
    let seen = header.load(Ordering::Relaxed);
    let new = next(seen).ok_or(seen)?;
    if mutant!("p17.shape-before-slot") {
        header.store(new, Ordering::Release);
        write();
        return Ok(new);
    }
    if !write() && !mutant!("p17.transition-unwritten") {
        return Err(seen);
    }
    // The word has no writer without the lock, so a plain store loses nothing.
    header.store(new, if mutant!("p17.shape-relaxed") { Ordering::Relaxed } else { Ordering::Release });
    Ok(new)
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;
    use crate::object_lock::ByteLock;
    use crate::sync::ParkingLot;

    const EMPTY: u64 = u64::MAX;

    fn block(room: usize) -> (Count, Vec<WordSlot>) {
        (Count::new(0), (0..room).map(|_| WordSlot::new(EMPTY)).collect())
    }

    #[test]
    fn items_are_bounded_by_their_own_block() {
        let lot = ParkingLot::new();
        let lock = ByteLock::new();
        let guard = lock.try_lock(&lot).expect("free");
        assert!(lock.try_lock(&lot).is_none() && lock.is_held());
        let (count, slots) = block(2);
        let items = Items::new(&count, &slots);
        assert_eq!(items.pop(&guard, EMPTY), None);
        items.push(&guard, 10).expect("room");
        items.push(&guard, 11).expect("room");
        assert_eq!(items.push(&guard, 12), Err(Full));
        let (count2, slots2) = block(4);
        let bigger = Items::new(&count2, &slots2);
        bigger.fill_from(&guard, items, EMPTY);
        assert!(bigger.set(&guard, 0, 20) && !bigger.set(&guard, 2, 22));
        assert_eq!(bigger.pop(&guard, EMPTY), Some(11));
        assert_eq!(
            [bigger.get(0, EMPTY), bigger.get(1, EMPTY), items.get(1, EMPTY)],
            [Some(20), None, Some(11)]
        );
        drop(guard);
        assert!(!lock.is_held());
    }

    #[test]
    fn a_transition_keeps_the_other_fields() {
        let lot = ParkingLot::new();
        let lock = ByteLock::new();
        let guard = lock.try_lock(&lot).expect("free");
        let header = AtomicU64::new(0xAA00_0000_0000_0001);
        let slot = WordSlot::new(EMPTY);
        let next = |w: u64| (w as u32 == 1).then_some(w & !0xFFFF_FFFF | 2);
        let write = |word| {
            slot.store(word);
            true
        };
        assert_eq!(transition(&guard, &header, next, || false), Err(0xAA00_0000_0000_0001));
        assert_eq!(transition(&guard, &header, next, || write(5)), Ok(0xAA00_0000_0000_0002));
        assert_eq!(transition(&guard, &header, next, || write(6)), Err(0xAA00_0000_0000_0002));
        assert_eq!(slot.load(), 5);
    }
}
