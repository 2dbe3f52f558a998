# math on integers.
import math
print(math.factorial(20), math.factorial(25), math.gcd(12, 18), math.gcd(), math.gcd(0, 5), math.gcd(2 ** 70, 6 ** 30, 48), math.lcm(4, 6), math.lcm(), math.lcm(3, 0))
print(math.isqrt(10), math.isqrt(10 ** 40), math.comb(10, 3), math.comb(50, 25), math.perm(5, 2), math.perm(5), math.comb(3, 5))
print(math.floor(-2.5), math.ceil(-2.5), math.floor(10 ** 30), math.ceil(1e20), math.trunc(-7.9), math.floor(True))
for f in (lambda: math.sqrt(-1), lambda: math.log(0), lambda: math.log(-1), lambda: math.acos(2), lambda: math.factorial(-1), lambda: math.exp(1000), lambda: math.isqrt(-1), lambda: math.sqrt('x'), lambda: math.factorial(1.5), lambda: math.floor(math.inf), lambda: math.gcd(1.5), lambda: math.pow(0, -1), lambda: math.fmod(1, 0)):
    try: print(f())
    except (ValueError, OverflowError, TypeError) as e: print(type(e).__name__)
