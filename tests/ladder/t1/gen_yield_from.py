# yield from: values, return value, send and throw delegation.
def inner(n):
    got = []
    for i in range(n):
        got.append((yield i))
    return got
def outer():
    r = yield from inner(2)
    print('inner returned', r)
    r = yield from 'ab'
    print('string returned', r)
    try:
        yield from thrower()
    except KeyError as e:
        yield 'outer caught %s' % e
    return 'end'
def thrower():
    try: yield 'waiting'
    except ValueError: yield 'inner caught'
o = outer()
print(next(o), o.send('A'), o.send('B'), next(o), next(o), o.throw(ValueError()))
print(o.throw(KeyError('k')))
try: next(o)
except StopIteration as s: print(s.value)
def flatten(x):
    for e in x:
        if isinstance(e, list): yield from flatten(e)
        else: yield e
print(list(flatten([1, [2, [3, [4]], 5], []])))
try: list((lambda: (yield from 5))())
except TypeError as e: print(e)
