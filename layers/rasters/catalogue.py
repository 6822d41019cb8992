"""Which rasters there are for a viewer: the same rule as for every uploaded layer."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from layers.access import Viewer
from layers.errors import SourceNotFound
from layers.media.store import path_of
from layers.models import LayerKind, StoredLayer, StoredRaster
from layers.rasters.errors import RasterError
from layers.rasters.grids import Bounds
from layers.rasters.style import RasterStyle, read_style
from layers.rasters.summary import EMPTY, Summary
from layers.stored.catalogue import layers_for

_lock: Final = Lock()
#: Grids by their edition: neither ever changes.
_kept: dict[int, StoredRaster] = {}


@dataclass(frozen=True, slots=True)
class RasterLayer:
    """A layer with the grid of its edition shown, as one viewer may see it; get one from :func:`get_raster`."""

    layer: StoredLayer
    raster: StoredRaster

    @property
    def slug(self) -> str:
        """Name in addresses: ``layer-<slug>``."""
        return self.layer.source_slug

    @property
    def path(self) -> Path:
        """Where the file lies; never to be told outside."""
        return path_of(self.raster.file)

    @property
    def version(self) -> str:
        """Changes with edition, style and everything else said of the layer."""
        return str(self.layer.version)

    @property
    def style(self) -> RasterStyle:
        """How it is coloured; a picture, or a style that cannot be read, has no stops."""
        return style_of(self.layer.style)

    @property
    def bounds(self) -> Bounds | None:
        """West, south, east, north in degrees."""
        found = self.layer.current.extent if self.layer.current else None
        return (found[0], found[1], found[2], found[3]) if found else None

    @property
    def summary(self) -> Summary:
        """What values it holds."""
        return summary_of(self.raster)


def summary_of(raster: StoredRaster) -> Summary:
    """What values a grid holds."""
    return Summary.from_dict(raster.summary) if raster.summary else EMPTY


def style_of(told: Any) -> RasterStyle:
    """A style out of what is kept; the one without stops where it cannot be read."""
    try:
        return read_style(told)
    except RasterError:
        return RasterStyle()


def rasters_for(viewer: Viewer | None) -> list[RasterLayer]:
    """Rasters a viewer may see, by title; of a limited token, those within its limits."""
    viewer = viewer or Viewer()
    return [
        RasterLayer(layer, _raster_of(layer))
        for layer in layers_for(viewer)
        if layer.kind == LayerKind.RASTER and viewer.may_use(layer.source_slug)
    ]


def get_raster(slug: str, viewer: Viewer | None) -> RasterLayer:
    """One raster by its slug ``layer-<slug>``. Raises :class:`layers.errors.SourceNotFound`."""
    viewer = viewer or Viewer()
    if viewer.may_use(slug):
        for layer in layers_for(viewer):
            if layer.kind == LayerKind.RASTER and layer.source_slug == slug:
                return RasterLayer(layer, _raster_of(layer))
    raise SourceNotFound(slug)


def _raster_of(layer: StoredLayer) -> StoredRaster:
    edition = layer.current_id
    if edition is None:
        raise SourceNotFound(layer.source_slug)
    found = _kept.get(edition)
    if found is None:
        found = StoredRaster.unscoped.get(edition_id=edition)
        with _lock:
            if len(_kept) > 500:
                _kept.clear()
            _kept[edition] = found
    return found


def forget() -> None:
    """Drop what is kept; for tests that roll the database back."""
    with _lock:
        _kept.clear()
