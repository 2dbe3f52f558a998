# Names used before assignment, deleted names, empty cells.
def f():
    try:
        print(x)
    except UnboundLocalError as error:
        print(error)
    x = 1
    del x
    try:
        x
    except UnboundLocalError as error:
        print(error)
f()
def g():
    def inner():
        return later
    try:
        inner()
    except NameError as error:
        print(type(error).__name__, error)
    later = 2
    print(inner())
    del later
    try:
        inner()
    except NameError as error:
        print(error)
g()
try:
    undefined_name
except NameError as error:
    print(error, error.name)
