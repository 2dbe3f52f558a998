# exit: 1
# A call over several lines.
def f(a, b):
    raise TypeError(f'got {a} and {b}')
value = f(
    1,
    2,
)
