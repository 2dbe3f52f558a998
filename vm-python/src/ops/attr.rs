//! Attributes.

use std::ptr::NonNull;

use vm_core::{published::transition, sync::Ordering};
use vm_heap::Header;

use crate::{
    error::{PyResult, Thrown},
    object::{
        class::{Type, type_flags},
        dict::Dict,
        gc::{Gc, Object, Slot, shape_id},
        kind::Kind,
        module::Module,
        shape::Shape,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

/// Objects with more attributes than this keep them in a dict.
const MAX_SHAPE_ATTRIBUTES: u16 = 200;

/// Attribute slots beyond the inline ones; segments form a chain and are never copied.
#[repr(C)]
pub struct Overflow {
    header: Header,
    next: crate::object::gc::Ptr<Overflow>,
    cap: usize,
    slots: [Slot; 0],
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Overflow {
    const KIND: Kind = Kind::Overflow;
}

impl Overflow {
    /// The slots of this segment.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        // SAFETY: the cell was allocated with `cap` slots after the fields.
        unsafe { std::slice::from_raw_parts(self.slots.as_ptr(), self.cap) }
    }
    pub(crate) fn trace_fields(&self, m: &mut vm_heap::Marker) {
        self.next.trace(m);
        for s in self.slots() {
            s.trace(m);
        }
    }
}

impl Vm {
    /// The cell that header word `aux` refers to: first overflow segment, or the dict in dict mode.
    pub(crate) fn overflow_of(&self, h: &Header) -> Option<NonNull<Header>> {
        decode_overflow(self.interp().heap.base(), h)
    }

    fn set_overflow(&self, h: &Header, to: *mut Header) {
        let n = (to as usize - self.interp().heap.base()) >> 4;
        h.aux.store(n as u32, Ordering::Release);
        vm_heap::write_barrier(self.heap(), h);
    }

    fn dict_of(&self, h: &Header) -> Option<Gc<Dict>> {
        // SAFETY: in dict mode `aux` refers to a dict.
        self.overflow_of(h).map(|p| unsafe { Gc::from_ptr(p.as_ptr().cast()) })
    }

    /// The slot of attribute `index`; overflow segments must exist already.
    #[inline]
    pub(crate) fn attr_slot<'h>(
        &self,
        h: &'h Header,
        shape: &Shape,
        index: u16,
    ) -> Option<(&'h Slot, &'h Header)> {
        if index < shape.inline_slots {
            // SAFETY: the shape says that the cell has `inline_slots` slots from `slot_base`.
            return Some((unsafe { inline_slot(h, shape.slot_base, index) }, h));
        }
        let mut i = (index - shape.inline_slots) as usize;
        let mut segment: Option<Gc<Overflow>> =
            // SAFETY: outside dict mode `aux` refers to an overflow segment.
            self.overflow_of(h).map(|p| unsafe { Gc::from_ptr(p.as_ptr().cast()) });
        while let Some(s) = segment {
            if i < s.cap {
                // SAFETY: segments are never replaced; this one lives as long as the object.
                let s = unsafe { &*s.as_ptr() };
                return Some((&s.slots()[i], &s.header));
            }
            i -= s.cap;
            segment = s.next.get();
        }
        None
    }

    /// An attribute in the object itself, not its class.
    pub fn own_attr(&self, v: Value, name: Gc<Str>) -> PyResult<Option<Value>> {
        let Some(h) = v.header() else { return Ok(None) };
        if h.kind == Kind::Module as u8 {
            // SAFETY: by its kind.
            return unsafe { v.downcast_unchecked::<Module>() }.namespace().get_str(self, name);
        }
        let shape = self.shape_of(h);
        if shape.is_dict_mode {
            return match self.dict_of(h) {
                Some(d) => d.get_str(self, name),
                None => Ok(None),
            };
        }
        if shape.count == 0 {
            return Ok(None);
        }
        Ok(shape.lookup(name).and_then(|i| self.attr_slot(h, shape, i)).and_then(|(s, _)| s.get().bound()))
    }

    /// Stores (or with `None` deletes) an attribute in the object itself. False if it cannot have attributes, or, for a
    /// deletion, if there is none.
    pub fn set_own_attr(&self, v: Value, name: Gc<Str>, value: Option<Value>) -> PyResult<bool> {
        let Some(h) = v.header() else { return Ok(false) };
        if h.kind == Kind::Module as u8 {
            // SAFETY: by its kind.
            let d = unsafe { v.downcast_unchecked::<Module>() }.namespace();
            return match value {
                Some(x) => d.set_str(self, name, x).map(|()| true),
                None => Ok(d.remove(self, name.value())?.is_some()),
            };
        }
        loop {
            let id = shape_id(h);
            let shape = self.interp().shapes.get(id);
            if shape.is_dict_mode {
                let Some(d) = self.dict_of(h) else { return Ok(false) };
                return match value {
                    Some(x) => d.set_str(self, name, x).map(|()| true),
                    None => Ok(d.remove(self, name.value())?.is_some()),
                };
            }
            if let Some((slot, holder)) = shape.lookup(name).and_then(|i| self.attr_slot(h, shape, i)) {
                // A store to an existing slot needs no lock: slots never move, and the switch to dict mode happens
                // with the world stopped, so not between the shape check and this store.
                match value {
                    Some(x) => slot.set(self, holder, x),
                    None => return Ok(slot.take(self, holder)),
                }
                return Ok(true);
            }
            let Some(x) = value else { return Ok(false) };
            // SAFETY: every shape has a class.
            let class = unsafe { shape.class.get_unchecked() };
            if !class.has_flag(type_flags::HAS_DICT) {
                return Ok(false);
            }
            if shape.count >= MAX_SHAPE_ATTRIBUTES {
                self.instance_dict(v)?;
                continue;
            }
            let index = shape.count;
            self.ensure_overflow(h, shape, index)?;
            let name = self.intern_str(name);
            let next = self.interp().shapes.child(shape, name);
            if self.add_attr_at(h, id, next, index, x) {
                if index >= shape.inline_slots {
                    grow_inline_hint(self, class, index + 1);
                }
                return Ok(true);
            }
        }
    }

    /// Adds the attribute that `next` has more than shape `id`, at slot `index`; false if the shape changed meanwhile.
    #[inline]
    pub(crate) fn add_attr_at(&self, h: &Header, id: u32, next: &Shape, index: u16, value: Value) -> bool {
        let guard = self.lock(h);
        let shaped = |word: u64| (word as u32 == id).then_some(word & !0xFFFF_FFFF | u64::from(next.id));
        // The slot is looked for only when the shape is still the expected one: what `aux` refers to depends on it.
        transition(&guard, &h.word0, shaped, || {
            let Some((slot, holder)) = self.attr_slot(h, next, index) else { return false };
            slot.set(self, holder, value);
            true
        })
        .is_ok()
    }

    fn ensure_overflow(&self, h: &Header, shape: &Shape, index: u16) -> PyResult<()> {
        while index >= shape.inline_slots && self.attr_slot(h, shape, index).is_none() {
            let mut last: Option<Gc<Overflow>> = None;
            // SAFETY: outside dict mode `aux` refers to an overflow segment.
            let mut seg = self.overflow_of(h).map(|p| unsafe { Gc::<Overflow>::from_ptr(p.as_ptr().cast()) });
            while let Some(s) = seg {
                last = Some(s);
                seg = s.next.get();
            }
            let cap = last.map_or(4, |l| l.cap * 2);
            let fresh = self.alloc_cell::<Overflow>(size_of::<Overflow>() + cap * 8)?;
            // SAFETY: a fresh cell that nobody else sees.
            unsafe { (*fresh.as_ptr()).cap = cap };
            fresh.next.as_slot().init(Value::UNBOUND);
            for s in fresh.slots() {
                s.init(Value::UNBOUND);
            }
            let _g = self.lock(h);
            if self.interp().shapes.get(shape_id(h)).is_dict_mode {
                return Ok(());
            }
            match last {
                None if h.aux.load(Ordering::Relaxed) == 0 => self.set_overflow(h, fresh.as_ptr().cast()),
                Some(l) if l.next.get().is_none() => l.next.set(self, l.header(), Some(fresh)),
                _ => {} // Another thread was first: look again.
            }
        }
        Ok(())
    }

    /// The object's `__dict__`: moves the attributes into a dict (dict mode) on first use. The switch needs a pause:
    /// a thread that holds the old shape would store into a slot that nobody reads any more.
    pub fn instance_dict(&self, v: Value) -> PyResult<Option<Gc<Dict>>> {
        let Some(h) = v.header() else { return Ok(None) };
        if h.kind == Kind::Module as u8 {
            // SAFETY: by its kind.
            return Ok(Some(unsafe { v.downcast_unchecked::<Module>() }.namespace()));
        }
        let shape = self.shape_of(h);
        if shape.is_dict_mode {
            return Ok(self.dict_of(h));
        }
        let class = self.class_of_header(h);
        if !class.has_flag(type_flags::HAS_DICT) {
            return Ok(None);
        }
        let dict_shape = self.dict_mode_shape(class);
        'again: loop {
            let shape = self.shape_of(h);
            if shape.is_dict_mode {
                return Ok(self.dict_of(h));
            }
            let seen = shape.id;
            let owner = shape.class.get();
            // Built outside the pause (it allocates); checked and refreshed inside.
            let d = self.new_dict_with_capacity(shape.count as usize + 1)?;
            let mut keys = Vec::with_capacity(shape.count as usize);
            shape.for_each_key(|i, k| keys.push((i, k.as_ptr())));
            keys.reverse();
            for &(i, k) in &keys {
                // SAFETY: shape keys are alive as long as the class.
                let k: Gc<Str> = unsafe { Gc::from_ptr(k) };
                // An allocation lies behind, and with it perhaps a pause in which another thread made the switch: then `aux` is the dict's.
                if shape_id(h) != seen {
                    continue 'again;
                }
                if let Some((s, _)) = self.attr_slot(h, shape, i) {
                    let x = s.get();
                    // Absent attributes must not appear, so they are skipped here and looked at again below.
                    if !x.is_unbound() {
                        d.set_str(self, k, x)?;
                    }
                }
            }
            let done = self.stop_the_world(|_| {
                if shape_id(h) != seen {
                    return false;
                }
                // Values stored since the copy: the pause makes the copy exact. No insertion is needed unless an
                // attribute appeared that was deleted before, then start again.
                let mut pos = 0;
                let mut live = 0;
                for &(i, k) in &keys {
                    if let Some((s, _)) = self.attr_slot(h, shape, i) {
                        let x = s.get();
                        if !x.is_unbound() {
                            live += 1;
                            // SAFETY: as above.
                            let k: Gc<Str> = unsafe { Gc::from_ptr(k) };
                            match d.next_entry(pos) {
                                // One attribute may have gone and another come: the keys must agree, not only their number.
                                Some((_, key, _)) if key != k.value() => return false,
                                Some((n, _, old)) => {
                                    if old != x {
                                        d.table().entries()[n - 1].value.set(self, d.table().header(), x);
                                    }
                                    pos = n;
                                }
                                None => return false,
                            }
                        }
                    }
                }
                if live != d.len() {
                    return false;
                }
                self.set_overflow(h, d.as_ptr().cast());
                let word = h.word0.load(Ordering::Relaxed);
                h.word0.store(word & !0xFFFF_FFFF | u64::from(dict_shape), Ordering::Release);
                true
            });
            // Until here the shape is not freed, whatever happens to the object.
            std::hint::black_box(owner);
            if done {
                return Ok(Some(d));
            }
        }
    }

    /// Replaces the object's `__dict__`.
    pub fn set_instance_dict(&self, v: Value, dict: Gc<Dict>) -> PyResult<bool> {
        if self.instance_dict(v)?.is_none() {
            return Ok(false);
        }
        let Some(h) = v.header() else { return Ok(false) };
        if h.kind == Kind::Module as u8 {
            return Ok(false);
        }
        self.stop_the_world(|_| self.set_overflow(h, dict.as_ptr().cast()));
        Ok(true)
    }

    pub(crate) fn dict_mode_shape(&self, class: Gc<Type>) -> u32 {
        let id = class.dict_shape.load(Ordering::Acquire);
        if id != 0 {
            return id;
        }
        let root = self.interp().shapes.get(class.root_shape.load(Ordering::Acquire));
        // No inline slots: all instances share this shape, and older ones have fewer slots than the class gives now.
        let s = self.interp().shapes.new_dict_mode(class, root.slot_base, 0);
        // Two threads may both make one; either serves, and goes with the class.
        class.dict_shape.store(s.id, Ordering::Release);
        s.id
    }

    /// The generic look-up: data descriptor, own attribute, other class attribute.
    pub fn generic_getattr_opt(&self, v: Value, name: Gc<Str>) -> PyResult<Option<Value>> {
        let class = self.type_of(v);
        let in_class = self.type_lookup(class, name);
        let mut bind = None;
        if let Some(d) = in_class {
            let slots = self.type_of(d);
            let slots = slots.slots();
            bind = slots.descr_get;
            if slots.descr_set.is_some()
                && let Some(get) = bind
            {
                return get(self, d, v, class.value()).map(Some);
            }
        }
        if let Some(x) = self.own_attr(v, name)? {
            return Ok(Some(x));
        }
        match (in_class, bind) {
            (Some(d), Some(get)) => get(self, d, v, class.value()).map(Some),
            (other, _) => Ok(other),
        }
    }

    /// The generic look-up; AttributeError if there is no such attribute.
    pub fn generic_getattr(&self, v: Value, name: Gc<Str>) -> PyResult {
        match self.generic_getattr_opt(v, name)? {
            Some(x) => Ok(x),
            None => Err(self.no_attribute(v, name)),
        }
    }

    /// `v.name`. `name` must be interned.
    #[inline]
    pub fn getattr(&self, v: Value, name: Gc<Str>) -> PyResult {
        match self.type_of(v).slots().getattr {
            Some(f) => f(self, v, name),
            None => self.generic_getattr(v, name),
        }
    }

    /// `v.name`, or `None` if that raises AttributeError.
    pub fn getattr_opt(&self, v: Value, name: Gc<Str>) -> PyResult<Option<Value>> {
        match self.type_of(v).slots().getattr {
            None => match self.generic_getattr_opt(v, name) {
                Err(e) if e.is(self, self.exc().attribute_error) => Ok(None),
                r => r,
            },
            Some(f) => match f(self, v, name) {
                Ok(x) => Ok(Some(x)),
                Err(e) if e.is(self, self.exc().attribute_error) => Ok(None),
                Err(e) => Err(e),
            },
        }
    }

    /// `v.name` with a Rust string.
    pub fn getattr_str(&self, v: Value, name: &str) -> PyResult {
        self.getattr(v, self.intern(name)?)
    }

    /// `v.name = value`, or `del v.name` with `None`. `name` must be interned.
    pub fn setattr(&self, v: Value, name: Gc<Str>, value: Option<Value>) -> PyResult<()> {
        match self.type_of(v).slots().setattr {
            Some(f) => f(self, v, name, value),
            None => self.generic_setattr(v, name, value),
        }
    }

    /// The generic store: data descriptor, else own attribute.
    pub fn generic_setattr(&self, v: Value, name: Gc<Str>, value: Option<Value>) -> PyResult<()> {
        let class = self.type_of(v);
        let in_class = self.type_lookup(class, name);
        if let Some(d) = in_class
            && let Some(set) = self.type_of(d).slots().descr_set
        {
            return set(self, d, v, value);
        }
        if self.set_own_attr(v, name, value)? {
            return Ok(());
        }
        Err(self.cannot_set(v, name, in_class.is_some()))
    }

    #[cold]
    #[inline(never)]
    fn cannot_set(&self, v: Value, name: Gc<Str>, in_class: bool) -> Thrown {
        let class = self.type_of(v);
        let class_name = class.name();
        let (t, n) = (class_name.to_str_lossy(), name.to_str_lossy());
        if class.has_flag(type_flags::HAS_DICT) || v.kind() == Some(Kind::Module) {
            return self.attribute_error_for(v, name, &format!("'{t}' object has no attribute '{n}'"));
        }
        let text = if in_class {
            format!("'{t}' object attribute '{n}' is read-only")
        } else {
            format!("'{t}' object has no attribute '{n}' and no __dict__ for setting new attributes")
        };
        self.attribute_error_for(v, name, &text)
    }

    /// The AttributeError for a missing attribute.
    #[cold]
    #[inline(never)]
    pub fn no_attribute(&self, v: Value, name: Gc<Str>) -> Thrown {
        let n = name.to_str_lossy();
        let text = match v.kind() {
            Some(Kind::Type) => {
                // SAFETY: by its kind.
                let t = unsafe { v.downcast_unchecked::<Type>() };
                format!("type object '{}' has no attribute '{n}'", t.name().to_str_lossy())
            }
            Some(Kind::Module) => {
                let m = self.own_attr(v, self.names().__name__);
                match m {
                    Ok(Some(m)) if m.is::<Str>() => {
                        // SAFETY: just checked.
                        let m = unsafe { m.downcast_unchecked::<Str>() };
                        format!("module '{}' has no attribute '{n}'", m.to_str_lossy())
                    }
                    _ => format!("module has no attribute '{n}'"),
                }
            }
            _ => format!("'{}' object has no attribute '{n}'", self.type_of(v).name().to_str_lossy()),
        };
        self.attribute_error_for(v, name, &text)
    }

    /// An AttributeError with `name` and `obj` set.
    #[cold]
    #[inline(never)]
    pub fn attribute_error_for(&self, v: Value, name: Gc<Str>, text: &str) -> Thrown {
        let e = self.attribute_error(text);
        for (k, x) in [(self.names().name, name.value()), (self.names().obj, v)] {
            if let Err(other) = self.set_own_attr(e.0, k, Some(x)) {
                return other;
            }
        }
        e
    }

    /// A special method found on the type and bound to `v`.
    pub fn lookup_special(&self, v: Value, name: Gc<Str>) -> PyResult<Option<Value>> {
        let class = self.type_of(v);
        match self.type_lookup(class, name) {
            None => Ok(None),
            Some(d) => match self.type_of(d).slots().descr_get {
                Some(get) => get(self, d, v, class.value()).map(Some),
                None => Ok(Some(d)),
            },
        }
    }

    /// Names of the object's own attributes, oldest first.
    pub fn own_attr_names(&self, v: Value) -> PyResult<Option<Gc<crate::object::sequence::List>>> {
        let Some(h) = v.header() else { return Ok(None) };
        let mut out = self.new_list(&[])?;
        let dict = 'again: loop {
            if let Some(m) = v.downcast::<Module>() {
                break Some(m.namespace());
            }
            let shape = self.shape_of(h);
            if shape.is_dict_mode {
                break self.dict_of(h);
            }
            let seen = shape.id;
            let owner = shape.class.get();
            let mut keys = Vec::with_capacity(shape.count as usize);
            shape.for_each_key(|i, k| keys.push((i, k.as_ptr())));
            for &(i, k) in keys.iter().rev() {
                // As in `instance_dict`: appending may have allocated.
                if shape_id(h) != seen {
                    out = self.new_list(&[])?;
                    continue 'again;
                }
                if self.attr_slot(h, shape, i).is_some_and(|(s, _)| !s.get().is_unbound()) {
                    // SAFETY: shape keys are alive as long as the class.
                    out.append(self, unsafe { Gc::<Str>::from_ptr(k) }.value())?;
                }
            }
            std::hint::black_box(owner);
            break None;
        };
        if let Some(d) = dict {
            let mut pos = 0;
            while let Some((n, k, _)) = d.next_entry(pos) {
                out.append(self, k)?;
                pos = n;
            }
        }
        Ok(Some(out))
    }
}

/// The cell that `aux` refers to.
pub(crate) fn decode_overflow(base: usize, h: &Header) -> Option<NonNull<Header>> {
    match h.aux.load(Ordering::Acquire) {
        0 => None,
        n => NonNull::new((base + ((n as usize) << 4)) as *mut Header),
    }
}

/// Inline slot `index` of a cell.
///
/// # Safety
/// The cell has that slot.
#[inline(always)]
pub(crate) unsafe fn inline_slot(h: &Header, slot_base: u16, index: u16) -> &Slot {
    // SAFETY: by the caller.
    unsafe { &*std::ptr::from_ref(h).byte_add(slot_base as usize + index as usize * 8).cast::<Slot>() }
}

/// New instances of `class` get room for `n` attributes inside the cell. Objects of the old layout keep their shapes.
#[cold]
fn grow_inline_hint(vm: &Vm, class: Gc<Type>, n: u16) {
    const MAX_INLINE: u16 = 30;
    let var_sized = matches!(class.instance_kind, Kind::Tuple | Kind::Str | Kind::Bytes | Kind::Int);
    if !class.has_flag(type_flags::HEAP) || n > MAX_INLINE || var_sized {
        return;
    }
    let old = vm.interp().shapes.get(class.root_shape.load(Ordering::Acquire));
    if old.inline_slots >= n {
        return;
    }
    // Even counts: cells are multiples of 16 bytes.
    let want = (n + (old.slot_base / 8 + n) % 2).min(MAX_INLINE);
    let root = vm.interp().shapes.new_root(None, class, old.slot_base, want);
    if vm.interp().shapes.replace_root(&class, old, root) {
        class.inline_slots.store(want, Ordering::Relaxed);
    }
}
