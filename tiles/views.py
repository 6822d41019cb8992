"""Addresses of tiles: ``/tiles/<source>/{z}/{x}/{y}.mvt?<search>`` and ``/tiles/<source>.json``."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from layers.access import Viewer
from layers.errors import ParameterError
from layers.query import FeatureQuery, Resolvers
from layers.resources import ResourceSource
from layers.source import FeatureSource, get_source
from layers.vacancy import TIMED
from layers.versions import known_version
from layers.vocabulary import vocabulary
from tiles import basemap, cache, mvt, problems, raster_views
from tiles import tilejson as documents
from tiles.answers import Terms, answer
from tiles.grid import Tile

#: Part of every key: raise it when the same data is drawn differently.
FORMAT: Final = "1"
#: Parameters a tile adds to those of a search; ``view``, ``at`` and ``layers`` belong to the page it was copied from.
EXTRA: Final = ("fields", "scope", "view", "at", "layers")
#: Shared parameters without effect on a tile.
WITHOUT_EFFECT: Final = ("page", "per_page", "sort", "lang")


@dataclass(frozen=True, slots=True)
class Asked:
    """A search over one source as a tile address gives it."""

    source: FeatureSource
    query: FeatureQuery
    keys: tuple[str, ...]
    is_public: bool

    @property
    def is_of_a_person(self) -> bool:
        """Whether a person's point is searched from: kept nowhere, not even in the browser."""
        return self.query.spot is not None or self.query.serves is not None

    @property
    def is_common(self) -> bool:
        """Whether the answer is the same for everybody of the viewer's scope."""
        is_placed = self.query.filter is not None and self.query.filter.is_placed
        is_own = self.source.viewer.scope_key.startswith("own:")
        return not (self.is_of_a_person or is_placed or is_own)

    @property
    def terms(self) -> Terms:
        """How long and by whom the answer may be kept."""
        if self.is_of_a_person:
            return Terms.NEVER
        return Terms.PUBLIC if self.is_public and self.is_common else Terms.PRIVATE

    def key(self, tile: Tile) -> str:
        """What is asked, and for whom."""
        place = f"{tile.z}/{tile.x}/{tile.y}"
        parts = [
            FORMAT,
            self.source.slug,
            place if tile.is_mercator else f"{tile.matrix_set.name}/{place}",
            self.source.viewer.scope_key,
            self.query.to_query_string(leave_out=WITHOUT_EFFECT),
            ",".join(self.keys),
            str(timezone.localdate()) if self.query.is_timed or TIMED & set(self.keys) else "",
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def version(self, tile: Tile) -> str:
        """Of which data a tile is the answer."""
        return "~".join(self.source.version(place) for place in tile.covering)


def ask(request: HttpRequest, slug: str) -> Asked:
    """The search of an address, as its viewer may make it.

    Raises:
        SourceNotFound: no such source for this viewer.
        ParameterError: a parameter is unknown or unusable.
    """
    viewer: Viewer = getattr(request, "viewer", None) or Viewer()
    return read_asked(viewer, slug, request.GET, getattr(request, "resolvers", None))


def read_asked(
    viewer: Viewer, slug: str, params: QueryDict, resolvers: Resolvers | None, *, listing: str = "fields"
) -> Asked:
    """As :func:`ask`. ``listing``: the parameter that lists properties.

    ``fields`` adds to those every tile carries; ``properties``, the standard's, means those alone.
    """
    scope = params.get("scope")
    if scope not in {None, "public"}:
        raise ParameterError("scope", _("Only scope=public may be given."))
    if scope == "public":
        viewer = viewer.as_public()
    source = get_source(slug, viewer)
    query = source.parse(params, extra=(listing, *EXTRA[1:]), resolvers=resolvers)
    return Asked(source, query, _keys(params, source, listing), scope == "public")


def _keys(params: QueryDict, source: FeatureSource, listing: str) -> tuple[str, ...]:
    """Properties asked for: the default ones and those listed, or those alone."""
    asked = [part.strip() for value in params.getlist(listing) for part in value.split(",") if part.strip()]
    known = source.fields()
    for key in asked:
        if key not in known and key != "id":
            raise ParameterError(
                listing,
                _("There is no field “%(key)s”. Known are: %(known)s.")
                % {"key": key, "known": ", ".join(known)},
            )
    always = () if asked and listing == "properties" else mvt.default_keys(source)
    return tuple(dict.fromkeys([*always, *(key for key in asked if key != "id")]))


@require_safe
def tile(request: HttpRequest, source: str, z: int, x: int, y: int) -> HttpResponse:
    """One vector tile (G5). 204 where it is empty, 304 where the client holds it, 404 beyond the zoom range.

    Raises what :func:`ask` raises; the portal's middleware answers with problem details.
    """
    place = Tile(z, x, y)
    return tile_answer(request, ask(request, source), place) if place.exists else problems.no_tile()


def tile_answer(request: HttpRequest, asked: Asked, place: Tile) -> HttpResponse:
    """A tile of whatever matrix set, out of the cache or built; ``place`` exists."""
    if not asked.is_common:
        body = cache.Body(mvt.build(mvt.Request(asked.source, asked.query, place, asked.keys)))
        return answer(request, body, hashlib.sha256(body.plain).hexdigest(), asked.terms)
    key = asked.key(place)
    version, found = _common(asked, place, key)
    tag = hashlib.sha256(f"{key} {version}".encode()).hexdigest()
    return answer(request, found, tag, asked.terms)


def _common(asked: Asked, place: Tile, key: str) -> tuple[str, cache.Body | Callable[[], cache.Body]]:
    """Version and body of a tile many may share, by as few questions as will do."""
    mark = asked.source.version() if known_version(asked.source.slug) is not None else ""
    if kept := cache.memory.unchanged(key, mark):
        return kept.version, kept.body
    wanted = mvt.Request(asked.source, asked.query, place, asked.keys)
    last = cache.memory.last(key)
    if last and last.is_quick and isinstance(asked.source, ResourceSource) and mvt.keeps_plan(wanted):
        return _renewed(wanted, asked.source, key, last, mark)
    version = asked.version(place)
    return version, lambda: _found(wanted, key, version, mark)


def _renewed(
    wanted: mvt.Request, source: ResourceSource, key: str, last: cache.Kept, mark: str
) -> tuple[str, cache.Body]:
    """A tile built here before: its version and, where that has changed, the new tile by one question."""
    words = str(source.vocabulary.version)
    number, _dash, last_words = last.version.partition("-")
    started = perf_counter()
    found, made = mvt.build_unless(wanted, source, int(number) if words == last_words else -1)
    version = f"{found}-{words}"
    if made is None:
        return version, cache.memory.get(key, version, mark) or last.body
    body = cache.Body(made)
    cache.put(key, version, body, seconds=perf_counter() - started, mark=mark)
    return version, body


def _found(wanted: mvt.Request, key: str, version: str, mark: str) -> cache.Body:
    """The tile out of the cache, or built and kept. Version and mark were read before: a change since is seen later."""
    if body := cache.get(key, version, mark):
        return body
    started = perf_counter()
    body = cache.Body(mvt.build(wanted))
    cache.put(key, version, body, seconds=perf_counter() - started, mark=mark)
    return body


@require_safe
def tilejson(request: HttpRequest, source: str) -> HttpResponse:
    """TileJSON of a source; its tile address carries the search of this one. Raises what :func:`ask` raises."""
    if raster_views.is_raster(request, source):
        return raster_views.tilejson(request, *raster_views.ask(request, source))
    asked = ask(request, source)
    words = vocabulary()
    search = asked.query.to_query_string(leave_out=WITHOUT_EFFECT, **_own_parameters(request))
    template = request.build_absolute_uri(f"/tiles/{asked.source.slug}/") + "{z}/{x}/{y}.mvt"
    metadata = asked.source.metadata
    found = documents.document(
        str(metadata.title),
        template=f"{template}?{search}" if search else template,
        layers=[
            documents.source_layer(
                asked.source, asked.keys, ((top.code, top.title) for top in words.top_categories)
            )
        ],
        bounds=asked.source.extent(),
        attribution=documents.attribution(metadata.attributions),
        description=str(metadata.description),
    )
    body = cache.Body(json.dumps(found, ensure_ascii=False).encode())
    return answer(request, body, hashlib.sha256(body.plain).hexdigest(), asked.terms, "application/json")


def _own_parameters(request: HttpRequest) -> dict[str, str]:
    """Parameters of a tile beside the search, as they were given."""
    return {key: value for key in ("fields", "scope") if (value := ",".join(request.GET.getlist(key)))}


@require_safe
def basemap_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """A tile of the base map of our own: open data, the same for everybody."""
    place = Tile(z, x, y)
    if not place.exists:
        return problems.no_tile()
    _only(request, ("scope",))
    version = basemap.version()
    key = f"basemap {FORMAT} {z}/{x}/{y}"
    tag = hashlib.sha256(f"{key} {version}".encode()).hexdigest()

    def body() -> cache.Body:
        if found := cache.get(key, version):
            return found
        started = perf_counter()
        made = cache.Body(mvt.build_basemap(place, basemap.LAYERS))
        cache.put(key, version, made, seconds=perf_counter() - started)
        return made

    return answer(request, body, tag, Terms.OPEN)


@require_safe
def basemap_tilejson(request: HttpRequest) -> HttpResponse:
    """TileJSON of the base map, with the words of its licences."""
    _only(request, ("scope",))
    fields = {"name": "String", "kind": "String"}
    found = documents.document(
        _("Own base map"),
        template=request.build_absolute_uri("/tiles/basemap/") + "{z}/{x}/{y}.mvt",
        layers=[documents.layer(name, fields) for name in basemap.LAYERS],
        bounds=None,
        attribution=basemap.attribution(),
    )
    body = cache.Body(json.dumps(found, ensure_ascii=False).encode())
    return answer(request, body, hashlib.sha256(body.plain).hexdigest(), Terms.PUBLIC, "application/json")


def _only(request: HttpRequest, known: tuple[str, ...]) -> None:
    for key in request.GET:
        if key not in known:
            raise ParameterError(key, _("Unknown parameter."))
