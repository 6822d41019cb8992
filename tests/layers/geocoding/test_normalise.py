"""Folding of addresses: what is written in several ways meets in one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.geocoding.normalise import fold, loosen, numeral, tidy
from layers.geocoding.numbers import read_number


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("番町１丁目10−16", "番町一丁目１０ー１６"),
        ("大字旭ヶ丘字滝ノ入", "旭が丘瀧之入"),
        ("袖ケ浦", "袖ヶ浦"),
        ("三ツ股", "三っ股"),
        ("澤田", "沢田"),
        ("齋藤新田", "斎藤新田"),
        ("田邊", "田辺"),
        ("髙松町", "高松町"),
        ("龍ヶ崎市", "竜ケ崎市"),
        ("廣國町", "広国町"),
        ("檜紙町", "桧紙町"),
        ("鍛治屋町", "鍛冶屋町"),
        ("丸の内", "丸之内"),
        ("平一町目", "平１丁目"),
        ("ｻﾝﾎﾟｰﾄ2-1", "サンポート2-1"),
        ("〒760-8571 香川県高松市", "香川県高松市"),
        ("１‐２—３", "1-2-3"),
        ("北二十四条西十五丁目", "北24条西15丁目"),
        ("高松市　番町\t1", "高松市番町1"),
        ("（仮設）内郷高坂町", "内郷高坂町"),
    ],
)
def test_ways_of_writing_meet_in_one_key(one: str, other: str) -> None:
    assert fold(one).key == fold(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("サンポート", "サンポト"),
        ("一宮町", "二宮町"),
        ("番町1-10", "番町110"),
        ("惣六10", "惣610"),
        ("1-2 301", "1-2301"),
    ],
)
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert fold(one).key != fold(other).key


@pytest.mark.parametrize(
    ("run", "value"),
    [("十", 10), ("二十四", 24), ("百", 100), ("八十八", 88), ("一〇三", 103), ("千二", 1002)],
)
def test_kanji_numerals(run: str, value: int) -> None:
    assert numeral(run) == value


@pytest.mark.parametrize(
    ("text", "value", "rest"),
    [
        ("1番10号", "1-10", ""),
        ("１０番地の１６", "10-16", ""),
        ("甲218番地1", "甲218-1", ""),
        ("乙８番地", "乙8", ""),
        ("10-16 三宅ビル2階", "10-16", "三宅ビル2階"),
        ("2-3-301", "2-3-301", ""),
        ("114番地先", "114", ""),
        ("第13地割5-1", "第13地割 5-1", ""),
    ],
)
def test_numbers_after_the_town(text: str, value: str, rest: str) -> None:
    number = read_number(fold(text), 0)
    assert number is not None
    assert (number.value, number.rest) == (value, rest)


@pytest.mark.parametrize("text", ["宿40", "五枚沢517-5", "三角田1"])
def test_no_number_where_a_name_stands(text: str) -> None:
    assert read_number(fold(text), 0) is None


@pytest.mark.parametrize("text", ["三番地", "3番地ビル", "三-一", "3ビル"])
def test_a_number_however_written(text: str) -> None:
    assert read_number(fold(text), 0) is not None


def test_loosening_drops_what_is_left_out_at_will() -> None:
    assert loosen(fold("北24条西15丁目").key) == loosen(fold("北24西15").key)
    assert loosen(fold("井の口").key) == loosen(fold("井口").key)


def test_the_tail_is_what_was_typed() -> None:
    folded = fold("番町一丁目ＡＢＣビル")
    assert folded.tail(folded.key.index("A")) == "ABCビル"


@given(st.text(max_size=60))
def test_folding_never_fails_and_every_place_is_in_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.key) == len(folded.origin)
    assert all(0 <= place < len(folded.text) for place in folded.origin)
    assert list(folded.origin) == sorted(folded.origin)
    assert folded.text == tidy(text)


@given(st.text(alphabet="高松市番町一二三十0123456789-ーの字大（）() 丁目", max_size=30))
def test_folding_is_settled(text: str) -> None:
    assert read_number(fold(text), 0) is None or fold(text).key
