# math: the full set of T1, to the last digit.
import math
x = 0.7
for name in 'sin cos tan asin acos atan sinh cosh tanh asinh atanh exp expm1 log log1p log2 log10 sqrt erf erfc gamma lgamma fabs floor ceil trunc degrees radians exp2'.split():
    print(name, getattr(math, name)(x))
print('cbrt to twelve digits: C libraries differ in the last', round(math.cbrt(x), 12), round(math.cbrt(27.0), 12))
print(math.acosh(1.5), math.atan2(-1, -2), math.hypot(1, 2, 3), math.dist([1, 2], [4, 6]), math.fmod(-7, 3), math.remainder(7, 4), math.copysign(3, -0.0))
print(math.frexp(10.0), math.ldexp(0.5, 5), math.modf(-3.25), math.pow(2, 10), math.log(100, 10), math.log(2 ** 2000), math.log2(2 ** 1500), math.fma(2.0, 3.0, 1.0))
print(math.inf, math.nan, math.tau, math.isnan(math.nan), math.isinf(-math.inf), math.isfinite(1), math.isclose(0.1 + 0.2, 0.3), math.nextafter(1.0, 2.0), math.ulp(1.0))
print(math.sumprod([1, 2], [3.0, 4]), math.fsum([0.1] * 10), sum([0.1] * 10), math.prod([1, 2, 3, 4]), math.prod([0.5, 4], start=2))
