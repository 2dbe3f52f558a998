# for with else.
def f(n):
    for i in range(3):
        if i == n:
            break
    else:
        return "none"
    return i


f(1)
f(9)
