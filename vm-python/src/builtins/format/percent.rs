//! printf-style formatting: `str % args` and `bytes % args`.

use super::{
    float::{self, Flags, Style},
    number::is_binary_base,
};
use crate::{
    builtins::{bytes::bytes_like, str::builder::StrBuilder},
    error::{PyResult, Thrown},
    object::{gc::Gc, sequence::Tuple, str::Str},
    value::Value,
    vm::Vm,
};

/// The template: text or bytes.
#[derive(Clone, Copy)]
enum Template<'a> {
    Text(Gc<Str>),
    Bytes(&'a [u8]),
}

impl Template<'_> {
    fn len(&self) -> usize {
        match self {
            Template::Text(s) => s.len(),
            Template::Bytes(b) => b.len(),
        }
    }
    fn at(&self, i: usize) -> u32 {
        match self {
            Template::Text(s) => s.code_point(i),
            Template::Bytes(b) => u32::from(b[i]),
        }
    }
    fn is_bytes(&self) -> bool {
        matches!(self, Template::Bytes(_))
    }
}

/// One `%` directive.
#[derive(Clone, Copy, Default)]
struct Directive {
    left: bool,
    plus: bool,
    blank: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

struct Formatter<'a> {
    vm: &'a Vm,
    text: Template<'a>,
    pos: usize,
    /// The arguments left: items of a tuple, or one value.
    items: &'a [Value],
    single: Option<Value>,
    mapping: Option<Value>,
    out: StrBuilder,
}

/// What comes between the paddings.
struct Piece<'a> {
    sign: &'a str,
    prefix: &'a str,
    numeric: bool,
}

impl Formatter<'_> {
    fn next_arg(&mut self) -> PyResult {
        if let Some(v) = self.single.take() {
            return Ok(v);
        }
        match self.items.split_first() {
            Some((&v, rest)) => {
                self.items = rest;
                Ok(v)
            }
            None => Err(self.vm.type_error("not enough arguments for format string")),
        }
    }

    fn take(&mut self) -> PyResult<u32> {
        if self.pos >= self.text.len() {
            return Err(self.vm.value_error("incomplete format"));
        }
        self.pos += 1;
        Ok(self.text.at(self.pos - 1))
    }

    /// Reads `(key)` and makes its value the only argument.
    fn mapping_key(&mut self) -> PyResult<()> {
        let vm = self.vm;
        let Some(mapping) = self.mapping else { return Err(vm.type_error("format requires a mapping")) };
        self.pos += 1;
        let start = self.pos;
        let mut depth = 1;
        while depth > 0 {
            if self.pos >= self.text.len() {
                return Err(vm.value_error("incomplete format key"));
            }
            match char::from_u32(self.text.at(self.pos)) {
                Some('(') => depth += 1,
                Some(')') => depth -= 1,
                _ => {}
            }
            self.pos += 1;
        }
        let end = self.pos - 1;
        let key = match self.text {
            Template::Text(s) => vm.str_slice(s, start, end)?.value(),
            Template::Bytes(b) => vm.new_bytes(&b[start..end])?.value(),
        };
        self.single = Some(vm.getitem(mapping, key)?);
        self.items = &[];
        Ok(())
    }

    fn star(&mut self, limit: i64, c_type: &str) -> PyResult<i64> {
        let vm = self.vm;
        let v = self.next_arg()?;
        if !vm.is_int(v) {
            return Err(vm.type_error("* wants int"));
        }
        let n = vm.index_clamped(v)?;
        if n == i64::MAX || n == i64::MIN || n.abs() > limit {
            return Err(vm.overflow_error(format!("Python int too large to convert to C {c_type}")));
        }
        Ok(n)
    }

    fn digits(&mut self, first: u32, limit: usize, what: &str) -> PyResult<(usize, u32)> {
        let mut n = 0usize;
        let mut c = first;
        while let Some(d) = char::from_u32(c).and_then(|c| c.to_digit(10)) {
            n = n
                .checked_mul(10)
                .and_then(|n| n.checked_add(d as usize))
                .filter(|&n| n <= limit)
                .ok_or_else(|| self.vm.value_error(format!("{what} too big")))?;
            c = self.take()?;
        }
        Ok((n, c))
    }

    /// Reads a directive after its `%`; returns it with its conversion character.
    fn directive(&mut self) -> PyResult<(Directive, u32)> {
        let mut d = Directive::default();
        if self.pos < self.text.len() && self.text.at(self.pos) == u32::from('(') {
            self.mapping_key()?;
        }
        let mut c = loop {
            let c = self.take()?;
            match char::from_u32(c) {
                Some('-') => d.left = true,
                Some('+') => d.plus = true,
                Some(' ') => d.blank = true,
                Some('#') => d.alternate = true,
                Some('0') => d.zero = true,
                _ => break c,
            }
        };
        if c == u32::from('*') {
            let n = self.star(i64::MAX, "ssize_t")?;
            d.left |= n < 0;
            d.width = n.unsigned_abs() as usize;
            c = self.take()?;
        } else {
            (d.width, c) = self.digits(c, isize::MAX as usize, "width")?;
        }
        if c == u32::from('.') {
            c = self.take()?;
            if c == u32::from('*') {
                let n = self.star(i64::from(i32::MAX), "int")?;
                d.precision = Some(usize::try_from(n).unwrap_or(0));
                c = self.take()?;
            } else {
                let (n, next) = self.digits(c, i32::MAX as usize, "precision")?;
                (d.precision, c) = (Some(n), next);
            }
        }
        if matches!(char::from_u32(c), Some('h' | 'l' | 'L')) {
            c = self.take()?;
        }
        Ok((d, c))
    }

    fn run(&mut self) -> PyResult<()> {
        let n = self.text.len();
        while self.pos < n {
            let start = self.pos;
            while self.pos < n && self.text.at(self.pos) != u32::from('%') {
                self.pos += 1;
            }
            match self.text {
                Template::Text(s) => self.out.push_slice(&s, start, self.pos),
                Template::Bytes(b) => self.out.push_latin1(&b[start..self.pos]),
            }
            if self.pos == n {
                break;
            }
            self.pos += 1;
            if self.pos < n && self.text.at(self.pos) == u32::from('%') {
                self.out.push('%'.into());
                self.pos += 1;
                continue;
            }
            let (d, c) = self.directive()?;
            self.convert(d, c)?;
        }
        if self.mapping.is_none() && (!self.items.is_empty() || self.single.is_some()) {
            let what = if self.text.is_bytes() { "bytes" } else { "string" };
            return Err(self.vm.type_error(format!("not all arguments converted during {what} formatting")));
        }
        Ok(())
    }

    fn convert(&mut self, d: Directive, c: u32) -> PyResult<()> {
        let vm = self.vm;
        let ch = char::from_u32(c).unwrap_or('\0');
        let v = self.next_arg()?;
        let bytes = self.text.is_bytes();
        match ch {
            'b' | 's' if bytes => {
                let content = bytes_argument(vm, v)?;
                let n = d.precision.unwrap_or(usize::MAX).min(content.len());
                self.padded(d, n, |out| out.push_latin1(&content[..n]))
            }
            'r' | 'a' if bytes => {
                let s = vm.ascii(v)?;
                self.string(d, s)
            }
            's' => {
                let s = vm.str(v)?;
                self.string(d, s)
            }
            'r' => {
                let s = vm.repr(v)?;
                self.string(d, s)
            }
            'a' => {
                let s = vm.ascii(v)?;
                self.string(d, s)
            }
            'c' => {
                let c = if bytes { byte_argument(vm, v)? } else { char_argument(vm, v)? };
                self.padded(d, 1, |out| out.push(c))
            }
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' => self.integer(d, ch, v),
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => self.float(d, ch, v),
            _ => {
                let shown = if (32..127).contains(&c) { ch } else { '?' };
                Err(vm.value_error(format!(
                    "unsupported format character '{shown}' ({c:#x}) at index {}",
                    self.pos - 1
                )))
            }
        }
    }

    fn string(&mut self, d: Directive, s: Gc<Str>) -> PyResult<()> {
        let n = d.precision.unwrap_or(usize::MAX).min(s.len());
        self.padded(d, n, |out| out.push_slice(&s, 0, n))
    }

    fn fill(&mut self, c: char, n: usize) -> PyResult<()> {
        self.vm.check_room(n)?;
        self.out.fill(c.into(), n).map_err(|_| self.vm.memory_error())
    }

    fn padded(&mut self, d: Directive, len: usize, body: impl FnOnce(&mut StrBuilder)) -> PyResult<()> {
        let n = d.width.saturating_sub(len);
        if !d.left {
            self.fill(' ', n)?;
        }
        body(&mut self.out);
        if d.left {
            self.fill(' ', n)?;
        }
        Ok(())
    }

    /// Writes a number: padding, sign and prefix, zeros, digits.
    fn number(&mut self, d: Directive, p: &Piece<'_>, body: &str) -> PyResult<()> {
        let len = p.sign.len() + p.prefix.len() + body.len();
        let n = d.width.saturating_sub(len);
        let zeros = d.zero && p.numeric && !d.left;
        if !d.left && !zeros {
            self.fill(' ', n)?;
        }
        self.out.push_str(p.sign);
        self.out.push_str(p.prefix);
        if zeros {
            self.fill('0', n)?;
        }
        self.out.push_str(body);
        if d.left {
            self.fill(' ', n)?;
        }
        Ok(())
    }

    fn integer(&mut self, d: Directive, ch: char, v: Value) -> PyResult<()> {
        let vm = self.vm;
        let decimal = matches!(ch, 'd' | 'i' | 'u');
        let n = if vm.is_int(v) {
            v
        } else {
            let class = vm.type_name(v);
            let r = if !decimal {
                vm.index(v)
            } else if is_text(v) {
                Err(vm.type_error(""))
            } else {
                vm.int_of(v)
            };
            r.map_err(|e| {
                if !e.is(vm, vm.exc().type_error) {
                    e
                } else if decimal {
                    vm.type_error(format!("%{} format: a real number is required, not {class}", 'd'))
                } else {
                    vm.type_error(format!("%{ch} format: an integer is required, not {class}"))
                }
            })?
        };
        let (base, prefix) = match ch {
            'o' => (8, "0o"),
            'x' => (16, "0x"),
            'X' => (16, "0X"),
            _ => (10, ""),
        };
        debug_assert!(base == 10 || is_binary_base(base));
        let text = vm.int_to_text(n, base)?;
        let text = if ch == 'X' { text.to_uppercase() } else { text };
        let (negative, digits) = text.strip_prefix('-').map_or((false, text.as_str()), |t| (true, t));
        let least = d.precision.unwrap_or(0);
        let padded;
        let digits = if digits.len() < least {
            vm.check_room(least)?;
            padded = format!("{}{digits}", "0".repeat(least - digits.len()));
            &padded
        } else {
            digits
        };
        let piece =
            Piece { sign: sign(negative, d), prefix: if d.alternate { prefix } else { "" }, numeric: true };
        self.number(d, &piece, digits)
    }

    fn float(&mut self, d: Directive, ch: char, v: Value) -> PyResult<()> {
        let vm = self.vm;
        let x = if is_text(v) { Err(vm.type_error("")) } else { vm.float_of(v) };
        let x = x.map_err(|e| {
            if !e.is(vm, vm.exc().type_error) || !(is_text(v) || self.text.is_bytes()) {
                return e;
            }
            let class = vm.type_name(v);
            vm.type_error(if self.text.is_bytes() {
                format!("float argument required, not {class}")
            } else {
                format!("must be real number, not {class}")
            })
        })?;
        let style = match ch {
            'e' | 'E' => Style::Exponent,
            'f' | 'F' => Style::Fixed,
            _ => Style::General,
        };
        let precision = d.precision.unwrap_or(6);
        vm.check_room(precision)?;
        let flags = Flags { alternate: d.alternate, upper: ch.is_ascii_uppercase(), ..Flags::default() };
        let text = float::format(x, style, precision, flags);
        let (negative, body) = text.strip_prefix('-').map_or((false, text.as_str()), |t| (true, t));
        let piece = Piece { sign: sign(negative, d), prefix: "", numeric: true };
        self.number(d, &piece, body)
    }
}

const fn sign(negative: bool, d: Directive) -> &'static str {
    match (negative, d.plus, d.blank) {
        (true, ..) => "-",
        (_, true, _) => "+",
        (_, _, true) => " ",
        _ => "",
    }
}

/// Whether `v` is text, which is no number although `int()` and `float()` read it.
fn is_text(v: Value) -> bool {
    v.is::<Str>() || crate::builtins::bytes::is_bytes_like(v)
}

fn char_argument(vm: &Vm, v: Value) -> PyResult<u32> {
    if let Some(s) = v.downcast::<Str>()
        && s.len() == 1
    {
        return Ok(s.code_point(0));
    }
    if v.is::<Str>() || !vm.is_int(v) && vm.as_float(v).is_some() {
        return Err(vm.type_error("%c requires int or char"));
    }
    let n = vm.index(v).map_err(|e| retyped(vm, e, "%c requires int or char"))?;
    u32::try_from(vm.index_clamped(n)?)
        .ok()
        .filter(|&c| c <= 0x10_FFFF)
        .ok_or_else(|| vm.overflow_error("%c arg not in range(0x110000)"))
}

fn byte_argument(vm: &Vm, v: Value) -> PyResult<u32> {
    const MESSAGE: &str = "%c requires an integer in range(256) or a single byte";
    if let Some(b) = bytes_like(v) {
        return match *b {
            [b] => Ok(b.into()),
            _ => Err(vm.type_error(MESSAGE)),
        };
    }
    if v.is::<Str>() {
        return Err(vm.type_error(MESSAGE));
    }
    let n = vm.index(v).map_err(|e| retyped(vm, e, MESSAGE))?;
    u32::try_from(vm.index_clamped(n)?)
        .ok()
        .filter(|&c| c < 256)
        .ok_or_else(|| vm.overflow_error("%c arg not in range(256)"))
}

/// A TypeError gets another text; other exceptions pass.
fn retyped(vm: &Vm, e: Thrown, text: &str) -> Thrown {
    if e.is(vm, vm.exc().type_error) { vm.type_error(text) } else { e }
}

/// The argument of `%s` and `%b` in bytes.
fn bytes_argument(vm: &Vm, v: Value) -> PyResult<Vec<u8>> {
    if let Some(b) = bytes_like(v) {
        return Ok(b.into_owned());
    }
    if let Some(f) = vm.lookup_special(v, vm.names().__bytes__)? {
        let r = vm.call(f, &[])?;
        return match bytes_like(r) {
            Some(b) => Ok(b.into_owned()),
            None => Err(vm.type_error(format!("__bytes__ returned non-bytes (type {})", vm.type_name(r)))),
        };
    }
    Err(vm.type_error(format!(
        "%b requires a bytes-like object, or an object that implements __bytes__, not '{}'",
        vm.type_name(v)
    )))
}

fn run<'a>(vm: &'a Vm, text: Template<'a>, args: Value) -> PyResult<StrBuilder> {
    vm.check_native_stack()?;
    let tuple = args.downcast::<Tuple>();
    // SAFETY: the tuple is an argument of the caller, who keeps it alive.
    let items: &[Value] = tuple.map_or(&[], |t| unsafe { &*t.as_ptr() }.as_slice());
    let is_mapping = tuple.is_none()
        && !args.is::<Str>()
        && !(text.is_bytes() && crate::builtins::bytes::is_bytes_like(args))
        && vm.type_of(args).slots().getitem.is_some();
    let mut f = Formatter {
        vm,
        text,
        pos: 0,
        items,
        single: tuple.is_none().then_some(args),
        mapping: is_mapping.then_some(args),
        out: StrBuilder::with_capacity(text.len() + 16),
    };
    f.run()?;
    Ok(f.out)
}

impl Vm {
    /// `fmt % args` for text.
    pub fn format_percent(&self, fmt: Gc<Str>, args: Value) -> PyResult {
        Ok(run(self, Template::Text(fmt), args)?.finish(self)?.value())
    }

    /// `fmt % args` for bytes; the result's content.
    pub fn format_percent_bytes(&self, fmt: &[u8], args: Value) -> PyResult<Vec<u8>> {
        Ok(run(self, Template::Bytes(fmt), args)?.into_latin1())
    }
}
