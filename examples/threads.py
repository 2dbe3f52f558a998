"""Counts the ways to place n queens on a board, on one thread and then on several, and measures the speed-up.

    weft examples/threads.py [THREADS] [BOARD]

THREADS defaults to the number of processors, BOARD to 13.
"""

import os
import sys
import threading
import time


def place(board, row, columns, rising, falling):
    """The number of ways to fill the rows from `row` on; the three sets are bit masks of what is attacked."""
    if row == board:
        return 1
    ways = 0
    free = ((1 << board) - 1) & ~(columns | rising | falling)
    while free:
        spot = free & -free
        free ^= spot
        ways += place(board, row + 1, columns | spot, (rising | spot) << 1, (falling | spot) >> 1)
    return ways


def openings(board):
    """One task for each way to fill the first two rows."""
    tasks = []
    for first in range(board):
        for second in range(board):
            if abs(first - second) > 1:
                a, b = 1 << first, 1 << second
                tasks.append((a | b, ((a << 1) | b) << 1, ((a >> 1) | b) >> 1))
    return tasks


def count(board, threads):
    """Counts with `threads` threads that take tasks from one list. Gives the count and the seconds."""
    tasks = openings(board)
    partial = [0] * threads

    def work(me):
        ways = 0
        while True:
            try:
                columns, rising, falling = tasks.pop()
            except IndexError:
                break
            ways += place(board, 2, columns, rising, falling)
        partial[me] = ways

    start = time.perf_counter()
    workers = [threading.Thread(target=work, args=(i,)) for i in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(partial), time.perf_counter() - start


def main():
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else os.cpu_count() or 1
    board = int(sys.argv[2]) if len(sys.argv) > 2 else 13
    expected, alone = count(board, 1)
    ways, together = count(board, threads)
    print('%d queens: %d solutions' % (board, ways))
    print('1 thread: %.2f s, %d threads: %.2f s' % (alone, threads, together))
    print('speed-up %.2f with %d threads' % (alone / together, threads))
    if ways != expected:
        sys.exit('the threads counted %d, one thread %d' % (ways, expected))


main()
