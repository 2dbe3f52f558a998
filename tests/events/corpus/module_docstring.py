"""A docstring before the first statement."""

x = 1
