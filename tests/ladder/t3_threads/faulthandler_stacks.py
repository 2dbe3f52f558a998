# faulthandler: the stacks of all threads on request, on a registered signal, and after a time.
import faulthandler
import os
import sys
import threading
import time

SIGUSR1 = 10
path = 'weft_faulthandler_%d' % os.getpid()
go, running, release = True, threading.Event(), threading.Event()
read = 0


def spins():
    n = 0
    running.set()
    while go: n += 1


def waits():
    release.wait()


def outer():
    waits()


def shown():
    """What was written since the last time: titles without numbers, and this program's frames."""
    global read
    file.flush()
    text = open(path).read()[read:]
    read += len(text)
    threads = []
    for block in text.split('\n\n'):
        lines = block.strip().split('\n')
        title = ' '.join(w for w in lines[0].split(' ') if not w.startswith(('0x', '[')) and not w.endswith(']'))
        frames = [l.rpartition(' in ')[2] for l in lines[1:] if os.path.basename(__file__) in l]
        threads.append((title, frames))
    return sorted(threads)


file = open(path, 'a')
threads = [threading.Thread(target=spins), threading.Thread(target=outer)]
for t in threads: t.start()
running.wait()
time.sleep(0.05)
try:
    faulthandler.dump_traceback(file=file)
    print(shown())
    faulthandler.dump_traceback(file, False)
    print(shown())

    def here():
        faulthandler.dump_traceback(file.fileno(), all_threads=False)
    here()
    print(shown())

    faulthandler.register(SIGUSR1, file=file)
    os.kill(os.getpid(), SIGUSR1)
    end = time.time() + 10
    while os.path.getsize(path) == read and time.time() < end: time.sleep(0.001)
    time.sleep(0.1)
    print([f for t, f in shown() if 'Current' not in t])
    print(faulthandler.unregister(SIGUSR1), faulthandler.unregister(SIGUSR1))

    faulthandler.dump_traceback_later(0.02, file=file)
    time.sleep(0.3)
    print([(t, len(f) > 0) for t, f in shown()][-1])
    faulthandler.dump_traceback_later(0.05, file=file)
    faulthandler.cancel_dump_traceback_later()
    time.sleep(0.15)
    print(os.path.getsize(path) - read)
finally:
    go = False
    release.set()
    for t in threads: t.join()
    file.close()
    os.remove(path)

for bad in ((11,), (0,), (65,)):
    try: faulthandler.register(*bad)
    except (RuntimeError, ValueError) as e: print(type(e).__name__, e)
for bad in (-1, object()):
    try: faulthandler.dump_traceback(bad)
    except (ValueError, AttributeError) as e: print(type(e).__name__)
print(faulthandler.is_enabled(), faulthandler.disable())
faulthandler.enable()
print(faulthandler.is_enabled(), faulthandler.disable(), faulthandler.is_enabled())
