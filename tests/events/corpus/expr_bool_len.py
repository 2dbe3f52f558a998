# Truth through __bool__ and __len__.
class A:
    def __bool__(self):
        return False


class B:
    def __len__(self):
        return 2


def f():
    if A():
        return 1
    if B():
        return 2


f()
