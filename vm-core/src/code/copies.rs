//! P7: lazily made bytecode copies.
//!
//! **Purpose.** Each thread specializes bytecode of its own, so code words are never contended; threads that never run a function pay nothing
//! for it.
//!
//! **Actors.** The *owner* of index i finds or makes copy i; *instrumenters* and the *collector* visit all copies; a *pause* frees what was
//! retired and what belongs to no live index.
//!
//! **State.** A pointer to an array of pointers to copies. Entry 0 is the main copy and always there.
//!
//! **Rules.**
//! * R1 A copy is filled before it is visible, and an array before it replaces another.
//! * R2 Filling and publishing happen under the code lock, so instrumentation is never missed: base opcodes, counters fresh, other cache
//!   words 0, operands and INSTRUMENTED kept, EXECUTOR dropped.
//! * R3 Memory is allocated before the lock is taken; no allocation and no safepoint under it. So no stopped thread owns it.
//! * R4 A replaced array is retired, not freed: its readers hold no lock.
//! * R5 Copies are removed only in a pause.
//! * R6 Only the owner of an index makes or writes its copy; the next owner takes it over as it is (P6.R3 orders that).
//! * R7 Whoever visits all copies reads the array under the lock.
//! * R8 A copy goes when no thread has its index, never the main one, and never a live thread's: that thread may be in it.
//!
//! **Guarantees.** `get` never sees an unfilled copy; every copy has the instrumentation of the code object. **Not guaranteed**: that an array
//! shrinks.
//!
//! **Memory orders.**
//!
//! | site | order | pairs with | why |
//! |---|---|---|---|
//! | `get`: array pointer | Acquire | growth | the array is filled |
//! | `get`: entry | Acquire | `get_or_make` | the copy is filled |
//! | publish array, publish copy | Release | `get` | R1 |
//! | fill: words of the main copy | Relaxed | – | opcode families and operands never change; INSTRUMENTED is under the lock |
//!
//! **Checked by** `p7.*`. **Not checked**: the layout arithmetic of the array (unit tests, and the address sanitizer where it runs).

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

use super::{EXECUTOR, INSTRUMENTED, opcode, operands};
use crate::isa::Isa;
use crate::mutant;
use crate::retire::Retired;
use crate::slot::PtrSlot;
use crate::sync::{AtomicPtr, AtomicU64, CHECKING, Mutex, MutexGuard, Ordering, RaceCell};
use crate::world::WorldStopped;

/// Why no copy could be made: no memory. The caller raises MemoryError.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CopyError;

/// The bytecode copies of one code object: its `co_tlbc`.
#[derive(Debug)]
pub struct CodeCopies {
    array: AtomicPtr<Array>,
    lock: Mutex<()>,
    /// Words per copy.
    len: usize,
}

/// Proof that the code object is locked: instrumentation may be changed, copies published.
#[derive(Debug)]
pub struct CodeLock<'c> {
    copies: &'c CodeCopies,
    _guard: MutexGuard<'c, ()>,
}

/// `len` entries follow the header in the same allocation, so that a look-up loads the array pointer, the length and the entry
/// and nothing else.
#[derive(Debug)]
#[repr(C)]
struct Array {
    len: usize,
    /// Nothing in the shipping build; under the checkers each use reads it and the end writes it, so a use that nothing orders before the
    /// end is a race.
    life: RaceCell<()>,
    entries: [PtrSlot<AtomicU64>; 0],
}

/// Owns an [`Array`]; frees the array, not the copies.
struct ArrayBox(NonNull<Array>);

// SAFETY: an array is plain shared memory; the box is its only owner.
unsafe impl Send for ArrayBox {}

impl ArrayBox {
    fn layout(len: usize) -> Option<Layout> {
        let entries = Layout::array::<PtrSlot<AtomicU64>>(len).ok()?;
        Some(Layout::new::<Array>().extend(entries).ok()?.0.pad_to_align())
    }

    /// An array of null entries.
    fn new(len: usize) -> Result<Self, CopyError> {
        let layout = Self::layout(len).ok_or(CopyError)?;
        // SAFETY: the layout has the header's size at least, so it is not empty.
        let memory = unsafe { alloc(layout) }.cast::<Array>();
        let array = NonNull::new(memory).ok_or(CopyError)?;
        // SAFETY: the allocation is fresh, aligned and as long as `layout` says: the header and `len` entries.
        unsafe {
            array.write(Array { len, life: RaceCell::new(()), entries: [] });
            let first = (&raw mut (*array.as_ptr()).entries).cast::<PtrSlot<AtomicU64>>();
            for i in 0..len {
                first.add(i).write(PtrSlot::null());
            }
        }
        Ok(Self(array))
    }

    fn entries(&self) -> &[PtrSlot<AtomicU64>] {
        // SAFETY: the box owns the array.
        unsafe { self.0.as_ref() }.entries()
    }

    fn into_raw(self) -> *mut Array {
        let raw = self.0.as_ptr();
        std::mem::forget(self);
        raw
    }
}

impl Drop for ArrayBox {
    fn drop(&mut self) {
        let len = self.entries().len();
        // SAFETY: the box owns the array.
        unsafe { self.0.as_ref() }.life.with_mut(|_| ());
        for i in 0..len {
            // SAFETY: each entry was written by `new` and is dropped once. (The checkers' atomics have destructors.)
            unsafe {
                std::ptr::drop_in_place(
                    (&raw mut (*self.0.as_ptr()).entries).cast::<PtrSlot<AtomicU64>>().add(i),
                )
            };
        }
        if let Some(layout) = Self::layout(len) {
            // SAFETY: `new` allocated it with this layout.
            unsafe { dealloc(self.0.as_ptr().cast(), layout) };
        }
    }
}

impl Array {
    #[inline(always)]
    fn entries(&self) -> &[PtrSlot<AtomicU64>] {
        self.life.with(|_| ());
        // SAFETY: `ArrayBox::new` is the only maker, and wrote `len` entries behind the header.
        unsafe { std::slice::from_raw_parts((&raw const self.entries).cast(), self.len) }
    }
}

/// Owns a copy that was taken out of its array.
struct CopyBox(*mut [AtomicU64]);

// SAFETY: the words are atomics, and the box is their only owner.
unsafe impl Send for CopyBox {}

impl Drop for CopyBox {
    fn drop(&mut self) {
        // SAFETY: it came from `Box::into_raw` of a copy, and its entry was nulled.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

/// Copies taken out of their array by [`CodeCopies::take_unused`].
#[must_use = "retire them"]
pub struct UnusedCopies(Vec<CopyBox>);

impl UnusedCopies {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none was unused.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for UnusedCopies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("UnusedCopies").field(&self.0.len()).finish()
    }
}

impl CodeCopies {
    /// A code object whose main copy is `main`, unspecialized and uninstrumented.
    ///
    /// Aborts when the one-entry array cannot be allocated.
    #[must_use]
    pub fn new(main: Box<[AtomicU64]>) -> Self {
        let len = main.len();
        let array = ArrayBox::new(1).unwrap_or_else(|_| handle_alloc_error(Layout::new::<[usize; 2]>()));
        array.entries()[0].init_relaxed(Box::into_raw(main).cast());
        Self { array: AtomicPtr::new(array.into_raw()), lock: Mutex::new(()), len }
    }

    /// Words per copy.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the code has no words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    #[inline(always)]
    fn array(&self) -> &Array {
        let order = if mutant!("p7.array-relaxed") { Ordering::Relaxed } else { Ordering::Acquire };
        // SAFETY: never null; an array is freed no earlier than the next pause after it was replaced (P7.R4), and the caller is
        // attached, or in a pause, or holds the lock.
        unsafe { &*self.array.load(order) }
    }

    #[inline(always)]
    fn words(&self, first: *mut AtomicU64) -> Option<&[AtomicU64]> {
        if first.is_null() {
            return None;
        }
        // SAFETY: a non-null entry points to a copy of `len` words, which lives until a pause removes it (P7.R5).
        Some(unsafe { std::slice::from_raw_parts(first, self.len) })
    }

    /// The copy of `index`, if there is one. The caller is attached (or in a pause), and does not keep it across a safepoint at
    /// which its index might end. Three loads.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&[AtomicU64]> {
        self.words(self.array().entries().get(index as usize)?.load())
    }

    /// The main copy.
    #[inline]
    #[must_use]
    pub fn main(&self) -> &[AtomicU64] {
        self.get(0).unwrap_or(&[])
    }

    /// The copy of `index`, the caller's own, made if absent (P7.R2). `allocate` returns `len` words of any content, or `None` for no
    /// memory; it runs without the lock. A replaced array goes to `retired`.
    ///
    /// # Errors
    /// [`CopyError`] when there is no memory; nothing has changed then.
    #[cold]
    #[inline(never)]
    pub fn get_or_make<I: Isa>(
        &self,
        index: u32,
        retired: &Retired,
        allocate: impl FnOnce(usize) -> Option<Box<[AtomicU64]>>,
    ) -> Result<&[AtomicU64], CopyError> {
        if let Some(copy) = self.get(index) {
            return Ok(copy);
        }
        let copy = allocate(self.len).filter(|c| c.len() == self.len).ok_or(CopyError)?;
        let mut room: Option<ArrayBox> = None;
        let at = index as usize;
        let early = mutant!("p7.fill-without-lock");
        if early {
            self.fill::<I>(&copy);
        }
        loop {
            let lock = self.lock();
            let len = self.array().len;
            let replaced = if at < len {
                None
            } else if let Some(bigger) = room.take_if(|r| r.entries().len() > len.max(at)) {
                Some(self.grow(&lock, bigger))
            } else {
                drop(lock);
                // Powers of two, as threads are born one by one.
                room = Some(ArrayBox::new((at + 1).max(if CHECKING { 0 } else { (len * 2).max(4) }))?);
                continue;
            };
            let entry = &self.array().entries()[at];
            let late = mutant!("p7.fill-after-unlock");
            if !early && !late {
                self.fill::<I>(&copy);
            }
            entry.store(Box::into_raw(copy).cast());
            drop(lock);
            if late && let Some(copy) = self.get(index) {
                self.fill::<I>(copy);
            }
            if let Some(old) = replaced {
                if mutant!("p7.free-array-at-once") {
                    // SAFETY: as in `drop`; the memory itself stays, the checker is to report and not to crash.
                    unsafe { old.0.as_ref() }.life.with_mut(|_| ());
                    std::mem::forget(old);
                } else {
                    retired.push(old);
                }
            }
            return self.get(index).ok_or(CopyError);
        }
    }

    /// Puts `bigger` in the place of the array, which is returned to be retired (P7.R4).
    fn grow(&self, _: &CodeLock<'_>, bigger: ArrayBox) -> ArrayBox {
        let old = self.array();
        for (to, from) in bigger.entries().iter().zip(old.entries()) {
            to.init_relaxed(from.load());
        }
        let old = NonNull::from(old);
        let order = if mutant!("p7.grow-relaxed") { Ordering::Relaxed } else { Ordering::Release };
        self.array.store(bigger.into_raw(), order);
        ArrayBox(old)
    }

    /// Fills a copy from the main one (P7.R2).
    fn fill<I: Isa>(&self, copy: &[AtomicU64]) {
        const COUNTER: u64 = 0xFFFF;
        let main = self.main();
        let mut at = 0;
        while at < self.len {
            let word = main[at].load(Ordering::Relaxed);
            let now = opcode(word);
            let base = if mutant!("p7.copy-is-specialized") { now } else { I::base_form(now) };
            let kept = if mutant!("p7.executor-kept") { INSTRUMENTED | EXECUTOR } else { INSTRUMENTED };
            let (a, b, c) = operands(word);
            copy[at].store(super::encode(base, a, b, c) | word & kept, Ordering::Relaxed);
            let caches = I::cache_words(base);
            for k in 1..=caches {
                let fresh = if k == 1 && !mutant!("p9.copy-drops-operand") {
                    main[at + k].load(Ordering::Relaxed) & !COUNTER
                        | u64::from(I::initial_counter(base).bits())
                } else {
                    0
                };
                copy[at + k].store(fresh, Ordering::Relaxed);
            }
            at += 1 + caches;
        }
    }

    /// Locks the code object. Short, and no safepoint or allocation under it (P7.R3).
    pub fn lock(&self) -> CodeLock<'_> {
        CodeLock { copies: self, _guard: self.lock.lock() }
    }

    /// Visits every copy with its index. The collector reports references in cache words this way. Takes the lock, so `visit` must
    /// neither allocate nor reach a safepoint.
    pub fn for_each_copy(&self, visit: impl FnMut(u32, &[AtomicU64])) {
        self.lock().for_each_copy(visit);
    }

    /// Takes every copy but the main one whose index `is_live` denies out of the array (P7.R5). In a pause; readers pinned to the
    /// epoch may still see them, so they are returned to be retired.
    pub fn take_unused(&self, _: &WorldStopped<'_>, is_live: impl Fn(u32) -> bool) -> UnusedCopies {
        let mut taken = Vec::new();
        let _lock = self.lock();
        for (index, entry) in (0u32..).zip(self.array().entries()).skip(1) {
            let first = entry.load();
            let taken_too = mutant!("p7.takes-live-copies");
            if !first.is_null() && (taken_too || !is_live(index)) {
                entry.store(std::ptr::null_mut());
                taken.push(CopyBox(std::ptr::slice_from_raw_parts_mut(first, self.len)));
            }
        }
        UnusedCopies(taken)
    }
}

impl CodeLock<'_> {
    /// Visits every copy with its index (P7.R7).
    pub fn for_each_copy(&self, mut visit: impl FnMut(u32, &[AtomicU64])) {
        for (index, entry) in (0u32..).zip(self.copies.array().entries()) {
            if let Some(words) = self.copies.words(entry.load()) {
                visit(index, words);
            }
        }
    }

    /// Sets INSTRUMENTED on the instruction at `at` in every copy (P8.R2).
    pub fn instrument(&self, at: usize) {
        self.for_each_copy(|_, words| super::instrument(self, &words[at]));
    }
}

impl Drop for CodeCopies {
    fn drop(&mut self) {
        let Some(array) = NonNull::new(self.array.load(Ordering::Relaxed)) else { return };
        let array = ArrayBox(array);
        for entry in array.entries() {
            let first = entry.load();
            if !first.is_null() {
                drop(CopyBox(std::ptr::slice_from_raw_parts_mut(first, self.len)));
            }
        }
    }
}

#[cfg(all(test, not(any(weft_sync = "loom", weft_sync = "shuttle"))))]
mod tests {
    use super::super::{encode, set_executor, specialize};
    use super::*;
    use crate::backoff::Backoff;
    use crate::isa::toy::{ADD, ADD_INT, JUMP_BACKWARD, RESUME, RETURN, Toy};
    use crate::runtime::{Runtime, RuntimeConfig};

    fn program() -> CodeCopies {
        let operand = 0xBEEF_0000_0000_u64;
        CodeCopies::new(
            [
                encode(RESUME, 0, 0, 0),
                encode(ADD, 1, 2, 3),
                operand,
                0,
                encode(JUMP_BACKWARD, 4, 0, 0),
                0,
                encode(RETURN, 0, 0, 0),
            ]
            .map(AtomicU64::new)
            .into(),
        )
    }

    fn words(len: usize) -> Option<Box<[AtomicU64]>> {
        Some((0..len).map(|_| AtomicU64::new(u64::MAX)).collect())
    }

    #[test]
    fn a_copy_has_base_forms_fresh_caches_and_the_instrumentation() {
        let code = program();
        let retired = Retired::default();
        let main = code.main();
        let seen = main[1].load(Ordering::Relaxed);
        main[3].store(77, Ordering::Relaxed);
        specialize(&main[1], seen, ADD_INT).expect("alone");
        set_executor(&main[4], main[4].load(Ordering::Relaxed)).expect("alone");
        code.lock().instrument(6);
        let copy = code.get_or_make::<Toy>(3, &retired, words).expect("memory");
        let got: Vec<u64> = copy.iter().map(|w| w.load(Ordering::Relaxed)).collect();
        assert_eq!(
            got,
            [
                encode(RESUME, 0, 0, 0),
                encode(ADD, 1, 2, 3),
                0xBEEF_0000_0000 | u64::from(Backoff::adaptive_start().bits()),
                0,
                encode(JUMP_BACKWARD, 4, 0, 0),
                u64::from(Backoff::jump_start().bits()),
                encode(RETURN, 0, 0, 0) | INSTRUMENTED,
            ]
        );
        assert_eq!(retired.len(), 1, "the one-entry array");
        assert!(code.get(2).is_none() && code.get(99).is_none());
        assert!(std::ptr::eq(code.get_or_make::<Toy>(3, &retired, |_| None).expect("there already"), copy));
    }

    #[test]
    fn no_memory_changes_nothing() {
        let code = program();
        let retired = Retired::default();
        assert_eq!(code.get_or_make::<Toy>(1, &retired, |_| None).err(), Some(CopyError));
        assert_eq!(code.get_or_make::<Toy>(1, &retired, |n| words(n + 1)).err(), Some(CopyError));
        assert!(code.get(1).is_none() && retired.is_empty());
    }

    #[test]
    fn unused_copies_go_in_a_pause() {
        let code = program();
        let runtime = Runtime::new(RuntimeConfig::default());
        let interpreter = runtime.new_interpreter();
        for i in 1..6 {
            code.get_or_make::<Toy>(i, interpreter.retired(), words).expect("memory");
        }
        interpreter.stop_from_outside(|world| {
            interpreter.retired().push(code.take_unused(world, |i| i == 2));
            interpreter.retired().drain(world, runtime.epoch());
        });
        let mut left = vec![];
        code.for_each_copy(|i, _| left.push(i));
        assert_eq!(left, [0, 2]);
        assert!(interpreter.retired().is_empty());
    }
}
