# Nested loops.
def f():
    n = 0
    for i in range(2):
        for j in range(2):
            n += i * j
    return n


f()
