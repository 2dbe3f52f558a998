# Annotations do not disturb execution; annotated names may stay unbound.
x: int = 5
y: str
print(x)
try: y
except NameError as e: print(e)
def f(a: int, b: 'str' = 'z', *c: float, d: list = [], **e: dict) -> bool:
    local: int = 3
    unset: int
    return a, b, c, d, e, local
print(f(1), f('not checked', d=4))
class C:
    attr: int = 1
    other: str
print(C.attr, hasattr(C, 'other'), sorted(C.__annotations__), sorted(f.__annotations__))
(z): int = 7
print(z)
o = C()
o.v: int = 9
print(o.v)
