# exit: 1
class C:
    x = yield
