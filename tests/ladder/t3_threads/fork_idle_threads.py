# stderr: ignore
"""A child of fork has the calling thread only; threads that it does not have count as ended."""
import os
import sys
import threading

release = threading.Event()
threads = [threading.Thread(target=release.wait, daemon=i == 0) for i in range(3)]
for t in threads:
    t.start()
print(threading.active_count(), [t.is_alive() for t in threads])
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    print("child", threading.active_count(), [t.is_alive() for t in threads])
    for t in threads:
        t.join()
    main = threading.main_thread()
    print(main is threading.current_thread(), main.name, main.ident == threading.get_ident())
    print(threading.enumerate() == [main], os.getpid() != os.getppid())
    sys.stdout.flush()
    os._exit(7)
done, status = os.waitpid(pid, 0)
print(done == pid, os.WIFEXITED(status), os.WEXITSTATUS(status), os.waitstatus_to_exitcode(status))
print([t.is_alive() for t in threads])
release.set()
for t in threads:
    t.join()
print(threading.active_count())
