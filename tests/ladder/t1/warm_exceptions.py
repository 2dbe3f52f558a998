# try statements, run hot, whose path changes: no exception, then one, then another.
def f(x):
    try:
        return 10 // x
    except ZeroDivisionError:
        return 'zero'
    except TypeError:
        return 'type'
    finally:
        log.append(x)
log = []
for v in (1, 2, 0, 'a', 3, None, 0):
    for _ in range(40): r = f(v)
    print(r, len(log))
def g(l):
    n = 0
    for x in l:
        try:
            if x % 3 == 0: continue
            if x == 50: break
            n += x
        except TypeError:
            n -= 1
        else:
            n += 1000
        finally:
            n += 1
    return n
print(g(range(100)), g([1, 'x', 2, None, 3]))
class E(Exception): pass
def deep(n):
    if n == 0: raise E('bottom')
    try: deep(n - 1)
    except KeyError: pass
for _ in range(30):
    try: deep(20)
    except E as e: last = e.args
print(last)
