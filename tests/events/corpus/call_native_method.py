# Methods of built-in types.
def f():
    items = []
    items.append(1)
    items.extend((2, 3))
    text = "a,b".split(",")
    return items, text


f()
