//! `BytesIO`

use vm_core::sync::Mutex;
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{TypeSlots, type_flags},
        gc::Gc,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

use super::{bytes_like, closed, size_of};

struct State {
    bytes: Vec<u8>,
    at: usize,
    open: bool,
}

/// Payload. The mutex is held for one edit of Rust memory.
pub(super) struct BytesIo(Mutex<State>);

impl NativePayload for BytesIo {
    fn trace(&self, _: &mut Marker) {}
}

type This = Gc<Native<BytesIo>>;

pub(super) static DEF: TypeDef = TypeDef {
    name: "_io.BytesIO",
    doc: "Buffered I/O implementation using an in-memory bytes buffer.",
    kind: Native::<BytesIo>::KIND,
    size: Native::<BytesIo>::SIZE,
    flags: type_flags::BASETYPE | type_flags::HAS_DICT | type_flags::WEAKREF,
    slots: TypeSlots {
        new: Some(|vm, class, args| {
            let [value] = args.bind(vm, "BytesIO", ["initial_bytes"], 0, 0, 1)?;
            let bytes = match value.bound() {
                Some(v) if !v.is_none() => bytes_like(vm, v)?,
                _ => Vec::new(),
            };
            Ok(vm.new_native_object(class, BytesIo(Mutex::new(State { bytes, at: 0, open: true })))?.value())
        }),
        init: Some(|_, _, _| Ok(())),
        iter: Some(|vm, v| {
            check(vm, this(vm, v)?)?;
            Ok(v)
        }),
        iternext: Some(|vm, v| {
            let line = line(vm, this(vm, v)?, None)?;
            if line.is_empty() { Ok(None) } else { Ok(Some(vm.new_bytes(&line)?.value())) }
        }),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("write", |vm, a| {
            let (s, rest) = a.this_native::<BytesIo>(vm, "write")?;
            let [v] = rest.exact::<1>(vm, "BytesIO.write")?;
            let new = bytes_like(vm, v)?;
            check(vm, s)?;
            let mut state = s.payload.0.lock();
            let State { bytes, at, .. } = &mut *state;
            if *at > bytes.len() {
                bytes.resize(*at, 0);
            }
            let over = (bytes.len() - *at).min(new.len());
            bytes[*at..*at + over].copy_from_slice(&new[..over]);
            bytes.extend_from_slice(&new[over..]);
            *at += new.len();
            Ok(Value::small_int(new.len() as i64))
        }),
        MethodDef::new("getvalue", |vm, a| {
            let (s, rest) = a.this_native::<BytesIo>(vm, "getvalue")?;
            rest.exact::<0>(vm, "BytesIO.getvalue")?;
            check(vm, s)?;
            let bytes = s.payload.0.lock().bytes.clone();
            Ok(vm.new_bytes(&bytes)?.value())
        }),
        MethodDef::new("read", read),
        MethodDef::new("read1", read),
        MethodDef::new("readinto", |vm, a| {
            let (s, rest) = a.this_native::<BytesIo>(vm, "readinto")?;
            let [target] = rest.exact::<1>(vm, "BytesIO.readinto")?;
            let n = vm.len(target)?;
            super::binary::read_into(vm, target, &take(vm, s, Some(n))?)
        }),
        MethodDef::new("readline", |vm, a| {
            let (s, rest) = a.this_native::<BytesIo>(vm, "readline")?;
            let v = rest.range(vm, "readline", 0, 1)?;
            let line = line(vm, s, size_of(vm, v.first().copied())?)?;
            Ok(vm.new_bytes(&line)?.value())
        }),
        MethodDef::new("seek", seek),
        MethodDef::new("tell", |vm, a| {
            let (s, _) = a.this_native::<BytesIo>(vm, "tell")?;
            check(vm, s)?;
            let at = s.payload.0.lock().at;
            Ok(Value::small_int(at as i64))
        }),
        MethodDef::new("truncate", truncate),
        MethodDef::new("close", |vm, a| {
            let (s, _) = a.this_native::<BytesIo>(vm, "close")?;
            let mut state = s.payload.0.lock();
            state.open = false;
            state.bytes = Vec::new();
            Ok(Value::NONE)
        }),
        MethodDef::new("flush", |vm, a| yes_or_closed(vm, a).map(|_| Value::NONE)),
        MethodDef::new("isatty", |vm, a| yes_or_closed(vm, a).map(|_| Value::FALSE)),
        MethodDef::new("readable", yes_or_closed),
        MethodDef::new("writable", yes_or_closed),
        MethodDef::new("seekable", yes_or_closed),
    ],
    getset: &[GetSetDef::read_only("closed", |vm, v| Ok(Value::bool(!this(vm, v)?.payload.0.lock().open)))],
};

fn this(vm: &Vm, v: Value) -> PyResult<This> {
    v.native::<BytesIo>().ok_or_else(|| vm.type_error("a BytesIO is required"))
}

fn check(vm: &Vm, s: This) -> PyResult<()> {
    let open = s.payload.0.lock().open;
    if open { Ok(()) } else { Err(closed(vm)) }
}

fn yes_or_closed(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, _) = a.this_native::<BytesIo>(vm, "flush")?;
    check(vm, s)?;
    Ok(Value::TRUE)
}

fn take(vm: &Vm, s: This, n: Option<usize>) -> PyResult<Vec<u8>> {
    check(vm, s)?;
    let mut state = s.payload.0.lock();
    let from = state.at.min(state.bytes.len());
    let to = from.saturating_add(n.unwrap_or(usize::MAX)).min(state.bytes.len());
    state.at = to.max(state.at);
    Ok(state.bytes[from..to].to_vec())
}

fn read(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this_native::<BytesIo>(vm, "read")?;
    let v = rest.range(vm, "read", 0, 1)?;
    let part = take(vm, s, size_of(vm, v.first().copied())?)?;
    Ok(vm.new_bytes(&part)?.value())
}

fn line(vm: &Vm, s: This, limit: Option<usize>) -> PyResult<Vec<u8>> {
    check(vm, s)?;
    let mut state = s.payload.0.lock();
    let from = state.at.min(state.bytes.len());
    let rest = &state.bytes[from..];
    let n =
        rest.iter().position(|&c| c == b'\n').map_or(rest.len(), |i| i + 1).min(limit.unwrap_or(usize::MAX));
    let part = rest[..n].to_vec();
    if n > 0 {
        state.at = from + n;
    }
    Ok(part)
}

fn seek(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this_native::<BytesIo>(vm, "seek")?;
    let v = rest.range(vm, "seek", 1, 2)?;
    check(vm, s)?;
    let offset = vm.index_i64(v[0])?;
    let whence = match v.get(1) {
        Some(&w) => vm.index_i64(w)?,
        None => 0,
    };
    if whence == 0 && offset < 0 {
        return Err(vm.value_error(format!("negative seek value {offset}")));
    }
    if !(0..=2).contains(&whence) {
        return Err(vm.value_error(format!("invalid whence ({whence}, should be 0, 1 or 2)")));
    }
    let mut state = s.payload.0.lock();
    let base = match whence {
        0 => 0,
        1 => state.at as i64,
        _ => state.bytes.len() as i64,
    };
    let at = base.saturating_add(offset).clamp(0, 1 << 40);
    state.at = at as usize;
    Ok(Value::small_int(at))
}

fn truncate(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this_native::<BytesIo>(vm, "truncate")?;
    let v = rest.range(vm, "truncate", 0, 1)?;
    check(vm, s)?;
    let size = match v.first() {
        Some(&n) if !n.is_none() => {
            let n = vm.index_i64(n)?;
            usize::try_from(n).map_err(|_| vm.value_error(format!("negative size value {n}")))?
        }
        _ => s.payload.0.lock().at,
    };
    s.payload.0.lock().bytes.truncate(size);
    Ok(Value::small_int(size as i64))
}
