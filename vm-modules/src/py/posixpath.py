"""Operations on POSIX path names: `os.path`."""

import posix as _posix
from posix import fspath as _fspath

curdir = '.'
pardir = '..'
extsep = '.'
sep = '/'
pathsep = ':'
defpath = '/bin:/usr/bin'
altsep = None
devnull = '/dev/null'
supports_unicode_filenames = False


def _words(path):
    return (b'/', b'', b'.', b'..') if isinstance(path, bytes) else ('/', '', '.', '..')


def normcase(s):
    return _fspath(s)


def isabs(s):
    s = _fspath(s)
    return s.startswith(_words(s)[0])


def join(a, *p):
    a = _fspath(a)
    sep, empty = _words(a)[:2]
    path = a
    for b in map(_fspath, p):
        if type(b) is not type(path) and isinstance(b, bytes) != isinstance(path, bytes):
            raise TypeError("Can't mix strings and bytes in path components")
        if b.startswith(sep) or not path:
            path = b
        elif path.endswith(sep):
            path += b
        else:
            path += sep + b
    return path


def split(p):
    p = _fspath(p)
    sep = _words(p)[0]
    i = p.rfind(sep) + 1
    head, tail = p[:i], p[i:]
    if head and head != sep * len(head):
        head = head.rstrip(sep)
    return head, tail


def basename(p):
    return split(p)[1]


def dirname(p):
    return split(p)[0]


def splitext(p):
    p = _fspath(p)
    sep, empty, dot = _words(p)[:3]
    slash = p.rfind(sep)
    i = p.rfind(dot)
    if i > slash:
        # Leading dots belong to the name.
        k = slash + 1
        while k < i:
            if p[k:k + 1] != dot:
                return p[:i], p[i:]
            k += 1
    return p, empty


def splitdrive(p):
    p = _fspath(p)
    return p[:0], p


def splitroot(p):
    p = _fspath(p)
    sep, empty = _words(p)[:2]
    if p[:1] != sep:
        return empty, empty, p
    if p[1:2] != sep or p[2:3] == sep:
        return empty, sep, p[1:]
    return empty, p[:2], p[2:]


def _stat(path, follow=True):
    try:
        return _posix._stat(path, follow)
    except (OSError, ValueError):
        return None


def exists(path):
    return _stat(path) is not None


def lexists(path):
    return _stat(path, False) is not None


def _is_kind(st, kind):
    return st is not None and st[0] & 0o170000 == kind


def isfile(path):
    return _is_kind(_stat(path), 0o100000)


def isdir(s):
    return _is_kind(_stat(s), 0o040000)


def islink(path):
    return _is_kind(_stat(path, False), 0o120000)


def ismount(path):
    return normpath(abspath(path)) == '/'


def getsize(filename):
    return _posix._stat(filename, True)[6]


def getmtime(filename):
    return _posix._stat(filename, True)[8] / 1e9


def getatime(filename):
    return _posix._stat(filename, True)[7] / 1e9


def getctime(filename):
    return _posix._stat(filename, True)[9] / 1e9


def samefile(f1, f2):
    a, b = _posix._stat(f1, True), _posix._stat(f2, True)
    return a[1:3] == b[1:3]


def normpath(path):
    path = _fspath(path)
    sep, empty, dot, dotdot = _words(path)
    if not path:
        return dot
    _, root, rest = splitroot(path)
    parts = []
    for part in rest.split(sep):
        if not part or part == dot:
            continue
        if part != dotdot or not root and not parts or parts and parts[-1] == dotdot:
            parts.append(part)
        elif parts:
            parts.pop()
    return root + sep.join(parts) or dot


def abspath(path):
    path = _fspath(path)
    if not isabs(path):
        cwd = _posix.getcwd()
        if isinstance(path, bytes):
            cwd = cwd.encode()
        path = join(cwd, path)
    return normpath(path)


def realpath(filename, *, strict=False):
    path = abspath(filename)
    sep, empty = _words(path)[:2]
    done = empty
    rest = [p for p in path.split(sep) if p][::-1]
    links = 0
    while rest:
        part = rest.pop()
        here = done + sep + part
        if islink(here):
            links += 1
            if links > 40:
                break
            target = _posix.readlink(here)
            if isabs(target):
                done = empty
            for p in [p for p in target.split(sep) if p and p != '.'][::-1]:
                rest.append(p)
        elif part == '..':
            done = dirname(done) if done else empty
        else:
            if strict and not lexists(here):
                _posix._stat(here, True)
            done = here
    return done or sep


def relpath(path, start=None):
    if not path:
        raise ValueError('no path specified')
    path = _fspath(path)
    sep, empty, dot, dotdot = _words(path)
    start = dot if start is None else _fspath(start)
    a = [x for x in abspath(start).split(sep) if x]
    b = [x for x in abspath(path).split(sep) if x]
    i = len(commonprefix([a, b]))
    parts = [dotdot] * (len(a) - i) + b[i:]
    return sep.join(parts) if parts else dot


def commonprefix(m):
    if not m:
        return ''
    if not isinstance(m[0], (list, tuple)):
        m = tuple(map(_fspath, m))
    low, high = min(m), max(m)
    for i, c in enumerate(low):
        if c != high[i]:
            return low[:i]
    return low


def commonpath(paths):
    paths = list(map(_fspath, paths))
    if not paths:
        raise ValueError('commonpath() arg is an empty sequence')
    absolute = [p.startswith('/') for p in paths]
    if any(absolute) and not all(absolute):
        raise ValueError("Can't mix absolute and relative paths")
    parts = [[c for c in p.split('/') if c and c != '.'] for p in paths]
    return ('/' if absolute[0] else '') + '/'.join(commonprefix(parts))


def expanduser(path):
    path = _fspath(path)
    if path[:1] == '~' and (len(path) == 1 or path[1] == '/'):
        home = _posix.environ.get('HOME')
        if home:
            return (home.rstrip('/') + path[1:]) or '/'
    return path


def expandvars(path):
    path = _fspath(path)
    out = []
    i = 0
    while i < len(path):
        if path[i] == '$' and i + 1 < len(path):
            if path[i + 1] == '{':
                j = path.find('}', i + 2)
                name, end = (path[i + 2:j], j + 1) if j >= 0 else ('', i)
            else:
                j = i + 1
                while j < len(path) and (path[j].isalnum() or path[j] == '_'):
                    j += 1
                name, end = path[i + 1:j], j
            value = _posix.environ.get(name)
            if value is not None:
                out.append(value)
                i = end
                continue
        out.append(path[i])
        i += 1
    return ''.join(out)
