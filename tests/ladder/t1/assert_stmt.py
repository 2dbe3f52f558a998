# assert with and without message.
def check(v, *msg):
    try:
        if msg: assert v, msg[0]
        else: assert v
        return 'fine'
    except AssertionError as e:
        return 'failed', e.args, str(e)
print(check(1), check(0), check([], 'empty list'), check('', ('a', 1)), check(None, 5))
def never(): print('not evaluated')
assert True, never()
print(__debug__)
