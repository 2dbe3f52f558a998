# Two decorators, one with arguments.
def tag(name):
    def decorate(f):
        f.tag = name
        return f

    return decorate


def plain(f):
    return f


@plain
@tag(
    "x",
)
def g():
    return 1


g()
