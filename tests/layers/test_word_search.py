"""Words of 1, 2 and more characters against a brute-force scan over the normalised text (Must show 6)."""

import random

import pytest

from layers import indexes
from layers.access import Level, Viewer
from layers.query import FeatureQuery
from layers.resources import ResourceSource
from layers.text import normalise, spellings

pytestmark = pytest.mark.django_db


def brute_force(source: ResourceSource, query: str) -> set[int]:
    """Ids of rows whose text holds every word in one of its spellings."""
    rows = source.visible().values_list("pk", "search_public", "search_members", "search_staff")
    wanted = [spellings(word) for word in query.split()]
    return {
        pk
        for pk, *texts in rows
        if all(any(spelling in text for text in texts for spelling in forms) for forms in wanted)
    }


def found(source: ResourceSource, query: str) -> set[int]:
    return set(source.found(source.parse({"q": query})).values_list("pk", flat=True))


@pytest.mark.parametrize(
    "query",
    ["平", "町", "丄", "公園", "病院", "保育", "ほいく", "ﾎｲｸ", "AED", "ａｅｄ", "こども園", "子ども園", "障がい",
     "0878", "番町 クリニック", "x", "xx", "%", "_", "高松市番町一丁目", "087-839", "ヶ", "包括", "デイ"],
)  # fmt: skip
def test_words_equal_brute_force(city: ResourceSource, query: str) -> None:
    assert found(city, query) == brute_force(city, query)


def test_random_pieces_of_names_equal_brute_force(city: ResourceSource) -> None:
    chance = random.Random(7)
    names = list(city.visible().values_list("name", flat=True))
    for length in (1, 2, 3, 5):
        for name in chance.sample(names, 40):
            start = chance.randrange(max(1, len(name) - length))
            piece = name[start : start + length].strip()
            if piece and normalise(piece):
                hits = found(city, piece)
                assert hits == brute_force(city, piece), piece
                assert hits, piece


@pytest.mark.parametrize(
    ("typed", "other"), [("ｻﾎﾟｰﾄ", "サポート"), ("さんさん", "サンサン"), ("ＡＥＤ", "aed")]
)
def test_width_and_kana_variants_find_the_same(city: ResourceSource, typed: str, other: str) -> None:
    assert found(city, typed) == found(city, other)


@pytest.mark.parametrize("query", ["病院", "町", "丄", "番町 病院", "ほいく"])
@pytest.mark.parametrize("way", ["walk", "grams"])
def test_every_way_gives_the_same_page(
    city: ResourceSource, query: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever index is chosen, the page is the plain one, row by row."""
    monkeypatch.setattr(indexes, "_WALK_COST", 0.0 if way == "walk" else 1e9)
    monkeypatch.setattr(indexes, "words_share", lambda words: 0.01)
    for sort in ("", "-updated_at", "id"):
        asked = city.parse({"q": query, "sort": sort})
        plain = list(city.features(asked).values_list("pk", flat=True)[3:23])
        assert indexes.page_ids(city, asked, 3, 20) == plain


def test_hidden_text_finds_nothing(city: ResourceSource) -> None:
    """A word that stands in a field of another audience only finds nothing for who may not see it."""
    row = city.visible().exclude(search_staff="").values_list("search_staff", flat=True).first()
    assert row is not None
    member = ResourceSource(Viewer(level=Level.B, account_id=2))
    word = row.split("|")[0]
    assert brute_force(city, word)
    seen = set(member.found(member.parse({"q": word})).values_list("pk", flat=True))
    visible_texts = member.visible().values_list("pk", "search_public", "search_members")
    assert seen == {pk for pk, public, members in visible_texts if word in public or word in members}


def test_capped_count_is_honest(city: ResourceSource, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: FeatureQuery = city.parse({"q": "町"})
    exact = city.count(asked).number
    monkeypatch.setattr(indexes, "words_share", lambda words: 1.0)
    assert city.count(asked, cap=10).number == 10 and not city.count(asked, cap=10).is_exact
    assert city.count(asked, cap=exact).number == exact and city.count(asked, cap=exact).is_exact
