# What threads may rely on when they import the same module. See docs/memory-model.md.


import _stress, sys


def modules(source):
    """Files of that source; the function that is returned makes one of them importable, and says its name."""
    folder = _stress.folder()
    if folder not in sys.path:
        sys.path.insert(0, folder)
    names = ["stressed%d" % i for i in range(64)]
    sys.executed = {}
    for name in names:
        with open(folder + "/" + name + ".py", "w") as file:
            file.write(source)

    def fresh():
        name = names.pop()
        names.insert(0, name)
        sys.modules.pop(name, None)
        sys.executed[name] = []
        return name

    return fresh


def actor1(name):
    return __import__(name).whole


def actor2(name):
    return __import__(name).whole


def judge(name, a, b):
    return a, b, len(sys.executed[name])

# test: py.import-same-module
# what: a module that two threads import is executed once, and both get it whole
# guarantee: imports
# groups: 1
# stride: 64
# acceptable 2, 2, 1: one executed it, the other waited
make = modules("import sys\nsys.executed[__name__].append(1)\nhalf = 1\nfor i in range(20):\n    pass\nwhole = 2\n")
# --- twin
def actor1(name):
    sys.modules.pop(name, None)
    return __import__(name).whole

# test: py.import-failing
# what: of two threads that import a module which fails at first, one gets the exception and the other a whole module, or the next try does
# guarantee: imports
# groups: 1
# stride: 64
# acceptable ValueError, 2, 2: the first executed it in vain, the second again
# acceptable 2, ValueError, 2: the other way round
make = modules("import sys\nsys.executed[__name__].append(1)\nhalf = 1\nif len(sys.executed[__name__]) == 1:\n    raise ValueError\nwhole = 2\n")
# --- twin
def actor1(name):
    sys.modules[name] = type(sys)(name)
    return __import__(name).whole
