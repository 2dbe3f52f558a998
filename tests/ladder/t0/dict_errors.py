# What dicts raise.
def attempt(function):
    try:
        print(function())
    except Exception as error:
        print(type(error).__name__ + ':', error)
d = {'a': 1}
attempt(lambda: d['b'])
attempt(lambda: d[5])
attempt(lambda: d[(1, 'x')])
attempt(lambda: {}.popitem())
attempt(lambda: d.pop('zz'))
attempt(lambda: d.pop('zz', 'default'))
attempt(lambda: d.get('zz'))
attempt(lambda: dict(['abc']))
attempt(lambda: d + d)
def delete():
    del d['q']
attempt(delete)
def grow():
    for key in d:
        d[key + 'x'] = 0
attempt(grow)
