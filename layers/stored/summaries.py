"""What stands in a field of a layer, for whoever chooses how it is drawn."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Count

from layers.fields import Kind
from layers.models import StoredFeature, StoredLayer
from layers.stored.source import field_of

#: Different values told at most.
MOST_VALUES: Final = 60


def values_of(layer: StoredLayer, key: str) -> list[tuple[Any, int]]:
    """Values of a field and how often each occurs, the commonest first, at most :data:`MOST_VALUES`."""
    rows = StoredFeature.unscoped.filter(edition_id=layer.current_id)
    counted = (
        rows.order_by().annotate(v=_value(layer, key)).exclude(v=None).values("v").annotate(n=Count("pk"))
    )
    return [(row["v"], row["n"]) for row in counted.order_by("-n", "v")[:MOST_VALUES]]


def numbers_of(layer: StoredLayer, key: str) -> list[float]:
    """All numbers of a field; empty where it holds none."""
    if not any(item["key"] == key and item["kind"] == Kind.NUMBER for item in layer.fields):
        return []
    rows = StoredFeature.unscoped.filter(edition_id=layer.current_id)
    return list(rows.annotate(v=_value(layer, key)).exclude(v=None).values_list("v", flat=True))


def _value(layer: StoredLayer, key: str) -> Any:
    return field_of(next(item for item in layer.fields if item["key"] == key)).value()
