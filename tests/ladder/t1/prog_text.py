# Word counts, wrapping and a table: everyday string work.
text = """It was the best of times, it was the worst of times,
it was the age of wisdom, it was the age of foolishness..."""
words = [w.strip('.,').lower() for w in text.split()]
counts = {}
for w in words: counts[w] = counts.get(w, 0) + 1
for w, n in sorted(counts.items(), key=lambda p: (-p[1], p[0]))[:6]: print(f'{w:<8}{n:>3} {"*" * n}')
def wrap(words, width):
    line = ''
    for w in words:
        if line and len(line) + 1 + len(w) > width: yield line; line = w
        else: line = f'{line} {w}' if line else w
    if line: yield line
for l in wrap(text.split(), 28): print('|' + l.ljust(28) + '|')
def caesar(s, k): return ''.join(chr((ord(c) - 97 + k) % 26 + 97) if c.islower() else c for c in s)
print(caesar('hello, world', 3), caesar(caesar('hello', 5), -5))
rows = [('name', 'qty', 'price'), ('apple', 3, 1.5), ('pear', 12, 0.25)]
widths = [max(len(str(r[i])) for r in rows) for i in range(3)]
for r in rows: print(' | '.join(str(v).rjust(w) for v, w in zip(r, widths)))
def rle(s): return ''.join(f'{len(list(g))}{k}' for k, g in __import__('itertools').groupby(s))
print(rle('aaabccdddd'), 'racecar' == 'racecar'[::-1], ' '.join(w[::-1] for w in 'abc def'.split()))
