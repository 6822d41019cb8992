"""Schemes and districts changed by an administrator (R24): values, boundaries, the table of towns.

Every service is one transaction and tells ``vocabulary_changed``. Resources follow at once, or by the worker where
they are many (``layers/memberships.py``); their dates of last update do not move.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from django.db import transaction
from django.db.models import Count, Func, Max, Q, QuerySet
from django.utils.translation import gettext as _

from layers.access import Viewer
from layers.editing.categories import require_administrator
from layers.editing.district_values import (
    CrossingOutline,
    Wrong,
    read_boundary,
    read_district,
    read_scheme,
    stored,
)
from layers.editing.errors import InvalidValues
from layers.editing.transactions import acting
from layers.imports import boundary_checks as checks
from layers.imports.boundary_checks import Piece
from layers.memberships import following, touched_q
from layers.models import District, DistrictScheme, Organisation, Resource
from layers.signals import vocabulary_changed

EVERYTHING = Q(pk__gt=0)


class NeedsConsent(InvalidValues):
    """Something a person may agree to: ``consents`` names the box to tick (``cleans``, ``accepts_overlaps``)."""

    def __init__(
        self, errors: Mapping[str, Sequence[str]], consent: str, pieces: Sequence[Piece] = ()
    ) -> None:
        super().__init__(errors)
        self.consent = consent
        self.pieces = list(pieces)


def schemes() -> "QuerySet[DistrictScheme]":
    """All schemes in their order."""
    return DistrictScheme.objects.order_by("order", "code")


def scheme_of(code: str) -> DistrictScheme:
    """One scheme. Raises ``DistrictScheme.DoesNotExist``."""
    return DistrictScheme.objects.get(code=code)


def districts_of(scheme: DistrictScheme) -> "QuerySet[District]":
    """Districts of a scheme in their order, with their offices."""
    return District.unscoped.filter(scheme=scheme).select_related("office").order_by("order", "code")


def resource_counts(scheme: DistrictScheme) -> dict[str, int]:
    """How many resources lie in each district, by its key."""
    rows = Resource.unscoped.filter(deleted_at=None).order_by()
    found: dict[str, int] = {}
    counted = rows.values(unnested=Func("district_keys", function="unnest")).annotate(count=Count("pk"))
    for row in counted:
        if str(row["unnested"]).startswith(f"{scheme.code}:"):
            found[row["unnested"]] = row["count"]
    return found


def tell(actor: Viewer, action: str, target: DistrictScheme | District, **details: Any) -> None:
    """Says what was done, inside the transaction."""
    vocabulary_changed.send(sender=type(target), actor=actor, action=action, target=target, details=details)


# --- schemes -------------------------------------------------------------------------------------------------------


def create_scheme(actor: Viewer, values: Mapping[str, Any]) -> DistrictScheme:
    """A new division of the city, the last in order."""
    require_administrator(actor)
    with transaction.atomic():
        row = DistrictScheme(**read_scheme(values, None))
        row.order = (DistrictScheme.objects.aggregate(last=Max("order"))["last"] or 0) + 10
        row.save()
        tell(actor, "districts.scheme_created", row, code=row.code)
    return row


def update_scheme(actor: Viewer, code: str, values: Mapping[str, Any]) -> DistrictScheme:
    """Titles and what is said of a scheme; its code stays."""
    require_administrator(actor)
    with transaction.atomic():
        row = DistrictScheme.objects.select_for_update().get(code=code)
        cleaned = read_scheme(values, row)
        changed = sorted(key for key, value in cleaned.items() if getattr(row, key) != value)
        for key in changed:
            setattr(row, key, cleaned[key])
        if changed:
            row.save()
            tell(actor, "districts.scheme_updated", row, code=row.code, items=changed)
    return row


def move_scheme(actor: Viewer, code: str, *, up: bool) -> bool:
    """One place up or down; False at the end. The order of a resource's districts follows."""
    require_administrator(actor)
    with acting(actor, _("order of the schemes")), following(EVERYTHING, _("order of the schemes")):
        rows = list(DistrictScheme.objects.select_for_update().order_by("order", "code"))
        place = next(at for at, row in enumerate(rows) if row.code == code)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(rows):
            return False
        rows[place], rows[other] = rows[other], rows[place]
        for number, row in enumerate(rows, 1):
            if row.order != number * 10:
                row.order = number * 10
                row.save(update_fields=["order"])
        tell(actor, "districts.scheme_moved", rows[other], code=code)
    return True


def delete_scheme(actor: Viewer, code: str) -> None:
    """Takes a scheme without districts away."""
    require_administrator(actor)
    with transaction.atomic():
        row = DistrictScheme.objects.select_for_update().get(code=code)
        if District.unscoped.filter(scheme=row).exists():
            raise InvalidValues({"": [_("There are districts in it. Delete them first.")]})
        tell(actor, "districts.scheme_deleted", row, code=code, title=row.title)
        row.delete()


# --- districts -----------------------------------------------------------------------------------------------------


def save_district(
    actor: Viewer,
    scheme: DistrictScheme,
    row: District | None,
    values: Mapping[str, Any],
    boundary: str | None = None,
    *,
    cleans: bool = False,
    accepts_overlaps: bool = False,
) -> District:
    """A district new (``row`` None) or changed. ``boundary``: GeoJSON or WKT; None leaves it as it is.

    Raises:
        InvalidValues: what cannot be kept.
        NeedsConsent: an outline that crosses itself, or one that covers ground of other districts.
    """
    require_administrator(actor)
    errors: dict[str, list[str]] = {}
    cleaned: dict[str, Any] = {}
    try:
        cleaned = read_district(values, scheme, row)
    except InvalidValues as wrong:
        errors.update(wrong.errors)
    geom = _boundary(boundary, cleans, errors)
    if errors:
        raise NeedsConsent(errors, "cleans") if "crossing" in errors.pop("_", []) else InvalidValues(errors)
    if geom is not None and not accepts_overlaps:
        _refuse_overlaps(scheme, row, str(cleaned.get("title", row.title if row else "")), geom)
    with acting(actor, _("districts changed")):
        return _saved(actor, scheme, row, cleaned, boundary is not None, geom)


def _boundary(text: str | None, cleans: bool, errors: dict[str, list[str]]) -> shapely.MultiPolygon | None:
    try:
        return None if text is None else read_boundary(text, cleans=cleans)
    except CrossingOutline as wrong:
        errors["geom"], errors["_"] = [str(wrong)], ["crossing"]
    except Wrong as wrong:
        errors["geom"] = [str(wrong)]
    return None


def overlaps_of(
    scheme: DistrictScheme, row: District | None, title: str, geom: shapely.MultiPolygon
) -> list[Piece]:
    """Where a boundary covers ground of other districts of its scheme."""
    near = District.unscoped.filter(scheme=scheme, geom__intersects=stored(geom)).exclude(
        pk=row.pk if row else 0
    )
    others = [(each.title, shapely.from_wkb(bytes(each.geom.wkb))) for each in near if each.geom]
    return checks.overlaps_with(
        title, geom, [name for name, _geom in others], [shape for _name, shape in others]
    )


def _refuse_overlaps(
    scheme: DistrictScheme, row: District | None, title: str, geom: shapely.MultiPolygon
) -> None:
    pieces = overlaps_of(scheme, row, title, geom)
    if pieces:
        words = [
            _("It covers %(area)s m² of %(name)s.")
            % {"area": f"{piece.square_metres:,.0f}", "name": piece.second}
            for piece in pieces[:10]
        ]
        raise NeedsConsent({"geom": words}, "accepts_overlaps", pieces)


def _saved(
    actor: Viewer,
    scheme: DistrictScheme,
    row: District | None,
    cleaned: dict[str, Any],
    has_boundary: bool,
    geom: shapely.MultiPolygon | None,
) -> District:
    is_new = row is None
    kept = (
        District(scheme=scheme)
        if row is None
        else District.unscoped.select_for_update(of=("self",)).get(pk=row.pk)
    )
    before = (kept.code, kept.geom)
    if is_new:
        last = District.unscoped.filter(scheme=scheme).aggregate(last=Max("order"))["last"]
        kept.order = (last or 0) + 10
    if "office" in cleaned:
        kept.office = _office(str(cleaned.pop("office")), str(cleaned.get("office_phone", "")))
    for key, value in cleaned.items():
        setattr(kept, key, value)
    if has_boundary:
        kept.geom = None if geom is None else stored(geom)  # type: ignore[assignment]
    touched = touched_q([before[1], kept.geom], [f"{scheme.code}:{before[0]}", f"{scheme.code}:{kept.code}"])
    with following(touched, _("%(scheme)s: %(title)s") % {"scheme": scheme.title, "title": kept.title}):
        kept.save()
        if not is_new and before[0] != kept.code:
            _rename_by_hand(scheme, before[0], kept.code)
        tell(
            actor,
            "districts.created" if is_new else "districts.updated",
            kept,
            key=f"{scheme.code}:{kept.code}",
        )
    kept.refresh_from_db()
    return kept


def _office(name: str, phone: str) -> Organisation | None:
    """The organisation of this name; a new one where there is none."""
    if not name:
        return None
    found = Organisation.unscoped.filter(name=name).order_by("pk").first()
    return found or Organisation.unscoped.create(name=name, phone=phone[: _phone_length()])


def _phone_length() -> int:
    return int(Organisation._meta.get_field("phone").max_length or 60)


def _rename_by_hand(scheme: DistrictScheme, old: str, new: str) -> None:
    """Districts set by hand name the code: they go along with it."""
    for resource in Resource.unscoped.filter(**{f"hand_districts__{scheme.code}": old}).only(
        "hand_districts"
    ):
        hand = {**resource.hand_districts, scheme.code: new}
        Resource.unscoped.filter(pk=resource.pk).update(hand_districts=hand)


def delete_district(actor: Viewer, row: District) -> None:
    """Takes a district away; refused while services name it as where they may be used, or it was set by hand."""
    require_administrator(actor)
    if reason := why_not_deletable(row):
        raise InvalidValues({"": [reason]})
    touched = touched_q([row.geom], [row.key])
    with acting(actor, _("districts changed")), following(touched, row.title):
        tell(actor, "districts.deleted", row, key=row.key, title=row.title)
        row.delete()


def why_not_deletable(row: District) -> str:
    """Words on what still names a district; nothing where it may go."""
    if count := row.served_by.count():
        return _("%(count)d entries name it as the area they serve.") % {"count": count}
    if count := Resource.unscoped.filter(**{f"hand_districts__{row.scheme.code}": row.code}).count():
        return _("It was set by hand for %(count)d entries.") % {"count": count}
    return ""
