# A fatal signal prints the stack of the thread that it hits.
# exit: signal 6
# stderr: ignore
import faulthandler
import os
faulthandler.enable(2)
def f():
    print(faulthandler.is_enabled(), flush=True)
    os.abort()
f()
