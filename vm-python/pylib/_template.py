"""What a t-string makes (PEP 750)."""


def convert(obj, /, conversion):
    """Convert *obj* using formatted string literal semantics."""
    if conversion is None:
        return obj
    if conversion == 'r':
        return repr(obj)
    if conversion == 's':
        return str(obj)
    if conversion == 'a':
        return ascii(obj)
    raise ValueError(f'invalid conversion specifier: {conversion}')


class _Fixed:
    """Instances that never change, of classes without subclasses."""

    __slots__ = ()

    def __init_subclass__(cls):
        base = cls.__bases__[0]
        if base is not _Fixed:
            raise TypeError(f"type '{base.__module__}.{base.__name__}' is not an acceptable base type")

    def __setattr__(self, name, value):
        if hasattr(type(self), name):
            raise AttributeError('readonly attribute')
        raise AttributeError(f"'{type(self).__module__}.{type(self).__name__}' object has no attribute '{name}'")

    def __delattr__(self, name):
        self.__setattr__(name, None)


class Interpolation(_Fixed):
    """Interpolation object."""

    __slots__ = ('value', 'expression', 'conversion', 'format_spec')
    __match_args__ = ('value', 'expression', 'conversion', 'format_spec')
    __module__ = 'string.templatelib'

    def __new__(cls, value, expression='', conversion=None, format_spec=''):
        for name, given in (('expression', expression), ('format_spec', format_spec)):
            if not isinstance(given, str):
                raise TypeError(f"Interpolation() argument '{name}' must be str, not {type(given).__name__}")
        if conversion is not None:
            if not isinstance(conversion, str):
                raise TypeError(f"Interpolation() argument 'conversion' must be str, not {type(conversion).__name__}")
            if conversion not in ('s', 'a', 'r'):
                raise ValueError("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'")
        return _interpolation(value, expression, conversion, format_spec)

    def __class_getitem__(cls, item):
        return type(list[int])(cls, item)

    def __reduce__(self):
        return Interpolation, (self.value, self.expression, self.conversion, self.format_spec)

    def __repr__(self):
        return f'Interpolation({self.value!r}, {self.expression!r}, {self.conversion!r}, {self.format_spec!r})'


class Template(_Fixed):
    """Template object."""

    __slots__ = ('strings', 'interpolations')
    __module__ = 'string.templatelib'

    def __new__(cls, *parts):
        strings, interpolations, last_is_text = [], [], False
        for part in parts:
            if isinstance(part, str):
                if last_is_text:
                    strings[-1] += part
                else:
                    strings.append(part)
                last_is_text = True
            elif isinstance(part, Interpolation):
                if not last_is_text:
                    strings.append('')
                interpolations.append(part)
                last_is_text = False
            else:
                raise TypeError(
                    f"Template.__new__ *args need to be of type 'str' or 'Interpolation', got {type(part).__name__}")
        if not last_is_text:
            strings.append('')
        return _template(tuple(strings), tuple(interpolations))

    @property
    def values(self):
        return tuple(i.value for i in self.interpolations)

    def __iter__(self):
        for i, text in enumerate(self.strings):
            if text:
                yield text
            if i < len(self.interpolations):
                yield self.interpolations[i]

    def __add__(self, other):
        if not isinstance(other, Template):
            raise TypeError(
                f'can only concatenate string.templatelib.Template (not "{type(other).__name__}") to '
                'string.templatelib.Template')
        strings = self.strings[:-1] + (self.strings[-1] + other.strings[0],) + other.strings[1:]
        return _template(strings, self.interpolations + other.interpolations)

    def __radd__(self, other):
        if isinstance(other, str):
            raise TypeError('can only concatenate str (not "string.templatelib.Template") to str')
        return NotImplemented

    def __reduce__(self):
        return Template, tuple(self)

    def __repr__(self):
        return f'Template(strings={self.strings!r}, interpolations={self.interpolations!r})'


def _interpolation(value, expression, conversion, format_spec):
    made = object.__new__(Interpolation)
    for name, given in zip(Interpolation.__slots__, (value, expression, conversion, format_spec)):
        object.__setattr__(made, name, given)
    return made


def _template(strings, interpolations):
    made = object.__new__(Template)
    object.__setattr__(made, 'strings', strings)
    object.__setattr__(made, 'interpolations', interpolations)
    return made


def _literal(strings, fields):
    """What the compiler calls; each field is (value, text, conversion, spec)."""
    return _template(strings, tuple([_interpolation(*field) for field in fields]))
