"""Search text: the SQL function and its Python twin, and how words are read (issue: search of short words)."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.resources import ResourceSource
from layers.text import like_pattern, normalise, spellings, words

pytestmark = pytest.mark.django_db

SAMPLES = [
    "ﾀｶﾏﾂ市　Ａ－１　シオンの丘・ヶ峰",
    "ｻﾛﾝ「ひだまり」（第２・第４火曜）",
    "ヴィラ ヽヾ ゝゞ ヵヶ",
    "𠮷野家 髙橋 﨑 ①㈱",
    "0246-80-0889 / 087‐866−1793",
    "ÀÉÎ ß Ω",
]


def in_sql(texts: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT layers_normalise(t) FROM unnest(%s::text[]) WITH ORDINALITY u(t, n) ORDER BY n", [texts]
        )
        return [row[0] for row in cursor.fetchall()]


def test_twins_agree_on_samples() -> None:
    assert in_sql(SAMPLES) == [normalise(text) for text in SAMPLES]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("あいうヴゔがアイウｱｲｳﾞ漢字ヶケ々ー－‐・ 　ＡａZ１2①㍻"), max_size=12),
        max_size=8,
    )
)
def test_twins_agree_on_generated_text(texts: list[str]) -> None:
    assert in_sql(texts) == [normalise(text) for text in texts]


def test_twins_agree_on_the_city(city: ResourceSource) -> None:
    texts = [part for row in city.visible().values_list("name", "reading", "address_public") for part in row]
    assert len(texts) > 4000
    assert in_sql(texts) == [normalise(text) for text in texts]


def test_width_and_kana_are_one() -> None:
    assert normalise("ｻﾛﾝ") == normalise("サロン") == normalise("さろん")
    assert normalise("ＡＥＤ １") == "aed1"


def test_words_split_at_any_blank() -> None:
    assert words(" 平　公園 平 ・ ") == ("平", "公園")


def test_spellings_are_searched_alike() -> None:
    assert set(spellings("障害")) == {"障害", "障がい", "障碍"}
    assert normalise("子ども") in spellings("こども園")[1] or "子ども園" in spellings("こども園")


def test_pattern_escapes_wildcards() -> None:
    assert like_pattern("a%_\\") == "%xax\\%x\\_x\\\\x%"
