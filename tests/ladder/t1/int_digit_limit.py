# Conversions of more than 4300 digits are refused; other bases are not limited.
big = 10 ** 4299
print(len(str(big)), int('9' * 4300) > big)
for f in (lambda: str(10 ** 4300), lambda: int('1' * 4301), lambda: '%d' % 10 ** 5000, lambda: repr(10 ** 5000)):
    try: print(len(f()))
    except ValueError as e: print(e)
print(len(hex(1 << 40000)), len(bin(1 << 40000)), int('f' * 10000, 16).bit_length())
import sys
print(sys.get_int_max_str_digits())
sys.set_int_max_str_digits(0)
print(len(str(10 ** 5000)))
