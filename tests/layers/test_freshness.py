"""未更新 by interval and by fixed date: the database's words and those for one row agree (R32)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from layers import vocabulary
from layers.freshness import is_stale, stale_q
from layers.models import Category, DirectorySetting, Resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    vocabulary.forget()
    quick = Category.objects.create(
        code="quick", title="月ごと", colour="#a3120a", shape="circle", stale_after_days=30
    )
    slow = Category.objects.create(
        code="slow", title="年ごと", colour="#00428c", shape="square", stale_after_days=365
    )
    now = timezone.now()
    for category in (quick, slow):
        for updated in (1, 29, 31, 100, 364, 366):
            for verified in (None, 1, 40):
                Resource.unscoped.create(
                    name=f"{category.code} {updated} {verified}", category=category,
                    updated_at=now - timedelta(days=updated),
                    verified_at=None if verified is None else now - timedelta(days=verified),
                )  # fmt: skip
    yield list(Resource.unscoped.all())
    vocabulary.forget()


def stale_names() -> set[str]:
    return set(Resource.unscoped.filter(stale_q(vocabulary.vocabulary())).values_list("name", flat=True))


def expected(rows, fixed_days: int | None) -> set[str]:
    found = set()
    for row in rows:
        interval, updated, verified = {"quick": 30, "slow": 365}[row.category.code], *row.name.split()[1:]
        allowed = interval if fixed_days is None else min(interval, fixed_days)
        last = min(int(updated), 10_000 if verified == "None" else int(verified))
        if last > allowed:
            found.add(row.name)
    return found


@pytest.mark.parametrize("fixed_days", [None, 50, 500])
def test_interval_and_fixed_date(rows, fixed_days):
    if fixed_days is not None:
        day = timezone.localdate() - timedelta(days=fixed_days)
        DirectorySetting.objects.create(stale_before=day)
    words = vocabulary.vocabulary()
    assert stale_names() == expected(rows, fixed_days)
    one_by_one = {
        row.name
        for row in rows
        if is_stale(words.categories[row.category.code], row.updated_at, row.verified_at, words)
    }
    assert one_by_one == stale_names()


def test_date_is_in_force_at_once(rows):
    before = stale_names()
    DirectorySetting.objects.create(stale_before=date.today() - timedelta(days=2))
    assert stale_names() > before
    DirectorySetting.objects.update(stale_before=None)
    assert stale_names() == before
