"""MapLibre style documents, version 8 (G6).

A style draws one source in the colours in force; the same document is read by MapLibre clients and, through its
``metadata``, by our own map (``gisportal:categories``, ``gisportal:symbology``).
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from styles.categories import FALLBACK_SHAPE
from styles.symbology import Condition, Drawn, Rule, Stop, Symbol, Symbology

Json = dict[str, Any]

#: Signs drawn by fonts every system has; a glyph server is not needed.
SIGNS: Final = {
    "circle": "●", "square": "■", "diamond": "◆", "triangle": "▲",
    "pentagon": "⬟", "hexagon": "⬢", "star": "★", "cross": "✚",
}  # fmt: skip
FONT: Final = ["sans-serif"]
INK: Final = "#1a1a1c"
PAPER: Final = "#ffffff"
_NOWHERE: Final = "rgba(0, 0, 0, 0)"


def layers_of(style: Symbology) -> list[Json]:
    """Layers that draw a source."""
    match style.drawn:
        case Drawn.POINTS:
            return points(style)
        case Drawn.LINES:
            return [_with_filter(style, _line(style)), *_names(style)]
        case Drawn.AREAS:
            return areas(style)
        case _:
            return marks(style)


def choice(style: Symbology, of: Callable[[Symbol], Any]) -> Any:
    """A value of the symbol as an expression of the feature; plain where all rules agree on it."""
    ruled, otherwise = style.by_condition, style.otherwise
    last = of(otherwise.symbol) if otherwise else None
    values = [of(rule.symbol) for rule in ruled]
    if otherwise is None:
        last = values[-1] if values else _NOWHERE
    if all(value == last for value in values):
        return last
    if _are_words(ruled):
        branches = [part for rule, value in zip(ruled, values, strict=True)
                    for part in (_labels(rule), value)]  # fmt: skip
        return ["match", ["get", style.field], *branches, last]
    branches = [part for rule, value in zip(ruled, values, strict=True)
                for part in (_test(rule.condition), value)]  # fmt: skip
    return ["case", *branches, last]


def _are_words(rules: Sequence[Rule]) -> bool:
    """Whether ``match`` can tell them apart: it takes words of one field, each once."""
    values = [value for rule in rules if rule.condition for value in rule.condition.values]
    is_plain = all(rule.condition and not rule.condition.is_range for rule in rules)
    return is_plain and all(isinstance(value, str) for value in values) and len(values) == len(set(values))


def _labels(rule: Rule) -> Any:
    values = rule.condition.values if rule.condition else ()
    return values[0] if len(values) == 1 else list(values)


def _test(condition: Condition | None) -> Any:
    if condition is None:
        return True
    value = ["get", condition.field]
    if not condition.is_range:
        tests = [["==", value, wanted] for wanted in condition.values]
        return tests[0] if len(tests) == 1 else ["any", *tests]
    bounds: list[Any] = [["==", ["typeof", value], "number"]]
    if condition.low is not None:
        bounds.append([">=", value, condition.low])
    if condition.high is not None:
        bounds.append(["<=" if condition.is_closed else "<", value, condition.high])
    return ["all", *bounds]


def _with_filter(style: Symbology, layer: Json) -> Json:
    """The layer without the features no rule is for."""
    if style.otherwise is not None:
        return layer
    tests = [_test(rule.condition) for rule in style.by_condition]
    drawn = ["any", *tests] if tests else False
    return {**layer, "filter": ["all", layer["filter"], drawn] if "filter" in layer else drawn}


def _by_zoom(stops: tuple[Stop, Stop]) -> list[Any]:
    return ["interpolate", ["linear"], ["zoom"], *(_plain(number) for stop in stops for number in stop)]


def _radius(style: Symbology) -> Any:
    largest = max((rule.symbol for rule in style.rules), key=lambda symbol: symbol.radius)
    return _by_zoom(largest.radii)


def _line_width(style: Symbology) -> Any:
    widest = max((rule.symbol for rule in style.rules), key=lambda symbol: symbol.width)
    return _by_zoom(widest.widths)


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def _base(style: Symbology) -> Json:
    return {"source": style.name, "source-layer": style.name}


def points(style: Symbology) -> list[Json]:
    """Layers of a source of points: clusters with their number, signs by rule, names."""
    slug, base = style.name, _base(style)
    one, many = ["!", ["has", "count"]], ["has", "count"]
    size = ["interpolate", ["linear"], ["log10", ["get", "count"]], 0, 10, 1, 14, 2, 17, 4, 24]
    signs = [
        {
            **base, "id": f"{slug}-signs", "type": "symbol", "filter": one, "minzoom": 12,
            "layout": {"text-field": choice(style, lambda symbol: SIGNS.get(symbol.shape, SIGNS[FALLBACK_SHAPE])),
                       "text-font": FONT, "text-size": 9, "text-allow-overlap": True},
            "paint": {"text-color": PAPER},
        },
    ]  # fmt: skip
    has_shapes = style.field == "category" or any(rule.symbol.shape != FALLBACK_SHAPE for rule in style.rules)
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
        _with_filter(style, {**_circle(style), "filter": one}),
        *(signs if has_shapes else []),
        *({**layer, "filter": one} for layer in _names(style)),
    ]  # fmt: skip


def _circle(style: Symbology) -> Json:
    """Signs. Beside shapes they stand out: whole, with a white edge."""
    is_mixed = style.drawn is Drawn.MIXED
    paint: Json = {
        "circle-radius": _radius(style),
        "circle-color": choice(style, lambda symbol: symbol.colour),
        "circle-stroke-color": PAPER if is_mixed else choice(style, lambda symbol: symbol.stroke),
        "circle-stroke-width": 1.5 if is_mixed else choice(style, lambda symbol: symbol.width),
    }
    if not is_mixed and any(rule.symbol.opacity < 1 for rule in style.rules):
        paint["circle-opacity"] = choice(style, lambda symbol: symbol.opacity)
    return {**_base(style), "id": f"{style.name}-points", "type": "circle", "paint": paint}


def _line(style: Symbology) -> Json:
    return {
        **_base(style), "id": f"{style.name}-line", "type": "line",
        "paint": {"line-color": choice(style, lambda symbol: symbol.stroke), "line-width": _line_width(style)},
    }  # fmt: skip


def _names(style: Symbology) -> list[Json]:
    """Names, beside points and within areas."""
    if style.label is None:
        return []
    is_beside = style.drawn is Drawn.POINTS
    layout = {
        "text-field": ["get", style.label.field],
        "text-font": FONT,
        "text-size": _plain(style.label.size),
    }
    if is_beside:
        layout |= {"text-anchor": "top", "text-offset": [0, 0.8], "text-optional": True}
    else:
        layout |= {"text-max-width": 8}
    layer = {
        **_base(style), "id": f"{style.name}-names", "type": "symbol", "layout": layout,
        "paint": {"text-color": INK, "text-halo-color": PAPER, "text-halo-width": 1.5},
    }  # fmt: skip
    return [layer if style.label.min_zoom is None else {**layer, "minzoom": _plain(style.label.min_zoom)}]


def _fill(style: Symbology) -> Json:
    return {
        **_base(style), "id": f"{style.name}-fill", "type": "fill",
        "paint": {"fill-color": choice(style, lambda symbol: symbol.colour),
                  "fill-opacity": choice(style, lambda symbol: symbol.opacity)},
    }  # fmt: skip


def areas(style: Symbology) -> list[Json]:
    """Layers of a source of areas: fill, boundary, name."""
    return [_with_filter(style, _fill(style)), _with_filter(style, _line(style)), *_names(style)]


def marks(style: Symbology) -> list[Json]:
    """Layers of a source in which points and shapes stand side by side: shapes, and a circle for each point."""
    is_point, is_area = ["==", ["geometry-type"], "Point"], ["==", ["geometry-type"], "Polygon"]
    return [
        _with_filter(style, {**_fill(style), "filter": is_area}),
        _with_filter(style, _line(style)),
        _with_filter(style, {**_circle(style), "filter": is_point}),
        *_names(style),
    ]


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
