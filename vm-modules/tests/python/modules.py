# Modules against CPython: `python3.13 -W ignore modules.py > modules.out` made the expected output.
import math, itertools, random, operator, array, bisect, heapq, functools, collections, io, os, copy, string
state = 7
def rnd(n):
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
    return (state >> 33) % n
def t(name, f, *a):
    try: r = repr(f(*a))
    except Exception as e: r = type(e).__name__ + ': ' + str(e)
    print(name, [repr(x)[:50] for x in a], r[:300])
for _ in range(20):
    xs = [(rnd(10**9) - 5*10**8) * 10.0 ** (rnd(40) - 20) for _ in range(rnd(8))]
    print(math.fsum(xs), math.hypot(*xs), math.prod(xs), math.sumprod(xs, xs[::-1]), math.dist(xs, xs[::-1]))
for a, b in [(rnd(1 << 31), rnd(1 << 31)) for _ in range(10)]:
    print(math.gcd(a, b), math.lcm(a, b), math.isqrt(a * b * b), math.comb(a % 200, b % 50), math.perm(a % 100, b % 30), math.factorial(a % 300))
for x in (10**400, 2**1000, 3): print(math.log(x), math.log2(x), math.log10(x), math.log(x, 3), math.isqrt(x))
for n in (1, 5, 10**3): print(math.nextafter(1.0, 2.0, steps=n), math.nextafter(0.0, -1.0, steps=n), math.nextafter(-1e300, 1e300, steps=n))
it = itertools
L = lambda f: (lambda *a, **k: list(f(*a, **k)))
for n in range(5):
    s = 'abcd'[:n]
    for r in range(5):
        t('perm', L(it.permutations), s, r); t('comb', L(it.combinations), s, r); t('cwr', L(it.combinations_with_replacement), s, r)
    t('prod', L(it.product), s, s[:2]); print(list(it.product(s, repeat=2)))
    t('pairwise', L(it.pairwise), s)
    for k in range(1, 4): t('batched', L(it.batched), s, k)
for args in [(5,), (1, 5), (1, 9, 2), (None,), (2, None), (2, None, 3), (-1,), (0, -1), (1, 2, 0), ('a',)]:
    t('islice', lambda *a: list(it.islice(range(10), *a)), *args)
t('acc', L(it.accumulate), [1, 2, 3]); print(list(it.accumulate([1, 2, 3], operator.mul, initial=2)))
print([(k, list(g)) for k, g in it.groupby('aabbbca')], [k for k, g in it.groupby([1, 3, 2, 4], lambda x: x % 2)])
a, b = it.tee([1, 2, 3]); print(list(a), list(b)); a, b, c = it.tee(iter('ab'), 3); print(next(a), next(b), list(c), list(a))
print(list(it.zip_longest('abc', [1], (5, 6), fillvalue='-')), list(it.chain('ab', [1])), list(it.chain.from_iterable(['ab', [2]])))
print(list(it.compress('abcd', [1, 0, 1, 1])), list(it.dropwhile(lambda x: x < 3, [1, 4, 2])), list(it.takewhile(lambda x: x < 3, [1, 4, 2])), list(it.filterfalse(None, [0, 1, 2])), list(it.starmap(pow, [(2, 3), (3, 2)])))
print(it.count(5), it.count(5, 2), it.count(1.5, 0.5), it.repeat('a', 3), it.repeat(1), operator.length_hint(it.repeat(1, 5)))
c = it.count(2**62 - 2); print([next(c) for _ in range(4)]); c = it.cycle('ab'); print([next(c) for _ in range(5)])
t('batchstrict', lambda: list(it.batched('abc', 2, strict=True))); t('count', it.count, 'a'); t('tee', it.tee, [1], -1)
for s in (0, 1, 42, -7, 2**80, 'seed', b'bytes', 2.5):
    r = random.Random(s)
    print(r.random(), r.getrandbits(70), r.randrange(3, 99, 4), r.randint(1, 6), r.choice('abc'), r.choices(range(9), k=4), r.sample(range(50), 6), r.sample(range(5000), 25), r.uniform(2, 3), r.gauss(0, 1), r.normalvariate(1, 2), r.expovariate(3), r.betavariate(1, 2), r.gammavariate(2, 1), r.triangular(), r.paretovariate(2), r.weibullvariate(1, 1), r.vonmisesvariate(0, 1), r.lognormvariate(0, 1), r.binomialvariate(20, .3), r.randbytes(3))
    l = list(range(10)); r.shuffle(l); print(l, hash(r.getstate()[1]))
random.seed(5); st = random.getstate(); a = random.random(); random.setstate(st); print(a == random.random())
t('randrange', random.randrange, 0); t('choice', random.choice, []); t('sample', random.sample, [1], 2); t('sampleset', random.sample, {1}, 1); t('seed', random.seed, [1])
print(operator.itemgetter(1)([5, 6]), operator.itemgetter(0, 'a')({0: 1, 'a': 2}), operator.attrgetter('real')(3), operator.attrgetter('__class__.__name__', 'imag')(3), operator.methodcaller('split', ',', maxsplit=1)('a,b,c'))
print(operator.itemgetter(1), operator.attrgetter('a.b', 'c'), operator.methodcaller('f', 1, k=2))
for tc in 'bBhHiIlLqQfd':
    a = array.array(tc, [1, 2, 3]); a.append(5); a.insert(1, 7); a.extend([9, 10])
    print(a, a[1:5:2], a[-1], a.index(7), a.count(2), a.pop(), a.pop(0), a * 2, a + a, a.itemsize, a.tobytes(), 7 in a, a == array.array(tc, a.tolist()), a < a)
    a[1:3] = array.array(tc, [1]); del a[::2]; a.reverse(); print(a, list(reversed(a)), len(a), bool(a))
    for bad in (-1, 300, 70000, 1 << 40, 1 << 70, 'x', 1.5, None): t('set' + tc, a.append, bad)
print(array.array('w', 'abc').tounicode()); t('ix', lambda: array.array('i', [1])[5])
t('arrstr', lambda: array.array('i')['a']); t('slice', lambda: array.array('i', range(9)).__getitem__(slice(7, 1, -2)))
for _ in range(8):
    l = sorted(rnd(10) for _ in range(rnd(12))); x = rnd(10)
    print(bisect.bisect(l, x), bisect.bisect_left(l, x), bisect.bisect_right(l, x, 1), bisect.bisect_left(l, -x, key=lambda v: -v) if 0 else 0)
    bisect.insort(l, x); print(l)
    h = [rnd(100) for _ in range(rnd(15))]; heapq.heapify(h); print(h); heapq.heappush(h, x); print(h, heapq.heappop(h), heapq.heappushpop(h, 50), heapq.heapreplace(h, 3) if h else 0, h, heapq.nlargest(3, h), heapq.nsmallest(3, h), heapq.nsmallest(2, h, key=lambda v: -v))
print(list(heapq.merge([1, 4, 7], [2, 5], [0, 9])), list(heapq.merge([7, 4], [9, 1], reverse=True))); t('hp', heapq.heappop, []); t('hp', heapq.heappush, (), 1)
d = collections.deque([1, 2, 3], maxlen=5)
d.append(4); d.appendleft(0); d.append(9); print(d, d.maxlen, len(d), d[0], d[-1], d.pop(), d.popleft(), d); d.rotate(1); print(d); d.rotate(-2); print(d); d.extend('ab'); d.extendleft('xy'); print(d, d.count('x'), d.index('x'), 'a' in d, list(reversed(d)), d.copy() == d)
d.insert(1, 'q') if len(d) < 5 else None; d.remove('x'); d.insert(1, 'q'); print(d, d + d, d * 2, collections.deque([1, 2]) < collections.deque([1, 3])); d[1] = 5; del d[0]; d.reverse(); print(d, repr(collections.deque()), collections.deque('abc', 0)); t('dpop', collections.deque().pop); t('dix', lambda: d[99]); t('drm', d.remove, 77)
def mutate():
    d = collections.deque([1, 2, 3])
    for x in d: d.append(x)
t('dmut', mutate)
s = io.StringIO('ab\ncd\r\nef'); print(s.read(1), s.readline(), s.readlines(), s.tell(), s.seek(0), s.read()); s.seek(2); s.write('ZZ'); print(s.getvalue(), s.truncate(3), s.getvalue()); s.seek(10); s.write('x'); print(repr(s.getvalue()))
for nl in (None, '', '\n', '\r', '\r\n'):
    s = io.StringIO('a\nb\r\nc\rd', newline=nl); print(repr(nl), s.readlines(), repr(s.getvalue())); s.write('x\ny'); print(repr(s.getvalue()))
b = io.BytesIO(b'ab\ncd'); print(b.read(1), b.readline(), b.read(), b.seek(-2, 2), b.read(), b.tell(), b.write(b'xyz'), b.getvalue(), list(io.BytesIO(b'a\nb\n')))
t('sio', io.StringIO, 5); t('swrite', io.StringIO().write, 5); t('bwrite', io.BytesIO().write, 'x'); t('bio', io.BytesIO, 'x'); t('seek', io.StringIO().seek, -1)
for p in ('/a/b/c.txt', 'a', '', '/', 'a/', '//a', '.bashrc', 'a.b/c', '..', 'x/../y/./z', '/../a', 'a//b'):
    P = os.path; print(p, P.split(p), P.splitext(p), P.basename(p), P.dirname(p), P.normpath(p), P.isabs(p), P.join(p, 'q'), P.join('q', p), P.relpath(p or '.', '/tmp') and 1)
print(os.path.commonprefix(['abc', 'abd']), os.path.commonpath(['/a/b', '/a/c']), string.capwords('a bc'), copy.deepcopy([1, {2: (3, [4])}]), functools.reduce(operator.add, [1, 2, 3]))

N = collections.namedtuple('N', 'a b c', defaults=[5]); n = N(1, 2); print(n, n._replace(a=9), n._asdict(), N._make([1, 2, 3]), n.c, N._fields, n == (1, 2, 5))
dd = collections.defaultdict(list); dd['a'].append(1); print(dd, dd.copy())
od = collections.OrderedDict(a=1, b=2, c=3); od.move_to_end('a'); od.move_to_end('c', last=False); print(list(od), od.popitem(), od.popitem(last=False), list(od))
ct = collections.Counter('abracadabra'); print(ct.most_common(2), ct + collections.Counter('ab'), ct - collections.Counter('aa'), ct & collections.Counter('ab'), sorted(ct.elements()), ct.total())
cm = collections.ChainMap({'a': 1}, {'a': 2, 'b': 3}); print(cm['a'], cm['b'], len(cm), cm)
@functools.lru_cache(maxsize=3)
def g(x, *, k=1): return x * k
for x in (1, 2, 3, 1, 4, 2, 5): g(x)
g(1, k=2); print(g.cache_info(), g.__name__)
print(functools.partial(int, base=2)('101'), functools.partial(pow, 2)(5), sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)))
@functools.total_ordering
class A:
    def __init__(self, x): self.x = x
    def __lt__(self, o): return self.x < o.x
    def __eq__(self, o): return self.x == o.x
print(A(1) <= A(1), A(2) > A(1), A(1) >= A(2))
class B:
    n = 0
    @functools.cached_property
    def v(self): B.n += 1; return B.n
b = B(); print(b.v, b.v, b.__dict__)
class X:
    def __init__(self): self.a = [1, [2]]
x = X(); y = copy.deepcopy(x); print(y.a, y.a is not x.a, copy.copy(x).a is x.a)
l = [1]; l.append(l); m = copy.deepcopy(l); print(m[1] is m)
name = 'weft_modules_test_%d.tmp' % os.getpid()
with open(name, 'w') as f: print(f.write('one\ntwo\r\nthree é'), f.tell(), f.writable(), f.readable(), f.mode)
with open(name, newline='') as f: print(f.readlines())
with open(name) as f: print(f.read(5), f.readline(), list(f), f.read())
with open(name, 'rb') as f: print(f.read(4), f.tell(), f.seek(2), f.readline(), f.readlines(), f.seek(-2, 2), f.read())
with open(name, 'r+b') as f: f.seek(4); f.write(b'TWO'); f.seek(0); print(f.read()); print(f.truncate(7), f.seek(0), f.read())
with open(name, 'ab') as f: print(f.tell(), f.write(b'!'), f.tell())
with open(name, encoding='latin-1') as f: print(f.read(), os.path.getsize(name), os.path.exists(name))
t('write to reader', lambda: open(name).write('x')); t('read from writer', lambda: open(name, 'a').read()); t('mode', lambda: open(name, 'rw')); t('both', lambda: open(name, 'rbt')); t('enc', lambda: open(name, 'rb', encoding='utf-8'))
os.remove(name); print(os.path.exists(name))
