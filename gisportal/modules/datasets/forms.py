"""Forms of layers. What cannot be kept is said by the services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from gisportal.portal.category_forms import ServiceForm
from gisportal.portal.entry_fields import PlainTextField, WrittenDateField
from layers.models import StoredLayer
from layers.models.stored import LayerAudience
from layers.stored.shapes import crs_choices

#: Parts of addresses of our own.
NO_SLUGS: Final = frozenset({"new", "uploads", "trash"})


class FileForm(forms.Form):
    """A file to be put in."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("GeoPackage, GeoJSON, FlatGeobuf, KML, CSV with coordinates or mesh codes, a Shapefile in a ZIP "
                    "(text in UTF-8 or CP932), or GeoTIFF. Up to 200 MB."),
    )  # fmt: skip


class ReadingForm(forms.Form):
    """How a file is to be read."""

    layer = forms.ChoiceField(label=_("Layer of the file"), required=False)
    srid = forms.ChoiceField(
        label=_("Reference system"), required=False, help_text=_("Empty: as the file says of itself.")
    )
    encoding = forms.ChoiceField(
        label=_("Encoding of the text"),
        required=False,
        choices=[("", _("found out")), ("UTF-8", "UTF-8"), ("CP932", "CP932")],
    )
    x_column = forms.ChoiceField(label=_("Column of longitude (or easting)"), required=False)
    y_column = forms.ChoiceField(label=_("Column of latitude (or northing)"), required=False)
    mesh_column = forms.ChoiceField(label=_("Column of mesh codes"), required=False)

    def __init__(self, data: Any = None, *, preview: dict[str, Any], **options: Any) -> None:
        super().__init__(data, **options)
        self.is_table = preview["format"] == "CSV"
        names = [("", "–"), *((item["name"], item["name"]) for item in preview["columns"])]
        self._choose("layer", [(name, name) for name in preview["layers"]] or [("", "")])
        self._choose("srid", [("", _("as the file says")), *((str(k), v) for k, v in crs_choices())])
        for key in ("x_column", "y_column", "mesh_column"):
            self._choose(key, names)

    def _choose(self, key: str, choices: Sequence[Any]) -> None:
        field = self.fields[key]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)


class WordsForm(ServiceForm):
    """What is said of a layer, and whom it is for."""

    title = PlainTextField(label=_("Title"))
    description = PlainTextField(label=_("Description"), rows=3, required=False)
    keywords = PlainTextField(label=_("Keywords"), required=False, help_text=_("Separate them by commas."))
    attribution = PlainTextField(
        label=_("Attribution"), required=False, help_text=_("Stands wherever the layer is shown: 出典 …")
    )
    licence = PlainTextField(label=_("Licence"), required=False, help_text=_("For example CC BY 4.0"))
    licence_url = PlainTextField(label=_("Address of the licence"), required=False)
    source_url = PlainTextField(label=_("Where it comes from (address)"), required=False)
    contact = PlainTextField(label=_("Contact"), required=False)
    audience = forms.ChoiceField(label=_("Shown to"), choices=LayerAudience, initial="staff")
    is_on_map = forms.BooleanField(label=_("Offered on the map of the search"), required=False, initial=True)

    def values(self) -> dict[str, Any]:
        """As :func:`layers.stored.services.edit_layer` takes them."""
        found = {key: value for key, value in self.cleaned_data.items() if key in WordsForm.base_fields}
        words = self.cleaned_data["keywords"].replace("、", ",").split(",")
        return {**found, "keywords": [word.strip() for word in words if word.strip()][:20]}

    @staticmethod
    def initial_of(layer: StoredLayer) -> dict[str, Any]:
        """The form as it stands."""
        found = {key: getattr(layer, key) for key in WordsForm.base_fields}
        return {**found, "keywords": ", ".join(layer.keywords)}


class EditionForm(ServiceForm):
    """What is said of an edition."""

    as_of = WrittenDateField(label=_("As of"), required=False)
    note = PlainTextField(label=_("Note on this edition"), required=False)


class NewLayerForm(WordsForm, EditionForm):
    """A layer that does not exist yet: with its name in addresses."""

    slug = PlainTextField(
        label=_("Name in addresses"),
        help_text=_("Small letters, digits and _. It never changes: programs find the layer by it."),
    )
    field_order = ("title", "slug", "audience", "as_of", "description", "keywords", "attribution", "licence")

    def clean_slug(self) -> str:
        """Raises ``ValidationError`` for names of our own addresses."""
        slug: str = self.cleaned_data["slug"]
        if slug in NO_SLUGS:
            raise forms.ValidationError(_("This name means something else in addresses."))
        return slug

    def values(self) -> dict[str, Any]:
        """With the name."""
        return {**super().values(), "slug": self.cleaned_data["slug"]}
