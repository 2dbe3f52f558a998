# match on sequences.
def f(x):
    match x:
        case []:
            return 0
        case [a]:
            return a
        case [a, *rest]:
            return rest


f([])
f([1])
f([1, 2, 3])
