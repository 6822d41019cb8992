"""Who may do what: acts × people × entries, services and pages, against an independent rule (R21, Must show 2)."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import Client

from gisportal.accounts.viewers import anonymous_viewer, viewer_of
from layers.access import Act, Viewer, acting_q, may_create
from layers.models import Resource
from tests.access.rule import Row, Who, sees
from tests.access.world import PEOPLE, World

SITES = (False, True)


def may(who: Who, act: str, row: Row, site_is_public: bool) -> bool:
    """R21 and design §4 in other words; nothing of the product is asked.

    A and the administrator do everything with everything. B and C change and delete what they keep. Room for guests is
    entered by every B too. Merging and approving is for A and the administrator. What lies in the trash is restored
    by whoever might have put it there; nothing else is done with it.
    """
    if act == "read":
        return sees(who, row, site_is_public)
    if row.in_trash != (act == "restore"):
        return False
    if who.level in ("a", "administrator"):
        return True
    if act in ("merge", "approve") or who.level not in ("b", "c"):
        return False
    # Bert works in the house that is responsible wherever Carl is named.
    keeps = who.name in row.kept_by or (who.name == "bert" and "carl" in row.kept_by)
    return keeps or (act == "vacancy" and who.level == "b")


def viewer(world: World, who: Who) -> Viewer:
    return viewer_of(world.accounts[who.name]) if who.name in world.accounts else anonymous_viewer()


@pytest.mark.parametrize("public", SITES)
@pytest.mark.parametrize("act", [act for act in Act if act is not Act.CREATE])
def test_acts_on_rows(world: World, act: Act, public: bool) -> None:
    world.publish(public)
    wrong = []
    for who in PEOPLE:
        given = set(Resource.unscoped.filter(acting_q(viewer(world, who), act)).values_list("pk", flat=True))
        rule = {pk for pk, row in world.rows.items() if may(who, str(act), row, public)}
        if given != rule:
            wrong.append((who.name, sorted(given - rule), sorted(rule - given)))
    assert wrong == []


def test_registering(world: World) -> None:
    makers = {who.name for who in PEOPLE if may_create(viewer(world, who))}
    assert makers == {who.name for who in PEOPLE if who.level in ("a", "b", "c", "administrator")}


#: Page, method, the act it does, and what it answers where that is allowed.
PAGES: list[tuple[str, str, str, int]] = [
    ("/resources/{id}/edit/", "get", "update", 200),
    ("/resources/{id}/edit/", "post", "update", 302),
    ("/resources/{id}/delete/", "get", "delete", 200),
    ("/resources/{id}/delete/", "post", "delete", 302),
    ("/resources/{id}/merge/", "get", "merge", 200),
    ("/resources/{id}/people/", "get", "merge", 200),
    ("/resources/{id}/restore", "post", "restore", 302),
]


def some_rows(world: World) -> Iterator[tuple[int, Row]]:
    """One entry of each kind the rule of changing tells apart; the publication decides about reading alone."""
    seen = set()
    for pk, row in world.rows.items():
        kind = (row.in_trash, row.kept_by)
        if row.publication == "members" and kind not in seen:
            seen.add(kind)
            yield pk, row


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_pages_do_what_the_rule_allows(world: World, client: Client, who: Who) -> None:
    world.publish(False)
    if who.name in world.accounts:
        client.force_login(world.accounts[who.name])
    wrong = []
    for pk, row in some_rows(world):
        for path, method, act, answer in PAGES:
            with transaction.atomic():
                status = getattr(client, method)(
                    path.format(id=pk), {"version": "1"} if method == "post" else {}
                ).status_code
                transaction.set_rollback(True)
            allowed = may(who, act, row, False)
            refused = {302} if who.level == "anonymous" else {403, 404}
            if status not in ({answer} if allowed else refused):
                wrong.append((path, method, row, status, allowed))
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_nothing_is_changed_by_whom_it_is_refused(world: World, client: Client, who: Who) -> None:
    world.publish(False)
    if who.name in world.accounts:
        client.force_login(world.accounts[who.name])
    before = dict(Resource.unscoped.values_list("pk", "version"))
    for pk, row in some_rows(world):
        if not may(who, "update", row, False):
            client.post(f"/resources/{pk}/edit/", {"version": "1", "name": "gestohlen"})
            client.post(f"/resources/{pk}/settle", {"version": "1", "name": "gestohlen"})
            client.post(f"/resources/{pk}/undo", {"version": "1"})
        if not may(who, "delete", row, False):
            client.post(f"/resources/{pk}/delete/")
        if not may(who, "restore", row, False):
            client.post(f"/resources/{pk}/restore")
        if who.level not in ("a", "administrator"):
            client.post(f"/resources/{pk}/merge/", {"with": str(min(world.rows))})
            client.post(f"/resources/{pk}/people/", {"act": "add-account", "target": str(who_id(world, who))})
    assert dict(Resource.unscoped.values_list("pk", "version")) == before
    assert not Resource.unscoped.filter(name="gestohlen").exists()


def who_id(world: World, who: Who) -> int:
    return world.accounts[who.name].pk if who.name in world.accounts else 0


def test_buttons_are_shown_to_whom_the_act_is_allowed(world: World, client: Client) -> None:
    world.publish(False)
    wrong = []
    for who in PEOPLE[1:]:
        client.force_login(world.accounts[who.name])
        for pk, row in some_rows(world):
            if not sees(who, row, False):
                continue
            page = client.get(f"/resources/{pk}/").content.decode()
            for part, act in (("edit/", "update"), ("delete/", "delete"), ("merge/", "merge")):
                if (f'href="/resources/{pk}/{part}"' in page) != may(who, act, row, False):
                    wrong.append((who.name, row, part))
    assert wrong == []
