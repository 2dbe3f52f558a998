# options: -X heap-limit=64M
# by-hand: the option is our own
# The heap limit raises MemoryError and leaves the machine usable.
def attempt(name, f):
    try: f(); print(name, 'no error')
    except MemoryError: print(name, 'MemoryError')
def many_lists():
    keep = []
    while True: keep.append([0] * 1000)
def many_objects():
    class Node:
        def __init__(self, n): self.next = n
    head = None
    while True: head = Node(head)
def growing_dict():
    d, i = {}, 0
    while True: d[i] = str(i); i += 1
def growing_string():
    s = 'x'
    while True: s += s
attempt('one string', lambda: 'x' * (200 << 20))
attempt('one list', lambda: [0] * (50 << 20))
attempt('big int', lambda: 1 << (8 * (200 << 20)))
attempt('lists', many_lists)
attempt('objects', many_objects)
attempt('dict', growing_dict)
attempt('string', growing_string)
print(sum(len([i] * 10) for i in range(100000)))
