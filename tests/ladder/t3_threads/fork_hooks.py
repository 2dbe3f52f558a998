# stderr: ignore
"""os.register_at_fork: before in reverse order, after in order, on both sides; nested forks."""
import os
import sys


def say(word):
    return lambda: (print(word), sys.stdout.flush())


seen = []
for n in "12":
    os.register_at_fork(before=say("before " + n), after_in_child=say("child " + n),
                        after_in_parent=lambda n=n: seen.append(n))
os.register_at_fork(before=lambda: 1 / 0)
reader, writer = os.pipe()
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    os.write(writer, b"from the child")
    os._exit(0)
# Not before the child's lines: both write to one stream.
print(os.waitpid(pid, 0)[1], seen)
print(os.read(reader, 100))
os.close(reader)
os.close(writer)
for bad in [{}, {"before": 1}, {"after_in_child": "x"}]:
    try:
        os.register_at_fork(**bad)
    except TypeError as e:
        print("TypeError", e)
