# Classes whose instances only the interpreter makes refuse to make one, however they are asked.
import sys
import types


def generator():
    yield 1


async def agen():
    yield 1


class C:
    __slots__ = ("x",)

    @property
    def p(self):
        return 1


things = [
    generator(),
    agen(),
    sys._getframe(),
    str.join,
    str.__add__,
    C.x,
    types.FunctionType.__code__,
    len,
    {}.keys(),
    {}.values(),
    {}.items(),
    iter({}),
    iter([]),
    iter(()),
    iter("é"),
    iter(b""),
    iter(set()),
    iter(range(3)),
    iter(range(10**30)),
    iter(lambda: 1, 1),
    reversed([]),
    int | str,
]
for thing in things:
    cls = type(thing)
    for attempt in (lambda: cls(), lambda: object.__new__(cls), lambda: cls.__new__(cls)):
        try:
            made = attempt()
        except TypeError as e:
            print(cls.__name__, type(e).__name__)
        else:
            print(cls.__name__, "made")
    try:
        cls()
    except TypeError as e:
        print(e)
for cls in (type(None), type(NotImplemented), type(...)):
    print(cls(), cls.__new__(cls))
    try:
        print(cls(1))
    except TypeError as e:
        print(e)
