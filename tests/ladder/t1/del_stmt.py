# del of names, items, slices, attributes, several at once.
a, b, c = 1, [1, 2, 3, 4], {'k': 1, 'l': 2}
del a
try: a
except NameError as e: print(e)
del b[0], c['k']
print(b, c)
del (b[0]), [c['l']]
print(b, c)
class C: pass
o = C(); o.x = 1
del o.x
print(hasattr(o, 'x'))
def f(p):
    del p
    try: return p
    except UnboundLocalError as e: return str(e)
print(f(1))
for i in range(3): pass
del i
x = [1, 2, 3]
y = x
del x
print(y)
