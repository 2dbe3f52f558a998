# import of a module that is not there.
try:
    from events_helper import missing
except ImportError:
    x = 1
