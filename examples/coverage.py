"""Line and branch coverage of a program and all its threads, on sys.monitoring.

    python coverage.py [--html FILE] [--toggle SECONDS] PROGRAM [ARGUMENT...]

Each line and each side of a branch costs one event: the callbacks answer DISABLE. `--toggle` turns the measurement off
and on again every so often while the program runs. In other programs: Coverage(wanted), start, stop, report, html.
"""

import os
import sys
import threading

M = sys.monitoring
E = M.events
SIDES = (E.BRANCH_LEFT, E.BRANCH_RIGHT) if hasattr(E, "BRANCH_LEFT") else (E.BRANCH,)


class Coverage:
    def __init__(self, wanted, tool=M.COVERAGE_ID):
        self.wanted = wanted  # says whether a file name is of interest
        self.tool = tool
        self.lines = {}  # file name: lines that ran
        self.branches = {}  # (file name, position of the condition): {is it the right side: line it leads to}
        M.use_tool_id(tool, "coverage")
        M.register_callback(tool, E.LINE, self.on_line)
        if len(SIDES) == 1:  # Python 3.13: one event; the jump to the next instruction is the left side
            M.register_callback(tool, E.BRANCH, lambda code, at, to: self.on_branch(code, at, to, to - at > 4))
        else:
            M.register_callback(tool, SIDES[0], lambda code, at, to: self.on_branch(code, at, to, False))
            M.register_callback(tool, SIDES[1], lambda code, at, to: self.on_branch(code, at, to, True))

    def start(self):
        events = E.LINE
        for side in SIDES:
            events |= side
        M.set_events(self.tool, events)

    def stop(self):
        M.set_events(self.tool, 0)

    def on_line(self, code, line):
        if self.wanted(code.co_filename):
            self.lines.setdefault(code.co_filename, set()).add(line)
        return M.DISABLE

    def on_branch(self, code, at, to, right):
        if not self.wanted(code.co_filename):
            return M.DISABLE
        positions = list(code.co_positions())
        # Copies of one condition (in a finally, say) count as one.
        sides = self.branches.setdefault((code.co_filename, positions[at // 2]), {})
        sides[right] = positions[to // 2][0]
        return M.DISABLE if len(SIDES) == 2 or len(sides) == 2 else None

    def file(self, name):
        """(lines of the source, lines that can run, lines that ran, {line: lines that its branches always took})."""
        with open(name, encoding="utf-8") as file:
            text = file.read()
        possible = executable(compile(text, name, "exec"))
        partial = {}
        for (file_name, position), sides in list(self.branches.items()):
            if file_name == name and len(sides) == 1:
                partial.setdefault(position[0], []).extend(sides.values())
        return text.split("\n"), possible, self.lines.get(name, set()) & possible, partial

    def report(self, show=print):
        show("file                       lines  missed branches partial  cover  missing")
        for name in sorted(self.lines):
            _, possible, ran, partial = self.file(name)
            branches = [key for key in self.branches if key[0] == name]
            missing = ranges(sorted(possible - ran))
            missing += [f"{line}->{to} only" for line in sorted(partial) for to in partial[line]]
            one_sided = sum([len(to) for to in partial.values()])
            done, all_ = len(ran) + 2 * len(branches) - one_sided, len(possible) + 2 * len(branches)
            counts = f"{len(possible):7} {len(possible - ran):7} {len(branches):8} {one_sided:7}"
            show(f"{os.path.basename(name):<25}{counts} {100 * done // max(all_, 1):5}%  {', '.join(missing)}")

    def html(self):
        colours = {"ran": "#dfd", "missed": "#fdd", "partial": "#ffc", "none": "#fff"}
        page = ["<!doctype html><meta charset=utf-8><title>Coverage</title><style>pre{margin:0}"]
        page += [f".{kind}{{background:{colour}}}" for kind, colour in colours.items()] + ["</style>"]
        for name in sorted(self.lines):
            text, possible, ran, partial = self.file(name)
            page.append(f"<h2>{escape(os.path.basename(name))}: {len(ran)} of {len(possible)} lines</h2>")
            for number, line in enumerate(text, 1):
                kind = "none" if number not in possible else "ran" if number in ran else "missed"
                if kind == "ran" and number in partial:
                    kind = "partial"
                page.append(f'<pre class="{kind}">{number:5} {escape(line)}</pre>')
        return "\n".join(page) + "\n"


def executable(code):
    """The lines on which the code and the code within it has instructions."""
    lines = {line for _, _, line in code.co_lines() if line}
    if code.co_name != "<module>":
        lines.discard(code.co_firstlineno)  # the definition runs outside
    for constant in code.co_consts:
        if type(constant) is type(code):
            lines |= executable(constant)
    return lines


def ranges(lines):
    """[1, 2, 3, 5] as ["1-3", "5"]."""
    runs = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return [str(first) if first == last else f"{first}-{last}" for first, last in runs]


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def main(arguments):
    html = toggle = None
    while arguments and arguments[0] in ("--html", "--toggle"):
        if arguments[0] == "--html":
            html = arguments[1]
        else:
            toggle = float(arguments[1])
        arguments = arguments[2:]
    if arguments[:1] in (["-h"], ["--help"]):
        print(__doc__)
        return
    if not arguments:
        sys.exit(__doc__)
    program = os.path.abspath(arguments[0])
    folder = os.path.dirname(program)
    sys.argv = arguments
    sys.path.insert(0, folder)
    coverage = Coverage(lambda name: name.startswith(folder) and name != __file__)
    ended = threading.Event()

    def flip():
        while not ended.wait(toggle):
            coverage.stop()
            if not ended.wait(toggle):
                coverage.start()

    with open(program, encoding="utf-8") as file:
        code = compile(file.read(), program, "exec")
    coverage.start()
    if toggle:
        threading.Thread(target=flip, daemon=True).start()
    try:
        exec(code, {"__name__": "__main__", "__file__": program})
    finally:
        ended.set()
        coverage.stop()
        coverage.report()
        if html:
            with open(html, "w", encoding="utf-8") as file:
                file.write(coverage.html())


if __name__ == "__main__":
    main(sys.argv[1:])
