//! Strings: fixed-width code-point arrays (1, 2 or 4 bytes per code point), immutable, data inline.

use std::borrow::Cow;

use vm_core::sync::{AtomicU64, Ordering};
use vm_heap::Header;

use super::{
    gc::{Gc, Object},
    kind::Kind,
};
use crate::{error::PyResult, vm::Vm};

/// Bytes per code point, and whether all are ASCII.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Width {
    /// One byte, all below 128.
    Ascii = 0,
    /// One byte, Latin-1.
    One = 1,
    /// Two bytes.
    Two = 2,
    /// Four bytes.
    Four = 4,
}

impl Width {
    /// Bytes per code point.
    #[inline]
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Width::Ascii | Width::One => 1,
            Width::Two => 2,
            Width::Four => 4,
        }
    }
    /// The narrowest width for code points up to `max`.
    #[inline]
    #[must_use]
    pub const fn for_max(max: u32) -> Width {
        match max {
            0..=0x7F => Width::Ascii,
            0x80..=0xFF => Width::One,
            0x100..=0xFFFF => Width::Two,
            _ => Width::Four,
        }
    }
}

/// A string cell.
#[repr(C)]
pub struct Str {
    header: Header,
    /// 0 = not yet computed. Relaxed: a pure function of immutable data, every thread computes the same.
    hash: AtomicU64,
    len: usize,
    width: Width,
    interned: vm_core::sync::AtomicBool,
    data: [u64; 0],
}

// SAFETY: repr(C), begins with the header, only cells of this kind are made with it.
unsafe impl Object for Str {
    const KIND: Kind = Kind::Str;
}

/// The data of a string by width.
#[derive(Clone, Copy, Debug)]
pub enum Chars<'a> {
    /// Below 128: also valid UTF-8.
    Ascii(&'a [u8]),
    /// Latin-1.
    One(&'a [u8]),
    /// Up to U+FFFF, surrogates included.
    Two(&'a [u16]),
    /// All code points.
    Four(&'a [u32]),
}

impl Str {
    /// Length in code points.
    #[inline(always)]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }
    /// Whether the string is empty.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
    /// Storage width.
    #[inline(always)]
    #[must_use]
    pub fn width(&self) -> Width {
        self.width
    }
    /// Whether this is the one string of its content that names use.
    #[inline(always)]
    #[must_use]
    pub fn is_interned(&self) -> bool {
        self.interned.load(Ordering::Relaxed)
    }
    pub(crate) fn set_interned(&self) {
        self.interned.store(true, Ordering::Relaxed);
    }
    /// The code points by width.
    #[inline]
    #[must_use]
    pub fn chars(&self) -> Chars<'_> {
        let p: *const u8 = self.data.as_ptr().cast();
        // SAFETY: the cell was allocated with `len` code points of `width` after the fields, all initialised; the
        // data start is 8-byte aligned (see the field sizes).
        unsafe {
            match self.width {
                Width::Ascii => Chars::Ascii(std::slice::from_raw_parts(p, self.len)),
                Width::One => Chars::One(std::slice::from_raw_parts(p, self.len)),
                Width::Two => Chars::Two(std::slice::from_raw_parts(p.cast(), self.len)),
                Width::Four => Chars::Four(std::slice::from_raw_parts(p.cast(), self.len)),
            }
        }
    }
    /// As `&str` if all ASCII.
    #[inline]
    #[must_use]
    pub fn as_ascii(&self) -> Option<&str> {
        match self.chars() {
            // SAFETY: bytes below 128 are valid UTF-8.
            Chars::Ascii(b) => Some(unsafe { std::str::from_utf8_unchecked(b) }),
            _ => None,
        }
    }
    /// The code point at `i`, which must be in range.
    #[inline]
    #[must_use]
    pub fn code_point(&self, i: usize) -> u32 {
        match self.chars() {
            Chars::Ascii(b) | Chars::One(b) => u32::from(b[i]),
            Chars::Two(w) => u32::from(w[i]),
            Chars::Four(d) => d[i],
        }
    }
    /// All code points.
    pub fn code_points(&self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + '_ {
        let n = self.len;
        (0..n).map(|i| self.code_point(i))
    }
    /// As UTF-8; lone surrogates become U+FFFD.
    #[must_use]
    pub fn to_str_lossy(&self) -> Cow<'_, str> {
        match self.as_ascii() {
            Some(s) => Cow::Borrowed(s),
            None => Cow::Owned(self.code_points().map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')).collect()),
        }
    }
    /// As UTF-8, or the index of the first lone surrogate.
    pub fn to_utf8(&self) -> Result<Cow<'_, str>, usize> {
        match self.as_ascii() {
            Some(s) => Ok(Cow::Borrowed(s)),
            None => {
                let mut out = String::with_capacity(self.len * 2);
                for (i, c) in self.code_points().enumerate() {
                    out.push(char::from_u32(c).ok_or(i)?);
                }
                Ok(Cow::Owned(out))
            }
        }
    }
    /// Whether the content equals `s`.
    #[must_use]
    pub fn eq_str(&self, s: &str) -> bool {
        match self.as_ascii() {
            Some(a) => a == s,
            None => self.code_points().eq(s.chars().map(u32::from)),
        }
    }
    /// Whether the contents are equal. (Widths are canonical, so equal strings have equal widths.)
    #[must_use]
    pub fn eq_content(&self, other: &Str) -> bool {
        if std::ptr::eq(self, other) {
            return true;
        }
        if self.len != other.len || self.width != other.width {
            return false;
        }
        let (a, b) = (self.hash.load(Ordering::Relaxed), other.hash.load(Ordering::Relaxed));
        if a != 0 && b != 0 && a != b {
            return false;
        }
        self.bytes() == other.bytes()
    }
    /// The raw storage.
    #[inline]
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: as in `chars`.
        unsafe { std::slice::from_raw_parts(self.data.as_ptr().cast(), self.len * self.width.bytes()) }
    }
    /// The hash (SipHash-1-3 of the storage with the process's key; 0 for the empty string, as CPython).
    #[inline]
    #[must_use]
    pub fn hash(&self, vm: &Vm) -> i64 {
        let h = self.hash.load(Ordering::Relaxed);
        if h != 0 { h as i64 } else { self.compute_hash(vm) }
    }
    #[cold]
    #[inline(never)]
    fn compute_hash(&self, vm: &Vm) -> i64 {
        if self.len == 0 {
            return 0;
        }
        let h = vm.interp().hash_secret.hash_bytes(self.bytes());
        self.hash.store(h as u64, Ordering::Relaxed);
        h
    }
}

impl Gc<Str> {
    /// Whether this is a `str` and not an instance of a subclass.
    #[inline]
    #[must_use]
    pub fn is_exact(self) -> bool {
        self.value().downcast_exact::<Str>().is_some()
    }
    /// Start of the storage, for writing a fresh string.
    #[inline]
    pub(crate) fn data_ptr(self) -> *mut u8 {
        // SAFETY: within the cell.
        unsafe { (&raw mut (*self.as_ptr()).data).cast() }
    }
    /// Sets length and width of a fresh cell of a subclass.
    ///
    /// # Safety
    /// The cell is zeroed, has room for `len` code points of `width`, and nobody else sees it.
    pub(crate) unsafe fn init_layout(self, len: usize, width: Width) {
        // SAFETY: by the caller.
        unsafe {
            (*self.as_ptr()).len = len;
            (*self.as_ptr()).width = width;
        }
    }
}

impl Vm {
    /// A string of `len` zeroed code points, to be written before anybody else sees it. MemoryError if it cannot be had.
    pub(crate) fn alloc_str(&self, len: usize, width: Width) -> PyResult<Gc<Str>> {
        let bytes = len
            .checked_mul(width.bytes())
            .and_then(|n| n.checked_add(size_of::<Str>()))
            .filter(|&n| n < isize::MAX as usize)
            .ok_or_else(|| self.memory_error())?;
        let s = self.alloc_cell::<Str>(bytes)?;
        // SAFETY: a fresh cell of at least `bytes` zeroed bytes that nobody else sees.
        unsafe {
            (*s.as_ptr()).len = len;
            (*s.as_ptr()).width = width;
        }
        Ok(s)
    }

    /// A string from UTF-8.
    pub fn new_str(&self, s: &str) -> PyResult<Gc<Str>> {
        if s.is_ascii() {
            return self.new_ascii(s.as_bytes());
        }
        let (mut max, mut len) = (0, 0);
        for c in s.chars() {
            max = max.max(c as u32);
            len += 1;
        }
        self.fill_str(len, max, s.chars().map(|c| c as u32))
    }

    /// A string from bytes that are all below 128.
    pub fn new_ascii(&self, bytes: &[u8]) -> PyResult<Gc<Str>> {
        debug_assert!(bytes.is_ascii());
        let s = self.alloc_str(bytes.len(), Width::Ascii)?;
        // SAFETY: the fresh cell has room for `bytes.len()` bytes of data and does not overlap the source.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), (*s.as_ptr()).data.as_mut_ptr().cast(), bytes.len())
        };
        Ok(s)
    }

    /// A string from code points (surrogates allowed, all below 0x110000).
    pub fn new_str_from_code_points(&self, cps: &[u32]) -> PyResult<Gc<Str>> {
        let max = cps.iter().copied().max().unwrap_or(0);
        self.fill_str(cps.len(), max, cps.iter().copied())
    }

    /// A one-character string; Latin-1 characters are shared.
    pub fn new_char(&self, c: u32) -> PyResult<Gc<Str>> {
        if let Some(s) = self.interp().statics().latin1(c) {
            return Ok(s);
        }
        self.fill_str(1, c, std::iter::once(c))
    }

    fn fill_str(&self, len: usize, max: u32, cps: impl Iterator<Item = u32>) -> PyResult<Gc<Str>> {
        let width = Width::for_max(max);
        let s = self.alloc_str(len, width)?;
        // SAFETY: a fresh cell with room for `len` code points of `width`; the iterator yields exactly `len`.
        unsafe {
            let p = (*s.as_ptr()).data.as_mut_ptr().cast::<u8>();
            match width {
                Width::Ascii | Width::One => cps.take(len).enumerate().for_each(|(i, c)| *p.add(i) = c as u8),
                Width::Two => cps.take(len).enumerate().for_each(|(i, c)| *p.cast::<u16>().add(i) = c as u16),
                Width::Four => cps.take(len).enumerate().for_each(|(i, c)| *p.cast::<u32>().add(i) = c),
            }
        }
        Ok(s)
    }

    /// `a[start..end]` in code points; the range must be valid.
    pub fn str_slice(&self, a: Gc<Str>, start: usize, end: usize) -> PyResult<Gc<Str>> {
        if start == 0 && end == a.len() && a.is_exact() {
            return Ok(a);
        }
        if end == start + 1 {
            return self.new_char(a.code_point(start));
        }
        match a.chars() {
            Chars::Ascii(b) => self.new_ascii(&b[start..end]),
            Chars::One(b) => {
                let part = &b[start..end];
                let max = part.iter().copied().max().unwrap_or(0);
                self.fill_str(part.len(), u32::from(max), part.iter().map(|&c| u32::from(c)))
            }
            Chars::Two(b) => {
                let part = &b[start..end];
                let max = part.iter().copied().max().unwrap_or(0);
                self.fill_str(part.len(), u32::from(max), part.iter().map(|&c| u32::from(c)))
            }
            Chars::Four(b) => self.new_str_from_code_points(&b[start..end]),
        }
    }

    /// `a + b`.
    pub fn str_concat(&self, a: Gc<Str>, b: Gc<Str>) -> PyResult<Gc<Str>> {
        if a.is_empty() && b.is_exact() {
            return Ok(b);
        }
        if b.is_empty() && a.is_exact() {
            return Ok(a);
        }
        self.str_join_slice(&[a, b])
    }

    /// The concatenation of `parts`.
    pub fn str_join_slice(&self, parts: &[Gc<Str>]) -> PyResult<Gc<Str>> {
        let mut len = 0usize;
        let mut width = Width::Ascii;
        for p in parts {
            len = len.checked_add(p.len()).ok_or_else(|| self.memory_error())?;
            width = width.max(p.width());
        }
        let s = self.alloc_str(len, width)?;
        let mut at = 0;
        for p in parts {
            // SAFETY: the fresh cell has room for the sum of the lengths at the widest width; narrower parts are
            // widened element by element.
            unsafe {
                let dst = (*s.as_ptr()).data.as_mut_ptr().cast::<u8>();
                if p.width().bytes() == width.bytes() {
                    let w = width.bytes();
                    std::ptr::copy_nonoverlapping(p.bytes().as_ptr(), dst.add(at * w), p.len() * w);
                } else {
                    for (i, c) in p.code_points().enumerate() {
                        match width {
                            Width::Ascii | Width::One => *dst.add(at + i) = c as u8,
                            Width::Two => *dst.cast::<u16>().add(at + i) = c as u16,
                            Width::Four => *dst.cast::<u32>().add(at + i) = c,
                        }
                    }
                }
            }
            at += p.len();
        }
        Ok(s)
    }
}
