# random: the derived methods, exactly as CPython draws them.
import random
random.seed(12)
print([random.randint(1, 6) for _ in range(10)], [random.randrange(0, 100, 5) for _ in range(6)], random.randrange(10 ** 30))
print([random.choice('abcdef') for _ in range(8)], random.sample(range(100), 6), random.sample([1, 2, 3], 3), random.choices('ab', k=6), random.choices([1, 2, 3], weights=[5, 1, 1], k=6))
l = list(range(10)); random.shuffle(l); print(l)
print(random.uniform(1, 2), random.triangular(0, 1, 0.3), random.gauss(0, 1), random.gauss(0, 1), random.normalvariate(5, 2))
print(random.expovariate(1.5), random.betavariate(2, 3), random.gammavariate(2, 1), random.lognormvariate(0, 1), random.paretovariate(3), random.weibullvariate(1, 2), random.vonmisesvariate(1, 2))
state = random.getstate()
a = [random.random() for _ in range(3)]
random.setstate(state)
print(a == [random.random() for _ in range(3)], len(state[1]), state[0])
for f in (lambda: random.choice([]), lambda: random.randrange(0), lambda: random.sample([1], 2), lambda: random.randint(5, 1)):
    try: f()
    except (IndexError, ValueError) as e: print(type(e).__name__)
