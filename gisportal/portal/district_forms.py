"""Forms of schemes, districts and imports. What cannot be kept is said by the services."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from leaflet.forms.widgets import LeafletWidget

from gisportal.portal.category_forms import ServiceForm, number_field
from gisportal.portal.entry_fields import PlainTextField
from layers.imports import boundary_crs
from layers.models import District, DistrictScheme


class BoundaryWidget(LeafletWidget):  # type: ignore[misc]
    """django-leaflet's widget with Leaflet.draw, without its inline script: our script finds it by its data.

    The text stands beside the map and is the value: whoever cannot draw types or pastes GeoJSON or WKT.
    """

    template_name = "portal/settings/boundary_widget.html"
    geom_type = "MULTIPOLYGON"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The text as it was typed, and where Leaflet.draw lies among the static files."""
        return {
            "widget": {"name": name, "attrs": {**self.attrs, **(attrs or {})}},
            "value": value or "",
            "draw_script": static("leaflet/draw/leaflet.draw.js"),
        }

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Text, whatever it is: the service reads it and says where it is wrong."""
        return data.get(name, "")


class SchemeForm(ServiceForm):
    """What is said of a scheme."""

    title = PlainTextField(label=gettext_lazy("Title"), required=False)
    title_en = PlainTextField(label=gettext_lazy("Title in English"), required=False)
    description = PlainTextField(label=gettext_lazy("Description"), rows=3, required=False)
    is_approximate = forms.BooleanField(
        label=gettext_lazy("Boundaries are approximate (said wherever they appear)"), required=False
    )
    is_care_area = forms.BooleanField(
        label=gettext_lazy("An address is answered with this scheme first, with its office"), required=False
    )


class NewSchemeForm(SchemeForm):
    """A scheme that does not exist yet: with its code."""

    code = PlainTextField(
        label=gettext_lazy("Code"), required=False,
        help_text=gettext_lazy("Stands in links and files and never changes: small letters, digits and _."),
    )  # fmt: skip
    field_order = ("code",)


class DistrictForm(ServiceForm):
    """One district with its boundary."""

    code = PlainTextField(
        label=gettext_lazy("Code"), required=False,
        help_text=gettext_lazy("Letters, digits, - and _. Links with the old code find nothing any more."),
    )  # fmt: skip
    title = PlainTextField(label=gettext_lazy("Title"), required=False)
    reading = PlainTextField(label=gettext_lazy("Reading"), required=False)
    office = PlainTextField(
        label=gettext_lazy("Office responsible"), required=False,
        help_text=gettext_lazy("Name of the organisation; one that is not known yet is added."),
    )  # fmt: skip
    office_phone = PlainTextField(label=gettext_lazy("Telephone of the office"), required=False)
    population = number_field(gettext_lazy("Population"), required=False)
    households = number_field(gettext_lazy("Households"), required=False)
    population_on = PlainTextField(
        label=gettext_lazy("Date of the population"), required=False,
        help_text=gettext_lazy("For example 2026-04-01 or 令和8年4月1日"),
    )  # fmt: skip
    geom = forms.CharField(
        label=gettext_lazy("Boundary"), required=False, widget=BoundaryWidget(), strip=True,
        help_text=gettext_lazy(
            "Draw it on the map, or write GeoJSON or WKT here: degrees of WGS 84, longitude first."
        ),
    )  # fmt: skip
    cleans = forms.BooleanField(label=gettext_lazy("Clean the outline"), required=False)
    accepts_overlaps = forms.BooleanField(label=gettext_lazy("Keep it all the same"), required=False)

    def __init__(self, *args: Any, offices: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.offices = offices
        self.fields["office"].widget.attrs["list"] = "offices"

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes beside the boundary."""
        apart = {"geom", "cleans", "accepts_overlaps"}
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}


def district_initial(row: District) -> dict[str, Any]:
    """A district as its form shows it. Coordinates to a centimetre."""
    from layers.editing.district_values import boundary_text

    names = ("code", "title", "reading", "office_phone", "population", "households")
    return {
        **{name: getattr(row, name) for name in names},
        "office": row.office.name if row.office else "",
        "population_on": row.population_on.isoformat() if row.population_on else "",
        "geom": boundary_text(row),
    }


def scheme_initial(row: DistrictScheme) -> dict[str, Any]:
    """A scheme as its form shows it."""
    return {name: getattr(row, name) for name in SchemeForm.base_fields}


class UploadForm(ServiceForm):
    """A file of boundaries."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "GeoJSON, a Shapefile in a ZIP (.shp .dbf .shx .prj), or GeoPackage; at most 50 MB. Nothing is changed yet."
        ),
    )


class ReadingForm(ServiceForm):
    """How an uploaded file is read."""

    layer = forms.ChoiceField(label=gettext_lazy("Layer"), required=False)
    encoding = forms.ChoiceField(label=gettext_lazy("Writing of the text"), required=False)
    srid = forms.ChoiceField(label=gettext_lazy("Reference system"), required=False)
    code_field = forms.ChoiceField(label=gettext_lazy("Column of the code"), required=False)
    title_field = forms.ChoiceField(label=gettext_lazy("Column of the title"), required=False)
    reading_field = forms.ChoiceField(label=gettext_lazy("Column of the reading"), required=False)
    cleans = forms.BooleanField(label=gettext_lazy("Clean outlines that cross themselves"), required=False)
    joins = forms.BooleanField(
        label=gettext_lazy("Join features of one code to one district"), required=False
    )
    covers = forms.BooleanField(
        label=gettext_lazy("Settle overlaps and close small gaps (to 0.1 km²)"), required=False
    )
    skips = forms.BooleanField(label=gettext_lazy("Leave refused features out"), required=False)
    removes = forms.BooleanField(
        label=gettext_lazy("Delete districts that the file does not have"), required=False
    )

    def __init__(self, *args: Any, columns: Sequence[str], layers: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        own = [(name, name) for name in columns]
        self._choices("layer", [(name, name) for name in layers if name])
        self._choices(
            "encoding", [("", _("found out by reading")), ("UTF-8", "UTF-8"), ("CP932", "CP932 (Shift_JIS)")]
        )
        systems = [(str(srid), f"{title} (EPSG:{srid})") for srid, title in boundary_crs.choices()]
        self._choices("srid", [("", _("as the file says")), *systems])
        self._choices("code_field", [("", _("(numbered in the order of the file)")), *own])
        self._choices("title_field", [("", _("(as the code)")), *own])
        self._choices("reading_field", [("", _("(none)")), *own])

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]

    def options(self) -> dict[str, Any]:
        """As the import keeps them."""
        values = dict(self.cleaned_data)
        values["srid"] = int(values["srid"]) if values["srid"] else None
        return values
