//! The table of interned strings: one string per content, so that names compare by identity.
//!
//! Entries are weak: after marking, strings that nothing else refers to leave the table (never while the world runs).

use rustc_hash::FxHashMap;
use vm_core::sync::Mutex;
use vm_heap::LiveView;

use crate::{
    error::PyResult,
    object::{gc::Gc, str::Str},
    vm::Vm,
};

/// Buckets by content hash; each string is listed by address.
pub struct InternTable {
    map: Mutex<Map>,
}

#[derive(Default)]
struct Map {
    buckets: FxHashMap<u64, Vec<SendStr>>,
    /// Times locked, but by the collector.
    locks: u64,
}

#[derive(Clone, Copy)]
struct SendStr(*mut Str);
// SAFETY: strings are immutable; the pointer is only followed by attached threads and by the collector.
unsafe impl Send for SendStr {}

impl InternTable {
    pub(crate) fn new() -> InternTable {
        InternTable { map: Mutex::new(Map::default()) }
    }

    /// Times that the table was locked.
    pub(crate) fn locks(&self) -> u64 {
        self.map.lock().locks
    }

    fn key(bytes: &[u8], width: usize) -> u64 {
        use std::hash::Hasher;
        let mut h = rustc_hash::FxHasher::default();
        h.write(bytes);
        h.write_usize(width);
        h.finish()
    }

    fn find(&self, key: u64, same: impl Fn(&Str) -> bool) -> Option<Gc<Str>> {
        let mut map = self.map.lock();
        map.locks += 1;
        map.buckets
            .get(&key)?
            .iter()
            // SAFETY: the table lists live strings only (dead ones leave it in the pause that finds them dead).
            .map(|s| unsafe { Gc::from_ptr(s.0) })
            .find(|s| same(s))
    }

    fn insert(&self, key: u64, s: Gc<Str>) -> Gc<Str> {
        let mut map = self.map.lock();
        map.locks += 1;
        let bucket = map.buckets.entry(key).or_default();
        let same = bucket
            .iter()
            // SAFETY: as in `find`.
            .map(|o| unsafe { Gc::<Str>::from_ptr(o.0) })
            .find(|o| o.eq_content(&s));
        if let Some(other) = same {
            return other;
        }
        bucket.push(SendStr(s.as_ptr()));
        s.set_interned();
        s
    }

    /// Drops the strings that are dead. World stopped.
    pub(crate) fn retain_live(&self, live: &LiveView<'_>) {
        self.map.lock().buckets.retain(|_, bucket| {
            bucket.retain(|s| {
                live.is_marked(std::ptr::NonNull::new(s.0.cast()).unwrap_or_else(|| unreachable!()))
            });
            !bucket.is_empty()
        });
    }
}

impl Vm {
    /// The interned string with this content.
    pub fn intern(&self, s: &str) -> PyResult<Gc<Str>> {
        if s.is_ascii() {
            let key = InternTable::key(s.as_bytes(), 1);
            if let Some(found) = self.interp().intern.find(key, |o| o.as_ascii() == Some(s)) {
                return Ok(found);
            }
        }
        let fresh = self.new_str(s)?;
        Ok(self.intern_str(fresh))
    }

    /// The interned string with the content of `s`: `s` itself if it is the first.
    #[must_use]
    pub fn intern_str(&self, s: Gc<Str>) -> Gc<Str> {
        if s.is_interned() {
            return s;
        }
        self.interp().intern.insert(InternTable::key(s.bytes(), s.width().bytes()), s)
    }
}
