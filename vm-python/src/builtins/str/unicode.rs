//! Character classes and case mappings as `str`'s methods define them.
//!
//! All functions take code points; surrogates and unassigned code points belong to no class and map to themselves.

use unicode_properties::{GeneralCategory as Gc, UnicodeGeneralCategory};

use super::tables::{DECIMAL_ZEROS, DIGITS, FOLD, NUMERIC_LETTERS, TITLE};

fn category(c: u32) -> Gc {
    char::from_u32(c).map_or(Gc::Surrogate, |c| c.general_category())
}

fn in_ranges(table: &[(u32, u32)], c: u32) -> bool {
    let i = table.partition_point(|r| r.1 < c);
    table.get(i).is_some_and(|r| r.0 <= c)
}

/// `str.isspace`: bidirectional type WS, B or S, or category Zs.
#[inline]
#[must_use]
pub const fn is_space(c: u32) -> bool {
    matches!(c, 9..=13 | 0x1C..=0x20)
        || c >= 0x80
            && matches!(
                c,
                0x85 | 0xA0 | 0x1680 | 0x2000..=0x200A | 0x2028 | 0x2029 | 0x202F | 0x205F | 0x3000
            )
}

/// Where `str.splitlines` ends a line.
#[inline]
#[must_use]
pub const fn is_line_break(c: u32) -> bool {
    matches!(c, 10..=13 | 0x1C..=0x1E | 0x85 | 0x2028 | 0x2029)
}

/// `str.isalpha`: a letter (categories L*).
#[must_use]
pub fn is_alpha(c: u32) -> bool {
    if c < 0x80 {
        return (c as u8).is_ascii_alphabetic();
    }
    matches!(
        category(c),
        Gc::UppercaseLetter
            | Gc::LowercaseLetter
            | Gc::TitlecaseLetter
            | Gc::ModifierLetter
            | Gc::OtherLetter
    )
}

/// The value of a decimal digit (category Nd).
#[inline]
#[must_use]
pub fn decimal(c: u32) -> Option<u32> {
    if c < 0x80 {
        return if c.wrapping_sub(48) < 10 { Some(c - 48) } else { None };
    }
    let i = DECIMAL_ZEROS.partition_point(|&z| z <= c);
    let d = c - DECIMAL_ZEROS[i.checked_sub(1)?];
    (d < 10).then_some(d)
}

/// `str.isdigit`: Numeric_Type Decimal or Digit.
#[must_use]
pub fn is_digit(c: u32) -> bool {
    decimal(c).is_some() || c >= 0x80 && in_ranges(&DIGITS, c)
}

/// `str.isnumeric`: any Numeric_Type.
#[must_use]
pub fn is_numeric(c: u32) -> bool {
    if c < 0x80 {
        return (c as u8).is_ascii_digit();
    }
    matches!(category(c), Gc::DecimalNumber | Gc::LetterNumber | Gc::OtherNumber)
        || in_ranges(&DIGITS, c)
        || in_ranges(&NUMERIC_LETTERS, c)
}

/// `str.isalnum`
#[must_use]
pub fn is_alnum(c: u32) -> bool {
    is_alpha(c) || is_numeric(c)
}

/// Whether `repr` shows the character as it is.
#[inline]
#[must_use]
pub fn is_printable(c: u32) -> bool {
    if c < 0x7F {
        return c >= 0x20;
    }
    !matches!(
        category(c),
        Gc::Control
            | Gc::Format
            | Gc::Surrogate
            | Gc::PrivateUse
            | Gc::Unassigned
            | Gc::LineSeparator
            | Gc::ParagraphSeparator
            | Gc::SpaceSeparator
    )
}

/// Property Lowercase.
#[must_use]
pub fn is_lower(c: u32) -> bool {
    char::from_u32(c).is_some_and(char::is_lowercase)
}

/// Property Uppercase.
#[must_use]
pub fn is_upper(c: u32) -> bool {
    char::from_u32(c).is_some_and(char::is_uppercase)
}

/// Category Lt.
#[must_use]
pub fn is_title(c: u32) -> bool {
    c >= 0x1C5 && category(c) == Gc::TitlecaseLetter
}

/// Property Cased.
#[must_use]
pub fn is_cased(c: u32) -> bool {
    is_lower(c) || is_upper(c) || is_title(c)
}

/// Property Case_Ignorable.
fn is_case_ignorable(c: u32) -> bool {
    matches!(
        category(c),
        Gc::NonspacingMark | Gc::EnclosingMark | Gc::Format | Gc::ModifierLetter | Gc::ModifierSymbol
    ) || matches!(
        c,
        0x27 | 0x2E
            | 0x3A
            | 0xB7
            | 0x387
            | 0x55F
            | 0x5F4
            | 0x2018
            | 0x2019
            | 0x2024
            | 0x2027
            | 0xFE13
            | 0xFE52
            | 0xFE55
            | 0xFF07
            | 0xFF0E
            | 0xFF1A
    )
}

fn pushed(c: u32, out: &mut Vec<u32>, map: impl FnOnce(char, &mut Vec<u32>)) {
    match char::from_u32(c) {
        Some(ch) => map(ch, out),
        None => out.push(c),
    }
}

/// Appends the upper case of `c`.
pub fn push_upper(c: u32, out: &mut Vec<u32>) {
    pushed(c, out, |c, out| out.extend(c.to_uppercase().map(u32::from)));
}

/// Appends the lower case of `c` without context.
pub fn push_lower(c: u32, out: &mut Vec<u32>) {
    pushed(c, out, |c, out| out.extend(c.to_lowercase().map(u32::from)));
}

fn push_special(table: &[(u32, &str)], c: u32, out: &mut Vec<u32>) -> bool {
    match table.binary_search_by_key(&c, |e| e.0) {
        Ok(i) => {
            out.extend(table[i].1.chars().map(u32::from));
            true
        }
        Err(_) => false,
    }
}

/// Appends the title case of `c`.
pub fn push_title(c: u32, out: &mut Vec<u32>) {
    if c < 0x80 || !push_special(&TITLE, c, out) {
        push_upper(c, out);
    }
}

/// Appends the case folding of `c`.
pub fn push_fold(c: u32, out: &mut Vec<u32>) {
    if c < 0x80 || !push_special(&FOLD, c, out) {
        push_lower(c, out);
    }
}

/// Appends the lower case of `text[i]`: a capital sigma at the end of a word becomes a final sigma.
pub fn push_lower_at(text: &[u32], i: usize, out: &mut Vec<u32>) {
    const CAPITAL_SIGMA: u32 = 0x3A3;
    if text[i] != CAPITAL_SIGMA {
        return push_lower(text[i], out);
    }
    let cased = |c: Option<&u32>| c.is_some_and(|&c| is_cased(c));
    let before = text[..i].iter().rev().find(|&&c| !is_case_ignorable(c));
    let after = text[i + 1..].iter().find(|&&c| !is_case_ignorable(c));
    out.push(if cased(before) && !cased(after) { 0x3C2 } else { 0x3C3 });
}

/// `str.lower`
#[must_use]
pub fn lower(text: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len());
    (0..text.len()).for_each(|i| push_lower_at(text, i, &mut out));
    out
}

/// `str.capitalize`
#[must_use]
pub fn capitalize(text: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len());
    for i in 0..text.len() {
        if i == 0 { push_title(text[0], &mut out) } else { push_lower_at(text, i, &mut out) }
    }
    out
}

/// `str.title`: the first letter of each run of cased characters in title case, the others in lower case.
#[must_use]
pub fn title(text: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len());
    let mut inside = false;
    for (i, &c) in text.iter().enumerate() {
        if inside {
            push_lower_at(text, i, &mut out)
        } else {
            push_title(c, &mut out)
        }
        inside = is_cased(c);
    }
    out
}

/// `str.swapcase`
#[must_use]
pub fn swapcase(text: &[u32]) -> Vec<u32> {
    let mut out = Vec::with_capacity(text.len());
    for (i, &c) in text.iter().enumerate() {
        if is_upper(c) {
            push_lower_at(text, i, &mut out);
        } else if is_lower(c) {
            push_upper(c, &mut out);
        } else {
            out.push(c);
        }
    }
    out
}

/// `str.istitle`
pub fn is_titled(text: impl Iterator<Item = u32>) -> bool {
    let (mut any, mut inside) = (false, false);
    for c in text {
        if is_upper(c) || is_title(c) {
            if inside {
                return false;
            }
            (any, inside) = (true, true);
        } else if is_lower(c) {
            if !inside {
                return false;
            }
            any = true;
        } else {
            inside = false;
        }
    }
    any
}

/// `str.isidentifier`
pub fn is_identifier(mut text: impl Iterator<Item = u32>) -> bool {
    let start = text.next().and_then(char::from_u32);
    start.is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && text.all(|c| char::from_u32(c).is_some_and(unicode_ident::is_xid_continue))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(s: &str) -> Vec<u32> {
        s.chars().map(u32::from).collect()
    }
    fn mapped(f: fn(&[u32]) -> Vec<u32>, s: &str) -> String {
        f(&points(s)).into_iter().filter_map(char::from_u32).collect()
    }

    #[test]
    fn case_mappings_follow_context_and_expand() {
        assert_eq!(mapped(lower, "ΟΔΟΣ ΣΑΣ. Σ"), "οδος σας. σ");
        assert_eq!(mapped(capitalize, "ßETA"), "Sseta");
        assert_eq!(mapped(capitalize, "ǆEMAL"), "ǅemal");
        assert_eq!(mapped(title, "they're bill's ﬁne"), "They'Re Bill'S Fine");
        assert_eq!(mapped(swapcase, "Straße ΑΣ"), "sTRASSE ας");
        let mut out = Vec::new();
        points("Straße İ Ꭰ").into_iter().for_each(|c| push_fold(c, &mut out));
        assert_eq!(out, points("strasse i\u{307} Ꭰ"));
        assert_eq!(lower(&[0xD800, 65]), [0xD800, 97]);
    }

    #[test]
    fn classes_match_cpython() {
        assert_eq!(decimal(0x665), Some(5));
        assert_eq!(decimal(0x1D7FF), Some(9));
        assert_eq!(decimal(0xB2), None);
        assert_eq!(decimal(0x80), None);
        assert!(
            is_digit(0xB2) && !is_digit(0xBD) && is_numeric(0xBD) && is_numeric(0x4E00) && !is_numeric(0x41)
        );
        assert!(is_alpha(0x4E00) && is_alpha(0xAA) && !is_alpha(0x2160) && is_alnum(0x2160));
        assert!(is_space(0x1C) && is_space(0x3000) && !is_space(0x200B));
        assert!(!is_printable(0xAD) && !is_printable(0xA0) && is_printable(0xA1) && !is_printable(0xD800));
        assert!(is_identifier("été_1".chars().map(u32::from)) && !is_identifier("1a".chars().map(u32::from)));
        assert!(!is_identifier(std::iter::empty()));
        assert!(
            is_titled("A Title-Case".chars().map(u32::from)) && !is_titled("A title".chars().map(u32::from))
        );
    }
}
