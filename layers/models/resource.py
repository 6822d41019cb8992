"""地域資源: one service or activity as it stands in the list (R2, R30, R48)."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from layers.access import Viewer, editable_q, visible_q
from layers.crs import STORAGE_SRID, WEB_MERCATOR_SRID
from layers.models.category import Category
from layers.models.data_source import DataSource
from layers.models.district import District
from layers.models.place import Disclosure, Place, place_constraints
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


class ResourceQuerySet(models.QuerySet["Resource"]):
    """Reads start here."""

    def visible_to(self, viewer: Viewer | None) -> "ResourceQuerySet":
        """Rows the viewer may see; no viewer is the anonymous one."""
        return self.filter(visible_q(viewer))

    def editable_by(self, viewer: Viewer | None) -> "ResourceQuerySet":
        """Rows the viewer may edit and delete."""
        return self.filter(editable_q(viewer))


class Resource(Place):
    """One entry of the directory. Its id (bigint) is its permanent id.

    Columns from ``geom_public`` on are kept by triggers (``layers/sql/resource.sql``), whatever way a row is
    written; application code never sets them. With a disclosure other than ``open`` the row holds no address and no
    position of its own: they lie in :class:`ProtectedPlace` or nowhere.
    """

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
    service_districts = models.ManyToManyField(
        District, blank=True, related_name="served_by", verbose_name=_("districts served")
    )
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
        "self",
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
    sort_name = models.TextField(default="", editable=False, db_collation="C")
    search_public = models.TextField(default="", editable=False)
    search_members = models.TextField(default="", editable=False)
    search_staff = models.TextField(default="", editable=False)

    unscoped = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
        ordering = ["id"]
        constraints = [
            *place_constraints("resource"),
            models.CheckConstraint(name="resource_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="resource_publication_is_known", condition=Q(publication__in=Publication.values)
            ),
            models.CheckConstraint(
                name="resource_operation_is_known", condition=Q(operation__in=Operation.values)
            ),
            models.CheckConstraint(
                name="resource_vacancy_has_time", condition=Q(vacancy="") | Q(vacancy_as_of__isnull=False)
            ),
            models.CheckConstraint(
                name="resource_closed_has_date", condition=~Q(operation="closed") | Q(closed_on__isnull=False)
            ),
            models.CheckConstraint(
                name="resource_undisclosed_holds_no_place",
                condition=Q(disclosure="open")
                | Q(geom=None, address="", building="", town="", postcode="", site=None),
            ),
            models.CheckConstraint(
                name="resource_drawn_area_has_polygon",
                condition=~Q(service_area="polygon") | Q(service_geom__isnull=False),
            ),
            models.UniqueConstraint(
                name="resource_office_number_is_unique_with_service",
                fields=["office_number", "category"],
                condition=~Q(office_number="") & Q(deleted_at=None),
            ),
            models.UniqueConstraint(
                name="resource_source_key_is_unique",
                fields=["source", "source_key"],
                condition=~Q(source_key=""),
            ),
        ]
        indexes = [
            GistIndex(name="resource_geom_3857", fields=["geom_3857"]),
            GinIndex(name="resource_district_keys", fields=["district_keys"]),
            models.Index(
                name="resource_category_id", fields=["category", "id"], condition=Q(deleted_at=None)
            ),
            models.Index(name="resource_by_name", fields=["sort_name", "id"], condition=Q(deleted_at=None)),
            models.Index(
                name="resource_by_update", fields=["-updated_at", "id"], condition=Q(deleted_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProtectedPlace(models.Model):
    """The exact place where disclosure is ``area``: for named accounts only, read through no other door."""

    resource = models.OneToOneField(
        Resource, models.CASCADE, primary_key=True, related_name="protected_place"
    )
    address = models.CharField(_("address"), max_length=300, blank=True)
    lg_code = models.CharField(_("municipality code"), max_length=6, blank=True)
    town = models.CharField(_("town"), max_length=120, blank=True)
    geom = models.PointField(_("position"), srid=STORAGE_SRID, null=True, blank=True)
    readers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("readers")
    )

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("protected place")
        verbose_name_plural = _("protected places")

    def __str__(self) -> str:
        return str(self.resource_id)


class Responsibility(models.Model):
    """An account or an organisation responsible for a resource (R29)."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="responsibilities")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("account"),
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("organisation")
    )

    unscoped = models.Manager()

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        constraints = [
            models.CheckConstraint(
                name="responsibility_is_of_account_or_organisation",
                condition=Q(account__isnull=False, organisation=None)
                | Q(account=None, organisation__isnull=False),
            ),
            models.UniqueConstraint(name="responsibility_account_once", fields=["resource", "account"]),
            models.UniqueConstraint(
                name="responsibility_organisation_once", fields=["resource", "organisation"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.account_id or self.organisation_id}"
