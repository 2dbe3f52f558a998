"""Type parameters, type aliases and generic classes, as the compiler makes them (PEP 695, PEP 696).

Bounds, constraints, defaults and alias values are functions of one argument, the annotation format, called when they are first
asked for.
"""

import sys

_FORMAT_VALUE = 1
Union = type(int | str)
_GenericAlias = type(list[int])


class _NoDefaultType:
    def __new__(cls):
        return NoDefault

    def __repr__(self):
        return 'typing.NoDefault'

    def __reduce__(self):
        return 'NoDefault'


NoDefault = object.__new__(_NoDefaultType)


def _caller_module():
    frame = sys._getframe(2)
    return frame.f_globals.get('__name__')


def _idfunc(x):
    return x


def _constant(value):
    return lambda format, /: value


class _Lazy:
    """A read-only attribute that is evaluated when it is first read; `absent` where there is nothing to evaluate."""

    def __init__(self, absent):
        self.absent = absent

    def __set_name__(self, owner, name):
        self.name = name
        self.slot = '_evaluate_' + name.strip('_')

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        evaluate = getattr(instance, self.slot, None)
        if evaluate is None:
            return self.absent
        value = evaluate(_FORMAT_VALUE)
        # Two threads may both evaluate; they keep one of two equal functions.
        object.__setattr__(instance, self.slot, _constant(value))
        return value

    def __set__(self, instance, value):
        raise AttributeError(f"attribute '{self.name}' of '{type(instance).__name__}' objects is not writable")


class _Evaluator:
    """`evaluate_bound` and its kin: the function itself, None where there is nothing to evaluate."""

    def __init__(self, what):
        self.slot = '_evaluate_' + what

    def __get__(self, instance, owner=None):
        return self if instance is None else getattr(instance, self.slot, None)


class _Parameter:
    """What the kinds of type parameters share."""

    def __init_subclass__(cls, _final=False):
        if not _final:
            base = next(b for b in cls.__bases__ if issubclass(b, _Parameter))
            raise TypeError(f"type '{base.__module__}.{base.__name__}' is not an acceptable base type")

    def _begin(self, name, default, module):
        if type(name) is not str:
            raise TypeError(f"{type(self).__name__}() argument 'name' must be str, not {type(name).__name__}")
        self.__name__ = name
        self.__module__ = module
        if default is not NoDefault:
            self._evaluate_default = _constant(default)

    __default__ = _Lazy(NoDefault)
    evaluate_default = _Evaluator('default')

    def has_default(self):
        return getattr(self, '_evaluate_default', None) is not None

    def __mro_entries__(self, bases):
        raise TypeError(f'Cannot subclass an instance of {type(self).__name__}')

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __reduce__(self):
        return self.__name__

    def _variance(self):
        if getattr(self, '__infer_variance__', False):
            return ''
        return '+' if self.__covariant__ else '-' if self.__contravariant__ else '~'

    def __repr__(self):
        return self._variance() + self.__name__


def _set_variance(param, covariant, contravariant, infer_variance):
    if covariant and contravariant:
        raise ValueError('Bivariant types are not supported.')
    if infer_variance and (covariant or contravariant):
        raise ValueError('Variance cannot be specified with infer_variance.')
    param.__covariant__ = bool(covariant)
    param.__contravariant__ = bool(contravariant)
    param.__infer_variance__ = bool(infer_variance)


class TypeVar(_Parameter, _final=True):
    """Type variable."""

    def __init__(self, name, *constraints, bound=None, default=NoDefault, covariant=False, contravariant=False,
                 infer_variance=False):
        if len(constraints) == 1:
            raise TypeError('A single constraint is not allowed')
        if constraints and bound is not None:
            raise TypeError('Constraints cannot be combined with bound=...')
        _set_variance(self, covariant, contravariant, infer_variance)
        self._begin(name, default, _caller_module())
        if bound is not None:
            self._evaluate_bound = _constant(bound)
        if constraints:
            self._evaluate_constraints = _constant(constraints)

    __bound__ = _Lazy(None)
    __constraints__ = _Lazy(())
    evaluate_bound = _Evaluator('bound')
    evaluate_constraints = _Evaluator('constraints')

    def __typing_subst__(self, argument):
        return argument


class _ParamSpecPart:
    def __init__(self, origin):
        self.__origin__ = origin

    def __eq__(self, other):
        if type(self) is not type(other):
            return NotImplemented
        return self.__origin__ == other.__origin__

    def __hash__(self):
        return hash((type(self), self.__origin__))

    def __mro_entries__(self, bases):
        raise TypeError(f'Cannot subclass an instance of {type(self).__name__}')

    def __repr__(self):
        return f'{self.__origin__.__name__}.{self._part}'


class ParamSpecArgs(_ParamSpecPart):
    """The args of a ParamSpec."""

    _part = 'args'


class ParamSpecKwargs(_ParamSpecPart):
    """The kwargs of a ParamSpec."""

    _part = 'kwargs'


class ParamSpec(_Parameter, _final=True):
    """Parameter specification variable."""

    def __init__(self, name, *, bound=None, default=NoDefault, covariant=False, contravariant=False,
                 infer_variance=False):
        _set_variance(self, covariant, contravariant, infer_variance)
        self._begin(name, default, _caller_module())
        self.__bound__ = bound

    @property
    def args(self):
        return ParamSpecArgs(self)

    @property
    def kwargs(self):
        return ParamSpecKwargs(self)

    def __typing_subst__(self, argument):
        return tuple(argument) if isinstance(argument, list) else argument


class TypeVarTuple(_Parameter, _final=True):
    """Type variable tuple."""

    def __init__(self, name, *, default=NoDefault):
        self._begin(name, default, _caller_module())

    def __iter__(self):
        yield Unpacked(self)

    def __typing_subst__(self, argument):
        raise TypeError('Substitution of bare TypeVarTuple is not supported')

    def __repr__(self):
        return self.__name__


class Unpacked:
    """`*Ts`, or `*tuple[int, ...]`, among type arguments."""

    def __init__(self, origin):
        self.__origin__ = origin
        self.__args__ = (origin,)

    @property
    def __parameters__(self):
        return (self.__origin__,)

    @property
    def __typing_unpacked_tuple_args__(self):
        return None

    def __getitem__(self, items):
        # What stands for the variable tuple takes its place, item by item.
        return items if isinstance(items, tuple) else (items,)

    def __eq__(self, other):
        return self.__origin__ == other.__origin__ if isinstance(other, Unpacked) else NotImplemented

    def __hash__(self):
        return hash((Unpacked, self.__origin__))

    def __repr__(self):
        return f'typing.Unpack[{self.__origin__!r}]'


class TypeAliasType:
    """Type alias: `type Name[params] = value`."""

    def __init__(self, name, value, *, type_params=()):
        if type(name) is not str:
            raise TypeError(f"typealias() argument 'name' must be str, not {type(name).__name__}")
        if type(type_params) is not tuple:
            raise TypeError('type_params must be a tuple')
        _begin_alias(self, name, _constant(value), type_params, _caller_module())

    def __init_subclass__(cls):
        raise TypeError("type 'typing.TypeAliasType' is not an acceptable base type")

    __value__ = _Lazy(None)
    evaluate_value = _Evaluator('value')

    @property
    def __parameters__(self):
        return tuple(x for p in self.__type_params__ for x in (p if isinstance(p, TypeVarTuple) else (p,)))

    def __getitem__(self, items):
        if not self.__type_params__:
            raise TypeError('Only generic type aliases are subscriptable')
        return _GenericAlias(self, items)

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __iter__(self):
        yield Unpacked(self)

    def __setattr__(self, name, value):
        if name in ('__name__', '__value__', '__type_params__', '__module__', '__parameters__'):
            raise AttributeError(f"attribute '{name}' of 'typing.TypeAliasType' objects is not writable")
        raise AttributeError(
            f"'typing.TypeAliasType' object has no attribute '{name}' and no __dict__ for setting new attributes")

    def __reduce__(self):
        return self.__name__

    def __repr__(self):
        return self.__name__


def _begin_alias(alias, name, evaluate, type_params, module):
    for attribute, value in (('__name__', name), ('_evaluate_value', evaluate), ('__type_params__', type_params),
                             ('__module__', module)):
        object.__setattr__(alias, attribute, value)


class _GenericClassAlias:
    """A generic class with arguments: `Box[int]`, `Generic[T]`."""

    def __init__(self, origin, arguments):
        self.__dict__.update(__origin__=origin, __args__=arguments)

    @property
    def __parameters__(self):
        return _parameters(self.__args__)

    def __call__(self, *args, **kwargs):
        if self.__origin__ is Generic:
            raise TypeError('Type Generic cannot be instantiated; create a subclass of Generic instead')
        made = self.__origin__(*args, **kwargs)
        try:
            made.__orig_class__ = self
        except Exception:
            # Slots, or a class that refuses: the object is as good without it.
            pass
        return made

    def __getitem__(self, items):
        if self.__origin__ is Generic:
            raise TypeError(f'Cannot subscript already-subscripted {self!r}')
        items = items if isinstance(items, tuple) else (items,)
        return _GenericClassAlias(self.__origin__, _substitute(self, self.__args__, items))

    def __mro_entries__(self, bases):
        return (self.__origin__,)

    def __getattr__(self, name):
        if name.startswith('__') and name.endswith('__'):
            raise AttributeError(name)
        return getattr(self.__origin__, name)

    def __setattr__(self, name, value):
        if name.startswith('__') and name.endswith('__'):
            self.__dict__[name] = value
        else:
            setattr(self.__origin__, name, value)

    def __instancecheck__(self, instance):
        return self.__subclasscheck__(type(instance))

    def __subclasscheck__(self, cls):
        raise TypeError('Subscripted generics cannot be used with class and instance checks')

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __eq__(self, other):
        if not isinstance(other, _GenericClassAlias):
            return NotImplemented
        return self.__origin__ is other.__origin__ and self.__args__ == other.__args__

    def __hash__(self):
        return hash((self.__origin__, self.__args__))

    def __repr__(self):
        name = 'typing.Generic' if self.__origin__ is Generic else _type_repr(self.__origin__)
        return f'{name}[{", ".join(map(_type_repr, self.__args__)) or "()"}]'


def _type_repr(x):
    if x is ...:
        return '...'
    if isinstance(x, type) and not isinstance(x, _GenericAlias):
        return x.__qualname__ if x.__module__ == 'builtins' else f'{x.__module__}.{x.__qualname__}'
    if isinstance(x, tuple):
        return '[' + ', '.join(map(_type_repr, x)) + ']'
    return repr(x)


def _parameters(arguments):
    found = []
    for argument in arguments:
        if isinstance(argument, type):
            continue
        if isinstance(argument, tuple):
            inner = _parameters(argument)
        elif hasattr(argument, '__typing_subst__'):
            inner = (argument,)
        else:
            inner = getattr(argument, '__parameters__', ())
        found += [p for p in inner if p not in found]
    return tuple(found)


def _match(alias, parameters, items):
    """What each parameter stands for."""
    variadic = [i for i, p in enumerate(parameters) if isinstance(p, TypeVarTuple)]
    if len(parameters) == 1 and isinstance(parameters[0], ParamSpec) and not (
            len(items) == 1 and isinstance(items[0], (list, tuple, ParamSpec, type(...)))):
        items = (items,)
    if variadic:
        at = variadic[0]
        after = len(parameters) - at - 1
        if len(items) >= at + after:
            end = len(items) - after
            items = (*items[:at], items[at:end], *items[end:])
    for parameter in parameters[len(items):]:
        if not parameter.has_default():
            break
        items += (parameter.__default__,)
    if len(items) != len(parameters):
        least = sum(not p.has_default() and not isinstance(p, TypeVarTuple) for p in parameters)
        more = 'many' if len(items) > len(parameters) else 'few'
        expected = len(parameters) if more == 'many' or least == len(parameters) else f'at least {least}'
        raise TypeError(f'Too {more} arguments for {alias!r}; actual {len(items)}, expected {expected}')
    return dict(zip(parameters, items))


def _substitute(alias, arguments, items):
    parameters = _parameters(arguments)
    if not parameters:
        raise TypeError(f'{alias!r} is not a generic class')
    return _replace(arguments, _match(alias, parameters, items))


def _replace(arguments, stands_for):
    result = []
    for argument in arguments:
        if isinstance(argument, type):
            result.append(argument)
        elif isinstance(argument, Unpacked):
            result += stands_for[argument.__origin__]
        elif isinstance(argument, tuple):
            result.append(_replace(argument, stands_for))
        elif hasattr(argument, '__typing_subst__'):
            result.append(argument.__typing_subst__(stands_for[argument]))
        elif inner := getattr(argument, '__parameters__', ()):
            items = []
            for p in inner:
                items += stands_for[p] if isinstance(p, TypeVarTuple) else (stands_for[p],)
            result.append(argument[tuple(items)])
        else:
            result.append(argument)
    return tuple(result)


class Generic:
    """Abstract base class for generic types."""

    __slots__ = ()

    def __class_getitem__(cls, items):
        items = items if isinstance(items, tuple) else (items,)
        if cls is Generic:
            if not items:
                raise TypeError('Parameter list to Generic[...] cannot be empty')
            if not all(isinstance(p, (_Parameter, Unpacked)) for p in items):
                raise TypeError('Parameters to Generic[...] must all be type variables or parameter specification variables.')
            if len(set(items)) != len(items):
                raise TypeError('Parameters to Generic[...] must all be unique')
            return _GenericClassAlias(cls, items)
        parameters = cls.__dict__.get('__parameters__') or getattr(cls, '__parameters__', ())
        if not parameters:
            raise TypeError(f'{cls!r} is not a generic class')
        stands_for = _match(cls, parameters, items)
        arguments = []
        for p in parameters:
            arguments += stands_for[p] if isinstance(p, TypeVarTuple) else (p.__typing_subst__(stands_for[p]),)
        return _GenericClassAlias(cls, tuple(arguments))

    def __init_subclass__(cls, *args, **kwargs):
        super().__init_subclass__(*args, **kwargs)
        bases = cls.__dict__.get('__orig_bases__', ())
        if Generic in bases:
            raise TypeError('Cannot inherit from plain Generic')
        generic = [b for b in bases if isinstance(b, _GenericClassAlias) and b.__origin__ is Generic]
        if len(generic) > 1:
            raise TypeError('Cannot inherit from Generic[...] multiple times.')
        used = _parameters(bases)
        if generic:
            declared = generic[0].__parameters__
            if missing := [p for p in used if p not in declared]:
                lacking = ', '.join(map(str, missing))
                raise TypeError(f"Some type variables ({lacking}) are not listed in Generic[{', '.join(map(str, declared))}]")
            used = declared
        cls.__parameters__ = used


# What the compiler calls.


def _type_var(name):
    return _made(TypeVar(name, infer_variance=True))


def _bounded(name, evaluate):
    made = _type_var(name)
    made._evaluate_bound = evaluate
    return made


def _constrained(name, evaluate):
    made = _type_var(name)
    made._evaluate_constraints = evaluate
    return made


def _param_spec(name):
    return _made(ParamSpec(name, infer_variance=True))


def _type_var_tuple(name):
    return _made(TypeVarTuple(name))


def _made(parameter):
    # As CPython has it for those that the compiler makes.
    parameter.__module__ = 'typing'
    return parameter


def _set_default(parameter, evaluate):
    parameter._evaluate_default = evaluate
    return parameter


def _type_alias(name, parameters, evaluate, module):
    alias = object.__new__(TypeAliasType)
    _begin_alias(alias, name, evaluate, parameters or (), module)
    return alias


def _subscript_generic(parameters):
    return Generic[tuple(x for p in parameters for x in (p if isinstance(p, TypeVarTuple) else (p,)))]


for _class in (TypeVar, ParamSpec, ParamSpecArgs, ParamSpecKwargs, TypeVarTuple, TypeAliasType, Generic):
    _class.__module__ = 'typing'
del _class
