"""The values of a file as they are kept: scaled, with one sign for "no data"."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from layers.rasters.choices import Choice
from layers.rasters.upright import Grid

#: Where a mask must be told by a value, whole numbers get a wider type, whose least value means "no data".
WIDER: Final = {"uint8": "int16", "int8": "int16", "uint16": "int32", "int16": "int32"}
#: Cells a side of the sample pictures of more than eight bits are stretched by.
SAMPLE: Final = 1024


@dataclass(frozen=True, slots=True)
class ValueReader:
    """One band as values. ``given``: further value that means no data."""

    grid: Grid
    band: int
    dtype: str
    nodata: float | None
    given: float | None
    scale: float
    offset: float
    count: int = 1

    @classmethod
    def of(cls, grid: Grid, choice: Choice) -> Self:
        """How the chosen band is to be read."""
        dataset, band = grid.dataset, choice.band
        scale, offset = dataset.scales[band - 1], dataset.offsets[band - 1]
        is_scaled = (scale, offset) != (1.0, 0.0)
        dtype, nodata = _kept_as(grid, choice, is_scaled=is_scaled)
        return cls(grid, band, dtype, nodata, choice.nodata, scale, offset)

    def read(self, window: Window) -> NDArray[Any]:
        """One piece, of shape (1, rows, columns)."""
        data = self.grid.dataset.read(self.band, window=window)
        gone = ~self.grid.seen(self.band, window)
        if self.given is not None:
            gone |= data == self.given
        if data.dtype.kind == "f":
            gone |= ~np.isfinite(data)
        kept = data.astype(self.dtype, copy=True)
        if (self.scale, self.offset) != (1.0, 0.0):
            kept = kept * self.scale + self.offset
        if self.nodata is not None:
            kept[gone] = self.nodata
        found: NDArray[Any] = kept.astype(self.dtype)[np.newaxis]
        return found


def _kept_as(grid: Grid, choice: Choice, *, is_scaled: bool) -> tuple[str, float | None]:
    """Type and sign of "no data" that hold every value of the band beside the sign."""
    dataset = grid.dataset
    dtype = np.dtype(dataset.dtypes[choice.band - 1])
    if is_scaled:
        return "float64", float("nan")
    if dtype.kind == "f":
        return dtype.name, float("nan")
    own = dataset.nodatavals[choice.band - 1]
    signs = {value for value in (own, choice.nodata) if value is not None and _fits(value, dtype)}
    if not grid.has_mask and not signs:
        return dtype.name, None
    if not grid.has_mask and len(signs) == 1:
        return dtype.name, signs.pop()
    wider = WIDER.get(dtype.name)
    return (wider, float(np.iinfo(wider).min)) if wider else ("float64", float("nan"))


def _fits(value: float, dtype: np.dtype[Any]) -> bool:
    limits = np.iinfo(dtype)
    return bool(float(value).is_integer() and limits.min <= value <= limits.max)


@dataclass(frozen=True, slots=True)
class PictureReader:
    """Three bands as red, green and blue of eight bits, with alpha. ``spans``: what becomes 0 and 255 of each."""

    grid: Grid
    bands: tuple[int, int, int]
    spans: tuple[tuple[float, float] | None, ...]
    dtype: str = "uint8"
    nodata: float | None = None
    count: int = 4

    def read(self, window: Window) -> NDArray[Any]:
        """One piece, of shape (4, rows, columns)."""
        dataset = self.grid.dataset
        seen = np.ones((int(window.height), int(window.width)), bool)
        found = np.empty((4, *seen.shape), np.uint8)
        for index, (band, span) in enumerate(zip(self.bands, self.spans, strict=True)):
            data = dataset.read(band, window=window)
            seen &= self.grid.seen(band, window)
            if data.dtype.kind == "f":
                seen &= np.isfinite(data)
            found[index] = data if span is None else _stretched(data, span)
        found[3] = np.where(seen, 255, 0)
        found[:3, ~seen] = 0
        return found


def picture_reader(grid: Grid, bands: tuple[int, int, int]) -> PictureReader:
    """How three bands are to be read; those of more than eight bits are stretched from percentile 2 to 98."""
    return PictureReader(grid, bands, tuple(_span(grid.dataset, band) for band in bands))


def _span(dataset: Any, band: int) -> tuple[float, float] | None:
    if dataset.dtypes[band - 1] == "uint8":
        return None
    shape = (min(SAMPLE, dataset.height), min(SAMPLE, dataset.width))
    sample = dataset.read(band, out_shape=shape, masked=True).compressed().astype(np.float64)
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return 0.0, 1.0
    low, high = (float(part) for part in np.percentile(sample, (2, 98)))
    return low, high if high > low else low + 1


def _stretched(data: NDArray[Any], span: tuple[float, float]) -> NDArray[np.uint8]:
    low, high = span
    share = np.clip((data.astype(np.float64) - low) / (high - low), 0, 1)
    return np.nan_to_num(np.round(share * 255)).astype(np.uint8)
