print('tools initialized as', __name__)
CONSTANT = 7
_private = 'hidden from star'
def double(x):
    return 2 * x
