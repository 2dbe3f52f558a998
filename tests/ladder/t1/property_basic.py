# property: getter, setter, deleter, read-only errors, docs.
class T:
    def __init__(self): self._c = 0.0
    @property
    def celsius(self):
        "degrees"
        return self._c
    @celsius.setter
    def celsius(self, v):
        if v < -273: raise ValueError('too cold')
        self._c = v
    @celsius.deleter
    def celsius(self):
        print('deleted'); self._c = None
    @property
    def fahrenheit(self): return self._c * 9 / 5 + 32
t = T()
t.celsius = 100
print(t.celsius, t.fahrenheit, T.celsius.__doc__)
try: t.celsius = -300
except ValueError as e: print(e)
try: t.fahrenheit = 1
except AttributeError as e: print(e)
try: del t.fahrenheit
except AttributeError as e: print(e)
del t.celsius
print(t.celsius)
p = property(lambda self: 'made by hand')
class U: q = p
print(U().q, U.q is p)
