"""First pages at a million rows: which index answers a search, chosen by what is known of the words.

Both questions have a plan that is a hundred times faster than the planner's own guess:

- **near**: candidates in the order of the web Mercator index, re-sorted by distance on the spheroid, widened until
  provably complete;
- **words**: a common word is found fastest by walking the index of the wanted order and testing each row, a rare one by
  the trigram index over woven text. The share of rows a word stands in is estimated from a sample of its one and two
  characters (``layers/sql/grams.sql``). A wrong estimate costs time, never rows.

Numbers: ``/gisportal/docs/decisions/0003-first-pages.md``.
"""

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from django.contrib.gis.geos import Point
from django.db import connection
from django.db.models import F, Func, QuerySet
from django.db.models.fields import FloatField

from layers.access import Audience, Viewer, audiences
from layers.crs import WEB_MERCATOR_SRID
from layers.functions import GeographyDistance, GeometryValue, geometry_value
from layers.models import SearchGram
from layers.query import FeatureQuery
from layers.text import spellings

if TYPE_CHECKING:
    from layers.resources import ResourceSource

#: Squared first eccentricity of WGS 84.
_E2: Final = 0.006694379990141
_EARTH_RADIUS: Final = 6_378_137.0
_MAX_CANDIDATES: Final = 50_000
#: Cost of one row by the ordered walk and by the trigram index, relative to each other (measured at 1M rows).
_WALK_COST: Final = 1.0
_GRAM_COST: Final = 1.6
_GRAM_TTL: Final = 600.0
#: What stands in no sampled row is rarer than this.
_UNSEEN_SHARE: Final = 1e-5


class PlanarDistance(Func):
    """Distance in the plane by the index operator ``<->``."""

    template = "(%(expressions)s)"
    arg_joiner = " <-> "
    output_field = FloatField()


def page_ids(source: "ResourceSource", query: FeatureQuery, offset: int, limit: int) -> list[int] | None:
    """Ids of one page by the fast way, or None where the plain one serves as well. The answer is the same."""
    if source.viewer.scope_key.startswith("own:"):
        return None
    if query.spot and not query.serves and query.sort in {(), (("distance", False),)}:
        return _nearest(source, query, offset, limit)
    if query.words and not query.spot:
        return _worded(source, query, offset, limit)
    return None


# --- near ---------------------------------------------------------------------------------------------------------


def _nearest(source: "ResourceSource", query: FeatureQuery, offset: int, limit: int) -> list[int] | None:
    assert query.spot
    rows = source.found(replace(query, radius=None)).filter(geom_3857__isnull=False)
    wanted = offset + limit
    candidates = max(32, wanted * 2)
    while candidates <= _MAX_CANDIDATES:
        found = _candidates(rows, query.spot.point, candidates)
        near = sorted((metres, pk) for pk, metres, _planar in found)
        if query.radius is not None:
            near = [item for item in near if item[0] <= query.radius]
        if len(found) < candidates:
            # All rows with a position are known; without a radius those without one follow.
            return _ids(near, offset, limit) if query.radius is not None or len(near) >= wanted else None
        proven = _least_metres(found[-1][2], query.spot.lat)
        if (query.radius is not None and proven > query.radius) or (
            len(near) >= wanted and near[wanted - 1][0] < proven
        ):
            return _ids(near, offset, limit)
        candidates *= 4
    return None


def _ids(near: list[tuple[float, int]], offset: int, limit: int) -> list[int]:
    return [pk for _metres, pk in near[offset : offset + limit]]


def _candidates(rows: "QuerySet[Any]", point: Point, number: int) -> list[tuple[int, float, float]]:
    """``(id, metres on the spheroid, metres on the web map)`` of the nearest on the web map."""
    on_map = Point(*_web_mercator(point.x, point.y), srid=WEB_MERCATOR_SRID)
    planar = PlanarDistance(F("geom_3857"), GeometryValue(on_map))
    metres = GeographyDistance(F("geom_public"), geometry_value(point))
    return list(rows.order_by(planar).values_list("pk", metres, planar)[:number])


def _web_mercator(lon: float, lat: float) -> tuple[float, float]:
    """EPSG:3857 of a position; by hand, because building a transformation costs milliseconds."""
    lat = max(min(lat, 85.06), -85.06)
    x = math.radians(lon) * _EARTH_RADIUS
    return x, math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * _EARTH_RADIUS


def _least_metres(planar: float, lat: float) -> float:
    """Least distance on the spheroid of two points so far apart on the web map.

    The scale along a meridian, the smaller of the two, is at least cos(latitude) · (1 - e²); the highest latitude
    the way between them can reach bounds it.
    """
    reach = math.degrees(planar / _EARTH_RADIUS)
    highest = min(abs(lat) + reach, 89.0)
    return planar * math.cos(math.radians(highest)) * (1 - _E2)


# --- words --------------------------------------------------------------------------------------------------------


def _worded(source: "ResourceSource", query: FeatureQuery, offset: int, limit: int) -> list[int] | None:
    order = _plain_order(query)
    if order is None:
        return None
    share, rows = words_share(query.words), _Grams.rows()
    by_walk = (offset + limit) / share * _WALK_COST
    by_gram = share * rows * _GRAM_COST
    if by_walk < by_gram and not _narrows(query):
        return _walk(source, query, offset, limit)
    if share < 0.05:
        return _by_grams(source, query, order, offset, limit)
    return None


def _plain_order(query: FeatureQuery) -> list[str] | None:
    """ORDER BY columns of orders an index holds, or None for others."""
    asked = query.sort or (("name", False),)
    columns = {"name": "sort_name", "reading": "sort_name", "updated_at": "updated_at", "id": "id"}
    if any(key not in columns for key, _descending in asked):
        return None
    return [f"{columns[key]} DESC" if descending else columns[key] for key, descending in asked]


def _narrows(query: FeatureQuery) -> bool:
    """Whether anything but words narrows the search, so that walking would find too little."""
    return replace(query.without("q"), pairs=(), page=1, per_page=20, sort=()) != FeatureQuery()


def _walk(source: "ResourceSource", query: FeatureQuery, offset: int, limit: int) -> list[int]:
    """Walk the wanted order and test each row's text. OFFSET 0 keeps the test out of the planner's guesses."""
    rows = source.features(query.without("q")).values_list(
        "id", "search_public", "search_members", "search_staff"
    )
    inner, params = rows.query.sql_with_params()
    test, words = _text_test(query.words, source.viewer)
    sql = f"SELECT id FROM ({inner} OFFSET 0) walked WHERE {test} LIMIT %s OFFSET %s"
    return _fetch(sql, (*params, *words, limit, offset))


def _by_grams(
    source: "ResourceSource", query: FeatureQuery, order: list[str], offset: int, limit: int
) -> list[int]:
    """Find by the trigram index first, order after: the planner never walks in hope of an early hit."""
    rows = source.found(query).order_by().values_list("id", "sort_name", "updated_at")
    inner, params = rows.query.sql_with_params()
    by = ", ".join(dict.fromkeys([*order, "id"]))
    sql = f"WITH hits AS MATERIALIZED ({inner}) SELECT id FROM hits ORDER BY {by} LIMIT %s OFFSET %s"
    return _fetch(sql, (*params, limit, offset))


def _text_test(words: tuple[str, ...], viewer: Viewer) -> tuple[str, list[str]]:
    """``LIKE`` over the plain text columns a viewer's audience has; the same rows as on the woven text."""
    seen = audiences(viewer)
    columns = ["search_public"]
    columns += ["search_members"] if Audience.MEMBERS in seen else []
    columns += ["search_staff"] if Audience.STAFF in seen else []
    tests, params = [], []
    for word in words:
        either = [(column, spelling) for spelling in spellings(word) for column in columns]
        tests.append("(" + " OR ".join(f"{column} LIKE %s" for column, _spelling in either) + ")")
        params += ["%" + _escaped(spelling) + "%" for _column, spelling in either]
    return " AND ".join(tests), params


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _fetch(sql: str, params: tuple[Any, ...]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [row[0] for row in cursor.fetchall()]


# --- how frequent -------------------------------------------------------------------------------------------------


class _Grams:
    """Shares of characters, kept per process for some minutes: they steer, they never decide."""

    shares: dict[str, float] = {}
    number: float = 0.0
    read_at: float = -math.inf

    @classmethod
    def refresh(cls) -> None:
        if time.monotonic() - cls.read_at < _GRAM_TTL:
            return
        cls.shares = dict(SearchGram.objects.values_list("gram", "share"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'layers_resource'::regclass")
            cls.number = max(float(cursor.fetchone()[0]), 1.0)
        cls.read_at = time.monotonic()

    @classmethod
    def rows(cls) -> float:
        cls.refresh()
        return cls.number


def words_share(words: tuple[str, ...]) -> float:
    """Estimated share of rows in which all words stand, between 1e-9 and 1."""
    _Grams.refresh()
    share = 1.0
    for word in words:
        share *= min(1.0, sum(_spelling_share(spelling) for spelling in spellings(word)))
    return max(share, 1e-9)


def _spelling_share(spelling: str) -> float:
    grams = [spelling[i : i + 2] for i in range(len(spelling) - 1)] or [spelling]
    return min(_Grams.shares.get(gram, _UNSEEN_SHARE) for gram in grams)


def refresh_grams(sample_rows: int = 20_000) -> int:
    """Sample the search text anew; returns the number of grams kept. For the worker and after imports."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT layers_refresh_grams(%s)", [sample_rows])
        kept = int(cursor.fetchone()[0])
    _Grams.read_at = -math.inf
    return kept


def capped_count(source: "ResourceSource", query: FeatureQuery, cap: int) -> int | None:
    """Rows found, counted up to ``cap + 1``, for words only; None where plain counting serves as well."""
    if not query.words or source.viewer.scope_key.startswith("own:"):
        return None
    if words_share(query.words) * _Grams.rows() < 2 * cap or _narrows(query):
        return None
    inner, params = (
        source.visible()
        .order_by()
        .values_list("id", "search_public", "search_members", "search_staff")
        .query.sql_with_params()
    )
    test, words = _text_test(query.words, source.viewer)
    return _fetch(
        f"SELECT count(*) FROM (SELECT 1 FROM ({inner} OFFSET 0) walked WHERE {test} LIMIT %s) capped",
        (*params, *words, cap + 1),
    )[0]


__all__ = ["capped_count", "page_ids", "refresh_grams", "words_share"]
