"""The form of a GeoTIFF: which band, in which system, what means "no data"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.models import StoredUpload
from layers.rasters.choices import Choice
from layers.rasters.uploads import choice_of
from layers.stored.shapes import crs_choices


class RasterForm(forms.Form):
    """What a person decides of an uploaded GeoTIFF."""

    band = forms.ChoiceField(label=gettext_lazy("Band shown"))
    srid = forms.ChoiceField(
        label=gettext_lazy("Reference system"), required=False,
        help_text=gettext_lazy("Empty: as the file says of itself."),
    )  # fmt: skip
    is_swapped = forms.BooleanField(
        label=gettext_lazy("Easting and northing are exchanged in the file"), required=False
    )
    nodata = forms.FloatField(label=gettext_lazy("Value that means “no data”"), required=False)

    def __init__(self, data: Any = None, *, row: StoredUpload) -> None:
        self._before: Choice = choice_of(row)
        found = row.options["raster"]["found"]
        initial = {
            "band": str(self._before.band), "srid": str(self._before.srid or ""),
            "is_swapped": self._before.is_swapped, "nodata": self._before.nodata,
        }  # fmt: skip
        super().__init__(data, initial=initial)
        bands = [
            (str(band["number"]), f"{band['number']} {band['title']} ({band['dtype']})")
            for band in found["bands"]
        ]
        self._choose("band", [*([("0", _("picture in colours"))] if len(bands) >= 3 else []), *bands])
        self._choose("srid", [("", _("as the file says")), *((str(k), v) for k, v in crs_choices())])

    def _choose(self, key: str, choices: Any) -> None:
        field = self.fields[key]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def choice(self) -> Choice:
        """As the service takes it."""
        said = self.cleaned_data
        return replace(
            self._before, band=int(said["band"]), srid=int(said["srid"]) if said["srid"] else None,
            is_swapped=said["is_swapped"], nodata=said["nodata"],
        )  # fmt: skip
