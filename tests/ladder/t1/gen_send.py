# send() gives the value of the yield expression.
def averager():
    total, n, avg = 0, 0, None
    while True:
        value = yield avg
        if value is None: break
        total += value; n += 1
        avg = total / n
    return 'done %d' % n
a = averager()
print(next(a), a.send(10), a.send(20), a.send(60))
try:
    a.send(None)
except StopIteration as stop:
    print(stop.value)
def echo():
    got = []
    while len(got) < 3:
        got.append((yield len(got)))
    yield got
e = echo()
print(next(e), e.send('x'), e.send('y'), e.send('z'))
try:
    echo().send(1)
except TypeError as error:
    print(error)
g = (i for i in range(3))
print(next(g), g.send(99), list(g))
