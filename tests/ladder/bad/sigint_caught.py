# sigint: ready
# KeyboardInterrupt can be caught, also out of a sleep.
import time
try:
    print('ready', flush=True)
    time.sleep(30)
except KeyboardInterrupt:
    print('caught')
