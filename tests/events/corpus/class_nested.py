# A class in a class.
class A:
    class B:
        x = 1

    y = B.x
