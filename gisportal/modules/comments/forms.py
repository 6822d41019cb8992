"""Forms of comments: writing one, searching them, the words of the classification."""

from datetime import timedelta
from typing import Any, Final

from django import forms
from django.contrib.gis.geos import GEOSGeometry
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.modules.comments import source
from gisportal.modules.comments.models import ClassificationTerm, Comment
from gisportal.modules.comments.places import PlaceError, as_pair, read_drawn, read_pair
from gisportal.portal.entry_fields import PlainTextField, WrittenDateField

LONGEST_TEXT: Final = 10_000
DISTRICT, PLACE = "district", "place"


class CommentForm(forms.Form):
    """A comment; on a resource where ``on_resource``, else on a district or a place."""

    acted_on = WrittenDateField(label=gettext_lazy("Date of the activity"))
    text = PlainTextField(
        label=gettext_lazy("Text"), rows=8, max_length=LONGEST_TEXT,
        help_text=gettext_lazy("What was done, seen or agreed. No names or addresses of clients."),
    )  # fmt: skip
    classes = forms.MultipleChoiceField(
        label=gettext_lazy("Classification"), required=False, widget=forms.CheckboxSelectMultiple
    )
    target = forms.ChoiceField(
        label=gettext_lazy("On what"), widget=forms.RadioSelect,
        choices=[(DISTRICT, gettext_lazy("a district")), (PLACE, gettext_lazy("a place on the map"))],
    )  # fmt: skip
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    drawn = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-place-drawn": ""}))
    position = PlainTextField(
        label=gettext_lazy("Latitude, longitude"), required=False, max_length=60,
        help_text=gettext_lazy("For example 34.3428, 134.0466; or draw on the map. Never the home of a client."),
    )  # fmt: skip
    is_open_to_responsible = forms.BooleanField(
        label=gettext_lazy("Also read by those responsible for this resource (level C)"), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *arguments: Any, on_resource: bool, comment: Comment | None = None, **options: Any
    ) -> None:
        initial = {**initial_of(comment), **options.pop("initial", {})}
        super().__init__(*arguments, **{"initial": initial, "label_suffix": "", **options})
        kept = set(comment.classes) if comment else set()
        terms = [
            term for term in ClassificationTerm.objects.all() if not term.is_retired or term.code in kept
        ]
        self.fields["classes"].choices = [(term.code, term.title) for term in terms]  # type: ignore[attr-defined]
        left = ("target", "district", "drawn", "position") if on_resource else ("is_open_to_responsible",)
        for key in left:
            del self.fields[key]
        if not on_resource:
            choices: list[Any] = [("", _("choose a district")), *source.district_choices()]
            self.fields["district"].choices = choices  # type: ignore[attr-defined]

    def clean_acted_on(self) -> Any:
        """Raises ``ValidationError`` for a day too far ahead to be an activity."""
        found = self.cleaned_data["acted_on"]
        if found and found > timezone.localdate() + timedelta(days=366):
            raise forms.ValidationError(_("Lies more than a year ahead. Is the year right?"))
        return found

    def clean_drawn(self) -> GEOSGeometry | None:
        """Raises ``ValidationError`` with what is wrong with the drawing; without script nothing is drawn."""
        return None if self._target != PLACE else self._read(read_drawn, self.cleaned_data["drawn"])

    def clean_position(self) -> GEOSGeometry | None:
        """Raises ``ValidationError`` with what is wrong with the numbers."""
        return None if self._target != PLACE else self._read(read_pair, self.cleaned_data["position"])

    @property
    def _target(self) -> str:
        return str(self.cleaned_data.get("target") or self.data.get("target") or "")

    def _read(self, reader: Any, text: str) -> GEOSGeometry | None:
        try:
            return reader(text)  # type: ignore[no-any-return]
        except PlaceError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """A district or a place must be named."""
        found: dict[str, Any] = super().clean() or {}
        target = found.get("target")
        if target == DISTRICT and not found.get("district") and "district" not in self.errors:
            self.add_error("district", _("Choose the district."))
        if target == PLACE and not {"drawn", "position"} & set(self.errors):
            found["geom"] = self._place(found)
            if found["geom"] is None:
                self.add_error(
                    "position", _("Draw the place on the map, or write its latitude and longitude.")
                )
        for message in self.errors.pop("drawn", []):
            self.add_error("position", message)
        return found

    @staticmethod
    def _place(found: dict[str, Any]) -> GEOSGeometry | None:
        """What was typed wins where it differs from what was drawn: it was typed last, or without a map."""
        drawn, typed = found.get("drawn"), found.get("position")
        if drawn is not None and (typed is None or drawn.geom_type == "Polygon"):
            return drawn  # type: ignore[no-any-return]
        return typed

    def values(self) -> dict[str, Any]:
        """What the services take."""
        found = self.cleaned_data
        values = {key: found[key] for key in ("acted_on", "text", "classes")}
        if "is_open_to_responsible" in found:
            values["is_open_to_responsible"] = found["is_open_to_responsible"]
        if found.get("target") == DISTRICT:
            values["district_key"] = found["district"]
        if found.get("target") == PLACE:
            values["geom"] = found["geom"]
        return values


def initial_of(comment: Comment | None) -> dict[str, Any]:
    """What stands in the form at first."""
    if comment is None:
        return {"acted_on": timezone.localdate(), "target": DISTRICT}
    return {
        "acted_on": comment.acted_on,
        "text": comment.text,
        "classes": comment.classes,
        "target": PLACE if comment.geom is not None else DISTRICT,
        "district": comment.district_key,
        "drawn": comment.geom.geojson if comment.geom is not None else "",
        "position": as_pair(comment.geom),
        "is_open_to_responsible": comment.is_open_to_responsible,
        "version": comment.version,
    }


class ClassForm(forms.Form):
    """A word of the classification."""

    title = PlainTextField(label=gettext_lazy("Title"), max_length=60)
    order = forms.IntegerField(label=gettext_lazy("Order"), min_value=0, max_value=9999, required=False)

    def __init__(self, *arguments: Any, term: ClassificationTerm | None = None, **options: Any) -> None:
        initial = {"title": term.title, "order": term.order} if term else {}
        super().__init__(*arguments, **{"initial": initial, "label_suffix": "", **options})
        self.term = term

    def clean_title(self) -> str:
        """Raises ``ValidationError`` where the word is there already."""
        title: str = self.cleaned_data["title"]
        others = ClassificationTerm.objects.filter(title=title)
        if self.term is not None:
            others = others.exclude(pk=self.term.pk)
        if others.exists():
            raise forms.ValidationError(_("This class is there already."))
        return title
