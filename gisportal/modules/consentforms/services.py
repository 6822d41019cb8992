"""Writes of consent forms: what came back is recorded, and what the public sees follows it (R33)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from gisportal import hooks
from gisportal.accounts.models import Account
from gisportal.modules.consentforms import source
from gisportal.modules.consentforms.models import Consent, ConsentTemplate
from gisportal.modules.consentforms.sheets import WHOLE
from layers.access import Act, Level, Viewer
from layers.editing.media import change_medium
from layers.editing.services import locked, update_resource
from layers.fields import WITHHELD
from layers.media.files import CheckedFile
from layers.media.reading import photos_of
from layers.media.store import keep
from layers.models import Photo, Publication

#: Kinds of a scanned form.
SCANS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg"}
WORDS: Final = ("title", "introduction", "closing", "contact")


def _account(actor: Viewer) -> Account | None:
    return Account.objects.filter(pk=actor.account_id).first() if actor.account_id is not None else None


@transaction.atomic
def record_consent(
    actor: Viewer,
    resource_id: int,
    *,
    received_on: date,
    answers: Mapping[str, bool],
    photos: Mapping[int, bool] | None = None,
    scan: CheckedFile | None = None,
    signed_by: str = "",
    note: str = "",
) -> Consent:
    """Records a form that came back; withheld items, publication and photos follow it in the same transaction.

    Raises ``layers.editing.errors.NotAllowed``, ``FeatureNotFound``.
    """
    locked(actor, resource_id, Act.UPDATE)
    consent = Consent(
        resource_id=resource_id,
        received_on=received_on,
        answers=dict(answers),
        signed_by=signed_by,
        note=note,
        recorded_by=_account(actor),
        recorded_by_name=actor.name[:150],
    )
    if scan is not None:
        consent.scan = keep(scan.data, source.FOLDER, SCANS[scan.content_type])
        consent.scan_type = scan.content_type
    consent.save()
    _photos(actor, resource_id, photos or {}, received_on)
    follow(actor, resource_id)
    hooks.tell("consent.recorded", actor=consent.recorded_by, target=consent, resource=resource_id)
    return consent


def _photos(actor: Viewer, resource_id: int, answers: Mapping[int, bool], received_on: date) -> None:
    """A photo without consent is for members (``layers.access.visible_media_q``)."""
    for photo in photos_of(actor, resource_id):
        if photo.pk in answers:
            values: dict[str, Any] = {"has_consent": answers[photo.pk]}
            if answers[photo.pk]:
                values["consent_on"] = received_on
            change_medium(actor, Photo, photo.pk, values)


def wanted_state(
    withheld: Sequence[str], publication: str, answers: Mapping[str, bool], *, requires_consent: bool
) -> dict[str, Any]:
    """What must change of a resource so that the public sees no more than was consented to.

    A refusal is followed always. What nobody has answered stays as it is, unless publication waits for consent: then
    it is withheld. An entry refused as a whole is published to members only; consent alone publishes nothing.
    """
    wanted = set(withheld)
    for key in WITHHELD:
        answer = answers.get(key)
        if answer is False or (answer is None and requires_consent):
            wanted.add(key)
        elif answer:
            wanted.discard(key)
    changes: dict[str, Any] = {}
    if wanted != set(withheld):
        changes["withheld"] = sorted(wanted)
    if answers.get(WHOLE) is False and publication == Publication.PUBLIC:
        changes["publication"] = Publication.MEMBERS.value
    return changes


def follow(actor: Viewer, resource_id: int) -> bool:
    """Brings a resource in line with its newest consent; whether anything changed. Inside a transaction."""
    row = locked(actor, resource_id, Act.UPDATE)
    answers = source.latest_answers(resource_id)
    requires = ConsentTemplate.current().requires_consent
    changes = wanted_state(row.withheld, row.publication, answers, requires_consent=requires)
    if changes:
        update_resource(actor, resource_id, row.version, changes, note="使用承諾書")
    return bool(changes)


def by_hand(answers: Mapping[str, bool], titles: Mapping[str, str]) -> list[str]:
    """Titles of refused items no switch withholds: whoever recorded the form must take them out of the entry."""
    switched = {*WITHHELD, WHOLE}
    return [
        titles.get(key, key) for key, answer in answers.items() if answer is False and key not in switched
    ]


@transaction.atomic
def save_template(actor: Viewer, values: Mapping[str, Any]) -> ConsentTemplate:
    """Changes the words of the form. Raises ``PermissionDenied`` for anybody but an administrator."""
    if actor.level is not Level.ADMINISTRATOR:
        raise PermissionDenied
    words = ConsentTemplate.current()
    before = words.requires_consent
    for key in (*WORDS, "requires_consent"):
        setattr(words, key, values[key])
    words.pk = 1
    words.save()
    hooks.tell("consent.template", actor=_account(actor), target=words, requires=words.requires_consent)
    if words.requires_consent and not before:
        from gisportal.modules.consentforms.tasks import follow_everywhere

        account_id = actor.account_id
        transaction.on_commit(lambda: follow_everywhere.defer(account_id=account_id))
    return words


def today() -> date:
    """The city's day."""
    return timezone.localdate()
