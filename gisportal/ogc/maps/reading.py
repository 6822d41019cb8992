"""What of a collection is on a map: shapes by rule, cut off and simplified by PostGIS, and names."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import shapely
from django.contrib.gis.geos import Polygon
from django.utils.translation import gettext as _

from gisportal.ogc.maps.frame import Frame
from gisportal.ogc.maps.functions import point_on_grid, shape_in_box
from layers.crs import STORAGE_SRID
from layers.errors import ParameterError
from layers.query import FeatureQuery
from layers.source import PREFIX, FeatureSource
from styles.drawing import Text
from styles.symbology import Drawn, Rule, Symbology

#: Signs and shapes on one map; more are refused, never left out.
MOST_SIGNS: Final = 60_000
MOST_SHAPES: Final = 20_000
#: Px around the map from which signs reach into it.
AROUND: Final = 40
#: Points nearer than this, in px of a screen, are drawn as one.
GRID: Final = 0.75
#: Half a px: what is lost in simplifying cannot be seen.
TOLERANCE: Final = 0.4
MOST_NAMES: Final = 400


@dataclass
class Found:
    """Shapes in px, by the rule they are drawn by, and names to write."""

    shapes: dict[int, list[Any]] = field(default_factory=dict)
    texts: list[Text] = field(default_factory=list)


def shapes_on(frame: Frame, source: FeatureSource, query: FeatureQuery, style: Symbology) -> Found:
    """What the viewer sees of a collection on a map.

    Raises:
        ParameterError: there is too much of it.
    """
    found, rules = Found(), {id(rule): place for place, rule in enumerate(style.rules)}
    has_names = style.label is not None and (style.label.min_zoom or 0) <= frame.zoom
    for value, name, shape in _rows(frame, source, query, style, has_names=has_names):
        rule = style.rule_of(value)
        if rule is None or not _is_shown(rule, frame.zoom) or shape is None or shape.is_empty:
            continue
        found.shapes.setdefault(rules[id(rule)], []).append(shape)
        if name and len(found.texts) < MOST_NAMES:
            found.texts += _text(frame, style, rule, str(name), shape)
    return found


def _is_shown(rule: Rule, zoom: float) -> bool:
    return (rule.min_zoom or 0) <= zoom and (rule.max_zoom is None or zoom < rule.max_zoom)


def _rows(
    frame: Frame, source: FeatureSource, query: FeatureQuery, style: Symbology, *, has_names: bool
) -> Iterable[tuple[Any, Any, Any]]:
    """The value rules are told apart by, the name, and the shape in px."""
    fields = source.fields()
    keys = [key for key in (style.field, style.label.field if has_names and style.label else None) if key]
    wanted = {PREFIX + key: fields[key].value() for key in keys if key in fields}
    is_points = style.drawn is Drawn.POINTS
    most = MOST_SIGNS if is_points else MOST_SHAPES
    rows = (
        source.features(query)
        .order_by()
        .alias(seen=source.shown_geom())
        .filter(seen__bboverlaps=_area(frame))
    )
    chosen = rows.values(**wanted, drawn=_drawn(frame, source, is_points=is_points))
    chosen = chosen.distinct() if is_points else chosen.order_by("id")
    read = list(chosen[: most + 1])
    if len(read) > most:
        raise ParameterError(
            "bbox", _("There is more here than one map can show (%(most)s). Take a smaller box or narrow the search.")
            % {"most": f"{most:,}"}
        )  # fmt: skip
    shapes = shapely.from_wkb([_bytes(row["drawn"]) for row in read])
    moved: Any = shapely.transform(shapes, frame.px) if read else []
    order = range(len(read)) if not is_points else sorted(range(len(read)), key=lambda at: _height(moved[at]))
    value, name = PREFIX + (style.field or ""), PREFIX + (style.label.field if style.label else "")
    return [(read[at].get(value), read[at].get(name), moved[at]) for at in order]


def _bytes(given: Any) -> bytes | None:
    return None if given is None else bytes(given)


def _height(shape: Any) -> float:
    """Signs of the south lie over those of the north."""
    return float(shapely.get_y(shape)) if shape is not None else 0.0


def _area(frame: Frame) -> Polygon:
    area = Polygon.from_bbox(frame.degrees(AROUND * frame.scale))
    area.srid = STORAGE_SRID
    return area


def _drawn(frame: Frame, source: FeatureSource, *, is_points: bool) -> Any:
    west, south, east, north = frame.box
    across, up = (east - west) / frame.width, (north - south) / frame.height
    shape = source.shown_geom()
    if is_points:
        step = GRID * frame.scale
        return point_on_grid(shape, frame.crs.srid, across * step, up * step)
    box = frame.grown(AROUND * frame.scale)
    return shape_in_box(shape, frame.crs.srid, box, min(across, up) * TOLERANCE)


def _text(frame: Frame, style: Symbology, rule: Rule, name: str, shape: Any) -> Iterable[Text]:
    """The name below a sign, or in the middle of what is seen of a shape, where it is as wide as its name."""
    size = (style.label.size if style.label else 12) * frame.scale
    if shape.geom_type == "Point":
        below = (rule.symbol.radius_at(frame.zoom) + 3) * frame.scale + size / 2
        yield Text(name, shape.x, shape.y + below, size)
        return
    seen = shapely.clip_by_rect(shape, 0, 0, frame.width, frame.height)
    if seen.is_empty or (seen.bounds[2] - seen.bounds[0]) < len(name) * size * 0.8:
        return
    at = seen.representative_point()
    yield Text(name, at.x, at.y, size)
