"""SQL functions as Django expressions."""

from typing import Any

from django.conf import settings
from django.contrib.gis.db.models import GeometryField, PointField
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import BooleanField, DateField, DateTimeField, FloatField, Func, TextField, Value

from layers.crs import STORAGE_SRID


class Weave(Func):
    """Search text with a separator between all characters (``layers_weave``), as its index holds it."""

    function = "layers_weave"
    output_field = TextField()


class Normalise(Func):
    """Search text normalised in SQL (``layers_normalise``)."""

    function = "layers_normalise"
    output_field = TextField()


class DistrictsOf(Func):
    """Keys of the districts a place lies in: ``(geometry, lg_code, town, hand)``."""

    function = "layers_districts_of"


class JsonNumber(Func):
    """A JSON number as float; anything else is null, so that one bad value cannot break an answer."""

    function = "layers_json_number"
    output_field = FloatField()


class JsonBoolean(Func):
    """A JSON boolean; anything else is null."""

    function = "layers_json_boolean"
    output_field = BooleanField()


class GeographyDistance(Func):
    """Geodesic distance in metres between two EPSG:4326 points, on the spheroid."""

    template = "ST_Distance(%(expressions)s)"
    output_field = FloatField()

    def __init__(self, column: Any, point: Any) -> None:
        super().__init__(AsGeography(column), AsGeography(point))


class WithinMetres(Func):
    """Whether two EPSG:4326 geometries lie within so many metres of each other on the spheroid.

    Both sides are geography, as the expression index on ``geom_public`` is.
    """

    template = "ST_DWithin(%(expressions)s)"
    output_field = BooleanField()

    def __init__(self, column: Any, point: Any, metres: float) -> None:
        super().__init__(AsGeography(column), AsGeography(point), metres)


class AsGeography(Func):
    """A geometry in EPSG:4326 as geography."""

    template = "(%(expressions)s)::geography"
    output_field = PointField(srid=STORAGE_SRID, geography=True)


class _Condition(Func):
    """A comparison of two expressions that can stand in ``filter()``."""

    conditional = True
    output_field = BooleanField()

    def __init__(self, left: Any, right: Any) -> None:
        super().__init__(left, right)


class Same(_Condition):
    """Equality."""

    template = "(%(expressions)s)"
    arg_joiner = " = "


class AtLeast(Same):
    """Greater or equal."""

    arg_joiner = " >= "


class AtMost(Same):
    """Less or equal."""

    arg_joiner = " <= "


class WovenLike(Same):
    """``LIKE`` with a pattern made by ``layers.text.like_pattern``; uses the trigram index on woven text."""

    arg_joiner = " LIKE "


class Contains(_Condition):
    """Whether the first text holds the second."""

    template = "(strpos(%(expressions)s) > 0)"


class JsonHas(_Condition):
    """Whether a JSON array of texts holds a text."""

    template = "jsonb_exists(%(expressions)s)"


class ArrayHas(_Condition):
    """Whether an SQL array holds a text."""

    template = "(array_position(%(expressions)s) IS NOT NULL)"


class DaysAgo(Func):
    """Midnight of the city's day so many days ago, by the clock of the database: kept statements stay true."""

    template = (
        "((date_trunc('day', now() AT TIME ZONE %(zone)s) - make_interval(days => %(expressions)s))"
        " AT TIME ZONE %(zone)s)"
    )
    output_field = DateTimeField()

    def __init__(self, days: int) -> None:
        super().__init__(Value(days), zone=f"'{settings.TIME_ZONE}'")


class ClockText(Func):
    """A time of day as ``10:00``."""

    template = "to_char(%(expressions)s, 'HH24:MI')"
    output_field = TextField()


class CityDay(Func):
    """The city's date so many days from now, by the clock of the database."""

    template = "((now() AT TIME ZONE %(zone)s)::date + %(expressions)s)"
    output_field = DateField()

    def __init__(self, days: int = 0) -> None:
        super().__init__(Value(days), zone=f"'{settings.TIME_ZONE}'")


class GeometryValue(Value):
    """A geometry as a bound value, in its own SRID and without Django's transformation to a column's."""

    def __init__(self, geometry: GEOSGeometry) -> None:
        super().__init__(geometry, output_field=GeometryField(srid=geometry.srid or STORAGE_SRID))


def geometry_value(geometry: GEOSGeometry) -> Value:
    """An EPSG:4326 geometry as a bound value."""
    return GeometryValue(geometry)
