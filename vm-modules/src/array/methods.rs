//! Methods of arrays, and the edits that they share.

use vm_python::{
    error::PyResult,
    native::{Args, MethodDef},
    object::{gc::Gc, items::RootVec, raw::RawBlock, sequence::List, str::Str},
    value::Value,
    vm::Vm,
};

use super::{Array, This, bytes_object, collect, index_in, of_bytes};

pub(super) const METHODS: &[MethodDef] = &[
    MethodDef::new("append", append),
    MethodDef::new("extend", |vm, a| {
        let (this, rest) = a.this_native::<Array>(vm, "extend")?;
        let [v] = rest.exact::<1>(vm, "array.extend")?;
        extend_from(vm, this, v, false)?;
        Ok(Value::NONE)
    }),
    MethodDef::new("fromlist", fromlist),
    MethodDef::new("tolist", |vm, a| {
        let (this, rest) = a.this_native::<Array>(vm, "tolist")?;
        rest.exact::<0>(vm, "array.tolist")?;
        list_of(vm, this)
    }),
    MethodDef::new("frombytes", frombytes),
    MethodDef::new("tobytes", |vm, a| {
        let (this, rest) = a.this_native::<Array>(vm, "tobytes")?;
        rest.exact::<0>(vm, "array.tobytes")?;
        Ok(vm.new_bytes(&this.payload.block().to_vec(0, usize::MAX))?.value())
    }),
    MethodDef::new("fromunicode", fromunicode),
    MethodDef::new("tounicode", |vm, a| {
        let (this, rest) = a.this_native::<Array>(vm, "tounicode")?;
        rest.exact::<0>(vm, "array.tounicode")?;
        if !this.payload.code.is_text() {
            return Err(vm.value_error("tounicode() may only be called on unicode type arrays ('u' or 'w')"));
        }
        text_of(vm, this)
    }),
    MethodDef::new("index", index),
    MethodDef::new("count", count),
    MethodDef::new("insert", insert),
    MethodDef::new("pop", pop),
    MethodDef::new("remove", remove),
    MethodDef::new("reverse", reverse),
    MethodDef::new("clear", |vm, a| {
        let (this, rest) = a.this_native::<Array>(vm, "clear")?;
        rest.exact::<0>(vm, "array.clear")?;
        let _g = vm.lock(this.header());
        this.payload.block().set_len(0);
        Ok(Value::NONE)
    }),
    MethodDef::new("byteswap", byteswap),
    MethodDef::new("buffer_info", |vm, a| {
        let (this, rest) = a.this_native::<Array>(vm, "buffer_info")?;
        rest.exact::<0>(vm, "array.buffer_info")?;
        let b = this.payload.block();
        let address = vm.new_int_u64(b.as_ptr() as u64)?;
        Ok(vm.new_tuple(&[address, Value::small_int(this.payload.len() as i64)])?.value())
    }),
    MethodDef::new("__copy__", copy),
    MethodDef::new("__deepcopy__", copy),
    MethodDef::new("__reduce_ex__", |vm, a| {
        let (this, _) = a.this_native::<Array>(vm, "__reduce_ex__")?;
        let code = vm.new_char(u32::from(this.payload.code.0))?.value();
        let items = list_of(vm, this)?;
        let args = vm.new_tuple(&[code, items])?.value();
        Ok(vm.new_tuple(&[vm.type_of(this.value()).value(), args])?.value())
    }),
];

/// The bytes that initialise an array as raw memory.
pub(super) fn bytes_of(v: Value) -> Option<Vec<u8>> {
    bytes_object(v)
}

/// Replaces the bytes `from..to` of `seen` by `bytes`, if that still is the array's block with the same length.
pub(super) fn replace_bytes(
    vm: &Vm,
    a: This,
    seen: Gc<RawBlock>,
    from: usize,
    to: usize,
    bytes: &[u8],
) -> PyResult<bool> {
    let len = seen.len();
    let (from, to) = (from.min(len), to.min(len).max(from.min(len)));
    let total = len - (to - from) + bytes.len();
    // Allocated outside the lock; growth by an eighth, as CPython's.
    let fresh = if total > seen.cap() { Some(vm.new_raw_block(total + (total >> 3) + 48)?) } else { None };
    let _g = vm.lock(a.header());
    let now = a.payload.block();
    if now != seen || now.len() != len {
        return Ok(false);
    }
    match fresh {
        Some(f) => {
            for i in 0..from {
                f.store_u8(i, now.load_u8(i).unwrap_or(0));
            }
            f.write(from, bytes);
            for i in to..len {
                f.store_u8(i - to + from + bytes.len(), now.load_u8(i).unwrap_or(0));
            }
            f.set_len(total);
            a.payload.block.set(vm, a.header(), f.value());
        }
        None => {
            if from + bytes.len() != to {
                now.copy_within(to, from + bytes.len(), len - to);
            }
            now.write(from, bytes);
            now.set_len(total);
        }
    }
    Ok(true)
}

/// Appends raw bytes, which must be whole items.
pub(super) fn append_bytes(vm: &Vm, a: This, bytes: &[u8]) -> PyResult<()> {
    if !bytes.len().is_multiple_of(a.payload.code.size()) {
        return Err(vm.value_error("bytes length not a multiple of item size"));
    }
    loop {
        let b = a.payload.block();
        let n = b.len();
        if replace_bytes(vm, a, b, n, n, bytes)? {
            return Ok(());
        }
    }
}

/// Removes items `from..to`.
pub(super) fn remove_range(vm: &Vm, a: This, from: usize, to: usize) -> PyResult<()> {
    let w = a.payload.code.size();
    loop {
        if replace_bytes(vm, a, a.payload.block(), from * w, to * w, &[])? {
            return Ok(());
        }
    }
}

fn push(vm: &Vm, a: This, v: Value) -> PyResult<()> {
    let code = a.payload.code;
    let bits = code.encode(vm, v)?;
    {
        let _g = vm.lock(a.header());
        let b = a.payload.block();
        let n = b.len();
        if n + code.size() <= b.cap() {
            code.store(&b, n / code.size(), bits);
            b.set_len(n + code.size());
            return Ok(());
        }
    }
    append_bytes(vm, a, &bits.to_le_bytes()[..code.size()])
}

fn append(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "append")?;
    let [v] = rest.exact::<1>(vm, "array.append")?;
    push(vm, this, v)?;
    Ok(Value::NONE)
}

/// Appends every item of an array of the same type, or of an iterable.
///
/// Only an array that is being made (`making`) takes the items of one of another type.
pub(super) fn extend_from(vm: &Vm, a: This, v: Value, making: bool) -> PyResult<()> {
    if let Some(o) = v.native::<Array>() {
        if o.payload.code == a.payload.code {
            return append_bytes(vm, a, &o.payload.block().to_vec(0, usize::MAX));
        }
        if !making {
            return Err(vm.type_error("can only extend with array of same kind"));
        }
    }
    vm.for_each(v, |x| {
        push(vm, a, x)?;
        Ok(true)
    })
}

fn fromlist(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "fromlist")?;
    let [v] = rest.exact::<1>(vm, "array.fromlist")?;
    if v.downcast::<List>().is_none() {
        return Err(vm.type_error("arg must be list"));
    }
    // All or nothing.
    let code = this.payload.code;
    let items = collect(vm, v)?;
    let mut bytes = Vec::with_capacity(items.len() * code.size());
    for &x in items.as_slice() {
        bytes.extend_from_slice(&code.encode(vm, x)?.to_le_bytes()[..code.size()]);
    }
    append_bytes(vm, this, &bytes)?;
    Ok(Value::NONE)
}

fn frombytes(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "frombytes")?;
    let [v] = rest.exact::<1>(vm, "array.frombytes")?;
    let bytes = match bytes_of(v) {
        Some(b) => b,
        None => match v.native::<Array>() {
            Some(o) => o.payload.block().to_vec(0, usize::MAX),
            None => {
                return Err(
                    vm.type_error(format!("a bytes-like object is required, not '{}'", vm.type_name(v)))
                );
            }
        },
    };
    append_bytes(vm, this, &bytes)?;
    Ok(Value::NONE)
}

fn fromunicode(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "fromunicode")?;
    let [v] = rest.exact::<1>(vm, "array.fromunicode")?;
    let Some(s) = v.downcast::<Str>() else {
        return Err(vm.type_error(format!("fromunicode() argument must be str, not {}", vm.type_name(v))));
    };
    if !this.payload.code.is_text() {
        return Err(vm.value_error("fromunicode() may only be called on unicode type arrays ('u' or 'w')"));
    }
    let bytes: Vec<u8> = s.code_points().flat_map(u32::to_le_bytes).collect();
    append_bytes(vm, this, &bytes)?;
    Ok(Value::NONE)
}

/// The items as a list.
pub(super) fn list_of(vm: &Vm, a: This) -> PyResult {
    let code = a.payload.code;
    let b = a.payload.block();
    let items = RootVec::with_capacity(vm, b.len() / code.size())?;
    let mut i = 0;
    while let Some(bits) = code.load(&b, i) {
        items.push(code.decode(vm, bits)?)?;
        i += 1;
    }
    Ok(vm.new_list_of(items.into_items()?)?.value())
}

/// The items of a text array as a string.
pub(super) fn text_of(vm: &Vm, a: This) -> PyResult {
    let b = a.payload.block();
    let mut cps = Vec::with_capacity(b.len() / 4);
    while let Some(c) = b.load_u32(cps.len()) {
        if c > 0x10_FFFF {
            return Err(vm.value_error(format!("character U+{c:x} is not in range [U+0000; U+10ffff]")));
        }
        cps.push(c);
    }
    Ok(vm.new_str_from_code_points(&cps)?.value())
}

/// Index of the first item in `from..to` that equals `x`.
pub(super) fn find(vm: &Vm, a: This, x: Value, from: usize, to: usize) -> PyResult<Option<usize>> {
    let code = a.payload.code;
    let mut i = from;
    while i < to {
        let Some(bits) = code.load(&a.payload.block(), i) else { return Ok(None) };
        if vm.eq(code.decode(vm, bits)?, x)? {
            return Ok(Some(i));
        }
        i += 1;
    }
    Ok(None)
}

fn index(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "index")?;
    let v = rest.range(vm, "index", 1, 3)?;
    let len = this.payload.len() as i64;
    let bound = |k: usize, default: i64| -> PyResult<usize> {
        let i = match v.get(k) {
            Some(&i) => vm.index_clamped(i)?,
            None => default,
        };
        Ok(if i < 0 { (i + len).max(0) } else { i } as usize)
    };
    match find(vm, this, v[0], bound(1, 0)?, bound(2, i64::MAX)?)? {
        Some(i) => Ok(Value::small_int(i as i64)),
        None => Err(vm.value_error("array.index(x): x not in array")),
    }
}

fn count(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "count")?;
    let [x] = rest.exact::<1>(vm, "array.count")?;
    let (mut n, mut at) = (0, 0);
    while let Some(i) = find(vm, this, x, at, usize::MAX)? {
        n += 1;
        at = i + 1;
    }
    Ok(Value::small_int(n))
}

fn insert(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "insert")?;
    let [i, v] = rest.exact::<2>(vm, "insert")?;
    let code = this.payload.code;
    let i = vm.index_clamped(i)?;
    let bits = code.encode(vm, v)?;
    loop {
        let b = this.payload.block();
        let len = (b.len() / code.size()) as i64;
        let at = if i < 0 { (i + len).max(0) } else { i.min(len) } as usize * code.size();
        if replace_bytes(vm, this, b, at, at, &bits.to_le_bytes()[..code.size()])? {
            return Ok(Value::NONE);
        }
    }
}

fn pop(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "pop")?;
    let v = rest.range(vm, "pop", 0, 1)?;
    let code = this.payload.code;
    let key = v.first().copied().unwrap_or(Value::small_int(-1));
    loop {
        let b = this.payload.block();
        if b.is_empty() {
            return Err(vm.index_error("pop from empty array"));
        }
        let i = index_in(vm, key, b.len() / code.size(), "pop index out of range")?;
        let Some(bits) = code.load(&b, i) else { continue };
        if replace_bytes(vm, this, b, i * code.size(), (i + 1) * code.size(), &[])? {
            return code.decode(vm, bits);
        }
    }
}

fn remove(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "remove")?;
    let [x] = rest.exact::<1>(vm, "array.remove")?;
    let w = this.payload.code.size();
    loop {
        let b = this.payload.block();
        let Some(i) = find(vm, this, x, 0, usize::MAX)? else {
            return Err(vm.value_error("array.remove(x): x not in array"));
        };
        if replace_bytes(vm, this, b, i * w, (i + 1) * w, &[])? {
            return Ok(Value::NONE);
        }
    }
}

fn reverse(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "reverse")?;
    rest.exact::<0>(vm, "array.reverse")?;
    let code = this.payload.code;
    let _g = vm.lock(this.header());
    let b = this.payload.block();
    let n = b.len() / code.size();
    for i in 0..n / 2 {
        let (x, y) = (code.load(&b, i).unwrap_or(0), code.load(&b, n - 1 - i).unwrap_or(0));
        code.store(&b, i, y);
        code.store(&b, n - 1 - i, x);
    }
    Ok(Value::NONE)
}

fn byteswap(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, rest) = args.this_native::<Array>(vm, "byteswap")?;
    rest.exact::<0>(vm, "array.byteswap")?;
    let code = this.payload.code;
    let _g = vm.lock(this.header());
    let b = this.payload.block();
    for i in 0..b.len() / code.size() {
        let bits = code.load(&b, i).unwrap_or(0);
        code.store(&b, i, bits.swap_bytes() >> (64 - 8 * code.size() as u32));
    }
    Ok(Value::NONE)
}

fn copy(vm: &Vm, args: Args<'_>) -> PyResult {
    let (this, _) = args.this_native::<Array>(vm, "__copy__")?;
    of_bytes(vm, this, &this.payload.block().to_vec(0, usize::MAX))
}
