"""Functions to call at the end of the program."""

_calls = []


def register(func, /, *args, **kwargs):
    """Calls func(*args, **kwargs) at the end of the program, last registered first."""
    if not callable(func):
        raise TypeError("the first argument must be callable")
    _calls.append((func, args, kwargs))
    return func


def unregister(func):
    """Forgets every registration of func."""
    _calls[:] = [c for c in _calls if c[0] != func]


def _clear():
    _calls.clear()


def _ncallbacks():
    return len(_calls)


def _run_exitfuncs():
    import sys
    while _calls:
        func, args, kwargs = _calls.pop()
        try:
            func(*args, **kwargs)
        except BaseException as e:
            sys.stderr.write(f"Exception ignored in atexit callback {func!r}:\n")
            sys.__excepthook__(type(e), e, e.__traceback__)
