# Lambdas.
f = lambda: 42
g = lambda x, y=2, *a, **k: (x, y, a, k)
print(f(), g(1), g(1, 3, 5, z=6))
print((lambda x: x * x)(7), list(map(lambda p: p[1], [(1, 2), (3, 4)])))
adders = [lambda x, n=n: x + n for n in range(3)]
print([a(10) for a in adders])
compose = lambda f, g: lambda x: f(g(x))
print(compose(lambda x: x + 1, lambda x: x * 10)(5), f.__name__)
print(sorted(['bb', 'a', 'ccc'], key=lambda s: -len(s)))
