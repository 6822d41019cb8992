"""The directory of ``tests/layers/editing``: two categories, an account of every level, an entry of level C's."""

from tests.layers.editing.conftest import actors, entry, words

__all__ = ["actors", "entry", "words"]
