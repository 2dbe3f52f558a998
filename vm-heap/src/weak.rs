//! P19, second half: weak references and finalizers against a collection.
//!
//! **Purpose.** A weak reference yields either its referent, alive until the reader's next safepoint at least, or nothing, and never a cell whose
//! memory may be reused. Whoever has a finalizer is kept until it ran, and it runs once.
//!
//! **Actors.** *Readers*: attached threads. The *collector*: one thread, in a pause. *Registrants*: attached threads, each on a
//! list of its own, which the pause merges.
//!
//! **State.** A [`WeakSlot`] in the weak reference's cell, which `trace` does not visit: the referent's address, tagged or not, or 0.
//!
//! **Rules.**
//! * R8 A slot is cleared in a pause only, and every slot of a dead referent is, before the world starts: [`clear_dead`] looks at all registered
//!   references, also at those that are dead themselves, because a finalizer may bring them back.
//! * R9 A reader has the word in a register or on its stack before its next safepoint; there a conservative scan finds it. So a get is a plain load.
//! * R10 Order in the pause: mark; clear slots of unmarked referents, queue the callbacks of marked references; queue unmarked
//!   finalizable cells, mark from them; only now is death final.
//! * R11 Queued cells are roots until they are taken, and callbacks and finalizers run after the world started.
//!
//! **Guarantees.** R8 and R9 together: no reader holds a dangling word. A finalizer runs at most once (PEP 442), and its object is
//! whole when it runs. **Not guaranteed**: when, in which order, or that it runs before the process ends.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | [`WeakSlot::set`] | Release | get | the referent is built before it can be read through the slot |
//! | [`WeakSlot::get`] | Acquire | set | as above |
//! | clear | Relaxed | – | 0 leads nowhere, and the pause (P1) orders it |
//!
//! **Checked by** `p19.weak-*`. **Not checked**: the conservative scan (torture test); R10 and R11, the order of steps inside one pause, where no other
//! thread runs (unit tests).

use vm_core::mutant;
use vm_core::slot::WordSlot;
use vm_core::sync::{AtomicU64, Ordering};
use vm_core::world::{Attached, WorldStopped};

/// A word that names a cell without keeping it alive. Starts as 0 (dead) in zeroed memory.
#[repr(transparent)]
#[derive(Debug)]
pub struct WeakSlot(AtomicU64);

const _: () = assert!(std::mem::size_of::<WeakSlot>() == std::mem::size_of::<WordSlot>());

impl Default for WeakSlot {
    fn default() -> Self {
        Self(AtomicU64::new(0))
    }
}

impl WeakSlot {
    /// The referent's word, or `None` once it is dead. The caller keeps the word in a local for as long as it uses it (R9).
    #[inline]
    pub fn get(&self, _attached: &Attached<'_>) -> Option<u64> {
        self.peek()
    }

    /// As [`WeakSlot::get`] for a caller that is attached but has no token at hand.
    #[inline]
    pub fn peek(&self) -> Option<u64> {
        let order = if mutant!("p19.weak-get-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
        match self.0.load(order) {
            0 => None,
            word => Some(word),
        }
    }

    /// Names a referent.
    #[inline]
    pub fn set(&self, word: u64) {
        self.0.store(word, Ordering::Release);
    }

    /// Dead from now on (R8).
    pub fn clear(&self, _world: &WorldStopped<'_>) {
        self.0.store(0, Ordering::Relaxed);
    }
}

/// Clears the slots whose referent is unmarked (R8), all of `slots`. `is_live` tells of a referent's word and of the reference
/// that holds the slot; `dead` is called with each reference cleared that is itself alive.
pub fn clear_dead<'s, K: Copy>(
    slots: impl Iterator<Item = (K, &'s WeakSlot)>,
    referent_is_live: impl Fn(u64) -> bool,
    holder_is_live: impl Fn(K) -> bool,
    mut dead: impl FnMut(K),
    world: &WorldStopped<'_>,
) {
    for (holder, slot) in slots {
        let Some(word) = slot.peek() else { continue };
        if referent_is_live(word) {
            continue;
        }
        let alive = holder_is_live(holder);
        if mutant!("p19.weak-skip-dead-holders") && !alive {
            continue;
        }
        if !mutant!("p19.weak-no-clear") {
            slot.clear(world);
        }
        if alive {
            dead(holder);
        }
    }
}
