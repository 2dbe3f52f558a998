# bool, int and float mixed in every operator.
vals = [True, 3, 2.5, 2 ** 64]
for a in vals:
    for b in vals:
        print(a + b, a - b, a * b, a / b, a // b, a % b, a < b, a == b)
print(True + 1.5, 2 ** 64 * 0.5, 2 ** 64 + 1.0 == 2 ** 64, 10 ** 18 / 3, (10 ** 30) / (10 ** 10), 1 / 3 * 3 == 1, 7 // True, 1e3 == 1000)
print(3 .__class__, type(1 + True), type(1 + 1.0), type(True & True), type(True & 1), type(2 ** -1), type(2 ** 2), type(4 / 2))
print(9007199254740993 * 1.0, 9007199254740993 / 1, 2 ** 1023 / 2 ** 1000, (2 ** 1100) / (2 ** 1090), 123456789 ** 0.5, int(2 ** 0.5 * 1e15))
