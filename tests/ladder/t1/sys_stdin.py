# stdin: first line\nsecond line\n42\n
# input() and sys.stdin.
import sys
a = input()
b = input('prompt> ')
print(repr(a), repr(b))
print(int(sys.stdin.readline()) + 1, repr(sys.stdin.read()))
try: input()
except EOFError as e: print(type(e).__name__, e)
