"""Positions as people type them end where they were typed (issue, Must show 5)."""

import math

import pytest
from pyproj import Geod, Transformer

from layers.editing.coordinates import (
    CoordinateError,
    from_plane,
    in_words,
    parse_pair,
    parse_text,
    to_plane,
    zone_of,
)

#: Latitude, longitude of ten places, and the zone each lies in.
PLACES = [
    (34.342788, 134.046574, 4), (37.050510, 140.887700, 9), (35.689487, 139.691711, 9), (43.064310, 141.346870, 12),
    (26.212401, 127.680932, 15), (33.590355, 130.401716, 2), (34.693738, 135.502165, 6), (36.648580, 138.194956, 8),
    (38.268837, 140.872103, 10), (34.459999, 133.999999, 4),
]  # fmt: skip
GEOD = Geod(ellps="GRS80")


def parts(value: float) -> tuple[int, int, float]:
    minutes, seconds = divmod(value * 3600, 60)
    return int(minutes // 60), int(minutes % 60), seconds


def dms(value: float, form: str) -> str:
    whole, minutes, seconds = parts(value)
    return form.format(d=whole, m=minutes, s=seconds, dm=minutes + seconds / 60)


NOTATIONS = {
    "decimal": lambda lat, lon: (f"{lat:.6f}", f"{lon:.6f}"),
    "full width": lambda lat, lon: (
        f"{lat:.6f}".translate(str.maketrans("0123456789.", "０１２３４５６７８９．")),
        f"{lon:.6f}度",
    ),
    "signs and letters": lambda lat, lon: (
        dms(lat, "{d}°{m}'{s:.2f}\"N"), dms(lon, "{d}°{m}'{s:.2f}\"E"),
    ),
    "primes before": lambda lat, lon: (dms(lat, "N {d}°{m}′{s:.2f}″"), dms(lon, "E {d}°{m}′{s:.2f}″")),
    "kanji": lambda lat, lon: (dms(lat, "北緯{d}度{m}分{s:.2f}秒"), dms(lon, "東経{d}度{m}分{s:.2f}秒")),
    "kanji, no words": lambda lat, lon: (dms(lat, "{d}度{m:02d}分{s:05.2f}秒"), dms(lon, "{d}度{m:02d}分{s:05.2f}秒")),
    "dotted": lambda lat, lon: (dms(lat, "{d}.{m}.{s:.2f}"), dms(lon, "{d}.{m}.{s:.2f}")),
    "colons": lambda lat, lon: (dms(lat, "{d}:{m:02d}:{s:05.2f}"), dms(lon, "{d}:{m:02d}:{s:05.2f}")),
    "minutes only": lambda lat, lon: (dms(lat, "{d}°{dm:.4f}'"), dms(lon, "{d}°{dm:.4f}'")),
    "hyphens": lambda lat, lon: (dms(lat, "{d}-{m}-{s:.2f}"), dms(lon, "{d}-{m}-{s:.2f}")),
    "longitude first, named": lambda lat, lon: (
        dms(lon, "東経{d}度{m}分{s:.2f}秒"), dms(lat, "北緯{d}度{m}分{s:.2f}秒"),
    ),
}  # fmt: skip


def apart(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    return float(GEOD.inv(lon, lat, other_lon, other_lat)[2])


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(("lat", "lon", "_zone"), PLACES)
def test_every_notation_ends_within_a_metre(lat: float, lon: float, _zone: int, notation: str) -> None:
    first, second = NOTATIONS[notation](lat, lon)
    found = parse_pair(first, second)
    assert apart(lat, lon, found.lat, found.lon) < 1, (first, second, found)
    assert not found.swapped and not found.abroad


@pytest.mark.parametrize(("lat", "lon", "zone"), PLACES)
def test_metres_of_the_plane_agree_with_proj(lat: float, lon: float, zone: int) -> None:
    """PROJ itself, asked with the axes of the authority (northing first), is the judge."""
    x, y = Transformer.from_crs(6668, 6668 + zone).transform(lat, lon)
    found = parse_pair(f"{x:,.2f}", f"Y={y:.2f}m", zone)
    assert apart(lat, lon, found.lat, found.lon) < 0.05
    assert to_plane(lat, lon, zone) == pytest.approx((x, y), abs=0.01)


@pytest.mark.parametrize(
    "text",
    ["34.342788, 134.046574", "34.342788 134.046574", "(34.342788，134.046574)", "34.342788N 134.046574E",
     "北緯34度20分34.04秒 東経134度2分47.67秒", "34°20'34.04\"N 134°2'47.67\"E", "34°20′34.04″ 134°2′47.67″",
     "緯度:34.342788、経度:134.046574"],
)  # fmt: skip
def test_one_line_holds_both(text: str) -> None:
    found = parse_text(text)
    assert apart(34.342788, 134.046574, found.lat, found.lon) < 1


def test_swapped_values_are_put_right_and_said() -> None:
    found = parse_pair("134.046574", "34.342788")
    assert (found.lat, found.lon, found.swapped) == (34.342788, 134.046574, True)


def test_a_place_abroad_is_said() -> None:
    assert parse_pair("48.8566", "2.3522").abroad
    assert parse_pair("33.5S", "151.2E").lat == -33.5
    assert not parse_pair("24.05", "123.75").abroad


@pytest.mark.parametrize(
    ("first", "second"),
    [("", "134"), ("34.3", "北東"), ("34度70分", "134度2分"), ("34.3N", "35.1N"), ("91", "134"), ("NaN", "134"),
     ("1e400", "134"), ("34.3428", "1340.466"), ("34 20 34 12", "134"), ("<b>34</b>", "134")],
)  # fmt: skip
def test_what_is_no_position_is_refused_with_words(first: str, second: str) -> None:
    with pytest.raises(CoordinateError) as refused:
        parse_pair(first, second)
    assert str(refused.value)


@pytest.mark.parametrize("values", [("", "1"), ("a", "1"), ("1e9", "1"), ("9999999", "1"), (",,", "0")])
def test_metres_that_are_none_are_refused(values: tuple[str, str]) -> None:
    with pytest.raises(CoordinateError):
        parse_pair(*values, zone=4)
    with pytest.raises(CoordinateError):
        from_plane(0, 0, 20)


def test_words_and_zones() -> None:
    assert in_words(34.342788, 134.046574) == "34°20'34.04\"N 134°02'47.67\"E"
    assert (zone_of("372013"), zone_of("072044"), zone_of("")) == (4, 9, None)
    found = parse_text(in_words(34.999999999, 134.999999999))
    assert math.isclose(found.lat, 35.0) and math.isclose(found.lon, 135.0)
