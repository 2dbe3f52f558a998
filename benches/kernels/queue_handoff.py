"""Contended by design: all threads put into and take from one shared queue, under its one lock."""
import threading
from collections import deque

INNER = 4000


class Queue:
    def __init__(self):
        self.items = deque()
        self.lock = threading.Lock()

    def put(self, item):
        with self.lock:
            self.items.append(item)

    def get(self):
        with self.lock:
            return self.items.popleft()


QUEUE = Queue()


def run(thread, n):
    taken = 0
    for i in range(n):
        QUEUE.put(i)
        QUEUE.get()
        taken += 1
    return taken == n


EXPECTED = True
