# Special methods of builtin sequences and their subclasses: which raise, which leave it to the other operand.
def attempt(f):
    try:
        print(repr(f()))
    except Exception as e:
        print(type(e).__name__, e)


for f in [
    lambda: ().__add__(3), lambda: [].__add__(3), lambda: 'a'.__add__(3), lambda: b''.__add__(3),
    lambda: bytearray().__add__(3), lambda: [].__mul__('x'), lambda: 'a'.__mul__(None), lambda: [].__imul__('x'),
    lambda: ().__rmul__(2.5), lambda: [].__iadd__(3), lambda: 'a'.__rmod__(3), lambda: {}.__or__(3),
    lambda: hasattr([], '__radd__'), lambda: hasattr('', '__rmul__'), lambda: 'ab'.__rmul__(2),
]:
    attempt(f)


class Repeats(list):
    def __rmul__(self, other):
        return ('rmul', other)

    def __radd__(self, other):
        return ('radd', other)


class Index(list):
    def __index__(self):
        return 2


class Refuses(list):
    def __mul__(self, other):
        return NotImplemented

    __index__ = Index.__index__


for f in [
    lambda: [0] * Repeats(), lambda: 'x' * Repeats(), lambda: 2 * Repeats(), lambda: [1] + Repeats(),
    lambda: (1,) + Repeats(), lambda: [0] * Index(), lambda: 'x' * Index(), lambda: Index([1]) * 2,
    lambda: Index() * Index(), lambda: [0] * Refuses(),
]:
    attempt(f)

grow = Repeats([1, 2])
grow += grow
print(grow, type(grow).__name__)


class OnlySet(dict):
    pass


class SetItem:
    def __setitem__(self, k, v):
        print('set', k)


class DelItem:
    def __delitem__(self, k):
        print('del', k)


def set_in(o):
    o[1] = 2


def delete_in(o):
    del o[1]


for o in (SetItem(), DelItem()):
    attempt(lambda: set_in(o))
    attempt(lambda: delete_in(o))


class Text(str):
    def __float__(self):
        return 2.5

    def __int__(self):
        return 7


class Number(int):
    def __float__(self):
        return 0.25


print(float(Text('x')), int(Text('y')), float(Number(3)), float(Number(3) + 0))


class Ordered:
    def __lt__(self, other):
        return True


class Unequal:
    def __ne__(self, other):
        return True


for c in (Ordered, Unequal):
    o = c()
    print({o: c.__name__}[o])


def define(slots, base=object, **names):
    return type('C', (base,), {'__slots__': slots, **names}).__name__


class Plain:
    pass


for args in [(('__dict__',), Plain), (('__weakref__',), Plain), (('a b',),), (('',),), (('__dict__', '__weakref__'),)]:
    attempt(lambda: define(*args))
attempt(lambda: define(('x', '__dict__'), Plain, x=1))

import weakref
for c in (type('S', (), {'__slots__': ()}), type('I', (int,), {}), type('T', (str,), {}), type('W', (), {'__slots__': ('__weakref__',)})):
    try:
        print(c.__name__, weakref.ref(c()) is not None)
    except TypeError as e:
        print(e)
b = bytearray(b'abc')
try:
    b[0:2:0] = 'text'
except Exception as e:
    print(type(e).__name__)
print(type(Text('ab').partition('x')[0]).__name__)
