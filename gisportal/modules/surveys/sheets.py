"""調査票: one page an entry with its present values, boxes to tick, room to write, and a QR code to answer online."""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from gisportal.accounts.signed_links import link_path
from gisportal.modules.surveys.models import Campaign, CampaignEntry
from gisportal.modules.surveys.services import asked_items, link_for, mark_sheets_sent
from gisportal.modules.surveys.source import number_of
from gisportal.papers.pdf import Sheet, page_html
from gisportal.papers.qr import qr_svg
from gisportal.papers.resource_maps import resource_map
from gisportal.portal.context import city_name
from gisportal.portal.dates import shown_date
from gisportal.portal.models import SiteSetting
from layers.access import Level, Viewer
from layers.editing.values import current_values, in_words
from layers.vocabulary import vocabulary

TEMPLATE: Final = "surveys/papers/sheet.html"
PAPER: Final = "surveys/sheet.css"
LONGEST: Final = 700


@transaction.atomic
def sheets(viewer: Viewer, campaign: Campaign, entry_ids: Sequence[int]) -> list[Sheet]:
    """Sheets of some entries, in their order; each gets a link of its own."""
    rows = campaign.entries.filter(pk__in=entry_ids).select_related("resource__category", "campaign")
    by_id = {row.pk: row for row in rows}
    made = [_sheet(viewer, by_id[pk]) for pk in entry_ids if pk in by_id]
    mark_sheets_sent(campaign, by_id)
    return made


def _sheet(viewer: Viewer, entry: CampaignEntry) -> Sheet:
    token = link_for(viewer.account_id, entry, entry.resource.name)
    number = number_of(entry)
    # The sheet goes to the provider: it holds what the provider may see, whoever prints it.
    provider = Viewer(level=Level.C, granted_ids=(entry.resource_id,))
    values = current_values(entry.resource)
    items: list[dict[str, Any]] = [
        {"title": item.title, "text": in_words(item, values.get(key))[:LONGEST]}
        for key, item in asked_items(provider, entry.resource).items()
        if key in {"name", "address", "phone", "fax", "email", "url", "opening_hours", "capacity"}
        or values.get(key)
    ]
    context = {
        "campaign": entry.campaign,
        "answer_by": shown_date(entry.campaign.answer_by),
        "name": entry.resource.name,
        "category": entry.resource.category.title,
        "items": items,
        "number": number,
        "city": SiteSetting.current().city_name or city_name(),
        "contact": SiteSetting.current().contact,
        "map": resource_map(
            provider,
            entry.resource.geom_public,
            vocabulary().categories[entry.resource.category.code],
            name=entry.resource.name,
            width_mm=110,
            height_mm=52,
        ),
        "qr": qr_svg(f"{settings.SITE_URL}{link_path(token)}", size_mm=24),
    }
    return Sheet(page_html(TEMPLATE, context), title=f"{number} {entry.resource.name}")
