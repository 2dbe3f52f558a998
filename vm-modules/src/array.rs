//! `array`: compact arrays of machine numbers.
//!
//! An array has one block of bytes behind one reference, like a list. Reading an item takes no lock; whatever changes
//! the array holds the object's lock, under which nothing is allocated and no Python code runs.

mod methods;

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, GetSetDef, Native, NativeBuffer, NativePayload, TypeDef},
    object::{
        bytes::Bytes,
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Slot},
        int::IntRef,
        items::RootVec,
        module::Module,
        raw::RawBlock,
        slice::{Slice, SliceRange},
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

/// What an array holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TypeCode(u8);

const CODES: &[u8] = b"bBuwhHiIlLqQfd";

impl TypeCode {
    fn size(self) -> usize {
        match self.0 {
            b'b' | b'B' => 1,
            b'h' | b'H' => 2,
            b'i' | b'I' | b'f' | b'u' | b'w' => 4,
            _ => 8,
        }
    }
    fn is_text(self) -> bool {
        matches!(self.0, b'u' | b'w')
    }

    /// The raw bits of a value.
    fn encode(self, vm: &Vm, v: Value) -> PyResult<u64> {
        // As C's argument parsing does it: to a long, to what it is passed as, to what is stored.
        let limits = |steps: &[(&str, i64, i64)]| -> PyResult<u64> {
            let i = vm.index(v)?;
            let Some(n) = IntRef::of(i).and_then(IntRef::to_i64) else {
                return Err(vm.overflow_error("Python int too large to convert to C long"));
            };
            for &(name, min, max) in steps {
                if n < min {
                    return Err(vm.overflow_error(format!("{name} is less than minimum")));
                }
                if n > max {
                    return Err(vm.overflow_error(format!("{name} is greater than maximum")));
                }
            }
            Ok(n as u64)
        };
        let short = ("signed short integer", -0x8000, 0x7FFF);
        let int = ("signed integer", i64::from(i32::MIN), i64::from(i32::MAX));
        match self.0 {
            b'd' => Ok(vm.float_of(v)?.to_bits()),
            b'f' => Ok(u64::from((vm.float_of(v)? as f32).to_bits())),
            b'b' => limits(&[short, ("signed char", -128, 127)]),
            b'B' => limits(&[("unsigned byte integer", 0, 255)]),
            b'h' => limits(&[short]),
            b'H' => limits(&[int, ("unsigned short", 0, 0xFFFF)]),
            b'i' => limits(&[int]),
            b'l' | b'q' => {
                let i = vm.index(v)?;
                IntRef::of(i).and_then(IntRef::to_i64).map(|n| n as u64).ok_or_else(|| {
                    vm.overflow_error(if self.0 == b'l' {
                        "Python int too large to convert to C long"
                    } else {
                        "int too big to convert"
                    })
                })
            }
            b'I' | b'L' | b'Q' => {
                let i = vm.index(v)?;
                let n = IntRef::of(i).unwrap_or(IntRef::Small(0));
                if n.is_negative() {
                    return Err(vm.overflow_error(if self.0 == b'Q' {
                        "can't convert negative int to unsigned"
                    } else {
                        "can't convert negative value to unsigned int"
                    }));
                }
                match n.to_u64() {
                    Some(n) if self.0 == b'I' && n > u64::from(u32::MAX) => {
                        Err(vm.overflow_error("unsigned int is greater than maximum"))
                    }
                    Some(n) => Ok(n),
                    None if self.0 == b'Q' => Err(vm.overflow_error("int too big to convert")),
                    None => Err(vm.overflow_error("Python int too large to convert to C unsigned long")),
                }
            }
            _ => match v.downcast::<Str>() {
                Some(s) if s.len() == 1 => Ok(u64::from(s.code_point(0))),
                Some(s) => Err(vm.type_error(format!(
                    "array item must be a unicode character, not a string of length {}",
                    s.len()
                ))),
                None => Err(
                    vm.type_error(format!("array item must be a unicode character, not {}", vm.type_name(v)))
                ),
            },
        }
    }

    /// The value of raw bits.
    #[inline]
    fn decode(self, vm: &Vm, bits: u64) -> PyResult {
        match self.0 {
            b'd' => vm.new_float(f64::from_bits(bits)),
            b'f' => vm.new_float(f64::from(f32::from_bits(bits as u32))),
            b'b' => Ok(Value::small_int(i64::from(bits as i8))),
            b'h' => Ok(Value::small_int(i64::from(bits as i16))),
            b'i' => Ok(Value::small_int(i64::from(bits as i32))),
            b'l' | b'q' => vm.new_int(bits as i64),
            b'L' | b'Q' => vm.new_int_u64(bits),
            b'B' | b'H' | b'I' => Ok(Value::small_int(bits as i64)),
            _ => {
                if bits > 0x10_FFFF {
                    return Err(
                        vm.value_error(format!("character U+{bits:x} is not in range [U+0000; U+10ffff]"))
                    );
                }
                Ok(vm.new_char(bits as u32)?.value())
            }
        }
    }

    #[inline]
    fn load(self, b: &RawBlock, i: usize) -> Option<u64> {
        match self.size() {
            8 => b.load_u64(i),
            4 => b.load_u32(i).map(u64::from),
            2 => b.load_u16(i).map(u64::from),
            _ => b.load_u8(i).map(u64::from),
        }
    }

    #[inline]
    fn store(self, b: &RawBlock, i: usize, bits: u64) {
        match self.size() {
            8 => b.store_u64(i, bits),
            4 => b.store_u32(i, bits as u32),
            2 => b.store_u16(i, bits as u16),
            _ => b.store_u8(i, bits as u8),
        };
    }
}

/// Payload of an array.
pub(crate) struct Array {
    code: TypeCode,
    block: Slot,
}

impl NativePayload for Array {
    fn trace(&self, m: &mut Marker) {
        self.block.trace(m);
    }
    fn buffer(&self) -> Option<NativeBuffer> {
        Some(NativeBuffer { block: self.block(), format: self.code.0, item: self.code.size() })
    }
}

type This = Gc<Native<Array>>;

impl Array {
    #[inline(always)]
    fn block(&self) -> Gc<RawBlock> {
        // SAFETY: the slot is set to a block at creation, and only ever to another block.
        unsafe { self.block.get().downcast_unchecked() }
    }
    fn len(&self) -> usize {
        self.block().len() / self.code.size()
    }
}

pub(crate) fn init(vm: &Vm) -> PyResult<Gc<Module>> {
    let m = vm.new_module("array")?;
    let class = vm.define_type(&DEF, vm.types().object)?;
    vm.add_value(m, "array", class.value())?;
    vm.add_value(m, "ArrayType", class.value())?;
    vm.add_value(m, "typecodes", vm.new_ascii(CODES)?.value())?;
    Ok(m)
}

static DEF: TypeDef = TypeDef {
    name: "array.array",
    doc: "array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode.",
    kind: Native::<Array>::KIND,
    size: Native::<Array>::SIZE,
    flags: type_flags::BASETYPE | type_flags::SEQUENCE | type_flags::WEAKREF,
    slots: TypeSlots {
        new: Some(new),
        len: Some(|vm, v| Ok(this(vm, v)?.payload.len())),
        getitem: Some(getitem),
        setitem: Some(setitem),
        contains: Some(contains),
        iter: Some(|vm, v| vm.new_seq_iterator(v)),
        repr: Some(repr),
        compare: Some(compare),
        binary: Some(binary),
        binary_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16,
        inplace: Some(inplace),
        inplace_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16,
        ..NO_SLOTS
    },
    methods: methods::METHODS,
    getset: &[
        GetSetDef::read_only("typecode", |vm, v| {
            Ok(vm.new_char(u32::from(this(vm, v)?.payload.code.0))?.value())
        }),
        GetSetDef::read_only("itemsize", |vm, v| {
            Ok(Value::small_int(this(vm, v)?.payload.code.size() as i64))
        }),
    ],
};

/// The array that dispatch says `v` is.
#[inline]
fn this(vm: &Vm, v: Value) -> PyResult<This> {
    v.native::<Array>().ok_or_else(|| vm.type_error("an array is required"))
}

/// A new array of class `class` around `block`.
fn make(vm: &Vm, class: Gc<Type>, code: TypeCode, block: Gc<RawBlock>) -> PyResult<This> {
    vm.new_native_object(class, Array { code, block: Slot::new(block.value()) })
}

/// A new array like `like` with these bytes.
fn of_bytes(vm: &Vm, like: This, bytes: &[u8]) -> PyResult {
    let block = vm.new_raw_block(bytes.len())?;
    block.write(0, bytes);
    block.set_len(bytes.len());
    Ok(make(vm, exact_class(vm, like), like.payload.code, block)?.value())
}

/// The class `array` itself, whatever subclass `like` is of.
fn exact_class(vm: &Vm, like: This) -> Gc<Type> {
    let mut class = vm.type_of(like.value());
    // Subclasses are made by class statements; the first base that is not is `array`.
    while class.has_flag(type_flags::HEAP) {
        match class.base.get() {
            Some(b) => class = b,
            None => break,
        }
    }
    class
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let args = args.range(vm, "array", 1, 2)?;
    let code = match args[0].downcast::<Str>() {
        Some(s) if s.len() == 1 => s.code_point(0),
        _ => {
            return Err(vm.type_error(format!(
                "array() argument 1 must be a unicode character, not {}",
                vm.type_name(args[0])
            )));
        }
    };
    let Some(code) = u8::try_from(code).ok().filter(|c| CODES.contains(c)).map(TypeCode) else {
        return Err(vm.value_error("bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)"));
    };
    let init = args.get(1).copied();
    if let Some(v) = init
        && v.downcast::<Str>().is_some()
        && !code.is_text()
    {
        return Err(vm.type_error(format!(
            "cannot use a str to initialize an array with typecode '{}'",
            code.0 as char
        )));
    }
    if let Some(v) = init
        && let Some(other) = v.native::<Array>()
        && code.is_text() != other.payload.code.is_text()
    {
        return Err(vm.type_error(format!(
            "cannot use a unicode array to initialize an array with typecode '{}'",
            code.0 as char
        )));
    }
    let a = make(vm, class, code, vm.new_raw_block(0)?)?;
    if let Some(v) = init {
        if let Some(bytes) = methods::bytes_of(v) {
            methods::append_bytes(vm, a, &bytes)?;
        } else {
            methods::extend_from(vm, a, v, true)?;
        }
    }
    Ok(a.value())
}

#[inline]
fn index_in(vm: &Vm, key: Value, len: usize, what: &str) -> PyResult<usize> {
    let i = vm.index_i64(key)?;
    let i = if i < 0 { i + len as i64 } else { i };
    match usize::try_from(i) {
        Ok(i) if i < len => Ok(i),
        _ => Err(vm.index_error(what)),
    }
}

fn getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    let a = this(vm, v)?;
    let code = a.payload.code;
    let block = a.payload.block();
    // The whole fast path: a small non-negative index.
    if let Some(i) = key.as_small_int()
        && let Ok(i) = usize::try_from(i)
        && let Some(bits) = code.load(&block, i)
    {
        return code.decode(vm, bits);
    }
    if let Some(s) = key.downcast::<Slice>() {
        let r = vm.slice_range(s, block.len() / code.size())?;
        return of_bytes(vm, a, &select(&block, code, r));
    }
    if !vm.is_int(key) && vm.type_lookup(vm.type_of(key), vm.names().__index__).is_none() {
        return Err(vm.type_error("array indices must be integers"));
    }
    let i = index_in(vm, key, block.len() / code.size(), "array index out of range")?;
    match code.load(&block, i) {
        Some(bits) => code.decode(vm, bits),
        None => Err(vm.index_error("array index out of range")),
    }
}

/// The bytes of the items that a slice selects.
fn select(block: &RawBlock, code: TypeCode, r: SliceRange) -> Vec<u8> {
    let w = code.size();
    if r.step == 1 {
        return block.to_vec(r.start as usize * w, (r.start as usize + r.count) * w);
    }
    r.indices().flat_map(|i| block.to_vec(i * w, (i + 1) * w)).collect()
}

fn setitem(vm: &Vm, v: Value, key: Value, value: Option<Value>) -> PyResult<()> {
    let a = this(vm, v)?;
    let code = a.payload.code;
    if let Some(s) = key.downcast::<Slice>() {
        return set_slice(vm, a, s, value);
    }
    if !vm.is_int(key) && vm.type_lookup(vm.type_of(key), vm.names().__index__).is_none() {
        return Err(vm.type_error("array indices must be integers"));
    }
    let what = "array assignment index out of range";
    let Some(value) = value else {
        let i = index_in(vm, key, a.payload.len(), what)?;
        return methods::remove_range(vm, a, i, i + 1);
    };
    let raw = vm.index_i64(key)?;
    let bits = code.encode(vm, value)?;
    let _g = vm.lock(a.header());
    let block = a.payload.block();
    let len = block.len() / code.size();
    let i = if raw < 0 { raw + len as i64 } else { raw };
    match usize::try_from(i) {
        Ok(i) if i < len => {
            code.store(&block, i, bits);
            Ok(())
        }
        _ => {
            drop(_g);
            Err(vm.index_error(what))
        }
    }
}

fn set_slice(vm: &Vm, a: This, s: Gc<Slice>, value: Option<Value>) -> PyResult<()> {
    let code = a.payload.code;
    let w = code.size();
    let bounds = vm.slice_bounds(s)?;
    let bytes = match value {
        None => Vec::new(),
        Some(v) => match v.native::<Array>() {
            Some(o) if o.payload.code == code => o.payload.block().to_vec(0, usize::MAX),
            Some(_) => return Err(vm.type_error("bad argument type for built-in operation")),
            None => {
                return Err(vm.type_error(format!(
                    "can only assign array (not \"{}\") to array slice",
                    vm.type_name(v)
                )));
            }
        },
    };
    loop {
        let block = a.payload.block();
        let r = bounds.of(block.len() / w);
        if r.step == 1 {
            let (from, to) = (r.start as usize * w, (r.start as usize + r.count) * w);
            if methods::replace_bytes(vm, a, block, from, to, &bytes)? {
                return Ok(());
            }
            continue;
        }
        if value.is_none() {
            // What stays, in order.
            let gone = r.ascending();
            let mut keep = Vec::with_capacity(block.len());
            let mut next = gone.indices().peekable();
            for i in 0..block.len() / w {
                if next.peek() == Some(&i) {
                    next.next();
                } else {
                    keep.extend(block.to_vec(i * w, (i + 1) * w));
                }
            }
            if methods::replace_bytes(vm, a, block, 0, block.len(), &keep)? {
                return Ok(());
            }
            continue;
        }
        if bytes.len() != r.count * w {
            return Err(vm.value_error(format!(
                "attempt to assign array of size {} to extended slice of size {}",
                bytes.len() / w,
                r.count
            )));
        }
        let _g = vm.lock(a.header());
        let now = a.payload.block();
        if now != block || now.len() / w != bounds_len(&block, w) {
            continue;
        }
        for (i, item) in r.indices().zip(bytes.chunks_exact(w)) {
            now.write(i * w, item);
        }
        return Ok(());
    }
}

fn bounds_len(b: &RawBlock, w: usize) -> usize {
    b.len() / w
}

fn contains(vm: &Vm, v: Value, x: Value) -> PyResult<bool> {
    Ok(methods::find(vm, this(vm, v)?, x, 0, usize::MAX)?.is_some())
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let a = this(vm, v)?;
    let code = a.payload.code.0 as char;
    let name = vm.type_name(v);
    if a.payload.len() == 0 {
        return vm.new_str(&format!("{name}('{code}')"));
    }
    let items = if a.payload.code.is_text() { methods::text_of(vm, a)? } else { methods::list_of(vm, a)? };
    let items = vm.repr(items)?;
    vm.new_str(&format!("{name}('{code}', {})", items.to_str_lossy()))
}

fn compare(vm: &Vm, op: CmpOp, x: Value, y: Value) -> PyResult {
    let (Some(a), Some(b)) = (x.native::<Array>(), y.native::<Array>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (la, lb) = (methods::list_of(vm, a)?, methods::list_of(vm, b)?);
    vm.compare(op, la, lb)
}

fn binary(vm: &Vm, op: BinOp, x: Value, y: Value) -> PyResult {
    match op {
        BinOp::Add => {
            let Some(a) = x.native::<Array>() else { return Ok(Value::NOT_IMPLEMENTED) };
            let Some(b) = y.native::<Array>() else {
                return Err(
                    vm.type_error(format!("can only append array (not \"{}\") to array", vm.type_name(y)))
                );
            };
            if a.payload.code != b.payload.code {
                return Err(vm.type_error("bad argument type for built-in operation"));
            }
            let mut bytes = a.payload.block().to_vec(0, usize::MAX);
            bytes.extend(b.payload.block().to_vec(0, usize::MAX));
            of_bytes(vm, a, &bytes)
        }
        BinOp::Multiply => {
            let (a, n) = match (x.native::<Array>(), y.native::<Array>()) {
                (Some(a), None) => (a, y),
                (None, Some(a)) => (a, x),
                _ => return Ok(Value::NOT_IMPLEMENTED),
            };
            if !vm.is_int(n) && vm.type_lookup(vm.type_of(n), vm.names().__index__).is_none() {
                return Ok(Value::NOT_IMPLEMENTED);
            }
            let block = repeated(vm, a, n)?;
            Ok(make(vm, exact_class(vm, a), a.payload.code, block)?.value())
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// The bytes of `a` repeated `n` times.
fn repeated(vm: &Vm, a: This, n: Value) -> PyResult<Gc<RawBlock>> {
    let n = usize::try_from(vm.index_i64(n)?).unwrap_or(0);
    let bytes = a.payload.block().to_vec(0, usize::MAX);
    let total = bytes.len().checked_mul(n).ok_or_else(|| vm.memory_error())?;
    let block = vm.new_raw_block(total)?;
    if !bytes.is_empty() {
        for i in 0..n {
            block.write(i * bytes.len(), &bytes);
            if i & 0xFFF == 0xFFF {
                vm.poll()?;
            }
        }
    }
    block.set_len(total);
    Ok(block)
}

fn inplace(vm: &Vm, op: BinOp, x: Value, y: Value) -> PyResult {
    let a = this(vm, x)?;
    match op {
        BinOp::Add => {
            let Some(b) = y.native::<Array>() else {
                return Err(
                    vm.type_error(format!("can only extend with array (not \"{}\")", vm.type_name(y)))
                );
            };
            methods::extend_from(vm, a, b.value(), false)?;
            Ok(x)
        }
        BinOp::Multiply if vm.is_int(y) => {
            let block = repeated(vm, a, y)?;
            let _g = vm.lock(a.header());
            a.payload.block.set(vm, a.header(), block.value());
            Ok(x)
        }
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// The bytes of a bytes object.
fn bytes_object(v: Value) -> Option<Vec<u8>> {
    v.downcast::<Bytes>().map(|b| b.as_slice().to_vec())
}

/// Everything that an iterable yields.
fn collect(vm: &Vm, v: Value) -> PyResult<RootVec<'_>> {
    RootVec::collect(vm, v)
}
