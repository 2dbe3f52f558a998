# Two hundred steps of a three-body system; floats printed to the last digit.
bodies = {
    'a': ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 39.47),
    'b': ([4.84, -1.16, -0.10], [0.6, 2.8, -0.02], 0.037),
    'c': ([8.34, 4.12, -0.40], [-1.01, 1.8, 0.008], 0.011),
}
def advance(dt, n, pairs, all_bodies):
    for _ in range(n):
        for (([x1, y1, z1], v1, m1), ([x2, y2, z2], v2, m2)) in pairs:
            dx, dy, dz = x1 - x2, y1 - y2, z1 - z2
            mag = dt * ((dx * dx + dy * dy + dz * dz) ** -1.5)
            b1m, b2m = m1 * mag, m2 * mag
            v1[0] -= dx * b2m
            v1[1] -= dy * b2m
            v1[2] -= dz * b2m
            v2[0] += dx * b1m
            v2[1] += dy * b1m
            v2[2] += dz * b1m
        for (r, [vx, vy, vz], m) in all_bodies:
            r[0] += dt * vx
            r[1] += dt * vy
            r[2] += dt * vz
system = list(bodies.values())
pairs = [(system[i], system[j]) for i in range(3) for j in range(i + 1, 3)]
advance(0.01, 200, pairs, system)
for (r, v, m) in system:
    print('%.9f %.9f %.9f' % tuple(r), '%.6f' % v[0])
