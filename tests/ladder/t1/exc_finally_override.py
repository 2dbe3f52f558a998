# stderr: ignore
# return, break and continue in finally drop the exception (3.14 warns on stderr).
def f():
    try:
        raise ValueError
    finally:
        return 'swallowed'
print(f())
def g():
    for i in range(3):
        try:
            1 / 0
        finally:
            if i < 2: continue
            break
    return 'loop ended at %d' % i
print(g())
def h():
    try:
        return 'first'
    finally:
        return 'second'
print(h())
def k():
    while True:
        try:
            return 'try'
        finally:
            break
    return 'after'
print(k())
