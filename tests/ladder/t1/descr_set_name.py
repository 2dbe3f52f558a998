# __set_name__ and a typed-field descriptor.
class Field:
    def __init__(self, kind):
        self.kind = kind
    def __set_name__(self, owner, name):
        print('set_name', owner.__name__, name)
        self.name = '_' + name
    def __get__(self, obj, owner=None):
        return self if obj is None else getattr(obj, self.name)
    def __set__(self, obj, value):
        if not isinstance(value, self.kind):
            raise TypeError('%s wants %s' % (self.name[1:], self.kind.__name__))
        setattr(obj, self.name, value)
class Row:
    name = Field(str)
    count = Field(int)
    def __init__(self, name, count):
        self.name, self.count = name, count
r = Row('a', 1)
print(r.name, r.count, Row.count.kind.__name__, sorted(r.__dict__))
try:
    r.count = 'x'
except TypeError as error:
    print(error)
