//! `bytes`, its iterator, and what it shares with `bytearray`.

pub(crate) mod methods;
mod transform;

use std::borrow::Cow;

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_core::sync::{AtomicUsize, Ordering};
use vm_heap::Marker;

use super::str::{codec, index_or_index_error, repeat_count, repr::repr_bytes, search};
use crate::{
    error::PyResult,
    native::{Args, MethodDef, Native, NativePayload, TypeDef},
    object::{
        bytes::{ByteArray, Bytes},
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Object, Slot},
        slice::Slice,
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// The class `bytes`.
pub static DEF: TypeDef = TypeDef {
    name: "bytes",
    doc: "bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\n\
          bytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\n\
          bytes(int) -> bytes object of size given by the parameter initialized with null bytes\n\
          bytes() -> empty bytes object\n\nConstruct an immutable array of bytes from:\n  \
          - an iterable yielding integers in range(256)\n  \
          - a text string encoded using the specified encoding\n  \
          - any object implementing the buffer API.\n  - an integer",
    kind: Bytes::KIND,
    size: size_of::<Bytes>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16 | 1 << BinOp::Remainder as u16,
        // With a bytearray, that one compares.
        compare: Some(|vm, op, a, b| {
            if a.is::<Bytes>() && b.is::<Bytes>() {
                compare(vm, op, a, b)
            } else {
                Ok(Value::NOT_IMPLEMENTED)
            }
        }),
        hash: Some(|vm, v| Ok(of(v).hash(vm))),
        repr: Some(|vm, v| vm.new_ascii(&repr_bytes(of(v).as_slice()))),
        len: Some(|_, v| Ok(of(v).len())),
        getitem: Some(getitem),
        contains: Some(contains),
        iter: Some(iter),
        new: Some(new),
        ..NO_SLOTS
    },
    methods: &METHODS,
    ..NO_DEF
};

static METHODS: [MethodDef; methods::SHARED.len() + 2] = methods::concat(
    methods::SHARED,
    [
        MethodDef::new("__bytes__", |vm, a| {
            let (b, []) = a.method::<Bytes, 0>(vm, "bytes.__bytes__")?;
            if b.value().downcast_exact::<Bytes>().is_some() {
                return Ok(b.value());
            }
            Ok(vm.new_bytes(b.as_slice())?.value())
        }),
        MethodDef::new("__getnewargs__", |vm, a| {
            let (b, []) = a.method::<Bytes, 0>(vm, "bytes.__getnewargs__")?;
            let copy = vm.new_bytes(b.as_slice())?;
            Ok(vm.new_tuple(&[copy.value()])?.value())
        }),
    ],
);

/// The class of iterators of bytes and bytearrays.
pub static ITER_DEF: TypeDef = TypeDef {
    name: "bytes_iterator",
    kind: Native::<BytesIter>::KIND,
    size: Native::<BytesIter>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots { iter: Some(|_, v| Ok(v)), iternext: Some(iter_next), ..NO_SLOTS },
    methods: &[MethodDef::new("__length_hint__", |vm, a| {
        let (it, rest) = a.this_native::<BytesIter>(vm, "__length_hint__")?;
        rest.exact::<0>(vm, "__length_hint__")?;
        let n = bytes_like(it.payload.source.get()).map_or(0, |b| b.len());
        vm.new_int(n.saturating_sub(it.payload.pos.load(Ordering::Relaxed)) as i64)
    })],
    ..NO_DEF
};

/// An iterator over the bytes of a bytes object or bytearray.
pub struct BytesIter {
    source: Slot,
    pos: AtomicUsize,
}

impl NativePayload for BytesIter {
    fn trace(&self, m: &mut Marker) {
        self.source.trace(m);
    }
}

/// Self of a slot.
fn of(v: Value) -> Gc<Bytes> {
    // SAFETY: slots get a self of their layout.
    unsafe { v.downcast_unchecked() }
}

/// The content of a bytes-like object: borrowed from a `bytes`, which the caller keeps alive, else a copy.
#[must_use]
pub fn bytes_like<'a>(v: Value) -> Option<Cow<'a, [u8]>> {
    if let Some(b) = v.downcast::<Bytes>() {
        // SAFETY: the caller's value keeps the object alive; its data is immutable.
        return Some(Cow::Borrowed(unsafe { &*b.as_ptr() }.as_slice()));
    }
    if let Some(b) = v.downcast::<ByteArray>() {
        return Some(Cow::Owned(b.to_vec()));
    }
    if let Some(b) = v.native_buffer() {
        return Some(Cow::Owned(b.block.to_vec(0, usize::MAX)));
    }
    super::memoryview::bytes_of(v).map(Cow::Owned)
}

/// Whether `v` is a `bytes` or `bytearray`.
#[must_use]
pub fn is_bytes_like(v: Value) -> bool {
    v.is::<Bytes>() || v.is::<ByteArray>()
}

impl Vm {
    /// The content of a bytes-like object, or "a bytes-like object is required".
    pub fn bytes_argument<'a>(&self, v: Value) -> PyResult<Cow<'a, [u8]>> {
        bytes_like(v).ok_or_else(|| {
            self.type_error(format!("a bytes-like object is required, not '{}'", self.type_name(v)))
        })
    }

    /// An integer as a byte; `what` names the thing in the ValueError.
    pub(crate) fn byte_value(&self, v: Value, what: &str) -> PyResult<u8> {
        u8::try_from(self.index_clamped(v)?)
            .map_err(|_| self.value_error(format!("{what} must be in range(0, 256)")))
    }

    /// A bytes object of class `class` (`bytes` or a subclass).
    fn new_bytes_of(&self, class: Gc<Type>, bytes: &[u8]) -> PyResult {
        if class == self.types().bytes {
            return Ok(self.new_bytes(bytes)?.value());
        }
        let p = self.alloc_var_instance_of(class, size_of::<Bytes>() + bytes.len())?;
        // SAFETY: instances of this class have the layout of Bytes, with room for the data; nobody else sees it.
        unsafe {
            let b: Gc<Bytes> = Gc::from_ptr(p.cast());
            b.init_content(bytes);
            Ok(b.value())
        }
    }
}

/// What `bytes(source, encoding, errors)` and `bytearray(…)` contain.
pub(crate) fn content_of(vm: &Vm, type_name: &str, args: Args<'_>) -> PyResult<Vec<u8>> {
    let [source, encoding, errors] = args.bind(vm, type_name, ["source", "encoding", "errors"], 0, 0, 3)?;
    let text = source.bound().and_then(|s| s.downcast::<Str>());
    if !encoding.is_unbound() || !errors.is_unbound() {
        let check = |v: Value, what: &str| -> PyResult<Option<Gc<Str>>> {
            match v.bound() {
                None => Ok(None),
                Some(v) => vm.str_argument(v, &format!("{type_name}() argument '{what}'")).map(Some),
            }
        };
        let (e, h) = (check(encoding, "encoding")?, check(errors, "errors")?);
        if text.is_some() && encoding.is_unbound() {
            return Err(vm.type_error("string argument without an encoding"));
        }
        let Some(text) = text else {
            let what = if encoding.is_unbound() { "errors" } else { "encoding" };
            return Err(vm.type_error(format!("{what} without a string argument")));
        };
        return vm.encode_str(text, e, h);
    }
    let Some(source) = source.bound() else { return Ok(Vec::new()) };
    if let Some(b) = bytes_like(source) {
        vm.check_room(b.len())?;
        return Ok(b.into_owned());
    }
    if text.is_some() {
        return Err(vm.type_error("string argument without an encoding"));
    }
    if type_name == "bytes"
        && let Some(f) = vm.lookup_special(source, vm.names().__bytes__)?
    {
        let r = vm.call(f, &[])?;
        return match bytes_like(r) {
            Some(b) => Ok(b.into_owned()),
            None => Err(vm.type_error(format!("__bytes__ returned non-bytes (type {})", vm.type_name(r)))),
        };
    }
    if vm.is_int(source) || vm.type_lookup(vm.type_of(source), vm.names().__index__).is_some() {
        let n = vm.index_i64(source)?;
        let n = usize::try_from(n).map_err(|_| vm.value_error("negative count"))?;
        vm.check_room(n)?;
        return Ok(vec![0; n]);
    }
    let class = vm.type_of(source);
    if class.slots().iter.is_none() && class.slots().getitem.is_none() {
        return Err(vm.type_error(format!("cannot convert '{}' object to {type_name}", vm.type_name(source))));
    }
    collect(vm, source, if type_name == "bytes" { "bytes" } else { "byte" })
}

/// The bytes that an iterable of integers yields.
pub(crate) fn collect(vm: &Vm, source: Value, what: &str) -> PyResult<Vec<u8>> {
    let mut out = Vec::new();
    vm.for_each(source, |v| {
        out.push(vm.byte_value(v, what)?);
        if out.len() % (1 << 20) == 0 {
            vm.check_room(out.len())?;
        }
        Ok(true)
    })?;
    Ok(out)
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    if class == vm.types().bytes
        && args.kwnames().is_none()
        && let [source] = args.pos()
        && source.downcast_exact::<Bytes>().is_some()
    {
        return Ok(*source);
    }
    vm.new_bytes_of(class, &content_of(vm, "bytes", args)?)
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    match op {
        BinOp::Add => {
            let (Some(x), Some(y)) = (a.downcast::<Bytes>(), bytes_like(b)) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            Ok(vm.bytes_concat(x.as_slice(), &y)?.value())
        }
        BinOp::Multiply => {
            let (s, n) = match a.downcast::<Bytes>() {
                Some(s) => (s, b),
                None => (of(b), a),
            };
            let Some(n) = repeat_count(vm, n, s.len(), "repeated bytes are too long")? else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            if n == 1 && s.value().downcast_exact::<Bytes>().is_some() {
                return Ok(s.value());
            }
            vm.check_room(s.len() * n)?;
            Ok(vm.new_bytes(&s.as_slice().repeat(n))?.value())
        }
        BinOp::Remainder => match a.downcast::<Bytes>() {
            Some(fmt) => Ok(vm.new_bytes(&vm.format_percent_bytes(fmt.as_slice(), b)?)?.value()),
            None => Ok(Value::NOT_IMPLEMENTED),
        },
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

impl Vm {
    /// `a + b`
    pub fn bytes_concat(&self, a: &[u8], b: &[u8]) -> PyResult<Gc<Bytes>> {
        self.check_room(a.len().saturating_add(b.len()))?;
        self.new_bytes(&[a, b].concat())
    }
}

/// Rich comparison of bytes-like objects.
pub(crate) fn compare(_: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    // `bytes` compares with its like, `bytearray` with whatever has bytes; other objects' own comparison decides first.
    let other = |v: Value| !is_bytes_like(v);
    if other(a) || other(b) && !a.is::<ByteArray>() {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let (Some(x), Some(y)) = (bytes_like(a), bytes_like(b)) else { return Ok(Value::NOT_IMPLEMENTED) };
    let o = x.cmp(&y);
    Ok(Value::bool(match op {
        CmpOp::Eq => o.is_eq(),
        CmpOp::Ne => o.is_ne(),
        CmpOp::Lt => o.is_lt(),
        CmpOp::Le => o.is_le(),
        CmpOp::Gt => o.is_gt(),
        CmpOp::Ge => o.is_ge(),
    }))
}

/// The integer of a subscript. `what` is the type's name in error messages ("byte" or "bytearray").
pub(crate) fn subscript(vm: &Vm, key: Value, what: &str) -> PyResult<i64> {
    match key.as_small_int() {
        Some(i) => Ok(i),
        None if !vm.is_int(key) && vm.type_lookup(vm.type_of(key), vm.names().__index__).is_none() => {
            Err(vm
                .type_error(format!("{what} indices must be integers or slices, not {}", vm.type_name(key))))
        }
        None => index_or_index_error(vm, key),
    }
}

/// Position of index `i` in `len` bytes.
pub(crate) fn resolve(vm: &Vm, i: i64, len: usize, range_error: &str) -> PyResult<usize> {
    usize::try_from(if i < 0 { i.saturating_add(len as i64) } else { i })
        .ok()
        .filter(|&i| i < len)
        .ok_or_else(|| vm.index_error(range_error))
}

fn getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    let s = of(v);
    let b = s.as_slice();
    if let Some(slice) = key.downcast::<Slice>() {
        let r = vm.slice_range(slice, b.len())?;
        if r.step == 1 {
            let start = r.start as usize;
            if r.count == b.len() && v.downcast_exact::<Bytes>().is_some() {
                return Ok(v);
            }
            return Ok(vm.new_bytes(&b[start..start + r.count])?.value());
        }
        let picked: Vec<u8> = r.indices().map(|i| b[i]).collect();
        return Ok(vm.new_bytes(&picked)?.value());
    }
    let i = resolve(vm, subscript(vm, key, "byte")?, b.len(), "index out of range")?;
    Ok(Value::small_int(b[i].into()))
}

/// `x in v` for bytes-like `v`.
pub(crate) fn contains(vm: &Vm, v: Value, x: Value) -> PyResult<bool> {
    let Some(hay) = bytes_like(v) else { return Ok(false) };
    if let Some(n) = bytes_like(x) {
        return Ok(search::find(&hay, &n, 1).is_some());
    }
    if vm.is_int(x) || vm.type_lookup(vm.type_of(x), vm.names().__index__).is_some() {
        let b = vm.byte_value(x, "byte")?;
        return Ok(hay.contains(&b));
    }
    vm.bytes_argument(x).map(|_| false)
}

/// `iter(v)` for bytes-like `v`.
pub(crate) fn iter(vm: &Vm, v: Value) -> PyResult {
    let payload = BytesIter { source: Slot::new(v), pos: AtomicUsize::new(0) };
    Ok(vm.new_native_object(vm.types().bytes_iterator, payload)?.value())
}

fn iter_next(_: &Vm, v: Value) -> PyResult<Option<Value>> {
    let Some(it) = v.native::<BytesIter>() else { return Ok(None) };
    let source = it.payload.source.get();
    let i = it.payload.pos.load(Ordering::Relaxed);
    let byte = match source.downcast::<Bytes>() {
        Some(b) => b.as_slice().get(i).copied(),
        None => source.downcast::<ByteArray>().and_then(|b| b.get(i)),
    };
    if byte.is_some() {
        it.payload.pos.store(i + 1, Ordering::Relaxed);
    } else {
        // Exhausted for ever, also if the bytearray grows.
        it.payload.pos.store(usize::MAX >> 1, Ordering::Relaxed);
    }
    Ok(byte.map(|b| Value::small_int(b.into())))
}

/// `decode(encoding='utf-8', errors='strict')`
pub(crate) fn decode(vm: &Vm, a: Args<'_>) -> PyResult {
    let (this, rest) = methods::this(vm, a, "decode")?;
    let (encoding, errors) = codec::codec_arguments(vm, rest, "decode")?;
    Ok(codec::decode(vm, &this.data, a.all()[0], encoding, errors)?.value())
}
