"""Fields the city defined, as they stand on pages: by category, in the list, on paper (R22, R23)."""

from collections.abc import Iterator

from layers.fields import Field
from layers.resources import ResourceSource
from layers.schema import applies


def own_fields(source: ResourceSource, category: str) -> Iterator[Field]:
    """The city's fields the viewer sees that are for a category (by code), in the administrator's order."""
    for field in source.fields().values():
        if not field.is_base and is_for(source, field, category):
            yield field


def is_for(source: ResourceSource, field: Field, category: str) -> bool:
    """Whether a field stands on pages of entries of a category; the product's own fields always do."""
    words = source.vocabulary
    return field.is_base or applies(words.fields[field.key], category, words)
