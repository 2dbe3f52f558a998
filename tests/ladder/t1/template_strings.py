# by-hand: t-strings (PEP 750) are new in 3.14
from string.templatelib import Interpolation, Template, convert

name, width, value = 'World', 10, 3.14159
t = t'Hello {name}! {value:>{width}.2f} {name!r} {value=}'
print(type(t), isinstance(t, Template))
print(t.strings)
print(t.values)
for i in t.interpolations:
    print(repr(i), i.value, i.expression, i.conversion, repr(i.format_spec))
print(list(t'{1}{2}x'), t''.strings, list(t''))
print(repr(t'a{name}b'))
print((t'a{1}' + t'b{2}').strings, (t'a{1}' + t'b{2}').values)
print(Template('a', 'b', Interpolation(1, 'x'), Interpolation(2), 'c').strings)
print(convert('é', 'a'), convert(1, None), convert('x', 'r'), convert(1, 's'))


def render(template):
    out = []
    for part in template:
        match part:
            case str():
                out.append(part)
            case Interpolation(value, _, conversion, spec):
                out.append(format(convert(value, conversion), spec))
    return ''.join(out)


print(render(t), render(t) == f'Hello {name}! {value:>{width}.2f} {name!r} {value=}')
print(render(t'{{braces}} {t"nested {name}".values[0]} {"quoted"}'), rt'\n{name}'.strings)
for bad in (lambda: t + 'x', lambda: 'x' + t, lambda: Template(1), lambda: Interpolation(1, 2),
            lambda: Interpolation(1, 'x', 'z'), lambda: setattr(t, 'strings', ()), lambda: convert(1, 'q'),
            lambda: t'{1 / 0}'):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__, e)
order = []
t'{order.append(1)}{order.append(2):{order.append(3)}}'
print(order)
