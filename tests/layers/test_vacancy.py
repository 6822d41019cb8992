"""A statement about room grows old by itself, everywhere at once (R30)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from layers.access import Level
from layers.editing.errors import InvalidValues
from layers.editing.vacancy import clean_vacancy
from layers.facet_sets import facet_sets
from layers.models import Category
from layers.resources import ResourceSource
from layers.vacancy import by_class, classes_for, is_old, vacancy_before, vacancy_title
from layers.vocabulary import CategoryInfo, vocabulary
from tests import factories

pytestmark = pytest.mark.django_db
TOKYO = ZoneInfo("Asia/Tokyo")


def _source() -> ResourceSource:
    return ResourceSource(factories.viewer(Level.A))


def _names(**params: str) -> set[str]:
    source = _source()
    return {item.properties["name"] for item in source.load(source.parse(params))}


def _info(code: str, **more: Any) -> CategoryInfo:
    factories.make_category(code, **more)
    return vocabulary().categories[code]


def _midnight(days_ago: int) -> datetime:
    today = timezone.localtime(timezone.now(), TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days_ago)


@pytest.fixture
def city() -> None:
    quick = factories.make_category("quick", title="保育所", vacancy_stale_days=7, vacancy_words="marks")
    slow = factories.make_category("slow", title="サロン", vacancy_stale_days=90, vacancy_words="joining")
    second = timedelta(seconds=1)
    for name, category, state, as_of in [
        ("新しい", quick, "available", timezone.now()),
        ("ちょうど", quick, "available", _midnight(7)),
        ("古い", quick, "available", _midnight(7) - second),
        ("満員で古い", quick, "full", _midnight(8)),
        ("前から要問合せ", quick, "ask", _midnight(500)),
        ("ゆっくり", slow, "few", _midnight(8)),
        ("何も言わない", slow, "", None),
    ]:
        factories.make_resource(name, category=category, vacancy=state, vacancy_as_of=as_of)


@pytest.mark.usefixtures("city")
def test_filter_property_and_facet_say_the_same() -> None:
    assert _names(vacancy="available") == {"新しい", "ちょうど"}
    assert _names(vacancy="full") == set()
    assert _names(vacancy="ask") == {"古い", "満員で古い", "前から要問合せ"}
    assert _names(vacancy="few,ask") == {"古い", "満員で古い", "前から要問合せ", "ゆっくり"}
    source = _source()
    shown = {item.properties["name"]: item.properties for item in source.load(source.parse({}))}
    for state in ("available", "few", "full", "ask"):
        found = {name for name, values in shown.items() if values["vacancy"] == state}
        assert found == _names(vacancy=state)
        counted = {facet.value: facet.count for facet in source.facets(source.parse({}), "vacancy")}
        again = {
            facet.value: facet.count for facet in facet_sets(source, source.parse({}), ["vacancy"])["vacancy"]
        }
        assert counted[state] == again[state] == len(found)
    assert shown["古い"]["vacancy_stated"] == "available"
    assert shown["何も言わない"]["vacancy"] is None


@pytest.mark.usefixtures("city")
def test_python_and_sql_agree_at_the_edge() -> None:
    source = _source()
    for item in source.load(source.parse({})):
        values = item.properties
        info = source.vocabulary.categories[values["category"]]
        old = is_old(info, values["vacancy_stated"], values["vacancy_as_of"])
        assert old == (values["vacancy"] != values["vacancy_stated"])
        assert bool(vacancy_before(info, values)) == old


def test_it_ages_with_the_clock_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    info = _info("quick", vacancy_stale_days=3)
    said = datetime(2026, 4, 1, 23, 59, tzinfo=TOKYO)
    turns = []
    for day in range(1, 10):
        for hour in (0, 12, 23):
            now = datetime(2026, 4, day, hour, 30, tzinfo=TOKYO)
            monkeypatch.setattr(timezone, "now", lambda now=now: now)
            turns.append((now, is_old(info, "few", said)))
    first = next(now for now, old in turns if old)
    assert first == datetime(2026, 4, 5, 0, 30, tzinfo=TOKYO)
    assert all(old == (now >= first) for now, old in turns)
    assert not is_old(info, "ask", said)


@pytest.mark.usefixtures("city")
def test_a_shorter_time_acts_at_once() -> None:
    assert _names(vacancy="few") == {"ゆっくり"}
    Category.objects.filter(code="slow").update(vacancy_stale_days=2)
    assert _names(vacancy="few") == set()
    assert "ゆっくり" in _names(vacancy="ask")


@pytest.mark.usefixtures("city")
def test_words_are_the_category_s() -> None:
    words = vocabulary().categories
    assert vacancy_title(words["quick"], "available") == "○ 空きあり"
    assert vacancy_title(words["quick"], "full") == "× 空きなし"
    assert vacancy_title(words["slow"], "available") == "参加者募集中"
    assert vacancy_title(words["slow"], None) == ""


def test_words_are_inherited_classes_are_not() -> None:
    top = factories.make_category("top", vacancy_words="marks", vacancy_axis="weekday")
    below = Category.objects.create(code="below", title="下", parent=top)
    words = vocabulary().categories
    assert words[below.code].vacancy_words == "marks"
    assert classes_for(words["below"]) == ()
    assert [code for code, _title in classes_for(words["top"])] == "mon tue wed thu fri sat sun".split()


def test_the_city_s_own_classes_come_first() -> None:
    factories.make_category(
        "ages", vacancy_axis="age", vacancy_classes=[{"code": "little", "title": "0〜2歳"}]
    )
    info = vocabulary().categories["ages"]
    assert classes_for(info) == (("little", "0〜2歳"),)
    stored = {"little": {"state": "few", "count": 0}, "gone": {"state": "full"}, "_entered": {"how": "phone"}}
    assert by_class(info, stored) == [("little", "0〜2歳", "few", 0)]
    assert by_class(info, None) == []


def test_values_as_people_type_them() -> None:
    info = _info("week", vacancy_axis="weekday")
    raw: dict[str, Any] = {
        "vacancy": "few", "vacancy_count": "３名", "capacity": " 20 ", "vacancy_note": "午前 \n のみ",
        "vacancy_detail": {"mon": {"state": "few", "count": "１"}, "tue": {"state": "", "count": ""}},
    }  # fmt: skip
    assert clean_vacancy(info, raw) == {
        "vacancy": "few", "vacancy_count": 3, "capacity": 20, "vacancy_note": "午前 のみ",
        "vacancy_detail": {"mon": {"state": "few", "count": 1}},
    }  # fmt: skip
    assert clean_vacancy(info, {"vacancy": ""}) == {"vacancy": ""}


@pytest.mark.parametrize(("raw", "key"), [
    ({"vacancy": "lots"}, "vacancy"),
    ({"vacancy_count": "-1"}, "vacancy_count"),
    ({"vacancy_count": "三"}, "vacancy_count"),
    ({"vacancy_count": "10000"}, "vacancy_count"),
    ({"vacancy_count": "²"}, "vacancy_count"),
    ({"vacancy": "full", "vacancy_count": "2"}, "vacancy_count"),
    ({"vacancy_note": "あ" * 201}, "vacancy_note"),
    ({"vacancy_detail": "x"}, "vacancy_detail"),
    ({"vacancy_detail": {"moon": {"state": "few"}}}, "vacancy_detail.moon"),
    ({"vacancy_detail": {"mon": {"state": "lots"}}}, "vacancy_detail.mon"),
    ({"name": "other"}, "name"),
])  # fmt: skip
def test_what_cannot_be_kept_is_refused_by_name(raw: dict[str, Any], key: str) -> None:
    info = _info("week", vacancy_axis="weekday")
    with pytest.raises(InvalidValues) as wrong:
        clean_vacancy(info, raw)
    assert set(wrong.value.errors) == {key} and wrong.value.errors[key][0]
