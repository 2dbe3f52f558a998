//! Shapes: where an object's attributes live, and which class it has.
//!
//! A shape is identified by a 32-bit id in header word 0. Shapes form a tree per class: each child adds one attribute.
//! A slot index never changes its meaning, so a thread that holds an older shape still reads the right slots. Adding
//! an attribute writes the slot first, then releases the shape.
//!
//! Shapes live in an arena that is reserved once; the id is the index, so `id → shape` is one multiplication. The trees of a
//! class are freed in the pause that finds the class dead, and their ids are used again. Nothing can still name them: an object
//! keeps its class alive; an inline cache that guards with a shape names the class in another of its words, which keeps it alive;
//! and native code that holds a `&Shape` across a safepoint holds the class too.

use std::ptr;

use rustc_hash::FxHashMap;
use vm_core::sync::{AtomicPtr, AtomicU32, Mutex, Ordering};
use vm_heap::{LiveView, Marker};

use super::{
    class::Type,
    gc::{Gc, Ptr, Slot},
    kind::Kind,
    str::Str,
};
use crate::value::Value;

/// Most shapes a process can make.
const MAX_SHAPES: usize = 1 << 24;
/// Shapes with more keys than this get a lookup table.
const TABLE_THRESHOLD: u16 = 8;

/// A shape id.
pub type ShapeId = u32;

/// One node of a class's shape tree.
#[repr(C, align(64))]
pub struct Shape {
    /// The class.
    pub class: Ptr<Type>,
    /// The attribute that this shape adds; UNBOUND in a root.
    key: Slot,
    parent: *const Shape,
    children: AtomicPtr<Children>,
    table: AtomicPtr<FxHashMap<u64, u16>>,
    /// In a root: the next older root of the class. Objects keep the root that they were made with.
    sibling: AtomicPtr<Shape>,
    /// Own id.
    pub id: ShapeId,
    /// Attributes in all (the last one has index `count - 1`).
    pub count: u16,
    /// Byte offset of slot 0 in the cell.
    pub slot_base: u16,
    /// Slots inside the cell; higher indices live in the overflow chain.
    pub inline_slots: u16,
    /// Attributes live in a dict (the overflow reference) and not in slots.
    pub is_dict_mode: bool,
}

struct Children {
    lock: Mutex<FxHashMap<u64, *const Shape>>,
}

/// The arena of all shapes of a process.
pub struct Shapes {
    base: *mut Shape,
    next: AtomicU32,
    ids: Mutex<Ids>,
}

/// Which ids are in use.
#[derive(Default)]
struct Ids {
    free: Vec<ShapeId>,
    /// Roots of all trees.
    roots: Vec<ShapeId>,
}

// SAFETY: shapes are written before their id is published and are immutable then, but for atomics and locks.
unsafe impl Send for Shapes {}
// SAFETY: as above.
unsafe impl Sync for Shapes {}

impl Shapes {
    /// Reserves the arena; ids of builtin kinds are taken by [`Shapes::new_root`].
    #[must_use]
    pub fn new() -> Shapes {
        let bytes = MAX_SHAPES * size_of::<Shape>();
        // SAFETY: an anonymous private mapping at an address of the kernel's choice; pages are made on first touch.
        let p = unsafe {
            libc::mmap(
                ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        assert!(p != libc::MAP_FAILED, "cannot reserve address space for shapes");
        Shapes { base: p.cast(), next: AtomicU32::new(Kind::ALL.len() as u32 + 1), ids: Mutex::default() }
    }

    /// The shape with this id.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, id: ShapeId) -> &Shape {
        debug_assert!(id < self.next.load(Ordering::Relaxed));
        // SAFETY: ids in headers and caches were published after their shape was written.
        unsafe { &*self.base.add(id as usize) }
    }

    /// Whether the builtin class of `kind` has its shape.
    #[must_use]
    pub fn is_taken(&self, kind: Kind) -> bool {
        // SAFETY: within the arena; untouched elements are zero, which is no class.
        unsafe { &*self.base.add(kind as usize) }.class.get().is_some()
    }

    /// Shapes there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        u64::from(self.next.load(Ordering::Relaxed)) - self.ids.lock().free.len() as u64
    }

    /// Frees the trees of dead classes. World stopped, marking done.
    pub(crate) fn free_dead(&self, live: &LiveView<'_>) {
        let mut ids = self.ids.lock();
        let Ids { free, roots } = &mut *ids;
        roots.retain(|&root| {
            let class = self.get(root).class.get();
            let alive = class.is_some_and(|c| live.is_marked(ptr::NonNull::from(c.header())));
            if !alive {
                self.free_tree(root, free);
            }
            alive
        });
    }

    /// Frees a shape and all below it. World stopped; nothing names them any more.
    fn free_tree(&self, id: ShapeId, free: &mut Vec<ShapeId>) {
        // Not by recursion: a tree may be as deep as an object has attributes.
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let shape = self.get(id);
            let (children, table) = (
                shape.children.swap(ptr::null_mut(), Ordering::Relaxed),
                shape.table.swap(ptr::null_mut(), Ordering::Relaxed),
            );
            // SAFETY: both come from `Box::into_raw`, and no thread reads them: the class is dead, and the world is stopped.
            unsafe {
                if !children.is_null() {
                    todo.extend(Box::from_raw(children).lock.lock().values().map(|&s| (*s).id));
                }
                if !table.is_null() {
                    drop(Box::from_raw(table));
                }
            }
            shape.class.as_slot().clear();
            shape.key.clear();
            free.push(id);
        }
    }

    fn write(&self, id: ShapeId, shape: Shape) -> &Shape {
        // SAFETY: the id is fresh, so nobody else reads or writes this element yet.
        unsafe {
            let p = self.base.add(id as usize);
            p.write(shape);
            &*p
        }
    }

    fn fresh_id(&self) -> ShapeId {
        let mut ids = self.ids.lock();
        if let Some(id) = ids.free.pop() {
            return id;
        }
        let id = self.next.load(Ordering::Relaxed);
        assert!((id as usize) < MAX_SHAPES, "out of shapes");
        self.next.store(id + 1, Ordering::Relaxed);
        id
    }

    /// Makes the root shape of a class; `kind_shape` takes the number of a builtin kind.
    pub fn new_root(
        &self,
        kind_shape: Option<Kind>,
        class: Gc<Type>,
        slot_base: u16,
        inline_slots: u16,
    ) -> &Shape {
        let id = kind_shape.map_or_else(|| self.fresh_id(), |k| k as u32);
        let node = Shape::node(id, class, Value::UNBOUND, ptr::null(), 0, slot_base, inline_slots, false);
        self.write_root(id, node)
    }

    /// Makes `root` the first root of `class` in place of `old`, unless another thread was faster.
    pub fn replace_root(&self, class: &Type, old: &Shape, root: &Shape) -> bool {
        root.sibling.store(ptr::from_ref(old).cast_mut(), Ordering::Release);
        class.root_shape.compare_exchange(old.id, root.id, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// A root of `class` whose objects have their slots where those of `like` have them; made if there is none.
    pub fn root_like(&self, class: Gc<Type>, like: &Shape) -> &Shape {
        let first = self.get(class.root_shape.load(Ordering::Acquire));
        let mut next: *const Shape = first;
        // SAFETY: siblings point into the arena, or are null at the end.
        while let Some(s) = unsafe { next.as_ref() } {
            if (s.slot_base, s.inline_slots) == (like.slot_base, like.inline_slots) {
                return s;
            }
            next = s.sibling.load(Ordering::Acquire);
        }
        let root = self.new_root(None, class, like.slot_base, like.inline_slots);
        let mut next = first.sibling.load(Ordering::Acquire);
        loop {
            root.sibling.store(next, Ordering::Relaxed);
            let me = ptr::from_ref(root).cast_mut();
            match first.sibling.compare_exchange(next, me, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return root,
                Err(seen) => next = seen,
            }
        }
    }

    /// Makes the dict-mode shape of a class.
    pub fn new_dict_mode(&self, class: Gc<Type>, slot_base: u16, inline_slots: u16) -> &Shape {
        let id = self.fresh_id();
        let node = Shape::node(id, class, Value::UNBOUND, ptr::null(), 0, slot_base, inline_slots, true);
        self.write_root(id, node)
    }

    /// Writes the first shape of a tree, and remembers it.
    fn write_root(&self, id: ShapeId, node: Shape) -> &Shape {
        let shape = self.write(id, node);
        self.ids.lock().roots.push(id);
        shape
    }

    /// The shape that adds `key` to `shape`.
    pub fn child(&self, shape: &Shape, key: Gc<Str>) -> &Shape {
        let children = shape.children_or_make();
        let mut map = children.lock.lock();
        let bits = key.value().bits();
        if let Some(&s) = map.get(&bits) {
            // SAFETY: children point into the arena.
            return unsafe { &*s };
        }
        let id = self.fresh_id();
        let s = self.write(
            id,
            Shape::node(
                id,
                // SAFETY: every shape has a class, set at birth.
                unsafe { shape.class.get_unchecked() },
                key.value(),
                shape,
                shape.count + 1,
                shape.slot_base,
                shape.inline_slots,
                false,
            ),
        );
        map.insert(bits, s);
        s
    }
}

impl Default for Shapes {
    fn default() -> Self {
        Self::new()
    }
}

impl Shape {
    #[expect(clippy::too_many_arguments, reason = "the fields of one node, written in one place")]
    fn node(
        id: ShapeId,
        class: Gc<Type>,
        key: Value,
        parent: *const Shape,
        count: u16,
        slot_base: u16,
        inline_slots: u16,
        is_dict_mode: bool,
    ) -> Shape {
        Shape {
            class: Ptr::new(Some(class)),
            key: Slot::new(key),
            parent,
            children: AtomicPtr::new(ptr::null_mut()),
            table: AtomicPtr::new(ptr::null_mut()),
            sibling: AtomicPtr::new(ptr::null_mut()),
            id,
            count,
            slot_base,
            inline_slots,
            is_dict_mode,
        }
    }

    fn children_or_make(&self) -> &Children {
        let p = self.children.load(Ordering::Acquire);
        if !p.is_null() {
            // SAFETY: once set, the box is never freed.
            return unsafe { &*p };
        }
        let fresh = Box::into_raw(Box::new(Children { lock: Mutex::new(FxHashMap::default()) }));
        match self.children.compare_exchange(ptr::null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: just published.
            Ok(_) => unsafe { &*fresh },
            Err(other) => {
                // SAFETY: ours lost the race and nobody saw it; the winner's is never freed.
                unsafe {
                    drop(Box::from_raw(fresh));
                    &*other
                }
            }
        }
    }

    /// Index of the slot of attribute `key` (an interned string), if the shape has it.
    #[must_use]
    pub fn lookup(&self, key: Gc<Str>) -> Option<u16> {
        let bits = key.value().bits();
        if self.count > TABLE_THRESHOLD {
            return self.table_or_make().get(&bits).copied();
        }
        let mut s = self;
        while s.count > 0 {
            if s.key.get().bits() == bits {
                return Some(s.count - 1);
            }
            // SAFETY: a shape with attributes has a parent in the arena.
            s = unsafe { &*s.parent };
        }
        None
    }

    fn table_or_make(&self) -> &FxHashMap<u64, u16> {
        let p = self.table.load(Ordering::Acquire);
        if !p.is_null() {
            // SAFETY: once set, the box is never freed.
            return unsafe { &*p };
        }
        let mut map = FxHashMap::default();
        self.for_each_key(|i, k| {
            map.insert(k.value().bits(), i);
        });
        let fresh = Box::into_raw(Box::new(map));
        match self.table.compare_exchange(ptr::null_mut(), fresh, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: just published.
            Ok(_) => unsafe { &*fresh },
            Err(other) => {
                // SAFETY: ours lost the race and nobody saw it; the winner's is never freed.
                unsafe {
                    drop(Box::from_raw(fresh));
                    &*other
                }
            }
        }
    }

    /// Calls `f` with index and name of each attribute, last added first.
    pub fn for_each_key(&self, mut f: impl FnMut(u16, Gc<Str>)) {
        let mut s = self;
        while s.count > 0 {
            // SAFETY: the key of a non-root shape is an interned string.
            f(s.count - 1, unsafe { s.key.get().downcast_unchecked::<Str>() });
            // SAFETY: as in `lookup`.
            s = unsafe { &*s.parent };
        }
    }

    /// Reports the keys of all trees of a class to the collector; `self` is its first root.
    pub fn trace_roots(&self, m: &mut Marker) {
        self.trace_tree(m);
        let mut next = self.sibling.load(Ordering::Acquire);
        // SAFETY: siblings point into the arena, or are null at the end.
        while let Some(s) = unsafe { next.as_ref() } {
            s.trace_tree(m);
            next = s.sibling.load(Ordering::Acquire);
        }
    }

    /// Reports the keys of the whole tree below this shape to the collector.
    pub fn trace_tree(&self, m: &mut Marker) {
        self.key.trace(m);
        let p = self.children.load(Ordering::Acquire);
        if !p.is_null() {
            // SAFETY: once set, the box is never freed. In a pause no thread holds the lock (rule L1).
            for &s in unsafe { &*p }.lock.lock().values() {
                // SAFETY: children point into the arena.
                unsafe { &*s }.trace_tree(m);
            }
        }
    }
}
