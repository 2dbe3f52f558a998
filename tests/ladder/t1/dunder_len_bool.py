# Truth from __bool__, else from __len__.
class B:
    def __init__(self, v): self.v = v
    def __bool__(self): return self.v
class L:
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
class Both(L):
    def __bool__(self): return True
for o in (B(True), B(False), L(0), L(3), Both(0), object()):
    print('true' if o else 'false', not o, bool(o))
print(len(L(7)), len(L(True)))
for f in (lambda: bool(B(1)), lambda: len(L(-1)), lambda: len(L(1.5)), lambda: len(L(2 ** 80))):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, error)
