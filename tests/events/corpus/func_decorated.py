# A decorated function.
def twice(f):
    def wrapper(x):
        return f(f(x))

    return wrapper


@twice
def add(x):
    return x + 1


add(1)
