# callable, id, hash, isinstance, getattr, divmod, pow with modulus, ascii, type checks.
print(callable(len), callable(5), callable(int), callable(lambda: 0), isinstance(1, (str, int)), isinstance(True, int), issubclass(bool, (str, int)), isinstance([], object))
x = object()
print(id(x) == id(x), id([]) != 0, hash(x) == hash(x), x == x, x != object(), bool(x))
print(hash(0), hash(1), hash(-1), hash(2 ** 61 - 1), hash(2 ** 61), hash(-2), hash(True), hash(1.5), hash(None) == hash(None), hash(()) == hash(()))
print(isinstance(5, int | str), isinstance(None, int | None), int | str)
print(type(print).__name__, type(len), type(''.join), type([].append).__name__, type(str.join).__name__, print.__name__, repr(len))
print(NotImplemented, Ellipsis, ..., None, __name__, repr(int), repr(type), repr(range), str(Exception))
for f in (lambda: isinstance(1, 5), lambda: issubclass(1, int), lambda: hash([]), lambda: isinstance(1, [int])):
    try: print(f())
    except TypeError as e: print(e)
