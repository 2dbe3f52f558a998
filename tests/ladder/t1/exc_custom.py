# Own exception classes with attributes and __str__.
class AppError(Exception):
    "Base."
class NotFound(AppError):
    def __init__(self, key, where='here'):
        super().__init__(key)
        self.key, self.where = key, where
    def __str__(self): return '%s not found %s' % (self.key, self.where)
try: raise NotFound('k', where='there')
except AppError as e: print(e, repr(e), e.args, e.key, AppError.__doc__)
e = NotFound('x')
e.add_note('try again')
e.add_note('or not')
print(e.__notes__, e.__traceback__, e.with_traceback(None) is e)
class Quiet(AppError): pass
print(repr(Quiet()), str(Quiet()) == '', Quiet('a', 1).args, Quiet(1) == Quiet(1))
try:
    try: raise NotFound('inner')
    except NotFound as n: raise Quiet('outer') from n
except Quiet as q: print(q, '<-', q.__cause__)
