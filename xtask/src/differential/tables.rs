//! What `features` chooses from: expressions and definitions, as Python text.

#[rustfmt::skip]
pub const SPECIAL_METHODS_METHODS: &[&str] = &[
    "def __add__(self, o): return ('add', self.v, cut(o))", "def __radd__(self, o): return ('radd', cut(o))",
    "def __iadd__(self, o): self.v = ('iadd', cut(o)); return self", "def __mul__(self, o): return NotImplemented",
    "def __rmul__(self, o): return ('rmul', cut(o))", "def __mod__(self, o): return ('mod', cut(o))",
    "def __lt__(self, o): return self.v is None", "def __eq__(self, o): return 'equal'",
    "def __ne__(self, o): return []", "def __hash__(self): return 7", "def __bool__(self): return self.v == 1",
    "def __len__(self): return 4", "def __index__(self): return 2", "def __int__(self): return 5",
    "def __float__(self): return 2.5", "def __contains__(self, x): return x == 'k'",
    "def __iter__(self): return iter((1, self.v))",
    "def __getitem__(self, i): return ('item', repr(cut(i))) if i != 3 else [][0]",
    "def __setitem__(self, i, x): self.v = (repr(i), cut(x))",
    "def __delitem__(self, i): self.v = ('deleted', repr(i))",
    "def __call__(self, *args, **kw): return (cut(args), sorted(kw))",
    "def __format__(self, spec): return 'format ' + spec", "def __str__(self): return 'as text'",
    "def __neg__(self): return 'neg'", "def __invert__(self): return 'invert'", "def __abs__(self): return 'abs'",
    "def __round__(self, n=None): return ('round', n)", "def __divmod__(self, o): return 'divmod'",
    "def __rpow__(self, o, m=None): return ('rpow', cut(o))", "def __reversed__(self): return iter('cba')",
    "def __missing__(self, k): return ('missing', k)", "def __enter__(self): return self",
    "def __exit__(self, *e): return e[0] is not None",
];

#[rustfmt::skip]
pub const SPECIAL_METHODS_USES: &[&str] = &[
    "s + 1", "1 + s", "'a' + s", "[1] + s", "s * 2", "2 * s", "s % 3", "'%s|%r' % (s, 1)", "s < 1", "s > s", "s == 1",
    "s != 1", "1 == s", "bool(s)", "not s", "len(s)", "[10, 20, 30][s]", "int(s)", "float(s)", "'k' in s", "1 in s",
    "list(s)", "s[1]", "s[1:2]", "s[::2, ...]", "s(1, *[2], z=3)", "f'{s}|{s!s:>5}'", "format(s, 'x')", "str(s)",
    "-s", "~s", "abs(s)", "round(s)", "round(s, 2)", "divmod(s, 1)", "2 ** s", "pow(2, s)", "list(reversed(s))",
    "{s: 1}[s]", "hash(s) == hash(s)", "s in [s]", "[s].index(s)", "max([s, s], key=id) is s", "range(s)", "'abc'[s]",
    "hex(s)", "(1, 2, 3)[:s]", "bytes(s)", "list(range(5))[s:]", "'x' * s", "[0] * s", "sum([s], 0)",
    "sorted([s, s])", "any([s])", "{**s}", "[*s]", "complex(s)", "isinstance(s, Base)",
];

#[rustfmt::skip]
pub const ATTRIBUTE_HOOKS_PARTS: &[&[&str]] = &[
    &["__slots__ = ('p', 'q')"], &["__slots__ = ('p', '__dict__')"],
    &["@property", "def p(self): return ('p', self.q)"],
    &["@property", "def q(self): return 3", "@q.setter", "def q(self, x): self.__dict__['q2'] = cut(x)"],
    &["def __getattr__(self, n):", "    if n == 'zz': raise AttributeError(n)", "    return 'got ' + n"],
    &["def __setattr__(self, n, x): print('set', n); object.__setattr__(self, n, cut(x))"],
    &["def __delattr__(self, n): print('del', n)"],
    &["def __getattribute__(self, n):", "    if n == 'r': return 'special'", "    return object.__getattribute__(self, n)"],
    &["r = 4", "s = 5"], &["@staticmethod", "def st(x=1): return ('st', x)"],
    &["@classmethod", "def cm(cls, x=1): return (cls.__name__, x)"], &["def __dir__(self): return ['d', 'a']"],
    &["def __init_subclass__(cls, **kw): cls.r = sorted(kw)"],
    &["def __set_name__(self, owner, n): print('named', n)"], &["def __get__(self, o, t=None): return 'from get'"],
];

#[rustfmt::skip]
pub const ATTRIBUTE_HOOKS_USES: &[&str] = &[
    "h.p", "h.q", "h.r", "h.s", "h.zz", "h.nothing", "h.st(2)", "h.cm()", "C.cm(3)", "C.r", "C.p", "C.nothing",
    "hasattr(h, 'p')", "getattr(h, 'zz', 'default')", "sorted(vars(h))", "dir(h)[:1]", "C.__name__",
    "type(h).__mro__[-1] is object", "hasattr(h, '__dict__')", "callable(h)", "C.__dict__.get('r')",
];

#[rustfmt::skip]
pub const ATTRIBUTE_HOOKS_CHANGES: &[&str] = &[
    "h.p = 1", "h.q = 'q'", "h.r = 2", "h.new = [1]", "del h.p", "del h.q", "del h.r", "C.r = 9", "C.p = 'class'",
    "del C.r", "C.__getattr__ = lambda self, n: 'late ' + n", "h.__class__ = Base", "h.__dict__['p'] = 5",
    "setattr(C, 'q', property(lambda self: 'new q'))",
];

#[rustfmt::skip]
pub const SETS_AND_VIEWS_USES: &[&str] = &[
    "x | y", "x & y", "x - y", "x ^ y", "x <= y", "x < y", "x == y", "x >= {1}", "x.isdisjoint(y)",
    "x.union([1], (2,))", "x.intersection('k1')", "x.difference(y, [3])", "x.symmetric_difference(y)",
    "x.issubset(range(5))", "1 in x", "[1] in x", "frozenset(x) == x",
    "hash(frozenset([1, 2])) == hash(frozenset([2, 1]))", "x.remove('absent')",
    "x.discard('absent')", "x.add(1)", "x.update('ab', [3])", "d.keys() & y", "d.keys() | {1}", "d.keys() - {'k'}",
    "d.items() & {('k', 1)}", "d.keys() == {1}", "list(d.values())", "len(d.items())", "('k', 1) in d.items()",
    "list(reversed(d))", "d | {'n': 1}", "{'n': 1} | d", "dict(d, z=1)", "d == dict(d.items())", "d.get('k')",
    "d.setdefault('n', [])", "d.pop('absent')", "d.popitem()", "dict.fromkeys('ab', 1)", "dict([('a', 1), 'bc'])",
    "dict([(1, 2, 3)])", "{**d, 'k': 0}", "dict(**d)", "sorted(d, key=repr)", "d.copy() is d",
    "d.keys().isdisjoint([1])", "x.copy() == x", "set(d)", "x - [1]", "d | [1]", "d.update([('u', 1)])",
    "d.update(5)", "{}.keys() <= d.keys()", "str(d.keys())[:9]", "min(x, key=repr)", "len(x)", "max(d, key=repr)",
    "d.__contains__('k')", "x.__and__([1])",
];

#[rustfmt::skip]
pub const BYTES_USES: &[&str] = &[
    "p + b'x'", "p * 2", "p[1]", "p[-2:]", "p.find(b'b')", "p.split(b',')", "p.replace(b'a', b'zz')", "p.upper()",
    "p.hex()", "p.hex(':')", "p.decode()", "p.decode('latin-1')", "p.decode('ascii', 'replace')", "b'b' in p",
    "98 in p", "list(p)[:4]", "p == b'abc'", "p < b'b'", "p.startswith(b'a')", "p.strip(b'a')", "p.center(9, b'*')",
    "p.join([b'1', b'2'])", "p.partition(b',')", "p.isalpha()", "p.count(b'a')", "p.translate(None, b'a')",
    "bytes([1, 2, 255])", "bytes([256])", "bytes(3)", "bytes(-1)", "bytes('é', 'utf-8')", "bytes('x')",
    "b'%d|%s' % (5, b'x')", "bytes.fromhex('0a ff')", "bytes.fromhex('0g')", "int.from_bytes(p[:3], 'big')",
    "int.from_bytes(p[:3], 'little', signed=True)", "(1000).to_bytes(2, 'big')", "(1000).to_bytes(1, 'big')",
    "(-2).to_bytes(3, 'little', signed=True)", "p + 'x'", "p == 'abc'", "sorted(p)[:3]", "max(p)",
    "hash(b'a') == hash('a')", "repr(p)", "ascii(bytes(p))", "p.rsplit(b',', 1)", "p.zfill(12)", "p.title()",
    "p.index(b'q')", "p.rfind(b'a', 1)", "p.endswith((b'c', b'g'))", "p.removesuffix(b'c')", "p.splitlines()",
    "'é日'.encode()", "'é日'.encode('ascii', 'ignore')", "'é'.encode('ascii')", "'é'.encode('utf-16-le')",
    "bytearray(p).pop()", "bytearray(b'ab').extend([1])", "bytearray(b'ab').insert(0, 300)",
    "bytearray(b'ab') + b'c'", "b'c' + bytearray(b'ab')",
];

#[rustfmt::skip]
pub const COMPREHENSIONS_USES: &[&str] = &[
    "[(x, y) for x in s for y in s if x != y][:6]", "{str(x): len(str(x)) for x in s}", "sorted({str(x) for x in s})",
    "[last := x for x in s], 'last' in dir()", "list(x for x in s if C)",
    "[[y for y in (x, i)] for i, x in enumerate(s)]",
    "[lambda: x for x in s] and [f() for f in [lambda x=x: x for x in s]]",
    "sum(1 for x in s if isinstance(x, (int, float)))", "[x for x in s if (t := str(x)) and len(t) < 5]",
    "dict(zip(map(str, s), s))", "[*map(lambda x, y: (x, y), s, reversed(s))]", "list(zip(s, s[1:], strict=True))",
    "next((x for x in s if x == V), 'none')", "any(x == V for x in s), all(str(x) for x in s)",
    "[x for x, in zip(s)]", "[(a, r) for a, *r in [s, 'xy']]",
    "list(itertools.accumulate(map(lambda x: len(str(x)), s)))",
    "[k for k, g in itertools.groupby(s, key=lambda x: type(x).__name__)]", "list(itertools.product(s[:2], 'ab'))",
    "list(enumerate(s, start=5))[-1:]", "(lambda *a, k=1, **kw: (a, k, kw))(*s[:2], **{'z': 1})",
    "[x for x in s for x in [x, 1]][:4]", "{x: x for x in s}",
    "max(s, key=lambda x: (len(str(x)), str(x)), default=0)", "sorted(s, key=str, reverse=True)",
    "[i for i in range(9) if i % 2 if i % 3]",
];

#[rustfmt::skip]
pub const GROUPS_RAISED: &[&str] = &[
    "ExceptionGroup('g', [ValueError(1), TypeError(2)])",
    "ExceptionGroup('g', [ValueError(1), ExceptionGroup('h', [KeyError('k'), OSError(2, 'no')])])",
    "ValueError('plain')", "MyError('mine', 3)", "ExceptionGroup('g', [MyError('in group')])", "KeyError",
    "BaseExceptionGroup('b', [ValueError(1)])",
];

#[rustfmt::skip]
pub const NUMBER_AND_TEXT_USES: &[&str] = &[
    "hex(n)", "oct(n)", "bin(n)", "int(hex(n), 16)", "int(bin(n), 0)", "int(str(n), 8)", "int('zz', 36)",
    "int(' 1_000 ')", "int('1__0')", "int('')", "int(x)", "int(t)", "float(t)", "float('1e400')",
    "float('nan') != float('nan')", "float(' -inf ')", "float('1_0.5')", "n << 70", "n >> 3", "-n >> 200", "n ** 3",
    "pow(n, 5, 97)", "pow(3, -1, 7)", "pow(n, -1)", "n // 7", "n % -7", "-n // 7", "divmod(n, -13)", "divmod(x, 3)",
    "x // 1", "x % -3", "n & (2 ** 70 - 1)", "n | -5", "~n ^ n", "n.bit_length()", "n.bit_count()",
    "(n * n).bit_length()", "math.isqrt(abs(n))", "math.gcd(n, 360)", "math.comb(40, 20)", "math.factorial(25)",
    "n == float(n)", "n < x", "x == int(x)", "hash(n) == hash(float(n))", "round(n, -2)", "round(x)", "round(x, 1)",
    "x.as_integer_ratio()", "x.hex()", "float.fromhex('0x1.8p3')", "x.is_integer()", "f'{n:,}|{n:_x}|{n:+d}|{n:e}'",
    "f'{x:.3g}|{x:08.2f}|{x:+.1e}|{x:%}'", "f'{t:>8.3}|{t!r:^9}'", "f'{n:{5 + 5}d}'", "'{:>{w}}|{0}'.format(1, w=3)",
    "'{0[k]}{1.a}'.format({'k': 1}, Base())", "'{:*^9,}'.format(n)", "'%x %o %e' % (n, n, x)", "'%(k)s' % {'k': t}",
    "'%*d' % (5, n)", "'%s'", "'%d' % t", "'%c%c' % (65, 'b')", "'%c' % (n % 0x2FFF)", "'%.3s|%5.1f' % (t, x)",
    "str(n)[::-1]", "complex(t)", "complex(x, n)", "(1 + 2j) * n", "abs(3 + 4j)", "1j ** 2", "n / (n or 1)",
    "n / 10 ** 400", "10 ** 400 / 3", "float(10 ** 400)", "int(1e20)", "int(float('inf'))", "int(float('nan'))",
    "n and x", "bool(n) + True", "True / 2", "sum([0.1] * 10)", "math.fsum([0.1] * 10)", "math.floor(x)",
    "math.trunc(x)", "math.copysign(1, x)", "math.frexp(x)", "math.modf(x)", "t.isdigit()", "t.isidentifier()",
    "t.isnumeric()", "t.split()", "t.rsplit('a', 1)", "t.splitlines(True)", "t.partition('e')",
    "t.translate({97: 'A', 98: None})", "str.maketrans('ab', 'xy')", "t.casefold()", "t.encode('utf-8')",
    "t.find('e', -3)", "t.rfind('')", "t.count('')", "t.index('q')", "t.ljust(7, '.')", "t.rjust(3)",
    "t.startswith(('a', 'M'))", "t.endswith('')", "t.replace('', '-')", "t.replace('a', 'b', 1)", "t.strip('aM')",
    "t.lstrip()", "t < 'b'", "t * -1", "'a' in t", "ord(t[:1] or 'x')", "chr(abs(n) % 0x2FFF)", "chr(-1)",
    "t.isupper()", "t.istitle()", "t.isspace()", "t.isprintable()", "ascii(t)", "repr(t)", "t.expandtabs(3)",
    "t.format(1)", "eval(repr(t)) == t", "eval(repr(n)) == n", "eval(repr(x)) == x or x != x",
];
