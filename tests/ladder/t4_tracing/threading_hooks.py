# threading.settrace and setprofile for threads to come, settrace_all_threads and setprofile_all_threads for those that are there.
import sys
import threading

seen = set()


def g(): return 1


def trace(frame, event, arg):
    if frame.f_code.co_name == 'g':
        seen.add((threading.get_ident(), 'trace', event))
    return trace


def profile(frame, event, arg):
    if frame.f_code.co_name == 'g':
        seen.add((threading.get_ident(), 'profile', event))


def events(ident):
    return sorted((kind, event) for i, kind, event in seen if i == ident)


def in_thread():
    got = []

    def run():
        g()
        got.append((threading.get_ident(), sys.gettrace() is trace, sys.getprofile() is profile))

    t = threading.Thread(target=run)
    t.start()
    t.join()
    return got[0]


print(threading.gettrace(), threading.getprofile())
threading.settrace(trace)
threading.setprofile(profile)
print(threading.gettrace() is trace, threading.getprofile() is profile, sys.gettrace(), sys.getprofile())
ident, *rest = in_thread()
print(rest, events(ident))
g()
print(events(threading.get_ident()))
threading.settrace(None)
threading.setprofile(None)
seen.clear()
print(in_thread()[1:], seen)

# Threads that run already.
going, rounds = True, [0, 0]


def works(i):
    while going:
        g()
        rounds[i] += 1
    g()


threads = [threading.Thread(target=works, args=(i,)) for i in range(2)]
for t in threads: t.start()


def some_rounds():
    end = [r + 3 for r in rounds]
    while any(r < e for r, e in zip(rounds, end)): pass


some_rounds()
print(seen)
threading.settrace_all_threads(trace)
some_rounds()
print([events(t.ident) for t in threads])
threading.settrace_all_threads(None)
some_rounds()
seen.clear()
some_rounds()
print(seen, sys.gettrace(), threading.gettrace())
threading.setprofile_all_threads(profile)
some_rounds()
print([events(t.ident) for t in threads])
print(sys.getprofile() is profile, threading.getprofile() is profile)
threading.setprofile_all_threads(None)
some_rounds()
seen.clear()
some_rounds()
print(seen, sys.getprofile(), threading.getprofile())
going = False
for t in threads: t.join()
