# by-hand: 3.14 says what the value was used for
# Unhashable keys and elements.
def attempt(f):
    try: print(f())
    except TypeError as e: print(e)
attempt(lambda: {[]: 1})
attempt(lambda: {}[[]])
attempt(lambda: {}.get({}))
attempt(lambda: {[1]})
attempt(lambda: [] in set())
attempt(lambda: hash([]))
attempt(lambda: hash(({},)))
def store():
    d = {}
    d[[]] = 1
attempt(store)
attempt(lambda: set().add({}))
