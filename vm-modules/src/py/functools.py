"""Functions that act on or return other functions."""

from _thread import RLock as _RLock

__all__ = ['update_wrapper', 'wraps', 'WRAPPER_ASSIGNMENTS', 'WRAPPER_UPDATES', 'total_ordering', 'cache',
           'cmp_to_key', 'lru_cache', 'reduce', 'partial', 'partialmethod', 'singledispatch', 'singledispatchmethod',
           'cached_property', 'Placeholder']

WRAPPER_ASSIGNMENTS = ('__module__', '__name__', '__qualname__', '__doc__', '__annotate__', '__type_params__')
WRAPPER_UPDATES = ('__dict__',)


def update_wrapper(wrapper, wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    for name in assigned:
        try:
            value = getattr(wrapped, name)
        except AttributeError:
            continue
        try:
            setattr(wrapper, name, value)
        except (AttributeError, TypeError):
            pass
    for name in updated:
        getattr(wrapper, name).update(getattr(wrapped, name, {}))
    wrapper.__wrapped__ = wrapped
    return wrapper


def wraps(wrapped, assigned=WRAPPER_ASSIGNMENTS, updated=WRAPPER_UPDATES):
    def decorate(wrapper):
        return update_wrapper(wrapper, wrapped, assigned, updated)
    return decorate


_nothing = object()


def reduce(function, iterable, initial=_nothing, /):
    it = iter(iterable)
    if initial is _nothing:
        for value in it:
            break
        else:
            raise TypeError('reduce() of empty iterable with no initial value')
    else:
        value = initial
    for item in it:
        value = function(value, item)
    return value


class _PlaceholderType:
    __slots__ = ()

    def __repr__(self):
        return 'Placeholder'

    def __reduce__(self):
        return 'Placeholder'


Placeholder = _PlaceholderType()


class partial:
    """A function with some of its arguments already given."""

    def __new__(cls, func, /, *args, **keywords):
        if not callable(func):
            raise TypeError('the first argument must be callable')
        if args and args[-1] is Placeholder:
            raise TypeError('trailing Placeholders are not allowed')
        self = object.__new__(cls)
        if type(func) is partial:
            holes = [i for i, a in enumerate(func.args) if a is Placeholder]
            merged = list(func.args)
            rest = list(args)
            while holes and rest:
                merged[holes.pop(0)] = rest.pop(0)
            args = tuple(merged + rest)
            keywords = {**func.keywords, **keywords}
            func = func.func
        self.func = func
        self.args = args
        self.keywords = keywords
        return self

    def __call__(self, /, *args, **keywords):
        mine = self.args
        if Placeholder in mine:
            rest = list(args)
            try:
                mine = [rest.pop(0) if a is Placeholder else a for a in mine]
            except IndexError:
                raise TypeError("missing positional arguments in 'partial' call; expected at least %d, got %d"
                                % (sum(a is Placeholder for a in self.args), len(args))) from None
            args = rest
        if self.keywords:
            keywords = {**self.keywords, **keywords}
        return self.func(*mine, *args, **keywords)

    def __get__(self, obj, objtype=None):
        if obj is None:
            return self
        import types
        return types.MethodType(self, obj)

    def __repr__(self):
        parts = [repr(self.func)]
        parts.extend(repr(a) for a in self.args)
        parts.extend('%s=%r' % kv for kv in self.keywords.items())
        return 'functools.partial(%s)' % ', '.join(parts)

    def __reduce__(self):
        return type(self), (self.func,), (self.func, self.args, self.keywords, None)

    def __setstate__(self, state):
        self.func, self.args, self.keywords, _ = state

    @classmethod
    def __class_getitem__(cls, item):
        return cls


class partialmethod:
    """As partial, for methods."""

    def __init__(self, func, /, *args, **keywords):
        self.func = func
        self.args = args
        self.keywords = keywords

    def __get__(self, obj, cls=None):
        get = getattr(type(self.func), '__get__', None)
        func = self.func if get is None else get(self.func, obj, cls)
        if func is not self.func:
            return partial(func, *self.args, **self.keywords)
        if obj is None:
            def unbound(self_, /, *args, **keywords):
                return func(self_, *self.args, *args, **{**self.keywords, **keywords})
            return unbound
        return partial(func, obj, *self.args, **self.keywords)


class _CmpKey:
    __slots__ = ('obj', '_cmp')

    def __init__(self, obj, cmp):
        self.obj = obj
        self._cmp = cmp

    def __lt__(self, other):
        return self._cmp(self.obj, other.obj) < 0

    def __gt__(self, other):
        return self._cmp(self.obj, other.obj) > 0

    def __eq__(self, other):
        return self._cmp(self.obj, other.obj) == 0

    def __le__(self, other):
        return self._cmp(self.obj, other.obj) <= 0

    def __ge__(self, other):
        return self._cmp(self.obj, other.obj) >= 0

    __hash__ = None


def cmp_to_key(mycmp):
    """Converts a comparison function to a key function."""
    def key(obj):
        return _CmpKey(obj, mycmp)
    return key


def _from(root):
    # What a class with one ordering method can say of the others.
    def lt_gt(self, other):
        r = type(self).__lt__(self, other)
        return r if r is NotImplemented else not r and self != other

    def lt_le(self, other):
        r = type(self).__lt__(self, other)
        return r if r is NotImplemented else r or self == other

    def lt_ge(self, other):
        r = type(self).__lt__(self, other)
        return r if r is NotImplemented else not r

    def le_ge(self, other):
        r = type(self).__le__(self, other)
        return r if r is NotImplemented else not r or self == other

    def le_lt(self, other):
        r = type(self).__le__(self, other)
        return r if r is NotImplemented else r and self != other

    def le_gt(self, other):
        r = type(self).__le__(self, other)
        return r if r is NotImplemented else not r

    def gt_lt(self, other):
        r = type(self).__gt__(self, other)
        return r if r is NotImplemented else not (r or self == other)

    def gt_ge(self, other):
        r = type(self).__gt__(self, other)
        return r if r is NotImplemented else r or self == other

    def gt_le(self, other):
        r = type(self).__gt__(self, other)
        return r if r is NotImplemented else not r

    def ge_le(self, other):
        r = type(self).__ge__(self, other)
        return r if r is NotImplemented else not r or self == other

    def ge_gt(self, other):
        r = type(self).__ge__(self, other)
        return r if r is NotImplemented else r and self != other

    def ge_lt(self, other):
        r = type(self).__ge__(self, other)
        return r if r is NotImplemented else not r

    return {'__lt__': {'__gt__': lt_gt, '__le__': lt_le, '__ge__': lt_ge},
            '__le__': {'__ge__': le_ge, '__lt__': le_lt, '__gt__': le_gt},
            '__gt__': {'__lt__': gt_lt, '__ge__': gt_ge, '__le__': gt_le},
            '__ge__': {'__le__': ge_le, '__gt__': ge_gt, '__lt__': ge_lt}}[root]


def total_ordering(cls):
    """Class decorator that fills in missing ordering methods."""
    roots = {op for op in ('__lt__', '__le__', '__gt__', '__ge__')
             if getattr(cls, op, None) is not getattr(object, op, None)}
    if not roots:
        raise ValueError('must define at least one ordering operation: < > <= >=')
    root = next(op for op in ('__lt__', '__le__', '__gt__', '__ge__') if op in roots)
    for name, function in _from(root).items():
        if name not in roots:
            function.__name__ = name
            setattr(cls, name, function)
    return cls


class _CacheInfo(tuple):
    hits = property(lambda self: self[0])
    misses = property(lambda self: self[1])
    maxsize = property(lambda self: self[2])
    currsize = property(lambda self: self[3])

    def __repr__(self):
        return 'CacheInfo(hits=%r, misses=%r, maxsize=%r, currsize=%r)' % tuple(self)


class _Seq(list):
    # A key whose hash is computed once.
    __slots__ = ('hashvalue',)

    def __init__(self, items):
        self[:] = items
        self.hashvalue = hash(items)

    def __hash__(self):
        return self.hashvalue


_mark = (object(),)


def _make_key(args, kwds, typed, fast=frozenset((int, str))):
    key = args
    if kwds:
        key += _mark
        for item in kwds.items():
            key += item
    if typed:
        key += tuple(type(v) for v in args)
        if kwds:
            key += tuple(type(v) for v in kwds.values())
    elif len(key) == 1 and type(key[0]) in fast:
        return key[0]
    return _Seq(key)


def lru_cache(maxsize=128, typed=False):
    """Least-recently-used cache decorator; thread-safe."""
    if isinstance(maxsize, int):
        if maxsize < 0:
            maxsize = 0
    elif callable(maxsize) and isinstance(typed, bool):
        function, maxsize = maxsize, 128
        wrapper = _lru_wrapper(function, maxsize, typed)
        wrapper.cache_parameters = lambda: {'maxsize': maxsize, 'typed': typed}
        return update_wrapper(wrapper, function)
    elif maxsize is not None:
        raise TypeError('Expected first argument to be an integer, a callable, or None')

    def decorate(function):
        wrapper = _lru_wrapper(function, maxsize, typed)
        wrapper.cache_parameters = lambda: {'maxsize': maxsize, 'typed': typed}
        return update_wrapper(wrapper, function)
    return decorate


def _lru_wrapper(function, maxsize, typed):
    cache = {}
    hits = misses = 0
    lock = _RLock()
    get = cache.get

    if maxsize == 0:
        def wrapper(*args, **kwds):
            nonlocal misses
            with lock:
                misses += 1
            return function(*args, **kwds)
    elif maxsize is None:
        def wrapper(*args, **kwds):
            nonlocal hits, misses
            key = _make_key(args, kwds, typed)
            result = get(key, _nothing)
            if result is not _nothing:
                hits += 1
                return result
            misses += 1
            result = function(*args, **kwds)
            cache[key] = result
            return result
    else:
        def wrapper(*args, **kwds):
            nonlocal hits, misses
            key = _make_key(args, kwds, typed)
            with lock:
                # A dict keeps the order of insertion: the first entry is the one least recently used.
                result = cache.pop(key, _nothing)
                if result is not _nothing:
                    cache[key] = result
                    hits += 1
                    return result
                misses += 1
            result = function(*args, **kwds)
            with lock:
                if key not in cache:
                    if len(cache) >= maxsize:
                        del cache[next(iter(cache))]
                    cache[key] = result
            return result

    def cache_info():
        with lock:
            return _CacheInfo((hits, misses, maxsize, len(cache)))

    def cache_clear():
        nonlocal hits, misses
        with lock:
            cache.clear()
            hits = misses = 0

    wrapper.cache_info = cache_info
    wrapper.cache_clear = cache_clear
    return wrapper


def cache(user_function, /):
    """Unbounded cache."""
    return lru_cache(maxsize=None)(user_function)


class cached_property:
    """A property computed once per instance and then kept in its dict."""

    def __init__(self, func):
        self.func = func
        self.attrname = None
        self.__doc__ = func.__doc__
        self.__module__ = func.__module__

    def __set_name__(self, owner, name):
        if self.attrname is None:
            self.attrname = name
        elif name != self.attrname:
            raise TypeError('Cannot assign the same cached_property to two different names (%r and %r).'
                            % (self.attrname, name))

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        if self.attrname is None:
            raise TypeError('Cannot use cached_property instance without calling __set_name__ on it.')
        try:
            cache = instance.__dict__
        except AttributeError:
            raise TypeError("No '__dict__' attribute on %r instance to cache %r property."
                            % (type(instance).__name__, self.attrname)) from None
        value = cache.get(self.attrname, _nothing)
        if value is _nothing:
            value = self.func(instance)
            cache[self.attrname] = value
        return value

    @classmethod
    def __class_getitem__(cls, item):
        return cls


def singledispatch(func):
    """Single-dispatch generic function decorator, by MRO."""
    registry = {}

    def dispatch(cls):
        for c in cls.__mro__:
            if c in registry:
                return registry[c]
        return registry[object]

    def register(cls, func=None):
        if func is None:
            if isinstance(cls, type):
                return lambda f: register(cls, f)
            func = cls
            hints = list(getattr(func, '__annotations__', {}).values())
            if not hints or not isinstance(hints[0], type):
                raise TypeError('Invalid first argument to `register()`: %r. Use either `@register(some_class)` '
                                'or plain `@register` on an annotated function.' % (func,))
            cls = hints[0]
        registry[cls] = func
        return func

    def wrapper(*args, **kw):
        if not args:
            raise TypeError('%s requires at least 1 positional argument' % getattr(func, '__name__', 'function'))
        return dispatch(args[0].__class__)(*args, **kw)

    registry[object] = func
    wrapper.register = register
    wrapper.dispatch = dispatch
    wrapper.registry = registry
    return update_wrapper(wrapper, func)


class singledispatchmethod:
    """As singledispatch, for methods."""

    def __init__(self, func):
        self.dispatcher = singledispatch(func)
        self.func = func

    def register(self, cls, method=None):
        return self.dispatcher.register(cls, func=method)

    def __get__(self, obj, cls=None):
        def method(*args, **kwargs):
            return self.dispatcher.dispatch(args[0].__class__).__get__(obj, cls)(*args, **kwargs)
        method.register = self.register
        return update_wrapper(method, self.func)
