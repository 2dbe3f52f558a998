"""Support for template string literals (t-strings, PEP 750)."""

from _template import Interpolation, Template, convert

__all__ = ['Interpolation', 'Template', 'convert']
