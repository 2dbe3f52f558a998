"""Strings built, formatted, joined and split in each thread."""
INNER = 1500


def run(thread, n):
    length = 0
    for i in range(n):
        parts = ['%d:%s' % (j, 'x' * j) for j in range(8)]
        text = ','.join(parts) + f'{i:6d}'
        length += len(text.split(','))
    return length == 8 * n


EXPECTED = True
