//! The format-specification mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.

/// Where the padding goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Center,
    /// `=`: between sign and digits.
    AfterSign,
}

/// Digit grouping.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grouping {
    /// `,`
    Comma,
    /// `_`
    Underscore,
}

impl Grouping {
    /// The separator.
    #[must_use]
    pub const fn separator(self) -> char {
        match self {
            Grouping::Comma => ',',
            Grouping::Underscore => '_',
        }
    }
}

/// A parsed specification.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spec {
    /// Fill character, default a space.
    pub fill: u32,
    /// Whether the specification names the fill or the alignment or has a `0` flag.
    pub align: Option<Align>,
    /// `+`, `-` or a space.
    pub sign: Option<u8>,
    /// `z`
    pub no_neg_zero: bool,
    /// `#`
    pub alternate: bool,
    /// Least width.
    pub width: Option<usize>,
    /// Digit grouping.
    pub grouping: Option<Grouping>,
    /// Digits after the point, significant digits or most characters.
    pub precision: Option<usize>,
    /// Presentation type.
    pub ty: Option<u32>,
}

/// Why a specification is invalid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SpecError {
    /// A number beyond the address space.
    TooManyDigits,
    /// `.` without digits.
    MissingPrecision,
    /// Both `,` and `_`.
    BothGroupings,
    /// Grouping with a type that has none.
    GroupingWithType(Grouping, u32),
    /// Anything else.
    Invalid,
}

impl SpecError {
    /// CPython's message. `spec` is the whole specification, `type_name` the class of the value.
    #[must_use]
    pub fn message(&self, spec: &str, type_name: &str) -> String {
        match *self {
            SpecError::TooManyDigits => "Too many decimal digits in format string".into(),
            SpecError::MissingPrecision => "Format specifier missing precision".into(),
            SpecError::BothGroupings => "Cannot specify both ',' and '_'.".into(),
            SpecError::GroupingWithType(g, c) => {
                let sep = g.separator();
                match char::from_u32(c) {
                    Some(c) if (33..128).contains(&u32::from(c)) => {
                        format!("Cannot specify '{sep}' with '{c}'.")
                    }
                    _ => format!("Cannot specify '{sep}' with '\\x{c:x}'."),
                }
            }
            SpecError::Invalid => {
                format!("Invalid format specifier '{spec}' for object of type '{type_name}'")
            }
        }
    }
}

fn align_of(c: u32) -> Option<Align> {
    Some(match char::from_u32(c)? {
        '<' => Align::Left,
        '>' => Align::Right,
        '^' => Align::Center,
        '=' => Align::AfterSign,
        _ => return None,
    })
}

/// Reads a decimal number at `*i`; `None` if there is no digit.
fn number(s: &[u32], i: &mut usize) -> Result<Option<usize>, SpecError> {
    let start = *i;
    let mut n = 0usize;
    while let Some(&c) = s.get(*i)
        && let Some(d) = crate::builtins::str::unicode::decimal(c)
    {
        n = n
            .checked_mul(10)
            .and_then(|n| n.checked_add(d as usize))
            .filter(|&n| n <= isize::MAX as usize)
            .ok_or(SpecError::TooManyDigits)?;
        *i += 1;
    }
    Ok((*i > start).then_some(n))
}

/// Parses a specification. `default_align` is the alignment of the type without one: numbers, which go right, take the
/// `0` flag as `=`. `default_type` is what a missing type means.
pub fn parse(s: &[u32], default_align: Align, default_type: Option<char>) -> Result<Spec, SpecError> {
    let mut spec = Spec {
        fill: 32,
        align: None,
        sign: None,
        no_neg_zero: false,
        alternate: false,
        width: None,
        grouping: None,
        precision: None,
        ty: None,
    };
    let mut i = 0;
    let at = |i: usize| s.get(i).copied().unwrap_or(0);
    let is = |i: usize, c: char| at(i) == u32::from(c);
    let mut fill_given = false;
    if s.len() >= 2
        && let Some(a) = align_of(s[1])
    {
        (spec.fill, spec.align) = (s[0], Some(a));
        fill_given = true;
        i = 2;
    } else if let Some(a) = align_of(at(0)) {
        spec.align = Some(a);
        i = 1;
    }
    if is(i, ' ') || is(i, '+') || is(i, '-') {
        spec.sign = Some(at(i) as u8);
        i += 1;
    }
    if is(i, 'z') {
        spec.no_neg_zero = true;
        i += 1;
    }
    if is(i, '#') {
        spec.alternate = true;
        i += 1;
    }
    if !fill_given && is(i, '0') {
        spec.fill = u32::from('0');
        if spec.align.is_none() && default_align == Align::Right {
            spec.align = Some(Align::AfterSign);
        }
        i += 1;
    }
    spec.width = number(s, &mut i)?;
    if is(i, ',') {
        spec.grouping = Some(Grouping::Comma);
        i += 1;
    }
    if is(i, '_') {
        if spec.grouping.is_some() {
            return Err(SpecError::BothGroupings);
        }
        spec.grouping = Some(Grouping::Underscore);
        i += 1;
    }
    if is(i, ',') && spec.grouping == Some(Grouping::Underscore) {
        return Err(SpecError::BothGroupings);
    }
    if is(i, '.') {
        i += 1;
        spec.precision = Some(number(s, &mut i)?.ok_or(SpecError::MissingPrecision)?);
    }
    match s.len() - i {
        0 => {}
        1 => spec.ty = Some(s[i]),
        _ => return Err(SpecError::Invalid),
    }
    if let Some(g) = spec.grouping {
        let ty = spec.ty.or(default_type.map(u32::from));
        match ty.map(|c| char::from_u32(c).unwrap_or('\0')) {
            None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'F' | 'G' | '%') => {}
            Some('b' | 'o' | 'x' | 'X') if g == Grouping::Underscore => {}
            _ => return Err(SpecError::GroupingWithType(g, ty.unwrap_or(0))),
        }
    }
    Ok(spec)
}

/// A number as text, in parts: sign, `0x`-like prefix, digits, and the rest (point, fraction, exponent, `%`).
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct NumberParts<'a> {
    /// `-`, `+`, a space or nothing.
    pub sign: &'a str,
    /// `0x` and the like.
    pub prefix: &'a str,
    /// Digits before the point: the ones that are grouped.
    pub digits: &'a str,
    /// Everything after them.
    pub rest: &'a str,
}

/// Left and right padding for `len` characters.
#[must_use]
pub fn padding(len: usize, width: usize, align: Align) -> (usize, usize) {
    let n = width.saturating_sub(len);
    match align {
        Align::Left => (0, n),
        Align::Right | Align::AfterSign => (n, 0),
        Align::Center => (n / 2, n - n / 2),
    }
}

/// Groups `digits` from the right by `size`, with leading zeros up to at least `min` characters (separators included).
/// `None` if there is no memory for `min` characters.
#[must_use]
pub fn group(digits: &str, separator: char, size: usize, min: usize) -> Option<String> {
    let mut out: Vec<u8> = Vec::new();
    out.try_reserve(min.checked_add(2)?).ok()?;
    let mut source = digits.bytes().rev().peekable();
    let mut in_group = 0;
    // Right to left: a separator goes before the digit that begins the next group.
    while source.peek().is_some() || out.len() < min {
        if in_group == size {
            out.push(separator as u8);
            in_group = 0;
        }
        out.push(source.next().unwrap_or(b'0'));
        in_group += 1;
    }
    out.reverse();
    String::from_utf8(out).ok()
}

/// Lays a number out: grouping, zero padding, alignment. `None` if there is no memory for the width.
#[must_use]
pub fn layout(parts: &NumberParts<'_>, spec: &Spec, group_size: usize) -> Option<Layout> {
    let width = spec.width.unwrap_or(0);
    let align = spec.align.unwrap_or(Align::Right);
    let fixed = parts.sign.len() + parts.prefix.len() + parts.rest.chars().count();
    let digits = match spec.grouping {
        // What has no digits (`inf`, a character) is padded without separators.
        Some(g) if !parts.digits.is_empty() => {
            let zero_fill = align == Align::AfterSign && spec.fill == u32::from('0');
            let min = if zero_fill { width.saturating_sub(fixed) } else { 0 };
            group(parts.digits, g.separator(), group_size, min)?
        }
        _ => parts.digits.to_owned(),
    };
    let len = fixed + digits.len();
    let (mut left, mut inner, mut right) = (0, 0, 0);
    if align == Align::AfterSign {
        inner = width.saturating_sub(len);
    } else {
        (left, right) = padding(len, width, align);
    }
    let head = format!("{}{}", parts.sign, parts.prefix);
    Some(Layout { left, head, inner, tail: digits + parts.rest, right })
}

/// A laid out number: paddings are counts of the fill character.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    /// Fill characters before everything.
    pub left: usize,
    /// Sign and prefix.
    pub head: String,
    /// Fill characters between sign and digits.
    pub inner: usize,
    /// Digits and the rest.
    pub tail: String,
    /// Fill characters after everything.
    pub right: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(s: &str) -> Vec<u32> {
        s.chars().map(u32::from).collect()
    }
    fn spec(s: &str) -> Result<Spec, SpecError> {
        parse(&points(s), Align::Right, Some('d'))
    }

    #[test]
    fn parses_every_part() {
        let s = spec("*^+#020_.3x");
        let want = Spec {
            fill: u32::from('*'),
            align: Some(Align::Center),
            sign: Some(b'+'),
            no_neg_zero: false,
            alternate: true,
            width: Some(20),
            grouping: Some(Grouping::Underscore),
            precision: Some(3),
            ty: Some(u32::from('x')),
        };
        assert_eq!(s, Ok(want));
        assert_eq!(
            spec("010").map(|s| (s.align, s.fill, s.width)),
            Ok((Some(Align::AfterSign), 48, Some(10)))
        );
        assert_eq!(spec("<010").map(|s| (s.align, s.fill, s.width)), Ok((Some(Align::Left), 48, Some(10))));
        assert_eq!(parse(&points("010"), Align::Left, Some('s')).map(|s| (s.align, s.fill)), Ok((None, 48)));
    }

    #[test]
    fn refuses_what_cpython_refuses() {
        assert_eq!(spec("."), Err(SpecError::MissingPrecision));
        assert_eq!(spec(",_d"), Err(SpecError::BothGroupings));
        assert_eq!(spec("_,d"), Err(SpecError::BothGroupings));
        assert_eq!(spec("99999999999999999999"), Err(SpecError::TooManyDigits));
        assert_eq!(spec("dd"), Err(SpecError::Invalid));
        assert_eq!(spec(",x"), Err(SpecError::GroupingWithType(Grouping::Comma, 120)));
        assert_eq!(
            SpecError::GroupingWithType(Grouping::Comma, 120).message("", ""),
            "Cannot specify ',' with 'x'."
        );
    }

    #[test]
    fn groups_with_zero_padding() {
        let g = |digits, sep, size, min| group(digits, sep, size, min).unwrap_or_default();
        assert_eq!(g("1234567", ',', 3, 0), "1,234,567");
        assert_eq!(g("1", ',', 3, 5), "0,001");
        assert_eq!(g("1234", ',', 3, 8), "0,001,234");
        assert_eq!(g("123", ',', 3, 4), "0,123");
        assert_eq!(g("ff", '_', 4, 7), "00_00ff");
        assert_eq!(group("1", ',', 3, usize::MAX), None);
    }
}
