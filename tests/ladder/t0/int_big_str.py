# Long decimal conversions, both directions.
n = 7 ** 400
s = str(n)
print(len(s), s[:30], s[-30:])
print(int(s) == n, int('-' + s) == -n)
print(str(10 ** 50), repr(-(10 ** 50)))
print(sum(int(c) for c in str(2 ** 1000)))
f = 1
for i in range(2, 101):
    f *= i
print(f)
