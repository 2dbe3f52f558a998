# and/or/not give operands, not booleans, and short-circuit.
def f(name, value):
    print('call', name)
    return value
print(f('a', 0) and f('b', 1))
print(f('a', 2) and f('b', 3))
print(f('a', 0) or f('b', ''))
print(f('a', 5) or f('b', 6))
print(not 0, not 1, not '', not 'x', not [], not [0], not None, not 0.0)
print(1 and 2 or 3, 0 and 2 or 3, None or [] or {} or 'end')
print(True + True, True * 3, False == 0, True == 1, int(True), isinstance(True, int))
print(True & False, True | False, True ^ True, str(True), repr(False))
print(bool([]), bool([[]]), bool(-1), bool(0.0), bool('False'), bool())
