"""Strings made by one thread are whole when others find them, without any lock between them."""
import threading


class Shared:
    pass


shared = Shared()
shared.text = "0:0"
done = False
wrong = []


def make():
    global done
    for i in range(20_000):
        shared.text = f"{i}:{i}"
    done = True


def read():
    while not done:
        text = shared.text
        left, right = text.split(":")
        if left != right:
            wrong.append(text)


threads = [threading.Thread(target=f) for f in (make, read, read)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(wrong[:3])
