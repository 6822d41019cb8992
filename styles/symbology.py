"""How a source is drawn: the one model every style document, legend and picture is written from (G4, G6, design §5).

MapLibre (``documents``), SLD (``sld``), QML (``qml``), legends (``legend``) and maps (``drawing``) all read this and
nothing else, so that a colour is the same wherever it is seen. Sizes are px of a screen of 96 dpi; zooms are
MapLibre's, whose zoom 0 shows the world in 512 px.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from layers.source import FeatureSource
from layers.vocabulary import vocabulary
from styles.categories import FALLBACK_COLOUR, FALLBACK_SHAPE, category_styles
from styles.stored import StoredStyle

DISTRICT_COLOUR: Final = "#3d4650"
#: What people note on the map (comments): far from the colours of categories and districts.
MARK_COLOUR: Final = "#8a1c5c"
PAPER: Final = "#ffffff"
#: Scale denominator of zoom 0 at the equator, by the 0.28 mm pixel of OGC 05-077r4.
DENOMINATOR_OF_ZOOM_0: Final = 279_541_132.0143589
#: Names of points appear from this zoom on.
POINT_NAMES_FROM: Final = 15

Value = str | float | bool


class Drawn(StrEnum):
    """What shapes a source holds, as a style tells them apart."""

    POINTS = "points"
    LINES = "lines"
    AREAS = "areas"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Condition:
    """What features a rule is for: any of ``values``; else from ``low`` to below ``high``, each open where None.

    ``is_closed``: ``high`` itself belongs to it.
    """

    field: str
    values: tuple[Value, ...] = ()
    low: float | None = None
    high: float | None = None
    is_closed: bool = False

    @property
    def is_range(self) -> bool:
        """Whether numbers are compared."""
        return not self.values

    def holds(self, value: object) -> bool:
        """Whether a value meets it; no value meets none."""
        if not self.is_range:
            return value in self.values
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if self.low is not None and value < self.low:
            return False
        return self.high is None or value < self.high or (self.is_closed and value == self.high)


@dataclass(frozen=True, slots=True)
class Symbol:
    """How a shape is drawn. ``colour``: of a sign or an area, or of a line where there is nothing but lines.

    ``opacity``: of the colour, not of the edge. ``radius``: of a sign at zoom 12; ``width``: of edge or line there.
    """

    colour: str
    shape: str = FALLBACK_SHAPE
    opacity: float = 1.0
    stroke: str = PAPER
    width: float = 1.5
    radius: float = 6.0

    def radius_at(self, zoom: float) -> float:
        """Radius at a zoom: signs grow while a map is entered."""
        return _between(zoom, *self.radii)

    def width_at(self, zoom: float) -> float:
        """Width of a line at a zoom."""
        return _between(zoom, *self.widths)

    @property
    def radii(self) -> "tuple[Stop, Stop]":
        """Zoom and radius from which, and up to which signs grow."""
        return (8, max(self.radius - 2, 1.5)), (14, self.radius + 1)

    @property
    def widths(self) -> "tuple[Stop, Stop]":
        """Zoom and width from which, and up to which lines grow."""
        return (8, round(self.width * 0.444, 1)), (15, round(self.width * 1.39, 1))


Stop = tuple[int, float]


def _between(zoom: float, first: Stop, last: Stop) -> float:
    share = min(max((zoom - first[0]) / (last[0] - first[0]), 0.0), 1.0)
    return first[1] + (last[1] - first[1]) * share


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the legend. Without a condition it is for every feature no rule before it was for.

    ``is_told``: whether the legend tells of it. ``min_zoom``, ``max_zoom``: shown from, and below.
    """

    title: str
    symbol: Symbol
    condition: Condition | None = None
    is_told: bool = True
    min_zoom: float | None = None
    max_zoom: float | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """The field names are written from, from a zoom on."""

    field: str
    min_zoom: float | None = None
    size: float = 12.0


@dataclass(frozen=True, slots=True)
class Symbology:
    """How one source is drawn. ``name``: slug of the source, and of its style; ``title``: of the source."""

    name: str
    title: str
    drawn: Drawn
    rules: tuple[Rule, ...]
    label: Label | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields a renderer needs of each feature."""
        asked = [rule.condition.field for rule in self.rules if rule.condition]
        return tuple(dict.fromkeys([*asked, *([self.label.field] if self.label else ())]))

    @property
    def field(self) -> str | None:
        """The one field all conditions are on; None without any."""
        return next((rule.condition.field for rule in self.rules if rule.condition), None)

    @property
    def by_condition(self) -> tuple[Rule, ...]:
        """Rules with a condition."""
        return tuple(rule for rule in self.rules if rule.condition)

    @property
    def otherwise(self) -> Rule | None:
        """The rule for all others; None where they are not drawn."""
        return next((rule for rule in self.rules if rule.condition is None), None)

    def rule_of(self, value: object) -> Rule | None:
        """The rule a feature is drawn by; None where it is not drawn."""
        found = (rule for rule in self.by_condition if rule.condition and rule.condition.holds(value))
        return next(found, self.otherwise)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what our own map draws layers from."""
        return asdict(self)


def scale_denominator(zoom: float) -> float:
    """Scale denominator of a zoom, at the equator."""
    return float(DENOMINATOR_OF_ZOOM_0 / 2**zoom)


def symbology(source: FeatureSource) -> Symbology:
    """How a source is drawn for its viewer, titles in the language in force."""
    drawn = drawn_as(source.geometry_type)
    layer = getattr(source, "layer", None)
    if layer is not None:
        rules: Iterable[Rule] = _stored_rules(StoredStyle.read(layer.style, layer.title), drawn)
    elif drawn is Drawn.POINTS:
        rules = _category_rules()
    elif drawn is Drawn.AREAS:
        rules = [Rule(str(source.metadata.title), _area(DISTRICT_COLOUR))]
    else:
        rules = [Rule(str(source.metadata.title), _mark(MARK_COLOUR))]
    return Symbology(source.slug, str(source.metadata.title), drawn, tuple(rules), _label(source, drawn))


def drawn_as(geometry_type: str) -> Drawn:
    """What a GeoJSON type of geometry is drawn as."""
    single = geometry_type.removeprefix("Multi")
    kinds = {"Point": Drawn.POINTS, "LineString": Drawn.LINES, "Polygon": Drawn.AREAS}
    return kinds.get(single, Drawn.MIXED)


def _label(source: FeatureSource, drawn: Drawn) -> Label | None:
    if "name" not in source.fields():
        return None
    return Label("name", POINT_NAMES_FROM) if drawn is Drawn.POINTS else Label("name", None, 13)


def _area(colour: str) -> Symbol:
    return Symbol(colour, "area", opacity=0.08, stroke=colour, width=1.8)


def _mark(colour: str) -> Symbol:
    return Symbol(colour, opacity=0.08, stroke=colour, width=1.8)


def _category_rules() -> list[Rule]:
    """One rule a category; the legend tells of those of the first level. What is new meanwhile is drawn grey."""
    found = [
        Rule(
            item.title,
            Symbol(item.colour, item.shape),
            Condition("category", (item.code,)),
            is_told=item.parent is None,
        )
        for item in category_styles(vocabulary())
    ]
    return [*found, Rule("", Symbol(FALLBACK_COLOUR), is_told=False)]


def _stored_rules(style: StoredStyle, drawn: Drawn) -> list[Rule]:
    """Rules of an uploaded layer; classes follow one another without gaps, the last one closed."""

    def symbol(colour: str) -> Symbol:
        shape = {Drawn.AREAS: "area", Drawn.LINES: "line"}.get(drawn, FALLBACK_SHAPE)
        stroke = style.stroke if drawn in {Drawn.POINTS, Drawn.AREAS} else colour
        return Symbol(colour, shape, style.opacity, stroke, style.width, style.radius)

    lows = [rule.low for rule in style.rules]
    found = []
    for place, rule in enumerate(style.rules):
        if style.is_classes:
            is_last = place + 1 == len(style.rules)
            high = rule.high if is_last else lows[place + 1]
            condition = Condition(style.field, (), rule.low, high, is_closed=is_last)
        else:
            condition = Condition(style.field, (rule.value,))
        found.append(Rule(rule.title, symbol(rule.colour), condition))
    if style.other_colour:
        title = style.other_title if found else style.title
        found.append(Rule(title, symbol(style.other_colour)))
    return found
