# exit: 1
# Line numbers in with and finally.
class C:
    def __enter__(self): return self
    def __exit__(self, *a):
        print('exit')
def f():
    try:
        with C() as c:
            c.missing()
    finally:
        print('finally')
f()
