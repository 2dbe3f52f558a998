# A module imported by several threads at once is executed once and seen whole.
import threading, sys
barrier, got = threading.Barrier(4), []
def work():
    barrier.wait()
    import slow_module
    got.append((slow_module.ready, id(slow_module)))
sys.path.insert(0, sys.path[0] + '/modules')
ts = [threading.Thread(target=work) for _ in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print([r for r, _ in got], len({i for _, i in got}), sys.modules['slow_module'].runs)
