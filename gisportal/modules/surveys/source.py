"""Reads of surveys: for who runs them, and each entry for who may verify it."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from django.db.models import Count, Q, QuerySet

from gisportal.modules.surveys.models import Campaign, CampaignEntry
from layers.access import EDITS_ALL, NOTHING, Act, Viewer, acting_q
from layers.models import Resource

FOLDER: Final = "surveys"
#: Items a survey asks about, beside the city's own fields of the category.
ASKED: Final = (
    "name", "reading", "postcode", "address", "building", "phone", "fax", "email", "url", "opening_hours",
    "capacity", "description",
)  # fmt: skip


def files_in_use() -> Iterable[str]:
    """Names of the files the rows refer to, for the sweeping of the store."""
    yield from Campaign.unscoped.exclude(sheets_file="").values_list("sheets_file", flat=True)


def may_run(viewer: Viewer | None) -> bool:
    """A and the administrator make surveys, print, remind and settle."""
    viewer = viewer or Viewer()
    return viewer.level in EDITS_ALL and viewer.acts is None and not viewer.proposes


def campaigns(viewer: Viewer) -> QuerySet[Campaign]:
    """Surveys a viewer runs."""
    return Campaign.unscoped.all() if may_run(viewer) else Campaign.unscoped.filter(NOTHING)


def answerable(viewer: Viewer) -> QuerySet[CampaignEntry]:
    """Entries of running surveys a viewer may answer for: whoever may verify the resource."""
    rows = Resource.unscoped.filter(acting_q(viewer, Act.CONFIRM))
    return CampaignEntry.unscoped.filter(campaign__closed_at=None, resource__in=rows).select_related(
        "campaign", "resource__category"
    )


def asked_entry(viewer: Viewer, entry_id: int, campaign_id: int | None = None) -> CampaignEntry | None:
    """One entry of a survey the viewer runs."""
    rows = CampaignEntry.unscoped.filter(campaign__in=campaigns(viewer), pk=entry_id)
    if campaign_id is not None:
        rows = rows.filter(campaign=campaign_id)
    return rows.select_related("campaign", "resource__category").first()


def to_settle(campaign: Campaign) -> QuerySet[CampaignEntry]:
    """Answers that wait to be settled, the oldest first."""
    return campaign.entries.filter(state__in=["changed", "closed"]).order_by("answered_at", "id")


def totals(campaign: Campaign) -> dict[str, int]:
    """Entries by what became of them."""
    rows = campaign.entries.aggregate(
        all=Count("id"),
        asked=Count("id", filter=Q(asked_at__isnull=False)),
        reminded=Count("id", filter=Q(reminders__gt=0)),
        answered=Count("id", filter=~Q(state="open")),
        unchanged=Count("id", filter=Q(state="unchanged")),
        to_settle=Count("id", filter=Q(state__in=["changed", "closed"])),
        settled=Count("id", filter=Q(state="settled")),
        by_link=Count("id", filter=~Q(state="open") & Q(answered_how="mail")),
        by_staff=Count("id", filter=~Q(state="open") & ~Q(answered_how__in=["mail", "self"])),
    )
    return {**rows, "open": rows["all"] - rows["answered"]}


def number_of(entry: CampaignEntry) -> str:
    """``K12-618-3``: survey, entry and a check digit, so that a misread digit finds nothing."""
    return f"K{entry.campaign_id}-{entry.pk}-{_check(entry.campaign_id, entry.pk)}"


def _check(*numbers: int) -> int:
    digits = [int(sign) for number in numbers for sign in str(number)]
    return sum(weight * digit for weight, digit in enumerate(reversed(digits), 2)) % 11 % 10


def entry_of(number: str) -> tuple[int, int] | None:
    """Survey and entry of a number as typed; None where it is none."""
    found = re.fullmatch(
        r"\s*[Kk]?(\d{1,9})[-‐ー−](\d{1,15})[-‐ー−](\d)\s*", unicodedata.normalize("NFKC", number)
    )
    if not found or _check(int(found[1]), int(found[2])) != int(found[3]):
        return None
    return int(found[1]), int(found[2])
