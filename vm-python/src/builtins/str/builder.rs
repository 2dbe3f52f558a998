//! A growable buffer of code points that becomes a string.

use crate::{
    error::PyResult,
    object::{
        gc::Gc,
        str::{Chars, Str, Width},
    },
    vm::Vm,
};

/// One byte per character until a character needs more.
enum Buffer {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

/// The text does not fit memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooBig;

/// Collects text; [`StrBuilder::finish`] makes the string, in the narrowest width.
pub struct StrBuilder {
    buffer: Buffer,
}

impl Default for StrBuilder {
    fn default() -> StrBuilder {
        StrBuilder::new()
    }
}

impl StrBuilder {
    /// An empty buffer.
    #[must_use]
    pub const fn new() -> StrBuilder {
        StrBuilder { buffer: Buffer::Narrow(Vec::new()) }
    }
    /// An empty buffer with room for `n` narrow characters.
    #[must_use]
    pub fn with_capacity(n: usize) -> StrBuilder {
        StrBuilder { buffer: Buffer::Narrow(Vec::with_capacity(n)) }
    }
    /// Code points so far.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.buffer {
            Buffer::Narrow(v) => v.len(),
            Buffer::Wide(v) => v.len(),
        }
    }
    /// Whether nothing was added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn wide(&mut self) -> &mut Vec<u32> {
        if let Buffer::Narrow(v) = &self.buffer {
            self.buffer = Buffer::Wide(v.iter().map(|&b| u32::from(b)).collect());
        }
        match &mut self.buffer {
            Buffer::Wide(v) => v,
            Buffer::Narrow(_) => unreachable!("made wide above"),
        }
    }
    /// Appends a code point.
    #[inline]
    pub fn push(&mut self, c: u32) {
        match &mut self.buffer {
            Buffer::Narrow(v) if c < 0x100 => v.push(c as u8),
            Buffer::Wide(v) => v.push(c),
            Buffer::Narrow(_) => self.wide().push(c),
        }
    }
    /// Appends UTF-8 text.
    pub fn push_str(&mut self, s: &str) {
        if s.is_ascii() {
            self.push_latin1(s.as_bytes())
        } else {
            s.chars().for_each(|c| self.push(c.into()))
        }
    }
    /// Appends Latin-1 text.
    pub fn push_latin1(&mut self, s: &[u8]) {
        match &mut self.buffer {
            Buffer::Narrow(v) => v.extend_from_slice(s),
            Buffer::Wide(v) => v.extend(s.iter().map(|&b| u32::from(b))),
        }
    }
    /// Appends code points `start..end` of a string.
    pub fn push_slice(&mut self, s: &Str, start: usize, end: usize) {
        match s.chars() {
            Chars::Ascii(b) | Chars::One(b) => self.push_latin1(&b[start..end]),
            Chars::Two(w) => w[start..end].iter().for_each(|&c| self.push(c.into())),
            Chars::Four(d) => d[start..end].iter().for_each(|&c| self.push(c)),
        }
    }
    /// Appends a string.
    pub fn push_text(&mut self, s: &Str) {
        self.push_slice(s, 0, s.len());
    }
    /// Appends `n` times `c`, if there is memory for it.
    pub fn fill(&mut self, c: u32, n: usize) -> Result<(), TooBig> {
        if c >= 0x100 {
            self.wide();
        }
        match &mut self.buffer {
            Buffer::Narrow(v) => {
                v.try_reserve(n).map_err(|_| TooBig)?;
                v.resize(v.len() + n, c as u8);
            }
            Buffer::Wide(v) => {
                v.try_reserve(n).map_err(|_| TooBig)?;
                v.resize(v.len() + n, c);
            }
        }
        Ok(())
    }
    /// The text as Latin-1 bytes; characters beyond are cut (there are none in bytes formatting).
    #[must_use]
    pub fn into_latin1(self) -> Vec<u8> {
        match self.buffer {
            Buffer::Narrow(v) => v,
            Buffer::Wide(v) => v.into_iter().map(|c| c as u8).collect(),
        }
    }
    /// The string.
    pub fn finish(self, vm: &Vm) -> PyResult<Gc<Str>> {
        match self.buffer {
            Buffer::Narrow(v) => vm.new_latin1(&v),
            Buffer::Wide(v) => vm.new_str_from_code_points(&v),
        }
    }
}

impl Vm {
    /// A string from Latin-1 bytes; single characters are shared.
    pub fn new_latin1(&self, bytes: &[u8]) -> PyResult<Gc<Str>> {
        if let [b] = bytes {
            return self.new_char(u32::from(*b));
        }
        if bytes.is_ascii() {
            return self.new_ascii(bytes);
        }
        let s = self.alloc_str(bytes.len(), Width::One)?;
        // SAFETY: the fresh cell has room for `bytes.len()` bytes of data and does not overlap the source.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), s.data_ptr(), bytes.len()) };
        Ok(s)
    }

    /// `s[0]` … as a vector of code points, for what works on whole text.
    #[must_use]
    pub fn code_points_of(s: &Str) -> Vec<u32> {
        match s.chars() {
            Chars::Ascii(b) | Chars::One(b) => b.iter().map(|&c| u32::from(c)).collect(),
            Chars::Two(w) => w.iter().map(|&c| u32::from(c)).collect(),
            Chars::Four(d) => d.to_vec(),
        }
    }

    /// `s` repeated `n` times. MemoryError before the work if the result cannot exist.
    pub fn str_repeat(&self, s: Gc<Str>, n: usize) -> PyResult<Gc<Str>> {
        if n == 1 {
            return Ok(s);
        }
        let len = s.len().checked_mul(n).ok_or_else(|| self.memory_error())?;
        if len == 0 {
            // Of the width that the empty string has, whatever was repeated.
            return self.new_ascii(b"");
        }
        let out = self.alloc_str(len, s.width())?;
        let unit = s.bytes();
        let total = len * s.width().bytes();
        // SAFETY: the fresh cell has room for `len` code points of the width of `s`; each step copies from what is
        // already written (doubling) or from `s`, within `total`.
        unsafe {
            let dst = out.data_ptr();
            if let [b] = unit {
                dst.write_bytes(*b, total);
            } else {
                std::ptr::copy_nonoverlapping(unit.as_ptr(), dst, unit.len());
                let mut done = unit.len();
                while done < total {
                    let step = done.min(total - done);
                    std::ptr::copy_nonoverlapping(dst, dst.add(done), step);
                    done += step;
                }
            }
        }
        Ok(out)
    }

    /// `left` times `fill`, `s`, `right` times `fill`.
    pub fn str_pad(&self, s: Gc<Str>, left: usize, right: usize, fill: u32) -> PyResult<Gc<Str>> {
        if left == 0 && right == 0 {
            return Ok(s);
        }
        let len = left
            .checked_add(right)
            .and_then(|n| n.checked_add(s.len()))
            .ok_or_else(|| self.overflow_error("padded string is too long"))?;
        let width = s.width().max(Width::for_max(fill));
        let out = self.alloc_str(len, width)?;
        out.fill_range(0, left, fill);
        out.copy_from(left, &s, 0, s.len());
        out.fill_range(left + s.len(), right, fill);
        Ok(out)
    }
}

impl Gc<Str> {
    /// Writes `n` times `c` from position `at` on. Only on a fresh string that nobody else sees, wide enough for `c`.
    pub(crate) fn fill_range(self, at: usize, n: usize, c: u32) {
        assert!(at + n <= self.len());
        let p = self.data_ptr();
        // SAFETY: in range by the assertion; by the caller the string is fresh and wide enough.
        unsafe {
            match self.width() {
                Width::Ascii | Width::One => p.add(at).write_bytes(c as u8, n),
                Width::Two => (0..n).for_each(|i| *p.cast::<u16>().add(at + i) = c as u16),
                Width::Four => (0..n).for_each(|i| *p.cast::<u32>().add(at + i) = c),
            }
        }
    }

    /// Writes `src[start..end]` from position `at` on. Only on a fresh string that nobody else sees, wide enough.
    pub(crate) fn copy_from(self, at: usize, src: &Str, start: usize, end: usize) {
        assert!(start <= end && end <= src.len() && at + (end - start) <= self.len());
        let n = end - start;
        let p = self.data_ptr();
        let (to, from) = (self.width().bytes(), src.width().bytes());
        debug_assert!(to >= from);
        // SAFETY: in range by the assertion; by the caller the string is fresh and at least as wide as `src`.
        unsafe {
            if to == from {
                std::ptr::copy_nonoverlapping(src.bytes().as_ptr().add(start * from), p.add(at * to), n * to);
                return;
            }
            match (src.chars(), self.width()) {
                (Chars::Ascii(b) | Chars::One(b), Width::Two) => {
                    (0..n).for_each(|i| *p.cast::<u16>().add(at + i) = u16::from(b[start + i]));
                }
                (Chars::Ascii(b) | Chars::One(b), _) => {
                    (0..n).for_each(|i| *p.cast::<u32>().add(at + i) = u32::from(b[start + i]));
                }
                (Chars::Two(w), _) => {
                    (0..n).for_each(|i| *p.cast::<u32>().add(at + i) = u32::from(w[start + i]))
                }
                (Chars::Four(_), _) => {}
            }
        }
    }
}
