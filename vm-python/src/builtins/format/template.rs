//! `str.format` and `str.format_map`: replacement fields `{name.attr[key]!conversion:spec}`.

use crate::{
    builtins::str::{builder::StrBuilder, unicode::decimal},
    error::PyResult,
    native::Args,
    object::{gc::Gc, str::Str},
    value::Value,
    vm::Vm,
};

/// A half-open range of code points of the template.
type Span = std::ops::Range<usize>;

/// A replacement field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Field {
    /// Name with its attributes and subscripts.
    pub name: Span,
    /// Character after `!`.
    pub conversion: Option<u32>,
    /// After `:`.
    pub spec: Span,
    /// Whether the specification contains fields itself.
    pub nested: bool,
}

/// A step of a template: literal text, then perhaps a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chunk {
    /// Text to copy.
    pub literal: Span,
    /// The field after it.
    pub field: Option<Field>,
}

/// Reads a template chunk by chunk.
pub struct Chunks<'a> {
    text: &'a dyn Fn(usize) -> u32,
    pos: usize,
    end: usize,
}

const OPEN: u32 = '{' as u32;
const CLOSE: u32 = '}' as u32;
const COLON: u32 = ':' as u32;
const BANG: u32 = '!' as u32;
const DOT: u32 = '.' as u32;
const BRACKET: u32 = '[' as u32;
const BRACKET_END: u32 = ']' as u32;

impl<'a> Chunks<'a> {
    /// Reads code points `span`, where `text(i)` is the code point at `i`.
    pub fn new(text: &'a dyn Fn(usize) -> u32, span: Span) -> Chunks<'a> {
        Chunks { text, pos: span.start, end: span.end }
    }
    fn take(&mut self) -> Option<u32> {
        let c = (self.pos < self.end).then(|| (self.text)(self.pos))?;
        self.pos += 1;
        Some(c)
    }
    fn peek(&self) -> Option<u32> {
        (self.pos < self.end).then(|| (self.text)(self.pos))
    }

    /// The next chunk; `Err` is the text of a ValueError.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, &'static str> {
        let start = self.pos;
        let brace = loop {
            match self.take() {
                None if self.pos == start => return Ok(None),
                None => return Ok(Some(Chunk { literal: start..self.pos, field: None })),
                Some(c @ (OPEN | CLOSE)) => break c,
                Some(_) => {}
            }
        };
        if self.peek() == Some(brace) {
            // Doubled: the brace itself.
            let literal = start..self.pos;
            self.pos += 1;
            return Ok(Some(Chunk { literal, field: None }));
        }
        if brace == CLOSE {
            return Err("Single '}' encountered in format string");
        }
        if self.pos == self.end {
            return Err("Single '{' encountered in format string");
        }
        let literal = start..self.pos - 1;
        let field = Some(self.field()?);
        Ok(Some(Chunk { literal, field }))
    }

    fn field(&mut self) -> Result<Field, &'static str> {
        let start = self.pos;
        let stop = loop {
            match self.take() {
                None => return Err("expected '}' before end of string"),
                Some(OPEN) => return Err("unexpected '{' in field name"),
                Some(BRACKET) => {
                    while self.peek().is_some_and(|c| c != BRACKET_END) {
                        self.pos += 1;
                    }
                }
                Some(c @ (CLOSE | COLON | BANG)) => break c,
                Some(_) => {}
            }
        };
        let mut field =
            Field { name: start..self.pos - 1, conversion: None, spec: self.pos..self.pos, nested: false };
        if stop == CLOSE {
            return Ok(field);
        }
        if stop == BANG {
            field.conversion =
                Some(self.take().ok_or("end of string while looking for conversion specifier")?);
            match self.take() {
                Some(CLOSE) => return Ok(field),
                Some(COLON) | None => {}
                Some(_) => return Err("expected ':' after conversion specifier"),
            }
        }
        let start = self.pos;
        let mut depth = 1;
        while let Some(c) = self.take() {
            match c {
                OPEN => {
                    field.nested = true;
                    depth += 1;
                }
                CLOSE => {
                    depth -= 1;
                    if depth == 0 {
                        field.spec = start..self.pos - 1;
                        return Ok(field);
                    }
                }
                _ => {}
            }
        }
        Err("unmatched '{' in format spec")
    }
}

/// Whether fields are numbered by position or explicitly.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbering {
    Unknown,
    Automatic,
    Manual,
}

struct Formatter<'a> {
    vm: &'a Vm,
    text: Gc<Str>,
    /// Positional arguments; `None` for `format_map`.
    args: Option<&'a [Value]>,
    lookup: &'a dyn Fn(Gc<Str>) -> PyResult<Value>,
    numbering: Numbering,
    next_index: usize,
}

impl Formatter<'_> {
    fn build(&mut self, span: Span, depth: u32, out: &mut StrBuilder) -> PyResult<()> {
        if depth == 0 {
            return Err(self.vm.value_error("Max string recursion exceeded"));
        }
        let text = self.text;
        let read = move |i: usize| text.code_point(i);
        let mut chunks = Chunks::new(&read, span);
        while let Some(chunk) = chunks.next_chunk().map_err(|e| self.vm.value_error(e))? {
            out.push_slice(&text, chunk.literal.start, chunk.literal.end);
            let Some(field) = chunk.field else { continue };
            let mut v = self.value_of(field.name)?;
            if let Some(c) = field.conversion {
                v = self.convert(v, c)?;
            }
            let spec = if field.nested {
                let mut inner = StrBuilder::new();
                self.build(field.spec, depth - 1, &mut inner)?;
                inner.finish(self.vm)?
            } else {
                self.vm.str_slice(text, field.spec.start, field.spec.end)?
            };
            out.push_text(&*self.vm.format(v, spec)?);
        }
        Ok(())
    }

    fn convert(&self, v: Value, c: u32) -> PyResult {
        let vm = self.vm;
        Ok(match char::from_u32(c) {
            Some('r') => vm.repr(v)?,
            Some('s') => vm.str(v)?,
            Some('a') => vm.ascii(v)?,
            Some(ch) if (33..127).contains(&c) => {
                return Err(vm.value_error(format!("Unknown conversion specifier {ch}")));
            }
            _ => return Err(vm.value_error(format!("Unknown conversion specifier \\x{c:x}"))),
        }
        .value())
    }

    /// The number that a span is, if it is one.
    fn integer(&self, span: &Span) -> PyResult<Option<usize>> {
        let mut n = 0usize;
        for i in span.clone() {
            let Some(d) = decimal(self.text.code_point(i)) else { return Ok(None) };
            n = n
                .checked_mul(10)
                .and_then(|n| n.checked_add(d as usize))
                .filter(|&n| n <= isize::MAX as usize)
                .ok_or_else(|| self.vm.value_error("Too many decimal digits in format string"))?;
        }
        Ok((!span.is_empty()).then_some(n))
    }

    fn value_of(&mut self, name: Span) -> PyResult {
        let vm = self.vm;
        let text = self.text;
        let stop = |c: u32| c == DOT || c == BRACKET;
        let mut pos = name.clone().find(|&i| stop(text.code_point(i))).unwrap_or(name.end);
        let first = name.start..pos;
        let index = self.integer(&first)?;
        let mut v = if first.is_empty() || index.is_some() {
            let automatic = first.is_empty();
            let wanted = if automatic { Numbering::Automatic } else { Numbering::Manual };
            if self.numbering == Numbering::Unknown {
                self.numbering = wanted;
            }
            if self.numbering != wanted {
                return Err(vm.value_error(if automatic {
                    "cannot switch from manual field specification to automatic field numbering"
                } else {
                    "cannot switch from automatic field numbering to manual field specification"
                }));
            }
            let i = index.unwrap_or(self.next_index);
            if automatic {
                self.next_index += 1;
            }
            let Some(args) = self.args else {
                return Err(vm.value_error("Format string contains positional fields"));
            };
            *args.get(i).ok_or_else(|| {
                vm.index_error(format!("Replacement index {i} out of range for positional args tuple"))
            })?
        } else {
            (self.lookup)(vm.str_slice(text, first.start, first.end)?)?
        };
        while pos < name.end {
            let opener = text.code_point(pos);
            pos += 1;
            let start = pos;
            if opener == DOT {
                pos = (pos..name.end).find(|&i| stop(text.code_point(i))).unwrap_or(name.end);
                if pos == start {
                    return Err(vm.value_error("Empty attribute in format string"));
                }
                let attr = vm.intern_str(vm.str_slice(text, start, pos)?);
                v = vm.getattr(v, attr)?;
            } else if opener == BRACKET {
                let Some(close) = (pos..name.end).find(|&i| text.code_point(i) == BRACKET_END) else {
                    return Err(vm.value_error("Missing ']' in format string"));
                };
                if close == start {
                    return Err(vm.value_error("Empty attribute in format string"));
                }
                let key = match self.integer(&(start..close))? {
                    Some(n) => vm.new_int(n as i64)?,
                    None => vm.str_slice(text, start, close)?.value(),
                };
                v = vm.getitem(v, key)?;
                pos = close + 1;
            } else {
                return Err(vm.value_error("Only '.' or '[' may follow ']' in format field specifier"));
            }
        }
        Ok(v)
    }
}

fn run(
    vm: &Vm,
    text: Gc<Str>,
    args: Option<&[Value]>,
    lookup: &dyn Fn(Gc<Str>) -> PyResult<Value>,
) -> PyResult {
    vm.check_native_stack()?;
    let mut f = Formatter { vm, text, args, lookup, numbering: Numbering::Unknown, next_index: 0 };
    let mut out = StrBuilder::with_capacity(text.len() + 16);
    f.build(0..text.len(), 2, &mut out)?;
    Ok(out.finish(vm)?.value())
}

/// `str.format(*args, **kwargs)`
pub fn str_format(vm: &Vm, args: Args<'_>) -> PyResult {
    let (text, rest) = args.this::<Str>(vm, "format")?;
    run(vm, text, Some(rest.pos()), &|key| match rest.keywords().find(|(k, _)| k.eq_content(&key)) {
        Some((_, v)) => Ok(v),
        None => Err(vm.key_error(key.value())),
    })
}

/// `str.format_map(mapping)`
pub fn str_format_map(vm: &Vm, args: Args<'_>) -> PyResult {
    let (text, [mapping]) = args.method::<Str, 1>(vm, "str.format_map")?;
    run(vm, text, None, &|key| vm.getitem(mapping, key.value()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(s: &str) -> Result<Vec<(String, Option<(String, String)>)>, &'static str> {
        let points: Vec<char> = s.chars().collect();
        let read = |i: usize| u32::from(points[i]);
        let text = |r: Span| points[r].iter().collect::<String>();
        let mut c = Chunks::new(&read, 0..points.len());
        let mut out = Vec::new();
        while let Some(chunk) = c.next_chunk()? {
            out.push((text(chunk.literal), chunk.field.map(|f| (text(f.name), text(f.spec)))));
        }
        Ok(out)
    }

    #[test]
    fn splits_templates() {
        let field = |n: &str, s: &str| Some((n.to_owned(), s.to_owned()));
        assert_eq!(chunks("a{{b}}c"), Ok(vec![("a{".into(), None), ("b}".into(), None), ("c".into(), None)]));
        assert_eq!(
            chunks("x{0[a}b]!r:>{1}}y"),
            Ok(vec![("x".into(), field("0[a}b]", ">{1}")), ("y".into(), None)])
        );
        assert_eq!(chunks("{}"), Ok(vec![(String::new(), field("", ""))]));
    }

    #[test]
    fn reports_cpythons_errors() {
        for (s, e) in [
            ("{", "Single '{' encountered in format string"),
            ("}", "Single '}' encountered in format string"),
            ("{0", "expected '}' before end of string"),
            ("{a{", "unexpected '{' in field name"),
            ("{0!", "end of string while looking for conversion specifier"),
            ("{0!}", "unmatched '{' in format spec"),
            ("{0!rx}", "expected ':' after conversion specifier"),
            ("{:{", "unmatched '{' in format spec"),
        ] {
            assert_eq!(chunks(s), Err(e), "{s}");
        }
    }
}
