# dir, vars, globals, locals.
a_global = 1
def f(p, q=2):
    r = 3
    return sorted(locals().items())
print(f(1), 'a_global' in globals(), globals()['a_global'])
globals()['injected'] = 'via globals'
print(injected)
class C:
    x = 1
    def m(self): pass
print([n for n in dir(C()) if not n.startswith('_')], 'append' in dir([]), 'x' in vars(C), vars(C())) 
class D:
    def __dir__(self): return ['b', 'a']
print(dir(D()))
def outer():
    cell = 1
    def inner():
        return cell, sorted(locals())
    return inner()
print(outer())
try: vars(5)
except TypeError as e: print(e)
