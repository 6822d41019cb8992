"""Sheets of a whole survey, printed by the worker, begun again where a killed worker left off."""

import secrets
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation

from gisportal.accounts.viewers import viewer_of
from gisportal.modules.surveys import source
from gisportal.modules.surveys.models import Campaign
from gisportal.modules.surveys.sheets import PAPER, sheets
from gisportal.papers.batch import print_batch
from gisportal.papers.pdf import Sheet
from layers.access import Viewer
from layers.errors import FeatureNotFound
from layers.media.store import path_of

State = Campaign.Sheets
SILENCE: Final = timedelta(minutes=3)
MOST_TRIES: Final = 5


@transaction.atomic
def ask_sheets(actor: Viewer, campaign_id: int) -> None:
    """Asks for the sheets; an older file is replaced. Raises ``FeatureNotFound``."""
    from gisportal.modules.surveys.tasks import print_survey_sheets

    secret = secrets.token_hex(16)
    rows = source.campaigns(actor).filter(pk=campaign_id, closed_at=None)
    rows = rows.exclude(sheets_state__in=[State.WAITING, State.RUNNING])
    if not rows.update(
        sheets_state=State.WAITING, sheets_file=f"{source.FOLDER}/{secret[:2]}/{secret[2:]}.pdf",
        sheets_done=0, sheets_tries=0, sheets_told_at=timezone.now(), made_by_id=actor.account_id,
    ):  # fmt: skip
        raise FeatureNotFound(str(campaign_id))
    transaction.on_commit(lambda: print_survey_sheets.defer(campaign_id=campaign_id))


def run(campaign_id: int) -> bool:
    """Prints the sheets; whether it was this worker's to print."""
    silent = Q(sheets_state=State.RUNNING, sheets_told_at__lt=timezone.now() - SILENCE)
    rows = Campaign.unscoped.filter(
        Q(sheets_state=State.WAITING) | silent, pk=campaign_id, sheets_tries__lt=MOST_TRIES
    )
    if not rows.update(
        sheets_state=State.RUNNING, sheets_told_at=timezone.now(), sheets_tries=F("sheets_tries") + 1
    ):
        return False
    campaign = Campaign.unscoped.select_related("made_by").get(pk=campaign_id)
    with translation.override(settings.LANGUAGE_CODE):
        try:
            _print(campaign)
        except ValueError:
            Campaign.unscoped.filter(pk=campaign_id).update(sheets_state=State.FAILED)
            return True
    Campaign.unscoped.filter(pk=campaign_id).update(sheets_state=State.DONE)
    return True


def _print(campaign: Campaign) -> None:
    if campaign.made_by is None:
        raise ValueError("nobody asked")
    viewer = viewer_of(campaign.made_by)
    if not source.may_run(viewer):
        raise ValueError("rights have changed")
    ids = list(campaign.entries.order_by("id").values_list("pk", flat=True))
    path = path_of(campaign.sheets_file)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)

    def made(start: int, stop: int) -> list[Sheet]:
        return sheets(viewer, campaign, ids[start:stop])

    def told(done: int) -> None:
        Campaign.unscoped.filter(pk=campaign.pk).update(sheets_done=done, sheets_told_at=timezone.now())

    print_batch(path, len(ids), made, title=campaign.title, stylesheets=[PAPER], progress=told)


def silent_campaigns() -> list[int]:
    """Surveys whose sheets are to be begun again; those tried too often are given up."""
    before = timezone.now() - SILENCE
    rows = Campaign.unscoped.filter(
        sheets_state__in=[State.WAITING, State.RUNNING], sheets_told_at__lt=before
    )
    rows.filter(sheets_tries__gte=MOST_TRIES).update(sheets_state=State.FAILED)
    return list(rows.filter(sheets_tries__lt=MOST_TRIES).values_list("pk", flat=True))
