"""pygeoapi's view of a FeatureSource. Loaded by pygeoapi by its dotted name, one instance per request.

The items view builds its bodies in PostGIS (``layers.geojson``); this provider says the same in pygeoapi's own way,
from the source's loaded rows and pyproj's transformation, and a test holds the two equal.
"""

import json
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import shapely
from django.utils.dateparse import parse_datetime
from pygeoapi.provider.base import BaseProvider, ProviderItemNotFoundError, ProviderQueryError
from pyproj import Transformer
from shapely.geometry import mapping
from shapely.wkb import loads

from gisportal.ogc.collections import crs_list
from layers.access import current_viewer
from layers.crs import Crs
from layers.errors import FeatureNotFound, ParameterError
from layers.geojson import DEFAULT_CRS
from layers.query import FeatureQuery
from layers.schema import property_schema
from layers.source import Feature, get_source


class FeatureSourceProvider(BaseProvider):  # type: ignore[misc]
    """``data`` of the provider definition is the source's slug; the viewer comes from the context variable."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self._fields: dict[str, dict[str, Any]] = {}
        self.source = get_source(self.data, current_viewer.get())
        self.get_fields()

    def get_fields(self) -> dict[str, dict[str, Any]]:
        """Fields the viewer sees as JSON Schema."""
        if not self._fields:
            self._fields = {key: property_schema(field) for key, field in self.source.fields().items()}
        return self._fields

    def query(
        self,
        offset: int = 0,
        limit: int = 10,
        resulttype: str = "results",
        bbox: list[float] | None = None,
        datetime_: str | None = None,
        properties: list[tuple[str, str]] | None = None,
        sortby: list[dict[str, str]] | None = None,
        select_properties: list[str] | None = None,
        skip_geometry: bool = False,
        q: str | None = None,
        crs_transform_spec: Any = None,
        **_more: Any,
    ) -> dict[str, Any]:
        """A FeatureCollection as pygeoapi's item view expects it."""
        try:
            query = self._query(bbox or [], datetime_, properties or [], sortby or [], q)
            found = self.source.load(query, offset=offset, limit=limit, keys=select_properties or None)
            count = self.source.count(query).number
        except ParameterError as error:
            raise ProviderQueryError(str(error)) from error
        crs = _target(crs_transform_spec)
        features = [] if resulttype == "hits" else [_feature(item, crs, skip_geometry) for item in found]
        return {
            "type": "FeatureCollection",
            "features": features,
            "numberMatched": count,
            "numberReturned": len(features),
        }

    def _query(
        self,
        bbox: list[float],
        datetime_: str | None,
        properties: list[tuple[str, str]],
        sortby: list[dict[str, str]],
        q: str | None,
    ) -> FeatureQuery:
        shared = [(key, value) for key, value in properties if key == "category"]
        query = self.source.parse([*shared, *([("q", q)] if q else [])])
        first, slash, last = (datetime_ or "").partition("/")
        return replace(
            query,
            bbox=tuple(bbox) if bbox else None,  # type: ignore[arg-type]
            updated_after=parse_datetime(first) if first not in {"", ".."} else None,
            updated_before=parse_datetime(last if slash else first) if datetime_ and last != ".." else None,
            equals=tuple(pair for pair in properties if pair not in shared),
            sort=tuple((item["property"], item["order"] == "-") for item in sortby) or (("id", False),),
        )

    def get(self, identifier: str, crs_transform_spec: Any = None, **_more: Any) -> dict[str, Any]:
        """One feature."""
        try:
            return _feature(self.source.get(int(identifier)), _target(crs_transform_spec), False)
        except (ValueError, FeatureNotFound) as error:
            raise ProviderItemNotFoundError(f"no item {identifier}") from error


def _target(spec: Any) -> Crs:
    if spec is None:
        return DEFAULT_CRS
    return next(crs for crs in crs_list() if crs.uri == spec.target_crs_uri)


@lru_cache(maxsize=32)
def _transformer(srid: int) -> Transformer:
    return Transformer.from_crs("OGC:CRS84", f"EPSG:{srid}")


def _feature(item: Feature, crs: Crs, skip_geometry: bool) -> dict[str, Any]:
    geometry = None
    if item.geom is not None and not skip_geometry:
        shape = loads(bytes(item.geom.wkb))
        if crs != DEFAULT_CRS:
            shape = shapely.transform(shape, _transformer(crs.srid).transform, interleaved=False)  # type: ignore[arg-type]
        geometry = json.loads(json.dumps(mapping(shape)))
    properties = {key: _plain(value) for key, value in item.properties.items()}
    return {"type": "Feature", "id": item.id, "geometry": geometry, "properties": properties}


def _plain(value: Any) -> Any:
    """Times end with Z, as in our own bodies."""
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value
