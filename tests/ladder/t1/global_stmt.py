# global and nonlocal at several depths.
g = 0
def set_g(v):
    global g, fresh
    g = v
    fresh = 'made by set_g'
set_g(5)
print(g, fresh)
def outer():
    v = 'outer'
    def middle():
        def inner():
            nonlocal v
            v = 'set by inner'
        inner()
        global g
        g = v
    middle()
    return v
print(outer(), g)
class C:
    global made_in_class
    made_in_class = 'yes'
print(made_in_class, hasattr(C, 'made_in_class'))
def d():
    global g
    del g
d()
print('g' in globals(), sorted(k for k in globals() if k in ('fresh', 'outer')))
