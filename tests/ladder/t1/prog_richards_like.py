# A small task scheduler with classes, links and state (as richards).
class Packet:
    def __init__(self, link, ident, kind): self.link, self.ident, self.kind, self.datum = link, ident, kind, 0
    def append_to(self, queue):
        self.link = None
        if queue is None: return self
        p = queue
        while p.link is not None: p = p.link
        p.link = self
        return queue
class Task:
    table = [None] * 6
    hold = queued = 0
    def __init__(self, ident, priority, work):
        self.ident, self.priority, self.work, self.held, self.ran = ident, priority, work, False, 0
        Task.table[ident] = self
    def run(self): raise NotImplementedError
class Idle(Task):
    def run(self):
        self.ran += 1
        self.work -= 1
        if self.work <= 0: self.held = True; Task.hold += 1
class Worker(Task):
    def run(self):
        self.ran += 1
        for other in Task.table:
            if other is not None and other is not self and not other.held and other.priority < self.priority:
                other.run(); Task.queued += 1
        self.work -= 2
        if self.work <= 0: self.held = True; Task.hold += 1
Idle(0, 1, 60); Worker(1, 2, 30); Idle(2, 1, 10); Worker(3, 5, 90)
rounds = 0
while any(t and not t.held for t in Task.table):
    rounds += 1
    for t in Task.table:
        if t and not t.held: t.run()
print(rounds, Task.hold, Task.queued, [t.ran for t in Task.table if t])
q = None
for i in range(5): q = Packet(None, i, 'k').append_to(q)
while q: print(q.ident, end=' '); q = q.link
print()
