"""The operating system: files, processes, the environment."""

import posix as _posix
import posixpath as path
from posix import *
from posix import _exit, _fork, _stat
from posixpath import altsep, curdir, defpath, devnull, extsep, pardir, pathsep, sep

name = 'posix'
linesep = '\n'
error = OSError
SEEK_SET = 0
SEEK_CUR = 1
SEEK_END = 2


_at_fork = {'before': [], 'after_in_child': [], 'after_in_parent': []}


def register_at_fork(*, before=None, after_in_child=None, after_in_parent=None):
    """Registers functions to be called around fork(): before in reverse order of registration, after in order."""
    given = {'before': before, 'after_in_child': after_in_child, 'after_in_parent': after_in_parent}
    given = {kind: func for kind, func in given.items() if func is not None}
    if not given:
        raise TypeError('At least one argument is required.')
    for kind, func in given.items():
        if not callable(func):
            raise TypeError("'%s' must be callable, not %s" % (kind, type(func).__name__))
    for kind, func in given.items():
        _at_fork[kind].append(func)


def _run_at_fork(funcs):
    import sys
    for func in funcs:
        try:
            func()
        except BaseException as e:
            sys.stderr.write('Exception ignored in: %r\n' % (func,))
            sys.__excepthook__(type(e), e, e.__traceback__)


def fork():
    """Copies the process: 0 in the child, the child's number in the parent. The child has the calling thread only."""
    import sys
    _run_at_fork(reversed(_at_fork['before'].copy()))
    try:
        pid = _fork()
    except BaseException:
        _run_at_fork(_at_fork['after_in_parent'].copy())
        raise
    if pid == 0:
        threading = sys.modules.get('threading')
        if threading is not None:
            threading._after_fork()
        _run_at_fork(_at_fork['after_in_child'].copy())
    else:
        _run_at_fork(_at_fork['after_in_parent'].copy())
    return pid


def wait():
    """Waits for any child: its number and its status."""
    return waitpid(-1, 0)


class stat_result(tuple):
    n_fields = 19
    st_mode = property(lambda self: self[0])
    st_ino = property(lambda self: self[1])
    st_dev = property(lambda self: self[2])
    st_nlink = property(lambda self: self[3])
    st_uid = property(lambda self: self[4])
    st_gid = property(lambda self: self[5])
    st_size = property(lambda self: self[6])
    st_atime = property(lambda self: self._raw[7] / 1e9)
    st_mtime = property(lambda self: self._raw[8] / 1e9)
    st_ctime = property(lambda self: self._raw[9] / 1e9)
    st_atime_ns = property(lambda self: self._raw[7])
    st_mtime_ns = property(lambda self: self._raw[8])
    st_ctime_ns = property(lambda self: self._raw[9])
    st_blksize = property(lambda self: self._raw[10])
    st_blocks = property(lambda self: self._raw[11])

    def __new__(cls, raw):
        self = tuple.__new__(cls, raw[:7] + tuple(x // 10 ** 9 for x in raw[7:10]))
        self._raw = raw
        return self

    def __repr__(self):
        return ('os.stat_result(st_mode=%d, st_ino=%d, st_dev=%d, st_nlink=%d, st_uid=%d, st_gid=%d, st_size=%d, '
                'st_atime=%d, st_mtime=%d, st_ctime=%d)' % tuple(self))


def stat(path, *, dir_fd=None, follow_symlinks=True):
    return stat_result(_stat(path, follow_symlinks))


def lstat(path, *, dir_fd=None):
    return stat_result(_stat(path, False))


def fstat(fd):
    return stat_result(_stat(fd, True))


class _Environ:
    """The environment as it was at the start, with the changes made since."""

    def __init__(self, data):
        self._data = data

    def _check(self, value):
        if not isinstance(value, str):
            raise TypeError('str expected, not %s' % type(value).__name__)
        return value

    def __getitem__(self, key):
        try:
            return self._data[self._check(key)]
        except KeyError:
            raise KeyError(key) from None

    def __setitem__(self, key, value):
        self._data[self._check(key)] = self._check(value)

    def __delitem__(self, key):
        try:
            del self._data[self._check(key)]
        except KeyError:
            raise KeyError(key) from None

    def __contains__(self, key):
        return key in self._data

    def __iter__(self):
        return iter(list(self._data))

    def __len__(self):
        return len(self._data)

    def __repr__(self):
        return 'environ({%s})' % ', '.join('%r: %r' % kv for kv in self._data.items())

    def __eq__(self, other):
        return dict(self.items()) == (dict(other.items()) if isinstance(other, _Environ) else other)

    __hash__ = None

    def __or__(self, other):
        return {**self._data, **dict(other)}

    def get(self, key, default=None):
        return self._data.get(key, default)

    def keys(self):
        return self._data.keys()

    def values(self):
        return self._data.values()

    def items(self):
        return self._data.items()

    def copy(self):
        return dict(self._data)

    def setdefault(self, key, default):
        return self._data.setdefault(self._check(key), self._check(default))

    def pop(self, key, *default):
        return self._data.pop(key, *default)

    def update(self, *args, **kwargs):
        for k, v in dict(*args, **kwargs).items():
            self[k] = v

    def clear(self):
        self._data.clear()


environ = _Environ(_posix.environ)


def getenv(key, default=None):
    return environ.get(key, default)


def putenv(key, value, /):
    environ[key] = value


def unsetenv(key, /):
    environ.pop(key, None)


def fsencode(filename):
    filename = fspath(filename)
    return filename if isinstance(filename, bytes) else filename.encode('utf-8', 'surrogateescape')


def fsdecode(filename):
    filename = fspath(filename)
    return filename if isinstance(filename, str) else filename.decode('utf-8', 'surrogateescape')


def makedirs(name, mode=0o777, exist_ok=False):
    head, tail = path.split(name)
    if not tail:
        head, tail = path.split(head)
    if head and tail and not path.exists(head):
        try:
            makedirs(head, exist_ok=exist_ok)
        except FileExistsError:
            pass
        if tail == curdir:
            return
    try:
        mkdir(name, mode)
    except OSError:
        if not exist_ok or not path.isdir(name):
            raise


def removedirs(name):
    rmdir(name)
    head, tail = path.split(name)
    while head and tail:
        try:
            rmdir(head)
        except OSError:
            break
        head, tail = path.split(head)


def walk(top, topdown=True, onerror=None, followlinks=False):
    try:
        names = listdir(top)
    except OSError as error:
        if onerror is not None:
            onerror(error)
        return
    dirs = [n for n in names if path.isdir(path.join(top, n))]
    files = [n for n in names if n not in dirs]
    if topdown:
        yield top, dirs, files
    for n in dirs:
        new = path.join(top, n)
        if followlinks or not path.islink(new):
            yield from walk(new, topdown, onerror, followlinks)
    if not topdown:
        yield top, dirs, files


class DirEntry:
    def __init__(self, directory, name):
        self.name = name
        self.path = path.join(directory, name)

    def is_dir(self, *, follow_symlinks=True):
        return path.isdir(self.path) and (follow_symlinks or not path.islink(self.path))

    def is_file(self, *, follow_symlinks=True):
        return path.isfile(self.path) and (follow_symlinks or not path.islink(self.path))

    def is_symlink(self):
        return path.islink(self.path)

    def stat(self, *, follow_symlinks=True):
        return stat_result(_stat(self.path, follow_symlinks))

    def __fspath__(self):
        return self.path

    def __repr__(self):
        return '<DirEntry %r>' % self.name


class _Scan:
    def __init__(self, path):
        self._entries = iter([DirEntry(path, n) for n in listdir(path)])

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def close(self):
        self._entries = iter(())


def scandir(path='.'):
    return _Scan(path)


def process_cpu_count():
    return len(sched_getaffinity(0))


def fdopen(fd, mode='r', buffering=-1, encoding=None, *args, **kwargs):
    import io
    if not isinstance(fd, int):
        raise TypeError('invalid fd type (%s, expected integer)' % type(fd))
    return io.open(fd, mode, buffering, encoding, *args, **kwargs)


class PathLike:
    def __fspath__(self):
        raise NotImplementedError

    @classmethod
    def __class_getitem__(cls, item):
        return cls


class terminal_size(tuple):
    columns = property(lambda self: self[0])
    lines = property(lambda self: self[1])


def get_terminal_size(fd=1, /):
    return terminal_size((int(environ.get('COLUMNS', 80)), int(environ.get('LINES', 24))))


def abort():
    kill(getpid(), 6)


def uname():
    def read(what):
        with open_text('/proc/sys/kernel/' + what) as f:
            return f.read().strip()
    import io
    open_text = io.open
    return ('Linux', read('hostname'), read('osrelease'), read('version'), 'x86_64')
