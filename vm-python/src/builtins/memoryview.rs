//! `memoryview`: the bytes of another object, as items of a format.
//!
//! A view names the object and looks its storage up at each access, so an object that was resized meanwhile is seen as it is
//! now: there are no reference counts by which `bytearray` could know that nobody looks any more (CPython refuses to resize it).
//! What lies beyond the end of the object then raises IndexError. Views have one dimension.

use vm_compiler::opcodes::CmpOp;
use vm_core::sync::{AtomicBool, Ordering};
use vm_heap::Marker;

use super::bytes::bytes_like;
use crate::{
    error::{PyResult, Thrown},
    native::{Args, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        bytes::{ByteArray, Bytes},
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Slot},
        int::IntRef,
        raw::RawBlock,
        slice::Slice,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

/// Which bytes of an object are seen, and as what.
#[derive(Clone, Copy)]
struct Layout {
    /// Byte of the first item.
    start: usize,
    /// Bytes from one item to the next.
    stride: isize,
    /// Items.
    len: usize,
    /// As `struct` has it.
    format: u8,
    item: usize,
    readonly: bool,
}

impl Layout {
    fn bytes(&self) -> usize {
        self.len * self.item
    }
    fn contiguous(&self) -> bool {
        self.len <= 1 || self.stride == self.item as isize
    }
    /// Where item `i` begins.
    fn at(&self, i: usize) -> usize {
        (self.start as isize + self.stride * i as isize) as usize
    }
}

/// A view.
pub struct MemoryView {
    object: Slot,
    layout: Layout,
    released: AtomicBool,
}

impl NativePayload for MemoryView {
    fn trace(&self, m: &mut Marker) {
        self.object.trace(m);
    }
}

type View = Gc<Native<MemoryView>>;

/// The class `memoryview`.
pub static DEF: TypeDef = TypeDef {
    name: "memoryview",
    doc: "Create a new memoryview object which references the given object.",
    kind: Native::<MemoryView>::KIND,
    size: Native::<MemoryView>::SIZE,
    flags: type_flags::SEQUENCE | type_flags::WEAKREF,
    slots: TypeSlots {
        new: Some(new),
        len: Some(|vm, v| Ok(alive(vm, v)?.payload.layout.len)),
        getitem: Some(getitem),
        setitem: Some(setitem),
        iter: Some(|vm, v| vm.new_seq_iterator(v)),
        compare: Some(compare),
        hash: Some(hash),
        repr: Some(|vm, v| {
            let released = this(vm, v)?.payload.released.load(Ordering::Relaxed);
            vm.new_str(&format!("<{}memory at {:#x}>", if released { "released " } else { "" }, vm.id(v)))
        }),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("release", |vm, a| {
            let (m, rest) = a.this_native::<MemoryView>(vm, "release")?;
            rest.exact::<0>(vm, "memoryview.release")?;
            m.payload.released.store(true, Ordering::Relaxed);
            Ok(Value::NONE)
        }),
        MethodDef::new("__enter__", |vm, a| {
            let [v] = a.exact(vm, "__enter__")?;
            Ok(alive(vm, v)?.value())
        }),
        MethodDef::new("__exit__", |vm, a| {
            let (m, _) = a.this_native::<MemoryView>(vm, "__exit__")?;
            m.payload.released.store(true, Ordering::Relaxed);
            Ok(Value::NONE)
        }),
        MethodDef::new("tobytes", |vm, a| {
            let (m, rest) = a.this_native::<MemoryView>(vm, "tobytes")?;
            rest.bind(vm, "tobytes", ["order"], 0, 0, 1)?;
            let m = alive(vm, m.value())?;
            Ok(vm.new_bytes(&content(m))?.value())
        }),
        MethodDef::new("tolist", |vm, a| {
            let [v] = a.exact(vm, "tolist")?;
            let m = alive(vm, v)?;
            let list = vm.new_list(&[])?;
            for i in 0..m.payload.layout.len {
                list.append(vm, item(vm, m, i)?)?;
            }
            Ok(list.value())
        }),
        MethodDef::new("hex", |vm, a| {
            let (m, rest) = a.this_native::<MemoryView>(vm, "hex")?;
            let m = alive(vm, m.value())?;
            let b = vm.new_bytes(&content(m))?;
            let hex = vm.getattr_str(b.value(), "hex")?;
            vm.call_args(hex, rest)
        }),
        MethodDef::new("toreadonly", |vm, a| {
            let [v] = a.exact(vm, "toreadonly")?;
            let m = alive(vm, v)?;
            make(vm, m.payload.object.get(), Layout { readonly: true, ..m.payload.layout })
        }),
        MethodDef::new("cast", cast),
        MethodDef::new("index", |vm, a| {
            let (m, rest) = a.this_native::<MemoryView>(vm, "index")?;
            let rest = rest.range(vm, "index", 1, 3)?;
            let m = alive(vm, m.value())?;
            let bound = |i: usize, default: i64| rest.get(i).map_or(Ok(default), |&v| vm.slice_index(v));
            let n = m.payload.layout.len as i64;
            let clip = |i: i64| if i < 0 { (i + n).max(0) } else { i.min(n) };
            let (from, to) = (clip(bound(1, 0)?), clip(bound(2, n)?));
            for i in from..to {
                if vm.eq(item(vm, m, i as usize)?, rest[0])? {
                    return Ok(Value::small_int(i));
                }
            }
            Err(vm.value_error("memoryview.index(x): x not found"))
        }),
        MethodDef::new("count", |vm, a| {
            let [v, x] = a.exact(vm, "count")?;
            let m = alive(vm, v)?;
            let mut n = 0;
            for i in 0..m.payload.layout.len {
                n += i64::from(vm.eq(item(vm, m, i)?, x)?);
            }
            Ok(Value::small_int(n))
        }),
        MethodDef::class("__class_getitem__", super::generic_alias::class_getitem),
    ],
    getset: &[
        GetSetDef::read_only("obj", |vm, v| Ok(alive(vm, v)?.payload.object.get())),
        GetSetDef::read_only("nbytes", |vm, v| number(alive(vm, v)?.payload.layout.bytes())),
        GetSetDef::read_only("readonly", |vm, v| Ok(Value::bool(alive(vm, v)?.payload.layout.readonly))),
        GetSetDef::read_only("itemsize", |vm, v| number(alive(vm, v)?.payload.layout.item)),
        GetSetDef::read_only("format", |vm, v| {
            Ok(vm.new_char(u32::from(alive(vm, v)?.payload.layout.format))?.value())
        }),
        GetSetDef::read_only("ndim", |vm, v| alive(vm, v).map(|_| Value::small_int(1))),
        GetSetDef::read_only("shape", |vm, v| {
            let n = number(alive(vm, v)?.payload.layout.len)?;
            Ok(vm.new_tuple(&[n])?.value())
        }),
        GetSetDef::read_only("strides", |vm, v| {
            let n = Value::small_int(alive(vm, v)?.payload.layout.stride as i64);
            Ok(vm.new_tuple(&[n])?.value())
        }),
        GetSetDef::read_only("suboffsets", |vm, v| {
            alive(vm, v)?;
            Ok(vm.new_tuple(&[])?.value())
        }),
        GetSetDef::read_only("c_contiguous", |vm, v| {
            Ok(Value::bool(alive(vm, v)?.payload.layout.contiguous()))
        }),
        GetSetDef::read_only("f_contiguous", |vm, v| {
            Ok(Value::bool(alive(vm, v)?.payload.layout.contiguous()))
        }),
        GetSetDef::read_only("contiguous", |vm, v| {
            Ok(Value::bool(alive(vm, v)?.payload.layout.contiguous()))
        }),
    ],
};

fn number(n: usize) -> PyResult {
    Ok(Value::small_int(n as i64))
}

fn this(vm: &Vm, v: Value) -> PyResult<View> {
    v.native::<MemoryView>().ok_or_else(|| vm.type_error("a memoryview is required"))
}

/// A view that was not released.
fn alive(vm: &Vm, v: Value) -> PyResult<View> {
    let m = this(vm, v)?;
    if m.payload.released.load(Ordering::Relaxed) {
        return Err(vm.value_error("operation forbidden on released memoryview object"));
    }
    Ok(m)
}

fn make(vm: &Vm, object: Value, layout: Layout) -> PyResult {
    let payload = MemoryView { object: Slot::new(object), layout, released: AtomicBool::new(false) };
    Ok(vm.new_native_object(vm.types().memoryview, payload)?.value())
}

/// Where an object's bytes are at this moment.
enum Storage {
    Fixed(Gc<Bytes>),
    Block(Gc<RawBlock>),
}

fn storage(object: Value) -> Option<Storage> {
    if let Some(b) = object.downcast::<Bytes>() {
        return Some(Storage::Fixed(b));
    }
    match object.downcast::<ByteArray>() {
        Some(b) => b.block().map(Storage::Block),
        None => object.native_buffer().map(|b| Storage::Block(b.block)),
    }
}

impl Storage {
    fn byte(&self, at: usize) -> Option<u8> {
        match self {
            Storage::Fixed(b) => b.as_slice().get(at).copied(),
            Storage::Block(b) => b.load_u8(at),
        }
    }
    /// The bits of an item of `n` bytes; aligned ones are read at once.
    fn bits(&self, at: usize, n: usize) -> Option<u64> {
        if let Storage::Block(b) = self
            && at.is_multiple_of(n)
        {
            return match n {
                8 => b.load_u64(at / 8),
                4 => b.load_u32(at / 4).map(u64::from),
                2 => b.load_u16(at / 2).map(u64::from),
                _ => b.load_u8(at).map(u64::from),
            };
        }
        (0..n).try_fold(0, |bits, i| Some(bits | u64::from(self.byte(at + i)?) << (8 * i)))
    }
}

/// The content of a view, gathered; what is beyond the object's end now is left out.
fn content(m: View) -> Vec<u8> {
    let layout = m.payload.layout;
    let Some(s) = storage(m.payload.object.get()) else { return Vec::new() };
    let at = (0..layout.len).flat_map(|i| (0..layout.item).map(move |b| layout.at(i) + b));
    at.map_while(|at| s.byte(at)).collect()
}

/// The content of `v`, if it is a view that was not released.
pub(super) fn bytes_of(v: Value) -> Option<Vec<u8>> {
    let m = v.native::<MemoryView>()?;
    (!m.payload.released.load(Ordering::Relaxed)).then(|| content(m))
}

fn new(vm: &Vm, _: Gc<Type>, args: Args<'_>) -> PyResult {
    let [object] = args.bind::<1>(vm, "memoryview", ["object"], 1, 0, 1)?;
    if object.native::<MemoryView>().is_some() {
        let m = alive(vm, object)?;
        return make(vm, m.payload.object.get(), m.payload.layout);
    }
    let plain = |len, readonly| Layout { start: 0, stride: 1, len, format: b'B', item: 1, readonly };
    let layout = if let Some(b) = object.downcast::<Bytes>() {
        plain(b.len(), true)
    } else if let Some(b) = object.downcast::<ByteArray>() {
        plain(b.len(), false)
    } else if let Some(b) = object.native_buffer() {
        let item = b.item;
        Layout { len: b.block.len() / item, stride: item as isize, item, format: b.format, ..plain(0, false) }
    } else {
        return Err(vm.type_error(format!(
            "memoryview: a bytes-like object is required, not '{}'",
            vm.type_name(object)
        )));
    };
    make(vm, object, layout)
}

/// Bytes of an item of a format.
fn item_size(format: u8) -> Option<usize> {
    Some(match format {
        b'c' | b'b' | b'B' | b'?' => 1,
        b'h' | b'H' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' | b'q' | b'Q' | b'n' | b'N' | b'P' | b'd' => 8,
        _ => return None,
    })
}

fn unsupported(vm: &Vm, format: u8) -> Thrown {
    vm.not_implemented_error(format!("memoryview: format {} not supported", format as char))
}

/// Item `i`, which is in range.
fn item(vm: &Vm, m: View, i: usize) -> PyResult {
    let layout = m.payload.layout;
    if item_size(layout.format).is_none() {
        return Err(unsupported(vm, layout.format));
    }
    let bits = storage(m.payload.object.get()).and_then(|s| s.bits(layout.at(i), layout.item));
    let Some(bits) = bits else { return Err(vm.index_error("index out of bounds on dimension 1")) };
    match layout.format {
        b'c' => Ok(vm.new_bytes(&[bits as u8])?.value()),
        b'b' => Ok(Value::small_int(i64::from(bits as i8))),
        b'?' => Ok(Value::bool(bits != 0)),
        b'h' => Ok(Value::small_int(i64::from(bits as i16))),
        b'i' => Ok(Value::small_int(i64::from(bits as i32))),
        b'l' | b'q' | b'n' => vm.new_int(bits as i64),
        b'f' => vm.new_float(f64::from(f32::from_bits(bits as u32))),
        b'd' => vm.new_float(f64::from_bits(bits)),
        _ => vm.new_int_u64(bits),
    }
}

/// The bits of a value in a format.
fn encode(vm: &Vm, format: u8, v: Value) -> PyResult<u64> {
    let invalid = |what: &str| format!("memoryview: invalid {what} for format '{}'", format as char);
    let wrong_type = |e: Thrown| {
        if e.is(vm, vm.exc().type_error) { vm.type_error(invalid("type")) } else { e }
    };
    let out_of_range = || vm.value_error(invalid("value"));
    let signed = |min: i64, max: i64| {
        let i = vm.index(v).map_err(wrong_type)?;
        let n = IntRef::of(i).and_then(IntRef::to_i64).filter(|n| (min..=max).contains(n));
        n.map(|n| n as u64).ok_or_else(out_of_range)
    };
    let unsigned = |max: u64| {
        let i = vm.index(v).map_err(wrong_type)?;
        let n = IntRef::of(i).filter(|n| !n.is_negative()).and_then(IntRef::to_u64).filter(|n| *n <= max);
        n.ok_or_else(out_of_range)
    };
    match format {
        b'c' => match v.downcast::<Bytes>() {
            Some(b) if b.len() == 1 => Ok(u64::from(b.as_slice()[0])),
            Some(_) => Err(out_of_range()),
            None => Err(vm.type_error(invalid("type"))),
        },
        b'?' => Ok(u64::from(vm.truthy(v)?)),
        b'b' => signed(-128, 127),
        b'h' => signed(-0x8000, 0x7FFF),
        b'i' => signed(i64::from(i32::MIN), i64::from(i32::MAX)),
        b'l' | b'q' | b'n' => signed(i64::MIN, i64::MAX),
        b'B' => unsigned(0xFF),
        b'H' => unsigned(0xFFFF),
        b'I' => unsigned(0xFFFF_FFFF),
        b'f' => Ok(u64::from((vm.float_of(v).map_err(wrong_type)? as f32).to_bits())),
        b'd' => Ok(vm.float_of(v).map_err(wrong_type)?.to_bits()),
        b'L' | b'Q' | b'N' | b'P' => unsigned(u64::MAX),
        _ => Err(unsupported(vm, format)),
    }
}

/// The item that a subscript names.
fn index(vm: &Vm, m: View, key: Value) -> PyResult<usize> {
    if !vm.is_int(key) && vm.type_lookup(vm.type_of(key), vm.names().__index__).is_none() {
        return Err(vm.type_error("memoryview: invalid slice key"));
    }
    let (i, n) = (vm.index_i64(key)?, m.payload.layout.len as i64);
    let i = if i < 0 { i + n } else { i };
    if (0..n).contains(&i) {
        Ok(i as usize)
    } else {
        Err(vm.index_error("index out of bounds on dimension 1"))
    }
}

/// The part of a view that a slice names.
fn part(vm: &Vm, m: View, slice: Gc<Slice>) -> PyResult<Layout> {
    let layout = m.payload.layout;
    let r = vm.slice_range(slice, layout.len)?;
    let start = if r.count == 0 { layout.start } else { layout.at(r.start as usize) };
    Ok(Layout { start, stride: layout.stride.wrapping_mul(r.step as isize), len: r.count, ..layout })
}

fn getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    let m = alive(vm, v)?;
    if let Some(slice) = key.downcast::<Slice>() {
        return make(vm, m.payload.object.get(), part(vm, m, slice)?);
    }
    item(vm, m, index(vm, m, key)?)
}

fn setitem(vm: &Vm, v: Value, key: Value, value: Option<Value>) -> PyResult<()> {
    let m = alive(vm, v)?;
    let layout = m.payload.layout;
    if layout.readonly {
        return Err(vm.type_error("cannot modify read-only memory"));
    }
    let Some(value) = value else { return Err(vm.type_error("cannot delete memory")) };
    let (target, bytes) = match key.downcast::<Slice>() {
        Some(slice) => {
            let target = part(vm, m, slice)?;
            let source = new(vm, vm.types().memoryview, Args::new(&[value]))?;
            let source = this(vm, source)?;
            if source.payload.layout.format != target.format || source.payload.layout.len != target.len {
                return Err(
                    vm.value_error("memoryview assignment: lvalue and rvalue have different structures")
                );
            }
            (target, content(source))
        }
        None => {
            let i = index(vm, m, key)?;
            let bits = encode(vm, layout.format, value)?;
            let target = Layout { start: layout.at(i), len: 1, ..layout };
            (target, bits.to_le_bytes()[..layout.item].to_vec())
        }
    };
    // The value's `__index__` may have released the view.
    let m = alive(vm, v)?;
    let object = m.payload.object.get();
    let Some(h) = object.header() else { return Ok(()) };
    let _g = vm.lock(h);
    let Some(Storage::Block(block)) = storage(object) else { return Ok(()) };
    for (i, chunk) in bytes.chunks_exact(target.item).enumerate() {
        let at = target.at(i);
        if at + target.item > block.len() {
            break;
        }
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_le_bytes(word);
        match target.item {
            8 if at.is_multiple_of(8) => block.store_u64(at / 8, bits),
            4 if at.is_multiple_of(4) => block.store_u32(at / 4, bits as u32),
            2 if at.is_multiple_of(2) => block.store_u16(at / 2, bits as u16),
            _ => {
                block.write(at, chunk);
                true
            }
        };
    }
    Ok(())
}

fn cast(vm: &Vm, a: Args<'_>) -> PyResult {
    let (m, rest) = a.this_native::<MemoryView>(vm, "cast")?;
    let [format, shape] = rest.bind::<2>(vm, "cast", ["format", "shape"], 1, 0, 2)?;
    let m = alive(vm, m.value())?;
    let Some(text) = format.downcast::<Str>() else {
        return Err(vm.type_error("format argument must be a string"));
    };
    if !shape.is_unbound() {
        return Err(vm.not_implemented_error("memoryview: views have one dimension here"));
    }
    let layout = m.payload.layout;
    if !layout.contiguous() {
        return Err(vm.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let text = text.to_str_lossy();
    let known = match text.strip_prefix('@').unwrap_or(&text).as_bytes() {
        &[f] => item_size(f).map(|n| (f, n)),
        _ => None,
    };
    let Some((format, item)) = known else {
        return Err(vm.value_error(
            "memoryview: destination format must be a native single character format prefixed with an optional '@'",
        ));
    };
    let is_bytes = |f: u8| matches!(f, b'b' | b'B' | b'c');
    if !is_bytes(format) && !is_bytes(layout.format) {
        return Err(vm.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let bytes = layout.bytes();
    if !bytes.is_multiple_of(item) {
        return Err(vm.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let layout = Layout { stride: item as isize, len: bytes / item, format, item, ..layout };
    make(vm, m.payload.object.get(), layout)
}

fn hash(vm: &Vm, v: Value) -> PyResult<i64> {
    let m = alive(vm, v)?;
    let layout = m.payload.layout;
    if !layout.readonly {
        return Err(vm.value_error("cannot hash writable memoryview object"));
    }
    if !matches!(layout.format, b'b' | b'B' | b'c') {
        return Err(vm.value_error("memoryview: hashing is restricted to formats 'B', 'b' or 'c'"));
    }
    vm.hash(vm.new_bytes(&content(m))?.value())
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    if !matches!(op, CmpOp::Eq | CmpOp::Ne) {
        return Ok(Value::NOT_IMPLEMENTED);
    }
    let view = |v: Value| -> PyResult<Option<View>> {
        match v.native::<MemoryView>() {
            Some(m) => Ok(Some(m)),
            None if bytes_like(v).is_none() => Ok(None),
            None => this(vm, new(vm, vm.types().memoryview, Args::new(&[v]))?).map(Some),
        }
    };
    let (Some(x), Some(y)) = (view(a)?, view(b)?) else { return Ok(Value::NOT_IMPLEMENTED) };
    let released = |m: View| m.payload.released.load(Ordering::Relaxed);
    let equal = if released(x) || released(y) { a == b } else { same_items(vm, x, y)? };
    Ok(Value::bool(equal == (op == CmpOp::Eq)))
}

fn same_items(vm: &Vm, x: View, y: View) -> PyResult<bool> {
    let (p, q) = (x.payload.layout, y.payload.layout);
    if p.len != q.len || item_size(p.format).is_none() || item_size(q.format).is_none() {
        return Ok(false);
    }
    if p.format == q.format && !matches!(p.format, b'f' | b'd' | b'?') {
        return Ok(content(x) == content(y));
    }
    for i in 0..p.len {
        let (v, w) = (item(vm, x, i)?, item(vm, y, i)?);
        // By value, even where it is the same NaN.
        if vm.compare(CmpOp::Eq, v, w)?.as_bool() != Some(true) {
            return Ok(false);
        }
    }
    Ok(true)
}
