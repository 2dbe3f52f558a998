"""Tracebacks as text; the formatting itself is native."""

import sys
import _weft

__all__ = ['format_exc', 'format_exception', 'format_exception_only', 'print_exc', 'print_exception', 'print_tb', 'format_tb',
           'extract_tb', 'extract_stack', 'print_stack', 'format_stack', 'format_list', 'FrameSummary', 'StackSummary',
           'walk_tb', 'walk_stack', 'clear_frames']

_missing = object()


def _value(exc, value):
    if value is _missing:
        return exc
    return value


def format_exception(exc, /, value=_missing, tb=_missing, limit=None, chain=True, **kwargs):
    """The report of an exception as a list of lines."""
    exc = _value(exc, value)
    if exc is None:
        return ["NoneType: None\n"]
    return _weft.format_exception(exc).splitlines(True)


def format_exception_only(exc, /, value=_missing, *, show_group=False, **kwargs):
    """The last lines of the report: class, message, notes."""
    exc = _value(exc, value)
    if exc is None:
        return ["NoneType: None\n"]
    return _weft.format_exception_only(exc).splitlines(True)


def format_exc(limit=None, chain=True):
    """The report of the exception that is being handled."""
    return "".join(format_exception(sys.exception()))


def print_exception(exc, /, value=_missing, tb=_missing, limit=None, file=None, chain=True, **kwargs):
    """Prints the report of an exception."""
    if file is None:
        file = sys.stderr
    file.write("".join(format_exception(exc, value, tb)))


def print_exc(limit=None, file=None, chain=True):
    """Prints the report of the exception that is being handled."""
    print_exception(sys.exception(), limit=limit, file=file, chain=chain)


class FrameSummary:
    """One frame of a stack."""

    __slots__ = ('filename', 'lineno', 'name', '_line', 'end_lineno', 'colno', 'end_colno', 'locals')

    def __init__(self, filename, lineno, name, *, lookup_line=True, locals=None, line=None, end_lineno=None, colno=None,
                 end_colno=None, **kwargs):
        self.filename = filename
        self.lineno = lineno
        self.name = name
        self._line = line
        self.end_lineno = end_lineno
        self.colno = colno
        self.end_colno = end_colno
        self.locals = locals

    @property
    def line(self):
        if self._line is None and self.lineno is not None:
            self._line = _weft.source_line(self.filename, self.lineno)
        return self._line.strip() if self._line is not None else None

    def __iter__(self):
        return iter([self.filename, self.lineno, self.name, self.line])

    def __getitem__(self, i):
        return (self.filename, self.lineno, self.name, self.line)[i]

    def __len__(self):
        return 4

    def __eq__(self, other):
        return tuple(self) == tuple(other)

    def __repr__(self):
        return f"<FrameSummary file {self.filename}, line {self.lineno} in {self.name}>"


class StackSummary(list):
    """A list of frames."""

    def format(self, **kwargs):
        return format_list(self)


def format_list(frames):
    """The frames as a list of texts."""
    out = []
    for filename, lineno, name, line in frames:
        text = f'  File "{filename}", line {lineno}, in {name}\n'
        if line:
            text += f'    {line.strip()}\n'
        out.append(text)
    return out


def walk_tb(tb):
    """Yields frame and line of each entry of a traceback."""
    while tb is not None:
        yield tb.tb_frame, tb.tb_lineno
        tb = tb.tb_next


def walk_stack(f):
    """Yields frame and line of each frame from f on."""
    if f is None:
        f = sys._getframe().f_back
    while f is not None:
        yield f, f.f_lineno
        f = f.f_back


def _summary(pairs, limit):
    out = StackSummary()
    for frame, lineno in pairs:
        if limit is not None and len(out) >= limit:
            break
        code = frame.f_code
        out.append(FrameSummary(code.co_filename, lineno, code.co_name))
    return out


def extract_tb(tb, limit=None):
    """The entries of a traceback."""
    return _summary(walk_tb(tb), limit)


def extract_stack(f=None, limit=None):
    """The frames of the calling thread, oldest first."""
    if f is None:
        f = sys._getframe().f_back
    out = _summary(walk_stack(f), limit)
    out.reverse()
    return out


def format_tb(tb, limit=None):
    """The entries of a traceback as texts."""
    return format_list(extract_tb(tb, limit))


def format_stack(f=None, limit=None):
    """The frames of the calling thread as texts."""
    if f is None:
        f = sys._getframe().f_back
    return format_list(extract_stack(f, limit))


def print_tb(tb, limit=None, file=None):
    """Prints the entries of a traceback."""
    (file or sys.stderr).write("".join(format_tb(tb, limit)))


def print_stack(f=None, limit=None, file=None):
    """Prints the frames of the calling thread."""
    if f is None:
        f = sys._getframe().f_back
    (file or sys.stderr).write("".join(format_stack(f, limit)))


def clear_frames(tb):
    """Lets go of the local variables of the frames of a traceback."""
    while tb is not None:
        try:
            tb.tb_frame.clear()
        except RuntimeError:
            pass
        tb = tb.tb_next
