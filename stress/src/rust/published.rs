//! P17: published blocks.

use std::sync::atomic::{AtomicU32, Ordering};

use vm_core::object_lock::ByteLock;
use vm_core::published::{BlockPtr, Count, Full, Items, transition};
use vm_core::runtime::Runtime;
use vm_core::slot::WordSlot;
use vm_core::sync::AtomicU64;
use vm_core::world::Attached;

use super::{int, test};
use crate::case::{Test, acceptable, forbidden};
use crate::engine::run;

const EMPTY: u64 = u64::MAX;

struct Block {
    count: Count,
    slots: Vec<WordSlot>,
}

impl Block {
    fn new(room: usize) -> Box<Self> {
        Box::new(Self { count: Count::new(0), slots: (0..room).map(|_| WordSlot::new(EMPTY)).collect() })
    }

    fn items(&self) -> Items<'_> {
        Items::new(&self.count, &self.slots)
    }
}

/// A list whose blocks live as long as it does.
struct List {
    lock: ByteLock,
    block: BlockPtr<Block>,
    blocks: std::sync::Mutex<Vec<*mut Block>>,
}

// SAFETY: the pointers are to blocks that the list owns, whose contents are shared by design.
unsafe impl Send for List {}
// SAFETY: as above.
unsafe impl Sync for List {}

impl List {
    fn new(room: usize) -> Self {
        let block = Box::into_raw(Block::new(room));
        Self { lock: ByteLock::new(), block: BlockPtr::new(block), blocks: vec![block].into() }
    }

    fn block(&self) -> &Block {
        // SAFETY: blocks live as long as the list.
        unsafe { &*self.block.read() }
    }

    fn append(&self, rt: &Runtime, t: &Attached<'_>, word: u64) {
        let mut bigger: Option<*mut Block> = None;
        loop {
            let guard = self.lock.lock(rt.lot(), t);
            if self.block().items().push(&guard, word) != Err(Full) {
                return;
            }
            let room = self.block().slots.len() + 2;
            // SAFETY: as in `block`.
            match bigger.take_if(|b| unsafe { (**b).slots.len() } >= room) {
                Some(new) => {
                    // SAFETY: as in `block`.
                    unsafe { &*new }.items().fill_from(&guard, self.block().items(), EMPTY);
                    self.block.publish(&guard, new);
                    assert_eq!(self.block().items().push(&guard, word), Ok(()), "the new block has room");
                    return;
                }
                None => {
                    drop(guard);
                    let new = Box::into_raw(Block::new(room));
                    self.blocks.lock().unwrap_or_else(|e| e.into_inner()).push(new);
                    bigger = Some(new);
                }
            }
        }
    }

    /// What a reader finds: how many items, or −1 for a hole below the count.
    fn read(&self) -> i32 {
        let items = self.block().items();
        let n = items.len();
        if (0..n).all(|i| items.get(i, EMPTY).is_some()) { n as i32 } else { -1 }
    }
}

impl Drop for List {
    fn drop(&mut self) {
        for block in self.blocks.get_mut().unwrap_or_else(|e| e.into_inner()).drain(..) {
            // SAFETY: made by `Box::into_raw`, listed once, and no actor runs any more.
            drop(unsafe { Box::from_raw(block) });
        }
    }
}

/// A table of one index line in which all keys collide.
struct Table {
    lock: ByteLock,
    count: Count,
    index: [AtomicU32; 4],
    keys: [WordSlot; 4],
    values: [WordSlot; 4],
}

impl Table {
    fn new() -> Self {
        let slots = || std::array::from_fn(|_| WordSlot::new(EMPTY));
        Self {
            lock: ByteLock::new(),
            count: Count::new(0),
            index: Default::default(),
            keys: slots(),
            values: slots(),
        }
    }

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
            match found {
                Some(entry) => self.values[entry].store(value),
                None => self.count.append(|n| {
                    self.keys[n].store(key);
                    self.values[n].store(value);
                    // Time for a reader to fall into.
                    std::hint::spin_loop();
                    let free = self.index.iter().find(|i| i.load(Ordering::Relaxed) == 0).expect("room");
                    free.store(n as u32 + 1, Ordering::Release);
                }),
            }
            return;
        }
    }

    fn bound(&self, key: u64) -> usize {
        (0..self.count.get()).filter(|&n| self.keys[n].load() == key).count()
    }
}

pub fn tests() -> Vec<Test> {
    vec![
        test(
            "p17.append-against-read",
            "P17.R2, P17.R3, P17.R4",
            "a reader sees a prefix of the appended items, through growth",
            vec![
                acceptable("0", "none yet"),
                acceptable("1", "the first"),
                acceptable("2", "two, the block has grown"),
                acceptable("3", "all"),
                forbidden("-1", "a hole below the count"),
            ],
            &["p17.counted-before-findable"],
            |plan| {
                run(
                    plan,
                    2,
                    512,
                    |_| List::new(1),
                    |rig, s, a, t| {
                        if a == 1 {
                            return s.read();
                        }
                        for word in 0..3 {
                            s.append(&rig.runtime, t, word);
                        }
                        0
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p17.two-appenders",
            "P17.R1",
            "no append is lost, through growth",
            vec![acceptable("4", "all are there")],
            &["p12.lock-by-load-store"],
            |plan| {
                run(
                    plan,
                    2,
                    512,
                    |_| List::new(1),
                    |rig, s, a, t| {
                        s.append(&rig.runtime, t, a as u64);
                        s.append(&rig.runtime, t, a as u64);
                        0
                    },
                    |_, s, _| vec![s.read()],
                );
            },
        ),
        test(
            "p17.pop-against-read",
            "P17.R5",
            "a removed item is seen or absent, and its slot is empty afterwards",
            vec![
                acceptable("1, 1", "the reader came first"),
                acceptable("0, 1", "the pop came first"),
                forbidden("*, 0", "the removed item is kept alive"),
            ],
            &["p17.pop-leaves-item"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |rig| {
                        let list = List::new(2);
                        let guard = list.lock.try_lock(rig.runtime.lot()).expect("free");
                        assert_eq!(list.block().items().push(&guard, 5), Ok(()), "room for two");
                        drop(guard);
                        list
                    },
                    |rig, s, a, t| {
                        if a == 0 {
                            let guard = s.lock.lock(rig.runtime.lot(), t);
                            s.block().items().pop(&guard, EMPTY);
                            return 0;
                        }
                        match s.block().items().get(0, EMPTY) {
                            None => 0,
                            Some(5) => 1,
                            Some(_) => -1,
                        }
                    },
                    |_, s, r| vec![r[1], int(s.block().slots[0].load() == EMPTY)],
                );
            },
        ),
        test(
            "p17.shape-with-its-slot",
            "P17.R6",
            "who sees the new shape sees the new slot",
            vec![
                acceptable("-1", "the old shape"),
                acceptable("1", "the new shape and its slot"),
                forbidden("0", "the new shape, and the slot is empty"),
            ],
            &["p17.shape-before-slot"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| (ByteLock::new(), AtomicU64::new(1), WordSlot::new(EMPTY)),
                    |rig, (lock, header, slot), a, t| {
                        if a == 0 {
                            let guard = lock.lock(rig.runtime.lot(), t);
                            let done = transition(
                                &guard,
                                header,
                                |_| Some(2),
                                || {
                                    slot.store(7);
                                    true
                                },
                            );
                            return int(done.is_ok());
                        }
                        if header.load(Ordering::Acquire) == 1 { -1 } else { int(slot.load() == 7) }
                    },
                    |_, _, r| vec![r[1]],
                );
            },
        ),
        test(
            "p17.two-transitions",
            "P17.R6, P17.R1",
            "two threads add an attribute each, and both are there",
            vec![acceptable("3", "both")],
            &["p12.lock-by-load-store"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| (ByteLock::new(), AtomicU64::new(0)),
                    |rig, (lock, header), a, t| {
                        let guard = lock.lock(rig.runtime.lot(), t);
                        let next = |w| Some(w | 1 << a);
                        int(transition(&guard, header, next, || true).is_ok())
                    },
                    |_, (_, header), _| vec![header.load(Ordering::Relaxed) as i32],
                );
            },
        ),
        test(
            "p17.one-entry-per-key",
            "P17.R7",
            "two threads insert one key, and it is there once",
            vec![acceptable("1", "once"), forbidden("2", "twice")],
            &["p17.counted-before-findable", "p12.lock-by-load-store"],
            |plan| {
                run(
                    plan,
                    2,
                    1024,
                    |_| Table::new(),
                    |rig, s, a, t| {
                        s.insert(&rig.runtime, t, 5, a as u64);
                        0
                    },
                    |_, s, _| vec![s.bound(5) as i32],
                );
            },
        ),
    ]
}
