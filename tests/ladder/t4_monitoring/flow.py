# The events of calls, lines, generators and exceptions, in order.
import sys

m = sys.monitoring
E = m.events
log = []


def noter(name):
    def note(code, *rest):
        if code.co_filename == __file__ and code.co_name != "<module>":
            rest = [x for x in rest if not isinstance(x, int)]
            rest = [x.__name__ if callable(x) else type(x).__name__ for x in rest if x is not m.MISSING]
            log.append(" ".join([name, code.co_name, *rest]))

    return note


def gen():
    try:
        yield "a"
        yield "b"
    finally:
        log.append("finally")


def native():
    len("abc")
    try:
        int("abc")
    except ValueError:
        pass


def raising():
    raise KeyError("k")


def passing():
    raising()


def catching():
    try:
        passing()
    except KeyError as e:
        return str(e)


def throwing():
    g = gen()
    next(g)
    try:
        g.throw(OSError("x"))
    except OSError:
        return "thrown"


names = "PY_START PY_RESUME PY_RETURN PY_YIELD PY_THROW PY_UNWIND CALL C_RETURN C_RAISE RAISE RERAISE EXCEPTION_HANDLED"
m.use_tool_id(2, "flow")
wanted = 0
for name in names.split():
    m.register_callback(2, getattr(E, name), noter(name))
    wanted |= getattr(E, name)
for f in (lambda: list(gen())), native, catching, throwing:
    m.set_events(2, wanted)
    f()
    m.set_events(2, 0)
    print(*log, sep="\n")
    print("--")
    log.clear()
m.free_tool_id(2)
