# Unpacking sites, run hot, with tuples, lists, strings, iterators and wrong sizes.
def two(v):
    a, b = v
    return b, a
def star(v):
    a, *b = v
    return a, b
def attempt(f, v):
    try: return f(v)
    except (ValueError, TypeError) as e: return type(e).__name__
class I:
    def __iter__(self): yield 1; yield 2
for make in (lambda: (1, 2), lambda: [3, 4], lambda: 'ab', lambda: I(), lambda: {'x': 1, 'y': 2}, lambda: (1,), lambda: [1, 2, 3], lambda: 5, lambda: range(2), lambda: iter([1, 2]), lambda: map(str, [7, 8])):
    for _ in range(40): r = attempt(two, make()), attempt(star, make())
    print(r)
a, b = 0, 1
for _ in range(300): a, b = b, (a + b) % 1000
print(a, b)
