# __traceback__: frames, line numbers, names.
import sys
def f(): g()
def g():
    1 / 0
try: f()
except ZeroDivisionError as e:
    tb = e.__traceback__
    while tb:
        print(tb.tb_lineno, tb.tb_frame.f_code.co_name, tb.tb_next is not None)
        tb = tb.tb_next
    print(sys.exc_info()[2] is e.__traceback__, type(e.__traceback__).__name__)
    e.__traceback__ = None
    print(e.__traceback__)
