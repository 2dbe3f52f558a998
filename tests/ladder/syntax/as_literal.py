# exit: 1
# by-hand: 3.14 names the target
import math as 5
