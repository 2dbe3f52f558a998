# A generator that is left.
# differs: monitoring PY_THROW g -- CPython ends a generator that nothing would catch in without raising in it
# differs: monitoring RAISE g -- CPython ends a generator that nothing would catch in without raising in it
# differs: monitoring EXCEPTION_HANDLED g -- CPython ends a generator that nothing would catch in without raising in it
# differs: monitoring RERAISE g -- CPython ends a generator that nothing would catch in without raising in it
# differs: monitoring PY_UNWIND g -- CPython ends a generator that nothing would catch in without raising in it
# differs: settrace call g -- CPython ends a generator that nothing would catch in without raising in it
# differs: settrace exception g -- CPython ends a generator that nothing would catch in without raising in it
# differs: settrace return g -- CPython ends a generator that nothing would catch in without raising in it
# differs: setprofile call g -- CPython ends a generator that nothing would catch in without raising in it
# differs: setprofile return g -- CPython ends a generator that nothing would catch in without raising in it
def g():
    n = 0
    while True:
        yield n
        n += 1


it = g()
next(it)
next(it)
it.close()
