"""Each thread sorts its own list of shared strings, with and without a key function."""
WORDS = ['w%03d' % (i * 7919 % 200) for i in range(200)]
INNER = 60


def run(thread, n):
    ordered = True
    for _ in range(n):
        a = sorted(WORDS)
        b = sorted(WORDS, key=lambda w: w[1:])
        ordered = ordered and a == b
    return ordered


EXPECTED = True
