# Powers and modular powers.
print(3 ** 100)
print((-3) ** 101)
print(2 ** 200 - 1)
print(pow(2, 1000, 1000007), pow(3, 200, 13), pow(-2, 3, 7))
print(pow(7, -1, 31), pow(38, -1, 97))
print(10 ** 18, 10 ** 19, 10 ** 20)
print(pow(2, 10), pow(2, -1), pow(2.0, 3))
try:
    pow(2, -1, 4)
except ValueError as error:
    print(error)
