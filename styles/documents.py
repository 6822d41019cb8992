"""MapLibre style documents, version 8 (G6).

A style draws one source in the colours in force; the same document is read by MapLibre clients and, through its
``metadata``, by our own map (``gisportal:categories``).
"""

from collections.abc import Sequence
from typing import Any, Final

from styles.categories import FALLBACK_COLOUR, FALLBACK_SHAPE, CategoryStyle

Json = dict[str, Any]

#: Signs drawn by fonts every system has; a glyph server is not needed.
SIGNS: Final = {
    "circle": "●", "square": "■", "diamond": "◆", "triangle": "▲",
    "pentagon": "⬟", "hexagon": "⬢", "star": "★", "cross": "✚",
}  # fmt: skip
FONT: Final = ["sans-serif"]
INK: Final = "#1a1a1c"
PAPER: Final = "#ffffff"


def match(styles: Sequence[CategoryStyle], attribute: str, otherwise: str, of: Json | None = None) -> Any:
    """A ``match`` expression from the category of a feature to a value of its style."""
    values = of or {}
    branches: list[Any] = []
    for item in styles:
        value = getattr(item, attribute)
        branches += [item.code, values.get(value, value)]
    if not branches:
        return otherwise
    return ["match", ["get", "category"], *branches, otherwise]


def points(slug: str, styles: Sequence[CategoryStyle]) -> list[Json]:
    """Layers of a source of points: clusters with their number, signs by category, names."""
    one, many = ["!", ["has", "count"]], ["has", "count"]
    base = {"source": slug, "source-layer": slug}
    size = ["interpolate", ["linear"], ["log10", ["get", "count"]], 0, 10, 1, 14, 2, 17, 4, 24]
    return [
        {
            **base, "id": f"{slug}-clusters", "type": "circle", "filter": many,
            "paint": {"circle-radius": size, "circle-color": PAPER, "circle-stroke-color": INK,
                      "circle-stroke-width": 2},
        },
        {
            **base, "id": f"{slug}-counts", "type": "symbol", "filter": many,
            "layout": {"text-field": ["to-string", ["get", "count"]], "text-font": FONT, "text-size": 12,
                       "text-allow-overlap": True},
            "paint": {"text-color": INK},
        },
        {
            **base, "id": f"{slug}-points", "type": "circle", "filter": one,
            "paint": {"circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 4, 14, 7],
                      "circle-color": match(styles, "colour", FALLBACK_COLOUR),
                      "circle-stroke-color": PAPER, "circle-stroke-width": 1.5},
        },
        {
            **base, "id": f"{slug}-signs", "type": "symbol", "filter": one, "minzoom": 12,
            "layout": {"text-field": match(styles, "shape", SIGNS[FALLBACK_SHAPE], SIGNS), "text-font": FONT,
                       "text-size": 9, "text-allow-overlap": True},
            "paint": {"text-color": PAPER},
        },
        {
            **base, "id": f"{slug}-names", "type": "symbol", "filter": one, "minzoom": 15,
            "layout": {"text-field": ["get", "name"], "text-font": FONT, "text-size": 12,
                       "text-anchor": "top", "text-offset": [0, 0.8], "text-optional": True},
            "paint": {"text-color": INK, "text-halo-color": PAPER, "text-halo-width": 1.5},
        },
    ]  # fmt: skip


def areas(slug: str, colour: str = "#3d4650") -> list[Json]:
    """Layers of a source of areas: fill, boundary, name."""
    base = {"source": slug, "source-layer": slug}
    return [
        {**base, "id": f"{slug}-fill", "type": "fill", "paint": {"fill-color": colour, "fill-opacity": 0.08}},
        {
            **base, "id": f"{slug}-line", "type": "line",
            "paint": {"line-color": colour, "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.8, 15, 2.5]},
        },
        {
            **base, "id": f"{slug}-names", "type": "symbol",
            "layout": {"text-field": ["get", "name"], "text-font": FONT, "text-size": 13, "text-max-width": 8},
            "paint": {"text-color": INK, "text-halo-color": PAPER, "text-halo-width": 1.5},
        },
    ]  # fmt: skip


def marks(slug: str, colour: str) -> list[Json]:
    """Layers of a source in which points and areas stand side by side: areas, and a circle for each point."""
    is_point = ["==", ["geometry-type"], "Point"]
    circle = {
        "source": slug, "source-layer": slug, "id": f"{slug}-points", "type": "circle", "filter": is_point,
        "paint": {"circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 4, 14, 7], "circle-color": colour,
                  "circle-stroke-color": PAPER, "circle-stroke-width": 1.5},
    }  # fmt: skip
    *shapes, names = areas(slug, colour)
    return [*shapes, circle, names]


def base_map() -> list[Json]:
    """Layers of the base map of our own, below everything else."""
    base = {"source": "basemap"}
    return [
        {"id": "sea", "type": "background", "paint": {"background-color": "#dce9f2"}},
        {**base, "source-layer": "land", "id": "land", "type": "fill", "paint": {"fill-color": "#f7f6f1"}},
        {
            **base, "source-layer": "boundary", "id": "boundaries", "type": "line",
            "paint": {"line-color": "#8f8a80", "line-width": 1, "line-dasharray": [4, 2]},
        },
        {
            **base, "source-layer": "railway", "id": "railway", "type": "line",
            "paint": {"line-color": "#6b6b6b", "line-width": ["interpolate", ["linear"], ["zoom"], 8, 0.8, 15, 2.5]},
        },
        {
            **base, "source-layer": "station", "id": "stations", "type": "circle", "minzoom": 10,
            "paint": {"circle-radius": 3, "circle-color": PAPER, "circle-stroke-color": "#6b6b6b",
                      "circle-stroke-width": 1.5},
        },
        {
            **base, "source-layer": "station", "id": "station-names", "type": "symbol", "minzoom": 12,
            "layout": {"text-field": ["get", "name"], "text-font": FONT, "text-size": 11, "text-anchor": "left",
                       "text-offset": [0.6, 0], "text-optional": True},
            "paint": {"text-color": "#4a4a4a", "text-halo-color": PAPER, "text-halo-width": 1},
        },
        {
            **base, "source-layer": "place", "id": "places", "type": "symbol",
            "layout": {"text-field": ["get", "name"], "text-font": FONT,
                       "text-size": ["case", ["==", ["get", "kind"], "municipality"], 14, 11]},
            "paint": {"text-color": "#5c574d", "text-halo-color": PAPER, "text-halo-width": 1.2},
        },
    ]  # fmt: skip


def document(
    name: str, *, sources: Json, layers: Sequence[Json], metadata: Json, center: Sequence[float] | None
) -> Json:
    """A whole style document. ``center``: longitude, latitude."""
    found: Json = {
        "version": 8,
        "name": name,
        "metadata": metadata,
        "sources": sources,
        "layers": list(layers),
    }
    if center is not None:
        found |= {"center": list(center), "zoom": 11}
    return found
