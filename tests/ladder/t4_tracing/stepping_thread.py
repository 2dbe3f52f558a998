# A debugger steps through a function in one thread, command by command, while other threads run on.
import sys
import threading


class Stepper:
    """step, next, return, continue, jump N, print NAME, up to the end of the commands."""

    def __init__(self, commands):
        self.commands = list(commands)
        self.log = []
        self.mode = 'step'
        self.frame = None

    def run(self, function, *args):
        sys.settrace(self.start)
        try:
            return function(*args)
        finally:
            sys.settrace(None)

    def start(self, frame, event, arg):
        if frame.f_code.co_filename != __file__ or not self.commands:
            return None
        if self.mode != 'step':
            # Below the frame that `next` and `return` are about.
            return None
        self.stop(frame, 'call', None)
        return self.local

    def local(self, frame, event, arg):
        if self.mode == 'step' or self.mode == 'next' and frame is self.frame \
                or self.mode == 'return' and frame is self.frame and event == 'return':
            self.stop(frame, event, arg)
        return self.local

    def stop(self, frame, event, arg):
        code = frame.f_code
        where = f'{code.co_name}+{frame.f_lineno - code.co_firstlineno}'
        self.log.append(f'{event} {where}' + (f' -> {arg}' if event == 'return' else ''))
        while self.commands:
            command, _, rest = self.commands.pop(0).partition(' ')
            if command == 'print':
                self.log.append(f'  {rest} = {frame.f_locals.get(rest)}')
            elif command == 'jump':
                frame.f_lineno = code.co_firstlineno + int(rest)
                self.log.append(f'  jumped to +{rest}')
            elif command == 'stack':
                names, f = [], frame
                while f is not None and f.f_code.co_filename == __file__:
                    names.append(f.f_code.co_name)
                    f = f.f_back
                self.log.append('  ' + ' < '.join(names))
            else:
                self.mode, self.frame = command, frame
                return
        self.mode = 'continue'


def inner(x):
    y = x * 2
    return y


def debugged(n):
    total = 0
    for i in range(n):
        total += inner(i)
    if total > 100:
        total = -1
    else:
        total += 1
    return total


counts = [0, 0, 0]
going = True


def works(i):
    while going:
        inner(i)
        counts[i] += 1


threads = [threading.Thread(target=works, args=(i,)) for i in range(3)]
for t in threads: t.start()
while not all(counts): pass
before = list(counts)
result = []
commands = ['step', 'step', 'print n', 'next', 'next', 'print total', 'step', 'step', 'print x', 'stack', 'step',
            'print y', 'return', 'step', 'next', 'next', 'print i', 'jump 4', 'print total', 'next', 'next', 'next',
            'next', 'print total', 'continue']
stepper = Stepper(commands)


def session():
    result.append(stepper.run(debugged, 4))
    # They run on while the debugger works.
    end = [c + 1 for c in counts]
    while any(c < e for c, e in zip(counts, end)): pass


t = threading.Thread(target=session)
t.start()
t.join()
going = False
for t in threads: t.join()
for line in stepper.log: print(line)
print(result, all(c > b for c, b in zip(counts, before)))
