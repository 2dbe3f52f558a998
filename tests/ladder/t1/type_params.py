# PEP 695, PEP 696: type parameters of functions, classes and aliases.
class Box[T]:
    def __init__(self, item: T):
        self.item = item

    def map[U](self, f) -> "Box[U]":
        return Box(f(self.item))


def first[T: (int, str), *Ts, **P](x: T, *rest: *Ts) -> T:
    return x


print(Box.__type_params__, Box.__mro__, Box.__orig_bases__, Box.__parameters__)
print(Box[int], Box[int].__args__, Box[int].__origin__ is Box, Box[int] == Box[int], hash(Box[int]) == hash(Box[int]))
b = Box[int](3)
print(b.item, b.__orig_class__, b.map(str).item)
T, Ts, P = first.__type_params__
print(T, Ts, P, T.__name__, T.__bound__, T.__constraints__, T.__infer_variance__, T.__covariant__, T.__module__)
print(first(1), first.__annotations__['x'] is T)
print(P.args, P.kwargs, P.args == P.args, P.kwargs.__origin__ is P)
print(type(T).__name__, type(Ts).__name__, type(P).__name__)


class Pair[A, B = int]:
    pass


A, B = Pair.__type_params__
print(A.has_default(), B.has_default(), B.__default__, A.__default__)
print(Pair[str], Pair[str, float])
for bad in (lambda: Pair[int, int, int], lambda: Box[int, str], lambda: Box[int][str], lambda: Pair[()]):
    try:
        print(bad())
    except TypeError as e:
        print(e)


class Child(Box[str]):
    pass


print(Child.__orig_bases__, Child.__parameters__, Child.__mro__[1:])


class Lazy[T: Undefined]:
    pass


try:
    Lazy.__type_params__[0].__bound__
except NameError as e:
    print(e)
Undefined = bytes
print(Lazy.__type_params__[0].__bound__)

type Tree[T] = dict[str, Tree[T]] | T
type Text = str | bytes
print(Tree, Text, Text.__value__, Tree.__type_params__, Tree[int], Tree[int].__args__, Tree[int].__origin__ is Tree)
print(Tree.__value__.__args__[0].__args__[0], Text.__parameters__, Text.__module__)
type Loop = Loop | None
print(Loop.__value__.__args__[0] is Loop)
type Missing = NotThere
try:
    Missing.__value__
except NameError as e:
    print(e)
for bad in (lambda: Text[int], lambda: setattr(Text, '__value__', 1), lambda: setattr(Text, 'x', 1)):
    try:
        bad()
    except (TypeError, AttributeError) as e:
        print(type(e).__name__, e)
print(list[T], list[T].__parameters__, list[T][int], dict[A, list[B]][int, str])
try:
    list[int][str]
except TypeError as e:
    print(e)
try:
    class Sub(T):
        pass
except TypeError as e:
    print(e)
try:
    class Sub(type(T)):
        pass
except TypeError as e:
    print(e)


class Outer[T]:
    x: T
    inner = lambda self: T

    class Inner[U](Box[U]):
        y = T

    def method(self, a: T) -> T:
        return __class__


print(Outer().method(1), Outer().inner() is Outer.__type_params__[0], Outer.Inner.y is Outer.__type_params__[0])
print(Outer.Inner.__qualname__, Outer.method.__qualname__, Outer.__annotations__)


def generic_default[T](x=len('abc'), *, y=[]):
    return x, y


print(generic_default(), generic_default.__qualname__, generic_default.__name__)
print((T | int).__args__, (int | T).__args__, (T | None).__args__)
import types
import weakref

print(types.GenericAlias.__name__, isinstance(int | str, types.UnionType), weakref.ref(Box)() is Box)
