"""Helpers around imports."""

import sys


def resolve_name(name, package):
    """The absolute name of a relative one."""
    if not name.startswith('.'):
        return name
    if not package:
        raise ImportError(f'no package specified for {name!r} (required for relative module names)')
    level = 0
    while level < len(name) and name[level] == '.':
        level += 1
    parts = package.split('.')
    if level > len(parts):
        raise ImportError('attempted relative import beyond top-level package')
    base = '.'.join(parts[:len(parts) - level + 1])
    return f'{base}.{name[level:]}' if name[level:] else base


def find_spec(name, package=None):
    """The specification of a module, None if there is no such module. Imports it."""
    name = resolve_name(name, package)
    if name not in sys.modules:
        try:
            __import__(name)
        except ModuleNotFoundError as e:
            if e.name == name or name.startswith(f'{e.name}.'):
                return None
            raise
    return sys.modules[name].__spec__
