# Every way to slice a list.
a = list(range(10))
print(a[:], a[2:], a[:3], a[2:5], a[-3:], a[:-7])
print(a[::2], a[1::3], a[::-1], a[8:2:-2], a[-1:-5:-1], a[5:5], a[7:3])
print(a[100:], a[:100], a[-100:2], a[::100], a[3:100:4])
print(a[None:None:None], a[None:3])
n = 10 ** 30
print(a[-n:n], a[n:], a[::n])
try:
    a[::0]
except ValueError as error:
    print(error)
try:
    a['1':]
except TypeError as error:
    print(error)
