# Conway's life on sets and tuples.
def step(cells):
    counts = {}
    for (x, y) in cells:
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                if dx or dy:
                    key = (x + dx, y + dy)
                    counts[key] = counts.get(key, 0) + 1
    return {c for c, n in counts.items() if n == 3 or (n == 2 and c in cells)}
glider = {(1, 0), (2, 1), (0, 2), (1, 2), (2, 2)}
for gen in range(13):
    if gen % 4 == 0:
        print(gen, sorted(glider))
    glider = step(glider)
acorn = {(0, 2), (1, 0), (1, 2), (3, 1), (4, 2), (5, 2), (6, 2)}
for _ in range(60): acorn = step(acorn)
print(len(acorn), min(acorn), max(acorn))
