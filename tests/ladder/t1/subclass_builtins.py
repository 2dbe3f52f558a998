# Subclasses of list, dict, int, str.
class Stack(list):
    def push(self, x): self.append(x)
    def peek(self): return self[-1]
s = Stack([1, 2])
s.push(3)
print(s, s.peek(), len(s), isinstance(s, list), type(s[:2]).__name__, s == [1, 2, 3], s + [4])
class Default(dict):
    def __missing__(self, key):
        self[key] = value = key * 2
        return value
d = Default(a=1)
print(d['a'], d['b'], d, d.get('zz'), 'zz' in d)
class Even(int):
    def __add__(self, o): return Even(int(self) + int(o))
    def half(self): return self // 2
e = Even(10) + 4
print(e, type(e).__name__, e.half(), e * 2, {Even(1): 'x'}[1], hash(e) == hash(14))
class Shout(str):
    def __str__(self): return self.upper() + '!'
print(str(Shout('hi')), Shout('hi'), repr(Shout('hi')), Shout('a').join('xy'), '%s' % Shout('p'))
class E(Exception):
    def __init__(self, code): super().__init__('code %d' % code); self.code = code
try: raise E(7)
except E as err: print(err, err.code, err.args, repr(err))
