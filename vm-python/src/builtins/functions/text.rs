//! `ascii`, `chr`, `format`, `ord`.

use crate::{
    error::PyResult,
    native::Args,
    object::{bytes::Bytes, str::Str},
    value::Value,
    vm::Vm,
};

pub(super) fn ascii(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "ascii")?;
    Ok(vm.ascii(v)?.value())
}

pub(super) fn chr(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "chr")?;
    let n = vm.exact_index(v)?.as_small_int();
    match n.and_then(|n| u32::try_from(n).ok()).filter(|&c| c <= 0x10_FFFF) {
        Some(c) => Ok(vm.new_char(c)?.value()),
        None => Err(vm.value_error("chr() arg not in range(0x110000)")),
    }
}

pub(super) fn ord(vm: &Vm, args: Args<'_>) -> PyResult {
    let [v] = args.exact::<1>(vm, "ord")?;
    let (len, first) = if let Some(s) = v.downcast::<Str>() {
        (s.len(), if s.is_empty() { 0 } else { s.code_point(0) })
    } else if let Some(b) = v.downcast::<Bytes>() {
        let b = b.as_slice();
        (b.len(), b.first().map_or(0, |&b| u32::from(b)))
    } else {
        return Err(
            vm.type_error(format!("ord() expected string of length 1, but {} found", vm.type_name(v)))
        );
    };
    if len != 1 {
        return Err(vm.type_error(format!("ord() expected a character, but string of length {len} found")));
    }
    Ok(Value::small_int(i64::from(first)))
}

pub(super) fn format(vm: &Vm, args: Args<'_>) -> PyResult {
    let a = args.range(vm, "format", 1, 2)?;
    let spec = match a.get(1) {
        None => vm.new_str("")?,
        Some(s) => match s.downcast::<Str>() {
            Some(s) => s,
            None => {
                return Err(
                    vm.type_error(format!("format() argument 2 must be str, not {}", vm.type_name(*s)))
                );
            }
        },
    };
    Ok(vm.format(a[0], spec)?.value())
}
