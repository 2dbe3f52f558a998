# throw into a generator that has not started.
# differs: monitoring PY_THROW g -- nothing runs in a generator that has not started
# differs: monitoring RAISE g -- nothing runs in a generator that has not started
# differs: monitoring PY_UNWIND g -- nothing runs in a generator that has not started
# differs: settrace call g -- nothing runs in a generator that has not started
# differs: settrace exception g -- nothing runs in a generator that has not started
# differs: settrace return g -- nothing runs in a generator that has not started
# differs: setprofile call g -- nothing runs in a generator that has not started
# differs: setprofile return g -- nothing runs in a generator that has not started
def g():
    yield 1


def f():
    try:
        g().throw(KeyError)
    except KeyError:
        return 1


f()
