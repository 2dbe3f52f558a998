# exit: 1
# stderr: last
from __future__ import braces_please
