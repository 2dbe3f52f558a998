# The part of `time` that is not worth Rust: struct_time and what takes or makes one.


class struct_time(tuple):
    """The time value as returned by gmtime(), localtime(), and strptime(), and
    accepted by asctime(), mktime() and strftime()."""

    n_fields = 11
    n_sequence_fields = 9
    n_unnamed_fields = 0

    def __new__(cls, sequence, dict=None):
        items = tuple(sequence)
        if not 9 <= len(items) <= 11:
            raise TypeError('time.struct_time() takes an at least 9-sequence (%d-sequence given)' % len(items))
        self = tuple.__new__(cls, items[:9])
        self._extra = items[9:] + (None, None)
        return self

    tm_year = property(lambda self: self[0])
    tm_mon = property(lambda self: self[1])
    tm_mday = property(lambda self: self[2])
    tm_hour = property(lambda self: self[3])
    tm_min = property(lambda self: self[4])
    tm_sec = property(lambda self: self[5])
    tm_wday = property(lambda self: self[6])
    tm_yday = property(lambda self: self[7])
    tm_isdst = property(lambda self: self[8])
    tm_zone = property(lambda self: self._extra[0])
    tm_gmtoff = property(lambda self: self._extra[1])

    def __repr__(self):
        return ('time.struct_time(tm_year=%r, tm_mon=%r, tm_mday=%r, tm_hour=%r, tm_min=%r, tm_sec=%r, '
                'tm_wday=%r, tm_yday=%r, tm_isdst=%r)' % tuple(self))


def gmtime(seconds=None, /):
    return struct_time(_gmtime(seconds))


def localtime(seconds=None, /):
    return struct_time(_localtime(seconds))


def mktime(time_tuple, /):
    return _mktime(tuple(time_tuple))


def strftime(format, time_tuple=None, /):
    return _strftime(format, _localtime() if time_tuple is None else tuple(time_tuple))


_DAYS = ('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')
_MONTHS = ('Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec')


def asctime(time_tuple=None, /):
    t = _localtime() if time_tuple is None else tuple(time_tuple)
    return '%s %s %2d %02d:%02d:%02d %d' % (_DAYS[t[6]], _MONTHS[t[1] - 1], t[2], t[3], t[4], t[5], t[0])


def ctime(seconds=None, /):
    return asctime(_localtime(seconds))


class _ClockInfo:
    def __init__(self, implementation, monotonic, adjustable, resolution):
        self.implementation = implementation
        self.monotonic = monotonic
        self.adjustable = adjustable
        self.resolution = resolution


def get_clock_info(name, /):
    clocks = {'time': ('clock_gettime(CLOCK_REALTIME)', False, True),
              'monotonic': ('clock_gettime(CLOCK_MONOTONIC)', True, False),
              'perf_counter': ('clock_gettime(CLOCK_MONOTONIC)', True, False),
              'process_time': ('clock_gettime(CLOCK_PROCESS_CPUTIME_ID)', True, False),
              'thread_time': ('clock_gettime(CLOCK_THREAD_CPUTIME_ID)', True, False)}
    if name not in clocks:
        raise ValueError('unknown clock')
    return _ClockInfo(*clocks[name], 1e-09)
