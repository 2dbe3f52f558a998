//! `str.translate` and `str.maketrans`.

use super::builder::StrBuilder;
use crate::{
    error::PyResult,
    native::Args,
    object::{dict::Dict, str::Str},
    value::Value,
    vm::Vm,
};

pub(super) fn maketrans(vm: &Vm, a: Args<'_>) -> PyResult {
    let v = a.range(vm, "maketrans", 1, 3)?;
    let out = vm.new_dict()?;
    if let [table] = v {
        let Some(table) = table.downcast::<Dict>() else {
            return Err(vm.type_error("if you give only one argument to maketrans it must be a dict"));
        };
        let mut pos = 0;
        while let Some((next, key, value)) = table.next_entry(pos) {
            pos = next;
            let key = if vm.is_int(key) {
                key
            } else if let Some(s) = key.downcast::<Str>() {
                if s.len() != 1 {
                    return Err(vm.value_error("string keys in translate table must be of length 1"));
                }
                Value::small_int(s.code_point(0).into())
            } else {
                return Err(vm.type_error("keys in translate table must be strings or integers"));
            };
            out.set(vm, key, value)?;
        }
        return Ok(out.value());
    }
    let to = vm.str_argument(v[1], "maketrans() argument 2")?;
    let Some(from) = v[0].downcast::<Str>() else {
        return Err(vm.type_error("first maketrans argument must be a string if there is a second argument"));
    };
    if from.len() != to.len() {
        return Err(vm.value_error("the first two maketrans arguments must have equal length"));
    }
    for (x, y) in from.code_points().zip(to.code_points()) {
        out.set(vm, Value::small_int(x.into()), Value::small_int(y.into()))?;
    }
    if let Some(&dropped) = v.get(2) {
        let dropped = vm.str_argument(dropped, "maketrans() argument 3")?;
        for x in dropped.code_points() {
            out.set(vm, Value::small_int(x.into()), Value::NONE)?;
        }
    }
    Ok(out.value())
}

/// What a table maps a character to.
enum Mapped {
    Same,
    Char(u32),
    Text(Value),
    Dropped,
}

fn lookup(vm: &Vm, table: Value, c: u32) -> PyResult<Mapped> {
    let key = Value::small_int(c.into());
    let v = match table.downcast_exact::<Dict>() {
        Some(d) => match d.get(vm, key)? {
            Some(v) => v,
            None => return Ok(Mapped::Same),
        },
        None => match vm.getitem(table, key) {
            Ok(v) => v,
            Err(e) if e.is(vm, vm.exc().lookup_error) => return Ok(Mapped::Same),
            Err(e) => return Err(e),
        },
    };
    if v.is_none() {
        return Ok(Mapped::Dropped);
    }
    if v.is::<Str>() {
        return Ok(Mapped::Text(v));
    }
    if vm.is_int(v) {
        return match u32::try_from(vm.index_clamped(v)?) {
            Ok(c) if c <= 0x10_FFFF => Ok(Mapped::Char(c)),
            _ => Err(vm.value_error("character mapping must be in range(0x110000)")),
        };
    }
    Err(vm.type_error("character mapping must return integer, None or str"))
}

pub(super) fn translate(vm: &Vm, a: Args<'_>) -> PyResult {
    let (s, [table]) = a.method::<Str, 1>(vm, "str.translate")?;
    let mut out = StrBuilder::with_capacity(s.len());
    for (i, c) in s.code_points().enumerate() {
        match lookup(vm, table, c)? {
            Mapped::Same => out.push(c),
            Mapped::Char(c) => out.push(c),
            Mapped::Text(t) => {
                if let Some(t) = t.downcast::<Str>() {
                    vm.check_room(out.len().saturating_add(t.len()))?;
                    out.push_text(&t);
                }
            }
            Mapped::Dropped => {}
        }
        if i % 4096 == 4095 {
            vm.poll()?;
        }
    }
    Ok(out.finish(vm)?.value())
}
