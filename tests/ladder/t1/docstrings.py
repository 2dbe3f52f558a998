# Docstrings of modules, classes, functions.
"not a docstring of the module? it is the first statement: it is"
def f():
    """First line.

    Second.
    """
def g(): 'one', 'tuple'
class C:
    "class doc"
    def m(self): "method doc"
    x = 1
print(__doc__, repr(f.__doc__), g.__doc__, C.__doc__, C.m.__doc__, C().m.__doc__, sep='|')
class D(C): pass
print(D.__doc__, C.__dict__['__doc__'])
def h(): f'not doc'
print(h.__doc__)
