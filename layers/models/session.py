"""When and where meetings take place (R30, design §3): several per resource, each with its own place."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID
from layers.models.resource import Resource


class Recurrence(models.TextChoices):
    """How often, as people say it."""

    WEEKLY = "weekly", _("every week")
    FORTNIGHTLY = "fortnightly", _("every other week")
    MONTHLY_WEEKDAY = "monthly_weekday", _("on weekdays of the month")
    MONTHLY_DAY = "monthly_day", _("on days of the month")
    DATES = "dates", _("on single dates")


class HolidayRule(models.TextChoices):
    """What happens on a public holiday."""

    HELD = "held", _("takes place on holidays too")
    OFF = "off", _("not on holidays")
    NEXT_DAY = "next_day", _("the next working day instead")


class Session(models.Model):
    """One meeting time of a resource. Days of the week count from Monday, 0; ``-1`` in ``weeks`` and ``month_days``
    is the last.

    ``geom``, ``address``: its own place where it has one. ``geom_public``, ``address_public`` are kept by triggers
    (``layers/sql/sessions.sql``): the own place, else the resource's, and nothing at all where the resource does not
    disclose its place. Nothing else of the place goes out.
    """

    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="sessions", verbose_name=_("resource")
    )
    title = models.CharField(_("name of the meeting"), max_length=100, blank=True)
    venue = models.CharField(_("venue"), max_length=120, blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    geom = models.PointField(_("position"), srid=STORAGE_SRID, null=True, blank=True)
    recurrence = models.CharField(_("how often"), max_length=16, choices=Recurrence)
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(), default=list, blank=True, verbose_name=_("weekdays")
    )
    weeks = ArrayField(
        models.SmallIntegerField(), default=list, blank=True, verbose_name=_("weeks of the month")
    )
    month_days = ArrayField(
        models.SmallIntegerField(), default=list, blank=True, verbose_name=_("days of the month")
    )
    dates = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("dates"))
    start_time = models.TimeField(_("begins at"))
    end_time = models.TimeField(_("ends at"), null=True, blank=True)
    holiday_rule = models.CharField(
        _("on holidays"), max_length=8, choices=HolidayRule, default=HolidayRule.HELD
    )
    cancelled = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("dates off"))
    moved = models.JSONField(
        _("dates moved"), default=dict, blank=True, help_text=_('{"2026-05-05": "2026-05-12"}')
    )
    extra = ArrayField(models.DateField(), default=list, blank=True, verbose_name=_("extra dates"))
    first_on = models.DateField(_("from"), null=True, blank=True)
    last_on = models.DateField(_("until"), null=True, blank=True)
    fee = models.CharField(_("fee"), max_length=100, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    schedule = models.CharField(_("times in words"), max_length=300, blank=True, editable=False)
    order = models.PositiveIntegerField(_("order"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last update"), auto_now=True)

    geom_public = models.PointField(_("position shown"), srid=STORAGE_SRID, null=True, editable=False)
    address_public = models.CharField(max_length=400, default="", editable=False)
    geom_3857 = models.GeneratedField(
        expression=models.Func(
            models.F("geom_public"),
            models.Value(WEB_MERCATOR_SRID),
            function="ST_Transform",
            output_field=models.PointField(srid=WEB_MERCATOR_SRID),
        ),
        output_field=models.PointField(srid=WEB_MERCATOR_SRID),
        db_persist=True,
    )

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["resource", "order", "id"]
        indexes = [GistIndex(name="session_geom_3857", fields=["geom_3857"])]
        constraints = [
            models.CheckConstraint(
                name="session_recurrence_is_known", condition=Q(recurrence__in=Recurrence.values)
            ),
            models.CheckConstraint(
                name="session_holiday_rule_is_known", condition=Q(holiday_rule__in=HolidayRule.values)
            ),
            models.CheckConstraint(
                name="session_ends_after_it_begins",
                condition=Q(end_time=None) | Q(end_time__gt=models.F("start_time")),
            ),
            models.CheckConstraint(
                name="session_period_is_in_order",
                condition=Q(first_on=None) | Q(last_on=None) | Q(last_on__gte=models.F("first_on")),
            ),
            models.CheckConstraint(
                name="session_fortnight_has_first_day",
                condition=~Q(recurrence="fortnightly") | Q(first_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.venue or str(self.pk)


class SessionDate(models.Model):
    """A day on which a session takes place: precomputed for some months, so that a search by day uses an index."""

    session = models.ForeignKey(Session, models.CASCADE, related_name="days")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="session_days")
    on = models.DateField(_("date"))
    weekday = models.PositiveSmallIntegerField(_("weekday"))

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("date of a session")
        verbose_name_plural = _("dates of sessions")
        constraints = [models.UniqueConstraint(name="session_date_once", fields=["session", "on"])]
        indexes = [
            models.Index(name="session_date_by_day", fields=["on", "resource"]),
            models.Index(name="session_date_by_resource", fields=["resource", "on"]),
        ]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.on}"
