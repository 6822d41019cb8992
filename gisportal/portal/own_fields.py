"""Fields the city defined, as they stand on pages: by category, in the list, on paper (R22, R23)."""

from collections.abc import Iterator

from layers.fields import Field
from layers.resources import ResourceSource
from layers.schema import applies


def own_fields(source: ResourceSource, category: str) -> Iterator[Field]:
    """The city's fields the viewer sees that are for a category (by code), in the administrator's order."""
    words = source.vocabulary
    for field in source.fields().values():
        if not field.is_base and applies(words.fields[field.key], category, words):
            yield field
