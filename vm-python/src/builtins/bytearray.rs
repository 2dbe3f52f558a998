//! `bytearray`.

use vm_compiler::opcodes::BinOp;

use super::{
    bytes::{bytes_like, collect, compare, contains, content_of, iter, methods, resolve, subscript},
    str::{repeat_count, repr::repr_bytes},
};
use crate::{
    error::PyResult,
    native::{Args, MethodDef, TypeDef},
    object::{
        bytes::ByteArray,
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Object},
        slice::{Slice, SliceRange},
        str::Str,
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// The class `bytearray`.
pub static DEF: TypeDef = TypeDef {
    name: "bytearray",
    doc: "bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\n\
          bytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\n\
          bytearray(int) -> bytes array of size given by the parameter initialized with null bytes\n\
          bytearray() -> empty bytes array\n\nConstruct a mutable bytearray object from:\n  \
          - an iterable yielding integers in range(256)\n  \
          - a text string encoded using the specified encoding\n  \
          - a bytes or a buffer object\n  - any object implementing the buffer API.\n  - an integer",
    kind: ByteArray::KIND,
    size: size_of::<ByteArray>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16 | 1 << BinOp::Remainder as u16,
        inplace: Some(inplace),
        inplace_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16,
        compare: Some(compare),
        repr: Some(repr),
        len: Some(|_, v| Ok(of(v).len())),
        getitem: Some(getitem),
        setitem: Some(setitem),
        contains: Some(contains),
        iter: Some(iter),
        new: Some(new),
        init: Some(init),
        ..NO_SLOTS
    },
    methods: &METHODS,
    ..NO_DEF
};

static METHODS: [MethodDef; methods::SHARED.len() + 11] = methods::concat(
    methods::SHARED,
    [
        MethodDef::new("append", append),
        MethodDef::new("clear", |vm, a| {
            let (b, []) = a.method::<ByteArray, 0>(vm, "bytearray.clear")?;
            let empty = vm.new_raw_block(0)?;
            b.replace(vm, empty);
            Ok(Value::NONE)
        }),
        MethodDef::new("copy", |vm, a| {
            let (b, []) = a.method::<ByteArray, 0>(vm, "bytearray.copy")?;
            Ok(vm.new_bytearray(&b.to_vec())?.value())
        }),
        MethodDef::new("extend", extend),
        MethodDef::new("insert", insert),
        MethodDef::new("pop", pop),
        MethodDef::new("remove", remove),
        MethodDef::new("reverse", |vm, a| {
            let (b, []) = a.method::<ByteArray, 0>(vm, "bytearray.reverse")?;
            b.edit(vm, |block| {
                let n = block.len();
                for i in 0..n / 2 {
                    let (x, y) = (block.load_u8(i).unwrap_or(0), block.load_u8(n - 1 - i).unwrap_or(0));
                    block.store_u8(i, y);
                    block.store_u8(n - 1 - i, x);
                }
                (n, ())
            });
            Ok(Value::NONE)
        }),
        MethodDef::new("__alloc__", |vm, a| {
            let (b, []) = a.method::<ByteArray, 0>(vm, "bytearray.__alloc__")?;
            vm.new_int(b.block().map_or(0, |b| b.cap()) as i64)
        }),
        MethodDef::new("__reduce__", reduce),
        MethodDef::new("__reduce_ex__", |vm, a| {
            let (_, [_]) = a.method::<ByteArray, 1>(vm, "bytearray.__reduce_ex__")?;
            reduce(vm, Args::new(&a.all()[..1]))
        }),
    ],
);

/// Self of a slot.
fn of(v: Value) -> Gc<ByteArray> {
    // SAFETY: slots get a self of their layout.
    unsafe { v.downcast_unchecked() }
}

fn new(vm: &Vm, class: Gc<Type>, _: Args<'_>) -> PyResult {
    let block = vm.new_raw_block(0)?;
    // SAFETY: instances of this class have the layout of ByteArray; nobody else sees the fresh cell.
    let b: Gc<ByteArray> = unsafe { Gc::from_ptr(vm.alloc_instance_of(class)?.cast()) };
    b.replace(vm, block);
    Ok(b.value())
}

fn init(vm: &Vm, v: Value, args: Args<'_>) -> PyResult<()> {
    let content = content_of(vm, "bytearray", args)?;
    of(v).splice(vm, 0, usize::MAX, &content)
}

fn repr(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    let shown = repr_bytes(&of(v).to_vec());
    let shown = String::from_utf8_lossy(&shown);
    vm.new_str(&format!("{}({shown})", vm.type_name(v)))
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    let made = match op {
        BinOp::Add => {
            // `bytes + bytearray` is for bytes.
            let (Some(x), Some(y)) = (a.downcast::<ByteArray>(), bytes_like(b)) else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            vm.check_room(x.len().saturating_add(y.len()))?;
            [&x.to_vec()[..], &y].concat()
        }
        BinOp::Multiply => {
            let (s, n) = match a.downcast::<ByteArray>() {
                Some(s) => (s, b),
                None => (of(b), a),
            };
            let content = s.to_vec();
            let Some(n) = repeat_count(vm, n, content.len(), "repeated bytes are too long")? else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            vm.check_room(content.len() * n)?;
            content.repeat(n)
        }
        BinOp::Remainder => match a.downcast::<ByteArray>() {
            Some(fmt) => vm.format_percent_bytes(&fmt.to_vec(), b)?,
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
        _ => return Ok(Value::NOT_IMPLEMENTED),
    };
    Ok(vm.new_bytearray(&made)?.value())
}

fn inplace(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    let this = of(a);
    match op {
        BinOp::Add => match bytes_like(b) {
            Some(y) => this.extend(vm, &y)?,
            None => return Ok(Value::NOT_IMPLEMENTED),
        },
        BinOp::Multiply => {
            let content = this.to_vec();
            let Some(n) = repeat_count(vm, b, content.len(), "repeated bytes are too long")? else {
                return Ok(Value::NOT_IMPLEMENTED);
            };
            vm.check_room(content.len() * n)?;
            this.splice(vm, 0, usize::MAX, &content.repeat(n))?;
        }
        _ => return Ok(Value::NOT_IMPLEMENTED),
    }
    Ok(a)
}

const RANGE: &str = "bytearray index out of range";

fn getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    let b = of(v);
    if let Some(slice) = key.downcast::<Slice>() {
        let bounds = vm.slice_bounds(slice)?;
        let content = b.to_vec();
        let picked: Vec<u8> = bounds.of(content.len()).indices().map(|i| content[i]).collect();
        return Ok(vm.new_bytearray(&picked)?.value());
    }
    let i = resolve(vm, subscript(vm, key, "bytearray")?, b.len(), RANGE)?;
    match b.get(i) {
        Some(x) => Ok(Value::small_int(x.into())),
        None => Err(vm.index_error(RANGE)),
    }
}

fn setitem(vm: &Vm, v: Value, key: Value, value: Option<Value>) -> PyResult<()> {
    let b = of(v);
    if let Some(slice) = key.downcast::<Slice>() {
        return set_slice(vm, b, slice, value);
    }
    let i = subscript(vm, key, "bytearray")?;
    match value {
        None => {
            let i = resolve(vm, i, b.len(), RANGE)?;
            b.splice(vm, i, i + 1, &[])
        }
        Some(x) => {
            let x = vm.byte_value(x, "byte")?;
            let i = resolve(vm, i, b.len(), RANGE)?;
            if b.set(vm, i, x) { Ok(()) } else { Err(vm.index_error(RANGE)) }
        }
    }
}

fn set_slice(vm: &Vm, b: Gc<ByteArray>, slice: Gc<Slice>, value: Option<Value>) -> PyResult<()> {
    let bounds = vm.slice_bounds(slice)?;
    let content = match value {
        None => Vec::new(),
        Some(v) => match bytes_like(v) {
            Some(c) => c.into_owned(),
            None if vm.is_int(v) || v.is::<Str>() => {
                return Err(
                    vm.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
                );
            }
            None => collect(vm, v, "byte")?,
        },
    };
    let r = bounds.of(b.len());
    if r.step == 1 {
        let start = r.start as usize;
        return b.splice(vm, start, start + r.count, &content);
    }
    if value.is_some() && content.len() != r.count {
        if content.is_empty() {
            return delete(vm, b, r);
        }
        return Err(vm.value_error(format!(
            "attempt to assign bytes of size {} to extended slice of size {}",
            content.len(),
            r.count
        )));
    }
    if value.is_none() {
        return delete(vm, b, r);
    }
    b.edit(vm, |block| {
        for (i, &x) in r.indices().zip(&content) {
            if i < block.len() {
                block.store_u8(i, x);
            }
        }
        (block.len(), ())
    });
    Ok(())
}

/// Removes the selected bytes.
fn delete(vm: &Vm, b: Gc<ByteArray>, r: SliceRange) -> PyResult<()> {
    let r = r.ascending();
    b.edit(vm, |block| {
        let n = block.len();
        let mut gone = r.indices().peekable();
        let mut to = 0;
        for from in 0..n {
            if gone.peek() == Some(&from) {
                gone.next();
                continue;
            }
            block.store_u8(to, block.load_u8(from).unwrap_or(0));
            to += 1;
        }
        (to, ())
    });
    Ok(())
}

fn append(vm: &Vm, a: Args<'_>) -> PyResult {
    let (b, [x]) = a.method::<ByteArray, 1>(vm, "bytearray.append")?;
    b.extend(vm, &[vm.byte_value(x, "byte")?])?;
    Ok(Value::NONE)
}

fn extend(vm: &Vm, a: Args<'_>) -> PyResult {
    let (b, [source]) = a.method::<ByteArray, 1>(vm, "bytearray.extend")?;
    let content = match bytes_like(source) {
        Some(c) => c.into_owned(),
        // An empty one is an iterable of integers, too.
        None if source.downcast::<Str>().is_some_and(|s| !s.is_empty()) => {
            return Err(vm.type_error("expected iterable of integers; got: 'str'"));
        }
        None if vm.type_of(source).slots().iter.is_none() && vm.type_of(source).slots().getitem.is_none() => {
            return Err(vm.type_error(format!("can't extend bytearray with {}", vm.type_name(source))));
        }
        None => collect(vm, source, "byte")?,
    };
    b.extend(vm, &content)?;
    Ok(Value::NONE)
}

fn insert(vm: &Vm, a: Args<'_>) -> PyResult {
    let (b, [i, x]) = a.method::<ByteArray, 2>(vm, "insert")?;
    let (i, x) = (vm.index_i64(i)?, vm.byte_value(x, "byte")?);
    let n = b.len() as i64;
    let at = if i < 0 { (i + n).max(0) } else { i.min(n) } as usize;
    b.splice(vm, at, at, &[x])?;
    Ok(Value::NONE)
}

fn pop(vm: &Vm, a: Args<'_>) -> PyResult {
    let (b, rest) = a.this::<ByteArray>(vm, "pop")?;
    let v = rest.range(vm, "pop", 0, 1)?;
    let i = match v.first() {
        Some(&i) => vm.index_i64(i)?,
        None => -1,
    };
    let popped = b.edit(vm, |block| {
        let n = block.len();
        if n == 0 {
            return (0, Err("pop from empty bytearray"));
        }
        let at =
            usize::try_from(if i < 0 { i.saturating_add(n as i64) } else { i }).ok().filter(|&at| at < n);
        let Some(at) = at else { return (n, Err("pop index out of range")) };
        let x = block.load_u8(at).unwrap_or(0);
        block.copy_within(at + 1, at, n - at - 1);
        (n - 1, Ok(x))
    });
    match popped.unwrap_or(Err("pop from empty bytearray")) {
        Ok(x) => Ok(Value::small_int(x.into())),
        Err(e) => Err(vm.index_error(e)),
    }
}

fn remove(vm: &Vm, a: Args<'_>) -> PyResult {
    let (b, [x]) = a.method::<ByteArray, 1>(vm, "bytearray.remove")?;
    let x = vm.byte_value(x, "byte")?;
    let done = b.edit(vm, |block| {
        let n = block.len();
        match (0..n).find(|&i| block.load_u8(i) == Some(x)) {
            Some(at) => {
                block.copy_within(at + 1, at, n - at - 1);
                (n - 1, true)
            }
            None => (n, false),
        }
    });
    if done == Some(true) { Ok(Value::NONE) } else { Err(vm.value_error("value not found in bytearray")) }
}

/// `(class, (content as text, "latin-1"))`, as pickles have it.
fn reduce(vm: &Vm, a: Args<'_>) -> PyResult {
    let (b, []) = a.method::<ByteArray, 0>(vm, "bytearray.__reduce__")?;
    let text = vm.new_latin1(&b.to_vec())?;
    let encoding = vm.new_ascii(b"latin-1")?;
    let args = vm.new_tuple(&[text.value(), encoding.value()])?;
    Ok(vm.new_tuple(&[vm.type_of(b.value()).value(), args.value(), Value::NONE])?.value())
}
