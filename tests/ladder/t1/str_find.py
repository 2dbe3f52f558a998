# find, rfind, index, rindex, count, startswith, endswith, in.
s = 'hello world, hello'
print(s.find('hello'), s.rfind('hello'), s.find('hello', 1), s.find('hello', 1, 10), s.find('zz'), s.find(''), s.rfind(''), s.find('', 100), s.find('o', -5))
print(s.index('world'), s.rindex('l'), s.count('l'), s.count('ll'), s.count(''), 'aaaa'.count('aa'), s.count('l', 5, -3))
print(s.startswith('hell'), s.startswith('x'), s.startswith(('x', 'h')), s.startswith('wor', 6), s.endswith('lo'), s.endswith(('a', 'o')), s.endswith('hello', 14), s.startswith(''), s.endswith(''))
print('日本語日本'.find('語'), '日本語日本'.rfind('日'), 'aé日🐍'.find('🐍'), 'é' in 'café', 'x' in 'é')
for f in (lambda: s.index('zz'), lambda: s.rindex('zz'), lambda: 5 in 'a', lambda: 'a'.startswith(5), lambda: 'a'.find(None)):
    try: f()
    except (ValueError, TypeError) as e: print(type(e).__name__, e)
