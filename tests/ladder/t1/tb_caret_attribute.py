# exit: 1
# A failing attribute in a chain.
class C:
    def __init__(self): self.child = None
c = C()
print(c.child, c.child.name.upper())
