# close() raises GeneratorExit at the yield.
def g():
    try:
        yield 1
        yield 2
    except GeneratorExit:
        print('exit')
        raise
    finally:
        print('finally')
a = g(); next(a); a.close()
print(list(a))
a.close()
b = g(); b.close(); print('never started', list(b))
def stubborn():
    try: yield 1
    except GeneratorExit: yield 'no'
c = stubborn(); next(c)
try: c.close()
except RuntimeError as e: print(e)
def with_cleanup():
    for i in range(10):
        try: yield i
        finally: print('clean', i)
d = with_cleanup()
for x in d:
    if x == 2: break
d.close()
print('end')
