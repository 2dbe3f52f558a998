"""The import statement as functions."""

import sys

__all__ = ['__import__', 'import_module', 'invalidate_caches', 'reload']

__import__ = __import__


def import_module(name, package=None):
    """Imports a module by name; a relative name needs the package it is relative to."""
    level = 0
    if name.startswith('.'):
        if not package:
            raise TypeError(f"the 'package' argument is required to perform a relative import for {name!r}")
        while level < len(name) and name[level] == '.':
            level += 1
        parts = package.split('.')
        if level > len(parts):
            raise ImportError('attempted relative import beyond top-level package')
        base = '.'.join(parts[:len(parts) - level + 1])
        tail = name[level:]
        name = f'{base}.{tail}' if tail else base
    __import__(name)
    return sys.modules[name]


def invalidate_caches():
    """Directories are looked at anew at each import: nothing to forget."""


def reload(module):
    """Runs a module's code again in its namespace."""
    name = getattr(module, '__name__', None)
    if sys.modules.get(name) is not module:
        raise ImportError(f"module {name} not in sys.modules", name=name)
    file = getattr(module, '__file__', None)
    if file is None:
        raise ModuleNotFoundError(f"spec not found for the module {name!r}", name=name)
    import _weft
    exec(compile(_weft.read_source(file), file, 'exec'), module.__dict__)
    return module
