"""Columns of 地域資源, shared by the entries as they stand and by their history."""

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID
from layers.models.category import Category
from layers.models.data_source import DataSource
from layers.models.place import Disclosure, Place
from layers.models.site import Organisation, Site


class Publication(models.TextChoices):
    """Who an entry is published to."""

    DRAFT = "draft", _("draft")
    MEMBERS = "members", _("published to members")
    PUBLIC = "public", _("published to everyone")


class Operation(models.TextChoices):
    """Whether the service runs. Groups end (活動終了), offices close (廃止)."""

    PLANNED = "planned", _("opening planned")
    OPEN = "open", _("open")
    SUSPENDED = "suspended", _("suspended")
    CLOSED = "closed", _("closed")


class Vacancy(models.TextChoices):
    """Room as of a time (空き情報)."""

    AVAILABLE = "available", pgettext_lazy("there is some", "vacancy")
    FEW = "few", _("few left")
    FULL = "full", _("no vacancy")
    ASK = "ask", _("please ask")


class VacancyOrigin(models.TextChoices):
    """Who said so; made-up values of the demo say so on screen."""

    PROVIDER = "provider", _("entered by the provider")
    CITY = "city", _("entered by the city")
    FILE = "file", _("from the file")
    DEMO = "demo", _("made up for the demo")


class ServiceArea(models.TextChoices):
    """Where a service may be used."""

    UNKNOWN = "", _("not stated")
    CITY = "city", _("the whole city")
    DISTRICTS = "districts", _("districts")
    POLYGON = "polygon", _("drawn area")


class Delivery(models.TextChoices):
    """Whether one goes there, it comes, or both."""

    ON_SITE = "on_site", _("used there")
    VISITS = "visits", _("visits")
    BOTH = "both", _("used there or visits")


class ResourceColumns(Place):
    """What an entry holds. Columns from ``geom_public`` on are derived by triggers."""

    name = models.CharField(_("name"), max_length=200)
    former_names = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("former names")
    )
    reading = models.CharField(_("reading"), max_length=300, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="resources", verbose_name=_("category")
    )
    fields_of_support = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("fields of support")
    )
    formal_override = models.BooleanField(_("formal service (overrides the category)"), null=True, blank=True)
    site = models.ForeignKey(
        Site, models.SET_NULL, null=True, blank=True, related_name="resources", verbose_name=_("site")
    )
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="resources",
        verbose_name=_("organisation"),
    )
    office_number = models.CharField(_("office number"), max_length=20, blank=True)
    phone = models.CharField(_("telephone"), max_length=100, blank=True)
    fax = models.CharField(_("fax"), max_length=60, blank=True)
    email = models.EmailField(_("mail"), blank=True)
    url = models.CharField(_("web page"), max_length=1000, blank=True)
    opening_hours = models.TextField(_("opening hours"), blank=True)
    description = models.TextField(_("description"), blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    vacancy = models.CharField(_("vacancy"), max_length=10, choices=Vacancy, blank=True)
    vacancy_count = models.PositiveIntegerField(_("places free"), null=True, blank=True)
    vacancy_note = models.CharField(_("note on vacancy"), max_length=200, blank=True)
    vacancy_as_of = models.DateTimeField(_("vacancy as of"), null=True, blank=True)
    vacancy_origin = models.CharField(_("vacancy from"), max_length=10, choices=VacancyOrigin, blank=True)
    service_area = models.CharField(_("service area"), max_length=10, choices=ServiceArea, blank=True)
    service_geom = models.MultiPolygonField(_("area served"), srid=STORAGE_SRID, null=True, blank=True)
    delivery = models.CharField(_("delivery"), max_length=8, choices=Delivery, default=Delivery.ON_SITE)
    properties = models.JSONField(_("city-defined fields"), default=dict, blank=True)
    publication = models.CharField(
        _("publication"), max_length=8, choices=Publication, default=Publication.DRAFT
    )
    operation = models.CharField(_("operation"), max_length=10, choices=Operation, default=Operation.OPEN)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    suspended_on = models.DateField(_("suspended on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    successor = models.ForeignKey(
        "layers.Resource",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("successor"),
    )
    disclosure = models.CharField(
        _("disclosure of place"), max_length=8, choices=Disclosure, default=Disclosure.OPEN
    )
    withheld = ArrayField(
        models.CharField(max_length=20),
        default=list,
        blank=True,
        verbose_name=_("items withheld from the public"),
    )
    hand_districts = models.JSONField(
        _("districts set by hand"), default=dict, blank=True, help_text=_('{"scheme": "code"}')
    )
    source = models.ForeignKey(
        DataSource,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="resources",
        verbose_name=_("data source"),
    )
    source_key = models.CharField(_("key in the source"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(
        _("last update"), help_text=_("Moves when a person changes something visible.")
    )
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = models.CharField(_("verified by"), max_length=100, blank=True)
    verified_how = models.CharField(_("verified how"), max_length=20, blank=True)
    deleted_at = models.DateTimeField(_("in the trash since"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "layers.Resource",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    vacancy_detail = models.JSONField(
        _("vacancy by class"),
        default=dict,
        blank=True,
        help_text=_('{"mon": {"state": "few", "count": 1}}; classes are the category\'s.'),
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    geom_public = models.PointField(_("position shown"), srid=STORAGE_SRID, null=True, editable=False)
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
    address_public = models.CharField(max_length=400, default="", editable=False)
    formal = models.BooleanField(_("formal service"), default=True, editable=False)
    district_keys = ArrayField(models.CharField(max_length=81), default=list, editable=False)
    served_keys = ArrayField(models.CharField(max_length=81), default=list, editable=False)
    sort_name = models.TextField(default="", editable=False, db_collation="C")

    class Meta:
        abstract = True
