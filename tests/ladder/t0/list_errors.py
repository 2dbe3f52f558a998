# What lists raise, with the wording.
def attempt(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__ + ':', error)
a = [1, 2]
attempt(lambda: a[2])
attempt(lambda: a[-3])
attempt(lambda: a['0'])
attempt(lambda: a[1.0])
attempt(lambda: [].pop())
attempt(lambda: a.pop(5))
attempt(lambda: a.remove(9))
attempt(lambda: a.index(9))
attempt(lambda: a + (1,))
attempt(lambda: a * 1.5)
attempt(lambda: list(5))
attempt(lambda: a.missing)
attempt(lambda: a.append())
def store():
    a[7] = 0
attempt(store)
def delete():
    del a[7]
attempt(delete)
print(a)
