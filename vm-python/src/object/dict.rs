//! Dictionaries: an append-only entry array with an index, behind one pointer.
//!
//! * Entries are appended and never bound again: a deleted entry stays deleted, a re-inserted key is a new entry. So a
//!   reader that found its key may trust the entry, and iteration order is insertion order.
//! * A full table is replaced by a compacted copy and published with one Release store; the old one dies by the
//!   collector, so readers take no lock.
//! * Look-ups that run `__eq__` run unlocked; a writer then validates, under the lock, that the table, its entry count
//!   and the entry found are still the ones it looked at, or starts again (rule L4).

use vm_core::published::Count;
use vm_core::sync::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use vm_heap::Header;

use super::{
    gc::{Gc, Object, Ptr, Slot},
    kind::Kind,
    str::Str,
};
use crate::{error::PyResult, value::Value, vm::Vm};

/// One entry. `value` UNBOUND = deleted.
#[repr(C)]
pub struct Entry {
    hash: AtomicU64,
    /// The key; never changes once the entry is published.
    pub key: Slot,
    /// The value.
    pub value: Slot,
}

/// The table of a dict: `[entries; cap][index; index_len]`.
#[repr(C)]
pub struct DictTable {
    header: Header,
    /// Entries ever appended to this table.
    used: Count,
    cap: usize,
    index_mask: usize,
    entries: [Entry; 0],
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for DictTable {
    const KIND: Kind = Kind::DictTable;
}

impl Entry {
    /// The key's hash.
    #[inline]
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.hash.load(Ordering::Relaxed)
    }
}

impl DictTable {
    /// Entries ever appended.
    #[inline(always)]
    #[must_use]
    pub fn used(&self) -> usize {
        self.used.get()
    }
    /// The appended entries, deleted ones included.
    #[inline(always)]
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        // SAFETY: the cell was allocated with `cap` entries after the fields and `used <= cap`.
        unsafe { std::slice::from_raw_parts(self.entries.as_ptr(), self.used()) }
    }
    #[inline(always)]
    fn entry(&self, i: usize) -> &Entry {
        debug_assert!(i < self.cap);
        // SAFETY: as above; indices come from the index array, which only holds appended entries.
        unsafe { &*self.entries.as_ptr().add(i) }
    }
    #[inline(always)]
    fn index(&self, i: usize) -> &AtomicU32 {
        // SAFETY: the index array of `index_mask + 1` elements follows the entries.
        unsafe { &*self.entries.as_ptr().add(self.cap).cast::<AtomicU32>().add(i & self.index_mask) }
    }
    /// Probes for `hash`; `found(entry number, entry)` says whether it is the one. Deleted entries are skipped.
    #[inline(always)]
    fn probe<E>(
        &self,
        hash: u64,
        mut found: impl FnMut(usize, &Entry) -> Result<bool, E>,
    ) -> Result<Option<usize>, E> {
        let mut i = hash as usize;
        let mut perturb = hash;
        loop {
            let e = self.index(i).load(Ordering::Acquire);
            if e == 0 {
                return Ok(None);
            }
            let n = e as usize - 1;
            let entry = self.entry(n);
            if entry.hash.load(Ordering::Relaxed) == hash && found(n, entry)? {
                return Ok(Some(n));
            }
            perturb >>= 5;
            i = i.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1);
        }
    }
    /// Appends an entry; the caller holds the lock (or the table is unpublished) and knows that there is room.
    fn append(&self, vm: &Vm, hash: u64, key: Value, value: Value) {
        // Written, made findable, counted, in this order (P17.R7): who reads the count and then misses the key may rely on it.
        self.used.append(|n| {
            debug_assert!(n < self.cap);
            let e = self.entry(n);
            e.hash.store(hash, Ordering::Relaxed);
            e.key.set(vm, &self.header, key);
            e.value.set(vm, &self.header, value);
            let mut i = hash as usize;
            let mut perturb = hash;
            while self.index(i).load(Ordering::Relaxed) != 0 {
                perturb >>= 5;
                i = i.wrapping_mul(5).wrapping_add(perturb as usize).wrapping_add(1);
            }
            self.index(i).store(n as u32 + 1, Ordering::Release);
        });
    }
}

/// A dict.
#[repr(C)]
pub struct Dict {
    header: Header,
    table: Ptr<DictTable>,
    /// Live entries.
    len: AtomicUsize,
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Dict {
    const KIND: Kind = Kind::Dict;
}

impl Dict {
    /// Live entries at this moment.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }
    /// Whether there is no entry at this moment.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The current table.
    #[inline(always)]
    #[must_use]
    pub fn table(&self) -> Gc<DictTable> {
        // SAFETY: set at creation and never cleared.
        unsafe { self.table.get_unchecked() }
    }
    /// The next live entry at or after position `pos` of the current table: (next position, key, value).
    #[must_use]
    pub fn next_entry(&self, pos: usize) -> Option<(usize, Value, Value)> {
        next_entry(self.table(), pos)
    }
    pub(crate) fn trace_fields(&self, m: &mut vm_heap::Marker) {
        self.table.trace(m);
    }
}

/// The next live entry of `table` at or after `pos`: (next position, key, value).
#[must_use]
pub fn next_entry(table: Gc<DictTable>, pos: usize) -> Option<(usize, Value, Value)> {
    let entries = table.entries();
    entries.iter().enumerate().skip(pos).find_map(|(i, e)| {
        let v = e.value.get();
        (!v.is_unbound()).then(|| (i + 1, e.key.get(), v))
    })
}

/// A look-up that runs `__eq__` starts again when that changed the dict, so often at most.
const MAX_RESTARTS: usize = 1000;

/// Result of a look-up: the table it looked at, how many entries that had, and what it found.
struct Found {
    table: Gc<DictTable>,
    used: usize,
    at: Option<usize>,
}

impl Vm {
    /// An empty dict.
    pub fn new_dict(&self) -> PyResult<Gc<Dict>> {
        self.new_dict_with_capacity(0)
    }

    /// An empty dict with room for `n` entries.
    pub fn new_dict_with_capacity(&self, n: usize) -> PyResult<Gc<Dict>> {
        let t = self.new_dict_table(n)?;
        let d = self.alloc_cell::<Dict>(size_of::<Dict>())?;
        d.table.as_slot().init(t.value());
        Ok(d)
    }

    /// An empty dict of a subclass.
    pub fn new_dict_of(&self, class: Gc<super::class::Type>) -> PyResult<Gc<Dict>> {
        let t = self.new_dict_table(0)?;
        // SAFETY: a fresh instance of a class with the layout of Dict.
        let d: Gc<Dict> = unsafe { Gc::from_ptr(self.alloc_instance_of(class)?.cast()) };
        d.table.as_slot().init(t.value());
        Ok(d)
    }

    fn new_dict_table(&self, n: usize) -> PyResult<Gc<DictTable>> {
        let cap = n.max(5);
        let index_len = (cap + cap / 2 + 1).next_power_of_two();
        let bytes = cap
            .checked_mul(size_of::<Entry>())
            .and_then(|b| b.checked_add(index_len * size_of::<u32>() + size_of::<DictTable>()))
            .filter(|_| cap < u32::MAX as usize / 2)
            .ok_or_else(|| self.memory_error())?;
        let t = self.alloc_cell::<DictTable>(bytes)?;
        // SAFETY: a fresh cell that nobody else sees; zeroed memory is an empty index.
        unsafe {
            (*t.as_ptr()).cap = cap;
            (*t.as_ptr()).index_mask = index_len - 1;
        }
        Ok(t)
    }

    /// An empty table with room for what lives in `old`, and more. By what lives: a dict whose keys come and go must not grow.
    fn compacted(&self, old: Gc<DictTable>) -> PyResult<Gc<DictTable>> {
        let live = old.entries().iter().filter(|e| !e.value.get().is_unbound()).count();
        self.new_dict_table(live + (live + live / 2).max(5))
    }
}

fn copy_live(vm: &Vm, from: Gc<DictTable>, to: Gc<DictTable>) {
    for e in from.entries() {
        let v = e.value.get();
        if !v.is_unbound() {
            to.append(vm, e.hash.load(Ordering::Relaxed), e.key.get(), v);
        }
    }
}

impl Gc<Dict> {
    fn find(self, vm: &Vm, key: Value, hash: u64) -> PyResult<Found> {
        if let Some(s) = key.downcast_exact::<Str>() {
            self.find_str(vm, s, hash)
        } else {
            self.find_general(vm, key, hash)
        }
    }

    fn find_general(self, vm: &Vm, key: Value, hash: u64) -> PyResult<Found> {
        for _ in 0..MAX_RESTARTS {
            let table = self.table();
            let used = table.used();
            let at = table.probe(hash, |_, e| {
                let k = e.key.get();
                Ok(!e.value.get().is_unbound() && (k == key || vm.eq(k, key)?))
            })?;
            // `__eq__` may have changed this very dict: then the answer may be stale.
            if self.table() == table {
                return Ok(Found { table, used, at });
            }
        }
        Err(vm.runtime_error("dictionary changed during every look-up of a key"))
    }

    #[inline]
    fn find_str(self, vm: &Vm, key: Gc<Str>, hash: u64) -> PyResult<Found> {
        let table = self.table();
        let used = table.used();
        let mut foreign = false;
        let at = table.probe(hash, |_, e| {
            let k = e.key.get();
            if k == key.value() {
                return Ok::<bool, crate::error::Thrown>(!e.value.get().is_unbound());
            }
            match k.downcast_exact::<Str>() {
                Some(s) => Ok(s.eq_content(&key) && !e.value.get().is_unbound()),
                None => {
                    foreign = true;
                    Ok(false)
                }
            }
        })?;
        if foreign && at.is_none() {
            return self.find_general(vm, key.value(), hash);
        }
        Ok(Found { table, used, at })
    }

    /// The value of `key`; hashes and compares as Python does.
    #[inline]
    pub fn get(self, vm: &Vm, key: Value) -> PyResult<Option<Value>> {
        let hash = vm.hash_key(key, "dict key")? as u64;
        self.get_hashed(vm, key, hash)
    }

    /// The value of `key`, whose hash is known.
    #[inline]
    pub fn get_hashed(self, vm: &Vm, key: Value, hash: u64) -> PyResult<Option<Value>> {
        let f = self.find(vm, key, hash)?;
        Ok(f.at.and_then(|i| f.table.entry(i).value.get().bound()))
    }

    /// The value of a string key.
    #[inline]
    pub fn get_str(self, vm: &Vm, key: Gc<Str>) -> PyResult<Option<Value>> {
        self.get_hashed(vm, key.value(), key.hash(vm) as u64)
    }

    /// The current table and the number of the entry of a string key in it, for inline caches.
    pub fn entry_of(self, vm: &Vm, key: Gc<Str>) -> PyResult<Option<(Gc<DictTable>, usize)>> {
        let f = self.find(vm, key.value(), key.hash(vm) as u64)?;
        Ok(f.at.map(|i| (f.table, i)))
    }

    /// `self[key] = value`.
    #[inline]
    pub fn set(self, vm: &Vm, key: Value, value: Value) -> PyResult<()> {
        let hash = vm.hash_key(key, "dict key")? as u64;
        self.insert_hashed(vm, key, hash, value, true).map(drop)
    }

    /// `self[key] = value` with a string key.
    pub fn set_str(self, vm: &Vm, key: Gc<Str>, value: Value) -> PyResult<()> {
        self.insert_hashed(vm, key.value(), key.hash(vm) as u64, value, true).map(drop)
    }

    /// `setdefault`: the existing value, or `value` after inserting it; atomic.
    pub fn set_default(self, vm: &Vm, key: Value, value: Value) -> PyResult<Value> {
        let hash = vm.hash_key(key, "dict key")? as u64;
        Ok(self.insert_hashed(vm, key, hash, value, false)?.unwrap_or(value))
    }

    /// Inserts; the old value if there was one (kept when not `replace`).
    pub fn insert_hashed(
        self,
        vm: &Vm,
        key: Value,
        hash: u64,
        value: Value,
        replace: bool,
    ) -> PyResult<Option<Value>> {
        let mut restarts = 0;
        loop {
            restarts += 1;
            if restarts > MAX_RESTARTS && key.downcast_exact::<Str>().is_none() {
                return Err(vm.runtime_error("dictionary changed during every look-up of a key"));
            }
            let f = self.find(vm, key, hash)?;
            let full = f.at.is_none() && f.used == f.table.cap;
            // Allocated outside the lock (rule L1).
            let fresh = if full { Some(vm.compacted(f.table)?) } else { None };
            let _g = vm.lock(self.header());
            if self.table() != f.table || f.table.used() != f.used {
                continue;
            }
            if let Some(i) = f.at {
                let e = f.table.entry(i);
                let old = e.value.get();
                if old.is_unbound() {
                    continue;
                }
                if replace {
                    e.value.set(vm, f.table.header(), value);
                }
                return Ok(Some(old));
            }
            let table = match fresh {
                Some(t) => {
                    copy_live(vm, f.table, t);
                    t.append(vm, hash, key, value);
                    self.table.set(vm, self.header(), Some(t));
                    t
                }
                None => {
                    f.table.append(vm, hash, key, value);
                    f.table
                }
            };
            debug_assert!(table.used() <= table.cap);
            self.len.store(self.len() + 1, Ordering::Release);
            return Ok(None);
        }
    }

    /// Removes `key`: its value, or `None` if it was not there.
    pub fn remove(self, vm: &Vm, key: Value) -> PyResult<Option<Value>> {
        let hash = vm.hash_key(key, "dict key")? as u64;
        loop {
            let f = self.find(vm, key, hash)?;
            let _g = vm.lock(self.header());
            if self.table() != f.table || f.table.used() != f.used {
                continue;
            }
            let Some(i) = f.at else { return Ok(None) };
            let e = f.table.entry(i);
            let old = e.value.get();
            if old.is_unbound() {
                continue;
            }
            e.value.clear();
            self.len.store(self.len() - 1, Ordering::Release);
            return Ok(Some(old));
        }
    }

    /// Removes and returns the last live entry.
    #[must_use]
    pub fn pop_last(self, vm: &Vm) -> Option<(Value, Value)> {
        let _g = vm.lock(self.header());
        let table = self.table();
        let e = table.entries().iter().rev().find(|e| !e.value.get().is_unbound())?;
        let kv = (e.key.get(), e.value.get());
        e.value.clear();
        self.len.store(self.len() - 1, Ordering::Release);
        Some(kv)
    }

    /// Removes everything.
    pub fn clear(self, vm: &Vm) -> PyResult<()> {
        let fresh = vm.new_dict_table(0)?;
        let _g = vm.lock(self.header());
        self.table.set(vm, self.header(), Some(fresh));
        self.len.store(0, Ordering::Release);
        Ok(())
    }

    /// A shallow copy as an exact dict.
    pub fn copy(self, vm: &Vm) -> PyResult<Gc<Dict>> {
        let (t, n) = self.copy_table(vm)?;
        let d = vm.alloc_cell::<Dict>(size_of::<Dict>())?;
        d.table.as_slot().init(t.value());
        d.len.store(n, Ordering::Relaxed);
        Ok(d)
    }

    /// A table with the live entries of one moment, and how many they are.
    fn copy_table(self, vm: &Vm) -> PyResult<(Gc<DictTable>, usize)> {
        loop {
            let (from, n) = (self.table(), self.len());
            // Allocated outside the lock (rule L1).
            let t = vm.new_dict_table(n)?;
            let _g = vm.lock(self.header());
            if self.table() == from && self.len() == n {
                copy_live(vm, from, t);
                return Ok((t, n));
            }
        }
    }

    /// Makes an empty dict a copy of `other`; false, and nothing happens, if it is not empty.
    pub fn fill_from(self, vm: &Vm, other: Gc<Dict>) -> PyResult<bool> {
        let seen = self.table();
        if seen.used() != 0 {
            return Ok(false);
        }
        let (t, n) = other.copy_table(vm)?;
        let _g = vm.lock(self.header());
        if self.table() != seen || seen.used() != 0 {
            return Ok(false);
        }
        self.table.set(vm, self.header(), Some(t));
        self.len.store(n, Ordering::Release);
        Ok(true)
    }
}
