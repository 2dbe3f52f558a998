# exit: 3
# sys.exit(n) gives the code; finally blocks run.
import sys
try:
    try:
        sys.exit(3)
    except Exception:
        print('never: SystemExit is no Exception')
    finally:
        print('finally')
except SystemExit as e:
    print(e.code, e.args)
    raise
