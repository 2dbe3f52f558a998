//! Searching and splitting of strings and bytes: plain functions over storage units.
//!
//! `find` and its kin work on raw storage (`width` bytes per unit, both operands of the same width), so that one
//! vectorized byte search serves all widths. Positions are in units.

use std::ops::Range;

use memchr::memmem;

/// First position of `needle` in `hay`, in units of `width` bytes.
#[must_use]
pub fn find(hay: &[u8], needle: &[u8], width: usize) -> Option<usize> {
    if width == 1 {
        return match needle {
            [] => Some(0),
            [b] => memchr::memchr(*b, hay),
            _ => memmem::find(hay, needle),
        };
    }
    let mut from = 0;
    loop {
        let at = from + memmem::find(hay.get(from..)?, needle)?;
        if at.is_multiple_of(width) {
            return Some(at / width);
        }
        // A match across unit borders; the next candidate begins at the next unit.
        from = at.next_multiple_of(width);
    }
}

/// Last position of `needle` in `hay`, in units of `width` bytes.
#[must_use]
pub fn rfind(hay: &[u8], needle: &[u8], width: usize) -> Option<usize> {
    if width == 1 {
        return match needle {
            [] => Some(hay.len()),
            [b] => memchr::memrchr(*b, hay),
            _ => memmem::rfind(hay, needle),
        };
    }
    let mut end = hay.len();
    loop {
        let at = memmem::rfind(&hay[..end], needle)?;
        if at.is_multiple_of(width) {
            return Some(at / width);
        }
        // The last match that begins at the unit border before `at`.
        end = at - at % width + needle.len();
    }
}

/// The places of `needle` in `hay` from left to right, without overlap. `needle` is not empty.
pub struct Matches<'a> {
    hay: &'a [u8],
    needle: &'a [u8],
    width: usize,
    finder: memmem::Finder<'a>,
    pos: usize,
}

impl<'a> Matches<'a> {
    /// Matches in units of `width` bytes.
    #[must_use]
    pub fn new(hay: &'a [u8], needle: &'a [u8], width: usize) -> Matches<'a> {
        debug_assert!(!needle.is_empty());
        Matches { hay, needle, width, finder: memmem::Finder::new(needle), pos: 0 }
    }
}

impl Iterator for Matches<'_> {
    type Item = usize;
    fn next(&mut self) -> Option<usize> {
        loop {
            let rest = self.hay.get(self.pos..)?;
            let at = self.pos
                + match self.needle {
                    [b] => memchr::memchr(*b, rest)?,
                    _ => self.finder.find(rest)?,
                };
            if at.is_multiple_of(self.width) {
                self.pos = at + self.needle.len();
                return Some(at / self.width);
            }
            self.pos = at.next_multiple_of(self.width);
        }
    }
}

/// Occurrences of `needle` in `hay` without overlap; an empty needle occurs between all units and at both ends.
#[must_use]
pub fn count(hay: &[u8], needle: &[u8], width: usize) -> usize {
    if needle.is_empty() { hay.len() / width + 1 } else { Matches::new(hay, needle, width).count() }
}

/// The pieces of `hay` between the first `max` occurrences of `sep`, which is not empty.
#[must_use]
pub fn split(hay: &[u8], sep: &[u8], width: usize, max: usize) -> Vec<Range<usize>> {
    let step = sep.len() / width;
    let mut out = Vec::new();
    let mut start = 0;
    for at in Matches::new(hay, sep, width).take(max) {
        out.push(start..at);
        start = at + step;
    }
    out.push(start..hay.len() / width);
    out
}

/// The pieces of `hay` between the last `max` occurrences of `sep`, which is not empty, found from the right.
#[must_use]
pub fn rsplit(hay: &[u8], sep: &[u8], width: usize, max: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut end = hay.len() / width;
    while out.len() < max
        && let Some(at) = rfind(&hay[..end * width], sep, width)
    {
        out.push(at + sep.len() / width..end);
        end = at;
    }
    out.push(0..end);
    out.reverse();
    out
}

/// The runs of non-space; after `max` of them the rest, from its first non-space to the end of `text`, is one more piece.
#[must_use]
pub fn split_space<T: Copy + Into<u32>>(
    text: &[T],
    is_space: impl Fn(u32) -> bool,
    max: usize,
) -> Vec<Range<usize>> {
    let is_space = |c: T| is_space(c.into());
    let mut out = Vec::new();
    let n = text.len();
    let mut i = 0;
    loop {
        while i < n && is_space(text[i]) {
            i += 1;
        }
        if i == n {
            return out;
        }
        if out.len() == max {
            out.push(i..n);
            return out;
        }
        let start = i;
        while i < n && !is_space(text[i]) {
            i += 1;
        }
        out.push(start..i);
    }
}

/// As [`split_space`], from the right.
#[must_use]
pub fn rsplit_space<T: Copy + Into<u32>>(
    text: &[T],
    is_space: impl Fn(u32) -> bool,
    max: usize,
) -> Vec<Range<usize>> {
    let is_space = |c: T| is_space(c.into());
    let mut out = Vec::new();
    let mut i = text.len();
    loop {
        while i > 0 && is_space(text[i - 1]) {
            i -= 1;
        }
        if i == 0 {
            break;
        }
        if out.len() == max {
            out.push(0..i);
            break;
        }
        let end = i;
        while i > 0 && !is_space(text[i - 1]) {
            i -= 1;
        }
        out.push(i..end);
    }
    out.reverse();
    out
}

/// The lines of `text`; `\r\n` is one break.
#[must_use]
pub fn split_lines<T: Copy + Into<u32>>(
    text: &[T],
    is_break: impl Fn(u32) -> bool,
    keep_ends: bool,
) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let n = text.len();
    let mut start = 0;
    while start < n {
        let mut end = start;
        while end < n && !is_break(text[end].into()) {
            end += 1;
        }
        let mut next = end;
        if end < n {
            let crlf = text[end].into() == 13 && end + 1 < n && text[end + 1].into() == 10;
            next += if crlf { 2 } else { 1 };
        }
        out.push(start..if keep_ends { next } else { end });
        start = next;
    }
    out
}

/// Resolves optional slice bounds of the find family: negative from the end, clamped. `None` if start > len.
#[must_use]
pub fn clamp(len: usize, start: i64, end: i64) -> Option<Range<usize>> {
    let n = i64::try_from(len).unwrap_or(i64::MAX);
    let fix = |i: i64| if i < 0 { (i.saturating_add(n)).max(0) } else { i };
    let (s, e) = (fix(start), fix(end).min(n));
    (s <= e).then_some(s as usize..e as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(s: &str) -> Vec<u8> {
        s.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn wide_search_respects_unit_borders() {
        // 0x4141 0x4142: the bytes 41 42 occur across units.
        let hay: Vec<u8> = [0x4241u16, 0x4142, 0x4241].iter().flat_map(|u| u.to_le_bytes()).collect();
        let needle = 0x4142u16.to_le_bytes();
        assert_eq!(find(&hay, &needle, 2), Some(1));
        assert_eq!(rfind(&hay, &needle, 2), Some(1));
        assert_eq!(count(&hay, &needle, 2), 1);
        let hay: Vec<u8> = [0x0101u16, 0x0101, 0x0102].iter().flat_map(|u| u.to_le_bytes()).collect();
        assert_eq!(rfind(&hay, &[1, 1, 1, 1], 2), Some(0));
        assert_eq!(find(&wide("añbΩc"), &wide("Ω"), 2), Some(3));
        assert_eq!(find(&wide("abc"), &[], 2), Some(0));
        assert_eq!(rfind(&wide("abc"), &[], 2), Some(3));
    }

    #[test]
    fn splits_match_cpython() {
        let sp = |s: &str, max| -> Vec<String> {
            split_space(s.as_bytes(), |c| c == 32, max).into_iter().map(|r| s[r].to_owned()).collect()
        };
        assert_eq!(sp("  a  b c  ", usize::MAX), ["a", "b", "c"]);
        assert_eq!(sp("  a  b c  ", 1), ["a", "b c  "]);
        assert_eq!(sp("  a  b c  ", 0), ["a  b c  "]);
        assert_eq!(sp("   ", 0), Vec::<String>::new());
        let rsp = |s: &str, max| -> Vec<String> {
            rsplit_space(s.as_bytes(), |c| c == 32, max).into_iter().map(|r| s[r].to_owned()).collect()
        };
        assert_eq!(rsp("  a  b c  ", 1), ["  a  b", "c"]);
        assert_eq!(rsp("  a  b c  ", 0), ["  a  b c"]);
        assert_eq!(split(b"a,b,,c", b",", 1, 2), [0..1, 2..3, 4..6]);
        assert_eq!(rsplit(b"a,b,,c", b",", 1, 2), [0..3, 4..4, 5..6]);
        assert_eq!(rsplit(b"aaa", b"aa", 1, 9), [0..1, 3..3]);
        assert_eq!(split_lines(b"a\r\nb\n\nc", |c| c == 10 || c == 13, false), [0..1, 3..4, 5..5, 6..7]);
        assert_eq!(split_lines(b"a\r\nb\n", |c| c == 10 || c == 13, true), [0..3, 3..5]);
    }

    #[test]
    fn bounds_clamp_as_slices() {
        assert_eq!(clamp(5, -3, i64::MAX), Some(2..5));
        assert_eq!(clamp(5, -30, -1), Some(0..4));
        assert_eq!(clamp(5, 6, i64::MAX), None);
        assert_eq!(clamp(5, 5, i64::MAX), Some(5..5));
        assert_eq!(clamp(5, 3, 1), None);
    }
}
