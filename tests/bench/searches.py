"""First pages of words and circles: ``source.page_ids(query, 0, 20)`` beside the best bare SQL, on one connection.

Both are calls in one warm process through the same Django connection; reading the query string is left out.
"""

from collections.abc import Callable
from typing import Any, Final

from tests.bench import bare
from tests.bench.measure import Row, at_most, medians, once
from tests.bench.world import World

#: 1, 2 and more characters; common, rare and absent; several words.
WORDS: Final = (
    "さ", "丄", "螢", "龘",
    "公園", "高松", "翡翠", "丄亳", "平公",
    "デイサービス", "包括支援センター", "螢避難所", "曙亳訪問介護", "さくら公園保育園",
    "さくら 保育園", "翡翠 螢 サロン", "高松 仏生山町", "丄 亳",
)  # fmt: skip
#: Name, longitude and latitude: the densest part, a suburb, the edge, outside.
SPOTS: Final = (
    ("centre", 134.05, 34.31),
    ("suburb", 133.97, 34.19),
    ("edge", 133.905, 34.11),
    ("outside", 133.86, 34.05),
)
RADII: Final = (1_000, 5_000)
LIMIT: Final = 1.5


def measure(world: World) -> list[Row]:
    """Words, then circles."""
    from layers.indexes import refresh_grams

    refresh_grams()
    rows = [_words(world, text) for text in WORDS]
    return rows + [_circle(world, name, lon, lat, radius) for radius in RADII for name, lon, lat in SPOTS]


def _words(world: World, text: str) -> Row:
    from layers.text import words

    given = words(text)
    plain, plain_params = _tests(given, "r.{column} LIKE %s", _plain)
    woven, woven_params = _tests(given, "r.{column} <> '' AND layers_weave(r.{column}) LIKE %s", _woven)
    variants = {
        "walk": _statement(bare.WALK.format(plain=plain), plain_params),
        "grams": _statement(bare.GRAMS.format(woven=woven), woven_params),
    }
    return _beside(world, f"q={text} of {world.size}", {"q": text}, variants)


def _tests(given: tuple[str, ...], test: str, pattern: Callable[[str], str]) -> tuple[str, list[str]]:
    from layers.text import spellings

    parts, params = [], []
    for word in given:
        either = []
        for column in ("search_public", "search_members", "search_staff"):
            for form in spellings(word):
                one = test.format(column=column)
                either.append(
                    f"({one.replace(f'r.{column} <> {chr(39) * 2} AND ', '') if column == 'search_public' else one})"
                )
                params.append(pattern(form))
        parts.append("(" + " OR ".join(either) + ")")
    return " AND ".join(parts), params


def _plain(text: str) -> str:
    return f"%{_escaped(text)}%"


def _woven(text: str) -> str:
    return f"%x{_escaped('x'.join(text))}x%"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _circle(world: World, name: str, lon: float, lat: float, radius: int) -> Row:
    from django.contrib.gis.geos import Point

    point = Point(lon, lat, srid=4326)
    point.transform(3857)
    given: dict[str, Any] = {"lon": lon, "lat": lat, "x": point.x, "y": point.y, "radius": radius}
    variants = {
        "knn": _statement(bare.KNN, {**given, "candidates": 60}),
        "within": _statement(bare.WITHIN, given),
    }
    search = {"near": f"{lat},{lon}", "radius": str(radius)}
    return _beside(world, f"{radius // 1000} km around {name} of {world.size}", search, variants)


Statement = Callable[[], list[int]]


def _statement(sql: str, params: Any) -> Statement:
    from django.db import connection

    def run() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return [row[0] for row in cursor.fetchall()]

    return run


def _beside(world: World, case: str, search: dict[str, str], variants: dict[str, Statement]) -> Row:
    from layers.resources import ResourceSource

    source = ResourceSource(world.viewer)
    query = source.parse(search)
    exact = list(source.features(query).values_list("pk", flat=True)[:20])

    def ours() -> list[int]:
        return source.page_ids(query, 0, 20)

    right = {name: statement for name, statement in variants.items() if statement() == exact}
    same = f"yes: {len(exact)} ids" if ours() == exact and right else "**NO**"
    name, best = min((right or variants).items(), key=lambda item: min(once(item[1]), once(item[1])))
    bare_ms, ours_ms = medians(best, ours, rounds=world.rounds(40 if once(best) < 50 else 10))
    return at_most(f"{case} ({name})", bare_ms, ours_ms, LIMIT, same)
