"""Features as CSV (RFC 4180) and FlatGeobuf: one row a feature, values as in every format."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from shapely import to_wkb
from shapely.geometry import shape as shape_of

from layers.fields import Field, Kind
from layers.geojson import Shape
from layers.source import FeatureSource
from layers.spreadsheets import guarded

Features = Sequence[Mapping[str, Any]]
#: Several values of one property stand in one cell.
SEPARATOR: Final = ";"
_TYPES: Final = frozenset(
    ["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"]
)  # fmt: skip


def columns(source: FeatureSource, shape: Shape) -> dict[str, Field]:
    """Properties written, in order."""
    return {key: field for key, field in source.fields().items() if shape.keys is None or key in shape.keys}


def _cell(value: Any) -> Any:
    """A value as one cell."""
    if isinstance(value, list):
        return SEPARATOR.join(map(str, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return value


# CSV ------------------------------------------------------------------------------------------------


def as_csv(source: FeatureSource, features: Features, shape: Shape) -> bytes:
    """UTF-8 with a header of keys; a point as two columns named after its axes, another shape as WKT."""
    keys, place = list(columns(source, shape)), _placed(source, shape)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["id", *keys, *place.names])
    for item in features:
        values = [_written(item["properties"].get(key)) for key in keys]
        writer.writerow([item["id"], *values, *place.cells(item["geometry"])])
    return text.getvalue().encode()


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    cell = _cell(value)
    return guarded(cell) if isinstance(cell, str) else "" if cell is None else cell


class _Place:
    """Columns of a geometry: names, and the cells of one."""

    def __init__(self, names: Sequence[str], cells: Callable[[Any], Sequence[Any]]) -> None:
        self.names, self._cells = names, cells

    def cells(self, geometry: Any) -> Sequence[Any]:
        """Empty cells where there is none."""
        return self._cells(geometry) if geometry else [""] * len(self.names)


def _placed(source: FeatureSource, shape: Shape) -> _Place:
    if not shape.with_geometry:
        return _Place([], lambda _geometry: [])
    if source.geometry_type != "Point":
        return _Place(["WKT"], lambda geometry: [shape_of(geometry).wkt])
    is_geographic = shape.crs.srid in {4326, 4612, 6668}
    names = ["longitude", "latitude"] if is_geographic else ["easting", "northing"]
    step = -1 if shape.crs.is_northing_first else 1
    return _Place(names, lambda geometry: geometry["coordinates"][:2][::step])


# FlatGeobuf -----------------------------------------------------------------------------------------


def as_flatgeobuf(source: FeatureSource, features: Features, shape: Shape) -> bytes:
    """One layer; positions are easting first, as the format has it. Values of time are UTC.

    Without an index, which would put the features into another order and takes none without a place.
    """
    import numpy as np
    from pyogrio import raw

    names, data, masks = ["id"], [np.array([item["id"] for item in features], dtype="int64")], [None]
    for key, field in columns(source, shape).items():
        values = [item["properties"].get(key) for item in features]
        names.append(key)
        data.append(_array(field, values))
        masks.append(np.array([value is None for value in values], dtype=bool))
    drawn = [to_wkb(shape_of(item["geometry"])) if item["geometry"] else None for item in features]
    kind = source.geometry_type if source.geometry_type in _TYPES else "Unknown"
    file = io.BytesIO()
    raw.write(
        file, np.array(drawn, dtype=object), data, names, field_mask=masks, layer=source.slug,
        driver="FlatGeobuf", geometry_type=kind, promote_to_multi=kind.startswith("Multi"),
        crs=f"EPSG:{shape.crs.srid}", SPATIAL_INDEX="NO",
        gdal_tz_offsets={name: np.full(len(features), _UTC) for name in _moments(source, shape)},
    )  # fmt: skip
    return file.getvalue()


#: How OGR writes UTC; 0 would be "not known".
_UTC: Final = 100


def _moments(source: FeatureSource, shape: Shape) -> Iterator[str]:
    return (key for key, field in columns(source, shape).items() if field.kind is Kind.DATETIME)


def _array(field: Field, values: list[Any]) -> Any:
    import numpy as np

    match field.kind:
        case Kind.NUMBER:
            return np.array([np.nan if value is None else value for value in values], dtype="float64")
        case Kind.BOOLEAN:
            return np.array([bool(value) for value in values], dtype=bool)
        case Kind.DATE:
            return np.array(values, dtype="datetime64[D]")
        case Kind.DATETIME:
            return np.array([_plain(value) for value in values], dtype="datetime64[ms]")
        case _:
            cells = [_cell(value) for value in values]
            return np.array(
                [cell if cell is None or isinstance(cell, str) else str(cell) for cell in cells], dtype=object
            )


def _plain(value: str | None) -> str | None:
    """A moment in UTC without its zone, as the array takes it."""
    if value is None:
        return None
    return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None).isoformat()
