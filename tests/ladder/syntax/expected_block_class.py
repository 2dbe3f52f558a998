# exit: 1
class C:
x = 1
