# exit: 1
# A raise inside a comprehension inside a function.
def check(n):
    if n > 2:
        raise RuntimeError(n)
    return n
def run(limit):
    return [check(i) for i in range(limit)]
print(run(2))
print(run(5))
