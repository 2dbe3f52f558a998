# What the abstract base classes of `io` can do by themselves.


class UnsupportedOperation(OSError, ValueError):
    pass


UnsupportedOperation.__module__ = 'io'
BlockingIOError = BlockingIOError


def _unsupported(self, name):
    raise UnsupportedOperation('%s.%s() not supported' % (type(self).__name__, name))


def _base():
    def closed(self):
        return getattr(self, '_closed_by_close', False)

    def close(self):
        if not self.closed:
            try:
                self.flush()
            finally:
                self._closed_by_close = True

    def _checkClosed(self, msg=None):
        if self.closed:
            raise ValueError('I/O operation on closed file.' if msg is None else msg)

    def flush(self):
        self._checkClosed()

    def __enter__(self):
        if self.closed:
            raise ValueError('I/O operation on closed file.')
        return self

    def __exit__(self, *args):
        self.close()

    def __iter__(self):
        if self.closed:
            raise ValueError('I/O operation on closed file.')
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def readable(self):
        return False

    def writable(self):
        return False

    def seekable(self):
        return False

    def isatty(self):
        self._checkClosed()
        return False

    def fileno(self):
        raise UnsupportedOperation('fileno')

    def seek(self, offset, whence=0, /):
        raise UnsupportedOperation('seek')

    def tell(self):
        return self.seek(0, 1)

    def truncate(self, size=None, /):
        raise UnsupportedOperation('truncate')

    def readline(self, size=-1, /):
        if size is None:
            size = -1
        parts = []
        n = 0
        while size < 0 or n < size:
            b = self.read(1)
            if not b:
                break
            parts.append(b)
            n += 1
            if b in (b'\n', '\n'):
                break
        return (b'' if not parts or isinstance(parts[0], (bytes, bytearray)) else '').join(parts)

    def readlines(self, hint=None, /):
        if hint is None or hint <= 0:
            return list(self)
        n = 0
        lines = []
        for line in self:
            lines.append(line)
            n += len(line)
            if n >= hint:
                break
        return lines

    def writelines(self, lines, /):
        if self.closed:
            raise ValueError('I/O operation on closed file.')
        for line in lines:
            self.write(line)

    methods = {k: v for k, v in locals().items()}
    methods['closed'] = property(closed)
    return methods


def _raw_base():
    def read(self, size=-1, /):
        if size is None or size < 0:
            return self.readall()
        b = bytearray(size)
        n = self.readinto(b)
        if n is None:
            return None
        return bytes(b[:n])

    def readall(self):
        parts = []
        while True:
            data = self.read(8192)
            if not data:
                break
            parts.append(data)
        return b''.join(parts)

    def readinto(self, b, /):
        _unsupported(self, 'readinto')

    def write(self, b, /):
        _unsupported(self, 'write')

    return locals()


def _buffered_base():
    def read(self, size=-1, /):
        raise UnsupportedOperation('read')

    def read1(self, size=-1, /):
        raise UnsupportedOperation('read1')

    def readinto(self, b, /):
        data = self.read(len(b))
        n = len(data)
        b[:n] = data
        return n

    def readinto1(self, b, /):
        data = self.read1(len(b))
        n = len(data)
        b[:n] = data
        return n

    def write(self, b, /):
        raise UnsupportedOperation('write')

    def detach(self):
        raise UnsupportedOperation('detach')

    return locals()


def _text_base():
    def read(self, size=-1, /):
        raise UnsupportedOperation('read')

    def write(self, s, /):
        raise UnsupportedOperation('write')

    def detach(self):
        raise UnsupportedOperation('detach')

    return locals()


_IOBase_methods = _base()
_RawIOBase_methods = _raw_base()
_BufferedIOBase_methods = _buffered_base()
_TextIOBase_methods = _text_base()


def text_encoding(encoding, stacklevel=2, /):
    return 'utf-8' if encoding is None else encoding
