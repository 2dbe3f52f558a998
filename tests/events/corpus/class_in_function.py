# A class made in a function.
def f(n):
    class C:
        value = n

    return C.value


f(3)
