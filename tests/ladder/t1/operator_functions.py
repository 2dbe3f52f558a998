# operator: functions for all operators.
import operator as o
print(o.add(1, 2), o.sub(5, 3), o.mul(2, 3), o.truediv(7, 2), o.floordiv(7, 2), o.mod(7, 3), o.pow(2, 5), o.neg(3), o.pos(-3), o.abs(-3), o.invert(5), o.lshift(1, 4), o.rshift(16, 2), o.and_(6, 3), o.or_(6, 3), o.xor(6, 3))
print(o.lt(1, 2), o.le(2, 2), o.eq(1, 1.0), o.ne(1, 2), o.ge(1, 2), o.gt(2, 1), o.not_(0), o.truth([]), o.is_(None, None), o.is_not(1, None), o.index(True), o.concat('a', 'b'), o.contains([1], 1), o.countOf('aba', 'a'), o.indexOf([5, 6], 6))
d = {'a': 1}
o.setitem(d, 'b', 2); o.delitem(d, 'a')
print(d, o.getitem(d, 'b'), o.iadd([1], [2]), o.length_hint([1, 2]))
a = [1]; b = o.iconcat(a, [2]); print(a is b)
print(sorted([(1, 'b'), (0, 'c')], key=o.itemgetter(1)), o.itemgetter(0, 2)('abc'), o.itemgetter(slice(1, None))('abc'), o.itemgetter('k')({'k': 5}))
class C: x = 1; y = type('D', (), {'z': 'deep'})
print(o.attrgetter('x')(C), o.attrgetter('y.z', 'x')(C), o.methodcaller('upper')('abc'), o.methodcaller('split', ',', maxsplit=1)('a,b,c'))
