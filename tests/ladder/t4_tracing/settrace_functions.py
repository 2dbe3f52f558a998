# sys.settrace: which function hears what, f_trace, f_trace_lines, f_trace_opcodes, exceptions in the trace function.
import sys


def g(x):
    y = x + 1
    return y


def show(events):
    print(*events)
    events.clear()


events = []


def local(frame, event, arg):
    events.append(f'{event}:{frame.f_lineno - frame.f_code.co_firstlineno}')
    return local


def start(frame, event, arg):
    if frame.f_code.co_name not in ('g', 'two', 'gen'):
        return None
    events.append(f'{event} {frame.f_code.co_name} {frame.f_back.f_code.co_name}')
    return local


print(sys.gettrace())
sys.settrace(start)
print(sys.gettrace() is start)
g(1)
sys.settrace(None)
g(1)
show(events)


# The result of the local function takes its place; None keeps it.
def once(frame, event, arg):
    events.append('once ' + event)
    return other


def other(frame, event, arg):
    events.append('other ' + event)


sys.settrace(lambda f, e, a: once if f.f_code.co_name == 'g' else None)
g(1)
sys.settrace(None)
show(events)


# f_trace_lines and f_trace_opcodes.
def no_lines(frame, event, arg):
    if frame.f_code.co_name == 'g':
        print(frame.f_trace_lines, frame.f_trace_opcodes, frame.f_trace)
        frame.f_trace_lines = False
        return local


sys.settrace(no_lines)
g(1)
sys.settrace(None)
show(events)


def opcodes(frame, event, arg):
    if frame.f_code.co_name == 'g':
        frame.f_trace_opcodes = True
        return count


def count(frame, event, arg):
    if event == 'opcode':
        events.append(frame.f_lineno - frame.f_code.co_firstlineno)
    return count


sys.settrace(opcodes)
g(1)
# CPython 3.13.0 begins with the next call.
g(1)
sys.settrace(None)
print(sorted(set(events)), len(events) >= 2)
events.clear()
for bad in (1, None, 'x'):
    try: sys._getframe().f_trace_lines = bad
    except TypeError as e: print(e)


# f_trace of a frame that runs already.
def two():
    a = 1
    sys._getframe().f_trace = local
    b = 2
    return a + b


sys.settrace(lambda *args: None)
two()
sys.settrace(None)
show(events)


# An exception in the trace function turns tracing off and goes on.
def fails(frame, event, arg):
    if frame.f_code.co_name == 'g' and event == 'line':
        raise KeyError('from the trace function')
    return fails


sys.settrace(fails)
try:
    g(1)
except KeyError as e:
    print('caught', e, sys.gettrace())
g(1)


# The trace function is not traced, nor what it calls.
def nosy(frame, event, arg):
    if frame.f_code.co_name == 'g':
        events.append(event)
        g(5)
        return nosy


sys.settrace(nosy)
g(1)
sys.settrace(None)
show(events)


# Generators: a call and a return for each piece.
def gen():
    yield 1
    yield 2


sys.settrace(start)
list(gen())
it = gen()
next(it)
sys.settrace(None)
show(events)


# Set inside a traced function, for the functions that it calls from then on.
def later():
    sys.settrace(start)
    g(1)
    sys.settrace(None)


later()
show(events)

# The arguments of events.
def values(frame, event, arg):
    if frame.f_code.co_name in ('g', 'bad'):
        if event == 'exception':
            arg = arg[0].__name__, str(arg[1]), arg[2].tb_frame is frame
        events.append((event, arg))
        return values


def bad():
    raise ValueError('v')


sys.settrace(values)
g(3)
try: bad()
except ValueError: pass
sys.settrace(None)
show(events)
