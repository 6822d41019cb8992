"""Two people save at the same time, each on a connection of his own: neither is lost (issue, Must show 4)."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from gisportal.accounts.viewers import viewer_of
from layers import vocabulary
from layers.access import Level
from layers.editing.errors import Conflict
from layers.editing.services import create_resource, update_resource
from layers.models import Resource, ResourceVersion
from tests import factories

ROUNDS = 5


def at_once(*acts: object) -> list[object]:
    """Results or exceptions, in the order of the acts."""
    start = Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: object) -> None:
        try:
            start.wait(10)
            results[place] = act()  # type: ignore[operator]
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_saves_at_once_lose_none() -> None:
    vocabulary.forget()
    factories.make_category("salon")
    one, two = (viewer_of(factories.make_account(Level.A)) for _n in range(2))
    row = create_resource(one, {"name": "サロン", "category": "salon", "phone": "087-000-0000"})
    for number in range(ROUNDS):
        seen = Resource.unscoped.get(pk=row.pk).version
        first, second = f"087-111-{number:04}", f"087-222-{number:04}"
        results = at_once(
            lambda phone=first, version=seen: update_resource(one, row.pk, version, {"phone": phone}),
            lambda phone=second, version=seen: update_resource(two, row.pk, version, {"phone": phone}),
        )
        refused = [result for result in results if isinstance(result, Conflict)]
        kept = [result for result in results if isinstance(result, Resource)]
        assert (len(refused), len(kept)) == (1, 1), results
        (difference,) = refused[0].differences
        assert {difference.before, difference.after} == {first, second}
        assert Resource.unscoped.get(pk=row.pk).phone == difference.before
        # The one refused chooses his own: now both stand in the history, one after the other.
        update_resource(two, row.pk, refused[0].version, {"phone": difference.after})
        told = list(
            ResourceVersion.unscoped.filter(resource_id=row.pk)
            .order_by("version")
            .values_list("phone", flat=True)
        )
        assert told[-2:] == [difference.before, difference.after]


@pytest.mark.django_db(transaction=True)
def test_two_saves_of_different_items_at_once_are_both_kept() -> None:
    vocabulary.forget()
    factories.make_category("salon")
    one, two = (viewer_of(factories.make_account(Level.A)) for _n in range(2))
    row = create_resource(one, {"name": "サロン", "category": "salon"})
    for number in range(ROUNDS):
        seen = Resource.unscoped.get(pk=row.pk).version
        phone, fax = f"087-111-{number:04}", f"087-222-{number:04}"
        at_once(
            lambda value=phone, version=seen: update_resource(one, row.pk, version, {"phone": value}),
            lambda value=fax, version=seen: update_resource(two, row.pk, version, {"fax": value}),
        )
        saved = Resource.unscoped.get(pk=row.pk)
        assert (saved.phone, saved.fax) == (phone, fax)
