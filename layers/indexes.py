"""First pages at a million rows: which index answers a search, chosen by what is known of the words.

Both questions have a plan that is a hundred times faster than the planner's own guess:

- **near**: candidates in the order of the web Mercator index, re-sorted by distance on the spheroid, widened until
  provably complete;
- **words**: a common word is found fastest by walking the index of the wanted order and testing each row, a rare one by
  the trigram index over woven text. The share of rows a word stands in is estimated from a sample of its one and two
  characters (``layers/sql/grams.sql``). A wrong estimate costs time, never rows.

Numbers: ``/gisportal/docs/decisions/first-pages.md``.
"""

import math
import time
from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

from django.contrib.gis.geos import Polygon
from django.db import connection

from layers.access import Audience, Viewer, audiences
from layers.crs import WEB_MERCATOR_SRID
from layers.models import SearchGram
from layers.query import FeatureQuery, Spot
from layers.text import like_pattern, spellings

if TYPE_CHECKING:
    from layers.resources import ResourceSource

#: Squared first eccentricity of WGS 84.
_E2: Final = 0.006694379990141
_EARTH_RADIUS: Final = 6_378_137.0
_MAX_CANDIDATES: Final = 50_000
#: Cost of one row by the ordered walk and by the trigram index, relative to each other (measured at 1M rows).
_WALK_COST: Final = 1.0
_GRAM_COST: Final = 4.0
_GRAM_TTL: Final = 600.0
#: What stands in no sampled row is rarer than this.
_UNSEEN_SHARE: Final = 1e-5


_COLUMNS: Final = ("id", "sort_name", "updated_at", "search_public", "search_members", "search_staff")
#: What narrows a search beside its words, and its value where it does not.
_CONDITIONS: Final = tuple(
    (part.name, getattr(FeatureQuery(), part.name))
    for part in fields(FeatureQuery)
    if part.name not in {"words", "sort", "page", "per_page", "pairs"}
)
_compiled: dict[tuple[object, ...], tuple[str, tuple[Any, ...]]] = {}


def page_ids(source: "ResourceSource", query: FeatureQuery, offset: int, limit: int) -> list[int] | None:
    """Ids of one page by the fast way, or None where the plain one serves as well. The answer is the same."""
    if source.viewer.scope_key.startswith("own:") or query.as_of is not None:
        return None
    if query.spot and not query.serves and query.sort in {(), (("distance", False),)}:
        return _nearest(source, query, offset, limit)
    if query.words and not query.spot:
        return _worded(source, query, offset, limit)
    return None


# --- near ---------------------------------------------------------------------------------------------------------


def _nearest(source: "ResourceSource", query: FeatureQuery, offset: int, limit: int) -> list[int] | None:
    assert query.spot
    rows = _positions_sql(source, query)
    wanted = offset + limit
    candidates = max(32, wanted * 2)
    while candidates <= _MAX_CANDIDATES:
        found = _candidates(rows, query.spot, query.radius, candidates)
        near = sorted((metres, pk) for pk, metres, _planar in found)
        if query.radius is not None:
            near = [item for item in near if item[0] <= query.radius]
        if len(found) < candidates:
            # All rows of the circle, or with a position, are known; without a radius those without one follow.
            return _ids(near, offset, limit) if query.radius is not None or len(near) >= wanted else None
        proven = _least_metres(found[-1][2], query.spot.lat)
        if (query.radius is not None and proven > query.radius) or (
            len(near) >= wanted and near[wanted - 1][0] < proven
        ):
            return _ids(near, offset, limit)
        candidates *= 4
    return None


def _positions_sql(source: "ResourceSource", query: FeatureQuery) -> tuple[str, tuple[Any, ...]]:
    """SQL of the rows a search finds but for its radius; that of all visible rows is compiled once for each scope."""
    anywhere = replace(query, spot=None, radius=None, sort=())
    columns = ("id", "geom_public", "geom_3857")
    if query.words or _narrows(anywhere):
        return source.found(anywhere).order_by().values_list(*columns).query.sql_with_params()
    key = (source.viewer.scope_key, "positions")
    if key not in _compiled:
        _compiled[key] = source.found(anywhere).order_by().values_list(*columns).query.sql_with_params()
    return _compiled[key]


def _ids(near: list[tuple[float, int]], offset: int, limit: int) -> list[int]:
    return [pk for _metres, pk in near[offset : offset + limit]]


_CANDIDATES: Final = """
SELECT id, ST_Distance(geom_public::geography, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography), planar
FROM (
    SELECT id, geom_public, geom_3857 <-> ST_SetSRID(ST_MakePoint(%s, %s), 3857) AS planar
    FROM ({inner}) found WHERE geom_3857 IS NOT NULL AND {around}
    ORDER BY geom_3857 <-> ST_SetSRID(ST_MakePoint(%s, %s), 3857) LIMIT %s
) nearest ORDER BY planar
"""


#: What lies outside is farther than the radius: an empty or thin circle is known at once.
_AROUND: Final = "geom_3857 && ST_MakeEnvelope(%s, %s, %s, %s, 3857)"


def _candidates(
    rows: tuple[str, tuple[Any, ...]], spot: Spot, radius: float | None, number: int
) -> list[tuple[int, float, float]]:
    """``(id, metres on the spheroid, metres on the web map)`` of the nearest on the web map, around a circle."""
    on_map = _web_mercator(spot.lon, spot.lat)
    inner, params = rows
    box = () if radius is None else _box_around(on_map, spot.lat, radius)
    sql = _CANDIDATES.format(inner=inner, around=_AROUND if box else "true")
    with connection.cursor() as cursor:
        cursor.execute(sql, (spot.lon, spot.lat, *on_map, *params, *box, *on_map, number))
        return list(cursor.fetchall())


def _box_around(on_map: tuple[float, float], lat: float, radius: float) -> tuple[float, ...]:
    """A box on the web map that holds all within ``radius`` metres; twice the radius bounds the latitude reached."""
    x, y = on_map
    highest = min(abs(lat) + math.degrees(2 * radius / _EARTH_RADIUS), 89.0)
    half = radius / (math.cos(math.radians(highest)) * (1 - _E2))
    return x - half, y - half, x + half, y + half


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
    """Whether anything but words and order narrows the search."""
    return any(getattr(query, name) != empty for name, empty in _CONDITIONS)


def _rows_sql(source: "ResourceSource", query: FeatureQuery, *, ordered: bool) -> tuple[str, tuple[Any, ...]]:
    """SQL of the rows a search finds but for its words. That of all visible rows is compiled once for each scope,
    which holds because such scopes are conditions without parameters."""
    key = (source.viewer.scope_key, query.sort if ordered else None)
    is_kept = not _narrows(query)
    if is_kept and (kept := _compiled.get(key)) is not None:
        return kept
    rows = source.features(query.without("q")) if ordered else source.found(query.without("q")).order_by()
    made = rows.values_list(*_COLUMNS).query.sql_with_params()
    if is_kept:
        if len(_compiled) > 200:
            _compiled.clear()
        _compiled[key] = made
    return made


def _walk(source: "ResourceSource", query: FeatureQuery, offset: int, limit: int) -> list[int]:
    """Walk the wanted order and test each row's text. OFFSET 0 keeps the test out of the planner's guesses."""
    inner, params = _rows_sql(source, query, ordered=True)
    test, words = _text_test(query.words, source.viewer)
    sql = f"SELECT id FROM ({inner} OFFSET 0) walked WHERE {test} LIMIT %s OFFSET %s"
    return _fetch(sql, (*params, *words, limit, offset))


def _by_grams(
    source: "ResourceSource", query: FeatureQuery, order: list[str], offset: int, limit: int
) -> list[int]:
    """Find by the trigram indexes first, order after: the planner never walks in hope of an early hit.

    Either all words stand in the public text, or at least one in what another audience adds: a branch for each, so
    that each is led by an index.
    """
    inner, params = _rows_sql(source, query, ordered=False)
    branches, given = _branches(query.words, source.viewer)
    hits = " UNION ".join(
        f"SELECT id, sort_name, updated_at FROM ({inner}) found WHERE {test}" for test in branches
    )
    by = ", ".join(dict.fromkeys([*order, "id"]))
    sql = f"WITH hits AS MATERIALIZED ({hits}) SELECT id FROM hits ORDER BY {by} LIMIT %s OFFSET %s"
    return _fetch(sql, (*(value for own in given for value in (*params, *own)), limit, offset))


def _branches(words: tuple[str, ...], viewer: Viewer) -> tuple[list[str], list[list[str]]]:
    woven = [_either("layers_weave(search_public)", word, like_pattern) for word in words]
    tests = [" AND ".join(test for test, _params in woven)]
    given = [[value for _test, params in woven for value in params]]
    extra = _columns(viewer)[1:]
    if len(words) == 1 and extra:
        # One scan over all indexes at once: planned in half the time of a branch for each.
        rest = [(column, *_either(f"layers_weave({column})", words[0], like_pattern)) for column in extra]
        either = " OR ".join([tests[0], *(f"({column} <> '' AND {test})" for column, test, _params in rest)])
        return [f"({either})"], [[*given[0], *(value for _column, _test, params in rest for value in params)]]
    plain, plain_params = _text_test(words, viewer)
    for column in extra:
        for word in words:
            test, params = _either(f"layers_weave({column})", word, like_pattern)
            tests.append(f"{column} <> '' AND {test} AND {plain}")
            given.append([*params, *plain_params])
    return tests, given


def _columns(viewer: Viewer) -> list[str]:
    """Text columns a viewer of a common scope searches."""
    seen = audiences(viewer) if viewer.reads_all else frozenset({Audience.PUBLIC})
    return [f"search_{audience}" for audience in Audience if audience in seen]


def _either(expression: str, word: str, pattern: Callable[[str], str]) -> tuple[str, list[str]]:
    """A test for any spelling of a word, with its parameters."""
    forms = spellings(word)
    return "(" + " OR ".join(f"{expression} LIKE %s" for _form in forms) + ")", [
        pattern(form) for form in forms
    ]


def _text_test(words: tuple[str, ...], viewer: Viewer) -> tuple[str, list[str]]:
    """``LIKE`` over the plain text columns a viewer's audience has; the same rows as on the woven text."""
    tests, params = [], []
    for word in words:
        either = [_either(column, word, _plain_pattern) for column in _columns(viewer)]
        tests.append("(" + " OR ".join(test for test, _params in either) + ")")
        params += [value for _test, given in either for value in given]
    return " AND ".join(tests), params


def _plain_pattern(text: str) -> str:
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


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
    """Rows found, counted up to ``cap + 1``, where that is fast; None where plain counting serves as well."""
    if source.viewer.scope_key.startswith("own:") or query.as_of is not None:
        return None
    if query.spot and query.radius is not None and not query.serves:
        return _surely_within(source, query, cap)
    if not query.words or _narrows(query) or words_share(query.words) * _Grams.rows() < 2 * cap:
        return None
    inner, params = _rows_sql(source, query, ordered=False)
    test, words = _text_test(query.words, source.viewer)
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({inner} OFFSET 0) found WHERE {test} LIMIT %s) capped"
    return _fetch(sql, (*params, *words, cap + 1))[0]


def _surely_within(source: "ResourceSource", query: FeatureQuery, cap: int) -> int | None:
    """``cap + 1`` where so many rows lie in a square on the web map that lies within the circle; else None."""
    assert query.spot and query.radius is not None
    x, y = _web_mercator(query.spot.lon, query.spot.lat)
    nearest_equator = max(abs(query.spot.lat) - math.degrees(query.radius / _EARTH_RADIUS) * 1.1, 0.0)
    half = query.radius / (math.cos(math.radians(nearest_equator)) * (1 + _E2) * math.sqrt(2))
    square = Polygon.from_bbox((x - half, y - half, x + half, y + half))
    square.srid = WEB_MERCATOR_SRID
    rows = source.found(replace(query, radius=None)).filter(geom_3857__within=square).order_by()
    return cap + 1 if rows[: cap + 1].count() > cap else None


__all__ = ["capped_count", "page_ids", "refresh_grams", "words_share"]
