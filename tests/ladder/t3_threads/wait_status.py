"""How a child ended, as the parent sees it."""
import os


def child(end):
    pid = os.fork()
    if pid == 0:
        end()
        os._exit(0)
    done, status = os.waitpid(pid, 0)
    return status


for code in (0, 1, 255, 256):
    s = child(lambda: os._exit(code))
    print(code, os.WIFEXITED(s), os.WEXITSTATUS(s), os.WIFSIGNALED(s), os.waitstatus_to_exitcode(s))
s = child(lambda: os.kill(os.getpid(), 9))
print(os.WIFEXITED(s), os.WIFSIGNALED(s), os.WTERMSIG(s), os.WIFSTOPPED(s), os.waitstatus_to_exitcode(s))
pid = os.fork()
if pid == 0:
    os._exit(3)
print(os.wait() == (pid, 3 << 8))
try:
    os.waitpid(-1, 0)
except ChildProcessError as e:
    print(e.errno, e.strerror)
reader, writer = os.pipe()
pid = os.fork()
if pid == 0:
    os.read(reader, 1)
    os._exit(4)
print(os.waitpid(pid, os.WNOHANG))
os.write(writer, b"x")
print(os.waitpid(pid, 0) == (pid, 4 << 8))
for bad in ("x", 1 << 40):
    try:
        os.waitstatus_to_exitcode(bad)
    except (TypeError, OverflowError) as e:
        print(type(e).__name__)
