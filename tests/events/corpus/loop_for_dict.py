# for over a dict and its items.
def f():
    d = {"a": 1, "b": 2}
    for k in d:
        d[k]
    for k, v in d.items():
        k, v
    return len(d)


f()
