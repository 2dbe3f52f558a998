# exit: 1
from math
