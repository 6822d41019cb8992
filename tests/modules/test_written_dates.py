"""Dates, times and web addresses as people type them."""

from datetime import date, time

import pytest

from gisportal.modules.resourcenews.videos import youtube_id
from gisportal.portal.entry_fields import host_of, is_web_address, plain_text
from layers.written_dates import read_date, read_time

NOVEMBER = date(2026, 11, 3)


@pytest.mark.parametrize(
    "text",
    [
        "令和8年11月3日",
        "R8.11.3",
        "r8/11/03",
        "Ｒ８．１１．３",
        "2026/11/3",
        "2026-11-03",
        "2026年11月3日（火）",
        "20261103",
        " 令和 8年 11月 3日 ",
        "令和8年11月3日(火・祝)",
        "2026‐11‐3",
        "2026.11.3 火曜日",
    ],
)
def test_one_day_in_many_writings(text: str) -> None:
    assert read_date(text) == NOVEMBER


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("S40.2.28", date(1965, 2, 28)),
        ("R6.2.29", date(2024, 2, 29)),
    ],
)
def test_eras(text: str, day: date) -> None:
    assert read_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "11月3日",
        "令和8年2月30日",
        "令和0年1月1日",
        "平成36年1月1日",
        "昭和70年1月1日",
        "来週の火曜",
        "2026/13/1",
        "R8",
        "2026/11",
        "99999/1/1",
        "2026-11-03T00:00",
        "<script>",
        "令和８年十一月三日",
        "0000/1/1",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("13:30", time(13, 30)),
        ("９時", time(9)),
        ("午後1時半", time(13, 30)),
        ("午前10時05分", time(10, 5)),
        ("pm 3:00", time(15)),
        ("25:00", None),
        ("12:60", None),
        ("昼", None),
        ("午後25時", None),
    ],
)
def test_times(text: str, found: time | None) -> None:
    assert read_time(text) == found


VIDEO = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    "address",
    [
        f"https://www.youtube.com/watch?v={VIDEO}",
        f"https://youtu.be/{VIDEO}?t=3",
        f"https://m.youtube.com/watch?v={VIDEO}&x=1",
        f"https://www.youtube.com/shorts/{VIDEO}",
        f"https://www.youtube.com/live/{VIDEO}?si=a",
        f"http://youtube.com/embed/{VIDEO}",
        f"https://www.youtube-nocookie.com/embed/{VIDEO}",
    ],
)
def test_videos(address: str) -> None:
    assert youtube_id(address) == VIDEO


@pytest.mark.parametrize(
    "address",
    [
        f"javascript:alert('{VIDEO}')",
        f"https://www.youtube.com.evil.example/watch?v={VIDEO}",
        f"https://evil.example/youtu.be/{VIDEO}",
        f"https://youtube.com@evil.example/watch?v={VIDEO}",
        f"https://уoutube.com/watch?v={VIDEO}",
        "https://www.youtube.com/watch?v=x",
        f"https://www.youtube.com:8443/watch?v={VIDEO}",
        "https://www.youtube.com/@city",
        f"data:text/html,{VIDEO}",
        f"https://www.youtube.com/watch?v={VIDEO}%22onload",
        f"//youtu.be/{VIDEO}",
        f"https://notyoutube.com/watch?v={VIDEO}",
        "youtu.be",
    ],
)
def test_what_is_no_video(address: str) -> None:
    assert youtube_id(address) == ""


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("https://www.city.takamatsu.kagawa.jp/a?b=1#c", True),
        ("http://xn--wgv71a119e.jp/", True),
        ("ftp://a.jp/", False),
        ("https://user:secret@a.jp/", False),
        ("https://localhost/", False),
        ("https://a .jp/", False),
        ("https://a.jp:99999/", False),
        ("JavaScript:alert(1)//a.jp", False),
        ("https://", False),
        ('https://a.jp/"><script>', False),
        ("https://[::1/", False),
    ],
)
def test_web_addresses(text: str, is_one: bool) -> None:
    assert is_web_address(text) is is_one


def test_host_of_other_scripts_is_shown_as_the_network_writes_it() -> None:
    assert host_of("https://уoutube.com/").startswith("xn--")
    assert host_of("https://www.example.jp/") == "www.example.jp"


def test_text_loses_what_is_none() -> None:
    assert plain_text("あ\r\nい\x00\x0b\u202eう\ud800\n") == "あ\nいう"
    assert plain_text("𠮷野家 葛󠄀城") == "𠮷野家 葛󠄀城"
