"""Vector tiles built in PostGIS around a source's own QuerySet (G5, design §6).

Visibility, conditions and masking come compiled from the source; here they are only wrapped in ``ST_AsMVT``. One of
the few modules allowed a cursor.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import psycopg
from django.contrib.gis.geos import Polygon
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.expressions import RawSQL

from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID
from layers.fields import Field, Kind
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.source import FeatureSource
from layers.versions import TILE_VERSION, cells
from tiles.envelopes import envelope
from tiles.functions import Plain
from tiles.grid import BUFFER, EXTENT, POINTS_FROM_ZOOM, Tile, kept_zoom
from tiles.thinning import thinned

Compiled = tuple[str, Sequence[Any]]

#: Properties every feature carries where its source has them; ``fields=`` adds to them.
DEFAULT_KEYS: Final = ("name", "category", "key")
#: Parameters of a search the pyramid of cells can answer by itself.
PYRAMID_KEYS: Final = frozenset({"category", "sort", "page", "per_page", "lang"})
PYRAMID_SCOPES: Final = {"public": "public_", "members": "", "staff": ""}

_COMPILED_KEPT: Final = 256
_compiled: "OrderedDict[tuple[Any, ...], Compiled]" = OrderedDict()
_lock: Final = Lock()

#: ST_AsMVT leaves out what has no geometry by itself; a condition on it would clip every geometry twice.
_MVT: Final = f"SELECT ST_AsMVT(tile, %s, {EXTENT}, 'geom', 'feature_id') FROM (%s) tile"
#: A tile, unless its version is the one given: in one question, of one moment.
_UNLESS: Final = "SELECT v.number, CASE WHEN v.number <> %%s THEN (%s) END FROM (%s) v"
#: Holds until the end of the transaction, here of the pipeline; ``SET LOCAL`` would do the same with a warning.
_KEEP_PLAN: Final = "SELECT set_config('plan_cache_mode', 'force_generic_plan', true)"
#: Statements whose plans a connection keeps; the one used longest ago goes.
_PLANS_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class Request:
    """What one tile is to hold. ``keys``: the properties beside ``id``."""

    source: FeatureSource
    query: FeatureQuery
    tile: Tile
    keys: tuple[str, ...]

    def clipped(self, shape: str) -> str:
        """A shape in the CRS of the matrix set as it stands in the tile; its four parameters are the tile's box."""
        box = f"ST_MakeEnvelope(%s, %s, %s, %s, {self.tile.matrix_set.srid})"
        return f"ST_AsMVTGeom({shape}, {box}, {EXTENT}, {BUFFER}, true)"

    def carried(self, shape: str, srid: int = WEB_MERCATOR_SRID) -> str:
        """A shape carried over from a CRS to that of the matrix set."""
        wanted = self.tile.matrix_set.srid
        return shape if srid == wanted else f"ST_Transform({shape}, {wanted})"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The points of one cell: how many, their middle in EPSG:3857, the id where it is one, counts by top category."""

    count: int
    x: float
    y: float
    one: int
    by_top: tuple[int, ...]


def default_keys(source: FeatureSource) -> tuple[str, ...]:
    """Properties sent unless more are asked for."""
    fields = source.fields()
    return tuple(key for key in DEFAULT_KEYS if key in fields)


def build(asked: Request) -> bytes:
    """The tile as bytes; empty where nothing lies in it."""
    try:
        if not isinstance(asked.source, ResourceSource):
            return _shapes(asked)
        if asked.tile.is_clustered:
            return _clustered(asked, asked.source)
        return _points(asked, asked.source)
    except EmptyResultSet:  # Django sees by itself that no row can meet the conditions
        return b""


def _points(asked: Request, source: ResourceSource) -> bytes:
    west, south, east, north = asked.tile.mercator_with(BUFFER / EXTENT)
    box = f"q.drawn && ST_MakeEnvelope(%s, %s, %s, %s, {WEB_MERCATOR_SRID})"
    sql, params = _selected(asked, _found_sql(asked, source))
    return _run(_MVT % ("%s", f"{sql} WHERE {box}"), [source.slug, *params, west, south, east, north])


def keeps_plan(asked: Request) -> bool:
    """Whether one plan fits all tiles of a search: all points of a whole scope, by their index whatever the box.

    Beside a condition it may not: a category of its own in a tile full of others took eight times as long.
    """
    query, source = asked.query, asked.source
    is_whole = not query.has_conditions and not query.equals and source.viewer.scope_key in PYRAMID_SCOPES
    is_points = asked.tile.is_mercator and not asked.tile.is_clustered
    return is_whole and isinstance(source, ResourceSource) and is_points


def build_unless(asked: Request, source: ResourceSource, number: int) -> tuple[int, bytes | None]:
    """Version of the cells under a tile, and its bytes unless that is ``number``; where :func:`keeps_plan` only.

    Planned once on each connection, which saves 0.3 ms of every such tile. For tiles known to be small: one that
    holds a tenth of all points is found sooner without the index, as only a plan of its own would do.
    """
    statement, _none = _kept(asked, "unless", lambda: (_unless(asked, source), ()))
    place = asked.tile
    boxes = [envelope(box) for box in (place.box, place.box_with(BUFFER / EXTENT))]
    row = _run_planned(statement, [number, *boxes, source.slug, *cells(place.z, place.x, place.y)])
    return int(row[0]), None if row[1] is None else bytes(row[1])


def _unless(asked: Request, source: ResourceSource) -> str:
    """The statement with the values of the search written into it, so that its plan is made for them."""
    sql, params = _found_sql(asked, source)
    connection.ensure_connection()
    found = psycopg.ClientCursor(connection.connection).mogrify(sql, params).replace("%", "%%")
    shape = f"ST_AsMVTGeom(q.drawn, %s::geometry, {EXTENT}, {BUFFER}, true)"
    points = (
        f"SELECT q.id AS feature_id, q.id AS id{_columns(asked)}, {shape} AS geom "
        f"FROM ({found}) q WHERE q.drawn && %s::geometry"
    )
    return _UNLESS % (_MVT % (f"'{source.slug}'", points), TILE_VERSION)


def _in_box(rows: "QuerySet[Any]", box: tuple[float, float, float, float]) -> "QuerySet[Any]":
    area = Polygon.from_bbox(box)
    area.srid = WEB_MERCATOR_SRID
    return rows.filter(geom_3857__bboverlaps=area)


def _found_sql(asked: Request, source: ResourceSource) -> Compiled:
    """Rows found anywhere as id, properties and point; kept, because the tiles of a map ask the same search."""
    return _kept(asked, "found", lambda: _point_rows(asked, source.found(asked.query)))


def _visible_sql(asked: Request, source: ResourceSource) -> Compiled:
    return _kept(asked, "visible", lambda: _point_rows(asked, source.visible()))


def _point_rows(asked: Request, rows: "QuerySet[Any]") -> Compiled:
    selected = asked.source.select(rows.order_by(), asked.keys, drawn=Plain(F("geom_3857")))
    return selected.query.sql_with_params()


def _kept(asked: Request, part: str, compile_rows: Callable[[], Compiled]) -> Compiled:
    """Compiled SQL of a search. That of a person's point, a moving date or a viewer's own rows is never kept."""
    query, source = asked.query, asked.source
    is_own = source.viewer.scope_key.startswith("own:")
    is_placed = query.filter is not None and query.filter.is_placed
    if is_own or query.spot or query.serves or is_placed or query.stale is not None or query.equals:
        return compile_rows()
    words = source.vocabulary.version if isinstance(source, ResourceSource) else 0
    key = (part, source.slug, source.viewer.scope_key, words, asked.keys, query)
    with _lock:
        if key in _compiled:
            _compiled.move_to_end(key)
            return _compiled[key]
    made = compile_rows()
    with _lock:
        _compiled[key] = made
        while len(_compiled) > _COMPILED_KEPT:
            _compiled.popitem(last=False)
    return made


def _selected(asked: Request, rows: Compiled, extra: str = "") -> Compiled:
    """Rows as the columns of a tile: id, properties as the viewer sees them, point."""
    sql, params = rows
    columns, shape = _columns(asked), asked.clipped(asked.carried("q.drawn"))
    return (
        f"SELECT q.id AS feature_id, q.id AS id{columns}{extra}, {shape} AS geom FROM ({sql}) q",
        [*asked.tile.box, *params],
    )


def _columns(asked: Request) -> str:
    """The properties, each after a comma."""
    fields = asked.source.fields()
    return "".join(f", {_column(fields[key])}" for key in asked.keys)


def _column(field: Field) -> str:
    """A property in a type a tile can hold: lists as JSON text, moments in ISO 8601."""
    name = _quoted("p_" + field.key)
    if field.kind is Kind.CHOICES:
        return f"to_jsonb(q.{name})::text AS {_quoted(field.key)}"
    if field.kind in {Kind.DATE, Kind.DATETIME}:
        return f"to_jsonb(q.{name}) #>> '{{}}' AS {_quoted(field.key)}"
    return f"q.{name} AS {_quoted(field.key)}"


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name).replace("%", "%%")


def _shapes(asked: Request) -> bytes:
    """Areas, simplified to half a pixel of the zoom; any source whose positions are kept in EPSG:4326."""
    area = Polygon.from_bbox(asked.tile.mercator_with(BUFFER / EXTENT))
    area.srid = WEB_MERCATOR_SRID
    rows = asked.source.select(asked.source.features(asked.query).order_by(), asked.keys)
    kept = asked.source.drawn_geom()
    if kept and asked.source.is_crowded and asked.tile.is_mercator and asked.tile.z < POINTS_FROM_ZOOM:
        return _crowd(asked, asked.source.features(asked.query).filter(**{f"{kept}__bboverlaps": area}), kept)
    if kept is None or not asked.tile.is_mercator:
        area.transform(STORAGE_SRID)
        rows = rows.filter(shown_geom__bboverlaps=area).annotate(drawn=Plain(F("shown_geom")))
        drawn = asked.carried("q.drawn", STORAGE_SRID)
    else:
        rows = rows.filter(**{f"{kept}__bboverlaps": area}).annotate(drawn=Plain(F(kept)))
        drawn = "q.drawn"
    sql, params = rows.query.sql_with_params()
    tolerance = asked.tile.width / 512
    shape = asked.clipped(f"ST_Simplify({drawn}, %s, true)")
    inner = f"SELECT q.id AS feature_id, q.id AS id{_columns(asked)}, {shape} AS geom FROM ({sql}) q"
    return _run(_MVT % ("%s", inner), [asked.source.slug, tolerance / 4, *asked.tile.box, *params])


def _crowd(asked: Request, rows: "QuerySet[Any]", kept: str) -> bytes:
    """Many shapes at a low zoom: which ones are drawn is settled by their boxes alone, before any value is read."""
    thin, thin_params = rows.order_by().values("id", drawn=Plain(F(kept))).query.sql_with_params()
    chosen = asked.source.rows(asked.query).filter(pk__in=RawSQL("SELECT id FROM thin", ())).order_by()
    sql, params = asked.source.select(chosen, asked.keys).query.sql_with_params()
    shape = asked.clipped("ST_Simplify(t.shape, %s, true)")
    inner = f"SELECT q.id AS feature_id, q.id AS id{_columns(asked)}, {shape} AS geom FROM ({sql}) q"
    inner = f"WITH thin AS ({thinned(thin, asked.tile.width)}) {inner} JOIN thin t ON t.id = q.id"
    params = (*thin_params, asked.tile.width / 2048, *asked.tile.box, *params)
    return _run(_MVT % ("%s", inner), [asked.source.slug, *params])


def _clustered(asked: Request, source: ResourceSource) -> bytes:
    clusters = _kept_clusters(asked, source) if _has_pyramid(asked) else _found_clusters(asked, source)
    if not clusters:
        return b""
    many = [cluster for cluster in clusters if cluster.count > 1]
    single_ids = [cluster.one for cluster in clusters if cluster.count == 1]
    counts = [_quoted("c_" + top.code) for top in source.vocabulary.top_categories]
    names = ["count", *counts]
    nothing = "".join(f", NULL::bigint AS {name}" for name in names)
    if single_ids:
        singles, params = _selected(asked, _visible_sql(asked, source), nothing)
        singles, params = f"{singles} WHERE q.id = ANY (%s)", [*params, single_ids]
    else:
        singles, params = _no_rows(asked, nothing)
    given = ", ".join(["%s::float8[]"] * 2 + ["%s::bigint[]"] * len(names))
    keys = "".join(f", NULL AS {_quoted(key)}" for key in asked.keys)
    values = "".join(f", NULLIF(m.{name}, 0)" for name in names)
    point = f"ST_SetSRID(ST_MakePoint(m.x, m.y), {WEB_MERCATOR_SRID})"
    grouped = (
        f"SELECT NULL::bigint, NULL::bigint{keys}{values}, {asked.clipped(asked.carried(point))} AS geom "
        f"FROM unnest({given}) AS m(x, y, {', '.join(names)})"
    )
    return _run(
        _MVT % ("%s", f"{singles} UNION ALL {grouped}"),
        [source.slug, *params, *asked.tile.box, *_arrays(many, len(counts))],
    )


def _no_rows(asked: Request, nothing: str) -> Compiled:
    keys = "".join(f", NULL::text AS {_quoted(key)}" for key in asked.keys)
    return (
        f"SELECT NULL::bigint AS feature_id, NULL::bigint AS id{keys}{nothing}, NULL::geometry AS geom WHERE false",
        [],
    )


def _arrays(clusters: Sequence[Cluster], tops: int) -> list[list[Any]]:
    found: list[list[Any]] = [[c.x for c in clusters], [c.y for c in clusters], [c.count for c in clusters]]
    return found + [[c.by_top[i] for c in clusters] for i in range(tops)]


def _has_pyramid(asked: Request) -> bool:
    plain = all(key in PYRAMID_KEYS for key, _value in asked.query.pairs) and not asked.query.equals
    plain = plain and asked.query.filter is None
    return plain and asked.source.viewer.scope_key in PYRAMID_SCOPES


def _kept_clusters(asked: Request, source: ResourceSource) -> list[Cluster]:
    """Clusters out of the cells kept beside the data; for whole scopes, all or some categories."""
    prefix = PYRAMID_SCOPES[source.viewer.scope_key]
    zoom = kept_zoom(asked.tile.cell_zoom)
    west, east, north, south = asked.tile.cells(zoom)
    shift = zoom - asked.tile.cell_zoom
    tops = "".join(
        f", COALESCE(sum({prefix}n) FILTER (WHERE category_id = ANY (%s)), 0)::bigint"
        for _top in source.vocabulary.top_categories
    )
    wanted = " AND category_id = ANY (%s)" if asked.query.categories else ""
    sql = f"""
        SELECT sum({prefix}n)::bigint, (sum({prefix}sum_x) / sum({prefix}n) / 100)::float8,
               (sum({prefix}sum_y) / sum({prefix}n) / 100)::float8, sum({prefix}sum_id)::bigint{tops}
        FROM tiles_cell
        WHERE zoom = %s AND gx BETWEEN %s AND %s AND gy BETWEEN %s AND %s AND {prefix}n > 0{wanted}
        GROUP BY gx >> %s, gy >> %s
    """
    params: list[Any] = [sorted(top.descendants) for top in source.vocabulary.top_categories]
    params += [zoom, west, east, north, south]
    if asked.query.categories:
        params.append(sorted(source.vocabulary.category_ids(asked.query.categories)))
    return _clusters(sql, [*params, shift, shift])


def _found_clusters(asked: Request, source: ResourceSource) -> list[Cluster]:
    """Clusters counted on the fly, for searches and for viewers who see some rows only."""
    margin = 1 / 8 if asked.tile.is_mercator else 1 / 4
    rows = _in_box(source.found(asked.query), asked.tile.mercator_with(margin))
    selected = rows.order_by().values("id", "category_id", drawn=Plain(F("geom_3857")))
    sql, params = selected.query.sql_with_params()
    zoom = asked.tile.cell_zoom
    west, east, north, south = asked.tile.cells(zoom)
    tops = "".join(
        ", count(*) FILTER (WHERE f.category_id = ANY (%s))" for _top in source.vocabulary.top_categories
    )
    counted = f"""
        SELECT count(*), avg(ST_X(f.drawn)), avg(ST_Y(f.drawn)), min(f.id){tops}
        FROM (SELECT q.*, tiles_cell_of(ST_X(q.drawn), %s) AS gx, tiles_cell_of(-ST_Y(q.drawn), %s) AS gy
              FROM ({sql}) q) f
        WHERE f.gx BETWEEN %s AND %s AND f.gy BETWEEN %s AND %s
        GROUP BY f.gx, f.gy
    """
    by_top = [sorted(top.descendants) for top in source.vocabulary.top_categories]
    return _clusters(counted, [*by_top, zoom, zoom, *params, west, east, north, south])


def _clusters(sql: str, params: Sequence[Any]) -> list[Cluster]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [Cluster(row[0], row[1], row[2], row[3], tuple(row[4:])) for row in cursor.fetchall()]


def _run(sql: str, params: Sequence[Any]) -> bytes:
    """The one value of a statement, sent in binary: as text a tile of 70 KiB costs 0.5 ms more on either side."""
    connection.ensure_connection()
    raw = connection.connection
    bound = psycopg.ClientCursor(raw).mogrify(sql, params)
    with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
        row = cursor.execute(bound.encode(), binary=True).fetchone()
    return bytes(row[0]) if row and row[0] else b""


def _run_planned(sql: str, params: Sequence[Any]) -> tuple[Any, ...]:
    """The one row of a statement whose plan the connection keeps, in binary and in one way to the database.

    The session plans for the values given (settings); this statement alone keeps its plan, by a setting that ends
    with the pipeline, however that ends. Inside a transaction, where it would not end, it is left out.
    """
    connection.ensure_connection()
    raw = connection.connection
    raw.prepare_threshold, raw.prepared_max = 0, _PLANS_KEPT
    try:
        with connection.wrap_database_errors, psycopg.Cursor(raw) as cursor:
            with raw.pipeline():
                if not connection.in_atomic_block:
                    psycopg.Cursor(raw).execute(_KEEP_PLAN, prepare=True)
                cursor.execute(sql, params, prepare=True, binary=True)
            row: tuple[Any, ...] = cursor.fetchone() or ()
            return row
    finally:
        raw.prepare_threshold = None


def build_basemap(tile: Tile, layers: Sequence[str]) -> bytes:
    """A tile of the base map of our own: one layer after another, shapes simplified to half a pixel."""
    west, south, east, north = tile.box
    box = f"ST_MakeEnvelope(%s, %s, %s, %s, {WEB_MERCATOR_SRID})"
    geom = f"ST_AsMVTGeom(ST_Simplify(b.geom, %s, true), {box}, {EXTENT}, {BUFFER}, true)"
    part = f"""
        COALESCE((SELECT ST_AsMVT(tile, %s, {EXTENT}, 'geom', 'feature_id') FROM (
            SELECT b.id AS feature_id, NULLIF(b.name, '') AS name, NULLIF(b.kind, '') AS kind, {geom} AS geom
            FROM tiles_basemapfeature b
            WHERE b.layer = %s AND b.min_zoom <= %s AND b.geom && {box}
            ORDER BY b.min_zoom, b.id
        ) tile), ''::bytea)
    """
    params: list[Any] = []
    for layer in layers:
        grown = tile.box_with(BUFFER / EXTENT)
        params += [layer, tile.width / 512, west, south, east, north, layer, tile.z, *grown]
    return _run("SELECT " + " || ".join([part] * len(layers)), params)
