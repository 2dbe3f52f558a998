//! Changes of lists that touch more than one item, each atomic: new blocks are allocated before the lock is taken
//! (rule L1), and if the list changed meanwhile the operation starts again.

use vm_heap::Header;

use crate::{
    error::PyResult,
    object::{
        gc::Gc,
        items::Items,
        sequence::List,
        slice::{SliceBounds, SliceRange},
    },
    value::Value,
    vm::Vm,
};

/// Slots for a list that grows to `n` items: about an eighth more.
const fn roomy(n: usize) -> usize {
    n + (n >> 3) + 6
}

/// Copies `from[range]` into the fresh block `to`, from its slot `at` on.
fn copy_range(to: &Items, at: usize, from: &Items, start: usize, count: usize) {
    for (t, f) in to.slots()[at..at + count].iter().zip(&from.slots()[start..start + count]) {
        t.init(f.get());
    }
}

/// Moves the items from `from` on to `to`, within one block.
fn shift(vm: &Vm, b: &Items, h: &Header, from: usize, to: usize, len: usize) {
    let s = b.slots();
    if to < from {
        for i in from..len {
            s[i - from + to].set(vm, h, s[i].get());
        }
    } else {
        for i in (from..len).rev() {
            s[i - from + to].set(vm, h, s[i].get());
        }
    }
}

impl Gc<List> {
    /// Runs `edit` under the lock with a fresh block of `size(len)` slots, until the list is no longer than the block
    /// was made for.
    fn with_fresh<R>(
        self,
        vm: &Vm,
        size: impl Fn(usize) -> Option<usize>,
        edit: impl Fn(&Items, usize, Gc<Items>) -> Option<R>,
    ) -> PyResult<R> {
        loop {
            let n = self.len();
            let fresh = vm.new_items(size(n).ok_or_else(|| vm.memory_error())?)?;
            let _g = vm.lock(self.header());
            let b = self.block();
            if b.len() == n
                && let Some(r) = edit(&b, n, fresh)
            {
                return Ok(r);
            }
        }
    }

    /// A block with the items that `bounds` selects.
    pub(crate) fn copy_slice(self, vm: &Vm, bounds: SliceBounds) -> PyResult<Gc<Items>> {
        self.with_fresh(
            vm,
            |n| Some(bounds.of(n).count),
            |b, n, fresh| {
                let r = bounds.of(n);
                if r.step == 1 {
                    copy_range(&fresh, 0, b, r.start as usize, r.count);
                } else {
                    for (to, from) in r.indices().enumerate() {
                        fresh.slots()[to].init(b.slots()[from].get());
                    }
                }
                fresh.set_len(r.count);
                Some(fresh)
            },
        )
    }

    /// A block with all items, `times` times.
    pub(crate) fn copy_repeated(self, vm: &Vm, times: usize) -> PyResult<Gc<Items>> {
        self.with_fresh(
            vm,
            |n| n.checked_mul(times),
            |b, n, fresh| {
                if n == 1 {
                    let v = b.slots()[0].get();
                    for s in fresh.slots() {
                        s.init(v);
                    }
                } else {
                    for k in 0..if n == 0 { 0 } else { times } {
                        copy_range(&fresh, k * n, b, 0, n);
                    }
                }
                fresh.set_len(n * times);
                Some(fresh)
            },
        )
    }

    /// A block with the items of `self`, then those of `other`, each as of one moment.
    pub(crate) fn copy_concatenated(self, vm: &Vm, other: Gc<List>) -> PyResult<Gc<Items>> {
        loop {
            let (n, m) = (self.len(), other.len());
            let fresh = vm.new_items(n.checked_add(m).ok_or_else(|| vm.memory_error())?)?;
            {
                let _g = vm.lock(self.header());
                let b = self.block();
                if b.len() != n {
                    continue;
                }
                copy_range(&fresh, 0, &b, 0, n);
            }
            // Published to the collector only now: a wait for the second lock is a safepoint.
            fresh.set_len(n);
            let _g = vm.lock(other.header());
            let b = other.block();
            if b.len() != m {
                continue;
            }
            copy_range(&fresh, n, &b, 0, m);
            fresh.set_len(n + m);
            return Ok(fresh);
        }
    }

    /// Appends values that nobody changes meanwhile (a tuple's, or a buffer of one's own).
    pub(crate) fn extend_from_slice(self, vm: &Vm, items: &[Value]) -> PyResult<()> {
        self.splice(vm, |n| (n, n), items)
    }

    /// Replaces the items `range(len)` by `items`, which nobody changes meanwhile.
    pub(crate) fn splice(
        self,
        vm: &Vm,
        range: impl Fn(usize) -> (usize, usize),
        items: &[Value],
    ) -> PyResult<()> {
        loop {
            let seen = self.len();
            let (from, to) = range(seen);
            let new_len = seen - (to - from) + items.len();
            let fresh = if new_len > self.block().cap() { Some(vm.new_items(roomy(new_len))?) } else { None };
            let _g = vm.lock(self.header());
            let b = self.block();
            if b.len() != seen {
                continue;
            }
            match fresh {
                Some(fresh) => {
                    copy_range(&fresh, 0, &b, 0, from);
                    for (s, &v) in fresh.slots()[from..].iter().zip(items) {
                        s.init(v);
                    }
                    copy_range(&fresh, from + items.len(), &b, to, seen - to);
                    fresh.set_len(new_len);
                    self.block_slot().set(vm, self.header(), Some(fresh));
                }
                None => {
                    if new_len > b.cap() {
                        continue;
                    }
                    let h = b.header();
                    if to - from != items.len() {
                        shift(vm, &b, h, to, from + items.len(), seen);
                    }
                    for (s, &v) in b.slots()[from..].iter().zip(items) {
                        s.set(vm, h, v);
                    }
                    b.set_len(new_len);
                    for s in b.slots().iter().take(seen).skip(new_len) {
                        s.clear();
                    }
                }
            }
            return Ok(());
        }
    }

    /// Inserts `v` before item `i` (clipped as `list.insert` does).
    pub(crate) fn insert(self, vm: &Vm, i: i64, v: Value) -> PyResult<()> {
        self.splice(
            vm,
            |n| {
                let i = crate::builtins::sequence::clip_index(i, n);
                (i, i)
            },
            &[v],
        )
    }

    /// Removes and returns item `i`, which may count from the end; `None` if out of range.
    pub(crate) fn remove_at(self, vm: &Vm, i: i64) -> Option<Value> {
        self.edit(vm, |b, h| {
            let n = b.len();
            match crate::builtins::sequence::resolve_index(i, n) {
                Some(i) => {
                    let v = b.slots()[i].get();
                    shift(vm, b, h, i + 1, i, n);
                    (n - 1, Some(v))
                }
                None => (n, None),
            }
        })
    }

    /// Removes item `i` if it is still `expected`.
    pub(crate) fn remove_if_same(self, vm: &Vm, i: usize, expected: Value) -> bool {
        self.edit(vm, |b, h| {
            let n = b.len();
            if i >= n || b.slots()[i].get() != expected {
                return (n, false);
            }
            shift(vm, b, h, i + 1, i, n);
            (n - 1, true)
        })
    }

    /// Removes the items that `bounds` selects.
    pub(crate) fn delete_slice(self, vm: &Vm, bounds: SliceBounds) {
        self.edit(vm, |b, h| {
            let n = b.len();
            let r = bounds.of(n).ascending();
            if r.count == 0 {
                return (n, ());
            }
            let s = b.slots();
            let mut gone = r.indices().peekable();
            let mut to = r.start as usize;
            for from in r.start as usize..n {
                if gone.peek() == Some(&from) {
                    gone.next();
                } else {
                    s[to].set(vm, h, s[from].get());
                    to += 1;
                }
            }
            (to, ())
        });
    }

    /// Replaces the items that `bounds` selects (step not 1) one for one; otherwise says how many are selected.
    pub(crate) fn assign_extended(self, vm: &Vm, bounds: SliceBounds, items: &[Value]) -> Result<(), usize> {
        self.edit(vm, |b, h| {
            let n = b.len();
            let r: SliceRange = bounds.of(n);
            if r.count != items.len() {
                return (n, Err(r.count));
            }
            for (i, &v) in r.indices().zip(items) {
                b.slots()[i].set(vm, h, v);
            }
            (n, Ok(()))
        })
    }

    /// Reverses the items in place.
    pub(crate) fn reverse(self, vm: &Vm) {
        self.edit(vm, |b, h| {
            let n = b.len();
            let s = b.slots();
            for i in 0..n / 2 {
                let (x, y) = (s[i].get(), s[n - 1 - i].get());
                s[i].set(vm, h, y);
                s[n - 1 - i].set(vm, h, x);
            }
            (n, ())
        });
    }

    /// Repeats the items in place.
    pub(crate) fn repeat_in_place(self, vm: &Vm, times: usize) -> PyResult<()> {
        if times == 1 {
            return Ok(());
        }
        self.with_fresh(
            vm,
            |n| n.checked_mul(times),
            |b, n, fresh| {
                for k in 0..if n == 0 { 0 } else { times } {
                    copy_range(&fresh, k * n, b, 0, n);
                }
                fresh.set_len(n * times);
                self.block_slot().set(vm, self.header(), Some(fresh));
                Some(())
            },
        )
    }
}
