# args: one 'two words'
# sys: argv, versions, sizes, modules, streams.
import sys
print(sys.argv[1:], sys.argv[0].split('/')[-1], sys.version_info[0], sys.version_info >= (3, 13), sys.version_info.major)
print(sys.maxsize == 2 ** 63 - 1, sys.byteorder, sys.maxunicode, sys.getrecursionlimit(), sys.platform)
print(sys.float_info.max, sys.float_info.epsilon, sys.float_info.dig, sys.int_info.bits_per_digit > 0, sys.hash_info.modulus == 2 ** 61 - 1)
print(type(sys.modules).__name__, '__main__' in sys.modules, sys.modules['__main__'].__dict__ is globals(), 'sys' in sys.modules, isinstance(sys.path, list))
sys.stdout.write('written\n')
print('to stdout', file=sys.stdout, flush=True)
print(sys.stdout.write(''), sys.intern('abc') == 'abc', sys.getsizeof([]) > 0, callable(sys.exit), isinstance(sys.implementation.name, str))
def f(): return sys._getframe().f_code.co_name, sys._getframe(1).f_code.co_name
print(f(), sys._getframe().f_lineno, sys.exc_info())
print(sys.getdefaultencoding(), sys.getfilesystemencoding(), sys.stdin is not None, sys.flags.optimize, sys.dont_write_bytecode)
