# Objects with invariants: transfers, rollbacks, a journal.
class Insufficient(Exception):
    def __init__(self, need, have):
        super().__init__('need %d, have %d' % (need, have))
class Account:
    def __init__(self, owner, balance=0): self.owner, self._b, self.log = owner, balance, []
    @property
    def balance(self): return self._b
    def move(self, amount):
        if self._b + amount < 0: raise Insufficient(-amount, self._b)
        self._b += amount
        self.log.append(amount)
    def __repr__(self): return f'{self.owner}:{self._b}'
class Transaction:
    def __init__(self, *accounts): self.accounts = accounts
    def __enter__(self): self.saved = [(a._b, len(a.log)) for a in self.accounts]; return self
    def __exit__(self, kind, e, tb):
        if kind:
            for a, (b, n) in zip(self.accounts, self.saved): a._b = b; del a.log[n:]
        return kind is Insufficient
a, b = Account('ann', 100), Account('bob')
for amount in (30, 50, 40, 20):
    with Transaction(a, b):
        b.move(amount)
        a.move(-amount)
    print(amount, a, b, a.log, b.log)
try: a.balance = 5
except AttributeError as e: print(type(e).__name__)
