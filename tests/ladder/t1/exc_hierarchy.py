# Built-in exceptions and their ancestry.
for e in (ZeroDivisionError, IndexError, KeyError, UnboundLocalError, FileNotFoundError, NotImplementedError,
          RecursionError, StopIteration, GeneratorExit, KeyboardInterrupt, SystemExit, UnicodeDecodeError,
          ModuleNotFoundError, OverflowError, TimeoutError, BrokenPipeError, SyntaxError, AssertionError, MemoryError):
    print(' > '.join(c.__name__ for c in e.__mro__))
print(issubclass(KeyboardInterrupt, Exception), issubclass(StopIteration, Exception), IOError is OSError, EnvironmentError is OSError)
try: raise BaseException('base')
except BaseException as e: print(repr(e), str(e), e.args)
print(repr(ValueError()), repr(ValueError(1)), repr(ValueError('a', 2)), str(ValueError('a', 2)), str(KeyError('k')), str(KeyError()))
