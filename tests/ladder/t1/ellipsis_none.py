# Singletons, identity and pass statements.
def stub(): ...
class Empty: ...
print(stub(), Ellipsis is ..., type(...).__name__, repr(...), bool(...), None is None, type(None)() is None)
a = None
print(a == None, a is None, not a, [None] * 2, {None: None}[None], None.__class__.__name__)
if a is not None: pass
else: print('none')
try: None.x
except AttributeError as e: print(e)
none = None
try: none()
except TypeError as e: print('TypeError')
print(True is True, (not None) is True, (1 == 1) is True, type(NotImplemented).__name__)
