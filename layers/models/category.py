"""Service categories (サービス種別, R7, R24) and fields of support (対象分野)."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

COLOUR = RegexValidator(r"^#[0-9a-f]{6}$", _("A colour looks like #1a2b3c."))
CODE = RegexValidator(
    r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", _("Lower-case letters, digits and single underscores.")
)


class Category(models.Model):
    """A node of a tree of up to three levels. Colour and shape are inherited from the parent where empty."""

    SHAPES = [
        ("circle", _("circle")), ("square", _("square")), ("diamond", _("diamond")), ("triangle", _("triangle")),
        ("pentagon", _("pentagon")), ("hexagon", _("hexagon")), ("star", _("star")), ("cross", _("cross")),
    ]  # fmt: skip

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    aliases = models.CharField(_("other words"), max_length=300, blank=True, help_text=_("Found by search."))
    colour = models.CharField(_("colour"), max_length=7, blank=True, validators=[COLOUR])
    shape = models.CharField(_("shape"), max_length=12, blank=True, choices=SHAPES)
    is_formal = models.BooleanField(_("formal service"), default=True)
    stale_after_days = models.PositiveIntegerField(_("days until it counts as not updated"), default=365)
    VACANCY_WORDS = [("marks", _("○ △ ×")), ("joining", _("looking for participants"))]
    VACANCY_AXES = [("weekday", _("by weekday")), ("age", _("by age class")), ("sex", _("by sex"))]

    vacancy_stale_days = models.PositiveIntegerField(_("days until a vacancy counts as old"), default=30)
    vacancy_words = models.CharField(_("words of vacancy"), max_length=8, blank=True, choices=VACANCY_WORDS)
    vacancy_axis = models.CharField(_("vacancy asked for"), max_length=8, blank=True, choices=VACANCY_AXES)
    vacancy_classes = models.JSONField(
        _("classes of vacancy"), default=list, blank=True, help_text=_('[{"code": "age0", "title": "0歳"}]')
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                name="category_colour_is_hex", condition=Q(colour="") | Q(colour__regex=r"^#[0-9a-f]{6}$")
            ),
            models.CheckConstraint(
                name="category_code_is_key", condition=Q(code__regex=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
            ),
            models.CheckConstraint(
                name="category_is_not_its_parent", condition=Q(parent=None) | ~Q(parent=models.F("id"))
            ),
            models.CheckConstraint(
                name="category_vacancy_axis_is_known",
                condition=Q(vacancy_axis__in=["", "weekday", "age", "sex"]),
            ),
            models.CheckConstraint(
                name="category_is_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("id")),
            ),
            models.CheckConstraint(
                name="category_top_has_colour_and_shape",
                condition=Q(parent__isnull=False) | (~Q(colour="") & ~Q(shape="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FieldOfSupport(models.Model):
    """対象分野: 高齢, 障がい, 子ども, 生活困窮 … A resource has several."""

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[CODE])
    title = models.CharField(_("title"), max_length=80)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    order = models.PositiveIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("field of support")
        verbose_name_plural = _("fields of support")
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.title
