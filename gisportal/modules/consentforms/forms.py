"""The form in which a returned sheet is recorded, and the words of the sheet."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.modules.consentforms import sheets
from gisportal.modules.consentforms.services import SCANS
from gisportal.portal.entry_fields import PlainTextField, WrittenDateField
from layers.media.errors import MediaError
from layers.media.files import CheckedFile, check_attachment

ANSWERS: Final = (
    ("yes", gettext_lazy("may be published")),
    ("no", gettext_lazy("may not")),
    ("", gettext_lazy("not ticked")),
)


class ConsentForm(forms.Form):
    """What came back: day, each item's answer, and the scanned sheet."""

    received_on = WrittenDateField(label=gettext_lazy("Received on"))
    rest = forms.BooleanField(
        label=gettext_lazy("Everything not ticked below may be published"), required=False
    )
    signed_by = PlainTextField(label=gettext_lazy("Signed by"), required=False, max_length=100)
    note = PlainTextField(label=gettext_lazy("Note"), required=False, max_length=500, rows=2)
    scan = forms.FileField(
        label=gettext_lazy("Scanned sheet (PDF or JPEG)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,application/pdf,image/jpeg"}),
    )

    def __init__(self, sheet: sheets.Form, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, label_suffix="", **options)
        self.checked: CheckedFile | None = None
        self.titles = {item.key: item.title for item in sheet.items}
        self.photo_keys = {f"photo_{photo.pk}": photo.pk for photo in sheet.photos}
        for key, title in self.titles.items():
            self.fields[f"item_{key}"] = self._question(title)
        for number, (key, photo) in enumerate(zip(self.photo_keys, sheet.photos, strict=True), 1):
            title = _("Photo %(number)d: %(caption)s") % {
                "number": number,
                "caption": photo.caption or photo.alt,
            }
            self.fields[key] = self._question(title)

    @staticmethod
    def _question(title: str) -> forms.ChoiceField:
        return forms.ChoiceField(
            label=title, choices=ANSWERS, required=False, widget=forms.RadioSelect, initial=""
        )

    @property
    def questions(self) -> list[forms.BoundField]:
        """One question for each item and photo."""
        return [self[name] for name in self.fields if name.startswith(("item_", "photo_"))]

    def clean_received_on(self) -> Any:
        """Raises ``ValidationError`` for a day to come."""
        day = self.cleaned_data["received_on"]
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return day

    def clean_scan(self) -> Any:
        """Raises ``ValidationError`` for what is by its content neither PDF nor a picture."""
        file = self.cleaned_data.get("scan")
        if file:
            try:
                self.checked = check_attachment(file)
            except MediaError as error:
                raise forms.ValidationError(str(error)) from error
            if self.checked.content_type not in SCANS:
                raise forms.ValidationError(_("A scanned sheet is a PDF or a JPEG picture."))
        return file

    def clean(self) -> Mapping[str, Any]:
        """Raises ``ValidationError`` where nothing is ticked."""
        if not self.errors and not self.answers and not self.photos:
            raise forms.ValidationError(_("Tick at least one item as it stands on the sheet."))
        return self.cleaned_data

    @property
    def answers(self) -> dict[str, bool]:
        """Item → may be published, of those ticked."""
        return self._ticked({f"item_{key}": key for key in self.titles})

    @property
    def photos(self) -> dict[int, bool]:
        """Photo → may be published, of those ticked."""
        return self._ticked(self.photo_keys)

    def _ticked(self, names: Mapping[str, Any]) -> dict[Any, bool]:
        untold = "yes" if self.cleaned_data.get("rest") else ""
        given = ((key, self.cleaned_data.get(name) or untold) for name, key in names.items())
        return {key: value == "yes" for key, value in given if value}


class TemplateForm(forms.Form):
    """The words of the sheet."""

    title = PlainTextField(label=gettext_lazy("Title of the form"), max_length=100)
    introduction = PlainTextField(
        label=gettext_lazy("Introduction"), rows=6, required=False, max_length=2000,
        help_text=gettext_lazy(
            "Plain text; an empty line begins a paragraph. {city}, {name}, {number} and {date} are replaced."
        ),
    )  # fmt: skip
    closing = PlainTextField(
        label=gettext_lazy("Words above the signature"), rows=4, required=False, max_length=2000
    )
    contact = PlainTextField(
        label=gettext_lazy("Contact and where to send it"), rows=3, required=False, max_length=500
    )
    requires_consent = forms.BooleanField(
        label=gettext_lazy("Show the public only what has been consented to"),
        required=False,
        help_text=gettext_lazy(
            "Contact, hours, description and the like are withheld from the public at once where there is no consent."
        ),
    )
