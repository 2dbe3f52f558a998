# A comprehension at module level.
xs = [x for x in range(2)]
ys = {x: 1 for x in xs}
