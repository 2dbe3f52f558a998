//! Specialization: an adaptive instruction whose counter ran out becomes the form that fits what it sees now.
//!
//! Each function says whether the instruction has a new form (execution then starts it again). Cache words are written
//! under the adaptive form, which reads none of them, and the form is published by a CAS that changes the opcode alone
//! (P8). On failure the counter backs off.

use vm_compiler::{
    Op,
    opcodes::{BinOp, CmpOp, INPLACE},
};
use vm_core::{
    backoff::Backoff,
    code,
    sync::{AtomicU64, Ordering},
    versions::Seen,
};

use crate::{
    object::{
        class::{Type, type_flags},
        dict::Dict,
        frame::{Frame, Generator},
        function::{BoundMethod, Function, Member, NativeFunction, NativeMethod, Property},
        gc::{Gc, shape_id},
        iter::{ListIter, RangeIter, TupleIter},
        module::Module,
        sequence::{List, Tuple},
        shape::Shape,
        str::Str,
    },
    value::Value,
    vm::Vm,
};

/// Longest wait, as a power of two, after a form that did not fit: the general path costs several times a specialized
/// one, so a place that sees a few classes in turn is worth another attempt soon.
const MISS_BACKOFF: u16 = 3;

/// Cache words from the second on.
type Fill = [u64; 4];
const NO_FILL: Fill = [0; 4];

impl Vm {
    /// Publishes form `op` with these cache words.
    fn publish(&self, ip: *const AtomicU64, w: u64, op: Op, fill: &[u64]) -> bool {
        debug_assert!(fill.len() < op.info().cache as usize || fill.is_empty());
        // An instrumented instruction runs in its adaptive form, whatever form its word has: then the cache words are not free to write.
        // SAFETY: `ip` points at the code word.
        if unsafe { (*ip).load(Ordering::Relaxed) } != w || self.faults.hit(4) {
            return self.refuse(ip);
        }
        // SAFETY: the cache words of the instruction follow its code word in this thread's copy.
        let cache = |n: usize| unsafe { &*ip.add(n) };
        for (i, &x) in fill.iter().enumerate() {
            cache(2 + i).store(x, Ordering::Relaxed);
        }
        // The counter keeps its backoff: a place that misses again waits longer before the next attempt.
        // SAFETY: `ip` points at the code word.
        let done = code::specialize(unsafe { &*ip }, w, op as u16).is_ok();
        if done {
            self.counters.specialized.set(self.counters.specialized.get() + 1);
        }
        done
    }

    /// Publishes what was looked up in `class` under the number `seen` (P14.R1).
    fn publish_for(
        &self,
        ip: *const AtomicU64,
        w: u64,
        op: Op,
        (class, seen): (Gc<Type>, Seen),
        fill: &[u64],
    ) -> bool {
        if class.version.holds(seen) { self.publish(ip, w, op, fill) } else { self.refuse(ip) }
    }

    fn refuse(&self, ip: *const AtomicU64) -> bool {
        // SAFETY: adaptive instructions have a counter word.
        let c = unsafe { &*ip.add(1) };
        Backoff::load(c).restarted().store(c);
        self.counters.failed.set(self.counters.failed.get() + 1);
        false
    }

    /// A specialized instruction met something else: back to the adaptive form for a while.
    #[cold]
    #[inline(never)]
    pub(crate) fn specialization_miss(&self, ip: *const AtomicU64, w: u64) {
        let Some(op) = Op::from_u16((w & code::OPCODE_MASK) as u16) else { return };
        // SAFETY: `ip` points at the code word of an instruction with a counter.
        unsafe {
            let _ = code::deopt(&*ip, w, op.info().base as u16);
            let counter = &*ip.add(1);
            let next = Backoff::load(counter).restarted();
            let next = if next.backoff() > MISS_BACKOFF {
                Backoff::new((1 << MISS_BACKOFF) - 1, MISS_BACKOFF)
            } else {
                next
            };
            next.store(counter);
        }
        self.counters.deopts.set(self.counters.deopts.get() + 1);
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_binary(&self, ip: *const AtomicU64, w: u64, a: Value, b: Value) -> bool {
        // SAFETY: the counter word also holds the operator.
        let kind = (unsafe { &*ip.add(1) }.load(Ordering::Relaxed) >> 16) as u8;
        let op = BinOp::ALL[(kind & !INPLACE) as usize & 15];
        let number = |v: Value| v.is_small_int() || v.is_tagged_float();
        let form = if Value::both_small_int(a, b) {
            match op {
                BinOp::Add => Op::BINARY_OP_ADD_INT,
                BinOp::Subtract => Op::BINARY_OP_SUBTRACT_INT,
                BinOp::Multiply => Op::BINARY_OP_MULTIPLY_INT,
                BinOp::FloorDivide if b.small_int_unchecked() != 0 => Op::BINARY_OP_FLOOR_DIVIDE_INT,
                BinOp::Remainder if b.small_int_unchecked() != 0 => Op::BINARY_OP_REMAINDER_INT,
                BinOp::And | BinOp::Or | BinOp::Xor => Op::BINARY_OP_BITWISE_INT,
                BinOp::Lshift | BinOp::Rshift if b.small_int_unchecked() >= 0 => Op::BINARY_OP_SHIFT_INT,
                BinOp::TrueDivide => Op::BINARY_OP_TRUE_DIVIDE_FLOAT,
                _ => return self.refuse(ip),
            }
        } else if number(a) && number(b) {
            match op {
                BinOp::Add => Op::BINARY_OP_ADD_FLOAT,
                BinOp::Subtract => Op::BINARY_OP_SUBTRACT_FLOAT,
                BinOp::Multiply => Op::BINARY_OP_MULTIPLY_FLOAT,
                BinOp::TrueDivide => Op::BINARY_OP_TRUE_DIVIDE_FLOAT,
                _ => return self.refuse(ip),
            }
        } else if op == BinOp::Add
            && a.downcast_exact::<Str>().is_some()
            && b.downcast_exact::<Str>().is_some()
        {
            Op::BINARY_OP_ADD_STR
        } else {
            return self.refuse(ip);
        };
        self.publish(ip, w, form, &[])
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_compare(&self, ip: *const AtomicU64, w: u64, a: Value, b: Value) -> bool {
        // SAFETY: the counter word also holds the operator.
        let op = CmpOp::ALL[(unsafe { &*ip.add(1) }.load(Ordering::Relaxed) >> 16) as usize & 7];
        match compare_form(a, b, op, [Op::COMPARE_OP_INT, Op::COMPARE_OP_FLOAT, Op::COMPARE_OP_STR]) {
            Some(f) => self.publish(ip, w, f, &[]),
            None => self.refuse(ip),
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_compare_jump(&self, ip: *const AtomicU64, w: u64, a: Value, b: Value) -> bool {
        let op = CmpOp::ALL[(w >> 16) as usize & 7];
        match compare_form(a, b, op, [Op::COMPARE_JUMP_INT, Op::COMPARE_JUMP_FLOAT, Op::COMPARE_JUMP_STR]) {
            Some(f) => self.publish(ip, w, f, &[]),
            None => self.refuse(ip),
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_global(
        &self,
        ip: *const AtomicU64,
        w: u64,
        func: Gc<Function>,
        name: Gc<Str>,
    ) -> bool {
        self.specialize_module_name(ip, w, func, name, [Op::LOAD_GLOBAL_MODULE, Op::LOAD_GLOBAL_BUILTIN])
    }

    /// At module level only: elsewhere locals come first, and they are some mapping.
    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_name(
        &self,
        ip: *const AtomicU64,
        w: u64,
        frame: *mut Frame,
        name: Gc<Str>,
    ) -> bool {
        // SAFETY: the newest frame.
        let (locals, func) = unsafe { ((*frame).locals, (*frame).func) };
        if locals != func.globals().value() {
            return self.refuse(ip);
        }
        self.specialize_module_name(ip, w, func, name, [Op::LOAD_NAME_MODULE, Op::LOAD_NAME_BUILTIN])
    }

    fn specialize_module_name(
        &self,
        ip: *const AtomicU64,
        w: u64,
        func: Gc<Function>,
        name: Gc<Str>,
        [module, builtin]: [Op; 2],
    ) -> bool {
        let (globals, builtins) = (func.globals(), func.builtins());
        // A subclass has its say.
        if [globals, builtins].iter().any(|d| d.value().downcast_exact::<Dict>().is_none()) {
            return self.refuse(ip);
        }
        let table = globals.table();
        let used = table.used();
        match globals.entry_of(self, name) {
            Ok(Some((t, i))) => self.publish(ip, w, module, &[t.value().bits(), i as u64]),
            Ok(None) => match builtins.entry_of(self, name) {
                Ok(Some((b, i))) => {
                    let indices = i as u64 | (used as u64) << 32;
                    let fill = [table.value().bits(), indices, b.value().bits()];
                    self.publish(ip, w, builtin, &fill)
                }
                _ => self.refuse(ip),
            },
            Err(_) => self.refuse(ip),
        }
    }

    /// The shape of `v`, if its attributes have slots and its class is `class`. Other threads add attributes and set `__class__`: who
    /// guards with a shape concludes from one and the same look at it.
    fn slot_shape(&self, v: Value, class: Gc<Type>) -> Option<&Shape> {
        let shape = self.interp().shapes.get(shape_id(v.header()?));
        (!shape.is_dict_mode && shape.class.get() == Some(class) && !v.is::<Module>()).then_some(shape)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_attr(&self, ip: *const AtomicU64, w: u64, v: Value, name: Gc<Str>) -> bool {
        if let Some(m) = v.downcast_exact::<Module>() {
            return match m.namespace().entry_of(self, name) {
                Ok(Some((t, i))) if self.type_lookup(self.types().module, name).is_none() => {
                    self.publish(ip, w, Op::LOAD_ATTR_MODULE, &[t.value().bits(), v.bits(), i as u64])
                }
                _ => self.refuse(ip),
            };
        }
        if v.is::<Type>() {
            return match self.class_attr(v, name) {
                Some((class, seen, x)) => {
                    let fill = [0, v.bits(), u64::from(seen.number()), x.bits()];
                    self.publish_for(ip, w, Op::LOAD_ATTR_CLASS, (class, seen), &fill)
                }
                None => self.refuse(ip),
            };
        }
        let class = self.type_of(v);
        let Some(seen) = class.version.read() else { return self.refuse(ip) };
        let version = seen.number();
        if class.slots().getattr.is_some() || !v.is_ptr() {
            return self.refuse(ip);
        }
        let found = self.type_lookup(class, name);
        if let Some(d) = found {
            if let Some(m) = d.downcast_exact::<Member>() {
                let fill = [u64::from(m.offset), class.value().bits(), u64::from(version), 0];
                return self.publish_for(ip, w, Op::LOAD_ATTR_SLOT, (class, seen), &fill);
            }
            if let Some(p) = d.downcast_exact::<Property>() {
                return match p.get.get().downcast_exact::<Function>() {
                    Some(f) if plain_code(f, 1) => {
                        let fill = [0, class.value().bits(), u64::from(version), f.value().bits()];
                        self.publish_for(ip, w, Op::LOAD_ATTR_PROPERTY, (class, seen), &fill)
                    }
                    _ => self.refuse(ip),
                };
            }
            if self.type_of(d).slots().descr_set.is_some() {
                return self.refuse(ip);
            }
        }
        let Some(shape) = self.slot_shape(v, class) else { return self.refuse(ip) };
        let own = shape.lookup(name);
        if let Some(i) = own.filter(|&i| i < shape.inline_slots) {
            let fill = [inline_key(shape, i), class.value().bits(), u64::from(version), 0];
            return self.publish_for(ip, w, Op::LOAD_ATTR_INSTANCE_VALUE, (class, seen), &fill);
        }
        if let Some(d) = found
            && self.type_of(d).slots().descr_get.is_none()
            && own.is_none()
        {
            let fill = [u64::from(shape.id), class.value().bits(), u64::from(version), d.bits()];
            return self.publish_for(ip, w, Op::LOAD_ATTR_CLASS_VALUE, (class, seen), &fill);
        }
        self.refuse(ip)
    }

    /// A cacheable attribute of a class object: its version, and the value as read through the class.
    fn class_attr(&self, v: Value, name: Gc<Str>) -> Option<(Gc<Type>, Seen, Value)> {
        let class = v.downcast::<Type>()?;
        let meta = self.type_of(v);
        if meta != self.types().type_ || self.type_lookup(meta, name).is_some() {
            return None;
        }
        let version = class.version.read()?;
        let x = self.type_lookup(class, name)?;
        if x.downcast_exact::<Function>().is_some() || self.type_of(x).slots().descr_get.is_none() {
            return Some((class, version, x));
        }
        None
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_method(&self, ip: *const AtomicU64, w: u64, v: Value, name: Gc<Str>) -> bool {
        if let Some(m) = v.downcast_exact::<Module>() {
            return match m.namespace().entry_of(self, name) {
                Ok(Some((t, i))) if self.type_lookup(self.types().module, name).is_none() => {
                    self.publish(ip, w, Op::LOAD_METHOD_MODULE, &[t.value().bits(), v.bits(), i as u64])
                }
                _ => self.refuse(ip),
            };
        }
        if v.is::<Type>() {
            return match self.class_attr(v, name) {
                Some((class, seen, x)) => {
                    let fill = [0, v.bits(), u64::from(seen.number()), x.bits()];
                    self.publish_for(ip, w, Op::LOAD_METHOD_CLASS, (class, seen), &fill)
                }
                None => self.refuse(ip),
            };
        }
        let class = self.type_of(v);
        let Some(seen) = class.version.read() else { return self.refuse(ip) };
        let version = seen.number();
        if class.slots().getattr.is_some() {
            return self.refuse(ip);
        }
        let Some(f) = self.type_lookup(class, name) else { return self.refuse(ip) };
        let is_method = f.downcast_exact::<Function>().is_some() || f.is::<NativeMethod>();
        if !is_method {
            return self.refuse(ip);
        }
        if !class.has_flag(type_flags::HEAP | type_flags::HAS_DICT) {
            let fill = [0, class.value().bits(), u64::from(version), f.bits()];
            return self.publish_for(ip, w, Op::LOAD_METHOD_BUILTIN, (class, seen), &fill);
        }
        match self.slot_shape(v, class) {
            Some(shape) if shape.lookup(name).is_none() => {
                let fill = [u64::from(shape.id), class.value().bits(), u64::from(version), f.bits()];
                self.publish_for(ip, w, Op::LOAD_METHOD_INSTANCE, (class, seen), &fill)
            }
            _ => self.refuse(ip),
        }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_store_attr(
        &self,
        ip: *const AtomicU64,
        w: u64,
        v: Value,
        name: Gc<Str>,
    ) -> bool {
        let class = self.type_of(v);
        let Some(seen) = class.version.read() else { return self.refuse(ip) };
        let version = seen.number();
        if class.slots().setattr.is_some() || v.is::<Type>() || v.is::<Module>() {
            return self.refuse(ip);
        }
        if let Some(d) = self.type_lookup(class, name) {
            if let Some(m) = d.downcast_exact::<Member>() {
                let fill = [u64::from(m.offset), class.value().bits(), u64::from(version), 0];
                return self.publish_for(ip, w, Op::STORE_ATTR_SLOT, (class, seen), &fill);
            }
            if self.type_of(d).slots().descr_set.is_some() {
                return self.refuse(ip);
            }
        }
        let Some(shape) = self.slot_shape(v, class) else { return self.refuse(ip) };
        let own = shape.lookup(name);
        if let Some(i) = own.filter(|&i| i < shape.inline_slots) {
            let fill = [inline_key(shape, i), class.value().bits(), u64::from(version), 0];
            return self.publish_for(ip, w, Op::STORE_ATTR_INSTANCE_VALUE, (class, seen), &fill);
        }
        if own.is_none() && class.has_flag(type_flags::HAS_DICT) && shape.count < shape.inline_slots {
            let next = self.interp().shapes.child(shape, name);
            let fill = [
                inline_key(shape, shape.count),
                class.value().bits(),
                u64::from(version),
                u64::from(next.id),
            ];
            return self.publish_for(ip, w, Op::STORE_ATTR_ADD, (class, seen), &fill);
        }
        self.refuse(ip)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_subscript(&self, ip: *const AtomicU64, w: u64, v: Value, k: Value) -> bool {
        let int = k.is_small_int();
        let form = if int && v.downcast_exact::<List>().is_some() {
            Op::BINARY_SUBSCR_LIST_INT
        } else if int && v.downcast_exact::<Tuple>().is_some() {
            Op::BINARY_SUBSCR_TUPLE_INT
        } else if int && v.downcast_exact::<Str>().is_some() {
            Op::BINARY_SUBSCR_STR_INT
        } else if v.downcast_exact::<Dict>().is_some() {
            Op::BINARY_SUBSCR_DICT
        } else {
            let class = self.type_of(v);
            let Some(seen) = class.version.read() else { return self.refuse(ip) };
            let version = seen.number();
            return match self
                .type_lookup(class, self.names().__getitem__)
                .and_then(|f| f.downcast_exact::<Function>())
            {
                Some(f) if plain_code(f, 2) => {
                    let fill = [u64::from(version), f.value().bits()];
                    self.publish_for(ip, w, Op::BINARY_SUBSCR_GETITEM, (class, seen), &fill)
                }
                _ => self.refuse(ip),
            };
        };
        self.publish(ip, w, form, &[])
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_store_subscript(
        &self,
        ip: *const AtomicU64,
        w: u64,
        v: Value,
        k: Value,
    ) -> bool {
        if k.is_small_int() && v.downcast_exact::<List>().is_some() {
            return self.publish(ip, w, Op::STORE_SUBSCR_LIST_INT, &[]);
        }
        if v.downcast_exact::<Dict>().is_some() {
            return self.publish(ip, w, Op::STORE_SUBSCR_DICT, &[]);
        }
        self.refuse(ip)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_for_iter(&self, ip: *const AtomicU64, w: u64, it: Value) -> bool {
        let form = if it.downcast_exact::<ListIter>().is_some() {
            Op::FOR_ITER_LIST
        } else if it.downcast_exact::<TupleIter>().is_some() {
            Op::FOR_ITER_TUPLE
        } else if it.downcast_exact::<RangeIter>().is_some() {
            Op::FOR_ITER_RANGE
        } else if it.downcast_exact::<Generator>().is_some() {
            Op::FOR_ITER_GEN
        } else {
            return self.refuse(ip);
        };
        self.publish(ip, w, form, &[])
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_unpack(&self, ip: *const AtomicU64, w: u64, v: Value) -> bool {
        let n = (w >> 48) as usize;
        if v.downcast_exact::<Tuple>().is_some_and(|t| t.len() == n) {
            return self.publish(ip, w, Op::UNPACK_SEQUENCE_TUPLE, &[]);
        }
        if v.downcast_exact::<List>().is_some_and(|l| l.len() == n) {
            return self.publish(ip, w, Op::UNPACK_SEQUENCE_LIST, &[]);
        }
        self.refuse(ip)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn specialize_call(&self, ip: *const AtomicU64, w: u64, regs: *mut Value) -> bool {
        let (base, n) = ((w >> 16) as u16 as usize, (w >> 32) as u16 as usize);
        // SAFETY: the call block.
        let (f, this) = unsafe { (*regs.add(base), *regs.add(base + 1)) };
        let bound = !this.is_unbound();
        let given = n + usize::from(bound);
        let mut fill = NO_FILL;
        let version = |f: Gc<Function>| u64::from(f.version.number());
        let form = if let Some(func) = f.downcast_exact::<Function>() {
            if version(func) == 0 {
                return self.refuse(ip);
            }
            fill[0] = version(func);
            if plain_code(func, given) { Op::CALL_PY_EXACT_ARGS } else { Op::CALL_PY_GENERAL }
        } else if let Some(m) = f.downcast_exact::<BoundMethod>() {
            match m.func.get().downcast_exact::<Function>() {
                Some(func) if !bound && plain_code(func, n + 1) && version(func) != 0 => {
                    fill[0] = version(func);
                    Op::CALL_BOUND_METHOD_EXACT_ARGS
                }
                _ => Op::CALL_NON_PY_GENERAL,
            }
        } else if let Some(class) = f.downcast::<Type>() {
            if class == self.types().type_ && n == 1 && !bound {
                fill[1] = f.bits();
                Op::CALL_TYPE_1
            } else if class == self.types().str && n == 1 && !bound {
                fill[1] = f.bits();
                Op::CALL_STR_1
            } else if let Some(seen) = class.version.read()
                && let Some(init) = self.plain_constructor(class)
                && !bound
                && plain_code(init, n + 1)
            {
                // CALL has three data words.
                let fill = [u64::from(seen.number()), f.bits(), init.value().bits()];
                return self.publish_for(ip, w, Op::CALL_ALLOC_AND_ENTER_INIT, (class, seen), &fill);
            } else {
                Op::CALL_NON_PY_GENERAL
            }
        } else if let Some(nf) = f.downcast_exact::<NativeFunction>() {
            if bound || !nf.this.get().is_unbound() {
                Op::CALL_NON_PY_GENERAL
            } else if n == 1 && self.is_builtin(f, self.names().len) {
                fill[1] = f.bits();
                Op::CALL_LEN
            } else if n == 2 && self.is_builtin(f, self.names().isinstance) {
                fill[1] = f.bits();
                Op::CALL_ISINSTANCE
            } else {
                Op::CALL_BUILTIN_FAST
            }
        } else if f.is::<NativeMethod>() && bound {
            if n == 1
                && this.downcast_exact::<List>().is_some()
                && self.type_lookup(self.types().list, self.names().append) == Some(f)
            {
                fill[1] = f.bits();
                Op::CALL_LIST_APPEND
            } else {
                Op::CALL_METHOD_DESCRIPTOR_FAST
            }
        } else {
            Op::CALL_NON_PY_GENERAL
        };
        self.publish(ip, w, form, &fill[..3])
    }

    /// The Python `__init__` of a class whose instances are made in the default way.
    fn plain_constructor(&self, class: Gc<Type>) -> Option<Gc<Function>> {
        let slots = class.slots();
        let default_new = crate::builtins::object::DEF.slots.new;
        let same = match (slots.new, default_new) {
            (Some(x), Some(y)) => std::ptr::fn_addr_eq(x, y),
            _ => false,
        };
        if !same || class.has_flag(type_flags::ABSTRACT) || self.type_of(class.value()) != self.types().type_
        {
            return None;
        }
        self.type_lookup(class, self.names().__init__)?.downcast_exact::<Function>()
    }

    /// Whether `f` is the builtin function `name`, unpatched.
    fn is_builtin(&self, f: Value, name: Gc<Str>) -> bool {
        self.interp().boot().builtins.get_str(self, name).ok().flatten() == Some(f)
            && f.downcast_exact::<NativeFunction>()
                .is_some_and(|n| n.name.get() == name.value() && self.is_builtins_own(n))
    }

    fn is_builtins_own(&self, n: Gc<NativeFunction>) -> bool {
        n.module.get() == self.names().builtins.value()
    }
}

/// Whether a call with `given` positional arguments needs no binding work.
fn plain_code(f: Gc<Function>, given: usize) -> bool {
    use vm_compiler::CodeFlags;
    let c = f.code();
    c.argcount as usize == given
        && c.kwonlyargcount == 0
        && !c.flags.has(CodeFlags::VARARGS | CodeFlags::VARKEYWORDS)
}

fn compare_form(a: Value, b: Value, op: CmpOp, [int, float, str]: [Op; 3]) -> Option<Op> {
    let number = |v: Value| v.is_small_int() || v.is_tagged_float();
    // An integer beyond 2^53 does not compare exactly as a float: such pairs stay general.
    let exact = |v: Value| v.as_small_int().is_none_or(|n| n.unsigned_abs() <= 1 << 53);
    if Value::both_small_int(a, b) {
        Some(int)
    } else if a.is_tagged_float() && b.is_tagged_float() || number(a) && number(b) && exact(a) && exact(b) {
        Some(float)
    } else if matches!(op, CmpOp::Eq | CmpOp::Ne)
        && a.downcast_exact::<Str>().is_some()
        && b.downcast_exact::<Str>().is_some()
    {
        Some(str)
    } else {
        None
    }
}

/// A shape and the byte offset of its inline slot `i`, as one cache word.
fn inline_key(shape: &Shape, i: u16) -> u64 {
    let offset = u64::from(shape.slot_base) + u64::from(i) * 8;
    u64::from(shape.id) | offset << 32
}
