# A guard.
def f(x):
    match x:
        case n if n > 2:
            return 1
        case n:
            return n


f(1)
f(5)
