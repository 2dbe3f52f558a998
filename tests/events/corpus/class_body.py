# A class body with statements.
class C:
    """Doc."""

    x = 1
    y = x + 1
    if y:
        z = 3

    def m(self):
        return self.x


C().m()
