# Properties and __getattr__.
class C:
    @property
    def p(self):
        return 1

    @p.setter
    def p(self, v):
        self.v = v

    def __getattr__(self, name):
        return name


def f():
    c = C()
    a = c.p
    c.p = 2
    return a, c.missing


f()
