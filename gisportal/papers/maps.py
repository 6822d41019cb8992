"""Maps for paper as SVG, from our own vectors: no tile, no network, sharp at every size (R33, R51)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final

import shapely
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from gisportal.papers.labels import FONT, Labels
from gisportal.papers.map_data import Boundaries, Shape, base_shapes
from gisportal.papers.projection import Plane, plane_around
from styles.legend import outline

SEA: Final = "#d5e6f0"
LAND: Final = "#faf8f2"
EDGE: Final = "#8a9aa6"
BOUNDARY: Final = "#7a4a9c"
NAME: Final = "#4a4f55"
#: Radius of a point's sign in mm, and of its number.
SIGN: Final = 2.1
LEAST_METRES: Final = 1200.0
#: Towns' names and thin boundaries are drawn up to this scale.
MOST_METRES_PER_MM: Final = 60
#: District names are written where at most so many districts are on the map.
MOST_NAMED: Final = 40


@dataclass(frozen=True, slots=True)
class MapPoint:
    """A place to show: degrees WGS 84, colour ``#rrggbb`` and shape of its category, a short label or number."""

    lon: float
    lat: float
    colour: str = "#7a3e00"
    shape: str = "circle"
    label: str = ""


@dataclass(frozen=True, slots=True)
class DrawnMap:
    """A map as inline SVG of its size in mm; ``attributions`` must be printed with it (``papers/map.html``)."""

    svg: SafeString
    scale: int
    bar_metres: int
    bar_mm: float
    attributions: tuple[str, ...]

    @property
    def scale_text(self) -> str:
        """``1:10,000``."""
        return f"1:{self.scale:,}"


def map_svg(
    points: Sequence[MapPoint],
    *,
    width_mm: float,
    height_mm: float,
    metres: float | None = None,
    centre: tuple[float, float] | None = None,
    districts: Sequence[Boundaries] = (),
    title: str = "",
) -> DrawnMap | None:
    """A map around ``centre`` (lon, lat), else around the points; None with neither.

    It is at least ``metres`` wide, a little more where that makes the scale a round number. ``districts``: from
    :func:`gisportal.papers.map_data.boundaries`; the first are drawn bold with their names, further ones as thin lines
    for orientation on maps of a small area. ``title``: alternative text.
    """
    least = metres or LEAST_METRES
    plane = (
        Plane(*centre, least, width_mm, height_mm)
        if centre
        else plane_around(
            [(point.lon, point.lat) for point in points], width_mm, height_mm, least_metres=least
        )
    )
    return None if plane is None else _draw(plane.rounded(), points, districts, title)


def _draw(plane: Plane, points: Sequence[MapPoint], districts: Sequence[Boundaries], title: str) -> DrawnMap:
    base = base_shapes()
    shapes = base.inside(plane.box())
    labels = Labels(plane.width_mm, plane.height_mm)
    bar_metres, bar_mm = plane.scale_bar(plane.width_mm * 0.3)
    labels.reserve(3 + bar_mm / 2, plane.height_mm - 5, bar_mm / 2 + 9, 6)
    labels.reserve(plane.width_mm - 6, 8, 5, 8)
    signs = [_sign(plane, point, labels) for point in points]
    lines, words = _all_districts(plane, districts, labels)
    parts = [
        *_ground(plane, shapes),
        *lines,
        *_rails(plane, shapes["railway"]),
        *_stations(plane, shapes["station"], labels),
    ]
    _places(plane, shapes["place"], labels)
    parts += [*labels.drawn, *signs, _scale_bar(plane, bar_metres, bar_mm), _north(plane)]
    used = {shape.source for group in shapes.values() for shape in group}
    words = [*(base.words[slug] for slug in sorted(used) if slug in base.words), *words]
    svg = _framed(plane, parts, title)
    return DrawnMap(svg, plane.denominator, bar_metres, bar_mm, tuple(dict.fromkeys(words)))


def _framed(plane: Plane, parts: Iterable[str], title: str) -> SafeString:
    width, height = plane.width_mm, plane.height_mm
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{0}mm" height="{1}mm" viewBox="0 0 {0} {1}" '
        'font-family="{2}"><title>{3}</title><rect width="{0}" height="{1}" fill="{4}"/>{5}'
        '<rect x="0.15" y="0.15" width="{6}" height="{7}" fill="none" stroke="#3d4650" stroke-width="0.3"/></svg>',
        f"{width:g}", f"{height:g}", FONT, title or _("Map"), SEA, mark_safe("".join(parts)),
        f"{width - 0.3:g}", f"{height - 0.3:g}",
    )  # fmt: skip


def _path(geom: BaseGeometry) -> str:
    """Path data of lines and polygons."""
    return "".join(_rings(geom))


def _rings(geom: BaseGeometry) -> Iterable[str]:
    for part in shapely.get_parts(geom):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                yield _line(ring.coords[:-1]) + "z"
        elif part.geom_type in {"LineString", "LinearRing"}:
            yield _line(part.coords)
        elif part.geom_type.startswith(("Multi", "Geometry")):
            yield from _rings(part)


def _line(coords: Iterable[tuple[float, ...]]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y, *_more in coords)


def _ground(plane: Plane, shapes: dict[str, list[Shape]]) -> Iterable[SafeString]:
    """Land on the sea, then the borders of municipalities; simplified below what a printer shows."""
    land = _path(shapely.GeometryCollection([_cut(plane, shape.geom) for shape in shapes["land"]]))
    yield format_html(
        '<path d="{}" fill="{}" fill-rule="nonzero" stroke="{}" stroke-width="0.15"/>', land, LAND, LAND
    )
    for shape in shapes["boundary"]:
        if path := _path(_cut(plane, shape.geom)):
            yield format_html(
                '<path d="{}" fill="none" stroke="{}" stroke-width="{}" stroke-dasharray="2 0.7 0.4 0.7"/>',
                path, EDGE, "0.45" if shape.kind == "prefecture" else "0.3",
            )  # fmt: skip


def _cut(plane: Plane, geom: BaseGeometry) -> BaseGeometry:
    return shapely.simplify(plane.on_paper(geom), 0.04)


def _rails(plane: Plane, shapes: Sequence[Shape]) -> Iterable[SafeString]:
    """JR black and white, private lines black with a thin core: told apart without colour."""
    for shape in shapes:
        if path := _path(_cut(plane, shape.geom)):
            yield format_html('<path d="{}" fill="none" stroke="#33383d" stroke-width="0.8"/>', path)
            dashes = "2 2" if shape.kind == "jr" else "0.5 2.5"
            yield format_html(
                '<path d="{}" fill="none" stroke="#ffffff" stroke-width="0.5" stroke-dasharray="{}"/>',
                path, dashes,
            )  # fmt: skip


def _stations(plane: Plane, shapes: Sequence[Shape], labels: Labels) -> Iterable[SafeString]:
    told: list[tuple[str, float, float]] = []
    for shape in shapes:
        at = plane.on_paper(shape.geom)
        if at.is_empty:
            continue
        x, y = at.centroid.x, at.centroid.y
        yield format_html(
            '<rect x="{}" y="{}" width="3" height="1.8" rx="0.4" fill="#ffffff" stroke="#33383d" stroke-width="0.35"/>',
            f"{x - 1.5:.2f}", f"{y - 0.9:.2f}",
        )  # fmt: skip
        # One station of several lines stands there once for each of them.
        if any(shape.name == name and hypot(x - a, y - b) < 8 for name, a, b in told):
            continue
        labels.reserve(x, y, 1.5, 0.9)
        text = shape.name if shape.name.endswith("駅") else f"{shape.name}駅"
        if labels.place(text, x, y, 2.6, "#1a1d20", gap=2.1, bold=True):
            told.append((shape.name, x, y))


def _all_districts(
    plane: Plane, districts: Sequence[Boundaries], labels: Labels
) -> tuple[list[SafeString], list[str]]:
    """Boundaries, thin ones first, and the attributions of those drawn."""
    lines: list[SafeString] = []
    words: list[str] = []
    for place, scheme in reversed(list(enumerate(districts))):
        if place and plane.metres_per_mm > MOST_METRES_PER_MM:
            continue
        drawn = _thin(plane, scheme) if place else _districts(plane, scheme, labels)
        lines += drawn
        words += scheme.attributions if drawn else ()
    return lines, words


def _thin(plane: Plane, districts: Boundaries) -> list[SafeString]:
    box = shapely.box(*plane.box())
    near = [item.geom.boundary for item in districts.districts if item.geom.intersects(box)]
    path = _path(_cut(plane, shapely.GeometryCollection(near)))
    return (
        [format_html('<path d="{}" fill="none" stroke="#a7adb3" stroke-width="0.18"/>', path)] if path else []
    )


def _districts(plane: Plane, districts: Boundaries, labels: Labels) -> list[SafeString]:
    """Boundary lines of the districts on the map; names in the middle of what is seen of them."""
    box = shapely.box(*plane.box())
    near = [item for item in districts.districts if item.geom.intersects(box)]
    drawn: list[SafeString] = []
    for item in near:
        if path := _path(_cut(plane, item.geom.boundary)):
            drawn.append(
                format_html(
                    '<path d="{}" fill="none" stroke="{}" stroke-width="0.5" stroke-dasharray="1.6 0.9"/>',
                    path, BOUNDARY,
                )
            )  # fmt: skip
        seen = plane.on_paper(item.geom)
        if path and len(near) <= MOST_NAMED and not seen.is_empty:
            at = seen.representative_point()
            labels.place(item.title, at.x, at.y, 3.2, BOUNDARY, bold=True)
    return drawn


def _places(plane: Plane, shapes: Sequence[Shape], labels: Labels) -> None:
    """Names of towns where they can be read, of municipalities on maps of a wide area."""
    for shape in shapes:
        is_town = shape.kind == "town"
        if is_town and plane.metres_per_mm > MOST_METRES_PER_MM:
            continue
        at = plane.on_paper(shape.geom)
        if not at.is_empty:
            labels.place(shape.name, at.centroid.x, at.centroid.y, 2.2 if is_town else 3, NAME)


def _sign(plane: Plane, point: MapPoint, labels: Labels) -> SafeString:
    """The sign of the point's category with a white edge, its number on a white disc in it or its name beside it."""
    x, y = (float(value) for value in plane.paper(point.lon, point.lat))
    is_number = 0 < len(point.label) <= 2
    radius = SIGN * 1.7 if is_number else SIGN
    labels.reserve(x, y, radius, radius)
    corners = " ".join(f"{x + dx:.2f},{y + dy:.2f}" for dx, dy in outline(point.shape, radius))
    sign = format_html(
        '<polygon points="{0}" fill="{1}" stroke="#ffffff" stroke-width="1.1" stroke-linejoin="round"/>'
        '<polygon points="{0}" fill="{1}" stroke="#1a1d20" stroke-width="0.25" stroke-linejoin="round"/>',
        corners, point.colour,
    )  # fmt: skip
    if is_number:
        return sign + format_html(
            '<circle cx="{0}" cy="{1}" r="1.95" fill="#ffffff"/><text x="{0}" y="{2}" font-size="2.9" '
            'font-weight="bold" text-anchor="middle" fill="#1a1d20">{3}</text>',
            f"{x:.2f}", f"{y:.2f}", f"{y + 1.05:.2f}", point.label,
        )  # fmt: skip
    if point.label:
        labels.place(point.label, x, y, 3.2, "#1a1d20", gap=radius + 0.8, bold=True)
    return sign


def _scale_bar(plane: Plane, metres: int, length: float) -> SafeString:
    """A bar of exactly ``length`` mm, its first half filled."""
    y, half = plane.height_mm - 4.2, length / 2
    text = f"{metres:,} m" if metres < 1000 else f"{metres / 1000:g} km"
    rows = [(3.0, half, "#1a1d20"), (3.0 + half, half, "#ffffff")]
    bars = format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="1.1" fill="{}" stroke="#1a1d20" stroke-width="0.2"/>',
        ((f"{x:.3f}", f"{y:.2f}", f"{wide:.3f}", fill) for x, wide, fill in rows),
    )
    return format_html(
        '<rect x="1.2" y="{0}" width="{1}" height="7.6" fill="#ffffff" fill-opacity="0.8"/>{2}'
        '<text x="3" y="{3}" font-size="2.5" text-anchor="middle">0</text>'
        '<text x="{4}" y="{3}" font-size="2.5" text-anchor="middle">{5}</text>',
        f"{y - 4.4:.2f}", f"{length + 12:.2f}", bars, f"{y - 1.1:.2f}", f"{3 + length:.2f}", text,
    )  # fmt: skip


def _north(plane: Plane) -> SafeString:
    x = plane.width_mm - 6
    return format_html(
        '<rect x="{}" y="1.6" width="7" height="13" fill="#ffffff" fill-opacity="0.8"/>'
        '<path d="M{} 3.2l2.3 7.6l-2.3 -1.8z" fill="#1a1d20"/>'
        '<path d="M{} 3.2l-2.3 7.6l2.3 -1.8z" fill="#ffffff" stroke="#1a1d20" stroke-width="0.25"/>'
        '<text x="{}" y="13.8" font-size="3" font-weight="bold" text-anchor="middle">N</text>',
        f"{x - 3.5:.2f}", f"{x:.2f}", f"{x:.2f}", f"{x:.2f}",
    )  # fmt: skip
