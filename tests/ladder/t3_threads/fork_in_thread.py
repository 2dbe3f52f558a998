# stderr: ignore
"""fork() in a thread: that thread is the child's main thread, and the child ends when its function returns."""
import os
import sys
import threading

woken = threading.Event()


def work():
    pid = os.fork()
    if pid == 0:
        me = threading.current_thread()
        print("child", me.name, threading.main_thread() is me, threading.active_count())
        print(waiter.is_alive())
        t = threading.Thread(target=lambda: print("grandchild thread"))
        t.start()
        t.join()
        sys.stdout.flush()
        return
    print("status", os.waitpid(pid, 0)[1])
    woken.set()


waiter = threading.Thread(target=woken.wait)
waiter.start()
t = threading.Thread(target=work, name="forker")
t.start()
t.join()
waiter.join()
print(threading.current_thread().name, threading.main_thread().name)
