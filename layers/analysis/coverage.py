"""Coverage (徒歩圏人口カバー率, R34, G6): how many inhabitants live within reach of what a search finds.

Method, stated with every answer (:func:`method`):

* Reach is a circle around each resource found. Its radius is the walking distance divided by the detour factor: streets
  are longer than the straight line. Places a viewer may not see have no circle.
* Inhabitants are spread evenly over the polygon they are counted in; of a polygon half within reach, half are covered.
* All circles are united before anything is measured, so that nobody is counted twice.
* Areas are measured in the plane rectangular zone of the city, where a length is wrong by at most 1 in 10,000. A circle
  is drawn with 128 corners, which makes it 0.04 % too small.

Everything is computed by one statement, which gives shares of area; numbers of inhabitants are the source's own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.analysis.crosstab import sum_of_ages
from layers.crs import PLANE_ZONE_BY_PREFECTURE, plane_srid
from layers.districts import DistrictSource
from layers.errors import ParameterError, SourceNotFound
from layers.fields import Kind
from layers.query import FeatureQuery
from layers.source import PREFIX, FeatureSource, get_source

#: Groups of inhabitants, and the ages of a district that belong to them (None: all).
GROUPS: Final[dict[str, str | None]] = {"total": None, "child": "0-14", "65": "65+", "75": "75+"}
LEAST_DISTANCE: Final = 10.0
MOST_DISTANCE: Final = 20_000.0
#: Straight line to way on foot in Japanese towns; a city may give its own.
DETOUR: Final = 1.3
MOST_DETOUR: Final = 3.0
#: More places, or polygons of inhabitants, than these are refused: they take minutes.
MOST_PLACES: Final = 20_000
MOST_POLYGONS: Final = 20_000
#: For how long the statement may run unless said otherwise.
SECONDS: Final = 20.0

#: Shares of area. ``part``: 0 the whole polygon of inhabitants, 1 what lies in a district. ``inside``: share of the
#: polygon that lies there; ``covered``: share of it within reach of a place. They come as rows of their own, to be
#: added up: joined, a plan made without statistics measured everything anew for each polygon.
_STATEMENT: Final = """
WITH found(id, geom) AS ({found}),
places AS (SELECT DISTINCT ST_Transform(geom, %s) AS geom FROM found WHERE geom IS NOT NULL),
reach AS MATERIALIZED (
  SELECT ST_Subdivide(ST_Union(ST_Buffer(geom, %s, 'quad_segs=32')), 96) AS geom FROM places
),
living(id, geom) AS ({people}),
people AS MATERIALIZED (
  SELECT id, geom, ST_Area(geom) AS area
  FROM (SELECT id, ST_CollectionExtract(ST_MakeValid(ST_Transform(geom, %s)), 3) AS geom
        FROM living WHERE geom IS NOT NULL) plane
  WHERE ST_Area(geom) > 0
),
parts(id, district, part, geom, area) AS MATERIALIZED ({parts})
SELECT id, district, part, ST_Area(geom) / area, 0 FROM parts
UNION ALL
SELECT parts.id, parts.district, parts.part, 0, sum(ST_Area(ST_Intersection(parts.geom, reach.geom)) / parts.area)
FROM parts JOIN reach ON parts.geom && reach.geom AND ST_Intersects(parts.geom, reach.geom)
GROUP BY parts.id, parts.district, parts.part
"""
_WHOLE: Final = "SELECT id, NULL::bigint, 0, geom, area FROM people"
_BY_DISTRICT: Final = """
SELECT people.id, home.id, 1, ST_CollectionExtract(ST_Intersection(people.geom, home.geom), 3), people.area
FROM people JOIN (SELECT id, ST_Transform(geom, %s) AS geom FROM ({districts}) plain(id, geom)
                  WHERE geom IS NOT NULL) home
  ON people.geom && home.geom AND ST_Intersects(people.geom, home.geom)
"""


@dataclass(frozen=True, slots=True)
class Population:
    """Who lives where: a source of polygons and the number of inhabitants of each group by the polygon's id."""

    source: FeatureSource
    numbers: Mapping[int, Mapping[str, float | None]]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """Inhabitants of a group, how many of them are within reach, and the share (None where nobody lives)."""

    inhabitants: float
    covered: float

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.covered / self.inhabitants if self.inhabitants else None


@dataclass(frozen=True, slots=True)
class DistrictCoverage:
    """Coverage of one district; ``key``: ``scheme:code``."""

    key: str
    title: str
    groups: Mapping[str, Reached]


@dataclass(frozen=True, slots=True)
class Coverage:
    """The answer. ``places``: resources with a place the viewer may see; ``without_place``: those found without.

    ``polygons_without``: polygons whose number of inhabitants is not known; they count as empty.
    """

    distance: float
    detour: float
    radius: float
    places: int
    without_place: int
    polygons_without: int
    groups: Mapping[str, Reached]
    districts: tuple[DistrictCoverage, ...] = field(default=())


def district_population(viewer: Viewer, scheme: str) -> Population:
    """Inhabitants as a district scheme has them. Raises :class:`ParameterError` naming ``population``."""
    source = _source(viewer, f"districts-{scheme}", "population")
    assert isinstance(source, DistrictSource)
    numbers: dict[int, dict[str, float | None]] = {}
    for pk, total, ages in source.visible().values_list("pk", "population", "population_by_age"):
        numbers[pk] = {
            group: total
            if wanted is None
            else sum_of_ages(((str(k), int(v)) for k, v in ages.items()), wanted)
            for group, wanted in GROUPS.items()
        }
    return _known(source, numbers, GROUPS)


def layer_population(viewer: Viewer, slug: str, keys: Mapping[str, str]) -> Population:
    """Inhabitants as number fields of any source of polygons have them. ``keys``: group to key of the field."""
    source = _source(viewer, slug, "population")
    if source.geometry_type in {"Point", "MultiPoint", "LineString", "MultiLineString"}:
        raise ParameterError(
            "population", _("Inhabitants are spread over polygons; this collection has none.")
        )
    for group, key in keys.items():
        if group not in GROUPS or key not in source.fields() or source.fields()[key].kind is not Kind.NUMBER:
            raise ParameterError(
                "population",
                _("“%(key)s” is no field of numbers, or %(group)s none of: %(known)s.")
                % {"key": key, "group": group, "known": ", ".join(GROUPS)},
            )
    rows = source.select(source.visible(), list(dict.fromkeys(keys.values())))
    numbers = {
        row["id"]: {group: row[PREFIX + key] for group, key in keys.items()} for row in rows.iterator()
    }
    return _known(source, numbers, keys)


def _known(
    source: FeatureSource, numbers: dict[int, dict[str, float | None]], groups: Iterable[str]
) -> Population:
    """The groups of which at least one number is known."""
    known = tuple(group for group in groups if any(each[group] is not None for each in numbers.values()))
    if not known:
        raise ParameterError("population", _("This collection knows of no inhabitants."))
    if len(numbers) > MOST_POLYGONS:
        raise ParameterError(
            "population", _("At most %(most)d polygons can be measured.") % {"most": MOST_POLYGONS}
        )
    return Population(source, numbers, known)


def coverage(
    source: FeatureSource,
    query: FeatureQuery,
    population: Population,
    *,
    distance: float,
    detour: float = DETOUR,
    districts: DistrictSource | None = None,
    seconds: float = SECONDS,
) -> Coverage:
    """Inhabitants within reach of at least one feature a search finds.

    Args:
        source: whose features are looked for; as its viewer sees them.
        query: the search; its order and page have no effect.
        population: who lives where.
        distance: metres on foot.
        detour: how much longer the way is than the straight line, at least 1.
        districts: divides the answer; None: in total alone.
        seconds: for how long the database may compute.

    Raises:
        ParameterError: the search finds more than :data:`MOST_PLACES` places.
        OperationalError: it took longer.
        ImproperlyConfigured: the city's code (``LG_CODE``), which tells its plane zone, is not set.
    """
    if settings.LG_CODE[:2] not in PLANE_ZONE_BY_PREFECTURE:
        raise ImproperlyConfigured(
            "GISPORTAL_LG_CODE tells the plane rectangular zone distances are measured in"
        )
    found = source.features(query).order_by().annotate(place=source.shown_geom())
    number, places = found.count(), found.filter(place__isnull=False).count()
    if places > MOST_PLACES:
        raise ParameterError(
            "search", _("Finds more than %(most)d places. Narrow it down.") % {"most": MOST_PLACES}
        )
    shares = _shares(source, query, population, distance / detour, districts, seconds)
    by_district: dict[int, list[tuple[int, float, float]]] = defaultdict(list)
    whole: list[tuple[int, float, float]] = []
    for pk, district, part, inside, covered in shares:
        (by_district[district] if part and district is not None else whole).append((pk, inside, covered))
    return Coverage(
        distance=distance,
        detour=detour,
        radius=distance / detour,
        places=places,
        without_place=number - places,
        polygons_without=sum(
            1 for each in population.numbers.values() if all(n is None for n in each.values())
        ),
        groups=_reached(population, whole),
        districts=_districts(population, districts, by_district),
    )


def _shares(
    source: FeatureSource,
    query: FeatureQuery,
    population: Population,
    radius: float,
    districts: DistrictSource | None,
    seconds: float,
) -> list[tuple[int, int | None, int, float, float]]:
    found, params = _compiled(source, source.features(query))
    people, of_people = _compiled(population.source, population.source.visible())
    srid = plane_srid(settings.LG_CODE)
    parts = _WHOLE
    params += (srid, radius, *of_people, srid)
    if districts is not None:
        plain, of_districts = _compiled(districts, districts.visible())
        parts = f"{_WHOLE} UNION ALL {_BY_DISTRICT.format(districts=plain)}"
        params += (srid, *of_districts)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{round(seconds * 1000)}ms"])
        cursor.execute(_STATEMENT.format(found=found, people=people, parts=parts), params)
        return list(cursor.fetchall())


def _compiled(source: FeatureSource, rows: "QuerySet[Any]") -> tuple[str, tuple[Any, ...]]:
    """Ids and shapes as the viewer sees them."""
    sql, params = rows.order_by().values_list("id", source.shown_geom()).query.sql_with_params()
    return sql, tuple(params)


def _reached(population: Population, shares: Iterable[tuple[int, float, float]]) -> dict[str, Reached]:
    """Inhabitants of each group: numbers of whole polygons times shares of their area."""
    inhabitants, covered = dict.fromkeys(population.groups, 0.0), dict.fromkeys(population.groups, 0.0)
    for pk, inside, within in shares:
        for group in population.groups:
            number = population.numbers[pk][group] or 0
            inhabitants[group] += number * inside
            covered[group] += number * within
    return {group: Reached(inhabitants[group], covered[group]) for group in population.groups}


def _districts(
    population: Population,
    districts: DistrictSource | None,
    shares: Mapping[int, list[tuple[int, float, float]]],
) -> tuple[DistrictCoverage, ...]:
    if districts is None:
        return ()
    rows = districts.features(FeatureQuery()).values_list("pk", "key", "title")
    return tuple(
        DistrictCoverage(key, title, _reached(population, shares.get(pk, ()))) for pk, key, title in rows
    )


def _source(viewer: Viewer, slug: str, parameter: str) -> FeatureSource:
    try:
        return get_source(slug, viewer)
    except SourceNotFound as error:
        raise ParameterError(parameter, _("There is no “%(key)s”.") % {"key": slug}) from error


def method(found: Coverage) -> str:
    """How the figures came about, for whoever reads them."""
    return _(
        "Inhabitants within %(radius)d m in a straight line of a place found: %(distance)d m on foot, divided by the"
        " detour factor %(detour)s. Inhabitants are spread evenly over the polygon they are counted in; overlapping"
        " reach counts once; areas are measured in the plane rectangular zone of the city."
    ) % {"radius": round(found.radius), "distance": round(found.distance), "detour": f"{found.detour:g}"}
