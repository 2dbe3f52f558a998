"""Class attributes, class methods and inheritance: look-ups in shared classes."""
INNER = 15000


class Base:
    limit = 10

    @classmethod
    def double(cls):
        return cls.limit * 2

    @staticmethod
    def one():
        return 1


class Derived(Base):
    pass


def run(thread, n):
    total = 0
    for _ in range(n):
        total += Derived.limit + Derived.double() + Derived.one()
    return total == n * 31


EXPECTED = True
