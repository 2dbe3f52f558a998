# Two decorators, one with arguments.
# differs: monitoring LINE <module> -- the name of a decorated function is stored at the line of its def
# differs: settrace line <module> -- the name of a decorated function is stored at the line of its def
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
