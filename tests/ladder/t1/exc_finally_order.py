# The order of finally, return, break and continue.
def f(kind):
    log = []
    for i in range(3):
        try:
            log.append('try%d' % i)
            if kind == 'break': break
            if kind == 'continue': continue
            if kind == 'raise': raise ValueError
            log.append('end')
        except ValueError:
            log.append('except')
        else:
            log.append('else')
        finally:
            log.append('finally')
    else:
        log.append('loop else')
    return log
for kind in ('none', 'break', 'continue', 'raise'):
    print(kind, f(kind))
def g():
    try:
        return print('returning') or 'value'
    finally:
        print('finally runs')
print(g())
def h():
    for i in range(3):
        try:
            try:
                return i
            finally:
                print('inner', i)
        finally:
            print('outer', i)
print(h())
def value_is_taken_before():
    x = 1
    try: return x
    finally: x = 2
print(value_is_taken_before())
