"""TileJSON 3.0.0: what a client needs to know of a source before it asks for tiles."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from layers.fields import Field, Kind
from layers.source import FeatureSource
from tiles.grid import MAX_ZOOM
from tiles.mvt import default_keys

#: Whole world as far as Web Mercator shows it.
WORLD_BOUNDS = [-180.0, -85.05112877980659, 180.0, 85.05112877980659]


def document(
    name: str,
    *,
    template: str,
    layers: Sequence[dict[str, Any]],
    bounds: Sequence[float] | None,
    attribution: str,
    description: str = "",
    version: str = "1.0.0",
) -> dict[str, Any]:
    """A TileJSON. ``template``: tile address with ``{z}/{x}/{y}``; ``bounds``: west, south, east, north in degrees."""
    found: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": name,
        "description": description,
        "version": version,
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": list(bounds or WORLD_BOUNDS),
        "attribution": attribution,
        "vector_layers": list(layers),
    }
    if bounds:
        found["center"] = [round((bounds[0] + bounds[2]) / 2, 6), round((bounds[1] + bounds[3]) / 2, 6), 11]
    return found


def layer(identifier: str, fields: dict[str, str], description: str = "") -> dict[str, Any]:
    """One entry of ``vector_layers``."""
    return {
        "id": identifier,
        "description": description,
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "fields": fields,
    }


def source_layer(
    source: FeatureSource, keys: Sequence[str], tops: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """The layer of a source; ``tops``: code and title of the top categories clusters are counted by."""
    known = source.fields()
    fields = {"id": "Number"} | {key: _described(known[key]) for key in keys or default_keys(source)}
    if source.geometry_type == "Point":
        fields["count"] = "Number"
        fields |= {f"c_{code}": f"Number ({title})" for code, title in tops}
    return layer(source.slug, fields, str(source.metadata.title))


def _described(field: Field) -> str:
    kind = {Kind.NUMBER: "Number", Kind.BOOLEAN: "Boolean"}.get(field.kind, "String")
    return f"{kind} ({field.title})"


def attribution(parts: Iterable[str]) -> str:
    """Words the licences ask for, as HTML; each once."""
    return " | ".join(dict.fromkeys(escape(part) for part in parts if part))
