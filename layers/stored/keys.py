"""Keys of fields out of titles: ASCII, short, none that means something in an address (design, StoredLayer)."""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from typing import Final

from layers.fields import RESERVED

#: Names every feature may carry; no address gives them another meaning.
_FREE: Final = frozenset(
    "name reading organisation site address phone fax email url opening_hours description office_number capacity "
    "attribution".split()
)
TAKEN: Final = RESERVED - _FREE

#: Words common in Japanese tables, longest first where one holds another.
_WORDS: Final[dict[str, str]] = {
    "市区町村コード": "city_code", "都道府県コード": "pref_code", "町丁目コード": "town_code",
    "町字コード": "town_code",
    "メッシュコード": "mesh_code", "電話番号": "phone", "郵便番号": "postcode", "施設名称": "name", "施設名": "name",
    "学校名": "name", "名称": "name", "町丁名": "town", "町丁目": "town", "町名": "town", "住所": "address",
    "所在地": "address", "総人口": "population", "人口総数": "population", "人口密度": "population_density",
    "高齢者人口": "elderly_population", "高齢化率": "ageing_rate", "高齢人口": "elderly_population",
    "年少人口": "child_population", "生産年齢人口": "working_age_population", "人口": "population",
    "世帯数": "households", "世帯": "households", "男性": "male", "女性": "female", "男": "male", "女": "female",
    "面積": "area", "定員": "capacity", "備考": "note", "説明": "description", "概要": "description",
    "種別": "kind", "種類": "kind", "区分": "class", "分類": "class", "番号": "number", "コード": "code",
    "緯度": "latitude", "経度": "longitude", "標高": "elevation", "読み": "reading", "かな": "reading",
    "カナ": "reading", "都道府県": "prefecture", "市区町村": "city", "地区": "area_name", "年度": "fiscal_year",
    "更新日": "updated_on", "浸水深": "flood_depth", "浸水ランク": "flood_rank", "バス停名": "name", "路線名": "route",
    "事業者名": "operator", "管理者": "manager", "ホームページ": "url", "人数": "people", "学校": "school",
    "割合": "share", "率": "rate", "合計": "total", "計": "total",
}  # fmt: skip
_MOST: Final = 40


def made_keys(titles: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """A key for each title. ``known``: title → key of the edition before, kept so that addresses stay true."""
    found: dict[str, str] = {}
    for place, title in enumerate(titles, 1):
        wanted = known.get(title) or key_of(title) or f"field_{place}"
        found[title] = _free(wanted, set(found.values()))
    return found


def key_of(title: str) -> str:
    """The key a title suggests; empty where it suggests none."""
    plain = unicodedata.normalize("NFKC", title).strip()
    if plain in _WORDS:
        return _WORDS[plain]
    if plain.isascii():
        return _cleaned(plain)
    for word, key in _WORDS.items():
        if len(word) > 1 and word in plain and not set(plain) & set("男女"):
            rest = _cleaned("".join(sign for sign in plain if sign.isascii()))
            return f"{key}_{rest}"[:_MOST].strip("_") if rest else key
    return ""


def _cleaned(text: str) -> str:
    """Lower-case letters, digits and single underscores, a letter first."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    key = re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")[:_MOST].strip("_")
    return key if not key or key[0].isalpha() else f"f_{key}"[:_MOST].strip("_")


def is_key(key: str) -> bool:
    """Whether a key can be a property of a layer."""
    return bool(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", key)) and len(key) <= _MOST and key not in TAKEN


def _free(key: str, taken: Container[str]) -> str:
    """The key, or the next free one with a number behind it."""
    tried, number = key, 2
    if key in TAKEN:
        tried = key = f"own_{key}"[:_MOST].strip("_")
    while tried in taken or tried in TAKEN:
        tried, number = f"{key[: _MOST - 4]}_{number}", number + 1
    return tried
