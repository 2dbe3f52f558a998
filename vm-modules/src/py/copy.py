"""Shallow and deep copies."""

__all__ = ['Error', 'copy', 'deepcopy', 'replace']


class Error(Exception):
    pass


error = Error

_atomic = {type(None), type(...), type(NotImplemented), int, float, bool, complex, str, bytes, type, range, property,
           type(len), type(lambda: 0)}


def copy(x):
    cls = type(x)
    if cls in _atomic or issubclass(cls, type):
        return x
    if cls in (list, dict, set, bytearray):
        return x.copy()
    if cls in (tuple, frozenset):
        return x
    copier = getattr(cls, '__copy__', None)
    if copier is not None:
        return copier(x)
    return _rebuild(x, _reduce(x, cls), None)


def deepcopy(x, memo=None, _nil=[]):
    cls = type(x)
    if cls in _atomic:
        return x
    if memo is None:
        memo = {}
    d = id(x)
    y = memo.get(d, _nil)
    if y is not _nil:
        return y
    if cls is list:
        y = []
        memo[d] = y
        for a in x:
            y.append(deepcopy(a, memo))
    elif cls is dict:
        y = {}
        memo[d] = y
        for key, value in x.items():
            y[deepcopy(key, memo)] = deepcopy(value, memo)
    elif cls is tuple:
        parts = [deepcopy(a, memo) for a in x]
        # A tuple inside itself was copied meanwhile.
        if d in memo:
            return memo[d]
        y = x if all(a is b for a, b in zip(x, parts)) else tuple(parts)
    elif issubclass(cls, type):
        y = x
    else:
        copier = getattr(x, '__deepcopy__', None)
        if copier is not None:
            y = copier(memo)
        elif cls in (set, frozenset):
            y = cls(deepcopy(a, memo) for a in x)
        elif cls is bytearray:
            y = x.copy()
        else:
            rv = _reduce(x, cls)
            y = x if isinstance(rv, str) else _rebuild(x, rv, memo)
    if y is not x:
        memo[d] = y
        # Keeps x alive as long as the memo, so that no other object gets its id.
        memo.setdefault(id(memo), []).append(x)
    return y


def _reduce(x, cls):
    reductor = getattr(cls, '__reduce_ex__', None)
    if reductor is not None:
        return reductor(x, 4)
    reductor = getattr(x, '__reduce__', None)
    if reductor is not None:
        return reductor()
    raise Error('un(deep)copyable object of type %s' % cls)


def _rebuild(x, rv, memo):
    if isinstance(rv, str):
        return x
    func, args, state, listiter, dictiter = (tuple(rv) + (None,) * 5)[:5]
    deep = memo is not None
    if deep and args:
        args = tuple(deepcopy(a, memo) for a in args)
    y = func(*args)
    if deep:
        memo[id(x)] = y
    if state is not None:
        if deep:
            state = deepcopy(state, memo)
        if hasattr(y, '__setstate__'):
            y.__setstate__(state)
        else:
            slots = None
            if isinstance(state, tuple) and len(state) == 2:
                state, slots = state
            if state is not None:
                y.__dict__.update(state)
            if slots is not None:
                for key, value in slots.items():
                    setattr(y, key, value)
    if listiter is not None:
        for item in listiter:
            y.append(deepcopy(item, memo) if deep else item)
    if dictiter is not None:
        for key, value in dictiter:
            if deep:
                key, value = deepcopy(key, memo), deepcopy(value, memo)
            y[key] = value
    return y


def replace(obj, /, **changes):
    func = getattr(type(obj), '__replace__', None)
    if func is None:
        raise TypeError('replace() does not support %s objects' % type(obj).__name__)
    return func(obj, **changes)
