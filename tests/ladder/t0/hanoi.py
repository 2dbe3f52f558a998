# Towers of Hanoi.
def hanoi(n, a, b, c, moves):
    if n:
        hanoi(n - 1, a, c, b, moves)
        moves.append((n, a, c))
        hanoi(n - 1, b, a, c, moves)
moves = []
hanoi(5, 'A', 'B', 'C', moves)
print(len(moves))
for move in moves[:8]:
    print('disk %d: %s -> %s' % move)
