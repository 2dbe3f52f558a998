# exit: 1
# stderr: last
# An attribute that is like a known one.
class C:
    def __init__(self): self.balance = 1
C().balence
