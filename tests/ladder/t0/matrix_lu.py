# LU factorization with partial pivoting on a 5×5 matrix.
def lu(a):
    n = len(a)
    pivots = []
    for j in range(n):
        jp = j
        t = abs(a[j][j])
        for i in range(j + 1, n):
            if abs(a[i][j]) > t:
                jp, t = i, abs(a[i][j])
        pivots.append(jp)
        if jp != j:
            a[jp], a[j] = a[j], a[jp]
        recp = 1.0 / a[j][j]
        for k in range(j + 1, n):
            a[k][j] *= recp
        for ii in range(j + 1, n):
            for jj in range(j + 1, n):
                a[ii][jj] -= a[ii][j] * a[j][jj]
    return pivots
m = [[float((i * 7 + j * 3) % 11 + (i == j) * 5) for j in range(5)] for i in range(5)]
print(lu(m))
for row in m:
    print(' '.join('%9.5f' % v for v in row))
