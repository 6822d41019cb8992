"""How a person wants a file read, and how much may be in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

MAX_FILE: Final = 200 * 2**20
#: Read whole by the web and the worker: larger ones come as GeoPackage or FlatGeobuf, which are read part by part.
MAX_TEXT_FILE: Final = 100 * 2**20
MAX_FEATURES: Final = 300_000
MAX_VERTICES: Final = 20_000_000
MAX_VERTICES_EACH: Final = 500_000
MAX_COLUMNS: Final = 200
MAX_TEXT: Final = 10_000
#: Rows looked at before a person confirms. All are read when the layer is loaded.
LOOKED_AT: Final = 5_000
BATCH: Final = 2_000


@dataclass(frozen=True, slots=True)
class FieldOption:
    """What becomes of a column. ``kind``: one of ``layers.fields.Kind``, or ``""`` for left out."""

    column: str
    key: str
    title: str
    kind: str
    unit: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Choices about a file. ``srid`` None: as the file says; ``x_column``, ``y_column``: easting and northing of a
    table, ``mesh_column``: standard area mesh codes (地域メッシュコード) instead. Empty: found out.
    """

    layer: str = ""
    encoding: str = ""
    srid: int | None = None
    x_column: str = ""
    y_column: str = ""
    mesh_column: str = ""
    fields: tuple[FieldOption, ...] = field(default=())

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> ReadOptions:
        """From what is kept with the upload."""
        known = {key: value for key, value in kept.items() if key in cls.__dataclass_fields__}
        known["fields"] = tuple(
            FieldOption(**{**item, "choices": tuple(item.get("choices") or ())})
            for item in kept.get("fields") or ()
        )
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)
