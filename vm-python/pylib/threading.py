"""Threads and what they synchronize with, on top of the native module _thread."""

import _thread
from time import monotonic as _time

__all__ = ['get_ident', 'active_count', 'Condition', 'current_thread', 'enumerate', 'main_thread', 'TIMEOUT_MAX',
           'Event', 'Lock', 'RLock', 'Semaphore', 'BoundedSemaphore', 'Thread', 'Barrier', 'BrokenBarrierError',
           'Timer', 'ThreadError', 'setprofile', 'settrace', 'local', 'stack_size', 'excepthook', 'ExceptHookArgs',
           'getprofile', 'gettrace', 'setprofile_all_threads', 'settrace_all_threads', 'get_native_id']

get_ident = _thread.get_ident
get_native_id = _thread.get_native_id
stack_size = _thread.stack_size
ThreadError = _thread.error
TIMEOUT_MAX = _thread.TIMEOUT_MAX
Lock = _thread.lock
local = _thread._local
_allocate_lock = _thread.allocate_lock


def RLock(*args, **kwargs):
    """A lock that its holder can take again."""
    return _thread.RLock(*args, **kwargs)


_trace_hook = None
_profile_hook = None


def settrace(func):
    """Sets the trace function of threads that start from now on."""
    global _trace_hook
    _trace_hook = func


def gettrace():
    """The trace function set by settrace()."""
    return _trace_hook


def settrace_all_threads(func):
    """Sets the trace function of all threads."""
    import sys
    settrace(func)
    sys._settraceallthreads(func)


def setprofile(func):
    """Sets the profile function of threads that start from now on."""
    global _profile_hook
    _profile_hook = func


def getprofile():
    """The profile function set by setprofile()."""
    return _profile_hook


def setprofile_all_threads(func):
    """Sets the profile function of all threads."""
    import sys
    setprofile(func)
    sys._setprofileallthreads(func)


class Condition:
    """Lets threads wait until another one notifies them."""

    def __init__(self, lock=None):
        if lock is None:
            lock = RLock()
        self._lock = lock
        self.acquire = lock.acquire
        self.release = lock.release
        # A reentrant lock knows how to let go of all its levels.
        self._save = getattr(lock, '_release_save', None)
        self._restore = getattr(lock, '_acquire_restore', None)
        self._owned = getattr(lock, '_is_owned', None)
        self._waiters = []

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *args):
        return self._lock.__exit__(*args)

    def __repr__(self):
        return f"<Condition({self._lock}, {len(self._waiters)})>"

    def locked(self):
        """Whether the lock is held."""
        return self._lock.locked()

    def _release_save(self):
        if self._save is None:
            self._lock.release()
            return None
        return self._save()

    def _acquire_restore(self, state):
        if self._restore is None:
            self._lock.acquire()
        else:
            self._restore(state)

    def _is_owned(self):
        if self._owned is not None:
            return self._owned()
        if self._lock.acquire(False):
            self._lock.release()
            return False
        return True

    def wait(self, timeout=None):
        """Lets go of the lock, waits for a notification, takes the lock again. False if the time ran out."""
        if not self._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        waiter = _allocate_lock()
        waiter.acquire()
        self._waiters.append(waiter)
        state = self._release_save()
        notified = False
        try:
            if timeout is None:
                waiter.acquire()
                notified = True
            elif timeout > 0:
                notified = waiter.acquire(True, timeout)
            else:
                notified = waiter.acquire(False)
            return notified
        finally:
            self._acquire_restore(state)
            if not notified:
                try:
                    self._waiters.remove(waiter)
                except ValueError:
                    pass

    def wait_for(self, predicate, timeout=None):
        """Waits until predicate() is true, or the time runs out; returns its last value."""
        end = None
        result = predicate()
        while not result:
            if timeout is not None:
                if end is None:
                    end = _time() + timeout
                rest = end - _time()
                if rest <= 0:
                    break
                self.wait(rest)
            else:
                self.wait()
            result = predicate()
        return result

    def notify(self, n=1):
        """Wakes up to n waiters."""
        if not self._is_owned():
            raise RuntimeError("cannot notify on un-acquired lock")
        waiters = self._waiters
        while waiters and n > 0:
            waiter = waiters[0]
            try:
                waiter.release()
            except RuntimeError:
                # It timed out and has not yet left the list.
                pass
            else:
                n -= 1
            try:
                waiters.remove(waiter)
            except ValueError:
                pass

    def notify_all(self):
        """Wakes all waiters."""
        self.notify(len(self._waiters))

    notifyAll = notify_all


class Semaphore:
    """A counter that never goes below zero: acquire() waits while it is zero."""

    def __init__(self, value=1):
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        self._cond = Condition(Lock())
        self._value = value

    def __repr__(self):
        cls = self.__class__
        return f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: value={self._value}>"

    def acquire(self, blocking=True, timeout=None):
        """Counts down by one; False if that would have to wait longer than allowed."""
        if not blocking and timeout is not None:
            raise ValueError("can't specify timeout for non-blocking acquire")
        end = None
        with self._cond:
            while self._value == 0:
                if not blocking:
                    return False
                if timeout is not None:
                    if end is None:
                        end = _time() + timeout
                    rest = end - _time()
                    if rest <= 0:
                        return False
                    self._cond.wait(rest)
                else:
                    self._cond.wait()
            self._value -= 1
            return True

    __enter__ = acquire

    def release(self, n=1):
        """Counts up by n and wakes as many waiters."""
        if n < 1:
            raise ValueError("n must be one or more")
        with self._cond:
            self._value += n
            self._cond.notify(n)

    def __exit__(self, t, v, tb):
        self.release()


class BoundedSemaphore(Semaphore):
    """A semaphore that must not be released more often than it was acquired."""

    def __init__(self, value=1):
        super().__init__(value)
        self._initial_value = value

    def __repr__(self):
        cls = self.__class__
        return (f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}:"
                f" value={self._value}/{self._initial_value}>")

    def release(self, n=1):
        """Counts up by n; ValueError beyond the first value."""
        if n < 1:
            raise ValueError("n must be one or more")
        with self._cond:
            if self._value + n > self._initial_value:
                raise ValueError("Semaphore released too many times")
            self._value += n
            self._cond.notify(n)


class Event:
    """A flag that threads can wait for."""

    def __init__(self):
        self._cond = Condition(Lock())
        self._flag = False

    def __repr__(self):
        cls = self.__class__
        status = 'set' if self._flag else 'unset'
        return f"<{cls.__module__}.{cls.__qualname__} at {id(self):#x}: {status}>"

    def is_set(self):
        """Whether the flag is set."""
        return self._flag

    isSet = is_set

    def set(self):
        """Sets the flag and wakes all waiters."""
        with self._cond:
            self._flag = True
            self._cond.notify_all()

    def clear(self):
        """Resets the flag."""
        with self._cond:
            self._flag = False

    def wait(self, timeout=None):
        """Waits until the flag is set; its value, False only if the time ran out."""
        if self._flag:
            return True
        with self._cond:
            signaled = self._flag
            if not signaled:
                signaled = self._cond.wait(timeout)
            return signaled


class BrokenBarrierError(RuntimeError):
    """A thread left a barrier at which others waited."""


class Barrier:
    """Lets a fixed number of threads go on together."""

    # States: 0 filling, 1 draining, -1 resetting, -2 broken.
    def __init__(self, parties, action=None, timeout=None):
        if parties < 1:
            raise ValueError("parties must be >= 1")
        self._cond = Condition(Lock())
        self._action = action
        self._timeout = timeout
        self._parties = parties
        self._state = 0
        self._count = 0

    def __repr__(self):
        cls = self.__class__
        where = f"{cls.__module__}.{cls.__qualname__} at {id(self):#x}"
        if self.broken:
            return f"<{where}: broken>"
        return f"<{where}: waiters={self.n_waiting}/{self.parties}>"

    def wait(self, timeout=None):
        """Waits for the others; each gets another number from 0 to parties - 1."""
        if timeout is None:
            timeout = self._timeout
        with self._cond:
            while self._state in (-1, 1):
                self._cond.wait()
            if self._state < 0:
                raise BrokenBarrierError
            index = self._count
            self._count += 1
            try:
                if index + 1 == self._parties:
                    self._open()
                else:
                    self._wait(timeout)
                return index
            finally:
                self._count -= 1
                if self._count == 0 and self._state in (-1, 1):
                    self._state = 0
                    self._cond.notify_all()

    def _open(self):
        try:
            if self._action:
                self._action()
            self._state = 1
            self._cond.notify_all()
        except:
            self._break()
            raise

    def _wait(self, timeout):
        if not self._cond.wait_for(lambda: self._state != 0, timeout):
            self._break()
            raise BrokenBarrierError
        if self._state < 0:
            raise BrokenBarrierError

    def _break(self):
        self._state = -2
        self._cond.notify_all()

    def reset(self):
        """Empties the barrier; waiting threads get BrokenBarrierError."""
        with self._cond:
            if self._count > 0:
                self._state = -1
            else:
                self._state = 0
            self._cond.notify_all()

    def abort(self):
        """Breaks the barrier for good."""
        with self._cond:
            self._break()

    @property
    def parties(self):
        """How many threads it takes."""
        return self._parties

    @property
    def n_waiting(self):
        """How many threads wait now."""
        return self._count if self._state == 0 else 0

    @property
    def broken(self):
        """Whether the barrier is broken."""
        return self._state == -2


# Threads by identifier, and those that are being started.
_active = {}
_limbo = {}
_active_lock = _allocate_lock()
_counter_lock = _allocate_lock()
_counter = 0


def _newname(template):
    global _counter
    with _counter_lock:
        _counter += 1
        return template % _counter


class ExceptHookArgs(tuple):
    """Argument of excepthook(): exc_type, exc_value, exc_traceback, thread."""

    __slots__ = ()

    def __new__(cls, args):
        args = tuple(args)
        if len(args) != 4:
            raise TypeError(f"{cls.__name__}() takes a 4-sequence ({len(args)}-sequence given)")
        return super().__new__(cls, args)

    exc_type = property(lambda self: self[0])
    exc_value = property(lambda self: self[1])
    exc_traceback = property(lambda self: self[2])
    thread = property(lambda self: self[3])

    def __repr__(self):
        return (f"_thread._ExceptHookArgs(exc_type={self[0]!r}, exc_value={self[1]!r},"
                f" exc_traceback={self[2]!r}, thread={self[3]!r})")


excepthook = _thread._excepthook
__excepthook__ = excepthook


class Thread:
    """A thread of control."""

    _initialized = False

    def __init__(self, group=None, target=None, name=None, args=(), kwargs=None, *, daemon=None, context=None):
        assert group is None, "group argument must be None for now"
        if kwargs is None:
            kwargs = {}
        if name:
            name = str(name)
        else:
            name = _newname("Thread-%d")
            if target is not None:
                try:
                    name += f" ({target.__name__})"
                except AttributeError:
                    pass
        self._target = target
        self._name = name
        self._args = args
        self._kwargs = kwargs
        self._context = context
        if daemon is not None:
            self._daemonic = bool(daemon)
        else:
            self._daemonic = current_thread().daemon
        self._ident = None
        self._native_id = None
        self._started = Event()
        self._handle = _thread._ThreadHandle()
        self._initialized = True

    def __repr__(self):
        assert self._initialized, "Thread.__init__() was not called"
        status = "initial"
        if self._started.is_set():
            status = "started"
        if self._handle.is_done():
            status = "stopped"
        if self._daemonic:
            status += " daemon"
        if self._ident is not None:
            status += f" {self._ident}"
        return f"<{self.__class__.__name__}({self._name}, {status})>"

    def start(self):
        """Starts the thread, once."""
        if not self._initialized:
            raise RuntimeError("thread.__init__() not called")
        if self._started.is_set():
            raise RuntimeError("threads can only be started once")
        with _active_lock:
            _limbo[id(self)] = self
        try:
            _thread.start_joinable_thread(self._bootstrap, handle=self._handle, daemon=self._daemonic)
        except Exception:
            with _active_lock:
                _limbo.pop(id(self), None)
            raise
        self._started.wait()

    def run(self):
        """What the thread does: calls the target."""
        try:
            if self._target is not None:
                self._target(*self._args, **self._kwargs)
        finally:
            # No cycles through the arguments of a thread that ended.
            del self._target, self._args, self._kwargs

    def _bootstrap(self):
        self._ident = get_ident()
        self._native_id = get_native_id()
        _thread.set_name(self._name)
        with _active_lock:
            _active[self._ident] = self
            _limbo.pop(id(self), None)
        self._started.set()
        try:
            if _trace_hook:
                import sys
                sys.settrace(_trace_hook)
            if _profile_hook:
                import sys
                sys.setprofile(_profile_hook)
            self.run()
        except BaseException as error:
            self._report(error)
        finally:
            with _active_lock:
                _active.pop(self._ident, None)

    def _report(self, error):
        hook = excepthook
        args = ExceptHookArgs((type(error), error, error.__traceback__, self))
        try:
            hook(args)
        except BaseException as second:
            import sys
            try:
                sys.stderr.write("Exception in threading.excepthook:\n")
                sys.excepthook(type(second), second, second.__traceback__)
            except Exception:
                pass

    def join(self, timeout=None):
        """Waits for the end of the thread, for at most timeout seconds."""
        if not self._initialized:
            raise RuntimeError("Thread.__init__() not called")
        if not self._started.is_set():
            raise RuntimeError("cannot join thread before it is started")
        if self is current_thread():
            raise RuntimeError("cannot join current thread")
        if timeout is not None:
            timeout = max(timeout, 0)
        self._handle.join(timeout)

    @property
    def name(self):
        """A string that is only for people."""
        assert self._initialized, "Thread.__init__() not called"
        return self._name

    @name.setter
    def name(self, name):
        assert self._initialized, "Thread.__init__() not called"
        self._name = str(name)

    @property
    def ident(self):
        """The identifier, None before the start."""
        assert self._initialized, "Thread.__init__() not called"
        return self._ident

    @property
    def native_id(self):
        """The operating system's number, None before the start."""
        assert self._initialized, "Thread.__init__() not called"
        return self._native_id

    def is_alive(self):
        """Whether the thread was started and has not ended."""
        assert self._initialized, "Thread.__init__() not called"
        return self._started.is_set() and not self._handle.is_done()

    @property
    def daemon(self):
        """Whether the program may end while the thread runs."""
        assert self._initialized, "Thread.__init__() not called"
        return self._daemonic

    @daemon.setter
    def daemon(self, daemonic):
        if not self._initialized:
            raise RuntimeError("Thread.__init__() not called")
        if self._started.is_set():
            raise RuntimeError("cannot set daemon status of active thread")
        self._daemonic = bool(daemonic)

    def isDaemon(self):
        """Old name of daemon."""
        return self.daemon

    def setDaemon(self, daemonic):
        """Old name of daemon."""
        self.daemon = daemonic

    def getName(self):
        """Old name of name."""
        return self.name

    def setName(self, name):
        """Old name of name."""
        self.name = name


class Timer(Thread):
    """Calls a function after some seconds, unless it is cancelled before."""

    def __init__(self, interval, function, args=None, kwargs=None):
        Thread.__init__(self)
        self.interval = interval
        self.function = function
        self.args = args if args is not None else []
        self.kwargs = kwargs if kwargs is not None else {}
        self.finished = Event()

    def cancel(self):
        """Stops the timer if it has not gone off."""
        self.finished.set()

    def run(self):
        self.finished.wait(self.interval)
        if not self.finished.is_set():
            self.function(*self.args, **self.kwargs)
        self.finished.set()


class _FoundThread(Thread):
    """A thread that was not started by this module."""

    def __init__(self, name, daemon, ident):
        Thread.__init__(self, name=name, daemon=daemon)
        self._started.set()
        self._ident = ident
        self._native_id = get_native_id()
        self._handle = _thread._make_thread_handle(ident)
        with _active_lock:
            _active[ident] = self


class _MainThread(_FoundThread):
    def __init__(self):
        _FoundThread.__init__(self, "MainThread", False, _thread._get_main_thread_ident())


class _DummyThread(_FoundThread):
    def __init__(self):
        _FoundThread.__init__(self, _newname("Dummy-%d"), True, get_ident())

    def is_alive(self):
        return not self._handle.is_done()

    def join(self, timeout=None):
        raise RuntimeError("cannot join a dummy thread")


def current_thread():
    """The Thread object of the calling thread."""
    try:
        return _active[get_ident()]
    except KeyError:
        return _DummyThread()


currentThread = current_thread


def active_count():
    """How many threads are alive."""
    with _active_lock:
        return len(_active) + len(_limbo)


activeCount = active_count


def enumerate():
    """All threads that are alive."""
    with _active_lock:
        return list(_active.values()) + list(_limbo.values())


def main_thread():
    """The thread in which the program started."""
    return _main_thread


_exit_calls = []


def _register_atexit(func, *arg, **kwargs):
    """Calls func before the wait for threads at the end of the program."""
    _exit_calls.append((func, arg, kwargs))


def _shutdown():
    """The end of the program: waits for all threads that are no daemons."""
    while _exit_calls:
        func, arg, kwargs = _exit_calls.pop()
        func(*arg, **kwargs)
    _thread._shutdown()


def _after_fork():
    """In a child of fork: the calling thread is the main thread, and no other lives."""
    global _main_thread, _active_lock
    _active_lock = Lock()
    current = current_thread()
    if isinstance(current, _DummyThread):
        current.__class__ = _MainThread
        current._name = "MainThread"
        current._daemonic = False
    current._native_id = get_native_id()
    _main_thread = current
    _active.clear()
    _limbo.clear()
    _active[get_ident()] = current


_main_thread = _MainThread()
