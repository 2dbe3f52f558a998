# Circular imports see the partial module.
import pkg.cycle_a
print(pkg.cycle_a.both(), pkg.cycle_b.partial_name)
