"""Reads of consent forms: every one starts from who may edit the resource (R21)."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gisportal.modules.consentforms.models import Consent, ConsentBatch
from layers.access import Act, Viewer, acting_q, visible_q
from layers.models import Resource
from layers.query import FeatureQuery
from layers.resources import ResourceSource

FOLDER: Final = "consents"
#: A batch nobody has told anything of for so long is begun again: its worker is gone.
SILENCE: Final = timedelta(minutes=3)
MOST_TRIES: Final = 5
KEPT: Final = timedelta(days=7)
State = ConsentBatch.State
#: Forms in one file.
MOST: Final = 2_000


def files_in_use() -> Iterable[str]:
    """Names of the files the rows refer to, for the sweeping of the store."""
    yield from Consent.unscoped.exclude(scan="").values_list("scan", flat=True)
    yield from ConsentBatch.unscoped.exclude(file="").values_list("file", flat=True)


def editable(viewer: Viewer) -> QuerySet[Resource]:
    """Resources whose forms the viewer may print and record."""
    return Resource.unscoped.filter(acting_q(viewer, Act.UPDATE))


def editable_resource(viewer: Viewer, resource_id: int) -> Resource | None:
    """One of them, or None."""
    return editable(viewer).filter(pk=resource_id).first()


def found_ids(source: ResourceSource, query: FeatureQuery) -> list[int]:
    """Resources of a search the viewer may edit, in its order."""
    rows = source.features(query).filter(acting_q(source.viewer, Act.UPDATE))
    return list(rows.values_list("pk", flat=True)[: MOST + 1])


def still_editable(viewer: Viewer, ids: Sequence[int]) -> list[int]:
    """Those of some ids the viewer may edit today, in their order."""
    kept = set(editable(viewer).filter(pk__in=ids).values_list("pk", flat=True))
    return [pk for pk in ids if pk in kept]


def consents_of(viewer: Viewer, resource_id: int) -> QuerySet[Consent]:
    """What came back for a resource, the newest first."""
    return consents(viewer).filter(resource=resource_id)


def consents(viewer: Viewer) -> QuerySet[Consent]:
    """What came back for the resources the viewer may edit."""
    return Consent.unscoped.filter(resource__in=editable(viewer).values("pk"))


def latest_answers(resource_id: int) -> dict[str, bool]:
    """The newest consent of a resource; empty without one."""
    row = Consent.unscoped.filter(resource=resource_id).first()
    return dict(row.answers) if row else {}


def with_consent() -> set[int]:
    """Resources something came back for."""
    return set(Consent.unscoped.values_list("resource_id", flat=True))


def batches(viewer: Viewer) -> QuerySet[ConsentBatch]:
    """Batches the viewer has asked for."""
    return ConsentBatch.unscoped.filter(account_id=viewer.account_id or 0)


def claimed(batch_id: int) -> ConsentBatch | None:
    """The batch, for this worker alone; None where another is at it or it is done."""
    silent = Q(state=State.RUNNING, told_at__lt=timezone.now() - SILENCE)
    rows = ConsentBatch.unscoped.filter(Q(state=State.WAITING) | silent, pk=batch_id, tries__lt=MOST_TRIES)
    taken = rows.update(state=State.RUNNING, told_at=timezone.now(), tries=F("tries") + 1)
    return ConsentBatch.unscoped.select_related("account").get(pk=batch_id) if taken else None


def tell_batch(batch_id: int, **values: Any) -> bool:
    """Writes how far a batch is; False where it has been deleted."""
    return bool(ConsentBatch.unscoped.filter(pk=batch_id).update(told_at=timezone.now(), **values))


def silent_batches() -> list[int]:
    """Batches to begin again; those tried too often are given up."""
    before = timezone.now() - SILENCE
    rows = ConsentBatch.unscoped.filter(state__in=[State.WAITING, State.RUNNING], told_at__lt=before)
    rows.filter(tries__gte=MOST_TRIES).update(state=State.FAILED)
    return list(rows.filter(tries__lt=MOST_TRIES).values_list("pk", flat=True))


def old_batches() -> QuerySet[ConsentBatch]:
    """Batches made so long ago that nobody fetches them."""
    return ConsentBatch.unscoped.filter(made_at__lt=timezone.now() - KEPT)


def public_ids() -> list[int]:
    """Resources published to everyone, for the switching of the requirement."""
    return list(Resource.unscoped.filter(visible_q(Viewer(public_site=True))).values_list("pk", flat=True))
