//! `str` and its iterator.

pub mod builder;
pub(crate) mod case;
pub mod codec;
mod methods;
pub mod repr;
pub mod search;
mod split;
mod tables;
mod translate;
pub mod unicode;

use vm_compiler::opcodes::{BinOp, CmpOp};
use vm_core::sync::{AtomicUsize, Ordering};
use vm_heap::Marker;

use crate::{
    error::PyResult,
    native::{Args, MethodDef, Native, NativePayload, TypeDef},
    object::{
        bytes::{ByteArray, Bytes},
        class::{Type, TypeSlots, type_flags},
        gc::{Gc, Object, Slot},
        slice::Slice,
        str::{Chars, Str},
    },
    types::{NO_DEF, NO_SLOTS},
    value::Value,
    vm::Vm,
};

/// Runs `$body` with `$u` bound to the code units of a string (bytes, 16-bit or 32-bit).
macro_rules! with_units {
    ($s:expr, $u:ident => $body:expr) => {
        match $s.chars() {
            $crate::object::str::Chars::Ascii($u) | $crate::object::str::Chars::One($u) => $body,
            $crate::object::str::Chars::Two($u) => $body,
            $crate::object::str::Chars::Four($u) => $body,
        }
    };
}
pub(crate) use with_units;

pub(crate) use methods::{expand_tabs, find_arguments, tab_size};
pub(crate) use split::split_arguments;

/// The class `str`.
pub static DEF: TypeDef = TypeDef {
    name: "str",
    doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\n\
          Create a new string object from the given object. If encoding or\n\
          errors is specified, then the object must expose a data buffer\n\
          that will be decoded using the given encoding and error handler.\n\
          Otherwise, returns the result of object.__str__() (if defined)\n\
          or repr(object).\nencoding defaults to 'utf-8'.\nerrors defaults to 'strict'.",
    kind: Str::KIND,
    size: size_of::<Str>(),
    flags: type_flags::BASETYPE,
    slots: TypeSlots {
        binary: Some(binary),
        binary_ops: 1 << BinOp::Add as u16 | 1 << BinOp::Multiply as u16 | 1 << BinOp::Remainder as u16,
        compare: Some(compare),
        hash: Some(|vm, v| Ok(of(v).hash(vm))),
        repr: Some(|vm, v| vm.repr_str(of(v))),
        str: Some(|vm, v| vm.exact_str(of(v))),
        len: Some(|_, v| Ok(of(v).len())),
        getitem: Some(getitem),
        contains: Some(contains),
        iter: Some(iter),
        new: Some(new),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("capitalize", case::capitalize),
        MethodDef::new("casefold", case::casefold),
        MethodDef::new("center", methods::center),
        MethodDef::new("count", methods::count),
        MethodDef::new("encode", codec::encode_method),
        MethodDef::new("endswith", methods::endswith),
        MethodDef::new("expandtabs", methods::expandtabs),
        MethodDef::new("find", methods::find),
        MethodDef::new("format", super::format::template::str_format),
        MethodDef::new("format_map", super::format::template::str_format_map),
        MethodDef::new("index", methods::index),
        MethodDef::new("isalnum", case::isalnum),
        MethodDef::new("isalpha", case::isalpha),
        MethodDef::new("isascii", case::isascii),
        MethodDef::new("isdecimal", case::isdecimal),
        MethodDef::new("isdigit", case::isdigit),
        MethodDef::new("isidentifier", case::isidentifier),
        MethodDef::new("islower", case::islower),
        MethodDef::new("isnumeric", case::isnumeric),
        MethodDef::new("isprintable", case::isprintable),
        MethodDef::new("isspace", case::isspace),
        MethodDef::new("istitle", case::istitle),
        MethodDef::new("isupper", case::isupper),
        MethodDef::new("join", methods::join),
        MethodDef::new("ljust", methods::ljust),
        MethodDef::new("lower", case::lower),
        MethodDef::new("lstrip", methods::lstrip),
        MethodDef::fixed("maketrans", translate::maketrans),
        MethodDef::new("partition", split::partition),
        MethodDef::new("removeprefix", methods::removeprefix),
        MethodDef::new("removesuffix", methods::removesuffix),
        MethodDef::new("replace", methods::replace),
        MethodDef::new("rfind", methods::rfind),
        MethodDef::new("rindex", methods::rindex),
        MethodDef::new("rjust", methods::rjust),
        MethodDef::new("rpartition", split::rpartition),
        MethodDef::new("rsplit", split::rsplit),
        MethodDef::new("rstrip", methods::rstrip),
        MethodDef::new("split", split::split),
        MethodDef::new("splitlines", split::splitlines),
        MethodDef::new("startswith", methods::startswith),
        MethodDef::new("strip", methods::strip),
        MethodDef::new("swapcase", case::swapcase),
        MethodDef::new("title", case::title),
        MethodDef::new("translate", translate::translate),
        MethodDef::new("upper", case::upper),
        MethodDef::new("zfill", methods::zfill),
        MethodDef::new("__format__", |vm, a| {
            let (s, [spec]) = a.method::<Str, 1>(vm, "str.__format__")?;
            let Some(spec) = spec.downcast::<Str>() else {
                return Err(
                    vm.type_error(format!("__format__() argument must be str, not {}", vm.type_name(spec)))
                );
            };
            Ok(super::format::format_str(vm, s.value(), spec)?.value())
        }),
        MethodDef::new("__getnewargs__", |vm, a| {
            let (s, []) = a.method::<Str, 0>(vm, "str.__getnewargs__")?;
            let copy = vm.exact_str(s)?;
            Ok(vm.new_tuple(&[copy.value()])?.value())
        }),
        MethodDef::new("__sizeof__", |vm, a| {
            let (s, []) = a.method::<Str, 0>(vm, "str.__sizeof__")?;
            vm.new_int((size_of::<Str>() + s.bytes().len()) as i64)
        }),
    ],
    ..NO_DEF
};

/// The class of string iterators.
pub static ITER_DEF: TypeDef = TypeDef {
    name: "str_iterator",
    kind: Native::<StrIter>::KIND,
    size: Native::<StrIter>::SIZE,
    flags: type_flags::DISALLOW_INSTANTIATION,
    slots: TypeSlots { iter: Some(|_, v| Ok(v)), iternext: Some(iter_next), ..NO_SLOTS },
    methods: &[MethodDef::new("__length_hint__", |vm, a| {
        let (it, rest) = a.this_native::<StrIter>(vm, "__length_hint__")?;
        rest.exact::<0>(vm, "__length_hint__")?;
        let n = it.payload.string.get().downcast::<Str>().map_or(0, |s| s.len());
        vm.new_int(n.saturating_sub(it.payload.pos.load(Ordering::Relaxed)) as i64)
    })],
    ..NO_DEF
};

/// An iterator over the characters of a string.
pub struct StrIter {
    string: Slot,
    pos: AtomicUsize,
}

impl NativePayload for StrIter {
    fn trace(&self, m: &mut Marker) {
        self.string.trace(m);
    }
}

/// Self of a slot.
fn of(v: Value) -> Gc<Str> {
    // SAFETY: slots get a self of their layout.
    unsafe { v.downcast_unchecked() }
}

impl Vm {
    /// `s` as an instance of exactly `str`.
    pub fn exact_str(&self, s: Gc<Str>) -> PyResult<Gc<Str>> {
        if s.is_exact() {
            return Ok(s);
        }
        let out = self.alloc_str(s.len(), s.width())?;
        out.copy_from(0, &s, 0, s.len());
        Ok(out)
    }

    /// A string of a subclass with the content of `s`.
    fn new_str_of(&self, class: Gc<Type>, s: Gc<Str>) -> PyResult {
        let p = self.alloc_var_instance_of(class, size_of::<Str>() + s.bytes().len())?;
        // SAFETY: instances of this class have the layout of Str, with room for the data; nobody else sees it.
        let out: Gc<Str> = unsafe { Gc::from_ptr(p.cast()) };
        // SAFETY: as above.
        unsafe { out.init_layout(s.len(), s.width()) };
        out.copy_from(0, &s, 0, s.len());
        Ok(out.value())
    }

    /// The type of an argument in messages about it; None goes by its own name.
    fn shown_type(&self, v: Value) -> String {
        if v.is_none() { "None".to_owned() } else { self.type_name(v) }
    }

    /// TypeError unless `v` is a string: `what() argument N must be str, not T`.
    pub(crate) fn str_argument(&self, v: Value, what: &str) -> PyResult<Gc<Str>> {
        v.downcast::<Str>()
            .ok_or_else(|| self.type_error(format!("{what} must be str, not {}", self.shown_type(v))))
    }
}

/// The storage of `needle` in the width of a haystack (`width` bytes per unit); `None` if it cannot occur there.
pub(crate) fn needle(needle: &Str, width: usize) -> Option<std::borrow::Cow<'_, [u8]>> {
    let own = needle.width().bytes();
    if own == width {
        return Some(needle.bytes().into());
    }
    if own > width {
        return None;
    }
    let units = needle.code_points();
    Some(match width {
        2 => units.flat_map(|c| (c as u16).to_ne_bytes()).collect::<Vec<u8>>().into(),
        _ => units.flat_map(u32::to_ne_bytes).collect::<Vec<u8>>().into(),
    })
}

fn new(vm: &Vm, class: Gc<Type>, args: Args<'_>) -> PyResult {
    let [object, encoding, errors] = args.bind(vm, "str", ["object", "encoding", "errors"], 0, 0, 3)?;
    let s = if encoding.is_unbound() && errors.is_unbound() {
        if object.is_unbound() { vm.new_ascii(b"")? } else { vm.str(object)? }
    } else {
        decode_argument(vm, object, encoding, errors)?
    };
    if class == vm.types().str { Ok(s.value()) } else { vm.new_str_of(class, s) }
}

fn decode_argument(vm: &Vm, object: Value, encoding: Value, errors: Value) -> PyResult<Gc<Str>> {
    let name = |v: Value, what: &str| -> PyResult<Option<Gc<Str>>> {
        if v.is_unbound() {
            Ok(None)
        } else {
            vm.str_argument(v, &format!("str() argument '{what}'")).map(Some)
        }
    };
    let (encoding, errors) = (name(encoding, "encoding")?, name(errors, "errors")?);
    if object.is_unbound() {
        return vm.new_ascii(b"");
    }
    if let Some(b) = object.downcast::<Bytes>() {
        return codec::decode(vm, b.as_slice(), object, encoding, errors);
    }
    if let Some(b) = object.downcast::<ByteArray>() {
        return codec::decode(vm, &b.to_vec(), object, encoding, errors);
    }
    if object.is::<Str>() {
        return Err(vm.type_error("decoding str is not supported"));
    }
    Err(vm.type_error(format!("decoding to str: need a bytes-like object, {} found", vm.type_name(object))))
}

fn binary(vm: &Vm, op: BinOp, a: Value, b: Value) -> PyResult {
    match op {
        BinOp::Add => match (a.downcast::<Str>(), b.downcast::<Str>()) {
            (Some(x), Some(y)) => Ok(vm.str_concat(x, y)?.value()),
            _ => Ok(Value::NOT_IMPLEMENTED),
        },
        BinOp::Multiply => {
            let (s, n) = match a.downcast::<Str>() {
                Some(s) => (s, b),
                None => (of(b), a),
            };
            match repeat_count(vm, n, s.len(), "repeated string is too long")? {
                Some(1) => Ok(vm.exact_str(s)?.value()),
                Some(n) => Ok(vm.str_repeat(s, n)?.value()),
                None => Ok(Value::NOT_IMPLEMENTED),
            }
        }
        BinOp::Remainder => match a.downcast::<Str>() {
            Some(fmt) => vm.format_percent(fmt, b),
            None => Ok(Value::NOT_IMPLEMENTED),
        },
        _ => Ok(Value::NOT_IMPLEMENTED),
    }
}

/// How often to repeat `len` items, `None` if `n` is no integer. Checks that the result can be counted.
pub(crate) fn repeat_count(vm: &Vm, n: Value, len: usize, too_long: &str) -> PyResult<Option<usize>> {
    if !vm.is_int(n) && vm.type_lookup(vm.type_of(n), vm.names().__index__).is_none() {
        return Ok(None);
    }
    let n = usize::try_from(vm.index_i64(n)?).unwrap_or(0);
    if len.checked_mul(n).is_none_or(|n| n > isize::MAX as usize) {
        return Err(vm.overflow_error(too_long));
    }
    Ok(Some(n))
}

fn compare(vm: &Vm, op: CmpOp, a: Value, b: Value) -> PyResult {
    let (Some(x), Some(y)) = (a.downcast::<Str>(), b.downcast::<Str>()) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let _ = vm;
    Ok(Value::bool(match op {
        CmpOp::Eq => x.eq_content(&y),
        CmpOp::Ne => !x.eq_content(&y),
        CmpOp::Lt => order(&x, &y).is_lt(),
        CmpOp::Le => order(&x, &y).is_le(),
        CmpOp::Gt => order(&x, &y).is_gt(),
        CmpOp::Ge => order(&x, &y).is_ge(),
    }))
}

/// Order by code points.
pub(crate) fn order(a: &Str, b: &Str) -> std::cmp::Ordering {
    match (a.chars(), b.chars()) {
        (Chars::Ascii(x) | Chars::One(x), Chars::Ascii(y) | Chars::One(y)) => x.cmp(y),
        (Chars::Two(x), Chars::Two(y)) => x.cmp(y),
        (Chars::Four(x), Chars::Four(y)) => x.cmp(y),
        _ => a.code_points().cmp(b.code_points()),
    }
}

fn getitem(vm: &Vm, v: Value, key: Value) -> PyResult {
    let s = of(v);
    if let Some(slice) = key.downcast::<Slice>() {
        let r = vm.slice_range(slice, s.len())?;
        if r.step == 1 {
            let start = r.start as usize;
            return Ok(vm.str_slice(s, start, start + r.count)?.value());
        }
        if let Chars::Ascii(b) = s.chars() {
            let picked: Vec<u8> = r.indices().map(|i| b[i]).collect();
            return Ok(vm.new_latin1(&picked)?.value());
        }
        let picked: Vec<u32> = r.indices().map(|i| s.code_point(i)).collect();
        return Ok(vm.new_str_from_code_points(&picked)?.value());
    }
    let i = match key.as_small_int() {
        Some(i) => i,
        None if !vm.is_int(key) && vm.type_lookup(vm.type_of(key), vm.names().__index__).is_none() => {
            return Err(
                vm.type_error(format!("string indices must be integers, not '{}'", vm.type_name(key)))
            );
        }
        None => index_or_index_error(vm, key)?,
    };
    let n = s.len() as i64;
    let i = if i < 0 { i + n } else { i };
    if i < 0 || i >= n {
        return Err(vm.index_error("string index out of range"));
    }
    Ok(vm.new_char(s.code_point(i as usize))?.value())
}

/// An index; beyond 64 bits it is an IndexError.
pub(crate) fn index_or_index_error(vm: &Vm, key: Value) -> PyResult<i64> {
    vm.index_i64(key).map_err(|e| {
        if e.is(vm, vm.exc().overflow_error) {
            vm.index_error(format!("cannot fit '{}' into an index-sized integer", vm.type_name(key)))
        } else {
            e
        }
    })
}

fn contains(vm: &Vm, v: Value, x: Value) -> PyResult<bool> {
    let s = of(v);
    let Some(x) = x.downcast::<Str>() else {
        return Err(
            vm.type_error(format!("'in <string>' requires string as left operand, not {}", vm.type_name(x)))
        );
    };
    let w = s.width().bytes();
    Ok(needle(&x, w).is_some_and(|n| search::find(s.bytes(), &n, w).is_some()))
}

fn iter(vm: &Vm, v: Value) -> PyResult {
    let payload = StrIter { string: Slot::new(v), pos: AtomicUsize::new(0) };
    Ok(vm.new_native_object(vm.types().str_iterator, payload)?.value())
}

fn iter_next(vm: &Vm, v: Value) -> PyResult<Option<Value>> {
    let Some(it) = v.native::<StrIter>() else { return Ok(None) };
    let Some(s) = it.payload.string.get().downcast::<Str>() else { return Ok(None) };
    let i = it.payload.pos.load(Ordering::Relaxed);
    if i >= s.len() {
        return Ok(None);
    }
    it.payload.pos.store(i + 1, Ordering::Relaxed);
    Ok(Some(vm.new_char(s.code_point(i))?.value()))
}
