# exit: 1
# Arguments spread over lines, the failing one is marked.
def ok(x): return x
def bad(x): return x['k']
print(ok(1),
      ok(2), bad(3),
      ok(4))
