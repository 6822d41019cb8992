"""Fields a city defines itself (項目定義, R3, R22, R23); values lie in ``Resource.properties``."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.access import Audience
from layers.models.category import CODE, Category


class FieldKind(models.TextChoices):
    """Kinds of a city-defined field."""

    TEXT = "text", _("text")
    LONG_TEXT = "long_text", _("long text")
    CHOICE = "choice", _("one choice")
    CHOICES = "choices", _("several choices")
    NUMBER = "number", _("number")
    DATE = "date", _("date")
    BOOLEAN = "boolean", _("yes or no")
    URL = "url", _("web address")


class FieldDefinition(models.Model):
    """Key, kind and audience of a field. 非公開項目 are those with ``is_printed`` off; audience is another matter.

    ``choices``: ``[{"code": "mon", "title": "月曜", "title_en": "Monday"}]``; ``"retired": true`` is offered no more,
    ``"merged_into": "tue"`` is another name of that code. A missing key in ``properties`` equals null.
    """

    AUDIENCES = [
        (Audience.PUBLIC.value, _("everyone")),
        (Audience.MEMBERS.value, _("members")),
        (Audience.STAFF.value, _("city staff")),
    ]

    key = models.CharField(_("key"), max_length=40, unique=True, validators=[CODE])
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    help_text = models.CharField(_("help"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=FieldKind)
    choices = models.JSONField(_("choices"), default=list, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    categories = models.ManyToManyField(
        Category, blank=True, verbose_name=_("categories"), help_text=_("None: all of them.")
    )
    audience = models.CharField(
        _("audience"), max_length=8, choices=AUDIENCES, default=Audience.MEMBERS.value
    )
    is_printed = models.BooleanField(_("printed"), default=True)
    is_searchable = models.BooleanField(_("searchable"), default=True)
    is_listed = models.BooleanField(_("listed"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveIntegerField(_("order"), default=0)
    former_keys = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        editable=False,
        verbose_name=_("former keys"),
    )

    class Meta:
        verbose_name = _("field definition")
        verbose_name_plural = _("field definitions")
        ordering = ["order", "key"]
        constraints = [
            models.CheckConstraint(
                name="field_definition_key_is_key",
                condition=models.Q(key__regex=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$"),
            ),
            models.CheckConstraint(
                name="field_definition_audience_is_known",
                condition=models.Q(audience__in=[audience.value for audience in Audience]),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse keys that formats and parameters need themselves, and choices that are not code and title."""
        from layers.fields import RESERVED

        super().clean()
        if self.key in RESERVED:
            raise ValidationError({"key": _("This key is reserved.")})
        if self.kind in {FieldKind.CHOICE, FieldKind.CHOICES}:
            self._clean_choices()

    def _clean_choices(self) -> None:
        try:
            codes = [choice["code"] for choice in self.choices if choice["title"]]
        except (TypeError, KeyError):
            codes = []
        plain = all(isinstance(code, str) and code.strip() and "," not in code for code in codes)
        if not codes or len(codes) != len(self.choices) or len(set(codes)) != len(codes) or not plain:
            raise ValidationError({"choices": _("Every choice needs a code of its own and a title.")})
