"""Signed links: what opens, what does not, and what is written down (R30, R39)."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.utils import timezone

from gisportal import hooks
from gisportal.accounts.link_models import SignedLink
from gisportal.accounts.models import Account
from gisportal.accounts.signed_links import (
    GUESSES_ALLOWED,
    LinkOver,
    find_link,
    make_link,
    open_link,
    revoke_link,
    use_link,
    viewer_of_link,
)
from gisportal.audit.models import AuditEntry
from gisportal.problems import StripQueryFilter
from layers.access import Act, Level, acting_q, current_viewer, visible_q
from layers.models import Resource
from tests import factories

pytestmark = pytest.mark.django_db
KIND = "try"


def _page(request: HttpRequest, link: SignedLink, rest: str) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    assert current_viewer.get() == viewer
    if request.method == "POST":
        use_link(link, "vacancy")
    words = (
        f"{viewer.level}|{viewer.granted_ids}|{sorted(viewer.acts)}|{request.user.is_authenticated}|{rest}"
    )
    return HttpResponse(words)


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    cache.clear()
    kept = list(hooks.registry.links)
    hooks.link_kind(KIND, "Try", _page)
    yield
    hooks.registry.links[:] = kept
    cache.clear()


@pytest.fixture
def maker() -> Account:
    account = factories.make_account(Level.B)
    account.organisation = factories.make_office("第一包括支援センター", "087-111-2222")
    account.save()
    return account


def _link(maker: Account | None = None, **more: object) -> tuple[str, SignedLink]:
    values: dict[str, object] = {"resource_ids": [7, 5], "acts": [Act.VACANCY], "made_by": maker, **more}
    token = make_link(KIND, **values)  # type: ignore[arg-type]
    return token, SignedLink.objects.latest("pk")


def test_only_the_digest_is_stored(maker: Account) -> None:
    token, link = _link(maker, label="さくら苑")
    assert len(token) >= 43
    row = SignedLink.objects.filter(pk=link.pk).values().get()
    assert token not in str(row)
    assert token not in str(list(AuditEntry.objects.values()))
    assert open_link(token) == link and link.resource_ids == [5, 7]


def test_the_page_sees_the_rights_of_the_link_and_of_nobody_else(client: Client, maker: Account) -> None:
    token, _row = _link(maker)
    client.force_login(factories.make_account(Level.ADMINISTRATOR))
    answer = client.get(f"/link/{token}/a/b")
    assert answer.status_code == 200
    assert answer.content.decode() == "c|(5, 7)|[<Act.VACANCY: 'vacancy'>]|False|a/b"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"] and "no-store" in answer["Cache-Control"]


def test_a_link_opens_its_resources_and_acts_only(maker: Account) -> None:
    mine, other = factories.make_resource("A"), factories.make_resource("B")
    trashed = factories.make_resource("C", deleted_at=timezone.now())
    token, _row = _link(maker, resource_ids=[mine.pk, trashed.pk])
    viewer = viewer_of_link(find_link(token))
    found = {
        act: set(Resource.unscoped.filter(acting_q(viewer, act)).values_list("pk", flat=True)) for act in Act
    }
    assert found == {act: {mine.pk} if act is Act.VACANCY else set() for act in Act}
    assert other.pk not in set(Resource.unscoped.filter(visible_q(viewer)).values_list("pk", flat=True))


@pytest.mark.parametrize("change", ["cut", "longer", "other letter", "empty kind"])
def test_an_altered_link_is_not_known(client: Client, maker: Account, change: str) -> None:
    token, row = _link(maker)
    if change == "empty kind":
        SignedLink.objects.filter(pk=row.pk).update(kind="gone_module")
    altered = {
        "cut": token[:-1],
        "longer": token + "A",
        "other letter": ("B" if token[0] != "B" else "C") + token[1:],
        "empty kind": token,
    }[change]
    answer = client.get(f"/link/{altered}/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert "このリンクは見つかりません" in page and "問い合わせ先" in page
    assert altered not in page and answer["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("ending", "words"), [
    ("expired", "有効期限が過ぎています"), ("revoked", "取り消されています"), ("used", "すでに使われています"),
])  # fmt: skip
def test_what_is_over_says_so_and_whom_to_ask(
    client: Client, maker: Account, ending: str, words: str
) -> None:
    token, row = _link(maker, max_uses=1)
    if ending == "expired":
        SignedLink.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    elif ending == "revoked":
        revoke_link(row, actor=maker)
    else:
        assert client.post(f"/link/{token}/").status_code == 200
    for answer in (client.get(f"/link/{token}/"), client.post(f"/link/{token}/")):
        page = answer.content.decode()
        assert answer.status_code == 410
        assert words in page and "第一包括支援センター" in page and "087-111-2222" in page
    assert SignedLink.objects.get(pk=row.pk).uses == (ending == "used")


def test_looking_uses_nothing_up_and_is_recorded_once_a_minute(client: Client, maker: Account) -> None:
    token, row = _link(maker, max_uses=1)
    for _look in range(3):
        assert client.get(f"/link/{token}/").status_code == 200
    row.refresh_from_db()
    assert row.uses == 0 and row.opened_at is not None
    assert AuditEntry.objects.filter(action="link.opened").count() == 1
    assert client.post(f"/link/{token}/").status_code == 200
    assert AuditEntry.objects.filter(action="link.used", target_id=str(row.pk)).count() == 1


def test_of_two_uses_at_once_one_comes_too_late(maker: Account) -> None:
    token, _row = _link(maker, max_uses=1)
    first, second = find_link(token), find_link(token)
    use_link(first, "vacancy")
    with pytest.raises(LinkOver) as late:
        use_link(second, "vacancy")
    assert late.value.reason == "used"


def test_guessing_is_slowed_down(client: Client, maker: Account) -> None:
    token, _row = _link(maker)
    for number in range(GUESSES_ALLOWED):
        assert client.get(f"/link/guess{number}/").status_code == 404
    answer = client.get("/link/guess/")
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert client.get(f"/link/{token}/").status_code == 429
    assert client.get(f"/link/{token}/", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_one_wrong_link_tried_again_and_again_counts_once(client: Client) -> None:
    for _again in range(GUESSES_ALLOWED + 5):
        assert client.get("/link/cut-off/").status_code == 404


def test_a_link_without_an_end_cannot_be_made(maker: Account) -> None:
    for end in (timezone.now() - timedelta(seconds=1), timezone.now() + timedelta(days=500)):
        with pytest.raises(ValueError, match="expires_at"):
            _link(maker, expires_at=end)


@pytest.mark.parametrize("line", [
    ('[%(time)s] "%(method)s %(path)s"', {"time": "t", "method": "GET", "path": "/link/SECRET/x"}),
    ("Internal Server Error: %s", ("/link/SECRET",)),
    ("GET /link/SECRET/?a=b HTTP/1.1", ()),
])  # fmt: skip
def test_logs_never_hold_a_token(line: tuple[str, object]) -> None:
    words, arguments = line
    record = logging.LogRecord("granian.access", logging.INFO, "", 0, words, (arguments,), None)
    if not isinstance(arguments, dict):
        record.args = arguments  # type: ignore[assignment]
    assert StripQueryFilter().filter(record)
    assert "SECRET" not in record.getMessage() and "/link/…" in record.getMessage()
