import pkg.cycle_b
A = 'a'
def both():
    return A + pkg.cycle_b.B
