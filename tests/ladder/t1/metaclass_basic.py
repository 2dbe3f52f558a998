# A metaclass with __new__, __call__ and an attribute; the metaclass is inherited.
class Meta(type):
    made = []
    def __new__(mcls, name, bases, ns, **kw):
        cls = super().__new__(mcls, name, bases, ns)
        Meta.made.append((name, sorted(kw)))
        return cls
    def __init__(cls, name, bases, ns, **kw):
        super().__init__(name, bases, ns)
    def __call__(cls, *args):
        obj = super().__call__(*args)
        obj.tag = cls.__name__ + '!'
        return obj
    def __len__(cls): return 3
    @property
    def label(cls): return 'label of ' + cls.__name__
class A(metaclass=Meta): pass
class B(A, flag=True):
    def __init__(self, v): self.v = v
b = B(5)
print(Meta.made, b.v, b.tag, len(A), A.label, type(B) is Meta, isinstance(B, Meta))
class Ordered(type):
    @classmethod
    def __prepare__(mcls, name, bases): return {'injected': 1}
class C(metaclass=Ordered): pass
print(C.injected)
