# math as the T0 benchmarks use it.
import math
print(math.sqrt(2), math.sqrt(16), math.pi, math.e)
print(math.sin(1.0), math.cos(1.0), math.exp(1.0), math.log(10.0))
print(math.floor(2.7), math.ceil(2.1), math.floor(-2.7), math.ceil(-2.1), math.trunc(-2.7))
print(math.fabs(-3), math.pow(2, 0.5), math.hypot(3, 4), math.atan2(1, 1))
from math import sqrt as root, tau
print(root(9), tau)
import math as m
print(m is math, m.log(8, 2), m.log2(8), m.log10(1000))
