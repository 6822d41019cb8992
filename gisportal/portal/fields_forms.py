"""Forms of the field screens. What cannot be kept is said by the services; here it comes beside its field."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.portal.entry_fields import PlainTextField
from layers.access import Audience
from layers.editing.errors import InvalidValues
from layers.models import FieldDefinition
from layers.models.field_definition import FieldKind
from layers.vocabulary import Vocabulary

AUDIENCES = (
    (Audience.PUBLIC.value, gettext_lazy("Everyone (on the public site too)")),
    (Audience.MEMBERS.value, gettext_lazy("Members: levels A and B, and C for its own entries")),
    (Audience.STAFF.value, gettext_lazy("City staff and the administrator only")),
)
SWITCHES = ("is_printed", "is_listed", "is_searchable")


class FieldForm(forms.Form):
    """Everything of a field but its key, its kind and its choices."""

    title = PlainTextField(
        label=gettext_lazy("Name of the field"),
        max_length=80,
        error_messages={"required": gettext_lazy("Write the name of the field.")},
    )
    title_en = PlainTextField(label=gettext_lazy("Name in English"), max_length=120, required=False)
    help_text = PlainTextField(
        label=gettext_lazy("Help for whoever fills it in"), max_length=300, required=False
    )
    unit = PlainTextField(
        label=gettext_lazy("Unit"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("For numbers, such as 人"),
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who sees it"), choices=AUDIENCES, widget=forms.RadioSelect, initial="members"
    )
    is_printed = forms.BooleanField(
        label=gettext_lazy("Stands on paper (switched off: 非公開項目)"), required=False, initial=True
    )
    is_listed = forms.BooleanField(label=gettext_lazy("Stands in the list of results"), required=False)
    is_searchable = forms.BooleanField(
        label=gettext_lazy("Can be searched and narrowed down by"), required=False, initial=True
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories it is for"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: for all. A category stands for those below it."),
    )

    def __init__(self, *args: Any, words: Vocabulary, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["categories"].choices = [  # type: ignore[attr-defined]
            (info.code, "　" * info.depth + info.title) for info in words.categories.values()
        ]

    def refuse(self, error: InvalidValues) -> None:
        """Puts what a service refused beside its field."""
        for key, messages in error.errors.items():
            for message in messages:
                self.add_error(key if key in self.fields else None, message)

    def shared(self) -> dict[str, Any]:
        """What services of adding and changing take alike."""
        return {name: self.cleaned_data[name] for name in FieldForm.base_fields}


class NewFieldForm(FieldForm):
    """A field that does not exist yet."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of value"), choices=FieldKind.choices)
    choices_text = PlainTextField(
        label=gettext_lazy("Choices"),
        rows=6,
        required=False,
        max_length=20_000,
        help_text=gettext_lazy(
            "For kinds with choices: one a line. English after a bar, such as 月曜 | Monday."
        ),
    )
    key = PlainTextField(
        label=gettext_lazy("Key for files and programs"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Small letters, digits and _, such as care_days. Empty: made by itself."),
    )
    field_order = ("title", "kind", "choices_text")

    def clean_key(self) -> str:
        """Full-width and capital letters are taken for what they mean."""
        return checked_key(self.cleaned_data["key"], needed=False)

    def clean(self) -> dict[str, Any]:
        """Kinds with choices need some."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("kind") in {"choice", "choices"} and not cleaned.get("choices_text"):
            self.add_error("choices_text", _("Write at least one choice."))
        return cleaned

    def refuse(self, error: InvalidValues) -> None:
        """Choices are written as text here."""
        moved = {("choices_text" if key == "choices" else key): texts for key, texts in error.errors.items()}
        super().refuse(InvalidValues(moved))


def checked_key(text: str, *, needed: bool) -> str:
    """A key as it is kept. Raises ``ValidationError``."""
    key = unicodedata.normalize("NFKC", text).strip().lower()
    if (key or needed) and not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", key):
        raise forms.ValidationError(
            _("Small letters, digits and _ only, beginning with a letter, such as care_days.")
        )
    return key


def choice_lines(text: str) -> list[tuple[str, str]]:
    """Titles and English titles, one choice a line, each title once."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        title, _bar, english = line.replace("｜", "|").partition("|")
        if title.strip():
            found.setdefault(title.strip(), english.strip())
    return list(found.items())


def initial_of(item: FieldDefinition) -> dict[str, Any]:
    """A definition as the form shows it."""
    names = [name for name in FieldForm.base_fields if name != "categories"]
    return {
        **{name: getattr(item, name) for name in names},
        "categories": [category.code for category in item.categories.all()],
    }


def digest_of(values: object) -> str:
    """A mark of values as they stood when a form was opened: two administrators do not overwrite one another."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def overtaken() -> str:
    """What is said where somebody else was faster."""
    return _(
        "Somebody else has changed this meanwhile. Please check what you typed; saving again puts yours in force."
    )


class KeyForm(forms.Form):
    """Another key."""

    key = PlainTextField(label=gettext_lazy("New key"), max_length=200)

    def clean_key(self) -> str:
        """Full-width and capital letters are taken for what they mean."""
        return checked_key(self.cleaned_data["key"], needed=True)

    def refuse(self, error: InvalidValues) -> None:
        """Puts what the service refused beside the key."""
        for messages in error.errors.values():
            for message in messages:
                self.add_error("key", message)


def grouped(errors: Mapping[str, Iterable[str]]) -> list[dict[str, str]]:
    """Messages of a service for the summary of a page of rows; ``choices.3`` is the fourth row."""
    found = []
    for key, messages in errors.items():
        number = key.partition(".")[2]
        anchor = f"choice-{number}-title" if number else ""
        label = _("Choice %(number)d") % {"number": int(number) + 1} if number else ""
        found += [{"anchor": anchor, "label": label, "message": message} for message in messages]
    return found
