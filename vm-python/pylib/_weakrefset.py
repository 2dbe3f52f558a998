"""A set that does not keep its elements alive."""

from _weakref import ref

__all__ = ['WeakSet']


class WeakSet:
    """A set of weak references; elements leave it when they die."""

    def __init__(self, data=None):
        self.data = data_set = set()

        # The callback must not keep the set alive through self.
        def _remove(item):
            data_set.discard(item)
        self._remove = _remove
        if data is not None:
            self.update(data)

    def _alive(self):
        out = []
        for item_ref in self.data.copy():
            item = item_ref()
            if item is not None:
                out.append(item)
        return out

    def __iter__(self):
        return iter(self._alive())

    def __len__(self):
        return len(self._alive())

    def __contains__(self, item):
        try:
            wr = ref(item)
        except TypeError:
            return False
        return wr in self.data

    def __reduce__(self):
        return self.__class__, (list(self),)

    def __repr__(self):
        return repr(set(self))

    def add(self, item):
        self.data.add(ref(item, self._remove))

    def clear(self):
        self.data.clear()

    def copy(self):
        return self.__class__(self)

    def pop(self):
        while True:
            try:
                item_ref = self.data.pop()
            except KeyError:
                raise KeyError('pop from empty WeakSet') from None
            item = item_ref()
            if item is not None:
                return item

    def remove(self, item):
        self.data.remove(ref(item))

    def discard(self, item):
        self.data.discard(ref(item))

    def update(self, other):
        for element in other:
            self.add(element)

    def __ior__(self, other):
        self.update(other)
        return self

    def difference(self, other):
        other = list(other)
        return self.__class__(x for x in self if x not in other)

    __sub__ = difference

    def difference_update(self, other):
        for x in list(other):
            self.discard(x)

    def __isub__(self, other):
        self.difference_update(other)
        return self

    def intersection(self, other):
        return self.__class__(x for x in other if x in self)

    __and__ = intersection

    def union(self, other):
        result = self.copy()
        result.update(other)
        return result

    __or__ = union

    def symmetric_difference(self, other):
        other = self.__class__(other)
        return self.difference(other).union(other.difference(self))

    __xor__ = symmetric_difference

    def issubset(self, other):
        return set(self).issubset(other)

    __le__ = issubset

    def __lt__(self, other):
        return set(self) < set(other)

    def issuperset(self, other):
        return set(self).issuperset(other)

    __ge__ = issuperset

    def __gt__(self, other):
        return set(self) > set(other)

    def __eq__(self, other):
        if not isinstance(other, self.__class__):
            return NotImplemented
        return set(self) == set(other)

    __hash__ = None

    def isdisjoint(self, other):
        return len(self.intersection(other)) == 0
