# by-hand: sys._jit is new in 3.14; this build has no second tier
# options: -X jit=1
import sys
print(sys._jit.is_available(), sys._jit.is_enabled(), sys._jit.is_active())
