# The part of `heapq` that is not worth Rust.

__all__ = ['heappush', 'heappop', 'heapify', 'heapreplace', 'merge', 'nlargest', 'nsmallest', 'heappushpop',
           'heappush_max', 'heappop_max', 'heapify_max', 'heapreplace_max', 'heappushpop_max']


def merge(*iterables, key=None, reverse=False):
    """Merge sorted inputs into a single sorted output."""
    heap = []
    if reverse:
        _heapify, _replace, _pop, direction = heapify_max, heapreplace_max, heappop_max, -1
    else:
        _heapify, _replace, _pop, direction = heapify, heapreplace, heappop, 1
    for order, it in enumerate(map(iter, iterables)):
        for value in it:
            # The order of the inputs decides between equal items, so iterators are never compared.
            heap.append([value if key is None else key(value), order * direction, value, it])
            break
    _heapify(heap)
    while len(heap) > 1:
        entry = heap[0]
        yield entry[2]
        for value in entry[3]:
            entry[0] = value if key is None else key(value)
            entry[2] = value
            _replace(heap, entry)
            break
        else:
            _pop(heap)
    if heap:
        entry = heap[0]
        yield entry[2]
        yield from entry[3]


def nsmallest(n, iterable, key=None):
    """Find the n smallest elements in a dataset, as sorted(iterable, key=key)[:n]."""
    if n == 1:
        none = object()
        best = min(iterable, default=none, key=key)
        return [] if best is none else [best]
    return _best(n, iterable, key, heapify_max, heapreplace_max, 1, lambda a, b: a < b)


def nlargest(n, iterable, key=None):
    """Find the n largest elements in a dataset, as sorted(iterable, key=key, reverse=True)[:n]."""
    if n == 1:
        none = object()
        best = max(iterable, default=none, key=key)
        return [] if best is none else [best]
    return _best(n, iterable, key, heapify, heapreplace, -1, lambda a, b: b < a)


def _best(n, iterable, key, make, replace, step, better):
    it = iter(iterable)
    if n <= 0:
        return []
    heap = []
    order = 0
    for value in it:
        heap.append((value if key is None else key(value), order, value))
        order += step
        if len(heap) == n:
            break
    if heap:
        make(heap)
        worst = heap[0][0]
        for value in it:
            k = value if key is None else key(value)
            if better(k, worst):
                replace(heap, (k, order, value))
                worst = heap[0][0]
                order += step
    heap.sort(reverse=step < 0)
    return [value for _, _, value in heap]
