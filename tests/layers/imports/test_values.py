"""Cells as values, with what real lists hold."""

import datetime

import pytest

from layers.imports import values


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("月火水木金", ["mon", "tue", "wed", "thu", "fri"]), ("土日祝以外", ["mon", "tue", "wed", "thu", "fri"]),
        ("平日,土曜日,祝日", ["mon", "tue", "wed", "thu", "fri", "sat", "holiday"]), ("日", ["sun"]),
        ("祝日", ["holiday"]), ("土曜日・日曜日", ["sat", "sun"]), ("随時", None), ("", None), ("月1回", None),
    ],
)  # fmt: skip
def test_weekdays(text: str, found: list[str] | None) -> None:
    assert values.weekdays(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("9：30", "09:30"),
        ("26:00", "26:00"),
        ("1700", "17:00"),
        ("正午", None),
        ("9:75", None),
        ("40:00", None),
    ],
)
def test_times(text: str, found: str | None) -> None:
    assert values.time(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1947/4/1", datetime.date(1947, 4, 1)), ("2026年04月01日", datetime.date(2026, 4, 1)),
        ("2026-02-30", None), ("昭和22年", None), ("45383", None),
    ],
)  # fmt: skip
def test_dates(text: str, found: datetime.date | None) -> None:
    assert values.date(text) == found


@pytest.mark.parametrize("text", ["NaN", "nan", "inf", "-", "", "34度20分", "1e2", "34,3"])
def test_what_is_no_coordinate(text: str) -> None:
    assert values.coordinate(text) is None


def test_coordinates_may_be_full_width() -> None:
    assert values.coordinate("３４．３４") == 34.34


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("120", 120),
        ("1号認定 30、2・3号認定 144", 174),
        ("2・3号認定 20", 20),
        ("１５名", 15),
        ("-1", None),
        ("約50", None),
    ],
)
def test_capacity(text: str, found: int | None) -> None:
    assert values.capacity(text) == found


def test_several_telephones_and_addresses_in_one_cell() -> None:
    text = "（保健医療政策課） 087-839-2860 （感染症対策課） ０８７－８３９－２８７０"
    assert values.phones(text) == ["087-839-2860", "087-839-2870"]
    assert (
        values.first_url("（窓口）https://example.jp/a.html （別）https://example.jp/b")
        == "https://example.jp/a.html"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("香川県高松市新田町乙８番地", ("高松市新田町乙8番地", "")),
        ("高松市上之町二丁目9-23  マイシアター高松1階", ("高松市上之町二丁目9-23", "マイシアター高松1階")),
        ("高松市楠上町二丁目３番１５号\u3000モール２階", ("高松市楠上町二丁目3番15号", "モール2階")),
        ("福島県いわき市好間町中好間字六反歩１－４６", ("いわき市好間町中好間字六反歩1-46", "")),
        ("高松市国分寺町新名", ("高松市国分寺町新名", "")),
    ],
)  # fmt: skip
def test_addresses(text: str, found: tuple[str, str]) -> None:
    assert values.address(text) == found


def test_lists_are_not_cut_inside_brackets() -> None:
    assert values.split("内科、腎臓外科（臓器移植、透析）、眼科") == [
        "内科",
        "腎臓外科（臓器移植、透析）",
        "眼科",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("月火水木金土日", "毎日"), ("月火水木金", "月～金"), ("月水木金土日", "月・水・木・金・土・日"),
        ("土日", "土・日"), ("平日,土曜日,祝日", "月～土・祝"), ("祝日", "祝"),
    ],
)  # fmt: skip
def test_weekdays_as_one_says_them(text: str, found: str) -> None:
    assert values.weekdays_text(values.weekdays(text) or []) == found
