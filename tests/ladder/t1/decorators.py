# Function, parametrized, stacked and class decorators.
def trace(f):
    def wrapper(*a, **k):
        print('call', f.__name__, a, k)
        return f(*a, **k)
    wrapper.__name__ = f.__name__
    return wrapper
def repeat(n):
    def deco(f):
        return lambda *a: [f(*a) for _ in range(n)]
    return deco
@trace
def add(a, b=1): return a + b
print(add(2), add(2, b=3), add.__name__)
@repeat(2)
@trace
def hello(x): return 'hello ' + x
print(hello('you'))
def register(cls):
    cls.registered = True
    return cls
@register
class C: pass
print(C.registered)
class Memo:
    def __init__(self, f): self.f, self.cache = f, {}
    def __call__(self, n):
        if n not in self.cache: self.cache[n] = self.f(n)
        return self.cache[n]
@Memo
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(80), len(fib.cache))
buttons = [trace]
@buttons[0]
def indexed(): return 'any expression'
print(indexed())
