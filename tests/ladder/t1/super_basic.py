# super() in __init__, methods, classmethods, properties; the two-argument form.
class Base:
    def __init__(self, v):
        self.v = v
    @classmethod
    def make(cls, v):
        return cls(v)
    @property
    def shown(self):
        return 'base %s' % self.v
    def add(self, n):
        return self.v + n
class Sub(Base):
    def __init__(self, v):
        super().__init__(v * 2)
        self.w = v
    @classmethod
    def make(cls, v):
        return super().make(v + 1)
    @property
    def shown(self):
        return 'sub of ' + super().shown
    def add(self, n):
        f = super().add
        return f(n) + 1000
    def plain(self):
        return super(Sub, self).add(5)
s = Sub.make(3)
print(s.v, s.w, s.shown, s.add(1), s.plain(), type(s).__name__)
print(super(Sub, s).add(0), super(Sub, Sub).make.__name__)
try:
    super(Sub, s).nothing
except AttributeError as error:
    print(error)
