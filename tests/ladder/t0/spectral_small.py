# Spectral norm of a 20-element problem.
def eval_a(i, j):
    ij = i + j
    return 1.0 / (ij * (ij + 1) / 2 + i + 1)
def times(u, transpose):
    n = len(u)
    if transpose:
        return [sum(eval_a(j, i) * u[j] for j in range(n)) for i in range(n)]
    return [sum(eval_a(i, j) * u[j] for j in range(n)) for i in range(n)]
u = [1] * 20
for _ in range(6):
    v = times(times(u, False), True)
    u = times(times(v, False), True)
vbv = vv = 0
for ue, ve in zip(u, v):
    vbv += ue * ve
    vv += ve * ve
print('%.6f' % (vbv / vv) ** 0.5)
