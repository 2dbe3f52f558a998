//! P8, first half: the transitions of a code word. (The second half, what an instrumented word means, is [`crate::instrument`].)
//!
//! **Purpose.** Let the owner of a bytecode copy specialize, and anyone instrument, the same word at the same time, without either
//! undoing the other.
//!
//! **Actors.** The copy's *owner* decodes, specializes, deopts, sets and clears EXECUTOR; *instrumenters*, any thread, under the
//! [`CodeLock`]; the *de-instrumenter*, in a pause.
//!
//! **State.** A 64-bit word: bits 0..14 opcode, bit 14 INSTRUMENTED, bit 15 EXECUTOR, then three 16-bit operands, immutable
//! for the word's life. Cache words follow the instruction in the same copy; cache word 0 has the backoff counter in bits
//! 0..16 and an immutable operand above.
//!
//! **Rules.**
//! * R1 Every transition of a published word is an RMW that changes only its own field: specialize and deopt are a CAS from
//!   the exact word decoded, and carry both flags over.
//! * R2 INSTRUMENTED is set only under the code lock, in all copies, and cleared only in a pause. (That a copy made meanwhile has it too is
//!   P7.R2.)
//! * R3 Cache words but the counter are written only while the opcode is the adaptive form, which reads none of them: deopt, write,
//!   then publish the new form by a CAS. If that fails, the adaptive form stays.
//! * R4 Opcode and operands are decoded from one load.
//! * R5 What an instrumented word means is written before the flag is set (Release), and read after the word was loaded again with Acquire.
//!
//! **Guarantees.** A specialization never undoes an instrumentation. A form is seen only with its own cache words. **Not guaranteed**: that a
//! specialization succeeds (it fails when the word changed); how soon the owner sees a flag.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | dispatch load | Relaxed | – | the owner wrote the form; flags are confirmed by `reload` |
//! | `specialize`, `deopt` | Relaxed CAS | – | who reads a form with its cache words is the owner, the collector in a pause, or the next owner (P7.R6) |
//! | `instrument` | Release RMW | `reload` | metadata before the flag |
//! | `reload` | Acquire | `instrument` | the flag before the metadata |
//! | `deinstrument` | Relaxed RMW | – | in a pause |
//! | `set_executor`, `clear_executor` | Relaxed CAS | – | the executor is found through a table of its own |
//!
//! **Checked by** `p8.*`. **Not checked**: nothing that this half claims.

mod copies;

pub use copies::{CodeCopies, CodeLock, CopyError, UnusedCopies};

use crate::isa::Isa;
use crate::mutant;
use crate::sync::{AtomicU64, Ordering};
use crate::world::WorldStopped;

/// The bits of the opcode.
pub const OPCODE_MASK: u64 = (1 << 14) - 1;
/// Set when some tool wants events of this instruction. Tested first.
pub const INSTRUMENTED: u64 = 1 << 14;
/// Set when an executor is attached to this JUMP_BACKWARD or RESUME. Tested second.
pub const EXECUTOR: u64 = 1 << 15;
/// The bits of opcode and flags.
pub const OP_MASK: u64 = OPCODE_MASK | INSTRUMENTED | EXECUTOR;

/// The opcode of a word.
#[inline(always)]
#[must_use]
pub const fn opcode(word: u64) -> u16 {
    // 14 bits.
    (word & OPCODE_MASK) as u16
}

/// A word from its parts, without flags.
#[must_use]
pub const fn encode(op: u16, a: u16, b: u16, c: u16) -> u64 {
    (op as u64 & OPCODE_MASK) | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
}

/// The three operands of a word.
#[inline(always)]
#[must_use]
pub const fn operands(word: u64) -> (u16, u16, u16) {
    // Each truncation takes its own 16 bits.
    ((word >> 16) as u16, (word >> 32) as u16, (word >> 48) as u16)
}

const fn with_opcode(word: u64, op: u16) -> u64 {
    word & !OPCODE_MASK | op as u64 & OPCODE_MASK
}

/// Gives the instruction at `word`, decoded as `seen`, the form `new_op` (P8.R1). Cache words were written before, under the adaptive
/// form (P8.R3). Returns the new word.
///
/// # Errors
/// The word that is there instead of `seen`; nothing has changed.
#[inline]
pub fn specialize(word: &AtomicU64, seen: u64, new_op: u16) -> Result<u64, u64> {
    let new = with_opcode(seen, new_op);
    if mutant!("p8.specialize-plain-store") {
        if word.load(Ordering::Relaxed) == seen {
            word.store(new, Ordering::Release);
        }
        return Ok(new);
    }
    if mutant!("p8.specialize-retry-drops-flags") {
        let mut now = seen;
        while let Err(other) = word.compare_exchange(now, new, Ordering::Release, Ordering::Relaxed) {
            now = other;
        }
        return Ok(new);
    }
    word.compare_exchange(seen, new, Ordering::Relaxed, Ordering::Relaxed).map(|_| new)
}

/// Takes the instruction back to the adaptive form `base_op` (P8.R1). Returns the new word.
///
/// # Errors
/// The word that is there instead of `seen`; nothing has changed.
#[inline]
pub fn deopt(word: &AtomicU64, seen: u64, base_op: u16) -> Result<u64, u64> {
    let new = with_opcode(seen, base_op);
    word.compare_exchange(seen, new, Ordering::Relaxed, Ordering::Relaxed).map(|_| new)
}

/// Specializes the instruction at `at`, decoded as `seen`: deopts it if need be, lets `fill` write the cache words, publishes
/// `new_op` (P8.R3). `fill` gets the cache words of the instruction; it must not touch the low 16 bits and, in the first word, the
/// operand above them.
///
/// # Errors
/// The word that was found instead; the instruction is then in whatever form that word says, which may be the adaptive one.
pub fn respecialize<I: Isa>(
    words: &[AtomicU64],
    at: usize,
    seen: u64,
    new_op: u16,
    fill: impl FnOnce(&[AtomicU64]),
) -> Result<u64, u64> {
    let base = I::base_form(new_op);
    debug_assert_eq!(base, I::base_form(opcode(seen)), "a form of another family");
    let word = &words[at];
    let skip_deopt = mutant!("p8.cache-before-deopt");
    let adaptive = if opcode(seen) == base || skip_deopt { seen } else { deopt(word, seen, base)? };
    fill(&words[at + 1..=at + I::cache_words(base)]);
    specialize(word, adaptive, new_op)
}

/// Sets INSTRUMENTED, under the lock of the code object (P8.R2).
pub fn instrument(_: &CodeLock<'_>, word: &AtomicU64) {
    let order = if mutant!("p8.instrument-relaxed") { Ordering::Relaxed } else { Ordering::Release };
    word.fetch_or(INSTRUMENTED, order);
}

/// Clears INSTRUMENTED. Possible only in a pause (P8.R2): other threads run their copies without any lock, and the code lock would not
/// stop them. So this does not compile:
///
/// ```compile_fail,E0308
/// fn off(lock: &vm_core::code::CodeLock<'_>, word: &vm_core::sync::AtomicU64) {
///     vm_core::code::deinstrument(lock, word);
/// }
/// ```
#[inline]
pub fn deinstrument(_: &WorldStopped<'_>, word: &AtomicU64) {
    if mutant!("p8.deinstrument-takes-executor") {
        word.fetch_and(!EXECUTOR, Ordering::Relaxed);
    }
    // Nobody else writes words now, so this is no read-modify-write: the pause is as long as all of them together.
    let now = word.load(Ordering::Relaxed);
    if now & INSTRUMENTED != 0 {
        word.store(now & !INSTRUMENTED, Ordering::Relaxed);
    }
}

/// Reads a word again, after INSTRUMENTED was seen and before its metadata is read (P8.R5).
#[inline]
pub fn reload(word: &AtomicU64) -> u64 {
    word.load(if mutant!("p8.reload-relaxed") { Ordering::Relaxed } else { Ordering::Acquire })
}

/// Sets EXECUTOR on the instruction decoded as `seen`.
///
/// # Errors
/// The word that is there instead; nothing has changed.
pub fn set_executor(word: &AtomicU64, seen: u64) -> Result<u64, u64> {
    let new = seen | EXECUTOR;
    word.compare_exchange(seen, new, Ordering::Relaxed, Ordering::Relaxed).map(|_| new)
}

/// Clears EXECUTOR on the instruction decoded as `seen`: its executor is gone.
///
/// # Errors
/// The word that is there instead; nothing has changed.
pub fn clear_executor(word: &AtomicU64, seen: u64) -> Result<u64, u64> {
    let new = seen & !EXECUTOR;
    word.compare_exchange(seen, new, Ordering::Relaxed, Ordering::Relaxed).map(|_| new)
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::*;
    use crate::isa::toy;

    #[test]
    fn transitions_change_only_their_own_field() {
        let start = encode(toy::ADD, 1, 0xFFFF, 3);
        let word = AtomicU64::new(start);
        let seen = set_executor(&word, start).expect("nobody else writes");
        let seen = specialize(&word, seen, toy::ADD_INT).expect("nobody else writes");
        assert_eq!((opcode(seen), seen & EXECUTOR, operands(seen)), (toy::ADD_INT, EXECUTOR, (1, 0xFFFF, 3)));
        assert_eq!(specialize(&word, start, toy::ADD_FLOAT), Err(seen), "a stale decode changes nothing");
        let seen = deopt(&word, seen, toy::ADD).expect("nobody else writes");
        let seen = clear_executor(&word, seen).expect("nobody else writes");
        assert_eq!(seen, start);
    }

    #[test]
    fn respecialization_writes_the_cache_under_the_adaptive_form() {
        let words: Vec<AtomicU64> = [encode(toy::ADD_INT, 0, 1, 2), 0, 0].map(AtomicU64::new).into();
        let seen = words[0].load(Ordering::Relaxed);
        let new = respecialize::<toy::Toy>(&words, 0, seen, toy::ADD_FLOAT, |cache| {
            assert_eq!(cache.len(), 2);
            assert_eq!(opcode(words[0].load(Ordering::Relaxed)), toy::ADD);
            cache[1].store(42, Ordering::Relaxed);
        });
        assert_eq!(new.map(opcode), Ok(toy::ADD_FLOAT));
        assert_eq!(words[2].load(Ordering::Relaxed), 42);
    }
}
