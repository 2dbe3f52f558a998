"""Imported by programs of the corpus."""

FACTOR = 2


def double(x):
    return FACTOR * x
