"""地域資源: one service or activity as it stands in the list (R2, R30, R48)."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.access import Act, Viewer, acting_q, editable_q, visible_q
from layers.crs import STORAGE_SRID
from layers.models.district import District
from layers.models.place import place_constraints
from layers.models.resource_columns import (
    Delivery,
    Operation,
    Publication,
    ResourceColumns,
    ServiceArea,
    Vacancy,
    VacancyOrigin,
)
from layers.models.site import Organisation


class ResourceQuerySet(models.QuerySet["Resource"]):
    """Reads start here."""

    def visible_to(self, viewer: Viewer | None) -> "ResourceQuerySet":
        """Rows the viewer may see; no viewer is the anonymous one."""
        return self.filter(visible_q(viewer))

    def editable_by(self, viewer: Viewer | None) -> "ResourceQuerySet":
        """Rows the viewer may edit and delete."""
        return self.filter(editable_q(viewer))

    def open_to(self, viewer: Viewer | None, act: Act) -> "ResourceQuerySet":
        """Rows on which the viewer may do an act."""
        return self.filter(acting_q(viewer, act))


class Resource(ResourceColumns):
    """One entry of the directory. Its id (bigint) is its permanent id.

    Columns from ``geom_public`` on are kept by triggers (``layers/sql/resource.sql``), whatever way a row is
    written; application code never sets them. With a disclosure other than ``open`` the row holds no address and no
    position of its own: they lie in :class:`ProtectedPlace` or nowhere.
    """

    service_districts = models.ManyToManyField(
        District, blank=True, related_name="served_by", verbose_name=_("districts served")
    )
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


__all__ = [
    "Delivery",
    "Operation",
    "ProtectedPlace",
    "Publication",
    "Resource",
    "Responsibility",
    "ServiceArea",
    "Vacancy",
    "VacancyOrigin",
]
