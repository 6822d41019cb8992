"""GeoJSON built whole in PostGIS and handed on as bytes (design §6, style rule 11).

A page is one statement: the ids in order (compiled per query, narrow, so that sorting carries no wide rows), then the
masked values of those ids. Compiling the wide part costs the ORM 2-3 ms, more than running it, so its SQL is kept per
source, scope, vocabulary, fields, language and CRS; whole statements likewise, so that PostgreSQL keeps their plans.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import psycopg
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
_PREPARED_AFTER: Final = 3
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
    shape = shape or Shape()
    if (listed := _ids_by_index(source, query, offset, limit + 1)) is not None and after is None:
        return _run(_merged(source, query, _listed(listed), limit, shape)) if listed else _EMPTY
    key = (_scope_key(source), query, limit, offset, after, shape) if _is_plain(query) else None
    if key is not None and (kept := _statements.get(key)) is not None:
        return _run(kept)
    rows = source.features(query)
    if after is not None:
        rows = rows.filter(pk__gt=after)
    return _page(source, query, rows[offset : offset + limit + 1], limit, shape, key)


def _ids_by_index(source: FeatureSource, query: FeatureQuery, offset: int, limit: int) -> list[int] | None:
    """Ids where the source knows a faster way to words and neighbours than its QuerySet (``layers.indexes``)."""
    page_ids = getattr(source, "page_ids", None)
    return page_ids(query, offset, limit) if page_ids and (query.words or query.spot) else None


def _is_plain(query: FeatureQuery) -> bool:
    """Whether a statement may be kept: no person's point in it, nothing that moves with the clock."""
    return (
        not (query.words or query.spot or query.serves or query.within or query.bbox)
        and query.stale is None
        and not (query.filter and query.filter.is_placed)
    )


def feature(source: FeatureSource, feature_id: int, *, shape: Shape | None = None) -> bytes:
    """One feature. Raises :class:`FeatureNotFound` where the viewer may not see it."""
    query = FeatureQuery(sort=(("id", False),))
    rows = source.features(query).filter(pk=feature_id)
    found = _page(source, query, rows[:1], 1, shape or Shape(), None)
    if not found.number_returned:
        raise FeatureNotFound(str(feature_id))
    return found.features


def stream(source: FeatureSource, query: FeatureQuery, *, shape: Shape | None = None) -> Iterator[bytes]:
    """A whole FeatureCollection of everything a query finds, in its order, chunk by chunk.

    The ids are settled when the first chunk is asked for.
    """
    shape = shape or Shape()
    ids = list(source.features(query).values_list("pk", flat=True))
    yield b'{"type":"FeatureCollection","features":['
    for start in range(0, len(ids), STREAM_CHUNK):
        chunk = ids[start : start + STREAM_CHUNK]
        found = _run(_merged(source, query, _listed(chunk), len(chunk), shape))
        yield b"," + found.features if start and found.features else found.features
    yield b"]}"


def collection(source: FeatureSource, query: FeatureQuery, *, shape: Shape | None = None) -> bytes:
    """A whole FeatureCollection of everything a query finds."""
    return b"".join(stream(source, query, shape=shape))


def _listed(ids: list[int]) -> _Sql:
    return "SELECT * FROM unnest(%s::bigint[])", (ids,)


def _page(
    source: FeatureSource, query: FeatureQuery, rows: "QuerySet[Any]", limit: int, shape: Shape, key: Any
) -> Page:
    try:
        ids = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return _EMPTY
    statement = _merged(source, query, ids, limit, shape)
    if key is not None:
        _statements.put(key, statement)
    return _run(statement)


def _merged(source: FeatureSource, query: FeatureQuery, ids: _Sql, limit: int, shape: Shape) -> str:
    """The whole statement with its values merged in by the driver."""
    wide = _wide(source, query, shape)
    sql = _PAGE.format(
        ids=ids[0],
        wide=wide.sql,
        feature=wide.feature,
        properties=wide.properties,
        limit=int(limit),
    )
    with connection.cursor() as cursor:
        merged: str = cursor.mogrify(sql, (*ids[1], *wide.params))
    return merged


def _run(statement: str) -> Page:
    """Planning takes longer than running, so a statement asked for again keeps its plan (it has no parameters)."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        server = cursor.connection
        server.prepare_threshold = _PREPARED_AFTER
        try:
            with psycopg.Cursor(server) as plain:
                text, returned, found, last_id = plain.execute(statement).fetchone()  # type: ignore[misc]
        finally:
            server.prepare_threshold = None
    return Page((text or "").encode(), returned, found > returned, last_id)


@dataclass(frozen=True, slots=True)
class _Wide:
    """The compiled part: SELECT of masked values, the expression of a feature, the columns of its properties."""

    sql: str
    params: tuple[Any, ...]
    feature: str
    properties: str


class _Kept:
    """A small LRU shared by the threads of a process."""

    def __init__(self) -> None:
        self._items: OrderedDict[Any, Any] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any) -> Any:
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def put(self, key: Any, value: Any) -> None:
        with self._lock:
            self._items[key] = value
            while len(self._items) > _KEPT:
                self._items.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._items.clear()


_compiled: Final = _Kept()
_statements: Final = _Kept()


def _scope_key(source: FeatureSource) -> tuple[Any, ...]:
    # The mask of a viewer with rows of his own holds his ids, so it is kept for him alone.
    viewer = source.viewer
    scope = viewer if viewer.scope_key.startswith("own:") else viewer.scope_key
    return source.slug, scope, _words_version(source), get_language()


def _wide(source: FeatureSource, query: FeatureQuery, shape: Shape) -> _Wide:
    key = (_scope_key(source), query.as_of, shape)
    made: _Wide | None = _compiled.get(key)
    if made is None:
        _compiled.put(key, made := _compile(source, source.rows(query), shape))
    return made


def _words_version(source: FeatureSource) -> int:
    if own := getattr(source, "definition_version", None):
        return int(own)
    words = getattr(source, "vocabulary", None) or vocabulary()
    return int(words.version)


def forget() -> None:
    """Drop what is compiled; for tests that roll definitions back under the same version."""
    _compiled.clear()
    _statements.clear()


def _compile(source: FeatureSource, rows: "QuerySet[Any]", shape: Shape) -> _Wide:
    fields = source.fields()
    keys = tuple(fields) if shape.keys is None else shape.keys
    titles = _category_titles(source) if "category_title" in keys else None
    more = {"category_code": F("category__code")} if titles else {}
    within_page = RawSQL("SELECT id FROM page", ())
    found = rows.filter(pk__in=within_page).order_by()
    sql, params = source.select(found, keys, **more).query.sql_with_params()
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
