"""How a raster is coloured: the JSON kept with the layer, read once and checked."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from layers.rasters.errors import RasterError

MAX_STOPS: Final = 256
_HEX: Final = re.compile(r"^#[0-9a-fA-F]{6}$")


@dataclass(frozen=True, slots=True)
class RasterStyle:
    """Stops of value and colour, ascending. A picture has none: it is shown as it is.

    Between stops colours blend; where ``is_classes`` a value has the colour of the last stop that does not lie above
    it. Values beyond the stops have the colour of the nearest. ``titles``: words of classes. ``opacity`` is that of
    the layer as it is first shown; tiles themselves are opaque. ``ramp``: its name in ``styles.ramps``.
    """

    stops: tuple[tuple[float, str], ...] = ()
    is_classes: bool = False
    titles: tuple[str, ...] = ()
    opacity: float = 0.8
    unit: str = ""
    ramp: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether there is nothing to colour."""
        return not self.stops

    def as_dict(self) -> dict[str, Any]:
        """The JSON kept with the layer."""
        return {
            "kind": "rgb" if self.is_picture else "ramp",
            "stops": [list(stop) for stop in self.stops],
            "nodata": "transparent",
            "opacity": self.opacity,
            "unit": self.unit,
            "classes": self.is_classes,
            "titles": list(self.titles),
            "ramp": self.ramp,
        }

    def title_of(self, value: float) -> tuple[str, bool]:
        """The word of the class a value falls into, if it has one, and whether the class begins at that very value."""
        if not (self.is_classes and self.titles):
            return "", False
        points = [stop for stop, _colour in self.stops]
        index = max(bisect_right(points, value) - 1, 0)
        title = self.titles[index] if index < len(self.titles) else ""
        return title, points[index] == value

    def colours(self, data: NDArray[Any]) -> NDArray[np.uint8]:
        """RGBA of shape (4, rows, columns) of a masked array of values; what is masked is transparent."""
        found = np.zeros((4, *data.shape), np.uint8)
        if not self.stops:
            return found
        values = np.ma.getdata(data).astype(np.float64)
        seen = ~np.ma.getmaskarray(data) & np.isfinite(values)
        points = np.array([value for value, _colour in self.stops])
        table = np.array([channels(colour) for _value, colour in self.stops], np.float64)
        wanted = values[seen]
        if self.is_classes:
            index = np.clip(np.searchsorted(points, wanted, side="right") - 1, 0, len(points) - 1)
            rgb = table[index].T
        else:
            rgb = np.stack([np.interp(wanted, points, table[:, channel]) for channel in range(3)])
        found[:3, seen] = np.round(rgb).astype(np.uint8)
        found[3, seen] = 255
        return found


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def read_style(told: Any) -> RasterStyle:
    """The style out of its JSON. Raises :class:`RasterError` for what cannot be drawn."""
    if not isinstance(told, dict) or told.get("kind") not in {"ramp", "rgb"}:
        raise RasterError(_("This is no style of a raster."), "style")
    stops = () if told["kind"] == "rgb" else _stops(told.get("stops"))
    titles = told.get("titles") or ()
    if not all(isinstance(title, str) for title in titles):
        raise RasterError(_("Titles of classes are words."), "style")
    return RasterStyle(
        stops=stops,
        is_classes=bool(told.get("classes")),
        titles=tuple(titles)[: len(stops)],
        opacity=_share(told.get("opacity", 0.8)),
        unit=str(told.get("unit") or "")[:20],
        ramp=str(told.get("ramp") or "")[:40],
    )


def _stops(told: Any) -> tuple[tuple[float, str], ...]:
    if not isinstance(told, list | tuple) or not 1 <= len(told) <= MAX_STOPS:
        raise RasterError(_("A ramp has 1 to %(count)d stops.") % {"count": MAX_STOPS}, "style")
    found = []
    for stop in told:
        if not isinstance(stop, list | tuple) or len(stop) != 2 or not _is_stop(*stop):
            raise RasterError(_("A stop is a number and a colour like #1a2b3c."), "style")
        found.append((float(stop[0]), str(stop[1]).lower()))
    if [value for value, _colour in found] != sorted({value for value, _colour in found}):
        raise RasterError(_("The values of the stops must rise."), "style")
    return tuple(found)


def _is_stop(value: Any, colour: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    return is_number and isinstance(colour, str) and bool(_HEX.match(colour))


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise RasterError(_("Opacity lies from 0 to 1."), "style")
    return float(value)
