# Closures made in a loop see the variable's last value.
fs = []
for i in range(3):
    fs.append(lambda: i)
print([f() for f in fs])
fs = [lambda i=i: i for i in range(3)]
print([f() for f in fs])
fs = [lambda: i for i in range(3)]
print([f() for f in fs])
def make():
    out = []
    for j in range(3):
        def f():
            return j
        out.append(f)
    j = 'after'
    return out
print([f() for f in make()])
print([f() for f in [(lambda k: lambda: k)(k) for k in range(3)]])
