"""GeoJSON built whole in PostGIS and handed on as bytes (design §6, style rule 11).

A page is one statement: the ids in order (compiled per query, narrow, so that sorting carries no wide rows), then the
masked values of those ids. Compiling the wide part costs the ORM 2-3 ms, more than running it, so its SQL is kept per
source, scope, vocabulary, fields, language and CRS.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language

from layers.crs import CRS84, STORAGE_SRID, Crs
from layers.errors import FeatureNotFound
from layers.fields import Field, Kind
from layers.query import FeatureQuery
from layers.source import FeatureSource
from layers.vocabulary import vocabulary

#: 9 decimals of a degree are 0.1 mm, so that positions may be transformed again and still agree to 1 mm.
DEGREE_DECIMALS: Final = 9
METRE_DECIMALS: Final = 4
STREAM_CHUNK: Final = 2_000
_KEPT: Final = 256
_GEOGRAPHIC: Final = frozenset({4326, 4612, 6668})

DEFAULT_CRS: Final = Crs(CRS84, STORAGE_SRID, False)


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a feature is written: property keys (None: all the viewer sees), geometry or not, and its CRS."""

    keys: tuple[str, ...] | None = None
    crs: Crs = DEFAULT_CRS
    with_geometry: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """Features of one page as GeoJSON objects joined by commas; ``last_id`` is where the next page starts."""

    features: bytes
    number_returned: int
    has_more: bool
    last_id: int | None


_EMPTY: Final = Page(b"", 0, False, None)
_Sql = tuple[str, tuple[Any, ...]]

_PAGE: Final = """
WITH page AS MATERIALIZED (SELECT ids.id, row_number() OVER () AS n FROM ({ids}) ids(id)),
wide AS ({wide})
SELECT string_agg({feature}, ',' ORDER BY page.n), count(*), (SELECT count(*) FROM page),
       (SELECT id FROM page WHERE n <= {limit} ORDER BY n DESC LIMIT 1)
FROM page JOIN wide ON wide.id = page.id CROSS JOIN LATERAL (SELECT {properties}) p
WHERE page.n <= {limit}
"""


def page(
    source: FeatureSource,
    query: FeatureQuery,
    *,
    limit: int,
    offset: int = 0,
    after: int | None = None,
    shape: Shape | None = None,
) -> Page:
    """One page of what a query finds. ``after``: an id to go on behind, where sorted by id (fast at any depth)."""
    rows = source.features(query)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return _page(source, rows[offset : offset + limit + 1], limit, shape or Shape())


def feature(source: FeatureSource, feature_id: int, *, shape: Shape | None = None) -> bytes:
    """One feature. Raises :class:`FeatureNotFound` where the viewer may not see it."""
    rows = source.features(FeatureQuery(sort=(("id", False),))).filter(pk=feature_id)
    found = _page(source, rows[:1], 1, shape or Shape())
    if not found.number_returned:
        raise FeatureNotFound(str(feature_id))
    return found.features


def stream(source: FeatureSource, query: FeatureQuery, *, shape: Shape | None = None) -> Iterator[bytes]:
    """A whole FeatureCollection of everything a query finds, in its order, chunk by chunk.

    The ids are settled when the first chunk is asked for.
    """
    shape = shape or Shape()
    ids = list(source.features(query).values_list("pk", flat=True))
    model = source.features(query).model
    yield b'{"type":"FeatureCollection","features":['
    for start in range(0, len(ids), STREAM_CHUNK):
        chunk = ids[start : start + STREAM_CHUNK]
        listed: _Sql = ("SELECT * FROM unnest(%s::bigint[])", (chunk,))
        found = _run(source, model, listed, len(chunk), shape)
        yield b"," + found.features if start and found.features else found.features
    yield b"]}"


def collection(source: FeatureSource, query: FeatureQuery, *, shape: Shape | None = None) -> bytes:
    """A whole FeatureCollection of everything a query finds."""
    return b"".join(stream(source, query, shape=shape))


def _page(source: FeatureSource, rows: "QuerySet[Any]", limit: int, shape: Shape) -> Page:
    try:
        ids = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return _EMPTY
    return _run(source, rows.model, ids, limit, shape)


def _run(source: FeatureSource, model: type[Any], ids: _Sql, limit: int, shape: Shape) -> Page:
    wide = _wide(source, model, shape)
    sql = _PAGE.format(
        ids=ids[0],
        wide=wide.sql,
        feature=wide.feature,
        properties=wide.properties,
        limit=int(limit),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, (*ids[1], *wide.params))
        text, returned, found, last_id = cursor.fetchone()
    return Page((text or "").encode(), returned, found > limit, last_id)


@dataclass(frozen=True, slots=True)
class _Wide:
    """The compiled part: SELECT of masked values, the expression of a feature, the columns of its properties."""

    sql: str
    params: tuple[Any, ...]
    feature: str
    properties: str


_compiled: OrderedDict[tuple[Any, ...], _Wide] = OrderedDict()
_lock: Final = Lock()


def _wide(source: FeatureSource, model: type[Any], shape: Shape) -> _Wide:
    # The mask of a viewer with rows of his own holds his ids, so it is kept for him alone.
    viewer = source.viewer
    scope = viewer if viewer.scope_key.startswith("own:") else viewer.scope_key
    key = (source.slug, scope, _words_version(source), shape, get_language())
    with _lock:
        if key in _compiled:
            _compiled.move_to_end(key)
            return _compiled[key]
    made = _compile(source, model, shape)
    with _lock:
        _compiled[key] = made
        while len(_compiled) > _KEPT:
            _compiled.popitem(last=False)
    return made


def _words_version(source: FeatureSource) -> int:
    words = getattr(source, "vocabulary", None) or vocabulary()
    return int(words.version)


def forget() -> None:
    """Drop what is compiled; for tests that roll definitions back under the same version."""
    with _lock:
        _compiled.clear()


def _compile(source: FeatureSource, model: type[Any], shape: Shape) -> _Wide:
    fields = source.fields()
    keys = tuple(fields) if shape.keys is None else shape.keys
    titles = _category_titles(source) if "category_title" in keys else None
    more = {"category_code": F("category__code")} if titles else {}
    within_page = RawSQL("SELECT id FROM page", ())
    rows = model._default_manager.filter(pk__in=within_page)
    sql, params = source.select(rows, keys, **more).query.sql_with_params()
    columns = [_column(fields[key], titles) for key in keys]
    return _Wide(
        sql=sql,
        params=(*params, *([titles] if titles else [])),
        feature=_feature(shape, "to_json(p)::text" if columns else "'{}'"),
        properties=", ".join(columns) or "1",
    )


def _column(field: Field, titles: str | None) -> str:
    value = f"wide.{_quote('p_' + field.key)}"
    if field.kind is Kind.DATETIME:
        # The session's time zone is UTC; to_json writes it as +00:00.
        value = f"replace(to_json({value}) #>> '{{}}', '+00:00', 'Z')"
    if field.key == "category_title" and titles:
        value = f"coalesce(%s::jsonb ->> wide.category_code, {value})"
    return f"{value} AS {_quote(field.key)}"


def _category_titles(source: FeatureSource) -> str | None:
    """Titles of categories by code, where the language in force is not the stored one."""
    words = getattr(source, "vocabulary", None)
    if words is None or (get_language() or "ja").startswith("ja"):
        return None
    return json.dumps({info.code: info.title for info in words.categories.values()}, ensure_ascii=False)


def _feature(shape: Shape, properties: str) -> str:
    geometry = _geometry(shape.crs) if shape.with_geometry else "null::text"
    return (
        f"""'{{"type":"Feature","id":' || page.id || ',"geometry":' || coalesce({geometry}, 'null')"""
        f""" || ',"properties":' || {properties} || '}}'"""
    )


def _geometry(crs: Crs) -> str:
    """GeoJSON of the shown position in a CRS, axes in the order its authority defines."""
    value = "wide.shown_geom"
    if crs.srid != STORAGE_SRID:
        value = f"ST_Transform({value}, {int(crs.srid)})"
    if crs.is_northing_first:
        value = f"ST_FlipCoordinates({value})"
    decimals = DEGREE_DECIMALS if crs.srid in _GEOGRAPHIC else METRE_DECIMALS
    return f"ST_AsGeoJSON({value}, {decimals}, 0)"


def _quote(name: str) -> str:
    """A quoted identifier. Names are checked keys; the doubling is for whoever loosens that check."""
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


__all__: Sequence[str] = (
    "DEFAULT_CRS",
    "Page",
    "Shape",
    "collection",
    "feature",
    "forget",
    "page",
    "stream",
)
