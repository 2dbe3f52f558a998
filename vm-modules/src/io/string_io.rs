//! `StringIO`

use vm_core::sync::Mutex;
use vm_heap::Marker;
use vm_python::{
    error::PyResult,
    native::{Args, GetSetDef, MethodDef, Native, NativePayload, TypeDef},
    object::{
        class::{TypeSlots, type_flags},
        gc::Gc,
        str::Str,
    },
    types::NO_SLOTS,
    value::Value,
    vm::Vm,
};

use super::{closed_string as closed, size_of};

/// What to do with line ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Newline {
    /// `None`: all become `\n`.
    Translate,
    /// `''`: kept, all end a line.
    Universal,
    /// `'\n'`: kept; the two others become what is written for `\n`.
    Lf,
    Cr,
    CrLf,
}

struct State {
    text: Vec<u32>,
    at: usize,
    open: bool,
}

/// Payload. The mutex is held for one edit of Rust memory.
pub(super) struct StringIo {
    state: Mutex<State>,
    newline: Newline,
}

impl NativePayload for StringIo {
    fn trace(&self, _: &mut Marker) {}
}

type This = Gc<Native<StringIo>>;

pub(super) static DEF: TypeDef = TypeDef {
    name: "_io.StringIO",
    doc: "Text I/O implementation using an in-memory buffer.",
    kind: Native::<StringIo>::KIND,
    size: Native::<StringIo>::SIZE,
    flags: type_flags::BASETYPE | type_flags::HAS_DICT | type_flags::WEAKREF,
    slots: TypeSlots {
        new: Some(|vm, class, args| {
            let [value, newline] = args.bind(vm, "StringIO", ["initial_value", "newline"], 0, 0, 2)?;
            let newline = newline_of(vm, newline)?;
            let state = State { text: Vec::new(), at: 0, open: true };
            let s = vm.new_native_object(class, StringIo { state: Mutex::new(state), newline })?;
            match value.bound() {
                Some(v) if !v.is_none() => {
                    let Some(text) = v.downcast::<Str>() else {
                        return Err(vm.type_error(format!(
                            "initial_value must be str or None, not {}",
                            vm.type_name(v)
                        )));
                    };
                    put(vm, s, text)?;
                    s.payload.state.lock().at = 0;
                }
                _ => {}
            }
            Ok(s.value())
        }),
        init: Some(|_, _, _| Ok(())),
        iter: Some(|vm, v| {
            check(vm, this(vm, v)?)?;
            Ok(v)
        }),
        iternext: Some(|vm, v| {
            let line = line(vm, this(vm, v)?, None)?;
            Ok((!line.is_empty()).then(|| line.value()))
        }),
        ..NO_SLOTS
    },
    methods: &[
        MethodDef::new("write", |vm, a| {
            let (s, rest) = a.this_native::<StringIo>(vm, "write")?;
            let [v] = rest.exact::<1>(vm, "StringIO.write")?;
            let Some(text) = v.downcast::<Str>() else {
                return Err(vm.type_error(format!("string argument expected, got '{}'", vm.type_name(v))));
            };
            put(vm, s, text)?;
            Ok(Value::small_int(text.len() as i64))
        }),
        MethodDef::new("getvalue", |vm, a| {
            let (s, rest) = a.this_native::<StringIo>(vm, "getvalue")?;
            rest.exact::<0>(vm, "StringIO.getvalue")?;
            check(vm, s)?;
            let text = s.payload.state.lock().text.clone();
            Ok(vm.new_str_from_code_points(&text)?.value())
        }),
        MethodDef::new("read", read),
        MethodDef::new("readline", |vm, a| {
            let (s, rest) = a.this_native::<StringIo>(vm, "readline")?;
            let v = rest.range(vm, "readline", 0, 1)?;
            Ok(line(vm, s, size_of(vm, v.first().copied())?)?.value())
        }),
        MethodDef::new("seek", seek),
        MethodDef::new("tell", |vm, a| {
            let (s, _) = a.this_native::<StringIo>(vm, "tell")?;
            check(vm, s)?;
            let at = s.payload.state.lock().at;
            Ok(Value::small_int(at as i64))
        }),
        MethodDef::new("truncate", truncate),
        MethodDef::new("close", |vm, a| {
            let (s, _) = a.this_native::<StringIo>(vm, "close")?;
            let mut state = s.payload.state.lock();
            state.open = false;
            state.text = Vec::new();
            Ok(Value::NONE)
        }),
        MethodDef::new("flush", yes_or_closed),
        MethodDef::new("readable", yes_or_closed),
        MethodDef::new("writable", yes_or_closed),
        MethodDef::new("seekable", yes_or_closed),
    ],
    getset: &[
        GetSetDef::read_only("closed", |vm, v| Ok(Value::bool(!this(vm, v)?.payload.state.lock().open))),
        GetSetDef::read_only("line_buffering", |_, _| Ok(Value::FALSE)),
        GetSetDef::read_only("newlines", |_, _| Ok(Value::NONE)),
        GetSetDef::read_only("encoding", |_, _| Ok(Value::NONE)),
        GetSetDef::read_only("errors", |_, _| Ok(Value::NONE)),
    ],
};

fn newline_of(vm: &Vm, v: Value) -> PyResult<Newline> {
    let Some(v) = v.bound() else { return Ok(Newline::Lf) };
    if v.is_none() {
        return Ok(Newline::Translate);
    }
    let Some(s) = v.downcast::<Str>() else {
        return Err(vm.type_error(format!("newline must be str or None, not {}", vm.type_name(v))));
    };
    match &*s.to_str_lossy() {
        "" => Ok(Newline::Universal),
        "\n" => Ok(Newline::Lf),
        "\r" => Ok(Newline::Cr),
        "\r\n" => Ok(Newline::CrLf),
        _ => Err(vm.value_error(format!("illegal newline value: {}", vm.repr(v)?.to_str_lossy()))),
    }
}

fn this(vm: &Vm, v: Value) -> PyResult<This> {
    v.native::<StringIo>().ok_or_else(|| vm.type_error("a StringIO is required"))
}

fn check(vm: &Vm, s: This) -> PyResult<()> {
    let open = s.payload.state.lock().open;
    if open { Ok(()) } else { Err(closed(vm)) }
}

fn yes_or_closed(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this_native::<StringIo>(vm, "flush")?;
    rest.exact::<0>(vm, "flush")?;
    check(vm, s)?;
    Ok(Value::TRUE)
}

/// Writes at the position.
fn put(vm: &Vm, s: This, text: Gc<Str>) -> PyResult<()> {
    const CR: u32 = '\r' as u32;
    const LF: u32 = '\n' as u32;
    let mut new: Vec<u32> = text.code_points().collect();
    match s.payload.newline {
        Newline::Translate if new.contains(&CR) => {
            let mut out = Vec::with_capacity(new.len());
            for (i, &c) in new.iter().enumerate() {
                match c {
                    CR if new.get(i + 1) == Some(&LF) => {}
                    CR => out.push(LF),
                    c => out.push(c),
                }
            }
            new = out;
        }
        Newline::Cr => new.iter_mut().filter(|c| **c == LF).for_each(|c| *c = CR),
        Newline::CrLf => {
            new = new.into_iter().flat_map(|c| if c == LF { vec![CR, LF] } else { vec![c] }).collect()
        }
        _ => {}
    }
    let mut state = s.payload.state.lock();
    if !state.open {
        drop(state);
        return Err(closed(vm));
    }
    let State { text, at, .. } = &mut *state;
    if *at > text.len() {
        text.resize(*at, 0);
    }
    let over = (text.len() - *at).min(new.len());
    text[*at..*at + over].copy_from_slice(&new[..over]);
    text.extend_from_slice(&new[over..]);
    *at += new.len();
    Ok(())
}

fn read(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this_native::<StringIo>(vm, "read")?;
    let v = rest.range(vm, "read", 0, 1)?;
    let n = size_of(vm, v.first().copied())?;
    check(vm, s)?;
    let part = {
        let mut state = s.payload.state.lock();
        let from = state.at.min(state.text.len());
        let to = from.saturating_add(n.unwrap_or(usize::MAX)).min(state.text.len());
        state.at = to.max(state.at);
        state.text[from..to].to_vec()
    };
    Ok(vm.new_str_from_code_points(&part)?.value())
}

fn line(vm: &Vm, s: This, limit: Option<usize>) -> PyResult<Gc<Str>> {
    check(vm, s)?;
    let part = {
        let mut state = s.payload.state.lock();
        let from = state.at.min(state.text.len());
        let rest = &state.text[from..];
        let is = |c: &u32, what: char| *c == what as u32;
        let end = match s.payload.newline {
            Newline::Translate | Newline::Lf => rest.iter().position(|c| is(c, '\n')).map(|i| i + 1),
            Newline::Cr => rest.iter().position(|c| is(c, '\r')).map(|i| i + 1),
            Newline::CrLf => rest.windows(2).position(|w| is(&w[0], '\r') && is(&w[1], '\n')).map(|i| i + 2),
            Newline::Universal => rest.iter().position(|c| is(c, '\n') || is(c, '\r')).map(|i| {
                if is(&rest[i], '\r') && rest.get(i + 1).is_some_and(|c| is(c, '\n')) { i + 2 } else { i + 1 }
            }),
        };
        let n = end.unwrap_or(rest.len()).min(limit.unwrap_or(usize::MAX));
        let part = rest[..n].to_vec();
        if n > 0 {
            state.at = from + n;
        }
        part
    };
    vm.new_str_from_code_points(&part)
}

fn seek(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this_native::<StringIo>(vm, "seek")?;
    let v = rest.range(vm, "seek", 1, 2)?;
    check(vm, s)?;
    let offset = vm.index_i64(v[0])?;
    let whence = match v.get(1) {
        Some(&w) => vm.index_i64(w)?,
        None => 0,
    };
    match whence {
        0 if offset < 0 => return Err(vm.value_error(format!("Negative seek position {offset}"))),
        0 => {}
        1 | 2 if offset != 0 => return Err(vm.unsupported_operation("Can't do nonzero cur-relative seeks")),
        1 | 2 => {}
        w => return Err(vm.value_error(format!("Invalid whence ({w}, should be 0, 1 or 2)"))),
    }
    if offset > 1 << 40 {
        return Err(vm.overflow_error("new position too large"));
    }
    let mut state = s.payload.state.lock();
    match whence {
        0 => state.at = offset as usize,
        2 => state.at = state.text.len(),
        _ => {}
    }
    Ok(Value::small_int(state.at as i64))
}

fn truncate(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, rest) = a.this_native::<StringIo>(vm, "truncate")?;
    let v = rest.range(vm, "truncate", 0, 1)?;
    check(vm, s)?;
    let size = match v.first() {
        Some(&n) if !n.is_none() => {
            let n = vm.index_i64(n)?;
            usize::try_from(n).map_err(|_| vm.value_error(format!("Negative size value {n}")))?
        }
        _ => s.payload.state.lock().at,
    };
    s.payload.state.lock().text.truncate(size);
    Ok(Value::small_int(size as i64))
}
