# exit: 1
# "The above exception was the direct cause …".
def load(k):
    return {}[k]
def get(k):
    try:
        return load(k)
    except KeyError as e:
        raise LookupError('no %s' % k) from e
get('key')
