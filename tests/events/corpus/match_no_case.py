# match without a fitting case.
def f(x):
    match x:
        case 1:
            y = 1
        case 2:
            y = 2
    return x


f(2)
f(5)
