# match on mappings.
def f(x):
    match x:
        case {"k": v}:
            return v
        case {}:
            return 0


f({"k": 1})
f({})
