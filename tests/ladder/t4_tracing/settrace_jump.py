# Assignment to f_lineno: jumps that are possible, and the errors of those that are not.
# stderr: ignore
import sys


def jump(function, source, target, *args):
    """Runs function; when line `source` (of the function) is about to run, goes on at line `target`."""
    first = function.__code__.co_firstlineno
    done = []

    def local(frame, event, arg):
        if event == 'line' and not done and frame.f_lineno == first + source:
            done.append(1)
            frame.f_lineno = first + target
        return local

    def start(frame, event, arg):
        if frame.f_code is function.__code__:
            return local

    out = []
    sys.settrace(start)
    try:
        function(out, *args)
    except Exception as e:
        out.append(f'{type(e).__name__}: {e}')
    finally:
        sys.settrace(None)
    print(function.__name__, source, target, out)


def straight(out):
    out.append(1)
    out.append(2)
    out.append(3)
    out.append(4)


jump(straight, 2, 4)
jump(straight, 3, 1)
jump(straight, 2, 2)
jump(straight, 2, 40)
jump(straight, 2, -10)


def loops(out):
    for i in 1, 2:
        out.append(i)
        out.append(-i)
    out.append(9)
    n = 0
    while n < 2:
        n += 1
        out.append(n)
    out.append(8)


jump(loops, 2, 3)
jump(loops, 2, 4)
jump(loops, 4, 2)
jump(loops, 4, 1)
jump(loops, 8, 9)


def two_loops(out):
    for i in 1, 2:
        out.append(i)
    for j in 3, 4:
        out.append(j)
    for k in 5, 6:
        for m in 7, 8:
            out.append((k, m))
        out.append(k)


jump(two_loops, 7, 8)
jump(two_loops, 8, 7)
jump(two_loops, 5, 8)


def branches(out, x):
    if x:
        out.append('yes')
    else:
        out.append('no')
    out.append('end')


jump(branches, 2, 4, True)
jump(branches, 4, 2, False)


def handlers(out):
    try:
        out.append(1)
        raise KeyError
    except KeyError:
        out.append('caught')
    out.append(2)


jump(handlers, 3, 6)
jump(handlers, 2, 5)
jump(handlers, 5, 6)
jump(handlers, 6, 5)


def unbound(out):
    a = 1
    b = 2
    out.append((a, b))


jump(unbound, 2, 3)


class M:
    def __init__(self, out): self.out = out
    def __enter__(self): self.out.append('enter')
    def __exit__(self, *exc): self.out.append('exit')


def withs(out):
    out.append(1)
    with M(out):
        out.append(2)
        out.append(3)
    out.append(4)


jump(withs, 3, 4)
jump(withs, 4, 3)


# Where it cannot be set at all.
try: sys._getframe().f_lineno = 3
except ValueError as e: print(e)
try: del sys._getframe().f_lineno
except AttributeError as e: print(type(e).__name__)


def at(wanted, value):
    def start(frame, event, arg):
        if frame.f_code.co_name != 'straight': return None
        if event == wanted:
            try: frame.f_lineno = value
            except (ValueError, TypeError) as e: print(event, '-', e)
        return start
    sys.settrace(start)
    straight([])
    sys.settrace(None)


at('call', straight.__code__.co_firstlineno + 1)
at('return', straight.__code__.co_firstlineno + 1)
at('line', 'x')
