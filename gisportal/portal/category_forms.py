"""The form of a category. What cannot be kept is said by the service; here it comes beside its field."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gisportal.portal.entry_fields import PlainTextField
from layers.editing.categories import Node
from layers.editing.errors import InvalidValues
from layers.models import Category


class ServiceForm(forms.Form):
    """A form whose values a service checks: it only carries them, and shows what the service refused."""

    def refuse(self, error: InvalidValues) -> None:
        """Puts each message beside its field, or above all where it has none."""
        for key, messages in error.errors.items():
            for message in messages:
                self.add_error(key if key in self.fields else None, message)


def number_field(label: Any, **more: Any) -> PlainTextField:
    """A whole number, typed in any width of digits."""
    field = PlainTextField(label=label, **more)
    field.widget.attrs.update({"inputmode": "numeric", "class": "input-number"})
    return field


class CategoryForm(ServiceForm):
    """Everything of a category that may change."""

    title = PlainTextField(label=gettext_lazy("Title"), required=False)
    title_en = PlainTextField(label=gettext_lazy("Title in English"), required=False)
    aliases = PlainTextField(
        label=gettext_lazy("Other words"), required=False,
        help_text=gettext_lazy("Found by search: デイ, 通所 … Separate them by commas."),
    )  # fmt: skip
    parent = forms.ChoiceField(
        label=gettext_lazy("Stands below"), required=False,
        help_text=gettext_lazy("The tree has up to three levels."),
    )  # fmt: skip
    colour = PlainTextField(
        label=gettext_lazy("Colour"), required=False,
        help_text=gettext_lazy("Like #1a2b3c. Below another category it may be empty: then it is the same."),
    )  # fmt: skip
    shape = forms.ChoiceField(label=gettext_lazy("Shape"), required=False)
    is_formal = forms.BooleanField(label=gettext_lazy("Formal service (in law)"), required=False)
    stale_after_days = number_field(gettext_lazy("Days until an entry counts as not updated"), required=False)
    vacancy_stale_days = number_field(gettext_lazy("Days until a vacancy counts as old"), required=False)
    vacancy_words = forms.ChoiceField(label=gettext_lazy("Words of vacancy"), required=False)
    vacancy_axis = forms.ChoiceField(label=gettext_lazy("Vacancy is asked for"), required=False)
    vacancy_classes = PlainTextField(
        label=gettext_lazy("Classes of vacancy"), rows=4, required=False,
        help_text=gettext_lazy("One in each line, such as age0=0歳. Empty: weekdays, ages or sexes as usual."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, nodes: Sequence[Node], row: Category | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        below = {row.pk} if row else set()
        parents = [("", _("(first level)"))]
        for node in nodes:
            if node.category.parent_id in below:
                below.add(node.category.pk)
            if node.depth < 2 and node.category.pk not in below:
                parents.append((node.category.code, "　" * node.depth + node.category.title))
        self._choices("parent", parents)
        self._choices("shape", [("", _("(as above it)")), *Category.SHAPES])
        self._choices("vacancy_words", [("", _("Usual words")), *Category.VACANCY_WORDS])
        self._choices("vacancy_axis", [("", _("as a whole")), *Category.VACANCY_AXES])
        self.fields["colour"].widget.attrs.update(
            {"class": "input-colour", "autocomplete": "off", "maxlength": "7"}
        )

    def _choices(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]


class NewCategoryForm(CategoryForm):
    """A category that does not exist yet: with its code."""

    code = PlainTextField(
        label=gettext_lazy("Code"), required=False,
        help_text=gettext_lazy("Stands in links and files and never changes: small letters, digits and _."),
    )  # fmt: skip
    field_order = ("code",)


def initial_of(row: Category) -> dict[str, Any]:
    """A category as its form shows it."""
    values = {name: getattr(row, name) for name in CategoryForm.base_fields if name != "vacancy_classes"}
    values["parent"] = row.parent.code if row.parent else ""
    values["vacancy_classes"] = "\n".join(f"{each['code']}={each['title']}" for each in row.vacancy_classes)
    return values
