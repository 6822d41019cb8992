"""What a person decides of an uploaded GeoTIFF."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from django.utils.translation import gettext as _

from layers.rasters.checks import Inspection
from layers.rasters.errors import RasterError
from layers.rasters.grids import from_srid


@dataclass(frozen=True, slots=True)
class Choice:
    """How a file is to be kept.

    ``band``: the band of values shown (from 1), or 0 for a picture of the three bands ``rgb``; ``srid``: where the file
    says none; ``is_swapped``: easting and northing of its origin are exchanged; ``nodata``: a value that means
    "no data" beside what the file itself says.
    """

    band: int = 1
    rgb: tuple[int, int, int] = (1, 2, 3)
    srid: int | None = None
    is_swapped: bool = False
    nodata: float | None = None

    @property
    def is_picture(self) -> bool:
        """Whether a picture is kept rather than values."""
        return self.band == 0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Self:
        """Back from JSON."""
        return cls(**{**told, "rgb": tuple(told.get("rgb", (1, 2, 3)))})

    @classmethod
    def usual(cls, found: Inspection) -> Self:
        """What fits most files of this kind."""
        srid = found.candidates[0] if found.needs_crs and found.candidates else None
        return cls(band=0 if found.is_picture else 1, srid=srid, is_swapped=found.looks_swapped)

    def check(self, found: Inspection) -> None:
        """Raises :class:`RasterError` for what the file does not have."""
        numbers = {band.number for band in found.bands}
        if self.is_picture and not set(self.rgb) <= numbers:
            raise RasterError(_("There are no such bands."), "rgb")
        if not self.is_picture and self.band not in numbers:
            raise RasterError(_("There is no such band."), "band")
        if found.needs_crs and self.srid is None:
            raise RasterError(_("Say in what the coordinates are (EPSG number)."), "srid")
        if self.srid is not None and from_srid(self.srid) is None:
            raise RasterError(_("There is no such coordinate reference system: EPSG:%(srid)d.") % {"srid": self.srid},
                              "srid")  # fmt: skip
