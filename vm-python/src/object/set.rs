//! Sets: open addressing with CPython's probe sequence and growth, so that equal hashes iterate in CPython's order.
//!
//! * A slot is empty at first; then it alternates between a key and deleted. The hash is written before the key and only
//!   while the slot has none, so a reader that sees the same key before and after it read the hash has a pair. Keys never
//!   move inside a published table.
//! * A table that gets full is replaced by a rebuilt copy, published with one Release store; readers take no lock.
//! * Look-ups may run `__eq__` and are unlocked; a writer validates, under the lock, that the table is the one it looked
//!   at and that no key was put into it since, or starts again (rule L4).

use vm_core::published::Count;
use vm_core::sync::{AtomicU64, AtomicUsize, Ordering};
use vm_heap::{Header, Marker};

use super::{
    class::Type,
    gc::{Gc, Object, Ptr, Slot},
    items::RootVec,
    kind::Kind,
    str::Str,
};
use crate::{
    error::{PyResult, Thrown},
    value::Value,
    vm::Vm,
};

/// Slots looked at one after the other before the probe jumps.
const LINEAR_PROBES: usize = 9;
/// Bits of the hash that each jump brings in.
const PERTURB_SHIFT: u32 = 5;
/// Slots of the smallest table.
const MIN_SLOTS: usize = 8;

// SAFETY: an immediate with a number of its own, that no other part of the VM makes; not a pointer.
const DELETED: Value = unsafe { Value::from_bits(0b110_110) };

/// One slot: UNBOUND = empty, `DELETED` = had a key.
#[repr(C)]
pub struct SetEntry {
    hash: AtomicU64,
    key: Slot,
}

impl SetEntry {
    /// The key, if there is one.
    #[inline(always)]
    #[must_use]
    pub fn key(&self) -> Option<Value> {
        let k = self.key.get();
        if k.is_unbound() || k == DELETED { None } else { Some(k) }
    }
    #[inline(always)]
    fn hash(&self) -> u64 {
        self.hash.load(Ordering::Acquire)
    }
    /// The key and its hash, if there is one.
    #[inline(always)]
    fn pair(&self) -> Option<(u64, Value)> {
        loop {
            let k = self.key()?;
            let hash = self.hash();
            if self.key.get() == k {
                return Some((hash, k));
            }
        }
    }
}

/// The slots of a set.
#[repr(C)]
pub struct SetTable {
    header: Header,
    mask: usize,
    /// Slots that are not empty.
    fill: AtomicUsize,
    /// Keys ever put into this table.
    puts: Count,
    entries: [SetEntry; 0],
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for SetTable {
    const KIND: Kind = Kind::SetTable;
}

/// Where a probe ended.
enum Probe {
    /// Slot and key.
    Found(usize, Value),
    /// The first empty slot, and the last deleted one on the way to it.
    Missing(usize, Option<usize>),
}

impl SetTable {
    /// All slots.
    #[inline(always)]
    #[must_use]
    pub fn entries(&self) -> &[SetEntry] {
        // SAFETY: the cell was allocated with `mask + 1` entries after the fields.
        unsafe { std::slice::from_raw_parts(self.entries.as_ptr(), self.mask + 1) }
    }
    /// Slots that have or had a key.
    #[inline(always)]
    fn fill(&self) -> usize {
        self.fill.load(Ordering::Acquire)
    }
    #[inline(always)]
    fn puts(&self) -> usize {
        self.puts.get()
    }
    /// The next key at or after slot `pos`: (next position, hash, key).
    #[inline]
    #[must_use]
    pub fn next_entry(&self, pos: usize) -> Option<(usize, u64, Value)> {
        let rest = self.entries().get(pos..)?;
        rest.iter().enumerate().find_map(|(i, e)| e.pair().map(|(hash, k)| (pos + i + 1, hash, k)))
    }
    /// Reports the keys to the collector.
    pub fn trace_fields(&self, m: &mut Marker) {
        for e in self.entries() {
            e.key.trace(m);
        }
    }

    #[inline(always)]
    fn probe<E>(
        &self,
        hash: u64,
        mut same: impl FnMut(&SetEntry, Value) -> Result<bool, E>,
    ) -> Result<Probe, E> {
        let entries = self.entries();
        let mut perturb = hash;
        let mut i = hash as usize & self.mask;
        let mut deleted = None;
        loop {
            let run = if i + LINEAR_PROBES <= self.mask { LINEAR_PROBES } else { 0 };
            for (j, e) in entries[i..=i + run].iter().enumerate() {
                let k = e.key.get();
                if k.is_unbound() {
                    return Ok(Probe::Missing(i + j, deleted));
                }
                if k == DELETED {
                    deleted = Some(i + j);
                } else if e.hash() == hash && same(e, k)? {
                    return Ok(Probe::Found(i + j, k));
                }
            }
            perturb >>= PERTURB_SHIFT;
            i = i.wrapping_mul(5).wrapping_add(1).wrapping_add(perturb as usize) & self.mask;
        }
    }

    /// Fills slot `i`, which has no key; the caller holds the lock, or the table is not published.
    #[inline(always)]
    fn put(&self, vm: &Vm, i: usize, hash: u64, key: Value) {
        // Written, and so findable, before it is counted (P17.R7).
        self.puts.append(|_| {
            let e = &self.entries()[i];
            if e.key.get().is_unbound() {
                self.fill.store(self.fill() + 1, Ordering::Release);
            }
            e.hash.store(hash, Ordering::Release);
            e.key.set(vm, &self.header, key);
        });
    }

    /// Adds a key that is not in this unpublished table.
    fn put_new(&self, vm: &Vm, hash: u64, key: Value) {
        let end: Result<Probe, std::convert::Infallible> = self.probe(hash, |_, _| Ok(false));
        if let Ok(Probe::Missing(i, _)) = end {
            self.put(vm, i, hash, key);
        }
    }

    /// Whether one more key than `fill` makes the table too full.
    #[inline(always)]
    fn is_full_at(&self, fill: usize) -> bool {
        fill * 5 >= self.mask * 3
    }
}

/// Slots of a table for `min_used` keys, as CPython's `set_table_resize`.
fn slots_for(min_used: usize) -> Option<usize> {
    min_used.checked_add(1)?.checked_next_power_of_two().map(|n| n.max(MIN_SLOTS))
}

/// `min_used` of the table that follows a full one with `used` keys.
const fn growth(used: usize) -> usize {
    if used > 50_000 { used.saturating_mul(2) } else { used * 4 }
}

/// A set; frozensets have the same layout.
#[repr(C)]
pub struct Set {
    header: Header,
    table: Ptr<SetTable>,
    /// Keys.
    len: AtomicUsize,
    /// Where `pop` looks next.
    finger: AtomicUsize,
    /// Hash of a frozenset, 0 = not yet computed.
    hash: AtomicU64,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Set {
    const KIND: Kind = Kind::Set;
}

/// A frozenset.
#[repr(transparent)]
pub struct FrozenSet(pub Set);

// SAFETY: transparent over a repr(C) type that begins with the header; only cells of this kind are made with it.
unsafe impl Object for FrozenSet {
    const KIND: Kind = Kind::FrozenSet;
}

/// The value as a set or frozenset (or subclass).
#[inline]
#[must_use]
pub fn as_any_set(v: Value) -> Option<Gc<Set>> {
    match v.kind()? {
        // SAFETY: both kinds have the layout of Set.
        Kind::Set | Kind::FrozenSet => Some(unsafe { Gc::from_ptr(v.ptr_unchecked().cast()) }),
        _ => None,
    }
}

impl Set {
    /// Keys at this moment.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }
    /// Whether the set is empty at this moment.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The current table.
    #[inline(always)]
    #[must_use]
    pub fn table(&self) -> Gc<SetTable> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.table.get_unchecked() }
    }
    /// Reports the references to the collector.
    pub fn trace_fields(&self, m: &mut Marker) {
        self.table.trace(m);
    }

    /// The hash as a frozenset, CPython's: independent of order, well dispersed for sets of sets.
    #[must_use]
    pub fn frozen_hash(&self) -> i64 {
        let cached = self.hash.load(Ordering::Relaxed);
        if cached != 0 {
            return cached as i64;
        }
        let shuffle = |h: u64| ((h ^ 89_869_747) ^ (h << 16)).wrapping_mul(3_644_798_167);
        let mut n = 0u64;
        let mut hash = 0u64;
        for e in self.table().entries() {
            if let Some((h, _)) = e.pair() {
                n += 1;
                hash ^= shuffle(h);
            }
        }
        hash ^= (n + 1).wrapping_mul(1_927_868_237);
        hash ^= (hash >> 11) ^ (hash >> 25);
        hash = hash.wrapping_mul(69069).wrapping_add(907_133_923);
        if hash == u64::MAX {
            hash = 590_923_713;
        }
        if self.header.kind == Kind::FrozenSet as u8 {
            self.hash.store(hash, Ordering::Relaxed);
        }
        hash as i64
    }
}

/// Result of a look-up: what it looked at, and where it ended.
struct Found {
    table: Gc<SetTable>,
    puts: usize,
    at: Probe,
}

enum Interrupted {
    /// `__eq__` changed this very set.
    Changed,
    Raised(Thrown),
}

impl Gc<Set> {
    #[inline]
    fn find(self, vm: &Vm, key: Value, hash: u64) -> PyResult<Found> {
        let is_str = key.downcast_exact::<Str>();
        loop {
            let table = self.table();
            let puts = table.puts();
            let end = table.probe(hash, |e, k| {
                if k == key {
                    return Ok(true);
                }
                if let (Some(a), Some(b)) = (is_str, k.downcast_exact::<Str>()) {
                    return Ok(a.eq_content(&b));
                }
                if Value::both_small_int(k, key) {
                    return Ok(false);
                }
                let same = vm.eq(k, key).map_err(Interrupted::Raised)?;
                if self.table() != table || e.key.get() != k {
                    return Err(Interrupted::Changed);
                }
                Ok(same)
            });
            match end {
                Ok(at) => return Ok(Found { table, puts, at }),
                Err(Interrupted::Changed) => vm.poll()?,
                Err(Interrupted::Raised(e)) => return Err(e),
            }
        }
    }

    /// Whether `key`, whose hash is known, is in the set.
    #[inline]
    pub fn contains_hashed(self, vm: &Vm, key: Value, hash: u64) -> PyResult<bool> {
        Ok(matches!(self.find(vm, key, hash)?.at, Probe::Found(..)))
    }

    /// Whether `key` is in the set; hashes and compares as Python does.
    #[inline]
    pub fn contains(self, vm: &Vm, key: Value) -> PyResult<bool> {
        let hash = vm.hash_key(key, "set element")? as u64;
        self.contains_hashed(vm, key, hash)
    }

    /// Adds `key`, whose hash is known; whether it was new.
    #[inline]
    pub fn add_hashed(self, vm: &Vm, key: Value, hash: u64) -> PyResult<bool> {
        self.add_with::<true>(vm, key, hash)
    }

    /// As [`Gc::add_hashed`], for a set that no other thread can see yet.
    #[inline]
    pub(crate) fn add_unshared(self, vm: &Vm, key: Value, hash: u64) -> PyResult<bool> {
        self.add_with::<false>(vm, key, hash)
    }

    #[inline]
    fn add_with<const SHARED: bool>(self, vm: &Vm, key: Value, hash: u64) -> PyResult<bool> {
        loop {
            let Found { table, puts, at: Probe::Missing(empty, deleted) } = self.find(vm, key, hash)? else {
                return Ok(false);
            };
            let used = self.len();
            let full = deleted.is_none() && table.is_full_at(table.fill() + 1);
            // Allocated outside the lock (rule L1).
            let fresh = if full { Some(vm.new_set_table(growth(used + 1))?) } else { None };
            let _g = SHARED.then(|| vm.lock(self.header()));
            if self.table() != table || table.puts() != puts || (full && self.len() != used) {
                continue;
            }
            table.put(vm, deleted.unwrap_or(empty), hash, key);
            if let Some(fresh) = fresh {
                copy_live(vm, &table, &fresh);
                self.table.set(vm, self.header(), Some(fresh));
            }
            self.len.store(self.len() + 1, Ordering::Release);
            return Ok(true);
        }
    }

    /// Adds `key`; whether it was new.
    #[inline]
    pub fn add(self, vm: &Vm, key: Value) -> PyResult<bool> {
        let hash = vm.hash_key(key, "set element")? as u64;
        self.add_hashed(vm, key, hash)
    }

    /// Removes `key`, whose hash is known; whether it was there.
    pub fn discard_hashed(self, vm: &Vm, key: Value, hash: u64) -> PyResult<bool> {
        loop {
            let Found { table, at: Probe::Found(i, found), .. } = self.find(vm, key, hash)? else {
                return Ok(false);
            };
            let _g = vm.lock(self.header());
            let e = &table.entries()[i];
            if self.table() != table || e.key.get() != found {
                continue;
            }
            e.key.set(vm, table.header(), DELETED);
            self.len.store(self.len() - 1, Ordering::Release);
            return Ok(true);
        }
    }

    /// Removes `key`; whether it was there.
    pub fn discard(self, vm: &Vm, key: Value) -> PyResult<bool> {
        let hash = vm.hash_key(key, "set element")? as u64;
        self.discard_hashed(vm, key, hash)
    }

    /// Removes and returns some key.
    #[must_use]
    pub fn pop(self, vm: &Vm) -> Option<Value> {
        let _g = vm.lock(self.header());
        if self.is_empty() {
            return None;
        }
        let table = self.table();
        let from = self.finger.load(Ordering::Relaxed) & table.mask;
        let (i, _) = (from..=table.mask).chain(0..from).find_map(|i| Some((i, table.entries()[i].key()?)))?;
        let e = &table.entries()[i];
        let k = e.key()?;
        e.key.set(vm, table.header(), DELETED);
        self.finger.store(i + 1, Ordering::Relaxed);
        self.len.store(self.len() - 1, Ordering::Release);
        Some(k)
    }

    /// Removes everything.
    pub fn clear(self, vm: &Vm) -> PyResult<()> {
        let fresh = vm.new_set_table(0)?;
        let _g = vm.lock(self.header());
        self.table.set(vm, self.header(), Some(fresh));
        self.finger.store(0, Ordering::Relaxed);
        self.len.store(0, Ordering::Release);
        Ok(())
    }

    /// Rebuilds the table for `min_used` keys.
    fn resize(self, vm: &Vm, min_used: usize) -> PyResult<()> {
        loop {
            let table = self.table();
            let (puts, used) = (table.puts(), self.len());
            let fresh = vm.new_set_table(min_used.max(used))?;
            let _g = vm.lock(self.header());
            if self.table() != table || table.puts() != puts || self.len() != used {
                continue;
            }
            copy_live(vm, &table, &fresh);
            self.table.set(vm, self.header(), Some(fresh));
            return Ok(());
        }
    }

    /// Makes room for `more` keys in one step, as bulk updates do.
    pub fn reserve(self, vm: &Vm, more: usize) -> PyResult<()> {
        let t = self.table();
        if t.is_full_at(t.fill().saturating_add(more)) {
            self.resize(vm, self.len().saturating_add(more).saturating_mul(2))?;
        }
        Ok(())
    }

    /// Drops the deleted slots if they are more than a quarter.
    pub fn shed_deleted(self, vm: &Vm) -> PyResult<()> {
        let t = self.table();
        let used = self.len();
        if t.fill().saturating_sub(used) > t.mask / 4 {
            self.resize(vm, growth(used))?;
        }
        Ok(())
    }

    /// Adds every key of `other`.
    pub fn merge(self, vm: &Vm, other: Gc<Set>) -> PyResult<()> {
        if self == other || other.is_empty() {
            return Ok(());
        }
        let table = self.table();
        if table.fill() == 0 {
            let (fresh, n) = vm.table_like(table.mask, other)?;
            let _g = vm.lock(self.header());
            if self.table() == table && table.fill() == 0 {
                self.table.set(vm, self.header(), Some(fresh));
                self.len.store(n, Ordering::Release);
                return Ok(());
            }
        }
        self.reserve(vm, other.len())?;
        let from = other.table();
        let mut pos = 0;
        while let Some((next, hash, key)) = from.next_entry(pos) {
            self.add_hashed(vm, key, hash)?;
            pos = next;
        }
        Ok(())
    }

    /// Takes over the content of `other`, which nobody else has.
    pub fn replace(self, vm: &Vm, other: Gc<Set>) {
        let _g = vm.lock(self.header());
        self.table.set(vm, self.header(), Some(other.table()));
        self.len.store(other.len(), Ordering::Release);
    }

    /// The keys at one moment.
    pub fn snapshot(self, vm: &Vm) -> PyResult<RootVec<'_>> {
        let table = self.table();
        let out = RootVec::with_capacity(vm, self.len())?;
        let mut pos = 0;
        while let Some((next, _, key)) = table.next_entry(pos) {
            out.push(key)?;
            pos = next;
        }
        Ok(out)
    }
}

fn copy_live(vm: &Vm, from: &SetTable, to: &SetTable) {
    for e in from.entries() {
        if let Some((hash, k)) = e.pair() {
            to.put_new(vm, hash, k);
        }
    }
}

impl Vm {
    fn new_set_table(&self, min_used: usize) -> PyResult<Gc<SetTable>> {
        let slots = slots_for(min_used).ok_or_else(|| self.memory_error())?;
        let bytes = slots
            .checked_mul(size_of::<SetEntry>())
            .and_then(|n| n.checked_add(size_of::<SetTable>()))
            .filter(|&n| n < isize::MAX as usize)
            .ok_or_else(|| self.memory_error())?;
        let t = self.alloc_cell::<SetTable>(bytes)?;
        // SAFETY: a fresh cell that nobody else sees.
        unsafe { (*t.as_ptr()).mask = slots - 1 };
        for e in t.entries() {
            e.key.init(Value::UNBOUND);
        }
        Ok(t)
    }

    /// A table with the keys of `source`, as CPython's `set_merge` gives to an empty set whose table has `mask`; and
    /// how many they are.
    fn table_like(&self, mask: usize, source: Gc<Set>) -> PyResult<(Gc<SetTable>, usize)> {
        loop {
            let from = source.table();
            let used = source.len();
            let min_used = if used * 5 >= mask * 3 { used.saturating_mul(2) } else { mask };
            let t = self.new_set_table(min_used)?;
            // Locked, so that the copy is of one moment; nothing is allocated here.
            let _g = self.lock(source.header());
            if source.table() != from || source.len() != used {
                continue;
            }
            if t.mask == from.mask && from.fill() == used {
                for (i, e) in from.entries().iter().enumerate() {
                    if let Some((hash, k)) = e.pair() {
                        t.put(self, i, hash, k);
                    }
                }
            } else {
                copy_live(self, &from, &t);
            }
            return Ok((t, used));
        }
    }

    fn new_set_cell(&self, frozen: bool, table: Gc<SetTable>, len: usize) -> PyResult<Gc<Set>> {
        let s = if frozen {
            let f = self.alloc_cell::<FrozenSet>(size_of::<Set>())?;
            // SAFETY: a frozenset has the layout of a set.
            unsafe { f.cast::<Set>() }
        } else {
            self.alloc_cell::<Set>(size_of::<Set>())?
        };
        s.table.as_slot().init(table.value());
        s.len.store(len, Ordering::Relaxed);
        Ok(s)
    }

    /// An empty set.
    pub fn new_set(&self) -> PyResult<Gc<Set>> {
        let t = self.new_set_table(0)?;
        self.new_set_cell(false, t, 0)
    }

    /// An empty frozenset that is still to be filled by its maker.
    pub fn new_empty_frozenset(&self) -> PyResult<Gc<Set>> {
        let t = self.new_set_table(0)?;
        self.new_set_cell(true, t, 0)
    }

    /// A frozenset of these values.
    pub fn new_frozenset(&self, items: &[Value]) -> PyResult<Gc<FrozenSet>> {
        let s = self.new_empty_frozenset()?;
        for &v in items {
            s.add(self, v)?;
        }
        // SAFETY: made as a frozenset.
        Ok(unsafe { s.cast() })
    }

    /// An empty set or frozenset of class `class`, which is one of the two builtin classes or a subclass.
    pub fn new_set_of(&self, class: Gc<Type>) -> PyResult<Gc<Set>> {
        let t = self.new_set_table(0)?;
        let p = self.alloc_instance_of(class)?;
        // SAFETY: instances of these classes have the layout of Set.
        let s: Gc<Set> = unsafe { Gc::from_ptr(p.cast()) };
        s.table.as_slot().init(t.value());
        Ok(s)
    }

    /// A copy of `source` as an exact set or frozenset.
    pub fn copy_set(&self, source: Gc<Set>, frozen: bool) -> PyResult<Gc<Set>> {
        if source.is_empty() {
            let t = self.new_set_table(0)?;
            return self.new_set_cell(frozen, t, 0);
        }
        let (t, n) = self.table_like(MIN_SLOTS - 1, source)?;
        self.new_set_cell(frozen, t, n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_grow_as_cpython() {
        // sys.getsizeof steps of CPython 3.13: 8, 32, 128, 512 slots at 5, 19(77/4)… keys.
        assert_eq!(slots_for(0), Some(8));
        assert_eq!(slots_for(8), Some(16));
        assert_eq!(slots_for(growth(5)), Some(32));
        assert_eq!(slots_for(growth(20)), Some(128));
        assert_eq!(growth(50_001), 100_002);
        assert_eq!(slots_for(usize::MAX), None);
    }
}
