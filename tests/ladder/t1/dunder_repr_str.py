# repr, str, format and their fall-backs.
class R:
    def __repr__(self): return 'repr'
class S:
    def __str__(self): return 'str'
class F:
    def __format__(self, spec): return 'format<%s>' % spec
class RS(R, S): pass
print(R(), [R()], str(R()), '%s %r' % (R(), R()), f'{R()} {R()!r} {R()!s}')
print(str(S()), '%s' % S(), repr(S())[:18], f'{S()}')
print(f'{F()} {F():abc}', format(F(), '>3'), '{:x}{}'.format(F(), RS()))
print({R(): R()}, (R(),), {R()})
class Bad:
    def __repr__(self): return 5
    def __str__(self): return None
for f in (repr, str):
    try: f(Bad())
    except TypeError as e: print(e)
try: format(R(), '10')
except TypeError as e: print(e)
print(ascii('é☃🐍x'))
