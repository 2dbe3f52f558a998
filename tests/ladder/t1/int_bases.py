# bin, oct, hex and literals in every base.
print(bin(10), oct(10), hex(255), bin(-5), hex(-255), bin(0), hex(2 ** 70), oct(8 ** 20))
print(0b1010, 0o17, 0xFF, 0XaB, 1_000_000, 0x_ff_ff, 0b_1, 00, 1e3, 1_0.5_0, .5, 5., 1E-2)
print(int('0b11', 0), int('0o7', 0), int('0xf', 0), int('12', 0), int('-0x10', 16), int('1010', 2), int('zz', 36), int(b'42'), int('٣٤'))
print(int(' 12\n'), int('+5'), int('-0'), int('1_2_3'), str(0xdeadbeef), int('7fffffffffffffff', 16), int('8' * 40, 9))
print([str(n) for n in (0, -0, 10 ** 20, -10 ** 20)], int(1e30), int(-1.9))
