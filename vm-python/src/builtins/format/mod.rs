//! Formatting and reading of values: the format-specification mini-language, `%` formatting, `str.format`, number text.

pub mod float;
pub mod number;
pub mod percent;
pub mod spec;
pub mod template;

use crate::{
    builtins::str::builder::StrBuilder,
    error::{PyResult, Thrown},
    object::{
        bytes::{ByteArray, Bytes},
        gc::Gc,
        str::Str,
    },
    value::Value,
    vm::Vm,
};
use float::{Flags, Style};
use spec::{Align, Layout, NumberParts, Spec};

/// Sizes from here on are checked against the heap's limit before text of that size is built.
const CHECKED_SIZE: usize = 1 << 20;

/// The heap's address range: nothing larger can be a Python object.
const MOST_BYTES: usize = 64 << 30;

impl Vm {
    /// MemoryError if `bytes` more bytes cannot be had.
    pub(crate) fn check_room(&self, bytes: usize) -> PyResult<()> {
        if bytes < CHECKED_SIZE {
            return Ok(());
        }
        if bytes > MOST_BYTES || self.heap().charge(bytes).is_err() {
            return Err(self.memory_error());
        }
        self.heap().heap().discharge(bytes);
        // Without a limit the system still has one. Nothing is touched, so this costs two system calls.
        Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| self.memory_error())
    }

    /// `format(v, spec)`
    pub fn format(&self, v: Value, spec: Gc<Str>) -> PyResult<Gc<Str>> {
        if spec.is_empty() {
            if let Some(s) = v.downcast_exact::<Str>() {
                return Ok(s);
            }
            if v.is_small_int() {
                return self.int_repr(v);
            }
        }
        if v.is_small_int() {
            return format_int(self, v, spec);
        }
        if v.is_tagged_float() {
            return format_float(self, v, spec);
        }
        if v.downcast_exact::<Str>().is_some() {
            return format_str(self, v, spec);
        }
        let Some(f) = self.lookup_special(v, self.names().__format__)? else {
            return Err(self.type_error(format!("Type {} doesn't define __format__", self.type_name(v))));
        };
        self.check_native_stack()?;
        let r = self.call(f, &[spec.value()])?;
        r.downcast::<Str>().ok_or_else(|| {
            self.type_error(format!("__format__ must return a str, not {}", self.type_name(r)))
        })
    }

    /// `ascii(v)`
    pub fn ascii(&self, v: Value) -> PyResult<Gc<Str>> {
        let r = self.repr(v)?;
        self.ascii_of(r)
    }
}

/// The specification of `v`, or the ValueError that CPython raises.
fn parse_spec(vm: &Vm, v: Value, text: Gc<Str>, align: Align, ty: Option<char>) -> PyResult<Spec> {
    let points = Vm::code_points_of(&text);
    spec::parse(&points, align, ty)
        .map_err(|e| vm.value_error(e.message(&text.to_str_lossy(), &vm.type_name(v))))
}

#[cold]
fn unknown_type(vm: &Vm, ty: u32, v: Value) -> Thrown {
    let class = vm.type_name(v);
    vm.value_error(match char::from_u32(ty) {
        Some(c) if (33..128).contains(&ty) => {
            format!("Unknown format code '{c}' for object of type '{class}'")
        }
        _ => format!("Unknown format code '\\x{ty:x}' for object of type '{class}'"),
    })
}

fn assemble(vm: &Vm, l: &Layout, fill: u32) -> PyResult<Gc<Str>> {
    let pad =
        l.left.checked_add(l.inner).and_then(|n| n.checked_add(l.right)).ok_or_else(|| vm.memory_error())?;
    if pad == 0 && l.head.is_empty() {
        return vm.new_str(&l.tail);
    }
    vm.check_room(pad.saturating_mul(if fill < 0x100 { 1 } else { 4 }))?;
    let mut out = StrBuilder::with_capacity(pad.min(4096) + l.head.len() + l.tail.len());
    let full = |_| vm.memory_error();
    out.fill(fill, l.left).map_err(full)?;
    out.push_str(&l.head);
    out.fill(fill, l.inner).map_err(full)?;
    out.push_str(&l.tail);
    out.fill(fill, l.right).map_err(full)?;
    out.finish(vm)
}

/// `str.__format__`
pub fn format_str(vm: &Vm, v: Value, text: Gc<Str>) -> PyResult<Gc<Str>> {
    if text.is_empty() {
        return vm.str(v);
    }
    let Some(s) = v.downcast::<Str>() else { return vm.str(v) };
    let spec = parse_spec(vm, v, text, Align::Left, Some('s'))?;
    if let Some(ty) = spec.ty
        && ty != u32::from('s')
    {
        return Err(unknown_type(vm, ty, v));
    }
    let refused = match spec {
        Spec { sign: Some(b' '), .. } => "Space not allowed in string format specifier",
        Spec { sign: Some(_), .. } => "Sign not allowed in string format specifier",
        Spec { no_neg_zero: true, .. } => "Negative zero coercion (z) not allowed in string format specifier",
        Spec { alternate: true, .. } => "Alternate form (#) not allowed in string format specifier",
        Spec { align: Some(Align::AfterSign), .. } => "'=' alignment not allowed in string format specifier",
        _ => "",
    };
    if !refused.is_empty() {
        return Err(vm.value_error(refused));
    }
    let s = match spec.precision {
        Some(p) if p < s.len() => vm.str_slice(s, 0, p)?,
        _ => s,
    };
    let (left, right) = spec::padding(s.len(), spec.width.unwrap_or(0), spec.align.unwrap_or(Align::Left));
    vm.check_room(left.saturating_add(right))?;
    vm.str_pad(s, left, right, spec.fill)
}

/// `int.__format__`
pub fn format_int(vm: &Vm, v: Value, text: Gc<Str>) -> PyResult<Gc<Str>> {
    if text.is_empty() {
        return vm.str(v);
    }
    let spec = parse_spec(vm, v, text, Align::Right, Some('d'))?;
    let ty = spec.ty.map_or('d', |c| char::from_u32(c).unwrap_or('\0'));
    match ty {
        'd' | 'b' | 'o' | 'x' | 'X' | 'n' | 'c' => {}
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
            let x = vm.float_of(v)?;
            return float_with_spec(vm, x, &spec, v);
        }
        _ => return Err(unknown_type(vm, spec.ty.unwrap_or(0), v)),
    }
    if spec.precision.is_some() {
        return Err(vm.value_error("Precision not allowed in integer format specifier"));
    }
    if spec.no_neg_zero {
        return Err(vm.value_error("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    if ty == 'c' {
        return format_code_point(vm, v, &spec);
    }
    let (base, prefix) = match ty {
        'b' => (2, "0b"),
        'o' => (8, "0o"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let digits = vm.int_to_text(v, base)?;
    let digits = if ty == 'X' { digits.to_uppercase() } else { digits };
    let (negative, digits) = match digits.strip_prefix('-') {
        Some(d) => (true, d),
        None => (false, digits.as_str()),
    };
    let parts = NumberParts {
        sign: sign_text(negative, spec.sign),
        prefix: if spec.alternate { prefix } else { "" },
        digits,
        rest: "",
    };
    let l = spec::layout(&parts, &spec, if base == 10 { 3 } else { 4 }).ok_or_else(|| vm.memory_error())?;
    assemble(vm, &l, spec.fill)
}

fn format_code_point(vm: &Vm, v: Value, spec: &Spec) -> PyResult<Gc<Str>> {
    if spec.sign.is_some() {
        return Err(vm.value_error("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(vm.value_error("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    let n = vm.index_clamped(v)?;
    if n == i64::MAX || n == i64::MIN {
        return Err(vm.overflow_error("Python int too large to convert to C long"));
    }
    let c = u32::try_from(n)
        .ok()
        .filter(|&c| c <= 0x10_FFFF)
        .ok_or_else(|| vm.overflow_error("%c arg not in range(0x110000)"))?;
    let one = vm.new_char(c)?;
    let (left, right) = spec::padding(1, spec.width.unwrap_or(0), spec.align.unwrap_or(Align::Right));
    vm.check_room(left.saturating_add(right))?;
    vm.str_pad(one, left, right, spec.fill)
}

const fn sign_text(negative: bool, sign: Option<u8>) -> &'static str {
    match (negative, sign) {
        (true, _) => "-",
        (_, Some(b'+')) => "+",
        (_, Some(b' ')) => " ",
        _ => "",
    }
}

/// `float.__format__`
pub fn format_float(vm: &Vm, v: Value, text: Gc<Str>) -> PyResult<Gc<Str>> {
    if text.is_empty() {
        return vm.str(v);
    }
    let spec = parse_spec(vm, v, text, Align::Right, None)?;
    let x = vm.float_of(v)?;
    float_with_spec(vm, x, &spec, v)
}

/// How a presentation type shows floats: style, default precision, upper case.
const fn float_style(ty: char, has_precision: bool) -> Option<(Style, usize, bool)> {
    Some(match ty {
        '\0' if has_precision => (Style::General, 0, false),
        '\0' => (Style::Repr, 0, false),
        'e' => (Style::Exponent, 6, false),
        'E' => (Style::Exponent, 6, true),
        'f' | '%' => (Style::Fixed, 6, false),
        'F' => (Style::Fixed, 6, true),
        'g' | 'n' => (Style::General, 6, false),
        'G' => (Style::General, 6, true),
        _ => return None,
    })
}

fn checked_precision(vm: &Vm, precision: usize) -> PyResult<usize> {
    if precision > i32::MAX as usize {
        return Err(vm.value_error("precision too big"));
    }
    vm.check_room(precision)?;
    Ok(precision)
}

fn float_with_spec(vm: &Vm, x: f64, spec: &Spec, v: Value) -> PyResult<Gc<Str>> {
    let ty = spec.ty.map_or('\0', |c| char::from_u32(c).filter(|&c| c != '\0').unwrap_or('\u{1}'));
    let Some((style, default, upper)) = float_style(ty, spec.precision.is_some()) else {
        return Err(unknown_type(vm, spec.ty.unwrap_or(0), v));
    };
    let precision = checked_precision(vm, spec.precision.unwrap_or(default))?;
    let flags =
        Flags { alternate: spec.alternate, dot_zero: ty == '\0', upper, no_neg_zero: spec.no_neg_zero };
    let mut text = float::format(if ty == '%' { x * 100.0 } else { x }, style, precision, flags);
    if ty == '%' {
        text.push('%');
    }
    let (negative, body) = match text.strip_prefix('-') {
        Some(b) => (true, b),
        None => (false, text.as_str()),
    };
    let split = body.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(body.len());
    let parts = NumberParts {
        sign: sign_text(negative, spec.sign),
        prefix: "",
        digits: &body[..split],
        rest: &body[split..],
    };
    let l = spec::layout(&parts, spec, 3).ok_or_else(|| vm.memory_error())?;
    assemble(vm, &l, spec.fill)
}

/// `complex.__format__`
pub fn format_complex(vm: &Vm, v: Value, text: Gc<Str>) -> PyResult<Gc<Str>> {
    if text.is_empty() {
        return vm.str(v);
    }
    let Some((re, im)) = vm.as_complex(v) else { return vm.str(v) };
    let spec = parse_spec(vm, v, text, Align::Right, None)?;
    let ty = spec.ty.map_or('\0', |c| char::from_u32(c).filter(|&c| c != '\0').unwrap_or('\u{1}'));
    let style = float_style(ty, spec.precision.is_some()).filter(|_| ty != '%');
    let Some((style, default, upper)) = style else {
        return Err(unknown_type(vm, spec.ty.unwrap_or(0), v));
    };
    if spec.align == Some(Align::AfterSign) && spec.fill != u32::from('0') {
        return Err(vm.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    if spec.fill == u32::from('0') {
        return Err(vm.value_error("Zero padding is not allowed in complex format specifier"));
    }
    let precision = checked_precision(vm, spec.precision.unwrap_or(default))?;
    let flags = Flags { alternate: spec.alternate, upper, no_neg_zero: spec.no_neg_zero, ..Flags::default() };
    let part = |x: f64, sign: Option<u8>| -> PyResult<String> {
        let text = float::format(x, style, precision, flags);
        let (negative, body) = text.strip_prefix('-').map_or((false, text.as_str()), |b| (true, b));
        let split = body.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(body.len());
        let parts = NumberParts {
            sign: sign_text(negative, sign),
            prefix: "",
            digits: &body[..split],
            rest: &body[split..],
        };
        let plain = Spec { width: None, align: None, ..spec };
        let l = spec::layout(&parts, &plain, 3).ok_or_else(|| vm.memory_error())?;
        Ok(l.head + &l.tail)
    };
    // As in repr: without a type, parentheses, and no real part if that is zero.
    let bare = ty == '\0';
    let skip_real = bare && re == 0.0 && re.is_sign_positive();
    let mut body = String::new();
    if !skip_real {
        body.push_str(&part(re, spec.sign)?);
    }
    body.push_str(&part(im, if skip_real { spec.sign } else { Some(b'+') })?);
    body.push('j');
    if bare && !skip_real {
        body = format!("({body})");
    }
    let (left, right) =
        spec::padding(body.len(), spec.width.unwrap_or(0), spec.align.unwrap_or(Align::Right));
    assemble(vm, &Layout { left, head: String::new(), inner: 0, tail: body, right }, spec.fill)
}

/// `repr` of a float as a string object.
pub fn float_repr(vm: &Vm, x: f64) -> PyResult<Gc<Str>> {
    vm.new_ascii(float::repr(x).as_bytes())
}

/// `repr` of an int as a string object.
pub fn int_to_str(vm: &Vm, v: Value) -> PyResult<Gc<Str>> {
    vm.int_repr(v)
}

/// `int(x, base)` for text: `str`, `bytes` or `bytearray`; `None` for other objects.
pub fn parse_int_value(vm: &Vm, x: Value, base: u32) -> PyResult<Option<Value>> {
    if let Some(s) = x.downcast::<Str>() {
        return vm.parse_int(s, base).map(Some);
    }
    if let Some(b) = x.downcast::<Bytes>() {
        return vm.parse_int_bytes(b.as_slice(), base).map(Some);
    }
    if let Some(b) = x.downcast::<ByteArray>() {
        return vm.parse_int_bytes(&b.to_vec(), base).map(Some);
    }
    Ok(None)
}

/// `float(x)` for text: `str`, `bytes` or `bytearray`; `None` for other objects.
pub fn parse_float_value(vm: &Vm, x: Value) -> PyResult<Option<f64>> {
    if let Some(s) = x.downcast::<Str>() {
        return vm.parse_float(s).map(Some);
    }
    if let Some(b) = x.downcast::<Bytes>() {
        return vm.parse_float_bytes(x, b.as_slice()).map(Some);
    }
    if let Some(b) = x.downcast::<ByteArray>() {
        return vm.parse_float_bytes(x, &b.to_vec()).map(Some);
    }
    Ok(None)
}
