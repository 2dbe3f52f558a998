"""Runs one program under one kind of tracing and prints its events, one a line.

    python driver.py monitoring|settrace|setprofile PROGRAM

Only events of code that lies beside the program are printed. Nothing printed depends on bytecode, addresses or time: offsets
become positions in the source, values their representation if they are plain, else the name of their type.

CPython 3.13 has one BRANCH event; it is printed as 3.14's BRANCH_LEFT (control goes on to the next instruction) or
BRANCH_RIGHT (it jumps), without the destination: that is an instruction, perhaps one that only one of us has. 3.14 takes
bound methods apart before CALL; for 3.13 that is done here. INSTRUCTION events are tied to the bytecode, so only the set of lines on which
they came is printed, at the end; of JUMP events only the functions in which one went back, for how jumps are laid out
is the compiler's choice.
"""

import sys

OLD = sys.implementation.name == "cpython" and sys.version_info < (3, 14)
METHOD = type((lambda self: self).__get__(1))
PLAIN = (int, float, str, bytes, bool, type(None))
out = []
instruction_lines = {}
jumped_back = set()
folder = ""


def ours(code):
    return code.co_filename.startswith(folder)


def show(value):
    """A value, without addresses."""
    if value is sys.monitoring.MISSING:
        return "MISSING"
    kind = type(value)
    if kind in PLAIN:
        return repr(value)
    if kind is tuple or kind is list:
        opening, closing = "()" if kind is tuple else "[]"
        return opening + ", ".join([show(item) for item in value]) + closing
    if isinstance(value, BaseException):
        return kind.__name__
    return "<" + kind.__name__ + ">"


def name_of(function):
    """What is called."""
    name = getattr(function, "__qualname__", None)
    return name if type(name) is str else "<" + type(function).__name__ + ">"


def note_instruction(code, line):
    lines = instruction_lines.setdefault(code.co_qualname, set())
    if line is not None:
        lines.add(line)


def finish():
    if jumped_back:
        print("JUMP back in", *sorted(jumped_back))
    for name in sorted(instruction_lines):
        print("INSTRUCTION", name, *sorted(instruction_lines[name]))


# --- sys.monitoring ---


class Positions:
    """Positions of a code object's instructions by offset."""

    tables = {}

    def __init__(self, code):
        self.code = code
        self.table = list(code.co_positions())
        self.next = {}
        if OLD:
            import dis

            instructions = list(dis.get_instructions(code))
            for one, after in zip(instructions, instructions[1:]):
                self.next[one.offset] = after.offset

    @classmethod
    def of(cls, code):
        if code not in cls.tables:
            cls.tables[code] = cls(code)
        return cls.tables[code]

    def line(self, offset):
        return self.table[offset // 2][0]

    def span(self, offset):
        line, end_line, col, end_col = self.table[offset // 2]
        if line == end_line:
            return f"{line}:{col}-{end_col}"
        return f"{line}:{col}-{end_line}:{end_col}"


def at_line(code, offset):
    return Positions.of(code).line(offset)


def at_span(code, offset):
    return Positions.of(code).span(offset)


def monitoring():
    m = sys.monitoring
    e = m.events
    tool = 3
    m.use_tool_id(tool, "event streams")

    def emit(*words):
        out.append(" ".join([str(word) for word in words]))

    def started(name):
        def callback(code, offset):
            if ours(code):
                emit(name, code.co_qualname, code.co_firstlineno if name == "PY_START" else at_line(code, offset))

        return callback

    def with_value(name):
        def callback(code, offset, value):
            if ours(code):
                emit(name, code.co_qualname, at_line(code, offset), show(value))

        return callback

    def call(name):
        def callback(code, offset, function, first):
            if OLD and type(function) is METHOD:
                if name != "CALL" and hasattr(function, "__code__"):
                    return
                function, first = function.__func__, function.__self__
            # 3.14 makes calls of __enter__ visible, 3.13 does not.
            if ours(code) and name_of(function).rpartition(".")[2] not in ("__enter__", "__aenter__"):
                emit(name, code.co_qualname, at_span(code, offset), name_of(function), show(first))

        return callback

    def line(code, number):
        if ours(code):
            emit("LINE", code.co_qualname, number)

    def instruction(code, offset):
        if ours(code):
            note_instruction(code, at_line(code, offset))

    def jump(code, offset, destination):
        if ours(code) and destination < offset:
            jumped_back.add(code.co_qualname)

    def branch(name):
        def callback(code, offset, destination):
            if ours(code):
                side = name
                if name == "BRANCH":
                    left = destination <= Positions.of(code).next[offset]
                    side = "BRANCH_LEFT" if left else "BRANCH_RIGHT"
                emit(side, code.co_qualname, at_span(code, offset))

        return callback

    callbacks = {
        "PY_START": started("PY_START"),
        "PY_RESUME": started("PY_RESUME"),
        "LINE": line,
        "INSTRUCTION": instruction,
        "JUMP": jump,
    }
    for name in "PY_RETURN", "PY_YIELD", "PY_THROW", "PY_UNWIND", "STOP_ITERATION":
        callbacks[name] = with_value(name)
    for name in "RAISE", "RERAISE", "EXCEPTION_HANDLED":
        callbacks[name] = with_value(name)
    for name in "CALL", "C_RETURN", "C_RAISE":
        callbacks[name] = call(name)
    sides = ("BRANCH_LEFT", "BRANCH_RIGHT") if hasattr(e, "BRANCH_LEFT") else ("BRANCH",)
    for name in sides:
        callbacks[name] = branch(name)
    events = 0
    for name in callbacks:
        m.register_callback(tool, getattr(e, name), callbacks[name])
        # C_RETURN and C_RAISE come with CALL.
        if name not in ("C_RETURN", "C_RAISE"):
            events |= getattr(e, name)

    def stop():
        m.set_events(tool, 0)
        m.free_tool_id(tool)

    return lambda: m.set_events(tool, events), stop


# --- sys.settrace ---


def settrace():
    def local(frame, event, arg):
        code = frame.f_code
        if event == "exception":
            arg = arg[0].__name__
        else:
            arg = show(arg)
        out.append(f"{event} {code.co_qualname} {frame.f_lineno} {arg}")
        return local

    def start(frame, event, arg):
        if not ours(frame.f_code):
            return None
        return local(frame, event, arg)

    return lambda: sys.settrace(start), lambda: sys.settrace(None)


# --- sys.setprofile ---


def setprofile():
    def profile(frame, event, arg):
        code = frame.f_code
        if ours(code):
            arg = name_of(arg) if event[:2] == "c_" else show(arg)
            # As above.
            if arg.rpartition(".")[2] not in ("__enter__", "__aenter__"):
                out.append(f"{event} {code.co_qualname} {frame.f_lineno} {arg}")

    return lambda: sys.setprofile(profile), lambda: sys.setprofile(None)


def run(mode, path):
    global folder
    with open(path, encoding="utf-8") as file:
        text = file.read()
    folder = path.rpartition("/")[0] + "/"
    sys.path.insert(0, folder + "modules")
    code = compile(text, path, "exec")
    space = {"__name__": "program", "__file__": path}
    start, stop = {"monitoring": monitoring, "settrace": settrace, "setprofile": setprofile}[mode]()
    end = "the end"
    try:
        start()
        exec(code, space)
    except BaseException as error:
        stop()
        end = f"ended by {type(error).__name__}"
    else:
        stop()
    for text in out:
        print(text)
    finish()
    print(end)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2])
