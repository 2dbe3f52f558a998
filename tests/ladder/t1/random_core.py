# random: the exact Mersenne Twister values for int seeds.
import random
random.seed(42)
print([random.random() for _ in range(5)])
random.seed(0)
print(random.random(), random.getrandbits(32), random.getrandbits(100), random.getrandbits(1), random.getrandbits(64))
for seed in (1, -1, 2 ** 40, 12345678901234567890, 0.5, 'text', b'bytes', None):
    random.seed(seed)
    print(repr(seed), random.random() if seed is not None else random.random() < 1)
r = random.Random(7)
s = random.Random(7)
print(r.random() == s.random(), [r.randrange(10) for _ in range(12)], r.random() == s.random())
r.seed(1); print(sum(r.random() for _ in range(1000)))
