# match on values.
def f(x):
    match x:
        case 1:
            return "one"
        case 2 | 3:
            return "few"
        case _:
            return "many"


f(1)
f(3)
f(9)
