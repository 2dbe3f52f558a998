# throw, caught in the generator.
# differs: monitoring PY_THROW g -- CPython raises GeneratorExit when the last reference goes
# differs: monitoring RAISE g -- CPython raises GeneratorExit when the last reference goes
# differs: monitoring EXCEPTION_HANDLED g -- CPython raises GeneratorExit when the last reference goes
# differs: monitoring RERAISE g -- CPython raises GeneratorExit when the last reference goes
# differs: monitoring PY_UNWIND g -- CPython raises GeneratorExit when the last reference goes
# differs: settrace call g -- CPython raises GeneratorExit when the last reference goes
# differs: settrace exception g -- CPython raises GeneratorExit when the last reference goes
# differs: settrace return g -- CPython raises GeneratorExit when the last reference goes
# differs: setprofile call g -- CPython raises GeneratorExit when the last reference goes
# differs: setprofile return g -- CPython raises GeneratorExit when the last reference goes
def g():
    try:
        yield 1
    except ValueError:
        yield 2


def f():
    it = g()
    next(it)
    return it.throw(ValueError)


f()
