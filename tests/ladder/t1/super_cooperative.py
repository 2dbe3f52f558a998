# Cooperative multiple inheritance with keyword arguments.
class Root:
    def __init__(self, **kw):
        print('Root', sorted(kw))
class Colored(Root):
    def __init__(self, *, color='none', **kw):
        super().__init__(**kw)
        self.color = color
class Sized(Root):
    def __init__(self, *, size=0, **kw):
        super().__init__(**kw)
        self.size = size
class Shape(Colored, Sized):
    def __init__(self, name, **kw):
        super().__init__(**kw)
        self.name = name
s = Shape('box', color='red', size=3)
print(s.name, s.color, s.size)
Shape('dot', weight=1)
