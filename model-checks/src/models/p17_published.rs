//! P17: published blocks.

use std::sync::Arc;

use vm_core::object_lock::ByteLock;
use vm_core::published::{BlockPtr, Count, Full, Items, transition};
use vm_core::runtime::Runtime;
use vm_core::slot::WordSlot;
use vm_core::sync::{AtomicU32, AtomicU64, Ordering};
use vm_core::world::Attached;

use super::{Private, attached, born, join_all, rig, spawn};
use crate::registry::{Check, Seeded, seeded};

const EMPTY: u64 = u64::MAX;

struct Block {
    count: Count,
    slots: Vec<WordSlot>,
    /// Written when the block is made: a reader that is early is a race.
    made: Private,
}

impl Block {
    /// Leaked, as the collector frees no block while a model runs.
    fn new(room: usize) -> *mut Self {
        let slots = (0..room).map(|_| WordSlot::new(EMPTY)).collect();
        let block = Self { count: Count::new(0), slots, made: Private::new() };
        block.made.add(1);
        Box::into_raw(Box::new(block))
    }

    fn items(&self) -> Items<'_> {
        Items::new(&self.count, &self.slots)
    }
}

/// A list, and the objects that its items stand for.
struct List {
    lock: ByteLock,
    block: BlockPtr<Block>,
    objects: Vec<Private>,
}

impl List {
    fn new(room: usize, objects: usize) -> Self {
        Self {
            lock: ByteLock::new(),
            block: BlockPtr::new(Block::new(room)),
            objects: (0..objects).map(|_| Private::new()).collect(),
        }
    }

    fn block(&self) -> &Block {
        // SAFETY: blocks are leaked.
        unsafe { &*self.block.read() }
    }

    /// Makes object `id` and appends it.
    fn append(&self, rt: &Runtime, t: &Attached<'_>, id: usize) {
        self.objects[id].add(7);
        let word = id as u64;
        let mut bigger: Option<*mut Block> = None;
        let mut room = 0;
        loop {
            let guard = self.lock.lock(rt.lot(), t);
            let block = self.block();
            match block.items().push(&guard, word) {
                Ok(()) => return,
                // It may have grown, and filled up again, meanwhile.
                Err(Full) => match bigger.take_if(|_| room > block.items().room()) {
                    Some(new) => {
                        // SAFETY: nobody else has it yet, and blocks are leaked.
                        unsafe { &*new }.items().fill_from(&guard, block.items(), EMPTY);
                        self.block.publish(&guard, new);
                        let pushed = self.block().items().push(&guard, word);
                        assert_eq!(pushed, Ok(()), "the new block has room");
                        return;
                    }
                    None => {
                        // No allocation under the lock.
                        room = block.items().room() + 2;
                        drop(guard);
                        bigger = Some(Block::new(room));
                    }
                },
            }
        }
    }

    /// Reads without the lock. Returns how many items it saw.
    fn read(&self) -> usize {
        let block = self.block();
        assert_eq!(block.made.get(), 1);
        let items = block.items();
        let n = items.len();
        assert!(n <= items.room(), "a count beyond its block");
        for i in 0..n {
            let word = items.get(i, EMPTY).expect("below the count, and nothing was removed");
            assert_eq!(self.objects[word as usize].get(), 7, "a value before its object");
        }
        n
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        unreachable!("blocks are leaked");
    }
}

/// Mutators append, so the block grows; the main thread reads, and counts at the end.
fn append(mutators: usize, each: usize) {
    let (rt, interp) = rig();
    let list = Arc::new(List::new(1, mutators * each));
    let threads: Vec<_> = (0..mutators)
        .map(|m| {
            let (rt, interp, list) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&list));
            spawn(move || {
                attached(&interp, |t| {
                    for k in 0..each {
                        list.append(&rt, t, m * each + k);
                    }
                });
            })
        })
        .collect();
    let first = list.read();
    assert!(list.read() >= first, "an append was undone");
    join_all(threads);
    assert_eq!(list.read(), mutators * each, "an append was lost");
}

/// An item is replaced by a new object while it is read.
fn replace(readers: usize) {
    let (rt, interp) = rig();
    let list = Arc::new(List::new(1, 2));
    attached(&interp, |t| list.append(&rt, t, 0));
    let threads: Vec<_> = (0..readers)
        .map(|_| {
            let list = Arc::clone(&list);
            spawn(move || {
                assert_eq!(list.read(), 1);
            })
        })
        .collect();
    list.objects[1].add(7);
    let guard = list.lock.try_lock(rt.lot()).expect("the only mutator");
    assert!(list.block().items().set(&guard, 0, 1));
    drop(guard);
    join_all(threads);
    assert_eq!(list.block().items().get(0, EMPTY), Some(1));
}

/// An attribute is added while another thread reads by shape, and a third changes another field of the header word.
fn shapes(readers: usize) {
    let (rt, interp) = rig();
    struct Instance {
        lock: ByteLock,
        header: AtomicU64,
        slot: WordSlot,
        value: Private,
    }
    const OLD: u64 = 1;
    const NEW: u64 = 2;
    const OTHER_FIELD: u64 = 1 << 32;
    let object = Arc::new(Instance {
        lock: ByteLock::new(),
        header: AtomicU64::new(OLD),
        slot: WordSlot::new(EMPTY),
        value: Private::new(),
    });
    let adder = {
        let (rt, interp, object) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&object));
        let core = born(&interp);
        spawn(move || {
            object.value.add(7);
            let t = core.attach();
            let guard = object.lock.lock(rt.lot(), &t);
            let next = |word: u64| (word as u32 as u64 == OLD).then_some(word & !0xFFFF_FFFF | NEW);
            let refused = transition(&guard, &object.header, next, || false);
            assert!(refused.is_err(), "the slot's writer gave up");
            let result = transition(&guard, &object.header, next, || {
                object.slot.store(0);
                true
            });
            assert!(result.is_ok(), "nobody else changes the shape");
            drop(guard);
            interp.unregister_thread(t);
        })
    };
    let readers: Vec<_> = (0..readers)
        .map(|_| {
            let object = Arc::clone(&object);
            spawn(move || {
                if object.header.load(Ordering::Acquire) as u32 as u64 == NEW {
                    assert_eq!(object.slot.load(), 0, "the shape came before its slot");
                    assert_eq!(object.value.get(), 7);
                }
            })
        })
        .collect();
    // Another field of the word, by another mutator.
    attached(&interp, |t| {
        let guard = object.lock.lock(rt.lot(), t);
        let word = object.header.load(Ordering::Relaxed);
        object.header.store(word | OTHER_FIELD, Ordering::Release);
        drop(guard);
    });
    join_all(readers);
    join_all([adder]);
    assert_eq!(object.header.load(Ordering::Relaxed), OTHER_FIELD | NEW, "a field of the header was lost");
}

/// A dict's table: two entries of one key at most if the protocol is wrong.
struct Table {
    lock: ByteLock,
    count: Count,
    /// Number of the entry plus 1; 0 for none.
    index: Vec<AtomicU32>,
    keys: Vec<WordSlot>,
    values: Vec<WordSlot>,
}

impl Table {
    fn new(room: usize) -> Self {
        let slots = || (0..room).map(|_| WordSlot::new(EMPTY)).collect();
        Self {
            lock: ByteLock::new(),
            count: Count::new(0),
            index: (0..room).map(|_| AtomicU32::new(0)).collect(),
            keys: slots(),
            values: slots(),
        }
    }

    /// All keys collide, so the probe goes along the index.
    fn find(&self, key: u64) -> Option<usize> {
        for slot in &self.index {
            let entry = (slot.load(Ordering::Acquire) as usize).checked_sub(1)?;
            if self.keys[entry].load() == key && self.values[entry].load() != EMPTY {
                return Some(entry);
            }
        }
        None
    }

    fn insert(&self, rt: &Runtime, t: &Attached<'_>, key: u64, value: u64) {
        loop {
            let count = self.count.get();
            let found = self.find(key);
            let _guard = self.lock.lock(rt.lot(), t);
            if self.count.get() != count {
                continue;
            }
            if let Some(entry) = found {
                if self.values[entry].load() == EMPTY {
                    continue;
                }
                self.values[entry].store(value);
            } else {
                self.count.append(|n| {
                    self.keys[n].store(key);
                    self.values[n].store(value);
                    let free = self.index.iter().find(|i| i.load(Ordering::Relaxed) == 0).expect("room");
                    free.store(u32::try_from(n).expect("few") + 1, Ordering::Release);
                });
            }
            return;
        }
    }

    /// Removes the key; true when it was there.
    fn remove(&self, rt: &Runtime, t: &Attached<'_>, key: u64) -> bool {
        loop {
            let count = self.count.get();
            let found = self.find(key);
            let _guard = self.lock.lock(rt.lot(), t);
            if self.count.get() != count {
                continue;
            }
            let Some(entry) = found else { return false };
            if self.values[entry].load() == EMPTY {
                continue;
            }
            self.values[entry].store(EMPTY);
            return true;
        }
    }

    fn bound(&self, key: u64) -> usize {
        (0..self.count.get())
            .filter(|&n| self.keys[n].load() == key && self.values[n].load() != EMPTY)
            .count()
    }
}

/// Threads insert one and the same key, some remove it again: never is it there twice, and every removal removes an insertion.
fn insert(inserters: usize, removers: usize) {
    const KEY: u64 = 5;
    let (rt, interp) = rig();
    let table = Arc::new(Table::new(inserters));
    let threads: Vec<_> = (0..inserters + removers)
        .map(|n| {
            let (rt, interp, table) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&table));
            spawn(move || {
                let mut removed = 0;
                attached(&interp, |t| {
                    if n < inserters {
                        table.insert(&rt, t, KEY, n as u64);
                    } else {
                        removed += usize::from(table.remove(&rt, t, KEY));
                    }
                });
                removed
            })
        })
        .collect();
    let removed: usize = threads.into_iter().map(|t| t.join().expect("a model thread")).sum();
    assert!(table.bound(KEY) <= 1, "one key is bound twice");
    assert!(table.bound(KEY) == 1 || removed > 0, "an insertion was lost");
    assert!(removed <= table.count.get(), "more was removed than inserted");
}

/// The last item is removed while it is read: the reader sees it or nothing.
fn pop(readers: usize) {
    let (rt, interp) = rig();
    let list = Arc::new(List::new(2, 2));
    attached(&interp, |t| {
        list.append(&rt, t, 0);
        list.append(&rt, t, 1);
    });
    let threads: Vec<_> = (0..readers)
        .map(|_| {
            let list = Arc::clone(&list);
            spawn(move || {
                let items = list.block().items();
                assert_eq!(items.get(0, EMPTY), Some(0));
                assert!(matches!(items.get(1, EMPTY), None | Some(1)));
            })
        })
        .collect();
    let guard = list.lock.try_lock(rt.lot()).expect("the only mutator");
    assert_eq!(list.block().items().pop(&guard, EMPTY), Some(1));
    assert_eq!(list.block().items().len(), 1);
    assert!(list.block().items().set(&guard, 0, 0));
    drop(guard);
    join_all(threads);
    assert_eq!(list.block().items().get(1, EMPTY), None);
    assert_eq!(list.block().slots[1].load(), EMPTY, "a removed item is not kept alive");
}

/// Whoever lowers the count passes on the items of other threads that remain below it.
fn pop_of_others() {
    let (rt, interp) = rig();
    let list = Arc::new(List::new(2, 2));
    let writer = {
        let (rt, interp, list) = (Arc::clone(&rt), Arc::clone(&interp), Arc::clone(&list));
        spawn(move || {
            attached(&interp, |t| {
                list.append(&rt, t, 0);
                list.append(&rt, t, 1);
            });
        })
    };
    let reader = {
        let list = Arc::clone(&list);
        spawn(move || {
            let items = list.block().items();
            if items.len() > 0 {
                assert_eq!(items.get(0, EMPTY), Some(0), "P17.R4: a count before its items");
            }
        })
    };
    if let Some(guard) = list.lock.try_lock(rt.lot()) {
        let items = list.block().items();
        if items.len() == 2 {
            assert_eq!(items.pop(&guard, EMPTY), Some(1));
        }
    }
    join_all([writer, reader]);
}

/// Threads exchange the value of a slot; each sees built what it loses to or takes over.
fn exchange(rivals: usize) {
    let slot = Arc::new(WordSlot::new(EMPTY));
    let objects: Arc<Vec<Private>> = Arc::new((0..rivals).map(|_| Private::new()).collect());
    let threads: Vec<_> = (0..rivals)
        .map(|mine| {
            let (slot, objects) = (Arc::clone(&slot), Arc::clone(&objects));
            spawn(move || {
                objects[mine].add(7);
                match slot.cas(EMPTY, mine as u64) {
                    Ok(old) => assert_eq!(old, EMPTY),
                    Err(theirs) => {
                        assert_eq!(objects[theirs as usize].get(), 7, "P17.R5: a value before its object");
                    }
                }
            })
        })
        .collect();
    // It knows the word, and has never loaded it.
    if slot.cas(0, EMPTY).is_ok() {
        assert_eq!(objects[0].get(), 7, "P17.R5: a value before its object");
    }
    join_all(threads);
}

const LIST: &[&str] = &["P17.R1", "P17.R2", "P17.R3", "P17.R4", "P17.R5"];

pub const CHECKS: &[Check] = &[
    Check::loom("p17.append.2", 2, None, LIST, || append(1, 2)),
    Check::loom("p17.append.3", 3, Some(3), LIST, || append(2, 1)),
    Check::loom("p17.shapes.3", 3, Some(3), &["P17.R6"], || shapes(1)),
    Check::loom("p17.replace.2", 2, None, &["P17.R3", "P17.R5"], || replace(1)),
    Check::loom("p17.replace.3", 3, None, &["P17.R3", "P17.R5"], || replace(2)),
    Check::loom("p17.insert.3", 3, Some(2), &["P17.R7"], || insert(2, 0)),
    Check::loom("p17.insert-remove.3", 3, Some(2), &["P17.R7"], || insert(1, 1)),
    Check::shuttle("p17.insert.7", 7, &["P17.R7"], || insert(4, 2)),
    Check::loom("p17.pop.2", 2, None, &["P17.R5"], || pop(1)),
    Check::loom("p17.pop-of-others.3", 3, Some(2), &["P17.R4"], pop_of_others),
    Check::loom("p17.exchange.3", 3, Some(3), &["P17.R5"], || exchange(2)),
    Check::shuttle("p17.append.7", 7, LIST, || append(6, 3)),
    Check::shuttle("p17.shapes.6", 6, &["P17.R6"], || shapes(4)),
];

pub const SEEDED: &[Seeded] = &[
    seeded("p17.slot-relaxed", "p17.replace.2"),
    seeded("p17.pointer-relaxed", "p17.append.2"),
    seeded("p17.count-relaxed", "p17.append.2"),
    seeded("p17.counted-before-findable", "p17.append.2"),
    seeded("p17.shape-before-slot", "p17.shapes.3"),
    seeded("p17.shape-relaxed", "p17.shapes.3"),
    seeded("p17.counted-before-findable", "p17.insert.3"),
    seeded("p17.counted-before-findable", "p17.insert.7"),
    seeded("p17.entry-count-relaxed", "p17.insert.3"),
    seeded("p17.pop-leaves-item", "p17.pop.2"),
    seeded("p17.pop-keeps-count", "p17.pop.2"),
    seeded("p17.transition-unwritten", "p17.shapes.3"),
    seeded("p17.pointer-relaxed", "p17.append.7"),
    seeded("p17.shape-before-slot", "p17.shapes.6"),
];
