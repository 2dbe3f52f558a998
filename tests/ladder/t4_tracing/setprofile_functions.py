# sys.setprofile: calls of Python and native functions, exceptions, errors in the profile function.
import sys

events = []


def profile(frame, event, arg):
    if event[:2] == 'c_':
        arg = arg.__name__
    elif callable(arg):
        arg = '<function>'
    events.append((event, frame.f_code.co_name, arg))


def g(x):
    return len([x]) + abs(-x)


def fails():
    try:
        int('x')
        len(3)
    except (TypeError, ValueError):
        pass
    raise KeyError


print(sys.getprofile())
sys.setprofile(profile)
same = sys.getprofile() is profile
g(1)
[].append(1)
try: fails()
except KeyError: pass
sys.setprofile(None)
print(same)
for e in events: print(*e)
events.clear()


def breaks(frame, event, arg):
    raise RuntimeError('from the profile function')


sys.setprofile(breaks)
try:
    g(1)
    print('not reached')
except RuntimeError as e:
    print(e, sys.getprofile())
g(1)

# Both at once, of one thread.
lines = []


def trace(frame, event, arg):
    lines.append((event, frame.f_code.co_name))
    return trace


def h():
    return 1


sys.setprofile(profile)
sys.settrace(trace)
h()
sys.settrace(None)
sys.setprofile(None)
print([e for e in events if e[1] == 'h'])
print([e for e in lines if e[1] == 'h'])
