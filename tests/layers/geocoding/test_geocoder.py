"""Addresses of real files and of tricky kinds, over the shipped gazetteer."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.geocoding import MatchLevel
from layers.geocoding.geocoder import Geocoder

pytestmark = pytest.mark.django_db

T, C, K, N, B = MatchLevel.TOWN, MatchLevel.CHOME, MatchLevel.KOAZA, MatchLevel.NUMBER, MatchLevel.BLOCK
TAKAMATSU, IWAKI = "372013", "072044"


@pytest.mark.parametrize(
    ("text", "city", "level", "address"),
    [
        ("高松市番町1-8-15", None, C, "香川県高松市番町一丁目8-15"),
        ("高松市番町１丁目８番１５号", None, C, "香川県高松市番町一丁目8-15"),
        ("香川県高松市番町一丁目8-15 市役所13階", None, C, "香川県高松市番町一丁目8-15"),
        ("番町1-8-15", TAKAMATSU, C, "香川県高松市番町一丁目8-15"),
        ("番町1-8-15", "37201", C, "香川県高松市番町一丁目8-15"),
        ("番町1-8-15", "高松市", C, "香川県高松市番町一丁目8-15"),
        ("〒760-8571 高松市番町1の8の15", None, C, "香川県高松市番町一丁目8-15"),
        ("高松市仏生山町甲218番地1", None, K, "香川県高松市仏生山町甲218-1"),
        ("高松市新田町乙８番地", None, K, "香川県高松市新田町乙8"),
        ("高松市一宮町500-1", None, T, "香川県高松市一宮町500-1"),
        ("一宮町500-1", TAKAMATSU, T, "香川県高松市一宮町500-1"),
        ("高松市三条町608-1", None, T, "香川県高松市三条町608-1"),
        ("高松市牟礼町牟礼130-2", None, T, "香川県高松市牟礼町牟礼130-2"),
        ("庵治町6391-19", TAKAMATSU, T, "香川県高松市庵治町6391-19"),
        ("塩江町安原下第２号２０９９番地１", TAKAMATSU, T, "香川県高松市塩江町安原下第二号2099-1"),
        ("国分寺町新居1298", TAKAMATSU, T, "香川県高松市国分寺町新居1298"),
        ("香川町浅野1172", TAKAMATSU, T, "香川県高松市香川町浅野1172"),
        ("高松市浅野816-2", None, T, "香川県高松市香川町浅野816-2"),
        ("香南町由佐1172", TAKAMATSU, T, "香川県高松市香南町由佐1172"),
        ("高松市丸ノ内1-1", None, T, "香川県高松市丸の内1-1"),
        ("高松市鍛治屋町４番地７藤ビル５階", None, T, "香川県高松市鍛冶屋町4-7"),
        ("髙松市サンポート２番１号", None, T, "香川県高松市サンポート2-1"),
        ("福島県いわき市平字菱川町1-3", None, K, "福島県いわき市平菱川町1-3"),
        ("いわき市平上荒川字桜町２１－１", None, K, "福島県いわき市平上荒川桜町21-1"),
        ("常磐湯本町三函1-1", IWAKI, K, "福島県いわき市常磐湯本町三函1-1"),
        ("小名浜花畑町34-2", IWAKI, T, "福島県いわき市小名浜花畑町34-2"),
        ("三和町渡戸字宿40", IWAKI, T, "福島県いわき市三和町渡戸宿40"),
        ("福島県いわき平谷川瀬一丁目１６－５", None, C, "福島県いわき市平谷川瀬一丁目16-5"),
        ("いわき市泉滝尻二丁目16番地の11", None, T, "福島県いわき市泉滝尻二丁目16-11"),
        ("札幌市中央区南11条西10丁目1番3号", None, C, "北海道札幌市中央区南十一条西十丁目1-3"),
        ("札幌市中央区大通東6", None, C, "北海道札幌市中央区大通東六丁目"),
        ("札幌市白石区本通18南1-1", None, C, "北海道札幌市白石区本通十八丁目南1-1"),
        ("京都市中京区寺町通御池上る上本能寺前町488", None, T, "京都府京都市中京区上本能寺前町488"),
        ("千代田区霞ヶ関１の２の１", None, C, "東京都千代田区霞が関一丁目2-1"),
        ("横浜市大曽根2-5-1", None, C, "神奈川県横浜市港北区大曽根二丁目5-1"),
        ("原町区栄町1-66", "福島県南相馬市", C, "福島県南相馬市原町区栄町一丁目66"),
        ("栄町1-66", "福島県南相馬市原町区", C, "福島県南相馬市原町区栄町一丁目66"),
        ("字惣六10", "福島県河沼郡会津坂下町", T, "福島県河沼郡会津坂下町字惣六10"),
        ("和歌山市葵町1番1号", None, N, "和歌山県和歌山市葵町1-1"),
        ("和歌山市葵町1番999号", None, B, "和歌山県和歌山市葵町1-999"),
    ],
)
def test_addresses(geocoder: Geocoder, text: str, city: str | None, level: MatchLevel, address: str) -> None:
    best = geocoder.geocode(text, city=city)[0]
    assert (best.level, best.address) == (level, address)
    assert best.score >= 0.55


def test_building_is_left_over_as_typed(geocoder: Geocoder) -> None:
    best = geocoder.geocode("高松市番町一丁目10-16 三宅医学研究所 3階")[0]
    assert (best.number, best.rest) == ("10-16", "三宅医学研究所 3階")


def test_parts_of_the_answer(geocoder: Geocoder) -> None:
    best = geocoder.geocode("いわき市平字菱川町1-3")[0]
    assert (best.pref, best.city, best.town, best.koaza) == ("福島県", "いわき市", "平", "菱川町")
    assert (best.lg_code, best.origin) == (IWAKI, "geolonia")
    assert best.lon == pytest.approx(140.8919, abs=0.001)
    assert best.lat == pytest.approx(37.0506, abs=0.001)


def test_another_city_in_the_text_wins_over_the_hint(geocoder: Geocoder) -> None:
    assert geocoder.geocode("綾川町滝宮299", city=TAKAMATSU)[0].city == "綾歌郡綾川町"
    assert geocoder.geocode("東京都新宿区西新宿2-8-1", city=TAKAMATSU)[0].city == "新宿区"
    assert geocoder.geocode("いわき市平字菱川町1-3", city=TAKAMATSU)[0].city == "いわき市"


def test_never_outside_the_city_it_names(geocoder: Geocoder) -> None:
    """高松市 has no 平: only the city itself may be answered."""
    found = geocoder.geocode("高松市平字菱川町1-3", city=IWAKI)
    assert {c.city for c in found} == {"高松市"}
    assert {c.level for c in found} == {MatchLevel.CITY}


def test_never_outside_the_ward_it_names(geocoder: Geocoder) -> None:
    found = geocoder.geocode("京都市中京区西入謎町", limit=50) + geocoder.geocode(
        "札幌市中央区本通18南", limit=50
    )
    assert {c.city for c in found} == {"京都市中京区", "札幌市中央区"}


def test_a_koaza_without_its_town_offers_all_of_that_name(geocoder: Geocoder) -> None:
    found = geocoder.geocode("字桜町21-1", city=IWAKI, limit=20)
    assert {"平上荒川", "平中山"} <= {c.town for c in found}
    assert all(c.score < 0.6 for c in found)


def test_a_name_in_two_prefectures_gives_both(geocoder: Geocoder) -> None:
    found = geocoder.geocode("府中市")
    assert {c.pref for c in found} == {"東京都", "広島県"}
    assert geocoder.geocode("広島県府中市")[0].pref == "広島県"


def test_a_town_without_its_city_is_doubtful(geocoder: Geocoder) -> None:
    found = geocoder.geocode("一宮町500-1", limit=10)
    assert "香川県高松市一宮町500-1" in {c.address for c in found}
    assert all(c.score < 0.6 for c in found)


def test_chome_or_lot_are_both_offered(geocoder: Geocoder) -> None:
    """藤塚町 exists with and without 丁目: 藤塚町1-2 may be either."""
    found = geocoder.geocode("高松市藤塚町1-2")
    assert {c.level for c in found} == {C, T}
    assert found[0].level == C


@pytest.mark.parametrize(
    "text", ["", "   ", "謎の場所", "???", "123", "〒760-8571", "（）", "\x00", "ー", "あ" * 5000]
)
def test_nothing_known_gives_nothing(geocoder: Geocoder, text: str) -> None:
    assert geocoder.geocode(text) == []


@pytest.mark.parametrize(
    ("text", "level", "score"),
    [
        ("香川県", MatchLevel.PREFECTURE, 0.7),
        ("高松市", MatchLevel.CITY, 0.9),
        ("高松市謎町1", MatchLevel.CITY, 0.25),
    ],
)
def test_coarse_answers(geocoder: Geocoder, text: str, level: MatchLevel, score: float) -> None:
    best = geocoder.geocode(text)[0]
    assert (best.level, best.score) == (level, score)


def test_a_part_not_understood_lowers_the_score(geocoder: Geocoder) -> None:
    known = geocoder.geocode("高松市檀紙町2288-3")[0].score
    koaza = geocoder.geocode("高松市檀紙町紙漉2288-3")[0].score
    other = geocoder.geocode("高松市檀紙町謎町2288-3")[0].score
    assert known > koaza > other


def test_a_chome_the_gazetteer_lacks_is_doubtful(geocoder: Geocoder) -> None:
    assert geocoder.geocode("郡山市東原一丁目258")[0].score < 0.6


def test_former_wards_of_hamamatsu(geocoder: Geocoder) -> None:
    assert geocoder.geocode("浜松市中区元城町103-2")[0].level >= T


def test_limit(geocoder: Geocoder) -> None:
    assert len(geocoder.geocode("高松市藤塚町1-2", limit=1)) == 1


def test_reverse_gives_the_nearest_towns_with_metres(geocoder: Geocoder) -> None:
    found = geocoder.reverse(134.046355, 34.34253, limit=3)
    assert found[0].address == "香川県高松市番町一丁目"
    assert found[0].distance < 1
    assert [t.distance for t in found] == sorted(t.distance for t in found)


def test_reverse_far_out_at_sea_gives_nothing(geocoder: Geocoder) -> None:
    assert geocoder.reverse(170.0, 10.0) == []


def test_batch_is_the_same_and_fast(geocoder: Geocoder) -> None:
    texts = [f"高松市番町{chome}-{number}" for chome in range(1, 6) for number in range(1, 41)]
    began = time.monotonic()
    found = list(geocoder.geocode_many(texts, city=TAKAMATSU))
    assert time.monotonic() - began < 2
    assert found[7][0] == geocoder.geocode(texts[7], city=TAKAMATSU)[0]
    assert all(answer[0].level == C for answer in found)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="香川県高松市福島いわき平番町一二三十丁目字大-0123456789 ー（）区の", max_size=25))
def test_never_fails_and_keeps_to_the_named_city(geocoder: Geocoder, text: str) -> None:
    for candidate in geocoder.geocode("香川県高松市" + text):
        assert candidate.city in {"高松市", ""}
        assert 0 <= candidate.score <= 1
