//! A file descriptor with its buffers.

use std::{
    ffi::CString,
    io::{Error, ErrorKind, Result},
};

use vm_core::sync::{AtomicU32, Mutex, Ordering};
use vm_python::{error::PyResult, value::Value, vm::Vm};

/// Bytes asked of the system at a time, and kept back before they are written.
pub(super) const CHUNK: usize = 8192;

/// Where a line ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LineEnd {
    /// `\n`, `\r` or `\r\n`.
    Any,
    Lf,
    Cr,
    CrLf,
}

/// What has been read ahead and what has not been written yet; at most one of them is not empty.
#[derive(Default)]
pub(super) struct Buffers {
    input: Vec<u8>,
    at: usize,
    output: Vec<u8>,
}

/// An open file, shared by the objects that layers of Python's `io` have.
pub(crate) struct Descriptor {
    /// The number as unsigned, so that -1 (closed) is the largest.
    fd: AtomicU32,
    owned: bool,
    pub(super) readable: bool,
    pub(super) writable: bool,
    /// No read-ahead and no write-behind.
    pub(super) unbuffered: bool,
    buffers: Mutex<Buffers>,
}

impl Descriptor {
    pub(super) fn new(fd: i32, owned: bool, readable: bool, writable: bool, unbuffered: bool) -> Descriptor {
        Descriptor {
            fd: AtomicU32::new(fd as u32),
            owned,
            readable,
            writable,
            unbuffered,
            buffers: Mutex::new(Buffers::default()),
        }
    }
    /// In a child of fork: what a thread that the child does not have was reading or writing is that of the parent.
    ///
    /// # Safety
    /// The caller is the only thread of the process, and in no operation on the file.
    pub(crate) unsafe fn free_in_child(&self) {
        // SAFETY: by the caller's promise.
        unsafe { vm_core::sync::free_in_child(&self.buffers, Buffers::default()) };
    }
    /// The descriptor number; -1 once closed.
    pub(super) fn fd(&self) -> i32 {
        self.fd.load(Ordering::Acquire) as i32
    }
    pub(super) fn is_closed(&self) -> bool {
        self.fd() < 0
    }
    pub(super) fn is_tty(&self) -> bool {
        // SAFETY: a query about a number; a bad one gives 0.
        unsafe { libc::isatty(self.fd()) == 1 }
    }

    /// Runs `f` on the buffers, detached, again after each interruption by a signal that raised nothing. `f` keeps its
    /// progress in the buffers or in what it captures.
    pub(super) fn run<R>(
        &self,
        vm: &Vm,
        mut f: impl FnMut(&Descriptor, &mut Buffers) -> Result<R>,
    ) -> PyResult<R> {
        loop {
            // The guard is dropped before the thread attaches again.
            match vm.detached(|| f(self, &mut self.buffers.lock())) {
                Ok(r) => return Ok(r),
                Err(e) if e.kind() == ErrorKind::Interrupted => vm.poll()?,
                Err(e) => return Err(vm.io_error(&e, None)),
            }
        }
    }

    /// Runs `f` on the buffers if nobody else uses them; `f` makes no system call.
    pub(super) fn quick<R>(&self, f: impl FnOnce(&mut Buffers) -> Option<R>) -> Option<R> {
        f(&mut *self.buffers.try_lock()?)
    }

    fn read_some(&self, into: &mut [u8]) -> Result<usize> {
        // SAFETY: pointer and length describe `into`.
        let n = unsafe { libc::read(self.fd(), into.as_mut_ptr().cast(), into.len()) };
        usize::try_from(n).map_err(|_| Error::last_os_error())
    }

    /// Reads ahead once; false at the end of the file. What was not yet written goes out first.
    pub(super) fn fill(&self, b: &mut Buffers, want: usize) -> Result<bool> {
        self.write_out(b)?;
        if b.at > 0 {
            b.input.drain(..b.at);
            b.at = 0;
        }
        let old = b.input.len();
        let chunk = if self.unbuffered { want.clamp(1, CHUNK * 8) } else { want.clamp(CHUNK, CHUNK * 128) };
        b.input.resize(old + chunk, 0);
        match self.read_some(&mut b.input[old..]) {
            Ok(n) => {
                b.input.truncate(old + n);
                Ok(n > 0)
            }
            Err(e) => {
                b.input.truncate(old);
                Err(e)
            }
        }
    }

    /// Writes everything that is kept back.
    pub(super) fn write_out(&self, b: &mut Buffers) -> Result<()> {
        let mut done = 0;
        let r = loop {
            if done == b.output.len() {
                break Ok(());
            }
            let rest = &b.output[done..];
            // SAFETY: pointer and length describe `rest`.
            let n = unsafe { libc::write(self.fd(), rest.as_ptr().cast(), rest.len()) };
            match usize::try_from(n) {
                Ok(n) => done += n,
                Err(_) => break Err(Error::last_os_error()),
            }
        };
        match &r {
            // A pipe without a reader never takes the rest; keeping it would fail again at every later call.
            Err(e) if e.kind() == ErrorKind::BrokenPipe => b.output.clear(),
            _ => drop(b.output.drain(..done)),
        }
        r
    }

    /// Takes `bytes` over; goes to the system when enough has come together or `now`.
    pub(super) fn write(&self, vm: &Vm, bytes: &[u8], now: bool) -> PyResult<()> {
        let now = now || self.unbuffered;
        let quick = self.quick(|b| {
            if now || b.output.len() + bytes.len() > CHUNK || b.at < b.input.len() {
                return None;
            }
            b.output.extend_from_slice(bytes);
            Some(())
        });
        if quick.is_some() {
            return Ok(());
        }
        let mut taken = false;
        self.run(vm, |d, b| {
            if !taken {
                d.forget_input(b)?;
                b.output.extend_from_slice(bytes);
                taken = true;
            }
            if now || b.output.len() > CHUNK { d.write_out(b) } else { Ok(()) }
        })
    }

    /// Drops what was read ahead and moves the file back to where the reader is.
    fn forget_input(&self, b: &mut Buffers) -> Result<()> {
        let ahead = b.input.len() - b.at;
        b.input.clear();
        b.at = 0;
        if ahead > 0 {
            self.lseek(-(ahead as i64), libc::SEEK_CUR)?;
        }
        Ok(())
    }

    fn lseek(&self, offset: i64, whence: i32) -> Result<u64> {
        // SAFETY: a system call on a number.
        let n = unsafe { libc::lseek(self.fd(), offset, whence) };
        u64::try_from(n).map_err(|_| Error::last_os_error())
    }

    /// Moves the file and drops the buffers; the new position.
    pub(super) fn seek(&self, b: &mut Buffers, offset: i64, whence: i32) -> Result<u64> {
        self.write_out(b)?;
        self.forget_input(b)?;
        self.lseek(offset, whence)
    }

    /// The position as the user of the buffers sees it.
    pub(super) fn tell(&self, b: &Buffers) -> Result<u64> {
        let at = self.lseek(0, libc::SEEK_CUR)? as i64;
        Ok((at - (b.input.len() - b.at) as i64 + b.output.len() as i64).max(0) as u64)
    }

    /// Cuts the file off.
    pub(super) fn truncate(&self, b: &mut Buffers, size: Option<i64>) -> Result<i64> {
        self.write_out(b)?;
        let size = match size {
            Some(n) => n,
            None => self.tell(b)? as i64,
        };
        // SAFETY: a system call on a number.
        if unsafe { libc::ftruncate(self.fd(), size) } != 0 {
            return Err(Error::last_os_error());
        }
        Ok(size)
    }

    /// Writes everything that is kept back.
    pub(super) fn flush(&self) -> Result<()> {
        let mut b = self.buffers.lock();
        loop {
            match self.write_out(&mut b) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                r => return r,
            }
        }
    }

    /// Whether anything waits to be written.
    pub(super) fn is_dirty(&self) -> bool {
        self.quick(|b| Some(!b.output.is_empty())).unwrap_or(true)
    }

    /// Writes everything and closes; closing twice is fine. The descriptor is closed even if writing fails.
    pub(super) fn close(&self) -> Result<()> {
        let mut b = self.buffers.lock();
        let r = loop {
            match self.write_out(&mut b) {
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                r => break r,
            }
        };
        b.output.clear();
        b.input.clear();
        b.at = 0;
        let fd = self.fd.swap(u32::MAX, Ordering::AcqRel) as i32;
        if fd >= 0 && self.owned {
            // SAFETY: the number is ours and is forgotten with this.
            unsafe { libc::close(fd) };
        }
        r
    }

    /// Up to `n` bytes; fewer only at the end of the file.
    pub(super) fn read(&self, vm: &Vm, n: Option<usize>) -> PyResult<Vec<u8>> {
        if let Some(n) = n {
            let quick = self.quick(|b| (b.output.is_empty() && b.len() >= n).then(|| b.take(n)));
            if let Some(bytes) = quick {
                return Ok(bytes);
            }
        }
        self.run(vm, |d, b| {
            loop {
                let have = b.len();
                match n {
                    Some(n) if have >= n => return Ok(b.take(n)),
                    Some(n) if !d.fill(b, n - have)? => return Ok(b.take(have)),
                    None if !d.fill(b, have.max(CHUNK))? => return Ok(b.take(b.len())),
                    _ => {}
                }
            }
        })
    }

    /// What one system call gives, at most `n` bytes; what was read ahead comes first.
    pub(super) fn read_once(&self, vm: &Vm, n: usize) -> PyResult<Vec<u8>> {
        self.run(vm, |d, b| {
            if b.len() == 0 && n > 0 {
                d.fill(b, n)?;
            }
            Ok(b.take(n.min(b.len())))
        })
    }

    /// What is read ahead, after at least one attempt; nothing is consumed.
    pub(super) fn peek(&self, vm: &Vm) -> PyResult<Vec<u8>> {
        self.run(vm, |d, b| {
            if b.len() == 0 {
                d.fill(b, 1)?;
            }
            Ok(b.rest().to_vec())
        })
    }

    /// One line with its end, at most `limit` bytes; empty at the end of the file.
    pub(super) fn read_line(&self, vm: &Vm, end: LineEnd, limit: Option<usize>) -> PyResult<Vec<u8>> {
        let limit = limit.unwrap_or(usize::MAX);
        let quick = self.quick(|b| {
            let n = b.line(end, limit, false)?;
            b.output.is_empty().then(|| b.take(n))
        });
        if let Some(line) = quick {
            return Ok(line);
        }
        self.run(vm, |d, b| {
            loop {
                if let Some(n) = b.line(end, limit, false) {
                    return Ok(b.take(n));
                }
                if !d.fill(b, 1)? {
                    let n = b.line(end, limit, true).unwrap_or(b.len());
                    return Ok(b.take(n));
                }
            }
        })
    }

    /// Up to `n` characters of UTF-8 (or of one byte each).
    pub(super) fn read_chars(&self, vm: &Vm, n: usize, utf8: bool) -> PyResult<Vec<u8>> {
        self.run(vm, |d, b| {
            loop {
                if let Some(bytes) = b.chars(n, utf8) {
                    return Ok(bytes);
                }
                if !d.fill(b, 1)? {
                    return Ok(b.take(b.len()));
                }
            }
        })
    }
}

impl Buffers {
    fn rest(&self) -> &[u8] {
        &self.input[self.at..]
    }
    fn len(&self) -> usize {
        self.input.len() - self.at
    }
    fn take(&mut self, n: usize) -> Vec<u8> {
        let bytes = self.input[self.at..self.at + n].to_vec();
        self.at += n;
        if self.at == self.input.len() {
            self.input.clear();
            self.at = 0;
        }
        bytes
    }
    /// Length of the first line; `None` if its end is not there yet.
    fn line(&self, end: LineEnd, limit: usize, last: bool) -> Option<usize> {
        let rest = self.rest();
        let found = match end {
            LineEnd::Lf => rest.iter().position(|&c| c == b'\n').map(|i| i + 1),
            LineEnd::Cr => rest.iter().position(|&c| c == b'\r').map(|i| i + 1),
            LineEnd::CrLf => rest.windows(2).position(|w| w == b"\r\n").map(|i| i + 2),
            LineEnd::Any => match rest.iter().position(|&c| c == b'\n' || c == b'\r') {
                Some(i) if rest[i] == b'\n' => Some(i + 1),
                Some(i) if i + 1 < rest.len() => Some(if rest[i + 1] == b'\n' { i + 2 } else { i + 1 }),
                // The byte after a carriage return decides.
                Some(i) if last => Some(i + 1),
                _ => None,
            },
        };
        match found {
            Some(n) => Some(n.min(limit)),
            None if rest.len() >= limit => Some(limit),
            None => None,
        }
    }
    fn chars(&mut self, n: usize, utf8: bool) -> Option<Vec<u8>> {
        if n == 0 {
            return Some(Vec::new());
        }
        if !utf8 {
            return (self.len() >= n).then(|| self.take(n));
        }
        // The start of character n + 1 shows that n are complete; so does a complete last one.
        let rest = self.rest();
        let mut starts = rest.iter().enumerate().filter(|(_, c)| **c & 0xC0 != 0x80).map(|(i, _)| i);
        let last = starts.clone().nth(n - 1)?;
        let stop = match starts.nth(n) {
            Some(i) => i,
            None => {
                let width = match rest[last] {
                    0..=0x7F => 1,
                    0xC2..=0xDF => 2,
                    0xE0..=0xEF => 3,
                    0xF0..=0xF4 => 4,
                    _ => 1,
                };
                if rest.len() < last + width {
                    return None;
                }
                last + width
            }
        };
        Some(self.take(stop))
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        if !self.is_closed() {
            let _ = self.close();
        }
    }
}

/// Opens a path.
pub(super) fn open(vm: &Vm, path: &[u8], flags: i32, name: Value) -> PyResult<i32> {
    let Ok(c) = CString::new(path) else { return Err(vm.value_error("embedded null byte")) };
    loop {
        let fd = vm.detached(|| {
            // SAFETY: the path is NUL-terminated.
            let fd = unsafe { libc::open(c.as_ptr(), flags | libc::O_CLOEXEC, 0o666) };
            if fd < 0 { Err(Error::last_os_error()) } else { Ok(fd) }
        });
        match fd {
            Ok(fd) => return Ok(fd),
            Err(e) if e.kind() == ErrorKind::Interrupted => vm.poll()?,
            Err(e) => return Err(vm.io_error(&e, Some(name))),
        }
    }
}

/// Whether a descriptor is a directory; `None` if it is not open.
pub(super) fn is_directory(fd: i32) -> Option<bool> {
    // SAFETY: all-zero is a valid stat, and the pointer is to a local.
    unsafe {
        let mut st: libc::stat = std::mem::zeroed();
        (libc::fstat(fd, &raw mut st) == 0).then_some(st.st_mode & libc::S_IFMT == libc::S_IFDIR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buffers(text: &[u8]) -> Buffers {
        Buffers { input: text.to_vec(), at: 0, output: Vec::new() }
    }

    #[test]
    fn lines_end_where_they_should() {
        let b = buffers(b"a\r\nb\rc\n");
        assert_eq!(b.line(LineEnd::Any, 99, false), Some(3));
        assert_eq!(b.line(LineEnd::Lf, 99, false), Some(3));
        assert_eq!(b.line(LineEnd::Cr, 99, false), Some(2));
        assert_eq!(b.line(LineEnd::CrLf, 99, false), Some(3));
        assert_eq!(b.line(LineEnd::Lf, 2, false), Some(2));
        let b = buffers(b"a\r");
        assert_eq!(b.line(LineEnd::Any, 99, false), None, "a line feed may follow");
        assert_eq!(b.line(LineEnd::Any, 99, true), Some(2));
    }

    #[test]
    fn characters_are_not_cut() {
        let mut b = buffers("é€x".as_bytes());
        assert_eq!(b.chars(2, true).as_deref(), Some("é€".as_bytes()));
        assert_eq!(b.chars(1, true).as_deref(), Some(&b"x"[..]));
        let mut b = buffers(&"€".as_bytes()[..2]);
        assert_eq!(b.chars(1, true), None);
    }
}
