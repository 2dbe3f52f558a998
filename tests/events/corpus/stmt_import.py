# import of a module beside the program.
import events_helper
from events_helper import double as twice


def f():
    return events_helper.double(1) + twice(2)


f()
