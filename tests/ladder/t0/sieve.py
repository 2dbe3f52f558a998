# Sieve of Eratosthenes with slice stores.
def sieve(n):
    flags = [True] * (n + 1)
    flags[0] = flags[1] = False
    i = 2
    while i * i <= n:
        if flags[i]:
            flags[i * i::i] = [False] * len(range(i * i, n + 1, i))
        i += 1
    return [k for k, f in enumerate(flags) if f]
p = sieve(1000)
print(len(p), p[:10], p[-1], sum(p))
